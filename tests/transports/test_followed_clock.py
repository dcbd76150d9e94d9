"""The one seam of the clock: the bot follows the playground's."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from bot import clock as clocks
from bot.clock import ClockLost, FollowedClock, system_now
from bot.playground.server import Playground
from tests.transports.conftest import eventually

STORY = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
CLOSE = timedelta(seconds=5)


@pytest.fixture
async def playground() -> AsyncIterator[Playground]:
    async with Playground(now=STORY) as opened:
        yield opened


async def test_it_shows_the_playgrounds_time_from_the_start(playground: Playground) -> None:
    clock = FollowedClock(playground.clock_url, lambda: None)
    await clock.start()
    assert abs(clock.now() - STORY) < CLOSE
    assert clock.now().utcoffset() == timedelta()
    await clock.stop()


async def test_it_moves_with_the_playground_and_says_so(playground: Playground) -> None:
    moves: list[datetime] = []
    clock = FollowedClock(playground.clock_url, lambda: moves.append(clock.now()))
    await clock.start()
    assert moves == []
    playground.clock.advance(3600)
    await eventually(lambda: len(moves) == 1)
    assert abs(moves[0] - STORY - timedelta(hours=1)) < CLOSE
    playground.clock.advance(-1800, allow_back=True)
    await eventually(lambda: len(moves) == 2)
    assert abs(clock.now() - STORY - timedelta(minutes=30)) < CLOSE
    await clock.stop()


async def test_it_goes_on_while_the_playground_is_away_and_follows_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clocks, "RETRY_SECONDS", 0.05)
    moves: list[datetime] = []
    async with Playground(now=STORY) as first:
        clock = FollowedClock(first.clock_url, lambda: moves.append(clock.now()))
        await clock.start()
        port = int(first.url.rpartition(":")[2])
    assert abs(clock.now() - STORY) < CLOSE
    later = STORY + timedelta(days=3)
    async with Playground(now=later, port=port) as second:  # its version is 1 again, as the first one's was
        await eventually(lambda: abs(clock.now() - later) < CLOSE)
        assert moves
        second.clock.advance(3600)
        await eventually(lambda: clock.now() - later > timedelta(minutes=59))
    await clock.stop()


async def test_without_a_clock_at_the_address_it_does_not_start() -> None:
    with pytest.raises(ClockLost):
        await FollowedClock("http://127.0.0.1:9/control/clock", lambda: None).start()


async def test_what_is_no_clock_is_not_followed(playground: Playground) -> None:
    with pytest.raises(ClockLost):
        await FollowedClock(f"{playground.url}/page/bootstrap", lambda: None).start()


def test_the_systems_clock_is_aware_and_in_utc() -> None:
    assert system_now().utcoffset() == timedelta()
