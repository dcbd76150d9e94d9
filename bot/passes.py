"""The passes of many workspaces, side by side: each has its own, which never overlap, and a slow or broken one holds up
no other. What a pass does, and when passes are made, is in `bot.scheduler`.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import structlog

from bot.sender import Sender
from bot.services import Services
from bot.workspaces import Workspaces
from storage import StorageTrouble

log = structlog.get_logger(__name__)

AT_ONCE = 8
SLOW_SECONDS = 5.0
"""After so long a pass goes on without keeping the place of others: thousands of messages may be due in it."""
SENDERS = 1000
"""What is known of so many workspaces' Slack (where it is busy, since when it is away) is kept between passes."""


@dataclass(slots=True)
class PassReport:
    """What a pass did. `failures` names the jobs that broke, each with the reference under which the log has it."""

    now: datetime
    planned: int = 0
    skipped: int = 0
    sent: int = 0
    failures: list[str] = field(default_factory=list)

    def __add__(self, other: "PassReport") -> "PassReport":
        """What both did, as of the first."""
        counts = (self.planned + other.planned, self.skipped + other.skipped, self.sent + other.sent)
        return PassReport(self.now, *counts, [*self.failures, *other.failures])


class Watch(Protocol):
    """Who wants to know of passes: that one begins, and that it ended, with so many jobs that broke."""

    def began(self) -> None: ...

    def ended(self, failures: int) -> None: ...


class Passes:
    """Makes passes over workspaces. `make` is one pass, and tells how many of its jobs broke."""

    def __init__(
        self,
        workspaces: Workspaces,
        make: Callable[[Services, Sender], Awaitable[int]],
        new_sender: Callable[[Services], Sender],
    ) -> None:
        self._workspaces = workspaces
        self._make = make
        self._new_sender = new_sender
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._senders: OrderedDict[str, tuple[Services, Sender]] = OrderedDict()
        self._under_way: dict[str, asyncio.Task[int]] = {}
        self._again: set[str] = set()
        self._is_finishing = False

    async def over(self, workspace_ids: Collection[str]) -> int:
        """A pass of each of these. Where one is under way already, another follows it. Ends when each has ended, or has
        gone on for SLOW_SECONDS where there are others; how many jobs broke in those that ended."""
        patience = SLOW_SECONDS if len(workspace_ids) > 1 else None
        return sum(await asyncio.gather(*(self._turn(each, patience) for each in workspace_ids)))

    async def finish(self) -> None:
        """No pass begins any more; those under way end after the messages they are sending, and are waited for."""
        self._is_finishing = True
        for _, sender in self._senders.values():
            sender.finish()
        await asyncio.gather(*self._under_way.values(), return_exceptions=True)

    async def _turn(self, workspace_id: str, patience: float | None) -> int:
        async with self._slots:
            if self._is_finishing:
                return 0
            task = self._begun(workspace_id)
            await asyncio.wait({task}, timeout=patience)
        if task.done():
            return task.result()
        log.info("a pass takes long", action="pass_slow", workspace=workspace_id)
        return 0

    def _begun(self, workspace_id: str) -> "asyncio.Task[int]":
        running = self._under_way.get(workspace_id)
        if running is not None:
            self._again.add(workspace_id)
            return running
        task = asyncio.create_task(self._passes_of(workspace_id))
        self._under_way[workspace_id] = task
        task.add_done_callback(lambda _: self._under_way.pop(workspace_id, None))
        return task

    async def _passes_of(self, workspace_id: str) -> int:
        failures = 0
        is_wanted = True
        while is_wanted and not self._is_finishing:
            self._again.discard(workspace_id)
            try:
                services = await self._workspaces.of(workspace_id)
            except StorageTrouble:  # in the log already; the next beat comes anyhow
                return failures + 1
            if services is None:
                break
            failures += await self._make(services, self._sender_of(workspace_id, services))
            is_wanted = workspace_id in self._again
        return failures

    def _sender_of(self, workspace_id: str, services: Services) -> Sender:
        """The same one as before while the services are: it knows how that workspace's Slack is doing."""
        known = self._senders.get(workspace_id)
        if known is None or known[0] is not services:
            known = self._senders[workspace_id] = (services, self._new_sender(services))
        self._senders.move_to_end(workspace_id)
        idle = (each for each in list(self._senders) if each not in self._under_way)
        while len(self._senders) > SENDERS and (oldest := next(idle, None)):
            del self._senders[oldest]
        return known[1]
