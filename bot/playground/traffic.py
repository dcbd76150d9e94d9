"""The record of everything that passes between the bot and the playground, with what Slack would refuse in it."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from bot.playground.clock import Clock

Kind = Literal["web_api", "event", "command", "interactive", "ack", "response_url", "socket", "clock"]
KEPT: Final = 1_000


@dataclass(frozen=True)
class Entry:
    """One exchange. `in` comes from the bot, `out` goes to it; `at` is the playground's clock, `ms` real time."""

    id: int
    at: str
    direction: Literal["in", "out"]
    kind: Kind
    name: str
    summary: str
    request: Any
    response: Any
    status: int | str
    ms: float
    violation: str | None


class Traffic:
    """The last 1,000 exchanges, and the violations among all of them since the last reset."""

    def __init__(self, clock: Clock, announce: Callable[[dict[str, Any]], None]) -> None:
        self._clock = clock
        self._announce = announce
        self._last_id = 0
        self.entries: deque[Entry] = deque(maxlen=KEPT)
        self.violations: deque[Entry] = deque(maxlen=KEPT)

    def record(
        self,
        direction: Literal["in", "out"],
        kind: Kind,
        name: str,
        summary: str = "",
        *,
        request: Any = None,
        response: Any = None,
        status: int | str = "",
        started: float | None = None,
        violation: str | None = None,
    ) -> Entry:
        """Adds an exchange; `started` is the real monotonic second it began at."""
        self._last_id += 1
        ms = 0.0 if started is None else round((time.monotonic() - started) * 1000, 1)
        at = self._clock.now().isoformat()
        entry = Entry(
            self._last_id, at, direction, kind, name, summary[:200], request, response, status, ms, violation
        )  # fmt: skip
        self.entries.append(entry)
        if violation:
            self.violations.append(entry)
        self._announce({"type": "traffic", "entry": asdict(entry)})
        return entry

    def after(self, entry_id: int) -> list[dict[str, Any]]:
        """The exchanges with a greater id, oldest first."""
        return [asdict(each) for each in self.entries if each.id > entry_id]

    def clear(self) -> None:
        """Forgets everything, except that ids go on counting."""
        self.entries.clear()
        self.violations.clear()
