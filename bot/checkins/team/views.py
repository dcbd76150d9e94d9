"""What people see of a team check-in besides its post and its forms: the list, what was set up, the question, what it
turns into, notes. Pure."""

from collections.abc import Mapping, Sequence

from bot.checkins.team.facts import Standing, Taken
from bot.checkins.team.templates import OWN, TEMPLATES
from bot.checkins.team.wording import bold, next_words, question_of, title_of, whole_when
from bot.domain.actions import Action
from bot.domain.catalogue import Catalogue
from bot.domain.checkins import CheckinDefinition, Item, ItemKind, Run, RunState
from bot.domain.schedules import Rule
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import Block, Message, actions, button, confirmation, context, escape, section

MAX_LISTED = 10
BUTTON_VALUE = 2000
"""Slack's limit of what a button carries, in characters."""


def list_message(standings: Sequence[Standing], t: Translator) -> Message:
    """Every check-in with when it comes next, and the ways to set one up."""
    if standings:
        said = [t("checkins.team.listed", count=len(standings), n=len(standings))]
    else:
        said = [t("checkins.team.none_yet")]
    blocks: list[Block] = [section(said[0])]
    for standing in standings[:MAX_LISTED]:
        line = _line(standing, t)
        said.append(line)
        blocks.append(section(line))
        if standing.may_change:
            blocks.append(actions(_buttons(standing, t)))
    more = len(standings) - MAX_LISTED
    if more > 0:
        said.append(t("checkins.team.more_listed", count=more, n=more))
        blocks.append(context(said[-1]))
    start, usage = t("checkins.team.start"), t("checkins.team.how_to")
    starts = [
        button(
            t("checkins.team.start_own" if key == OWN.key else f"checkins.team.template.{key}"),
            ids.sub_id(ids.CHECKIN_SETUP_OPENED, key),
            ids.pack(template=key),
            label=t("checkins.team.start_label", title=t(f"checkins.team.template.{key}")),
        )
        for key in TEMPLATES
    ]
    blocks += [section(start), actions(starts), context(usage)]
    return Message("\n".join((*said, start, usage)), tuple(blocks))


def saved_message(standing: Standing, kpis: Catalogue, language: str, t: Translator, *, changed: bool) -> Message:
    """What was set up: where, when, what is asked, and the way back. `language` is the name of that of the post."""
    definition = standing.checkin.definition
    channel = f"<#{definition.channel_id}>"
    key = "checkins.team.changed" if changed else "checkins.team.set"
    said = [t(key, title=bold(definition, t), channel=channel)]
    said += [*_what(definition, standing.rule, kpis, t), t("checkins.team.posted_in", language=language)]
    said.append(next_words(standing, t, both=True))
    if standing.open_run is not None:
        said.append(t("checkins.team.open_stays"))
    blocks: list[Block] = [section(said[0]), section("\n".join(said[1:]))]
    if standing.may_change:
        blocks.append(actions(_buttons(standing, t)))
    return Message("\n".join(said), tuple(blocks))


def day_off_message(rule: Rule, offered: Sequence[Rule], carried: Mapping[str, str], t: Translator) -> Message:
    """Nobody works on the weekday that was wished for: what would come of it, and the nearest days to choose from.
    `carried` is what a choice needs."""
    text = t("checkins.team.day_off", day=t.weekday(rule.anchor))
    buttons = [
        button(
            t("checkins.team.day_instead", day=t.weekday(each.anchor)),
            ids.sub_id(ids.CHECKIN_WEEKDAY_CHOSEN, each.anchor.weekday()),
            ids.pack(weekday=each.anchor.weekday(), **carried),
        )
        for each in offered
    ]
    if not buttons or any(len(each["value"]) > BUTTON_VALUE for each in buttons):
        again = t("checkins.team.day_off_again")
        return Message(f"{text} {again}", (section(f"{text} {again}"),))
    question = t("checkins.team.day_off_which")
    return Message(f"{text} {question}", (section(f"{text} {question}"), actions(buttons)))


def day_off_words(rule: Rule, offered: Sequence[Rule], t: Translator) -> str:
    """The same under the input of a form."""
    text = t("checkins.team.day_off", day=t.weekday(rule.anchor))
    if not offered:
        return f"{text} {t('checkins.team.day_off_again')}"
    first, last = t.day(offered[0].anchor), t.day(offered[-1].anchor)
    if first == last:
        return f"{text} {t('checkins.team.day_off_one', first=first)}"
    return f"{text} {t('checkins.team.day_off_two', first=first, last=last)}"


def acted_message(standing: Standing, deed: str, t: Translator) -> Message:
    """Paused, resumed or stopped, with the way back where there is one."""
    definition = standing.checkin.definition
    text = t(f"checkins.team.deed.{deed}", title=bold(definition, t), channel=f"<#{definition.channel_id}>")
    lines = [text] if deed == "stop" else [text, *([next_words(standing, t)] if deed == "resume" else [])]
    blocks: list[Block] = [section("\n".join(lines))]
    if deed != "stop" and standing.may_change:
        blocks.append(actions(_buttons(standing, t)))
    return Message("\n".join(lines), tuple(blocks))


def ask_message(run: Run, questions: int, until: str, t: Translator, *, is_reminder: bool = False) -> Message:
    """The question: one button, and before it who will see the answers. `until` is when the post comes, where the
    reader is."""
    definition, channel = run.definition, f"<#{run.definition.channel_id}>"
    key = "checkins.team.reminder" if is_reminder else "checkins.team.asks"
    text = t(key, title=bold(definition, t), channel=channel, count=questions, n=questions, until=until)
    seen = t("checkins.team.seen_by", channel=channel)
    answer = button(
        t("checkins.team.answer"),
        ids.CHECKIN_ANSWER_OPENED,
        ids.pack(run=run.id),
        style="primary",
        label=t("checkins.team.answer_label"),
    )
    return Message(f"{text}\n{seen}", (section(text), actions([answer]), context(seen)))


def turned_message(run: Run, until: str, t: Translator, *, answered: bool) -> Message:
    """What the question turns into: the answer is there and can be changed, or its time is over."""
    said = {
        "title": bold(run.definition, t),
        "channel": f"<#{run.definition.channel_id}>",
        "day": t.day(run.local_date),
    }
    if run.state is RunState.OPEN:
        text = t("checkins.team.you_answered", until=until, **said)
        change = button(t("checkins.team.change_answer"), ids.CHECKIN_ANSWER_OPENED, ids.pack(run=run.id))
        return Message(text, (section(text), actions([change])))
    how = "answered" if answered else "not_answered"
    if run.state is RunState.POSTED:
        text = t(f"checkins.team.posted.{how}", **said)
    else:
        text = t(f"checkins.team.not_posted.{how}", **said)
    return Message(text, (section(text),))


def helped_message(action: Action, t: Translator) -> Message:
    """To whom something is in the way."""
    person, text = f"<@{action.owner_id}>", escape(action.text)
    day = t.day(action.due_on) if action.due_on else ""
    key = "checkins.team.helped_by" if day else "checkins.team.helped"
    said = t(key, person=person, text=text, day=day) if day else t(key, person=person, text=text)
    return Message(said, (section(said),))


def taken_message(taken: Taken, run_id: str, me: str, t: Translator) -> Message:
    """To who took it, or came too late."""
    action = taken.action
    day = t.day(action.due_on) if action.due_on else "–"
    if action.owner_id != me:
        text = t("checkins.team.taken_before", person=f"<@{action.owner_id}>")
        return Message(text, (section(text),))
    how = "own" if taken.blocked_id == me else "yours"
    text = t(f"checkins.team.took.{how}", day=day, person=f"<@{taken.blocked_id}>")
    carried = ids.pack(run=run_id, member=taken.blocked_id)
    change = button(t("checkins.team.other_day"), ids.CHECKIN_BLOCKER_DAY_OPENED, carried)
    return Message(text, (section(text), actions([change])))


def day_changed_message(action: Action, t: Translator) -> Message:
    text = t("checkins.team.day_changed", day=t.day(action.due_on) if action.due_on else "–")
    return Message(text, (section(text),))


def missed_message(definition: CheckinDefinition, why: str, day: str, bot: str, t: Translator) -> Message:
    """To whoever set it up: why nothing came, and what to do."""
    said = {"title": bold(definition, t), "channel": f"<#{definition.channel_id}>", "day": day, "bot": bot}
    text = t(f"checkins.team.missed.{why}", **said)
    if not day:
        return Message(text, (section(text),))
    again = t("notices.again")
    return Message(f"{text} {again}", (section(text), context(again)))


def questions_words(items: Sequence[Item], kpis: Catalogue, t: Translator) -> list[str]:
    """The questions as they are listed; the author's own words escaped."""
    said = []
    for item in items:
        kpi = kpis.get(item.kpi_key) if item.kind is ItemKind.KPI else None
        if item.kind is ItemKind.KPI and kpi is None:
            continue
        name = escape(question_of(item, t, t.kpi(kpi) if kpi else ""))
        said.append(t("checkins.team.only_shown", kpi=name) if kpi is not None and kpi.is_derived else name)
    return said


def _what(definition: CheckinDefinition, rule: Rule, kpis: Catalogue, t: Translator) -> list[str]:
    asks = [f"• {each}" for each in questions_words(definition.items, kpis, t)]
    return [whole_when(definition, rule, t), t("checkins.team.what_is_asked"), *asks]


def _line(standing: Standing, t: Translator) -> str:
    definition = standing.checkin.definition
    return t(
        "checkins.team.line",
        title=bold(definition, t),
        channel=f"<#{definition.channel_id}>",
        when=whole_when(definition, standing.rule, t),
        next=next_words(standing, t),
    )


def _buttons(standing: Standing, t: Translator) -> list[Block]:
    checkin = standing.checkin
    title = title_of(checkin.definition, t)
    going = (t("checkins.team.pause"), ids.CHECKIN_PAUSED)
    if standing.is_paused:
        going = (t("checkins.team.resume"), ids.CHECKIN_RESUMED)
    sure = confirmation(
        t("checkins.team.stop_title"), t("checkins.team.stop_text"), t("checkins.team.stop"), t("core.cancel")
    )

    def made(text: str, action: str, confirm: Block | None = None) -> Block:
        action_id = ids.sub_id(action, checkin.id)
        return button(text, action_id, ids.pack(checkin=checkin.id), confirm=confirm, label=f"{text}: {title}")

    return [
        made(t("checkins.team.change"), ids.CHECKIN_SETUP_OPENED),
        made(*going),
        made(t("checkins.team.stop"), ids.CHECKIN_STOPPED, sure),
    ]
