"""A delivery whose turn has come, in words: what its feature says and where it goes, or why it is not sent now."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.commands import Registry
from bot.domain.deliveries import Delivery, DeliveryState, Verb
from bot.services import Services
from bot.slack.blocks import Message
from storage import UnitOfWork, reason_of

log = structlog.get_logger(__name__)

UPDATE_AGAIN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Ready:
    """A worded delivery and where it goes: a receiver, or the place of the message it changes or replies to."""

    message: Message
    channel: str
    ts: str = ""


@dataclass(frozen=True, slots=True)
class Skip:
    """There is nothing to send, and there will be nothing."""

    reason: str


@dataclass(frozen=True, slots=True)
class Later:
    """What it belongs to is not sent yet."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Broken:
    """The renderer raised: a bug, whose traceback is in the log."""


@dataclass(frozen=True, slots=True)
class TooLate:
    """It was tried, and is of no more use to anybody before it was seen."""


Unsent = Skip | Later | Broken | TooLate


def word(registry: Registry, services: Services, db: UnitOfWork, delivery: Delivery, now: datetime) -> Ready | Unsent:
    """What becomes of a delivery at `now` (aware). Raises what the database does when it cannot be read just now: that
    is no bug of the message."""
    if delivery.expires_at is not None and delivery.expires_at <= now:
        return TooLate() if delivery.attempts > 1 or delivery.error else Skip("expired")
    channel, ts = delivery.receiver, ""
    if delivery.verb is not Verb.POST:
        target = db.deliveries.get(delivery.target_id) if delivery.target_id else None
        if target is None or target.state in (DeliveryState.FAILED, DeliveryState.SKIPPED):
            return Skip("what it belongs to was never sent")
        if target.channel is None or target.ts is None:
            return Later(max(target.due_at, now + UPDATE_AGAIN))
        channel, ts = target.channel, target.ts
    try:
        message = registry.renders[delivery.purpose](db, delivery, services, now)
    except Exception as error:  # a job boundary: one message that cannot be worded must not hold up the others
        if reason_of(error) is not None:
            raise
        log.exception(
            "a delivery cannot be worded",
            action="render_failed",
            purpose=delivery.purpose,
            delivery=delivery.id,
            reference=secrets.token_hex(3),
        )
        return Broken()
    return Ready(message, channel, ts) if message is not None else Skip("nothing to say")
