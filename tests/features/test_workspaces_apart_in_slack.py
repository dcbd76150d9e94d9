"""Two workspaces in one process, with the same people's, channels' and things' ids: nothing that somebody does in one
reaches the other, whatever their buttons and forms carry. Every listener is tried; the control resolves them wrongly.
"""

import itertools
import json
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import Text, select, text
from structlog.testing import capture_logs

from bot.app import Denyut, build_registry
from bot.domain.members import Member
from bot.help import COMMANDS
from bot.i18n import load
from bot.services import Services
from bot.settings import Settings
from bot.slack import ids
from bot.slack.gateway import Identity
from bot.slack.scopes import SCOPES
from bot.transports import dispatch
from storage import Storage
from storage.tables import Row
from tests.features.harness import RecordingSlack
from tests.features.many_slacks import THURSDAY
from tests.soak import IS_SOAK
from tests.storage.test_workspaces_apart import Filled, fill

Json = dict[str, Any]
MARK = "RAHASIA"
"""In every text of the first workspace, and in none of the second."""
ENOUGH = 5
"""So many listeners of each kind prove in a normal run that wrongly resolved payloads are found."""
MEMBERS = (Member("U1", "Ayu", is_admin=True), Member("U2", "Budi"))


class World:
    """Two workspaces, each with its own recording Slack. `wrongly` resolves everything to the first one."""

    app_id = ""

    def __init__(self, storage: Storage, wrongly: bool = False) -> None:
        self.storage = storage
        self.wrongly = wrongly
        self.slacks: dict[str, RecordingSlack] = {}
        self.services: dict[str, Services] = {}
        settings = Settings(data_dir=Path("unused"), slack_bot_token="xoxb-test", rate_limits=False)
        for team in ("T1", "T2"):
            slack = RecordingSlack(MEMBERS, {"C1": ["U1", "U2"], "C2": ["U1"]})
            slack.identity = Identity(team, "Test", "B0DENYUT", "U0DENYUT", frozenset(SCOPES))
            self.slacks[team] = slack
            self.services[team] = Services(settings, storage, load("en"), slack, lambda: THURSDAY)  # type: ignore[arg-type]
        registry = build_registry(self.services["T1"].texts)
        self.registry = registry
        self.denyut = Denyut(self.services["T1"], registry, self)
        self.keys = itertools.count(1)

    async def of(self, team_id: str, enterprise_id: str = "") -> Services | None:
        return self.services.get("T1" if self.wrongly else team_id)

    async def serving(self) -> Sequence[str]:
        return sorted(self.services)

    async def left(self) -> Sequence[Services]:
        return []

    async def send(self, payload: Json) -> str:
        """What whoever acts in the second workspace gets to see of a payload, by whichever way."""
        if self.wrongly:  # the first layer alone: the gate would take a person of another workspace for a visitor
            payload = json.loads(json.dumps(payload).replace('"T2"', '"T1"'))
        before = {team: _seen(slack) for team, slack in self.slacks.items()}
        response = await dispatch(self.denyut.bolt, payload, {})
        await self.denyut.drain()
        after = {team: _seen(slack) for team, slack in self.slacks.items()}
        if not self.wrongly:
            assert after["T1"] == before["T1"], "nothing is sent into the first workspace"
        shown = [*after["T2"][len(before["T2"]) :], *after["T1"][len(before["T1"]) :], response.body or ""]
        return "\n".join(shown)


def _seen(slack: RecordingSlack) -> list[str]:
    return [
        *(str(each) for each in slack.posted),
        *(json.dumps(each) for each in slack.shown),
        *(str(each) for each in slack.responses),
        *(str(each) for each in slack.uploads),
        *(json.dumps(each) for each in slack.homes.values()),
    ]


@dataclass(frozen=True)
class Tried:
    """Which listener, and the payload somebody of the second workspace sends it."""

    name: str
    payload: Json


def payloads(world: World, filled: Filled) -> Iterator[Tried]:
    """Everything there is to press, send and type, with what the first workspace's buttons and forms carry."""
    values = [json.dumps(each) for each in carried(filled)]
    words_tried = ["", "s0", "s3", "own", "own 7", "revenue", "<@U2|budi>", "<#C1|sales>", filled.entry]
    if not IS_SOAK:
        values, words_tried = values[:1], ["", "s0", "own 7"]
    for action_id in world.registry.clicks:
        for value in values:
            yield Tried(action_id, click(world, action_id, value))
    for callback_id in world.registry.forms:
        for value in values:
            yield Tried(callback_id, form(world, callback_id, value))
    for command in COMMANDS:
        for sub in world.registry.listed(command):
            for words in words_tried:
                yield Tried(f"{command} {sub.name}", typed(world, command, f"{sub.name} {words}".strip()))
        yield Tried(command, typed(world, command, ""))
    for kind in world.registry.events:
        for user in ("U1", {"id": "U1", "name": "mallory", "team_id": "T2", "locale": "en-US"}):
            yield Tried(kind, event(world, kind, user))


def carried(filled: Filled) -> Iterator[Json]:
    """The ids of the first workspace under every name our buttons use."""
    common: Json = {
        "v": 1, "survey": filled.survey, "entry": filled.entry, "kpi": "own", "key": "own", "kpis": "own,revenue",
        "target": filled.target.id, "action": "a1", "checkin": "c1", "run": "run1", "summary": filled.summary,
        "point": "p1", "pair": "o1", "token": "t1", "day": "2026-11-26", "on": "2026-11-26", "page": 1, "note": "n1",
        "alert": filled.due, "draft": filled.survey, "question": "enps", "score": 9, "value": "7", "kind": "kept",
        "first": 0, "last": 1, "member": "U1", "channel": "C1", "for": "U1", "number": 1, "choice": "yes",
        "review": "own", "one": "o1", "meeting": "2026-11-26", "id": "o1", "seen": "", "of": "U1", "language": "id",
    }  # fmt: skip
    for round_id in (filled.open, filled.past, filled.named):
        yield {**common, "round": round_id}
    yield {**common, "round": filled.open, "kpi": "revenue", "key": "revenue", "id": "a1", "kind": "done"}


def click(world: World, action_id: str, value: str) -> Json:
    key = str(next(world.keys))
    return {
        "type": "block_actions", "team": {"id": "T2"}, "user": {"id": "U1", "team_id": "T2"}, "trigger_id": f"t{key}",
        "actions": [{"type": "button", "action_id": action_id, "block_id": "b", "value": value, "action_ts": key}],
        "api_app_id": "A0DENYUT", "channel": {"id": "C1"}, "response_url": "http://127.0.0.1/r",
        "state": {"values": {}},
        "container": {"type": "message", "message_ts": "1.2", "channel_id": "C1", "is_ephemeral": False},
    }  # fmt: skip


def form(world: World, callback_id: str, value: str) -> Json:
    """Every input we know, filled in with something that may be understood."""
    names = {each for name, each in vars(ids).items() if name.endswith("_INPUT") and isinstance(each, str)}
    names |= {"name", "value", "date", "note", "reason", "text", "enps", "progress", "kpi", "target", "what", "word"}
    state = {name: {"x": {"type": "plain_text_input", "value": "7"}} for name in names}
    return {
        "type": "view_submission", "team": {"id": "T2"}, "user": {"id": "U1", "team_id": "T2"},
        "trigger_id": f"t{next(world.keys)}", "api_app_id": "A0DENYUT",
        "view": {
            "id": f"V{next(world.keys)}", "hash": "1.a", "type": "modal", "callback_id": callback_id,
            "private_metadata": value, "blocks": [], "state": {"values": state}, "team_id": "T2",
            "app_installed_team_id": "T2",
        },
    }  # fmt: skip


def typed(world: World, command: str, words: str) -> Json:
    return {
        "command": command, "text": words, "team_id": "T2", "user_id": "U1", "channel_id": "C1",
        "trigger_id": f"t{next(world.keys)}", "response_url": "http://127.0.0.1/r", "api_app_id": "A0DENYUT",
    }  # fmt: skip


def event(world: World, kind: str, user: Any) -> Json:
    return {
        "type": "event_callback", "team_id": "T2", "event_id": f"Ev{next(world.keys)}", "api_app_id": "A0DENYUT",
        "event": {
            "type": kind, "user": user, "channel": "C1", "tab": "home", "team_ids": ["T1"], "tokens": {"bot": ["U0"]},
        },
        "authorizations": [{"enterprise_id": None, "team_id": "T2", "user_id": "U0DENYUT"}],
    }  # fmt: skip


def rows_of_first(storage: Storage) -> dict[str, list[str]]:
    """Everything of the first workspace, and of the rounds that are its own."""

    def read(db: Any) -> dict[str, list[str]]:
        found = {}
        rounds = Row.metadata.tables["rounds"]
        own = select(rounds.c.id).where(rounds.c.workspace_id == "T1")
        for name, table in Row.metadata.tables.items():
            here = table.c.workspace_id == "T1" if "workspace_id" in table.c else table.c.round_id.in_(own)
            rows = db._scope.connection.execute(select(*table.c).where(here))
            found[name] = sorted(str(tuple(each)) for each in rows)
        return found

    return storage.read_now("T1", read)


def mark_first(db: Any) -> None:
    """Puts the mark into the texts people wrote in the first workspace, where a screen might show them."""
    for written, column in (
        ("members", "name"), ("actions", "text"), ("kpi_notes", "text"), ("points", "text"), ("api_tokens", "name"),
    ):  # fmt: skip
        db._scope.connection.execute(
            text(f"UPDATE {written} SET {column} = '{MARK} ' || {column} WHERE workspace_id = 'T1'")
        )
    db._scope.connection.execute(
        text("UPDATE api_tokens SET digest = x'01' WHERE workspace_id = 'T1'")
    )  # one of a kind
    for name, table in Row.metadata.tables.items():
        if "definition" in table.c and isinstance(table.c.definition.type, Text):
            statement = (
                f"UPDATE {name} SET definition = replace(definition, 'Demos', '{MARK}') WHERE workspace_id = 'T1'"
            )
            db._scope.connection.execute(text(statement))


@pytest.fixture
def storage(tmp_path: Path, sqlite_template: Path) -> Iterator[Storage]:
    shutil.copy(sqlite_template, tmp_path / "denyut.db")
    opened = Storage.open(f"sqlite:///{tmp_path / 'denyut.db'}", tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def filled(storage: Storage) -> Filled:
    """The first workspace has something of everything, the second the same people, channels and names, and things of
    its own under the same ids where ids are not by chance."""
    found = storage.write_now("T1", fill)
    storage.write_now("T1", mark_first)
    storage.write_now("T2", fill)
    return found


@pytest.fixture
async def opened(storage: Storage) -> AsyncIterator[list[World]]:
    worlds: list[World] = []
    yield worlds
    for world in worlds:
        await world.denyut.drain()


async def test_no_listener_reaches_the_other_workspace(storage: Storage, filled: Filled, opened: list[World]) -> None:
    world = World(storage)
    opened.append(world)
    before = rows_of_first(storage)
    tried = 0
    with capture_logs() as logs:
        for each in payloads(world, filled):
            tried += 1
            shown = await world.send(each.payload)
            assert MARK not in shown, f"{each.name} shows something of the other workspace"
    assert rows_of_first(storage) == before
    assert tried > (900 if IS_SOAK else 250)
    assert MARK not in str(logs)


def _silence(*_: Any) -> Any:
    raise structlog.DropEvent


async def test_resolved_wrongly_the_same_payloads_show_and_change_the_other_workspace(
    storage: Storage, filled: Filled, opened: list[World]
) -> None:
    """The control: were a payload given the services of another workspace, the test before would be red, and for many
    listeners of each kind."""
    structlog.configure(processors=[_silence])
    world = World(storage, wrongly=True)
    opened.append(world)
    showing: set[str] = set()
    changing: set[str] = set()
    enough: Counter[str] = Counter()
    before = rows_of_first(storage)
    for each in payloads(world, filled):
        kind = each.payload.get("type", "command")
        if each.name in showing | changing or (enough[kind] >= ENOUGH and not IS_SOAK):
            continue
        if MARK in await world.send(each.payload):
            showing.add(each.name)
        after = rows_of_first(storage)
        without_marks = {name: rows for name, rows in after.items() if name != "handled"}
        if without_marks != {name: rows for name, rows in before.items() if name != "handled"}:
            changing.add(each.name)
            enough[kind] += 1
        before = after
    assert len(showing) >= 5, showing
    assert min(enough[kind] for kind in ("block_actions", "view_submission", "command")) >= ENOUGH, enough


async def test_the_same_thing_done_in_both_is_two_things(storage: Storage, opened: list[World]) -> None:
    world = World(storage)
    opened.append(world)
    for team in ("T1", "T2"):
        storage.write_now(team, lambda db: db.workspace.ensure("Test", THURSDAY))
        storage.write_now(team, lambda db: db.members.refresh(MEMBERS))
    for team, value in (("T1", "5"), ("T2", "7")):
        payload = {**typed(world, "/kpi", f"log revenue {value}"), "team_id": team, "trigger_id": "the same"}
        await dispatch(world.denyut.bolt, payload, {})
    values = [str(storage.read_now(team, lambda db: db.kpis.history("revenue"))[0].value) for team in ("T1", "T2")]
    assert values == ["5", "7"]
    admins = [replace(each, name="x") for each in storage.read_now("T2", lambda db: db.members.admins())]
    assert [each.id for each in admins] == ["U1"]
