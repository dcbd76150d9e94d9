"""What people do with the question they were sent: choose, change, give a reason, be asked later, ask why.

Nothing here logs or repeats an answer. Whoever was asked more than once has several prompts; all of them turn into the
outcome, by direct calls after the acknowledgement: a delivery made at that moment would tell when somebody answered.
"""

import asyncio

from bot.commands import Registry
from bot.domain.errors import DomainError
from bot.domain.surveys import Round
from bot.domain.workdays import Workdays
from bot.interactions import Click, OpenForm, Replace, Reply, Say, Submission, Then
from bot.slack import ids
from bot.slack.blocks import Message
from bot.surveys import answering, prompts, reminding, views


def register(registry: Registry) -> None:
    registry.click(ids.SCORE_CHOSEN, on_score_chosen)
    registry.click(ids.ANSWER_CHANGE, on_change_wanted)
    registry.click(ids.REASON_OPENED, on_reason_wanted)
    registry.click(ids.WHY_OPENED, on_why_asked)
    registry.click(ids.ANSWER_LATER, on_postponed)
    registry.click(ids.ANSWER_NOW, on_question_wanted)
    registry.form(ids.ANSWER_FORM, on_answer_changed)
    registry.form(ids.REASON_FORM, on_reason_given)


async def on_score_chosen(click: Click) -> Reply:
    round_id, score = _round_id(click), _score(click.value.get("score"))
    asked = await click.services.storage.write(
        click.workspace_id, lambda db: answering.record_answer(db, round_id, click.member.id, score)
    )
    return _everywhere(click, asked.round, views.thanks_message(asked.round, click.t, click.zone))


async def on_change_wanted(click: Click) -> Reply:
    round_id = _round_id(click)
    own = await click.services.storage.read(
        click.workspace_id, lambda db: answering.own_answer(db, round_id, click.member.id)
    )
    return OpenForm(views.answer_form(own.asked.round, own.score, click.t, click.zone))


async def on_answer_changed(sent: Submission) -> Reply:
    round_id, score = _round_id(sent), _score(sent.inputs.get(ids.SCORE_INPUT))
    asked = await sent.services.storage.write(
        sent.workspace_id, lambda db: answering.record_answer(db, round_id, sent.member.id, score)
    )
    return Say(views.note(sent.t("surveys.changed", closes=sent.t.moment(asked.round.closes_at, sent.zone))))


async def on_reason_wanted(click: Click) -> Reply:
    round_id = _round_id(click)
    own = await click.services.storage.read(
        click.workspace_id, lambda db: answering.own_answer(db, round_id, click.member.id)
    )
    most = answering.COMMENT_LENGTH
    return OpenForm(views.reason_form(own.asked.round, own.enps_class, own.comment, most, click.t))


async def on_reason_given(sent: Submission) -> Reply:
    round_id, text = _round_id(sent), sent.inputs.get(ids.REASON_INPUT, "").strip()
    asked = await sent.services.storage.write(
        sent.workspace_id, lambda db: answering.record_comment(db, round_id, sent.member.id, text)
    )
    if not text:
        return Say(views.note(sent.t("surveys.reason.removed")))
    return Say(views.note(sent.t("surveys.reason.kept", comments=asked.round.min_comments)))


async def on_why_asked(click: Click) -> Reply:
    round_id = _round_id(click)
    asked = await click.services.storage.read(click.workspace_id, lambda db: answering.asked_in(db, round_id))
    return OpenForm(views.why_form(asked.survey, asked.round, click.t, click.zone))


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
    own = await click.services.storage.read(
        click.workspace_id, lambda db: answering.own_answer(db, round_id, click.member.id)
    )
    survey, asking = own.asked.survey, own.asked.round
    if own.score is not None:
        return _everywhere(click, asking, views.thanks_message(asking, click.t, click.zone))
    return Replace(views.question_message(survey, asking, click.t, click.zone))


def _everywhere(click: Click, asking: Round, message: Message) -> Reply:
    """The message turns into another, and with it all other prompts of the round in this conversation, as far as Slack
    lets them; the close turns every one of them in any case."""

    async def turn_others() -> None:
        others = await click.services.storage.read(
            click.workspace_id, lambda db: prompts.places(db, asking.id, click.member.id, click.message_ts)
        )
        slack = click.services.slack
        await asyncio.gather(*(slack.update_patiently(channel, ts, message) for channel, ts in others))

    if click.now - asking.opened_at < prompts.APART:  # most answers come now, and nobody has a second prompt yet
        return Replace(message)
    return Then(Replace(message), turn_others)


def _round_id(context: Click | Submission) -> str:
    carried = context.value if isinstance(context, Click) else context.carried
    return str(carried.get("round", ""))


def _score(raw: object) -> int:
    """The score a button or option carried. DomainError "core.stale" for anything that is no whole number."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw.isascii() and raw.isdecimal() and len(raw) <= 2:
        return int(raw)
    raise DomainError("core.stale")
