"""How each message of this feature is worded at the moment it is sent."""

from datetime import datetime
from functools import partial

from bot.blocker_posts import PART, POST, POST_CHANGED
from bot.calendars import calendars_of
from bot.checkins.team import post_views, views
from bot.checkins.team.answering import offered
from bot.checkins.team.purposes import ASK, CHANGED, HELPED, MISSED, REMIND
from bot.checkins.team.reading import read_post
from bot.commands import Registry
from bot.domain.actions import ActionState
from bot.domain.checkins import ItemKind, Run, RunState
from bot.domain.deliveries import Delivery, DeliveryState
from bot.domain.members import Member
from bot.scoreboard import workdays_in
from bot.services import Services
from bot.slack.blocks import Message
from storage import UnitOfWork

_NEVER_SENT = (DeliveryState.SKIPPED, DeliveryState.FAILED)


def register(registry: Registry) -> None:
    registry.delivery(ASK, partial(render_ask, is_reminder=False))
    registry.delivery(REMIND, partial(render_ask, is_reminder=True))
    registry.delivery(CHANGED, render_changed)
    registry.delivery(POST, render_post)
    registry.delivery(PART, render_post)
    registry.delivery(POST_CHANGED, render_post)
    registry.delivery(HELPED, render_helped)
    registry.delivery(MISSED, render_missed)


def render_ask(
    db: UnitOfWork, delivery: Delivery, services: Services, now: datetime, *, is_reminder: bool
) -> Message | None:
    """Nothing where the answer is there, the run is over, or the person is not at work after all."""
    run = db.checkins.run(delivery.subject)
    member = _member(db, delivery.receiver)
    if run is None or run.state is not RunState.OPEN or run.closes_at <= now or member.left_out:
        return None
    ask = db.deliveries.find(ASK, run.id, member.id) if is_reminder else None
    if db.checkins.answer_of(run.id, member.id) or (ask is not None and ask.state in _NEVER_SENT):
        return None
    if not _is_at_work(db, member, services, now):
        return None
    t = services.language_of(member)
    until = t.moment(run.closes_at, services.zone_of(member))
    return views.ask_message(run, _questions(db, run, member), until, t, is_reminder=is_reminder)


def render_changed(db: UnitOfWork, delivery: Delivery, services: Services, _now: datetime) -> Message | None:
    """What a question says now."""
    run = db.checkins.run(delivery.subject.split(":", 1)[0])
    if run is None:
        return None
    member = _member(db, delivery.receiver)
    t = services.language_of(member)
    until = t.moment(run.closes_at, services.zone_of(member))
    answered = db.checkins.answer_of(run.id, member.id) is not None
    if run.state is RunState.OPEN and not answered:
        return views.ask_message(run, _questions(db, run, member), until, t)
    return views.turned_message(run, until, t, answered=answered)


def render_post(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    """The post or one of its parts, with the figures as they are now."""
    run = db.checkins.run(delivery.subject.split(":", 1)[0])
    if run is None or run.state is not RunState.POSTED:
        return None
    settings = services.settings
    facts = read_post(db, run, now, settings.country, settings.currency)
    part = int(delivery.facts.get("part", "0"))
    return post_views.post_message(facts, services.texts.t(run.definition.language), part)


def render_helped(db: UnitOfWork, delivery: Delivery, services: Services, _now: datetime) -> Message | None:
    action, member = db.actions.get(delivery.facts["action"]), _member(db, delivery.receiver)
    if action is None or action.state is ActionState.DROPPED or member.left_out:
        return None
    return views.helped_message(action, services.language_of(member))


def render_missed(db: UnitOfWork, delivery: Delivery, services: Services, _now: datetime) -> Message | None:
    checkin = db.checkins.get(delivery.facts["checkin"])
    if checkin is None:
        return None
    t = services.language_of(_member(db, delivery.receiver))
    said = delivery.facts["day"]
    day = t.day(datetime.fromisoformat(said).date()) if said else ""
    bot = f"<@{services.slack.identity.bot_user_id}>"
    return views.missed_message(checkin.definition, delivery.facts["why"], day, bot, t)


def _questions(db: UnitOfWork, run: Run, member: Member) -> int:
    sentences = sum(item.kind is not ItemKind.KPI for item in run.definition.items)
    return sentences + len(offered(db, run, member))


def _is_at_work(db: UnitOfWork, member: Member, services: Services, now: datetime) -> bool:
    workdays = workdays_in(services.settings.country, db.catalogue.policy().days_off)
    own = calendars_of(db, [member], now, now, workdays, services.settings.timezone)[member.id]
    return own.next_moment(now) <= now


def _member(db: UnitOfWork, member_id: str) -> Member:
    return db.members.get(member_id) or Member(member_id)
