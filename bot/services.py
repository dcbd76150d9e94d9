"""The composition root: settings in, everything the bot is made of out. Built once, handed on as an argument."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.domain.members import Member
from bot.i18n import Catalogues, Translator
from bot.settings import Settings
from bot.slack.gateway import Gateway
from storage import Storage


@dataclass(frozen=True, slots=True)
class Services:
    """What listeners and jobs work with.

    They are those of one workspace: `slack` is the way out to it. What all workspaces of a process share has a `slack`
    that is nobody's, unless there is only one (`bot.workspaces`). `now` tells the time (aware, UTC); `wakening` is set
    whenever something was committed that the scheduler should look at now rather than at its next tick, and `woken`
    says in which workspaces, "" for all. `changed` is told the id of a workspace or organisation whose installation was
    changed here.
    """

    settings: Settings
    storage: Storage
    texts: Catalogues
    slack: Gateway
    now: Callable[[], datetime]
    wakening: asyncio.Event = field(default_factory=asyncio.Event)
    woken: set[str] = field(default_factory=set)
    changed: Callable[[str], None] = field(default=lambda _: None)

    @property
    def workspace_id(self) -> str:
        """The workspace these are of; "" for what all share."""
        return self.slack.identity.team_id

    def language_of(self, member: Member) -> Translator:
        """The words for a person we speak with or write to."""
        return self.texts.t(member.language_or(self.settings.locale, self.texts.languages))

    def zone_of(self, member: Member) -> str:
        """The IANA zone of a person's dates and times."""
        return member.zone_or(self.settings.timezone)

    def today_of(self, member: Member, now: datetime) -> date:
        """A person's date at a moment (aware)."""
        return now.astimezone(ZoneInfo(self.zone_of(member))).date()

    def wake(self, workspace_id: str | None = None) -> None:
        """Asks the scheduler for a pass of this workspace at once, or of the one named: deliveries were added or rounds
        are to be launched."""
        self.woken.add(self.workspace_id if workspace_id is None else workspace_id)
        self.wakening.set()
