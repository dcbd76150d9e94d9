"""Picking up what is in somebody's way: a promise is made of it, once, and the post and the person hear of it. Each
function is one transaction. Reminding of promises and settling them belongs to the feature of actions."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bot.blocker_posts import turn_post
from bot.calendars import calendars_of
from bot.checkins.team.facts import Taken
from bot.checkins.team.purposes import HELPED
from bot.domain.actions import ACTION_LENGTH, Action, ActionSource, ActionState
from bot.domain.calendars import OwnCalendar
from bot.domain.checkins import ItemKind, Run, RunState, blocker_id
from bot.domain.deliveries import NewDelivery
from bot.domain.errors import DomainError
from bot.domain.members import Member
from bot.scoreboard import workdays_in
from bot.slack.blocks import cut
from storage import UnitOfWork

A_YEAR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Taking:
    """Who takes whose blocker of which run, and when (UTC); what the settings say of the country, and the zone of those
    who said nothing of theirs."""

    run_id: str
    blocked_id: str
    by: Member
    now: datetime
    country: str
    default_zone: str


def take(db: UnitOfWork, taking: Taking) -> Taken:
    """Promises to take a blocker, by the next working day of who takes it. Taken before, nothing changes; one that was
    let go can be taken again.

    DomainErrors: `core.stale` for what is no blocker of a posted run, `core.guest` for visitors.
    """
    if taking.by.left_out is not None:
        raise DomainError("core.guest")
    run, text = _blocker(db, taking)
    source_id = blocker_id(run.id, taking.blocked_id)
    own = _calendar(db, taking.by, taking)
    due_on = own.today(own.next_day(taking.now))
    action = Action(
        f"checkin:{source_id}",
        cut(" ".join(text.split()), ACTION_LENGTH),
        taking.by.id,
        due_on,
        ActionSource.CHECKIN,
        source_id,
        taking.blocked_id,
        taking.now,
        channel_id=run.definition.channel_id,
    )
    db.workspace.lock()  # two who take again what was let go: the second finds it taken
    there = None if db.actions.add(action) else db.actions.get(action.id)
    if there is not None and there.state is not ActionState.DROPPED:
        return Taken(there, taking.blocked_id, already=True)
    if there is not None:
        db.actions.change(replace(action, settled_at=None, settled_by=""))
    turn_post(db, action, taking.now)
    if taking.by.id != taking.blocked_id:
        _tell(db, run, taking, action)
    return Taken(action, taking.blocked_id, already=False)


def find(db: UnitOfWork, taking: Taking) -> Action:
    """The promise, for who made it. DomainErrors: `core.stale`, `checkins.team.not_taken_by_you`."""
    run, _ = _blocker(db, taking)
    action = db.actions.get(f"checkin:{blocker_id(run.id, taking.blocked_id)}")
    if action is None or action.state is not ActionState.OPEN:
        raise DomainError("core.stale")
    if action.owner_id != taking.by.id:
        raise DomainError("checkins.team.not_taken_by_you")
    return action


def change_day(db: UnitOfWork, taking: Taking, due_on: date, today: date) -> Action:
    """Another date for a promise. DomainErrors: as of `find`, `checkins.team.day_gone`."""
    action = find(db, taking)
    if due_on < today:
        raise DomainError("checkins.team.day_gone", day=due_on)
    if action.due_on != due_on:
        action = replace(action, due_on=due_on)
        db.actions.change(action)
        turn_post(db, action, taking.now)
    return action


def _blocker(db: UnitOfWork, taking: Taking) -> tuple[Run, str]:
    run = db.checkins.run(taking.run_id)
    answer = db.checkins.answer_of(taking.run_id, taking.blocked_id) if run else None
    items = [item for item in run.definition.items if item.kind is ItemKind.BLOCKER] if run else []
    text = next((answer.texts[item.id] for item in items if answer and answer.texts.get(item.id)), "")
    if run is None or run.state is not RunState.POSTED or not text:
        raise DomainError("core.stale")
    return run, text


def _tell(db: UnitOfWork, run: Run, taking: Taking, action: Action) -> None:
    """The person hears of it when they are next at work."""
    blocked = db.members.get(taking.blocked_id) or Member(taking.blocked_id)
    at = _calendar(db, blocked, taking).next_moment(taking.now)
    subject = f"{blocker_id(run.id, taking.blocked_id)}:{taking.by.id}"
    db.deliveries.add(NewDelivery(HELPED, subject, blocked.id, at, facts={"action": action.id}))


def _calendar(db: UnitOfWork, member: Member, taking: Taking) -> OwnCalendar:
    workdays = workdays_in(taking.country, db.catalogue.policy().days_off)
    until = taking.now + A_YEAR
    return calendars_of(db, [member], taking.now, until, workdays, taking.default_zone)[member.id]
