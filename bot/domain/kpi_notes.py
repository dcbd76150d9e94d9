"""What people write about a KPI beside its numbers, and the reviews that ask whether it is still right."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class KpiNoteKind(StrEnum):
    """KEPT, CHANGED and RETIRED are outcomes of a review ("tinjauan"); REASON and ACTION are what somebody wrote to an
    alert or beside a figure."""

    KEPT = "kept"
    CHANGED = "changed"
    RETIRED = "retired"
    REASON = "reason"
    ACTION = "action"


@dataclass(frozen=True, slots=True)
class KpiNote:
    """`text` is as its author (`by`, a member id) wrote it, to be escaped where it is shown; `at` is UTC."""

    id: str
    kpi_key: str
    kind: KpiNoteKind
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Usage:
    """How much a KPI was used: its entries that count, and when the first and the last of them were typed (UTC)."""

    count: int
    first_at: datetime
    last_at: datetime
