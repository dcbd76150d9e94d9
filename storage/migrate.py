"""Bringing a database to the newest tables, and saying whether that is needed. Alembic is configured here, in code, and
loaded only where there is something to migrate.

The steps themselves are in `storage/migrations/versions`, each in a file whose name begins with its revision.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import URL

from storage import database

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"
PATIENCE_SECONDS = 600.0
"""So long one process waits while another migrates: much longer than for a write."""
_ONE_AT_A_TIME = 4_470_291  # any number, the same for all replicas: the PostgreSQL lock while one of them migrates


def config(connection: Connection | None = None) -> "Config":
    """Alembic's configuration: our scripts, the given connection, and nothing said to the terminal."""
    from alembic.config import Config

    made = Config(stdout=io.StringIO(), output_buffer=io.StringIO())
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    return made


@cache
def revisions() -> tuple[str, ...]:
    """The revisions this version of Denyut knows, oldest first."""
    return tuple(sorted(each.name.partition("_")[0] for each in (MIGRATIONS / "versions").glob("[0-9]*.py")))


def head() -> str:
    """The newest of them."""
    return revisions()[-1]


def upgrade(database_url: str) -> None:
    """Bring the database to the newest revision, making a SQLite file where there is none; all of it or nothing.

    Of several processes at once, one does it and the others wait. Raises CannotOpen, also for a database that a newer
    version of Denyut has migrated.
    """
    url = database.parse_url(database_url)
    database.prepare_file(url)
    with _transaction(url, PATIENCE_SECONDS) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ONE_AT_A_TIME})
        revision = revision_of(connection)
        _refuse_newer(revision)
        if revision is None:
            refuse_other_text(connection)
        if revision != head():
            from alembic import command

            command.upgrade(config(connection), "head")


def pending(database_url: str) -> bool:
    """Is there a migration to run? Raises CannotOpen as `upgrade` does."""
    revision = current(database_url)
    _refuse_newer(revision)
    return revision != head()


def check_ready(database_url: str) -> None:
    """Raises CannotOpen, with what to do, for a database that is not there or not of this version. Makes no file."""
    revision = current(database_url)
    if revision is None:
        raise database.CannotOpen("There is no database yet. Run first: denyut migrate")
    _refuse_newer(revision)
    if revision != head():
        raise database.CannotOpen("The database is of an older version. Run first: denyut migrate")


def current(database_url: str) -> str | None:
    """The database's revision, None when it has no tables yet. Raises CannotOpen when it cannot be reached."""
    url = database.parse_url(database_url)
    if database.is_sqlite(url) and not Path(str(url.database)).exists():
        return None  # looking makes no file
    database.prepare_file(url)
    with _transaction(url) as connection:
        return revision_of(connection)


def revision_of(connection: Connection) -> str | None:
    """The revision of the database behind an open connection. Raises CannotOpen where it has several."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    if len(found) > 1:
        raise database.CannotOpen(
            f"The database says that it is of {len(found)} versions at once ({', '.join(map(str, found))}): it is "
            "another program's, or was changed by hand. Name one of Denyut's own in DATABASE_URL, or restore a backup."
        )
    return str(found[0]) if found else None


def refuse_other_text(connection: Connection) -> None:
    """Raises CannotOpen for a PostgreSQL database that cannot hold everything people write, such as emoji."""
    if connection.dialect.name != "postgresql":
        return
    encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8":
        raise database.CannotOpen(
            f"The database keeps text as {encoding}, which cannot hold everything people write. Make one for Denyut: "
            "CREATE DATABASE denyut ENCODING 'UTF8' TEMPLATE template0"
        )


def _refuse_newer(revision: str | None) -> None:
    if revision is not None and revision not in revisions():
        raise database.CannotOpen(
            f"The database was migrated by a newer version of Denyut (revision {revision}); update Denyut to use it."
        )


@contextmanager
def _transaction(url: URL, patience: float = database.CONNECT_SECONDS) -> Iterator[Connection]:
    engine = database.migration_engine(url, patience)
    try:
        with database.plain_failures(url):
            connection = engine.connect()
            transaction = connection.begin()
        with database.plain_refusals(url), connection, transaction:
            yield connection
    finally:
        engine.dispose()
