"""When two people meet: on their date, or on the next slot that suits both; and a year of it, against a loop that knows
nothing of the planner."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest

from bot.domain.calendars import OwnCalendar
from bot.domain.conversation_prompts import PROMPTS, prompts_on
from bot.domain.meeting_slots import (
    DAY_OFF,
    Placing,
    agenda_is_due,
    morning_before,
    place,
    replace_around_days_off,
    why_not,
)
from bot.domain.members import Absence
from bot.domain.one_on_ones import Meeting, MeetingState, OneOnOne
from bot.domain.one_on_ones_due import lapsed
from bot.domain.schedules import Cadence, Due, Rule, due_between, instant
from bot.domain.workdays import Workdays

JAKARTA, AMSTERDAM = "Asia/Jakarta", "Europe/Amsterdam"
INDONESIA = Workdays("ID")
RULE = Rule(Cadence.TWO_WEEKS, date(2027, 1, 7), time(15, 30), JAKARTA)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def people(*away: Absence, free: frozenset[int] = frozenset()) -> dict[str, OwnCalendar]:
    """Ayu in Jakarta and Emma in Amsterdam, both under Indonesian holidays."""
    return {
        "AYU": OwnCalendar(INDONESIA, JAKARTA, tuple(each for each in away if each.member_id == "AYU")),
        "EMMA": OwnCalendar(
            INDONESIA,
            AMSTERDAM,
            tuple(each for each in away if each.member_id == "EMMA"),
            time(8),
            time(17),
            free_weekdays=free,
        ),
    }


def due_on(day: date, rule: Rule = RULE) -> Due:
    at = instant(day, rule.at, rule.zone)
    assert at is not None
    return Due(day, at)


def placed(day: date, *away: Absence, now: datetime = LONG_AGO, free: frozenset[int] = frozenset()) -> Placing:
    return place("o1", due_on(day), RULE, people(*away, free=free), now)


class TestPlacing:
    def test_on_a_day_both_work_it_is_planned(self) -> None:
        placing = placed(date(2027, 1, 7))
        assert (placing.meeting.state, placing.because) == (MeetingState.PLANNED, "")

    def test_on_a_holiday_the_next_day_is_proposed_at_the_same_time(self) -> None:
        assert not INDONESIA.is_working_day(date(2027, 3, 11)), "Eid"
        rule = Rule(Cadence.TWO_WEEKS, date(2027, 3, 11), time(15, 30), JAKARTA)
        placing = place("o1", due_on(date(2027, 3, 11), rule), rule, people(), LONG_AGO)
        local = placing.meeting.starts_at.astimezone(ZoneInfo(JAKARTA))
        assert (placing.meeting.state, placing.because) == (MeetingState.PROPOSED, DAY_OFF)
        assert local.time() == time(15, 30)
        assert all(not INDONESIA.is_working_day(date(2027, 3, day)) for day in range(11, local.day))
        assert INDONESIA.is_working_day(local.date())

    def test_who_is_away_is_named_and_both_must_work(self) -> None:
        away = Absence("EMMA", date(2027, 1, 7), date(2027, 1, 7)), Absence("AYU", date(2027, 1, 8), date(2027, 1, 8))
        placing = placed(date(2027, 1, 7), *away)
        assert placing.because == "EMMA"
        assert placing.meeting.starts_at == instant(date(2027, 1, 11), time(15, 30), JAKARTA)

    def test_a_free_weekday_counts_as_away(self) -> None:
        assert placed(date(2027, 1, 7), free=frozenset({3})).because == "EMMA"

    def test_without_a_slot_before_the_next_date_it_is_skipped(self) -> None:
        last = date(2027, 1, 20)
        assert placed(date(2027, 1, 7), Absence("AYU", date(2027, 1, 7), last)).meeting.state is MeetingState.SKIPPED
        earlier = Absence("AYU", date(2027, 1, 7), last - timedelta(days=1))
        assert placed(date(2027, 1, 7), earlier).meeting.state is MeetingState.PROPOSED, "one day is left"

    def test_a_slot_lies_within_the_hours_of_both(self) -> None:
        """The clocks go back in Amsterdam in between: 10:30 there becomes 9:30."""
        rule = Rule(Cadence.WEEKLY, date(2027, 10, 28), time(15, 30), JAKARTA)
        away = people(Absence("AYU", date(2027, 10, 28), date(2027, 10, 29)))
        placing = place("o1", due_on(date(2027, 10, 28), rule), rule, away, LONG_AGO)
        assert placing.meeting.state is MeetingState.PROPOSED, "Emma begins at eight"
        late_riser = {**away, "EMMA": replace(away["EMMA"], starts=time(10))}
        placing = place("o1", due_on(date(2027, 10, 28), rule), rule, late_riser, LONG_AGO)
        assert placing.meeting.state is MeetingState.SKIPPED

    def test_who_meets_outside_of_their_hours_anyhow_does_so_on_another_day_too(self) -> None:
        early = Rule(Cadence.TWO_WEEKS, date(2027, 1, 7), time(13), JAKARTA)  # seven in Amsterdam
        away = people(Absence("AYU", date(2027, 1, 7), date(2027, 1, 7)))
        meeting = place("o1", due_on(date(2027, 1, 7), early), early, away, LONG_AGO).meeting
        assert meeting.starts_at == instant(date(2027, 1, 8), time(13), JAKARTA)

    def test_a_slot_leaves_time_to_answer(self) -> None:
        away = Absence("AYU", date(2027, 1, 7), date(2027, 1, 7))
        friday = instant(date(2027, 1, 8), time(15, 30), JAKARTA)
        assert friday is not None
        assert placed(date(2027, 1, 7), away, now=friday - timedelta(hours=3)).meeting.starts_at == friday
        monday = instant(date(2027, 1, 11), time(15, 30), JAKARTA)
        assert placed(date(2027, 1, 7), away, now=friday - timedelta(hours=2)).meeting.starts_at == monday

    def test_a_meeting_that_was_moved_is_looked_at_where_it_is(self) -> None:
        moved = Meeting("o1", date(2027, 1, 7), due_on(date(2027, 1, 12)).at, MeetingState.PLANNED)
        assert replace_around_days_off(moved, RULE, people(Absence("AYU", *[date(2027, 1, 7)] * 2)), LONG_AGO) is None
        placing = replace_around_days_off(moved, RULE, people(Absence("AYU", *[date(2027, 1, 12)] * 2)), LONG_AGO)
        assert placing is not None
        assert placing.meeting.starts_at == due_on(date(2027, 1, 13)).at
        assert placing.was == moved.starts_at


class TestAYear:
    RULE = Rule(Cadence.TWO_WEEKS, date(2027, 1, 14), time(15, 30), JAKARTA)

    def expected(self, away: set[date]) -> list[tuple[date, date | None]]:
        """Every other Thursday, and the day it takes place: found by walking through the calendar of the `holidays`
        package day by day."""
        calendar = holidays.country_holidays("ID", years=(2027, 2028), expand=False)
        works = lambda day: day.weekday() < 5 and day not in calendar and day not in away  # noqa: E731
        found = []
        day = date(2027, 1, 14)
        while day.year == 2027:
            slots = [day + timedelta(days=ahead) for ahead in range(14)]
            found.append((day, next((each for each in slots if works(each)), None)))
            day += timedelta(days=14)
        return found

    @pytest.mark.parametrize(
        "weeks_away", [(), (date(2027, 7, 22), date(2027, 8, 4)), (date(2027, 7, 27), date(2027, 8, 11))]
    )
    def test_over_holidays_and_both_changes_of_the_clocks(self, weeks_away: tuple[date, ...]) -> None:
        away = [Absence("EMMA", *weeks_away)] if weeks_away else []
        two = people(*away)
        days = {date.fromordinal(each) for a in away for each in range(a.first.toordinal(), a.last.toordinal() + 1)}
        came = []
        year = datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 12, 31, tzinfo=UTC)
        for due in due_between(self.RULE, *year):
            meeting = place("o1", due, self.RULE, two, due.at - timedelta(days=10)).meeting
            local = meeting.starts_at.astimezone(ZoneInfo(JAKARTA))
            assert local.time() == time(15, 30), "the wall clock of who set it up"
            came.append((due.local_date, None if meeting.state is MeetingState.SKIPPED else local.date()))
        assert came == self.expected(days)
        assert len(came) == 26
        assert any(day != slot for day, slot in came), "a holiday is among them"
        hours = {(day, instant(slot, time(15, 30), JAKARTA)) for day, slot in came if slot}
        in_amsterdam = {at.astimezone(ZoneInfo(AMSTERDAM)).hour for _, at in hours if at}
        assert in_amsterdam == {9, 10}, "winter and summer there"


class TestAgenda:
    STARTS = due_on(date(2027, 1, 11)).at  # a Monday

    def test_it_comes_from_the_morning_of_the_working_day_before(self) -> None:
        ayu = people()["AYU"]
        friday = morning_before(self.STARTS, ayu)
        assert friday == instant(date(2027, 1, 8), time(9), JAKARTA)
        assert not agenda_is_due(self.STARTS, ayu, friday - timedelta(minutes=1))
        assert agenda_is_due(self.STARTS, ayu, friday)

    def test_who_was_not_reached_then_gets_it_while_at_work_or_an_hour_before(self) -> None:
        ayu = people()["AYU"]
        evening = instant(date(2027, 1, 8), time(20), JAKARTA)
        assert evening is not None
        assert not agenda_is_due(self.STARTS, ayu, evening)
        night = Rule(Cadence.TWO_WEEKS, date(2027, 1, 11), time(20), JAKARTA)
        late = due_on(date(2027, 1, 11), night).at
        assert not agenda_is_due(late, ayu, late - timedelta(minutes=61))
        assert agenda_is_due(late, ayu, late - timedelta(minutes=60))

    def test_never_once_it_has_begun(self) -> None:
        assert not agenda_is_due(self.STARTS, people()["AYU"], self.STARTS)

    def test_why_they_cannot_meet(self) -> None:
        assert why_not(self.STARTS, people()) == ""
        assert why_not(self.STARTS - timedelta(days=1), people()) == DAY_OFF


class TestPrompts:
    @pytest.mark.parametrize(("weeks", "others"), [(1, 13), (2, 6), (4, 3)])
    def test_none_comes_again_within_a_quarter(self, weeks: int, others: int) -> None:
        for pair in ("o1", "o2", "another"):
            for start in range(0, 400, 7):
                first = date(2027, 1, 7) + timedelta(days=start)
                keys = [key for n in range(others + 1) for key in prompts_on(pair, first + timedelta(weeks=weeks * n))]
                assert len(keys) == len(set(keys)) == 2 * (others + 1)

    def test_all_come_sooner_or_later_and_two_of_an_agenda_differ_in_theme(self) -> None:
        dates = [date(2027, 1, 7) + timedelta(weeks=2 * n) for n in range(15)]
        drawn = [prompts_on("o1", day) for day in dates]
        assert {key for keys in drawn for key in keys} == set(PROMPTS)
        assert all(one.rsplit("_")[0] != other.rsplit("_")[0] for one, other in drawn)

    def test_the_two_of_a_date_are_the_same_whenever_asked(self) -> None:
        assert prompts_on("o1", date(2027, 1, 7)) == prompts_on("o1", date(2027, 1, 7))


class TestLapsed:
    PAIR = OneOnOne("o1", "AYU", "EMMA", 60, datetime(2027, 1, 4, 3, tzinfo=UTC))

    @pytest.mark.parametrize(
        ("held", "today", "has"),
        [
            ({}, date(2027, 2, 4), False),
            ({}, date(2027, 2, 5), True),
            ({"o1": date(2027, 2, 1)}, date(2027, 3, 4), False),
            ({"o1": date(2027, 2, 1)}, date(2027, 3, 5), True),
            ({"other": date(2027, 2, 1)}, date(2027, 2, 5), True),
        ],
    )
    def test_after_a_month_without(self, held: dict[str, date], today: date, has: bool) -> None:
        assert lapsed([self.PAIR], held, today) == ([self.PAIR] if has else [])

    def test_one_that_was_ended_does_not_lapse(self) -> None:
        ended = OneOnOne("o1", "AYU", "EMMA", 60, self.PAIR.created_at, active=False)
        assert lapsed([ended], {}, date(2027, 12, 1)) == []
