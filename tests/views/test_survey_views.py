"""Every message and form of surveys in both languages: within Slack's limits, complete in its text."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from bot.domain import enps
from bot.domain.enps import SCALE_0_10, SCALE_1_10, EnpsClass, Tally
from bot.domain.privacy import Hidden, Publication
from bot.domain.schedules import Cadence, Rule
from bot.domain.surveys import Round, RoundState, Survey, SurveyState
from bot.i18n import Translator, load
from bot.playground.block_kit.whole import check_message_blocks, check_view
from bot.slack import ids
from bot.slack.blocks import FALLBACK_TEXT, Message
from bot.surveys import author_views, results_views, views
from bot.surveys.outcomes import Closing, Overview, Reminding, RoundResults, SurveyResults, TrendPoint

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
ZONE = "Asia/Jakarta"
TEXTS = load("en")
SURVEY = Survey("s1", "enps-" + "x" * 55, "C0SALES", SCALE_0_10, "U0AYU", NOW)
ROUND = Round(
    "r1", "s1", 3, RoundState.OPEN, SCALE_0_10, NOW, NOW + timedelta(days=14), 12, 5, 10, "U0AYU"
)  # fmt: skip
CLOSED = replace(ROUND, state=RoundState.CLOSED, closed_at=NOW)
RULE = Rule(Cadence.WEEKLY, date(2026, 11, 30), time(9), "Europe/Amsterdam")
TALLY = Tally(6, 2, 3)


@pytest.fixture(params=["en", "id"])
def t(request: pytest.FixtureRequest) -> Translator:
    return TEXTS.t(request.param)


def results(**changes: Any) -> RoundResults:
    shown = RoundResults(
        SURVEY,
        CLOSED,
        Publication(11, 12, TALLY, None, None, True),
        interval=enps.interval(TALLY),
        certainty=enps.certainty(11),
        compared_with=CLOSED,
        change=enps.compare(Tally(2, 2, 7), TALLY),
        comments=("more tea & <!here>", "y" * 1000),
        trend=(TrendPoint(CLOSED, -45.5), TrendPoint(CLOSED, 27.3)),
    )
    return replace(shown, **changes)


def hidden(reason: Hidden | None, alike: EnpsClass | None = None) -> RoundResults:
    published = Publication(4, 12, None, alike, reason, False)
    return RoundResults(SURVEY, CLOSED, published)


def messages(t: Translator) -> Iterator[Message]:
    for survey, asking in ((SURVEY, ROUND), (SURVEY, replace(ROUND, scale=SCALE_1_10))):
        yield views.question_message(survey, asking, t, ZONE)
    for words in ("again", "first", "last", "by_hand"):
        key = f"surveys.{'question' if words == 'again' else 'reminder'}.{words}"
        yield views.question_message(SURVEY, ROUND, t, ZONE, words=key, may_postpone=True)
    yield views.postponed_message(ROUND, NOW, t, ZONE)
    for left in (None, 5):
        yield author_views.reminding_message(Reminding(SURVEY, left, is_last=left is None), t)
    yield views.thanks_message(ROUND, t, ZONE)
    yield views.closed_message(t)
    overviews = [Overview(SURVEY), Overview(replace(SURVEY, state=SurveyState.PAUSED), RULE)]
    overviews += [Overview(SURVEY, replace(RULE, cadence=each), NOW, ROUND, 3) for each in author_views.CADENCES]
    overviews.append(Overview(SURVEY, None, None, replace(ROUND, state=RoundState.LAUNCHING)))
    for seen in overviews:
        yield author_views.created_message(seen, t, ZONE)
        yield author_views.launching_message(seen, t)
        yield author_views.preview_message(seen, [NOW, NOW + timedelta(days=7)], t, ZONE)
    yield author_views.list_message(overviews * 10, t, ZONE)
    left_out = dict.fromkeys(author_views.LEFT_OUT, "2")
    yield author_views.launched_message(SURVEY, ROUND, {"now": "5", "later": "7", **left_out}, t, ZONE)
    yield author_views.launched_message(SURVEY, replace(ROUND, asked=3), {}, t, ZONE)
    for reason in (*author_views.EXPLAINED_FAILURES, "too_few", "some_<other>"):
        yield author_views.not_launched_message(SURVEY, {"reason": reason, **left_out}, t)
    yield author_views.closing_message(Closing(SURVEY, 12, 3, True), t)
    yield author_views.closing_message(Closing(SURVEY, 0, 0, False), t)
    yield from result_messages(t)


def result_messages(t: Translator) -> Iterator[Message]:
    yield results_views.results_message(results(), t, ZONE)
    yield results_views.results_message(results(comments=("z" * 1000,) * 60), t, ZONE)
    yield results_views.results_message(results(trend=(), change=None, compared_with=None), t, ZONE)
    yield results_views.results_message(results(change=None, rates_differ=True), t, ZONE)
    yield results_views.results_message(results(change=None, worst_case=enps.worst_case(TALLY, 40)), t, ZONE)
    yield results_views.results_message(hidden(Hidden.TOO_FEW), t, ZONE)
    for alike in EnpsClass:
        yield results_views.results_message(hidden(None, alike), t, ZONE)
    for newest in (results(), None):
        yield results_views.survey_message(SurveyResults(SURVEY, newest, ROUND, 3), t, ZONE)


def forms(t: Translator) -> Iterator[dict[str, Any]]:
    yield views.why_form(SURVEY, ROUND, t, ZONE)
    yield views.why_form(replace(SURVEY, created_by=""), ROUND, t, ZONE)
    for score in (None, 0, 10):
        yield views.answer_form(ROUND, score, t, ZONE)
    for enps_class in (None, *EnpsClass):
        yield views.reason_form(ROUND, enps_class, "x" * 1000, 1000, t)
    yield author_views.enps_form(t)


def test_every_message_is_within_the_limits_and_says_all_in_its_text(t: Translator) -> None:
    for message in messages(t):
        assert message.text.strip()
        check_message_blocks(list(message.blocks), lambda _: True)


def test_every_form_is_within_the_limits(t: Translator) -> None:
    for view in forms(t):
        check_view(view, "modal", lambda _: True)
        assert not view["title"]["text"].endswith("…")
        assert not view.get("submit", {"text": ""})["text"].endswith("…")


@pytest.mark.parametrize("scale", [SCALE_0_10, SCALE_1_10])
def test_the_question_has_a_button_for_each_score_with_a_label_that_stands_alone(scale: Any, t: Translator) -> None:
    message = views.question_message(SURVEY, replace(ROUND, scale=scale), t, ZONE)

    buttons = [each for block in message.blocks if block["type"] == "actions" for each in block["elements"]]
    scores = [each for each in buttons if each["action_id"].startswith(ids.SCORE_CHOSEN)]
    assert [each["text"]["text"] for each in scores] == [str(score) for score in scale.scores]
    assert len({each["accessibility_label"] for each in scores}) == len(scores)
    assert all(len(each["accessibility_label"]) > len(each["text"]["text"]) for each in scores)


def test_the_question_states_group_thresholds_closing_and_how_answers_are_kept() -> None:
    text = views.question_message(SURVEY, ROUND, TEXTS.t("en"), ZONE).text

    for part in (
        "12 people",
        "<#C0SALES>",
        "5 answers",
        "10 answers",
        "Thu 10 Dec, 15:00",
        "sealed",
        "nothing that is",
    ):
        assert part in text


def test_the_thank_you_carries_nothing_but_the_round() -> None:
    message = views.thanks_message(ROUND, TEXTS.t("en"), ZONE)

    carried = [each["value"] for block in message.blocks for each in block.get("elements", ())]
    assert [dict(ids.unpack(value)) for value in carried] == [{"v": 1, "round": "r1"}] * 2


def test_results_say_every_number_in_words(t: Translator) -> None:
    message = results_views.results_message(results(), t, ZONE)

    interval = enps.interval(TALLY)
    for part in ("+27", results_views.points(interval.low, t), results_views.points(interval.high, t), "55%", "18%"):
        assert part in message.text
    assert "−46" in message.text  # what the chart shows is in the text as well
    assert len(message.text) <= FALLBACK_TEXT


def test_a_comment_pings_nobody_wherever_it_is_shown(t: Translator) -> None:
    message = results_views.results_message(results(), t, ZONE)

    assert "<!here>" not in message.text
    texts = [block["text"] for block in message.blocks if block["type"] == "section"]
    assert [text["type"] for text in texts if "<!here>" in text["text"]] == ["plain_text"]


def test_hidden_results_show_neither_score_nor_chart(t: Translator) -> None:
    for shown in (hidden(Hidden.TOO_FEW), hidden(Hidden.STILL_OPEN)):
        message = results_views.results_message(shown, t, ZONE)
        assert "eNPS" not in message.text
        assert not [block for block in message.blocks if block["type"] == "data_visualization"]


def test_two_rounds_closed_on_one_day_stay_apart_in_the_chart() -> None:
    chart = results_views.results_chart(results(), TEXTS.t("en"), ZONE)

    assert chart is not None
    assert len(set(chart.categories)) == 1  # the same round twice; with different numbers they differ
    other = TrendPoint(replace(CLOSED, number=4), 1.0)
    chart = results_views.results_chart(results(trend=(TrendPoint(CLOSED, 2.0), other)), TEXTS.t("en"), ZONE)
    assert chart is not None
    assert len(set(chart.categories)) == 2
