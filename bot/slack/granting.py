"""What Slack gives when somebody adds Denyut to a workspace or an organisation, and what it tells of that later. How
the token is kept, and what follows, belongs to `bot.installing`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.calls import ask, pages_of
from bot.slack.errors import SlackRefused
from bot.slack.payloads import storable

AUTHORIZE_PATH = "oauth/v2/authorize"
BOT_TOKENS = ("xoxb-", "xoxe.xoxb-")
_ID = re.compile(r"[A-Z0-9]{1,64}")
_HOLDER = re.compile(r"[TE][A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class Grant:
    """An installation as Slack grants it. `holder` is whose it is: a workspace (T…), or with `is_org_wide` the
    organisation (E…). repr does not show the token."""

    holder: str
    name: str
    token: str = field(repr=False)
    scopes: frozenset[str]
    bot_user_id: str
    installed_by: str
    app_id: str
    enterprise_id: str = ""

    @property
    def is_org_wide(self) -> bool:
        return self.holder == self.enterprise_id


def authorize_url(api_url: str) -> str:
    """Where a person says yes: beside the Web API."""
    return f"{api_url.removesuffix('/').removesuffix('api')}{AUTHORIZE_PATH}"


async def exchange(client: AsyncWebClient, client_id: str, client_secret: str, code: str) -> Grant:
    """Turns the code Slack sent a person back with into a token; a code works once, and for ten minutes. Raises a
    SlackError; SlackRefused("token_rotation_enabled") for an app whose tokens would expire, "unexpected_answer" for an
    answer without a bot token."""

    async def oauth_v2_access(**fields: str) -> AsyncSlackResponse:
        return await client.api_call("oauth.v2.access", data=fields)

    answer = await ask(oauth_v2_access, client_id=client_id, client_secret=client_secret, code=code)
    team, enterprise = _place(answer.get("team")), _place(answer.get("enterprise"))
    holder = enterprise if answer.get("is_enterprise_install") else team
    token, user = str(answer.get("access_token") or ""), _place(answer.get("authed_user"))
    if answer.get("refresh_token") or answer.get("expires_in"):
        raise SlackRefused("token_rotation_enabled")
    if not token.startswith(BOT_TOKENS) or not _HOLDER.fullmatch(_id_of(holder)):
        raise SlackRefused("unexpected_answer")
    return Grant(
        holder=_id_of(holder),
        name=storable(str(holder.get("name") or "")),
        token=token,
        scopes=frozenset(filter(None, str(answer.get("scope") or "").split(","))),
        bot_user_id=_plain_id(answer.get("bot_user_id")),
        installed_by=_plain_id(user.get("id")),
        app_id=_plain_id(answer.get("app_id")),
        enterprise_id=_id_of(enterprise),
    )


async def app_of(client: AsyncWebClient, bot_id: str) -> str:
    """The id of the app a bot token is of; where its `bot_id` is "", Slack is asked for it. Raises a SlackError."""
    if not bot_id:
        bot_id = str((await ask(client.auth_test)).get("bot_id") or "")
    answer = await ask(client.bots_info, bot=bot_id)
    return _plain_id(_place(answer.get("bot")).get("app_id"))


async def teams_of(client: AsyncWebClient, token: str) -> dict[str, str]:
    """The workspaces an organisation's token holds for: names by id. Raises a SlackError."""
    teams = pages_of(client.auth_teams_list, "teams", token=token)
    named = {_id_of(_place(team)): str(_place(team).get("name") or "") async for team in teams}
    return {team_id: storable(name) for team_id, name in named.items() if team_id}


def _plain_id(given: Any) -> str:
    """An id as Slack writes it, "" for anything else."""
    return given if isinstance(given, str) and _ID.fullmatch(given) else ""


def _id_of(place: Mapping[str, Any]) -> str:
    return _plain_id(place.get("id"))


def _place(given: Any) -> Mapping[str, Any]:
    return given if isinstance(given, Mapping) else {}
