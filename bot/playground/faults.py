"""Misbehaviour on demand: which of the next Web API calls go wrong, and how. Making them go wrong is the server's."""

from dataclasses import asdict, dataclass
from typing import Any, Final

KINDS: Final = ("ratelimit", "drop_before", "drop_after", "error_500", "slow", "error")


class FaultError(ValueError):
    """The fault asked for makes no sense, in words for a person."""


@dataclass
class Fault:
    """One kind of misbehaviour for the next `times` calls of a method (`*` any), in one channel or all (None)."""

    method: str
    kind: str
    times: int = 1
    retry_after: int = 1
    seconds: float = 1.0
    channel: str | None = None
    error: str = "internal_error"

    def matches(self, method: str, channel: str | None) -> bool:
        """True when a call of the method for the channel is meant."""
        return self.method in ("*", method) and self.channel in (None, channel)


class Faults:
    """The faults still to come, in the order they were asked for."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, wanted: dict[str, Any]) -> None:
        """Adds a fault from its JSON form; raises FaultError for an unknown kind or field."""
        try:
            fault = Fault(**{"method": "*", **{name: each for name, each in wanted.items() if each is not None}})
        except TypeError as error:
            raise FaultError("a fault has method, kind, times, retry_after, seconds, channel, error") from error
        if fault.kind not in KINDS:
            raise FaultError(f"kind must be one of {', '.join(KINDS)}")
        numbers = (fault.times, fault.retry_after, fault.seconds)
        if not all(isinstance(each, int | float) and each >= 0 for each in numbers):
            raise FaultError("times, retry_after and seconds are numbers from 0")
        self._waiting.append(fault)

    def take(self, method: str, channel: str | None) -> Fault | None:
        """The fault for this call, counted down; None when the call goes well."""
        for fault in self._waiting:
            if fault.matches(method, channel):
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
                return fault
        return None

    def as_json(self) -> list[dict[str, Any]]:
        """The faults still to come."""
        return [asdict(each) for each in self._waiting]

    def clear(self) -> None:
        """Calls them off."""
        self._waiting.clear()
