"""`denyut demo`: the real bot against the playground, each in its own process, with the sample company loaded through
the bot's own imports. State lies in a temporary folder and goes with the demo. The playground is in `bot.playground`.
"""

import asyncio
import contextlib
import os
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.run import CannotStart, stop_on_signals

HOST = "127.0.0.1"
ROOT = Path(__file__).resolve().parent.parent
STORY_BEGINS = "2026-11-26T15:00+07:00"  # a Thursday; 15:00 in Jakarta is 16:00 in Makassar and 09:00 in Amsterdam
PLAYGROUND_READY = "playground listening on "
BOT_READY = "Denyut is running"
START_SECONDS, STOP_SECONDS = 30, 15
DIRECTOR, STAGE = "U0AYU", "C0SALES"
# what Ayu did before you came: targets, the Monday summary, and an eNPS round that is open
PROLOGUE = (
    "/kpi target pendapatan 1,2 M per minggu",
    "/kpi target prospek 160 per minggu",
    "/kpi target tingkat konversi 25 per minggu",
    "/kpi summary #sales weekly mon 09:00",
    "/pulse send enps-sales",
)


@dataclass(frozen=True, slots=True)
class _Child:
    """A process of the demo, and the line that said it is ready."""

    name: str
    process: asyncio.subprocess.Process
    line: str


async def demo(port: int, *, http: bool = False) -> None:
    """Runs playground and bot until Ctrl+C. Raises CannotStart when the port is taken, or one of the two does not start
    or ends by itself."""
    examples = _examples()
    _check_free(port)
    stopping = asyncio.Event()
    stop_on_signals(stopping)
    with tempfile.TemporaryDirectory(prefix="denyut-demo-") as name:
        folder = Path(name)
        bot_port = _free_port() if http else 0
        arguments = _playground_arguments(port, examples, bot_port)
        async with _child("The playground", arguments, {}, folder, PLAYGROUND_READY) as playground:
            address = playground.line.removeprefix(PLAYGROUND_READY).strip()
            environment = _bot_environment(address, folder, bot_port)
            await asyncio.to_thread(_load_sample, environment, examples)
            async with _child("The bot", ["-m", "bot", "run"], environment, folder, BOT_READY) as bot:
                await _prologue(address)
                print(_welcome(address), flush=True)  # noqa: T201  the address to open
                await _until_stopped(stopping, playground, bot)


def _examples() -> Path:
    folder = ROOT / "examples"
    if not (folder / "workspace.yml").exists():
        raise CannotStart("The sample company (examples/) is missing: run the demo from a checkout of the repository.")
    return folder


def _check_free(port: int) -> None:
    try:
        socket.create_server((HOST, port)).close()
    except (OSError, OverflowError):
        raise CannotStart(
            f"Port {port} cannot be used, probably something else does: choose another, such as make demo PORT=4000."
        ) from None


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
    files.import_attributes(settings, examples / "members.csv", workspace)


async def _prologue(address: str) -> None:
    """Ayu types her commands, as a person would. Raises CannotStart when one of them goes unanswered."""
    async with aiohttp.ClientSession() as session:
        for text in PROLOGUE:
            body = {"as": DIRECTOR, "channel": STAGE, "text": text}
            async with session.post(f"{address}/page/command", json=body) as answer:
                outcome = await answer.json()
            if not outcome.get("ok"):
                raise CannotStart(f"The demo's own {text} did not work ({outcome.get('error')}): run it again.")


@contextlib.asynccontextmanager
async def _child(
    name: str, arguments: list[str], environment: Mapping[str, str], folder: Path, ready: str
) -> AsyncIterator[_Child]:
    """A Python process of ours, from the line that says it is ready until we are done with it. It runs in `folder` and
    sees none of our settings: an .env here, or tokens in the environment, belong to a real workspace."""
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "DENYUT_", "DATABASE_URL"))
    }
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        cwd=folder,
        env={**inherited, "PYTHONPATH": path, **environment},
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    reading: asyncio.Task[None] | None = None
    try:
        line = await _ready_line(name, process, process.stdout, ready)
        reading = asyncio.create_task(_read_on(process.stdout))
        yield _Child(name, process, line)
    finally:
        await _end(process)
        if reading is not None:
            await reading


async def _ready_line(name: str, process: asyncio.subprocess.Process, output: asyncio.StreamReader, ready: str) -> str:
    try:
        async with asyncio.timeout(START_SECONDS):
            while line := (await output.readline()).decode():
                if line.startswith(ready):
                    return line
            await process.wait()
    except TimeoutError:
        raise CannotStart(f"{name} did not start in {START_SECONDS} seconds: run the demo again.") from None
    raise CannotStart(f"{name} could not start; the line above says why.")


async def _read_on(output: asyncio.StreamReader) -> None:
    """A process whose output nobody reads would come to a halt."""
    while await output.read(65536):
        pass


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()


async def _until_stopped(stopping: asyncio.Event, *children: _Child) -> None:
    """Waits for Ctrl+C. Raises CannotStart when a process ends before that."""
    stopped = asyncio.create_task(stopping.wait())
    ends = {asyncio.create_task(child.process.wait()): child for child in children}
    done, waiting = await asyncio.wait({stopped, *ends}, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    if stopped not in done:
        child = next(child for task, child in ends.items() if task in done)
        raise CannotStart(f"{child.name} stopped by itself (exit code {child.process.returncode}): see its log above.")


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
            "  in the app's messages, type /kpi log revenue 12,5 jt, and move the clock to next Monday 09:00.",
            "  Stop with Ctrl+C; nothing is kept.",
            "",
        )
    )
