"""How long the program takes to start and how much memory that takes, beside nothing but the import of what it is built
from. Every start is a new process; what happens once it runs does not belong here.

The starts are made by a process of their own (`python -m benchmarks.startup`): on Linux the memory of the process that
starts another counts into the other's peak, so that it has to be small.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent

CHOSEN = (
    "aiohttp", "apscheduler.schedulers.asyncio", "babel", "pydantic_settings", "slack_bolt.async_app",
    "slack_sdk.socket_mode.aiohttp", "sqlmodel", "structlog", "uvicorn", "uvloop", "yarl",
)  # fmt: skip
FLOOR, VERSION, APP, RUN = "the chosen libraries", "denyut --version", "import bot.app", "import bot.run"
STARTS = {
    FLOOR: ["-c", f"import {', '.join(CHOSEN)}"],
    VERSION: ["-m", "bot", "--version"],
    APP: ["-c", "import bot.app"],
    RUN: ["-c", "import bot.run"],
}
COMMANDS = {name: [sys.executable, *arguments] for name, arguments in STARTS.items()}
TIMES = 7


@dataclass(slots=True)
class Start:
    """One program started several times: seconds until it ended, the most memory it held, in MiB, and the seconds of
    processor time it took."""

    seconds: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)


def measure(commands: Mapping[str, Sequence[str]] = COMMANDS) -> dict[str, Start]:
    """All starts, made by a process of their own. A command is a Python (found by its path) and its arguments."""
    asked = [sys.executable, "-m", "benchmarks.startup", json.dumps(commands)]
    made = subprocess.run(asked, cwd=ROOT, capture_output=True, check=True)
    return {name: Start(**values) for name, values in json.loads(made.stdout).items()}


def make_starts(commands: Mapping[str, Sequence[str]]) -> dict[str, Start]:
    """Starts each of them in turn, several times over; all have their bytecode, as what is installed has."""
    subprocess.run([sys.executable, "-m", "compileall", "-q", "bot", "storage"], cwd=ROOT, check=True)
    starts = {name: Start() for name in commands}
    for time_round in range(TIMES + 1):
        for name, command in commands.items():
            seconds, peak, busy = _start(command)
            if time_round:
                starts[name].seconds.append(seconds)
                starts[name].peak.append(peak)
                starts[name].busy.append(busy)
    return starts


def _start(command: Sequence[str]) -> tuple[float, float, float]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    begin = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"{' '.join(command)} ended with {process.returncode}"
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return seconds, usage.ru_maxrss / unit, usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    wanted = json.loads(sys.argv[1]) if len(sys.argv) > 1 else COMMANDS
    print(json.dumps({name: asdict(start) for name, start in make_starts(wanted).items()}))
