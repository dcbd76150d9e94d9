"""What a summary does not compare: a KPI that is logged less often than the summary comes, and a KPI that began in the
middle of the period before."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.domain.catalogue import KpiSettings
from bot.domain.entries import Entry
from bot.domain.periods import PeriodKind
from bot.domain.schedules import Cadence
from bot.domain.summaries import SummaryDefinition
from bot.domain.targets import Target
from bot.summaries.previews import Preview, Wanted, read_preview
from storage import new_id
from tests.features.harness import Bench, Posted, checked

NBSP = "\N{NO-BREAK SPACE}"
ZONE = "Asia/Jakarta"
WEDNESDAY = date(2026, 11, 25)
TUESDAY, SUNDAY, SUNDAY_BEFORE = date(2026, 11, 24), date(2026, 11, 22), date(2026, 11, 15)
DAY = timedelta(days=1)


def log(denyut: Bench, kpi: str, on: date, value: int, member: str = "U0BOB", at: datetime | None = None) -> Entry:
    entry = Entry(new_id(), kpi, member, Decimal(value), on, member, at or denyut.now, source=new_id())
    denyut.do(lambda db: db.kpis.add(entry))
    return entry


def settle(denyut: Bench, kpi: str, cadence: Cadence) -> None:
    denyut.do(lambda db: db.catalogue.set_settings(kpi, replace(KpiSettings(), cadence=cadence)))


def aim(denyut: Bench, kpi: str, value: int, period: PeriodKind) -> None:
    target = Target(new_id(), kpi, Decimal(value), period, None, "", "U0AYU", denyut.now, date(2026, 8, 1))
    denyut.do(lambda db: db.targets.set(target))


def preview(denyut: Bench, cadence: Cadence, day: date, language: str = "en", *kpis: str) -> Preview:
    """A summary of #sales and its thread, as they would be on the morning of a day."""
    wanted = Wanted(SummaryDefinition(kpi_keys=kpis), cadence, "C0SALES", ZONE, day)
    now = datetime.combine(day, datetime.min.time(), ZoneInfo(ZONE)) + timedelta(hours=9)
    t = denyut.services.texts.t(language)
    found = denyut.do(lambda db: read_preview(db, denyut.services, wanted, now.astimezone(UTC), t))
    return Preview(checked(found.post), checked(found.details) if found.details else None)


def said(denyut: Bench, cadence: Cadence, day: date, language: str = "en", *kpis: str) -> str:
    found = preview(denyut, cadence, day, language, *kpis)
    return "\n".join(each.text for each in (found.post, found.details) if each).replace(NBSP, " ")


def cell(denyut: Bench, cadence: Cadence, day: date, kpi: str, language: str = "en") -> str:
    """The figure of the only row of the table, with what stands beside it."""
    blocks = preview(denyut, cadence, day, language, kpi).post.blocks
    ((_, row),) = [block["rows"] for block in blocks if block["type"] == "table"]
    return str(row[1]["text"]).replace(NBSP, " ")


class TestLoggedLessOftenThanTheSummaryComes:
    async def test_a_weekly_figure_in_a_daily_post_says_which_days_it_covers_and_how_it_moved_not_at_all(
        self, denyut: Bench
    ) -> None:
        for days, value in enumerate((30, 10)):
            log(denyut, "leads", TUESDAY - days * DAY, value)
        assert "Leads: 30; +200% against the working day before." in said(denyut, Cadence.DAILY, WEDNESDAY)
        settle(denyut, "leads", Cadence.WEEKLY)
        text = said(denyut, Cadence.DAILY, WEDNESDAY)
        assert "Leads: 40 (for 23–24 Nov)." in text
        assert "%" not in text
        assert "These numbers come less often than this summary; the days each one covers" in text
        assert "Jumlah prospek: 40 (untuk 23–24 Nov)." in said(denyut, Cadence.DAILY, WEDNESDAY, "id")
        assert cell(denyut, Cadence.DAILY, WEDNESDAY, "leads") == "40 · for 23–24 Nov"

    async def test_it_is_compared_as_ever_in_a_weekly_post(self, denyut: Bench) -> None:
        settle(denyut, "leads", Cadence.WEEKLY)
        log(denyut, "leads", SUNDAY, 60)
        log(denyut, "leads", SUNDAY_BEFORE, 40)
        assert "Leads: 60; +50% against the week before." in said(denyut, Cadence.WEEKLY, date(2026, 11, 23))

    async def test_while_its_week_has_no_number_the_last_week_is_told_and_never_that_none_is_there(
        self, denyut: Bench
    ) -> None:
        settle(denyut, "leads", Cadence.WEEKLY)
        aim(denyut, "leads", 80, PeriodKind.WEEK)
        log(denyut, "leads", SUNDAY, 62)
        log(denyut, "orders", TUESDAY, 7)
        text = said(denyut, Cadence.DAILY, WEDNESDAY)
        assert "Leads: 62 (for 16–22 Nov); target 80 a week." in text
        assert "no data" not in text
        assert "Leads is" not in text, "this week's target says nothing yet"
        monday = said(denyut, Cadence.DAILY, date(2026, 11, 23))
        assert "Leads missed its target (62 against 80 a week)." in monday
        assert "Leads: 62 (for 16–22 Nov); target 80 a week, missed." in monday

    async def test_a_quarters_number_that_was_not_asked_for_yet_leaves_the_one_before(self, denyut: Bench) -> None:
        settle(denyut, "leads", Cadence.MONTHLY)
        log(denyut, "leads", date(2026, 9, 30), 300)
        log(denyut, "orders", date(2026, 11, 2), 7)
        days = "1–30 Sep"
        assert f"Leads: 300 (for {days})." in said(denyut, Cadence.DAILY, date(2026, 11, 3), "en", "leads", "orders")
        later = said(denyut, Cadence.DAILY, date(2026, 12, 2), "en", "leads", "orders")
        assert days not in later, "three months later it is old news"

    async def test_where_nothing_was_logged_for_the_day_it_is_no_news_either(self, denyut: Bench) -> None:
        settle(denyut, "leads", Cadence.WEEKLY)
        log(denyut, "leads", SUNDAY, 62)
        aim(denyut, "leads", 80, PeriodKind.WEEK)
        assert said(denyut, Cadence.DAILY, WEDNESDAY) == "Summary of Tue 24 Nov: nothing was logged."

    async def test_a_derived_kpi_goes_by_the_rarest_of_what_it_is_made_of(self, denyut: Bench) -> None:
        for days in range(2):
            log(denyut, "leads", TUESDAY - days * DAY, 10)
            log(denyut, "deals_won", TUESDAY - days * DAY, 2 + days)
        name = denyut.services.texts.t("en")("kpi.conversion_rate")
        assert f"{name}: 20%; −10 points against the working day before" in said(denyut, Cadence.DAILY, WEDNESDAY)
        settle(denyut, "leads", Cadence.WEEKLY)
        assert f"{name}: 25% (for 23–24 Nov)." in said(denyut, Cadence.DAILY, WEDNESDAY)
        assert "Deals won: 2; −33.3% against" in said(denyut, Cadence.DAILY, WEDNESDAY), "that one is logged daily"

    async def test_nobody_is_waited_for(self, denyut: Bench) -> None:
        for days in range(1, 4):
            log(denyut, "leads", TUESDAY - days * DAY, 10)
            log(denyut, "orders", TUESDAY - days * DAY, 10, "U0DEWI")
        log(denyut, "orders", TUESDAY, 9, "U0DEWI")
        assert "One person has yet to log" in said(denyut, Cadence.DAILY, WEDNESDAY)
        settle(denyut, "leads", Cadence.WEEKLY)
        text = said(denyut, Cadence.DAILY, WEDNESDAY)
        assert "has yet to log" not in text
        assert "Too early to judge" not in text


class TestBegunInTheMiddle:
    """Calls are logged since Mon 14 Sep: 50 in September, 140 in October, 70 in November."""

    OCTOBER, NOVEMBER = date(2026, 11, 1), date(2026, 12, 1)

    def fill(self, denyut: Bench, kpi: str = "calls_held", first: date = date(2026, 9, 14)) -> None:
        for on, value in ((first, 50), (date(2026, 10, 20), 140), (date(2026, 11, 20), 70)):
            log(denyut, kpi, on, value)

    async def test_it_says_since_when_instead_of_how_much_more(self, denyut: Bench) -> None:
        self.fill(denyut)
        text = said(denyut, Cadence.MONTHLY, self.OCTOBER)
        assert "Calls held: 140 (logged only since 14 Sep)." in text
        assert "There is nothing yet to compare these numbers with." in text
        assert "%" not in text
        indonesian = said(denyut, Cadence.MONTHLY, self.OCTOBER, "id")
        assert "Panggilan terlaksana: 140 (baru dicatat sejak 14 Sep)." in indonesian
        assert cell(denyut, Cadence.MONTHLY, self.OCTOBER, "calls_held") == "140 · logged only since 14 Sep"

    async def test_the_next_period_is_compared_as_ever(self, denyut: Bench) -> None:
        self.fill(denyut)
        text = said(denyut, Cadence.MONTHLY, self.NOVEMBER)
        assert "Calls held: 70; −50% against the month before." in text
        assert "logged only since" not in text

    async def test_it_is_not_the_largest_move(self, denyut: Bench) -> None:
        self.fill(denyut)
        for month, value in ((8, 10), (9, 10), (10, 11)):
            log(denyut, "orders", date(2026, month, 5), value)
        text = said(denyut, Cadence.MONTHLY, self.OCTOBER)
        assert text.splitlines()[1] == "Orders rose, +10% against the month before."
        log(denyut, "calls_held", date(2026, 8, 5), 1)
        assert "Calls held rose most, +180% against the month before" in said(denyut, Cadence.MONTHLY, self.OCTOBER)

    async def test_where_the_rest_stayed_as_it_was_only_of_the_rest_is_that_said(self, denyut: Bench) -> None:
        for month in (8, 9, 10):
            log(denyut, "orders", date(2026, month, 5), 10)
        assert "Nothing changed against the month before." in said(denyut, Cadence.MONTHLY, self.OCTOBER)
        self.fill(denyut)
        text = said(denyut, Cadence.MONTHLY, self.OCTOBER)
        assert "Nothing that can be compared with the month before has changed." in text

    async def test_days_off_before_the_first_number_are_nothing_that_is_missing(self, denyut: Bench) -> None:
        """1 August is a Saturday."""
        for on, value in ((date(2026, 8, 3), 50), (date(2026, 9, 20), 100)):
            log(denyut, "calls_held", on, value)
        assert "Calls held: 100; +100% against the month before." in said(denyut, Cadence.MONTHLY, date(2026, 10, 1))
        log(denyut, "leads", date(2026, 8, 4), 50)
        log(denyut, "leads", date(2026, 9, 20), 100)
        assert "Leads: 100 (logged only since 4 Aug)." in said(denyut, Cadence.MONTHLY, date(2026, 10, 1))

    @pytest.mark.parametrize(
        ("cadence", "change"), [(Cadence.WEEKLY, "; +50% against the week before."), (Cadence.DAILY, " (logged only")]
    )
    async def test_the_first_number_of_a_weekly_kpi_is_about_its_whole_week(
        self, denyut: Bench, cadence: Cadence, change: str
    ) -> None:
        settle(denyut, "leads", cadence)
        log(denyut, "leads", SUNDAY, 60)
        log(denyut, "leads", SUNDAY_BEFORE, 40)
        assert f"Leads: 60{change}" in said(denyut, Cadence.WEEKLY, date(2026, 11, 23))

    async def test_of_a_derived_kpi_the_input_that_began_last_counts(self, denyut: Bench) -> None:
        self.fill(denyut, "leads", date(2026, 9, 14))
        self.fill(denyut, "deals_won", date(2026, 8, 3))
        log(denyut, "deals_won", date(2026, 9, 3), 10)
        name = denyut.services.texts.t("en")("kpi.conversion_rate")
        text = said(denyut, Cadence.MONTHLY, self.OCTOBER)
        assert f"{name}: 100% (logged only since 14 Sep)." in text
        assert "Deals won: 140; +1,300% against the month before" in text

    async def test_growth_looks_back_one_period_further(self, denyut: Bench) -> None:
        """October grew by 180 % over what was left of September: the figure itself says since when, and in November,
        which is compared with it, so does the change."""
        self.fill(denyut, "revenue")
        name = denyut.services.texts.t("en")("kpi.sales_growth")
        october = said(denyut, Cadence.MONTHLY, self.OCTOBER, "en", "sales_growth")
        assert f"{name}: 180% (logged only since 14 Sep)." in october
        november = said(denyut, Cadence.MONTHLY, self.NOVEMBER, "en", "sales_growth")
        assert f"{name}: −50% (logged only since 14 Sep)." in november

    async def test_what_is_read_as_it_was_in_the_end_is_whole_from_the_first_number_on(self, denyut: Bench) -> None:
        self.fill(denyut, "active_customers")
        text = said(denyut, Cadence.MONTHLY, self.OCTOBER, "en", "active_customers")
        assert "Active customers: 140; +180% against the month before." in text


class TestCorrections:
    AT = datetime(2026, 12, 2, 2, tzinfo=UTC)  # Wednesday 09:00 in Jakarta
    TUESDAY, SUNDAY = date(2026, 12, 1), date(2026, 11, 29)

    async def posted(self, denyut: Bench) -> Posted:
        """The daily summary of Tuesday: leads, logged by the week, with 62 of the last one."""
        await denyut.command("/kpi summary <#C0SALES|sales> daily 09:00", user="U0BOB")
        settle(denyut, "leads", Cadence.WEEKLY)
        log(denyut, "leads", self.SUNDAY, 62)
        log(denyut, "orders", self.TUESDAY, 7)
        log(denyut, "orders", self.TUESDAY - DAY, 7)
        aim(denyut, "leads", 80, PeriodKind.WEEK)
        await denyut.tick(self.AT)
        (post,) = [each for each in denyut.posts("C0SALES") if each.thread_ts is None]
        assert "Leads: 62 (for 23–29 Nov)" in post.message.text
        return post

    async def test_a_late_number_of_the_days_shown_puts_the_post_right(self, denyut: Bench) -> None:
        post = await self.posted(denyut)
        log(denyut, "leads", self.SUNDAY, 8, at=self.AT + timedelta(minutes=1))
        await denyut.tick(self.AT + timedelta(minutes=2))
        assert "Leads was 62, now 70." in post.message.text.splitlines()[0]
        assert "Leads: 70 (for 23–29 Nov)" in post.message.text

    async def test_the_first_number_of_the_next_days_is_new_and_no_other_figure_for_the_old_ones(
        self, denyut: Bench
    ) -> None:
        post = await self.posted(denyut)
        log(denyut, "leads", self.TUESDAY, 20, at=self.AT + timedelta(minutes=1))
        await denyut.tick(self.AT + timedelta(minutes=2))
        assert "Leads had no data, now 20." in post.message.text.splitlines()[0]
        assert "Leads: 20 (for 30 Nov – 1 Dec)" in post.message.text


class TestWeeklyTargetsInAMonthlySummary:
    """A month hardly ever ends with a week: what is told is the last whole week, not the day or two after it."""

    FIRST_OF_DECEMBER = date(2026, 12, 1)

    async def test_it_is_held_against_the_last_whole_week_of_the_month(self, denyut: Bench) -> None:
        aim(denyut, "leads", 80, PeriodKind.WEEK)
        for on, value in ((date(2026, 11, 10), 70), (date(2026, 11, 25), 81), (date(2026, 11, 30), 3)):
            log(denyut, "leads", on, value)
        text = said(denyut, Cadence.MONTHLY, self.FIRST_OF_DECEMBER, "en", "leads")
        assert "81" in text
        assert "so far" not in text
        assert "Leads met" in text

    async def test_a_monthly_target_is_held_against_the_whole_month(self, denyut: Bench) -> None:
        aim(denyut, "leads", 150, PeriodKind.MONTH)
        for on, value in ((date(2026, 11, 25), 147), (date(2026, 11, 30), 3)):
            log(denyut, "leads", on, value)
        text = said(denyut, Cadence.MONTHLY, self.FIRST_OF_DECEMBER, "en", "leads")
        assert "Leads met its target exactly (150)." in text
