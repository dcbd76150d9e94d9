"""What was typed and chosen in the form that sets a summary up: as a draft, and from there to a wish, or to what is
wrong, by the input. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.errors import DomainError
from bot.domain.schedules import Cadence, Rule
from bot.domain.summaries import Summary, SummaryDefinition
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.chosen import chosen_day, chosen_number, chosen_time
from bot.summaries import forms, wishes
from bot.summaries.forms import Draft
from bot.summaries.standings import Standing
from bot.summaries.wishes import Wish

_CHANNEL_ID = re.compile(r"[CG][A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class Plan:
    """A draft that was understood: the summary (without an id if it is new), when it comes, and in which zone."""

    summary: Summary
    wish: Wish
    zone: str


def new_draft(channel_id: str, zone: str, language: str) -> Draft:
    """The form as it opens for a new summary: in the channel it was asked for, in the author's zone and language."""
    return Draft(channel_id=channel_id if _CHANNEL_ID.fullmatch(channel_id) else "", zone=zone, language=language)


def draft_of(standing: Standing) -> Draft:
    """The form as it opens for a summary there is."""
    summary, rule = standing.summary, standing.rule
    definition = summary.definition
    return Draft(
        summary.id,
        summary.channel_id,
        _preset_of(rule),
        rule.cadence,
        str(rule.anchor.weekday()),
        str(rule.anchor.day),
        standing.next_at.astimezone(ZoneInfo(rule.zone)).date().isoformat() if standing.next_at else "",
        f"{rule.at:%H:%M}",
        rule.zone,
        summary.language,
        definition.kpi_keys,
        definition.survey_ids,
        definition.shows_surveys,
        definition.silent_when_empty,
        definition.lead_id,
    )


def draft_from(inputs: Mapping[str, str], summary_id: str) -> Draft:
    """The draft in the inputs as Slack sends them, by block id; what is not in sight keeps what the form begins with.
    Raises DomainError `core.stale` for what the form never offered."""
    usual = Draft()
    channel_id = inputs.get(forms.CHANNEL, "")
    extras = inputs.get(forms.EXTRAS, "").split(",")
    preset = inputs.get(forms.PRESET) or usual.preset
    try:
        cadence = Cadence(inputs.get(forms.CADENCE) or usual.cadence)
    except ValueError:
        raise DomainError("core.stale") from None
    if preset not in forms.PRESETS or cadence not in wishes.CADENCES:
        raise DomainError("core.stale")
    return Draft(
        summary_id,
        channel_id,
        preset,
        cadence,
        inputs.get(forms.WEEKDAY) or usual.weekday,
        inputs.get(forms.DAY) or usual.day,
        inputs.get(forms.FIRST, ""),
        inputs.get(forms.TIME) or usual.at,
        inputs.get(forms.ZONE, ""),
        inputs.get(forms.LANGUAGE, ""),
        _several(inputs.get(forms.KPIS, "")),
        _several(inputs.get(ids.sub_id(forms.SURVEYS, channel_id), "")),
        forms.SHOWS_SURVEYS in extras,
        forms.SILENT in extras,
        inputs.get(forms.LEAD, ""),
    )


def plan_from(draft: Draft, now: datetime, t: Translator) -> Plan | dict[str, str]:
    """What the draft asks for; or what is wrong, by the input's block id. `now` is aware."""
    errors: dict[str, str] = {}
    if not _CHANNEL_ID.fullmatch(draft.channel_id):
        errors[forms.CHANNEL] = t("summaries.form.channel_missing")
    zone = ""
    try:
        zone = wishes.read_zone(draft.zone)
    except DomainError as refusal:
        errors[forms.ZONE] = t(refusal.key, **refusal.values)
    wish = _wish(draft, errors, t)
    if wish is not None and zone:
        try:
            wishes.check_first(wish, now, zone)
        except DomainError as refusal:
            errors[forms.FIRST] = t(refusal.key, **refusal.values)
    if errors or wish is None:
        return errors
    definition = SummaryDefinition(draft.kpi_keys, draft.survey_ids, draft.shows_surveys, draft.silent, draft.lead_id)
    summary = Summary(draft.summary_id, draft.channel_id, draft.language, "", now, definition=definition)
    return Plan(summary, wish, zone)


def _preset_of(rule: Rule) -> str:
    if rule.cadence is not Cadence.WEEKLY:
        return forms.OWN
    shown = (rule.anchor.weekday(), rule.at)
    presets = {forms.LAST_WEEK: wishes.LAST_WEEK, forms.THIS_WEEK: wishes.THIS_WEEK}
    return next((name for name, wish in presets.items() if shown == (wish.weekday, wish.at)), forms.OWN)


def _wish(draft: Draft, errors: dict[str, str], t: Translator) -> Wish | None:
    if draft.preset == forms.LAST_WEEK:
        return wishes.LAST_WEEK
    if draft.preset == forms.THIS_WEEK:
        return wishes.THIS_WEEK
    if draft.cadence is Cadence.TWO_WEEKS and not draft.first:
        errors[forms.FIRST] = t("summaries.form.first_missing")
        return None
    first = chosen_day(draft.first) if draft.cadence is Cadence.TWO_WEEKS else None
    at = chosen_time(draft.at, wishes.LAST_WEEK.at)
    weekday, day = chosen_number(draft.weekday, range(7), 0), chosen_number(draft.day, range(1, 32), 1)
    return Wish(draft.cadence, at, weekday, day, first)


def _several(value: str) -> tuple[str, ...]:
    return tuple(each for each in value.split(",") if each)
