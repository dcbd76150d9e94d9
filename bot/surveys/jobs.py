"""What the scheduler does for surveys on every pass: launch what is waiting, close what is over or finished, decide
what may be shown of it, and seal it.

Each step is one transaction and may be repeated; what could not be done now is done on a later pass.
"""

from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.audiences import Unreadable, read_audience
from bot.commands import Registry
from bot.domain.surveys import Round
from bot.domain.workdays import Workdays
from bot.services import Services
from bot.slack.gateway import SlackBusy, SlackUnclear, SlackUnreachable
from bot.surveys import service
from bot.surveys.asking import early_close, launching
from bot.surveys.asking.launching import UNREACHABLE
from bot.surveys.results import publishing
from bot.surveys.results.publishing import Decision
from storage import NotScrubbed, UnitOfWork

log = structlog.get_logger(__name__)

PATIENCE = timedelta(days=1)
"""How long a round waits for Slack before its author is told that it could not be launched."""


def register(registry: Registry) -> None:
    registry.job("surveys.carry_over", carry_over)
    registry.job("surveys.launch", launch)
    registry.job("surveys.close_early", close_early)
    registry.job("surveys.close", close, also_for_left=True)
    registry.job("surveys.decide", decide, also_for_left=True)
    registry.job("surveys.seal", seal, also_for_left=True)


async def carry_over(services: Services, now: datetime) -> None:  # noqa: ARG001
    """Bring rounds that were open when the database was migrated from the first version to what is stored now. Before
    anybody is reminded in this pass: until then it is not known who has answered in them."""
    workspace_id = services.workspace_id
    for running in await services.storage.read(workspace_id, lambda db: db.rounds.open()):
        if running.answered is not None:
            await services.storage.write(workspace_id, partial(_carry_over, round_id=running.id))


def _carry_over(db: UnitOfWork, round_id: str) -> bool:
    return db.answers.carry_over(round_id)


async def launch(services: Services, now: datetime) -> None:
    """Read the audience of every round that waits for it, and ask its people."""
    workspace_id = services.workspace_id
    for waiting in await services.storage.read(workspace_id, lambda db: db.rounds.launching()):
        await _launch(services, workspace_id, waiting, now)


async def close_early(services: Services, now: datetime) -> None:
    """Bring the close forward where everybody who is still there has finished. What is found is decided again in the
    transaction that changes it: somebody may have taken an answer back meanwhile."""
    workspace_id = services.workspace_id
    for round_id in await services.storage.read(workspace_id, lambda db: early_close.finished(db, now)):
        await services.storage.write(workspace_id, partial(early_close.close_early, now=now, round_id=round_id))


async def close(services: Services, now: datetime) -> None:
    """Close the rounds whose time is over, each by itself."""
    workspace_id = services.workspace_id
    for running in await services.storage.read(workspace_id, lambda db: db.rounds.closing(now)):
        await services.storage.write(workspace_id, partial(_close, now=now, running=running))


def _close(db: UnitOfWork, now: datetime, running: Round) -> bool:
    return service.close_round(db, now, running) is not None


async def decide(services: Services, now: datetime) -> None:
    """Decide what may be shown of closed rounds, the oldest first, as later ones are compared with it. What could not
    be kept, since another round was decided meanwhile, is considered again on the next pass."""
    workspace_id = services.workspace_id
    for closed in await services.storage.read(workspace_id, lambda db: db.rounds.undecided()):
        decision = await services.storage.read(workspace_id, partial(_consider, closed=closed))
        if await services.storage.write(workspace_id, partial(_keep, now=now, decision=decision)):
            log.info("round decided", action="round_decided", round=closed.id)


def _consider(db: UnitOfWork, closed: Round) -> Decision:
    return publishing.consider(db, closed)


def _keep(db: UnitOfWork, now: datetime, decision: Decision) -> bool:
    return publishing.keep(db, now, decision)


async def seal(services: Services, now: datetime) -> None:  # noqa: ARG001
    """Cut the last link between people and answers of closed rounds. An interrupted seal goes on here."""
    workspace_id = services.workspace_id
    for closed in await services.storage.read(workspace_id, lambda db: db.rounds.unsealed()):
        try:
            await services.storage.seal(workspace_id, closed.id)
        except NotScrubbed as trouble:  # somebody still reads what was there before; a later pass will do it
            log.warning("round not sealed yet", action="round_not_sealed", round=closed.id, error=str(trouble))
            continue
        log.info("round sealed", action="round_sealed", round=closed.id)


async def _launch(services: Services, workspace_id: str, waiting: Round, now: datetime) -> None:
    try:
        found = await read_audience(services, workspace_id, waiting.definition.audience)
    except Unreadable as refusal:
        log.warning("round not launched", action="round_not_launched", round=waiting.id, error=refusal.code)
        why = (refusal.code, {"place": refusal.place})
        await services.storage.write(workspace_id, lambda db: launching.fail_round(db, now, waiting.id, *why))
        return
    except (SlackBusy, SlackUnreachable, SlackUnclear) as trouble:
        log.warning("round waits for Slack", action="round_waits", round=waiting.id, error=str(trouble))
        if now - waiting.opened_at > PATIENCE:
            await services.storage.write(
                workspace_id, lambda db: launching.fail_round(db, now, waiting.id, UNREACHABLE)
            )
        return
    workdays, zone = Workdays(services.settings.country), services.settings.timezone
    launch = await services.storage.read(
        workspace_id, lambda db: launching.prepare(db, now, waiting, found, workdays, zone)
    )
    await services.storage.write(workspace_id, lambda db: launching.open_round(db, now, waiting.id, launch))
