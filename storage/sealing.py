"""Sealing a closed round: after it, nothing on this side links an answer to a person, however hard somebody looks.

Steps, each safe to repeat, so that a crash between any two of them is mended by sealing again:
1. answers and comments get fresh random keys and are written anew in random order (and the invitations, whose order on
   PostgreSQL would tell who answered before whom), all in one transaction;
2. the round key is overwritten and removed;
3. what the old rows left behind is scrubbed: on SQLite VACUUM (with secure_delete) and a truncating checkpoint of the
   journal, on PostgreSQL VACUUM FULL of the three tables;
4. the round is marked as sealed.

PostgreSQL's own write-ahead log, its archives and replicas are out of reach from here; they forget as the server is set
up to, and the documentation says so.
"""

from typing import Any

from sqlalchemy import Connection, text

from bot.domain.surveys import RoundState
from storage.round_keys import RoundKeys
from storage.unit_of_work import UnitOfWork
from storage.writer import Writer

_SCRUB_TRIES = 3


class NotScrubbed(RuntimeError):  # noqa: N818 (it reads as what happened)
    """Another process kept reading the database, so that its journal could not be emptied. Sealing again will do it."""


def seal(writer: Writer, keys: RoundKeys, workspace_id: str, round_id: str) -> None:
    """Seal one closed round; nothing happens to one that is sealed already."""
    if writer.submit(workspace_id, lambda db: _rewrite(db, round_id)).result():
        return
    keys.destroy(workspace_id, round_id)
    writer.errand(_scrub).result()
    writer.submit(workspace_id, lambda db: db.rounds.mark_sealed(round_id)).result()


def _rewrite(db: UnitOfWork, round_id: str) -> bool:
    """Step 1; True if the round is sealed already."""
    found = db.rounds.get(round_id)
    if found is None:
        raise LookupError(f"no round {round_id} in this workspace")
    if found.state is not RoundState.CLOSED:
        raise ValueError(f"round {round_id} is not closed")
    if not found.sealed:
        db.answers.unlink(round_id)
    return found.sealed


def _scrub(connection: Connection) -> None:
    """Step 3, outside any transaction."""
    if connection.dialect.name != "sqlite":
        connection.execute(text("VACUUM FULL answers, comments, invitations"))
        return
    dbapi: Any = connection.connection.dbapi_connection
    dbapi.execute("VACUUM").close()
    for _ in range(_SCRUB_TRIES):  # each waits up to busy_timeout for readers to finish
        is_busy, _pages, _moved = dbapi.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not is_busy:
            return
    raise NotScrubbed("the journal could not be emptied while another process reads the database")
