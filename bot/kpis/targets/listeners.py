"""What happens when somebody uses `/kpi target`: parse, one service call, one view. The rest: `listeners`."""

from dataclasses import replace

from bot.commands import Registry
from bot.domain.errors import DomainError
from bot.domain.kpis import Kpi
from bot.domain.values import AmbiguousValue
from bot.interactions import Click, Command, Context, FormErrors, OpenForm, Replace, Reply, Say, Submission, UpdateForm
from bot.kpis import views as kpi_views
from bot.kpis.acting import Acting, acting_in, vocabulary_in, wording_in
from bot.kpis.targets import forms, grammar, reading, service, views
from bot.kpis.targets.deliveries import render_target_for_you
from bot.kpis.targets.grammar import TargetRequest
from bot.kpis.targets.outcomes import TargetSet
from bot.kpis.teams import read_groups
from bot.slack import ids
from bot.slack.blocks import Message


def register(registry: Registry) -> None:
    registry.command("/kpi", "target", "kpis", on_target)
    registry.click(ids.TARGETS_SHOWN, on_targets_clicked)
    registry.click(ids.TARGET_OPENED, on_target_opened)
    registry.click(ids.TARGET_VALUE_CHOSEN, on_target_answered)
    registry.click(ids.TARGET_PERIOD_CHOSEN, on_target_answered)
    registry.click(ids.TARGET_REMOVED, on_target_removed)
    registry.form(ids.TARGET_FORM, on_target_typed)
    registry.form(ids.TARGET_CHECKED_FORM, on_target_checked)
    registry.delivery(service.TARGET_FOR_YOU, render_target_for_you)


async def on_target(command: Command) -> Reply:
    """The list without words, the form with a KPI alone, else a target is set, or taken back."""
    if not command.words:
        return await _targets(command)
    acting = await acting_in(command)
    first, _, rest = command.words.strip().partition(" ")
    if first.casefold() in command.services.texts.all_words("kpis.targets.remove_words"):
        return await _remove(command, rest, acting)
    vocabulary = vocabulary_in(command, acting)
    chosen = grammar.only_kpi(command.words, vocabulary)
    if chosen is not None:
        return await _form(command, acting, chosen)
    request = grammar.parse_target(command.words, vocabulary, command.today)
    return Say(await _set_target(command, request, command.key, acting))


async def on_targets_clicked(click: Click) -> Reply:
    return await _targets(click, older=bool(click.value.get("older")))


async def _targets(ctx: Context, *, older: bool = False) -> Reply:
    acting = await acting_in(ctx)
    targets = await ctx.services.storage.read(ctx.workspace_id, lambda db: reading.read_list(db, acting, older=older))
    return Say(views.targets_message(targets, wording_in(ctx, acting)))


async def on_target_opened(click: Click) -> Reply:
    return await _form(click, await acting_in(click))


async def _form(ctx: Context, acting: Acting, chosen: Kpi | None = None) -> Reply:
    if chosen is not None and acting.kpis.is_retired(chosen.key):
        raise DomainError("kpis.targets.retired")
    return OpenForm(forms.target_form(wording_in(ctx, acting), chosen, (await read_groups(ctx.services)).known))


async def on_target_answered(click: Click) -> Reply:
    """An answer to "which number" or "per what": the rest of what was typed is in the button."""
    acting = await acting_in(click)
    if not click.value.get("key"):
        raise DomainError("core.stale")
    request = forms.carried_target(click.value, acting.kpis)
    return Replace(await _set_target(click, request, str(click.value["key"]), acting))


async def _set_target(ctx: Context, request: TargetRequest, key: str, acting: Acting) -> Message:
    """Asks which number is meant, or per what where that cannot be told, else sets the target under the key of the
    command that began it."""
    w = wording_in(ctx, acting)
    service.check_target(request, acting)
    if isinstance(request.value, AmbiguousValue):
        carried = forms.carried(request, key=key)
        return kpi_views.value_question(request.kpi, request.value, ids.TARGET_VALUE_CHOSEN, carried, w)
    if request.has_time:
        return views.target_message(await _kept(ctx, request, key, acting), w)
    period = await ctx.services.storage.read(ctx.workspace_id, lambda db: service.running_period(db, request))
    if period is None:
        return views.period_question(service.possible(request, acting), forms.carried(request, key=key), w)
    set_ = await _kept(ctx, replace(request, period=period), key, acting)
    return views.target_message(set_, w, is_as_before=True)


async def _kept(ctx: Context, request: TargetRequest, key: str, acting: Acting) -> TargetSet:
    """Sets the target, then reads where it stands."""
    target, replaced = await ctx.services.storage.write(
        ctx.workspace_id, lambda db: service.set_target(db, request, key, acting)
    )
    return await ctx.services.storage.read(ctx.workspace_id, lambda db: reading.read_set(db, target, replaced, acting))


async def on_target_typed(submission: Submission) -> Reply:
    """The first step: every letter is there, or it is named at its field."""
    acting = await acting_in(submission)
    w = wording_in(submission, acting)
    request = forms.read_form(submission.inputs, w)
    if not isinstance(request, TargetRequest):
        return FormErrors(request)
    try:
        seen = await submission.services.storage.read(
            submission.workspace_id, lambda db: service.look_at(db, request, acting)
        )
    except DomainError as refusal:
        return FormErrors({forms.place_of(refusal.key): submission.t(refusal.key, **refusal.values)})
    return UpdateForm(forms.checked_form(seen, w))


async def on_target_checked(submission: Submission) -> Reply:
    """The second step: it is set."""
    acting = await acting_in(submission)
    request = forms.carried_target(submission.carried, acting.kpis, submission.inputs.get(forms.WHY_FIELD, ""))
    set_ = await _kept(submission, request, submission.key, acting)
    return Say(views.target_message(set_, wording_in(submission, acting)))


async def _remove(command: Command, words: str, acting: Acting) -> Reply:
    request = grammar.parse_removal(words, vocabulary_in(command, acting))
    w = wording_in(command, acting)
    found = await command.services.storage.read(
        command.workspace_id, lambda db: service.find_targets(db, request, acting)
    )
    if len(found) > 1:
        return Say(views.which_removed_message(found, w))
    removed = await command.write_once(lambda db: service.remove_target(db, found[0].id, acting))
    return Say(views.removed_message(removed, w))


async def on_target_removed(click: Click) -> Reply:
    acting = await acting_in(click)
    target_id = str(click.value.get("target", ""))
    removed = await click.write_once(lambda db: service.remove_target(db, target_id, acting))
    return Replace(views.removed_message(removed, wording_in(click, acting)))
