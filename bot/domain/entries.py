"""A KPI entry: one value somebody logged for a day, and how the entries of a period become one figure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from bot.domain.kpis import Aggregation, Kpi


class EntryState(StrEnum):
    """UNDONE, CORRECTED and DELETED entries stay, with who, when and why, and count nowhere. A CORRECTED one was
    replaced by another entry, a DELETED one taken out by an admin. A STAGED one is being brought in together with many
    others: until all of them are there it exists for nobody, and no entry that is read is in this state."""

    STAGED = "staged"
    ACTIVE = "active"
    UNDONE = "undone"
    CORRECTED = "corrected"
    DELETED = "deleted"


class Confidence(StrEnum):
    """How sure somebody is that the KPI gets where it should: said with a value, not computed from it."""

    ON_TRACK = "on_track"
    UNSURE = "unsure"
    OFF = "off"


LATE_AFTER = timedelta(days=7)
"""A value logged longer than this after the day it counts for is marked as late."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One logged value. `value` is in the KPI's unit; `on` is the local date it counts for; `member_id` whose number it
    is and `logged_by` who typed it; `logged_at` is UTC. `source` identifies what brought it (a command's trigger, an
    import's line) so that the same thing arriving twice is recorded once. `corrects` is the id of the entry this one
    stands for; `because` is why this one was corrected or deleted."""

    id: str
    kpi_key: str
    member_id: str
    value: Decimal
    on: date
    logged_by: str
    logged_at: datetime
    source: str
    note: str = ""
    state: EntryState = EntryState.ACTIVE
    changed_by: str = ""
    changed_at: datetime | None = None
    confidence: Confidence | None = None
    corrects: str | None = None
    because: str | None = None

    @property
    def is_late(self) -> bool:
        """Whether it was typed long after the day it counts for."""
        return self.logged_at.date() - self.on > LATE_AFTER


@dataclass(frozen=True, slots=True)
class Totals:
    """What storage adds up for one KPI over some days: exact sum, number of entries, and the latest value (None where
    there is none, or where nobody asked for it)."""

    sum: Decimal = Decimal(0)
    count: int = 0
    last: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One KPI over one period: its value in the KPI's unit, None where there is no data (or nothing to divide by)."""

    kpi: Kpi
    value: Decimal | None
    count: int


def own_figure(kpi: Kpi, totals: Mapping[str, Totals]) -> Figure:
    """The figure of a KPI that is logged, from its own totals, by its aggregation. Derived ones: `figures.figure`."""
    own = totals.get(kpi.key, Totals())
    if own.count == 0:
        return Figure(kpi, None, 0)
    if kpi.aggregation is Aggregation.SUM:
        return Figure(kpi, own.sum, own.count)
    if kpi.aggregation is Aggregation.MEAN:
        return Figure(kpi, own.sum / own.count, own.count)
    return Figure(kpi, own.last, own.count)


def add_up(totals: Iterable[Totals]) -> Totals:
    """Totals of several groups of days or people as one; `last` is that of the latest group given."""
    whole = Totals()
    for part in totals:
        whole = Totals(whole.sum + part.sum, whole.count + part.count, part.last if part.count else whole.last)
    return whole
