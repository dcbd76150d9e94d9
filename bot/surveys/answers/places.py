"""Turning the messages that ask into the outcome, by direct calls after Slack was answered: a delivery made at that
moment would tell when somebody answered. Which messages there are is known to `prompts`."""

import asyncio

from bot.domain.surveys import Round
from bot.interactions import Click, Submission
from bot.slack.blocks import Message
from bot.surveys.answers.answer_forms import Origin
from bot.surveys.asking import prompts


def origin_of(sent: Submission) -> Origin:
    """Where a form was opened, as it carries it. Raises DomainError `core.stale` if it is not ours."""
    carried = sent.carried
    return Origin(str(carried.get("channel", "")), str(carried.get("ts", "")), bool(carried.get("turns")))


async def turn(
    context: Click | Submission,
    asking: Round,
    message: Message,
    origin: Origin,
    *,
    everywhere: bool,
    itself: bool = True,
) -> None:
    """The message something came from turns into another (unless it does by itself), and `everywhere` all prompts of
    the round in this conversation, as far as Slack lets them; the close turns every one of them in any case."""
    found = [(origin.channel, origin.ts)] if itself and origin.channel and origin.ts else []
    if everywhere:
        found += await context.services.storage.read(
            context.workspace_id, lambda db: prompts.places(db, asking.id, context.member.id, origin.ts)
        )
    slack = context.services.slack
    await asyncio.gather(*(slack.update_patiently(channel, ts, message) for channel, ts in found))
