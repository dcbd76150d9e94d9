"""The two forms that every new survey goes through: how it begins, and the overview it is launched from. And what its
author is told then. The screens behind the overview's buttons are in `draft_editor`, `draft_settings`, `draft_preview`.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.audiences import Audience
from bot.domain.bank import DRIVERS
from bot.domain.members import LeftOut
from bot.domain.prompting import Spread
from bot.domain.questions import ADVISED_QUESTIONS, KINDS, MOST_QUESTIONS, Question, QuestionKind, Why
from bot.domain.schedules import Cadence, Rule, next_due
from bot.domain.surveys import MANAGER, Definition, Receivers
from bot.domain.templates import TEMPLATES, Template
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import (
    Block,
    Message,
    actions,
    button,
    context,
    divider,
    escape,
    field,
    form,
    option,
    overflow,
    plain_section,
    section,
    select,
)
from bot.slack.elements import channels_select
from bot.surveys.author_views import rhythm
from bot.surveys.authoring.draft_plans import CADENCES, Draft
from bot.surveys.outcomes import Overview
from bot.surveys.wording import audience_words, definition_title, question_text, receivers_words

EDIT, UP, DOWN, REMOVE = "edit", "up", "down", "remove"
FIRST_TEMPLATE = "enps"
"""The template that the form begins with: answered with one click."""
_LISTED_QUESTIONS = 6


def start_form(
    t: Translator,
    channel_id: str,
    draft_id: str,
    template: Template = TEMPLATES[FIRST_TEMPLATE],
    channels: Sequence[str] = (),
) -> Block:
    """How a survey begins: what to ask, whom, when; all of it answered already. `channel_id` is where the author is, a
    conversation with few people in it does not count."""
    options = {key: option(t(f"templates.{key}.name"), key, t(f"templates.{key}.about")) for key in TEMPLATES}
    here = (channel_id,) if channel_id.startswith(("C", "G")) else ()
    cadences = {each: option(t(f"surveys.drafts.cadence.{each}"), each.value) for each in CADENCES}
    blocks = [
        field(
            ids.DRAFT_TEMPLATE_INPUT,
            t("surveys.drafts.start.template"),
            select(ids.DRAFT_TEMPLATE_CHOSEN, list(options.values()), initial=options[template.key]),
            dispatch=True,
        ),
        plain_section(template_lines(template, t)),
        field(
            ids.DRAFT_CHANNELS_INPUT,
            t("surveys.drafts.start.channels"),
            channels_select(ids.DRAFT_CHANNELS_INPUT, channels or here, t("surveys.drafts.start.channels_placeholder")),
            optional=True,
            hint=t("surveys.drafts.start.channels_hint"),
        ),
        # another input for each template, so that Slack shows the rhythm of the one that was chosen just now
        field(
            ids.sub_id(ids.DRAFT_CADENCE_INPUT, template.key),
            t("surveys.drafts.start.when"),
            select(ids.DRAFT_CADENCE_INPUT, list(cadences.values()), initial=cadences[template.cadence]),
            hint=t("surveys.drafts.start.when_hint"),
        ),
    ]
    return form(
        ids.DRAFT_START_FORM,
        t("surveys.drafts.title"),
        blocks,
        submit=t("surveys.drafts.continue"),
        close=t("core.cancel"),
        metadata=ids.pack(draft=draft_id),
    )


def template_lines(template: Template, t: Translator) -> str:
    """What a template asks, in the words of its questions."""
    lines = [f"• {question_text(each, t)}" for each in template.questions[:_LISTED_QUESTIONS]]
    if template.draws:
        lines.append(f"• {t('surveys.drafts.start.drawn', count=template.draws)}")
    return "\n".join(lines) or t("surveys.drafts.start.empty")


def hub_form(draft: Draft, now: datetime, t: Translator, zone: str, trouble: str = "") -> Block:
    """The draft at a glance, with a way to everything that can be changed, and the button that launches it. `trouble`
    says what keeps it from being launched."""
    definition = draft.survey.definition
    title = definition_title(definition, t) or t("surveys.drafts.untitled")
    blocks = [
        *([section(f"*{t('surveys.drafts.trouble')}* {trouble}")] if trouble else []),
        *([context(t("surveys.drafts.from_next_round"))] if draft.of else []),
        _part(f"*{escape(title)}*", ids.sub_id(ids.DRAFT_MANNER_OPENED, "title"), t("surveys.drafts.change_title"), t),
        _part(audience_line(definition.audience, t), ids.DRAFT_AUDIENCE_OPENED, t("surveys.drafts.change_audience"), t),
        _part(dates_line(draft.rule, now, t, zone), ids.DRAFT_DATES_OPENED, t("surveys.drafts.change_dates"), t),
        _part(
            manner_line(definition, t, is_own=not draft.of),
            ids.DRAFT_MANNER_OPENED,
            t("surveys.drafts.change_manner"),
            t,
        ),
        divider(),
        *question_blocks(definition, t),
        context(*advice(definition, t)),
        actions(_ways(definition, t)),
    ]
    at_once = draft.rule is None
    submit = "surveys.drafts.save" if draft.of else "surveys.drafts.launch" if at_once else "surveys.drafts.schedule"
    return form(
        ids.DRAFT_HUB_FORM,
        t("surveys.drafts.edit_title") if draft.of else t("surveys.drafts.title"),
        blocks,
        submit=t(submit),
        close=t("core.cancel"),
        metadata=draft.carried,
    )


def launched_message(seen: Overview, t: Translator, zone: str, *, is_changed: bool = False) -> Message:
    """What was understood, and what happens next."""
    survey, definition = seen.survey, seen.survey.definition
    key = "surveys.drafts.changed" if is_changed else "surveys.drafts.launched"
    title = t(key, handle=survey.handle)
    lines = [
        audience_line(definition.audience, t),
        _starts_line(seen, t, zone, is_changed=is_changed),
        t("surveys.drafts.asks", count=definition.size),
        manner_line(definition, t, is_own=not is_changed),
    ]
    commands = t("surveys.drafts.next", handle=survey.handle)
    blocks = (section(f"*{title}*"), section("\n".join(lines)), context(commands))
    return Message("\n".join((title, *lines, commands)), blocks)


def done_form(message: Message, t: Translator) -> Block:
    """The confirmation, where only a form can be."""
    return form(ids.DRAFT_DONE_NOTE, t("surveys.drafts.done_title"), message.blocks, close=t("core.close"))


def audience_line(audience: Audience, t: Translator) -> str:
    """Whom the survey asks, exceptions and guests included."""
    if audience.is_empty:
        return t("surveys.drafts.nobody_yet")
    parts = [t("surveys.drafts.asked", who=audience_words(audience, t))]
    if LeftOut.GUEST in audience.included:
        parts.append(t("surveys.drafts.with_guests"))
    if LeftOut.OUTSIDER in audience.included:
        parts.append(t("surveys.drafts.with_outsiders"))
    return " ".join(parts)


def dates_line(rule: Rule | None, now: datetime, t: Translator, zone: str) -> str:
    """When the survey is asked."""
    if rule is None:
        return t("surveys.drafts.at_once")
    following = next_due(rule, now)
    if following is None:
        return t("surveys.drafts.no_date")
    first = t.moment(following.at, zone)
    if rule.cadence is Cadence.ONCE:
        return t("surveys.drafts.once", first=first)
    line = t("surveys.drafts.first", first=first, rhythm=rhythm(rule, t, zone))
    return f"{line} {t('surveys.drafts.until', last=rule.until)}" if rule.until else line


def manner_line(definition: Definition, t: Translator, *, is_own: bool) -> str:
    """Whether names are shown, who gets the results, and what else is not as usual. `is_own`: the reader is the one who
    asks."""
    receivers = _receivers(definition.receivers, t) if is_own else receivers_words(definition, t)
    parts = [
        t("surveys.drafts.level.named") if definition.is_named else t("surveys.drafts.level.anonymous"),
        t("surveys.drafts.results_to", who=receivers),
    ]
    if definition.one_by_one and definition.size > 1:
        parts.append(t("surveys.drafts.one_by_one"))
    if definition.breakdown:
        parts.append(t("surveys.drafts.broken_down", by=breakdown_words(definition.breakdown, t)))
    if definition.spread is not Spread.NONE:
        parts.append(t(f"surveys.drafts.spread.{definition.spread}"))
    return " ".join(parts)


def breakdown_words(breakdown: str, t: Translator) -> str:
    """What results are broken down by: "channel", "manager", or an imported attribute by its own name."""
    if breakdown == MANAGER:
        return t("surveys.drafts.by_manager")
    dimension, _, name = breakdown.partition(":")
    return name or t(f"surveys.drafts.by.{dimension}")


def question_blocks(definition: Definition, t: Translator) -> list[Block]:
    """The numbered questions, each with its menu, and what is drawn anew for each round."""
    last = len(definition.questions) - 1
    blocks = [
        section(
            f"*{place + 1}.* {escape(question_text(each, t))}\n{_details(each, t)}",
            accessory=overflow(ids.sub_id(ids.DRAFT_QUESTION_MENU, each.id), _menu(each, place, last, t)),
        )
        for place, each in enumerate(definition.questions)
    ]
    if definition.draws:
        drivers = t.listing(t(f"bank.driver.{each}") for each in definition.drivers if each in DRIVERS)
        text = t("surveys.drafts.drawn", count=definition.draws, drivers=drivers)
        blocks.append(_part(text, ids.sub_id(ids.DRAFT_BANK_OPENED, "drawn"), t("surveys.drafts.change_drawn"), t))
    return blocks or [section(t("surveys.drafts.no_questions"))]


def advice(definition: Definition, t: Translator) -> tuple[str, ...]:
    """How many questions are good, where there are more; how many are possible, where there are no more."""
    if definition.size >= MOST_QUESTIONS:
        return (t("surveys.drafts.full", most=MOST_QUESTIONS),)
    if definition.size > ADVISED_QUESTIONS:
        return (t("surveys.drafts.many", count=definition.size),)
    return (t("surveys.drafts.few"),)


def kind_words(kind: QuestionKind, t: Translator) -> str:
    return t(f"surveys.drafts.kind.{kind}")


def why_words(kind: QuestionKind, why: Why, t: Translator) -> str:
    """After which answers the reason is asked, in the words of the kind: "after “no”", "of detractors"."""
    own = f"surveys.drafts.why_{kind}.{why}"
    return t(own) if own in t else t(f"surveys.drafts.why.{why}")


def _details(question: Question, t: Translator) -> str:
    parts = [kind_words(question.kind, t)]
    if len(KINDS[question.kind].scales) > 1:
        parts.append(t("surveys.drafts.scale", low=question.low, high=question.high))
    if question.options:
        parts.append(t("surveys.drafts.options", count=len(question.options)))
    if question.required:
        parts.append(t("surveys.drafts.required"))
    if question.why is not Why.NEVER:
        when = why_words(question.kind, question.why, t)
        parts.append(t("surveys.drafts.asks_why", when=f"{when[0].lower()}{when[1:]}"))
    return f"_{' · '.join(parts)}_"


def _menu(question: Question, place: int, last: int, t: Translator) -> list[Block]:
    wanted = (EDIT, *([UP] if place else []), *([DOWN] if place < last else []), REMOVE)
    return [option(t(f"surveys.drafts.menu.{each}"), f"{each}:{question.id}") for each in wanted]


def _ways(definition: Definition, t: Translator) -> list[Block]:
    ways = [
        button(t("surveys.drafts.more"), ids.sub_id(ids.DRAFT_MANNER_OPENED, "more"), ids.pack()),
        button(t("surveys.drafts.preview"), ids.DRAFT_PREVIEW_OPENED, ids.pack()),
    ]
    if definition.size < MOST_QUESTIONS:
        ways[:0] = [
            button(t("surveys.drafts.add"), ids.DRAFT_QUESTION_ADDED, ids.pack()),
            button(t("surveys.drafts.from_bank"), ids.DRAFT_BANK_OPENED, ids.pack()),
        ]
    return ways


def _part(text: str, action_id: str, label: str, t: Translator) -> Block:
    """One line of the overview, and the button that changes it; `label` is how the button reads alone."""
    return section(text, accessory=button(t("surveys.drafts.change"), action_id, ids.pack(), label=label))


def _receivers(receivers: Receivers, t: Translator) -> str:
    parts = [
        *([t("surveys.drafts.you")] if receivers.author else []),
        *(f"<@{each}>" for each in receivers.people),
        *([f"<#{receivers.channel_id}>"] if receivers.channel_id else []),
    ]
    return t.listing(parts) if parts else t("surveys.drafts.you")


def _starts_line(seen: Overview, t: Translator, zone: str, *, is_changed: bool) -> str:
    if seen.running is not None and not is_changed:
        return t("surveys.drafts.starts_now")
    if seen.rule is None or seen.next_at is None:
        return t("surveys.created.by_hand", handle=seen.survey.handle)
    first = t.moment(seen.next_at, zone)
    if seen.rule.cadence is Cadence.ONCE:
        return t("surveys.drafts.once", first=first)
    return t("surveys.drafts.first", first=first, rhythm=rhythm(seen.rule, t, zone))
