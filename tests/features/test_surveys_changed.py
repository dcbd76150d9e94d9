"""Surveys that are changed while they run: what was said to people holds, and dates come and go."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.domain.audiences import Audience
from bot.domain.questions import Question, QuestionKind
from bot.domain.schedules import ScheduleKind
from bot.slack import ids
from tests.features.harness import Bench
from tests.features.survey_rounds import ENPS, PEOPLE, opened, own, survey_of
from tests.features.test_surveys_new import text_of

BOB = "U0BOB"


async def dates(denyut: Bench, cadence: str, first: str | None) -> None:
    """`/pulse edit` with other dates, from the command to the button that saves them."""
    await denyut.command("/pulse edit retro-sales", user=BOB)
    await denyut.click(ids.DRAFT_DATES_OPENED, ids.pack(), user=BOB, view=denyut.form())
    await denyut.submit(denyut.form(), {ids.DRAFT_CADENCE_INPUT: cadence, ids.DRAFT_FIRST_INPUT: first}, user=BOB)
    await denyut.submit(denyut.form(), {}, user=BOB)


async def test_dates_that_were_taken_away_are_not_shown_any_more_and_can_be_given_again(denyut: Bench) -> None:
    await denyut.command("/pulse new retro <#C0SALES|sales> weekly", user=BOB)
    (made,) = denyut.do(lambda db: db.surveys.all())
    schedule = denyut.do(lambda db: db.schedules.of_subject(ScheduleKind.SURVEY, made.id))
    await dates(denyut, "once", None)
    assert denyut.do(lambda db: db.schedules.active()) == []

    await denyut.command("/pulse edit retro-sales", user=BOB)
    assert "every Monday" not in text_of(denyut.form())
    await dates(denyut, "weekly", schedule.rule.anchor.isoformat())

    (active,) = denyut.do(lambda db: db.schedules.active())
    assert active.rule == schedule.rule


async def test_dates_that_were_taken_away_do_not_come_back_with_a_pause(denyut: Bench) -> None:
    await denyut.command("/pulse new retro <#C0SALES|sales> weekly", user=BOB)
    await dates(denyut, "once", None)

    await denyut.command("/pulse pause retro-sales", user=BOB)
    resumed = await denyut.command("/pulse resume retro-sales", user=BOB)

    assert "every Monday" not in resumed.text
    assert denyut.do(lambda db: db.schedules.active()) == []


async def test_dates_of_a_paused_survey_can_be_taken_away_and_others_wait_for_the_end_of_the_pause(
    denyut: Bench,
) -> None:
    await denyut.command("/pulse new retro <#C0SALES|sales> weekly", user=BOB)
    await denyut.command("/pulse pause retro-sales", user=BOB)
    await denyut.command("/pulse edit retro-sales", user=BOB)
    assert "every Monday" in text_of(denyut.form()), "a pause takes no dates away"
    await dates(denyut, "once", None)
    resumed = await denyut.command("/pulse resume retro-sales", user=BOB)

    assert "every Monday" not in resumed.text
    assert denyut.do(lambda db: db.schedules.active()) == []


async def test_a_round_sent_by_hand_ends_when_the_next_date_is_due(denyut: Bench) -> None:
    await denyut.command("/pulse enps <#C0SALES|sales> weekly mon 09:00", user=BOB)

    sent = await denyut.command("/pulse send enps-sales", user=BOB)
    await denyut.tick(denyut.now)
    (by_hand,) = denyut.do(lambda db: db.rounds.open())
    await denyut.tick(by_hand.closes_at)
    await denyut.tick(by_hand.closes_at + timedelta(minutes=1))

    assert by_hand.closes_at == datetime(2026, 11, 30, 1, 0, tzinfo=UTC)
    (following,) = denyut.do(lambda db: db.rounds.open())
    assert following.number == 2, "the date was not skipped"
    assert "when the next one is due" not in sent.text, "there is time enough"


async def test_who_sends_a_round_right_before_a_date_is_told_how_little_time_it_has(denyut: Bench) -> None:
    await denyut.command("/pulse enps <#C0SALES|sales> weekly fri 09:00", user=BOB)

    sent = await denyut.command("/pulse send enps-sales", user=BOB)

    assert "closes on Fri 27 Nov, 09:00, when the next one is due" in sent.text


async def test_people_are_told_of_the_summary_of_the_channel_they_were_asked_in(denyut: Bench) -> None:
    survey = survey_of(denyut, ENPS)
    running = opened(denyut, survey, dict.fromkeys((*PEOPLE[:5], BOB), ""))
    moved = replace(survey, definition=replace(survey.definition, audience=Audience(channels=("C0PAIR",))))
    denyut.do(lambda db: db.surveys.update(moved))

    await denyut.click(ids.WHY_OPENED, ids.pack(round=running.id), user=BOB)

    assert "If <#C0SALES> gets a summary" in text_of(denyut.form())


async def test_a_preview_shows_ten_long_questions_whole(denyut: Bench) -> None:
    options = tuple(own(f"{number} {'o' * 60}") for number in range(10))
    questions = [
        Question(f"q{number}", QuestionKind.CHOICE, own(f"Question {number} {'q' * 170}"), options=options)
        for number in range(10)
    ]
    survey_of(denyut, *questions)

    said = await denyut.command("/pulse preview pulse", user=BOB)

    shown = [block["text"]["text"] for block in said.blocks if block["type"] == "section"]
    assert all(any(f"Question {number} " in text for text in shown) for number in range(10))
    assert not any(text.endswith("…") for text in shown)


async def test_a_form_that_was_left_open_does_not_undo_what_was_changed_since(denyut: Bench) -> None:
    await denyut.command("/pulse new retro <#C0SALES|sales> weekly", user=BOB)
    await denyut.command("/pulse edit retro-sales", user=BOB)
    left_open = denyut.form()
    denyut.now += timedelta(days=3)
    await dates(denyut, "monthly", "2026-12-01")
    (monthly,) = denyut.do(lambda db: db.schedules.active())

    denyut.now += timedelta(hours=1)
    said = await denyut.submit(left_open, {}, user=BOB)

    assert "changed since" in text_of(said.body["view"])
    assert denyut.do(lambda db: db.schedules.active()) == [monthly]
    denyut.now += timedelta(hours=1)
    await dates(denyut, "quarterly", "2026-12-01")
    (active,) = denyut.do(lambda db: db.schedules.active())
    assert active.rule.cadence == "quarterly", "who opens it anew changes it as ever"
