"""The screens of a draft that are not about its questions: whom it asks, when, and in which manner; and what was chosen
there. Nothing is stored here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from bot.domain.audiences import Audience
from bot.domain.errors import DomainError
from bot.domain.members import LeftOut
from bot.domain.prompting import Spread
from bot.domain.schedules import Cadence, Rule
from bot.domain.surveys import Dimension, Receivers
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import (
    SELECT_OPTIONS,
    Block,
    checkboxes,
    context,
    date_input,
    field,
    form,
    multi_select,
    option,
    radio,
    select,
    text_input,
    time_input,
)
from bot.slack.elements import channels_select, people_select
from bot.slack.people import UserGroup
from bot.surveys.authoring.draft_editor import back_button, discard_words
from bot.surveys.authoring.draft_forms import breakdown_words
from bot.surveys.authoring.draft_plans import CADENCES, USUAL_TIME, Draft, check_day, chosen_rule
from bot.surveys.authoring.manners import HANDLE_LENGTH, TITLE_LENGTH, Manner

NAMED, ANONYMOUS = "named", "anonymous"
ONE_FORM, ONE_BY_ONE = "one_form", "one_by_one"
AUTHOR = "author"
NO_BREAKDOWN = "none"
ATTRIBUTE = f"{Dimension.ATTRIBUTE}:"
OPTION_VALUE = 150
"""Characters that Slack takes for what an option stands for: a longer name of an attribute cannot be offered."""


@dataclass(frozen=True, slots=True)
class Groups:
    """The user groups there are to choose from; `may_read` is False where Slack does not let the bot see them."""

    known: Sequence[UserGroup] = ()
    may_read: bool = True


def audience_form(draft: Draft, groups: Groups, t: Translator) -> Block:
    """Whom it asks: channels, user groups and people, without some, and whether guests count."""
    audience = draft.survey.definition.audience
    included = {each: option(t(f"surveys.drafts.include.{each}"), each.value) for each in _MAY_BE_INCLUDED}
    blocks = [
        back_button(t),
        field(
            ids.DRAFT_CHANNELS_INPUT,
            t("surveys.drafts.audience.channels"),
            channels_select(ids.DRAFT_CHANNELS_INPUT, audience.channels),
            optional=True,
        ),
        *_groups_field(audience.groups, groups, t),
        field(
            ids.DRAFT_PEOPLE_INPUT,
            t("surveys.drafts.audience.people"),
            people_select(ids.DRAFT_PEOPLE_INPUT, audience.people),
            optional=True,
        ),
        field(
            ids.DRAFT_EXCEPTIONS_INPUT,
            t("surveys.drafts.audience.exceptions"),
            people_select(ids.DRAFT_EXCEPTIONS_INPUT, audience.exceptions),
            optional=True,
        ),
        field(
            ids.DRAFT_INCLUDED_INPUT,
            t("surveys.drafts.audience.included"),
            checkboxes(
                ids.DRAFT_INCLUDED_INPUT, list(included.values()), [included[each] for each in audience.included]
            ),
            optional=True,
            hint=t("surveys.drafts.audience.included_hint"),
        ),
    ]
    return _screen(ids.DRAFT_AUDIENCE_FORM, t("surveys.drafts.audience.title"), blocks, draft, t)


def audience_chosen(inputs: Mapping[str, str], before: Audience) -> Audience:
    """The audience that was chosen. Groups stay as they were where there was no input for them."""
    groups = before.groups if ids.DRAFT_GROUPS_INPUT not in inputs else _several(inputs, ids.DRAFT_GROUPS_INPUT)
    included = tuple(each for each in _MAY_BE_INCLUDED if each.value in _several(inputs, ids.DRAFT_INCLUDED_INPUT))
    return Audience(
        _several(inputs, ids.DRAFT_CHANNELS_INPUT),
        groups,
        _several(inputs, ids.DRAFT_PEOPLE_INPUT),
        _several(inputs, ids.DRAFT_EXCEPTIONS_INPUT),
        included,
    )


def dates_form(draft: Draft, t: Translator) -> Block:
    """How often, from which day to which, at what time."""
    rule = draft.rule
    cadences = {each: option(t(f"surveys.drafts.cadence.{each}"), each.value) for each in CADENCES}
    cadence = rule.cadence if rule else Cadence.ONCE
    blocks = [
        back_button(t),
        field(
            ids.DRAFT_CADENCE_INPUT,
            t("surveys.drafts.dates.cadence"),
            select(ids.DRAFT_CADENCE_INPUT, list(cadences.values()), initial=cadences[cadence]),
        ),
        field(
            ids.DRAFT_FIRST_INPUT,
            t("surveys.drafts.dates.first"),
            date_input(ids.DRAFT_FIRST_INPUT, rule.anchor.isoformat() if rule else ""),
            optional=True,
            hint=t("surveys.drafts.dates.first_hint"),
        ),
        field(
            ids.DRAFT_TIME_INPUT,
            t("surveys.drafts.dates.time"),
            time_input(ids.DRAFT_TIME_INPUT, f"{rule.at if rule else USUAL_TIME:%H:%M}"),
            hint=t("surveys.drafts.dates.time_hint"),
        ),
        field(
            ids.DRAFT_LAST_INPUT,
            t("surveys.drafts.dates.last"),
            date_input(ids.DRAFT_LAST_INPUT, rule.until.isoformat() if rule and rule.until else ""),
            optional=True,
            hint=t("surveys.drafts.dates.last_hint"),
        ),
    ]
    return _screen(ids.DRAFT_DATES_FORM, t("surveys.drafts.dates.title"), blocks, draft, t)


def dates_chosen(inputs: Mapping[str, str], before: Rule | None, now: datetime, zone: str) -> Rule | None:
    """The dates that were chosen; those there were, in their own zone, where nothing was changed. Raises DomainError as
    `chosen_rule`, and `core.stale` for what the form does not offer."""
    try:
        cadence = Cadence(inputs.get(ids.DRAFT_CADENCE_INPUT, ""))
        first, last = _day(inputs, ids.DRAFT_FIRST_INPUT), _day(inputs, ids.DRAFT_LAST_INPUT)
        at = time.fromisoformat(inputs.get(ids.DRAFT_TIME_INPUT) or USUAL_TIME.isoformat())
    except ValueError:
        raise DomainError("core.stale") from None
    if before and (cadence, first, at, last) == (before.cadence, before.anchor, before.at, before.until):
        return before
    if first is not None and (before is None or first != before.anchor):
        check_day(first, at, now, zone)
    return chosen_rule(cadence, first, at, last, now, zone)


def manner_form(draft: Draft, attributes: Sequence[str], t: Translator) -> Block:
    """Everything else: names, one form or one by one, who gets the results, in which groups, over how long, its names.
    `attributes` are the names of what was imported about people."""
    definition, receivers = draft.survey.definition, draft.survey.definition.receivers
    channel: Block = {
        "type": "conversations_select",
        "action_id": ids.DRAFT_RESULTS_CHANNEL_INPUT,
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    if receivers.channel_id:
        channel["initial_conversation"] = receivers.channel_id
    author = option(t("surveys.drafts.manner.author") if draft.of else t("surveys.drafts.manner.me"), AUTHOR)
    people = people_select(ids.DRAFT_RECEIVERS_INPUT, receivers.people)
    named = _choice("level", (ANONYMOUS, NAMED), NAMED if definition.is_named else ANONYMOUS, ids.DRAFT_LEVEL_INPUT, t)
    order = ONE_BY_ONE if definition.one_by_one else ONE_FORM
    blocks = [
        back_button(t),
        _title_field(draft, t),
        field(ids.DRAFT_LEVEL_INPUT, t("surveys.drafts.manner.level"), named),
        field(
            ids.DRAFT_ORDER_INPUT,
            t("surveys.drafts.manner.order"),
            _choice("order", (ONE_FORM, ONE_BY_ONE), order, ids.DRAFT_ORDER_INPUT, t),
        ),
        field(
            ids.DRAFT_AUTHOR_INPUT,
            t("surveys.drafts.manner.results"),
            checkboxes(ids.DRAFT_AUTHOR_INPUT, [author], [author] if receivers.author else []),
            optional=True,
            hint=t("surveys.drafts.manner.results_hint"),
        ),
        field(ids.DRAFT_RECEIVERS_INPUT, t("surveys.drafts.manner.people"), people, optional=True),
        field(ids.DRAFT_RESULTS_CHANNEL_INPUT, t("surveys.drafts.manner.channel"), channel, optional=True),
        _breakdown_field(definition.breakdown, attributes, t),
        _spread_field(definition.spread, t),
        _handle_field(draft, t),
    ]
    return _screen(ids.DRAFT_MANNER_FORM, t("surveys.drafts.manner.title"), blocks, draft, t)


def manner_chosen(inputs: Mapping[str, str]) -> Manner:
    """What was chosen there. Raises DomainError `core.stale` for what the form does not offer."""
    breakdown = inputs.get(ids.DRAFT_BREAKDOWN_INPUT, NO_BREAKDOWN) or NO_BREAKDOWN
    try:
        spread = Spread(inputs.get(ids.DRAFT_SPREAD_INPUT) or Spread.NONE)
        if breakdown != NO_BREAKDOWN and not breakdown.startswith(ATTRIBUTE):
            Dimension(breakdown)
    except ValueError:
        raise DomainError("core.stale") from None
    return Manner(
        title=inputs.get(ids.DRAFT_TITLE_INPUT, "")[:TITLE_LENGTH],
        handle=inputs.get(ids.DRAFT_HANDLE_INPUT, ""),
        is_named=inputs.get(ids.DRAFT_LEVEL_INPUT) == NAMED,
        one_by_one=inputs.get(ids.DRAFT_ORDER_INPUT) == ONE_BY_ONE,
        receivers=Receivers(
            AUTHOR in _several(inputs, ids.DRAFT_AUTHOR_INPUT),
            _several(inputs, ids.DRAFT_RECEIVERS_INPUT),
            inputs.get(ids.DRAFT_RESULTS_CHANNEL_INPUT, ""),
        ),
        breakdown="" if breakdown == NO_BREAKDOWN else breakdown,
        spread=spread,
    )


_MAY_BE_INCLUDED = (LeftOut.GUEST, LeftOut.OUTSIDER)


def _groups_field(chosen: Sequence[str], groups: Groups, t: Translator) -> list[Block]:
    if not groups.may_read:
        return [context(t("surveys.drafts.audience.no_groups"))]
    shown = [*(each for each in groups.known if each.id in chosen), *(g for g in groups.known if g.id not in chosen)]
    options = {each.id: option(f"@{each.handle}", each.id, each.name) for each in shown[:SELECT_OPTIONS]}
    if not options:
        return []
    initial = [options[each] for each in chosen if each in options]
    element = multi_select(ids.DRAFT_GROUPS_INPUT, list(options.values()), initial)
    return [field(ids.DRAFT_GROUPS_INPUT, t("surveys.drafts.audience.groups"), element, optional=True)]


def _choice(what: str, values: Sequence[str], chosen: str, action_id: str, t: Translator) -> Block:
    """Radio buttons, each with what it means."""
    options = {
        each: option(t(f"surveys.drafts.manner.{each}"), each, t(f"surveys.drafts.manner.{what}.{each}"))
        for each in values
    }
    return radio(action_id, list(options.values()), options[chosen])


def _breakdown_field(chosen: str, attributes: Sequence[str], t: Translator) -> Block:
    values = [each.value for each in Dimension if each is not Dimension.ATTRIBUTE]
    values += [f"{ATTRIBUTE}{name}" for name in attributes]
    if chosen and chosen not in values:
        values.append(chosen)
    values = [each for each in values if len(each) <= OPTION_VALUE]
    none = option(t("surveys.drafts.manner.no_breakdown"), NO_BREAKDOWN)
    options = {each: option(breakdown_words(each, t).capitalize(), each) for each in values[: SELECT_OPTIONS - 1]}
    element = select(ids.DRAFT_BREAKDOWN_INPUT, [none, *options.values()], initial=options.get(chosen, none))
    hint = t("surveys.drafts.manner.breakdown_hint")
    return field(ids.DRAFT_BREAKDOWN_INPUT, t("surveys.drafts.manner.breakdown"), element, hint=hint)


def _spread_field(chosen: Spread, t: Translator) -> Block:
    options = {each: option(t(f"surveys.drafts.manner.spread.{each}"), each.value) for each in Spread}
    element = select(ids.DRAFT_SPREAD_INPUT, list(options.values()), initial=options[chosen])
    return field(ids.DRAFT_SPREAD_INPUT, t("surveys.drafts.manner.spread"), element)


def _title_field(draft: Draft, t: Translator) -> Block:
    element = text_input(ids.DRAFT_TITLE_INPUT, initial=draft.survey.definition.title, max_length=TITLE_LENGTH)
    hint = t("surveys.drafts.manner.heading_hint")
    return field(ids.DRAFT_TITLE_INPUT, t("surveys.drafts.manner.heading"), element, optional=True, hint=hint)


def _handle_field(draft: Draft, t: Translator) -> Block:
    element = text_input(ids.DRAFT_HANDLE_INPUT, initial=draft.survey.handle, max_length=HANDLE_LENGTH)
    hint = t("surveys.drafts.manner.handle_hint")
    return field(ids.DRAFT_HANDLE_INPUT, t("surveys.drafts.manner.handle"), element, optional=True, hint=hint)


def _screen(callback_id: str, title: str, blocks: Sequence[Block], draft: Draft, t: Translator) -> Block:
    return form(
        callback_id, title, blocks, submit=t("core.save"), close=discard_words(draft, t), metadata=draft.carried
    )


def _several(inputs: Mapping[str, str], block_id: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for each in inputs.get(block_id, "").split(",") if each))


def _day(inputs: Mapping[str, str], block_id: str) -> date | None:
    text = inputs.get(block_id, "")
    return date.fromisoformat(text) if text else None
