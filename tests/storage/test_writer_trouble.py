"""When the machine stands in the way of a write: who hears what, nothing is half done, and it goes on by itself."""

import logging
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.domain.errors import DomainError
from storage import CannotRead, CannotWrite, Storage, StorageTrouble, UnclearWrite, UnitOfWork, database, trouble
from storage.trouble import Outage
from tests.conftest import Database
from tests.faults import resources_disk
from tests.faults.resources_disk import Disk
from tests.storage import samples
from tests.storage.samples import NOW
from tests.storage.test_writer import known, only_postgres, only_sqlite, record, submit_together

ROOT = Path(__file__).resolve().parents[2]
PAGES = 400


@pytest.fixture(scope="module", autouse=True)
def quick_commits() -> None:
    """None here: what is asked is what outlives a power cut."""


def big(key: str) -> Callable[[UnitOfWork], None]:
    """A work that needs many pages, and leaves a mark before it."""

    def work(db: UnitOfWork) -> None:
        db.handled.first_time(key, NOW)
        for number in range(40):
            db.handled.first_time(f"{key} {number} {'x' * 4000}", NOW)

    return work


@contextmanager
def no_growth(storage: Storage) -> Iterator[None]:
    """SQLite may not make the file any larger: SQLITE_FULL, as on a disk that is full."""
    with limit(storage, "max_page_count", 1):  # never below what is used
        yield


@contextmanager
def read_only(storage: Storage) -> Iterator[None]:
    """SQLITE_READONLY, as in a folder that became read-only."""
    with limit(storage, "query_only", 1):
        yield


@contextmanager
def limit(storage: Storage, pragma: str, value: int) -> Iterator[None]:
    connection = writers_connection(storage)
    before = connection.execute(f"PRAGMA {pragma}").fetchone()[0]
    connection.execute(f"PRAGMA {pragma}={value}")
    try:
        yield
    finally:
        writers_connection(storage).execute(f"PRAGMA {pragma}={before or 1073741823 if 'page' in pragma else before}")


@contextmanager
def short_files(_storage: Storage) -> Iterator[None]:
    """The system lets no file of this process grow: the journal cannot be written (SQLITE_IOERR_WRITE)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def writers_connection(storage: Storage) -> sqlite3.Connection:
    connection: Any = storage._writer._connection.connection.dbapi_connection
    return connection


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [each.getMessage() for each in caplog.records if each.name == "denyut.storage"]


@only_sqlite
@pytest.mark.parametrize("trouble_of", [no_growth, read_only, short_files])
def test_nothing_is_recorded_everybody_is_told_and_it_goes_on_afterwards(
    storage: Storage, caplog: pytest.LogCaptureFixture, trouble_of: Callable[[Storage], Any]
) -> None:
    storage.write_now("T1", record("before"))
    storage.write_now("T1", big("fills the first pages of the journal"))
    caplog.set_level(logging.WARNING, "denyut")
    with trouble_of(storage):
        for number in range(20):
            with pytest.raises(CannotWrite) as caught:
                storage.write_now("T1", big(f"refused {number}"))
            assert "\n" not in caught.value.reason
        futures = [storage._writer.submit("T1", big(f"together {number}")) for number in range(5)]
        assert [type(each.exception(10)) for each in futures] == [CannotWrite] * 5
        assert storage.read_now("T1", lambda db: db.handled.known(["before"])) == {"before"}, "reading goes on"
    storage.write_now("T1", record("after"))
    kept = storage.read_now("T1", lambda db: db.handled.known(["before", "after", "refused 0", "together 0"]))
    assert kept == {"before", "after"}
    lines = said(caplog)
    assert len(lines) == 2, "one when it begins, one when it is over"
    assert lines[0].startswith("cannot write: ")
    assert lines[1].startswith("can write again, after ")
    assert "Traceback" not in caplog.text


@only_sqlite
async def test_whether_writes_come_through_is_tried_out_where_none_did_lately(storage: Storage) -> None:
    """A transaction that changes nothing needs no disk, and proves nothing."""
    storage.write_now("T1", big("fills the first pages of the journal"))
    await storage.prove_writing()
    with short_files(storage):
        await storage.prove_writing()  # the last one is less than a minute ago
        with pytest.raises(CannotWrite):
            await storage.write("T1", record("refused"))
        await storage.write("T1", lambda _db: None)
        with pytest.raises(CannotWrite):
            await storage.prove_writing()
    await storage.prove_writing()


@only_sqlite
def test_a_refusal_or_a_bug_stays_what_it_is_beside_trouble(storage: Storage) -> None:
    def refuse(_db: UnitOfWork) -> None:
        raise DomainError("kpis.unknown_entry")

    storage.write_now("T1", big("fills the first pages of the journal"))
    with short_files(storage):
        refused, written = submit_together(storage, refuse, record("x"))
        assert isinstance(refused.exception(10), DomainError)
        assert isinstance(written.exception(10), CannotWrite)
    with pytest.raises(IntegrityError):
        storage.write_now("T1", lambda db: db.rounds.add(samples.round_of("no such survey")))
    with pytest.raises(OperationalError, match="no such table"):
        storage.write_now("T1", lambda db: db._scope.connection.execute(text("SELECT * FROM nowhere")))


class Fragile(sqlite3.Connection):
    """A connection whose next commits fail at their fsync, as many as `times`; SQLite then rolls back."""

    times = 0

    def commit(self) -> None:
        if self.in_transaction and Fragile.times > 0:
            Fragile.times -= 1
            self.rollback()
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode, error.sqlite_errorname = sqlite3.SQLITE_IOERR_FSYNC, "SQLITE_IOERR_FSYNC"
            raise error
        super().commit()


@pytest.fixture
def fragile(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    make = database_module.create_engine

    def with_factory(*arguments: Any, **given: Any) -> Any:
        return make(*arguments, **{**given, "connect_args": {**given["connect_args"], "factory": Fragile}})

    monkeypatch.setattr(database_module, "create_engine", with_factory)
    monkeypatch.setattr(Fragile, "times", 0)
    opened = Storage.open(database.url, database.folder)
    yield opened
    opened.close()


database_module = database


@only_sqlite
def test_after_an_fsync_that_failed_once_it_is_certain_that_nothing_was_recorded(fragile: Storage) -> None:
    """Another commit has taken the place of the doubtful one in the journal."""
    before = writers_connection(fragile)
    Fragile.times = 1
    with pytest.raises(CannotWrite, match="SQLITE_IOERR_FSYNC"):
        fragile.write_now("T1", record("lost"))
    assert writers_connection(fragile) is before, "closing the last connection would bring the doubtful one back"
    assert not known(fragile, "lost")
    assert fragile.write_now("T1", record("after")) is True


@only_sqlite
def test_while_fsync_goes_on_failing_nobody_claims_to_know(fragile: Storage) -> None:
    Fragile.times = 3
    with pytest.raises(UnclearWrite):
        fragile.write_now("T1", record("unclear"))
    with pytest.raises(CannotWrite):
        fragile.write_now("T1", record("refused"))
    assert Fragile.times == 0
    assert fragile.write_now("T1", record("after")) is True


ANSWERING = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from storage import Storage, StorageTrouble, database, group_commit

if sys.argv[3] == "NORMAL":
    words = tuple(each.replace("synchronous=FULL", "synchronous=NORMAL") for each in database.SQLITE_PRAGMAS)
    assert words != database.SQLITE_PRAGMAS
    database.SQLITE_PRAGMAS = words
if sys.argv[3] == "HASTY":
    group_commit.touch = lambda connection: None
storage = Storage.open(sys.argv[1], Path(sys.argv[2]))
now = datetime.now(UTC)
for line in sys.stdin:
    key = line.strip()
    try:
        storage.write_now("T1", lambda db: db.handled.first_time(key, now))
        print("ok", flush=True)
    except StorageTrouble as trouble:
        print(type(trouble).__name__, flush=True)
"""


class Child:
    """A process that records the keys it is given, on a disk that can fail. As "NORMAL" it does not sync each commit;
    as "HASTY" it calls a commit lost without having made another."""

    def __init__(self, database: Database, disk: Disk, how: str = "FULL") -> None:
        command = [sys.executable, "-c", ANSWERING, database.url, str(database.folder), how]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
        self._process = subprocess.Popen(command, env=disk.environment, cwd=ROOT, **pipes)

    def record(self, key: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{key}\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()

    def kill(self) -> None:
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        self._process.wait()


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    made = resources_disk.made(tmp_path)
    if made is None:
        pytest.skip("there is no C compiler here, which the disk that fails is made with")
    return made


def found_after(database: Database, keys: list[str]) -> frozenset[str]:
    opened = Storage.open(database.url, database.folder)
    try:
        return opened.read_now("T1", lambda db: db.handled.known(keys))
    finally:
        opened.close()


@only_sqlite
@pytest.mark.parametrize(("synchronous", "is_lost"), [("FULL", False), ("NORMAL", True)], ids=["full", "the control"])
def test_what_was_acknowledged_outlives_a_power_cut(
    database: Database, disk: Disk, synchronous: str, is_lost: bool
) -> None:
    """Power goes, and of each file only what was synced is left. With NORMAL acknowledged writes are lost."""
    with sqlite3.connect(database.folder / "denyut.db") as whole:
        whole.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole.close()
    (disk.kept / "denyut.db").write_bytes((database.folder / "denyut.db").read_bytes())
    acknowledged: list[str] = []
    for cut in range(2):
        child = Child(database, disk, synchronous)
        keys = [f"{cut} {number}" for number in range(15)]
        assert [child.record(key) for key in keys] == ["ok"] * 15
        acknowledged += keys
        child.kill()
        disk.cut_power(database.folder)
    missing = set(acknowledged) - found_after(database, acknowledged)
    assert bool(missing) is is_lost, sorted(missing)


@only_sqlite
def test_real_syncs_that_fail(database: Database, disk: Disk) -> None:
    child = Child(database, disk)
    try:
        assert child.record("before") == "ok"
        for times in (1, 1):
            disk.fail(times)
            assert child.record("failed once") == "CannotWrite"
        disk.fail()
        assert child.record("doubtful") == "UnclearWrite"
        assert child.record("again") == "UnclearWrite"
        disk.heal()
        assert child.record("after") == "ok", "it goes on by itself"
    finally:
        child.kill()
    keys = ["before", "failed once", "doubtful", "again", "after"]
    assert found_after(database, keys) == {"before", "after"}


@only_sqlite
@pytest.mark.parametrize(("how", "comes_back"), [("FULL", False), ("HASTY", True)], ids=["it is", "the control"])
def test_what_was_called_lost_does_not_come_back(database: Database, disk: Disk, how: str, comes_back: bool) -> None:
    """An fsync fails, and right afterwards the process is killed: whoever calls the write lost without another commit
    in its place has lied, as whoever opens the database next finds it in the journal."""
    child = Child(database, disk, how)
    assert child.record("before") == "ok"
    disk.fail(times=1)
    told = child.record("doubtful")
    child.kill()
    assert told == "CannotWrite"
    assert ("doubtful" in found_after(database, ["doubtful"])) is comes_back


class TestSettingsInForce:
    """Asked on the connections themselves: what the program says it sets is what SQLite does."""

    EXPECTED: ClassVar = {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "busy_timeout": 5000}

    def of(self, connection: Any) -> dict[str, Any]:
        return {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in self.EXPECTED}

    @only_sqlite
    def test_on_the_writers_own_connection_also_after_it_was_replaced(self, storage: Storage) -> None:
        found: list[dict[str, Any]] = []

        def look(db: UnitOfWork) -> None:
            found.append(self.of(db._scope.connection.connection.dbapi_connection))

        storage.write_now("T1", look)
        storage._writer._drop()
        storage.write_now("T1", look)
        assert found == [self.EXPECTED, self.EXPECTED]

    @only_postgres
    def test_acknowledged_means_written_also_on_a_server_that_is_set_up_otherwise(self, storage: Storage) -> None:
        """The server of the tests acknowledges before it has written, to everybody but the writer."""

        def ask(db: UnitOfWork) -> str:
            return str(db._scope.connection.execute(text("SHOW synchronous_commit")).scalar_one())

        assert storage.write_now("T1", ask) == "on"
        assert storage.read_now("T1", ask) == "off", "the control"

    @only_sqlite
    def test_on_every_connection_that_migrates_restores_or_tries_out(self, database: Database) -> None:
        for make in (database_module.write_engine, database_module.migration_engine):
            engine = make(database_module.parse_url(database.url))
            with engine.connect() as connection:
                assert self.of(connection.connection.dbapi_connection) == self.EXPECTED
            engine.dispose()

    @only_sqlite
    def test_with_normal_the_same_look_fails(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        words = [each.replace("synchronous=FULL", "synchronous=NORMAL") for each in database_module.SQLITE_PRAGMAS]
        monkeypatch.setattr(database_module, "SQLITE_PRAGMAS", tuple(words))
        opened = Storage.open(database.url, database.folder)
        assert self.of(writers_connection(opened)) == {**self.EXPECTED, "synchronous": 1}
        opened.close()


class TestOutage:
    def test_what_comes_and_goes_does_not_fill_the_log(self, caplog: pytest.LogCaptureFixture) -> None:
        seconds = [0.0]
        outage = Outage("write", lambda: seconds[0])
        caplog.set_level(logging.WARNING, "denyut")
        for _ in range(1000):
            outage.failed("full")
            outage.worked()
            seconds[0] += 0.2
        assert said(caplog) == [
            "cannot write: full; it goes on by itself once that is over",
            "can write again, after 0 s and 1 refusals",
        ]

    def test_while_it_lasts_it_is_said_again_every_five_minutes(self, caplog: pytest.LogCaptureFixture) -> None:
        seconds = [0.0]
        outage = Outage("write", lambda: seconds[0])
        caplog.set_level(logging.WARNING, "denyut")
        while seconds[0] < 3600:
            outage.failed("full")
            assert outage.reason == "full"
            seconds[0] += 1
        outage.worked()
        assert outage.reason == ""
        assert len(said(caplog)) == 12 + 1
        assert said(caplog)[-1] == "can write again, after 3600 s and 3600 refusals"


@only_postgres
class TestAServerThatEndsConnections:
    def others(self, storage: Storage, how: str = "pg_terminate_backend") -> None:
        """Ends every other connection to this database."""
        ask = f"SELECT {how}(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        engine = database_module.migration_engine(storage._url)
        with engine.begin() as connection:
            connection.execute(text(ask))
        engine.dispose()

    def test_ended_connections_are_made_anew_and_nobody_notices(self, storage: Storage) -> None:
        for number in range(5):
            assert storage.write_now("T1", record(f"k{number}")) is True
            assert storage.read_now("T1", lambda db: db.handled.known(["k0"])) == {"k0"}
            self.others(storage)

    def test_a_work_whose_connection_is_ended_is_run_again_once(self, storage: Storage) -> None:
        runs: list[int] = []

        def work(db: UnitOfWork) -> bool:
            first = db.handled.first_time("one", NOW)
            runs.append(1)
            if len(runs) == 1:
                self.others(storage)
                db.handled.first_time("two", NOW)
            return first

        assert storage.write_now("T1", work) is True
        assert len(runs) == 2
        assert known(storage, "one")

        def always(db: UnitOfWork) -> None:
            self.others(storage)
            db.handled.first_time("three", NOW)

        with pytest.raises(CannotWrite):
            storage.write_now("T1", always)
        assert not known(storage, "three")

    def test_ended_in_the_commit_itself_nobody_claims_to_know(
        self, storage: Storage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from sqlalchemy import event

        ended: list[int] = []

        def end(_connection: object) -> None:
            if not ended:
                ended.append(1)
                self.others(storage)

        event.listen(storage._write_engine, "commit", end)
        with pytest.raises(UnclearWrite):
            storage.write_now("T1", record("unclear"))
        assert storage.write_now("T1", record("after")) is True

    def test_a_server_that_takes_no_writes(self, storage: Storage, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.WARNING, "denyut")
        name = storage._url.database

        def takes_writes(says: str) -> None:
            engine = database_module.migration_engine(storage._url).execution_options(isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = {says}"))
            engine.dispose()

        takes_writes("on")
        self.others(storage)
        for _ in range(3):
            with pytest.raises(CannotWrite, match="read-only"):
                storage.write_now("T1", record("refused"))
            storage.write_now("T1", lambda _db: None)
        with pytest.raises(CannotWrite):
            storage._writer.prove().result(10)
        engine = database_module.migration_engine(storage._url).execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("SET default_transaction_read_only = off"))
            connection.execute(text(f"ALTER DATABASE {name} RESET default_transaction_read_only"))
        engine.dispose()
        self.others(storage)
        storage._writer.prove().result(10)
        assert storage.write_now("T1", record("after")) is True
        assert [line.split(":")[0].split(",")[0] for line in said(caplog)] == ["cannot write", "can write again"]


class TestKeysOfRounds:
    """The folder of keys is as much needed as the database."""

    def test_a_round_whose_key_cannot_be_written_is_not_opened(self, storage: Storage, database: Database) -> None:
        survey = samples.survey()
        storage.write_now("T1", lambda db: db.surveys.add(survey))
        (database.folder / "keys").write_text("a file where the folder should be")

        def open_round(db: UnitOfWork) -> None:
            db.rounds.add(samples.round_of(survey.id, id="r1"))
            db.answers.start("r1")

        with pytest.raises(CannotWrite, match="the key of a round cannot be written"):
            storage.write_now("T1", open_round)
        assert storage.read_now("T1", lambda db: db.rounds.get("r1")) is None
        (database.folder / "keys").unlink()
        storage.write_now("T1", open_round)
        assert (database.folder / "keys" / "T1" / "r1.key").stat().st_size == 32

    def test_on_a_full_disk_no_half_key_is_left(self, storage: Storage, database: Database) -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (16, hard))
        try:
            with pytest.raises(CannotWrite):
                storage._keys.create("T1", "r1")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert list((database.folder / "keys" / "T1").iterdir()) == []
        storage._keys.create("T1", "r1")
        assert len(storage._keys.read("T1", "r1") or b"") == 32

    def test_a_key_that_cannot_be_read_just_now_is_not_lost(self, storage: Storage, database: Database) -> None:
        survey = samples.survey()

        def open_round(db: UnitOfWork) -> None:
            db.surveys.add(survey)
            db.rounds.add(samples.round_of(survey.id, id="r1"))
            db.answers.start("r1")
            db.rounds.invite("r1", {"U1": ""})

        storage.write_now("T1", open_round)
        key = database.folder / "keys" / "T1" / "r1.key"
        key.rename(key.with_suffix(".away"))
        key.mkdir()  # there, and not to be read
        answer = ("r1", "U1", {"enps": 9})
        with pytest.raises(CannotWrite):
            storage.write_now("T1", lambda db: db.answers.record(*answer))
        with pytest.raises(CannotRead):
            storage.read_now("T1", lambda db: db.answers.own("r1", "U1", ["enps"]))
        key.rmdir()
        key.with_suffix(".away").rename(key)
        storage.write_now("T1", lambda db: db.answers.record(*answer))
        key.unlink()
        with pytest.raises(DomainError, match="key_lost"):
            storage.write_now("T1", lambda db: db.answers.record(*answer))


@only_sqlite
@pytest.mark.parametrize("which", ["denyut.db", "denyut.db-wal", "denyut.db.lock"])
@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_was_moved_takes_no_writes_until_it_is_back(database: Database, which: str, replaced: bool) -> None:
    """SQLite would go on writing to the file it has open: acknowledged, and found by nobody after the next start. Were
    the lock gone, another bot could run on the same file."""
    storage = Storage.open(database.url, database.folder, exclusive=True)
    assert storage.write_now("T1", record("before"))
    file, moved = database.folder / which, database.folder / "moved"
    file.rename(moved)
    if replaced:
        file.write_bytes(moved.read_bytes())
    with pytest.raises(CannotWrite, match=which):
        storage.write_now("T1", record("meanwhile"))
    moved.replace(file)
    assert storage.write_now("T1", record("after"))
    assert [known(storage, key) for key in ("before", "meanwhile", "after")] == [True, False, True]
    storage.close()


@only_sqlite
def test_nobody_looking_what_is_written_to_a_file_that_was_moved_is_lost(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.database._check_in_place", lambda _: None)
    storage = Storage.open(database.url, database.folder, exclusive=True)
    (database.folder / "denyut.db").rename(database.folder / "moved")
    assert storage.write_now("T1", record("acknowledged"))
    storage.close()
    assert not (database.folder / "denyut.db").exists()


@only_sqlite
def test_too_many_open_files(storage: Storage) -> None:
    """Connections that are open go on; one more cannot be made, and is later."""
    storage.write_now("T1", record("before"))
    storage._read_engine.dispose()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        with pytest.raises(CannotRead) as caught:
            storage.read_now("T1", lambda db: db.handled.known(["before"]))
        storage.write_now("T1", record("the writer has all that it needs"))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert "unable to open" in caught.value.reason
    assert storage.read_now("T1", lambda db: db.handled.known(["before"])) == {"before"}
    assert issubclass(CannotRead, StorageTrouble)
    assert trouble.reason_of(ValueError("a bug")) is None
