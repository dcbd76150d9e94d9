"""The permissions the bot needs of Slack and what for; `manifest.yml` asks for exactly these (a test compares)."""

from collections.abc import Mapping
from typing import Final

SCOPES: Final[Mapping[str, str]] = {
    "channels:history": "finding out whether a post of ours arrived after the connection broke",
    "channels:read": "who is in a public channel",
    "chat:write": "asking, answering and posting",
    "commands": "/kpi, /pulse and /checkin",
    "files:read": "reading a spreadsheet that somebody gave us in a form",
    "files:write": "sending people their exports as a file",
    "groups:history": "the same as channels:history, for private channels we were invited to",
    "groups:read": "who is in a private channel we were invited to",
    "im:history": "the same as channels:history, for our own direct messages",
    "im:write": "opening a direct message with a member",
    "usergroups:read": "who is in a user group that a survey goes to",
    "users:read": "names, languages and time zones",
}
EVENTS: Final = frozenset(
    {
        "app_home_opened", "app_uninstalled", "team_access_granted", "team_access_revoked", "team_join",
        "tokens_revoked", "user_change",
    }
)  # fmt: skip
