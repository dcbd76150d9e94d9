"""A check-in week as a newcomer lives it: the real bot, and everything done by mouse and keyboard in a browser."""

import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Locator, Page, async_playwright, expect

from tests.e2e.conftest import SALES, Company, ephemeral
from tests.playground_page.conftest import ARGUMENTS, CHROMIUM_NAMES

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
CHROMIUM = next((found for name in CHROMIUM_NAMES if (found := shutil.which(name))), None)


@pytest.fixture
async def page(company: Company) -> AsyncIterator[Page]:
    if CHROMIUM is None:
        pytest.skip("no Chromium found: the week in the browser was skipped (install the package 'chromium')")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = await browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(15_000)
        yield page
        await browser.close()


async def become(page: Page, url: str, person: str, place: str) -> None:
    await page.goto("about:blank")
    await page.goto(f"{url}/#{person}/{place}")
    await page.locator("body[data-ready]").wait_for()


async def type_command(page: Page, text: str) -> Locator:
    """Types a command and returns the answer only this person sees."""
    answers = page.locator("[data-testid=message][data-ephemeral=true]")
    before = await answers.count()
    composer = page.get_by_test_id("composer-input")
    await composer.fill(text)
    await composer.press("Enter")
    await expect(answers).to_have_count(before + 1)
    return answers.last


async def test_a_week(company: Company, page: Page) -> None:
    url = company.playground.url
    ayu = await company.person("U0AYU")
    await ephemeral(ayu, "/pulse enps #sales")
    await ephemeral(ayu, "/pulse send")

    for person, score, thanks in (
        ("U0GITA", 9, "Thank you"),
        ("U0BUDI", 7, "Terima kasih"),
        ("U0MAYA", 3, "Thank you"),
    ):
        actor = await company.person(person)
        question = await actor.wait_for_dm(lambda message: "survey.score" in str(message["blocks"]), timeout=20)
        await become(page, url, person, f"{question['channel']}/messages")
        await page.locator(f"[data-action-id='survey.score:{score}']").click()
        message = page.get_by_test_id("message").last
        await expect(message).to_contain_text(thanks)
        await expect(page.locator("[data-action-id^='survey.score']")).to_have_count(0)
        assert str(score) not in await message.locator("button").all_inner_texts()

    await become(page, url, "U0GITA", SALES)
    await expect(await type_command(page, "/kpi log revenue 2.5M")).to_contain_text("Rp\N{NO-BREAK SPACE}2,500,000")
    asked = await type_command(page, "/kpi log revenue 1.500")
    await asked.get_by_role("button", name="Rp\N{NO-BREAK SPACE}1,500", exact=True).click()
    await expect(asked).to_contain_text("Recorded")

    await become(page, url, "U0BUDI", SALES)
    logged = await type_command(page, "/kpi catat pendapatan 12,5 jt")
    await expect(logged).to_contain_text("Rp\N{NO-BREAK SPACE}12.500.000")

    await become(page, url, "U0AYU", SALES)
    await expect(await type_command(page, "/kpi target pendapatan 20 jt per minggu")).to_contain_text("20.000.000")
    await expect(await type_command(page, "/kpi summary #sales weekly mon 09:00")).to_contain_text("09.00")
    await page.get_by_test_id("clock-next-monday").click()
    post = page.locator("[data-testid=message]:not([data-ephemeral=true])").filter(has_text="23–29 Nov")
    await expect(post).to_have_count(1)
    await expect(post.get_by_role("row").filter(has_text="Pendapatan")).to_contain_text("15")
    await expect(post.locator("[data-action-id='kpi.log_opened']")).to_have_count(1)
    await expect(page.get_by_test_id("violation-count")).to_be_hidden()


async def test_a_form_by_keyboard(company: Company, page: Page) -> None:
    await become(page, company.playground.url, "U0GITA", SALES)
    composer = page.get_by_test_id("composer-input")
    await composer.fill("/kpi log")
    await composer.press("Enter")
    modal = page.get_by_test_id("modal")
    await modal.get_by_label("Revenue").fill("abc")
    await modal.get_by_label("Revenue").press("Enter")
    await expect(modal.get_by_test_id("input-error").first).to_contain_text("abc")
    await modal.get_by_label("Revenue").fill("12.5M")
    await modal.get_by_label("Revenue").press("Enter")
    await expect(page.get_by_test_id("modal")).to_contain_text("Rp\N{NO-BREAK SPACE}12,500,000")
    await page.keyboard.press("Escape")
    await expect(page.get_by_test_id("modal")).to_have_count(0)
    assert company.rows()["entries"] == 1
