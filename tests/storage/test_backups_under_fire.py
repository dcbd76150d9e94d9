"""Backups while people write, on disks that fill up, under kills, and in the hands of somebody who wants to know who
answered what.

`DENYUT_SOAK=1` makes 200 backups of each kind of database instead of 20, and kills at more places.
"""

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from storage import Storage, UnitOfWork, backups
from storage.backups import BackupError, back_up
from storage.restoring import restore
from tests.conftest import Database
from tests.privacy import company
from tests.privacy.company import TEAM, Company, Truth, bytes_below, careless
from tests.privacy.linker import Loot, carry_off, join, link, unlock
from tests.storage import samples
from tests.storage.samples import NOW
from tests.storage.test_backups import everything, fill, made, put_back, quiet

ROOT = Path(__file__).resolve().parents[2]
SOAK = bool(os.environ.get("DENYUT_SOAK"))
BACKUPS = 200 if SOAK else 20
RESTORED_EACH = 10
WRITERS = 3
# between two writes of a writer: a backup is to have company, not a race, nor ever more to write
BREATH_SECONDS = 0.05 if SOAK else 0.005
LONG_AGO = NOW - timedelta(days=1000)
sqlite_only = pytest.mark.parametrize("backend", ["sqlite"])
New = Callable[[bool], Database]


class Writing:
    """Threads that each write one number after the other, in two tables at once; `acknowledged` is how many of each are
    durable for certain."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.acknowledged = [0] * WRITERS
        self._stopping = threading.Event()
        self._moved = threading.Condition()
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(WRITERS)]

    def __enter__(self) -> "Writing":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def goes_on(self) -> None:
        """Waits for the next acknowledged write."""
        with self._moved:
            before = sum(self.acknowledged)
            assert self._moved.wait_for(lambda: sum(self.acknowledged) > before, 20)

    def _run(self, writer: int) -> None:
        number = 0
        while not self._stopping.is_set():
            number += 1
            entry = samples.entry(id=f"{writer}-{number}", source=f"{writer}-{number}")

            def work(db: UnitOfWork, number: int = number, entry: Any = entry) -> None:
                db.handled.first_time(f"{writer}-{number}", NOW)
                db.kpis.add(entry)

            self._storage.write_now("T1", work)
            with self._moved:
                self.acknowledged[writer] = number
                self._moved.notify_all()
            self._stopping.wait(BREATH_SECONDS)


def seen_in(path: Path) -> list[int]:
    """How many of each writer's numbers a backup has: they must be all up to one of them, the same in both tables."""
    found: dict[str, dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
    with zipfile.ZipFile(path) as archive:
        columns = {each["name"]: list(each["columns"]) for each in json.loads(archive.read("backup.json"))["tables"]}
        for name, column in (("handled", "key"), ("entries", "id")):
            place = columns[name].index(column)
            for line in archive.read(f"tables/{name}.jsonl").splitlines():
                writer, _, number = json.loads(line)[place].partition("-")
                found[name][int(writer)].add(int(number))
    assert found["handled"] == found["entries"], "what one transaction wrote is there whole or not at all"
    for numbers in found["handled"].values():
        assert numbers == set(range(1, len(numbers) + 1)), "a prefix, without holes"
    return [len(found["handled"][writer]) for writer in range(WRITERS)]


def test_while_people_write_it_holds_everything_acknowledged_before(
    storage: Storage, database: Database, new_database: New, tmp_path: Path
) -> None:
    path = tmp_path / "b.zip"
    with Writing(storage) as writing:
        for number in range(BACKUPS):
            writing.goes_on()
            before = list(writing.acknowledged)
            made(database, path)
            after = list(writing.acknowledged)
            seen = seen_in(path)
            assert all(a <= b <= c + 1 for a, b, c in zip(before, seen, after, strict=True)), (before, seen, after)
            if number % RESTORED_EACH == 0:
                back = new_database(False)
                put_back(back, path)
                again = tmp_path / "again.zip"
                made(back, again)
                assert seen_in(again) == seen
                again.unlink()
            path.unlink()
    assert sum(writing.acknowledged) > BACKUPS


def test_one_that_reads_table_by_table_is_not_consistent(
    storage: Storage, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: each table as of its own moment."""
    lines_of = backups.lines_of
    path = tmp_path / "b.zip"
    with Writing(storage) as writing:

        def at_its_own_moment(connection: Any, contents: Any, order: Any = ()) -> Iterator[str]:
            if contents.name == "handled":
                writing.goes_on()
                writing.goes_on()
            engine = backups.database.read_engine(backups.database.parse_url(database.url), 1)
            with engine.begin() as another:
                yield from lines_of(another, contents, order)
            engine.dispose()

        monkeypatch.setattr(backups, "lines_of", at_its_own_moment)
        writing.goes_on()
        made(database, path)
    with pytest.raises(AssertionError, match="whole or not at all"):
        seen_in(path)


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from storage.backups import back_up
from storage.restoring import restore

what, url, folder, path, left = sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]), int(sys.argv[5])

def tell(_what, _done, _whole):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

if what == "backup":
    back_up(url, path, "0.1.0", datetime.now(UTC), tell)
else:
    restore(url, folder, path, datetime(2020, 1, 1, tzinfo=UTC), tell, force=True)
"""


def run_to(what: str, target: Database, path: Path, place: int) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-c", KILLED, what, target.url, str(target.folder), str(path), str(place)]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True)


def places(whole: int) -> list[int]:
    return list(range(1, whole + 1, 4)) if SOAK else [whole - 1]


class Steps:
    """Counts how often a backup or restore says how far it is."""

    def __init__(self) -> None:
        self.taken = 0

    def __call__(self, _what: str, _done: int, _whole: int) -> None:
        self.taken += 1


@sqlite_only
def test_a_kill_during_a_backup_leaves_nothing(database: Database, tmp_path: Path) -> None:
    fill(database, 4)
    folder, steps = tmp_path / "backups", Steps()
    folder.mkdir()
    made(database, tmp_path / "whole.zip", tell=steps)
    for place in places(steps.taken):
        assert run_to("backup", database, folder / "b.zip", place).returncode == -signal.SIGKILL
        assert list(folder.iterdir()) == []
    made(database, folder / "b.zip")


def test_a_kill_during_a_restore_leaves_what_was_there(database: Database, new_database: New, tmp_path: Path) -> None:
    fill(database, 4)
    path = tmp_path / "b.zip"
    made(database, path)
    other = new_database(True)
    fill(other, 7)
    steps = Steps()
    restore(new_database(True).url, tmp_path, path, LONG_AGO, steps)
    before = everything(other)
    for place in places(steps.taken):
        assert run_to("restore", other, path, place).returncode == -signal.SIGKILL
        assert everything(other) == before, f"killed at step {place} of {steps.taken}"
    put_back(other, path, force=True)
    assert everything(other) == everything(database)


@contextmanager
def short_files(most: int) -> Iterator[None]:
    """No file of this process may grow beyond this, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("nameless", [True, False], ids=["nameless", "where files need a name"])
def test_a_disk_that_fills_up_during_a_backup(
    storage: Storage, database: Database, tmp_path: Path, nameless: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage.write_now("T1", lambda db: db.handled.first_time("the journal is there", NOW))
    if not nameless:
        monkeypatch.setattr(backups, "_nameless", lambda _folder: None)
    fill(database)
    folder = tmp_path / "backups"
    folder.mkdir()
    for most in (0, 5000):
        with short_files(most), pytest.raises(BackupError, match="cannot be written") as caught:
            made(database, folder / "b.zip")
        assert "\n" not in str(caught.value)
        assert list(folder.iterdir()) == []
    made(database, folder / "b.zip")
    assert [path.name for path in folder.iterdir()] == ["b.zip"]
    with pytest.raises(BackupError, match="is there already"):
        made(database, folder / "b.zip")


@sqlite_only
def test_a_disk_that_fills_up_during_a_restore(database: Database, new_database: New, tmp_path: Path) -> None:
    fill(database, 150)
    path = tmp_path / "b.zip"
    made(database, path)
    other = new_database(True)
    fill(other)
    before = everything(other)
    with short_files(150_000), pytest.raises(BackupError, match="Nothing was restored") as caught:
        restore(other.url, other.folder, path, LONG_AGO, quiet, force=True)
    assert "\n" not in str(caught.value)
    assert everything(other) == before
    put_back(other, path, force=True)
    assert everything(other) == everything(database)


ROUNDS, PEOPLE = 3, 20


class Kept:
    """Rounds of a company, with backups made before, during (half and all have answered) and after each of them."""

    def __init__(self, storage: Storage, database: Database, folder: Path) -> None:
        self._database, self._folder = database, folder
        self.paths: list[Path] = []
        self.full: dict[str, Path] = {}
        asked = Company(storage, PEOPLE, halfway=lambda _truth: self._keep("half"))
        for _ in range(ROUNDS):
            self._keep("before")
            truth = asked.ask()
            self.full[truth.round_id] = self._keep("all")
            asked.close(truth)
            storage.seal_now(TEAM, truth.round_id)
        self._keep("after")
        self.rounds = asked.rounds

    def _keep(self, when: str) -> Path:
        path = self._folder / f"{len(self.paths)}-{when}.zip"
        back_up(self._database.url, path, "0.1.0", NOW, quiet, patience=0)
        self.paths.append(path)
        return path

    def files(self) -> list[bytes]:
        """Everything that can be carried off after the close, the database first: backups as they are and unpacked,
        what is in the data folder, and settings and a log as they may look."""
        below = bytes_below(self._database.folder)
        own = [content for path, content in below.items() if path.name == "denyut.db"]
        others = [content for path, content in below.items() if path.name != "denyut.db"]
        packed = [path.read_bytes() for path in self.paths]
        return [*own, *others, *packed, *unpacked(self.paths), b"DENYUT_SECRET_KEY=8q3c3VnW" * 3]

    def stored_keys(self) -> set[bytes]:
        return {
            bytes.fromhex(json.loads(line)[0])
            for path in self.paths
            for line in zipfile.ZipFile(path).read("tables/answers.jsonl").splitlines()
        }

    def loot(self) -> Loot:
        """The rows of each round, in the order in which its last backup from before the close has them."""
        parts = {name: {} for name in ("answers", "comments", "invitations")}
        for round_id, path in self.full.items():
            with zipfile.ZipFile(path) as archive:
                tables = {
                    each["name"]: list(each["columns"]) for each in json.loads(archive.read("backup.json"))["tables"]
                }
                for name, into in parts.items():
                    lines = archive.read(f"tables/{name}.jsonl").splitlines()
                    rows = [dict(zip(tables[name], json.loads(line), strict=True)) for line in lines]
                    into[round_id] = [
                        {**row, "line": place} for place, row in enumerate(rows) if row["round_id"] == round_id
                    ]
        deliveries = carry_off(self._database.url).deliveries
        return Loot(parts["answers"], parts["comments"], parts["invitations"], deliveries)


def unpacked(paths: list[Path]) -> Iterator[bytes]:
    for path in paths:
        with contextlib.closing(zipfile.ZipFile(path)) as archive:
            yield from (archive.read(name) for name in archive.namelist())


def test_backups_from_before_during_and_after_do_not_tell_who_answered_what(
    storage: Storage, database: Database, tmp_path: Path
) -> None:
    kept = Kept(storage, database, _folder(tmp_path))
    storage.close()
    everything_there = kept.files()
    loot = kept.loot()
    assert len(kept.stored_keys()) > ROUNDS * PEOPLE
    after = carry_off(database.url, everything_there[:1] if database.backend == "sqlite" else ())

    opened = unlock(Loot(after.answers, after.comments, {}, {}, everything_there), kept.rounds, kept.stored_keys())
    assert opened == 0
    assert not link(loot, kept.rounds).has_found
    assert not join(loot, kept.rounds).has_found
    in_backups = {(row["round_id"], bytes.fromhex(row["key"])) for rows in loot.answers.values() for row in rows}
    now = {(row["round_id"], row["key"]) for rows in after.answers.values() for row in rows}
    assert not in_backups & now, "no answer has kept the key under which a backup knows it"


@sqlite_only
def test_the_control_a_key_in_a_backup_opens_its_round(
    storage: Storage, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A careless backup that takes the folder of keys along."""
    write = backups._written_file

    def with_keys(connection: Any, path: Path, *rest: Any) -> Any:
        backup = write(connection, path, *rest)
        with zipfile.ZipFile(path, "a") as archive:
            for key in (database.folder / "keys").rglob("*.key"):
                archive.write(key, f"keys/{key.name}")
        return backup

    monkeypatch.setattr(backups, "_written_file", with_keys)
    kept = Kept(storage, database, _folder(tmp_path))
    storage.close()
    loot = Loot({}, {}, {}, {}, kept.files())
    assert unlock(loot, kept.rounds, kept.stored_keys()) == ROUNDS


@sqlite_only
def test_the_control_rows_in_the_order_in_which_they_came_tell_all(
    storage: Storage, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A careless backup of careless tables."""
    lines_of = backups.lines_of
    monkeypatch.setattr(backups, "lines_of", lambda connection, contents, _order=(): lines_of(connection, contents))
    with careless(storage, monkeypatch, company.rowid_tables):
        kept = Kept(storage, database, _folder(tmp_path))
        storage.close()
        found = link(kept.loot(), kept.rounds)
    assert found.has_found, found
    assert all(isinstance(each, Truth) for each in kept.rounds)


def _folder(tmp_path: Path) -> Path:
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder
