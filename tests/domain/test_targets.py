"""A target is about a recurring calendar period or a stretch up to a deadline, asks for a number or a range, is SMART,
is held against history, and is the sum of its parts or not."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.kpis import KPIS, Aggregation, Direction
from bot.domain.periods import Period, PeriodKind
from bot.domain.targets import (
    Aim,
    OwnerKind,
    Parts,
    SmartGaps,
    SmartLetter,
    Target,
    aim_of,
    attainability,
    parts_of_whole,
    share_inside,
    smart_gaps,
    target_period,
    usual_aim,
)

REVENUE = KPIS["revenue"]
COSTS = replace(REVENUE, key="costs", direction=Direction.LOWER)
SATISFACTION = KPIS["customer_satisfaction"]
RESPONSE_TIME = KPIS["lead_response_time"]
CHURN = KPIS["churn_rate"]
CUSTOMERS = replace(REVENUE, key="customers", aggregation=Aggregation.LAST)

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


def test_a_deadline_is_long_past_after_a_month_and_a_recurring_target_never_is():
    assert not BY_NEW_YEAR.is_long_past(date(2027, 1, 31))
    assert BY_NEW_YEAR.is_long_past(date(2027, 2, 1))
    assert not MONTHLY.is_long_past(date(2036, 1, 1))


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


class TestAim:
    @pytest.mark.parametrize(
        ("kpi", "expected"),
        [
            (REVENUE, Aim.REACH),
            (COSTS, Aim.BELOW),
            (SATISFACTION, Aim.ABOVE),
            (CUSTOMERS, Aim.ABOVE),
            (KPIS["conversion_rate"], Aim.ABOVE),
            (RESPONSE_TIME, Aim.BELOW),
            (CHURN, Aim.BELOW),
        ],
        ids=lambda given: getattr(given, "key", None),
    )
    def test_the_kpi_says_it_if_the_target_does_not(self, kpi, expected):
        assert usual_aim(kpi) is expected
        assert aim_of(replace(MONTHLY, kpi_key=kpi.key), kpi) is expected

    @pytest.mark.parametrize("aim", [Aim.REACH, Aim.ABOVE, Aim.BELOW])
    def test_the_targets_own_aim_counts_more(self, aim):
        assert aim_of(replace(MONTHLY, aim=aim), REVENUE) is aim
        assert aim_of(replace(MONTHLY, aim=aim), COSTS) is aim

    @pytest.mark.parametrize(
        "wrong",
        [
            {"aim": Aim.INSIDE},
            {"upper": Decimal(2000)},
            {"aim": Aim.BELOW, "upper": Decimal(2000)},
            {"aim": Aim.INSIDE, "upper": Decimal(1000)},
            {"aim": Aim.INSIDE, "upper": Decimal(999)},
            {"aim": Aim.INSIDE, "upper": Decimal("NaN")},
            {"aim": Aim.INSIDE, "upper": Decimal("Infinity")},
        ],
        ids=str,
    )
    def test_exactly_a_range_has_an_upper_edge_and_that_is_above_the_lower(self, wrong):
        with pytest.raises(ValueError, match="range"):
            replace(MONTHLY, **wrong)

    def test_a_range(self):
        assert replace(MONTHLY, aim=Aim.INSIDE, upper=Decimal("1000.01")).upper == Decimal("1000.01")


@pytest.mark.parametrize(
    ("owner", "kind"),
    [
        ("", OwnerKind.EVERYBODY),
        ("S0SALES", OwnerKind.TEAM),
        ("U0AYU", OwnerKind.PERSON),
        ("W0AYU", OwnerKind.PERSON),
    ],
)
def test_whose_a_target_is_is_told_by_the_id(owner, kind):
    target = replace(MONTHLY, owner_id=owner)
    assert target.owner_kind is kind
    assert target.is_team is (kind is OwnerKind.TEAM)


def test_a_range_is_held_against_history_by_how_often_it_was_kept():
    assert share_inside(Decimal(200), Decimal(300), HISTORY) == Decimal(2) / 3
    assert share_inside(Decimal(201), Decimal(299), HISTORY) == 0
    assert share_inside(Decimal(0), Decimal(500), HISTORY) == 1
    assert share_inside(Decimal(200), Decimal(300), ()) is None


COMPLETE = {"kpi": REVENUE, "value": Decimal(1000), "period": PeriodKind.MONTH}


class TestSmart:
    def test_nothing_is_missing_of_a_goal_with_a_kpi_a_number_and_a_period(self):
        assert smart_gaps(**COMPLETE) == SmartGaps(())
        by_a_date = {"kpi": REVENUE, "value": Decimal(1000), "deadline": date(2026, 12, 31)}
        assert smart_gaps(**by_a_date) == SmartGaps(())

    @pytest.mark.parametrize(
        ("lacking", "missing"),
        [
            ({"value": None}, (SmartLetter.MEASURABLE,)),
            ({"period": None}, (SmartLetter.TIME_BOUND,)),
            ({"aim": Aim.INSIDE}, (SmartLetter.MEASURABLE,)),
            ({"kpi": None}, (SmartLetter.SPECIFIC, SmartLetter.RELEVANT)),
            ({"kpi": None, "because": "  "}, (SmartLetter.SPECIFIC, SmartLetter.RELEVANT)),
            ({"kpi": None, "because": "the new shop must pay its rent"}, (SmartLetter.SPECIFIC,)),
            (
                {"kpi": None, "value": None, "period": None},
                (SmartLetter.SPECIFIC, SmartLetter.MEASURABLE, SmartLetter.RELEVANT, SmartLetter.TIME_BOUND),
            ),
        ],
        ids=str,
    )
    def test_each_letter_is_missed_by_itself_and_in_order(self, lacking, missing):
        assert smart_gaps(**{**COMPLETE, **lacking}).missing == missing

    @pytest.mark.parametrize(
        ("kpi", "value", "times", "is_doubtful"),
        [
            (REVENUE, 500, "1", False),
            (REVENUE, 1500, "3", False),
            (REVENUE, 1501, "3.002", True),
            (COSTS, 100, "2", False),
            (COSTS, 50, "4", True),
        ],
        ids=lambda given: getattr(given, "key", None),
    )
    def test_more_than_three_times_the_best_is_doubted_and_not_refused(self, kpi, value, times, is_doubtful):
        found = smart_gaps(kpi, Decimal(value), PeriodKind.MONTH, history=HISTORY)
        assert (found.missing, found.times) == ((), Decimal(times))
        assert found.doubtful == ((SmartLetter.ATTAINABLE,) if is_doubtful else ())

    def test_the_aim_says_what_the_best_is(self):
        within_a_budget = smart_gaps(REVENUE, Decimal(100), PeriodKind.MONTH, aim=Aim.BELOW, history=HISTORY)
        assert within_a_budget.times == 2
        assert smart_gaps(REVENUE, Decimal(100), PeriodKind.MONTH, history=HISTORY).times == Decimal("0.2")

    @pytest.mark.parametrize(
        ("upper", "history", "doubtful"),
        [
            (299, HISTORY, (SmartLetter.ATTAINABLE,)),
            (300, HISTORY, ()),
            (299, (), ()),
        ],
    )
    def test_a_range_is_doubted_if_no_period_ever_lay_in_it(self, upper, history, doubtful):
        found = smart_gaps(
            REVENUE, Decimal(201), PeriodKind.MONTH, aim=Aim.INSIDE, upper=Decimal(upper), history=history
        )
        assert (found.missing, found.doubtful, found.times) == ((), doubtful, None)


def part(owner, value, **other):
    return replace(MONTHLY, id=f"T-{owner}-{value}", owner_id=owner, value=Decimal(value), **other)


class TestParts:
    """The whole is 1000 a month."""

    AYU, BUDI, SALES, SUPPORT = part("U1", 300), part("U2", 450), part("S1", 700), part("S2", 400)

    def found(self, *targets, kpi=REVENUE, period=PeriodKind.MONTH, deadline=None):
        return parts_of_whole(targets, kpi, period, deadline)

    def test_people_and_teams_are_added_up_apart(self):
        found = self.found(self.AYU, self.SALES, MONTHLY, self.SUPPORT, self.BUDI)
        assert found.whole == MONTHLY
        assert found.parts == (
            Parts(OwnerKind.PERSON, 2, Decimal(750), Decimal(250)),
            Parts(OwnerKind.TEAM, 2, Decimal(1100), Decimal(-100)),
        )

    def test_a_kind_of_owner_without_targets_is_left_out(self):
        assert self.found(MONTHLY, self.AYU).parts == (Parts(OwnerKind.PERSON, 1, Decimal(300), Decimal(700)),)

    def test_without_a_whole_or_without_parts_there_is_nothing_to_compare(self):
        assert self.found(self.AYU, self.BUDI) is None
        assert self.found(MONTHLY) is None
        assert self.found() is None

    def test_what_does_not_add_up_has_no_parts(self):
        for kpi in (SATISFACTION, CUSTOMERS, CHURN):
            targets = [replace(each, kpi_key=kpi.key) for each in (MONTHLY, self.AYU)]
            assert self.found(*targets, kpi=kpi) is None

    @pytest.mark.parametrize(
        "other",
        [
            part("U2", 450, period=PeriodKind.WEEK),
            part("U2", 450, period=None, deadline=date(2026, 12, 31)),
            part("U2", 450, kpi_key="leads"),
            part("U2", 450, replaced_at=datetime(2026, 10, 2, tzinfo=UTC)),
            part("U2", 450, aim=Aim.BELOW),
            part("U2", 450, aim=Aim.INSIDE, upper=Decimal(500)),
        ],
        ids=["another period", "a deadline", "another KPI", "replaced", "a limit", "a range"],
    )
    def test_only_like_is_added_to_like(self, other):
        assert self.found(MONTHLY, self.AYU, other) == self.found(MONTHLY, self.AYU)
        assert self.found(MONTHLY, self.AYU, self.BUDI) != self.found(MONTHLY, self.AYU)

    def test_reaching_and_staying_above_add_up(self):
        assert self.found(MONTHLY, self.AYU, part("U2", 450, aim=Aim.ABOVE)).parts[0].sum == 750

    def test_the_lower_edges_of_ranges_add_up(self):
        whole = replace(MONTHLY, aim=Aim.INSIDE, upper=Decimal(1200))
        halves = [part(owner, 500, aim=Aim.INSIDE, upper=Decimal(600)) for owner in ("U1", "U2")]
        assert self.found(whole, *halves).parts == (Parts(OwnerKind.PERSON, 2, Decimal(1000), Decimal(0)),)

    def test_parts_up_to_the_same_deadline(self):
        by = {"period": None, "deadline": date(2026, 12, 31)}
        whole, one = replace(MONTHLY, **by), part("U1", 600, **by)
        sooner = part("U2", 400, period=None, deadline=date(2026, 11, 30))
        found = self.found(whole, one, sooner, period=None, deadline=date(2026, 12, 31))
        assert found.parts == (Parts(OwnerKind.PERSON, 1, Decimal(600), Decimal(400)),)

    def test_of_an_owners_targets_the_latest_counts(self):
        later = replace(self.AYU, id="A", value=Decimal(350), set_at=datetime(2026, 10, 5, tzinfo=UTC))
        for order in ((self.AYU, later), (later, self.AYU)):
            assert self.found(MONTHLY, *order).parts == (Parts(OwnerKind.PERSON, 1, Decimal(350), Decimal(650)),)

    @given(
        st.dictionaries(st.sampled_from(["U1", "U2", "U3", "W4", "S1", "S2"]), st.integers(1, 10**9), min_size=1),
        st.integers(1, 10**9),
        st.randoms(use_true_random=False),
    )
    def test_parts_and_gap_are_the_whole_in_any_order(self, values, whole, random):
        targets = [part(owner, Decimal(value).scaleb(-4)) for owner, value in values.items()]
        targets.append(part("", Decimal(whole).scaleb(-4)))
        found = self.found(*targets)
        random.shuffle(targets)
        assert self.found(*targets) == found
        assert sum(each.count for each in found.parts) == len(values)
        assert all(each.sum + each.gap == found.whole.value for each in found.parts)
