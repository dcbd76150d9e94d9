"""Whether the bot can post to a summary's channel: asked of Slack once the summary is set up, so that its author hears
of it now and not on Monday."""

import structlog

from bot.domain.summaries import Summary
from bot.interactions import Context
from bot.slack.gateway import SlackError, SlackRefused
from bot.summaries import service

log = structlog.get_logger(__name__)


async def check_channel(context: Context, summary: Summary) -> None:
    """Owes the author a note where the bot is not in the channel, cannot see it, or it is archived."""
    services = context.services
    try:
        channel = await services.slack.channel(summary.channel_id)
    except SlackRefused as refusal:
        log.info("channel not readable", action="channel_not_readable", error=refusal.code)
        why = "not_found"
    except SlackError as trouble:  # the post itself will say so if this lasts
        log.warning("channel not checked", action="channel_not_checked", error=str(trouble))
        return
    else:
        if channel.is_member and not channel.is_archived:
            return
        why = "archived" if channel.is_archived else "not_member"
    await services.storage.write(
        context.workspace_id,
        lambda db: service.tell_unreachable(db, context.now, context.member, summary, why, context.key),
    )
    services.wake()
