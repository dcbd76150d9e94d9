"""Very many entries that are to count all at once: brought in a piece at a time, each in a transaction of its own, so
that nobody else waits long to write, then published in one. What counts is in `kpis`.

A staged entry exists for nobody. One that nobody published, since its import broke off, keeps the place of its source
until it is dropped.
"""

from collections.abc import Collection, Iterable
from dataclasses import fields
from datetime import datetime

from sqlalchemy import ColumnElement

from bot.domain.entries import Entry, EntryState
from bot.domain.errors import DomainError
from storage import kept_totals
from storage.catalogue import computed_of
from storage.kpi_tables import EntryRow
from storage.scope import Scope
from storage.tables import table

ENTRIES = table(EntryRow)
FIELDS = [field.name for field in fields(Entry)]
DROPPED_AT_A_TIME = 1_000
_STAGED = {"state": EntryState.STAGED}
_IS_STAGED = ENTRIES.c.state == EntryState.STAGED


class StagedEntries:
    """The entries of a workspace that are being brought in, by who logs them and when that began."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def _check_typed(self, kpi_keys: Collection[str]) -> None:
        """DomainError `kpis.define.computed_meanwhile` where one of these KPIs is computed by now, whatever whoever
        logs it has read before. Until this transaction ends none of them is defined anew by another replica."""
        if computed_of(self._scope, kpi_keys):
            raise DomainError("kpis.define.computed_meanwhile")

    def stage(self, entries: Iterable[Entry]) -> int:
        """Bring in some entries, all of them with the same `logged_by` and `logged_at`: by those they are published or
        dropped. Those whose source is known are left out; how many are new."""
        staged = [{name: getattr(each, name) for name in FIELDS} | _STAGED for each in entries]
        return self._scope.insert_new(ENTRIES, staged)

    def publish(self, by: str, at: datetime, kpi_keys: Collection[str], counts_from: datetime) -> int:
        """Let what this person staged at this moment (UTC), of these KPIs, count; how many entries it is. They are
        logged at `counts_from` (UTC): whoever read before had nothing of them, and finds them changed since.
        DomainError `kpis.define.computed_meanwhile` where one of the KPIs is computed by now."""
        self._check_typed(kpi_keys)
        kept_totals.add(self._scope, _IS_STAGED, *_brought(by, at), counts_from=counts_from)
        staged = self._scope.update(ENTRIES, _IS_STAGED, *_brought(by, at))
        return self._scope.change(staged.values(state=EntryState.ACTIVE, logged_at=counts_from))

    def staged(self, before: datetime) -> list[tuple[str, datetime]]:
        """Who began to bring in entries, and when, earlier than `before` (UTC), and has not published them. It goes
        through all entries: to be read outside of what writes."""
        # The index of totals alone tells that there are none, as nearly always.
        if self._scope.first(self._scope.select(ENTRIES, _IS_STAGED, columns=[ENTRIES.c.kpi_key])) is None:
            return []
        columns = [ENTRIES.c.logged_by, ENTRIES.c.logged_at]
        found = self._scope.rows(self._scope.select(ENTRIES, _IS_STAGED, columns=columns).distinct())
        return [(row.logged_by, row.logged_at) for row in found if row.logged_at < before]

    def drop_staged(self, by: str, at: datetime) -> int:
        """Remove some of what this person staged at this moment; how many entries it was, 0 once none is left."""
        some = self._scope.select(ENTRIES, _IS_STAGED, *_brought(by, at), columns=[ENTRIES.c.id])
        ids = some.limit(DROPPED_AT_A_TIME).scalar_subquery()
        return self._scope.change(self._scope.delete(ENTRIES, ENTRIES.c.id.in_(ids)))


def _brought(by: str, at: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return ENTRIES.c.logged_by == by, ENTRIES.c.logged_at == at
