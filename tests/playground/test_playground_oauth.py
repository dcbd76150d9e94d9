"""Installing an app in the playground, and what becomes of its token."""

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import pytest
import yaml

from bot.playground.app_manifest import manifest_from
from bot.playground.server import Playground

BACK = "http://127.0.0.1:9/slack/oauth_redirect"
CLIENT = {"client_id": "playground-client", "client_secret": "playground-client-secret"}
MANIFEST = manifest_from(
    {
        "display_information": {"name": "Bot"},
        "oauth_config": {"scopes": {"bot": ["chat:write", "users:read"]}},
        "settings": {"event_subscriptions": {"bot_events": ["app_uninstalled", "tokens_revoked", "user_change"]}},
    }
)
WORKSPACE = yaml.safe_load("users: [{id: U0ANN, name: ann}, {id: U0GONE, name: gone, deleted: true}]")


@pytest.fixture
async def playground():
    opened = Playground(manifest=MANIFEST, workspace=WORKSPACE, is_installed=False, redirect_url=BACK)
    async with opened, aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield Client(opened, session)


class Client:
    def __init__(self, playground: Playground, session: aiohttp.ClientSession) -> None:
        self.playground = playground
        self.session = session

    async def ask(self, **query: str) -> tuple[int, str]:
        given = {"client_id": CLIENT["client_id"], "scope": "chat:write", "state": "s&1", **query}
        url = f"{self.playground.url}/oauth/v2/authorize?{urlencode(given)}"
        async with self.session.get(url) as answer:
            return answer.status, await answer.text()

    async def answer(self, **fields: str) -> tuple[int, dict[str, str]]:
        """Says yes or no on the page; where it leads, as its query."""
        given = {"client_id": CLIENT["client_id"], "scope": "chat:write", "state": "s&1", "as": "U0ANN", **fields}
        url = f"{self.playground.url}/oauth/v2/authorize"
        async with self.session.post(url, data=given, allow_redirects=False) as answer:
            target = answer.headers.get("Location", "")
            assert not target or target.startswith(f"{BACK}?")
            return answer.status, {name: each[0] for name, each in parse_qs(urlsplit(target).query).items()}

    async def call(self, method: str, token: str = "", **given: str) -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self.session.post(self.playground.api_url + method, data=given, headers=headers) as answer:
            return await answer.json()

    async def install(self) -> Any:
        _, back = await self.answer(answer="allow")
        return await self.call("oauth.v2.access", code=back["code"], **CLIENT)

    async def control(self, **given: Any) -> int:
        async with self.session.post(f"{self.playground.url}/control/uninstall", json=given) as answer:
            return answer.status


async def test_the_page_says_what_the_app_wants_and_asks_who_one_is(playground):
    status, page = await playground.ask(scope="chat:write,users:read")
    assert status == 200
    assert "<li>chat:write</li><li>users:read</li>" in page
    assert "U0ANN" in page
    assert "U0GONE" not in page


async def test_a_yes_comes_back_with_a_code_and_the_state_a_no_without(playground):
    status, back = await playground.answer(answer="allow")
    assert (status, back["state"]) == (302, "s&1")
    assert back["code"]
    assert await playground.answer(answer="deny") == (302, {"state": "s&1", "error": "access_denied"})


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"client_id": "other"}, "invalid_client_id"),
        ({"scope": "chat:write,admin"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"redirect_uri": "https://evil.example/"}, "bad_redirect_uri"),
    ],
)
async def test_a_wish_that_slack_would_not_show_is_refused(playground, wrong, said):
    assert await playground.ask(**wrong) == (400, f"Something went wrong: {said}")
    assert (await playground.answer(answer="allow", **wrong))[0] == 400
    assert {each.violation for each in playground.playground.violations} == {said}


async def test_a_code_becomes_a_token_once(playground):
    _, back = await playground.answer(answer="allow")
    granted = await playground.call("oauth.v2.access", code=back["code"], **CLIENT)
    assert granted["ok"]
    assert granted["team"]["id"] == playground.playground.workspace.team_id
    assert granted["authed_user"] == {"id": "U0ANN"}
    assert (await playground.call("auth.test", granted["access_token"]))["ok"]
    again = await playground.call("oauth.v2.access", code=back["code"], **CLIENT)
    assert again["error"] == "code_already_used"
    for wrong, said in (
        ({"code": "x"}, "invalid_code"),
        ({"client_secret": "x"}, "bad_client_secret"),
        ({"client_id": "x"}, "invalid_client_id"),
    ):
        assert (await playground.call("oauth.v2.access", **{"code": back["code"], **CLIENT, **wrong}))["error"] == said


async def test_a_code_is_over_after_ten_minutes(playground):
    _, back = await playground.answer(answer="allow")
    playground.playground.clock.advance(601, False)
    assert (await playground.call("oauth.v2.access", code=back["code"], **CLIENT))["error"] == "invalid_code"


async def test_before_it_is_installed_no_token_holds(playground):
    assert (await playground.call("auth.test", "xoxb-playground"))["error"] == "invalid_auth"


async def test_installing_twice_gives_the_same_token_and_after_a_removal_another(playground):
    first = (await playground.install())["access_token"]
    assert (await playground.install())["access_token"] == first
    assert await playground.control() == 200
    assert (await playground.install())["access_token"] != first
    assert (await playground.call("auth.test", first))["error"] == "account_inactive"


@pytest.mark.parametrize(
    ("given", "code", "events"),
    [
        ({}, "account_inactive", ["app_uninstalled", "tokens_revoked"]),
        ({"token_only": True}, "token_revoked", ["tokens_revoked"]),
    ],
)
async def test_a_removed_app_hears_of_it_and_its_token_says_why(playground, given, code, events):
    token = (await playground.install())["access_token"]
    told: list[str] = []
    playground.playground.slack.dispatcher.send_event = lambda delivery: told.append(delivery.name)
    assert await playground.control(**given) == 200
    assert told == events
    assert (await playground.call("auth.test", token))["error"] == code
    assert await playground.control(**given) == 400, "there is nothing to remove any more"
    playground.playground.slack.send_event("user_change", {"type": "user_change"})
    assert told == events, "nothing else reaches an app that is not there"


async def test_an_app_can_give_its_token_back_and_remove_itself(playground):
    token = (await playground.install())["access_token"]
    assert (await playground.call("auth.revoke", token)) == {"ok": True, "revoked": True}
    token = (await playground.install())["access_token"]
    assert (await playground.call("apps.uninstall", token, **CLIENT))["ok"]
    assert (await playground.call("auth.test", token))["error"] == "account_inactive"


async def test_neither_code_nor_token_nor_secret_is_in_the_traffic(playground):
    granted = await playground.install()
    assert (await playground.call("apps.uninstall", granted["access_token"], **CLIENT))["ok"]
    shown = str(
        [vars(each) if hasattr(each, "__dict__") else each for each in playground.playground.slack.traffic.after(0)]
    )
    assert "oauth.v2.access" in shown, "the control: the calls themselves are there"
    assert granted["access_token"] not in shown
    assert CLIENT["client_secret"] not in shown
