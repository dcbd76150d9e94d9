"""A one-on-one ("pertemuan empat mata"): a recurring private meeting of two people, what they want to talk about, and
what they keep of it. When it comes is its schedule's matter; what two people promised are actions.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

POINT_LENGTH = 500
NOTE_LENGTH = 3000
DEFAULT_MINUTES = 60


@dataclass(frozen=True, slots=True)
class OneOnOne:
    """Two people who meet. `lead_id` set it up; `minutes` is how long they meet."""

    id: str
    lead_id: str
    other_id: str
    minutes: int
    created_at: datetime
    active: bool = True

    @property
    def people(self) -> tuple[str, str]:
        return self.lead_id, self.other_id

    def is_of(self, member_id: str) -> bool:
        return member_id in self.people

    def partner_of(self, member_id: str) -> str:
        """The other one. Raises ValueError for somebody else."""
        if not self.is_of(member_id):
            raise ValueError("not one of the two")
        return self.other_id if member_id == self.lead_id else self.lead_id


class MeetingState(StrEnum):
    """PROPOSED: its own date falls on a day off of one of the two, and they were offered `starts_at` instead. PLANNED:
    it takes place then. HELD: one of them said so. SKIPPED: it does not take place, or nobody said that it did."""

    PROPOSED = "proposed"
    PLANNED = "planned"
    HELD = "held"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Meeting:
    """One date of a one-on-one: `local_date` is that of its schedule, whatever day it moved to; `starts_at` is UTC.
    `notes` are what they wrote down together, as typed (to be escaped)."""

    one_on_one_id: str
    local_date: date
    starts_at: datetime
    state: MeetingState
    notes: str = ""
    notes_by: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """Something one of the two wants to talk about, as typed (to be escaped). It is carried over from meeting to
    meeting until it is `closed_at` (UTC). Its author alone sees it before the agenda is out (`shown_at`)."""

    id: str
    one_on_one_id: str
    by: str
    text: str
    added_at: datetime
    shown_at: datetime | None = None
    closed_at: datetime | None = None
