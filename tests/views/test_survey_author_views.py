"""What the people who run surveys read, in both languages: within Slack's limits, complete in its text."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.domain.audiences import Audience
from bot.domain.bank import DRIVERS
from bot.domain.enps import SCALE_0_10
from bot.domain.prompting import Spread
from bot.domain.schedules import Cadence, Rule
from bot.domain.surveys import Receivers, Round, RoundState, Survey, SurveyState, enps_definition
from bot.domain.templates import TEMPLATES
from bot.i18n import Translator, load
from bot.playground.block_kit.whole import check_message_blocks, check_view
from bot.slack.blocks import Message
from bot.surveys import author_views
from bot.surveys.asking import preview_views
from bot.surveys.asking.forecasts import UNREACHABLE, Group, PlannedRound, Preview
from bot.surveys.outcomes import Closing, Overview, Reminding

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
ZONE = "Asia/Jakarta"
TEXTS = load("en")
ONE = Survey("s1", "enps-" + "x" * 55, enps_definition("C0SALES", SCALE_0_10), "U0AYU", NOW)
LARGE = replace(
    ONE.definition,
    audience=Audience(
        tuple(f"C0{number}" for number in range(9)), ("S0SUP",), ("U0BOB", "U0EMMA"), exceptions=("U0FAJAR",)
    ),
    questions=tuple(each for template in TEMPLATES.values() for each in template.questions)[:8],
    title="*How* <are> we & you?",
    drivers=DRIVERS,
    draws=2,
    is_named=True,
    receivers=Receivers(people=("U0BOB",), channel_id="C0OPS"),
    spread=Spread.THREE_DAYS,
)
OTHER = replace(ONE, definition=LARGE)
ROUND = Round(
    "r1", "s1", 3, RoundState.OPEN, ONE.definition, NOW, NOW + timedelta(days=14), 12, 5, 10, "U0AYU"
)  # fmt: skip
RULE = Rule(Cadence.WEEKLY, date(2026, 11, 30), time(9), "Europe/Amsterdam")
LEFT_OUT = dict.fromkeys(author_views.LEFT_OUT, "2")
PLANNED = PlannedRound(
    NOW,
    NOW + timedelta(days=7),
    tuple(Group(ZONE, NOW, NOW + timedelta(hours=number % 2), number + 1) for number in range(20)),
    ((NOW.date(), NOW.date()), (NOW.date(), NOW.date() + timedelta(days=1))),
    {date(2026, 12, 4): 1, date(2026, 12, 7): 2},
    1,
    {date(2026, 12, 1): 2},
)


@pytest.fixture(params=["en", "id"])
def t(request: pytest.FixtureRequest) -> Translator:
    return TEXTS.t(request.param)


def test_who_gets_the_results_is_said_as_it_is(t: Translator) -> None:
    """Control: with an author it is them; without one an admin; with no receiver at all it says so in good words."""
    nobody = replace(ONE.definition, receivers=Receivers(author=False))
    author = replace(ONE.definition, receivers=Receivers(author=True))
    imported = replace(ONE, created_by="")
    assert author_views.results_go(ONE, nobody, t) == t("surveys.results_to_nobody")
    assert f"<@{ONE.created_by}>" in author_views.results_go(ONE, author, t)
    assert t("surveys.receivers.admin") in author_views.results_go(imported, author, t)


def messages(t: Translator) -> Iterator[Message]:
    for left in (None, 5):
        yield author_views.reminding_message(Reminding(ONE, left, is_last=left is None), t)
    overviews = [
        Overview(ONE),
        Overview(OTHER, RULE, NOW, ROUND, 3, waits_for_action=True),
        Overview(ONE, replace(RULE, until=date(2026, 12, 7))),
        Overview(replace(ONE, state=SurveyState.PAUSED), RULE),
        Overview(ONE, None, None, replace(ROUND, state=RoundState.LAUNCHING)),
    ]
    overviews += [Overview(ONE, replace(RULE, cadence=each), NOW, ROUND, 3) for each in author_views.CADENCES]
    for seen in overviews:
        yield author_views.created_message(seen, t, ZONE)
        yield author_views.launching_message(seen, t, ZONE)
        yield preview_views.preview_message(seen, [NOW, NOW + timedelta(days=7)], t, ZONE)
    yield author_views.list_message(overviews * 10, t, ZONE)
    facts = {"now": "5", "later": "7", "moved": "3", **LEFT_OUT}
    yield author_views.launched_message(OTHER, replace(ROUND, definition=LARGE), facts, t, ZONE)
    yield author_views.launched_message(ONE, replace(ROUND, asked=3), {}, t, ZONE)
    for reason in (*author_views.EXPLAINED_FAILURES, "some_<other>"):
        yield author_views.not_launched_message(ONE, {"reason": reason, "place": "S0SUP"}, t)
    for least in ("3", "1"):
        told = {"reason": "too_few", "asked": "0", "least": least, **LEFT_OUT}
        yield author_views.not_launched_message(ONE, told, t)
    yield author_views.closing_message(Closing(OTHER, 12, 3, True), t)
    yield author_views.closing_message(Closing(replace(ONE, created_by=""), 0, 0, False), t)
    yield from forecasts(t)


def forecasts(t: Translator) -> Iterator[Message]:
    seen = Preview(ONE, 210, {"guest": 1, "exception": 2}, (PLANNED,) * 4, least=3)
    few = replace(seen, asked=2)
    by_hand = replace(seen, is_by_hand=True, is_from_last=True)
    troubles = (Preview(ONE, trouble=UNREACHABLE), Preview(ONE, trouble="not_in_channel", place="C0SALES"))
    for each in (seen, few, by_hand, *troubles):
        yield preview_views.forecast_message(each, t, ZONE)


def test_every_message_is_within_the_limits_and_says_all_in_its_text(t: Translator) -> None:
    for message in messages(t):
        assert message.text.strip()
        check_message_blocks(list(message.blocks), lambda _: True)


def test_the_form_is_within_the_limits(t: Translator) -> None:
    view = author_views.enps_form(t)
    check_view(view, "modal", lambda _: True)
    assert not view["title"]["text"].endswith("…")
    assert not view["submit"]["text"].endswith("…")


def test_a_title_pings_nobody(t: Translator) -> None:
    ping = replace(OTHER, definition=replace(LARGE, title="<!here>"))
    for message in (
        author_views.list_message([Overview(ping)], t, ZONE),
        preview_views.preview_message(Overview(ping), [], t, ZONE),
    ):
        assert "<!here>" not in message.text
        assert "&lt;!here&gt;" in message.text


def test_the_author_reads_you_and_everybody_else_their_name() -> None:
    english = TEXTS.t("en")
    assert author_views.results_go(OTHER, LARGE, english, reader="U0AYU").startswith("The results go to you, <@U0BOB>")
    assert author_views.results_go(OTHER, LARGE, english, reader="U0BOB").startswith("The results go to <@U0AYU>, you")


def test_a_named_round_of_few_does_not_speak_of_a_score_that_cannot_be_shown() -> None:
    few = replace(ROUND, asked=3)
    english = TEXTS.t("en")
    assert "no score can be shown" in author_views.launched_message(ONE, few, {}, english, ZONE).text
    named = replace(few, definition=LARGE)
    assert "no score can be shown" not in author_views.launched_message(OTHER, named, {}, english, ZONE).text
