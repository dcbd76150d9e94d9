"""Which scope each Web API method needs, and whether the manifest has it."""

from typing import Any, Final

from bot.playground.app_manifest import AppManifest
from bot.playground.element_state import blocks_within, elements_of
from bot.playground.slack_error import SlackError
from bot.playground.workspace import Kind

READ: Final[dict[Kind, str]] = {
    "channel": "channels:read",
    "private": "groups:read",
    "im": "im:read",
    "mpim": "mpim:read",
}
HISTORY: Final[dict[Kind, str]] = {
    "channel": "channels:history",
    "private": "groups:history",
    "im": "im:history",
    "mpim": "mpim:history",
}
METHOD_SCOPE: Final[dict[str, str]] = {
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
    "chat.postEphemeral": "chat:write",
    "conversations.join": "channels:join",
    "users.info": "users:read",
    "users.list": "users:read",
    "bots.info": "users:read",
    "usergroups.list": "usergroups:read",
    "usergroups.users.list": "usergroups:read",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
    "files.info": "files:read",
    "reactions.add": "reactions:write",
    "team.info": "team:read",
}
"""Methods whose scope does not depend on the conversation; those that do ask `require` themselves."""


def require(manifest: AppManifest, *needed: str) -> None:
    """Raises `missing_scope` with `needed` and `provided` unless the manifest has all of them."""
    missing = [scope for scope in needed if scope not in manifest.bot_scopes]
    if missing:
        raise SlackError("missing_scope", needed=",".join(missing), provided=",".join(manifest.bot_scopes))


def require_for_view(manifest: AppManifest, view: dict[str, Any]) -> None:
    """Raises `missing_scope` for a view with an input for files, unless the app may read files."""
    kinds = {element["type"] for block in blocks_within(view["blocks"]) for element in elements_of(block)}
    if "file_input" in kinds:
        require(manifest, "files:read")
