"""Who hears by name whose numbers are missing: the lead of a summary, after its post, when they are next at work. What
is said to them is in `deliveries`."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from bot.calendars import calendars_of
from bot.domain.deliveries import Delivery, DeliveryState, NewDelivery
from bot.domain.summaries import next_post
from bot.notices import SERIES
from bot.services import Services
from bot.summaries import service
from bot.summaries.purposes import OWING, POST
from storage import UnitOfWork

LATEST = timedelta(days=3)
"""Posts that were due longer ago are not followed up any more."""
AHEAD = timedelta(days=14)
"""So far ahead a lead's days away are looked at."""
USEFUL_FOR = timedelta(hours=12)
"""How long after its moment the note is still of use."""


async def follow_posts(services: Services, now: datetime) -> None:
    """The job: owes each lead the note that belongs to a post. Doing it again changes nothing."""
    country, zone = services.settings.country, services.settings.timezone
    workspace_id = services.workspace_id
    notes = await services.storage.read(workspace_id, lambda db: owed(db, now, country, zone))
    if notes:
        await services.storage.write(workspace_id, partial(_add, notes=notes))


def owed(db: UnitOfWork, now: datetime, country: str, default_zone: str) -> list[NewDelivery]:
    """The notes that the latest posts call for and that nobody is owed yet, each at its lead's own next working moment
    from `now` (aware) on; none where it would come only with the next post, or where the lead is no member any more."""
    posts = _unfollowed(db, now)
    workdays = service.workdays_of(db, country) if posts else None
    notes = []
    for post in posts:
        summary = db.summaries.get(post.subject.split(":", 1)[0])
        lead = db.members.get(summary.lead_id) if summary is not None and summary.active else None
        if summary is None or workdays is None or lead is None or lead.left_out:
            continue
        calendar = calendars_of(db, [lead], now, now + AHEAD, workdays, default_zone)[lead.id]
        moment = calendar.next_moment(max(now, post.due_at))
        following = next_post(service.rule_of(db, summary), post.due_at, workdays)
        if following is None or moment < following.at:
            facts = {"day": post.facts["day"], "owner": summary.created_by, SERIES: summary.id}
            notes.append(NewDelivery(OWING, post.subject, lead.id, moment, moment + USEFUL_FOR, facts=facts))
    return notes


def _add(db: UnitOfWork, notes: Sequence[NewDelivery]) -> int:
    return db.deliveries.add_many(notes)


def _unfollowed(db: UnitOfWork, now: datetime) -> list[Delivery]:
    """The latest posts, sent or about to be, that no lead is owed anything about."""
    found = db.deliveries.of_purposes((POST, OWING), now - LATEST)
    told = {each.subject for each in found if each.purpose == OWING}
    return [each for each in found if each.purpose == POST and each.subject not in told and _comes(each, now)]


def _comes(post: Delivery, now: datetime) -> bool:
    if post.state is DeliveryState.SENT:
        return True
    is_late = post.expires_at is not None and post.expires_at <= now
    return post.state not in (DeliveryState.FAILED, DeliveryState.SKIPPED) and not is_late
