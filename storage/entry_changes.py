"""What KPI entries were at an earlier moment, and whether they have changed since. Entries as they are now are in
`storage.kpis`."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, or_, select, tuple_

from bot.domain.entries import Totals
from storage.entry_totals import Days, Wanted, of_entries, of_kept
from storage.kept_totals import DAYS, ENTRIES, EXISTS, settle
from storage.kpis import Entries
from storage.scope import Scope

MOST_CHANGED = 2_000
"""Where a KPI's days changed more often than this, all entries are read."""


class EntryChanges:
    """The changes of the entries of a workspace: what was logged, undone, corrected or deleted when."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def any_since(self, moment: datetime, first: date, last: date, kpi_keys: Collection[str]) -> bool:
        """Whether an entry of these KPIs for a day from `first` to `last` was logged, or ceased to count, after a
        moment (UTC)."""
        settle(self._scope)
        wanted = Wanted(self._scope.workspace_id, sorted(kpi_keys)).of(DAYS, (first, last))
        changed = self._scope.select(DAYS, *wanted, DAYS.c.changed_at > moment, columns=[DAYS.c.kpi_key])
        return self._scope.first(changed) is not None


class EntriesAt(Entries):
    """The entries whose totals are those of a moment (UTC): what had been logged by then and still counted. Everything
    else is asked as of now, and nothing is to be changed here. Days on which nothing was changed since are read as they
    are kept."""

    def __init__(self, scope: Scope, moment: datetime) -> None:
        super().__init__(scope)
        self._moment = moment

    def _parts(self, wanted: Wanted, days: Days, by: Sequence[str], *, with_latest: bool) -> list[Select[Any]]:
        settle(self._scope)
        counted = (
            EXISTS,
            ENTRIES.c.logged_at <= self._moment,
            or_(ENTRIES.c.changed_at.is_(None), ENTRIES.c.changed_at > self._moment),
        )
        single = of_entries(by, *counted, *wanted.of(ENTRIES, days), with_latest=with_latest)
        if wanted.member_ids is not None or "member_id" in by:
            return [single]
        since = select(DAYS.c.kpi_key, DAYS.c.first).where(*wanted.of(DAYS, days), DAYS.c.changed_at > self._moment)
        changed = [tuple(row) for row in self._scope.rows(since.limit(MOST_CHANGED + 1))]
        if len(changed) > MOST_CHANGED:
            return [single]
        kept = of_kept(DAYS, wanted, days, by, DAYS.c.changed_at <= self._moment, with_latest=with_latest)
        if not changed:
            return [kept]
        these = (
            ENTRIES.c.workspace_id == self._scope.workspace_id,
            tuple_(ENTRIES.c.kpi_key, ENTRIES.c.on).in_(changed),
        )
        return [kept, of_entries(by, *counted, *these, with_latest=with_latest)]

    def _sums_of_few(
        self, first: date, last: date, member_id: str | Collection[str] | None, kpi_keys: Sequence[str]
    ) -> dict[str, Totals]:
        found = self._added_up((first, last), member_id, kpi_keys, (), "kpi_key")
        return {key: totals for (key,), totals in found.items()}
