"""Figures of derived KPIs: a formula over the totals of its inputs, exact until it is shown. Which days the totals must
be of is said here; reading them from storage is the matter of `bot.scoreboard` and the features.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from bot.domain.entries import Figure, Totals, add_up, own_figure
from bot.domain.formulas import Reading, Span, Term, evaluate
from bot.domain.kpis import Aggregation, Kpi, terms_of
from bot.domain.periods import Period, PeriodKind, before, comparable

KpiTotals = Mapping[str, Totals]
"""Totals of logged KPIs by `Term.totals_key`: those of a period by the KPI's own key."""

FIRST_DAY = date.min
"""Before any day that something can be logged for."""


@dataclass(frozen=True, slots=True)
class Computed(Figure):
    """The figure of a derived KPI, with what each term of its formula was: None for one that nobody logged."""

    inputs: tuple[tuple[Term, Decimal | None], ...] = ()

    @property
    def missing(self) -> tuple[Term, ...]:
        """The terms without any entry; the formula has no value before they are logged."""
        return tuple(term for term, value in self.inputs if value is None)


def figure(kpi: Kpi, totals: KpiTotals) -> Figure:
    """The KPI's figure from the totals of what it is made of, by its formula or its aggregation.

    A formula is computed from the totals of the whole period, so that it is sum over sum and never a mean of ratios, in
    exact fractions, rounded once to the digits of a Decimal. Without an entry for each of its inputs, or with nothing
    to divide by, there is no value; that is neither zero nor an error.
    """
    if kpi.formula is None:
        return own_figure(kpi, totals)
    values = {term: _exact(term, totals) for term in terms_of(kpi)}
    result = evaluate(kpi.formula, values)
    count = sum(totals.get(key, Totals()).count for key in {term.totals_key for term in values})
    inputs = tuple((term, None if value is None else _decimal(value)) for term, value in values.items())
    return Computed(kpi, None if result is None else _decimal(result * kpi.factor), count, inputs)


def _exact(term: Term, totals: KpiTotals) -> Fraction | None:
    own = totals.get(term.totals_key, Totals())
    if own.count == 0:
        return None
    match term.reading:
        case Reading.SUM:
            return Fraction(own.sum)
        case Reading.MEAN:
            return Fraction(own.sum) / own.count
        case Reading.LAST:
            return None if own.last is None else Fraction(own.last)


def _decimal(number: Fraction) -> Decimal:
    return Decimal(number.numerator) / Decimal(number.denominator)


def earlier(period: Period, today: date) -> Period:
    """The days a period's figure is compared with: the period before, and as many of its days as have gone by while the
    period is still running."""
    return comparable(period, today) if period.first <= today else before(period)


def earlier_still(period: Period, today: date) -> Period:
    """The days that the days of `earlier(period, today)` are compared with in turn: as many, two periods ago."""
    return earlier(before(period), earlier(period, today).last)


def days_of(span: Span, period: Period, compared: Period) -> Period:
    """The days of a span as seen from `period`, which is compared with the days of `compared`."""
    match span:
        case Span.PERIOD:
            return period
        case Span.BEFORE:
            return compared
        case Span.START:
            return Period(FIRST_DAY, period.first - timedelta(days=1), PeriodKind.CUSTOM)
        case Span.UNTIL:
            return Period(FIRST_DAY, period.last, PeriodKind.CUSTOM)


def totals_within(
    kpi: Kpi, days: Mapping[str, Mapping[date, Totals]], base: KpiTotals, period: Period, compared: Period
) -> dict[str, Totals]:
    """What a KPI's figure of `period` is made from, out of the totals of single days (in order, by KPI). `base` are the
    totals of everything before the first of those days."""
    found: dict[str, Totals] = {}
    for term in terms_of(kpi):
        wanted = days_of(term.span, period, compared)
        within = [own for day, own in days.get(term.kpi_key, {}).items() if wanted.contains(day)]
        older = [base[term.kpi_key]] if wanted.first == FIRST_DAY and term.kpi_key in base else []
        found[term.totals_key] = add_up([*older, *within])
    return found


def latest_wanted(kpis: Iterable[Kpi]) -> frozenset[str]:
    """The logged KPIs whose latest value the figures of `kpis` need; of the others their totals need none."""
    found: set[str] = set()
    for kpi in kpis:
        if kpi.formula is None and kpi.aggregation is Aggregation.LAST:
            found.add(kpi.key)
        found |= {term.kpi_key for term in terms_of(kpi) if term.reading is Reading.LAST}
    return frozenset(found)


def spans_of(kpis: Iterable[Kpi]) -> dict[Span, set[str]]:
    """Which KPIs must be added up over which span for the figures of `kpis`."""
    found: dict[Span, set[str]] = {}
    for kpi in kpis:
        for term in terms_of(kpi):
            found.setdefault(term.span, set()).add(term.kpi_key)
    return found
