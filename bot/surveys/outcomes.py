"""What the services hand to the views: plain values, no storage behind them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.enps import Change
from bot.domain.publications import Published, PublishedQuestion
from bot.domain.questions import Question
from bot.domain.schedules import Rule
from bot.domain.surveys import FollowUp, NamedAnswer, Round, Survey

LOW_RATE = 60
"""Percent of the asked below which the result comes with a warning: the silent ones may think otherwise."""


@dataclass(frozen=True, slots=True)
class Overview:
    """A survey and where it stands. `next_at` (UTC) is when the next round starts by itself, if it does.
    `waits_for_action`: nobody has said yet what follows from its newest closed round."""

    survey: Survey
    rule: Rule | None = None
    next_at: datetime | None = None
    running: Round | None = None
    answered: int = 0
    waits_for_action: bool = False


@dataclass(frozen=True, slots=True)
class Closing:
    """A round that was closed by hand; `was_asking` is False when nobody had been asked yet."""

    survey: Survey
    asked: int
    answered: int
    was_asking: bool


@dataclass(frozen=True, slots=True)
class Reminding:
    """A reminder by hand. `left` is how many have not answered, None where they are too few to tell; `is_last` says
    that this round will have no other."""

    survey: Survey
    left: int | None
    is_last: bool


class Missing(StrEnum):
    """Why there is no comparison: no round before asked it (FIRST), what came out of that one is NOT_SHOWN, it was
    asked on an OTHER_SCALE, or the RATES of people who answered differ too much."""

    FIRST = "first"
    NOT_SHOWN = "not_comparable"
    OTHER_SCALE = "other_scale"
    RATES = "rates_differ"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A question beside the last round before that asked it: the change (of the eNPS in points, of a mean in steps of
    its scale), or why there is none."""

    change: Change | None = None
    missing: Missing | None = None


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """A question of a closed round: what may be shown of it, the comparison where there can be one for its kind, and
    the comments that may be shown, in an order that says nothing."""

    question: Question
    published: PublishedQuestion
    comparison: Comparison | None = None
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """What a round showed: its eNPS, or a mean."""

    round: Round
    value: float


@dataclass(frozen=True, slots=True)
class Trend:
    """The course over rounds, oldest first: of a question, or (without one) of the means of the questions about a
    driver."""

    points: tuple[TrendPoint, ...]
    question: Question | None = None
    driver: str = ""


@dataclass(frozen=True, slots=True)
class RoundResults:
    """A closed round, for one reader. `people` are the answers with names, only for those of whom the respondents were
    told; `may_act`: this reader may say what follows from what was answered. `in_channel`: the reader is a channel,
    where a mention would call people."""

    survey: Survey
    round: Round
    published: Published
    questions: tuple[QuestionResult, ...]
    trend: Trend | None = None
    people: tuple[NamedAnswer, ...] = ()
    action: FollowUp | None = None
    may_act: bool = False
    in_channel: bool = False


@dataclass(frozen=True, slots=True)
class SurveyResults:
    """What there is to say of a survey: its newest closed round, and the running one with how many answered."""

    survey: Survey
    newest: RoundResults | None
    running: Round | None
    answered: int


def response_rate(answers: int, asked: int) -> float:
    """Answers of asked, in percent."""
    return 100 * answers / asked if asked else 0.0
