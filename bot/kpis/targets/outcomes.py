"""What the targets' services and readings give to the views: plain values."""

from dataclasses import dataclass
from decimal import Decimal

from bot.domain.forecasts import Forecast
from bot.domain.periods import Period
from bot.domain.scoreboard import Progress
from bot.domain.targets import PartsGap, Target


@dataclass(frozen=True, slots=True)
class Attainability:
    """How a target compares with the past periods like its own: `times` better than the `best` one, which was in
    `best_in`; or `inside`, the share of the `periods` with a figure that lay in its range. None where there is nothing
    to compare with. `is_doubtful`: beyond anything so far."""

    periods: int
    times: Decimal | None = None
    best: Decimal | None = None
    best_in: Period | None = None
    inside: Decimal | None = None
    is_doubtful: bool = False


@dataclass(frozen=True, slots=True)
class TargetSet:
    """A target as set: where it stands today (None while it is not known who is in its user group), the one it
    replaced, whether it is attainable, and what the parts of everybody's target add up to."""

    target: Target
    progress: Progress | None
    attainability: Attainability
    replaced: Target | None = None
    parts: PartsGap | None = None


@dataclass(frozen=True, slots=True)
class TargetList:
    """The targets that somebody sees, and how many more there are whose deadline is long past. `are_older`: it is these
    that are listed."""

    listed: tuple["Listed", ...]
    older: int = 0
    are_older: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A target in the list, with its forecast where there is one, and with its parts where it is everybody's."""

    progress: Progress
    forecast: Forecast | None = None
    parts: PartsGap | None = None
