"""What the services hand to the views: plain values, no storage behind them."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.enps import Certainty, Change, Interval
from bot.domain.privacy import Publication
from bot.domain.schedules import Rule
from bot.domain.surveys import Round, Survey

LOW_RATE = 60
"""Percent of the asked below which the result comes with a warning: the silent ones may think otherwise."""


@dataclass(frozen=True, slots=True)
class Overview:
    """A survey and where it stands. `next_at` (UTC) is when the next round starts by itself, if it does."""

    survey: Survey
    rule: Rule | None = None
    next_at: datetime | None = None
    running: Round | None = None
    answered: int = 0


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


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A round's published score."""

    round: Round
    score: float


@dataclass(frozen=True, slots=True)
class RoundResults:
    """A closed round. `interval`, `certainty` and `worst_case` (only for a low response rate) come with a published
    tally. `change` compares with round `compared_with`; `rates_differ` says that such a comparison would mislead."""

    survey: Survey
    round: Round
    publication: Publication
    interval: Interval | None = None
    certainty: Certainty | None = None
    worst_case: Interval | None = None
    compared_with: Round | None = None
    change: Change | None = None
    rates_differ: bool = False
    comments: tuple[str, ...] = ()
    trend: tuple[TrendPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class SurveyResults:
    """What there is to say of a survey: its newest closed round, and the running one with how many answered."""

    survey: Survey
    newest: RoundResults | None
    running: Round | None
    answered: int


def response_rate(published: Publication) -> float:
    """Answers of asked, in percent."""
    return 100 * published.answers / published.asked if published.asked else 0.0
