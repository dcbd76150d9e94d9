"""The life of a running bot: start everything in order, say that it runs, and on SIGTERM finish what was accepted, in
order. What the parts do is in their modules.
"""

import asyncio
import contextlib
import errno
import gc
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

import structlog
import uvicorn
from slack_bolt.async_app import AsyncApp

from bot import __version__
from bot.app import Denyut, build_registry
from bot.clock import ClockLost, FollowedClock, system_now
from bot.commands import Registry
from bot.health import Health, count_what_is_logged
from bot.i18n import load
from bot.metrics import MeasuredBolt, Metrics
from bot.roster import introduce, introduce_later
from bot.scheduler import PassReport, Ticker, run_due
from bot.scoreboard import workdays_in
from bot.sender import Sender
from bot.services import Services
from bot.settings import Settings
from bot.slack.gateway import Gateway, SlackBusy, SlackError, SlackRefused
from bot.socket_mode import SocketWayIn
from bot.terminal import CannotStart as CannotStart
from bot.terminal import stop_on_signals
from bot.transports import HttpWayIn, Routes
from storage import CannotOpen, Storage, migrate

log = structlog.get_logger(__name__)
BACKLOG = 2048


class Transport(StrEnum):
    SOCKET = "socket"
    HTTP = "http"


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
        token = settings.slack_bot_token.get_secret_value()
        return await Gateway.connect(token, settings.slack_api_url, settings.charts)
    except SlackError as trouble:
        fix = "copy it again from OAuth & Permissions of your Slack app."
        raise CannotStart(_slack_trouble(settings, "SLACK_BOT_TOKEN", fix, trouble)) from trouble


def _slack_trouble(settings: Settings, token: str, fix: str, trouble: SlackError) -> str:
    match trouble:
        case SlackRefused(code=code):
            return f"Slack refused {token} ({code}): {fix}"
        case SlackBusy(retry_after=seconds):
            return f"Slack takes no more calls just now: start again in {seconds:.0f} seconds."
        case _:
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
            try:
                await clock.start()
            except ClockLost as trouble:
                raise CannotStart(
                    f"No clock answers at {settings.clock_url}: leave DENYUT_CLOCK_URL empty."
                ) from trouble
            stack.push_async_callback(clock.stop)
            now = clock.now
        services = Services(settings, storage, load(settings.locale), slack, now, wakening)
        registry = build_registry(services.texts)
        yield Parts(services, registry, Sender(services, registry))


async def run(settings: Settings, wish: Transport | None, ready: str) -> None:
    """Runs the bot until SIGTERM or SIGINT. `ready` is printed when it answers. Raises CannotStart."""
    transport = transport_of(settings, wish)
    stopping = asyncio.Event()
    stop_on_signals(stopping)
    async with assembled(settings, exclusive=True) as parts, contextlib.AsyncExitStack() as stack:
        health = _health(transport, parts.services)
        await _take_over(parts.services.storage)
        # holidays take 0.2 s to load: nobody's first Home is to wait for that
        await asyncio.to_thread(workdays_in(settings.country).is_working_day, parts.services.now().date())
        again = await introduce(parts.services, parts.services.now())
        if again is not None:
            stack.push_async_callback(_cancel, asyncio.create_task(introduce_later(parts.services, again)))
        denyut = Denyut(parts.services, parts.registry)
        ticker = Ticker(parts.services, parts.registry, parts.sender, health)
        stack.push_async_callback(ticker.stop)
        stack.push_async_callback(denyut.drain)
        await stack.enter_async_context(_ways_in(transport, denyut, settings, health))
        ticker.start()
        # what was imported lives as long as the process: full collections need not look through it in the middle of
        # somebody's click
        gc.collect()
        gc.freeze()
        log.info("running", action="running", transport=transport.value)
        print(ready, flush=True)  # noqa: T201  the one line that says it works
        await stopping.wait()
        log.info("stopping", action="stopping")


def _health(transport: Transport, services: Services) -> Health | None:
    """How the process is doing, for those who ask over HTTP; nothing is measured where nobody can."""
    if transport is not Transport.HTTP and not services.settings.is_http_asked_for:
        return None
    metrics = Metrics(__version__)
    metrics.watch_calls(services.slack.client)
    count_what_is_logged(metrics)
    health = Health(services, metrics)
    if transport is Transport.SOCKET:
        health.is_connected = lambda: False  # until it is
    return health


async def _take_over(storage: Storage) -> None:
    """What a process that was killed left in the middle of sending is looked up now, not when its lease is over."""
    if storage.is_sole:
        for workspace_id in await storage.workspaces():
            await storage.write(workspace_id, lambda db: db.deliveries.abandon())


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@contextlib.asynccontextmanager
async def _ways_in(
    transport: Transport, denyut: Denyut, settings: Settings, health: Health | None
) -> AsyncIterator[None]:
    """Where Slack reaches the bot, and other systems its HTTP API: always in HTTP mode, in Socket Mode where a port was
    asked for. Slack's way is the last to open and the first to close."""
    async with contextlib.AsyncExitStack() as stack:
        routes = Routes(denyut.registry, denyut.services)
        bolt = health.metrics.watch_bolt(denyut.bolt) if health is not None else denyut.bolt
        if transport is Transport.HTTP:
            secret = settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else ""
            await stack.enter_async_context(_http(HttpWayIn(bolt, secret, routes, health), settings))
        else:
            if settings.is_http_asked_for:
                await stack.enter_async_context(_http(HttpWayIn(None, routes=routes, health=health), settings))
            way_in = await stack.enter_async_context(_socket(bolt, denyut.services))
            if health is not None:
                health.is_connected = lambda: way_in.is_connected
        yield


@contextlib.asynccontextmanager
async def _socket(bolt: AsyncApp | MeasuredBolt, services: Services) -> AsyncIterator[SocketWayIn]:
    settings = services.settings
    token = settings.slack_app_token.get_secret_value() if settings.slack_app_token else ""
    way_in = SocketWayIn(bolt, token, services.slack.client)
    try:
        await way_in.open()
    except SlackError as trouble:
        fix = "it starts with xapp- and needs connections:write."
        raise CannotStart(_slack_trouble(settings, "SLACK_APP_TOKEN", fix, trouble)) from trouble
    try:
        yield way_in
    finally:
        await way_in.close()


@contextlib.asynccontextmanager
async def _http(way_in: HttpWayIn, settings: Settings) -> AsyncIterator[None]:
    config = uvicorn.Config(
        way_in,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
    listening = _listen(settings.http_host, settings.http_port)
    server = uvicorn.Server(config)
    # uvicorn would take SIGTERM for itself; stopping in order is this module's work
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield
    finally:
        way_in.stop()
        server.should_exit = True
        await serving


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises CannotStart when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except (OSError, OverflowError) as trouble:
        if isinstance(trouble, OSError) and trouble.errno == errno.EADDRINUSE:
            reason = f"Port {port} on {host} is in use: stop what uses it, or set DENYUT_HTTP_PORT."
        else:
            reason = f"Cannot listen on {host} port {port} ({trouble}): set DENYUT_HTTP_HOST and DENYUT_HTTP_PORT."
        raise CannotStart(reason) from trouble


async def one_pass(settings: Settings, now: datetime) -> PassReport:
    """`denyut tick --now`: one pass of the scheduler at a stated moment, and what it did."""
    async with assembled(settings, exclusive=False) as parts:
        stated = replace(parts.services, now=lambda: now)
        return await run_due(stated, parts.registry, Sender(stated, parts.registry), now)
