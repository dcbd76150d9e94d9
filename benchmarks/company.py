"""A company to measure with: members, and open anonymous rounds in which they were asked. Written through the storage,
as the bot itself would."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from benchmarks.requests import TEAM
from bot.domain.enps import SCALE_0_10
from bot.domain.members import Member
from bot.domain.privacy import thresholds
from bot.domain.surveys import Round, RoundState, Survey, enps_definition
from bot.surveys.service import QUESTION
from storage import Storage, UnitOfWork, migrate, new_id

BATCH = 20_000


@dataclass(frozen=True, slots=True)
class Part:
    """A round and those of its members who have not answered yet: what one load uses up."""

    survey: Survey
    round: Round
    members: list[str]


@dataclass(frozen=True, slots=True)
class Company:
    """A database and the parts that loads take from it, one after the other."""

    url: str
    folder: Path
    parts: list[Part]


def found(url: str, folder: Path, rounds: int, members: int) -> Company:
    """A company in a new database, with as many open rounds; each asks all the same members."""
    with _opened(url, folder) as storage:
        people = _hire(storage, members)
        parts = []
        for number in range(rounds):
            survey, asking = _ask(storage, number, people)
            parts.append(Part(survey, asking, people))
    return Company(url, folder, parts)


def found_with_answers(url: str, folder: Path, rounds: int, members: int, answered: int) -> Company:
    """A company with one open round that has `answered` answers already; each part asks other members in it."""
    with _opened(url, folder) as storage:
        people = _hire(storage, rounds * members + answered)
        survey, asking = _ask(storage, 0, people)
        counts = dict.fromkeys(range(10), answered // 10)
        storage.write_now(TEAM, lambda db: db.answers.import_counts(asking.id, QUESTION, counts))
    waiting = [people[number * members : (number + 1) * members] for number in range(rounds)]
    return Company(url, folder, [Part(survey, asking, each) for each in waiting])


def answered(company: Company) -> int:
    """How many of the invited have answered, in all rounds: read from the database after the bot was killed."""
    rounds = {part.round.id for part in company.parts}
    with _opened(company.url, company.folder) as storage:
        return storage.read_now(TEAM, lambda db: sum(db.rounds.answered_count(each) for each in rounds))


class _opened:  # noqa: N801  a with-statement
    def __init__(self, url: str, folder: Path) -> None:
        self._storage = Storage.open(url, folder)
        migrate.upgrade(url)

    def __enter__(self) -> Storage:
        return self._storage

    def __exit__(self, *_: object) -> None:
        self._storage.close()


def _hire(storage: Storage, count: int) -> list[str]:
    people = [Member(f"U{number:010d}", f"Member {number}", "en-US", "Asia/Jakarta") for number in range(count)]
    now = datetime.now(UTC)
    storage.write_now(TEAM, lambda db: db.workspace.ensure("Bench", now))
    for begin in range(0, count, BATCH):
        some = people[begin : begin + BATCH]
        storage.write_now(TEAM, partial(_refresh, some))
    return [person.id for person in people]


def _ask(storage: Storage, number: int, people: list[str]) -> tuple[Survey, Round]:
    now = datetime.now(UTC)
    channel = f"C{number:010d}"
    survey = Survey(new_id(), f"enps-{number}", enps_definition(channel, SCALE_0_10), people[0], now)
    limits = thresholds(len(people))
    asking = Round(
        id=new_id(),
        survey_id=survey.id,
        number=1,
        state=RoundState.OPEN,
        definition=survey.definition,
        opened_at=now,
        closes_at=now + timedelta(days=7),
        asked=len(people),
        min_score=limits.min_score,
        min_comments=limits.min_comments,
        started_by=people[0],
    )

    def start(db: UnitOfWork) -> None:
        db.surveys.add(survey)
        db.rounds.add(asking)
        db.answers.start(asking.id)

    storage.write_now(TEAM, start)
    for begin in range(0, len(people), BATCH):
        some = people[begin : begin + BATCH]
        storage.write_now(TEAM, partial(_invite, asking.id, some))
    return survey, asking


def _refresh(members: list[Member], db: UnitOfWork) -> None:
    db.members.refresh(members)


def _invite(round_id: str, members: list[str], db: UnitOfWork) -> None:
    db.rounds.invite(round_id, dict.fromkeys(members, ""))
