"""`/kpi summary` and the buttons under its answers. The form is in `form_listeners`."""

from collections.abc import Sequence
from functools import partial
from zoneinfo import ZoneInfo

from bot.commands import Registry
from bot.domain.dates import parse_cadence
from bot.domain.errors import DomainError
from bot.domain.schedules import Cadence, ScheduleKind
from bot.domain.summaries import Summary, SummaryDefinition
from bot.domain.words import shown
from bot.i18n import Catalogues
from bot.interactions import Click, Command, Context, Replace, Reply, Say, Then, UpdateForm
from bot.middleware import mentioned
from bot.slack import ids
from bot.slack.blocks import Message
from bot.summaries import command_views, deliveries, form_listeners, forms, owing, purposes, reach, service
from bot.summaries.corrections import correct_posts
from bot.summaries.previews import Preview, Wanted, read_preview
from bot.summaries.wishes import CADENCES, Phrases, read_wish
from storage import UnitOfWork


def register(registry: Registry) -> None:
    registry.command("/kpi", "summary", "summaries", on_summary)
    registry.click(ids.SUMMARY_TEST, on_shown)
    registry.click(ids.SUMMARY_STOP, on_stopped)
    registry.schedule(ScheduleKind.SUMMARY, service.plan_occurrence, service.passes_over)
    registry.delivery(purposes.POST, deliveries.post)
    registry.delivery(purposes.DETAILS, deliveries.details)
    registry.delivery(purposes.OWING, deliveries.owing)
    registry.delivery(purposes.CORRECTION, deliveries.correction)
    registry.delivery(purposes.CORRECTED_DETAILS, deliveries.corrected_details)
    registry.delivery(purposes.NOT_IN_CHANNEL, deliveries.not_in_channel)
    registry.job("summaries.owing", owing.follow_posts)
    registry.job("summaries.corrections", correct_posts)
    form_listeners.register(registry)


async def on_summary(command: Command) -> Reply:
    """A list without words; a look, the form or an end with theirs; else a channel's summary is set."""
    service.require_member(command.member)
    first, _, rest = command.words.partition(" ")
    word, texts = first.casefold(), command.services.texts
    if not word or (word in texts.all_words("summaries.list_words") and not rest):
        return await _listed(command)
    if word in texts.all_words("summaries.now_words"):
        return await _shown_now(command, rest)
    if word in texts.all_words("summaries.new_words") and not rest:
        return await form_listeners.new_form(command)
    if word in texts.all_words("summaries.change_words"):
        found = await _named(command, rest)
        return await form_listeners.change_form(command, found.id)
    if word in texts.all_words("summaries.stop_words"):
        found = await _named(command, rest)
        await command.write_once(lambda db: service.stop(db, command.now, command.member, found.id))
        return Say(command_views.stopped_message(found.channel_id, command.t))
    return await _set(command)


async def on_shown(click: Click) -> Reply:
    """The post as it would be now and its thread, in its own language, for the one who asks."""
    service.require_member(click.member)
    wanted = str(click.value.get("summary", ""))

    def read(db: UnitOfWork) -> Preview:
        summary = service.find(db, wanted)
        rule, texts = service.rule_of(db, summary), click.services.texts
        today = click.now.astimezone(ZoneInfo(rule.zone)).date()
        seen = Wanted(summary.definition, rule.cadence, _own(summary.channel_id, click.channel_id), rule.zone, today)
        return read_preview(db, click.services, seen, click.now, texts.t(summary.language))

    return _shown(click, await click.services.storage.read(click.workspace_id, read))


async def on_stopped(click: Click) -> Reply:
    wanted = str(click.value.get("summary", ""))
    stopped = await click.write_once(lambda db: service.stop(db, click.now, click.member, wanted))
    message = command_views.stopped_message(stopped.channel_id, click.t)
    return Replace(message) if click.view is None else UpdateForm(forms.saved_form(message, click.t))


async def _listed(command: Command) -> Reply:
    found = await command.services.storage.read(
        command.workspace_id,
        lambda db: service.standings(db, command.now, command.member, command.services.settings.country),
    )
    return Say(command_views.list_message(found, command.zone, command.t))


async def _shown_now(command: Command, rest: str) -> Reply:
    """A channel's figures in the reader's own language and day; weekly where it has no summary and none is said."""
    channel_id, cadence = _place(command, rest)

    def read(db: UnitOfWork) -> Preview:
        there = [(each, service.rule_of(db, each)) for each in db.summaries.in_channel(channel_id)]
        found = next((each for each in there if cadence in (None, each[1].cadence)), None)
        definition = found[0].definition if found else SummaryDefinition()
        rhythm = cadence or (found[1].cadence if found else Cadence.WEEKLY)
        seen = Wanted(definition, rhythm, _own(channel_id, command.channel_id), command.zone, command.today)
        return read_preview(db, command.services, seen, command.now, command.t)

    return _shown(command, await command.services.storage.read(command.workspace_id, read))


def _shown(context: Context, preview: Preview) -> Reply:
    """The post, and what would follow in its thread as a second message: Slack takes one table a message."""
    if preview.details is None or not context.response_url:
        return Say(preview.post)
    return Then(None, partial(_one_after_the_other, context, (preview.post, preview.details)))


async def _one_after_the_other(context: Context, messages: Sequence[Message]) -> None:
    for message in messages:
        await context.services.slack.respond(context.response_url, message)


async def _set(command: Command) -> Reply:
    channel_id, words = mentioned(command.words, "#")
    if channel_id is None:
        key = "summaries.channel_unclear" if "#" in words else "summaries.channel_missing"
        raise DomainError(key, words=shown(words))
    texts, own = command.services.texts, command.t.language
    wish = read_wish(words, command.now, command.zone, own, _phrases(texts))
    standing = await command.services.storage.write(
        command.workspace_id,
        lambda db: service.set_summary(
            db,
            command.now,
            command.member,
            channel_id,
            wish,
            command.zone,
            own,
            command.key,
            command.services.settings.country,
        ),
    )
    written_in = texts.t(standing.summary.language)("summaries.language_name")
    message = command_views.set_message(standing, command.zone, written_in, command.t)
    return Then(Say(message), partial(reach.check_channel, command, standing.summary))


async def _named(command: Command, words: str) -> Summary:
    """The summary that is meant by a channel, or the one that is typed in, and a rhythm where it has several."""
    channel_id, cadence = _place(command, words)
    return await command.services.storage.read(
        command.workspace_id, lambda db: service.find_in(db, channel_id, cadence)
    )


def _place(command: Command, words: str) -> tuple[str, Cadence | None]:
    channel_id, rest = mentioned(words, "#")
    cadence = parse_cadence(rest) if rest else None
    if rest and cadence not in CADENCES:
        raise DomainError("core.word_unknown", word=shown(rest.split()[0]))
    return channel_id or command.channel_id, cadence


def _own(channel_id: str, typed_in: str) -> str:
    """The channel whose own people's figures may be told: only there itself, as whoever types in it is one of them."""
    return channel_id if channel_id == typed_in else ""


def _phrases(texts: Catalogues) -> Phrases:
    return Phrases(
        texts.all_words("summaries.last_week_words"),
        texts.all_words("summaries.this_week_words"),
        {code: texts.t(code).words("summaries.language_words") for code in texts.languages},
    )
