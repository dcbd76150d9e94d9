"""The sidebar, the acting person, the message list and threads."""

import re

import pytest
from playwright.async_api import expect

from tests.playground_page import block_samples as samples
from tests.playground_page import canned
from tests.playground_page.conftest import OpenPage
from tests.playground_page.fake_slack import FakeSlack

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_the_sidebar_lists_channels_people_and_the_app(open_page: OpenPage) -> None:
    page = await open_page()
    await expect(page.get_by_test_id("workspace")).to_have_text("Sentosa Coffee")
    for title, names in {
        "Channels": ["sales", "leadership", "old-launch", "blocks", "long"],
        "Direct messages": ["Bob Tan"],
        "Apps": ["Denyut"],
    }.items():
        await expect(page.get_by_role("list", name=title).locator(".place-name")).to_have_text(names)
    await expect(page.get_by_test_id("conversation-C0SALES")).to_have_attribute("aria-current", "page")
    await expect(page.get_by_test_id("conversation-C0LEADS")).to_have_accessible_name(
        re.compile("leadership.*private channel.*1 unread")
    )


async def test_opening_a_conversation_marks_it_read(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await open_page()
    await page.get_by_test_id("conversation-C0LEADS").click()
    assert (await fake.sent("read"))["channel"] == "C0LEADS"
    await expect(page.get_by_role("separator", name="New messages")).to_be_visible()
    await expect(page.get_by_test_id("conversation-C0LEADS")).not_to_have_attribute("data-unread", "1")


async def test_the_head_names_the_channel_its_topic_and_its_members(open_page: OpenPage) -> None:
    page = await open_page()
    await expect(page.get_by_test_id("pane-title")).to_have_text("sales")
    await expect(page.get_by_test_id("topic")).to_have_text("Numbers, wins and what we learned")
    await expect(page.get_by_test_id("members")).to_have_text("4 members")


async def test_times_are_the_acting_persons(open_page: OpenPage) -> None:
    page = await open_page()
    last = page.get_by_test_id("message").last.locator("time").first
    await expect(last).to_have_text("14:43")
    await page.get_by_test_id("person-switcher").click()
    await page.get_by_test_id("person-U0BOB").click()
    await expect(last).to_have_text("3:43 PM")


async def test_switching_the_person_starts_clean(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await open_page()
    own = page.get_by_test_id("message").filter(has_text="Only for Ayu")
    await fake.emit(
        {
            "type": "ephemeral",
            "channel": "C0SALES",
            "message": {**canned.message(-1, samples.APP, "Only for Ayu"), "channel": "C0SALES", "ephemeral": True},
        }
    )
    await expect(own).to_be_visible()
    await page.get_by_test_id("replies").click()
    await expect(page.get_by_test_id("thread-list")).to_be_visible()
    await page.get_by_test_id("composer-input").fill("a draft of Ayu")
    await page.get_by_test_id("person-switcher").click()
    await page.get_by_test_id("picker-filter").fill("bob")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("person-switcher")).to_have_attribute("data-user", "U0BOB")
    await expect(page.get_by_test_id("message").filter(has_text="Thank you all")).to_be_visible()
    await expect(own).to_have_count(0)
    await expect(page.get_by_test_id("thread-list")).to_be_hidden()
    await expect(page.get_by_test_id("composer-input")).to_have_value("")
    await expect(page).to_have_url(re.compile("#U0BOB/C0SALES"))


async def test_nobody_can_act_as_a_bot_or_a_deactivated_person(open_page: OpenPage) -> None:
    page = await open_page()
    await page.get_by_test_id("person-switcher").click()
    await expect(page.get_by_test_id("person-U0DAN")).to_be_visible()
    await expect(page.get_by_test_id("person-U0GONE")).to_have_count(0)
    await expect(page.get_by_test_id(f"person-{samples.APP}")).to_have_count(0)


async def test_days_are_divided_and_consecutive_messages_grouped(open_page: OpenPage) -> None:
    page = await open_page()
    await expect(page.get_by_test_id("day")).to_have_text(["Yesterday", "Today"])
    await expect(page.locator(".message.grouped")).to_have_text(re.compile("Contracts are in the folder"))
    await expect(page.locator(".message.grouped").get_by_test_id("edited")).to_have_text("(edited)")


async def test_the_app_is_marked_as_an_app(open_page: OpenPage) -> None:
    page = await open_page()
    tagged = page.get_by_test_id("message").filter(has=page.locator(".app-tag"))
    await expect(tagged).to_have_count(1)
    await expect(tagged.locator(".author")).to_have_text("Denyut")


async def test_messages_arrive_change_and_go_live(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await open_page()
    arrived = {**canned.message(10, samples.APP, "First words"), "channel": "C0SALES"}
    row = page.locator(f'[data-ts="{arrived["ts"]}"]')
    await fake.emit({"type": "message", "channel": "C0SALES", "message": arrived})
    await expect(row).to_contain_text("First words")
    await expect(row).to_be_in_viewport()
    await expect(page.locator("#live-region")).to_have_text("Denyut: First words")
    await fake.emit({"type": "message_changed", "channel": "C0SALES", "message": {**arrived, "text": "Thank you"}})
    await expect(row).to_contain_text("Thank you")
    await expect(row).not_to_contain_text("First words")
    await fake.emit({"type": "message_deleted", "channel": "C0SALES", "message": arrived})
    await expect(row).to_have_count(0)


async def test_a_message_elsewhere_raises_the_unread_mark(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await open_page()
    fake.unread["D0BOB"] = 3
    await fake.emit(
        {"type": "message", "channel": "D0BOB", "message": {**canned.message(5, "U0BOB", "Hello?"), "channel": "D0BOB"}}
    )
    await expect(page.get_by_test_id("conversation-D0BOB")).to_have_attribute("data-unread", "3")


async def test_ephemeral_messages_say_who_sees_them(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await open_page()
    await fake.emit(
        {
            "type": "ephemeral",
            "channel": "C0SALES",
            "message": {
                **canned.message(5, samples.APP, "Did you mean *revenue*?"),
                "channel": "C0SALES",
                "ephemeral": True,
            },
        }
    )
    await expect(page.locator('[data-ephemeral="true"]').get_by_test_id("only-you")).to_have_text("Only visible to you")
    await expect(page.get_by_test_id("only-you")).to_have_count(1)


async def test_reading_up_is_not_interrupted_by_a_new_message(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await open_page("U0AYU/C0LONG")
    await expect(page.get_by_test_id("message").last).to_be_in_viewport()
    await page.locator(".message-scroll").first.evaluate("node => { node.scrollTop = 0; }")
    await expect(page.get_by_test_id("message").first).to_be_in_viewport()
    await fake.emit(
        {
            "type": "message",
            "channel": "C0LONG",
            "message": {**canned.message(5, "U0BOB", "Down here"), "channel": "C0LONG"},
        }
    )
    jump = page.get_by_role("button", name="New messages")
    await expect(jump).to_be_visible()
    await expect(page.get_by_test_id("message").filter(has_text="Down here")).not_to_be_in_viewport()
    await jump.click()
    await expect(page.get_by_test_id("message").last).to_be_in_viewport()
    await expect(jump).to_be_hidden()


async def test_a_thread_shows_its_replies_and_takes_one(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await open_page()
    await expect(page.get_by_test_id("replies")).to_contain_text("2 replies")
    await page.get_by_test_id("replies").click()
    rows = page.get_by_test_id("thread-list").get_by_test_id("message")
    await expect(rows).to_have_count(3)
    await expect(page.get_by_test_id("message-list").get_by_text("Fine with me")).to_have_count(0)
    await expect(page.get_by_test_id("thread-composer-input")).to_be_focused()
    await page.keyboard.type("Settled then")
    await page.keyboard.press("Enter")
    sent = await fake.sent("message")
    assert (sent["text"], sent["thread_ts"]) == ("Settled then", f"{samples.START - 86_000}.000100")
    await expect(rows).to_have_count(4)
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("thread-list")).to_be_hidden()


async def test_commands_are_refused_in_threads(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await open_page()
    await page.get_by_test_id("replies").click()
    await page.get_by_test_id("thread-composer-input").fill("/kpi list")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("thread-list")).to_contain_text("/kpi cannot be used in threads.")
    assert not [name for name, _ in fake.asked if name == "command"]


async def test_an_archived_channel_takes_no_messages(open_page: OpenPage) -> None:
    page = await open_page("U0AYU/C0OLD")
    await expect(page.get_by_text("This channel is archived.")).to_be_visible()
    await expect(page.get_by_test_id("composer")).to_be_hidden()


async def test_after_a_broken_line_everything_is_asked_for_again(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await open_page()
    late = {**canned.message(5, "U0BOB", "While you were away"), "channel": "C0SALES"}
    fake.messages["C0SALES"].append(late)
    fake.end_streams()
    await expect(page.locator(f'[data-ts="{late["ts"]}"]')).to_be_visible(timeout=15_000)
