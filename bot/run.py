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

import aiohttp
import structlog
import uvicorn
from slack_bolt.async_app import AsyncApp

from bot import __version__
from bot.app import Denyut, build_registry
from bot.clock import ClockLost, FollowedClock, system_now
from bot.commands import Registry
from bot.health import Health, count_what_is_logged
from bot.http_protocol import ImpatientProtocol
from bot.i18n import load
from bot.metrics import MeasuredBolt, Metrics
from bot.roster import introduce, introduce_all, introduce_later, meet
from bot.scheduler import PassReport, Ticker, run_due
from bot.scoreboard import workdays_in
from bot.sender import Sender
from bot.services import Services
from bot.settings import Settings
from bot.slack.calls import session
from bot.slack.gateway import Gateway, Identity, SlackBusy, SlackError, SlackRefused
from bot.socket_mode import SocketWayIn
from bot.terminal import CannotStart as CannotStart
from bot.terminal import CannotStartYet, stop_on_signals
from bot.transports import HttpWayIn, Pages, Routes
from bot.vault import Vault
from bot.workspaces import InstalledWorkspaces, OneWorkspace, reseal
from storage import CannotOpen, CannotReach, Storage, migrate

log = structlog.get_logger(__name__)
BACKLOG = 2048


class Transport(StrEnum):
    SOCKET = "socket"
    HTTP = "http"


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything a process works with. `services` are what all `workspaces` share, or those of the only one."""

    services: Services
    registry: Registry
    workspaces: OneWorkspace | InstalledWorkspaces


def transport_of(settings: Settings, wish: Transport | None) -> Transport:
    """Socket Mode when there is an app token, else HTTP, unless one is forced. Raises CannotStart when what the
    transport needs is missing."""
    chosen = wish or (Transport.SOCKET if settings.slack_app_token else Transport.HTTP)
    if chosen is Transport.SOCKET and not settings.slack_app_token:
        raise CannotStart("SLACK_APP_TOKEN is missing: make one with connections:write under Basic Information.")
    if settings.is_for_many:
        _check_many(settings, chosen)
    if chosen is Transport.HTTP and not settings.slack_signing_secret:
        raise CannotStart("SLACK_SIGNING_SECRET is missing (or SLACK_APP_TOKEN for Socket Mode): see .env.example.")
    return chosen


def _check_many(settings: Settings, chosen: Transport) -> None:
    """What many workspaces need. Raises CannotStart."""
    if not settings.slack_client_secret:
        raise CannotStart("SLACK_CLIENT_SECRET is missing: copy it from Basic Information of your Slack app.")
    if not settings.secret_key:
        raise CannotStart(
            "DENYUT_SECRET_KEY is missing: it protects the stored tokens; make one with: openssl rand -hex 32"
        )
    if chosen is Transport.SOCKET and not settings.is_http_asked_for:
        raise CannotStart("DENYUT_HTTP_PORT is missing: people who add Denyut to Slack come back over HTTP.")


def open_storage(settings: Settings, *, exclusive: bool) -> Storage:
    """Migrates and opens the database. Raises CannotStart, or CannotStartYet, with one clear line."""
    try:
        storage = Storage.open(settings.database_url, settings.data_dir, exclusive=exclusive)
        try:
            migrate.upgrade(settings.database_url)
        except CannotOpen:
            storage.close()
            raise
    except CannotReach as trouble:
        raise CannotStartYet(str(trouble)) from trouble
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
        raise _slack_trouble(settings, "SLACK_BOT_TOKEN", fix, trouble) from trouble


def _slack_trouble(settings: Settings, token: str, fix: str, trouble: SlackError) -> CannotStart:
    match trouble:
        case SlackRefused(code=code):
            return CannotStart(f"Slack refused {token} ({code}): {fix}")
        case SlackBusy(retry_after=seconds):
            return CannotStartYet(f"Slack takes no more calls just now: start again in {seconds:.0f} seconds.")
        case _:
            where = settings.slack_api_url
            return CannotStartYet(f"Slack cannot be reached at {where}: check the network and SLACK_API_URL.")


@contextlib.asynccontextmanager
async def assembled(settings: Settings, *, exclusive: bool) -> AsyncIterator[Parts]:
    """The parts of a process, closed in order at the end."""
    storage = open_storage(settings, exclusive=exclusive)
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(storage.close)
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
        texts = load(settings.locale)
        slack, connections = await _slack(settings, stack)
        services = Services(settings, storage, texts, slack, now, wakening)
        if connections is None:
            yield Parts(services, build_registry(texts), OneWorkspace(services))
        else:
            many = InstalledWorkspaces(services, vault_of(settings), connections, on_met=meet)
            stack.push_async_callback(many.close)
            yield Parts(many.shared, build_registry(texts), many)


async def _slack(settings: Settings, stack: contextlib.AsyncExitStack) -> tuple[Gateway, aiohttp.ClientSession | None]:
    """The one workspace's Slack; or nobody's, and the connections that all workspaces share."""
    if not settings.is_for_many:
        slack = await connect_slack(settings)
        stack.push_async_callback(slack.close)
        return slack, None
    connections = session()
    stack.push_async_callback(connections.close)
    nobody = Identity("", "", "", "", frozenset())
    return Gateway.over(connections, "", settings.slack_api_url, nobody, settings.charts), connections


def vault_of(settings: Settings) -> Vault:
    """The keys of stored tokens. Raises CannotStart where there are none."""
    if not settings.secret_key:
        raise CannotStart("DENYUT_SECRET_KEY is missing: stored tokens cannot be opened without it.")
    return Vault.of(settings.secret_key.get_secret_value())


async def run(settings: Settings, wish: Transport | None, ready: str) -> None:
    """Runs the bot until SIGTERM or SIGINT. `ready` is printed when it answers. Raises CannotStart."""
    transport = transport_of(settings, wish)
    stopping = asyncio.Event()
    stop_on_signals(stopping)
    async with assembled(settings, exclusive=True) as parts, contextlib.AsyncExitStack() as stack:
        health = _health(transport, parts)
        await _take_over(parts.services.storage)
        # holidays take 0.2 s to load: nobody's first Home is to wait for that
        await asyncio.to_thread(workdays_in(settings.country).is_working_day, parts.services.now().date())
        meeting = await _introduce(parts, transport)
        if meeting is not None:
            stack.push_async_callback(_cancel, meeting)
        denyut = Denyut(parts.services, parts.registry, parts.workspaces)
        sender = None if settings.is_for_many else Sender(parts.services, parts.registry)
        ticker = Ticker(parts.services, parts.registry, sender, health, parts.workspaces)
        stack.push_async_callback(ticker.stop)
        stack.push_async_callback(denyut.drain)
        await stack.enter_async_context(_ways_in(transport, denyut, settings, health))
        ticker.start()
        # what was imported lives as long as the process: full collections need not look through it in the middle of
        # somebody's click
        gc.collect()
        gc.freeze()
        log.info("running", action="running", transport=transport.value)
        with contextlib.suppress(OSError):  # a full disk under the log is no reason to stop
            print(ready, flush=True)  # noqa: T201  the one line that says it works
        await stopping.wait()
        log.info("stopping", action="stopping")


async def _introduce(parts: Parts, transport: Transport) -> asyncio.Task[None] | None:
    """Who is there: the only workspace before anything else, many of them little by little. What goes on meanwhile."""
    if isinstance(parts.workspaces, InstalledWorkspaces):
        await reseal(parts.services, vault_of(parts.services.settings))
        return asyncio.create_task(introduce_all(parts.workspaces))
    services = parts.services
    # whoever runs it for this workspace alone has it, whatever ended before
    await services.storage.write(services.workspace_id, lambda db: db.installation.remove())
    again = await introduce(services, services.now())
    if transport is Transport.HTTP:  # Socket Mode says which app we are
        await parts.workspaces.learn_app()
    return None if again is None else asyncio.create_task(introduce_later(services, again))


def _health(transport: Transport, parts: Parts) -> Health | None:
    """How the process is doing, for those who ask over HTTP; nothing is measured where nobody can."""
    services = parts.services
    if transport is not Transport.HTTP and not services.settings.is_http_asked_for:
        return None
    metrics = Metrics(__version__)
    metrics.watch_calls(services.slack.client)
    if isinstance(parts.workspaces, InstalledWorkspaces):
        parts.workspaces.on_client = metrics.watch_calls
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
        pages = Pages(denyut.registry.pages, denyut.services) if settings.is_for_many else None
        bolt = health.metrics.watch_bolt(denyut.bolt) if health is not None else denyut.bolt
        if transport is Transport.HTTP:
            secret = settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else ""
            await stack.enter_async_context(_http(HttpWayIn(bolt, secret, routes, health, pages), settings))
        else:
            if settings.is_http_asked_for:
                await stack.enter_async_context(
                    _http(HttpWayIn(None, routes=routes, health=health, pages=pages), settings)
                )
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
        raise _slack_trouble(settings, "SLACK_APP_TOKEN", fix, trouble) from trouble
    try:
        yield way_in
    finally:
        await way_in.close()


@contextlib.asynccontextmanager
async def _http(way_in: HttpWayIn, settings: Settings) -> AsyncIterator[None]:
    config = uvicorn.Config(
        way_in,
        http=ImpatientProtocol,
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
    """`denyut tick --now`: one pass of the scheduler at a stated moment, in every workspace, and what it did."""
    async with assembled(settings, exclusive=False) as parts:
        whole = PassReport(now)
        for workspace_id in await parts.workspaces.serving():
            services = await parts.workspaces.of(workspace_id)
            if services is not None:
                stated = replace(services, now=lambda: now)
                whole += await run_due(stated, parts.registry, Sender(stated, parts.registry), now)
        return whole
