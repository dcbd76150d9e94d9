"""`/checkin team` and what follows from it: the list, setting one up, pausing and stopping. Answers and blockers are in
`answer_listeners`."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from bot.audiences import Unreadable, read_audience, why_not_postable
from bot.checkins.team import answer_listeners, deliveries, forms, jobs, running, service, views
from bot.checkins.team.facts import Standing, Wish
from bot.checkins.team.forms_reading import WHERE_WRONG, rule_of, rule_text, seen_of, setup_typed
from bot.checkins.team.templates import TEMPLATES, started
from bot.checkins.team.wishes import Typed, read_words
from bot.commands import Registry
from bot.domain.audiences import select
from bot.domain.catalogue import Catalogue
from bot.domain.checkins import DAYS_OF_A_WEEK, Checkin, CheckinDefinition
from bot.domain.errors import DomainError
from bot.domain.schedules import Cadence, ScheduleKind
from bot.domain.words import shown
from bot.domain.workdays import Workdays
from bot.interactions import (
    Click,
    Command,
    Context,
    FormErrors,
    OpenForm,
    Replace,
    Reply,
    Say,
    Submission,
    Then,
    UpdateForm,
)
from bot.middleware import mentioned
from bot.slack import ids
from bot.slack.blocks import Message
from bot.slack.gateway import SlackBusy, SlackUnclear, SlackUnreachable
from storage import UnitOfWork
from storage.definitions import checkin_definition_of, checkin_definition_text


def register(registry: Registry) -> None:
    registry.command("/checkin", "team", "checkins", on_team)
    registry.click(ids.CHECKIN_SETUP_OPENED, on_setup_opened)
    registry.click(ids.CHECKIN_SETUP_BACK, on_setup_again)
    registry.form(ids.CHECKIN_SETUP_FORM, on_setup_submitted)
    registry.form(ids.CHECKIN_PREVIEW_FORM, on_saved)
    registry.click(ids.CHECKIN_WEEKDAY_CHOSEN, on_weekday_chosen)
    registry.click(ids.CHECKIN_PAUSED, partial(on_acted, deed="pause"))
    registry.click(ids.CHECKIN_RESUMED, partial(on_acted, deed="resume"))
    registry.click(ids.CHECKIN_STOPPED, partial(on_acted, deed="stop"))
    registry.schedule(ScheduleKind.CHECKIN, running.plan_date)
    answer_listeners.register(registry)
    deliveries.register(registry)
    jobs.register(registry)


async def on_team(command: Command) -> Reply:
    """The list without words, else a channel's check-in is set up, changed, paused, resumed or stopped."""
    storage = command.services.storage
    if not command.words:
        return Say(views.list_message(await storage.read(command.workspace_id, partial(_all, command)), command.t))
    channel_id, words = mentioned(command.words, "#")
    if channel_id is None:
        raise DomainError("checkins.team.channel_missing", words=shown(words))
    typed = read_words(words, command.services.texts, command.now, command.zone, command.t.language)
    if typed.deed:
        wanted = await storage.read(command.workspace_id, lambda db: service.named(db, channel_id, typed.template))
        return await _act(command, wanted.id, typed.deed)

    if not typed.says_when:
        there = await storage.read(command.workspace_id, lambda db: _there(db, command, channel_id, typed.template))
        if there:
            return Say(views.list_message(there, command.t))

    said, checkin = await _set_up(command, typed, channel_id, words)
    return Then(Say(said), partial(_check_channel, command, checkin)) if checkin else Say(said)


async def on_weekday_chosen(click: Click) -> Reply:
    """Another day than the one in the line, which nobody works on: the line again, on that day."""
    channel_id, words = str(click.value["channel"]), str(click.value["words"])
    weekday = click.value.number("weekday") % DAYS_OF_A_WEEK
    typed = read_words(words, click.services.texts, click.now, click.zone, click.t.language)
    said, checkin = await _set_up(click, typed, channel_id, words, weekday)
    return Then(Replace(said), partial(_check_channel, click, checkin)) if checkin else Replace(said)


async def _set_up(
    context: Command | Click, typed: Typed, channel_id: str, words: str, weekday: int | None = None
) -> tuple[Message, Checkin | None]:
    """What is said after a line that sets one up or changes it, and the check-in; None where nobody works on its day,
    and nothing was changed."""
    t = context.t

    def work(db: UnitOfWork) -> tuple[Message, Checkin | None]:
        wish = service.typed_wish(db, typed, channel_id, t.language, context.zone, context.now, weekday)
        kpis, workdays = db.catalogue.read().public(), jobs.workdays_of(db, context.services)
        service.check(wish, kpis)
        offered = service.instead_of_days_off(wish, context.now, workdays)
        if offered is not None:
            return views.day_off_message(wish.rule, offered, {"channel": channel_id, "words": words}, t), None
        standing = service.set_up(db, context.now, context.member, wish, context.key, workdays)
        language = _language(context, standing.checkin)
        return views.saved_message(standing, kpis, language, t, changed=bool(wish.checkin_id)), standing.checkin

    said, checkin = await context.services.storage.write(context.workspace_id, work)
    return said, checkin


def _all(command: Command, db: UnitOfWork) -> list[Standing]:
    return service.standings(db, command.now, command.member, jobs.workdays_of(db, command.services))


def _there(db: UnitOfWork, command: Command, channel_id: str, template: str) -> list[Standing]:
    """The check-ins that a line without a time is about."""
    found = service.in_channel(db, channel_id, template)
    workdays = jobs.workdays_of(db, command.services)
    return [service.standing(db, command.now, each, command.member, workdays) for each in found]


async def on_setup_opened(click: Click) -> Reply:
    """From the list: a template's start, or one that is there."""
    checkin_id, template = str(click.value.get("checkin", "")), str(click.value.get("template", ""))

    def read(db: UnitOfWork) -> tuple[Wish, Catalogue]:
        kpis = db.catalogue.read().public()
        if checkin_id:
            checkin = service.find(db, checkin_id)
            service.require_owner(checkin, click.member)
            return Wish(checkin.definition, service.schedule_of(db, checkin).rule, checkin.id, click.now), kpis
        if template not in TEMPLATES:
            raise DomainError("core.stale")
        known = frozenset(service.askable(db.catalogue.read()))
        language = click.t.language
        return Wish(*started(TEMPLATES[template], "", language, known, click.zone, click.now)), kpis

    wish, kpis = await click.services.storage.read(click.workspace_id, read)
    return OpenForm(forms.setup_form(wish, kpis, _languages(click), click.t))


async def on_setup_submitted(submission: Submission) -> Reply:
    """Nothing is saved yet: the form turns into a look at what people will get."""
    carried = {name: str(each) for name, each in submission.carried.items()}

    def read(db: UnitOfWork) -> tuple[CheckinDefinition | None, Catalogue, Workdays]:
        there = service.find(db, carried["checkin"]) if carried.get("checkin") else None
        workdays = jobs.workdays_of(db, submission.services)
        return there.definition if there else None, db.catalogue.read().public(), workdays

    before, kpis, workdays = await submission.services.storage.read(submission.workspace_id, read)
    wish = setup_typed(submission.inputs, carried, before, submission.now, submission.t)
    if isinstance(wish, Mapping):
        return FormErrors(wish)
    try:
        service.check(wish, kpis)
    except DomainError as refusal:
        place = WHERE_WRONG.get(refusal.key, ids.CHECKIN_CHANNEL_INPUT)
        return FormErrors({place: submission.t(refusal.key, **refusal.values)})
    offered = service.instead_of_days_off(wish, submission.now, workdays)
    if offered is not None:
        return FormErrors({ids.CHECKIN_FIRST_INPUT: views.day_off_words(wish.rule, offered, submission.t)})
    metadata = _packed(wish)
    if len(metadata) > ids.METADATA:
        return FormErrors({ids.CHECKIN_QUESTIONS_INPUT: submission.t("checkins.team.questions_long")})
    return UpdateForm(forms.preview_form(wish, kpis, metadata, submission.t))


async def on_setup_again(click: Click) -> Reply:
    """Back from the look to the form, with everything still in it."""
    wish = _unpacked(ids.unpack((click.view or {}).get("private_metadata")))
    kpis = await click.services.storage.read(click.workspace_id, lambda db: db.catalogue.read().public())
    return UpdateForm(forms.setup_form(wish, kpis, _languages(click), click.t))


async def on_saved(submission: Submission) -> Reply:
    wish = _unpacked(submission.carried)

    def work(db: UnitOfWork) -> tuple[Standing, Catalogue]:
        workdays = jobs.workdays_of(db, submission.services)
        standing = service.set_up(db, submission.now, submission.member, wish, submission.key, workdays)
        return standing, db.catalogue.read().public()

    standing, kpis = await submission.services.storage.write(submission.workspace_id, work)
    language, changed = _language(submission, standing.checkin), bool(wish.checkin_id)
    said = views.saved_message(standing, kpis, language, submission.t, changed=changed)
    saved = UpdateForm(forms.saved_form(said.blocks, submission.t))
    return Then(saved, partial(_check_channel, submission, standing.checkin))


async def on_acted(click: Click, deed: str) -> Reply:
    return await _act(click, str(click.value.get("checkin", "")), deed)


async def _act(context: Command | Click, checkin_id: str, deed: str) -> Reply:
    def work(db: UnitOfWork) -> Standing:
        workdays = jobs.workdays_of(db, context.services)
        return service.act(db, context.now, context.member, checkin_id, deed, workdays)

    standing = await context.write_once(work)
    context.services.wake()
    return Say(views.acted_message(standing, deed, context.t))


async def _check_channel(context: Context, checkin: Checkin) -> None:
    """Tells the author now, and not at the first date, when the bot will not be able to post there."""
    services = context.services
    services.wake()
    why = await why_not_postable(services, checkin.definition.channel_id) or await _why_nobody(context, checkin)
    if not why:
        return
    await services.storage.write(
        context.workspace_id,
        lambda db: running.tell(db, checkin.id, context.member.id, why, f"{checkin.id}:{context.key}", context.now),
    )
    services.wake()


async def _why_nobody(context: Context, checkin: Checkin) -> str:
    """Whether everybody who is to be asked has its weekday off: the last part of the text's key, or "". Who is asked is
    only looked up again when it comes, so that what Slack does not say now is no obstacle."""
    services, asks = context.services, checkin.definition.asks
    try:
        found = await read_audience(services, context.workspace_id, asks)
    except (Unreadable, SlackBusy, SlackUnreachable, SlackUnclear):
        return ""

    def read(db: UnitOfWork) -> bool:
        rule = service.schedule_of(db, checkin).rule
        people = select(asks, found.present, found.known).members
        is_weekly = rule.cadence in (Cadence.WEEKLY, Cadence.TWO_WEEKS)
        return is_weekly and bool(people) and all(rule.anchor.weekday() in each.free_weekdays for each in people)

    return "nobody_works" if await services.storage.read(context.workspace_id, read) else ""


def _packed(wish: Wish) -> str:
    definition = checkin_definition_text(wish.definition)
    rule, seen = rule_text(wish.rule), forms.seen_text(wish)
    return ids.pack(checkin=wish.checkin_id, definition=definition, rule=rule, seen=seen)


def _unpacked(carried: Mapping[str, Any]) -> Wish:
    try:
        definition = checkin_definition_of(str(carried["definition"]))
    except (KeyError, ValueError):
        raise DomainError("core.stale") from None
    seen_at = seen_of(str(carried.get("seen", "")))
    return Wish(definition, rule_of(str(carried.get("rule", ""))), str(carried.get("checkin", "")), seen_at)


def _languages(context: Context) -> Mapping[str, str]:
    texts = context.services.texts
    return {code: texts.t(code)("checkins.language_name") for code in texts.languages}


def _language(context: Context, checkin: Checkin) -> str:
    return context.services.texts.t(checkin.definition.language)("checkins.language_name")
