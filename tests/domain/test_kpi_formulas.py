"""Formulas of derived KPIs: exact fractions, nothing invented where something is missing, rounded once at the end."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.entries import Totals, add_up
from bot.domain.figures import (
    FIRST_DAY,
    Computed,
    KpiTotals,
    days_of,
    earlier,
    earlier_still,
    figure,
    spans_of,
    totals_within,
)
from bot.domain.formulas import (
    Constant,
    Difference,
    Expression,
    Product,
    Ratio,
    Reading,
    Reference,
    Span,
    Sum,
    Term,
    evaluate,
    named_keys,
    references,
    size,
    terms,
)
from bot.domain.kpis import KPIS, terms_of
from bot.domain.periods import Period, PeriodKind, containing

A, B, C = Term("a"), Term("b"), Term("c")
HALF = Constant(Fraction(1, 2))
DERIVED = [kpi for kpi in KPIS.values() if kpi.is_derived]
amounts = st.decimals(-10_000_000, 10_000_000, places=4)
counts = st.integers(0, 100_000).map(Decimal)


def of(**values: int) -> dict[Term, Fraction | None]:
    return {Term(key): Fraction(value) for key, value in values.items()}


def totals(*values: Decimal | int) -> Totals:
    numbers = [Decimal(value) for value in values]
    return Totals(sum(numbers, Decimal(0)), len(numbers), numbers[-1] if numbers else None)


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        (A, 7),
        (Sum(A, B), 10),
        (Difference(A, B), 4),
        (Product(A, B), 21),
        (Ratio(A, B), Fraction(7, 3)),
        (Ratio(Difference(A, B), Sum(A, B)), Fraction(2, 5)),
        (Product(Ratio(A, B), B), 7),
        (HALF, Fraction(1, 2)),
        (Product(A, HALF), Fraction(7, 2)),
        (Difference(Constant(Fraction(1)), Ratio(B, A)), Fraction(4, 7)),
    ],
)
def test_a_formula_is_computed_exactly(formula: Ratio, value: Fraction) -> None:
    assert evaluate(formula, of(a=7, b=3)) == value


@pytest.mark.parametrize("formula", [Sum(A, C), Difference(C, A), Product(A, C), Ratio(C, A), Ratio(A, Sum(B, C))])
def test_a_term_without_a_value_leaves_the_whole_without_one(formula: Ratio) -> None:
    assert evaluate(formula, of(a=7, b=3)) is None
    assert evaluate(formula, of(a=7, b=3, c=1)) is not None


@pytest.mark.parametrize("below", [0, -1, -1000])
def test_nothing_is_a_share_of_nothing_or_of_less(below: int) -> None:
    assert evaluate(Ratio(A, B), of(a=7, b=below)) is None
    assert evaluate(Sum(C, Ratio(A, B)), of(a=7, b=below, c=1)) is None
    assert evaluate(Ratio(A, B), of(a=-7, b=1)) == -7


@pytest.mark.parametrize("below", [Constant(Fraction(0)), Constant(Fraction(-1)), Difference(HALF, HALF)])
def test_nothing_is_a_share_of_a_number_that_is_not_above_zero(below: Expression) -> None:
    assert evaluate(Ratio(A, below), of(a=7)) is None
    assert evaluate(Ratio(A, HALF), of(a=7)) == 14


def test_numbers_are_no_terms_and_what_is_not_put_in_is_never_computed() -> None:
    formula = Ratio(Sum(A, HALF), Product(Reference("rate"), Sum(B, Reference("rate"))))
    assert terms(formula) == (A, B)
    assert references(formula) == (Reference("rate"),)
    assert named_keys(formula) == ("a", "rate", "b")
    assert size(formula) == 5
    assert (terms(HALF), references(A), named_keys(HALF)) == ((), (), ())
    with pytest.raises(ValueError, match="rate"):
        evaluate(formula, of(a=7, b=3))


def test_terms_are_told_in_reading_order_and_once() -> None:
    assert terms(Ratio(Difference(A, B), Product(C, A))) == (A, B, C)
    assert terms(A) == (A,)
    at_start = Term("a", span=Span.START)
    assert terms(Sum(A, at_start)) == (A, at_start)


@given(st.lists(st.tuples(counts, counts), min_size=1, max_size=12))
def test_a_rate_is_sum_over_sum_and_not_the_mean_of_rates(days: list[tuple[Decimal, Decimal]]) -> None:
    won, leads = sum(won for won, _ in days), sum(leads for _, leads in days)
    found = figure(KPIS["conversion_rate"], {"deals_won": totals(*(w for w, _ in days)),
                                             "leads": totals(*(n for _, n in days))})  # fmt: skip
    if leads == 0:
        assert found.value is None
    else:
        assert found.value == Decimal(100 * int(won)) / Decimal(int(leads))


def test_control_the_mean_of_rates_would_be_another_number() -> None:
    found = figure(KPIS["conversion_rate"], {"deals_won": totals(1, 0), "leads": totals(1, 99)})
    assert found.value == 1
    assert found.value != (Decimal(100) + 0) / 2


@given(amounts, st.lists(amounts, min_size=1, max_size=8))
def test_growth_is_exact_to_the_last_digit_of_a_decimal(now: Decimal, then: list[Decimal]) -> None:
    base = sum(map(Fraction, then))
    found = figure(KPIS["sales_growth"], {"revenue": totals(now), "revenue@before": totals(*then)})
    if base <= 0:
        assert found.value is None
        return
    exact = (Fraction(now) - base) * 100 / base
    assert found.value == Decimal(exact.numerator) / Decimal(exact.denominator)


@given(counts, counts, st.lists(counts, min_size=1, max_size=5))
def test_who_stayed_and_who_left_are_all_that_were_there(start: Decimal, end: Decimal, new: list[Decimal]) -> None:
    known: KpiTotals = {
        "active_customers": totals(999_999, end), "active_customers@start": totals(5, start),
        "new_customers": totals(*new),
    }  # fmt: skip
    stayed, left = (figure(KPIS[key], known).value for key in ("retention_rate", "churn_rate"))
    assume(start > 0)
    assert stayed is not None
    assert left is not None
    assert abs(stayed + left - 100) < Decimal("1e-15")
    exact = Fraction(100) * (int(end) - sum(map(int, new))) / int(start)
    assert stayed == Decimal(exact.numerator) / Decimal(exact.denominator)


@given(counts, counts, counts)
def test_a_customer_nps_lies_between_minus_and_plus_a_hundred(
    promoters: Decimal, passives: Decimal, detractors: Decimal
) -> None:
    found = figure(KPIS["customer_nps"], {"customer_promoters": totals(promoters),
                                          "customer_passives": totals(passives),
                                          "customer_detractors": totals(detractors)})  # fmt: skip
    asked = promoters + passives + detractors
    if asked == 0:
        assert found.value is None
    else:
        assert found.value is not None
        assert -100 <= found.value <= 100
        assert found.value == (promoters - detractors) * 100 / asked


@pytest.mark.parametrize("kpi", DERIVED, ids=lambda kpi: kpi.key)
def test_every_formula_needs_each_of_its_inputs(kpi) -> None:  # type: ignore[no-untyped-def]
    known = {term.totals_key: totals(3, 2) for term in terms_of(kpi)}
    whole = figure(kpi, known)
    assert isinstance(whole, Computed)
    assert (whole.value is not None, whole.missing) == (True, ())
    assert figure(kpi, {}).value is None
    for term in terms_of(kpi):
        rest = {key: each for key, each in known.items() if key != term.totals_key}
        without = figure(kpi, rest)
        assert isinstance(without, Computed)
        assert without.value is None
        assert [each.totals_key for each in without.missing] == [term.totals_key]


@pytest.mark.parametrize("kpi", DERIVED, ids=lambda kpi: kpi.key)
def test_with_zero_everywhere_there_is_no_data_and_no_error(kpi) -> None:  # type: ignore[no-untyped-def]
    assert figure(kpi, {term.totals_key: totals(0) for term in terms_of(kpi)}).value is None


@pytest.mark.parametrize("kpi", DERIVED, ids=lambda kpi: kpi.key)
def test_values_of_other_kpis_change_nothing(kpi) -> None:  # type: ignore[no-untyped-def]
    known = {term.totals_key: totals(3, 2) for term in terms_of(kpi)}
    others = {key: totals(77) for key in KPIS if key not in known} | {kpi.key: totals(123)}
    assert figure(kpi, known | others) == figure(kpi, known)


def test_what_is_logged_keeps_its_own_aggregation() -> None:
    assert figure(KPIS["active_customers"], {"active_customers": totals(10, 12)}).value == 12
    assert figure(KPIS["sales_cycle_length"], {"sales_cycle_length": totals(10, 20)}).value == 15
    assert not isinstance(figure(KPIS["revenue"], {"revenue": totals(10, 12)}), Computed)


class TestDays:
    TODAY = date(2026, 11, 26)  # a Thursday
    WEEK = containing(TODAY, PeriodKind.WEEK)

    def test_each_span_has_its_days(self) -> None:
        compared = earlier(self.WEEK, self.TODAY)
        assert days_of(Span.PERIOD, self.WEEK, compared) == self.WEEK
        assert days_of(Span.BEFORE, self.WEEK, compared) == compared
        assert (days_of(Span.START, self.WEEK, compared).last, days_of(Span.UNTIL, self.WEEK, compared).last) == (
            date(2026, 11, 22),
            date(2026, 11, 29),
        )

    def test_the_days_compared_with_are_compared_with_as_many_of_the_week_before_them(self) -> None:
        assert earlier(self.WEEK, self.TODAY) == Period(date(2026, 11, 16), date(2026, 11, 19), PeriodKind.CUSTOM)
        assert earlier_still(self.WEEK, self.TODAY) == Period(date(2026, 11, 9), date(2026, 11, 12), PeriodKind.CUSTOM)
        over = containing(date(2026, 10, 1), PeriodKind.MONTH)
        assert earlier_still(over, self.TODAY) == containing(date(2026, 8, 1), PeriodKind.MONTH)

    def test_what_must_be_read_is_told_by_span(self) -> None:
        assert spans_of([KPIS["retention_rate"], KPIS["revenue"], KPIS["sales_growth"]]) == {
            Span.PERIOD: {"active_customers", "new_customers", "revenue"},
            Span.START: {"active_customers"},
            Span.BEFORE: {"revenue"},
        }

    @given(st.dictionaries(st.integers(0, 40), amounts, max_size=20), st.integers(1, 5))
    def test_from_single_days_comes_what_each_span_holds(self, values: dict[int, Decimal], weeks: int) -> None:
        begin = date(2026, 10, 5)
        days = {begin + timedelta(days=n): totals(value) for n, value in sorted(values.items())}
        part = containing(begin + timedelta(weeks=weeks), PeriodKind.WEEK)
        compared = earlier(part, self.TODAY)
        base = {"stock_value": totals(5), "revenue": totals(6)}
        found = totals_within(KPIS["sales_growth"], {"revenue": days}, base, part, compared)
        assert found == {
            "revenue": add_up(own for day, own in days.items() if part.contains(day)),
            "revenue@before": add_up(own for day, own in days.items() if compared.contains(day)),
        }

    def test_the_base_is_where_a_period_starts_from(self) -> None:
        days = {"active_customers": {date(2026, 11, 18): totals(40)}, "new_customers": {}}
        base = {"active_customers": totals(30)}
        first, second = (containing(date(2026, 11, day), PeriodKind.WEEK) for day in (18, 25))
        kpi = KPIS["retention_rate"]
        read = [totals_within(kpi, days, base, week, earlier(week, self.TODAY)) for week in (first, second)]
        assert [each["active_customers@start"].last for each in read] == [30, 40]
        assert totals_within(kpi, days, {}, first, first)["active_customers@start"] == Totals()

    def test_before_all_days_there_is_nothing(self) -> None:
        assert days_of(Span.START, containing(date(1970, 1, 1), PeriodKind.DAY), self.WEEK).first == FIRST_DAY


def test_a_mean_and_a_last_value_are_read_from_the_same_totals() -> None:
    ratio = Ratio(Term("cost_of_goods"), Term("stock_value", Reading.MEAN))
    assert KPIS["inventory_turnover"].formula == ratio
    found = figure(KPIS["inventory_turnover"], {"cost_of_goods": totals(60, 30), "stock_value": totals(20, 40)})
    assert found.value == 3
