"""Logging for somebody else, the same value twice, confidence, late values, retired KPIs, through Bolt."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.domain.catalogue import KpiSettings, KpiVersion
from bot.domain.entries import Confidence, Entry, EntryState
from bot.domain.formulas import Term
from bot.domain.kpis import KPIS, Aggregation
from bot.domain.policies import Policy, Who
from tests.features.harness import Answer, Bench

NBSP = "\N{NO-BREAK SPACE}"
TODAY = date(2026, 11, 26)


def entries(denyut: Bench, kpi: str) -> list[Entry]:
    found: list[Entry] = denyut.do(lambda db: db.kpis.history(kpi))
    return found


def active(denyut: Bench, kpi: str) -> list[Entry]:
    return [each for each in entries(denyut, kpi) if each.state is EntryState.ACTIVE]


def labels(message: Answer) -> list[str]:
    rows = [block for block in message.blocks if block["type"] == "actions"]
    return [element["text"]["text"] for block in rows for element in block["elements"]]


def set_kpi(denyut: Bench, kpi: str, settings: KpiSettings) -> None:
    denyut.do(lambda db: db.catalogue.set_settings(kpi, settings))


class TestForSomebodyElse:
    async def test_an_owner_of_the_kpi_may_and_the_person_is_told(self, denyut: Bench) -> None:
        set_kpi(denyut, "leads", KpiSettings(owners=("U0BOB",)))
        await denyut.command("/kpi log leads 5 for <@U0EMMA>", user="U0BOB")
        await denyut.tick()
        assert [(each.member_id, each.logged_by) for each in active(denyut, "leads")] == [("U0EMMA", "U0BOB")]
        (dm,) = denyut.dms("U0EMMA")
        assert "<@U0BOB> logged Leads for you: 5" in dm.message.text

    async def test_an_owner_of_another_kpi_may_not(self, denyut: Bench) -> None:
        set_kpi(denyut, "leads", KpiSettings(owners=("U0BOB",)))
        answer = await denyut.command("/kpi log revenue 5 for <@U0EMMA>", user="U0BOB")
        assert "Only admins and the owners of this KPI" in answer.text
        assert entries(denyut, "revenue") == []

    @pytest.mark.parametrize(
        ("who", "user", "may"),
        [
            (Who.MEMBERS, "U0EMMA", True),
            (Who.OWNERS, "U0EMMA", False),
            (Who.OWNERS, "U0BOB", True),
            (Who.ADMINS, "U0BOB", False),
            (Who.ADMINS, "U0AYU", True),
        ],
    )
    async def test_the_workspace_decides_who_may(self, denyut: Bench, who: Who, user: str, may: bool) -> None:
        denyut.do(lambda db: db.catalogue.set_policy(Policy(log_for_others=who)))
        set_kpi(denyut, "leads", KpiSettings(owners=("U0BOB",)))
        await denyut.command("/kpi log leads 5 for <@U0CITRA>", user=user)
        assert len(active(denyut, "leads")) == int(may)


class TestRetired:
    async def test_nothing_is_logged_any_more_and_the_sentence_says_since_when(self, denyut: Bench) -> None:
        set_kpi(denyut, "leads", KpiSettings(retired_on=date(2026, 11, 1), retired_because="nobody looks at it"))
        answer = await denyut.command("/kpi log leads 5", user="U0BOB")
        assert "was retired on 1 Nov 2026" in answer.text
        assert entries(denyut, "leads") == []
        await denyut.command("/kpi log revenue 5", user="U0BOB")
        assert len(active(denyut, "revenue")) == 1

    async def test_what_was_typed_into_an_open_form_is_not_dropped_in_silence(self, denyut: Bench) -> None:
        await denyut.command("/kpi log", user="U0BOB")
        form = denyut.form()
        set_kpi(denyut, "leads", KpiSettings(retired_on=TODAY))
        answer = await denyut.submit(form, {"value.leads": "7", "value.orders": "3"}, user="U0BOB")
        assert list(answer.body["errors"]) == ["value.leads"]
        assert active(denyut, "orders") == []

    async def test_nothing_is_recorded_for_what_is_computed_since_the_question(self, denyut: Bench) -> None:
        own = replace(KPIS["revenue"], key="own", names={"en": "Own money"})
        denyut.do(lambda db: db.catalogue.add_version(KpiVersion(own, 1, TODAY, "U0BOB", denyut.now)))
        question = await denyut.command("/kpi log own money 1.500", user="U0BOB")
        computed = replace(own, aggregation=Aggregation.RATIO, formula=Term("revenue"))
        denyut.do(lambda db: db.catalogue.add_version(KpiVersion(computed, 2, TODAY, "U0BOB", denyut.now)))
        await denyut.press(question, "kpi.value_chosen:0", user="U0BOB")
        assert active(denyut, "own") == []

    async def test_an_open_question_about_it_records_nothing_either(self, denyut: Bench) -> None:
        question = await denyut.command("/kpi log revenue 1.500", user="U0BOB")
        set_kpi(denyut, "revenue", KpiSettings(retired_on=TODAY))
        await denyut.press(question, "kpi.value_chosen:0", user="U0BOB")
        assert "was retired" in denyut.slack.responses[-1][1].text
        assert entries(denyut, "revenue") == []


class TestTheSameTwice:
    async def test_it_is_asked_before_anything_is_stored(self, denyut: Bench) -> None:
        await denyut.command("/kpi log leads 7 note a", user="U0BOB")
        question = await denyut.command("/kpi log leads 7 note b", user="U0BOB")
        assert labels(question) == ["Yes, record it again", "No, it was the same"]
        assert "You already recorded Leads: 7 for Thu 26 Nov" in question.text
        assert len(entries(denyut, "leads")) == 1

    async def test_yes_records_it_once_with_all_that_was_said(self, denyut: Bench) -> None:
        await denyut.command("/kpi log leads 7", user="U0BOB")
        question = await denyut.command("/kpi log leads 7 unsure note second fair", user="U0BOB")
        await denyut.press(question, "Yes, record it again", user="U0BOB")
        await denyut.press(question, "Yes, record it again", user="U0BOB")
        assert sorted((each.note, each.confidence) for each in active(denyut, "leads")) == [
            ("", None), ("second fair", Confidence.UNSURE),
        ]  # fmt: skip
        assert denyut.slack.responses[-1][1].text.startswith("Recorded. Leads: 7")

    async def test_no_records_nothing(self, denyut: Bench) -> None:
        await denyut.command("/kpi log leads 7", user="U0BOB")
        question = await denyut.command("/kpi log leads 7", user="U0BOB")
        await denyut.press(question, "No, it was the same", user="U0BOB")
        assert "It stays at Leads: 7" in denyut.slack.responses[-1][1].text
        assert len(entries(denyut, "leads")) == 1

    async def test_a_redelivery_records_once_and_is_not_asked(self, denyut: Bench) -> None:
        first = await denyut.command("/kpi log leads 7", user="U0BOB", trigger="same")
        again = await denyut.command("/kpi log leads 7", user="U0BOB", trigger="same")
        assert again.text == first.text
        assert len(entries(denyut, "leads")) == 1

    @pytest.mark.parametrize(
        ("words", "user"),
        [("leads 8", "U0BOB"), ("leads 7 yesterday", "U0BOB"), ("orders 7", "U0BOB"), ("leads 7", "U0EMMA"),
         ("leads 7 for <@U0EMMA>", "U0AYU")],
    )  # fmt: skip
    async def test_another_value_day_kpi_or_person_is_not_asked(self, denyut: Bench, words: str, user: str) -> None:
        await denyut.command("/kpi log leads 7", user="U0BOB")
        answer = await denyut.command(f"/kpi log {words}", user=user)
        assert answer.text.startswith(("Recorded.", "Tercatat."))

    async def test_a_day_later_and_after_an_undo_it_is_not_asked(self, denyut: Bench) -> None:
        await denyut.command("/kpi log leads 7 on 2026-11-25", user="U0BOB")
        await denyut.command("/kpi undo", user="U0BOB")
        assert (await denyut.command("/kpi log leads 7 on 2026-11-25", user="U0BOB")).text.startswith("Recorded.")
        denyut.now += timedelta(hours=23)
        assert "Record it again?" in (await denyut.command("/kpi log leads 7 on 2026-11-25", user="U0BOB")).text
        denyut.now += timedelta(hours=2)
        assert (await denyut.command("/kpi log leads 7 on 2026-11-25", user="U0BOB")).text.startswith("Recorded.")

    async def test_it_comes_after_the_question_which_number(self, denyut: Bench) -> None:
        await denyut.command("/kpi log revenue 1500", user="U0BOB")
        question = await denyut.command("/kpi log revenue 1.500", user="U0BOB")
        await denyut.press(question, "kpi.value_chosen:1", user="U0BOB")
        assert "Record it again?" in denyut.slack.responses[-1][1].text
        assert len(entries(denyut, "revenue")) == 1

    async def test_in_the_form_it_is_said_under_the_input_and_nothing_is_stored(self, denyut: Bench) -> None:
        await denyut.command("/kpi log leads 7", user="U0BOB")
        await denyut.command("/kpi log", user="U0BOB")
        answer = await denyut.submit(denyut.form(), {"value.leads": "7", "value.orders": "3"}, user="U0BOB")
        assert answer.errors == {
            "value.leads": "You already recorded 7 for Thu 26 Nov. Leave this empty, or change it."
        }
        assert entries(denyut, "orders") == []
        await denyut.submit(denyut.form(), {"value.leads": "8", "value.orders": "3"}, user="U0BOB")
        assert len(active(denyut, "orders")) == 1

    async def test_in_indonesian(self, denyut: Bench) -> None:
        await denyut.command("/kpi catat prospek 7", user="U0CITRA")
        question = await denyut.command("/kpi catat prospek 7", user="U0CITRA")
        assert labels(question) == ["Ya, catat lagi", "Tidak, itu yang tadi"]


class TestConfidenceAndOrder:
    @pytest.mark.parametrize(
        ("words", "user", "said"),
        [
            ("log leads 12 confidence unsure note one big order is open", "U0BOB", "Confidence: unsure"),
            ("log 12 leads on track", "U0BOB", "Confidence: on track"),
            ("catat prospek 12 meleset", "U0CITRA", "Keyakinan: akan meleset"),
            ("catat kemarin prospek 12 keyakinan yakin", "U0CITRA", "Keyakinan: yakin tercapai"),
        ],
    )
    async def test_it_is_recorded_echoed_and_in_the_history(
        self, denyut: Bench, words: str, user: str, said: str
    ) -> None:
        answer = await denyut.command(f"/kpi {words}", user=user)
        assert said in answer.text
        (entry,) = active(denyut, "leads")
        assert entry.value == Decimal(12)
        assert entry.confidence is not None
        history = await denyut.command("/kpi history leads", user=user)
        assert said.partition(": ")[2] in history.text

    async def test_it_goes_through_a_question(self, denyut: Bench) -> None:
        question = await denyut.command("/kpi log revenue 1.500 off", user="U0BOB")
        await denyut.press(question, "kpi.value_chosen:0", user="U0BOB")
        assert active(denyut, "revenue")[0].confidence is Confidence.OFF


class TestLate:
    async def test_more_than_a_week_back_is_marked_in_echo_and_history(self, denyut: Bench) -> None:
        answer = await denyut.command("/kpi log leads 7 on 2026-11-18", user="U0BOB")
        assert "Logged late" in answer.text
        assert ", late" in (await denyut.command("/kpi history leads", user="U0BOB")).text

    async def test_a_week_back_is_not(self, denyut: Bench) -> None:
        answer = await denyut.command("/kpi log leads 7 on 2026-11-19", user="U0BOB")
        assert "Logged late" not in answer.text
        assert ", late" not in (await denyut.command("/kpi history leads", user="U0BOB")).text
