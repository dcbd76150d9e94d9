"""One-on-ones as time goes by and people change their minds: moved there and back, month ends, outages, and what other
teams said. Bob (Makassar, English) and Citra (Jakarta, Indonesian) are the two; it is a Thursday, 15:00 in Jakarta."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from bot.domain.audiences import Audience
from bot.domain.checkins import Checkin, CheckinAnswer, CheckinDefinition, Item, ItemKind, Run, RunState
from bot.domain.members import Absence
from bot.domain.one_on_ones import MeetingState
from bot.domain.schedules import Cadence, Rule, Schedule, ScheduleKind
from tests.features.harness import Bench
from tests.features.test_oneonones import FIRST, MORNING_BEFORE, begin, dm, meetings, rule_of

BLOCKER = "the landlord wants his money"


class TestThereAndBack:
    async def test_an_agenda_says_again_that_they_meet_once_it_is_moved_back(self, denyut: Bench) -> None:
        await begin(denyut)
        await denyut.tick(MORNING_BEFORE)
        agenda = dm(denyut, "U0CITRA", "Pertemuan empat matamu dengan")
        await denyut.command("/checkin 1on1 <@U0CITRA|citra> move 2026-12-04", user="U0BOB")
        await denyut.tick(MORNING_BEFORE + timedelta(hours=1))
        assert "Pertemuan empat matamu dengan" not in agenda.message.text
        await denyut.command("/checkin 1on1 <@U0CITRA|citra> move 2026-12-03", user="U0BOB")
        await denyut.tick(MORNING_BEFORE + timedelta(hours=2))
        assert "Pertemuan empat matamu dengan <@U0BOB>: Kam 3 Des, 13.00" in agenda.message.text

    async def test_an_agenda_follows_its_meeting_from_day_to_day_and_offers_nothing_by_then(
        self, denyut: Bench
    ) -> None:
        await begin(denyut)
        await denyut.tick(MORNING_BEFORE)
        agenda = dm(denyut, "U0CITRA", "Pertemuan empat matamu dengan")
        for hour, (day, said) in enumerate((("2026-12-07", "Sen 7 Des"), ("2026-12-08", "Sel 8 Des")), start=1):
            await denyut.command(f"/checkin 1on1 <@U0CITRA|citra> move {day}", user="U0BOB")
            await denyut.tick(MORNING_BEFORE + timedelta(hours=hour))
            assert "Agenda ini untuk Kam 3 Des, 13.00." in agenda.message.text
            assert f"bertemu {said}, 13.00" in agenda.message.text
            assert buttons(agenda) == []

    async def test_what_asks_for_another_slot_is_one_message_and_the_agenda_points_to_it(self, denyut: Bench) -> None:
        pair = await begin(denyut)
        await denyut.tick(MORNING_BEFORE)
        agenda = dm(denyut, "U0BOB", "Your one-on-one with")
        away = Absence("U0CITRA", date(2026, 12, 3), date(2026, 12, 3))
        denyut.do(lambda db: db.members.add_absence(away))
        await denyut.tick(MORNING_BEFORE + timedelta(hours=1))
        assert "another time is offered" in agenda.message.text.casefold()
        assert buttons(agenda) == [], "it is decided in the other one"
        assert buttons(dm(denyut, "U0BOB", "instead?")) != []
        await denyut.command("/checkin 1on1 <@U0CITRA|citra> skip", user="U0BOB")
        await denyut.tick(MORNING_BEFORE + timedelta(hours=2))
        assert "is left out" in agenda.message.text
        assert meetings(denyut, pair)[0].state is MeetingState.SKIPPED

    async def test_of_a_meeting_that_was_the_agenda_and_the_outcome_say_two_things(self, denyut: Bench) -> None:
        await begin(denyut)
        denyut.do(lambda db: db.members.add_absence(Absence("U0CITRA", date(2026, 12, 3), date(2026, 12, 3))))
        await denyut.tick()
        offer = dm(denyut, "U0BOB", "instead?")
        await denyut.press(offer, "Take it", user="U0BOB")
        await denyut.tick(MORNING_BEFORE + timedelta(days=1))
        agenda = dm(denyut, "U0BOB", "Your one-on-one with")
        assert buttons(agenda) != []
        over = FIRST + timedelta(days=1, minutes=65)
        await denyut.tick(over)
        asked = dm(denyut, "U0BOB", "How did your one-on-one")
        assert "To begin with" in agenda.message.text, "to be read while it is written down"
        assert buttons(agenda) == [], "there is nothing to decide of a meeting that was"
        await denyut.press(asked, "Write it down", user="U0BOB")
        await denyut.submit(denyut.form(), {"notes": "all is well"}, user="U0BOB")
        await denyut.tick(over + timedelta(minutes=1))
        said = [each.message.text.splitlines()[0] for each in (offer, agenda, asked)]
        assert said == [
            "Fri 4 Dec, 14:00 was taken for your one-on-one with <@U0CITRA>.",
            "This was the agenda with <@U0CITRA> for Fri 4 Dec, 14:00. What came of it is in the message below.",
            "You and <@U0CITRA> met on Fri 4 Dec, 14:00.",
        ]

    async def test_the_same_slot_is_offered_again_when_it_is_needed_again(self, denyut: Bench) -> None:
        pair = await begin(denyut)
        away = Absence("U0CITRA", date(2026, 12, 3), date(2026, 12, 3))
        denyut.do(lambda db: db.members.add_absence(away))
        await denyut.tick()
        denyut.do(lambda db: db.members.remove_absence(away))
        await denyut.command("/checkin 1on1 <@U0CITRA|citra> move 2026-12-03", user="U0BOB")
        await denyut.tick(denyut.now + timedelta(minutes=1))
        before = len(offers(denyut))
        assert before == 1
        denyut.do(lambda db: db.members.add_absence(away))
        for minutes in (2, 3):
            await denyut.tick(denyut.now + timedelta(minutes=minutes))
        assert meetings(denyut, pair)[0].state is MeetingState.PROPOSED
        assert len(offers(denyut)) == before + 1
        await denyut.press(offers(denyut)[-1], "Take it", user="U0BOB")
        await denyut.tick(denyut.now + timedelta(minutes=1))
        assert not [each for each in offers(denyut) if "instead?" in each.message.text], "both say what was decided"


def buttons(posted: Any) -> list[str]:
    return [
        each["action_id"]
        for block in posted.message.blocks
        for each in block.get("elements", ())
        if "action_id" in each
    ]


def offers(denyut: Bench) -> list[Any]:
    every = [each for each in denyut.dms("U0BOB") if "instead?" in str((each.message, each.history))]
    return list(every)


class TestMonthEnds:
    @pytest.fixture(autouse=True)
    async def on_the_last_day_of_each_month(self, denyut: Bench) -> None:
        denyut.now = datetime(2027, 1, 28, 8, 0, tzinfo=UTC)
        await begin(denyut, "/checkin 1on1 <@U0CITRA|citra> monthly 31 14:00")
        denyut.now = datetime(2027, 2, 10, 8, 0, tzinfo=UTC)

    def rule(self, denyut: Bench) -> Rule:
        return rule_of(denyut, denyut.do(lambda db: db.one_on_ones.of("U0BOB"))[0])

    async def test_another_time_keeps_the_last_day(self, denyut: Bench) -> None:
        said = await denyut.command("/checkin 1on1 <@U0CITRA|citra> 15:30", user="U0BOB")
        assert self.rule(denyut) == Rule(Cadence.MONTHLY, date(2027, 1, 31), time(15, 30), "Asia/Makassar")
        assert "28 Feb" in said.text, "the next one is in the short month"

    async def test_the_form_keeps_it_too(self, denyut: Bench) -> None:
        card = await denyut.command("/checkin 1on1 <@U0CITRA|citra>", user="U0BOB")
        await denyut.press(card, "Change", user="U0BOB")
        await denyut.submit(denyut.form(), {"time": "10:00"}, user="U0BOB")
        assert self.rule(denyut) == Rule(Cadence.MONTHLY, date(2027, 1, 31), time(10), "Asia/Makassar")

    async def test_another_first_day_is_another_rhythm(self, denyut: Bench) -> None:
        card = await denyut.command("/checkin 1on1 <@U0CITRA|citra>", user="U0BOB")
        await denyut.press(card, "Change", user="U0BOB")
        await denyut.submit(denyut.form(), {"day": "2027-03-10"}, user="U0BOB")
        assert self.rule(denyut).anchor == date(2027, 3, 10)


class TestHours:
    async def test_what_an_outage_held_up_waits_for_the_morning(self, denyut: Bench) -> None:
        await denyut.command("/checkin 1on1 <@U0CITRA|citra> weekly fri 14:00", user="U0BOB")
        evening = datetime(2026, 11, 26, 15, 0, tzinfo=UTC)  # 22:00 in Jakarta: the bot was down meanwhile
        await denyut.tick(evening)
        assert denyut.dms("U0CITRA") == []
        morning = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
        await denyut.tick(morning - timedelta(minutes=1))
        assert denyut.dms("U0CITRA") == []
        await denyut.tick(morning)
        assert dm(denyut, "U0CITRA", "ingin bertemu rutin")

    async def test_nobody_is_written_to_on_a_day_away_entered_since(self, denyut: Bench) -> None:
        await denyut.command("/checkin 1on1 <@U0CITRA|citra> weekly fri 14:00", user="U0BOB")
        denyut.do(lambda db: db.members.add_absence(Absence("U0CITRA", date(2026, 11, 26), date(2026, 11, 26))))
        await denyut.tick()
        assert denyut.dms("U0CITRA") == []
        await denyut.tick(datetime(2026, 11, 27, 2, 0, tzinfo=UTC))
        assert denyut.dms("U0CITRA")

    async def test_an_agenda_still_comes_an_hour_before(self, denyut: Bench) -> None:
        await begin(denyut, "/checkin 1on1 <@U0CITRA|citra> weekly tue 08:30")  # 7:30 in Jakarta
        starts = datetime(2026, 12, 1, 0, 30, tzinfo=UTC)
        await denyut.tick(starts - timedelta(hours=3))
        assert not [each for each in denyut.dms("U0CITRA") if "Pertemuan empat matamu" in each.message.text]
        await denyut.tick(starts - timedelta(minutes=59))
        assert dm(denyut, "U0CITRA", "Pertemuan empat matamu")


class TestBlockersOfTeams:
    """What somebody said in a check-in is for those who were asked with them."""

    async def agenda(self, denyut: Bench, asked: frozenset[str], state: RunState) -> str:
        await begin(denyut)
        denyut.do(lambda db: answered(db, asked, state))
        await denyut.tick(MORNING_BEFORE)
        return (
            dm(denyut, "U0BOB", "Your one-on-one").message.text
            + dm(denyut, "U0CITRA", "Pertemuan empat matamu").message.text
        )

    async def test_one_of_a_team_of_both_is_on_the_agenda(self, denyut: Bench) -> None:
        assert BLOCKER in await self.agenda(denyut, frozenset({"U0BOB", "U0CITRA", "U0DEWI"}), RunState.POSTED)

    @pytest.mark.parametrize("asked", [frozenset({"U0CITRA", "U0DEWI"}), frozenset({"U0CITRA"})])
    async def test_one_of_a_team_the_other_is_not_in_is_not(self, denyut: Bench, asked: frozenset[str]) -> None:
        assert BLOCKER not in await self.agenda(denyut, asked, RunState.POSTED)

    @pytest.mark.parametrize("state", [RunState.OPEN, RunState.MISSED])
    async def test_one_that_nobody_was_shown_is_not(self, denyut: Bench, state: RunState) -> None:
        assert BLOCKER not in await self.agenda(denyut, frozenset({"U0BOB", "U0CITRA"}), state)


def answered(db: Any, asked: frozenset[str], state: RunState) -> None:
    items = (Item("blocker", ItemKind.BLOCKER),)
    definition = CheckinDefinition("C0PRIVATE", items, time(11), "en", Audience(people=tuple(sorted(asked))))
    closes_at = FIRST - timedelta(days=2)
    rule = Rule(Cadence.MONTHLY, date(2027, 1, 5), time(9), "Asia/Jakarta")
    db.checkins.add(Checkin("c1", definition, "U0DEWI", closes_at))
    db.schedules.add(Schedule("s1", ScheduleKind.CHECKIN, "c1", rule, "U0DEWI", closes_at))
    db.checkins.begin(Run("r1", "c1", closes_at.date(), definition, FIRST if state is RunState.OPEN else closes_at,
                          asked, state))  # fmt: skip
    db.checkins.answer(CheckinAnswer("r1", "U0CITRA", closes_at, texts={"blocker": BLOCKER}))
