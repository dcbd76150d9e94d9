"""A bench that remembers: every command, click and form that people were given or used, with the database as it was
just then, so that anybody can try the same thing at the same moment, or later, or when the thing is gone.

Only for the tests of permissions; what the listeners do is tested elsewhere.
"""

import copy
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from structlog.testing import capture_logs

from bot.slack import ids
from tests.features.form_elements import choice, elements, states
from tests.features.harness import TEAM, Answer, Bench, Posted

OTHER_TEAM = "T0OTHER"
FORGED = ("member", "user", "by", "owner", "as", "actor")
"""Names under which a forger might write who they would like to be."""
_STAYS = ("workspaces", "members", "alembic_version")


class State(StrEnum):
    """Of the thing a click is about: as it was when the click was offered; after the whole story, when it is over; gone
    without a trace; and in another workspace."""

    RUNNING = "running"
    OVER = "over"
    GONE = "gone"
    FOREIGN = "foreign"


@dataclass
class Case:
    """How one listener is called by who may: the payload, and the database `then`, and when that was. `driven`: it was
    really used."""

    listener: str
    payload: dict[str, Any]
    user: str
    then: sqlite3.Connection
    now: datetime
    driven: bool = False


@dataclass
class Tried:
    """What came of a try: under which key it was refused, "" if it was not; whether a row changed; whether there was a
    bug; what was shown, and what was sent to anybody."""

    refused: str
    changed: bool
    bugs: int
    shown: str
    sent: int
    answer: Answer


@dataclass
class Story:
    """The cases of a scene, its words that nobody else may read, and who is who in it."""

    cases: dict[str, Case] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()


class RememberingBench(Bench):
    """Notes a case for each listener at the first time somebody uses it, else when they were first offered it."""

    story: Story
    _file: sqlite3.Connection
    _last: tuple[int, sqlite3.Connection] | None = None
    _seen: tuple[int, int] = (0, 0)
    _as_put_back: tuple[sqlite3.Connection, int] | None = None
    remembers = True

    def begin(self, story: Story) -> "RememberingBench":
        self.story = story
        path = self.services.settings.database_url.removeprefix("sqlite:///")
        self._file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._file.execute("PRAGMA synchronous=OFF")
        self._round_keys: dict[Path, bytes] = {}
        return self

    async def use(self, name: str) -> Answer:
        """Uses what somebody was offered, as they would."""
        return await self.dispatch(copy.deepcopy(self.story.cases[name].payload) | {"trigger_id": self._key()})

    def end(self) -> None:
        self._file.close()

    async def dispatch(self, payload: dict[str, Any]) -> Answer:
        if not self.remembers:
            return await super().dispatch(payload)
        name, user = listener_of(payload, self), actor_of(payload)
        there = self.story.cases.get(name)
        if name and (there is None or not there.driven):
            case = Case(name, copy.deepcopy(payload), user, self.snapshot(), self.now, driven=True)
            self.story.cases[name] = case
        answer = await super().dispatch(payload)
        if payload.get("command"):
            self._offer(answer.blocks, user, {"channel": "C0SALES", "ts": "", "view": None})
        if "view" in answer.body:
            self._offer_view(answer.body["view"], user)
        self.look_around(user)
        return answer

    def look_around(self, user: str) -> None:
        """Notes what people were given since: messages by whom they went to, forms by who is acting."""
        shown, responses = self._seen
        for each in self.slack.posted:
            place = {"channel": each.channel, "ts": each.ts, "view": None}
            self._offer(each.message.blocks, f"U{each.channel[1:]}" if each.channel[0] == "D" else user, place)
        for view in self.slack.shown[shown:]:
            self._offer_view(view, user)
        for _, message, _ in self.slack.responses[responses:]:
            self._offer(message.blocks, user, {"channel": "C0SALES", "ts": "", "view": None})
        for who, view in list(self.slack.homes.items()):
            self._offer_view(view, who)
        self._seen = (len(self.slack.shown), len(self.slack.responses))

    def _offer_view(self, view: Mapping[str, Any], user: str) -> None:
        self._offer(view.get("blocks", ()), user, {"channel": "", "ts": "", "view": view})
        name = str(view.get("callback_id", ""))
        if name in self.registry.forms and name not in self.story.cases:
            self.story.cases[name] = Case(name, submission(view, user), user, self.snapshot(), self.now)

    def _offer(self, blocks: Sequence[Mapping[str, Any]], user: str, place: Mapping[str, Any]) -> None:
        for block, element in elements(blocks):
            name = ids.handler_of(element["action_id"])
            if name not in self.registry.clicks or name in self.story.cases:
                continue
            for action in _actions(block, element):
                payload = click_payload(action, blocks, user, place)
                self.story.cases[name] = Case(name, payload, user, self.snapshot(), self.now)
                break

    def snapshot(self) -> sqlite3.Connection:
        """The database as it is, kept once as long as nothing changes."""
        self._remember_keys()
        version = self.version()
        if self._last is None or self._last[0] != version:
            memory = sqlite3.connect(":memory:", check_same_thread=False)
            self._file.backup(memory)
            self._last = (version, memory)
        return self._last[1]

    def version(self) -> int:
        """A number that changes with every commit of somebody else."""
        return int(self._file.execute("PRAGMA data_version").fetchone()[0])

    def put_back(self, there: sqlite3.Connection) -> None:
        """The database as it was `there`; nothing to do where it still is."""
        if self._as_put_back == (there, self.version()):
            return
        there.backup(self._file)
        self._as_put_back = (there, self.version())
        for path, key in self._round_keys.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(key)

    def _remember_keys(self) -> None:
        """A seal removes the keys of rounds, which lie outside the database."""
        for path in (self.services.settings.data_dir / "keys").rglob("*.key"):
            self._round_keys.setdefault(path, path.read_bytes())

    def transformed(self, there: sqlite3.Connection, state: State, keeps: Sequence[str] = ()) -> sqlite3.Connection:
        """The same moment, with everything but the people gone, or in another workspace."""
        memory = sqlite3.connect(":memory:", check_same_thread=False)
        there.backup(memory)
        for table in tables(memory):
            if table in _STAYS or table in keeps:
                continue
            columns = {row[1] for row in memory.execute(f'PRAGMA table_info("{table}")')}
            if state is State.GONE:
                memory.execute(f'DELETE FROM "{table}"')
            elif "workspace_id" in columns:
                memory.execute(f'UPDATE "{table}" SET workspace_id = ? WHERE workspace_id = ?', (OTHER_TEAM, TEAM))
        memory.commit()
        return memory

    async def attempt(self, case: Case, user: str, *, home: str = TEAM, forge: str = "") -> Tried:
        """The case's payload as this person would send it; `forge` is whom they pretend to be wherever they can."""
        payload = as_user(case.payload, user, home, self._key, forge)
        before, slack = self.version(), self.slack
        counts = (
            len(slack.posted),
            len(slack.uploads),
            len(slack.shown),
            len(slack.responses),
            len(slack.updated_views),
        )
        histories, homes = sum(len(each.history) for each in slack.posted), dict(slack.homes)
        with capture_logs() as logs:
            answer = await super().dispatch(payload)
        shown = [*slack.shown[counts[2] :], *slack.responses[counts[3] :], *slack.updated_views[counts[4] :]]
        shown += [view for who, view in slack.homes.items() if homes.get(who) is not view]
        sent = len(slack.posted) - counts[0] + len(slack.uploads) - counts[1]
        sent += sum(len(each.history) for each in slack.posted) - histories
        sent += sum(who != user for who, view in slack.homes.items() if homes.get(who) is not view)
        refused = next((str(each["key"]) for each in logs if each.get("action") == "refused"), "")
        if not refused and answer.errors:
            refused = "form"
        bugs = [each for each in logs if each.get("action") in ("bug", "job_failed")]
        return Tried(refused, self.version() != before, len(bugs), f"{answer.body} {shown}", sent, answer)

    def rows(self, naming: str = "") -> dict[str, list[tuple[Any, ...]]]:
        """All rows of all tables, or those in which a word stands."""
        return rows_of(self._file, naming)


def rows_of(connection: sqlite3.Connection, naming: str = "") -> dict[str, list[tuple[Any, ...]]]:
    return {
        table: sorted(
            (row for row in connection.execute(f'SELECT * FROM "{table}"') if not naming or naming in str(row)),
            key=repr,
        )
        for table in tables(connection)
    }


def tables(connection: sqlite3.Connection) -> list[str]:
    return [
        row[0]
        for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        if not row[0].startswith("sqlite_")
    ]


def listener_of(payload: Mapping[str, Any], bench: Bench) -> str:
    """The row of the table that a payload falls under; "" for what no listener hears."""
    if "command" in payload:
        command, text = str(payload["command"]), str(payload.get("text") or "")
        sub = bench.registry.find(command, text.partition(" ")[0]) if text else None
        return f"{command} {sub.name}" if sub else ("" if text else command)
    if payload["type"] == "block_actions":
        return ids.handler_of(payload["actions"][0]["action_id"])
    if payload["type"] == "view_submission":
        return str(payload["view"]["callback_id"])
    return f"event {payload['event']['type']}"


def actor_of(payload: Mapping[str, Any]) -> str:
    if "command" in payload:
        return str(payload["user_id"])
    user = payload.get("user") or payload.get("event", {}).get("user")
    return str(user["id"] if isinstance(user, Mapping) else user)


def as_user(payload: Mapping[str, Any], user: str, home: str, key: Any, forge: str = "") -> dict[str, Any]:
    """The payload from somebody else, as Slack would sign it: `user` is theirs. What stands in values and metadata is
    what they make of it."""
    changed = json.loads(json.dumps(payload))  # it is JSON: several times faster than a deep copy
    if "command" in changed:
        return {**changed, "user_id": user, "team_id": home, "trigger_id": key()}
    if "event" in changed:
        changed["event"] |= {"user": user, "user_team": home}
        return {**changed, "event_id": key()}
    changed |= {"user": {"id": user, "team_id": home}, "trigger_id": key()}
    if forge:
        changed["user"] |= {"is_admin": True, "is_owner": True, "name": forge}
        changed |= {"user_id": forge, "authorizations": [{"user_id": forge}], "is_admin": True}
    for action in changed.get("actions", ()):
        action["action_ts"] = key()
        if forge and str(action.get("value", "")).startswith("{"):
            action["value"] = _forged(action["value"], forge)
    if "view" in changed:
        changed["view"]["hash"] = key()
        if forge and changed["view"].get("private_metadata"):
            changed["view"]["private_metadata"] = _forged(changed["view"]["private_metadata"], forge)
    return changed


def _forged(packed: str, forge: str) -> str:
    values = json.loads(packed)
    return json.dumps({**dict.fromkeys(FORGED, forge), "is_admin": True, **values})


def _actions(block: Mapping[str, Any], element: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    own = {"type": element["type"], "action_id": element["action_id"], "block_id": block.get("block_id", "b")}
    if element["type"] == "button":
        yield {**own, "value": element.get("value", "")}
        return
    options = [*element.get("options", ()), *(o for g in element.get("option_groups", ()) for o in g["options"])]
    if element["type"] == "overflow":
        yield from ({**own, "selected_option": option} for option in options)
    elif options and element["type"] in ("static_select", "radio_buttons"):
        yield {**own, "selected_option": options[0]}
    elif element["type"] == "checkboxes":
        yield {**own, "selected_options": options[:1]}
    elif element["type"] == "datepicker":
        yield {**own, **choice(element, "2026-11-27")}


def click_payload(
    action: Mapping[str, Any], blocks: Sequence[Mapping[str, Any]], user: str, place: Mapping[str, Any]
) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "type": "block_actions",
        "team": {"id": TEAM},
        "user": {"id": user, "team_id": TEAM},
        "trigger_id": "offered",
        "actions": [{**action, "action_ts": "1"}],
        "api_app_id": "A0DENYUT",
    }
    values = states(blocks, {})
    if place["view"] is not None:
        view = {"id": "V1", "hash": "1.a", **place["view"], "state": {"values": values}}
        return {**payload, "view": view, "container": {"type": "view", "view_id": "V1"}}
    container = {
        "type": "message", "message_ts": place["ts"], "channel_id": place["channel"], "is_ephemeral": not place["ts"],
    }  # fmt: skip
    return {
        **payload,
        "state": {"values": values},
        "channel": {"id": place["channel"]},
        "response_url": "http://127.0.0.1/response/2",
        "container": container,
    }


def submission(view: Mapping[str, Any], user: str) -> dict[str, Any]:
    return {
        "type": "view_submission",
        "team": {"id": TEAM},
        "user": {"id": user, "team_id": TEAM},
        "trigger_id": "offered",
        "view": {"id": "V1", **view, "hash": "1.a", "state": {"values": states(view["blocks"], {})}},
        "api_app_id": "A0DENYUT",
    }


def message_of(posted: Posted) -> str:
    return posted.message.text
