"""What stands in the way of a database or of the folder of keys: told apart from bugs, and in the log as one line when
it begins and one when it is over, not one for everybody who meets it. What people are told is the matter of
`bot.middleware`, when to try again that of the writers.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

REMIND_SECONDS = 300.0
_SQLITE = {
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY,
}  # fmt: skip
"""SQLite's primary result codes that speak of the machine and not of what was asked."""
_SQLITE_UNSURE = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
"""After these nobody knows what a commit under way has come to. SQLITE_IOERR_WRITE is none of them:
the journal then lacks a part of the transaction, and one that is not whole is not read."""
_POSTGRES_CLASSES = {"08", "53", "57", "58"}  # connections, resources, an operator at work, errors of the system
_POSTGRES = {"25006", "55P03", "XX001", "XX002"}  # a standby, a lock that was not had, damaged data or index

_log = logging.getLogger("denyut.storage")

commits: ContextVar[list[str] | None] = ContextVar("commits", default=None)
"""Where somebody sets a list here, every write that is durable is noted in it by its workspace."""


class StorageTrouble(Exception):  # noqa: N818 (it reads as what happened)
    """What is stored cannot be got at just now, through no fault of who asked; later it may. `reason` is what the
    system says of it, on one line, without passwords and without anything that people wrote."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CannotRead(StorageTrouble):
    """It cannot be looked up."""


class CannotWrite(StorageTrouble):
    """It cannot be recorded, and nothing of it was: that is certain."""


class UnclearWrite(StorageTrouble):
    """Whether it was recorded nobody knows: the commit itself broke off."""


class Refused(Exception):  # noqa: N818 (it reads as what happened)
    """The database refuses a statement, as its tables are not those of this version. The message is what it says, on
    one line."""


@contextmanager
def plain_refusals() -> Iterator[None]:
    """For a command, beside which there is no log: what a database says against a statement becomes Refused, or
    CannotRead where the machine stands in the way."""
    try:
        yield
    except SQLAlchemyError as error:
        reason = reason_of(error)
        if reason is not None:
            raise CannotRead(reason) from error
        raise Refused(_said_by(error)) from error


def reason_of(error: BaseException) -> str | None:
    """Why, if an error is the machine's; None for every other error."""
    if isinstance(error, StorageTrouble):
        return error.reason
    if isinstance(error, NoConnectionFree):
        return "all connections are in use"
    if not isinstance(error, DBAPIError) or not _is_of_the_machine(error):
        return None
    name = getattr(error.orig, "sqlite_errorname", None)
    return f"{_said_by(error)} ({name})" if name else _said_by(error)


def _said_by(error: SQLAlchemyError) -> str:
    """Its first line: those behind it may repeat what people wrote."""
    said = error.orig if isinstance(error, DBAPIError) else error
    return next((line.strip() for line in str(said).splitlines() if line.strip()), type(said).__name__)


def is_lost(error: BaseException) -> bool:
    """Whether the connection is gone, and with it what was under way on it."""
    return isinstance(error, DBAPIError) and error.connection_invalidated


def is_unsure(error: BaseException) -> bool:
    """Whether a commit that ended so may have happened all the same."""
    if not isinstance(error, DBAPIError):
        return False
    if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_IOERR_WRITE:
        return False
    return is_lost(error) or _sqlite_code(error) in _SQLITE_UNSURE


def _is_of_the_machine(error: DBAPIError) -> bool:
    if isinstance(error.orig, sqlite3.Error):
        return _sqlite_code(error) in _SQLITE
    state = getattr(error.orig, "sqlstate", None)
    if state is None:  # libpq has no code for a server that cannot be reached
        return is_lost(error) or isinstance(error, OperationalError)
    return is_lost(error) or state in _POSTGRES or state[:2] in _POSTGRES_CLASSES


def _sqlite_code(error: DBAPIError) -> int | None:
    code = getattr(error.orig, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


class Outage:
    """Whether one thing works, such as writing. Says in the log when it stops, again every five minutes while it lasts,
    and when it works again. An outage within five minutes of the last is told without a line of its own: what comes and
    goes would fill the log as well. `clock` counts seconds; safe to use from any thread."""

    def __init__(self, what: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._what = what
        self._clock = clock
        self._lock = threading.Lock()
        self._reason = ""
        self._began = 0.0
        self._told: float | None = None
        self._is_told = False
        self._refused = 0

    @property
    def reason(self) -> str:
        """Why it does not work, "" while it does."""
        return self._reason

    def failed(self, reason: str) -> None:
        """It did not work just now."""
        with self._lock:
            now = self._clock()
            if not self._reason:
                self._began, self._refused, self._is_told = now, 0, False
            self._reason = reason
            self._refused += 1
            if self._told is None or now - self._told >= REMIND_SECONDS:
                self._told, self._is_told = now, True
                _log.error("cannot %s: %s; it goes on by itself once that is over", self._what, reason)

    def worked(self) -> None:
        """It did."""
        if not self._reason:
            return
        with self._lock:
            if self._reason and self._is_told:
                lasted = self._clock() - self._began
                _log.warning("can %s again, after %.0f s and %d refusals", self._what, lasted, self._refused)
            self._reason = ""


@contextmanager
def reading(outage: Outage) -> Iterator[None]:
    """Around what reads: trouble of the machine becomes CannotRead."""
    try:
        yield
    except (SQLAlchemyError, StorageTrouble) as error:
        reason = reason_of(error)
        if reason is None:
            raise
        outage.failed(reason)
        raise CannotRead(reason) from error
    outage.worked()
