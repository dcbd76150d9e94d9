"""The form of what is decided about one KPI: owners, rhythm, who sees it, thresholds, what it is tied to, its review;
and what was chosen there. Pure: nothing is stored here, and whether it makes sense is decided in `service`."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from decimal import Decimal, InvalidOperation

from bot.domain.catalogue import Catalogue, KpiSettings, Visibility
from bot.domain.errors import DomainError
from bot.domain.kpis import Kind, Kpi, inputs_of
from bot.domain.schedules import Cadence
from bot.i18n import Translator
from bot.kpis.wording import Wording
from bot.slack import ids
from bot.slack.blocks import (
    SELECT_OPTIONS,
    Block,
    cut,
    date_input,
    field,
    form,
    multi_select,
    number_input,
    option,
    radio,
    section,
    select,
    time_input,
)
from bot.slack.elements import people_select
from bot.slack.people import Groups

OWNERS_FIELD = "owners"
CADENCE_FIELD = "cadence"
WEEKDAY_FIELD = "weekday"
TIME_FIELD = "time"
SEEN_FIELD = "seen"
TEAM_FIELD = "team"
ON_TRACK_FIELD = "on_track"
BEHIND_FIELD = "behind"
DRIVERS_FIELD = "drivers"
REVIEW_FIELD = "review"

CADENCES = (None, Cadence.WEEKLY, Cadence.MONTHLY, Cadence.QUARTERLY)
NEVER = "never"
MOST_HIDDEN = 10
MOST_PLACES = 20
"""Digits of a percentage, before its point or behind it, with which a form can still be drawn again."""
MONDAY = date(2024, 1, 1)
WEEK = tuple(MONDAY.replace(day=day) for day in range(1, 8))

PLACES: Mapping[str, str] = {
    "kpis.settings.not_an_owner": OWNERS_FIELD,
    "kpis.settings.nobody_to_ask": OWNERS_FIELD,
    "kpis.settings.nobody_to_see": OWNERS_FIELD,
    "kpis.settings.which_team": SEEN_FIELD,
    "kpis.settings.thresholds": BEHIND_FIELD,
    "kpis.settings.review_past": REVIEW_FIELD,
}
"""The input that a refusal is about."""


def fingerprint(settings: KpiSettings) -> str:
    """A few characters that differ where what the form shows does: what it carries to tell whether that changed
    meanwhile."""
    return hashlib.sha256(repr(replace(settings, muted=())).encode()).hexdigest()[:16]


def settings_form(
    kpi: Kpi, settings: KpiSettings, seen: str, w: Wording, groups: Groups | None = None, *, is_review: bool = False
) -> Block:
    """`settings` as they stand in the form; `seen` is the fingerprint of those that are stored. `groups` are the user
    groups to choose from, None where they were not asked for yet."""
    t = w.t
    blocks: list[Block] = [section(t("kpis.settings.intro", kpi=w.name(kpi)))]
    if not w.kpis.is_own(kpi.key):
        blocks.append(section(t("kpis.settings.built_in")))
    hint = t("kpis.settings.owners_hint")
    owners = people_select("chosen", settings.owners)
    blocks.append(field(OWNERS_FIELD, t("kpis.settings.owners"), owners, optional=True, hint=hint))
    if not kpi.is_derived:
        blocks += _rhythm(settings, t)
    blocks += _visibility(settings, groups, t)
    blocks += _thresholds(settings, t)
    if kpi.kind is Kind.OUTCOME:
        blocks += _drivers(kpi, settings, w)
    review = date_input("chosen", settings.review_on.isoformat() if settings.review_on else "")
    hint = t("kpis.settings.review_hint")
    blocks.append(field(REVIEW_FIELD, t("kpis.settings.review"), review, optional=True, hint=hint))
    return form(
        ids.KPI_SETTINGS_FORM,
        t("kpis.settings.title"),
        blocks,
        submit=t("core.save"),
        close=t("core.cancel"),
        metadata=ids.pack(kpi=kpi.key, seen=seen, **({"review": 1} if is_review else {})),
    )


def _rhythm(settings: KpiSettings, t: Translator) -> list[Block]:
    cadences = {each: option(t(f"kpis.settings.cadence.{each or NEVER}"), each or NEVER) for each in CADENCES}
    days = [option(t.weekday(day), str(day.weekday())) for day in WEEK]
    chosen = cadences.get(settings.cadence, cadences[None])
    return [
        field(
            CADENCE_FIELD,
            t("kpis.settings.cadence"),
            select("chosen", list(cadences.values()), initial=chosen),
            hint=t("kpis.settings.cadence_hint"),
        ),
        field(WEEKDAY_FIELD, t("kpis.settings.weekday"), select("chosen", days, initial=days[settings.ask_on])),
        field(
            TIME_FIELD,
            t("kpis.settings.time"),
            time_input("chosen", f"{settings.ask_at:%H:%M}"),
            hint=t("kpis.settings.time_hint"),
        ),
    ]


def _visibility(settings: KpiSettings, groups: Groups | None, t: Translator) -> list[Block]:
    options = {each: option(t(f"kpis.settings.seen.{each}"), each.value) for each in Visibility}
    chosen = radio(ids.KPI_SETTINGS_SEEN, list(options.values()), options[settings.visibility])
    blocks = [field(SEEN_FIELD, t("kpis.settings.seen"), chosen, dispatch=True)]
    if settings.visibility is not Visibility.TEAM:
        return blocks
    teams = _team_options(settings.team, groups, t)
    if not teams:
        key = "kpis.settings.no_groups" if groups and not groups.may_read else "kpis.settings.groups_none"
        return [*blocks, section(t(key if groups else "kpis.settings.groups_wait"))]
    initial = teams.get(settings.team)
    return [
        *blocks,
        field(TEAM_FIELD, t("kpis.settings.team"), select("chosen", list(teams.values()), initial=initial)),
    ]


def _team_options(chosen: str, groups: Groups | None, t: Translator) -> dict[str, Block]:
    known = list(groups.known) if groups else []
    first = sorted(known, key=lambda each: each.id != chosen)[:SELECT_OPTIONS]
    options = {each.id: option(f"@{each.handle}", each.id, each.name) for each in first}
    if chosen and chosen not in options:
        options = {chosen: option(t("kpis.settings.team_kept"), chosen), **options}
    return options


def _thresholds(settings: KpiSettings, t: Translator) -> list[Block]:
    return [
        field(
            ON_TRACK_FIELD,
            t("kpis.settings.on_track"),
            number_input("typed", f"{settings.on_track:f}"),
            hint=t("kpis.settings.on_track_hint"),
        ),
        field(BEHIND_FIELD, t("kpis.settings.behind"), number_input("typed", f"{settings.behind:f}")),
    ]


def possible_drivers(kpi: Kpi, kpis: Catalogue) -> Sequence[Kpi]:
    """The process KPIs that a person can tie an outcome to."""
    return [each for each in kpis.current if each.kind is Kind.PROCESS and each.key != kpi.key][:SELECT_OPTIONS]


def _drivers(kpi: Kpi, settings: KpiSettings, w: Wording) -> list[Block]:
    options = {each.key: option(cut(w.name(each), 75), each.key) for each in possible_drivers(kpi, w.kpis)}
    if not options:
        return []
    chosen = [options[key] for key in settings.drivers if key in options]
    element = multi_select("chosen", list(options.values()), chosen)
    hint = w.t("kpis.settings.drivers_hint")
    return [field(DRIVERS_FIELD, w.t("kpis.settings.drivers"), element, optional=True, hint=hint)]


def settings_chosen(inputs: Mapping[str, str], before: KpiSettings, kpi: Kpi, kpis: Catalogue) -> KpiSettings:
    """What was chosen; what the form has no input for stays as it was, also drivers that this person does not see.
    DomainError `core.stale` for what the form does not offer, `kpis.settings.thresholds` for what is no number."""
    try:
        cadence = inputs.get(CADENCE_FIELD)
        visibility = Visibility(inputs.get(SEEN_FIELD) or before.visibility)
        review = inputs.get(REVIEW_FIELD, before.review_on.isoformat() if before.review_on else "")
        chosen = replace(
            before,
            owners=_several(inputs, OWNERS_FIELD) if OWNERS_FIELD in inputs else before.owners,
            cadence=before.cadence if cadence is None else None if cadence == NEVER else Cadence(cadence),
            ask_on=int(inputs.get(WEEKDAY_FIELD) or before.ask_on),
            ask_at=time.fromisoformat(inputs.get(TIME_FIELD) or before.ask_at.isoformat()),
            visibility=visibility,
            team=(inputs.get(TEAM_FIELD) or before.team) if visibility is Visibility.TEAM else "",
            review_on=date.fromisoformat(review) if review else None,
        )
        if not 0 <= chosen.ask_on <= 6:
            raise ValueError("no such weekday")
    except ValueError:
        raise DomainError("core.stale") from None
    if DRIVERS_FIELD in inputs:
        offered = {each.key for each in possible_drivers(kpi, kpis)}
        unseen = [key for key in before.drivers if key not in offered]
        ticked = [key for key in _several(inputs, DRIVERS_FIELD) if key in offered]
        chosen = replace(chosen, drivers=(*ticked, *unseen))
    return replace(
        chosen,
        on_track=_percent(inputs, ON_TRACK_FIELD, before.on_track),
        behind=_percent(inputs, BEHIND_FIELD, before.behind),
    )


def _percent(inputs: Mapping[str, str], block_id: str, before: Decimal) -> Decimal:
    typed = inputs.get(block_id)
    if not typed:
        return before
    try:
        value = Decimal(typed)
    except InvalidOperation:
        raise DomainError("kpis.settings.thresholds") from None
    if not value.is_finite() or abs(value.adjusted()) > MOST_PLACES:
        raise DomainError("kpis.settings.thresholds")
    return value


def _several(inputs: Mapping[str, str], block_id: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for each in inputs.get(block_id, "").split(",") if each))


def settings_done_form(kpi: Kpi, settings: KpiSettings, w: Wording) -> Block:
    """What holds now, in words."""
    lines = settings_lines(settings, w)
    hidden = [] if settings.visibility is Visibility.ALL else [w.name(each) for each in _computed_from(kpi, w.kpis)]
    if hidden:
        lines.append(w.t("kpis.settings.hidden_too", kpis=w.t.listing(hidden[:MOST_HIDDEN])))
    blocks = [section("\n".join((w.t("kpis.settings.saved", kpi=w.name(kpi)), *lines)))]
    return form(ids.KPI_SETTINGS_DONE_NOTE, w.t("kpis.settings.title"), blocks, close=w.t("core.close"))


def _computed_from(kpi: Kpi, kpis: Catalogue) -> Sequence[Kpi]:
    """The KPIs whose formulas come down to this one: who does not see it sees none of them."""
    return [each for each in kpis.current if each.is_derived and kpi.key in inputs_of(each)]


def settings_lines(settings: KpiSettings, w: Wording) -> list[str]:
    """What was decided about a KPI: owners, rhythm, who sees it, thresholds where they are not the usual ones, ties."""
    t = w.t
    owners = t.listing(f"<@{each}>" for each in settings.owners[:20])
    lines = [t("kpis.settings.owned_by", owners=owners) if owners else t("kpis.settings.no_owner")]
    if settings.cadence is not None:
        lines.append(
            t(
                "kpis.settings.is_asked",
                cadence=t(f"kpis.settings.cadence.{settings.cadence}"),
                weekday=t.weekday(WEEK[settings.ask_on]),
                time=t.time(settings.ask_at),
            )
        )
    team = f"<!subteam^{settings.team}>"
    lines.append(t(f"kpis.settings.is_seen.{settings.visibility}", team=team))
    lines.append(t("kpis.settings.is_on_track", on_track=settings.on_track, behind=settings.behind))
    drivers = [w.name(w.kpis[key]) for key in settings.drivers if key in w.kpis]
    if drivers:
        lines.append(t("kpis.settings.is_tied", drivers=t.listing(drivers)))
    if settings.review_on:
        lines.append(t("kpis.settings.is_reviewed", day=settings.review_on))
    return lines
