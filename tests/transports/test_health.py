"""What whoever looks after a running bot is told: that it lives, whether it can do its work and which part cannot, and
numbers that name nobody."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.engine import make_url
from structlog.testing import capture_logs

from bot import health as health_module
from bot.health import Health, count_what_is_logged
from bot.metrics import Metrics, kind_of
from bot.scheduler import PassReport, Ticker
from bot.slack import ids
from bot.transports import HttpWayIn
from storage import Storage, UnitOfWork
from tests.conftest import Database
from tests.features.api_callers import listening
from tests.storage import samples
from tests.storage.samples import NOW

TEAM = "T1"
PATHS = ("/healthz", "/readyz", "/metrics")


def of_denyut(metrics: Metrics) -> list[str]:
    """The numbers without those of the process itself."""
    return [line for line in metrics.text()[0].decode().splitlines() if line.startswith("denyut")]


class Looked:
    """A process that is asked how it is. `seconds` is its clock."""

    def __init__(self, storage: Storage) -> None:
        self.seconds = 1000.0
        slack = SimpleNamespace(identity=SimpleNamespace(team_id=TEAM))
        services: Any = SimpleNamespace(storage=storage, slack=slack, now=lambda: NOW)
        self.metrics = Metrics("9.8.7")
        self.health = Health(services, self.metrics, lambda: self.seconds)
        self.way_in = HttpWayIn(None, health=self.health)
        self.port = 0

    def one_pass(self, seconds: float = 0.5, failures: int = 0) -> None:
        self.health.began()
        self.seconds += seconds
        self.health.ended(failures)

    async def get(self, path: str) -> tuple[int, str]:
        async with aiohttp.request("GET", f"http://127.0.0.1:{self.port}{path}") as answer:
            return answer.status, await answer.text()

    async def ready(self) -> tuple[int, dict[str, Any]]:
        status, text = await self.get("/readyz")
        return status, json.loads(text)

    async def numbers(self) -> dict[str, float]:
        """Every number by its name, with its labels' values behind it."""
        status, text = await self.get("/metrics")
        assert status == 200
        return {
            " ".join((sample.name, *sample.labels.values())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


@pytest.fixture
def backend() -> str:
    return "sqlite"


@pytest.fixture
async def looked(storage: Storage) -> AsyncIterator[Looked]:
    storage.write_now(TEAM, lambda db: db.workspace.ensure("Test", NOW))
    process = Looked(storage)
    async with listening(process.way_in) as process.port:
        yield process


class TestReady:
    async def test_one_that_works_is(self, looked: Looked) -> None:
        looked.one_pass()
        told = {"ready": True, "database": "ok", "slack": "ok", "scheduler": "ok"}
        assert await looked.ready() == (200, told)
        assert await looked.get("/healthz") == (200, "ok")

    async def test_not_before_the_first_pass(self, looked: Looked) -> None:
        status, told = await looked.ready()
        assert (status, told["ready"], told["scheduler"]) == (503, False, "has not made a pass yet")
        assert told["database"] == told["slack"] == "ok"
        assert await looked.get("/healthz") == (200, "ok"), "it lives all the same"

    async def test_not_when_the_scheduler_stands_still(self, looked: Looked) -> None:
        looked.one_pass()
        looked.seconds += 60
        assert (await looked.ready())[0] == 200
        looked.seconds += 1
        status, told = await looked.ready()
        assert (status, told["scheduler"]) == (503, "its last pass ended 61 seconds ago")

    async def test_a_long_pass_is_work_and_an_endless_one_is_not(self, looked: Looked) -> None:
        looked.health.began()
        looked.seconds += 3600
        assert (await looked.ready())[0] == 200
        looked.seconds += 3601
        status, told = await looked.ready()
        assert (status, told["scheduler"]) == (503, "a pass has been under way for 7201 seconds")

    async def test_not_without_the_connection_to_slack(self, looked: Looked) -> None:
        looked.one_pass()
        looked.health.is_connected = lambda: False
        status, told = await looked.ready()
        assert (status, told["slack"], told["database"]) == (503, "is not connected", "ok")
        looked.health.is_connected = lambda: True
        assert (await looked.ready())[0] == 200

    async def test_not_while_it_stops(self, looked: Looked) -> None:
        looked.one_pass()
        looked.way_in.stop()
        status, told = await looked.ready()
        assert (status, told["process"]) == (503, "is stopping")

    async def test_not_on_tables_of_another_version(self, looked: Looked, database: Database) -> None:
        import sqlite3

        looked.one_pass()
        with sqlite3.connect(f"{database.folder}/denyut.db") as other:
            other.execute("UPDATE alembic_version SET version_num = '0001'")
        other.close()
        status, told = await looked.ready()
        assert (status, told["database"]) == (503, "is not migrated")

    async def test_not_when_the_database_takes_too_long(self, looked: Looked, monkeypatch: pytest.MonkeyPatch) -> None:
        looked.one_pass()

        async def never(_: Storage) -> bool:
            await asyncio.Event().wait()
            return True

        monkeypatch.setattr(health_module, "DATABASE_SECONDS", 0.05)
        monkeypatch.setattr(health_module, "is_migrated", never)
        status, told = await looked.ready()
        assert status == 503
        assert "does not answer within" in told["database"]


@pytest.mark.postgres
class TestWithoutItsDatabase:
    @pytest.fixture
    def backend(self) -> str:
        return "postgres"

    async def test_it_lives_is_not_ready_and_still_tells_its_numbers(
        self, looked: Looked, database: Database, postgres_server: Callable[[], Any]
    ) -> None:
        looked.one_pass()
        assert (await looked.ready())[0] == 200
        name = str(make_url(database.url).database)
        postgres_server().execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        end = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        postgres_server().execute(end)
        status, told = await looked.ready()
        assert (status, told["database"]) == (503, "does not answer")
        assert await looked.get("/healthz") == (200, "ok")
        numbers = await looked.numbers()
        assert numbers["denyut_database_up"] == 0
        assert numbers["denyut_pass_seconds_count"] == 1


class TestNumbers:
    async def test_what_waits_is_counted_over_all_workspaces(self, looked: Looked, storage: Storage) -> None:
        def owe(db: UnitOfWork) -> None:
            db.workspace.ensure("Test", NOW)
            db.deliveries.add(samples.delivery(receiver="U0SECRET", due_at=NOW - timedelta(seconds=90)))
            db.deliveries.add(samples.delivery(receiver="U0LATER", due_at=NOW + timedelta(days=1)))
            survey = samples.survey()
            db.surveys.add(survey)
            db.rounds.add(samples.round_of(survey.id))

        for workspace in (TEAM, "T2"):
            storage.write_now(workspace, owe)
        numbers = await looked.numbers()
        assert numbers["denyut_deliveries due"] == 4
        assert numbers["denyut_deliveries failed"] == 0
        assert numbers["denyut_oldest_due_seconds"] == 90
        assert numbers["denyut_open_rounds"] == 2
        assert numbers["denyut_database_up"] == numbers["denyut_build_info 9.8.7"] == 1

    async def test_passes_are_timed(self, looked: Looked) -> None:
        looked.one_pass(seconds=2, failures=1)
        looked.seconds += 7
        numbers = await looked.numbers()
        assert numbers["denyut_pass_seconds_sum"] == 2
        assert numbers["denyut_pass_failures_total"] == 1
        assert numbers["denyut_pass_age_seconds"] == 7
        looked.health.began()
        assert (await looked.numbers())["denyut_pass_age_seconds"] == 0

    async def test_a_write_waits_behind_others(self, looked: Looked, storage: Storage) -> None:
        import threading

        assert (await looked.numbers())["denyut_write_wait_seconds"] < 0.5
        began, go_on = threading.Event(), threading.Event()

        def long(_: UnitOfWork) -> None:
            began.set()
            go_on.wait(5)

        writing = asyncio.create_task(storage.write(TEAM, long))
        await asyncio.to_thread(began.wait, 5)
        asyncio.get_running_loop().call_later(0.6, go_on.set)
        assert (await looked.numbers())["denyut_write_wait_seconds"] > 0.4
        await writing

    async def test_acknowledgements_are_timed_by_kind(self, looked: Looked) -> None:
        ticks = iter(range(100))
        metrics = Metrics("1", lambda: float(next(ticks)))

        class Bolt:
            async def async_dispatch(self, request: AsyncBoltRequest) -> BoltResponse:
                return BoltResponse(status=200)

        bolt: Any = Bolt()
        measured = metrics.watch_bolt(bolt)
        for payload in (
            {"command": "/kpi"},
            {"type": "block_actions"},
            {"type": "block_actions"},
            {"type": "U0SECRET"},
        ):
            request = AsyncBoltRequest(body=payload, mode="socket_mode")
            assert (await measured.async_dispatch(request)).status == 200
        text = metrics.text()[0].decode()
        assert 'denyut_ack_seconds_count{kind="click"} 2.0' in text
        assert 'denyut_ack_seconds_sum{kind="command"} 1.0' in text
        assert 'denyut_ack_seconds_count{kind="other"} 1.0' in text
        assert "SECRET" not in text

    @pytest.mark.parametrize(
        ("payload", "kind"),
        [
            ({"type": "view_submission"}, "form"),
            ({"type": "event_callback"}, "event"),
            ({"type": "view_closed"}, "other"),
            ({}, "other"),
        ],
    )
    def test_every_payload_has_a_kind(self, payload: dict[str, Any], kind: str) -> None:
        assert kind_of(payload) == kind

    @pytest.mark.parametrize(
        ("trouble", "outcome"),
        [
            (None, "ok"),
            (SlackApiError("", {"ok": False, "error": "not_in_channel"}), "unclear"),  # a plain dict is no answer
            (aiohttp.ServerDisconnectedError(), "unclear"),
            (TimeoutError(), "unclear"),
            (aiohttp.InvalidURL("x"), "unreachable"),
        ],
    )
    async def test_calls_are_counted_by_how_they_ended(self, trouble: Exception | None, outcome: str) -> None:
        metrics, client = Metrics("1"), AsyncWebClient(token="xoxb-1")

        async def call(api_method: str, **_: Any) -> Any:
            if trouble is not None:
                raise trouble
            return {"ok": True}

        client.api_call = call
        metrics.watch_calls(client)
        with contextlib.suppress(type(trouble)) if trouble else contextlib.nullcontext():
            await client.chat_postMessage(channel="C0SECRET", text="hello")
        text = metrics.text()[0].decode()
        assert f'denyut_slack_calls_total{{method="chat.postMessage",outcome="{outcome}"}} 1.0' in text
        assert "SECRET" not in text

    async def test_what_follows_a_low_answer_alone_is_not_counted(self) -> None:
        """A reason is asked for after some answers: who keeps these numbers, and knows when a prompt changed in Slack,
        would learn what kind of answer it was."""
        metrics, client = Metrics("1", lambda: 0.0), AsyncWebClient(token="xoxb-1")

        class Bolt:
            async def async_dispatch(self, request: AsyncBoltRequest) -> BoltResponse:
                return BoltResponse(status=200)

        async def call(api_method: str, **_: Any) -> Any:
            return {"ok": True}

        client.api_call = call
        metrics.watch_calls(client)
        bolt: Any = Bolt()
        measured = metrics.watch_bolt(bolt)
        before = of_denyut(metrics)
        await client.views_open(trigger_id="1.2", view={})
        await client.views_push(trigger_id="1.2", view={})
        body = {"type": "view_submission", "view": {"callback_id": ids.REASON_FORM}}
        assert (await measured.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))).status == 200
        assert of_denyut(metrics) == before
        await client.chat_update(channel="D1", ts="1", text="thanks")
        assert 'denyut_slack_calls_total{method="chat.update",outcome="ok"} 1.0' in metrics.text()[0].decode()

    async def test_what_is_logged_is_counted_by_its_action(self) -> None:
        metrics = Metrics("1")
        assert 'denyut_logged_total{action="bug"} 0.0' in metrics.text()[0].decode(), "there before the first"
        before = structlog.get_config()["processors"]
        try:
            structlog.configure(processors=[lambda _l, _n, _e: (_ for _ in ()).throw(structlog.DropEvent)])
            count_what_is_logged(metrics)
            structlog.get_logger("x").error("a secret sentence", action="bug", what="U0SECRET")
            structlog.get_logger("x").error("without any")
        finally:
            structlog.configure(processors=before)
        text = metrics.text()[0].decode()
        assert 'denyut_logged_total{action="bug"} 1.0' in text
        assert "secret" not in text.lower()


async def test_without_anybody_who_looks_only_the_sign_of_life_is_there() -> None:
    way_in = HttpWayIn(None)
    async with listening(way_in) as port:
        for path, status in (("/healthz", 200), ("/readyz", 404), ("/metrics", 404)):
            async with aiohttp.request("GET", f"http://127.0.0.1:{port}{path}") as answer:
                assert answer.status == status


async def test_the_ticker_says_when_a_pass_begins_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    from bot import scheduler

    told: list[str] = []

    class Watch:
        def began(self) -> None:
            told.append("began")

        def ended(self, failures: int) -> None:
            told.append(f"ended with {failures}")

    async def run_due(*_: Any) -> PassReport:
        told.append("pass")
        return PassReport(NOW, failures=["job (abc)"])

    monkeypatch.setattr(scheduler, "run_due", run_due)

    async def agrees() -> timedelta:
        return timedelta(0)

    services: Any = SimpleNamespace(now=lambda: NOW, workspace_id=TEAM, storage=SimpleNamespace(clock_apart=agrees))
    ticker = Ticker(services, None, SimpleNamespace(), Watch())  # type: ignore[arg-type]

    async def no_alarm(_services: Any) -> None: ...

    monkeypatch.setattr(ticker, "_set_alarm", no_alarm)
    with capture_logs():
        await ticker._pass()
    assert told == ["began", "pass", "ended with 1"]
