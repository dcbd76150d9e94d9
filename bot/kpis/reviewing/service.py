"""What a review changes: a KPI is kept, retired or brought back; and whom it is owed to. Each public function is one
transaction. How a KPI is changed is the matter of `bot.kpis.defining`."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.calendars import Calendars
from bot.domain.audit import Deed
from bot.domain.catalogue import Catalogue, KpiSettings, Viewer
from bot.domain.deliveries import NewDelivery
from bot.domain.errors import DomainError
from bot.domain.kpi_notes import KpiNote, KpiNoteKind, Usage
from bot.domain.kpis import Kpi
from bot.domain.members import Member
from bot.kpis.acting import Acting
from bot.kpis.asking.service import keep_schedule
from bot.kpis.defining.service import note, owners_of, require_may_change, require_may_take_away
from bot.kpis.defining.taken_away import tell_retired
from bot.kpis.reviewing.dates import forgotten_on, next_review, review_date
from bot.kpis.reviewing.facts import first_used
from bot.kpis.reviewing.outcomes import DUE, FORGOTTEN, MOST_REASON, OUTCOMES
from bot.kpis.reviewing.turning import keys_in, turn_messages
from storage import UnitOfWork, new_id

AWAY_AHEAD = timedelta(days=60)
"""Absences that begin later than this delay no message of today."""


def keep(db: UnitOfWork, kpi_key: str, reason: str, acting: Acting, key: str) -> None:
    """A KPI is still right; it is reviewed again in a quarter. `key` tells the same form delivered twice.

    DomainErrors as `require_may_change`; `kpis.review.reason_length`; `kpis.review.is_retired`.
    """
    settings = _settings(db, kpi_key, acting)
    if settings.retired_on is not None:
        raise DomainError("kpis.review.is_retired")
    if _first_time(db, kpi_key, KpiNoteKind.KEPT, reason, acting, key):
        db.catalogue.set_settings(kpi_key, replace(settings, review_on=next_review(acting.today)))
        note(db, Deed.KPI_REVIEWED, kpi_key, acting)
        turn_messages(db, kpi_key, acting.now)


def retire(db: UnitOfWork, kpi_key: str, reason: str, acting: Acting, key: str) -> None:
    """A KPI is used no more from today on: nobody is asked for it, and no form offers it. What was logged stays. Who
    computes from it or set a target on it is told.

    DomainErrors as `require_may_change` and `require_may_take_away`; `kpis.review.reason_missing`,
    `kpis.review.reason_length`.
    """
    settings = _settings(db, kpi_key, acting)
    require_may_take_away(db, kpi_key, acting)
    if not reason:
        raise DomainError("kpis.review.reason_missing")
    if settings.retired_on is None and _first_time(db, kpi_key, KpiNoteKind.RETIRED, reason, acting, key):
        retired = replace(settings, retired_on=acting.today, retired_because=reason, review_on=None)
        db.catalogue.set_settings(kpi_key, retired)
        note(db, Deed.KPI_RETIRED, kpi_key, acting)
        keep_schedule(db, kpi_key, retired, acting)
        turn_messages(db, kpi_key, acting.now)
        tell_retired(db, kpi_key, acting)


def bring_back(db: UnitOfWork, kpi_key: str, acting: Acting, key: str) -> None:
    """A retired KPI is used again; doing it twice changes nothing. DomainErrors as `require_may_change`."""
    settings = _settings(db, kpi_key, acting)
    if settings.retired_on is not None and _first_time(db, kpi_key, KpiNoteKind.KEPT, "", acting, key):
        again = replace(settings, retired_on=None, retired_because="", review_on=next_review(acting.today))
        db.catalogue.set_settings(kpi_key, again)
        note(db, Deed.KPI_BACK, kpi_key, acting)
        keep_schedule(db, kpi_key, again, acting)
        turn_messages(db, kpi_key, acting.now)


def _settings(db: UnitOfWork, kpi_key: str, acting: Acting) -> KpiSettings:
    db.workspace.lock()
    require_may_change(db, kpi_key, acting)
    return db.catalogue.read().settings(kpi_key)


def _first_time(db: UnitOfWork, kpi_key: str, kind: KpiNoteKind, reason: str, acting: Acting, key: str) -> bool:
    """Writes down the outcome of a review, once for a key."""
    if len(reason) > MOST_REASON:
        raise DomainError("kpis.review.reason_length", most=MOST_REASON)
    if not db.handled.first_time(f"kpi-review:{key}", acting.now):
        return False
    db.catalogue.add_note(KpiNote(new_id(), kpi_key, kind, reason, acting.by.id, acting.now))
    return True


def ask_for_reviews(db: UnitOfWork, used: Mapping[str, Usage], today: date, now: datetime, calendars: Calendars) -> int:
    """Owes everybody whose KPIs are due one message that lists them, and one about those that nobody updates any more.
    How many messages are new. `used` is how much each KPI was used (`db.kpis.usage`), `today` the local date of the
    workspace. What was asked about is not asked about again before it is due again."""
    db.workspace.lock()
    kpis = db.catalogue.read()
    due = [kpi for kpi in kpis.current if _is_due(db, kpi, kpis, used, today)]
    for kpi in due:
        # From now on the date says in which message it was asked about.
        db.catalogue.set_settings(kpi.key, replace(kpis.settings(kpi.key), review_on=today))
    count = _owe(db, DUE, due, today, now, calendars)
    kpis = db.catalogue.read()
    forgotten = [
        kpi
        for kpi in kpis.current
        if not kpi.is_derived
        and kpi.key in used
        and _is_forgotten(db, kpi, kpis.settings(kpi.key), used[kpi.key], today)
        and not _was_put_up(db, kpi, used[kpi.key])
    ]
    return count + _owe(db, FORGOTTEN, forgotten, today, now, calendars)


def _is_due(db: UnitOfWork, kpi: Kpi, kpis: Catalogue, used: Mapping[str, Usage], today: date) -> bool:
    settings, since = kpis.settings(kpi.key), first_used(db, kpi.key, kpis, used)
    if since is None or review_date(settings, since) > today:
        return False
    if settings.review_on is None:
        return True
    asked = db.deliveries.of(DUE, settings.review_on.isoformat())
    return not any(kpi.key in keys_in(each.facts) for each in asked)


def _is_forgotten(db: UnitOfWork, kpi: Kpi, settings: KpiSettings, usage: Usage, today: date) -> bool:
    """Whether nobody updates a KPI any more, and nobody was asked about it or decided about it since."""
    if forgotten_on(settings, usage.last_at.date()) > today:
        return False
    is_asked = settings.review_on is not None and settings.review_on <= today
    return not is_asked and not any(
        note.at > usage.last_at for note in db.catalogue.notes(kpi.key) if note.kind in OUTCOMES
    )


def _was_put_up(db: UnitOfWork, kpi: Kpi, usage: Usage) -> bool:
    """Whether somebody was asked about a KPI since it was updated last."""
    asked = db.deliveries.of_purposes((FORGOTTEN,), usage.last_at)
    return any(kpi.key in keys_in(each.facts) for each in asked)


def _owe(db: UnitOfWork, purpose: str, kpis: Iterable[Kpi], today: date, now: datetime, calendars: Calendars) -> int:
    """The message of today about these KPIs to their owners, else to the admins."""
    new = 0
    wanted: dict[str, list[str]] = defaultdict(list)
    for kpi in kpis:
        for member in receivers(db, kpi):
            wanted[member.id].append(kpi.key)
    for member_id, keys in wanted.items():
        member = db.members.get(member_id) or Member(member_id)
        due_at = calendars.own(db, member, now, now + AWAY_AHEAD).next_moment(now)
        facts = {"kpis": ",".join(keys), "at": now.isoformat()}
        delivery = NewDelivery(purpose, today.isoformat(), member_id, due_at, facts=facts)
        new += db.deliveries.add(delivery) is not None
    return new


def receivers(db: UnitOfWork, kpi: Kpi) -> list[Member]:
    """The owners of a KPI who still work here, and see it; without any, the admins."""
    kpis = db.catalogue.read()
    owners = db.members.get_many(owners_of(db, kpis.settings(kpi.key))).values()
    asked = [each for each in owners if kpi.key in kpis.seen_by(Viewer.of(each, db.teams.of(each.id)))]
    return asked or db.members.admins()
