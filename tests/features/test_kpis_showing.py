"""Looking at KPIs through Bolt: one with its changes and its course, several side by side, any period, by person, week
and month. Figures are worked out by hand beside the tests."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.catalogue import KpiSettings, KpiVersion, Visibility
from bot.domain.entries import Entry
from bot.domain.expressions import read_formula
from bot.domain.kpis import KPIS, Aggregation, Direction, Kind, Kpi, Objective, Unit
from bot.domain.periods import PeriodKind
from bot.domain.targets import Target
from bot.i18n import Translator
from bot.slack import ids
from tests.features.harness import Answer, Bench

NBSP = "\N{NO-BREAK SPACE}"
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)  # a Thursday, in the 48th week


def spoken(answer: Answer) -> str:
    return answer.text.replace(NBSP, " ")


def grid(answer: Answer) -> list[list[str]]:
    (found,) = (block for block in answer.blocks if block["type"] == "table")
    return [[cell["text"].replace(NBSP, " ") for cell in row] for row in found["rows"]]


def chart(answer: Answer) -> dict[str, Any]:
    (found,) = (block for block in answer.blocks if block["type"] == "data_visualization")
    return dict(found)


def log(denyut: Bench, kpi: str, *values: tuple[str, int], member: str = "U0BOB") -> None:
    """Values by day ("2026-11-20")."""
    for number, (on, value) in enumerate(values):
        name = f"{kpi}-{member}-{on}-{number}"
        entry = Entry(name[-32:], kpi, member, Decimal(value), date.fromisoformat(on), member, NOW, f"test:{name}")
        denyut.do(lambda db, entry=entry: db.kpis.add(entry))


def aim(
    denyut: Bench,
    kpi: str,
    value: int,
    period: PeriodKind = PeriodKind.WEEK,
    owner: str = "",
    starts: str = "2026-01-01",
) -> None:
    goal = Target(
        f"{kpi}-{owner}-{period}", kpi, Decimal(value), period, None, owner, "U0AYU", NOW, date.fromisoformat(starts)
    )
    denyut.do(lambda db: db.targets.set(goal))


class TestChanges:
    async def test_a_past_month_against_the_month_before_and_the_same_month_last_year(self, denyut: Bench) -> None:
        log(denyut, "revenue", ("2025-10-05", 80), ("2025-10-31", 20), ("2026-09-30", 150), ("2026-10-15", 120))
        said = spoken(await denyut.command("/kpi show revenue 2026-10", user="U0BOB"))
        assert said.splitlines()[:3] == [
            "Revenue, last month: Rp 120 (1–31 Oct 2026)",
            "−20% against September 2026 (Rp 150).",
            "+20% against a year ago, 1–31 Oct 2025 (Rp 100).",
        ]

    async def test_in_indonesian(self, denyut: Bench) -> None:
        log(denyut, "revenue", ("2025-10-05", 100), ("2026-09-30", 150), ("2026-10-15", 120))
        said = spoken(await denyut.command("/kpi lihat pendapatan bulan lalu", user="U0CITRA"))
        assert said.splitlines()[:3] == [
            "Pendapatan, bulan lalu: Rp 120 (1–31 Okt 2026)",
            "−20% dibanding September 2026 (Rp 150).",
            "+20% dibanding setahun lalu, 1–31 Okt 2025 (Rp 100).",
        ]

    async def test_a_running_month_is_held_against_as_many_days_a_year_ago(self, denyut: Bench) -> None:
        log(denyut, "leads", ("2025-11-26", 10), ("2025-11-27", 99), ("2026-11-02", 15))
        said = spoken(await denyut.command("/kpi show leads this month", user="U0BOB"))
        assert "+50% against a year ago, 1–26 Nov 2025 (10)." in said
        assert "this month: 15 (1–30 Nov 2026, so far)" in said

    async def test_a_week_is_held_against_the_week_of_the_same_number(self, denyut: Bench) -> None:
        # week 47 began on 17 Nov in 2025 and on 16 Nov in 2026
        log(denyut, "leads", ("2025-11-16", 70), ("2025-11-17", 4), ("2025-11-23", 4), ("2026-11-16", 6))
        said = spoken(await denyut.command("/kpi show leads last week", user="U0BOB"))
        assert "−25% against a year ago, 17–23 Nov 2025 (8)." in said

    async def test_a_year_is_not_held_against_the_year_before_twice(self, denyut: Bench) -> None:
        log(denyut, "leads", ("2025-03-01", 4), ("2026-03-01", 6))
        said = spoken(await denyut.command("/kpi show leads ytd", user="U0BOB"))
        assert "+50% against 1 Jan – 26 Nov 2025 (4)." in said
        assert "a year ago" not in said

    async def test_without_data_of_then_nothing_is_said_of_then(self, denyut: Bench) -> None:
        log(denyut, "leads", ("2026-10-15", 6))
        assert "year ago" not in (await denyut.command("/kpi show leads 2026-10", user="U0BOB")).text

    async def test_from_nothing_the_figure_of_then_is_told_without_a_change(self, denyut: Bench) -> None:
        log(denyut, "leads", ("2025-10-15", 0), ("2026-10-15", 6))
        assert "A year ago, 1–31 Oct 2025: 0." in (await denyut.command("/kpi show leads 2026-10", user="U0BOB")).text

    async def test_a_rate_is_sum_over_sum_then_as_now_and_changes_in_points(self, denyut: Bench) -> None:
        # then (1 + 2) / (2 + 10) = 25 %, and not the mean of 50 % and 20 %; now 6 / 20 = 30 %
        log(denyut, "deals_won", ("2025-10-01", 1), ("2025-10-02", 2), ("2026-10-01", 6))
        log(denyut, "leads", ("2025-10-01", 2), ("2025-10-02", 10), ("2026-10-01", 20))
        said = spoken(await denyut.command("/kpi show conversion rate 2026-10", user="U0BOB"))
        assert "+5 points against a year ago, 1–31 Oct 2025 (25%)." in said

    async def test_growth_a_year_ago_is_against_the_period_before_that_one(self, denyut: Bench) -> None:
        # October 2025: 150 after 100, +50 %; October 2026: 240 after 200, +20 %
        log(denyut, "revenue", ("2025-09-10", 100), ("2025-10-10", 150), ("2026-09-10", 200), ("2026-10-10", 240))
        said = spoken(await denyut.command("/kpi show sales growth 2026-10", user="U0BOB"))
        assert "Sales growth, last month: 20%" in said
        assert "−30 points against a year ago, 1–31 Oct 2025 (50%)." in said

    async def test_retention_a_year_ago_starts_from_the_customers_of_then(self, denyut: Bench) -> None:
        # October 2025: (110 − 20) / 100 = 90 %; October 2026: (205 − 45) / 200 = 80 %
        log(
            denyut,
            "active_customers",
            ("2025-09-30", 100),
            ("2025-10-31", 110),
            ("2026-09-30", 200),
            ("2026-10-31", 205),
        )
        log(denyut, "new_customers", ("2025-10-10", 20), ("2026-10-10", 45))
        said = spoken(await denyut.command("/kpi show retention rate 2026-10", user="U0BOB"))
        assert "Customer retention rate, last month: 80%" in said or "Retention rate, last month: 80%" in said
        assert "−10 points against a year ago, 1–31 Oct 2025 (90%)." in said

    async def test_a_leap_day_is_held_against_the_last_of_february(self, denyut: Bench) -> None:
        log(denyut, "leads", ("2023-02-28", 4), ("2024-02-29", 5))
        said = spoken(await denyut.command("/kpi show leads 2024-02-29", user="U0BOB"))
        assert "+25% against a year ago, 28 Feb 2023 (4)." in said

    async def test_an_own_kpi_that_was_defined_otherwise_then_says_so(self, denyut: Bench) -> None:
        def defined(formula: str, number: int, starts: date) -> KpiVersion:
            kpi = Kpi(
                "visits", Unit.NUMBER, Direction.LOWER, Aggregation.RATIO, Kind.PROCESS, Objective.NET_SALES, "",
                read_formula(formula), names={"en": "Visits per deal"},
            )  # fmt: skip
            return KpiVersion(kpi, number, starts, "U0AYU", NOW)

        denyut.do(lambda db: db.catalogue.add_version(defined("meetings_held / deals_won", 1, date(2025, 1, 1))))
        denyut.do(lambda db: db.catalogue.add_version(defined("calls_held / deals_won", 2, date(2026, 1, 1))))
        log(denyut, "meetings_held", ("2025-10-02", 8))
        log(denyut, "calls_held", ("2025-10-02", 50), ("2026-10-02", 30))
        log(denyut, "deals_won", ("2025-10-02", 2), ("2026-10-02", 5))
        said = spoken(await denyut.command("/kpi show visits per deal 2026-10", user="U0BOB"))
        assert "+50% against a year ago, 1–31 Oct 2025 (4). The KPI was defined differently then." in said


class TestTheTargetOfThen:
    def held(self, denyut: Bench, value: int, starts: str, replaced: str | None = None) -> None:
        target = Target(
            f"{value}", "leads", Decimal(value), PeriodKind.MONTH, None, "", "U0AYU", NOW, date.fromisoformat(starts)
        )  # fmt: skip
        denyut.do(lambda db: db.targets.set(target))
        if replaced is not None:
            ended = datetime.fromisoformat(f"{replaced}T03:00+00:00")
            denyut.do(lambda db: db.targets.end(target.id, ended))

    async def test_a_past_period_is_held_against_the_target_it_had(self, denyut: Bench) -> None:
        """Nobody missed in October what was set in November."""
        log(denyut, "leads", ("2026-09-15", 70), ("2026-10-15", 70), ("2026-11-02", 70))
        self.held(denyut, 50, "2026-10-05", "2026-11-03")
        self.held(denyut, 200, "2026-11-03")
        assert "Last month: 70 of 50" in spoken(await denyut.command("/kpi show leads last month", user="U0BOB"))
        assert "This month: 70 of 200" in spoken(await denyut.command("/kpi show leads this month", user="U0BOB"))
        without = spoken(await denyut.command("/kpi show leads 2026-09", user="U0BOB"))
        assert "No target" not in without, "there is one by now"
        assert " of " not in without.splitlines()[1]

    async def test_so_are_peoples_own(self, denyut: Bench) -> None:
        log(denyut, "leads", ("2026-10-15", 70), ("2026-11-10", 70))
        aim(denyut, "leads", 10, PeriodKind.MONTH, owner="U0BOB", starts="2026-11-03")
        this_month = await denyut.command("/kpi show leads this month by person", user="U0EMMA")
        assert len(grid(this_month)[0]) == 3, "who reached their own target is told"
        last_month = await denyut.command("/kpi show leads last month by person", user="U0EMMA")
        assert len(grid(last_month)[0]) == 2


class TestTheCourse:
    async def test_a_period_has_a_chart_of_its_own(self, denyut: Bench) -> None:
        log(denyut, "leads", ("2026-09-01", 3), ("2026-09-08", 4), ("2026-10-01", 5), ("2026-11-20", 900))
        answer = await denyut.command("/kpi show leads 1 sep - 2 okt", user="U0BOB")
        drawn = chart(answer)
        assert drawn["title"] == "Leads, 1 Sep – 2 Oct 2026"
        assert drawn["chart"]["axis_config"]["categories"] == ["1–6 Sep", "7 Sep", "28 Sep–2 Oct"]
        assert [point["value"] for point in drawn["chart"]["series"][0]["data"]] == [3, 4, 5]
        assert "By week: 1–6 Sep: 3; 7 Sep: 4; 14 Sep: no data; 21 Sep: no data; 28 Sep–2 Oct: 5." in spoken(answer)

    async def test_a_week_is_drawn_by_day_as_far_as_it_has_come(self, denyut: Bench) -> None:
        log(denyut, "leads", ("2026-11-23", 3), ("2026-11-26", 4))
        answer = await denyut.command("/kpi show leads this week", user="U0BOB")
        assert "By day: 23 Nov: 3; 24 Nov: no data; 25 Nov: no data; 26 Nov (so far): 4." in spoken(answer)

    async def test_without_a_period_the_last_weeks_are_drawn(self, denyut: Bench) -> None:
        log(denyut, "leads", ("2026-10-05", 3), ("2026-11-26", 4))
        answer = await denyut.command("/kpi show leads", user="U0BOB")
        assert chart(answer)["title"] == "Leads, last 8 weeks"
        assert chart(answer)["chart"]["axis_config"]["categories"] == ["5 Oct", "23 Nov (so far)"]

    async def test_a_word_of_the_command_may_be_part_of_a_name(self, denyut: Bench) -> None:
        kpi = Kpi(
            "own", Unit.NUMBER, Direction.LOWER, Aggregation.SUM, Kind.PROCESS, Objective.NET_SALES, "5",
            names={"en": "Visits per week"},
        )  # fmt: skip
        denyut.do(lambda db: db.catalogue.add_version(KpiVersion(kpi, 1, date(2026, 1, 1), "U0AYU", NOW)))
        log(denyut, "own", ("2026-11-24", 5))
        assert "Visits per week, this week: 5" in (await denyut.command("/kpi show visits per week", user="U0BOB")).text
        by_month = await denyut.command("/kpi show visits per week per month", user="U0BOB")
        assert grid(by_month)[-1] == ["November 2026 (so far)", "5"]

    async def test_a_rate_is_drawn_as_each_stretchs_own_sums(self, denyut: Bench) -> None:
        # July 1/4, August 3/6, both months together 4/10
        log(denyut, "deals_won", ("2026-07-01", 1), ("2026-08-01", 1), ("2026-08-02", 2))
        log(denyut, "leads", ("2026-07-01", 4), ("2026-08-01", 1), ("2026-08-02", 5))
        answer = await denyut.command("/kpi show conversion rate from march to august", user="U0BOB")
        drawn = chart(answer)["chart"]
        assert drawn["type"] == "line"
        assert [point["value"] for point in drawn["series"][0]["data"]] == [25, 50]
        assert "1 Mar – 31 Aug 2026: 40%" in spoken(answer)

    async def test_a_target_line_is_there_only_for_a_target_of_such_stretches(self, denyut: Bench) -> None:
        log(denyut, "leads", ("2026-11-16", 3), ("2026-11-23", 4))
        aim(denyut, "leads", 400, PeriodKind.MONTH)
        weekly = await denyut.command("/kpi show leads", user="U0BOB")
        assert [series["name"] for series in chart(weekly)["chart"]["series"]] == ["Leads"]
        monthly = await denyut.command("/kpi show leads this year", user="U0BOB")
        assert [series["name"] for series in chart(monthly)["chart"]["series"]] == ["Leads", "Target"]
        assert "The target line is at 400 per month." in monthly.text
        aim(denyut, "leads", 90)
        weekly = await denyut.command("/kpi show leads", user="U0BOB")
        assert {point["value"] for point in chart(weekly)["chart"]["series"][1]["data"]} == {90}

    @pytest.mark.parametrize(
        ("user", "line", "name", "since"),
        [
            ("U0BOB", "/kpi show leads", "Target since 18 Nov",
             "Target: 90 per week, since 18 Nov 2026. Before that, the line is only for comparison."),
            ("U0CITRA", "/kpi lihat prospek", "Target sejak 18 Nov",
             "Target: 90 per minggu, sejak 18 Nov 2026. Sebelum itu, garisnya hanya untuk pembanding."),
        ],
    )  # fmt: skip
    async def test_where_a_chart_goes_back_behind_its_target_it_says_since_when_that_holds(
        self, denyut: Bench, user: str, line: str, name: str, since: str
    ) -> None:
        """Slack wants a point of every series in every category: a line cannot begin in the middle."""
        log(denyut, "leads", ("2026-11-10", 3), ("2026-11-17", 3), ("2026-11-23", 4))
        aim(denyut, "leads", 90, starts="2026-11-18")
        answer = await denyut.command(line, user=user)
        assert [series["name"] for series in chart(answer)["chart"]["series"]][1] == name
        assert since in spoken(answer)
        (below,) = [block for block in answer.blocks if since in str(block).replace(NBSP, " ")]
        assert below["type"] == "context"

    async def test_it_says_nothing_of_that_from_the_period_on_in_which_it_was_set(self, denyut: Bench) -> None:
        log(denyut, "leads", ("2026-11-17", 3), ("2026-11-23", 4))
        aim(denyut, "leads", 90, starts="2026-11-18")
        answer = await denyut.command("/kpi show leads", user="U0BOB")
        assert [series["name"] for series in chart(answer)["chart"]["series"]] == ["Leads", "Target"]
        assert "The target line is at 90 per week." in answer.text
        assert "only for comparison" not in str(answer.blocks)

    async def test_weeks_that_were_over_before_there_was_a_target_have_no_line(self, denyut: Bench) -> None:
        log(denyut, "leads", ("2026-10-28", 3), ("2026-11-10", 3))
        aim(denyut, "leads", 90, starts="2026-11-18")
        answer = await denyut.command("/kpi show leads 12 oct to 15 nov", user="U0BOB")
        assert [series["name"] for series in chart(answer)["chart"]["series"]] == ["Leads"]
        assert "target line" not in answer.text
        assert "only for comparison" not in answer.text

    async def test_a_period_to_come_says_so(self, denyut: Bench) -> None:
        assert "has not begun yet" in (await denyut.command("/kpi show leads 2027-02", user="U0BOB")).text

    async def test_a_period_without_data_says_what_to_do(self, denyut: Bench) -> None:
        answer = await denyut.command("/kpi lihat prospek 2026-03", user="U0CITRA")
        assert "Belum ada data untuk periode ini." in answer.text


class TestPeriods:
    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("last 6 weeks", "12 Oct – 22 Nov 2026"),
            ("6 minggu terakhir", "12 Oct – 22 Nov 2026"),
            ("last 30 days", "28 Oct – 26 Nov 2026"),
            ("Q3", "Q3 2026: 7 (1 Jul – 30 Sep 2026)"),
            ("TW3", "Q3 2026: 7 (1 Jul – 30 Sep 2026)"),
            ("kuartal 3 2025", "Q3 2025: no data (1 Jul – 30 Sep 2025)"),
            ("2026-10", "last month: no data (1–31 Oct 2026)"),
            ("oktober 2026", "last month: no data (1–31 Oct 2026)"),
            ("bulan lalu", "last month: no data (1–31 Oct 2026)"),
            ("minggu ini", "this week: no data (23–29 Nov 2026, so far)"),
            ("sejak 1 september", "1 Sep – 26 Nov 2026: no data"),
            ("from 1 aug to 15 oct", "1 Aug – 15 Oct 2026: 7"),
            ("1-15 aug", "1–15 Aug 2026: 7"),
            ("oct 1, 2025 - oct 9, 2025", "1–9 Oct 2025: no data"),
            ("ytd", "this year: 7 (1 Jan – 31 Dec 2026, so far)"),
            ("tahun berjalan", "this year: 7 (1 Jan – 31 Dec 2026, so far)"),
            ("semester 2", "1 Jul – 31 Dec 2026: 7 (so far)"),
            ("week 33", "the week of 10 Aug 2026: 7 (10–16 Aug 2026)"),
            ("december", "December 2025: no data (1–31 Dec 2025)"),
        ],
    )
    async def test_the_answer_says_which_days_were_understood(self, denyut: Bench, typed: str, said: str) -> None:
        log(denyut, "leads", ("2026-08-11", 7))
        for line in (f"/kpi show leads {typed}", f"/kpi show {typed} leads"):
            assert spoken(await denyut.command(line, user="U0BOB")).splitlines()[0].startswith(f"Leads, {said}")

    @pytest.mark.parametrize(
        ("typed", "user", "said"),
        [
            ("leads lats month", "U0BOB", "Did you mean “last month”?"),
            ("leads oktobr 2026", "U0CITRA", "Maksudmu “oktober 2026”?"),
            ("leads someday", "U0BOB", "I do not know the period “someday”."),
            ("leads since 3/4", "U0BOB", "“3/4” can be 3 Apr 2026 or 4 Mar 2026."),
        ],
    )
    async def test_what_is_no_period_is_met_with_the_nearest_or_one_sentence(
        self, denyut: Bench, typed: str, user: str, said: str
    ) -> None:
        answer = await denyut.command(f"/kpi show {typed}", user=user)
        assert said in answer.text
        assert "data_visualization" not in str(answer.blocks)

    async def test_day_first_is_beyond_doubt_to_an_indonesian(self, denyut: Bench) -> None:
        assert "3 Apr – 26 Nov 2026" in (await denyut.command("/kpi lihat prospek sejak 3/4", user="U0CITRA")).text


class TestSeveral:
    @pytest.mark.parametrize(
        "typed",
        [
            "revenue leads oktober",
            "oktober revenue leads",
            "revenue, leads 2026-10",
            "revenue and leads last month",
            "revenue dan leads bulan lalu",
            "revenue & leads in october",
            "rev, and prospek, bulan lalu",
            "revenue + leads + revenue october 2026",
            "last month: revenue, leads".replace(":", ","),
        ],
    )
    async def test_they_stand_side_by_side(self, denyut: Bench, typed: str) -> None:
        log(denyut, "revenue", ("2025-10-01", 100), ("2026-09-01", 200), ("2026-10-01", 150))
        log(denyut, "leads", ("2026-09-01", 10), ("2026-10-02", 12))
        aim(denyut, "leads", 10, PeriodKind.MONTH)
        answer = await denyut.command(f"/kpi show {typed}", user="U0BOB")
        assert grid(answer) == [
            ["KPI", "Value", "Change", "Year ago", "Target", "Status"],
            ["Revenue", "Rp 150", "−25%", "+50%", "–", "–"],
            ["Leads", "12", "+20%", "–", "10 a month", "met"],
        ]
        assert spoken(answer).splitlines() == [
            "KPIs, last month (1–31 Oct 2026)",
            "Revenue: Rp 150; change −25%; year ago +50%",
            "Leads: 12; change +20%; target 10 a month; status met",
            "Change: compared with 1–30 Sep 2026.",
            "Year ago: 1–31 Oct 2025.",
        ]

    async def test_a_name_with_and_in_it_is_one_kpi(self, denyut: Bench) -> None:
        kpi = Kpi(
            "own", Unit.NUMBER, Direction.HIGHER, Aggregation.SUM, Kind.PROCESS, Objective.NET_SALES, "5",
            names={"en": "Calls and leads"},
        )  # fmt: skip
        denyut.do(lambda db: db.catalogue.add_version(KpiVersion(kpi, 1, date(2026, 1, 1), "U0AYU", NOW)))
        assert (
            "Calls and leads, this week: no data"
            in (await denyut.command("/kpi show calls and leads", user="U0BOB")).text
        )
        both = await denyut.command("/kpi show calls and leads and revenue", user="U0BOB")
        assert [row[0] for row in grid(both)] == ["KPI", "Calls and leads", "Revenue"]

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("revenue, leeds", "Did you mean Leads?"),
            ("revenue and blahblah", "I do not know the KPI “blahblah”"),
            ("revenue leads oktobr", "Did you mean “oktober”?"),
            ("revenue leads by week", "one KPI at a time"),
            (
                "revenue, orders, leads, deals won, meetings, calls, csat, nps, cost savings, gross margin, churn",
                "up to 10 KPIs",
            ),
        ],
    )
    async def test_either_all_are_shown_or_none(self, denyut: Bench, typed: str, said: str) -> None:
        answer = await denyut.command(f"/kpi show {typed}", user="U0BOB")
        assert said in answer.text
        assert not any(block["type"] == "table" for block in answer.blocks)

    async def test_ten_are_shown(self, denyut: Bench) -> None:
        typed = "revenue, orders, leads, deals won, meetings, calls, csat, nps, cost savings, gross margin"
        assert len(grid(await denyut.command(f"/kpi show {typed}", user="U0BOB"))) == 11

    async def test_the_words_alone_are_enough_to_be_asked_about(self, denyut: Bench) -> None:
        answer = await denyut.command("/kpi revenue, leads last month", user="U0BOB")
        assert "`/kpi show revenue, leads last month`" in answer.text


class TestByPerson:
    async def test_wins_come_first_and_everybody_else_by_name(self, denyut: Bench) -> None:
        for member, value in (("U0BOB", 50), ("U0CITRA", 10), ("U0EMMA", 3), ("U0DEWI", 7)):
            log(denyut, "leads", ("2026-11-17", value), member=member)
        aim(denyut, "leads", 10, owner="U0CITRA")
        aim(denyut, "leads", 3, owner="U0EMMA")
        aim(denyut, "leads", 60, owner="U0BOB")
        answer = await denyut.command("/kpi show leads last week by person", user="U0EMMA")
        assert grid(answer) == [
            ["Person", "Value", "Own target"],
            ["Citra Halim", "10", "reached"],
            ["Emma de Vries", "3", "reached"],
            ["Bob Tan", "50", "–"],
            ["Dewi Anggraini", "7", "–"],
        ]
        assert "missed" not in answer.text

    async def test_where_i_stand_is_a_line_for_me_alone(self, denyut: Bench) -> None:
        log(denyut, "leads", ("2026-11-17", 50), member="U0BOB")
        aim(denyut, "leads", 60, owner="U0BOB")
        mine = await denyut.command("/kpi show leads last week by person", user="U0BOB")
        assert "You, last week: 50 of 60 (83%), missed. Only you see this line." in mine.text
        assert "missed" not in (await denyut.command("/kpi show leads last week by person", user="U0EMMA")).text

    async def test_my_own_row_is_there_for_me_and_nobody_else_without_data(self, denyut: Bench) -> None:
        log(denyut, "leads", ("2026-11-24", 5), member="U0BOB")
        aim(denyut, "leads", 9, owner="U0DEWI")
        answer = await denyut.command("/kpi show leads by person", user="U0EMMA")
        assert grid(answer)[1:] == [["Bob Tan", "5"], ["Emma de Vries", "no data"]]
        assert "You have no value in this period yet." in answer.text

    async def test_a_win_in_a_month_counts_in_its_weeks(self, denyut: Bench) -> None:
        log(denyut, "leads", ("2026-11-03", 20), ("2026-11-24", 1), member="U0BOB")
        aim(denyut, "leads", 15, PeriodKind.MONTH, owner="U0BOB")
        answer = await denyut.command("/kpi show leads by person", user="U0BOB")
        assert grid(answer)[1] == ["Bob Tan", "1", "reached"]
        assert "You, this month: 21 of 15" in answer.text


class TestByWeekAndMonth:
    async def test_targets_stand_beside_whole_stretches_since_they_were_set(self, denyut: Bench) -> None:
        log(denyut, "leads", ("2026-10-28", 4), ("2026-11-10", 5), ("2026-11-24", 6))
        aim(denyut, "leads", 9, starts="2026-11-04")
        answer = await denyut.command("/kpi show leads since 28 oct by week", user="U0BOB")
        assert grid(answer) == [
            ["Week", "Value", "Target"],
            ["28 Oct – 1 Nov 2026", "4", "–"],
            ["2–8 Nov 2026", "no data", "9"],
            ["9–15 Nov 2026", "5", "9"],
            ["16–22 Nov 2026", "no data", "9"],
            ["23–29 Nov 2026 (so far)", "6", "9"],
        ]
        assert "23–29 Nov 2026 (so far): 6 (target 9)" in answer.text

    async def test_a_monthly_target_is_not_cut_up_for_weeks(self, denyut: Bench) -> None:
        log(denyut, "leads", ("2026-11-10", 5))
        aim(denyut, "leads", 40, PeriodKind.MONTH)
        assert grid(await denyut.command("/kpi show leads by week", user="U0BOB"))[0] == ["Week", "Value"]
        by_month = grid(await denyut.command("/kpi lihat prospek per bulan", user="U0CITRA"))
        assert (by_month[0], by_month[-1]) == (["Bulan", "Nilai", "Target"], ["November 2026 (berjalan)", "5", "40"])

    async def test_the_chart_is_of_the_same_stretches(self, denyut: Bench) -> None:
        log(denyut, "leads", ("2026-09-10", 4), ("2026-11-10", 5))
        by_month = await denyut.command("/kpi show leads by month", user="U0BOB")
        assert chart(by_month)["title"] == "Leads, 1 Jun – 26 Nov 2026"
        assert chart(by_month)["chart"]["axis_config"]["categories"] == ["Sep 2026", "Nov 2026 (so far)"]
        by_week = await denyut.command("/kpi show leads by week", user="U0BOB")
        assert chart(by_week)["title"] == "Leads, 5 Oct – 26 Nov 2026"


def told(blocks: Iterable[Mapping[str, Any]]) -> str:
    return "\n".join(block["text"]["text"] for block in blocks if block["type"] in ("header", "section"))


def keys_in(said: str, t: Translator) -> set[str]:
    return {key for key in KPIS if f"*{t(f'kpi.{key}')}* (" in said}


class TestManyKpis:
    async def test_the_overview_has_those_with_a_target_first_and_counts_the_rest(self, denyut: Bench) -> None:
        for number in range(60):
            kpi = Kpi(
                f"own_{number}", Unit.NUMBER, Direction.HIGHER, Aggregation.SUM, Kind.PROCESS, Objective.NET_SALES, "5",
                names={"en": f"Number {number:02}"},
            )  # fmt: skip
            denyut.do(lambda db, kpi=kpi: db.catalogue.add_version(KpiVersion(kpi, 1, date(2026, 1, 1), "U0AYU", NOW)))
            log(denyut, kpi.key, ("2026-11-24", number))
        aim(denyut, "own_59", 100)
        answer = await denyut.command("/kpi show", user="U0BOB")
        assert grid(answer)[1][0] == "Number 59"
        assert len(grid(answer)) == 26
        assert "And 35 more: `/kpi show KPI`" in answer.text
        listed = await denyut.command("/kpi list", user="U0BOB")
        assert "*Number 59*" not in told(listed.blocks), "two screens are full before"
        await denyut.press(listed, ids.KPI_LIST_WHOLE, user="U0BOB")
        whole = told(denyut.slack.responses[-1][1].blocks)
        assert all(f"*Number {number:02}*" in whole for number in range(60))

    @pytest.mark.parametrize(
        ("user", "line", "titles", "button"),
        [
            ("U0BOB", "/kpi list", ("Yours", "Tracked here lately"), "Show the other {n}"),
            ("U0CITRA", "/kpi daftar", ("Punyamu", "Belakangan dicatat di sini"), "Tampilkan {n} lainnya"),
        ],
    )
    async def test_the_list_begins_with_ones_own_and_the_rest_is_one_press_away(
        self, denyut: Bench, user: str, line: str, titles: tuple[str, str], button: str
    ) -> None:
        denyut.do(lambda db: db.catalogue.set_settings("website_traffic", KpiSettings(owners=(user,))))
        log(denyut, "leads", ("2026-11-24", 4), member=user)
        log(denyut, "revenue", ("2026-11-24", 5), ("2026-08-01", 5), member="U0EMMA")
        log(denyut, "orders", ("2026-11-24", 5), member="U0EMMA")
        log(denyut, "calls_held", ("2026-08-01", 5), member=user)  # too long ago
        aim(denyut, "deals_won", 100)
        answer = await denyut.command(line, user=user)
        t = denyut.services.texts.t("en" if user == "U0BOB" else "id")
        said = told(answer.blocks)
        mine, tracked = said.split(f"*{titles[1]}*")
        assert titles[0] in mine
        assert keys_in(mine, t) == {"website_traffic", "leads"}
        assert keys_in(tracked, t) == {"revenue", "orders", "average_order_value", "sales_growth", "deals_won"}
        assert len(said) < 2_000, "two screens of a phone"
        await denyut.press(answer, button.format(n=len(KPIS) - 7), user=user)
        whole = denyut.slack.responses[-1]
        assert whole[2], "it takes the place of the short one"
        assert told(whole[1].blocks).startswith(said[:40])
        assert keys_in(told(whole[1].blocks), t) == set(KPIS)
        assert ids.KPI_LIST_WHOLE not in str(whole[1].blocks)

    async def test_where_nothing_is_tracked_all_of_it_is_offered(self, denyut: Bench) -> None:
        answer = await denyut.command("/kpi list", user="U0BOB")
        assert "Nobody has logged a value lately" in told(answer.blocks)
        await denyut.press(answer, f"Show all {len(KPIS)} KPIs", user="U0BOB")
        assert keys_in(told(denyut.slack.responses[-1][1].blocks), denyut.services.texts.t("en")) == set(KPIS)

    async def test_the_list_names_owners_and_what_is_retired(self, denyut: Bench) -> None:
        denyut.do(lambda db: db.catalogue.set_settings("orders", KpiSettings(retired_on=date(2026, 10, 1))))
        denyut.do(lambda db: db.catalogue.set_settings("leads", KpiSettings(owners=("U0EMMA", "U0BOB"))))
        answer = await denyut.command("/kpi list", user="U0BOB")
        assert "Owners: <@U0EMMA> and <@U0BOB>." in answer.text or "Owners: <@U0EMMA>" in str(answer.blocks)
        assert "Retired: Orders." in str(answer.blocks)

    async def test_what_a_person_may_not_see_does_not_exist_for_them(self, denyut: Bench) -> None:
        hidden = KpiSettings(owners=("U0EMMA",), visibility=Visibility.OWNERS)
        denyut.do(lambda db: db.catalogue.set_settings("revenue", hidden))
        log(denyut, "revenue", ("2026-11-24", 5))
        for line in (
            "/kpi show revenue",
            "/kpi show revenue, leads",
            "/kpi show average order value",
            "/kpi show revenu",
        ):
            refused = await denyut.command(line, user="U0BOB")
            assert "I do not know the KPI" in refused.text
            assert "Revenue" not in refused.text
        assert "*Revenue*" not in str((await denyut.command("/kpi list", user="U0BOB")).blocks)
        assert "Revenue" not in (await denyut.command("/kpi show", user="U0BOB")).text
        assert "Revenue, this week" in (await denyut.command("/kpi show revenue", user="U0EMMA")).text
