"""Which of a summary's figures can be compared with the period before, and of which days the others are. Two kinds
cannot: those of KPIs that are logged less often than the summary comes, and those of KPIs that began to be logged in
the middle of what they would be compared with. The words for it are in `wording`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.domain.catalogue import Catalogue
from bot.domain.formulas import Reading, Span
from bot.domain.kpis import Aggregation, Kpi, inputs_of, terms_of
from bot.domain.periods import Period, PeriodKind, before, containing, through
from bot.domain.scoreboard import KpiLine, seen_from
from bot.domain.workdays import Workdays
from bot.scoreboard import read_figures
from bot.summaries.facts import KINDS, OwnDays
from storage import UnitOfWork

_SHORTEST_FIRST = tuple(KINDS.values())
_LOOK_BACK = 2
"""So many periods of its own before the current one are looked through for a KPI's latest figure: the last may not have
been asked for yet."""


@dataclass(frozen=True, slots=True)
class _Begun:
    """When a KPI was logged first, and from when on its numbers are whole: what is logged once a week is about all of
    that week."""

    on: date
    whole_from: date


@dataclass(frozen=True, slots=True)
class Beginnings:
    """When the KPIs of a summary began to be logged, by key; those without any entry are not in it."""

    begun: Mapping[str, _Begun]
    workdays: Workdays

    def within(self, kpi: Kpi, period: Period, last: date) -> date | None:
        """The day on which a KPI was logged first, where its figure of a period's days until `last` lacks working days
        for that reason; None where they are whole, or without any number. A formula that looks at the period before
        reaches back as far."""
        begun = self.begun.get(kpi.key)
        if begun is None:
            return None
        reaches_back = any(term.span is Span.BEFORE for term in terms_of(kpi))
        first = before(period).first if reaches_back else period.first
        is_within = first < begun.whole_from <= last
        return begun.on if is_within and self.workdays.count(first, begun.whole_from - timedelta(days=1)) else None


def read_beginnings(db: UnitOfWork, kpis: Catalogue, shown: Iterable[Kpi], workdays: Workdays) -> Beginnings:
    """When these KPIs began to be logged: of a derived one that of the input that began last. What is only ever read
    as it was in the end ("so many customers") is whole from its first number on, and has no beginning here."""
    made_of = {kpi.key: _counted_from_the_first_day(kpi) for kpi in shown}
    first_days = db.kpis.first_days(sorted({key for keys in made_of.values() for key in keys}))
    inputs = {key: _Begun(day, _whole_from(rhythm(kpis, [key]), day)) for key, day in first_days.items()}
    begun = {
        key: max((inputs[each] for each in keys), key=lambda each: each.whole_from)
        for key, keys in made_of.items()
        if keys and inputs.keys() >= keys
    }
    return Beginnings(begun, workdays)


def rhythm(kpis: Catalogue, kpi_keys: Iterable[str]) -> PeriodKind:
    """The longest kind of period that any of these KPIs is asked for; DAY where none of them is."""
    asked = [cadence for key in kpi_keys if (cadence := kpis.settings(key).cadence) in KINDS]
    return max((KINDS[cadence] for cadence in asked if cadence), key=_SHORTEST_FIRST.index, default=PeriodKind.DAY)


def is_rarer(kpis: Catalogue, kpi_keys: Iterable[str], kind: PeriodKind) -> bool:
    """Whether any of these KPIs is logged less often than a summary of this kind of period comes."""
    return _SHORTEST_FIRST.index(rhythm(kpis, kpi_keys)) > _SHORTEST_FIRST.index(kind)


def read_own_days(
    db: UnitOfWork, kpis: Catalogue, lines: Sequence[KpiLine], period: Period, local_date: date
) -> tuple[list[KpiLine], dict[str, OwnDays]]:
    """The lines with, in place of a day's figure that means nothing, the latest of the KPI's own period, for those that
    are logged less often than the summary comes; of which days that is, by key. Those are compared with nothing."""
    found, own = [], {}
    for line in lines:
        made_of = {line.kpi.key, *inputs_of(line.kpi)}
        if not is_rarer(kpis, made_of, period.kind):
            found.append(line)
            continue
        periods = _own_periods(rhythm(kpis, made_of), min(period.last, seen_from(period, local_date)))
        last = through(periods[-1], min(period.last, local_date))
        figures = read_figures(db, kpis, line.kpi.key, [*periods[:-1], last], local_date)
        known = [at for at, figure in enumerate(figures) if figure.value is not None]
        at = known[-1] if known else len(periods) - 1
        own[line.kpi.key] = OwnDays(
            periods[at], through(periods[at], last.last).last, is_new=line.figure.value is not None
        )
        found.append(replace(line, figure=figures[at], before=None, change=None))
    return found, own


def first_day_shown(kpis: Catalogue, kpi: Kpi, period: Period) -> date:
    """The first of the days that a KPI's figure in a summary of `period` may be about."""
    made_of = {kpi.key, *inputs_of(kpi)}
    if not is_rarer(kpis, made_of, period.kind):
        return period.first
    return _own_periods(rhythm(kpis, made_of), period.last)[0].first


def without_halves(
    lines: Sequence[KpiLine], beginnings: Beginnings, compared: Period, last: date
) -> tuple[list[KpiLine], dict[str, date]]:
    """The lines without the changes against what was logged only in part, and by key since when those KPIs are logged.
    `compared` is the whole period before, of which the days until `last` are compared."""
    since: dict[str, date] = {}
    for line in lines:
        day = beginnings.within(line.kpi, compared, last)
        if day is not None and line.figure.value is not None:
            since[line.kpi.key] = day
    return [replace(each, before=None, change=None) if each.kpi.key in since else each for each in lines], since


def _own_periods(kind: PeriodKind, day: date) -> list[Period]:
    """The KPI's own period that `day` lies in, and those before it, oldest first. Which two weeks belong together is
    not known of a day: they are taken to end with its week."""
    current = containing(day, PeriodKind.WEEK if kind is PeriodKind.CUSTOM else kind)
    if kind is PeriodKind.CUSTOM:
        current = Period(current.first - timedelta(weeks=1), current.last, kind)
    found = [current]
    while len(found) <= _LOOK_BACK:
        found.append(before(found[-1]))
    return found[::-1]


def _whole_from(kind: PeriodKind, day: date) -> date:
    """The first day of the period that a KPI's first number is about."""
    return _own_periods(kind, day)[-1].first


def _counted_from_the_first_day(kpi: Kpi) -> set[str]:
    """What a KPI is made of, without what counts only as it was in the end."""
    if kpi.formula is None:
        return set() if kpi.aggregation is Aggregation.LAST else {kpi.key}
    return {term.kpi_key for term in terms_of(kpi) if term.reading is not Reading.LAST}
