"""What a new survey can start from."""

import pytest

from bot.domain.bank import BANK, DRIVERS, draw
from bot.domain.questions import ADVISED_QUESTIONS, QuestionKind, asks_why, check_questions
from bot.domain.schedules import Cadence
from bot.domain.templates import TEMPLATE_QUESTIONS, TEMPLATES, question_by_key

WITH_QUESTIONS = [each for each in TEMPLATES.values() if each.key != "blank"]


def test_they_are_shown_in_this_order():
    assert list(TEMPLATES) == [
        "enps",
        "weekly",
        "onboarding",
        "project",
        "manager",
        "retro",
        "confidence",
        "one_on_one",
        "blank",
    ]
    assert all(key == each.key for key, each in TEMPLATES.items())


@pytest.mark.parametrize("template", WITH_QUESTIONS, ids=lambda each: each.key)
def test_its_questions_can_be_asked_together_with_the_drawn_ones(template):
    asked: list[str] = []
    for _ in range(40):
        drawn = draw(template.drivers, template.draws, asked)
        check_questions((*template.questions, *drawn))
        assert len(drawn) == template.draws
        asked += [each.id for each in drawn]


@pytest.mark.parametrize("template", WITH_QUESTIONS, ids=lambda each: each.key)
def test_it_asks_no_more_than_is_advised(template):
    assert (1 if template.key == "enps" else 3) <= template.size <= ADVISED_QUESTIONS


def test_the_enps_template_is_the_enps_question_alone():
    assert TEMPLATES["enps"].questions == (BANK["enps"],)
    assert [each.key for each in WITH_QUESTIONS if any(q.kind is QuestionKind.ENPS for q in each.questions)] == ["enps"]


def test_the_weekly_pulse_draws_three_questions_that_change():
    weekly = TEMPLATES["weekly"]
    assert weekly.draws == 3
    assert set(weekly.drivers) <= set(DRIVERS)
    first = [each.id for each in draw(weekly.drivers, weekly.draws, ())]
    second = [each.id for each in draw(weekly.drivers, weekly.draws, first)]
    assert len({*first, *second}) == 6


def test_only_the_one_on_one_is_named_and_asked_one_by_one():
    assert [each.key for each in TEMPLATES.values() if each.is_named or each.one_by_one] == ["one_on_one"]
    assert TEMPLATES["one_on_one"].is_named
    assert TEMPLATES["one_on_one"].one_by_one


def test_the_blank_one_has_no_questions():
    assert TEMPLATES["blank"].size == 0


@pytest.mark.parametrize(
    ("key", "cadence"),
    [
        ("weekly", Cadence.WEEKLY),
        ("onboarding", Cadence.ONCE),
        ("project", Cadence.ONCE),
        ("retro", Cadence.TWO_WEEKS),
        ("confidence", Cadence.WEEKLY),
    ],
)
def test_it_has_the_rhythm_of_its_occasion(key, cadence):
    assert TEMPLATES[key].cadence is cadence


def test_a_bank_key_means_one_question_wherever_it_stands():
    assert not set(BANK) & set(TEMPLATE_QUESTIONS)
    for key, each in {**BANK, **TEMPLATE_QUESTIONS}.items():
        assert question_by_key(key) == each
        assert each.id == each.bank == key
    with pytest.raises(KeyError):
        question_by_key("goals_unheard_of")


def test_questions_beyond_the_bank_are_of_no_driver_and_named_after_their_template():
    used = {each.id: template.key for template in WITH_QUESTIONS for each in template.questions if each.id not in BANK}
    assert set(used) == set(TEMPLATE_QUESTIONS)
    assert all(key.startswith(f"{template}_") for key, template in used.items())
    assert {each.driver for each in TEMPLATE_QUESTIONS.values()} == {""}


def test_the_reason_is_asked_when_the_obstacle_is_something_else():
    obstacle = question_by_key("confidence_obstacle")
    asked_why = [option["en"] for position, option in enumerate(obstacle.options) if asks_why(obstacle, position)]
    assert asked_why == ["Something else"]
    assert all(set(option) == {"en", "id"} and option["en"] != option["id"] for option in obstacle.options)
