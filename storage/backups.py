"""Backups: everything that is stored, as one file that either kind of database can be made from again.

The file is a ZIP archive: `tables/<name>.jsonl` has a row a line, as a JSON list, and `backup.json`, written last, says
of which version they are, which columns they have, and what adding them up must give. Making one is here, putting it
back in `storage.restoring`.

What is not in it: the keys of rounds. Rows are written by their keys, never in the order in which they came, and while
a closed round waits for its seal no backup is made. What a copy from while a round was open tells is in
docs/privacy.md.
"""

import errno
import json
import os
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from datetime import time as wall_time
from decimal import Decimal
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Integer,
    LargeBinary,
    String,
    TableClause,
    Text,
    Time,
    and_,
    column,
    func,
    select,
    table,
)
from sqlalchemy.types import TypeEngine

from bot.domain.surveys import RoundState
from storage import database, migrate
from storage.columns import EnumText, ExactDecimal, UtcDateTime
from storage.tables import RoundRow, Row
from storage.tables import table as table_of

FORMAT = 1
PRODUCT = "denyut"
CONTENTS = "backup.json"
AT_A_TIME = 2000
PATIENCE_SECONDS = 120.0
_LOOK_AGAIN_SECONDS = 2.0
_SUM_BYTES = 16
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

Tell = Callable[[str, int, int], None]
"""Hears how far the work is: what is being done, how much of it is, and the whole."""


class BackupError(Exception):
    """A backup cannot be made or put back; the message is one sentence that says why and what to do. Nothing has been
    changed."""


class Kind(StrEnum):
    """How a column's values are written in a backup. Only ever added to: old backups must stay readable."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    MOMENT = "moment"
    DATE = "date"
    TIME = "time"
    DECIMAL = "decimal"
    BYTES = "bytes"
    JSON = "json"


TYPES: Mapping[Kind, TypeEngine[Any]] = {
    Kind.TEXT: Text(),
    Kind.NUMBER: BigInteger(),
    Kind.FLAG: Boolean(),
    Kind.MOMENT: UtcDateTime(),
    Kind.DATE: Date(),
    Kind.TIME: Time(),
    Kind.DECIMAL: ExactDecimal(),
    Kind.BYTES: LargeBinary(),
    Kind.JSON: JSON(),
}
_WRITTEN: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.MOMENT: datetime.isoformat,
    Kind.DATE: date.isoformat,
    Kind.TIME: wall_time.isoformat,
    Kind.DECIMAL: str,
    Kind.BYTES: lambda value: bytes(value).hex(),
}
_READ: Mapping[Kind, Callable[[str], Any]] = {
    Kind.MOMENT: datetime.fromisoformat,
    Kind.DATE: date.fromisoformat,
    Kind.TIME: wall_time.fromisoformat,
    Kind.DECIMAL: Decimal,
    Kind.BYTES: bytes.fromhex,
}


@dataclass(frozen=True, slots=True)
class Contents:
    """One table of a backup: its columns with their kinds, how many rows, and the sum over the digests of their lines,
    in which order whatever they come."""

    name: str
    columns: Mapping[str, Kind]
    rows: int
    digest: str

    @property
    def path(self) -> str:
        return f"tables/{self.name}.jsonl"

    @property
    def clause(self) -> TableClause:
        """The table for statements, with the columns it had when the backup was made."""
        return table(self.name, *(column(name, TYPES[kind]) for name, kind in self.columns.items()))


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup says of itself. `revision` is that of the tables, `made_at` the moment that it shows (UTC)."""

    version: str
    revision: str
    made_at: datetime
    tables: tuple[Contents, ...]

    @property
    def rows(self) -> int:
        return sum(each.rows for each in self.tables)


class Tally:
    """Rows and the sum of their lines' digests, as they go by."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, line: str) -> None:
        self.rows += 1
        self._sum += int.from_bytes(blake2b(line.encode(), digest_size=_SUM_BYTES).digest())

    @property
    def digest(self) -> str:
        return f"{self._sum % (1 << 8 * _SUM_BYTES):032x}"


def back_up(
    database_url: str,
    path: Path,
    version: str,
    now: datetime,
    tell: Tell,
    *,
    patience: float = PATIENCE_SECONDS,
) -> Backup:
    """Write everything that is stored at one moment into a new file that only this user may read. The bot may go on
    writing. `version` is Denyut's, `now` (aware) is noted as the moment of the backup.

    Waits up to `patience` seconds for closed rounds to be sealed. Raises BackupError, and CannotOpen for the database.
    """
    url = database.parse_url(database_url)
    if migrate.current(database_url) is None:
        raise BackupError("There is no database yet, and so nothing to back up.")
    if migrate.pending(database_url):
        raise BackupError("The database is of an older version. Run first: denyut migrate")
    engine = database.read_engine(url, 1)
    deadline = time.monotonic() + patience
    try:
        while True:
            with database.plain_failures(url), engine.begin() as connection:
                waiting = unsealed(connection)
                if not waiting:
                    return _written_file(connection, path, version, now, tell)
            if time.monotonic() > deadline:
                raise BackupError(
                    f"Closed rounds that wait for their seal: {waiting}. A backup would keep what the seal removes: "
                    "let the bot run for a minute, see what denyut doctor says, and try again."
                )
            tell("Waiting for a closed round to be sealed", 0, waiting)
            time.sleep(_LOOK_AGAIN_SECONDS)
    finally:
        engine.dispose()


def unsealed(connection: Connection) -> int:
    """How many closed rounds still have what the seal removes."""
    rounds = table_of(RoundRow)
    waiting = and_(rounds.c.state == RoundState.CLOSED, ~rounds.c.sealed)
    return int(connection.execute(select(func.count()).select_from(rounds).where(waiting)).scalar_one())


def kind_of(stored: Column[Any]) -> Kind:
    """How a column of ours is written down. Raises TypeError for a type nobody thought of here."""
    plain = getattr(stored.type, "impl_instance", stored.type)  # SQLModel's texts are a type of its own around String
    for kinds, kind in _KINDS:
        if isinstance(stored.type, kinds) or isinstance(plain, kinds):
            return kind
    raise TypeError(f"{stored} cannot be backed up: how is a {stored.type!r} written?")


_KINDS: Sequence[tuple[tuple[type, ...], Kind]] = (
    ((UtcDateTime,), Kind.MOMENT),
    ((ExactDecimal,), Kind.DECIMAL),
    ((EnumText, String), Kind.TEXT),
    ((JSON,), Kind.JSON),
    ((LargeBinary,), Kind.BYTES),
    ((Boolean,), Kind.FLAG),
    ((Integer,), Kind.NUMBER),
    ((Date,), Kind.DATE),
    ((Time,), Kind.TIME),
)


def lines_of(connection: Connection, contents: Contents, order: Sequence[str] = ()) -> Iterator[str]:
    """Every row of a table as a line of a backup, by the columns of `order`."""
    clause = contents.clause
    writers = [_WRITTEN.get(kind) for kind in contents.columns.values()]
    statement = select(clause).order_by(*(clause.c[name] for name in order))
    for row in connection.execute(statement.execution_options(yield_per=AT_A_TIME)):
        values = zip(writers, row, strict=True)
        yield _JSON.encode([value if write is None or value is None else write(value) for write, value in values])


def values_of(contents: Contents, line: str) -> dict[str, Any]:
    """A line of a backup as the values of a row. Raises ValueError for anything else."""
    given = json.loads(line)
    if not isinstance(given, list) or len(given) != len(contents.columns):
        raise ValueError(f"not a row of {contents.name}")
    return {
        name: value if value is None or kind not in _READ else _READ[kind](value)
        for (name, kind), value in zip(contents.columns.items(), given, strict=True)
    }


def _written_file(connection: Connection, path: Path, version: str, now: datetime, tell: Tell) -> Backup:
    revision = migrate.revision_of(connection)
    assert revision is not None, "looked at before"
    tables = Row.metadata.sorted_tables  # what is pointed at comes before what points at it
    done: list[Contents] = []
    with _new_file(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for number, stored in enumerate(tables):
            tell(f"Writing {stored.name}", number, len(tables))
            contents = Contents(stored.name, {each.name: kind_of(each) for each in stored.columns}, 0, "")
            tally = Tally()
            with archive.open(contents.path, "w", force_zip64=True) as out:
                for line in lines_of(connection, contents, [each.name for each in stored.primary_key]):
                    tally.add(line)
                    out.write(f"{line}\n".encode())
                    if tally.rows % (10 * AT_A_TIME) == 0:
                        tell(f"Writing {stored.name}, {tally.rows} rows", number, len(tables))
            done.append(Contents(contents.name, contents.columns, tally.rows, tally.digest))
        backup = Backup(version, revision, now, tuple(done))
        said = {"product": PRODUCT, "format": FORMAT, **asdict(backup), "made_at": now.isoformat()}
        archive.writestr(CONTENTS, json.dumps(said, indent=1))
    return backup


@contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that is there, under its name, once it is whole and on disk. Never in place of another one."""
    try:
        if path.exists():
            raise BackupError(f"{path} is there already; a backup takes no other file's place.")
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            with _draft(folder, path) as (handle, publish):
                with os.fdopen(handle, "w+b") as file:
                    yield file
                    file.flush()
                    os.fsync(file.fileno())
                    publish()
                os.fsync(folder)
        finally:
            os.close(folder)
    except FileExistsError as trouble:
        raise BackupError(f"{path} is there already; a backup takes no other file's place.") from trouble
    except OSError as trouble:
        raise BackupError(
            f"{path} cannot be written: {trouble.strerror or trouble}. Nothing was left there."
        ) from trouble


@contextmanager
def _draft(folder: int, path: Path) -> Iterator[tuple[int, Callable[[], None]]]:
    """A file to write into, and what gives it its name in the end. Where it can it has none until then, so that nothing
    is left of it, however the process ends; elsewhere a kill leaves a file that ends in .part."""
    nameless = _nameless(path.parent)
    if nameless is not None:
        # with a folder's descriptor it follows the link to the file itself, as linkat(2) does
        yield nameless, lambda: os.link(f"/proc/self/fd/{nameless}", path, src_dir_fd=folder, follow_symlinks=True)
        return
    draft = path.with_name(f"{path.name}.part")
    handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        yield handle, lambda: os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _nameless(folder: Path) -> int | None:
    """A new file without a name, None where the system or the disk knows no such thing."""
    if not hasattr(os, "O_TMPFILE") or not os.path.exists("/proc/self/fd"):
        return None
    try:
        return os.open(folder, os.O_RDWR | os.O_TMPFILE, 0o600)
    except OSError as trouble:
        if trouble.errno in (errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOENT):
            return None
        raise
