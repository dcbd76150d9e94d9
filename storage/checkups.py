"""How a database is doing, for whoever operates it: whether it answers and takes writes, how much is waiting, what is
missing of it. Readings alone; the one write is taken back. What to think of them is for `bot.health` and `bot.checkup`.
"""

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.domain.deliveries import DeliveryState
from bot.domain.surveys import RoundState
from storage import database
from storage.database import CannotOpen
from storage.round_keys import RoundKeys
from storage.store import Storage
from storage.tables import HandledRow, RoundRow, table
from storage.trouble import CannotRead, StorageTrouble
from storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Waiting:
    """What all workspaces of a database have in hand: deliveries by state, the moment the oldest of those that are due
    fell due, and open rounds."""

    deliveries: dict[DeliveryState, int]
    oldest_due: datetime | None
    open_rounds: int


@dataclass(frozen=True, slots=True)
class Checkup:
    """What `denyut doctor` looks at. `write_trouble` is "" where a write came through; `journal` and `free` are bytes,
    0 and None on a server, whose disk is out of sight. `without_key` are open rounds (workspace, round)."""

    write_trouble: str
    journal: int
    free: int | None
    without_key: tuple[tuple[str, str], ...]


async def is_migrated(storage: Storage) -> bool:
    """Whether the tables are those of this version. Raises CannotOpen when the database does not answer."""
    try:
        health = await storage.health()
    except CannotRead as trouble:
        raise CannotOpen(trouble.reason) from trouble
    return not health["pending"]


async def is_writing(storage: Storage) -> bool:
    """Whether writes come through, tried where none did lately."""
    try:
        await storage.prove_writing()
    except StorageTrouble:
        return False
    return True


async def waiting(storage: Storage) -> Waiting:
    """What is in hand. Raises CannotOpen when the database does not answer."""

    def of_one(db: UnitOfWork) -> tuple[dict[DeliveryState, int], datetime | None, int]:
        return db.deliveries.counts(), db.deliveries.next_due(), len(db.rounds.open())

    counts = dict.fromkeys(DeliveryState, 0)
    oldest: list[datetime] = []
    rounds = 0
    try:
        for workspace_id in await storage.workspaces():
            of_states, due, running = await storage.read(workspace_id, of_one)
            for state, number in of_states.items():
                counts[state] += number
            oldest += [due] if due else []
            rounds += running
    except CannotRead as trouble:
        raise CannotOpen(trouble.reason) from trouble
    return Waiting(counts, min(oldest, default=None), rounds)


def look_over(database_url: str, data_dir: Path) -> Checkup:
    """The state of a migrated database. Raises CannotOpen when it cannot even be read."""
    url = database.parse_url(database_url)
    journal, free = 0, None
    if database.is_sqlite(url):
        path = Path(str(url.database))
        free = shutil.disk_usage(path.parent).free
        log = path.with_name(f"{path.name}-wal")
        journal = os.stat(log).st_size if log.exists() else 0
    rounds = table(RoundRow)
    running = select(rounds.c.workspace_id, rounds.c.id).where(rounds.c.state == RoundState.OPEN)
    engine = database.read_engine(url, 1)
    try:
        with database.plain_failures(url), engine.connect() as connection:
            found = [(row.workspace_id, row.id) for row in connection.execute(running)]
    finally:
        engine.dispose()
    keys = RoundKeys(data_dir / "keys")
    try:
        without_key = tuple(each for each in found if keys.read(*each) is None)
    except CannotRead as trouble:
        raise CannotOpen(f"The folder {data_dir / 'keys'} is in the way: {trouble.reason}.") from trouble
    return Checkup(_write_trouble(url), journal, free, without_key)


def _write_trouble(url: URL) -> str:
    """Why a row cannot be written, "" if it can; it is taken back."""
    engine = database.write_engine(url)
    try:
        with engine.connect() as connection, connection.begin() as attempt:
            at = datetime.now(UTC)
            connection.execute(table(HandledRow).insert(), {"workspace_id": "", "key": "doctor", "at": at})
            attempt.rollback()
    except SQLAlchemyError as error:
        return _reason(error)
    finally:
        engine.dispose()
    return ""


def _reason(error: SQLAlchemyError) -> str:
    """What the driver says, on one line. Parameters are hidden in it, and it names no password."""
    said = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    return next((line.strip() for line in said.splitlines() if line.strip()), type(error).__name__)
