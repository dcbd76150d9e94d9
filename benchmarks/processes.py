"""The processes that are measured, and where they run: a server has the first core for itself, everything else (the
load, the stand-in for Slack, PostgreSQL) shares the others. Where the system cannot pin processes, they run anywhere.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.company import Company
from benchmarks.requests import SECRET

ROOT = Path(__file__).parent.parent
START_SECONDS = 60


class NotStarted(Exception):  # noqa: N818  it reads as what happened
    """A process did not come up; the message is what it said."""


def can_pin() -> bool:
    return hasattr(os, "sched_setaffinity") and len(os.sched_getaffinity(0)) > 1


class Cores:
    """The first core for who is measured, the others for who measures."""

    def __init__(self) -> None:
        cores = sorted(os.sched_getaffinity(0)) if can_pin() else []
        self.measured, self.others = set(cores[:1]), set(cores[1:])
        if self.others:
            os.sched_setaffinity(0, self.others)  # children inherit it

    def measure(self, pid: int) -> None:
        if self.measured:
            os.sched_setaffinity(pid, self.measured)


class Server:
    """A Python process that listens on a port of its own. `port` and `seconds` (until it answered) are known once it is
    started; `kill` ends it without any warning, as a crash would."""

    def __init__(
        self, arguments: Sequence[str], environment: Mapping[str, str], port: int, folder: Path, cores: Cores | None
    ) -> None:
        self.port = port
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  it lives as long as the process
        begin = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=folder,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), **environment},
            stdout=self._log,
            stderr=self._log,
        )
        if cores is not None:
            cores.measure(self._process.pid)
        self._wait(begin)
        self.seconds = time.perf_counter() - begin

    def _wait(self, begin: float) -> None:
        while not self.is_up():
            if self._process.poll() is not None or time.perf_counter() - begin > START_SECONDS:
                raise NotStarted(self.said())
            time.sleep(0.005)

    def is_up(self) -> bool:
        """Whether it takes connections; what has no port of its own is looked up elsewhere."""
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def said(self) -> str:
        self._log.seek(0)
        return self._log.read().decode(errors="replace")[-2000:]

    def resident(self) -> float | None:
        """Memory in MiB that the process holds now, where the system tells."""
        try:
            status = Path(f"/proc/{self._process.pid}/status").read_text()
        except OSError:
            return None
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def busy(self) -> float:
        """Seconds of processor time that the process has used so far; NaN where the system does not tell."""
        try:
            fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return float("nan")
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._log.close()


def slack_stand_in(folder: Path, socket_url: str = "") -> Server:
    """`socket_url` is where it sends whoever asks for a Socket Mode connection."""
    port = free_port()
    return Server(["-m", "benchmarks.slack_stand_in", str(port), socket_url], {}, port, folder, None)


def bare_bolt(slack_url: str, folder: Path, cores: Cores) -> Server:
    port = free_port()
    return Server(["-m", "benchmarks.bare_bolt", str(port), slack_url], {}, port, folder, cores)


def denyut(company: Company, slack_url: str, cores: Cores, also: Mapping[str, str] | None = None) -> Server:
    """The bot as anybody runs it: `denyut run --http`, with everything that belongs to it, and what else stands in its
    environment."""
    port = free_port()
    environment = {
        **(also or {}),
        "SLACK_BOT_TOKEN": "xoxb-bench",
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": slack_url,
        "DATABASE_URL": company.url,
        "DENYUT_DATA_DIR": str(company.folder),
        "DENYUT_HTTP_PORT": str(port),
        "DENYUT_LOG_LEVEL": "WARNING",
    }
    return Server(["-m", "bot", "run", "--http"], environment, port, company.folder, cores)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
