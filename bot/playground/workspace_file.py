"""Reads the workspace file (YAML) and holds the small workspace that stands in when none is given."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from bot.playground.app_manifest import BOT_USER_ID, AppManifest
from bot.playground.workspace import SLACKBOT_ID, Channel, User, UserGroup, Workspace

DEFAULT_WORKSPACE: Final[Mapping[str, Any]] = {
    "team": {"id": "T0SENTOSA", "name": "Sentosa Coffee", "domain": "sentosa"},
    "users": [
        {
            "id": "U0AYU", "name": "ayu", "real_name": "Ayu Lestari", "title": "Head of Sales",
            "tz": "Asia/Jakarta", "locale": "id-ID", "is_admin": True, "is_owner": True,
        },
        {
            "id": "U0BOB", "name": "bob", "real_name": "Bob Tan", "title": "Account executive",
            "tz": "Asia/Makassar", "locale": "en-US",
        },
        {
            "id": "U0CITRA", "name": "citra", "real_name": "Citra Dewi", "title": "Account executive",
            "tz": "Asia/Jakarta", "locale": "id-ID",
        },
        {
            "id": "U0DAAN", "name": "daan", "real_name": "Daan de Vries", "title": "Export",
            "tz": "Europe/Amsterdam", "locale": "en-GB",
        },
    ],
    "channels": [
        {
            "id": "C0SALES", "name": "sales", "topic": "Numbers, deals, leads", "bot": True,
            "members": ["U0AYU", "U0BOB", "U0CITRA", "U0DAAN"],
        },
        {"id": "C0RANDOM", "name": "random", "topic": "Everything else", "bot": False, "members": ["U0AYU", "U0BOB"]},
    ],
    "groups": [
        {"id": "S0SALESLEADS", "handle": "sales-leads", "name": "Sales leads", "members": ["U0AYU", "U0CITRA"]},
    ],
}  # fmt: skip

_USER_FIELDS = {
    "id", "name", "real_name", "display_name", "tz", "locale", "team_id", "title", "email", "is_bot", "deleted",
    "is_admin", "is_owner", "is_restricted", "is_ultra_restricted", "is_stranger",
}  # fmt: skip
_GROUP_FIELDS = {"id", "handle", "name", "members", "description", "disabled"}
_CHANNEL_FIELDS = {"id", "name", "members", "bot", "is_private", "is_archived", "topic"}


class WorkspaceError(ValueError):
    """The workspace file cannot be used, in one line for a person."""


def read_workspace(path: Path) -> Mapping[str, Any]:
    """The parsed content of a workspace file; raises WorkspaceError with one line that says why not."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WorkspaceError(f"cannot read the workspace {path}: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise WorkspaceError(f"the workspace {path} is not YAML") from error
    if not isinstance(content, Mapping):
        raise WorkspaceError(f"the workspace {path} is not a mapping")
    return content


def workspace_from(content: Mapping[str, Any], manifest: AppManifest, created: int) -> Workspace:
    """Builds a workspace with the app's bot user, Slackbot and each person's conversation with the app.

    `created` is the epoch second the channels claim to have been made at. Raises WorkspaceError for a mistake.
    """
    team = {"id": "T0LOCAL", "name": "Local", "domain": "local", **(content.get("team") or {})}
    users = [_user(each, team["id"]) for each in content.get("users") or []]
    users.append(
        User(BOT_USER_ID, manifest.name.lower(), manifest.display_name, team_id=team["id"], is_bot=True, is_app=True)
    )
    users.append(User(SLACKBOT_ID, "slackbot", "Slackbot", team_id=team["id"]))
    known = {each.id for each in users}
    if len(known) != len(users):
        raise WorkspaceError("the workspace has two users with the same id")
    channels = [_channel(each, known, created) for each in content.get("channels") or []]
    if len({each.id for each in channels}) != len(channels):
        raise WorkspaceError("the workspace has two channels with the same id")
    groups = [_group(each, known) for each in content.get("groups") or []]
    if len({each.id for each in groups}) != len(groups) or len({each.handle for each in groups}) != len(groups):
        raise WorkspaceError("the workspace has two groups with the same id or handle")
    workspace = Workspace(team, users, channels, groups)
    for person in workspace.people:
        workspace.direct_channel(person.id, BOT_USER_ID).created = created
    return workspace


def _user(each: Mapping[str, Any], team_id: str) -> User:
    unknown = set(each) - _USER_FIELDS
    if unknown or "id" not in each or "name" not in each:
        raise WorkspaceError(f"a user needs id and name and has no {', '.join(sorted(unknown)) or 'such fields'}")
    fields = {"real_name": str(each["name"]).title(), "team_id": team_id, **each}
    if fields.get("is_bot"):
        fields["is_app"] = True
    return User(**fields)


def _group(each: Mapping[str, Any], known: set[str]) -> UserGroup:
    unknown = set(each) - _GROUP_FIELDS
    if unknown or "id" not in each or "handle" not in each:
        raise WorkspaceError(f"a group needs id and handle and has no {', '.join(sorted(unknown)) or 'such fields'}")
    members = list(each.get("members") or [])
    strangers = [member for member in members if member not in known]
    if strangers:
        raise WorkspaceError(f"group {each['handle']} has members the workspace does not: {', '.join(strangers)}")
    return UserGroup(
        id=each["id"],
        handle=str(each["handle"]).lower(),
        name=each.get("name") or str(each["handle"]),
        members=members,
        description=each.get("description", ""),
        disabled=bool(each.get("disabled")),
    )


def _channel(each: Mapping[str, Any], known: set[str], created: int) -> Channel:
    unknown = set(each) - _CHANNEL_FIELDS
    if unknown or "id" not in each or "name" not in each:
        raise WorkspaceError(f"a channel needs id and name and has no {', '.join(sorted(unknown)) or 'such fields'}")
    members = list(each.get("members") or [])
    strangers = [member for member in members if member not in known]
    if strangers:
        raise WorkspaceError(f"channel {each['name']} has members the workspace does not: {', '.join(strangers)}")
    if each.get("bot"):
        members.append(BOT_USER_ID)
    return Channel(
        id=each["id"],
        name=str(each["name"]).lower(),
        kind="private" if each.get("is_private") else "channel",
        members=members,
        is_archived=bool(each.get("is_archived")),
        topic=each.get("topic", ""),
        created=created,
    )
