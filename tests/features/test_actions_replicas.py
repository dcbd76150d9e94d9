"""Two replicas on one PostgreSQL settle the same action, change it and remind of it in the same moment."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.actions import service
from bot.actions.wishes import ActionWish
from bot.domain.actions import Action, ActionSource, ActionState
from bot.domain.deliveries import NewDelivery
from bot.domain.members import Member
from storage import Storage, UnitOfWork
from tests.features.replicas import at_once
from tests.features.test_kpis_correcting_replicas import TEAM, backend, replicas

__all__ = ["backend", "replicas"]

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
OWNER, ASKER = Member("U0BOB", "Bob"), Member("U0AYU", "Ayu", is_admin=True)


@pytest.fixture
def action(replicas: tuple[Storage, Storage]) -> str:
    made = Action("a1", "call", OWNER.id, date(2026, 11, 27), ActionSource.OWN, "", ASKER.id, NOW)
    replicas[0].write_now(TEAM, lambda db: db.actions.add(made))
    return made.id


def settles(by: Member, action: str, state: ActionState) -> Callable[[UnitOfWork], Any]:
    return lambda db: service.settle(db, by, action, state, NOW).state


def told(storage: Storage, purpose: str) -> list[str]:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    return [each.receiver for each in storage.read_now(TEAM, lambda db: db.deliveries.of_purposes([purpose], since))]


@pytest.mark.parametrize(
    ("second", "by"),
    [(ActionState.DONE, OWNER), (ActionState.DROPPED, OWNER), (ActionState.DROPPED, ASKER)],
)
def test_the_first_who_settles_it_counts_and_it_is_told_once(
    replicas: tuple[Storage, Storage], action: str, second: ActionState, by: Member
) -> None:
    came = at_once(replicas, settles(OWNER, action, ActionState.DONE), settles(by, action, second))
    assert came == [ActionState.DONE, ActionState.DONE], "who came second sees what the first said"
    assert told(replicas[0], service.SETTLED) == [ASKER.id]


def test_what_one_settles_while_the_other_gives_it_away_stays_as_it_was_settled(
    replicas: tuple[Storage, Storage], action: str
) -> None:
    wish = ActionWish("call them", date(2026, 11, 30), ASKER.id)

    def gives(db: UnitOfWork) -> str:
        return service.change(db, ASKER, action, wish, NOW.date(), NOW).text

    came = at_once(replicas, settles(OWNER, action, ActionState.DONE), gives)
    assert came == [ActionState.DONE, "actions.settled_meanwhile"], "who gave it away is told that nobody hears of it"
    kept = replicas[0].read_now(TEAM, lambda db: db.actions.get(action))
    assert (kept.state, kept.settled_by, kept.owner_id, kept.text) == (ActionState.DONE, OWNER.id, OWNER.id, "call")


def test_what_one_gives_away_the_other_can_still_settle_if_it_concerns_them(
    replicas: tuple[Storage, Storage], action: str
) -> None:
    wish = ActionWish("call them", date(2026, 11, 30), OWNER.id)

    def gives(db: UnitOfWork) -> str:
        return service.change(db, ASKER, action, wish, NOW.date(), NOW).text

    assert at_once(replicas, gives, settles(OWNER, action, ActionState.DONE)) == ["call them", ActionState.DONE]


def test_both_owe_the_same_reminder_and_it_is_owed_once(replicas: tuple[Storage, Storage], action: str) -> None:
    owed = [NewDelivery(service.DUE, "2026-11-27", OWNER.id, NOW, facts={"actions": f"{action}/2026-11-27/1"})]

    def owes(db: UnitOfWork) -> int:
        return db.deliveries.add_many(owed)

    assert sorted(at_once(replicas, owes, owes)) == [0, 1]
    assert told(replicas[0], service.DUE) == [OWNER.id]
