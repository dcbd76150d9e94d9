"""One date of a check-in from beginning to end: it begins, people are asked, it is posted. Each public function is part
of one transaction; the jobs that call them are in `jobs`, answers in `answering`.

That a date is decided (`plan_date`) causes nothing by itself: a run may have begun before, for those in whose zone the
time comes earlier, and where nobody works that day there is none.
"""

from datetime import datetime, timedelta

from bot.audiences import Found
from bot.blocker_posts import PART, POST
from bot.calendars import calendars_of, known_zone
from bot.checkins.team.facts import PostFacts
from bot.checkins.team.post_parts import parts_of
from bot.checkins.team.purposes import ASK, CHANGED, MISSED, REMIND
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
    held_on,
    posts_at,
    remind_moment,
)
from bot.domain.deliveries import Delivery, DeliveryState, NewDelivery, Verb
from bot.domain.schedules import Cadence, Due, Occurrence, Rule, Schedule, ScheduleKind, dates, instant, next_due
from bot.domain.workdays import Workdays
from bot.notices import QUIET, SERIES
from storage import UnitOfWork, new_id

AHEAD = timedelta(hours=26)
"""So long before the schedule's moment its time of day can come somewhere else."""
UNREADABLE = "unreadable"
"""Why nobody could be asked: Slack does not say who is in the channel or group."""
_IN_SLACK = (DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.AMBIGUOUS)
_A_MOMENT = timedelta(minutes=1)
"""A question that is due at the last moment can still be sent then."""


def plan_date(_db: UnitOfWork, _schedule: Schedule, _due: Due, _now: datetime) -> None:
    """That a date is decided is all there is to do at once: whether anybody works then depends on the calendar of the
    country, which the job knows."""


def to_begin(db: UnitOfWork, now: datetime, workdays: Workdays, default_zone: str) -> list[tuple[Checkin, Due]]:
    """The dates that are to begin at `now` (aware): those decided a short while ago, and those whose time of day has
    come somewhere among the people. Not those on which nobody works, as in `held_on`. A handful of queries, however
    many check-ins there are."""
    schedules = {each.subject_id: each for each in db.schedules.active() if each.kind is ScheduleKind.CHECKIN}
    latest = db.schedules.latest_of([each.id for each in schedules.values()])
    near: list[tuple[Checkin, Rule, Due]] = []
    for checkin in db.checkins.all():
        schedule = schedules.get(checkin.id)
        for due in _dates(db, schedule, latest.get(schedule.id), now) if schedule else ():
            held = held_on(schedule.rule, due, workdays) if schedule else None
            if schedule and held and -AHEAD <= now - held.at <= STILL_USEFUL:
                near.append((checkin, schedule.rule, held))
    if not near:
        return []
    begun = db.checkins.begun([each.id for each, _, _ in near], min(due.local_date for _, _, due in near))
    fresh = [each for each in near if (each[0].id, each[2].local_date) not in begun]
    zones = _zones(db, default_zone) if fresh else frozenset()
    return [(checkin, due) for checkin, rule, due in fresh if begins_at(rule, due, zones) <= now]


def _dates(db: UnitOfWork, schedule: Schedule, latest: Occurrence | None, now: datetime) -> list[Due]:
    """The date of a schedule that was decided last, and the next one. Of a monthly one that fell on a day off it does
    not matter whether the bot ran then."""
    if schedule.rule.cadence in (Cadence.MONTHLY, Cadence.QUARTERLY):
        latest = next(reversed(db.schedules.occurrences(schedule.id)), None)
    decided = [Due(latest.local_date, latest.due_at)] if latest is not None else []
    still = [each for each in decided if next(dates(schedule.rule, each.local_date), None) == each.local_date]
    ahead = next_due(schedule.rule, now)
    return [*still, *([ahead] if ahead is not None else [])]


def _zones(db: UnitOfWork, default_zone: str) -> frozenset[str]:
    people = (each for each in db.members.all() if each.left_out is None)
    return frozenset(known_zone(each.zone_or(default_zone), default_zone) for each in people)


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
    told = {"owner": _author(db, run), SERIES: run.checkin_id}
    until = run.closes_at + STILL_USEFUL
    post_id = db.deliveries.add(NewDelivery(POST, run.id, run.definition.channel_id, now, until, facts=told))
    if post_id is None:
        return
    for number, part in enumerate(parts_of(facts)[1:], start=1):
        db.deliveries.add(
            NewDelivery(
                PART,
                f"{run.id}:{number}",
                run.definition.channel_id,
                now,
                verb=Verb.REPLY,
                target_id=post_id,
                facts={**told, "part": str(number), "blocked": ",".join(each.member_id for each in part.blockers)},
            )
        )


def _tell_missed(db: UnitOfWork, run: Run, why: str, now: datetime) -> None:
    """Whoever set it up hears why nothing came, and an admin where it takes somebody to mend it; each of them only
    weekly while it goes on in the same way."""
    author, day = _author(db, run), run.local_date.isoformat()
    admins = [each.id for each in db.members.admins()[:1]] if why == UNREADABLE else []
    told = _told_lately(db, run.checkin_id, why, now)
    for member_id in dict.fromkeys((author, *admins)):
        if member_id not in told:
            tell(db, run.checkin_id, member_id, why, f"{run.id}:{why}", now, day=day)


def _told_lately(db: UnitOfWork, checkin_id: str, why: str, now: datetime) -> frozenset[str]:
    """Who has heard in the last week that this check-in fails so, and nothing of it was posted since."""
    lately = db.deliveries.of_purposes((MISSED, POST), now - QUIET)
    posts = (each.due_at for each in lately if each.purpose == POST and each.facts.get(SERIES) == checkin_id)
    posted_at = max(posts, default=None)
    same = (each for each in lately if each.purpose == MISSED and _is_about(each, checkin_id, why))
    return frozenset(each.receiver for each in same if posted_at is None or each.due_at > posted_at)


def _is_about(missed: Delivery, checkin_id: str, why: str) -> bool:
    facts = missed.facts
    return bool(facts["day"]) and (facts["checkin"], facts["why"]) == (checkin_id, why)


def tell(db: UnitOfWork, checkin_id: str, member_id: str, why: str, subject: str, now: datetime, day: str = "") -> None:
    """Owes somebody a note on what keeps their check-in from the channel. `why` is the last part of its text's key."""
    facts = {"checkin": checkin_id, "why": why, "day": day}
    db.deliveries.add(NewDelivery(MISSED, subject, member_id, now, facts=facts))


def _author(db: UnitOfWork, run: Run) -> str:
    checkin = db.checkins.get(run.checkin_id)
    return checkin.created_by if checkin else ""
