"""A summary: a channel's periodic post, and on which of its schedule's dates it comes. What it says is the feature's
matter."""

from dataclasses import dataclass, field
from datetime import date, datetime

from bot.domain.schedules import Cadence, Due, Rule, next_due
from bot.domain.workdays import Workdays


@dataclass(frozen=True, slots=True)
class SummaryDefinition:
    """What a summary shows. `kpi_keys` are the KPIs in their order (none: all that speak for themselves), `survey_ids`
    the surveys (none: those of its channel; not any where `shows_surveys` is False). Whose numbers are missing is told
    to `lead_id` by name ("": to whoever set it up). With nothing to say it posts one line, or nothing where it is to be
    `silent_when_empty`."""

    kpi_keys: tuple[str, ...] = ()
    survey_ids: tuple[str, ...] = ()
    shows_surveys: bool = True
    silent_when_empty: bool = False
    lead_id: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """A channel's periodic post; a channel may have several. `language` is the language it is written in."""

    id: str
    channel_id: str
    language: str
    created_by: str
    created_at: datetime
    active: bool = True
    definition: SummaryDefinition = field(default_factory=SummaryDefinition)

    @property
    def lead_id(self) -> str:
        """Who hears by name whose numbers are missing."""
        return self.definition.lead_id or self.created_by


def is_posted_on(cadence: Cadence, day: date, workdays: Workdays) -> bool:
    """Whether a summary in this rhythm comes on a local date of its schedule: a daily one on working days only."""
    return cadence is not Cadence.DAILY or workdays.is_working_day(day)


def next_post(rule: Rule, after: datetime, workdays: Workdays) -> Due | None:
    """The first date strictly after an aware moment on which a summary of this rule comes; None if there is none."""
    following = next_due(rule, after)
    while following is not None and not is_posted_on(rule.cadence, following.local_date, workdays):
        following = next_due(rule, following.at)
    return following
