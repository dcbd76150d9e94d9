"""Results: what is shown of a round, to whom, and what is not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.app import build_registry
from bot.domain.bank import BANK
from bot.domain.privacy import Hidden
from bot.domain.questions import Question, QuestionKind
from bot.domain.surveys import RoundState
from bot.slack import ids
from tests.features.harness import Bench
from tests.features.survey_rounds import (
    ALL_KINDS,
    ENPS,
    GOALS,
    LUNCH,
    MOOD,
    PEOPLE,
    WISH,
    Said,
    closed,
    scores,
    sent,
    survey_of,
    told,
)
from tests.features.survey_steps import changed
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
    await denyut.tick()

    reply = await denyut.command("/pulse results")

    assert "perlu paling sedikit 5" in reply.text
    assert "4 dari 6" in reply.text
    assert "Promotor" not in reply.text


async def test_that_too_few_answered_is_said_once_and_not_question_by_question(denyut: Bench) -> None:
    await closed(denyut, survey_of(denyut, ENPS, GOALS, MOOD, LUNCH), scores([10, 9, 8, 3]), silent=8)

    told_author = [each.message.text for each in denyut.dms("U0BOB")]

    assert len(told_author) == 1
    assert told_author[0].count("at least 5") == 1
    assert "4 of 12 answered" in told_author[0]
    assert "Which lunch" not in told_author[0]


async def test_when_all_answered_alike_only_a_range_is_shown_and_no_comments(denyut: Bench) -> None:
    await launched(denyut)
    await answered(denyut, dict.fromkeys(ASKED, 10))
    await denyut.press(question(denyut, "U0BOB"), ids.REASON_OPENED, user="U0BOB")
    await denyut.submit(denyut.slack.views[-1], {ids.REASON_INPUT: "the coffee"}, user="U0BOB")
    await denyut.command("/pulse close")
    await denyut.tick()

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
    await denyut.tick()

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
        await denyut.tick()
        denyut.now += timedelta(days=1)

    reply = await denyut.command("/pulse results", user="U0AYU")

    assert "tidak ada perubahan yang jelas" in reply.text
    chart = next(block for block in reply.blocks if block["type"] == "data_visualization")
    assert chart["chart"]["type"] == "line"


MIXED = {
    person: Said(
        {
            "enps": [10, 9, 9, 8, 3, 10, 7, 9, 10, 6, 9, 8][at],
            "goals": [5, 4, 4, 2, 3, 5, 4, 4, 1, 5, 4, 4][at],
            "mood": [5, 4, 4, 2, 3, 5, 4, 4, 1, 5, 4, 3][at],
            "lunch": at % 2,
            "tools": [1, 2, 3][at % 3],
            "again": int(at > 3),
            "hours": 800 + 50 * at,
        },
        {"wish": f"wish {at}", "goals": f"because {at}"},
    )
    for at, person in enumerate(PEOPLE[:12])
}


async def test_a_round_of_every_kind_says_each_with_its_number_of_answers(denyut: Bench) -> None:
    survey = survey_of(denyut, *ALL_KINDS, title="Monthly pulse")
    await closed(denyut, survey, MIXED)

    whole = "\n".join(sent(denyut, "U0BOB"))

    for part in (
        "Results of pulse, round 1",
        "Monthly pulse",
        "<#C0SALES>, closed on 26 Nov 2026",
        "12 of 12 answered (100%)",
        "1. How likely are you to recommend",
        "*eNPS +42*",
        "2. Our goals are clear",
        "*3.75 of 5 on average*",
        "between 2.98 and 4.52",
        "75% agree, 17% disagree.",
        "1: 1×, 2: 1×, 3: 1×, 4: 6×, 5: 3×",
        "• ",
        "Soto: 50%, 6 answers",
        "Pecel: 0%, 0 answers",
        "Phone: 67%, 8 answers",
        "Several could be chosen",
        "Yes: 67%, 8 answers",
        "No: 33%, 4 answers",
        "*10.75 on average*",
        "12 answers in words",
        "12 answers to this question.",
        "wish 7",
    ):
        assert part in whole, part
    assert whole.count("12 answers to this question.") == 7


async def test_the_option_chosen_most_often_comes_first(denyut: Bench) -> None:
    survey = survey_of(denyut, LUNCH)
    await closed(denyut, survey, scores([2, 2, 2, 1, 1, 0], LUNCH))

    text = sent(denyut, "U0BOB")[0]

    assert text.index("Pecel: 50%") < text.index("Rawon: 33%") < text.index("Soto: 17%")


async def test_comments_stand_by_question_after_all_numbers_and_in_an_order_that_says_nothing(denyut: Bench) -> None:
    survey = survey_of(denyut, GOALS, WISH)
    await closed(
        denyut, survey, {each: Said({"goals": said.values["goals"]}, said.texts) for each, said in MIXED.items()}
    )

    whole = "\n".join(sent(denyut, "U0BOB"))

    assert whole.index("2. What do you wish for") < whole.index("because 3")
    assert whole.index("1. Our goals are clear (12 comments") < whole.index("because 3") < whole.index("wish 3")
    shown = [line.removeprefix("• wish ") for line in whole.splitlines() if line.startswith("• wish ")]
    assert sorted(shown, key=int) == [str(at) for at in range(12)]
    assert shown != sorted(shown, key=int)


async def test_a_round_too_long_for_one_message_is_several_and_nothing_is_lost(denyut: Bench) -> None:
    survey = survey_of(denyut, ENPS)
    words = {person: Said({"enps": 9 - at % 4}, {"enps": f"{at:02} " + "x" * 700})
             for at, person in enumerate(PEOPLE[:12])}  # fmt: skip
    await closed(denyut, survey, words)

    texts = sent(denyut, "U0BOB")

    assert [text.splitlines()[0].split(", ")[-1] for text in texts] == ["round 1", *(
        f"part {part} of {len(texts)}" for part in range(2, len(texts) + 1))]  # fmt: skip
    assert 3 <= len(texts) <= 6
    assert all(f"• {at:02} x" in "\n".join(texts) for at in range(12))
    assert all(len(text) <= 4000 for text in texts)


async def test_very_long_results_are_read_on_page_by_page(denyut: Bench) -> None:
    survey = survey_of(denyut, ENPS)
    words = {person: Said({"enps": 9 - at % 4}, {"enps": f"{at:02} " + "x" * 900}) for at, person in enumerate(PEOPLE)}
    await closed(denyut, survey, words)

    texts = sent(denyut, "U0BOB")
    assert len(texts) == 6
    assert "Read on with `/pulse results pulse 7`" in texts[-1]

    reply = await denyut.command("/pulse results pulse 7", user="U0BOB")
    assert "part 7 of" in reply.text
    await denyut.press(reply, "Read on", user="U0BOB")
    assert "part 8 of" in denyut.slack.responses[-1][1].text
    assert denyut.slack.responses[-1][2], "it turns into the next page"
    parts = int(reply.text.splitlines()[0].rpartition(" ")[2])
    pages = [(await denyut.command(f"/pulse results pulse {page}", user="U0BOB")).text for page in range(7, parts + 1)]
    said = [line[2:4] for text in (*texts, *pages) for line in text.splitlines() if line.startswith("• ")]
    assert sorted(said) == [f"{at:02}" for at in range(40)], "every comment once"


async def test_before_and_after_somebody_left_the_second_result_is_hidden_and_says_so_kindly(denyut: Bench) -> None:
    survey = survey_of(denyut, ENPS)
    eight = scores([10, 9, 9, 8, 3, 10, 7, 9])
    first = await closed(denyut, survey, eight)
    denyut.now += timedelta(days=7)
    seven = dict(list(eight.items())[1:])
    second = await closed(denyut, survey, seven)

    assert first.published.question("enps").counts
    assert second.published.question("enps").hidden is Hidden.TOO_CLOSE
    text = sent(denyut, "U0BOB")[-1]
    assert "stays hidden to protect the people who answered" in text
    assert "7 of 7 answered" in text
    for part in ("Promoters", "eNPS +", "points since", "Over time"):
        assert part not in text
    assert "eNPS" in sent(denyut, "U0BOB")[0], "the control: the first one is shown"


async def test_the_same_people_again_are_shown_again(denyut: Bench) -> None:
    """The control of the one before: nobody left, so that nothing can be worked out."""
    survey = survey_of(denyut, ENPS)
    for _ in range(2):
        second = await closed(denyut, survey, scores([10, 9, 9, 8, 3, 10, 7, 9]))
        denyut.now += timedelta(days=7)

    assert second.published.question("enps").counts
    assert "no clear change" in sent(denyut, "U0BOB")[-1]


async def test_a_drawn_question_is_compared_with_the_round_that_asked_it_last(denyut: Bench) -> None:
    drawn = Question("drawn1", QuestionKind.AGREEMENT, bank=next(iter(BANK)), low=1, high=5)
    survey = survey_of(denyut, drawn)
    await closed(denyut, survey, scores([1, 2, 2, 1, 3, 2, 1, 2, 1, 2], drawn))
    denyut.now += timedelta(days=7)
    denyut.do(lambda db: db.surveys.update(replace(survey, definition=replace(survey.definition, questions=(MOOD,)))))
    await closed(denyut, denyut.do(lambda db: db.surveys.get(survey.id)), scores([4, 5, 3, 4, 5, 4, 4, 5, 3, 5], MOOD))
    denyut.now += timedelta(days=7)
    again = replace(survey, definition=replace(survey.definition, questions=(replace(drawn, id="drawn9"),)))
    denyut.do(lambda db: db.surveys.update(again))
    await closed(denyut, again, scores([4, 5, 3, 4, 5, 4, 4, 5, 3, 5], replace(drawn, id="drawn9")))

    text = sent(denyut, "U0BOB")[-1]

    assert "+2.5 since it was asked before: a clear change." in text
    assert "average over time: 26 Nov 2026: 1.7; 10 Dec 2026: 4.2." in text


async def test_few_who_answered_are_said_with_what_the_score_could_be(denyut: Bench) -> None:
    survey = survey_of(denyut, ENPS)
    await closed(denyut, survey, scores([10, 9, 9, 8, 3, 10]), silent=6)

    text = sent(denyut, "U0BOB")[0]

    assert "6 of 12 answered (50%)" in text
    assert "it could be anywhere between −25 and +75" in text


async def test_few_who_answered_are_said_where_there_is_no_score_too(denyut: Bench) -> None:
    survey = survey_of(denyut, GOALS)
    await closed(denyut, survey, scores([1, 2, 3, 4, 5, 5], GOALS), silent=6)

    assert "Fewer than 60% answered" in sent(denyut, "U0BOB")[0]


class TestReceivers:
    async def test_author_people_and_channel_get_them_each_once(self, denyut: Bench) -> None:
        survey = survey_of(denyut, ENPS, receivers=told(("U0CITRA", "U0BOB"), "C0PAIR"))
        await closed(denyut, survey, scores([10, 9, 9, 8, 3, 10]))
        await denyut.tick(denyut.now + timedelta(hours=1))

        assert [len(sent(denyut, place)) for place in ("U0BOB", "U0CITRA", "C0PAIR")] == [1, 1, 1]
        assert sent(denyut, "U0CITRA")[0].startswith("Hasil pulse"), "in her own language"
        assert [sent(denyut, place) for place in ("U0AYU", "U0DEWI", "C0SALES")] == [[], [], []]

    async def test_a_channel_gets_a_chart_and_no_buttons(self, denyut: Bench) -> None:
        survey = survey_of(denyut, ENPS, receivers=told((), "C0PAIR"))
        await closed(denyut, survey, scores([10, 9, 9, 8, 3, 10]))

        kinds = [[block["type"] for block in posted.message.blocks] for posted in
                 (denyut.posts("C0PAIR")[-1], denyut.dms("U0BOB")[-1])]  # fmt: skip
        assert ["data_visualization" in each for each in kinds] == [True, True]
        assert ["actions" in each for each in kinds] == [False, True]

    async def test_who_was_not_named_gets_nothing_even_the_author(self, denyut: Bench) -> None:
        survey = survey_of(denyut, ENPS, receivers=told(("U0CITRA",), author=False))
        await closed(denyut, survey, scores([10, 9, 9, 8, 3, 10]))

        assert sent(denyut, "U0BOB") == []
        assert len(sent(denyut, "U0CITRA")) == 1

    @pytest.mark.parametrize(("user", "may"), [("U0CITRA", True), ("U0AYU", True), ("U0BOB", True), ("U0DEWI", False)])
    async def test_only_they_the_author_and_admins_may_ask_for_them(self, denyut: Bench, user: str, may: bool) -> None:
        survey = survey_of(denyut, ENPS, receivers=told(("U0CITRA",)))
        await closed(denyut, survey, scores([10, 9, 9, 8, 3, 10]))

        reply = await denyut.command("/pulse results pulse", user=user)

        assert ("eNPS +50" in reply.text) is may

    async def test_a_receiver_who_is_no_member_any_more_gets_nothing(self, denyut: Bench) -> None:
        survey = survey_of(denyut, ENPS, receivers=told(("U0GONE", "U0OUT", "U0CITRA")))
        await closed(denyut, survey, scores([10, 9, 9, 8, 3, 10]))

        assert [len(sent(denyut, each)) for each in ("U0GONE", "U0OUT", "U0CITRA")] == [0, 0, 1]


async def test_rounds_closed_before_this_was_kept_are_decided_by_the_job(denyut: Bench) -> None:
    survey = survey_of(denyut, ENPS)
    done = await closed(denyut, survey, scores([10, 9, 9, 8, 3, 10]))
    denyut.do(lambda db: db.rounds.update(replace(done, published=None)))
    nothing = await denyut.command("/pulse results pulse", user="U0BOB")
    assert "eNPS" not in nothing.text

    denyut.registry = build_registry(denyut.services.texts)  # a new process
    await denyut.tick()

    reply = await denyut.command("/pulse results pulse", user="U0BOB")
    assert "eNPS +50" in reply.text


async def test_where_the_author_has_left_an_admin_hears_once_that_there_are_results(denyut: Bench) -> None:
    survey = survey_of(denyut, ENPS, author="U0CITRA")
    await closed(denyut, survey, scores([10, 9, 9, 8, 3, 10]))
    assert len(sent(denyut, "U0CITRA")) == 1
    assert not [each for each in denyut.dms("U0AYU") if "U0CITRA" in each.message.text], "the control: she is there"

    changed(denyut, "U0CITRA", is_deleted=True)
    for _ in range(2):
        await closed(denyut, survey, scores([10, 9, 9, 8, 3, 10]))

    assert len(sent(denyut, "U0CITRA")) == 1
    told_admin = [each.message.text for each in denyut.dms("U0AYU") if "<@U0CITRA>" in each.message.text]
    assert len(told_admin) == 1
    assert "`/pulse hasil pulse`" in told_admin[0]


async def test_right_after_the_close_results_are_on_their_way(denyut: Bench) -> None:
    await launched(denyut)
    await answered(denyut, dict.fromkeys(ASKED, 10))
    await denyut.command("/pulse close")

    assert "baru saja ditutup" in (await denyut.command("/pulse hasil")).text
    await denyut.tick()
    assert "baru saja ditutup" not in (await denyut.command("/pulse hasil")).text
