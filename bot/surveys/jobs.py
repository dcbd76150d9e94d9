"""What the scheduler does for surveys on every pass: launch what is waiting, close what is over, seal what is closed.

Each step is one transaction and may be repeated; what could not be done now is done on a later pass.
"""

from datetime import datetime, timedelta

import structlog

from bot.commands import Registry
from bot.domain.members import Member
from bot.domain.surveys import Round
from bot.domain.workdays import Workdays
from bot.services import Services
from bot.slack.gateway import SlackBusy, SlackRefused, SlackUnclear, SlackUnreachable
from bot.surveys import launching, service
from bot.surveys.launching import UNREACHABLE, Audience

log = structlog.get_logger(__name__)

PATIENCE = timedelta(days=1)
"""How long a round waits for Slack before its author is told that it could not be launched."""
MANY_STRANGERS = 30
"""From so many unknown people on, everybody is read at once instead of one by one."""


def register(registry: Registry) -> None:
    registry.job("surveys.launch", launch)
    registry.job("surveys.close", close)
    registry.job("surveys.seal", seal)


async def launch(services: Services, now: datetime) -> None:
    """Read the channel of every round that waits for it, and ask its people."""
    for workspace_id in await services.storage.workspaces():
        for waiting in await services.storage.read(workspace_id, lambda db: db.rounds.launching()):
            await _launch(services, workspace_id, waiting, now)


async def close(services: Services, now: datetime) -> None:
    """Close the rounds whose time is over."""
    for workspace_id in await services.storage.workspaces():
        if await services.storage.read(workspace_id, lambda db: db.rounds.closing(now)):
            await services.storage.write(workspace_id, lambda db: service.close_due(db, now))


async def seal(services: Services, now: datetime) -> None:  # noqa: ARG001
    """Cut the last link between people and answers of closed rounds. An interrupted seal goes on here."""
    for workspace_id in await services.storage.workspaces():
        for closed in await services.storage.read(workspace_id, lambda db: db.rounds.unsealed()):
            await services.storage.seal(workspace_id, closed.id)
            log.info("round sealed", action="round_sealed", round=closed.id)


async def _launch(services: Services, workspace_id: str, waiting: Round, now: datetime) -> None:
    survey = await services.storage.read(workspace_id, lambda db: db.surveys.get(waiting.survey_id))
    if survey is None:
        return
    try:
        audience = await _audience(services, workspace_id, survey.channel_id)
    except SlackRefused as refusal:
        code = refusal.code
        log.warning("round not launched", action="round_not_launched", round=waiting.id, error=code)
        await services.storage.write(workspace_id, lambda db: launching.fail_round(db, now, waiting.id, code))
        return
    except (SlackBusy, SlackUnreachable, SlackUnclear) as trouble:
        log.warning("round waits for Slack", action="round_waits", round=waiting.id, error=str(trouble))
        if now - waiting.opened_at > PATIENCE:
            await services.storage.write(
                workspace_id, lambda db: launching.fail_round(db, now, waiting.id, UNREACHABLE)
            )
        return
    workdays, zone = Workdays(services.settings.country), services.settings.timezone
    await services.storage.write(
        workspace_id, lambda db: launching.open_round(db, now, waiting.id, audience, workdays, zone)
    )


async def _audience(services: Services, workspace_id: str, channel_id: str) -> Audience:
    """Who is in the channel, apart from this bot itself; people never seen before are introduced first."""
    own = services.slack.identity.bot_user_id
    present = [each for each in dict.fromkeys(await services.slack.channel_members(channel_id)) if each != own]
    known = await services.storage.read(workspace_id, lambda db: db.members.get_many(present))
    strangers = [each for each in present if each not in known]
    if strangers:
        met = await _meet(services, workspace_id, strangers)
        known = {**known, **{member.id: member for member in met}}
    return Audience([known[each] for each in present if each in known], sum(each not in known for each in present))


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
