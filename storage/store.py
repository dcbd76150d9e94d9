"""The storage: opens a database and runs works on it, for one workspace and in one transaction at a time.

Sync inside, async at its rim. Statements belong into the repositories, commits into the writer.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, func, select, text
from sqlalchemy.engine import URL

from bot.domain.installations import Installation
from storage import database, erasure, forgetting, migrate, sealing, trouble
from storage.group_commit import GroupCommitWriter
from storage.installations import every_installation
from storage.round_keys import RoundKeys
from storage.tables import WorkspaceRow, table
from storage.unit_of_work import UnitOfWork
from storage.writer import POSTGRES_WRITERS, PooledWriter, Work, Writer

T = TypeVar("T")
READERS = 4

following_writes: ContextVar[Callable[[UnitOfWork], None] | None] = ContextVar("following_writes", default=None)
"""What somebody sets here follows every write of their task in its transaction; what it raises rolls that back."""


class Storage:
    """An open database. Made by `Storage.open`, ended by `close`."""

    def __init__(self, url: URL, data_dir: Path, release: Callable[[], None], is_sole: bool) -> None:
        self._url = url
        self._is_sole = is_sole
        self._keys = RoundKeys(data_dir / "keys")
        self._release = release
        self._write_engine = database.write_engine(url, POSTGRES_WRITERS)
        self._read_engine = database.read_engine(url, READERS)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="denyut-reader")
        self._reading = trouble.Outage("read")
        self._writer: Writer = (
            GroupCommitWriter(self._write_engine, self._keys)
            if database.is_sqlite(url)
            else PooledWriter(self._write_engine, self._keys)
        )

    @classmethod
    def open(cls, database_url: str, data_dir: Path, exclusive: bool = False) -> "Storage":
        """Open a database, without migrating it. Raises CannotOpen with one sentence for the person at the terminal.

        `data_dir` holds the keys of anonymous rounds. With `exclusive` a second exclusive opening of the same SQLite
        database is refused for as long as this one lives; on PostgreSQL any number may run.
        """
        url = database.parse_url(database_url)
        database.prepare_file(url)
        try:
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise database.CannotOpen(f"The data folder {data_dir} cannot be made: {error.strerror}.") from error
        release = database.lock(url) if exclusive else (lambda: None)
        try:
            _try_out(url)
        except database.CannotOpen:
            release()
            raise
        return cls(url, data_dir, release, is_sole=exclusive and database.is_sqlite(url))

    def close(self) -> None:
        """Finish what was queued, then let go of the database. Closing twice is fine."""
        self._writer.close()
        self._readers.shutdown(wait=True)
        self._write_engine.dispose()
        self._read_engine.dispose()
        self._release()
        self._release = lambda: None

    @property
    def is_sole(self) -> bool:
        """Whether no other bot can run on this database: opened exclusively, on SQLite."""
        return self._is_sole

    async def write(self, workspace_id: str, work: Work[T]) -> T:
        """Run `work` in a transaction that may write, and return its result once it is durable. What `work` raises
        rolls back this work alone and is raised here. On PostgreSQL a work may run again after a deadlock. Raises
        CannotWrite, or UnclearWrite, where the machine stands in the way (see `storage.trouble`)."""
        then = following_writes.get()
        if then is not None:
            work = partial(_both, work, then)
        result = await asyncio.wrap_future(self._writer.submit(workspace_id, work))
        noted = trouble.commits.get()
        if noted is not None:
            noted.append(workspace_id)
        return result

    async def read(self, workspace_id: str, work: Work[T]) -> T:
        """Run `work` in a transaction that sees one moment and cannot write. Raises CannotRead where the machine stands
        in the way."""
        return await asyncio.wrap_future(self._readers.submit(self.read_now, workspace_id, work))

    def write_now(self, workspace_id: str, work: Work[T]) -> T:
        """Like `write`, blocking: for the command line and tests."""
        return self._writer.submit(workspace_id, work).result()

    def read_now(self, workspace_id: str, work: Work[T]) -> T:
        """Like `read`, blocking: for the command line and tests."""
        with trouble.reading(self._reading), self._read_engine.begin() as connection:
            return work(UnitOfWork(connection, workspace_id, self._keys))

    async def prove_writing(self) -> None:
        """Return if writes come through: one was durable within the last minute, or a small one is now. Raises
        CannotWrite or UnclearWrite."""
        await asyncio.wrap_future(self._writer.prove())

    async def workspaces(self) -> list[str]:
        """The ids of all workspaces known here, sorted."""
        return await asyncio.wrap_future(self._readers.submit(self.workspaces_now))

    def workspaces_now(self) -> list[str]:
        """Like `workspaces`, blocking."""
        ids = table(WorkspaceRow).c.workspace_id
        with trouble.reading(self._reading), self._read_engine.begin() as connection:
            return list(connection.execute(select(ids).order_by(ids)).scalars())

    async def installations(self) -> list[Installation]:
        """Where Denyut is installed or was, workspaces and organisations, by id."""
        return await asyncio.wrap_future(self._readers.submit(self.installations_now))

    def installations_now(self) -> list[Installation]:
        """Like `installations`, blocking."""
        with trouble.reading(self._reading), self._read_engine.begin() as connection:
            return every_installation(connection)

    async def forget_workspace(self, workspace_id: str, left: Installation | None = None) -> bool:
        """Delete everything of a workspace for good, unless it has another installation than `left` by now: then False
        (see `storage.forgetting`). Safe to repeat after a crash at any step; itself and its installation go last.
        Raises `sealing.NotScrubbed` when another process was reading all the while."""
        return await asyncio.to_thread(self.forget_workspace_now, workspace_id, left)

    def forget_workspace_now(self, workspace_id: str, left: Installation | None = None) -> bool:
        """Like `forget_workspace`, blocking."""
        return forgetting.forget_workspace(self._writer, self._keys, workspace_id, left)

    async def seal(self, workspace_id: str, round_id: str) -> None:
        """Make a closed round's answers unlinkable (see `storage.sealing`). Safe to repeat after a crash at any step.

        Raises LookupError for an unknown round, ValueError for one that is not closed, `sealing.NotScrubbed` when
        another process was reading all the while; the round then stays unsealed and is sealed by the next try.
        """
        await asyncio.to_thread(self.seal_now, workspace_id, round_id)

    def seal_now(self, workspace_id: str, round_id: str) -> None:
        """Like `seal`, blocking."""
        sealing.seal(self._writer, self._keys, workspace_id, round_id)

    async def erase(self, workspace_id: str, member_id: str, now: datetime) -> None:
        """Erase what is stored of a member at their own wish (`storage.erasure`), as of `now` (aware). Safe to repeat
        after a crash at any step. Raises `sealing.NotScrubbed` when another process was reading all the while."""
        await asyncio.to_thread(self.erase_now, workspace_id, member_id, now)

    def erase_now(self, workspace_id: str, member_id: str, now: datetime, by: str | None = None) -> None:
        """Like `erase`, blocking; `by` somebody else."""
        erasure.erase(self._writer, workspace_id, member_id, now, by)

    async def clock_apart(self) -> timedelta:
        """How far this machine's clock is ahead of the database's (negative: behind), not counting the time that asking
        takes. Nothing on SQLite, which goes by this machine's clock. Raises CannotRead."""
        if database.is_sqlite(self._url):
            return timedelta(0)
        return await asyncio.wrap_future(self._readers.submit(self._clock_apart_now))

    def _clock_apart_now(self) -> timedelta:
        with trouble.reading(self._reading), self._read_engine.begin() as connection:
            asked = datetime.now(UTC)
            theirs: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
            answered = datetime.now(UTC)
        return min(answered - theirs, timedelta(0)) or max(asked - theirs, timedelta(0))

    async def health(self) -> dict[str, Any]:
        """What `denyut doctor` tells of the database: `backend`, `size` in bytes, `migration` (revision or None),
        `pending` (is there a migration to run) and the server's own time in UTC as `server_time`."""
        return await asyncio.wrap_future(self._readers.submit(self.health_now))

    def health_now(self) -> dict[str, Any]:
        """Like `health`, blocking."""
        with trouble.reading(self._reading), self._read_engine.begin() as connection:
            size, now = _size_and_time(connection)
            revision = migrate.revision_of(connection)
        return {
            "backend": self._url.get_backend_name(),
            "size": size,
            "migration": revision,
            "pending": revision != migrate.head(),
            "server_time": now,
        }


def _size_and_time(connection: Connection) -> tuple[int, Any]:
    if connection.dialect.name == "sqlite":
        from datetime import UTC

        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        return pages * connection.exec_driver_sql("PRAGMA page_size").scalar_one(), datetime.now(UTC)
    size = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
    return size, connection.execute(select(func.now())).scalar_one()


def _try_out(url: URL) -> None:
    """Reach the database once, so that a wrong address is heard of at the start."""
    engine = database.write_engine(url)
    try:
        with database.plain_failures(url), engine.begin() as connection:
            connection.execute(text("SELECT 1"))
    finally:
        engine.dispose()


def _both(work: Work[T], then: Callable[[UnitOfWork], None], db: UnitOfWork) -> T:
    result = work(db)
    then(db)
    return result
