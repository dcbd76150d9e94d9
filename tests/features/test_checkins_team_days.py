"""Which days a team check-in comes on: every two weeks keeps its weeks when its day changes, and a day on which nobody
works is not taken in silence. It is Thursday 26 November 2026, 15:00 in Jakarta and 16:00 in Makassar, where Bob is."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from bot.domain.checkins import falls_on_days_off, keeping_weeks, nearest_working_days
from bot.domain.schedules import Cadence, Rule, dates
from bot.domain.workdays import Workdays
from bot.slack import ids
from tests.features.harness import Answer, Bench
from tests.features.test_checkins_team import SALES, the_checkin, the_id

FRIDAY, SATURDAY, MONDAY = 4, 5, 0


async def says(denyut: Bench, words: str) -> Answer:
    return await denyut.command(f"/checkin team {SALES} {words}", user="U0BOB")


def rule(denyut: Bench) -> Rule:
    found: Rule = denyut.do(lambda db: db.schedules.of_subject("checkin", the_id(db)).rule)
    return found


def makassar(day: int, hour: int, month: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC) - timedelta(hours=8)


class TestEveryTwoWeeks:
    async def test_what_was_understood_tells_the_next_two_dates(self, denyut: Bench) -> None:
        said = (await says(denyut, "weekly review every 2 weeks tue 10:00 post 12:00")).text
        assert "Asks next: Tue 1 Dec, 10:00, then Tue 15 Dec, 10:00." in said
        said = (await says(denyut, "standup 09:00 post 11:00")).text
        assert "then" not in said, "each day says enough"

    async def test_another_day_keeps_the_weeks(self, denyut: Bench) -> None:
        await says(denyut, "weekly review every 2 weeks tue 10:00 post 12:00")
        denyut.now = makassar(7, 10)  # the Monday of a week without it: this Friday would be the wrong one
        said = (await says(denyut, "weekly review fri")).text
        assert "Asks next: Fri 18 Dec, 10:00, then Fri 1 Jan" not in said, "a holiday"
        assert "Asks next: Fri 18 Dec, 10:00, then" in said
        assert rule(denyut).anchor == date(2026, 12, 18)

    async def test_it_never_comes_twice_in_a_week(self, denyut: Bench) -> None:
        await says(denyut, "weekly review every 2 weeks tue 10:00 post 12:00")
        denyut.now = makassar(1, 9)
        await denyut.ticks(makassar(1, 13), timedelta(hours=2))
        denyut.now = makassar(2, 9)
        said = (await says(denyut, "weekly review thu")).text
        assert "Asks next: Thu 17 Dec, 10:00" in said, "it was asked on Tuesday of this week"

    async def test_before_it_came_it_moves_within_its_week(self, denyut: Bench) -> None:
        await says(denyut, "weekly review every 2 weeks tue 10:00 post 12:00")
        denyut.now = makassar(30, 9, month=11)
        said = (await says(denyut, "weekly review thu")).text
        assert "Asks next: Thu 3 Dec, 10:00, then Thu 17 Dec, 10:00." in said

    async def test_a_date_said_outright_counts_as_it_is(self, denyut: Bench) -> None:
        await says(denyut, "weekly review every 2 weeks tue 10:00 post 12:00")
        said = (await says(denyut, "weekly review 2026-12-11")).text
        assert "Asks next: Fri 11 Dec, 10:00" in said

    @pytest.mark.parametrize("weekday", range(5))
    def test_its_weeks_are_the_same_whenever_it_is_said(self, weekday: int) -> None:
        before = Rule(Cadence.TWO_WEEKS, date(2026, 12, 1), time(10), "Asia/Makassar")
        weeks = {_monday(day) for day in _some(before, 40)}
        for ahead in range(60):
            said_at = makassar(1, 11) + timedelta(days=ahead)
            moved = keeping_weeks(before, weekday, said_at, ())
            assert moved.anchor.weekday() == weekday
            assert {_monday(day) for day in _some(moved, 20)} <= weeks
            assert moved.anchor - said_at.date() <= timedelta(days=14), "the nearest"


def _some(wanted: Rule, count: int) -> list[date]:
    found = dates(wanted, wanted.anchor)
    return [next(found) for _ in range(count)]


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


class TestADayOff:
    async def test_a_saturday_is_not_taken_and_friday_or_monday_is_a_click(self, denyut: Bench) -> None:
        said = await says(denyut, "weekly review sat 14:00 post 16:30")
        assert "Saturday is a day off here, so nobody would be asked. Nothing has changed yet." in said.text
        assert denyut.do(lambda db: db.checkins.all()) == []
        await denyut.press(said, "On Friday", user="U0BOB")
        assert "Asks next: Fri 27 Nov, 14:00, then Fri 4 Dec, 14:00." in denyut.slack.responses[-1][1].text
        assert denyut.slack.responses[-1][2], "the question turns into its outcome"
        assert rule(denyut) == Rule(Cadence.WEEKLY, date(2026, 11, 27), time(14), "Asia/Makassar")
        assert the_checkin(denyut).definition.posts_at == time(16, 30)

    async def test_in_indonesian_and_on_monday(self, denyut: Bench) -> None:
        line = f"/checkin tim {SALES} tinjauan mingguan sabtu 14.00 tayang 16.30"
        said = await denyut.command(line, user="U0CITRA")
        assert "Sabtu hari libur di sini, jadi tidak ada yang akan ditanya." in said.text
        await denyut.press(said, "Senin", user="U0CITRA")
        assert rule(denyut).anchor == date(2026, 11, 30)

    async def test_one_that_is_there_stays_as_it_was_until_a_day_is_chosen(self, denyut: Bench) -> None:
        await says(denyut, "weekly review fri 14:00 post 16:30")
        before = rule(denyut)
        said = await says(denyut, "weekly review sunday")
        assert rule(denyut) == before
        await denyut.press(said, "On Monday", user="U0BOB")
        assert rule(denyut).anchor == date(2026, 11, 30)
        assert len(denyut.do(lambda db: db.checkins.all())) == 1

    async def test_only_who_may_change_it_chooses(self, denyut: Bench) -> None:
        await says(denyut, "weekly review fri 14:00 post 16:30")
        said = await says(denyut, "weekly review sat")
        await denyut.press(said, "On Monday", user="U0DEWI")
        assert rule(denyut).anchor == date(2026, 11, 27)

    async def test_a_line_too_long_for_a_button_is_answered_in_words(self, denyut: Bench) -> None:
        said = await says(denyut, f"weekly review {' ' * 2100} sat 14:00 post 16:30")
        assert "day off" in said.text

    async def test_a_form_says_it_under_the_date(self, denyut: Bench) -> None:
        await denyut.press(await denyut.command("/checkin team", user="U0BOB"), "Weekly business review", user="U0BOB")
        form = denyut.form()
        inputs = {ids.CHECKIN_CHANNEL_INPUT: "C0SALES", ids.CHECKIN_FIRST_INPUT: "2026-11-28"}
        refused = await denyut.submit(form, inputs, user="U0BOB")
        said = refused.errors[ids.CHECKIN_FIRST_INPUT]
        assert said.startswith("Saturday is a day off here")
        assert "Fri 27 Nov or Mon 30 Nov" in said
        await denyut.submit(form, {**inputs, ids.CHECKIN_FIRST_INPUT: "2026-11-30"}, user="U0BOB")
        await denyut.submit(denyut.form(), {}, user="U0BOB")
        assert rule(denyut).anchor == date(2026, 11, 30)

    @pytest.mark.parametrize("cadence", ["daily", "monthly 28"])
    async def test_other_rhythms_go_around_days_off_by_themselves(self, denyut: Bench, cadence: str) -> None:
        said = (await says(denyut, f"own {cadence} 14:00 post 16:30".replace("own ", "standup "))).text
        assert "Asks next" in said

    def test_what_is_a_day_off_is_the_countrys_matter(self) -> None:
        now = makassar(26, 16, month=11)
        friday = Rule(Cadence.WEEKLY, date(2026, 11, 27), time(14), "Asia/Dhaka")
        assert falls_on_days_off(friday, now, Workdays("BD"))
        assert not falls_on_days_off(friday, now, Workdays("ID"))
        offered = nearest_working_days(friday, now, Workdays("BD"))
        assert [each.anchor.weekday() for each in offered] == [6, 3], "Sunday comes first, then next week's Thursday"

    def test_some_holidays_on_a_weekday_make_it_no_day_off(self) -> None:
        now = makassar(26, 16, month=11)
        fridays = Rule(Cadence.WEEKLY, date(2026, 12, 18), time(14), "Asia/Makassar")  # Christmas and New Year are two
        assert not falls_on_days_off(fridays, now, Workdays("ID"))


class TestADayThatIsEverybodysOwnDayOff:
    @pytest.mark.parametrize("everybody", [True, False])
    async def test_who_sets_it_up_hears_that_nobody_would_be_asked(self, denyut: Bench, everybody: bool) -> None:
        people = ["U0AYU", "U0BOB", "U0CITRA", "U0DEWI", "U0EMMA", "U0FAJAR"]
        for member in people if everybody else people[1:]:
            denyut.do(lambda db, member=member: db.members.set_hours(member, None, None, frozenset({FRIDAY})))
        await says(denyut, "weekly review fri 14:00 post 16:30")
        await denyut.tick(makassar(30, 10, month=11))
        told: list[Any] = [each for each in denyut.dms("U0BOB") if "has that weekday off" in each.message.text]
        assert len(told) == int(everybody)
