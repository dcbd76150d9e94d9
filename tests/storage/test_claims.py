"""Deliveries: claimed once, whoever asks and however many; nothing with an unknown outcome is sent again unseen."""

import threading
from datetime import timedelta

import pytest

from bot.domain.deliveries import DeliveryState
from storage import Storage, UnitOfWork
from tests.storage import samples
from tests.storage.samples import NOW

LEASE = timedelta(seconds=60)
SECOND = timedelta(seconds=1)


def owe(storage: Storage, count: int, **given) -> None:
    owed = [samples.delivery(receiver=f"U{number:03}", **given) for number in range(count)]
    assert storage.write_now("T1", lambda db: db.deliveries.add_many(owed)) == count


def claim(storage: Storage, now=NOW, limit: int = 10):
    return storage.write_now("T1", lambda db: db.deliveries.claim(now, limit, LEASE))


def state(storage: Storage, delivery_id: str) -> DeliveryState:
    return storage.read_now("T1", lambda db: db.deliveries.get(delivery_id)).state


@pytest.fixture
def two_storages(storage: Storage, database):
    """Two that share a database, as two replicas or two processes do."""
    other = Storage.open(database.url, database.folder)
    yield storage, other
    other.close()


def test_what_is_due_is_claimed_oldest_first_and_with_a_lease(storage: Storage) -> None:
    for receiver, due in (("later", NOW + SECOND), ("new", NOW), ("old", NOW - LEASE)):
        storage.write_now("T1", lambda db, r=receiver, d=due: db.deliveries.add(samples.delivery(receiver=r, due_at=d)))
    claimed = claim(storage)
    assert [each.receiver for each in claimed] == ["old", "new"]
    for each in claimed:
        assert (each.state, each.attempts) == (DeliveryState.SENDING, 1)
        assert (each.started_at, each.lease_until) == (NOW, NOW + LEASE)
    assert claim(storage) == []
    assert storage.read_now("T1", lambda db: db.deliveries.next_due()) == NOW + SECOND


def test_who_starts_alone_does_not_wait_for_the_leases_of_the_dead(storage: Storage) -> None:
    owe(storage, 2)
    (taken, *_) = claim(storage, limit=1)
    storage.write_now("T1", lambda db: db.deliveries.abandon())
    assert state(storage, taken.id) is DeliveryState.AMBIGUOUS
    looked_up = storage.write_now("T1", lambda db: db.deliveries.ambiguous_due(NOW, 5))
    assert [each.id for each in looked_up] == [taken.id]
    assert len(claim(storage)) == 1, "what nobody had begun is due as before"


def test_the_limit_holds(storage: Storage) -> None:
    owe(storage, 5)
    assert [len(claim(storage, limit=2)) for _ in range(4)] == [2, 2, 1, 0]


def test_many_claim_at_once_and_each_delivery_is_given_out_once(two_storages) -> None:
    owe(two_storages[0], 120)
    taken: list[str] = []
    errors: list[BaseException] = []
    start = threading.Barrier(6)

    def sender(storage: Storage) -> None:
        try:
            start.wait(10)
            while claimed := claim(storage, limit=7):
                taken.extend(each.id for each in claimed)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=sender, args=(two_storages[number % 2],)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert len(taken) == len(set(taken)) == 120


@pytest.mark.parametrize("backend", [pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_claim_passes_over_what_another_is_claiming_without_waiting(two_storages) -> None:
    one, other = two_storages
    owe(one, 4)

    def claim_while_open(db: UnitOfWork):
        first = db.deliveries.claim(NOW, 2, LEASE)
        return first, claim(other, limit=10)  # this transaction is still open

    first, second = one.write_now("T1", claim_while_open)
    assert len(first) == len(second) == 2
    assert {each.id for each in first}.isdisjoint(each.id for each in second)


def test_two_replicas_decide_a_date_and_owe_a_message_once(two_storages) -> None:
    from bot.domain.schedules import Occurrence, OccurrenceState

    schedule = samples.schedule()
    two_storages[0].write_now("T1", lambda db: db.schedules.add(schedule))
    start, won = threading.Barrier(8), []

    def plan(db: UnitOfWork) -> tuple[bool, bool]:
        occurrence = Occurrence(schedule.id, samples.TODAY, NOW, OccurrenceState.PLANNED)
        return db.schedules.record(occurrence), db.deliveries.add(samples.delivery()) is not None

    def planner(storage: Storage) -> None:
        start.wait(10)
        won.append(storage.write_now("T1", plan))

    threads = [threading.Thread(target=planner, args=(two_storages[number % 2],)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(won) == [(False, False)] * 7 + [(True, True)]


def test_what_is_no_longer_useful_is_skipped_and_says_why(storage: Storage) -> None:
    owe(storage, 1, expires_at=NOW)
    storage.write_now("T1", lambda db: db.deliveries.add(samples.delivery(receiver="U9", expires_at=NOW + SECOND)))
    assert [each.receiver for each in claim(storage)] == ["U9"]
    skipped = storage.read_now("T1", lambda db: db.deliveries.find("survey.question", "round", "U000"))
    assert (skipped.state, skipped.error) == (DeliveryState.SKIPPED, "expired")


def test_a_sender_that_died_leaves_an_unknown_outcome_to_be_looked_up(storage: Storage) -> None:
    owe(storage, 1)
    (claimed,) = claim(storage)
    assert claim(storage, NOW + LEASE - SECOND) == []
    assert state(storage, claimed.id) is DeliveryState.SENDING
    assert claim(storage, NOW + LEASE) == []  # never simply sent again
    assert state(storage, claimed.id) is DeliveryState.AMBIGUOUS
    (looking,) = storage.write_now("T1", lambda db: db.deliveries.ambiguous_due(NOW + LEASE, 5))
    assert (looking.id, looking.started_at, looking.error) == (claimed.id, NOW, "lease expired")
    assert storage.write_now("T1", lambda db: db.deliveries.ambiguous_due(NOW + LEASE, 5)) == []


def test_an_unknown_outcome_is_looked_up_after_a_moment_by_one(storage: Storage) -> None:
    owe(storage, 1)
    (claimed,) = claim(storage)
    storage.write_now("T1", lambda db: db.deliveries.ambiguous(claimed.id, "timeout", NOW))
    looks = [
        storage.write_now("T1", lambda db, m=moment: len(db.deliveries.ambiguous_due(m, 5)))
        for moment in (NOW, NOW + 5 * SECOND, NOW + 6 * SECOND)
    ]
    assert looks == [0, 1, 0]
    storage.write_now("T1", lambda db: db.deliveries.sent(claimed.id, "D1", "1.2", NOW))
    found = storage.read_now("T1", lambda db: db.deliveries.get(claimed.id))
    assert (found.state, found.channel, found.ts, found.error) == (DeliveryState.SENT, "D1", "1.2", None)


def test_what_was_sent_stays_sent(storage: Storage) -> None:
    owe(storage, 1)
    (claimed,) = claim(storage)
    storage.write_now("T1", lambda db: db.deliveries.sent(claimed.id, "D1", "1.2", NOW))
    for work in (
        lambda db: db.deliveries.failed(claimed.id, "no", NOW),
        lambda db: db.deliveries.skipped(claimed.id, "no"),
        lambda db: db.deliveries.postpone(claimed.id, NOW),
        lambda db: db.deliveries.ambiguous(claimed.id, "no", NOW),
    ):
        storage.write_now("T1", work)
        assert state(storage, claimed.id) is DeliveryState.SENT
    assert claim(storage, NOW + 2 * LEASE) == []


def test_waiting_out_a_rate_limit_is_no_attempt(storage: Storage) -> None:
    owe(storage, 1)
    (claimed,) = claim(storage)
    storage.write_now("T1", lambda db: db.deliveries.postpone(claimed.id, NOW + LEASE))
    assert claim(storage, NOW + LEASE - SECOND) == []
    (again,) = claim(storage, NOW + LEASE)
    assert (again.id, again.attempts) == (claimed.id, 1)


def test_failures_are_listed_latest_first_and_everything_is_counted(storage: Storage) -> None:
    owe(storage, 3)
    first, second, third = claim(storage)
    storage.write_now("T1", lambda db: db.deliveries.failed(first.id, "not_in_channel", NOW))
    storage.write_now("T1", lambda db: db.deliveries.failed(second.id, "is_archived", NOW + SECOND))
    storage.write_now("T1", lambda db: db.deliveries.skipped(third.id, "closed"))
    failures = storage.read_now("T1", lambda db: db.deliveries.failures(5))
    assert [(each.id, each.error) for each in failures] == [(second.id, "is_archived"), (first.id, "not_in_channel")]
    assert len(storage.read_now("T1", lambda db: db.deliveries.failures(1))) == 1
    counts = storage.read_now("T1", lambda db: db.deliveries.counts())
    assert set(counts) == set(DeliveryState)
    assert (counts[DeliveryState.FAILED], counts[DeliveryState.SKIPPED], counts[DeliveryState.DUE]) == (2, 1, 0)


def test_the_message_and_what_caused_it_are_owed_together_or_not_at_all(storage: Storage) -> None:
    def plan(db: UnitOfWork) -> None:
        db.deliveries.add(samples.delivery())
        raise RuntimeError("crashed between the two")

    with pytest.raises(RuntimeError):
        storage.write_now("T1", plan)
    assert claim(storage) == []
