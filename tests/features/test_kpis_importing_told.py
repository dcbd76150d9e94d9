"""Who hears of an import: each person whose numbers somebody else imported, once; and what asked for such a value turns
into what became of it, whichever way the value came."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.commands import Request
from bot.domain.api_tokens import ApiToken
from bot.domain.catalogue import Visibility
from bot.domain.entries import Entry
from bot.files import import_kpis
from bot.kpis.api.budget import Budget
from bot.kpis.api.description import ENTRIES_PATH
from bot.kpis.api.endpoints import post_entries
from bot.kpis.api.tokens import digest_of, new_token
from bot.kpis.importing import recording
from storage import UnitOfWork
from tests.features.harness import TEAM as WORKSPACE
from tests.features.harness import Bench, Posted
from tests.features.test_kpis_asking import BOB_MONDAY, own
from tests.features.test_kpis_files import recorded, sent, text_of

AYU, BOB, CITRA, EMMA = "U0AYU", "U0BOB", "U0CITRA", "U0EMMA"
TEAM = (
    "date,revenue,leads,member\n"
    "2026-11-20,1500000,3,U0BOB\n2026-11-21,7,4,U0BOB\n2026-11-20,,5,Citra Halim\n2026-11-20,,6,U0AYU\n"
)
LAST_WEEK = "date,leads,member\n2026-11-25,18,U0BOB\n"


async def heard(denyut: Bench, user: str) -> list[str]:
    await denyut.tick()
    return [each.message.text for each in denyut.dms(user)]


async def asked(denyut: Bench) -> Posted:
    own(denyut, "leads", BOB)
    await denyut.go_to(BOB_MONDAY)
    (dm,) = denyut.dms(BOB)
    assert dm.message.text.startswith("*Leads*, last week (23–29 Nov 2026): what was it?")
    return dm


async def by_form(denyut: Bench, content: str = TEAM, user: str = AYU) -> None:
    await recorded(denyut, await sent(denyut, content, user), user)


def request_of(denyut: Bench, entry: dict[str, str]) -> Request:
    """An entry that another system sends, with a token of Ayu's."""
    token = new_token(WORKSPACE)
    denyut.do(lambda db: db.api_tokens.add(ApiToken("t1", "CRM", AYU, denyut.now), digest_of(token)))
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json", "idempotency-key": "k1"}
    body = json.dumps({"entries": [entry]}).encode()
    return Request("POST", ENTRIES_PATH, headers, body, denyut.services, denyut.now)


async def test_what_took_a_while_to_bring_in_counts_from_when_it_was_all_there(
    denyut: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, began = recording._stage, denyut.now

    def slowly(piece: list[Entry], db: UnitOfWork) -> None:
        real(piece, db)
        denyut.now = began + timedelta(minutes=7)

    form = await sent(denyut, TEAM, AYU)
    monkeypatch.setattr(recording, "_stage", slowly)
    await recorded(denyut, form, AYU)
    found = denyut.do(lambda db: list(db.kpis.between(date.min, date.max)))
    assert {entry.logged_at for entry in found} == {began + timedelta(minutes=7)}
    assert len(found) == 6


class TestTold:
    async def test_each_other_person_once_whatever_the_lines(self, denyut: Bench) -> None:
        await by_form(denyut)
        assert await heard(denyut, BOB) == [
            "<@U0AYU> imported 4 values for you: Leads and Revenue.\n"
            "See them with `/kpi history` and the name of a KPI. If one is not right, you can correct it there."
        ]
        assert (await heard(denyut, CITRA))[0].startswith("<@U0AYU> mengimpor 1 nilai untukmu: Jumlah prospek.")
        assert await heard(denyut, AYU) == [], "who imports sees it in the form"

    async def test_nothing_is_kept_for_somebody_whom_only_the_file_knows(self, denyut: Bench) -> None:
        form = await sent(denyut, f"{TEAM}2026-11-20,,9,U0STRANGER\n", AYU)
        assert "ini bukan orang yang bekerja di workspace ini" in text_of(form)
        assert "submit" not in form
        await recorded(denyut, form, AYU)
        assert denyut.do(lambda db: list(db.kpis.between(date.min, date.max))) == []

    async def test_the_same_again_tells_nothing_more(self, denyut: Bench) -> None:
        form = await sent(denyut, TEAM, AYU)
        for _ in range(2):
            await recorded(denyut, form, AYU)
        await denyut.tick()
        await sent(denyut, TEAM, AYU)
        assert len(await heard(denyut, BOB)) == 1

    async def test_another_import_is_told_of_with_what_is_new_in_it(self, denyut: Bench) -> None:
        await by_form(denyut)
        await heard(denyut, BOB)
        await by_form(denyut, f"{TEAM}2026-11-22,,1,U0BOB\n")
        assert (await heard(denyut, BOB))[1].startswith("<@U0AYU> imported one value for you: Leads.")
        assert len(await heard(denyut, CITRA)) == 1

    async def test_a_kpi_they_may_not_see_is_not_named(self, denyut: Bench) -> None:
        own(denyut, "revenue", AYU, visibility=Visibility.OWNERS, cadence=None)
        await by_form(denyut)
        assert (await heard(denyut, BOB))[0].startswith("<@U0AYU> imported 2 values for you: Leads.")

    async def test_own_numbers_are_no_news(self, denyut: Bench) -> None:
        await by_form(denyut, LAST_WEEK, BOB)
        assert await heard(denyut, BOB) == []


class TestAsked:
    async def test_the_form_turns_it(self, denyut: Bench) -> None:
        dm = await asked(denyut)
        await by_form(denyut, LAST_WEEK)
        await denyut.tick()
        assert dm.message.text == "*Leads*, 23–29 Nov 2026: 18. <@U0AYU> recorded it."

    @pytest.mark.parametrize("day", ["2026-11-22", "2026-11-30"])
    async def test_a_value_of_another_period_does_not(self, denyut: Bench, day: str) -> None:
        dm = await asked(denyut)
        await by_form(denyut, LAST_WEEK.replace("2026-11-25", day))
        await denyut.tick()
        assert "what was it?" in dm.message.text

    async def test_the_command_line_turns_it_and_tells(self, denyut: Bench) -> None:
        dm = await asked(denyut)
        file = denyut.services.settings.data_dir / "week.csv"
        file.write_text(LAST_WEEK, "utf-8")
        settings = denyut.services.settings.model_copy(update={"clock_url": "set"})  # any day may have come
        said = await asyncio.to_thread(import_kpis, settings, file, WORKSPACE)
        assert said.endswith("1 entries recorded, 0 known already.")
        denyut.now = max(denyut.now, datetime.now(UTC))
        await denyut.tick()
        assert dm.message.text.startswith("*Leads*, 23–29 Nov 2026: 18.")
        assert [each.message.text.splitlines()[0] for each in denyut.dms(BOB)[1:]] == [
            "One value was imported for you: Leads."
        ]

    async def test_another_system_turns_it_and_tells_nobody(self, denyut: Bench) -> None:
        dm = await asked(denyut)
        entry = {"kpi": "leads", "value": "18", "on": "2026-11-25", "member": BOB, "id": "crm-1"}
        answer = await post_entries(request_of(denyut, entry), Budget())
        assert answer.status == 201, answer.body
        await denyut.tick()
        assert dm.message.text.startswith("*Leads*, 23–29 Nov 2026: 18.")
        assert denyut.dms(BOB) == [dm]
