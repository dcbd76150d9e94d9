"""One date of a check-in from beginning to end: it begins, people are asked, it is posted. Each public function is part
of one transaction; the jobs that call them are in `jobs`, answers in `answering`.

That a date is decided (`plan_date`) causes nothing by itself: a run may have begun before, for those in whose zone the
time comes earlier, and where nobody works that day there is none.
"""

from datetime import datetime, timedelta

from bot.audiences import Found
from bot.calendars import calendars_of
from bot.checkins.team.facts import PostFacts
from bot.checkins.team.post_parts import parts_of
from bot.checkins.team.purposes import ASK, CHANGED, MISSED, PART, POST, REMIND
from bot.checkins.team.reading import read_post
from bot.domain.audiences import select
from bot.domain.checkins import (
    LAST_ASKED,
    STILL_USEFUL,
    Checkin,
    Run,
    RunState,
    ask_moment,
    begins_at,
    posts_at,
    remind_moment,
)
from bot.domain.deliveries import Delivery, DeliveryState, NewDelivery, Verb
from bot.domain.schedules import Due, OccurrenceState, Schedule, ScheduleKind, instant, next_due
from bot.domain.workdays import Workdays
from storage import UnitOfWork, new_id

AHEAD = timedelta(hours=26)
"""So long before the schedule's moment its time of day can come somewhere else."""
_IN_SLACK = (DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.AMBIGUOUS)
_A_MOMENT = timedelta(minutes=1)
"""A question that is due at the last moment can still be sent then."""


def plan_date(_db: UnitOfWork, _schedule: Schedule, _due: Due, _now: datetime) -> None:
    """That a date is decided is all there is to do at once: whether anybody works then depends on the calendar of the
    country, which the job knows."""


def to_begin(db: UnitOfWork, now: datetime, workdays: Workdays, default_zone: str) -> list[tuple[Checkin, Due]]:
    """The dates that are to begin at `now` (aware): those decided a short while ago, and those whose time of day has
    come somewhere among the people. Not those on which nobody works."""
    found: list[tuple[Checkin, Due]] = []
    zones: frozenset[str] | None = None
    for checkin in db.checkins.all():
        schedule = db.schedules.of_subject(ScheduleKind.CHECKIN, checkin.id)
        if schedule is None or not schedule.active:
            continue
        latest, ahead = db.schedules.latest(schedule.id), next_due(schedule.rule, now)
        if latest is not None and latest.state is OccurrenceState.PLANNED and now - latest.due_at <= STILL_USEFUL:
            decided = Due(latest.local_date, latest.due_at)
            found += [(checkin, decided)] if _is_wanted(db, checkin, decided, workdays) else []
        if ahead is not None and ahead.at - now <= AHEAD and _is_wanted(db, checkin, ahead, workdays):
            zones = zones if zones is not None else _zones(db, default_zone)
            found += [(checkin, ahead)] if begins_at(schedule.rule, ahead, zones) <= now else []
    return found


def _is_wanted(db: UnitOfWork, checkin: Checkin, due: Due, workdays: Workdays) -> bool:
    """Whether a date has not begun yet, and people work on it."""
    return workdays.is_working_day(due.local_date) and db.checkins.run_on(checkin.id, due.local_date) is None


def _zones(db: UnitOfWork, default_zone: str) -> frozenset[str]:
    return frozenset(each.zone_or(default_zone) for each in db.members.all() if each.left_out is None)


def begin(db: UnitOfWork, checkin: Checkin, due: Due, now: datetime) -> None:
    """Begins a date, once. Where it is too late to ask anybody before the post, whoever set it up hears why nothing
    came."""
    schedule = db.schedules.of_subject(ScheduleKind.CHECKIN, checkin.id)
    closes_at = posts_at(checkin.definition, due.local_date, schedule.rule.zone) if schedule else None
    if closes_at is None:
        return
    is_late = now > closes_at - LAST_ASKED
    state = RunState.MISSED if is_late else RunState.OPEN
    run = Run(new_id(), checkin.id, due.local_date, checkin.definition, closes_at, frozenset(), state)
    if db.checkins.begin(run) and is_late:
        _tell_missed(db, run, "late", now)


def unasked(db: UnitOfWork) -> list[Run]:
    """Runs that have begun, and in which nobody was asked yet."""
    return [run for run in db.checkins.open() if not run.asked]


def ask_people(db: UnitOfWork, run_id: str, found: Found, now: datetime, workdays: Workdays, default_zone: str) -> None:
    """Owes the question to everybody of an audience who is at work before the post, each at their own time, and the one
    reminder. Doing it again changes nothing."""
    run = db.checkins.run(run_id)
    schedule = db.schedules.of_subject(ScheduleKind.CHECKIN, run.checkin_id) if run else None
    if run is None or schedule is None or run.asked or not db.checkins.hold(run_id):
        return
    people = select(run.definition.asks, found.present, found.known).members
    calendars = calendars_of(db, people, now, run.closes_at, workdays, default_zone)
    scheduled = instant(run.local_date, schedule.rule.at, schedule.rule.zone) or now
    owed: list[NewDelivery] = []
    for member_id, own in calendars.items():
        at = ask_moment(own, run.local_date, schedule.rule.at, now, scheduled, run.closes_at)
        if at is None:
            continue
        facts = {"owner": _author(db, run)}
        owed.append(NewDelivery(ASK, run_id, member_id, at, run.closes_at - LAST_ASKED + _A_MOMENT, facts=facts))
        reminded = remind_moment(own, at, run.closes_at)
        if reminded is not None:
            owed.append(NewDelivery(REMIND, run_id, member_id, reminded, run.closes_at - LAST_ASKED, facts=facts))
    asked = frozenset(each.receiver for each in owed)
    if not asked:
        db.checkins.end(run_id, RunState.EMPTY)
        return
    db.checkins.ask(run_id, asked)
    db.deliveries.add_many(owed)


def give_up(db: UnitOfWork, run_id: str, why: str, now: datetime) -> None:
    """Ends a run in which nobody could be asked; whoever set it up hears why."""
    run = db.checkins.run(run_id)
    if run is not None and db.checkins.end(run_id, RunState.MISSED):
        _tell_missed(db, run, why, now)


def close(db: UnitOfWork, run_id: str, now: datetime, country: str, currency: str) -> bool:
    """Ends a run whose time is over, and owes the channel what came together while that is of use. False where it was
    ended before, here or by another replica."""
    run = db.checkins.run(run_id)
    if run is None or not db.checkins.hold(run_id):
        return False
    turn_messages(db, run, now)
    reached, answers = reached_in(db, run), db.checkins.answers(run_id)
    if now - run.closes_at > STILL_USEFUL or not (reached or answers):
        db.checkins.end(run_id, RunState.MISSED)
        _tell_missed(db, run, "late" if reached or answers else "unreached", now)
        return True
    if not answers and not run.definition.posts_when_empty:
        return db.checkins.end(run_id, RunState.EMPTY)
    db.checkins.end(run_id, RunState.POSTED)
    _owe_post(db, run, read_post(db, run, now, country, currency), now)
    return True


def reached_in(db: UnitOfWork, run: Run) -> frozenset[str]:
    """Who was reached by the question, or has answered without it."""
    asked = {each.receiver for each in db.deliveries.of(ASK, run.id) if each.state in _IN_SLACK}
    return frozenset(asked | {answer.member_id for answer in db.checkins.answers(run.id)})


def messages_of(db: UnitOfWork, run: Run, member_id: str = "") -> list[Delivery]:
    """The questions and reminders of a run that are in Slack, of everybody or of one person."""
    sent = [*db.deliveries.of(ASK, run.id), *db.deliveries.of(REMIND, run.id)]
    return [each for each in sent if each.state in _IN_SLACK and member_id in ("", each.receiver)]


def turn_messages(db: UnitOfWork, run: Run, now: datetime, member_id: str = "", why: str = "over") -> None:
    """Owes the messages that ask their new wording, once for each `why`."""
    db.deliveries.add_many(
        NewDelivery(
            CHANGED,
            f"{run.id}:{each.purpose}:{why}",
            each.receiver,
            now,
            verb=Verb.UPDATE,
            target_id=each.id,
        )
        for each in messages_of(db, run, member_id)
    )


def _owe_post(db: UnitOfWork, run: Run, facts: PostFacts, now: datetime) -> None:
    told = {"owner": _author(db, run)}
    until = run.closes_at + STILL_USEFUL
    post_id = db.deliveries.add(NewDelivery(POST, run.id, run.definition.channel_id, now, until, facts=told))
    if post_id is None:
        return
    for part in range(1, len(parts_of(facts))):
        db.deliveries.add(
            NewDelivery(
                PART,
                f"{run.id}:{part}",
                run.definition.channel_id,
                now,
                verb=Verb.REPLY,
                target_id=post_id,
                facts={**told, "part": str(part)},
            )
        )


def _tell_missed(db: UnitOfWork, run: Run, why: str, now: datetime) -> None:
    tell(db, run.checkin_id, _author(db, run), why, f"{run.id}:{why}", now, day=run.local_date.isoformat())


def tell(db: UnitOfWork, checkin_id: str, member_id: str, why: str, subject: str, now: datetime, day: str = "") -> None:
    """Owes somebody a note on what keeps their check-in from the channel. `why` is the last part of its text's key."""
    facts = {"checkin": checkin_id, "why": why, "day": day}
    db.deliveries.add(NewDelivery(MISSED, subject, member_id, now, facts=facts))


def _author(db: UnitOfWork, run: Run) -> str:
    checkin = db.checkins.get(run.checkin_id)
    return checkin.created_by if checkin else ""
