"""What is news of a target: only a change, each period by itself, and its end once."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bot.domain.entries import Figure
from bot.domain.kpis import KPIS
from bot.domain.pacing import Pace, Status, Transition
from bot.domain.periods import Period, PeriodKind, containing
from bot.domain.scoreboard import Progress
from bot.domain.standings import Standing, follow, last_day_before, owed_verdict, running_period, verdict_period
from bot.domain.targets import Target
from bot.domain.workdays import Workdays

REVENUE = KPIS["revenue"]
NOVEMBER = containing(date(2026, 11, 1), PeriodKind.MONTH)
OCTOBER = containing(date(2026, 10, 1), PeriodKind.MONTH)
TUESDAY = date(2026, 11, 24)
WEEKENDS, INDONESIA = Workdays(""), Workdays("ID")


def target(
    period: PeriodKind | None = PeriodKind.MONTH, starts: date = date(2026, 1, 1), deadline: date | None = None
) -> Target:
    return Target("t", "revenue", Decimal(100), period, deadline, "", "U1", datetime(2026, 1, 1, tzinfo=UTC), starts)


def at(status: Status | None, period: Period = NOVEMBER) -> Progress:
    figure = Figure(REVENUE, Decimal(1), 1)
    return Progress(target(), period, figure, Pace(status, Decimal(1), Decimal(100), None, Decimal(0), None))


def noted(status: Status, period: Period = NOVEMBER, told_on: date | None = None) -> Standing:
    return Standing("t", period.first, status, told_on)


def changes(standing: Standing | None, *found: Progress, today: date = TUESDAY) -> list[Transition]:
    return [each.transition for each in follow("t", standing, found, today).news]


def test_a_first_status_is_told_only_where_it_is_bad_and_noted_always() -> None:
    assert changes(None, at(Status.BEHIND)) == [Transition.WORSE]
    assert changes(None, at(Status.ON_TRACK)) == []
    assert follow("t", None, [at(Status.ON_TRACK)], TUESDAY).standing == noted(Status.ON_TRACK)
    assert follow("t", None, [at(Status.BEHIND)], TUESDAY).standing == noted(Status.BEHIND, told_on=TUESDAY)


def test_the_same_status_again_is_no_news() -> None:
    before = noted(Status.BEHIND, told_on=date(2026, 11, 20))
    assert follow("t", before, [at(Status.BEHIND)], TUESDAY).news == ()
    assert follow("t", before, [at(Status.BEHIND)], TUESDAY).standing == before


def test_the_way_down_and_the_way_back_are_told() -> None:
    assert changes(noted(Status.ON_TRACK), at(Status.BEHIND)) == [Transition.WORSE]
    assert changes(noted(Status.AT_RISK), at(Status.BEHIND)) == [Transition.BETTER]
    assert changes(noted(Status.BEHIND), at(Status.ON_TRACK)) == [Transition.BACK_ON_TRACK]
    assert changes(noted(Status.ON_TRACK), at(Status.MET)) == [Transition.MET]


def test_no_status_is_no_news_and_forgets_nothing() -> None:
    before = noted(Status.BEHIND)
    assert follow("t", before, [at(None)], TUESDAY).standing == before
    assert changes(before, at(None)) == []


def test_a_new_period_begins_afresh() -> None:
    before = noted(Status.MISSED, OCTOBER)
    assert changes(before, at(Status.ON_TRACK)) == []
    assert changes(before, at(Status.BEHIND)) == [Transition.WORSE]


def test_how_the_last_period_ended_and_how_this_one_begins_are_told_together() -> None:
    found = follow("t", noted(Status.BEHIND, OCTOBER), [at(Status.MISSED, OCTOBER), at(Status.BEHIND)], TUESDAY)
    assert [(each.transition, each.progress.period) for each in found.news] == [
        (Transition.MISSED, OCTOBER), (Transition.WORSE, NOVEMBER),
    ]  # fmt: skip
    assert found.standing == noted(Status.BEHIND, told_on=TUESDAY)


def test_an_earlier_period_is_not_gone_back_to() -> None:
    assert changes(noted(Status.ON_TRACK), at(Status.MISSED, OCTOBER)) == []


def test_nothing_is_told_twice_a_day() -> None:
    before = noted(Status.BEHIND, told_on=TUESDAY)
    assert changes(before, at(Status.ON_TRACK)) == []
    assert changes(before, at(Status.ON_TRACK), today=date(2026, 11, 25)) == [Transition.BACK_ON_TRACK]


def test_single_days_are_compared_with_the_one_before_or_every_day_would_be_news() -> None:
    monday, tuesday = (containing(date(2026, 11, day), PeriodKind.DAY) for day in (23, 24))
    assert changes(noted(Status.MISSED, monday), at(Status.MISSED, tuesday)) == []
    assert changes(noted(Status.MISSED, monday), at(Status.MET, tuesday)) == [Transition.MET]
    week, next_week = (containing(date(2026, 11, day), PeriodKind.WEEK) for day in (9, 16))
    assert changes(noted(Status.MISSED, week), at(Status.MISSED, next_week)) == [Transition.MISSED]


@pytest.mark.parametrize(
    ("kind", "today", "judged"),
    [
        (PeriodKind.WEEK, date(2026, 11, 23), date(2026, 11, 9)),  # Monday: Friday's numbers may still come
        (PeriodKind.WEEK, date(2026, 11, 24), date(2026, 11, 16)),
        (PeriodKind.WEEK, date(2026, 11, 27), date(2026, 11, 16)),
        (PeriodKind.MONTH, date(2026, 12, 1), date(2026, 10, 1)),
        (PeriodKind.MONTH, date(2026, 12, 2), date(2026, 11, 1)),
        (PeriodKind.DAY, date(2026, 11, 24), date(2026, 11, 23)),
        (PeriodKind.DAY, date(2026, 11, 23), date(2026, 11, 20)),
    ],
)
def test_a_period_is_judged_once_a_working_day_has_gone_by_since(kind: PeriodKind, today: date, judged: date) -> None:
    found = verdict_period(target(kind), today, WEEKENDS)
    assert found == containing(judged, kind)


def test_a_holiday_is_no_working_day_to_log_the_last_numbers_on() -> None:
    """Monday, 17 August is Independence Day: the week is judged on Wednesday where it is kept."""
    week = containing(date(2026, 8, 10), PeriodKind.WEEK)
    assert verdict_period(target(PeriodKind.WEEK), date(2026, 8, 18), INDONESIA) != week
    assert verdict_period(target(PeriodKind.WEEK), date(2026, 8, 18), WEEKENDS) == week
    assert verdict_period(target(PeriodKind.WEEK), date(2026, 8, 19), INDONESIA) == week


def test_a_week_in_which_nobody_worked_does_not_hide_how_the_one_before_it_ended() -> None:
    """Everybody is off from 16 to 22 November: on the 24th the week of the 9th can be judged, and has not been."""
    closed = Workdays("", frozenset(date(2026, 11, day) for day in range(16, 21)))
    weekly = target(PeriodKind.WEEK)
    assert verdict_period(weekly, date(2026, 11, 23), closed) == containing(date(2026, 11, 2), PeriodKind.WEEK)
    assert verdict_period(weekly, date(2026, 11, 24), closed) == containing(date(2026, 11, 9), PeriodKind.WEEK)
    assert verdict_period(weekly, date(2026, 12, 1), closed) == containing(date(2026, 11, 23), PeriodKind.WEEK)


def test_a_period_is_not_followed_before_the_one_before_it_can_be_judged() -> None:
    """What is noted of a period is not gone back from: a target met on its first day would hide how the last ended."""
    monthly, monday, tuesday = target(), date(2026, 11, 2), date(2026, 11, 3)
    assert verdict_period(monthly, monday, WEEKENDS) == containing(date(2026, 9, 1), PeriodKind.MONTH)
    assert running_period(monthly, monday, WEEKENDS) is None
    assert verdict_period(monthly, tuesday, WEEKENDS) == OCTOBER
    assert running_period(monthly, tuesday, WEEKENDS) == NOVEMBER
    assert running_period(target(starts=date(2026, 11, 1)), monday, WEEKENDS) == NOVEMBER


def test_a_period_before_the_target_was_set_is_not_judged() -> None:
    later = target(starts=date(2026, 11, 3))
    assert verdict_period(later, date(2026, 11, 24), WEEKENDS) is None
    assert verdict_period(later, date(2026, 12, 2), WEEKENDS) == NOVEMBER


def test_a_replaced_target_owes_the_verdict_of_the_period_before_its_successor() -> None:
    old, new = target(), target(starts=date(2026, 12, 1))
    assert last_day_before(new) == date(2026, 11, 30)
    assert owed_verdict(old, new, date(2026, 12, 2), WEEKENDS) == NOVEMBER
    assert owed_verdict(old, new, date(2026, 12, 31), WEEKENDS) == NOVEMBER
    assert owed_verdict(old, new, date(2027, 1, 5), WEEKENDS) is None, "December is judged by the new one"
    assert owed_verdict(old, target(starts=date(2026, 11, 30)), date(2026, 12, 2), WEEKENDS) is None
    yearly, since = target(PeriodKind.YEAR, date(2025, 1, 1)), target(PeriodKind.YEAR, date(2026, 1, 2))
    assert owed_verdict(yearly, since, date(2026, 1, 5), WEEKENDS) == containing(date(2025, 1, 1), PeriodKind.YEAR)
    assert owed_verdict(yearly, since, date(2026, 2, 3), WEEKENDS) is None, "that is no news any more"


def test_a_deadline_is_judged_once_it_is_past_and_not_for_ever() -> None:
    due = target(None, date(2026, 11, 2), date(2026, 11, 20))
    whole = Period(date(2026, 11, 2), date(2026, 11, 20), PeriodKind.CUSTOM)
    assert running_period(due, date(2026, 11, 20), WEEKENDS) == whole
    assert running_period(due, date(2026, 11, 21), WEEKENDS) is None
    assert verdict_period(due, date(2026, 11, 23), WEEKENDS) is None
    assert verdict_period(due, date(2026, 11, 24), WEEKENDS) == whole
    assert verdict_period(due, date(2027, 1, 5), WEEKENDS) is None
