"""Forecasts: by hand, at the edges of what can be said, and as sure as they say they are."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from math import sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.forecasts import LEVEL, Forecast, Method, NoForecast, forecast, misses, why_none
from bot.domain.formulas import Difference, Product, Ratio, Reading, Span, Sum, Term
from bot.domain.kpis import KPIS, Aggregation
from bot.domain.pacing import Pace, Status
from bot.domain.periods import Period, PeriodKind, containing
from bot.domain.targets import Aim
from bot.domain.workdays import Workdays

WORKDAYS = Workdays("")
# 20 working days, Monday 2026-11-02 to Sunday 2026-11-29
PERIOD = Period(date(2026, 11, 2), date(2026, 11, 29), PeriodKind.CUSTOM)
HALF_WAY = date(2026, 11, 16)
NOVEMBER = containing(HALF_WAY, PeriodKind.MONTH)
WEEK = timedelta(days=7)
T_90 = {7: 1.414923928, 9: 1.383028738, 11: 1.363430318}
"""The 90 % quantiles of Student's t by degrees of freedom, from the published tables."""

REVENUE = KPIS["revenue"]
LEADS = KPIS["leads"]
SATISFACTION = KPIS["customer_satisfaction"]
CUSTOMERS = KPIS["active_customers"]


def working_days(first, last, workdays=WORKDAYS):
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in days if workdays.is_working_day(day)]


def in_turn(days, *values):
    return {day: Decimal(values[number % len(values)]) for number, day in enumerate(days)}


# ten working days of 8 and 12 in turn: mean 10, variance 10·2²/9 = 40/9
LOGGED = in_turn(working_days(PERIOD.first, date(2026, 11, 13)), 8, 12)


def found(history, kpi=REVENUE, period=PERIOD, today=HALF_WAY, workdays=WORKDAYS):
    return forecast(kpi, history, period, today, workdays)


def reason(history, kpi=REVENUE, period=PERIOD, today=HALF_WAY, workdays=WORKDAYS):
    return why_none(kpi, history, period, today, workdays)


class TestDaily:
    def test_what_there_is_and_the_mean_for_each_working_day_to_come(self):
        half = T_90[9] * sqrt(10 * 40 / 9 * (1 + 10 / 10))  # 13.04
        forecast = found(LOGGED)
        assert (forecast.value, forecast.method, forecast.based_on) == (200, Method.DAILY_MEAN, 10)
        assert float(forecast.low) == pytest.approx(200 - half, abs=1e-6)
        assert float(forecast.high) == pytest.approx(200 + half, abs=1e-6)
        assert (forecast.level, LEVEL) == (80, 80)

    def test_today_is_to_come_until_something_was_logged_for_it(self):
        assert found({**LOGGED, HALF_WAY: Decimal(12)}).value == 112 + 9 * 10
        assert found({**LOGGED, HALF_WAY: Decimal(0)}).value == 100 + 9 * 10

    def test_today_is_not_judged_by(self):
        assert found({**LOGGED, HALF_WAY: Decimal(10**6)}).value == 100 + 10**6 + 9 * 10

    def test_a_working_day_without_an_entry_brought_nothing(self):
        with_gaps = {day: value for day, value in LOGGED.items() if day.day not in (4, 11)}  # 8 and 12 less
        forecast = found(with_gaps)
        assert (forecast.value, forecast.based_on) == (80 + 10 * 8, 10)

    def test_before_the_first_entry_nothing_is_zero(self):
        last_eight = {day: value for day, value in LOGGED.items() if day.day >= 4}
        forecast = found(last_eight)
        assert (forecast.value, forecast.based_on) == (80 + 10 * 10, 8)

    def test_days_off_belong_to_the_working_day_before(self):
        friday, saturday, sunday = date(2026, 11, 6), date(2026, 11, 7), date(2026, 11, 8)
        over_the_weekend = {**LOGGED, friday: Decimal(2), saturday: Decimal(4), sunday: Decimal(2)}
        assert found(over_the_weekend) == found(LOGGED)
        assert found({**LOGGED, saturday: Decimal(10)}).value == 110 + 10 * 11

    def test_holidays_and_own_days_off_bring_nothing(self):
        closed = Workdays("", frozenset({date(2026, 11, 26), date(2026, 11, 27)}))
        assert found(LOGGED, workdays=closed).value == 100 + 8 * 10

    def test_only_the_last_60_working_days_count(self):
        long_ago = working_days(date(2026, 5, 4), date(2026, 10, 30))
        forecast = found({**in_turn(long_ago, 10**6), **in_turn(long_ago[-50:], 8, 12), **LOGGED})
        assert (forecast.value, forecast.based_on) == (200, 60)
        assert float(forecast.high) == pytest.approx(200 + 1.2961 * sqrt(10 * 240 / 59 * (1 + 10 / 60)), abs=1e-3)

    def test_what_is_dated_ahead_does_not_count(self):
        assert found({**LOGGED, date(2026, 11, 20): Decimal(500)}) == found(LOGGED)

    def test_on_the_last_day_with_everything_logged_it_is_what_it_is(self):
        everything = in_turn(working_days(PERIOD.first, PERIOD.last), 8, 12)
        forecast = found(everything, today=PERIOD.last)
        assert forecast.low == forecast.value == forecast.high == 200

    def test_values_without_any_spread_leave_none(self):
        forecast = found(in_turn(LOGGED, 10))
        assert forecast.low == forecast.value == forecast.high == 200


class TestWeekly:
    """Eight Fridays of 90 and 110 in turn, seen on Wednesday, 18 November: 6 and 13 November are in, 20 and 27 to come;
    Monday the 30th is a broken week that brings nothing."""

    TODAY = date(2026, 11, 18)

    @staticmethod
    def fridays(count=8):
        return in_turn([date(2026, 11, 13) - number * WEEK for number in range(count)], 110, 90)

    def found(self, history, period=NOVEMBER, today=TODAY, workdays=WORKDAYS, kpi=REVENUE):
        return forecast(kpi, history, period, today, workdays)

    def test_few_entries_are_taken_by_weeks(self):
        half = T_90[7] * sqrt(2 * 800 / 7 * (1 + 2 / 8))  # 23.92
        forecast = self.found(self.fridays())
        assert (forecast.value, forecast.method, forecast.based_on) == (400, Method.WEEKLY_MEAN, 8)
        assert float(forecast.low) == pytest.approx(400 - half, abs=1e-6)
        assert float(forecast.high) == pytest.approx(400 + half, abs=1e-6)

    def test_once_this_weeks_number_is_in_the_next_weeks_are_to_come(self):
        friday = date(2026, 11, 20)
        assert self.found({**self.fridays(), friday: Decimal(95)}, today=friday).value == 295 + 100

    def test_a_broken_week_is_like_its_weekdays(self):
        mondays = {day - timedelta(days=4): value for day, value in self.fridays().items()}  # 2 and 9 November, and 16
        this_week = {**mondays, date(2026, 11, 16): Decimal(100)}
        assert self.found(this_week).value == 300 + 100 + 100

    def test_weeks_in_which_nobody_works_bring_nothing_and_are_not_judged_by(self):
        to_come = Workdays("", frozenset(working_days(date(2026, 11, 23), date(2026, 11, 27))))
        assert self.found(self.fridays(), workdays=to_come).value == 300
        gone_by = Workdays("", frozenset(working_days(date(2026, 10, 26), date(2026, 10, 30))))
        nine = {day: value for day, value in self.fridays(9).items() if day != date(2026, 10, 30)}
        assert self.found(nine, workdays=gone_by).based_on == 8
        assert self.found(nine).based_on == 9

    def test_only_the_last_12_weeks_count(self):
        old = in_turn([date(2026, 11, 13) - number * WEEK for number in range(12, 20)], 10**6)
        forecast = self.found({**old, **self.fridays(12)})
        assert (forecast.value, forecast.based_on) == (400, 12)
        half = T_90[11] * sqrt(2 * 1200 / 11 * (1 + 2 / 12))
        assert float(forecast.high) == pytest.approx(400 + half, abs=1e-6)

    def test_half_of_the_days_are_not_few(self):
        days = working_days(date(2026, 9, 21), date(2026, 11, 17))
        exactly_half = in_turn(days[:1] + days[-20:], 10)
        assert (len(days), self.found(exactly_half).method) == (42, Method.DAILY_MEAN)
        one_less = in_turn(days[:1] + days[-19:], 10)
        assert self.found(one_less).method is Method.WEEKLY_MEAN


class TestRecentWeeks:
    """Eight weeks of 4.0 and 4.4 in turn: mean 4.2, variance 8·0.2²/7."""

    MONDAYS = tuple(date(2026, 11, 9) - number * WEEK for number in range(8))
    HISTORY = in_turn(MONDAYS, "4.0", "4.4")
    HALF = T_90[7] * sqrt(0.32 / 7 * (1 + 1 / 8))  # 0.32

    def test_the_mean_of_the_last_weeks_and_one_further_week(self):
        forecast = found(self.HISTORY, SATISFACTION)
        assert (forecast.value, forecast.method, forecast.based_on) == (Decimal("4.2"), Method.RECENT_WEEKS, 8)
        assert float(forecast.low) == pytest.approx(4.2 - self.HALF, abs=1e-6)
        assert float(forecast.high) == pytest.approx(4.2 + self.HALF, abs=1e-6)

    def test_this_week_and_what_was_long_ago_do_not_count(self):
        this_week = {HALF_WAY: Decimal(1)}
        long_ago = {date(2026, 11, 9) - number * WEEK: Decimal(1) for number in range(8, 20)}
        assert found({**long_ago, **self.HISTORY, **this_week}, SATISFACTION) == found(self.HISTORY, SATISFACTION)

    def test_weeks_may_be_missing_among_the_last_twelve(self):
        first, *others = self.MONDAYS
        earlier = first - 11 * WEEK
        assert found({earlier: Decimal(4), **in_turn(others, "4.4", "4.0")}, SATISFACTION).based_on == 8
        too_early = earlier - WEEK
        assert reason({too_early: Decimal(4), **in_turn(others, "4.4", "4.0")}, SATISFACTION) is NoForecast.TOO_FEW

    @pytest.mark.parametrize(
        "kpi", [CUSTOMERS, KPIS["conversion_rate"], KPIS["lead_response_time"]], ids=lambda kpi: kpi.key
    )
    def test_levels_ratios_and_times_likewise(self, kpi):
        assert found(self.HISTORY, kpi).value == Decimal("4.2")


class TestWhatAKpiCanBe:
    UNEVEN = in_turn(LOGGED, *(0,) * 9, 100)  # mean 10, and then 100 more is well within the spread

    def test_a_count_is_never_less_than_it_is(self):
        assert found(self.UNEVEN, LEADS).low == 100
        assert found(self.UNEVEN, LEADS).high == found(self.UNEVEN).high

    def test_returns_can_make_revenue_less_than_it_is(self):
        assert found(self.UNEVEN).low < 100
        assert found(self.UNEVEN, replace(REVENUE, least=Decimal(0))).low == 100
        assert found(self.UNEVEN, replace(REVENUE, least=Decimal(-1))).low < 100

    def test_an_average_is_at_least_the_least_it_can_be(self):
        history = in_turn(TestRecentWeeks.MONDAYS, *"00000005")
        assert found(history, SATISFACTION).low == 0
        assert found(history, replace(SATISFACTION, least=None)).low < 0
        assert found(history, CUSTOMERS).low == 0

    def test_what_was_less_than_that_once_does_not_turn_the_interval_around(self):
        """Corrections that an older definition allowed, say."""
        forecast = found(in_turn(LOGGED, -8, -12), LEADS)
        assert forecast.low == forecast.value == -200

    def test_a_derived_number_may_be_below_zero(self):
        net = replace(CUSTOMERS, formula=Difference(_last("leads"), _last("orders")), aggregation=Aggregation.RATIO)
        assert found(in_turn(TestRecentWeeks.MONDAYS, *"00000005"), net).low < 0


def _last(key):
    return Term(key, Reading.LAST)


class TestNone:
    def test_never_after_the_end(self):
        assert reason(LOGGED, today=PERIOD.last + timedelta(days=1)) is NoForecast.OVER
        assert reason(LOGGED, today=PERIOD.last) is None

    def test_never_before_20_percent(self):
        history = in_turn(working_days(date(2026, 9, 1), date(2026, 11, 4)), 8, 12)
        assert reason(history, today=date(2026, 10, 20)) is NoForecast.TOO_EARLY
        assert reason(history, today=date(2026, 11, 5)) is NoForecast.TOO_EARLY
        assert reason(history, today=date(2026, 11, 6)) is None

    def test_never_of_a_single_day(self):
        day = containing(HALF_WAY, PeriodKind.DAY)
        assert reason(LOGGED, period=day) is NoForecast.TOO_EARLY
        assert reason(LOGGED, period=day, today=HALF_WAY + timedelta(days=1)) is NoForecast.OVER

    def test_at_least_eight_days(self):
        days = list(LOGGED)
        assert reason(in_turn(days[-7:], 8, 12)) is NoForecast.TOO_FEW
        assert found(in_turn(days[-8:], 8, 12)).based_on == 8

    def test_at_least_eight_weeks(self):
        seven = {"history": TestWeekly.fridays(7), "period": NOVEMBER, "today": TestWeekly.TODAY}
        assert reason(**seven) is NoForecast.TOO_FEW
        assert reason(**{**seven, "history": TestWeekly.fridays(8)}) is None
        weeks = list(TestRecentWeeks.HISTORY.items())
        assert reason(dict(weeks[:7]), SATISFACTION) is NoForecast.TOO_FEW

    @pytest.mark.parametrize("kpi", [REVENUE, SATISFACTION], ids=lambda kpi: kpi.key)
    def test_nothing_of_nothing(self, kpi):
        assert reason({}, kpi) is NoForecast.TOO_FEW

    @pytest.mark.parametrize("key", ["sales_growth", "retention_rate", "churn_rate", "inventory_turnover"])
    def test_what_a_longer_period_makes_another_number_is_not_told_from_weeks(self, key):
        kpi = KPIS[key]
        assert reason(TestRecentWeeks.HISTORY, kpi) is NoForecast.NOT_BY_WEEK
        this_week = containing(HALF_WAY, PeriodKind.WEEK)
        assert found(TestRecentWeeks.HISTORY, kpi, this_week, HALF_WAY + timedelta(days=2)).value == Decimal("4.2")

    @pytest.mark.parametrize(
        ("formula", "is_told"),
        [
            (Ratio(Term("revenue"), Term("orders")), True),
            (Product(_last("active_customers"), Term("leads", Reading.MEAN)), True),
            (Product(Ratio(Term("revenue"), Term("orders")), Term("leads", Reading.LAST, Span.UNTIL)), True),
            (Ratio(Term("a"), Difference(Term("b"), Term("c"))), True),
            (Ratio(Sum(Term("b"), Term("c")), Difference(Term("c"), Term("b"))), True),
            (Ratio(_last("active_customers"), Term("orders", Reading.SUM, Span.UNTIL)), True),
            (Difference(Term("revenue"), Term("cost_of_goods")), False),
            (Product(Term("a"), Term("b")), False),
            (Difference(_last("active_customers"), Term("active_customers", Reading.LAST, Span.START)), False),
            (Ratio(_last("active_customers"), Term("active_customers", Reading.LAST, Span.BEFORE)), False),
        ],
    )
    def test_own_formulas_are_judged_alike(self, formula, is_told):
        kpi = replace(KPIS["conversion_rate"], key="own", formula=formula)
        assert reason(TestRecentWeeks.HISTORY, kpi) is (None if is_told else NoForecast.NOT_BY_WEEK)


def normal_day(random):
    return random.gauss(100, 30)


def skewed_day(random):
    return random.expovariate(0.01)


class Simulated:
    """A share of periods of chance days that end inside the interval, and inside one half as wide."""

    PERIODS = 1200

    def __init__(self, random, period, today, kpi=REVENUE, draw=normal_day, weekdays=(0, 1, 2, 3, 4)):
        start = today - 12 * WEEK
        self.days = [day for day in working_days(start, period.last) if day.weekday() in weekdays]
        self.random, self.period, self.today, self.kpi, self.draw = random, period, today, kpi, draw

    def shares(self):
        inside, inside_half = 0, 0
        for _ in range(self.PERIODS):
            values = {day: Decimal(round(self.draw(self.random), 2)) for day in self.days}
            past = {day: value for day, value in values.items() if day < self.today}
            forecast = found(past, self.kpi, self.period, self.today)
            end = self.outcome(values)
            inside += forecast.low <= end <= forecast.high
            inside_half += abs(end - forecast.value) <= (forecast.high - forecast.value) / 2
        return inside / self.PERIODS, inside_half / self.PERIODS

    def outcome(self, values):
        within = [value for day, value in values.items() if self.period.contains(day)]
        return within[-1] if self.kpi.aggregation is not Aggregation.SUM else sum(within)


@pytest.mark.parametrize(
    "simulated",
    [
        {"today": date(2026, 11, 9), "draw": normal_day},
        {"today": date(2026, 11, 23), "draw": skewed_day},
        {"today": date(2026, 11, 11), "weekdays": (4,)},
        {"today": date(2026, 11, 25), "weekdays": (0,), "kpi": SATISFACTION,
         "period": Period(date(2026, 11, 23), date(2026, 11, 30), PeriodKind.CUSTOM)},
    ],
    ids=["early, normal days", "late, skewed days", "Fridays", "weekly figures"],
)  # fmt: skip
def test_eighty_of_a_hundred_periods_end_inside(simulated):
    """Days like each other and independent. The control: an interval half as wide would not be one of 80 %."""
    inside, inside_half = Simulated(Random(20261122), **{"period": NOVEMBER, **simulated}).shares()
    assert 0.74 <= inside <= 0.86
    assert not 0.74 <= inside_half <= 0.86


values = st.decimals(0, 10**9, places=2)
histories = st.dictionaries(
    st.dates(date(2026, 8, 1), PERIOD.last), values.map(lambda value: value.to_integral_value()), max_size=80
)


@given(histories, st.sampled_from([REVENUE, LEADS, SATISFACTION, CUSTOMERS]), st.integers(-3, 33))
def test_there_is_a_forecast_or_a_reason_why_not(history, kpi, days):
    today = PERIOD.first + timedelta(days=days)
    forecast, why = found(history, kpi, today=today), reason(history, kpi, today=today)
    assert (forecast is None) != (why is None)
    if forecast is not None:
        assert forecast.low <= forecast.value <= forecast.high
        assert forecast.based_on >= 8
    if forecast is not None and kpi is LEADS:
        assert forecast.low >= sum(value for day, value in history.items() if PERIOD.first <= day <= today)


@given(histories, st.integers(4, 27), st.integers(2, 1000))
def test_in_another_unit_it_is_the_same(history, days, times):
    """Rupiah or thousands of rupiah."""
    today = PERIOD.first + timedelta(days=days)
    one = found(history, today=today)
    other = found({day: value * times for day, value in history.items()}, today=today)
    assert (one is None) == (other is None)
    if one is not None:
        ends = [(one.value, other.value), (one.low, other.low), (one.high, other.high)]
        assert all(abs(before * times - after) <= (1 + other.high) * Decimal("1e-20") for before, after in ends)


@given(histories, st.randoms(use_true_random=False))
def test_the_order_of_the_history_does_not_matter(history, random):
    shuffled = list(history.items())
    random.shuffle(shuffled)
    assert found(dict(shuffled)) == found(history)


@pytest.mark.parametrize(
    ("aim", "low", "high", "missed"),
    [
        (Aim.REACH, 80, 99, True),
        (Aim.REACH, 80, 100, False),
        (Aim.ABOVE, 80, 99, True),
        (Aim.BELOW, 101, 120, True),
        (Aim.BELOW, 100, 120, False),
        (Aim.INSIDE, 80, 99, True),
        (Aim.INSIDE, 121, 130, True),
        (Aim.INSIDE, 90, 130, False),
        (None, 0, 1, False),
    ],
)
def test_a_forecast_misses_only_with_its_whole_interval(aim: Aim | None, low: int, high: int, missed: bool) -> None:
    outlook = Forecast(Decimal(90), Decimal(low), Decimal(high), Method.DAILY_MEAN, 20)
    upper = Decimal(120) if aim is Aim.INSIDE else None
    pace = Pace(Status.ON_TRACK, Decimal(50), Decimal(100), None, Decimal("0.5"), None, aim, upper)
    assert misses(outlook, pace) is missed
