"""Surveys, rounds and invitations, and what a closed round says. How answers are stored does not belong here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.enps import Scale


class SurveyState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    DELETED = "deleted"


class RoundState(StrEnum):
    """LAUNCHING: recorded, the audience is still to be read from Slack. OPEN: people may answer. CLOSED: nobody may.
    FAILED: could not be launched; its author was told why."""

    LAUNCHING = "launching"
    OPEN = "open"
    CLOSED = "closed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Survey:
    """The definition: one eNPS question to the members of a channel, anonymous by default.

    `handle` is the short name people type (`/pulse send enps-sales`), unique in the workspace.
    """

    id: str
    handle: str
    channel_id: str
    scale: Scale
    created_by: str
    created_at: datetime
    state: SurveyState = SurveyState.ACTIVE


@dataclass(frozen=True, slots=True)
class Round:
    """One run of a survey. Thresholds, scale and the size of the group are frozen at launch.

    `asked` counts the invitations; `closes_at` is one absolute instant for everybody (UTC). `sealed` says that the
    round key is destroyed and the storage scrubbed, so that answers and people can no longer be linked.
    """

    id: str
    survey_id: str
    number: int
    state: RoundState
    scale: Scale
    opened_at: datetime
    closes_at: datetime
    asked: int
    min_score: int
    min_comments: int
    started_by: str
    closed_at: datetime | None = None
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class Invitation:
    """A member asked in a round: answered or not, nothing else. No time, on purpose (it would link to answers)."""

    round_id: str
    member_id: str
    answered: bool


@dataclass(frozen=True, slots=True)
class RoundFacts:
    """What storage knows of a closed round: how many were asked and answered, and how often each score was given."""

    round: Round
    answered: int
    counts: Mapping[int, int]
    comments: tuple[str, ...] = ()
