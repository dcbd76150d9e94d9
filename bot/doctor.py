"""`denyut doctor`: what is missing or wrong, in plain words, each with what to do about it. It changes nothing
unless it is told to repair. What it finds on the host and in the database is in `bot.checkup`.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp

from bot.checkup import (
    WAY_TO_THE_DATABASE,
    Finding,
    of_disk,
    of_installations,
    of_many,
    of_settings,
    of_totals,
    of_workspace,
)
from bot.clock import CLOCK_TOLERANCE, now_by
from bot.settings import Charts, Settings
from bot.slack.calls import ask
from bot.slack.chart_png import has_font
from bot.slack.gateway import Gateway, SlackError, SlackRefused
from bot.slack.scopes import SCOPES
from storage import CannotOpen, Storage, StorageTrouble, UnitOfWork, migrate

__all__ = ["Finding", "examine"]


async def examine(settings: Settings, *, repair: bool = False) -> AsyncIterator[Finding]:
    """Looks at settings, Slack, the clock and the database, in the order in which they depend on each other; with
    `repair` totals that are wrong are made anew."""
    yield _way_in(settings)
    yield await _charts(settings)
    for found in of_settings(settings):
        yield found
    slack: Gateway | None = None
    if settings.is_for_many:
        for found in of_many(settings):
            yield found
    elif not settings.slack_bot_token:
        fix = "Copy it from OAuth & Permissions of your Slack app, or set SLACK_CLIENT_ID for many workspaces."
        yield Finding(False, "SLACK_BOT_TOKEN is not set", fix)
    else:
        try:
            slack = await Gateway.connect(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
        except SlackRefused as trouble:
            yield Finding(False, f"Slack does not accept the bot token ({trouble})", "Copy SLACK_BOT_TOKEN again.")
        except SlackError as trouble:
            what = f"Slack cannot be asked at {settings.slack_api_url} ({trouble})"
            yield Finding(False, what, "Check the network, proxies and SLACK_API_URL, and try again in a minute.")
    if slack:
        yield Finding(True, f"Slack knows the bot in the workspace {slack.identity.team}")
        yield _scopes(slack)
        if settings.slack_app_token:
            yield await _app_token(slack, settings.slack_app_token.get_secret_value())
        if not settings.clock_url:
            yield await _clock(settings)
    try:
        async for finding in _database(settings, slack, repair=repair):
            yield finding
    finally:
        if slack:
            await slack.close()


def _way_in(settings: Settings) -> Finding:
    if settings.slack_app_token:
        return Finding(True, "Socket Mode: SLACK_APP_TOKEN is set")
    if settings.slack_signing_secret:
        where = f"{settings.http_host}:{settings.http_port}/slack/events"
        return Finding(True, f"HTTP mode on {where}: SLACK_SIGNING_SECRET is set")
    fix = "Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP."
    return Finding(False, "There is no way in: neither app token nor signing secret is set", fix)


async def _charts(settings: Settings) -> Finding:
    """Whether charts can be drawn as pictures where Slack does not draw them."""
    if settings.charts is Charts.OFF:
        return Finding(True, "Charts are turned off: messages say it in words")
    if settings.charts is Charts.NATIVE:
        return Finding(True, "Charts are drawn by Slack only")
    if await asyncio.to_thread(has_font):
        return Finding(True, "Charts can be drawn as pictures where Slack does not draw them")
    return Finding(
        False, "Charts cannot be drawn as pictures: no font is installed", "Run: apt-get install fonts-dejavu-core"
    )


def _scopes(slack: Gateway) -> Finding:
    missing = sorted(set(SCOPES) - slack.identity.scopes)
    if not missing:
        return Finding(True, "All scopes are granted")
    reasons = "; ".join(f"{scope} ({SCOPES[scope]})" for scope in missing)
    return Finding(False, f"Scopes are missing: {reasons}", "Paste manifest.yml into your Slack app and reinstall it.")


async def _app_token(slack: Gateway, token: str) -> Finding:
    """Whether Slack would open a connection with the app-level token; none is opened."""
    try:
        await ask(slack.client.apps_connections_open, app_token=token)
    except SlackError as trouble:
        fix = "Make one with connections:write under Basic Information, and turn Socket Mode on in the app."
        return Finding(False, f"Slack does not accept the app token ({trouble})", fix)
    return Finding(True, "Slack accepts the app token")


async def _clock(settings: Settings) -> Finding:
    """The host's clock against Slack's Date header: signatures are refused when they differ by five minutes."""
    timeout = aiohttp.ClientTimeout(total=10)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(f"{settings.slack_api_url}api.test") as answer,
        ):
            theirs = parsedate_to_datetime(answer.headers.get("Date", ""))
    except (aiohttp.ClientError, TimeoutError, ValueError, TypeError):
        return Finding(True, "The clock could not be compared with Slack's")
    apart = abs(datetime.now(UTC) - theirs)
    if apart <= CLOCK_TOLERANCE:
        return Finding(True, "The clock agrees with Slack's")
    return Finding(
        False, f"The clock is {apart.total_seconds():.0f} s off Slack's", "Turn on time synchronisation (NTP)."
    )


def _database_clock(apart: timedelta) -> Finding:
    """The host's clock against the database's: a bot that is too far off makes no passes."""
    if abs(apart) <= CLOCK_TOLERANCE:
        return Finding(True, "The clock agrees with the database's")
    what = f"The clock is {apart.total_seconds():+.0f} s off the database's: nothing is planned or sent from here"
    return Finding(False, what, "Turn on time synchronisation (NTP) on both machines.")


async def _database(settings: Settings, slack: Gateway | None, *, repair: bool) -> AsyncIterator[Finding]:
    """Whether there is a database of this version, and what is in it. Looking makes none."""
    try:
        if migrate.pending(settings.database_url):
            yield Finding(False, "The database is not migrated", "Run: denyut migrate")
            return
        storage = Storage.open(settings.database_url, settings.data_dir)
    except CannotOpen as trouble:
        yield Finding(False, str(trouble), WAY_TO_THE_DATABASE)
        return
    try:
        async for finding in _stored(settings, storage, slack, repair=repair):
            yield finding
    except StorageTrouble as trouble:
        yield Finding(False, f"The database stopped answering ({trouble.reason})", WAY_TO_THE_DATABASE)
    finally:
        storage.close()


async def _stored(
    settings: Settings, storage: Storage, slack: Gateway | None, *, repair: bool
) -> AsyncIterator[Finding]:
    health = await storage.health()
    size = health["size"] / 1_000_000
    yield Finding(True, f"The database opens ({health['backend']}, {size:.1f} MB, revision {health['migration']})")
    for found in await asyncio.to_thread(lambda: list(of_disk(settings, health["size"]))):
        yield found
    if health["backend"] != "sqlite":
        yield _database_clock(await storage.clock_apart())
    now = await now_by(settings.clock_url)
    served = set(await storage.workspaces())
    if settings.is_for_many:
        installations = await storage.installations()
        served &= {each.workspace_id for each in installations if each.ended_at is None}
        for found in of_installations(settings, installations):
            yield found
    elif slack:
        served &= {slack.identity.team_id}
    for workspace_id in sorted(served):
        for found in await storage.read(workspace_id, lambda db: of_workspace(db, now)):
            yield found
        async for finding in of_totals(storage, workspace_id, repair=repair):
            yield finding
        if slack:
            async for finding in _membership(storage, slack, workspace_id):
                yield finding


async def _membership(storage: Storage, slack: Gateway, workspace_id: str) -> AsyncIterator[Finding]:
    """Is the bot in every channel it is to read or post in?"""

    def channels(db: UnitOfWork) -> set[str]:
        found = {summary.channel_id for summary in db.summaries.all()}
        found |= {checkin.definition.channel_id for checkin in db.checkins.all() if checkin.active}
        for survey in db.surveys.all():
            found |= {*survey.definition.audience.channels, survey.definition.receivers.channel_id}
        return found - {""}

    for channel_id in sorted(await storage.read(workspace_id, channels)):
        try:
            channel = await slack.channel(channel_id)
        except SlackError as trouble:
            yield Finding(False, f"Channel {channel_id} cannot be seen ({trouble})", "Invite the bot: /invite @Denyut")
            continue
        if channel.is_archived:
            yield Finding(False, f"#{channel.name} is archived", "Unarchive it, or stop its survey or summary.")
        elif not channel.is_member:
            yield Finding(False, f"The bot is not in #{channel.name}", "Type there: /invite @Denyut")
        else:
            yield Finding(True, f"The bot is in #{channel.name}")
