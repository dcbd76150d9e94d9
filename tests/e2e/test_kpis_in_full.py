"""A team's months with KPIs of its own: defined, looked after, aimed at, logged in two languages, asked for, corrected,
alerted about, shared, exported, reviewed; and the bot is killed every now and then, right after it confirmed something.
"""

import csv
import json
import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from io import StringIO
from time import monotonic
from typing import Any

import aiohttp
import pytest
from sqlalchemy import create_engine, text

from bot.playground.actor import Actor, ActorError, text_of
from tests.conftest import Database
from tests.e2e.conftest import SALES, Company, Json, Open, buttons, ephemeral, until

TOKEN = re.compile(r"denyut_[A-Z0-9]+_[A-Za-z0-9_-]{43}")
NBSP = "\N{NO-BREAK SPACE}"

LONG_ENOUGH = 1.0
"""Seconds in which a message is sent, if anybody is at it."""


class Team:
    """Ayu leads it and reads Indonesian, Gita looks after the KPI in English, Budi in Indonesian."""

    def __init__(self, company: Company, ayu: Actor, gita: Actor, budi: Actor, settings: dict[str, str]) -> None:
        self.company = company
        self.ayu, self.gita, self.budi = ayu, gita, budi
        self.settings = settings
        self._doubted: dict[tuple[str, str], float] = {}
        self._database = create_engine(settings.get("DATABASE_URL") or f"sqlite:///{company.folder}/data/denyut.db")
        company._stack.callback(self._database.dispose)

    @classmethod
    async def at_work(cls, company: Company, **settings: str) -> "Team":
        """The bot runs with these settings, and listens for HTTP beside whatever Slack uses."""
        settings = {"DENYUT_HTTP_PORT": str(company.bot_port), **settings}
        await company.start_with(**settings)
        people = [await company.person(each) for each in ("U0AYU", "U0GITA", "U0BUDI")]
        return cls(company, *people, settings)

    async def crash(self) -> None:
        """The bot dies at once, whatever it is at, and is started again."""
        await self.company.bot.kill()
        await self.company.start()

    def clock_to(self, moment: str) -> None:
        """A moment in Jakarta."""
        self.company.playground.clock.move_to(datetime.fromisoformat(f"{moment}+07:00"))

    async def message(self, person: Actor, *said: str) -> Json:
        """The newest direct message that says all of this. What was in the middle of being sent when the bot died is
        looked up half a minute later, so the clock goes on."""

        async def look() -> Json | None:
            if self._is_in_doubt():
                self.company.playground.clock.advance(61)
            newest_first = reversed(await person.dm())
            return next((each for each in newest_first if all(part in spoken(each) for part in said)), None)

        try:
            found: Json = await until(look, " … ".join(said))
        except ActorError as missed:
            there = "\n".join(spoken(each) for each in await person.dm())
            raise AssertionError(f"{missed}, but:\n{there}") from None
        return found

    def _is_in_doubt(self) -> bool:
        """Whether a message stays between sent and unsent: one that is only just being sent would lose its lease to a
        clock that runs on under it."""
        with self._database.connect() as connection:
            unclear = "SELECT id, CAST(lease_until AS text) FROM deliveries WHERE state IN ('sending', 'ambiguous')"
            rows = {(row[0], row[1]) for row in connection.execute(text(unclear))}
        now = monotonic()
        self._doubted = {row: self._doubted.get(row, now) for row in rows}
        is_so = any(now - since > LONG_ENOUGH for since in self._doubted.values())
        if is_so:
            self._doubted.clear()
        return is_so

    async def entries(self) -> list[dict[str, str]]:
        """What counts, as the command line exports it beside the running bot."""
        out = self.company.folder / "out.csv"
        code, output, errors = await self.company.denyut("kpi", "export", str(out), **self.settings)
        assert (code, errors) == (0, ""), output
        return list(csv.DictReader(StringIO(out.read_text("utf-8-sig"))))

    async def demos(self) -> list[tuple[str, str, str]]:
        found = await self.entries()
        return [(each["date"], each["value"], each["member"]) for each in found if each["kpi"] == "product_demos"]


def spoken(message: Json) -> str:
    return text_of(message).replace(NBSP, " ")


def button(message: Json, beginning: str) -> str:
    """The one button whose action id begins so."""
    (found,) = (each for each in buttons(message) if each.startswith(beginning))
    return found


async def form(person: Actor, callback_id: str, doing: Awaitable[Json]) -> Json:
    """The form that comes of it."""
    outcome = await doing
    assert outcome["ok"], outcome
    return await person.wait_for_view(lambda view: view["callback_id"] == callback_id, timeout=20)


async def done(person: Actor, view: Json) -> None:
    """Closes a form and whatever is below it."""
    await person.close(view)
    for left in reversed(await person.views()):
        await person.close(left)


async def define(team: Team) -> None:
    """A KPI that is typed in, one that is made of it, and one that nobody looks after."""
    gita = team.gita
    asked = await form(gita, "kpi.define.form", gita.command("/kpi define Product demos"))
    made = await form(gita, "kpi.define.done_note", gita.submit(asked, {"name.id": "Demo produk"}))
    await team.crash()
    assert "Product demos" in spoken(made)
    await done(gita, made)

    asked = await form(gita, "kpi.define.form", gita.command("/kpi define Demos per deal"))
    await gita.choose(asked, "kpi.define.source", "computed", state={})
    asked = await gita.wait_for_view(lambda view: "formula" in [each["block_id"] for each in view["blocks"]])
    refused = await gita.submit(asked, {"name.en": "Demos per deal", "formula": "product demos / luck"})
    assert "formula" in refused["errors"]
    typed = {"name.en": "Demos per deal", "name.id": "Demo per deal", "formula": "product demos / deals won"}
    made = await form(gita, "kpi.define.done_note", gita.submit(asked, {**typed, "measure": "number"}))
    assert "product demos / deals won" in spoken(made)
    await done(gita, made)

    asked = await form(team.budi, "kpi.define.form", team.budi.command("/kpi definisikan Kunjungan toko"))
    made = await form(team.budi, "kpi.define.done_note", team.budi.submit(asked, {"name.en": "Store visits"}))
    await done(team.budi, made)


async def look_after(team: Team) -> None:
    """Owners and a rhythm; the target by the form, which says what is missing."""
    gita, ayu = team.gita, team.ayu
    asked = await form(gita, "kpi.define.form", gita.command("/kpi define product demos"))
    decided = await form(gita, "kpi.settings.form", gita.click(asked, "kpi.settings.opened"))
    chosen = {"owners": ["U0GITA", "U0BUDI"], "cadence": "weekly"}
    made = await form(gita, "kpi.settings.done_note", gita.submit(decided, chosen))
    assert "<@U0GITA>" in spoken(made)
    await done(gita, made)

    first = await form(ayu, "kpi.target_form", ayu.command("/kpi target demo produk"))
    refused = await ayu.submit(first, {"value": "banyak", "period": "week"})
    assert list(refused["errors"]) == ["value"]
    typed = {"value": "100", "period": "week"}
    second = await form(ayu, "kpi.target_checked_form", ayu.submit(first, typed))
    assert (await ayu.submit(second, {"why": "Demo menjual"}))["ok"]
    await team.crash()
    assert "Target: 100" in spoken(await ephemeral(gita, "/kpi list"))


async def log_and_share(team: Team) -> None:
    gita, budi = team.gita, team.budi
    assert "12" in spoken(await ephemeral(gita, "/kpi log product demos 12 on 2026-11-19 note at PT Maju"))
    said = spoken(await ephemeral(budi, "/kpi catat demo produk 85 pada 18/11"))
    await team.crash()
    assert "85" in said
    await ephemeral(budi, "/kpi catat kunjungan toko 3")
    await ephemeral(gita, "/kpi log deals won 5 last friday")
    await ephemeral(gita, "/kpi log revenue 1.500")
    assert await team.demos() == [("2026-11-18", "85", "U0BUDI"), ("2026-11-19", "12", "U0GITA")]
    assert "revenue" not in [each["kpi"] for each in await team.entries()], "1.500 was asked about"

    # 97 demos over 5 deals
    answer = await ephemeral(gita, "/kpi show demos per deal last week")
    assert re.search("Demos per deal, last week.*: 19.4", spoken(answer))
    assert "97 product demos / 5 deals won" in spoken(answer)
    assert ": 19,4 (" in spoken(await ephemeral(budi, "/kpi lihat demo per deal minggu lalu"))
    assert not await posts(team)
    await gita.click(answer, button(answer, "kpi.showing.share"))
    (post,) = await until(lambda: posts(team), "the shared answer")
    assert "<@U0GITA>" in spoken(post)
    assert "19" in spoken(post)


async def posts(team: Team) -> list[Json]:
    return [each for each in await team.budi.messages(SALES) if each["bot_id"] and not each["ephemeral"]]


async def log_from_outside(team: Team) -> None:
    """Another system logs; the answer it got still holds after the bot died, and a revoked token is worth nothing."""
    ayu = team.ayu
    listed = await ephemeral(ayu, "/kpi token")
    asked = await form(ayu, "kpi.api.token_form", ayu.click(listed, "kpi.api.token_new"))
    made = await form(ayu, "kpi.api.token_made", ayu.submit(asked, {"name": "CRM"}))
    (token,) = TOKEN.findall(json.dumps(made["blocks"]))
    await done(ayu, made)
    body = {"kpi": "product_demos", "value": 4, "member": "U0GITA", "on": "2026-11-17"}
    status, first = await call(team, token, body)
    await team.crash()
    assert status == 201, first
    assert await call(team, token, body) == (200, first)
    assert await team.demos() == [
        ("2026-11-17", "4", "U0GITA"),
        ("2026-11-18", "85", "U0BUDI"),
        ("2026-11-19", "12", "U0GITA"),
    ]
    listed = await ephemeral(ayu, "/kpi token")
    revoke = next(each for each in accessories(listed) if each.startswith("kpi.api.token_revoke"))
    await ayu.click(listed, revoke)
    assert (await call(team, token, {**body, "value": 9}, key="crm-2"))[0] == 401
    assert len(await team.demos()) == 3


async def call(team: Team, token: str, body: Json, key: str = "crm-1") -> tuple[int, Any]:
    headers = {"authorization": f"Bearer {token}", "idempotency-key": key}
    url = f"http://127.0.0.1:{team.company.bot_port}/api/v1/kpi-entries"
    async with aiohttp.request("POST", url, json=body, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


def accessories(message: Json) -> list[str]:
    """The action ids of a message's buttons, also of those beside a text."""
    beside = [block.get("accessory") or {} for block in message["blocks"] or ()]
    return [*buttons(message), *(each["action_id"] for each in beside if each.get("type") == "button")]


async def asked_on_monday(team: Team) -> None:
    """Both owners are asked; one answers by the form, and the bot dies. Then the value is put right."""
    gita, budi = team.gita, team.budi
    team.clock_to("2026-11-30T09:00")
    question = await team.message(gita, "*Product demos*, last week", "what was it?")
    await team.message(budi, "*Demo produk*, minggu lalu", "berapa nilainya?")
    asked = await form(gita, "kpi.asking.form", gita.click(question, button(question, "kpi.asking.opened")))
    typed = {"kpi.value_input": "7", "kpi.day_input": "2026-11-27", "kpi.note_input": "two calls more"}
    assert (await gita.submit(asked, typed))["ok"]
    await team.crash()
    assert ("2026-11-27", "7", "U0GITA") in await team.demos()
    for left in reversed(await gita.views()):
        await gita.close(left)
    await team.message(gita, "Product demos", ": 7", "<@U0GITA>")
    declined = await team.message(budi, "Demo produk", ": 7", "<@U0GITA>")
    assert not [each for each in buttons(declined) if each.startswith("kpi.asking")], "the other owner need not answer"

    history = await ephemeral(gita, "/kpi history product demos")
    picked = await form(gita, "kpi.correcting.pick_form", gita.click(history, "kpi.correcting.change_opened"))
    (chooser,) = (block["element"] for block in picked["blocks"] if block["block_id"] == "kpi.entry_input")
    seven = next(each["value"] for each in chooser["options"] if "27 Nov" in each["text"]["text"])
    wrong = await form(gita, "kpi.correcting.form", gita.submit(picked, {"kpi.entry_input": seven}))
    assert "kpi.why_input" in (await gita.submit(wrong, {"kpi.value_input": "8", "kpi.why_input": " "}))["errors"]
    right = {"kpi.value_input": "8", "kpi.why_input": "miscounted"}
    assert (await gita.submit(wrong, right))["ok"]
    await team.crash()
    for left in reversed(await gita.views()):
        await gita.close(left)
    assert ("2026-11-27", "8", "U0GITA") in await team.demos()
    told = spoken(await ephemeral(budi, "/kpi riwayat demo produk"))
    assert "miscounted" in told
    assert "7" in told
    assert "8" in told


async def alerted(team: Team) -> None:
    """By Wednesday 40 of 100 are expected; 10 are there. On Thursday 80 are, of 60."""
    gita, budi = team.gita, team.budi
    await ephemeral(gita, "/kpi log product demos 10")
    assert not [each for each in await gita.dm() if "is at risk" in spoken(each)]
    team.clock_to("2026-12-02T09:00")
    alert = await team.message(gita, "*Product demos* is at risk", ": 10")
    await team.message(budi, "*Demo produk* berisiko")
    noting = await form(gita, "kpi.alert_note_form", gita.click(alert, button(alert, "kpi.alert_note:reason")))
    assert (await gita.submit(noting, {"note": "two people were ill"}))["ok"]
    await team.message(gita, "two people were ill")
    await ephemeral(budi, "/kpi catat demo produk 70")
    await team.crash()
    team.clock_to("2026-12-03T09:00")
    await team.message(gita, "*Product demos* is back on track", ": 80")
    await team.message(budi, "*Demo produk* kembali sesuai rencana")


async def exported(team: Team) -> None:
    budi = team.budi
    await ephemeral(budi, "/kpi ekspor csv")
    message = await budi.wait_for_dm(lambda each: any(file["name"].endswith("csv") for file in each["files"] or ()), 20)
    (file,) = message["files"]
    rows = list(csv.DictReader(StringIO((await budi.download(file)).decode("utf-8-sig"))))
    assert rows == await team.entries()
    assert sum(int(each["value"]) for each in rows if each["kpi"] == "product_demos") == 4 + 85 + 12 + 8 + 10 + 70


async def reviewed(team: Team) -> None:
    """A quarter on: one is still right, another one has had its time."""
    gita, budi = team.gita, team.budi
    team.clock_to("2027-03-01T10:00")
    due = await team.message(budi, "*Kunjungan toko*")
    kept = await form(budi, "kpi.review.keep_form", budi.click(due, "kpi.review.keep:store_visits"))
    made = await form(budi, "kpi.review.done_note", budi.submit(kept, {"reason": "masih dipakai"}))
    await done(budi, made)
    due = await team.message(gita, "quarterly review", "*Product demos*", "70")
    retiring = await form(gita, "kpi.review.retire_form", gita.click(due, "kpi.review.retire:product_demos"))
    made = await form(gita, "kpi.review.done_note", gita.submit(retiring, {"reason": "we count deals instead"}))
    await team.crash()
    await done(gita, made)
    listed = spoken(await ephemeral(gita, "/kpi list"))
    assert "Store visits" in listed
    refused = spoken(await ephemeral(gita, "/kpi log product demos 3"))
    assert "retired" in refused
    assert len(await team.demos()) == 6, "what was logged stays"


Step = Callable[[Team], Awaitable[None]]
OVER_HTTP: tuple[Step, ...] = (define, look_after, log_and_share, asked_on_monday)
"""What Slack brings in: commands, forms, clicks."""
STEPS: tuple[Step, ...] = (
    define,
    look_after,
    log_and_share,
    log_from_outside,
    asked_on_monday,
    alerted,
    exported,
    reviewed,
)


@pytest.mark.parametrize(("transport", "steps"), [("socket", STEPS), ("http", OVER_HTTP)], ids=["socket", "http"])
async def test_a_team_lives_with_its_kpis(new_company: Open, transport: str, steps: tuple[Step, ...]) -> None:
    team = await Team.at_work(await new_company(transport))
    for step in steps:
        await step(team)


class TestOnPostgres:
    @pytest.fixture
    def backend(self) -> str:
        return "postgres"

    async def test_a_team_lives_with_its_kpis(self, new_company: Open, database: Database) -> None:
        team = await Team.at_work(await new_company("socket"), DATABASE_URL=database.url)
        for step in STEPS:
            await step(team)
