"""`denyut demo`: one command, one address, a company in the middle of its week; and nothing is left when it ends."""

import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from bot.playground.actor import Actor, text_of
from tests.e2e.conftest import Process, buttons, free_port, until

Begin = Callable[..., Awaitable[Process]]


@pytest.fixture
async def begin(tmp_path: Path) -> AsyncIterator[Begin]:
    """Starts a demo that ends with the test."""
    async with AsyncExitStack() as stack:

        async def start(*arguments: str, **settings: str) -> Process:
            process = await Process(tmp_path, settings, "demo", *arguments).start()
            stack.push_async_callback(end, process)
            return process

        yield start


async def end(process: Process) -> None:
    if process.process.returncode is None:
        process.process.send_signal(signal.SIGTERM)
        await process.end()


@pytest.mark.parametrize("arguments", [(), ("--http",)], ids=["socket", "http"])
async def test_the_demo_begins_in_the_middle_of_a_week(begin: Begin, arguments: tuple[str, ...]) -> None:
    port = free_port()
    demo = await begin("--port", str(port), *arguments)
    address = (await demo.line("Open http")).removeprefix("Open ").strip()
    assert address == f"http://127.0.0.1:{port}"
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{address}/page/bootstrap") as answer:
            bootstrap = await answer.json()
        async with session.get(address) as page:
            assert page.status == 200
    assert bootstrap["team"]["name"] == "Kopi Sentosa"
    assert bootstrap["transport"] == ("http" if arguments else "socket")
    assert bootstrap["clock"]["now"].startswith("2026-11-26T08:0")

    async with Actor(address, "U0MAYA") as maya, Actor(address, "U0AYU") as ayu:
        question = await maya.wait_for_dm(lambda message: any("survey.score" in each for each in buttons(message)), 20)
        assert "How likely" in question["text"]
        targets = text_of(await ayu.wait_for_message("C0SALES", lambda each: "1.200.000.000" in text_of(each)))
        assert "Target" in targets
        await what_can_be_seen_of_the_last_weeks(ayu)
        await ayu.command("/kpi summary now", "C0SALES")
        now = {"table", "data_visualization"}
        await ayu.wait_for_message(
            "C0SALES", lambda each: each["ephemeral"] and now <= {block["type"] for block in each["blocks"]}, 20
        )
        await ayu.command("/pulse results enps-sales", "C0SALES")
        assert await ayu.wait_for_message("C0SALES", lambda each: "eNPS" in each["text"], 20)

    async with aiohttp.ClientSession() as session, session.get(f"{address}/control/violations") as answer:
        assert (await answer.json())["violations"] == []
    assert demo.stderr == ""


async def what_can_be_seen_of_the_last_weeks(ayu: Actor) -> None:
    """The story of `examples/story.yml`, in the order in which it is told."""
    posted = [each for each in await ayu.messages("C0SALES") if each["bot_id"] and not each["ephemeral"]]
    summary, stand_up = map(text_of, posted)
    assert "16–22 Nov" in summary
    assert "Budi Santoso mencapai targetnya sendiri" in summary, "he agreed to be named"
    (details,) = (await ayu.messages("C0SALES", posted[0]["ts"]))[1:]
    assert "bergerak berlawanan" in text_of(details)
    assert "Standup penjualan, Rab 25 Nov" in stand_up
    assert "checkin.blocker_taken" in str(posted[1]["blocks"])

    await ayu.wait_for_dm(lambda each: "Target Desember" in text_of(each) and "Jum 27 Nov" in text_of(each), 20)
    await ayu.wait_for_dm(lambda each: "checkin.answer_opened" in str(each["blocks"]), 20)  # today's stand-up waits
    await ayu.open_home()
    home = text_of(await ayu.wait_for_home())
    assert "Perbarui daftar harga grosir\n_terlambat 3 hari, tenggatnya Sen 23 Nov_" in home
    assert "Siapkan usulan target Desember\n_tenggatnya hari ini_" in home
    assert "Hotel Melati" not in home, "that is done"
    assert "Jum 27 Nov, 11.00" in home


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for processes in /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_when_it_ends_nothing_is_left(begin: Begin, number: signal.Signals, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    port = free_port()
    demo = await begin("--port", str(port), TMPDIR=str(temporary))
    await demo.line("Open http")
    children = children_of(demo.process.pid)
    assert len(children) == 2
    assert len(list(temporary.iterdir())) == 1
    assert await demo.stop(number) == 0
    assert [pid for pid in children if is_alive(pid)] == []
    assert list(temporary.iterdir()) == []
    socket.create_server(("127.0.0.1", port)).close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for processes in /proc")
async def test_when_the_bot_dies_the_demo_says_so_and_ends(begin: Begin) -> None:
    demo = await begin("--port", str(free_port()))
    await demo.line("Open http")
    bot = next(pid for pid in children_of(demo.process.pid) if "bot.demo" in arguments_of(pid))
    os.kill(bot, signal.SIGKILL)
    code, _ = await demo.end()
    assert code == 2
    assert "The bot stopped by itself" in demo.stderr
    assert "Traceback" not in demo.stderr


@pytest.mark.parametrize("port", ["in use", "99999"])
async def test_a_port_that_cannot_be_had_is_one_line(begin: Begin, port: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = str(taken.getsockname()[1]) if port == "in use" else port
        demo = await begin("--port", number)
        code, output = await demo.end()
    assert (code, output) == (2, "")
    assert demo.stderr.startswith("denyut: ")
    assert demo.stderr.count("\n") == 1
    assert number in demo.stderr


async def test_the_settings_of_a_real_workspace_stay_out_of_it(begin: Begin, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SLACK_BOT_TOKEN=xoxb-real\nDENYUT_LOCALE=id\nDATABASE_URL=sqlite:///real.db\n")
    demo = await begin("--port", str(free_port()), SLACK_BOT_TOKEN="xoxb-real", DATABASE_URL="sqlite:///real.db")
    await demo.line("Open http")
    assert not (tmp_path / "real.db").exists()


def children_of(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError, IndexError):
            if entry.name.isdigit() and int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(entry.name))
    return found


def arguments_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/cmdline").read_text().split("\0")


def is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def test_a_demo_in_the_middle_of_its_start_ends_as_well(begin: Begin) -> None:
    demo = await begin("--port", str(free_port()))
    await until(lambda: children_of(demo.process.pid), "its first child")
    children = children_of(demo.process.pid)
    assert await demo.stop(signal.SIGTERM) == 0
    assert [pid for pid in children if is_alive(pid)] == []
