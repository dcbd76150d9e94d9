"""The yardstick of the attacks: chance stays unsurprising, and what is no chance does not; and how rows of a round that
lie in a telling way are named.
"""

import math
import random

import pytest

from bot.domain.surveys import RoundState
from bot.privacy_check.chance import DEVIATIONS, SURPRISING, alike_starts, matching_tail, runs_score
from bot.privacy_check.linking import Case, order
from storage.attacks import Placed
from tests.storage import samples


def test_the_hits_of_random_matchings_are_those_of_poisson() -> None:
    assert matching_tail(1000, 1000) == 1.0
    assert matching_tail(2, 1) == pytest.approx(1 - 2 / math.e)
    assert matching_tail(1100, 1000) == pytest.approx(0.00096, rel=0.2)
    assert matching_tail(1160, 1000) < SURPRISING < matching_tail(1140, 1000)


def test_rows_person_by_person_make_too_many_runs() -> None:
    by_person = ["first", "second", "third"] * 40
    assert abs(runs_score(by_person)) > DEVIATIONS
    assert abs(runs_score(sorted(by_person))) > DEVIATIONS
    assert abs(runs_score(random.sample(by_person, len(by_person)))) < DEVIATIONS
    assert runs_score(["first"] * 50) == 0.0


def test_keys_made_of_a_time_are_surprising_and_random_ones_are_not() -> None:
    timed = [number.to_bytes(6, "big") + random.randbytes(10) for number in range(1_700_000, 1_700_010)]
    assert alike_starts(timed) < SURPRISING
    assert alike_starts([random.randbytes(16) for _ in range(500)]) > SURPRISING


def case(answers: list[Placed], comments: list[Placed]) -> Case:
    sealed = samples.round_of("s", state=RoundState.CLOSED, sealed=True)
    return Case("T1", sealed, ["U1", "U2"], answers, comments, [])


def rows(questions: list[str]) -> list[Placed]:
    return [Placed(random.randbytes(16), question, (0, at), "7") for at, question in enumerate(questions)]


def test_rows_that_lie_person_by_person_are_named() -> None:
    by_person = ["mood", "workload", "team"] * 30

    assert [each.what for each in order(case(rows(random.sample(by_person, 90)), []))] == []
    found = [each.what for each in order(case(rows(by_person), []))]
    assert len(found) == 1
    assert "person by person" in found[0]


def test_a_key_that_is_shared_by_a_comment_and_a_score_is_named() -> None:
    answers, comments = rows(["enps"] * 20), rows(["enps"] * 10)

    assert [*order(case(answers, comments))] == []
    assert ["share a key" in each.what for each in order(case(answers, [*comments, answers[3]]))] == [True]
