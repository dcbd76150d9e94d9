"""The App Home: within Slack's limits, nothing that Slack shows in messages only, whole in both languages."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from bot.domain.actions import Action, ActionSource
from bot.domain.checkins import CheckinDefinition, Run
from bot.domain.entries import Totals
from bot.domain.kpis import KPIS
from bot.domain.members import Absence, Member
from bot.domain.periods import PeriodKind, containing
from bot.domain.policies import Policy
from bot.domain.preferences import Preferences
from bot.domain.scoreboard import KpiLine, lines
from bot.domain.surveys import SurveyState
from bot.domain.targets import Target
from bot.domain.waiting import AskedKpi, Waiting
from bot.domain.workdays import Workdays
from bot.home.facts import (
    AdminFacts,
    Defaults,
    HomeFacts,
    NextMeeting,
    NextSummary,
    OwnKpi,
    OwnKpis,
    RunSurvey,
    Unmet,
    Visit,
    WaitingFacts,
)
from bot.home.kpi_views import kpi_lines
from bot.home.settings_views import away_form, away_saved_form, saved_form, settings_form
from bot.home.sparklines import sparkline
from bot.home.views import TOLD, home_view, visitor_view
from bot.i18n import Translator, load
from bot.playground.block_kit.whole import check_view
from bot.slack import ids

TEXTS = load("en")
BOTH = pytest.mark.parametrize("t", [TEXTS.t("en"), TEXTS.t("id")], ids=["en", "id"])
TODAY = date(2026, 11, 26)
NOON = datetime(2026, 11, 26, 5, tzinfo=UTC)
WEEK = containing(TODAY, PeriodKind.WEEK)
HUGE = Decimal(9_999_999_999_999)
VISIT = Visit(Member("U1"), NOON, TODAY, "Asia/Jakarta", "en")
AS_EVERYBODY = Preferences("en", "Asia/Jakarta", time(9), time(17), frozenset(), may_be_named=False)
NASTY = "<!here> " * 40


def every_kpi() -> tuple[KpiLine, ...]:
    totals = {key: Totals(HUGE, 3, HUGE) for key in KPIS}
    earlier = {key: Totals(Decimal(1), 3, Decimal(1)) for key in KPIS}
    targets = [Target(key, key, HUGE, PeriodKind.QUARTER, None, "", "U1", NOON, date(2026, 10, 1)) for key in KPIS]
    shown = lines(KPIS.values(), totals, earlier, targets, dict.fromkeys(KPIS, totals), WEEK, TODAY, Workdays(""))
    return tuple(shown)


def full(how_many: int) -> HomeFacts:
    """Of everything so much, with the longest of texts."""
    many = range(how_many)
    days = [NOON + timedelta(days=number) for number in many]
    definition = CheckinDefinition("C1", (), time(9), "en", title=NASTY)
    own = [OwnKpi(line, WEEK, True, (HUGE,) * 8) for line in every_kpi()][:10]
    return HomeFacts(
        VISIT,
        "IDR",
        Preferences("en", "America/Argentina/ComodRivadavia", time(9), time(17), frozenset(range(6)), True),
        WaitingFacts(
            tuple(Waiting(f"r{number}", NASTY, "C1", 10, day) for number, day in enumerate(days)),
            tuple(AskedKpi(KPIS["leads"], TODAY, WEEK) for _ in many),
            tuple(Run(f"r{number}", "c", TODAY, definition, day, frozenset()) for number, day in enumerate(days)),
            tuple(Action(f"a{n}", NASTY, "U1", TODAY, ActionSource.OWN, "", "U1", NOON) for n in many),
            tuple(NextMeeting(f"o{number}", "U2", day, True) for number, day in enumerate(days)),
        ),
        OwnKpis(tuple(own), 500, 10, 1),
        tuple(RunSurvey(f"s{number}", NASTY, "C1", SurveyState.ACTIVE, NOON) for number in range(5)),
        tuple(NextSummary(f"C{number}", NOON) for number in range(3)),
        tuple(Unmet(f"U{number}", TODAY, "o" if number % 2 else "") for number in many),
        tuple(Absence("U1", day.date(), day.date()) for day in days),
        dict.fromkeys(TOLD, 12_345),
        AdminFacts(Policy(), Defaults("id", "Asia/Jakarta", "ID", "IDR"), 100, "#sales is archived. " * 200),
    )


@BOTH
@pytest.mark.parametrize("shown", [HomeFacts(VISIT, "IDR", AS_EVERYBODY), full(60)], ids=["empty", "full"])
def test_home_is_accepted_by_slack(t: Translator, shown: HomeFacts) -> None:
    view = home_view(shown, t)
    check_view(view, "home", lambda _: True)
    assert "data_visualization" not in {block["type"] for block in view["blocks"]}


@BOTH
def test_nothing_is_cut_off_at_the_end_however_much_there_is(t: Translator) -> None:
    blocks = home_view(full(60), t)["blocks"]
    assert len(blocks) < 100
    assert blocks[-1]["elements"][0]["text"] == t("home.help")


@BOTH
def test_what_is_not_shown_is_counted(t: Translator) -> None:
    text = str(home_view(full(12), t))
    assert t("home.more_waits", count=7 + 7 + 9, n=7 + 7 + 9) in text
    assert t("home.more_actions", count=7, n=7) in text
    assert t("home.unmet.more", count=1, n=1) in text
    assert t("home.away.more", count=7, n=7) in text


@BOTH
def test_what_people_wrote_pings_nobody(t: Translator) -> None:
    texts = [block["text"] for block in home_view(full(3), t)["blocks"] if block["type"] == "section"]
    assert any("&lt;!here&gt;" in text["text"] for text in texts)
    assert not any("<!here>" in text["text"] for text in texts)


@BOTH
def test_the_visitors_view_shows_no_figures_and_only_ones_own_data_to_press(t: Translator) -> None:
    view = visitor_view((), {"named_answers": 1}, "UTC", t)
    check_view(view, "home", lambda _: True)
    pressed = [
        each["action_id"] for block in view["blocks"] for each in block.get("elements", ()) if "action_id" in each
    ]
    assert pressed == [ids.PRIVACY_EXPORT, ids.PRIVACY_ERASE_OPENED, ids.PRIVACY_NOTICE_SHOWN]
    assert t("privacy.stored.named_answers", count=1, n=1) in str(view)


@BOTH
def test_the_forms_are_accepted_by_slack(t: Translator) -> None:
    every = Preferences("en", "Asia/Jakarta", time(9), time(17), frozenset({4, 5}), may_be_named=True)
    names = [("en", "English"), ("id", "Bahasa Indonesia")]
    absence = Absence("U1", TODAY, TODAY + timedelta(days=3))
    views = [settings_form(AS_EVERYBODY, names, t), settings_form(every, names, t), saved_form(every, t)]
    for view in (*views, away_form(TODAY, t), away_saved_form(absence, t)):
        check_view(view, "modal", lambda _: True)


def test_a_kpi_is_told_in_words() -> None:
    line = next(line for line in every_kpi() if line.kpi.key == "leads")
    course = (None, Decimal(4), Decimal(8), Decimal(6), None, Decimal(5), Decimal(4), Decimal(7))
    assert list(kpi_lines(OwnKpi(line, WEEK, course=course), "IDR", TODAY, TEXTS.t("en"))) == [
        "*Leads*: 9,999,999,999,999 this week, +999,999,999,999,800%, *met*",
        "Target 9,999,999,999,999 a quarter (9,999,999,999,999 so far)",
        "▁█▅·▃▁▆  last 7 weeks: from 4 to 7",
    ]


def test_one_figure_is_no_course() -> None:
    line = next(line for line in every_kpi() if line.kpi.key == "leads")
    told = list(kpi_lines(OwnKpi(line, WEEK, course=(None,) * 7 + (HUGE,)), "IDR", TODAY, TEXTS.t("en")))
    assert len(told) == 2


@pytest.mark.parametrize(
    ("values", "bars"),
    [
        ([1, 2, 3, 4, 5, 6, 7, 8], "▁▂▃▄▅▆▇█"),
        ([5, 5, 5], "▄▄▄"),
        ([-10, 0, 10], "▁▅█"),
        ([0, None, 1], "▁·█"),
        ([None, None], "··"),
        ([0, 0], "▄▄"),
    ],
)
def test_bars_run_from_the_lowest_to_the_highest(values: list[int | None], bars: str) -> None:
    assert sparkline([None if value is None else Decimal(value) for value in values]) == bars
