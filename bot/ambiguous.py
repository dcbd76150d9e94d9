"""Deliveries whose outcome nobody knows: looked up in Slack through their metadata, and sent again only when they are
certainly not there. The rule for each kind of message is here; how a message is sent is in `bot.sender`.

- Found: it was sent.
- Not found twice, at least half a minute apart: it was not, and is due again. Two looks, since Slack may take some
  seconds to show a message. A message that somebody deleted in this time looks the same as one that never arrived, and
  is posted again: nobody ever sees two of it, and who deleted it can do so once more.
- Slack does not let us look, there is more to read than we will, or messages of ours are there without what tells
  which they are: a channel post is held and reported, since a second
  one would be seen by everybody; a person's message is sent again, once at most, since a missing question loses an
  answer and a second does not count. One look that found nothing does not change this.
- Slack gives no answer when asked: it is asked again, ever more seldom, and after some hours as if we may not look.
- The thread a reply belongs to is gone: there is nothing to reply to.
- An update: simply done again, which changes nothing if it had been done.

What goes out again and again, and is never there, is reported in the end.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.deliveries import Delivery, Verb
from bot.notices import NOT_TAKEN, UNCLEAR, add_undeliverable
from bot.services import Services
from bot.slack.gateway import Gateway, NothingToTell, SlackBusy, SlackError, SlackRefused, TooMuchToRead
from bot.slack.people import is_person
from storage import UnitOfWork

BETWEEN_LOOKS = timedelta(seconds=30)
LONGEST_BETWEEN_LOOKS = timedelta(minutes=5)
MOST_UNANSWERED = 60  # about five hours
MOST_ATTEMPTS = 15  # about two hours
LONGEST_BETWEEN_ATTEMPTS = timedelta(minutes=15)
UNREACHABLE_PEOPLE = frozenset({"user_disabled", "account_inactive", "cannot_dm_bot"})
GONE = frozenset({"message_not_found", "thread_not_found", "invalid_thread_ts"})  # somebody deleted it
_LOOKED = re.compile(r"(?:not found at (?P<missed>\S+))?(?: ?unanswered (?P<unanswered>\d+) times)?")


@dataclass(frozen=True, slots=True)
class LookUp:
    """What Slack's history says of a delivery: `ts` where it is there; `refused` where we may not look."""

    channel: str = ""
    ts: str | None = None
    refused: str = ""


@dataclass(frozen=True, slots=True)
class _Looks:
    """What is remembered of the looks so far, as the delivery's error: when it was first missed, and how often Slack
    gave no answer since."""

    missed_at: datetime | None = None
    unanswered: int = 0

    @classmethod
    def of(cls, delivery: Delivery, now: datetime) -> "_Looks":
        found = _LOOKED.fullmatch(delivery.error or "")
        if found is None:
            return cls()
        missed_at = datetime.fromisoformat(found["missed"]) if found["missed"] else None
        if missed_at is not None and missed_at > now:
            missed_at = now  # the clock was put back: the time between the looks begins anew
        return cls(missed_at, int(found["unanswered"] or 0))

    def __str__(self) -> str:
        missed = f"not found at {self.missed_at.isoformat()}" if self.missed_at else ""
        return " ".join(filter(None, (missed, f"unanswered {self.unanswered} times" if self.unanswered else "")))


async def resolve(services: Services, slack: Gateway, delivery: Delivery, now: datetime) -> bool:
    """Decides about one ambiguous delivery; True if it turns out to be sent."""
    try:
        found = LookUp() if delivery.verb is Verb.UPDATE else await _look_up(services, slack, delivery, now)
    except SlackError as error:
        unanswered = error
        await services.storage.write(delivery.workspace_id, lambda db: _ask_later(db, delivery, unanswered, now))
        return False
    await services.storage.write(delivery.workspace_id, lambda db: _decide(db, delivery, found, now))
    return found.ts is not None


def sent_again(db: UnitOfWork, delivery: Delivery, why: str, now: datetime, no_earlier: datetime) -> None:
    """To be sent once more, after a pause that grows; reported instead where that was done often enough."""
    if delivery.attempts >= MOST_ATTEMPTS:
        _give_up(db, delivery, NOT_TAKEN, why, now)
        return
    pause = BETWEEN_LOOKS * 2 ** (delivery.attempts - 2) if delivery.attempts > 1 else timedelta(0)
    until = max(no_earlier, now + min(pause, LONGEST_BETWEEN_ATTEMPTS))
    db.deliveries.again(delivery.id, until, why, held=delivery.lease_until)


async def _look_up(services: Services, slack: Gateway, delivery: Delivery, now: datetime) -> LookUp:
    thread = await services.storage.read(delivery.workspace_id, lambda db: _thread_of(db, delivery))
    since = min(delivery.started_at or delivery.due_at, now)
    try:
        if thread is not None and thread.channel and thread.ts:
            ts = await slack.find_posted(thread.channel, delivery.id, since, thread.ts)
            return LookUp(thread.channel, ts)
        channel = await slack.open_dm(delivery.receiver) if is_person(delivery.receiver) else delivery.receiver
        ts = await slack.find_posted(channel, delivery.id, since)
    except SlackRefused as refusal:
        return LookUp(refused=refusal.code)
    except TooMuchToRead:
        return LookUp(refused="too_much_to_read")
    except NothingToTell:
        return LookUp(refused="no_metadata")
    return LookUp(channel, ts)


def _thread_of(db: UnitOfWork, delivery: Delivery) -> Delivery | None:
    """The message whose thread a reply is in."""
    if delivery.verb is not Verb.REPLY or not delivery.target_id:
        return None
    return db.deliveries.get(delivery.target_id)


def _ask_later(db: UnitOfWork, delivery: Delivery, error: SlackError, now: datetime) -> None:
    """Slack gave no answer to the look. How often it was too busy does not count: it says when to come back."""
    looks = _Looks.of(delivery, now)
    if isinstance(error, SlackBusy):
        wait, counted = timedelta(seconds=error.retry_after), looks.unanswered
    else:
        wait = min(BETWEEN_LOOKS * 2 ** min(looks.unanswered, 10), LONGEST_BETWEEN_LOOKS)
        counted = looks.unanswered + 1
    if counted >= MOST_UNANSWERED:
        _decide_unseen(db, delivery, "no_answer", now)
        return
    why = str(_Looks(looks.missed_at, counted)) or delivery.error or UNCLEAR
    db.deliveries.ambiguous(delivery.id, why, now, wait, held=delivery.lease_until)


def _decide(db: UnitOfWork, delivery: Delivery, found: LookUp, now: datetime) -> None:
    first_missed = _Looks.of(delivery, now).missed_at
    if found.ts is not None:
        db.deliveries.sent(delivery.id, found.channel, found.ts, now)
    elif delivery.verb is Verb.UPDATE:
        sent_again(db, delivery, "may not have been changed", now, no_earlier=now)
    elif found.refused:
        _decide_unseen(db, delivery, found.refused, now)
    elif first_missed is not None and now - first_missed >= BETWEEN_LOOKS:
        sent_again(db, delivery, "not found twice", now, no_earlier=now)
    else:
        first_missed = first_missed or now
        wait = first_missed + BETWEEN_LOOKS - now
        db.deliveries.ambiguous(delivery.id, str(_Looks(first_missed)), now, wait, held=delivery.lease_until)


def _decide_unseen(db: UnitOfWork, delivery: Delivery, refused: str, now: datetime) -> None:
    """Slack does not let us look."""
    held = delivery.lease_until
    if refused in GONE or (is_person(delivery.receiver) and refused in UNREACHABLE_PEOPLE):
        db.deliveries.skipped(delivery.id, refused, held)
    elif is_person(delivery.receiver) and delivery.attempts <= 1:
        db.deliveries.again(delivery.id, now, f"nobody may look: {refused}", held)
    else:
        _give_up(db, delivery, UNCLEAR, refused, now)


def _give_up(db: UnitOfWork, delivery: Delivery, code: str, why: str, now: datetime) -> None:
    """Held, and those who can do something about it hear of it."""
    if db.deliveries.failed(delivery.id, f"{code}: {why}", now, delivery.lease_until):
        add_undeliverable(db, delivery, code, now)
