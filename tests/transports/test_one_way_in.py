"""Bolt is handed the same, whichever way it came."""

import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.transports import parse_body
from tests.transports.conftest import KINDS, Connect, Handed, Json, Served, SmallSlack, eventually

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
VALUES = st.recursive(st.none() | st.booleans() | st.integers() | TEXT, lambda inner: st.lists(inner), max_leaves=5)


def encoded(kind: str, payload: Json) -> tuple[str, bytes]:
    """As Slack writes it into a request."""
    if kind == "events_api":
        return "application/json; charset=utf-8", json.dumps(payload).encode()
    fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return "application/x-www-form-urlencoded", urlencode(fields).encode()


@pytest.mark.parametrize("kind", KINDS)
async def test_bolt_gets_the_same_payload_over_http_and_socket(
    kind: str, http: Served, small_slack: SmallSlack, connect: Connect, handed: Handed
) -> None:
    content_type, body = encoded(kind, KINDS[kind])
    assert (await http.send_signed(body, content_type))[0] == 200
    await connect(small_slack.url)
    await small_slack.send("E1", kind, KINDS[kind])
    await eventually(lambda: "E1" in small_slack.acks)
    assert handed.payloads == [KINDS[kind], KINDS[kind]]


@pytest.mark.parametrize("kind", ["slash_commands", "interactive"])
async def test_an_answer_is_the_same_over_http_and_socket(
    kind: str, http: Served, small_slack: SmallSlack, connect: Connect, handed: Handed
) -> None:
    handed.answer = {"text": "Tercatat.", "blocks": [{"type": "divider"}]}
    if kind == "interactive":
        handed.answer = {}
    content_type, body = encoded(kind, KINDS[kind])
    _, text = await http.send_signed(body, content_type)
    await connect(small_slack.url)
    await small_slack.send("E1", kind, KINDS[kind])
    ack = await eventually(lambda: small_slack.acks.get("E1"))
    assert ack.get("payload") == (json.loads(text) if text else None)


@given(st.dictionaries(TEXT.filter(lambda name: name not in ("payload", "")), TEXT, min_size=1))
def test_every_form_is_read_as_it_was_written(fields: dict[str, str]) -> None:
    assert parse_body("application/x-www-form-urlencoded", urlencode(fields).encode()) == fields


@given(st.dictionaries(TEXT, VALUES))
def test_every_payload_is_read_as_it_was_written(payload: Json) -> None:
    for kind in ("events_api", "interactive"):
        assert parse_body(*encoded(kind, payload)) == payload
