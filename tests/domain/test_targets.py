"""A target is about a recurring calendar period or a stretch up to a deadline, and is held against history."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bot.domain.kpis import Direction
from bot.domain.periods import Period, PeriodKind
from bot.domain.targets import Target, attainability, target_period

MONTHLY = Target(
    id="T1",
    kpi_key="revenue",
    value=Decimal(1000),
    period=PeriodKind.MONTH,
    deadline=None,
    owner_id="",
    set_by="U1",
    set_at=datetime(2026, 10, 1, tzinfo=UTC),
    starts=date(2026, 10, 1),
)
BY_NEW_YEAR = replace(MONTHLY, period=None, deadline=date(2026, 12, 31))


def test_a_recurring_target_is_about_the_period_around_today():
    assert target_period(MONTHLY, date(2026, 11, 25)) == Period(date(2026, 11, 1), date(2026, 11, 30), PeriodKind.MONTH)
    weekly = replace(MONTHLY, period=PeriodKind.WEEK)
    assert target_period(weekly, date(2026, 11, 25)) == Period(date(2026, 11, 23), date(2026, 11, 29), PeriodKind.WEEK)


@pytest.mark.parametrize("today", [date(2026, 9, 1), date(2026, 11, 25), date(2027, 5, 1)])
def test_a_target_with_a_deadline_is_about_all_days_up_to_it(today):
    assert target_period(BY_NEW_YEAR, today) == Period(date(2026, 10, 1), date(2026, 12, 31), PeriodKind.CUSTOM)


@pytest.mark.parametrize(
    "wrong",
    [
        {"period": None},
        {"deadline": date(2026, 12, 31)},
        {"period": PeriodKind.CUSTOM},
        {"period": None, "deadline": date(2026, 9, 30)},
    ],
    ids=["neither", "both", "custom", "ends before it starts"],
)
def test_a_target_has_exactly_one_of_period_and_deadline(wrong):
    with pytest.raises(ValueError):
        replace(MONTHLY, **wrong)


HISTORY = (Decimal(200), Decimal(500), Decimal(300))


def test_attainability_is_the_target_over_the_best_period():
    assert attainability(Decimal(1200), HISTORY) == Decimal("2.4")
    assert attainability(Decimal(250), HISTORY) == Decimal("0.5")


def test_where_lower_is_better_the_best_period_is_the_lowest():
    assert attainability(Decimal(100), HISTORY, Direction.LOWER) == 2
    assert attainability(Decimal(400), HISTORY, Direction.LOWER) == Decimal("0.5")


@pytest.mark.parametrize("history", [(), (Decimal(0),), (Decimal(-5), Decimal(0))])
def test_without_a_positive_history_nothing_is_said(history):
    assert attainability(Decimal(100), history) is None


def test_nothing_is_said_of_a_target_of_zero():
    assert attainability(Decimal(0), HISTORY, Direction.LOWER) is None
