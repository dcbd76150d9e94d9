"""`denyut privacy-check`: nothing to say of a healthy data folder, and a name for every way of being careless."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.surveys import RoundState
from bot.privacy_check.check import examine
from bot.privacy_check.findings import Finding, Verdict
from bot.settings import Settings
from storage import Storage
from storage.round_keys import RoundKeys
from tests.conftest import Database
from tests.privacy import company
from tests.privacy.company import TEAM, Company, careless, run
from tests.storage import samples
from tests.storage.samples import NOW

PEOPLE, ROUNDS = 12, 3
LATER = NOW + timedelta(days=30)
SECRET = "a-secret-of-thirty-two-characters"

sqlite_only = pytest.mark.parametrize("backend", ["sqlite"])
postgres_only = pytest.mark.parametrize("backend", [pytest.param("postgres", marks=pytest.mark.postgres)])


def checked(url: str, folder: Path, *logs: Path, now: datetime = LATER) -> list[Finding]:
    """What the command would print of a data folder, with nobody else at it."""
    settings = Settings(data_dir=folder, database_url=url, secret_key=SECRET)
    return list(examine(settings, logs, folder / "none.env", now, lambda *_: None))


def problems(found: Sequence[Finding]) -> list[str]:
    return [each.what for each in found if each.verdict is Verdict.PROBLEM]


def asked_rounds(storage: Storage, rounds: int = ROUNDS) -> Company:
    asked = Company(storage, PEOPLE)
    for _ in range(rounds):
        asked.ask_and_seal()
    return asked


def test_a_healthy_data_folder_has_no_problem(storage: Storage, database: Database) -> None:
    asked = asked_rounds(storage)
    past = samples.round_of(asked.survey.id, id="past", number=99, state=RoundState.CLOSED, closed_at=NOW)
    storage.write_now(TEAM, lambda db: db.rounds.add(past))
    storage.write_now(TEAM, lambda db: db.answers.import_counts("past", "enps", {9: 6, 3: 2}))  # nobody is in it
    asked.ask()  # one is open: its key is where it belongs
    storage.close()

    found = checked(database.url, database.folder)

    assert problems(found) == []
    assert sum(each.verdict is Verdict.OK for each in found) >= 9
    assert any("memory of this host" in each.what for each in found), "it says what it cannot see"


@sqlite_only
def test_the_bot_may_run_meanwhile(storage: Storage, database: Database, tmp_path: Path) -> None:
    asked_rounds(storage)

    done = command(database, tmp_path)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "PROBLEM" not in done.stdout
    storage.write_now(TEAM, lambda db: db.kpis.add(samples.entry()))


@sqlite_only
@pytest.mark.parametrize(
    ("how", "said"),
    [
        (company.rowid_tables, "numbers its rows"),
        (company.created_at, "column created_at"),
        (company.answered_at, "trigger noted"),
        (company.flag_beside_the_name, "column answered"),
        (company.ids_in_order, "are not random"),
        (company.plain_digest, "anybody can compute"),
        (company.key_kept, "key of a round that is over"),
        (company.key_kept, "leads from people to what they answered"),
        (company.key_in_the_database, "leads from people to what they answered"),
        (company.comments_with_scores, "share a key"),
    ],
)
def test_a_careless_storage_is_named(storage, database, monkeypatch, how: Callable[..., None], said: str) -> None:
    with careless(storage, monkeypatch, how):
        asked_rounds(storage)
        storage.close()

    assert any(said in each for each in problems(checked(database.url, database.folder)))


@postgres_only
def test_rows_that_postgresql_does_not_write_anew_are_named(storage, database, monkeypatch) -> None:
    with careless(storage, monkeypatch, company.not_rewritten_at_all):
        asked_rounds(storage)

    assert any("in which transactions" in each for each in problems(checked(database.url, database.folder)))


@postgres_only
def test_a_publication_of_the_answers_is_named(storage, database) -> None:
    asked_rounds(storage, 1)
    run(storage, "CREATE PUBLICATION everything FOR TABLE answers")

    assert any("publication everything" in each for each in problems(checked(database.url, database.folder)))


@sqlite_only
def test_a_key_from_the_settings_is_found(storage, database, monkeypatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(RoundKeys, "read", lambda *_: SECRET.encode()[:32])
        company.not_rewritten(patch)
        asked_rounds(storage)
        storage.close()

    assert any("A key in the settings" in each for each in problems(checked(database.url, database.folder)))


@sqlite_only
@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("INSERT INTO participations VALUES (x'000102030405060708090a0b0c0d0e0f', :round)", "still holds who answered"),
        ("UPDATE rounds SET sealed = 0", "not sealed"),
        ("INSERT INTO named_answers VALUES ('T1', :round, :member, 'enps', 3, '')", "beside names"),
        ('UPDATE deliveries SET facts = \'{"score": "3"}\' WHERE receiver = :member', "holds what somebody answered"),
        ("INSERT INTO handled VALUES ('T1', 'what I think is 3, more or less', '2026-11-23')", "holds a comment"),
        ("INSERT INTO handled SELECT 'T1', lower(hex(key)), '2026-11-23' FROM answers LIMIT 1", "holds the key"),
        (
            "UPDATE deliveries SET purpose = 'surveys.thanks', due_at = datetime(due_at, '+' || rowid || ' seconds')",
            "made one by one",
        ),
    ],
)
def test_a_row_that_tells_is_named(storage: Storage, database: Database, statement: str, said: str) -> None:
    asked = asked_rounds(storage)
    run(storage, statement, **{
        name: value
        for name, value in (("round", asked.rounds[0].round_id), ("member", asked.members[0]))
        if f":{name}" in statement
    })  # fmt: skip
    storage.close()

    assert any(said in each for each in problems(checked(database.url, database.folder)))


@sqlite_only
@pytest.mark.parametrize("name", ["{round}.key.bak", "{round}.1f2e3d4c.new", "old/{round}.key"])
def test_a_copy_of_a_key_is_named(storage: Storage, database: Database, name: str) -> None:
    asked = asked_rounds(storage)
    path = database.folder / "keys" / TEAM / name.format(round=asked.rounds[0].round_id)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(os.urandom(32))
    storage.close()

    assert any(str(path) in each for each in problems(checked(database.url, database.folder)))


@sqlite_only
def test_a_key_that_others_may_read_is_named(storage: Storage, database: Database) -> None:
    truth = Company(storage, PEOPLE).ask()
    (database.folder / "keys" / TEAM / f"{truth.round_id}.key").chmod(0o644)
    storage.close()

    assert any("Other users may read" in each for each in problems(checked(database.url, database.folder)))


@sqlite_only
def test_a_round_closed_just_now_may_still_wait_for_its_seal(storage: Storage, database: Database) -> None:
    asked = Company(storage, PEOPLE)
    asked.close(asked.ask())
    storage.close()

    assert problems(checked(database.url, database.folder, now=NOW + timedelta(days=1, minutes=1))) == []
    later = problems(checked(database.url, database.folder, now=NOW + timedelta(days=2)))
    assert any("not sealed" in each for each in later)
    assert any("still on disk" in each for each in later)


@sqlite_only
def test_a_backup_from_before_the_seal_is_named(storage: Storage, database: Database) -> None:
    def back_up(_truth: object) -> None:
        with closing(sqlite3.connect(database.folder / "denyut.db")) as connection:
            connection.execute("VACUUM INTO ?", (str(database.folder / "backup-of-monday"),))

    asked = Company(storage, PEOPLE, halfway=back_up)
    truth = asked.ask()
    storage.close()
    assert problems(checked(database.url, database.folder)) == [], "the round is open, and so is the database itself"

    again = Storage.open(database.url, database.folder)
    asked.storage = again
    asked.close(truth)
    again.seal_now(TEAM, truth.round_id)
    again.close()

    assert any("backup-of-monday is a copy" in each for each in problems(checked(database.url, database.folder)))


@sqlite_only
def test_what_a_seal_left_in_the_journal_is_named(storage, database, monkeypatch, tmp_path: Path) -> None:
    with careless(storage, monkeypatch, company.not_scrubbed):
        asked_rounds(storage)
        stolen = tmp_path / "stolen"
        shutil.copytree(database.folder, stolen)  # as it lies there while the bot runs, or after a crash
        storage.close()

    assert any("still in the journal" in each for each in problems(checked(f"sqlite:///{stolen}/denyut.db", stolen)))


@sqlite_only
def test_pages_that_were_freed_and_not_overwritten_are_named(storage: Storage, database: Database) -> None:
    asked_rounds(storage)
    storage.close()
    with closing(sqlite3.connect(database.folder / "denyut.db")) as connection:
        connection.execute("PRAGMA secure_delete=OFF")
        connection.execute("CREATE TABLE gone (what TEXT)")
        connection.executemany("INSERT INTO gone VALUES (?)", [("x" * 1000,)] * 200)
        connection.commit()
        connection.execute("DROP TABLE gone")
        connection.commit()

    assert any("free pages" in each for each in problems(checked(database.url, database.folder)))


@sqlite_only
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("2026-11-23 refused what I think is 3, more or less", "holds a comment"),
        ("2026-11-23 [info] recorded member={member} score=3", "holds an answer beside"),
        (
            "sqlite3.OperationalError: database is locked\n[SQL: INSERT INTO answers (key, value) VALUES (?, ?)]\n"
            "[parameters: (b'1', 7)]",
            "could not be stored",
        ),
    ],
)
def test_a_log_that_tells_is_named(storage: Storage, database: Database, tmp_path: Path, line: str, said: str) -> None:
    asked = asked_rounds(storage)
    storage.close()
    log = tmp_path / "denyut.log"
    log.write_text(f"2026-11-23 [info] round sealed round={asked.rounds[0].round_id}\n")
    assert problems(checked(database.url, database.folder, log)) == []

    log.write_text(line.format(member=asked.members[0]))

    assert any(said in each for each in problems(checked(database.url, database.folder, log)))


def command(database: Database, folder: Path, *more: str) -> "subprocess.CompletedProcess[str]":
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": database.url,
        "DENYUT_DATA_DIR": str(database.folder),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    line = [sys.executable, "-m", "bot", "privacy-check", *more]
    return subprocess.run(line, env=environment, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


@sqlite_only
def test_the_command_ends_with_1_when_something_was_found(storage, database, monkeypatch, tmp_path: Path) -> None:
    with careless(storage, monkeypatch, company.key_kept):
        asked_rounds(storage)
        storage.close()

    done = command(database, tmp_path)

    assert done.returncode == 1
    assert "PROBLEM The key of a round that is over is still on disk" in done.stdout
    assert "Delete that file." in done.stdout


@sqlite_only
def test_a_database_that_is_not_there_is_said_and_not_made(database: Database, tmp_path: Path) -> None:
    (database.folder / "denyut.db").unlink()

    done = command(database, tmp_path)

    assert done.returncode == 1
    assert "There is no database yet" in done.stdout
    assert not (database.folder / "denyut.db").exists()
    assert command(database, tmp_path, "--log", "missing.log").returncode == 2
