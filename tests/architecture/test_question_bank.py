"""The words of the question bank and the templates: in every language, short, one thing at a time, and none twice."""

import re

import pytest

from bot.domain.bank import BANK, DRIVERS
from bot.domain.questions import QuestionKind
from bot.domain.templates import TEMPLATE_QUESTIONS, TEMPLATES
from bot.i18n import load

texts = load("en")

ENPS = {
    "en": "How likely are you to recommend working here to a friend?",
    "id": "Seberapa besar kemungkinan kamu merekomendasikan tempat kerja ini kepada teman?",
}
"""Scores are compared over years, also with those of others: these words stay."""

QUESTIONS = {**BANK, **TEMPLATE_QUESTIONS}
TWO_THINGS = re.compile(r"\b(and|or|dan|atau|serta|maupun)\b|/|;", re.IGNORECASE)
SPEAKER = {
    "en": re.compile(r"\b(I|my|me|we|our|here|myself)\b", re.IGNORECASE),
    "id": re.compile(r"\b(saya|kita|di sini)\b", re.IGNORECASE),
}

WORDED = {
    "question": (tuple(f"bank.{key}" for key in QUESTIONS), 120),
    "driver": (tuple(f"bank.driver.{driver}" for driver in (*DRIVERS, "enps")), 40),
    "template": (tuple(f"templates.{key}.name" for key in TEMPLATES), 40),
    "about": (tuple(f"templates.{key}.about" for key in TEMPLATES), 90),
}
"""What is worded: the keys, and the longest text."""


@pytest.fixture(params=texts.languages)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=WORDED)
def worded(request: pytest.FixtureRequest) -> tuple[tuple[str, ...], int]:
    return WORDED[request.param]


def test_there_are_at_least_sixty_questions_to_draw_from() -> None:
    assert len([each for each in BANK.values() if each.driver in DRIVERS]) >= 60


def test_everything_has_its_text_and_none_is_too_long(language: str, worded: tuple[tuple[str, ...], int]) -> None:
    t, (keys, longest) = texts.t(language), worded
    assert [key for key in keys if key not in t] == []
    assert [key for key in keys if len(t(key)) > longest] == []


def test_no_two_texts_are_the_same(language: str, worded: tuple[tuple[str, ...], int]) -> None:
    t, (keys, _) = texts.t(language), worded
    assert len({t(key).casefold() for key in keys}) == len(keys)


def test_every_text_is_translated(worded: tuple[tuple[str, ...], int]) -> None:
    keys, _ = worded
    assert [key for key in keys if texts.t("en")(key) == texts.t("id")(key)] == []


def test_the_catalogues_have_texts_for_nothing_else(language: str) -> None:
    t = texts.t(language)
    known = {key for keys, _ in WORDED.values() for key in keys}
    assert {key for key in t.keys() if key.startswith(("bank.", "templates."))} == known  # noqa: SIM118


def test_the_enps_question_keeps_its_words(language: str) -> None:
    assert texts.t(language)("bank.enps") == ENPS[language]


def test_a_question_asks_one_thing(language: str) -> None:
    t = texts.t(language)
    assert [key for key in QUESTIONS if TWO_THINGS.search(t(f"bank.{key}"))] == []


@pytest.mark.parametrize(
    "double", ["My manager is fair and kind.", "Gaji saya adil dan cukup.", "How are pay/benefits?", "Baik atau buruk?"]
)
def test_a_double_question_would_be_found(double: str) -> None:
    assert TWO_THINGS.search(double)


def test_what_people_agree_with_is_a_statement_of_theirs_and_all_else_a_question(language: str) -> None:
    t = texts.t(language)
    for key, each in QUESTIONS.items():
        text = t(f"bank.{key}")
        if each.kind is QuestionKind.AGREEMENT:
            assert text.endswith("."), key
            assert SPEAKER[language].search(text), key
        else:
            assert text.endswith("?"), key
        assert len(re.findall(r"[.?]", text)) == 1, key


def test_indonesian_speaks_to_a_person_as_kamu() -> None:
    t = texts.t("id")
    keys = [key for words, _ in WORDED.values() for key in words]
    assert [key for key in keys if re.search(r"\b(Anda|Bapak|Ibu|lo|lu)\b", t(key), re.IGNORECASE)] == []
