"""The summary's post and answers: true sentences, within Slack's limits, whole in words, in both languages."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import enps, privacy
from bot.domain.enps import SCALE_0_10, Change
from bot.domain.entries import Totals
from bot.domain.kpis import KPIS, Direction
from bot.domain.pacing import Status
from bot.domain.periods import Period, PeriodKind, before, containing
from bot.domain.schedules import Cadence, Rule
from bot.domain.scoreboard import KpiLine, lines
from bot.domain.summaries import Summary
from bot.domain.surveys import Round, RoundFacts, RoundState, enps_definition
from bot.domain.targets import Target
from bot.domain.workdays import Workdays
from bot.i18n import MINUS, Translator, load
from bot.playground.block_kit.whole import check_message_blocks
from bot.slack.blocks import FALLBACK_TEXT, Message
from bot.summaries.command_views import list_message, set_message, stopped_message, unreachable_message, when
from bot.summaries.facts import NOT_GOOD, Pulse, Standing, SummaryFacts, Trend, against, mover, period_of
from bot.summaries.reading import MAX_LINES
from bot.summaries.views import summary_message
from bot.summaries.wording import Wording

TEXTS = load("en")
EN, ID = TEXTS.t("en"), TEXTS.t("id")
BOTH = pytest.mark.parametrize("t", [EN, ID], ids=["en", "id"])
MONDAY = date(2026, 11, 30)
FRIDAY = date(2026, 11, 27)
LAST_WEEK = containing(date(2026, 11, 23), PeriodKind.WEEK)
NOON = datetime(2026, 11, 27, 5, tzinfo=UTC)
WORKDAYS = Workdays("")
INPUTS = [key for key, kpi in KPIS.items() if not kpi.is_derived]

Numbers = Mapping[str, int]


def board(now: Numbers, then: Numbers, targets: Numbers, today: date = MONDAY) -> tuple[KpiLine, ...]:
    """The lines for these sums of a week and the week before, and these weekly targets."""
    period = period_of(PeriodKind.WEEK, today)
    totals, earlier = (
        {key: Totals(Decimal(value), 1, Decimal(value)) for key, value in each.items()} for each in (now, then)
    )
    set_at = datetime(2026, 11, 1, tzinfo=UTC)
    active = [
        Target(key, key, Decimal(value), PeriodKind.WEEK, None, "", "U1", set_at, set_at.date())
        for key, value in targets.items()
    ]
    shown = [kpi for key, kpi in KPIS.items() if key in {*now, *then, *targets}]
    found = lines(shown, totals, earlier, active, {each.id: totals for each in active}, period, today, WORKDAYS)
    return tuple(found)


def facts(
    shown: Sequence[KpiLine] = (),
    today: date = MONDAY,
    trend: Trend | None = None,
    pulses: Sequence[Pulse] = (),
    owing: Sequence[str] = (),
) -> SummaryFacts:
    period = period_of(PeriodKind.WEEK, today)
    return SummaryFacts(period, today, "Asia/Jakarta", tuple(shown), trend, tuple(pulses), tuple(owing), "IDR")


def pulse(counts: Mapping[int, int], asked: int = 30, change: Change | None = None) -> Pulse:
    asks = enps_definition("C1", SCALE_0_10)
    done = Round("r", "s", 2, RoundState.CLOSED, asks, NOON, NOON, asked, 5, 10, "U1", NOON)
    facts = RoundFacts(done, sum(counts.values()), {"enps": counts})
    decided = replace(done, published=privacy.publish(facts, (), ()))
    published = privacy.publication(replace(facts, round=decided))
    between = enps.interval(published.tally) if published.tally else None
    return Pulse("C0SALES", done, published, between, change)


def trend(key: str, values: Sequence[int | None], target: int | None = None) -> Trend:
    periods: list[Period] = [LAST_WEEK]
    while len(periods) < len(values):
        periods.insert(0, before(periods[0]))
    numbers = tuple(None if value is None else Decimal(value) for value in values)
    return Trend(KPIS[key], tuple(periods), numbers, None if target is None else Decimal(target))


def accepted(message: Message) -> None:
    check_message_blocks(list(message.blocks), lambda _: True)
    assert 0 < len(message.text) <= FALLBACK_TEXT


def fullest(today: date = MONDAY) -> SummaryFacts:
    """As much as a summary can hold, with the longest of everything."""
    longest = sorted(INPUTS, key=lambda key: len(EN(f"kpi.{key}")) + len(ID(f"kpi.{key}")))[-MAX_LINES:]
    huge = dict.fromkeys(longest, 9_999_999_999_999)
    shown = board(huge, dict.fromkeys(longest, 1), dict.fromkeys(longest, 9_999_999_999_998), today)
    change = Change(-123.0, 0.01, True)
    names = [f"{'Raden Mas <!channel> & ' * 4}{number}" for number in range(300)]
    return facts(
        shown,
        today,
        trend("average_order_value", [9_999_999_999_999] * 8, 1),
        [pulse({9: 9, 0: 9}, 30, change)] * 40,
        names,
    )


NUMBERS = st.dictionaries(st.sampled_from(INPUTS), st.integers(0, 10**9), max_size=6)
TARGETS = st.dictionaries(st.sampled_from(INPUTS), st.integers(1, 10**9), max_size=4)
WORDS_EN = {
    "missed its target": Status.MISSED,
    "is at risk of missing its target": Status.AT_RISK,
    "is behind its target": Status.BEHIND,
    "met its target": Status.MET,
    "is on track for its target": Status.ON_TRACK,
}
WORDS_ID = {
    "tidak mencapai target": Status.MISSED,
    "berisiko tidak mencapai target": Status.AT_RISK,
    "tertinggal dari target": Status.BEHIND,
    "mencapai target": Status.MET,
    "sesuai rencana:": Status.ON_TRACK,
}
MOVED_EN = re.compile(
    r"(?P<kpi>[A-Z][a-z ]+) (?P<way>rose|fell)(?P<most> most)?, (?P<change>\S+?)(?: points|%) against "
)
MOVED_ID = re.compile(
    r"(?P<kpi>[A-Z][a-z -]+?) (?P<way>naik|turun)(?P<most> paling banyak)?, (?P<change>\S+?)(?: poin|%) dibanding "
)


def named(text: str, t: Translator) -> str:
    """The KPI with which a sentence begins: the longest name that fits."""
    return max((key for key in KPIS if text.startswith(f"{t(f'kpi.{key}')} ")), key=lambda key: len(t(f"kpi.{key}")))


def parsed(text: str, t: Translator) -> Decimal:
    """A number as the language writes it."""
    group, point = (",", ".") if t.language == "en" else (".", ",")
    return Decimal(text.replace(group, "").replace(point, ".").replace(MINUS, "-").removesuffix("%"))


def check_headline(shown: Sequence[KpiLine], today: date, t: Translator) -> None:
    said = Wording(facts(shown, today), t).headline()
    by_key = {line.kpi.key: line for line in shown}
    judged = [line.pace.status for line in shown if line.pace and line.pace.status]
    words = WORDS_EN if t.language == "en" else WORDS_ID
    if judged and any(line.figure.value is not None for line in shown):
        line = by_key[named(said, t)]
        rest = said.removeprefix(t(f"kpi.{line.kpi.key}")).strip()
        status = next(status for word, status in words.items() if rest.startswith(word))
        assert line.pace is not None
        assert line.pace.status is status
        assert t.compact(line.pace.target, line.kpi.unit, "IDR") in rest
        if status not in NOT_GOOD:
            assert not set(judged) & set(NOT_GOOD), "good news may not hide what is behind"
        count = re.search(r"(?P<n>One|\d+) other|(?P<m>\d+) (?:KPI|target) lain", said)
        others = sum((each in NOT_GOOD) == (status in NOT_GOOD) for each in judged) - 1
        number = (count["n"] or count["m"]) if count else "0"
        assert (1 if number == "One" else int(number)) == others
    moved = (MOVED_EN if t.language == "en" else MOVED_ID).search(said)
    shares = {
        line.kpi.key: (line.figure.value - line.before.value) / abs(line.before.value)
        for line in shown
        if line.figure.value is not None and line.before and line.before.value
    }
    if moved is None:
        assert all(line.change is None or round(line.change, 1) == 0 for line in shown if line.kpi.key in shares)
        return
    key = named(f"{moved['kpi']} ", t)
    assert abs(shares[key]) == max(map(abs, shares.values()))
    assert (shares[key] > 0) == (moved["way"] in ("rose", "naik"))
    assert bool(moved["most"]) == (len(shares) > 1)
    assert by_key[key].change is not None
    assert parsed(moved["change"], t) == round(by_key[key].change or 0, 1)
    warned = t("summaries.lower_is_better") in said
    assert warned == (KPIS[key].direction is Direction.LOWER)


@settings(max_examples=150, deadline=None)
@given(
    now=NUMBERS, then=NUMBERS, targets=TARGETS, today=st.sampled_from([MONDAY, FRIDAY]), language=st.sampled_from("ei")
)
def test_every_headline_is_true_to_the_numbers(
    now: Numbers, then: Numbers, targets: Numbers, today: date, language: str
) -> None:
    check_headline(board(now, then, targets, today), today, EN if language == "e" else ID)


def test_the_headline_speaks_of_the_worst_target_and_the_largest_move() -> None:
    shown = board({"revenue": 900, "leads": 40, "orders": 11}, {"revenue": 1000, "leads": 80, "orders": 10},
                  {"revenue": 1000, "leads": 100, "orders": 10}, FRIDAY)  # fmt: skip
    said = Wording(facts(shown, FRIDAY), EN).headline()
    assert said == (
        "Leads is at risk of missing its target: 40 so far against 100. "
        "Leads fell most, −50% against the same days of the week before."
    )


def test_points_are_weighed_in_proportion_and_told_in_points() -> None:
    shown = board({"deals_won": 30, "leads": 100}, {"deals_won": 10, "leads": 100}, {})
    rate = lines(
        [KPIS["conversion_rate"]],
        {"deals_won": Totals(Decimal(30), 1, None), "leads": Totals(Decimal(100), 1, None)},
        {"deals_won": Totals(Decimal(10), 1, None), "leads": Totals(Decimal(100), 1, None)},
        [], {}, LAST_WEEK, MONDAY, WORKDAYS,
    )  # fmt: skip
    found = mover([*rate, *(line for line in shown if line.kpi.key == "leads")])
    assert found is not None
    assert found.line is rate[0]
    said = Wording(facts([*rate, shown[0]]), EN).headline()
    assert "Conversion rate rose most, +20 points against the week before." in said


def test_nothing_is_claimed_where_nothing_can_be_compared() -> None:
    shown = board({"revenue": 900}, {}, {})
    assert against(shown) is None
    assert mover(shown) is None
    assert Wording(facts(shown), EN).headline() == "There is nothing yet to compare these numbers with."
    unmoved = board({"revenue": 900}, {"revenue": 900}, {})
    assert Wording(facts(unmoved), EN).headline() == "Nothing changed against the week before."


@BOTH
@pytest.mark.parametrize("today", [MONDAY, FRIDAY])
def test_the_fullest_post_stays_within_slacks_limits_and_says_all_in_words(t: Translator, today: date) -> None:
    message = summary_message(fullest(today), t)
    accepted(message)
    kinds = [block["type"] for block in message.blocks]
    assert kinds.count("table") == kinds.count("data_visualization") == 1
    for line in fullest(today).lines:
        assert f"{t(f'kpi.{line.kpi.key}')}: " in message.text
    assert "<!channel>" not in message.text
    assert t("summaries.more", n=292) in message.text


@BOTH
def test_the_emptiest_post_is_one_line(t: Translator) -> None:
    message = summary_message(facts(), t)
    accepted(message)
    assert len(message.blocks) == 1
    assert "\n" not in message.text


@BOTH
def test_targets_without_numbers_are_no_table_but_who_owes_is_still_asked(t: Translator) -> None:
    message = summary_message(facts(board({}, {}, {"revenue": 5}), owing=["Ayu"]), t)
    accepted(message)
    assert t("summaries.no_numbers") in message.text
    assert "Ayu" in message.text
    assert "table" not in [block["type"] for block in message.blocks]


@BOTH
def test_status_is_a_word_in_the_table(t: Translator) -> None:
    shown = board({"revenue": 10, "leads": 5}, {}, {"revenue": 100, "leads": 5})
    table = next(block for block in summary_message(facts(shown), t).blocks if block["type"] == "table")
    words = [row[3]["text"] for row in table["rows"][1:]]
    assert words == [t("kpi.status.missed"), t("kpi.status.met")]


def test_a_target_of_another_period_says_so() -> None:
    (line,) = board({"revenue": 5_000_000}, {}, {"revenue": 1})
    monthly = Target("m", "revenue", Decimal(40_000_000), PeriodKind.MONTH, None, "", "U1", NOON, date(2026, 11, 1))
    assert Wording(facts([line]), EN).target(monthly, line.kpi).endswith("40M a month")
    dated = Target("d", "revenue", Decimal(40_000_000), None, date(2026, 12, 31), "", "U1", NOON, date(2026, 11, 1))
    assert Wording(facts([line]), EN).target(dated, line.kpi).endswith("40M by 31 Dec 2026")


@pytest.mark.parametrize(
    ("week", "month", "result", "target", "status"),
    [
        (5, 20, "Rp 5", "Rp 40 a month (Rp 20 in the end)", "missed"),
        (None, 20, "no data yet", "Rp 40 a month (Rp 20 in the end)", "missed"),
        (None, None, "no data yet", "Rp 40 a month", "–"),
    ],
)
def test_a_status_stands_beside_the_figure_it_is_about(
    week: int | None, month: int | None, result: str, target: str, status: str
) -> None:
    """The result is the week's, the target the month's: the month's own figure is told with it, and "no data yet" is
    not said twice."""
    monthly = Target("m", "revenue", Decimal(40), PeriodKind.MONTH, None, "", "U1", NOON, date(2026, 11, 1))

    def totals(value: int | None) -> dict[str, Totals]:
        return {} if value is None else {"revenue": Totals(Decimal(value), 1, Decimal(value))}

    kpi, today = KPIS["revenue"], date(2026, 12, 1)
    shown = lines([kpi], totals(week), {}, [monthly], {"m": totals(month)}, LAST_WEEK, today, WORKDAYS)
    post = summary_message(
        SummaryFacts(LAST_WEEK, today, "Asia/Jakarta", (*shown, *board({"leads": 1}, {}, {})), None, (), (), "IDR"), EN
    )
    table = next(block for block in post.blocks if block["type"] == "table")
    cells = [cell["text"].replace("\N{NO-BREAK SPACE}", " ") for cell in table["rows"][1]]
    assert cells[1:4] == [result, target, status]
    assert post.text.count("no data yet") == (week is None)


@pytest.mark.parametrize(
    ("key", "values", "unit", "drawn"),
    [
        ("revenue", [1_500_000_000, 3_000_000_000], "IDR, in billions", [1.5, 3]),
        ("revenue", [900, 90], "IDR", [900, 90]),
        ("lead_response_time", [7_200, 10_800], "hours", [2, 3]),
        ("lead_response_time", [60, 90], "minutes", [1, 1.5]),
        ("conversion_rate", [10, 20], "%", [10, 20]),
        ("leads", [1, None, 3], None, [1, 3]),
    ],
)
def test_the_charts_unit_fits_its_numbers(
    key: str, values: Sequence[int | None], unit: str | None, drawn: Sequence[float]
) -> None:
    message = summary_message(facts(board({"leads": 1}, {}, {}), trend=trend(key, values)), EN)
    accepted(message)
    chart = next(block["chart"] for block in message.blocks if block["type"] == "data_visualization")
    assert chart["type"] == "bar"
    assert chart["axis_config"].get("y_label") == unit
    assert [point["value"] for point in chart["series"][0]["data"]] == drawn


@pytest.mark.parametrize(
    ("today", "en", "indonesian"),
    [
        (MONDAY, "Week of 23–29 Nov", "Ringkasan minggu 23–29 Nov"),
        (FRIDAY, "This week so far, 23–27 Nov", "Minggu ini sampai sekarang, 23–27 Nov"),
        (date(2026, 12, 7), "Week of 30 Nov – 6 Dec", "Ringkasan minggu 30 Nov – 6 Des"),
        (date(2027, 1, 4), "Week of 28 Dec 2026 – 3 Jan 2027", "Ringkasan minggu 28 Des 2026 – 3 Jan 2027"),
        (date(2026, 11, 24), "This week so far, 23–24 Nov", "Minggu ini sampai sekarang, 23–24 Nov"),
    ],
)
def test_the_title_names_the_days(today: date, en: str, indonesian: str) -> None:
    assert Wording(facts(today=today), EN).title() == en
    assert Wording(facts(today=today), ID).title() == indonesian


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({10: 9, 9: 3, 8: 3, 1: 3}, "+50, 95% interval "),
        ({10: 9}, ": 90 or higher, 9 of 30 answered."),
        ({7: 9}, ": between −10 and 10, 9 of 30 answered."),
        ({0: 9}, ": −90 or lower, 9 of 30 answered."),
        ({10: 2, 1: 2}, "too few answers to show a score, 4 of 30."),
    ],
)
def test_enps_says_no_more_than_may_be_published(counts: Mapping[int, int], said: str) -> None:
    text = Wording(facts(), EN).pulse(pulse(counts))
    assert said in text
    assert text.startswith("eNPS of <#C0SALES>, closed Fri 27 Nov")
    assert "since the round before" not in text


@BOTH
def test_answers_to_the_command_are_within_limits(t: Translator) -> None:
    rule = Rule(Cadence.MONTHLY, date(2027, 1, 31), time(9), "Asia/Jakarta")
    summary = Summary("s" * 26, "C0SALES", "en", "U1", NOON)
    standing = Standing(summary, rule, NOON + timedelta(days=9))
    for message in (
        set_message(standing, "Asia/Jakarta", "English", t),
        list_message([], "Asia/Jakarta", t),
        list_message([standing] * 60, "Asia/Jakarta", t),
        list_message([Standing(summary, rule, None, may_stop=False)], "Asia/Jakarta", t),
        stopped_message("C0SALES", t),
        *(unreachable_message("C0SALES", why, "U0BOT", t) for why in ("not_member", "archived", "not_found")),
    ):
        accepted(message)
    assert t("summaries.more_listed", n=40) in list_message([standing] * 60, "Asia/Jakarta", t).text


def test_the_rhythm_is_said_plainly() -> None:
    weekly = Rule(Cadence.WEEKLY, MONDAY, time(9), "Asia/Jakarta")
    assert when(weekly, EN) == "every Monday at 09:00"
    assert when(weekly, ID) == "setiap Senin pukul 09.00"
