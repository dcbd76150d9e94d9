"""Two colleagues meet every two weeks: set up by a line, an agenda the morning before, notes after it, and the next
agenda carries over what is left."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.playground.actor import Actor, text_of
from tests.e2e.conftest import Company, ephemeral, until

AT = {"agenda": "2026-12-02T09:30+07:00", "over": "2026-12-03T15:10+07:00", "next": "2026-12-16T09:30+07:00"}


def clock_to(company: Company, moment: str) -> None:
    company.playground.clock.move_to(datetime.fromisoformat(AT[moment]))


async def told(person: Actor, words: str, besides: str = "") -> dict[str, Any]:
    """The message of the app that says this, as soon as it is there."""

    def says(message: dict[str, Any]) -> bool:
        return words in text_of(message) and message["ts"] != besides

    return await person.wait_for_dm(says, timeout=20)


def _asks_for(block_id: str) -> Callable[[dict[str, Any]], bool]:
    """The form with this input: what an earlier one turned into may still be on top."""
    return lambda view: any(block["block_id"] == block_id for block in view["blocks"])


async def test_a_talk_every_two_weeks(company: Company) -> None:
    gita, budi = await company.person("U0GITA"), await company.person("U0BUDI")
    answer = await ephemeral(gita, "/checkin 1on1 @budi every 2 weeks thu 14:00")
    assert "Next: Thu 3 Dec, 14:00" in text_of(answer)
    invited = await told(budi, "ingin bertemu rutin denganmu")
    assert (await budi.click(invited, "Tambah poin"))["ok"]
    assert (await budi.submit(await budi.wait_for_view(), {"point": "target akhir tahun"}))["ok"]
    assert "target akhir tahun" not in text_of(await ephemeral(gita, "/checkin 1on1 @budi"))

    clock_to(company, "agenda")
    agenda = await told(gita, "Your one-on-one with")
    assert "target akhir tahun" in text_of(agenda)
    assert "Pertemuan empat matamu dengan" in text_of(await told(budi, "Pertemuan empat matamu dengan"))

    clock_to(company, "over")
    asked = await told(budi, "Bagaimana pertemuan empat matamu")
    assert (await budi.click(asked, "Catat hasilnya"))["ok"]
    written = {"notes": "target naik 10%", "action_1": "kabari toko", "due_1": "2026-12-10"}
    assert (await budi.submit(await budi.wait_for_view(_asks_for("notes")), written))["ok"]
    outcome = await told(gita, "target naik 10%")
    assert "kabari toko" in text_of(outcome)
    assert "1 point carries over" in text_of(outcome)

    clock_to(company, "next")
    following = await told(gita, "Thu 17 Dec, 14:00, 60 minutes")
    assert "Carried over" in text_of(following)
    assert "kabari toko" in text_of(following)


async def test_nobody_else_sees_it(company: Company) -> None:
    gita, ayu = await company.person("U0GITA"), await company.person("U0AYU")
    await ephemeral(gita, "/checkin 1on1 @budi every 2 weeks thu 14:00")
    await until(lambda: company.ask("SELECT 1 FROM one_on_ones"), "the one-on-one")
    assert "Kamu belum punya" in text_of(await ephemeral(ayu, "/checkin empatmata"))
    assert "gita" not in text_of(await ephemeral(ayu, "/checkin empatmata")).casefold()
