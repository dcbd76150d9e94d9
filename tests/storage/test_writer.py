"""Writing: who hears of success, and when; what a failing work takes with it; what a kill leaves behind."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta

import pytest
from sqlalchemy import event

from bot.domain.errors import DomainError
from storage import Storage, UnitOfWork
from tests.storage import samples
from tests.storage.samples import NOW, TODAY

only_sqlite = pytest.mark.parametrize("backend", ["sqlite"])
only_postgres = pytest.mark.parametrize("backend", [pytest.param("postgres", marks=pytest.mark.postgres)])


def record(key: str) -> Callable[[UnitOfWork], bool]:
    return lambda db: db.handled.first_time(key, NOW)


def known(storage: Storage, key: str) -> bool:
    """Was this key recorded? Asked in a work that is rolled back."""

    class Asked(Exception):  # noqa: N818 (it is no error)
        pass

    seen = []

    def ask(db: UnitOfWork) -> None:
        seen.append(not db.handled.first_time(key, NOW))
        raise Asked

    with pytest.raises(Asked):
        storage.write_now("T1", ask)
    return seen[0]


def submit_together(storage: Storage, *works: Callable[[UnitOfWork], object]) -> list[Future]:
    """Queue works while the writer is busy, so that they share one transaction."""
    busy, go = threading.Event(), threading.Event()

    def hold(_db: UnitOfWork) -> None:
        busy.set()
        assert go.wait(10)

    held = storage._writer.submit("T1", hold)
    assert busy.wait(10)
    futures = [storage._writer.submit("T1", work) for work in works]
    go.set()
    held.result(10)
    return futures


async def test_a_work_returns_what_it_returned_after_the_commit(storage: Storage) -> None:
    assert await storage.write("T1", record("one")) is True
    assert await storage.write("T1", record("one")) is False
    assert await storage.read("T1", lambda db: db.workspace_id) == "T1"
    assert await storage.workspaces() == []


async def test_a_refusal_undoes_its_own_work_and_nothing_else(storage: Storage) -> None:
    def refuse(db: UnitOfWork) -> None:
        db.handled.first_time("refused", NOW)
        raise DomainError("surveys.handle_taken", handle="x")

    works = [record("before"), refuse, record("after")]
    results = await asyncio.gather(*(storage.write("T1", work) for work in works), return_exceptions=True)
    assert (results[0], results[2]) == (True, True)
    assert isinstance(results[1], DomainError)
    assert [await asyncio.to_thread(known, storage, key) for key in ("before", "refused", "after")] == [
        True,
        False,
        True,
    ]


@only_sqlite
def test_waiting_works_share_one_commit_and_a_bad_one_fails_alone(storage: Storage) -> None:
    commits = []
    event.listen(storage._write_engine, "commit", lambda _connection: commits.append(1))

    def crash(db: UnitOfWork) -> None:
        db.handled.first_time("crash", NOW)
        raise ZeroDivisionError

    def refuse(db: UnitOfWork) -> None:
        db.handled.first_time("refuse", NOW)
        raise DomainError("kpis.unknown_entry")

    def break_a_rule(db: UnitOfWork) -> None:
        db.handled.first_time("broken", NOW)
        db.rounds.add(samples.round_of("no such survey"))

    futures = submit_together(storage, *(record(f"k{n}") for n in range(100)), crash, refuse, break_a_rule, record("z"))
    assert [future.result(10) for future in futures[:100]] == [True] * 100
    assert isinstance(futures[100].exception(10), ZeroDivisionError)
    assert isinstance(futures[101].exception(10), DomainError)
    assert "FOREIGN KEY" in str(futures[102].exception(10))
    assert futures[103].result(10) is True
    assert len(commits) == 2  # the one that kept the writer busy, and all the others together
    assert [known(storage, key) for key in ("k0", "crash", "refuse", "broken", "z")] == [
        True,
        False,
        False,
        False,
        True,
    ]


@only_sqlite
def test_nobody_hears_of_success_when_the_commit_fails(storage: Storage) -> None:
    called: list[str] = []

    def with_callback(db: UnitOfWork) -> None:
        db.handled.first_time("a", NOW)
        db.after_commit(lambda: called.append("a"))

    def refuse(_db: UnitOfWork) -> None:
        raise DomainError("kpis.unknown_entry")

    def poison(db: UnitOfWork) -> None:
        """Breaks a foreign key, which SQLite is told to look at no earlier than in the COMMIT."""
        db._scope.connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        db.rounds.add(samples.round_of("no such survey"))

    first, second, refused, poisoned = submit_together(storage, with_callback, record("b"), refuse, poison)
    for failed in (first, second, poisoned):
        assert "FOREIGN KEY" in str(failed.exception(10))
    assert isinstance(refused.exception(10), DomainError)
    assert [known(storage, key) for key in ("a", "b")] == [False, False]
    assert called == []
    assert storage.write_now("T1", record("a")) is True  # and the writer goes on


@only_sqlite
def test_what_is_cancelled_before_its_turn_is_not_written(storage: Storage) -> None:
    busy, go = threading.Event(), threading.Event()

    def hold(_db: UnitOfWork) -> None:
        busy.set()
        assert go.wait(10)

    storage._writer.submit("T1", hold)
    assert busy.wait(10)
    cancelled, kept = storage._writer.submit("T1", record("cancelled")), storage._writer.submit("T1", record("kept"))
    assert cancelled.cancel()
    go.set()
    assert kept.result(10) is True
    assert [known(storage, key) for key in ("cancelled", "kept")] == [False, True]


def test_what_follows_a_commit_follows_it_and_only_it(storage: Storage, caplog: pytest.LogCaptureFixture) -> None:
    seen: list[object] = []

    def good(db: UnitOfWork) -> None:
        db.handled.first_time("good", NOW)
        db.after_commit(lambda: seen.append(storage.read_now("T1", lambda other: other.workspace.get())))
        db.workspace.ensure("Acme", NOW)

    def bad(db: UnitOfWork) -> None:
        db.after_commit(lambda: seen.append("never"))
        raise DomainError("kpis.unknown_entry")

    def clumsy(db: UnitOfWork) -> None:
        db.after_commit(lambda: 1 / 0)
        db.after_commit(lambda: seen.append("still"))

    storage.write_now("T1", good)
    with pytest.raises(DomainError):
        storage.write_now("T1", bad)
    storage.write_now("T1", clumsy)
    storage.close()
    assert [getattr(each, "name", each) for each in seen] == ["Acme", "still"]
    assert "after a commit failed" in caplog.text


@only_sqlite
def test_a_work_that_waits_for_another_is_told_so_instead_of_hanging(storage: Storage) -> None:
    with pytest.raises(RuntimeError, match="share one writer"):
        storage.write_now("T1", lambda _db: storage.write_now("T1", record("inner")))


def test_closing_finishes_what_was_accepted(storage: Storage, database) -> None:
    futures = [storage._writer.submit("T1", record(f"k{number}")) for number in range(50)]
    storage.close()
    assert all(future.result(0) for future in futures)


@only_sqlite
def test_two_processes_may_write_in_turn(storage: Storage, database) -> None:
    other = Storage.open(database.url, database.folder)
    try:
        futures = [s._writer.submit("T1", record(f"{n}")) for n in range(20) for s in (storage, other)]
        assert sorted(future.result(20) for future in futures) == [False] * 20 + [True] * 20
    finally:
        other.close()


@only_postgres
def test_works_that_block_each_other_are_run_again(storage: Storage) -> None:
    """Two works lock the same two rows in opposite order: PostgreSQL ends one of them, and it is run again."""
    schedules = [samples.schedule(), samples.schedule()]
    for schedule in schedules:
        storage.write_now("T1", lambda db, s=schedule: db.schedules.add(s))
    both_hold_one = threading.Barrier(2)
    runs: list[int] = []

    def crossing(first: int, second: int) -> Callable[[UnitOfWork], None]:
        met: list[bool] = []

        def work(db: UnitOfWork) -> None:
            runs.append(first)
            db.schedules.set_active(schedules[first].id, False)
            if not met:
                met.append(True)
                both_hold_one.wait(10)
            db.schedules.set_active(schedules[second].id, False)

        return work

    futures = [storage._writer.submit("T1", crossing(*order)) for order in ((0, 1), (1, 0))]
    assert [future.result(20) for future in futures] == [None, None]
    assert len(runs) == 3
    assert storage.read_now("T1", lambda db: db.schedules.active()) == []


ANSWERING = """
import sys, threading
from pathlib import Path
from datetime import UTC, datetime
from storage import Storage

storage = Storage.open(sys.argv[1], Path(sys.argv[2]))
now = datetime.now(UTC)
said = threading.Lock()

def answer(worker):
    number = 0
    while True:
        key = f"{sys.argv[3]}-{worker}-{number}"
        number += 1
        assert storage.write_now("T1", lambda db: db.handled.first_time(key, now))
        with said:
            print(key, flush=True)

for worker in range(8):
    threading.Thread(target=answer, args=(worker,), daemon=True).start()
threading.Event().wait()
"""


def test_nothing_acknowledged_is_missing_after_a_kill(database) -> None:
    acknowledged: list[str] = []
    for round_number in range(3):
        command = [sys.executable, "-c", ANSWERING, database.url, str(database.folder), str(round_number)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline().strip() for _ in range(150 + 70 * round_number)]
            os.kill(process.pid, signal.SIGKILL)
            lines += [line.strip() for line in process.stdout if line.endswith("\n")]
        assert all(lines)
        acknowledged += lines
    storage = Storage.open(database.url, database.folder)
    try:
        again = storage.write_now("T1", lambda db: [key for key in acknowledged if db.handled.first_time(key, NOW)])
        assert len(acknowledged) >= 600
        assert again == []
        assert storage.write_now("T1", record("never written")) is True  # the control
        later = storage.write_now("T1", lambda db: db.handled.purge(NOW + timedelta(days=36500)))
        assert later >= len(acknowledged)
    finally:
        storage.close()


def test_a_work_sees_what_it_has_written_itself(storage: Storage) -> None:
    def work(db: UnitOfWork) -> int:
        db.kpis.add(samples.entry())
        return db.kpis.totals(TODAY, TODAY)["revenue"].count

    assert storage.write_now("T1", work) == 1
