"""The clock bar, the traffic inspector, and what holds at every width: keys, drawer, themes."""

import pytest
from playwright.async_api import expect

from tests.playground_page import block_samples as samples
from tests.playground_page import canned
from tests.playground_page.conftest import OpenPage
from tests.playground_page.fake_slack import FakeSlack

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PHONE = {"width": 390, "height": 844}


def entry(id_: int, name: str = "chat.postMessage", **more: object) -> samples.Json:
    return {
        "id": id_,
        "at": "2026-11-26T08:00:00+00:00",
        "direction": "in",
        "kind": "web_api",
        "name": name,
        "summary": "C0SALES",
        "request": {"channel": "C0SALES"},
        "response": {"ok": True},
        "status": 200,
        "ms": 12.4,
        "violation": None,
        **more,
    }


async def test_the_clock_is_the_acting_persons_and_ticks(open_page: OpenPage) -> None:
    page = await open_page()
    await expect(page.get_by_test_id("clock")).to_contain_text("Thu 26 Nov 2026")
    await expect(page.get_by_test_id("clock")).to_contain_text("15:00:0")
    await expect(page.get_by_test_id("clock")).to_contain_text("15:00:02")


@pytest.mark.parametrize(
    ("button", "body"),
    [
        ("Next Monday 09:00", {"to": "next monday 09:00", "tz": "Asia/Jakarta"}),
        ("Tomorrow 09:00", {"to": "tomorrow 09:00", "tz": "Asia/Jakarta"}),
        ("+1 hour", {"advance_seconds": 3600}),
        ("+1 day", {"advance_seconds": 86400}),
    ],
)
async def test_the_clocks_moves(open_page: OpenPage, fake: FakeSlack, button: str, body: samples.Json) -> None:
    page = await open_page()
    await page.get_by_role("button", name=button, exact=True).click()
    assert await fake.sent("control/clock") == body


async def test_a_moved_clock_moves_the_days(open_page: OpenPage) -> None:
    page = await open_page()
    await page.get_by_role("button", name="+1 day").click()
    await expect(page.get_by_test_id("clock")).to_contain_text("Fri 27 Nov 2026")
    await expect(page.get_by_test_id("day")).to_have_text(["Wednesday, November 25th", "Yesterday"])


async def test_the_clock_is_set_in_the_acting_persons_zone(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await open_page("U0BOB/C0SALES")
    await page.get_by_test_id("clock-button").click()
    await page.get_by_test_id("clock-field").fill("2026-11-30T09:00")
    await page.get_by_test_id("clock-set").click()
    assert await fake.sent("control/clock") == {"set": "2026-11-30T01:00:00.000Z"}
    await expect(page.get_by_test_id("clock")).to_contain_text("Mon 30 Nov 20269:00:0")


async def test_going_back_in_time_is_asked_first(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await open_page()
    for answer in ("confirm-no", "confirm-yes"):
        await page.get_by_test_id("clock-button").click()
        await page.get_by_test_id("clock-field").fill("2026-11-01T09:00")
        await page.get_by_test_id("clock-set").click()
        await page.get_by_test_id(answer).click()
    assert await fake.sent("control/clock") == {"set": "2026-11-01T02:00:00.000Z", "allow_back": True}
    assert len([name for name, _ in fake.asked if name == "control/clock"]) == 1


async def test_violations_are_counted_in_red_before_anybody_looks(open_page: OpenPage, fake: FakeSlack) -> None:
    fake.entries = [entry(1), entry(2, violation="invalid_blocks: text is too long")]
    page = await open_page()
    await expect(page.get_by_test_id("violation-count")).to_have_text("1")
    await fake.emit({"type": "traffic", "entry": entry(3, "views.open", violation="expired_trigger_id")})
    await expect(page.get_by_test_id("violation-count")).to_have_text("2")
    await expect(page.get_by_test_id("traffic-toggle")).to_have_accessible_name("Traffic 2 , 2 violations")
    await page.get_by_test_id("traffic-toggle").click()
    await expect(page.get_by_test_id("violation")).to_have_text(
        ["Violation: expired_trigger_id", "Violation: invalid_blocks: text is too long"]
    )


async def test_no_violations_no_badge(open_page: OpenPage, fake: FakeSlack) -> None:
    fake.entries = [entry(1)]
    page = await open_page()
    await page.get_by_test_id("traffic-toggle").click()
    await expect(page.get_by_test_id("traffic-entry")).to_have_count(1)
    await expect(page.get_by_test_id("violation-count")).to_be_hidden()


async def test_entries_open_to_their_json_and_can_be_filtered(open_page: OpenPage, fake: FakeSlack) -> None:
    fake.entries = [
        entry(1),
        entry(2, "/kpi", kind="command", direction="out", summary="list"),
        entry(3, violation="x"),
    ]
    page = await open_page()
    await page.get_by_test_id("traffic-toggle").click()
    rows = page.get_by_test_id("traffic-entry")
    await expect(rows).to_have_count(3)
    await rows.last.locator("summary").click()
    await expect(rows.last.locator("pre").first).to_have_text('{\n  "channel": "C0SALES"\n}')
    await page.get_by_test_id("traffic-filter").fill("kpi")
    await expect(rows).to_have_count(1)
    await page.get_by_test_id("traffic-filter").fill("")
    await page.get_by_test_id("traffic-kind").select_option("command")
    await expect(rows).to_have_count(1)
    await page.get_by_test_id("traffic-kind").select_option("")
    await page.get_by_test_id("traffic-violations").check()
    await expect(rows).to_have_count(1)


@pytest.mark.parametrize(
    ("button", "asked", "body"),
    [
        (
            "fault-ratelimit",
            "control/faults",
            {"method": "chat.postMessage", "kind": "ratelimit", "times": 1, "retry_after": 5},
        ),
        ("fault-drop", "control/faults", {"method": "chat.postMessage", "kind": "drop_after", "times": 1}),
        ("fault-500", "control/faults", {"method": "*", "kind": "error_500", "times": 1}),
        ("fault-disconnect", "control/disconnect", {"reason": "drop"}),
        ("fault-redeliver", "control/redeliver", {"last": True}),
        ("fault-duplicate", "control/duplicate", {"times": 1}),
    ],
)
async def test_slack_can_be_made_to_misbehave(
    open_page: OpenPage, fake: FakeSlack, button: str, asked: str, body: samples.Json
) -> None:
    page = await open_page()
    await page.get_by_test_id("traffic-toggle").click()
    await page.get_by_text("Make Slack misbehave").click()
    await page.get_by_test_id(button).click()
    assert await fake.sent(asked) == body


async def test_an_app_that_is_away_is_said(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await open_page()
    await expect(page.get_by_test_id("connection-pill")).to_be_hidden()
    await fake.emit({"type": "connection", "connections": 0})
    await expect(page.get_by_test_id("connection-pill")).to_have_text("Denyut is not connected")


async def test_ctrl_k_jumps_and_becomes_somebody_else(open_page: OpenPage) -> None:
    page = await open_page()
    await page.keyboard.press("Control+k")
    await page.keyboard.type("leader")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("pane-title")).to_have_text("leadership")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("act as bob")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("person-switcher")).to_have_attribute("data-user", "U0BOB")


async def test_the_arrow_keys_walk_places_and_messages(open_page: OpenPage) -> None:
    page = await open_page()
    await page.get_by_test_id("conversation-C0SALES").focus()
    await page.keyboard.press("ArrowDown")
    await expect(page.get_by_test_id("conversation-C0LEADS")).to_be_focused()
    await page.get_by_test_id("message-list").focus()
    await page.keyboard.press("ArrowUp")
    await expect(page.get_by_test_id("message").last).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await expect(page.get_by_test_id("message").nth(-2)).to_be_focused()


async def test_on_a_phone_the_sidebar_is_a_drawer_and_modals_fill_the_screen(
    open_page: OpenPage, fake: FakeSlack
) -> None:
    page = await open_page(viewport=PHONE)
    await expect(page.get_by_test_id("sidebar")).to_be_hidden()
    await page.get_by_test_id("menu").click()
    await expect(page.get_by_test_id("sidebar")).to_be_visible()
    await page.get_by_test_id("conversation-D0BOB").click()
    await expect(page.get_by_test_id("sidebar")).to_be_hidden()
    await expect(page.get_by_test_id("pane-title")).to_have_text("Bob Tan")
    await page.get_by_test_id("clock-button").click()
    await expect(page.get_by_test_id("clock-panel").get_by_role("button", name="Next Monday 09:00")).to_be_visible()
    await page.keyboard.press("Escape")
    await fake.show_views(canned.modal())
    await expect(page.get_by_test_id("modal")).to_be_visible()
    assert await page.get_by_test_id("modal").evaluate("node => [node.offsetWidth, node.offsetHeight]") == [390, 844]
    assert await page.evaluate("document.documentElement.scrollWidth") == 390


async def test_colours_follow_the_system_until_the_toggle_says_otherwise(open_page: OpenPage) -> None:
    page = await open_page(color_scheme="dark")
    dark = await page.locator("#main").evaluate("node => getComputedStyle(node).backgroundColor")
    await page.get_by_role("button", name="Use light colours").click()
    await expect(page.locator("#main")).to_have_css("background-color", "rgb(255, 255, 255)")
    assert dark != "rgb(255, 255, 255)"
    await page.reload()
    await page.locator("body[data-ready]").wait_for()
    await expect(page.locator("#main")).to_have_css("background-color", "rgb(255, 255, 255)")
