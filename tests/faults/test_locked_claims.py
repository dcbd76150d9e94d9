"""A replica that stands still in the middle of a transaction holds up nobody but what it has locked."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest

from bot.domain.deliveries import DeliveryState, NewDelivery
from storage import Storage
from tests.conftest import Database
from tests.faults.sites import NOW, SAY

LEASE = timedelta(seconds=90)
PATIENCE_SECONDS = 20


@pytest.fixture(params=[pytest.param("postgres", marks=pytest.mark.postgres)])
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("state", ["sending", "due", "expired"])
def test_others_claim_around_what_it_has_locked(storage: Storage, database: Database, state: str) -> None:
    expires_at = NOW + LEASE if state == "expired" else None
    two = [NewDelivery(SAY, "s", receiver, NOW, expires_at) for receiver in ("C1", "C2")]
    owed = storage.write_now("T1", lambda db: [db.deliveries.add(each) for each in two])
    if state == "sending":
        storage.write_now("T1", lambda db: db.deliveries.claim(NOW, 1, LEASE))
        storage.write_now("T1", lambda db: db.deliveries.add(NewDelivery(SAY, "t", "C3", NOW)))
    here = "FROM deliveries ORDER BY (state = 'due'), id LIMIT 1"
    with psycopg.connect(database.url) as standing_still, ThreadPoolExecutor(1) as other:
        (locked,) = standing_still.execute(f"SELECT id {here} FOR UPDATE").fetchone() or ("",)
        assert locked in owed
        assert is_locked(database, locked)
        later = NOW + 2 * LEASE
        claimed = other.submit(storage.write_now, "T1", lambda db: db.deliveries.claim(later, 9, LEASE))
        taken = {each.id for each in claimed.result(PATIENCE_SECONDS)}
        assert locked not in taken
        assert len(taken) == {"sending": 2, "due": 1, "expired": 0}[state]
    if state == "sending":
        storage.write_now("T1", lambda db: db.deliveries.claim(later, 9, LEASE))
        died = storage.read_now("T1", lambda db: db.deliveries.get(locked))
        assert died is not None
        assert died.state is DeliveryState.AMBIGUOUS, "once it is let go of, it is seen that it was given up"


def is_locked(database: Database, delivery_id: str) -> bool:
    """Whether whoever does not pass over it would wait."""
    with psycopg.connect(database.url) as connection:
        connection.execute("SET lock_timeout = '50ms'")
        try:
            connection.execute("UPDATE deliveries SET error = error WHERE id = %s", [delivery_id])
        except psycopg.errors.LockNotAvailable:
            return True
        return False
