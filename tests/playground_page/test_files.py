"""Files on the real playground: choosing, dropping and removing them in a form, and getting one from a message."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import FilePayload, Page, Route, expect
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.server import Playground
from bot.slack import blocks as kit
from bot.slack.gateway import Gateway
from tests.playground_page.conftest import OpenPage
from tests.playground_page.stand_in_bot import Json, standing_in
from tests.playground_page.test_forms import WORKSPACE
from tests.playground_page.test_real_server import MANIFEST

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ROWS = b"day,revenue\n2026-09-01,12\n"
PIXEL = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
DROP = """([name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name));
  const zone = document.querySelector('[data-testid="file-input"]');
  for (const type of ['dragenter', 'dragover', 'drop'])
    zone.dispatchEvent(new DragEvent(type, {dataTransfer: data, bubbles: true, cancelable: true}));
}"""


def form(most: int = 2) -> Json:
    fields = [
        kit.field("sheet", "Spreadsheet", kit.file_input("v", ["csv", "xlsx"], most), hint="One row a day"),
        kit.field("note", "Note", kit.text_input("v"), optional=True),
        kit.field("often", "How often", kit.radio("v", [kit.option("Once", "o")]), optional=True, dispatch=True),
    ]
    return kit.form("import", "Import", fields, submit="Check", close="Cancel")


def sheet(name: str = "september.csv", content: bytes = ROWS) -> FilePayload:
    return {"name": name, "mimeType": "text/csv", "buffer": content}


@pytest_asyncio.fixture(loop_scope="session")
async def playground() -> AsyncIterator[Playground]:
    async with Playground(manifest=MANIFEST, workspace=WORKSPACE, port=0) as running:
        yield running


@asynccontextmanager
async def importing(
    playground: Playground, open_at: OpenPage, most: int = 2, says: Json | None = None
) -> AsyncIterator[tuple[Page, list[Json]]]:
    """The form with an input for files, open; the bot answers a submit with `says`. Yields the page and what the bot
    heard."""
    heard: list[Json] = []

    async def answer(client: AsyncWebClient, kind: str, payload: Json) -> Json | None:
        if kind == "slash_commands":
            await client.views_open(trigger_id=payload["trigger_id"], view=form(most))
        elif kind == "interactive":
            heard.append(payload)
            if payload["type"] == "block_actions":
                await client.views_update(view_id=payload["view"]["id"], view={**form(most), "title": kit.plain("New")})
                return None
            return says
        return None

    async with standing_in(playground.api_url, answer):
        page = await open_at(playground.url, "U0AYU/C0SALES")
        await page.get_by_test_id("composer-input").fill("/kpi import")
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("modal-title")).to_have_text("Import")
        yield page, heard


def rows(page: Page) -> Any:
    """The chosen files that are on the server."""
    return page.locator('[data-testid="chosen-file"]:not([data-pending])')


def sent(heard: list[Json]) -> list[Json]:
    found: list[Json] = heard[-1]["view"]["state"]["values"]["sheet"]["v"]["files"]
    return found


async def test_chosen_files_are_listed_and_sent(playground: Playground, open_at: OpenPage) -> None:
    async with importing(playground, open_at) as (page, heard):
        await expect(page.get_by_test_id("file-input")).to_contain_text("Up to 2 files, csv or xlsx, 10 MB each")
        await page.get_by_label("Spreadsheet").set_input_files([sheet(), sheet("october.xlsx", b"x" * 2048)])
        await expect(rows(page)).to_have_count(2)
        await expect(rows(page).nth(1)).to_contain_text("2 KB")
        await page.get_by_test_id("modal-submit").click()
        await expect(page.get_by_test_id("modal")).to_have_count(0)
    assert [(file["name"], file["size"], file["user"]) for file in sent(heard)] == [
        ("september.csv", len(ROWS), "U0AYU"),
        ("october.xlsx", 2048, "U0AYU"),
    ]
    gateway = await Gateway.connect("xoxb-playground", playground.api_url)
    assert await gateway.download(sent(heard)[0]["url_private_download"], 1000) == ROWS
    await gateway.close()
    assert playground.violations == []


async def test_a_dropped_file_is_chosen(playground: Playground, open_at: OpenPage) -> None:
    async with importing(playground, open_at) as (page, heard):
        await page.evaluate(DROP, ["dropped.csv", "a,b"])
        await expect(rows(page)).to_contain_text("dropped.csv")
        await page.get_by_test_id("modal-submit").click()
        await expect(page.get_by_test_id("modal")).to_have_count(0)
    assert [file["name"] for file in sent(heard)] == ["dropped.csv"]


async def test_the_keyboard_is_enough(playground: Playground, open_at: OpenPage) -> None:
    async with importing(playground, open_at) as (page, heard):
        chooser = page.get_by_test_id("file-chooser")
        await expect(chooser).to_be_focused()
        async with page.expect_file_chooser(timeout=20_000) as opened:
            await chooser.press("Enter")
        await (await opened.value).set_files([sheet(), sheet("wrong.csv")])
        await expect(rows(page)).to_have_count(2)
        await page.keyboard.press("Tab")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("button", name="Remove wrong.csv")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(rows(page)).to_have_count(1)
        await expect(chooser).to_be_focused()
        await page.get_by_test_id("modal-submit").press("Enter")
        await expect(page.get_by_test_id("modal")).to_have_count(0)
    assert [file["name"] for file in sent(heard)] == ["september.csv"]


@pytest.mark.parametrize(
    ("files", "said", "taken"),
    [
        ([sheet("notes.txt")], "notes.txt is not of the type csv or xlsx.", 0),
        ([sheet("empty.csv", b"")], "empty.csv is empty.", 0),
        ([sheet("big.csv", b"x" * (10 * 1024 * 1024 + 1))], "big.csv is larger than 10 MB.", 0),
        ([sheet(f"{n}.csv") for n in "abc"], "Choose no more than 2 files.", 2),
    ],
    ids=["type", "empty", "size", "number"],
)
async def test_what_is_not_taken_is_said_at_once(
    playground: Playground, open_at: OpenPage, files: list[FilePayload], said: str, taken: int
) -> None:
    async with importing(playground, open_at) as (page, _):
        await page.get_by_test_id("file-chooser").evaluate("node => node.multiple = true")
        await page.get_by_test_id("file-chooser").set_input_files(files)
        await expect(page.get_by_test_id("file-faults")).to_have_text(said)
        await expect(rows(page)).to_have_count(taken)
    assert len(playground.workspace.files) == taken


async def test_one_file_only(playground: Playground, open_at: OpenPage) -> None:
    async with importing(playground, open_at, most=1) as (page, _):
        await expect(page.get_by_test_id("file-input")).to_contain_text("One file, csv or xlsx, at most 10 MB")
        await page.get_by_test_id("file-chooser").set_input_files(sheet())
        await expect(rows(page)).to_have_count(1)
        await page.get_by_test_id("file-chooser").set_input_files(sheet("second.csv"))
        await expect(page.get_by_test_id("file-faults")).to_have_text("Choose no more than 1 file.")


async def test_a_required_file_is_asked_for(playground: Playground, open_at: OpenPage) -> None:
    async with importing(playground, open_at) as (page, heard):
        await page.get_by_test_id("modal-submit").click()
        await expect(page.get_by_test_id("input-error")).to_have_text("Please complete this required field.")
        await expect(page.get_by_test_id("file-chooser")).to_be_focused()
        assert heard == []
        await page.get_by_test_id("file-chooser").set_input_files(sheet())
        await expect(rows(page)).to_have_count(1)
        await page.get_by_test_id("modal-submit").click()
        await expect(page.get_by_test_id("modal")).to_have_count(0)
    assert len(sent(heard)) == 1


async def test_the_form_waits_until_a_file_is_up_also_when_it_changes(
    playground: Playground, open_at: OpenPage
) -> None:
    held: list[Route] = []

    async def hold(route: Route) -> None:
        held.append(route)

    async with importing(playground, open_at) as (page, heard):
        await page.route("**/page/upload*", hold)
        await page.get_by_test_id("file-chooser").set_input_files(sheet())
        await expect(page.get_by_test_id("chosen-file")).to_contain_text("Uploading")
        await page.get_by_test_id("modal-submit").click()
        await expect(page.get_by_test_id("input-error")).to_have_text("Wait until the files are uploaded.")
        await page.get_by_label("Once").check()
        await expect(page.get_by_test_id("modal-title")).to_have_text("New")
        assert sent(heard) == []
        await held[0].continue_()
        await expect(rows(page)).to_contain_text("september.csv")
        await page.get_by_test_id("modal-submit").click()
        await expect(page.get_by_test_id("modal")).to_have_count(0)
    assert len(sent(heard)) == 1


async def test_files_stay_when_the_app_refuses_the_form(playground: Playground, open_at: OpenPage) -> None:
    says = {"response_action": "errors", "errors": {"sheet": "There is no column for days."}}
    async with importing(playground, open_at, says=says) as (page, _):
        await page.get_by_test_id("file-chooser").set_input_files(sheet())
        await expect(rows(page)).to_have_count(1)
        await page.get_by_test_id("modal-submit").click()
        await expect(page.get_by_test_id("input-error")).to_have_text("There is no column for days.")
        await expect(rows(page)).to_contain_text("september.csv")


async def test_a_file_in_a_message_can_be_had(playground: Playground, open_at: OpenPage) -> None:
    gateway = await Gateway.connect("xoxb-playground", playground.api_url)
    await gateway.upload("U0AYU", "KPIs november.xlsx", b"x" * 1536, "Your export")
    page = await open_at(playground.url, "U0AYU/D0AYU")
    card = page.get_by_test_id("file")
    await expect(page.get_by_test_id("message")).to_contain_text("Your export")
    await expect(card).to_contain_text("KPIs november.xlsx")
    await expect(card).to_contain_text("Excel Spreadsheet · 1.5 KB")
    async with page.expect_download() as begun:
        await page.get_by_role("link", name="Download KPIs november.xlsx").click()
    download = await begun.value
    assert download.suggested_filename == "KPIs november.xlsx"
    assert (await download.path()).read_bytes() == b"x" * 1536
    await gateway.close()


async def test_a_picture_is_shown_as_well(playground: Playground, open_at: OpenPage) -> None:
    gateway = await Gateway.connect("xoxb-playground", playground.api_url)
    await gateway.upload("U0AYU", "mood.gif", PIXEL, "")
    page = await open_at(playground.url, "U0AYU/D0AYU")
    picture = page.get_by_test_id("file").get_by_role("img", name="mood.gif")
    await expect(picture).to_have_js_property("naturalWidth", 1)
    await gateway.close()
