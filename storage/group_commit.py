"""The single writer of a SQLite database: one thread with group commit. It knows not what is written.

SQLite has one writer at a time anyhow, and a commit costs one fsync. Waiting works are therefore committed together,
each in its own savepoint, and nobody hears of success before the COMMIT.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from storage.round_keys import RoundKeys
from storage.trouble import Outage, is_unsure
from storage.unit_of_work import Callback, UnitOfWork
from storage.writer import PROVEN_FOR_SECONDS, Errand, Work, call_back, told_of, touch

T = TypeVar("T")
MOST_PER_COMMIT = 256


@dataclass(slots=True)
class _Job:
    future: "Future[Any]"
    workspace_id: str = ""
    work: Work[Any] | None = None
    errand: Errand | None = None
    callbacks: list[Callback] = field(default_factory=list)
    result: Any = None
    proves: bool = False


class GroupCommitWriter:
    """The single writer of a SQLite database."""

    def __init__(self, engine: Engine, keys: RoundKeys) -> None:
        self.outage = Outage("write")
        self._engine = engine
        self._connection: Connection | None = engine.connect()
        self._keys = keys
        self._proven_at = float("-inf")
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="denyut-writer", daemon=True)
        self._thread.start()

    def submit(self, workspace_id: str, work: Work[T]) -> Future[T]:
        future: Future[T] = Future()
        self._put(_Job(future, workspace_id, work))
        return future

    def errand(self, errand: Errand) -> Future[None]:
        future: Future[None] = Future()
        self._put(_Job(future, errand=errand))
        return future

    def prove(self) -> Future[None]:
        future: Future[None] = Future()
        if self.outage.reason or time.monotonic() - self._proven_at > PROVEN_FOR_SECONDS:
            self._put(_Job(future, work=lambda db: touch(db._scope.connection), proves=True))
        else:
            future.set_result(None)
        return future

    def close(self) -> None:
        with self._closing:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()
        if self._connection is not None:
            self._connection.close()

    def _put(self, job: _Job) -> None:
        if threading.current_thread() is self._thread:
            raise RuntimeError("a work cannot wait for another work: they share one writer")
        with self._closing:
            if self._closed:
                raise RuntimeError("the storage is closed")
            self._queue.put(job)

    def _run(self) -> None:
        running = True
        while running:
            jobs, running = self._next_jobs()
            works: list[_Job] = []
            for job in jobs:
                if not job.future.set_running_or_notify_cancel():
                    continue
                if job.errand is None:
                    works.append(job)
                    continue
                self._commit(works)
                works = []
                self._run_errand(job)
            self._commit(works)

    def _next_jobs(self) -> tuple[list[_Job], bool]:
        """Wait for a job and take what has gathered behind it, without waiting for more."""
        jobs: list[_Job] = []
        job = self._queue.get()
        while job is not None:
            jobs.append(job)
            if len(jobs) == MOST_PER_COMMIT:
                return jobs, True
            try:
                job = self._queue.get_nowait()
            except Empty:
                return jobs, True
        return jobs, False

    def _commit(self, jobs: Sequence[_Job]) -> None:
        """All jobs in one transaction. A failing one fails alone; a failing BEGIN or COMMIT fails all of them."""
        if not jobs:
            return
        failed: dict[int, BaseException] = {}
        committing = False
        try:
            connection = self._live()
            before = _changes(connection)
            with connection.begin():
                for job in jobs:
                    try:
                        self._run_one(connection, job)
                    except Exception as error:  # a job boundary: whatever it is, it belongs to who asked for the job
                        if not _in_transaction(connection):
                            raise  # SQLite gave up the whole transaction (disk full, I/O error)
                        failed[id(job)] = self._told(error)
                committing = True
        except Exception as error:  # a job boundary, as above
            told = self._told(error, is_unclear=not self._recover(error, committing))
            for job in jobs:
                job.future.set_exception(failed.get(id(job), told))
            return
        if _changes(connection) != before or any(job.proves and id(job) not in failed for job in jobs):
            self._proven_at = time.monotonic()  # it was a real write: one without changes needs no disk
            self.outage.worked()
        for job in jobs:
            if id(job) in failed:
                job.future.set_exception(failed[id(job)])
            else:
                _settle(job)

    def _run_one(self, connection: Connection, job: _Job) -> None:
        assert job.work is not None
        db = UnitOfWork(connection, job.workspace_id, self._keys)
        with _savepoint(connection):
            job.result = job.work(db)
        job.callbacks = db.callbacks

    def _run_errand(self, job: _Job) -> None:
        assert job.errand is not None
        try:
            job.errand(self._live())
        except Exception as error:  # a job boundary, as above
            self._recover(error, committing=False)
            job.future.set_exception(self._told(error))
        else:
            job.future.set_result(None)

    def _told(self, error: Exception, *, is_unclear: bool = False) -> Exception:
        return told_of(self.outage, error, is_unclear=is_unclear)

    def _live(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _drop(self) -> None:
        """A connection that cannot even roll back is not used again."""
        if self._connection is not None:
            with suppress(SQLAlchemyError):
                self._connection.invalidate()
                self._connection.close()
            self._connection = None

    def _recover(self, error: Exception, committing: bool) -> bool:
        """Make ready for the next transaction; whether it is certain that nothing of the failed one was recorded.

        A COMMIT whose fsync failed is taken back for everybody who has the database open, but its frames may lie in the
        journal, whole: whoever opens the database anew, after a kill or a power cut, would take them for committed. It
        is certain again once another commit has come through, as that takes their place there. The connection must not
        be closed before: it may be the last that knows.
        """
        if self._connection is not None and not _is_cleared(self._connection):
            self._drop()
        if not committing or not is_unsure(error):
            return True
        try:
            connection = self._live()
            with connection.begin():
                touch(connection)
        except SQLAlchemyError:
            if self._connection is not None:
                _is_cleared(self._connection)
            return False
        return True


def _changes(connection: Connection) -> int:
    dbapi: Any = connection.connection.dbapi_connection
    return int(dbapi.total_changes)


def _settle(job: _Job) -> None:
    job.future.set_result(job.result)
    call_back(job.callbacks)


@contextmanager
def _savepoint(connection: Connection) -> Iterator[None]:
    """What a failing work did is undone, and nothing else. Said to SQLite directly: SQLAlchemy's own savepoints cost as
    much as two statements of an answer."""
    dbapi: Any = connection.connection.dbapi_connection
    dbapi.execute("SAVEPOINT work").close()
    try:
        yield
    except BaseException:
        if _in_transaction(connection):  # else SQLite gave up the whole transaction
            dbapi.execute("ROLLBACK TO work").close()
            dbapi.execute("RELEASE work").close()
        raise
    dbapi.execute("RELEASE work").close()


def _is_cleared(connection: Connection) -> bool:
    """End what a failed COMMIT left open in SQLite, so that the next transaction can begin."""
    if _in_transaction(connection):
        dbapi: Any = connection.connection.dbapi_connection
        try:
            dbapi.rollback()
        except sqlite3.Error:
            return False
    return True


def _in_transaction(connection: Connection) -> bool:
    dbapi: Any = connection.connection.dbapi_connection
    return bool(dbapi.in_transaction)
