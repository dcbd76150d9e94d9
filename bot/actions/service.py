"""Adding, changing and settling actions. One transaction a function; texts and layout are in `views`."""

from dataclasses import replace
from datetime import date, datetime

from bot.actions.outcomes import Listed
from bot.actions.wishes import ActionWish
from bot.blocker_posts import turn_post
from bot.domain.actions import Action, ActionSource, ActionState, action_id
from bot.domain.catalogue import Viewer
from bot.domain.deliveries import NewDelivery
from bot.domain.errors import DomainError, LiveMention
from bot.domain.members import Member
from storage import UnitOfWork, new_id

DUE = "actions.due"
ASSIGNED = "actions.assigned"
SETTLED = "actions.settled"


def read_list(db: UnitOfWork, member: Member) -> Listed:
    """What a member has promised, and what others promised them, the most urgent first."""
    require_member(member)
    own, of_others = db.actions.open_of(member.id), db.actions.open_for_others(member.id)
    every = [*own, *of_others]
    people = db.members.get_many({id_ for each in every for id_ in (each.owner_id, each.created_by, each.partner_id)})
    names = {id_: person.name or id_ for id_, person in people.items()}
    return Listed(tuple(own), tuple(of_others), names, origins_of(db, every, member))


def origins_of(db: UnitOfWork, actions: list[Action], member: Member) -> dict[str, str]:
    """What each action followed from: a survey's handle, a KPI's key, a channel's or a person's id. "" where the
    member may not see it."""
    kpis = db.catalogue.read().seen_by(Viewer.of(member, db.teams.of(member.id)))
    found = {}
    for each in actions:
        origin = ""
        match each.source:
            case ActionSource.SURVEY:
                asked = db.rounds.get(each.source_id)
                survey = db.surveys.get(asked.survey_id) if asked else None
                origin = survey.handle if survey else ""
            case ActionSource.ALERT:
                origin = each.source_id if each.source_id in kpis else ""
            case ActionSource.CHECKIN:
                origin = each.channel_id
            case ActionSource.ONE_ON_ONE:
                origin = each.partner_id if each.owner_id == member.id else each.owner_id
        found[each.id] = origin
    return found


def add_own(db: UnitOfWork, member: Member, wish: ActionWish, today: date, now: datetime, key: str) -> Action:
    """Put an action on somebody's list, or ask somebody else for it, who hears of it; `today` is the member's. The same
    command delivered twice adds it once. Raises DomainError `core.outsider`, `actions.owner_unknown`,
    `actions.date_past`."""
    require_member(member)
    _require_ahead(wish.due_on, today)
    owner_id = wish.owner_id or member.id
    _require_owner(db, owner_id)
    action = Action(action_id(key), wish.text, owner_id, wish.due_on, ActionSource.OWN, "", member.id, now)
    if db.actions.add(action) and owner_id != member.id:
        _tell(db, ASSIGNED, action, owner_id, now)
    return db.actions.get(action.id) or action


def find(db: UnitOfWork, member: Member, action_id: str) -> Action:
    """An action that concerns a member. Raises DomainError `core.outsider`, and `core.stale` for one that is not there
    or not theirs: who may not see it does not hear that it exists."""
    require_member(member)
    action = db.actions.get(action_id)
    if action is None or not (action.concerns(member.id) or (member.is_admin and not action.is_private)):
        raise DomainError("core.stale")
    return action


def settle(db: UnitOfWork, member: Member, action_id: str, state: ActionState, now: datetime) -> Action:
    """Say that an action is done, dropped, or open again. The first who settles it counts, here or in another replica:
    a button that still stands somewhere changes nothing more until it is opened again. Who asked somebody else for it
    hears that it is settled, once. Raises what `find` raises."""
    db.workspace.lock()
    action = find(db, member, action_id)
    is_open = state is ActionState.OPEN
    if (action.state is ActionState.OPEN) is is_open:
        return action
    settled = replace(
        action, state=state, settled_at=None if is_open else now, settled_by="" if is_open else member.id
    )  # fmt: skip
    db.actions.change(settled)
    turn_post(db, settled, now)
    if not is_open and not action.is_private and action.created_by not in (member.id, action.owner_id):
        _tell(db, SETTLED, settled, action.created_by, now)
    return settled


def change(db: UnitOfWork, member: Member, action_id: str, wish: ActionWish, today: date, now: datetime) -> Action:
    """Say it in other words, give it to somebody else, or move its date; `today` is the member's. Of a one-on-one, only
    one of the two can own it. Raises what `find` raises, and `actions.settled_meanwhile` for one that is open no more,
    `actions.owner_unknown`, `actions.owner_private`, `actions.date_past`."""
    db.workspace.lock()
    action = find(db, member, action_id)
    owner_id, due_on = wish.owner_id or member.id, wish.due_on
    if action.state is not ActionState.OPEN:
        raise DomainError("actions.settled_meanwhile")
    if due_on != action.due_on:
        _require_ahead(due_on, today)
    if owner_id != action.owner_id:
        _require_owner(db, owner_id)
        if action.is_private and not action.concerns(owner_id):
            raise DomainError("actions.owner_private")
    partner_id = action.partner_id
    if action.is_private and owner_id == partner_id:  # the pair stays the pair, whoever of the two does it
        partner_id = action.owner_id
    changed = replace(action, text=wish.text, owner_id=owner_id, due_on=due_on, partner_id=partner_id)
    if changed != action:
        db.actions.change(changed)
        turn_post(db, changed, now)
        if owner_id not in (action.owner_id, member.id):
            _tell(db, ASSIGNED, changed, owner_id, now)
    return changed


def require_member(member: Member) -> None:
    """Guests, people of other companies, bots and deactivated people have no list."""
    if member.left_out:
        raise DomainError("core.outsider")


def _require_ahead(due_on: date | None, today: date) -> None:
    if due_on is not None and due_on < today:
        raise DomainError("actions.date_past", day=due_on)


def _require_owner(db: UnitOfWork, owner_id: str) -> None:
    owner = db.members.get(owner_id)
    if owner is None or owner.left_out:
        raise DomainError("actions.owner_unknown", person=LiveMention.person(owner_id))


def _tell(db: UnitOfWork, purpose: str, action: Action, receiver: str, now: datetime) -> None:
    db.deliveries.add(NewDelivery(purpose, f"{action.id}:{new_id()}", receiver, now, facts={"action": action.id}))
