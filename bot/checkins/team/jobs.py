"""What the scheduler does for team check-ins on every pass before it sends: begin dates, ask their people, post what
came together. Each step is a transaction of its own and may be repeated."""

from datetime import datetime
from functools import partial

import structlog

from bot.audiences import Unreadable, read_audience
from bot.calendars import out_of_hours, put_off
from bot.checkins.team import running
from bot.checkins.team.purposes import HELPED
from bot.commands import Registry
from bot.domain.checkins import LAST_ASKED, Run
from bot.domain.workdays import Workdays
from bot.scoreboard import workdays_in
from bot.services import Services
from bot.slack.gateway import SlackBusy, SlackUnclear, SlackUnreachable
from storage import UnitOfWork

log = structlog.get_logger(__name__)


def register(registry: Registry) -> None:
    registry.job("checkins.begin", begin_runs)
    registry.job("checkins.ask", ask_people)
    registry.job("checkins.close", close_runs)
    registry.job("checkins.hours", keep_hours)


async def begin_runs(services: Services, now: datetime) -> None:
    workspace_id = services.workspace_id
    found = await services.storage.read(
        workspace_id,
        lambda db: running.to_begin(db, now, workdays_of(db, services), services.settings.timezone),
    )
    for checkin, due in found:
        await services.storage.write(workspace_id, partial(running.begin, checkin=checkin, due=due, now=now))


async def ask_people(services: Services, now: datetime) -> None:
    """Read the audience of every run that waits for it, and ask its people."""
    workspace_id = services.workspace_id
    for run in await services.storage.read(workspace_id, running.unasked):
        await _ask(services, workspace_id, run, now)


async def close_runs(services: Services, now: datetime) -> None:
    settings = services.settings
    workspace_id = services.workspace_id
    for run in await services.storage.read(workspace_id, lambda db: db.checkins.closing(now)):
        work = partial(
            running.close, run_id=run.id, now=now, country=settings.country, currency=settings.currency
        )  # fmt: skip
        if await services.storage.write(workspace_id, work):
            log.info("check-in closed", action="checkin_closed", run=run.id)


async def keep_hours(services: Services, now: datetime) -> None:
    """Who takes a blocker is told when the person is at work, however late it has become."""
    settings = services.settings
    read = partial(out_of_hours, purposes=[HELPED], now=now, country=settings.country, default_zone=settings.timezone)
    workspace_id = services.workspace_id
    late = await services.storage.read(workspace_id, read)
    if late:
        await services.storage.write(workspace_id, partial(put_off, late=late))


async def _ask(services: Services, workspace_id: str, run: Run, now: datetime) -> None:
    """What cannot be read just now is tried again on the next pass, while there is time to answer."""
    storage = services.storage
    is_late = now > run.closes_at - LAST_ASKED
    try:
        found = await read_audience(services, workspace_id, run.definition.asks)
    except Unreadable as refusal:
        log.warning("audience not readable", action="audience_not_readable", run=run.id, error=refusal.code)
        await storage.write(workspace_id, partial(running.give_up, run_id=run.id, why=running.UNREADABLE, now=now))
        return
    except (SlackBusy, SlackUnreachable, SlackUnclear) as trouble:
        log.warning("audience not read yet", action="audience_not_read", run=run.id, error=str(trouble))
        if is_late:
            await storage.write(workspace_id, partial(running.give_up, run_id=run.id, why="unreached", now=now))
        return

    def work(db: UnitOfWork) -> None:
        running.ask_people(db, run.id, found, now, workdays_of(db, services), services.settings.timezone)

    await storage.write(workspace_id, work)


def workdays_of(db: UnitOfWork, services: Services) -> Workdays:
    """The working days of the country, without the workspace's own days off."""
    return workdays_in(services.settings.country, db.catalogue.policy().days_off)
