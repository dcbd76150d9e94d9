"""Every message and form of the KPIs, in both languages, with the longest contents, within Slack's limits."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bot.domain.catalogue import Catalogue
from bot.domain.dates import AmbiguousDate
from bot.domain.entries import Entry, EntryState, Figure
from bot.domain.figures import Computed
from bot.domain.kpis import KPIS, terms_of
from bot.domain.pacing import Pace, Status
from bot.domain.periods import Period, PeriodKind, containing
from bot.domain.scoreboard import KpiLine
from bot.domain.targets import Target, target_period
from bot.domain.values import AmbiguousValue
from bot.i18n import load
from bot.kpis import views
from bot.kpis.grammar import MAX_NOTE
from bot.kpis.outcomes import FormRow, Logged, Undone
from bot.kpis.wording import Wording
from bot.playground.block_kit.whole import check_message_blocks, check_view
from bot.playground.slack_error import SlackError
from bot.slack import ids
from bot.slack.blocks import Block, Message, as_payload

TEXTS = load("en")
TODAY = date(2026, 11, 26)
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
HUGE = Decimal("-9999999999999.9999")
LONG_NOTE = '<!channel> & "\\' + "é" * (MAX_NOTE - 14)
WEEK = containing(TODAY, PeriodKind.WEEK)


def wording(language: str, currency: str = "IDR") -> Wording:
    return Wording(TEXTS.t(language), currency, TODAY, "Asia/Jakarta", Catalogue())


def entry(kpi: str = "revenue", value: Decimal = HUGE, number: int = 1, **more: object) -> Entry:
    fields = {"note": LONG_NOTE, **more}
    return Entry(f"{number:016x}", kpi, "U0BOB", value, TODAY, "U0AYU", NOW, f"s{number}", **fields)  # type: ignore[arg-type]


def target(kpi: str = "revenue", period: PeriodKind | None = PeriodKind.MONTH, owner: str = "") -> Target:
    deadline = None if period else date(2026, 12, 31)
    return Target("t", kpi, Decimal("9999999999999.9999"), period, deadline, owner, "U0AYU", NOW, TODAY)


def line(kpi_key: str, status: Status | None = Status.AT_RISK) -> KpiLine:
    kpi = KPIS[kpi_key]
    figure = Figure(kpi, HUGE, 3)
    if kpi.is_derived:
        figure = Computed(kpi, HUGE, 3, tuple((term, HUGE) for term in terms_of(kpi)))
    goal = target(kpi_key)
    pace = Pace(status, HUGE, goal.value, Decimal(1), Decimal("0.5"), Decimal("-1"))
    return KpiLine(figure, figure, Decimal("-12345.678"), goal, pace, target_period(goal, TODAY))


READINGS = AmbiguousValue((HUGE, Decimal("1.5005"), Decimal(2)))
DAYS = AmbiguousDate((date(2026, 11, 10), date(2026, 10, 11)))
CARRIED = {"kpi": "customer_satisfaction", "on": "2026-11-10/2026-10-11", "key": "k" * 60, "for": "U0BOBBOBBOB",
           "note": LONG_NOTE, "value": "-9999999999999.9999"}  # fmt: skip

MESSAGES: dict[str, Callable[[Wording], Message]] = {
    "logged": lambda w: views.logged_message(Logged(entry(), WEEK, line("revenue"), "U0BOB"), w),
    "logged in the month": lambda w: views.logged_message(
        Logged(entry("leads", Decimal(5)), WEEK, KpiLine(Figure(KPIS["leads"], None, 0), None, None), ""), w
    ),
    "logged and undone since": lambda w: views.logged_message(
        Logged(entry(state=EntryState.UNDONE, changed_by="U0BOB", changed_at=NOW), WEEK, line("revenue"), ""), w
    ),
    "undone": lambda w: views.undone_message(Undone(entry(), False), w),
    "undone before": lambda w: views.undone_message(
        Undone(entry(state=EntryState.UNDONE, changed_by="U0BOB", changed_at=NOW), True), w
    ),
    "logged for you": lambda w: views.logged_for_you_message(entry(), w),
    "which number": lambda w: views.value_question(KPIS["revenue"], READINGS, ids.VALUE_CHOSEN, CARRIED, w),
    "which target": lambda w: views.value_question(
        KPIS["lead_response_time"], AmbiguousValue((Decimal(324000), Decimal(5400))), ids.TARGET_VALUE_CHOSEN, {}, w
    ),
    "which day": lambda w: views.day_question(KPIS["revenue"], DAYS, CARRIED, w),
}

FORMS: dict[str, Callable[[Wording], Block]] = {
    "log": lambda w: views.log_form([FormRow(kpi, HUGE) for kpi in KPIS.values()], w),
    "log for the first time": lambda w: views.log_form([FormRow(kpi, None) for kpi in KPIS.values()], w),
    "recorded": lambda w: views.recorded_form(
        [entry(number=1), *(entry(state=EntryState.UNDONE, number=n) for n in range(2, 11))], w
    ),
}


def check(message: Message) -> None:
    assert message.text.strip()
    check_message_blocks(as_payload(message)["blocks"], lambda _: True)


def test_the_check_finds_a_fault() -> None:
    with pytest.raises(SlackError):
        check(Message("x", ({"type": "section", "text": {"type": "mrkdwn", "text": ""}},)))


@pytest.mark.parametrize("name", MESSAGES)
@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("currency", ["IDR", "USD"])
def test_messages_are_within_limits(name: str, language: str, currency: str) -> None:
    message = MESSAGES[name](wording(language, currency))
    check(message)
    assert "<!channel>" not in message.text
    assert "kpis." not in message.text


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("language", ["en", "id"])
def test_forms_are_within_limits(name: str, language: str) -> None:
    view = FORMS[name](wording(language))
    check_view(view, "modal", lambda _: True)
    assert "…" not in view["title"]["text"]


def test_live_text_in_a_note_is_shown_and_not_run() -> None:
    blocks = MESSAGES["logged"](wording("en")).blocks
    (holder,) = (block for block in blocks if "<!channel>" in str(block))
    assert holder["text"]["type"] == "plain_text"


@pytest.mark.parametrize("unit", sorted({kpi.unit for kpi in KPIS.values()}))
@pytest.mark.parametrize("language", ["en", "id"])
def test_what_was_understood_is_told_without_rounding(unit: str, language: str) -> None:
    kpi = next(each for each in KPIS.values() if each.unit == unit)
    w = wording(language)
    close = [w.full(Decimal(value), kpi.unit) for value in ("93784", "93785", "93844", "93724")]
    assert len(set(close)) == 4
    if unit != "duration":
        assert w.full(Decimal("1.5005"), kpi.unit) != w.full(Decimal("1.5"), kpi.unit)


@pytest.mark.parametrize(
    ("period", "english", "indonesian"),
    [
        (WEEK, "this week", "minggu ini"),
        (containing(date(2026, 11, 20), PeriodKind.WEEK), "last week", "minggu lalu"),
        (containing(date(2026, 11, 10), PeriodKind.WEEK), "the week of 9 Nov 2026", "minggu mulai 9 Nov 2026"),
        (containing(TODAY, PeriodKind.MONTH), "this month", "bulan ini"),
        (containing(date(2026, 8, 1), PeriodKind.MONTH), "August 2026", "Agustus 2026"),
        (containing(date(2026, 8, 1), PeriodKind.QUARTER), "Q3 2026", "Q3 2026"),
        (containing(date(2025, 8, 1), PeriodKind.YEAR), "2025", "2025"),
        (Period(date(2026, 9, 1), TODAY, PeriodKind.CUSTOM), "1 Sep – 26 Nov 2026", "1 Sep – 26 Nov 2026"),
    ],
)
def test_periods_have_names(period: Period, english: str, indonesian: str) -> None:
    assert wording("en").period(period) == english
    assert wording("id").period(period) == indonesian


def test_status_words_exist_for_every_status() -> None:
    for language in ("en", "id"):
        words = {
            wording(language).status(Pace(status, Decimal(1), Decimal(1), None, Decimal(0), None)) for status in Status
        }
        assert len(words) == len(Status)
