"""What this feature's deliveries say, made from the database at the moment they are sent."""

from datetime import datetime

from bot.actions import service, views
from bot.commands import Registry
from bot.domain.actions import Action, ActionState
from bot.domain.catalogue import Viewer
from bot.domain.deliveries import Delivery
from bot.domain.members import Member
from bot.services import Services
from bot.slack.blocks import Message
from storage import UnitOfWork


def register(registry: Registry) -> None:
    registry.delivery(service.DUE, due)
    registry.delivery(service.ASSIGNED, assigned)
    registry.delivery(service.SETTLED, settled)


def due(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    """The morning's reminder; None when everything in it was settled or moved meanwhile."""
    reader = db.members.get(delivery.receiver)
    if reader is None or reader.left_out:
        return None
    return reminder(db, delivery, reader, services, now) if still_due(db, delivery, reader) else None


def still_due(db: UnitOfWork, delivery: Delivery, reader: Member) -> list[Action]:
    """The actions of a reminder that are still open, their owner's, and due as they were."""
    wanted = {part.rsplit("/", 1)[0] for part in delivery.facts["actions"].split(",")}
    return [each for each in db.actions.open_of(reader.id) if f"{each.id}/{each.due_on}" in wanted]


def settled_since(db: UnitOfWork, delivery: Delivery, reader: Member) -> list[Action]:
    """The actions of a reminder that were its reader's and are settled by now, in the order in which they were."""
    named = [db.actions.get(part.split("/", 1)[0]) for part in delivery.facts["actions"].split(",")]
    over = [each for each in named if each and each.owner_id == reader.id and each.state is not ActionState.OPEN]
    return sorted(over, key=lambda each: (each.settled_at or each.created_at, each.created_at))


def reminder(db: UnitOfWork, delivery: Delivery, reader: Member, services: Services, now: datetime) -> Message:
    """The reminder as it is now."""
    actions, over = still_due(db, delivery, reader), settled_since(db, delivery, reader)
    listed = service.read_list(db, reader)
    kpis = db.catalogue.read().seen_by(Viewer.of(reader, db.teams.of(reader.id)))
    today = services.today_of(reader, now)
    return views.reminder_message(actions, listed, kpis, today, services.language_of(reader), over)


def assigned(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    """What somebody was asked to do; None when it is settled or somebody else's by now."""
    action, reader = _of(db, delivery)
    if action is None or action.state is not ActionState.OPEN or action.owner_id != reader.id:
        return None
    return views.assigned_message(action, services.today_of(reader, now), services.language_of(reader))


def settled(db: UnitOfWork, delivery: Delivery, services: Services, _now: datetime) -> Message | None:
    """What became of what somebody asked for; None when it was opened again."""
    action, reader = _of(db, delivery)
    if action is None or action.state is ActionState.OPEN:
        return None
    return views.settled_message(action, services.language_of(reader), own=False)


def _of(db: UnitOfWork, delivery: Delivery) -> tuple[Action | None, Member]:
    return db.actions.get(delivery.facts["action"]), db.members.get(delivery.receiver) or Member(delivery.receiver)
