"""Results: what is shown of a round, to whom, and what is not."""

from datetime import timedelta

from bot.domain.surveys import RoundState
from bot.slack import ids
from tests.features.harness import Bench
from tests.features.test_surveys import ASKED, CREATE, answered, launched, newest_round, question


async def test_a_round_closes_by_itself_is_sealed_and_its_results_go_to_the_author(denyut: Bench) -> None:
    await denyut.command(CREATE, user="U0BOB")
    await denyut.command("/pulse send", user="U0BOB")
    await denyut.tick()
    await answered(denyut, {"U0AYU": 10, "U0BOB": 9, "U0CITRA": 9, "U0DEWI": 8, "U0EMMA": 3, "U0FAJAR": 10})
    await denyut.tick(newest_round(denyut).closes_at - timedelta(seconds=1))
    assert newest_round(denyut).state is RoundState.OPEN

    await denyut.tick(newest_round(denyut).closes_at)
    await denyut.tick(denyut.now + timedelta(seconds=15))

    closed = newest_round(denyut)
    assert (closed.state, closed.sealed) == (RoundState.CLOSED, True)
    results = next(dm.message for dm in denyut.dms("U0BOB") if dm.message.text.startswith("Results of enps-sales"))
    for part in (
        "eNPS +50",
        "between −18 and +84",
        "Promoters (9–10): 67%, 4",
        "6 of 6 answered (100%)",
        "very uncertain",
    ):
        assert part in results.text
    assert sum(block["type"] == "data_visualization" for block in results.blocks) == 1


async def test_results_are_for_after_the_close(denyut: Bench) -> None:
    await launched(denyut)
    await answered(denyut, dict.fromkeys(ASKED, 10))

    reply = await denyut.command("/pulse hasil")

    assert "6 dari 6 sudah menjawab" in reply.text
    assert "eNPS" not in reply.text


async def test_results_of_too_few_are_not_shown(denyut: Bench) -> None:
    await launched(denyut)
    await answered(denyut, {"U0AYU": 10, "U0BOB": 2, "U0CITRA": 9, "U0DEWI": 8})
    await denyut.command("/pulse close")

    reply = await denyut.command("/pulse results")

    assert "perlu paling sedikit 5" in reply.text
    assert "4 dari 6" in reply.text
    assert "Promotor" not in reply.text


async def test_when_all_answered_alike_only_a_range_is_shown_and_no_comments(denyut: Bench) -> None:
    await launched(denyut)
    await answered(denyut, dict.fromkeys(ASKED, 10))
    await denyut.press(question(denyut, "U0BOB"), ids.REASON_OPENED, user="U0BOB")
    await denyut.submit(denyut.slack.views[-1], {ids.REASON_INPUT: "the coffee"}, user="U0BOB")
    await denyut.command("/pulse close")

    reply = await denyut.command("/pulse results")

    assert "90 atau lebih" in reply.text
    assert "coffee" not in reply.text
    assert "100" not in reply.text.replace("(100%)", "")


async def test_comments_are_shown_once_enough_answered_and_ping_nobody(denyut: Bench) -> None:
    await launched(denyut)
    await answered(denyut, {"U0AYU": 10, "U0BOB": 2, "U0CITRA": 9, "U0DEWI": 8, "U0EMMA": 8})
    await denyut.press(question(denyut, "U0BOB"), ids.REASON_OPENED, user="U0BOB")
    await denyut.submit(denyut.slack.views[-1], {ids.REASON_INPUT: "less <!channel>"}, user="U0BOB")
    await denyut.command("/pulse close")

    reply = await denyut.command("/pulse results")

    assert "less &lt;!channel&gt;" in reply.text
    plain = [block["text"] for block in reply.blocks if block["type"] == "section"]
    assert {"type": "plain_text", "text": "less <!channel>", "emoji": False} in plain


async def test_a_second_round_is_compared_with_the_first_and_drawn_as_a_trend(denyut: Bench) -> None:
    scores = {"U0AYU": 10, "U0BOB": 2, "U0CITRA": 9, "U0DEWI": 8, "U0EMMA": 8, "U0FAJAR": 6}
    for _ in range(2):
        await launched(denyut)
        await answered(denyut, scores)
        await denyut.command("/pulse close")
        denyut.now += timedelta(days=1)

    reply = await denyut.command("/pulse results", user="U0AYU")

    assert "tidak ada perubahan yang jelas" in reply.text
    chart = next(block for block in reply.blocks if block["type"] == "data_visualization")
    assert chart["chart"]["type"] == "line"
