"""Deliveries whose outcome nobody knows: looked up in Slack through their metadata, and sent again only when they are
certainly not there. The rule for each kind of message is here; how a message is sent is in `bot.sender`.

- Found: it was sent.
- Not found twice, at least half a minute apart: it was not, and is due again.
- Slack does not let us look: a channel post is held and reported, since a second one would be seen by everybody; a
  person's message is sent again, once at most, since a missing question loses an answer and a second does not count.
- An update: simply done again, which changes nothing if it had been done.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.deliveries import Delivery, Verb
from bot.notices import UNCLEAR, add_undeliverable
from bot.services import Services
from bot.slack.gateway import Gateway, SlackBusy, SlackError, SlackRefused
from bot.slack.people import is_person
from storage import UnitOfWork

BETWEEN_LOOKS = timedelta(seconds=30)
UNREACHABLE_PEOPLE = frozenset({"user_disabled", "account_inactive", "cannot_dm_bot"})
_NOT_FOUND = "not found at "


@dataclass(frozen=True, slots=True)
class LookUp:
    """What Slack's history says of a delivery: `ts` where it is there; `refused` where we may not look."""

    channel: str = ""
    ts: str | None = None
    refused: str = ""


async def resolve(services: Services, slack: Gateway, delivery: Delivery, now: datetime) -> bool:
    """Decides about one ambiguous delivery; True if it turns out to be sent."""
    try:
        found = LookUp() if delivery.verb is Verb.UPDATE else await _look_up(services, slack, delivery)
    except SlackError as error:
        wait = timedelta(seconds=error.retry_after) if isinstance(error, SlackBusy) else BETWEEN_LOOKS
        why = delivery.error or UNCLEAR
        await services.storage.write(
            delivery.workspace_id, lambda db: db.deliveries.ambiguous(delivery.id, why, now, wait)
        )
        return False
    await services.storage.write(delivery.workspace_id, lambda db: _decide(db, delivery, found, now))
    return found.ts is not None


async def _look_up(services: Services, slack: Gateway, delivery: Delivery) -> LookUp:
    thread = await services.storage.read(delivery.workspace_id, lambda db: _thread_of(db, delivery))
    since = delivery.started_at or delivery.due_at
    try:
        if thread is not None and thread.channel and thread.ts:
            ts = await slack.find_posted(thread.channel, delivery.id, since, thread.ts)
            return LookUp(thread.channel, ts)
        channel = await slack.open_dm(delivery.receiver) if is_person(delivery.receiver) else delivery.receiver
        ts = await slack.find_posted(channel, delivery.id, since)
    except SlackRefused as refusal:
        return LookUp(refused=refusal.code)
    return LookUp(channel, ts)


def _thread_of(db: UnitOfWork, delivery: Delivery) -> Delivery | None:
    """The message whose thread a reply is in."""
    if delivery.verb is not Verb.REPLY or not delivery.target_id:
        return None
    return db.deliveries.get(delivery.target_id)


def _decide(db: UnitOfWork, delivery: Delivery, found: LookUp, now: datetime) -> None:
    if found.ts is not None:
        db.deliveries.sent(delivery.id, found.channel, found.ts, now)
    elif delivery.verb is Verb.UPDATE or _was_missed_before(delivery, now):
        db.deliveries.postpone(delivery.id, now)
    elif found.refused:
        _decide_unseen(db, delivery, found.refused, now)
    else:
        first_missed = _first_missed(delivery) or now
        wait = max(first_missed + BETWEEN_LOOKS - now, timedelta(0))
        db.deliveries.ambiguous(delivery.id, f"{_NOT_FOUND}{first_missed.isoformat()}", now, wait)


def _decide_unseen(db: UnitOfWork, delivery: Delivery, refused: str, now: datetime) -> None:
    """Slack does not let us look."""
    if is_person(delivery.receiver):
        if refused in UNREACHABLE_PEOPLE:
            db.deliveries.skipped(delivery.id, refused)
            return
        if db.handled.first_time(f"sent again:{delivery.id}", now):
            db.deliveries.postpone(delivery.id, now)
            return
    db.deliveries.failed(delivery.id, f"{UNCLEAR}: {refused}", now)
    add_undeliverable(db, delivery, UNCLEAR, now)


def _first_missed(delivery: Delivery) -> datetime | None:
    said = delivery.error or ""
    return datetime.fromisoformat(said.removeprefix(_NOT_FOUND)) if said.startswith(_NOT_FOUND) else None


def _was_missed_before(delivery: Delivery, now: datetime) -> bool:
    first = _first_missed(delivery)
    return first is not None and now - first >= BETWEEN_LOOKS
