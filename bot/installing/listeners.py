"""Slack tells that the app was removed, that tokens hold no more, or that an organisation let it into workspaces or out
of them; and the first message to whoever added it.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial

import structlog

from bot.commands import Registry
from bot.domain.audit import Act, Deed
from bot.domain.deliveries import Delivery
from bot.domain.members import Member
from bot.installing import views
from bot.installing.pages import INSTALL_PATH, REDIRECT_PATH, on_install, on_redirect
from bot.installing.service import WELCOME
from bot.interactions import Happened, Reply, Then
from bot.services import Services
from bot.slack.blocks import Message
from bot.slack.calls import ask
from bot.slack.errors import SlackError
from bot.workspaces import end, join
from storage import UnitOfWork

log = structlog.get_logger(__name__)


def register(registry: Registry) -> None:
    registry.event("app_uninstalled", on_uninstalled)
    registry.event("tokens_revoked", on_tokens_revoked)
    registry.event("team_access_granted", on_access_granted)
    registry.event("team_access_revoked", on_access_revoked)
    registry.delivery(WELCOME, render_welcome)
    registry.page(INSTALL_PATH, on_install)
    registry.page(REDIRECT_PATH, on_redirect)


async def on_uninstalled(event: Happened) -> Reply:
    """Slack may bring this late, after somebody has added the app anew: then its token holds, and nothing ends."""
    return Then(None, lambda: _ended(event.services, event.now, Deed.UNINSTALLED))


async def on_tokens_revoked(event: Happened) -> Reply:
    """Only the bot's token is ours."""
    tokens = event.event.get("tokens")
    if not isinstance(tokens, dict) or not tokens.get("bot"):
        return None
    return Then(None, lambda: _ended(event.services, event.now, Deed.TOKEN_REVOKED_BY_SLACK))


async def on_access_granted(event: Happened) -> Reply:
    """An organisation that installed the app lets it into these workspaces."""
    services = event.services
    organisation = await services.storage.read(event.workspace_id, lambda db: db.installation.get())
    if organisation is None or not organisation.is_org_wide or organisation.ended_at is not None:
        return None
    for team_id in _teams(event):
        met = partial(join, organisation=organisation, name="", now=event.now)
        await services.storage.write(team_id, met)
        services.changed(team_id)
    return None


async def on_access_revoked(event: Happened) -> Reply:
    """... and out of these."""
    for team_id in _teams(event):
        await _end_one(event.services, team_id, event.workspace_id, Act(event.now, "", Deed.UNINSTALLED, team_id))
    return None


async def _ended(services: Services, now: datetime, deed: Deed) -> None:
    holder = services.workspace_id
    try:
        await ask(services.slack.client.auth_test)
    except SlackError:
        pass  # that is what we were told
    else:
        log.info("still installed", action="still_installed", workspace=holder)
        return
    act = Act(now, "", deed, holder)
    if await services.storage.write(holder, partial(end, act=act)):
        log.info("installation ended", action="installation_ended", workspace=holder, why=deed.value)
    for each in await services.storage.installations():
        if each.enterprise_id == holder and not each.is_org_wide and not each.sealed_token:
            await _end_one(services, each.workspace_id, holder, replace(act, subject=each.workspace_id))
    services.changed(holder)


async def _end_one(services: Services, team_id: str, enterprise_id: str, act: Act) -> None:
    """Ends what a workspace has through its organisation; one with a token of its own goes on."""

    def work(db: UnitOfWork) -> bool:
        row = db.installation.get()
        return row is not None and row.enterprise_id == enterprise_id and end(db, act, token=b"")

    await services.storage.write(team_id, work)
    services.changed(team_id)


def _teams(event: Happened) -> Iterable[str]:
    teams = event.event.get("team_ids")
    return [each for each in teams if isinstance(each, str) and each.startswith("T")] if isinstance(teams, list) else ()


def render_welcome(db: UnitOfWork, delivery: Delivery, services: Services, _now: datetime) -> Message:
    reader = db.members.get(delivery.receiver) or Member(delivery.receiver)
    return views.welcome_message(services.language_of(reader), is_again=bool(delivery.facts.get("again")))
