"""A pass: every job in its turn and on its own, each occurrence once, only the latest of what was missed."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from apscheduler.schedulers import base

from bot import scheduler
from bot.domain.deliveries import NewDelivery
from bot.domain.schedules import Cadence, Due, Rule, Schedule, ScheduleKind
from bot.scheduler import BEAT_SECONDS, JOBS, PassReport, Ticker, run_due
from tests.sender.conftest import NOW, Bench

MONDAY = date(2026, 11, 2)
NINE_IN_JAKARTA = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)


def weekly(kind: ScheduleKind, subject: str = "sum1", cadence: Cadence = Cadence.WEEKLY) -> Schedule:
    rule = Rule(cadence, MONDAY, time(9), "Asia/Jakarta")
    return Schedule(f"sch-{subject}", kind, subject, rule, "U1", NINE_IN_JAKARTA - timedelta(days=1))


def post(db: Any, schedule: Schedule, due: Due, now: datetime) -> None:
    if schedule.subject_id == "broken":
        raise RuntimeError("a bug in a feature")
    db.deliveries.add(NewDelivery("test.message", f"{schedule.subject_id} of {due.local_date}", "C1", due_at=due.at))


@pytest.fixture
def planned(bench: Bench) -> Bench:
    bench.registry.schedule(ScheduleKind.SUMMARY, post)
    bench.registry.schedule(ScheduleKind.SURVEY, post)
    return bench


async def a_pass(bench: Bench, at: datetime) -> PassReport:
    bench.now = bench.slack.now = at
    return await run_due(bench.services, bench.registry, bench.sender, at)


def decided(bench: Bench, schedule: Schedule) -> list[tuple[str, str, str]]:
    occurrences = bench.do(lambda db: db.schedules.occurrences(schedule.id))
    return [(str(one.local_date), str(one.state), one.reason) for one in occurrences]


class TestSchedules:
    async def test_before_its_time_nothing_happens(self, planned: Bench) -> None:
        planned.do(lambda db: db.schedules.add(weekly(ScheduleKind.SUMMARY)))
        report = await a_pass(planned, NINE_IN_JAKARTA - timedelta(seconds=1))
        assert (report.planned, report.sent, report.failures) == (0, 0, [])

    async def test_the_same_moment_twice_posts_once(self, planned: Bench) -> None:
        planned.do(lambda db: db.schedules.add(weekly(ScheduleKind.SUMMARY)))
        first = await a_pass(planned, NINE_IN_JAKARTA)
        second = await a_pass(planned, NINE_IN_JAKARTA)
        assert (first.planned, first.sent, second.planned, second.sent) == (1, 1, 0, 0)
        assert planned.slack.texts("C1") == ["about sum1 of 2026-11-02"]

    async def test_two_copies_at_once_post_once(self, planned: Bench) -> None:
        planned.do(lambda db: db.schedules.add(weekly(ScheduleKind.SUMMARY)))
        other = planned.new_sender()
        reports = await asyncio.gather(
            run_due(planned.services, planned.registry, planned.sender, NINE_IN_JAKARTA),
            run_due(planned.services, planned.registry, other, NINE_IN_JAKARTA),
        )
        assert sum(report.planned for report in reports) == 1
        assert planned.slack.texts("C1") == ["about sum1 of 2026-11-02"]

    async def test_of_missed_weeks_only_the_latest_is_made_up(self, planned: Bench) -> None:
        schedule = weekly(ScheduleKind.SUMMARY)
        planned.do(lambda db: db.schedules.add(schedule))
        report = await a_pass(planned, NINE_IN_JAKARTA + timedelta(days=14, hours=20))
        assert (report.planned, report.skipped, report.sent) == (1, 2, 1)
        assert planned.slack.texts("C1") == ["about sum1 of 2026-11-16"]
        assert decided(planned, schedule) == [
            ("2026-11-02", "skipped", "missed"),
            ("2026-11-09", "skipped", "missed"),
            ("2026-11-16", "planned", ""),
        ]
        again = await a_pass(planned, NINE_IN_JAKARTA + timedelta(days=15))
        assert (again.planned, again.skipped, again.sent) == (0, 0, 0)

    @pytest.mark.parametrize(
        ("kind", "late", "made"),
        [
            (ScheduleKind.SURVEY, 12, True),
            (ScheduleKind.SURVEY, 13, False),
            (ScheduleKind.SUMMARY, 48, True),
            (ScheduleKind.SUMMARY, 49, False),
        ],
    )
    async def test_what_comes_too_late_to_be_useful_is_skipped(
        self, planned: Bench, kind: ScheduleKind, late: int, made: bool
    ) -> None:
        schedule = weekly(kind)
        planned.do(lambda db: db.schedules.add(schedule))
        report = await a_pass(planned, NINE_IN_JAKARTA + timedelta(hours=late))
        assert (report.planned == 1) is made
        assert decided(planned, schedule) == [
            ("2026-11-02", "planned", "") if made else ("2026-11-02", "skipped", "late")
        ]

    async def test_what_is_paused_is_neither_made_nor_skipped(self, planned: Bench) -> None:
        schedule = weekly(ScheduleKind.SUMMARY)
        planned.do(lambda db: db.schedules.add(schedule))
        planned.do(lambda db: db.schedules.set_active(schedule.id, False))
        report = await a_pass(planned, NINE_IN_JAKARTA)
        assert (report.planned, report.skipped) == (0, 0)

    async def test_one_that_breaks_is_named_changes_nothing_and_holds_up_no_other(self, planned: Bench) -> None:
        broken = weekly(ScheduleKind.SURVEY, "broken")
        planned.do(lambda db: db.schedules.add(broken))
        planned.do(lambda db: db.schedules.add(weekly(ScheduleKind.SUMMARY, "good")))
        report = await a_pass(planned, NINE_IN_JAKARTA)
        assert planned.slack.texts("C1") == ["about good of 2026-11-02"]
        (failure,) = report.failures
        assert "broken" in failure
        assert decided(planned, broken) == [], "its occurrence is not used up"


class TestJobs:
    def test_are_done_in_order(self) -> None:
        assert [name for name, _ in JOBS] == ["plan schedules", "feature jobs", "send deliveries", "forget handled"]

    async def test_of_features_run_before_sending_and_each_on_its_own(self, planned: Bench) -> None:
        ran: list[datetime] = []

        async def broken(services: Any, now: datetime) -> None:
            raise RuntimeError("a bug in a job")

        async def good(services: Any, now: datetime) -> None:
            ran.append(now)
            planned.do(lambda db: db.deliveries.add(NewDelivery("test.message", "job", "C1", due_at=now)))

        planned.registry.job("broken job", broken)
        planned.registry.job("good job", good)
        report = await a_pass(planned, NOW)
        assert ran == [NOW]
        assert planned.slack.texts("C1") == ["about job"]
        assert [failure.startswith("broken job (") for failure in report.failures] == [True]

    async def test_handled_keys_are_forgotten_after_a_day(self, planned: Bench) -> None:
        first_time = lambda: planned.do(lambda db: db.handled.first_time("k", planned.now))  # noqa: E731
        assert first_time()
        await a_pass(planned, NOW + timedelta(hours=24))
        assert not first_time()
        await a_pass(planned, NOW + timedelta(hours=24, seconds=1))
        assert first_time()


class TestTicker:
    async def test_runs_a_pass_at_start_and_at_once_when_woken(self, planned: Bench) -> None:
        passes = Passes(planned)
        ticker = Ticker(planned.services, planned.registry, planned.sender)
        ticker.start()
        try:
            await passes.reached(1)
            planned.services.wake()
            await passes.reached(2)
        finally:
            await ticker.stop()
        assert passes.most_at_once == 1

    async def test_passes_never_overlap(self, planned: Bench) -> None:
        passes = Passes(planned, held=True)
        ticker = Ticker(planned.services, planned.registry, planned.sender)
        ticker.start()
        try:
            await passes.reached(1)
            planned.services.wake()
            for _ in range(20):
                await asyncio.sleep(0)
            assert passes.begun == 1, "the second waits for the first"
            passes.go_on.set()
            await passes.reached(2)
        finally:
            await ticker.stop()
        assert passes.most_at_once == 1

    async def test_stopping_waits_for_the_running_pass_and_starts_no_other(self, planned: Bench) -> None:
        passes = Passes(planned, held=True)
        ticker = Ticker(planned.services, planned.registry, planned.sender)
        ticker.start()
        await passes.reached(1)
        stopping = asyncio.create_task(ticker.stop())
        planned.services.wake()
        for _ in range(20):
            await asyncio.sleep(0)
        assert not stopping.done()
        passes.go_on.set()
        await asyncio.wait_for(stopping, 5)
        assert (passes.begun, passes.ended) == (1, 1)
        assert not ticker._scheduler.running

    async def test_the_beat_is_kept_in_memory_and_missed_beats_count_as_one(self, planned: Bench) -> None:
        Passes(planned)
        ticker = Ticker(planned.services, planned.registry, planned.sender)
        ticker.start()
        try:
            (job,) = ticker._scheduler.get_jobs()
            assert (job.coalesce, job.max_instances, job.misfire_grace_time) == (True, 1, None)
            assert job.trigger.interval == timedelta(seconds=BEAT_SECONDS)
        finally:
            await ticker.stop()

    async def test_wakes_when_something_falls_due_before_the_next_beat(self, planned: Bench) -> None:
        """Slack said when to come back: not up to a beat later."""
        soon = NOW + timedelta(milliseconds=50)
        planned.do(lambda db: db.deliveries.add(NewDelivery("test.message", "soon", "C1", due_at=soon)))
        passes = Passes(planned)
        ticker = Ticker(planned.services, planned.registry, planned.sender)
        ticker.start()
        try:
            await passes.reached(2)
        finally:
            await ticker.stop()

    async def test_sleeps_until_the_next_beat_when_nothing_falls_due_before(self, planned: Bench) -> None:
        later = NOW + timedelta(seconds=BEAT_SECONDS + 1)
        planned.do(lambda db: db.deliveries.add(NewDelivery("test.message", "later", "C1", due_at=later)))
        passes = Passes(planned)
        ticker = Ticker(planned.services, planned.registry, planned.sender)
        ticker.start()
        try:
            await passes.reached(1)
            await ticker._set_alarm()
            assert ticker._alarm is None
        finally:
            await ticker.stop()

    async def test_goes_on_when_the_clock_is_put_back(self, planned: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        """A machine that came up three days ahead, and hears of the time a minute later."""
        ahead = timedelta(days=3)

        class Ahead(datetime):
            @classmethod
            def now(cls, zone: Any = None) -> datetime:
                return datetime.now(zone) + ahead

        monkeypatch.setattr(base, "datetime", Ahead)
        monkeypatch.setattr(scheduler, "system_now", lambda: Ahead.now(UTC))
        monkeypatch.setattr(scheduler, "BEAT_SECONDS", 0.02)
        passes = Passes(planned)
        ticker = Ticker(planned.services, planned.registry, planned.sender)
        ticker.start()
        try:
            await passes.reached(3)
            ahead = timedelta(0)
            await passes.reached(passes.begun + 3)
            ahead = timedelta(days=9)
            await passes.reached(passes.begun + 3)
        finally:
            await ticker.stop()

    async def test_can_be_stopped_before_it_was_started(self, planned: Bench) -> None:
        await Ticker(planned.services, planned.registry, planned.sender).stop()


class Passes:
    """Counts passes through a feature job; with `held` each waits in it until `go_on` is set."""

    def __init__(self, bench: Bench, held: bool = False) -> None:
        self.begun = self.ended = self.running = self.most_at_once = 0
        self.go_on = asyncio.Event()
        self._changed = asyncio.Event()
        if not held:
            self.go_on.set()
        bench.registry.job("counting", self._job)

    async def _job(self, services: Any, now: datetime) -> None:
        self.begun += 1
        self.running += 1
        self.most_at_once = max(self.most_at_once, self.running)
        self._changed.set()
        await self.go_on.wait()
        self.running -= 1
        self.ended += 1

    async def reached(self, count: int) -> None:
        """Waits until so many passes have begun."""
        async with asyncio.timeout(5):
            while self.begun < count:
                self._changed.clear()
                await self._changed.wait()
