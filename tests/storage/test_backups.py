"""Backups: consistent while the bot writes, the same rows out of either kind of database and into either, nothing sent
a second time afterwards, and nothing in them that links an answer to a person."""

import json
import os
import random
import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Column, Date, Integer, LargeBinary, Time, insert, select, text

from bot.domain.deliveries import DeliveryState
from bot.domain.publications import Published
from bot.domain.schedules import OccurrenceState
from bot.domain.surveys import RoundState
from storage import Storage, UnitOfWork, backups, database, migrate, restoring
from storage.attacks import Reading
from storage.backups import Backup, BackupError, back_up, kind_of
from storage.columns import EnumText, ExactDecimal, UtcDateTime
from storage.remains import could_be_keys, opens
from storage.restoring import restore
from storage.tables import DeliveryRow, RoundRow, Row, table
from tests.conftest import Database
from tests.storage import samples
from tests.storage.samples import NOW

LONG_AGO, LATER = NOW - timedelta(days=1000), NOW + timedelta(hours=3)
VERSION = "0.1.0"
MEMBERS = [f"U{number:03}" for number in range(30)]
ROUND = "round1"
TEXTS = ("plain", "quote ' \" \\ and\nline", "angka ½ – ünïcode 🙂 ‮", "")
DECIMALS = (Decimal("-0.0001"), Decimal("9999999999999.9999"), Decimal(0), Decimal("12500000.5"))


def quiet(_what: str, _done: int, _whole: int) -> None: ...


def made(source: Database, path: Path, **options: Any) -> Backup:
    return back_up(source.url, path, VERSION, NOW, options.pop("tell", quiet), patience=0, **options)


def put_back(target: Database, path: Path, now: datetime = LONG_AGO, **options: Any) -> restoring.Restored:
    return restore(target.url, target.folder, path, now, quiet, **options)


def value_of(column: Column[Any], number: int) -> Any:
    """A value for a column in the row with this number: different for each, and what is hard to keep among them."""
    if column.nullable and number % 3 == 0:
        return None
    if isinstance(column.type, EnumText):
        safe = [each for each in column.type.kind if each not in (RoundState.LAUNCHING, DeliveryState.SENDING)]
        return safe[number % len(safe)]
    if column.name == "workspace_id":
        return "T1"
    if column.name == "id" or (column.name.endswith("_id") and column.foreign_keys):
        return f"id{number}"
    if column.name == "sealed":
        return True
    made_of: list[tuple[Any, Callable[[], Any]]] = [
        (UtcDateTime, lambda: NOW + timedelta(days=number, microseconds=number)),
        (ExactDecimal, lambda: DECIMALS[number % len(DECIMALS)]),
        (LargeBinary, lambda: random.Random(f"{column} {number}").randbytes(16)),
        (Boolean, lambda: number % 2 == 1),
        (Date, lambda: date(2026, 1, 1) + timedelta(days=number)),
        (Time, lambda: time(number % 24, 30, 1)),
        (JSON, lambda: {"b": TEXTS[number % len(TEXTS)], "a": [number, None]}),
        (Integer, lambda: number - 2**31),
    ]
    found = next((make for kind, make in made_of if isinstance(column.type, kind)), None)
    return found() if found else f"{column.name} {number} {TEXTS[number % len(TEXTS)]}"


def fill(target: Database, rows: int = 12) -> None:
    """Some rows in every table."""
    engine = database.write_engine(database.parse_url(target.url))
    with engine.begin() as connection:
        for stored in Row.metadata.sorted_tables:
            many = [{each.name: value_of(each, number) for each in stored.columns} for number in range(rows)]
            if [each.name for each in stored.primary_key] == ["workspace_id"]:
                many = many[:1]
            connection.execute(insert(stored), many)
    engine.dispose()


def everything(source: Database) -> dict[str, list[str]]:
    """All rows of all tables, as values of the domain."""
    engine = database.read_engine(database.parse_url(source.url), 1)
    with engine.begin() as connection:
        found = {
            stored.name: sorted(repr(tuple(row)) for row in connection.execute(select(*stored.columns)))
            for stored in Row.metadata.sorted_tables
        }
    engine.dispose()
    return found


Make = Callable[..., Database]


@pytest.fixture
def database_of(tmp_path: Path, request: pytest.FixtureRequest) -> Iterable[Make]:
    """Migrated databases of a stated kind, both in one test."""
    names: list[str] = []

    def make(kind: str) -> Database:
        folder = Path(mkdtemp(dir=tmp_path))
        if kind == "sqlite":
            url = f"sqlite:///{folder}/denyut.db"
            migrate.upgrade(url)
            return Database(kind, url, folder)
        server = request.getfixturevalue("postgres_server")()
        names.append(f"backup_{random.randbytes(6).hex()}")
        server.execute(f"CREATE DATABASE {names[-1]} TEMPLATE template_denyut")
        return Database(kind, server.url(names[-1]), folder)

    yield make
    for name in names:
        request.getfixturevalue("postgres_server")().execute(f"DROP DATABASE {name} WITH (FORCE)")


KINDS = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


class TestThereAndBack:
    @pytest.mark.parametrize("target", KINDS)
    @pytest.mark.parametrize("source", KINDS)
    def test_every_row_of_every_table_comes_out_the_same(
        self, database_of: Make, tmp_path: Path, source: str, target: str
    ) -> None:
        here, there = database_of(source), database_of(target)
        fill(here)
        backup = made(here, tmp_path / "b.zip")
        restored = put_back(there, tmp_path / "b.zip")
        assert everything(there) == everything(here)
        assert restored.backup == backup
        assert backup.rows == sum(map(len, everything(here).values()))
        assert {each.name for each in backup.tables} == set(Row.metadata.tables)
        assert min(each.rows for each in backup.tables) > 0, "no table is left out of this test"

    @pytest.mark.parametrize("source", KINDS)
    def test_both_kinds_of_database_make_the_same_file(self, database_of: Make, tmp_path: Path, source: str) -> None:
        """So nothing of where it was, such as the order of rows, is in it."""
        first, second = database_of(source), database_of("sqlite")
        fill(first)
        put_back(second, _path_of(made, first, tmp_path / "a.zip"))
        assert made(second, tmp_path / "c.zip") == made(first, tmp_path / "d.zip")
        assert _texts(tmp_path / "c.zip") == _texts(tmp_path / "d.zip")

    def test_every_column_says_how_it_is_written(self) -> None:
        kinds = {kind_of(each) for stored in Row.metadata.sorted_tables for each in stored.columns}
        assert kinds == set(backups.Kind)

    def test_a_type_nobody_thought_of_is_noticed(self) -> None:
        from sqlalchemy import Interval

        with pytest.raises(TypeError, match="backed up"):
            kind_of(Column("lasting", Interval()))

    def test_tables_of_an_older_version_are_brought_up_to_date(self, database_of: Make, tmp_path: Path) -> None:
        path = tmp_path / "old.zip"
        row = '["T1","Old","2024-05-06T07:08:09+00:00"]'
        tally = backups.Tally()
        tally.add(row)
        columns = {"workspace_id": "text", "name": "text", "first_seen": "moment"}
        said = {"product": "denyut", "format": 1, "version": "0.0.1", "revision": _first_revision(), "made_at": "2024-05-06T08:00:00+00:00"}  # fmt: skip  # noqa: E501
        said["tables"] = [{"name": "workspaces", "columns": columns, "rows": 1, "digest": tally.digest}]
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("tables/workspaces.jsonl", f"{row}\n")
            archive.writestr("backup.json", json.dumps(said))
        target = database_of("sqlite")
        put_back(target, path)
        assert not migrate.pending(target.url)
        assert len(everything(target)["workspaces"]) == 1

    def test_it_can_be_put_back_where_there_is_no_database_yet(
        self, database: Database, new_database: Callable[[bool], Database], tmp_path: Path
    ) -> None:
        fill(database)
        made(database, tmp_path / "b.zip")
        empty = new_database(False)
        put_back(empty, tmp_path / "b.zip")
        assert everything(empty) == everything(database)


class TestWhileTheBotWrites:
    def test_it_shows_one_moment(self, storage: Storage, database: Database, tmp_path: Path, database_of: Make) -> None:
        """Between any two tables something is written into both of two that belong together."""
        written = []

        def write_two(db: UnitOfWork) -> None:
            survey = samples.survey(handle=f"s{len(written)}")
            db.surveys.add(survey)
            db.rounds.add(samples.round_of(survey.id))

        def tell(_what: str, _done: int, _whole: int) -> None:
            storage.write_now("T1", write_two)
            written.append(1)

        tell("the first two", 0, 0)
        backup = made(database, tmp_path / "b.zip", tell=tell)
        rows = {each.name: each.rows for each in backup.tables}
        assert (rows["surveys"], rows["rounds"]) == (1, 1)
        assert len(everything(database)["rounds"]) == len(written) == 1 + len(Row.metadata.tables)
        put_back(database_of("sqlite"), tmp_path / "b.zip")

    def test_nobody_else_may_read_it(self, database: Database, tmp_path: Path) -> None:
        made(database, tmp_path / "b.zip")
        assert (tmp_path / "b.zip").stat().st_mode & 0o777 == 0o600
        assert [path for path in tmp_path.iterdir() if path.suffix == ".part"] == []

    def test_it_takes_no_other_files_place(self, database: Database, tmp_path: Path) -> None:
        path = tmp_path / "b.zip"
        path.write_text("mine")
        with pytest.raises(BackupError, match="is there already"):
            made(database, path)
        assert path.read_text() == "mine"
        with pytest.raises(BackupError, match="cannot be written"):
            made(database, tmp_path / "no" / "such" / "b.zip")

    def test_one_that_breaks_off_leaves_nothing(self, database: Database, tmp_path: Path) -> None:
        def tell(_what: str, done: int, _whole: int) -> None:
            if done == 3:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            made(database, tmp_path / "b.zip", tell=tell)
        assert [path.name for path in tmp_path.iterdir() if path.is_file()] == []

    def test_where_there_is_no_database_it_makes_none(self, tmp_path: Path) -> None:
        with pytest.raises(BackupError, match="nothing to back up"):
            back_up(f"sqlite:///{tmp_path}/no.db", tmp_path / "b.zip", VERSION, NOW, quiet)
        assert not (tmp_path / "b.zip").exists()
        assert not (tmp_path / "no.db").exists()


def open_round(db: UnitOfWork) -> None:
    survey = samples.survey()
    db.surveys.add(survey)
    db.rounds.add(samples.round_of(survey.id, id=ROUND, asked=len(MEMBERS), closes_at=LATER))
    db.answers.start(ROUND)
    db.rounds.invite(ROUND, dict.fromkeys(MEMBERS, ""))


def close(db: UnitOfWork) -> None:
    found = db.rounds.get(ROUND)
    assert found is not None
    decided = Published(0, len(MEMBERS), ())
    db.rounds.update(replace(found, state=RoundState.CLOSED, closed_at=NOW, published=decided))


@pytest.fixture
def running(storage: Storage) -> dict[str, int]:
    """An open anonymous round that everybody answered, one after the other: what each of them said."""
    storage.write_now("T1", lambda db: db.workspace.ensure("Test", NOW))
    storage.write_now("T1", open_round)
    order = random.sample(MEMBERS, len(MEMBERS))
    said = {member: place % 11 for place, member in enumerate(order)}
    for member, score in said.items():
        storage.write_now("T1", lambda db, m=member, s=score: db.answers.record(ROUND, m, {"enps": s}, {"enps": m[:1]}))
    return said


def asked() -> list[tuple[str, str, str]]:
    return [(label, member, "enps") for member in MEMBERS for label in ("score", "comment")]


def stored_keys(path: Path) -> set[bytes]:
    keys = set()
    for name in ("answers", "comments"):
        keys |= {bytes.fromhex(json.loads(line)[0]) for line in _texts(path)[f"tables/{name}.jsonl"].splitlines()}
    return keys


class TestOfARunningAnonymousRound:
    def test_no_byte_of_it_leads_to_a_person(
        self, storage: Storage, database: Database, tmp_path: Path, running: dict[str, int]
    ) -> None:
        """The attack of `denyut privacy-check`: whatever could be a key, anywhere in it, is tried on everybody."""
        path = tmp_path / "b.zip"
        made(database, path)
        content = "".join(_texts(path).values()).encode()
        assert len(stored_keys(path)) == 2 * len(MEMBERS)

        def found(data: bytes) -> bool:
            keys = stored_keys(path)
            return any(opens(key, asked()[:4], keys) for key in could_be_keys(data, 100_000))

        assert not found(content)
        key = (database.folder / "keys" / "T1" / f"{ROUND}.key").read_bytes()
        assert key not in path.read_bytes() + content
        assert found(content + b" " + key.hex().encode()), "the control: with the key it would be found"

    def test_rows_do_not_come_in_the_order_of_answering(
        self, storage: Storage, database: Database, tmp_path: Path, running: dict[str, int], database_of: Make
    ) -> None:
        made(database, tmp_path / "b.zip")
        for name in ("answers", "comments", "participations"):
            keys = [json.loads(line)[0] for line in _texts(tmp_path / "b.zip")[f"tables/{name}.jsonl"].splitlines()]
            assert keys == sorted(keys), "their order is that of the keys, which are of chance"
        target = database_of(database.backend)
        put_back(target, tmp_path / "b.zip")
        reading = Reading.open(target.url, target.folder)
        placed = reading.placed("answers", ROUND)
        assert [each.key for each in placed] == sorted(each.key for each in placed)
        assert set(reading.transactions(ROUND).values()) <= {1}, "and one transaction has written them all"
        reading.close()

    def test_put_back_elsewhere_nobody_counts_as_having_answered_but_how_many_is_known(
        self, storage: Storage, database: Database, tmp_path: Path, running: dict[str, int], database_of: Make
    ) -> None:
        made(database, tmp_path / "b.zip")
        target = database_of("sqlite")
        assert put_back(target, tmp_path / "b.zip").without_key == (("T1", ROUND),)
        opened = Storage.open(target.url, target.folder)
        assert opened.read_now("T1", lambda db: db.rounds.answered_count(ROUND)) == len(MEMBERS)
        assert not any(each.answered for each in opened.read_now("T1", lambda db: db.rounds.invitations(ROUND)))
        opened.write_now("T1", close)
        opened.seal_now("T1", ROUND)
        facts = opened.read_now("T1", lambda db: db.rounds.facts(ROUND))
        assert sum(facts.counts["enps"].values()) == len(MEMBERS), "it can still be closed, with what was answered"
        opened.close()

    def test_put_back_where_the_keys_are_the_round_goes_on(
        self, storage: Storage, database: Database, tmp_path: Path, running: dict[str, int]
    ) -> None:
        made(database, tmp_path / "b.zip")
        storage.close()
        assert put_back(database, tmp_path / "b.zip", force=True).without_key == ()
        opened = Storage.open(database.url, database.folder)
        invited = opened.read_now("T1", lambda db: db.rounds.invitations(ROUND))
        assert all(each.answered for each in invited)
        own = opened.read_now("T1", lambda db: db.answers.own(ROUND, MEMBERS[0], ["enps"]))
        assert own.values["enps"] == running[MEMBERS[0]]
        opened.close()

    def test_none_is_made_while_a_closed_one_waits_for_its_seal(
        self, storage: Storage, database: Database, tmp_path: Path, running: dict[str, int]
    ) -> None:
        storage.write_now("T1", close)
        with pytest.raises(BackupError, match="wait for their seal"):
            made(database, tmp_path / "b.zip")
        assert not (tmp_path / "b.zip").exists()
        storage.seal_now("T1", ROUND)
        made(database, tmp_path / "b.zip")

    def test_it_waits_for_the_seal(
        self,
        storage: Storage,
        database: Database,
        tmp_path: Path,
        running: dict[str, int],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(backups, "_LOOK_AGAIN_SECONDS", 0)
        storage.write_now("T1", close)
        told: list[str] = []

        def tell(what: str, _done: int, _whole: int) -> None:
            if "sealed" in what:
                storage.seal_now("T1", ROUND)
            told.append(what)

        back_up(database.url, tmp_path / "b.zip", VERSION, NOW, tell, patience=60)
        assert "sealed" in told[0]
        assert "tables/participations.jsonl" in _texts(tmp_path / "b.zip")
        assert _texts(tmp_path / "b.zip")["tables/participations.jsonl"] == ""


class TestNothingTwice:
    def test_what_may_have_been_sent_is_looked_up_first(
        self, storage: Storage, database: Database, tmp_path: Path, database_of: Make
    ) -> None:
        def owe(db: UnitOfWork) -> None:
            db.deliveries.add(samples.delivery(subject="being sent", due_at=NOW - timedelta(hours=2)))
            db.deliveries.claim(NOW - timedelta(hours=1), 9, timedelta(hours=9))
            for subject, due_at in (("was due", NOW), ("due by now", LATER), ("not due yet", LATER + timedelta(1))):
                db.deliveries.add(samples.delivery(subject=subject, due_at=due_at))
            sent = db.deliveries.add(samples.delivery(subject="sent", due_at=NOW))
            assert sent is not None
            db.deliveries.sent(sent, "D1", "1.2", NOW)

        storage.write_now("T1", lambda db: db.workspace.ensure("Test", NOW))
        storage.write_now("T1", owe)
        made(database, tmp_path / "b.zip")
        target = database_of("sqlite")
        assert put_back(target, tmp_path / "b.zip", now=LATER).unclear == 3
        opened = Storage.open(target.url, target.folder)

        def states(db: UnitOfWork) -> dict[str, DeliveryState]:
            rows = db.deliveries.of_purposes(["survey.question"], LONG_AGO)
            return {each.subject: each.state for each in rows}

        assert opened.read_now("T1", states) == {
            "being sent": DeliveryState.AMBIGUOUS,
            "was due": DeliveryState.AMBIGUOUS,
            "due by now": DeliveryState.AMBIGUOUS,
            "not due yet": DeliveryState.DUE,
            "sent": DeliveryState.SENT,
        }
        claimed = opened.write_now("T1", lambda db: db.deliveries.claim(LATER, 9, timedelta(minutes=1)))
        assert claimed == [], "none is sent before it was looked up"
        looked_up = opened.write_now("T1", lambda db: db.deliveries.ambiguous_due(LATER, 9))
        assert len(looked_up) == 3, "and each is looked up at once"
        opened.close()

    def test_dates_that_passed_meanwhile_are_skipped(
        self, storage: Storage, database: Database, tmp_path: Path, database_of: Make
    ) -> None:
        """They may have happened: a summary must not be posted a second time."""
        weekly = samples.schedule()
        storage.write_now("T1", lambda db: db.workspace.ensure("Test", NOW))
        storage.write_now("T1", lambda db: db.schedules.add(weekly))
        made(database, tmp_path / "b.zip")
        target = database_of("sqlite")
        now = NOW + timedelta(days=15)
        assert put_back(target, tmp_path / "b.zip", now=now).skipped == 2
        opened = Storage.open(target.url, target.folder)
        found = opened.read_now("T1", lambda db: db.schedules.occurrences(weekly.id))
        assert [(each.state, each.reason) for each in found] == [(OccurrenceState.SKIPPED, restoring.RESTORED)] * 2
        (schedule,) = opened.read_now("T1", lambda db: db.schedules.active())
        assert schedule.planned_until == now
        opened.close()

    def test_a_launch_that_had_begun_is_given_up(
        self, storage: Storage, database: Database, tmp_path: Path, database_of: Make
    ) -> None:
        def work(db: UnitOfWork) -> None:
            survey = samples.survey()
            db.surveys.add(survey)
            db.rounds.add(samples.round_of(survey.id, id=ROUND, state=RoundState.LAUNCHING))

        storage.write_now("T1", work)
        made(database, tmp_path / "b.zip")
        target = database_of("sqlite")
        assert put_back(target, tmp_path / "b.zip", now=LATER).given_up == 1
        opened = Storage.open(target.url, target.folder)
        found = opened.read_now("T1", lambda db: db.rounds.get(ROUND))
        assert found is not None
        assert found.state is RoundState.FAILED
        opened.close()


class TestRefusals:
    @pytest.fixture
    def path(self, database: Database, tmp_path: Path) -> Path:
        fill(database)
        made(database, tmp_path / "b.zip")
        return tmp_path / "b.zip"

    def refused(self, target: Database, path: Path, said: str, **options: Any) -> None:
        before = everything(target)
        with pytest.raises(BackupError, match=said) as caught:
            put_back(target, path, **options)
        assert "\n" not in str(caught.value)
        assert everything(target) == before

    def test_a_database_that_holds_something(self, database: Database, path: Path) -> None:
        self.refused(database, path, "holds something already")

    def test_with_force_it_takes_the_place_of_what_was_there(self, database: Database, path: Path) -> None:
        before = everything(database)
        secret = "a sentence that is not in the backup"
        storage = Storage.open(database.url, database.folder)
        storage.write_now("T1", lambda db: db.workspace.ensure(secret, NOW))
        storage.write_now("T2", lambda db: db.workspace.ensure(secret, NOW))
        storage.close()
        put_back(database, path, force=True)
        assert everything(database) == before
        if database.backend == "sqlite":
            left = b"".join(each.read_bytes() for each in database.folder.iterdir() if each.is_file())
            assert secret.encode() not in left

    def test_a_bot_that_runs(self, database: Database, path: Path) -> None:
        running = Storage.open(database.url, database.folder, exclusive=True)
        running.read_now("T1", lambda db: db.handled.known(["x"]))
        with pytest.raises((database_module.CannotOpen, BackupError), match=r"already runs|is in use, by \d+ other"):
            put_back(database, path, force=True)
        running.close()

    def test_a_row_that_was_changed(self, path: Path, database_of: Make) -> None:
        _rewrite(path, lambda name, text: text.replace("plain", "plane") if "surveys" in name else text)
        self.refused(database_of("sqlite"), path, "rows of surveys")

    def test_a_row_that_is_missing(self, path: Path, database_of: Make) -> None:
        _rewrite(path, lambda name, text: "".join(text.splitlines(True)[1:]) if "kpi_notes" in name else text)
        self.refused(database_of("sqlite"), path, "11 of 12 rows")

    @pytest.mark.parametrize(
        ("name", "content"),
        [("tables/members.jsonl", "nonsense\n"), ("tables/members.jsonl", "[1]\n"), ("backup.json", "{}")],
    )
    def test_what_is_no_backup(self, path: Path, database_of: Make, name: str, content: str) -> None:
        _rewrite(path, lambda each, text: content if each == name else text)
        self.refused(database_of("sqlite"), path, "damaged")

    def test_half_a_file(self, path: Path, database_of: Make) -> None:
        os.truncate(path, path.stat().st_size // 2)
        self.refused(database_of("sqlite"), path, "cut off")
        path.unlink()
        self.refused(database_of("sqlite"), path, "cannot be read")

    @pytest.mark.parametrize(("what", "value"), [("format", 2), ("revision", "9999_from_the_future")])
    def test_one_of_a_newer_version(self, path: Path, database_of: Make, what: str, value: Any) -> None:
        _rewrite(
            path, lambda name, text: json.dumps({**json.loads(text), what: value}) if name == "backup.json" else text
        )
        self.refused(database_of("sqlite"), path, "newer version")

    def test_a_database_that_a_newer_version_has_migrated(self, database: Database, path: Path) -> None:
        """Its tables would stay behind, and the next upgrade would find them in its way."""
        engine = database_module.migration_engine(database_module.parse_url(database.url))
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE of_tomorrow (id INTEGER)"))
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        engine.dispose()
        self.refused(database, path, "tables would stay behind", force=True)

    def test_a_failure_at_the_end_leaves_the_database_as_it_was(
        self, database: Database, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """All or nothing, on both kinds: the tables were dropped and made anew by then."""

        def fail(*_: object) -> None:
            raise BackupError("the disk is full")

        monkeypatch.setattr(restoring, "_settle", fail)
        self.refused(database, path, "disk is full", force=True)


database_module = database


def _first_revision() -> str:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(migrate.config()).get_base() or ""


def _path_of(make: Callable[..., Any], source: Database, path: Path) -> Path:
    make(source, path)
    return path


def _texts(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def _rewrite(path: Path, change: Callable[[str, str], str]) -> None:
    texts = _texts(path)
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in texts.items():
            archive.writestr(name, change(name, text))


def test_the_path_of_every_table_is_a_plain_name() -> None:
    assert all(re.fullmatch(r"[a-z_]+", name) for name in Row.metadata.tables)
    assert table(RoundRow).name in Row.metadata.tables
    assert table(DeliveryRow).name in Row.metadata.tables
