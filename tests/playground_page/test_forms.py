"""Forms that change while they are filled in, on the real playground: what stands in them, and what is kept."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.server import Playground
from bot.slack import blocks as kit
from bot.slack.elements import channels_select, people_select
from tests.playground_page.conftest import OpenPage
from tests.playground_page.stand_in_bot import Json, standing_in
from tests.playground_page.test_real_server import MANIFEST

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WORKSPACE = {
    "team": {"id": "T0SENTOSA", "name": "Sentosa Coffee", "domain": "sentosa"},
    "users": [
        {"id": "U0AYU", "name": "ayu", "real_name": "Ayu Lestari", "tz": "Asia/Jakarta", "locale": "id-ID"},
        {"id": "U0BOB", "name": "bob", "real_name": "Bob Tan", "tz": "Asia/Makassar", "locale": "en-US"},
    ],
    "channels": [
        {"id": "C0SALES", "name": "sales", "members": ["U0AYU", "U0BOB"], "bot": True},
        {"id": "C0EXPORT", "name": "export", "members": ["U0BOB"]},
        {"id": "G0SECRET", "name": "secret", "members": ["U0BOB"], "is_private": True},
    ],
    "groups": [{"id": "S0LEADS", "handle": "sales-leads", "name": "Sales leads", "members": ["U0AYU"]}],
}
OPTIONS = [kit.option("Weekly", "w"), kit.option("Monthly", "m", "on the first working day"), kit.option("Once", "o")]


def form(*more: Json, title: str = "Survey") -> Json:
    fields = [
        kit.field("name", "Name", kit.text_input("v", initial="Pulse")),
        kit.field("why", "Why", kit.text_input("v", multiline=True, initial="two\nlines"), optional=True),
        kit.field(
            "where",
            "Where",
            {**channels_select("v", placeholder="Channels"), "default_to_current_conversation": True},
            dispatch=True,
        ),
        kit.field("who", "Who else", people_select("v", placeholder="People"), optional=True),
        kit.field("often", "How often", kit.radio("v", OPTIONS, OPTIONS[0]), dispatch=True),
        kit.field("extras", "Extras", kit.checkboxes("v", OPTIONS, OPTIONS[1:2]), optional=True, dispatch=True),
        kit.field("days", "Days", kit.multi_select("v", OPTIONS, OPTIONS[:1], "Days"), optional=True),
        kit.field("limit", "Limit", kit.number_input("v", "10"), optional=True),
        kit.field("first", "First day", kit.date_input("v", "2026-12-01"), optional=True),
        kit.field("at", "At", kit.time_input("v", "09:30"), optional=True),
    ]
    return kit.form("survey", title, [*fields, *more], submit="Save", close="Cancel")


@pytest_asyncio.fixture(loop_scope="session")
async def playground() -> AsyncIterator[Playground]:
    async with Playground(manifest=MANIFEST, workspace=WORKSPACE, port=0) as running:
        yield running


@asynccontextmanager
async def filling_in(
    playground: Playground, open_at: OpenPage, update: Callable[[Json], Json | None] = lambda _payload: None
) -> AsyncIterator[tuple[Page, list[Json]]]:
    """The form, open in #sales; `update` says what an interaction turns it into. Yields the page and what is heard."""
    heard: list[Json] = []

    async def answer(client: AsyncWebClient, kind: str, payload: Json) -> None:
        if kind == "slash_commands":
            await client.views_open(trigger_id=payload["trigger_id"], view=form())
        elif kind == "interactive":
            heard.append(payload)
            view = update(payload)
            if view is not None:
                await client.views_update(view_id=payload["view"]["id"], view=view)

    async with standing_in(playground.api_url, answer):
        page = await open_at(playground.url, "U0AYU/C0SALES")
        await page.get_by_test_id("composer-input").fill("/pulse new")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("modal-title")).to_have_text("Survey")
        yield page, heard


def block(page: Page, block_id: str) -> Any:
    return page.locator(f'.modal [data-block-id="{block_id}"]')


async def test_what_a_form_starts_with_is_shown_and_sent(playground: Playground, open_at: OpenPage) -> None:
    async with filling_in(playground, open_at) as (page, heard):
        await expect(block(page, "where").locator(".chip")).to_have_text(["#sales"])
        await expect(block(page, "days").locator(".chip")).to_have_text(["Weekly"])
        await expect(block(page, "why").locator("textarea")).to_have_value("two\nlines")
        await expect(block(page, "extras").get_by_label("Monthly")).to_be_checked()
        await expect(block(page, "extras")).to_contain_text("on the first working day")
        await page.get_by_test_id("modal-submit").click()
        await expect(page.get_by_test_id("modal")).to_have_count(0)
    values = {name: entry["v"] for name, entry in heard[-1]["view"]["state"]["values"].items()}
    assert values["where"]["selected_conversations"] == ["C0SALES"]
    assert values["often"]["selected_option"] == OPTIONS[0]
    assert values["extras"]["selected_options"] == OPTIONS[1:2]
    assert values["days"]["selected_options"] == OPTIONS[:1]
    assert (values["limit"]["value"], values["at"]["selected_time"]) == ("10", "09:30")
    assert (values["first"]["selected_date"], values["why"]["value"]) == ("2026-12-01", "two\nlines")
    assert values["who"]["selected_users"] == []
    assert playground.violations == []


async def test_channels_are_public_ones_and_the_persons_own(playground: Playground, open_at: OpenPage) -> None:
    async with filling_in(playground, open_at) as (page, _):
        await block(page, "where").get_by_test_id("select").click()
        await expect(page.get_by_role("option")).to_have_text(["#sales", "#export"])


async def test_a_list_for_several_stays_open_while_the_form_follows(playground: Playground, open_at: OpenPage) -> None:
    def update(payload: Json) -> Json:
        chosen = payload["actions"][0]["selected_conversations"]
        return form(kit.plain_section(f"{len(chosen)} channels"))

    async with filling_in(playground, open_at, update) as (page, heard):
        await block(page, "name").locator("input").fill("Mood")
        await block(page, "where").get_by_test_id("select").click()
        await page.get_by_role("option", name="#export").click()
        await expect(page.get_by_test_id("modal-body")).to_contain_text("2 channels")
        await page.get_by_role("option", name="#sales").click()
        await expect(page.get_by_test_id("modal-body")).to_contain_text("1 channels")
        await expect(block(page, "where").locator(".chip")).to_have_text(["#export"])
        await expect(block(page, "name").locator("input")).to_have_value("Mood")
        assert heard[0]["view"]["state"]["values"]["name"]["v"]["value"] == "Mood"


async def test_an_update_keeps_the_focus_on_the_choice_just_made(playground: Playground, open_at: OpenPage) -> None:
    async with filling_in(playground, open_at, lambda _payload: form(title="Changed")) as (page, heard):
        await block(page, "often").get_by_label("Monthly").check()
        await expect(page.get_by_test_id("modal-title")).to_have_text("Changed")
        await expect(block(page, "often").get_by_label("Monthly")).to_be_checked()
        await expect(block(page, "often").get_by_label("Monthly")).to_be_focused()
        await block(page, "extras").get_by_label("Once").press("Space")
        await expect(block(page, "extras").get_by_label("Once")).to_be_checked()
        assert heard[0]["actions"][0]["selected_option"] == OPTIONS[1]


async def test_an_update_resets_only_inputs_with_new_ids(playground: Playground, open_at: OpenPage) -> None:
    def update(_payload: Json) -> Json:
        changed = form(title="Changed")
        for each in changed["blocks"]:
            if each["block_id"] == "name":
                each["element"] = kit.text_input("v", initial="Another start")
            if each["block_id"] == "limit":
                each["element"] = {**each["element"], "action_id": "v2", "initial_value": "20"}
        return changed

    async with filling_in(playground, open_at, update) as (page, _):
        await block(page, "why").locator("textarea").fill("kept")
        await block(page, "limit").locator("input").fill("15")
        await block(page, "often").get_by_label("Once").check()
        await expect(page.get_by_test_id("modal-title")).to_have_text("Changed")
        await expect(block(page, "why").locator("textarea")).to_have_value("kept")
        await expect(block(page, "limit").locator("input")).to_have_value("20")
        await expect(block(page, "name").locator("input")).to_have_value("Pulse")


async def test_what_was_chosen_survives_a_reload_of_the_page(playground: Playground, open_at: OpenPage) -> None:
    async with filling_in(playground, open_at, lambda _payload: form(title="Changed")) as (page, _):
        await block(page, "often").get_by_label("Once").check()
        await expect(page.get_by_test_id("modal-title")).to_have_text("Changed")
        await page.reload()
        await expect(block(page, "often").get_by_label("Once")).to_be_checked()
        await expect(block(page, "where").locator(".chip")).to_have_text(["#sales"])


async def test_menus_and_choices_in_a_message(playground: Playground, open_at: OpenPage) -> None:
    heard: list[Json] = []

    async def answer(_client: AsyncWebClient, _kind: str, payload: Json) -> None:
        if payload.get("type") == "block_actions":
            heard.append(payload)

    menu = kit.overflow("more", [kit.option("Edit", "edit"), kit.option("Remove", "remove", "for good")])
    rows = [
        {**kit.section("First", accessory=menu), "block_id": "q1"},
        {**kit.section("Second", accessory=menu), "block_id": "q2"},
        {**kit.section("How often", accessory=kit.radio("often", OPTIONS)), "block_id": "often"},
        {**kit.section("Beside", accessory=kit.select("beside", OPTIONS)), "block_id": "beside"},
        kit.actions([kit.select("below", OPTIONS, placeholder="Choose")], "below"),
    ]
    async with standing_in(playground.api_url, answer) as client:
        await client.chat_postMessage(channel="C0SALES", text="Choose", blocks=rows)
        page = await open_at(playground.url, "U0AYU/C0SALES")
        row = page.get_by_test_id("message").last
        await row.locator('[data-block-id="q2"]').get_by_test_id("overflow").click()
        async with page.expect_response("**/page/action"):
            await page.get_by_role("menuitem", name="Remove").click()
        async with page.expect_response("**/page/action"):
            await row.get_by_role("radiogroup", name="How often").get_by_label("Monthly").check()
        for name in ("beside", "below"):
            await row.locator(f'[data-block-id="{name}"]').get_by_test_id("select").click()
            async with page.expect_response("**/page/action"):
                await page.get_by_role("option", name="Once").click()
            await expect(row.locator(f'[data-block-id="{name}"]').get_by_test_id("select")).to_contain_text("Once")
    chosen = [(each["actions"][0]["block_id"], each["actions"][0]["selected_option"]["value"]) for each in heard]
    assert chosen == [("q2", "remove"), ("often", "m"), ("beside", "o"), ("below", "o")]
    assert heard[-1]["state"]["values"]["often"]["often"]["selected_option"] == OPTIONS[1]


async def test_a_mention_of_a_group_is_its_handle(playground: Playground, open_at: OpenPage) -> None:
    heard: list[str] = []

    async def answer(client: AsyncWebClient, kind: str, payload: Json) -> None:
        if kind == "slash_commands":
            heard.append(payload["text"])
            await client.chat_postMessage(channel="C0SALES", text="For <!subteam^S0LEADS>, not <!subteam^S0NONE|@them>")

    async with standing_in(playground.api_url, answer):
        page = await open_at(playground.url, "U0AYU/C0SALES")
        await page.get_by_test_id("composer-input").fill("/pulse new @sales-leads")
        await page.keyboard.press("Enter")
        row = page.get_by_test_id("message").last
        await expect(row).to_contain_text("For @sales-leads, not @them")
        await expect(row.locator(".mention-me")).to_have_text(["@sales-leads"])
    assert heard == ["new <!subteam^S0LEADS|@sales-leads>"]
