"""A member: a person in a workspace, as far as the bot needs to know them. Slack's raw profile does not belong here."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

ERASED = "UERASED"
"""How the made-up ids begin under which values of erased members are kept; none of Slack's does."""


class LeftOut(StrEnum):
    """Why somebody in a channel is not asked."""

    BOT = "bot"
    DEACTIVATED = "deactivated"
    GUEST = "guest"
    OUTSIDER = "outsider"


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a workspace.

    `slack_locale` and `slack_zone` are what Slack says ("id-ID", "Asia/Jakarta"; empty when Slack does not say);
    `language` and `zone` are what the person chose here, and win. Zones are IANA names.

    They chose the rest too: between which local times they may be written to (None: as everybody), which weekdays (0 is
    Monday) they never work, and whether a summary may name them for what went well.
    """

    id: str
    name: str = ""
    slack_locale: str = ""
    slack_zone: str = ""
    language: str = ""
    zone: str = ""
    is_bot: bool = False
    is_deleted: bool = False
    is_guest: bool = False
    is_outsider: bool = False
    is_admin: bool = False
    asked_from: time | None = None
    asked_until: time | None = None
    free_weekdays: frozenset[int] = frozenset()
    may_be_named: bool = False

    @property
    def left_out(self) -> LeftOut | None:
        """Why surveys leave this person out, or None if they are asked."""
        if self.is_bot:
            return LeftOut.BOT
        if self.is_deleted:
            return LeftOut.DEACTIVATED
        if self.is_outsider:
            return LeftOut.OUTSIDER
        if self.is_guest:
            return LeftOut.GUEST
        return None

    def language_or(self, default: str, known: Iterable[str]) -> str:
        """The language to speak with this person: their choice, else Slack's locale if we know it, else the default."""
        languages = set(known)
        for wish in (self.language, self.slack_locale.replace("_", "-").split("-")[0].lower()):
            if wish in languages:
                return wish
        return default

    def zone_or(self, default: str) -> str:
        """The IANA zone this person lives in: their choice, else Slack's, else the default."""
        return self.zone or self.slack_zone or default


@dataclass(frozen=True, slots=True)
class Absence:
    """Days a member is away, both ends included."""

    member_id: str
    first: date
    last: date

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last
