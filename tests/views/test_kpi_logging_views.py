"""Every message and form of logging, correcting and asking, in both languages, with the longest contents, within the
limits of Slack."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bot.checkins import views as checkins
from bot.domain.catalogue import Catalogue
from bot.domain.entries import Confidence, Entry, EntryState, Figure
from bot.domain.kpis import KPIS
from bot.domain.members import Member
from bot.domain.periods import Period, PeriodKind, containing
from bot.domain.preferences import Preferences
from bot.domain.scoreboard import KpiLine
from bot.domain.waiting import AskedKpi, Waiting
from bot.home.facts import HomeFacts, Visit, WaitingFacts
from bot.home.views import home_view
from bot.i18n import load
from bot.kpis import views
from bot.kpis.asking import views as asking
from bot.kpis.correcting import views as correcting
from bot.kpis.grammar import MAX_NOTE, LogRequest
from bot.kpis.outcomes import IMPORTED, Corrected, FormRow, Logged, SaidBefore, Undone
from bot.kpis.reading import FORM_KPIS
from bot.kpis.wording import Wording
from bot.playground.block_kit.whole import check_message_blocks, check_view
from bot.slack.blocks import Block, Message, as_payload

TEXTS = load("en")
TODAY = date(2026, 11, 26)
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
HUGE = Decimal("-9999999999999.9999")
LONG_NOTE = '<!channel> & "\\' + "é" * (MAX_NOTE - 15)
WEEK = containing(TODAY, PeriodKind.WEEK)
PEOPLE = {"U0BOB": Member("U0BOB", "b" * 80), "U0AYU": Member("U0AYU", "<!here> Ayu")}
PERIODS = (
    WEEK,
    containing(TODAY, PeriodKind.DAY),
    containing(TODAY, PeriodKind.QUARTER),
    Period(date(2025, 11, 9), date(2025, 11, 22), PeriodKind.CUSTOM),
)


def wording(language: str) -> Wording:
    return Wording(TEXTS.t(language), "IDR", TODAY, "Asia/Jakarta", Catalogue())


def entry(number: int = 1, kpi: str = "revenue", value: Decimal = HUGE, **more: object) -> Entry:
    fields = {"note": LONG_NOTE, "confidence": Confidence.OFF, **more}
    on = date(2025, 9, 1)
    return Entry(f"{number:016x}", kpi, "U0BOB", value, on, "U0AYU", NOW, f"s{number}", **fields)  # type: ignore[arg-type]


def ended(state: EntryState, number: int = 1) -> Entry:
    return entry(number, state=state, changed_by="U0AYU", changed_at=NOW, because=LONG_NOTE)


AFTER = replace(entry(99), corrects=entry().id, on=TODAY)
NOTHING = KpiLine(Figure(KPIS["revenue"], None, 0), None, None)
SAID = SaidBefore(entry(), LogRequest(KPIS["revenue"], HUGE, TODAY))
CARRIED = {"kpi": "customer_satisfaction", "on": "2026-11-10", "key": "k" * 60, "for": "U0BOBBOBBOB",
           "note": LONG_NOTE, "value": str(HUGE), "sure": "on_track"}  # fmt: skip
ENDS = (EntryState.UNDONE, EntryState.CORRECTED, EntryState.DELETED)
HISTORY = [entry(0), *(ended(ENDS[number % 3], number) for number in range(1, 15))]


def asked(period: Period = WEEK, kpi: str = "customer_satisfaction") -> AskedKpi:
    return AskedKpi(KPIS[kpi], TODAY, period)


LONG_NAMED = [AskedKpi(replace(kpi, names={"en": "k" * 80, "id": "k" * 80}), TODAY, WEEK) for kpi in KPIS.values()]
MESSAGES: dict[str, Callable[[Wording], Message]] = {
    "logged, late and unsure": lambda w: views.logged_message(Logged(entry(), WEEK, NOTHING, "U0BOB"), w),
    "logged for you": lambda w: views.logged_for_you_message(entry(), w),
    "the same again": lambda w: views.same_question(SAID, CARRIED, w),
    "the same, kept": lambda w: views.same_kept_message(entry(), w),
    "a correction undone": lambda w: views.undone_message(Undone(ended(EntryState.UNDONE), False, AFTER), w),
    **{
        f"undo of what is {state}": (lambda w, state=state: views.undone_message(Undone(ended(state), True), w))  # type: ignore[misc]
        for state in ENDS
    },
    "history": lambda w: correcting.history_message(
        KPIS["revenue"],
        HISTORY,
        PEOPLE,
        w,
        after={each.id: AFTER for each in HISTORY if each.state is EntryState.CORRECTED},
        member_id="U0BOB",
        may_change=True,
    ),
    "history of an import": lambda w: correcting.history_message(
        KPIS["revenue"], [replace(entry(), logged_by=IMPORTED)], {}, w
    ),
    "history of nothing": lambda w: correcting.history_message(KPIS["revenue"], [], {}, w),
    "history of nobody": lambda w: correcting.history_message(KPIS["revenue"], [], {}, w, member_id="U0BOB"),
    "deleted": lambda w: correcting.deleted_message(ended(EntryState.DELETED), w),
    **{
        f"told of {state}": (lambda w, state=state: correcting.changed_for_you_message(ended(state), AFTER, w))  # type: ignore[misc]
        for state in ENDS
    },
    "told of one that is gone": lambda w: correcting.changed_for_you_message(ended(EntryState.UNDONE), None, w),
    **{
        f"asked {place}": (lambda w, p=period: asking.ask_message(asked(p), entry(kpi="customer_satisfaction"), w))  # type: ignore[misc]
        for place, period in enumerate(PERIODS)
    },
    "asked for the first time": lambda w: asking.ask_message(asked(), None, w),
    "reminded": lambda w: asking.ask_message(asked(), None, w, is_reminder=True),
    "recorded": lambda w: asking.outcome_message(asked(), Figure(KPIS["revenue"], HUGE, 3), "", w),
    "recorded by": lambda w: asking.outcome_message(asked(), Figure(KPIS["revenue"], HUGE, 1), "U0BOB", w),
    "declined": lambda w: asking.declined_message(asked(), w),
    "over": lambda w: asking.over_message(asked(), w),
    "what waits": lambda w: checkins.waiting_message(
        [Waiting(f"r{number}", "<!here> " * 10, "C1", 10, NOW) for number in range(30)],
        LONG_NAMED,
        "Asia/Jakarta",
        w.t,
    ),
}

FORMS: dict[str, Callable[[Wording], Block]] = {
    **{
        f"asked for {key}": (lambda w, key=key: asking.ask_form(asked(kpi=key), entry(kpi=key), w))  # type: ignore[misc]
        for key, kpi in KPIS.items()
        if not kpi.is_derived
    },
    **{
        f"correct {key}": (lambda w, key=key: correcting.correct_form(entry(kpi=key), w))  # type: ignore[misc]
        for key, kpi in KPIS.items()
        if not kpi.is_derived
    },
    "pick": lambda w: correcting.pick_form(KPIS["revenue"], HISTORY, PEOPLE, w, admin=True),
    "delete": lambda w: correcting.delete_form(entry(), w),
    "corrected": lambda w: correcting.corrected_form(Corrected(ended(EntryState.CORRECTED), AFTER), w),
    "log": lambda w: views.log_form([FormRow(kpi, HUGE) for kpi in list(KPIS.values())[:FORM_KPIS]], w),
    "recorded": lambda w: views.recorded_form(
        [entry(1), *(ended(ENDS[n % 3], n) for n in range(2, 6)), *(entry(n) for n in range(6, 11))], w
    ),
}


@pytest.mark.parametrize("name", MESSAGES)
@pytest.mark.parametrize("language", ["en", "id"])
def test_messages_are_within_limits(name: str, language: str) -> None:
    message = MESSAGES[name](wording(language))
    assert message.text.strip()
    check_message_blocks(as_payload(message)["blocks"], lambda _: True)
    assert "<!channel>" not in message.text
    assert "kpis." not in message.text


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("language", ["en", "id"])
def test_forms_are_within_limits(name: str, language: str) -> None:
    view = FORMS[name](wording(language))
    check_view(view, "modal", lambda _: True)
    assert "…" not in view["title"]["text"]


@pytest.mark.parametrize("language", ["en", "id"])
def test_home_with_everything_that_waits_is_within_limits(language: str) -> None:
    values = tuple(LONG_NAMED)
    visit = Visit(Member("U1"), datetime(2026, 11, 26, 5, tzinfo=UTC), TODAY, "Asia/Jakarta", language)
    chosen = Preferences.of(visit.member, language, visit.zone)
    facts = HomeFacts(visit, "IDR", chosen, WaitingFacts(asked=values))
    view = home_view(facts, TEXTS.t(language))
    check_view(view, "home", lambda _: True)
    assert "Nothing is waiting" not in str(view)


def test_what_somebody_wrote_is_plain_where_it_is_shown_whole() -> None:
    for name in ("logged, late and unsure", "told of deleted"):
        holders = [block for block in MESSAGES[name](wording("en")).blocks if "<!channel>" in str(block)]
        assert [block["text"]["type"] for block in holders] == ["plain_text"]
