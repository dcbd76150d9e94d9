"""An outcome that got worse and the driver that did so before it: worked by hand, and silent where data is missing."""

from decimal import Decimal

import pytest

from bot.domain.drivers import Pair, got_worse, pair, percent_change
from bot.domain.kpis import KPIS
from bot.domain.pacing import Status

WIN_RATE, CHURN = KPIS["closing_rate"], KPIS["churn_rate"]
MEETINGS, CALLS, RESPONSE = KPIS["meetings_held"], KPIS["calls_held"], KPIS["lead_response_time"]


def numbers(*values: int | None) -> list[Decimal | None]:
    return [None if value is None else Decimal(value) for value in values]


@pytest.mark.parametrize(
    ("change", "worse"), [("-5", True), ("-4.99", False), ("-30", True), ("0", False), ("12", False), (None, False)]
)
def test_an_outcome_got_worse_from_five_percent_on(change: str | None, worse: bool) -> None:
    assert got_worse(WIN_RATE, None if change is None else Decimal(change)) is worse


def test_where_lower_is_better_a_rise_is_worse() -> None:
    assert got_worse(CHURN, Decimal(6))
    assert not got_worse(CHURN, Decimal(-6))


def test_a_worse_status_is_worse_also_without_a_fall() -> None:
    assert got_worse(WIN_RATE, Decimal(1), Status.BEHIND, Status.ON_TRACK)
    assert not got_worse(WIN_RATE, Decimal(1), Status.ON_TRACK, Status.BEHIND)
    assert not got_worse(WIN_RATE, None, Status.BEHIND, None)


def test_the_driver_that_fell_four_weeks_earlier_is_put_beside_it() -> None:
    weeks = {"meetings_held": numbers(50, 41, 41, 41, 41, 41)}  # 41 after 50 is −18 %
    assert pair(WIN_RATE, [MEETINGS], weeks) == Pair(WIN_RATE, MEETINGS, Decimal(-18), 4)


def test_the_largest_fall_counts_and_of_equal_ones_the_latest() -> None:
    weeks = {"meetings_held": numbers(50, 50, 50, 45, 45, 45), "calls_held": numbers(100, 80, 80, 80, 80, 64)}
    found = pair(WIN_RATE, [MEETINGS, CALLS], weeks)
    assert found == Pair(WIN_RATE, CALLS, Decimal(-20), 0)


def test_a_driver_for_which_lower_is_better_gets_worse_by_rising() -> None:
    weeks = {"lead_response_time": numbers(100, 100, 100, 100, 130, 130)}
    assert pair(WIN_RATE, [RESPONSE], weeks) == Pair(WIN_RATE, RESPONSE, Decimal(30), 1)


@pytest.mark.parametrize(
    "weeks",
    [
        numbers(50, 50, 50, 50, 50, 50),
        numbers(50, 48, 48, 48, 48, 48),  # −4 %
        numbers(50, None, 20, None, 10, None),  # no two weeks in a row
        numbers(50),
        [],
    ],
)
def test_without_a_fall_or_without_data_there_is_no_pair(weeks: list[Decimal | None]) -> None:
    assert pair(WIN_RATE, [MEETINGS], {"meetings_held": weeks}) is None
    assert pair(WIN_RATE, [MEETINGS], {}) is None


def test_two_weeks_with_a_fall_are_enough() -> None:
    assert pair(WIN_RATE, [MEETINGS], {"meetings_held": numbers(50, 10)}) is not None


def test_a_fall_longer_ago_than_four_weeks_is_not_looked_at() -> None:
    weeks = {"meetings_held": numbers(50, 10, 10, 10, 10, 10, 10)}
    assert pair(WIN_RATE, [MEETINGS], weeks) is None


def test_from_nothing_there_is_no_change() -> None:
    assert percent_change(Decimal(5), Decimal(0)) is None
    assert percent_change(None, Decimal(5)) is None
    assert percent_change(Decimal(-4), Decimal(-5)) == 20
