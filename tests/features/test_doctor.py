"""What `denyut doctor` finds on the host and in the database. Every trouble is told with what to do about it, and where
there is none nothing is told."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from bot import checkup
from bot.checkup import FIXES, MEGABYTE, Finding, of_disk, of_settings, of_totals, of_workspace
from bot.domain.members import Member
from bot.domain.one_on_ones import OneOnOne
from bot.domain.publications import Published
from bot.domain.schedules import ScheduleKind
from bot.domain.surveys import RoundState
from bot.settings import Settings
from storage import Storage, UnitOfWork, new_id
from tests.conftest import Database
from tests.features.harness import Bench
from tests.storage import samples
from tests.storage.samples import NOW

TEAM = "T1"


@pytest.fixture
def settings(database: Database) -> Settings:
    return Settings(database_url=database.url, data_dir=database.folder)


@pytest.fixture(autouse=True)
def workspace(storage: Storage) -> None:
    storage.write_now(TEAM, lambda db: db.workspace.ensure("Test", NOW))


def told(storage: Storage, after: timedelta = timedelta()) -> list[Finding]:
    return storage.read_now(TEAM, lambda db: of_workspace(db, NOW + after))


def troubles(found: Iterator[Finding] | list[Finding]) -> list[Finding]:
    wrong = [each for each in found if not each.is_well]
    assert all(each.fix for each in wrong), "each says what to do"
    return wrong


class TestOfAWorkspace:
    def test_an_empty_one_is_well(self, storage: Storage) -> None:
        assert troubles(told(storage)) == []
        assert "Nothing is scheduled yet" in [each.what for each in told(storage)]

    def test_a_date_that_passed_an_hour_ago_was_not_planned(self, storage: Storage) -> None:
        weekly = samples.schedule(kind=ScheduleKind.SUMMARY)
        storage.write_now(TEAM, lambda db: db.schedules.add(weekly))
        (well,) = [each for each in told(storage) if "summary" in each.what]
        assert well.is_well
        assert well.what.startswith("Next summary run: Mon 30 Nov 2026 09:00")
        assert troubles(told(storage, after=timedelta(days=7, minutes=59))) == []
        (late,) = troubles(told(storage, after=timedelta(days=7, minutes=61)))
        assert late.what == "The summary run of Mon 30 Nov 2026 09:00 Asia/Jakarta has not been made"
        assert "denyut run" in late.fix

    def test_a_schedule_that_a_wrong_clock_planned_far_ahead(self, storage: Storage) -> None:
        survey, summary = samples.survey(), samples.summary(channel_id="C0SALES")
        pair = OneOnOne(new_id(), "U0AYU", "U0BOB", 30, NOW)
        subjects = {
            ScheduleKind.SURVEY: survey.id,
            ScheduleKind.SUMMARY: summary.id,
            ScheduleKind.ONE_ON_ONE: pair.id,
            ScheduleKind.KPI: "revenue",
            ScheduleKind.CHECKIN: "gone",
        }

        def work(db: UnitOfWork) -> None:
            db.surveys.add(survey)
            db.summaries.add(summary)
            db.one_on_ones.add(pair)
            for kind, subject in subjects.items():
                until = NOW + timedelta(days=40)
                db.schedules.add(samples.schedule(kind=kind, subject_id=subject, planned_until=until))

        storage.write_now(TEAM, work)
        found = troubles(told(storage))
        assert sorted(each.what for each in found) == [
            "The checkin of gone makes nothing before 2027-01-02",
            "The kpi of revenue makes nothing before 2027-01-02",
            "The one_on_one of U0AYU and U0BOB makes nothing before 2027-01-02",
            "The summary of C0SALES makes nothing before 2027-01-02",
            "The survey of enps-sales makes nothing before 2027-01-02",
        ]
        assert all("A clock was ahead once" in each.fix for each in found)
        assert len({each.fix for each in found}) == len(subjects), "each is set up anew in its own way"

    @pytest.mark.parametrize("ahead", [timedelta(days=1), timedelta(days=6)])
    def test_one_that_loses_no_date_is_well(self, storage: Storage, ahead: timedelta) -> None:
        """A day ahead is over soon, and between two dates of a week nothing is lost: Monday's is made."""
        storage.write_now(TEAM, lambda db: db.schedules.add(samples.schedule(planned_until=NOW + ahead)))
        assert troubles(told(storage)) == []

    def test_messages_that_nobody_sends(self, storage: Storage) -> None:
        storage.write_now(TEAM, lambda db: db.deliveries.add(samples.delivery()))
        assert troubles(told(storage, after=timedelta(minutes=59))) == []
        (late,) = troubles(told(storage, after=timedelta(hours=3)))
        assert late.what == "Messages have been due for 3 h and were not sent"

    @pytest.mark.parametrize(
        "error", ["not_in_channel", "missing_scope: needs im:write", "unclear: gone", "bug", "odd"]
    )
    def test_what_failed_in_the_last_week_and_what_to_do(self, storage: Storage, error: str) -> None:
        def fail(db: UnitOfWork) -> None:
            for subject, days in (("a", 1), ("b", 2), ("long ago", 8)):
                due = NOW - timedelta(days=days)
                failed = db.deliveries.add(samples.delivery(subject=subject, receiver="C1", due_at=due))
                assert failed is not None
                db.deliveries.failed(failed, error, due)

        storage.write_now(TEAM, fail)
        (found,) = troubles(told(storage))
        assert found.what == f"Could not deliver survey.question to C1 2 times in the last 7 days ({error})"
        assert found.fix == FIXES.get(error.partition(":")[0], checkup._REPORT)

    def test_a_round_that_is_not_sealed(self, storage: Storage) -> None:
        survey = samples.survey()
        closed = samples.round_of(survey.id, state=RoundState.CLOSED, closed_at=NOW, published=Published(0, 5, ()))

        def work(db: UnitOfWork) -> None:
            db.surveys.add(survey)
            db.rounds.add(replace(closed, state=RoundState.OPEN, closed_at=None, published=None))
            db.rounds.update(closed)

        storage.write_now(TEAM, work)
        assert troubles(told(storage, after=timedelta(minutes=59))) == []
        (found,) = troubles(told(storage, after=timedelta(hours=2)))
        assert "is not sealed" in found.what

    def test_a_zone_this_machine_does_not_know(self, storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
        storage.write_now(TEAM, lambda db: db.members.refresh([Member("U1", "A", "id-ID", "Asia/Jakarta")]))
        storage.write_now(TEAM, lambda db: db.schedules.add(samples.schedule()))
        storage.write_now(TEAM, lambda db: db.members.set_zone("U1", "Asia/Makassar"))
        assert troubles(told(storage)) == []

        def without_jakarta(name: str) -> ZoneInfo:
            if name == "Asia/Jakarta":
                raise KeyError(name)
            return ZoneInfo(name)

        monkeypatch.setattr(checkup, "ZoneInfo", without_jakarta)
        checkup._is_known.cache_clear()
        (found,) = troubles(told(storage))
        checkup._is_known.cache_clear()
        assert "Asia/Jakarta" in found.what
        assert "Makassar" not in found.what
        assert "tzdata" in found.fix


async def test_totals_that_are_wrong_are_found_and_repaired_when_that_is_asked_for(storage: Storage) -> None:
    async def found(*, repair: bool = False) -> Finding:
        (one,) = [each async for each in of_totals(storage, TEAM, repair=repair)]
        return one

    entries = [samples.entry(), samples.entry(kpi_key="leads")]
    storage.write_now(TEAM, lambda db: db.kpis.add_many(entries))
    assert await found() == Finding(True, "The totals of 2 KPIs are what their values add up to")
    wrong = text("UPDATE entry_days SET times = 7 WHERE kpi_key = 'leads'")
    storage.write_now(TEAM, lambda db: db._scope.connection.execute(wrong))
    (told_of,) = troubles([await found()])
    assert "leads" in told_of.what
    assert "revenue" not in told_of.what
    assert told_of.fix == "Run: denyut doctor --repair"
    assert "made anew" in (await found(repair=True)).what
    assert (await found()).is_well
    today = storage.read_now(TEAM, lambda db: db.kpis.totals(samples.TODAY, samples.TODAY))
    assert today["leads"].count == 1


async def test_what_is_said_of_such_a_schedule_helps(denyut: Bench) -> None:
    """A summary that a clock two months ahead decided: silent, told, and set up anew as the finding says."""

    async def posted_by(monday: datetime) -> bool:
        before = len(denyut.posts("C0SALES"))
        await denyut.tick(monday)
        return len(denyut.posts("C0SALES")) > before

    def found() -> list[Finding]:
        every = denyut.do(lambda db: of_workspace(db, denyut.now))
        return [each for each in every if "makes nothing" in each.what]

    await denyut.command("/kpi summary <#C0SALES|sales> weekly mon 09:00", user="U0BOB")
    assert found() == []
    today, monday = denyut.now, datetime(2026, 11, 30, 3, tzinfo=UTC)
    await denyut.tick(today + timedelta(days=60))
    denyut.now = today
    (finding,) = found()
    assert "C0SALES" in finding.what
    assert "stop it and set it up again" in finding.fix
    assert not await posted_by(monday), "the control: nothing comes by itself"
    await denyut.command("/kpi summary stop <#C0SALES|sales>", user="U0BOB")
    await denyut.command("/kpi summary <#C0SALES|sales> weekly mon 09:00", user="U0BOB")
    assert found() == []
    assert await posted_by(monday + timedelta(days=7))


class TestOfTheDisk:
    def test_a_database_that_takes_writes_and_has_room_is_well(self, storage: Storage, settings: Settings) -> None:
        found = list(of_disk(settings, 1000))
        assert troubles(found) == []
        assert "The database takes writes" in [each.what for each in found]
        rows = storage.read_now("", lambda db: db.handled.known(["doctor"]))
        assert rows == frozenset(), "what was written was taken back"

    @pytest.mark.parametrize("backend", ["sqlite"])
    def test_a_full_disk(self, storage: Storage, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        usage = SimpleNamespace(free=600 * MEGABYTE)
        monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
        assert troubles(of_disk(settings, 40 * MEGABYTE)) == []
        (found,) = troubles(of_disk(settings, 60 * MEGABYTE))
        assert found.what == "600 MB are free on the disk of the database"
        assert "at least 620 MB" in found.fix

    @pytest.mark.parametrize("backend", ["sqlite"])
    def test_a_long_journal(
        self, storage: Storage, settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(checkup, "LARGEST_JOURNAL", 0)
        storage.write_now(TEAM, lambda db: db.handled.first_time("x", NOW))
        (found,) = troubles(of_disk(settings, 0))
        assert "journal" in found.what

    @pytest.mark.parametrize("backend", [pytest.param("postgres", marks=pytest.mark.postgres)])
    def test_a_server_that_takes_no_writes(self, storage: Storage, settings: Settings) -> None:
        (found,) = troubles(of_disk(settings.model_copy(update={"database_url": _reading_only(settings)}), 0))
        assert found.what.startswith("The database takes no writes (cannot execute INSERT in a read-only transaction")

    @pytest.mark.parametrize("backend", ["sqlite"])
    def test_a_file_somebody_else_has_locked(
        self, storage: Storage, settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import sqlite3
        from contextlib import closing

        from storage import database as opening

        monkeypatch.setattr(opening, "SQLITE_PRAGMAS", ("PRAGMA busy_timeout=1",))
        with closing(sqlite3.connect(f"{database.folder}/denyut.db")) as other:
            other.execute("BEGIN IMMEDIATE")
            (found,) = troubles(of_disk(settings, 0))
        assert found.what == "The database takes no writes (database is locked)"

    def test_a_round_whose_key_is_gone(self, storage: Storage, settings: Settings, database: Database) -> None:
        survey = samples.survey()

        def work(db: UnitOfWork) -> None:
            db.surveys.add(survey)
            db.rounds.add(samples.round_of(survey.id, id="round1"))
            db.answers.start("round1")

        storage.write_now(TEAM, work)
        assert troubles(of_disk(settings, 0)) == []
        (database.folder / "keys" / TEAM / "round1.key").unlink()
        (found,) = troubles(of_disk(settings, 0))
        assert "round1 in T1 is missing" in found.what
        assert "keys" in found.fix


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize(("country", "is_well"), [("ID", True), ("XX", False)])
def test_a_country_without_known_holidays(settings: Settings, country: str, is_well: bool) -> None:
    (found,) = of_settings(settings.model_copy(update={"country": country}))
    assert found.is_well is is_well
    assert is_well or "DENYUT_COUNTRY" in found.fix


def _reading_only(settings: Settings) -> str:
    return f"{settings.database_url}&options=-c%20default_transaction_read_only=on"


def test_every_fix_is_one_sentence_or_more() -> None:
    assert all(fix.endswith((".", "@Denyut")) for fix in FIXES.values())
