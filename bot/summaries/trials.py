"""A test post: the summary that is being set up, as it would be posted now, sent to its author before anything is
saved. Owed like every message; what it says is made when it is sent."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.deliveries import Delivery, NewDelivery, Verb
from bot.domain.members import Member
from bot.domain.schedules import Cadence
from bot.domain.summaries import SummaryDefinition
from bot.services import Services
from bot.slack.blocks import Message, context, section
from bot.summaries.forms_reading import Plan
from bot.summaries.previews import Preview, Wanted, read_preview
from bot.summaries.purposes import TRIAL, TRIAL_DETAILS
from storage import UnitOfWork

STILL_WANTED = timedelta(minutes=15)
"""Whoever asked for a test looks for it now."""

_SEPARATOR = ","


def owe_trial(db: UnitOfWork, now: datetime, author: Member, plan: Plan, key: str, *, is_in_channel: bool) -> None:
    """Owes the author the post and its thread; once for a click, told by its `key`."""
    definition = plan.summary.definition
    post = NewDelivery(
        purpose=TRIAL,
        subject=key,
        receiver=author.id,
        due_at=now,
        expires_at=now + STILL_WANTED,
        facts={
            "channel": plan.summary.channel_id,
            "is_in_channel": "yes" if is_in_channel else "",
            "language": plan.summary.language,
            "cadence": plan.wish.cadence.value,
            "zone": plan.zone,
            "kpis": _SEPARATOR.join(definition.kpi_keys),
            "surveys": _SEPARATOR.join(definition.survey_ids),
            "shows_surveys": "yes" if definition.shows_surveys else "",
        },
    )
    post_id = db.deliveries.add(post)
    if post_id is not None:
        details = NewDelivery(TRIAL_DETAILS, key, author.id, now, post.expires_at, Verb.REPLY, post_id, post.facts)
        db.deliveries.add(details)


def trial(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message:
    """The post under a line that says what it is. A test is sent even where a post would stay away."""
    preview, t = _read(db, delivery, services, now), services.language_of(_author(db, delivery))
    channel = f"<#{delivery.facts['channel']}>"
    lines = [t("summaries.trial", channel=channel)]
    if not delivery.facts["is_in_channel"] and delivery.facts["shows_surveys"]:
        lines.append(t("summaries.trial_outside", channel=channel))
    return _below(preview.post, lines)


def trial_details(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Message | None:
    """What would follow in the thread; None where nothing would."""
    return _read(db, delivery, services, now).details


def _read(db: UnitOfWork, delivery: Delivery, services: Services, now: datetime) -> Preview:
    facts = delivery.facts
    definition = SummaryDefinition(
        _several(facts["kpis"]), _several(facts["surveys"]), shows_surveys=bool(facts["shows_surveys"])
    )
    channel_id = facts["channel"] if facts["is_in_channel"] else ""
    day = now.astimezone(ZoneInfo(facts["zone"])).date()
    wanted = Wanted(definition, Cadence(facts["cadence"]), channel_id, facts["zone"], day)
    return read_preview(db, services, wanted, now, services.texts.t(facts["language"]))


def _author(db: UnitOfWork, delivery: Delivery) -> Member:
    return db.members.get(delivery.receiver) or Member(delivery.receiver)


def _below(post: Message, lines: list[str]) -> Message:
    heading = section("*" + lines[0] + "*")
    rest = [context(line) for line in lines[1:]]
    return Message("\n".join((*lines, post.text)), (heading, *rest, *post.blocks))


def _several(value: str) -> tuple[str, ...]:
    return tuple(each for each in value.split(_SEPARATOR) if each)
