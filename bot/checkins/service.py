"""What waits for a member. One transaction a function. Their own settings are in `bot.preferences`."""

from datetime import datetime

from bot.domain.catalogue import Viewer
from bot.domain.checkins import Run
from bot.domain.members import Member
from bot.domain.waiting import AskedKpi, Waiting
from bot.i18n import Translator
from bot.waiting import kpis_waiting_for, runs_waiting_for, waiting_for
from storage import UnitOfWork


def read_waiting(db: UnitOfWork, member: Member, now: datetime, t: Translator) -> tuple[list[Waiting], list[AskedKpi]]:
    """What waits for a member now (UTC): surveys, named in their language, and KPI values."""
    kpis = db.catalogue.read().seen_by(Viewer.of(member, db.teams.of(member.id)))
    return waiting_for(db, member.id, t), kpis_waiting_for(db, member.id, kpis, now)


def read_runs(db: UnitOfWork, member: Member, now: datetime) -> list[Run]:
    """The team check-ins that wait for a member now (UTC)."""
    return runs_waiting_for(db, member.id, now)
