"""What group commit is worth on a disk as ordinary ones are: every fsync and fdatasync of the server takes 8 ms longer,
and Denyut stands beside an app that commits each request by itself. Alone: `python -m benchmarks.slow_disk`.

The disk is made slower by a library that is compiled here and loaded before the C library (LD_PRELOAD), so that this
needs Linux and a C compiler.
"""

import asyncio
import contextlib
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import uvloop

from benchmarks import company, processes, requests
from benchmarks.company import Part
from benchmarks.load import Sample, load
from benchmarks.processes import Cores, Server
from benchmarks.sections import Figure, Section
from bot.i18n import Translator
from bot.i18n import load as load_texts

ROUNDS, CONNECTIONS = 3, 50
SLOWER_MS = 8
WANTED = 15.0
DENYUT, COMMIT_EACH = "answer, SQLite, group commit", "bare Bolt with a commit per request"
REQUESTS = {DENYUT: 1000, COMMIT_EACH: 300}
WARM_UP = 100
_KNOWN = (
    "Denyut is at the end of its processor, not of its disk: an answer over HTTP takes some 1,100 µs of its time, so "
    "that one core ends at about 900 a second with or without the 8 ms, and 15 times a commit per request would be "
    "some 1,500. What the answer is made of stands with the answers over HTTP."
)

_LIBRARY = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

static int later(const char *name, int file) {
    struct timespec pause = {0, SLOWER_MS * 1000000L};
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    nanosleep(&pause, 0);
    return real(file);
}
int fsync(int file) { return later("fsync", file); }
int fdatasync(int file) { return later("fdatasync", file); }
"""
# Prints how many milliseconds one durable commit took.
_COMMIT = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1])
connection.execute("PRAGMA journal_mode=WAL")
connection.execute("PRAGMA synchronous=FULL")
connection.execute("CREATE TABLE one (value)")
begin = time.perf_counter()
connection.execute("INSERT INTO one VALUES (1)")
connection.commit()
print((time.perf_counter() - begin) * 1000)
"""


class _CannotSlow(Exception):  # noqa: N818  it reads as what happened
    """There is no way here to make the disk slower; the message says what is missing."""


def _slowing(folder: Path) -> dict[str, str]:
    """The environment in which a commit takes longer. Raises _CannotSlow."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if sys.platform != "linux" or compiler is None:
        raise _CannotSlow("it needs Linux and a C compiler")
    library = folder / "slower.so"
    build = [compiler, "-shared", "-fPIC", f"-DSLOWER_MS={SLOWER_MS}", "-x", "c", "-", "-o", str(library), "-ldl"]
    built = subprocess.run(build, input=_LIBRARY, text=True, capture_output=True, check=False)
    if built.returncode:
        raise _CannotSlow("the C compiler here could not build it")
    environment = {"LD_PRELOAD": str(library)}
    if _commit_ms(folder / "slow.db", environment) < SLOWER_MS:
        raise _CannotSlow("this Python's SQLite does not notice it")
    return environment


def _commit_ms(database: Path, environment: Mapping[str, str]) -> float:
    asked = [sys.executable, "-c", _COMMIT, str(database)]
    said = subprocess.run(asked, env={**os.environ, **environment}, capture_output=True, check=True)
    return float(said.stdout)


class _Bench:
    """Both servers on the slower disk, and the rounds that are answered."""

    def __init__(self, stack: contextlib.ExitStack, folder: Path, cores: Cores, slowing: Mapping[str, str]) -> None:
        def started(server: Server) -> Server:
            stack.callback(server.kill)
            return server

        slack = started(processes.slack_stand_in(folder))
        url = f"http://127.0.0.1:{slack.port}/fast/"
        self.company = company.found(f"sqlite:///{folder}/denyut.db", folder, 1 + ROUNDS, REQUESTS[DENYUT])
        self._parts = iter(self.company.parts)
        self._commits = folder / "commits.db"
        port = processes.free_port()
        each = ["-m", "benchmarks.commit_each", str(port), url, str(self._commits)]
        self.servers = {
            DENYUT: started(processes.denyut(self.company, url, cores, slowing)),
            COMMIT_EACH: started(Server(each, slowing, port, folder, cores)),
        }
        self.acknowledged = 0

    def load(self, name: str, t: Translator, count: int) -> Sample:
        part: Part = next(self._parts) if name == DENYUT else self.company.parts[0]
        asked = list(requests.answers(part.survey, part.round, t, part.members[:count]))
        server = self.servers[name]
        before = server.busy()
        sample = uvloop.run(_loaded(server.port, asked))
        if name == DENYUT:
            self.acknowledged += count
        return replace(sample, cpu=(server.busy() - before) / count * 1e6)

    def kept(self) -> tuple[int, int]:
        """Answers in Denyut's database, and members in the other's, where each has one."""
        with contextlib.closing(sqlite3.connect(self._commits)) as connection:
            (members,) = connection.execute("SELECT count(DISTINCT member) FROM answers").fetchone()
        return company.answered(self.company), int(members)


async def _loaded(port: int, asked: list[bytes]) -> Sample:
    sample = await load(port, asked, CONNECTIONS)
    await asyncio.sleep(0.3)  # what follows the last answers belongs to none of the loads
    return sample


def measure(cores: Cores) -> Section:
    """Both in turn, the other first in every other round; at the end both are killed, and what they kept is counted."""
    title = f"A disk that takes {SLOWER_MS} ms longer"
    samples: dict[str, list[Sample]] = {name: [] for name in REQUESTS}
    with tempfile.TemporaryDirectory(prefix="denyut-bench-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        try:
            slowing = _slowing(folder)
        except _CannotSlow as trouble:
            return Section(title, [f"Left out: {trouble}."])
        slower = _commit_ms(folder / "slower.db", slowing), _commit_ms(folder / "usual.db", {})
        bench, t = _Bench(stack, folder, cores, slowing), load_texts("en").t("en")
        for arm in REQUESTS:
            bench.load(arm, t, WARM_UP)
        for number in range(ROUNDS):
            for arm in REQUESTS if number % 2 == 0 else reversed(REQUESTS):
                samples[arm].append(bench.load(arm, t, REQUESTS[arm]))
        for server in bench.servers.values():
            server.kill()
        return _section(title, samples, slower, bench.acknowledged, bench.kept())


def _section(
    title: str,
    samples: Mapping[str, Sequence[Sample]],
    commit_ms: tuple[float, float],
    acknowledged: int,
    kept: tuple[int, int],
) -> Section:
    lines = [
        f"Every fsync of the server waits {SLOWER_MS} ms more: one commit takes {commit_ms[0]:.1f} ms instead of "
        f"{commit_ms[1]:.1f} ms. {CONNECTIONS} requests under way over HTTP.",
        "",
        "| what | requests/s (least to most) | p50 ms | p99 ms | processor µs each |",
        "|---|---|---|---|---|",
        *(_row(name, some) for name, some in samples.items()),
        "",
        f"{acknowledged} answers were acknowledged by Denyut, {kept[0]} are in the database after `kill -9`"
        + ("" if acknowledged == kept[0] else " **(this is a fault)**")
        + f"; {kept[1]} of {REQUESTS[COMMIT_EACH]} members' are in the other's.",
    ]
    ours, theirs = samples[DENYUT], samples[COMMIT_EACH]
    rates = [one.rate / other.rate for one, other in zip(ours, theirs, strict=True)]
    late = [one.p99 / other.p99 for one, other in zip(ours, theirs, strict=True)]
    what = f"{DENYUT}, fsync {SLOWER_MS} ms slower, {CONNECTIONS} at once, beside a commit per request"
    figures = (Figure(f"{what}, requests/s", rates, WANTED, known=_KNOWN), Figure(f"{what}, p99", late))
    return Section(title, lines, figures)


def _row(name: str, samples: Sequence[Sample]) -> str:
    rates = [each.rate for each in samples]
    p50, p99, cpu = (statistics.median(getattr(each, at) for each in samples) for at in ("p50", "p99", "cpu"))
    rate = f"{statistics.median(rates):,.0f} ({min(rates):,.0f} to {max(rates):,.0f})"
    return f"| {name} | {rate} | {p50:.1f} | {p99:.1f} | {cpu:,.0f} |"


if __name__ == "__main__":
    sys.stdout.write(measure(Cores()).told() + "\n")
