"""Reading a person's Home, in one transaction."""

from datetime import date, datetime

from bot.domain.catalogue import Viewer
from bot.domain.members import Member
from bot.domain.periods import PeriodKind, containing
from bot.home.facts import HomeFacts
from bot.i18n import Translator
from bot.scoreboard import read_scoreboard, workdays_in
from bot.waiting import kpis_waiting_for, waiting_for
from storage import UnitOfWork


def read_home(
    db: UnitOfWork, member: Member, now: datetime, today: date, zone: str, country: str, currency: str, t: Translator
) -> HomeFacts:
    """What waits for a member, named in their language, and the numbers of the week that `today` (their local date)
    lies in. `now` is UTC, `country` (ISO 3166) decides the holidays, `currency` (ISO 4217) is that of amounts."""
    week = containing(today, PeriodKind.WEEK)
    kpis = db.catalogue.read().seen_by(Viewer.of(member, db.teams.of(member.id)))
    workdays = workdays_in(country, db.catalogue.policy().days_off)
    return HomeFacts(
        surveys=tuple(waiting_for(db, member.id, t)),
        own=tuple(read_scoreboard(db, kpis, week, today, workdays, member_id=member.id)),
        team=tuple(read_scoreboard(db, kpis, week, today, workdays)),
        today=today,
        zone=zone,
        currency=currency,
        asked=tuple(kpis_waiting_for(db, member.id, kpis, now)),
    )
