"""Deliveries: messages that are owed, who is sending which, and what became of them. Sending does not belong here.

An outcome that nobody knows (a lost connection, a sender that died) is AMBIGUOUS: it is looked up before anything is
sent again. Every moment is an argument; the database's own clock is never asked.

Who took a delivery holds it by its lease, and says so when it reports: what a sender reports that was taken for dead
meanwhile changes nothing, for another one may be at it. Only that it was sent counts whoever says so.
"""

from collections.abc import Collection, Iterable
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Update, case, func, or_, select

from bot.domain.deliveries import Delivery, DeliveryState, NewDelivery, Verb
from storage.scope import Scope, new_id
from storage.tables import DeliveryRow, table

DELIVERIES = table(DeliveryRow)
_FIELDS = [field.name for field in fields(Delivery)]
# Slack may take a moment to show a message it accepted: so long nobody looks for one.
SETTLING = timedelta(seconds=5)
LOOK_UP_LEASE = timedelta(seconds=60)
# Longer than anything is ever leased or held: what lies further ahead was written before the clock was put back.
LONGEST_HOLD = timedelta(hours=2)
# So long the messages that follow wait for one of which nobody knows whether it arrived: two looks and some time.
ORDER_KEPT_FOR = timedelta(minutes=2)
# What Slack stumbles over so often no longer keeps the messages behind it.
TRIES_IN_ORDER = 3
ROWS_AT_ONCE = 500
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

        Messages to one receiver are taken in their order: while an earlier one is being sent, is held or, for a while,
        looked for, the others wait; changes of messages do not wait for new ones, nor these for them. On the way, what
        is no longer useful and was never tried is SKIPPED ("expired"), and what a sender let its lease run out of
        becomes AMBIGUOUS.
        """
        # Row by row and passing over what is locked: a replica that was stopped in the middle holds up nobody.
        dead = self._take(ROWS_AT_ONCE, _is(DeliveryState.SENDING), _is_free(DELIVERIES, now))
        self._change_these(dead, state=DeliveryState.AMBIGUOUS, lease_until=None, error="lease expired")
        due = (_is(DeliveryState.DUE), DELIVERIES.c.due_at <= now)
        untried = (DELIVERIES.c.attempts == 0, DELIVERIES.c.error.is_(None))
        late = self._take(ROWS_AT_ONCE, *due, DELIVERIES.c.expires_at <= now, *untried)
        self._change_these(late, state=DeliveryState.SKIPPED, error="expired", settled_at=now)
        taken = self._take(limit, *due, _is_free(DELIVERIES, now), ~self._is_behind_another(now))
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
        taken = self._take(limit, _is(DeliveryState.AMBIGUOUS), _is_free(DELIVERIES, now))
        return self._leased(taken, lease_until=now + lease)

    def sent(self, delivery_id: str, channel: str, ts: str, now: datetime) -> None:
        """It is in Slack, there. What is known to be sent stays so, whatever is said of it later."""
        values = {"channel": channel, "ts": ts, "settled_at": now, "error": None}
        self._settle(delivery_id, DeliveryState.SENT, None, **values)

    def failed(self, delivery_id: str, error: str, now: datetime, held: datetime | None = None) -> bool:
        """It cannot be made; `error` is Slack's word for why. With `held`, the end of the lease it was taken with, only
        if that still holds; False, and nothing changes, if not or if it was sent. The same for those below."""
        return self._settle(delivery_id, DeliveryState.FAILED, held, error=error, settled_at=now)

    def skipped(self, delivery_id: str, reason: str, held: datetime | None = None) -> bool:
        """It is no longer wanted."""
        return self._settle(delivery_id, DeliveryState.SKIPPED, held, error=reason)

    def postpone(self, delivery_id: str, until: datetime, held: datetime | None = None) -> bool:
        """It is due only at `until`; the attempt that was begun does not count."""
        return self._settle(delivery_id, DeliveryState.DUE, held, due_at=until, attempts=_ATTEMPT_TAKEN_BACK)

    def hold(self, delivery_id: str, until: datetime, error: str | None, held: datetime | None = None) -> bool:
        """Slack does not take it now: send it no earlier than `until`, and in its turn. It was due all the same, also
        if the clock was put back since; the attempt that was begun does not count."""
        values = {"lease_until": until, "due_at": _due_by(until), "error": error, "attempts": _ATTEMPT_TAKEN_BACK}
        return self._settle(delivery_id, DeliveryState.DUE, held, **values)

    def again(self, delivery_id: str, until: datetime, error: str, held: datetime | None = None) -> bool:
        """It is to be sent once more, no earlier than `until`, and the attempt counts: a request went out."""
        values = {"lease_until": until, "due_at": _due_by(until), "error": error}
        return self._settle(delivery_id, DeliveryState.DUE, held, **values)

    def ambiguous(
        self, delivery_id: str, error: str, now: datetime, wait: timedelta = SETTLING, held: datetime | None = None
    ) -> bool:
        """Nobody knows whether it was sent; it is to be looked up once `wait` is over."""
        return self._settle(delivery_id, DeliveryState.AMBIGUOUS, held, error=error, lease_until=now + wait)

    def next_due(self) -> datetime | None:
        """When the next delivery that nobody has taken is due, or since when it has been."""
        return self._earliest(DELIVERIES.c.due_at)

    def next_attempt(self) -> datetime | None:
        """When the next delivery that nobody has taken can be sent: when it is due, and no longer held."""
        held = DELIVERIES.c.lease_until > DELIVERIES.c.due_at
        return self._earliest(case((held, DELIVERIES.c.lease_until), else_=DELIVERIES.c.due_at))

    def counts(self) -> dict[DeliveryState, int]:
        """How many deliveries are in each state; every state is there."""
        columns = [DELIVERIES.c.state, func.count().label("times")]
        statement = self._scope.select(DELIVERIES, columns=columns).group_by(DELIVERIES.c.state)
        found = {row.state: row.times for row in self._scope.rows(statement)}
        return {state: found.get(state, 0) for state in DeliveryState}

    def failures(self, limit: int) -> list[Delivery]:
        """What could not be delivered, the latest first."""
        return self._many(_is(DeliveryState.FAILED), order=DELIVERIES.c.settled_at.desc(), limit=limit)

    def _earliest(self, moment: ColumnElement[Any]) -> datetime | None:
        earliest: datetime | None = self._scope.value(
            self._scope.select(DELIVERIES, _is(DeliveryState.DUE), columns=[func.min(moment)])
        )
        return earliest

    def _many(self, *where: ColumnElement[bool], order: ColumnElement[Any], limit: int | None = None) -> list[Delivery]:
        statement = self._scope.select(DELIVERIES, *where).order_by(order, DELIVERIES.c.id).limit(limit)
        return [_delivery(row) for row in self._scope.rows(statement)]

    def _is_behind_another(self, now: datetime) -> ColumnElement[bool]:
        """Whether a message to the same receiver has to be done with before."""
        other = DELIVERIES.alias()
        is_held = ~_is_free(other, now)
        same = (
            other.c.workspace_id == self._scope.workspace_id,
            other.c.receiver == DELIVERIES.c.receiver,
            other.c.id != DELIVERIES.c.id,
            (other.c.verb == Verb.UPDATE) == (DELIVERIES.c.verb == Verb.UPDATE),
        )

        def there_is_one(state: DeliveryState, *where: ColumnElement[bool]) -> ColumnElement[bool]:
            # one question for each state: an OR within it would read the whole workspace
            return select(other.c.id).where(other.c.state == state, *same, *where).exists()

        is_in_doubt = (other.c.started_at > now - ORDER_KEPT_FOR, other.c.started_at <= now)
        is_tried_a_little = other.c.attempts < TRIES_IN_ORDER
        return or_(
            there_is_one(DeliveryState.SENDING, is_held),
            there_is_one(DeliveryState.AMBIGUOUS, other.c.due_at <= DELIVERIES.c.due_at, *is_in_doubt),
            there_is_one(DeliveryState.DUE, other.c.due_at < DELIVERIES.c.due_at, is_tried_a_little, is_held),
        )

    def _take(self, limit: int, *where: ColumnElement[bool]) -> list[str]:
        """The ids of the oldest rows, locked: on PostgreSQL those that another replica is taking are passed over; on
        SQLite this whole transaction is alone."""
        statement = self._scope.select(DELIVERIES, *where, columns=[DELIVERIES.c.id])
        oldest = statement.order_by(DELIVERIES.c.due_at, DELIVERIES.c.id).limit(limit)
        return [row.id for row in self._scope.rows(oldest.with_for_update(skip_locked=True))]

    def _leased(self, ids: list[str], **values: Any) -> list[Delivery]:
        self._change_these(ids, **values)
        return self._many(DELIVERIES.c.id.in_(ids), order=DELIVERIES.c.due_at) if ids else []

    def _settle(self, delivery_id: str, state: DeliveryState, held: datetime | None, **values: Any) -> bool:
        here = [DELIVERIES.c.id == delivery_id, DELIVERIES.c.state != DeliveryState.SENT]
        if held is not None:
            here.append(DELIVERIES.c.lease_until == held)
        return self._change(*here, **{"lease_until": None, "state": state, **values}) > 0

    def _change_these(self, ids: list[str], **values: Any) -> None:
        if ids:
            self._change(DELIVERIES.c.id.in_(ids), **values)

    def _change(self, *where: ColumnElement[bool], **values: Any) -> int:
        statement: Update = self._scope.update(DELIVERIES, *where).values(values)
        return self._scope.change(statement)


_ATTEMPT_TAKEN_BACK = case((DELIVERIES.c.attempts > 0, DELIVERIES.c.attempts - 1), else_=0)


def _due_by(moment: datetime) -> ColumnElement[Any]:
    """When a delivery was due, or this moment if that is earlier."""
    return case((DELIVERIES.c.due_at > moment, moment), else_=DELIVERIES.c.due_at)


def _is_free(rows: Any, now: datetime) -> ColumnElement[bool]:
    """Whether nobody holds a row: no lease, one that is over, or one from before the clock was put back."""
    lease = rows.c.lease_until
    return or_(lease.is_(None), lease <= now, lease > now + LONGEST_HOLD)


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
