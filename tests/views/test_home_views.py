"""The App Home: within Slack's limits, nothing that Slack shows in messages only, whole in both languages."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bot.domain.entries import Totals
from bot.domain.kpis import KPIS
from bot.domain.periods import PeriodKind, containing
from bot.domain.scoreboard import KpiLine, lines
from bot.domain.targets import Target
from bot.domain.waiting import Waiting
from bot.domain.workdays import Workdays
from bot.home.facts import HomeFacts
from bot.home.views import home_view, visitor_view
from bot.i18n import Translator, load
from bot.playground.block_kit.whole import check_view

TEXTS = load("en")
BOTH = pytest.mark.parametrize("t", [TEXTS.t("en"), TEXTS.t("id")], ids=["en", "id"])
TODAY = date(2026, 11, 26)
NOON = datetime(2026, 11, 26, 5, tzinfo=UTC)
HUGE = Decimal(9_999_999_999_999)


def every_kpi() -> tuple[KpiLine, ...]:
    totals = {key: Totals(HUGE, 3, HUGE) for key in KPIS}
    earlier = {key: Totals(Decimal(1), 3, Decimal(1)) for key in KPIS}
    targets = [Target(key, key, HUGE, PeriodKind.QUARTER, None, "", "U1", NOON, date(2026, 10, 1)) for key in KPIS]
    week = containing(TODAY, PeriodKind.WEEK)
    shown = lines(KPIS.values(), totals, earlier, targets, dict.fromkeys(KPIS, totals), week, TODAY, Workdays(""))
    return tuple(shown)


def facts(surveys: int = 0, own: tuple[KpiLine, ...] = (), team: tuple[KpiLine, ...] = ()) -> HomeFacts:
    days = [NOON + timedelta(days=number) for number in range(surveys)]
    asked = tuple(Waiting(f"r{number}", "<!here> " * 10, "C1", 10, day) for number, day in enumerate(days))
    return HomeFacts(asked, own, team, TODAY, "Asia/Jakarta", "IDR")


@BOTH
@pytest.mark.parametrize("shown", [facts(), facts(200, every_kpi(), every_kpi() * 5)], ids=["empty", "full"])
def test_home_is_accepted_by_slack(t: Translator, shown: HomeFacts) -> None:
    view = home_view(shown, t)
    check_view(view, "home", lambda _: True)
    assert "data_visualization" not in {block["type"] for block in view["blocks"]}


@BOTH
def test_the_visitors_view_shows_no_figures_and_nothing_to_press(t: Translator) -> None:
    view = visitor_view((), "UTC", t)
    check_view(view, "home", lambda _: True)
    assert {block["type"] for block in view["blocks"]} == {"header", "section"}


def test_a_kpi_is_told_in_words() -> None:
    line = next(line for line in every_kpi() if line.kpi.key == "leads")
    fields = [
        field["text"]
        for block in home_view(facts(own=(line,)), TEXTS.t("en"))["blocks"]
        for field in block.get("fields", ())
    ]
    assert fields == [
        "*Leads*\n9,999,999,999,999, +999,999,999,999,800%\n"
        "target 9,999,999,999,999 a quarter (9,999,999,999,999 so far): met"
    ]
