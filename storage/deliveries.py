"""Deliveries: messages that are owed, who is sending which, and what became of them. Sending does not belong here.

An outcome that nobody knows (a lost connection, a sender that died) is AMBIGUOUS: it is looked up before anything is
sent again. Every moment is an argument; the database's own clock is never asked.
"""

from collections.abc import Collection, Iterable
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Update, case, func

from bot.domain.deliveries import Delivery, DeliveryState, NewDelivery
from storage.scope import Scope, new_id
from storage.tables import DeliveryRow, table

DELIVERIES = table(DeliveryRow)
_FIELDS = [field.name for field in fields(Delivery)]
# Slack may take a moment to show a message it accepted: so long nobody looks for one.
SETTLING = timedelta(seconds=5)
LOOK_UP_LEASE = timedelta(seconds=60)
NAMED_RECEIVERS = 100
"""Up to so many receivers are named in a query; of more, all are read."""


class Deliveries:
    """The deliveries of a workspace, unique by purpose, subject and receiver."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add(self, new: NewDelivery) -> str | None:
        """Owe a message; its id, or None (and nothing changes) if it was owed before."""
        values = _values(new)
        return values["id"] if self._scope.insert_new(DELIVERIES, [values]) else None

    def add_many(self, many: Iterable[NewDelivery]) -> int:
        """Owe many messages; how many were not owed before."""
        return self._scope.insert_new(DELIVERIES, [_values(new) for new in many])

    def get(self, delivery_id: str) -> Delivery | None:
        row = self._scope.first(self._scope.select(DELIVERIES, DELIVERIES.c.id == delivery_id))
        return _delivery(row) if row else None

    def find(self, purpose: str, subject: str, receiver: str) -> Delivery | None:
        here = (DELIVERIES.c.purpose == purpose, DELIVERIES.c.subject == subject, DELIVERIES.c.receiver == receiver)
        row = self._scope.first(self._scope.select(DELIVERIES, *here))
        return _delivery(row) if row else None

    def of(self, purpose: str, subject: str) -> list[Delivery]:
        """All deliveries of a purpose about a subject, by receiver."""
        here = (DELIVERIES.c.purpose == purpose, DELIVERIES.c.subject == subject)
        return self._many(*here, order=DELIVERIES.c.receiver)

    def of_purposes(self, purposes: Collection[str], since: datetime) -> list[Delivery]:
        """All deliveries of some purposes that are due at `since` (UTC) or later, by when they are due."""
        here = (DELIVERIES.c.purpose.in_(list(purposes)), DELIVERIES.c.due_at >= since)
        return self._many(*here, order=DELIVERIES.c.due_at)

    def to(self, receiver: str, subject: str, purposes: Collection[str]) -> list[Delivery]:
        """The deliveries of some purposes about a subject to one receiver, by when they are due."""
        here = (DELIVERIES.c.subject == subject, DELIVERIES.c.receiver == receiver)
        return self._many(DELIVERIES.c.purpose.in_(list(purposes)), *here, order=DELIVERIES.c.due_at)

    def about(self, receiver: str, purpose: str, subjects: Collection[str]) -> dict[str, Delivery]:
        """What one receiver was sent or is owed of a purpose about each of some subjects, by subject."""
        here = (DELIVERIES.c.purpose == purpose, DELIVERIES.c.receiver == receiver)
        found = self._many(*here, DELIVERIES.c.subject.in_(list(subjects)), order=DELIVERIES.c.subject)
        return {each.subject: each for each in found}

    def to_many(
        self, receivers: Collection[str], subjects: Collection[str], purposes: Collection[str], since: datetime
    ) -> list[Delivery]:
        """The deliveries of some purposes about some subjects to any of these receivers that were begun, or else are
        due, at `since` (UTC) or later; neither those that failed nor the skipped ones. By subject, one question to the
        database however many receivers there are: thousands of them are picked out here."""
        began = func.coalesce(DELIVERIES.c.started_at, DELIVERIES.c.due_at)
        wanted = set(receivers)
        here = [
            DELIVERIES.c.purpose.in_(list(purposes)),
            DELIVERIES.c.subject.in_(list(subjects)),
            DELIVERIES.c.state.not_in((DeliveryState.FAILED, DeliveryState.SKIPPED)),
            began >= since,
        ]
        if len(wanted) <= NAMED_RECEIVERS:
            here.append(DELIVERIES.c.receiver.in_(sorted(wanted)))
        if not (wanted and subjects):
            return []
        return [each for each in self._many(*here, order=DELIVERIES.c.subject) if each.receiver in wanted]

    def claim(self, now: datetime, limit: int, lease: timedelta) -> list[Delivery]:
        """Take up to `limit` deliveries that are due, oldest first; nobody else gets them before `now + lease`.

        On the way, those that are no longer useful are SKIPPED ("expired"), and those whose sender let its lease run
        out become AMBIGUOUS.
        """
        dead = (_is(DeliveryState.SENDING), DELIVERIES.c.lease_until <= now)
        self._change(*dead, state=DeliveryState.AMBIGUOUS, lease_until=None, error="lease expired")
        late = (_is(DeliveryState.DUE), DELIVERIES.c.due_at <= now, DELIVERIES.c.expires_at <= now)
        self._change(*late, state=DeliveryState.SKIPPED, error="expired", settled_at=now)
        taken = self._take(limit, _is(DeliveryState.DUE), DELIVERIES.c.due_at <= now)
        return self._leased(
            taken,
            state=DeliveryState.SENDING,
            lease_until=now + lease,
            started_at=now,
            attempts=DELIVERIES.c.attempts + 1,
        )

    def abandon(self) -> None:
        """Whatever is still being sent becomes AMBIGUOUS at once, without waiting for its lease. Only for when it is
        certain that nobody is sending: a process that starts, alone on its database."""
        dead = _is(DeliveryState.SENDING)
        self._change(dead, state=DeliveryState.AMBIGUOUS, lease_until=None, error="the process ended")

    def ambiguous_due(self, now: datetime, limit: int, lease: timedelta = LOOK_UP_LEASE) -> list[Delivery]:
        """Take up to `limit` ambiguous deliveries to be looked up; nobody else gets them before `now + lease`."""
        free = DELIVERIES.c.lease_until.is_(None) | (DELIVERIES.c.lease_until <= now)
        taken = self._take(limit, _is(DeliveryState.AMBIGUOUS), free)
        return self._leased(taken, lease_until=now + lease)

    def sent(self, delivery_id: str, channel: str, ts: str, now: datetime) -> None:
        """It is in Slack, there. What is known to be sent stays so, whatever is said of it later."""
        values = {"channel": channel, "ts": ts, "settled_at": now, "error": None}
        self._settle(delivery_id, DeliveryState.SENT, **values)

    def failed(self, delivery_id: str, error: str, now: datetime) -> None:
        """It cannot be made; `error` is Slack's word for why."""
        self._settle(delivery_id, DeliveryState.FAILED, error=error, settled_at=now)

    def skipped(self, delivery_id: str, reason: str) -> None:
        """It is no longer wanted."""
        self._settle(delivery_id, DeliveryState.SKIPPED, error=reason)

    def postpone(self, delivery_id: str, until: datetime) -> None:
        """Send it no earlier than `until`; the attempt that was begun does not count."""
        attempts = case((DELIVERIES.c.attempts > 0, DELIVERIES.c.attempts - 1), else_=0)
        self._settle(delivery_id, DeliveryState.DUE, due_at=until, attempts=attempts)

    def ambiguous(self, delivery_id: str, error: str, now: datetime, wait: timedelta = SETTLING) -> None:
        """Nobody knows whether it was sent; it is to be looked up once `wait` is over."""
        self._settle(delivery_id, DeliveryState.AMBIGUOUS, error=error, lease_until=now + wait)

    def next_due(self) -> datetime | None:
        """When the next delivery that nobody has taken is due."""
        earliest = self._scope.select(DELIVERIES, _is(DeliveryState.DUE), columns=[func.min(DELIVERIES.c.due_at)])
        moment: datetime | None = self._scope.value(earliest)
        return moment

    def counts(self) -> dict[DeliveryState, int]:
        """How many deliveries are in each state; every state is there."""
        columns = [DELIVERIES.c.state, func.count().label("times")]
        statement = self._scope.select(DELIVERIES, columns=columns).group_by(DELIVERIES.c.state)
        found = {row.state: row.times for row in self._scope.rows(statement)}
        return {state: found.get(state, 0) for state in DeliveryState}

    def failures(self, limit: int) -> list[Delivery]:
        """What could not be delivered, the latest first."""
        return self._many(_is(DeliveryState.FAILED), order=DELIVERIES.c.settled_at.desc(), limit=limit)

    def _many(self, *where: ColumnElement[bool], order: ColumnElement[Any], limit: int | None = None) -> list[Delivery]:
        statement = self._scope.select(DELIVERIES, *where).order_by(order, DELIVERIES.c.id).limit(limit)
        return [_delivery(row) for row in self._scope.rows(statement)]

    def _take(self, limit: int, *where: ColumnElement[bool]) -> list[str]:
        """The ids of the oldest rows, locked: on PostgreSQL those that another replica is taking are passed over; on
        SQLite this whole transaction is alone."""
        statement = self._scope.select(DELIVERIES, *where, columns=[DELIVERIES.c.id])
        oldest = statement.order_by(DELIVERIES.c.due_at, DELIVERIES.c.id).limit(limit)
        return [row.id for row in self._scope.rows(oldest.with_for_update(skip_locked=True))]

    def _leased(self, ids: list[str], **values: Any) -> list[Delivery]:
        if not ids:
            return []
        self._change(DELIVERIES.c.id.in_(ids), **values)
        return self._many(DELIVERIES.c.id.in_(ids), order=DELIVERIES.c.due_at)

    def _settle(self, delivery_id: str, state: DeliveryState, **values: Any) -> None:
        unsent = (DELIVERIES.c.id == delivery_id, DELIVERIES.c.state != DeliveryState.SENT)
        self._change(*unsent, **{"lease_until": None, "state": state, **values})

    def _change(self, *where: ColumnElement[bool], **values: Any) -> None:
        statement: Update = self._scope.update(DELIVERIES, *where).values(values)
        self._scope.change(statement)


def _is(state: DeliveryState) -> ColumnElement[bool]:
    return DELIVERIES.c.state == state


def _values(new: NewDelivery) -> dict[str, Any]:
    return {
        "id": new_id(),
        "purpose": new.purpose,
        "subject": new.subject,
        "receiver": new.receiver,
        "verb": new.verb,
        "state": DeliveryState.DUE,
        "due_at": new.due_at,
        "attempts": 0,
        "facts": dict(new.facts),
        "expires_at": new.expires_at,
        "target_id": new.target_id,
    }


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(**{name: getattr(row, name) for name in _FIELDS})
