"""What waits for a member, for every feature that says so: open surveys, and KPI values they are asked for. No layout
here."""

from collections.abc import Mapping
from datetime import date, datetime

from bot.domain.catalogue import Catalogue
from bot.domain.deliveries import Delivery, DeliveryState
from bot.domain.periods import Period, PeriodKind
from bot.domain.schedules import ScheduleKind
from bot.domain.surveys import Invitation, Round, Survey
from bot.domain.waiting import AskedKpi, Waiting
from bot.i18n import Translator
from storage import UnitOfWork

KPI_ASKED = "kpis.ask"
KPI_REMINDED = "kpis.ask_reminder"
KPI_ASK_CHANGED = "kpis.ask_changed"
_REACHED = (DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.AMBIGUOUS)


def waiting_for(db: UnitOfWork, member_id: str, t: Translator) -> list[Waiting]:
    """The open rounds in which the member is asked and has not answered, or not everything that has to be; the one that
    closes first comes first. Named in the member's language."""
    found = []
    for asking in db.rounds.open_for(member_id):
        invitation = db.rounds.invitation(asking.id, member_id)
        survey = db.surveys.get(asking.survey_id)
        if invitation and survey and not has_finished(db, asking, invitation):
            title = _title(survey, asking, t)
            closes_at, questions = asking.closes_at, len(asking.questions)
            found.append(Waiting(asking.id, title, asking.definition.audience.only_channel, questions, closes_at))
    return found


def has_finished(db: UnitOfWork, asking: Round, invitation: Invitation) -> bool:
    """Whether somebody has answered everything that has to be answered in an open round. Who took all answers back has
    nothing left to do. Where the round key is lost nobody counts as finished."""
    if not invitation.answered:
        return False
    own = db.answers.own(asking.id, invitation.member_id, [each.id for each in asking.questions])
    return not (own.values or own.texts) or own.is_finished(asking.questions)


def kpis_waiting_for(db: UnitOfWork, member_id: str, kpis: Catalogue, now: datetime) -> list[AskedKpi]:
    """The KPI values a member was asked for and that are not there yet, unless they said there is nothing to report or
    the next time has come. `kpis` are those they may see."""
    found = []
    for kpi in kpis.current:
        ask = _latest_ask(db, kpi.key, member_id) if member_id in kpis.settings(kpi.key).owners else None
        if ask is None or not _has_reached(ask, now):
            continue
        asked = asked_in(ask.facts, kpis)
        if asked and not has_value(db, asked) and not has_declined(db, asked, member_id):
            found.append(asked)
    return found


def ask_subject(kpi_key: str, on: date) -> str:
    """The subject of the messages that ask for a KPI's value on a date of its schedule."""
    return f"{kpi_key}:{on.isoformat()}"


def decline_subject(asked: AskedKpi) -> str:
    """The subject under which it is kept that somebody has nothing to report."""
    return f"{ask_subject(asked.kpi.key, asked.on)}:declined"


def facts_of(asked: AskedKpi) -> dict[str, str]:
    """What a message that asks carries; `asked_in` reads it."""
    period = asked.period
    days = {"on": asked.on, "first": period.first, "last": period.last}
    return {"kpi": asked.kpi.key, "kind": period.kind, **{name: day.isoformat() for name, day in days.items()}}


def asked_in(facts: Mapping[str, str], kpis: Catalogue) -> AskedKpi | None:
    """What a message asks for; None where its KPI is not among these any more."""
    kpi = kpis.get(facts["kpi"])
    if kpi is None:
        return None
    on, first, last = (date.fromisoformat(facts[name]) for name in ("on", "first", "last"))
    return AskedKpi(kpi, on, Period(first, last, PeriodKind(facts["kind"])))


def has_value(db: UnitOfWork, asked: AskedKpi) -> bool:
    """Whether a value for the period is there, whoever logged it, in whichever way."""
    return bool(db.kpis.totals(asked.period.first, asked.period.last, kpi_keys=[asked.kpi.key]))


def has_declined(db: UnitOfWork, asked: AskedKpi, member_id: str) -> bool:
    return db.deliveries.find(KPI_ASK_CHANGED, decline_subject(asked), member_id) is not None


def _latest_ask(db: UnitOfWork, kpi_key: str, member_id: str) -> Delivery | None:
    schedule = db.schedules.of_subject(ScheduleKind.KPI, kpi_key)
    made = db.schedules.latest(schedule.id) if schedule and schedule.active else None
    return db.deliveries.find(KPI_ASKED, ask_subject(kpi_key, made.local_date), member_id) if made else None


def _has_reached(ask: Delivery, now: datetime) -> bool:
    if ask.expires_at is not None and ask.expires_at <= now:
        return False
    return ask.state in _REACHED or (ask.state is DeliveryState.DUE and ask.due_at <= now)


def _title(survey: Survey, asking: Round, t: Translator) -> str:
    """As people read it above the questions."""
    definition = asking.definition
    if definition.title or definition.template in ("", "blank"):
        return definition.title or survey.handle
    return t(f"templates.{definition.template}.name")
