"""`denyut demo`: the real bot against the playground, each in its own process, with the sample company loaded through
the bot's own imports. State lies in a temporary folder and goes with the demo. The playground is in `bot.playground`.
"""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import aiohttp

from bot.run import CannotStart

HOST = "127.0.0.1"
STORY_BEGINS = "2026-11-26T15:00+07:00"  # a Thursday; 15:00 in Jakarta is 16:00 in Makassar and 09:00 in Amsterdam
PLAYGROUND_READY = "playground listening on "
BOT_READY = "Denyut is running"
START_SECONDS = 30
DIRECTOR = "U0AYU"
# what Ayu did before you came: targets, the Monday summary, and an eNPS round that is open
PROLOGUE = (
    "/kpi target pendapatan 1,2 M per minggu",
    "/kpi target prospek 160 per minggu",
    "/kpi target tingkat konversi 25 per minggu",
    "/kpi summary #sales weekly mon 09:00",
    "/pulse send enps-general",
)


async def demo(port: int, *, http: bool = False) -> None:
    """Runs playground and bot until Ctrl+C. Raises CannotStart when the port is taken or one of them does not start."""
    examples = _examples()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    with tempfile.TemporaryDirectory(prefix="denyut-demo-") as folder:
        bot_port = _free_port() if http else 0
        async with _child(_playground_arguments(port, examples, bot_port), {}, PLAYGROUND_READY) as (playground, line):
            address = line.removeprefix(PLAYGROUND_READY).strip()
            environment = _bot_environment(address, Path(folder), bot_port)
            await asyncio.to_thread(_load_sample, environment, examples)
            async with _child(["-m", "bot", "run"], environment, BOT_READY) as (bot, _):
                await _prologue(address)
                print(_welcome(address), flush=True)  # noqa: T201  the address to open
                await _until_stopped(stopping, playground, bot)


def _examples() -> Path:
    folder = Path(__file__).resolve().parent.parent / "examples"
    if not (folder / "workspace.yml").exists():
        raise CannotStart("The sample company (examples/) is missing: run the demo from a checkout of the repository.")
    return folder


def _playground_arguments(port: int, examples: Path, bot_port: int) -> list[str]:
    arguments = ["-m", "bot.playground", "--port", str(port), "--manifest", str(examples.parent / "manifest.yml")]
    arguments += ["--workspace", str(examples / "workspace.yml"), "--now", STORY_BEGINS]
    if bot_port:
        arguments += ["--request-url", f"http://{HOST}:{bot_port}/slack/events"]
    return arguments


def _bot_environment(address: str, folder: Path, bot_port: int) -> dict[str, str]:
    transport = {"DENYUT_HTTP_PORT": str(bot_port)} if bot_port else {"SLACK_APP_TOKEN": "xapp-playground"}
    return {
        "SLACK_BOT_TOKEN": "xoxb-playground",
        "SLACK_SIGNING_SECRET": "playground-signing-secret",
        "SLACK_API_URL": f"{address}/api/",
        "DENYUT_CLOCK_URL": f"{address}/control/clock",
        "DENYUT_DATA_DIR": str(folder),
        "DENYUT_TIMEZONE": "Asia/Jakarta",
        "DENYUT_LOG_LEVEL": "WARNING",
        **transport,
    }


def _load_sample(environment: Mapping[str, str], examples: Path) -> None:
    """The same imports as `denyut kpi import` and `denyut survey import`, without starting a process for each."""
    from bot import files
    from bot.settings import load

    settings = load(environment, env_file=None)
    workspace = files.workspace_of(examples / "workspace.yml")
    files.import_kpis(settings, examples / "kpi-entries.csv", workspace)
    files.import_rounds(settings, examples / "enps-rounds.csv", workspace)


async def _prologue(address: str) -> None:
    """Ayu types her commands, as a person would."""
    async with aiohttp.ClientSession() as session:
        for text in PROLOGUE:
            body = {"as": DIRECTOR, "channel": "C0SALES", "text": text}
            async with session.post(f"{address}/page/command", json=body) as answer:
                answer.raise_for_status()


@contextlib.asynccontextmanager
async def _child(
    arguments: list[str], environment: Mapping[str, str], ready: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """A Python process of ours, from the line that says it is ready until we are done with it."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "DENYUT_", "DATABASE_URL"))
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        env={**inherited, **environment},
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        yield process, await _ready_line(process, ready)
    finally:
        if process.returncode is None:
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), START_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _ready_line(process: asyncio.subprocess.Process, ready: str) -> str:
    assert process.stdout is not None
    try:
        async with asyncio.timeout(START_SECONDS):
            while line := (await process.stdout.readline()).decode():
                if line.startswith(ready):
                    return line
    except TimeoutError:
        raise CannotStart("The demo did not start in time: run it again, or look at its log above.") from None
    await process.wait()
    raise CannotStart("The demo could not start; the line above says why.")


async def _until_stopped(stopping: asyncio.Event, *processes: asyncio.subprocess.Process) -> None:
    waits = [asyncio.ensure_future(stopping.wait()), *(asyncio.ensure_future(p.wait()) for p in processes)]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _welcome(address: str) -> str:
    return "\n".join(
        (
            "",
            f"  Open {address}",
            "",
            "  You are Ayu, sales director of Kopi Sentosa. Switch to a colleague in the corner, answer the question",
            "  in the app's messages, type /kpi log revenue 12.5M, and move the clock to next Monday 09:00.",
            "  Stop with Ctrl+C; nothing is kept.",
            "",
        )
    )
