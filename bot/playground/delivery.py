"""Sending payloads to the bot, whatever the transport: copies, retries of events, and the record of what came back."""

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, Protocol

from bot.playground.traffic import Traffic

Json = dict[str, Any]
DeliveryKind = Literal["event", "command", "interactive"]

_REDELIVERED: Final = "http_timeout"
"""The reason given with a payload that is sent again on demand."""


@dataclass(frozen=True)
class Timing:
    """How long things take, in seconds of real time. Slack's own numbers; tests shorten them."""

    ack_seconds: float = 3.0
    trigger_seconds: float = 3.0
    retry_delays: tuple[float, ...] = (0.0, 60.0, 300.0)
    file_ready_seconds: float = 0.3
    drain_seconds: float = 3.0


@dataclass(frozen=True)
class Delivery:
    """One payload for the bot. The retry fields are those of a redelivered event."""

    kind: DeliveryKind
    name: str
    payload: Json
    accepts_response: bool = False
    retry_attempt: int = 0
    retry_reason: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of a delivery. `error` is what the person sees: None, `operation_timeout` or `dispatch_failed`."""

    error: str | None = None
    response: Any = None
    reason: str = ""
    no_retry: bool = False
    violation: str | None = None


class Transport(Protocol):
    """A way to the bot."""

    @property
    def kind(self) -> Literal["socket", "http"]:
        """Which way this is."""

    @property
    def connections(self) -> int:
        """How many ways to the bot are open now."""

    async def deliver(self, delivery: Delivery, copies: int) -> Outcome:
        """Sends a payload, `copies` times, and waits for the first acknowledgement."""

    async def start(self) -> None:
        """Begins; does not wait for the bot."""

    async def close(self) -> None:
        """Ends all connections."""


class Background:
    """Work that goes on after its request was answered; cancelled when the playground stops."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Any]) -> None:
        """Runs the work beside everything else."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Cancels what is still running and waits for its end."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Dispatcher:
    """Delivers payloads and records them in the traffic."""

    def __init__(self, transport: Transport, traffic: Traffic, timing: Timing, background: Background) -> None:
        self.transport = transport
        self._traffic = traffic
        self._timing = timing
        self._background = background
        self._duplicates = 0
        self._last: Delivery | None = None

    def duplicate_next(self, times: int) -> None:
        """The next `times` deliveries are made twice."""
        self._duplicates = times

    def forget(self) -> None:
        """Calls off duplicates and forgets the last payload."""
        self._duplicates = 0
        self._last = None

    async def deliver(self, delivery: Delivery) -> Outcome:
        """Sends one payload once (or twice, when asked for) and tells what came back."""
        self._last = delivery
        copies = 1
        if self._duplicates > 0:
            self._duplicates -= 1
            copies = 2
        started = time.monotonic()
        outcome = await self.transport.deliver(delivery, copies)
        retry = f"retry {delivery.retry_attempt} ({delivery.retry_reason}) " if delivery.retry_attempt else ""
        self._traffic.record(
            "out",
            delivery.kind,
            delivery.name,
            f"{retry}{'delivered twice' if copies == 2 else ''}".strip(),
            request=delivery.payload,
            response=outcome.response,
            status=outcome.error or "acknowledged",
            started=started,
            violation=outcome.violation,
        )
        return outcome

    def send_event(self, delivery: Delivery) -> None:
        """Sends an event in the background, and again as Slack does until it is acknowledged."""
        self._background.start(self._deliver_event(delivery))

    async def _deliver_event(self, delivery: Delivery) -> None:
        outcome = await self.deliver(delivery)
        for attempt, delay in enumerate(self._timing.retry_delays, start=1):
            if outcome.error is None or outcome.no_retry:
                return
            await asyncio.sleep(delay)
            outcome = await self.deliver(replace(delivery, retry_attempt=attempt, retry_reason=outcome.reason))

    async def redeliver_last(self) -> Outcome | None:
        """Sends the last payload again with retry fields; None when there was none. What comes back has no effect."""
        if self._last is None:
            return None
        attempt = self._last.retry_attempt + 1
        return await self.deliver(replace(self._last, retry_attempt=attempt, retry_reason=_REDELIVERED))
