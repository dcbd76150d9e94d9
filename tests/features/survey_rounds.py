"""Rounds made in the storage directly, with questions of every kind, for tests of what comes out of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.domain.audiences import Audience
from bot.domain.members import Member
from bot.domain.privacy import thresholds
from bot.domain.questions import Question, QuestionKind, Why
from bot.domain.surveys import Definition, Receivers, Round, RoundState, Survey
from bot.surveys import service
from bot.surveys.answers import answering
from storage import UnitOfWork, new_id
from tests.features.harness import Bench

PEOPLE = tuple(f"U1P{number:03}" for number in range(40))


def own(text: str) -> dict[str, str]:
    return {"en": text, "id": f"{text} (id)"}


ENPS = Question("enps", QuestionKind.ENPS, bank="enps", low=0, high=10, why=Why.ALWAYS)
GOALS = Question("goals", QuestionKind.AGREEMENT, own("Our goals are clear"), low=1, high=5, driver="goals")
MOOD = Question("mood", QuestionKind.STARS, own("How was the month"), low=1, high=5)
LUNCH = Question("lunch", QuestionKind.CHOICE, own("Which lunch"), options=(own("Soto"), own("Rawon"), own("Pecel")))
TOOLS = Question("tools", QuestionKind.CHOICES, own("Which tools"), options=(own("Phone"), own("CRM"), own("Mail")))
AGAIN = Question("again", QuestionKind.YES_NO, own("Would you come again"), low=0, high=1)
HOURS = Question("hours", QuestionKind.NUMBER, own("How many hours"))
WISH = Question("wish", QuestionKind.TEXT, own("What do you wish for"))
ALL_KINDS = (ENPS, GOALS, MOOD, LUNCH, TOOLS, AGAIN, HOURS, WISH)


@dataclass(frozen=True)
class Said:
    """What one person answers."""

    values: Mapping[str, int] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


def survey_of(
    denyut: Bench, *questions: Question, handle: str = "pulse", author: str = "U0BOB", **more: object
) -> Survey:
    """A survey with these questions; `more` are fields of its definition."""
    definition = replace(Definition(Audience(channels=("C0SALES",)), tuple(questions)), **more)  # type: ignore[arg-type]
    survey = Survey(new_id(), handle, definition, author, denyut.now)
    denyut.do(lambda db: db.surveys.add(survey))
    return survey


def opened(denyut: Bench, survey: Survey, segments: Mapping[str, str]) -> Round:
    """An open round of these people, each with the group they belong to."""
    limits = thresholds(len(segments))

    def work(db: UnitOfWork) -> Round:
        db.members.refresh([Member(each, f"Person {each}", "en-US", "Asia/Jakarta") for each in segments
                            if db.members.get(each) is None])  # fmt: skip
        running = Round(
            new_id(),
            survey.id,
            db.rounds.next_number(survey.id),
            RoundState.OPEN,
            survey.definition,
            denyut.now,
            denyut.now + timedelta(days=7),
            len(segments),
            limits.min_score,
            limits.min_comments,
            survey.created_by,
        )
        db.rounds.add(running)
        db.answers.start(running.id)
        db.rounds.invite(running.id, segments)
        return running

    return denyut.do(work)  # type: ignore[no-any-return]


def answer(denyut: Bench, running: Round, said: Mapping[str, Said]) -> None:
    """What is said to a question that the round does not ask is left out."""
    asked = {each.id for each in running.questions}

    def work(db: UnitOfWork) -> None:
        for member_id, each in said.items():
            values = {question: value for question, value in each.values.items() if question in asked}
            texts = {question: text for question, text in each.texts.items() if question in asked}
            answering.record(db, running.id, member_id, values, texts)

    denyut.do(work)


async def closed(
    denyut: Bench, survey: Survey, said: Mapping[str, Said], segments: Mapping[str, str] | None = None, silent: int = 0
) -> Round:
    """A round in which these people said that (and `silent` others nothing), closed, its results sent."""
    quiet = [each for each in PEOPLE if each not in said][:silent]
    asked = segments or dict.fromkeys((*said, *quiet), "")
    running = opened(denyut, survey, asked)
    answer(denyut, running, said)
    denyut.do(lambda db: service.close_round(db, denyut.now, running))
    await denyut.tick(denyut.now + timedelta(seconds=1))
    await denyut.tick(denyut.now + timedelta(seconds=15))
    return denyut.do(lambda db: db.rounds.get(running.id))  # type: ignore[no-any-return]


def scores(values: list[int], question: Question = ENPS) -> dict[str, Said]:
    """One value from each of the first people."""
    return {person: Said({question.id: value}) for person, value in zip(PEOPLE, values, strict=False)}


def told(receivers: tuple[str, ...] = (), channel: str = "", *, author: bool = True) -> Receivers:
    return Receivers(author, receivers, channel)


def sent(denyut: Bench, place: str) -> list[str]:
    """The texts of the results that a person or a channel was sent, in order."""
    posted = denyut.posts(place) if place.startswith("C") else denyut.dms(place)
    return [each.message.text for each in posted if each.message.text.startswith(("Results of", "Hasil "))]
