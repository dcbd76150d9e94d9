"""The tables of what people do together: promised actions, team check-ins, one-on-ones. What holds for all tables, and
the others, are in `tables`."""

from datetime import date, datetime

from sqlalchemy import JSON, Date, ForeignKeyConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from bot.domain.actions import ActionSource, ActionState
from bot.domain.checkins import RunState
from bot.domain.entries import Confidence
from bot.domain.one_on_ones import MeetingState
from storage.columns import EnumText, UtcDateTime, stored
from storage.tables import Row


class ActionRow(Row, table=True):
    __tablename__ = "actions"
    __table_args__ = (
        Index(None, "workspace_id", "owner_id", "state"),
        Index(None, "workspace_id", "source", "source_id"),
        Index(None, "workspace_id", "channel_id"),
        Index(None, "workspace_id", "state", "due_on"),
    )
    workspace_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    text: str = stored(Text)
    owner_id: str
    due_on: date | None = stored(Date, nullable=True)
    source: ActionSource = stored(EnumText(ActionSource))
    source_id: str
    created_by: str
    created_at: datetime = stored(UtcDateTime)
    channel_id: str
    partner_id: str
    state: ActionState = stored(EnumText(ActionState))
    settled_at: datetime | None = stored(UtcDateTime, nullable=True)
    settled_by: str


class CheckinRow(Row, table=True):
    """`definition` is JSON, see `storage.definitions`."""

    __tablename__ = "checkins"
    __table_args__ = (Index(None, "workspace_id", "active"),)
    workspace_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    definition: str = stored(Text)
    created_by: str
    created_at: datetime = stored(UtcDateTime)
    active: bool


class CheckinRunRow(Row, table=True):
    """`definition` is JSON, `asked` a list of member ids."""

    __tablename__ = "checkin_runs"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "checkin_id"], ["checkins.workspace_id", "checkins.id"]),
        UniqueConstraint("workspace_id", "checkin_id", "local_date"),
        Index(None, "workspace_id", "state", "closes_at"),
    )
    workspace_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    checkin_id: str
    local_date: date = stored(Date)
    definition: str = stored(Text)
    closes_at: datetime = stored(UtcDateTime)
    asked: list[str] = stored(JSON)
    state: RunState = stored(EnumText(RunState))


class CheckinAnswerRow(Row, table=True):
    """Named, as people are told before they answer. `texts` are sentences by item id."""

    __tablename__ = "checkin_answers"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "run_id"], ["checkin_runs.workspace_id", "checkin_runs.id"]),
    )
    workspace_id: str = Field(primary_key=True)
    run_id: str = Field(primary_key=True)
    member_id: str = Field(primary_key=True)
    answered_at: datetime = stored(UtcDateTime)
    confidence: Confidence | None = stored(EnumText(Confidence), nullable=True)
    texts: dict[str, str] = stored(JSON)


class OneOnOneRow(Row, table=True):
    __tablename__ = "one_on_ones"
    __table_args__ = (Index(None, "workspace_id", "lead_id"), Index(None, "workspace_id", "other_id"))
    workspace_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    lead_id: str
    other_id: str
    minutes: int
    created_at: datetime = stored(UtcDateTime)
    active: bool


class MeetingRow(Row, table=True):
    __tablename__ = "meetings"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "one_on_one_id"], ["one_on_ones.workspace_id", "one_on_ones.id"]),
    )
    workspace_id: str = Field(primary_key=True)
    one_on_one_id: str = Field(primary_key=True)
    local_date: date = stored(Date, primary_key=True)
    starts_at: datetime = stored(UtcDateTime)
    state: MeetingState = stored(EnumText(MeetingState))
    notes: str = stored(Text)
    notes_by: str


class PointRow(Row, table=True):
    __tablename__ = "points"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "one_on_one_id"], ["one_on_ones.workspace_id", "one_on_ones.id"]),
        Index(None, "workspace_id", "one_on_one_id"),
    )
    workspace_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    one_on_one_id: str
    by: str
    text: str = stored(Text)
    added_at: datetime = stored(UtcDateTime)
    shown_at: datetime | None = stored(UtcDateTime, nullable=True)
    closed_at: datetime | None = stored(UtcDateTime, nullable=True)
