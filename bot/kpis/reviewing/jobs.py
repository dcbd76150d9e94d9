"""What the scheduler does for reviews: once a day it owes the messages about KPIs that are due or forgotten."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from bot.calendars import Calendars
from bot.commands import Job
from bot.domain.kpi_notes import Usage
from bot.kpis.reviewing.service import ask_for_reviews
from bot.services import Services
from storage import UnitOfWork


def asking() -> Job:
    """The job, which looks once on each local date: a pass comes every few seconds, and reads all entries."""
    done: dict[str, date] = {}

    async def ask(services: Services, now: datetime) -> None:
        today = now.astimezone(ZoneInfo(services.settings.timezone)).date()
        workspace_id = services.workspace_id
        if done.get(workspace_id) != today:
            # Counting entries takes a while where there are millions: not while others wait to write.
            used = await services.storage.read(workspace_id, _used)
            await services.storage.write(
                workspace_id, partial(_ask, used=used, today=today, now=now, services=services)
            )
            done[workspace_id] = today

    return ask


def _used(db: UnitOfWork) -> dict[str, Usage]:
    return db.kpis.usage()


def _ask(db: UnitOfWork, used: Mapping[str, Usage], today: date, now: datetime, services: Services) -> int:
    calendars = Calendars.of(db, services.settings.country, services.settings.timezone)
    return ask_for_reviews(db, used, today, now, calendars)
