"""Two copies of the database from while a round is open, with one answer given in between: which answer that is can be
seen, whose it is can not. Measured over every answer of several rounds; the same attacker catches the storage that
keeps a flag beside the name.

Copies are backups, the files with their journal, and on PostgreSQL all rows with their transactions and places.
"""

import random
import sqlite3
import subprocess
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from bot.privacy_check.chance import SURPRISING, matching_tail
from storage import Storage, database
from storage.round_keys import answer_key, participation_key
from tests.conftest import Database
from tests.privacy import company
from tests.privacy.company import Company, Truth, careless
from tests.privacy.linker import carry_off

PEOPLE, ROUNDS = 50, 4
PAGE, WAL_HEADER, FRAME_HEADER = 4096, 32, 24

Taking = Callable[[Database, Path], "Copy"]


@dataclass(frozen=True)
class Copy:
    """All rows of all tables as text, the rounds and values of answers apart, and the pages of the files."""

    rows: frozenset[str]
    values: frozenset[tuple[str, int]]
    pages: frozenset[bytes] = frozenset()


def backup(taken: Database, folder: Path) -> Copy:
    """As `VACUUM INTO` makes it."""
    target = folder / "backup.db"
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(taken.folder / "denyut.db")) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))
    return rows_of(f"sqlite:///{target}")


def files(taken: Database, folder: Path) -> Copy:
    """The file and its journal as they lie there while the bot runs. (`cp`, as a process that has SQLite open must not
    close its files otherwise.)"""
    for stale in folder.iterdir():
        stale.unlink()
    own = [str(taken.folder / name) for name in ("denyut.db", "denyut.db-wal")]
    subprocess.run(["cp", *own, str(folder)], check=True, timeout=10)
    main, journal = ((folder / name).read_bytes() for name in ("denyut.db", "denyut.db-wal"))
    pages = {main[at : at + PAGE] for at in range(0, len(main), PAGE)}
    frames = range(WAL_HEADER + FRAME_HEADER, len(journal), PAGE + FRAME_HEADER)
    pages |= {journal[at : at + PAGE] for at in frames}
    seen = rows_of(f"sqlite:///{folder}/denyut.db")
    return Copy(seen.rows, seen.values, frozenset(pages))


def server(taken: Database, folder: Path) -> Copy:
    return rows_of(taken.url)


def rows_of(url: str) -> Copy:
    engine = create_engine(database.parse_url(url))
    more = ", xmin::text, ctid::text" if engine.dialect.name == "postgresql" else ""
    try:
        with engine.connect() as connection:
            rows = {
                f"{name} {tuple(row)!r}"
                for name in inspect(connection).get_table_names()
                for row in connection.execute(text(f'SELECT *{more} FROM "{name}"'))
            }
            answers = connection.execute(text("SELECT round_id, value FROM answers")).all()
            return Copy(frozenset(rows), frozenset((row.round_id, row.value) for row in answers))
    finally:
        engine.dispose()


@dataclass
class Observer:
    """Takes a copy after each answer, and says from this and the one before who has given it."""

    taken: Database
    folder: Path
    take: Taking
    members: list[str] = field(default_factory=list)
    before: Copy | None = None
    guesses: int = 0
    hits: int = 0

    def look(self, truth: Truth, member: str) -> None:
        now = self.take(self.taken, self.folder)
        if self.before is not None:
            ((_, value),) = now.values - self.before.values
            assert truth.value_of[member] == value, "what was answered in between can be seen"
            self.guesses += 1
            self.hits += random.choice(self._suspects(self.before, now)) == member
        self.before = now

    def _suspects(self, before: Copy, now: Copy) -> list[str]:
        """Whoever is named in a row that changed, else in a page that changed, else anybody."""
        pages = (each.decode("latin-1") for each in now.pages - before.pages)
        return self._named(before.rows ^ now.rows) or self._named(pages) or self.members

    def _named(self, changed: Iterable[str]) -> list[str]:
        told = "\n".join(changed)
        return [each for each in self.members if each in told]

    @property
    def chance(self) -> float:
        """How likely it is to guess right so often."""
        return matching_tail(self.hits, max(1, round(self.guesses / PEOPLE)))


def observed(storage: Storage, taken: Database, folder: Path, take: Taking) -> Observer:
    observer = Observer(taken, folder, take)
    asked = Company(storage, PEOPLE, after_each=observer.look)
    observer.members = asked.members
    for _ in range(ROUNDS):
        observer.before = None
        truth = asked.ask()
        asked.close(truth)
        storage.seal_now(company.TEAM, truth.round_id)
    assert observer.guesses == ROUNDS * (PEOPLE - 1)
    return observer


COPIES = [
    pytest.param("sqlite", backup, id="a backup"),
    pytest.param("sqlite", files, id="the files and the journal"),
    pytest.param("postgres", server, id="postgresql", marks=pytest.mark.postgres),
]


@pytest.mark.parametrize(("backend", "take"), COPIES)
def test_whose_answer_came_between_two_copies_is_known_no_better_than_by_guessing(
    storage: Storage, database: Database, tmp_path: Path, take: Taking
) -> None:
    (tmp_path / "copies").mkdir()

    seen = observed(storage, database, tmp_path / "copies", take)

    assert seen.chance > SURPRISING, f"{seen.hits} of {seen.guesses}"


@pytest.mark.parametrize(("backend", "take"), COPIES)
def test_a_flag_beside_the_name_tells_every_answer_that_came_between_two_copies(
    storage: Storage, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, take: Taking
) -> None:
    (tmp_path / "copies").mkdir()

    with careless(storage, monkeypatch, company.flag_beside_the_name):
        seen = observed(storage, database, tmp_path / "copies", take)

    assert seen.hits == seen.guesses


def test_with_the_key_two_copies_are_as_telling_as_the_running_host(storage: Storage, database: Database) -> None:
    """The limit that the documentation states: copies of the key files are what must not be made."""
    truth = Company(storage, PEOPLE).ask()
    key = (database.folder / "keys" / company.TEAM / f"{truth.round_id}.key").read_bytes()
    answers = {row["key"]: row["value"] for row in carry_off(database.url).answers[truth.round_id]}
    stored = rows_of(database.url).rows

    for member, value in truth.value_of.items():
        assert answers[answer_key(key, "score", member, "enps")] == value
        assert any(repr(participation_key(key, member)) in each for each in stored if each.startswith("participations"))
