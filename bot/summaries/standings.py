"""A summary as the people who set it up meet it: what it is, when it comes, what was just done to it. Values only."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.schedules import Rule
from bot.domain.summaries import Summary


class Deed(StrEnum):
    """What a person's wish did: the channel's first summary was SET, another one ADDED, or this one CHANGED."""

    SET = "set"
    ADDED = "added"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Standing:
    """A summary and when it comes. `next_at` is UTC, None when it never comes again. `may_change` says that whoever
    asks may change and stop it; `deed` is what was just done, if anything."""

    summary: Summary
    rule: Rule
    next_at: datetime | None
    may_change: bool = True
    deed: Deed | None = None
