"""What somebody who has the database reads in it to find out who answered what: its schema, the physical order of rows,
their transactions, and every other row that might tell. Readings only, nothing is written.

What follows from them is judged by `bot.privacy_check`; the bytes of files are in `storage.remains`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Table, func, inspect, select, text
from sqlalchemy.engine import URL

from bot.domain.surveys import Round, RoundState
from storage import database, migrate
from storage.round_keys import RoundKeys
from storage.rounds import round_of
from storage.tables import (
    AnswerRow,
    CommentRow,
    DeliveryRow,
    NamedAnswerRow,
    ParticipationRow,
    RoundRow,
    Row,
    WorkspaceRow,
    table,
)
from storage.unit_of_work import UnitOfWork
from storage.writer import Work

T = TypeVar("T")
ANSWERS, COMMENTS, PARTICIPATIONS = table(AnswerRow), table(CommentRow), table(ParticipationRow)
ANONYMOUS = (ANSWERS, COMMENTS, PARTICIPATIONS)
READERS = 2
_NOT_TRACES = {"answers", "comments", "rounds", "surveys", "alembic_version"}
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Placed:
    """A row of `answers` or `comments` and where it lies: `place` grows in physical order ((0, 0) where SQLite
    keeps rows by key), `transaction` wrote it ("" on SQLite, which does not keep that)."""

    key: bytes
    question: str
    place: tuple[int, int]
    transaction: str


@dataclass(frozen=True, slots=True)
class AboutRound:
    """What a delivery tells about one person and one round."""

    purpose: str
    receiver: str
    facts: dict[str, str]
    due_at: datetime
    settled_at: datetime | None


class Reading:
    """A database opened to be looked at. Made by `Reading.open`, ended by `close`.

    Not for the process of a running bot. On SQLite nobody may have the file open otherwise in the same process while it
    is: see `storage.database.prepare_file`.
    """

    def __init__(self, url: URL, engine: Engine, data_dir: Path) -> None:
        self._engine = engine
        self._keys = RoundKeys(data_dir / "keys")
        self.is_sqlite = database.is_sqlite(url)

    @classmethod
    def open(cls, database_url: str, data_dir: Path) -> "Reading":
        """Raises CannotOpen for a database that is not there or not of this version."""
        url = database.parse_url(database_url)
        migrate.check_ready(database_url)
        engine = database.read_engine(url, READERS)
        with database.plain_failures(url), engine.connect():
            return cls(url, engine, data_dir)

    def close(self) -> None:
        self._engine.dispose()

    def work(self, workspace_id: str, work: Work[T]) -> T:
        """Runs what a service would run, in a transaction that cannot write."""
        with self._engine.begin() as connection:
            return work(UnitOfWork(connection, workspace_id, self._keys))

    def workspaces(self) -> list[str]:
        ids = table(WorkspaceRow).c.workspace_id
        with self._engine.begin() as connection:
            return list(connection.execute(select(ids).order_by(ids)).scalars())

    def closed_rounds(self, workspace_id: str) -> list[Round]:
        """Every round of the workspace that is closed, oldest first."""
        rounds = table(RoundRow)
        statement = select(*rounds.c).where(rounds.c.workspace_id == workspace_id, rounds.c.state == RoundState.CLOSED)
        with self._engine.begin() as connection:
            found = connection.execute(statement.order_by(rounds.c.closed_at, rounds.c.id))
            return [round_of(row) for row in found]

    def open_round_ids(self) -> set[tuple[str, str]]:
        """Workspace and id of every round that is launching or open, whose key is in use."""
        rounds = table(RoundRow)
        running = rounds.c.state.in_((RoundState.LAUNCHING, RoundState.OPEN))
        with self._engine.begin() as connection:
            found = connection.execute(select(rounds.c.workspace_id, rounds.c.id).where(running))
            return {(row.workspace_id, row.id) for row in found}

    def placed(self, name: str, round_id: str) -> list[Placed]:
        """The rows of `answers` or `comments` of a round, in physical order."""
        stored = Row.metadata.tables[name]
        where, order = self._place(stored)
        statement = text(f'SELECT key, question, {where} FROM "{name}" WHERE round_id = :round ORDER BY {order}')  # noqa: S608
        with self._engine.begin() as connection:
            rows = connection.execute(statement, {"round": round_id}).all()
        if self.is_sqlite:
            return [Placed(bytes(row[0]), row[1], (0, row[2] or 0), "") for row in rows]
        return [Placed(bytes(row[0]), row[1], _ctid(row[2]), row[3]) for row in rows]

    def transactions(self, round_id: str) -> dict[str, int]:
        """How many different transactions the rows of a round show, by table; nothing on SQLite."""
        if self.is_sqlite:
            return {}
        with self._engine.begin() as connection:
            return {
                each.name: connection.execute(
                    text(f"SELECT count(DISTINCT xmin::text) FROM {each.name} WHERE round_id = :round"),  # noqa: S608
                    {"round": round_id},
                ).scalar_one()
                for each in ANONYMOUS
            }

    def still_marked(self, round_id: str) -> int:
        """How many participations of a round are left: with a key that was kept they say who answered."""
        return self._count(PARTICIPATIONS, round_id)

    def under_names(self, round_id: str) -> int:
        """How many answers of a round lie beside a name."""
        return self._count(table(NamedAnswerRow), round_id)

    def texts(self, round_id: str) -> list[str]:
        with self._engine.begin() as connection:
            return list(connection.execute(select(COMMENTS.c.text).where(COMMENTS.c.round_id == round_id)).scalars())

    def deliveries(self, workspace_id: str, round_id: str) -> list[AboutRound]:
        """Every message owed about a round."""
        owed = table(DeliveryRow)
        here = (owed.c.workspace_id == workspace_id, owed.c.subject == round_id)
        with self._engine.begin() as connection:
            rows = connection.execute(select(*owed.c).where(*here)).all()
        return [AboutRound(row.purpose, row.receiver, dict(row.facts), row.due_at, row.settled_at) for row in rows]

    def traces(self) -> Iterator[tuple[str, str]]:
        """Every row outside of answers, comments and definitions as (table, all it holds as text; bytes as hex). Tables
        that are not Denyut's are read too."""
        with self._engine.begin() as connection:
            for name in inspect(connection).get_table_names():
                if name in _NOT_TRACES:
                    continue
                rows = connection.execution_options(stream_results=not self.is_sqlite).execute(
                    text(f'SELECT * FROM "{name}"')  # noqa: S608
                )
                for part in rows.partitions(_BATCH):
                    yield from ((name, " ".join(_said(value) for value in row)) for row in part)

    def schema_faults(self) -> list[str]:
        """What in the schema could carry a time, an order or a person next to an answer; each a few words."""
        with self._engine.begin() as connection:
            found = [*_foreign_columns(connection), *_programs(connection)]
            return found + (_rowid_tables(connection) if self.is_sqlite else _postgres_faults(connection))

    def copies_outside(self) -> list[str]:
        """Where PostgreSQL itself sends what is written, as far as it says so; each a few words."""
        if self.is_sqlite:
            return []
        found = []
        with self._engine.begin() as connection:
            if connection.execute(text("SHOW archive_mode")).scalar_one() != "off":
                found.append("its write-ahead log is archived")
            if connection.execute(text("SELECT count(*) FROM pg_replication_slots")).scalar_one():
                found.append("replicas read its write-ahead log")
        return found

    def _count(self, stored: Table, round_id: str) -> int:
        with self._engine.begin() as connection:
            statement = select(func.count()).select_from(stored).where(stored.c.round_id == round_id)
            return int(connection.execute(statement).scalar_one())

    def _place(self, stored: Table) -> tuple[str, str]:
        if not self.is_sqlite:
            return "ctid::text, xmin::text", f"{stored.name}.ctid"
        with self._engine.begin() as connection:
            return ("rowid", "rowid") if _has_rowid(connection, stored.name) else ("NULL", "key")


def _said(value: Any) -> str:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value)


def _ctid(written: str) -> tuple[int, int]:
    page, _, line = written.strip("()").partition(",")
    return int(page), int(line)


def _foreign_columns(connection: Connection) -> list[str]:
    """Columns that this version does not know."""
    found = []
    there = inspect(connection)
    for stored in Row.metadata.sorted_tables:
        known = set(stored.c.keys())
        more = [each["name"] for each in there.get_columns(stored.name) if each["name"] not in known]
        found += [f"{stored.name} has a column {name} that Denyut did not make" for name in more]
    return found


def _programs(connection: Connection) -> list[str]:
    """Triggers on any table: they could note who wrote, and when."""
    if connection.dialect.name == "sqlite":
        statement = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
    else:
        statement = "SELECT tgname, tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
    return [f"the trigger {row[0]} runs on {row[1]}" for row in connection.execute(text(statement))]


def _has_rowid(connection: Connection, name: str) -> bool:
    statement = text("SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = :name")
    return not connection.execute(statement, {"name": name}).scalar()


def _rowid_tables(connection: Connection) -> list[str]:
    return [
        f"{each.name} numbers its rows in the order in which they came (it has a rowid)"
        for each in ANONYMOUS
        if _has_rowid(connection, each.name)
    ]


def _postgres_faults(connection: Connection) -> list[str]:
    found = []
    if connection.execute(text("SHOW track_commit_timestamp")).scalar_one() == "on":
        found.append("the server notes when each transaction ended (track_commit_timestamp is on)")
    published = text("SELECT DISTINCT pubname, tablename FROM pg_publication_tables WHERE tablename = ANY(:names)")
    names = [each.name for each in ANONYMOUS]
    found += [
        f"the publication {row[0]} sends every change of {row[1]} away"
        for row in connection.execute(published, {"names": names})
    ]
    sampled = text(
        "SELECT tablename, attname FROM pg_stats WHERE schemaname = current_schema() AND tablename = ANY(:names) "
        "AND attname IN ('key', 'text') ORDER BY tablename, attname"
    )
    found += [
        f"the server keeps samples of {row[0]}.{row[1]} (pg_statistic)"
        for row in connection.execute(sampled, {"names": names})
    ]
    return found
