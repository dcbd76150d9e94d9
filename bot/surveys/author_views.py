"""What the people who run surveys see: created, listed, launched, closed, and the form of `/pulse enps`.

Results are in `results_views`, previews in `preview_views`, what the people asked see in `views`.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from bot.domain.audiences import REASONS
from bot.domain.enps import SCALES
from bot.domain.privacy import MIN_SCORE
from bot.domain.prompting import MOST_A_DAY, WEEKLY_QUESTIONS, Spread
from bot.domain.schedules import Cadence, Rule
from bot.domain.surveys import Definition, Round, RoundState, Survey, SurveyState
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import (
    Block,
    Message,
    actions,
    button,
    context,
    escape,
    field,
    form,
    option,
    section,
    select,
    text_input,
)
from bot.surveys.outcomes import Closing, Overview, Reminding
from bot.surveys.wording import audience_words, survey_title

ENOUGH_TIME = timedelta(days=2)
"""Who starts a round that closes earlier, as the next one is due by then, is told so."""
LISTED = 40  # of the 50 blocks of a message
CADENCES = (Cadence.ONCE, Cadence.WEEKLY, Cadence.TWO_WEEKS, Cadence.MONTHLY, Cadence.QUARTERLY)
A_MONDAY = date(2024, 1, 1)
LEFT_OUT = (*REASONS, "away")
EXPLAINED_FAILURES = frozenset(
    {"not_in_channel", "channel_not_found", "is_archived", "no_such_subteam", "missing_scope", "unreachable"}
)


def created_message(seen: Overview, t: Translator, zone: str) -> Message:
    """What was understood: who is asked, when first, on which scale, and what anonymous means."""
    survey = seen.survey
    lines = (
        t("surveys.created.audience", audience=_audience(survey, t)),
        _first_round(seen, t, zone),
        *([t("surveys.created.scale", low=survey.scale.low, high=survey.scale.high)] if survey.scale else []),
        t("surveys.created.anonymous", score=MIN_SCORE),
    )
    title = t("surveys.created.title", handle=survey.handle)
    carried = ids.pack(survey=survey.id)
    buttons = [
        button(t("surveys.send_button"), ids.SURVEY_SEND, carried, style="primary"),
        button(t("surveys.results_button"), ids.SURVEY_RESULTS, carried),
    ]
    return Message("\n".join((title, *lines)), (section(title), section("\n".join(lines)), actions(buttons)))


def list_message(listed: Sequence[Overview], t: Translator, zone: str) -> Message:
    """Every survey with its rhythm, next date and running round, and a button to make another."""
    title = t("surveys.list.title")
    lines = [survey_line(seen, t, zone) for seen in listed]
    blocks = [section(f"*{title}*")]
    for seen, line in zip(listed[:LISTED], lines, strict=False):
        action = ids.sub_id(ids.SURVEY_RESULTS, seen.survey.id)
        label = t("surveys.results_label", handle=seen.survey.handle)
        results = button(t("surveys.results_button"), action, ids.pack(survey=seen.survey.id), label=label)
        blocks.append(section(line, accessory=results))
    if len(lines) > LISTED:
        blocks.append(context(t("surveys.list.more", count=len(lines) - LISTED)))
    return Message("\n".join((title, *lines)), (*blocks, new_survey_button(t)))


def new_survey_button(t: Translator) -> Block:
    return actions([button(t("surveys.new_button"), ids.DRAFT_OPENED, ids.pack())])


def survey_line(seen: Overview, t: Translator, zone: str) -> str:
    """One survey in a few short sentences: what it is called, whom it asks, when, and what is going on."""
    survey = seen.survey
    title = escape(survey_title(survey, t))
    parts = [t("surveys.list.line", title=title, handle=survey.handle, audience=_audience(survey, t))]
    if survey.state is SurveyState.PAUSED:
        parts.append(t("surveys.list.paused"))
    elif seen.next_at and seen.rule:
        parts.append(t("surveys.list.next", rhythm=rhythm(seen.rule, t, zone), at=t.moment(seen.next_at, zone)))
    elif seen.rule:
        parts.append(t("surveys.list.ended", day=seen.rule.until or seen.rule.anchor))
    else:
        parts.append(t("surveys.list.by_hand"))
    if seen.running:
        parts.append(progress_line(seen.running, seen.answered, t, zone))
    if seen.waits_for_action:
        parts.append(t("surveys.list.waits_for_action"))
    return " ".join(parts)


def progress_line(running: Round, answered: int, t: Translator, zone: str) -> str:
    """How many have answered: all there is to know of a running round."""
    if running.state is RoundState.LAUNCHING:
        return t("surveys.progress.launching")
    closes = t.moment(running.closes_at, zone)
    return t("surveys.progress.open", answered=answered, asked=running.asked, closes=closes)


def rhythm(rule: Rule, t: Translator, zone: str) -> str:
    """ "every Monday at 09:00", with the zone's name where it is not the reader's."""
    text = t(
        f"surveys.rhythm.{rule.cadence}",
        weekday=t.weekday(rule.anchor),
        day=rule.anchor.day,
        date=t.date(rule.anchor),
        time=t.time(rule.at),
    )
    if rule.until is not None:
        text = t("surveys.rhythm.until", rhythm=text, day=rule.until)
    return text if rule.zone == zone else f"{text} ({rule.zone})"


def launching_message(seen: Overview, t: Translator, zone: str) -> Message:
    """That a round starts, and whether people have little time for it."""
    lines = [t("surveys.launching", handle=seen.survey.handle, audience=_audience(seen.survey, t))]
    running = seen.running
    if running is not None and running.closes_at - running.opened_at < ENOUGH_TIME:
        lines.append(t("surveys.launching.short", closes=t.moment(running.closes_at, zone)))
    return lines_message(*lines)


def launched_message(survey: Survey, opened: Round, facts: Mapping[str, str], t: Translator, zone: str) -> Message:
    """To whoever started a round: how many are asked and when, who was left out and why, who gets the results."""
    definition, later, moved = opened.definition, int(facts.get("later", 0)), int(facts.get("moved", 0))
    audience = audience_words(definition.audience, t)
    lines = [t("surveys.launched", handle=survey.handle, count=opened.asked, audience=audience)]
    if later:
        lines.append(t("surveys.launched.later", count=later, now=int(facts.get("now", 0))))
    if definition.spread is not Spread.NONE:
        lines.append(t(f"surveys.launched.spread.{definition.spread}"))
    if moved:
        most = {"most": MOST_A_DAY, "questions": WEEKLY_QUESTIONS}
        lines.append(t("surveys.launched.moved", count=moved, **most))
    lines += left_out_lines(facts, t)
    lines.append(t("surveys.launched.reminders"))
    lines.append(t("surveys.launched.closes", closes=t.moment(opened.closes_at, zone)))
    lines.append(results_go(survey, definition, t, reader=opened.started_by))
    if opened.asked < opened.min_score and not definition.is_named:
        lines.append(t("surveys.launched.small", score=opened.min_score))
    return lines_message(*lines)


def not_launched_message(survey: Survey, facts: Mapping[str, str], t: Translator) -> Message:
    """To whoever started a round: nobody was asked, why, and what to do about it."""
    reason, asked = facts.get("reason", ""), int(facts.get("asked", 0))
    lines = [t("surveys.not_launched", handle=survey.handle, audience=_audience(survey, t))]
    if reason == "too_few" and int(facts.get("least", 0)) > 1:
        lines.append(t("surveys.not_launched.too_few", count=asked, least=int(facts["least"])))
        lines += left_out_lines(facts, t)
    elif reason == "too_few":
        lines += [t("surveys.not_launched.nobody"), *left_out_lines(facts, t)]
    else:
        lines.append(failure_line(survey, reason, facts.get("place", ""), t))
    return lines_message(*lines)


def failure_line(survey: Survey, reason: str, place: str, t: Translator) -> str:
    """Why Slack did not say who is in a channel or group, and what to do. `reason` is Slack's word for it."""
    if reason not in EXPLAINED_FAILURES:
        return t("surveys.not_launched.other", reason=escape(reason))
    mention = f"<#{place}>" if place.startswith(("C", "G")) else f"<!subteam^{place}>"
    return t(f"surveys.not_launched.{reason}", handle=survey.handle, place=mention)


def results_go(survey: Survey, definition: Definition, t: Translator, reader: str = "") -> str:
    """Who is given the results, as the survey's author or an admin reads it: "The results go to you, @Ayu and everybody
    in #sales.". Without an author, as an import leaves it, an admin stands in for them."""
    given, author = definition.receivers, survey.created_by
    people = [*([author] if given.author and author else []), *given.people]
    words = [t("surveys.receivers.you") if each == reader else f"<@{each}>" for each in dict.fromkeys(people)]
    if given.channel_id:
        words.append(t("surveys.receivers.channel", channel=f"<#{given.channel_id}>"))
    if given.author and not author:
        words.insert(0, t("surveys.receivers.admin"))
    return t("surveys.launched.results", receivers=t.listing(words)) if words else t("surveys.results_to_nobody")


def left_out_lines(facts: Mapping[str, str], t: Translator) -> list[str]:
    """Nothing when nobody was left out, else one sentence with the numbers."""
    numbers = [t(f"surveys.left_out.{reason}", count=int(facts[reason])) for reason in LEFT_OUT if reason in facts]
    return [t("surveys.left_out", who=t.listing(numbers))] if numbers else []


def lines_message(*lines: str) -> Message:
    """A few sentences of ours, one below the other."""
    text = "\n".join(lines)
    return Message(text, (section(text),))


def closing_message(closing: Closing, t: Translator) -> Message:
    """A round was ended by hand."""
    survey = closing.survey
    if not closing.was_asking:
        text = t("surveys.stopped", handle=survey.handle)
    else:
        text = t("surveys.closed", handle=survey.handle, answered=closing.answered, asked=closing.asked)
        text = f"{text} {results_go(survey, survey.definition, t)}"
    return Message(text, (section(text),))


def reminding_message(reminding: Reminding, t: Translator) -> Message:
    """A reminder by hand goes out: to how many, where that tells nothing of anybody, but never to whom."""
    lines = [t("surveys.reminded", handle=reminding.survey.handle)]
    if reminding.left is not None:
        lines.append(t("surveys.reminded.left", count=reminding.left))
    if reminding.is_last:
        lines.append(t("surveys.reminded.last"))
    return lines_message(*lines)


def enps_form(t: Translator) -> Block:
    """The form of `/pulse enps`: everything has a sensible answer already, except the channel."""
    channels: Block = {
        "type": "conversations_select",
        "action_id": ids.CHANNEL_INPUT,
        "default_to_current_conversation": True,
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    cadences = {each: option(t(f"surveys.cadence.{each}"), each.value) for each in CADENCES}
    weekdays = [option(t.weekday(A_MONDAY + timedelta(days=day)), str(day)) for day in range(7)]
    scales = [
        option(t("surveys.form.scale_option", low=each.low, high=each.high), name) for name, each in SCALES.items()
    ]
    clock: Block = {"type": "timepicker", "action_id": ids.TIME_INPUT, "initial_time": "09:00"}
    blocks = [
        field(ids.CHANNEL_INPUT, t("surveys.form.channel"), channels),
        field(
            ids.NAME_INPUT,
            t("surveys.form.name"),
            text_input(ids.NAME_INPUT, max_length=40, placeholder=t("surveys.form.name_example")),
            optional=True,
            hint=t("surveys.form.name_hint"),
        ),
        field(
            ids.CADENCE_INPUT,
            t("surveys.form.cadence"),
            select(ids.CADENCE_INPUT, list(cadences.values()), initial=cadences[Cadence.ONCE]),
        ),
        field(
            ids.WEEKDAY_INPUT,
            t("surveys.form.weekday"),
            select(ids.WEEKDAY_INPUT, weekdays, initial=weekdays[0]),
            hint=t("surveys.form.weekday_hint"),
        ),
        field(ids.TIME_INPUT, t("surveys.form.time"), clock),
        field(ids.SCALE_INPUT, t("surveys.form.scale"), select(ids.SCALE_INPUT, scales, initial=scales[0])),
    ]
    return form(
        ids.PULSE_ENPS_FORM,
        t("surveys.form.title"),
        blocks,
        submit=t("surveys.form.submit"),
        close=t("core.cancel"),
    )


def _first_round(seen: Overview, t: Translator, zone: str) -> str:
    if seen.rule is None or seen.next_at is None:
        return t("surveys.created.by_hand", handle=seen.survey.handle)
    first = t.moment(seen.next_at, zone)
    if seen.rule.cadence is Cadence.ONCE:
        return t("surveys.created.once", first=first)
    return t("surveys.created.first", first=first, rhythm=rhythm(seen.rule, t, zone))


def _audience(survey: Survey, t: Translator) -> str:
    return audience_words(survey.definition.audience, t)
