"""What changes with alerts: what is told is remembered and owed, notes are kept, alerts are muted. One transaction a
function."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.domain.actions import Action, ActionSource
from bot.domain.deliveries import Delivery, DeliveryState, NewDelivery, Verb
from bot.domain.errors import DomainError
from bot.domain.kpi_notes import KpiNote, KpiNoteKind
from bot.domain.pacing import Pace, Status, Transition
from bot.domain.periods import Period, PeriodKind
from bot.domain.standings import News
from bot.domain.targets import Target, aim_of
from bot.kpis.acting import Acting
from bot.kpis.alerting.deciding import Decision, Receiver
from bot.kpis.alerting.outcomes import Told
from bot.kpis.grammar import clean_note
from storage import UnitOfWork, new_id

ALERT = "kpis.alert"
ALERT_NOTED = "kpis.alert_noted"
"""The alert with what its receiver noted: the message it turns into."""

STILL_NEWS = timedelta(days=1)
STILL_GOING_OUT = timedelta(minutes=2)
NOTE_KINDS = (KpiNoteKind.REASON, KpiNoteKind.ACTION)
_OUT = (DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.AMBIGUOUS)


def tell(db: UnitOfWork, now: datetime, decisions: Sequence[Decision]) -> int:
    """Remember what is news of one KPI's targets and owe one message to each of those told; how many messages. What
    was decided by somebody else meanwhile, or from what is true no more, is left for the next day, and so is what
    would be a second message of this KPI on one day."""
    standings = db.targets.standings()
    owed: dict[Receiver, list[News]] = {}
    days: dict[Receiver, date] = {}
    for decision in decisions:
        if not db.handled.first_time(decision.key, now):
            continue
        if standings.get(decision.target.id) != decision.before:
            continue
        free = [each for each in decision.receivers if not _was_told(db, decision, each)]
        if decision.followed.news and not free:
            continue
        if decision.followed.standing is not None and decision.followed.standing != decision.before:
            db.targets.note_standing(decision.followed.standing)
        for receiver in free if decision.followed.news else ():
            owed.setdefault(receiver, []).extend(decision.followed.news)
            days[receiver] = decision.day
    kpi_key = decisions[0].target.kpi_key if decisions else ""
    return db.deliveries.add_many(
        NewDelivery(
            purpose=ALERT,
            subject=_subject(kpi_key, days[receiver]),
            receiver=receiver.member_id,
            due_at=receiver.at,
            expires_at=receiver.at + STILL_NEWS,
            facts={"kpi": kpi_key, "day": days[receiver].isoformat(), "at": now.isoformat(), "told": _packed(news)},
        )
        for receiver, news in owed.items()
    )


def _was_told(db: UnitOfWork, decision: Decision, receiver: Receiver) -> bool:
    subject = _subject(decision.target.kpi_key, decision.day)
    return db.deliveries.find(ALERT, subject, receiver.member_id) is not None


def _subject(kpi_key: str, day: date) -> str:
    """One message about a KPI to one person a day: deliveries are unique by this and the receiver."""
    return f"{kpi_key}:{day}"


def _packed(news: Sequence[News]) -> str:
    """What is told, as it was when it was decided: what is logged an hour later is not what somebody was told of."""
    return json.dumps([_packed_one(each) for each in news])


def _packed_one(news: News) -> dict[str, str]:
    progress = news.progress
    pace, period = progress.pace, progress.period
    values = {
        "target": progress.target.id,
        "what": news.transition.value,
        "status": pace.status.value if pace.status else "",
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "kind": period.kind.value,
        "actual": pace.actual,
        "expected": pace.expected,
        "upper": pace.expected_upper,
        "needed": pace.needed_per_day,
    }
    return {name: str(value) for name, value in values.items() if value is not None}


def read_told(db: UnitOfWork, delivery: Delivery) -> list[Told]:
    """What an alert says, without the targets that nobody knows any more."""
    found = []
    for packed in json.loads(delivery.facts.get("told", "[]")):
        target = db.targets.get(packed["target"])
        if target is not None:
            found.append(_unpacked(packed, target, db))
    return found


def _unpacked(packed: dict[str, Any], target: Target, db: UnitOfWork) -> Told:
    def number(name: str) -> Decimal | None:
        return Decimal(packed[name]) if name in packed else None

    period = Period(
        date.fromisoformat(packed["first"]), date.fromisoformat(packed["last"]), PeriodKind(packed["kind"])
    )  # fmt: skip
    kpi = db.catalogue.read()[target.kpi_key]
    pace = Pace(
        Status(packed["status"]),
        number("actual"),
        target.value,
        number("expected"),
        Decimal(0),
        None,
        aim_of(target, kpi),
        target.upper,
        number("upper"),
        number("needed"),
    )
    return Told(target, Transition(packed["what"]), period, pace)


def read_notes(db: UnitOfWork, kpi_key: str, since: datetime) -> list[KpiNote]:
    """The reasons and actions noted for a KPI from a moment on, the earliest first."""
    return [each for each in reversed(db.catalogue.notes(kpi_key)) if each.kind in NOTE_KINDS and each.at >= since]


def add_note(
    db: UnitOfWork,
    kpi_key: str,
    kind: KpiNoteKind,
    text: str,
    alert_id: str,
    key: str,
    acting: Acting,
    due_on: date | None = None,
) -> KpiNote:
    """Keep why a KPI is where it is, or what is done about it; the alert it was noted at turns into one that says so.
    What is done is on their list of actions, until `due_on` (their local date; None: some time). The same `key` keeps
    one.

    DomainErrors: `core.stale` for a KPI this person may not see, `kpis.alerts.form.empty`, `kpis.note_too_long`.
    """
    if kpi_key not in acting.kpis or kind not in NOTE_KINDS:
        raise DomainError("core.stale")
    words = clean_note(" ".join(text.split()))
    if not words:
        raise DomainError("kpis.alerts.form.empty")
    note = KpiNote(new_id(), kpi_key, kind, words, acting.by.id, acting.now)
    if db.handled.first_time(f"kpi-note:{key}", acting.now):
        db.catalogue.add_note(note)
        if kind is KpiNoteKind.ACTION:
            me, source = acting.by.id, (ActionSource.ALERT, kpi_key)
            db.actions.add(Action(note.id, words, me, due_on, *source, me, acting.now))
        alert = db.deliveries.get(alert_id)
        if alert is not None and alert.purpose == ALERT and alert.receiver == acting.by.id and alert.state in _OUT:
            db.deliveries.add(_turning(alert, acting.now, key))
    return note


def _turning(alert: Delivery, now: datetime, key: str) -> NewDelivery:
    return NewDelivery(
        ALERT_NOTED,
        f"{alert.id}:{key}",
        alert.receiver,
        now if alert.state is DeliveryState.SENT else now + STILL_GOING_OUT,
        verb=Verb.UPDATE,
        target_id=alert.id,
        facts=alert.facts,
    )


def mute(db: UnitOfWork, kpi_key: str, acting: Acting, *, muted: bool) -> None:
    """No more alerts about a KPI for whoever asks, or alerts again. DomainError `core.stale` for a KPI this person may
    not see."""
    if kpi_key not in acting.kpis:
        raise DomainError("core.stale")
    db.workspace.lock()
    settings = db.catalogue.read().settings(kpi_key)
    others = tuple(each for each in settings.muted if each != acting.by.id)
    wanted = (*others, acting.by.id) if muted else others
    if wanted != settings.muted:
        db.catalogue.set_settings(kpi_key, replace(settings, muted=wanted))
