"""Sending what is owed: claims deliveries, has them worded, sends them outside any transaction, and records what became
of each. What a message says belongs to its feature and to `bot.worded`; what happens when nobody knows whether it
arrived, to `bot.ambiguous`.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any, TypeVar

import structlog

from bot.ambiguous import GONE, UNREACHABLE_PEOPLE, resolve, sent_again
from bot.clock import CLOCK_TOLERANCE
from bot.commands import Registry
from bot.domain.deliveries import Delivery, Verb
from bot.notices import NOT_TAKEN, add_undeliverable
from bot.services import Services
from bot.slack.gateway import (
    DELIVERY_EVENT,
    Gateway,
    Sent,
    SlackBusy,
    SlackError,
    SlackRefused,
    SlackUnreachable,
)
from bot.slack.people import is_person
from bot.worded import UPDATE_AGAIN, Broken, Later, Ready, Skip, TooLate, Unsent, word
from storage import CannotRead, UnitOfWork

log = structlog.get_logger(__name__)

T = TypeVar("T")

LEASE = timedelta(seconds=90)
# A call takes at most 10 s; the most are made for a message whose chart becomes a picture for the first time. With less
# than that left of its lease it is given back.
LEAST_LEASE = timedelta(seconds=50)
BATCH = 20
AT_ONCE = 4
CHANNEL_SECONDS = 1.0
LONGEST_IN_PLACE = 15.0
"""Seconds for which those who are next wait for Slack to take messages to people again, without being given back."""
FIRST_BACK_OFF, LONGEST_BACK_OFF = timedelta(seconds=5), timedelta(minutes=5)
READ_AGAIN = timedelta(seconds=5)
METHODS = {Verb.POST: "chat.postMessage", Verb.UPDATE: "chat.update", Verb.REPLY: "chat.postMessage"}
BUG = "bug"

Moment = Callable[[], datetime]
Record = Callable[[UnitOfWork], object]


class _Outcome(StrEnum):
    SENT = "sent"
    ENDED = "ended"  # there is nothing to wait for
    OPEN = "open"  # it is to be sent later, or nobody knows: what follows it waits


class Sender:
    """Sends the deliveries of the workspace the gateway belongs to. Passes of one sender do not overlap; several
    processes may each have one, the database shares the work out.

    `pause` waits seconds, `clock` counts them: what has gone by since a pass began is added to its `now`.
    """

    def __init__(
        self,
        services: Services,
        registry: Registry,
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._services = services
        self._registry = registry
        self._pause = pause
        self._clock = clock
        self._finishing = False
        self._busy_until: dict[tuple[str, str], datetime] = {}
        self._posted_at: dict[str, float] = {}
        self._away_until: datetime | None = None
        self._refusals_in_a_row = 0
        self._refused_people: set[str] = set()
        self._people_until: datetime | None = None
        self._passed_at: datetime | None = None

    def finish(self) -> None:
        """Asks a running pass to end after the messages it is sending; what is left stays due."""
        self._finishing = True

    async def send_due(self, now: datetime) -> int:
        """Sends everything due at `now` (aware), and looks up what is ambiguous; how many messages were sent."""
        began = self._clock()

        def moment() -> datetime:
            # The wall clock tells of what was not counted: the rest of the pass before this, a suspended machine. A
            # lease that begins in the past is over for other replicas while we send.
            return max(now + timedelta(seconds=self._clock() - began), self._services.now())

        self._forget_pauses(now)
        sent = await self._send_all(moment)
        looked_up, again = await self._look_up_all(moment)
        sent += looked_up
        return sent + await self._send_all(moment) if again else sent

    async def _send_all(self, moment: Moment) -> int:
        slack = self._services.slack
        sent = 0
        while not self._finishing and not self._is_away(moment()):
            claimed = await self._services.storage.write(
                slack.identity.team_id, lambda db: db.deliveries.claim(moment(), BATCH, LEASE)
            )
            if not claimed:
                break
            sent += await self._send_batch(slack, claimed, moment)
        return sent

    async def _look_up_all(self, moment: Moment) -> tuple[int, bool]:
        """How many turned out to be sent, and whether any were looked up."""
        slack = self._services.slack
        found, any_looked_up = 0, False
        while not self._finishing and not self._is_away(moment()):
            unclear = await self._services.storage.write(
                slack.identity.team_id, lambda db: db.deliveries.ambiguous_due(moment(), BATCH)
            )
            if not unclear:
                break
            any_looked_up = True
            slots = asyncio.Semaphore(AT_ONCE)
            found += sum(await _to_the_end(self._look_up(slack, each, moment, slots) for each in unclear))
        return found, any_looked_up

    async def _look_up(self, slack: Gateway, delivery: Delivery, moment: Moment, slots: asyncio.Semaphore) -> bool:
        async with slots:
            return await resolve(self._services, slack, delivery, moment())

    async def _send_batch(self, slack: Gateway, claimed: Iterable[Delivery], moment: Moment) -> int:
        """Receivers side by side, the messages to one of them one after the other: behind one that is not done with the
        others wait."""
        slots = asyncio.Semaphore(AT_ONCE)
        ordered = sorted(claimed, key=lambda d: (d.receiver, d.due_at, d.verb is not Verb.POST))
        chains = [list(of_one) for _, of_one in groupby(ordered, key=lambda d: d.receiver)]

        async def send_chain(chain: list[Delivery]) -> int:
            sent, held_up = 0, set()
            for delivery in chain:
                is_update = delivery.verb is Verb.UPDATE
                if is_update in held_up:  # one before it is not done with
                    given_back = _held_until(delivery, moment(), delivery.error)
                    await self._services.storage.write(delivery.workspace_id, given_back)
                    continue
                outcome = await self._send(slack, delivery, moment, slots)
                sent += outcome is _Outcome.SENT
                held_up |= {is_update} if outcome is _Outcome.OPEN else set()
            return sent

        return sum(await _to_the_end(send_chain(chain) for chain in chains))

    async def _send(self, slack: Gateway, delivery: Delivery, moment: Moment, slots: asyncio.Semaphore) -> _Outcome:
        """One delivery from wording to record."""
        try:
            worded = await self._services.storage.read(
                delivery.workspace_id, lambda db: word(self._registry, self._services, db, delivery, moment())
            )
        except CannotRead:
            record, outcome = _held_until(delivery, moment() + READ_AGAIN, delivery.error), _Outcome.OPEN
        else:
            if isinstance(worded, Ready):
                await self._keep_pace(delivery, moment)
                async with slots:
                    record, outcome = await self._try(slack, delivery, worded, moment)
            else:
                record, outcome = self._unsent(delivery, worded, moment()), _Outcome.ENDED
        await self._services.storage.write(delivery.workspace_id, record)
        return outcome

    def _unsent(self, delivery: Delivery, worded: Unsent, now: datetime) -> Record:
        held = delivery.lease_until
        match worded:
            case Skip(reason):
                return lambda db: db.deliveries.skipped(delivery.id, reason, held)
            case Later(until):
                return lambda db: db.deliveries.postpone(delivery.id, until, held)
            case TooLate():
                return _failure(delivery, f"{NOT_TAKEN}: {delivery.error}", NOT_TAKEN, now)
            case Broken():
                return _failure(delivery, BUG, BUG, now)

    async def _try(self, slack: Gateway, delivery: Delivery, ready: Ready, moment: Moment) -> tuple[Record, _Outcome]:
        """Calls Slack once, unless it is known not to take it now. What to record, and how far it came."""
        wait_until, why = self._wait_until(delivery, ready, moment())
        if wait_until is not None:
            return _held_until(delivery, wait_until, why), _Outcome.OPEN
        try:
            sent = await self._call(slack, delivery, ready)
        except SlackError as error:
            return self._after_error(delivery, ready, error, moment())
        self._refusals_in_a_row, self._away_until = 0, None
        if _is_to_person(delivery):
            self._refused_people.clear()
        at = moment()
        return (lambda db: db.deliveries.sent(delivery.id, sent.channel, sent.ts, at)), _Outcome.SENT

    async def _call(self, slack: Gateway, delivery: Delivery, ready: Ready) -> Sent:
        if delivery.verb is Verb.UPDATE:
            await slack.update(ready.channel, ready.ts, ready.message)
            return Sent(ready.channel, ready.ts)
        metadata = {"event_type": DELIVERY_EVENT, "event_payload": {"delivery_id": delivery.id}}
        thread_ts = ready.ts if delivery.verb is Verb.REPLY else None
        return await slack.post(ready.channel, ready.message, metadata=metadata, thread_ts=thread_ts)

    def _after_error(
        self, delivery: Delivery, ready: Ready, error: SlackError, now: datetime
    ) -> tuple[Record, _Outcome]:
        log.warning(
            "delivery not made",
            action="delivery_error",
            purpose=delivery.purpose,
            delivery=delivery.id,
            error=str(error),
        )
        held = delivery.lease_until
        match error:
            case SlackBusy(retry_after=seconds):
                until = now + timedelta(seconds=seconds)
                self._busy_until[METHODS[delivery.verb], ready.channel] = until
                self._note_refused(delivery, until)
                return _held_until(delivery, until, str(error)), _Outcome.OPEN
            case SlackUnreachable():
                return _held_until(delivery, self._back_off(now), f"unreachable: {error}"), _Outcome.OPEN
            case SlackRefused(code=code) if code in GONE or (
                is_person(delivery.receiver) and code in UNREACHABLE_PEOPLE
            ):
                return (lambda db: db.deliveries.skipped(delivery.id, code, held)), _Outcome.ENDED
            case SlackRefused(code=code):
                return _failure(delivery, str(error), code, now), _Outcome.ENDED
            case _ if delivery.verb is Verb.UPDATE:
                why, first = f"unclear: {error}", now + UPDATE_AGAIN
                return (lambda db: sent_again(db, delivery, why, now, no_earlier=first)), _Outcome.OPEN
            case _:
                why = f"unclear: {error}"
                return (lambda db: db.deliveries.ambiguous(delivery.id, why, now, held=held)), _Outcome.OPEN

    def _wait_until(self, delivery: Delivery, ready: Ready, now: datetime) -> tuple[datetime | None, str | None]:
        """When to come back and why, if it is already known that Slack would not take it now; at once, and for no fault
        of Slack's, if the lease would not last."""
        if self._is_away(now):
            return self._away_until, "unreachable"
        busy_until = self._busy_until.get((METHODS[delivery.verb], ready.channel))
        if busy_until is not None and now < busy_until:
            return busy_until, "busy"
        if self._people_until is not None and now < self._people_until and _is_to_person(delivery):
            return self._people_until, "busy"
        lasts = delivery.lease_until is None or now <= delivery.lease_until - LEAST_LEASE
        return (None if lasts else now), delivery.error

    def _note_refused(self, delivery: Delivery, until: datetime) -> None:
        """A person who is refused may have been written to a moment ago; a second one, with nobody taken in between,
        means that Slack takes no more from the workspace. Asking on would be answered alike, thousands of times."""
        if _is_to_person(delivery):
            self._refused_people.add(delivery.receiver)
            if len(self._refused_people) > 1:
                self._people_until = max(until, self._people_until or until)

    async def _keep_pace(self, delivery: Delivery, moment: Moment) -> None:
        """Slack takes about one message a second to one channel, and so many a minute to people."""
        if delivery.verb is Verb.UPDATE:
            return
        if is_person(delivery.receiver):
            left = (self._people_until - moment()).total_seconds() if self._people_until is not None else 0
            if 0 < left <= LONGEST_IN_PLACE:
                await self._pause(left)
            return
        now = self._clock()
        free_at = max(self._posted_at.get(delivery.receiver, now - CHANNEL_SECONDS) + CHANNEL_SECONDS, now)
        self._posted_at[delivery.receiver] = free_at
        if free_at > now:
            await self._pause(free_at - now)

    def _back_off(self, now: datetime) -> datetime:
        wait = min(FIRST_BACK_OFF * 2 ** min(self._refusals_in_a_row, 10), LONGEST_BACK_OFF)
        if not self._is_away(now):
            self._refusals_in_a_row += 1
            self._away_until = now + wait
        assert self._away_until is not None
        return self._away_until

    def _is_away(self, now: datetime) -> bool:
        return self._away_until is not None and now < self._away_until

    def _forget_pauses(self, now: datetime) -> None:
        """Those that are over; and all of them where the clock was put back since the last pass, as they would last for
        as long as it was ahead."""
        if self._passed_at is not None and now < self._passed_at - CLOCK_TOLERANCE:
            self._away_until = self._people_until = None
            self._busy_until.clear()
        self._passed_at = now
        self._busy_until = {place: until for place, until in self._busy_until.items() if until > now}
        just_now = self._clock() - CHANNEL_SECONDS
        self._posted_at = {channel: at for channel, at in self._posted_at.items() if at > just_now}


def _is_to_person(delivery: Delivery) -> bool:
    return delivery.verb is not Verb.UPDATE and is_person(delivery.receiver)


def _failure(delivery: Delivery, error: str, code: str, now: datetime) -> Record:
    """Failed, and the people who can do something about it hear of it, in one transaction."""

    def record(db: UnitOfWork) -> None:
        if db.deliveries.failed(delivery.id, error, now, delivery.lease_until):
            add_undeliverable(db, delivery, code, now)

    return record


def _held_until(delivery: Delivery, until: datetime, why: str | None) -> Record:
    return lambda db: db.deliveries.hold(delivery.id, until, why, delivery.lease_until)


async def _to_the_end(work: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """The results of all of it. A failure is raised when everything came to its end: nothing is cut off in the middle
    of a call."""
    results = await asyncio.gather(*work, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if not isinstance(result, BaseException)]
