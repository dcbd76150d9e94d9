"""Makes the README's pictures from the playground: `python docs/make_screenshots.py` while `make demo` runs.

Eleven colleagues answer the open question, the clock moves to Monday 09:00, and a real browser looks.
"""

import argparse
import asyncio
import shutil
from pathlib import Path

import aiohttp
from playwright.async_api import Page, async_playwright

from bot.playground.actor import Actor, text_of

IMAGES = Path(__file__).parent / "images"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
WIDE = {"width": 1180, "height": 780}
TALL = {"width": 1180, "height": 1300}
SCORES = {
    "U0BUDI": 9, "U0CITRA": 10, "U0DEWI": 8, "U0EKO": 7, "U0FAJAR": 9, "U0GITA": 9, "U0HADI": 6, "U0INDAH": 10,
    "U0RINA": 8, "U0MAYA": 9, "U0RIZKY": 10,
}  # fmt: skip


async def tell_the_story(address: str) -> None:
    """Answers, closes the round, has the summary in English, and moves the clock to Monday."""
    for person, score in SCORES.items():
        async with Actor(address, person) as actor:
            question = await actor.wait_for_dm(lambda message: "survey.score" in str(message["blocks"]))
            await actor.click(question, f"survey.score:{score}")
    async with Actor(address, "U0AYU") as ayu:
        await ayu.command("/pulse close enps-sales")
        await ayu.command("/checkin language en")
        await ayu.command("/kpi summary #sales weekly mon 09:00 in English")
        async with aiohttp.ClientSession() as session:
            monday = {"to": "next monday 09:00", "tz": "Asia/Jakarta"}
            async with session.post(f"{address}/control/clock", json=monday) as answer:
                answer.raise_for_status()
        await ayu.wait_for_message("C0SALES", lambda message: "23–29 Nov" in text_of(message), timeout=20)


async def show_home(page: Page, address: str) -> None:
    """Budi's, with what waits for him and what he promised."""
    async with Actor(address, "U0BUDI") as budi:
        await budi.command("/checkin language en")
        await page.goto("about:blank")
        await page.goto(f"{address}/#U0BUDI/{await budi.app_channel()}/home")
    await page.get_by_text("What you promised").wait_for()
    await page.screenshot(path=IMAGES / "home.png")


async def open_page(page: Page, address: str, person: str, conversation: str) -> None:
    await page.goto("about:blank")
    await page.goto(f"{address}/#{person}/{conversation}/messages")
    await page.wait_for_selector("[data-testid=message]")
    await page.wait_for_timeout(500)  # the chart draws itself


async def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("address", nargs="?", default="http://127.0.0.1:8787")
    address = options.parse_args().address
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    IMAGES.mkdir(exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        page = await browser.new_page(viewport=WIDE)
        async with Actor(address, "U0GITA") as gita:
            messages_with_app = await gita.app_channel()
        await open_page(page, address, "U0GITA", messages_with_app)
        await page.screenshot(path=IMAGES / "question.png")
        await show_home(page, address)
        await tell_the_story(address)
        await page.set_viewport_size(TALL)
        await open_page(page, address, "U0AYU", "C0SALES")
        await page.screenshot(path=IMAGES / "summary.png")
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
