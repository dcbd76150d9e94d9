"""One call of a Web API method: reading its arguments the way Slack does, paging, finding channels and people."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from bot.playground.local_slack import LocalSlack
from bot.playground.slack_error import SlackError
from bot.playground.workspace import Channel, User

Json = dict[str, Any]
Item = TypeVar("Item")


class Call:
    """A method's arguments and what it may look at. `warnings` are faults Slack accepts in silence."""

    def __init__(self, slack: LocalSlack, args: Json) -> None:
        self.slack = slack
        self.args = args
        self.warnings: list[str] = []

    def text(self, name: str) -> str | None:
        """A text argument; None when it is missing or empty."""
        value = self.args.get(name)
        return None if value is None or value == "" else str(value)

    def required(self, name: str) -> str:
        """A text argument; raises `invalid_arguments` when it is missing."""
        value = self.text(name)
        if value is None:
            raise SlackError("invalid_arguments", [f"[ERROR] missing required field: {name}"])
        return value

    def flag(self, name: str) -> bool:
        """A yes or no argument, given as JSON or as a word."""
        return self.args.get(name) in (True, 1, "1", "true", "True")

    def whole(self, name: str, default: int) -> int:
        """A whole number; raises `invalid_arguments` for anything else."""
        value = self.args.get(name)
        if value is None or value == "":
            return default
        try:
            return int(value)
        except (TypeError, ValueError) as error:
            raise SlackError("invalid_arguments", [f"[ERROR] must be an integer [json-pointer:/{name}]"]) from error

    def structure(self, name: str, refusal: str = "invalid_arguments") -> Any:
        """An argument that is JSON, native or as text; None when missing; raises `refusal` for other text."""
        value = self.args.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return json.loads(value)
        except ValueError as error:
            raise SlackError(refusal, [f"[ERROR] not valid JSON [json-pointer:/{name}]"]) from error

    def channel(self, name: str = "channel") -> Channel:
        """The conversation an argument names by id; a private one the app is not in does not exist for it."""
        channel = self.slack.workspace.channels.get(self.required(name))
        if channel is None or (channel.kind != "channel" and not channel.has_bot):
            raise SlackError("channel_not_found")
        return channel

    def user(self, name: str = "user") -> User:
        """The user an argument names; raises `user_not_found`."""
        user = self.slack.workspace.users.get(self.required(name))
        if user is None:
            raise SlackError("user_not_found")
        return user

    def page(self, items: Sequence[Item], default: int, most: int = 1000, short: bool = True) -> tuple[list[Item], str]:
        """One page and the cursor of the next ('' at the end).

        A page may hold fewer than `limit` although more follow, as in Slack: the first one does, where `short`.
        """
        limit = max(1, min(self.whole("limit", default) or default, most))
        start = self._offset()
        size = limit - 1 if short and start == 0 and 1 < limit < len(items) else limit
        end = start + size
        return list(items[start:end]), _cursor(end) if end < len(items) else ""

    def _offset(self) -> int:
        cursor = self.text("cursor")
        if cursor is None:
            return 0
        try:
            return int(base64.urlsafe_b64decode(cursor).decode().removeprefix("next:"))
        except (binascii.Error, ValueError) as error:
            raise SlackError("invalid_cursor") from error


def _cursor(offset: int) -> str:
    return base64.urlsafe_b64encode(f"next:{offset}".encode()).decode()


Method = Callable[[Call], Json]
