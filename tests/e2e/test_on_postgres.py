"""The same bot on PostgreSQL, two copies of it at once: everything happens, and happens once."""

import asyncio
from collections import Counter

import pytest

from bot.playground.actor import text_of
from tests.conftest import Database
from tests.e2e.conftest import READY, SALES, SALES_PEOPLE, Company, Open, Process, buttons, ephemeral, until

SCORE = "survey.score"
MONDAY = {"to": "next monday 09:00", "tz": "Asia/Jakarta"}


@pytest.fixture
def backend() -> str:
    return "postgres"


@pytest.fixture
async def replicated(database: Database, new_company: Open) -> Company:
    """A company whose bot runs twice on one PostgreSQL, with one folder for the keys of open rounds."""
    company: Company = await new_company()
    shared = {**company.settings, "DATABASE_URL": database.url}
    second_folder = company.folder / "second"
    second_folder.mkdir()
    company.bot = Process(company.folder, shared, "run")
    second = Process(second_folder, shared, "run")
    company._stack.push_async_callback(second.kill)
    company._stack.push_async_callback(company.bot.kill)
    for process in (company.bot, second):
        await process.start()
        await process.line(READY)
    await until(lambda: company.playground.connections == 2, "both connections")
    return company


async def test_two_copies_ask_once_and_post_once(replicated: Company) -> None:
    ayu = await replicated.person("U0AYU")
    people = [await replicated.person(each) for each in SALES_PEOPLE]
    await ephemeral(ayu, "/pulse enps #sales")
    await ephemeral(ayu, "/kpi summary #sales weekly mon 09:00")
    await ephemeral(ayu, "/pulse send")

    for person in people:
        question = await person.wait_for_dm(lambda message: any(SCORE in each for each in buttons(message)), 20)
        assert (await person.click(question, f"{SCORE}:9" if person.user_id != "U0LARS" else f"{SCORE}:3"))["ok"]
        await person.wait_for_dm(lambda message: "survey.change" in buttons(message), 20)
    asked = Counter({p.user_id: sum("survey.change" in buttons(each) for each in await p.dm()) for p in people})
    assert set(asked.values()) == {1}

    logged = await asyncio.gather(*(person.command(f"/kpi log leads {n}", SALES) for n, person in enumerate(people, 1)))
    assert all(outcome["ok"] for outcome in logged)
    await ephemeral(ayu, "/pulse close")
    results = await ayu.wait_for_dm(lambda message: "+86" in text_of(message), 20)
    assert "14 dari 14" in text_of(results)

    await replicated.control("clock", **MONDAY)
    post = await ayu.wait_for_message(SALES, lambda message: not message["ephemeral"] and "105" in text_of(message), 20)
    for _ in range(3):
        await replicated.control("clock", advance_seconds=3600)
        await ayu.command("/kpi list", SALES)
    posts = [each for each in await ayu.messages(SALES) if not each["ephemeral"] and each["bot_id"]]
    assert [each["ts"] for each in posts] == [post["ts"]]
