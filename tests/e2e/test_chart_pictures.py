"""A workspace that does not know Slack's chart block: people see the same charts, as pictures."""

import shutil

import pytest
from playwright.async_api import async_playwright, expect

from tests.e2e.conftest import SALES, Company, Json, Open, ephemeral, until
from tests.e2e.test_in_the_browser import become, type_command
from tests.playground_page.conftest import ARGUMENTS, CHROMIUM_NAMES

CHROMIUM = next((found for name in CHROMIUM_NAMES if (found := shutil.which(name))), None)


def kinds(message: Json) -> list[str]:
    return [block["type"] for block in message["blocks"]]


def button(message: Json, begins: str) -> str:
    """The action_id of the button whose id begins so."""
    elements = (each for block in message["blocks"] for each in block.get("elements", ()))
    return next(str(each["action_id"]) for each in elements if str(each.get("action_id", "")).startswith(begins))


async def log_three_months(company: Company) -> None:
    budi = await company.person("U0BUDI")
    for value, day in (("9 jt", "15 Sep"), ("15 jt", "15 Okt"), ("12,5 jt", "25 Nov")):
        await ephemeral(budi, f"/kpi catat pendapatan {value} pada {day}")


async def test_a_reply_and_a_shared_answer_show_the_chart_as_a_picture(company: Company) -> None:
    await log_three_months(company)
    budi, ayu = await company.person("U0BUDI"), await company.person("U0AYU")
    assert "data_visualization" in kinds(await ephemeral(budi, "/kpi lihat pendapatan"))
    await company.control("charts", known=False)

    answer = await ephemeral(budi, "/kpi lihat pendapatan")

    assert "data_visualization" not in kinds(answer)
    (picture,) = (block for block in answer["blocks"] if block["type"] == "image")
    assert "12 500 000" in picture["alt_text"].replace("\N{NO-BREAK SPACE}", " ")
    stored = company.playground.workspace.files[picture["slack_file"]["id"]]
    assert stored.content is not None
    assert stored.content.startswith(b"\x89PNG")
    assert stored.channels == [], "it stands in the message and nowhere else"

    await budi.click(answer, button(answer, "kpi.showing.share"))

    async def posts() -> list[Json]:
        return [each for each in await ayu.messages(SALES) if each["bot_id"] and not each["ephemeral"]]

    (post,) = await until(posts, "the shared answer")
    (shared,) = (block for block in post["blocks"] if block["type"] == "image")
    assert shared["slack_file"] == picture["slack_file"], "the same chart is uploaded once"
    assert len(company.playground.workspace.files) == 1


async def test_turned_off_nothing_is_drawn(new_company: Open) -> None:
    company = await new_company()
    await company.start_with(DENYUT_CHARTS="off")
    await log_three_months(company)
    budi = await company.person("U0BUDI")
    answer = await ephemeral(budi, "/kpi lihat pendapatan")
    assert not {"data_visualization", "image"} & set(kinds(answer))
    assert company.playground.workspace.files == {}


async def test_a_wrong_wish_is_one_line(new_company: Open) -> None:
    company = await new_company()
    code, output, errors = await company.denyut("run", DENYUT_CHARTS="png")
    assert (code, output) == (2, "")
    assert errors.splitlines() == ["denyut: DENYUT_CHARTS must be one of auto, native, image, off."]


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
async def test_the_switch_is_on_the_playgrounds_page(company: Company) -> None:
    if CHROMIUM is None:
        pytest.skip("no Chromium found: the switch on the page was not tried (install the package 'chromium')")
    await log_three_months(company)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = await browser.new_page(viewport={"width": 1500, "height": 1000})
        page.set_default_timeout(15_000)
        await become(page, company.playground.url, "U0BUDI", SALES)
        await page.get_by_test_id("traffic-toggle").click()
        await page.get_by_text("Make Slack misbehave").click()
        switch = page.get_by_test_id("charts-unknown")
        await expect(switch).not_to_be_checked()
        await switch.check()
        await until(lambda: not company.playground.slack.knows_charts, "the switch")

        answer = await type_command(page, "/kpi lihat pendapatan")

        picture = answer.locator("img.block-image")
        await picture.scroll_into_view_if_needed()
        await expect(picture).to_have_js_property("naturalWidth", 1440)
        await switch.uncheck()
        await until(lambda: company.playground.slack.knows_charts, "the switch back")
        await browser.close()
