"""Every answer to somebody who looks at KPIs, in both languages, with the longest contents, within Slack's limits; and
what a chart, its words and a board by person say."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType

import pytest

from bot.domain.catalogue import Catalogue, KpiSettings, KpiVersion
from bot.domain.entries import Figure
from bot.domain.figures import Computed
from bot.domain.kpis import KPIS, Aggregation, Direction, Kind, Kpi, Objective, Unit, terms_of
from bot.domain.members import Member
from bot.domain.pacing import Pace, Status
from bot.domain.periods import Period, PeriodKind, containing, year_before
from bot.domain.scoreboard import KpiLine, Progress
from bot.domain.targets import Aim, Target, target_period
from bot.i18n import load
from bot.kpis.showing import lists, overviews, views, wording
from bot.kpis.showing.courses import MOST_POINTS, chart_stretches
from bot.kpis.showing.outcomes import Board, Bucket, Course, Listed, PersonRow, Shown, Together, YearAgo
from bot.kpis.showing.views import Sharing
from bot.kpis.vocabulary import Split
from bot.kpis.wording import Wording
from bot.playground.block_kit.whole import check_message_blocks, check_view
from bot.slack.blocks import FALLBACK_TEXT, Block, Message, as_payload
from bot.slack.charts import NAME

TEXTS = load("en")
TODAY = date(2026, 11, 26)
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
HUGE = Decimal("-9999999999999.9999")
WEEK = containing(TODAY, PeriodKind.WEEK)
LAST_WEEKS = chart_stretches(WEEK, False, TODAY)[1]
NBSP = "\N{NO-BREAK SPACE}"
PERIODS = (PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR)
BUTTON = Sharing("x" * 2000)


def own(number: int, objective: Objective = Objective.NET_SALES) -> KpiVersion:
    kpi = Kpi(
        f"own_{number}", Unit.NUMBER, Direction.HIGHER, Aggregation.SUM, Kind.PROCESS, objective, "5",
        names={"en": f"{number} " + "n" * 70, "id": f"{number} " + "m" * 70},
        meanings={"en": "w" * 400, "id": "v" * 400},
    )  # fmt: skip
    return KpiVersion(kpi, 1, date(2026, 1, 1), "U0AYU", NOW)


OWN = [own(number) for number in range(30)]
OWNED = {version.kpi.key: KpiSettings(owners=("U0BOBBOBBOB", "U0AYUAYUAYU"), ask_at=time(9)) for version in OWN}
MANY = Catalogue(OWN, OWNED)


def wording_of(language: str, currency: str = "IDR", kpis: Catalogue = MANY) -> Wording:
    return Wording(TEXTS.t(language), currency, TODAY, "Asia/Jakarta", kpis)


def target(kpi: str = "revenue", period: PeriodKind | None = PeriodKind.MONTH, owner: str = "") -> Target:
    deadline = None if period else date(2026, 12, 31)
    return Target("t", kpi, Decimal("9999999999999.9999"), period, deadline, owner, "U0AYU", NOW, TODAY)


def line(kpi: Kpi, goal: Target | None = None) -> KpiLine:
    figure = Figure(kpi, HUGE, 3)
    if kpi.is_derived:
        figure = Computed(kpi, HUGE, 3, tuple((term, HUGE) for term in terms_of(kpi)))
    goal = goal or target(kpi.key)
    pace = Pace(Status.AT_RISK, HUGE, goal.value, Decimal(1), Decimal("0.5"), Decimal(-1))
    return KpiLine(figure, figure, Decimal("-12345.678"), goal, pace, target_period(goal, TODAY))


def course(kpi: Kpi, *, goal: Target | None = None, value: Decimal | None = HUGE) -> Course:
    buckets = (Bucket(each, Figure(kpi, value, 1), each.contains(TODAY)) for each in LAST_WEEKS)
    return Course(PeriodKind.WEEK, tuple(buckets), goal)


def board(people: int = 99) -> Board:
    rows = tuple(
        PersonRow(Member(f"U{n}", "<b>" + "n" * 80), Figure(KPIS["revenue"], HUGE, 1), None, n < 3)
        for n in range(people)
    )
    mine = PersonRow(
        Member("U0BOB", "Bob"),
        Figure(KPIS["revenue"], HUGE, 1),
        Progress(target(owner="U0BOB"), WEEK, Figure(KPIS["revenue"], HUGE, 1), line(KPIS["revenue"]).pace),  # type: ignore[arg-type]
    )
    return Board(rows[:90], mine, max(0, people - 90))


def shown(kpi: Kpi, **more: object) -> Shown:
    ago = YearAgo(year_before(WEEK), Figure(kpi, HUGE, 1), Decimal("-12345.67"), is_redefined=True)
    base = Shown(WEEK, line(kpi), course(kpi, goal=target(kpi.key, PeriodKind.WEEK)), is_named=True, year_ago=ago)
    return replace(base, **more)  # type: ignore[arg-type]


def together(count: int = 10) -> Together:
    kpis = [version.kpi for version in OWN][:count]
    ago = {kpi.key: YearAgo(year_before(WEEK), Figure(kpi, HUGE, 1), HUGE) for kpi in kpis}
    return Together(WEEK, tuple(line(kpi) for kpi in kpis), ago)


ALL_LINES = [line(kpi) for kpi in MANY.values()]
REVENUE = KPIS["revenue"]
EMPTY = Shown(WEEK, KpiLine(Figure(REVENUE, None, 0), None, None), course(REVENUE, value=None), is_named=False)


def whole(w: Wording, targets: Mapping[str, Sequence[Target]] = MappingProxyType({})) -> Message:
    return lists.list_message(Listed(targets), w, is_whole=True)


MESSAGES: dict[str, Callable[[Wording], Message]] = {
    "overview": lambda w: overviews.overview_message(ALL_LINES, WEEK, "x", w, BUTTON),
    "overview, shared": lambda w: overviews.overview_message(ALL_LINES, WEEK, "x", w, Sharing(by="U0BOBBOBBOB")),
    "overview, just shared": lambda w: overviews.overview_message(ALL_LINES, WEEK, "x", w, Sharing(is_done=True)),
    "overview of nothing": lambda w: overviews.overview_message([], WEEK, "x", w, BUTTON),
    "list": lambda w: whole(w, {key: [target(key, kind) for kind in PERIODS] for key in w.kpis}),
    "together": lambda w: views.together_message(together(), w, BUTTON),
    "by person": lambda w: views.shown_message(shown(REVENUE, split=Split.PERSON, board=board()), w, BUTTON),
    "by person, nobody": lambda w: views.shown_message(shown(REVENUE, split=Split.PERSON, board=Board(())), w),
    "by week": lambda w: views.shown_message(
        shown(REVENUE, split=Split.WEEK, table=course(REVENUE, goal=target("revenue", PeriodKind.WEEK))), w, BUTTON
    ),
    "shared": lambda w: views.shown_message(shown(REVENUE), w, Sharing(by="U0BOBBOBBOB")),
    "just shared": lambda w: views.shown_message(shown(REVENUE), w, Sharing(is_done=True)),
    "without data": lambda w: views.shown_message(EMPTY, w, BUTTON),
    "not begun": lambda w: views.shown_message(
        replace(EMPTY, period=containing(date(2027, 2, 1), PeriodKind.MONTH), course=Course(PeriodKind.DAY)), w
    ),
    **{f"shown {key}": (lambda w, key=key: views.shown_message(shown(w.kpis[key]), w, BUTTON)) for key in MANY},  # type: ignore[misc]
}


def check(message: Message) -> None:
    assert message.text.strip()
    check_message_blocks(as_payload(message)["blocks"], lambda _: True)


@pytest.mark.parametrize("name", MESSAGES)
@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("currency", ["IDR", "USD"])
def test_messages_are_within_limits(name: str, language: str, currency: str) -> None:
    message = MESSAGES[name](wording_of(language, currency))
    check(message)
    assert "kpis." not in message.text


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_overview_as_a_form_has_all_its_lines(language: str) -> None:
    w = wording_of(language)
    overview = overviews.overview_message(ALL_LINES, WEEK, "x", w)
    view = overviews.overview_form(overview, w.t("kpis.all_title"), w)
    check_view(view, "modal", lambda _: True)
    said = "\n".join(block["text"]["text"] for block in view["blocks"])
    assert said == overview.text


def test_of_very_many_kpis_the_first_are_shown_and_the_rest_counted() -> None:
    message = overviews.overview_message(ALL_LINES, WEEK, "x", wording_of("en"))
    (grid,) = (block for block in message.blocks if block["type"] == "table")
    assert len(grid["rows"]) == overviews.MOST_LINES + 1
    assert f"And {len(ALL_LINES) - overviews.MOST_LINES} more: `/kpi show KPI`" in message.text
    few = overviews.overview_message(ALL_LINES[: overviews.MOST_LINES], WEEK, "x", wording_of("en"))
    assert "more:" not in few.text


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_list_has_own_kpis_under_their_objective_whole_and_with_their_owners(language: str) -> None:
    w = wording_of(language)
    message = whole(w)
    said = "\n".join(str(block.get("text", {}).get("text", "")) for block in message.blocks)
    sales = said.split(f"*{w.t('kpi.objective.net_sales')}*")[1].split(f"*{w.t('kpi.objective.retention')}*")[0]
    for version in OWN:
        assert f"*{w.name(version.kpi)}*" in sales
    assert sales.count("<@U0BOBBOBBOB>") == len(OWN)
    assert "…" not in said
    assert len(message.blocks) <= 50


def test_what_is_retired_is_named_in_one_closing_line() -> None:
    kpis = Catalogue(
        OWN[:2], {"own_1": KpiSettings(retired_on=date(2026, 10, 1)), "orders": KpiSettings(retired_on=NOW.date())}
    )
    message = whole(wording_of("en", kpis=kpis))
    assert f"Retired: Orders and 1 {'n' * 70}." in message.text
    assert "*Orders*" not in message.text
    assert "Retired" not in whole(wording_of("en")).text


def test_a_list_that_is_too_long_for_slack_ends_with_how_to_see_the_rest() -> None:
    very_many = Catalogue([own(number) for number in range(300)])
    message = whole(wording_of("en", kpis=very_many))
    check(message)
    assert "Not all of them fit here" in str(message.blocks[-2:])


def chart_of(block_holder: Message) -> Block:
    return next(block["chart"] for block in block_holder.blocks if block["type"] == "data_visualization")


def test_a_target_is_a_second_line_across_the_chart_and_told_in_words() -> None:
    goal = replace(target("leads", PeriodKind.WEEK), value=Decimal(10), starts=date(2026, 1, 1))
    few = [(bucket, Decimal(place + 3)) for place, bucket in enumerate(course(KPIS["leads"]).buckets)]
    buckets = tuple(replace(bucket, figure=Figure(KPIS["leads"], value, 1)) for bucket, value in few)
    message = views.shown_message(shown(KPIS["leads"], course=Course(PeriodKind.WEEK, buckets, goal)), wording_of("en"))
    chart = chart_of(message)
    assert (chart["type"], [series["name"] for series in chart["series"]]) == ("line", ["Leads", "Target"])
    assert {point["value"] for point in chart["series"][1]["data"]} == {10.0}
    assert [point["value"] for point in chart["series"][0]["data"]] == [3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]
    assert "The target line is at 10 per week." in message.text
    bare = views.shown_message(shown(KPIS["leads"], course=Course(PeriodKind.WEEK, buckets)), wording_of("en"))
    assert (chart_of(bare)["type"], len(chart_of(bare)["series"])) == ("bar", 1)
    assert "target line" not in bare.text


def test_a_range_has_two_lines() -> None:
    always = {"value": Decimal(5), "upper": Decimal(8), "aim": Aim.INSIDE, "starts": date(2026, 1, 1)}
    goal = replace(target("leads", PeriodKind.WEEK), **always)  # type: ignore[arg-type]
    plain = course(KPIS["leads"], goal=goal, value=Decimal(6))
    chart = chart_of(views.shown_message(shown(KPIS["leads"], course=plain), wording_of("en")))
    assert [series["name"] for series in chart["series"]] == ["Leads", "Target", "Upper limit"]
    assert [series["data"][0]["value"] for series in chart["series"]] == [6.0, 5.0, 8.0]


def test_a_chart_of_a_single_point_is_a_bar() -> None:
    goal = replace(target("conversion_rate", PeriodKind.WEEK), value=Decimal(10))
    one = course(KPIS["conversion_rate"], goal=goal).buckets[-1:]
    message = views.shown_message(
        shown(KPIS["conversion_rate"], course=Course(PeriodKind.WEEK, one, goal)), wording_of("en")
    )
    assert chart_of(message)["type"] == "bar"


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize(
    "period",
    [
        WEEK,
        containing(TODAY, PeriodKind.DAY),
        containing(TODAY, PeriodKind.MONTH),
        containing(TODAY, PeriodKind.QUARTER),
        containing(TODAY, PeriodKind.YEAR),
        Period(date(2026, 9, 2), TODAY, PeriodKind.CUSTOM),
        Period(date(2024, 1, 5), TODAY, PeriodKind.CUSTOM),
        Period(date(2019, 6, 5), TODAY, PeriodKind.CUSTOM),
        Period(date(1990, 6, 5), TODAY, PeriodKind.CUSTOM),
    ],
)
def test_every_point_has_a_whole_label_of_its_own(period: Period, language: str) -> None:
    kind, stretches = chart_stretches(period, True, TODAY)
    w = wording_of(language)
    labels = [
        wording.label(Bucket(each, Figure(REVENUE, HUGE, 1), each.contains(TODAY)), kind, w) for each in stretches
    ]
    assert len(set(labels)) == len(labels) <= MOST_POINTS
    assert max(map(len, labels)) <= NAME


@pytest.mark.parametrize(
    ("period", "kind", "count"),
    [
        (containing(TODAY, PeriodKind.DAY), PeriodKind.DAY, 14),
        (WEEK, PeriodKind.DAY, 4),
        (Period(date(2026, 11, 13), TODAY, PeriodKind.CUSTOM), PeriodKind.DAY, 14),
        (Period(date(2026, 11, 12), TODAY, PeriodKind.CUSTOM), PeriodKind.WEEK, 3),
        (containing(date(2026, 10, 1), PeriodKind.MONTH), PeriodKind.WEEK, 5),
        (containing(date(2026, 8, 1), PeriodKind.QUARTER), PeriodKind.WEEK, 14),
        (containing(TODAY, PeriodKind.YEAR), PeriodKind.MONTH, 11),
        (containing(date(2025, 1, 1), PeriodKind.YEAR), PeriodKind.MONTH, 12),
        (Period(date(2024, 1, 1), TODAY, PeriodKind.CUSTOM), PeriodKind.QUARTER, 12),
        (Period(date(2019, 1, 1), TODAY, PeriodKind.CUSTOM), PeriodKind.YEAR, 8),
        (containing(date(2027, 2, 1), PeriodKind.MONTH), PeriodKind.DAY, 0),
    ],
)
def test_a_chart_is_drawn_by_what_suits_the_length_of_the_period(period: Period, kind: PeriodKind, count: int) -> None:
    chosen, stretches = chart_stretches(period, True, TODAY)
    assert (chosen, len(stretches)) == (kind, count)
    if stretches and period.days > 1:
        assert stretches[0].first == period.first


def test_a_longer_running_period_never_has_stretches_that_have_not_begun() -> None:
    for days in range(900):
        period = Period(TODAY - timedelta(days=days), TODAY + timedelta(days=40), PeriodKind.CUSTOM)
        _, stretches = chart_stretches(period, True, TODAY)
        assert all(each.first <= TODAY for each in stretches)
        assert stretches[-1].contains(TODAY)


class TestTheBoard:
    def message(self, rows: Board, language: str = "en") -> Message:
        return views.shown_message(shown(REVENUE, split=Split.PERSON, board=rows), wording_of(language))

    def person(self, name: str, *, has_won: bool = False) -> PersonRow:
        return PersonRow(Member(f"U{name}", name), Figure(REVENUE, Decimal(5), 1), None, has_won)

    def test_wins_have_a_column_only_where_there_are_any(self) -> None:
        rows = (self.person("Citra", has_won=True), self.person("Bob"))
        (grid,) = (block for block in self.message(Board(rows)).blocks if block["type"] == "table")
        assert [[cell["text"].replace(NBSP, " ") for cell in row] for row in grid["rows"]] == [
            ["Person", "Value", "Own target"], ["Citra", "Rp 5", "reached"], ["Bob", "Rp 5", "–"],
        ]  # fmt: skip
        (grid,) = (block for block in self.message(Board(rows[1:])).blocks if block["type"] == "table")
        assert len(grid["rows"][0]) == 2

    @pytest.mark.parametrize("language", ["en", "id"])
    def test_where_i_stand_is_told_to_me_alone(self, language: str) -> None:
        rows = (self.person("Bob"),)
        t = TEXTS.t(language)
        private = self.message(Board(rows, rows[0]), language)
        assert t("kpis.showing.only_you") in private.text
        assert t("kpis.showing.you_value", value=f"Rp{NBSP}5") in private.text
        assert t("kpis.showing.only_you") not in self.message(Board(rows), language).text
        absent = PersonRow(Member("U1", "Me"), Figure(REVENUE, None, 0))
        assert t("kpis.showing.you_nothing") in self.message(Board(rows, absent), language).text

    def test_who_is_not_listed_is_counted(self) -> None:
        assert "9 more people are not listed" in self.message(board(99)).text
        assert "not listed" not in self.message(board(90)).text


def test_the_text_of_the_longest_answer_is_cut_only_at_its_end() -> None:
    message = MESSAGES["by person"](wording_of("en"))
    assert as_payload(message)["text"].startswith(message.text[: FALLBACK_TEXT - 1].rstrip())


@pytest.mark.parametrize(
    ("period", "english", "indonesian"),
    [
        (WEEK, "this week (23–29 Nov 2026, so far)", "minggu ini (23–29 Nov 2026, sejauh ini)"),
        (
            containing(date(2026, 9, 28), PeriodKind.WEEK),
            "the week of 28 Sep 2026 (28 Sep – 4 Oct 2026)",
            "minggu mulai 28 Sep 2026 (28 Sep – 4 Okt 2026)",
        ),
        (containing(date(2026, 10, 28), PeriodKind.MONTH), "last month (1–31 Oct 2026)", "bulan lalu (1–31 Okt 2026)"),
        (containing(TODAY, PeriodKind.DAY), "today (26 Nov 2026, so far)", "hari ini (26 Nov 2026, sejauh ini)"),
        (Period(date(2026, 9, 1), TODAY, PeriodKind.CUSTOM), "1 Sep – 26 Nov 2026", "1 Sep – 26 Nov 2026"),
    ],
)
def test_an_answer_says_which_days_it_is_about(period: Period, english: str, indonesian: str) -> None:
    assert wording.titled(period, wording_of("en")) == english
    assert wording.titled(period, wording_of("id")) == indonesian
