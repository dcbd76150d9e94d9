"""Run by Alembic for each command: joins the connection it was given with our tables. See `storage.migrate`."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from storage.columns import EnumText, ExactDecimal, UtcDateTime
from storage.tables import Row


def render_type(kind: str, given: Any, _autogen: Any) -> str | Literal[False]:
    """Write our own column types as the plain ones beneath them, so that a migration does not change with the code."""
    if kind == "type" and isinstance(given, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(given, ExactDecimal):
        return "sa.BigInteger()"
    if kind == "type" and isinstance(given, EnumText):
        return "sa.String(16)"
    if kind == "type" and type(given).__name__ == "AutoString":
        return "sa.String()"
    return False


def migrate() -> None:
    connection = context.config.attributes["connection"]
    assert isinstance(connection, Connection)
    context.configure(
        connection=connection,
        target_metadata=Row.metadata,
        render_as_batch=connection.dialect.name == "sqlite",  # SQLite alters a table by making it anew
        render_item=render_type,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


migrate()
