"""One workspace inside one transaction: what every repository is given, and the only way it reaches a table.

Each statement made here carries the workspace, so that a repository cannot forget it. `participations`, `answers` and
`comments` have no workspace; their repositories first look up the round here.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Delete,
    Insert,
    Row,
    Select,
    Table,
    Update,
    delete,
    select,
    update,
)

from bot.domain.entries import Entry
from bot.domain.errors import DomainError
from storage.prepared import Outcome, Prepared
from storage.round_keys import RoundKeys

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

Values = Mapping[str, Any]


def new_id() -> str:
    """A fresh id: 64 random bits as hex. It tells neither time nor order."""
    return secrets.token_hex(8)


class Scope:
    """One workspace inside one transaction."""

    def __init__(self, connection: Connection, workspace_id: str, keys: RoundKeys) -> None:
        self.connection = connection
        self.workspace_id = workspace_id
        self.keys = keys
        self.to_be_kept: list[Entry] = []
        """Entries whose totals are kept at the end of the transaction; see `kept_totals`."""

    def select(self, table: Table, *where: ColumnElement[bool], columns: Sequence[Any] = ()) -> Select[Any]:
        """SELECT of a table's columns, or the given ones, in this workspace."""
        return select(*(columns or table.c)).where(table.c.workspace_id == self.workspace_id, *where)

    def update(self, table: Table, *where: ColumnElement[bool]) -> Update:
        """UPDATE in this workspace."""
        return update(table).where(table.c.workspace_id == self.workspace_id, *where)

    def delete(self, table: Table, *where: ColumnElement[bool]) -> Delete:
        """DELETE in this workspace."""
        return delete(table).where(table.c.workspace_id == self.workspace_id, *where)

    def rows(self, statement: Select[Any]) -> Sequence[Row[Any]]:
        return self.connection.execute(statement).all()

    def streamed(self, statement: Select[Any], at_a_time: int) -> Iterator[Row[Any]]:
        """Rows as they are asked for, some at a time, for what may be more than memory should hold."""
        return iter(self.connection.execute(statement.execution_options(yield_per=at_a_time)))

    def first(self, statement: Select[Any]) -> Row[Any] | None:
        return self.connection.execute(statement.limit(1)).first()

    def value(self, statement: Select[Any]) -> Any:
        return self.connection.execute(statement).scalar()

    def change(self, statement: Update | Delete) -> int:
        """Run an UPDATE or DELETE; how many rows it touched."""
        return self.connection.execute(statement).rowcount

    def insert(self, table: Table, values: Values, taken: DomainError | None = None) -> None:
        """Insert one row. When something unique about it exists already, `taken` is raised instead (if given)."""
        own = {**values, "workspace_id": self.workspace_id}
        if taken is None:
            self.connection.execute(table.insert(), own)
        elif self._count_new(table, own) == 0:
            raise taken

    def insert_new(self, table: Table, many: Iterable[Values]) -> int:
        """Insert the rows that do not exist yet, by whatever is unique in the table; how many were new."""
        own = self._owned(table, many)
        return self._count_new(table, own) if own else 0

    def upsert(self, table: Table, many: Iterable[Values], keep: Iterable[str] = ()) -> None:
        """Insert rows, or overwrite the row with the same primary key, except its columns in `keep`."""
        rows = self._owned(table, many)
        if not rows:
            return
        fresh = tuple(name for name in rows[0] if name not in table.primary_key.columns and name not in set(keep))
        dialect = self.connection.dialect.name
        if len(rows) == 1:
            _upserting_one(dialect, table, fresh, tuple(rows[0])).run(self.connection, rows[0])
        else:
            self.connection.execute(_upserting(dialect, table, fresh), rows)

    def prepared(self, statement: Prepared, **values: Any) -> Outcome:
        """Run a statement made beforehand. It says `bindparam("workspace")` wherever a workspace belongs."""
        return statement.run(self.connection, {"workspace": self.workspace_id, **values})

    def _owned(self, table: Table, many: Iterable[Values]) -> list[dict[str, Any]]:
        own = {"workspace_id": self.workspace_id} if "workspace_id" in table.c else {}
        return [{**values, **own} for values in many]

    def _count_new(self, table: Table, own: dict[str, Any] | list[dict[str, Any]]) -> int:
        dialect = self.connection.dialect.name
        if isinstance(own, list) and len(own) > 1:
            return self.connection.execute(_inserting_new(dialect, table), own).rowcount
        one = own[0] if isinstance(own, list) else own
        return _inserting_one(dialect, table, tuple(one)).run(self.connection, one).touched


@cache
def _inserting_one(dialect: str, table: Table, columns: tuple[str, ...]) -> Prepared:
    return Prepared(inserting(dialect, table).on_conflict_do_nothing(), columns)


@cache
def _upserting_one(dialect: str, table: Table, fresh: tuple[str, ...], columns: tuple[str, ...]) -> Prepared:
    return Prepared(_upserting(dialect, table, fresh), columns)


@cache
def _inserting_new(dialect: str, table: Table) -> Insert:
    # Without being asked to, SQLAlchemy does not look at the row count of an INSERT.
    return inserting(dialect, table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)


@cache
def _upserting(dialect: str, table: Table, fresh: tuple[str, ...]) -> Insert:
    statement = inserting(dialect, table)
    keys = [column.name for column in table.primary_key]
    values = {name: statement.excluded[name] for name in fresh}
    return statement.on_conflict_do_update(index_elements=keys, set_=values)


def inserting(dialect: str, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """INSERT; what becomes of rows that are there is still to be said. Only the dialect that is used is loaded: the
    other one is half a tenth of a second of every start."""
    if dialect == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)
