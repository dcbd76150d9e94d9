"""How fast one member may go: a bucket of tokens for each member and pace, in memory, by each process for itself. Which
listener has which pace is in `bot.permissions`; what the member is told, too.

Nobody who reads, thinks and clicks meets these limits. They are for a key that got stuck, and for somebody who wants to
keep everybody else from being heard.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from math import ceil

MOST_BUCKETS = 20_000
"""Buckets kept at once, about 3 MB. Beyond it whoever was quiet longest is forgotten, and begins with a full one."""


class Pace(StrEnum):
    """What a listener counts as. FREE is not counted: events, which nobody sends by hand."""

    ANSWER = "answer"
    CLICK = "click"
    COMMAND = "command"
    COSTLY = "costly"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Bucket:
    """`most` at once, and from then on `a_minute`."""

    most: int
    a_minute: int

    @property
    def a_second(self) -> float:
        return self.a_minute / 60


BUCKETS: Mapping[Pace, Bucket] = {
    Pace.ANSWER: Bucket(most=60, a_minute=120),
    Pace.CLICK: Bucket(most=60, a_minute=120),
    Pace.COMMAND: Bucket(most=40, a_minute=60),
    Pace.COSTLY: Bucket(most=10, a_minute=10),
}
"""An answer is a click a question: 120 a minute is two a second, all the time. COSTLY are files, previews and posts."""


@dataclass(slots=True)
class RateLimits:
    """The buckets of all members. `spend` is exact to the moment it is given; a clock that was put back refills
    nothing, and takes nothing away."""

    buckets: Mapping[Pace, Bucket] = field(default_factory=lambda: BUCKETS)
    most_buckets: int = MOST_BUCKETS
    _left: "OrderedDict[tuple[str, str, Pace], tuple[float, datetime]]" = field(default_factory=OrderedDict)

    def spend(self, workspace_id: str, member_id: str, pace: Pace, now: datetime) -> int:
        """Takes a token (`now` is aware). 0 if there was one, else the seconds until there is."""
        bucket = self.buckets.get(pace)
        if bucket is None:
            return 0
        key = (workspace_id, member_id, pace)
        left, since = self._left.get(key, (float(bucket.most), now))
        passed = max(0.0, (now - since).total_seconds())
        left = min(float(bucket.most), left + passed * bucket.a_second)
        wait = 0 if left >= 1 else ceil((1 - left) / bucket.a_second)
        self._left[key] = (left if wait else left - 1, now)
        self._left.move_to_end(key)
        if len(self._left) > self.most_buckets:
            self._left.popitem(last=False)
        return wait
