"""What a person's Home shows, as values. Pure; reading is in `service`, wording and layout in `views`."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.scoreboard import KpiLine


@dataclass(frozen=True, slots=True)
class Question:
    """An open question to the person: whose channel asks, and until when (UTC)."""

    channel_id: str
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class HomeFacts:
    """A person's week. `own` are their own numbers, `team` everybody's; `today` is the date in `zone`."""

    questions: tuple[Question, ...]
    own: tuple[KpiLine, ...]
    team: tuple[KpiLine, ...]
    today: date
    zone: str
    currency: str
