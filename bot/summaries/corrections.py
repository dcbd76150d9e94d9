"""Corrections after posting: who looks at a summary some days later must not find figures that were put right since. A
post is said again, marked as corrected, for as long as it is the latest one; what it then says is in `deliveries`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from bot.domain.deliveries import Delivery, DeliveryState, NewDelivery, Verb
from bot.domain.kpis import inputs_of
from bot.domain.schedules import dates
from bot.domain.summaries import Summary, next_post
from bot.domain.workdays import Workdays
from bot.services import Services
from bot.summaries import service, views
from bot.summaries.comparing import first_day_shown
from bot.summaries.days import period_of
from bot.summaries.deliveries import corrections_of, facts_at, visible
from bot.summaries.facts import KINDS
from bot.summaries.purposes import CORRECTED_DETAILS, CORRECTION, DETAILS, POST
from storage import UnitOfWork

LATEST = timedelta(days=14)
"""A post that was due longer ago is left as it is."""
APART = timedelta(minutes=10)
"""A post is corrected at most this often: whoever puts several figures right is not followed step by step."""
_WAITING = (DeliveryState.DUE, DeliveryState.SENDING, DeliveryState.AMBIGUOUS)


@dataclass(frozen=True, slots=True)
class _Posted:
    """A summary's latest post that is in Slack, the reply in its thread, and its corrections, the oldest first."""

    post: Delivery
    details: Delivery | None
    corrections: Sequence[Delivery]


async def correct_posts(services: Services, now: datetime) -> None:
    """The job: owes a correction for each latest post of which a figure has changed. Doing it again changes nothing."""
    workspace_id = services.workspace_id
    owed = await services.storage.read(workspace_id, lambda db: _owed(db, services, now))
    if owed:
        await services.storage.write(workspace_id, partial(_add, owed=owed))


def _add(db: UnitOfWork, owed: Sequence[NewDelivery]) -> int:
    return db.deliveries.add_many(owed)


def _owed(db: UnitOfWork, services: Services, now: datetime) -> list[NewDelivery]:
    posts, workdays = _latest_posts(db, now), service.workdays_of(db, services.settings.country)
    found: list[NewDelivery] = []
    for summary in db.summaries.all() if posts else ():
        posted = posts.get(summary.id)
        if posted is not None and _is_open(db, summary, posted, now, workdays):
            found += _corrections(db, summary, posted, services, now)
    return found


def _latest_posts(db: UnitOfWork, now: datetime) -> dict[str, _Posted]:
    """By summary. What was made up late, or waited for Slack, counts from when it was due."""
    found = db.deliveries.of_purposes((POST, DETAILS, CORRECTION), now - LATEST)
    by_purpose: Mapping[str, list[Delivery]] = {
        purpose: [each for each in found if each.purpose == purpose] for purpose in (POST, DETAILS, CORRECTION)
    }
    posts = {each.subject.split(":", 1)[0]: each for each in by_purpose[POST]}  # the latest of each summary
    replies = {each.subject: each for each in by_purpose[DETAILS] if each.state is DeliveryState.SENT}
    return {
        summary_id: _Posted(
            post,
            replies.get(post.subject),
            [each for each in by_purpose[CORRECTION] if each.target_id == post.id],
        )
        for summary_id, post in posts.items()
        if post.state is DeliveryState.SENT and post.started_at is not None
    }


def _is_open(db: UnitOfWork, summary: Summary, posted: _Posted, now: datetime, workdays: Workdays) -> bool:
    """Whether the post is the summary's last word, and nothing that was said of it is still on its way, or only just
    arrived, or could not be said. One that is set otherwise by now would speak of other days."""
    rule, day = service.rule_of(db, summary), date.fromisoformat(posted.post.facts["day"])
    following = next_post(rule, posted.post.due_at, workdays)
    is_changed = posted.post.receiver != summary.channel_id or next(dates(rule, day), None) != day
    if is_changed or (following is not None and following.at <= now):
        return False
    if not posted.corrections:
        return True
    last = posted.corrections[-1]
    return last.state is DeliveryState.SENT and last.due_at + APART <= now


def _corrections(
    db: UnitOfWork, summary: Summary, posted: _Posted, services: Services, now: datetime
) -> list[NewDelivery]:
    """What is owed for a post: nothing, or the post, and the reply in its thread where that reads otherwise now."""
    shown_at = (posted.corrections[-1] if posted.corrections else posted.post).started_at
    if shown_at is None or not _may_differ(db, summary, posted.post, services, shown_at):
        return []
    posted_at = posted.post.started_at
    shown = facts_at(db, summary, posted.post, services, shown_at, posted_at)
    current = facts_at(db, summary, posted.post, services, now, posted_at)
    t = services.texts.t(summary.language)
    if not visible(corrections_of(shown, current), current, t):
        return []
    post = posted.post
    new = NewDelivery(
        purpose=CORRECTION,
        subject=f"{post.subject}:{len(posted.corrections) + 1}",
        receiver=post.receiver,
        due_at=now,
        expires_at=now + LATEST,
        verb=Verb.UPDATE,
        target_id=post.id,
        facts=post.facts,
    )
    owed = [new]
    if posted.details is not None:
        old, again = (views.details_message(facts, t) for facts in (shown, current))
        if old is None or again is None or old.text != again.text:
            owed.append(replace(new, purpose=CORRECTED_DETAILS, target_id=posted.details.id))
    return owed


def _may_differ(db: UnitOfWork, summary: Summary, post: Delivery, services: Services, shown_at: datetime) -> bool:
    """Whether any entry that the figures could be made of has changed since: one query on every pass, and one for each
    longer time that KPIs are about which are logged less often."""
    day = date.fromisoformat(post.facts["day"])
    workdays = service.workdays_of(db, services.settings.country)
    period = period_of(KINDS[service.rule_of(db, summary).cadence], day, workdays)
    kpis = db.catalogue.read().public()
    wanted = [kpis[key] for key in summary.definition.kpi_keys if key in kpis] or kpis.current
    keys_from: dict[date, set[str]] = {}
    for kpi in wanted:
        keys_from.setdefault(first_day_shown(kpis, kpi, period), set()).update(inputs_of(kpi))
    return any(
        db.entry_changes.any_since(shown_at, first, period.last, keys) for first, keys in keys_from.items() if keys
    )
