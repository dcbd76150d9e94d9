"""What the people asked see, in both languages: prompts, questions one after the other, forms, explanations. Within
Slack's limits even for the longest questions, complete in their text, and without a trace of any answer."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.audiences import Audience
from bot.domain.enps import SCALE_0_10, SCALE_1_10, Scale
from bot.domain.prompting import Spread
from bot.domain.questions import KINDS, OPTION_LENGTH, QUESTION_LENGTH, TEXT_LENGTH, Question, QuestionKind, Why
from bot.domain.surveys import (
    Definition,
    FollowUp,
    FollowUpKind,
    OwnAnswers,
    Receivers,
    Round,
    RoundState,
    Survey,
    enps_definition,
)
from bot.i18n import Translator, load
from bot.playground.block_kit.whole import check_message_blocks, check_view
from bot.slack import ids
from bot.slack.blocks import Message
from bot.surveys import views
from bot.surveys.answers import step_views
from bot.surveys.answers.answer_forms import NOWHERE, answer_form, reasons_form, step_form
from bot.surveys.answers.explanations import why_form

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
ZONE = "Asia/Jakarta"
TEXTS = load("en")
CHANNEL = Audience(channels=("C0SALES",))
LONG = {"en": "&" * QUESTION_LENGTH, "id": "<" * QUESTION_LENGTH}
OPTIONS = tuple({"en": f"{number}" + "&" * (OPTION_LENGTH - 1)} for number in range(10))


def every_question(**changes: Any) -> tuple[Question, ...]:
    """Ten questions of every kind and scale, each as long as it may be, each asking for the reason."""
    found = []
    for kind, about in KINDS.items():
        for low, high in about.scales or ((0, 0),):
            options = OPTIONS if about.has_options else ()
            why = Why.ALWAYS if Why.ALWAYS in about.whys else Why.NEVER
            one = Question(f"{kind}_{low}_{high}", kind, LONG, low=low, high=high, options=options, why=why)
            found.append(replace(one, why_wording=LONG, **changes))
    return tuple(found)[:10]


def asked(*questions: Question, **more: Any) -> Round:
    definition = Definition(more.pop("audience", CHANNEL), questions or every_question(), **more)
    return Round("r" * 16, "s1", 3, RoundState.OPEN, definition, NOW, NOW + timedelta(days=14), 12, 5, 10, "U0AYU")


def survey(asking: Round) -> Survey:
    return Survey("s1", "enps-sales", asking.definition, "U0AYU", NOW)


def enps_round(scale: Scale = SCALE_0_10) -> Round:
    return replace(asked(), definition=enps_definition("C0SALES", scale))


def everything_given(asking: Round) -> OwnAnswers:
    values = {each.id: max(each.high, 1) for each in asking.questions if KINDS[each.kind].is_counted}
    return OwnAnswers(values, {each.id: "x" * TEXT_LENGTH for each in asking.questions})


@pytest.fixture(params=["en", "id"])
def t(request: pytest.FixtureRequest) -> Translator:
    return TEXTS.t(request.param)


MANY = Receivers(people=("U0CITRA", "U0DEWI"), channel_id="C0PAIR")
CROWD = Audience(("C1", "C2"), ("S1",), tuple(f"U{number}" for number in range(40)), ("U9",))
ROUNDS = (
    enps_round(),
    enps_round(SCALE_1_10),
    asked(),
    asked(title="t" * 150, one_by_one=True, receivers=MANY, audience=CROWD),
    asked(is_named=True, receivers=MANY, breakdown="channel", spread=Spread.DAY),
    asked(Question("a", QuestionKind.STARS, LONG, low=1, high=5), breakdown="attribute:<team>"),
    asked(breakdown="attribute:manager", spread=Spread.THREE_DAYS),
)
ACTIONS = tuple(FollowUp("r0", kind, "a" * 1000, "U0AYU", NOW) for kind in FollowUpKind)


def messages(t: Translator) -> Iterator[Message]:
    for each in ROUNDS:
        for words in ("", "question.again", "reminder.first", "reminder.last", "reminder.by_hand"):
            for followed in (None, *ACTIONS):
                key = words and f"surveys.{words}"
                yield views.question_message(
                    survey(each), each, t, ZONE, words=key, may_postpone=True, followed=followed
                )
        yield views.thanks_message(each, t, ZONE)
        for at in range(len(each.questions)):
            yield step_views.step_message(each, at, len(each.questions) - 1, t, ZONE)
        yield step_views.paused_message(each, 0, 0, t, ZONE)
        yield step_views.skipped_message(each, t, ZONE)
        yield views.postponed_message(each, NOW, t, ZONE)
        yield views.closed_message(each, t)


def forms(t: Translator) -> Iterator[dict[str, Any]]:
    for each in ROUNDS:
        for own in (OwnAnswers(), everything_given(each)):
            yield answer_form(each, own, t, ZONE)
            for at in range(len(each.questions)):
                yield step_form(each, at, at, own, t, ZONE, NOWHERE)
            reasons = reasons_form(each, own, t)
            if reasons is not None:
                yield reasons
        for author in ("U0AYU", ""):
            yield why_form(replace(survey(each), created_by=author), each, t, ZONE)


def test_every_message_is_within_the_limits_and_says_all_in_its_text(t: Translator) -> None:
    seen = list(messages(t))
    assert len(seen) > 100
    for message in seen:
        assert message.text.strip()
        check_message_blocks(list(message.blocks), lambda _: True)


def test_every_form_is_within_the_limits(t: Translator) -> None:
    seen = list(forms(t))
    assert len(seen) > 50
    for view in seen:
        check_view(view, "modal", lambda _: True)
        assert not view["title"]["text"].endswith("…")
        assert not view.get("submit", {"text": ""})["text"].endswith("…")


def test_all_ten_questions_are_in_the_form_and_each_is_asked_why(t: Translator) -> None:
    asking = ROUNDS[2]

    inputs = [block for block in answer_form(asking, OwnAnswers(), t, ZONE)["blocks"] if block["type"] == "input"]
    reasons = reasons_form(asking, everything_given(asking), t)

    assert len(inputs) == len(asking.questions) == 10
    assert len({block["block_id"] for block in inputs}) == 10
    assert reasons is not None
    assert sum(block["type"] == "input" for block in reasons["blocks"]) == 9


@pytest.mark.parametrize("scale", [SCALE_0_10, SCALE_1_10])
def test_the_question_alone_has_a_button_for_each_score_with_a_label_that_stands_alone(
    scale: Scale, t: Translator
) -> None:
    asking = enps_round(scale)
    message = views.question_message(survey(asking), asking, t, ZONE)

    buttons = [each for block in message.blocks if block["type"] == "actions" for each in block["elements"]]
    scores = [each for each in buttons if each["action_id"].startswith(ids.SCORE_CHOSEN)]
    assert [each["text"]["text"] for each in scores] == [str(score) for score in scale.scores]
    assert len({each["accessibility_label"] for each in scores}) == len(scores)
    assert all(len(each["accessibility_label"]) > len(each["text"]["text"]) for each in scores)


def test_the_question_states_group_thresholds_closing_receivers_and_how_answers_are_kept() -> None:
    text = views.question_message(survey(enps_round()), enps_round(), TEXTS.t("en"), ZONE).text

    for part in (
        "12 people",
        "<#C0SALES>",
        "5 answers",
        "10 people have answered",
        "Thu 10 Dec, 15:00",
        "go to the person who asks",
        "sealed",
        "nothing I keep",
    ):
        assert part in text


def test_the_thank_you_carries_nothing_but_the_round() -> None:
    message = views.thanks_message(enps_round(), TEXTS.t("en"), ZONE)

    carried = [each["value"] for block in message.blocks for each in block.get("elements", ())]
    assert [dict(ids.unpack(value)) for value in carried] == [{"v": 1, "round": "r" * 16}] * 2


def test_a_reason_is_offered_only_where_one_is_ever_asked(t: Translator) -> None:
    never = asked(Question("a", QuestionKind.STARS, LONG, low=1, high=5))

    assert ids.REASON_OPENED not in json.dumps(views.thanks_message(never, t, ZONE).blocks)
    assert ids.REASON_OPENED in json.dumps(views.thanks_message(asked(), t, ZONE).blocks)


class TestWhy:
    """Each sentence is exact for the round: the right ones are there, and only those."""

    def said(self, asking: Round, author: str = "U0AYU") -> str:
        view = why_form(replace(survey(asking), created_by=author), asking, TEXTS.t("en"), ZONE)
        return "\n".join(block["text"]["text"] for block in view["blocks"])

    def test_an_anonymous_round(self) -> None:
        said = self.said(asked(receivers=MANY))

        for part in (
            "<@U0AYU> asks <#C0SALES>",
            "12 people are asked",
            "the person who asks, <@U0CITRA>, <@U0DEWI>, and everybody in <#C0PAIR>",
            "at least 5 answers",
            "in mixed order and dated with the close, if at least 10 people answered",
            "or to a copy of it from that time, could use it",
            "unlinkable",
            "earlier once everybody has answered",
            "an export of your data does not hold them",
        ):
            assert part in said
        for wrong in ("Are there groups", "anonymous?* No", "same time"):
            assert wrong not in said

    def test_a_named_round(self) -> None:
        said = self.said(asked(is_named=True, breakdown="group"))

        for part in (
            "anonymous?* No",
            "to the person who asks, and to nobody else",
            "of questions with at least 5 answers",
            "shown by user group: to those who see names all groups, to others those of at least 5 answers.",
            "After that they stay with the results",
        ):
            assert part in said
        for wrong in ("sealed", "unlinkable", "mixed order", "Not when, and not what"):
            assert wrong not in said

    @pytest.mark.parametrize(
        ("breakdown", "words"),
        [
            ("channel", "by channel, for groups of at least 5 answers"),
            ("zone", "by office time zone"),
            ("attribute:manager", "by manager"),
            ("attribute:<!here>", "by &lt;!here&gt;"),
        ],
    )
    def test_a_breakdown_is_told(self, breakdown: str, words: str) -> None:
        assert words in self.said(asked(breakdown=breakdown))

    @pytest.mark.parametrize(
        ("spread", "words"), [(Spread.DAY, "over one working day"), (Spread.THREE_DAYS, "over three working days")]
    )
    def test_a_spread_is_told(self, spread: Spread, words: str) -> None:
        assert words in self.said(asked(spread=spread))

    def test_the_summary_of_a_channel_is_told_where_it_can_hold_the_score(self) -> None:
        assert "gets a summary" in self.said(enps_round())
        assert "gets a summary" not in self.said(asked(Question("a", QuestionKind.STARS, LONG, low=1, high=5)))
        assert "gets a summary" not in self.said(asked(audience=Audience(groups=("S1",))))

    def test_nobody_in_particular_asks_where_the_author_is_unknown(self) -> None:
        assert "an admin asks" in self.said(asked(), author="")


def test_what_a_prompt_turns_into_names_its_survey(t: Translator) -> None:
    """Several surveys may be in one conversation."""
    titled, untitled = asked(title="Friday <!here>"), asked(title="", template="blank")
    for each in (
        views.thanks_message(titled, t, ZONE),
        views.postponed_message(titled, NOW, t, ZONE),
        views.closed_message(titled, t),
    ):
        assert each.text.startswith("Friday &lt;!here&gt;\n")
        assert each.blocks[0]["text"]["text"].startswith("*Friday &lt;!here&gt;*\n")
    assert views.closed_message(untitled, t).text == t("surveys.closed_for_member")
