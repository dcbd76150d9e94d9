"""Answering, changing and explaining an answer: what is stored, and what everybody sees alike."""

import json

import pytest

from bot.domain.surveys import RoundState
from bot.slack import ids
from tests.features.harness import Bench
from tests.features.test_surveys import (
    answered,
    is_question,
    launched,
    newest_round,
    question,
)


async def test_a_click_is_stored_and_the_question_turns_into_the_same_thanks_for_everybody(denyut: Bench) -> None:
    asked = await launched(denyut)

    await answered(denyut, {"U0CITRA": 0, "U0DEWI": 7, "U0AYU": 10})

    assert denyut.do(lambda db: db.answers.own(asked.id, "U0CITRA", ["enps"]).values.get("enps")) == 0
    assert denyut.do(lambda db: db.rounds.answered_count(asked.id)) == 3
    thanks = {repr(question(denyut, user).message) for user in ("U0CITRA", "U0DEWI", "U0AYU")}
    assert len(thanks) == 1
    assert "score" not in thanks.pop()
    assert is_question(question(denyut, "U0BOB").message.text)


async def test_an_answer_can_be_changed_and_the_form_shows_the_present_one(denyut: Bench) -> None:
    asked = await launched(denyut)
    await answered(denyut, {"U0BOB": 3})
    thanks = question(denyut, "U0BOB").message

    await denyut.press(question(denyut, "U0BOB"), "Change my answer", user="U0BOB")
    form = denyut.slack.views[-1]
    assert form["blocks"][1]["element"]["initial_option"]["value"] == "3"
    await denyut.submit(form, {ids.SCORE_INPUT: "9"}, user="U0BOB")

    assert denyut.do(lambda db: db.answers.own(asked.id, "U0BOB", ["enps"]).values.get("enps")) == 9
    assert denyut.do(lambda db: db.rounds.answered_count(asked.id)) == 1
    assert question(denyut, "U0BOB").message == thanks


@pytest.mark.parametrize(
    ("score", "label"),
    [(10, "What do you value most?"), (7, "What would make it a 9 or 10?"), (2, "What would have to change?")],
)
async def test_only_the_form_for_the_reason_is_worded_for_the_class(denyut: Bench, score: int, label: str) -> None:
    asked = await launched(denyut)
    await answered(denyut, {"U0BOB": score})

    await denyut.press(question(denyut, "U0BOB"), ids.REASON_OPENED, user="U0BOB")
    form = denyut.slack.views[-1]
    await denyut.submit(form, {ids.REASON_INPUT: " More <!channel> time "}, user="U0BOB")

    assert form["blocks"][0]["label"]["text"] == label
    assert set(json.loads(form["private_metadata"])) == {"v", "round"}
    assert denyut.do(lambda db: db.answers.own(asked.id, "U0BOB", ["enps"]).texts.get("enps")) == "More <!channel> time"
    await denyut.press(question(denyut, "U0BOB"), ids.REASON_OPENED, user="U0BOB")
    await denyut.submit(denyut.slack.views[-1], {ids.REASON_INPUT: None}, user="U0BOB")
    assert denyut.do(lambda db: db.answers.own(asked.id, "U0BOB", ["enps"]).texts.get("enps")) is None


async def test_why_do_i_get_this_opens_an_explanation(denyut: Bench) -> None:
    asked = await launched(denyut)

    await denyut.click(ids.WHY_OPENED, ids.pack(round=asked.id), user="U0EMMA")

    said = json.dumps(denyut.slack.views[-1])
    for part in ("<@U0AYU>", "<#C0SALES>", "at least 5 answers", "full access to that server", "destroyed"):
        assert part in said


async def test_somebody_who_was_not_asked_cannot_answer(denyut: Bench) -> None:
    asked = await launched(denyut)

    for user, said in (("U0LATER", "not recorded"), ("U0GUEST", "full members")):
        await denyut.press(question(denyut, "U0BOB"), "9", user=user)
        assert said in denyut.slack.responses[-1][1].text
    assert denyut.do(lambda db: db.rounds.answered_count(asked.id)) == 0


async def test_a_score_that_was_never_offered_is_refused(denyut: Bench) -> None:
    asked = await launched(denyut, "1-10")

    for score in (0, 11, -1, True, "x"):
        value = json.dumps({"v": 1, "round": asked.id, "score": score})
        await denyut.click(f"{ids.SCORE_CHOSEN}:0", value, user="U0BOB", ts="1")

    assert denyut.do(lambda db: db.rounds.answered_count(asked.id)) == 0


async def test_after_closing_nobody_can_answer_and_every_prompt_says_so_alike(denyut: Bench) -> None:
    await launched(denyut)
    await answered(denyut, {"U0BOB": 9})
    unanswered = question(denyut, "U0EMMA").message

    reply = await denyut.command("/pulse tutup")
    await denyut.tick()

    assert "1 dari 6" in reply.text
    assert newest_round(denyut).state is RoundState.CLOSED
    assert question(denyut, "U0BOB").message == question(denyut, "U0EMMA").message
    assert "closed" in question(denyut, "U0BOB").message.text
    await denyut.press(unanswered, "9", user="U0EMMA")
    assert "This round is closed" in denyut.slack.responses[-1][1].text
    assert newest_round(denyut).answered == 1
