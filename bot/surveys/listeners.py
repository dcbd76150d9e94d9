"""Commands, clicks and forms of surveys: what happened is read, one service call made, one view shown.

Answers to the question itself are in `answer_listeners`.
"""

from collections.abc import Callable
from functools import partial

from bot.commands import Registry
from bot.domain.audiences import Audience
from bot.domain.dates import parse_cadence
from bot.domain.enps import SCALE_0_10, SCALES
from bot.domain.errors import DomainError
from bot.domain.schedules import Cadence, ScheduleKind
from bot.domain.surveys import Survey, SurveyState
from bot.domain.words import shown
from bot.domain.workdays import Workdays
from bot.help import help_message
from bot.interactions import Click, Command, FormErrors, OpenForm, Replace, Reply, Say, Submission, Then
from bot.slack import ids
from bot.slack.blocks import Message
from bot.slack.chosen import chosen_number, chosen_time
from bot.surveys import author_views, deliveries, jobs, service, views
from bot.surveys.answers import answer_listeners
from bot.surveys.asking import preview_views, previewing, reminding
from bot.surveys.authoring import draft_listeners, enps_surveys
from bot.surveys.authoring.mentions import read_named
from bot.surveys.authoring.wishes import DEFAULT_TIME, DEFAULT_WEEKDAY, make_wish, read_wish
from bot.surveys.naming import named
from bot.surveys.outcomes import Overview
from bot.surveys.results import results_listeners
from storage import UnitOfWork

PREVIEWED_DATES = 4
WEEKDAYS = range(7)


def register(registry: Registry) -> None:
    async def on_opened(command: Command) -> Reply:
        return await opening(command, registry)

    registry.opening("/pulse", on_opened)
    draft_listeners.register(registry)  # first: what one begins with leads the help
    for name, handler in (
        ("enps", on_enps),
        ("send", on_send),
        ("remind", on_remind),
        ("close", on_close),
        ("list", on_list),
        ("pause", on_pause),
        ("resume", on_resume),
        ("delete", on_delete),
        ("preview", on_preview),
    ):
        registry.command("/pulse", name, "surveys", handler)
    registry.click(ids.SURVEY_SEND, on_send_clicked)
    registry.click(ids.PULSE_ENPS_OPENED, on_form_wanted)
    registry.form(ids.PULSE_ENPS_FORM, on_enps_form)
    registry.schedule(ScheduleKind.SURVEY, service.plan_occurrence)
    answer_listeners.register(registry)
    deliveries.register(registry)
    results_listeners.register(registry)
    jobs.register(registry)


async def opening(command: Command, registry: Registry) -> Reply:
    """`/pulse` alone: what there is, or how to begin."""
    listed = await command.services.storage.read(command.workspace_id, lambda db: service.overviews(db, command.now))
    if listed:
        return Say(author_views.list_message(listed, command.t, command.zone))
    usage = help_message(registry, command.command, command.t)
    return Say(Message(usage.text, (*usage.blocks, author_views.new_survey_button(command.t))))


async def on_enps(command: Command) -> Reply:
    if not command.words:
        service.require_member(command.member)
        return OpenForm(author_views.enps_form(command.t))
    words_of = command.services.texts.all_words
    named = read_named(command.words, words_of("surveys.except_words"))
    if named.audience.is_empty:
        raise DomainError("surveys.channel_missing", word=shown(command.words))
    wish = read_wish(
        named.rest,
        command.now,
        command.zone,
        command.t.language,
        words_of("surveys.scale_words"),
        words_of("surveys.from_words"),
        words_of("surveys.until_words"),
    )
    created = await command.services.storage.write(
        command.workspace_id,
        lambda db: enps_surveys.create(db, command.now, command.member, named.audience, named.names, wish, command.key),
    )
    return Say(author_views.created_message(created, command.t, command.zone))


async def on_enps_form(sent: Submission) -> Reply:
    cadence = parse_cadence(sent.inputs.get(ids.CADENCE_INPUT, ""))
    recurring = cadence is not None and cadence is not Cadence.ONCE
    weekday = chosen_number(sent.inputs.get(ids.WEEKDAY_INPUT, ""), WEEKDAYS, DEFAULT_WEEKDAY)
    at = chosen_time(sent.inputs.get(ids.TIME_INPUT, ""), DEFAULT_TIME)
    wish = make_wish(
        sent.now,
        sent.zone,
        scale=SCALES.get(sent.inputs.get(ids.SCALE_INPUT, ""), SCALE_0_10),
        cadence=cadence,
        weekday=weekday if recurring else None,
        at=at if recurring else None,
    )
    channel_id, name = sent.inputs.get(ids.CHANNEL_INPUT, ""), sent.inputs.get(ids.NAME_INPUT, "")
    audience = Audience(channels=(channel_id,))
    if not channel_id.startswith(("C", "G")):
        return FormErrors({ids.CHANNEL_INPUT: sent.t("surveys.channel_not_chosen")})
    created = await sent.services.storage.write(
        sent.workspace_id,
        lambda db: enps_surveys.create(db, sent.now, sent.member, audience, (name,), wish, sent.key),
    )
    return Say(author_views.created_message(created, sent.t, sent.zone))


async def on_form_wanted(click: Click) -> Reply:
    service.require_member(click.member)
    return OpenForm(author_views.enps_form(click.t))


async def on_send(command: Command) -> Reply:
    sent = await command.services.storage.write(
        command.workspace_id,
        lambda db: service.send(db, command.now, command.member, named(db, command.words), command.key),
    )
    return Say(author_views.launching_message(sent, command.t, command.zone))


async def on_send_clicked(click: Click) -> Reply:
    sent = await click.services.storage.write(
        click.workspace_id, lambda db: service.send(db, click.now, click.member, _carried(db, click), click.key)
    )
    message = author_views.launching_message(sent, click.t, click.zone)
    return Say(message) if click.view is not None else Replace(message)


async def on_remind(command: Command) -> Reply:
    settings = command.services.settings
    workdays = Workdays(settings.country)
    outcome = await command.services.storage.write(
        command.workspace_id,
        lambda db: reminding.remind(
            db,
            command.now,
            command.today,
            command.member,
            named(db, command.words),
            workdays,
            settings.timezone,
            command.key,
        ),
    )
    return Say(author_views.reminding_message(outcome, command.t))


async def on_close(command: Command) -> Reply:
    closing = await command.write_once(
        lambda db: service.close(db, command.now, command.member, named(db, command.words)),
    )
    return Say(author_views.closing_message(closing, command.t))


async def on_list(command: Command) -> Reply:
    if command.words:
        raise DomainError("core.word_unknown", word=shown(command.words))
    listed = await command.services.storage.read(command.workspace_id, lambda db: service.overviews(db, command.now))
    if not listed:
        raise DomainError("surveys.none_yet")
    return Say(author_views.list_message(listed, command.t, command.zone))


async def on_pause(command: Command) -> Reply:
    return await _switched(command, service.pause, "surveys.paused")


async def on_resume(command: Command) -> Reply:
    return await _switched(command, service.resume, "surveys.resumed")


async def on_delete(command: Command) -> Reply:
    if not command.words:
        raise DomainError("surveys.name_it")
    return await _switched(command, service.delete, "surveys.deleted")


async def on_preview(command: Command) -> Reply:
    """What members read at once; who is asked when once Slack has said who is there."""

    def overview(db: UnitOfWork) -> Overview:
        survey = named(db, command.words)
        service.require_owner(survey, command.member)
        return service.overview(db, command.now, survey)

    seen = await command.services.storage.read(command.workspace_id, overview)
    moments = service.upcoming(seen.rule if seen.next_at else None, command.now, PREVIEWED_DATES, seen.running)
    message = preview_views.preview_message(seen, moments, command.t, command.zone)
    return Then(Say(message), partial(_forecast, command, seen.survey))


async def _forecast(command: Command, survey: Survey) -> None:
    seen = await previewing.preview(command.services, command.workspace_id, survey, command.now)
    message = preview_views.forecast_message(seen, command.t, command.zone)
    await command.services.slack.respond(command.response_url, message)


async def _switched(command: Command, switch: Callable[..., Overview], key: str) -> Reply:
    seen = await command.write_once(lambda db: switch(db, command.now, command.member, named(db, command.words)))
    text = command.t(key, handle=seen.survey.handle)
    if key != "surveys.resumed":
        return Say(views.note(text))
    return Say(author_views.lines_message(text, author_views.survey_line(seen, command.t, command.zone)))


def _carried(db: UnitOfWork, click: Click) -> Survey:
    survey = db.surveys.get(str(click.value.get("survey", "")))
    if survey is None or survey.state is SurveyState.DELETED:
        raise DomainError("core.stale")
    return survey
