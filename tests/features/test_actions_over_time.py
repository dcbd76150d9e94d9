"""Reminders of what was promised while clocks change, people travel, and Slack cannot be reached: exactly one, in the
owner's morning. It is Thursday 26 November 2026, 15:00 in Jakarta; the zones of others are said where they count."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.actions.reminding import remind
from bot.actions.service import DUE
from bot.domain.actions import ActionSource, ActionState
from bot.domain.members import Absence
from tests.features.harness import Bench
from tests.features.test_actions import given, now_is, reminders


def lives_in(denyut: Bench, zone: str, user: str = "U0BOB") -> None:
    denyut.do(lambda db: db.members.set_zone(user, zone))


async def told(denyut: Bench, until: datetime, zone: str, user: str = "U0BOB") -> list[str]:
    """When somebody is owed a reminder, looked at every hour, by the clock on the wall where they are."""
    before = _owed(denyut, user)
    while denyut.now < until:
        denyut.now += timedelta(hours=1)
        await remind(denyut.services, denyut.now)
    return [f"{at.astimezone(ZoneInfo(zone)):%a %d %b %H:%M}" for at in _owed(denyut, user) if at not in before]


def _owed(denyut: Bench, user: str) -> list[datetime]:
    found = denyut.do(lambda db: db.deliveries.of_purposes([DUE], datetime(2026, 1, 1, tzinfo=UTC)))
    return [each.due_at for each in found if each.receiver == user]


def _sent(denyut: Bench, user: str) -> int:
    return len([each for each in denyut.dms(user) if "promised" in each.message.text])


class TestWhereTheOwnerIs:
    @pytest.mark.parametrize(
        ("zone", "first", "due", "morning"),
        [
            ("Europe/Amsterdam", datetime(2027, 3, 27, 6, 30, tzinfo=UTC), date(2027, 3, 29), "Mon 29 Mar 09:30"),
            ("Europe/Amsterdam", datetime(2026, 10, 24, 6, 30, tzinfo=UTC), date(2026, 10, 26), "Mon 26 Oct 09:30"),
            ("America/New_York", datetime(2027, 3, 12, 12, 30, tzinfo=UTC), date(2027, 3, 15), "Mon 15 Mar 09:30"),
        ],
    )
    async def test_a_change_of_the_clocks_leaves_the_morning_where_it_is(
        self, denyut: Bench, zone: str, first: datetime, due: date, morning: str
    ) -> None:
        """The clocks change on the Sunday before; the first hour of the morning in which somebody looks is the one."""
        lives_in(denyut, zone)
        denyut.now = first
        given(denyut, due_on=due, created_at=first - timedelta(days=9))
        assert await told(denyut, first + timedelta(days=4), zone) == [morning]

    @pytest.mark.parametrize("to", ["Pacific/Honolulu", "Europe/Amsterdam", "Pacific/Kiritimati"])
    async def test_a_journey_after_the_reminder_brings_no_second_one(self, denyut: Bench, to: str) -> None:
        given(denyut)
        assert await told(denyut, datetime(2026, 11, 27, 2, tzinfo=UTC), "Asia/Makassar") == ["Fri 27 Nov 09:00"]
        lives_in(denyut, to)
        assert await told(denyut, datetime(2026, 12, 2, 8, tzinfo=UTC), to) == [], "until a week later"

    @pytest.mark.parametrize(
        ("to", "morning"), [("Pacific/Honolulu", "Fri 27 Nov 09:00"), ("Pacific/Kiritimati", "Fri 27 Nov 09:00")]
    )
    async def test_a_journey_before_it_brings_it_in_the_morning_there(
        self, denyut: Bench, to: str, morning: str
    ) -> None:
        given(denyut)
        lives_in(denyut, to)
        assert await told(denyut, datetime(2026, 12, 2, 8, tzinfo=UTC), to) == [morning]

    async def test_days_away_put_it_off_to_the_first_morning_back_and_to_no_other(self, denyut: Bench) -> None:
        given(denyut)
        given(denyut, text="another", due_on=date(2026, 11, 30))
        denyut.do(lambda db: db.members.add_absence(Absence("U0BOB", date(2026, 11, 27), date(2026, 12, 1))))
        assert await told(denyut, datetime(2026, 12, 4, tzinfo=UTC), "Asia/Makassar") == ["Wed 02 Dec 09:00"]

    async def test_who_takes_it_over_is_reminded_in_their_own_morning(self, denyut: Bench) -> None:
        action = given(denyut)
        lives_in(denyut, "Europe/Amsterdam", "U0EMMA")
        denyut.do(lambda db: db.actions.change(replace(action, owner_id="U0EMMA")))
        until = datetime(2026, 12, 1, tzinfo=UTC)
        assert await told(denyut, until, "Europe/Amsterdam", user="U0EMMA") == ["Fri 27 Nov 09:00"]
        assert _sent(denyut, "U0BOB") == 0


class TestOnlyWhenItHelps:
    async def test_what_is_promised_today_for_today_is_not_said_back_at_once(self, denyut: Bench) -> None:
        await denyut.command("/checkin actions call PT Maju by today", user="U0BOB")
        await denyut.tick()
        assert _sent(denyut, "U0BOB") == 0
        morning = await told(denyut, datetime(2026, 11, 28, tzinfo=UTC), "Asia/Makassar")
        assert morning == ["Fri 27 Nov 09:00"], "if it is still open then"

    async def test_what_could_not_be_sent_in_their_hours_comes_the_next_working_morning(self, denyut: Bench) -> None:
        """The bot owes the reminder and then stands still over the day: nobody hears of it in the night, and the next
        morning is not taken for reminded."""
        given(denyut)
        morning = datetime(2026, 11, 27, 1, tzinfo=UTC)  # 9:00 in Makassar, a Friday
        denyut.now = morning
        await remind(denyut.services, morning)
        assert len(reminders(denyut)) == 1, "owed"
        assert _sent(denyut, "U0BOB") == 0
        await denyut.tick(datetime(2026, 11, 27, 12, tzinfo=UTC))
        assert _sent(denyut, "U0BOB") == 0
        assert await told(denyut, datetime(2026, 12, 2, tzinfo=UTC), "Asia/Makassar") == ["Mon 30 Nov 09:00"]

    async def test_hours_of_ones_own_count(self, denyut: Bench) -> None:
        denyut.do(lambda db: db.members.set_hours("U0BOB", time(13), time(16), frozenset({4})))
        given(denyut)
        assert await told(denyut, datetime(2026, 12, 2, tzinfo=UTC), "Asia/Makassar") == ["Mon 30 Nov 13:00"]


class TestSettling:
    async def test_the_reminder_says_what_became_of_each(self, denyut: Bench) -> None:
        given(denyut, text="first")
        given(denyut, text="second & last", created_at=denyut.now + timedelta(minutes=1))
        await denyut.tick(datetime(2026, 11, 27, 3, tzinfo=UTC))
        (reminder,) = denyut.dms("U0BOB")
        assert "due today" not in reminder.message.text, "the first line says so"
        await denyut.press(reminder, "Done", user="U0BOB")
        assert reminder.message.text.startswith("Done: first\nYou promised this for today:\nsecond")
        await denyut.press(reminder, "Will not do", user="U0BOB")
        assert reminder.message.text == "Done: first\nDropped: second &amp; last\nNothing of this is left. Thank you."

    async def test_an_old_button_does_not_undo_what_was_said_first(self, denyut: Bench) -> None:
        action = given(denyut, created_by="U0DEWI")
        listed = await denyut.command("/checkin actions", user="U0BOB")
        await denyut.press(listed, "Done", user="U0BOB")
        await denyut.press(listed, "Will not do", user="U0BOB")
        assert now_is(denyut, action).state is ActionState.DONE
        await denyut.tick()
        assert len([each for each in denyut.dms("U0DEWI") if "permintaanmu" in each.message.text]) == 1

    async def test_the_list_names_somebody_once(self, denyut: Bench) -> None:
        given(denyut, source=ActionSource.ONE_ON_ONE, source_id="o1", partner_id="U0DEWI", created_by="U0DEWI")
        said = (await denyut.command("/checkin actions", user="U0DEWI")).text
        assert said.count("Bob Tan") == 1
        assert "dari pertemuan empat mata kalian" in said
