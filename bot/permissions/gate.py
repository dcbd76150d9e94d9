"""The gate: what somebody who comes to a listener is told, before it hears of them. Who they are comes from Slack's
`user` and our own list of members alone, never from what a button or form carries."""

from bot.domain.errors import DomainError
from bot.domain.members import LeftOut, Member
from bot.permissions.rules import Entry, Who
from bot.permissions.table import LISTENERS

_UNCHECKED = (Who.SLACK, Who.TOKEN, Who.WORLD)
_TO_VISITORS = (Who.ANYBODY, Who.INVITED)
_TOLD = {
    LeftOut.BOT: "core.outsider",
    LeftOut.DEACTIVATED: "core.deactivated",
    LeftOut.GUEST: "core.guest",
    LeftOut.OUTSIDER: "core.outsider",
}

FOR_VISITORS = frozenset(name for name, entry in LISTENERS.items() if entry.who in _TO_VISITORS)
"""The listeners that guests and people of other organisations reach."""


def entry_of(listener: str) -> Entry | None:
    """The row of a listener: "/kpi log", "/kpi" for what it opens with, an action or callback id, "event …" or
    "POST /api/…"."""
    return LISTENERS.get(listener)


def refusal(entry: Entry | None, member: Member) -> DomainError | None:
    """Why this member does not get through; None where they do. Nobody gets through to what is not in the table."""
    if entry is None:
        return DomainError("core.not_allowed")
    if entry.who in _UNCHECKED:
        return None
    why = member.left_out
    is_visitor = why in (LeftOut.GUEST, LeftOut.OUTSIDER)
    if why is not None and not (is_visitor and entry.who in _TO_VISITORS):
        return DomainError(_TOLD[why])
    if entry.who is Who.ADMIN and not member.is_admin:
        return DomainError(entry.refusal)
    return None
