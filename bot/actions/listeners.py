"""`/checkin actions`, and the buttons and forms of actions wherever they are shown."""

from collections.abc import Mapping

from bot.actions import deliveries, reminding, service, views
from bot.actions.wishes import ActionWish, checked_text, read_wish
from bot.commands import Registry
from bot.domain.actions import Action, ActionState
from bot.domain.catalogue import Viewer
from bot.domain.errors import DomainError
from bot.interactions import Click, Command, Context, FormErrors, OpenForm, Replace, Reply, Say, Submission
from bot.slack import ids
from bot.slack.blocks import Message
from bot.slack.chosen import chosen_day
from storage import UnitOfWork

_PLACES = {
    "actions.owner_unknown": ids.ACTION_OWNER_INPUT,
    "actions.owner_private": ids.ACTION_OWNER_INPUT,
    "actions.date_past": ids.ACTION_DUE_INPUT,
}
"""The inputs that refusals are about; the others are about the text."""


def register(registry: Registry) -> None:
    registry.command("/checkin", "actions", "actions", on_actions)
    registry.click(ids.ACTION_DONE, on_done)
    registry.click(ids.ACTION_DROPPED, on_dropped)
    registry.click(ids.ACTION_REOPENED, on_reopened)
    registry.click(ids.ACTION_CHANGE_OPENED, on_change_opened)
    registry.click(ids.ACTION_ADD_OPENED, on_add_opened)
    registry.form(ids.ACTION_CHANGE_FORM, on_changed)
    registry.form(ids.ACTION_ADD_FORM, on_added)
    registry.job("actions.remind", reminding.remind)
    deliveries.register(registry)


async def on_actions(command: Command) -> Reply:
    """The list without words, else an action is added."""
    service.require_member(command.member)
    if not command.words.strip():
        return Say(await _list(command))
    texts = command.services.texts
    wish = read_wish(
        command.words,
        command.today,
        command.t.language,
        texts.all_words("actions.by_words"),
        texts.all_words("actions.for_words"),
    )
    return Say(await _add(command, wish))


async def on_done(click: Click) -> Reply:
    return await _settled(click, ActionState.DONE)


async def on_dropped(click: Click) -> Reply:
    return await _settled(click, ActionState.DROPPED)


async def on_reopened(click: Click) -> Reply:
    action = await _settle(click, ActionState.OPEN)
    own = action.owner_id == click.member.id
    return Replace(views.added_message(action, click.today, click.t, own=own))


async def on_change_opened(click: Click) -> Reply:
    wanted = str(click.value.get("action", ""))
    action = await click.services.storage.read(click.workspace_id, lambda db: service.find(db, click.member, wanted))
    return OpenForm(views.change_form(action, action.owner_id, str(click.value.get("at", "")), click.t))


async def on_add_opened(click: Click) -> Reply:
    service.require_member(click.member)
    return OpenForm(views.change_form(None, click.member.id, views.IN_LIST, click.t))


async def on_changed(submission: Submission) -> Reply:
    wanted = str(submission.carried.get("action", ""))
    try:
        wish = _typed(submission.inputs)
        changed = await submission.write_once(
            lambda db: service.change(db, submission.member, wanted, wish, submission.today, submission.now),
        )
    except DomainError as refusal:
        return _refused(refusal, submission)
    submission.services.wake()
    return Say(views.saved_message(changed, submission.today, submission.t))


async def on_added(submission: Submission) -> Reply:
    try:
        return Say(await _add(submission, _typed(submission.inputs)))
    except DomainError as refusal:
        return _refused(refusal, submission)


async def _settled(click: Click, state: ActionState) -> Reply:
    """The list, the reminder or the message turns into what it says now."""
    action = await _settle(click, state)
    if click.view is not None:  # App Home is drawn anew by itself
        return None
    at = click.value.get("at")
    if at == views.IN_LIST:
        return Replace(await _list(click, done=views.done_words(action, click.t)))
    if at == views.IN_REMINDER:
        return Replace(await _reminder(click))
    return Replace(views.settled_message(action, click.t, own=True))


async def _settle(click: Click, state: ActionState) -> Action:
    wanted = str(click.value.get("action", ""))
    action = await click.write_once(lambda db: service.settle(db, click.member, wanted, state, click.now))
    click.services.wake()
    return action


async def _add(context: Context, wish: ActionWish) -> Message:
    added = await context.services.storage.write(
        context.workspace_id,
        lambda db: service.add_own(db, context.member, wish, context.today, context.now, context.key),
    )
    context.services.wake()
    own = added.owner_id == context.member.id
    return views.added_message(added, context.today, context.t, own=own)


async def _list(context: Context, done: str = "") -> Message:
    def read(db: UnitOfWork) -> Message:
        listed = service.read_list(db, context.member)
        kpis = db.catalogue.read().seen_by(Viewer.of(context.member, db.teams.of(context.member.id)))
        return views.list_message(listed, kpis, context.today, context.t, done=done)

    return await context.services.storage.read(context.workspace_id, read)


async def _reminder(click: Click) -> Message:
    """The reminder as it is after one of its actions was settled."""

    def read(db: UnitOfWork) -> Message:
        since = click.now - reminding.LOOK_BACK
        sent = db.deliveries.of_purposes([service.DUE], since)
        here = next((each for each in sent if each.ts == click.message_ts), None)
        if here is None:
            return views.reminder_message([], service.read_list(db, click.member), {}, click.today, click.t)
        return deliveries.reminder(db, here, click.member, click.services, click.now)

    return await click.services.storage.read(click.workspace_id, read)


def _typed(inputs: Mapping[str, str]) -> ActionWish:
    """Raises what `checked_text` raises."""
    due = inputs.get(ids.ACTION_DUE_INPUT, "")
    text = checked_text(inputs.get(ids.ACTION_TEXT_INPUT, ""))
    return ActionWish(text, chosen_day(due), inputs.get(ids.ACTION_OWNER_INPUT) or None)


def _refused(refusal: DomainError, submission: Submission) -> FormErrors:
    """The refusal beside the input it is about."""
    place = _PLACES.get(refusal.key, ids.ACTION_TEXT_INPUT)
    return FormErrors({place: submission.t(refusal.key, **refusal.values)})
