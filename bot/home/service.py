"""Reading a person's Home, in one transaction, and keeping what they decide there about themselves."""

from collections.abc import Sequence
from datetime import date, timedelta

from bot.domain.catalogue import Viewer
from bot.domain.deliveries import Delivery
from bot.domain.members import Absence
from bot.domain.preferences import Preferences
from bot.home.facts import AdminFacts, Defaults, HomeFacts, Visit, WaitingFacts
from bot.home.meetings import read_meetings
from bot.home.own_kpis import read_own_kpis
from bot.home.running import read_summaries, read_surveys, schedules_by_subject
from bot.i18n import Translator
from bot.notices import UNDELIVERABLE, undeliverable_message
from bot.preferences import absences_ahead, change, come_back, go_away
from bot.scoreboard import workdays_in
from bot.waiting import kpis_waiting_for, runs_waiting_for, waiting_for
from storage import UnitOfWork

LATELY = timedelta(days=7)
MOST_FAILURES = 100


def read_home(db: UnitOfWork, visit: Visit, defaults: Defaults, t: Translator) -> HomeFacts:
    """Everything on a member's Home, named in their language."""
    member, now = visit.member, visit.now
    policy = db.catalogue.policy()
    kpis = db.catalogue.read().seen_by(Viewer.of(member, db.teams.of(member.id)))
    workdays = workdays_in(defaults.country, policy.days_off)
    schedules = schedules_by_subject(db.schedules.active())
    meetings, unmet = read_meetings(db, visit, schedules)
    waiting = WaitingFacts(
        surveys=tuple(waiting_for(db, member.id, t)),
        asked=tuple(kpis_waiting_for(db, member.id, kpis, now)),
        runs=tuple(runs_waiting_for(db, member.id, now)),
        actions=tuple(db.actions.open_of(member.id)),
        meetings=meetings,
    )
    return HomeFacts(
        visit=visit,
        currency=defaults.currency,
        preferences=Preferences.of(member, visit.language, visit.zone),
        waiting=waiting,
        kpis=read_own_kpis(db, kpis, member.id, visit.today, workdays, visit.page),
        surveys=read_surveys(db, member.id, schedules, now, t),
        summaries=read_summaries(db, member.id, waiting, schedules, now, workdays),
        unmet=unmet,
        absences=tuple(absences_ahead(db, member.id, now, visit.zone)),
        stored=db.privacy.stored(member.id),
        admin=_admin_facts(db, visit, defaults, t) if member.is_admin else None,
    )


def _admin_facts(db: UnitOfWork, visit: Visit, defaults: Defaults, t: Translator) -> AdminFacts:
    lately = [each for each in db.deliveries.failures(MOST_FAILURES) if each.due_at >= visit.now - LATELY]
    # That somebody could not be told of a failure is none of its own.
    failed = [each for each in lately if each.purpose != UNDELIVERABLE]
    return AdminFacts(db.catalogue.policy(), defaults, len(failed), _told(failed, t))


def _told(failed: Sequence[Delivery], t: Translator) -> str:
    """Of the latest failure, what to do about it."""
    if not failed:
        return ""
    newest = failed[0]
    facts = {"purpose": newest.purpose, "receiver": newest.receiver, "error": newest.error or ""}
    return undeliverable_message(facts, t).text


def save_preferences(
    db: UnitOfWork, member_id: str, before: Preferences, chosen: Preferences, country: str, today: date
) -> Preferences:
    """Keeps what somebody decided about themselves; what holds now. DomainErrors as of `bot.preferences.change`."""
    workdays = workdays_in(country, db.catalogue.policy().days_off)
    return change(db, member_id, before, chosen, workdays, today)


def add_absence(db: UnitOfWork, member_id: str, first: date, last: date, today: date) -> Absence:
    """Notes days away. DomainErrors as of `bot.preferences.go_away`."""
    return go_away(db, member_id, first, last, today)


def remove_absence(db: UnitOfWork, member_id: str, first: date, last: date) -> None:
    """Takes days away back; doing it twice changes nothing."""
    come_back(db, member_id, first, last)
