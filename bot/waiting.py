"""What waits for a member, for every feature that says so: open surveys, KPI values they are asked for, and team
check-ins. No layout here."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from bot.domain.catalogue import Catalogue
from bot.domain.checkins import Run
from bot.domain.deliveries import Delivery, DeliveryState
from bot.domain.periods import Period, PeriodKind
from bot.domain.schedules import ScheduleKind
from bot.domain.surveys import Definition, Invitation, Round, Survey
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
            title = survey_title(survey, asking.definition, t)
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
    owned = [kpi.key for kpi in kpis.current if member_id in kpis.settings(kpi.key).owners]
    asks = _latest_asks(db, owned, member_id) if owned else {}
    reached = [asks[key] for key in owned if key in asks and _has_reached(asks[key], now)]
    asked = [found for ask in reached if (found := asked_in(ask.facts, kpis)) is not None]
    declined = db.deliveries.about(member_id, KPI_ASK_CHANGED, [decline_subject(each) for each in asked])
    filled = _with_values(db, asked)
    return [each for each in asked if each.kpi.key not in filled and decline_subject(each) not in declined]


def runs_waiting_for(db: UnitOfWork, member_id: str, now: datetime) -> list[Run]:
    """The runs of team check-ins in which the member is asked and has not answered, the one that closes first first."""
    mine = [run for run in db.checkins.open() if member_id in run.asked and run.closes_at > now]
    return [run for run in mine if db.checkins.answer_of(run.id, member_id) is None]


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


def _latest_asks(db: UnitOfWork, kpi_keys: Collection[str], member_id: str) -> dict[str, Delivery]:
    """The latest question for each of some KPIs, by key; in so many questions to the database however many they are."""
    wanted = set(kpi_keys)
    schedules = [each for each in db.schedules.active() if each.kind is ScheduleKind.KPI and each.subject_id in wanted]
    made = db.schedules.latest_of([each.id for each in schedules])
    subjects = {
        each.subject_id: ask_subject(each.subject_id, made[each.id].local_date)
        for each in schedules
        if each.id in made
    }  # fmt: skip
    asks = db.deliveries.about(member_id, KPI_ASKED, list(subjects.values()))
    return {key: asks[subject] for key, subject in subjects.items() if subject in asks}


def _with_values(db: UnitOfWork, asked: Collection[AskedKpi]) -> set[str]:
    """The KPIs whose value is there, whoever logged it: one question to the database for each period."""
    found: set[str] = set()
    for period in {each.period for each in asked}:
        own = [each.kpi.key for each in asked if each.period == period]
        found |= set(db.kpis.totals(period.first, period.last, kpi_keys=own, latest_of=()))
    return found


def _has_reached(ask: Delivery, now: datetime) -> bool:
    if ask.expires_at is not None and ask.expires_at <= now:
        return False
    return ask.state in _REACHED or (ask.state is DeliveryState.DUE and ask.due_at <= now)


def survey_title(survey: Survey, definition: Definition, t: Translator) -> str:
    """A survey as people read it above the questions, by its own or a round's definition; as its author wrote it, to be
    escaped."""
    if definition.title or definition.template in ("", "blank"):
        return definition.title or survey.handle
    return t(f"templates.{definition.template}.name")
