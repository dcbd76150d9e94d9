"""Two replicas on one PostgreSQL at the summaries of the same channel in the same moment."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bot.domain.members import Member
from bot.domain.summaries import Summary
from bot.summaries import service
from bot.summaries.wishes import Wish
from storage import Storage, UnitOfWork
from tests.features.replicas import TEAM, at_once
from tests.features.test_kpis_correcting_replicas import backend, replicas

__all__ = ["backend", "replicas"]

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
BOB, AYU = Member("U0BOB", "Bob"), Member("U0AYU", "Ayu", is_admin=True)


def sets(by: Member) -> Callable[[UnitOfWork], Any]:
    def work(db: UnitOfWork) -> Any:
        return service.set_summary(db, NOW, by, "C0SALES", Wish(), "Asia/Jakarta", "en", by.id, "ID").summary.id

    return work


def there(storage: Storage) -> list[Summary]:
    return storage.read_now(TEAM, lambda db: db.summaries.in_channel("C0SALES"))


def test_two_who_set_up_the_same_one_at_once_have_one(replicas: tuple[Storage, Storage]) -> None:
    first, second = at_once(replicas, sets(BOB), sets(AYU))
    assert [each.id for each in there(replicas[0])] == [first] == [second], "the channel gets it once"


def test_who_saves_what_was_stopped_this_moment_hears_so(replicas: tuple[Storage, Storage]) -> None:
    replicas[0].write_now(TEAM, sets(BOB))
    summary = there(replicas[0])[0]

    def saves(db: UnitOfWork) -> Any:
        return service.save_summary(db, NOW, AYU, summary, Wish(), "Asia/Jakarta", "form", "ID").summary.id

    stopped = at_once(replicas, lambda db: service.stop(db, NOW, BOB, summary.id).id, saves)
    assert stopped == [summary.id, "core.stale"]
    assert there(replicas[0]) == []
