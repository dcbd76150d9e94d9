"""How blocks and texts look: every block type, mrkdwn as Slack reads it, charts that do not need colour."""

import re

import pytest
from playwright.async_api import expect

from tests.playground_page import block_samples as samples
from tests.playground_page import canned
from tests.playground_page.conftest import OpenPage
from tests.playground_page.fake_slack import FakeSlack

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def block(page, kind: str, nth: int = 0):
    return page.locator(f'[data-block-type="{kind}"]').nth(nth)


async def test_every_block_is_drawn_and_only_the_unknown_one_is_red(open_page: OpenPage) -> None:
    page = await open_page("U0AYU/C0BLOCKS")
    drawn = page.get_by_test_id("message").locator(".message-content > .block")
    await expect(drawn).to_have_count(len(samples.BLOCKS))
    await expect(page.get_by_test_id("unknown-block")).to_have_count(1)
    await expect(page.get_by_test_id("unknown-block")).to_contain_text('Unknown block "hologram"')
    await expect(page.get_by_test_id("unknown-block")).to_contain_text("from the future")


async def test_a_broken_block_is_shown_with_its_json(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await open_page()
    broken = canned.message(
        5,
        samples.APP,
        "x",
        [
            {"type": "carousel", "elements": None},
            {"type": "actions", "elements": [{"type": "warp_drive", "action_id": "w"}]},
        ],
    )
    await fake.emit({"type": "message", "channel": "C0SALES", "message": {**broken, "channel": "C0SALES"}})
    await expect(page.get_by_test_id("unknown-block")).to_have_count(2)
    await expect(page.get_by_test_id("unknown-block").first).to_contain_text("could not be drawn")
    await expect(page.get_by_test_id("unknown-block").last).to_contain_text("warp_drive")


async def test_mrkdwn_is_read_as_slack_reads_it(open_page: OpenPage) -> None:
    page = await open_page("U0AYU/C0BLOCKS")
    text = block(page, "section")
    await expect(text.locator("strong").first).to_have_text("bold")
    await expect(text.locator("strong em")).to_have_text("italic")
    await expect(text.locator("del")).to_have_text("strike")
    await expect(text.locator("code").first).to_have_text("code")
    await expect(text).to_contain_text("not*here* or 2 * 3 * 4")
    await expect(text.locator("blockquote")).to_have_text("a quote with a link")
    await expect(text.locator("blockquote a")).to_have_attribute("href", "https://example.com/?a=1&b=2")
    await expect(text.locator(".mention")).to_have_text(["@Bob Tan", "#sales", "@channel"])
    await expect(text.locator("time")).to_have_text("Thursday, November 26, 2026 at 15:00")
    await expect(text.get_by_role("img", name="tada")).to_have_text("🎉")
    await expect(text).to_contain_text(":nosuchemoji:")
    await expect(text).to_contain_text("• two <3 & more")
    await expect(text.locator("pre")).to_have_text("for x in *range*(3):\n    pass\n")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
        ("<javascript:alert(1)|click>", "<javascript:alert(1)|click>"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ("snake_case_name and *a*b and __x", "snake_case_name and *a*b and __x"),
    ],
)
async def test_text_never_becomes_markup(open_page: OpenPage, fake: FakeSlack, text: str, shown: str) -> None:
    page = await open_page()
    said = {**canned.message(5, "U0BOB", text), "channel": "C0SALES"}
    await fake.emit({"type": "message", "channel": "C0SALES", "message": said})
    content = page.locator(f'[data-ts="{said["ts"]}"] .rich')
    await expect(content).to_have_text(shown)
    await expect(content.locator("img, script, a, strong, em")).to_have_count(0)


async def test_verbatim_text_links_nothing_by_itself(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await open_page()
    words = "see https://example.com/x #sales @here"
    blocks = [{"type": "section", "text": samples.mrkdwn(words, verbatim=verbatim)} for verbatim in (True, False)]
    await fake.emit(
        {
            "type": "message",
            "channel": "C0SALES",
            "message": {**canned.message(5, samples.APP, "x", blocks), "channel": "C0SALES"},
        }
    )
    rows = page.get_by_test_id("message").last.locator(".section .rich")
    await expect(rows.nth(0).locator("a, .mention")).to_have_count(0)
    await expect(rows.nth(1).locator("a, .mention")).to_have_text(["https://example.com/x", "#sales", "@here"])


async def test_rich_text_keeps_its_styles_lists_and_quotes(open_page: OpenPage) -> None:
    page = await open_page("U0AYU/C0BLOCKS")
    rich = block(page, "rich_text")
    await expect(rich.locator("strong")).to_have_text("bold")
    await expect(rich.locator(".mention")).to_have_text(["@Citra Halim", "#sales"])
    await expect(rich.locator("ul li")).to_have_text(["first", "second"])
    await expect(rich.locator("ol")).to_have_attribute("start", "3")
    await expect(rich.locator("blockquote")).to_have_text("Said somebody *not bold here*")
    await expect(rich.locator("pre")).to_have_text("SELECT 1;\n-- kept <as> it is")


async def test_a_table_aligns_numbers_and_scrolls_inside_itself(open_page: OpenPage) -> None:
    page = await open_page(viewport={"width": 390, "height": 844})
    table = page.get_by_test_id("message").get_by_role("table").first
    await expect(table.get_by_role("columnheader")).to_have_text(["KPI", "This week", "Target", "Change", "Status"])
    await expect(table.get_by_role("row").nth(1).get_by_role("cell").first).to_have_css("text-align", "right")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await page.locator(".table-scroll").first.evaluate("node => node.scrollWidth > node.clientWidth")


async def test_a_data_table_sorts_and_turns_pages(open_page: OpenPage) -> None:
    page = await open_page("U0AYU/C0BLOCKS")
    table = block(page, "data_table")
    names = table.locator("tbody th")
    await expect(names).to_have_text(["Bob", "Ayu"])
    await table.get_by_role("button", name="Next").click()
    await expect(names).to_have_text(["Citra"])
    await table.get_by_role("button", name="Value").click()
    await expect(names).to_have_text(["Citra", "Bob"])
    await expect(table.get_by_role("columnheader", name="Value")).to_have_attribute("aria-sort", "ascending")


async def test_charts_carry_names_numbers_and_marks_beyond_colour(open_page: OpenPage) -> None:
    page = await open_page("U0AYU/C0BLOCKS")
    charts = page.get_by_test_id("chart")
    await expect(charts).to_have_count(5)
    line = charts.nth(0)
    await expect(line.get_by_role("img", name=re.compile("eNPS by week, line chart"))).to_be_visible()
    await expect(line.locator(".legend li")).to_have_text(["Sales", "Operations"])
    first, second = line.locator(".chart-stage .line").nth(0), line.locator(".chart-stage .line").nth(1)
    assert await first.get_attribute("stroke-dasharray") != await second.get_attribute("stroke-dasharray")
    await expect(line.locator(".chart-stage .series-0 .marker circle")).to_have_count(8)
    await expect(line.locator(".chart-stage .series-1 .marker rect")).to_have_count(8)
    await expect(line.locator(".axis-label")).to_have_text(["Week", "eNPS"])
    rows = line.get_by_test_id("chart-numbers").locator("tbody tr")
    await expect(rows).to_have_count(8)
    await expect(rows.first).to_have_text("W4112−8")
    await expect(charts.nth(2).locator(".chart-stage .bar")).to_have_count(12)
    await expect(charts.nth(4).locator(".legend li")).to_have_text(
        ["Promoters: 9 (53%)", "Passives: 5 (29%)", "Detractors: 3 (18%)"]
    )
    await expect(charts.nth(4).locator('.slice + path[fill^="url(#"]')).to_have_count(2)


async def test_only_what_is_to_be_told_apart_has_a_legend(open_page: OpenPage) -> None:
    page = await open_page("U0AYU/C0BLOCKS")
    charts = page.get_by_test_id("chart")
    await expect(charts.nth(1).locator(".chart-title")).to_have_text("Revenue by week")
    await expect(charts.nth(1).locator(".legend")).to_have_count(0)
    await expect(charts.nth(2).locator(".legend li")).to_have_count(3)


async def test_numbers_of_a_chart_are_written_for_whoever_looks(open_page: OpenPage) -> None:
    page = await open_page("U0AYU/C0BLOCKS")
    bars = page.get_by_test_id("chart").nth(1)
    await expect(bars.get_by_test_id("chart-numbers").locator("tbody tr td").first).to_have_text("9.800.000")
    await expect(bars.locator(".chart-stage .tick").nth(1)).to_have_text("5 jt")
    page = await open_page("U0BOB/C0BLOCKS")
    bars = page.get_by_test_id("chart").nth(1)
    await expect(bars.get_by_test_id("chart-numbers").locator("tbody tr td").first).to_have_text("9,800,000")
    await expect(bars.locator(".chart-stage .tick").nth(1)).to_have_text("5M")


async def test_a_chart_is_redrawn_to_the_width_it_has(open_page: OpenPage) -> None:
    page = await open_page(viewport={"width": 390, "height": 844})
    stage = page.get_by_test_id("chart").first.locator(".chart-stage svg")
    await expect(stage).to_have_attribute("width", re.compile(r"^(2\d\d|3[0-4]\d)$"))
    await page.set_viewport_size({"width": 1280, "height": 800})
    await expect(stage).to_have_attribute("width", re.compile(r"^[67]\d\d$"))


async def test_pictures_from_elsewhere_are_described_not_loaded(open_page: OpenPage) -> None:
    page = await open_page("U0AYU/C0BLOCKS")
    await expect(block(page, "image", 0).locator("img")).to_have_attribute("alt", "A green pixel")
    await expect(block(page, "image", 1).locator("img")).to_have_count(0)
    await expect(block(page, "image", 1).get_by_role("img", name="A picture from elsewhere")).to_be_visible()


async def test_a_button_tells_the_app_what_it_carries(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await open_page("U0AYU/D0APP")
    await page.get_by_role("button", name="9", exact=True).click()
    sent = await fake.sent("action")
    assert sent["container"] == {"type": "message", "channel": "D0APP", "ts": f"{samples.START - 4000}.000100"}
    assert (sent["as"], sent["block_id"], sent["action_id"], sent["value"]) == (
        "U0AYU",
        "b1",
        "score_9",
        {"value": "9"},
    )


async def test_an_app_that_does_not_answer_is_said_next_to_the_button(open_page: OpenPage, fake: FakeSlack) -> None:
    fake.answers["action"] = {"ok": False, "ack_ms": 3000, "error": "operation_timeout"}
    page = await open_page("U0AYU/D0APP")
    await page.get_by_role("button", name="9", exact=True).click()
    await expect(page.get_by_test_id("message").get_by_test_id("action-error")).to_have_text(
        "Denyut did not answer within 3 seconds (operation_timeout)."
    )


async def test_a_confirmation_is_asked_first_and_no_means_no(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await open_page("U0AYU/C0BLOCKS")
    await page.get_by_role("button", name="Delete").click()
    await expect(page.get_by_role("dialog", name="Delete it?")).to_contain_text("This cannot be undone.")
    await page.get_by_role("button", name="Keep").click()
    await expect(page.get_by_test_id("confirm")).to_have_count(0)
    await page.get_by_role("button", name="Delete").click()
    await page.get_by_test_id("confirm-yes").click()
    assert (await fake.sent("action"))["action_id"] == "delete"
    assert len([name for name, _ in fake.asked if name == "action"]) == 1


async def test_choices_in_a_message_are_sent_with_its_state(open_page: OpenPage, fake: FakeSlack) -> None:
    page = await open_page("U0AYU/C0BLOCKS")
    await page.get_by_role("button", name="Pick a size").focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    sent = await fake.sent("action")
    assert sent["value"]["selected_option"]["value"] == "m"
    assert sent["state"]["b6"]["size"]["selected_option"]["value"] == "m"
    assert sent["state"]["b6"]["day"] == {"type": "datepicker", "selected_date": "2026-11-30"}
    await page.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Archive").click()
    assert (await fake.sent("action", 2))["value"]["selected_option"]["value"] == "archive"
