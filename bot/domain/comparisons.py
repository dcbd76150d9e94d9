"""What a round shows of a question, compared with what earlier rounds showed of the same question.

Here rounds are turned into sets of people and counts; what can be worked out from those is `disclosure`'s matter.
Compared are categories, for eNPS the classes (not the single scores); and nobody is taken to remember who answered in
other rounds, nor to know who was silent in one of two rounds that are compared.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.breakdowns import added, as_shown, aspects
from bot.domain.disclosure import Cell, too_close
from bot.domain.publications import Published, PublishedQuestion
from bot.domain.questions import Question, QuestionKind
from bot.domain.surveys import Counts, Round, SegmentFacts

LOOK_BACK = timedelta(days=400)
"""Rounds that closed longer before this one are not compared with it."""


@dataclass(frozen=True, slots=True)
class EarlierRound:
    """A round that was closed before, of any survey of the workspace, and who was `asked` in it: the group (segment)
    each member belonged to, "" for none. What was shown of it is in its `published`."""

    round: Round
    asked: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """What was shown of a question in a round, as cells: by aspect of the question (for CHOICES one per option)."""

    by_aspect: tuple[tuple[Cell, ...], ...]


def same_question(a_survey_id: str, a: Question, b_survey_id: str, b: Question) -> bool:
    """Whether two rounds asked the same: the same question of the bank, or the same one of the same survey, answered in
    the same categories (of different scales only eNPS has those)."""
    same = (a.bank == b.bank) if a.bank and b.bank else (a_survey_id == b_survey_id and a.id == b.id)
    scales = a.kind is QuestionKind.ENPS or (a.low, a.high) == (b.low, b.high)
    return same and a.kind is b.kind and scales


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
    minimum: int,
) -> bool:
    """Whether what is to be shown of a question would, with what was shown before, tell somebody's answer: `one` of the
    `people` asked, and the counts of `groups`. People who are not known are too close to anything."""
    if not before:
        return False
    if people is None or any(each is None for each in before):
        return True
    counted = [(each, added([each], question.id)) for each in groups]
    parts = [(group.asked, as_shown(question, counts), counts.total()) for group, counts in counted]
    now = _cells(question, one, people, parts)
    known = [each for each in before if each is not None]
    return any(
        too_close(cells, [each.by_aspect[at] for each in known], minimum) for at, cells in enumerate(now.by_aspect)
    )


def shown_before(round_: Round, question: Question, earlier: Sequence[EarlierRound]) -> list[Shown | None]:
    """What earlier rounds showed of the same question, newest first; None for one whose people are not known any more.
    Rounds that showed names are left out: there is nothing to keep from those who saw them."""
    since = _closed_at(round_) - LOOK_BACK
    found = []
    for each in sorted(earlier, key=lambda each: (_closed_at(each.round), each.round.id), reverse=True):
        if each.round.id == round_.id or each.round.definition.is_named or _closed_at(each.round) < since:
            continue
        for asked in each.round.questions:
            if same_question(round_.survey_id, question, each.round.survey_id, asked) and each.round.published:
                one = each.round.published.question(asked.id)
                if one is not None and one.hidden is None:
                    found.append(_of_earlier(each, each.round.published, asked, one))
    return found


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
