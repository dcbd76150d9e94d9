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
CLOCK_TOLERANCE = timedelta(seconds=60)
"""So far this machine's clock may be off Slack's or the database's."""


class ClockLost(Exception):  # noqa: N818  it reads as what happened
    """The clock to follow does not answer, or not with a time."""


def system_now() -> datetime:
    """The moment by this machine's clock, aware, in UTC."""
    return datetime.now(UTC)


async def now_by(clock_url: str) -> datetime:
    """The moment by the clock that a bot with this setting goes by, aware, in UTC; this machine's own where none is set
    or it does not answer."""
    if not clock_url:
        return system_now()
    clock = FollowedClock(clock_url, lambda: None)
    try:
        await clock.start()
    except ClockLost:
        return system_now()
    await clock.stop()
    return clock.now()


class FollowedClock:
    """The playground's clock: real time plus an offset, read once at the start and then followed by long polls. While
    the playground is away, the clock goes on from where it was."""

    def __init__(self, url: str, moved: Callable[[], None]) -> None:
        self._url = url
        self._moved = moved
        self._offset = timedelta()
        self._version: int | None = None
        self._session: aiohttp.ClientSession | None = None
        self._following: asyncio.Task[None] | None = None

    def now(self) -> datetime:
        """The moment by the followed clock, aware, in UTC."""
        return system_now() + self._offset

    async def start(self) -> None:
        """Reads the clock, then keeps following it. `moved` is called whenever somebody moved it. Raises ClockLost when
        it cannot be read to begin with."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=WAIT_SECONDS + 5))
        try:
            await self._read(wait=False)
        except ClockLost:
            await self._session.close()
            raise
        self._following = asyncio.create_task(self._follow(), name="denyut-clock")

    async def stop(self) -> None:
        """Follows no more; the clock keeps its last offset."""
        if self._following:
            self._following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._following
        if self._session:
            await self._session.close()

    async def _follow(self) -> None:
        lost = False
        while True:
            asked = asyncio.get_running_loop().time()
            try:
                changed = await self._read(wait=not lost)
                lost = False
            except ClockLost:
                changed, lost = False, True
            if changed:
                self._moved()
            elif asyncio.get_running_loop().time() - asked < RETRY_SECONDS:
                await asyncio.sleep(RETRY_SECONDS)  # away, or not one that lets us wait

    async def _read(self, *, wait: bool) -> bool:
        """Takes over the clock's offset, with `wait` as soon as it differs from what we know; True when it did."""
        assert self._session is not None
        params = {"since": str(self._version)} if wait and self._version is not None else {}
        try:
            async with self._session.get(self._url, params=params) as answer:
                clock = await answer.json()
            offset, version = timedelta(seconds=clock["offset_seconds"]), int(clock["version"])
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError, OverflowError) as trouble:
            raise ClockLost(type(trouble).__name__) from trouble
        changed = version != self._version or offset != self._offset
        self._offset, self._version = offset, version
        return changed
