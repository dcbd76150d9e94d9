"""What KPI entries add up to, as it is read: of everybody from the totals that are kept by day, of members from those
that are kept by week with the days before the first and after the last whole week from the entries themselves. So how
long a reading takes depends on days, weeks and people, hardly on how much they logged. How totals are kept is in
`kept_totals`; how they become a KPI's figure is the domain's matter (`bot.domain.entries.figure`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Subquery, Table, bindparam, func, literal, select, union_all

from bot.domain.entries import Totals
from storage.columns import unscaled
from storage.kept_totals import DAYS, ENTRIES, HALF, HIGH, IS_ACTIVE, LOW, WEEKS, settle
from storage.prepared import Prepared
from storage.scope import Scope

_SUMS = ("high", "low", "times")
_LATEST = ("last", "last_on", "last_at", "last_id")
_FEW = 8
_PLACES = ("all", "head", "whole", "tail")
_WEEK = 7
Days = tuple[Any, Any]
"""The first and the last day, or the parameters that stand for them."""
_NONE: Days = (date(1, 1, 2), date(1, 1, 1))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose totals are wanted: of which KPIs (None: all) and members (None: everybody's)."""

    workspace_id: Any
    kpi_keys: Sequence[Any] | None = None
    member_ids: Sequence[Any] | None = None

    def of(self, rows: Table, days: Days) -> list[ColumnElement[bool]]:
        """What finds them in a table."""
        day = rows.c.on if rows is ENTRIES else rows.c.first
        found = [rows.c.workspace_id == self.workspace_id, day >= days[0], day <= days[1]]
        if self.kpi_keys is not None:
            found.append(rows.c.kpi_key.in_(self.kpi_keys))
        if self.member_ids is not None:
            found.append(rows.c.member_id.in_(self.member_ids))
        return found


class EntryTotals:
    """What the entries of a workspace add up to, now."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

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
        if kpi_keys and not self._scope.to_be_kept and _is_plain(member_id, kpi_keys, latest_of):
            return self._sums_of_few(first, last, member_id, sorted(kpi_keys))
        found = self._added_up((first, last), member_id, kpi_keys, latest_of, "kpi_key")
        return {key: totals for (key,), totals in found.items()}

    def totals_by_member(
        self, kpi_key: str, first: date, last: date, latest_of: Collection[str] | None = None
    ) -> dict[str, Totals]:
        """Totals of one KPI by the member whose number it is; `latest_of` as in `totals`."""
        found = self._added_up((first, last), None, [kpi_key], latest_of, "kpi_key", "member_id")
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
        for (key, on), totals in self._added_up((first, last), member_id, keys, latest_of, "kpi_key", "on").items():
            found[key][on] = totals
        return {key: dict(sorted(days.items())) for key, days in found.items()}

    def loggers(self, kpi_keys: Collection[str], first: date, last: date) -> dict[str, set[str]]:
        """By KPI the members whose number is there for some day from `first` to `last`; KPIs without any are left
        out."""
        settle(self._scope)
        parts = _by_week(Wanted(self._scope.workspace_id, sorted(kpi_keys)), (first, last), ("kpi_key", "member_id"))
        rows = self._source(parts)
        found: dict[str, set[str]] = {}
        for row in self._scope.rows(select(rows.c.kpi_key, rows.c.member_id).distinct()):
            found.setdefault(row.kpi_key, set()).add(row.member_id)
        return found

    def keys_used(self) -> set[str]:
        """The KPIs with at least one active entry. From one key to the next: neither database would skip the days
        between them."""
        settle(self._scope)
        found: set[str] = set()
        last = ""
        while True:
            following = self._scope.select(DAYS, DAYS.c.kpi_key > last, DAYS.c.times > 0, columns=[DAYS.c.kpi_key])
            row = self._scope.first(following.order_by(DAYS.c.kpi_key))
            if row is None:
                return found
            last = row.kpi_key
            found.add(last)

    def first_days(self, kpi_keys: Iterable[str]) -> dict[str, date]:
        """The earliest day that some KPIs have an active entry for; those without any are left out."""
        settle(self._scope)
        found: dict[str, date] = {}
        for key in kpi_keys:
            own = self._scope.select(DAYS, DAYS.c.kpi_key == key, DAYS.c.times > 0, columns=[DAYS.c.first])
            row = self._scope.first(own.order_by(DAYS.c.first))
            if row is not None:
                found[key] = row[0]
        return found

    def counts(self, since: Mapping[str, date]) -> dict[str, int]:
        """How many active entries KPIs have for the day that is given for each and later ones. In one query for each
        day."""
        settle(self._scope)
        of_day: dict[date, list[str]] = {}
        for key, day in since.items():
            of_day.setdefault(day, []).append(key)
        found = dict.fromkeys(since, 0)
        columns = [DAYS.c.kpi_key, func.sum(DAYS.c.times).label("times")]
        for day, keys in of_day.items():
            counted = self._scope.select(DAYS, DAYS.c.kpi_key.in_(keys), DAYS.c.first >= day, columns=columns)
            found |= {row.kpi_key: int(row.times) for row in self._scope.rows(counted.group_by(DAYS.c.kpi_key))}
        return found

    def _parts(self, wanted: Wanted, days: Days, by: Sequence[str], *, with_latest: bool) -> list[Select[Any]]:
        """Where totals come from: rows with the columns of `by`, sums, and what tells which value is the latest. All
        rows together add up to what the entries do."""
        if wanted.member_ids is None and "member_id" not in by:
            kept = of_kept(DAYS, wanted, days, by, with_latest=with_latest)
            return [kept, *self._not_yet_kept(wanted, days, by, with_latest=with_latest)]
        if "on" in by:
            return [of_entries(by, IS_ACTIVE, *wanted.of(ENTRIES, days), with_latest=with_latest)]
        waiting = self._not_yet_kept(wanted, _split(*days)[1], by, with_latest=with_latest)
        return [*_by_week(wanted, days, by, with_latest=with_latest), *waiting]

    def _not_yet_kept(self, wanted: Wanted, days: Days, by: Sequence[str], *, with_latest: bool) -> list[Select[Any]]:
        """What this transaction itself has logged, as long as its totals are not kept."""
        if not self._scope.to_be_kept:
            return []
        these = ENTRIES.c.id.in_([each.id for each in self._scope.to_be_kept])
        return [of_entries(by, IS_ACTIVE, these, *wanted.of(ENTRIES, days), with_latest=with_latest)]

    def _added_up(
        self,
        days: Days,
        member_id: str | Collection[str] | None,
        kpi_keys: Collection[str] | None,
        latest_of: Collection[str] | None,
        *by: str,
    ) -> dict[tuple[Any, ...], Totals]:
        """Totals by the values of `by`, which begins with the KPI."""
        keys = None if kpi_keys is None else sorted(kpi_keys)
        last_of = keys if latest_of is None else sorted(key for key in latest_of if keys is None or key in keys)
        members = [member_id] if isinstance(member_id, str) else None if member_id is None else sorted(member_id)
        latest: dict[tuple[Any, ...], Any] = {}
        if last_of is None or last_of:
            wanted = Wanted(self._scope.workspace_id, last_of, members)
            rows = self._source(self._parts(wanted, days, by, with_latest=True))
            latest = {tuple(row)[:-1]: row.last for row in self._scope.rows(_latest(rows, by))}
        wanted = Wanted(self._scope.workspace_id, keys, members)
        rows = self._source(self._parts(wanted, days, by, with_latest=False))
        found = ((tuple(row)[: len(by)], row) for row in self._scope.rows(_summed(rows, by)))
        return {key: Totals(_sum_of(row), int(row.times), latest.get(key)) for key, row in found}

    def _source(self, parts: Sequence[Select[Any]]) -> Subquery:
        return union_all(*parts).subquery() if len(parts) > 1 else parts[0].subquery()

    def _sums_of_few(
        self, first: date, last: date, member_id: str | Collection[str] | None, kpi_keys: Sequence[str]
    ) -> dict[str, Totals]:
        """What is added up with every value that is logged: by a statement made beforehand."""
        values: dict[str, Any] = {f"key_{place}": key for place, key in enumerate(kpi_keys)}
        for name, days in zip(_PLACES, ((first, last), *_split(first, last)), strict=True):
            values[f"{name}_first"], values[f"{name}_last"] = days
        statement = _few_summed(len(kpi_keys), member_id is not None)
        rows = self._scope.prepared(statement, member=member_id, **values).rows
        return {row.kpi_key: Totals(_sum_of(row), int(row.times)) for row in rows}


def of_kept(
    kept: Table,
    wanted: Wanted,
    days: Days,
    by: Sequence[str],
    *where: ColumnElement[bool],
    with_latest: bool = False,
) -> Select[Any]:
    """Rows to add up: days, or whole weeks, as they are kept."""
    groups = [kept.c.first.label("on") if name == "on" else kept.c[name] for name in by]
    columns = [kept.c[name] for name in (*_SUMS, *(_LATEST if with_latest else ()))]
    return select(*groups, *columns).where(kept.c.times > 0, *wanted.of(kept, days), *where)


def of_entries(by: Sequence[str], *where: ColumnElement[bool], with_latest: bool = False) -> Select[Any]:
    """Rows to add up: entries, each by itself."""
    groups = [ENTRIES.c[name] for name in by]
    sums = [HIGH.label("high"), LOW.label("low"), literal(1).label("times")]
    latest = [
        ENTRIES.c.value.label("last"),
        ENTRIES.c.on.label("last_on"),
        ENTRIES.c.logged_at.label("last_at"),
        ENTRIES.c.id.label("last_id"),
    ]
    return select(*groups, *sums, *(latest if with_latest else ())).where(*where)


def _by_week(wanted: Wanted, days: Days, by: Sequence[str], *, with_latest: bool = False) -> list[Select[Any]]:
    """Of members: whole weeks as they are kept, the days around them from the entries."""
    head, whole, tail = _split(*days)
    edges = [wanted.of(ENTRIES, each) for each in (head, tail) if each != _NONE]
    around = [of_entries(by, IS_ACTIVE, *each, with_latest=with_latest) for each in edges]
    return around if whole == _NONE else [of_kept(WEEKS, wanted, whole, by, with_latest=with_latest), *around]


def _split(first: date, last: date) -> tuple[Days, Days, Days]:
    """The days before the first whole week; the first and the last Monday of whole weeks; the days after them."""
    begin = first.toordinal() + -first.weekday() % _WEEK
    end = last.toordinal() - (last.weekday() + 1) % _WEEK - _WEEK + 1
    if begin > end:
        return (first, last), _NONE, _NONE
    head = (first, date.fromordinal(begin - 1)) if begin > first.toordinal() else _NONE
    tail = (date.fromordinal(end + _WEEK), last) if end + _WEEK <= last.toordinal() else _NONE
    return head, (date.fromordinal(begin), date.fromordinal(end)), tail


def _summed(rows: Subquery, by: Sequence[str]) -> Select[Any]:
    """One row for each group: both halves of the sum, and the count."""
    groups = [rows.c[name] for name in by]
    return select(*groups, *(func.sum(rows.c[name]).label(name) for name in _SUMS)).group_by(*groups)


def _latest(rows: Subquery, by: Sequence[str]) -> Select[Any]:
    """The value of the latest entry of each group."""
    order = [rows.c[name].desc() for name in ("last_on", "last_at", "last_id")]
    place = func.row_number().over(partition_by=[rows.c[name] for name in by], order_by=order).label("place")
    ranked = select(*(rows.c[name] for name in by), rows.c.last, place).subquery()
    return select(*(ranked.c[name] for name in (*by, "last"))).where(ranked.c.place == 1)


def _sum_of(row: Row[Any]) -> Decimal:
    # PostgreSQL returns a sum of whole numbers as a decimal.
    return unscaled(int(row.high) * HALF + int(row.low))


def _is_plain(member_id: object, kpi_keys: Collection[str], latest_of: Collection[str] | None) -> bool:
    """Whether only sums of a few KPIs are wanted, of everybody or of one member."""
    is_plain = latest_of is not None and {*latest_of}.isdisjoint(kpi_keys)
    return is_plain and len(kpi_keys) <= _FEW and (member_id is None or isinstance(member_id, str))


@cache
def _few_summed(number: int, of_one: bool) -> Prepared:
    """The totals of so many KPIs over some days, of everybody or of one member."""
    keys: list[Any] = [bindparam(f"key_{place}") for place in range(number)]
    wanted = Wanted(bindparam("workspace"), keys, [bindparam("member")] if of_one else None)
    days: list[Days] = [(bindparam(f"{name}_first"), bindparam(f"{name}_last")) for name in _PLACES]
    everything, head, whole, tail = days
    by = ("kpi_key",)
    if not of_one:
        return Prepared(_summed(of_kept(DAYS, wanted, everything, by).subquery(), by))
    around = [of_entries(by, IS_ACTIVE, *wanted.of(ENTRIES, each)) for each in (head, tail)]
    return Prepared(_summed(union_all(of_kept(WEEKS, wanted, whole, by), *around).subquery(), by))
