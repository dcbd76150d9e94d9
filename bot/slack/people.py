"""Slack's raw people, groups and channels as the domain's words. Who is asked is decided in `bot.domain`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.members import Member

SLACKBOT = "USLACKBOT"  # Slack says it is no bot
_PERSON = re.compile(r"[UW][A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class ChannelInfo:
    """A channel by id; `is_member` is whether the bot is in it."""

    id: str
    name: str
    is_member: bool
    is_archived: bool
    is_private: bool


@dataclass(frozen=True, slots=True)
class UserGroup:
    """A group of people that one can mention; `handle` is how, without the "@"."""

    id: str
    handle: str
    name: str


@dataclass(frozen=True, slots=True)
class Groups:
    """The user groups there are to choose from; `may_read` is False where Slack does not let the bot see them."""

    known: Sequence[UserGroup] = ()
    may_read: bool = True


def is_person(receiver: str) -> bool:
    """Whether an id is a person's ("U…", or "W…" in an organisation) rather than a conversation's, or no id at all:
    what a file says of a member may be any text."""
    return _PERSON.fullmatch(receiver) is not None


def member_from(user: Mapping[str, Any], team_id: str) -> Member:
    """A person of users.info or users.list, seen from the workspace `team_id`. What Slack leaves out is empty."""
    profile = user.get("profile") or {}
    names = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"), user.get("name"), user["id"])
    return Member(
        id=user["id"],
        name=next(str(name) for name in names if name),
        slack_locale=user.get("locale") or "",
        slack_zone=_known_zone(user.get("tz") or ""),
        is_bot=bool(user.get("is_bot")) or user["id"] == SLACKBOT,
        is_deleted=bool(user.get("deleted")),
        is_guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        is_outsider=_is_outsider(user, team_id),
        is_admin=bool(user.get("is_admin") or user.get("is_owner")),
    )


def channel_from(channel: Mapping[str, Any]) -> ChannelInfo:
    return ChannelInfo(
        id=channel["id"],
        name=channel.get("name") or "",
        is_member=bool(channel.get("is_member")),
        is_archived=bool(channel.get("is_archived")),
        is_private=bool(channel.get("is_private")),
    )


def group_from(group: Mapping[str, Any]) -> UserGroup:
    """A group of usergroups.list; one without a name goes by its handle."""
    handle = group.get("handle") or ""
    return UserGroup(id=group["id"], handle=handle, name=group.get("name") or handle)


def _is_outsider(user: Mapping[str, Any], team_id: str) -> bool:
    """Somebody of another workspace; in an organisation a person belongs to several, and one of them may be ours."""
    if user.get("is_stranger"):
        return True
    teams = {user.get("team_id") or team_id, *((user.get("enterprise_user") or {}).get("teams") or ())}
    return team_id not in teams


def _known_zone(name: str) -> str:
    """The zone, or nothing where this machine does not know it: a default is better than a failure later on."""
    try:
        return ZoneInfo(name).key if name else ""
    except (KeyError, ValueError, OSError):
        return ""
