"""A team check-in: one scheduled thing that asks everybody for their numbers, how sure they are, what moved and what is
in the way, and shows the channel what came together. Who is asked when is the calendars' matter.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum

from bot.domain.audiences import Audience
from bot.domain.entries import Confidence

MAX_QUESTIONS = 10
ANSWER_LENGTH = 500
"""The most characters of one answer in words."""


class ItemKind(StrEnum):
    """What a check-in asks for: a KPI's value, one choice of how sure somebody is, or a sentence. A BLOCKER is a
    sentence that others can pick up."""

    KPI = "kpi"
    CONFIDENCE = "confidence"
    PROGRESS = "progress"
    BLOCKER = "blocker"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `kpi_key` is that of a KPI; `text` is a TEXT's question as its author wrote it (to be escaped),
    and may replace the words of the other kinds. `id` is unique within the check-in."""

    id: str
    kind: ItemKind
    kpi_key: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class CheckinDefinition:
    """What a check-in asks whom. `channel_id` is where it is posted; an empty audience means that channel's members.
    `title` is as its author wrote it ("": that of its `template`). People are asked at the schedule's time in their own
    zone; `posts_at` is the wall-clock time of the post, in the schedule's zone, on the same date."""

    channel_id: str
    items: tuple[Item, ...]
    posts_at: time
    language: str
    audience: Audience = field(default_factory=Audience)
    title: str = ""
    template: str = ""

    def item(self, item_id: str) -> Item | None:
        return next((each for each in self.items if each.id == item_id), None)


@dataclass(frozen=True, slots=True)
class Checkin:
    """A team check-in. When it comes is its schedule's matter; one that is not active was stopped for good."""

    id: str
    definition: CheckinDefinition
    created_by: str
    created_at: datetime
    active: bool = True


class RunState(StrEnum):
    """OPEN: people are asked, and may answer. POSTED: the channel was shown what came. EMPTY: nobody answered, and
    nothing was posted."""

    OPEN = "open"
    POSTED = "posted"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Run:
    """One date of a check-in, with its definition as it was then. `closes_at` is UTC: until then answers can be given
    and changed. `asked` is who was asked."""

    id: str
    checkin_id: str
    local_date: date
    definition: CheckinDefinition
    closes_at: datetime
    asked: frozenset[str]
    state: RunState = RunState.OPEN


@dataclass(frozen=True, slots=True)
class CheckinAnswer:
    """What one person answered: how sure they are, and their sentences by item id, as typed (to be escaped). The values
    of KPIs are entries. Check-ins show names, and say so before anybody answers."""

    run_id: str
    member_id: str
    answered_at: datetime
    confidence: Confidence | None = None
    texts: Mapping[str, str] = field(default_factory=dict)


def blocker_id(run_id: str, member_id: str) -> str:
    """What an action that picks up somebody's blocker refers to."""
    return f"{run_id}:{member_id}"
