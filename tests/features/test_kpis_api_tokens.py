"""Tokens of the HTTP API, made and revoked in Slack by admins, through Bolt."""

import json
import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot import scheduler
from bot.commands import Request, Response
from bot.domain.api_tokens import ApiToken
from bot.domain.catalogue import KpiSettings
from bot.domain.schedules import Cadence, ScheduleKind
from bot.kpis.acting import read_acting
from bot.kpis.api.description import ENTRIES_PATH
from bot.kpis.api.service import MAX_NAME, MOST_TOKENS
from bot.kpis.api.tokens import token_id_of
from bot.kpis.asking.service import keep_schedule
from bot.slack import ids
from tests.features.harness import Answer, Bench

TOKEN = re.compile(r"denyut_T0TEST_[A-Za-z0-9_-]{43}")

MONDAY = datetime(2026, 11, 30, 4, tzinfo=UTC)


def tokens(denyut: Bench) -> list[ApiToken]:
    found: list[ApiToken] = denyut.do(lambda db: db.api_tokens.active())
    return found


async def filled_form(denyut: Bench, name: str = "CRM") -> tuple[dict[str, Any], Answer]:
    """The form and what it turned into."""
    await denyut.press(await denyut.command("/kpi tokens"), ids.API_TOKEN_NEW)
    form = denyut.form()
    return form, await denyut.submit(form, {"name": name})


async def test_an_admin_makes_a_token_and_sees_it_once(denyut: Bench) -> None:
    _, made = await filled_form(denyut, "  Our \u0000 CRM ")
    (secret,) = TOKEN.findall(json.dumps(made.body))
    (token,) = tokens(denyut)
    assert made.body["response_action"] == "update"
    assert (token.name, token.made_by, token.made_at) == ("Our CRM", "U0AYU", denyut.now)
    known = denyut.do(lambda db: db.api_tokens.by_digest(sha256(secret.encode()).digest()))
    assert known == token


async def test_the_token_is_in_no_message_no_log_and_not_in_the_database(
    denyut: Bench, capfd: pytest.CaptureFixture[str]
) -> None:
    with capture_logs() as logs:
        _, made = await filled_form(denyut)
        listed = await denyut.command("/kpi tokens")
    (secret,) = TOKEN.findall(json.dumps(made.body))
    assert "CRM" in listed.text
    assert {"api_token_made"} <= {each["action"] for each in logs}
    elsewhere = [listed.body, denyut.slack.posted, denyut.slack.responses, logs, *capfd.readouterr()]
    assert secret[-43:] not in str(elsewhere)
    folder = denyut.services.settings.data_dir
    assert not [path for path in folder.rglob("*") if path.is_file() and secret[-43:].encode() in path.read_bytes()]


async def test_sending_the_form_twice_makes_one_token(denyut: Bench) -> None:
    await denyut.press(await denyut.command("/kpi tokens"), ids.API_TOKEN_NEW)
    sent = {
        "type": "view_submission",
        "team": {"id": "T0TEST"},
        "user": {"id": "U0AYU", "team_id": "T0TEST"},
        "trigger_id": "1",
        "api_app_id": "A0DENYUT",
        "view": {
            **denyut.form(),
            "id": "V1",
            "hash": "1.same",
            "state": {"values": {"name": {ids.API_TOKEN_NAME_INPUT: {"type": "plain_text_input", "value": "CRM"}}}},
        },
    }
    first, again = await denyut.dispatch(sent), await denyut.dispatch(sent)
    assert TOKEN.search(json.dumps(first.body))
    assert not TOKEN.search(json.dumps(again.body))
    assert "sudah dibuat" in json.dumps(again.body)
    assert len(tokens(denyut)) == 1


async def test_the_list_says_who_made_what_when_and_when_it_was_used(denyut: Bench) -> None:
    empty = await denyut.command("/kpi tokens")
    assert "Belum ada sistem lain" in empty.text
    await filled_form(denyut)
    (token,) = tokens(denyut)
    unused = await denyut.command("/kpi token")
    denyut.do(lambda db: db.api_tokens.note_use(token.id, denyut.now.date()))
    used = await denyut.command("/kpi token")
    assert "CRM: dibuat <@U0AYU> pada Kam 26 Nov, belum pernah dipakai" in unused.text
    assert "CRM: dibuat <@U0AYU> pada Kam 26 Nov, terakhir dipakai Kam 26 Nov" in used.text


async def test_revoking_ends_a_token_at_once_and_twice_changes_nothing(denyut: Bench) -> None:
    await filled_form(denyut, "CRM")
    await filled_form(denyut, "ERP")
    listed = await denyut.command("/kpi tokens")
    token = next(each for each in tokens(denyut) if each.name == "CRM")
    action = ids.sub_id(ids.API_TOKEN_REVOKE, token.id)
    await denyut.press(listed, action)
    assert [each.name for each in tokens(denyut)] == ["ERP"]
    _, shown, replaced = denyut.slack.responses[-1]
    assert replaced
    assert "sudah dicabut dan tidak berlaku lagi" in shown.text
    assert "ERP" in shown.text
    assert "CRM" not in shown.text
    await denyut.press(listed, action)
    assert "sudah dicabut sebelumnya" in denyut.slack.responses[-1][1].text
    assert [each.name for each in tokens(denyut)] == ["ERP"]


@pytest.mark.parametrize("user", ["U0BOB", "U0GUEST", "U0OUT"])
async def test_whoever_is_no_admin_sees_makes_and_revokes_none(denyut: Bench, user: str) -> None:
    form, _ = await filled_form(denyut)
    (token,) = tokens(denyut)
    shown = len(denyut.slack.shown)
    answer = await denyut.command("/kpi tokens", user=user)
    assert "CRM" not in answer.text
    await denyut.click(ids.API_TOKEN_NEW, user=user)
    assert len(denyut.slack.shown) == shown
    await denyut.click(ids.sub_id(ids.API_TOKEN_REVOKE, token.id), ids.pack(token=token.id), user=user)
    refused = await denyut.submit(form, {"name": "Mine"}, user=user)
    assert refused.errors
    assert tokens(denyut) == [token]


async def test_a_member_is_told_whom_to_ask(denyut: Bench) -> None:
    answer = await denyut.command("/kpi tokens", user="U0BOB")
    assert answer.text.endswith("only admins can make and revoke them. Ask one of your admins.")


@pytest.mark.parametrize("name", ["   ", "\u0007", "x" * (MAX_NAME + 1)])
async def test_a_token_needs_a_name(denyut: Bench, name: str) -> None:
    _, answer = await filled_form(denyut, name)
    assert list(answer.errors) == ["name"]
    assert tokens(denyut) == []


async def test_there_are_never_more_tokens_than_a_list_can_show(denyut: Bench) -> None:
    for number in range(MOST_TOKENS):
        await filled_form(denyut, f"System {number}")
    form, answer = await filled_form(denyut, "One more")
    assert list(answer.errors) == ["name"]
    await denyut.press(await denyut.command("/kpi tokens"), ids.sub_id(ids.API_TOKEN_REVOKE, tokens(denyut)[0].id))
    assert not (await denyut.submit(form, {"name": "One more"})).errors
    assert len(tokens(denyut)) == MOST_TOKENS


async def test_nothing_follows_the_command(denyut: Bench) -> None:
    answer = await denyut.command("/kpi tokens CRM")
    assert "Cukup ketik `/kpi token` saja" in answer.text
    assert tokens(denyut) == []


async def test_whoever_was_asked_for_the_value_sees_that_a_system_sent_it(
    denyut: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(scheduler.GRACE, ScheduleKind.KPI, timedelta(hours=72))
    settings = KpiSettings(owners=("U0BOB",), cadence=Cadence.WEEKLY)

    def ask(db: Any) -> None:
        db.catalogue.set_settings("leads", settings)
        acting = read_acting(db, db.members.get("U0AYU"), denyut.now, denyut.now.date(), "ID")
        keep_schedule(db, "leads", settings, acting)

    denyut.do(ask)
    await denyut.ticks(MONDAY)
    (asked,) = denyut.dms("U0BOB")
    _, made = await filled_form(denyut)
    assert (await send(denyut, made, {"kpi": "leads", "value": 7, "on": "2026-11-30"}, "k1")).status == 201
    await denyut.tick()
    assert not asked.history, "this week is not what it asked for"
    assert (await send(denyut, made, {"kpi": "leads", "value": 7, "on": "2026-11-24"}, "k2")).status == 201
    await denyut.tick()
    assert len(asked.history) == 1


async def test_the_history_says_through_which_token_a_value_came(denyut: Bench) -> None:
    _, made = await filled_form(denyut, "<CRM>")
    assert (await send(denyut, made, {"kpi": "leads", "value": 7}, "k1")).status == 201
    await denyut.command("/kpi log leads 8", user="U0BOB")
    answer = await denyut.command("/kpi history leads", user="U0BOB")
    by_hand, by_crm = sorted(answer.text.splitlines()[1:], key=lambda line: "CRM" in line)
    assert "through the API token &lt;CRM&gt;" in by_crm
    assert "Ayu Lestari" in by_crm
    assert "token" not in by_hand


async def send(denyut: Bench, made: Answer, body: dict[str, Any], key: str) -> Response:
    """A request to the route as the bot registers it."""
    (secret,) = TOKEN.findall(json.dumps(made.body))
    headers = {"authorization": f"Bearer {secret}", "idempotency-key": key, "content-type": "application/json"}
    sent = Request("POST", ENTRIES_PATH, headers, json.dumps(body).encode(), denyut.services, denyut.now)
    return await denyut.registry.routes[ENTRIES_PATH]["POST"](sent)


@pytest.mark.parametrize(
    ("source", "token"), [("api:t1:key:a:b:0", "t1"), ("api:t1:id:x", "t1"), ("slack:1.2", None), ("csv:api", None)]
)
def test_a_source_tells_its_token(source: str, token: str | None) -> None:
    assert token_id_of(source) == token
