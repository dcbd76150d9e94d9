"""Putting a backup back: all of it, checked, or nothing. What a backup is and how it is made is in `storage.backups`.

What happened between the backup and now is not known any more, and nothing may be sent a second time because of that:
- a message that was being sent, or is due by now, counts as one whose outcome nobody knows: it is looked up in Slack
  before it is sent (`bot.ambiguous`);
- dates of schedules that have passed meanwhile are recorded as skipped, and a round that was about to be launched is
  given up: they may have happened.
"""

import json
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import Connection, func, inspect, or_, select, text, update
from sqlalchemy import table as named_table
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.domain.deliveries import DeliveryState
from bot.domain.schedules import Occurrence, OccurrenceState, due_between
from bot.domain.surveys import RoundState
from storage import database, migrate, sealing
from storage.backups import (
    AT_A_TIME,
    CONTENTS,
    FORMAT,
    PRODUCT,
    Backup,
    BackupError,
    Contents,
    Kind,
    Tally,
    Tell,
    lines_of,
    values_of,
)
from storage.round_keys import RoundKeys
from storage.tables import DeliveryRow, RoundRow, Row, ScheduleRow, table
from storage.trouble import CannotRead
from storage.unit_of_work import UnitOfWork

RESTORED = "restored from a backup"
_LOCK_WAIT = "10s"
_LOOKS, _BETWEEN_LOOKS = 10, 0.3
_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND backend_type = 'client backend'"
)
_MOST_SKIPPED = 400
"""Of a schedule whose dates go by for years, only the latest so many are recorded one by one."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back: how many messages are to be looked up before they are sent, how many dates of schedules were
    skipped, how many launches given up, and the rounds (workspace, round) that are open here without their key."""

    backup: Backup
    unclear: int
    skipped: int
    given_up: int
    without_key: tuple[tuple[str, str], ...]


def restore(
    database_url: str, data_dir: Path, path: Path, now: datetime, tell: Tell, *, force: bool = False
) -> Restored:
    """Put a backup into an empty database, or with `force` in the place of what is there, as of `now` (aware). No bot
    may run on the database meanwhile. Afterwards the tables are those of this version, whichever the backup was of.

    All or nothing: raises BackupError for a file that is no whole backup, a database that holds something, or rows that
    do not come out as they went in, and CannotOpen for the database itself.
    """
    url = database.parse_url(database_url)
    with _archive(path) as archive:
        backup = contents_of(archive, path)
        _refuse_unknown(backup)
        database.prepare_file(url)
        try:
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as trouble:
            raise BackupError(f"The data folder {data_dir} cannot be made: {trouble.strerror}.") from trouble
        release = database.lock(url)
        try:
            with _transaction(url) as connection:
                _refuse_company(connection)
                _refuse_newer(connection)
                was_empty = _make_room(connection, backup, force)
                command.upgrade(migrate.config(connection), backup.revision)
                _fill(connection, archive, backup, tell)
                _compare(connection, backup, tell)
                command.upgrade(migrate.config(connection), "head")
                restored = _settle(connection, backup, RoundKeys(data_dir / "keys"), now)
            if not was_empty:
                _scrub(url)
        finally:
            release()
    return restored


def contents_of(archive: zipfile.ZipFile, path: Path) -> Backup:
    """What an archive says of itself. Raises BackupError where it is no backup, or one of a later format."""
    try:
        said = json.loads(archive.read(CONTENTS))
        if said["product"] != PRODUCT:
            raise ValueError("of another program")
        if said["format"] > FORMAT:
            raise BackupError(f"{path} was made by a newer version of Denyut ({said['version']}); update Denyut first.")
        tables = tuple(
            Contents(
                each["name"],
                {name: Kind(kind) for name, kind in each["columns"].items()},
                int(each["rows"]),
                str(each["digest"]),
            )
            for each in said["tables"]
        )
        return Backup(said["version"], said["revision"], datetime.fromisoformat(said["made_at"]), tables)
    except (KeyError, ValueError, TypeError, AttributeError, zipfile.BadZipFile) as trouble:
        raise BackupError(f"{path} is not a backup of Denyut, or it is damaged.") from trouble


@contextmanager
def _archive(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except OSError as trouble:
        raise BackupError(f"{path} cannot be read: {trouble.strerror or trouble}.") from trouble
    except zipfile.BadZipFile as trouble:
        raise BackupError(f"{path} is not a backup of Denyut, or it was cut off.") from trouble
    with archive:
        yield archive


def _refuse_unknown(backup: Backup) -> None:
    if backup.revision not in migrate.revisions():
        raise BackupError(
            f"The backup is of a newer version of Denyut ({backup.version}, revision {backup.revision}); update first."
        )


@contextmanager
def _transaction(url: URL) -> Iterator[Connection]:
    engine = database.migration_engine(url)
    try:
        with database.plain_failures(url):
            connection = engine.connect()
        try:
            with connection, connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_WAIT}'"))
                yield connection
        except (SQLAlchemyError, CannotRead) as trouble:
            said = str(trouble.orig) if isinstance(trouble, DBAPIError) else str(trouble)
            reason = next((line.strip() for line in said.splitlines() if line.strip()), "it gave no reason")
            raise BackupError(f"Nothing was restored, the database says: {reason.rstrip('.')}.") from trouble
    finally:
        engine.dispose()


def _refuse_company(connection: Connection) -> None:
    """A bot that went on while its tables are exchanged would not know. On SQLite the lock file tells. One that has
    just been stopped may take a moment to be gone from the server's list."""
    if connection.dialect.name != "postgresql":
        return
    for attempt in range(_LOOKS):
        if attempt:
            time.sleep(_BETWEEN_LOOKS)
        connection.execute(text("SELECT pg_stat_clear_snapshot()"))
        others = connection.execute(_OTHERS).scalar_one()
        if not others:
            return
    raise BackupError(
        f"The database is in use, by {others} other connections: stop every bot and close consoles first."
    )


def _refuse_newer(connection: Connection) -> None:
    """Tables that only a newer version knows would stay behind, and stand in the way of the next upgrade."""
    revision = migrate.revision_of(connection)
    if revision is None:
        migrate.refuse_other_text(connection)
    elif revision not in migrate.revisions():
        raise BackupError(
            f"The database was migrated by a newer version of Denyut (revision {revision}), whose tables would stay "
            "behind. Give an empty one in DATABASE_URL; the file of SQLite can be moved away."
        )


def _make_room(connection: Connection, backup: Backup, force: bool) -> bool:
    """Removes our own tables, which without `force` must hold nothing; whether they did."""
    ours = {*Row.metadata.tables, *(each.name for each in backup.tables), "alembic_version"}
    there = [name for name in inspect(connection).get_table_names() if name in ours]
    held = [name for name in there if name != "alembic_version" and _count(connection, name)]
    if held and not force:
        raise BackupError(
            f"The database holds something already ({held[0]} has rows). Give an empty one in DATABASE_URL, or --force "
            "to put the backup in its place: what is there now is then gone."
        )
    quoted = connection.dialect.identifier_preparer.quote
    cascade = " CASCADE" if connection.dialect.name == "postgresql" else ""
    for name in there:
        connection.execute(text(f"DROP TABLE {quoted(name)}{cascade}"))
    return not held


def _count(connection: Connection, name: str) -> int:
    return int(connection.execute(select(func.count()).select_from(named_table(name))).scalar_one())


def _fill(connection: Connection, archive: zipfile.ZipFile, backup: Backup, tell: Tell) -> None:
    there = set(inspect(connection).get_table_names())
    done, whole = 0, backup.rows
    for contents in backup.tables:
        if contents.name not in there:
            raise BackupError(f"The backup is damaged: it has a table {contents.name} that its version does not know.")
        insert = contents.clause.insert()
        for rows in _rows(archive, contents):
            tell(f"Restoring {contents.name}", done, whole)
            connection.execute(insert, rows)
            done += len(rows)


def _rows(archive: zipfile.ZipFile, contents: Contents) -> Iterator[list[dict[str, Any]]]:
    try:
        with archive.open(contents.path) as lines:
            while rows := [values_of(contents, line.decode()) for line in islice(lines, AT_A_TIME)]:
                yield rows
    except (KeyError, ValueError, TypeError, zipfile.BadZipFile, EOFError) as trouble:
        raise BackupError(f"The backup is damaged: {contents.path} cannot be read ({trouble}).") from trouble


def _compare(connection: Connection, backup: Backup, tell: Tell) -> None:
    """Reads back everything that was written: as many rows, and the same."""
    for number, contents in enumerate(backup.tables):
        tell(f"Comparing {contents.name}", number, len(backup.tables))
        tally = Tally()
        for line in lines_of(connection, contents):
            tally.add(line)
        if tally.rows != contents.rows:
            raise BackupError(
                f"Nothing was restored: {tally.rows} of {contents.rows} rows came out of {contents.name}."
            )
        if tally.digest != contents.digest:
            raise BackupError(f"Nothing was restored: the rows of {contents.name} did not come out as they were.")


def _settle(connection: Connection, backup: Backup, keys: RoundKeys, now: datetime) -> Restored:
    deliveries, rounds = table(DeliveryRow), table(RoundRow)
    on_the_way = deliveries.c.state == DeliveryState.SENDING
    may_be_sent = or_(on_the_way, (deliveries.c.state == DeliveryState.DUE) & (deliveries.c.due_at <= now))
    to_look_up = {"state": DeliveryState.AMBIGUOUS, "lease_until": None, "error": RESTORED}
    unclear = connection.execute(update(deliveries).where(may_be_sent).values(**to_look_up)).rowcount
    launching = rounds.c.state == RoundState.LAUNCHING
    given_up = connection.execute(update(rounds).where(launching).values(state=RoundState.FAILED)).rowcount
    open_rounds = select(rounds.c.workspace_id, rounds.c.id).where(rounds.c.state == RoundState.OPEN)
    found = [(row.workspace_id, row.id) for row in connection.execute(open_rounds)]
    without_key = tuple(each for each in found if keys.read(*each) is None)
    return Restored(backup, unclear, _skip_passed(connection, keys, now), given_up, without_key)


def _skip_passed(connection: Connection, keys: RoundKeys, now: datetime) -> int:
    """Records the dates of schedules up to now as skipped."""
    skipped = 0
    workspaces = select(table(ScheduleRow).c.workspace_id).distinct()
    for workspace_id in list(connection.execute(workspaces).scalars()):
        schedules = UnitOfWork(connection, workspace_id, keys).schedules
        for schedule in schedules.active():
            if schedule.planned_until >= now:
                continue
            for due in due_between(schedule.rule, schedule.planned_until, now)[-_MOST_SKIPPED:]:
                missed = Occurrence(schedule.id, due.local_date, due.at, OccurrenceState.SKIPPED, RESTORED)
                skipped += schedules.record(missed)
            schedules.planned_until(schedule.id, now)
    return skipped


def _scrub(url: URL) -> None:
    """What was there before is gone from the file of a SQLite database as well. On PostgreSQL the tables were dropped,
    and their files with them."""
    if not database.is_sqlite(url):
        return
    engine = database.migration_engine(url)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            sealing.scrub(connection)
    finally:
        engine.dispose()
