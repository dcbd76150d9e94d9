"""What a process does that is to be killed: the real Sender, Storage and Gateway, and the real app for what people
type, with a mine laid at one point of their way. The mines are laid here, in the child; the bot has no hooks for them.
"""

import asyncio
import inspect
import itertools
import os
import random
import signal
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

from aiohttp.client_proto import ResponseHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot import ambiguous, notices, scheduler
from bot import sender as sending
from bot.app import Denyut, build_registry
from bot.commands import Registry
from bot.domain.charts import Chart, ChartKind, Series
from bot.domain.deliveries import Delivery, NewDelivery, Verb
from bot.domain.schedules import Due, Schedule, ScheduleKind
from bot.i18n import Catalogues
from bot.scheduler import Pass, PassReport
from bot.sender import Sender
from bot.services import Services
from bot.settings import Charts, Settings
from bot.slack.blocks import Message, section
from bot.slack.charts import chart_block
from bot.slack.gateway import Gateway
from bot.transports import dispatch
from storage import Storage, UnitOfWork
from storage.deliveries import Deliveries
from storage.kpis import Entries
from storage.schedules import Schedules
from tests.faults.fork_server import Job

NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
SAY, DRAW, PLANNED = "test.say", "test.draw", "test.planned"
CHART = Chart(ChartKind.BAR, "Leads", ("Mon", "Tue"), (Series("Leads", (1.0, 2.0)),))


async def perform(job: Job, texts: Catalogues, say: Callable[[str], object]) -> None:
    """Does a job; `say` tells the parent what a person would have been told."""
    storage = Storage.open(job.url, Path(job.folder), exclusive=job.takes_over)
    work = {"send": send, "settle": settle, "plan": plan, "type": type_in, "work": go_on}[job.do]
    for team in job.teams:
        if job.takes_over and storage.is_sole:
            await storage.write(team, lambda db: db.deliveries.abandon())
    for team in job.teams:
        slack = await Gateway.connect(f"xoxb-{team}", job.slack, Charts.IMAGE)
        settings = Settings(data_dir=Path(job.folder), slack_bot_token=f"xoxb-{team}", rate_limits=False)
        services = Services(settings, storage, texts, slack, lambda: job.moment)
        if job.point:
            lay_mine(job.point)
        await work(job, services, say)
        await slack.close()
    storage.close()


def warm_up() -> None:
    """Has done once, before any fork, what every child would do anew: half of a child's time goes there."""
    import resvg_py  # noqa: F401  it is loaded when the first chart is drawn
    import slack_bolt.listener_matcher.async_builtins  # noqa: F401  as is this by the first app

    Settings(data_dir=Path("never"), slack_bot_token="xoxb-never")
    inspect.stack()  # an app of Bolt's looks at who makes it, through every module there is


async def send(job: Job, services: Services, _: Callable[[str], object]) -> None:
    await _sender(services).send_due(job.moment)


async def settle(job: Job, services: Services, _: Callable[[str], object]) -> None:
    """Passes of a fresh process, half a minute apart."""
    sender = _sender(services)
    for number in range(job.passes):
        await sender.send_due(job.moment + timedelta(seconds=31 * number))


async def plan(job: Job, services: Services, _: Callable[[str], object]) -> None:
    """Plans one date of a schedule, which owes three messages."""
    registry = registry_of(services.texts)
    report = PassReport(job.moment)
    await scheduler.plan_schedules(Pass(services, registry, Sender(services, registry), job.moment, report))
    assert not report.failures, report.failures


async def type_in(job: Job, services: Services, say: Callable[[str], object]) -> None:
    """A person logs a value, and is told so."""
    await _log_value(services, Denyut(services, build_registry(services.texts)), job.seed, say)
    if job.point == "told":
        die()


async def go_on(job: Job, services: Services, say: Callable[[str], object]) -> None:
    """Messages become owed and go out, and in every third process people type, all at once, until it is killed."""
    numbers = itertools.count(job.seed * 1000)
    rng = random.Random(job.seed)
    sender = _sender(services)
    denyut = Denyut(services, build_registry(services.texts)) if job.seed % 3 == 0 else None
    say("working")
    while True:
        works = [_owe_something(services, rng, f"{next(numbers)}", say) for _ in range(rng.randrange(1, 4))]
        if denyut is not None:
            works.append(_log_value(services, denyut, next(numbers), say))
        await asyncio.gather(sender.send_due(job.moment), *works)


async def _owe_something(services: Services, rng: random.Random, subject: str, say: Callable[[str], object]) -> None:
    now, receiver = services.now(), rng.choice(("C1", "C2", "U1", "U2", "U3"))

    def work(db: UnitOfWork) -> None:
        post = db.deliveries.add(NewDelivery(SAY, subject, receiver, now))
        for verb in (Verb.UPDATE, Verb.REPLY):
            if rng.random() < 0.2:
                db.deliveries.add(NewDelivery(SAY, f"{subject}:{verb}", receiver, now, verb=verb, target_id=post))

    await services.storage.write(services.slack.identity.team_id, work)
    say(f"owed {subject}")


async def _log_value(services: Services, denyut: Denyut, value: int, say: Callable[[str], object]) -> None:
    payload = {
        "command": "/kpi",
        "text": f"log leads {value}",
        "team_id": services.slack.identity.team_id,
        "user_id": "U1",
        "channel_id": "C1",
        "trigger_id": f"{value}.1",
        "response_url": f"{services.settings.slack_api_url}",
        "api_app_id": "A1",
    }
    told = await dispatch(denyut.bolt, payload, {})
    assert told.status == 200
    assert str(value) in str(told.body).replace(",", "").replace(".", ""), told.body
    say(f"logged {value}")


def registry_of(texts: Catalogues) -> Registry:
    """One renderer for each look of a message, beside the real notices."""
    registry = Registry(texts)
    notices.register(registry)
    registry.delivery(SAY, _say)
    registry.delivery(DRAW, _draw)
    registry.schedule(ScheduleKind.SUMMARY, _plan)
    return registry


def _say(_: UnitOfWork, delivery: Delivery, __: Services, ___: datetime) -> Message:
    return Message(f"about {delivery.subject}")


def _draw(_: UnitOfWork, delivery: Delivery, __: Services, ___: datetime) -> Message:
    return Message(f"about {delivery.subject}", (section("Leads"), chart_block(CHART)))


def _plan(db: UnitOfWork, schedule: Schedule, due: Due, now: datetime) -> None:
    for receiver in ("C1", "U1", "U2"):
        db.deliveries.add(NewDelivery(SAY, f"{schedule.subject_id}:{due.local_date}", receiver, now))


def _sender(services: Services) -> Sender:
    async def no_pause(_: float) -> None:
        await asyncio.sleep(0)

    return Sender(services, registry_of(services.texts), pause=no_pause)


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("it did not die")


SENDING_POINTS = (
    "before the claim's commit",
    "after the claim",
    "after the wording",
    "before the request",
    "before the answer",
    "after the answer",
    "within the record",
    "after the record",
)
LOOKING_POINTS = ("before the look", "after the look", "within the decision", "after the decision")
PLANNING_POINTS = ("within the plan", "after the plan")
TYPING_POINTS = ("within the write", "after the write", "told")


def lay_mine(point: str) -> None:
    """Wraps one step, in this process alone, so that the process dies at it."""
    match point:
        case "before the claim's commit":
            _after(Deliveries, "claim", when=bool)
        case "after the claim":
            _before(Sender, "_send_batch")
        case "after the wording":
            _before(Sender, "_keep_pace")
        case "before the request":
            _before_call("chat.postMessage", "chat.update")
        case "before the answer":
            _before_the_answer()
        case "after the answer":
            _after_waiting(Sender, "_call")
        case "within the record":
            _after(Deliveries, "sent")
        case "after the record":
            _after_waiting(Sender, "_send")
        case "before the look":
            _before_call("conversations.history", "conversations.replies")
        case "after the look":
            _after_waiting(Gateway, "find_posted")
        case "within the decision":
            _after(ambiguous, "_decide")
        case "after the decision":
            _after_waiting(sending, "resolve")
        case "within the plan":
            _after(Schedules, "planned_until")
        case "after the plan":
            _after_waiting(scheduler, "_plan_one")
        case "within the write":
            _after(Entries, "add")
        case "after the write":
            _after_a_write_of(Entries, "add")
        case "told":
            pass
        case _:
            raise AssertionError(point)


def _before(owner: Any, name: str) -> None:
    async def dying(*_: Any, **__: Any) -> None:
        die()

    setattr(owner, name, dying)


def _after(owner: Any, name: str, when: Callable[[Any], bool] = lambda _: True) -> None:
    original = getattr(owner, name)

    def dying(*arguments: Any, **named: Any) -> Any:
        result = original(*arguments, **named)
        return die() if when(result) else result

    setattr(owner, name, dying)


def _after_waiting(owner: Any, name: str) -> None:
    original: Callable[..., Awaitable[Any]] = getattr(owner, name)

    async def dying(*arguments: Any, **named: Any) -> None:
        await original(*arguments, **named)
        die()

    setattr(owner, name, dying)


def _before_call(*methods: str) -> None:
    original = AsyncWebClient.api_call

    async def dying(self: AsyncWebClient, api_method: str, **named: Any) -> Any:
        return die() if api_method in methods else await original(self, api_method, **named)

    AsyncWebClient.api_call = dying  # type: ignore[method-assign,assignment]


def _before_the_answer() -> None:
    """The answer has come to the process, and nobody in it has read it: Slack has done what was asked for certain."""
    original = AsyncWebClient.api_call

    async def watching(self: AsyncWebClient, api_method: str, **named: Any) -> Any:
        if api_method in ("chat.postMessage", "chat.update") and "data_visualization" not in str(named):
            ResponseHandler.data_received = lambda _self, _data: die()  # type: ignore[method-assign,misc]
        return await original(self, api_method, **named)

    AsyncWebClient.api_call = watching  # type: ignore[method-assign,assignment]


def _after_a_write_of(owner: Any, name: str) -> None:
    """After the commit of the transaction in which it was called, before anybody hears of it."""
    original, write, called = getattr(owner, name), Storage.write, []

    def noted(*arguments: Any, **named: Any) -> Any:
        called.append(name)
        return original(*arguments, **named)

    async def dying(self: Storage, workspace_id: str, work: Any) -> Any:
        result = await write(self, workspace_id, work)
        return die() if called else result

    setattr(owner, name, noted)
    Storage.write = dying  # type: ignore[method-assign,assignment]
