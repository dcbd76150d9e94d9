"""Actions, team check-ins and one-on-ones as they are kept: what happens once happens once, on both databases."""

from dataclasses import replace
from datetime import date, time, timedelta

from bot.domain.actions import Action, ActionSource, ActionState
from bot.domain.audiences import Audience
from bot.domain.checkins import Checkin, CheckinAnswer, CheckinDefinition, Item, ItemKind, Run, RunState
from bot.domain.entries import Confidence
from bot.domain.one_on_ones import Meeting, MeetingState, OneOnOne, Point
from storage import Storage
from tests.storage.samples import NOW, TODAY

LATER = NOW + timedelta(hours=1)
ONE_DAY = timedelta(days=1)
ACTION = Action("a1", "call back", "U1", TODAY, ActionSource.ALERT, "revenue", "U2", NOW, channel_id="C1")
ITEMS = (Item("leads", ItemKind.KPI, "leads"), Item("own", ItemKind.TEXT, text="Anything <!channel>?"))
DEFINITION = CheckinDefinition("C1", ITEMS, time(11), "id", Audience(groups=("S1",)), "Stand-up", "standup")
CHECKIN = Checkin("c1", DEFINITION, "U1", NOW)
RUN = Run("r1", "c1", TODAY, DEFINITION, NOW, frozenset({"U2", "U1"}))
PAIR = OneOnOne("o1", "U1", "U2", 60, NOW)
MEETING = Meeting("o1", TODAY, NOW, MeetingState.PLANNED)


class TestActions:
    def test_one_with_the_same_id_is_added_once(self, storage: Storage) -> None:
        added = [storage.write_now("T1", lambda db: db.actions.add(ACTION)) for _ in range(2)]
        assert added == [True, False]
        assert storage.read_now("T1", lambda db: db.actions.get("a1")) == ACTION

    def test_the_most_urgent_comes_first_and_what_is_settled_is_gone(self, storage: Storage) -> None:
        some_time = replace(ACTION, id="a2", due_on=None)
        soon = replace(ACTION, id="a3", due_on=TODAY - ONE_DAY)
        done = replace(ACTION, id="a4")
        for each in (ACTION, some_time, soon, done):
            storage.write_now("T1", lambda db, each=each: db.actions.add(each))
        settled = replace(done, state=ActionState.DONE, settled_at=LATER, settled_by="U1")
        storage.write_now("T1", lambda db: db.actions.change(settled))
        assert storage.read_now("T1", lambda db: db.actions.open_of("U1")) == [soon, ACTION, some_time]
        assert storage.read_now("T1", lambda db: db.actions.open_for_others("U2")) == [soon, ACTION, some_time]
        assert storage.read_now("T1", lambda db: db.actions.open_for_others("U1")) == []
        assert storage.read_now("T1", lambda db: db.actions.due_by(TODAY)) == [ACTION, soon]
        assert settled in storage.read_now("T1", lambda db: db.actions.in_channel("C1", NOW))
        assert settled not in storage.read_now("T1", lambda db: db.actions.in_channel("C1", LATER))
        assert storage.read_now("T1", lambda db: db.actions.of_source(ActionSource.ALERT, ["leads"])) == []

    def test_a_change_leaves_where_it_came_from(self, storage: Storage) -> None:
        storage.write_now("T1", lambda db: db.actions.add(ACTION))
        moved = replace(ACTION, text="write", owner_id="U3", due_on=None, source_id="leads", channel_id="C2")
        storage.write_now("T1", lambda db: db.actions.change(moved))
        found = storage.read_now("T1", lambda db: db.actions.get("a1"))
        assert found == replace(ACTION, text="write", owner_id="U3", due_on=None)


class TestCheckins:
    def test_they_are_kept_as_they_were_defined(self, storage: Storage) -> None:
        storage.write_now("T1", lambda db: db.checkins.add(CHECKIN))
        assert storage.read_now("T1", lambda db: db.checkins.all()) == [CHECKIN]
        storage.write_now("T1", lambda db: db.checkins.update(replace(CHECKIN, active=False)))
        assert storage.read_now("T1", lambda db: (db.checkins.all(), db.checkins.get("c1").active)) == ([], False)

    def test_each_date_has_one_run_and_it_ends_once(self, storage: Storage) -> None:
        storage.write_now("T1", lambda db: db.checkins.add(CHECKIN))
        begun = [storage.write_now("T1", lambda db, n=n: db.checkins.begin(replace(RUN, id=f"r{n}"))) for n in (1, 2)]
        assert begun == [True, False]
        assert storage.read_now("T1", lambda db: db.checkins.run_on("c1", TODAY)) == RUN
        assert storage.read_now("T1", lambda db: db.checkins.closing(NOW)) == [RUN]
        assert storage.read_now("T1", lambda db: db.checkins.closing(NOW - ONE_DAY)) == []
        ended = [storage.write_now("T1", lambda db: db.checkins.end("r1", RunState.POSTED)) for _ in range(2)]
        assert ended == [True, False]
        assert storage.read_now("T1", lambda db: db.checkins.open()) == []

    def test_the_later_answer_counts(self, storage: Storage) -> None:
        storage.write_now("T1", lambda db: db.checkins.add(CHECKIN))
        storage.write_now("T1", lambda db: db.checkins.begin(RUN))
        first = CheckinAnswer("r1", "U1", NOW, Confidence.OFF, {"own": "no"})
        second = CheckinAnswer("r1", "U1", LATER, None, {"own": "yes <!here>"})
        for each in (first, second):
            storage.write_now("T1", lambda db, each=each: db.checkins.answer(each))
        assert storage.read_now("T1", lambda db: db.checkins.answers("r1")) == [second]
        assert storage.read_now("T1", lambda db: db.checkins.answer_of("r1", "U2")) is None


class TestOneOnOnes:
    def test_both_of_a_pair_find_it_until_it_ends(self, storage: Storage) -> None:
        storage.write_now("T1", lambda db: db.one_on_ones.add(PAIR))
        for one, other in (("U1", "U2"), ("U2", "U1")):
            assert storage.read_now("T1", lambda db, a=one, b=other: db.one_on_ones.between(a, b)) == PAIR
        assert storage.read_now("T1", lambda db: db.one_on_ones.of("U3")) == []
        storage.write_now("T1", lambda db: db.one_on_ones.change("o1", active=False))
        assert storage.read_now("T1", lambda db: db.one_on_ones.of("U1")) == []
        assert storage.read_now("T1", lambda db: db.one_on_ones.get("o1")) == replace(PAIR, active=False)

    def test_each_date_is_planned_once_and_decided_once(self, storage: Storage) -> None:
        storage.write_now("T1", lambda db: db.one_on_ones.add(PAIR))
        planned = [storage.write_now("T1", lambda db: db.one_on_ones.plan(MEETING)) for _ in range(2)]
        assert planned == [True, False]
        held = replace(MEETING, state=MeetingState.HELD, notes="went well", notes_by="U2")
        skipped = replace(MEETING, state=MeetingState.SKIPPED)
        decided = [
            storage.write_now("T1", lambda db, m=m: db.one_on_ones.change_meeting(m, MeetingState.PLANNED))
            for m in (held, skipped)
        ]
        assert decided == [True, False]
        assert storage.read_now("T1", lambda db: db.one_on_ones.meetings(["o1"])) == [held]
        assert storage.read_now("T1", lambda db: db.one_on_ones.meeting("o1", date(2026, 1, 1))) is None

    def test_points_stay_open_until_they_are_closed(self, storage: Storage) -> None:
        storage.write_now("T1", lambda db: db.one_on_ones.add(PAIR))
        first, second = Point("p1", "o1", "U1", "pay", NOW), Point("p2", "o1", "U2", "leave", LATER)
        for each in (second, first):
            storage.write_now("T1", lambda db, each=each: db.one_on_ones.add_point(each))
        storage.write_now("T1", lambda db: db.one_on_ones.show_points(["p1"], LATER))
        storage.write_now("T1", lambda db: db.one_on_ones.show_points(["p1", "p2"], LATER + ONE_DAY))
        shown = [replace(first, shown_at=LATER), replace(second, shown_at=LATER + ONE_DAY)]
        assert storage.read_now("T1", lambda db: db.one_on_ones.open_points("o1")) == shown
        storage.write_now("T1", lambda db: db.one_on_ones.close_points(["p1"], LATER))
        assert storage.read_now("T1", lambda db: db.one_on_ones.open_points("o1")) == shown[1:]
