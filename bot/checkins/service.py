"""What waits for a member, and their own settings. One transaction a function."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from bot.domain.catalogue import Viewer
from bot.domain.errors import DomainError
from bot.domain.members import Absence, Member
from bot.domain.waiting import AskedKpi, Waiting
from bot.i18n import Translator
from bot.waiting import kpis_waiting_for, waiting_for
from storage import UnitOfWork

LONGEST_ABSENCE_DAYS = 366
# What people in Indonesia call their zones.
SHORT_NAMES = {"wib": "Asia/Jakarta", "wita": "Asia/Makassar", "wit": "Asia/Jayapura"}


def read_waiting(db: UnitOfWork, member: Member, now: datetime, t: Translator) -> tuple[list[Waiting], list[AskedKpi]]:
    """What waits for a member now (UTC): surveys, named in their language, and KPI values."""
    kpis = db.catalogue.read().seen_by(Viewer.of(member, db.teams.of(member.id)))
    return waiting_for(db, member.id, t), kpis_waiting_for(db, member.id, kpis, now)


def choose_language(db: UnitOfWork, member_id: str, language: str) -> None:
    db.members.set_language(member_id, language)


def choose_zone(db: UnitOfWork, member_id: str, zone: str) -> str:
    """Sets the IANA zone, typed in any case, or by its Indonesian short name. Raises DomainError when there is no such
    zone."""
    known = {name.casefold(): name for name in available_timezones()} | SHORT_NAMES
    name = known.get(zone.casefold()) or known.get(zone.casefold().replace(" ", "_"))
    if name is None:
        raise DomainError("checkins.zone_unknown", zone=zone)
    ZoneInfo(name)
    db.members.set_zone(member_id, name)
    return name


def go_away(db: UnitOfWork, member_id: str, first: date, last: date, today: date) -> Absence:
    """Notes days on which the member is not asked anything. Raises DomainError when the days make no sense."""
    if last < first:
        raise DomainError("checkins.away_backwards", first=first, last=last)
    if last < today:
        raise DomainError("checkins.away_past", last=last)
    if last - first > timedelta(days=LONGEST_ABSENCE_DAYS):
        raise DomainError("checkins.away_long", days=LONGEST_ABSENCE_DAYS)
    absence = Absence(member_id, first, last)
    db.members.add_absence(absence)
    return absence
