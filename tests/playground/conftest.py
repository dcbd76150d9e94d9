"""A running playground for each test, the SDK's own client against it, a bot, and a person."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.actor import Actor
from bot.playground.server import Playground
from tests.playground.playground_kit import FAST, WORKSPACE, SocketBot, client_of, connected_bot, manifest

Open = Callable[..., Awaitable[Playground]]


@pytest.fixture
async def open_playground() -> AsyncIterator[Open]:
    """Opens playgrounds that close with the test."""
    async with AsyncExitStack() as stack:

        async def open_one(**options: Any) -> Playground:
            given = {"manifest": manifest(), "workspace": WORKSPACE, "timing": FAST} | options
            return await stack.enter_async_context(Playground(**given))

        yield open_one


@pytest.fixture
async def playground(open_playground: Open) -> Playground:
    return await open_playground()


@pytest.fixture
def web(playground: Playground) -> AsyncWebClient:
    return client_of(playground)


@pytest.fixture
async def ayu(playground: Playground) -> AsyncIterator[Actor]:
    async with Actor(playground.url, "U0AYU") as actor:
        yield actor


@pytest.fixture
async def bot(playground: Playground) -> AsyncIterator[SocketBot]:
    async with connected_bot(playground) as connected:
        yield connected
