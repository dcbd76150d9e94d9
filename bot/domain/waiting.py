"""What waits for a member, as values: surveys to answer and KPI values to log. Reading is in `bot.waiting`, wording and
layout in the features that show it.
"""

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.kpis import Kpi
from bot.domain.periods import Period


@dataclass(frozen=True, slots=True)
class Waiting:
    """One open round that a member has not finished: what its survey is called (as its author wrote it, to be escaped),
    the channel whose members it asks ("" if it asks others), how many questions it has, and until when (UTC)."""

    round_id: str
    title: str
    channel_id: str
    questions: int
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class AskedKpi:
    """A KPI value that its owner is asked for: on which date of its schedule, and for which period."""

    kpi: Kpi
    on: date
    period: Period
