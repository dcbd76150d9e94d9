"""The tables of KPIs: entries, targets, definitions and what was decided about them. What holds for all tables, and the
others, are in `tables`."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, Date, ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field

from bot.domain.entries import Confidence, EntryState
from bot.domain.kpi_notes import KpiNoteKind
from bot.domain.pacing import Status
from bot.domain.targets import Aim
from storage.columns import EnumText, ExactDecimal, UtcDateTime, stored
from storage.tables import WITHOUT_ROWID, Row, unique_where

_CORRECTS = text("corrects IS NOT NULL")
"""Few entries do: the others need no place in the index by which a correction is found."""


class EntryRow(Row, table=True):
    __tablename__ = "entries"
    __table_args__ = (
        UniqueConstraint("workspace_id", "source"),
        # All that totals are made from, so that adding up reads the index alone.
        Index("ix_entries_totals", "workspace_id", "kpi_key", "on", "state", "value", "member_id"),
        Index(None, "workspace_id", "logged_by", "logged_at"),
        Index("ix_entries_corrects", "workspace_id", "corrects", sqlite_where=_CORRECTS, postgresql_where=_CORRECTS),
    )
    workspace_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    kpi_key: str
    member_id: str
    value: Decimal = stored(ExactDecimal)
    on: date = stored(Date)
    logged_by: str
    logged_at: datetime = stored(UtcDateTime)
    source: str
    note: str = stored(Text)
    state: EntryState = stored(EnumText(EntryState))
    changed_by: str
    changed_at: datetime | None = stored(UtcDateTime, nullable=True)
    confidence: Confidence | None = stored(EnumText(Confidence), nullable=True)
    corrects: str | None
    because: str | None = stored(Text, nullable=True)


class EntryDayRow(Row, table=True):
    """What the active entries of a KPI add up to on one day (`first`), of everybody; see `storage.kept_totals`. The sum
    is `high` times 10**9 plus `low`, in ten-thousandths; `last` is the value of the latest of the `times` entries, and
    `changed_at` when any entry, ended ones included, was logged or ended last."""

    __tablename__ = "entry_days"
    __table_args__ = (WITHOUT_ROWID,)
    workspace_id: str = Field(primary_key=True)
    kpi_key: str = Field(primary_key=True)
    first: date = stored(Date, primary_key=True)
    high: int = stored(BigInteger)
    low: int = stored(BigInteger)
    times: int = stored(BigInteger)
    last: Decimal = stored(ExactDecimal)
    last_on: date = stored(Date)
    last_at: datetime = stored(UtcDateTime)
    last_id: str
    changed_at: datetime = stored(UtcDateTime)


class EntryWeekRow(Row, table=True):
    """As `EntryDayRow`, of one member in one week, which begins on the Monday `first`."""

    __tablename__ = "entry_weeks"
    __table_args__ = (WITHOUT_ROWID,)
    workspace_id: str = Field(primary_key=True)
    kpi_key: str = Field(primary_key=True)
    first: date = stored(Date, primary_key=True)
    member_id: str = Field(primary_key=True)
    high: int = stored(BigInteger)
    low: int = stored(BigInteger)
    times: int = stored(BigInteger)
    last: Decimal = stored(ExactDecimal)
    last_on: date = stored(Date)
    last_at: datetime = stored(UtcDateTime)
    last_id: str
    changed_at: datetime = stored(UtcDateTime)


class TargetRow(Row, table=True):
    """`period` is empty for a target with a deadline (not NULL: NULLs would not be equal in the unique index)."""

    __tablename__ = "targets"
    __table_args__ = (
        unique_where("uq_targets_active", "workspace_id", "kpi_key", "owner_id", "period", where="replaced_at IS NULL"),
    )
    workspace_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    kpi_key: str
    value: Decimal = stored(ExactDecimal)
    period: str
    deadline: date | None = stored(Date, nullable=True)
    owner_id: str
    set_by: str
    set_at: datetime = stored(UtcDateTime)
    starts: date = stored(Date)
    replaced_at: datetime | None = stored(UtcDateTime, nullable=True)
    aim: Aim | None = stored(EnumText(Aim), nullable=True)
    upper: Decimal | None = stored(ExactDecimal, nullable=True)
    because: str | None = stored(Text, nullable=True)


class StandingRow(Row, table=True):
    """What a target's owner was last told of it: the status, in the period that began on `period_first`. `told_on` is
    the local date of the alert, none where a first good status was only noted."""

    __tablename__ = "standings"
    __table_args__ = (ForeignKeyConstraint(["workspace_id", "target_id"], ["targets.workspace_id", "targets.id"]),)
    workspace_id: str = Field(primary_key=True)
    target_id: str = Field(primary_key=True)
    period_first: date = stored(Date)
    status: Status = stored(EnumText(Status))
    told_on: date | None = stored(Date, nullable=True)


class KpiVersionRow(Row, table=True):
    """A definition of a KPI of the workspace's own, and since when it holds. `definition` is JSON, see
    `storage.catalogue`."""

    __tablename__ = "kpi_versions"
    workspace_id: str = Field(primary_key=True)
    kpi_key: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    definition: str = stored(Text)
    starts: date = stored(Date)
    by: str
    at: datetime = stored(UtcDateTime)
    because: str = stored(Text)


class KpiSettingsRow(Row, table=True):
    """What a workspace decided about a KPI, built-in or own. `settings` is JSON, see `storage.catalogue`."""

    __tablename__ = "kpi_settings"
    workspace_id: str = Field(primary_key=True)
    kpi_key: str = Field(primary_key=True)
    settings: str = stored(Text)


class KpiNoteRow(Row, table=True):
    """What somebody wrote about a KPI: the outcome of a review, a reason, an action. Nothing is changed or removed."""

    __tablename__ = "kpi_notes"
    __table_args__ = (Index(None, "workspace_id", "kpi_key", "at"),)
    workspace_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    kpi_key: str
    kind: KpiNoteKind = stored(EnumText(KpiNoteKind))
    text: str = stored(Text)
    by: str
    at: datetime = stored(UtcDateTime)


class PolicyRow(Row, table=True):
    """Who may do what, and the workspace's own days off. `policy` is JSON, see `storage.catalogue`."""

    __tablename__ = "policies"
    workspace_id: str = Field(primary_key=True)
    policy: str = stored(Text)


class TeamMemberRow(Row, table=True):
    """Who is in a user group, as Slack said last; only of groups that KPIs or targets name."""

    __tablename__ = "team_members"
    __table_args__ = (Index(None, "workspace_id", "member_id"),)
    workspace_id: str = Field(primary_key=True)
    team_id: str = Field(primary_key=True)
    member_id: str = Field(primary_key=True)


class ApiTokenRow(Row, table=True):
    """A token for the HTTP API, as its SHA-256: the token itself is shown once and kept nowhere."""

    __tablename__ = "api_tokens"
    __table_args__ = (UniqueConstraint("digest"),)
    workspace_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    digest: bytes = stored(LargeBinary(32))
    name: str
    made_by: str
    made_at: datetime = stored(UtcDateTime)
    used_on: date | None = stored(Date, nullable=True)
    revoked_by: str | None
    revoked_at: datetime | None = stored(UtcDateTime, nullable=True)
