"""Workspaces of the real engine beside a little Slack, on a clock that only the harness moves, and what may befall its
calls. Used by the harnesses that stay in one process.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from bot.commands import Registry
from bot.domain.deliveries import Delivery, DeliveryState, NewDelivery
from bot.domain.members import Member
from bot.sender import Sender
from bot.services import Services
from bot.slack.blocks import Message
from storage import Storage, UnitOfWork
from tests.faults.little_slack import (
    Fault,
    Json,
    LittleSlack,
    broken,
    busy,
    changed,
    hangs,
    refuses,
    says,
    slow,
    with_head,
    written,
)
from tests.faults.reckoning import Books

NOW = datetime.fromisoformat("2026-11-26T08:00:00+00:00")
SAY = "test.say"
# The bot's own ten seconds would be waited out for real.
TIMEOUT = aiohttp.ClientTimeout(total=0.3, sock_connect=5)
MEMBERS = [Member("U9", "Ada", is_admin=True), *(Member(f"U{n}", f"P{n}") for n in range(100, 300))]
CHANNELS = [f"C{n}" for n in range(60)]


def without(key: str) -> Fault:
    return changed(lambda body: body.pop(key, None))


POST_FAULTS: dict[str, Fault] = {
    "dropped before": broken(after=False),
    "dropped after": broken(after=True),
    "reset in the answer": written(lambda body: with_head(body[:9], len(body))),
    "hangs before": hangs(after=False),
    "hangs after": hangs(after=True),
    "500 before": says(b"<html>down</html>", 500, "text/html", after=False),
    "500 after": says(b"<html>down</html>", 500, "text/html", after=True),
    "503 with JSON after": says(b'{"ok":false,"error":"service_unavailable"}', 503, after=True),
    "502 that says ok, after": says(b'{"ok":true}', 502, after=True),
    "404 before": says(b"who?", 404, "text/html", after=False),
    "429": busy(7),
    "429 for a minute": busy(60),
    "slow": slow(0.02),
    "answered twice": written(lambda body: with_head(body) * 2),
    "no JSON": says(b'{"ok": tru', after=True),
    "no JSON, before": says(b'{"ok": tru', after=False),
    "nothing": says(b"", after=True),
    "204": says(b"", 204, after=True),
    "null": says(b"null", after=True),
    "a list": says(b'["ok"]', after=True),
    "a number": says(b"7", after=True),
    "not UTF-8": says(b'{"ok": true, "ts": "\xff\xfe"}', after=True),
    "plain text": says(b'{"ok":true,"ts":"1.1"}', 200, "text/plain", after=True),
    "gzip that is none": says(b"ok", 200, "application/gzip", after=True),
    "no type": says(b'{"ok":true}', 200, "application/x-unknown", after=True),
    "HTML": says(b"<html>Sign in</html>", 200, "text/html", after=True),
    "moved": says(b"", 307, after=True, Location="/api/chat.postMessage"),
    "fatal_error": refuses("fatal_error", after=True),
    "fatal_error before": refuses("fatal_error"),
    "internal_error": refuses("internal_error", after=True),
    "service_unavailable": refuses("service_unavailable"),
    "request_timeout": refuses("request_timeout", after=True),
    "refused without a word": says(b'{"ok":false}', after=True),
    "no ts": without("ts"),
    "a ts that is none": changed(lambda body: body.update(ts=17)),
    "no channel": without("channel"),
}
LOOK_FAULTS: dict[str, Fault] = {
    "dropped": broken(after=False),
    "hangs": hangs(after=False),
    "500": says(b"", 500, after=False),
    "busy": busy(20),
    "no JSON": says(b"{", after=False),
    "fatal_error": refuses("fatal_error"),
    "no messages": without("messages"),
    "messages are null": changed(lambda body: body.update(messages=None)),
    "messages are words": changed(lambda body: body.update(messages=["hello"])),
    "more, and not where": changed(lambda body: body.update(has_more=True, response_metadata={})),
    "plain text": says(b"ok", 200, "text/plain", after=False),
}


@dataclass
class Site:
    """One workspace on a clock that only the harness moves: a wait of the sender's moves it too."""

    slack: LittleSlack
    services: Services
    registry: Registry
    storage: Storage
    team: str
    time: "Time"

    def __post_init__(self) -> None:
        self.sender = Sender(self.services, self.registry, pause=self.time.pause, clock=lambda: self.time.seconds)

    def do(self, work: Callable[[UnitOfWork], Any]) -> Any:
        return self.storage.write_now(self.team, work)

    def owe(self, *owed: NewDelivery) -> list[str]:
        return self.do(lambda db: [str(db.deliveries.add(each)) for each in owed])  # type: ignore[no-any-return]

    def get(self, delivery_id: str) -> Delivery:
        found = self.do(lambda db: db.deliveries.get(delivery_id))
        assert isinstance(found, Delivery)
        return found

    async def send(self, after: float = 0.0) -> int:
        self.time.seconds += after
        return await self.sender.send_due(self.time.now)

    async def settle(self, passes: int = 400) -> None:
        """Passes until nothing is open, or so many."""
        for _ in range(passes):
            await self.send(11.0)
            counts = self.do(lambda db: db.deliveries.counts())
            if not any(counts[state] for state in (DeliveryState.DUE, DeliveryState.SENDING, DeliveryState.AMBIGUOUS)):
                return

    def books(self) -> Books:
        return Books.of(self.storage, self.team, self.slack)

    def faults(self) -> list[str]:
        return self.books().faults()


@dataclass
class Time:
    seconds: float = 0.0

    @property
    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)

    async def pause(self, seconds: float) -> None:
        """Those who begin to wait at the same moment wait the same time."""
        until = self.seconds + seconds
        await asyncio.sleep(0)
        self.seconds = max(self.seconds, until)


def say(_: UnitOfWork, delivery: Delivery, __: Services, ___: datetime) -> Message | None:
    return Message(f"about {delivery.subject}")


@dataclass
class Trouble:
    """Befalls a share of the calls, each kind as often as the others; `met` counts them."""

    share: float
    seed: int
    met: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def __call__(self, method: str, _: str, __: Json) -> Fault | None:
        known = {"chat.postMessage": POST_FAULTS, "chat.update": POST_FAULTS}.get(method, LOOK_FAULTS)
        if self._random.random() >= self.share:
            return None
        name = self._random.choice(list(known))
        self.met[f"{method}: {name}"] += 1
        return known[name]
