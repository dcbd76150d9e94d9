"""What the readings of reviews give to the views: plain values, and the purposes of their messages."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.catalogue import KpiSettings
from bot.domain.entries import Entry
from bot.domain.kpi_notes import KpiNote, KpiNoteKind
from bot.domain.kpis import Kpi

DUE = "kpis.review_due"
FORGOTTEN = "kpis.review_forgotten"
TURNED = "kpis.review_turned"

OUTCOMES = (KpiNoteKind.KEPT, KpiNoteKind.CHANGED, KpiNoteKind.RETIRED)
MOST_KPIS = 15
"""KPIs in one message: with their buttons they stay below Slack's 50 blocks."""
MOST_REASON = 300
"""Characters of why a KPI is kept or retired."""


@dataclass(frozen=True, slots=True)
class Facts:
    """A KPI before its review. `since` is when it was reviewed last (None: never), `count` how many values there are
    for that day and later ones, `loggers` who logged the latest of them, `last` the value of the latest day; `met` of
    `ended` periods of its targets were met; `changes` is the number of times its definition changed. `reviews` are the
    outcomes of earlier ones, the latest first."""

    kpi: Kpi
    settings: KpiSettings
    due_on: date | None
    since: datetime | None = None
    count: int = 0
    loggers: tuple[str, ...] = ()
    last: Entry | None = None
    met: int = 0
    ended: int = 0
    changes: int = 0
    reviews: tuple[KpiNote, ...] = ()
    may_decide: bool = False

    @property
    def is_retired(self) -> bool:
        return self.settings.retired_on is not None
