"""A command that came too early stays refused. Slack may bring one again, over another connection or to another
replica; were what stood in its way gone by then, it would win over what was done since.

So it is remembered, and what comes again under the same key is told anew, but changes nothing.
"""

import asyncio
import contextlib
from functools import partial, wraps

from bot.domain.errors import DomainError
from bot.interactions import Command, CommandHandler, Reply
from storage import StorageTrouble, UnitOfWork, following_writes

FOR_NOW = frozenset(
    {
        "checkins.away_none",
        "checkins.team.none_here",
        "kpis.nothing_to_undo",
        "kpis.targets.none_such",
        "oneonones.is_over",
        "summaries.none_there",
        "surveys.already_open",
        "surveys.channel_has_one",
        "surveys.close_first",
        "surveys.is_paused",
        "surveys.none_in_channel",
        "surveys.none_yet",
        "surveys.nothing_open",
        "surveys.unknown",
    }
)
"""What a command is told because of what is there, or is not there, at this moment: soon it may be otherwise. Other
refusals are the same whenever the command comes, and are not remembered: they write nothing at all."""
MARK_SECONDS = 1.0
"""Nobody waits longer for it to be remembered: to be answered in time is more."""


def once_refused(handler: CommandHandler) -> CommandHandler:
    """The handler, none of whose writes stays where the same command was refused before. Raises DomainError
    `core.refused_before` then, if there is nothing else to be told."""

    @wraps(handler)
    async def listen(command: Command) -> Reply:
        mark = f"refused:{command.key}"
        before = following_writes.set(partial(_hold_back, mark))
        try:
            return await handler(command)
        except DomainError as refused:
            if refused.key in FOR_NOW:
                following_writes.set(None)
                await _remember(command, mark)
            raise
        finally:
            following_writes.reset(before)

    return listen


def _hold_back(mark: str, db: UnitOfWork) -> None:
    if db.handled.known([mark]):
        raise DomainError("core.refused_before")


async def _remember(command: Command, mark: str) -> None:
    with contextlib.suppress(StorageTrouble, TimeoutError):
        async with asyncio.timeout(MARK_SECONDS):
            await command.services.storage.write(
                command.workspace_id, lambda db: db.handled.first_time(mark, command.now)
            )
