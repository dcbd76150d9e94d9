"""Two replicas on one PostgreSQL at the same check-in in the same moment: a date begins, is asked, closed and posted
once, an answer is shown or refused, a blocker has one helper."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from bot.audiences import Found
from bot.blocker_posts import POST
from bot.checkins.team import answering, blockers, running, service
from bot.checkins.team.answering import Answering
from bot.checkins.team.blockers import Taking
from bot.checkins.team.facts import Filled, Wish
from bot.checkins.team.purposes import ASK
from bot.checkins.team.wishes import read_words
from bot.domain.actions import ActionSource
from bot.domain.checkins import Checkin, CheckinAnswer, CheckinDefinition, Item, ItemKind, Run, RunState, blocker_id
from bot.domain.members import Member
from bot.domain.schedules import Cadence, Due, Rule, Schedule, ScheduleKind
from bot.domain.workdays import Workdays
from bot.i18n import load
from storage import Storage, UnitOfWork
from tests.conftest import Database
from tests.features.replicas import TEAM, at_once

DAY = date(2026, 11, 27)
NINE, ELEVEN = datetime(2026, 11, 27, 2, tzinfo=UTC), datetime(2026, 11, 27, 4, tzinfo=UTC)
AYU, BOB = Member("U0AYU", "Ayu", "id-ID", "Asia/Jakarta"), Member("U0BOB", "Bob", "en-US", "Asia/Jakarta")
ITEMS = (Item("progress", ItemKind.PROGRESS), Item("blocker", ItemKind.BLOCKER))
CHECKIN = Checkin("c1", CheckinDefinition("C0SALES", ITEMS, time(11), "en"), AYU.id, NINE)
RUN = Run("r1", "c1", DAY, CHECKIN.definition, ELEVEN, frozenset())


@pytest.fixture
def backend() -> str:
    return "postgres"


@pytest.fixture
def replicas(storage: Storage, database: Database) -> Iterator[tuple[Storage, Storage]]:
    def begin(db: UnitOfWork) -> None:
        db.workspace.ensure("Test", NINE)
        db.members.refresh([AYU, BOB])
        db.checkins.add(CHECKIN)
        rule = Rule(Cadence.DAILY, DAY, time(9), "Asia/Jakarta")
        db.schedules.add(Schedule("s1", ScheduleKind.CHECKIN, "c1", rule, AYU.id, NINE - timedelta(days=1)))

    storage.write_now(TEAM, begin)
    other = Storage.open(database.url, database.folder)
    yield storage, other
    other.close()


def ask(db: UnitOfWork) -> None:
    found = Found({"C0SALES": [AYU.id, BOB.id]}, {AYU.id: AYU, BOB.id: BOB})
    running.ask_people(db, "r1", found, NINE, Workdays("ID"), "Asia/Jakarta")


def asked(storage: Storage, *answers: CheckinAnswer) -> None:
    def work(db: UnitOfWork) -> None:
        db.checkins.begin(RUN)
        ask(db)
        for each in answers:
            db.checkins.answer(each)

    storage.write_now(TEAM, work)


def close(db: UnitOfWork) -> bool:
    return running.close(db, "r1", ELEVEN, "ID", "IDR")


def answers(by: Member, text: str) -> Callable[[UnitOfWork], Any]:
    me = Answering("r1", by, ELEVEN - timedelta(seconds=1), DAY, key=f"{by.id}{id(object())}")
    return lambda db: answering.record_answer(db, me, Filled(texts={"progress": text}))


def takes(by: Member) -> Callable[[UnitOfWork], Any]:
    taking = Taking("r1", AYU.id, by, ELEVEN, "ID", "Asia/Jakarta")
    return lambda db: blockers.take(db, taking)


def test_a_date_begins_once(replicas: tuple[Storage, Storage]) -> None:
    def begin(db: UnitOfWork) -> None:
        running.begin(db, CHECKIN, Due(DAY, NINE), NINE)

    assert at_once(replicas, begin, begin) == [None, None]
    assert len(replicas[0].read_now(TEAM, lambda db: db.checkins.runs_of("c1"))) == 1


def test_everybody_is_asked_once(replicas: tuple[Storage, Storage]) -> None:
    replicas[0].write_now(TEAM, lambda db: db.checkins.begin(RUN))
    assert at_once(replicas, ask, ask) == [None, None]
    owed = replicas[0].read_now(TEAM, lambda db: db.deliveries.of(ASK, "r1"))
    assert [each.receiver for each in owed] == [AYU.id, BOB.id]


def test_it_is_closed_and_posted_once(replicas: tuple[Storage, Storage]) -> None:
    asked(replicas[0], CheckinAnswer("r1", AYU.id, NINE, texts={"progress": "Two demos"}))
    assert at_once(replicas, close, close) == [True, False]
    assert len(replicas[0].read_now(TEAM, lambda db: db.deliveries.of(POST, "r1"))) == 1


def test_an_answer_in_the_moment_of_the_close_is_shown(replicas: tuple[Storage, Storage]) -> None:
    asked(replicas[0])
    kept, closed = at_once(replicas, answers(BOB, "Two demos"), close)
    assert closed is True
    assert kept.run.id == "r1"
    run = replicas[0].read_now(TEAM, lambda db: db.checkins.run("r1"))
    assert run is not None
    assert run.state is RunState.POSTED, "with no answer it would have been missed, as no message is out"


def test_an_answer_just_after_the_close_is_refused(replicas: tuple[Storage, Storage]) -> None:
    asked(replicas[0], CheckinAnswer("r1", AYU.id, NINE, texts={"progress": "Two demos"}))
    assert at_once(replicas, close, answers(BOB, "late"))[1] == "checkins.team.over"
    assert [each.member_id for each in replicas[0].read_now(TEAM, lambda db: db.checkins.answers("r1"))] == [AYU.id]


def test_a_blocker_has_one_helper(replicas: tuple[Storage, Storage]) -> None:
    asked(replicas[0], CheckinAnswer("r1", AYU.id, NINE, texts={"blocker": "The contract"}))
    replicas[0].write_now(TEAM, close)
    first, second = at_once(replicas, takes(BOB), takes(AYU))
    assert (first.already, second.already) == (False, True)
    assert second.action.owner_id == BOB.id
    source = blocker_id("r1", AYU.id)
    assert len(replicas[0].read_now(TEAM, lambda db: db.actions.of_source(ActionSource.CHECKIN, [source]))) == 1


def stops(by: Member) -> Callable[[UnitOfWork], Any]:
    return lambda db: service.act(db, NINE, by, "c1", "stop", Workdays("ID")).checkin.active


def sets_up(by: Member, wish: Wish, key: str) -> Callable[[UnitOfWork], Any]:
    return lambda db: service.set_up(db, NINE, by, wish, key, Workdays("ID")).checkin.id


def types(by: Member, line: str) -> Callable[[UnitOfWork], Any]:
    """`/checkin team #sales standup …`, as its author types it."""

    def work(db: UnitOfWork) -> Any:
        typed = read_words(line, load("en"), NINE, "Asia/Jakarta", "en")
        wish = service.typed_wish(db, typed, "C0NEW", "en", "Asia/Jakarta", NINE)
        return service.set_up(db, NINE, by, wish, f"{by.id}", Workdays("ID")).checkin.id

    return work


def test_what_one_stops_the_other_cannot_change_back_to_life(replicas: tuple[Storage, Storage]) -> None:
    asked(replicas[0])
    rule = Rule(Cadence.DAILY, DAY, time(10), "Asia/Jakarta")
    changes = sets_up(AYU, Wish(CHECKIN.definition, rule, "c1"), "change")
    assert at_once(replicas, stops(AYU), changes) == [False, "core.stale"]
    assert not replicas[0].read_now(TEAM, lambda db: db.checkins.get("c1")).active


def test_two_who_set_one_up_for_the_same_channel_at_once_have_one(replicas: tuple[Storage, Storage]) -> None:
    first, second = at_once(replicas, types(AYU, "standup 09:00"), types(BOB, "standup 09:30"))
    found = replicas[0].read_now(TEAM, lambda db: service.in_channel(db, "C0NEW", "standup"))
    assert len(found) == 1, "nobody is asked twice a day"
    assert (first, second) == (found[0].id, "checkins.team.not_yours")
