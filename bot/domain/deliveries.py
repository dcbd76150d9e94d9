"""A delivery: one message owed to one place. What it says is rendered by the feature that owns its purpose."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class DeliveryState(StrEnum):
    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"
    AMBIGUOUS = "ambiguous"


class Verb(StrEnum):
    """POST a new message; UPDATE the message that another delivery posted (`target_id`), or REPLY in its thread."""

    POST = "post"
    UPDATE = "update"
    REPLY = "reply"


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A message to be owed. Unique by (`purpose`, `subject`, `receiver`): adding it again changes nothing.

    `purpose` picks the renderer ("survey.question"), `subject` says of what (a round id, "summary-id:2026-11-30"),
    `receiver` is a channel or member id, `due_at` the earliest moment, `expires_at` when it is no longer useful.
    `facts` are small values the renderer needs; never an answer, never a text somebody wrote in confidence.
    """

    purpose: str
    subject: str
    receiver: str
    due_at: datetime
    expires_at: datetime | None = None
    verb: Verb = Verb.POST
    target_id: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as stored. `channel` and `ts` say where Slack put it once it is sent; `started_at` is when the last
    attempt began (UTC), from which an ambiguous one is looked up."""

    id: str
    workspace_id: str
    purpose: str
    subject: str
    receiver: str
    verb: Verb
    state: DeliveryState
    due_at: datetime
    attempts: int
    facts: Mapping[str, str]
    expires_at: datetime | None = None
    target_id: str | None = None
    lease_until: datetime | None = None
    started_at: datetime | None = None
    channel: str | None = None
    ts: str | None = None
    error: str | None = None
