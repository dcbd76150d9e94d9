"""What a person's Home shows, as values. Pure; reading is in `service`, wording and layout in `views`."""

from dataclasses import dataclass
from datetime import date

from bot.domain.scoreboard import KpiLine
from bot.domain.waiting import AskedKpi, Waiting


@dataclass(frozen=True, slots=True)
class HomeFacts:
    """A person's week. `own` are their own numbers, `team` everybody's; `today` is the date in `zone`. `asked` are the
    KPI values they are asked for."""

    surveys: tuple[Waiting, ...]
    own: tuple[KpiLine, ...]
    team: tuple[KpiLine, ...]
    today: date
    zone: str
    currency: str
    asked: tuple[AskedKpi, ...] = ()
