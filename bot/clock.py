"""What time it is. In production the system's clock; against the playground, whose clock can be moved, one seam follows
it: `DENYUT_CLOCK_URL`, which the settings refuse unless Slack itself is on loopback. Schedules do not belong here.
"""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import aiohttp
import structlog

log = structlog.get_logger(__name__)
WAIT_SECONDS = 25
RETRY_SECONDS = 0.5


def system_now() -> datetime:
    return datetime.now(UTC)


class FollowedClock:
    """The playground's clock: real time plus an offset, read once at the start and then followed by long polls."""

    def __init__(self, url: str, moved: Callable[[], None]) -> None:
        self._url = url
        self._moved = moved
        self._offset = timedelta()
        self._version: int | None = None
        self._following: asyncio.Task[None] | None = None

    def now(self) -> datetime:
        return system_now() + self._offset

    async def start(self) -> None:
        """Reads the clock, then keeps following it. `moved` is called whenever somebody moved it."""
        await self._read()
        self._following = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        if self._following:
            self._following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._following

    async def _follow(self) -> None:
        while True:
            try:
                if await self._read():
                    self._moved()
            except (aiohttp.ClientError, TimeoutError):
                await asyncio.sleep(RETRY_SECONDS)

    async def _read(self) -> bool:
        params = {} if self._version is None else {"since": str(self._version)}
        timeout = aiohttp.ClientTimeout(total=WAIT_SECONDS + 5)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(self._url, params=params) as answer:
            clock = await answer.json()
        changed = bool(clock["version"] != self._version)
        self._offset = timedelta(seconds=clock["offset_seconds"])
        self._version = clock["version"]
        return changed
