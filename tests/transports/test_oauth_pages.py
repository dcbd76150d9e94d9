"""The pages of an installation as a browser gets them over HTTP: their headers, and who gets any at all."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.commands import Visit
from bot.i18n import load
from bot.installing.pages import INSTALL_PATH, REDIRECT_PATH, on_install, on_redirect
from bot.pages import Page
from bot.run import CannotStart, Transport, transport_of
from bot.settings import Settings
from bot.transports import HttpWayIn, Pages
from storage import CannotRead
from tests.features.api_callers import listening

KEY = "a secret key of at least thirty-two characters"
MANY = Settings(data_dir=Path("unused"), slack_client_id="1.2", slack_client_secret="s", secret_key=KEY)
SERVICES: Any = SimpleNamespace(
    settings=MANY, texts=load("en"), now=lambda: datetime(2026, 11, 26, tzinfo=UTC), workspace_id=""
)
PAGES = {INSTALL_PATH: on_install, REDIRECT_PATH: on_redirect}


async def get(port: int, path: str, method: str = "GET", **headers: str) -> tuple[int, str, Any]:
    url = f"http://127.0.0.1:{port}{path}"
    async with aiohttp.request(method, url, headers=headers) as answer:
        return answer.status, await answer.text(), answer.headers


@pytest.mark.parametrize("path", [INSTALL_PATH, REDIRECT_PATH, f"{REDIRECT_PATH}?error=access_denied&state=%ff"])
async def test_every_page_may_do_nothing_but_be_read(path: str) -> None:
    async with listening(HttpWayIn(None, pages=Pages(PAGES, SERVICES))) as port:
        _, text, headers = await get(port, path)
    assert text.startswith("<!doctype html>")
    policy = headers["content-security-policy"]
    for part in ("default-src 'none'", "form-action 'none'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert part in policy
    assert "unsafe" not in policy
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-type"] == "text/html; charset=utf-8"


async def test_the_style_is_the_one_the_policy_allows() -> None:
    import base64
    import hashlib
    import re

    async with listening(HttpWayIn(None, pages=Pages(PAGES, SERVICES))) as port:
        _, text, headers = await get(port, INSTALL_PATH)
    (style,) = re.findall(r"<style>(.*?)</style>", text)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in headers["content-security-policy"]


async def test_pages_are_only_read() -> None:
    async with listening(HttpWayIn(None, pages=Pages(PAGES, SERVICES))) as port:
        for method in ("POST", "PUT", "DELETE"):
            status, _, headers = await get(port, INSTALL_PATH, method)
            assert (status, headers["allow"]) == (405, "GET")


async def test_with_one_workspace_there_are_none() -> None:
    async with listening(HttpWayIn(None)) as port:
        assert (await get(port, INSTALL_PATH))[0] == 404
        assert (await get(port, REDIRECT_PATH))[0] == 404


@pytest.mark.parametrize(("trouble", "status"), [(RuntimeError("secret-code"), 500), (CannotRead("disk"), 503)])
async def test_a_fault_is_told_without_what_it_was(trouble: Exception, status: int) -> None:
    async def broken(_visit: Visit) -> Page:
        raise trouble

    with capture_logs():
        async with listening(HttpWayIn(None, pages=Pages({INSTALL_PATH: broken}, SERVICES))) as port:
            answer = await get(port, f"{INSTALL_PATH}?code=abc")
    assert answer[0] == status
    assert "Please try again" in answer[1]
    assert "Coba lagi" in answer[1]
    assert "secret-code" not in answer[1]


async def test_neither_query_nor_cookie_is_in_what_is_logged_of_a_visit() -> None:
    visit = Visit({"code": "abc"}, {"cookie": "denyut_install=x"}, SERVICES, SERVICES.now())
    assert "abc" not in repr(visit)
    assert "denyut_install" not in repr(visit)


@pytest.mark.parametrize(
    ("missing", "wish", "said"),
    [
        ("slack_client_secret", None, "SLACK_CLIENT_SECRET is missing"),
        ("secret_key", None, "DENYUT_SECRET_KEY is missing"),
        ("slack_signing_secret", None, "SLACK_SIGNING_SECRET is missing"),
        ("http_port", Transport.SOCKET, "DENYUT_HTTP_PORT is missing"),
    ],
)
def test_what_many_workspaces_need_is_asked_for_in_one_line(missing: str, wish: Transport | None, said: str) -> None:
    whole = {
        "slack_client_id": "1.2", "slack_client_secret": "s", "secret_key": KEY, "slack_signing_secret": "s",
        "slack_app_token": "xapp-1", "http_port": 3000,
    }  # fmt: skip
    assert transport_of(Settings(**whole), wish or Transport.HTTP), "the control: with everything it starts"
    without = Settings(**{name: value for name, value in whole.items() if name != missing})
    with pytest.raises(CannotStart, match=said) as refusal:
        transport_of(without, wish or Transport.HTTP)
    assert "\n" not in str(refusal.value)
