"""Which KPI a line names: its key or any of its names in full. Nearest names are offered, never taken."""

from difflib import get_close_matches

from bot.domain.errors import DomainError
from bot.domain.kpis import Kpi
from bot.domain.words import shown
from bot.kpis.vocabulary import Vocabulary, normal

_NEAR = 0.8


class KpiNames:
    """The KPIs by what a file calls them. A name is looked up once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._found: dict[str, Kpi] = {}

    def find(self, text: str) -> Kpi:
        """The KPI of a name. DomainErrors: `kpis.import.kpi`, `kpi_files.kpi_near`, `kpis.import.derived`."""
        if text not in self._found:
            self._found[text] = self._look_up(text)
        return self._found[text]

    def _look_up(self, text: str) -> Kpi:
        kpi = self._vocabulary.exactly(text)
        if kpi is None:
            near = get_close_matches(normal(text), self._vocabulary.names, n=1, cutoff=_NEAR)
            meant = self._vocabulary.exactly(near[0]) if near else None
            if meant is not None:
                raise DomainError("kpi_files.kpi_near", text=shown(text), kpi=self._vocabulary.name(meant))
            raise DomainError("kpis.import.kpi", text=shown(text))
        if kpi.is_derived:
            raise DomainError("kpis.import.derived", kpi=self._vocabulary.name(kpi))
        return kpi
