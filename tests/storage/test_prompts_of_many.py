"""What many people were sent and are owed, with one question; a close that is brought forward once and never back."""

from datetime import timedelta

import pytest

from bot.domain.deliveries import DeliveryState
from bot.domain.surveys import RoundState
from storage import Storage, UnitOfWork
from storage.deliveries import NAMED_RECEIVERS
from tests.storage import samples
from tests.storage.samples import NOW

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def found(storage: Storage, receivers: list[str], since=NOW - DAY) -> set[tuple[str, str, str]]:
    rows = storage.read_now(
        "T1", lambda db: db.deliveries.to_many(receivers, ["round", "other"], ["ask", "remind"], since)
    )
    return {(each.receiver, each.subject, each.purpose) for each in rows}


@pytest.mark.parametrize("many", [2, NAMED_RECEIVERS + 1])
def test_those_of_these_people_about_these_subjects_and_no_others(storage: Storage, many: int) -> None:
    def owe(db: UnitOfWork) -> None:
        for receiver, subject, purpose in (
            ("U1", "round", "ask"),
            ("U1", "round", "remind"),
            ("U2", "other", "ask"),
            ("U1", "another", "ask"),
            ("U1", "round", "launched"),
            ("X1", "round", "ask"),
        ):
            db.deliveries.add(samples.delivery(receiver=receiver, subject=subject, purpose=purpose))

    storage.write_now("T1", owe)

    wanted = [f"U{number}" for number in range(1, many + 1)]
    assert found(storage, wanted) == {("U1", "round", "ask"), ("U1", "round", "remind"), ("U2", "other", "ask")}
    assert found(storage, []) == set()


def test_by_when_they_were_begun_else_due_and_not_what_came_to_nothing(storage: Storage) -> None:
    def live(db: UnitOfWork) -> None:
        due = {"old": -2 * DAY, "begun": -2 * DAY, "new": -HOUR, "skipped": HOUR, "failed": HOUR, "coming": 5 * DAY}
        made = {
            name: db.deliveries.add(samples.delivery(receiver=name, purpose="ask", due_at=NOW + ahead))
            for name, ahead in due.items()
        }
        db.deliveries.skipped(str(made["skipped"]), "no")
        db.deliveries.failed(str(made["failed"]), "no", NOW)

    storage.write_now("T1", live)
    everybody = ["old", "begun", "new", "skipped", "failed", "coming"]
    assert {receiver for receiver, *_ in found(storage, everybody)} == {"new", "coming"}

    storage.write_now("T1", lambda db: db.deliveries.claim(NOW, 2, HOUR))  # the two oldest are begun only now

    assert {receiver for receiver, *_ in found(storage, everybody)} == {"old", "begun", "new", "coming"}


def test_a_close_moves_forward_once_and_never_back_nor_opens_a_closed_round(storage: Storage) -> None:
    survey = samples.survey()
    opened = samples.round_of(survey.id)
    storage.write_now("T1", lambda db: (db.surveys.add(survey), db.rounds.add(opened)))

    def move(ahead: timedelta) -> bool:
        return storage.write_now("T1", lambda db: db.rounds.close_earlier(opened.id, NOW + ahead))

    assert move(DAY)
    assert not move(DAY)
    assert not move(2 * DAY)
    assert storage.read_now("T1", lambda db: db.rounds.get(opened.id)).closes_at == NOW + DAY

    closed = samples.round_of(survey.id, number=2, state=RoundState.CLOSED)
    storage.write_now("T1", lambda db: db.rounds.add(closed))
    assert not storage.write_now("T1", lambda db: db.rounds.close_earlier(closed.id, NOW + HOUR))
    assert storage.read_now("T1", lambda db: db.rounds.get(closed.id)).state is RoundState.CLOSED


def test_a_prompt_that_was_sent_stays_among_them(storage: Storage) -> None:
    sent = storage.write_now("T1", lambda db: db.deliveries.add(samples.delivery(purpose="ask")))
    storage.write_now("T1", lambda db: db.deliveries.sent(str(sent), "D1", "1.2", NOW))

    assert found(storage, ["U1"]) == {("U1", "round", "ask")}
    assert storage.read_now("T1", lambda db: db.deliveries.get(str(sent))).state is DeliveryState.SENT
