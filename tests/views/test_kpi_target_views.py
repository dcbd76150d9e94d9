"""Every message and form of targets and alerts, in both languages, with the longest contents, within Slack's limits."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product

import pytest

from bot.domain.catalogue import Catalogue, KpiVersion
from bot.domain.entries import Figure
from bot.domain.forecasts import Forecast, Method
from bot.domain.kpi_notes import KpiNote, KpiNoteKind
from bot.domain.kpis import KPIS
from bot.domain.pacing import Pace, Status, Transition, transition
from bot.domain.periods import PeriodKind, containing
from bot.domain.scoreboard import Progress
from bot.domain.targets import Aim, OwnerKind, Parts, PartsGap, Target, aim_of, target_period
from bot.i18n import load
from bot.kpis.alerting import views as alerts
from bot.kpis.alerting.outcomes import Told
from bot.kpis.grammar import MAX_NOTE
from bot.kpis.targets import forms, views
from bot.kpis.targets.grammar import MAX_WHY
from bot.kpis.targets.outcomes import Attainability, Listed, TargetList, TargetSet
from bot.kpis.targets.service import ASKED_PERIODS
from bot.kpis.wording import Wording
from bot.playground.block_kit.whole import check_message_blocks, check_view
from bot.slack.blocks import Block, Message, as_payload
from bot.slack.people import UserGroup

TEXTS = load("en")
TODAY = date(2026, 11, 26)
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
HUGE = Decimal("9999999999999.9999")
LIVE = '<!channel> & "\\' + "é" * (MAX_WHY - 14)
NBSP = "\N{NO-BREAK SPACE}"
MANY = Catalogue(
    [
        KpiVersion(
            replace(KPIS["leads"], key=f"own{n}", names={"en": f"Own number {n} " + "x" * 40}), 1, TODAY, "U1", NOW
        )
        for n in range(150)
    ]
)


def wording(language: str, kpis: Catalogue | None = None) -> Wording:
    return Wording(TEXTS.t(language), "IDR", TODAY, "Asia/Jakarta", kpis or Catalogue())


def target(
    kpi: str = "revenue",
    period: PeriodKind | None = PeriodKind.MONTH,
    owner: str = "U0BOBBOBBOB",
    aim: Aim | None = None,
    value: Decimal = HUGE - 1,
) -> Target:
    upper = HUGE if aim is Aim.INSIDE else None
    deadline = None if period else date(2026, 12, 31)
    return Target("t" * 16, kpi, value, period, deadline, owner, "U0AYU", NOW, TODAY, None, aim, upper, LIVE)


def pace(of: Target, status: Status | None = Status.AT_RISK) -> Pace:
    aim = aim_of(of, KPIS[of.kpi_key])
    return Pace(status, HUGE, of.value, HUGE, Decimal("0.5"), Decimal("-1"), aim, of.upper, of.upper, HUGE)


def progress(of: Target) -> Progress:
    return Progress(of, target_period(of, TODAY), Figure(KPIS[of.kpi_key], HUGE, 3), pace(of))


def parts(of: Target, gap: str = "20000000") -> PartsGap:
    kinds = (OwnerKind.PERSON, OwnerKind.TEAM)
    return PartsGap(of, tuple(Parts(kind, count, HUGE, Decimal(gap)) for count, kind in enumerate(kinds, 1)))


def set_(of: Target, **more: object) -> TargetSet:
    found = Attainability(12, Decimal("2.4"), HUGE, target_period(of, date(2026, 3, 3)), None, True)
    fields = {"replaced": of, "parts": parts(of), "attainability": found, "progress": progress(of), **more}
    return TargetSet(of, **fields)  # type: ignore[arg-type]


CARRIED = {"kpi": "own149" * 4, "key": "k" * 60, "for": "U0BOBBOBBOB", "aim": "inside", "value": f"{HUGE}"}
THIS_MONTH = containing(TODAY, PeriodKind.MONTH)
FORECAST = Forecast(HUGE, HUGE, HUGE, Method.DAILY_MEAN, 60)
AIMS = (None, *Aim)
CHANGES = [
    (change, now) for before in (None, *Status) for now in Status if (change := transition(before, now)) is not None
]  # fmt: skip


def told(of: Target, change: Transition = Transition.WORSE, status: Status = Status.AT_RISK) -> Told:
    return Told(of, change, target_period(of, TODAY), pace(of, status))


NOTES = [
    KpiNote(f"n{n}", "revenue", KpiNoteKind.REASON, "<!channel>" + "é" * (MAX_NOTE - 10), "U0AYU", NOW)
    for n in range(30)
]  # fmt: skip
NAMES = {"U0AYU": "<!here> " + "a" * 80}

MESSAGES: dict[str, Callable[[Wording], Message]] = {
    **{
        f"set {aim} {period}": (  # type: ignore[misc]
            lambda w, aim=aim, period=period: views.target_message(set_(target(aim=aim, period=period)), w)
        )
        for aim, period in product(AIMS, (*forms.TARGET_PERIODS, None))
    },
    "set for a group that was not read": lambda w: views.target_message(
        set_(target(owner="S0SALES"), progress=None), w
    ),
    "set without history": lambda w: views.target_message(set_(target(), attainability=Attainability(0)), w),
    "set within reach": lambda w: views.target_message(
        set_(target(), attainability=Attainability(3, Decimal("0.5"), HUGE, THIS_MONTH)), w
    ),
    "set far beyond": lambda w: views.target_message(
        set_(target("lead_response_time"), attainability=Attainability(3, Decimal(99), Decimal(5), THIS_MONTH)), w
    ),
    "set inside": lambda w: views.target_message(
        set_(target(aim=Aim.INSIDE), attainability=Attainability(1, inside=Decimal(1))), w
    ),
    "parts over": lambda w: views.target_message(set_(target(), parts=parts(target(), "-5")), w),
    "parts fit": lambda w: views.target_message(set_(target(), parts=parts(target(), "0")), w),
    "list": lambda w: views.targets_message(
        TargetList(
            tuple(
                Listed(progress(target(key, aim=aim)), FORECAST, parts(target(key)))
                for key, aim in product(KPIS, AIMS)
            ),
            older=999,
        ),
        w,
    ),
    "list of older ones": lambda w: views.targets_message(
        TargetList((Listed(progress(target(period=None))),), are_older=True), w
    ),
    "no targets": lambda w: views.targets_message(TargetList(()), w),
    "none but older ones": lambda w: views.targets_message(TargetList((), older=1), w),
    "per what": lambda w: views.period_question(
        [target(aim=Aim.INSIDE, period=period, owner="U0BOB") for period in ASKED_PERIODS], CARRIED, w
    ),
    "as before": lambda w: views.target_message(set_(target()), w, is_as_before=True),
    "removed": lambda w: views.removed_message(target(), w),
    "which removed": lambda w: views.which_removed_message(
        [replace(target(aim=aim, period=kind), id=f"{aim}{kind}") for aim, kind in product(AIMS, forms.TARGET_PERIODS)],
        w,
    ),
    "for you": lambda w: views.target_for_you_message(target(), w),
    **{
        f"alert {change} {status} {aim}": (
            lambda w, change=change, status=status, aim=aim: alerts.alert_message(
                [told(target(aim=aim), change, status)], (), "a" * 16, "U1", w, NAMES
            )
        )  # type: ignore[misc]
        for (change, status), aim in product(CHANGES, AIMS)
    },
    "alert about much": lambda w: alerts.alert_message(
        [told(target(aim=Aim.INSIDE, period=None))] * 30, NOTES, "a" * 16, "U0BOB", w, NAMES
    ),
    "noted": lambda w: alerts.noted_message(KPIS["revenue"], w),
    "muted": lambda w: alerts.muted_message(KPIS["revenue"], w),
    "unmuted": lambda w: alerts.unmuted_message(KPIS["revenue"], w),
}  # fmt: skip

GROUPS = [UserGroup(f"S{n}", "handle" * 20, "name" * 40) for n in range(150)]
FORMS: dict[str, Callable[[Wording], Block]] = {
    "target": lambda w: forms.target_form(w),
    "target of a KPI, with groups": lambda w: forms.target_form(w, KPIS["customer_acquisition_cost"], GROUPS),
    "target with many KPIs": lambda w: forms.target_form(wording(w.t.language, MANY), MANY["own7"], GROUPS),
    **{
        f"checked {aim} {period}": (  # type: ignore[misc]
            lambda w, aim=aim, period=period: forms.checked_form(set_(target(aim=aim, period=period)), w)
        )
        for aim, period in product(AIMS, (PeriodKind.MONTH, None))
    },
    "reason": lambda w: alerts.note_form(KPIS["customer_acquisition_cost"], KpiNoteKind.REASON, "a" * 16, w),
    "action": lambda w: alerts.note_form(KPIS["customer_acquisition_cost"], KpiNoteKind.ACTION, "a" * 16, w),
}  # fmt: skip

BOTH = pytest.mark.parametrize("language", ["en", "id"])


@pytest.mark.parametrize("name", MESSAGES)
@BOTH
def test_messages_are_within_limits(name: str, language: str) -> None:
    message = MESSAGES[name](wording(language))
    check_message_blocks(as_payload(message)["blocks"], lambda _: True)
    assert message.text.strip()
    assert "<!channel>" not in message.text
    assert "kpis." not in message.text


@pytest.mark.parametrize("name", FORMS)
@BOTH
def test_forms_are_within_limits(name: str, language: str) -> None:
    view = FORMS[name](wording(language))
    check_view(view, "modal", lambda _: True)
    assert "…" not in view["title"]["text"]
    assert "…" not in view["submit"]["text"]


@BOTH
def test_more_than_a_hundred_kpis_are_grouped_by_what_they_serve(language: str) -> None:
    w = wording(language, MANY)
    element = forms.target_form(w, MANY["own7"])["blocks"][1]["element"]
    offered = [option["value"] for group in element["option_groups"] for option in group["options"]]
    assert sorted(offered) == sorted(kpi.key for kpi in MANY.current)
    assert len(offered) > 100
    assert element["initial_option"]["value"] == "own7"


@BOTH
def test_no_label_of_the_form_is_cut(language: str) -> None:
    blocks = forms.target_form(wording(language))["blocks"]
    options = [
        option
        for block in blocks
        if block.get("block_id") != forms.KPI_FIELD
        for option in block.get("element", {}).get("options", ())
    ]
    assert len(options) == 11
    assert all("…" not in option["text"]["text"] for option in options)


@BOTH
def test_no_target_of_the_list_is_cut(language: str) -> None:
    w = wording(language)
    for count in (120, 121):
        message = views.targets_message(TargetList((Listed(progress(target()), FORECAST, parts(target())),) * count), w)
        sections = [block for block in message.blocks if block["type"] == "section"]
        assert len(sections) == 41
        assert not any(block["text"]["text"].endswith("…") for block in sections)
        hint = w.t("kpis.targets.more", count=1, n=1)
        assert (hint in message.text) is (count == 121)


def spoken(text: str) -> str:
    return text.replace(NBSP, " ")


@pytest.mark.parametrize(
    ("aim", "english", "indonesian"),
    [
        (None, "4, each month", "4, tiap bulan"),
        (Aim.REACH, "4, each month", "4, tiap bulan"),
        (Aim.ABOVE, "at least 4, each month", "minimal 4, tiap bulan"),
        (Aim.BELOW, "at most 4, each month", "maksimal 4, tiap bulan"),
    ],
)
def test_what_a_target_asks_for_is_said(aim: Aim | None, english: str, indonesian: str) -> None:
    one = target("customer_satisfaction", aim=aim, value=Decimal(4))
    assert wording("en").goal(one) == english
    assert wording("id").goal(one) == indonesian


@BOTH
def test_in_tables_it_is_short(language: str) -> None:
    t, kpi = TEXTS.t(language), KPIS["customer_satisfaction"]
    one = replace(target("customer_satisfaction", aim=Aim.INSIDE, value=Decimal(3)), upper=Decimal(5))
    assert t.asked(one, kpi, "IDR") == "3–5"
    assert t.asked(replace(one, aim=Aim.ABOVE, upper=None), kpi, "IDR") == "min. 3"
    limit = {"en": "max. 3", "id": "maks. 3"}
    assert t.asked(replace(one, aim=Aim.BELOW, upper=None), kpi, "IDR") == limit[language]


@pytest.mark.parametrize(
    ("aim", "english"),
    [
        (None, "From now on it takes about Rp 12.5M per working day."),
        (Aim.BELOW, "That leaves about Rp 12.5M per working day."),
    ],
)
def test_a_limit_leaves_something_and_a_goal_takes_something(aim: Aim | None, english: str) -> None:
    one = target(aim=aim)
    given = replace(pace(one), needed_per_day=Decimal("12500000"))
    assert spoken(wording("en").needed(one, given, KPIS["revenue"])) == english
    assert wording("en").needed(one, replace(given, needed_per_day=None), KPIS["revenue"]) == ""
    assert wording("en").needed(one, replace(given, actual=None), KPIS["revenue"]) == ""


@pytest.mark.parametrize(
    ("method", "english"),
    [
        (Method.DAILY_MEAN, "based on the last 12 working days"),
        (Method.WEEKLY_MEAN, "based on the last 12 weeks"),
        (Method.RECENT_WEEKS, "based on the figures of the last 12 weeks"),
    ],
)
def test_a_forecast_names_its_interval_and_its_method(method: Method, english: str) -> None:
    outlook = Forecast(Decimal("88.4"), Decimal("80.11"), Decimal("95.89"), method, 12)  # nobody has 0.4 of a lead
    said = wording("en").forecast(outlook, KPIS["leads"])
    assert said == f"Forecast for the end: about 88 (80% likely between 80 and 96; {english})."
