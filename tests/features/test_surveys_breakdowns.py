"""Results by group: what is told of each, as a table or as mentions, and what is not and why."""

import pytest

from bot.domain.audiences import Audience
from bot.domain.surveys import Round
from tests.features.harness import Bench
from tests.features.survey_rounds import ENPS, GOALS, LUNCH, PEOPLE, Said, closed, sent, survey_of, told

SCORES = [10, 9, 3, 8, 2, 10, 7, 9, 1, 10, 6, 9, 5, 10, 9, 4, 8, 10]
JAKARTA, MAKASSAR = "Asia/Jakarta", "Asia/Makassar"


def grouped(sizes: dict[str, int]) -> dict[str, str]:
    names = [name for name, size in sizes.items() for _ in range(size)]
    return dict(zip(PEOPLE, names, strict=False))


def said(segments: dict[str, str]) -> dict[str, Said]:
    return {
        person: Said({"enps": SCORES[at % 18], "goals": 1 + at % 5, "lunch": at % 3})
        for at, person in enumerate(segments)
    }


async def by_group(denyut: Bench, breakdown: str, sizes: dict[str, int], *questions: object) -> Round:
    survey = survey_of(denyut, *(questions or (ENPS,)), breakdown=breakdown)  # type: ignore[arg-type]
    segments = grouped(sizes)
    return await closed(denyut, survey, said(segments), segments)


def tables(denyut: Bench, user: str = "U0BOB") -> list[list[list[str]]]:
    return [
        [[cell["text"] for cell in row] for row in block["rows"]]
        for posted in denyut.dms(user)
        for block in posted.message.blocks
        if block["type"] == "table"
    ]


async def test_each_group_stands_in_a_table_and_in_words(denyut: Bench) -> None:
    await by_group(denyut, "zone", {JAKARTA: 9, MAKASSAR: 9})

    assert tables(denyut) == [
        [["Group", "Answered", "eNPS"], [JAKARTA, "9/9", "+11"], [MAKASSAR, "9/9", "+22"]],
    ]
    text = "\n".join(sent(denyut, "U0BOB"))
    assert "By office time zone" in text
    assert f"• {JAKARTA}: eNPS +11, 9 of 9 answered" in text


async def test_a_group_that_is_too_small_takes_the_smallest_other_with_it_and_that_is_said(denyut: Bench) -> None:
    await by_group(denyut, "attribute:team", {"Blue": 8, "Green": 8, "Red": 6, "Tiny": 2})

    text = "\n".join(sent(denyut, "U0BOB"))

    assert [row[0] for row in tables(denyut)[0][1:]] == ["Blue", "Green"]
    for hidden in ("Red", "Tiny"):
        assert hidden not in text
    assert "By team" in text
    assert "2 groups are not shown" in text
    assert "in none of the groups above: 8" in text


async def test_where_no_group_may_be_shown_that_is_said_and_the_whole_is_shown_all_the_same(denyut: Bench) -> None:
    await by_group(denyut, "zone", {JAKARTA: 9, MAKASSAR: 2})

    text = "\n".join(sent(denyut, "U0BOB"))

    assert tables(denyut) == []
    assert "Nothing is shown by group" in text
    assert "9 of 9" not in text
    assert "11 of 11 answered" in text


@pytest.mark.parametrize(
    ("breakdown", "names", "shown"),
    [
        ("channel", ("C0ONE", "C0TWO"), "<#C0ONE>"),
        ("group", ("S0ONE", "S0TWO"), "<!subteam^S0ONE>"),
        ("attribute:manager", ("U0EMMA", "U0DEWI"), "<@U0EMMA>"),
    ],
)
async def test_what_only_slack_can_name_is_mentioned_instead_of_put_into_cells(
    denyut: Bench, breakdown: str, names: tuple[str, str], shown: str
) -> None:
    await by_group(denyut, breakdown, {names[0]: 9, names[1]: 9})

    assert tables(denyut) == []
    assert f"• {shown}: eNPS +11, 9 of 9 answered" in "\n".join(sent(denyut, "U0BOB"))


async def test_an_imported_group_is_text_whatever_it_is_called(denyut: Bench) -> None:
    await by_group(denyut, "attribute:team", {"<!channel>": 9, "Sales & Co": 9})

    text = "\n".join(sent(denyut, "U0BOB"))
    assert "<!channel>" not in text
    assert "• &lt;!channel&gt;: eNPS" in text
    assert tables(denyut)[0][1][0] == "<!channel>", "a cell is plain text"


async def test_of_many_questions_the_first_that_counts_heads_the_table_and_the_rest_are_told_in_words(
    denyut: Bench,
) -> None:
    await by_group(denyut, "zone", {JAKARTA: 9, MAKASSAR: 9}, LUNCH, GOALS, ENPS)

    assert tables(denyut)[0][0] == ["Group", "Answered", "eNPS"]
    text = "\n".join(sent(denyut, "U0BOB"))
    assert f"• {JAKARTA}: Average 2.78" in text
    assert f"• {MAKASSAR}: Top choice Soto" in text


async def test_a_round_without_groups_says_nothing_of_them(denyut: Bench) -> None:
    await by_group(denyut, "", {"": 12})

    text = "\n".join(sent(denyut, "U0BOB"))
    assert "By " not in text
    assert "by group" not in text


@pytest.mark.parametrize(
    ("breakdown", "names", "call"),
    [("group", ("S0ONE", "S0TWO"), "<!subteam^"), ("attribute:manager", ("U0EMMA", "U0DEWI"), "<@")],
)
async def test_a_post_in_a_channel_calls_nobody(
    denyut: Bench, breakdown: str, names: tuple[str, str], call: str
) -> None:
    audience = Audience(groups=names) if breakdown == "group" else Audience(people=(*names, "U0CITRA"))
    survey = survey_of(denyut, ENPS, audience=audience, breakdown=breakdown, receivers=told((), "C0PAIR"))
    segments = grouped({names[0]: 9, names[1]: 9})
    await closed(denyut, survey, said(segments), segments)

    assert call in "\n".join(sent(denyut, "U0BOB")), "the control: in private they are named"
    (posted,) = sent(denyut, "C0PAIR")
    assert call not in posted
    assert "18 of 18 answered" in posted
