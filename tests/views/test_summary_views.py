"""The summary's post and answers: true sentences, within Slack's limits, whole in words, in both languages."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain import enps, privacy
from bot.domain.actions import Action, ActionSource, ActionState
from bot.domain.bank import usual_question
from bot.domain.comovement import Comovement
from bot.domain.enps import SCALE_0_10, Change, Interval
from bot.domain.entries import Confidence, Totals
from bot.domain.kpi_notes import KpiNote, KpiNoteKind
from bot.domain.kpis import KPIS, Unit
from bot.domain.pacing import Status
from bot.domain.periods import Period, PeriodKind, before, containing
from bot.domain.questions import QuestionKind
from bot.domain.schedules import Cadence, Rule
from bot.domain.scoreboard import KpiLine, lines
from bot.domain.summaries import Summary
from bot.domain.surveys import Round, RoundFacts, RoundState, enps_definition
from bot.domain.swings import Swing
from bot.domain.targets import Target
from bot.domain.workdays import Workdays
from bot.i18n import Translator, load
from bot.playground.block_kit.whole import check_message_blocks
from bot.slack.blocks import FALLBACK_TEXT, Message
from bot.summaries import pulse_wording, sentences
from bot.summaries.command_views import list_message, set_message, stopped_message, unreachable_message, when
from bot.summaries.days import period_of
from bot.summaries.facts import (
    IN_POST,
    Attention,
    Coming,
    Comment,
    Correction,
    EnpsTrend,
    Noted,
    Owing,
    Promised,
    Pulse,
    PulseMeans,
    QuestionMean,
    SummaryFacts,
    Together,
    Trend,
    Win,
)
from bot.summaries.reading import MAX_LINES
from bot.summaries.standings import Deed, Standing
from bot.summaries.verdicts import NOT_GOOD, Targets, against, mover
from bot.summaries.views import details_message, owing_message, summary_message
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
    period = period_of(PeriodKind.WEEK, today, Workdays(""))
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
    kind: PeriodKind = PeriodKind.WEEK,
    **more: Any,
) -> SummaryFacts:
    missing = tuple(Owing(name, (KPIS["leads"],)) for name in owing)
    return SummaryFacts(
        period_of(kind, today, Workdays("")),
        today,
        "Asia/Jakarta",
        tuple(shown),
        trend,
        tuple(pulses),
        missing,
        "IDR",
        **more,
    )


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
    return Trend(KPIS[key], tuple(periods), numbers, () if target is None else (Decimal(target),) * len(periods))


def accepted(message: Message) -> None:
    check_message_blocks(list(message.blocks), lambda _: True)
    assert 0 < len(message.text) <= FALLBACK_TEXT


def fullest(today: date = MONDAY) -> SummaryFacts:
    """As much as a summary can hold, with the longest of everything."""
    longest = sorted(INPUTS, key=lambda key: len(EN(f"kpi.{key}")) + len(ID(f"kpi.{key}")))[-MAX_LINES:]
    huge = dict.fromkeys(longest, 9_999_999_999_999)
    shown = board(huge, dict.fromkeys(longest, 1), dict.fromkeys(longest, 9_999_999_999_998), today)
    missed = board(dict.fromkeys(longest, 1), {}, dict.fromkeys(longest, 9_999_999_999_998), MONDAY)
    name = "Raden Mas <!channel> & " * 4
    said = Comment(f"<!channel> ``` *{'long ' * 90}", name, Confidence.OFF)
    promise = Action("a", "<!here> call " * 30, "U1", date(2026, 11, 2), ActionSource.ALERT, "leads", "U1", NOON)
    note = KpiNote("n", "leads", KpiNoteKind.REASON, "<!channel>" * 30, "U1", NOON)
    question = usual_question("workload_amount", QuestionKind.AGREEMENT, "workload")
    own = replace(question, wording={"en": "W" * 200}, driver="", bank="")
    means = tuple(QuestionMean(each, 22, 3.25, Interval(2.9, 3.6)) for each in (question, *[own] * 9))
    together = Together(own, KPIS["leads"], Comovement(("s:q", "leads"), -0.81, 0.01, 12))
    return facts(
        shown,
        today,
        trend("average_order_value", [9_999_999_999_999] * 8, 1),
        [pulse({9: 9, 0: 9}, 30, Change(-123.0, 0.01, True))] * 40,
        [f"{name}{number}" for number in range(300)],
        notes=(Noted(KPIS["leads"], note, name),) * 5,
        more_kpis=100,
        swings=dict.fromkeys(longest, Swing.USUAL),
        coming=tuple(Coming(line.kpi, 1, 9) for line in shown[:5]),
        wins=tuple(Win(line.kpi, Decimal(1), target=line.target, person=name) for line in shown),
        attention=tuple(Attention(line, (name,) * 3, said) for line in missed),
        actions=tuple(Promised(promise, name) for _ in range(60)),
        means=(PulseMeans(name * 3, pulse({9: 9}).round, means),) * 3,
        enps_trend=EnpsTrend((date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)), (1, -2, 3)),
        together=(together,) * 5,
        owners=dict.fromkeys(longest, (name,)),
    )


NUMBERS = st.dictionaries(st.sampled_from(INPUTS), st.integers(0, 10**9), max_size=6)
TARGETS = st.dictionaries(st.sampled_from(INPUTS), st.integers(1, 10**9), max_size=4)


@settings(max_examples=100, deadline=None)
@given(
    now=NUMBERS, then=NUMBERS, targets=TARGETS, today=st.sampled_from([MONDAY, FRIDAY]), t=st.sampled_from([EN, ID]),
    usual=st.sets(st.sampled_from(INPUTS)), unusual=st.sets(st.sampled_from(INPUTS)),
)  # fmt: skip
def test_a_headline_hides_no_miss_and_calls_nothing_news_that_is_noise(
    now: Numbers, then: Numbers, targets: Numbers, today: date, t: Translator, usual: set[str], unusual: set[str]
) -> None:
    shown = board(now, then, targets, today)
    swings = {**dict.fromkeys(usual, Swing.USUAL), **dict.fromkeys(unusual - usual, Swing.UNUSUAL)}
    said = sentences.headline(Wording(facts(shown, today, swings=swings), t))
    if not any(line.figure.value is not None for line in shown):
        assert said == t("summaries.no_numbers")
        return
    judged = [(line, line.pace.status) for line in shown if line.pace and line.pace.status]
    met, bad = ([line for line, status in judged if status in those] for those in ((Status.MET,), NOT_GOOD))
    for those, others in ((met, "met"), (bad, "not_good")):
        if those:
            assert any(status_words(line, t) in said for line in those)
            if len(those) > 1:
                assert t(f"summaries.others.{others}", count=len(those) - 1, n=len(those) - 1) in said
    if met and bad:
        assert min(said.index(status_words(line, t)) for line in met if status_words(line, t) in said) == 0
    found = mover(shown, swings)
    if found is None or found.line is None:
        assert t("summaries.rose.alone", kpi="", change="", before="").split(",")[0].strip() + "," not in said
        return
    assert found.line.kpi.key not in usual
    if found.from_zero:
        assert found.line.before is not None
        assert found.line.before.value == 0
        assert t("summaries.steady", before=Wording(facts(shown, today), t).before()) not in said
        return
    way = "rose" if (found.line.change or 0) > 0 else "fell"
    words = Wording(facts(shown, today), t)
    told = {"kpi": words.name(found.line.kpi), "change": words.change(found.line), "before": words.before()}
    assert any(t(f"summaries.{way}.{how}", **told) in said for how in ("most", "alone"))
    assert (t("summaries.unusual") in said) == (found.line.kpi.key in swings)


def status_words(line: KpiLine, t: Translator) -> str:
    """A target as the headline tells of it."""
    w = Wording(facts(), t)
    assert line.pace is not None
    assert line.target is not None
    unit = line.kpi.unit
    told = {
        "kpi": w.name(line.kpi),
        "actual": w.value(line.pace.actual, unit),
        "target": w.target(line.target, line.kpi),
    }
    is_exact = line.pace.status is Status.MET and line.pace.actual == line.target.value
    return t("summaries.said.met_exactly" if is_exact else f"summaries.said.{line.pace.status}", **told)


def test_what_is_met_is_said_before_what_was_missed_and_the_largest_move_after_both() -> None:
    shown = board({"revenue": 900, "leads": 40, "orders": 11}, {"revenue": 1000, "leads": 80, "orders": 10},
                  {"revenue": 1000, "leads": 100, "orders": 10})  # fmt: skip
    assert sentences.headline(Wording(facts(shown), EN)) == (
        "Orders met its target (11 against 10); Revenue missed its target (Rp\xa0900 against Rp\xa01,000), "
        "and one more needs attention. Leads fell most, −50% against the week before."
    )


def test_noise_is_called_noise_and_news_news() -> None:
    shown = board({"revenue": 900, "leads": 40, "orders": 11}, {"revenue": 1000, "leads": 80, "orders": 10}, {})
    usual = dict.fromkeys(("revenue", "leads", "orders"), Swing.USUAL)

    def said(swings: Mapping[str, Swing]) -> str:
        return sentences.headline(Wording(facts(shown, swings=swings), EN))

    assert said(usual) == "Nothing stands out against the week before: what moved is within its usual swing."
    assert said({**usual, "orders": Swing.UNUSUAL}) == (
        "Orders rose, +10% against the week before, more than its usual swing; "
        "2 other changes are within their usual swing."
    )
    cells = next(block for block in summary_message(facts(shown, swings=usual), EN).blocks if block["type"] == "table")
    assert cells["rows"][1][1]["text"].endswith(" · −10%\N{NO-BREAK SPACE}usual")


def test_the_headline_tells_how_many_changes_are_news() -> None:
    shown = board({"revenue": 900, "leads": 40, "orders": 11}, {"revenue": 1000, "leads": 80, "orders": 10}, {})
    unusual = dict.fromkeys(("revenue", "leads", "orders"), Swing.UNUSUAL)
    assert sentences.headline(Wording(facts(shown, swings=unusual), EN)) == (
        "Leads fell most, −50% against the week before, more than its usual swing, and 2 more moved unusually."
    )


def test_what_the_headline_names_stands_in_the_post() -> None:
    keys = INPUTS[: IN_POST + 3]
    shown = board(dict.fromkeys(keys, 100) | {keys[-1]: 10}, dict.fromkeys(keys, 100), {})
    told = facts(shown, swings={keys[-1]: Swing.UNUSUAL})
    named = EN.kpi(KPIS[keys[-1]])
    assert sentences.headline(Wording(told, EN)).startswith(f"{named} fell")
    table = next(block for block in summary_message(told, EN).blocks if block["type"] == "table")
    cells = [row[0]["text"] for row in table["rows"][1:]]
    assert len(cells) == IN_POST
    assert named in cells


@BOTH
def test_a_target_just_met_and_one_met_exactly_are_told_apart(t: Translator) -> None:
    almost, exact = ({"revenue": value} for value in (1_205_000_000, 1_200_000_000))
    target = {"revenue": 1_200_000_000}
    above, there = (sentences.headline(Wording(facts(board(now, {}, target)), t)) for now in (almost, exact))
    assert {"en": "1.205B against", "id": "1,205\xa0M dari"}[t.language] in above
    assert {"en": "exactly", "id": "tepat"}[t.language] in there


def test_of_what_is_mostly_missing_only_that_is_said() -> None:
    shown = board({"revenue": 900, "orders": 11}, {"revenue": 1000, "orders": 10}, {"revenue": 1000})
    said = sentences.headline(Wording(facts(shown, coming=(Coming(KPIS["revenue"], 1, 4),)), EN))
    assert said == (
        "Orders rose, +10% against the week before. "
        "Too early to judge, as most numbers are still coming: Revenue (1 of 4 people so far)."
    )


def test_points_are_weighed_in_proportion_and_told_in_points() -> None:
    shown = board({"deals_won": 30, "leads": 100}, {"deals_won": 10, "leads": 100}, {})
    rate = lines(
        [KPIS["conversion_rate"]],
        {"deals_won": Totals(Decimal(30), 1, None), "leads": Totals(Decimal(100), 1, None)},
        {"deals_won": Totals(Decimal(10), 1, None), "leads": Totals(Decimal(100), 1, None)},
        [], {}, LAST_WEEK, MONDAY, WORKDAYS,
    )  # fmt: skip
    found = mover([*rate, *(line for line in shown if line.kpi.key == "leads")], {})
    assert found is not None
    assert found.line is rate[0]
    said = sentences.headline(Wording(facts([*rate, shown[0]]), EN))
    assert "Conversion rate rose most, +20 points against the week before." in said


def test_nothing_is_claimed_where_nothing_can_be_compared() -> None:
    shown = board({"revenue": 900}, {}, {})
    assert against(shown) == Targets(None, None)
    assert mover(shown, {}) is None
    assert sentences.headline(Wording(facts(shown), EN)) == "There is nothing yet to compare these numbers with."
    unmoved = board({"revenue": 900}, {"revenue": 900}, {})
    assert sentences.headline(Wording(facts(unmoved), EN)) == "Nothing changed against the week before."


@BOTH
@pytest.mark.parametrize("today", [MONDAY, FRIDAY])
def test_the_fullest_post_stays_within_slacks_limits_and_says_all_in_words(t: Translator, today: date) -> None:
    full = fullest(today)
    message, details, note = summary_message(full, t), details_message(full, t), owing_message(full, "C1", t)
    assert details is not None
    assert note is not None
    for each in (message, details, note):
        accepted(each)
        assert "<!channel>" not in each.text
        assert "<!here>" not in each.text
    kinds = [block["type"] for block in message.blocks]
    assert kinds.count("table") == kinds.count("data_visualization") == 1
    above = sentences.posted(Wording(full, t))
    assert len(above) == IN_POST
    for line in above:
        assert f"{t(f'kpi.{line.kpi.key}')}: " in message.text
    for line in [each for each in full.lines if each not in above]:
        assert f"{t(f'kpi.{line.kpi.key}')}: " in details.text
    assert t("summaries.owing_count", count=300, n=300) in message.text
    assert t("summaries.more_people", count=280, n=280) in note.text
    corrected = [Correction(line.kpi, Decimal(1), None) for line in full.lines]
    accepted(summary_message(full, t, corrected, NOON))


@BOTH
def test_the_emptiest_post_is_one_line(t: Translator) -> None:
    message = summary_message(facts(), t)
    accepted(message)
    assert len(message.blocks) == 1
    assert "\n" not in message.text


@BOTH
def test_targets_without_numbers_are_no_table_but_it_says_how_many_are_missing(t: Translator) -> None:
    message = summary_message(facts(board({}, {}, {"revenue": 5}), owing=["Ayu"]), t)
    accepted(message)
    assert t("summaries.no_numbers") in message.text
    assert t("summaries.owing_count", count=1, n=1) in message.text
    assert "Ayu" not in message.text
    assert "table" not in [block["type"] for block in message.blocks]


@BOTH
def test_a_table_without_targets_has_no_columns_for_them(t: Translator) -> None:
    table = next(b for b in summary_message(facts(board({"leads": 5}, {}, {})), t).blocks if b["type"] == "table")
    assert [len(row) for row in table["rows"]] == [2, 2]


@BOTH
def test_what_was_wrong_comes_first(t: Translator) -> None:
    wrong = [Correction(KPIS["leads"], Decimal(40), Decimal(41)), Correction(KPIS["orders"], None, Decimal(3))]
    message = summary_message(
        facts(board({"leads": 41, "orders": 3}, {}, {})), t, wrong, datetime(2026, 12, 1, 3, 12, tzinfo=UTC)
    )
    accepted(message)
    first = {
        "en": "Corrected Tue 1 Dec, 10:12: Leads was 40, now 41; Orders had no data, now 3.",
        "id": "Dikoreksi Sel 1 Des, 10.12: Jumlah prospek tadinya 40, sekarang 41; "
        "Pesanan tadinya belum ada data, sekarang 3.",
    }[t.language]
    assert message.text.splitlines()[0] == first
    assert message.blocks[0]["text"]["text"] == first


def test_promises_say_whether_they_happened_without_reproach() -> None:
    def promised(text: str, due: date | None, state: ActionState = ActionState.OPEN) -> Promised:
        return Promised(Action("a", text, "U1", due, ActionSource.ALERT, "leads", "U1", NOON, state=state), "Dewi")

    actions = (
        promised("call them", None, ActionState.DONE),
        promised("visit", date(2026, 11, 26)),
        promised("write", date(2026, 12, 4)),
        promised("think", None),
    )
    said = summary_message(facts(actions=actions), EN).text
    assert (
        "Promised actions: 1 done and 3 open:\n• Done: call them (Dewi)\n"
        "• Still open: visit (Dewi, was due Thu 26 Nov)\n• Open: write (Dewi, by Fri 4 Dec)\n"
        "• One more in the thread"
    ) in said
    assert "• Open: think (Dewi)" in (details_message(facts(actions=actions), EN) or Message("")).text


def test_what_moved_together_is_said_with_its_caution() -> None:
    found = Together(None, KPIS["closing_rate"], Comovement(("s:enps", "closing_rate"), 0.84, 0.01, 9))
    for t in (EN, ID):
        said = pulse_wording.together(found, Wording(facts(), t))
        assert "eNPS" in said
        assert t.number(Decimal("0.84")) in said
        assert "9" in said
        assert {"en": "no proof", "id": "bukan bukti"}[t.language] in said


@BOTH
def test_status_is_a_word_in_the_table(t: Translator) -> None:
    shown = board({"revenue": 10, "leads": 5}, {}, {"revenue": 100, "leads": 5})
    table = next(block for block in summary_message(facts(shown), t).blocks if block["type"] == "table")
    words = [row[2]["text"].rpartition(", ")[2] for row in table["rows"][1:]]
    assert words == [t("kpi.status.missed"), t("kpi.status.met")]
    assert len(table["rows"][0]) == 3, "what a phone shows without being pushed sideways"


def test_a_target_of_another_period_says_so() -> None:
    (line,) = board({"revenue": 5_000_000}, {}, {"revenue": 1})
    monthly = Target("m", "revenue", Decimal(40_000_000), PeriodKind.MONTH, None, "", "U1", NOON, date(2026, 11, 1))
    assert Wording(facts([line]), EN).target(monthly, line.kpi).endswith("40M a month")
    dated = Target("d", "revenue", Decimal(40_000_000), None, date(2026, 12, 31), "", "U1", NOON, date(2026, 11, 1))
    assert Wording(facts([line]), EN).target(dated, line.kpi).endswith("40M by 31 Dec 2026")


@pytest.mark.parametrize(
    ("week", "month", "result", "standing"),
    [
        (5, 20, "Rp 5", "Rp 40 a month (Rp 20 in the end), missed"),
        (None, 20, "no data yet", "Rp 40 a month (Rp 20 in the end), missed"),
        (None, None, "no data yet", "Rp 40 a month"),
    ],
)
def test_a_status_stands_beside_the_figure_it_is_about(
    week: int | None, month: int | None, result: str, standing: str
) -> None:
    """The result is the week's, the target the month's: the month's own figure is told with it, and "no data yet" is
    not said twice."""
    monthly = Target("m", "revenue", Decimal(40), PeriodKind.MONTH, None, "", "U1", NOON, date(2026, 11, 1))

    def totals(value: int | None) -> dict[str, Totals]:
        return {} if value is None else {"revenue": Totals(Decimal(value), 1, Decimal(value))}

    kpi, today = KPIS["revenue"], date(2026, 12, 1)
    shown = lines([kpi], totals(week), {}, [monthly], {"m": totals(month)}, LAST_WEEK, today, WORKDAYS)
    post = summary_message(replace(facts((*shown, *board({"leads": 1}, {}, {}))), today=today), EN)
    table = next(block for block in post.blocks if block["type"] == "table")
    cells = [cell["text"].replace("\N{NO-BREAK SPACE}", " ") for cell in table["rows"][1]]
    assert cells[1:] == [result, standing]
    assert post.text.count("no data yet") == (week is None)


@pytest.mark.parametrize(
    ("key", "values", "unit", "drawn"),
    [
        ("revenue", [1_500_000_000, 3_000_000_000], "Rp billion", [1.5, 3]),
        ("revenue", [900, 90], "Rp", [900, 90]),
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


def test_a_chart_begins_with_its_first_number_and_its_title_counts_from_there() -> None:
    message = summary_message(facts(board({"leads": 1}, {}, {}), trend=trend("leads", [None, None, 4, None, 6])), EN)
    accepted(message)
    block = next(block for block in message.blocks if block["type"] == "data_visualization")
    assert block["title"] == "Leads, last 3 weeks"
    assert [point["value"] for point in block["chart"]["series"][0]["data"]] == [4, 6]
    said = next(line for line in message.text.split("\n") if line.startswith("Chart: "))
    assert said.startswith("Chart: Leads, last 3 weeks: ")
    assert said.count("no data yet") == 1, "one within is told"


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
    ("kind", "today", "en", "before_en"),
    [
        (PeriodKind.CUSTOM, MONDAY, "Two weeks, 16–29 Nov", "the two weeks before"),
        (PeriodKind.CUSTOM, FRIDAY, "These two weeks so far, 16–27 Nov", "the same days of the two weeks before"),
        (PeriodKind.QUARTER, date(2027, 1, 1), "Summary of Q4 2026", "the quarter before"),
        (PeriodKind.QUARTER, date(2026, 12, 1), "Q4 2026 so far", "the same days of the quarter before"),
        (PeriodKind.MONTH, date(2026, 12, 1), "Summary of November 2026", "the month before"),
        (PeriodKind.DAY, MONDAY, "Summary of Fri 27 Nov – Sun 29 Nov", "the working day before"),
        (PeriodKind.DAY, FRIDAY, "Summary of Thu 26 Nov", "the working day before"),
    ],
)
def test_every_rhythm_has_its_days_and_what_it_is_compared_with(
    kind: PeriodKind, today: date, en: str, before_en: str
) -> None:
    w = Wording(facts(today=today, kind=kind), EN)
    assert (w.title(), w.before()) == (en, before_en)
    indonesian = Wording(facts(today=today, kind=kind), ID)
    assert indonesian.title()
    assert indonesian.before()


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({10: 9, 9: 3, 8: 3, 1: 3}, "+50, between "),
        ({10: 9}, ": 90 or higher, 9 of 30 answered (30%)."),
        ({7: 9}, ": between −10 and 10, 9 of 30 answered (30%)."),
        ({0: 9}, ": −90 or lower, 9 of 30 answered (30%)."),
        ({10: 2, 1: 2}, "no score can be shown, 4 of 30 answered (13%)."),
    ],
)
def test_enps_says_no_more_than_may_be_published(counts: Mapping[int, int], said: str) -> None:
    text = pulse_wording.pulse(pulse(counts), Wording(facts(), EN))
    assert said in text
    assert text.startswith("eNPS of <#C0SALES>, closed Fri 27 Nov")
    assert "since the round before" not in text


@BOTH
def test_answers_to_the_command_are_within_limits(t: Translator) -> None:
    rule = Rule(Cadence.MONTHLY, date(2027, 1, 31), time(9), "Asia/Jakarta")
    summary = Summary("s" * 26, "C0SALES", "en", "U1", NOON)
    standing = Standing(summary, rule, NOON + timedelta(days=9), deed=Deed.SET)
    for message in (
        set_message(standing, "Asia/Jakarta", "English", t),
        list_message([], "Asia/Jakarta", t),
        list_message([standing] * 60, "Asia/Jakarta", t),
        list_message([Standing(summary, rule, None, may_change=False)], "Asia/Jakarta", t),
        stopped_message("C0SALES", t),
        *(unreachable_message("C0SALES", why, "U0BOT", t) for why in ("not_member", "archived", "not_found")),
    ):
        accepted(message)
    assert t("summaries.more_listed", n=40) in list_message([standing] * 60, "Asia/Jakarta", t).text


def test_the_rhythm_is_said_plainly() -> None:
    weekly = Rule(Cadence.WEEKLY, MONDAY, time(9), "Asia/Jakarta")
    assert when(weekly, EN) == "every Monday at 09:00"
    assert when(weekly, ID) == "setiap Senin pukul 09.00"


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        ("12.35", "USD", "$12.35"),
        ("12", "USD", "$12"),
        ("333.3333", "USD", "$333.33"),
        ("333.3333", "IDR", "Rp\N{NO-BREAK SPACE}333"),
        ("333.3333", "JPY", "¥333"),
    ],
)
def test_a_short_amount_has_the_cents_that_people_pay_with(amount: str, currency: str, said: str) -> None:
    assert EN.compact(Decimal(amount), Unit.CURRENCY, currency) == said
