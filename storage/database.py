"""Opening a database: URLs, engines, SQLite's settings, the lock file. What is said to it does not belong here."""

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool, QueuePool

from storage.trouble import CannotWrite, reason_of

CONNECT_SECONDS = 5
STOPPED_SECONDS = 30.0
"""So long the server waits for a writer that says nothing in the middle of a transaction: each takes milliseconds."""
SILENCE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 30_000}
"""A server whose machine or network is gone is noticed within a minute, not after the system's two hours. Seconds; the
last in milliseconds."""
TEXT = {"client_encoding": "utf8"}
"""What people write is sent and read as it is, whatever a server takes for the usual."""
SQLITE_PRAGMAS = (
    "PRAGMA busy_timeout=5000",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # an acknowledged write survives a power cut
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # deleted bytes are overwritten: what was destroyed at a seal is gone
)


LOG, LOCK = "-wal", ".lock"
"""What the names of the files beside a SQLite database end in."""
FILES = "denyut_files"


class CannotOpen(Exception):  # noqa: N818 (it reads as what happened)
    """The database cannot be used; the message is one sentence for the person who set it up, without any password."""


class CannotReach(CannotOpen):
    """The server does not let anybody in just now; whether it ever would cannot be told from here."""


def parse_url(database_url: str) -> URL:
    """The URL with the driver we use, or CannotOpen. `postgres://` and `postgresql://` mean PostgreSQL alike."""
    try:
        url = make_url(database_url)
    except (ArgumentError, ValueError) as error:
        raise CannotOpen("DATABASE_URL is not a database address such as sqlite:///data/denyut.db.") from error
    backend = url.drivername.split("+")[0]
    if backend in ("postgres", "postgresql"):
        if "@" in (url.host or ""):  # the rest of a password, which must not be told
            raise CannotOpen("DATABASE_URL has a password with an @ in it: write %40 for each.")
        return url.set(drivername="postgresql+psycopg", **_password_of(url))
    if backend != "sqlite":
        raise CannotOpen(f"DATABASE_URL names {backend}, but only sqlite and postgresql are supported.")
    if url.database in (None, "", ":memory:") or "mode" in url.query or str(url.database).startswith("file:"):
        raise CannotOpen("DATABASE_URL must name a file, such as sqlite:///data/denyut.db.")
    return url.set(drivername="sqlite", query={})


def _password_of(url: URL) -> dict[str, Any]:
    """A password that stands behind the question mark, in its usual place, where it is never shown."""
    given = url.query.get("password")
    if given is None:
        return {}
    return {"query": url.difference_update_query(["password"]).query, "password": url.password or str(given)}


def is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def prepare_file(url: URL) -> None:
    """Make the directory (0700) and the file (0600) of a SQLite database, or CannotOpen. Does nothing on a server.

    A file that is there is looked at through SQLite alone: when a process closes any other descriptor of it, the system
    drops all its locks on the file, also those of its open connections. Another process would then take itself for the
    last one at the database and remove the log that this one still writes to.
    """
    if not is_sqlite(url):
        return
    path = Path(str(url.database))
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.is_dir():
            raise CannotOpen(f"The database {path} is a directory.")
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise CannotOpen(f"The database {path} cannot be opened: {error.strerror}.") from error
    if not os.access(path, os.R_OK | os.W_OK):
        raise CannotOpen(f"The database {path} cannot be opened: {os.strerror(errno.EACCES)}.")
    if _is_something_else(path):
        raise CannotOpen(f"The file {path} cannot be opened: it is not a SQLite database, or it is damaged.")


def _is_something_else(path: Path) -> bool:
    """Whether SQLite says that a file is no database of its kind. Any other trouble shows when it is used."""
    try:
        with closing(sqlite3.connect(path, timeout=CONNECT_SECONDS)) as connection:
            connection.execute("PRAGMA schema_version")
    except sqlite3.Error as error:
        return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB
    return False


def write_engine(url: URL, connections: int = 1) -> Engine:
    """An engine whose transactions write. On SQLite each begins with BEGIN IMMEDIATE: a deferred one that turns into a
    writer fails at once when another process writes, without waiting for busy_timeout."""
    if is_sqlite(url):
        return _sqlite_engine(url, "BEGIN IMMEDIATE", 1)
    # said, as a server may be set up otherwise: what waits for a row has to see what it waited for, not to fail
    engine = _postgres_engine(url, connections).execution_options(isolation_level="READ COMMITTED")
    event.listen(engine, "connect", _commit_to_disk)
    event.listen(engine, "connect", _hold_up_nobody)
    return engine


def _commit_to_disk(dbapi: Any, _record: Any) -> None:
    """A server that is set up to acknowledge before it has written (synchronous_commit off) must not do so to us."""
    was, dbapi.autocommit = dbapi.autocommit, True
    dbapi.execute(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
    )
    dbapi.autocommit = was


def _hold_up_nobody(dbapi: Any, _record: Any) -> None:
    """A replica that is stopped in the middle of a transaction, or whose machine is gone, loses it: others wait for its
    rows no longer than this."""
    was, dbapi.autocommit = dbapi.autocommit, True
    dbapi.execute("SELECT set_config('idle_in_transaction_session_timeout', %s, false)", (f"{STOPPED_SECONDS:g}s",))
    dbapi.autocommit = was


def read_engine(url: URL, connections: int) -> Engine:
    """An engine whose transactions see one moment and cannot write."""
    if is_sqlite(url):
        return _sqlite_engine(url, "BEGIN", connections, "PRAGMA query_only=ON")
    engine = _postgres_engine(url, connections)
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def migration_engine(url: URL, patience: float = CONNECT_SECONDS) -> Engine:
    """An engine for one migration. On SQLite foreign keys are off: a table is altered by making it anew. There it waits
    up to `patience` seconds for others who write."""
    if is_sqlite(url):
        waits = f"PRAGMA busy_timeout={patience * 1000:.0f}"
        return _sqlite_engine(url, "BEGIN IMMEDIATE", 0, "PRAGMA foreign_keys=OFF", waits)
    connect_args = {"connect_timeout": CONNECT_SECONDS, **TEXT}
    return create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=connect_args)


def _postgres_engine(url: URL, connections: int) -> Engine:
    return create_engine(
        url,
        pool_size=connections,
        max_overflow=connections,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"connect_timeout": CONNECT_SECONDS, **SILENCE, **TEXT},
    )


def _sqlite_engine(url: URL, begin: str, connections: int, *more: str) -> Engine:
    pool: dict[str, Any] = {"poolclass": NullPool}
    if connections:
        pool = {"poolclass": QueuePool, "pool_size": connections, "max_overflow": connections}
    engine = create_engine(url, hide_parameters=True, connect_args={"check_same_thread": False}, **pool)
    writes = begin != "BEGIN"
    path, log = str(Path(str(url.database)).absolute()), f"{Path(str(url.database)).resolve()}{LOG}"

    def on_connect(dbapi: Any, record: Any) -> None:
        dbapi.isolation_level = None  # we say BEGIN ourselves
        for pragma in (*SQLITE_PRAGMAS, *more):
            dbapi.execute(pragma).close()
        record.info[FILES] = _numbers_of(path, _lock_of(url))

    def on_begin(connection: Connection) -> None:
        if not writes:
            connection.exec_driver_sql(begin)
            return
        files = connection.info[FILES]
        _check_in_place(files)
        connection.exec_driver_sql(begin)
        if log not in files:  # only now is it there for certain
            files |= _numbers_of(log)

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
    return engine


def _numbers_of(*names: str) -> dict[str, tuple[int, int]]:
    """Which files these are (device and number), those that are there."""
    files = {}
    for name in names:
        with suppress(OSError):
            files[name] = _number_of(name)
    return files


def _number_of(name: str) -> tuple[int, int]:
    found = os.stat(name)
    return found.st_dev, found.st_ino


def _check_in_place(files: dict[str, tuple[int, int]]) -> None:
    """Raises CannotWrite where one of the files was moved, removed or replaced: SQLite would go on writing to the one
    it has open, which nobody finds any more; and a lock that is not there holds off nobody."""
    for name, number in files.items():
        try:
            is_in_place = _number_of(name) == number
        except OSError:
            is_in_place = False
        if not is_in_place:
            raise CannotWrite(f"{name} was moved, removed or replaced; put it back, or start anew")


def _lock_of(url: URL) -> str:
    """The lock file: the same one, by whatever name the database is reached."""
    return f"{Path(str(url.database)).resolve()}{LOCK}"


@contextmanager
def plain_failures(url: URL) -> Iterator[None]:
    """Turns what a driver says when a database cannot be reached into one CannotOpen sentence."""
    try:
        yield
    except SQLAlchemyError as error:
        kind = CannotOpen if is_sqlite(url) else CannotReach
        raise kind(_sentence(url, "opened", error)) from error


@contextmanager
def plain_refusals(url: URL) -> Iterator[None]:
    """Turns what a database that was reached says against a statement (a right that is missing, a table of somebody
    else's) into one CannotOpen sentence. Where it is a server's trouble of just now, it is CannotReach."""
    try:
        yield
    except SQLAlchemyError as error:
        is_for_now = not is_sqlite(url) and reason_of(error) is not None
        raise (CannotReach if is_for_now else CannotOpen)(_sentence(url, "used", error)) from error


def _sentence(url: URL, what: str, error: SQLAlchemyError) -> str:
    said = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    reason = lines[0] if lines else "it gave no reason"
    if url.password is not None:
        reason = reason.replace(str(url.password), "***")
    return f"The database {_shown(url)} cannot be {what}: {reason.rstrip('.')}."


def _shown(url: URL) -> str:
    """The address without anything that may be secret: of what stands behind the question mark (the passphrase of a
    key, say) only where it leads."""
    if is_sqlite(url):
        return str(url.database)
    plain = url.difference_update_query([name for name in url.query if name not in ("host", "port")])
    return plain.render_as_string(hide_password=True)


def lock(url: URL) -> Callable[[], None]:
    """Take the file lock that lets a single process run on a SQLite database; returns what lets go of it.

    The system drops the lock when the process ends, however it ends. CannotOpen if another process holds it.
    PostgreSQL has no such limit, and nothing is locked.
    """
    if not is_sqlite(url):
        return lambda: None
    import fcntl  # not on every system, and needed for SQLite alone

    path = _lock_of(url)
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CannotOpen(f"The lock file {path} cannot be opened: {error.strerror}.") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise CannotOpen(
            f"Another process already runs on {url.database}; stop it first, or use PostgreSQL for several."
        ) from error
    try:
        if os.stat(str(url.database)).st_nlink > 1:
            raise CannotOpen(
                f"The database {url.database} has several names (hard links), each with a log of its own: remove the "
                "others, or copy it."
            )
    except (OSError, CannotOpen) as trouble:
        os.close(handle)
        if isinstance(trouble, CannotOpen):
            raise
        raise CannotOpen(f"The database {url.database} cannot be opened: {trouble.strerror}.") from trouble
    return lambda: os.close(handle)
