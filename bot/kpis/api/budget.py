"""How many requests a token may send: counted in memory, by each process for itself."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

REQUESTS = 600
SPAN = timedelta(minutes=1)


@dataclass(slots=True)
class Budget:
    """At most `most` requests of a token within `span`, counted from its first."""

    most: int = REQUESTS
    span: timedelta = SPAN
    _spent: dict[str, tuple[datetime, int]] = field(default_factory=dict)

    def spend(self, token_id: str, now: datetime) -> int:
        """Counts a request. 0 if it is within the budget, else the seconds until there is a new one."""
        began, spent = self._spent.get(token_id, (now, 0))
        if not began <= now < began + self.span:  # also where the clock was put back
            began, spent = now, 0
        if spent >= self.most:
            return max(1, ceil((began + self.span - now).total_seconds()))
        self._spent[token_id] = (began, spent + 1)
        return 0
