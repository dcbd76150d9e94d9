"""What a day asks of somebody, done in a browser by keys alone: a check-in answered, and what waits on Home settled."""

from datetime import datetime

from playwright.async_api import Page, expect

from bot.playground.actor import text_of
from tests.e2e.conftest import SALES, Company, ephemeral
from tests.e2e.test_in_the_browser import become, page, pytestmark

__all__ = ["page", "pytestmark"]

NAME = """() => {
  const at = document.activeElement;
  const role = at.getAttribute('role') ?? at.tagName.toLowerCase();
  return `${role} ${at.getAttribute('aria-label') ?? at.innerText ?? ''}`;
}"""
IN_HOME = "() => document.activeElement.closest('[role=tabpanel]') !== null"


async def walk_to(page: Page, name: str, key: str = "Tab", most: int = 60) -> None:
    """Presses a key until the focus is on what has this role and name."""
    for _ in range(most):
        await page.keyboard.press(key)
        if await page.evaluate(NAME) == name:
            return
    raise AssertionError(f"{most} times {key} never came to {name!r}")


async def test_a_day_by_keys_alone(company: Company, page: Page) -> None:
    gita = await company.person("U0GITA")
    await ephemeral(gita, "/checkin team #sales standup 15:10 post 16:30", SALES)
    await ephemeral(gita, "/checkin actions Call PT Maju by tomorrow")
    company.playground.clock.move_to(datetime.fromisoformat("2026-11-26T15:10:05+07:00"))
    question = await gita.wait_for_dm(lambda each: "checkin.answer_opened" in str(each["blocks"]), timeout=20)
    await become(page, company.playground.url, "U0GITA", f"{question['channel']}/messages")
    await expect(page.get_by_test_id("composer-input")).to_be_focused()

    await walk_to(page, "button Answer the check-in", "Shift+Tab", most=6)
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("modal").get_by_label("Leads")).to_be_focused()
    await page.keyboard.type("7")
    await walk_to(page, "button Send", most=9)
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("modal")).to_contain_text("Thank you, that is noted")
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("modal")).to_have_count(0)
    await expect(page.get_by_test_id("message").last).to_contain_text("your answer for #sales is noted")
    await expect(page.get_by_role("button", name="Change my answer")).to_be_focused()

    await walk_to(page, "tab Messages", "Shift+Tab")
    await page.keyboard.press("ArrowLeft")
    await expect(page.get_by_role("tab", name="Home")).to_be_focused()
    await expect(page.get_by_role("tabpanel")).to_contain_text("Call PT Maju")
    await walk_to(page, "button Add days away")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("modal")).to_have_count(1)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Add days away")).to_be_focused()
    await walk_to(page, "button Done: Call PT Maju", "Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("tabpanel")).not_to_contain_text("Call PT Maju")
    assert await page.evaluate(IN_HOME), "the focus stays where the button was"
    assert "Call PT Maju" not in text_of(await gita.wait_for_home())
