"""Reading a person's Home, in one transaction."""

from datetime import date, datetime

from bot.domain.catalogue import Viewer
from bot.domain.members import Member
from bot.domain.periods import PeriodKind, containing
from bot.home.facts import HomeFacts, OpenSurvey, OpenValue
from bot.i18n import Translator
from bot.scoreboard import read_scoreboard, workdays_in
from bot.waiting import kpis_waiting_for, period_words, waiting_for
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
        surveys=waiting_surveys(db, member, t),
        own=tuple(read_scoreboard(db, kpis, week, today, workdays, member_id=member.id)),
        team=tuple(read_scoreboard(db, kpis, week, today, workdays)),
        today=today,
        zone=zone,
        currency=currency,
        asked=tuple(
            OpenValue(each.kpi.key, t.kpi(each.kpi), each.on, period_words(each.period, t))
            for each in kpis_waiting_for(db, member.id, kpis, now)
        ),
    )


def waiting_surveys(db: UnitOfWork, member: Member, t: Translator) -> tuple[OpenSurvey, ...]:
    """What waits for somebody; also for a guest whom a survey's author included."""
    return tuple(
        OpenSurvey(each.round_id, each.title, each.channel_id, each.questions, each.closes_at)
        for each in waiting_for(db, member.id, t)
    )
