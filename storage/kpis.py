"""KPI entries: logged, ended, found again. What they add up to is read in `entry_totals`; with everything that is done
here it is kept (`kept_totals`).

What is only staged (`storage.staged_entries`) exists for nobody: whatever is asked here leaves it out.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, func, or_, select

from bot.domain.entries import Entry, EntryState
from bot.domain.errors import DomainError
from bot.domain.kpi_notes import Usage
from storage import kept_totals
from storage.entry_totals import EntryTotals
from storage.kept_totals import ENTRIES, EXISTS
from storage.prepared import Prepared
from storage.staged_entries import FIELDS, StagedEntries

_SAID = ("kpi_key", "member_id", "on", "value", "logged_by")
_LATEST_FIRST = (ENTRIES.c.on.desc(), ENTRIES.c.logged_at.desc(), ENTRIES.c.id.desc())
_AT_A_TIME = 5_000
# Asked with every value that is logged, and so made once.
_BY_SOURCE = Prepared(
    select(*ENTRIES.c).where(
        ENTRIES.c.workspace_id == bindparam("workspace"), ENTRIES.c.source == bindparam("source"), EXISTS
    )
)
_SAID_BEFORE = Prepared(
    select(*ENTRIES.c)
    .where(
        ENTRIES.c.workspace_id == bindparam("workspace"),
        *(ENTRIES.c[name] == bindparam(name) for name in _SAID),
        ENTRIES.c.state == EntryState.ACTIVE,
        ENTRIES.c.logged_at >= bindparam("since"),
    )
    .order_by(*_LATEST_FIRST)
    .limit(1)
)


class Entries(StagedEntries, EntryTotals):
    """The logged values of a workspace. Nothing is removed: an undone entry stays, and counts nowhere."""

    def add(self, entry: Entry) -> bool:
        """Record an entry. False, and nothing is stored, if one from the same source is there. DomainError as
        `add_many`."""
        return self.add_many([entry]) == 1

    def add_many(self, entries: Iterable[Entry]) -> int:
        """Record many entries at once, leaving out those whose source is known; how many are new. However many there
        are, only some of them are held at a time. DomainError
        `kpis.define.computed_meanwhile` where one of the KPIs is computed by now."""
        waiting, added = iter(entries), 0
        while some := [{name: getattr(e, name) for name in FIELDS} for e in islice(waiting, _AT_A_TIME)]:
            self._check_typed({each["kpi_key"] for each in some})
            added += self._add_some(some)
        return added

    def _add_some(self, some: Sequence[dict[str, Any]]) -> int:
        added = self._scope.insert_new(ENTRIES, some)
        if len(some) == added == 1:
            kept_totals.add_one(self._scope, Entry(**some[0]))
        elif added == len(some):
            kept_totals.add(self._scope, ENTRIES.c.id.in_([each["id"] for each in some]))
        elif added:  # which of them are new is not known
            for key in sorted({each["kpi_key"] for each in some}):
                own = [each for each in some if each["kpi_key"] == key]
                days, members = {each["on"] for each in own}, {each["member_id"] for each in own}
                kept_totals.count_anew(self._scope, key, days, members)
        return added

    def get(self, entry_id: str) -> Entry | None:
        return self._one(ENTRIES.c.id == entry_id)

    def correction_of(self, entry_id: str) -> Entry | None:
        """The entry that stands for a corrected one."""
        return self._one(ENTRIES.c.corrects == entry_id)

    def by_source(self, source: str) -> Entry | None:
        row = self._scope.prepared(_BY_SOURCE, source=source).first()
        return _entry(row) if row else None

    def by_sources(self, sources: Collection[str]) -> dict[str, Entry]:
        """The entries that these sources brought, in whatever state, by source; unknown ones are left out."""
        found: dict[str, Entry] = {}
        waiting = iter(sources)
        while some := list(islice(waiting, _AT_A_TIME)):
            for row in self._scope.rows(self._scope.select(ENTRIES, ENTRIES.c.source.in_(some), EXISTS)):
                found[row.source] = _entry(row)
        return found

    def between(self, first: date, last: date, kpi_keys: Collection[str] | None = None) -> Iterator[Entry]:
        """The active entries from `first` to `last`, of these KPIs or all, by day. They are read as they are asked
        for: within the transaction."""
        where = [ENTRIES.c.state == EntryState.ACTIVE, *_days(first, last)]
        if kpi_keys is not None:
            where.append(ENTRIES.c.kpi_key.in_(list(kpi_keys)))
        statement = self._scope.select(ENTRIES, *where).order_by(ENTRIES.c.on)
        return map(_entry, self._scope.streamed(statement, _AT_A_TIME))

    def latest_by(
        self, member_id: str, sources: Collection[str] = ("",), kpi_keys: Collection[str] | None = None
    ) -> Entry | None:
        """The active entry this person logged last, for whomever it counts, of those whose source begins so, of all
        KPIs or these."""
        mine = [ENTRIES.c.logged_by == member_id, ENTRIES.c.state == EntryState.ACTIVE]
        if kpi_keys is not None:
            mine.append(ENTRIES.c.kpi_key.in_(list(kpi_keys)))
        brought = or_(*(ENTRIES.c.source.startswith(each, autoescape=True) for each in sources))
        return self._one(*mine, brought, order=(ENTRIES.c.logged_at.desc(), ENTRIES.c.id.desc()))

    def last_value(self, kpi_key: str, member_id: str) -> Entry | None:
        """The active entry of a person's KPI for the latest day."""
        theirs = (ENTRIES.c.kpi_key == kpi_key, ENTRIES.c.member_id == member_id)
        return self._one(*theirs, ENTRIES.c.state == EntryState.ACTIVE)

    def said_before(self, said: Entry, since: datetime) -> Entry | None:
        """The active entry in which the same person logged the same value for the same KPI, member and day at `since`
        (UTC) or later."""
        same = {name: getattr(said, name) for name in _SAID}
        row = self._scope.prepared(_SAID_BEFORE, since=since, **same).first()
        return _entry(row) if row else None

    def undo(self, entry_id: str, by: str, at: datetime) -> Entry | None:
        """Make an entry count no more, as `end` does."""
        return self.end(entry_id, EntryState.UNDONE, by, at)

    def end(self, entry_id: str, state: EntryState, by: str, at: datetime, because: str | None = None) -> Entry | None:
        """Make an entry count no more, keeping who did it, when and why; the entry as it now is. None for one that
        counted no more before: it stays as it is. Raises DomainError `kpis.unknown_entry`."""
        active = (ENTRIES.c.id == entry_id, ENTRIES.c.state == EntryState.ACTIVE)
        ended = self._scope.update(ENTRIES, *active)
        changes = self._scope.change(ended.values(state=state, changed_by=by, changed_at=at, because=because))
        entry = self.get(entry_id)
        if entry is None:
            raise DomainError("kpis.unknown_entry")
        if not changes:
            return None
        kept_totals.count_anew(self._scope, entry.kpi_key, [entry.on], [entry.member_id])
        return entry

    def history(self, kpi_key: str, member_id: str | None = None, limit: int = 50) -> list[Entry]:
        """A KPI's entries of everybody or of one person, the latest day first, undone ones included."""
        where = [ENTRIES.c.kpi_key == kpi_key, EXISTS]
        if member_id is not None:
            where.append(ENTRIES.c.member_id == member_id)
        statement = self._scope.select(ENTRIES, *where).order_by(*_LATEST_FIRST).limit(limit)
        return [_entry(row) for row in self._scope.rows(statement)]

    def usage(self, kpi_keys: Collection[str] | None = None) -> dict[str, Usage]:
        """How much each KPI was used, all or these, by key; those without an active entry are left out."""
        at = ENTRIES.c.logged_at
        columns = [
            ENTRIES.c.kpi_key,
            func.count().label("times"),
            func.min(at).label("first"),
            func.max(at).label("last"),
        ]
        where = [ENTRIES.c.state == EntryState.ACTIVE]
        if kpi_keys is not None:
            where.append(ENTRIES.c.kpi_key.in_(list(kpi_keys)))
        active = self._scope.select(ENTRIES, *where, columns=columns)
        rows = self._scope.rows(active.group_by(ENTRIES.c.kpi_key))
        return {row.kpi_key: Usage(row.times, row.first, row.last) for row in rows}

    def _one(self, *where: ColumnElement[bool], order: tuple[ColumnElement[Any], ...] = _LATEST_FIRST) -> Entry | None:
        row = self._scope.first(self._scope.select(ENTRIES, *where, EXISTS).order_by(*order))
        return _entry(row) if row else None


def _days(first: date, last: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return ENTRIES.c.on >= first, ENTRIES.c.on <= last


def _entry(row: Row[Any]) -> Entry:
    return Entry(**{name: getattr(row, name) for name in FIELDS})
