"""What is past its time goes, once a day: the job. What goes is in `storage.retention`, how long things are kept in
`bot.domain.retention`."""

from collections import Counter
from datetime import date, datetime

import structlog

from bot.commands import Job, Registry
from bot.domain.audit import OPERATOR, Act, Deed
from bot.domain.installations import Installation
from bot.domain.retention import INSTALLATIONS_KEPT, Horizon
from bot.services import Services
from storage import NotScrubbed, UnitOfWork

log = structlog.get_logger(__name__)

AT_ONCE = 200
"""Rows of a kind in one transaction: some thousandths of a second on SQLite, whose one writer others wait for."""
MOST_BATCHES = 25
"""Transactions in one pass; what is left goes in the next."""
_UNTOLD = ("messages", "acts")
"""What goes every day, and is no news."""


def register(registry: Registry) -> None:
    registry.job("privacy.retention", purging(), also_for_left=True)


def purging() -> Job:
    """The job, once a day in each workspace (UTC)."""
    done: dict[str, date] = {}

    async def purge(services: Services, now: datetime) -> None:
        workspace_id = services.workspace_id
        if done.get(workspace_id) == now.date():
            return
        own = await services.storage.read(workspace_id, _installation)
        if await _has_left(services, own, now):
            await _forget(services, own)
        elif await _purged(services, workspace_id, now):
            done[workspace_id] = now.date()

    return purge


async def _forget(services: Services, left: Installation | None) -> None:
    try:
        if not await services.storage.forget_workspace(services.workspace_id, left):
            log.info("a workspace came back while it was being forgotten", action="workspace_came_back")
            return
    except NotScrubbed as trouble:  # it is deleted all the same; its bytes go with the next seal
        log.warning("not scrubbed after forgetting", action="not_scrubbed", error=str(trouble))
    log.info("a workspace that has left was forgotten", action="workspace_forgotten")


async def _has_left(services: Services, own: Installation | None, now: datetime) -> bool:
    """Whether Denyut was removed from a workspace or organisation, and not taken back for so long. An organisation goes
    after its workspaces: its row tells how those were reached that have no token of their own."""
    storage, found = services.storage, own
    if own is None:
        return False
    if own.ended_at is None and not own.sealed_token and not own.is_org_wide:
        found = await storage.read(own.enterprise_id, _installation)  # it was to end with its organisation's
    if found is None or found.ended_at is None or found.ended_at >= now - INSTALLATIONS_KEPT:
        return False
    workspace_id = own.workspace_id
    if workspace_id != found.workspace_id or not found.is_org_wide:
        return True
    return not any(each.enterprise_id == workspace_id != each.workspace_id for each in await storage.installations())


def _installation(db: UnitOfWork) -> Installation | None:
    return db.installation.get()


async def _purged(services: Services, workspace_id: str, now: datetime) -> bool:
    """Removes what is past its time, and says whether that was all."""
    horizon = Horizon.at(now, services.settings.retention_days)
    removed: Counter[str] = Counter()
    is_done = False
    for _ in range(MOST_BATCHES):
        some = await services.storage.write(workspace_id, lambda db: _purge(db, now, horizon))
        removed.update(some)
        is_done = not some
        if is_done:
            break
    if removed:
        log.info("removed what was past its time", action="purged", **removed)
    return is_done


def _purge(db: UnitOfWork, now: datetime, horizon: Horizon) -> dict[str, int]:
    removed = db.retention.purge(horizon, AT_ONCE)
    told = {kind: str(count) for kind, count in removed.items() if kind not in _UNTOLD}
    if told:
        db.audit.note(Act(now, OPERATOR, Deed.DATA_PURGED, details=told))
    return removed
