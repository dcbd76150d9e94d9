"""Every form and answer about KPI files, in both languages, with the longest contents, within Slack's limits; and what
comes out of a file stays plain text."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bot.domain.catalogue import Catalogue, KpiVersion
from bot.domain.errors import LineError
from bot.domain.kpis import Aggregation, Direction, Kind, Kpi, Objective, Unit
from bot.domain.periods import PeriodKind, containing
from bot.i18n import load
from bot.kpis.filing import views
from bot.kpis.filing.requests import ExportRequest, ImportRequest, Recorded
from bot.kpis.importing.columns import Column, Layout
from bot.kpis.importing.days import DayOrder
from bot.kpis.importing.numbers import DecimalSign
from bot.kpis.importing.plans import Detected, ImportPlan, KpiTotal, OpenNumbers, ParsedLine, Wishes
from bot.kpis.wording import Wording
from bot.playground.actor import text_of
from bot.playground.block_kit.whole import check_message_blocks, check_view
from bot.slack import ids
from bot.slack.blocks import FALLBACK_TEXT, Block, as_payload
from bot.spreadsheets import FormatFound, TableKind

TEXTS = load("en")
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
TODAY = NOW.date()
HUGE = Decimal("9999999999999.9999")
LIVE = "<!channel> *bold* & `code`"
NAME = LIVE + "n" * 220 + ".xlsx"


def own(number: int) -> KpiVersion:
    kpi = Kpi(
        f"own_{number}", Unit.CURRENCY, Direction.HIGHER, Aggregation.SUM, Kind.PROCESS, Objective.NET_SALES, "5",
        names={"en": f"{number} " + "n" * 70, "id": f"{number} " + "m" * 70},
    )  # fmt: skip
    return KpiVersion(kpi, 1, date(2026, 1, 1), "U0AYU", NOW)


MANY = Catalogue([own(number) for number in range(120)])
REQUEST = ImportRequest(
    "F" + "0" * 20, NAME, Wishes("U0BOBBOBBOB", DayOrder.DAY_FIRST, DecimalSign.COMMA), "V1:" + "k" * 40, NOW, "d" * 16
)
LAYOUT = Layout((f"{LIVE}" * 9,), {Column.DATE: 0}, {}, tuple(f"{LIVE} {place}" for place in range(900)), ("x" * 900,))
DETECTED = Detected(
    FormatFound(TableKind.XLSX, sheet=f"{LIVE}" + "s" * 400), LAYOUT, DayOrder.DAY_FIRST, False, DecimalSign.COMMA
)
LINE = ParsedLine(2, TODAY, "revenue", HUGE, "U0BOB", "", "crm-1")
READY = ImportPlan(
    DETECTED,
    tuple(replace(LINE, line=place, source=f"crm-{place}") for place in range(2, 3_000)),
    totals=tuple(KpiTotal(kpi, 99_999, HUGE) for kpi in MANY.values()),
    twins=tuple(range(2, 2_000)),
    changed=tuple(range(2, 2_000)),
    rounded=99_999,
)
ERRORS = tuple(LineError(line, "kpis.import.kpi", {"text": LIVE + "x" * 900}) for line in range(2, 2_000))
WRONG = replace(READY, errors=ERRORS)
ASKED = replace(READY, open_numbers=OpenNumbers((2, 3), 2, f"{LIVE}1.500", Decimal("1.5"), Decimal(1500)))
EVER = ExportRequest((), None, TableKind.CSV)
LONG = ExportRequest(tuple(MANY.values()), containing(TODAY, PeriodKind.QUARTER), TableKind.XLSX)


@pytest.fixture(params=["en", "id"])
def w(request: pytest.FixtureRequest) -> Wording:
    return Wording(TEXTS.t(request.param), "IDR", TODAY, "Asia/Jakarta", MANY)


def pages(w: Wording) -> list[views.Page]:
    return [
        views.reading_page(NAME, w),
        views.recording_page(NAME, w),
        views.refused_page(NAME, LIVE * 300, w),
        *(views.plan_page(plan, REQUEST, w) for plan in (READY, WRONG, ASKED, replace(READY, lines=(), totals=()))),
        views.plan_page(replace(READY, known=frozenset(line.source for line in READY.lines)), REQUEST, w),
        views.recorded_page(Recorded(99_999, 99_999), REQUEST, w),
        views.report_page(NAME, w),
        *(views.exporting_page(request, w) for request in (EVER, LONG)),
        *(views.exported_page(request, count, w) for request in (EVER, LONG) for count in (0, 99_999)),
        views.export_refused_page("x" * 300, w),
    ]


def marked(block: Block) -> bool:
    return bool(block["type"] == "section" and block["text"]["type"] == "mrkdwn")


def test_every_form_is_one_that_slack_takes(w: Wording) -> None:
    for form in (
        views.import_form("U0BOB", w),
        views.export_form(w),
        *(views.page_form(page, w) for page in pages(w)),
    ):
        check_view(form, "modal", file_ready=lambda _: True)
        assert not str(form["title"]["text"]).endswith("…")


def test_every_message_is_one_that_slack_takes(w: Wording) -> None:
    for page in pages(w):
        message = views.page_message(page)
        check_message_blocks(list(message.blocks), file_ready=lambda _: True)
        assert 0 < len(str(as_payload(message)["text"])) <= FALLBACK_TEXT


def test_what_comes_out_of_a_file_is_never_live(w: Wording) -> None:
    for page in pages(w):
        message = views.page_message(page)
        assert "<!channel>" not in message.text
        assert not any("<!channel>" in str(block) for block in message.blocks if marked(block))


def test_a_file_with_everything_still_shows_what_is_wrong(w: Wording) -> None:
    said = text_of(views.page_form(views.plan_page(WRONG, REQUEST, w), w))
    assert w.t.number(len(ERRORS) - views.WRONG_SHOWN) in said
    assert w.t.number(len(ERRORS)) in said


def test_a_request_comes_back_from_its_button() -> None:
    carried = ImportRequest.of(ids.unpack(REQUEST.carried()))
    assert replace(carried, name=NAME) == REQUEST
    assert ImportRequest.of(ids.unpack(REQUEST.carried(DecimalSign.POINT))).wishes.sign is DecimalSign.POINT
