"""The clock's work: a pass plans what recurs, does the features' jobs, sends what is due and forgets what is old. When
something recurs is the domain's matter (`bot.domain.schedules`), what it causes the features'.

APScheduler only gives the beat, from memory: what must happen is in our own tables, so that nothing is lost or doubled
when the process ends, the clocks change, or several copies run.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.clock import CLOCK_TOLERANCE, system_now
from bot.commands import Registry
from bot.domain.schedules import Due, Occurrence, OccurrenceState, Plan, Schedule, ScheduleKind, plan
from bot.passes import Passes, Watch
from bot.passes import PassReport as PassReport
from bot.sender import Sender
from bot.services import Services
from bot.workspaces import OneWorkspace, Workspaces
from storage import StorageTrouble, UnitOfWork

log = structlog.get_logger(__name__)

BEAT = "pass"
BEAT_SECONDS = 15
BREATH_SECONDS = 0.1
HANDLED_FOR = timedelta(days=1)
BETWEEN_LOOKS = timedelta(minutes=10)
NOTHING = Plan(None, ())
# How late an occurrence may be and still be of use to anybody.
GRACE = {
    ScheduleKind.SURVEY: timedelta(hours=12),
    ScheduleKind.SUMMARY: timedelta(hours=48),
    ScheduleKind.KPI: timedelta(hours=72),  # a question for a value is of use until the next one
    ScheduleKind.CHECKIN: timedelta(hours=4),  # what a team wants to know of this morning
    ScheduleKind.ONE_ON_ONE: timedelta(hours=24),
}


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
        not take the others with it, and is found in the log by its reference. Trouble with what is stored is no fault
        of the job, and in the log already; the next pass does what could not be done."""
        try:
            await work()
        except StorageTrouble as trouble:
            self.report.failures.append(f"{name} ({trouble.reason})")
        except Exception:
            reference = secrets.token_hex(3)
            log.exception("job failed", action="job_failed", job=name, reference=reference)
            self.report.failures.append(f"{name} ({reference})")


async def do_feature_jobs(current: Pass) -> None:
    """The features' own jobs, in the order they were registered."""
    for name, job in current.registry.jobs.items():
        await current.isolated(name, partial(job, current.services, current.now))


async def plan_schedules(current: Pass) -> None:
    """Whatever recurs in the workspace and is due: each schedule in a transaction of its own."""
    workspace_id = current.services.workspace_id
    for schedule in await current.services.storage.read(workspace_id, lambda db: db.schedules.active()):
        await current.isolated(
            f"plan {schedule.kind} {schedule.subject_id}", partial(_plan_one, current, workspace_id, schedule)
        )


async def send_deliveries(current: Pass) -> None:
    """Everything that is due by now."""
    current.report.sent += await current.sender.send_due(current.now)


async def forget_handled(current: Pass) -> None:
    """Keys of interactions that Slack will not repeat any more."""
    services = current.services
    await services.storage.write(services.workspace_id, lambda db: db.handled.purge(current.now - HANDLED_FOR))


JOBS: tuple[tuple[str, Callable[[Pass], Awaitable[None]]], ...] = (
    ("plan schedules", plan_schedules),
    ("feature jobs", do_feature_jobs),
    ("send deliveries", send_deliveries),
    ("forget handled", forget_handled),
)
"""A pass, in order: what is planned in it (a survey's round) is launched and sent in the same one. Jobs of a single
feature are registered by it (`registry.job`)."""


async def run_due(services: Services, registry: Registry, sender: Sender, now: datetime) -> PassReport:
    """One pass of a workspace at `now` (aware). Doing it twice, or in two processes at once, has its effect once. Never
    raises for a job that broke; the report names it."""
    report = PassReport(now)
    current = Pass(services, registry, sender, now, report)
    for name, job in JOBS:
        await current.isolated(name, partial(job, current))
    return report


async def run_left(services: Services, registry: Registry, now: datetime) -> PassReport:
    """What is done for a workspace that removed the app, and whose data is still here: the jobs that say so. Never
    raises for a job that broke."""
    current = Pass(services, registry, Sender(services, registry), now, PassReport(now))
    for name in registry.jobs_for_left:
        await current.isolated(name, partial(registry.jobs[name], services, now))
    return current.report


async def _plan_one(current: Pass, workspace_id: str, schedule: Schedule) -> None:
    """Plans one schedule, in a transaction of its own if there is anything to decide. A zone that this machine does not
    know raises, and holds up no other schedule."""
    if plan(schedule, current.now, GRACE[schedule.kind]) == NOTHING:
        return

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


class _Beat(IntervalTrigger):  # type: ignore[misc]  # APScheduler has no types
    """A beat after the last one, whatever the wall clock did in between. APScheduler's own goes through every beat that
    a clock set ahead has passed over, in the way of everything else: two million for a year."""

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        return now if previous_fire_time is None else now + self.interval


class Ticker:
    """Runs passes of all workspaces: one every 15 seconds, and one at once of a workspace in which something is to be
    done now (`services.wake`) or falls due before. Those of one workspace never overlap.

    `sender` is that of the one workspace there is; where there are many (`workspaces`), each gets its own."""

    def __init__(
        self,
        services: Services,
        registry: Registry,
        sender: Sender | None,
        watch: Watch | None = None,
        workspaces: Workspaces | None = None,
    ) -> None:
        self._watch = watch
        self._services = services
        self._registry = registry
        self._workspaces = workspaces or OneWorkspace(services)
        self._passes = Passes(self._workspaces, self._pass_of, lambda own: sender or Sender(own, registry))
        self._beat = asyncio.Lock()
        self._stopping = False
        self._looked_after_left: datetime | None = None
        self._waker: asyncio.Task[None] | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._woken: set[asyncio.Task[None]] = set()
        self._alarms: dict[str, asyncio.TimerHandle] = {}
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def start(self) -> None:
        """Begins, with a pass at once. Needs the running event loop."""
        self._scheduler.add_listener(_log_beat, EVENT_JOB_ERROR | EVENT_JOB_MISSED)
        self._scheduler.add_job(
            self._pass,
            _Beat(seconds=BEAT_SECONDS, timezone=UTC),
            id=BEAT,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            next_run_time=system_now(),
        )
        self._scheduler.start()
        self._waker = asyncio.create_task(self._pass_when_woken(), name="denyut-waker")
        self._keeper = asyncio.create_task(self._keep_beat(), name="denyut-beat")

    async def stop(self) -> None:
        """Ends. Running passes finish the messages they are sending; what is left stays due for the next start."""
        self._stopping = True
        for alarm in self._alarms.values():
            alarm.cancel()
        if self._scheduler.running:
            self._scheduler.pause()
        await self._passes.finish()  # the scheduler's own shutdown would cut a running pass off
        async with self._beat:
            pass
        begun = [*self._woken, *(each for each in (self._waker, self._keeper) if each is not None)]
        for task in begun:
            task.cancel()
        await asyncio.gather(*begun, return_exceptions=True)
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        await asyncio.sleep(0)  # the shutdown happens in the loop's next turn

    @property
    def _alarm(self) -> asyncio.TimerHandle | None:
        return next(iter(self._alarms.values()), None)

    async def _pass(self) -> None:
        """The beat: a pass of every workspace."""
        async with self._beat:
            if not self._stopping and not await self._is_clock_off():
                await self._pass_of_all()

    async def _pass_of_all(self) -> None:
        if self._watch is not None:
            self._watch.began()
        failures = 0
        try:
            failures = await self._passes.over(await self._workspaces.serving())
            await self._look_after_left()
        except StorageTrouble:  # in the log already; the next beat comes anyhow
            failures += 1
        if self._watch is not None:
            self._watch.ended(failures)

    async def _pass_of(self, services: Services, sender: Sender) -> int:
        """One workspace's pass; how many of its jobs broke."""
        report = await run_due(services, self._registry, sender, services.now())
        await self._set_alarm(services)
        return len(report.failures)

    async def _look_after_left(self) -> None:
        """What was promised to people of workspaces that removed the app is kept now and then: their rounds close, and
        are sealed."""
        now = self._services.now()
        if self._looked_after_left is None or not timedelta(0) <= now - self._looked_after_left < BETWEEN_LOOKS:
            self._looked_after_left = now
            for services in await self._workspaces.left():
                if self._stopping:
                    return
                await run_left(services, self._registry, now)

    async def _is_clock_off(self) -> bool:
        """Whether this machine's clock and the database's are too far apart. It then makes no passes: it would plan at
        the wrong moment, and take messages that other replicas are sending for given up."""
        try:
            apart = await self._services.storage.clock_apart()
        except StorageTrouble:
            return False  # the pass meets the same
        if abs(apart) <= CLOCK_TOLERANCE:
            return False
        log.error(
            "this machine's clock is off the database's: nothing is planned or sent from here until they agree",
            action="clock_off",
            seconds=round(apart.total_seconds()),
        )
        return True

    async def _set_alarm(self, services: Services | None = None) -> None:
        """Wakes the next pass when something falls due before the next beat: a message Slack told to come back with."""
        own = services or self._services
        alarm = self._alarms.pop(own.workspace_id, None)
        if alarm is not None:
            alarm.cancel()
        try:
            due_at = await own.storage.read(own.workspace_id, lambda db: db.deliveries.next_attempt())
        except StorageTrouble:
            return  # the next beat comes anyhow
        wait = (due_at - own.now()).total_seconds() if due_at else BEAT_SECONDS
        if 0 < wait < BEAT_SECONDS:
            self._alarms[own.workspace_id] = asyncio.get_running_loop().call_later(wait, own.wake)

    async def _keep_beat(self) -> None:
        """APScheduler goes by the wall clock: where that is put back, the next beat is as far off as the clock was
        ahead, be it days. So somebody looks who counts seconds, whatever o'clock it is."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            job = self._scheduler.get_job(BEAT)
            now = system_now()
            if job is not None and job.next_run_time - now > 2 * timedelta(seconds=BEAT_SECONDS):
                ahead = round((job.next_run_time - now).total_seconds())
                log.warning("the clock was put back", action="clock_put_back", seconds=ahead)
                job.modify(next_run_time=now)

    async def _pass_when_woken(self) -> None:
        while True:
            await self._services.wakening.wait()
            self._services.wakening.clear()
            task = asyncio.create_task(self._woken_passes())
            self._woken.add(task)
            task.add_done_callback(self._woken.discard)
            await asyncio.sleep(BREATH_SECONDS)  # under load many wishes share the next pass

    async def _woken_passes(self) -> None:
        """Of the workspaces that asked; of all, where it is not said who did."""
        asked = frozenset(self._services.woken)
        self._services.woken.clear()
        if asked and "" not in asked:
            if not self._stopping and not await self._is_clock_off():
                await self._passes.over(asked)
        else:
            await self._pass()


def _log_beat(event: JobExecutionEvent) -> None:
    if event.code == EVENT_JOB_MISSED:
        log.warning("a pass was missed", action="pass_missed", scheduled_for=str(event.scheduled_run_time))
    else:
        log.error("a pass failed", action="pass_failed", error=repr(event.exception))
