"""Where somebody added Denyut to Slack, as values. How tokens are kept and used does not belong here."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Installation:
    """One workspace, or with `is_org_wide` a whole organisation (then `workspace_id` is the organisation's id, E…, and
    its workspaces are known by the requests that come from them). `sealed_token` is the bot token, encrypted.
    `enterprise_id` is "" for a workspace of its own; `ended_at` (UTC) says since when it holds no more."""

    workspace_id: str
    name: str
    sealed_token: bytes
    scopes: frozenset[str]
    bot_user_id: str
    installed_by: str
    installed_at: datetime
    enterprise_id: str = ""
    ended_at: datetime | None = None

    @property
    def is_org_wide(self) -> bool:
        return bool(self.enterprise_id) and self.enterprise_id == self.workspace_id
