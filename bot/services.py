"""The composition root: settings in, everything the bot is made of out. Built once, handed on as an argument."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.i18n import Catalogues
from bot.settings import Settings
from bot.slack.gateway import Gateway
from storage import Storage


@dataclass(frozen=True, slots=True)
class Services:
    """What listeners and jobs work with.

    `now` tells the time (aware, UTC); `slack` is the way out to the workspace; `wakening` is set whenever something was
    committed that the scheduler should look at now rather than at its next tick.
    """

    settings: Settings
    storage: Storage
    texts: Catalogues
    slack: Gateway
    now: Callable[[], datetime]
    wakening: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """Asks the scheduler for a pass at once: deliveries were added or rounds are to be launched."""
        self.wakening.set()
