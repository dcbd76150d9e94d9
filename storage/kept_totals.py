"""What the active entries add up to, kept beside them: of everybody by day, and of each member by week, so that what is
read of years does not grow with how much was logged in them. Kept in the transaction of whatever changes the entries;
how they are read is in `entry_totals`.

A row is added to, or counted anew while it is locked; it is never removed while entries are written, only set to
nothing (`times` 0): on PostgreSQL somebody who waits for a row that goes would miss the one that comes in its place.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Select,
    Table,
    case,
    func,
    literal,
    select,
    text,
    tuple_,
    type_coerce,
    union,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from bot.domain.entries import Entry, EntryState
from storage.columns import ExactDecimal, UtcDateTime
from storage.kpi_tables import EntryDayRow, EntryRow, EntryWeekRow
from storage.prepared import Prepared
from storage.scope import Scope, inserting
from storage.tables import table

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

ENTRIES, DAYS, WEEKS = table(EntryRow), table(EntryDayRow), table(EntryWeekRow)
# SQLite's sum() of whole numbers stops at 2**63, which 93 of the largest values reach; so it adds up two halves.
HALF = 10**9
VALUE = type_coerce(ENTRIES.c.value, BigInteger)
LOW = VALUE % HALF
HIGH = (VALUE - LOW) // HALF
IS_ACTIVE = ENTRIES.c.state == EntryState.ACTIVE
EXISTS = ENTRIES.c.state != EntryState.STAGED
_LATEST = ("last", "last_on", "last_at", "last_id")
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_NOTHING = {"high": 0, "low": 0, "times": 0, "last": Decimal(0), "last_at": _LONG_AGO, "last_id": ""}
_SCALE = ExactDecimal()


class _MondayOf(FunctionElement[date]):
    """The Monday of the week of a day."""

    type = Date()
    inherit_cache = True


@compiles(_MondayOf, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    return f"date({compiler.process(element.clauses, **options)}, 'weekday 0', '-6 days')"


@compiles(_MondayOf, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    return f"CAST(date_trunc('week', CAST({compiler.process(element.clauses, **options)} AS timestamp)) AS date)"


def monday_of(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def add_one(scope: Scope, entry: Entry) -> None:
    """An entry is new. On PostgreSQL it is added when the transaction ends (`settle`): until it has committed, who logs
    the same KPI for the same day has to wait for it. SQLite has one writer, and nobody waits."""
    if entry.state is not EntryState.ACTIVE:
        add(scope, ENTRIES.c.id == entry.id)
    elif scope.connection.dialect.name == "postgresql":
        scope.to_be_kept.append(entry)
    else:
        for kept in (DAYS, WEEKS):
            _add_entry(scope, kept, entry)


def settle(scope: Scope) -> None:
    """Add what was put off, in one order, so that two do not wait for each other. Before anything but `totals` is read
    of what is kept, and before any of it is counted anew."""
    waiting = sorted(scope.to_be_kept, key=lambda each: (each.kpi_key, each.on, each.member_id))
    scope.to_be_kept.clear()
    for kept in (DAYS, WEEKS):
        for entry in waiting:
            _add_entry(scope, kept, entry)


def _add_entry(scope: Scope, kept: Table, entry: Entry) -> None:
    scaled = _SCALE.process_bind_param(entry.value, scope.connection.dialect) or 0
    low = abs(scaled) % HALF * (1 if scaled >= 0 else -1)  # as databases divide
    own: dict[str, Any] = {
        "kpi_key": entry.kpi_key,
        "high": (scaled - low) // HALF,
        "low": low,
        "times": 1,
        "last": entry.value,
        "last_on": entry.on,
        "last_at": entry.logged_at,
        "last_id": entry.id,
        "changed_at": entry.logged_at,
    }
    if kept is DAYS:
        own["first"] = entry.on
    else:
        own |= {"first": monday_of(entry.on), "member_id": entry.member_id}
    statement = _adding_one(scope.connection.dialect.name, kept)
    scope.prepared(statement, workspace_id=scope.workspace_id, **own)


def add(scope: Scope, *where: ColumnElement[bool], counts_from: datetime | None = None) -> None:
    """All entries that meet the conditions are new, or begin to count now, as logged at `counts_from` (UTC; None: when
    they were)."""
    for kept in (DAYS, WEEKS):
        _add_to(scope, kept, *where, counts_from=counts_from)


def count_anew(scope: Scope, kpi_key: str, days: Collection[date], member_ids: Collection[str]) -> None:
    """Entries of a KPI for these days, of these members, were changed. What is kept of them is locked before it is
    counted: who changes others of them waits, and counts after us."""
    settle(scope)
    wanted, mondays, members = sorted({*days}), sorted({monday_of(day) for day in days}), sorted({*member_ids})
    within = [monday + timedelta(days=number) for monday in mondays for number in range(7)]
    own = {"kpi_key": kpi_key, "changed_at": _LONG_AGO, **_NOTHING}
    scope.upsert(DAYS, [{**own, "first": day, "last_on": day} for day in wanted])
    weeks = [(monday, member_id) for monday in mondays for member_id in members]
    scope.upsert(WEEKS, [{**own, "first": day, "last_on": day, "member_id": who} for day, who in weeks])
    of_kpi = (ENTRIES.c.kpi_key == kpi_key, EXISTS)
    _add_to(scope, DAYS, *of_kpi, ENTRIES.c.on.in_(wanted))
    _add_to(scope, WEEKS, *of_kpi, ENTRIES.c.on.in_(within), ENTRIES.c.member_id.in_(members))


def forget(scope: Scope, member_id: str) -> None:
    """Of a member without entries nothing is kept. A week in which they have some all the same stays: on PostgreSQL
    whoever logs one just now, or has since their entries were looked up, is waited for, and then counts."""
    own = WEEKS.c.member_id == member_id
    held = scope.select(WEEKS, own, columns=[WEEKS.c.first]).order_by(WEEKS.c.kpi_key, WEEKS.c.first)
    scope.rows(held.with_for_update())
    of_week = (ENTRIES.c.kpi_key == WEEKS.c.kpi_key, _MondayOf(ENTRIES.c.on) == WEEKS.c.first)
    has_entries = scope.select(ENTRIES, ENTRIES.c.member_id == member_id, *of_week, EXISTS, columns=[ENTRIES.c.id])
    scope.change(scope.delete(WEEKS, own, ~has_entries.correlate(WEEKS).exists()))


class KeptTotals:
    """What is kept of the entries of a workspace, beside what they add up to: for whoever operates it."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def kpi_keys(self) -> list[str]:
        """The KPIs with entries, or with anything kept."""
        there = {ENTRIES: (EXISTS,), DAYS: (), WEEKS: ()}
        here = [self._scope.select(rows, *which, columns=[rows.c.kpi_key]).distinct() for rows, which in there.items()]
        return sorted(self._scope.connection.execute(union(*here)).scalars())

    def is_right(self, kpi_key: str) -> bool | None:
        """Whether what is kept of a KPI is what its entries add up to; None where there is neither. Every entry of it
        is read."""
        settle(self._scope)
        compared = [(self._right(kept, kpi_key), self._there(kept, kpi_key)) for kept in (DAYS, WEEKS)]
        return all(right == there for right, there in compared) if any(map(any, compared)) else None

    def rebuild(self, kpi_key: str) -> int:
        """Make what is kept of a KPI anew from its entries; how many days and weeks it is."""
        settle(self._scope)
        if self._scope.connection.dialect.name == "postgresql":  # whoever writes entries meanwhile waits
            self._scope.connection.execute(text("LOCK TABLE entry_days, entry_weeks IN SHARE ROW EXCLUSIVE MODE"))
        made = 0
        for kept in (DAYS, WEEKS):
            self._scope.change(self._scope.delete(kept, kept.c.kpi_key == kpi_key))
            _add_to(self._scope, kept, ENTRIES.c.kpi_key == kpi_key, EXISTS)
            made += self._scope.value(self._scope.select(kept, kept.c.kpi_key == kpi_key, columns=[func.count()]))
        return made

    def _right(self, kept: Table, kpi_key: str) -> set[tuple[Any, ...]]:
        return {*map(tuple, self._scope.rows(_added_up(self._scope, kept, ENTRIES.c.kpi_key == kpi_key, EXISTS)))}

    def _there(self, kept: Table, kpi_key: str) -> set[tuple[Any, ...]]:
        there = self._scope.select(kept, kept.c.kpi_key == kpi_key, kept.c.changed_at > _LONG_AGO)
        return {*map(tuple, self._scope.rows(there))}


def _add_to(scope: Scope, kept: Table, *where: ColumnElement[bool], counts_from: datetime | None = None) -> None:
    summed = _added_up(scope, kept, *where, counts_from=counts_from)
    names = [column.name for column in kept.c]
    # in one order, so that two who add many at once do not wait for each other
    ordered = summed.order_by(*(summed.selected_columns[key.name] for key in kept.primary_key))
    scope.connection.execute(_adding(scope.connection.dialect.name, kept, from_select=(names, ordered)))


def _added_up(
    scope: Scope, kept: Table, *where: ColumnElement[bool], counts_from: datetime | None = None
) -> Select[Any]:
    """The rows of a table that entries make, with its columns in its order."""
    is_now = counts_from is not None
    at: ColumnElement[Any] = literal(counts_from, UtcDateTime()) if is_now else ENTRIES.c.logged_at
    ended = ENTRIES.c.changed_at
    changed = case((ended.is_not(None) & (ended > at), ended), else_=at)
    counts: ColumnElement[int] = literal(1) if is_now else case((IS_ACTIVE, 1), else_=0)
    day = ENTRIES.c.on if kept is DAYS else _MondayOf(ENTRIES.c.on)
    own = {"kpi_key": ENTRIES.c.kpi_key, "first": day, **({"member_id": ENTRIES.c.member_id} if kept is WEEKS else {})}
    order = [counts.desc(), ENTRIES.c.on.desc(), at.desc(), ENTRIES.c.id.desc()]
    place = func.row_number().over(partition_by=list(own.values()), order_by=order)
    latest = dict(zip(_LATEST, (ENTRIES.c.value, ENTRIES.c.on, at, ENTRIES.c.id), strict=True))
    made = {**own, "high": HIGH * counts, "low": LOW * counts, "times": counts, **latest, "changed_at": changed}
    columns = [column.label(name) for name, column in {**made, "place": place}.items()]
    each = scope.select(ENTRIES, *where, columns=columns).subquery().c
    is_latest = (each.place == 1) & (each.times == 1)
    nothing = {name: literal(_NOTHING[name], kept.c[name].type) for name in ("last", "last_at", "last_id")}
    summed = {
        "workspace_id": literal(scope.workspace_id),
        **{name: each[name] for name in own},
        **{name: func.sum(each[name]) for name in ("high", "low", "times")},
        **{
            name: func.coalesce(func.max(case((is_latest, each[name]))), nothing.get(name, each.first))
            for name in _LATEST
        },
        "changed_at": func.max(each.changed_at),
    }
    return select(*(summed[column.name].label(column.name) for column in kept.c)).group_by(
        *(each[name] for name in own)
    )


@cache
def _adding_one(dialect: str, kept: Table) -> Prepared:
    return Prepared(_adding(dialect, kept), [column.name for column in kept.c])


def _adding(dialect: str, kept: Table, from_select: tuple[list[str], Select[Any]] | None = None) -> Any:
    """INSERT of rows to be added to those that are there."""
    statement: sqlite.Insert | postgresql.Insert = inserting(dialect, kept)
    new = statement.excluded
    is_later = tuple_(new.last_on, new.last_at, new.last_id) > tuple_(kept.c.last_on, kept.c.last_at, kept.c.last_id)
    grown: dict[str, ColumnElement[Any]] = {name: kept.c[name] + new[name] for name in ("high", "low", "times")}
    grown |= {name: case((is_later, new[name]), else_=kept.c[name]) for name in _LATEST}
    is_newer = new.changed_at > kept.c.changed_at
    grown["changed_at"] = case((is_newer, new.changed_at), else_=kept.c.changed_at)
    if from_select is not None:
        statement = statement.from_select(*from_select)
    return statement.on_conflict_do_update(index_elements=list(kept.primary_key), set_=grown)
