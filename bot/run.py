"""The life of a running bot: start everything in order, say that it runs, and on SIGTERM finish what was accepted, in
order. What the parts do is in their modules.
"""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

import structlog
import uvicorn
from slack_sdk.errors import SlackApiError

from bot.app import Denyut, build_registry
from bot.clock import FollowedClock, system_now
from bot.commands import Registry
from bot.i18n import load
from bot.roster import introduce
from bot.scheduler import PassReport, Ticker, run_due
from bot.sender import Sender
from bot.services import Services
from bot.settings import Settings
from bot.slack.gateway import Gateway, SlackError
from bot.transports import HttpWayIn, SocketWayIn
from storage import CannotOpen, Storage, migrate

log = structlog.get_logger(__name__)


class Transport(StrEnum):
    SOCKET = "socket"
    HTTP = "http"


class CannotStart(Exception):  # noqa: N818  it reads as what happened
    """The bot cannot start; the message is the one line that says what to do."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything a process works with."""

    services: Services
    registry: Registry
    sender: Sender


def transport_of(settings: Settings, wish: Transport | None) -> Transport:
    """Socket Mode when there is an app token, else HTTP, unless one is forced. Raises CannotStart when what the
    transport needs is missing."""
    chosen = wish or (Transport.SOCKET if settings.slack_app_token else Transport.HTTP)
    if chosen is Transport.SOCKET and not settings.slack_app_token:
        raise CannotStart("SLACK_APP_TOKEN is missing: make one with connections:write under Basic Information.")
    if chosen is Transport.HTTP and not settings.slack_signing_secret:
        raise CannotStart("SLACK_SIGNING_SECRET is missing (or SLACK_APP_TOKEN for Socket Mode): see .env.example.")
    return chosen


def open_storage(settings: Settings, *, exclusive: bool) -> Storage:
    """Migrates and opens the database. Raises CannotStart with one clear line."""
    try:
        storage = Storage.open(settings.database_url, settings.data_dir, exclusive=exclusive)
        try:
            migrate.upgrade(settings.database_url)
        except CannotOpen:
            storage.close()
            raise
    except CannotOpen as trouble:
        raise CannotStart(str(trouble)) from trouble
    return storage


async def connect_slack(settings: Settings) -> Gateway:
    """Reaches Slack with the bot token. Raises CannotStart when it is missing, refused, or Slack cannot be reached."""
    if not settings.slack_bot_token:
        raise CannotStart("SLACK_BOT_TOKEN is missing: copy it from OAuth & Permissions of your Slack app.")
    try:
        return await Gateway.connect(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    except SlackError as trouble:
        raise CannotStart(_slack_trouble(settings, trouble)) from trouble


def _slack_trouble(settings: Settings, trouble: SlackError) -> str:
    code = getattr(trouble, "code", "")
    if code:
        return f"Slack refused SLACK_BOT_TOKEN ({code}): copy it again from OAuth & Permissions of your Slack app."
    return f"Slack cannot be reached at {settings.slack_api_url}: check the network and SLACK_API_URL."


@contextlib.asynccontextmanager
async def assembled(settings: Settings, *, exclusive: bool) -> AsyncIterator[Parts]:
    """The parts of a process, closed in order at the end."""
    storage = open_storage(settings, exclusive=exclusive)
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(storage.close)
        slack = await connect_slack(settings)
        stack.push_async_callback(slack.close)
        wakening = asyncio.Event()
        now = system_now
        if settings.clock_url:
            clock = FollowedClock(settings.clock_url, wakening.set)
            await clock.start()
            stack.push_async_callback(clock.stop)
            now = clock.now
        services = Services(settings, storage, load(settings.locale), slack, now, wakening)
        registry = build_registry(services.texts)
        yield Parts(services, registry, Sender(services, registry))


async def run(settings: Settings, wish: Transport | None, ready: str) -> None:
    """Runs the bot until SIGTERM or SIGINT. `ready` is printed when it answers. Raises CannotStart."""
    transport = transport_of(settings, wish)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with assembled(settings, exclusive=True) as parts:
        await introduce(parts.services, parts.services.now())
        denyut = Denyut(parts.services, parts.registry)
        ticker = Ticker(parts.services, parts.registry, parts.sender)
        serve = _socket if transport is Transport.SOCKET else _http
        async with serve(denyut, settings):
            ticker.start()
            log.info("running", action="running", transport=transport.value)
            print(ready, flush=True)  # noqa: T201  the one line that says it works
            await stopping.wait()
            log.info("stopping", action="stopping")
        await denyut.drain()
        await ticker.stop()


@contextlib.asynccontextmanager
async def _socket(denyut: Denyut, settings: Settings) -> AsyncIterator[None]:
    token = settings.slack_app_token.get_secret_value() if settings.slack_app_token else ""
    way_in = SocketWayIn(denyut.bolt, token, denyut.services.slack.client)
    try:
        await way_in.open()
    except SlackApiError as refusal:
        code = refusal.response.get("error", "refused")
        raise CannotStart(
            f"Slack refused SLACK_APP_TOKEN ({code}): it starts with xapp- and needs connections:write."
        ) from refusal
    try:
        yield
    finally:
        await way_in.close()


@contextlib.asynccontextmanager
async def _http(denyut: Denyut, settings: Settings) -> AsyncIterator[None]:
    secret = settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else ""
    config = uvicorn.Config(
        HttpWayIn(denyut.bolt, secret),
        host=settings.http_host,
        port=settings.http_port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=10,
    )
    try:
        socket = config.bind_socket()
    except SystemExit:
        raise CannotStart(
            f"Port {settings.http_port} on {settings.http_host} is in use: stop what uses it, or set DENYUT_HTTP_PORT."
        ) from None
    server = uvicorn.Server(config)
    # uvicorn would take SIGTERM for itself; stopping in order is this module's work
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    serving = asyncio.create_task(server.serve(sockets=[socket]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving


async def one_pass(settings: Settings, now: datetime) -> PassReport:
    """`denyut tick --now`: one pass of the scheduler at a stated moment, and what it did."""
    async with assembled(settings, exclusive=False) as parts:
        stated = replace(parts.services, now=lambda: now)
        return await run_due(stated, parts.registry, Sender(stated, parts.registry), now)
