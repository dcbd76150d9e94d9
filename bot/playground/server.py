"""Wires a playground together and serves it on one port of loopback. No behaviour of Slack is decided here."""

import mimetypes
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

from aiohttp import web

from bot.playground import authorize, control, file_addresses, handed_out, page
from bot.playground.app_manifest import AppManifest, load_manifest
from bot.playground.clock import Clock
from bot.playground.delivery import Timing, Transport
from bot.playground.http_delivery import HttpDelivery
from bot.playground.local_slack import LocalSlack, Tokens
from bot.playground.socket_mode import SocketMode
from bot.playground.traffic import Entry
from bot.playground.web_api import endpoint
from bot.playground.workspace import Workspace
from bot.playground.workspace_file import DEFAULT_WORKSPACE, read_workspace, workspace_from

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HOST: Final = "127.0.0.1"
_WEB: Final = Path(__file__).parent / "web"
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_LARGEST_BODY: Final = 64 * 1024 * 1024
_CONTENT_TYPES: Final = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
}


class Playground:
    """One playground; open it with `async with`, which listens on 127.0.0.1 (a free port with `port=0`).

    `manifest` and `workspace` are paths or their content; without a workspace a small one of four people is used.
    `request_url` makes payloads go to the bot as signed HTTP; without it over Socket Mode. `now` sets the clock. Unless
    `is_installed` somebody has to install the app first, and is sent back to its `redirect_url`.
    Raises ManifestError or WorkspaceError from the constructor and OSError (port in use) when it opens.
    """

    def __init__(
        self,
        *,
        manifest: Path | str | AppManifest = "manifest.yml",
        workspace: Path | str | Mapping[str, Any] | None = None,
        port: int = 0,
        now: datetime | None = None,
        request_url: str | None = None,
        tokens: Tokens | None = None,
        timing: Timing | None = None,
        is_installed: bool = True,
        redirect_url: str | None = None,
    ) -> None:
        known = manifest if isinstance(manifest, AppManifest) else load_manifest(Path(manifest))
        clock = Clock(now)
        content = _workspace_content(workspace)
        created = int(clock.timestamp())
        self.slack = LocalSlack(
            known,
            clock,
            lambda: workspace_from(content, known, created),
            tokens or Tokens(),
            timing or Timing(),
            is_installed=is_installed,
            redirect_url=redirect_url,
        )
        self._port = port
        self._transport = self._new_transport(request_url)
        self.slack.use_transport(self._transport)
        self._runner: web.AppRunner | None = None

    def _new_transport(self, request_url: str | None) -> Transport:
        slack = self.slack
        if request_url is None:
            return SocketMode(slack.traffic, slack.timing, slack.background, slack.tell_connections)
        secret = slack.tokens.signing_secret
        return HttpDelivery(
            request_url, secret, slack.traffic, slack.timing, slack.background, slack.tell_connections
        )  # fmt: skip

    @property
    def url(self) -> str:
        """The address of the page, without a slash at the end."""
        return self.slack.url

    @property
    def api_url(self) -> str:
        """What the bot's `SLACK_API_URL` is set to."""
        return f"{self.slack.url}/api/"

    @property
    def clock_url(self) -> str:
        """What the bot's `DENYUT_CLOCK_URL` is set to."""
        return f"{self.slack.url}/control/clock"

    @property
    def workspace(self) -> Workspace:
        """The people, channels and messages; another object after a reset."""
        return self.slack.workspace

    @property
    def clock(self) -> Clock:
        """The playground's clock."""
        return self.slack.clock

    @property
    def connections(self) -> int:
        """How many Socket Mode connections the bot has, or 1 once its request URL is verified."""
        return self._transport.connections

    @property
    def violations(self) -> list[Entry]:
        """Everything the bot did since the start or the last reset that Slack would refuse or show wrong."""
        return list(self.slack.traffic.violations)

    async def __aenter__(self) -> Self:
        app = web.Application(middlewares=[_guard], client_max_size=_LARGEST_BODY)
        app[endpoint.SLACK] = self.slack
        app.add_routes(self._routes())
        app.on_shutdown.append(self._end_open_requests)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0, handle_signals=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, self._port)
        try:
            await site.start()
        except OSError:
            await self._runner.cleanup()
            raise
        self.slack.use_address(f"http://{HOST}:{self._runner.addresses[0][1]}")
        await self._transport.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.slack.background.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _end_open_requests(self, _app: web.Application) -> None:
        self.slack.feeds.end_all()
        self.slack.clock.release_waiters()
        await self._transport.close()

    def _routes(self) -> list[web.RouteDef]:
        found = [
            web.route("*", "/api/{method}", endpoint.handle),
            web.post("/response/{handle}", handed_out.respond),
            web.post("/upload/{handle}", file_addresses.upload),
            web.get("/files-pri/{place}/{name}", file_addresses.download),
            web.get("/files-pri/{place}/download/{name}", file_addresses.download),
            web.get("/files/{file_id}", file_addresses.shown),
            web.get("/signin", file_addresses.sign_in),
            web.get("/oauth/v2/authorize", authorize.ask),
            web.post("/oauth/v2/authorize", authorize.answer),
            web.get("/", _index),
            web.get("/web/{path:.+}", _web_file),
            *page.routes(),
            *control.routes(),
        ]
        if isinstance(self._transport, SocketMode):
            found.append(web.get("/socket", self._transport.handle))
        return found


def _workspace_content(workspace: Path | str | Mapping[str, Any] | None) -> Mapping[str, Any]:
    if workspace is None:
        return DEFAULT_WORKSPACE
    return workspace if isinstance(workspace, Mapping) else read_workspace(Path(workspace))


@web.middleware
async def _guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuses requests that another site could make through a person's browser.

    The Host must be loopback, so that a name rebound to 127.0.0.1 reaches nothing; a request that changes something
    must not come from another origin.
    """
    host, origin = request.headers.get("Host", ""), request.headers.get("Origin")
    try:
        for_loopback = urlsplit(f"//{host}").hostname in _LOOPBACK
        same_site = origin is None or urlsplit(origin).netloc == host
    except ValueError:
        return web.Response(status=403, text="not a host")
    if not for_loopback:
        return web.Response(status=403, text="only for loopback")
    if not same_site:
        return web.Response(status=403, text="not from another site")
    return await handler(request)


async def _index(_request: web.Request) -> web.Response:
    return _file(_WEB / "index.html")


async def _web_file(request: web.Request) -> web.Response:
    path = (_WEB / request.match_info["path"]).resolve()
    if not path.is_relative_to(_WEB.resolve()):
        return web.Response(status=404, text="not found")
    return _file(path)


def _file(path: Path) -> web.Response:
    if not path.is_file():
        return web.Response(status=404, text="not found")
    kind = _CONTENT_TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    charset = "utf-8" if kind.startswith("text/") or kind.endswith(("xml", "json")) else None
    return web.Response(body=path.read_bytes(), content_type=kind, charset=charset, headers=headers)
