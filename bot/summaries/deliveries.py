"""What this feature's deliveries say, made from the database when they are sent. A post is made of the entries there
were when its sending began, so that `corrections` knows what it showed."""

from datetime import date, datetime

from bot.domain.deliveries import Delivery
from bot.domain.members import Member
from bot.domain.periods import Period
from bot.domain.schedules import OccurrenceState, ScheduleKind
from bot.domain.summaries import Summary
from bot.i18n import Translator
from bot.services import Services
from bot.slack.blocks import Message
from bot.summaries import command_views, service, views
from bot.summaries.facts import KINDS, Correction, SummaryFacts
from bot.summaries.purposes import POST
from bot.summaries.reading import Place, read_facts
from storage import UnitOfWork


def post(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    """A channel's summary; None when it was stopped meanwhile, or there is nothing to say and it is to be silent
    then."""
    summary = summary_of(db, delivery)
    if summary is None:
        return None
    facts = facts_at(db, summary, delivery, services, delivery.started_at or now)
    if facts.is_empty and summary.definition.silent_when_empty:
        return None
    return views.summary_message(facts, services.texts.t(summary.language))


def details(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    """What follows in the thread; None where the post has said it all."""
    summary = summary_of(db, delivery)
    if summary is None:
        return None
    facts = facts_at(db, summary, delivery, services, delivery.started_at or now)
    return views.details_message(facts, services.texts.t(summary.language))


def owing(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    """Who has yet to log, for the lead, in the lead's language; None where everybody has by now, or the lead has
    left."""
    summary, lead = summary_of(db, delivery), db.members.get(delivery.receiver)
    if summary is None or lead is None or lead.left_out:
        return None
    facts = facts_at(db, summary, delivery, services, now)
    return views.owing_message(facts, summary.channel_id, services.language_of(lead))


def correction(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    """The post said again, with what was wrong in it."""
    found = _corrected(db, delivery, services, now)
    return views.summary_message(*found) if found else None


def corrected_details(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    """The thread's reply said again."""
    found = _corrected(db, delivery, services, now)
    return views.details_message(*found) if found else None


def not_in_channel(db: UnitOfWork, delivery: Delivery, services: Services, _now: datetime) -> Message:
    """The note to the author of a summary, in their language."""
    t = services.language_of(db.members.get(delivery.receiver) or Member(delivery.receiver))
    bot = services.slack.identity.bot_user_id
    return command_views.unreachable_message(delivery.facts["channel"], delivery.facts["why"], bot, t)


def place_of(services: Services, channel_id: str, zone: str) -> Place:
    """The place a summary is made for, with what the settings say of it."""
    return Place(channel_id, zone, services.settings.country, services.settings.currency)


def summary_of(db: UnitOfWork, delivery: Delivery) -> Summary | None:
    """The summary a delivery is about, as long as it is not stopped."""
    summary = db.summaries.get(delivery.subject.split(":", 1)[0])
    return summary if summary is not None and summary.active else None


def facts_at(
    db: UnitOfWork,
    summary: Summary,
    delivery: Delivery,
    services: Services,
    moment: datetime,
    posted_at: datetime | None = None,
) -> SummaryFacts:
    """What a summary's post of its day says, from the entries there were at a moment (UTC). What people said is that of
    `posted_at` (None: of that moment too): a correction tells no round that was closed after the post."""
    rule = service.rule_of(db, summary)
    day = date.fromisoformat(delivery.facts["day"])
    place = place_of(services, summary.channel_id, rule.zone)
    kind, definition = KINDS[rule.cadence], summary.definition
    return read_facts(db.totals_at(moment), kind, day, posted_at or moment, place, definition, _since(db, summary, day))


def corrections_of(before: SummaryFacts, after: SummaryFacts) -> list[Correction]:
    """The figures that are not what they were, as they are shown; a KPI that was not there, or is not any more, has had
    none, or has none; nor had one for these days that was shown with its figure of earlier ones."""
    old, new = ({line.kpi.key: line.figure for line in facts.lines} for facts in (before, after))
    earlier = {key for key, own in after.own_days.items() if own.period != _own_period(before, key)}
    old = {key: figure for key, figure in old.items() if key not in earlier}
    kpis = {line.kpi.key: line.kpi for facts in (before, after) for line in facts.lines}
    pairs = [(kpi, old.get(key), new.get(key)) for key, kpi in kpis.items()]
    found = [Correction(kpi, was.value if was else None, now.value if now else None) for kpi, was, now in pairs]
    return [each for each in found if each.was != each.now]


def visible(corrections: list[Correction], facts: SummaryFacts, t: Translator) -> list[Correction]:
    """Those that can be told from each other as figures are written: a rupiah more in a billion is not."""
    currency = facts.currency
    return [
        each
        for each in corrections
        if t.figure(each.was, each.kpi.unit, currency) != t.figure(each.now, each.kpi.unit, currency)
    ]


def _own_period(facts: SummaryFacts, kpi_key: str) -> Period | None:
    own = facts.own_days.get(kpi_key)
    return own.period if own is not None else None


def _corrected(
    db: UnitOfWork, delivery: Delivery, services: Services, now: datetime
) -> tuple[SummaryFacts, Translator, list[Correction], datetime] | None:
    """What is known now, and how that differs from what the post first said."""
    summary = summary_of(db, delivery)
    first = db.deliveries.find(POST, delivery.subject.rsplit(":", 1)[0], summary.channel_id) if summary else None
    if summary is None or first is None or first.started_at is None:
        return None
    t, moment = services.texts.t(summary.language), delivery.started_at or now
    before = facts_at(db, summary, delivery, services, first.started_at)
    after = facts_at(db, summary, delivery, services, moment, first.started_at)
    return after, t, visible(corrections_of(before, after), after, t), moment


def _since(db: UnitOfWork, summary: Summary, day: date) -> datetime | None:
    """When the summary before this one was due: what was settled by then was told then."""
    schedule = db.schedules.of_subject(ScheduleKind.SUMMARY, summary.id)
    if schedule is None:
        return None
    made = (
        each
        for each in db.schedules.occurrences(schedule.id)
        if each.state is OccurrenceState.PLANNED and each.local_date < day
    )
    return max((each.due_at for each in made), default=None)
