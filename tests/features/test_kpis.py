"""KPIs as people use them, through Bolt: logging, questions, undo, forms, targets, looking."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.entries import Entry, EntryState
from bot.domain.members import Member
from bot.slack.blocks import Message
from tests.features.conftest import THURSDAY
from tests.features.harness import Answer, Bench

TODAY = date(2026, 11, 26)
NBSP = "\N{NO-BREAK SPACE}"


def entries(denyut: Bench, kpi: str) -> list[Entry]:
    found: list[Entry] = denyut.do(lambda db: db.kpis.history(kpi))
    return found


def counted(denyut: Bench, kpi: str) -> list[tuple[str, Decimal, date]]:
    active = [each for each in entries(denyut, kpi) if each.state is EntryState.ACTIVE]
    return [(each.member_id, each.value, each.on) for each in active]


def total_entries(denyut: Bench) -> int:
    return sum(len(entries(denyut, key)) for key in denyut.do(lambda db: db.kpis.keys_used()))


def labels(answer: Answer) -> list[str]:
    buttons = [block for block in answer.blocks if block["type"] == "actions"]
    return [element["text"]["text"].replace(NBSP, " ") for block in buttons for element in block["elements"]]


def spoken(answer: Answer) -> str:
    return answer.text.replace(NBSP, " ")


async def press_undo(denyut: Bench, message: Answer | Message, **where: str) -> None:
    """Presses the first Undo of a message."""
    (buttons,) = (block["elements"] for block in message.blocks if block["type"] == "actions")
    await denyut.click(buttons[0]["action_id"], buttons[0]["value"], **where)


async def test_a_value_is_recorded_and_told_in_full_with_an_undo(denyut: Bench) -> None:
    answer = await denyut.command("/kpi log rev 12.5M on yesterday note PT <Maju> & co", user="U0BOB")
    assert counted(denyut, "revenue") == [("U0BOB", Decimal(12_500_000), TODAY - timedelta(days=1))]
    assert "Revenue: Rp 12,500,000 for Wed 25 Nov" in spoken(answer)
    assert "Note: PT &lt;Maju&gt; &amp; co" in spoken(answer)
    assert "This week, the whole team: Rp 12,500,000" in spoken(answer)
    assert labels(answer) == ["Undo", "Correct"]
    assert entries(denyut, "revenue")[0].note == "PT <Maju> & co"


async def test_in_indonesian_the_same_in_indonesian(denyut: Bench) -> None:
    answer = await denyut.command("/kpi catat pendapatan 12,5 jt", user="U0CITRA")
    assert counted(denyut, "revenue") == [("U0CITRA", Decimal(12_500_000), TODAY)]
    assert "Pendapatan: Rp 12.500.000 untuk Kam 26 Nov" in spoken(answer)
    assert labels(answer) == ["Batalkan", "Koreksi"]


async def test_today_is_the_date_where_the_person_is(denyut: Bench) -> None:
    denyut.now = THURSDAY.replace(hour=16, minute=30)  # already Friday in Makassar, still Thursday in Amsterdam
    await denyut.command("/kpi log leads 1", user="U0BOB")
    await denyut.command("/kpi log leads 2", user="U0EMMA")
    assert sorted(counted(denyut, "leads")) == [
        ("U0BOB", Decimal(1), date(2026, 11, 27)),
        ("U0EMMA", Decimal(2), TODAY),
    ]


async def test_the_same_command_delivered_twice_counts_once_and_says_the_same(denyut: Bench) -> None:
    first = await denyut.command("/kpi log leads 7", user="U0BOB", trigger="t1")
    again = await denyut.command("/kpi log leads 7", user="U0BOB", trigger="t1")
    assert first.text == again.text
    assert len(entries(denyut, "leads")) == 1


class TestQuestions:
    async def test_an_ambiguous_number_is_asked_about_and_nothing_stored_before_the_answer(self, denyut: Bench) -> None:
        question = await denyut.command(
            "/kpi log revenue 2,5 M on yesterday for <@U0BOB|bob> note big one", user="U0BOB"
        )
        assert labels(question) == ["Rp 2,500,000", "Rp 2,500,000,000"]
        assert "Nothing is recorded" in question.text
        assert entries(denyut, "revenue") == []
        await denyut.press(question, f"Rp{NBSP}2,500,000,000", user="U0BOB")
        assert counted(denyut, "revenue") == [("U0BOB", Decimal(2_500_000_000), TODAY - timedelta(days=1))]
        assert entries(denyut, "revenue")[0].note == "big one"
        _, message, replaced = denyut.slack.responses[-1]
        assert replaced
        assert "Rp 2,500,000,000 for Wed 25 Nov" in message.text.replace(NBSP, " ")

    async def test_two_clicks_on_a_question_record_once(self, denyut: Bench) -> None:
        question = await denyut.command("/kpi log revenue 1.500", user="U0BOB")
        await denyut.press(question, "kpi.value_chosen:1", user="U0BOB")
        await denyut.press(question, "kpi.value_chosen:0", user="U0BOB")
        assert counted(denyut, "revenue") == [("U0BOB", Decimal(1500), TODAY)]

    async def test_number_and_day_are_asked_one_after_the_other(self, denyut: Bench) -> None:
        question = await denyut.command("/kpi log revenue 1.500 on 10/11", user="U0BOB")
        await denyut.press(question, "kpi.value_chosen:0", user="U0BOB")
        assert entries(denyut, "revenue") == []
        _, second, _ = denyut.slack.responses[-1]
        assert "10 Nov 2026 or 11 Oct 2026" in second.text
        await denyut.press(second, "kpi.date_chosen:1", user="U0BOB")
        assert counted(denyut, "revenue") == [("U0BOB", Decimal("1.5"), date(2026, 10, 11))]

    async def test_who_may_not_is_told_before_being_asked(self, denyut: Bench) -> None:
        answer = await denyut.command("/kpi log revenue 1.500 for <@U0EMMA>", user="U0BOB")
        assert "Only admins" in answer.text
        assert labels(answer) == []


class TestForSomebodyElse:
    async def test_an_admin_may_and_the_person_is_told_in_their_language(self, denyut: Bench) -> None:
        await denyut.command("/kpi catat pendapatan 5 jt untuk <@U0BOB|bob> catatan dari CRM", user="U0AYU")
        await denyut.tick()
        (dm,) = denyut.dms("U0BOB")
        told = dm.message.text.replace(NBSP, " ")
        assert "<@U0AYU> logged Revenue for you: Rp 5,000,000 for Thu 26 Nov" in told
        assert "dari CRM" in told
        await press_undo(denyut, dm.message, user="U0BOB", channel=dm.channel, ts=dm.ts)
        assert counted(denyut, "revenue") == []
        assert dm.message.text.startswith("Undone")

    async def test_others_may_not(self, denyut: Bench) -> None:
        answer = await denyut.command("/kpi log revenue 5 for <@U0EMMA>", user="U0BOB")
        await denyut.tick()
        assert "Only admins" in answer.text
        assert entries(denyut, "revenue") == []
        assert denyut.dms("U0EMMA") == []

    @pytest.mark.parametrize("person", ["U0ROBOT", "U0GONE", "U0OUT"])
    async def test_nobody_logs_for_who_does_not_work_here(self, denyut: Bench, person: str) -> None:
        answer = await denyut.command(f"/kpi log revenue 5 for <@{person}>", user="U0AYU")
        assert answer.text
        assert entries(denyut, "revenue") == []

    async def test_what_was_undone_before_the_note_went_out_is_not_told(self, denyut: Bench) -> None:
        await denyut.command("/kpi log revenue 5 for <@U0BOB>", user="U0AYU")
        await denyut.command("/kpi undo", user="U0AYU")
        await denyut.tick()
        assert denyut.dms("U0BOB") == []

    async def test_outsiders_are_refused(self, denyut: Bench) -> None:
        for line in (
            "/kpi log revenue 5",
            "/kpi show",
            "/kpi",
            "/kpi target revenue 5 per month",
            "/kpi list",
            "/kpi undo",
        ):
            assert "members of this workspace" in (await denyut.command(line, user="U0OUT")).text
        assert total_entries(denyut) == 0


class TestUndo:
    async def test_undo_takes_back_the_last_entry_and_then_the_one_before(self, denyut: Bench) -> None:
        await denyut.command("/kpi log leads 1", user="U0BOB")
        denyut.now += timedelta(minutes=1)
        await denyut.command("/kpi log leads 2", user="U0BOB")
        answer = await denyut.command("/kpi undo", user="U0BOB")
        assert answer.text.startswith("Undone. Leads: 2")
        assert counted(denyut, "leads") == [("U0BOB", Decimal(1), TODAY)]
        await denyut.command("/kpi batalkan", user="U0BOB")
        assert counted(denyut, "leads") == []
        assert "nothing of yours" in (await denyut.command("/kpi undo", user="U0BOB")).text

    async def test_the_same_undo_delivered_twice_takes_back_one(self, denyut: Bench) -> None:
        await denyut.command("/kpi log leads 1", user="U0BOB")
        await denyut.command("/kpi log leads 2", user="U0BOB")
        await denyut.command("/kpi undo", user="U0BOB", trigger="same")
        again = await denyut.command("/kpi undo", user="U0BOB", trigger="same")
        assert "undone already" in again.text
        assert len(counted(denyut, "leads")) == 1

    async def test_the_button_undoes_once_and_then_says_who_did(self, denyut: Bench) -> None:
        echo = await denyut.command("/kpi log leads 1", user="U0BOB")
        await press_undo(denyut, echo, user="U0BOB")
        assert denyut.slack.responses[-1][1].text.startswith("Undone. Leads: 1")
        await press_undo(denyut, echo, user="U0BOB")
        assert "already undone by <@U0BOB>" in denyut.slack.responses[-1][1].text
        (entry,) = entries(denyut, "leads")
        assert (entry.state, entry.changed_by) == (EntryState.UNDONE, "U0BOB")

    async def test_only_those_concerned_or_an_admin_may(self, denyut: Bench) -> None:
        echo = await denyut.command("/kpi log leads 1", user="U0BOB")
        await press_undo(denyut, echo, user="U0EMMA")
        assert "Only the person who logged it" in denyut.slack.responses[-1][1].text
        assert len(counted(denyut, "leads")) == 1
        await press_undo(denyut, echo, user="U0AYU")
        assert counted(denyut, "leads") == []

    async def test_a_button_of_nothing_we_know_changes_nothing(self, denyut: Bench) -> None:
        await denyut.command("/kpi log leads 1", user="U0BOB")
        await denyut.click("kpi.undo:x", '{"v":1,"entry":"nonsense"}', user="U0BOB")
        await denyut.click("kpi.value_chosen:0", '{"v":1,"kpi":"leads","value":"x","on":"y","key":"z"}', user="U0BOB")
        await denyut.click("kpi.target_value_chosen:0", '{"v":1,"kpi":"leads","key":"z"}', user="U0BOB")
        assert len(denyut.slack.responses) == 3
        assert len(counted(denyut, "leads")) == 1


class TestForm:
    async def form(self, denyut: Bench, user: str = "U0BOB") -> dict[str, Any]:
        await denyut.command("/kpi log", user=user)
        return denyut.slack.views[-1]

    async def test_what_was_used_comes_first_with_its_last_value(self, denyut: Bench) -> None:
        await denyut.command("/kpi log website traffic 5,400", user="U0BOB")
        inputs = [block for block in (await self.form(denyut))["blocks"] if block["type"] == "input"]
        assert [inputs[0]["block_id"], inputs[1]["block_id"]] == ["on", "value.website_traffic"]
        assert inputs[1]["hint"]["text"] == "Last time: 5,400"
        assert "value.conversion_rate" not in [block["block_id"] for block in inputs]
        assert len(inputs) <= 11

    async def test_all_values_are_recorded_and_can_be_undone_one_by_one(self, denyut: Bench) -> None:
        form = await self.form(denyut)
        answer = await denyut.submit(
            form, {"value.leads": "18", "value.revenue": "12.5M", "on": "2026-11-24"}, user="U0BOB"
        )
        assert counted(denyut, "leads") == [("U0BOB", Decimal(18), date(2026, 11, 24))]
        assert counted(denyut, "revenue") == [("U0BOB", Decimal(12_500_000), date(2026, 11, 24))]
        shown = answer.body["view"]
        assert answer.body["response_action"] == "update"
        assert "Revenue: Rp 12,500,000" in str(shown).replace("\\xa0", " ").replace(NBSP, " ")
        leads = next(e.id for e in entries(denyut, "leads"))
        await denyut.press(shown, f"kpi.undo:{leads}", user="U0BOB")
        assert counted(denyut, "leads") == []
        assert len(counted(denyut, "revenue")) == 1
        assert "Undone. Leads: 18" in str(denyut.slack.updated_views[-1][1])

    @pytest.mark.parametrize(
        ("inputs", "wrong"),
        [
            ({"value.leads": "18", "value.revenue": "lots"}, {"value.revenue"}),
            ({"value.leads": "18", "value.revenue": "1.500"}, {"value.revenue"}),
            ({"value.leads": "x", "value.revenue": "45%"}, {"value.leads", "value.revenue"}),
            ({"value.leads": "18", "on": "2026-11-27"}, {"on"}),
            ({"value.leads": "18", "on": "2026-08-01"}, {"on"}),
            ({}, {"on"}),
        ],
    )
    async def test_one_wrong_input_and_nothing_is_recorded(
        self, denyut: Bench, inputs: dict[str, str], wrong: set[str]
    ) -> None:
        answer = await denyut.submit(await self.form(denyut), inputs, user="U0BOB")
        assert set(answer.errors) == wrong
        assert total_entries(denyut) == 0

    async def test_an_ambiguous_input_says_how_to_write_it(self, denyut: Bench) -> None:
        answer = await denyut.submit(await self.form(denyut), {"value.revenue": "1.500"}, user="U0BOB")
        assert "Rp 1.50 or Rp 1,500" in answer.errors["value.revenue"].replace(NBSP, " ")


class TestWhatAKpiTakes:
    """A count is whole and not negative, a score not below zero; money may be negative (returns)."""

    @pytest.mark.parametrize("typed", ["leads -5", "leads 12.7", "orders (3)", "website traffic 0.5", "meetings 1e"])
    async def test_a_count_is_whole_and_not_negative(self, denyut: Bench, typed: str) -> None:
        answer = await denyut.command(f"/kpi log {typed}", user="U0BOB")
        assert total_entries(denyut) == 0
        if "e" not in typed.split()[-1]:
            assert "a whole number of 0 or more" in answer.text

    async def test_a_score_is_not_below_zero(self, denyut: Bench) -> None:
        answer = await denyut.command("/kpi log csat -1", user="U0BOB")
        assert "cannot be below 0" in answer.text
        assert total_entries(denyut) == 0

    async def test_what_can_be_right_is_recorded(self, denyut: Bench) -> None:
        for typed in ("leads 0", "leads 12.0", "csat 4.6", "revenue -5"):
            await denyut.command(f"/kpi log {typed}", user="U0BOB")
        assert total_entries(denyut) == 4

    async def test_of_two_readings_only_the_whole_one_can_be_meant(self, denyut: Bench) -> None:
        await denyut.command("/kpi log leads 1.500", user="U0BOB")
        assert [value for _, value, _ in counted(denyut, "leads")] == [Decimal(1500)]

    async def test_the_form_says_it_under_the_field_without_signs_of_markup(self, denyut: Bench) -> None:
        await denyut.command("/kpi log", user="U0BOB")
        answer = await denyut.submit(denyut.slack.views[-1], {"value.leads": "-5", "value.orders": "5%"}, user="U0BOB")
        assert "whole number of 0 or more" in answer.errors["value.leads"]
        assert "/kpi list" in answer.errors["value.orders"]
        assert "`" not in "".join(answer.errors.values())
        assert total_entries(denyut) == 0


class TestFirstSlips:
    """Somebody forgets the sub-command: the refusal has the whole command to copy."""

    @pytest.mark.parametrize(
        ("typed", "user", "suggested"),
        [
            ("revenue 3M", "U0BOB", "`/kpi log revenue 3M`"),
            ("net sales 3M yesterday", "U0BOB", "`/kpi log net sales 3M yesterday`"),
            ("pendapatan 3 jt", "U0CITRA", "`/kpi catat pendapatan 3 jt`"),
            ("revenue", "U0BOB", "`/kpi show revenue`"),
            ("revenue last month", "U0BOB", "`/kpi show revenue last month`"),
            ("conversion rate", "U0BOB", "`/kpi show conversion rate`"),
            ("leads lots", "U0BOB", "`/kpi log leads lots`"),
        ],
    )
    async def test_the_whole_command_is_suggested(self, denyut: Bench, typed: str, user: str, suggested: str) -> None:
        answer = await denyut.command(f"/kpi {typed}", user=user)
        assert suggested in answer.text
        assert total_entries(denyut) == 0

    async def test_other_words_get_the_nearest_command_or_help(self, denyut: Bench) -> None:
        assert "`/kpi show`" in (await denyut.command("/kpi shwo revenue", user="U0BOB")).text
        assert "`/kpi help`" in (await denyut.command("/kpi happiness 3", user="U0BOB")).text

    async def test_a_mention_is_repeated_by_name(self, denyut: Bench) -> None:
        answer = await denyut.command("/kpi log <#C0NOPE|nope> 5", user="U0BOB")
        assert "“#nope”" in answer.text


class TestLooking:
    async def test_a_derived_kpi_shows_formula_and_inputs(self, denyut: Bench) -> None:
        await denyut.command("/kpi log leads 37", user="U0BOB")
        await denyut.command("/kpi log deals 12", user="U0EMMA")
        answer = await denyut.command("/kpi show conversion rate this week", user="U0BOB")
        assert "32.4% = 12 deals won / 37 leads" in answer.text
        assert [block["type"] for block in answer.blocks].count("data_visualization") == 1

    async def test_a_running_week_is_compared_with_the_same_days_of_the_week_before(self, denyut: Bench) -> None:
        await denyut.command("/kpi log revenue 10M on 2026-11-17", user="U0BOB")
        await denyut.command("/kpi log revenue 90M on 2026-11-21", user="U0BOB")  # Saturday: not yet reached this week
        await denyut.command("/kpi log revenue 12M", user="U0BOB")
        answer = await denyut.command("/kpi show revenue", user="U0BOB")
        assert "+20% against 16–19 Nov 2026 (Rp 10,000,000)" in spoken(answer)
        assert "16 Nov: Rp 100,000,000; 23 Nov (so far): Rp 12,000,000" in spoken(answer)

    async def test_the_chart_has_a_point_for_each_of_its_categories(self, denyut: Bench) -> None:
        """Slack refuses gaps; the weeks without data are told in words."""
        await denyut.command("/kpi log revenue 10M on 2026-11-05", user="U0BOB")
        await denyut.command("/kpi log revenue 12M", user="U0BOB")
        answer = await denyut.command("/kpi show revenue", user="U0BOB")
        chart = next(block["chart"] for block in answer.blocks if block["type"] == "data_visualization")
        drawn = [point["label"] for point in chart["series"][0]["data"]]
        assert drawn == chart["axis_config"]["categories"] == ["2 Nov", "23 Nov (so far)"]
        assert "9 Nov: no data" in spoken(answer)

    async def test_with_nothing_to_hold_it_against_there_is_one_line_with_the_next_step(self, denyut: Bench) -> None:
        await denyut.command("/kpi log revenue 5M", user="U0BOB")
        said = (await denyut.command("/kpi show revenue", user="U0BOB")).text.splitlines()
        assert said[1] == "No target yet. `/kpi target revenue VALUE per month` sets one."
        assert said[2].startswith("Last 8 weeks")
        empty = (await denyut.command("/kpi show orders", user="U0BOB")).text.splitlines()
        assert len(empty) == 2
        assert "`/kpi log`" in empty[1]

    async def test_a_targets_status_stands_beside_its_own_figure(self, denyut: Bench) -> None:
        await log_months(denyut, {date(2026, 11, 2): 7})
        await denyut.command("/kpi target revenue 100 per month", user="U0BOB")
        table = rows(await denyut.command("/kpi show", user="U0BOB"))
        assert [cell.replace(NBSP, " ") for cell in table[1]] == [
            "Revenue", "no data", "–", "Rp 100 a month (Rp 7 so far)", "at risk",
        ]  # fmt: skip

    async def test_without_data_it_says_so_and_draws_nothing(self, denyut: Bench) -> None:
        answer = await denyut.command("/kpi show revenue", user="U0BOB")
        assert "no data" in answer.text
        assert "data_visualization" not in [block["type"] for block in answer.blocks]
        assert "no data yet for this week" in (await denyut.command("/kpi show", user="U0BOB")).text

    async def test_by_person_week_and_month(self, denyut: Bench) -> None:
        await denyut.command("/kpi log leads 4", user="U0BOB")
        await denyut.command("/kpi log leads 5 on 2026-11-19", user="U0BOB")
        await denyut.command("/kpi log leads 6 on 2026-10-19", user="U0CITRA")
        by_person = await denyut.command("/kpi show leads since 1 oct by person", user="U0BOB")
        assert rows(by_person) == [["Person", "Value"], ["Bob Tan", "9"], ["Citra Halim", "6"]]
        by_week = await denyut.command("/kpi lihat prospek per minggu", user="U0CITRA")
        assert rows(by_week)[-2:] == [["16–22 Nov 2026", "5"], ["23–29 Nov 2026 (berjalan)", "4"]]
        by_month = await denyut.command("/kpi show leads by month", user="U0BOB")
        assert rows(by_month)[-2:] == [["October 2026", "6"], ["November 2026 (so far)", "9"]]

    async def test_all_kpis_in_one_table(self, denyut: Bench) -> None:
        await denyut.command("/kpi target leads 100 per week", user="U0BOB")
        await denyut.command("/kpi log leads 4", user="U0BOB")
        answer = await denyut.command("/kpi show", user="U0EMMA")
        assert rows(answer) == [
            ["KPI", "Value", "Change", "Target", "Status"],
            ["Leads", "4", "–", "100 a week", "at risk"],
        ]
        mine = await denyut.command("/kpi", user="U0EMMA")
        assert "logged nothing for this week yet" in mine.text
        assert labels(mine) == ["Log", "All KPIs", "Targets"]

    async def test_the_opening_leads_on(self, denyut: Bench) -> None:
        opening = await denyut.command("/kpi", user="U0BOB")
        await denyut.press(opening, "Log", user="U0BOB")
        assert denyut.slack.views[-1]["callback_id"] == "kpi.log_form"
        await denyut.press(opening, "All KPIs", user="U0BOB")
        await denyut.press(opening, "Targets", user="U0BOB")
        assert len(denyut.slack.responses) == 2

    async def test_history_keeps_what_was_undone(self, denyut: Bench) -> None:
        await denyut.command("/kpi log leads 4 note first try", user="U0BOB")
        await denyut.command("/kpi undo", user="U0BOB")
        await denyut.command("/kpi log leads 5 for <@U0BOB>", user="U0AYU")
        answer = await denyut.command("/kpi history leads", user="U0EMMA")
        _, *told = rows(answer)
        assert sorted(row[1] for row in told) == ["4", "5"]
        undone = next(row[3] for row in told if row[1] == "4")
        assert undone == "Bob Tan, Thu 26 Nov, 09:00 (undone by Bob Tan, Thu 26 Nov, 09:00) “first try”"

    async def test_the_list_has_every_kpi_in_the_persons_language(self, denyut: Bench) -> None:
        answer = await denyut.command("/kpi daftar", user="U0CITRA")
        assert "*Tingkat konversi* (persen): dihitung dari kesepakatan tercapai / jumlah prospek." in answer.text


BAD_INPUT = [
    "log nonsense 5", "log revenue", "log revenue lots", "log revenue 5 6 7", "log revenue 45%", "log conversion 5",
    "log revenue 5 on tomorrow", "log revenue 5 on 1999-01-01", "log revenue 5 for nobody", "log revenue 5 for",
    "log revenue 99999999999999999999", "log 5", "log <@U0BOB>", "log revenue 5 note " + "x" * 400,
    "catat pendapatan", "catat pendapatan banyak", "catat pendapatan 5 pada lusa", "catat tingkat konversi 5",
    "show nonsense", "show revenue someday", "show revenue by colour", "show by person", "lihat entah",
    "target nonsense 5", "target revenue 0", "target revenue -5", "target revenue 5 per blue moon",
    "target revenue 5 by 2020-01-01", "target revenue 5 per month by 2027-01-01", "sasaran pendapatan banyak",
    "history", "history nonsense", "history revenue last week", "history conversion rate", "riwayat",
    "list everything", "daftar semua", "undo everything", "batalkan semua", "undo",
]  # fmt: skip


@pytest.mark.parametrize("words", BAD_INPUT)
@pytest.mark.parametrize("user", ["U0BOB", "U0CITRA"])
async def test_bad_input_gets_one_clear_sentence_and_stores_nothing(denyut: Bench, words: str, user: str) -> None:
    answer = await denyut.command(f"/kpi {words}", user=user)
    assert answer.status == 200
    assert 10 < len(answer.text) < 300
    assert "\n" not in answer.text
    assert "kpis." not in answer.text
    assert total_entries(denyut) == 0
    assert denyut.do(lambda db: db.targets.active()) == []
    assert denyut.slack.views == []


async def test_the_refusals_above_are_not_for_want_of_storing(denyut: Bench) -> None:
    await denyut.command("/kpi log revenue 5", user="U0BOB")
    await denyut.command("/kpi target revenue 5 per month", user="U0BOB")
    assert total_entries(denyut) == 1
    assert len(denyut.do(lambda db: db.targets.active())) == 1


def rows(answer: Answer) -> list[list[str]]:
    (found,) = (block for block in answer.blocks if block["type"] == "table")
    return [[cell["text"].replace(NBSP, " ") for cell in row] for row in found["rows"]]


async def log_months(denyut: Bench, values: dict[date, int]) -> None:
    member = Member("U0BOB")
    for on, value in values.items():
        entry = Entry(f"e{on}", "revenue", member.id, Decimal(value), on, member.id, THURSDAY, f"test:{on}")
        denyut.do(lambda db, entry=entry: db.kpis.add(entry))
