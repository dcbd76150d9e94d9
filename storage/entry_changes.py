"""What KPI entries were at an earlier moment, and whether they have changed since. Entries as they are now are in
`storage.kpis`."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, or_

from bot.domain.entries import EntryState, Totals
from storage.kpi_tables import EntryRow
from storage.kpis import Entries
from storage.kpis import _made_totals as made_totals
from storage.scope import Scope
from storage.tables import table

ENTRIES = table(EntryRow)


class EntryChanges:
    """The changes of the entries of a workspace: what was logged, undone, corrected or deleted when."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def any_since(self, moment: datetime, first: date, last: date, kpi_keys: Collection[str]) -> bool:
        """Whether an entry of these KPIs for a day from `first` to `last` was logged, or ceased to count, after a
        moment (UTC)."""
        changed = self._scope.select(
            ENTRIES,
            ENTRIES.c.kpi_key.in_(sorted(kpi_keys)),
            ENTRIES.c.on >= first,
            ENTRIES.c.on <= last,
            ENTRIES.c.state != EntryState.STAGED,
            or_(ENTRIES.c.logged_at > moment, ENTRIES.c.changed_at > moment),
            columns=[ENTRIES.c.id],
        )
        return self._scope.first(changed) is not None


class EntriesAt(Entries):
    """The entries whose totals are those of a moment (UTC): what had been logged by then and still counted. Everything
    else is asked as of now, and nothing is to be changed here."""

    def __init__(self, scope: Scope, moment: datetime) -> None:
        super().__init__(scope)
        self._moment = moment

    def _added_up(
        self,
        where: Iterable[ColumnElement[bool]],
        kpi_keys: Collection[str] | None,
        latest_of: Collection[str] | None,
        *by: ColumnElement[Any],
    ) -> dict[tuple[Any, ...], Totals]:
        """As of the moment; `latest_of` says of which KPIs the latest value is wanted, as for the entries of now."""
        counted = [
            *where,
            *([] if kpi_keys is None else [ENTRIES.c.kpi_key.in_(list(kpi_keys))]),
            ENTRIES.c.state != EntryState.STAGED,
            ENTRIES.c.logged_at <= self._moment,
            or_(ENTRIES.c.changed_at.is_(None), ENTRIES.c.changed_at > self._moment),
        ]
        latest: dict[tuple[Any, ...], int] = {}
        if latest_of is None or latest_of:
            these = [] if latest_of is None else [ENTRIES.c.kpi_key.in_(list(latest_of))]
            latest = {tuple(row)[:-1]: row.value for row in self._scope.rows(self._latest([*counted, *these], by))}
        rows = self._scope.rows(self._sums(counted, by))
        return {(key := tuple(row)[: len(by)]): made_totals(row, latest.get(key)) for row in rows}
