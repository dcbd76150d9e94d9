"""Texts that want to be more than texts, on the playground's page: what the bot repeats of them is read, and nothing of
it runs, links or mentions; what people type themselves never becomes markup. The server, the page and Chromium are the
real ones, and the blocks are made as the bot makes them."""

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from bot.playground.server import Playground
from bot.slack.blocks import (
    actions,
    button,
    context,
    escape,
    form,
    header,
    home,
    mrkdwn,
    option,
    plain_section,
    section,
    select,
    table,
)
from tests.hostile.corpus import BY_HAND, ENTITIES, HTML, LINKS, MENTIONS
from tests.playground_page import block_samples as samples
from tests.playground_page.conftest import OpenPage
from tests.playground_page.stand_in_bot import Json, standing_in
from tests.playground_page.test_real_server import MANIFEST, WORKSPACE
from tests.soak import IS_SOAK

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TEXTS = [each for each in BY_HAND if each.strip() and "\0" not in each]
AT_ONCE = 12
FOUND_IN = """root => {
  const every = [root, ...root.querySelectorAll('*')];
  const bad = every.filter(each => ['SCRIPT', 'IFRAME', 'OBJECT', 'EMBED', 'STYLE', 'LINK', 'META', 'BASE']
    .includes(each.tagName.toUpperCase()) || [...each.attributes].some(one => /^on/i.test(one.name)
    || /^\\s*(javascript|data:text)/i.test(one.value)));
  const live = every.filter(each => each.matches('a, .mention, time'));
  return [bad, live].map(found => found.map(each => each.outerHTML.slice(0, 200)));
}"""
"""What in an element could run, and what is a link or a mention."""


@pytest_asyncio.fixture(loop_scope="session")
async def playground() -> AsyncIterator[Playground]:
    now = datetime.fromtimestamp(samples.START, UTC)
    async with Playground(manifest=MANIFEST, workspace=WORKSPACE, port=0, now=now) as running:
        yield running


async def deaf(_client: Any, _kind: str, _payload: Json) -> None:
    """A bot that only acknowledges."""


def batches(size: int = AT_ONCE) -> Iterator[list[str]]:
    for start in range(0, len(TEXTS), size):
        yield TEXTS[start : start + size]


def blocks_of(texts: Sequence[str]) -> list[Json]:
    """Each text in every kind of place where the bot repeats what people wrote."""
    made: list[Json] = []
    for number, text in enumerate(texts):
        shown = text.strip() or "-"
        made += [section(f"“{escape(shown[:900])}”"), context(escape(shown[:900])), plain_section(shown)]
        made += [actions([button(shown, f"b{number}", "v"), select(f"s{number}", [option(shown, "v")])])]
    return made


async def nothing_lives_in(place: Locator) -> None:
    """A script that was kept from running would be an error that `open_at` tells as well."""
    runs, live = await place.evaluate(FOUND_IN)
    assert (runs, live) == ([], [])


async def test_what_the_bot_repeats_is_read_and_no_more(playground: Playground, open_at: OpenPage) -> None:
    """In messages, among them tables, on Home, and in a form."""
    dialogs: list[str] = []
    async with standing_in(playground.api_url, deaf) as client:
        page = await open_at(playground.url, "U0AYU/C0SALES")
        page.on("dialog", lambda dialog: dialogs.append(dialog.message))
        for texts in batches():
            posted = await client.chat_postMessage(channel="C0SALES", text=escape(texts[0]), blocks=blocks_of(texts))
            row = page.locator(f'[data-ts="{posted["ts"]}"] .message-content')
            await expect(row.locator("> .block")).to_have_count(len(texts) * 4)
            await expect(page.get_by_test_id("unknown-block")).to_have_count(0)
            await nothing_lives_in(row)
            cells = table([["Text", "Again"], *[[each, each] for each in texts]])
            posted = await client.chat_postMessage(
                channel="C0SALES", text=escape(texts[-1]), blocks=[header(texts[0].strip() or "-"), cells]
            )
            row = page.locator(f'[data-ts="{posted["ts"]}"] .message-content')
            await expect(row.locator("td, th")).to_have_count(2 * (len(texts) + 1))
            await nothing_lives_in(row)
        homes = await open_at(playground.url, f"U0AYU/{await dm_of(client)}/home")
        for number, texts in enumerate(batches(24)):
            view = home([section(f"Page {number}"), *blocks_of(texts)])
            await client.views_publish(user_id="U0AYU", view=view)
            await expect(homes.get_by_text(f"Page {number}", exact=True)).to_be_visible()
            await nothing_lives_in(homes.get_by_test_id("home"))
    assert dialogs == []
    assert refused_by(playground) == []


def refused_by(playground: Playground) -> list[str]:
    """What Slack would not have taken; that a plain text shows a mention as typed is only a hint, and wished here."""
    return [each.violation for each in playground.violations if not each.violation.startswith("warning: plain_text")]


async def dm_of(client: Any) -> str:
    return str((await client.conversations_open(users=["U0AYU"]))["channel"]["id"])


async def test_a_form_shows_them_too(playground: Playground, open_at: OpenPage) -> None:
    waiting = list(batches(24))

    async def answer(client: Any, kind: str, payload: Json) -> None:
        if kind == "slash_commands":
            number = int(payload["text"])
            shown = form("f", f"Form {number}", blocks_of(waiting[number]), close="Close")
            await client.views_open(trigger_id=payload["trigger_id"], view=shown)

    async with standing_in(playground.api_url, answer):
        page = await open_at(playground.url, "U0AYU/C0SALES")
        for number, _ in enumerate(waiting):
            await page.get_by_test_id("composer-input").fill(f"/kpi {number}")
            await page.keyboard.press("Enter")
            modal = page.get_by_test_id("modal")
            await expect(modal).to_contain_text(f"Form {number}")
            await nothing_lives_in(modal)
            await page.keyboard.press("Escape")
            await expect(modal).to_have_count(0)
    assert refused_by(playground) == []


async def test_what_people_type_never_becomes_markup(playground: Playground, open_at: OpenPage) -> None:
    """Mentions and links are theirs to make; scripts, handlers and frames are nobody's."""
    page = await open_at(playground.url, "U0AYU/C0SALES")
    typed = [each[:3000] for each in (TEXTS if IS_SOAK else [*HTML, *LINKS, *MENTIONS, *ENTITIES])]
    send = """async texts => { const { api } = await import('/web/api.js');
      for (const text of texts) await api.postMessage('U0AYU', 'C0SALES', text); }"""
    await page.evaluate(send, [*typed, "the last one"])
    await expect(page.get_by_test_id("message").last).to_contain_text("the last one")
    runs, _ = await page.locator("body").evaluate(FOUND_IN)
    assert [each for each in runs if not each.startswith('<script type="module" src="')] == []


async def test_what_is_not_escaped_would_be_seen(playground: Playground, open_at: OpenPage) -> None:
    """The control of the tests above: a mention, a link and a ping that a careless bot lets through."""
    careless = [
        {"type": "section", "text": mrkdwn(each)} for each in ("<@U0BOB>", "<!here>", "<https://evil.example|x>")
    ]
    async with standing_in(playground.api_url, deaf) as client:
        page = await open_at(playground.url, "U0AYU/C0SALES")
        posted = await client.chat_postMessage(channel="C0SALES", text="x", blocks=careless)
        row = page.locator(f'[data-ts="{posted["ts"]}"] .message-content')
        await expect(row.locator("> .block")).to_have_count(3)
        _, live = await row.evaluate(FOUND_IN)
        assert len(live) == 3
        await row.evaluate("root => { root.append(document.createElement('iframe')) }")
        runs, _ = await row.evaluate(FOUND_IN)
        assert len(runs) == 1
