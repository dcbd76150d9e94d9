"""Typing: sending, completion of commands, people and channels, drafts, and commands that fail."""

import pytest
from playwright.async_api import expect

from tests.playground_page.conftest import OpenPage
from tests.playground_page.fake_slack import FakeSlack

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_enter_sends_and_shift_enter_makes_a_line(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await open_page()
    box = page.get_by_test_id("composer-input")
    await box.click()
    await page.keyboard.type("one")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("two")
    await page.keyboard.press("Enter")
    assert await fake.sent("message") == {"as": "U0AYU", "channel": "C0SALES", "text": "one\ntwo"}
    await expect(box).to_have_value("")
    await expect(page.get_by_test_id("message").last).to_contain_text("one\ntwo")


async def test_nothing_is_sent_for_blanks(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await open_page()
    box = page.get_by_test_id("composer-input")
    await box.fill("   ")
    await box.press("Enter")
    await box.fill("words")
    await box.press("Enter")
    assert (await fake.sent("message"))["text"] == "words"


async def test_slash_commands_are_completed_from_the_manifest(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await open_page()
    box = page.get_by_test_id("composer-input")
    await box.press_sequentially("/")
    options = page.get_by_test_id("composer-completion").get_by_role("option")
    await expect(options.locator(".completion-label")).to_have_text(["/kpi", "/pulse", "/checkin"])
    await expect(options.first).to_contain_text("Log, show and target your KPIs")
    await page.keyboard.press("ArrowDown")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Tab")
    await expect(box).to_have_value("/pulse ")
    await expect(page.get_by_test_id("composer-completion")).to_be_hidden()
    await expect(page.get_by_test_id("composer")).to_contain_text("enps #channel")
    await page.keyboard.type("list")
    await page.keyboard.press("Enter")
    assert await fake.sent("command") == {"as": "U0AYU", "channel": "C0SALES", "text": "/pulse list"}


async def test_a_complete_command_is_run_at_once(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await open_page()
    await page.get_by_test_id("composer-input").press_sequentially("/kpi")
    await page.keyboard.press("Enter")
    assert (await fake.sent("command"))["text"] == "/kpi"


async def test_people_and_channels_are_completed(open_page: OpenPage) -> None:
    page = await open_page()
    box = page.get_by_test_id("composer-input")
    await box.press_sequentially("/pulse enps #lea")
    await page.keyboard.press("Enter")
    await expect(box).to_have_value("/pulse enps #leadership ")
    await page.keyboard.type("@ta")
    await expect(page.get_by_test_id("composer-completion").get_by_role("option")).to_have_text(["Bob Tan@bob"])
    await page.keyboard.press("Enter")
    await expect(box).to_have_value("/pulse enps #leadership @bob ")


async def test_groups_are_completed_and_named_as_such(open_page: OpenPage) -> None:
    page = await open_page()
    box = page.get_by_test_id("composer-input")
    await box.press_sequentially("/pulse new @sal")
    options = page.get_by_test_id("composer-completion").get_by_role("option")
    await expect(options).to_have_text(["@sales-leadsSales leads · group of 2 people"])
    await page.keyboard.press("Tab")
    await expect(box).to_have_value("/pulse new @sales-leads ")
    await page.keyboard.type("@care")
    await expect(options).to_have_text(["@supportCustomer care · group of 1 person"])


async def test_escape_closes_the_list_and_keeps_the_words(open_page: OpenPage) -> None:
    page = await open_page()
    box = page.get_by_test_id("composer-input")
    await box.press_sequentially("/k")
    await expect(page.get_by_test_id("composer-completion")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("composer-completion")).to_be_hidden()
    await expect(box).to_have_value("/k")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("operation_timeout", '/kpi failed with the error "operation_timeout"'),
        ("dispatch_failed", '/kpi failed with the error "dispatch_failed"'),
        ("no_such_command", "/kpi is not a command here."),
    ],
)
async def test_a_command_that_fails_is_told_privately(
    open_page: OpenPage, fake: FakeSlack, error: str, words: str
) -> None:
    fake.answers["command"] = {"ok": False, "ack_ms": 3000, "error": error}
    page = await open_page()
    await page.get_by_test_id("composer-input").fill("/kpi list")
    await page.keyboard.press("Enter")
    told = page.locator('[data-ephemeral="true"]')
    await expect(told).to_contain_text(words)
    await expect(told.locator(".author")).to_have_text("Slackbot")


async def test_drafts_stay_with_their_conversation(open_page: OpenPage) -> None:
    page = await open_page()
    box = page.get_by_test_id("composer-input")
    await box.fill("half a thought")
    await page.get_by_test_id("conversation-D0BOB").click()
    await expect(box).to_have_value("")
    await page.get_by_test_id("conversation-C0SALES").click()
    await expect(box).to_have_value("half a thought")
