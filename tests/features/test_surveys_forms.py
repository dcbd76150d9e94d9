"""Surveys with several questions, answered in one form: every kind, optional and required, reasons, changes."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.audiences import Audience
from bot.domain.deliveries import NewDelivery
from bot.domain.members import LeftOut
from bot.domain.questions import Question, QuestionKind, Why
from bot.domain.surveys import FollowUp, FollowUpKind, Receivers, RoundState
from bot.slack import ids
from bot.surveys.asking.prompts import ASK, FIRST_REMINDER
from tests.features.asked_rounds import (
    EVERY_KIND,
    GIVEN,
    ask,
    field_of,
    labels,
    open_form,
    own,
    prompt,
    question,
)
from tests.features.harness import Bench

SENT = {
    "survey.score_input:enps": "9",
    "survey.score_input:agreement": "4",
    "survey.score_input:stars": "5",
    "survey.score_input:choice": "1",
    "survey.score_input:choices": ["0", "2"],
    "survey.score_input:yes_no": "0",
    "survey.score_input:number": "2.5",
    "survey.score_input:text": "  More <!channel> light  ",
}
ENPS, STARS, TEXT = question(QuestionKind.ENPS), question(QuestionKind.STARS), question(QuestionKind.TEXT)
NUMBER = question(QuestionKind.NUMBER)


async def test_the_prompt_says_what_is_asked_of_whom_and_who_gets_the_results(denyut: Bench) -> None:
    receivers = Receivers(people=("U0CITRA",), channel_id="C0PAIR")

    await ask(denyut, EVERY_KIND, title="How we work <!here>", receivers=receivers)

    sent = prompt(denyut, "U0BOB").message
    said = json.dumps(sent.blocks, ensure_ascii=False)
    for part in (
        "How we work &lt;!here&gt;",
        "8 questions, about 3 minutes",
        "6 people (<#C0SALES>)",
        "or until everybody has answered",
        "from 5 answers on, comments once 10 people",
        "the person who asks, <@U0CITRA>, and everybody in <#C0PAIR>",
        "sealed",
    ):
        assert part in sent.text
        assert part in said
    assert labels(prompt(denyut, "U0BOB")) == [
        "Answer", "Not now, ask me tomorrow", "Why do I get this, and who sees it?",
    ]  # fmt: skip
    assert labels(prompt(denyut, "U0AYU"))[0] == "Jawab"


async def test_one_submit_records_everything_and_the_prompt_turns_into_the_thanks(denyut: Bench) -> None:
    running = await ask(denyut, EVERY_KIND)
    form = await open_form(denyut, "U0BOB")

    answer = await denyut.submit(form, SENT, user="U0BOB")

    assert own(denyut, running, "U0BOB").values == GIVEN
    assert own(denyut, running, "U0BOB").texts == {"text": "More <!channel> light"}
    assert "recorded" in json.dumps(answer.body["view"])
    assert prompt(denyut, "U0BOB").message.text.startswith("Thank you, your answers are recorded")
    assert prompt(denyut, "U0AYU").history == []


async def test_questions_are_numbered_with_their_ends_and_required_ones_marked(denyut: Bench) -> None:
    await ask(denyut, [replace(STARS, required=True), ENPS, TEXT])

    form = await open_form(denyut, "U0BOB")

    fields = [block for block in form["blocks"] if block["type"] == "input"]
    assert [each["label"]["text"] for each in fields] == [
        "1. A question of stars?", "2. A question of enps?", "3. A question of text?",
    ]  # fmt: skip
    assert [each["optional"] for each in fields] == [False, True, True]
    assert fields[1]["hint"]["text"] == "0 = not at all likely, 10 = extremely likely"
    assert "sealed" in json.dumps(form["blocks"][0])


async def test_the_form_shows_the_present_answers_and_what_is_emptied_is_taken_back(denyut: Bench) -> None:
    running = await ask(denyut, EVERY_KIND)
    await denyut.submit(await open_form(denyut, "U0BOB"), SENT, user="U0BOB")
    thanks = prompt(denyut, "U0BOB").message
    edits = len(prompt(denyut, "U0BOB").history)

    await denyut.press(prompt(denyut, "U0BOB"), "Change my answers", user="U0BOB")
    form = denyut.form()
    shown = {key: field_of(form, key)["element"] for key in (*GIVEN, "text")}
    emptied = {
        "survey.score_input:agreement": "none",
        "survey.score_input:choices": [],
        "survey.score_input:number": None,
        "survey.score_input:text": None,
    }
    await denyut.submit(form, {**emptied, "survey.score_input:enps": "3"}, user="U0BOB")

    assert shown["enps"]["initial_option"]["value"] == "9"
    assert shown["yes_no"]["initial_option"]["text"]["text"] == "No"
    assert [each["value"] for each in shown["choices"]["initial_options"]] == ["0", "2"]
    assert shown["number"]["initial_value"] == "2.5"
    assert shown["text"]["initial_value"] == "More <!channel> light"
    assert own(denyut, running, "U0BOB").values == {"enps": 3, "stars": 5, "choice": 1, "yes_no": 0}
    assert own(denyut, running, "U0BOB").texts == {}
    assert prompt(denyut, "U0BOB").message == thanks
    assert len(prompt(denyut, "U0BOB").history) == edits, "a change leaves no trace in the conversation"


async def test_everything_can_be_taken_back_but_an_empty_form_is_no_answer(denyut: Bench) -> None:
    running = await ask(denyut, [STARS, TEXT])
    form = await open_form(denyut, "U0BOB")

    empty = await denyut.submit(form, {}, user="U0BOB")
    assert empty.errors == {"survey.score_input:stars": "Answer at least one question, or close this form."}
    await denyut.submit(form, {"survey.score_input:stars": "2"}, user="U0BOB")
    await denyut.press(prompt(denyut, "U0BOB"), ids.ANSWER_CHANGE, user="U0BOB")
    gone = await denyut.submit(denyut.form(), {"survey.score_input:stars": "none"}, user="U0BOB")

    assert "no answer of yours now" in json.dumps(gone.body)
    assert own(denyut, running, "U0BOB").values == {}


@pytest.mark.parametrize(
    ("user", "typed", "value"),
    [
        ("U0BOB", "2.5", 250),
        ("U0CITRA", "2,5", 250),
        ("U0BOB", "1,000,000", 100_000_000),
        ("U0CITRA", "12,5 jt", 1_250_000_000),
        ("U0CITRA", "1.500", 150_000),
        ("U0BOB", "-3", -300),
    ],
)
async def test_a_number_is_read_in_the_language_of_its_writer(denyut: Bench, user: str, typed: str, value: int) -> None:
    running = await ask(denyut, [NUMBER])
    form = await open_form(denyut, user)

    await denyut.submit(form, {ids.SCORE_INPUT: typed}, user=user)

    assert own(denyut, running, user).values == {"number": value}


@pytest.mark.parametrize(
    ("user", "typed", "said"),
    [
        ("U0CITRA", "1,500", "“1,500” bisa berarti 1,5 atau 1500"),
        ("U0BOB", "1.500", "“1.500” can mean 1.5 or 1500"),
        ("U0BOB", "many", "could not read “many”"),
        ("U0BOB", "45%", "could not read “45%”"),
        ("U0BOB", "9" * 13, "larger than I can keep"),
        ("U0BOB", "9" * 20, "larger than I can keep"),
    ],
)
async def test_a_number_that_is_not_clear_keeps_the_form_open_and_stores_nothing(
    denyut: Bench, user: str, typed: str, said: str
) -> None:
    running = await ask(denyut, [NUMBER, STARS])
    form = await open_form(denyut, user)

    answer = await denyut.submit(form, {"survey.score_input:number": typed, "survey.score_input:stars": "4"}, user=user)

    assert list(answer.errors) == ["survey.score_input:number"]
    assert said in answer.errors["survey.score_input:number"]
    assert own(denyut, running, user).values == {}
    assert prompt(denyut, user).history == []


async def test_a_stored_number_can_be_sent_again_as_it_stands(denyut: Bench) -> None:
    running = await ask(denyut, [NUMBER])
    await denyut.submit(await open_form(denyut, "U0CITRA"), {ids.SCORE_INPUT: "1234567,5"}, user="U0CITRA")

    await denyut.press(prompt(denyut, "U0CITRA"), ids.ANSWER_CHANGE, user="U0CITRA")
    answer = await denyut.submit(denyut.form(), {}, user="U0CITRA")

    assert answer.errors == {}
    assert own(denyut, running, "U0CITRA").values == {"number": 123_456_750}


async def test_blanks_are_no_answer_to_a_required_question(denyut: Bench) -> None:
    running = await ask(denyut, [replace(TEXT, required=True), STARS])
    form = await open_form(denyut, "U0BOB")

    answer = await denyut.submit(
        form, {"survey.score_input:text": "   ", "survey.score_input:stars": "4"}, user="U0BOB"
    )

    assert answer.errors == {"survey.score_input:text": "This question needs an answer."}
    assert own(denyut, running, "U0BOB").values == {}


@pytest.mark.parametrize(
    ("score", "label"),
    [("10", "What do you value most?"), ("7", "What would make it a 9 or 10?"), ("2", "What would have to change?")],
)
async def test_reasons_are_asked_on_a_second_page_in_words_for_the_answer(
    denyut: Bench, score: str, label: str
) -> None:
    running = await ask(denyut, [replace(ENPS, why=Why.ALWAYS), STARS])
    form = await open_form(denyut, "U0BOB")

    answer = await denyut.submit(form, {"survey.score_input:enps": score}, user="U0BOB")
    page = denyut.form()
    assert answer.body["response_action"] == "update"
    assert [block["label"]["text"] for block in page["blocks"] if block["type"] == "input"] == [label]
    thanks = await denyut.submit(page, {"survey.reason_input:enps": "The team"}, user="U0BOB")

    assert "your words are recorded" in json.dumps(thanks.body)
    assert own(denyut, running, "U0BOB").values == {"enps": int(score)}
    assert own(denyut, running, "U0BOB").texts == {"enps": "The team"}


async def test_a_reason_is_asked_only_of_the_answers_it_is_wished_for(denyut: Bench) -> None:
    low = replace(STARS, why=Why.LOW, why_wording={"en": "What went wrong?"})
    other = question(QuestionKind.CHOICE, why=Why.GIVEN, why_after=(2,))
    running = await ask(denyut, [low, other])
    form = await open_form(denyut, "U0BOB")

    await denyut.submit(form, {"survey.score_input:stars": "1", "survey.score_input:choice": "0"}, user="U0BOB")
    page = denyut.form()
    assert [block["label"]["text"] for block in page["blocks"] if block["type"] == "input"] == ["What went wrong?"]
    await denyut.submit(page, {"survey.reason_input:stars": "The noise"}, user="U0BOB")
    await denyut.press(prompt(denyut, "U0BOB"), "Add a reason", user="U0BOB")
    assert field_of(denyut.form(), "stars")["element"]["initial_value"] == "The noise"

    await denyut.press(prompt(denyut, "U0BOB"), "Change my answers", user="U0BOB")
    answer = await denyut.submit(denyut.form(), {"survey.score_input:stars": "5"}, user="U0BOB")
    assert "recorded" in json.dumps(answer.body["view"])
    assert own(denyut, running, "U0BOB").texts == {}, "nobody could see or change that reason any more"
    await denyut.press(prompt(denyut, "U0BOB"), "Add a reason", user="U0BOB")
    assert "No reason is asked" in json.dumps(denyut.form())


async def test_messages_are_the_same_whatever_is_answered(denyut: Bench) -> None:
    low = replace(STARS, why=Why.LOW)
    await ask(denyut, [low, TEXT])
    before = prompt(denyut, "U0CITRA").message
    assert before == prompt(denyut, "U0DEWI").message

    for user, stars in (("U0CITRA", "1"), ("U0DEWI", "5")):
        await denyut.submit(await open_form(denyut, user), {"survey.score_input:stars": stars}, user=user)

    assert prompt(denyut, "U0CITRA").message == prompt(denyut, "U0DEWI").message
    assert prompt(denyut, "U0CITRA").message != before, "the control: it did turn"
    assert len(prompt(denyut, "U0CITRA").history) == len(prompt(denyut, "U0DEWI").history)


async def test_all_prompts_of_the_round_turn_and_who_has_finished_is_not_reminded(denyut: Bench) -> None:
    running = await ask(denyut, [replace(STARS, required=True), TEXT], ("U0BOB", "U0CITRA", "U0DEWI"))
    await denyut.submit(await open_form(denyut, "U0BOB"), {"survey.score_input:stars": "4"}, user="U0BOB")
    denyut.do(lambda db: db.answers.record(running.id, "U0CITRA", texts={"text": "only the optional one"}))
    denyut.now += timedelta(days=4)

    remind(denyut, running.id, "U0BOB", "U0CITRA", "U0DEWI")
    await denyut.tick()

    assert [len(denyut.dms(user)) for user in ("U0BOB", "U0CITRA", "U0DEWI")] == [1, 2, 2]
    assert prompt(denyut, "U0CITRA").message == prompt(denyut, "U0DEWI").message, "it does not tell who began"
    await denyut.submit(await open_form(denyut, "U0CITRA"), {"survey.score_input:stars": "4"}, user="U0CITRA")
    assert {dm.message.text.split(",")[0] for dm in denyut.dms("U0CITRA")} == {"Terima kasih"}


def remind(denyut: Bench, round_id: str, *members: str) -> None:
    owed = [
        NewDelivery(FIRST_REMINDER, round_id, each, denyut.now, expires_at=denyut.now + timedelta(days=1))
        for each in members
    ]
    denyut.do(lambda db: db.deliveries.add_many(owed))


async def test_a_closed_round_takes_nothing_more(denyut: Bench) -> None:
    running = await ask(denyut, [STARS])
    form = await open_form(denyut, "U0BOB")
    shut = replace(running, state=RoundState.CLOSED, closed_at=denyut.now)
    denyut.do(lambda db: db.rounds.update(shut))

    answer = await denyut.submit(form, {ids.SCORE_INPUT: "4"}, user="U0BOB")

    assert "This round is closed" in answer.errors[ids.SCORE_INPUT]
    assert denyut.do(lambda db: db.rounds.answered_count(running.id)) == 0


async def test_who_was_not_asked_gets_no_form_and_records_nothing(denyut: Bench) -> None:
    running = await ask(denyut, [STARS], ("U0BOB", "U0CITRA"))
    form = await open_form(denyut, "U0BOB")
    shown = len(denyut.slack.shown)

    await denyut.press(prompt(denyut, "U0BOB"), "Answer", user="U0EMMA")
    answer = await denyut.submit(form, {ids.SCORE_INPUT: "4"}, user="U0EMMA")

    assert len(denyut.slack.shown) == shown
    assert "not recorded" in answer.errors[ids.SCORE_INPUT]
    assert denyut.do(lambda db: db.rounds.answered_count(running.id)) == 0


async def test_an_option_that_was_never_offered_is_refused(denyut: Bench) -> None:
    running = await ask(denyut, [question(QuestionKind.CHOICES)])
    form = await open_form(denyut, "U0BOB")
    forged = {**form, "blocks": [{**block} for block in form["blocks"]]}
    element = dict(forged["blocks"][1]["element"])
    element["options"] = [*element["options"], {"text": {"type": "plain_text", "text": "x"}, "value": "7"}]
    forged["blocks"][1] = {**forged["blocks"][1], "element": element}

    answer = await denyut.submit(forged, {ids.SCORE_INPUT: ["7"]}, user="U0BOB")

    assert "no longer works" in answer.errors[ids.SCORE_INPUT]
    assert own(denyut, running, "U0BOB").values == {}


class TestVisitors:
    """Guests and people of other companies answer where the author included them, and nowhere else."""

    INCLUDED = Audience(channels=("C0SALES",), included=(LeftOut.GUEST, LeftOut.OUTSIDER))

    async def test_the_included_are_asked_and_can_answer(self, denyut: Bench) -> None:
        running = await ask(denyut, [STARS, TEXT], ("U0GUEST", "U0OUT"), audience=self.INCLUDED)

        for user in ("U0GUEST", "U0OUT"):
            form = await open_form(denyut, user)
            answer = await denyut.submit(form, {"survey.score_input:stars": "4"}, user=user)
            assert answer.errors == {}
            await denyut.press(prompt(denyut, user), ids.ANSWER_CHANGE, user=user)
            await denyut.click(ids.WHY_OPENED, ids.pack(round=running.id), user=user)
            assert "Why" in denyut.form()["title"]["text"]

        assert denyut.do(lambda db: db.rounds.answered_count(running.id)) == 2

    async def test_the_others_hear_what_they_hear_everywhere(self, denyut: Bench) -> None:
        running = await ask(denyut, [STARS, TEXT], ("U0BOB",), audience=self.INCLUDED)

        for user, said in (("U0GUEST", "full members"), ("U0OUT", "members of this workspace only")):
            for action_id in (ids.ANSWER_OPENED, ids.WHY_OPENED, ids.ANSWER_CHANGE):
                await denyut.click(action_id, ids.pack(round=running.id), user=user)
                assert said in denyut.slack.responses[-1][1].text
        assert denyut.slack.shown == []

    async def test_an_invitation_opens_no_other_door(self, denyut: Bench) -> None:
        await ask(denyut, [STARS, TEXT], ("U0GUEST",), audience=self.INCLUDED)

        answer = await denyut.command("/pulse list", user="U0GUEST")

        assert "full members" in answer.text

    async def test_without_being_included_a_prompt_is_not_even_sent(self, denyut: Bench) -> None:
        await ask(denyut, [STARS, TEXT], ("U0GUEST", "U0BOB"))

        assert denyut.dms("U0GUEST") == []
        assert len(denyut.dms("U0BOB")) == 1


class TestNamedRounds:
    async def test_everything_says_that_names_are_shown_and_to_whom(self, denyut: Bench) -> None:
        running = await ask(denyut, [STARS, TEXT], is_named=True, receivers=Receivers(people=("U0CITRA",)))

        sent = prompt(denyut, "U0BOB")
        await denyut.press(sent, ids.WHY_OPENED, user="U0BOB")

        assert "is shown with your name to the person who asks and <@U0CITRA>" in sent.message.text
        said = json.dumps(denyut.form())
        assert "Is it anonymous?* No" in said
        for wrong in ("sealed", "destroyed", "kept without your name"):
            assert wrong not in said + sent.message.text
        form = await open_form(denyut, "U0BOB")
        await denyut.submit(form, {"survey.score_input:stars": "2"}, user="U0BOB")
        assert own(denyut, running, "U0BOB").values == {"stars": 2}
        assert '"2"' not in json.dumps(prompt(denyut, "U0BOB").message.blocks)


@pytest.mark.parametrize(
    ("kind", "opening"), [(FollowUpKind.DONE, "What followed from"), (FollowUpKind.NONE, "Nothing was changed")]
)
@pytest.mark.parametrize("questions", [(STARS, TEXT), (ENPS,)], ids=["many", "alone"])
async def test_the_next_prompt_quotes_what_followed_from_the_round_before(
    denyut: Bench, kind: FollowUpKind, opening: str, questions: tuple[Question, ...]
) -> None:
    running = await ask(denyut, questions, ("U0CITRA",))
    closed = replace(running, state=RoundState.CLOSED, closed_at=denyut.now)
    denyut.do(lambda db: db.rounds.update(closed))
    words = "Fewer <!channel> *meetings*"
    denyut.do(lambda db: db.rounds.set_follow_up(FollowUp(running.id, kind, words, "U0AYU", denyut.now)))
    following = replace(running, id="r2", number=2)
    denyut.do(lambda db: db.rounds.add(following))
    denyut.do(lambda db: db.rounds.invite("r2", {"U0BOB": ""}))

    denyut.do(lambda db: db.deliveries.add(NewDelivery(ASK, "r2", "U0BOB", denyut.now)))
    await denyut.tick()

    sent = prompt(denyut, "U0BOB").message
    assert opening in sent.text
    assert "Fewer &lt;!channel&gt; *meetings*" in sent.text
    quoted = [block["text"] for block in sent.blocks if block["type"] == "section" and words in block["text"]["text"]]
    assert [each["type"] for each in quoted] == ["plain_text"]
    assert "followed" not in prompt(denyut, "U0CITRA").message.text, "the control: the first round had none before"


async def test_it_can_be_answered_from_checkin_and_the_prompt_turns_too(denyut: Bench) -> None:
    running = await ask(denyut, [replace(STARS, required=True), TEXT], title="Friday pulse")

    reply = await denyut.command("/checkin", user="U0BOB")
    assert "*Friday pulse*, <#C0SALES>: 2 questions, open until" in reply.text
    await denyut.press(reply, "Answer", user="U0BOB")
    await denyut.submit(denyut.form(), {"survey.score_input:stars": "4"}, user="U0BOB")

    assert own(denyut, running, "U0BOB").values == {"stars": 4}
    assert "Thank you" in prompt(denyut, "U0BOB").message.text
    assert "Nothing is waiting" in (await denyut.command("/checkin", user="U0BOB")).text


async def test_half_an_answer_still_waits_on_home(denyut: Bench) -> None:
    running = await ask(denyut, [replace(STARS, required=True), TEXT], title="Friday pulse")
    denyut.do(lambda db: db.answers.record(running.id, "U0BOB", texts={"text": "half of it"}))

    await denyut.event({"type": "app_home_opened", "tab": "home", "user": "U0BOB"})
    home = denyut.slack.homes["U0BOB"]
    assert "Friday pulse" in json.dumps(home)
    await denyut.press(home, "Answer", user="U0BOB")
    assert field_of(denyut.form(), "text")["element"]["initial_value"] == "half of it"
    await denyut.submit(denyut.form(), {"survey.score_input:stars": "4"}, user="U0BOB")

    await denyut.event({"type": "app_home_opened", "tab": "home", "user": "U0BOB"})
    assert "Friday pulse" not in json.dumps(denyut.slack.homes["U0BOB"])
