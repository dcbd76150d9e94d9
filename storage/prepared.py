"""Statements made beforehand: compiled once for each kind of database and handed to the driver itself. For paths where
what SQLAlchemy does around a statement costs several times what the database does (measured: 80 µs to 10 µs).

Types are written down and read back as the columns say. What the driver refuses is raised as SQLAlchemy would.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, Executable, Select
from sqlalchemy.exc import DBAPIError

Convert = Callable[[Any], Any]
MakeRow = Callable[[Sequence[Any]], Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a statement gave: its rows, whose columns are attributes, and how many rows it touched."""

    rows: Sequence[Any]
    touched: int

    def first(self) -> Any | None:
        return self.rows[0] if self.rows else None

    def value(self) -> Any:
        """The first column of the first row; None without one."""
        return self.rows[0][0] if self.rows else None


class Prepared:
    """One statement, with `bindparam(...)` for what differs from run to run. `columns` are those an INSERT is given
    (without their values in it)."""

    def __init__(self, statement: Executable, columns: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._columns = columns
        self._ready: dict[str, _Ready] = {}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> Outcome:
        """Run it in the transaction of `connection`. Raises KeyError for a value that is missing."""
        dialect = connection.dialect
        ready = self._ready.get(dialect.name)
        if ready is None:
            ready = self._ready[dialect.name] = _made_ready(self._statement, dialect, self._columns)
        driver: Any = connection.connection.dbapi_connection
        try:
            cursor = driver.execute(ready.sql, ready.bound(values))
        except dialect.dbapi.Error as error:  # type: ignore[union-attr]  # there is one: the engine has connected
            base: Any = dialect.dbapi.Error  # type: ignore[union-attr]
            raise DBAPIError.instance(ready.sql, None, error, base, hide_parameters=True) from error
        found = [ready.row(each) for each in cursor.fetchall()] if ready.make_row is not None else ()
        outcome = Outcome(found, cursor.rowcount)
        cursor.close()
        return outcome


@dataclass(frozen=True, slots=True)
class _Ready:
    """A compiled statement: `order` says which value stands where (None: they are given by name); `constants` are those
    that the statement brings along."""

    sql: str
    order: tuple[str, ...] | None
    constants: Mapping[str, Any]
    written: Mapping[str, Convert | None]
    read: tuple[tuple[int, Convert], ...]
    make_row: MakeRow | None

    def bound(self, values: Mapping[str, Any]) -> Any:
        if self.order is not None:
            return [self._written(name, values) for name in self.order]
        return {name: self._written(name, values) for name in self.written}

    def _written(self, name: str, values: Mapping[str, Any]) -> Any:
        value = values[name] if name in values else self.constants[name]
        convert = self.written[name]
        return value if convert is None else convert(value)

    def row(self, columns: Sequence[Any]) -> Any:
        assert self.make_row is not None
        if not self.read:
            return self.make_row(columns)
        converted = list(columns)
        for place, convert in self.read:
            converted[place] = convert(converted[place])
        return self.make_row(converted)


def _made_ready(statement: Executable, dialect: Dialect, columns: Sequence[str] | None) -> _Ready:
    compiled: Any = statement.compile(dialect=dialect, column_keys=None if columns is None else list(columns))  # type: ignore[attr-defined]
    written = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in compiled.binds.items()}
    constants = {name: bind.effective_value for name, bind in compiled.binds.items() if not bind.required}
    order = tuple(compiled.positiontup) if compiled.positional else None
    selected: list[Any] = list(statement.selected_columns) if isinstance(statement, Select) else []
    return _Ready(str(compiled), order, constants, written, _conversions(selected, dialect), _row_of(selected))


def _conversions(selected: Sequence[Any], dialect: Dialect) -> tuple[tuple[int, Convert], ...]:
    """Which columns are to be converted, by their place, and how."""
    found = ((n, each.type.dialect_impl(dialect).result_processor(dialect, None)) for n, each in enumerate(selected))
    return tuple((place, convert) for place, convert in found if convert is not None)


def _row_of(selected: Sequence[Any]) -> MakeRow | None:
    """What makes rows whose columns are attributes; None where nothing is selected."""
    if not selected:
        return None
    row: Any = namedtuple("Row", [each.key for each in selected], rename=True)  # type: ignore[misc]
    make: MakeRow = row._make
    return make
