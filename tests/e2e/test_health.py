"""A running bot, asked from outside how it is: over both transports, and when Slack is away."""

import aiohttp

from tests.e2e.conftest import Open, ephemeral, until


async def ask(port: int, path: str) -> tuple[int, str]:
    try:
        async with aiohttp.request("GET", f"http://127.0.0.1:{port}{path}") as answer:
            return answer.status, await answer.text()
    except aiohttp.ClientConnectionError:
        return 0, ""


async def test_over_socket_mode_a_stated_port_tells(new_company: Open) -> None:
    company = await new_company()
    port = company.bot_port
    await company.start_with(DENYUT_HTTP_PORT=str(port))
    await until(lambda: _is_ready(port), "readiness")
    assert await ask(port, "/healthz") == (200, "ok")
    ayu = await company.person("U0AYU")
    await ephemeral(ayu, "/kpi list")
    status, text = await ask(port, "/metrics")
    assert status == 200
    assert 'denyut_ack_seconds_count{kind="command"} 1.0' in text
    assert "denyut_socket_connected 1.0" in text
    assert "denyut_database_up 1.0" in text
    assert "users.list" in text
    for secret in ("U0AYU", "C0SALES", "T0SENTOSA", "xoxb", "Ayu", "Kopi"):
        assert secret not in text
    assert await company.bot.stop() == 0


async def test_over_http_it_tells_beside_slacks_way_in(new_company: Open) -> None:
    company = await new_company("http")
    await company.bot.start()
    await company.bot.line("Denyut is running")
    await until(lambda: _is_ready(company.bot_port), "readiness")
    assert (await ask(company.bot_port, "/slack/events"))[0] == 405


async def test_nothing_listens_in_socket_mode_unless_a_port_was_stated(new_company: Open) -> None:
    company = await new_company()
    await company.start()
    assert (await ask(company.bot_port, "/healthz"))[0] == 0
    assert (await ask(3000, "/metrics"))[0] == 0


async def _is_ready(port: int) -> bool:
    return (await ask(port, "/readyz"))[0] == 200
