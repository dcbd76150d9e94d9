"""What the scheduler does for one-on-ones on every pass: it looks for those where something is to be done by reading,
and does each in a transaction of its own."""

from datetime import datetime
from functools import partial

from bot.calendars import put_off
from bot.domain.schedules import Due, Schedule
from bot.oneonones import telling
from bot.oneonones.pairs import Company
from bot.oneonones.planning import do_all, pairs_to_do
from bot.services import Services
from storage import UnitOfWork


def company_of(services: Services) -> Company:
    return Company(services.settings.country, services.settings.timezone)


async def keep_up(services: Services, now: datetime) -> None:
    """Plans, proposes, sends agendas, asks afterwards, ends what nobody answered, and writes to nobody who is not at
    work, however late it has become."""
    company = company_of(services)
    workspace_id = services.workspace_id
    waiting = await services.storage.read(workspace_id, partial(pairs_to_do, now=now, company=company))
    for one_on_one_id in waiting:
        work = partial(do_all, one_on_one_id=one_on_one_id, now=now, company=company)
        await services.storage.write(workspace_id, work)
    late = await services.storage.read(workspace_id, partial(telling.to_put_off, now=now, company=company))
    if late:
        await services.storage.write(workspace_id, partial(put_off, late=late))


def plan_occurrence(_db: UnitOfWork, _schedule: Schedule, _due: Due, _now: datetime) -> None:
    """The moment of a date causes nothing: its meeting was planned days ahead, and may have moved since."""
