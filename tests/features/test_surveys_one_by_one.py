"""Surveys asked one question after the other in the message: every kind, back and onwards, half-way, reasons."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.audiences import Audience
from bot.domain.deliveries import NewDelivery
from bot.domain.members import LeftOut
from bot.domain.questions import Question, QuestionKind, Why
from bot.domain.surveys import Round, RoundState
from bot.slack import ids
from bot.surveys.asking.prompts import FIRST_REMINDER
from tests.features.asked_rounds import EVERY_KIND, GIVEN, PEOPLE, TOOLS, ask, labels, own, prompt, question
from tests.features.harness import Bench

STARS, YES_NO = question(QuestionKind.STARS, required=True), question(QuestionKind.YES_NO, required=True)
TEXT, CHOICES = question(QuestionKind.TEXT), question(QuestionKind.CHOICES)


async def started(
    denyut: Bench, questions: Sequence[Question], user: str = "U0BOB", members: Sequence[str] = PEOPLE
) -> Round:
    running = await ask(denyut, questions, members, one_by_one=True)
    await press(denyut, ids.STEPS_STARTED, user)
    return running


async def press(denyut: Bench, button: str, user: str = "U0BOB") -> None:
    await denyut.press(prompt(denyut, user), button, user=user)


def said(denyut: Bench, user: str = "U0BOB") -> str:
    return prompt(denyut, user).message.text


async def test_every_kind_is_asked_in_turn_and_recorded_at_once(denyut: Bench) -> None:
    running = await started(denyut, EVERY_KIND)

    assert "Question 1 of 8" in said(denyut)
    assert "A question of enps?" in said(denyut)
    await press(denyut, "9")
    assert own(denyut, running, "U0BOB").values == {"enps": 9}
    for button in ("4", "5", "Noodles"):
        await press(denyut, button)
    assert "Question 5 of 8" in said(denyut)
    boxes = ids.sub_id(ids.STEP_TICKED, "choices")
    await denyut.choose(prompt(denyut, "U0BOB"), boxes, ["0", "2"], user="U0BOB")
    assert "choices" not in own(denyut, running, "U0BOB").values, "a tick alone is no answer yet"
    done = next(
        each
        for block in prompt(denyut, "U0BOB").message.blocks
        for each in block.get("elements", ())
        if each.get("action_id") == ids.STEP_DONE
    )
    await tick_and_done(denyut, ["0", "2"], done["value"])
    await press(denyut, "No")
    for typed in ("2.5", "More light"):
        await press(denyut, "Write an answer")
        await denyut.submit(denyut.form(), {"survey.score_input:" + written(denyut): typed}, user="U0BOB")

    assert own(denyut, running, "U0BOB").values == GIVEN
    assert own(denyut, running, "U0BOB").texts == {"text": "More light"}
    assert said(denyut).startswith("Thank you, your answers are recorded")
    assert labels(prompt(denyut, "U0BOB")) == ["Change my answers"]


def written(denyut: Bench) -> str:
    """The question of the form that was shown last."""
    block_id = next(block["block_id"] for block in denyut.form()["blocks"] if block["type"] == "input")
    return str(block_id).partition(":")[2]


async def tick_and_done(denyut: Bench, ticked: Sequence[str], value: str, user: str = "U0BOB") -> None:
    """Slack sends the ticks with every click in the message, under the block of the boxes."""
    sent = prompt(denyut, user)
    boxes = ids.sub_id(ids.STEP_TICKED, "choices")
    options = [{"text": {"type": "plain_text", "text": each}, "value": each} for each in ticked]
    await denyut._act(
        {"type": "button", "action_id": ids.STEP_DONE, "block_id": "b", "value": value},
        user=user,
        channel=sent.channel,
        ts=sent.ts,
        view=None,
        state={boxes: {boxes: {"type": "checkboxes", "selected_options": options}}},
    )


async def test_more_options_than_fit_side_by_side_are_a_menu(denyut: Bench) -> None:
    tools = question(QuestionKind.CHOICE, options=tuple({"en": each} for each in TOOLS), required=True)
    running = await started(denyut, [tools, YES_NO])
    menu = next(
        each
        for block in prompt(denyut, "U0BOB").message.blocks
        for each in block.get("elements", ())
        if each["type"] == "static_select"
    )

    await denyut.choose(prompt(denyut, "U0BOB"), menu["action_id"], "6", user="U0BOB")

    assert own(denyut, running, "U0BOB").values == {"choice": 6}
    assert "Question 2 of 2" in said(denyut)


async def test_only_optional_questions_can_be_skipped_and_skipping_takes_back(denyut: Bench) -> None:
    running = await started(denyut, [STARS, replace(YES_NO, required=False), TEXT])
    assert "Skip" not in labels(prompt(denyut, "U0BOB"))
    await denyut.click(ids.STEP_SKIPPED, ids.pack(round=running.id, at=0, far=0), user="U0BOB", ts="1")
    assert "needs an answer" in denyut.slack.responses[-1][1].text

    await press(denyut, "3")
    await press(denyut, "Yes")
    await press(denyut, "Back")
    await press(denyut, "Skip")

    assert own(denyut, running, "U0BOB").values == {"stars": 3}
    assert "Question 3 of 3" in said(denyut)


async def test_back_and_next_change_nothing(denyut: Bench) -> None:
    running = await started(denyut, [STARS, YES_NO, TEXT])
    assert labels(prompt(denyut, "U0BOB"))[5:] == ["Finish later", "Why do I get this, and who sees it?"]
    await press(denyut, "3")
    await press(denyut, "Yes")
    at_three = prompt(denyut, "U0BOB").message

    await press(denyut, "Back")
    await press(denyut, "Back")
    assert "Question 1 of 3" in said(denyut)
    await press(denyut, "Next")
    await press(denyut, "Next")

    assert prompt(denyut, "U0BOB").message == at_three
    assert "Next" not in labels(prompt(denyut, "U0BOB"))
    assert own(denyut, running, "U0BOB").values == {"stars": 3, "yes_no": 1}


async def test_an_answer_given_again_counts_instead(denyut: Bench) -> None:
    running = await started(denyut, [STARS, YES_NO])
    await press(denyut, "3")
    await press(denyut, "Back")

    await press(denyut, "5")

    assert own(denyut, running, "U0BOB").values == {"stars": 5}


async def test_half_an_answer_survives_a_restart_and_can_be_finished_later(denyut: Bench) -> None:
    running = await started(denyut, [STARS, YES_NO])
    await press(denyut, "3")
    await press(denyut, "Finish later")
    assert "What you have answered so far is kept" in said(denyut)

    again = Bench(denyut.storage, denyut.slack, denyut.now, denyut.services.settings)
    await press(again, "Go on")
    assert "Question 2 of 2" in said(again)
    await press(again, "No")

    assert own(again, running, "U0BOB").values == {"stars": 3, "yes_no": 0}
    assert "Thank you" in said(again)


async def test_who_is_half_way_is_reminded_like_everybody_and_goes_on_where_an_answer_is_missing(denyut: Bench) -> None:
    running = await started(denyut, [STARS, YES_NO], members=("U0BOB", "U0EMMA", "U0AYU"))
    await press(denyut, "3")
    for button in (ids.STEPS_STARTED, "3", "Ya"):
        await press(denyut, button, "U0AYU")
    denyut.now += timedelta(days=4)
    owed = [NewDelivery(FIRST_REMINDER, running.id, each, denyut.now) for each in ("U0BOB", "U0EMMA", "U0AYU")]
    denyut.do(lambda db: db.deliveries.add_many(owed))
    await denyut.tick()

    assert [len(denyut.dms(user)) for user in ("U0BOB", "U0EMMA", "U0AYU")] == [2, 2, 1]
    bob, emma = (prompt(denyut, user).message for user in ("U0BOB", "U0EMMA"))
    assert [each for each in bob.blocks if each["type"] == "actions"] == [
        each for each in emma.blocks if each["type"] == "actions"
    ]
    await press(denyut, "Start")
    assert "Question 2 of 2" in said(denyut)
    await press(denyut, "Yes")
    assert {dm.message.text.split(",")[0] for dm in denyut.dms("U0BOB")} == {"Thank you"}


async def test_messages_are_the_same_whatever_is_answered(denyut: Bench) -> None:
    """Two people who answer everything the other way round, one of them asked for reasons and one not."""
    questions = [replace(STARS, why=Why.LOW), replace(YES_NO, why=Why.HIGH), TEXT]
    await ask(denyut, questions, one_by_one=True)
    walks = {"U0CITRA": ("1", "Tidak", "word"), "U0DEWI": ("5", "Ya", "another one")}

    for user, (stars, yes, text) in walks.items():
        await press(denyut, ids.STEPS_STARTED, user)
        await press(denyut, stars, user)
        await press(denyut, yes, user)
        await press(denyut, ids.STEP_WRITING, user)
        await denyut.submit(denyut.form(), {"survey.score_input:text": text}, user=user)

    citra, dewi = ([*dm.history, dm.message] for dm in (prompt(denyut, "U0CITRA"), prompt(denyut, "U0DEWI")))
    assert len(citra) == 5
    assert citra == dewi
    asked_why = [view for view in denyut.slack.shown if view["callback_id"] == ids.REASON_FORM]
    assert len(asked_why) == 2, "the control: each of them was asked for one reason, in a form"


async def test_the_reason_is_asked_in_a_form_right_at_the_click(denyut: Bench) -> None:
    running = await started(denyut, [replace(STARS, why=Why.LOW), YES_NO])

    await press(denyut, "1")
    form = denyut.form()
    assert "Question 2 of 2" in said(denyut)
    await denyut.submit(form, {"survey.reason_input:stars": "The noise"}, user="U0BOB")

    assert own(denyut, running, "U0BOB").texts == {"stars": "The noise"}
    await press(denyut, "Back")
    shown = len(denyut.slack.shown)
    await press(denyut, "5")
    assert len(denyut.slack.shown) == shown
    assert own(denyut, running, "U0BOB").texts == {}


async def test_skipping_everything_records_nothing_and_says_so(denyut: Bench) -> None:
    running = await started(denyut, [TEXT, CHOICES])

    await press(denyut, "Skip")
    await press(denyut, "Save my choice")

    assert "nothing is recorded" in said(denyut)
    assert denyut.do(lambda db: db.rounds.answered_count(running.id)) == 0
    await press(denyut, "Start")
    assert "Question 1 of 2" in said(denyut)


async def test_a_number_that_is_not_clear_keeps_its_form_open(denyut: Bench) -> None:
    running = await started(denyut, [question(QuestionKind.NUMBER), YES_NO])
    await press(denyut, "Write an answer")

    answer = await denyut.submit(denyut.form(), {"survey.score_input:number": "1.500"}, user="U0BOB")

    assert "can mean 1.5 or 1500" in answer.errors["survey.score_input:number"]
    assert "Question 1 of 2" in said(denyut)
    assert own(denyut, running, "U0BOB").values == {}


async def test_a_written_answer_stands_in_its_form_and_nowhere_else(denyut: Bench) -> None:
    await started(denyut, [TEXT, YES_NO])
    await press(denyut, "Write an answer")
    await denyut.submit(denyut.form(), {"survey.score_input:text": "zebra crossing"}, user="U0BOB")
    await press(denyut, "Back")
    await press(denyut, "Write an answer")

    assert "zebra crossing" in json.dumps(denyut.form())
    sent = prompt(denyut, "U0BOB")
    assert "zebra" not in json.dumps([[each.text, *each.blocks] for each in (*sent.history, sent.message)])


async def test_a_closed_round_and_a_forged_place_are_refused(denyut: Bench) -> None:
    running = await started(denyut, [STARS, YES_NO])
    for at in (2, -1, "x", None):
        value = json.dumps({"v": 1, "round": running.id, "at": at, "far": 0, "value": 1})
        await denyut.click(f"{ids.STEP_CHOSEN}:1", value, user="U0BOB", ts="1")
        assert "no longer works" in denyut.slack.responses[-1][1].text
    await denyut.click(f"{ids.STEP_SELECTED}:{running.id}", "1", user="U0BOB", ts="1")
    assert "no longer works" in denyut.slack.responses[-1][1].text
    shut = replace(running, state=RoundState.CLOSED, closed_at=denyut.now)
    denyut.do(lambda db: db.rounds.update(shut))

    await press(denyut, "3")

    assert "This round is closed" in denyut.slack.responses[-1][1].text
    assert denyut.do(lambda db: db.rounds.answered_count(running.id)) == 0


@pytest.mark.parametrize(("user", "is_asked"), [("U0GUEST", True), ("U0OUT", False)])
async def test_an_included_guest_walks_through_and_another_visitor_does_not(
    denyut: Bench, user: str, is_asked: bool
) -> None:
    audience = Audience(channels=("C0SALES",), included=(LeftOut.GUEST,))
    tools = question(QuestionKind.CHOICE, options=tuple({"en": each} for each in TOOLS), required=True)
    running = await ask(denyut, [tools, CHOICES], ("U0GUEST", "U0BOB"), one_by_one=True, audience=audience)
    menu = ids.sub_id(ids.STEP_SELECTED, f"{running.id}/0/0")

    before = len(denyut.slack.responses)
    await denyut.click(menu, "6", user=user, ts=prompt(denyut, "U0GUEST").ts, channel="D0GUEST")

    assert (own(denyut, running, user).values == {"choice": 6}) is is_asked
    assert ("members of this workspace only" in str(denyut.slack.responses[before:])) is not is_asked
