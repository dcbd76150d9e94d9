"""`/kpi summary` and its two buttons."""

from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

import structlog

from bot.commands import Registry
from bot.domain.errors import DomainError
from bot.domain.periods import PeriodKind
from bot.domain.schedules import ScheduleKind
from bot.domain.summaries import Summary
from bot.domain.words import shown
from bot.interactions import Click, Command, Context, Replace, Reply, Say, Then
from bot.middleware import mentioned
from bot.slack import ids
from bot.slack.blocks import Message
from bot.slack.gateway import SlackError, SlackRefused
from bot.summaries import command_views, deliveries, service, views
from bot.summaries.facts import KINDS
from bot.summaries.reading import read_facts
from bot.summaries.wishes import read_rule
from storage import UnitOfWork

log = structlog.get_logger(__name__)

Find = Callable[[UnitOfWork], Summary | None]


def register(registry: Registry) -> None:
    registry.command("/kpi", "summary", "summaries", on_summary)
    registry.click(ids.SUMMARY_TEST, on_shown)
    registry.click(ids.SUMMARY_STOP, on_stopped)
    registry.schedule(ScheduleKind.SUMMARY, service.plan_occurrence)
    registry.delivery(service.POST, deliveries.post)
    registry.delivery(service.NOT_IN_CHANNEL, deliveries.not_in_channel)


async def on_summary(command: Command) -> Reply:
    """A list without words, a look with "now", else a channel's summary is set."""
    service.require_member(command.member)
    if not command.words:
        return await _listed(command)
    first, _, rest = command.words.partition(" ")
    if first.casefold() in command.services.texts.all_words("summaries.now_words"):
        return await _shown_now(command, rest)
    return await _set(command)


async def on_shown(click: Click) -> Reply:
    """The post as it would be now, in its own language, for the one who asks."""
    service.require_member(click.member)
    wanted = str(click.value.get("summary", ""))
    return Say(await _current(click, lambda db: service.find(db, wanted), as_posted=True))


async def on_stopped(click: Click) -> Reply:
    wanted = str(click.value.get("summary", ""))
    stopped = await click.services.storage.write(click.workspace_id, lambda db: service.stop(db, click.member, wanted))
    return Replace(command_views.stopped_message(stopped.channel_id, click.t))


async def _listed(command: Command) -> Reply:
    found = await command.services.storage.read(
        command.workspace_id, lambda db: service.standings(db, command.now, command.member)
    )
    return Say(command_views.list_message(found, command.zone, command.t))


async def _shown_now(command: Command, rest: str) -> Reply:
    channel_id, extra = mentioned(rest, "#")
    if extra:
        raise DomainError("core.word_unknown", word=shown(extra.split()[0]))
    wanted = channel_id or command.channel_id
    return Say(await _current(command, lambda db: db.summaries.for_channel(wanted), as_posted=False))


async def _set(command: Command) -> Reply:
    channel_id, words = mentioned(command.words, "#")
    if channel_id is None:
        key = "summaries.channel_unclear" if "#" in words else "summaries.channel_missing"
        raise DomainError(key, words=shown(words))
    rule = read_rule(words, command.now, command.zone, command.t.language)
    standing = await command.services.storage.write(
        command.workspace_id,
        lambda db: service.set_summary(
            db, command.now, command.member, channel_id, rule, command.t.language, command.key
        ),
    )
    written_in = command.services.texts.t(standing.summary.language)("summaries.language_name")
    message = command_views.set_message(standing, command.zone, written_in, command.t)
    return Then(Say(message), partial(_check_channel, command, standing.summary))


async def _check_channel(command: Command, summary: Summary) -> None:
    """Tells the author now, and not on Monday, when the bot will not be able to post there."""
    services = command.services
    try:
        channel = await services.slack.channel(summary.channel_id)
    except SlackRefused as refusal:
        log.info("channel not readable", action="channel_not_readable", error=refusal.code)
        why = "not_found"
    except SlackError as trouble:  # the post itself will say so if this lasts
        log.warning("channel not checked", action="channel_not_checked", error=str(trouble))
        return
    else:
        if channel.is_member and not channel.is_archived:
            return
        why = "archived" if channel.is_archived else "not_member"
    await services.storage.write(
        command.workspace_id,
        lambda db: service.tell_unreachable(db, command.now, command.member, summary, why, command.key),
    )
    services.wake()


async def _current(context: Context, find: Find, *, as_posted: bool) -> Message:
    """What a summary would say today. Without one, the weekly view. As posted it is in the summary's language and
    date, else in those of the person. An eNPS is told only in the very channel it is of: who types there is in it."""

    def read(db: UnitOfWork) -> Message:
        services, summary = context.services, find(db)
        kind, zone, today, t = PeriodKind.WEEK, context.zone, context.today, context.t
        if summary is not None:
            rule = service.rule_of(db, summary)
            kind = KINDS[rule.cadence]
            if as_posted:
                zone, t = rule.zone, services.texts.t(summary.language)
                today = context.now.astimezone(ZoneInfo(zone)).date()
        facts = read_facts(db, kind, today, context.now, deliveries.place_of(services, context.channel_id, zone))
        return views.summary_message(facts, t)

    return await context.services.storage.read(context.workspace_id, read)
