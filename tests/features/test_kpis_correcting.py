"""Correcting and deleting what was logged, and the history that keeps all of it, through Bolt."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.catalogue import KpiSettings, Visibility
from bot.domain.entries import Confidence, EntryState
from tests.features.harness import Answer, Bench
from tests.features.test_kpis_logging import active, entries, labels

NBSP = "\N{NO-BREAK SPACE}"
TODAY = date(2026, 11, 26)
VALUE, DAY, SURE, NOTE, WHY = (f"kpi.{name}_input" for name in ("value", "day", "confidence", "note", "why"))
HIDDEN = KpiSettings(owners=("U0CITRA",), visibility=Visibility.OWNERS)


def plain(text: object) -> str:
    return str(text).replace(NBSP, " ").replace("\\xa0", " ")


async def log(denyut: Bench, words: str, user: str = "U0BOB") -> Answer:
    answer = await denyut.command(f"/kpi log {words}", user=user)
    assert answer.text.startswith("Recorded."), answer.text
    return answer


async def open_correction(denyut: Bench, message: Any, user: str = "U0BOB") -> dict[str, Any]:
    await denyut.press(message, "Correct", user=user)
    return denyut.form()


async def correct(
    denyut: Bench, message: Any, value: str, why: str = "typed the wrong month", user: str = "U0BOB", **more: str
) -> Answer:
    form = await open_correction(denyut, message, user)
    return await denyut.submit(form, {VALUE: value, WHY: why, **more}, user=user)


class TestCorrecting:
    async def test_the_form_has_what_was_recorded(self, denyut: Bench) -> None:
        echo = await log(denyut, "revenue 12.5M on 2026-11-24 unsure note PT Maju")
        form = await open_correction(denyut, echo)
        shown = {block["block_id"]: block["element"] for block in form["blocks"] if block["type"] == "input"}
        assert shown[VALUE]["initial_value"] == "12,500,000"
        assert shown[DAY]["initial_date"] == "2026-11-24"
        assert shown[SURE]["initial_option"]["value"] == "unsure"
        assert shown[NOTE]["initial_value"] == "PT Maju"

    async def test_another_entry_stands_for_it_and_the_old_one_stays(self, denyut: Bench) -> None:
        echo = await log(denyut, "revenue 12.5M note PT Maju")
        answer = await correct(denyut, echo, "12,000,000", **{SURE: "off"})
        assert "Corrected. Revenue: Rp 12,500,000 → Rp 12,000,000" in plain(answer.body)
        (new,) = active(denyut, "revenue")
        (old,) = (each for each in entries(denyut, "revenue") if each.state is EntryState.CORRECTED)
        assert (new.value, new.corrects, new.note, new.confidence) == (
            Decimal(12_000_000), old.id, "PT Maju", Confidence.OFF,
        )  # fmt: skip
        assert (old.value, old.changed_by, old.because) == (Decimal(12_500_000), "U0BOB", "typed the wrong month")
        assert denyut.do(lambda db: db.kpis.totals(TODAY, TODAY))["revenue"].sum == Decimal(12_000_000)

    async def test_the_history_reads_who_changed_what_when_and_why(self, denyut: Bench) -> None:
        echo = await log(denyut, "revenue 12.5M")
        denyut.now += timedelta(minutes=62)
        await correct(denyut, echo, "12 jt", user="U0AYU")
        history = plain((await denyut.command("/kpi history revenue", user="U0BOB")).text)
        assert (
            "Rp 12,500,000 → Rp 12,000,000 · Bob Tan · Bob Tan, Thu 26 Nov, 16:00 "
            "(corrected by Ayu Lestari, Thu 26 Nov, 17:02: typed the wrong month)"
        ) in history

    async def test_sent_twice_it_corrects_once(self, denyut: Bench) -> None:
        form = await open_correction(denyut, await log(denyut, "leads 4"))
        inputs = {VALUE: "5", WHY: "miscounted"}
        sent = {"id": "V1", "hash": "h1"}
        values = {
            VALUE: {"typed": {"type": "plain_text_input", "value": "5"}},
            WHY: {"typed": {"type": "plain_text_input", "value": inputs[WHY]}},
            DAY: {"chosen": {"type": "datepicker", "selected_date": "2026-11-26"}},
        }
        payload = {
            "type": "view_submission",
            "team": {"id": "T0TEST"},
            "user": {"id": "U0BOB", "team_id": "T0TEST"},
            "trigger_id": "x",
            "view": {**form, **sent, "state": {"values": values}},
        }
        first = await denyut.dispatch(payload)
        again = await denyut.dispatch(payload)
        assert first.body == again.body
        assert [each.value for each in active(denyut, "leads")] == [Decimal(5)]
        assert len(entries(denyut, "leads")) == 2

    async def test_a_corrected_one_is_corrected_again_at_its_latest(self, denyut: Bench) -> None:
        echo = await log(denyut, "leads 4")
        await correct(denyut, echo, "5")
        form = await open_correction(denyut, echo)
        assert form["blocks"][1]["element"]["initial_value"] == "5"
        await denyut.submit(form, {VALUE: "6", WHY: "counted again"}, user="U0BOB")
        assert [each.value for each in active(denyut, "leads")] == [Decimal(6)]
        history = (await denyut.command("/kpi history leads", user="U0BOB")).text
        assert "4 → 5" in history
        assert "5 → 6" in history

    async def test_of_two_forms_open_at_once_the_second_is_told(self, denyut: Bench) -> None:
        echo = await log(denyut, "leads 4")
        first = await open_correction(denyut, echo)
        second = await open_correction(denyut, echo, user="U0AYU")
        await denyut.submit(first, {VALUE: "5", WHY: "a"}, user="U0BOB")
        answer = await denyut.submit(second, {VALUE: "6", WHY: "b"}, user="U0AYU")
        assert "baru saja diubah" in str(answer.errors)
        assert [each.value for each in active(denyut, "leads")] == [Decimal(5)]

    @pytest.mark.parametrize(
        ("inputs", "wrong"),
        [
            ({VALUE: "lots"}, {VALUE}),
            ({VALUE: "-5"}, {VALUE}),
            ({VALUE: "5", WHY: ""}, {WHY}),
            ({VALUE: ""}, {VALUE}),
            ({VALUE: "5", DAY: "2026-12-01"}, {DAY}),
            ({VALUE: "5", DAY: "2026-08-01"}, {DAY}),
            ({}, {VALUE}),  # nothing is different
        ],
    )
    async def test_what_is_wrong_is_said_and_nothing_changes(
        self, denyut: Bench, inputs: dict[str, str], wrong: set[str]
    ) -> None:
        form = await open_correction(denyut, await log(denyut, "leads 4"))
        answer = await denyut.submit(form, {WHY: "because", **inputs}, user="U0BOB")
        assert set(answer.errors) == wrong
        assert [each.value for each in active(denyut, "leads")] == [Decimal(4)]

    async def test_an_old_entry_keeps_its_day(self, denyut: Bench) -> None:
        echo = await log(denyut, "leads 4 on 2026-09-01")
        denyut.now += timedelta(days=60)
        answer = await correct(denyut, echo, "5")
        assert answer.errors == {}
        assert [(each.value, each.on) for each in active(denyut, "leads")] == [(Decimal(5), date(2026, 9, 1))]

    async def test_a_value_that_reads_two_ways_may_stay_as_it_is(self, denyut: Bench) -> None:
        question = await denyut.command("/kpi log revenue 1.125", user="U0BOB")
        await denyut.press(question, "kpi.value_chosen:0", user="U0BOB")
        form = await open_correction(denyut, denyut.slack.responses[-1][1])
        typed_anew = await denyut.submit(form, {VALUE: "1.126", WHY: "wrong"}, user="U0BOB")
        assert "This could mean" in typed_anew.errors[VALUE]
        answer = await denyut.submit(form, {WHY: "wrong day", DAY: "2026-11-25"}, user="U0BOB")
        assert answer.errors == {}
        assert [(each.value, each.on.day) for each in active(denyut, "revenue")] == [(Decimal("1.125"), 25)]


class TestWhoMay:
    @pytest.mark.parametrize(("user", "may"), [("U0BOB", True), ("U0AYU", True), ("U0CITRA", True), ("U0EMMA", False)])
    async def test_who_logged_it_owners_of_the_kpi_and_admins(self, denyut: Bench, user: str, may: bool) -> None:
        denyut.do(lambda db: db.catalogue.set_settings("leads", KpiSettings(owners=("U0CITRA",))))
        echo = await log(denyut, "leads 4")
        await denyut.press(echo, "Correct", user=user)
        assert (len(denyut.slack.views) == 1) is may
        if not may:
            assert "an owner of the KPI or an admin" in denyut.slack.responses[-1][1].text

    async def test_whose_it_is_may_and_another_who_gets_hold_of_the_form_may_not(self, denyut: Bench) -> None:
        await denyut.command("/kpi catat prospek 4 untuk <@U0BOB>", user="U0AYU")
        await denyut.tick()
        (dm,) = denyut.dms("U0BOB")
        await denyut.press(dm, "Correct", user="U0BOB")
        form = denyut.form()
        stranger = await denyut.submit(form, {VALUE: "9", WHY: "x"}, user="U0EMMA")
        assert stranger.errors
        assert [each.value for each in active(denyut, "leads")] == [Decimal(4)]
        await denyut.submit(form, {VALUE: "5", WHY: "one was double"}, user="U0BOB")
        assert [each.value for each in active(denyut, "leads")] == [Decimal(5)]

    async def test_the_person_is_told_what_somebody_else_changed_and_can_answer(self, denyut: Bench) -> None:
        echo = await log(denyut, "revenue 12.5M")
        await correct(denyut, echo, "12,5 rb", user="U0AYU", why="<!channel> salah satuan")
        await denyut.tick()
        (dm,) = denyut.dms("U0BOB")
        assert "<@U0AYU> corrected your Revenue for Thu 26 Nov: Rp 12,500,000 → Rp 12,500." in plain(dm.message.text)
        assert "&lt;!channel&gt; salah satuan" in dm.message.text
        await denyut.press(dm, "Undo", user="U0BOB")
        assert [each.value for each in active(denyut, "revenue")] == [Decimal(12_500_000)]

    async def test_nobody_is_told_of_their_own_change(self, denyut: Bench) -> None:
        await correct(denyut, await log(denyut, "leads 4"), "5")
        await denyut.tick()
        assert denyut.dms("U0BOB") == []

    async def test_an_undo_by_somebody_else_is_told_too(self, denyut: Bench) -> None:
        echo = await log(denyut, "leads 4")
        await denyut.press(echo, "Undo", user="U0AYU")
        await denyut.tick()
        assert "undid your Leads" in denyut.dms("U0BOB")[0].message.text


class TestUndo:
    async def test_undoing_a_correction_brings_back_what_it_stood_for(self, denyut: Bench) -> None:
        await correct(denyut, await log(denyut, "leads 4 note fair"), "5")
        denyut.now += timedelta(minutes=1)
        answer = await denyut.command("/kpi undo", user="U0BOB")
        assert "The correction is undone. Leads: 4" in answer.text
        assert labels(answer) == ["Undo", "Correct"]
        assert [(each.value, each.note) for each in active(denyut, "leads")] == [(Decimal(4), "fair")]

    async def test_and_the_next_undo_takes_that_back(self, denyut: Bench) -> None:
        await correct(denyut, await log(denyut, "leads 4"), "5")
        await denyut.command("/kpi undo", user="U0BOB")
        await denyut.command("/kpi undo", user="U0BOB")
        assert active(denyut, "leads") == []
        assert len(entries(denyut, "leads")) == 3, "nothing is lost"

    async def test_the_first_message_corrects_what_counts_again(self, denyut: Bench) -> None:
        echo = await log(denyut, "leads 4")
        await correct(denyut, echo, "5")
        await denyut.command("/kpi undo", user="U0BOB")
        await correct(denyut, echo, "6")
        assert [each.value for each in active(denyut, "leads")] == [Decimal(6)]

    async def test_undo_of_a_corrected_entry_says_so_and_changes_nothing(self, denyut: Bench) -> None:
        echo = await log(denyut, "leads 4")
        await correct(denyut, echo, "5")
        await denyut.press(echo, "Undo", user="U0BOB")
        assert "was already corrected by <@U0BOB>" in denyut.slack.responses[-1][1].text
        assert [each.value for each in active(denyut, "leads")] == [Decimal(5)]

    async def test_in_the_form_that_tells_of_it(self, denyut: Bench) -> None:
        echo = await log(denyut, "leads 4")
        await correct(denyut, echo, "5")
        await denyut.press(denyut.form(), "Undo", user="U0BOB")
        assert "Leads: 4" in str(denyut.form())
        assert [each.value for each in active(denyut, "leads")] == [Decimal(4)]


class TestHistory:
    async def pick(self, denyut: Bench, user: str, words: str = "leads") -> dict[str, Any]:
        history = await denyut.command(f"/kpi history {words}", user=user)
        change = labels(history)[-1]
        await denyut.press(history, change, user=user)
        return denyut.form()

    async def test_of_one_person(self, denyut: Bench) -> None:
        await log(denyut, "leads 4")
        await log(denyut, "leads 9", user="U0EMMA")
        history = await denyut.command("/kpi history leads <@U0EMMA|emma>", user="U0BOB")
        assert "Leads: latest entries of <@U0EMMA>" in history.text
        assert "Emma de Vries" in history.text
        assert "Bob Tan" not in history.text
        nothing = await denyut.command("/kpi history leads <@U0CITRA>", user="U0BOB")
        assert "no entries of <@U0CITRA>" in nothing.text

    async def test_only_what_one_may_change_is_offered(self, denyut: Bench) -> None:
        await log(denyut, "leads 4")
        await log(denyut, "leads 9", user="U0EMMA")
        form = await self.pick(denyut, "U0BOB")
        (field,) = (block for block in form["blocks"] if block["type"] == "input")
        assert [each["text"]["text"] for each in field["element"]["options"]] == ["Thu 26 Nov · 4 · Bob Tan"]
        assert "Ubah salah satu" not in labels(await denyut.command("/kpi history leads", user="U0CITRA"))

    async def test_correcting_from_it(self, denyut: Bench) -> None:
        await log(denyut, "leads 4")
        await denyut.submit(await self.pick(denyut, "U0BOB"), {}, user="U0BOB")
        await denyut.submit(denyut.form(), {VALUE: "5", WHY: "one more"}, user="U0BOB")
        assert [each.value for each in active(denyut, "leads")] == [Decimal(5)]

    async def test_an_admin_deletes_with_a_reason_and_the_person_is_told(self, denyut: Bench) -> None:
        await log(denyut, "leads 4")
        form = await self.pick(denyut, "U0AYU")
        await denyut.submit(form, {"kpi.way_input": "delete"}, user="U0AYU")
        delete = denyut.form()
        assert "kpi.why_input" in (await denyut.submit(delete, {WHY: " "}, user="U0AYU")).errors
        await denyut.submit(delete, {WHY: "data uji coba"}, user="U0AYU")
        (entry,) = entries(denyut, "leads")
        assert (entry.state, entry.because, entry.changed_by) == (EntryState.DELETED, "data uji coba", "U0AYU")
        await denyut.submit(delete, {WHY: "data uji coba"}, user="U0AYU")
        await denyut.tick()
        (dm,) = denyut.dms("U0BOB")
        assert "deleted your Leads" in dm.message.text
        assert "Reason: data uji coba" in dm.message.text
        history = (await denyut.command("/kpi history leads", user="U0BOB")).text
        assert "deleted by Ayu Lestari, Thu 26 Nov, 16:00: data uji coba" in history

    async def test_nobody_else_deletes(self, denyut: Bench) -> None:
        await log(denyut, "leads 4")
        form = await self.pick(denyut, "U0AYU")
        await denyut.submit(form, {"kpi.way_input": "delete"}, user="U0AYU")
        answer = await denyut.submit(denyut.form(), {WHY: "mine"}, user="U0BOB")
        assert "Only admins can delete" in str(answer.errors)
        assert len(active(denyut, "leads")) == 1

    async def test_a_kpi_one_may_not_see_has_no_history(self, denyut: Bench) -> None:
        echo = await log(denyut, "leads 4")
        denyut.do(lambda db: db.catalogue.set_settings("leads", HIDDEN))
        assert "I do not know the KPI" in (await denyut.command("/kpi history leads", user="U0EMMA")).text
        await denyut.press(echo, "Correct", user="U0EMMA")
        assert denyut.slack.views == []
        assert "Bob Tan" in (await denyut.command("/kpi riwayat prospek", user="U0CITRA")).text
