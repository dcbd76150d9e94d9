"""Which KPIs are a person's own, how they stand and how they went: in so many questions to the database, however many
KPIs there are. Only what one page shows is read in full."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from bot.domain.catalogue import Catalogue
from bot.domain.figures import FIRST_DAY, KpiTotals, earlier, figure, latest_wanted, totals_within
from bot.domain.formulas import Span
from bot.domain.kpis import terms_of
from bot.domain.pacing import Status
from bot.domain.periods import Period, PeriodKind, before, containing
from bot.domain.schedules import Cadence
from bot.domain.scoreboard import seen_from, speaks_for_itself
from bot.domain.targets import Target
from bot.domain.workdays import Workdays
from bot.home.facts import OwnKpi, OwnKpis
from bot.scoreboard import read_scoreboard
from storage import UnitOfWork

ON_A_PAGE = 10
PERIODS_BACK = 8
LOOKED_BACK = timedelta(days=92)
"""Who logged a KPI within this time has it among their own."""

_BY_CADENCE = {Cadence.MONTHLY: PeriodKind.MONTH, Cadence.QUARTERLY: PeriodKind.QUARTER}
_SHORTEST_FIRST = (PeriodKind.DAY, PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.QUARTER)
_MOST_IN_NEED = (Status.MISSED, Status.AT_RISK, Status.BEHIND, None, Status.ON_TRACK, Status.MET)
_WITHOUT_TARGET = len(_MOST_IN_NEED)

Group = tuple[PeriodKind, bool]
"""KPIs that are read together: over which kind of period, and whether everybody's numbers count."""


def read_own_kpis(
    db: UnitOfWork, kpis: Catalogue, member_id: str, today: date, workdays: Workdays, page: int
) -> OwnKpis:
    """A page of a person's KPIs as of `today` (their local date), of those they may see (`kpis`): what they log or have
    a target for, with their own numbers; and what they own, with everybody's. A page that is not there (any more) is
    the last one."""
    found = []
    for (kind, is_team), keys in _grouped(db, kpis, member_id, today).items():
        period, owner = containing(today, kind), None if is_team else member_id
        lines = read_scoreboard(db, kpis, period, today, workdays, keys, owner)
        found += [OwnKpi(line, period, is_team) for line in lines]
    found.sort(key=_need)
    pages = max(1, -(-len(found) // ON_A_PAGE))
    page = min(page, pages - 1)
    first = page * ON_A_PAGE
    shown = _with_courses(db, kpis, found[first : first + ON_A_PAGE], member_id, today)
    return OwnKpis(shown, len(found), first, page)


def _grouped(db: UnitOfWork, kpis: Catalogue, member_id: str, today: date) -> dict[Group, list[str]]:
    """The keys of a person's KPIs, in the order of the catalogue, by what they are read over."""
    targets: defaultdict[str, list[Target]] = defaultdict(list)
    for each in db.targets.active():
        if each.owner_id in ("", member_id) and (each.deadline is None or each.deadline >= today):
            targets[each.kpi_key].append(each)
    logged = db.kpis.totals(today - LOOKED_BACK, today, member_id, latest_of=())
    groups: defaultdict[Group, list[str]] = defaultdict(list)
    for kpi in kpis.current:
        own = [each for each in targets[kpi.key] if each.owner_id == member_id]
        is_owner = member_id in kpis.settings(kpi.key).owners
        if own or (not is_owner and speaks_for_itself(kpi, logged)):
            groups[_kind(own, kpis, kpi.key), False].append(kpi.key)
        elif is_owner:
            team = [each for each in targets[kpi.key] if not each.owner_id]
            groups[_kind(team, kpis, kpi.key), True].append(kpi.key)
    return groups


def _kind(targets: Sequence[Target], kpis: Catalogue, kpi_key: str) -> PeriodKind:
    """Over which kind of period a KPI is looked at: that of its target, the shortest first, else as it is asked for."""
    wanted = {each.period for each in targets}
    asked = kpis.settings(kpi_key).cadence
    usual = _BY_CADENCE.get(asked, PeriodKind.WEEK) if asked is not None else PeriodKind.WEEK
    return next((kind for kind in _SHORTEST_FIRST if kind in wanted), usual)


def _need(own: OwnKpi) -> int:
    """How far down a KPI comes: what is missed first, what has no target last. Others keep the catalogue's order."""
    if own.line.target is None or own.line.pace is None:
        return _WITHOUT_TARGET + (own.line.figure.value is None)
    return _MOST_IN_NEED.index(own.line.pace.status)


def _with_courses(
    db: UnitOfWork, kpis: Catalogue, shown: Sequence[OwnKpi], member_id: str, today: date
) -> tuple[OwnKpi, ...]:
    courses: dict[Group, Mapping[str, tuple[Decimal | None, ...]]] = {}
    for kind, is_team in {(each.period.kind, each.is_team) for each in shown}:
        keys = [each.line.kpi.key for each in shown if (each.period.kind, each.is_team) == (kind, is_team)]
        courses[kind, is_team] = read_courses(
            db, kpis, keys, periods_before(containing(today, kind)), today, None if is_team else member_id
        )
    return tuple(replace(each, course=courses[each.period.kind, each.is_team][each.line.kpi.key]) for each in shown)


def periods_before(period: Period) -> list[Period]:
    """The last periods of a kind that are over, the oldest first: one that is still running would look like a fall."""
    found = [before(period)]
    while len(found) < PERIODS_BACK:
        found.append(before(found[-1]))
    return found[::-1]


def read_courses(
    db: UnitOfWork,
    kpis: Catalogue,
    kpi_keys: Sequence[str],
    periods: Sequence[Period],
    today: date,
    owner: str | None,
) -> dict[str, tuple[Decimal | None, ...]]:
    """The figures of some KPIs in each of some periods (oldest first, at least one), each as it was defined in it, by
    key: from the totals of single days, which are read once for all of them."""
    parts = [(period, earlier(period, today), kpis.on(seen_from(period, today))) for period in periods]
    made_of = {term for _, _, then in parts for key in kpi_keys for term in terms_of(then[key])}
    spans, inputs = {term.span for term in made_of}, {term.kpi_key for term in made_of}
    first = min(compared.first for _, compared, _ in parts) if Span.BEFORE in spans else periods[0].first
    latest = latest_wanted(then[key] for _, _, then in parts for key in kpi_keys)
    days = db.kpis.totals_by_day(inputs, first, periods[-1].last, owner, latest)
    base: KpiTotals = {}
    if spans & {Span.START, Span.UNTIL}:
        base = db.kpis.totals(FIRST_DAY, first - timedelta(days=1), owner, inputs, latest)
    return {
        key: tuple(
            figure(then[key], totals_within(then[key], days, base, period, compared)).value
            for period, compared, then in parts
        )
        for key in kpi_keys
    }
