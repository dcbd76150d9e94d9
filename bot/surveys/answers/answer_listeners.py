"""What people do with a prompt: choose, open the form, change, give a reason, be asked later, ask why. Questions one
after the other are in `step_listeners`.

Nothing here logs or repeats an answer. Whoever was asked more than once has several prompts; all of them turn into the
outcome, by direct calls after the acknowledgement (`places`).
"""

from bot.commands import Registry
from bot.domain.surveys import Round
from bot.domain.workdays import Workdays
from bot.interactions import Click, FormErrors, OpenForm, Replace, Reply, Say, Submission, Then, UpdateForm
from bot.slack import ids
from bot.slack.blocks import Message
from bot.surveys import views
from bot.surveys.answers import answering, step_listeners
from bot.surveys.answers.answer_forms import Origin, answer_form, note_form, reasons_form
from bot.surveys.answers.answer_values import Given, input_id, position, read_answers, read_reasons
from bot.surveys.answers.answering import Own
from bot.surveys.answers.explanations import why_form
from bot.surveys.answers.places import origin_of, turn
from bot.surveys.answers.visitors import for_the_invited
from bot.surveys.asking import prompts, reminding


def register(registry: Registry) -> None:
    for action_id, on_click in (
        (ids.SCORE_CHOSEN, on_score_chosen),
        (ids.ANSWER_OPENED, on_answer_wanted),
        (ids.ANSWER_CHANGE, on_change_wanted),
        (ids.REASON_OPENED, on_reason_wanted),
        (ids.WHY_OPENED, on_why_asked),
        (ids.ANSWER_LATER, on_postponed),
        (ids.ANSWER_NOW, on_question_wanted),
    ):
        registry.click(action_id, for_the_invited(on_click))
    registry.form(ids.ANSWER_FORM, for_the_invited(on_answered))
    registry.form(ids.REASON_FORM, for_the_invited(on_reasons_given))
    step_listeners.register(registry)


async def on_score_chosen(click: Click) -> Reply:
    round_id, score = _round_id(click), position(click.value.get("score"))
    asked = await click.services.storage.write(
        click.workspace_id, lambda db: answering.record_only(db, round_id, click.member.id, score)
    )
    asking = asked.round
    return _everywhere(click, asking, views.thanks_message(asking, click.t, click.zone))


async def on_answer_wanted(click: Click) -> Reply:
    """From a prompt, or from wherever it says that the round waits."""
    own = await _own(click)
    in_conversation = bool(click.message_ts) and not click.is_ephemeral
    origin = Origin(
        click.channel_id if in_conversation else "", click.message_ts if in_conversation else "", turns=True
    )
    return OpenForm(answer_form(own.asked.round, own.answers, click.t, click.zone, origin))


async def on_change_wanted(click: Click) -> Reply:
    own = await _own(click)
    return OpenForm(answer_form(own.asked.round, own.answers, click.t, click.zone))


async def on_answered(sent: Submission) -> Reply:
    """All answers are recorded at once, then the form turns to the reasons, if the answers are asked for some."""
    before = await _own(sent)
    asking, origin = before.asked.round, origin_of(sent)
    given = read_answers(asking.questions, asking.questions, sent.inputs, sent.t)
    if given.errors:
        return _errors(sent, before, given)
    had_none = not (before.answers.values or before.answers.texts)
    if given.is_empty and had_none:
        first = input_id(ids.SCORE_INPUT, asking.questions[0], asking.questions)
        return FormErrors({first: sent.t("surveys.answer.nothing")})
    await sent.services.storage.write(
        sent.workspace_id, lambda db: answering.record(db, asking.id, sent.member.id, given.values, given.texts)
    )
    reasons = reasons_form(asking, given.upon(before.answers), sent.t)
    reply: Reply = UpdateForm(reasons) if reasons else Say(views.note(_recorded(sent, before, given)))

    async def turn_prompts() -> None:
        await turn(sent, asking, views.thanks_message(asking, sent.t, sent.zone), origin, everywhere=True)

    return Then(reply, turn_prompts) if origin.turns else reply


async def on_reason_wanted(click: Click) -> Reply:
    own = await _own(click)
    reasons = reasons_form(own.asked.round, own.answers, click.t)
    return OpenForm(reasons or note_form(click.t("surveys.reason.not_asked"), click.t))


async def on_reasons_given(sent: Submission) -> Reply:
    before = await _own(sent)
    asking = before.asked.round
    texts = read_reasons(asking.questions, sent.inputs)
    await sent.services.storage.write(
        sent.workspace_id, lambda db: answering.record(db, asking.id, sent.member.id, texts=texts)
    )
    if any(texts.values()):
        kept = "surveys.reason.kept_named" if asking.definition.is_named else "surveys.reason.kept"
        return Say(views.note(sent.t(kept, comments=asking.min_comments)))
    had_some = any(each in before.answers.texts for each in texts)
    return Say(views.note(sent.t("surveys.reason.removed") if had_some else _changed(sent, before)))


async def on_why_asked(click: Click) -> Reply:
    round_id = _round_id(click)
    asked = await click.services.storage.read(
        click.workspace_id, lambda db: answering.asked_of(db, round_id, click.member.id)
    )
    return OpenForm(why_form(asked.survey, asked.round, click.t, click.zone))


async def on_postponed(click: Click) -> Reply:
    round_id, services = _round_id(click), click.services
    workdays, zone = Workdays(services.settings.country), services.settings.timezone
    again_at = await services.storage.read(
        click.workspace_id,
        lambda db: reminding.next_asking(db, click.now, round_id, click.member, workdays, zone),
    )
    postponed = await services.storage.write(
        click.workspace_id, lambda db: reminding.postpone(db, round_id, click.member.id, again_at)
    )
    asking = postponed.asked.round
    if postponed.has_answered:
        return _everywhere(click, asking, views.thanks_message(asking, click.t, click.zone))
    if postponed.again_at is None:
        closes = click.t.moment(asking.closes_at, click.zone)
        return Say(views.note(click.t("surveys.closes_before", closes=closes)))
    return _everywhere(click, asking, views.postponed_message(asking, postponed.again_at, click.t, click.zone))


async def on_question_wanted(click: Click) -> Reply:
    round_id = _round_id(click)
    own = await _own(click)
    survey, asking = own.asked.survey, own.asked.round
    if own.answers.is_finished(asking.questions):
        return _everywhere(click, asking, views.thanks_message(asking, click.t, click.zone))
    followed = await click.services.storage.read(
        click.workspace_id, lambda db: answering.what_followed(db, answering.asked_in(db, round_id).round)
    )
    return Replace(views.question_message(survey, asking, click.t, click.zone, followed=followed))


def _everywhere(click: Click, asking: Round, message: Message) -> Reply:
    """The message turns into another, and with it all other prompts of the round in this conversation."""

    async def turn_others() -> None:
        await turn(click, asking, message, Origin(click.channel_id, click.message_ts), everywhere=True, itself=False)

    if click.now - asking.opened_at < prompts.APART:  # most answers come now, and nobody has a second prompt yet
        return Replace(message)
    return Then(Replace(message), turn_others)


def _errors(sent: Submission, own: Own, given: Given) -> FormErrors:
    questions = own.asked.round.questions
    refused = ((each, given.errors[each.id]) for each in questions if each.id in given.errors)
    return FormErrors(
        {
            input_id(ids.SCORE_INPUT, question, questions): sent.t(refusal.key, **refusal.values)
            for question, refusal in refused
        }
    )


def _recorded(sent: Submission, own: Own, given: Given) -> str:
    return sent.t("surveys.answer.removed") if given.is_empty else _changed(sent, own)


def _changed(sent: Submission, own: Own) -> str:
    asking = own.asked.round
    key = "surveys.changed_answers" if len(asking.questions) > 1 else "surveys.changed"
    return sent.t(key, closes=sent.t.moment(asking.closes_at, sent.zone))


async def _own(context: Click | Submission) -> Own:
    round_id = _round_id(context)
    return await context.services.storage.read(
        context.workspace_id, lambda db: answering.own_answers(db, round_id, context.member.id)
    )


def _round_id(context: Click | Submission) -> str:
    carried = context.value if isinstance(context, Click) else context.carried
    return str(carried.get("round", ""))
