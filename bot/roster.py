"""Who is in the workspace: read from Slack when the bot starts and kept up by its events, so that everybody is spoken
to in their language from the first message on. What members do is in the features.
"""

from datetime import datetime

import structlog

from bot.commands import Registry
from bot.interactions import Happened, Reply
from bot.services import Services
from bot.slack.errors import SlackError
from bot.slack.people import member_from

log = structlog.get_logger(__name__)


def register(registry: Registry) -> None:
    registry.event("user_change", on_member_changed)
    registry.event("team_join", on_member_changed)


async def on_member_changed(event: Happened) -> Reply:
    profile = event.event.get("user")
    if isinstance(profile, dict):
        member = member_from(profile, event.workspace_id)
        await event.services.storage.write(event.workspace_id, lambda db: db.members.refresh([member]))
    return None


async def introduce(services: Services, now: datetime) -> bool:
    """Notes the workspace and everybody in it. False when Slack could not be asked just now; nothing is lost by that,
    people are then met one by one."""
    me = services.slack.identity
    await services.storage.write(me.team_id, lambda db: db.workspace.ensure(me.team, now))
    try:
        members = await services.slack.users()
    except SlackError as trouble:
        log.warning("members not read", action="members_not_read", error=str(trouble))
        return False
    await services.storage.write(me.team_id, lambda db: db.members.refresh(members))
    return True
