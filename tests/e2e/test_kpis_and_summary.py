"""A sales week: values logged in two languages, a target, and the summary on Monday at nine."""

import asyncio
from datetime import timedelta
from decimal import Decimal

from bot.playground.actor import text_of
from tests.e2e.conftest import ROOT, SALES, Company, Json, Open, both_transports, buttons, deliveries, ephemeral, until


def entries(company: Company, state: str = "active") -> list[tuple[str, str, Decimal]]:
    """What is stored; SQLite holds values as ten-thousandths."""
    rows = company.ask(f"SELECT kpi_key, member_id, value FROM entries WHERE state = '{state}' ORDER BY logged_at")
    return [(key, member, Decimal(value) / 10_000) for key, member, value in rows]


def block_types(message: Json) -> set[str]:
    return {block["type"] for block in message["blocks"]}


@both_transports
async def test_values_are_understood_in_the_language_of_who_types_them(company: Company) -> None:
    lars, budi = await company.person("U0LARS"), await company.person("U0BUDI")
    said = text_of(await ephemeral(lars, "/kpi log revenue 2.5M"))
    assert "2,500,000" in said
    said = text_of(await ephemeral(budi, "/kpi catat pendapatan 12,5 jt"))
    assert "12.500.000" in said
    assert entries(company) == [("revenue", "U0LARS", 2_500_000), ("revenue", "U0BUDI", 12_500_000)]


@both_transports
async def test_a_number_that_could_be_two_is_asked_about_and_stored_once(company: Company) -> None:
    lars = await company.person("U0LARS")
    question = await ephemeral(lars, "/kpi log revenue 1.500")
    choices = [each for each in buttons(question) if each.startswith("kpi.value_chosen")]
    assert len(choices) == 2
    assert entries(company) == []
    labels = {
        element["action_id"]: element["text"]["text"]
        for block in question["blocks"]
        for element in block.get("elements", ())
        if element["type"] == "button"
    }
    thousands = next(each for each in choices if "1,500" in labels[each] and "." not in labels[each])
    await asyncio.gather(*(lars.click(question, thousands) for _ in range(2)), return_exceptions=True)
    await until(lambda: entries(company), "the entry")
    assert entries(company) == [("revenue", "U0LARS", 1500)]


async def test_undo_takes_back_and_keeps_what_was(company: Company) -> None:
    budi = await company.person("U0BUDI")
    await ephemeral(budi, "/kpi catat prospek 7")
    logged = await ephemeral(budi, "/kpi catat prospek 8")
    assert "kpi.undo" in " ".join(buttons(logged))
    await ephemeral(budi, "/kpi batalkan")
    assert entries(company) == [("leads", "U0BUDI", 7)]
    assert entries(company, "undone") == [("leads", "U0BUDI", 8)]
    history = text_of(await ephemeral(budi, "/kpi riwayat prospek"))
    assert "7" in history
    assert "8" in history


async def test_the_summary_is_posted_on_monday_at_nine_and_only_once(new_company: Open) -> None:
    company = await new_company()
    code, output, errors = await company.denyut(
        "kpi", "import", str(ROOT / "examples" / "kpi-entries.csv"), "--workspace", "T0SENTOSA"
    )
    assert (code, errors) == (0, ""), output
    await company.start()
    ayu = await company.person("U0AYU")
    assert "1.200.000.000" in text_of(await ephemeral(ayu, "/kpi target pendapatan 1,2 M per minggu"))
    shown = text_of(await ephemeral(ayu, "/kpi lihat pendapatan minggu ini"))
    assert "1.200.000.000" in shown
    await ephemeral(ayu, "/kpi summary #sales weekly mon 09:00")
    assert not [each for each in await ayu.messages(SALES) if each["bot_id"] and not each["ephemeral"]]

    monday = company.playground.clock.now().replace(day=30, hour=1, minute=59, second=30)
    company.playground.clock.move_to(monday)  # half a minute before
    await ephemeral(ayu, "/kpi list")
    assert not await posts(company)
    company.playground.clock.advance(40)
    post = (await until(lambda: posts(company), "the summary"))[0]
    assert {"table", "data_visualization"} <= block_types(post)
    assert "Rp" in text_of(post)
    assert len(post["text"]) > 200  # says it all, for those who have it read to them

    for _ in range(5):
        company.playground.clock.advance(timedelta(hours=3).total_seconds())
        await until(lambda: set(deliveries(company)) <= {"sent", "skipped"}, "an idle bot")
    company.playground.clock.advance(timedelta(days=6, hours=10).total_seconds())
    await until(lambda: posted_twice(company), "the next week's summary")
    assert len(await posts(company)) == 2
    planned = company.ask("SELECT local_date, count(*) FROM occurrences GROUP BY local_date")
    assert planned == [("2026-11-30", 1), ("2026-12-07", 1)]


async def posts(company: Company) -> list[Json]:
    """What the bot posted in #sales for all to see."""
    ayu = await company.person("U0AYU")
    return [each for each in await ayu.messages(SALES) if each["bot_id"] and not each["ephemeral"]]


async def posted_twice(company: Company) -> bool:
    return len(await posts(company)) > 1
