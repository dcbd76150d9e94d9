"""Who is in the user groups that KPIs and targets name: read from Slack when one is chosen, and every hour then.
Nothing else may be concluded from a group; who sees what is decided in `bot.domain.catalogue`.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.commands import Job, Registry
from bot.services import Services
from bot.slack.errors import SlackError, SlackRefused
from bot.slack.people import Groups
from storage import UnitOfWork

log = structlog.get_logger(__name__)

READ_GROUPS = "usergroups:read"
EVERY = timedelta(hours=1)
GROUPS_SECONDS = 1.0
"""How long a form waits for the groups: the trigger that opens it lives 3 seconds."""
GONE = frozenset({"no_such_subteam", "subteam_not_found"})
"""What Slack says of a group that is not there any more: it has no members."""


def register(registry: Registry) -> None:
    registry.job("kpis.user_groups", _refreshing())


async def read_groups(services: Services) -> Groups:
    """The groups of the workspace, asked of Slack, where it tells them in time."""
    if READ_GROUPS not in services.slack.identity.scopes:
        return Groups(may_read=False)
    try:
        async with asyncio.timeout(GROUPS_SECONDS):
            return Groups(await services.slack.user_groups())
    except (SlackError, TimeoutError) as trouble:
        log.warning("groups not read", action="groups_not_read", error=str(trouble))
        return Groups(may_read=False)


async def refresh(services: Services, workspace_id: str, team_ids: Iterable[str]) -> None:
    """Takes over who is in these groups now. Where Slack cannot be asked, what was known before stays."""
    for team_id in team_ids:
        try:
            members = await services.slack.group_members(team_id)
        except SlackRefused as refusal:
            if refusal.code not in GONE:
                log.warning("group not read", action="group_not_read", group=team_id, error=str(refusal))
                continue
            members = []
        except SlackError as trouble:
            log.warning("group not read", action="group_not_read", group=team_id, error=str(trouble))
            continue
        await services.storage.write(workspace_id, partial(_take_over, team_id=team_id, members=members))


def named_teams(db: UnitOfWork) -> frozenset[str]:
    """The groups that some KPI is shown to, or that have a target."""
    kpis = db.catalogue.read()
    shown_to = {kpis.settings(key).team for key in kpis}
    return frozenset(shown_to | db.targets.teams()) - {""}


def _take_over(db: UnitOfWork, team_id: str, members: Sequence[str]) -> None:
    db.teams.replace(team_id, members)


def _refreshing() -> Job:
    """The job that reads each group once an hour, and one that is named for the first time at once."""
    read_at: dict[tuple[str, str], datetime] = {}

    async def refresh_teams(services: Services, now: datetime) -> None:
        workspace_id = services.workspace_id
        teams = await services.storage.read(workspace_id, named_teams)
        due = [team for team in sorted(teams) if _is_due(read_at.get((workspace_id, team)), now)]
        read_at.update({(workspace_id, team): now for team in due})
        await refresh(services, workspace_id, due)

    return refresh_teams


def _is_due(last: datetime | None, now: datetime) -> bool:
    return last is None or not now - EVERY < last <= now
