"""A question beside the rounds before: what changed, and its course over time. Only from what was published.

Arithmetic is the domain's (`enps`, `averages`); how it is worded and drawn belongs to the views.
"""

from collections.abc import Iterable, Sequence

from bot.domain import averages, enps
from bot.domain.enps import Change
from bot.domain.privacy import same_question
from bot.domain.publications import PublishedQuestion
from bot.domain.questions import HUNDREDTHS, Question, QuestionKind
from bot.domain.surveys import Round
from bot.surveys.outcomes import Comparison, Missing, Trend, TrendPoint, response_rate

RATES_APART = 20
"""Rounds whose response rates lie further apart than this (in percentage points) are not compared."""
TREND_ROUNDS = 12
TREND_FROM = 2
SCALES = (QuestionKind.AGREEMENT, QuestionKind.STARS)
COMPARED = (QuestionKind.ENPS, *SCALES, QuestionKind.YES_NO, QuestionKind.NUMBER)
"""Kinds of questions that have one number that can rise or fall: the score, or the mean (of yes as 1 and no as 0)."""


def comparison(closed: Round, question: Question, earlier: Sequence[Round]) -> Comparison | None:
    """A question of a round beside the last of the `earlier` rounds (newest first) that asked it. None where its kind
    has nothing to compare, or where it is not shown itself."""
    now = _shown(closed, question)
    if question.kind not in COMPARED or now is None:
        return None
    found = next(
        ((each, one) for each in earlier for one in each.questions if _asks(closed, question, each, one)), None
    )
    if found is None:
        return Comparison(missing=Missing.FIRST)
    before, asked = found
    then = _shown(before, asked)
    if (asked.low, asked.high) != (question.low, question.high):
        return Comparison(missing=Missing.OTHER_SCALE)
    if then is None:
        return Comparison(missing=Missing.NOT_SHOWN)
    if abs(response_rate(then.answers, before.asked) - response_rate(now.answers, closed.asked)) > RATES_APART:
        return Comparison(missing=Missing.RATES)
    return Comparison(_change(question, then, now))


def course(closed: Round, earlier: Sequence[Round]) -> Trend | None:
    """The course up to this round of its eNPS question; without one, of its first scale that has a course, else of the
    first driver that has. `earlier` are the rounds before, newest first. None where no two rounds show anything."""
    rounds = [*reversed(earlier[: TREND_ROUNDS - 1]), closed]
    asked = (
        [closed.definition.enps] if closed.definition.enps else [each for each in closed.questions if _is_scale(each)]
    )
    for question in asked:
        points = tuple(_points(closed, question, rounds))
        if len(points) >= TREND_FROM:
            return Trend(points, question)
    if closed.definition.enps:
        return None
    for driver in dict.fromkeys(each.driver for each in asked if each.driver):
        scale = next((each.low, each.high) for each in asked if each.driver == driver)
        points = tuple(_driver_points(driver, scale, rounds))
        if len(points) >= TREND_FROM:
            return Trend(points, driver=driver)
    return None


def value_of(question: Question, shown: PublishedQuestion) -> float:
    """The eNPS of what is shown of an eNPS question, else the mean, of numbers in their own unit."""
    if question.kind is QuestionKind.ENPS:
        return enps.score(enps.tally(shown.counts, question.scale))
    unit = HUNDREDTHS if question.kind is QuestionKind.NUMBER else 1
    return averages.mean(shown.counts) / unit


def _asks(closed: Round, question: Question, other: Round, one: Question) -> bool:
    """Also on another scale: then there is no comparison, and it is said why."""
    if same_question(closed.survey_id, question, other.survey_id, one):
        return True
    return one.kind is question.kind and (one.id, one.bank) == (question.id, question.bank)


def _shown(round_: Round, question: Question) -> PublishedQuestion | None:
    one = round_.published.question(question.id) if round_.published else None
    return one if one and one.hidden is None and one.counts else None


def _change(question: Question, before: PublishedQuestion, after: PublishedQuestion) -> Change:
    if question.kind is QuestionKind.ENPS:
        return enps.compare(enps.tally(before.counts, question.scale), enps.tally(after.counts, question.scale))
    change = averages.compare(before.counts, after.counts)
    unit = HUNDREDTHS if question.kind is QuestionKind.NUMBER else 1
    return Change(change.points / unit, change.p, change.is_clear)


def _points(closed: Round, question: Question, rounds: Iterable[Round]) -> Iterable[TrendPoint]:
    for each in rounds:
        for one in each.questions:
            if same_question(closed.survey_id, question, each.survey_id, one) and _scale(one) == _scale(question):
                shown = _shown(each, one)
                if shown:
                    yield TrendPoint(each, value_of(one, shown))


def _driver_points(driver: str, scale: tuple[int, int], rounds: Iterable[Round]) -> Iterable[TrendPoint]:
    for each in rounds:
        about = [one for one in each.questions if one.driver == driver and _is_scale(one) and _scale(one) == scale]
        values = [value_of(one, shown) for one in about if (shown := _shown(each, one))]
        if values:
            yield TrendPoint(each, sum(values) / len(values))


def _is_scale(question: Question) -> bool:
    return question.kind in SCALES


def _scale(question: Question) -> tuple[int, int]:
    return question.low, question.high
