"""The messages with results, in both languages: within Slack's limits, complete in their text, kind where they hide."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain import enps
from bot.domain.actions import ACTION_LENGTH
from bot.domain.audiences import Audience
from bot.domain.enps import SCALE_0_10, Change, Tally
from bot.domain.privacy import Hidden
from bot.domain.publications import Published, PublishedQuestion, PublishedSegment
from bot.domain.questions import MOST_OPTIONS, OPTION_LENGTH, QUESTION_LENGTH, Question, QuestionKind
from bot.domain.surveys import (
    Definition,
    FollowUp,
    FollowUpKind,
    NamedAnswer,
    Receivers,
    Round,
    RoundState,
    Survey,
    enps_definition,
)
from bot.i18n import Translator, load
from bot.playground.block_kit.whole import check_message_blocks, check_view
from bot.slack.blocks import FALLBACK_TEXT, SECTION_TEXT, Message
from bot.surveys.outcomes import (
    Comparison,
    Missing,
    QuestionResult,
    RoundResults,
    SurveyResults,
    Trend,
    TrendPoint,
)
from bot.surveys.results import action_views, results_views
from bot.surveys.results.result_pages import GROUP_NAME, pages

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
ZONE = "Asia/Jakarta"
TEXTS = load("en")
SURVEY = Survey("s1", "enps-" + "x" * 55, enps_definition("C0SALES", SCALE_0_10), "U0AYU", NOW)
CLOSED = Round(
    "r1", "s1", 3, RoundState.CLOSED, SURVEY.definition, NOW, NOW + timedelta(days=14), 12, 5, 10, "U0AYU", NOW
)  # fmt: skip
ENPS = SURVEY.definition.questions[0]
COUNTS = {10: 6, 8: 2, 3: 3}
TALLY = Tally(6, 2, 3)
LONGEST = "&" + "x" * (QUESTION_LENGTH - 1)
OPTIONS = tuple({"en": f"{at}&" + "x" * (OPTION_LENGTH - 2)} for at in range(MOST_OPTIONS))
PEOPLE = tuple(f"U{at:09}" for at in range(40))


@pytest.fixture(params=["en", "id"])
def t(request: pytest.FixtureRequest) -> Translator:
    return TEXTS.t(request.param)


def results(**changes: Any) -> RoundResults:
    """An eNPS round alone, shown in full."""
    shown = PublishedQuestion("enps", 11, COUNTS, texts_shown=True)
    comparison = Comparison(enps.compare(Tally(2, 2, 7), TALLY))
    return replace(
        RoundResults(
            SURVEY,
            CLOSED,
            Published(11, 12, (shown,)),
            (QuestionResult(ENPS, shown, comparison, ("more tea & <!here>", "y" * 1000)),),
            trend=Trend((TrendPoint(CLOSED, -45.5), TrendPoint(CLOSED, 27.3)), ENPS),
        ),
        **changes,
    )


def one(published: PublishedQuestion, question: Question = ENPS, **changes: Any) -> RoundResults:
    """A round of one question, without a round before."""
    definition = replace(SURVEY.definition, questions=(question,))
    return replace(
        results(trend=None, round=replace(CLOSED, definition=definition)),
        published=Published(11, 12, (published,)),
        questions=(QuestionResult(question, published),),
        **changes,
    )


def asked(kind: QuestionKind, at: int = 0, **given: Any) -> Question:
    ends = {QuestionKind.AGREEMENT: (1, 7), QuestionKind.STARS: (1, 5), QuestionKind.YES_NO: (0, 1)}.get(kind, (0, 0))
    ends = (0, 10) if kind is QuestionKind.ENPS else ends
    options = OPTIONS if kind in (QuestionKind.CHOICE, QuestionKind.CHOICES) else ()
    values = {"wording": {"en": LONGEST}, "low": ends[0], "high": ends[1], "options": options, **given}
    return Question(f"q{at}", kind, **values)


def values_of(question: Question) -> dict[int, int]:
    match question.kind:
        case QuestionKind.CHOICE:
            return {at: 100_000 + at for at in range(MOST_OPTIONS)}
        case QuestionKind.CHOICES:
            return {2**at: 100_000 + at for at in range(MOST_OPTIONS)}
        case QuestionKind.NUMBER:
            return {-(10**14): 100_000, 10**14 - 1: 100_001}
        case QuestionKind.TEXT:
            return {}
        case _:
            return {value: 100_000 + value for value in range(question.low, question.high + 1)}


def largest(kind: QuestionKind, breakdown: str = "zone", *, is_named: bool = False) -> RoundResults:
    """Ten questions of a kind, each text as long as it may be, with groups, comments, or names."""
    questions = tuple(asked(kind, at) for at in range(10))
    counted = {each.id: values_of(each) for each in questions}
    texts = kind is QuestionKind.TEXT
    shown = tuple(
        PublishedQuestion(each.id, sum(counted[each.id].values()) or 40, counted[each.id], texts_shown=True)
        for each in questions
    )
    segments = tuple(
        PublishedSegment(f"{at:02}" + "&" * 200, 10_000, 9_999, () if texts else shown) for at in range(40)
    )
    definition = Definition(
        Audience(tuple(f"C{at}" for at in range(5)), people=PEOPLE),
        questions,
        title="&" * 100,
        is_named=is_named,
        breakdown=breakdown,
        receivers=Receivers(people=PEOPLE[:10]),
    )
    change = Comparison(Change(1234.5, 0.01, is_clear=True))
    comments = tuple(f"{at:02}" + "&" * 998 for at in range(3))
    named = tuple(NamedAnswer(who, each.id, max(counted[each.id], default=None), "&" * 1000)
                  for who in PEOPLE[:2] for each in questions)  # fmt: skip
    told = [
        QuestionResult(each, one, change, () if is_named else comments)
        for each, one in zip(questions, shown, strict=True)
    ]
    return RoundResults(
        replace(SURVEY, definition=definition),
        replace(CLOSED, definition=definition),
        Published(1_200_000, 12_000_000, shown, segments, 30, 400),
        tuple(told),
        trend=Trend(tuple(TrendPoint(replace(CLOSED, number=at), 3.21) for at in range(12)), questions[0]),
        people=named if is_named else (),
        may_act=True,
    )


def every_page(shown: RoundResults, t: Translator) -> Iterator[Message]:
    count = len(pages(shown))
    for page in {*range(min(count, 10)), count - 2, count - 1} - {-1}:
        yield results_views.results_message(shown, t, ZONE, page, is_last=True)
        yield results_views.survey_message(SurveyResults(SURVEY, shown, CLOSED, 3), t, ZONE, page)


def all_results() -> Iterator[RoundResults]:
    yield results()
    yield results(may_act=True)
    for kind in FollowUpKind:
        yield results(action=FollowUp("r1", kind, "&" * ACTION_LENGTH, "U0AYU", NOW))
    yield one(PublishedQuestion("enps", 11, COUNTS))
    for hidden in Hidden:
        yield one(PublishedQuestion("enps", 4, hidden=hidden))
    for alike in range(3):
        yield one(PublishedQuestion("enps", 9, alike=alike))
    for kind in QuestionKind:
        question = asked(kind)
        for hidden in Hidden:
            yield one(PublishedQuestion("q0", 4, hidden=hidden), question)
        if kind in (QuestionKind.AGREEMENT, QuestionKind.YES_NO, QuestionKind.CHOICE, QuestionKind.NUMBER):
            yield one(PublishedQuestion("q0", 9, alike=1), question)
        yield one(PublishedQuestion("q0", 100, values_of(question), texts_shown=True), question)
        yield largest(kind)
        yield largest(kind, "channel")
        yield largest(kind, is_named=True)
    for missing in Missing:
        yield results(questions=(replace(results().questions[0], comparison=Comparison(missing=missing)),))


def messages(t: Translator) -> Iterator[Message]:
    for shown in all_results():
        yield from every_page(shown, t)
    yield results_views.survey_message(SurveyResults(SURVEY, None, CLOSED, 3), t, ZONE)
    for kind in FollowUpKind:
        action = FollowUp("r1", kind, "&" * ACTION_LENGTH, "U0AYU", NOW)
        yield action_views.saved_message(SURVEY, action, t)
        yield action_views.said_message(SURVEY, action, t)
    yield action_views.wanted_message(SURVEY, "r1", t)


def test_every_message_is_within_the_limits_and_says_all_in_its_text(t: Translator) -> None:
    count = 0
    for message in messages(t):
        count += 1
        assert message.text.strip()
        assert len(message.text) <= FALLBACK_TEXT, message.text[:200]
        check_message_blocks(list(message.blocks), lambda _: True)
        for block in message.blocks:
            if block["type"] == "section":
                assert len(block["text"]["text"]) < SECTION_TEXT, "nothing was cut off"
    assert count > 200, "the largest are many"


def test_every_form_is_within_the_limits(t: Translator) -> None:
    for kind in FollowUpKind:
        view = action_views.action_form("r1", kind, "x" * ACTION_LENGTH, t)
        check_view(view, "modal", lambda _: True)
        assert view["title"]["text"] == t(f"surveys.action.title.{kind}")


def test_results_say_every_number_in_words(t: Translator) -> None:
    message = results_views.results_message(results(), t, ZONE)

    interval = enps.interval(TALLY)
    for part in ("+27", f"{round(interval.high):+}", f"\N{MINUS SIGN}{abs(round(interval.low))}", "55%", "18%"):
        assert part in message.text
    assert "−46" in message.text  # what the chart shows is in the text as well


def test_everything_in_a_message_stands_in_its_text_too(t: Translator) -> None:
    for shown in (results(may_act=True), largest(QuestionKind.AGREEMENT), largest(QuestionKind.TEXT)):
        for message in every_page(shown, t):
            for block in message.blocks:
                if block["type"] == "section" and block["text"]["type"] == "mrkdwn":
                    for line in block["text"]["text"].replace("*", "").split("\n"):
                        assert line in message.text.replace("*", "")


def test_a_comment_pings_nobody_wherever_it_is_shown(t: Translator) -> None:
    texts = [message for page in range(2) for message in [results_views.results_message(results(), t, ZONE, page)]]

    assert not [message for message in texts if "<!here>" in message.text]
    sections = [block["text"] for message in texts for block in message.blocks if block["type"] == "section"]
    assert {text["type"] for text in sections if "<!here>" in text["text"]} == {"plain_text"}


@pytest.mark.parametrize("hidden", Hidden)
def test_hidden_results_show_neither_score_nor_chart(t: Translator, hidden: Hidden) -> None:
    message = results_views.results_message(one(PublishedQuestion("enps", 4, hidden=hidden)), t, ZONE)

    assert "eNPS" not in message.text
    assert not [block for block in message.blocks if block["type"] == "data_visualization"]


def test_two_rounds_closed_on_one_day_stay_apart_in_the_chart() -> None:
    other = TrendPoint(replace(CLOSED, number=4), 1.0)
    message = results_views.results_message(
        results(trend=Trend((TrendPoint(CLOSED, 2.0), other), ENPS)), TEXTS.t("en"), ZONE
    )

    chart = next(block for block in message.blocks if block["type"] == "data_visualization")["chart"]
    assert chart["axis_config"]["categories"] == ["26 Nov 2026 (3)", "26 Nov 2026 (4)"]


def test_a_long_name_of_a_group_is_cut_in_the_table_and_in_words() -> None:
    shown = largest(QuestionKind.STARS)
    found = [message for message in every_page(shown, TEXTS.t("en")) if "By office time zone" in message.text]

    cells = [
        row[0]["text"]
        for message in found
        for block in message.blocks
        if block["type"] == "table"
        for row in block["rows"][1:]
    ]
    assert cells
    assert {len(cell) for cell in cells} == {GROUP_NAME}
    assert "more groups do not fit here" in found[0].text


def test_one_message_has_one_chart_and_one_table_at_most(t: Translator) -> None:
    for message in every_page(largest(QuestionKind.YES_NO), t):
        kinds = [block["type"] for block in message.blocks]
        assert kinds.count("data_visualization") <= 1
        assert kinds.count("table") <= 1


def test_what_holds_for_all_questions_of_a_round_is_said_once(t: Translator) -> None:
    questions = tuple(asked(QuestionKind.STARS, at, wording={"en": f"Question {at}"}) for at in range(3))
    shown = tuple(PublishedQuestion(each.id, 11, {3: 5, 4: 6}) for each in questions)
    told = tuple(QuestionResult(q, s, Comparison(missing=Missing.FIRST)) for q, s in zip(questions, shown, strict=True))
    definition = replace(SURVEY.definition, questions=questions)
    several = results(
        round=replace(CLOSED, definition=definition), published=Published(11, 12, shown), questions=told, trend=None
    )
    alone = one(shown[0], questions[0])

    text = results_views.results_message(several, t, ZONE).text
    for words in (t("surveys.certainty.indicative"), t("surveys.change.first")):
        assert text.count(words) == 1
    assert t("surveys.certainty.indicative") in results_views.results_message(alone, t, ZONE).text
    # the control: what one of them has been compared with is said where it stands
    compared = replace(told[1], comparison=Comparison(Change(0.5, 0.4, is_clear=False)))
    mixed = replace(several, questions=(told[0], compared, told[2]))
    assert t("surveys.change.first") not in results_views.results_message(mixed, t, ZONE).text
