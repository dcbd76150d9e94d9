"""The switch on the page that makes the workspace one that does not know chart blocks."""

import pytest
from playwright.async_api import expect

from tests.playground_page.conftest import OpenPage
from tests.playground_page.fake_slack import FakeSlack

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_the_switch_asks_for_what_it_says(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await open_page()
    await page.get_by_test_id("traffic-toggle").click()
    await page.get_by_text("Make Slack misbehave").click()
    switch = page.get_by_label("This workspace does not know chart blocks")
    await expect(switch).not_to_be_checked()
    await switch.check()
    assert await fake.sent("control/charts") == {"known": False}
    await switch.uncheck()
    assert await fake.sent("control/charts", 2) == {"known": True}


async def test_the_switch_follows_what_others_did(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await open_page()
    await page.get_by_test_id("traffic-toggle").click()
    await page.get_by_text("Make Slack misbehave").click()
    switch = page.get_by_test_id("charts-unknown")
    for known in (False, True):
        await fake.emit({"type": "charts", "known": known})
        await expect(switch).to_be_checked(checked=not known)
