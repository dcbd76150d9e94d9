"""`/checkin data` and `/checkin privacy`, and the buttons that stand there and on Home."""

from functools import partial

import structlog

from bot.commands import Registry
from bot.domain.errors import DomainError
from bot.interactions import Click, Command, Context, FormErrors, OpenForm, Reply, Say, Submission, Then
from bot.privacy import audit_listeners, retention, views
from bot.privacy.service import export_member, note_export
from bot.slack import ids
from bot.slack.blocks import Message
from bot.slack.gateway import SlackError
from storage import NotScrubbed

log = structlog.get_logger(__name__)

FILE_NAME = "denyut-data.json"


def register(registry: Registry) -> None:
    registry.command("/checkin", "data", "privacy", on_data)
    registry.command("/checkin", "privacy", "privacy", on_privacy)
    registry.click(ids.PRIVACY_NOTICE_SHOWN, on_notice_wanted)
    registry.click(ids.PRIVACY_EXPORT, on_export)
    registry.click(ids.PRIVACY_ERASE_OPENED, on_erase_opened)
    registry.form(ids.PRIVACY_ERASE_FORM, on_erase)
    audit_listeners.register(registry)
    retention.register(registry)


async def on_data(command: Command) -> Reply:
    """What is stored of whoever asks; nobody can ask for somebody else."""
    _require_own(command)
    me = command.member.id
    stored = await command.services.storage.read(command.workspace_id, lambda db: db.privacy.stored(me))
    return Say(views.stored_message(stored, command.t))


async def on_privacy(command: Command) -> Reply:
    return Say(await _notice(command))


async def on_notice_wanted(click: Click) -> Reply:
    return Say(await _notice(click))


async def _notice(ctx: Context) -> Message:
    """What is kept, how long and for whom, and whom to ask."""
    _require_own(ctx)
    admins = await ctx.services.storage.read(ctx.workspace_id, lambda db: db.members.admins())
    return views.notice_message([each.id for each in admins], ctx.services.settings.retention_days, ctx.t)


async def on_export(click: Click) -> Reply:
    _require_own(click)
    return Then(Say(views.exporting_message(click.t)), partial(_send_file, click))


async def on_erase_opened(click: Click) -> Reply:
    _require_own(click)
    return OpenForm(views.erase_form(click.t))


async def on_erase(submission: Submission) -> Reply:
    """Erases once the word stands there, in whatever language."""
    _require_own(submission)
    typed = submission.inputs.get(ids.PRIVACY_ERASE_INPUT, "").strip().casefold()
    if typed not in submission.services.texts.all_words("privacy.erase_word"):
        refusal = submission.t("privacy.erase_mistyped", word=submission.t("privacy.erase_word"))
        return FormErrors({ids.PRIVACY_ERASE_INPUT: refusal})
    return Then(Say(views.erasing_message(submission.t)), partial(_erase, submission))


async def _send_file(click: Click) -> None:
    me, services = click.member.id, click.services
    data = await services.storage.read(click.workspace_id, lambda db: export_member(db, me, click.now))
    await services.storage.write(click.workspace_id, lambda db: note_export(db, me, click.now))
    try:
        await services.slack.upload(me, FILE_NAME, data, views.file_comment(click.t))
    except SlackError as trouble:
        log.warning("own data not sent", action="own_data_not_sent", error=str(trouble))
        await _say(click, views.not_exported_message(click.t))


async def _erase(submission: Submission) -> None:
    services = submission.services
    try:
        await services.storage.erase(submission.workspace_id, submission.member.id, submission.now)
    except NotScrubbed as trouble:  # it is deleted all the same; its bytes go with the next seal
        log.warning("not scrubbed after an erasure", action="not_scrubbed", error=str(trouble))
    log.info("a member was erased", action="member_erased")
    await _say(submission, views.erased_message(submission.t))


async def _say(context: Context, message: Message) -> None:
    """Written to them directly: a delivery would be stored under their name."""
    try:
        await context.services.slack.post(context.member.id, message)
    except SlackError as trouble:
        log.warning("answer not sent", action="privacy_answer_not_sent", error=str(trouble))


def _require_own(context: Context) -> None:
    """Everybody may see and erase what is theirs, guests and people of other companies too: an author may have
    included them in a survey."""
    if context.member.is_bot:
        raise DomainError("core.outsider")
