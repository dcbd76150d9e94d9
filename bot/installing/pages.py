"""The two addresses a person's browser meets who adds Denyut to Slack: where it begins, and where Slack sends them back
to. Neither codes nor tokens go into a log or a page.
"""

import re
from dataclasses import replace
from functools import partial
from urllib.parse import urlencode

import structlog

from bot.commands import Visit
from bot.i18n import Translator
from bot.installing import service, views
from bot.installing.state import browser_in, is_valid, new_browser, new_state, set_cookie
from bot.pages import Page
from bot.services import Services
from bot.slack.errors import SlackError, SlackRefused
from bot.slack.granting import Grant, authorize_url, exchange, teams_of
from bot.slack.scopes import SCOPES
from bot.vault import Vault
from bot.workspaces import join

log = structlog.get_logger(__name__)

INSTALL_PATH, REDIRECT_PATH = "/slack/install", "/slack/oauth_redirect"
SETUP = frozenset({"bad_client_secret", "bad_redirect_uri", "invalid_client_id", "token_rotation_enabled"})
"""What Slack says where the app or the settings are to be put right by whoever runs this server."""
_QUALITY = re.compile(r"q=(\d(?:\.\d{1,3})?)")
_ALSO_CALLED = {"in": "id"}  # Indonesian, before 1989


async def on_install(visit: Visit) -> Page:
    """The page with the link to Slack, and a cookie that ties the way back to this browser."""
    services, t = visit.services, language_of(visit)
    browser = new_browser()
    asked = {
        "client_id": services.settings.slack_client_id or "",
        "scope": ",".join(sorted(SCOPES)),
        "state": new_state(_vault(services), browser, visit.now),
    }
    page = views.install_page(f"{authorize_url(services.settings.slack_api_url)}?{urlencode(asked)}", t)
    return _with_cookie(page, browser)


async def on_redirect(visit: Visit) -> Page:
    """Slack sent somebody back: their code is exchanged, if it was this browser that began here."""
    services, t = visit.services, language_of(visit)
    state, browser = visit.query.get("state", ""), browser_in(visit.headers.get("cookie", ""))
    if not is_valid(_vault(services), state, browser, visit.now):
        log.warning("state not valid", action="oauth_state_refused")
        return views.stale_page(t)
    if visit.query.get("error") or not visit.query.get("code"):
        log.info("not allowed", action="oauth_denied")
        return _with_cookie(views.denied_page(t), "")
    try:
        grant = await _exchanged(services, visit.query["code"])
    except SlackError as trouble:
        log.warning("no token for the code", action="oauth_failed", error=str(trouble))
        is_setup = isinstance(trouble, SlackRefused) and trouble.code in SETUP
        return _with_cookie(views.failed_page(t, is_setup=is_setup), "")
    installed = await _kept(services, grant, visit)
    page = views.installed_page(
        installed.name or installed.holder,
        installed.holder,
        installed.app_id,
        t,
        is_again=installed.is_again,
        is_org_wide=installed.is_org_wide,
    )
    return _with_cookie(page, "")


async def _exchanged(services: Services, code: str) -> Grant:
    secret = services.settings.slack_client_secret
    client_secret = secret.get_secret_value() if secret else ""
    return await exchange(services.slack.client, services.settings.slack_client_id or "", client_secret, code)


async def _kept(services: Services, grant: Grant, visit: Visit) -> service.Installed:
    """Stores it; this process serves it from now on, others within half a minute."""
    sealed = _vault(services).seal(grant.token, grant.holder)
    work = partial(service.install, grant=grant, sealed_token=sealed, now=visit.now)
    installed = await services.storage.write(grant.holder, work)
    log.info("installed", action="installed", workspace=grant.holder, again=installed.is_again)
    services.changed(grant.holder)
    if grant.is_org_wide:
        await _meet_workspaces(services, grant, visit)
    services.wake(grant.holder if not grant.is_org_wide else "")
    return installed


async def _meet_workspaces(services: Services, grant: Grant, visit: Visit) -> None:
    """The workspaces the organisation let the app into; further ones are met when they come."""
    try:
        teams = await teams_of(services.slack.client, grant.token)
    except SlackError as trouble:
        log.warning("workspaces not read", action="teams_not_read", error=str(trouble))
        return
    organisation = await services.storage.read(grant.holder, lambda db: db.installation.get())
    if organisation is None:
        return
    for team_id, name in teams.items():
        met = partial(join, organisation=organisation, name=name, now=visit.now)
        await services.storage.write(team_id, met)
        services.changed(team_id)


def language_of(visit: Visit) -> Translator:
    """The visitor's language as their browser says (Accept-Language), or the default."""
    texts, best, chosen = visit.services.texts, 0.0, visit.services.settings.locale
    for part in visit.headers.get("accept-language", "")[:500].split(","):
        name, _, rest = part.strip().partition(";")
        language = name.strip().partition("-")[0].lower()
        language = _ALSO_CALLED.get(language, language)
        quality = _QUALITY.search(rest)
        weight = float(quality[1]) if quality else 1.0
        if language in texts.languages and weight > best:
            best, chosen = weight, language
    return texts.t(chosen)


def _vault(services: Services) -> Vault:
    secret = services.settings.secret_key
    return Vault.of(secret.get_secret_value() if secret else "")


def _with_cookie(page: Page, browser: str) -> Page:
    return replace(page, headers={**page.headers, "set-cookie": set_cookie(browser)})
