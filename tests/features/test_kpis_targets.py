"""Targets as people set them, through Bolt: by command and by the form, for oneself, others, groups and everybody; the
list with its pace, forecast and parts; taking one back."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import current_thread
from typing import Any

import pytest

from bot.domain.catalogue import KpiSettings
from bot.domain.entries import Entry
from bot.domain.members import Member
from bot.domain.periods import PeriodKind
from bot.domain.policies import Policy, Who
from bot.domain.targets import Aim, Target
from bot.kpis import teams
from bot.slack import ids
from storage import new_id
from storage.kpis import Entries
from tests.features.conftest import THURSDAY
from tests.features.harness import Answer, Bench

NBSP = "\N{NO-BREAK SPACE}"
TODAY = date(2026, 11, 26)
SALES = "<!subteam^S0SALES|@sales>"


def spoken(answer: Answer) -> str:
    return answer.text.replace(NBSP, " ")


def active(denyut: Bench) -> list[Target]:
    found: list[Target] = denyut.do(lambda db: db.targets.active())
    return found


def log(denyut: Bench, kpi: str, on: date, value: int, member: str = "U0BOB") -> None:
    entry = Entry(new_id(), kpi, member, Decimal(value), on, member, THURSDAY, source=new_id())
    denyut.do(lambda db: db.kpis.add(entry))


async def submit_twice(denyut: Bench, form: Mapping[str, Any], inputs: Mapping[str, str], user: str) -> None:
    """Slack delivers the same submission again."""
    sent: list[dict[str, Any]] = []
    dispatch = denyut.dispatch

    async def kept(payload: dict[str, Any]) -> Answer:
        sent.append(payload)
        return await dispatch(payload)

    denyut.dispatch = kept  # type: ignore[method-assign]
    await denyut.submit(form, inputs, user=user)
    denyut.dispatch = dispatch  # type: ignore[method-assign]
    before = active(denyut)
    await denyut.dispatch(sent[0])
    assert active(denyut) == before


async def log_months(denyut: Bench, values: dict[date, int]) -> None:
    member = Member("U0BOB")
    for on, value in values.items():
        log(denyut, "revenue", on, value, member.id)


def settle(denyut: Bench, kpi: str, **settings: Any) -> None:
    denyut.do(lambda db: db.catalogue.set_settings(kpi, replace(KpiSettings(), **settings)))


class TestTargets:
    async def test_far_beyond_the_best_is_told_without_a_factor(self, denyut: Bench) -> None:
        await log_months(denyut, {date(2026, 10, 10): 3_000_000})
        answer = await denyut.command("/kpi target revenue 500M per month", user="U0BOB")
        assert "far more than ever before: the best month so far was Rp 3,000,000 (last month)" in spoken(answer)
        assert "times" not in answer.text
        assert (
            "9 times the best month" in (await denyut.command("/kpi target revenue 27M per month", user="U0BOB")).text
        )

    async def test_what_does_not_add_up_is_no_allowance(self, denyut: Bench) -> None:
        answer = await denyut.command("/kpi target lead response time 2h per week", user="U0BOB")
        assert "Lead response time: 2 h, each week, the whole team" in answer.text
        listed = await denyut.command("/kpi list", user="U0BOB")
        assert "Target: 2 h, each week." in listed.text

    async def test_a_share_of_a_target_is_never_rounded_up_to_all_of_it(self, denyut: Bench) -> None:
        await denyut.command("/kpi target leads 1000 per week", user="U0BOB")
        answer = await denyut.command("/kpi log leads 999", user="U0BOB")
        assert "999 of 1,000 (99%)" in answer.text

    async def test_a_target_is_told_with_its_ambition_and_pace(self, denyut: Bench) -> None:
        await log_months(denyut, {date(2026, 9, 10): 40_000_000, date(2026, 10, 10): 50_000_000})
        await denyut.command("/kpi log revenue 60M", user="U0BOB")
        answer = await denyut.command("/kpi target revenue 120M per month", user="U0BOB")
        assert "Revenue: Rp 120,000,000 per month, the whole team" in spoken(answer)
        assert "2.4 times the best month so far (Rp 50,000,000, last month)" in spoken(answer)
        assert "This month: Rp 60,000,000 of Rp 120,000,000 (50%), at risk" in spoken(answer)
        again = await denyut.command("/kpi target revenue 45M per month", user="U0BOB")
        assert "replaces the target of Rp 120,000,000 per month" in spoken(again)
        assert "reached before" in again.text
        assert "met" in again.text

    async def test_the_same_command_twice_sets_one_target(self, denyut: Bench) -> None:
        first = await denyut.command("/kpi target leads 50 per week", user="U0BOB", trigger="t")
        again = await denyut.command("/kpi target leads 50 per week", user="U0BOB", trigger="t")
        assert first.text == again.text
        assert len(denyut.do(lambda db: db.targets.active())) == 1

    async def test_an_ambiguous_target_is_asked_about(self, denyut: Bench) -> None:
        question = await denyut.command("/kpi target revenue 2,5 M by 2026-12-31", user="U0BOB")
        assert denyut.do(lambda db: db.targets.active()) == []
        await denyut.press(question, f"Rp{NBSP}2,500,000", user="U0BOB")
        (target,) = denyut.do(lambda db: db.targets.active())
        assert (target.value, target.deadline, target.owner_id) == (Decimal(2_500_000), date(2026, 12, 31), "")

    async def test_for_another_person_only_admins_set_it(self, denyut: Bench) -> None:
        refused = await denyut.command("/kpi target leads 5 per month for <@U0EMMA>", user="U0BOB")
        assert "Only admins" in refused.text
        await denyut.command("/kpi target leads 5 per month for <@U0EMMA>", user="U0AYU")
        await denyut.command("/kpi target leads 6 per month for <@U0BOB>", user="U0BOB")
        owners = sorted(target.owner_id for target in denyut.do(lambda db: db.targets.active()))
        assert owners == ["U0BOB", "U0EMMA"]

    async def test_nobody_has_a_target_who_does_not_work_here(self, denyut: Bench) -> None:
        refused = await denyut.command("/kpi target leads 5 per month for <@U0GONE>", user="U0AYU")
        assert "hanya bisa untuk orang yang bekerja di workspace ini" in refused.text
        assert denyut.do(lambda db: db.targets.active()) == []

    async def test_ones_own_target_is_held_against_ones_own_numbers(self, denyut: Bench) -> None:
        await denyut.command("/kpi target leads 10 per week for <@U0BOB>", user="U0BOB")
        await denyut.command("/kpi log leads 30", user="U0EMMA")
        answer = await denyut.command("/kpi log leads 4", user="U0BOB")
        assert "This week, <@U0BOB>: 4 of 10 (40%)" in answer.text


class TestWithoutAPeriod:
    """Nobody said by when: what the owner's one running target says holds on, else it is asked."""

    async def test_it_is_asked_and_nothing_is_set_before_the_click(self, denyut: Bench) -> None:
        question = await denyut.command("/kpi target leads 50", user="U0BOB")
        assert question.text == (
            "Leads: 50, the whole team. Is that per week, month, quarter or year? Nothing is set before you choose.\n"
            "For a deadline instead, write `/kpi target leads VALUE by DATE`."
        )
        assert active(denyut) == []
        await denyut.press(question, "Per quarter", user="U0BOB")
        assert "Leads: 50 per quarter, the whole team" in denyut.slack.responses[-1][1].text
        (target,) = active(denyut)
        assert (target.value, target.period, target.owner_id) == (Decimal(50), PeriodKind.QUARTER, "")

    async def test_it_is_asked_in_the_persons_language(self, denyut: Bench) -> None:
        question = await denyut.command("/kpi target kepuasan pelanggan antara 4 dan 4,8", user="U0CITRA")
        assert "antara 4 dan 4,8, seluruh tim. Itu per minggu, bulan, kuartal, atau tahun?" in spoken(question)
        await denyut.press(question, "Tiap bulan", user="U0CITRA")
        (target,) = active(denyut)
        assert (target.value, target.upper, target.aim) == (Decimal(4), Decimal("4.8"), Aim.INSIDE)
        assert target.period is PeriodKind.MONTH

    async def test_the_one_running_target_says_it(self, denyut: Bench) -> None:
        await denyut.command("/kpi target leads 40 per week", user="U0BOB")
        answer = await denyut.command("/kpi target leads 50", user="U0BOB")
        assert "Target set. Leads: 50 per week, the whole team" in answer.text
        assert "You named no period, so it stays per week, as before." in answer.text
        assert [(each.value, each.period) for each in active(denyut)] == [(Decimal(50), PeriodKind.WEEK)]
        named = await denyut.command("/kpi target leads 60 per week", user="U0BOB")
        assert "as before" not in named.text

    async def test_of_several_it_is_asked_which(self, denyut: Bench) -> None:
        await denyut.command("/kpi target leads 40 per week", user="U0BOB")
        await denyut.command("/kpi target leads 160 per month", user="U0BOB")
        question = await denyut.command("/kpi target leads 50", user="U0BOB")
        assert "Is that per week" in question.text
        assert {each.value for each in active(denyut)} == {Decimal(40), Decimal(160)}

    async def test_a_deadline_and_the_target_of_somebody_else_say_nothing_of_it(self, denyut: Bench) -> None:
        await denyut.command("/kpi target leads 400 by 2026-12-31", user="U0BOB")
        await denyut.command("/kpi target leads 5 per week for <@U0EMMA>", user="U0AYU")
        question = await denyut.command("/kpi target leads 50", user="U0BOB")
        assert "Is that per week" in question.text
        own = await denyut.command("/kpi target leads 6 for <@U0EMMA>", user="U0EMMA")
        assert "6 per week, <@U0EMMA>" in own.text

    async def test_one_that_was_taken_back_says_nothing_of_it(self, denyut: Bench) -> None:
        await denyut.command("/kpi target leads 40 per week", user="U0BOB")
        await denyut.command("/kpi target remove leads", user="U0BOB")
        assert "Is that per week" in (await denyut.command("/kpi target leads 50", user="U0BOB")).text

    async def test_a_number_that_could_be_two_is_asked_about_first(self, denyut: Bench) -> None:
        which = await denyut.command("/kpi target revenue 2,5 M", user="U0BOB")
        await denyut.press(which, f"Rp{NBSP}2,500,000", user="U0BOB")
        assert active(denyut) == []
        question = denyut.slack.responses[-1][1]
        await denyut.press(question, "Per year", user="U0BOB")
        (target,) = active(denyut)
        assert (target.value, target.period) == (Decimal(2_500_000), PeriodKind.YEAR)

    async def test_of_two_answers_to_one_question_the_first_holds(self, denyut: Bench) -> None:
        question = await denyut.command("/kpi target leads 50", user="U0BOB")
        await denyut.press(question, "Per week", user="U0BOB")
        await denyut.press(question, "Per month", user="U0BOB")
        assert [each.period for each in active(denyut)] == [PeriodKind.WEEK]
        assert "Leads: 50 per week" in denyut.slack.responses[-1][1].text

    async def test_the_answer_is_checked_again(self, denyut: Bench) -> None:
        question = await denyut.command("/kpi target leads 50", user="U0BOB")
        denyut.do(lambda db: db.catalogue.set_policy(Policy(target=Who.ADMINS)))
        await denyut.press(question, "Per week", user="U0BOB")
        assert active(denyut) == []
        await denyut.press(question, "Per week", user="U0AYU")
        assert len(active(denyut)) == 1

    async def test_who_may_not_set_it_is_told_at_once(self, denyut: Bench) -> None:
        refused = await denyut.command("/kpi target leads 5 for <@U0EMMA>", user="U0BOB")
        assert "Only admins" in refused.text


class TestWhatIsAskedFor:
    @pytest.mark.parametrize(
        ("user", "line", "kept", "said"),
        [
            ("U0BOB", "satisfaction at least 4.5 per month", (Aim.ABOVE, "4.5", None), "at least 4.5, each month"),
            ("U0CITRA", "kepuasan minimal 4,5 per bulan", (Aim.ABOVE, "4.5", None), "minimal 4,5, tiap bulan"),
            ("U0BOB", "lead response time at most 2h per week", (Aim.BELOW, "7200", None), "at most 2 h, each week"),
            ("U0CITRA", "prospek maksimal 90 per minggu", (Aim.BELOW, "90", None), "maksimal 90 per minggu"),
            ("U0CITRA", "pendapatan 5 jt minimal per hari", (Aim.ABOVE, "5000000", None), "minimal Rp 5.000.000 per"),
            ("U0BOB", "satisfaction between 4 and 4.8 per month", (Aim.INSIDE, "4", "4.8"), "between 4 and 4.8,"),
            ("U0CITRA", "prospek antara 50 dan 80 per pekan", (Aim.INSIDE, "50", "80"), "antara 50 dan 80 per minggu"),
            ("U0BOB", "leads between 1,500 and 2,000 per month", (Aim.INSIDE, "1500", "2000"), "between 1,500 and"),
            ("U0BOB", "revenue 500M per month", (None, "500000000", None), "Revenue: Rp 500,000,000 per month"),
        ],
    )  # fmt: skip
    async def test_it_is_understood_in_both_languages_and_said_back(
        self, denyut: Bench, user: str, line: str, kept: tuple[Aim | None, str, str | None], said: str
    ) -> None:
        answer = await denyut.command(f"/kpi target {line}", user=user)
        assert said in spoken(answer)
        (target,) = active(denyut)
        aim, value, upper = kept
        assert (target.aim, target.value, target.upper) == (aim, Decimal(value), Decimal(upper) if upper else None)

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("leads between 5", "a range has two numbers"),
            ("leads between and 5", "a range has two numbers"),
            ("leads between 5 and 3", "the first number of a range is the smaller one"),
            ("leads at least", "how much Leads"),
            ("revenue between 1.500 and 2.000", "could be read in two ways"),
            (f"leads 5 for <@U0BOB> {SALES}", "belongs to one person or one group"),
            ("leads 5 for nobody", "I do not know who"),
        ],
    )
    async def test_what_is_no_target_is_named_in_a_sentence(self, denyut: Bench, line: str, said: str) -> None:
        answer = await denyut.command(f"/kpi target {line}", user="U0BOB")
        assert said in answer.text
        assert "\n" not in answer.text
        assert active(denyut) == []

    async def test_inside_a_range_the_past_is_told_as_a_share(self, denyut: Bench) -> None:
        for month, value in ((7, 40), (8, 60), (9, 70), (10, 90)):
            log(denyut, "leads", date(2026, month, 10), value)
        answer = await denyut.command("/kpi target leads between 50 and 80 per month", user="U0BOB")
        assert "Of the last 4 months, 50% lay in this range." in answer.text

    async def test_the_kpis_own_thresholds_decide_its_status(self, denyut: Bench) -> None:
        """November has 21 working days, 18 have gone by: 85.7 of 100 are expected, and 75 is 87.5 % of that."""
        log(denyut, "leads", date(2026, 11, 10), 75)
        assert "75 of 100 (75%), behind" in (await denyut.command("/kpi target leads 100 per month", user="U0BOB")).text
        settle(denyut, "leads", on_track=Decimal(95), behind=Decimal(90))
        assert (
            "75 of 100 (75%), at risk" in (await denyut.command("/kpi target leads 100 per month", user="U0BOB")).text
        )


class TestWhoMay:
    async def test_an_owner_sets_it_for_others_who_are_told(self, denyut: Bench) -> None:
        settle(denyut, "leads", owners=("U0BOB",))
        await denyut.command("/kpi target leads 5 per week for <@U0CITRA>", user="U0BOB")
        await denyut.tick()
        (posted,) = denyut.dms("U0CITRA")
        assert posted.message.text == "<@U0BOB> menetapkan target untukmu. Jumlah prospek: 5 per minggu"
        await denyut.press(posted, "Lihat target saya", user="U0CITRA")
        assert "Jumlah prospek" in denyut.slack.responses[-1][1].text

    async def test_ones_own_target_is_no_news_to_oneself(self, denyut: Bench) -> None:
        await denyut.command("/kpi target leads 5 per month for <@U0BOB>", user="U0BOB")
        await denyut.tick()
        assert denyut.dms("U0BOB") == []

    async def test_a_target_taken_back_before_it_was_told_is_not_told(self, denyut: Bench) -> None:
        await denyut.command("/kpi target leads 5 per month for <@U0BOB>", user="U0AYU")
        await denyut.command("/kpi target remove leads for <@U0BOB>", user="U0AYU")
        await denyut.tick()
        assert denyut.dms("U0BOB") == []

    @pytest.mark.parametrize(
        ("who", "user", "may"),
        [
            (Who.MEMBERS, "U0EMMA", True), (Who.OWNERS, "U0EMMA", False), (Who.OWNERS, "U0BOB", True),
            (Who.OWNERS, "U0AYU", True), (Who.ADMINS, "U0BOB", False), (Who.ADMINS, "U0AYU", True),
        ],
    )  # fmt: skip
    async def test_the_workspace_decides_who_sets_the_teams_targets(
        self, denyut: Bench, who: Who, user: str, may: bool
    ) -> None:
        settle(denyut, "leads", owners=("U0BOB",))
        denyut.do(lambda db: db.catalogue.set_policy(Policy(target=who)))
        await denyut.command("/kpi target leads 5 per month", user=user)
        assert bool(active(denyut)) is may
        await denyut.command(f"/kpi target leads 5 per month for <@{user}>", user=user)
        assert f"{user}" in [each.owner_id for each in active(denyut)], "one's own is always one's own"

    async def test_a_retired_kpi_gets_no_target(self, denyut: Bench) -> None:
        settle(denyut, "leads", retired_on=date(2026, 11, 1))
        assert "retired" in (await denyut.command("/kpi target leads 5 per month", user="U0BOB")).text
        assert "retired" in (await denyut.command("/kpi target leads", user="U0BOB")).text
        assert active(denyut) == []
        assert denyut.slack.views == []


class TestGroups:
    async def test_a_groups_target_is_held_against_its_members_numbers(self, denyut: Bench) -> None:
        denyut.slack.groups["S0SALES"] = ("sales", "Sales", ["U0BOB", "U0EMMA"])
        log(denyut, "leads", date(2026, 11, 24), 3, "U0BOB")
        log(denyut, "leads", date(2026, 11, 24), 4, "U0EMMA")
        log(denyut, "leads", date(2026, 11, 24), 50, "U0CITRA")
        answer = await denyut.command(f"/kpi target leads 10 per week for {SALES}", user="U0BOB")
        assert "I am still reading who is in the group" in answer.text
        assert "no history" not in answer.text, "that is not known yet either"
        await denyut.tick()
        listed = await denyut.command("/kpi target", user="U0EMMA")
        assert "per week, <!subteam^S0SALES>\nThis week: 7 of 10 (70%), on track." in listed.text
        assert "S0SALES" not in (await denyut.command("/kpi target", user="U0CITRA")).text, "it is not hers"

    async def test_who_is_in_a_group_is_read_again_every_day(self, denyut: Bench) -> None:
        denyut.slack.groups["S0SALES"] = ("sales", "Sales", ["U0BOB"])
        await denyut.command(f"/kpi target leads 10 per month for {SALES}", user="U0BOB")
        await denyut.tick()
        await denyut.tick()
        denyut.slack.groups["S0SALES"] = ("sales", "Sales", ["U0CITRA"])
        await denyut.tick(denyut.now + timedelta(minutes=30))
        assert denyut.do(lambda db: db.teams.members("S0SALES")) == {"U0BOB"}
        await denyut.tick(denyut.now + timedelta(days=1))
        assert denyut.do(lambda db: db.teams.members("S0SALES")) == {"U0CITRA"}

    async def test_a_group_that_slack_does_not_know_breaks_nothing(self, denyut: Bench) -> None:
        await denyut.command(f"/kpi target leads 10 per month for {SALES}", user="U0BOB")
        await denyut.tick()
        assert denyut.do(lambda db: db.teams.known()) == frozenset()
        denyut.slack.groups["S0SALES"] = ("sales", "Sales", ["U0BOB"])
        await denyut.tick(denyut.now + timedelta(minutes=61))
        assert denyut.do(lambda db: db.teams.members("S0SALES")) == {"U0BOB"}


class TestParts:
    async def test_the_gap_between_the_parts_and_the_whole_is_told(self, denyut: Bench) -> None:
        await denyut.command("/kpi target revenue 100M per month", user="U0BOB")
        await denyut.command("/kpi target revenue 50 jt per month for <@U0BOB>", user="U0AYU")
        answer = await denyut.command("/kpi target revenue 30 jt per month for <@U0EMMA>", user="U0AYU")
        assert "Yang sudah dibagi: Rp 80.000.000 dari Rp 100.000.000 (2 orang)." in spoken(answer)
        assert "Sisanya Rp 20.000.000 belum ada pemiliknya." in spoken(answer)
        english = "Split so far: Rp 80,000,000 of Rp 100,000,000 (2 people). Rp 20,000,000 has no owner yet."
        assert english in spoken(await denyut.command("/kpi target", user="U0EMMA"))

    @pytest.mark.parametrize(
        ("second", "said"),
        [
            ("50M", "Split in full: Rp 100,000,000 (2 people)"),
            ("70M", "Rp 20,000,000 more than the whole of Rp 100,000,000"),
        ],
    )
    async def test_all_of_it_and_more_than_that(self, denyut: Bench, second: str, said: str) -> None:
        await denyut.command("/kpi target revenue 100M per month", user="U0BOB")
        await denyut.command("/kpi target revenue 50 jt per month for <@U0CITRA>", user="U0AYU")
        answer = await denyut.command(f"/kpi target revenue {second} per month for <@U0BOB>", user="U0BOB")
        assert said in spoken(answer)

    async def test_a_whole_without_parts_says_nothing_of_them(self, denyut: Bench) -> None:
        assert "parts" not in (await denyut.command("/kpi target revenue 100M per month", user="U0BOB")).text


class TestList:
    async def test_it_says_what_a_day_needs_and_where_it_will_end(self, denyut: Bench) -> None:
        """Every working day brought 4 leads, 18 of them in November: 72 so far of 100, 28 in the 3 days left (9.33 a
        day, today included), and 84 in the end, without any spread."""
        day = date(2026, 9, 1)
        while day < TODAY:
            if day.weekday() < 5:
                log(denyut, "leads", day, 4)
            day += timedelta(days=1)
        await denyut.command("/kpi target leads 100 per month", user="U0BOB")
        said = (await denyut.command("/kpi target", user="U0BOB")).text
        assert "*Leads* · per month, the whole team\nThis month: 72 of 100 (72%), behind." in said
        assert "From now on it takes about 9.33 per working day." in said
        assert "Forecast for the end: about 84 (based on the last 60 working days)." in said
        indonesian = (await denyut.command("/kpi sasaran", user="U0CITRA")).text
        assert "Perkiraan akhir: sekitar 84 (berdasarkan 60 hari kerja terakhir)." in indonesian

    async def test_a_persons_forecast_is_made_of_their_own_numbers(self, denyut: Bench) -> None:
        """Bob brings 2 on every working day, Citra 50; a ratio is based on the weeks of its owner too."""
        day = date(2026, 9, 1)
        while day < TODAY:
            if day.weekday() < 5:
                for kpi, value in (("leads", 2), ("deals_won", 1)):
                    log(denyut, kpi, day, value, "U0BOB")
                    log(denyut, kpi, day, value * 25 if kpi == "leads" else 5, "U0CITRA")
            day += timedelta(days=1)
        await denyut.command("/kpi target leads 60 per month for <@U0BOB>", user="U0BOB")
        await denyut.command("/kpi target conversion rate 60% per month for <@U0BOB>", user="U0BOB")
        said = (await denyut.command("/kpi target", user="U0BOB")).text
        assert "Forecast for the end: about 42 (based on" in said  # 2 on each of 21 working days
        weekly = "Forecast for the end: about 50% (based on the figures of the last 8 weeks)."
        assert weekly in said

    async def test_too_early_there_is_neither_status_nor_forecast(self, denyut: Bench) -> None:
        denyut.now = datetime(2026, 11, 3, 8, tzinfo=UTC)
        for back in range(1, 60):
            log(denyut, "leads", date(2026, 11, 3) - timedelta(days=back), 4)
        await denyut.command("/kpi target leads 100 per month", user="U0BOB")
        said = (await denyut.command("/kpi target", user="U0BOB")).text
        assert "too early to say" in said
        assert "Forecast" not in said

    async def test_another_persons_target_is_not_listed_but_for_owners_and_admins(self, denyut: Bench) -> None:
        await denyut.command("/kpi target leads 77 per month for <@U0CITRA>", user="U0AYU")
        assert "77" not in (await denyut.command("/kpi target", user="U0BOB")).text
        assert "77" in (await denyut.command("/kpi target", user="U0AYU")).text
        assert "77" in (await denyut.command("/kpi target", user="U0CITRA")).text
        settle(denyut, "leads", owners=("U0BOB",))
        assert "77" in (await denyut.command("/kpi target", user="U0BOB")).text


class TestLongPast:
    """Targets whose day is long past do not stand in the way of those that run."""

    def ended(self, denyut: Bench, deadline: date, kpi: str = "leads", value: int = 50, owner: str = "") -> None:
        target = Target(
            new_id(), kpi, Decimal(value), None, deadline, owner, "U0BOB", THURSDAY, deadline - timedelta(days=20)
        )
        denyut.do(lambda db: db.targets.set(target))

    async def test_lately_ended_ones_stay_with_their_verdict(self, denyut: Bench) -> None:
        log(denyut, "leads", date(2026, 10, 20), 45)
        self.ended(denyut, TODAY - timedelta(days=31))
        listed = await denyut.command("/kpi target", user="U0BOB")
        assert "*Leads* · by 26 Oct 2026, the whole team\n6–26 Oct 2026: 45 of 50 (90%), missed." in listed.text
        assert "over a month ago" not in listed.text

    async def test_older_ones_are_one_line_and_a_click(self, denyut: Bench) -> None:
        log(denyut, "leads", date(2026, 10, 20), 55)
        self.ended(denyut, TODAY - timedelta(days=32))
        self.ended(denyut, date(2025, 12, 31), "orders", 77)
        await denyut.command("/kpi target revenue 5M per month", user="U0BOB")
        listed = await denyut.command("/kpi target", user="U0BOB")
        assert "Revenue" in listed.text
        assert not any(kpi in listed.text for kpi in ("Leads", "Orders"))
        assert "2 targets ended over a month ago and are not listed here." in listed.text
        await denyut.press(listed, "Show older ones", user="U0BOB")
        lines = denyut.slack.responses[-1][1].text.splitlines()
        assert lines[0] == "Targets that ended over a month ago"
        assert lines[1:3] == ["*Leads* · by 25 Oct 2026, the whole team", "5–25 Oct 2026: 55 of 50 (110%), met."]
        assert lines[3].startswith("*Orders* · by 31 Dec 2025"), "the latest first"
        assert "Revenue" not in "".join(lines)

    async def test_where_none_runs_that_is_said(self, denyut: Bench) -> None:
        self.ended(denyut, TODAY - timedelta(days=90))
        listed = await denyut.command("/kpi target", user="U0CITRA")
        assert listed.text == (
            "Sekarang tidak ada target yang berjalan. 1 target sudah berakhir lebih dari sebulan lalu dan tidak "
            "ditampilkan di sini."
        )

    async def test_what_somebody_may_not_see_is_not_counted_for_them(self, denyut: Bench) -> None:
        self.ended(denyut, TODAY - timedelta(days=90), owner="U0CITRA")
        assert "There is no target yet." in (await denyut.command("/kpi target", user="U0BOB")).text
        assert "sudah berakhir" in (await denyut.command("/kpi target", user="U0CITRA")).text

    async def test_nor_are_they_goals_in_the_catalogue_any_more(self, denyut: Bench) -> None:
        self.ended(denyut, TODAY - timedelta(days=31), value=51)
        self.ended(denyut, TODAY - timedelta(days=32), "orders", 77)
        listed = (await denyut.command("/kpi list", user="U0BOB")).text
        assert "Target: 51 by 26 Oct 2026" in listed
        assert "77" not in listed


class TestTakingBack:
    async def test_one_is_taken_back_at_once(self, denyut: Bench) -> None:
        await denyut.command("/kpi target leads 5 per week", user="U0BOB")
        answer = await denyut.command("/kpi target hapus prospek", user="U0CITRA")
        assert answer.text == "Target dihapus. Jumlah prospek: 5 per minggu, seluruh tim"
        assert active(denyut) == []
        assert "There is no such target" in (await denyut.command("/kpi target remove leads", user="U0BOB")).text

    async def test_of_several_it_is_asked_which(self, denyut: Bench) -> None:
        await denyut.command("/kpi target leads 5 per week", user="U0BOB")
        await denyut.command("/kpi target leads 20 per month", user="U0BOB")
        asked = await denyut.command("/kpi target remove leads", user="U0BOB")
        assert len(active(denyut)) == 2
        await denyut.press(asked, "20 per month (the whole team)", user="U0BOB")
        assert [each.period for each in active(denyut)] == [PeriodKind.WEEK]
        await denyut.command("/kpi target remove leads per week", user="U0BOB")
        assert active(denyut) == []

    async def test_who_has_one_too_is_asked_whether_theirs_or_the_teams(self, denyut: Bench) -> None:
        await denyut.command("/kpi target leads 50 per week", user="U0AYU")
        await denyut.command("/kpi target leads 5 per week for <@U0BOB>", user="U0BOB")
        asked = await denyut.command("/kpi target remove leads", user="U0BOB")
        assert len(active(denyut)) == 2
        await denyut.press(asked, "5 per week (personal)", user="U0BOB")
        assert [each.owner_id for each in active(denyut)] == [""]

    async def test_what_was_taken_back_by_mistake_is_set_again_by_a_click(self, denyut: Bench) -> None:
        await denyut.command("/kpi target leads between 5 and 9 per week", user="U0BOB")
        (before,) = active(denyut)
        removed = await denyut.command("/kpi target remove leads", user="U0BOB")
        await denyut.press(removed, "Set it again", user="U0BOB")
        (again,) = active(denyut)
        assert (again.value, again.upper, again.aim, again.period) == (
            before.value,
            before.upper,
            before.aim,
            before.period,
        )

    async def test_it_takes_the_same_right_as_setting_it(self, denyut: Bench) -> None:
        await denyut.command("/kpi target leads 5 per month for <@U0CITRA>", user="U0AYU")
        refused = await denyut.command("/kpi target remove leads for <@U0CITRA>", user="U0BOB")
        assert "Only admins" in refused.text
        (target,) = active(denyut)
        await denyut.click("kpi.target_removed", f'{{"v":1,"target":"{target.id}"}}', user="U0BOB")
        assert active(denyut) == [target]
        await denyut.command("/kpi target remove leads for <@U0CITRA>", user="U0CITRA")
        assert active(denyut) == []

    async def test_what_is_not_understood_takes_nothing_back(self, denyut: Bench) -> None:
        await denyut.command("/kpi target leads 5 per month", user="U0BOB")
        for line in (
            "remove",
            "remove nonsense",
            "remove leads 5",
            "remove leads by 2026-12-31",
            "remove leads per moon",
        ):
            await denyut.command(f"/kpi target {line}", user="U0BOB")
        assert len(active(denyut)) == 1


class TestForm:
    async def opened(self, denyut: Bench, line: str = "/kpi target leads") -> dict[str, Any]:
        await denyut.command(line, user="U0BOB")
        return denyut.form()

    async def test_it_walks_through_smart_and_sets_the_target(self, denyut: Bench) -> None:
        await log_months(denyut, {date(2026, 10, 10): 50_000_000})
        form = await self.opened(denyut, "/kpi target revenue")
        checked = await denyut.submit(form, {"value": "120M", "period": "month"}, user="U0BOB")
        assert active(denyut) == [], "nothing is set before the second step"
        view = checked.body["view"]
        told = str(view["blocks"]).replace(NBSP, " ").replace("\\xa0", " ")
        assert "Revenue: Rp 120,000,000 per month, the whole team" in told
        assert "This is 2.4 times the best month so far (Rp 50,000,000, last month)." in told
        assert "This KPI serves: Net sales." in told
        done = await denyut.submit(view, {"why": "We open a second shop <!channel>"}, user="U0BOB")
        (target,) = active(denyut)
        assert (target.value, target.because) == (Decimal(120_000_000), "We open a second shop <!channel>")
        assert "Target set." in str(done.body)
        (why,) = [block for block in done.body["view"]["blocks"] if "second shop" in str(block)]
        assert why["text"]["type"] == "plain_text"

    @pytest.mark.parametrize(
        ("inputs", "fields", "letter"),
        [
            ({"value": "lots"}, {"value"}, ""),
            ({"value": ""}, {"value"}, " M "),
            ({"value": "0"}, {"value"}, " M "),
            ({"value": "5", "aim": "inside"}, {"upper"}, " M "),
            ({"value": "5", "aim": "inside", "upper": "3"}, {"upper"}, " M "),
            ({"value": "5", "upper": "9"}, {"upper"}, ""),
            ({"value": "5", "period": "date"}, {"until"}, " T "),
            ({"value": "5", "period": "date", "until": "2026-11-01"}, {"until"}, ""),
            ({"value": "5", "until": "2026-12-01"}, {"until"}, " T "),
            ({"value": "5", "person": "U0EMMA"}, {"person"}, ""),
            ({"value": "5", "person": "U0GONE"}, {"person"}, ""),
            ({"value": "", "period": "date"}, {"value", "until"}, ""),
        ],
    )
    async def test_what_is_missing_is_named_by_its_letter_at_its_field(
        self, denyut: Bench, inputs: Mapping[str, str], fields: set[str], letter: str
    ) -> None:
        form = await self.opened(denyut)
        refused = await denyut.submit(form, {"kpi": "leads", **inputs}, user="U0BOB")
        assert set(refused.errors) == fields
        assert all(letter in said and "\n" not in said for said in refused.errors.values())
        assert active(denyut) == []

    async def test_a_group_a_range_and_a_date_can_be_chosen(self, denyut: Bench) -> None:
        denyut.slack.groups["S0SALES"] = ("sales", "Sales", ["U0BOB"])
        form = await self.opened(denyut)
        inputs = {
            "group": "S0SALES", "aim": "inside", "value": "50", "upper": "80", "period": "date", "until": "2026-12-31",
        }  # fmt: skip
        checked = await denyut.submit(form, inputs, user="U0BOB")
        await denyut.submit(checked.body["view"], {}, user="U0BOB")
        (target,) = active(denyut)
        assert (target.owner_id, target.aim, target.value, target.upper, target.period, target.deadline) == (
            "S0SALES", Aim.INSIDE, 50, 80, None, date(2026, 12, 31),
        )  # fmt: skip
        both = await denyut.submit(form, {**inputs, "person": "U0BOB"}, user="U0BOB")
        assert set(both.errors) == {"group"}

    async def test_the_second_step_sent_twice_sets_one_target(self, denyut: Bench) -> None:
        checked = await denyut.submit(await self.opened(denyut), {"value": "50"}, user="U0BOB")
        await submit_twice(denyut, checked.body["view"], {}, "U0BOB")
        (first,) = active(denyut)
        assert first.value == 50
        await denyut.submit(checked.body["view"], {}, user="U0BOB")
        assert active(denyut)[0].id != first.id, "another submission is another target"

    async def test_the_list_leads_to_the_form(self, denyut: Bench) -> None:
        listed = await denyut.command("/kpi target", user="U0BOB")
        assert "no target yet" in listed.text
        await denyut.press(listed, "Set a target", user="U0BOB")
        checked = await denyut.submit(denyut.form(), {"kpi": "leads", "value": "50", "period": "week"}, user="U0BOB")
        await denyut.submit(checked.body["view"], {}, user="U0BOB")
        again = await denyut.command("/kpi sasaran", user="U0CITRA")
        assert "*Jumlah prospek* · per minggu, seluruh tim\nMinggu ini: belum ada data, target 50." in again.text


class TestDeadlinesToCome:
    @pytest.mark.parametrize(
        ("said", "deadline"),
        [
            ("december", date(2026, 12, 31)),
            ("maret", date(2027, 3, 31)),
            ("q1", date(2027, 3, 31)),
            ("q4", date(2026, 12, 31)),
            ("november", date(2026, 11, 30)),
            ("semester 1", date(2027, 6, 30)),
        ],
    )
    async def test_a_month_or_quarter_without_a_year_is_the_next_that_ends(
        self, denyut: Bench, said: str, deadline: date
    ) -> None:
        await denyut.command(f"/kpi target leads 500 by {said}", user="U0BOB")
        assert [each.deadline for each in active(denyut)] == [deadline]

    async def test_one_that_is_past_is_refused(self, denyut: Bench) -> None:
        assert "past" in (await denyut.command("/kpi target leads 500 by march 2026", user="U0BOB")).text
        assert "past" in (await denyut.command("/kpi target leads 500 by last month", user="U0BOB")).text
        assert active(denyut) == []

    async def test_a_question_answered_after_the_deadline_is_refused_kindly(self, denyut: Bench) -> None:
        question = await denyut.command("/kpi target revenue 2,5 M by 2026-11-27", user="U0BOB")
        denyut.now += timedelta(days=2)
        await denyut.press(question, f"Rp{NBSP}2,500,000", user="U0BOB")
        assert "past" in denyut.slack.responses[-1][1].text
        assert active(denyut) == []


class TestWithoutKeepingAnybodyWaiting:
    async def test_what_is_only_told_is_not_added_up_while_others_wait_to_log(
        self, denyut: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Years of entries are added up for a yearly target; SQLite has a single writer."""
        writing: list[bool] = []
        totals = Entries.totals

        def noted(self: Entries, *given: Any, **more: Any) -> Any:
            writing.append(not current_thread().name.startswith("denyut-reader"))
            return totals(self, *given, **more)

        monkeypatch.setattr(Entries, "totals", noted)
        answer = await denyut.command("/kpi target leads 5000 per year", user="U0BOB")
        assert "5,000 per year" in answer.text
        assert writing
        assert not any(writing)

    async def test_the_form_opens_without_groups_where_slack_is_slow(
        self, denyut: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The trigger lives 3 seconds."""
        answered = asyncio.Event()

        async def never() -> Any:
            await answered.wait()

        monkeypatch.setattr(teams, "GROUPS_SECONDS", 0.01)
        monkeypatch.setattr(denyut.slack, "user_groups", never)
        async with asyncio.timeout(5):
            await denyut.command("/kpi target leads", user="U0BOB")
        assert denyut.slack.shown[-1]["callback_id"] == ids.TARGET_FORM


class TestRetired:
    async def test_its_targets_are_not_listed_any_more(self, denyut: Bench) -> None:
        await denyut.command("/kpi target leads 50 per week", user="U0BOB")
        assert "Leads" in (await denyut.command("/kpi target", user="U0BOB")).text
        settle(denyut, "leads", retired_on=TODAY)
        assert "Leads" not in (await denyut.command("/kpi target", user="U0BOB")).text


class TestFarAway:
    async def test_a_deadline_that_is_further_ahead_than_the_calendar_goes_back_is_one(self, denyut: Bench) -> None:
        said = await denyut.command("/kpi target leads 10 by 2199-12-31", user="U0BOB")
        assert "Target set. Leads: 10 by 31 Dec 2199" in spoken(said)
        assert [each.deadline for each in active(denyut)] == [date(2199, 12, 31)]
        assert "31 Dec 2199" in spoken(await denyut.command("/kpi target", user="U0BOB"))

    async def test_so_it_is_in_the_form(self, denyut: Bench) -> None:
        await denyut.command("/kpi target leads", user="U0BOB")
        inputs = {"value": "10", "period": "date", "until": "2199-12-31"}
        seen = await denyut.submit(denyut.form(), inputs, user="U0BOB")
        assert not seen.errors
        await denyut.submit(seen.body["view"], {}, user="U0BOB")
        assert [each.deadline for each in active(denyut)] == [date(2199, 12, 31)]


async def test_nothing_is_kept_for_somebody_whom_slack_never_told_of(denyut: Bench) -> None:
    """In a channel shared with another company its people can be mentioned, and are in no list of members."""
    for line in ("/kpi target leads 10 per week for <@U0NOBODY|nobody>", "/kpi log leads 12 for <@U0NOBODY|nobody>"):
        said = await denyut.command(line, user="U0AYU")
        assert "orang yang bekerja di workspace ini" in said.text
    assert active(denyut) == []
    assert denyut.do(lambda db: db.kpis.history("leads")) == []
