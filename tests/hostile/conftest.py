"""A company that has done everything once, and a request that comes to the way in as Slack's would."""

import asyncio
import hashlib
import hmac
import shutil
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from bot.transports import EVENTS_PATH, HttpWayIn
from storage import Storage
from tests.features.conftest import MEMBERS, THURSDAY
from tests.features.harness import Bench, RecordingSlack
from tests.hostile.company import Walk, walked
from tests.hostile.sinks import Sinks
from tests.hostile.watch import Watch

SECRET = "a-signing-secret"
CHANNELS = {"C0SALES": [member.id for member in MEMBERS], "C0PAIR": ["U0AYU", "U0BOB"]}


class Sender:
    """Sends requests to the HTTP way in, in this process."""

    def __init__(self, way_in: HttpWayIn) -> None:
        self._way_in = way_in

    async def send(self, body: bytes, content_type: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        """Signed, unless other headers are given; the status and what was answered."""
        given = {"content-type": content_type, **(signed(body) if headers is None else headers)}
        scope: dict[str, Any] = {
            "type": "http", "method": "POST", "path": EVENTS_PATH, "query_string": b"",
            "headers": [(name.encode("latin-1"), each.encode("latin-1")) for name, each in given.items()],
        }  # fmt: skip
        came: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def answer(message: Any) -> None:
            came.append(dict(message))

        await self._way_in(scope, receive, answer)
        return int(came[0]["status"]), bytes(came[-1].get("body", b""))


def signed(body: bytes, secret: str = SECRET, second: int | None = None) -> dict[str, str]:
    """Slack's signature headers."""
    moment = str(int(time.time()) if second is None else second)
    digest = hmac.new(secret.encode(), b"v0:" + moment.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"x-slack-request-timestamp": moment, "x-slack-signature": f"v0={digest}"}


@pytest.fixture
async def bench(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Bench]:
    url = f"sqlite:///{tmp_path / 'denyut.db'}"
    shutil.copy(sqlite_template, tmp_path / "denyut.db")
    storage = Storage.open(url, tmp_path)
    settings = Settings(data_dir=tmp_path, slack_bot_token="xoxb-test")
    opened = await Bench(storage, RecordingSlack(MEMBERS, CHANNELS), THURSDAY, settings).start()
    yield opened
    await opened.denyut.drain()
    storage.close()


@pytest.fixture
def sinks(bench: Bench) -> Sinks:
    return Sinks(bench, [])


@pytest.fixture
async def company(bench: Bench) -> Walk:
    return await walked(bench)


@pytest.fixture
async def watch(company: Walk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watch]:
    watching = Watch(tmp_path / "denyut.db", monkeypatch)
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(watching.on_loop)
    yield watching
    loop.set_exception_handler(None)
    watching.close()


@pytest.fixture
def sender(company: Walk) -> Sender:
    return Sender(HttpWayIn(company.bench.denyut.bolt, SECRET))
