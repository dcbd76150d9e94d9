"""The tables of whoever runs Denyut: where it is installed, and what was done to it by people with special rights. What
holds for all tables, and the others, are in `tables`."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, Text
from sqlmodel import Field

from storage.columns import UtcDateTime, stored
from storage.tables import Row


class InstallationRow(Row, table=True):
    """Where somebody added Denyut to Slack. `workspace_id` is a workspace (T…), or for an installation that holds for a
    whole organisation that organisation (E…). `sealed_token` is the bot token, encrypted under a key that is not in the
    database (`bot.vault`); it is emptied when the installation ends."""

    __tablename__ = "installations"
    workspace_id: str = Field(primary_key=True)
    enterprise_id: str
    name: str
    sealed_token: bytes = stored(LargeBinary)
    scopes: str = stored(Text)
    bot_user_id: str
    installed_by: str
    installed_at: datetime = stored(UtcDateTime)
    ended_at: datetime | None = stored(UtcDateTime, nullable=True)


class AuditRow(Row, table=True):
    """An administrative act: who (a member's id, or "" for whoever runs the server), what (`act`, never renamed), to
    what, and its details as JSON. No answer, comment or value stands in it."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "workspace_id", "at"),)
    workspace_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    at: datetime = stored(UtcDateTime)
    actor_id: str
    act: str
    subject: str
    details: str = stored(Text)
