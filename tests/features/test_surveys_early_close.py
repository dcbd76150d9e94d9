"""A round ends early once everybody who is still there has finished: a while later, so that people can still change
what they said, and without a word to anybody."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.domain.audiences import Audience
from bot.domain.questions import Question, QuestionKind
from bot.domain.surveys import Round, RoundState
from bot.surveys.asking import early_close
from tests.features.harness import Bench
from tests.features.survey_steps import added, changed, crowd, definition, newest, questions, sent, utc

PEOPLE = ("U0CITRA", "U0DEWI", "U0FAJAR", "U0AYU")
FOUR = Audience(people=PEOPLE)
TEXT = Question("words", QuestionKind.TEXT, {"en": "Say it", "id": "Katakan"}, required=True)
EARLY = utc(11, 26, 10)  # found at 08:07: the next full hour, and one more


async def opened(denyut: Bench, count: int = 1, **given: Any) -> Round:
    added(denyut, definition(FOUR, **{"questions": questions(count, required=True), **given}))
    asked = await sent(denyut)
    denyut.now += timedelta(minutes=7)
    return asked


def answer(denyut: Bench, asked: Round, user: str, values: dict[str, int | None], **texts: str) -> None:
    denyut.do(lambda db: db.answers.record(asked.id, user, values, texts))


async def test_it_closes_after_the_next_full_hour_and_one_more(denyut: Bench) -> None:
    asked = await opened(denyut)
    for user in PEOPLE[:3]:
        answer(denyut, asked, user, {"q0": 4})
    await denyut.tick()
    assert newest(denyut).closes_at == asked.closes_at
    answer(denyut, asked, PEOPLE[3], {"q0": 2})
    said = len(denyut.slack.posted)

    await denyut.tick()

    assert newest(denyut).closes_at == EARLY
    assert len(denyut.slack.posted) == said, "nobody is told"
    await denyut.tick(EARLY - timedelta(minutes=1))
    assert newest(denyut).state is RoundState.OPEN
    answer(denyut, asked, PEOPLE[3], {"q0": 5})
    await denyut.tick(EARLY)
    assert (newest(denyut).state, newest(denyut).answered) == (RoundState.CLOSED, 4)


async def test_it_is_moved_once_and_never_back(denyut: Bench) -> None:
    asked = await opened(denyut)
    for user in PEOPLE:
        answer(denyut, asked, user, {"q0": 4})

    for _ in range(3):
        await denyut.tick(denyut.now + timedelta(minutes=25))
        assert newest(denyut).closes_at == utc(11, 26, 10)


@pytest.mark.parametrize(
    ("now", "closes"),
    [
        (utc(11, 26, 8), utc(11, 26, 9)),
        (utc(11, 26, 8, 1), utc(11, 26, 10)),
        (utc(12, 31, 23, 59), utc(1, 1, 1, year=2027)),
    ],
)
def test_the_hour_is_a_full_one_so_that_it_tells_nothing(now: datetime, closes: datetime) -> None:
    assert early_close.early_close(now) == closes


async def test_never_later_than_it_would_have(denyut: Bench) -> None:
    asked = await opened(denyut)
    for user in PEOPLE:
        answer(denyut, asked, user, {"q0": 4})
    denyut.now = asked.closes_at - timedelta(minutes=30)

    await denyut.tick()

    assert newest(denyut).closes_at == asked.closes_at


async def test_half_an_answer_keeps_it_open(denyut: Bench) -> None:
    asked = await opened(denyut, 2)
    for user in PEOPLE:
        answer(denyut, asked, user, {"q0": 4} if user == "U0DEWI" else {"q0": 4, "q1": 3})

    await denyut.tick()
    assert newest(denyut).closes_at == asked.closes_at

    answer(denyut, asked, "U0DEWI", {"q1": 3})
    await denyut.tick()
    assert newest(denyut).closes_at == EARLY


@pytest.mark.parametrize("is_named", [False, True])
async def test_so_does_a_text_that_has_to_be_written(denyut: Bench, is_named: bool) -> None:
    asked = await opened(denyut, questions=(TEXT, *questions(1)), is_named=is_named)
    for user in PEOPLE[:3]:
        answer(denyut, asked, user, {}, words="fine")
    answer(denyut, asked, PEOPLE[3], {"q0": 3})

    await denyut.tick()
    assert newest(denyut).closes_at == asked.closes_at

    answer(denyut, asked, PEOPLE[3], {}, words="fine too")
    await denyut.tick()
    assert newest(denyut).closes_at == EARLY


async def test_who_took_an_answer_back_has_not_finished(denyut: Bench) -> None:
    asked = await opened(denyut)
    for user in PEOPLE:
        answer(denyut, asked, user, {"q0": 4})
    answer(denyut, asked, PEOPLE[0], {"q0": None})

    await denyut.tick()

    assert newest(denyut).closes_at == asked.closes_at


async def test_who_left_does_not_keep_it_open(denyut: Bench) -> None:
    asked = await opened(denyut)
    for user in PEOPLE[:3]:
        answer(denyut, asked, user, {"q0": 4})
    await denyut.tick()
    assert newest(denyut).closes_at == asked.closes_at

    changed(denyut, PEOPLE[3], is_deleted=True)
    await denyut.tick()

    assert newest(denyut).closes_at == EARLY


async def test_a_round_that_everybody_left_is_not_a_finished_one(denyut: Bench) -> None:
    asked = await opened(denyut)
    for user in PEOPLE:
        changed(denyut, user, is_deleted=True)

    await denyut.tick()

    assert newest(denyut).closes_at == asked.closes_at


async def test_who_was_not_even_asked_yet_keeps_it_open(denyut: Bench) -> None:
    everybody = Audience(people=(*PEOPLE, "U0EMMA"))
    denyut.now = utc(11, 27, 3)  # Amsterdam still sleeps
    added(denyut, definition(everybody, questions=questions(1, required=True)))
    asked = await sent(denyut)
    for user in PEOPLE:
        answer(denyut, asked, user, {"q0": 4})

    await denyut.tick()

    assert newest(denyut).closes_at == asked.closes_at


async def test_while_many_are_missing_a_pass_looks_at_their_number_alone(
    denyut: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = crowd(denyut, 5000)
    added(denyut, definition(Audience(("C0CROWD",)), questions=questions(10, required=True)))
    denyut.sender.finish()
    asked = await sent(denyut)
    looks: list[str] = []
    for repository, method in (
        ("rounds.Rounds", "invitations"),
        ("answers.Answers", "own"),
        ("answers.Answers", "counts_of"),
    ):
        counted(monkeypatch, f"storage.{repository}.{method}", looks)

    assert denyut.do(lambda db: early_close.finished(db, denyut.now)) == []
    assert looks == []

    def everybody(db: Any) -> None:
        for user in people:
            db.answers.record(asked.id, user, {f"q{number}": 3 for number in range(10)})

    denyut.do(everybody)
    looks.clear()
    assert denyut.do(lambda db: early_close.finished(db, denyut.now)) == [asked.id]
    assert sorted(looks) == ["counts_of", "invitations"], "one look at each, not one a person"


def counted(monkeypatch: pytest.MonkeyPatch, name: str, looks: list[str]) -> None:
    owner, _, method = name.rpartition(".")
    module, _, kind = owner.rpartition(".")
    original = getattr(getattr(__import__(module, fromlist=[kind]), kind), method)

    def watched(self: Any, *given: Any, **named: Any) -> Any:
        looks.append(method)
        return original(self, *given, **named)

    monkeypatch.setattr(name, watched)
