"""Two replicas on one PostgreSQL: both plan the same date, the two people decide about it in the same moment, or set up
the same one-on-one at once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from bot.domain.members import Absence, Member
from bot.domain.one_on_ones import MeetingState
from bot.domain.schedules import Cadence, Rule
from bot.oneonones import meetings, planning, service
from bot.oneonones.facts import Outcome
from bot.oneonones.pairs import Acting, Company
from storage import Storage, UnitOfWork
from tests.features.replicas import TEAM, at_once
from tests.features.test_kpis_correcting_replicas import backend, replicas

__all__ = ["backend", "replicas"]

NOW = datetime(2027, 1, 4, 3, tzinfo=UTC)  # a Monday, 10:00 in Jakarta
THURSDAY = date(2027, 1, 7)
RULE = Rule(Cadence.WEEKLY, THURSDAY, time(14), "Asia/Jakarta")
ONE, OTHER = Member("U1", "One"), Member("U2", "Other")
COMPANY = Company("ID", "Asia/Jakarta")


def acting(me: Member, key: str, now: datetime = NOW) -> Acting:
    return Acting(me, now, now.date(), "Asia/Jakarta", key, COMPANY)


def begun(storage: Storage, *away: Absence) -> str:
    """A one-on-one of the two; its first date falls on these days away."""

    def work(db: UnitOfWork) -> str:
        db.members.refresh([ONE, OTHER])
        for absence in away:
            db.members.add_absence(absence)
        return service.set_up(db, acting(ONE, "begin"), OTHER.id, RULE, 60).id

    return str(storage.write_now(TEAM, work))


def meeting_of(storage: Storage, pair: str) -> Any:
    return storage.read_now(TEAM, lambda db: db.one_on_ones.meeting(pair, THURSDAY))


def told(storage: Storage, *purposes: str) -> list[tuple[str, str]]:
    since = datetime(2026, 1, 1, tzinfo=UTC)
    found = storage.read_now(TEAM, lambda db: db.deliveries.of_purposes(purposes, since))
    return sorted((each.purpose, each.receiver) for each in found)


def decides(me: Member, pair: str, what: Callable[..., Any]) -> Callable[[UnitOfWork], Any]:
    return lambda db: what(db, acting(me, f"{what.__name__} {me.id}"), pair, THURSDAY).state


def test_one_takes_it_while_the_other_skips_it_and_one_of_both_counts(replicas: tuple[Storage, Storage]) -> None:
    pair = begun(replicas[0], Absence(ONE.id, THURSDAY, THURSDAY))
    assert meeting_of(replicas[0], pair).state is MeetingState.PROPOSED
    came = at_once(replicas, decides(ONE, pair, meetings.take), decides(OTHER, pair, meetings.skip))
    assert came == [MeetingState.PLANNED, MeetingState.PLANNED], "who came second sees what the first decided"
    assert meeting_of(replicas[0], pair).state is MeetingState.PLANNED
    assert told(replicas[0], "oneonones.told") == [("oneonones.told", OTHER.id)]


def test_both_skip_it_and_it_is_told_once(replicas: tuple[Storage, Storage]) -> None:
    pair = begun(replicas[0])
    came = at_once(replicas, decides(ONE, pair, meetings.skip), decides(OTHER, pair, meetings.skip))
    assert came == [MeetingState.SKIPPED, MeetingState.SKIPPED]
    assert len(told(replicas[0], "oneonones.told")) == 1


def test_both_replicas_plan_and_send_the_same_once(replicas: tuple[Storage, Storage]) -> None:
    pair = begun(replicas[0])
    later = datetime(2027, 1, 6, 3, tzinfo=UTC)

    def keeps_up(db: UnitOfWork) -> None:
        planning.do_all(db, pair, later, COMPANY)

    assert at_once(replicas, keeps_up, keeps_up) == [None, None]
    assert told(replicas[0], "oneonones.agenda") == [("oneonones.agenda", "U1"), ("oneonones.agenda", "U2")]
    days = replicas[0].read_now(TEAM, lambda db: [each.local_date for each in db.one_on_ones.meetings([pair])])
    assert days == [THURSDAY, date(2027, 1, 14)]


def test_a_day_off_entered_is_proposed_around_once(replicas: tuple[Storage, Storage]) -> None:
    pair = begun(replicas[0])
    replicas[0].write_now(TEAM, lambda db: db.members.add_absence(Absence(ONE.id, THURSDAY, THURSDAY)))

    def keeps_up(db: UnitOfWork) -> None:
        planning.do_all(db, pair, NOW, COMPANY)

    assert at_once(replicas, keeps_up, keeps_up) == [None, None]
    assert meeting_of(replicas[0], pair).state is MeetingState.PROPOSED
    assert told(replicas[0], "oneonones.proposed") == [("oneonones.proposed", "U1"), ("oneonones.proposed", "U2")]


def test_both_write_it_down_and_nothing_is_lost(replicas: tuple[Storage, Storage]) -> None:
    pair = begun(replicas[0])
    after = datetime(2027, 1, 7, 9, tzinfo=UTC)

    def writes(me: Member) -> Callable[[UnitOfWork], Any]:
        outcome = Outcome(took_place=True, notes=f"by {me.name}")
        return lambda db: meetings.write_down(db, acting(me, me.id, after), pair, THURSDAY, outcome).state

    assert at_once(replicas, writes(ONE), writes(OTHER)) == [MeetingState.HELD, MeetingState.HELD]
    kept = meeting_of(replicas[0], pair)
    assert (kept.notes, kept.notes_by) == ("by Other", OTHER.id), "the later notes count"


def test_two_people_who_set_up_the_same_one_at_once_have_one(replicas: tuple[Storage, Storage]) -> None:
    replicas[0].write_now(TEAM, lambda db: db.members.refresh([ONE, OTHER]))

    def begins(me: Member, other: Member, rule: Rule) -> Callable[[UnitOfWork], Any]:
        return lambda db: service.set_up(db, acting(me, me.id), other.id, rule, 60).id

    later = replace(RULE, at=time(15))
    first, second = at_once(replicas, begins(ONE, OTHER, RULE), begins(OTHER, ONE, later))
    assert first == second
    assert len(replicas[0].read_now(TEAM, lambda db: db.one_on_ones.all())) == 1


def test_so_they_do_where_they_had_ended_one_a_moment_before(replicas: tuple[Storage, Storage]) -> None:
    before = begun(replicas[0])
    replicas[0].write_now(TEAM, lambda db: service.end(db, acting(ONE, "end"), before))

    def begins(me: Member, other: Member, rule: Rule) -> Callable[[UnitOfWork], Any]:
        return lambda db: service.set_up(db, acting(me, me.id), other.id, rule, 60).id

    first, second = at_once(replicas, begins(ONE, OTHER, RULE), begins(OTHER, ONE, replace(RULE, at=time(15))))
    assert first == second != before


def test_what_one_ends_the_other_does_not_give_another_rhythm(replicas: tuple[Storage, Storage]) -> None:
    pair = begun(replicas[0])

    def changes(db: UnitOfWork) -> Any:
        return service.change(db, acting(OTHER, "change"), pair, replace(RULE, at=time(15)), 30).id

    came = at_once(replicas, lambda db: service.end(db, acting(ONE, "end"), pair).id, changes)
    assert came == [pair, "oneonones.is_over"]
    assert told(replicas[0], "oneonones.rhythm") == [], "nobody hears of a rhythm of what is over"
