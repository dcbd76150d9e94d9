"""Reading the scoreboard: the totals and targets behind `bot.domain.scoreboard`, for every feature that shows KPIs.
No words and no layout here.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache

from bot.domain.kpis import KPIS, inputs_of
from bot.domain.periods import Period
from bot.domain.scoreboard import KpiLine, KpiTotals, Progress, earlier, lines, progress, seen_from
from bot.domain.targets import Target, target_period
from bot.domain.workdays import Workdays
from storage import UnitOfWork


@lru_cache(maxsize=32)
def workdays_in(country: str) -> Workdays:
    """The working days of a country, kept: its holidays take a while to compute."""
    return Workdays(country)


def read_scoreboard(
    db: UnitOfWork,
    period: Period,
    today: date,
    workdays: Workdays,
    kpi_keys: Sequence[str] | None = None,
    member_id: str | None = None,
) -> list[KpiLine]:
    """The lines of a period as of `today` (a local date): of the KPIs asked for, in that order, else of all that have
    data in the period or the one before, or a target. With `member_id` that person's own numbers and targets, else
    everybody's numbers and the team's targets."""
    owner = member_id or ""
    targets = [each for each in db.targets.active() if each.owner_id == owner and each.kpi_key in KPIS]
    then = earlier(period, today)
    needed = None if kpi_keys is None else _inputs(kpi_keys)
    totals = db.kpis.totals(period.first, period.last, member_id, needed)
    totals_before = db.kpis.totals(then.first, then.last, member_id, needed)
    if kpi_keys is None:
        known = {*totals, *totals_before}
        wanted = {target.kpi_key for target in targets}
        kpi_keys = [key for key, kpi in KPIS.items() if key in wanted or known.issuperset(inputs_of(kpi))]
    shown = [each for each in targets if each.kpi_key in set(kpi_keys)]
    target_totals = read_target_totals(db, shown, seen_from(period, today))
    return lines([KPIS[key] for key in kpi_keys], totals, totals_before, shown, target_totals, period, today, workdays)


def read_target_totals(db: UnitOfWork, targets: Sequence[Target], seen: date) -> dict[str, KpiTotals]:
    """The totals of each target's own period that contains `seen`, by target id. One query a period and owner, since
    most targets share theirs; only what they are made of is added up."""
    needed = _inputs(target.kpi_key for target in targets)
    read: dict[tuple[Period, str], KpiTotals] = {}
    found: dict[str, KpiTotals] = {}
    for target in targets:
        period = target_period(target, seen)
        if (period, target.owner_id) not in read:
            owner = target.owner_id or None
            read[period, target.owner_id] = db.kpis.totals(period.first, period.last, owner, needed)
        found[target.id] = read[period, target.owner_id]
    return found


def read_progress(db: UnitOfWork, targets: Sequence[Target], today: date, workdays: Workdays) -> list[Progress]:
    """Where targets stand today, each against the numbers of its owner."""
    totals = read_target_totals(db, targets, today)
    return [progress(target, totals[target.id], today, today, workdays) for target in targets]


def _inputs(kpi_keys: Iterable[str]) -> set[str]:
    return {key for kpi_key in kpi_keys for key in inputs_of(KPIS[kpi_key])}
