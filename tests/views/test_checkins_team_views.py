"""What a team check-in shows, in both languages, within what Slack takes; and what is said of odd cases."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal

import pytest

from bot.checkins.team import forms, views
from bot.checkins.team.answering import SOURCE
from bot.checkins.team.facts import Answered, AnswerForm, Known, Standing, Taken, Wish
from bot.checkins.team.templates import TEMPLATES, items_of, started
from bot.checkins.team.wording import when
from bot.domain.actions import Action, ActionSource
from bot.domain.catalogue import Catalogue
from bot.domain.checkins import (
    ANSWER_LENGTH,
    Checkin,
    CheckinAnswer,
    ItemKind,
    Run,
    RunState,
    nearest_working_days,
    period_of,
)
from bot.domain.entries import Confidence, Entry
from bot.domain.kpis import KPIS
from bot.domain.schedules import Cadence, Rule
from bot.domain.workdays import Workdays
from bot.i18n import Translator, load
from bot.playground.block_kit.whole import check_message_blocks, check_view
from bot.slack.blocks import Message

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
DAY = date(2026, 11, 27)
KNOWN = frozenset(KPIS)
HOSTILE = "<!channel> & <@U0AYU>"
texts = load("en")


@pytest.fixture(params=texts.languages)
def t(request: pytest.FixtureRequest) -> Translator:
    return texts.t(request.param)


def wish(template: str = "weekly_review", title: str = "") -> Wish:
    definition, rule = started(TEMPLATES[template], "C0SALES", "en", KNOWN, "Asia/Jakarta", NOW)
    return Wish(replace(definition, title=title), rule, "c1")


def standing(template: str = "weekly_review", title: str = "", **given: bool) -> Standing:
    wished = wish(template, title)
    checkin = Checkin("c1", wished.definition, "U0BOB", NOW)
    flags = {"is_paused": False, "may_change": True, **given}
    return Standing(checkin, wished.rule, NOW, NOW, flags["is_paused"], flags["may_change"])


def run(state: RunState = RunState.OPEN, title: str = "") -> Run:
    return Run("r1", "c1", DAY, wish(title=title).definition, NOW, frozenset({"U0BOB"}), state)


def sound(message: Message) -> str:
    assert message.text.strip()
    check_message_blocks(list(message.blocks), file_ready=lambda _: True)
    assert "<!channel>" not in message.text
    assert all("<!channel>" not in text for text in interpreted(message.blocks))
    return message.text


def interpreted(part: object) -> Iterator[str]:
    """Every text in which Slack looks for mentions."""
    if isinstance(part, Mapping):
        if part.get("type") == "mrkdwn":
            yield str(part["text"])
        for each in part.values():
            yield from interpreted(each)
    elif isinstance(part, Sequence) and not isinstance(part, str):
        for each in part:
            yield from interpreted(each)


def seen(view: dict[str, object]) -> str:
    check_view(view, "modal", file_ready=lambda _: True)
    return str(view)


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_can_be_looked_at_changed_and_saved(t: Translator, template: str) -> None:
    wished = wish(template)
    languages = {code: texts.t(code)("checkins.language_name") for code in texts.languages}
    seen(forms.setup_form(wished, Catalogue(), languages, t))
    look = seen(forms.preview_form(wished, Catalogue(), "{}", t))
    assert "C0SALES" in look
    said = sound(views.saved_message(standing(template), Catalogue(), "English", t, changed=False))
    assert t.time(wished.definition.posts_at) in said


def test_no_template_asks_too_much() -> None:
    for key in TEMPLATES:
        assert len(wish(key).definition.items) <= 10
        assert set(TEMPLATES[key].kpi_keys) <= KNOWN, "a KPI that there is"


def test_a_title_is_never_interpreted(t: Translator) -> None:
    hostile = standing(title=HOSTILE)
    sound(views.list_message([hostile] * 12, t))
    sound(views.saved_message(hostile, Catalogue(), "English", t, changed=True))
    for deed in ("pause", "resume", "stop"):
        sound(views.acted_message(hostile, deed, t))
    sound(views.ask_message(run(title=HOSTILE), 3, "11:00", t))
    sound(views.ask_message(run(title=HOSTILE), 1, "11:00", t, is_reminder=True))
    for why in ("late", "unreached", "unreadable", "not_member", "archived", "not_found", "nobody_works"):
        sound(views.missed_message(run(title=HOSTILE).definition, why, "27 Nov", "<@U0DENYUT>", t))


@pytest.mark.parametrize(("words", "clicks"), [("weekly review sat 14:00", 2), ("x" * 2000, 0)])
def test_a_day_off_is_said_with_days_to_click_where_the_line_fits_into_a_button(
    t: Translator, words: str, clicks: int
) -> None:
    now = NOW.replace(hour=3)
    saturday = Rule(Cadence.WEEKLY, date(2026, 11, 28), time(14), "Asia/Jakarta")
    offered = nearest_working_days(saturday, now, Workdays("ID"))
    carried = {"channel": "C0SALES", "words": words}
    message = views.day_off_message(saturday, offered, carried, t)
    assert t.weekday(saturday.anchor) in sound(message)
    assert str(message.blocks).count("checkin.weekday_chosen") == clicks
    assert t.day(date(2026, 11, 27)) in views.day_off_words(saturday, offered, t)
    assert t("checkins.team.day_off_again") in views.day_off_message(saturday, [], carried, t).text


def test_who_may_not_change_it_sees_no_buttons_for_it(t: Translator) -> None:
    def mine(message: Message) -> bool:
        return "checkin.stopped" in str(message.blocks)

    assert mine(views.list_message([standing()], t))
    assert not mine(views.list_message([standing(may_change=False)], t))


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("state", RunState)
def test_the_question_turns_into_what_became_of_it(t: Translator, state: RunState, answered: bool) -> None:
    message = views.turned_message(run(state, HOSTILE), "11:00", t, answered=answered)
    sound(message)
    assert ("checkin.answer_opened" in str(message.blocks)) == (state is RunState.OPEN)


@pytest.mark.parametrize(
    ("cadence", "anchor", "english"),
    [
        (Cadence.DAILY, DAY, "every working day at 09:00"),
        (Cadence.WEEKLY, DAY, "every Friday at 09:00"),
        (Cadence.TWO_WEEKS, DAY, "every second Friday at 09:00"),
        (Cadence.MONTHLY, DAY, "on day 27 of every month at 09:00"),
        (Cadence.MONTHLY, date(2026, 12, 31), "on day 31 of every month, or its last day, at 09:00"),
        (Cadence.QUARTERLY, DAY, "on day 27 of every third month at 09:00"),
        (Cadence.QUARTERLY, date(2026, 12, 31), "on day 31 of every third month, or its last day, at 09:00"),
    ],
)
def test_when_it_comes_is_said_in_full(cadence: Cadence, anchor: date, english: str) -> None:
    rule = Rule(cadence, anchor, time(9), "Asia/Jakarta")
    assert when(rule, texts.t("en")) == english
    assert when(rule, texts.t("id")) != english


def test_the_largest_form_of_answers_is_one_slack_takes(t: Translator) -> None:
    keys = ("revenue", "leads", "lead_response_time", "customer_satisfaction")
    items = items_of(keys, (ItemKind.CONFIDENCE, ItemKind.PROGRESS, ItemKind.BLOCKER), (HOSTILE * 6, "b", "c"))
    asked = replace(run(), definition=replace(run().definition, items=items))
    known = {
        "kpi.revenue": Known(Decimal("1234567.89"), Decimal(5), Decimal(3)),
        "kpi.leads": Known(None, Decimal(4), None),
        "kpi.lead_response_time": Known(Decimal(5400), None, Decimal(3600)),
        "kpi.customer_satisfaction": Known(),
    }
    before = CheckinAnswer("r1", "U0BOB", NOW, Confidence.OFF, {"progress": "x" * ANSWER_LENGTH})
    kpis = {f"kpi.{key}": KPIS[key] for key in keys}
    period = period_of(asked.definition.period, DAY)
    form = seen(
        forms.answer_form(AnswerForm(asked, "Asia/Jakarta", kpis, known, period, DAY, before), "11:00", t, "IDR")
    )
    assert t.number(Decimal("1234567.89")) in form, "what was given before stands in it"
    entries = tuple(Entry(f"e{n}", key, "U0BOB", Decimal(3), DAY, "U0BOB", NOW, SOURCE) for n, key in enumerate(keys))
    done = seen(forms.done_form(Answered(asked, "Asia/Jakarta", entries), Catalogue(), "11:00", t, "IDR"))
    assert done.count("kpi.undo") == 4


def test_a_promise_is_told_to_everybody_it_concerns(t: Translator) -> None:
    action = Action("a1", HOSTILE, "U0BOB", DAY, ActionSource.CHECKIN, "r1:U0AYU", "U0AYU", NOW, "C0SALES")
    assert t.day(DAY) in sound(views.helped_message(action, t))
    sound(views.helped_message(replace(action, due_on=None), t))
    mine = views.taken_message(Taken(action, "U0AYU", already=False), "r1", "U0BOB", t)
    assert "checkin.blocker_day_opened" in str(mine.blocks)
    others = views.taken_message(Taken(action, "U0AYU", already=True), "r1", "U0DEWI", t)
    assert "checkin.blocker_day_opened" not in str(others.blocks)
    seen(forms.day_form("r1", "U0AYU", None, t))
