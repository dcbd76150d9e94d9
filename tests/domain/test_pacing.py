"""Pacing: what is expected by now, and the status at the exact edges."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.kpis import KPIS, Aggregation, Direction
from bot.domain.pacing import Status, pace
from bot.domain.periods import Period, PeriodKind
from bot.domain.workdays import Workdays

WORKDAYS = Workdays("")
# 20 working days, Monday 2026-11-02 to Sunday 2026-11-29: each is 5 %.
PERIOD = Period(date(2026, 11, 2), date(2026, 11, 29), PeriodKind.CUSTOM)
HALF_WAY = date(2026, 11, 16)
AFTER = date(2026, 11, 30)

REVENUE = KPIS["revenue"]
COSTS = replace(REVENUE, key="costs", direction=Direction.LOWER)
RESPONSE_TIME = KPIS["lead_response_time"]
SATISFACTION = KPIS["customer_satisfaction"]
CONVERSION = KPIS["conversion_rate"]
CUSTOMERS = replace(REVENUE, key="customers", aggregation=Aggregation.LAST)


def status(kpi, target, actual, today=HALF_WAY, period=PERIOD, workdays=WORKDAYS):
    given_actual = None if actual is None else Decimal(actual)
    return pace(kpi, Decimal(target), given_actual, period, today, workdays).status


def test_a_sum_is_compared_with_its_share_of_the_working_days_before_today():
    found = pace(REVENUE, Decimal(1000), Decimal(450), PERIOD, HALF_WAY, WORKDAYS)
    assert found.elapsed == Decimal("0.5")
    assert found.expected == 500
    assert found.reached == Decimal("0.45")
    assert (found.actual, found.target, found.status) == (450, 1000, Status.BEHIND)


@pytest.mark.parametrize(
    ("today", "elapsed"),
    [
        (date(2026, 10, 20), "0"),
        (date(2026, 11, 2), "0"),
        (date(2026, 11, 3), "0.05"),
        (date(2026, 11, 7), "0.25"),
        (date(2026, 11, 9), "0.25"),
        (date(2026, 11, 27), "0.95"),
        (date(2026, 11, 28), "1"),
        (date(2026, 11, 29), "1"),
        (AFTER, "1"),
        (date(2027, 3, 1), "1"),
    ],
)
def test_a_working_day_has_gone_by_when_it_is_over(today, elapsed):
    assert pace(REVENUE, Decimal(1000), None, PERIOD, today, WORKDAYS).elapsed == Decimal(elapsed)


def test_public_holidays_do_not_count_as_time_gone_by():
    august = Period(date(2026, 8, 1), date(2026, 8, 31), PeriodKind.MONTH)
    today = date(2026, 8, 18)
    assert pace(REVENUE, Decimal(19), None, august, today, Workdays("ID")).expected == 10
    assert pace(REVENUE, Decimal(21), None, august, today, Workdays("")).expected == 11


def test_a_period_without_working_days_goes_by_in_calendar_days():
    weekend = Period(date(2026, 11, 28), date(2026, 11, 29), PeriodKind.CUSTOM)
    assert pace(REVENUE, Decimal(10), None, weekend, date(2026, 11, 29), WORKDAYS).elapsed == Decimal("0.5")
    assert pace(REVENUE, Decimal(10), None, weekend, date(2026, 11, 28), WORKDAYS).elapsed == 0


class TestEdges:
    @pytest.mark.parametrize(
        ("actual", "expected"),
        [
            ("500", Status.ON_TRACK),
            ("495", Status.ON_TRACK),
            ("494.9999", Status.BEHIND),
            ("405", Status.BEHIND),
            ("404.9999", Status.AT_RISK),
            ("0", Status.AT_RISK),
            ("-20", Status.AT_RISK),
        ],
    )
    def test_on_track_from_99_percent_behind_from_81(self, actual, expected):
        assert status(REVENUE, 1000, actual) is expected

    @pytest.mark.parametrize(
        ("limit", "actual", "expected"),
        [
            ("990", "500", Status.ON_TRACK),
            ("989.9998", "500", Status.BEHIND),
            ("810", "500", Status.BEHIND),
            ("809.9998", "500", Status.AT_RISK),
            ("1000", "0", Status.ON_TRACK),
        ],
    )
    def test_where_lower_is_better_the_share_is_the_other_way_up(self, limit, actual, expected):
        assert status(COSTS, limit, actual) is expected

    def test_the_edge_is_exact_where_the_share_of_the_days_is_no_round_number(self):
        week_and_two_days = Period(date(2026, 11, 2), date(2026, 11, 10), PeriodKind.CUSTOM)  # 7 working days
        at_3_of_7 = {"today": date(2026, 11, 5), "period": week_and_two_days}
        assert status(REVENUE, 700, "297", **at_3_of_7) is Status.ON_TRACK
        assert status(REVENUE, 700, "296.9999", **at_3_of_7) is Status.BEHIND
        assert status(REVENUE, 700, "243", **at_3_of_7) is Status.BEHIND
        assert status(REVENUE, 700, "242.9999", **at_3_of_7) is Status.AT_RISK

    def test_no_status_in_the_first_20_percent(self):
        fourth_day, fifth_day = date(2026, 11, 5), date(2026, 11, 6)
        for kpi in (REVENUE, COSTS, RESPONSE_TIME, SATISFACTION, CONVERSION, CUSTOMERS):
            early = pace(kpi, Decimal(1000), Decimal(900), PERIOD, fourth_day, WORKDAYS)
            assert early.elapsed == Decimal("0.15")
            assert early.status is None
            exactly = pace(kpi, Decimal(1000), Decimal(900), PERIOD, fifth_day, WORKDAYS)
            assert exactly.elapsed == Decimal("0.20")
            assert exactly.status is not None


class TestWhatDoesNotAddUp:
    """Averages, latest values and ratios are compared with the target itself."""

    @pytest.mark.parametrize("kpi", [SATISFACTION, CONVERSION, CUSTOMERS], ids=lambda kpi: kpi.key)
    def test_the_target_is_not_pro_rated(self, kpi):
        assert pace(kpi, Decimal(100), Decimal(99), PERIOD, HALF_WAY, WORKDAYS).expected == 100
        assert status(kpi, 100, "99") is Status.ON_TRACK
        assert status(kpi, 100, "98.99") is Status.BEHIND
        assert status(kpi, 100, "80.99") is Status.AT_RISK

    def test_a_lower_average_is_better(self):
        assert status(RESPONSE_TIME, 3600, "3600") is Status.ON_TRACK
        assert status(RESPONSE_TIME, 3600, "4000") is Status.BEHIND
        assert status(RESPONSE_TIME, 3600, "7200") is Status.AT_RISK

    def test_it_is_not_decided_before_the_end(self):
        assert status(SATISFACTION, 4, "5") is Status.ON_TRACK
        assert status(SATISFACTION, 4, "5", today=AFTER) is Status.MET
        assert status(RESPONSE_TIME, 3600, "7200", today=AFTER) is Status.MISSED


class TestDecided:
    @pytest.mark.parametrize(
        ("kpi", "actual", "expected"),
        [
            (REVENUE, "1000", Status.MET),
            (REVENUE, "999.9999", Status.MISSED),
            (COSTS, "1000", Status.MET),
            (COSTS, "1000.0001", Status.MISSED),
        ],
    )
    def test_after_the_end_it_is_met_or_missed(self, kpi, actual, expected):
        assert status(kpi, 1000, actual, today=AFTER) is expected

    def test_the_last_day_is_not_after_the_end(self):
        assert status(REVENUE, 1000, "995", today=PERIOD.last) is Status.ON_TRACK
        assert status(REVENUE, 1000, "995", today=AFTER) is Status.MISSED

    def test_a_sum_that_reached_its_target_has_met_it_however_early(self):
        assert status(REVENUE, 1000, "1000", today=PERIOD.first) is Status.MET
        assert status(REVENUE, 1000, "999", today=PERIOD.first) is None

    def test_a_sum_over_its_limit_has_missed_it_however_early(self):
        assert status(COSTS, 1000, "1000.0001", today=PERIOD.first) is Status.MISSED
        assert status(COSTS, 1000, "1000", today=PERIOD.first) is None


class TestNoNumbers:
    @pytest.mark.parametrize("today", [PERIOD.first, HALF_WAY, AFTER])
    @pytest.mark.parametrize("kpi", [REVENUE, COSTS, SATISFACTION], ids=lambda kpi: kpi.key)
    def test_what_nobody_logged_has_no_status(self, kpi, today):
        found = pace(kpi, Decimal(1000), None, PERIOD, today, WORKDAYS)
        assert (found.status, found.actual, found.reached) == (None, None, None)

    def test_a_target_of_zero_has_no_share_but_a_status(self):
        found = pace(COSTS, Decimal(0), Decimal(0), PERIOD, HALF_WAY, WORKDAYS)
        assert found.reached is None
        assert found.status is Status.ON_TRACK
        assert status(COSTS, 0, "1") is Status.MISSED

    def test_below_zero_nearer_to_zero_is_more(self):
        assert status(CUSTOMERS, -100, "-100") is Status.ON_TRACK
        assert status(CUSTOMERS, -100, "-90") is Status.ON_TRACK
        assert status(CUSTOMERS, -100, "-110") is Status.BEHIND
        assert status(CUSTOMERS, -100, "-200") is Status.AT_RISK


amounts = st.decimals(Decimal(0), Decimal(10) ** 12, places=4)
ORDER = [Status.MISSED, Status.AT_RISK, Status.BEHIND, Status.ON_TRACK, Status.MET]


@given(
    st.sampled_from([REVENUE, COSTS, RESPONSE_TIME, SATISFACTION]),
    amounts,
    amounts,
    amounts,
    st.integers(-5, 40),
)
def test_doing_better_never_makes_the_status_worse(kpi, target, one, other, days):
    today = PERIOD.first + timedelta(days=days)
    worse, better = sorted((one, other), reverse=kpi.direction is Direction.LOWER)
    before = pace(kpi, target, worse, PERIOD, today, WORKDAYS).status
    after = pace(kpi, target, better, PERIOD, today, WORKDAYS).status
    if before is not None and after is not None:
        assert ORDER.index(before) <= ORDER.index(after)
    if today > PERIOD.last:
        assert {before, after} <= {Status.MET, Status.MISSED}
