"""Asking once more: reminders, "ask me tomorrow", a reminder by hand; who gets which when, and what stays unwritten."""

import json
import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.members import Absence
from bot.sender import Sender
from bot.slack import ids
from bot.slack.blocks import Message
from tests.features.harness import Bench, Posted
from tests.features.test_surveys import ASKED, CREATE, FRIDAY_MORNING, launched, newest_round
from tests.features.test_surveys_privacy import rows

KINDS = {
    "again": "surveys.question.again",
    "first": "surveys.reminder.first",
    "last": "surveys.reminder.last",
    "by hand": "surveys.reminder.by_hand",
    "question": "bank.enps",
}
FRIDAY = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)  # a day after the bench's Thursday: 15:00 in Jakarta
TUESDAY = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
LATER, NOW = ids.ANSWER_LATER, ids.ANSWER_NOW


def utc(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def kind(denyut: Bench, message: Message) -> str:
    """Which prompt it is by its words in either language; "" for anything else."""
    for name, key in KINDS.items():
        for language in ("en", "id"):
            pattern = re.sub(r"\\\{\w+\\\}", ".+", re.escape(denyut.services.texts.t(language).forms(key)[0]))
            if re.match(pattern, message.text):
                return name
    return ""


def prompts(denyut: Bench, user: str) -> list[Posted]:
    """Everything that ever asked this person, whatever it says by now."""
    return [dm for dm in denyut.dms(user) if kind(denyut, (*dm.history, dm.message)[0])]


def buttons(message: Message) -> list[str]:
    return re.findall(r'"action_id": "([\w.]+)', json.dumps(message.blocks))


async def lived(denyut: Bench, until: datetime) -> dict[str, list[tuple[str, datetime]]]:
    """Passes whenever something falls due, until a moment; which prompts came to whom when."""
    came: dict[str, list[tuple[str, datetime]]] = {user: [] for user in ASKED}
    while denyut.now < until:
        before = len(denyut.slack.posted)
        due_at = denyut.do(lambda db: db.deliveries.next_due()) or until
        await denyut.tick(min(max(due_at, denyut.now + timedelta(seconds=15)), until))
        for posted in denyut.slack.posted[before:]:
            if found := kind(denyut, posted.message):
                came[f"U{posted.channel[1:]}"].append((found, denyut.now))
    return came


async def launched_at(denyut: Bench, moment: datetime) -> None:
    denyut.now = moment
    await launched(denyut)


class TestWhen:
    async def test_on_the_first_and_third_working_day_at_the_same_hour_where_they_are_then_silence(
        self, denyut: Bench
    ) -> None:
        await launched_at(denyut, FRIDAY_MORNING)  # 10:00 in Jakarta, 11:00 in Makassar; over a weekend

        came = await lived(denyut, FRIDAY_MORNING + timedelta(days=16))

        for user in ASKED - {"U0EMMA"}:
            assert came[user] == [("first", utc(11, 30, 3)), ("last", utc(12, 2, 3))]
        # Amsterdam: asked at 09:00 there
        assert came["U0EMMA"] == [("question", utc(11, 27, 8)), ("first", utc(11, 30, 8)), ("last", utc(12, 2, 8))]

    async def test_not_on_a_public_holiday(self, denyut: Bench) -> None:
        await launched_at(denyut, utc(12, 23, 3))

        came = await lived(denyut, utc(12, 31, 3))

        assert came["U0BOB"] == [
            ("first", utc(12, 24, 3)),
            ("last", utc(12, 29, 3)),
        ]  # the 25th and the weekend between

    async def test_not_on_days_away(self, denyut: Bench) -> None:
        away = Absence("U0BOB", FRIDAY.date(), FRIDAY.date() + timedelta(days=3))
        denyut.do(lambda db: db.members.add_absence(away))
        await launched(denyut)

        came = await lived(denyut, FRIDAY + timedelta(days=10))

        assert came["U0BOB"] == [("first", utc(12, 1, 8)), ("last", utc(12, 3, 8))]
        assert came["U0CITRA"] == [("first", FRIDAY), ("last", TUESDAY)]

    async def test_nor_on_those_that_somebody_took_after_the_launch(self, denyut: Bench) -> None:
        await launched(denyut)
        denyut.do(lambda db: db.members.add_absence(Absence("U0BOB", FRIDAY.date(), FRIDAY.date())))

        came = await lived(denyut, FRIDAY + timedelta(days=10))

        assert came["U0BOB"] == [("last", TUESDAY)]
        assert came["U0CITRA"] == [("first", FRIDAY), ("last", TUESDAY)]

    async def test_never_after_the_close_and_the_only_one_says_that_it_is_the_last(self, denyut: Bench) -> None:
        away = Absence("U0BOB", denyut.now.date(), utc(12, 8, 0).date())
        denyut.do(lambda db: db.members.add_absence(away))
        await launched(denyut)

        came = await lived(denyut, utc(12, 20, 8))

        assert newest_round(denyut).closes_at == utc(12, 10, 8)
        assert came["U0BOB"] == [("question", utc(12, 9, 1)), ("last", utc(12, 10, 1))]

    async def test_none_once_the_round_was_closed_by_hand(self, denyut: Bench) -> None:
        await launched(denyut)
        await denyut.command("/pulse close")

        came = await lived(denyut, TUESDAY + timedelta(days=14))

        assert not any(came.values())

    async def test_passes_may_be_repeated_and_the_bot_restarted(self, denyut: Bench) -> None:
        await launched(denyut)
        for moment in (FRIDAY, FRIDAY, TUESDAY, TUESDAY + timedelta(minutes=1)):
            denyut.sender = Sender(denyut.services, denyut.registry)
            await denyut.tick(moment)
            await denyut.tick(moment)

        for user in ASKED:
            assert len(prompts(denyut, user)) == 3

    async def test_after_an_outage_one_reminder_comes_and_not_two(self, denyut: Bench) -> None:
        await launched(denyut)

        await denyut.tick(TUESDAY + timedelta(days=1))
        await denyut.tick(TUESDAY + timedelta(days=1, hours=1))

        for user in ASKED:
            assert [kind(denyut, each.message) for each in prompts(denyut, user)] == ["question", "last"]


class TestToWhom:
    async def test_only_to_those_who_have_not_answered_when_it_is_sent(self, denyut: Bench) -> None:
        await launched(denyut)
        await denyut.press(prompts(denyut, "U0BOB")[0], "9", user="U0BOB")
        first = await lived(denyut, FRIDAY)
        await denyut.press(prompts(denyut, "U0EMMA")[0], "2", user="U0EMMA")

        second = await lived(denyut, TUESDAY + timedelta(days=5))

        assert (first["U0BOB"], second["U0BOB"]) == ([], [])
        assert (first["U0EMMA"], second["U0EMMA"]) == ([("first", FRIDAY)], [])
        assert (first["U0DEWI"], second["U0DEWI"]) == ([("first", FRIDAY)], [("last", TUESDAY)])

    async def test_its_row_tells_who_had_finished_by_then_and_that_is_the_only_one_that_does(
        self, denyut: Bench, tmp_path: Path
    ) -> None:
        """The limit that docs/privacy.md states: before the reminder no row does, after it that of the reminder."""
        await launched(denyut)
        await denyut.press(prompts(denyut, "U0BOB")[0], "9", user="U0BOB")
        before = rows(tmp_path)
        assert {row["state"] for row in before["deliveries"] if row["purpose"] == "surveys.reminder_1"} == {"due"}

        await lived(denyut, FRIDAY)

        after = rows(tmp_path)
        changed = {name for name, kept in after.items() if kept != before[name]}
        assert changed - {"handled"} == {"deliveries"}
        state = {row["receiver"]: row["state"] for row in after["deliveries"] if row["purpose"] == "surveys.reminder_1"}
        assert (state["U0BOB"], state["U0DEWI"]) == ("skipped", "sent")

    async def test_not_to_those_who_had_answered_before_the_database_was_migrated(
        self, denyut: Bench, tmp_path: Path
    ) -> None:
        """In the first version participation did not lie under the round key; it is found again by the answers."""
        await launched(denyut)
        await denyut.press(prompts(denyut, "U0BOB")[0], "9", user="U0BOB")
        with closing(sqlite3.connect(tmp_path / "denyut.db")) as database:
            database.execute("DELETE FROM participations")
            database.execute("UPDATE rounds SET answered = 1")
            database.commit()

        came = await lived(denyut, FRIDAY)

        assert (came["U0BOB"], came["U0DEWI"]) == ([], [("first", FRIDAY)])
        asked = newest_round(denyut)
        assert denyut.do(lambda db: db.rounds.answered_count(asked.id)) == 1

    async def test_with_a_lost_key_nobody_counts_as_finished(self, denyut: Bench, tmp_path: Path) -> None:
        await launched(denyut)
        await denyut.press(prompts(denyut, "U0BOB")[0], "9", user="U0BOB")
        for key in (tmp_path / "keys").rglob("*.key"):
            key.unlink()

        came = await lived(denyut, FRIDAY)

        assert came["U0BOB"] == came["U0DEWI"] == [("first", FRIDAY)]

    async def test_not_to_those_who_left_the_company(self, denyut: Bench) -> None:
        await launched(denyut)
        gone = replace(denyut.slack.members["U0BOB"], is_deleted=True)
        denyut.do(lambda db: db.members.refresh([gone]))

        came = await lived(denyut, TUESDAY)

        assert came["U0BOB"] == []
        assert came["U0DEWI"]

    async def test_it_carries_the_question_with_its_buttons_and_who_sees_the_answer(self, denyut: Bench) -> None:
        await launched(denyut)
        await lived(denyut, FRIDAY)

        question, reminder = (each.message for each in prompts(denyut, "U0BOB"))

        assert buttons(reminder) == buttons(question)
        assert reminder.text.endswith(question.text)
        for word in ("not answered", "have not", "haven't"):
            assert word not in reminder.text


class TestAnswering:
    @pytest.mark.parametrize("where", [0, 1])
    async def test_in_either_message_turns_both_into_the_same_thanks(self, denyut: Bench, where: int) -> None:
        await launched(denyut)
        await lived(denyut, FRIDAY)

        await denyut.press(prompts(denyut, "U0BOB")[where], "3", user="U0BOB")
        await denyut.press(prompts(denyut, "U0EMMA")[where], "10", user="U0EMMA")

        said = {repr(each.message) for user in ("U0BOB", "U0EMMA") for each in prompts(denyut, user)}
        thanked = [buttons(each.message) for each in prompts(denyut, "U0BOB")]
        assert thanked == [[ids.ANSWER_CHANGE, ids.REASON_OPENED]] * 2
        assert len(said) == 2  # one in each of the two zones, whatever was answered
        assert "survey.score" in buttons(prompts(denyut, "U0DEWI")[0].message)  # the control

    async def test_from_a_reminder_leaves_no_row_that_tells_when(self, denyut: Bench, tmp_path: Path) -> None:
        await launched(denyut)
        await lived(denyut, FRIDAY)
        await denyut.tick(FRIDAY + timedelta(minutes=37, seconds=41))
        before = rows(tmp_path)

        await denyut.press(prompts(denyut, "U0BOB")[1], "3", user="U0BOB")
        await denyut.tick()

        after = rows(tmp_path)
        assert {name for name, kept in after.items() if kept != before[name]} == {"answers", "participations"}
        assert "37:41" not in repr(after)

    async def test_a_wish_to_be_asked_later_does_not_tell_when_it_was_made(self, denyut: Bench, tmp_path: Path) -> None:
        """The control of the test above: here a row is made, and all its times are those of a working day."""
        await launched(denyut)
        denyut.now += timedelta(minutes=37, seconds=41)
        before = rows(tmp_path)

        await denyut.press(prompts(denyut, "U0BOB")[0], LATER, user="U0BOB")

        after = rows(tmp_path)
        assert {name for name, kept in after.items() if kept != before[name]} == {"deliveries"}
        assert len(after["deliveries"]) == len(before["deliveries"]) + 1
        assert "37:41" not in repr(after)

    async def test_at_the_close_every_prompt_turns_into_the_same_words(self, denyut: Bench) -> None:
        await launched(denyut)
        await denyut.press(prompts(denyut, "U0EMMA")[0], LATER, user="U0EMMA")
        await lived(denyut, FRIDAY)
        await denyut.press(prompts(denyut, "U0BOB")[1], "3", user="U0BOB")
        await denyut.command("/pulse remind")
        await lived(denyut, TUESDAY)

        await denyut.command("/pulse close")
        await denyut.tick()

        closed = prompts(denyut, "U0BOB")[0].message
        for user in ("U0EMMA", "U0BOB"):
            assert [each.message for each in prompts(denyut, user)] == [closed] * len(prompts(denyut, user))
        assert [len(prompts(denyut, user)) for user in ("U0BOB", "U0EMMA", "U0DEWI")] == [2, 4, 4]
        assert buttons(closed) == []


class TestAskMeTomorrow:
    async def test_the_question_comes_again_when_the_next_working_day_begins_and_no_reminder_beside_it(
        self, denyut: Bench
    ) -> None:
        await launched_at(denyut, FRIDAY_MORNING)
        prompt = prompts(denyut, "U0BOB")[0]

        await denyut.press(prompt, LATER, user="U0BOB")
        assert "Mon 30 Nov, 09:00" in prompt.message.text
        assert buttons(prompt.message) == [NOW]
        came = await lived(denyut, FRIDAY_MORNING + timedelta(days=10))

        assert came["U0BOB"] == [("again", utc(11, 30, 1)), ("last", utc(12, 2, 3))]
        assert LATER not in buttons(prompts(denyut, "U0BOB")[1].message)
        assert came["U0DEWI"] == [("first", utc(11, 30, 3)), ("last", utc(12, 2, 3))]

    async def test_from_a_reminder_both_messages_turn(self, denyut: Bench) -> None:
        await launched(denyut)
        await lived(denyut, FRIDAY)

        await denyut.press(prompts(denyut, "U0BOB")[1], LATER, user="U0BOB")

        assert [buttons(each.message) for each in prompts(denyut, "U0BOB")] == [[NOW], [NOW]]
        assert (await lived(denyut, TUESDAY))["U0BOB"] == [("again", utc(11, 30, 1)), ("last", TUESDAY)]

    async def test_pressed_twice_it_counts_once_and_only_once_in_a_round(self, denyut: Bench) -> None:
        await launched(denyut)
        prompt = prompts(denyut, "U0BOB")[0]
        question = prompt.message
        for _ in range(2):
            await denyut.press(replace(prompt, message=question), LATER, user="U0BOB")
        assert (await lived(denyut, FRIDAY))["U0BOB"] == [("again", utc(11, 27, 1))]

        await denyut.press(replace(prompt, message=question), LATER, user="U0BOB")

        assert "once already" in denyut.slack.responses[-1][1].text
        assert (await lived(denyut, TUESDAY - timedelta(hours=1)))["U0BOB"] == []

    async def test_who_answers_after_all_is_not_asked_again(self, denyut: Bench) -> None:
        await launched(denyut)
        prompt = prompts(denyut, "U0BOB")[0]
        await denyut.press(prompt, LATER, user="U0BOB")

        await denyut.press(prompt, NOW, user="U0BOB")
        assert LATER not in buttons(prompt.message)
        await denyut.press(prompt, "7", user="U0BOB")

        assert (await lived(denyut, TUESDAY))["U0BOB"] == []
        asked = newest_round(denyut)
        assert denyut.do(lambda db: db.rounds.answered_count(asked.id)) == 1

    async def test_who_has_answered_just_sees_the_thanks(self, denyut: Bench) -> None:
        await launched(denyut)
        prompt = prompts(denyut, "U0BOB")[0]
        question = replace(prompt)
        await denyut.press(prompt, "7", user="U0BOB")
        thanks = prompt.message

        for button in (LATER, NOW):
            await denyut.click(
                button, ids.pack(round=newest_round(denyut).id), user="U0BOB", channel="D0BOB", ts=prompt.ts
            )
            assert prompt.message == thanks != question.message
        assert (await lived(denyut, TUESDAY))["U0BOB"] == []

    async def test_not_beyond_the_close_and_then_it_says_so(self, denyut: Bench) -> None:
        asked = await launched(denyut)
        value = ids.pack(round=asked.id)
        prompt = prompts(denyut, "U0BOB")[0]
        denyut.now = asked.closes_at - timedelta(hours=3)
        before = denyut.do(lambda db: db.deliveries.counts())

        await denyut.press(prompt, LATER, user="U0BOB")
        assert "Thu 10 Dec, 16:00" in denyut.slack.responses[-1][1].text
        assert denyut.do(lambda db: db.deliveries.counts()) == before
        await denyut.command("/pulse close")
        await denyut.click(LATER, value, user="U0BOB", channel="D0BOB", ts=prompt.ts)
        assert "closed" in denyut.slack.responses[-1][1].text

    async def test_somebody_who_was_not_asked_can_postpone_nothing(self, denyut: Bench) -> None:
        await launched(denyut)
        before = denyut.do(lambda db: db.deliveries.counts())

        await denyut.press(prompts(denyut, "U0BOB")[0], LATER, user="U0LATER")

        assert denyut.do(lambda db: db.deliveries.counts()) == before


class TestByHand:
    async def test_it_goes_to_those_who_have_not_answered_and_not_twice_on_one_day(self, denyut: Bench) -> None:
        await launched(denyut)
        await denyut.press(prompts(denyut, "U0BOB")[0], "7", user="U0BOB")
        denyut.now = utc(11, 30, 3)  # Monday, between the two; night in Amsterdam

        reply = await denyut.command("/pulse ingatkan")
        await denyut.tick()
        came = await lived(denyut, TUESDAY)

        assert "5 orang" in reply.text
        assert "U0" not in reply.text
        assert came["U0BOB"] == []
        assert came["U0EMMA"] == [("by hand", utc(11, 30, 8)), ("last", TUESDAY)]
        at_once = prompts(denyut, "U0DEWI")[1]
        assert kind(denyut, at_once.message) == "by hand"

    async def test_who_was_asked_today_gets_it_on_the_next_working_day_in_place_of_the_other(
        self, denyut: Bench
    ) -> None:
        await launched(denyut)

        await denyut.command("/pulse remind")
        came = await lived(denyut, TUESDAY)

        assert came["U0DEWI"] == [("by hand", utc(11, 27, 2)), ("last", TUESDAY)]
        assert came["U0EMMA"] == [("by hand", utc(11, 27, 8)), ("last", TUESDAY)]

    async def test_once_a_day_and_twice_a_round(self, denyut: Bench) -> None:
        await denyut.command(CREATE, user="U0BOB")
        await denyut.command("/pulse send", user="U0BOB")
        await denyut.tick()
        first = await denyut.command("/pulse remind", user="U0BOB", trigger="same")
        repeated = await denyut.command("/pulse remind", user="U0BOB", trigger="same")
        again = await denyut.command("/pulse remind", user="U0BOB")
        denyut.now = FRIDAY
        second = await denyut.command("/pulse remind", user="U0BOB")
        denyut.now = TUESDAY
        third = await denyut.command("/pulse remind", user="U0BOB")

        assert first.text == repeated.text
        assert "today already" in again.text
        assert "second reminder by hand" in second.text
        assert "that is the most" in third.text

    async def test_fewer_than_five_are_not_counted_out(self, denyut: Bench) -> None:
        await launched(denyut)
        for user in ("U0BOB", "U0DEWI"):
            await denyut.press(prompts(denyut, user)[0], "7", user=user)

        reply = await denyut.command("/pulse remind")

        assert "enps-sales" in reply.text
        assert not re.search(r"\d", reply.text)

    async def test_others_cannot_and_without_an_open_round_there_is_nothing_to_remind_of(self, denyut: Bench) -> None:
        await denyut.command(CREATE, user="U0BOB")
        closed = await denyut.command("/pulse remind", user="U0BOB")
        await denyut.command("/pulse send", user="U0BOB")
        starting = await denyut.command("/pulse remind", user="U0BOB")
        await denyut.tick()
        before = denyut.do(lambda db: db.deliveries.counts())
        refused = await denyut.command("/pulse remind", user="U0EMMA")

        assert "no open round" in closed.text
        assert "starting right now" in starting.text
        assert "admins" in refused.text
        assert denyut.do(lambda db: db.deliveries.counts()) == before

    async def test_shortly_before_the_close_it_says_that_it_is_too_late(self, denyut: Bench) -> None:
        asked = await launched(denyut)
        await lived(denyut, FRIDAY)
        denyut.now = asked.closes_at - timedelta(minutes=30)
        denyut.do(
            lambda db: [db.members.add_absence(Absence(user, denyut.now.date(), denyut.now.date())) for user in ASKED]
        )

        reply = await denyut.command("/pulse remind", user="U0AYU")

        assert "ditutup sebelum" in reply.text
        assert (await lived(denyut, denyut.now + timedelta(days=2)))["U0BOB"] == []


async def test_the_author_is_told_of_the_reminders_and_everybody_why_they_come(denyut: Bench) -> None:
    await denyut.command(CREATE, user="U0BOB")
    await denyut.command("/pulse send", user="U0BOB")
    await denyut.tick()

    told = " ".join(dm.message.text for dm in denyut.dms("U0BOB"))
    assert "Two reminders follow" in told
    await denyut.click(ids.WHY_OPENED, ids.pack(round=newest_round(denyut).id), user="U0EMMA")
    assert "Reminders stop once you have answered" in json.dumps(denyut.slack.views[-1])
