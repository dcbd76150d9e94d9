"""Short-lived handles Slack gives with an interaction: trigger ids (open a modal) and response_urls (answer it)."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from bot.playground.clock import Clock
from bot.playground.slack_error import SlackError

KEPT: Final = 20_000
RESPONSE_USES: Final = 5
RESPONSE_SECONDS: Final = 30 * 60


@dataclass
class Trigger:
    """A trigger id: whose interaction it was, in which conversation if in one, and when (real monotonic seconds)."""

    user_id: str
    channel_id: str | None
    issued: float
    used: bool = False


class Triggers:
    """Trigger ids live for `seconds` of real time and work once."""

    def __init__(self, seconds: float, real: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._real = real
        self._issued: dict[str, Trigger] = {}

    def issue(self, user_id: str, channel_id: str | None = None) -> str:
        """A new trigger id for an interaction of this person, in this conversation."""
        trigger_id = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self._issued[trigger_id] = Trigger(user_id, channel_id, self._real())
        _forget_oldest(self._issued)
        return trigger_id

    def exchange(self, trigger_id: str) -> Trigger:
        """Uses the trigger up; raises `invalid_`, `exchanged_` or `expired_trigger_id`."""
        trigger = self._issued.get(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.used:
            raise SlackError("exchanged_trigger_id")
        if self._real() - trigger.issued > self._seconds:
            raise SlackError("expired_trigger_id")
        trigger.used = True
        return trigger


def _forget_oldest(issued: dict[str, Any]) -> None:
    """Keeps memory bounded in long runs; handles this old have expired long ago in any use."""
    if len(issued) > KEPT:
        del issued[next(iter(issued))]


@dataclass
class ResponseUrl:
    """Where the answer to an interaction goes. `message_ts` is the message clicked on, None for a command."""

    channel_id: str
    user_id: str
    issued: float
    message_ts: str | None = None
    ephemeral: bool = False
    thread_ts: str | None = None
    uses: int = 0


class ResponseUrls:
    """response_urls work 5 times within 30 minutes of the playground's clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: dict[str, ResponseUrl] = {}

    def issue(
        self,
        channel_id: str,
        user_id: str,
        message_ts: str | None = None,
        ephemeral: bool = False,
        thread_ts: str | None = None,
    ) -> str:
        """The id of a new response_url."""
        handle = secrets.token_urlsafe(18)
        moment = self._clock.timestamp()
        self._issued[handle] = ResponseUrl(channel_id, user_id, moment, message_ts, ephemeral, thread_ts)
        _forget_oldest(self._issued)
        return handle

    def use(self, handle: str) -> ResponseUrl:
        """Counts one use; raises `invalid_url`, `used_url` or `expired_url`."""
        found = self._issued.get(handle)
        if found is None:
            raise SlackError("invalid_url")
        if self._clock.timestamp() - found.issued > RESPONSE_SECONDS:
            raise SlackError("expired_url")
        if found.uses >= RESPONSE_USES:
            raise SlackError("used_url")
        found.uses += 1
        return found
