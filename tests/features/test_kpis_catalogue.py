"""The whole catalogue through Bolt: derived KPIs send people to their inputs, show their formula and keep to sums; the
list, the form and the overview stay readable with all of it."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bot.domain.catalogue import Catalogue
from bot.domain.entries import Entry
from bot.domain.figures import FIRST_DAY, Computed, earlier
from bot.domain.formulas import Span
from bot.domain.kpis import KPIS, Kpi, inputs_of, terms_of
from bot.domain.periods import Period, PeriodKind, containing
from bot.domain.scoreboard import KpiLine
from bot.domain.workdays import Workdays
from bot.i18n import load
from bot.kpis.reading import FORM_KPIS, read_form
from bot.kpis.showing.grammar import ShowRequest
from bot.kpis.showing.outcomes import Course, Shown
from bot.kpis.showing.reading import read_shown
from bot.kpis.showing.views import shown_message
from bot.kpis.vocabulary import Split, Vocabulary
from bot.kpis.wording import Wording
from bot.playground.block_kit.whole import check_message_blocks
from bot.scoreboard import read_scoreboard
from bot.slack import ids
from storage import Storage
from tests.features.harness import Answer, Bench

TEXTS = load("en")
TODAY = date(2026, 11, 26)
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
NBSP = "\N{NO-BREAK SPACE}"
HUGE = Decimal("-9999999999999.9999")
WEEKENDS = Workdays("")
DERIVED = [kpi for kpi in KPIS.values() if kpi.is_derived]
SPEAKERS = {"en": ("U0BOB", "log", "show", "on"), "id": ("U0CITRA", "catat", "lihat", "pada")}


def spoken(answer: Answer) -> str:
    return answer.text.replace(NBSP, " ")


async def log_all(denyut: Bench, *lines: str, user: str = "U0BOB") -> None:
    for line in lines:
        answer = await denyut.command(f"/kpi log {line}", user=user)
        assert "Recorded" in answer.text, answer.text


class TestTypingADerivedOne:
    @pytest.mark.parametrize("language", ["en", "id"])
    @pytest.mark.parametrize("kpi", DERIVED, ids=lambda kpi: kpi.key)
    async def test_its_inputs_are_named_as_commands_and_after_those_it_has_a_figure(
        self, denyut: Bench, kpi: Kpi, language: str
    ) -> None:
        user, log, show, on = SPEAKERS[language]
        name = TEXTS.t(language)(f"kpi.{kpi.key}")
        refused = await denyut.command(f"/kpi {log} {name} 5", user=user)
        assert denyut.do(lambda db: db.kpis.keys_used()) == set()
        commands = re.findall(r"`(/kpi [^`]+)`", refused.text)
        assert len(commands) == len(inputs_of(kpi))
        needs_earlier = {term.span for term in terms_of(kpi)} & {Span.START, Span.BEFORE}
        for command in commands:
            await denyut.command(command, user=user)
            if needs_earlier:
                await denyut.command(f"{command} {on} 2026-11-17", user=user)
        assert denyut.do(lambda db: db.kpis.keys_used()) == set(inputs_of(kpi))
        shown = spoken(await denyut.command(f"/kpi {show} {name}", user=user))
        assert TEXTS.t(language)("kpis.no_data") not in shown.splitlines()[0]
        formula = shown.splitlines()[1]
        assert " = " in formula
        for key in inputs_of(kpi):
            assert TEXTS.t(language)(f"kpi.{key}")[1:] in formula

    async def test_the_refusal_is_kind_and_short(self, denyut: Bench) -> None:
        answer = await denyut.command("/kpi log cac 5", user="U0BOB")
        assert answer.text == (
            "Customer acquisition cost is computed, not typed in. Log Acquisition spend and New customers instead: "
            "`/kpi log Acquisition spend 9000000` and `/kpi log New customers 6`."
        )


class TestFormulas:
    async def test_growth_compares_a_running_week_with_the_same_days_of_the_week_before(self, denyut: Bench) -> None:
        await log_all(denyut, "revenue 100 on 2026-11-17", "revenue 900 on 2026-11-21", "revenue 120 on 2026-11-23")
        shown = spoken(await denyut.command("/kpi show sales growth", user="U0BOB"))
        assert "Sales growth, this week: 20%" in shown
        assert (
            "20% = (Rp 120 revenue − Rp 100 revenue in the period before) / Rp 100 revenue in the period before"
            in shown
        )

    async def test_growth_of_a_past_month_compares_with_the_whole_month_before(self, denyut: Bench) -> None:
        await log_all(denyut, "revenue 100 on 2026-09-01", "revenue 300 on 2026-09-30", "revenue 200 on 2026-10-15")
        assert "−50% = " in spoken(await denyut.command("/kpi show growth October 2026", user="U0BOB"))

    async def test_growth_from_nothing_is_no_data_and_says_what_is_missing(self, denyut: Bench) -> None:
        await log_all(denyut, "revenue 120")
        shown = spoken(await denyut.command("/kpi show sales growth", user="U0BOB"))
        assert "this week: no data" in shown
        assert "still missing: revenue in the period before." in shown
        await log_all(denyut, "revenue 0 on 2026-11-17")
        shown = spoken(await denyut.command("/kpi show sales growth", user="U0BOB"))
        assert "this week: no data" in shown
        assert "still missing" not in shown

    async def test_retention_and_churn_start_from_the_last_count_before(self, denyut: Bench) -> None:
        await log_all(
            denyut, "active customers 150 on 2026-09-02", "active customers 200 on 2026-09-20",
            "active customers 190 on 2026-10-05", "active customers 210 on 2026-10-28",
            "new customers 10 on 2026-10-07", "new customers 20 on 2026-10-20", "new customers 99 on 2026-11-20",
        )  # fmt: skip
        kept = spoken(await denyut.command("/kpi show retention October 2026", user="U0BOB"))
        assert "90% = (210 active customers at the end − 30 new customers) / 200 active customers at the start" in kept
        lost = spoken(await denyut.command("/kpi lihat perputaran pelanggan oktober 2026", user="U0CITRA"))
        assert (
            "10% = (200 pelanggan aktif di awal + 30 pelanggan baru − 210 pelanggan aktif di akhir)"
            " / 200 pelanggan aktif di awal" in lost
        )

    async def test_lifetime_value_keeps_its_assumptions_and_shows_them(self, denyut: Bench) -> None:
        await log_all(denyut, "orders per customer 6 on 2026-09-01", "customer lifetime 2.5 on 2026-09-01")
        await log_all(denyut, "revenue 1000", "orders 4")
        shown = spoken(await denyut.command("/kpi show clv", user="U0BOB"))
        assert (
            "Rp 3,750 = Rp 1,000 revenue / 4 orders × 6 yearly orders per customer (assumed)"
            " × 2.5 customer lifetime in years (assumed)" in shown
        )

    async def test_a_customer_nps_is_told_a_hundredfold(self, denyut: Bench) -> None:
        await log_all(denyut, "promoters 25", "passives 10", "detractors 5")
        shown = spoken(await denyut.command("/kpi show nps", user="U0BOB"))
        assert "Customer NPS, this week: 50" in shown
        assert "50 = 100 × (25 customer promoters − 5 customer detractors) / (25 customer promoters + 10" in shown

    async def test_nothing_to_divide_by_is_no_data(self, denyut: Bench) -> None:
        await log_all(denyut, "deals won 0", "deals lost 0")
        assert "this week: no data" in spoken(await denyut.command("/kpi show closing rate", user="U0BOB"))
        await log_all(denyut, "deals lost 4")
        assert "this week: 0%" in spoken(await denyut.command("/kpi show closing rate", user="U0BOB"))

    async def test_by_person_each_ones_own_sums_are_divided(self, denyut: Bench) -> None:
        await log_all(denyut, "deals won 1", "deals lost 3")
        await log_all(denyut, "deals won 5", "deals lost 1", user="U0EMMA")
        shown = await denyut.command("/kpi show win rate by person", user="U0BOB")
        grid = next(block for block in shown.blocks if block["type"] == "table")
        told = re.findall(r"'text': '([0-9.]+%)'", str(grid))
        assert sorted(told) == ["25%", "83.3%"]
        assert "this week: 60%" in spoken(shown)

    async def test_a_derived_kpi_has_targets_and_its_history_is_that_of_its_inputs(self, denyut: Bench) -> None:
        await log_all(denyut, "revenue 100 on 2026-09-10", "revenue 120 on 2026-10-10")
        answer = spoken(await denyut.command("/kpi target sales growth 30% per month", user="U0BOB"))
        assert "Sales growth: 30%, each month" in answer
        assert "1.5 times the best month so far (20%, last month)" in answer
        assert "Sales growth: no data" in spoken(await denyut.command("/kpi show this month", user="U0BOB"))
        before = spoken(await denyut.command("/kpi show October 2026", user="U0BOB"))
        assert "Sales growth" not in before, "the revenue's change says it, and there was no target then"
        history = await denyut.command("/kpi history return on investment", user="U0BOB")
        assert "Campaign revenue and Campaign cost" in history.text


class TestReadable:
    async def test_an_overview_does_not_repeat_the_change_as_growth(self, denyut: Bench) -> None:
        await log_all(denyut, "revenue 100 on 2026-11-17", "revenue 120", "orders 4", "deals lost 2")
        told = spoken(await denyut.command("/kpi show", user="U0BOB"))
        assert "Sales growth" not in told
        assert "Revenue: Rp 120, +20%" in told
        assert "Average order value: Rp 30" in told
        assert "Deals lost: 2" in told

    @pytest.mark.parametrize("language", ["en", "id"])
    async def test_the_list_has_every_kpi_once_and_inputs_at_the_end(self, denyut: Bench, language: str) -> None:
        command = {"en": "/kpi list", "id": "/kpi daftar"}[language]
        glance = await denyut.command(command, user=SPEAKERS[language][0])
        t = TEXTS.t(language)
        await denyut.press(glance, ids.KPI_LIST_WHOLE, user=SPEAKERS[language][0])
        _, answer, _ = denyut.slack.responses[-1]
        said = "\n".join(str(block.get("text", {}).get("text", "")) for block in answer.blocks)
        places = {key: said.index(f"*{t(f'kpi.{key}')}* (") for key in KPIS}
        assert len(set(places.values())) == len(KPIS)
        end = said.index(f"*{t('kpis.list_inputs')}*")
        assert {key for key, place in places.items() if place > end} == {k for k, kpi in KPIS.items() if kpi.is_input}
        assert "…" not in said
        assert len(answer.blocks) <= 50

    async def test_the_form_has_mine_then_everybodys_and_no_inputs_nobody_logs(self, denyut: Bench) -> None:
        await log_all(denyut, "stock value 5M", "csat 4.6")
        await log_all(denyut, "ad spend 3M", "calls 7", user="U0EMMA")
        rows = denyut.do(lambda db: read_form(db, Catalogue(), "U0BOB", denyut.now.date()))
        keys = [row.kpi.key for row in rows]
        assert keys[:4] == ["customer_satisfaction", "stock_value", "calls_held", "acquisition_spend"]
        assert [row.last for row in rows[:4]] == [Decimal("4.6"), Decimal(5_000_000), None, None]
        assert len(rows) == FORM_KPIS
        assert not any(row.kpi.is_input for row in rows[4:])
        assert not any(row.kpi.is_derived for row in rows)

    @pytest.mark.parametrize("language", ["en", "id"])
    @pytest.mark.parametrize("kpi", DERIVED, ids=lambda kpi: kpi.key)
    def test_the_longest_formula_stays_within_slacks_limits(self, kpi: Kpi, language: str) -> None:
        inputs = tuple((term, HUGE) for term in terms_of(kpi))
        week = containing(TODAY, PeriodKind.WEEK)
        line = KpiLine(Computed(kpi, HUGE, 3, inputs), None, None)
        w = Wording(TEXTS.t(language), "IDR", TODAY, "Asia/Jakarta", Catalogue())
        message = shown_message(Shown(week, line, Course(PeriodKind.WEEK)), w)
        check_message_blocks(list(message.blocks), lambda _: True)
        assert w.formula(line.figure).count(w.value(HUGE, KPIS[inputs[0][0].kpi_key].unit)) >= 1
        assert w.formula(line.figure) in message.text
        assert "…" not in str(message.blocks)


class TestNames:
    @pytest.mark.parametrize("language", ["en", "id"])
    @pytest.mark.parametrize("key", KPIS)
    def test_every_name_and_alias_means_its_own_kpi(self, key: str, language: str) -> None:
        vocabulary = Vocabulary.of(TEXTS, TEXTS.t(language), Catalogue())
        t = TEXTS.t(language)
        for name in (t(f"kpi.{key}"), *t.words(f"kpi.{key}.words")):
            kpi, rest = vocabulary.required([*name.split(), "5"])
            assert (kpi.key, rest) == (key, ["5"]), name

    async def test_the_bare_word_for_customers_is_asked_about(self, denyut: Bench) -> None:
        for typed, user in (("/kpi log customers 6", "U0BOB"), ("/kpi catat pelanggan 6", "U0CITRA")):
            answer = await denyut.command(typed, user=user)
            assert any(word in answer.text for word in ("New customers", "Pelanggan baru")), answer.text
            assert any(word in answer.text for word in ("Active customers", "Pelanggan aktif")), answer.text
        assert denyut.do(lambda db: db.kpis.keys_used()) == set()

    async def test_a_slip_is_met_with_the_nearest_name(self, denyut: Bench) -> None:
        answer = await denyut.command("/kpi show inventroy turnover", user="U0BOB")
        assert "Did you mean Inventory turnover" in answer.text


def entry(number: int, key: str, value: int, on: date, member: str = "U1") -> Entry:
    return Entry(f"e{number}", key, member, Decimal(value), on, member, NOW, f"s{number}")


class TestReading:
    """A breakdown reads single days, the scoreboard whole spans: both say the same."""

    MONTHS = tuple(containing(date(2026, month, 1), PeriodKind.MONTH) for month in (8, 9, 10, 11))

    @pytest.fixture
    def filled(self, storage: Storage) -> Storage:
        keys = [key for key, kpi in KPIS.items() if not kpi.is_derived]
        entries = [
            entry(1000 * back + place, key, 1 + (back * 7 + place * 3) % 11, TODAY - timedelta(days=back))
            for back in range(0, 130, 4)
            for place, key in enumerate(keys)
        ]
        storage.write_now("T1", lambda db: db.kpis.add_many(entries))
        return storage

    @pytest.mark.parametrize("kpi", DERIVED, ids=lambda kpi: kpi.key)
    def test_months_of_a_breakdown_are_the_months_by_themselves(self, filled: Storage, kpi: Kpi) -> None:
        span = Period(self.MONTHS[0].first, TODAY, PeriodKind.CUSTOM)
        request = ShowRequest((kpi,), span, has_period=True, split=Split.MONTH)
        shown = filled.read_now("T1", lambda db: read_shown(db, Catalogue(), request, TODAY, WEEKENDS))
        single = [
            filled.read_now("T1", lambda db, m=month: read_scoreboard(db, Catalogue(), m, TODAY, WEEKENDS, [kpi.key]))[
                0
            ].figure
            for month in self.MONTHS
        ]
        assert shown.table is not None
        assert [part.figure for part in shown.table.buckets] == single
        assert all(figure.value is not None for figure in single)

    @pytest.mark.parametrize("kpi", DERIVED, ids=lambda kpi: kpi.key)
    def test_what_a_line_was_before_is_what_that_month_itself_was(self, filled: Storage, kpi: Kpi) -> None:
        september, october = self.MONTHS[1:3]
        (line,) = filled.read_now(
            "T1", lambda db: read_scoreboard(db, Catalogue(), october, TODAY, WEEKENDS, [kpi.key])
        )
        (own,) = filled.read_now(
            "T1", lambda db: read_scoreboard(db, Catalogue(), september, TODAY, WEEKENDS, [kpi.key])
        )
        assert line.before == own.figure
        assert earlier(october, TODAY) == september

    def test_one_person_alone_is_everybody(self, filled: Storage) -> None:
        (month,) = (m for m in self.MONTHS if m.contains(date(2026, 10, 1)))
        keys = [kpi.key for kpi in DERIVED]
        team = filled.read_now("T1", lambda db: read_scoreboard(db, Catalogue(), month, TODAY, WEEKENDS, keys))
        own = filled.read_now("T1", lambda db: read_scoreboard(db, Catalogue(), month, TODAY, WEEKENDS, keys, "U1"))
        other = filled.read_now("T1", lambda db: read_scoreboard(db, Catalogue(), month, TODAY, WEEKENDS, keys, "U2"))
        assert [line.figure for line in own] == [line.figure for line in team]
        assert all(line.figure.value is None for line in other)
        for kpi in DERIVED:
            request = ShowRequest((kpi,), month, has_period=True, split=Split.PERSON)
            shown = filled.read_now("T1", lambda db, r=request: read_shown(db, Catalogue(), r, TODAY, WEEKENDS))
            assert shown.board is not None
            assert [row.figure for row in shown.board.rows] == [shown.line.figure]

    def test_the_whole_board_is_in_the_order_of_the_catalogue(self, filled: Storage) -> None:
        board = filled.read_now("T1", lambda db: read_scoreboard(db, Catalogue(), self.MONTHS[2], TODAY, WEEKENDS))
        assert [line.kpi.key for line in board] == [key for key in KPIS if key != "sales_growth"]
        assert all(isinstance(line.figure, Computed) == line.kpi.is_derived for line in board)

    def test_years_ago_counts_as_the_start(self, storage: Storage) -> None:
        old = date(2019, 1, 1)
        entries = [
            entry(1, "active_customers", 100, old), entry(2, "active_customers", 95, TODAY),
            entry(3, "new_customers", 0, TODAY),
        ]  # fmt: skip
        storage.write_now("T1", lambda db: db.kpis.add_many(entries))
        week = containing(TODAY, PeriodKind.WEEK)
        board = storage.read_now("T1", lambda db: read_scoreboard(db, Catalogue(), week, TODAY, WEEKENDS))
        assert {line.kpi.key: line.figure.value for line in board if line.kpi.is_derived} == {
            "retention_rate": 95,
            "churn_rate": 5,
        }
        first = storage.read_now("T1", lambda db: db.kpis.totals(FIRST_DAY, old))
        assert first["active_customers"].last == 100
