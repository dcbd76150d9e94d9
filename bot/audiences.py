"""Reading an audience from Slack: who is in its channels and groups, who these people are, and whether a channel can be
posted to. Whom that comes to is the domain's matter (`bot.domain.audiences`), what follows from it that of the
features: surveys and check-ins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from bot.domain.audiences import Audience
from bot.domain.members import Member
from bot.services import Services
from bot.slack.gateway import SlackError, SlackRefused

log = structlog.get_logger(__name__)

MANY_STRANGERS = 30
"""From so many unknown people on, everybody is read at once instead of one by one."""


@dataclass(frozen=True, slots=True)
class Found:
    """Who is in each channel and group of an audience, by id, and the members as far as they are known."""

    present: Mapping[str, Sequence[str]] = field(default_factory=dict)
    known: Mapping[str, Member] = field(default_factory=dict)


class Unreadable(Exception):  # noqa: N818 (it reads as what happened)
    """Slack does not say who is in a channel or group (`place`, its id), and why not (`code`, Slack's own word)."""

    def __init__(self, place: str, code: str) -> None:
        super().__init__(f"{place}: {code}")
        self.place = place
        self.code = code


async def read_audience(services: Services, workspace_id: str, audience: Audience) -> Found:
    """Everybody in an audience apart from this bot itself; people never seen before are introduced first.

    Raises Unreadable for a channel or group that Slack refuses, SlackBusy, SlackUnreachable or SlackUnclear when it
    cannot be asked just now.
    """
    own = services.slack.identity.bot_user_id
    present: dict[str, Sequence[str]] = {}
    for place in dict.fromkeys((*audience.channels, *audience.groups)):
        ids = await _members(services, place, is_channel=place in audience.channels)
        present[place] = [each for each in dict.fromkeys(ids) if each != own]
    wanted = list(dict.fromkeys((*audience.people, *(each for ids in present.values() for each in ids))))
    known = await services.storage.read(workspace_id, lambda db: db.members.get_many(wanted))
    strangers = [each for each in wanted if each not in known]
    if strangers:
        met = await _meet(services, workspace_id, strangers)
        known = {**known, **{member.id: member for member in met}}
    return Found(present, known)


async def why_not_postable(services: Services, channel_id: str) -> str:
    """Why the bot cannot post in a channel: "not_found", "not_member" or "archived"; "" where it can, and where Slack
    cannot be asked just now: the post itself will say so if that lasts."""
    try:
        channel = await services.slack.channel(channel_id)
    except SlackRefused as refusal:
        log.info("channel not readable", action="channel_not_readable", error=refusal.code)
        return "not_found"
    except SlackError as trouble:
        log.warning("channel not checked", action="channel_not_checked", error=str(trouble))
        return ""
    if channel.is_archived:
        return "archived"
    return "" if channel.is_member else "not_member"


async def _members(services: Services, place: str, *, is_channel: bool) -> list[str]:
    try:
        if is_channel:
            return await services.slack.channel_members(place)
        return await services.slack.group_members(place)
    except SlackRefused as refusal:
        raise Unreadable(place, refusal.code) from refusal


async def _meet(services: Services, workspace_id: str, strangers: list[str]) -> list[Member]:
    """Looks people up and keeps whom it met even if Slack breaks off, so that the next pass has fewer to ask for."""
    met: list[Member] = []
    try:
        if len(strangers) >= MANY_STRANGERS:
            wanted = set(strangers)
            met += [member for member in await services.slack.users() if member.id in wanted]
        seen = {member.id for member in met}
        for stranger in strangers:
            if stranger not in seen:
                met += await _look_up(services, stranger)
    finally:
        if met:
            await services.storage.write(workspace_id, lambda db: db.members.refresh(met))
    return met


async def _look_up(services: Services, member_id: str) -> list[Member]:
    """Nobody where Slack does not say who this is."""
    try:
        return [await services.slack.user(member_id)]
    except SlackRefused as refusal:
        log.info("member unknown to Slack", action="member_unknown", error=refusal.code)
        return []
