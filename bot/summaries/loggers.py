"""Reading who logs which KPI as a rule, and who has not yet: whose numbers are still to come, and which KPIs must not
be judged before they do. No words here."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.calendars import calendar_of
from bot.domain.catalogue import Catalogue
from bot.domain.kpis import inputs_of
from bot.domain.members import Absence, Member
from bot.domain.periods import Period
from bot.domain.scoreboard import KpiLine
from bot.domain.workdays import Workdays
from bot.summaries.comparing import is_rarer
from bot.summaries.days import earlier_periods
from bot.summaries.facts import Coming, Owing
from storage import UnitOfWork

LOOK_BACK = 4
REGULARLY = 2
"""Who logged a KPI in at least so many of the latest LOOK_BACK periods is expected to log it again."""


@dataclass(frozen=True, slots=True)
class Logging:
    """For each logged KPI the people who are expected to log it (by id) and those of them who have; `names` are
    theirs."""

    usual: Mapping[str, frozenset[str]]
    logged: Mapping[str, frozenset[str]]
    names: Mapping[str, str]


def read_logging(
    db: UnitOfWork,
    kpis: Catalogue,
    kpi_keys: Collection[str],
    period: Period,
    local_date: date,
    workdays: Workdays,
    zone: str,
) -> Logging:
    """Who is expected to log what these KPIs are made of, as far as `kpis` has it and keeps it, in what has gone by of
    the period; of what is logged less often nobody is. Not expected are those who left, and who was away, or never
    works, on all of its days."""
    asked = {kpi.key for kpi in kpis.current} & {each for key in kpi_keys for each in inputs_of(kpis[key])}
    asked = {key for key in asked if not is_rarer(kpis, [key], period.kind)}
    earlier = earlier_periods(period, LOOK_BACK, workdays)
    used = sorted(db.kpis.keys_used() & asked)
    before = [db.kpis.loggers(used, each.first, each.last) for each in earlier]
    now = db.kpis.loggers(used, period.first, period.last)
    regulars: dict[str, set[str]] = {}
    logged: dict[str, set[str]] = {}
    for key in used:
        times = Counter(member for each in before for member in each.get(key, ()))
        regulars[key] = {member for member, count in times.items() if count >= REGULARLY}
        logged[key] = now.get(key, set())
    everybody = set().union(*regulars.values())
    people = db.members.get_many(everybody)
    last = min(period.last, max(local_date, period.first))
    away = db.members.absences(period.first, period.last, everybody) if everybody else []
    there = {
        member.id: member.name or member.id
        for member in people.values()
        if not member.left_out and _was_there(member, period.first, last, away, workdays, zone)
    }
    return Logging(
        {key: frozenset(those & there.keys()) for key, those in regulars.items()},
        {key: frozenset(logged[key] & those & there.keys()) for key, those in regulars.items()},
        there,
    )


def owing(logging: Logging, kpis: Catalogue, period: Period, local_date: date, workdays: Workdays) -> tuple[Owing, ...]:
    """Whose numbers are missing, by name. Nobody's while the period still has working days ahead."""
    if local_date < period.last and workdays.count(local_date + timedelta(days=1), period.last):
        return ()
    missing: dict[str, list[str]] = {}
    for key, those in logging.usual.items():
        for member in those - logging.logged[key]:
            missing.setdefault(member, []).append(key)
    found = [
        Owing(logging.names[member], tuple(kpi for kpi in kpis.values() if kpi.key in keys))
        for member, keys in missing.items()
    ]
    return tuple(sorted(found, key=lambda each: (each.name.casefold(), [kpi.key for kpi in each.kpis])))


def incomplete(logging: Logging, lines: Sequence[KpiLine]) -> tuple[Coming, ...]:
    """The lines that not all of the usual people have logged what they are made of. Of several inputs the one with the
    smallest share counts."""
    found = []
    for line in lines:
        counted = [
            (len(logging.logged[key]), len(logging.usual[key])) for key in inputs_of(line.kpi) if logging.usual.get(key)
        ]
        logged, usual = min(counted, key=lambda each: each[0] / each[1], default=(0, 0))
        if logged < usual:
            found.append(Coming(line.kpi, logged, usual))
    return tuple(found)


def _was_there(member: Member, first: date, last: date, away: Sequence[Absence], workdays: Workdays, zone: str) -> bool:
    """Whether they worked on any of the days. On days that are free for everybody nobody is missed for that."""
    own = [absence for absence in away if absence.member_id == member.id]
    calendar = calendar_of(member, own, workdays, zone)
    if not own and not member.free_weekdays:
        return True
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return any(calendar.is_working_day(day) for day in days)
