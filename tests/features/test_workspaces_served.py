"""Many workspaces in one process: which are served, with whose token, and what is noticed when."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot import workspaces
from bot.domain.deliveries import DeliveryState, NewDelivery
from bot.passes import Passes
from bot.scheduler import Ticker, run_due, run_left
from bot.sender import Sender
from bot.services import Services
from bot.slack import ids
from bot.slack.blocks import Message
from bot.slack.calls import session
from bot.slack.origins import Origin, origin_of
from bot.workspaces import AT_HAND, LOOK_AGAIN_SECONDS, OneWorkspace, reseal
from storage import Storage
from tests.features.many_slacks import KEY, THURSDAY, Hosted, ManySlacks, Place, serve
from tests.transports.conftest import eventually

ACME, BETA = Place("T1", "Acme"), Place("T2", "Beta")
ORG = Place("E1", "Group", {"T7": "North", "T8": "South"})


@pytest.fixture
async def slack() -> AsyncIterator[ManySlacks]:
    many = ManySlacks()
    runner = await serve(many)
    yield many
    for event in many.held.values():
        event.set()
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


async def token_of(hosted: Hosted, team: str, enterprise: str = "") -> str | None:
    services = await hosted.workspaces.of(team, enterprise)
    return services.slack.token if services else None


class TestWhichAreServed:
    async def test_each_is_reached_with_its_own_token(self, hosted: Hosted) -> None:
        hosted.installed(ACME, "xoxb-1")
        hosted.installed(BETA, "xoxb-2")
        assert (await token_of(hosted, "T1"), await token_of(hosted, "T2")) == ("xoxb-1", "xoxb-2")
        assert await hosted.workspaces.serving() == ["T1", "T2"]
        assert await token_of(hosted, "T3") is None
        assert await token_of(hosted, "") is None

    async def test_nothing_is_asked_of_slack_to_serve_them(self, hosted: Hosted) -> None:
        """Apart from which app we are, once."""
        for number in range(30):
            hosted.installed(Place(f"T{number}", "W"), f"xoxb-{number}")
        for number in range(30):
            assert await token_of(hosted, f"T{number}") == f"xoxb-{number}"
        await hosted.settled()
        assert [method for _, method, _ in hosted.slack.calls] == ["auth.test", "bots.info"]
        assert hosted.workspaces.app_id == "A0DENYUT"

    async def test_the_same_services_are_given_while_the_token_is_the_same(self, hosted: Hosted) -> None:
        hosted.installed(ACME, "xoxb-1")
        first = await hosted.workspaces.of("T1")
        hosted.seconds += LOOK_AGAIN_SECONDS + 1
        assert await hosted.workspaces.of("T1") is first

    async def test_no_more_are_kept_at_hand_than_there_is_room_for(
        self, hosted: Hosted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert AT_HAND == 1000
        monkeypatch.setattr("bot.workspaces.AT_HAND", 3)
        for number in range(5):
            hosted.installed(Place(f"T{number}", "W"), f"xoxb-{number}")
            await token_of(hosted, f"T{number}")
        assert list(hosted.workspaces._held) == ["T2", "T3", "T4"]
        assert await token_of(hosted, "T0") == "xoxb-0"

    async def test_what_another_replica_changed_is_noticed_within_half_a_minute(self, hosted: Hosted) -> None:
        hosted.installed(ACME, "xoxb-1")
        assert await token_of(hosted, "T1") == "xoxb-1"
        hosted.installed(ACME, "xoxb-new")
        assert await token_of(hosted, "T1") == "xoxb-1"
        hosted.seconds += LOOK_AGAIN_SECONDS
        assert await token_of(hosted, "T1") == "xoxb-new"
        hosted.do("T1", lambda db: db.installation.end(hosted.now))
        hosted.seconds += LOOK_AGAIN_SECONDS
        assert await token_of(hosted, "T1") is None

    async def test_one_that_is_added_is_served_at_once(self, hosted: Hosted) -> None:
        assert await token_of(hosted, "T1") is None
        hosted.installed(ACME, "xoxb-1")
        assert await token_of(hosted, "T1") == "xoxb-1"

    async def test_the_one_workspace_of_a_bot_token_gets_everything(self, hosted: Hosted) -> None:
        """In channels shared with others a payload names the visitor's workspace."""
        hosted.installed(ACME, "xoxb-1")
        services = await hosted.workspaces.of("T1")
        assert services is not None
        only = OneWorkspace(services)
        assert await only.of("T99") is services
        assert await only.serving() == ["T1"]

    async def test_those_that_left_are_looked_after_organisations_too(self, hosted: Hosted) -> None:
        hosted.installed(ACME, "xoxb-1")
        hosted.installed(BETA, "xoxb-2")
        hosted.installed(ORG, "xoxb-3")
        assert [each.workspace_id for each in await hosted.workspaces.left()] == []
        for place in (BETA, ORG):
            hosted.do(place.id, lambda db: db.installation.end(hosted.now))
        left = await hosted.workspaces.left()
        assert sorted(each.workspace_id for each in left) == ["E1", "T2"]
        assert [each.slack.token for each in left] == ["", ""], "they reach no Slack"
        await run_left(left[0], hosted.registry, hosted.now + timedelta(days=29))
        assert len(await hosted.workspaces.left()) == 2
        for each in left:
            report = await run_left(each, hosted.registry, hosted.now + timedelta(days=31))
            assert not report.failures
        assert await hosted.workspaces.left() == []
        assert [each.workspace_id for each in hosted.storage.installations_now()] == ["T1"]


class TestPayloads:
    async def test_are_answered_by_the_workspace_they_come_from(self, hosted: Hosted) -> None:
        hosted.installed(ACME, "xoxb-1")
        hosted.installed(BETA, "xoxb-2")
        for team in ("T1", "T2"):
            await hosted.workspaces.of(team)
        status, _ = await hosted.command("/kpi log revenue 5", "T2")
        assert status == 200
        counts = [len(hosted.do(team, lambda db: db.kpis.history("revenue"))) for team in ("T1", "T2")]
        assert counts == [0, 1]

    async def test_of_a_workspace_without_an_installation_are_acknowledged_and_nothing_more(
        self, hosted: Hosted
    ) -> None:
        hosted.installed(ACME, "xoxb-1")
        with capture_logs() as logs:
            assert await hosted.command("/kpi log revenue 5 note sandi", "T9") == (200, "")
        (line,) = [each for each in logs if each.get("action") == "not_installed"]
        assert line["workspace"] == "T9"
        assert "sandi" not in str(logs)
        assert hosted.do("T9", lambda db: db.kpis.history("revenue")) == []

    async def test_of_another_app_are_acknowledged_and_nothing_more(self, hosted: Hosted) -> None:
        hosted.installed(ACME, "xoxb-1")
        await hosted.command("/kpi log revenue 5", "T1")
        assert hosted.workspaces.app_id == "A0DENYUT"
        assert await hosted.command("/kpi log revenue 6", "T1", api_app_id="A0OTHER") == (200, "")
        assert len(hosted.do("T1", lambda db: db.kpis.history("revenue"))) == 1

    @pytest.mark.parametrize(
        ("payload", "origin"),
        [
            ({"command": "/kpi", "team_id": "T1"}, Origin("T1")),
            (
                {"command": "/kpi", "team_id": "T7", "enterprise_id": "E1", "is_enterprise_install": "true"},
                Origin("T7", "E1"),
            ),
            (
                {"command": "/kpi", "team_id": "T1", "enterprise_id": "E1", "is_enterprise_install": "false"},
                Origin("T1"),
            ),
            ({"type": "block_actions", "team": {"id": "T1"}, "user": {"id": "U", "team_id": "T2"}}, Origin("T1")),
            (
                {
                    "type": "block_actions", "team": None, "enterprise": {"id": "E1"}, "is_enterprise_install": True,
                    "user": {"id": "U", "team_id": "T7"},
                },
                Origin("T7", "E1"),
            ),
            (
                {
                    "type": "view_submission", "team": {"id": "T2"}, "user": {"id": "U", "team_id": "T2"},
                    "view": {"app_installed_team_id": "T1", "team_id": "T2"},
                },
                Origin("T1"),
            ),
            (
                {
                    "type": "view_submission", "team": None, "enterprise": {"id": "E1"},
                    "is_enterprise_install": True, "user": {"id": "U", "team_id": "E1"}, "view": {"team_id": "T8"},
                },
                Origin("T8", "E1"),
            ),
            (
                {
                    "type": "event_callback", "team_id": "T2", "context_team_id": "T1",
                    "authorizations": [{"team_id": "T1", "enterprise_id": None, "is_enterprise_install": False}],
                },
                Origin("T1"),
            ),
            (
                {
                    "type": "event_callback", "team_id": "T7", "context_team_id": "T7",
                    "authorizations": [{"team_id": None, "enterprise_id": "E1", "is_enterprise_install": True}],
                },
                Origin("T7", "E1"),
            ),
            (
                {
                    "type": "event_callback", "team_id": "E1",
                    "authorizations": [{"team_id": None, "enterprise_id": "E1", "is_enterprise_install": True}],
                },
                Origin("", "E1"),
            ),
            ({"type": "event_callback", "team_id": "T1"}, Origin("T1")),
        ],
    )  # fmt: skip
    def test_say_where_they_come_from_in_many_ways(self, payload: dict[str, Any], origin: Origin) -> None:
        assert origin_of(payload) == origin


class TestTokens:
    async def test_one_that_no_key_opens_is_one_line_in_the_log_and_the_others_go_on(self, hosted: Hosted) -> None:
        hosted.installed(ACME, "xoxb-1")
        hosted.keep(replace(hosted.installation(BETA, "xoxb-2"), sealed_token=hosted.vault.seal("xoxb-2", "T1")))
        with capture_logs() as logs:
            for _ in range(3):
                assert await token_of(hosted, "T2") is None
                assert await token_of(hosted, "T1") == "xoxb-1"
        assert [each["workspace"] for each in logs if each.get("action") == "token_not_opened"] == ["T2"]
        assert "xoxb-2" not in str(logs)

    async def test_are_resealed_under_the_newest_key_at_the_start(self, hosted: Hosted) -> None:
        hosted.installed(ACME, "xoxb-1")
        hosted.keep(replace(hosted.installation(BETA, "x"), sealed_token=b"\x01nonsense"))
        newest = f"{KEY.upper()},{KEY}"
        anew = Hosted(hosted.slack, hosted.storage, hosted.workspaces._connections, newest)
        assert not anew.vault.is_newest(anew.do("T1", lambda db: db.installation.get()).sealed_token)
        assert await reseal(anew.services, anew.vault) == 1
        assert await reseal(anew.services, anew.vault) == 0, "the second time there is nothing to do"
        dropped = Hosted(hosted.slack, hosted.storage, hosted.workspaces._connections, KEY.upper())
        assert await token_of(dropped, "T1") == "xoxb-1"
        acts = [act.what for act in anew.do("T1", lambda db: db.audit.latest(5))]
        assert acts == ["token.resealed"]
        await asyncio.gather(anew.settled(), dropped.settled())

    @pytest.mark.parametrize("code", ["token_revoked", "account_inactive"])
    async def test_one_that_slack_took_back_ends_the_installation_and_fails_no_message(
        self, hosted: Hosted, code: str
    ) -> None:
        hosted.installed(ACME, "xoxb-1")
        owed = owe(hosted, "T1")
        services = await hosted.workspaces.of("T1")
        assert services is not None
        hosted.slack.refusals["xoxb-1"] = code
        await run_due(services, hosted.registry, hosted.sender(services), hosted.now)
        await hosted.settled()
        ended = hosted.do("T1", lambda db: db.installation.get())
        assert (ended.ended_at, ended.sealed_token) == (hosted.now, b"")
        assert state_of(hosted, owed) is DeliveryState.DUE
        assert hosted.do("T1", lambda db: db.deliveries.counts())[DeliveryState.FAILED] == 0
        assert await hosted.workspaces.serving() == []
        assert await token_of(hosted, "T1") is None
        assert [act.what for act in hosted.do("T1", lambda db: db.audit.latest(5))] == ["token.revoked_by_slack"]

    async def test_a_person_who_is_gone_is_no_reason_to_end_it(self, hosted: Hosted) -> None:
        """Slack says the same of them: the control for the test before."""
        hosted.installed(ACME, "xoxb-1")
        services = await hosted.workspaces.of("T1")
        assert services is not None
        hosted.slack.answers["chat.postMessage"] = {"ok": False, "error": "account_inactive"}
        owed = owe(hosted, "T1", "U1")
        await run_due(services, hosted.registry, hosted.sender(services), hosted.now)
        await hosted.settled()
        assert state_of(hosted, owed) is DeliveryState.SKIPPED
        assert hosted.do("T1", lambda db: db.installation.get()).ended_at is None

    async def test_one_that_may_not_call_from_here_just_now_keeps_its_installation(self, hosted: Hosted) -> None:
        hosted.installed(ACME, "xoxb-1")
        owed = owe(hosted, "T1")
        services = await hosted.workspaces.of("T1")
        assert services is not None
        hosted.slack.refusals["xoxb-1"] = "invalid_auth"
        sender = hosted.sender(services)
        await run_due(services, hosted.registry, sender, hosted.now)
        await hosted.settled()
        assert hosted.do("T1", lambda db: db.installation.get()).ended_at is None
        assert state_of(hosted, owed) is DeliveryState.DUE
        hosted.slack.refusals.clear()
        await run_due(services, hosted.registry, sender, hosted.now + timedelta(minutes=1))
        assert state_of(hosted, owed) is DeliveryState.SENT

    async def test_one_that_was_replaced_meanwhile_does_not_end_the_new_one(self, hosted: Hosted) -> None:
        hosted.installed(ACME, "xoxb-1")
        services = await hosted.workspaces.of("T1")
        assert services is not None
        hosted.installed(ACME, "xoxb-2")
        hosted.slack.refusals["xoxb-1"] = "token_revoked"
        owe(hosted, "T1")
        await run_due(services, hosted.registry, hosted.sender(services), hosted.now)
        await hosted.settled()
        assert hosted.do("T1", lambda db: db.installation.get()).ended_at is None
        assert await token_of(hosted, "T1") == "xoxb-2"


class TestOrganisations:
    async def test_a_workspace_is_met_when_something_comes_from_it(self, hosted: Hosted) -> None:
        hosted.installed(ORG, "xoxb-org")
        assert await hosted.workspaces.serving() == []
        status, _ = await hosted.command("/kpi log revenue 5", "T7", enterprise_id="E1", is_enterprise_install="true")
        assert status == 200
        assert await hosted.workspaces.serving() == ["T7"]
        assert len(hosted.do("T7", lambda db: db.kpis.history("revenue"))) == 1
        assert hosted.do("E1", lambda db: db.kpis.history("revenue")) == []
        assert hosted.do("T7", lambda db: db.members.get("U1")).name == "ayu of T7"
        await hosted.command("/kpi log revenue 6", "T8", enterprise_id="E1", is_enterprise_install="true")
        counts = [len(hosted.do(team, lambda db: db.kpis.history("revenue"))) for team in ("T7", "T8")]
        assert counts == [1, 1]
        assert hosted.do("T8", lambda db: db.members.get("U1")).name == "ayu of T8"

    async def test_lists_are_asked_for_with_the_workspace(self, hosted: Hosted) -> None:
        hosted.installed(ORG, "xoxb-org")
        hosted.installed(ACME, "xoxb-1")
        for team, enterprise in (("T7", "E1"), ("T1", "")):
            services = await hosted.workspaces.of(team, enterprise)
            assert services is not None
            await services.slack.users()
            await services.slack.user_groups()
            await services.slack.group_members("S1")
        for method in ("users.list", "usergroups.list", "usergroups.users.list"):
            assert {args.get("team_id") for args in hosted.slack.called(method, "xoxb-org")} == {"T7"}
            assert {args.get("team_id") for args in hosted.slack.called(method, "xoxb-1")} == {None}

    async def test_who_belongs_elsewhere_in_the_organisation_is_no_outsider_once_slack_told_of_them(
        self, hosted: Hosted
    ) -> None:
        hosted.installed(ORG, "xoxb-org")
        click = {
            "type": "block_actions", "team": None, "enterprise": {"id": "E1"}, "is_enterprise_install": True,
            "user": {"id": "U1", "team_id": "T8"},
            "view": {"id": "V1", "hash": "1", "team_id": "T7", "type": "home", "blocks": []},
            "trigger_id": "t1", "container": {"type": "view"}, "api_app_id": "A0DENYUT",
            "actions": [{"type": "button", "action_id": ids.AWAY_OPENED, "block_id": "b", "action_ts": "1"}],
        }  # fmt: skip
        await hosted.command("/kpi list", "T7", enterprise_id="E1", is_enterprise_install="true")
        await hosted.send(click)
        assert hosted.slack.called("views.open", "xoxb-org"), "their form opens"
        stranger = {**click, "user": {"id": "U9", "team_id": "T8"}, "trigger_id": "t2"}
        before = len(hosted.slack.calls)
        await hosted.send(stranger)
        forms = [args for _, name, args in hosted.slack.calls[before:] if name == "views.open"]
        assert not any(ids.AWAY_FORM in str(each) for each in forms)

    async def test_without_a_workspace_nothing_is_done(self, hosted: Hosted) -> None:
        hosted.installed(ORG, "xoxb-org")
        command = {"enterprise_id": "E1", "is_enterprise_install": "true"}
        assert await hosted.command("/kpi log revenue 5", "", **command) == (200, "")
        assert hosted.do("E1", lambda db: db.kpis.history("revenue")) == []

    async def test_a_claim_to_an_organisation_that_installed_nothing_is_worth_nothing(self, hosted: Hosted) -> None:
        hosted.installed(ORG, "xoxb-org")
        assert await token_of(hosted, "T7", "E9") is None
        assert await hosted.workspaces.serving() == []

    async def test_access_is_given_and_taken_workspace_by_workspace(self, hosted: Hosted) -> None:
        hosted.installed(ORG, "xoxb-org")
        await hosted.event("", "team_access_granted", "E1", team_ids=["T7", "T8", "E1", 7])
        assert await hosted.workspaces.serving() == ["T7", "T8"]
        await hosted.event("", "team_access_revoked", "E1", team_ids=["T7"])
        assert await hosted.workspaces.serving() == ["T8"]
        assert await token_of(hosted, "T8") == "xoxb-org"
        assert await token_of(hosted, "T7") is None
        assert await token_of(hosted, "T7", "E1") == "xoxb-org", "a request is proof that it is let in again"

    async def test_slack_says_that_a_workspace_is_not_among_them_any_more(self, hosted: Hosted) -> None:
        hosted.installed(ORG, "xoxb-org")
        await hosted.event("", "team_access_granted", "E1", team_ids=["T7", "T8"])
        services = await hosted.workspaces.of("T7")
        assert services is not None
        hosted.slack.answers["chat.postMessage"] = {"ok": False, "error": "team_access_not_granted"}
        owed = owe(hosted, "T7")
        await run_due(services, hosted.registry, hosted.sender(services), hosted.now)
        await hosted.settled()
        assert await hosted.workspaces.serving() == ["T8"]
        assert state_of(hosted, owed, "T7") is DeliveryState.DUE

    async def test_when_the_organisation_removes_the_app_all_its_workspaces_end(self, hosted: Hosted) -> None:
        hosted.installed(ORG, "xoxb-org")
        hosted.installed(ACME, "xoxb-1")
        await hosted.event("", "team_access_granted", "E1", team_ids=["T7", "T8"])
        hosted.slack.refusals["xoxb-org"] = "account_inactive"
        await hosted.event("", "app_uninstalled", "E1")
        assert await hosted.workspaces.serving() == ["T1"]
        rows = {each.workspace_id: each for each in await hosted.storage.installations()}
        assert {name for name, row in rows.items() if row.ended_at == hosted.now} == {"E1", "T7", "T8"}
        assert rows["E1"].sealed_token == b""


class TestPasses:
    async def test_each_workspace_has_its_own(self, hosted: Hosted) -> None:
        """Two workspaces each owe a message: each is sent with its own token."""
        for place, token in ((ACME, "xoxb-1"), (BETA, "xoxb-2")):
            hosted.installed(place, token)
            owe(hosted, place.id)
        ticker = Ticker(hosted.services, hosted.registry, None, None, hosted.workspaces)
        await ticker._pass()
        await ticker.stop()
        assert hosted.slack.posted("xoxb-1") == ["hello from T1"]
        assert hosted.slack.posted("xoxb-2") == ["hello from T2"]

    async def test_a_slow_one_holds_up_no_other(self, hosted: Hosted, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bot.passes.SLOW_SECONDS", 0.05)
        monkeypatch.setattr("bot.passes.AT_ONCE", 1)
        hosted.slack.holding.add("xoxb-1")
        for place, token in ((ACME, "xoxb-1"), (BETA, "xoxb-2")):
            hosted.installed(place, token)
        slow, _ = (owe(hosted, place.id) for place in (ACME, BETA))
        ticker = Ticker(hosted.services, hosted.registry, None, None, hosted.workspaces)
        try:
            await ticker._pass()
            await eventually(lambda: hosted.slack.posted("xoxb-2") == ["hello from T2"])
            again = owe(hosted, "T2", "C2", subject="second")
            await ticker._pass()
            await eventually(lambda: state_of(hosted, again, "T2") is DeliveryState.SENT)
            assert state_of(hosted, slow) is DeliveryState.SENDING, "the control: the slow one goes on all the while"
        finally:
            hosted.slack.held["xoxb-1"].set()
            await ticker.stop()
        assert state_of(hosted, slow) is DeliveryState.SENT

    async def test_a_broken_one_holds_up_no_other(self, hosted: Hosted) -> None:
        hosted.installed(ACME, "xoxb-1")
        hosted.installed(BETA, "xoxb-2")
        owe(hosted, "T2")

        async def broken(services: Services, now: Any) -> None:
            if services.workspace_id == "T1":
                raise RuntimeError("a bug in a job")

        hosted.registry.job("broken", broken)
        failures: list[int] = []

        class Watch:
            def began(self) -> None: ...

            def ended(self, failed: int) -> None:
                failures.append(failed)

        ticker = Ticker(hosted.services, hosted.registry, None, Watch(), hosted.workspaces)
        await ticker._pass()
        await ticker.stop()
        assert failures == [1]
        assert hosted.slack.posted("xoxb-2") == ["hello from T2"]

    async def test_those_of_one_workspace_never_overlap_and_a_wish_meanwhile_is_done_after(self) -> None:
        running, most, made, go_on = 0, 0, 0, asyncio.Event()

        async def make(_services: Services, _sender: Sender) -> int:
            nonlocal running, most, made
            running, made = running + 1, made + 1
            most = max(most, running)
            await go_on.wait()
            running -= 1
            return 0

        class Only:
            app_id = ""

            async def of(self, team_id: str, enterprise_id: str = "") -> Any:
                return team_id

        passes = Passes(Only(), make, lambda _: None)  # type: ignore[arg-type,return-value]
        wishes = [asyncio.create_task(passes.over(["T1"]))]
        for _ in range(20):
            await asyncio.sleep(0)
        wishes += [asyncio.create_task(passes.over(["T1"])) for _ in range(2)]
        for _ in range(20):
            await asyncio.sleep(0)
        assert made == 1
        go_on.set()
        await asyncio.gather(*wishes)
        assert (made, most) == (2, 1), "three wishes, of which two share the next pass"

    async def test_a_commit_in_one_workspace_wakes_that_one(self, hosted: Hosted) -> None:
        for place, token in ((ACME, "xoxb-1"), (BETA, "xoxb-2")):
            hosted.installed(place, token)
        seen: list[str] = []

        async def note(services: Services, _now: Any) -> None:
            seen.append(services.workspace_id)

        hosted.registry.job("note", note)
        ticker = Ticker(hosted.services, hosted.registry, None, None, hosted.workspaces)
        services = await hosted.workspaces.of("T2")
        assert services is not None
        services.wake()
        assert hosted.services.wakening.is_set()
        await ticker._woken_passes()
        assert seen == ["T2"]
        hosted.services.wakening.set()  # the clock was moved: nobody says whose it is
        await ticker._woken_passes()
        assert sorted(seen) == ["T1", "T2", "T2"]
        await ticker.stop()


def owe(hosted: Hosted, team: str, receiver: str = "C1", subject: str = "s1") -> str:
    """A message is owed there now."""
    if "test.message" not in hosted.registry.renders:
        hosted.registry.delivery("test.message", lambda db, *_: Message(f"hello from {db.workspace_id}"))
    new = NewDelivery("test.message", subject, receiver, due_at=THURSDAY)
    return str(hosted.do(team, lambda db: db.deliveries.add(new)))


def state_of(hosted: Hosted, delivery_id: str, team: str = "T1") -> DeliveryState:
    found = hosted.do(team, lambda db: db.deliveries.get(delivery_id))
    return DeliveryState(found.state)


class TestClosing:
    async def test_does_not_wait_until_slack_has_told_who_is_there(
        self, hosted: Hosted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(workspaces, "CLOSING_SECONDS", 0.1)
        hosted.installed(ACME, "xoxb-1")
        hosted.slack.holding.add("xoxb-1")
        hosted.workspaces.changed(ACME.id)
        assert await hosted.workspaces.of(ACME.id) is not None
        async with asyncio.timeout(3):
            await hosted.workspaces.close()
        hosted.slack.held["xoxb-1"].set()
