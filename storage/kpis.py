"""KPI entries, and what they add up to. Sums are made by the database from whole numbers, so that they are exact.

How totals become a KPI's figure is the domain's matter (`bot.domain.entries.figure`).
"""

from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, Select, case, func, select, type_coerce

from bot.domain.entries import Entry, EntryState, Totals
from bot.domain.errors import DomainError
from storage.columns import unscaled
from storage.scope import Scope
from storage.tables import EntryRow, table

ENTRIES = table(EntryRow)
_FIELDS = [field.name for field in fields(Entry)]
_LATEST_FIRST = (ENTRIES.c.on.desc(), ENTRIES.c.logged_at.desc(), ENTRIES.c.id.desc())
# SQLite's sum() of whole numbers stops at 2**63, which 93 of the largest values reach; so it adds up two halves.
_HALF = 10**9


class Entries:
    """The logged values of a workspace. Nothing is removed: an undone entry stays, and counts nowhere."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add(self, entry: Entry) -> bool:
        """Record an entry. False, and nothing is stored, if one from the same source is there."""
        return self.add_many([entry]) == 1

    def add_many(self, entries: Iterable[Entry]) -> int:
        """Record many entries at once, leaving out those whose source is known; how many are new."""
        return self._scope.insert_new(ENTRIES, [{name: getattr(e, name) for name in _FIELDS} for e in entries])

    def get(self, entry_id: str) -> Entry | None:
        return self._one(ENTRIES.c.id == entry_id)

    def by_source(self, source: str) -> Entry | None:
        return self._one(ENTRIES.c.source == source)

    def latest_by(self, member_id: str) -> Entry | None:
        """The active entry this person logged last, for whomever it counts."""
        mine = (ENTRIES.c.logged_by == member_id, ENTRIES.c.state == EntryState.ACTIVE)
        return self._one(*mine, order=(ENTRIES.c.logged_at.desc(), ENTRIES.c.id.desc()))

    def last_value(self, kpi_key: str, member_id: str) -> Entry | None:
        """The active entry of a person's KPI for the latest day."""
        theirs = (ENTRIES.c.kpi_key == kpi_key, ENTRIES.c.member_id == member_id)
        return self._one(*theirs, ENTRIES.c.state == EntryState.ACTIVE)

    def undo(self, entry_id: str, by: str, at: datetime) -> Entry:
        """Make an entry count no more, keeping who did it and when. One undone or corrected before stays as it is.

        Returns the entry as it now is; raises DomainError `kpis.unknown_entry`.
        """
        active = (ENTRIES.c.id == entry_id, ENTRIES.c.state == EntryState.ACTIVE)
        undone = self._scope.update(ENTRIES, *active)
        self._scope.change(undone.values(state=EntryState.UNDONE, changed_by=by, changed_at=at))
        entry = self.get(entry_id)
        if entry is None:
            raise DomainError("kpis.unknown_entry")
        return entry

    def history(self, kpi_key: str, member_id: str | None = None, limit: int = 50) -> list[Entry]:
        """A KPI's entries of everybody or of one person, the latest day first, undone ones included."""
        where = [ENTRIES.c.kpi_key == kpi_key]
        if member_id is not None:
            where.append(ENTRIES.c.member_id == member_id)
        statement = self._scope.select(ENTRIES, *where).order_by(*_LATEST_FIRST).limit(limit)
        return [_entry(row) for row in self._scope.rows(statement)]

    def totals(
        self, first: date, last: date, member_id: str | None = None, kpi_keys: Iterable[str] | None = None
    ) -> dict[str, Totals]:
        """Totals by KPI over the days from `first` to `last`. A KPI without active entries is left out."""
        where = list(_days(first, last))
        if member_id is not None:
            where.append(ENTRIES.c.member_id == member_id)
        if kpi_keys is not None:
            where.append(ENTRIES.c.kpi_key.in_(list(kpi_keys)))
        rows = self._scope.rows(self._totals(where, ENTRIES.c.kpi_key))
        return {row.kpi_key: _made_totals(row) for row in rows}

    def totals_by_member(self, kpi_key: str, first: date, last: date) -> dict[str, Totals]:
        """Totals of one KPI by the member whose number it is."""
        where = (ENTRIES.c.kpi_key == kpi_key, *_days(first, last))
        rows = self._scope.rows(self._totals(where, ENTRIES.c.member_id))
        return {row.member_id: _made_totals(row) for row in rows}

    def totals_by_day(self, kpi_keys: str | Iterable[str], first: date, last: date) -> dict[str, dict[date, Totals]]:
        """Totals by KPI and day, days in order. Every KPI asked for is there, also without entries."""
        keys = [kpi_keys] if isinstance(kpi_keys, str) else list(kpi_keys)
        found: dict[str, dict[date, Totals]] = {key: {} for key in keys}
        where = (ENTRIES.c.kpi_key.in_(keys), *_days(first, last))
        statement = self._totals(where, ENTRIES.c.kpi_key, ENTRIES.c.on)
        for row in self._scope.rows(statement):
            found[row.kpi_key][row.on] = _made_totals(row)
        return {key: dict(sorted(days.items())) for key, days in found.items()}

    def loggers(self, kpi_key: str, first: date, last: date) -> set[str]:
        """The members whose number for a KPI is there for some day from `first` to `last`."""
        where = (ENTRIES.c.kpi_key == kpi_key, ENTRIES.c.state == EntryState.ACTIVE, *_days(first, last))
        return self._distinct(ENTRIES.c.member_id, *where)

    def keys_used(self) -> set[str]:
        """The KPIs with at least one active entry."""
        return self._distinct(ENTRIES.c.kpi_key, ENTRIES.c.state == EntryState.ACTIVE)

    def _distinct(self, column: ColumnElement[str], *where: ColumnElement[bool]) -> set[str]:
        return {row[0] for row in self._scope.rows(self._scope.select(ENTRIES, *where, columns=[column]).distinct())}

    def _one(self, *where: ColumnElement[bool], order: tuple[ColumnElement[Any], ...] = _LATEST_FIRST) -> Entry | None:
        row = self._scope.first(self._scope.select(ENTRIES, *where).order_by(*order))
        return _entry(row) if row else None

    def _totals(self, where: Iterable[ColumnElement[bool]], *by: ColumnElement[Any]) -> Select[Any]:
        """One row for each group `by`: both halves of the sum, the count, and the value of the latest entry."""
        value = type_coerce(ENTRIES.c.value, BigInteger).label("value")
        place = func.row_number().over(partition_by=list(by), order_by=list(_LATEST_FIRST)).label("place")
        active = ENTRIES.c.state == EntryState.ACTIVE
        ranked = self._scope.select(ENTRIES, active, *where, columns=[*by, value, place]).subquery()
        groups = [ranked.c[column.key] for column in by if column.key]
        low = ranked.c.value % _HALF
        return select(
            *groups,
            func.sum((ranked.c.value - low) // _HALF).label("high"),
            func.sum(low).label("low"),
            func.count().label("times"),
            func.max(case((ranked.c.place == 1, ranked.c.value))).label("latest"),
        ).group_by(*groups)


def _days(first: date, last: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return ENTRIES.c.on >= first, ENTRIES.c.on <= last


def _made_totals(row: Row[Any]) -> Totals:
    # PostgreSQL returns a sum of whole numbers as a decimal.
    whole = int(row.high) * _HALF + int(row.low)
    return Totals(unscaled(whole), row.times, unscaled(int(row.latest)))


def _entry(row: Row[Any]) -> Entry:
    return Entry(**{name: getattr(row, name) for name in _FIELDS})
