"""A real browser for the page: Chromium once per run, a fresh context per test; a console error fails the test."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Page, Request, async_playwright

from tests.playground_page.fake_slack import FakeSlack, serving

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

OpenPage = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser; tests that need it are skipped where none is installed."""
    path = next((found for name in CHROMIUM_NAMES if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip(
            "no Chromium found: the tests of the playground's page were skipped (install the package 'chromium')"
        )
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def fake() -> AsyncIterator[FakeSlack]:
    """The stand-in with canned content."""
    async with serving(FakeSlack()) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def open_at(chromium: Browser) -> AsyncIterator[OpenPage]:
    """Opens an address in a context of its own; afterwards nothing may have gone wrong in the page or left loopback."""
    problems: list[str] = []
    contexts = []

    def console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            problems.append(f"console {message.type}: {message.text}")

    def requested(request: Request) -> None:
        if (
            urlsplit(request.url).scheme not in ("data", "blob", "about")
            and urlsplit(request.url).hostname != "127.0.0.1"
        ):
            problems.append(f"left loopback: {request.url}")

    async def open_address(url: str, place: str = "", **context: Any) -> Page:
        made = await chromium.new_context(viewport=context.pop("viewport", {"width": 1280, "height": 800}), **context)
        contexts.append(made)
        page = await made.new_page()
        page.set_default_timeout(5000)
        page.on("console", console)
        page.on("pageerror", lambda error: problems.append(f"error: {error}"))
        page.on("request", requested)
        await page.goto(f"{url}/#{place}")
        await page.locator("body[data-ready]").wait_for()
        return page

    yield open_address
    for made in contexts:
        await made.close()
    assert problems == []


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(fake: FakeSlack, open_at: OpenPage) -> OpenPage:
    """Opens the page of the stand-in at a place such as "U0AYU/C0SALES".

    The server comes first among the arguments, so that the pages are closed before it is.
    """

    async def open_place(place: str = "U0AYU/C0SALES", **context: Any) -> Page:
        return await open_at(fake.url, place, **context)

    return open_place
