"""What the playground's tests share: a manifest, a small workspace, and a bot on slack_sdk's own Socket Mode client."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.actor import Actor
from bot.playground.app_manifest import AppManifest, manifest_from
from bot.playground.delivery import Timing
from bot.playground.server import Playground

Json = dict[str, Any]

SCOPES = [
    "channels:history", "channels:join", "channels:read", "chat:write", "commands", "files:read", "files:write",
    "groups:history", "groups:read", "im:history", "im:read", "im:write", "reactions:write", "team:read",
    "usergroups:read", "users:read",
]  # fmt: skip
EVENTS = ["app_home_opened", "message.channels", "message.im", "channel_archive", "user_change", "app_mention"]
FAST = Timing(retry_delays=(0.0, 0.05, 0.05), file_ready_seconds=0.1, drain_seconds=0.05)
WORKSPACE = {
    "team": {"id": "T0TEST", "name": "Testers", "domain": "testers"},
    "users": [
        {"id": "U0AYU", "name": "ayu", "real_name": "Ayu Lestari", "tz": "Asia/Jakarta", "locale": "id-ID"},
        {"id": "U0BOB", "name": "bob", "real_name": "Bob Tan", "tz": "Asia/Makassar"},
        {"id": "U0GONE", "name": "gone", "real_name": "Gone", "deleted": True},
        {"id": "U0OUT", "name": "out", "real_name": "Out Sider", "team_id": "T0OTHER", "is_stranger": True},
    ],
    "channels": [
        {"id": "C0SALES", "name": "sales", "members": ["U0AYU", "U0BOB", "U0OUT"], "bot": True},
        {"id": "C0OTHER", "name": "other", "members": ["U0AYU"]},
        {"id": "C0OLD", "name": "old", "members": ["U0AYU"], "bot": True, "is_archived": True},
        {"id": "G0BOARD", "name": "board", "members": ["U0AYU"], "bot": True, "is_private": True},
        {"id": "G0SECRET", "name": "secret", "members": ["U0BOB"], "is_private": True},
    ],
    "groups": [
        {"id": "S0LEADS", "handle": "sales-leads", "name": "Sales leads", "members": ["U0AYU", "U0BOB", "U0GONE"]},
        {"id": "S0OLD", "handle": "old-guard", "members": ["U0AYU"], "disabled": True},
    ],
}


def manifest(**changes: Any) -> AppManifest:
    """The manifest of a bot with everything the tests use; `scopes`, `events` and `app_home` can be changed."""
    command = {"command": "/kpi", "description": "KPIs", "usage_hint": "help", "should_escape": True}
    return manifest_from(
        {
            "display_information": {"name": "Denyut"},
            "features": {
                "app_home": changes.get("app_home", {"home_tab_enabled": True, "messages_tab_enabled": True}),
                "bot_user": {"display_name": "Denyut"},
                "slash_commands": [command, {**command, "command": "/raw", "should_escape": False}],
            },
            "oauth_config": {"scopes": {"bot": changes.get("scopes", SCOPES)}},
            "settings": {
                "event_subscriptions": {"bot_events": changes.get("events", EVENTS)},
                "interactivity": {"is_enabled": True},
            },
        }
    )


def make_impatient(playground: Playground) -> None:
    """The playground waits only a moment for an acknowledgement, for bots that give none."""
    playground._transport._timing = replace(FAST, ack_seconds=0.2)


def client_of(playground: Playground, token: str = "xoxb-playground") -> AsyncWebClient:
    """slack_sdk's client for a playground, without its own retries."""
    return AsyncWebClient(token=token, base_url=playground.api_url, retry_handlers=[])


class SocketBot:
    """A bot on slack_sdk's own Socket Mode client. `answers` decides the ack's payload; None keeps silent."""

    def __init__(self, playground: Playground) -> None:
        self.playground = playground
        self.web = client_of(playground)
        self.requests: list[SocketModeRequest] = []
        self.frames: list[str] = []
        self.silent = False
        self.answer: Callable[[SocketModeRequest], Awaitable[Any]] | None = None
        self.client = SocketModeClient(app_token="xapp-playground", web_client=self.web, ping_interval=0.2)
        self.client.socket_mode_request_listeners.append(self._on_request)

    async def _on_request(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        self.requests.append(request)
        payload = await self.answer(request) if self.answer else None
        if not self.silent:
            response = SocketModeResponse(envelope_id=request.envelope_id, payload=payload)
            await client.send_socket_mode_response(response)

    @property
    def payloads(self) -> list[Json]:
        return [request.payload for request in self.requests]


@asynccontextmanager
async def connected_bot(playground: Playground) -> AsyncIterator[SocketBot]:
    bot = SocketBot(playground)
    before = playground.connections
    await bot.client.connect()
    await eventually(lambda: playground.connections > before)
    try:
        yield bot
    finally:
        await bot.client.close()


async def eventually(condition: Callable[[], Any], timeout: float = 5.0) -> Any:
    """Waits until the condition holds and returns what it gave."""

    async def look() -> Any:
        return condition()

    return await Actor("", "").wait_for(look, timeout, "what was expected")
