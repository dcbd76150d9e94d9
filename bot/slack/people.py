"""Slack's raw people, groups and channels as the domain's words. Who is asked is decided in `bot.domain`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.members import Member
from bot.slack.errors import SlackUnclear
from bot.slack.payloads import storable

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
    """A person of users.info or users.list, seen from the workspace `team_id`. What Slack leaves out is empty. Raises
    SlackUnclear for what is nobody."""
    user_id, profile = _id_of(user, "a person"), _part(user, "profile")
    names = (_text(profile, "display_name"), _text(profile, "real_name"), _text(user, "real_name"), _text(user, "name"))
    return Member(
        id=user_id,
        name=next(filter(None, names), user_id),
        slack_locale=_text(user, "locale"),
        slack_zone=_known_zone(_text(user, "tz")),
        is_bot=bool(user.get("is_bot")) or user_id == SLACKBOT,
        is_deleted=bool(user.get("deleted")),
        is_guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        is_outsider=_is_outsider(user, team_id),
        is_admin=bool(user.get("is_admin") or user.get("is_owner")),
    )


def channel_from(channel: Mapping[str, Any]) -> ChannelInfo:
    """A channel of conversations.info. Raises SlackUnclear for what is none."""
    return ChannelInfo(
        id=_id_of(channel, "a channel"),
        name=_text(channel, "name"),
        is_member=bool(channel.get("is_member")),
        is_archived=bool(channel.get("is_archived")),
        is_private=bool(channel.get("is_private")),
    )


def group_from(group: Mapping[str, Any]) -> UserGroup:
    """A group of usergroups.list; one without a name goes by its handle. Raises SlackUnclear for what is none."""
    group_id, handle = _id_of(group, "a group"), _text(group, "handle")
    return UserGroup(id=group_id, handle=handle, name=_text(group, "name") or handle)


def ids_from(answered: object) -> list[str]:
    """The ids of people, as a list of them was answered. Raises SlackUnclear for anything else: whoever takes it for
    nobody would ask nobody."""
    if not isinstance(answered, list | tuple) or not all(isinstance(each, str) and each for each in answered):
        raise SlackUnclear("an answer without the ids of people")
    return list(answered)


def has_id(given: object) -> bool:
    """Whether this is anybody, or anything, at all. What is not is left out of a list: it must not hide the others."""
    return isinstance(given, Mapping) and isinstance(given.get("id"), str) and bool(given["id"])


def _id_of(given: Mapping[str, Any], what: str) -> str:
    if not has_id(given):
        raise SlackUnclear(f"an answer without {what}")
    return str(given["id"])


def _text(given: Mapping[str, Any], name: str) -> str:
    """Half of a surrogate pair, and a NUL, are no text that could be stored."""
    value = given.get(name)
    return str(storable(value.encode(errors="ignore").decode())) if isinstance(value, str) else ""


def _part(given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = given.get(name)
    return value if isinstance(value, Mapping) else {}


def _is_outsider(user: Mapping[str, Any], team_id: str) -> bool:
    """Somebody of another workspace; in an organisation a person belongs to several, and one of them may be ours."""
    if user.get("is_stranger"):
        return True
    teams = _part(user, "enterprise_user").get("teams")
    return team_id not in {_text(user, "team_id") or team_id} and not (isinstance(teams, list) and team_id in teams)


def _known_zone(name: str) -> str:
    """The zone, or nothing where this machine does not know it: a default is better than a failure later on."""
    try:
        return ZoneInfo(name).key if name else ""
    except (KeyError, ValueError, OSError):
        return ""
