"""Who is in the workspace: read from Slack when the bot starts and kept up by its events, so that everybody is spoken
to in their language from the first message on. What members do is in the features.
"""

import asyncio
from datetime import datetime

import structlog

from bot.commands import Registry
from bot.interactions import Happened, Reply, Then
from bot.services import Services
from bot.slack.errors import SlackBusy, SlackError, SlackRefused
from bot.slack.people import member_from
from bot.workspaces import Workspaces

log = structlog.get_logger(__name__)
AGAIN_SECONDS = 30.0
BETWEEN_SECONDS = 0.2


def register(registry: Registry) -> None:
    registry.event("user_change", on_member_changed)
    registry.event("team_join", on_member_changed)


async def on_member_changed(event: Happened) -> Reply:
    """Somebody joined, or something about them changed. Slack does not always say which language they have: then it is
    asked, once it has been answered."""
    profile = event.event.get("user")
    if not isinstance(profile, dict) or not profile.get("id"):
        return None
    if not profile.get("locale"):
        return Then(None, lambda: _meet(event.services, event.workspace_id, str(profile["id"])))
    member = member_from(profile, event.workspace_id)
    await event.services.storage.write(event.workspace_id, lambda db: db.members.refresh([member]))
    return None


async def _meet(services: Services, workspace_id: str, user_id: str) -> None:
    try:
        member = await services.slack.user(user_id)
    except SlackError as trouble:
        log.warning("member not read", action="member_not_read", error=str(trouble))
        return
    await services.storage.write(workspace_id, lambda db: db.members.refresh([member]))


async def introduce(services: Services, now: datetime) -> float | None:
    """Notes the workspace and everybody in it. None when that is done; the seconds after which to go on with
    `introduce_later` when Slack could not be asked just now."""
    me = services.slack.identity
    await services.storage.write(me.team_id, lambda db: db.workspace.ensure(me.team, now))
    return await _read_members(services, patiently=False)


async def introduce_all(workspaces: Workspaces) -> None:
    """Reads who is in each workspace, one after the other; where Slack cannot be asked just now, it stays as it was."""
    for workspace_id in await workspaces.serving():
        services = await workspaces.of(workspace_id)
        if services is not None:
            await _read_members(services)
            await asyncio.sleep(BETWEEN_SECONDS)


async def meet(services: Services) -> None:
    """Reads who is in a workspace that was just added."""
    await _read_members(services)


async def introduce_later(services: Services, pause: float) -> None:
    """Asks again, first after `pause` seconds, until Slack has told who is in the workspace, or never will."""
    again: float | None = pause
    while again is not None:
        await asyncio.sleep(again)
        again = await _read_members(services)


async def _read_members(services: Services, *, patiently: bool = True) -> float | None:
    """None when it is done or cannot be; otherwise the seconds after which to ask again."""
    team_id = services.slack.identity.team_id
    try:
        members = await services.slack.users(patiently=patiently)
    except SlackError as trouble:
        log.warning("members not read", action="members_not_read", error=str(trouble))
        if isinstance(trouble, SlackRefused):
            return None
        return trouble.retry_after if isinstance(trouble, SlackBusy) else AGAIN_SECONDS
    await services.storage.write(team_id, lambda db: db.members.refresh(members))
    return None
