"""What the service of definitions gives to the views: plain values. How they come about is in `service`."""

from dataclasses import dataclass

from bot.domain.catalogue import Catalogue
from bot.domain.entries import Figure
from bot.domain.kpis import Kpi

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
