"""Two replicas on one PostgreSQL at the same round in the same moment: each change of its state happens once."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.audiences import Found
from bot.domain.audiences import Audience
from bot.domain.errors import DomainError
from bot.domain.members import Member
from bot.domain.publications import Hidden
from bot.domain.questions import Question, QuestionKind
from bot.domain.surveys import Definition, Round, RoundState, Survey, SurveyState
from bot.domain.workdays import Workdays
from bot.surveys import service
from bot.surveys.answers import answering
from bot.surveys.asking import launching
from bot.surveys.asking.launching import LAUNCHED
from bot.surveys.asking.prompts import ASK
from bot.surveys.authoring import drafts, enps_surveys
from bot.surveys.authoring.wishes import Wish
from bot.surveys.results import publishing
from storage import Storage, UnitOfWork
from tests.conftest import Database
from tests.features.replicas import LONG, TEAM, at_once

ROUND, SURVEY = "r1", "s1"
NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
PEOPLE = tuple(f"U1P{number:03}" for number in range(8))
AUTHOR = Member("U0BOB", "Bob", "en-US", "Asia/Jakarta")
ENPS = Question("enps", QuestionKind.ENPS, bank="enps", low=0, high=10)


@pytest.fixture
def backend() -> str:
    return "postgres"


@pytest.fixture
def replicas(storage: Storage, database: Database) -> Iterator[tuple[Storage, Storage]]:
    other = Storage.open(database.url, database.folder)
    yield storage, other
    other.close()


def begun(db: UnitOfWork, state: RoundState = RoundState.LAUNCHING) -> Round:
    """A survey whose round is in that state; an open one has asked everybody."""
    db.workspace.ensure("Test", NOW)
    db.members.refresh([AUTHOR, *(Member(each, each, "en-US", "Asia/Jakarta") for each in PEOPLE)])
    definition = Definition(Audience(channels=("C0SALES",)), (ENPS,))
    db.surveys.add(Survey(SURVEY, "pulse", definition, AUTHOR.id, NOW))
    closes_at = NOW + timedelta(days=7)
    running = Round(ROUND, SURVEY, 1, RoundState.LAUNCHING, definition, NOW, closes_at, 0, 5, 10, AUTHOR.id)
    db.rounds.add(running)
    if state is RoundState.OPEN:
        running = replace(running, state=state, asked=len(PEOPLE))
        db.rounds.update(running)
        db.rounds.invite(ROUND, dict.fromkeys(PEOPLE, ""))
        db.answers.start(ROUND)
    return running


def stored(storage: Storage) -> Round:
    found = storage.read_now(TEAM, lambda db: db.rounds.get(ROUND))
    assert found is not None
    return found


def open_it(people: tuple[str, ...]) -> Callable[[UnitOfWork], None]:
    """Opens the round for those of whom one replica has heard."""
    known = {each: Member(each, each, "en-US", "Asia/Jakarta") for each in people}

    def work(db: UnitOfWork) -> None:
        waiting, found = db.rounds.get(ROUND), Found({"C0SALES": people}, known)
        assert waiting is not None
        launch = launching.prepare(db, NOW, waiting, found, Workdays("ID"), "Asia/Jakarta")
        launching.open_round(db, NOW, ROUND, launch)

    return work


def test_an_answer_that_is_stored_while_the_round_closes_is_counted(replicas: tuple[Storage, Storage]) -> None:
    running = replicas[0].write_now(TEAM, lambda db: begun(db, RoundState.OPEN))
    for score, person in enumerate(PEOPLE[:5]):
        replicas[0].write_now(TEAM, lambda db, s=score, p=person: answering.record(db, ROUND, p, {"enps": s + 5}))

    at_once(
        replicas,
        lambda db: answering.record(db, ROUND, PEOPLE[5], {"enps": 10}),
        lambda db: service.close_round(db, NOW, running),
    )

    closed = stored(replicas[0])
    assert (closed.state, closed.answered) == (RoundState.CLOSED, 6)
    assert replicas[0].write_now(TEAM, lambda db: publishing.decide(db, NOW, closed))
    closed = stored(replicas[0])
    assert closed.published is not None
    (question,) = closed.published.questions
    assert (question.hidden, question.answers) == (None, 6)


def test_a_round_is_closed_once(replicas: tuple[Storage, Storage]) -> None:
    running = replicas[0].write_now(TEAM, lambda db: begun(db, RoundState.OPEN))
    later = NOW + timedelta(days=7)

    came = at_once(
        replicas,
        lambda db: service.close_round(db, later, running),
        lambda db: service.close_round(db, later + timedelta(seconds=1), running),
    )

    assert [each is not None for each in came] == [True, False]
    assert stored(replicas[0]).closed_at == later, "the second changed nothing"


def test_a_round_is_decided_once(replicas: tuple[Storage, Storage]) -> None:
    running = replicas[0].write_now(TEAM, lambda db: begun(db, RoundState.OPEN))
    closed = replicas[0].write_now(TEAM, lambda db: service.close_round(db, NOW, running))
    decision = replicas[0].read_now(TEAM, lambda db: publishing.consider(db, closed))

    came = at_once(
        replicas,
        lambda db: publishing.keep(db, NOW, decision),
        lambda db: publishing.keep(db, NOW + timedelta(seconds=1), decision),
    )

    assert came == [True, False]
    owed = replicas[0].read_now(TEAM, lambda db: db.deliveries.of("surveys.results", ROUND))
    assert [each.receiver for each in owed] == [AUTHOR.id]


def test_of_two_rounds_that_close_at_once_the_second_is_compared_with_the_first(
    replicas: tuple[Storage, Storage],
) -> None:
    """Seven people answer the one, six of them the other: together both results would tell what the seventh said."""
    rounds = replicas[0].write_now(TEAM, with_a_leaver)
    closed = [replicas[0].write_now(TEAM, lambda db, r=each: service.close_round(db, NOW, r)) for each in rounds]
    decisions = [replicas[0].read_now(TEAM, lambda db, c=each: publishing.consider(db, c)) for each in closed]
    assert all(each.published.questions[0].hidden is None for each in decisions), "the control: alone both may be shown"

    came = at_once(
        replicas,
        lambda db: publishing.keep(db, NOW, decisions[0]),
        lambda db: publishing.keep(db, NOW, decisions[1]),
    )

    assert came == [True, False]
    again = replicas[1].write_now(TEAM, lambda db: publishing.decide(db, NOW, closed[1]))
    assert again
    shown = [replicas[0].read_now(TEAM, lambda db, r=each: db.rounds.get(r.id)) for each in rounds]
    assert [each.published.questions[0].hidden for each in shown] == [None, Hidden.TOO_CLOSE]


def with_a_leaver(db: UnitOfWork) -> list[Round]:
    """Two open rounds with the same question, all of whose people answered; the second asks one person less."""
    first = begun(db)
    other = replace(first, id="r2", survey_id="s2")
    db.surveys.add(Survey("s2", "other", first.definition, AUTHOR.id, NOW))
    db.rounds.add(other)
    made = []
    for waiting, people in ((first, PEOPLE[:7]), (other, PEOPLE[:6])):
        running = replace(waiting, state=RoundState.OPEN, asked=len(people))
        db.rounds.update(running)
        db.rounds.invite(running.id, dict.fromkeys(people, ""))
        db.answers.start(running.id)
        for at, person in enumerate(people):
            answering.record(db, running.id, person, {"enps": (3, 9)[at % 2]})
        made.append(running)
    return made


def test_who_closes_a_round_that_was_closed_just_now_hears_so(replicas: tuple[Storage, Storage]) -> None:
    running = replicas[0].write_now(TEAM, lambda db: begun(db, RoundState.OPEN))
    survey = replicas[0].read_now(TEAM, lambda db: db.surveys.get(SURVEY))

    came = at_once(
        replicas,
        lambda db: service.close_round(db, NOW, running),
        lambda db: service.close(db, NOW, AUTHOR, survey),
    )

    assert came[1] == "surveys.nothing_open"


def test_a_round_is_opened_once_for_the_same_people(replicas: tuple[Storage, Storage]) -> None:
    replicas[0].write_now(TEAM, begun)

    at_once(replicas, open_it(PEOPLE[:7]), open_it(PEOPLE))

    invited = replicas[0].read_now(TEAM, lambda db: db.rounds.invitations(ROUND))
    assert stored(replicas[0]).asked == len(invited) == 7


def test_a_round_that_was_stopped_while_it_was_launched_asks_nobody(replicas: tuple[Storage, Storage]) -> None:
    replicas[0].write_now(TEAM, begun)
    survey = replicas[0].read_now(TEAM, lambda db: db.surveys.get(SURVEY))

    came = at_once(replicas, lambda db: service.close(db, NOW, AUTHOR, survey), open_it(PEOPLE))

    assert not came[0].was_asking
    assert stored(replicas[0]).state is RoundState.FAILED
    assert replicas[0].read_now(TEAM, lambda db: db.deliveries.of(LAUNCHED, ROUND)) == []


def test_a_round_that_was_opened_while_it_was_stopped_is_closed(replicas: tuple[Storage, Storage]) -> None:
    replicas[0].write_now(TEAM, begun)
    survey = replicas[0].read_now(TEAM, lambda db: db.surveys.get(SURVEY))

    came = at_once(replicas, open_it(PEOPLE), lambda db: service.close(db, NOW, AUTHOR, survey))

    assert came[1].was_asking
    assert stored(replicas[0]).state is RoundState.CLOSED


def named_now(db: UnitOfWork) -> Survey:
    """The survey as whoever types its name finds it."""
    return service.find(db, "pulse")


def decides(what: str, key: str = "") -> Callable[[UnitOfWork], object]:
    def work(db: UnitOfWork) -> object:
        if what == "send":
            return service.send(db, NOW, AUTHOR, named_now(db), f"send{key}").survey.state
        return getattr(service, what)(db, NOW, AUTHOR, named_now(db)).survey.state

    return work


def kept(storage: Storage) -> Survey:
    found = storage.read_now(TEAM, lambda db: db.surveys.get(SURVEY))
    assert found is not None
    return found


def idle(db: UnitOfWork) -> None:
    """A survey that nobody is asked in just now."""
    running = begun(db)
    db.rounds.update(replace(running, state=RoundState.FAILED, closed_at=NOW))


@pytest.mark.parametrize("second", ["send", "pause", "resume"])
def test_what_one_deletes_the_other_cannot_bring_back(replicas: tuple[Storage, Storage], second: str) -> None:
    replicas[0].write_now(TEAM, idle)

    assert at_once(replicas, decides("delete"), decides(second)) == [SurveyState.DELETED, "surveys.unknown"]
    assert kept(replicas[0]).state is SurveyState.DELETED
    assert replicas[0].read_now(TEAM, lambda db: db.rounds.open_of(SURVEY)) is None, "nobody is asked any more"


def test_what_one_sends_the_other_has_to_close_before_deleting_it(replicas: tuple[Storage, Storage]) -> None:
    replicas[0].write_now(TEAM, idle)

    assert at_once(replicas, decides("send"), decides("delete")) == [SurveyState.ACTIVE, "surveys.close_first"]


def test_a_round_that_its_date_starts_while_the_survey_is_deleted_asks_nobody(
    replicas: tuple[Storage, Storage],
) -> None:
    replicas[0].write_now(TEAM, begun)
    replicas[0].write_now(TEAM, lambda db: db.surveys.set_state(SURVEY, SurveyState.DELETED))

    replicas[1].write_now(TEAM, open_it(PEOPLE))

    assert stored(replicas[0]).state is RoundState.FAILED
    assert replicas[0].read_now(TEAM, lambda db: db.deliveries.of(ASK, ROUND)) == []


@pytest.mark.parametrize("what", ["delete", "pause"])
def test_who_saves_a_change_does_not_bring_back_what_was_decided_meanwhile(
    replicas: tuple[Storage, Storage], what: str
) -> None:
    replicas[0].write_now(TEAM, idle)
    draft, rule = replicas[0].write_now(TEAM, lambda db: drafts.copy(db, NOW, AUTHOR, named_now(db)))

    at_once(replicas, decides(what), lambda db: drafts.save(db, NOW, AUTHOR, draft.id, SURVEY, rule))

    assert kept(replicas[0]).state is {"delete": SurveyState.DELETED, "pause": SurveyState.PAUSED}[what]


def test_two_who_start_a_survey_of_one_channel_at_once_have_one(replicas: tuple[Storage, Storage]) -> None:
    replicas[0].write_now(TEAM, lambda db: db.workspace.ensure("Test", NOW))
    sales, other = Audience(channels=("C0SALES",)), replace(AUTHOR, id="U0AYU")

    def begins(by: Member) -> Callable[[UnitOfWork], object]:
        return lambda db: enps_surveys.create(db, NOW, by, sales, ("sales",), Wish(), by.id).survey.handle

    assert at_once(replicas, begins(AUTHOR), begins(other)) == ["enps-sales", "surveys.channel_has_one"]


def test_two_drafts_of_one_name_that_are_launched_at_once_get_one_each(replicas: tuple[Storage, Storage]) -> None:
    def drafted(db: UnitOfWork) -> None:
        db.workspace.ensure("Test", NOW)
        for name in ("d1", "d2"):
            db.surveys.add(
                Survey(
                    name,
                    "retro",
                    Definition(Audience(channels=("C0SALES",)), (ENPS,)),
                    AUTHOR.id,
                    NOW,
                    SurveyState.DRAFT,
                )
            )

    replicas[0].write_now(TEAM, drafted)

    def launches(draft: str) -> Callable[[UnitOfWork], object]:
        return lambda db: drafts.launch(db, NOW, AUTHOR, draft, None).survey.handle

    assert at_once(replicas, launches("d1"), launches("d2")) == ["retro", "retro-2"]


@pytest.mark.parametrize("is_named", [False, True], ids=["anonymous", "named"])
def test_who_is_erased_while_they_answer_leaves_nothing_behind(
    replicas: tuple[Storage, Storage], is_named: bool
) -> None:
    def opened(db: UnitOfWork) -> None:
        running = begun(db, RoundState.OPEN)
        db.rounds.update(replace(running, definition=replace(running.definition, is_named=is_named)))

    replicas[0].write_now(TEAM, opened)
    person, storage = PEOPLE[0], replicas[0]
    said, go_on = threading.Event(), threading.Event()

    def answers(db: UnitOfWork) -> None:
        answering.record(db, ROUND, person, {"enps": 9})
        said.set()
        assert go_on.wait(LONG)

    with ThreadPoolExecutor() as threads:
        answering_ = threads.submit(storage.write_now, TEAM, answers)
        assert said.wait(LONG)
        erasing = threads.submit(replicas[1].erase_now, TEAM, person, NOW)
        wait([erasing], 0.5)
        go_on.set()
        answering_.result(LONG), erasing.result(LONG)

    assert storage.read_now(TEAM, lambda db: db.rounds.answered_count(ROUND)) == 0
    assert storage.read_now(TEAM, lambda db: db.answers.named(ROUND)) == []
    with pytest.raises(DomainError, match="not_invited"):
        storage.write_now(TEAM, lambda db: answering.record(db, ROUND, person, {"enps": 9}))
