"""What alerting gives to its views: plain values."""

from dataclasses import dataclass

from bot.domain.pacing import Pace, Transition
from bot.domain.periods import Period
from bot.domain.targets import Target


@dataclass(frozen=True, slots=True)
class Told:
    """What an alert says of one target: the change, and where it stood when that was found."""

    target: Target
    transition: Transition
    period: Period
    pace: Pace
