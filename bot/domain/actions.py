"""What somebody promised to do: an action, with its owner and a date, wherever it came from. Who is reminded when, and
where an action is shown, belongs to the features.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256

ACTION_LENGTH = 300
"""The most characters of an action's text: what follows from a survey is quoted above its next question."""


class ActionState(StrEnum):
    """DROPPED: it will not be done, and its owner said so."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class ActionSource(StrEnum):
    """What an action followed from, and what `source_id` is then: a round's id, a KPI's key, a blocker
    ("run:member"), a one-on-one's id; nothing for what somebody put on their list themselves."""

    SURVEY = "survey"
    ALERT = "alert"
    CHECKIN = "checkin"
    ONE_ON_ONE = "one_on_one"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Action:
    """A promised action. `text` is as it was typed, to be escaped where it is shown. `due_on` is a local date of its
    owner, None for "some time".

    `channel_id` is the channel in which it was promised, whose summaries follow it up ("": in none). What came of a
    one-on-one is known to its owner and to `partner_id` alone; other actions have no partner. Moments are UTC.
    """

    id: str
    text: str
    owner_id: str
    due_on: date | None
    source: ActionSource
    source_id: str
    created_by: str
    created_at: datetime
    channel_id: str = ""
    partner_id: str = ""
    state: ActionState = ActionState.OPEN
    settled_at: datetime | None = None
    settled_by: str = ""

    @property
    def is_private(self) -> bool:
        """Whether only two people may know of it."""
        return self.source is ActionSource.ONE_ON_ONE

    def is_overdue(self, today: date) -> bool:
        """Whether it is still open after its date; `today` is its owner's."""
        return self.state is ActionState.OPEN and self.due_on is not None and self.due_on < today

    def concerns(self, member_id: str) -> bool:
        """Whether somebody may change it: its owner, who asked for it, and a one-on-one's other person."""
        return bool(member_id) and member_id in (self.owner_id, self.created_by, self.partner_id)


def action_id(*parts: str) -> str:
    """An id made of what an action is, for those that must come once however often they are asked for: a blocker that
    two pick up, a command that is delivered twice."""
    return sha256("\0".join(parts).encode()).hexdigest()[:16]


def by_urgency(actions: Iterable[Action]) -> list[Action]:
    """The nearest date first, those without any last; then in the order they were promised."""
    return sorted(actions, key=lambda each: (each.due_on is None, each.due_on or date.max, each.created_at, each.id))
