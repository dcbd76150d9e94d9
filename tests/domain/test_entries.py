"""A KPI's figure comes from the totals of its inputs, by its aggregation; a ratio is sum over sum."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.entries import Totals, add_up
from bot.domain.figures import figure
from bot.domain.kpis import KPIS, Aggregation, Direction, Kind, Kpi, Objective, Unit


def totals(*values):
    numbers = [Decimal(str(value)) for value in values]
    return Totals(sum(numbers, Decimal(0)), len(numbers), numbers[-1] if numbers else None)


def plain(aggregation):
    return Kpi("x", Unit.NUMBER, Direction.HIGHER, aggregation, Kind.OUTCOME, Objective.TRAFFIC, "1")


@pytest.mark.parametrize(
    ("aggregation", "value"), [(Aggregation.SUM, "12"), (Aggregation.MEAN, "4"), (Aggregation.LAST, "3")]
)
def test_values_become_one_by_the_kpis_aggregation(aggregation, value):
    found = figure(plain(aggregation), {"x": totals(2, 7, 3), "other": totals(99)})
    assert (found.value, found.count) == (Decimal(value), 3)


@pytest.mark.parametrize("aggregation", [Aggregation.SUM, Aggregation.MEAN, Aggregation.LAST])
def test_no_entries_is_no_data_and_not_zero(aggregation):
    assert figure(plain(aggregation), {}).value is None
    assert figure(plain(aggregation), {"x": Totals()}).value is None
    assert figure(plain(aggregation), {"x": totals(0)}).value == 0


def test_a_percentage_is_a_hundred_times_sum_over_sum_and_shows_its_parts():
    found = figure(KPIS["conversion_rate"], {"deals_won": totals(1, 4), "leads": totals(10, 10, 20)})
    assert (found.value, found.count) == (Decimal("12.5"), 5)
    assert [value for _, value in found.inputs] == [Decimal(5), Decimal(40)]


def test_a_ratio_of_money_is_sum_over_sum():
    found = figure(KPIS["average_order_value"], {"revenue": totals(900, 100), "orders": totals(4)})
    assert found.value == Decimal(250)
    assert [value for _, value in found.inputs] == [Decimal(1000), Decimal(4)]


@pytest.mark.parametrize(
    "inputs",
    [{}, {"leads": totals(10)}, {"deals_won": totals(5)}, {"deals_won": totals(5), "leads": totals(0)}],
    ids=["nothing", "no deals", "no leads", "zero leads"],
)
def test_a_ratio_with_nothing_to_divide_or_to_divide_by_is_no_data(inputs):
    found = figure(KPIS["conversion_rate"], inputs)
    assert found.value is None
    assert figure(KPIS["conversion_rate"], {"deals_won": totals(0), "leads": totals(10)}).value == 0


def test_adding_up_nothing_is_empty():
    assert add_up([]) == Totals()


def test_the_last_value_is_that_of_the_latest_group_that_has_any():
    assert add_up([totals(1, 2), totals(3), Totals()]) == Totals(Decimal(6), 3, Decimal(3))


@given(st.lists(st.lists(st.decimals(-10_000, 10_000, places=2), max_size=5), max_size=5))
def test_groups_added_up_are_the_totals_of_the_whole(groups):
    assert add_up(totals(*group) for group in groups) == totals(*(value for group in groups for value in group))
