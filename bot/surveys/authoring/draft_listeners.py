"""`/pulse new` and `/pulse edit`: how a draft begins, its overview, and how it ends as a survey. The screens behind the
overview's buttons are in `draft_screens`.
"""

from datetime import date, datetime

from bot.commands import Job, Registry
from bot.domain.audiences import Audience
from bot.domain.errors import DomainError
from bot.domain.schedules import Cadence
from bot.domain.surveys import Survey
from bot.domain.templates import TEMPLATES, Template
from bot.domain.words import shown
from bot.interactions import Click, Command, OpenForm, Reply, Say, Submission, Then, UpdateForm
from bot.middleware import mentioned
from bot.services import Services
from bot.slack import ids
from bot.slack.blocks import escape
from bot.slack.errors import SlackError
from bot.surveys import service
from bot.surveys.authoring import draft_screens, drafts
from bot.surveys.authoring.draft_forms import FIRST_TEMPLATE, done_form, hub_form, launched_message, start_form
from bot.surveys.authoring.draft_orders import Order, read_order
from bot.surveys.authoring.draft_plans import Draft, Reference, draft_id_of, reference_of, usual_rule
from bot.surveys.outcomes import Overview
from storage import UnitOfWork

BLANK = "blank"
FINAL = frozenset({"core.stale", "surveys.drafts.changed_since", "surveys.not_yours", "surveys.members_only"})
"""Refusals that nothing in the overview can be done about."""


def register(registry: Registry) -> None:
    registry.command("/pulse", "new", "surveys", on_new)
    registry.command("/pulse", "edit", "surveys", on_edit)
    registry.click(ids.DRAFT_OPENED, on_form_wanted)
    registry.click(ids.DRAFT_TEMPLATE_CHOSEN, on_template_chosen)
    registry.form(ids.DRAFT_START_FORM, on_start_form)
    registry.form(ids.DRAFT_HUB_FORM, on_hub_form)
    registry.job("surveys.drafts", _forgetting())
    draft_screens.register(registry)


async def on_new(command: Command) -> Reply:
    service.require_member(command.member)
    order = read_order(command.words, command.now, command.zone, command.t.language, command.services.texts)
    draft_id = draft_id_of(command.key)
    template = order.template or TEMPLATES[FIRST_TEMPLATE]
    if order.template is None or order.audience.is_empty:
        return OpenForm(start_form(command.t, command.channel_id, draft_id, template, order.audience.channels))
    if template.key == BLANK:
        survey = await command.services.storage.write(
            command.workspace_id, lambda db: _started(db, command, draft_id, template, order)
        )
        return OpenForm(hub_form(Draft(survey, order.rule), command.now, command.t, command.zone))

    def launched(db: UnitOfWork) -> Overview:
        if db.surveys.get(draft_id) is None:
            _started(db, command, draft_id, template, order)
        return drafts.launch(db, command.now, command.member, draft_id, order.rule)

    seen = await command.services.storage.write(command.workspace_id, launched)
    return Say(launched_message(seen, command.t, command.zone))


async def on_edit(command: Command) -> Reply:
    def copied(db: UnitOfWork) -> Draft:
        channel_id, rest = mentioned(command.words, "#")
        survey = service.find(db, shown(rest), channel_id)
        draft, rule = drafts.copy(db, command.now, command.member, survey)
        return Draft(draft, rule, survey.id)

    draft = await command.services.storage.write(command.workspace_id, copied)
    return OpenForm(hub_form(draft, command.now, command.t, command.zone))


async def on_form_wanted(click: Click) -> Reply:
    service.require_member(click.member)
    return OpenForm(start_form(click.t, click.channel_id, draft_id_of(click.key)))


async def on_template_chosen(click: Click) -> Reply:
    template = _template(str(click.value.get("choice", "")))
    channels = tuple(filter(None, click.state.get(ids.DRAFT_CHANNELS_INPUT, "").split(",")))
    carried = ids.unpack((click.view or {}).get("private_metadata"))
    return UpdateForm(start_form(click.t, "", str(carried.get("draft", "")), template, channels))


async def on_start_form(sent: Submission) -> Reply:
    template = _template(sent.inputs.get(ids.DRAFT_TEMPLATE_INPUT, ""))
    chosen = sent.inputs.get(ids.sub_id(ids.DRAFT_CADENCE_INPUT, template.key)) or template.cadence
    rule = usual_rule(_cadence(chosen), sent.now, sent.zone)
    channels = tuple(filter(None, sent.inputs.get(ids.DRAFT_CHANNELS_INPUT, "").split(",")))
    draft_id = reference_of(sent.carried).draft_id
    survey = await sent.services.storage.write(
        sent.workspace_id,
        lambda db: drafts.start(db, sent.now, sent.member, draft_id, template, Audience(channels=channels)),
    )
    hub = UpdateForm(hub_form(Draft(survey, rule), sent.now, sent.t, sent.zone))
    return Then(hub, lambda: _name_after_channel(sent, draft_id, channels[0])) if channels else hub


async def on_hub_form(sent: Submission) -> Reply:
    reference = reference_of(sent.carried)
    try:
        seen = await sent.services.storage.write(sent.workspace_id, lambda db: _ended(db, sent, reference))
    except DomainError as refusal:
        if refusal.key in FINAL:
            raise
        return await _with_trouble(sent, reference, refusal)
    message = launched_message(seen, sent.t, sent.zone, is_changed=bool(reference.of))
    return UpdateForm(done_form(message, sent.t))


async def _with_trouble(sent: Submission, reference: Reference, refusal: DomainError) -> Reply:
    """The overview once more, with what is still missing."""
    values = {name: escape(each) if isinstance(each, str) else each for name, each in refusal.values.items()}
    survey = await sent.services.storage.read(
        sent.workspace_id, lambda db: drafts.own(db, sent.member, reference.draft_id)
    )
    draft = Draft(survey, reference.rule, reference.of)
    return UpdateForm(hub_form(draft, sent.now, sent.t, sent.zone, sent.t(refusal.key, **values)))


def _ended(db: UnitOfWork, sent: Submission, reference: Reference) -> Overview:
    if reference.of:
        return drafts.save(db, sent.now, sent.member, reference.draft_id, reference.of, reference.rule)
    return drafts.launch(db, sent.now, sent.member, reference.draft_id, reference.rule)


def _started(db: UnitOfWork, command: Command, draft_id: str, template: Template, order: Order) -> Survey:
    return drafts.start(db, command.now, command.member, draft_id, template, order.audience, order.name)


async def _name_after_channel(sent: Submission, draft_id: str, channel_id: str) -> None:
    """Slack tells only the channel's id with the form; a private one's name may stay with Slack."""
    try:
        name = (await sent.services.slack.channel(channel_id)).name
    except SlackError:
        return
    await sent.services.storage.write(
        sent.workspace_id, lambda db: drafts.suggest_handle(db, sent.member, draft_id, name)
    )


def _forgetting() -> Job:
    """The job that removes old drafts, once a day: a pass comes every few seconds."""
    done: dict[str, date] = {}

    async def forget_drafts(services: Services, now: datetime) -> None:
        workspace_id = services.workspace_id
        if done.get(workspace_id) != now.date():
            await services.storage.write(workspace_id, lambda db: drafts.forget(db, now))
            done[workspace_id] = now.date()

    return forget_drafts


def _template(key: str) -> Template:
    if key not in TEMPLATES:
        raise DomainError("core.stale")
    return TEMPLATES[key]


def _cadence(value: str) -> Cadence:
    try:
        return Cadence(value)
    except ValueError:
        raise DomainError("core.stale") from None
