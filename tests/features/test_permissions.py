"""Who may do what, tried: every listener of the table, by nine kinds of people, about a thing in four states. Whoever
may not is told so kindly; nothing changes, nothing is sent, and nothing of it is shown to them."""

import sqlite3
from typing import Any

import pytest

from bot import commands, middleware
from bot.actions import service as actions
from bot.commands import Response
from bot.domain.errors import DomainError
from bot.domain.members import Member
from bot.domain.questions import QuestionKind
from bot.permissions import LISTENERS, Who
from bot.slack import ids
from bot.summaries import service as summaries
from tests.features import asked_rounds
from tests.features.harness import TEAM
from tests.features.permission_bench import Case, RememberingBench, State, Story, Tried, rows_of
from tests.features.permission_scenes import ALLOWED, NOBODIES, OWNER, SCENES, Scene

ACTORS = ("U0BOB", "U0CITRA", "U0AYU", "U0DEWI", "U0GUEST", "U0OUT", "U0GONE", "U0ROBOT", "U0ALIEN")
IGNORED = "{} []"
OF_ONESELF = (Who.ONESELF, Who.ANYBODY)


def may(scene: Scene, listener: str) -> frozenset[str]:
    return scene.allowed.get(listener, ALLOWED.get(LISTENERS[listener].who, frozenset()))


class TestTheTable:
    def test_every_listener_has_a_row_and_every_row_a_listener(self, bench: RememberingBench) -> None:
        registry = bench.registry
        there = {f"{command} {name}" for command, subs in registry.sub_commands.items() for name in subs}
        there |= {*registry.openings, *registry.clicks, *registry.forms, *(f"event {each}" for each in registry.events)}
        there |= {f"{method} {path}" for path, methods in registry.routes.items() for method in methods}
        there |= {f"GET {path}" for path in registry.pages}
        assert there == set(LISTENERS)

    def test_every_row_is_tried_in_a_scene(self) -> None:
        elsewhere = (Who.SLACK, Who.TOKEN, Who.WORLD)
        tried = {name for scene in SCENES.values() for name in scene.listeners()}
        assert {name for name, entry in LISTENERS.items() if entry.who not in elsewhere} == tried


def kept_apart(bench: RememberingBench, user: str) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that names the owner and not whoever tries."""
    return {
        table: [row for row in rows if user not in str(row)]
        for table, rows in bench.rows(OWNER).items()
        if table not in ("handled", "members")
    }


def without_marks(rows: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    return {**rows, "handled": [row for row in rows["handled"] if "refused:" not in str(row)]}


class Trial:
    """One scene, tried by everybody."""

    def __init__(self, bench: RememberingBench, scene: Scene, story: Story) -> None:
        self.bench, self.scene, self.story = bench, scene, story
        self.over = bench.snapshot()
        self.ended = bench.now
        self.wrong: list[str] = []
        self.cells = 0

    async def run(self) -> None:
        self.bench.remembers = False
        for name in sorted(self.scene.listeners()):
            case = self.story.cases[name]
            states = {
                state: self.bench.transformed(case.then, state, self.scene.keeps)
                for state in (State.GONE, State.FOREIGN)
            }
            for state in State:  # outside, as the database seldom has to be put back within one
                there = {State.RUNNING: case.then, State.OVER: self.over, **states}[state]
                for user in ACTORS:
                    await self.cell(name, case, user, state, there)
            for connection in states.values():
                connection.close()

    async def cell(self, name: str, case: Case, user: str, state: State, there: sqlite3.Connection) -> None:
        bench, is_allowed = self.bench, user in may(self.scene, name)
        bench.put_back(there)
        bench.now = self.ended if state is State.OVER else case.now
        before = kept_apart(bench, user) if is_allowed and user != case.user else {}
        version = bench.version()
        home = "T0ALIEN" if user == "U0ALIEN" else TEAM
        tried = await bench.attempt(case, user, home=home)
        self.judge(name, user, state, tried, is_allowed)
        if not is_allowed:
            self.expect(self.is_same(there, version), name, user, state, "something was written")
        elif user != case.user and LISTENERS[name].who in OF_ONESELF and bench.version() != version:
            after = kept_apart(bench, user)
            self.expect(after == before, name, user, state, f"changed {changed(before, after)} of somebody else")
        if not is_allowed and state is State.RUNNING and user not in NOBODIES:
            forged = await bench.attempt(case, user, home=home, forge=case.user)
            self.judge(name, f"{user} as {case.user}", state, forged, is_allowed)
            self.expect(self.is_same(there, version), name, user, state, "something was written for a forged payload")

    def is_same(self, there: sqlite3.Connection, version: int) -> bool:
        """Whether every row of every table is as it was, but for the mark of a command that came too early; what was
        rolled back is a new version of the same."""
        return self.bench.version() == version or without_marks(self.bench.rows()) == without_marks(rows_of(there))

    def judge(self, name: str, user: str, state: State, tried: Tried, is_allowed: bool) -> None:
        self.cells += 1
        self.expect(tried.bugs == 0, name, user, state, f"a bug: {tried.shown[:200]}")
        self.expect(tried.answer.status == 200, name, user, state, f"answered {tried.answer.status}")
        if is_allowed:
            if state is State.RUNNING:
                self.expect(not tried.refused, name, user, state, f"refused: {tried.refused} {tried.shown[:200]}")
            return
        told = bool(tried.refused) or tried.shown == IGNORED
        self.expect(told, name, user, state, f"not refused: {tried.shown[:300]}")
        self.expect(tried.sent == 0, name, user, state, "something was sent")
        leaked = [secret for secret in self.story.secrets if secret in tried.shown]
        self.expect(not leaked, name, user, state, f"shown {leaked}")

    def expect(self, holds: bool, *said: object) -> None:
        if not holds:
            self.wrong.append(" · ".join(str(each) for each in said))


def changed(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [table for table in before if before[table] != after.get(table)]


async def tried(bench: RememberingBench, name: str) -> Trial:
    scene = SCENES[name]
    story = await scene.play(bench)
    missing = scene.listeners() - set(story.cases)
    assert not missing, f"nobody was offered {sorted(missing)}"
    trial = Trial(bench, scene, story)
    await trial.run()
    return trial


@pytest.mark.parametrize("name", SCENES)
async def test_every_listener_by_everybody_in_every_state(bench: RememberingBench, name: str) -> None:
    trial = await tried(bench, name)
    assert trial.wrong == []
    assert trial.cells >= len(trial.scene.listeners()) * len(ACTORS) * len(State)


class TestItCanFail:
    """The same trials go red where the gate, or a check behind it, is taken away."""

    async def test_without_the_gate(self, bench: RememberingBench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(commands, "refusal", lambda _entry, _member: None)
        monkeypatch.setattr(middleware, "_welcome", lambda _context: None)
        wrong = (await tried(bench, "filing")).wrong
        assert {each.split(" · ")[1] for each in wrong} >= NOBODIES

    async def test_without_a_check_of_whose_it_is(
        self, bench: RememberingBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(summaries, "may_change", lambda _summary, _member: True)
        wrong = (await tried(bench, "summing")).wrong
        assert {each.split(" · ")[0] for each in wrong} >= {"/kpi summary", "summary.stop", "summary.form"}

    async def test_where_a_button_is_believed(self, bench: RememberingBench, monkeypatch: pytest.MonkeyPatch) -> None:
        """A handler that takes the actor from what the button carries."""

        def believed(db: Any, member: Member, action_id: str) -> Any:
            found = db.actions.get(action_id)
            if found is None:
                raise DomainError("core.stale")
            return found

        monkeypatch.setattr(actions, "find", believed)
        wrong = (await tried(bench, "promising")).wrong
        assert any("U0DEWI" in each for each in wrong)


async def test_a_guest_who_was_included_may_answer_and_nothing_else(bench: RememberingBench) -> None:
    """What the table calls INVITED: the same buttons, with an invitation."""
    people = ("U0BOB", "U0CITRA", "U0EMMA", "U0GUEST")
    running = await asked_rounds.ask(bench, (asked_rounds.question(QuestionKind.ENPS),), people)
    bench.remembers = False
    for user, is_kept in (("U0GUEST", True), ("U0OUT", False)):
        await bench.click(f"{ids.SCORE_CHOSEN}:7", ids.pack(round=running.id, score=7), user=user)
        own = bench.do(lambda db, user=user: db.answers.own(running.id, user, ["enps"]))
        assert (own.values == {"enps": 7}) is is_kept
    before = bench.rows()
    await bench.command("/pulse close team", user="U0GUEST")
    await bench.command("/kpi log leads 5", user="U0GUEST")
    assert bench.rows() == before


async def test_a_listener_without_a_row_is_refused(bench: RememberingBench) -> None:
    """Deny by default: whoever forgets the table has a feature that does nothing."""
    called = []

    async def handler(click: Any) -> None:
        called.append(click)

    bench.remembers = False
    bench.registry.click("test.forgotten", handler)
    bench.registry.click(ids.SETTINGS_OPENED + ".again", handler)
    await bench.click("test.forgotten", ids.pack(), user="U0AYU")
    assert called == []
    assert "Tidak ada yang berubah" in bench.slack.responses[-1][1].text

    async def served(_request: Any) -> Response:
        return Response(200, {})

    bench.registry.route("POST", "/api/v1/forgotten", served)
    closed = bench.registry.routes["/api/v1/forgotten"]["POST"]
    assert (await closed(None)).status == 403  # type: ignore[arg-type]
