"""Opening a database: what works, and the one sentence when it does not."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from storage import CannotOpen, Storage, migrate
from storage.database import migration_engine, parse_url

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


@pytest.fixture(scope="module", autouse=True)
def quick_commits() -> None:
    """None here: what is asked is what outlives a power cut."""


def connect(url: str) -> Connection:
    return migration_engine(parse_url(url)).connect()


def refusal(url: str, folder: Path, exclusive: bool = False) -> str:
    """What the person at the terminal reads."""
    with pytest.raises(CannotOpen) as caught:
        Storage.open(url, folder, exclusive=exclusive).close()
    message = str(caught.value)
    assert "\n" not in message
    assert "Traceback" not in message
    return message


def test_the_folders_of_a_sqlite_database_are_made_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "er" / "denyut.db"
    Storage.open(f"sqlite:///{file}", tmp_path / "data").close()
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("url", ["", "nonsense", "sqlite", "sqlite://", "sqlite:///:memory:", "postgresql://h:port/x"])
def test_an_address_that_is_none_is_refused(url: str, tmp_path: Path) -> None:
    assert "DATABASE_URL" in refusal(url, tmp_path)


def test_other_databases_are_named_in_the_refusal(tmp_path: Path) -> None:
    assert "mysql" in refusal("mysql://root:secret@localhost/x", tmp_path)


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    assert "is a directory" in refusal(f"sqlite:///{tmp_path}", tmp_path)


def test_another_file_is_no_database_and_stays_as_it_is(tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("keep me, I am not a database at all")
    assert "not a SQLite database" in refusal(f"sqlite:///{notes}", tmp_path)
    assert notes.read_text() == "keep me, I am not a database at all"


def test_a_broken_database_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "denyut.db"
    broken.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    assert "cannot be opened" in refusal(f"sqlite:///{broken}", tmp_path)


LOOK = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('select name from workspaces').fetchall())"


def test_who_looks_into_a_database_in_use_takes_nothing_from_it(tmp_path: Path) -> None:
    """Were the lock of the one that runs lost, the first to look would remove the log it goes on writing to, and all
    that was acknowledged from then on would be gone with the process."""
    url, file = f"sqlite:///{tmp_path}/denyut.db", tmp_path / "denyut.db"

    def seen_from_outside() -> str:
        return subprocess.run([sys.executable, "-c", LOOK, file], capture_output=True, text=True, check=True).stdout

    migrate.upgrade(url)
    storage = Storage.open(url, tmp_path, exclusive=True)
    storage.write_now("T1", lambda db: db.workspace.ensure("First", NOW))
    migrate.upgrade(url)  # as at every start
    assert migrate.current(url) is not None
    assert "First" in seen_from_outside()
    storage.write_now("T2", lambda db: db.workspace.ensure("Second", NOW))
    assert "Second" in seen_from_outside()
    storage.close()


def test_a_path_through_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "cannot be opened" in refusal(f"sqlite:///{tmp_path}/file/denyut.db", tmp_path)
    assert "cannot be made" in refusal(f"sqlite:///{tmp_path}/denyut.db", tmp_path / "file" / "data")


def test_an_unreachable_server_is_named_without_its_password(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        message = refusal(f"postgres://denyut:hunter2@127.0.0.1:{port}/denyut", tmp_path)
    assert f"127.0.0.1:{port}" in message
    assert "hunter2" not in message


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
@pytest.mark.parametrize("backend", [pytest.param("postgres", marks=pytest.mark.postgres)])
def test_every_spelling_of_postgresql_works(database, scheme: str) -> None:
    url = database.url.replace("postgresql", scheme, 1)
    Storage.open(url, database.folder).close()
    assert migrate.pending(url) is False


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:Gehe@im1@127.0.0.1:1/x",
        "postgresql://127.0.0.1:1/x?user=u&password=Geheim1",
        "postgresql://u@127.0.0.1:1/x?sslpassword=Geheim1",
    ],
)
def test_no_part_of_a_password_is_told_wherever_it_stands(url: str, tmp_path: Path) -> None:
    said = refusal(url, tmp_path)
    assert "im1" not in said, said


def test_a_password_behind_the_question_mark_is_used() -> None:
    url = parse_url("postgresql://h/x?user=u&password=a%26b&sslmode=require")
    assert (url.password, dict(url.query)) == ("a&b", {"user": "u", "sslmode": "require"})


def not_made(url: str) -> str:
    """What whoever migrates reads."""
    with pytest.raises(CannotOpen) as caught:
        migrate.upgrade(url)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_tables_of_another_program_are_left_alone(new_database: Callable) -> None:
    url = new_database(False).url
    with connect(url) as connection, connection.begin():
        connection.execute(text("CREATE TABLE surveys (x int)"))
    assert "surveys" in not_made(url)
    assert migrate.current(url) is None, "all of it or nothing"
    with connect(url) as connection, connection.begin():
        connection.execute(text("CREATE TABLE alembic_version (version_num text)"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('0003'), ('0004')"))
    assert "2 versions at once" in not_made(url)


@pytest.mark.parametrize("backend", [pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_user_who_may_make_no_tables_is_told(new_database: Callable, postgres_server: Callable) -> None:
    url = new_database(False).url
    postgres_server().execute("CREATE ROLE reads_only LOGIN")
    try:
        assert "permission denied for schema public" in not_made(url.replace("postgres@", "reads_only@"))
    finally:
        postgres_server().execute("DROP ROLE reads_only")


@pytest.mark.parametrize("backend", [pytest.param("postgres", marks=pytest.mark.postgres)])
@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_server_that_cannot_hold_every_letter_is_refused_at_the_start(
    postgres_server: Callable, backend: str, encoding: str
) -> None:
    name, server = f"of_{encoding.lower()}", postgres_server()
    server.execute(f"CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0")
    try:
        assert f"keeps text as {encoding}" in not_made(server.url(name))
    finally:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize("backend", [pytest.param("postgres", marks=pytest.mark.postgres)])
def test_writers_see_what_they_waited_for_however_the_server_is_set_up(database, postgres_server: Callable) -> None:
    """Else whoever logs at the same time as others is told of a bug."""
    name = parse_url(database.url).database
    postgres_server().execute(f"ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'")
    storage = Storage.open(database.url, database.folder)
    shown = text("SHOW transaction_isolation")
    assert storage.write_now("T1", lambda db: db._scope.connection.execute(shown).scalar()) == "read committed"
    storage.close()


def test_a_storage_can_be_closed_twice_and_then_refuses_work(storage: Storage) -> None:
    storage.close()
    storage.close()
    with pytest.raises(RuntimeError):
        storage.write_now("T1", lambda db: db.workspace.get())


HOLD = """
import sys
from pathlib import Path
from storage import Storage
storage = Storage.open(sys.argv[1], Path(sys.argv[2]), exclusive=True)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def backend() -> str:
    return "sqlite"


def test_a_second_run_on_the_same_file_is_refused_until_the_first_is_gone(database) -> None:
    command = [sys.executable, "-c", HOLD, database.url, str(database.folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert "Another process" in refusal(database.url, database.folder, exclusive=True)
        Storage.open(database.url, database.folder).close()  # an import may run beside it
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
    Storage.open(database.url, database.folder, exclusive=True).close()
    Storage.open(database.url, database.folder, exclusive=True).close()


def test_by_another_name_it_is_the_same_file(database, tmp_path: Path) -> None:
    """Each would send what the other sends; through two hard links they would not even see each other's log."""
    file = database.folder / "denyut.db"
    assert database.url == f"sqlite:///{file}"
    (tmp_path / "folder").symlink_to(file.parent)
    (tmp_path / "link.db").symlink_to(file)
    holder = Storage.open(database.url, database.folder, exclusive=True)
    for name in (tmp_path / "link.db", tmp_path / "folder" / "denyut.db"):
        assert "Another process" in refusal(f"sqlite:///{name}", tmp_path, exclusive=True)
    (tmp_path / "hard.db").hardlink_to(file)
    assert "hard links" in refusal(f"sqlite:///{tmp_path}/hard.db", tmp_path, exclusive=True)
    holder.close()
    assert "hard links" in refusal(database.url, database.folder, exclusive=True)
    (tmp_path / "hard.db").unlink()
    Storage.open(f"sqlite:///{tmp_path}/link.db", tmp_path, exclusive=True).close()


def test_a_refused_opening_lets_go_of_the_lock(database, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_url: object) -> None:
        raise CannotOpen("no")

    with monkeypatch.context() as patch:
        patch.setattr("storage.store._try_out", fail)
        assert refusal(database.url, database.folder, exclusive=True) == "no"
    Storage.open(database.url, database.folder, exclusive=True).close()


def test_sqlite_is_set_up_to_keep_what_it_acknowledged_and_to_forget_what_it_deleted(storage: Storage) -> None:
    def settings(db) -> dict[str, object]:
        names = ("journal_mode", "synchronous", "busy_timeout", "foreign_keys", "secure_delete")
        connection = db._scope.connection
        return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}

    wanted = {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 5000, "foreign_keys": 1, "secure_delete": 1}
    assert storage.write_now("T1", settings) == wanted


def test_migrating_says_nothing_on_the_terminal(new_database: Callable, capfd: pytest.CaptureFixture[str]) -> None:
    migrate.upgrade(new_database(False).url)
    assert capfd.readouterr() == ("", "")
