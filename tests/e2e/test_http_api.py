"""Another system logs values over HTTP: beside Socket Mode where a port is set, and in HTTP mode."""

import json
import re
import socket
from typing import Any

import aiohttp
import pytest

from bot.playground.actor import text_of
from tests.e2e.conftest import Company, Json, Open, ephemeral

ADMIN = "U0AYU"
TOKEN = re.compile(r"denyut_[A-Z0-9]+_[A-Za-z0-9_-]{43}")


async def with_port(new_company: Open, transport: str) -> Company:
    """A company whose bot listens for HTTP too."""
    company = await new_company(transport)
    await company.start_with(DENYUT_HTTP_PORT=str(company.bot_port))
    return company


async def post(company: Company, body: Json, token: str, key: str = "k1") -> tuple[int, Json]:
    headers = {"authorization": f"Bearer {token}", "idempotency-key": key}
    url = f"http://127.0.0.1:{company.bot_port}/api/v1/kpi-entries"
    async with aiohttp.request("POST", url, json=body, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def made_token(company: Company) -> str:
    """Ayu makes a token by hand."""
    ayu = await company.person(ADMIN)
    listed = await ephemeral(ayu, "/kpi token")
    await ayu.click(listed, "kpi.api.token_new")
    form = await ayu.wait_for_view(lambda view: view["callback_id"] == "kpi.api.token_form")
    await ayu.submit(form, {"name": "CRM"})
    made = await ayu.wait_for_view(lambda view: view["callback_id"] == "kpi.api.token_made")
    (token,) = TOKEN.findall(json.dumps(made["blocks"]))
    return str(token)


@pytest.mark.parametrize("transport", ["socket", "http"])
async def test_a_system_logs_a_value_and_slack_shows_it(new_company: Open, transport: str) -> None:
    company = await with_port(new_company, transport)
    token = await made_token(company)
    first = await post(company, {"kpi": "revenue", "value": "12500000.25"}, token)
    again = await post(company, {"kpi": "revenue", "value": "12500000.25"}, token)
    assert (first[0], again[0]) == (201, 200)
    assert first[1] == again[1]
    assert company.ask("SELECT value FROM entries") == [(125_000_002_500,)]
    ayu = await company.person(ADMIN)
    assert "12.500.000,25" in text_of(await ephemeral(ayu, "/kpi riwayat pendapatan"))
    assert "Tidak ada catatanmu" in text_of(await ephemeral(ayu, "/kpi batalkan")), "undo is for what one typed oneself"
    assert company.ask("SELECT state FROM entries") == [("active",)]
    listed = await ephemeral(ayu, "/kpi token")
    revoke = next(each for each in actions(listed) if each.startswith("kpi.api.token_revoke"))
    await ayu.click(listed, revoke)
    assert (await post(company, {"kpi": "revenue", "value": 1}, token, "k2"))[0] == 401
    assert token[-43:] not in company.bot.stderr
    assert await company.bot.stop() == 0
    with pytest.raises(aiohttp.ClientConnectionError):
        await post(company, {"kpi": "revenue", "value": 1}, token, "k3")


async def test_in_socket_mode_nothing_listens_until_a_port_is_set(new_company: Open) -> None:
    company = await new_company("socket")
    await company.start()
    with pytest.raises(aiohttp.ClientConnectionError):
        await post(company, {}, "x")


async def test_in_socket_mode_slacks_own_address_is_not_there(new_company: Open) -> None:
    company = await with_port(new_company, "socket")
    base = f"http://127.0.0.1:{company.bot_port}"
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{base}/slack/events", json={}) as answer:
            assert answer.status == 404
        async with session.get(f"{base}/healthz") as answer:
            assert answer.status == 200


async def test_a_port_in_use_is_said_in_socket_mode_too(new_company: Open) -> None:
    company = await new_company("socket")
    with socket.create_server(("127.0.0.1", company.bot_port)):
        code, _, errors = await company.denyut("run", DENYUT_HTTP_PORT=str(company.bot_port))
    assert (code, f"Port {company.bot_port}" in errors) == (2, True)


def actions(message: Json) -> list[str]:
    """The action ids of a message's buttons, also of those beside a text."""
    found: list[Any] = []
    for block in message["blocks"] or ():
        found += [*block.get("elements", ()), block.get("accessory") or {}]
    return [str(each["action_id"]) for each in found if each.get("type") == "button"]
