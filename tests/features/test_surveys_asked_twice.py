"""The same people, but one, are asked the same in two surveys: the difference would tell what that one said."""

from dataclasses import replace

import pytest

from bot.domain.publications import Hidden
from bot.domain.questions import Question, QuestionKind
from tests.features.harness import Bench
from tests.features.survey_rounds import ENPS, LUNCH, PEOPLE, Said, closed, own, survey_of

MOOD = Question("mood", QuestionKind.STARS, own("How was the month"), low=1, high=5)
OWN_ENPS = replace(ENPS, bank="", wording=own("Would you send your friends here"))


@pytest.mark.parametrize(
    ("question", "other"),
    [
        (MOOD, replace(MOOD, id="other", wording={"en": "how was  the Month"})),
        (LUNCH, replace(LUNCH, id="other")),
        (ENPS, OWN_ENPS),
        (OWN_ENPS, replace(OWN_ENPS, wording=own("And how likely is it really"))),
    ],
    ids=["stars", "choice", "enps in own words", "enps in other words"],
)
async def test_a_copy_in_another_survey_is_compared_too(denyut: Bench, question: Question, other: Question) -> None:
    values = [1, 2, 1, 2, 1, 2, 2] if question.kind is not QuestionKind.ENPS else [3, 9, 3, 9, 3, 9, 9]
    said = dict(zip(PEOPLE, values, strict=False))
    first = await closed(
        denyut, survey_of(denyut, question), {each: Said({question.id: v}) for each, v in said.items()}
    )
    without = {each: Said({other.id: value}) for each, value in list(said.items())[:-1]}

    second = await closed(denyut, survey_of(denyut, other, handle="again"), without)

    assert first.published.questions[0].hidden is None
    assert second.published.questions[0].hidden is Hidden.TOO_CLOSE


async def test_another_question_is_another_question(denyut: Bench) -> None:
    """The control: the same people, less one, and nothing is hidden."""
    said = {person: Said({"mood": value}) for person, value in zip(PEOPLE, [1, 2, 1, 2, 1, 2, 2], strict=False)}
    await closed(denyut, survey_of(denyut, MOOD), said)
    another = replace(MOOD, wording=own("How is the coffee"))

    second = await closed(denyut, survey_of(denyut, another, handle="again"), dict(list(said.items())[:-1]))

    assert second.published.questions[0].hidden is None
