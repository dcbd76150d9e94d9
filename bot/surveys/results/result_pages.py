"""How the results of a round are shared out over messages. The same for every language: what counts is what could at
most be said of each item, so that a page fits wherever it is read. How an item is worded is the views' matter.

Slack takes 50 blocks a message, 3,000 characters a paragraph, and shows 4,000 of the text that screen readers read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from bot.domain.actions import ACTION_LENGTH
from bot.domain.publications import PublishedSegment
from bot.domain.questions import KINDS, Question, QuestionKind, Wording
from bot.domain.surveys import MANAGER, Dimension, NamedAnswer
from bot.slack.blocks import cut, escape
from bot.surveys.outcomes import QuestionResult, RoundResults

BUDGET = 3100
BLOCKS = 38
HEAD = 700
"""Title, who was asked, how many answered, and the question what follows: on the first page."""
ASKED_LENGTH = 130
TEXT_SHOWN = 2200
"""More than that of a comment, escaped, is not in what screen readers read: nobody writes so many "&"."""
GROUPS_SHOWN = 20
GROUPS_ROOM = 1500
GROUP_NAME = 40
HEADLINES = (
    (QuestionKind.ENPS,),
    (QuestionKind.AGREEMENT, QuestionKind.STARS),
    (QuestionKind.YES_NO, QuestionKind.NUMBER),
    (QuestionKind.CHOICE, QuestionKind.CHOICES),
)
_SENTENCES = {
    QuestionKind.ENPS: 650,
    QuestionKind.AGREEMENT: 400,
    QuestionKind.STARS: 400,
    QuestionKind.YES_NO: 350,
    QuestionKind.NUMBER: 400,
    QuestionKind.CHOICE: 330,
    QuestionKind.CHOICES: 330,
    QuestionKind.TEXT: 300,
}
_OPTION_NUMBERS = 40
_GROUP_NUMBERS = 60
_HEADING = 300
_TREND_POINT = 26


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody wrote to a question; `is_first`: the others to it follow."""

    question: Question
    text: str
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups beside each other: who answered in each and the result of one question (`is_headline`), or just
    another question. `result` is None where none of the questions can be told in one word."""

    result: QuestionResult | None
    is_headline: bool = False


Item = QuestionResult | Groups | Comment | NamedAnswer
Page = tuple[Item, ...]


def pages(results: RoundResults) -> tuple[Page, ...]:
    """The messages of a round, in order; the first may be empty, as it also says how many answered."""
    found: list[list[Item]] = [[]]
    room, blocks = BUDGET - _head(results), BLOCKS
    for item in items(results):
        needed = weight(item, results)
        if needed > room or not blocks:
            found.append([])
            room, blocks = BUDGET, BLOCKS
        found[-1].append(item)
        room, blocks = room - needed, blocks - 1
    return tuple(tuple(each) for each in found)


def items(results: RoundResults) -> Iterator[Item]:
    """Everything there is to say, in the order in which it is read: comments never beside the numbers they go with."""
    if has_too_few(results):
        return
    yield from results.questions
    if results.round.definition.breakdown and not (results.in_channel and _calls_people(results)):
        headline = _headline(results)
        yield Groups(headline, is_headline=True)
        for each in results.questions:
            if each is not headline and _is_told_by_group(results, each):
                yield Groups(each)
    yield from results.people
    if not results.people:
        for each in results.questions:
            for at, text in enumerate(each.comments):
                yield Comment(each.question, text, is_first=not at)


def has_too_few(results: RoundResults) -> bool:
    """Whether too few answered for anything to be shown, which is said once instead of question by question. Who is
    told names sees what few said, too."""
    return not results.people and results.published.answered < results.round.min_score


def _calls_people(results: RoundResults) -> bool:
    """Whether the groups can only be named by mentions that would call somebody: user groups, managers."""
    return results.round.definition.breakdown in (Dimension.GROUP, MANAGER)


def shown_segments(results: RoundResults) -> tuple[PublishedSegment, ...]:
    """The groups that are told: of many the largest, by name."""
    largest = sorted(results.published.segments, key=lambda each: (-each.asked, each.segment))[:GROUPS_SHOWN]
    lengths = _group_lengths(results, largest)
    fitting = sum(total <= GROUPS_ROOM for total in accumulate(lengths))
    return tuple(sorted(largest[:fitting], key=lambda each: each.segment))


def weight(item: Item, results: RoundResults) -> int:
    """How many characters an item takes at most, in any language."""
    match item:
        case QuestionResult(question=question):
            return asked_length(question) + _SENTENCES[question.kind] + _options_length(question)
        case Groups(result=result):
            groups = sum(_group_lengths(results, shown_segments(results)))
            return (asked_length(result.question) if result else 0) + _HEADING + groups
        case Comment(question=question, text=text, is_first=is_first):
            return (asked_length(question) + _HEADING if is_first else 0) + min(len(escape(text)), TEXT_SHOWN) + 4
        case NamedAnswer(question_id=question_id, text=text):
            asked = results.round.definition.question(question_id)
            return 60 + min(len(escape(text)), TEXT_SHOWN) + (_longest_answer(asked) if asked else 0)


def asked_length(question: Question) -> int:
    """The length of a question, escaped, in its longest language."""
    return _longest(question.wording) or ASKED_LENGTH


def _head(results: RoundResults) -> int:
    """How many characters the first page needs for what stands there besides the questions. There is always room for
    what follows: once that is said, the first message changes, and the others stay as they were sent."""
    title, trend = results.round.definition.title, results.trend
    needed = HEAD + len(escape(title)) + ACTION_LENGTH
    if trend is None:
        return needed
    return needed + len(trend.points) * _TREND_POINT + (asked_length(trend.question) if trend.question else 0)


def _group_lengths(results: RoundResults, segments: Sequence[PublishedSegment]) -> list[int]:
    """A line about each group: its name, the numbers, and the option that was chosen most."""
    options = (_longest(each) for result in results.questions for each in result.question.options)
    rest = _GROUP_NUMBERS + min(max(options, default=0), 5 * GROUP_NAME)
    return [len(escape(cut(each.segment, GROUP_NAME))) + rest for each in segments]


def _headline(results: RoundResults) -> QuestionResult | None:
    """The question that the groups are compared by."""
    told = [each for each in results.questions if KINDS[each.question.kind].is_counted]
    shown = [each for each in told if _is_told_by_group(results, each)]
    for candidates in (shown, told):
        for kinds in HEADLINES:
            found = next((each for each in candidates if each.question.kind in kinds), None)
            if found is not None:
                return found
    return None


def _is_told_by_group(results: RoundResults, result: QuestionResult) -> bool:
    return any(
        one.question_id == result.question.id and one.hidden is None
        for segment in results.published.segments
        for one in segment.questions
    )


def _options_length(question: Question) -> int:
    return sum(_longest(each) + _OPTION_NUMBERS for each in question.options)


def _longest_answer(question: Question) -> int:
    if question.kind is QuestionKind.CHOICES:
        return sum(_longest(each) + 2 for each in question.options)
    return max((_longest(each) for each in question.options), default=30)


def _longest(wording: Wording) -> int:
    return max((len(escape(text)) for text in wording.values()), default=0)
