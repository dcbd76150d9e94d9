"""Pacing: what is expected by now, the status at the exact edges, what it takes from now on, and what is told."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.kpis import KPIS, Aggregation, Direction
from bot.domain.pacing import (
    DEFAULT_THRESHOLDS,
    Status,
    Thresholds,
    Transition,
    days_left,
    needed_per_day,
    pace,
    transition,
)
from bot.domain.periods import Period, PeriodKind
from bot.domain.targets import Aim
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


def status(kpi, target, actual, today=HALF_WAY, period=PERIOD, workdays=WORKDAYS, **more):
    given_actual = None if actual is None else Decimal(actual)
    return pace(kpi, Decimal(target), given_actual, period, today, workdays, **more).status


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


class TestAims:
    def test_without_an_aim_the_kpi_says_it(self):
        assert pace(REVENUE, Decimal(10), None, PERIOD, HALF_WAY, WORKDAYS).aim is Aim.REACH
        assert pace(COSTS, Decimal(10), None, PERIOD, HALF_WAY, WORKDAYS).aim is Aim.BELOW
        assert pace(SATISFACTION, Decimal(10), None, PERIOD, HALF_WAY, WORKDAYS).aim is Aim.ABOVE

    @pytest.mark.parametrize("aim", [Aim.REACH, Aim.ABOVE])
    def test_a_kpi_of_which_less_is_better_may_have_a_floor(self, aim):
        """To spend at least this on training, say."""
        assert status(COSTS, 1000, "495", aim=aim) is Status.ON_TRACK
        assert status(COSTS, 1000, "494.9999", aim=aim) is Status.BEHIND
        assert status(COSTS, 1000, "1000", aim=aim) is Status.MET
        assert status(COSTS, 1000, "999.9999", aim=aim, today=AFTER) is Status.MISSED

    def test_a_kpi_of_which_more_is_better_may_have_a_limit(self):
        assert status(REVENUE, 1000, "500", aim=Aim.BELOW) is Status.ON_TRACK
        assert status(REVENUE, 1000, "510", aim=Aim.BELOW) is Status.BEHIND
        assert status(REVENUE, 1000, "1000.0001", aim=Aim.BELOW) is Status.MISSED
        assert status(REVENUE, 1000, "1000", aim=Aim.BELOW, today=AFTER) is Status.MET

    def test_an_average_is_compared_with_the_number_itself_whatever_the_aim(self):
        assert status(SATISFACTION, 4, "4", aim=Aim.REACH) is Status.ON_TRACK
        assert status(RESPONSE_TIME, 3600, "3000", aim=Aim.ABOVE) is Status.BEHIND
        assert status(SATISFACTION, 4, "4.2", aim=Aim.BELOW) is Status.BEHIND


class TestRange:
    """A sum between 1000 and 1200 is expected between 500 and 600 half way."""

    @staticmethod
    def status(actual, today=HALF_WAY, kpi=REVENUE, target=1000, upper=1200):
        return status(kpi, target, actual, today, aim=Aim.INSIDE, upper=Decimal(upper))

    def test_both_edges_are_pro_rated(self):
        found = pace(
            REVENUE, Decimal(1000), Decimal(550), PERIOD, HALF_WAY, WORKDAYS, aim=Aim.INSIDE, upper=Decimal(1200)
        )
        assert (found.expected, found.expected_upper) == (500, 600)
        assert (found.target, found.upper, found.aim) == (1000, 1200, Aim.INSIDE)
        assert found.reached == Decimal("0.55")

    @pytest.mark.parametrize(
        ("actual", "expected"),
        [
            ("404.9999", Status.AT_RISK),
            ("405", Status.BEHIND),
            ("494.9999", Status.BEHIND),
            ("495", Status.ON_TRACK),
            ("500", Status.ON_TRACK),
            ("600", Status.ON_TRACK),
            ("606.06", Status.ON_TRACK),
            ("606.07", Status.BEHIND),
            ("740.74", Status.BEHIND),
            ("740.75", Status.AT_RISK),
            ("1200", Status.AT_RISK),
            ("1200.0001", Status.MISSED),
        ],
    )
    def test_outside_the_nearer_edge_counts(self, actual, expected):
        assert self.status(actual) is expected

    def test_a_sum_inside_is_not_decided_before_the_end(self):
        assert self.status("1100", today=PERIOD.last) is Status.ON_TRACK
        assert self.status("1100", today=PERIOD.first) is None
        assert self.status("1200.0001", today=PERIOD.first) is Status.MISSED

    @pytest.mark.parametrize(
        ("actual", "expected"),
        [
            ("999.9999", Status.MISSED),
            ("1000", Status.MET),
            ("1200", Status.MET),
            ("1200.0001", Status.MISSED),
        ],
    )
    def test_at_the_end_inside_is_met(self, actual, expected):
        assert self.status(actual, today=AFTER) is expected

    @pytest.mark.parametrize(
        ("actual", "expected"),
        [
            ("3.23", Status.AT_RISK),
            ("3.24", Status.BEHIND),
            ("3.96", Status.ON_TRACK),
            ("4", Status.ON_TRACK),
            ("4.5", Status.ON_TRACK),
            ("4.54", Status.ON_TRACK),
            ("4.55", Status.BEHIND),
            ("5.55", Status.BEHIND),
            ("5.56", Status.AT_RISK),
        ],
    )
    def test_an_average_is_compared_with_the_edges_themselves(self, actual, expected):
        assert self.status(actual, kpi=SATISFACTION, target=4, upper="4.5") is expected

    def test_an_average_outside_may_come_back(self):
        assert self.status("9", kpi=SATISFACTION, target=4, upper="4.5") is Status.AT_RISK
        assert self.status("9", kpi=SATISFACTION, target=4, upper="4.5", today=AFTER) is Status.MISSED
        assert self.status("4.5", kpi=SATISFACTION, target=4, upper="4.5", today=AFTER) is Status.MET

    @pytest.mark.parametrize(
        "wrong",
        [{"aim": Aim.INSIDE}, {"upper": Decimal(1200)}, {"aim": Aim.INSIDE, "upper": Decimal(1000)}],
        ids=str,
    )
    def test_a_range_needs_both_edges_and_nothing_else_has_two(self, wrong):
        with pytest.raises(ValueError, match="range"):
            pace(REVENUE, Decimal(1000), None, PERIOD, HALF_WAY, WORKDAYS, **wrong)


class TestThresholds:
    def test_a_kpi_may_be_judged_by_its_own(self):
        gentle = Thresholds(Decimal(90), Decimal(50))
        assert status(REVENUE, 1000, "450", thresholds=gentle) is Status.ON_TRACK
        assert status(REVENUE, 1000, "449.9999", thresholds=gentle) is Status.BEHIND
        assert status(REVENUE, 1000, "250", thresholds=gentle) is Status.BEHIND
        assert status(REVENUE, 1000, "249.9999", thresholds=gentle) is Status.AT_RISK
        assert status(COSTS, 900, "500", thresholds=gentle) is Status.ON_TRACK

    def test_they_do_not_change_what_is_decided(self):
        gentle = Thresholds(Decimal(90), Decimal(50))
        assert status(REVENUE, 1000, "999.9999", today=AFTER, thresholds=gentle) is Status.MISSED

    def test_the_usual_ones(self):
        assert Thresholds(Decimal(99), Decimal(81)) == DEFAULT_THRESHOLDS

    @pytest.mark.parametrize(
        ("on_track", "behind"),
        [("100.01", "81"), ("81", "81"), ("80", "81"), ("99", "0"), ("99", "-1"), ("NaN", "81"), ("99", "NaN")],
    )
    def test_nonsense_is_refused(self, on_track, behind):
        with pytest.raises(ValueError, match="behind from"):
            Thresholds(Decimal(on_track), Decimal(behind))

    def test_all_of_it_is_a_threshold_too(self):
        assert status(REVENUE, 1000, "499.9999", thresholds=Thresholds(Decimal(100))) is Status.BEHIND
        assert status(REVENUE, 1000, "500", thresholds=Thresholds(Decimal(100))) is Status.ON_TRACK


def needed(kpi, target, actual, today=HALF_WAY, period=PERIOD, workdays=WORKDAYS, aim=None):
    given_actual = None if actual is None else Decimal(actual)
    return needed_per_day(kpi, Decimal(target), given_actual, period, today, workdays, aim)


class TestNeededPerDay:
    """Half way, 10 of 20 working days are left."""

    def test_what_is_lacking_is_spread_over_the_working_days_left(self):
        assert needed(REVENUE, 1000, "450") == 55
        assert needed(REVENUE, 1000, None) == 100
        assert needed(REVENUE, 1000, "-50") == 105

    @pytest.mark.parametrize(
        ("today", "left", "expected"),
        [
            (date(2026, 10, 20), 20, "27.5"),
            (date(2026, 11, 2), 20, "27.5"),
            (date(2026, 11, 3), 19, "28.94736842105263157894736842"),
            (date(2026, 11, 26), 2, "275"),
            (date(2026, 11, 27), 1, "550"),
            (date(2026, 11, 28), 0, None),
            (date(2026, 11, 29), 0, None),
            (AFTER, 0, None),
        ],
    )
    def test_today_counts_while_it_runs(self, today, left, expected):
        assert days_left(PERIOD, today, WORKDAYS) == left
        assert needed(REVENUE, 1000, "450", today) == (None if expected is None else Decimal(expected))

    def test_holidays_and_own_days_off_bring_nothing(self):
        august = Period(date(2026, 8, 1), date(2026, 8, 31), PeriodKind.MONTH)
        given = {"actual": "0", "today": august.first, "period": august}
        assert needed(REVENUE, 19, **given, workdays=Workdays("ID")) == 1
        assert needed(REVENUE, 18, **given, workdays=Workdays("ID", frozenset({date(2026, 8, 18)}))) == 1

    def test_a_period_without_working_days_has_calendar_days(self):
        weekend = Period(date(2026, 11, 28), date(2026, 11, 29), PeriodKind.CUSTOM)
        assert needed(REVENUE, 10, "0", date(2026, 11, 28), weekend) == 5
        assert needed(REVENUE, 10, "0", date(2026, 11, 29), weekend) == 10

    def test_nothing_is_needed_of_what_is_reached(self):
        assert needed(REVENUE, 1000, "1000") is None
        assert needed(REVENUE, 1000, "1200") is None

    def test_of_a_limit_it_is_what_a_day_may_still_bring(self):
        assert needed(COSTS, 1000, "450") == 55
        assert needed(COSTS, 1000, "1000") == 0
        assert needed(COSTS, 1000, "1000.0001") is None
        assert needed(REVENUE, 1000, "1000", aim=Aim.BELOW) == 0

    def test_of_a_range_it_is_what_it_takes_into_it(self):
        assert needed(REVENUE, 1000, "450", aim=Aim.INSIDE) == 55
        assert needed(COSTS, 1000, "450", aim=Aim.INSIDE) == 55
        assert needed(REVENUE, 1000, "1000", aim=Aim.INSIDE) is None

    @pytest.mark.parametrize("kpi", [SATISFACTION, CONVERSION, CUSTOMERS, RESPONSE_TIME], ids=lambda kpi: kpi.key)
    def test_what_does_not_add_up_needs_nothing_a_day(self, kpi):
        assert needed(kpi, 1000, "450") is None

    def test_the_pace_has_it(self):
        assert pace(REVENUE, Decimal(1000), Decimal(450), PERIOD, HALF_WAY, WORKDAYS).needed_per_day == 55
        assert pace(REVENUE, Decimal(1000), Decimal(450), PERIOD, AFTER, WORKDAYS).needed_per_day is None

    @given(
        st.sampled_from([REVENUE, COSTS]),
        st.decimals(-(10**9), 10**9, places=4),
        st.decimals("0.0001", 10**9, places=4),
        st.integers(-5, 25),
    )
    def test_so_much_on_every_day_left_reaches_the_target_exactly(self, kpi, actual, a_day, days):
        today = PERIOD.first + timedelta(days=days)
        left = days_left(PERIOD, today, WORKDAYS)
        assert needed(kpi, actual + left * a_day, actual, today) == a_day

    @given(st.decimals(0, 10**9, places=4), st.decimals(0, 10**9, places=4), st.integers(-5, 40))
    def test_else_it_does_to_the_last_digit(self, target, actual, days):
        today = PERIOD.first + timedelta(days=days)
        found = needed(REVENUE, target, actual, today)
        left = days_left(PERIOD, today, WORKDAYS)
        if found is None:
            assert actual >= target or left == 0
        else:
            assert abs(found * left + actual - target) <= Decimal("1e-15")


class TestTransitions:
    """Rows: the status before; columns: now, in the same order."""

    STATUSES = (None, Status.MISSED, Status.AT_RISK, Status.BEHIND, Status.ON_TRACK, Status.MET)
    TABLE = """
               none  missed  at_risk  behind  on_track       met
    none       -     missed  worse    worse   -              -
    missed     -     -       better   better  back_on_track  met
    at_risk    -     missed  -        better  back_on_track  met
    behind     -     missed  worse    -       back_on_track  met
    on_track   -     missed  worse    worse   -              met
    met        -     missed  worse    worse   worse          -
    """

    def test_every_pair(self):
        names = [status.value if status else "none" for status in self.STATUSES]
        head, *rows = (line.split() for line in self.TABLE.strip().splitlines())
        assert head == names
        assert [row[0] for row in rows] == names
        told = {None: "-"} | {each: each.value for each in Transition}
        found = [[told[transition(before, now)] for now in self.STATUSES] for before in self.STATUSES]
        assert found == [row[1:] for row in rows]

    def test_a_status_that_stays_is_never_told(self):
        assert all(transition(status, status) is None for status in self.STATUSES)


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


@given(
    st.sampled_from([REVENUE, COSTS, RESPONSE_TIME, SATISFACTION]),
    st.sampled_from([Aim.REACH, Aim.ABOVE, Aim.BELOW]),
    amounts,
    amounts,
    amounts,
    st.integers(-5, 40),
)
def test_whatever_the_direction_it_is_the_aim_that_says_what_is_better(kpi, aim, target, one, other, days):
    today = PERIOD.first + timedelta(days=days)
    worse, better = sorted((one, other), reverse=aim is Aim.BELOW)
    before = pace(kpi, target, worse, PERIOD, today, WORKDAYS, aim).status
    after = pace(kpi, target, better, PERIOD, today, WORKDAYS, aim).status
    if before is not None and after is not None:
        assert ORDER.index(before) <= ORDER.index(after)


@given(st.sampled_from([REVENUE, SATISFACTION]), amounts, amounts, amounts, amounts, st.integers(-5, 40))
def test_nearer_to_a_range_is_never_worse(kpi, edge, width, one, other, days):
    """Among figures on the same side of where they should be by now."""
    today, upper = PERIOD.first + timedelta(days=days), edge + width + 1
    found = [pace(kpi, edge, each, PERIOD, today, WORKDAYS, Aim.INSIDE, upper) for each in sorted((one, other))]
    lower, higher = found
    if lower.status is None or higher.status is None:
        return
    if higher.actual <= higher.expected:
        assert ORDER.index(lower.status) <= ORDER.index(higher.status)
    if lower.actual >= lower.expected_upper:
        assert ORDER.index(lower.status) >= ORDER.index(higher.status)
