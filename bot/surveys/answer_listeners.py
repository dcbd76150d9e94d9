"""What people do with the question they were sent: choose, change, give a reason, ask why they are asked.

Nothing here logs or repeats an answer.
"""

from bot.commands import Registry
from bot.domain.errors import DomainError
from bot.interactions import Click, OpenForm, Replace, Reply, Say, Submission
from bot.slack import ids
from bot.surveys import answering, views


def register(registry: Registry) -> None:
    registry.click(ids.SCORE_CHOSEN, on_score_chosen)
    registry.click(ids.ANSWER_CHANGE, on_change_wanted)
    registry.click(ids.REASON_OPENED, on_reason_wanted)
    registry.click(ids.WHY_OPENED, on_why_asked)
    registry.form(ids.ANSWER_FORM, on_answer_changed)
    registry.form(ids.REASON_FORM, on_reason_given)


async def on_score_chosen(click: Click) -> Reply:
    round_id, score = _round_id(click), _score(click.value.get("score"))
    asked = await click.services.storage.write(
        click.workspace_id, lambda db: answering.record_answer(db, round_id, click.member.id, score)
    )
    return Replace(views.thanks_message(asked.round, click.t, click.zone))


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
