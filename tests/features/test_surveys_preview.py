"""Before anybody is asked: what members will read, and who is asked when in the next four weeks, where they live."""

from datetime import date, time, timedelta
from zoneinfo import available_timezones

import pytest

from bot.domain.audiences import Audience
from bot.domain.members import Absence
from bot.domain.prompting import Spread
from bot.domain.schedules import Cadence, Rule
from bot.domain.surveys import RoundState
from bot.slack.gateway import SlackUnreachable
from bot.surveys.asking import preview_views
from bot.surveys.asking.previewing import Preview, preview
from tests.features.harness import TEAM, Bench
from tests.features.survey_steps import added, changed, crowd, definition, dues, newest, sent, utc
from tests.features.test_surveys import CREATE

MONDAYS = Rule(Cadence.WEEKLY, date(2026, 11, 30), time(9), "Asia/Jakarta")


async def forecast(denyut: Bench, handle: str = "pulse", user: str = "U0BOB") -> str:
    """What follows the acknowledgement of `/pulse preview`."""
    before = len(denyut.slack.responses)
    await denyut.command(f"/pulse preview {handle}", user=user)
    assert len(denyut.slack.responses) == before + 1
    _, message, replaced = denyut.slack.responses[-1]
    assert not replaced
    return message.text


async def foreseen(denyut: Bench, handle: str = "pulse") -> Preview:
    survey = denyut.do(lambda db: db.surveys.by_handle(handle))
    return await preview(denyut.services, TEAM, survey, denyut.now)


async def test_people_are_grouped_by_their_own_moment(denyut: Bench) -> None:
    added(denyut, definition(), rule=MONDAYS)

    said = await forecast(denyut)

    for part in (
        "As things stand, 6 people are asked.",
        "Not asked: 1 bot, 1 deactivated account, 1 guest, and 1 person from another company.",
        "Round of Mon 30 Nov, 10:00",  # Bob reads it in Makassar
        "Mon 30 Nov, 09:00 (Asia/Jakarta): 3 people",
        "Mon 30 Nov, 10:00 (Asia/Makassar): 2 people",
        "Mon 30 Nov, 09:00 (Europe/Amsterdam): 1 person",
        "Reminders for those who have not answered: Tue 1 Dec and Thu 3 Dec.",
    ):
        assert part in said
    assert said.count("Round of") == 4


async def test_in_indonesian_with_the_same_figures(denyut: Bench) -> None:
    added(denyut, definition(), author="U0CITRA", rule=MONDAYS)

    said = await forecast(denyut, user="U0CITRA")

    assert "Sen 30 Nov, 09.00 (Asia/Jakarta): 3 orang" in said
    assert "Pengingat untuk yang belum menjawab: Sel 1 Des dan Kam 3 Des." in said


async def test_days_away_holidays_and_other_surveys_are_told_apart(denyut: Bench) -> None:
    denyut.do(lambda db: db.members.add_absence(Absence("U0CITRA", date(2026, 11, 28), date(2026, 12, 2))))
    denyut.do(lambda db: db.members.add_absence(Absence("U0DEWI", date(2026, 11, 28), date(2026, 12, 8))))
    added(denyut, definition(Audience(people=("U0FAJAR", "U0AYU", "U0EMMA")), 8), "other")
    denyut.now = utc(11, 29, 1)
    added(denyut, definition(count=3), rule=MONDAYS)
    denyut.now = utc(11, 27, 2)
    await sent(denyut, "other")  # eight questions on Friday leave room for two until the next one

    seen = await foreseen(denyut)

    first = seen.rounds[0]
    assert first.away == {date(2026, 12, 3): 1}
    assert first.never == 1
    assert first.moved == {date(2026, 12, 4): 3}
    assert [(each.zone, each.people) for each in first.groups] == [("Asia/Makassar", 1)]
    said = await forecast(denyut)
    assert "1 person only on Thu 3 Dec, when they are back" in said
    assert "1 person not at all" in said
    assert "3 people only on Fri 4 Dec, because of questions from other surveys" in said


async def test_the_turn_of_the_year_and_its_holidays(denyut: Bench) -> None:
    denyut.now = utc(12, 20, 2)
    fridays = Rule(Cadence.WEEKLY, date(2026, 12, 25), time(9), "Asia/Jakarta")
    added(denyut, definition(), rule=fridays)

    seen = await foreseen(denyut)

    jakarta = [each.groups[0].first for each in seen.rounds]
    assert jakarta[:2] == [utc(12, 28, 1), utc(1, 4, 1, year=2027)], "Makassar is first, at nine, on the Monday after"
    assert seen.rounds[2].groups[0].first.date() == date(2027, 1, 8)


async def test_a_spread_is_told_as_a_span(denyut: Bench) -> None:
    crowd(denyut, 60)
    added(denyut, definition(Audience(("C0CROWD",)), spread=Spread.DAY), rule=MONDAYS)

    said = await forecast(denyut)

    assert "Mon 30 Nov, 09:" in said
    assert " to 1" in said
    assert "(Asia/Jakarta): 60 people" in said


async def test_what_was_foreseen_comes_true(denyut: Bench) -> None:
    changed(denyut, "U0EMMA", slack_zone="America/New_York")
    denyut.do(lambda db: db.members.add_absence(Absence("U0CITRA", date(2026, 11, 30), date(2026, 12, 1))))
    added(denyut, definition(), rule=MONDAYS)
    seen = (await foreseen(denyut)).rounds[0]

    await denyut.tick(utc(11, 30, 2))

    asked = dues(denyut, newest(denyut))
    assert sorted(each.first for each in seen.groups for _ in range(each.people)) == sorted(
        at for member_id, at in asked.items() if member_id != "U0CITRA"
    )
    assert list(seen.away) == [date(2026, 12, 2)]
    assert asked["U0CITRA"] == utc(12, 2, 2)


async def test_without_a_date_it_says_what_would_happen_now(denyut: Bench) -> None:
    await denyut.command(CREATE, user="U0BOB")

    said = await forecast(denyut, "enps-sales")

    assert "If a round started now" in said
    assert "Thu 26 Nov, 15:00 (Asia/Jakarta): 3 people" in said
    assert denyut.do(lambda db: db.rounds.launching()) == []


async def test_too_few_people_are_told_before_it_fails(denyut: Bench) -> None:
    added(denyut, definition(Audience(("C0PAIR",))), rule=MONDAYS)

    assert "I could ask 2 people, and it takes at least 3" in await forecast(denyut)


async def test_a_channel_that_cannot_be_read_is_named(denyut: Bench) -> None:
    denyut.slack.refusals["C0SALES"] = "not_in_channel"
    added(denyut, definition(), rule=MONDAYS)

    assert "I am not in <#C0SALES>" in await forecast(denyut)


async def test_while_slack_is_away_the_people_of_the_last_round_stand_in(
    denyut: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unreachable(channel: str) -> list[str]:
        raise SlackUnreachable("no route")

    added(denyut, definition())
    with monkeypatch.context() as away:
        away.setattr(denyut.slack, "channel_members", unreachable)
        assert "Please try again" in await forecast(denyut)
    assert (await sent(denyut)).state is RoundState.OPEN
    await denyut.command("/pulse close pulse", user="U0BOB")
    monkeypatch.setattr(denyut.slack, "channel_members", unreachable)

    said = await forecast(denyut)
    assert "these are the people of the last round" in said
    assert "6 people are asked" in said


async def test_members_will_read_every_question_its_options_and_how_well_it_is_kept(denyut: Bench) -> None:
    added(denyut, definition(count=2, drivers=("goals",), draws=1), rule=MONDAYS)

    reply = await denyut.command("/pulse preview pulse", user="U0BOB")

    for part in ("Preview of Pulse (pulse)", "Well?", "a new one each round, about: ", "without your name"):
        assert part in reply.text
    assert not [block for block in reply.blocks if block["type"] == "actions"]


async def test_nothing_is_stored_and_only_the_author_sees_it(denyut: Bench) -> None:
    added(denyut, definition(), rule=MONDAYS)
    before = denyut.do(lambda db: (db.deliveries.counts(), db.rounds.open()))

    refused = await denyut.command("/pulse preview pulse", user="U0EMMA")
    await forecast(denyut)

    assert "Only the person who made" in refused.text
    assert denyut.do(lambda db: (db.deliveries.counts(), db.rounds.open())) == before


async def test_five_thousand_people_in_many_zones_fit_into_a_message(denyut: Bench) -> None:
    zones = sorted(name for name in available_timezones() if name.startswith("Europe/"))[:14]
    for number, zone in enumerate(zones):
        people = crowd(denyut, 360, zone=zone, channel=f"C0CROWD{number}")
        assert len(people) == 360
    everybody = Audience(tuple(f"C0CROWD{number}" for number in range(len(zones))))
    added(denyut, definition(everybody), rule=MONDAYS)

    seen = await foreseen(denyut)

    lines = preview_views.forecast_lines(seen, denyut.services.texts.t("en"), "Asia/Jakarta")
    assert len(seen.rounds) == 4
    assert all(len(line) < 3000 for line in lines)
    assert "720 people in other time zones" in lines[2]


class TestList:
    async def test_title_audience_rhythm_last_date_and_what_waits(self, denyut: Bench) -> None:
        added(
            denyut,
            definition(title="How are <we>?"),
            rule=Rule(MONDAYS.cadence, MONDAYS.anchor, time(9), "Asia/Makassar", date(2026, 12, 7)),
        )
        listed = (await denyut.command("/pulse list", user="U0BOB")).text
        assert "*How are &lt;we&gt;?* (`pulse`) asks <#C0SALES>." in listed
        assert "every Monday at 09:00 until 7 Dec 2026, next: Mon 30 Nov, 09:00" in listed

        asked = await sent(denyut)
        for user in ("U0CITRA", "U0DEWI", "U0FAJAR", "U0AYU", "U0BOB"):
            denyut.do(lambda db, user=user: db.answers.record(asked.id, user, {"q0": 3}))
        await denyut.command("/pulse close pulse", user="U0BOB")
        await denyut.tick(utc(12, 20, 2))

        listed = (await denyut.command("/pulse list", user="U0BOB")).text
        assert "It ended on 7 Dec 2026." in listed

    async def test_results_without_a_word_of_what_follows_wait_for_one(self, denyut: Bench) -> None:
        added(denyut, definition())
        asked = await sent(denyut)
        denyut.do(lambda db: db.answers.record(asked.id, "U0CITRA", {"q0": 3}))
        assert "wait for you" not in (await denyut.command("/pulse list", user="U0BOB")).text

        await denyut.command("/pulse close pulse", user="U0BOB")

        assert "has yet to be said" in (await denyut.command("/pulse list", user="U0BOB")).text
        assert "Tindak lanjut dari hasil terbarunya belum ditulis" in (await denyut.command("/pulse list")).text


async def test_a_last_date_ends_it(denyut: Bench) -> None:
    await denyut.command(f"{CREATE} weekly mon 09:00 until 8 dec 2026", user="U0AYU")

    for week in range(4):
        await denyut.tick(utc(11, 30, 2) + timedelta(weeks=week))

    survey = denyut.do(lambda db: db.surveys.by_handle("enps-sales"))
    assert [each.number for each in denyut.do(lambda db: db.rounds.of_survey(survey.id))] == [2, 1]
