"""One replica as a process: the real ticker, planner, sender, gateway and storage, on a clock that runs faster than the
true one. Everything that is said in seconds is shortened alike: leases, time-outs and looks keep their proportion.

    python -m tests.faults.replica '{"url": …, "slack": …, "began": …, "speed": 30, "folder": …}'

It prints "ready" when it works, and ends in order on SIGTERM. While a request is between the last look at the clock and
the wire, the first byte of `folder/window` is not 0.
"""

import asyncio
import json
import mmap
import os
import signal
import sys
import time
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from bot import notices, scheduler
from bot import sender as sender_module
from bot.commands import Registry
from bot.domain.deliveries import Delivery, NewDelivery
from bot.domain.schedules import Due, Schedule, ScheduleKind
from bot.i18n import load
from bot.scheduler import Ticker
from bot.sender import Sender
from bot.services import Services
from bot.settings import Settings
from bot.slack.blocks import Message
from bot.slack.calls import TIMEOUT
from bot.slack.gateway import Gateway, Sent
from storage import Storage, UnitOfWork

EPOCH = datetime(2026, 11, 2, tzinfo=UTC)
TEAM = "T1"
PURPOSE = "test.occurrence"
BEAT_SECONDS = 0.3  # true ones
WINDOW = "window"


@dataclass(frozen=True)
class Orders:
    """`began` is the true time (since 1970) at which the fast clock showed EPOCH. One that is `careless` sends again
    what it does not know the outcome of, without looking it up: to see that this is noticed."""

    url: str
    slack: str
    began: float
    speed: float
    folder: str
    careless: bool = False


class FastClock:
    """A clock that showed EPOCH at the true time `began`, and runs `speed` times as fast."""

    def __init__(self, began: float, speed: float) -> None:
        self._began = began
        self.speed = speed

    def now(self) -> datetime:
        return EPOCH + timedelta(seconds=(time.time() - self._began) * self.speed)

    def seconds(self) -> float:
        return time.monotonic() * self.speed

    async def pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.speed)


class Window:
    """Shows, to whoever reads its file, how many requests are on their way to the wire just now."""

    def __init__(self, path: Path) -> None:
        path.write_bytes(b"\0")
        with path.open("r+b") as file:
            self._shown = mmap.mmap(file.fileno(), 1)
        self._open: ContextVar[list[bool] | None] = ContextVar("open", default=None)

    def watch(self, gateway: Gateway) -> None:
        """Shows the posts of this gateway."""
        post = gateway.post

        async def shown(*given: Any, **more: Any) -> Sent:
            mine = [True]
            self._open.set(mine)
            self._shown[0] += 1
            try:
                return await post(*given, **more)
            finally:
                self._close(mine)

        async def written(*_: Any) -> None:
            mine = self._open.get()
            if mine is not None:  # it is on the wire when this turn of the loop is over
                asyncio.get_running_loop().call_soon(self._close, mine)

        trace = aiohttp.TraceConfig()
        trace.on_request_chunk_sent.append(written)
        trace.freeze()
        gateway._session._trace_configs.append(trace)
        gateway.post = shown  # type: ignore[method-assign]

    def _close(self, mine: list[bool]) -> None:
        if mine[0]:
            mine[0] = False
            self._shown[0] -= 1


def owe(db: UnitOfWork, schedule: Schedule, due: Due, _now: datetime) -> None:
    """What an occurrence causes: one post in the schedule's channel."""
    new = NewDelivery(PURPOSE, f"{schedule.subject_id}:{due.local_date}", f"C{schedule.subject_id}", due_at=due.at)
    assert db.deliveries.add(new), "an occurrence that was planned before"


def say(_db: UnitOfWork, delivery: Delivery, _services: Services, _now: datetime) -> Message:
    return Message(delivery.subject)


def registry_of(services: Services) -> Registry:
    registry = Registry(services.texts)
    notices.register(registry)
    registry.delivery(PURPOSE, say)
    registry.schedule(ScheduleKind.SUMMARY, owe)
    return registry


async def without_looking(services: Services, _slack: Gateway, delivery: Delivery, now: datetime) -> bool:
    """Takes the place of `bot.ambiguous.resolve`."""
    await services.storage.write(delivery.workspace_id, lambda db: db.deliveries.postpone(delivery.id, now))
    return False


async def live(orders: Orders) -> None:
    clock = FastClock(orders.began, orders.speed)
    if orders.careless:
        sender_module.resolve = without_looking
    scheduler.BEAT_SECONDS = BEAT_SECONDS  # type: ignore[assignment]
    folder = Path(orders.folder)
    storage = Storage.open(orders.url, folder)
    slack = await Gateway.connect(f"xoxb-{TEAM}", orders.slack)
    slack._session._timeout = aiohttp.ClientTimeout(total=(TIMEOUT.total or 0) / orders.speed)
    Window(folder / WINDOW).watch(slack)
    services = Services(Settings(data_dir=folder), storage, load("en"), slack, clock.now)
    registry = registry_of(services)
    sender = Sender(services, registry, pause=clock.pause, clock=clock.seconds)
    ticker = Ticker(services, registry, sender)
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    ticker.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    parent = os.getppid()
    while not stopping.is_set() and os.getppid() == parent:  # it does not outlive a test that was cut off
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), 1)
    await ticker.stop()
    await slack.close()
    storage.close()


if __name__ == "__main__":
    asyncio.run(live(Orders(**json.loads(sys.argv[1]))))
