"""Who commits, and what whoever asked hears when the machine stands in the way (a full disk, a server that is gone):
CannotWrite, or UnclearWrite only where the commit itself broke off and it could not be found out what became of it.
Nobody has to restart anything afterwards. Which errors these are is in `storage.trouble`.

PostgreSQL's writer is here, a pool of threads; SQLite's, with group commit, in `storage.group_commit`. Neither knows
what is written.
"""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from storage.round_keys import RoundKeys
from storage.trouble import CannotWrite, Outage, StorageTrouble, UnclearWrite, is_lost, is_unsure, reason_of
from storage.unit_of_work import Callback, UnitOfWork

T = TypeVar("T")
Work = Callable[[UnitOfWork], T]
Errand = Callable[[Connection], None]

POSTGRES_WRITERS = 8
TRIES = 4
PROVEN_FOR_SECONDS = 60.0
_TRY_AGAIN = {"40001", "40P01"}  # serialization failure, deadlock: the server asks to do the same again

_log = logging.getLogger("denyut.storage")


class Writer(Protocol):
    """Runs works in transactions. `outage` tells whether writes come through."""

    outage: Outage

    def submit(self, workspace_id: str, work: Work[T]) -> Future[T]:
        """Queue a work; the future has its result after the COMMIT, or what it raised after the rollback."""

    def errand(self, errand: Errand) -> Future[None]:
        """Queue something that must run outside any transaction, such as VACUUM, while no work runs beside it."""

    def prove(self) -> Future[None]:
        """Write something that changes nothing, to the disk, unless a write came through within the last minute."""

    def close(self) -> None:
        """Finish what was queued and stop."""


class PooledWriter:
    """The writers of a PostgreSQL database: each work has a thread and a transaction to itself."""

    def __init__(self, engine: Engine, keys: RoundKeys) -> None:
        self.outage = Outage("write")
        self._engine = engine
        self._keys = keys
        self._proven_at = float("-inf")
        self._pool = ThreadPoolExecutor(POSTGRES_WRITERS, thread_name_prefix="denyut-writer")

    def submit(self, workspace_id: str, work: Work[T]) -> Future[T]:
        return self._pool.submit(self._run, workspace_id, work)

    def errand(self, errand: Errand) -> Future[None]:
        return self._pool.submit(self._run_errand, errand)

    def prove(self) -> Future[None]:
        if self.outage.reason or time.monotonic() - self._proven_at > PROVEN_FOR_SECONDS:
            return self.submit("", lambda db: touch(db._scope.connection))
        done: Future[None] = Future()
        done.set_result(None)
        return done

    def close(self) -> None:
        self._pool.shutdown(wait=True)

    def _run(self, workspace_id: str, work: Work[T]) -> T:
        for attempt in range(1, TRIES + 1):
            committing = False
            try:
                with self._engine.begin() as connection:
                    db = UnitOfWork(connection, workspace_id, self._keys)
                    result = work(db)
                    db.settle()
                    is_proof = not self.outage.reason or _has_written(connection)
                    committing = True
            except (SQLAlchemyError, StorageTrouble) as error:
                if attempt < TRIES and _is_to_be_repeated(error, attempt, committing):
                    continue
                told = told_of(self.outage, error, is_unclear=committing and is_unsure(error))
                if told is error:
                    raise
                raise told from error
            if is_proof:
                self._proven_at = time.monotonic()
                self.outage.worked()
            call_back(db.callbacks)
            return result
        raise AssertionError("the last try returns or raises")

    def _run_errand(self, errand: Errand) -> None:
        try:
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                errand(connection)
        except SQLAlchemyError as error:
            told = told_of(self.outage, error)
            if told is error:
                raise
            raise told from error


def _is_to_be_repeated(error: Exception, attempt: int, committing: bool) -> bool:
    """The server asks for it, or it ended the connection (once: it may have been just this one) before the COMMIT."""
    if isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in _TRY_AGAIN:
        return True
    return attempt == 1 and not committing and is_lost(error)


def told_of(outage: Outage, error: Exception, *, is_unclear: bool = False) -> Exception:
    """What whoever asked hears: trouble of the machine as such, and the outage is noted; anything else as it is."""
    reason = reason_of(error)
    if reason is None:
        return error
    outage.failed(reason)
    told = UnclearWrite(reason) if is_unclear else CannotWrite(reason)
    told.__cause__ = error
    return told


def touch(connection: Connection) -> None:
    """The smallest write that reaches the disk, and changes nothing."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("UPDATE alembic_version SET version_num = version_num WHERE false"))  # may it write?
        connection.execute(text("SELECT pg_current_xact_id()"))  # then there is something to commit
        return
    dbapi: Any = connection.connection.dbapi_connection
    (version,) = dbapi.execute("PRAGMA user_version").fetchone()
    dbapi.execute(f"PRAGMA user_version={version}").close()


def _has_written(connection: Connection) -> bool:
    """Whether there is anything to commit: a transaction without comes through on a server that takes no writes."""
    return connection.execute(text("SELECT pg_current_xact_id_if_assigned()")).scalar_one() is not None


def call_back(callbacks: Sequence[Callback]) -> None:
    """What was to be done after a commit, each by itself."""
    for callback in callbacks:
        try:
            callback()
        except Exception:  # a job boundary: the write stands, and the next callback still has its turn
            _log.exception("something to be done after a commit failed")
