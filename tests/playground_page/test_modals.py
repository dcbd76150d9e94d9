"""Modals: the stack, what typing survives, validation, keys; and App Home."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.playground_page import block_samples as samples
from tests.playground_page import canned
from tests.playground_page.conftest import OpenPage
from tests.playground_page.fake_slack import FakeSlack

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def shown(open_page: OpenPage, fake: FakeSlack, **more: Any) -> Page:
    page = await open_page()
    await fake.show_views(canned.modal(**more))
    await expect(page.get_by_role("dialog", name="Define a KPI")).to_be_visible()
    return page


def label(page: Page, text: str):
    return page.get_by_test_id("modal").get_by_label(text)


async def test_a_modal_opens_with_the_focus_in_its_first_input(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await shown(open_page, fake)
    await expect(label(page, "Name")).to_be_focused()
    await expect(label(page, "Name")).to_have_attribute("aria-required", "true")
    await expect(page.get_by_text("What is the main reason? (optional)")).to_be_visible()
    await expect(page.get_by_test_id("modal-submit")).to_have_text("Save")
    await expect(page.get_by_test_id("modal-close")).to_have_text("Cancel")


async def test_every_input_is_submitted_as_slack_would(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await shown(open_page, fake)
    await label(page, "Name").fill("Revenue")
    await label(page, "What is the main reason?").fill("two\nlines")
    await label(page, "Target").fill("12")
    for name, choice in {
        "Unit: Small": "Large",
        "Tags: Select an option": "Small",
        "Owner: Select an option": "Bob Tan",
        "Channel: Select": "#leadership",
        "Public channel": "#sales",
    }.items():
        await page.get_by_test_id("modal").get_by_role("button", name=name).first.click()
        await page.get_by_role("option", name=choice).click()
        if name.startswith("Tags"):  # a list for several choices stays open
            await page.keyboard.press("Escape")
        await expect(page.get_by_test_id("select-list")).to_have_count(0)
    await label(page, "Deadline").fill("2026-12-31")
    await page.get_by_role("radiogroup").get_by_label("Large").check()
    await page.get_by_role("group", name="Flags").get_by_label("Small").check()
    await page.get_by_test_id("modal-submit").click()
    sent = await fake.sent("submit")
    values = {block: entry["v"] for block, entry in sent["values"].items()}
    assert sent["view_id"] == "V1"
    assert values["name"] == {"type": "plain_text_input", "value": "Revenue"}
    assert values["why"]["value"] == "two\nlines"
    assert values["target"] == {"type": "number_input", "value": "12"}
    assert values["unit"]["selected_option"]["value"] == "l"
    assert [each["value"] for each in values["tags"]["selected_options"]] == ["s"]
    assert values["owner"] == {"type": "users_select", "selected_user": "U0BOB"}
    assert values["owners"] == {"type": "multi_users_select", "selected_users": []}
    assert values["where"]["selected_conversation"] == "C0LEADS"
    assert values["where2"]["selected_channel"] == "C0SALES"
    assert values["day"]["selected_date"] == "2026-12-31"
    assert values["hour"]["selected_time"] == "09:00"
    assert values["dir"]["selected_option"]["value"] == "l"
    assert [each["value"] for each in values["flags"]["selected_options"]] == ["s"]


async def test_required_inputs_and_numbers_are_checked_before_sending(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await shown(open_page, fake)
    await label(page, "Target").fill("1.5")
    await page.get_by_test_id("modal-submit").click()
    await expect(page.get_by_test_id("input-error")).to_have_text(
        ["Please complete this required field.", "Enter a whole number."]
    )
    await expect(label(page, "Name")).to_be_focused()
    await expect(label(page, "Name")).to_have_attribute("aria-invalid", "true")
    await expect(label(page, "Target")).to_have_value("1.5")
    assert not [name for name, _ in fake.asked if name == "submit"]


async def test_the_apps_errors_are_shown_under_their_inputs(open_page: OpenPage, fake: FakeSlack) -> None:
    fake.answers["submit"] = {"ok": False, "errors": {"name": "There is a KPI with this name."}, "error": None}
    page = await shown(open_page, fake)
    await label(page, "Name").fill("Leads")
    await page.keyboard.press("Enter")
    await expect(page.locator('[data-block-id="name"]').get_by_test_id("input-error")).to_have_text(
        "There is a KPI with this name."
    )
    await expect(label(page, "Name")).to_have_value("Leads")
    await expect(label(page, "Name")).to_have_accessible_description("There is a KPI with this name.")


async def test_a_submit_the_app_does_not_answer_is_said_in_the_modal(open_page: OpenPage, fake: FakeSlack) -> None:
    fake.answers["submit"] = {"ok": False, "errors": {}, "error": "operation_timeout"}
    page = await shown(open_page, fake)
    await label(page, "Name").fill("Leads")
    await page.get_by_test_id("modal-submit").click()
    await expect(page.get_by_test_id("modal-error")).to_contain_text("operation_timeout")
    await expect(label(page, "Name")).to_have_value("Leads")


async def test_enter_submits_from_a_single_line_only(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await shown(open_page, fake)
    await label(page, "Name").fill("Revenue")
    await label(page, "What is the main reason?").click()
    await page.keyboard.press("Enter")
    await expect(label(page, "What is the main reason?")).to_have_value("\n")
    assert not [name for name, _ in fake.asked if name == "submit"]
    await label(page, "Name").press("Enter")
    assert (await fake.sent("submit"))["values"]["name"]["v"]["value"] == "Revenue"


async def test_an_update_keeps_what_was_typed_where_the_ids_stay(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await shown(open_page, fake)
    await label(page, "What is the main reason?").fill("kept")
    await label(page, "Name").fill("typed")
    changed = canned.modal(hash="h2", title=samples.plain("Changed"))
    changed["blocks"][1]["element"] = {**changed["blocks"][1]["element"], "action_id": "other"}
    await fake.show_views(changed)
    await expect(page.get_by_test_id("modal-title")).to_have_text("Changed")
    await expect(label(page, "What is the main reason?")).to_have_value("kept")
    await expect(label(page, "Name")).to_have_value("")


async def test_an_update_keeps_the_focus_and_the_caret(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await shown(open_page, fake)
    await label(page, "Name").fill("Revenue")
    await label(page, "Name").press("Home")
    await fake.show_views(canned.modal(hash="h2", title=samples.plain("Changed")))
    await expect(page.get_by_test_id("modal-title")).to_have_text("Changed")
    await page.keyboard.type("Net ")
    await expect(label(page, "Name")).to_have_value("Net Revenue")


async def test_a_pushed_view_covers_the_first_which_keeps_its_values(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await shown(open_page, fake)
    await label(page, "Name").fill("Revenue")
    below = canned.modal()
    above = {**canned.modal("V2"), "title": samples.plain("A target"), "blocks": [canned.modal()["blocks"][1]]}
    await fake.show_views(below, above)
    await expect(page.get_by_test_id("modal-title")).to_have_text("A target")
    await expect(label(page, "Name")).to_have_value("")
    await page.get_by_test_id("modal-back").click()
    assert await fake.sent("close") == {"as": "U0AYU", "view_id": "V2"}
    await expect(page.get_by_test_id("modal-title")).to_have_text("Define a KPI")
    await expect(label(page, "Name")).to_have_value("Revenue")


async def test_the_cross_closes_the_whole_stack(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await shown(open_page, fake)
    await fake.show_views(canned.modal(), canned.modal("V2", title=samples.plain("Second")))
    await expect(page.get_by_test_id("modal-title")).to_have_text("Second")
    await page.get_by_test_id("modal-x").click()
    assert await fake.sent("close") == {"as": "U0AYU", "view_id": "V2", "all": True}
    await expect(page.get_by_test_id("modal")).to_have_count(0)


async def test_escape_closes_a_list_first_and_then_the_modal(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await shown(open_page, fake)
    await page.get_by_role("button", name="Unit: Small").click()
    await expect(page.get_by_test_id("select-list")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("select-list")).to_have_count(0)
    await expect(page.get_by_test_id("modal")).to_be_visible()
    await page.keyboard.press("Escape")
    assert (await fake.sent("close"))["view_id"] == "V1"
    await expect(page.get_by_test_id("modal")).to_have_count(0)


async def test_tab_stays_inside_the_modal(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await shown(open_page, fake)
    await page.get_by_test_id("modal-submit").focus()
    await page.keyboard.press("Tab")
    await expect(page.get_by_test_id("modal-x")).to_be_focused()
    await page.keyboard.press("Shift+Tab")
    await expect(page.get_by_test_id("modal-submit")).to_be_focused()


async def test_a_button_in_a_modal_is_an_action_of_the_view(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await shown(open_page, fake)
    await label(page, "Name").fill("Revenue")
    await page.get_by_role("button", name="Check").click()
    sent = await fake.sent("action")
    assert sent["container"] == {"type": "view", "view_id": "V1"}
    assert (sent["block_id"], sent["action_id"], sent["value"]) == ("act", "check", {"value": "now"})
    assert sent["state"]["name"]["v"]["value"] == "Revenue"


async def test_the_focus_returns_to_where_it_was(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await open_page()
    await page.get_by_test_id("message-list").get_by_role("button", name="Log mine").focus()
    await fake.show_views(canned.modal())
    await expect(page.get_by_test_id("modal")).to_be_visible()
    await fake.show_views()
    await expect(page.get_by_test_id("message-list").get_by_role("button", name="Log mine")).to_be_focused()


async def test_the_focus_returns_to_the_message_whose_button_is_gone(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await open_page()
    asked = {**canned.message(10, samples.APP, "Asked"), "channel": "C0SALES"}
    blocks = [{"type": "actions", "block_id": "a", "elements": [samples.button("Answer", "answer")]}]
    await fake.emit({"type": "message", "channel": "C0SALES", "message": {**asked, "blocks": blocks}})
    await page.get_by_role("button", name="Answer", exact=True).focus()
    await fake.show_views(canned.modal())
    await expect(page.get_by_test_id("modal")).to_be_visible()
    await fake.emit({"type": "message_changed", "channel": "C0SALES", "message": {**asked, "text": "Answered"}})
    await expect(page.get_by_test_id("message-list")).to_contain_text("Answered")
    await fake.show_views()
    await expect(page.locator(f'[data-ts="{asked["ts"]}"]')).to_be_focused()


async def test_app_home_tells_the_app_and_shows_what_it_published(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await open_page("U0AYU/D0APP/home")
    assert await fake.sent("home") == {"as": "U0AYU", "tab": "home"}
    await expect(page.get_by_role("tab", name="Home")).to_have_attribute("aria-selected", "true")
    await expect(page.get_by_test_id("home")).to_contain_text("2 numbers are waiting for you.")
    await expect(page.get_by_test_id("composer")).to_be_hidden()
    await page.get_by_role("button", name="Log them").click()
    assert (await fake.sent("action"))["container"] == {"type": "view", "view_id": "V0HOME"}
    again = {
        **canned.HOME,
        "hash": "2",
        "blocks": [{"type": "header", "block_id": "h", "text": samples.plain("All done")}],
    }
    await fake.emit({"type": "home", "view": again})
    await expect(page.get_by_test_id("home")).to_have_text("All done")
    await page.get_by_test_id("tab-messages").click()
    assert (await fake.sent("home", 2))["tab"] == "messages"
    await expect(page.get_by_test_id("message-list")).to_contain_text("How likely are you")


async def test_an_app_without_a_home_says_so(open_page: OpenPage, fake: FakeSlack) -> None:
    fake.home = None
    page = await open_page("U0AYU/D0APP/home")
    await expect(page.get_by_test_id("home")).to_contain_text("has not published its Home")
