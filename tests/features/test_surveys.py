"""Surveys as their authors run them: creating, listing, pausing, deleting. The steps of all survey tests too."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.schedules import ScheduleKind
from bot.domain.surveys import Round, RoundState
from bot.slack import ids
from tests.features.harness import TEAM, Bench

CREATE = "/pulse enps <#C0SALES|sales>"
ASKED = {"U0AYU", "U0BOB", "U0CITRA", "U0DEWI", "U0EMMA", "U0FAJAR"}
FRIDAY_MORNING = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)  # 10:00 in Jakarta; Amsterdam still sleeps
QUESTION = {"en": "How likely are you", "id": "Seberapa besar kemungkinan kamu"}


def newest_round(denyut: Bench, handle: str = "enps-sales") -> Round:
    return denyut.do(lambda db: db.rounds.of_survey(db.surveys.by_handle(handle).id)[0])


def rounds(denyut: Bench, handle: str = "enps-sales") -> list[Round]:
    return denyut.do(lambda db: db.rounds.of_survey(db.surveys.by_handle(handle).id))


def question(denyut: Bench, user: str) -> Any:
    """The person's question, whatever it says by now."""
    found = [dm for dm in denyut.dms(user) if any(is_question(m.text) for m in (*dm.history, dm.message))]
    return found[-1] if found else None


def is_question(text: str) -> bool:
    return text.startswith(tuple(QUESTION.values()))


async def launched(denyut: Bench, scale: str = "") -> Round:
    """A round that has asked everybody who is at work on that Thursday."""
    await denyut.command(f"{CREATE} {scale}".strip())
    await denyut.command("/pulse send")
    await denyut.tick()
    return newest_round(denyut)


async def answered(denyut: Bench, scores: dict[str, int]) -> None:
    for user, score in scores.items():
        await denyut.press(question(denyut, user), str(score), user=user)


async def test_a_survey_is_created_and_the_reply_says_what_was_understood(denyut: Bench) -> None:
    reply = await denyut.command(f"{CREATE} weekly mon 09:00", user="U0BOB")

    for part in ("enps-sales", "<#C0SALES>", "Mon 30 Nov, 09:00", "every Monday", "0 to 10", "anonymous"):
        assert part in reply.text
    survey = denyut.do(lambda db: db.surveys.by_handle("enps-sales"))
    schedule = denyut.do(lambda db: db.schedules.of_subject(ScheduleKind.SURVEY, survey.id))
    assert (survey.channel_id, survey.created_by, schedule.rule.zone) == ("C0SALES", "U0BOB", "Asia/Makassar")


async def test_without_a_cadence_nothing_is_scheduled(denyut: Bench) -> None:
    reply = await denyut.command(CREATE, user="U0BOB")

    assert "Nothing is scheduled" in reply.text
    assert denyut.do(lambda db: db.schedules.active()) == []


async def test_indonesian_words_and_replies(denyut: Bench) -> None:
    reply = await denyut.command(f"{CREATE} mingguan senin 09.00 1-10")

    assert "setiap Senin pukul 09.00" in reply.text
    assert "dari 1 sampai 10" in reply.text
    assert "sudah siap" in reply.text


async def test_a_survey_of_a_channel_without_a_name_gets_the_next_number_and_is_told_it(denyut: Bench) -> None:
    first = await denyut.command("/pulse enps <#C0PRIVATE|>")
    second = await denyut.command("/pulse enps <#C0SECRET|>")

    assert "`enps-1`" in first.text
    assert "`enps-2`" in second.text
    assert {each.handle for each in denyut.do(lambda db: db.surveys.all())} == {"enps-1", "enps-2"}


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("<#C0SALES|sales> weekly mon banana", "banana"),
        ("sales weekly", "sales weekly"),
        ("<#C0SALES|sales> weekly <#C0OTHER|other> banana", "banana"),
        ("<#C0SALES|sales> " + "x" * 2900, "xxx"),
        ("<#C0SALES|sales> daily", "Daily"),
    ],
)
async def test_a_word_it_does_not_know_is_named_and_nothing_is_stored(denyut: Bench, words: str, named: str) -> None:
    reply = await denyut.command(f"/pulse enps {words}", user="U0BOB")

    assert named in reply.text
    assert denyut.do(lambda db: db.surveys.all()) == []


async def test_a_channel_has_one_survey(denyut: Bench) -> None:
    await denyut.command(CREATE)

    reply = await denyut.command(f"{CREATE} weekly", user="U0BOB")

    assert "enps-sales" in reply.text
    assert "/pulse results enps-sales" in reply.text
    assert len(denyut.do(lambda db: db.surveys.all())) == 1
    assert denyut.do(lambda db: db.schedules.active()) == []


async def test_the_same_command_delivered_twice_counts_once(denyut: Bench) -> None:
    first = await denyut.command(f"{CREATE} weekly", trigger="same")
    second = await denyut.command(f"{CREATE} weekly", trigger="same")
    await denyut.command("/pulse send", trigger="again")
    await denyut.command("/pulse send", trigger="again")

    assert first.text == second.text
    assert len(denyut.do(lambda db: db.surveys.all())) == 1
    assert len(rounds(denyut)) == 1


async def test_guests_and_outsiders_make_no_surveys(denyut: Bench) -> None:
    for user in ("U0GUEST", "U0OUT"):
        reply = await denyut.command(CREATE, user=user)
        assert "members of this workspace" in reply.text
    assert denyut.do(lambda db: db.surveys.all()) == []


async def test_the_form_makes_a_survey_too(denyut: Bench) -> None:
    await denyut.command("/pulse enps", user="U0BOB")

    answer = await denyut.submit(
        denyut.slack.views[-1],
        {
            ids.CHANNEL_INPUT: "C0SALES",
            ids.NAME_INPUT: "Sales Team",
            ids.CADENCE_INPUT: "weekly",
            ids.WEEKDAY_INPUT: "1",
            ids.TIME_INPUT: "10:30",
            ids.SCALE_INPUT: "1-10",
        },
        user="U0BOB",
    )

    survey = denyut.do(lambda db: db.surveys.by_handle("enps-sales-team"))
    assert survey.scale.low == 1
    assert "Tue 1 Dec, 10:30" in json.dumps(answer.body)


async def test_the_form_says_when_the_channel_is_taken(denyut: Bench) -> None:
    await denyut.command(CREATE)
    await denyut.command("/pulse enps", user="U0BOB")

    answer = await denyut.submit(denyut.slack.views[-1], {ids.CHANNEL_INPUT: "C0SALES"}, user="U0BOB")

    assert "enps-sales" in answer.errors[ids.CHANNEL_INPUT]


@pytest.mark.parametrize("words", ["send", "close", "results", "pause", "delete enps-sales", "preview"])
async def test_only_the_author_and_admins_may_run_a_survey(denyut: Bench, words: str) -> None:
    await denyut.command(CREATE, user="U0BOB")

    reply = await denyut.command(f"/pulse {words}", user="U0EMMA")
    assert reply.text == "Only the person who made `enps-sales` and admins can do that. Nothing was changed."

    admin = await denyut.command(f"/pulse {words}", user="U0AYU")
    assert "admin" not in admin.text


async def test_a_mistyped_survey_gets_did_you_mean_and_changes_nothing(denyut: Bench) -> None:
    await denyut.command(CREATE, user="U0BOB")

    reply = await denyut.command("/pulse send enps-salse", user="U0BOB")

    assert "Did you mean `enps-sales`" in reply.text
    assert rounds(denyut) == []


async def test_with_several_surveys_one_must_be_named(denyut: Bench) -> None:
    await denyut.command(CREATE, user="U0BOB")
    await denyut.command("/pulse enps <#C0PAIR|pair>", user="U0BOB")

    reply = await denyut.command("/pulse send", user="U0BOB")
    assert "enps-pair, enps-sales" in reply.text
    by_channel = await denyut.command("/pulse kirim <#C0SALES|sales>", user="U0BOB")
    assert "starts now" in by_channel.text


async def test_a_paused_survey_asks_nobody_and_makes_nothing_up_afterwards(denyut: Bench) -> None:
    await denyut.command(f"{CREATE} weekly mon 09:00", user="U0BOB")
    await denyut.command("/pulse jeda", user="U0BOB")
    refused = await denyut.command("/pulse send", user="U0BOB")
    await denyut.tick(datetime(2026, 11, 30, 2, 0, tzinfo=UTC))
    resumed = await denyut.command("/pulse resume", user="U0BOB")
    await denyut.tick(datetime(2026, 11, 30, 2, 1, tzinfo=UTC))

    assert "paused" in refused.text
    assert "Mon 7 Dec, 09:00" in resumed.text
    assert rounds(denyut) == []


async def test_the_list_shows_dates_and_progress(denyut: Bench) -> None:
    nothing = await denyut.command("/pulse list", user="U0BOB")
    assert "/pulse new" in nothing.text
    await denyut.command(f"{CREATE} weekly mon 09:00", user="U0BOB")
    await denyut.command("/pulse send", user="U0BOB")
    await denyut.tick()
    await answered(denyut, {"U0BOB": 9})

    for line in ("/pulse list", "/pulse daftar", "/pulse"):
        reply = await denyut.command(line, user="U0BOB")
        for part in ("enps-sales", "<#C0SALES>", "every Monday at 09:00", "next: Mon 30 Nov, 09:00", "1 of 6 answered"):
            assert part in reply.text


async def test_pulse_alone_is_the_help_as_long_as_there_is_no_survey(denyut: Bench) -> None:
    reply = await denyut.command("/pulse", user="U0BOB")

    assert "`/pulse enps [#channel" in reply.text
    await denyut.click(ids.PULSE_ENPS_OPENED, ids.pack(), user="U0BOB")
    assert denyut.slack.views[-1]["callback_id"] == ids.PULSE_ENPS_FORM


async def test_send_now_on_the_reply_starts_the_round(denyut: Bench) -> None:
    created = await denyut.command(CREATE, user="U0BOB")

    await denyut.press(created, "Send now", user="U0BOB")

    _, message, replaced = denyut.slack.responses[-1]
    assert "starts now" in message.text
    assert replaced
    assert newest_round(denyut).state is RoundState.LAUNCHING


async def test_a_deleted_survey_is_gone_and_its_buttons_say_so(denyut: Bench) -> None:
    created = await denyut.command(f"{CREATE} weekly", user="U0BOB")
    nameless = await denyut.command("/pulse delete", user="U0BOB")
    assert "Name the survey" in nameless.text

    await denyut.command("/pulse hapus enps-sales", user="U0BOB")
    await denyut.press(created, "Send now", user="U0BOB")

    assert denyut.do(lambda db: db.surveys.all()) == []
    assert denyut.do(lambda db: db.schedules.active()) == []
    assert denyut.do(lambda db: db.rounds.launching()) == []


async def test_a_survey_that_is_asking_is_closed_before_it_is_deleted(denyut: Bench) -> None:
    await launched(denyut)

    reply = await denyut.command("/pulse delete enps-sales")

    assert "/pulse tutup enps-sales" in reply.text
    assert newest_round(denyut).state is RoundState.OPEN


async def test_the_preview_shows_four_dates_and_the_question_without_buttons(denyut: Bench) -> None:
    await denyut.command(f"{CREATE} weekly mon 09:00", user="U0BOB")

    reply = await denyut.command("/pulse preview", user="U0BOB")

    assert QUESTION["en"] in reply.text
    assert [reply.text.count(day) for day in ("30 Nov", "7 Dec", "14 Dec", "21 Dec")] == [1, 1, 1, 1]
    assert not [block for block in reply.blocks if block["type"] == "actions"]


async def test_two_workspaces_do_not_see_each_other(denyut: Bench) -> None:
    await denyut.command(CREATE)

    assert denyut.storage.read_now("T0OTHER", lambda db: db.surveys.all()) == []
    assert len(denyut.storage.read_now(TEAM, lambda db: db.surveys.all())) == 1


@pytest.mark.parametrize("channel", [None, "", "D0BOB"])
async def test_the_form_asks_for_a_channel_where_none_was_chosen(denyut: Bench, channel: str | None) -> None:
    await denyut.command("/pulse enps", user="U0BOB")
    answer = await denyut.submit(denyut.slack.views[-1], {ids.CHANNEL_INPUT: channel}, user="U0BOB")
    assert answer.errors == {ids.CHANNEL_INPUT: "Choose the channel whose members are asked."}
    assert denyut.do(lambda db: db.surveys.all()) == []


async def test_a_form_whose_time_was_cleared_means_nine_oclock(denyut: Bench) -> None:
    await denyut.command("/pulse enps", user="U0BOB")
    wishes = {ids.CHANNEL_INPUT: "C0SALES", ids.CADENCE_INPUT: "weekly", ids.TIME_INPUT: None}
    await denyut.submit(denyut.slack.views[-1], wishes, user="U0BOB")
    schedule = denyut.do(lambda db: db.schedules.active())[0]
    assert schedule.rule.at.isoformat() == "09:00:00"


async def test_the_list_takes_no_words(denyut: Bench) -> None:
    await denyut.command(CREATE, user="U0BOB")
    answer = await denyut.command("/pulse list everything", user="U0BOB")
    assert answer.text == "I do not understand “everything” here. Please leave it out. Nothing was changed."
