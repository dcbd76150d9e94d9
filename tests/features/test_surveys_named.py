"""Rounds with names: shown to those of whom the people asked were told, and to nobody else."""

import pytest

from bot.surveys.results.exporting import COLUMNS, export_comments, export_lines
from tests.features.harness import Bench
from tests.features.survey_rounds import ALL_KINDS, ENPS, WISH, Said, closed, sent, survey_of, told

ANSWERS = {
    "U0CITRA": Said({"enps": 9}, {"enps": "the <!here> team", "wish": "more tea"}),
    "U0DEWI": Said({"enps": 3}, {"wish": "less tea"}),
    "U0EMMA": Said({"enps": 10}),
}
NAMES = ("<@U0CITRA>", "<@U0DEWI>", "<@U0EMMA>")
WORDS = ("more tea", "less tea", "the &lt;!here&gt; team")


async def shown(denyut: Bench, *, is_named: bool = True, author: bool = True) -> None:
    receivers = told(("U0FAJAR",), "C0PAIR", author=author)
    survey = survey_of(denyut, ENPS, WISH, is_named=is_named, receivers=receivers)
    await closed(denyut, survey, ANSWERS)


async def asked_for(denyut: Bench, user: str) -> str:
    return (await denyut.command("/pulse results pulse", user=user)).text


async def test_those_who_were_announced_see_who_said_what(denyut: Bench) -> None:
    await shown(denyut)

    for text in (sent(denyut, "U0BOB")[0], sent(denyut, "U0FAJAR")[0], await asked_for(denyut, "U0BOB")):
        for part in (*NAMES, *WORDS):
            assert part in text
    assert "<@U0CITRA>\n1. 9 of 10 – the &lt;!here&gt; team\n2. more tea" in sent(denyut, "U0BOB")[0]


async def test_an_admin_who_was_not_announced_sees_no_more_than_of_an_anonymous_round(denyut: Bench) -> None:
    await shown(denyut)

    text = await asked_for(denyut, "U0AYU")

    assert "Jawaban terlalu sedikit" in text
    assert "<@U0FAJAR>" in text, "who has the names is said"
    for part in (*NAMES, *WORDS, "eNPS"):
        assert part not in text


async def test_an_author_who_was_not_announced_sees_no_more_either(denyut: Bench) -> None:
    await shown(denyut, author=False)

    text = await asked_for(denyut, "U0BOB")

    assert "Too few answers to show a result" in text
    assert "eNPS +33" in await asked_for(denyut, "U0FAJAR"), "the control"
    for part in (*NAMES, *WORDS, "eNPS"):
        assert part not in text


async def test_a_channel_sees_of_few_nothing(denyut: Bench) -> None:
    await shown(denyut)

    texts = "\n".join(sent(denyut, "C0PAIR"))

    assert "Too few answers to show a result" in texts
    for part in (*NAMES, *WORDS, "eNPS"):
        assert part not in texts


async def test_a_channel_sees_of_many_the_numbers_and_large_groups_alone(denyut: Bench) -> None:
    people = {f"U2P{at:03}": Said({"enps": 3 if at % 3 else 9}, {"wish": f"wish {at}"}) for at in range(13)}
    groups = {each: "Alone" if at == 12 else "North" if at < 6 else "South" for at, each in enumerate(people)}
    survey = survey_of(denyut, ENPS, WISH, is_named=True, receivers=told((), "C0PAIR"), breakdown="attribute:region")

    await closed(denyut, survey, people, groups)

    posted, announced = "\n".join(sent(denyut, "C0PAIR")), "\n".join(sent(denyut, "U0BOB"))
    assert "eNPS" in posted
    assert "13 answers to this question" in posted
    assert "further below" not in posted, "what people wrote does not follow"
    for part in ("wish 3", "<@U2P", "Alone"):
        assert part not in posted
        assert part in announced, "the control"


async def test_who_was_announced_sees_what_changed_between_rounds_of_few(denyut: Bench) -> None:
    survey = survey_of(denyut, ENPS, is_named=True, receivers=told(("U0FAJAR",)))
    for _ in range(2):
        await closed(denyut, survey, ANSWERS)

    assert "(1): +33; 26 Nov 2026 (2): +33" in await asked_for(denyut, "U0FAJAR")
    assert "eNPS" not in await asked_for(denyut, "U0AYU")


async def test_an_anonymous_round_names_nobody_to_anybody(denyut: Bench) -> None:
    """The control: the same answers, without names; for so few nothing is shown at all."""
    await shown(denyut, is_named=False)

    for text in (sent(denyut, "U0BOB")[0], sent(denyut, "U0FAJAR")[0], await asked_for(denyut, "U0AYU")):
        for part in (*NAMES, *WORDS, "eNPS"):
            assert part not in text


async def test_the_export_holds_neither_names_nor_words_of_a_round_with_names(denyut: Bench) -> None:
    await shown(denyut)
    t = denyut.services.texts.t("en")

    lines = denyut.do(lambda db: list(export_lines(db, t)))
    comments = denyut.do(lambda db: list(export_comments(db, t)))

    assert [line[COLUMNS.index("row")] for line in lines[1:]] == ["hidden", "hidden"], "as of an anonymous round"
    assert len(comments) == 1, "the head"
    assert not [cell for line in lines for cell in line if cell.startswith("U0") or "tea" in cell]


@pytest.mark.parametrize("count", [6, 30])
async def test_names_of_many_people_and_questions_are_all_there_over_several_messages(
    denyut: Bench, count: int
) -> None:
    people = {
        f"U2P{at:03}": Said(
            {"enps": at % 11, "goals": 1 + at % 5, "mood": 5, "lunch": 0, "tools": 7, "again": 1, "hours": 100 * at},
            {"wish": f"wish {at} " + "w" * 90},
        )
        for at in range(count)
    }
    await closed(denyut, survey_of(denyut, *ALL_KINDS, is_named=True), people)

    texts = sent(denyut, "U0BOB")
    parts = int(texts[-1].splitlines()[0].rpartition(" ")[2])
    for part in range(len(texts) + 1, parts + 1):
        texts.append((await denyut.command(f"/pulse results pulse {part}", user="U0BOB")).text)

    whole = "\n".join(texts)
    assert all(f"<@U2P{at:03}>" in whole and f"wish {at} w" in whole for at in range(count))
    assert all(len(text) <= 4000 for text in texts)
