"""How a file looks as JSON, as Slack's file object, and who may see it. Its bytes are served in file_addresses."""

import re
from typing import Any
from urllib.parse import quote

from bot.playground.app_manifest import BOT_USER_ID
from bot.playground.file_kinds import kind_of
from bot.playground.workspace import StoredFile, User, Workspace

Json = dict[str, Any]


def slack_file(file: StoredFile, workspace: Workspace, ready: bool = True) -> Json:
    """A file as Slack sends it; type and shares are missing while Slack is still processing it."""
    kind = kind_of(file.name)
    private = f"{workspace.url}/files-pri/{workspace.team_id}-{file.id}"
    shared = list(file.channels) if ready else []
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": kind.mimetype if ready else "",
        "filetype": kind.filetype if ready else "",
        "pretty_type": kind.pretty if ready else "",
        "user": file.user,
        "user_team": workspace.team_id,
        "editable": False,
        "size": file.length,
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": any(each.startswith("C") for each in shared),
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": f"{private}/{_address_name(file.name)}",
        "url_private_download": f"{private}/download/{_address_name(file.name)}",
        "permalink": f"{workspace.url}/files/{file.id}",
        "alt_txt": file.alt_text,
        "comments_count": 0,
        "is_starred": False,
        "shares": _shares(file, workspace) if ready else {},
        "channels": [each for each in shared if each.startswith("C")],
        "groups": [each for each in shared if each.startswith("G")],
        "ims": [each for each in shared if each.startswith("D")],
        "has_more_shares": False,
        "has_rich_preview": False,
        "file_access": "visible",
    }


def _address_name(name: str) -> str:
    return quote(re.sub(r"[^\w.-]", "_", name.lower()))


def _shares(file: StoredFile, workspace: Workspace) -> Json:
    shares: Json = {}
    for channel_id, ts in file.shares.items():
        where = "public" if channel_id.startswith("C") else "private"
        share = {"ts": ts, "channel_name": workspace.channels[channel_id].name, "team_id": workspace.team_id}
        shares.setdefault(where, {})[channel_id] = [{**share, "share_user_id": file.user}]
    return shares


def seen_by_app(file: StoredFile, workspace: Workspace) -> bool:
    """True for a file of the app's own, one that a form gave to it, or one in a conversation it is in."""
    return file.user == BOT_USER_ID or file.given_to_app or _shared_with(file, workspace, BOT_USER_ID)


def seen_by(file: StoredFile, workspace: Workspace, user: User) -> bool:
    """True for a person's own file, one in a conversation of theirs, or one of the app's that is in none: that one
    may stand in the blocks of a message."""
    unshared = file.user == BOT_USER_ID and not file.channels
    return file.user == user.id or unshared or _shared_with(file, workspace, user.id)


def _shared_with(file: StoredFile, workspace: Workspace, user_id: str) -> bool:
    return any(user_id in workspace.channels[each].members for each in file.channels)
