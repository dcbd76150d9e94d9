"""What is past its time goes, and nothing else: on both databases, a little at once, and never some of a round."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from bot.domain.actions import Action, ActionSource, ActionState
from bot.domain.audit import Act, Deed
from bot.domain.checkins import Checkin, CheckinAnswer, CheckinDefinition, Item, ItemKind, Run, RunState
from bot.domain.comparisons import LOOK_BACK
from bot.domain.deliveries import Verb
from bot.domain.members import Absence, Member
from bot.domain.one_on_ones import Meeting, MeetingState, OneOnOne, Point
from bot.domain.publications import Published
from bot.domain.retention import AUDIT_KEPT, MESSAGES_KEPT, Horizon
from bot.domain.surveys import RoundState
from storage import Storage, UnitOfWork
from tests.storage import samples
from tests.storage.samples import NOW

TEAM = "T1"
DAYS = 90
OLD, FRESH = NOW - timedelta(days=DAYS + 1), NOW - timedelta(days=DAYS - 1)
ANCIENT = NOW - timedelta(days=900)


def do(storage: Storage, work: Any) -> Any:
    return storage.write_now(TEAM, work)


def purged(storage: Storage, days: int = DAYS, limit: int = 100, now: datetime = NOW) -> dict[str, int]:
    found: dict[str, int] = do(storage, lambda db: db.retention.purge(Horizon.at(now, days), limit))
    return found


@pytest.fixture
def here(storage: Storage) -> Storage:
    do(storage, lambda db: db.workspace.ensure("Acme", NOW))
    do(storage, lambda db: db.members.refresh([Member("U1", "Bob"), Member("U2", "Ayu")]))
    return storage


class TestMessages:
    def owed(self, storage: Storage, at: datetime, state: str, **given: Any) -> str:
        new = samples.delivery(due_at=at, receiver=f"{state}{at}", **given)

        def work(db: UnitOfWork) -> str:
            delivery_id = db.deliveries.add(new)
            assert delivery_id is not None
            if state == "sent":
                db.deliveries.sent(delivery_id, "D1", "1.1", at)
            elif state == "failed":
                db.deliveries.failed(delivery_id, "channel_not_found", at)
            elif state == "skipped":
                db.deliveries.skipped(delivery_id, "away")
            return delivery_id

        return str(do(storage, work))

    def left(self, storage: Storage, *ids: str) -> list[bool]:
        return [do(storage, lambda db, one=one: db.deliveries.get(one)) is not None for one in ids]

    def test_settled_ones_go_after_their_time_and_the_others_stay(self, here: Storage) -> None:
        late, young = NOW - MESSAGES_KEPT - timedelta(days=1), NOW - MESSAGES_KEPT + timedelta(days=1)
        states = ("sent", "failed", "skipped", "due")
        old = [self.owed(here, late, each) for each in states]
        new = [self.owed(here, young, each) for each in states]
        assert purged(here, days=0) == {"messages": 3}
        assert self.left(here, *old) == [False, False, False, True], "what was never settled is nobody's guess"
        assert self.left(here, *new) == [True] * 4

    def test_one_that_is_still_to_be_changed_stays_until_that_is_done(self, here: Storage) -> None:
        prompt = self.owed(here, ANCIENT, "sent")
        change = self.owed(here, NOW, "due", verb=Verb.UPDATE, target_id=prompt)
        assert purged(here, days=0) == {}
        do(here, lambda db: db.deliveries.sent(change, "D1", "1.1", NOW))
        assert purged(here, days=0, now=NOW + MESSAGES_KEPT * 2) == {"messages": 2}

    def test_those_of_a_round_that_is_open_stay(self, here: Storage) -> None:
        survey = samples.survey()
        asking = samples.round_of(survey.id, opened_at=ANCIENT, closes_at=NOW + timedelta(days=1))
        do(here, lambda db: (db.surveys.add(survey), db.rounds.add(asking)))
        asked = self.owed(here, ANCIENT, "sent", subject=asking.id)
        assert purged(here) == {}
        do(here, lambda db: db.rounds.update(replace(asking, state=RoundState.CLOSED, closed_at=NOW)))
        assert purged(here) == {"messages": 1}
        assert self.left(here, asked) == [False]


def test_acts_go_after_two_years(here: Storage) -> None:
    for at in (NOW - AUDIT_KEPT - timedelta(days=1), NOW - AUDIT_KEPT + timedelta(days=1)):
        do(here, lambda db, at=at: db.audit.note(Act(at, "U1", Deed.SURVEY_CREATED, "s")))
    assert purged(here, days=0) == {"acts": 1}
    assert len(do(here, lambda db: db.audit.latest(10))) == 1


def test_some_at_once_until_all_is_done_and_nothing_after(here: Storage) -> None:
    for number in range(25):
        do(here, lambda db, number=number: db.audit.note(Act(ANCIENT, "U1", Deed.SURVEY_CREATED, f"{number}")))
    assert [purged(here, limit=10) for _ in range(4)] == [{"acts": 10}, {"acts": 10}, {"acts": 5}, {}]


def test_another_workspace_is_left_alone(here: Storage) -> None:
    here.write_now("T2", lambda db: db.workspace.ensure("Other", NOW))
    here.write_now("T2", lambda db: db.audit.note(Act(ANCIENT, "U1", Deed.SURVEY_CREATED, "s")))
    assert purged(here) == {}
    assert len(here.read_now("T2", lambda db: db.audit.latest(10))) == 1


class TestRounds:
    PUBLISHED = Published(2, 2, ())

    def closed(self, storage: Storage, at: datetime, *, is_named: bool, is_sealed: bool = True) -> str:
        survey = samples.survey(handle=f"s{at}{is_named}")
        survey = replace(survey, definition=replace(survey.definition, is_named=is_named))
        asking = samples.round_of(survey.id, definition=survey.definition, asked=2)

        def work(db: UnitOfWork) -> None:
            db.surveys.add(survey)
            db.rounds.add(asking)
            db.rounds.invite(asking.id, {"U1": "", "U2": ""})
            db.answers.start(asking.id)
            for member in ("U1", "U2"):
                db.answers.record(asking.id, member, {"enps": 7}, {"enps": f"secret of {member}"})
            closed = replace(asking, state=RoundState.CLOSED, closed_at=at, answered=2, published=self.PUBLISHED)
            db.rounds.update(closed)

        do(storage, work)
        if is_sealed:
            storage.seal_now(TEAM, asking.id)
        return asking.id

    def facts(self, storage: Storage, round_id: str) -> Any:
        return do(storage, lambda db: db.rounds.facts(round_id))

    def test_comments_go_all_at_once_and_numbers_stay_as_they_were_decided(self, here: Storage) -> None:
        old, fresh = (self.closed(here, at, is_named=False) for at in (OLD, FRESH))
        before = do(here, lambda db: db.rounds.get(old))
        assert purged(here, limit=1) == {"comments": 2}, "never some of a round's, however small the steps are"
        assert self.facts(here, old).texts == {}
        assert self.facts(here, old).counts == {"enps": {7: 2}}
        assert len(self.facts(here, fresh).texts["enps"]) == 2
        assert do(here, lambda db: db.rounds.get(old)) == before, "what is published of it is what was decided"
        assert len(do(here, lambda db: db.rounds.invitations(old))) == 2

    def test_words_by_name_go_first_and_values_once_no_round_is_compared_with_them(self, here: Storage) -> None:
        """Values that were shown by name can be held against a later anonymous round: as long as one is compared with
        this, the audit has to know them."""
        old = self.closed(here, OLD, is_named=True)
        assert purged(here) == {"named_texts": 2}
        named = do(here, lambda db: db.answers.named(old))
        assert [(each.value, each.text) for each in named] == [(7, ""), (7, "")]
        assert purged(here, now=OLD + LOOK_BACK - timedelta(hours=1)) == {}
        assert purged(here, now=OLD + LOOK_BACK + timedelta(hours=1)) == {"named_answers": 2}
        assert do(here, lambda db: db.answers.named(old)) == []

    @pytest.mark.parametrize("is_named", [True, False])
    def test_an_open_round_is_left_as_it_is(self, here: Storage, is_named: bool) -> None:
        asking = self.closed(here, OLD, is_named=is_named, is_sealed=False)
        there = do(here, lambda db: db.rounds.get(asking))
        opened = replace(there, state=RoundState.OPEN, closed_at=None, published=None, opened_at=ANCIENT)
        do(here, lambda db: db.rounds.update(opened))
        before = do(here, lambda db: db.answers.own(asking, "U1", ["enps"]))
        assert before.texts
        assert purged(here, now=NOW + timedelta(days=2000)) == {}
        assert do(here, lambda db: db.answers.own(asking, "U1", ["enps"])) == before

    def test_one_that_is_not_sealed_yet_keeps_its_comments_until_it_is(self, here: Storage) -> None:
        asking = self.closed(here, OLD, is_named=False, is_sealed=False)
        assert purged(here) == {}
        here.seal_now(TEAM, asking)
        assert purged(here) == {"comments": 2}

    def test_by_default_everything_stays(self, here: Storage) -> None:
        self.closed(here, ANCIENT, is_named=False)
        self.closed(here, ANCIENT, is_named=True)
        assert purged(here, days=0, now=NOW + timedelta(days=5000)) == {}


class TestTeams:
    def fill(self, storage: Storage, at: datetime, name: str) -> None:
        item = Item("blocker", ItemKind.BLOCKER)
        definition = CheckinDefinition("C1", (item,), time(11), "en")
        checkin = Checkin(f"c{name}", definition, "U1", at)
        run = Run(f"r{name}", checkin.id, at.date(), definition, at, frozenset({"U1"}))
        pair = OneOnOne(f"o{name}", "U1", "U2", 30, at)

        def work(db: UnitOfWork) -> None:
            db.checkins.add(checkin)
            db.checkins.begin(run)
            db.checkins.answer(CheckinAnswer(run.id, "U1", at, None, {"blocker": "secret"}))
            db.checkins.end(run.id, RunState.POSTED)
            db.one_on_ones.add(pair)
            db.one_on_ones.plan(Meeting(pair.id, at.date(), at, MeetingState.HELD, "secret", "U1"))
            db.one_on_ones.add_point(Point(f"p{name}", pair.id, "U1", "secret", at, closed_at=at))
            db.one_on_ones.add_point(Point(f"q{name}", pair.id, "U1", "still open", at))
            for number, state in enumerate((ActionState.DONE, ActionState.OPEN)):
                db.actions.add(
                    Action(f"a{name}{number}", "secret", "U1", None, ActionSource.OWN, "", "U1", at, state=state,
                           settled_at=at if state is ActionState.DONE else None)
                )  # fmt: skip
            db.members.add_absence(Absence("U1", at.date(), at.date()))

        do(storage, work)

    def test_what_single_people_said_goes_and_what_is_still_open_stays(self, here: Storage) -> None:
        self.fill(here, OLD, "old")
        self.fill(here, FRESH, "fresh")
        do(here, lambda db: db.kpis.add(samples.entry(on=date(2020, 1, 1), logged_at=ANCIENT, note="why")))
        assert purged(here) == {
            "checkin_answers": 1, "notes": 1, "points": 1, "actions": 1, "absences": 1,
        }  # fmt: skip
        assert purged(here) == {}, "and that was all"
        assert do(here, lambda db: db.checkins.answers("rold")) == []
        assert len(do(here, lambda db: db.checkins.answers("rfresh"))) == 1
        assert [each.text for each in do(here, lambda db: db.one_on_ones.open_points("oold"))] == ["still open"]
        assert {each.notes for each in do(here, lambda db: db.one_on_ones.meetings(["oold"]))} == {""}
        assert {each.notes for each in do(here, lambda db: db.one_on_ones.meetings(["ofresh"]))} == {"secret"}
        assert sorted(each.id for each in do(here, lambda db: db.actions.open_of("U1"))) == ["afresh1", "aold1"]
        assert len(do(here, lambda db: db.kpis.history("revenue"))) == 1, "values are the company's numbers"
