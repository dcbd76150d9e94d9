"""What may be published of a round, decided once, at its close. Everything that shows results reads what was decided.

How answers are stored so that they cannot be linked is storage's matter; the statistics are in `enps` and `averages`,
the groups in `breakdowns`, and the comparison with other rounds in `comparisons`. The thresholds follow what trusted
survey products agree on: a score from 5 answers, comments from 10 respondents, never below 3.

What an attacker is taken to know: who was asked, the groups, everything published, and who answered the round at hand;
of other rounds not who answered, but that people may have given the same answer there. What is told on purpose: a round
whose people all answered alike is shown as a range, which whoever knows the rules can read as "all of them".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.breakdowns import Breakdown, alike, as_shown, broken_down, category_of
from bot.domain.comparisons import (
    EarlierRound,
    asks_alike,
    is_too_close,
    people_of,
    same_question,
    shown_before,
    told_before,
)
from bot.domain.enps import EnpsClass, Interval, Tally, tally
from bot.domain.publications import Hidden, Published, PublishedQuestion, PublishedSegment
from bot.domain.questions import KINDS, Question, QuestionKind, possible
from bot.domain.surveys import Counts, Round, RoundFacts, RoundState, SegmentFacts

__all__ = [
    "FLOOR",
    "MIN_COMMENTS",
    "MIN_SCORE",
    "EarlierRound",
    "Hidden",
    "Publication",
    "Thresholds",
    "asks_alike",
    "category_of",
    "publication",
    "publish",
    "publish_named",
    "range_of",
    "same_question",
    "thresholds",
    "value_range",
]

MIN_SCORE = 5
MIN_COMMENTS = 10
FLOOR = 3
_SMALL_GROUP = 10  # people asked: fewer could never reach MIN_COMMENTS
_MIN_COMMENTS_SMALL = 5
_RANGES = {
    EnpsClass.PROMOTER: Interval(90.0, 100.0),
    EnpsClass.PASSIVE: Interval(-10.0, 10.0),
    EnpsClass.DETRACTOR: Interval(-100.0, -90.0),
}
_CLASSES = (EnpsClass.DETRACTOR, EnpsClass.PASSIVE, EnpsClass.PROMOTER)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How many answers a score needs, and how many respondents comments need. Frozen in the round at launch."""

    min_score: int
    min_comments: int


@dataclass(frozen=True, slots=True)
class Publication:
    """All that may be shown of a round's eNPS question: how many of the asked answered it, and either the `tally`, or
    the class everybody was `alike` in (to be shown as the range `range_of` it), or the reason why it is `hidden`."""

    answers: int
    asked: int
    tally: Tally | None
    alike: EnpsClass | None
    hidden: Hidden | None
    comments_shown: bool


def thresholds(asked: int) -> Thresholds:
    """The thresholds for a group of that many people, to be stated in the invitation and frozen at launch."""
    comments = _MIN_COMMENTS_SMALL if asked < _SMALL_GROUP else MIN_COMMENTS
    return Thresholds(max(MIN_SCORE, FLOOR), max(comments, FLOOR))


def publish(facts: RoundFacts, segments: Sequence[SegmentFacts], earlier: Sequence[EarlierRound]) -> Published:
    """Everything that may ever be shown of a closed round. The same facts always give the same.

    `segments` share out everybody who was asked, people without a group included (segment ""; one such segment when
    nothing is broken down): whom the round asked is known from them. `earlier` are the rounds to compare with; those
    that do not matter are passed over. Fails closed: a round that is not closed shows nothing, numbers that contradict
    each other are hidden, people who are not known are taken to be too close to any earlier round.

    Also of a round with names: this is what everybody sees who was not announced as one who sees them (those see
    `publish_named`). Question by question: a score needs the round's minimum of answers; texts and reasons need the
    minimum for comments of people who answered the round, and the question's counts to be shown; where all answered
    alike there is only the category. An option that everybody chose would say so of each of them, so that such a
    question of several choices is hidden; an option nobody chose is shown like a value of a scale that nobody gave
    (other options stay open for everybody). Groups: see `breakdowns`. Where the comparison with earlier rounds would
    tell somebody's answer, first the groups and then the question go.
    """
    questions = {each.id: _whole(facts, each) for each in facts.round.questions}
    if facts.round.state is not RoundState.CLOSED:
        return _together(facts, questions, segments, Breakdown())
    minimum = _minimum(facts.round)
    counted = [each for each in facts.round.questions if questions[each.id].counts]
    groups_shown = {**(broken_down(facts, segments, counted, minimum).by_question or {})}
    for question in facts.round.questions:
        one = questions[question.id]
        if one.hidden or not KINDS[question.kind].is_counted:
            continue
        before, told = shown_before(facts.round, question, earlier), told_before(facts.round, question, earlier)
        known = people_of(facts.round, segments)
        if is_too_close(question, one, known, groups_shown.get(question.id, ()), before, told, minimum):
            groups_shown.pop(question.id, None)
            if is_too_close(question, one, known, (), before, told, minimum):
                questions[question.id] = PublishedQuestion(one.question_id, one.answers, hidden=Hidden.TOO_CLOSE)
    kept = {each.segment: each for groups in groups_shown.values() for each in groups}
    return _together(facts, questions, segments, Breakdown(tuple(kept[each] for each in sorted(kept)), groups_shown))


def publish_named(facts: RoundFacts, segments: Sequence[SegmentFacts]) -> Published:
    """Everything a closed round with names says, for those of whom the respondents were told that they see it, and for
    nobody else: never to be stored as what was published. `segments` as for `publish`.

    No minimum, and every group; nothing before the close, and nothing of numbers that contradict each other. Raises
    ValueError for an anonymous round.
    """
    if not facts.round.definition.is_named:
        raise ValueError(f"round {facts.round.id} was not asked with names")
    questions = {each.id: _told(facts, each) for each in facts.round.questions}
    is_closed = facts.round.state is RoundState.CLOSED
    groups = tuple(sorted((each for each in segments if each.segment and is_closed), key=lambda each: each.segment))
    return _together(facts, questions, segments, Breakdown(groups, dict.fromkeys(questions, groups)))


def publication(facts: RoundFacts) -> Publication:
    """What may be shown of a round's eNPS question, as it was decided at the close.

    STILL_OPEN before that. A round without an eNPS question has no answers to it, which are TOO_FEW.
    """
    round_, published = facts.round, facts.round.published
    if round_.state is not RoundState.CLOSED or published is None:
        return Publication(facts.answered, round_.asked, None, None, Hidden.STILL_OPEN, comments_shown=False)
    question = round_.definition.enps
    one = published.question(question.id) if question else None
    if question is None or one is None:
        return Publication(0, round_.asked, None, None, Hidden.TOO_FEW, comments_shown=False)
    if one.hidden or one.alike is not None:
        same = None if one.hidden or one.alike is None else _CLASSES[one.alike]
        return Publication(one.answers, round_.asked, None, same, one.hidden, comments_shown=False)
    return Publication(one.answers, round_.asked, tally(one.counts, question.scale), None, None, one.texts_shown)


def range_of(alike: EnpsClass) -> Interval:
    """The range of scores to show in place of a round in which all answered alike, in points: 90 and above, -10 to 10,
    or -90 and below."""
    return _RANGES[alike]


def value_range(question: Question, category: int) -> tuple[int, int] | None:
    """The range of values to show in place of a scale on which all gave the same value: it and its neighbours, cut at
    the ends. None for kinds whose values have no neighbours (of these it is only said that all answered alike) and for
    eNPS, whose range is `range_of` the class."""
    if question.kind not in (QuestionKind.AGREEMENT, QuestionKind.STARS):
        return None
    return max(question.low, category - 1), min(question.high, category + 1)


def _minimum(round_: Round) -> int:
    return max(round_.min_score, FLOOR)


def _whole(facts: RoundFacts, question: Question) -> PublishedQuestion:
    """What may be shown of a question for the whole round, were it the only round and not broken down."""
    counts, answers = _counted(facts, question)
    if unknown := _unknown(facts, question, counts, answers):
        return unknown
    texts_shown = facts.answered >= max(facts.round.min_comments, FLOOR)
    if not KINDS[question.kind].is_counted:
        reason = None if texts_shown and answers else Hidden.TOO_FEW
        return PublishedQuestion(question.id, answers, hidden=reason, texts_shown=reason is None)
    if answers < _minimum(facts.round):
        return PublishedQuestion(question.id, answers, hidden=Hidden.TOO_FEW)
    same = alike(question, counts, answers)
    if same is not None and question.kind is QuestionKind.CHOICES:
        return PublishedQuestion(question.id, answers, hidden=Hidden.TOO_CLOSE)
    if same is not None:
        return PublishedQuestion(question.id, answers, alike=same)
    return PublishedQuestion(question.id, answers, as_shown(question, counts), texts_shown=texts_shown)


def _told(facts: RoundFacts, question: Question) -> PublishedQuestion:
    """What those who see names see of a question."""
    counts, answers = _counted(facts, question)
    if unknown := _unknown(facts, question, counts, answers):
        return unknown
    if not answers:
        return PublishedQuestion(question.id, 0, hidden=Hidden.TOO_FEW)
    return PublishedQuestion(question.id, answers, as_shown(question, counts), texts_shown=True)


def _counted(facts: RoundFacts, question: Question) -> tuple[dict[int, int], int]:
    """How often each value was given, and how many answered the question."""
    counts = {value: count for value, count in facts.counts.get(question.id, {}).items() if count}
    if KINDS[question.kind].is_counted:
        return counts, sum(counts.values())
    return counts, len(facts.texts.get(question.id, ()))


def _unknown(facts: RoundFacts, question: Question, counts: Counts, answers: int) -> PublishedQuestion | None:
    """A question of which nothing can be said to anybody."""
    if facts.round.state is not RoundState.CLOSED:
        return PublishedQuestion(question.id, 0, hidden=Hidden.STILL_OPEN)
    if not _is_sound(facts, question, counts, answers):
        return PublishedQuestion(question.id, 0, hidden=Hidden.UNSOUND)
    return None


def _is_sound(facts: RoundFacts, question: Question, counts: Counts, answers: int) -> bool:
    if not 0 <= facts.answered <= facts.round.asked or answers > facts.answered:
        return False
    if not KINDS[question.kind].is_counted:
        return not counts
    offered = possible(question)
    whole = all(isinstance(value, int) and not isinstance(value, bool) and value in offered for value in counts)
    return whole and all(count > 0 for count in counts.values())


def _together(
    facts: RoundFacts,
    questions: Mapping[str, PublishedQuestion],
    segments: Sequence[SegmentFacts],
    breakdown: Breakdown,
) -> Published:
    names = {each.segment for each in breakdown.shown}
    is_sound = 0 <= facts.answered <= facts.round.asked
    hidden = [each for each in segments if each.segment not in names] if names else []
    return Published(
        facts.answered if is_sound else 0,
        facts.round.asked,
        tuple(questions[each.id] for each in facts.round.questions),
        tuple(_segment(facts, each, questions, breakdown) for each in breakdown.shown),
        sum(bool(each.segment) for each in hidden),
        sum(len(each.asked) for each in hidden),
    )


def _segment(
    facts: RoundFacts, group: SegmentFacts, questions: Mapping[str, PublishedQuestion], breakdown: Breakdown
) -> PublishedSegment:
    return PublishedSegment(
        group.segment,
        len(group.asked),
        group.answered,
        tuple(
            _in_segment(facts.round, each, group, questions[each.id], group in breakdown.of(each.id))
            for each in facts.round.questions
            if KINDS[each.kind].is_counted
        ),
    )


def _in_segment(
    round_: Round, question: Question, group: SegmentFacts, whole: PublishedQuestion, is_shown: bool
) -> PublishedQuestion:
    counts = {value: count for value, count in group.counts.get(question.id, {}).items() if count}
    answers = sum(counts.values())
    if is_shown and answers and whole.hidden is None:
        return PublishedQuestion(question.id, answers, as_shown(question, counts))
    few = answers < _minimum(round_)
    return PublishedQuestion(question.id, answers, hidden=Hidden.TOO_FEW if few else Hidden.TOO_CLOSE)
