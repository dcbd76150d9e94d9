"""Recording very many lines: nobody else waits long to write, all of them count at once or none does, and what breaks
off leaves nothing that could be taken for known."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import pairwise
from pathlib import Path
from time import perf_counter

import pytest

from bot.domain.entries import Entry
from bot.domain.errors import DomainError
from bot.kpis.importing import recording
from bot.kpis.importing.plans import Detected, ImportPlan, ImportReport, ParsedLine
from bot.kpis.importing.recording import ABANDONED, import_plan, record
from bot.kpis.importing.telling import Brought
from storage import Storage, UnitOfWork
from tests.conftest import Database

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
TODAY = NOW.date()
FOUND: Detected = None  # type: ignore[assignment]  # how a file was read does not matter once it is


class Broken(Exception):  # noqa: N818  (it is no error)
    """The process ends here."""


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "PIECE", 10)


def plan_of(count: int, first: int = 0) -> ImportPlan:
    lines = [
        ParsedLine(n, TODAY - timedelta(days=n % 300), "leads", Decimal(1), f"U{n % 7}", "", f"csv:{n:08}")
        for n in range(first, first + count)
    ]
    return ImportPlan(FOUND, tuple(lines))


def recorded(storage: Storage, plan: ImportPlan, now: datetime = NOW, by: str = "import") -> ImportReport:
    return record(storage, "T1", plan, now, lambda db, own: import_plan(db, plan, now, by, brought=own), by)


def entries(storage: Storage) -> list[Entry]:
    return storage.read_now("T1", lambda db: list(db.kpis.between(date.min, date.max)))


def staged(storage: Storage) -> int:
    return len(storage.read_now("T1", lambda db: db.kpis.staged(NOW + timedelta(days=1))))


def break_off(storage: Storage, plan: ImportPlan, now: datetime = NOW) -> None:
    """An import that stages its lines and then is no more: not even what cleans up runs."""
    for _, piece in recording._pieces(plan, now, "import"):
        storage.write_now("T1", partial(recording._stage, piece))
    assert staged(storage) == 1


def test_all_of_it_counts_at_once(storage: Storage) -> None:
    plan, seen = plan_of(95), []

    def publish(db: UnitOfWork, brought: Brought) -> ImportReport:
        seen.append(len(entries(storage)))
        return import_plan(db, plan, NOW, brought=brought)

    assert record(storage, "T1", plan, NOW, publish) == ImportReport(95, 95, 0)
    assert seen == [0], "until it is published nobody sees any of it"
    assert len(entries(storage)) == 95
    assert staged(storage) == 0
    assert recorded(storage, plan, NOW + timedelta(minutes=1)) == ImportReport(95, 0, 95)


def test_what_is_staged_is_nowhere(storage: Storage) -> None:
    break_off(storage, plan_of(30))

    def looked(db: UnitOfWork) -> list[object]:
        entry_id = db.kpis._scope.connection.exec_driver_sql("SELECT id FROM entries LIMIT 1").scalar_one()
        return [
            db.kpis.get(entry_id), db.kpis.by_source("csv:00000003"), db.kpis.by_sources(["csv:00000003"]),
            db.kpis.history("leads"), db.kpis.totals(date.min, date.max), db.kpis.keys_used(), db.kpis.usage(),
            db.kpis.latest_by("import"), db.kpis.last_value("leads", "U3"), db.kpis.loggers(["leads"], date.min, TODAY),
            db.kpis.counts({"leads": date.min})["leads"],
        ]  # fmt: skip

    assert not any(storage.read_now("T1", looked))


def test_it_counts_from_the_moment_it_is_published(storage: Storage) -> None:
    """A summary that was posted while lines were staged had nothing of them, and hears of them afterwards."""
    plan, published = plan_of(45), NOW + timedelta(minutes=5)
    posted = NOW + timedelta(minutes=2)

    def publish(db: UnitOfWork, brought: Brought) -> ImportReport:
        return import_plan(db, plan, NOW, brought=brought, counts_from=published)

    assert record(storage, "T1", plan, NOW, publish) == ImportReport(45, 45, 0)
    assert {entry.logged_at for entry in entries(storage)} == {published}

    def since(moment: datetime) -> bool:
        return storage.read_now(
            "T1", lambda db: db.entry_changes.any_since(moment, TODAY - timedelta(days=50), TODAY, {"leads"})
        )

    assert since(posted)
    assert not since(published), "the control"
    assert record(storage, "T1", plan, NOW, publish) == ImportReport(45, 0, 45), "the same again"


def test_of_its_own_lines_are_those_that_it_published(storage: Storage) -> None:
    """Where some came otherwise meanwhile, who is told of what is found by the moment at which they count."""
    plan, published = plan_of(30), NOW + timedelta(minutes=5)
    recorded(storage, replace(plan, lines=plan.lines[:7]), NOW + timedelta(minutes=1), "U9")
    seen: list[Brought] = []

    def publish(db: UnitOfWork, brought: Brought) -> ImportReport:
        report = import_plan(db, plan, NOW, "U8", brought=brought, counts_from=published)
        seen.append(recording._own(db, plan, published, "U8"))
        return report

    assert record(storage, "T1", plan, NOW, publish, "U8") == ImportReport(30, 23, 7)
    assert sum(sum(each.values()) for each in seen[0].counts.values()) == 23


def test_a_refusal_at_the_end_leaves_nothing(storage: Storage) -> None:
    def refuse(db: UnitOfWork, brought: Brought) -> ImportReport:
        import_plan(db, plan_of(45), NOW, brought=brought)
        raise Broken

    with pytest.raises(Broken):
        record(storage, "T1", plan_of(45), NOW, refuse)
    assert entries(storage) == []
    assert staged(storage) == 0
    assert recorded(storage, plan_of(45)).added == 45


def test_what_broke_off_long_ago_is_dropped_and_recorded_anew(storage: Storage) -> None:
    break_off(storage, plan_of(45))
    later = NOW + ABANDONED + timedelta(seconds=1)
    assert recorded(storage, plan_of(60), later) == ImportReport(60, 60, 0)
    assert {entry.logged_at for entry in entries(storage)} == {later}


def test_the_same_lines_in_another_import_are_not_taken_for_known(storage: Storage) -> None:
    break_off(storage, plan_of(45))
    with pytest.raises(DomainError, match="at_once"):
        recorded(storage, plan_of(60), NOW + timedelta(minutes=1))
    assert entries(storage) == []
    assert recorded(storage, plan_of(20, first=45), NOW + timedelta(minutes=1)).added == 20, "others are free"


def test_lines_that_came_otherwise_meanwhile_are_known(storage: Storage) -> None:
    plan = plan_of(30)
    other = replace(plan, lines=plan.lines[:7])
    recorded(storage, other, NOW, "U1")
    assert recorded(storage, plan, NOW + timedelta(minutes=1), "U2") == ImportReport(30, 23, 7)


class TestOnOneWriter:
    @pytest.fixture
    def backend(self) -> str:
        return "sqlite"

    @pytest.fixture
    def other(self, database: Database, tmp_path: Path) -> Iterator[Storage]:
        opened = Storage.open(database.url, tmp_path / "other")
        yield opened
        opened.close()

    def test_others_write_between_the_pieces(self, storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
        """However many lines there are, no transaction holds more than a piece of them until the last."""
        plan, sizes = plan_of(500), []
        real = storage.write_now

        def watched(workspace_id: str, work: object) -> object:
            before = real(workspace_id, rows)
            result = real(workspace_id, work)  # type: ignore[arg-type]
            sizes.append(real(workspace_id, rows) - before)
            return result

        def rows(db: UnitOfWork) -> int:
            return int(db.kpis._scope.connection.exec_driver_sql("SELECT count(*) FROM entries").scalar_one())

        monkeypatch.setattr(storage, "write_now", watched)
        assert recorded(storage, plan).added == 500
        assert sizes == [10] * 50 + [0]

    def test_a_click_waits_for_a_moment_only(
        self, storage: Storage, other: Storage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whoever clicks meanwhile gets in between the pieces, time and again; in one piece nobody would see a part."""
        monkeypatch.setattr(recording, "PIECE", 1_000)
        plan, done = plan_of(20_000), threading.Event()
        seen: set[int] = set()

        def click(db: UnitOfWork) -> None:
            assert db.handled.first_time(str(perf_counter()), NOW)
            seen.add(int(db.kpis._scope.connection.exec_driver_sql("SELECT count(*) FROM entries").scalar_one()))

        def clicks() -> None:
            while not done.is_set():
                storage.write_now("T1", click)

        thread = threading.Thread(target=clicks)
        thread.start()
        recorded(storage, plan)
        done.set()
        thread.join()
        assert len(seen - {0, 20_000}) > 5, seen
        assert all(first < second for first, second in pairwise(sorted({e.id for e in entries(other)})))
