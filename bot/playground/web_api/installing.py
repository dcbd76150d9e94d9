"""oauth, auth.revoke and apps.uninstall: how the app comes by its token, and how that ends."""

from typing import Final

from bot.playground.app_manifest import APP_ID, BOT_USER_ID
from bot.playground.local_slack import LocalSlack
from bot.playground.slack_error import SlackError
from bot.playground.web_api.call import Call, Json, Method


def oauth_access(call: Call) -> Json:
    """A code into a token."""
    slack, tokens = call.slack, call.slack.tokens
    if call.text("client_id") != tokens.client_id:
        raise SlackError("invalid_client_id")
    if call.text("client_secret") != tokens.client_secret:
        raise SlackError("bad_client_secret")
    moment = slack.clock.timestamp()
    token, user_id = slack.installs.exchange(call.required("code"), moment, call.text("redirect_uri") or "")
    return {
        "app_id": APP_ID,
        "authed_user": {"id": user_id},
        "scope": ",".join(slack.manifest.bot_scopes),
        "token_type": "bot",
        "access_token": token,
        "bot_user_id": BOT_USER_ID,
        "team": {"id": slack.workspace.team_id, "name": slack.workspace.team["name"]},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def auth_revoke(call: Call) -> Json:
    """Gives the token back."""
    if call.flag("test"):
        return {"revoked": False}
    return {"revoked": revoke(call.slack)}


def apps_uninstall(call: Call) -> Json:
    """Removes the app from the workspace."""
    tokens = call.slack.tokens
    if call.text("client_id") != tokens.client_id:
        raise SlackError("invalid_client_id")
    if call.text("client_secret") != tokens.client_secret:
        raise SlackError("bad_client_secret")
    uninstall(call.slack)
    return {}


def uninstall(slack: LocalSlack) -> bool:
    """The app is removed: its token ends, and it is told both. False if it was not there."""
    if not slack.installs.end("account_inactive"):
        return False
    slack.send_event("app_uninstalled", {"type": "app_uninstalled"})
    _tell_revoked(slack)
    return True


def revoke(slack: LocalSlack) -> bool:
    """The token alone ends. False if there was none."""
    if not slack.installs.end("token_revoked"):
        return False
    _tell_revoked(slack)
    return True


def _tell_revoked(slack: LocalSlack) -> None:
    slack.send_event("tokens_revoked", {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT_USER_ID]}})


METHODS: Final[dict[str, Method]] = {
    "oauth.v2.access": oauth_access,
    "auth.revoke": auth_revoke,
    "apps.uninstall": apps_uninstall,
}
