"""What happens when an admin looks at the tokens of the HTTP API, makes one or revokes one. The requests of other
systems are in `endpoints`."""

import structlog

from bot.commands import Registry
from bot.domain.errors import DomainError
from bot.interactions import Click, Command, Context, FormErrors, OpenForm, Replace, Reply, Say, Submission, UpdateForm
from bot.kpis.acting import Acting, acting_in, wording_in
from bot.kpis.api import endpoints, service, views
from bot.kpis.api.budget import Budget
from bot.slack import ids
from bot.slack.blocks import Message

log = structlog.get_logger(__name__)


def register(registry: Registry) -> None:
    registry.command("/kpi", "tokens", "kpis", on_tokens)
    registry.click(ids.API_TOKEN_NEW, on_new_opened)
    registry.click(ids.API_TOKEN_REVOKE, on_revoked)
    registry.form(ids.API_TOKEN_FORM, on_new_submitted)
    endpoints.register(registry, Budget())


async def on_tokens(command: Command) -> Reply:
    if command.words:
        raise DomainError("kpis.api.tokens_alone")
    return Say(await _tokens(command, await acting_in(command)))


async def _tokens(ctx: Context, acting: Acting, said: str = "") -> Message:
    service.check_may_make_tokens(acting)
    tokens = await ctx.services.storage.read(ctx.workspace_id, lambda db: db.api_tokens.active())
    return views.tokens_message(tokens, wording_in(ctx, acting), said)


async def on_new_opened(click: Click) -> Reply:
    acting = await acting_in(click)
    service.check_may_make_tokens(acting)
    return OpenForm(views.new_token_form(service.MAX_NAME, wording_in(click, acting)))


async def on_new_submitted(submission: Submission) -> Reply:
    acting = await acting_in(submission)
    w = wording_in(submission, acting)
    name = submission.inputs.get(views.NAME_FIELD, "")
    try:
        token = await submission.services.storage.write(
            submission.workspace_id, lambda db: service.make_token(db, name, submission.key, acting)
        )
    except DomainError as refusal:
        return FormErrors({views.NAME_FIELD: submission.t(refusal.key, **refusal.values)})
    if token is None:
        return UpdateForm(views.made_before_form(w))
    log.info("token made", action="api_token_made", by=acting.by.id)
    return UpdateForm(views.made_form(token, w))


async def on_revoked(click: Click) -> Reply:
    acting = await acting_in(click)
    token_id = str(click.value.get("token", ""))
    revoked = await click.services.storage.write(
        click.workspace_id, lambda db: service.revoke_token(db, token_id, acting)
    )
    if revoked:
        log.info("token revoked", action="api_token_revoked", token=token_id, by=acting.by.id)
    said = click.t("kpis.api.revoked" if revoked else "kpis.api.revoked_before")
    return Replace(await _tokens(click, acting, said))
