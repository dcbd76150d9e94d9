"""Where an answer that takes a while is shown, and files of Slack's: the form that was sent turns into the answer, or
the message that was clicked; where neither can be changed any more, the person gets it as a direct message."""

from dataclasses import dataclass

import structlog

from bot.domain.errors import DomainError
from bot.interactions import Click, Command, Context, Submission
from bot.kpis.filing.service import LARGEST_SENT
from bot.kpis.filing.views import Page, page_form, page_message
from bot.kpis.wording import Wording
from bot.slack.gateway import SlackError, SlackRefused, SlackUnclear

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """A form, a message of ours, or the answer to a command."""

    view_id: str = ""
    channel_id: str = ""
    message_ts: str = ""
    response_url: str = ""

    @classmethod
    def of(cls, ctx: Command | Click | Submission) -> "Place":
        if isinstance(ctx, Command):
            return cls(response_url=ctx.response_url)
        if isinstance(ctx, Submission) or ctx.view is not None:
            return cls(view_id=str((ctx.view or {}).get("id", "")))
        return cls(channel_id=ctx.channel_id, message_ts=ctx.message_ts)


async def show(ctx: Context, place: Place, page: Page, w: Wording) -> None:
    """Shows an answer in its place, or, where that is gone (a form is closed, or was left open too long), as a direct
    message. Raises a SlackError where even that fails; nothing is lost by it but the answer."""
    slack = ctx.services.slack
    if place.message_ts:
        await slack.update_patiently(place.channel_id, place.message_ts, page_message(page))
        return
    try:
        if place.view_id:
            await slack.update_view(place.view_id, page_form(page, w))
            return
        if place.response_url:
            await slack.respond(place.response_url, page_message(page))
            return
    except SlackError as trouble:
        log.info("answer by direct message", action="file_answer_moved", error=str(trouble))
    await slack.post(ctx.member.id, page_message(page))


async def fetch(ctx: Context, file: str) -> bytes:
    """What is in a file, by its address or id. DomainErrors: `spreadsheets.too_large`, `kpis.filing.may_not_read`,
    `kpis.filing.not_there`, `kpis.filing.not_now`."""
    try:
        return await ctx.services.slack.download(file, LARGEST_SENT)
    except SlackRefused as refusal:
        log.info("file not fetched", action="file_not_fetched", error=str(refusal))
        if refusal.code == "file_too_large":
            raise DomainError("spreadsheets.too_large", most=LARGEST_SENT // 1_000_000) from None
        raise DomainError(
            "kpis.filing.may_not_read" if refusal.code == "missing_scope" else "kpis.filing.not_there"
        ) from None
    except SlackError as trouble:
        log.warning("file not fetched", action="file_not_fetched", error=str(trouble))
        raise DomainError("kpis.filing.not_now") from None


async def send(ctx: Context, name: str, content: bytes, comment: str) -> None:
    """Sends a person a file, as a direct message. DomainErrors: `kpis.filing.not_sent`, `kpis.filing.perhaps_sent`
    where nobody knows, `kpis.filing.may_not_send`."""
    try:
        await ctx.services.slack.upload(ctx.member.id, name, content, comment)
    except SlackError as trouble:
        log.warning("file not sent", action="file_not_sent", error=str(trouble))
        if isinstance(trouble, SlackUnclear):
            raise DomainError("kpis.filing.perhaps_sent") from None
        is_forbidden = isinstance(trouble, SlackRefused) and trouble.code == "missing_scope"
        raise DomainError("kpis.filing.may_not_send" if is_forbidden else "kpis.filing.not_sent") from None
