"""What keeps two replicas from doing a thing twice, one guard at a time; and what happens where it is missing."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from itertools import count
from threading import Event
from typing import Any

import pytest
from apscheduler.events import EVENT_JOB_EXECUTED
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import ColumnElement
from sqlalchemy.engine import make_url

from bot.domain.deliveries import NewDelivery
from bot.domain.schedules import Cadence, Occurrence, OccurrenceState, Rule, Schedule, ScheduleKind, plan
from storage import Storage, UnitOfWork
from storage.deliveries import DELIVERIES, Deliveries
from storage.schedules import Schedules
from tests.conftest import Database
from tests.features.replicas import TEAM, at_once

pytestmark = pytest.mark.postgres

NINE = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SCHEDULE = Schedule(
    "S1",
    ScheduleKind.SUMMARY,
    "sum1",
    Rule(Cadence.WEEKLY, date(2026, 11, 2), time_of_day(9), "UTC"),
    "U1",
    NINE - timedelta(hours=1),
)
LEASE = timedelta(seconds=90)


@pytest.fixture
def backend() -> str:
    return "postgres"


@pytest.fixture
def replicas(database: Database, storage: Storage) -> Iterator[tuple[Storage, Storage]]:
    """Two copies of the bot on one database."""
    storage.write_now(TEAM, lambda db: db.workspace.ensure("Test", NINE))
    second = Storage.open(database.url, database.folder)
    yield storage, second
    second.close()


# --- one occurrence -----------------------------------------------------------------------------------------------

_numbers = count(1)


def plan_it(db: UnitOfWork) -> bool:
    """What a planner does for a schedule that is due; whether it was the one to make it."""
    fresh = db.schedules.of_subject(SCHEDULE.kind, SCHEDULE.subject_id)
    assert fresh is not None
    due = plan(fresh, NINE, LEASE).make
    made = due is not None and db.schedules.record(
        Occurrence(fresh.id, due.local_date, due.at, OccurrenceState.PLANNED)
    )
    if made:
        db.deliveries.add(NewDelivery("test.post", f"post {next(_numbers)}", "C1", due_at=NINE))
    db.schedules.planned_until(fresh.id, NINE)
    return made


def posts(storage: Storage) -> int:
    return storage.read_now(TEAM, lambda db: sum(db.deliveries.counts().values()))


def test_of_two_planners_in_the_same_moment_one_makes_an_occurrence(replicas: tuple[Storage, Storage]) -> None:
    replicas[0].write_now(TEAM, lambda db: db.schedules.add(SCHEDULE))
    assert sorted(at_once(replicas, plan_it, plan_it)) == [False, True]
    assert posts(replicas[0]) == 1


def test_without_the_unique_occurrence_both_make_it(
    replicas: tuple[Storage, Storage], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Schedules, "record", lambda _schedules, _occurrence: True)
    replicas[0].write_now(TEAM, lambda db: db.schedules.add(SCHEDULE))
    assert at_once(replicas, plan_it, plan_it) == [True, True]
    assert posts(replicas[0]) == 2


def test_one_that_is_stopped_in_the_middle_holds_up_nobody_for_long(
    database: Database, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server gives its rows to others. When it wakes it does its work anew, and finds it done."""
    monkeypatch.setattr("storage.database.STOPPED_SECONDS", 0.3)
    storage.write_now(TEAM, lambda db: db.workspace.ensure("Test", NINE))
    storage.write_now(TEAM, lambda db: db.schedules.add(SCHEDULE))
    stopped, woken = Event(), Event()

    def stop_in_the_middle(db: UnitOfWork) -> bool:
        made = plan_it(db)
        stopped.set()
        assert woken.wait(20)
        db.schedules.active()
        return made

    with closing(Storage.open(database.url, database.folder)) as first, ThreadPoolExecutor(2) as threads:
        late = threads.submit(first.write_now, TEAM, stop_in_the_middle)
        assert stopped.wait(5)
        other = threads.submit(storage.write_now, TEAM, plan_it)
        try:
            assert other.result(10) is True
        finally:
            woken.set()
        assert late.result(10) is False
    assert posts(storage) == 1


# --- one claim ----------------------------------------------------------------------------------------------------


def claim(db: UnitOfWork) -> list[str]:
    return [each.id for each in db.deliveries.claim(NINE, 5, LEASE)]


def owe_ten(storage: Storage) -> None:
    many = [NewDelivery("test.post", f"s{number}", f"C{number}", due_at=NINE) for number in range(10)]
    storage.write_now(TEAM, lambda db: db.deliveries.add_many(many))


def test_two_senders_in_the_same_moment_share_the_work_out(replicas: tuple[Storage, Storage]) -> None:
    owe_ten(replicas[0])
    first, second = at_once(replicas, claim, claim)
    assert len(first) == len(second) == 5
    assert not {*first} & {*second}


def test_without_row_locks_both_take_the_same(
    replicas: tuple[Storage, Storage], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unlocked(self: Deliveries, limit: int, *where: ColumnElement[bool]) -> list[str]:
        scope = self._scope
        statement = scope.select(DELIVERIES, *where, columns=[DELIVERIES.c.id]).order_by(DELIVERIES.c.id)
        return [row.id for row in scope.rows(statement.limit(limit))]

    monkeypatch.setattr(Deliveries, "_take", unlocked)
    owe_ten(replicas[0])
    first, second = at_once(replicas, claim, claim)
    assert first == second


def test_without_a_lease_the_next_one_takes_it_again(replicas: tuple[Storage, Storage]) -> None:
    owe_ten(replicas[0])
    leased = replicas[0].write_now(TEAM, claim)
    unleased = replicas[0].write_now(TEAM, lambda db: db.deliveries.claim(NINE, 5, timedelta(0)))
    replicas[1].write_now(TEAM, claim)
    unclear = replicas[1].write_now(TEAM, lambda db: db.deliveries.ambiguous_due(NINE, 20))
    assert {each.id for each in unclear} == {each.id for each in unleased}
    assert not {each.id for each in unclear} & {*leased}


# --- a shared job store -------------------------------------------------------------------------------------------


def fire() -> None:
    """A job that can be found by its name, as such a store wants it."""


def test_a_shared_job_store_fires_once_for_each_scheduler(database: Database) -> None:
    """Why APScheduler's persistent stores are not used: every process that shares one does every job."""
    url = make_url(database.url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    fired: Counter[datetime] = Counter()
    schedulers: Sequence[Any] = [BackgroundScheduler(timezone="UTC") for _ in range(2)]
    stores = [SQLAlchemyJobStore(url=url) for _ in schedulers]
    try:
        for each, store in zip(schedulers, stores, strict=True):
            each.add_jobstore(store)
            each.add_listener(lambda event: fired.update([event.scheduled_run_time]), EVENT_JOB_EXECUTED)
            each.start(paused=True)
        schedulers[0].add_job(fire, "interval", seconds=0.3, misfire_grace_time=10, id="fire")
        for each in schedulers:
            each.resume()
        deadline = time.monotonic() + 15
        while max(fired.values(), default=0) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        for each in schedulers:
            each.shutdown()
        for store in stores:
            store.engine.dispose()
    assert max(fired.values()) == 2
