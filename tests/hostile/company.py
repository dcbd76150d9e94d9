"""A company that uses everything there is, and the payloads that this takes: what is registered is found by walking
through it as people would, pressing what can be pressed and sending the forms that open."""

import copy
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.domain.questions import QuestionKind
from bot.slack import ids
from bot.slack.blocks import Message
from tests.features.asked_rounds import EVERY_KIND, ask
from tests.features.form_elements import elements, states
from tests.features.harness import TEAM, Answer, Bench
from tests.features.test_kpis_asking import own

Json = dict[str, Any]
SALES, PAIR = "<#C0SALES|sales>", "<#C0PAIR|pair>"

LIFE = (
    ("U0AYU", "/kpi define"),
    ("U0BOB", "/kpi log leads 7 note hello"),
    ("U0BOB", "/kpi log leads 7"),
    ("U0AYU", "/kpi log revenue 1.500"),
    ("U0CITRA", "/kpi log leads 12 on 2026-11-24"),
    ("U0AYU", "/kpi target leads 50 per week"),
    ("U0AYU", "/kpi target revenue 1.500 per month"),
    ("U0AYU", "/kpi target leads 40"),
    ("U0AYU", f"/kpi summary {SALES} weekly mon 09:00"),
    ("U0AYU", "/kpi summary"),
    ("U0AYU", "/kpi summary now"),
    ("U0AYU", "/kpi summary new"),
    ("U0AYU", "/kpi summary change"),
    ("U0AYU", "/kpi show leads last week by person"),
    ("U0AYU", "/kpi show"),
    ("U0AYU", "/kpi show sales growth"),
    ("U0AYU", "/kpi history leads"),
    ("U0BOB", "/kpi undo"),
    ("U0BOB", "/kpi correct"),
    ("U0AYU", "/kpi settings leads"),
    ("U0AYU", "/kpi tokens"),
    ("U0AYU", "/kpi review"),
    ("U0AYU", "/kpi import"),
    ("U0AYU", "/kpi export"),
    ("U0AYU", f"/pulse enps {SALES}"),
    ("U0AYU", f"/pulse new retro {SALES} weekly"),
    ("U0AYU", "/pulse new"),
    ("U0AYU", "/pulse enps"),
    ("U0AYU", "/pulse list"),
    ("U0AYU", "/pulse results"),
    ("U0AYU", "/pulse edit retro-sales"),
    ("U0AYU", "/pulse preview team"),
    ("U0AYU", f"/checkin team {SALES} standup 09:00 post 11:00"),
    ("U0AYU", "/checkin team"),
    ("U0BOB", "/checkin 1on1 <@U0CITRA|citra> every 2 weeks thu 14:00"),
    ("U0BOB", "/checkin 1on1 <@U0CITRA|citra> point the new prices"),
    ("U0CITRA", "/checkin 1on1"),
    ("U0BOB", "/checkin actions call PT Maju by friday"),
    ("U0BOB", "/checkin actions"),
    ("U0BOB", "/checkin away 2026-12-24 2027-01-02"),
    ("U0BOB", "/checkin data"),
    ("U0BOB", "/checkin language en"),
    ("U0BOB", "/checkin"),
    ("U0BOB", "/kpi log revenue 1.125"),
    ("U0BOB", "/kpi log leads 7 on friday"),
    ("U0BOB", "/kpi log leads 7 on 2026-11-25"),
    ("U0AYU", "/kpi review leads"),
    ("U0AYU", "/kpi rights"),
    ("U0AYU", "/kpi show leads"),
    ("U0AYU", "/pulse send team"),
    ("U0AYU", "/pulse act team we hire"),
    ("U0AYU", "/pulse enps <#C0PAIR|pair>"),
)
LATER = (
    ("U0BOB", "/kpi log leads 9"),
    ("U0BOB", "/kpi log revenue 5 jt"),
    ("U0BOB", "/kpi history leads"),
    ("U0AYU", "/kpi target leads 60 per week"),
    ("U0AYU", "/kpi target"),
    ("U0AYU", "/kpi review leads"),
    ("U0BOB", "/kpi undo"),
    ("U0BOB", "/checkin data"),
    ("U0CITRA", "/checkin 1on1"),
    ("U0AYU", "/checkin team"),
    ("U0AYU", "/kpi tokens"),
    ("U0AYU", "/kpi summary"),
    ("U0AYU", "/pulse list"),
    ("U0AYU", "/pulse close team"),
    ("U0AYU", "/pulse results team"),
)
DEEPEST = 14
OFTEN = 3
ENDING = ("stop", "end", "eras", "remov", "delet", "paus", "revok", "undo", "drop", "retire", "declin")
"""What ids of handlers say that bring something to an end: used last."""
EVENTS: tuple[Json, ...] = (
    {"type": "app_home_opened", "user": "U0AYU", "channel": "D0AYU", "tab": "home"},
    {"type": "app_home_opened", "user": "U0BOB", "channel": "D0BOB", "tab": "messages"},
    {"type": "user_change", "user": {
        "id": "U0NEW", "team_id": TEAM, "name": "new", "real_name": "New One", "tz": "Asia/Jakarta", "locale": "id-ID",
        "deleted": False, "is_bot": False, "is_admin": False, "profile": {"display_name": "new", "real_name": "N"},
    }},
    {"type": "team_join", "user": {"id": "U0LATE", "team_id": TEAM, "name": "late", "locale": "en-US"}},
    {"type": "team_access_granted", "team_ids": [TEAM]},
    # nobody asked for these
    {"type": "message", "channel": "C0SALES", "user": "U0AYU", "text": "hello", "ts": "1.2", "channel_type": "channel"},
    {"type": "message", "subtype": "message_changed", "channel": "D0AYU", "message": {"user": "U0AYU", "text": "x"}},
    {"type": "reaction_added", "user": "U0AYU", "reaction": "wave", "item": {"type": "message", "channel": "C0SALES"}},
    {"type": "channel_archive", "channel": "C0SALES", "user": "U0AYU"},
    {"type": "app_mention", "user": "U0AYU", "text": "<@U0DENYUT> hi", "channel": "C0SALES"},
    {"type": "member_joined_channel", "user": "U0AYU", "channel": "C0SALES", "channel_type": "C", "team": TEAM},
    {"type": "function_executed", "function": {"id": "Fn1"}, "inputs": {}, "function_execution_id": "Fx1"},
)  # fmt: skip
LEAVING: tuple[Json, ...] = (
    {"type": "tokens_revoked", "tokens": {"oauth": ["U0AYU"], "bot": ["U0DENYUT"]}},
    {"type": "app_uninstalled"},
    {"type": "team_access_revoked", "team_ids": [TEAM]},
)
"""Events after which there is no company any more."""
PERSON = {"id": "U0AYU", "team_id": TEAM}
OTHERS: tuple[Json, ...] = (
    {"type": "view_closed", "user": PERSON, "view": {"id": "V1", "callback_id": "survey.answer_form"}},
    {"type": "shortcut", "user": PERSON, "callback_id": "anything", "trigger_id": "1.1"},
    {"type": "message_action", "user": PERSON, "callback_id": "anything", "trigger_id": "1.2",
     "message": {"type": "message", "user": "U0BOB", "text": "hi"}, "channel": {"id": "C0SALES"}},
    {"type": "block_suggestion", "user": PERSON, "action_id": "anything", "block_id": "b", "value": "a"},
    {"type": "workflow_step_edit", "user": PERSON, "callback_id": "step", "workflow_step": {"workflow_id": "1"}},
    {"type": "interactive_message", "user": PERSON, "callback_id": "x", "actions": [{"name": "a", "type": "button"}]},
    {"type": "dialog_submission", "user": PERSON, "callback_id": "x", "submission": {}},
    {"type": "block_actions", "user": PERSON, "trigger_id": "1.3", "actions": [{"type": "button", "action_id": "no"}]},
    {"type": "view_submission", "user": PERSON, "view": {
        "id": "V", "hash": "h", "type": "modal", "callback_id": "no", "blocks": [], "state": {}}},
    {"type": "url_verification", "challenge": "abc", "token": "t"},
    {"ssl_check": "1", "token": "t"},
)  # fmt: skip


@dataclass
class Walk:
    """Everything that was sent on the way, and how often each handler was met."""

    bench: Bench
    sent: list[Json] = field(default_factory=list)
    met: Counter[str] = field(default_factory=Counter)
    ends_things: bool = False
    _read: int = 0
    _shown: int = 0
    _homes: dict[str, Json] = field(default_factory=dict)

    async def send(self, payload: Json) -> Answer:
        self.sent.append(copy.deepcopy(payload))
        return await self.bench.dispatch(payload)

    async def command(self, user: str, line: str) -> None:
        command, _, text = line.partition(" ")
        answer = await self.send(
            {
                "command": command,
                "text": text,
                "team_id": TEAM,
                "user_id": user,
                "channel_id": "C0SALES",
                "trigger_id": self.bench._key(),
                "response_url": "http://127.0.0.1/response/1",
                "api_app_id": "A0DENYUT",
            }
        )
        await self.explore(answer.blocks, user, None, "")

    async def explore(self, blocks: Any, user: str, view: Mapping[str, Any] | None, ts: str, depth: int = 0) -> None:
        """Uses everything in these blocks that was not met often yet."""
        for block, element in list(elements(blocks)):
            handler = ids.handler_of(element["action_id"])
            dispatches = block["type"] != "input" or block.get("dispatch_action")
            if not dispatches or self.met[handler] >= OFTEN or depth > DEEPEST or not self._may(handler):
                continue
            for chosen in chosen_in(element):
                self.met[handler] += 1
                await self._act(block, element, chosen, blocks, user, view, ts)
                await self._what_came(user, depth)
                if ts:
                    await self._anew(ts, blocks, user, depth)
                if self.met[handler] >= OFTEN:
                    break
        if view is not None and view.get("type") == "modal" and view.get("submit") and depth <= DEEPEST:
            await self._submit(view, user, depth)

    def _may(self, handler: str) -> bool:
        return self.ends_things or not any(word in handler for word in ENDING)

    async def _submit(self, view: Mapping[str, Any], user: str, depth: int) -> None:
        form = str(view.get("callback_id", ""))
        if self.met[form] >= OFTEN or not self._may(form):
            return
        self.met[form] += 1
        values = states(view["blocks"], {})
        for block, element in elements(view["blocks"]):
            if element["type"] in ("plain_text_input", "number_input", "static_select", "radio_buttons"):
                state = values[block["block_id"]][element["action_id"]]
                for chosen in list(chosen_in(element))[:1]:
                    state.update({name: each for name, each in chosen.items() if state.get(name) is None})
        sent = {"id": "V1", **copy.deepcopy(dict(view)), "hash": self.bench._key(), "state": {"values": values}}
        answer = await self.send(
            {
                "type": "view_submission",
                "team": {"id": TEAM},
                "user": {"id": user, "team_id": TEAM},
                "trigger_id": self.bench._key(),
                "view": sent,
                "api_app_id": "A0DENYUT",
            }
        )
        await self._what_came(user, depth)
        if "view" in answer.body:
            await self.explore(answer.body["view"]["blocks"], user, answer.body["view"], "", depth + 1)

    async def _act(
        self, block: Any, element: Any, chosen: Json, blocks: Any, user: str, view: Mapping[str, Any] | None, ts: str
    ) -> None:
        own = block.get("block_id", "b")
        values = states(blocks, {})
        key = self.bench._key()
        action = {
            "type": element["type"],
            "action_id": element["action_id"],
            "block_id": own,
            "action_ts": key,
            **chosen,
        }
        payload: Json = {
            "type": "block_actions",
            "team": {"id": TEAM},
            "user": {"id": user, "team_id": TEAM},
            "trigger_id": key,
            "actions": [action],
            "api_app_id": "A0DENYUT",
        }
        if view is not None:
            payload["view"] = {"id": "V1", "hash": "1.a", **copy.deepcopy(dict(view)), "state": {"values": values}}
            payload["container"] = {"type": "view", "view_id": "V1"}
        else:
            payload["state"] = {"values": values}
            channel = next((each.channel for each in self.bench.slack.posted if each.ts == ts), "C0SALES")
            payload["channel"] = {"id": channel}
            payload["response_url"] = "http://127.0.0.1/response/2"
            payload["container"] = {
                "type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": not ts,
            }  # fmt: skip
        await self.send(payload)

    async def _anew(self, ts: str, before: Any, user: str, depth: int) -> None:
        """A message that turned into something else."""
        for posted in [each for each in self.bench.slack.posted if each.ts == ts]:
            if posted.message.blocks != before:
                await self.explore(posted.message.blocks, user, None, ts, depth + 1)

    async def _what_came(self, user: str, depth: int) -> None:
        slack = self.bench.slack
        while self._shown < len(slack.shown):
            view = slack.shown[self._shown]
            self._shown += 1
            await self.explore(view["blocks"], user, view, "", depth + 1)
        while self._read < len(slack.responses):
            _, message, _ = slack.responses[self._read]
            self._read += 1
            await self.explore(message.blocks, user, None, "", depth + 1)

    async def inboxes(self) -> None:
        """What lies in the conversations, and on everybody's Home."""
        for posted in list(self.bench.slack.posted):
            user = f"U{posted.channel[1:]}" if posted.channel.startswith("D") else "U0AYU"
            await self.explore(posted.message.blocks, user, None, posted.ts)
        for user in ("U0AYU", "U0BOB", "U0CITRA"):
            payload = {
                "type": "event_callback",
                "team_id": TEAM,
                "event_id": self.bench._key(),
                "event": {"type": "app_home_opened", "user": user, "channel": f"D{user[1:]}", "tab": "home"},
            }
            await self.send(payload)
            home = self.bench.slack.homes[user]
            await self.explore(home["blocks"], user, home, "")


def chosen_in(element: Mapping[str, Any]) -> Iterator[Json]:
    """What can be chosen in an element: at most three of its options, or one value of its kind."""
    kind = element["type"]
    options = [*element.get("options", ()), *(o for g in element.get("option_groups", ()) for o in g["options"])]
    match kind:
        case "button":
            yield {"value": element["value"]} if "value" in element else {}
        case "overflow" | "static_select" | "radio_buttons":
            yield from ({"selected_option": each} for each in options[:6])
        case "multi_static_select" | "checkboxes":
            yield from ({"selected_options": options[:count]} for count in (1, 2))
        case "users_select":
            yield {"selected_user": "U0CITRA"}
        case "multi_users_select":
            yield {"selected_users": ["U0CITRA", "U0BOB"]}
        case "conversations_select":
            yield {"selected_conversation": "C0SALES"}
        case "channels_select":
            yield {"selected_channel": "C0SALES"}
        case "multi_conversations_select":
            yield {"selected_conversations": ["C0SALES"]}
        case "multi_channels_select":
            yield {"selected_channels": ["C0SALES"]}
        case "datepicker":
            yield {"selected_date": "2026-12-01"}
        case "timepicker":
            yield {"selected_time": "09:30"}
        case "plain_text_input" | "number_input":
            yield {"value": "5"}


async def walked(bench: Bench) -> Walk:
    """A company that has done everything once."""
    walk = Walk(bench)
    own(bench)
    for question in QuestionKind:
        kinds = [each for each in EVERY_KIND if each.kind is question]
        await ask(bench, kinds, handle=f"q-{question}")
    await ask(bench, EVERY_KIND)
    await ask(bench, EVERY_KIND, handle="steps", one_by_one=True)
    for user, line in LIFE:
        await walk.command(user, line)
    for command, subs in bench.registry.sub_commands.items():
        await walk.command("U0AYU", command)
        for name in subs:
            await walk.command("U0AYU", f"{command} {name}")
    await walk.inboxes()
    for hours in (17, 3, 3, 72, 3, 3, 72, 24):
        await bench.tick(bench.now + timedelta(hours=hours))
        await walk.inboxes()
    walk.ends_things = True
    for user, line in LATER:
        await walk.command(user, line)
    await walk.inboxes()
    for event in EVENTS:
        await walk.send(
            {"type": "event_callback", "team_id": TEAM, "event_id": bench._key(), "event": copy.deepcopy(event)}
        )
    walk.sent += [*_never_met(walk), *copy.deepcopy(OTHERS)]
    return walk


def handler_in(payload: Mapping[str, Any]) -> str:
    """What a payload is for: a command and its word, a handler's id, a form's, an event's type."""
    match payload.get("type"):
        case "block_actions":
            return ids.handler_of(payload["actions"][0]["action_id"])
        case "view_submission":
            return str(payload["view"]["callback_id"])
        case "event_callback":
            return str(payload["event"]["type"])
        case None if "command" in payload:
            return f"{payload['command']} {payload['text'].partition(' ')[0]}".strip()
        case kind:
            return str(kind)


def _never_met(walk: Walk) -> Iterator[Json]:
    """One payload for whatever is registered and was not found on the way: as far as can be said without knowing it."""
    met = {handler_in(payload) for payload in walk.sent}
    carried = ids.pack(kpi="leads", key="leads", round="0123456789abcdef", entry="0123456789abcdef", page=0, number=1)
    for action_id in walk.bench.registry.clicks.keys() - met:
        yield {
            "type": "block_actions", "user": PERSON, "team": {"id": TEAM}, "trigger_id": "k",
            "channel": {"id": "C0SALES"},
            "actions": [{"type": "button", "action_id": action_id, "block_id": "b", "value": carried,
            "action_ts": "k"}],
            "response_url": "http://127.0.0.1/response/3",
            "container": {"type": "message", "message_ts": "1.1", "channel_id": "C0SALES"},
        }  # fmt: skip
    for callback_id in walk.bench.registry.forms.keys() - met:
        view = {
            "id": "V1", "hash": "k", "type": "modal", "callback_id": callback_id, "private_metadata": carried,
            "blocks": [], "state": {"values": {}},
        }  # fmt: skip
        yield {"type": "view_submission", "user": PERSON, "team": {"id": TEAM}, "trigger_id": "k", "view": view}


def renewed(payload: Json, key: str) -> Json:
    """The same once more, as if a person had done it again: changed in place."""
    for name in ("trigger_id", "event_id"):
        if name in payload:
            payload[name] = key
    for action in payload.get("actions", ()) if payload.get("type") == "block_actions" else ():
        action["action_ts"] = key
    if payload.get("type") == "view_submission":
        payload["view"]["hash"] = key
    return payload


def texts_of(message: Message) -> str:
    return json.dumps([message.text, message.blocks], ensure_ascii=False)
