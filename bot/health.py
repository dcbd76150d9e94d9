"""Whether a running bot is well, for whatever looks after it: `/healthz` (the process answers), `/readyz` (it can do
its work, or which part cannot), `/metrics`. What is measured is in `bot.metrics`; these three are for the inside of a
network, and say nothing of people.
"""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.clock import CLOCK_TOLERANCE
from bot.metrics import Metrics
from bot.services import Services
from storage import CannotOpen, StorageTrouble
from storage.checkups import is_migrated, is_writing, waiting

HEALTH_PATH, READY_PATH, METRICS_PATH = "/healthz", "/readyz", "/metrics"
PATHS = frozenset({HEALTH_PATH, READY_PATH, METRICS_PATH})
LATEST_PASS_SECONDS = 60.0
LONGEST_PASS_SECONDS = 2 * 3600.0
"""A pass that sends to thousands of people takes as long as Slack lets it: it counts as alive for so long."""
DATABASE_SECONDS = 3.0
WELL = "ok"


@dataclass(frozen=True, slots=True)
class Answer:
    """What whoever asked is told."""

    status: int
    body: bytes
    content_type: str


class Health:
    """How one process is doing. The scheduler says when it makes a pass; `is_connected` is set by Socket Mode, and None
    where Slack comes over HTTP. `clock` counts seconds."""

    def __init__(self, services: Services, metrics: Metrics, clock: Callable[[], float] = time.monotonic) -> None:
        self._services = services
        self._clock = clock
        self._began: float | None = None
        self._ended: float | None = None
        self.metrics = metrics
        self.is_connected: Callable[[], bool] | None = None
        self.is_stopping = False

    def began(self) -> None:
        """The scheduler begins a pass."""
        self._began = self._clock()

    def ended(self, failures: int) -> None:
        """Its pass is over, with so many jobs that broke."""
        now = self._clock()
        self.metrics.passed(now - (self._began or now), failures)
        self._began, self._ended = None, now

    async def answer(self, path: str) -> Answer:
        """What is answered on one of PATHS."""
        if path == HEALTH_PATH:
            return Answer(200, b"ok", "text/plain; charset=utf-8")
        if path == READY_PATH:
            return await self._ready()
        return await self._metrics()

    async def _ready(self) -> Answer:
        parts = {"database": await self._database(), "slack": self._slack(), "scheduler": self._scheduler()}
        apart = await self._clock_apart() if parts["database"] == WELL else timedelta(0)
        if abs(apart) > CLOCK_TOLERANCE:
            parts["clock"] = f"is {apart.total_seconds():+.0f} seconds off the database's"
        if self.is_stopping:
            parts["process"] = "is stopping"
        is_ready = all(said == WELL for said in parts.values())
        body = json.dumps({"ready": is_ready, **parts}).encode()
        return Answer(200 if is_ready else 503, body, "application/json")

    async def _database(self) -> str:
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                migrated = await is_migrated(self._services.storage)
                writing = await is_writing(self._services.storage)
        except TimeoutError:
            return f"does not answer within {DATABASE_SECONDS:.0f} seconds"
        except CannotOpen:
            return "does not answer"
        if not migrated:
            return "is not migrated"
        return WELL if writing else "takes no writes"

    async def _clock_apart(self) -> timedelta:
        """How far this machine's clock is ahead of the database's; nothing where that cannot be said."""
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                return await self._services.storage.clock_apart()
        except (TimeoutError, StorageTrouble):
            return timedelta(0)

    def _slack(self) -> str:
        return WELL if self.is_connected is None or self.is_connected() else "is not connected"

    def _scheduler(self) -> str:
        now = self._clock()
        if self._began is not None:
            running = now - self._began
            return WELL if running <= LONGEST_PASS_SECONDS else f"a pass has been under way for {running:.0f} seconds"
        if self._ended is None:
            return "has not made a pass yet"
        age = now - self._ended
        return WELL if age <= LATEST_PASS_SECONDS else f"its last pass ended {age:.0f} seconds ago"

    async def _metrics(self) -> Answer:
        wait, found, oldest = DATABASE_SECONDS, None, 0.0
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                if await is_writing(self._services.storage):
                    found = await waiting(self._services.storage)
                    oldest = self._age_of(found.oldest_due)
                    wait = await self._write_wait()
        except (TimeoutError, CannotOpen, StorageTrouble):
            pass  # shown as it is: the database is down, or a write waits at least so long
        age = 0.0 if self._began is not None or self._ended is None else self._clock() - self._ended
        self.metrics.show(found, oldest, wait, age, self.is_connected() if self.is_connected else None)
        if found is not None:
            self.metrics.clock_is_apart((await self._clock_apart()).total_seconds())
        body, content_type = self.metrics.text()
        return Answer(200, body, content_type)

    async def _write_wait(self) -> float:
        """How long a write that does nothing waits until it is its turn."""
        asked = time.perf_counter()
        team_id = self._services.slack.identity.team_id
        return await self._services.storage.write(team_id, lambda _db: time.perf_counter()) - asked

    def _age_of(self, due: datetime | None) -> float:
        return max(0.0, (self._services.now() - due).total_seconds()) if due else 0.0


def count_what_is_logged(metrics: Metrics) -> None:
    """From now on what this process logs is counted as well."""
    structlog.configure(processors=[metrics.count_logged, *structlog.get_config()["processors"]])
