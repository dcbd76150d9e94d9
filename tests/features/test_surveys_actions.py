"""What follows from a round: asked once or twice, said by the author, read with the next question."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.surveys import FollowUpKind, Round
from bot.slack import ids
from bot.surveys import service
from bot.surveys.answers.answering import what_followed
from tests.features.harness import Bench
from tests.features.survey_rounds import ENPS, PEOPLE, closed, opened, scores, survey_of, told

SCORES = [10, 9, 9, 8, 3, 10]
WISHED = "We hire two people & <!channel>"


async def done(denyut: Bench, **more: object) -> Round:
    return await closed(denyut, survey_of(denyut, ENPS, **more), scores(SCORES))


def action(denyut: Bench, closed_round: Round) -> object:
    return denyut.do(lambda db: db.rounds.follow_up_of(closed_round.id))


def buttons(denyut: Bench, user: str) -> list[str]:
    return [
        element["text"]["text"]
        for block in denyut.dms(user)[-1].message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]


async def test_the_author_says_it_on_the_results_which_turn_into_their_outcome(denyut: Bench) -> None:
    finished = await done(denyut)
    results = denyut.dms("U0BOB")[-1]
    assert buttons(denyut, "U0BOB") == ["Say what we will do", "No action, because …"]

    await denyut.press(results, "Say what we will do", user="U0BOB")
    answer = await denyut.submit(denyut.form(), {ids.ACTION_INPUT: WISHED}, user="U0BOB")
    await denyut.tick(denyut.now + timedelta(seconds=5))

    said = action(denyut, finished)
    assert (said.kind, said.text, said.by) == (FollowUpKind.DONE, WISHED, "U0BOB")
    assert "reads it with the question" in str(answer.body)
    assert "*What follows:* We hire two people &amp; &lt;!channel&gt;" in results.message.text
    assert "eNPS +50" in results.message.text
    assert buttons(denyut, "U0BOB") == []
    assert "data_visualization" in [block["type"] for block in results.message.blocks]


async def test_no_action_has_a_reason(denyut: Bench) -> None:
    finished = await done(denyut)
    await denyut.press(denyut.dms("U0BOB")[-1], "No action, because …", user="U0BOB")

    empty = await denyut.submit(denyut.form(), {ids.ACTION_INPUT: "  "}, user="U0BOB")
    assert ids.ACTION_INPUT in empty.errors
    assert action(denyut, finished) is None

    await denyut.submit(denyut.form(), {ids.ACTION_INPUT: "all is well"}, user="U0BOB")
    assert action(denyut, finished).kind is FollowUpKind.NONE


@pytest.mark.parametrize(
    ("line", "kind", "text"),
    [
        ("/pulse act pulse we hire two people", FollowUpKind.DONE, "we hire two people"),
        ("/pulse act pulse none because all is well", FollowUpKind.NONE, "all is well"),
        ("/pulse tindak pulse tidak ada, karena semua baik", FollowUpKind.NONE, "semua baik"),
        ("/pulse act pulse nothing: it is fine", FollowUpKind.NONE, "it is fine"),
        ("/pulse act pulse nonetheless we move", FollowUpKind.DONE, "nonetheless we move"),
    ],
)
async def test_text_is_enough(denyut: Bench, line: str, kind: FollowUpKind, text: str) -> None:
    finished = await done(denyut)

    reply = await denyut.command(line, user="U0BOB")

    said = action(denyut, finished)
    assert (said.kind, said.text) == (kind, text)
    assert text in reply.text


async def test_the_command_without_a_text_opens_the_form_with_what_was_said(denyut: Bench) -> None:
    await done(denyut)
    await denyut.command("/pulse act pulse we hire", user="U0BOB")

    await denyut.command("/pulse act pulse", user="U0BOB")

    assert "we hire" in str(denyut.form())


@pytest.mark.parametrize(("user", "may"), [("U0BOB", True), ("U0AYU", True), ("U0CITRA", False), ("U0GUEST", False)])
async def test_only_the_author_and_admins_say_it(denyut: Bench, user: str, may: bool) -> None:
    finished = await done(denyut, receivers=told(("U0CITRA",)))

    await denyut.command("/pulse act pulse we hire", user=user)
    by_click = await denyut.click(ids.ACTION_OPENED, ids.pack(round=finished.id, kind="done"), user=user)

    assert (action(denyut, finished) is not None) is may
    assert by_click.status == 200
    assert bool(denyut.slack.shown) is may


async def test_a_receiver_who_cannot_say_it_sees_what_was_said_but_is_not_asked(denyut: Bench) -> None:
    await done(denyut, receivers=told(("U0CITRA",)))
    assert buttons(denyut, "U0CITRA") == []

    await denyut.command("/pulse act pulse we hire", user="U0BOB")
    await denyut.tick(denyut.now + timedelta(seconds=5))

    assert "*Tindak lanjut:* we hire" in denyut.dms("U0CITRA")[-1].message.text


async def test_it_can_be_changed_until_the_next_round_opens(denyut: Bench) -> None:
    finished = await done(denyut)
    for text in ("first", "second"):
        await denyut.command(f"/pulse act pulse {text}", user="U0BOB")
        await denyut.tick(denyut.now + timedelta(seconds=5))
        assert f"*What follows:* {text}" in denyut.dms("U0BOB")[-1].message.text

    opened(denyut, denyut.do(lambda db: db.surveys.by_handle("pulse")), dict.fromkeys(["U0CITRA", "U0DEWI"], ""))
    reply = await denyut.command("/pulse act pulse third", user="U0BOB")

    assert "has been opened" in reply.text
    assert action(denyut, finished).text == "second"


async def test_too_long_a_text_is_refused_and_changes_nothing(denyut: Bench) -> None:
    finished = await done(denyut)

    reply = await denyut.command("/pulse act pulse " + "x" * 301, user="U0BOB")

    assert "at most 300" in reply.text
    assert action(denyut, finished) is None


async def test_the_author_is_asked_once_more_three_working_days_later_at_work(denyut: Bench) -> None:
    """Closed on a Thursday afternoon: asked on Tuesday."""
    await done(denyut)
    messages = len(denyut.dms("U0BOB"))

    await denyut.ticks(datetime(2026, 12, 1, 7, 0, tzinfo=UTC), every=timedelta(hours=6))
    assert len(denyut.dms("U0BOB")) == messages
    await denyut.ticks(datetime(2026, 12, 8, 9, 0, tzinfo=UTC), every=timedelta(hours=1))

    asked = denyut.dms("U0BOB")[messages:]
    assert len(asked) == 1, "once"
    assert "What follows from them?" in asked[0].message.text
    await denyut.press(asked[0], "Say what we will do", user="U0BOB")
    await denyut.submit(denyut.form(), {ids.ACTION_INPUT: "we hire"}, user="U0BOB")
    await denyut.tick(denyut.now + timedelta(seconds=5))
    assert "is recorded" in asked[0].message.text
    assert "*What follows:* we hire" in asked[0].message.text


@pytest.mark.parametrize("what", ["said", "two rounds later", "removed", "nobody answered"])
async def test_nobody_is_asked_again_when_there_is_nothing_to_say_any_more(denyut: Bench, what: str) -> None:
    survey = survey_of(denyut, ENPS)
    await closed(denyut, survey, {} if what == "nobody answered" else scores(SCORES), silent=6)
    if what == "said":
        await denyut.command("/pulse act pulse we hire", user="U0BOB")
    elif what == "removed":
        await denyut.command("/pulse delete pulse", user="U0BOB")
    elif what == "two rounds later":
        await closed(denyut, survey, {}, silent=6)
    messages = len(denyut.dms("U0BOB"))

    await denyut.ticks(datetime(2026, 12, 2, 9, 0, tzinfo=UTC), every=timedelta(hours=3))

    assert len(denyut.dms("U0BOB")) == messages


async def test_where_nobody_answered_nobody_is_asked_what_follows(denyut: Bench) -> None:
    await closed(denyut, survey_of(denyut, ENPS), {}, silent=6)

    assert buttons(denyut, "U0BOB") == []


async def test_what_was_not_said_before_the_next_round_is_still_asked_for_and_read_in_that_one_and_the_next(
    denyut: Bench,
) -> None:
    """A weekly round closes at the moment the next one opens: its author could never have said it before."""
    survey = survey_of(denyut, ENPS)
    finished = await closed(denyut, survey, scores(SCORES))
    second = opened(denyut, survey, dict.fromkeys(PEOPLE[:6], ""))
    denyut.now += timedelta(days=2)

    for text in ("first", "we hire"):
        reply = await denyut.command(f"/pulse act pulse {text}", user="U0BOB")
        assert "It is recorded" in reply.text
    assert action(denyut, finished).text == "we hire"
    assert denyut.do(lambda db: what_followed(db, second)).text == "we hire", "in its reminders"

    denyut.do(lambda db: service.close_round(db, denyut.now, second))
    await denyut.tick()
    third = opened(denyut, survey, dict.fromkeys(PEOPLE[:6], ""))
    assert denyut.do(lambda db: what_followed(db, third)).text == "we hire"

    denyut.do(lambda db: service.close_round(db, denyut.now, third))
    await denyut.tick()
    fourth = opened(denyut, survey, dict.fromkeys(PEOPLE[:6], ""))
    assert denyut.do(lambda db: what_followed(db, fourth)) is None, "not again and again"


async def test_what_a_round_opened_with_is_not_read_again_in_the_one_after_it(denyut: Bench) -> None:
    survey = survey_of(denyut, ENPS)
    await closed(denyut, survey, scores(SCORES))
    await denyut.command("/pulse act pulse we hire", user="U0BOB")
    denyut.now += timedelta(days=1)
    second = await closed(denyut, survey, scores(SCORES))
    third = opened(denyut, survey, dict.fromkeys(PEOPLE[:6], ""))

    assert denyut.do(lambda db: what_followed(db, second)).text == "we hire"
    assert denyut.do(lambda db: what_followed(db, third)) is None


async def test_while_the_next_round_asks_the_author_is_asked_all_the_same(denyut: Bench) -> None:
    survey = survey_of(denyut, ENPS)
    await closed(denyut, survey, scores(SCORES))
    opened(denyut, survey, dict.fromkeys(PEOPLE[:6], ""))

    await denyut.ticks(datetime(2026, 12, 2, 9, 0, tzinfo=UTC), every=timedelta(hours=3))

    assert "What follows from them?" in denyut.dms("U0BOB")[-1].message.text
