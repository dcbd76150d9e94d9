"""What came from Slack and was dealt with, so that the same thing twice changes nothing the second time."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import TypeVar

from storage.scope import Scope
from storage.tables import HandledRow, table

T = TypeVar("T")
HANDLED = table(HandledRow)


class Handled:
    """The keys of handled events of a workspace, written in the same transaction as their effect."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def first_time(self, key: str, now: datetime) -> bool:
        """Remember a key. True the first time; False if it was handled before, and then nothing should be done."""
        return self._scope.insert_new(HANDLED, [{"key": key, "at": now}]) == 1

    def once(self, key: str, now: datetime, work: Callable[[], T]) -> T:
        """What a work comes to. Under a key that was handled before it comes to something too, but changes nothing: for
        what people set, where the last one to come would win over one that was done after it."""
        if self.first_time(key, now):
            return work()
        savepoint = self._scope.connection.begin_nested()
        try:
            return work()
        finally:
            savepoint.rollback()

    def known(self, keys: Collection[str]) -> frozenset[str]:
        """Which of some keys were handled."""
        if not keys:
            return frozenset()
        found = self._scope.select(HANDLED, HANDLED.c.key.in_(sorted(keys)), columns=[HANDLED.c.key])
        return frozenset(row.key for row in self._scope.rows(found))

    def purge(self, before: datetime) -> int:
        """Forget keys from before a moment, once Slack will not send them again; how many they were."""
        return self._scope.change(self._scope.delete(HANDLED, HANDLED.c.at < before))
