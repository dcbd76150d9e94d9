"""What admins see of the tokens of the HTTP API: the list, the form, the new token once. Pure."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bot.domain.api_tokens import ApiToken
from bot.kpis.wording import Wording
from bot.slack import ids
from bot.slack.blocks import (
    Block,
    Message,
    actions,
    button,
    confirmation,
    context,
    escape,
    field,
    form,
    plain,
    section,
    text_input,
)

NAME_FIELD = "name"


def tokens_message(tokens: Sequence[ApiToken], w: Wording, said: str = "") -> Message:
    """The tokens that open something, each with its Revoke, and the way to a new one. `said` is what was just done."""
    title = w.t("kpis.api.title") if tokens else w.t("kpis.api.none")
    lines = [token_line(token, w) for token in tokens]
    blocks: list[Block] = [section(said)] if said else []
    blocks.append(section(f"*{title}*" if tokens else title))
    blocks += [section(line, accessory=_revoke_button(token, w)) for token, line in zip(tokens, lines, strict=True)]
    blocks.append(actions([button(w.t("kpis.api.button_new"), ids.API_TOKEN_NEW)]))
    return Message("\n".join(filter(None, (said, title, *lines))), tuple(blocks))


def token_line(token: ApiToken, w: Wording) -> str:
    """ "CRM, made by @Ayu on Thu 26 Nov, last used on Thu 26 Nov"."""
    made = w.day(token.made_at.astimezone(ZoneInfo(w.zone)).date())
    values = {"name": escape(token.name), "person": f"<@{token.made_by}>", "made": made}
    if token.used_on is None:
        return w.t("kpis.api.line_unused", **values)
    return w.t("kpis.api.line_used", **values, used=w.day(token.used_on))


def _revoke_button(token: ApiToken, w: Wording) -> Block:
    sure = confirmation(
        w.t("kpis.api.revoke_title"),
        w.t("kpis.api.revoke_text", name=token.name),
        w.t("kpis.api.button_revoke"),
        w.t("core.cancel"),
    )
    return button(
        w.t("kpis.api.button_revoke"),
        ids.sub_id(ids.API_TOKEN_REVOKE, token.id),
        ids.pack(token=token.id),
        confirm=sure,
        label=w.t("kpis.api.revoke_label", name=token.name),
    )


def new_token_form(max_name: int, w: Wording) -> Block:
    box = text_input(ids.API_TOKEN_NAME_INPUT, placeholder=w.t("kpis.api.name_example"), max_length=max_name)
    blocks = [section(w.t("kpis.api.new_intro")), field(NAME_FIELD, w.t("kpis.api.name"), box)]
    return form(
        ids.API_TOKEN_FORM, w.t("kpis.api.new_title"), blocks, submit=w.t("kpis.api.make"), close=w.t("core.cancel")
    )


def made_form(token: str, w: Wording) -> Block:
    """The only place where a token is ever shown: a form, of which Slack keeps no history."""
    blocks = [
        section(w.t("kpis.api.made")),
        {"type": "section", "text": plain(token)},
        context(w.t("kpis.api.made_hint")),
    ]
    return form(ids.API_TOKEN_MADE_NOTE, w.t("kpis.api.new_title"), blocks, close=w.t("core.close"))


def made_before_form(w: Wording) -> Block:
    """What a form that was sent twice turns into the second time: nobody knows the token any more."""
    blocks = [section(w.t("kpis.api.made_before"))]
    return form(ids.API_TOKEN_MADE_NOTE, w.t("kpis.api.new_title"), blocks, close=w.t("core.close"))


def through_token(name: str, w: Wording) -> str:
    """Said in a KPI's history of an entry that another system sent."""
    return w.t("kpis.api.through", name=name)
