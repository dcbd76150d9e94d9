"""At most two prompts a day and ten questions a week to one person over all surveys; what is too much is moved, and its
author told. And prompts that are spread over a while. On the bench's Thursday it is 15:00 in Jakarta."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.audiences import Audience
from bot.domain.deliveries import DeliveryState
from bot.domain.members import Absence
from bot.domain.prompting import Spread
from bot.domain.schedules import Cadence, Rule
from bot.domain.surveys import RoundState
from bot.surveys.asking.prompts import ASK, FIRST_REMINDER, PROMPTS, SECOND_REMINDER
from tests.features.harness import Bench
from tests.features.survey_steps import (
    added,
    changed,
    crowd,
    definition,
    dues,
    newest,
    prompts,
    reminded,
    sent,
    told,
    utc,
)
from tests.features.test_surveys import CREATE, question

JAKARTA = ZoneInfo("Asia/Jakarta")
CITRA, EMMA = "U0CITRA", "U0EMMA"
MONDAY_NINE = utc(11, 30, 2)


def a_day(denyut: Bench, user: str, zone: ZoneInfo) -> dict[date, int]:
    """How many prompts of whatever survey somebody got on each of their days."""
    rounds = {each.id for each in denyut.do(lambda db: [*db.rounds.open(), *db.rounds.closed_since(utc(1, 1, 0))])}
    found = denyut.do(lambda db: db.deliveries.to_many([user], rounds, PROMPTS, utc(1, 1, 0)))
    return Counter(
        (each.started_at or each.due_at).astimezone(zone).date() for each in found if each.state is DeliveryState.SENT
    )


class TestTwoADay:
    async def test_the_third_survey_of_a_day_asks_tomorrow_and_its_author_is_told(self, denyut: Bench) -> None:
        for handle in ("one", "two", "three"):
            added(denyut, definition(), handle)

        first, second, third = [await sent(denyut, handle) for handle in ("one", "two", "three")]

        assert dues(denyut, first)[CITRA] == dues(denyut, second)[CITRA] == denyut.now
        assert dues(denyut, third)[CITRA] == utc(11, 27, 2)  # Friday 09:00 in Jakarta
        assert dues(denyut, third)[EMMA] == utc(11, 27, 8)  # and in Amsterdam
        assert "6 of them are asked on a later day" in told(denyut, about="`three`")
        assert "later day" not in told(denyut, about="`two`")

    async def test_reminders_follow_from_the_moment_it_was_moved_to(self, denyut: Bench) -> None:
        for handle in ("one", "two", "three"):
            added(denyut, definition(), handle)
        for handle in ("one", "two"):
            await sent(denyut, handle)

        third = await sent(denyut, "three")

        assert dues(denyut, third, FIRST_REMINDER)[CITRA] == utc(11, 30, 2)
        assert dues(denyut, third, SECOND_REMINDER)[CITRA] == utc(12, 2, 2)

    async def test_a_reminder_gives_way_on_a_full_day_and_does_not_come_later(self, denyut: Bench) -> None:
        added(denyut, definition(), "old")
        old = await sent(denyut, "old")  # its first reminder: Friday 15:00
        await denyut.tick(utc(11, 27, 2))
        for handle in ("one", "two"):
            added(denyut, definition(Audience(("C0SALES",), exceptions=(EMMA,))), handle)
            await sent(denyut, handle)  # two questions on Friday morning, but for Emma

        await denyut.ticks(utc(12, 2, 12))

        assert reminded(denyut, old, CITRA) == [DeliveryState.SKIPPED, DeliveryState.SENT]
        assert reminded(denyut, old, EMMA) == [DeliveryState.SENT, DeliveryState.SENT]
        assert max(a_day(denyut, CITRA, JAKARTA).values()) == 2

    async def test_a_reminder_leaves_room_for_questions_still_to_come_that_day(self, denyut: Bench) -> None:
        added(denyut, definition(), "old")
        old = await sent(denyut, "old")
        await denyut.tick(utc(11, 27, 2))
        for handle in ("one", "two"):
            added(denyut, definition(spread=Spread.DAY), handle)
            await sent(denyut, handle)
        later = [dues(denyut, newest(denyut, handle)) for handle in ("one", "two")]
        reminder = dues(denyut, old, FIRST_REMINDER)

        await denyut.ticks(utc(11, 28, 0), timedelta(minutes=30))

        for user in ("U0CITRA", "U0DEWI", "U0AYU"):
            assert all(each[user].astimezone(JAKARTA).date() == date(2026, 11, 27) for each in later)
            assert reminder[user].astimezone(JAKARTA).date() == date(2026, 11, 27)
            assert reminded(denyut, old, user)[0] is DeliveryState.SKIPPED
            assert a_day(denyut, user, JAKARTA)[date(2026, 11, 27)] == 2

    async def test_of_reminders_that_fall_due_together_two_are_sent(self, denyut: Bench) -> None:
        """However they came to meet: each sees the other two on their way, and still not all of them give way."""
        for number, handle in enumerate(("one", "two", "three")):
            added(denyut, definition(), handle)
            denyut.now = utc(11, 23 + number // 2, 3 + number)
            await sent(denyut, handle)
        denyut.do(lambda db: [db.deliveries.postpone(each.id, utc(11, 26, 3)) for each in firsts(db, denyut)])

        await denyut.tick(utc(11, 26, 3))

        states = [
            prompts(denyut, newest(denyut, each), FIRST_REMINDER)[CITRA].state for each in ("one", "two", "three")
        ]
        assert sorted(states) == [DeliveryState.SENT, DeliveryState.SENT, DeliveryState.SKIPPED]
        assert a_day(denyut, CITRA, JAKARTA)[date(2026, 11, 26)] == 2


def firsts(db, denyut: Bench):
    for handle in ("one", "two", "three"):
        newest_round = db.rounds.of_survey(db.surveys.by_handle(handle).id)[0]
        yield from db.deliveries.of(FIRST_REMINDER, newest_round.id)


class TestTenAWeek:
    async def test_three_surveys_in_one_week_the_one_too_many_waits_for_the_next(self, denyut: Bench) -> None:
        denyut.now = MONDAY_NINE
        for handle in ("one", "two", "three"):
            added(denyut, definition(count=4), handle)
        await sent(denyut, "one")
        await denyut.tick(MONDAY_NINE + timedelta(days=1))
        await sent(denyut, "two")
        await denyut.tick(MONDAY_NINE + timedelta(days=2))

        third = await sent(denyut, "three")

        assert dues(denyut, third)[CITRA] == utc(12, 7, 2)  # Monday again: with four questions the week holds eight
        assert "6 of them are asked on a later day" in told(denyut, about="`three`")
        await denyut.ticks(utc(12, 7, 3))
        assert prompts(denyut, third)[CITRA].state is DeliveryState.SENT

    async def test_what_comes_every_week_never_stands_in_its_own_way(self, denyut: Bench) -> None:
        rule = Rule(Cadence.WEEKLY, date(2026, 11, 30), time(9), "Asia/Jakarta")
        added(denyut, definition(count=10), rule=rule)

        for week in range(3):
            await denyut.tick(MONDAY_NINE + timedelta(weeks=week))
            asked = newest(denyut)
            assert (asked.number, dues(denyut, asked)[CITRA]) == (week + 1, denyut.now)

    async def test_where_no_day_is_free_before_the_close_people_are_asked_all_the_same(self, denyut: Bench) -> None:
        rule = Rule(Cadence.WEEKLY, date(2026, 11, 30), time(9), "Asia/Jakarta")
        added(denyut, definition(count=6), "one", rule=rule)
        added(denyut, definition(count=6), "two", rule=rule)

        await denyut.tick(MONDAY_NINE)

        first, second = newest(denyut, "one"), newest(denyut, "two")
        assert {first.state, second.state} == {RoundState.OPEN}
        assert first.asked == second.asked == 6
        moved = max(dues(denyut, first)[CITRA], dues(denyut, second)[CITRA])
        assert moved < min(first.closes_at, second.closes_at)

    async def test_what_was_skipped_takes_no_place(self, denyut: Bench) -> None:
        added(denyut, definition(count=8), "one")
        added(denyut, definition(count=8), "two")
        denyut.do(lambda db: db.members.add_absence(Absence(CITRA, date(2026, 11, 26), date(2026, 11, 26))))
        first = await sent(denyut, "one")  # on Friday, as Citra is away today
        await denyut.command("/pulse close one", user="U0BOB")
        await denyut.tick(utc(11, 27, 2))
        assert prompts(denyut, first)[CITRA].state is DeliveryState.SKIPPED

        second = await sent(denyut, "two")

        assert dues(denyut, second)[CITRA] == denyut.now
        assert dues(denyut, second)["U0DEWI"] == utc(12, 3, 2)


class TestSpread:
    @pytest.mark.parametrize(("spread", "days"), [(Spread.DAY, 2), (Spread.THREE_DAYS, 4)])
    async def test_over_working_time_evenly_and_said_to_the_author(
        self, denyut: Bench, spread: Spread, days: int
    ) -> None:
        crowd(denyut, 200)
        added(denyut, definition(Audience(("C0CROWD",)), spread=spread))

        asked = await sent(denyut)

        local = [moment.astimezone(JAKARTA) for moment in dues(denyut, asked).values()]
        assert all(9 <= moment.hour < 17 and moment.weekday() < 5 for moment in local)
        assert len({moment.date() for moment in local}) == days  # from 15:00 on, so that the last one begins later
        assert len(set(local)) > 190
        assert "spread over" in told(denyut, about="is asking")

    async def test_launching_it_again_after_a_crash_comes_to_the_same_moments(self, denyut: Bench) -> None:
        crowd(denyut, 20)
        added(denyut, definition(Audience(("C0CROWD",)), spread=Spread.THREE_DAYS))
        asked = await sent(denyut)
        before = dues(denyut, asked)

        await denyut.tick()

        assert dues(denyut, asked) == before
        assert len(prompts(denyut, asked)) == 20


class TestAcrossTheWorld:
    async def test_new_york_and_jakarta_over_the_change_of_clocks(self, denyut: Bench) -> None:
        """Clocks go back in New York on 1 November 2026, so nine there is 13:00 UTC before and 14:00 after."""
        changed(denyut, EMMA, slack_zone="America/New_York")
        denyut.now = utc(10, 25, 0)
        rule = Rule(Cadence.WEEKLY, date(2026, 10, 26), time(9), "Asia/Jakarta")
        added(denyut, definition(), rule=rule)
        moments = []
        for week in range(2):
            await denyut.tick(utc(10, 26, 2) + timedelta(weeks=week))
            moments.append((dues(denyut, newest(denyut))[CITRA], dues(denyut, newest(denyut))[EMMA]))

        assert moments == [(utc(10, 26, 2), utc(10, 26, 13)), (utc(11, 2, 2), utc(11, 2, 14))]

    async def test_not_on_christmas_nor_new_years_day_and_over_the_turn_of_the_year(self, denyut: Bench) -> None:
        denyut.now = utc(12, 24, 10)  # Christmas Eve, 17:00 in Jakarta: 25 December is a holiday, a Friday
        added(denyut, definition(), "christmas")
        christmas = await sent(denyut, "christmas")
        denyut.now = utc(12, 31, 10)
        added(denyut, definition(), "new-year")
        new_year = await sent(denyut, "new-year")

        assert dues(denyut, christmas)[CITRA] == utc(12, 28, 2)
        assert dues(denyut, new_year)[CITRA] == utc(1, 4, 2, year=2027)
        assert dues(denyut, christmas, SECOND_REMINDER)[CITRA] == utc(12, 31, 2)

    async def test_nobody_gets_more_than_two_prompts_on_any_day_of_busy_weeks_over_the_year_end(
        self, denyut: Bench
    ) -> None:
        changed(denyut, EMMA, slack_zone="America/New_York")
        denyut.now = utc(12, 13, 0)
        for number, size in enumerate((1, 3, 4, 2)):  # ten a week, all of them wished for on Monday
            rule = Rule(Cadence.WEEKLY, date(2026, 12, 14), time(9 + number), "Asia/Jakarta")
            added(denyut, definition(count=size), f"pulse-{number}", rule=rule)

        await denyut.ticks(utc(1, 8, 0, year=2027), timedelta(hours=4))

        for user, zone in ((CITRA, JAKARTA), (EMMA, ZoneInfo("America/New_York"))):
            days = a_day(denyut, user, zone)
            assert max(days.values()) == 2
            assert all(day.weekday() < 5 for day in days)
            assert not {date(2026, 12, 25), date(2027, 1, 1)} & set(days)
            assert questions_in_any_week(denyut, user, zone) == 10


def questions_in_any_week(denyut: Bench, user: str, zone: ZoneInfo) -> int:
    by_day: Counter[int] = Counter()
    for handle in (f"pulse-{number}" for number in range(4)):
        for each in denyut.do(lambda db, handle=handle: db.rounds.of_survey(db.surveys.by_handle(handle).id)):
            prompt = prompts(denyut, each, ASK).get(user)
            if prompt is not None and prompt.state is DeliveryState.SENT:
                moment: datetime = prompt.started_at or prompt.due_at
                by_day[moment.astimezone(zone).date().toordinal()] += len(each.questions)
    return max(sum(by_day[day] for day in range(first, first + 7)) for first in by_day)


async def test_the_one_question_survey_is_as_it_always_was(denyut: Bench) -> None:
    await denyut.command(CREATE)
    await sent(denyut, "enps-sales", user="U0AYU")

    assert question(denyut, CITRA) is not None
