"""The planner through outages of a minute to 30 days, and with a clock that jumps a day forward and back: each date is
decided exactly once, at most one is made up, and all of it as the model says.

100 schedules over a year each in a normal run; 10,000 with DENYUT_SOAK=1.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot import scheduler
from bot.domain.schedules import Cadence, Occurrence, OccurrenceState, Plan, Schedule, due_between
from bot.scheduler import GRACE
from storage import Storage
from storage.database import SQLITE_PRAGMAS
from storage.schedules import SCHEDULES, Schedules
from tests.conftest import Database
from tests.faults.planned_years import PlannedYear
from tests.soak import times

TOGETHER = 10


@pytest.fixture
def backend() -> str:
    return "sqlite"


@pytest.fixture
def storage(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    """One that does not wait for the disk: nothing is killed here."""
    quick = tuple(each.replace("synchronous=FULL", "synchronous=OFF") for each in SQLITE_PRAGMAS)
    monkeypatch.setattr("storage.database.SQLITE_PRAGMAS", quick)
    opened = Storage.open(database.url, database.folder)
    yield opened
    opened.close()


async def test_through_outages_and_jumps_each_date_is_decided_once_and_as_the_model_says(storage: Storage) -> None:
    made = skipped = 0
    for seed in range(times(100, 10_000) // TOGETHER):
        year = PlannedYear(storage, seed, TOGETHER)
        await year.run()
        assert year.decided() == year.wanted(), f"seed {seed}"
        assert [(each.schedule_id, each.local_date) for each in year.made] == year.expected, f"seed {seed}"
        assert year.most_at_once <= 1, "a storm"
        kinds = {each.schedule.id: each.schedule.kind for each in year.modelled}
        late = [each.now - each.due_at for each in year.made]
        graces = [GRACE[kinds[each.schedule_id]] for each in year.made]
        assert all(timedelta(0) <= by <= grace for by, grace in zip(late, graces, strict=True))
        for each in year.modelled:
            seen = [day for day, at in each.due if each.schedule.planned_until < at <= each.until]
            assert sorted(each.decided) == seen, "nothing that fell due is left undecided"
        made += len(year.made)
        skipped += sum(state == "skipped" for dates in year.decided().values() for state, _ in dates.values())
    assert made > times(1500, 150_000)
    assert skipped > times(50, 20_000), "there was something to miss"


async def test_a_zone_that_this_machine_does_not_know_holds_up_no_other_schedule(storage: Storage) -> None:
    """Its data may be older than the one that a schedule was made with."""
    year = PlannedYear(storage, 1, 4)
    lost = year.modelled[0].schedule
    change = replace(lost.rule, cadence=Cadence.DAILY, zone="Mars/Olympus_Mons")
    storage.write_now(year.workspace, lambda db: db.schedules.replace_rule(lost.id, change, lost.planned_until))
    year.modelled.pop(0)
    report = await year.tick_at(max(each.due[0][1] for each in year.modelled if each.due))
    assert [failure.partition(" (")[0] for failure in report.failures] == [f"plan {lost.kind} {lost.subject_id}"]
    assert year.decided() == year.wanted() != {}
    assert any(year.wanted().values())


# --- that it bites ------------------------------------------------------------------------------------------------


async def is_as_the_model_says(storage: Storage) -> bool:
    for seed in range(3):
        year = PlannedYear(storage, seed, TOGETHER)
        await year.run()
        same = [(each.schedule_id, each.local_date) for each in year.made] == year.expected
        if not same or year.decided() != year.wanted():
            return False
    return True


async def test_a_planner_that_makes_up_everything_is_noticed(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    def greedy(schedule: Schedule, now: datetime, _grace: timedelta) -> Plan:
        """The oldest first, one in each pass, however long ago it was due."""
        due = due_between(schedule.rule, schedule.planned_until, now)
        return Plan(due[0] if due else None, ())

    monkeypatch.setattr(scheduler, "plan", greedy)
    assert not await is_as_the_model_says(storage)


def forget_the_clock_was_ahead(schedules: Schedules, schedule_id: str, moment: datetime) -> None:
    scope = schedules._scope
    scope.change(scope.update(SCHEDULES, SCHEDULES.c.id == schedule_id).values(planned_until=moment))


async def plan_with_a_clock_put_back(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, object]]:
    """What is made when the mark of what is decided goes back with the clock."""
    year = PlannedYear(storage, 1, TOGETHER)
    plan = scheduler.plan

    def forgetful(schedule: Schedule, now: datetime, grace: timedelta) -> Plan:
        return plan(replace(schedule, planned_until=min(schedule.planned_until, now - timedelta(days=2))), now, grace)

    monkeypatch.setattr(scheduler, "plan", forgetful)
    await year.run()
    return [(each.schedule_id, each.local_date) for each in year.made]


async def test_each_date_stays_unique_even_if_it_is_planned_again(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Schedules, "planned_until", forget_the_clock_was_ahead)
    made = await plan_with_a_clock_put_back(storage, monkeypatch)
    assert len(made) > 100
    assert len(made) == len(set(made))


async def test_without_unique_occurrences_dates_are_made_twice(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def believe(_schedules: Schedules, occurrence: Occurrence) -> bool:
        return occurrence.state is OccurrenceState.PLANNED

    monkeypatch.setattr(Schedules, "planned_until", forget_the_clock_was_ahead)
    monkeypatch.setattr(Schedules, "record", believe)
    made = await plan_with_a_clock_put_back(storage, monkeypatch)
    assert len(made) > len(set(made))
