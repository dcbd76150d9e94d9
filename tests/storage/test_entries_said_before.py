"""Finding what somebody logged a short while ago, and the last date for which a schedule made something."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.entries import EntryState
from bot.domain.schedules import Occurrence, OccurrenceState
from storage import Storage
from tests.storage import samples
from tests.storage.samples import NOW, TODAY

TEAM = "T1"
DAY = timedelta(days=1)


@pytest.fixture
def said(storage: Storage) -> Any:
    entry = samples.entry(value=Decimal("12.5"), member_id="U2")
    storage.write_now(TEAM, lambda db: db.workspace.ensure("Acme", NOW))
    storage.write_now(TEAM, lambda db: db.kpis.add(entry))
    return entry


def test_the_same_said_again_is_found(storage: Storage, said: Any) -> None:
    again = samples.entry(value=Decimal("12.50"), member_id="U2", logged_at=NOW + DAY)
    assert storage.read_now(TEAM, lambda db: db.kpis.said_before(again, NOW)) == said


@pytest.mark.parametrize(
    "other",
    [
        {"value": Decimal("12.6")},
        {"on": TODAY - DAY},
        {"kpi_key": "leads"},
        {"member_id": "U1"},
        {"logged_by": "U9"},
    ],
)
def test_what_differs_in_anything_is_not(storage: Storage, said: Any, other: dict[str, Any]) -> None:
    again = replace(samples.entry(value=Decimal("12.5"), member_id="U2"), **other)
    assert storage.read_now(TEAM, lambda db: db.kpis.said_before(again, NOW)) is None


def test_nor_what_is_older_or_counts_no_more(storage: Storage, said: Any) -> None:
    later = NOW + timedelta(seconds=1)
    assert storage.read_now(TEAM, lambda db: db.kpis.said_before(said, later)) is None
    storage.write_now(TEAM, lambda db: db.kpis.end(said.id, EntryState.DELETED, "U1", NOW, "typed twice"))
    assert storage.read_now(TEAM, lambda db: db.kpis.said_before(said, NOW)) is None


def test_the_latest_date_is_the_last_one_made(storage: Storage) -> None:
    schedule = samples.schedule()
    storage.write_now(TEAM, lambda db: db.workspace.ensure("Acme", NOW))
    storage.write_now(TEAM, lambda db: db.schedules.add(schedule))
    assert storage.read_now(TEAM, lambda db: db.schedules.latest(schedule.id)) is None
    made = Occurrence(schedule.id, TODAY, NOW, OccurrenceState.PLANNED)
    for each in (
        replace(made, local_date=TODAY - 7 * DAY),
        made,
        Occurrence(schedule.id, TODAY + 7 * DAY, NOW, OccurrenceState.SKIPPED, "late"),
    ):
        storage.write_now(TEAM, lambda db, each=each: db.schedules.record(each))
    assert storage.read_now(TEAM, lambda db: db.schedules.latest(schedule.id)) == made
