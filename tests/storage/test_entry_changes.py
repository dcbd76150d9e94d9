"""What entries were at an earlier moment, and whether they changed since, on both databases."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from bot.domain.entries import EntryState
from storage import Storage
from tests.storage import samples
from tests.storage.samples import NOW, TODAY

HOUR = timedelta(hours=1)
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def filled(storage: Storage) -> Storage:
    """5 was logged at noon and corrected to 7 an hour later; 10 came an hour after that and was deleted at three."""
    storage.write_now("T1", lambda db: db.workspace.ensure("Acme", NOW))
    first = samples.entry(id="a", source="a", value=Decimal(5), logged_at=NOW)
    second = samples.entry(id="b", source="b", value=Decimal(7), logged_at=NOW + HOUR, corrects="a")
    third = samples.entry(id="c", source="c", value=Decimal(10), logged_at=NOW + 2 * HOUR)
    storage.write_now("T1", lambda db: db.kpis.add_many([first]))
    storage.write_now("T1", lambda db: db.kpis.end("a", EntryState.CORRECTED, "U1", NOW + HOUR))
    storage.write_now("T1", lambda db: db.kpis.add_many([second, third]))
    storage.write_now("T1", lambda db: db.kpis.end("c", EntryState.DELETED, "U1", NOW + 3 * HOUR))
    staged = samples.entry(id="d", source="d", value=Decimal(100), logged_at=NOW - HOUR)
    storage.write_now("T1", lambda db: db.kpis.stage([staged]))
    return storage


@pytest.mark.parametrize(
    ("moment", "total", "latest"),
    [
        (NOW - HOUR, None, None),
        (NOW, 5, 5),
        (NOW + HOUR / 2, 5, 5),
        (NOW + HOUR, 7, 7),
        (NOW + 2 * HOUR, 17, 10),
        (NOW + 3 * HOUR, 7, 7),
    ],
)
def test_totals_are_those_of_the_moment(
    filled: Storage, moment: datetime, total: int | None, latest: int | None
) -> None:
    found = filled.read_now("T1", lambda db: db.totals_at(moment).kpis.totals(TODAY, TODAY))
    assert {key: (each.sum, each.last) for key, each in found.items()} == (
        {} if total is None else {"revenue": (Decimal(total), None if latest is None else Decimal(latest))}
    )
    alone = filled.read_now("T1", lambda db: db.totals_at(moment).kpis.totals(TODAY, TODAY, None, ["revenue"], ()))
    assert [each.sum for each in alone.values()] == ([] if total is None else [Decimal(total)]), "also without a latest"
    by_day = filled.read_now("T1", lambda db: db.totals_at(moment).kpis.totals_by_day("revenue", YESTERDAY, TODAY))
    assert sum(each.sum for each in by_day["revenue"].values()) == (total or 0)
    assert filled.read_now("T2", lambda db: db.totals_at(moment).kpis.totals(TODAY, TODAY)) == {}


def test_a_moment_after_everything_is_now(filled: Storage) -> None:
    later = NOW + 9 * HOUR
    then = filled.read_now("T1", lambda db: db.totals_at(later).kpis.totals(TODAY, TODAY))
    assert then == filled.read_now("T1", lambda db: db.kpis.totals(TODAY, TODAY))


@pytest.mark.parametrize(
    ("since", "changed"),
    [(NOW - HOUR, True), (NOW, True), (NOW + 2 * HOUR, True), (NOW + 3 * HOUR, False), (NOW + 4 * HOUR, False)],
)
def test_it_is_known_whether_anything_changed_since(filled: Storage, since: datetime, changed: bool) -> None:
    keys = ["leads", "revenue"]
    assert filled.read_now("T1", lambda db: db.entry_changes.any_since(since, TODAY, TODAY, keys)) is changed
    assert not filled.read_now("T1", lambda db: db.entry_changes.any_since(since, YESTERDAY, YESTERDAY, keys))
    assert not filled.read_now("T1", lambda db: db.entry_changes.any_since(since, TODAY, TODAY, ["leads"]))
