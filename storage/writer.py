"""Who commits: one thread with group commit on SQLite, a pool of threads on PostgreSQL. It knows not what is written.

SQLite has one writer at a time anyhow, and a commit costs one fsync. Waiting works are therefore committed together,
each in its own savepoint, and nobody hears of success before the COMMIT.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from storage.round_keys import RoundKeys
from storage.unit_of_work import Callback, UnitOfWork

T = TypeVar("T")
Work = Callable[[UnitOfWork], T]
Errand = Callable[[Connection], None]

MOST_PER_COMMIT = 256
POSTGRES_WRITERS = 8
TRIES = 4
_TRY_AGAIN = {"40001", "40P01"}  # serialization failure, deadlock: the server asks to do the same again

_log = logging.getLogger("denyut.storage")


class Writer(Protocol):
    """Runs works in transactions."""

    def submit(self, workspace_id: str, work: Work[T]) -> Future[T]:
        """Queue a work; the future has its result after the COMMIT, or what it raised after the rollback."""

    def errand(self, errand: Errand) -> Future[None]:
        """Queue something that must run outside any transaction, such as VACUUM, while no work runs beside it."""

    def close(self) -> None:
        """Finish what was queued and stop."""


@dataclass(slots=True)
class _Job:
    future: "Future[Any]"
    workspace_id: str = ""
    work: Work[Any] | None = None
    errand: Errand | None = None
    callbacks: list[Callback] = field(default_factory=list)
    result: Any = None


class GroupCommitWriter:
    """The single writer of a SQLite database."""

    def __init__(self, engine: Engine, keys: RoundKeys) -> None:
        self._connection = engine.connect()
        self._keys = keys
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

    def close(self) -> None:
        with self._closing:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()
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
                self._commit(self._connection, works)
                works = []
                self._run_errand(self._connection, job)
            self._commit(self._connection, works)

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

    def _commit(self, connection: Connection, jobs: Sequence[_Job]) -> None:
        """All jobs in one transaction. A failing one fails alone; a failing BEGIN or COMMIT fails all of them."""
        if not jobs:
            return
        failed: dict[int, BaseException] = {}
        try:
            with connection.begin():
                for job in jobs:
                    try:
                        self._run_one(connection, job)
                    except Exception as error:  # a job boundary: whatever it is, it belongs to who asked for the job
                        if not _in_transaction(connection):
                            raise  # SQLite gave up the whole transaction (disk full, I/O error)
                        failed[id(job)] = error
        except Exception as error:  # a job boundary, as above
            _clear(connection)
            for job in jobs:
                job.future.set_exception(failed.get(id(job), error))
            return
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

    def _run_errand(self, connection: Connection, job: _Job) -> None:
        assert job.errand is not None
        try:
            job.errand(connection)
        except Exception as error:  # a job boundary, as above
            job.future.set_exception(error)
        else:
            job.future.set_result(None)


class PooledWriter:
    """The writers of a PostgreSQL database: each work has a thread and a transaction to itself."""

    def __init__(self, engine: Engine, keys: RoundKeys) -> None:
        self._engine = engine
        self._keys = keys
        self._pool = ThreadPoolExecutor(POSTGRES_WRITERS, thread_name_prefix="denyut-writer")

    def submit(self, workspace_id: str, work: Work[T]) -> Future[T]:
        return self._pool.submit(self._run, workspace_id, work)

    def errand(self, errand: Errand) -> Future[None]:
        return self._pool.submit(self._run_errand, errand)

    def close(self) -> None:
        self._pool.shutdown(wait=True)

    def _run(self, workspace_id: str, work: Work[T]) -> T:
        for attempt in range(1, TRIES + 1):
            try:
                with self._engine.begin() as connection:
                    db = UnitOfWork(connection, workspace_id, self._keys)
                    result = work(db)
            except DBAPIError as error:
                if attempt == TRIES or getattr(error.orig, "sqlstate", None) not in _TRY_AGAIN:
                    raise
            else:
                _call_back(db.callbacks)
                return result
        raise AssertionError("the last try returns or raises")

    def _run_errand(self, errand: Errand) -> None:
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            errand(connection)


def _settle(job: _Job) -> None:
    job.future.set_result(job.result)
    _call_back(job.callbacks)


def _call_back(callbacks: Sequence[Callback]) -> None:
    for callback in callbacks:
        try:
            callback()
        except Exception:  # a job boundary: the write stands, and the next callback still has its turn
            _log.exception("something to be done after a commit failed")


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


def _clear(connection: Connection) -> None:
    """End what a failed COMMIT left open in SQLite, so that the next transaction can begin."""
    if _in_transaction(connection):
        dbapi: Any = connection.connection.dbapi_connection
        dbapi.rollback()


def _in_transaction(connection: Connection) -> bool:
    dbapi: Any = connection.connection.dbapi_connection
    return bool(dbapi.in_transaction)
