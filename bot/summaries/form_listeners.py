"""What happens in the form that sets a summary up: it opens, changes with what is chosen, sends a test, is saved."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

from bot.commands import Registry
from bot.domain.errors import DomainError
from bot.domain.surveys import Survey, SurveyState
from bot.interactions import Click, Context, FormErrors, OpenForm, Reply, Submission, Then, UpdateForm
from bot.slack import ids
from bot.slack.blocks import Block, escape
from bot.slack.gateway import SlackError
from bot.summaries import command_views, forms, forms_reading, reach, service, trials
from bot.summaries.forms import Choices, Draft
from bot.summaries.forms_reading import Plan
from bot.summaries.purposes import TRIAL, TRIAL_DETAILS
from storage import UnitOfWork

_PLACES = {"summaries.no_such_lead": forms.LEAD, "summaries.same_time": forms.PRESET}
"""Where a refusal belongs that only the database knows."""


def register(registry: Registry) -> None:
    registry.click(ids.SUMMARY_OPENED, on_form_wanted)
    registry.click(ids.SUMMARY_CHANGE, on_change_wanted)
    registry.click(ids.SUMMARY_FORM_CHANGED, on_form_changed)
    registry.click(ids.SUMMARY_TRIED, on_trial_wanted)
    registry.form(ids.SUMMARY_FORM, on_form_sent)
    registry.delivery(TRIAL, trials.trial)
    registry.delivery(TRIAL_DETAILS, trials.trial_details)


async def on_form_wanted(click: Click) -> Reply:
    return await new_form(click)


async def on_change_wanted(click: Click) -> Reply:
    return await change_form(click, str(click.value.get("summary", "")))


async def new_form(context: Context) -> Reply:
    """The form for a summary of the channel it was asked for in."""
    service.require_member(context.member)
    return OpenForm(await _form(context, forms_reading.new_draft(context.channel_id, context.zone, context.t.language)))


async def change_form(context: Context, summary_id: str) -> Reply:
    """The form for a summary there is. Raises DomainError as `service.require_owner` does, `core.stale` for a stopped
    one."""

    def read(db: UnitOfWork) -> Draft:
        summary = service.find(db, summary_id)
        service.require_owner(summary, context.member)
        if not summary.active:
            raise DomainError("core.stale")
        country = context.services.settings.country
        return forms_reading.draft_of(service.standing(db, context.now, summary, context.member, country))

    return OpenForm(await _form(context, await context.services.storage.read(context.workspace_id, read)))


async def on_form_changed(click: Click) -> Reply:
    """Another channel has other surveys, another rhythm other days."""
    service.require_member(click.member)
    return UpdateForm(await _form(click, _draft(click)))


async def on_trial_wanted(click: Click) -> Reply:
    """Sends the post to the author, or says what is missing for it. Nothing is saved."""
    service.require_member(click.member)
    draft = _draft(click)
    plan = forms_reading.plan_from(draft, click.now, click.t)
    if not isinstance(plan, Plan):
        said = (click.t("summaries.form.try_not_yet"), *(f"• {escape(each)}" for each in plan.values()))
        return UpdateForm(await _form(click, draft, *said))
    said = (click.t("summaries.form.tried", channel=f"<#{draft.channel_id}>"),)
    return Then(UpdateForm(await _form(click, draft, *said)), partial(_try, click, plan))


async def on_form_sent(sent: Submission) -> Reply:
    draft = forms_reading.draft_from(sent.inputs, _summary_id(sent.carried))
    plan = forms_reading.plan_from(draft, sent.now, sent.t)
    if not isinstance(plan, Plan):
        return FormErrors(plan)
    try:
        standing = await sent.services.storage.write(
            sent.workspace_id,
            lambda db: service.save_summary(
                db,
                sent.now,
                sent.member,
                plan.summary,
                plan.wish,
                plan.zone,
                sent.key,
                sent.services.settings.country,
            ),
        )
    except DomainError as refusal:
        if refusal.key not in _PLACES:
            raise
        return FormErrors({_PLACES[refusal.key]: sent.t(refusal.key, **refusal.values)})
    written_in = sent.services.texts.t(standing.summary.language)("summaries.language_name")
    message = command_views.set_message(standing, sent.zone, written_in, sent.t)
    return Then(UpdateForm(forms.saved_form(message, sent.t)), partial(reach.check_channel, sent, standing.summary))


async def _try(click: Click, plan: Plan) -> None:
    """What belongs to the channel's own people is in the test only for one of them: where Slack does not say, for
    nobody."""
    channel_id, services = plan.summary.channel_id, click.services
    try:
        is_in_channel = click.member.id in await services.slack.channel_members(channel_id)
    except SlackError:
        is_in_channel = False
    await services.storage.write(
        click.workspace_id,
        lambda db: trials.owe_trial(db, click.now, click.member, plan, click.key, is_in_channel=is_in_channel),
    )
    services.wake()


async def _form(context: Context, draft: Draft, *said: str) -> Block:
    choices = await context.services.storage.read(context.workspace_id, lambda db: _choices(db, context, draft))
    return forms.setup_form(draft, choices, context.t, said)


def _choices(db: UnitOfWork, context: Context, draft: Draft) -> Choices:
    texts, t = context.services.texts, context.t
    monday = date(2024, 1, 1)
    return Choices(
        {kpi.key: t.kpi(kpi) for kpi in db.catalogue.read().public().current},
        {each.id: each.definition.title or each.handle for each in _surveys_of(db, draft.channel_id)},
        {code: texts.t(code)("summaries.language_name") for code in texts.languages},
        {str(day): t.weekday(monday + timedelta(days=day)) for day in range(7)},
    )


def _surveys_of(db: UnitOfWork, channel_id: str) -> list[Survey]:
    """The surveys that ask exactly this channel: only those may be shown in it."""
    alive = (SurveyState.ACTIVE, SurveyState.PAUSED)
    return [each for each in db.surveys.all() if channel_id and each.channel_id == channel_id and each.state in alive]


def _draft(click: Click) -> Draft:
    return forms_reading.draft_from(click.state, _summary_id(ids.unpack((click.view or {}).get("private_metadata"))))


def _summary_id(carried: Mapping[str, Any]) -> str:
    return str(carried.get("summary", ""))
