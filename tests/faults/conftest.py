"""What the fault harnesses share: processes to be killed, and workspaces beside a little Slack."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import aiohttp
import pytest

from bot import notices
from bot.commands import Registry
from bot.i18n import load
from bot.services import Services
from bot.settings import Charts, Settings
from bot.slack.calls import client_of
from bot.slack.gateway import Gateway, Identity
from storage import Storage
from tests.faults.fork_server import ForkServer
from tests.faults.little_slack import LittleSlack, served
from tests.faults.sites import MEMBERS, NOW, SAY, TIMEOUT, Site, Time, say

LANES = 2
OpenSite = Callable[[str], Awaitable[Site]]


@pytest.fixture(scope="session")
def fork_servers() -> Iterator[list[ForkServer]]:
    """Processes with everything loaded, that fork children; as many as may work at the same time."""
    with ExitStack() as stack:
        yield [stack.enter_context(ForkServer()) for _ in range(LANES)]


@pytest.fixture
async def open_site(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[OpenSite]:
    """Opens workspaces by name, all on one SQLite database, one Slack and one clock."""
    shutil.copy(sqlite_template, tmp_path / "denyut.db")
    time, texts = Time(), load("en")
    slack = LittleSlack(clock=lambda: time.now.timestamp())
    storage = Storage.open(f"sqlite:///{tmp_path}/denyut.db", tmp_path)
    async with AsyncExitStack() as stack:
        stack.callback(storage.close)
        await stack.enter_async_context(served(slack))

        async def opened(team: str) -> Site:
            session = await stack.enter_async_context(aiohttp.ClientSession(timeout=TIMEOUT))
            client = client_of(f"xoxb-{team}", slack.url, session)
            gateway = Gateway(client, session, Identity(team, team, "B0", "U0BOT", frozenset()), charts=Charts.OFF)
            services = Services(Settings(data_dir=tmp_path), storage, texts, gateway, lambda: time.now)
            registry = Registry(texts)
            notices.register(registry)
            registry.delivery(SAY, say)
            site = Site(slack, services, registry, storage, team, time)
            site.do(lambda db: db.workspace.ensure(team, NOW))
            site.do(lambda db: db.members.refresh(MEMBERS))
            return site

        yield opened


@pytest.fixture
async def site(open_site: OpenSite) -> Site:
    return await open_site("T1")
