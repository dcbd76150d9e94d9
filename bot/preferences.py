"""What people decide about themselves: language, zone, when they may be written to, days away, whether they may be
named. Each function is part of one transaction. How it is asked for and told belongs to the features (`/checkin` and
Home)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.calendars import ENDS, STARTS
from bot.domain.errors import DomainError
from bot.domain.members import Absence, Member
from bot.domain.preferences import Preferences, check_hours, check_weekdays
from bot.domain.workdays import Workdays
from bot.domain.zones import zone_named
from storage import UnitOfWork

LONGEST_ABSENCE_DAYS = 366


def change(
    db: UnitOfWork, member_id: str, before: Preferences, chosen: Preferences, workdays: Workdays, today: date
) -> Preferences:
    """Remembers what somebody changed, and only that: a language or zone that Slack told goes on following Slack. What
    holds now. DomainErrors as of `known_zone_name`, `check_hours` and `check_weekdays`; then nothing changes."""
    chosen = replace(chosen, zone=known_zone_name(chosen.zone))
    check_hours(chosen.starts, chosen.ends)
    check_weekdays(chosen.free_weekdays, workdays, today)
    if chosen.language != before.language:
        db.members.set_language(member_id, chosen.language)
    if chosen.zone != before.zone:
        db.members.set_zone(member_id, chosen.zone)
    _keep_hours(db, member_id, chosen.starts, chosen.ends, chosen.free_weekdays)
    if chosen.may_be_named != before.may_be_named:
        db.members.set_may_be_named(member_id, chosen.may_be_named)
    return chosen


def choose_language(db: UnitOfWork, member_id: str, language: str) -> None:
    db.members.set_language(member_id, language)


def choose_zone(db: UnitOfWork, member_id: str, zone: str) -> str:
    """Sets the IANA zone, typed in any case, or by its Indonesian short name. DomainError as of `known_zone_name`."""
    name = known_zone_name(zone)
    db.members.set_zone(member_id, name)
    return name


def known_zone_name(zone: str) -> str:
    """The IANA name of a zone that somebody typed. Raises DomainError `checkins.zone_unknown`."""
    name = zone_named(zone)
    if name is None:
        raise DomainError("checkins.zone_unknown", zone=zone.strip())
    ZoneInfo(name)
    return name


def choose_named(db: UnitOfWork, member_id: str, may: bool) -> None:
    """Sets whether summaries may name somebody for what went well."""
    db.members.set_may_be_named(member_id, may)


def choose_hours(db: UnitOfWork, member: Member, starts: time, ends: time) -> Member:
    """Sets between which local times somebody may be written to. DomainErrors as of `check_hours`."""
    check_hours(starts, ends)
    _keep_hours(db, member.id, starts, ends, member.free_weekdays)
    return replace(member, asked_from=starts, asked_until=ends)


def choose_weekdays(
    db: UnitOfWork, member: Member, free_weekdays: frozenset[int], workdays: Workdays, today: date
) -> Member:
    """Sets the weekdays on which somebody never works. DomainErrors as of `check_weekdays`."""
    check_weekdays(free_weekdays, workdays, today)
    _keep_hours(db, member.id, member.asked_from or STARTS, member.asked_until or ENDS, free_weekdays)
    return replace(member, free_weekdays=free_weekdays)


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


def cancel_absences(db: UnitOfWork, member_id: str, meant: Sequence[tuple[date, date | None]]) -> list[Absence]:
    """Takes the days away back that begin on a date, and end on another where that is given: the first of those `meant`
    that there are; which ones. Raises DomainError `checkins.away_none`."""
    for first, last in meant:
        found = [
            each
            for each in db.members.absences(first, first, [member_id])
            if each.first == first and last in (None, each.last)
        ]
        if found:
            for absence in found:
                db.members.remove_absence(absence)
            return found
    raise DomainError("checkins.away_none", first=meant[0][0])


def come_back(db: UnitOfWork, member_id: str, first: date, last: date) -> None:
    """Takes days away back, as they were noted."""
    db.members.remove_absence(Absence(member_id, first, last))


def absences_ahead(db: UnitOfWork, member_id: str, now: datetime, zone: str) -> list[Absence]:
    """The days away that are not over yet, by first day."""
    today = now.astimezone(ZoneInfo(zone)).date()
    return db.members.absences(today, date.max, [member_id])


def _keep_hours(db: UnitOfWork, member_id: str, starts: time, ends: time, free_weekdays: frozenset[int]) -> None:
    """Who chooses the usual hours has them as everybody."""
    usual = (starts, ends) == (STARTS, ENDS)
    db.members.set_hours(member_id, None if usual else starts, None if usual else ends, free_weekdays)
