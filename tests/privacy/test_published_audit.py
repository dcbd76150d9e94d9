"""What was published is audited again: what the bot itself publishes passes, and what tells too much is named."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain import privacy
from bot.domain.comparisons import EarlierRound
from bot.domain.publications import Hidden, Published, PublishedQuestion, PublishedSegment
from bot.domain.surveys import Definition, NamedAnswer, Round, RoundFacts, RoundState, SegmentFacts
from bot.privacy_check.published import audit
from tests.storage import samples
from tests.storage.samples import NOW

PEOPLE = [f"U{number:03}" for number in range(30)]
MIXED = {9: 8, 8: 7, 3: 5}


def shown(counts: dict[int, int], *, texts: bool = False) -> PublishedQuestion:
    return PublishedQuestion("enps", sum(counts.values()), counts, texts_shown=texts)


def closed(
    published: Published, *, number: int = 1, segments: dict[str, str] | None = None, asked: int = 30
) -> EarlierRound:
    moment = NOW + timedelta(days=7 * number)
    found: Round = samples.round_of("s", number=number, state=RoundState.CLOSED, closed_at=moment, asked=asked)
    people = segments or dict.fromkeys(PEOPLE[:asked], "")
    return EarlierRound(replace(found, published=published, answered=published.answered), people)


def whole(counts: dict[int, int], **more: object) -> Published:
    answers = sum(counts.values())
    return Published(answers, 30, (shown(counts),), **more)  # type: ignore[arg-type]


def said(*rounds: EarlierRound) -> list[str]:
    return [each.what for each in audit(rounds, lambda *_: None)]


def group(name: str, asked: int, counts: dict[int, int]) -> PublishedSegment:
    return PublishedSegment(name, asked, sum(counts.values()), (shown(counts),))


HALVES = {member: "east" if at < 15 else "west" for at, member in enumerate(PEOPLE)}


def test_what_the_bot_publishes_passes() -> None:
    definition: Definition = replace(samples.DEFINITION, breakdown="group")
    east, west = {9: 5, 3: 4}, {9: 3, 8: 7, 3: 1}
    running = replace(closed(whole(MIXED)).round, definition=definition)
    people = {name: frozenset(each for each in PEOPLE if HALVES[each] == name) for name in ("east", "west")}
    facts = RoundFacts(running, 20, {"enps": {9: 8, 8: 7, 3: 5}})
    segments = [
        SegmentFacts("east", people["east"], sum(east.values()), {"enps": east}),
        SegmentFacts("west", people["west"], sum(west.values()), {"enps": west}),
    ]

    published = privacy.publish(facts, segments, [])

    assert [each.segment for each in published.segments] == ["east", "west"], "the control: there is something to audit"
    assert said(EarlierRound(replace(running, published=published), HALVES)) == []


@pytest.mark.parametrize(
    ("published", "words"),
    [
        (whole({9: 2, 3: 2}), "4 answers are fewer than 5"),
        (whole({9: 12}), "all answered alike"),
        (Published(7, 30, (shown({9: 4, 3: 3}, texts=True),)), "comments of 7 people"),
        (whole(MIXED, segments_hidden=1, hidden_asked=2), "have 2 people"),
        (whole(MIXED, segments=(group("east", 15, {9: 2, 3: 1}),)), "a group of 3 answers"),
        (whole(MIXED, segments=(group("east", 15, {9: 8}),)), "answered alike"),
        (whole(MIXED, segments=(group("east", 15, {9: 8, 8: 6, 3: 4}),)), "2 answers are left"),
        (whole(MIXED, segments=(group("east", 15, {9: 8, 8: 1, 3: 5}),)), "outside the groups"),
        (whole(MIXED, segments=(group("east", 15, {9: 9, 3: 3}),)), "more than the whole"),
    ],
)
def test_a_round_that_tells_too_much_is_named(published: Published, words: str) -> None:
    found = said(closed(published, segments=HALVES))

    assert found
    assert words in found[0]


def test_a_newcomer_between_two_rounds_is_named() -> None:
    """Everybody answered both times; whoever was added is the difference."""
    first = Published(10, 10, (shown({9: 6, 3: 4}),))
    second = Published(11, 11, (shown({9: 6, 3: 5}),))

    found = said(closed(first, number=1, asked=10), closed(second, number=2, asked=11))

    assert len(found) == 1
    assert "beside an earlier round" in found[0]


def test_two_rounds_of_the_same_people_pass() -> None:
    first = Published(10, 10, (shown({9: 6, 3: 4}),))
    second = Published(10, 10, (shown({9: 5, 3: 5}),))

    assert said(closed(first, number=1, asked=10), closed(second, number=2, asked=10)) == []


def test_rounds_that_showed_nothing_are_passed_over() -> None:
    telling = closed(whole({9: 1, 3: 1}))

    assert said(telling), "the control"
    assert said(EarlierRound(replace(telling.round, published=None), {})) == []


def test_what_everybody_sees_of_a_round_with_names_is_audited_as_well() -> None:
    telling = closed(whole({9: 1, 3: 1}))
    named = replace(telling.round, definition=replace(telling.round.definition, is_named=True))

    assert said(EarlierRound(named, telling.asked)) == said(telling)


def test_a_newcomer_after_a_round_with_names_is_named_also_where_that_one_showed_no_numbers() -> None:
    first = closed(Published(10, 10, (PublishedQuestion("enps", 10, hidden=Hidden.TOO_CLOSE),)), asked=10)
    second = closed(Published(11, 11, (shown({9: 6, 3: 5}),)), number=2, asked=11)
    answers = tuple(NamedAnswer(member, "enps", 9 if at < 6 else 3) for at, member in enumerate(PEOPLE[:10]))

    assert said(first, second) == [], "the control"
    assert "beside an earlier round" in said(replace(first, told=answers), second)[0]
