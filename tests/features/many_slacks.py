"""A Slack on loopback with several workspaces and an organisation: it knows each token, answers what the bot asks, and
remembers who asked for what. And the bot's parts on it, with many workspaces.
"""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot.app import Denyut, build_registry
from bot.domain.installations import Installation
from bot.i18n import load
from bot.roster import meet
from bot.sender import Sender
from bot.services import Services
from bot.settings import Charts, Settings
from bot.slack.calls import session
from bot.slack.gateway import Gateway, Identity
from bot.slack.scopes import SCOPES
from bot.transports import dispatch
from bot.vault import Vault
from bot.workspaces import InstalledWorkspaces
from storage import Storage

THURSDAY = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
KEY = "a secret key of at least thirty-two characters"
CLIENT = ("client-1", "client-secret-1")
Json = dict[str, Any]


@dataclass
class Place:
    """What a token is for: a workspace, or an organisation with several."""

    id: str
    name: str
    teams: dict[str, str] = field(default_factory=dict)


@dataclass
class ManySlacks:
    """`tokens` that hold, with their places; `refusals` is what Slack says of a token instead; `codes` are what it gave
    people, with the place and token they are good for, `granted_too` what it grants beside; `held` keeps the calls of a
    token waiting."""

    url: str = ""
    tokens: dict[str, Place] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)
    codes: dict[str, tuple[str, Place]] = field(default_factory=dict)
    calls: list[tuple[str, str, Json]] = field(default_factory=list)
    held: dict[str, asyncio.Event] = field(default_factory=lambda: defaultdict(asyncio.Event))
    holding: set[str] = field(default_factory=set)
    app_id: str = "A0DENYUT"
    granted_too: Json = field(default_factory=dict)
    answers: dict[str, Json] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def called(self, method: str, token: str | None = None) -> list[Json]:
        return [args for by, name, args in self.calls if name == method and token in (None, by)]

    def posted(self, token: str) -> list[str]:
        return [str(each["text"]) for each in self.called("chat.postMessage", token)]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        is_json = request.content_type == "application/json"
        args: Json = await request.json() if is_json else {**request.query, **await request.post()}
        header = request.headers.get("Authorization", "")
        if method == "oauth.v2.access":
            return web.json_response(self._granted(args))
        token = header.removeprefix("Bearer ")
        self.calls.append((token, method, args))
        if token in self.holding:
            await self.held[token].wait()
        if token in self.refusals:
            return web.json_response({"ok": False, "error": self.refusals[token]})
        place = self.tokens.get(token)
        if place is None:
            return web.json_response({"ok": False, "error": "invalid_auth"})
        return web.json_response({"ok": True, **self._answer(method, args, place)})

    def _answer(self, method: str, args: Json, place: Place) -> Json:
        if method in self.answers:
            return self.answers[method]
        match method:
            case "auth.test":
                return {"team_id": place.id, "team": place.name, "user_id": "U0BOT", "bot_id": "B0BOT"}
            case "bots.info":
                return {"bot": {"id": "B0BOT", "app_id": self.app_id}}
            case "auth.teams.list":
                return {"teams": [{"id": team, "name": name} for team, name in place.teams.items()]}
            case "users.list":
                team = args.get("team_id") or place.id
                return {"members": [{"id": "U1", "name": f"ayu of {team}", "team_id": team, "is_admin": True}]}
            case "usergroups.list":
                return {"usergroups": []}
            case "usergroups.users.list":
                return {"users": []}
            case "chat.postMessage":
                return {"channel": args["channel"], "ts": f"1700000000.{next(self._numbers):06}"}
            case _:
                return {}

    def _granted(self, args: Json) -> Json:
        if (args.get("client_id"), args.get("client_secret")) != CLIENT:
            return {"ok": False, "error": "bad_client_secret"}
        if args.get("code") not in self.codes:
            return {"ok": False, "error": "invalid_code"}
        token, place = self.codes.pop(str(args["code"]))
        self.tokens[token] = place
        self.refusals.pop(token, None)
        is_org = place.id.startswith("E")
        return {
            "ok": True, "access_token": token, "bot_user_id": "U0BOT", "app_id": self.app_id,
            "scope": ",".join(SCOPES), "authed_user": {"id": "U1"}, "is_enterprise_install": is_org,
            "team": None if is_org else {"id": place.id, "name": place.name},
            "enterprise": {"id": place.id, "name": place.name} if is_org else None, **self.granted_too,
        }  # fmt: skip


async def serve(slack: ManySlacks) -> web.AppRunner:
    """Begins to answer; the runner ends it."""
    app = web.Application()
    app.router.add_route("*", "/api/{method}", slack.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
    return runner


class Hosted:
    """One replica of the bot with many workspaces. `now` and `seconds` are its clocks."""

    def __init__(self, slack: ManySlacks, storage: Storage, connections: aiohttp.ClientSession, key: str = KEY) -> None:
        self.slack = slack
        self.storage = storage
        self.now = THURSDAY
        self.seconds = 1000.0
        self.vault = Vault.of(key)
        self.settings = Settings(
            data_dir=Path("unused"), slack_client_id=CLIENT[0], slack_client_secret=CLIENT[1], secret_key=key,
            slack_api_url=slack.url, rate_limits=False,
        )  # fmt: skip
        nobody = Gateway.over(connections, "", slack.url, Identity("", "", "", "", frozenset()), Charts.AUTO)
        shared = Services(self.settings, storage, load("en"), nobody, lambda: self.now)
        self.workspaces = InstalledWorkspaces(shared, self.vault, connections, clock=lambda: self.seconds, on_met=meet)
        self.services = self.workspaces.shared
        self.registry = build_registry(self.services.texts)
        self.denyut = Denyut(self.services, self.registry, self.workspaces)
        self._keys = itertools.count(1)

    async def settled(self) -> None:
        """Until everything that goes on beside has ended."""
        await self.denyut.drain()
        await self.workspaces.close()
        await self.denyut.drain()

    def installed(self, place: Place, token: str, **more: Any) -> None:
        """As if somebody had added Denyut there."""
        self.slack.tokens[token] = place
        self.keep(self.installation(place, token, **more))

    def installation(self, place: Place, token: str, **more: Any) -> Installation:
        sealed = self.vault.seal(token, place.id) if token else b""
        given = {"enterprise_id": place.id if place.id.startswith("E") else "", **more}
        return Installation(place.id, place.name, sealed, frozenset(SCOPES), "U0BOT", "U1", self.now, **given)

    def keep(self, installation: Installation) -> None:
        place = installation.workspace_id
        self.storage.write_now(place, lambda db: db.installation.put(installation))
        if place.startswith("T"):
            self.storage.write_now(place, lambda db: db.workspace.ensure(installation.name, self.now))

    def do(self, team: str, work: Callable[[Any], Any]) -> Any:
        return self.storage.write_now(team, work)

    def sender(self, services: Services) -> Sender:
        async def at_once(_seconds: float) -> None: ...

        return Sender(services, self.registry, pause=at_once)

    async def send(self, payload: Json) -> tuple[int, str]:
        """A payload as Slack sends it; the acknowledgement's status and body."""
        response = await dispatch(self.denyut.bolt, payload, {})
        await self.settled()
        return response.status, response.body or ""

    async def command(self, line: str, team: str, *, user: str = "U1", **more: Any) -> tuple[int, str]:
        command, _, text = line.partition(" ")
        return await self.send(
            {
                "command": command,
                "text": text,
                "team_id": team,
                "user_id": user,
                "channel_id": "C1",
                "trigger_id": f"t{next(self._keys)}",
                "response_url": "",
                "api_app_id": "A0DENYUT",
                **more,
            }
        )

    async def event(self, team: str, kind: str, enterprise: str = "", **event: Any) -> tuple[int, str]:
        return await self.send(
            {
                "type": "event_callback",
                "team_id": team or enterprise,
                "api_app_id": "A0DENYUT",
                "event_id": f"Ev{next(self._keys)}",
                "event": {"type": kind, **event},
                "authorizations": [
                    {
                        "enterprise_id": enterprise or None,
                        "team_id": team or None,
                        "user_id": "U0BOT",
                        "is_bot": True,
                        "is_enterprise_install": bool(enterprise),
                    }
                ],
            }
        )


async def opened(slack: ManySlacks, storage: Storage, key: str = KEY) -> Hosted:
    """A replica with connections of its own; `connections` is closed by whoever opened it."""
    return Hosted(slack, storage, session(), key)
