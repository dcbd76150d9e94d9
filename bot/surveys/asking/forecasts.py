"""What is foreseen of a survey: plain values, from `previewing` to `preview_views`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.domain.surveys import Survey

UNREACHABLE = "unreachable"
"""The trouble of a Slack that cannot be asked just now."""


@dataclass(frozen=True, slots=True)
class Group:
    """People of one zone who are asked on one of their days: all at `first` (UTC), or, where that differs, between
    `first` and `last`."""

    zone: str
    first: datetime
    last: datetime
    people: int


@dataclass(frozen=True, slots=True)
class PlannedRound:
    """A round to come. `away` counts, by local date, those who are asked only when they are back; `never` those who are
    not back before the close; `moved`, by local date, those who are asked later so that nobody is asked too much.
    `reminders` are the earliest and the latest local date of the first and of the second reminder."""

    starts_at: datetime
    closes_at: datetime
    groups: tuple[Group, ...]
    reminders: tuple[tuple[date, date], ...] = ()
    away: Mapping[date, int] = field(default_factory=dict)
    never: int = 0
    moved: Mapping[date, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Preview:
    """What will happen to a survey's people. `asked` and `left_out` are who would be asked now and who would not, and
    why. `rounds` are those of the next four weeks; where nothing is scheduled, `is_by_hand`, the one that would start
    now. `trouble` is Slack's word for why nobody could be looked up, about `place`; `is_from_last` says that the people
    are those of the round before, as Slack could not be asked. `least`: so many people it takes."""

    survey: Survey
    asked: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    rounds: tuple[PlannedRound, ...] = ()
    is_by_hand: bool = False
    is_from_last: bool = False
    trouble: str = ""
    place: str = ""
    least: int = 0
