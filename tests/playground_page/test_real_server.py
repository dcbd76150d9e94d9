"""The page against the real playground, with a stand-in bot: the whole way from a click to the app and back."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Route, expect
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.server import Playground
from tests.playground_page import block_samples as samples
from tests.playground_page.conftest import OpenPage
from tests.playground_page.stand_in_bot import Json, standing_in

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MANIFEST = Path(__file__).parents[2] / "manifest.yml"
WORKSPACE = {
    "team": {"id": "T0SENTOSA", "name": "Sentosa Coffee", "domain": "sentosa"},
    "users": [
        {"id": "U0AYU", "name": "ayu", "real_name": "Ayu Lestari", "tz": "Asia/Jakarta", "locale": "id-ID"},
        {"id": "U0BOB", "name": "bob", "real_name": "Bob Tan", "tz": "Asia/Makassar", "locale": "en-US"},
        {"id": "U0CITRA", "name": "citra", "real_name": "Citra Halim", "tz": "Asia/Jayapura", "locale": "id-ID"},
    ],
    "channels": [{"id": "C0SALES", "name": "sales", "members": ["U0AYU", "U0BOB"], "bot": True, "topic": "Numbers"}],
}
FORM = {
    "type": "modal",
    "callback_id": "form",
    "title": samples.plain("A form"),
    "submit": samples.plain("Save"),
    "blocks": [
        {
            "type": "input",
            "block_id": "name",
            "label": samples.plain("Name"),
            "element": {"type": "plain_text_input", "action_id": "v"},
        }
    ],
}


@pytest_asyncio.fixture(loop_scope="session")
async def playground() -> AsyncIterator[Playground]:
    """A real playground on a free port, its clock at Thursday 15:00 in Jakarta."""
    async with Playground(
        manifest=MANIFEST, workspace=WORKSPACE, port=0, now=datetime.fromtimestamp(samples.START, UTC)
    ) as running:
        yield running


async def deaf(_client: AsyncWebClient, _kind: str, _payload: Json) -> None:
    """A bot that only acknowledges."""


async def test_what_the_bot_posts_and_updates_is_seen_live(playground: Playground, open_at: OpenPage) -> None:
    async with standing_in(playground.api_url, deaf) as client:
        page = await open_at(playground.url, "U0AYU/C0SALES")
        posted = await client.chat_postMessage(channel="C0SALES", text="Sales, week 48", blocks=samples.SUMMARY)
        row = page.locator(f'[data-ts="{posted["ts"]}"]')
        await expect(row.get_by_role("heading", name="Sales, week 48")).to_be_visible()
        await expect(row.get_by_test_id("chart")).to_be_visible()
        await client.chat_update(channel="C0SALES", ts=str(posted["ts"]), text="Done")
        await expect(row).to_contain_text("Done")
        assert [entry.violation for entry in playground.violations] == []
        await expect(page.get_by_test_id("violation-count")).to_be_hidden()


async def test_what_slack_refuses_is_red_in_the_inspector(playground: Playground, open_at: OpenPage) -> None:
    async with standing_in(playground.api_url, deaf) as client:
        page = await open_at(playground.url, "U0AYU/C0SALES")
        with pytest.raises(Exception, match="invalid_blocks"):
            await client.chat_postMessage(
                channel="C0SALES", text="x", blocks=[{"type": "header", "text": samples.plain("x" * 200)}]
            )
        await expect(page.get_by_test_id("violation-count")).to_have_text("1")
        await page.get_by_test_id("traffic-toggle").click()
        await expect(page.get_by_test_id("violation")).to_contain_text("invalid_blocks")


async def test_a_command_opens_a_form_that_refuses_and_then_takes_the_answer(
    playground: Playground, open_at: OpenPage
) -> None:
    heard: list[str] = []

    async def answer(client: AsyncWebClient, kind: str, payload: Json) -> Json | None:
        if kind == "slash_commands":
            heard.append(payload["text"])
            await client.views_open(trigger_id=payload["trigger_id"], view=FORM)
        elif payload.get("type") == "view_submission":
            name = payload["view"]["state"]["values"]["name"]["v"]["value"]
            heard.append(name)
            if name == "Leads":
                return {"response_action": "errors", "errors": {"name": "There is one already."}}
            await client.chat_postEphemeral(channel="C0SALES", user="U0AYU", text=f"Saved *{name}*")
        return None

    async with standing_in(playground.api_url, answer):
        page = await open_at(playground.url, "U0AYU/C0SALES")
        await page.get_by_test_id("composer-input").fill("/kpi define @bob")
        await page.keyboard.press("Enter")
        name = page.get_by_test_id("modal").get_by_label("Name")
        await name.fill("Leads")
        await name.press("Enter")
        await expect(page.get_by_test_id("input-error")).to_have_text("There is one already.")
        await name.fill("Deals won")
        await page.get_by_test_id("modal-submit").click()
        await expect(page.get_by_test_id("modal")).to_have_count(0)
        await expect(page.locator('[data-ephemeral="true"]')).to_contain_text("Saved Deals won")
    assert heard == ["define <@U0BOB|bob>", "Leads", "Deals won"]


async def test_a_click_reaches_the_bot_with_its_value(playground: Playground, open_at: OpenPage) -> None:
    async def answer(client: AsyncWebClient, kind: str, payload: Json) -> None:
        if payload.get("type") == "block_actions":
            chosen = payload["actions"][0]["value"]
            await client.chat_update(
                channel=payload["channel"]["id"], ts=payload["message"]["ts"], text=f"Thank you for {chosen}"
            )

    async with standing_in(playground.api_url, answer) as client:
        direct = await client.conversations_open(users=["U0AYU"])
        channel = direct["channel"]["id"]
        await client.chat_postMessage(channel=channel, text="How likely?", blocks=samples.ENPS)
        page = await open_at(playground.url, f"U0AYU/{channel}")
        await page.get_by_role("button", name="10", exact=True).click()
        await expect(page.get_by_test_id("message").last).to_contain_text("Thank you for 10")
        await expect(page.get_by_role("button", name="10", exact=True)).to_have_count(0)


async def test_a_command_nobody_answers_fails_as_in_slack(playground: Playground, open_at: OpenPage) -> None:
    page = await open_at(playground.url, "U0AYU/C0SALES")
    await expect(page.get_by_test_id("connection-pill")).to_have_text("Denyut is not connected")
    await page.get_by_test_id("composer-input").fill("/kpi list")
    await page.keyboard.press("Enter")
    await expect(page.locator('[data-ephemeral="true"]')).to_contain_text(
        re.compile('/kpi failed with the error "(dispatch_failed|operation_timeout)"')
    )


async def test_people_write_to_each_other_and_in_threads(playground: Playground, open_at: OpenPage) -> None:
    ayu = await open_at(playground.url, "U0AYU/C0SALES")
    bob = await open_at(playground.url, "U0BOB/C0SALES")
    await ayu.get_by_test_id("composer-input").fill("Hello @bob, see #sales & <more>")
    await ayu.keyboard.press("Enter")
    row = bob.get_by_test_id("message").last
    await expect(row).to_contain_text("Hello @Bob Tan, see #sales & <more>")
    await row.hover()
    await row.get_by_test_id("reply-in-thread").click()
    await bob.get_by_test_id("thread-composer-input").fill("Seen")
    await bob.keyboard.press("Enter")
    await expect(bob.get_by_test_id("thread-list").get_by_test_id("message")).to_have_count(2)
    await expect(ayu.get_by_test_id("replies")).to_contain_text("1 reply")
    await expect(ayu.get_by_test_id("message-list").get_by_text("Seen", exact=True)).to_have_count(0)


async def test_a_person_begins_direct_messages_with_another(playground: Playground, open_at: OpenPage) -> None:
    ayu = await open_at(playground.url, "U0AYU/C0SALES")
    bob = await open_at(playground.url, "U0BOB/C0SALES")
    await ayu.get_by_test_id("new-message").click()
    await ayu.get_by_test_id("write-U0BOB").click()
    await expect(ayu.get_by_test_id("pane-title")).to_have_text("Bob Tan")
    await ayu.get_by_test_id("composer-input").fill("Do you have a minute?")
    await ayu.keyboard.press("Enter")
    row = bob.get_by_role("list", name="Direct messages").get_by_role("button", name="Ayu Lestari")
    await expect(row).to_have_attribute("data-unread", "1")
    await row.click()
    await expect(bob.get_by_test_id("message").last).to_contain_text("Do you have a minute?")


async def test_next_monday_is_a_click(playground: Playground, open_at: OpenPage) -> None:
    page = await open_at(playground.url, "U0BOB/C0SALES")
    await page.get_by_role("button", name="Next Monday 09:00").click()
    await expect(page.get_by_test_id("clock")).to_contain_text("Mon 30 Nov 20269:00:0")
    assert playground.clock.now().replace(second=0, microsecond=0) == datetime(2026, 11, 30, 1, 0, tzinfo=UTC)


async def test_home_is_what_the_bot_publishes_when_it_is_opened(playground: Playground, open_at: OpenPage) -> None:
    async def answer(client: AsyncWebClient, kind: str, payload: Json) -> None:
        if payload.get("event", {}).get("type") == "app_home_opened":
            blocks = [{"type": "header", "text": samples.plain("Your week")}]
            await client.views_publish(user_id=payload["event"]["user"], view={"type": "home", "blocks": blocks})

    async with standing_in(playground.api_url, answer):
        page = await open_at(playground.url, "U0AYU/C0SALES")
        await page.get_by_role("list", name="Apps").get_by_role("button").click()
        await expect(page.get_by_test_id("home").get_by_role("heading", name="Your week")).to_be_visible()


async def test_the_page_starts_over_after_a_reset(playground: Playground, open_at: OpenPage) -> None:
    page = await open_at(playground.url, "U0AYU/C0SALES")
    await page.get_by_test_id("composer-input").fill("gone soon")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("message").filter(has_text="gone soon")).to_be_visible()
    await page.evaluate("fetch('/control/reset', {method: 'POST', body: '{}'})")
    await expect(page.get_by_test_id("message")).to_have_count(0)
    await expect(page.get_by_test_id("pane-title")).to_have_text("sales")


async def test_an_answer_that_comes_late_does_not_close_a_form_that_opened_meanwhile(
    playground: Playground, open_at: OpenPage
) -> None:
    held, go_on = asyncio.Event(), asyncio.Event()

    async def open_a_form(client: AsyncWebClient, kind: str, payload: Json) -> None:
        if kind == "slash_commands":
            await client.views_open(trigger_id=payload["trigger_id"], view=FORM)

    async def late(route: Route) -> None:
        said = await route.fetch()
        held.set()
        await go_on.wait()
        await route.fulfill(response=said)

    async with standing_in(playground.api_url, open_a_form):
        page = await open_at(playground.url, "U0AYU/C0SALES")
        modal = page.get_by_test_id("modal")
        for _ in range(2):
            await page.get_by_test_id("composer-input").fill("/kpi log")
            await page.keyboard.press("Enter")
            await expect(modal).to_be_visible()
            if not held.is_set():
                await page.route("**/page/views*", late)
                await page.keyboard.press("Escape")  # asks which forms are open: none
                await expect(modal).to_have_count(0)
                await held.wait()
        async with page.expect_response("**/page/views*"):
            go_on.set()
        await page.evaluate("() => new Promise(done => setTimeout(done, 100))")
        await expect(modal).to_be_visible()
