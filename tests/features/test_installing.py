"""Adding Denyut to Slack in a browser, removing it, and adding it again."""

import contextlib
import re
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from structlog.testing import capture_logs

from bot.commands import Visit
from bot.domain.api_tokens import ApiToken
from bot.domain.audit import Deed
from bot.domain.deliveries import DeliveryState, NewDelivery
from bot.domain.schedules import OccurrenceState, ScheduleKind
from bot.domain.surveys import RoundState
from bot.installing.pages import INSTALL_PATH, REDIRECT_PATH
from bot.installing.state import COOKIE
from bot.kpis.api.orders import Refused
from bot.kpis.api.service import recognise
from bot.pages import Page
from bot.scheduler import Ticker
from bot.services import Services
from bot.slack.calls import session
from bot.slack.scopes import SCOPES
from storage import Storage
from tests.features.many_slacks import KEY, Hosted, ManySlacks, Place, serve
from tests.storage import samples

ACME, BETA = Place("T1", "Acme & Sons"), Place("T2", "Beta")
ORG = Place("E1", "Group", {"T7": "North", "T8": "South"})


@pytest.fixture
async def slack() -> AsyncIterator[ManySlacks]:
    many = ManySlacks()
    runner = await serve(many)
    yield many
    await runner.cleanup()


@pytest.fixture
def storage(tmp_path: Path, sqlite_template: Path) -> Any:
    shutil.copy(sqlite_template, tmp_path / "denyut.db")
    opened = Storage.open(f"sqlite:///{tmp_path / 'denyut.db'}", tmp_path)
    yield opened
    opened.close()


@pytest.fixture
async def hosted(slack: ManySlacks, storage: Storage) -> AsyncIterator[Hosted]:
    async with session() as connections:
        made = Hosted(slack, storage, connections)
        yield made
        await made.settled()


class Browser:
    """Somebody's browser: it keeps cookies, and follows nothing by itself."""

    def __init__(self, hosted: Hosted, language: str = "en-GB,en;q=0.9") -> None:
        self.hosted = hosted
        self.language = language
        self.cookie = ""

    async def get(self, path: str, **query: str) -> Page:
        headers = {"accept-language": self.language, "cookie": f"other=1; {self.cookie}"}
        page = await self.hosted.registry.pages[path](Visit(query, headers, self.hosted.services, self.hosted.now))
        set_cookie = page.headers.get("set-cookie", "")
        if set_cookie:
            self.cookie = set_cookie.partition(";")[0]
        return page

    async def begin(self) -> dict[str, str]:
        """Opens the page; what its link tells Slack."""
        page = await self.get(INSTALL_PATH)
        (link,) = re.findall(r'href="([^"]+)"', page.html)
        return {name: each[0] for name, each in parse_qs(urlsplit(link.replace("&amp;", "&")).query).items()}

    async def install(self, place: Place, token: str) -> Page:
        """All of it: the page, Slack's yes, and back."""
        told = await self.begin()
        self.hosted.slack.codes["code-1"] = (token, place)
        return await self.get(REDIRECT_PATH, code="code-1", state=told["state"])


class TestAdding:
    async def test_the_page_leads_to_slack_with_our_scopes_and_a_state(self, hosted: Hosted) -> None:
        browser = Browser(hosted)
        page = await browser.get(INSTALL_PATH)
        assert page.status == 200
        assert ">Add to Slack</a>" in page.html
        (link,) = re.findall(r'href="([^"]+)"', page.html)
        assert link.startswith(hosted.slack.url.removesuffix("api/") + "oauth/v2/authorize?")
        told = await browser.begin()
        assert set(told) == {"client_id", "scope", "state"}
        assert told["client_id"] == "client-1"
        assert set(told["scope"].split(",")) == set(SCOPES)

    async def test_the_cookie_is_for_this_browser_and_this_server_alone(self, hosted: Hosted) -> None:
        page = await Browser(hosted).get(INSTALL_PATH)
        name, *rest = page.headers["set-cookie"].split("; ")
        assert name.startswith(f"{COOKIE}=")
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Max-Age=600"} <= set(rest)
        assert name.partition("=")[2] not in page.html, "the page itself does not tell it"

    @pytest.mark.parametrize(
        ("language", "said"),
        [
            ("id-ID,id;q=0.9,en;q=0.8", "Tambahkan ke Slack"),
            ("in", "Tambahkan ke Slack"),
            ("fr,id;q=0.3,en;q=0.9", "Add to Slack"),
            ("", "Add to Slack"),
            ("*;q=x,;;;,\N{EM SPACE}", "Add to Slack"),
        ],
    )
    async def test_pages_speak_the_visitors_language(self, hosted: Hosted, language: str, said: str) -> None:
        page = await Browser(hosted, language).get(INSTALL_PATH)
        assert said in page.html

    async def test_it_works_and_says_what_to_do_next(self, hosted: Hosted) -> None:
        page = await Browser(hosted).install(ACME, "xoxb-secret-1")
        assert page.status == 200
        assert "Denyut is in Acme &amp; Sons" in page.html
        assert "<code>/checkin help</code>" in page.html
        assert "app_redirect?app=A0DENYUT&amp;team=T1" in page.html
        assert "Max-Age=0" in page.headers["set-cookie"]
        kept = hosted.do("T1", lambda db: db.installation.get())
        assert (kept.name, kept.bot_user_id, kept.installed_by, kept.ended_at) == (ACME.name, "U0BOT", "U1", None)
        assert kept.scopes == frozenset(SCOPES)
        assert hosted.vault.open(kept.sealed_token, "T1") == "xoxb-secret-1"
        assert [act.what for act in hosted.do("T1", lambda db: db.audit.latest(9))] == [Deed.INSTALLED]
        assert (await hosted.command("/kpi log revenue 5", "T1"))[0] == 200
        assert len(hosted.do("T1", lambda db: db.kpis.history("revenue"))) == 1

    async def test_who_added_it_is_welcomed_in_slack_and_its_people_are_read(self, hosted: Hosted) -> None:
        await Browser(hosted).install(ACME, "xoxb-1")
        await passes(hosted)
        (welcome,) = hosted.slack.called("chat.postMessage", "xoxb-1")
        assert welcome["channel"] == "U1"
        assert "I am Denyut" in str(welcome["text"])
        assert hosted.do("T1", lambda db: db.members.get("U1")).name == "ayu of T1"

    async def test_neither_code_nor_token_nor_secret_is_in_a_log_or_page(self, hosted: Hosted) -> None:
        with capture_logs() as logs:
            page = await Browser(hosted).install(ACME, "xoxb-secret-1")
            await passes(hosted)
        for secret in ("code-1", "xoxb-secret-1", "client-secret-1", KEY):
            assert secret not in str(logs) + page.html + str(page.headers)

    async def test_no_token_lies_in_the_database_as_it_is(self, hosted: Hosted, tmp_path: Path) -> None:
        await Browser(hosted).install(ACME, "xoxb-secret-1")
        assert hosted.do("T1", lambda db: db.installation.get()).sealed_token
        stored = b"".join(path.read_bytes() for path in tmp_path.glob("denyut.db*"))
        assert b"Acme" in stored, "the control: the row is there to be found"
        assert b"xoxb-secret-1" not in stored

    async def test_an_organisation_brings_its_workspaces(self, hosted: Hosted) -> None:
        page = await Browser(hosted).install(ORG, "xoxb-org")
        assert "Denyut is in Group" in page.html
        assert await hosted.workspaces.serving() == ["T7", "T8"]
        assert hosted.do("T7", lambda db: db.workspace.get()).name == "North"
        await passes(hosted)
        assert hosted.do("T8", lambda db: db.members.get("U1")).name == "ayu of T8"
        assert hosted.slack.posted("xoxb-org") == []

    async def test_an_app_whose_tokens_expire_is_refused_with_what_to_do(self, hosted: Hosted) -> None:
        """Token rotation is off in our manifest; an app with it on would fall silent after twelve hours."""
        browser = Browser(hosted)
        told = await browser.begin()
        hosted.slack.codes["c"] = ("xoxe.xoxb-1", ACME)
        hosted.slack.granted_too = {"refresh_token": "xoxe-1", "expires_in": 43200}
        with capture_logs() as logs:
            page = await browser.get(REDIRECT_PATH, code="c", state=told["state"])
        assert "tell whoever runs it" in page.html
        assert "token_rotation_enabled" in str(logs)
        assert hosted.do("T1", lambda db: db.installation.get()) is None

    @pytest.mark.parametrize(
        "odd",
        [
            {"team": {"id": "../../x"}},
            {"team": {"id": "T1\0"}},
            {"team": {"id": "U1"}},
            {"team": {"id": ["T1"]}},
            {"team": None},
            {"team": "T1"},
            {"is_enterprise_install": True},
            {"access_token": "xoxp-1"},
            {"access_token": 5},
        ],
        ids=str,
    )
    async def test_an_answer_that_is_no_installation_is_none(self, hosted: Hosted, odd: dict[str, Any]) -> None:
        hosted.slack.granted_too = odd
        page = await Browser(hosted).install(ACME, "xoxb-1")
        assert page.status == 502
        assert await hosted.services.storage.installations() == []

    @pytest.mark.parametrize(
        "odd",
        [{"authed_user": "U1"}, {"authed_user": {"id": "<!channel>"}}, {"team": {"id": "T1", "name": "A\0B"}}],
        ids=str,
    )
    async def test_what_is_odd_in_the_rest_of_it_is_left_out(self, hosted: Hosted, odd: dict[str, Any]) -> None:
        hosted.slack.granted_too = odd
        page = await Browser(hosted).install(ACME, "xoxb-1")
        assert page.status == 200
        kept = hosted.do("T1", lambda db: db.installation.get())
        assert kept.installed_by in ("", "U1")
        assert "\0" not in kept.name


class TestRefusals:
    async def test_a_no_is_fine(self, hosted: Hosted) -> None:
        for language, said in (("en", "Denyut was not added"), ("id", "tidak jadi ditambahkan")):
            browser = Browser(hosted, language)
            told = await browser.begin()
            page = await browser.get(REDIRECT_PATH, error="access_denied", state=told["state"])
            assert said in page.html
            assert hosted.slack.calls == []

    async def test_a_state_of_another_browser_is_worth_nothing(self, hosted: Hosted) -> None:
        """Else somebody could make a person's browser finish an installation of theirs."""
        mine, theirs = Browser(hosted), Browser(hosted)
        told = await theirs.begin()
        await mine.begin()
        await refused(hosted, mine, told["state"])
        mine.cookie = ""
        await refused(hosted, mine, told["state"])
        assert (await theirs.get(REDIRECT_PATH, code="code-1", state=told["state"])).status == 200, "the control"

    async def test_a_state_is_good_for_ten_minutes(self, hosted: Hosted) -> None:
        browser = Browser(hosted)
        told = await browser.begin()
        hosted.now += timedelta(minutes=10)
        await refused(hosted, browser, told["state"])
        hosted.now -= timedelta(seconds=1)
        assert (await browser.get(REDIRECT_PATH, code="code-1", state=told["state"])).status == 200, "the control"

    async def test_a_state_that_was_changed_anywhere_is_worth_nothing(self, hosted: Hosted) -> None:
        browser = Browser(hosted)
        state = (await browser.begin())["state"]
        later = str(int(state.split(".")[0]) + 600)
        for wrong in ("", "x", "..", state[:-1], state + "0", later + state[len(later) :], state.replace(".", "")):
            await refused(hosted, browser, wrong)
        assert (await browser.get(REDIRECT_PATH, code="code-1", state=state)).status == 200, "the control"

    async def test_a_code_slack_does_not_know_is_told_kindly(self, hosted: Hosted) -> None:
        browser = Browser(hosted, "id")
        told = await browser.begin()
        page = await browser.get(REDIRECT_PATH, code="made-up", state=told["state"])
        assert page.status == 502
        assert "belum ditambahkan" in page.html
        assert await hosted.workspaces.serving() == []

    async def test_what_a_workspace_calls_itself_is_shown_as_text(self, hosted: Hosted) -> None:
        page = await Browser(hosted).install(Place("T1", "<script>alert(1)</script>`x`"), "xoxb-1")
        assert "<script>" not in page.html
        assert "&lt;script&gt;" in page.html


async def refused(hosted: Hosted, browser: Browser, state: str) -> None:
    """The way back leads nowhere, and Slack hears nothing of it."""
    hosted.slack.codes["code-1"] = ("xoxb-1", ACME)
    page = await browser.get(REDIRECT_PATH, code="code-1", state=state)
    assert page.status == 400
    assert hosted.slack.codes, "the code was not used"
    assert await hosted.workspaces.serving() == []


class TestRemoving:
    @pytest.mark.parametrize(
        ("event", "more", "act"),
        [
            ("app_uninstalled", {}, Deed.UNINSTALLED),
            ("tokens_revoked", {"tokens": {"oauth": [], "bot": ["U0BOT"]}}, Deed.TOKEN_REVOKED_BY_SLACK),
        ],
    )
    async def test_the_token_is_erased_and_nothing_is_done_any_more(
        self, hosted: Hosted, event: str, more: dict[str, Any], act: Deed
    ) -> None:
        await Browser(hosted).install(ACME, "xoxb-1")
        await passes(hosted)
        hosted.slack.refusals["xoxb-1"] = "account_inactive"
        hosted.do("T1", lambda db: db.schedules.add(samples.schedule()))
        owed = owe(hosted, "T1")
        assert await hosted.event("T1", event, **more) == (200, "")
        ended = hosted.do("T1", lambda db: db.installation.get())
        assert (ended.ended_at, ended.sealed_token) == (hosted.now, b"")
        assert {each.what for each in hosted.do("T1", lambda db: db.audit.latest(9))} == {Deed.INSTALLED, act}
        calls = len(hosted.slack.calls)
        for _ in range(3):
            hosted.now += timedelta(days=7)
            await passes(hosted)
        assert len(hosted.slack.calls) == calls, "Slack is left alone"
        assert hosted.do("T1", lambda db: db.deliveries.get(owed)).state is DeliveryState.DUE
        assert hosted.do("T1", lambda db: db.deliveries.counts())[DeliveryState.FAILED] == 0
        assert hosted.do("T1", occurrences) == []

    async def test_only_our_own_token_counts(self, hosted: Hosted) -> None:
        await Browser(hosted).install(ACME, "xoxb-1")
        await hosted.event("T1", "tokens_revoked", tokens={"oauth": ["U1"], "bot": []})
        await hosted.event("T1", "tokens_revoked", tokens="nonsense")
        assert hosted.do("T1", lambda db: db.installation.get()).ended_at is None

    async def test_an_event_that_comes_late_does_not_end_what_was_added_anew(self, hosted: Hosted) -> None:
        await Browser(hosted).install(ACME, "xoxb-1")
        await hosted.event("T1", "app_uninstalled")  # Slack still takes the token: it is of an earlier time
        assert hosted.do("T1", lambda db: db.installation.get()).ended_at is None

    async def test_another_workspace_goes_on(self, hosted: Hosted) -> None:
        await Browser(hosted).install(ACME, "xoxb-1")
        await Browser(hosted).install(BETA, "xoxb-2")
        hosted.slack.refusals["xoxb-1"] = "account_inactive"
        await hosted.event("T1", "app_uninstalled")
        assert await hosted.workspaces.serving() == ["T2"]
        owed = owe(hosted, "T2")
        await passes(hosted)
        assert hosted.do("T2", lambda db: db.deliveries.get(owed)).state is DeliveryState.SENT

    async def test_its_api_tokens_are_worth_nothing_until_it_is_back(self, hosted: Hosted) -> None:
        await Browser(hosted).install(ACME, "xoxb-1")
        await passes(hosted)
        hosted.do("T1", lambda db: db.api_tokens.add(ApiToken("t1", "CRM", "U1", hosted.now), b"digest"))

        def recognised() -> bool:
            with contextlib.suppress(Refused):
                hosted.do("T1", lambda db: recognise(db, b"digest", hosted.services, hosted.now))
                return True
            return False

        assert recognised()
        hosted.slack.refusals["xoxb-1"] = "account_inactive"
        await hosted.event("T1", "app_uninstalled")
        assert not recognised()
        await Browser(hosted).install(ACME, "xoxb-2")
        assert recognised()

    async def test_a_round_that_was_open_is_closed_and_sealed_all_the_same(
        self, hosted: Hosted, tmp_path: Path
    ) -> None:
        """That nobody can be found after the close was promised to people; removing the app takes nothing of that."""
        await Browser(hosted).install(ACME, "xoxb-1")
        survey = samples.survey()
        running = samples.round_of(survey.id, closes_at=hosted.now + timedelta(days=2))

        def ask(db: Any) -> None:
            db.surveys.add(survey)
            db.rounds.add(running)
            db.answers.start(running.id)
            db.rounds.invite(running.id, {"U1": "", "U2": ""})
            db.answers.record(running.id, "U1", {"enps": 7})

        hosted.do("T1", ask)
        key = tmp_path / "keys" / "T1" / f"{running.id}.key"
        hosted.slack.refusals["xoxb-1"] = "account_inactive"
        await hosted.event("T1", "app_uninstalled")
        ticker = Ticker(hosted.services, hosted.registry, None, None, hosted.workspaces)
        await ticker._pass()
        assert key.exists(), "the control: before its time is over it stays"
        hosted.now += timedelta(days=2, minutes=1)
        await ticker._pass()
        await ticker.stop()
        after = hosted.do("T1", lambda db: db.rounds.get(running.id))
        assert (after.state, after.sealed) == (RoundState.CLOSED, True)
        assert not key.exists()


class TestAddingAgain:
    async def test_goes_on_with_what_was_there_and_sends_nothing_late(self, hosted: Hosted) -> None:
        await Browser(hosted).install(ACME, "xoxb-1")
        await hosted.command("/kpi log revenue 5", "T1")
        await passes(hosted)
        hosted.do("T1", lambda db: db.schedules.add(samples.schedule()))
        for number in range(20):
            owe(hosted, "T1", subject=f"old {number}")
        useful = owe(hosted, "T1", subject="useful", expires_at=hosted.now + timedelta(days=60))
        hosted.slack.refusals["xoxb-1"] = "account_inactive"
        await hosted.event("T1", "app_uninstalled")
        hosted.now += timedelta(days=21)
        await passes(hosted)
        before = len(hosted.slack.called("chat.postMessage"))
        page = await Browser(hosted).install(ACME, "xoxb-2")
        assert "Denyut is back" in page.html
        assert len(hosted.do("T1", lambda db: db.kpis.history("revenue"))) == 1
        await passes(hosted)
        posted = [str(each["text"]) for each in hosted.slack.called("chat.postMessage")[before:]]
        welcome, useful_one = sorted(posted)
        assert welcome.startswith("I am back, and everything is as you left it.")
        assert useful_one == "about useful"
        assert hosted.do("T1", lambda db: db.deliveries.get(useful)).state is DeliveryState.SENT
        made = [each for each in hosted.do("T1", occurrences) if each.state is OccurrenceState.PLANNED]
        assert len(made) <= 1, "of the weekly dates at most the last is made up"

    async def test_over_a_live_one_nothing_is_passed_over(self, hosted: Hosted) -> None:
        """New scopes are granted by adding it again, which is not an absence: the control for the test before."""
        await Browser(hosted).install(ACME, "xoxb-1")
        await passes(hosted)
        owed = owe(hosted, "T1")
        await Browser(hosted).install(ACME, "xoxb-1")
        await passes(hosted)
        assert hosted.do("T1", lambda db: db.deliveries.get(owed)).state is DeliveryState.SENT


async def passes(hosted: Hosted) -> None:
    """What the scheduler does now, in all workspaces."""
    from bot.sender import Sender

    async def at_once(_seconds: float) -> None: ...

    ticker = Ticker(hosted.services, hosted.registry, None, None, hosted.workspaces)
    ticker._passes._new_sender = lambda services: Sender(services, hosted.registry, pause=at_once)
    await ticker._pass()
    await ticker.stop()
    await hosted.settled()


def owe(hosted: Hosted, team: str, subject: str = "s1", **more: Any) -> str:
    from bot.slack.blocks import Message

    def say(_db: Any, delivery: Any, _services: Services, _now: Any) -> Message:
        return Message(f"about {delivery.subject}")

    if "test.message" not in hosted.registry.renders:
        hosted.registry.delivery("test.message", say)
    new = NewDelivery("test.message", subject, "C1", due_at=hosted.now, **more)
    return str(hosted.do(team, lambda db: db.deliveries.add(new)))


def occurrences(db: Any) -> list[Any]:
    (schedule,) = db.schedules.active()
    assert schedule.kind is ScheduleKind.SURVEY
    return list(db.schedules.occurrences(schedule.id))
