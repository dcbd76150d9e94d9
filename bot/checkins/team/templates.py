"""Where a team check-in may start: what it asks, when, and about which period. Their names are in the catalogues
(`checkins.team.template.<key>`, and `checkins.team.template_words.<key>` as people type them). To add one: an entry
here and those two texts.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.domain.calendar_periods import PeriodKind
from bot.domain.checkins import CheckinDefinition, Item, ItemKind
from bot.domain.schedules import Cadence, Rule, first_anchor

SENTENCES = (ItemKind.CONFIDENCE, ItemKind.PROGRESS, ItemKind.BLOCKER)
PERIODS = {
    Cadence.DAILY: PeriodKind.DAY,
    Cadence.WEEKLY: PeriodKind.WEEK,
    Cadence.TWO_WEEKS: PeriodKind.WEEK,
    Cadence.MONTHLY: PeriodKind.MONTH,
    Cadence.QUARTERLY: PeriodKind.QUARTER,
}
"""The rhythms a check-in can have, and whose figures it then shows."""


@dataclass(frozen=True, slots=True)
class Template:
    """A start. `weekday` (0 is Monday) counts for weekly rhythms, `day_of_month` for monthly ones; `window` is how long
    people have to answer."""

    key: str
    cadence: Cadence
    asks_at: time
    window: timedelta
    kpi_keys: tuple[str, ...]
    sentences: tuple[ItemKind, ...]
    weekday: int = 0
    day_of_month: int = 1


OWN = Template("own", Cadence.WEEKLY, time(9), timedelta(hours=2), (), SENTENCES)
TEMPLATES = {
    each.key: each
    for each in (
        Template(
            "standup",
            Cadence.DAILY,
            time(9),
            timedelta(hours=2),
            ("leads", "calls_held", "meetings_held"),
            (ItemKind.PROGRESS, ItemKind.BLOCKER),
        ),
        Template(
            "weekly_review",
            Cadence.WEEKLY,
            time(14),
            timedelta(hours=2, minutes=30),
            ("revenue", "deals_won", "deals_lost", "closing_rate"),
            SENTENCES,
            weekday=4,
        ),
        Template(
            "monthly_review",
            Cadence.MONTHLY,
            time(9),
            timedelta(hours=6),
            ("revenue", "new_customers", "closing_rate", "customer_satisfaction"),
            SENTENCES,
        ),
        OWN,
    )
}


def items_of(
    kpi_keys: tuple[str, ...], sentences: tuple[ItemKind, ...], questions: tuple[str, ...] = ()
) -> tuple[Item, ...]:
    """The questions, in the order in which they are asked: figures, how sure, progress, what is in the way, others."""
    return (
        *(Item(f"kpi.{key}", ItemKind.KPI, key) for key in dict.fromkeys(kpi_keys)),
        *(Item(kind.value, kind) for kind in SENTENCES if kind in sentences),
        *(Item(f"text{number}", ItemKind.TEXT, text=text) for number, text in enumerate(questions, start=1)),
    )


def later(at: time, window: timedelta) -> time | None:
    """A time of day so much later; None where that is another day."""
    moment = datetime.combine(date(2000, 1, 1), at) + window
    return moment.time() if moment.date() == date(2000, 1, 1) else None


def started(
    template: Template, channel_id: str, language: str, known: frozenset[str], zone: str, now: datetime
) -> tuple[CheckinDefinition, Rule]:
    """A check-in as its template has it, with those of its KPIs that are `known`, and its rule from `now` (aware) on in
    the author's zone."""
    posts = later(template.asks_at, template.window)
    assert posts is not None, "no template goes past midnight"
    kpi_keys = tuple(key for key in template.kpi_keys if key in known)
    definition = CheckinDefinition(
        channel_id,
        items_of(kpi_keys, template.sentences),
        posts,
        language,
        template="" if template is OWN else template.key,
        period=PERIODS[template.cadence],
    )
    by_month = template.cadence in (Cadence.MONTHLY, Cadence.QUARTERLY)
    weekday = None if by_month or template.cadence is Cadence.DAILY else template.weekday
    day = template.day_of_month if by_month else None
    anchor = first_anchor(template.cadence, weekday, day, template.asks_at, zone, now)
    return definition, Rule(template.cadence, anchor, template.asks_at, zone)
