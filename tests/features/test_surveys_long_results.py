"""Results that take several messages: nothing gets lost between them, whatever happens after they were sent."""

from dataclasses import replace

import pytest

from bot.domain.questions import Question, QuestionKind
from tests.features.harness import Bench
from tests.features.survey_rounds import PEOPLE, Said, closed, own, sent, survey_of


def agreement(number: int) -> Question:
    return Question(f"q{number}", QuestionKind.AGREEMENT, own(f"Question {number} of ten"), low=1, high=5)


@pytest.mark.parametrize("length", range(0, 200, 40))
async def test_saying_what_follows_pushes_no_question_out_of_the_messages_that_are_there(
    denyut: Bench, length: int
) -> None:
    """`length` moves the place at which the first message ends."""
    questions = [agreement(number) for number in range(1, 11)]
    questions[0] = replace(questions[0], wording=own(f"Question 1 of ten {'x' * length}"[:190]))
    survey = survey_of(denyut, *questions)
    said = {person: Said({each.id: 1 + at % 5 for each in questions}) for at, person in enumerate(PEOPLE[:6])}
    await closed(denyut, survey, said)

    def told() -> list[int]:
        texts = "\n".join(sent(denyut, "U0BOB"))
        return [number for number in range(1, 11) if f"Question {number} of ten" in texts]

    assert len(sent(denyut, "U0BOB")) > 1
    assert told() == list(range(1, 11))
    await denyut.command(f"/pulse act pulse {'we hire two people. ' * 14}", user="U0BOB")
    await denyut.tick()

    assert "we hire two people" in sent(denyut, "U0BOB")[0]
    assert told() == list(range(1, 11))
