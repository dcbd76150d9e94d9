"""Which groups of a closed round may be shown beside the whole, and the categories in which answers are told apart.

The comparison with other rounds is in `comparisons`, the decision about the whole round in `privacy`.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from bot.domain.enps import EnpsClass, classify
from bot.domain.questions import Question, QuestionKind, chosen
from bot.domain.surveys import Counts, RoundFacts, SegmentFacts

_CLASSES = {EnpsClass.DETRACTOR: 0, EnpsClass.PASSIVE: 1, EnpsClass.PROMOTER: 2}
CHOSEN = 1
"""The category of somebody who chose an option of CHOICES; who did not is in category 0."""


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The groups that may be shown, and for each question (by id) those of them whose counts may be shown for it."""

    shown: tuple[SegmentFacts, ...] = ()
    by_question: Mapping[str, tuple[SegmentFacts, ...]] | None = None

    def of(self, question_id: str) -> tuple[SegmentFacts, ...]:
        return (self.by_question or {}).get(question_id, ())


def category_of(question: Question, value: int) -> int:
    """What must stay uncertain about a person who gave that value: the class for eNPS (2 promoter, 1 passive, 0
    detractor), else the value itself. Of CHOICES each option is a question of its own (see `aspects`).

    Raises ValueError for a value that is not on the scale of an eNPS question.
    """
    return _CLASSES[classify(value, question.scale)] if question.kind is QuestionKind.ENPS else value


def aspects(question: Question, counts: Counts, answers: int) -> tuple[dict[int, int], ...]:
    """How many of the answers fell into each category: once for the question, but for CHOICES once per option (how many
    chose it, and how many did not)."""
    if question.kind is QuestionKind.CHOICES:
        times = Counter(dict.fromkeys(range(len(question.options)), 0))
        for value, count in counts.items():
            times.update(dict.fromkeys(chosen(value), count))
        return tuple({CHOSEN: times[each], 0: answers - times[each]} for each in range(len(question.options)))
    sorted_counts: Counter[int] = Counter()
    for value, count in counts.items():
        sorted_counts[category_of(question, value)] += count
    return (dict(sorted_counts),)


def as_shown(question: Question, counts: Counts) -> dict[int, int]:
    """The counts to show. Of CHOICES not who chose what together (rare combinations are like names), but how often each
    option was chosen, under the value that holds it alone."""
    if question.kind is not QuestionKind.CHOICES:
        return dict(sorted(counts.items()))
    times = {
        2**position: sum(count for value, count in counts.items() if position in chosen(value))
        for position in range(len(question.options))
    }
    return {value: count for value, count in times.items() if count}


def alike(question: Question, counts: Counts, answers: int) -> int | None:
    """The category that all answers fall into. For CHOICES, 1 if every one of them names the same option."""
    for each in aspects(question, counts, answers):
        for category, count in each.items():
            if count == answers and answers and (question.kind is not QuestionKind.CHOICES or category == CHOSEN):
                return category
    return None


def one_sided(question: Question, counts: Counts, answers: int) -> bool:
    """Whether all answers but at most one fall into the same category (for CHOICES: name the same option)."""
    kinds = (CHOSEN,) if question.kind is QuestionKind.CHOICES else None
    return any(
        count >= answers - 1
        for each in aspects(question, counts, answers)
        for category, count in each.items()
        if kinds is None or category in kinds
    )


def broken_down(
    facts: RoundFacts, groups: Sequence[SegmentFacts], questions: Sequence[Question], minimum: int
) -> Breakdown:
    """The groups to show, for the questions whose counts are shown of the whole round.

    A group needs `minimum` answers, in the round and to the question; what is not shown (people without a group
    included) must be nobody, or at least as many people asked and as many answers. Where the rest is too small the
    smallest group is hidden too, until it is not. All this is told by numbers of people alone. If then one of the
    groups, or the rest, is one-sided, the question is not broken down at all.

    Why one-sided, and why all: whoever knows the rules can also read what is left out (Wong, Fu, Wang and Pei 2007,
    "Minimality Attack in Privacy Preserving Data Publishing", VLDB, 543-554). Were only groups that are alike hidden,
    or were they hidden one by one, the missing ones would tell themselves. So nothing does: take any group, all alike.
    Somebody elsewhere said something else, for the whole is not alike; had the two answered the other way round, the
    group would be one-sided still and all else that is published the same. So of nobody in it the answer is certain.

    Nothing is broken down where the groups do not add up to the round, or where all of it would be one group.
    """
    if not adds_up(facts, groups):
        return Breakdown()
    candidates = [each for each in groups if each.segment and each.answered >= minimum]
    shown = _safe(candidates, groups, partial(_is_large, minimum=minimum))
    by_question = {}
    for question in questions:
        able = [each for each in shown if _answers(each, question) >= minimum]
        safe = _safe(able, groups, partial(_has_enough, question, minimum=minimum))
        rest = [each for each in groups if each not in safe]
        if any(_is_one_sided(question, part) for part in (*([each] for each in safe), rest)):
            continue
        if len(safe) > 1 or (safe and any(each.asked for each in rest)):
            by_question[question.id] = tuple(sorted(safe, key=lambda each: each.segment))
    kept = [each for each in shown if any(each in some for some in by_question.values())]
    return Breakdown(tuple(sorted(kept, key=lambda each: each.segment)), by_question)


def adds_up(facts: RoundFacts, groups: Sequence[SegmentFacts]) -> bool:
    """Whether the groups share out exactly the people, the respondents and the answers of the round."""
    everybody = frozenset().union(*(each.asked for each in groups))
    if len({each.segment for each in groups}) < len(groups):
        return False
    if not len(everybody) == sum(len(each.asked) for each in groups) == facts.round.asked:
        return False
    if sum(each.answered for each in groups) != facts.answered:
        return False
    if any(each.answered > len(each.asked) or _answers_too_often(each) for each in groups):
        return False
    return all(+Counter(facts.counts.get(each.id, {})) == added(groups, each.id) for each in facts.round.questions)


def added(groups: Sequence[SegmentFacts], question_id: str) -> Counter[int]:
    """The counts of several groups together."""
    total: Counter[int] = Counter()
    for each in groups:
        total.update(each.counts.get(question_id, {}))
    return +total


def _answers_too_often(group: SegmentFacts) -> bool:
    return any(
        min(counts.values(), default=0) < 0 or sum(counts.values()) > group.answered for counts in group.counts.values()
    )


def _safe(
    candidates: Sequence[SegmentFacts],
    groups: Sequence[SegmentFacts],
    is_safe: Callable[[Sequence[SegmentFacts]], bool],
) -> list[SegmentFacts]:
    """The candidates less the smallest ones, as many of them as it takes for the rest to be safe."""
    shown = sorted(candidates, key=lambda each: (each.answered, len(each.asked), each.segment))
    while shown and not is_safe([each for each in groups if each not in shown]):
        shown.pop(0)
    return shown


def _is_large(rest: Sequence[SegmentFacts], minimum: int) -> bool:
    sizes = (sum(len(each.asked) for each in rest), sum(each.answered for each in rest))
    return all(size == 0 or size >= minimum for size in sizes)


def _answers(group: SegmentFacts, question: Question) -> int:
    return sum(group.counts.get(question.id, {}).values())


def _has_enough(question: Question, rest: Sequence[SegmentFacts], minimum: int) -> bool:
    answers = sum(_answers(each, question) for each in rest)
    return answers == 0 or answers >= minimum


def _is_one_sided(question: Question, groups: Sequence[SegmentFacts]) -> bool:
    counts = added(groups, question.id)
    return bool(counts) and one_sided(question, counts, counts.total())
