"""Whether the bot can post to a summary's channel: asked of Slack once the summary is set up, so that its author hears
of it now and not on Monday."""

from bot.audiences import why_not_postable
from bot.domain.summaries import Summary
from bot.interactions import Context
from bot.summaries import service


async def check_channel(context: Context, summary: Summary) -> None:
    """Owes the author a note where the bot is not in the channel, cannot see it, or it is archived."""
    services = context.services
    why = await why_not_postable(services, summary.channel_id)
    if not why:
        return
    await services.storage.write(
        context.workspace_id,
        lambda db: service.tell_unreachable(db, context.now, context.member, summary, why, context.key),
    )
    services.wake()
