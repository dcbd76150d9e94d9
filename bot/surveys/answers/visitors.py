"""Guests, and people of other companies, whom a survey's author included: they may do with its prompts what everybody
who was asked may do. Everything else they are refused in `bot.middleware`."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.interactions import Click, Reply, Submission
from bot.middleware import visitor_refusal

C = TypeVar("C", Click, Submission)


def for_the_invited(handler: Callable[[C], Awaitable[Reply]]) -> Callable[[C], Awaitable[Reply]]:
    """A handler that visitors reach only with an invitation to the round that the click or form carries. Raises for
    the others what they hear everywhere: DomainError `core.guest`, `core.outsider`."""

    async def checked(context: C) -> Reply:
        refusal = visitor_refusal(context.member)
        if refusal is not None and not await _is_invited(context):
            raise refusal
        return await handler(context)

    return checked


async def _is_invited(context: Click | Submission) -> bool:
    round_id, member_id = _round_id(context), context.member.id
    return await context.services.storage.read(
        context.workspace_id, lambda db: db.rounds.invitation(round_id, member_id) is not None
    )


def _round_id(context: Click | Submission) -> str:
    """The round that an element carries; menus in a message carry it in their id."""
    if isinstance(context, Submission):
        return str(context.carried.get("round", ""))
    return str(context.value.get("round", "")) or context.action_id.partition(":")[2].partition("/")[0]
