"""Whatever somebody types gets one clear private sentence, and changes nothing."""

import re

import pytest

from bot.playground.actor import text_of
from tests.e2e.conftest import Company, ephemeral

LINES = (
    "/kpi flurb",
    "/kpi lgo revenue 5",
    "/kpi log revnue 5",
    "/kpi log happiness 5",
    "/kpi log revenue",
    "/kpi log revenue lots",
    "/kpi log revenue NaN",
    "/kpi log revenue 1e400",
    "/kpi log revenue 99999999999999999999999999",
    "/kpi log revenue 0.123456789",
    "/kpi log revenue 12 apples",
    "/kpi log revenue 5 on the 32nd",
    "/kpi log revenue 5 on 2031-01-01",
    "/kpi log revenue 5 on 1871-01-01",
    "/kpi log revenue 5 for nobody",
    "/kpi log revenue 5 for @U0NOBODY",
    "/kpi log leads 5 %",
    "/kpi log conversion rate 5",
    "/kpi catat pendapatan banyak",
    "/kpi catat pendapatan 5 pada besok lusa",
    "/kpi catat 💥 5",
    "/kpi log revenue ' OR 1=1; --",
    "/kpi log <!channel> 5",
    "/kpi log revenue " + "9" * 2000,
    "/kpi log revenue 5 note " + "x" * 5000,
    "/kpi log \x00 5",
    "/kpi show happiness",
    "/kpi show revenue some day",
    "/kpi show revenue by planet",
    "/kpi lihat pendapatan per planet",
    "/kpi history",
    "/kpi history everything",
    "/kpi undo everything",
    "/kpi list everything",
    "/kpi target revenue per week",
    "/kpi target revenue -5 per week",
    "/kpi target revenue 5 per decade",
    "/kpi target revenue 5 by yesterday",
    "/kpi target pendapatan seribu per minggu",
    "/kpi summary #nowhere",
    "/kpi summary #sales hourly",
    "/kpi summary #sales weekly flurbday 09:00",
    "/kpi summary #sales weekly mon 25:61",
    "/pulse flurb",
    "/pulse enps nowhere",
    "/pulse enps #sales sometimes",
    "/pulse enps #sales weekly 99:99",
    "/pulse send nothing",
    "/pulse kirim entah",
    "/pulse close",
    "/pulse results",
    "/pulse pause nothing",
    "/pulse delete",
    "/pulse hapus " + "y" * 3000,
    "/checkin flurb",
    "/checkin language klingon",
    "/checkin bahasa jawa",
    "/checkin timezone Mars/Olympus",
    "/checkin timezone ../../etc/passwd",
    "/checkin away yesterday",
    "/checkin away 2026-12-24 2026-12-01",
)
REFERENCE = re.compile(r"\b[0-9a-f]{6}\b")


@pytest.mark.parametrize(
    ("company", "user_id"), [("socket", "U0BUDI"), ("http", "U0LARS")], indirect=["company"], ids=["id", "en"]
)
async def test_absurd_lines_get_one_sentence_and_store_nothing(company: Company, user_id: str) -> None:
    person = await company.person(user_id)
    before = {name: count for name, count in company.rows().items() if name != "handled"}
    found = []
    for line in LINES:
        text = text_of(await ephemeral(person, line))
        after = {name: count for name, count in company.rows().items() if name != "handled"}
        if not text.strip() or "Traceback" in text or any(each not in line for each in REFERENCE.findall(text)):
            found.append((line[:60], text[:200]))
        if after != before:
            found.append((line[:60], f"stored: {[name for name in after if after[name] != before.get(name)]}"))
            before = after
    assert found == []
    member = company.ask(f"SELECT language, zone FROM members WHERE id = '{user_id}'")
    assert member == [(None, None)] or member == [("", "")], member
