"""KPI entries, and what they add up to. Sums are made by the database from whole numbers, so that they are exact.

How totals become a KPI's figure is the domain's matter (`bot.domain.entries.figure`).

What is only staged (`storage.staged_entries`) exists for nobody: whatever is asked here leaves it out.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, Select, bindparam, func, or_, select, type_coerce

from bot.domain.entries import Entry, EntryState, Totals
from bot.domain.errors import DomainError
from bot.domain.kpi_notes import Usage
from storage import kept_totals
from storage.columns import unscaled
from storage.kpi_tables import EntryRow
from storage.prepared import Prepared
from storage.staged_entries import FIELDS, StagedEntries
from storage.tables import table

ENTRIES = table(EntryRow)
_SAID = ("kpi_key", "member_id", "on", "value", "logged_by")
_LATEST_FIRST = (ENTRIES.c.on.desc(), ENTRIES.c.logged_at.desc(), ENTRIES.c.id.desc())
# SQLite's sum() of whole numbers stops at 2**63, which 93 of the largest values reach; so it adds up two halves.
_HALF = 10**9
_AT_A_TIME = 5_000
_FEW = 8
_EXISTS = ENTRIES.c.state != EntryState.STAGED
# Asked with every value that is logged, and so made once.
_BY_SOURCE = Prepared(
    select(*ENTRIES.c).where(
        ENTRIES.c.workspace_id == bindparam("workspace"), ENTRIES.c.source == bindparam("source"), _EXISTS
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


class Entries(StagedEntries):
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
            for row in self._scope.rows(self._scope.select(ENTRIES, ENTRIES.c.source.in_(some), _EXISTS)):
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
        where = [ENTRIES.c.kpi_key == kpi_key, _EXISTS]
        if member_id is not None:
            where.append(ENTRIES.c.member_id == member_id)
        statement = self._scope.select(ENTRIES, *where).order_by(*_LATEST_FIRST).limit(limit)
        return [_entry(row) for row in self._scope.rows(statement)]

    def totals(
        self,
        first: date,
        last: date,
        member_id: str | Collection[str] | None = None,
        kpi_keys: Collection[str] | None = None,
        latest_of: Collection[str] | None = None,
    ) -> dict[str, Totals]:
        """Totals by KPI over the days from `first` to `last`. A KPI without active entries is left out.
        Of one member, of some, or of everybody (None). `latest_of` are the KPIs whose latest value is wanted (None:
        all): of the others `Totals.last` is None, and they are added up several times as fast."""
        if kpi_keys and _is_plain(member_id, kpi_keys, latest_of):
            return self._sums_of_few(first, last, member_id, sorted(kpi_keys))
        where = [*_days(first, last), *_of(member_id)]
        found = self._added_up(where, kpi_keys, latest_of, ENTRIES.c.kpi_key)
        return {key: totals for (key,), totals in found.items()}

    def totals_by_member(
        self, kpi_key: str, first: date, last: date, latest_of: Collection[str] | None = None
    ) -> dict[str, Totals]:
        """Totals of one KPI by the member whose number it is; `latest_of` as in `totals`."""
        by = (ENTRIES.c.kpi_key, ENTRIES.c.member_id)
        found = self._added_up(_days(first, last), [kpi_key], latest_of, *by)
        return {member_id: totals for (_, member_id), totals in found.items()}

    def totals_by_day(
        self,
        kpi_keys: str | Iterable[str],
        first: date,
        last: date,
        member_id: str | Collection[str] | None = None,
        latest_of: Collection[str] | None = None,
    ) -> dict[str, dict[date, Totals]]:
        """Totals by KPI and day, days in order. Every KPI asked for is there, also without entries. Of one member, of
        some, or of everybody (None); `latest_of` as in `totals`."""
        keys = [kpi_keys] if isinstance(kpi_keys, str) else list(kpi_keys)
        found: dict[str, dict[date, Totals]] = {key: {} for key in keys}
        where = (*_days(first, last), *_of(member_id))
        for (key, on), totals in self._added_up(where, keys, latest_of, ENTRIES.c.kpi_key, ENTRIES.c.on).items():
            found[key][on] = totals
        return {key: dict(sorted(days.items())) for key, days in found.items()}

    def loggers(self, kpi_key: str, first: date, last: date) -> set[str]:
        """The members whose number for a KPI is there for some day from `first` to `last`."""
        where = (ENTRIES.c.kpi_key == kpi_key, ENTRIES.c.state == EntryState.ACTIVE, *_days(first, last))
        return self._distinct(ENTRIES.c.member_id, *where)

    def keys_used(self) -> set[str]:
        """The KPIs with at least one active entry. From one key to the next: neither database would skip the entries
        between them."""
        found: set[str] = set()
        last = ""
        while True:
            where = (ENTRIES.c.kpi_key > last, ENTRIES.c.state == EntryState.ACTIVE)
            following = self._scope.select(ENTRIES, *where, columns=[ENTRIES.c.kpi_key]).order_by(ENTRIES.c.kpi_key)
            row = self._scope.first(following)
            if row is None:
                return found
            last = row.kpi_key
            found.add(last)

    def first_days(self, kpi_keys: Iterable[str]) -> dict[str, date]:
        """The earliest day that some KPIs have an active entry for; those without any are left out. For each key the
        index is read up to the first such entry, however many follow."""
        found: dict[str, date] = {}
        for key in kpi_keys:
            where = (ENTRIES.c.kpi_key == key, ENTRIES.c.state == EntryState.ACTIVE)
            row = self._scope.first(self._scope.select(ENTRIES, *where, columns=[ENTRIES.c.on]).order_by(ENTRIES.c.on))
            if row is not None:
                found[key] = row[0]
        return found

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

    def counts(self, since: Mapping[str, date]) -> dict[str, int]:
        """How many active entries KPIs have for the day that is given for each and later ones. Read from the index
        alone, in one query for each day."""
        of_day: dict[date, list[str]] = {}
        for key, day in since.items():
            of_day.setdefault(day, []).append(key)
        found = dict.fromkeys(since, 0)
        columns = [ENTRIES.c.kpi_key, func.count().label("times")]
        for day, keys in of_day.items():
            where = (ENTRIES.c.kpi_key.in_(keys), ENTRIES.c.on >= day, ENTRIES.c.state == EntryState.ACTIVE)
            counted = self._scope.select(ENTRIES, *where, columns=columns).group_by(ENTRIES.c.kpi_key)
            found |= {row.kpi_key: row.times for row in self._scope.rows(counted)}
        return found

    def _distinct(self, column: ColumnElement[str], *where: ColumnElement[bool]) -> set[str]:
        return {row[0] for row in self._scope.rows(self._scope.select(ENTRIES, *where, columns=[column]).distinct())}

    def _one(self, *where: ColumnElement[bool], order: tuple[ColumnElement[Any], ...] = _LATEST_FIRST) -> Entry | None:
        row = self._scope.first(self._scope.select(ENTRIES, *where, _EXISTS).order_by(*order))
        return _entry(row) if row else None

    def _added_up(
        self,
        where: Iterable[ColumnElement[bool]],
        kpi_keys: Collection[str] | None,
        latest_of: Collection[str] | None,
        *by: ColumnElement[Any],
    ) -> dict[tuple[Any, ...], Totals]:
        """Totals by the values of `by`, which begins with the KPI."""
        wanted = [*where, ENTRIES.c.state == EntryState.ACTIVE]
        some = [] if kpi_keys is None else [ENTRIES.c.kpi_key.in_(list(kpi_keys))]
        last_of = [key for key in latest_of if kpi_keys is None or key in kpi_keys] if latest_of is not None else None
        latest: dict[tuple[Any, ...], int] = {}
        if last_of is None or last_of:
            these = some if last_of is None else [ENTRIES.c.kpi_key.in_(last_of)]
            latest = {tuple(row)[:-1]: row.value for row in self._scope.rows(self._latest([*wanted, *these], by))}
        rows = self._scope.rows(self._sums([*wanted, *some], by))
        return {(key := tuple(row)[: len(by)]): _made_totals(row, latest.get(key)) for row in rows}

    def _sums(self, where: Iterable[ColumnElement[bool]], by: tuple[ColumnElement[Any], ...]) -> Select[Any]:
        """One row for each group: both halves of the sum, and the count."""
        return self._scope.select(ENTRIES, *where, columns=_summed(*by)).group_by(*by)

    def _sums_of_few(self, first: date, last: date, member_id: Any, kpi_keys: Sequence[str]) -> dict[str, Totals]:
        """What is added up with every value that is logged: by a statement made beforehand."""
        values = {f"key_{place}": key for place, key in enumerate(kpi_keys)}
        statement = _few_summed(len(kpi_keys), member_id is not None)
        rows = self._scope.prepared(statement, first=first, last=last, member=member_id, **values).rows
        return {row.kpi_key: _made_totals(row, None) for row in rows}

    def _latest(self, where: Iterable[ColumnElement[bool]], by: tuple[ColumnElement[Any], ...]) -> Select[Any]:
        """The value of the latest entry of each group."""
        value = type_coerce(ENTRIES.c.value, BigInteger).label("value")
        place = func.row_number().over(partition_by=list(by), order_by=list(_LATEST_FIRST)).label("place")
        ranked = self._scope.select(ENTRIES, *where, columns=[*by, value, place]).subquery()
        groups = [ranked.c[column.key] for column in by if column.key]
        return select(*groups, ranked.c.value).where(ranked.c.place == 1)


def _summed(*by: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    value = type_coerce(ENTRIES.c.value, BigInteger)
    low = value % _HALF
    high = func.sum((value - low) // _HALF)
    return [*by, high.label("high"), func.sum(low).label("low"), func.count().label("times")]


def _is_plain(member_id: object, kpi_keys: Collection[str], latest_of: Collection[str] | None) -> bool:
    """Whether only sums of a few KPIs are wanted, of everybody or of one member."""
    is_plain = latest_of is not None and {*latest_of}.isdisjoint(kpi_keys)
    return is_plain and len(kpi_keys) <= _FEW and (member_id is None or isinstance(member_id, str))


@cache
def _few_summed(number: int, of_one: bool) -> Prepared:
    """The totals of so many KPIs over some days, of everybody or of one member."""
    wanted = [
        ENTRIES.c.workspace_id == bindparam("workspace"),
        ENTRIES.c.state == EntryState.ACTIVE,
        ENTRIES.c.on >= bindparam("first"),
        ENTRIES.c.on <= bindparam("last"),
        ENTRIES.c.kpi_key.in_([bindparam(f"key_{place}") for place in range(number)]),
    ]
    if of_one:
        wanted.append(ENTRIES.c.member_id == bindparam("member"))
    return Prepared(select(*_summed(ENTRIES.c.kpi_key)).where(*wanted).group_by(ENTRIES.c.kpi_key))


def _days(first: date, last: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return ENTRIES.c.on >= first, ENTRIES.c.on <= last


def _of(member_id: str | Collection[str] | None) -> tuple[ColumnElement[bool], ...]:
    """Of one member, of some, or of everybody (None)."""
    if member_id is None:
        return ()
    if isinstance(member_id, str):
        return (ENTRIES.c.member_id == member_id,)
    return (ENTRIES.c.member_id.in_(sorted(member_id)),)


def _made_totals(row: Row[Any], latest: int | None) -> Totals:
    # PostgreSQL returns a sum of whole numbers as a decimal.
    whole = int(row.high) * _HALF + int(row.low)
    return Totals(unscaled(whole), row.times, None if latest is None else unscaled(int(latest)))


def _entry(row: Row[Any]) -> Entry:
    return Entry(**{name: getattr(row, name) for name in FIELDS})
