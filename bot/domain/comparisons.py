"""What a round shows of a question, compared with what earlier rounds showed of the same question.

Here rounds are turned into sets of people and counts; what can be worked out from those is `disclosure`'s matter.
Compared are categories, for eNPS the classes (not the single scores); and nobody is taken to remember who answered in
other rounds, nor to know who was silent in one of two rounds that are compared. Two kinds of readers are reckoned with:
those who see what was published, and those who were also shown who said what in earlier rounds with names.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.breakdowns import added, as_shown, aspects
from bot.domain.disclosure import Cell, too_close
from bot.domain.publications import Published, PublishedQuestion
from bot.domain.questions import Question, QuestionKind
from bot.domain.surveys import Counts, NamedAnswer, Round, SegmentFacts

LOOK_BACK = timedelta(days=400)
"""Rounds that closed longer before this one are not compared with it."""


@dataclass(frozen=True, slots=True)
class EarlierRound:
    """A round that was closed before, of any survey of the workspace, and who was `asked` in it: the group (segment)
    each member belonged to, "" for none. What was shown of it is in its `published`; of a round with names, who said
    what was `told` to some besides."""

    round: Round
    asked: Mapping[str, str]
    told: tuple[NamedAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """What was shown of a question in a round, as cells: by aspect of the question (for CHOICES one per option)."""

    by_aspect: tuple[tuple[Cell, ...], ...]


Told = Mapping[str, tuple[int, ...]]
"""The category of each person who answered a question under their name, by aspect of the question."""


def same_question(a_survey_id: str, a: Question, b_survey_id: str, b: Question) -> bool:
    """Whether two rounds asked the same: the same question of the bank, or the same one of the same survey, answered in
    the same categories (of different scales only eNPS has those)."""
    same = (a.bank == b.bank) if a.bank and b.bank else (a_survey_id == b_survey_id and a.id == b.id)
    scales = a.kind is QuestionKind.ENPS or (a.low, a.high) == (b.low, b.high)
    return same and a.kind is b.kind and scales


def asks_alike(a_survey_id: str, a: Question, b_survey_id: str, b: Question) -> bool:
    """Whether what people answer to one tells what they answer to the other: the same question, two eNPS questions
    however they are worded, or the same words in another survey, with the same options. Whoever wants to know what one
    person said could otherwise ask the others the same once more, under another name."""
    if same_question(a_survey_id, a, b_survey_id, b):
        return True
    if a.kind is not b.kind or a.kind is QuestionKind.ENPS:
        return a.kind is b.kind
    return (a.low, a.high, a.options) == (b.low, b.high, b.options) and bool(_words(a) & _words(b))


def people_of(round_: Round, segments: Sequence[SegmentFacts]) -> frozenset[str] | None:
    """Everybody the round asked, or None if the groups do not share them out."""
    everybody = frozenset[str]().union(*(each.asked for each in segments))
    is_known = len(everybody) == sum(len(each.asked) for each in segments) == round_.asked
    return everybody if is_known else None


def is_too_close(
    question: Question,
    one: PublishedQuestion,
    people: frozenset[str] | None,
    groups: Sequence[SegmentFacts],
    before: Sequence[Shown | None],
    told: Told,
    minimum: int,
) -> bool:
    """Whether what is to be shown of a question would, with what was shown before, or was `told` with names, tell
    somebody's answer: `one` of the `people` asked, and the counts of `groups`. People who are not known are too close
    to anything."""
    if not before and not told:
        return False
    if people is None or any(each is None for each in before):
        return True
    counted = [(each, added([each], question.id)) for each in groups]
    parts = [(group.asked, as_shown(question, counts), counts.total()) for group, counts in counted]
    return tells(_cells(question, one, people, parts), [each for each in before if each is not None], told, minimum)


def tells(now: Shown, before: Sequence[Shown], told: Told, minimum: int) -> bool:
    """Whether what is shown now would tell somebody's answer: to who saw what was shown before, or to who also knows
    what some had said under their names."""
    for at, cells in enumerate(now.by_aspect):
        earlier = [each.by_aspect[at] for each in before]
        if too_close(cells, earlier, minimum):
            return True
        with_names = _with_names(told, at, [*cells, *(cell for each in earlier for cell in each)])
        if with_names and too_close(cells, [with_names, *earlier], minimum):
            return True
    return False


def shown_before(round_: Round, question: Question, earlier: Sequence[EarlierRound]) -> list[Shown | None]:
    """What earlier rounds showed of questions that ask alike, newest first; None for one whose people are not known any
    more. Of rounds with names, what was shown to everybody; see `told_before`."""
    found = []
    for each, asked in _alike_before(round_, question, earlier):
        one = each.round.published.question(asked.id) if each.round.published else None
        if each.round.published and one is not None and one.hidden is None:
            found.append(_of_earlier(each, each.round.published, asked, one))
    return found


def told_before(round_: Round, question: Question, earlier: Sequence[EarlierRound]) -> Told:
    """What people said with their names to questions that ask alike, each the last time."""
    found: dict[str, tuple[int, ...]] = {}
    for each, asked in _alike_before(round_, question, earlier):
        for answer in each.told:
            if answer.question_id == asked.id and answer.value is not None:
                categories = tuple(next(iter(+Counter(one))) for one in aspects(asked, {answer.value: 1}, 1))
                found.setdefault(answer.member_id, categories)
    return found


def _alike_before(
    round_: Round, question: Question, earlier: Sequence[EarlierRound]
) -> Iterator[tuple[EarlierRound, Question]]:
    """Earlier rounds that are compared, newest first, with each of their questions that asks alike."""
    since = _closed_at(round_) - LOOK_BACK
    for each in sorted(earlier, key=lambda each: (_closed_at(each.round), each.round.id), reverse=True):
        if each.round.id == round_.id or _closed_at(each.round) < since:
            continue
        for asked in each.round.questions:
            if asks_alike(round_.survey_id, question, each.round.survey_id, asked):
                yield each, asked


def _with_names(told: Told, at: int, cells: Sequence[Cell]) -> tuple[Cell, ...]:
    """What is known of single people, as cells of all whom the other cells do not tell apart and who said the same: as
    much as one cell for each of them would tell, and far fewer."""
    people: defaultdict[tuple[int, tuple[bool, ...]], set[str]] = defaultdict(set)
    for person, categories in told.items():
        inside = tuple(person in each.people for each in cells)
        if any(inside):
            people[categories[at], inside].add(person)
    return tuple(
        Cell(frozenset(members), {category: len(members)}, len(members)) for (category, _), members in people.items()
    )


def _words(question: Question) -> set[str]:
    """A question's own words in each language, however they are spaced and capitalised."""
    return {" ".join(text.casefold().split()) for text in question.wording.values()} - {""}


def _of_earlier(
    earlier: EarlierRound, published: Published, question: Question, one: PublishedQuestion
) -> Shown | None:
    groups = []
    for segment in published.segments:
        people = frozenset(member for member, group in earlier.asked.items() if group == segment.segment)
        part = next((each for each in segment.questions if each.question_id == question.id), None)
        if len(people) != segment.asked:
            return None
        if part is not None and part.hidden is None:
            groups.append((people, part.counts, part.answers))
    if len(earlier.asked) != published.asked:
        return None
    return _cells(question, one, frozenset(earlier.asked), groups)


def _cells(
    question: Question,
    one: PublishedQuestion,
    people: frozenset[str],
    groups: Sequence[tuple[frozenset[str], Counts, int]],
) -> Shown:
    """The whole, the groups, and the rest, whose counts anybody can work out."""
    if one.alike is not None:
        return Shown(((Cell(people, {one.alike: one.answers}, one.answers),),))
    sets = [(people, one.counts, one.answers), *groups]
    if groups:
        counts = Counter(one.counts)
        for _, shown, _ in groups:
            counts.subtract(shown)
        outside = people.difference(*(members for members, _, _ in groups))
        sets.append((outside, counts, one.answers - sum(answers for _, _, answers in groups)))
    cells = [
        [Cell(members, each, answers) for each in aspects(question, counts, answers)]
        for members, counts, answers in sets
        if answers
    ]
    return Shown(tuple(zip(*cells, strict=True)))


def _closed_at(round_: Round) -> datetime:
    return round_.closed_at or round_.closes_at
