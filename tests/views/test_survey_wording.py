"""The words for questions, answers, audiences and surveys, in both languages."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.domain.audiences import Audience
from bot.domain.bank import BANK
from bot.domain.questions import KINDS, Question, QuestionKind, possible
from bot.domain.surveys import Definition, Receivers, Survey
from bot.domain.templates import TEMPLATE_QUESTIONS
from bot.i18n import load
from bot.surveys import wording

TEXTS = load("en")
EN, ID = TEXTS.t("en"), TEXTS.t("id")
BOTH = pytest.mark.parametrize("t", [EN, ID], ids=["en", "id"])
OPTIONS = ({"en": "Price", "id": "Harga"}, {"en": "Quality"}, {"id": "Layanan"})


def question(kind: QuestionKind, **changes: object) -> Question:
    low, high = (KINDS[kind].scales or ((0, 0),))[0]
    options = OPTIONS if KINDS[kind].has_options else ()
    return replace(Question("q", kind, {"en": "How?"}, low=low, high=high, options=options), **changes)  # type: ignore[arg-type]


def survey(**definition: object) -> Survey:
    plan = Definition(Audience(channels=("C1",)), (question(QuestionKind.STARS),))
    return Survey("s", "team-pulse", replace(plan, **definition), "U1", datetime(2026, 1, 1, tzinfo=UTC))  # type: ignore[arg-type]


def test_an_own_wording_comes_in_the_readers_language_else_in_any_else_from_the_bank() -> None:
    both = question(QuestionKind.STARS, wording={"en": "How?", "id": "Bagaimana?"}, bank="weekly_mood")
    one = question(QuestionKind.STARS, wording={"id": "Bagaimana?", "en": " "})
    none = question(QuestionKind.STARS, wording={}, bank="weekly_mood")

    assert [wording.question_text(both, t) for t in (EN, ID)] == ["How?", "Bagaimana?"]
    assert [wording.question_text(one, t) for t in (EN, ID)] == ["Bagaimana?", "Bagaimana?"]
    assert [wording.question_text(none, t) for t in (EN, ID)] == [t("bank.weekly_mood") for t in (EN, ID)]


def test_options_of_a_choice_are_worded_one_by_one() -> None:
    choice = question(QuestionKind.CHOICE)

    assert wording.option_texts(choice, EN) == ("Price", "Quality", "Layanan")
    assert wording.option_texts(choice, ID) == ("Harga", "Quality", "Layanan")


@BOTH
@pytest.mark.parametrize("each", [*BANK.values(), *TEMPLATE_QUESTIONS.values()], ids=lambda each: each.id)
def test_every_question_we_ship_has_words_for_itself_and_all_its_values(each: Question, t: object) -> None:
    translator = EN if t is EN else ID
    assert wording.question_text(each, translator)
    if each.kind is not QuestionKind.TEXT:
        said = [wording.value_label(each, value, translator) for value in possible(each)[:12]]
        assert len(set(said)) == len(said)


@pytest.mark.parametrize(
    ("kind", "value", "english", "indonesian"),
    [
        (QuestionKind.ENPS, 9, "9 of 10", "9 dari 10"),
        (QuestionKind.AGREEMENT, 4, "4 of 5", "4 dari 5"),
        (QuestionKind.STARS, 1, "1 star of 5", "1 dari 5 bintang"),
        (QuestionKind.STARS, 3, "3 stars of 5", "3 dari 5 bintang"),
        (QuestionKind.YES_NO, 1, "Yes", "Ya"),
        (QuestionKind.YES_NO, 0, "No", "Tidak"),
        (QuestionKind.CHOICE, 0, "Price", "Harga"),
        (QuestionKind.CHOICES, 5, "Price, Layanan", "Harga, Layanan"),
        (QuestionKind.NUMBER, 123450, "1,234.5", "1.234,5"),
    ],
)
def test_a_value_in_words(kind: QuestionKind, value: int, english: str, indonesian: str) -> None:
    assert wording.value_words(question(kind), value, EN) == english
    assert wording.value_words(question(kind), value, ID) == indonesian


def test_the_ends_of_scales_and_the_words_of_agreement() -> None:
    seven = question(QuestionKind.AGREEMENT, high=7)

    assert wording.scale_words(question(QuestionKind.ENPS), EN) == ("not at all likely", "extremely likely")
    assert wording.scale_words(question(QuestionKind.YES_NO), ID) == ("Tidak", "Ya")
    assert wording.scale_words(question(QuestionKind.TEXT), EN) == ("", "")
    assert wording.ends_words(seven, ID) == "1 = sangat tidak setuju, 7 = sangat setuju"
    assert wording.value_label(question(QuestionKind.AGREEMENT), 2, EN) == "2: disagree"
    assert [wording.value_label(seven, value, EN) for value in (2, 7)] == ["2", "7: strongly agree"]


def test_how_the_reason_is_asked() -> None:
    enps = question(QuestionKind.ENPS)
    own = replace(enps, why_wording={"en": "What happened?"})

    assert len({wording.why_text(enps, value, EN) for value in (None, 3, 8, 10)}) == 4
    assert {wording.why_text(own, value, ID) for value in (None, 3, 8, 10)} == {"What happened?"}
    assert wording.why_text(question(QuestionKind.STARS), 1, EN) == wording.why_text(enps, None, EN)


@pytest.mark.parametrize(
    ("audience", "english", "indonesian"),
    [
        (Audience(channels=("C1",)), "<#C1>", "<#C1>"),
        (Audience(("C1",), ("S1",)), "<#C1> and <!subteam^S1>", "<#C1> dan <!subteam^S1>"),
        (Audience(people=("U1", "U2", "U1")), "<@U1> and <@U2>", "<@U1> dan <@U2>"),
        (
            Audience(("C1",), (), ("U1", "U2", "U3", "U4")),
            "<#C1> and 4 people chosen individually",
            "<#C1> dan 4 orang yang dipilih langsung",
        ),
        (
            Audience(("C1",), exceptions=("U1", "U2")),
            "<#C1>, except for 2 people",
            "<#C1>, kecuali 2 orang",
        ),
        (Audience(tuple(f"C{number}" for number in range(6))), "6 channels", "6 channel"),
        (Audience(), "nobody yet", "belum ada siapa pun"),
    ],
)
def test_an_audience_in_words(audience: Audience, english: str, indonesian: str) -> None:
    assert wording.audience_words(audience, EN) == english
    assert wording.audience_words(audience, ID) == indonesian


def test_what_a_survey_is_called() -> None:
    assert wording.survey_title(survey(title="Friday"), EN) == "Friday"
    assert wording.survey_title(survey(template="weekly"), EN) == "Weekly pulse"
    assert wording.survey_title(survey(template="blank"), EN) == "team-pulse"
    assert wording.survey_title(survey(), ID) == "team-pulse"


@BOTH
def test_who_sees_the_results_and_how_answers_are_kept(t: object) -> None:
    translator = EN if t is EN else ID
    receivers = Receivers(author=False, people=("U1",), channel_id="C1")
    plan = survey(receivers=receivers).definition

    words = wording.receivers_words(plan, translator)
    assert "<@U1>" in words
    assert "<#C1>" in words
    assert wording.receivers_words(survey().definition, translator) not in words
    named = wording.level_words(replace(plan, is_named=True), translator)
    assert "<@U1>" in named
    assert "<#C1>" not in named, "a channel is never shown names"
    anonymous = {wording.level_words(replace(plan, draws=draws), translator) for draws in (0, 3)}
    assert len(anonymous) == 2, "one answer, or several"
    assert named not in anonymous


def test_how_long_it_takes() -> None:
    stars, text = question(QuestionKind.STARS), question(QuestionKind.TEXT)

    assert wording.minutes([stars]) == 1
    assert wording.minutes([stars, stars, stars, stars, text]) == 1
    assert wording.minutes([text] * 4) == 3
