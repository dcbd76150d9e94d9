"""The clock's work: a pass plans what recurs, does the features' jobs, sends what is due and forgets what is old. When
something recurs is the domain's matter (`bot.domain.schedules`), what it causes the features'.

APScheduler only gives the beat, from memory: what must happen is in our own tables, so that nothing is lost or doubled
when the process ends, the clocks change, or several copies run.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.commands import Registry
from bot.domain.schedules import Due, Occurrence, OccurrenceState, Schedule, ScheduleKind, plan
from bot.sender import Sender
from bot.services import Services
from storage import UnitOfWork

log = structlog.get_logger(__name__)

BEAT_SECONDS = 15
BREATH_SECONDS = 0.1
HANDLED_FOR = timedelta(days=1)
# How late an occurrence may be and still be of use to anybody.
GRACE = {
    ScheduleKind.SURVEY: timedelta(hours=12),
    ScheduleKind.SUMMARY: timedelta(hours=48),
    ScheduleKind.KPI: timedelta(hours=72),  # a question for a value is of use until the next one
    ScheduleKind.CHECKIN: timedelta(hours=4),  # what a team wants to know of this morning
    ScheduleKind.ONE_ON_ONE: timedelta(hours=24),
}


@dataclass(slots=True)
class PassReport:
    """What a pass did. `failures` names the jobs that broke, each with the reference under which the log has it."""

    now: datetime
    planned: int = 0
    skipped: int = 0
    sent: int = 0
    failures: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass: what its jobs work with."""

    services: Services
    registry: Registry
    sender: Sender
    now: datetime
    report: PassReport

    async def isolated(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Runs one job. This is where every exception of a job stops (docs/architecture.md, rule 9): a broken job must
        not take the others with it, and is found in the log by its reference."""
        try:
            await work()
        except Exception:
            reference = secrets.token_hex(3)
            log.exception("job failed", action="job_failed", job=name, reference=reference)
            self.report.failures.append(f"{name} ({reference})")


async def do_feature_jobs(current: Pass) -> None:
    """The features' own jobs, in the order they were registered."""
    for name, job in current.registry.jobs.items():
        await current.isolated(name, partial(job, current.services, current.now))


async def plan_schedules(current: Pass) -> None:
    """Whatever recurs in any workspace and is due: each schedule in a transaction of its own."""
    storage = current.services.storage
    for workspace_id in await storage.workspaces():
        active = await storage.read(workspace_id, lambda db: db.schedules.active())
        for schedule in active:
            decided = plan(schedule, current.now, GRACE[schedule.kind])
            if decided.make is not None or decided.skip:
                await current.isolated(
                    f"plan {schedule.kind} {schedule.subject_id}",
                    partial(_plan_one, current, workspace_id, schedule),
                )


async def send_deliveries(current: Pass) -> None:
    """Everything that is due by now."""
    current.report.sent += await current.sender.send_due(current.now)


async def forget_handled(current: Pass) -> None:
    """Keys of interactions that Slack will not repeat any more."""
    storage = current.services.storage
    for workspace_id in await storage.workspaces():
        await storage.write(workspace_id, lambda db: db.handled.purge(current.now - HANDLED_FOR))


JOBS: tuple[tuple[str, Callable[[Pass], Awaitable[None]]], ...] = (
    ("plan schedules", plan_schedules),
    ("feature jobs", do_feature_jobs),
    ("send deliveries", send_deliveries),
    ("forget handled", forget_handled),
)
"""A pass, in order: what is planned in it (a survey's round) is launched and sent in the same one. Jobs of a single
feature are registered by it (`registry.job`)."""


async def run_due(services: Services, registry: Registry, sender: Sender, now: datetime) -> PassReport:
    """One pass at `now` (aware). Doing it twice, or in two processes at once, has its effect once. Never raises for a
    job that broke; the report names it."""
    report = PassReport(now)
    current = Pass(services, registry, sender, now, report)
    for name, job in JOBS:
        await current.isolated(name, partial(job, current))
    return report


async def _plan_one(current: Pass, workspace_id: str, schedule: Schedule) -> None:
    def decide(db: UnitOfWork) -> tuple[int, int]:
        fresh = db.schedules.of_subject(schedule.kind, schedule.subject_id)
        return _decide(db, current, fresh) if fresh is not None else (0, 0)

    planned, skipped = await current.services.storage.write(workspace_id, decide)
    current.report.planned += planned
    current.report.skipped += skipped


def _decide(db: UnitOfWork, current: Pass, schedule: Schedule) -> tuple[int, int]:
    """Records what is decided for a schedule and causes what is to be made; how many were made and skipped. Whether a
    date was decided before is for the database to say: another replica may be at the same work."""
    registry, now = current.registry, current.now
    decided = plan(schedule, now, GRACE[schedule.kind])
    skipped = sum(
        db.schedules.record(_occurrence(schedule, due, OccurrenceState.SKIPPED, reason)) for due, reason in decided.skip
    )
    due = decided.make
    passes_over = registry.passed_over.get(schedule.kind)
    reason = passes_over(db, schedule, due, current.services) if due is not None and passes_over is not None else ""
    if due is not None and reason:
        skipped += db.schedules.record(_occurrence(schedule, due, OccurrenceState.SKIPPED, reason))
        due = None
    makes = due is not None and db.schedules.record(_occurrence(schedule, due, OccurrenceState.PLANNED))
    if due is not None and makes:
        registry.schedules[schedule.kind](db, schedule, due, now)
    db.schedules.planned_until(schedule.id, now)
    return int(makes), skipped


def _occurrence(schedule: Schedule, due: Due, state: OccurrenceState, reason: str = "") -> Occurrence:
    return Occurrence(schedule.id, due.local_date, due.at, state, reason)


class Watch(Protocol):
    """Who wants to know of passes: that one begins, and that it ended, with so many jobs that broke."""

    def began(self) -> None: ...

    def ended(self, failures: int) -> None: ...


class Ticker:
    """Runs passes: one every 15 seconds, and one at once when `services.wakening` is set or something falls due before.
    They never overlap."""

    def __init__(self, services: Services, registry: Registry, sender: Sender, watch: Watch | None = None) -> None:
        self._watch = watch
        self._services = services
        self._registry = registry
        self._sender = sender
        self._one_at_a_time = asyncio.Lock()
        self._stopping = False
        self._waker: asyncio.Task[None] | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def start(self) -> None:
        """Begins, with a pass at once. Needs the running event loop."""
        self._scheduler.add_listener(_log_beat, EVENT_JOB_ERROR | EVENT_JOB_MISSED)
        self._scheduler.add_job(
            self._pass,
            "interval",
            seconds=BEAT_SECONDS,
            id="pass",
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            next_run_time=datetime.now(UTC),
        )
        self._scheduler.start()
        self._waker = asyncio.create_task(self._pass_when_woken(), name="denyut-waker")

    async def stop(self) -> None:
        """Ends. A running pass finishes the messages it is sending; what is left stays due for the next start."""
        self._stopping = True
        self._sender.finish()
        if self._alarm is not None:
            self._alarm.cancel()
        if self._scheduler.running:
            self._scheduler.pause()
        async with self._one_at_a_time:  # the scheduler's own shutdown would cut a running pass off
            if self._waker is not None:
                self._waker.cancel()
                await asyncio.gather(self._waker, return_exceptions=True)
            if self._scheduler.running:
                self._scheduler.shutdown(wait=False)
        await asyncio.sleep(0)  # the shutdown happens in the loop's next turn

    async def _pass(self) -> None:
        async with self._one_at_a_time:
            if not self._stopping:
                if self._watch is not None:
                    self._watch.began()
                report = await run_due(self._services, self._registry, self._sender, self._services.now())
                if self._watch is not None:
                    self._watch.ended(len(report.failures))
                await self._set_alarm()

    async def _set_alarm(self) -> None:
        """Wakes the next pass when something falls due before the next beat: a message Slack told to come back with."""
        if self._alarm is not None:
            self._alarm.cancel()
        team_id = self._services.slack.identity.team_id
        due_at = await self._services.storage.read(team_id, lambda db: db.deliveries.next_due())
        wait = (due_at - self._services.now()).total_seconds() if due_at else BEAT_SECONDS
        if 0 < wait < BEAT_SECONDS:
            self._alarm = asyncio.get_running_loop().call_later(wait, self._services.wake)

    async def _pass_when_woken(self) -> None:
        while True:
            await self._services.wakening.wait()
            self._services.wakening.clear()
            await self._pass()
            await asyncio.sleep(BREATH_SECONDS)  # under load many wishes share the next pass


def _log_beat(event: JobExecutionEvent) -> None:
    if event.code == EVENT_JOB_MISSED:
        log.warning("a pass was missed", action="pass_missed", scheduled_for=str(event.scheduled_run_time))
    else:
        log.error("a pass failed", action="pass_failed", error=repr(event.exception))
