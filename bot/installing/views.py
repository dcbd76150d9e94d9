"""What somebody sees who adds Denyut to Slack: small pages in their browser, and a welcome in Slack."""

import base64
import hashlib
import re
from collections.abc import Mapping
from html import escape
from typing import Final

from bot.i18n import Translator
from bot.pages import Page
from bot.slack.blocks import Message, section

_COMMAND: Final = re.compile(r"`([^`]+)`")
OPEN_URL: Final = "https://slack.com/app_redirect"
_STYLE: Final = (
    "body{font:17px/1.5 system-ui,sans-serif;color:#1d1c1d;background:#f6f5f1;margin:0}"
    "main{max-width:34rem;margin:12vh auto;padding:2rem;background:#fff;border-radius:12px}"
    "h1{font-size:1.5rem;margin:0 0 1rem}"
    "a.go{display:inline-block;margin-top:1rem;padding:.7rem 1.2rem;border-radius:8px;background:#0f5c4d;color:#fff;"
    "text-decoration:none}a.go:focus{outline:3px solid #c7a13a}"
)
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
HEADERS: Final[Mapping[str, str]] = {
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def install_page(url: str, t: Translator) -> Page:
    """What Denyut is, and the way to Slack."""
    body = [_line(t("installing.page.what")), _line(t("installing.page.before")), _link(url, t("installing.page.add"))]
    return _page(200, t("installing.page.title"), body, t)


def installed_page(name: str, holder: str, app_id: str, t: Translator, *, is_again: bool, is_org_wide: bool) -> Page:
    """It worked, and what to do next."""
    if is_org_wide:
        said = [_line(t("installing.page.organisation"))]
    else:
        said = [_line(t("installing.page.again" if is_again else "installing.page.next"))]
        said.append(_link(f"{OPEN_URL}?app={app_id}&team={holder}", t("installing.page.open")) if app_id else "")
    return _page(200, t("installing.page.done", name=name), said, t)


def denied_page(t: Translator) -> Page:
    """Whoever was asked said no, which is fine."""
    return _page(200, t("installing.page.denied"), [_line(t("installing.page.denied_next")), _again(t)], t)


def stale_page(t: Translator) -> Page:
    """The state is not ours, another browser's, or over."""
    return _page(400, t("installing.page.stale"), [_line(t("installing.page.stale_next")), _again(t)], t)


def failed_page(t: Translator, *, is_setup: bool) -> Page:
    """Slack did not give us a token: now, or (`is_setup`) not before the app is set up in another way."""
    what = "installing.page.setup_next" if is_setup else "installing.page.failed_next"
    return _page(502, t("installing.page.failed"), [_line(t(what)), _again(t)], t)


def welcome_message(t: Translator, *, is_again: bool) -> Message:
    """The first thing whoever added Denyut reads in Slack."""
    texts = [t("installing.welcome.again")] if is_again else [t("installing.welcome"), t("installing.welcome.next")]
    return Message(texts[0], tuple(section(text) for text in texts))


def _page(status: int, title: str, body: list[str], t: Translator) -> Page:
    html = (
        f'<!doctype html><html lang="{escape(t.language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{''.join(body)}</main></body></html>"
    )
    return Page(status, html, dict(HEADERS))


def _line(text: str) -> str:
    marked = _COMMAND.sub(r"<code>\1</code>", escape(text))
    return f"<p>{marked}</p>"


def _link(url: str, text: str) -> str:
    return f'<a class="go" href="{escape(url)}">{escape(text)}</a>'


def _again(t: Translator) -> str:
    return _link("/slack/install", t("installing.page.try_again"))
