"""A process with everything loaded that forks a child for every job, and tells how it ended and what it had said. A
fork costs milliseconds where a start of Python costs a second: so hundreds of kills are had for little.

It speaks JSON in lines: a job comes in, its end goes out. With `after` (words, seconds) the child is killed that
long after it said so many words, wherever it may be then.
"""

import asyncio
import gc
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Coroutine
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
KILLED = -signal.SIGKILL
LONGEST_SECONDS = 60.0


@dataclass(frozen=True)
class Job:
    """`do` is what to do, in `teams`, at `now`; `point` is where the mine lies ("" for none)."""

    do: str
    teams: list[str]
    now: str
    url: str
    folder: str
    slack: str
    point: str = ""
    seed: int = 0
    passes: int = 1
    takes_over: bool = False

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.now)


@dataclass(frozen=True)
class End:
    """How a child ended: its exit code (negative: the signal), and what it had said."""

    code: int
    said: list[str]


class ForkServer:
    """The parent's side. One job at a time for each server; the server is closed with the block."""

    def __init__(self) -> None:
        self._one = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.fork_server"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> "ForkServer":
        return self

    def __exit__(self, *_: Any) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()

    def run(self, job: Job, after: tuple[int, float] | None = None) -> End:
        """Has a child do the job."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._one:
            self._process.stdin.write(json.dumps({"job": asdict(job), "after": after}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        assert line, "the fork server ended"
        return End(**json.loads(line))

    def kill_at(self, job: Job) -> End:
        """Has a child do the job until its mine goes off."""
        end = self.run(job)
        assert end.code == KILLED, f"{job.do} {job.point}: no mine went off ({end})"
        return end

    def finish(self, job: Job) -> End:
        """Has a child do the job to its end."""
        end = self.run(job)
        assert end.code == 0, f"{job.do}: {end}"
        return end


def main() -> None:
    from bot.app import build_registry
    from bot.i18n import load
    from tests.faults.crash_jobs import perform, warm_up

    texts = load("en")
    build_registry(texts)
    warm_up()
    ends = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what the children log is nobody's answer
    gc.collect()
    gc.freeze()  # so that a child's collections do not copy what it shares with its parent
    for line in sys.stdin:
        asked = json.loads(line)
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(reading)
            _child(partial(perform, Job(**asked["job"]), texts), writing)
        os.close(writing)
        said = _listen(pid, reading, asked["after"])
        _, status = os.waitpid(pid, 0)
        os.close(reading)
        end = {"code": os.waitstatus_to_exitcode(status), "said": said.decode().splitlines()}
        ends.write(json.dumps(end) + "\n")
        ends.flush()


def _child(perform: Callable[[Callable[[str], object]], Coroutine[Any, Any, None]], writing: int) -> None:
    code = 0
    try:
        asyncio.run(perform(lambda word: os.write(writing, f"{word}\n".encode())))
    except BaseException:  # a child of a fork must not go on as its parent would, whatever happened
        traceback.print_exc()
        code = 1
    finally:
        os._exit(code)


def _listen(pid: int, reading: int, after: tuple[int, float] | None) -> bytes:
    """What the child says until it ends; it is killed in time."""
    said, is_near, kill_at = b"", False, time.monotonic() + LONGEST_SECONDS
    while True:
        if not select.select([reading], [], [], max(kill_at - time.monotonic(), 0))[0]:
            os.kill(pid, signal.SIGKILL)
            kill_at = time.monotonic() + LONGEST_SECONDS
            continue
        data = os.read(reading, 65536)
        if not data:
            return said
        said += data
        if after is not None and not is_near and said.count(b"\n") >= after[0]:
            is_near, kill_at = True, time.monotonic() + after[1]


if __name__ == "__main__":
    main()
