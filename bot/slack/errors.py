"""What can go wrong on the way to Slack, in the four kinds that call for different action, and how an answer or a
broken connection is sorted into them. Who waits or asks again does not belong here.
"""

from collections.abc import Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

# Slack says of these that the call may have had its effect in part.
UNCLEAR_CODES = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
RATE_CODES = frozenset({"ratelimited", "rate_limited"})
# The workspace is being moved into an organisation; it takes minutes and passes by itself.
MOVING_CODES = frozenset({"team_added_to_org", "org_login_required"})
MOVING_SECONDS = 60.0
# What Slack says of the token rather than of the call. "account_inactive" is also said of a person: auth.test tells.
TOKEN_CODES = frozenset(
    {
        "account_inactive", "invalid_auth", "not_authed", "team_access_not_granted", "token_expired", "token_revoked",
    }
)  # fmt: skip
NO_ACCESS = "team_access_not_granted"  # the organisation's token holds, but not for this workspace
DEFAULT_RETRY_SECONDS = 5.0
LONGEST_RETRY_SECONDS = 3600.0
TOO_MANY_REQUESTS, SERVER_ERROR = 429, 500


class SlackError(Exception):
    """A call to Slack did not succeed. One of the four below."""


class SlackRefused(SlackError):  # noqa: N818  (it reads as what happened)
    """Slack said no, definitely: nothing happened. `code` is Slack's ("not_in_channel"), `detail` what it adds."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class SlackBusy(SlackError):  # noqa: N818  (it reads as what happened)
    """Too many calls: nothing happened, ask again in `retry_after` seconds. Holds for this `method`, and for posts for
    this `channel`, only."""

    def __init__(self, retry_after: float, method: str, channel: str = "") -> None:
        super().__init__(f"{method} can be called again in {retry_after:g} s")
        self.retry_after = retry_after
        self.method = method
        self.channel = channel


class SlackUnreachable(SlackError):  # noqa: N818  (it reads as what happened)
    """No connection came about: nothing was sent."""


class SlackLockedOut(SlackUnreachable):
    """Slack takes our token no more: nothing was sent, and no message is to blame."""


class SlackUnclear(SlackError):  # noqa: N818  (it reads as what happened)
    """The request went out, and nobody knows whether it had its effect: it must be looked up before it is repeated."""


class NothingToTell(SlackUnclear):
    """Messages of ours are there that do not say which they are: whether one is among them stays unknown."""


class TooMuchToRead(SlackUnclear):
    """A list has more pages than we read: what is asked of it stays unknown, however often it is asked."""


def from_answer(error: SlackApiError, method: str, channel: str = "") -> SlackError:
    """The kind of a Web API answer that is not ok."""
    answer: Any = error.response
    status: int = getattr(answer, "status_code", None) or getattr(answer, "status", None) or 0
    data = getattr(answer, "data", None)
    body: Mapping[str, Any] = data if isinstance(data, dict) else {}
    return from_parts(status, getattr(answer, "headers", None) or {}, body, method, channel)


def from_parts(
    status: int, headers: Mapping[str, str], body: Mapping[str, Any], method: str, channel: str = ""
) -> SlackError:
    """The kind of an answer: HTTP status first, then Slack's code."""
    said = body.get("error")
    code = said if isinstance(said, str) else ""
    if status == TOO_MANY_REQUESTS or code in RATE_CODES:
        return SlackBusy(_retry_after(headers), method, channel)
    if code in MOVING_CODES:
        return SlackBusy(MOVING_SECONDS, method, channel)
    if status >= SERVER_ERROR or code in UNCLEAR_CODES:
        return SlackUnclear(code or f"HTTP {status}")
    if code:
        return SlackRefused(code, _detail(body))
    return SlackUnclear(f"HTTP {status} without an answer of Slack")


def from_connection(error: BaseException) -> SlackError:
    """The kind of a broken connection: whether the request can have reached Slack is all that counts."""
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError | aiohttp.InvalidURL):
        return SlackUnreachable(type(error).__name__)
    return SlackUnclear(type(error).__name__)


def _retry_after(headers: Mapping[str, str]) -> float:
    try:
        seconds = float(headers.get("Retry-After", ""))
    except ValueError:
        return DEFAULT_RETRY_SECONDS
    return min(max(seconds, 1.0), LONGEST_RETRY_SECONDS) if seconds == seconds else DEFAULT_RETRY_SECONDS


def _detail(body: Mapping[str, Any]) -> str:
    """The missing scope, or which part of the blocks Slack did not like (places, not texts)."""
    if body.get("needed"):
        return f"needs {body['needed']}"
    metadata = body.get("response_metadata")
    messages = metadata.get("messages") if isinstance(metadata, dict) else None
    return "; ".join(str(message) for message in messages)[:300] if isinstance(messages, list) else ""
