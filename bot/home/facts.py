"""What a person's Home shows, as values. Pure; reading is in `service`, wording and layout in `views`."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.scoreboard import KpiLine


@dataclass(frozen=True, slots=True)
class OpenSurvey:
    """A survey that waits for the person: its title as people wrote it, the channel whose members it asks
    ("" if it asks others), how many questions, until when (UTC)."""

    round_id: str
    title: str
    channel_id: str
    questions: int
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class OpenValue:
    """A KPI value that the person is asked for: the KPI's key and what they call it, the date of its schedule, and for
    which days, in their words."""

    kpi_key: str
    name: str
    on: date
    days: str


@dataclass(frozen=True, slots=True)
class HomeFacts:
    """A person's week. `own` are their own numbers, `team` everybody's; `today` is the date in `zone`. `asked` are the
    KPI values they are asked for."""

    surveys: tuple[OpenSurvey, ...]
    own: tuple[KpiLine, ...]
    team: tuple[KpiLine, ...]
    today: date
    zone: str
    currency: str
    asked: tuple[OpenValue, ...] = ()
