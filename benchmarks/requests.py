"""Signed requests as Slack sends them, made beforehand: what is measured is the bot, not the making of requests."""

import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from bot.domain.surveys import OwnAnswers, Round, Survey
from bot.i18n import Translator
from bot.kpis import views as kpi_views
from bot.slack import ids
from bot.slack.blocks import as_payload
from bot.surveys import views
from bot.surveys.answers import answer_forms

TEAM = "T0BENCH"
SECRET = "bench-signing-secret"
ZONE = "Asia/Jakarta"
KPIS_IN_FORM = ("leads", "revenue")
# Stand where each request has its own; what is encoded leaves them as they are.
MEMBER, KEY = "UMEMBERMEMBER", "KEYKEYKEYKEY"
# Another number each time: the same value twice would be asked about, and not recorded.
VALUE = "7070707070"
_keys = itertools.count(1)


def answers(survey: Survey, asking: Round, t: Translator, members: Iterable[str]) -> Iterator[bytes]:
    """Each member clicks a score under the question they were sent; all scores in turn."""
    return _each([_form(payload=click) for click in _score_clicks(survey, asking, t)], members)


def answer_envelopes(survey: Survey, asking: Round, t: Translator, members: Iterable[str]) -> Iterator[str]:
    """The same clicks as Socket Mode brings them."""
    clicks = itertools.cycle(json.dumps(click) for click in _score_clicks(survey, asking, t))
    for member, click in zip(members, clicks, strict=False):
        key = f"{next(_keys):012d}"
        payload = click.replace(MEMBER, member).replace(KEY, key)
        head = f'{{"envelope_id":"{key}","type":"interactive","accepts_response_payload":false'
        yield f'{head},"payload":{payload}}}'


def _score_clicks(survey: Survey, asking: Round, t: Translator) -> list[dict[str, Any]]:
    message = as_payload(views.question_message(survey, asking, t, ZONE))
    buttons = [
        element
        for block in message["blocks"]
        for element in block.get("elements", ())
        if ids.handler_of(element.get("action_id", "")) == ids.SCORE_CHOSEN
    ]
    return [_click(message, button) for button in buttons]


def answer_changes(asking: Round, t: Translator, members: Iterable[str]) -> Iterator[bytes]:
    """Each member submits the modal that changes their answer."""
    form = answer_forms.answer_form(asking, OwnAnswers(), t, ZONE)
    chosen = {"type": "static_select", "selected_option": {"value": "7"}}
    return _each([_form(payload=_submission(form, {ids.SCORE_INPUT: {ids.SCORE_INPUT: chosen}}))], members)


def kpi_commands(members: Iterable[str]) -> Iterator[bytes]:
    """Each member types `/kpi log leads` and a number."""
    fields = {
        "token": "t" * 24, "team_id": TEAM, "team_domain": "bench", "channel_id": "C0SALES", "channel_name": "sales",
        "user_id": MEMBER, "user_name": "member", "command": "/kpi", "text": f"log leads {VALUE}",
        "api_app_id": "A0DENYUT", "is_enterprise_install": "false",
        "response_url": "https://127.0.0.1:9/commands/1", "trigger_id": KEY,
    }  # fmt: skip
    return _each([urlencode(fields).encode()], members)


def kpi_forms(members: Iterable[str], today: str) -> Iterator[bytes]:
    """Each member submits the KPI form with two values."""
    state: dict[str, Any] = {
        kpi_views.value_field(kpi): {"typed": {"type": "plain_text_input", "value": VALUE}} for kpi in KPIS_IN_FORM
    }
    state[kpi_views.ON_FIELD] = {kpi_views.ON_FIELD: {"type": "datepicker", "selected_date": today}}
    form = {"type": "modal", "callback_id": ids.KPI_LOG_FORM, "blocks": [], "private_metadata": ""}
    return _each([_form(payload=_submission(form, state))], members)


def _who() -> dict[str, Any]:
    return {
        "team": {"id": TEAM, "domain": "bench"},
        "user": {"id": MEMBER, "username": "member", "name": "member", "team_id": TEAM},
        "api_app_id": "A0DENYUT",
        "token": "t" * 24,
        "trigger_id": KEY,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _click(message: Mapping[str, Any], button: Mapping[str, Any]) -> dict[str, Any]:
    place = {"channel_id": "D0BENCH", "message_ts": "1764000000.000100"}
    return {
        "type": "block_actions",
        **_who(),
        "container": {"type": "message", "is_ephemeral": False, **place},
        "channel": {"id": "D0BENCH", "name": "directmessage"},
        "message": {"type": "message", "user": "U0DENYUT", "bot_id": "B0DENYUT", "ts": "1764000000.000100", **message},
        "state": {"values": {}},
        "response_url": "https://127.0.0.1:9/actions/1",
        "actions": [{**button, "block_id": "b1", "type": "button", "action_ts": "1764000001.000200"}],
    }


def _submission(form: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    view = {**form, "id": f"V{KEY}", "team_id": TEAM, "hash": f"{KEY}.a", "state": {"values": values}}
    return {"type": "view_submission", **_who(), "view": view, "response_urls": []}


def _form(payload: Mapping[str, Any]) -> bytes:
    return urlencode({"payload": json.dumps(payload)}).encode()


def _each(templates: list[bytes], members: Iterable[str]) -> Iterator[bytes]:
    """Whole requests with a person, a key and a signature of their own."""
    for member, body in zip(members, itertools.cycle(templates), strict=False):
        number = next(_keys)
        own = {MEMBER: member, KEY: f"{number:012d}", VALUE: str(number)}
        for placeholder, filled in own.items():
            body = body.replace(placeholder.encode(), filled.encode())
        yield _signed(body)


def _signed(body: bytes) -> bytes:
    second = str(int(time.time()))
    signature = hmac.new(SECRET.encode(), b"v0:" + second.encode() + b":" + body, hashlib.sha256).hexdigest()
    head = (
        "POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Slackbot 1.0\r\nAccept: application/json\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        f"X-Slack-Request-Timestamp: {second}\r\nX-Slack-Signature: v0={signature}\r\n\r\n"
    )
    return head.encode() + body
