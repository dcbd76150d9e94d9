"""Weeks of a team with the bot as a process of its own: the summary from its form to a correction, also where the bot
is killed in between; a stand-up up to the promise and its reminder; a one-on-one of which nobody else learns."""

from datetime import datetime

from bot.playground.actor import Actor, text_of
from tests.e2e.conftest import SALES, Company, Json, both_transports, buttons, deliveries, ephemeral, until

MONDAY = "2026-11-30T09:00:05+07:00"
LEADS = {
    "U0BUDI": {"2026-11-04": 10, "2026-11-11": 11, "2026-11-18": 12, "2026-11-25": 13},
    "U0DEWI": {"2026-11-11": 7, "2026-11-18": 8},
}
OTHERS = ("orders", "deals_won", "new_customers", "meetings_held", "calls_held", "website_traffic")
"""With them there are more KPIs than a post shows: the rest goes into its thread."""


def clock_to(company: Company, moment: str) -> None:
    company.playground.clock.move_to(datetime.fromisoformat(moment))


async def posts(company: Company, words: str = "Ringkasan") -> list[Json]:
    """What stands in #sales for all to see and says this."""
    ayu = await company.person("U0AYU")
    messages = await ayu.messages(SALES)
    return [each for each in messages if each["bot_id"] and not each["ephemeral"] and words in text_of(each)]


async def told(person: Actor, *words: str) -> Json:
    """The app's message that says all of this, once it is there."""
    return await person.wait_for_dm(lambda message: all(each in text_of(message) for each in words), timeout=20)


async def log_the_last_weeks(company: Company) -> None:
    for who, values in LEADS.items():
        person = await company.person(who)
        for day, value in values.items():
            await ephemeral(person, f"/kpi log leads {value} on {day}")
    rizky = await company.person("U0RIZKY")
    for number, kpi in enumerate(OTHERS, start=1):
        await ephemeral(rizky, f"/kpi log {kpi} {number} on 2026-11-25")


async def set_up_by_form(company: Company) -> None:
    """A weekly summary for #sales by the form, after a test post."""
    ayu = await company.person("U0AYU")
    await ayu.command("/kpi ringkasan baru", SALES)
    form = await ayu.wait_for_view()
    assert (await ayu.click(form, "summary.tried"))["ok"]
    trial = await told(ayu, "Uji coba: tidak dikirim ke", "Jumlah prospek")
    assert not await posts(company)
    assert company.ask("SELECT count(*) FROM summaries") == [(0,)], "a test saves nothing"
    form = await ayu.wait_for_view(lambda view: "Belum ada yang tersimpan" in text_of(view))
    assert (await ayu.submit(form))["ok"]
    await until(lambda: company.ask("SELECT 1 FROM summaries"), "the summary")
    assert trial["channel"] != SALES


async def thread_of(company: Company, post: Json) -> list[Json]:
    ayu = await company.person("U0AYU")
    return (await ayu.messages(SALES, post["ts"]))[1:]


@both_transports
async def test_a_summary_from_its_form_to_a_correction(company: Company) -> None:
    ayu, dewi = await company.person("U0AYU"), await company.person("U0DEWI")
    await log_the_last_weeks(company)
    await set_up_by_form(company)
    clock_to(company, "2026-11-30T08:59:30+07:00")
    await ephemeral(ayu, "/kpi ringkasan")
    assert not await posts(company)

    clock_to(company, MONDAY)
    post = (await until(lambda: posts(company), "the summary"))[0]
    assert "Ringkasan minggu 23–29 Nov" in text_of(post)
    assert "Jumlah prospek" in text_of(post)
    assert "Dewi" not in text_of(post)
    await until(lambda: thread_of(company, post), "the details in its thread")
    names = await told(ayu, "Masih ditunggu untuk ringkasan")
    assert "Dewi Anggraini" in text_of(names)
    assert "Budi" not in text_of(names)

    await ephemeral(dewi, "/kpi log leads 9 on 2026-11-27")
    company.playground.clock.advance(61)
    corrected = (await until(lambda: posts(company, "Dikoreksi"), "the correction"))[0]
    assert corrected["ts"] == post["ts"]
    assert "tadinya 13, sekarang 22" in text_of(corrected)
    assert len(await posts(company)) == 1
    assert len(await thread_of(company, post)) == 1
    await ephemeral(await company.person("U0BUDI"), "/kpi ringkasan")
    assert "Masih ditunggu" not in "".join(map(text_of, await (await company.person("U0BUDI")).dm()))


async def test_killed_while_posting_the_summary_is_there_once(company: Company) -> None:
    ayu = await company.person("U0AYU")
    await log_the_last_weeks(company)
    await ephemeral(ayu, "/kpi ringkasan #sales mingguan senin 09:00")
    # the post and the note to the lead arrive, and looking them up takes longer than the bot lives
    await company.control("faults", method="chat.postMessage", kind="drop_after", times=2)
    await company.control("faults", method="conversations.history", kind="slow", seconds=5, times=10)
    clock_to(company, MONDAY)
    await until(lambda: posts(company), "the post")
    await company.bot.kill()
    assert state_of(company, "summaries.post") in ("sending", "ambiguous"), "it was to be killed before it knew"

    company.playground.slack.faults.clear()
    await company.start()

    async def is_known() -> bool:
        states = deliveries(company)
        if states.get("due") or states.get("ambiguous"):  # while one is being sent its lease must not run out
            company.playground.clock.advance(31)  # whose outcome is not known is looked up after a while
        return state_of(company, "summaries.post") == state_of(company, "summaries.details") == "sent"

    await until(is_known, "that it is known to be sent")
    there = await posts(company)
    assert len(there) == 1
    assert len(await thread_of(company, there[0])) == 1
    notes = [each for each in await ayu.dm() if "Masih ditunggu" in text_of(each)]
    assert len(notes) <= 1


def state_of(company: Company, purpose: str) -> str:
    found = company.ask(f"SELECT state FROM deliveries WHERE purpose = '{purpose}'")
    return str(found[0][0]) if found else ""


def asks(message: Json) -> bool:
    return "checkin.answer_opened" in str(message["blocks"])


async def answer(person: Actor, **given: str) -> None:
    question = await person.wait_for_dm(asks, timeout=20)
    await person.click(question, "checkin.answer_opened")
    form = await person.wait_for_view(lambda view: view["callback_id"] == "checkin.form")
    assert (await person.submit(form, given))["ok"]


async def test_a_stand_up_up_to_the_morning_of_the_promise(company: Company) -> None:
    ayu, budi = await company.person("U0AYU"), await company.person("U0BUDI")
    gita, citra = await company.person("U0GITA"), await company.person("U0CITRA")
    await ephemeral(ayu, "/checkin tim #sales standup 09:00 tayang 11:00")
    clock_to(company, "2026-11-27T09:00:05+07:00")
    await answer(budi, progress="Dua demo dijadwalkan", blocker="Sampel belum datang")
    await answer(gita, progress="Called every reseller")
    await until(lambda: company.ask("SELECT count(*) FROM checkin_answers") == [(2,)], "both answers")
    assert not await posts(company, "Sampel belum datang")

    clock_to(company, "2026-11-27T11:00:05+07:00")
    post = (await until(lambda: posts(company, "Sampel belum datang"), "the post"))[0]
    assert "Called every reseller" in text_of(post)
    await citra.click(post, button_of(post, "checkin.blocker_taken"))
    await told(budi, "U0CITRA", "Sampel belum datang")
    listed = await ephemeral(citra, "/checkin aksi")
    assert "Sampel belum datang" in text_of(listed)
    assert "Sen 30 Nov" in text_of(listed)
    assert "Sampel belum datang" not in text_of(await ephemeral(gita, "/checkin actions"))
    changed = (await until(lambda: posts(company, "yang membantu"), "who helps"))[0]
    assert changed["ts"] == post["ts"]

    clock_to(company, MONDAY)
    reminder = await told(citra, "Janjimu untuk hari ini", "Sampel belum datang")
    await citra.click(reminder, button_of(reminder, "action.done"))
    await until(lambda: company.ask("SELECT state FROM actions") == [("done",)], "that it is done")
    assert len(await posts(company, "Sampel belum datang")) == 1


def button_of(message: Json, name: str) -> str:
    """The first button of a handler, wherever in the message it stands."""
    beside = [block["accessory"]["action_id"] for block in message["blocks"] if "accessory" in block]
    return next(each for each in (*beside, *buttons(message)) if each.split(":")[0] == name)


async def test_of_a_one_on_one_only_the_two_learn(company: Company) -> None:
    """Vina is an admin, and Ayu owns the workspace."""
    gita, budi = await company.person("U0GITA"), await company.person("U0BUDI")
    await ephemeral(gita, "/checkin 1on1 @budi every 2 weeks thu 14:00")
    await ephemeral(budi, "/checkin empatmata @gita poin Rahasia pertama")
    clock_to(company, "2026-12-02T09:30:00+07:00")
    await told(gita, "Your one-on-one with", "Rahasia pertama")
    await told(budi, "Pertemuan empat matamu dengan", "Rahasia pertama")
    clock_to(company, "2026-12-03T15:10:00+07:00")
    asked = await told(gita, "How did your one-on-one")
    await gita.click(asked, "oneonone.write")
    written = {"notes": "Rahasia kedua", "action_1": "Rahasia ketiga", "owner_1": "U0BUDI", "due_1": "2026-12-09"}
    assert (await gita.submit(await gita.wait_for_view(), written))["ok"]
    await told(budi, "Rahasia kedua", "Rahasia ketiga")

    assert "Rahasia ketiga" in await everything_of(budi, "/checkin aksi", "/checkin empatmata @gita")
    for who in ("U0VINA", "U0AYU"):
        other = await company.person(who)
        found = await everything_of(
            other, "/checkin aksi", "/checkin empatmata", "/checkin empatmata @gita agenda", "/checkin empatmata @budi"
        )
        assert "rahasia" not in found.casefold()
        assert "Gita" not in found


async def everything_of(person: Actor, *commands: str) -> str:
    """What somebody sees on Home, gets as answers, and was sent by the app."""
    for command in commands:
        assert (await person.command(command))["ok"]
    await person.open_home()
    home = await person.wait_for_home()
    dms = await person.wait_for(lambda: sent_at_least(person, len(commands)), what="the answers")
    return "\n".join(map(text_of, (home, *dms, *await person.views())))


async def sent_at_least(person: Actor, count: int) -> list[Json]:
    dms = await person.dm()
    views = await person.views()
    return dms if len([each for each in dms if each["ephemeral"]]) + len(views) >= count else []
