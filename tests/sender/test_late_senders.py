"""A replica that is stopped in the middle of sending, for longer than its lease, and wakes when another one has taken
over: what it must not do any more, and the one moment in which nobody can keep it from posting a second time.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from bot.sender import LEASE, Sender
from tests.sender.conftest import Bench

BEYOND = LEASE.total_seconds() + 5
LOOKS = 31.0
"""Seconds between the two looks, and a little."""


class Stopped:
    """Somewhere on its way somebody is stopped until woken."""

    def __init__(self) -> None:
        self.there = asyncio.Event()
        self.woken = asyncio.Event()

    async def here(self, *_: Any) -> None:
        self.there.set()
        await self.woken.wait()


async def stopped_before_the_second(bench: Bench, stop: Stopped, begun: datetime | None = None) -> "asyncio.Task[int]":
    """A replica that has sent one of two messages to a channel, and is stopped before it sends the other."""
    bench.owe(subject="first", due_at=bench.now - timedelta(seconds=301))
    bench.owe(subject="second", due_at=bench.now - timedelta(seconds=300))
    late = Sender(bench.services, bench.registry, pause=stop.here, clock=lambda: bench.elapsed)
    sending = asyncio.create_task(late.send_due(begun or bench.now))
    await stop.there.wait()
    assert bench.slack.texts("C1") == ["about first"]
    return sending


def stopped_in_the_next_post(bench: Bench) -> Stopped:
    """Whoever posts next is stopped when it has looked at the clock for the last time."""
    stop, post = Stopped(), bench.services.slack.post

    async def stopped_once(*given: Any, **more: Any) -> Any:
        bench.services.slack.post = post  # type: ignore[method-assign]
        await stop.here()
        return await post(*given, **more)

    bench.services.slack.post = stopped_once  # type: ignore[method-assign]
    return stop


async def pass_after(bench: Bench, seconds: float, other: Sender) -> None:
    bench.now += timedelta(seconds=seconds)
    bench.elapsed += seconds
    bench.slack.now = bench.now
    await other.send_due(bench.now)


async def test_woken_after_another_sent_it_does_not(bench: Bench) -> None:
    stop, other = Stopped(), bench.new_sender()
    sending = await stopped_before_the_second(bench, stop)
    await pass_after(bench, BEYOND, other)
    assert bench.slack.texts("C1") == ["about first"], "looked for once: that is not enough"
    await pass_after(bench, LOOKS, other)
    assert bench.slack.texts("C1") == ["about first", "about second"]
    stop.woken.set()
    assert await sending == 1
    assert bench.slack.texts("C1") == ["about first", "about second"]


async def test_woken_while_another_sends_it_neither_sends_nor_takes_it_from_that_one(bench: Bench) -> None:
    stop, other = Stopped(), bench.new_sender()
    sending = await stopped_before_the_second(bench, stop)
    await pass_after(bench, BEYOND, other)
    request = stopped_in_the_next_post(bench)
    overtaking = asyncio.create_task(pass_after(bench, LOOKS, other))
    await request.there.wait()
    stop.woken.set()
    assert await sending == 1, "its report about what it no longer holds changes nothing, and it finds nothing due"
    request.woken.set()
    await overtaking
    assert bench.slack.texts("C1") == ["about first", "about second"]
    assert bench.do(lambda db: db.deliveries.counts())["sent"] == 2


async def test_on_a_machine_that_was_suspended_and_did_not_count_the_seconds(bench: Bench) -> None:
    stop, other = Stopped(), bench.new_sender()
    sending = await stopped_before_the_second(bench, stop)
    before = bench.elapsed
    await pass_after(bench, BEYOND, other)
    await pass_after(bench, LOOKS, other)
    bench.elapsed = before
    stop.woken.set()
    await sending
    assert bench.slack.texts("C1") == ["about first", "about second"]


async def test_a_pass_that_planned_for_long_takes_messages_from_now_on_and_not_from_when_it_began(bench: Bench) -> None:
    """A lease that begins in the past would be over for others while this one sends."""
    begun = bench.now
    bench.now += timedelta(seconds=120)
    stop, other = Stopped(), bench.new_sender()
    sending = await stopped_before_the_second(bench, stop, begun)
    await pass_after(bench, 2, other)
    await pass_after(bench, LOOKS, other)
    assert bench.slack.texts("C1") == ["about first"], "nobody takes it away"
    stop.woken.set()
    assert await sending == 2
    assert bench.slack.texts("C1") == ["about first", "about second"]


class TestBetweenTheLastLookAtTheClockAndTheWire:
    """Less than a millisecond of each message: whoever is stopped there does not look at anything any more."""

    async def test_stopped_for_less_than_the_lease_and_two_looks_it_is_still_sent_once(self, bench: Bench) -> None:
        bench.owe()
        stop, other = stopped_in_the_next_post(bench), bench.new_sender()
        sending = asyncio.create_task(bench.sender.send_due(bench.now))
        await stop.there.wait()
        await pass_after(bench, BEYOND, other)
        stop.woken.set()
        await sending
        await pass_after(bench, LOOKS, other)
        assert bench.slack.texts("C1") == ["about s1"]

    async def test_stopped_for_longer_it_is_sent_twice_and_that_is_the_limit(self, bench: Bench) -> None:
        """Slack takes no key by which it could tell that it has the message already: what docs/operating.md says of
        this is all that can be promised."""
        bench.owe()
        stop, other = stopped_in_the_next_post(bench), bench.new_sender()
        sending = asyncio.create_task(bench.sender.send_due(bench.now))
        await stop.there.wait()
        await pass_after(bench, BEYOND, other)
        await pass_after(bench, LOOKS, other)
        stop.woken.set()
        await sending
        assert bench.slack.texts("C1") == ["about s1"] * 2
        await pass_after(bench, 3600, other)
        assert bench.slack.texts("C1") == ["about s1"] * 2, "and not once more"
        assert bench.do(lambda db: db.deliveries.counts())["sent"] == 1
