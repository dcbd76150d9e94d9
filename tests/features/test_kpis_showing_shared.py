"""Sharing an answer into the channel: once, in the sharer's language, with the figures everybody may see."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.catalogue import KpiSettings, Visibility
from bot.domain.entries import Entry
from bot.slack import ids
from tests.features.conftest import THURSDAY
from tests.features.harness import Answer, Bench
from tests.features.test_kpis_showing import NOW, aim, chart, grid, log

SHARE = {"en": "Share here", "id": "Bagikan di sini"}
HIDDEN = KpiSettings(owners=("U0BOB",), visibility=Visibility.OWNERS)


def buttons(answer: Answer) -> dict[str, dict[str, Any]]:
    blocks = (block for block in answer.blocks if block["type"] == "actions")
    return {element["text"]["text"]: element for block in blocks for element in block["elements"]}


def hide(denyut: Bench, kpi: str) -> None:
    denyut.do(lambda db: db.catalogue.set_settings(kpi, HIDDEN))


async def test_the_answer_is_posted_into_the_channel_it_was_asked_in(denyut: Bench) -> None:
    log(denyut, "leads", ("2026-11-24", 5), ("2026-11-17", 4))
    private = await denyut.command("/kpi show leads", user="U0BOB")
    assert denyut.posts("C0SALES") == []
    await denyut.press(private, "Share here", user="U0BOB")
    await denyut.tick()
    (posted,) = denyut.posts("C0SALES")
    assert posted.message.text == f"{private.text}\nShared by <@U0BOB>."
    assert [block["type"] for block in posted.message.blocks] == ["section", "section", "data_visualization", "context"]


async def test_the_one_who_shared_keeps_the_answer_without_its_button(denyut: Bench) -> None:
    log(denyut, "leads", ("2026-11-24", 5))
    private = await denyut.command("/kpi show leads", user="U0BOB")
    await denyut.press(private, "Share here", user="U0BOB")
    _, message, replaced = denyut.slack.responses[-1]
    assert replaced
    assert message.text == f"{private.text}\nShared: it appears in this channel in a moment."
    assert not any(block["type"] == "actions" for block in message.blocks)


async def test_it_is_in_the_language_of_the_one_who_shared(denyut: Bench) -> None:
    log(denyut, "leads", ("2026-11-24", 5))
    await denyut.press(await denyut.command("/kpi lihat prospek", user="U0CITRA"), SHARE["id"], user="U0CITRA")
    await denyut.tick()
    (posted,) = denyut.posts("C0SALES")
    assert posted.message.text.startswith("Jumlah prospek, minggu ini: 5")
    assert posted.message.text.endswith("Dibagikan oleh <@U0CITRA>.")


async def test_several_and_all_of_them_are_shared_as_they_were_shown(denyut: Bench) -> None:
    log(denyut, "leads", ("2026-11-17", 4), ("2026-11-24", 5))
    log(denyut, "revenue", ("2026-11-24", 500))
    for line in ("/kpi show leads, revenue this month", "/kpi show last 3 weeks", "/kpi show leads by week"):
        private = await denyut.command(line, user="U0BOB")
        await denyut.press(private, "Share here", user="U0BOB")
        await denyut.tick()
        posted = denyut.posts("C0SALES")[-1]
        assert posted.message.text == f"{private.text}\nShared by <@U0BOB>."
        assert not any(block["type"] == "actions" for block in posted.message.blocks)
    assert len(denyut.posts("C0SALES")) == 3


async def test_figures_are_those_of_the_moment_it_is_posted(denyut: Bench) -> None:
    log(denyut, "leads", ("2026-11-24", 5))
    private = await denyut.command("/kpi show leads", user="U0BOB")
    log(denyut, "leads", ("2026-11-25", 6), member="U0EMMA")
    await denyut.press(private, "Share here", user="U0BOB")
    await denyut.tick()
    assert "Leads, this week: 11" in denyut.posts("C0SALES")[0].message.text


async def test_the_period_stays_the_one_that_was_shown(denyut: Bench) -> None:
    log(denyut, "leads", ("2026-11-24", 5))
    private = await denyut.command("/kpi show leads this week", user="U0BOB")
    denyut.now = THURSDAY + timedelta(days=7)
    await denyut.press(private, "Share here", user="U0BOB")
    await denyut.tick()
    assert "Leads, last week: 5 (23–29 Nov 2026)" in denyut.posts("C0SALES")[0].message.text


class TestOnce:
    async def test_pressed_twice_it_is_posted_once(self, denyut: Bench) -> None:
        private = await denyut.command("/kpi show leads", user="U0BOB")
        for _ in range(2):
            await denyut.press(private, "Share here", user="U0BOB")
            await denyut.tick()
        assert len(denyut.posts("C0SALES")) == 1

    async def test_a_press_that_slack_delivers_twice_is_posted_once(self, denyut: Bench) -> None:
        button = buttons(await denyut.command("/kpi show leads", user="U0BOB"))["Share here"]
        for _ in range(2):
            await denyut.click(button["action_id"], button["value"], user="U0BOB", trigger="the same")
            await denyut.tick()
        assert len(denyut.posts("C0SALES")) == 1

    async def test_asked_anew_it_can_be_shared_anew(self, denyut: Bench) -> None:
        for _ in range(2):
            await denyut.press(await denyut.command("/kpi show leads", user="U0BOB"), "Share here", user="U0BOB")
            await denyut.tick()
        assert len(denyut.posts("C0SALES")) == 2


class TestWhereItCannotBePosted:
    async def test_a_channel_without_the_bot_brings_word_of_what_to_do_and_then_works(self, denyut: Bench) -> None:
        private = await denyut.command("/kpi show leads", user="U0BOB")
        denyut.slack.refusals["C0SALES"] = "not_in_channel"
        await denyut.press(private, "Share here", user="U0BOB")
        await denyut.tick()
        assert denyut.posts("C0SALES") == []
        (told,) = denyut.dms("U0BOB")
        assert "<#C0SALES>" in told.message.text
        assert "/invite" in told.message.text
        del denyut.slack.refusals["C0SALES"]
        await denyut.press(private, "Share here", user="U0BOB")
        await denyut.tick()
        assert len(denyut.posts("C0SALES")) == 1

    async def test_two_presses_after_one_that_failed_post_it_once(self, denyut: Bench) -> None:
        private = await denyut.command("/kpi show leads", user="U0BOB")
        for _ in range(2):
            denyut.slack.refusals["C0SALES"] = "not_in_channel"
            await denyut.press(private, "Share here", user="U0BOB")
            await denyut.tick()
        del denyut.slack.refusals["C0SALES"]
        for _ in range(2):
            await denyut.press(private, "Share here", user="U0BOB")
        await denyut.tick()
        assert len(denyut.posts("C0SALES")) == 1

    async def test_in_a_conversation_of_two_there_is_no_button(self, denyut: Bench) -> None:
        assert "Share here" not in buttons(await denyut.command("/kpi show leads", user="U0BOB", channel="D0BOB"))
        assert "Share here" in buttons(await denyut.command("/kpi show leads", user="U0BOB", channel="C0SALES"))

    async def test_and_a_press_there_posts_nothing(self, denyut: Bench) -> None:
        button = buttons(await denyut.command("/kpi show leads", user="U0BOB"))["Share here"]
        await denyut.click(button["action_id"], button["value"], user="U0BOB", channel="D0BOB")
        await denyut.tick()
        assert "Sharing works in channels" in denyut.slack.responses[-1][1].text
        assert denyut.slack.posted == []


class TestWhatIsNotEverybodys:
    @pytest.mark.parametrize("asked", ["revenue", "leads, revenue", "average order value", "revenue by person"])
    async def test_it_has_no_button(self, denyut: Bench, asked: str) -> None:
        assert "Share here" in buttons(await denyut.command(f"/kpi show {asked}", user="U0BOB"))
        hide(denyut, "revenue")
        assert "Share here" not in buttons(await denyut.command(f"/kpi show {asked}", user="U0BOB"))

    async def test_a_button_from_before_it_was_hidden_is_refused(self, denyut: Bench) -> None:
        private = await denyut.command("/kpi show revenue", user="U0BOB")
        hide(denyut, "revenue")
        await denyut.press(private, "Share here", user="U0BOB")
        await denyut.tick()
        assert "Not everybody here may see this" in denyut.slack.responses[-1][1].text
        assert denyut.posts("C0SALES") == []

    async def test_hidden_between_the_press_and_the_post_it_is_not_posted(self, denyut: Bench) -> None:
        private = await denyut.command("/kpi show revenue", user="U0BOB")
        await denyut.press(private, "Share here", user="U0BOB")
        hide(denyut, "revenue")
        await denyut.tick()
        assert denyut.posts("C0SALES") == []

    async def test_the_overview_is_shared_without_it(self, denyut: Bench) -> None:
        log(denyut, "leads", ("2026-11-24", 5))
        log(denyut, "revenue", ("2026-11-24", 777))
        hide(denyut, "revenue")
        private = await denyut.command("/kpi show", user="U0BOB")
        assert "777" in private.text
        await denyut.press(private, "Share here", user="U0BOB")
        await denyut.tick()
        (posted,) = denyut.posts("C0SALES")
        assert "Leads: 5" in posted.message.text
        assert "777" not in str(posted.message)

    @pytest.mark.parametrize(
        "change",
        [
            {"kpis": "revenue"},
            {"kpis": "leads,revenue"},
            {"kpis": "nonsense"},
            {"first": "yesterday"},
            {"first": "2026-12-31"},
            {"kind": "aeon"},
            {"split": "salary"},
            {"split": "person", "kpis": "leads,orders"},
            {"key": ""},
        ],
    )
    async def test_a_forged_button_posts_nothing(self, denyut: Bench, change: dict[str, str]) -> None:
        hide(denyut, "revenue")
        log(denyut, "revenue", ("2026-11-24", 777))
        button = buttons(await denyut.command("/kpi show leads", user="U0EMMA"))["Share here"]
        packed = {**ids.unpack(button["value"]), **change}
        packed.pop("v")
        await denyut.click(button["action_id"], ids.pack(**packed), user="U0EMMA")
        await denyut.tick()
        assert denyut.posts("C0SALES") == []
        assert "777" not in str(denyut.slack.responses)

    async def test_guests_and_outsiders_share_nothing(self, denyut: Bench) -> None:
        button = buttons(await denyut.command("/kpi show leads", user="U0BOB"))["Share here"]
        for user, home in (("U0GUEST", "T0TEST"), ("U0OUT", "T0ELSE")):
            await denyut.click(button["action_id"], button["value"], user=user, home=home)
        await denyut.tick()
        assert denyut.posts("C0SALES") == []


async def test_by_person_everybody_sees_no_line_meant_for_one(denyut: Bench) -> None:
    log(denyut, "leads", ("2026-11-24", 5), member="U0BOB")
    aim(denyut, "leads", 50, owner="U0BOB")
    aim(denyut, "leads", 50, owner="U0DEWI")
    private = await denyut.command("/kpi show leads by person", user="U0EMMA")
    assert grid(private)[1:] == [["Bob Tan", "5"], ["Emma de Vries", "no data"]]
    await denyut.press(private, "Share here", user="U0EMMA")
    await denyut.tick()
    (posted,) = denyut.posts("C0SALES")
    (table,) = (block for block in posted.message.blocks if block["type"] == "table")
    assert [[cell["text"] for cell in row] for row in table["rows"]] == [["Person", "Value"], ["Bob Tan", "5"]]
    assert "Only you" not in posted.message.text
    assert "Emma" not in posted.message.text.replace("<@U0EMMA>", "")


async def test_a_shared_chart_is_drawn_like_the_private_one(denyut: Bench) -> None:
    entry = Entry("e", "leads", "U0BOB", Decimal(5), date(2026, 10, 7), "U0BOB", NOW, "s")
    denyut.do(lambda db: db.kpis.add(entry))
    private = await denyut.command("/kpi show leads since 1 oct", user="U0BOB")
    await denyut.press(private, "Share here", user="U0BOB")
    await denyut.tick()
    assert chart(private) in denyut.posts("C0SALES")[0].message.blocks
