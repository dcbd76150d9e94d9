"""`/checkin team` and what follows from it: the list, setting one up, pausing and stopping. Answers and blockers are in
`answer_listeners`."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from bot.audiences import why_not_postable
from bot.checkins.team import answer_listeners, deliveries, forms, jobs, running, service, views
from bot.checkins.team.facts import Standing, Wish
from bot.checkins.team.forms_reading import WHERE_WRONG, rule_of, rule_text, setup_typed
from bot.checkins.team.templates import TEMPLATES, started
from bot.checkins.team.wishes import read_words
from bot.commands import Registry
from bot.domain.catalogue import Catalogue
from bot.domain.checkins import Checkin, CheckinDefinition
from bot.domain.errors import DomainError
from bot.domain.schedules import ScheduleKind
from bot.domain.words import shown
from bot.interactions import Click, Command, Context, FormErrors, OpenForm, Reply, Say, Submission, Then, UpdateForm
from bot.middleware import mentioned
from bot.slack import ids
from storage import UnitOfWork
from storage.definitions import checkin_definition_of, checkin_definition_text


def register(registry: Registry) -> None:
    registry.command("/checkin", "team", "checkins", on_team)
    registry.click(ids.CHECKIN_SETUP_OPENED, on_setup_opened)
    registry.click(ids.CHECKIN_SETUP_BACK, on_setup_again)
    registry.form(ids.CHECKIN_SETUP_FORM, on_setup_submitted)
    registry.form(ids.CHECKIN_PREVIEW_FORM, on_saved)
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

    def work(db: UnitOfWork) -> tuple[Standing, bool, Catalogue]:
        wish = service.typed_wish(db, typed, channel_id, command.t.language, command.zone, command.now)
        kpis = db.catalogue.read().public()
        workdays = jobs.workdays_of(db, command.services)
        standing = service.set_up(db, command.now, command.member, wish, command.key, workdays)
        return standing, bool(wish.checkin_id), kpis

    standing, changed, kpis = await storage.write(command.workspace_id, work)
    said = views.saved_message(standing, kpis, _language(command, standing.checkin), command.t, changed=changed)
    return Then(Say(said), partial(_check_channel, command, standing.checkin))


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
            return Wish(checkin.definition, service.schedule_of(db, checkin).rule, checkin.id), kpis
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

    def read(db: UnitOfWork) -> tuple[CheckinDefinition | None, Catalogue]:
        there = service.find(db, carried["checkin"]) if carried.get("checkin") else None
        return there.definition if there else None, db.catalogue.read().public()

    before, kpis = await submission.services.storage.read(submission.workspace_id, read)
    wish = setup_typed(submission.inputs, carried, before, submission.now, submission.t)
    if isinstance(wish, Mapping):
        return FormErrors(wish)
    try:
        service.check(wish, kpis)
    except DomainError as refusal:
        place = WHERE_WRONG.get(refusal.key, ids.CHECKIN_CHANNEL_INPUT)
        return FormErrors({place: submission.t(refusal.key, **refusal.values)})
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

    standing = await context.services.storage.write(context.workspace_id, work)
    context.services.wake()
    return Say(views.acted_message(standing, deed, context.t))


async def _check_channel(context: Context, checkin: Checkin) -> None:
    """Tells the author now, and not at the first date, when the bot will not be able to post there."""
    services = context.services
    services.wake()
    why = await why_not_postable(services, checkin.definition.channel_id)
    if not why:
        return
    await services.storage.write(
        context.workspace_id,
        lambda db: running.tell(db, checkin.id, context.member.id, why, f"{checkin.id}:{context.key}", context.now),
    )
    services.wake()


def _packed(wish: Wish) -> str:
    definition = checkin_definition_text(wish.definition)
    return ids.pack(checkin=wish.checkin_id, definition=definition, rule=rule_text(wish.rule))


def _unpacked(carried: Mapping[str, Any]) -> Wish:
    try:
        definition = checkin_definition_of(str(carried["definition"]))
    except (KeyError, ValueError):
        raise DomainError("core.stale") from None
    return Wish(definition, rule_of(str(carried.get("rule", ""))), str(carried.get("checkin", "")))


def _languages(context: Context) -> Mapping[str, str]:
    texts = context.services.texts
    return {code: texts.t(code)("checkins.language_name") for code in texts.languages}


def _language(context: Context, checkin: Checkin) -> str:
    return context.services.texts.t(checkin.definition.language)("checkins.language_name")
