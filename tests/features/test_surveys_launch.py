"""Rounds: who is asked and when, who is not, and how rounds start and end by themselves."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import pytest

from bot.domain.deliveries import DeliveryState
from bot.domain.members import Absence
from bot.domain.schedules import Cadence, Rule
from bot.domain.surveys import RoundState
from bot.slack.gateway import SlackUnreachable
from bot.surveys.answers import answering
from tests.features.harness import Bench
from tests.features.survey_steps import added, changed, definition, invited, newest, told
from tests.features.test_surveys import (
    ASKED,
    CREATE,
    FRIDAY_MORNING,
    QUESTION,
    is_question,
    launched,
    newest_round,
    question,
    rounds,
)


async def test_everybody_is_asked_in_their_language_and_nobody_else(denyut: Bench) -> None:
    asked = await launched(denyut)

    assert asked.state is RoundState.OPEN
    assert (asked.asked, asked.min_score, asked.min_comments) == (6, 5, 5)
    assert asked.closes_at == denyut.now + timedelta(days=14)
    invited = {each.member_id for each in denyut.do(lambda db: db.rounds.invitations(asked.id))}
    assert invited == ASKED
    assert question(denyut, "U0BOB").message.text.startswith(QUESTION["en"])
    assert question(denyut, "U0CITRA").message.text.startswith(QUESTION["id"])
    for user in ("U0GUEST", "U0GONE", "U0OUT", "U0ROBOT"):
        assert denyut.dms(user) == []


async def test_each_is_asked_in_their_own_working_hours(denyut: Bench) -> None:
    await denyut.command(CREATE)
    denyut.now = FRIDAY_MORNING
    await denyut.command("/pulse send")
    await denyut.tick()

    assert question(denyut, "U0BOB") is not None
    assert question(denyut, "U0EMMA") is None
    asked = newest_round(denyut)
    emma = denyut.do(lambda db: db.deliveries.find("surveys.question", asked.id, "U0EMMA"))
    assert emma.due_at == datetime(2026, 11, 27, 8, 0, tzinfo=UTC)  # 09:00 in Amsterdam
    told = denyut.dms("U0AYU")[-1].message.text + denyut.dms("U0AYU")[-2].message.text
    assert "5 orang ditanya sekarang, 1 orang nanti" in told


async def test_who_is_away_is_asked_when_back_or_not_at_all(denyut: Bench) -> None:
    today = denyut.now.date()
    back_soon, back_late = today + timedelta(days=3), today + timedelta(days=40)
    denyut.do(lambda db: db.members.add_absence(Absence("U0BOB", today, back_soon)))
    denyut.do(lambda db: db.members.add_absence(Absence("U0CITRA", today, back_late)))

    asked = await launched(denyut)

    bob = denyut.do(lambda db: db.deliveries.find("surveys.question", asked.id, "U0BOB"))
    assert bob.due_at == datetime(2026, 11, 30, 1, 0, tzinfo=UTC)  # Monday 09:00 in Makassar
    assert denyut.do(lambda db: db.rounds.invitation(asked.id, "U0CITRA")) is None
    assert asked.asked == 5


async def test_the_author_hears_how_many_are_asked_and_who_was_left_out(denyut: Bench) -> None:
    await denyut.command(CREATE, user="U0BOB")
    await denyut.command("/pulse send", user="U0BOB")
    await denyut.tick()

    told = next(dm.message.text for dm in denyut.dms("U0BOB") if "is asking" in dm.message.text)
    for part in ("6 people", "1 bot", "1 guest", "1 deactivated account", "1 person from another company"):
        assert part in told
    assert "U0" not in told


async def test_a_group_below_three_is_not_asked(denyut: Bench) -> None:
    await denyut.command("/pulse enps <#C0PAIR|pair>", user="U0BOB")
    await denyut.command("/pulse send", user="U0BOB")
    await denyut.tick()

    assert newest_round(denyut, "enps-pair").state is RoundState.FAILED
    assert question(denyut, "U0AYU") is None
    assert "at least 3" in denyut.dms("U0BOB")[-1].message.text


async def test_a_channel_the_bot_is_not_in_is_told_to_the_author_with_the_way_out(denyut: Bench) -> None:
    denyut.slack.refusals["C0SALES"] = "not_in_channel"
    asked = await launched(denyut)

    assert asked.state is RoundState.FAILED
    assert "/invite" in denyut.dms("U0AYU")[-1].message.text


async def test_while_slack_is_away_the_round_waits_and_is_launched_later(
    denyut: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unreachable(channel: str) -> list[str]:
        raise SlackUnreachable("no route")

    with monkeypatch.context() as away:
        away.setattr(denyut.slack, "channel_members", unreachable)
        asked = await launched(denyut)
        assert asked.state is RoundState.LAUNCHING
    await denyut.tick()

    assert newest_round(denyut).state is RoundState.OPEN


async def test_after_a_day_of_waiting_the_author_is_told(denyut: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async def unreachable(channel: str) -> list[str]:
        raise SlackUnreachable("no route")

    with monkeypatch.context() as away:
        away.setattr(denyut.slack, "channel_members", unreachable)
        await launched(denyut)
        await denyut.tick(denyut.now + timedelta(hours=25))

    assert newest_round(denyut).state is RoundState.FAILED


async def test_strangers_are_looked_up_and_a_second_pass_asks_nobody_twice(denyut: Bench) -> None:
    newcomer = denyut.slack.members["U0BOB"].__class__("U0NEW", "Nia New", "en-US", "Asia/Jakarta")
    denyut.slack.members["U0NEW"] = newcomer
    denyut.slack.channels["C0SALES"] += ["U0NEW", "U0DENYUT", "U0GHOST"]

    asked = await launched(denyut)
    await denyut.tick()

    assert asked.asked == 7
    assert len([dm for dm in denyut.dms("U0NEW") if is_question(dm.message.text)]) == 1
    told = " ".join(dm.message.text for dm in denyut.dms("U0AYU"))
    assert "1 bot" in told
    assert "1 akun yang tidak bisa saya cek di Slack" in told


async def test_only_one_round_runs_at_a_time(denyut: Bench) -> None:
    await launched(denyut)

    reply = await denyut.command("/pulse send enps-sales", user="U0AYU")

    assert "/pulse tutup" in reply.text
    assert len(rounds(denyut)) == 1


async def test_who_was_not_asked_yet_at_the_close_is_not_asked_any_more(denyut: Bench) -> None:
    await denyut.command(CREATE)
    denyut.now = FRIDAY_MORNING
    await denyut.command("/pulse send")
    await denyut.tick()
    await denyut.command("/pulse close")

    await denyut.tick(denyut.now + timedelta(hours=6))

    assert question(denyut, "U0EMMA") is None
    asked = newest_round(denyut)
    emma = denyut.do(lambda db: db.deliveries.find("surveys.question", asked.id, "U0EMMA"))
    assert emma.state is DeliveryState.SKIPPED


async def test_a_weekly_survey_asks_every_week_and_does_not_stand_in_its_own_way(denyut: Bench) -> None:
    await denyut.command(f"{CREATE} weekly mon 09:00")
    monday = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
    for moment in (monday, monday + timedelta(seconds=15)):
        await denyut.tick(moment)
    first = newest_round(denyut)
    assert (first.state, first.number) == (RoundState.OPEN, 1)
    assert first.closes_at == monday + timedelta(days=7)

    for moment in (monday + timedelta(days=7), monday + timedelta(days=7, seconds=15)):
        await denyut.tick(moment)

    assert [each.state for each in rounds(denyut)] == [RoundState.OPEN, RoundState.CLOSED]


async def test_a_weekly_round_is_open_until_the_next_one_also_when_the_clocks_go_back(denyut: Bench) -> None:
    """In New York the week from 26 October 2026 has an hour more: 09:00 is 13:00 UTC before, and 14:00 after it."""
    denyut.now = datetime(2026, 10, 22, 8, 0, tzinfo=UTC)
    monday = date(2026, 10, 26)
    added(denyut, definition(), rule=Rule(Cadence.WEEKLY, monday, time(9), "America/New_York"))

    await denyut.tick(datetime(2026, 10, 26, 13, 0, tzinfo=UTC))

    assert newest(denyut).closes_at == datetime(2026, 11, 2, 14, 0, tzinfo=UTC)


async def test_nothing_comes_between_the_pages_of_results_where_the_next_round_opens_at_once(denyut: Bench) -> None:
    added(denyut, definition(count=10), rule=Rule(Cadence.WEEKLY, date(2026, 11, 30), time(9), "Asia/Jakarta"))
    monday = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
    await denyut.tick(monday)
    asked = newest(denyut)
    for place, person in enumerate(invited(denyut, asked)):
        values = {f"q{number}": 1 + (place + number) % 5 for number in range(10)}
        denyut.do(partial(answering.record, round_id=asked.id, member_id=person, values=values))
    before = len(denyut.dms("U0BOB"))

    for moment in (monday + timedelta(days=7), monday + timedelta(days=7, seconds=15)):
        await denyut.tick(moment)

    texts = [each.message.text for each in denyut.dms("U0BOB")[before:]]
    pages = [place for place, text in enumerate(texts) if text.startswith("Results of")]
    assert len(pages) > 1
    assert pages == list(range(pages[0], pages[0] + len(pages)))
    assert any("is asking 6 people" in text for text in texts)


async def test_a_date_on_which_a_round_still_runs_starts_no_other(denyut: Bench) -> None:
    await denyut.command(f"{CREATE} weekly mon 09:00", user="U0BOB")
    assert "next: Mon 30 Nov, 09:00" in (await denyut.command("/pulse list", user="U0BOB")).text
    await denyut.command("/pulse send", user="U0BOB")
    await denyut.tick()
    (running,) = rounds(denyut)  # open for longer than until the next date: that one came nearer after the start
    denyut.do(lambda db: db.rounds.update(replace(running, closes_at=running.closes_at + timedelta(days=3))))
    assert "next: Mon 7 Dec, 09:00" in (await denyut.command("/pulse list", user="U0BOB")).text
    previewed = (await denyut.command("/pulse preview", user="U0BOB")).text
    assert "Mon 30 Nov" not in previewed + denyut.slack.responses[-1][1].text

    for moment in (datetime(2026, 11, 30, 2, 0, tzinfo=UTC), datetime(2026, 11, 30, 2, 1, tzinfo=UTC)):
        await denyut.tick(moment)

    assert [each.state for each in rounds(denyut)] == [RoundState.OPEN]


async def test_a_round_that_is_only_starting_can_be_stopped(denyut: Bench) -> None:
    await denyut.command(CREATE, user="U0BOB")
    await denyut.command("/pulse send", user="U0BOB")

    reply = await denyut.command("/pulse close", user="U0BOB")
    await denyut.tick()

    assert "before anybody was asked" in reply.text
    assert denyut.slack.posted == []


async def test_an_author_who_has_left_is_not_told_of_rounds_that_open(denyut: Bench) -> None:
    added(
        denyut, definition(), author="U0CITRA", rule=Rule(Cadence.WEEKLY, date(2026, 11, 30), time(9), "Asia/Jakarta")
    )
    monday = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
    await denyut.tick(monday)
    assert "bertanya kepada 6 orang" in told(denyut, "U0CITRA", about="`pulse`"), "the control: she is there"
    changed(denyut, "U0CITRA", is_deleted=True)
    before = len(denyut.dms("U0CITRA"))

    for moment in (monday + timedelta(days=7), monday + timedelta(days=7, seconds=15)):
        await denyut.tick(moment)

    assert newest(denyut).number == 2
    assert len(denyut.dms("U0CITRA")) == before
