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
TIMES = 7


@dataclass(slots=True)
class Start:
    """One program started several times: seconds until it ended, and the most memory it held, in MiB."""

    seconds: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)


def measure() -> dict[str, Start]:
    """All starts, made by a process of their own."""
    made = subprocess.run([sys.executable, "-m", "benchmarks.startup"], cwd=ROOT, capture_output=True, check=True)
    return {name: Start(**values) for name, values in json.loads(made.stdout).items()}


def make_starts() -> dict[str, Start]:
    """Starts each of them in turn, several times over; all have their bytecode, as what is installed has."""
    subprocess.run([sys.executable, "-m", "compileall", "-q", "bot", "storage"], cwd=ROOT, check=True)
    starts = {name: Start() for name in STARTS}
    for time_round in range(TIMES + 1):
        for name, arguments in STARTS.items():
            seconds, peak = _start(arguments)
            if time_round:
                starts[name].seconds.append(seconds)
                starts[name].peak.append(peak)
    return starts


def _start(arguments: list[str]) -> tuple[float, float]:
    begin = time.perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"python {' '.join(arguments)} ended with {process.returncode}"
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return seconds, usage.ru_maxrss / unit


if __name__ == "__main__":
    print(json.dumps({name: asdict(start) for name, start in make_starts().items()}))
