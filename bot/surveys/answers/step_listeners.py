"""What people do with a round that is asked one question after the other: start, answer, skip, go back, go on later.

The message moves on the same way whatever was answered. Whether the reason is asked depends on the answer, so that it
is asked in a form, opened right at the click.
"""

from collections.abc import Awaitable, Callable

from bot.commands import Registry
from bot.domain.errors import DomainError
from bot.i18n import Translator
from bot.interactions import Click, FormErrors, OpenForm, Replace, Reply, Submission, Then, UpdateForm
from bot.slack import ids
from bot.slack.blocks import Message
from bot.surveys import views
from bot.surveys.answers import step_views, steps
from bot.surveys.answers.answer_forms import Origin, reasons_form, step_form
from bot.surveys.answers.answer_values import input_id, position, read_answers, several
from bot.surveys.answers.places import origin_of, turn
from bot.surveys.answers.steps import Moved, Step
from bot.surveys.answers.visitors import for_the_invited
from storage import UnitOfWork


def register(registry: Registry) -> None:
    for action_id, handler in (
        (ids.STEPS_STARTED, on_started),
        (ids.STEP_CHOSEN, on_value_chosen),
        (ids.STEP_SELECTED, on_option_chosen),
        (ids.STEP_DONE, on_done),
        (ids.STEP_WRITING, on_writing),
        (ids.STEP_SKIPPED, on_skipped),
        (ids.STEP_MOVED, on_moved),
        (ids.STEP_LATER, on_later),
    ):
        registry.click(action_id, for_the_invited(handler))
    registry.click(ids.STEP_TICKED, on_ticked)
    registry.form(ids.STEP_FORM, for_the_invited(on_written))


async def on_started(click: Click) -> Reply:
    round_id = str(click.value.get("round", ""))
    moved = await click.services.storage.read(click.workspace_id, lambda db: steps.start(db, round_id, click.member.id))
    return _moved_on(click, moved)


async def on_value_chosen(click: Click) -> Reply:
    step, value = _step(click), position(click.value.get("value"))
    return await _chosen(click, step, value)


async def on_option_chosen(click: Click) -> Reply:
    parts = click.action_id.partition(":")[2].split("/")
    if len(parts) != 3:
        raise DomainError("core.stale")
    step = Step(parts[0], position(parts[1]), position(parts[2]))
    return await _chosen(click, step, position(click.raw))


async def on_ticked(click: Click) -> Reply:  # noqa: ARG001
    """Slack tells of every tick; what counts is what stands there when they are done."""
    return None


async def on_done(click: Click) -> Reply:
    step = _step(click)
    seen = await click.services.storage.read(click.workspace_id, lambda db: steps.look(db, step, click.member.id))
    question = steps.question_at(seen.asked.round, step)
    ticked = click.state.get(step_views.ticked_id(question), "")
    if not ticked:
        return await on_skipped(click)
    value = several(ticked.split(","))
    if value is None:
        raise DomainError("core.stale")
    return await _chosen(click, step, value)


async def on_writing(click: Click) -> Reply:
    step = _step(click)
    seen = await click.services.storage.read(click.workspace_id, lambda db: steps.look(db, step, click.member.id))
    origin = Origin(click.channel_id, click.message_ts)
    return OpenForm(step_form(seen.asked.round, step.at, seen.far, seen.own, click.t, click.zone, origin))


async def on_written(sent: Submission) -> Reply:
    step = _step(sent)
    seen = await sent.services.storage.read(sent.workspace_id, lambda db: steps.look(db, step, sent.member.id))
    questions = seen.asked.round.questions
    question = steps.question_at(seen.asked.round, step)
    given = read_answers([question], questions, sent.inputs, sent.t)
    if given.errors:
        refusal = given.errors[question.id]
        return FormErrors({input_id(ids.SCORE_INPUT, question, questions): sent.t(refusal.key, **refusal.values)})
    moved = await sent.services.storage.write(
        sent.workspace_id, lambda db: steps.answer(db, step, sent.member.id, given.values, given.texts)
    )
    reasons = reasons_form(moved.asked.round, moved.own, sent.t, [question])
    return Then(UpdateForm(reasons) if reasons else None, _move_on(sent, moved, origin_of(sent)))


async def on_skipped(click: Click) -> Reply:
    step = _step(click)
    return _moved_on(click, await _write(click, lambda db: steps.skip(db, step, click.member.id)))


async def on_moved(click: Click) -> Reply:
    step = _step(click)
    moved = await click.services.storage.read(click.workspace_id, lambda db: steps.look(db, step, click.member.id))
    return _moved_on(click, moved)


async def on_later(click: Click) -> Reply:
    step = _step(click)
    seen = await click.services.storage.read(click.workspace_id, lambda db: steps.look(db, step, click.member.id))
    return Replace(step_views.paused_message(seen.asked.round, step.at, seen.far, click.t, click.zone))


async def _chosen(click: Click, step: Step, value: int) -> Reply:
    moved = await _write(click, lambda db: steps.choose(db, step, click.member.id, value))
    question = steps.question_at(moved.asked.round, step)
    reasons = reasons_form(moved.asked.round, moved.own, click.t, [question])
    if reasons is None:
        return _moved_on(click, moved)
    return Then(OpenForm(reasons), _move_on(click, moved, Origin(click.channel_id, click.message_ts)))


def _move_on(context: Click | Submission, moved: Moved, origin: Origin) -> Callable[[], Awaitable[None]]:
    """The message moves on while a form is open, or after it was sent."""

    async def move_on() -> None:
        message = _message(moved, context.t, context.zone)
        await turn(context, moved.asked.round, message, origin, everywhere=moved.is_finished)

    return move_on


async def _write(click: Click, work: Callable[[UnitOfWork], Moved]) -> Moved:
    return await click.services.storage.write(click.workspace_id, work)


def _moved_on(click: Click, moved: Moved) -> Reply:
    message = _message(moved, click.t, click.zone)
    if not moved.is_finished:
        return Replace(message)
    origin = Origin(click.channel_id, click.message_ts)

    async def turn_others() -> None:
        await turn(click, moved.asked.round, message, origin, everywhere=True, itself=False)

    return Then(Replace(message), turn_others)


def _message(moved: Moved, t: Translator, zone: str) -> Message:
    asking = moved.asked.round
    if moved.at is not None:
        return step_views.step_message(asking, moved.at, moved.far, t, zone)
    return views.thanks_message(asking, t, zone) if moved.is_finished else step_views.skipped_message(asking, t, zone)


def _step(context: Click | Submission) -> Step:
    carried = context.value if isinstance(context, Click) else context.carried
    return Step(str(carried.get("round", "")), position(carried.get("at")), position(carried.get("far")))
