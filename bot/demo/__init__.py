"""`denyut demo`: the real bot against the playground, each in its own process, with the sample company loaded through
the bot's own imports, and what its people did before you came, told through the playground. State lies in a temporary
folder and goes with the demo. The playground is in `bot.playground`; the bot is imported by its own process alone, as
that takes a second.
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

from bot.demo.story import Story, Teller, read_story
from bot.terminal import CannotStart, stop_on_signals

HOST = "127.0.0.1"
ROOT = Path(__file__).resolve().parents[2]
PLAYGROUND_READY = "playground listening on "
BOT_READY = "Denyut is running"
START_SECONDS, STOP_SECONDS = 30, 15


@dataclass(frozen=True, slots=True)
class _Child:
    """A process of the demo, and its beginning: done once it has said that it is ready."""

    name: str
    process: asyncio.subprocess.Process
    started: asyncio.Task[None]


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
        story = await asyncio.to_thread(read_story, examples / "story.yml")
        arguments = _playground_arguments(port, examples, bot_port, story)
        address = f"http://{HOST}:{port}"
        environment = _bot_environment(address, folder, bot_port)
        async with (
            _child("The playground", arguments, {}, folder, PLAYGROUND_READY) as playground,
            _child("The bot", ["-m", "bot.demo", str(examples)], environment, folder, BOT_READY) as bot,
        ):
            await playground.started
            await bot.started
            async with aiohttp.ClientSession() as session:
                await Teller(session, address).tell(story)
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


def _playground_arguments(port: int, examples: Path, bot_port: int, story: Story) -> list[str]:
    arguments = ["-m", "bot.playground", "--port", str(port), "--manifest", str(examples.parent / "manifest.yml")]
    arguments += ["--workspace", str(examples / "workspace.yml"), "--now", story.begins]
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


@contextlib.asynccontextmanager
async def _child(
    name: str, arguments: list[str], environment: Mapping[str, str], folder: Path, ready: str
) -> AsyncIterator[_Child]:
    """A Python process of ours until we are done with it; `ready` begins the line by which it says that it runs. It
    works in `folder` and sees none of our settings: an .env here, or tokens in the environment, belong to a real
    workspace."""
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
    started = asyncio.create_task(_ready(name, process, process.stdout, ready))
    reading = asyncio.create_task(_read_on(process.stdout, started))
    try:
        yield _Child(name, process, started)
    finally:
        await _end(process)
        await asyncio.gather(started, reading, return_exceptions=True)


async def _ready(name: str, process: asyncio.subprocess.Process, output: asyncio.StreamReader, ready: str) -> None:
    """Waits for the line that begins so. Raises CannotStart where it does not come."""
    try:
        async with asyncio.timeout(START_SECONDS):
            while line := (await output.readline()).decode():
                if line.startswith(ready):
                    return
            await process.wait()
    except TimeoutError:
        raise CannotStart(f"{name} did not start in {START_SECONDS} seconds: run the demo again.") from None
    raise CannotStart(f"{name} could not start; the line above says why.")


async def _read_on(output: asyncio.StreamReader, started: asyncio.Task[None]) -> None:
    """A process whose output nobody reads would come to a halt."""
    await asyncio.wait({started})
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
            "  You are Ayu, sales director of Kopi Sentosa. Read Monday's summary and yesterday's stand-up in #sales,",
            "  open Home, switch to a colleague in the corner, answer what is asked in the app's messages, type",
            "  /kpi log revenue 12,5 jt, and move the clock to next Monday 09:00.",
            "  Stop with Ctrl+C; nothing is kept.",
            "",
        )
    )
