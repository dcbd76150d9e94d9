"""Who the bot is in a workspace, where Slack put what it posted, and whether Slack still takes its token. The calls
themselves are in `bot.slack.gateway`.
"""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.calls import ask
from bot.slack.errors import NO_ACCESS, TOKEN_CODES, SlackError, SlackLockedOut, SlackRefused, SlackUnclear

P = ParamSpec("P")
T = TypeVar("T")
G = TypeVar("G", bound="MayBeLockedOut")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is in a workspace, and the scopes its token has. `enterprise_id` is the organisation whose token it
    is, which then holds for many workspaces; "" for a workspace's own."""

    team_id: str
    team: str
    bot_id: str
    bot_user_id: str
    scopes: frozenset[str]
    enterprise_id: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """Where Slack put a message. `channel` is the conversation's id, also when it was sent to a person."""

    channel: str
    ts: str


def identity_from(answer: AsyncSlackResponse) -> Identity:
    """Who auth.test says we are. Raises SlackUnclear where it does not say it."""
    scopes = str(answer.headers.get("x-oauth-scopes", ""))
    said = {name: answer.get(name) or "" for name in ("team_id", "user_id", "team", "bot_id", "enterprise_id")}
    if not all(isinstance(each, str) for each in said.values()) or not (said["team_id"] and said["user_id"]):
        raise SlackUnclear("an answer that does not say who the bot is")
    return Identity(
        team_id=said["team_id"],
        team=said["team"],
        bot_id=said["bot_id"],
        bot_user_id=said["user_id"],
        scopes=frozenset(scope.strip() for scope in scopes.split(",") if scope.strip()),
        enterprise_id=said["enterprise_id"] if answer.get("is_enterprise_install") else "",
    )


class MayBeLockedOut(Protocol):
    """Whoever has a token that Slack may take no more."""

    async def lockout(self, code: str) -> str: ...


def unless_locked_out(
    call: Callable[Concatenate[G, P], Awaitable[T]],
) -> Callable[Concatenate[G, P], Coroutine[Any, Any, T]]:
    """Tells a token that Slack takes no more apart from a call that it refuses: raises SlackLockedOut."""

    async def told_apart(gateway: G, /, *given: P.args, **named: P.kwargs) -> T:
        try:
            return await call(gateway, *given, **named)
        except SlackRefused as refusal:
            code = await gateway.lockout(refusal.code)
            if code:
                raise SlackLockedOut(code) from refusal
            raise

    update_wrapper(told_apart, call)
    return told_apart


async def lockout(client: AsyncWebClient, code: str) -> str:
    """Slack's word for why it takes a token no more; "" where it does. What a call was answered with (`code`) may mean
    something else: then Slack is asked."""
    if code not in TOKEN_CODES:
        return ""
    try:
        await ask(client.auth_test)
    except SlackRefused as refusal:
        return refusal.code if refusal.code in TOKEN_CODES else ""
    except SlackError:
        return ""
    return code if code == NO_ACCESS else ""
