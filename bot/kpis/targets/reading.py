"""What targets read: the list with forecasts and parts, and how a target compares with the past. Nothing is changed
here."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from bot.domain.catalogue import Catalogue
from bot.domain.dates import EARLIEST_YEAR
from bot.domain.entries import Figure
from bot.domain.figures import figure
from bot.domain.forecasts import Forecast, forecast
from bot.domain.kpis import Aggregation, Kpi
from bot.domain.periods import Period, PeriodKind, before, containing
from bot.domain.scoreboard import Progress
from bot.domain.targets import (
    Aim,
    PartsGap,
    SmartLetter,
    Target,
    aim_of,
    parts_of_whole,
    share_inside,
    smart_gaps,
    target_period,
)
from bot.domain.workdays import Workdays
from bot.kpis.acting import Acting
from bot.kpis.targets.outcomes import Attainability, Listed, TargetList, TargetSet
from bot.scoreboard import read_figures, read_progress, read_totals, whose_numbers
from storage import UnitOfWork

LOOK_BACK = 12
"""Periods of history that a new target is held against."""

FORECAST_WEEKS = 12


def read_set(db: UnitOfWork, target: Target, replaced: Target | None, acting: Acting) -> TargetSet:
    """A target as it was or would be set: where it stands, how it compares with the past, what its parts come to."""
    is_known = not target.is_team or bool(db.teams.members(target.owner_id))
    progress = read_progress(db, acting.kpis, [target], acting.today, acting.workdays)[0] if is_known else None
    attainability = read_attainability(db, acting.kpis, target, acting.today)
    active = db.targets.active(target.kpi_key)
    whole = next((each for each in active if _is_whole_of(each, target)), None)
    parts = parts_of(whole, active, acting.kpis) if whole else None
    return TargetSet(target, progress, attainability, replaced, parts)


def _is_whole_of(whole: Target, target: Target) -> bool:
    return not whole.owner_id and (whole.period, whole.deadline) == (target.period, target.deadline)


def read_list(db: UnitOfWork, acting: Acting, *, older: bool = False) -> TargetList:
    """The targets this person may see, with where they stand, in the order of the catalogue, everybody's first: those
    of everybody, their own and those of their groups, and all of the KPIs they own; admins see all. None of a retired
    KPI. Those whose deadline is long past are only counted, unless it is these that are wanted (`older`), the latest
    first."""
    order = {key: place for place, key in enumerate(acting.kpis)}
    kept = {kpi.key for kpi in acting.kpis.current}
    active = [each for each in db.targets.active() if each.kpi_key in kept]
    groups = db.teams.of(acting.by.id)
    seen = [each for each in active if _is_shown(each, acting, groups)]
    shown = [each for each in seen if each.is_long_past(acting.today) is older]
    if older:
        shown.sort(key=lambda each: each.deadline or acting.today, reverse=True)
    else:
        shown.sort(key=lambda each: (order[each.kpi_key], each.owner_id != "", each.owner_id))
    found = read_progress(db, acting.kpis, shown, acting.today, acting.workdays)
    forecasts = read_forecasts(db, acting.kpis, found, acting.today, acting.workdays)
    rows = (Listed(each, forecasts.get(each.target.id), parts_of(each.target, active, acting.kpis)) for each in found)
    return TargetList(tuple(rows), 0 if older else len(seen) - len(shown), older)


def _is_shown(target: Target, acting: Acting, groups: frozenset[str]) -> bool:
    mine = target.owner_id in ("", acting.by.id) or target.owner_id in groups
    return mine or acting.by.is_admin or acting.by.id in acting.kpis.settings(target.kpi_key).owners


def parts_of(target: Target, active: Sequence[Target], kpis: Catalogue) -> PartsGap | None:
    """What the parts of everybody's target add up to; None for any other."""
    if target.owner_id:
        return None
    return parts_of_whole(active, kpis[target.kpi_key], target.period, target.deadline)


def read_forecasts(
    db: UnitOfWork, kpis: Catalogue, found: Sequence[Progress], today: date, workdays: Workdays
) -> dict[str, Forecast]:
    """The forecasts of targets by id, where there is one. What adds up is read by days, once for each owner; the rest
    by weeks."""
    by_owner: dict[str, list[Progress]] = {}
    for each in found:
        by_owner.setdefault(each.target.owner_id, []).append(each)
    forecasts: dict[str, Forecast] = {}
    for owner_id, theirs in by_owner.items():
        histories = _histories(db, kpis, theirs, today, owner_id)
        for each in theirs:
            kpi = each.figure.kpi
            outlook = forecast(kpi, histories[kpi.key], each.period, today, workdays)
            if outlook is not None:
                forecasts[each.target.id] = outlook
    return forecasts


def _histories(
    db: UnitOfWork, kpis: Catalogue, found: Sequence[Progress], today: date, owner_id: str
) -> dict[str, Mapping[date, Decimal]]:
    owner = whose_numbers(db, owner_id)
    monday = containing(today, PeriodKind.WEEK).first
    adding = {each.figure.kpi.key: each.figure.kpi for each in found if _adds_up(each.figure.kpi)}
    first = min([monday - timedelta(weeks=FORECAST_WEEKS), *(each.period.first for each in found)])
    days = db.kpis.totals_by_day(adding, first, today, owner, latest_of=()) if adding else {}
    histories: dict[str, Mapping[date, Decimal]] = {
        key: {day: totals.sum for day, totals in own.items()} for key, own in days.items()
    }
    weeks = [containing(monday - timedelta(weeks=back), PeriodKind.WEEK) for back in range(FORECAST_WEEKS, 0, -1)]
    for key in {each.figure.kpi.key for each in found} - set(adding):
        figures = read_figures(db, kpis, key, weeks, today, owner)
        histories[key] = _by_monday(weeks, figures)
    return histories


def _by_monday(weeks: Iterable[Period], figures: Iterable[Figure]) -> dict[date, Decimal]:
    return {
        week.first: each.value for week, each in zip(weeks, figures, strict=True) if each.value is not None
    }  # fmt: skip


def _adds_up(kpi: Kpi) -> bool:
    return kpi.aggregation is Aggregation.SUM


def read_attainability(db: UnitOfWork, kpis: Catalogue, target: Target, today: date) -> Attainability:
    """How a target compares with the last complete periods like its own."""
    kpi = kpis[target.kpi_key]
    past = _past(db, kpi, target, today)
    values = [value for _, value in past]
    gaps = smart_gaps(
        kpi, target.value, target.period, target.deadline, aim=aim_of(target, kpi), upper=target.upper, history=values
    )
    is_doubtful = SmartLetter.ATTAINABLE in gaps.doubtful
    if target.upper is not None:
        inside = share_inside(target.value, target.upper, values)
        return Attainability(len(past), inside=inside, is_doubtful=is_doubtful)
    if gaps.times is None:
        return Attainability(len(past))
    is_lower_better = aim_of(target, kpi) is Aim.BELOW
    best_in, best = (min if is_lower_better else max)(past, key=lambda each: each[1])
    return Attainability(len(past), gaps.times, best, best_in, is_doubtful=is_doubtful)


def _past(db: UnitOfWork, kpi: Kpi, target: Target, today: date) -> list[tuple[Period, Decimal]]:
    period, owner = target_period(target, today), whose_numbers(db, target.owner_id)
    found = []
    for _ in range(LOOK_BACK):
        if period.first.year < EARLIEST_YEAR:  # twelve times a deadline decades ahead is before any calendar begins
            break
        period = before(period)
        value = figure(kpi, read_totals(db, [kpi], period, before(period), owner)).value
        if value is not None:
            found.append((period, value))
    return found
