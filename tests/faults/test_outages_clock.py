"""A machine whose clock is off its PostgreSQL's: it plans and sends nothing and says so, until they agree again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from types import SimpleNamespace
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.commands import Registry
from bot.doctor import Finding, examine
from bot.health import READY_PATH, Health
from bot.i18n import load
from bot.metrics import Metrics
from bot.scheduler import Ticker
from bot.services import Services
from bot.settings import Settings
from storage import Storage, store
from tests.conftest import Database

TEAM = "T1"
MINUTES = timedelta(minutes=1)


@contextmanager
def off_by(apart: timedelta) -> Iterator[None]:
    """This machine's clock runs so far ahead of the true time; the database's does not move."""

    class Off(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Off":
            return super().now(tz) + apart

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(store, "datetime", Off)
        yield


class Machine:
    """The parts of a bot that go by the clock."""

    def __init__(self, storage: Storage) -> None:
        slack: Any = SimpleNamespace(identity=SimpleNamespace(team_id=TEAM))
        services = Services(Settings(), storage, load("en"), slack, lambda: datetime.now(UTC))
        self.metrics = Metrics("1")
        self.health = Health(services, self.metrics)
        self.passes = 0

        async def count(_services: Any, _now: datetime) -> None:
            self.passes += 1

        registry = Registry(load("en"))
        registry.job("counting", count)
        sender: Any = SimpleNamespace(send_due=self._nothing_to_send)
        self.ticker = Ticker(services, registry, sender, self.health)

    async def passes_made(self, beats: int = 1) -> int:
        self.passes = 0
        for _ in range(beats):
            await self.ticker._pass()
        return self.passes

    async def readiness(self) -> tuple[int, bytes]:
        answer = await self.health.answer(READY_PATH)
        return answer.status, answer.body

    @staticmethod
    async def _nothing_to_send(_now: datetime) -> int:
        return 0


@pytest.fixture
def machine(storage: Storage) -> Machine:
    storage.write_now(TEAM, lambda db: db.workspace.ensure("Test", datetime.now(UTC)))
    return Machine(storage)


async def of_clock(database: Database) -> list[Finding]:
    settings = Settings(database_url=database.url, data_dir=database.folder)
    return [each async for each in examine(settings) if "the database's" in each.what]


@pytest.mark.postgres
class TestOnPostgres:
    @pytest.fixture
    def backend(self) -> str:
        return "postgres"

    @pytest.mark.parametrize("apart", [-30 * MINUTES, timedelta(0), 45 * MINUTES])
    async def test_the_difference_is_measured(self, storage: Storage, apart: timedelta) -> None:
        with off_by(apart):
            measured = await storage.clock_apart()
        assert abs(measured - apart) < timedelta(seconds=5)

    @pytest.mark.parametrize("apart", [-2 * MINUTES, 2 * MINUTES])
    async def test_a_clock_that_is_off_makes_no_pass_and_says_so(
        self, machine: Machine, database: Database, apart: timedelta
    ) -> None:
        assert await machine.passes_made() == 1
        with off_by(apart):
            with capture_logs() as logged:
                assert await machine.passes_made(beats=3) == 0
            found = await of_clock(database)
            status, said = await machine.readiness()
            numbers = (await machine.health.answer("/metrics")).body.decode()
        seconds = apart.total_seconds()
        assert [each["action"] for each in logged] == ["clock_off"] * 3
        assert all(abs(each["seconds"] - seconds) < 5 for each in logged)
        assert (status, b"seconds off the database's" in said) == (503, True)
        assert [each.is_well for each in found] == [False]
        assert "time synchronisation" in found[0].fix
        (gauge,) = [line for line in numbers.splitlines() if line.startswith("denyut_clock_apart_seconds ")]
        assert abs(float(gauge.split()[1]) - seconds) < 5

        assert await machine.passes_made() == 1, "it goes on by itself"
        assert b"clock" not in (await machine.readiness())[1]
        assert [each.is_well for each in await of_clock(database)] == [True]

    @pytest.mark.parametrize("apart", [timedelta(seconds=-50), timedelta(seconds=50)])
    async def test_a_little_off_is_no_trouble(self, machine: Machine, apart: timedelta) -> None:
        with off_by(apart):
            assert await machine.passes_made() == 1
            assert b"clock" not in (await machine.readiness())[1]


class TestOnSqlite:
    @pytest.fixture
    def backend(self) -> str:
        return "sqlite"

    async def test_there_is_no_other_clock_to_be_off(self, machine: Machine) -> None:
        with off_by(45 * MINUTES):
            assert await machine.passes_made() == 1
