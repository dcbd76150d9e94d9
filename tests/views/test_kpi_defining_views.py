"""Every form and message of defining and reviewing KPIs, in both languages, with the longest contents, within Slack's
limits; and that the limits would be noticed."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product

import pytest

from bot.domain.catalogue import Catalogue, KpiSettings, KpiVersion, Visibility
from bot.domain.entries import Entry, Figure
from bot.domain.formulas import Ratio, Term
from bot.domain.kpi_notes import KpiNote, KpiNoteKind
from bot.domain.kpis import KPIS, Aggregation, Direction, Kind, Kpi, Objective, Unit
from bot.domain.policies import Policy, Who
from bot.domain.schedules import Cadence
from bot.domain.targets import Target
from bot.i18n import load
from bot.kpis.defining import rights_views, settings_forms, views
from bot.kpis.defining.definitions import Measure, Source, Typed
from bot.kpis.defining.names import LONGEST_MEANING, LONGEST_NAME
from bot.kpis.defining.outcomes import MOST_BECAUSE, Defined, How, TakenAway
from bot.kpis.defining.taken_away_views import taken_away_message
from bot.kpis.reviewing import views as reviews
from bot.kpis.reviewing.outcomes import DUE, FORGOTTEN, MOST_REASON, Facts
from bot.kpis.wording import Wording
from bot.playground.block_kit.whole import check_message_blocks, check_view
from bot.playground.slack_error import SlackError
from bot.slack.blocks import Block, Message
from bot.slack.people import Groups, UserGroup

TEXTS = load("en")
TODAY = date(2026, 11, 26)
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
HUGE = Decimal("-9999999999999.9999")
LONG = "W" * LONGEST_NAME
OWN = [
    Kpi(
        f"own_{number:02}_{'w' * 33}", Unit.CURRENCY, Direction.LOWER, Aggregation.SUM, Kind.PROCESS,
        Objective.SATISFACTION, "1250000", names={"en": f"{number:02}{LONG[2:]}"},
        meanings={"en": "W" * LONGEST_MEANING},
    )
    for number in range(99)
]  # fmt: skip
COMPUTED = Kpi(
    "computed", Unit.PERCENT, Direction.HIGHER, Aggregation.RATIO, Kind.OUTCOME, Objective.NET_SALES, "",
    Ratio(Term(OWN[0].key), Term(OWN[1].key)), names={"en": LONG, "id": LONG},
)  # fmt: skip
KPIS_HERE = Catalogue([KpiVersion(kpi, 1, TODAY, "U0BOB", NOW) for kpi in (*OWN, COMPUTED)])
SETTINGS = KpiSettings(
    owners=tuple(f"U0MEMBER{number:03}" for number in range(60)),
    cadence=Cadence.QUARTERLY,
    visibility=Visibility.TEAM,
    team="S0KEPT",
    drivers=tuple(kpi.key for kpi in OWN[:50]),
    review_on=TODAY,
    retired_because="<b>" * (MOST_REASON // 3),
)
GROUPS = Groups([UserGroup(f"S{number:08}", "g" * 100, "Group " * 30) for number in range(150)])
NOTE = KpiNote("n", "computed", KpiNoteKind.CHANGED, "<&>" * (MOST_REASON // 3), "U0BOB", NOW)
LOGGED = (*(f"U0MEMBER{number:03}" for number in range(40)), "import")
LAST = Entry("e", OWN[0].key, "U0BOB", HUGE, TODAY, "U0BOB", NOW, "s")
DAYS = frozenset(TODAY + timedelta(days=2 * number) for number in range(900))
POLICY = Policy(Who.ADMINS, Who.OWNERS, Who.MEMBERS, DAYS)
TYPED = Typed(
    {"en": LONG, "id": LONG}, "W" * LONGEST_MEANING, Measure.CURRENCY, formula="w" * 300, because="w" * MOST_BECAUSE
)


def wording(language: str) -> Wording:
    return Wording(TEXTS.t(language), "IDR", TODAY, "Asia/Jakarta", KPIS_HERE)


def facts(kpi: Kpi = OWN[0], settings: KpiSettings = SETTINGS) -> Facts:
    return Facts(kpi, settings, TODAY, NOW, 99_999, LOGGED, LAST, 11, 12, 40, (NOTE,) * 50, may_decide=True)


FORMS: dict[str, Callable[[Wording], Block]] = {
    "new": lambda w: views.define_form(Typed(), ("en", "id"), w),
    "change, typed in": lambda w: views.define_form(TYPED, ("en", "id"), w, OWN[0], 12),
    "change, fixed": lambda w: views.define_form(TYPED, ("en", "id"), w, OWN[0], 12, True),
    "computed": lambda w: views.define_form(
        Typed(TYPED.names, source=Source.COMPUTED, formula="w" * 300), ("en", "id"), w, COMPUTED, 3
    ),
    "defined": lambda w: views.done_form(Defined(OWN[0], None, KPIS_HERE), w),
    "defined, computed": lambda w: views.done_form(Defined(COMPUTED, Figure(COMPUTED, HUGE, 3), KPIS_HERE, OWN[0]), w),
    "settings": lambda w: settings_forms.settings_form(OWN[0], SETTINGS, "0" * 16, w, GROUPS),
    "settings of an outcome": lambda w: settings_forms.settings_form(
        KPIS["revenue"], SETTINGS, "0" * 16, w, None, is_review=True
    ),
    "settings without groups": lambda w: settings_forms.settings_form(
        COMPUTED, KpiSettings(visibility=Visibility.TEAM), "", w, Groups(may_read=False)
    ),
    "settings saved": lambda w: settings_forms.settings_done_form(OWN[0], SETTINGS, w),
    "rights": lambda w: rights_views.rights_form(POLICY, w.t),
    "rights saved": lambda w: rights_views.rights_done_form(POLICY, w.t),
    "keep": lambda w: reviews.keep_form(OWN[0], w),
    "retire": lambda w: reviews.retire_form(OWN[0], OWN, w),
    "kept": lambda w: reviews.done_form(facts(), w),
}


def taken_away(how: How, kpi: Kpi = OWN[0], *, is_seen: bool = True) -> TakenAway:
    settings = SETTINGS if how is How.HIDDEN else KpiSettings(retired_because=SETTINGS.retired_because)
    aimed = Target("t", kpi.key, -HUGE, None, TODAY, "", "U0BOBBOBBOB", NOW, TODAY)
    return TakenAway(how, kpi, settings, "U0BOBBOBBOB", is_seen, tuple(OWN), (aimed,) * 12)


MESSAGES: dict[str, Callable[[Wording], Message]] = {
    **{
        f"taken away: {how}, {kpi.key}, seen: {is_seen}": (
            lambda w, how=how, kpi=kpi, is_seen=is_seen: taken_away_message(
                taken_away(how, kpi, is_seen=is_seen), w, KPIS_HERE
            )
        )
        for how, kpi, is_seen in product(How, (OWN[0], COMPUTED), (True, False))
    },
    "rights": lambda w: rights_views.rights_message(POLICY, w.t),
    "due": lambda w: reviews.asking_message([reviews.Item(facts(kpi)) for kpi in OWN], DUE, w),
    "forgotten": lambda w: reviews.asking_message([reviews.Item(facts(kpi)) for kpi in OWN], FORGOTTEN, w),
    "decided": lambda w: reviews.asking_message([reviews.Item(facts(kpi), NOTE) for kpi in OWN], DUE, w),
    "one KPI": lambda w: reviews.review_message(facts(), w),
    "one that is retired": lambda w: reviews.review_message(
        facts(settings=KpiSettings(retired_on=TODAY, retired_because=SETTINGS.retired_because)), w
    ),
    "one that nobody used": lambda w: reviews.review_message(Facts(OWN[0], KpiSettings(), None), w),
    "overview": lambda w: reviews.overview_message([facts(kpi) for kpi in OWN], OWN, [(kpi, TODAY) for kpi in OWN], w),
    "overview of nothing": lambda w: reviews.overview_message([], [], [], w),
}


@pytest.mark.parametrize("language", TEXTS.languages)
@pytest.mark.parametrize("name", FORMS)
def test_every_form_is_within_slacks_limits(name: str, language: str) -> None:
    view = FORMS[name](wording(language))
    check_view(view, "modal", file_ready=lambda _: True)
    for text in (view["title"], view["close"], view.get("submit", view["close"])):
        assert not text["text"].endswith("…"), "a title or button that is cut"


@pytest.mark.parametrize("language", TEXTS.languages)
@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_is_within_slacks_limits_and_says_all_in_its_text(name: str, language: str) -> None:
    message = MESSAGES[name](wording(language))
    check_message_blocks(list(message.blocks), file_ready=lambda _: True)
    assert message.text.strip()


def test_a_form_beyond_them_would_be_noticed() -> None:
    view = FORMS["new"](wording("en"))
    view["blocks"] = view["blocks"] * 20
    with pytest.raises(SlackError):
        check_view(view, "modal", file_ready=lambda _: True)


@pytest.mark.parametrize("language", TEXTS.languages)
def test_what_people_wrote_is_escaped(language: str) -> None:
    message = MESSAGES["one KPI"](wording(language))
    assert "<&>" not in message.text
    assert "&lt;&amp;&gt;" in message.text


@pytest.mark.parametrize("language", TEXTS.languages)
def test_many_days_off_are_told_in_short(language: str) -> None:
    lines = rights_views.rights_lines(POLICY, TEXTS.t(language))
    assert "870" in lines[-1]
    assert len(lines[-1]) <= 2000
