"""Sealing a closed round: after it, nothing on this side links an answer to a person, however hard somebody looks.

Steps, each safe to repeat, so that a crash between any two of them is mended by sealing again:
1. answers and comments get fresh random keys and are written anew in random order, and the participations go, all in
   one transaction;
2. the round key is overwritten and removed;
3. what the old rows left behind is scrubbed: on SQLite VACUUM (with secure_delete) and a truncating checkpoint of the
   journal, on PostgreSQL VACUUM FULL of the three tables, once nobody sees an older state of the database any more:
   before that it would carry the old rows over, with their keys, transactions and order;
4. the round is marked as sealed.

PostgreSQL's own write-ahead log, its archives and replicas are out of reach from here; they forget as the server is set
up to, and the documentation says so.
"""

import time
from typing import Any

from sqlalchemy import Connection, text

from bot.domain.surveys import RoundState
from storage.round_keys import RoundKeys
from storage.unit_of_work import UnitOfWork
from storage.writer import Writer

_SCRUB_TRIES = 3
_WAIT_SECONDS = 1.0

# Everybody who could still see rows as they were before the mark: transactions of this database and standbys that feed
# back (no database), replication slots, prepared transactions. Visible to every account of the server.
_OLDER_VIEWS = text(
    """
    SELECT count(*) FROM (
        SELECT greatest(age(backend_xmin), age(backend_xid)) AS age FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND (datname = current_database() OR datname IS NULL)
        UNION ALL SELECT age(xmin) FROM pg_replication_slots
        UNION ALL SELECT age(transaction) FROM pg_prepared_xacts WHERE database = current_database()
    ) AS views WHERE views.age > age(CAST(CAST(:mark AS text) AS xid))
    """
)


class NotScrubbed(RuntimeError):  # noqa: N818 (it reads as what happened)
    """Another process kept reading the database as it was before, so that what lay there could not be removed. Sealing
    again will do it."""


def seal(writer: Writer, keys: RoundKeys, workspace_id: str, round_id: str) -> None:
    """Seal one closed round; nothing happens to one that is sealed already."""
    if writer.submit(workspace_id, lambda db: _rewrite(db, round_id)).result():
        return
    keys.destroy(workspace_id, round_id)
    writer.errand(scrub).result()
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


def scrub(connection: Connection) -> None:
    """Step 3, outside any transaction. Raises NotScrubbed."""
    if connection.dialect.name == "sqlite":
        _scrub_sqlite(connection)
    else:
        _scrub_postgres(connection)


def _scrub_postgres(connection: Connection) -> None:
    mark = connection.execute(text("SELECT CAST(CAST(pg_current_xact_id() AS xid) AS text)")).scalar_one()
    for attempt in range(_SCRUB_TRIES):
        if attempt:
            time.sleep(_WAIT_SECONDS)
        if not connection.execute(_OLDER_VIEWS, {"mark": mark}).scalar_one():
            connection.execute(text("VACUUM FULL answers, comments, participations"))
            return
    raise NotScrubbed("old rows could not be removed while another process reads the database as it was before")


def _scrub_sqlite(connection: Connection) -> None:
    dbapi: Any = connection.connection.dbapi_connection
    dbapi.execute("VACUUM").close()
    for _ in range(_SCRUB_TRIES):  # each waits up to busy_timeout for readers to finish
        is_busy, _pages, _moved = dbapi.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not is_busy:
            return
    raise NotScrubbed("the journal could not be emptied while another process reads the database")
