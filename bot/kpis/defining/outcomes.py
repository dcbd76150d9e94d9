"""What the service of definitions gives to the views: plain values. How they come about is in `service`."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.catalogue import Catalogue, KpiSettings
from bot.domain.entries import Figure
from bot.domain.kpis import Kpi
from bot.domain.targets import Target

MOST_BECAUSE = 300
"""Characters of why a definition changes."""


@dataclass(frozen=True, slots=True)
class Defined:
    """A definition as it is now. `kpi` has its formula as it was written, `figure` is that of the current month; `kpis`
    are the KPIs this person sees from now on. `was` is the definition before, None for a new KPI; the same as `kpi`
    where nothing changed."""

    kpi: Kpi
    figure: Figure | None
    kpis: Catalogue
    was: Kpi | None = None


@dataclass(frozen=True, slots=True)
class Editable:
    """An own KPI to be changed: its definition as it was written, the number of that version, and whether its unit and
    its source can change no more."""

    kpi: Kpi
    number: int
    is_fixed: bool


class How(StrEnum):
    """How a KPI was taken away from people: fewer see it (HIDDEN), or nothing is logged for it any more (RETIRED)."""

    HIDDEN = "hidden"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class TakenAway:
    """A KPI that was made private or retired `by` a member (an id), as it concerns one person: whether they see it
    still, which KPIs of theirs are `computed` from it, and which `targets` they set on it. `settings` are those of the
    KPI now."""

    how: How
    kpi: Kpi
    settings: KpiSettings
    by: str
    is_seen: bool
    computed: tuple[Kpi, ...] = ()
    targets: tuple[Target, ...] = ()
