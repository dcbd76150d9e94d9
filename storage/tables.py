"""The tables. Every one begins with its workspace, except `participations`, `answers` and `comments`: these know their
round alone.

What belongs here: columns, keys, indexes; those of KPIs are in `kpi_tables`, those of what teams and pairs do together
in `team_tables`. What does not: queries (the repositories)
and how a table came to be (the migrations). A new column or table needs a migration; a test compares the two on both
databases.
"""

from datetime import date, datetime, time
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Time,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from bot.domain.deliveries import DeliveryState, Verb
from bot.domain.schedules import Cadence, OccurrenceState, ScheduleKind
from bot.domain.surveys import FollowUpKind, RoundState, SurveyState
from storage.columns import EnumText, UtcDateTime, stored

NAMING = {
    "pk": "pk_%(table_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}

# Without a rowid SQLite keeps rows in the order of their key: nothing tells in which order they came.
WITHOUT_ROWID = {"sqlite_with_rowid": False}


def unique_where(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, unique=True, sqlite_where=text(where), postgresql_where=text(where))


class Row(SQLModel):
    """What all tables share: one MetaData with names for every constraint, so that migrations can name them."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMING)


class WorkspaceRow(Row, table=True):
    __tablename__ = "workspaces"
    workspace_id: str = Field(primary_key=True)
    name: str
    first_seen: datetime = stored(UtcDateTime)


class MemberRow(Row, table=True):
    __tablename__ = "members"
    workspace_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    name: str
    slack_locale: str
    slack_zone: str
    language: str
    zone: str
    is_bot: bool
    is_deleted: bool
    is_guest: bool
    is_outsider: bool
    is_admin: bool
    asked_from: time | None = stored(Time, nullable=True)
    asked_until: time | None = stored(Time, nullable=True)
    free_weekdays: str
    may_be_named: bool


class AbsenceRow(Row, table=True):
    __tablename__ = "absences"
    workspace_id: str = Field(primary_key=True)
    member_id: str = Field(primary_key=True)
    first: date = stored(Date, primary_key=True)
    last: date = stored(Date, primary_key=True)


class AttributeRow(Row, table=True):
    """What was imported about a member, to break results down by: "department", "manager"."""

    __tablename__ = "attributes"
    workspace_id: str = Field(primary_key=True)
    member_id: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    value: str


class SurveyRow(Row, table=True):
    """`definition` is JSON, see `storage.definitions`."""

    __tablename__ = "surveys"
    __table_args__ = (
        unique_where("uq_surveys_handle", "workspace_id", "handle", where="state NOT IN ('deleted', 'draft')"),
    )
    workspace_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    handle: str
    definition: str = stored(Text)
    created_by: str
    created_at: datetime = stored(UtcDateTime)
    state: SurveyState = stored(EnumText(SurveyState))


class RoundRow(Row, table=True):
    """`definition` and `published` are JSON, see `storage.definitions`."""

    __tablename__ = "rounds"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "survey_id"], ["surveys.workspace_id", "surveys.id"]),
        UniqueConstraint("id"),  # participations, answers and comments point at it without a workspace
        UniqueConstraint("workspace_id", "survey_id", "number"),
        unique_where("uq_rounds_running", "workspace_id", "survey_id", where="state IN ('launching', 'open')"),
        Index(None, "workspace_id", "state", "closes_at"),
    )
    workspace_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    survey_id: str
    number: int
    state: RoundState = stored(EnumText(RoundState))
    definition: str = stored(Text)
    opened_at: datetime = stored(UtcDateTime)
    closes_at: datetime = stored(UtcDateTime)
    asked: int
    min_score: int
    min_comments: int
    started_by: str
    closed_at: datetime | None = stored(UtcDateTime, nullable=True)
    sealed: bool
    answered: int | None
    published: str | None = stored(Text, nullable=True)


class InvitationRow(Row, table=True):
    """Who is asked. Whether they have answered is not here: beside the name it would tell, in two copies of the
    database, whose the answer is that came in between."""

    __tablename__ = "invitations"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "round_id"], ["rounds.workspace_id", "rounds.id"]),
        Index(None, "workspace_id", "member_id"),
        WITHOUT_ROWID,
    )
    workspace_id: str = Field(primary_key=True)
    round_id: str = Field(primary_key=True)
    member_id: str = Field(primary_key=True)
    segment: str


class ParticipationRow(Row, table=True):
    """That somebody has answered, under a key that only the round key can link to a person. No time and no sequence:
    either would tell when."""

    __tablename__ = "participations"
    __table_args__ = (ForeignKeyConstraint(["round_id"], ["rounds.id"]), Index(None, "round_id"), WITHOUT_ROWID)
    key: bytes = stored(LargeBinary(16), primary_key=True)
    round_id: str


class AnswerRow(Row, table=True):
    """A value under a key that only the round key can link to a person, and after the seal nothing can."""

    __tablename__ = "answers"
    __table_args__ = (
        ForeignKeyConstraint(["round_id"], ["rounds.id"]),
        Index(None, "round_id", "question"),
        WITHOUT_ROWID,
    )
    key: bytes = stored(LargeBinary(16), primary_key=True)
    round_id: str
    question: str
    value: int = stored(BigInteger)


class CommentRow(Row, table=True):
    """Apart from the values, under another key: after the seal a text cannot be joined with a value either."""

    __tablename__ = "comments"
    __table_args__ = (ForeignKeyConstraint(["round_id"], ["rounds.id"]), Index(None, "round_id"), WITHOUT_ROWID)
    key: bytes = stored(LargeBinary(16), primary_key=True)
    round_id: str
    question: str
    text: str = stored(Text)


class NamedAnswerRow(Row, table=True):
    """Answers of rounds that show names, and said so before anybody answered. Never one of an anonymous round."""

    __tablename__ = "named_answers"
    __table_args__ = (ForeignKeyConstraint(["workspace_id", "round_id"], ["rounds.workspace_id", "rounds.id"]),)
    workspace_id: str = Field(primary_key=True)
    round_id: str = Field(primary_key=True)
    member_id: str = Field(primary_key=True)
    question: str = Field(primary_key=True)
    value: int | None = stored(BigInteger, nullable=True)
    text: str = stored(Text)


class FollowUpRow(Row, table=True):
    """What followed from a round, or why nothing does."""

    __tablename__ = "follow_ups"
    __table_args__ = (ForeignKeyConstraint(["workspace_id", "round_id"], ["rounds.workspace_id", "rounds.id"]),)
    workspace_id: str = Field(primary_key=True)
    round_id: str = Field(primary_key=True)
    kind: FollowUpKind = stored(EnumText(FollowUpKind))
    text: str = stored(Text)
    by: str
    at: datetime = stored(UtcDateTime)


class ScheduleRow(Row, table=True):
    """A rule is local: a date, a wall-clock time and the name of a zone. Instants are computed, never kept."""

    __tablename__ = "schedules"
    __table_args__ = (UniqueConstraint("workspace_id", "kind", "subject_id"),)
    workspace_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    kind: ScheduleKind = stored(EnumText(ScheduleKind))
    subject_id: str
    cadence: Cadence = stored(EnumText(Cadence))
    anchor: date = stored(Date)
    at: time = stored(Time)
    zone: str
    created_by: str
    planned_until: datetime = stored(UtcDateTime)
    active: bool
    until: date | None = stored(Date, nullable=True)


class OccurrenceRow(Row, table=True):
    """The primary key is the promise that each local date of a schedule happens once, over all replicas."""

    __tablename__ = "occurrences"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "schedule_id"], ["schedules.workspace_id", "schedules.id"]),
    )
    workspace_id: str = Field(primary_key=True)
    schedule_id: str = Field(primary_key=True)
    local_date: date = stored(Date, primary_key=True)
    due_at: datetime = stored(UtcDateTime)
    state: OccurrenceState = stored(EnumText(OccurrenceState))
    reason: str


class DeliveryRow(Row, table=True):
    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("workspace_id", "purpose", "subject", "receiver"),
        Index(None, "workspace_id", "state", "due_at"),
    )
    workspace_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    purpose: str
    subject: str
    receiver: str
    verb: Verb = stored(EnumText(Verb))
    state: DeliveryState = stored(EnumText(DeliveryState))
    due_at: datetime = stored(UtcDateTime)
    attempts: int
    facts: dict[str, str] = stored(JSON)
    expires_at: datetime | None = stored(UtcDateTime, nullable=True)
    target_id: str | None
    lease_until: datetime | None = stored(UtcDateTime, nullable=True)
    started_at: datetime | None = stored(UtcDateTime, nullable=True)
    settled_at: datetime | None = stored(UtcDateTime, nullable=True)
    channel: str | None
    ts: str | None
    error: str | None = stored(Text, nullable=True)


class SummaryRow(Row, table=True):
    """`definition` is JSON, see `storage.definitions`."""

    __tablename__ = "summaries"
    __table_args__ = (Index(None, "workspace_id", "channel_id"),)
    workspace_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    channel_id: str
    language: str
    created_by: str
    created_at: datetime = stored(UtcDateTime)
    active: bool
    definition: str = stored(Text)


class HandledRow(Row, table=True):
    """What came from Slack and was dealt with, written in the same transaction as its effect."""

    __tablename__ = "handled"
    __table_args__ = (Index(None, "workspace_id", "at"), WITHOUT_ROWID)
    workspace_id: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    at: datetime = stored(UtcDateTime)


def table(row: type[Row]) -> Table:
    """The table behind a row class, for statements."""
    found: Any = getattr(row, "__table__")  # noqa: B009 (added by SQLModel, unknown to its types)
    assert isinstance(found, Table)
    return found
