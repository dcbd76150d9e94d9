"""What a command says when something stands in its way: one line, an exit code that tells whether to try again, and no
traceback. Also where the terminal itself is not as it should be."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from bot.cli import app
from bot.files import write_text
from bot.terminal import LATER, WRONG, CannotStart, CannotStartYet, guarded, run_async
from storage import CannotOpen, CannotReach, CannotRead, CannotWrite, NotScrubbed, Storage, UnclearWrite, migrate
from storage.backups import BackupError

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
ROOT = Path(__file__).parent.parent


def of_nothing() -> object:
    """Asks a database for a table that it does not have."""
    with create_engine("sqlite://").connect() as connection:
        return connection.execute(text("SELECT note FROM entries WHERE note = 'a secret'"))


def raises(error: Exception) -> Callable[[], object]:
    def work() -> object:
        raise error

    return work


STANDS_IN_THE_WAY = {
    "a setting": (raises(CannotStart("wrong")), WRONG, "wrong"),
    "Slack is away": (raises(CannotStartYet("later")), LATER, "later"),
    "a database": (raises(CannotOpen("not one")), WRONG, "not one"),
    "a server": (raises(CannotReach("away")), LATER, "away"),
    "a backup": (raises(BackupError("cut off")), WRONG, "cut off"),
    "reading": (raises(CannotRead("gone")), LATER, "gone"),
    "writing": (raises(CannotWrite("read-only")), LATER, "takes no writes"),
    "a commit": (raises(UnclearWrite("broke")), LATER, "not known"),
    "a reader": (raises(NotScrubbed("held")), LATER, "run it again"),
    "other tables": (of_nothing, WRONG, "no such table: entries"),
}


@pytest.mark.parametrize("what", STANDS_IN_THE_WAY)
def test_what_stands_in_the_way_is_one_line(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    work, code, said = STANDS_IN_THE_WAY[what]

    async def waited() -> object:
        return work()

    for run in (lambda: guarded(work), lambda: run_async(waited())):
        with pytest.raises(typer.Exit) as ended:
            run()
        told = capsys.readouterr()
        assert (ended.value.exit_code, told.out, told.err.count("\n")) == (code, "", 1)
        assert said in told.err
        assert "secret" not in told.err


def test_a_bug_is_no_trouble_of_the_machine() -> None:
    with pytest.raises(KeyError):
        guarded(raises(KeyError("a bug")))


def denyut(folder: Path, redirected: str, *arguments: str, **given: str) -> "subprocess.CompletedProcess[str]":
    """Runs a command as a shell would, with its streams redirected."""
    settings = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DENYUT_DATA_DIR": str(folder / "data"), **given}
    command = f'"$0" -m bot "$@" {redirected}'
    return subprocess.run(
        ["sh", "-c", command, sys.executable, *arguments],
        cwd=folder, env=settings, capture_output=True, timeout=60, text=True, check=False,
    )  # fmt: skip


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_an_output_that_takes_nothing_is_one_line(tmp_path: Path) -> None:
    full = denyut(tmp_path, ">/dev/full", "version")
    assert (full.returncode, full.stderr) == (1, "denyut: No space left on device.\n")


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of another kind")
def test_streams_that_are_closed_stop_nobody(tmp_path: Path) -> None:
    """Else the database would be opened under the number of the output, and written to by whoever prints."""
    closed = denyut(tmp_path, "<&- >&- 2>&-", "migrate")
    assert closed.returncode == 0
    assert migrate.pending(f"sqlite:///{tmp_path}/data/denyut.db") is False


@pytest.mark.skipif(sys.platform == "win32", reason="a shell of another kind")
def test_an_event_loop_is_not_given_the_numbers_of_closed_streams(tmp_path: Path) -> None:
    closed = denyut(tmp_path, "<&- >&-", "doctor", SLACK_API_URL="http://127.0.0.1:9/api/", SLACK_BOT_TOKEN="xoxb-x")
    assert (closed.returncode, closed.stderr) == (1, "")


def test_letters_a_terminal_does_not_have_are_told_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("date,kpi,value,member\n2026-10-01,Senyum 🎉,1,U1\n", encoding="utf-8")
    said = denyut(tmp_path, "", "kpi", "import", "in.csv", "--workspace", "T1", PYTHONIOENCODING="latin-1")
    assert (said.returncode, "Traceback" in said.stderr, "U0001f389" in said.stderr) == (WRONG, False, True)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """Runs commands in a folder without a bot, on the database in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/denyut.db")
    return CliRunner()


@pytest.mark.parametrize("command", ["audit", "privacy-check", "backup b.zip", "doctor", "kpi export e.csv"])
def test_tables_that_are_not_there_are_told_by_every_command(here: CliRunner, command: str) -> None:
    """A database that says it is of this version, and is not."""
    with closing(sqlite3.connect("denyut.db")) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num text)")
        connection.execute("INSERT INTO alembic_version VALUES (?)", [migrate.head()])
        connection.commit()
    said = here.invoke(app, command.split())
    assert (said.exit_code, said.stderr.count("\n")) == (WRONG, 1), said.stderr
    assert "no such table" in said.stderr or "absences" in said.stderr


@pytest.mark.parametrize("file", [".", "no/such.csv"])
def test_a_file_that_cannot_be_written_is_one_line(here: CliRunner, file: str) -> None:
    said = here.invoke(app, ["kpi", "export", file, "--workspace", "T1"])
    assert (said.exit_code, said.stderr.count("\n")) == (WRONG, 1), said.stderr


def test_what_is_handed_out_of_a_member_is_for_its_owner_alone(tmp_path: Path) -> None:
    write_text(tmp_path / "ayu.json", "{}")
    assert (tmp_path / "ayu.json").stat().st_mode & 0o777 == 0o600
    for file in (tmp_path, tmp_path / "no" / "such.json"):
        with pytest.raises(CannotStart, match="cannot be written"):
            write_text(file, "{}")


def test_a_backup_of_what_takes_no_writes_is_made_and_says_so(
    here: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A standby: the backup is whole, only the audit log does not know."""
    url = f"sqlite:///{tmp_path}/denyut.db"
    migrate.upgrade(url)
    with closing(Storage.open(url, tmp_path)) as storage:
        storage.write_now("T1", lambda db: db.workspace.ensure("Acme", NOW))
    monkeypatch.setattr(Storage, "write_now", raises_too(CannotWrite("a standby")))
    said = here.invoke(app, ["backup", "b.zip"])
    assert (said.exit_code, "rows in" in said.stdout, "a standby" in said.stderr) == (0, True, True)
    assert (tmp_path / "b.zip").exists()


def raises_too(error: Exception) -> Callable[..., object]:
    def work(*_: object) -> object:
        raise error

    return work
