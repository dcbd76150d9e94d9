"""A durable answer over Socket Mode, beside an app that only acknowledges: `denyut run --socket`, and a bare Bolt app
on slack_sdk's aiohttp client and on Denyut's own, each with ten envelopes under way. Alone:
`python -m benchmarks.socket_mode`.
"""

import contextlib
import json
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import company, processes, requests
from benchmarks.bare_socket import APP_TOKEN
from benchmarks.load import Sample
from benchmarks.processes import Cores, Server
from benchmarks.sections import Figure, Section
from bot.i18n import load as load_texts

ROUNDS, ANSWERS, AT_ONCE = 3, 2000, 10
WARM_UP = 500
PATIENCE_SECONDS = 15.0
WANTED = 0.55
DENYUT, BARE_SDK, BARE_OWN = "denyut", "slack_sdk", "own"
NAMES = {
    DENYUT: "answer, SQLite",
    BARE_SDK: "bare Bolt, ack only, slack_sdk's aiohttp client",
    BARE_OWN: "bare Bolt, ack only, Denyut's client",
}
_KNOWN = (
    "It is processor time, as over HTTP: of some 1,250 µs an answer, the event loop has 575 (the message that follows"
    " 190, Bolt with its listener most of the rest, the look at the payload's shape 35), the writer's thread 265 with"
    " a commit shared by all that wait, and the four threads that read who it is 400, which is more than reading "
    "takes by itself, and the same with one thread instead of four. The bare app takes some 145 on slack_sdk's "
    "client, 170 on Denyut's, which looks at the shape of every payload. Beside other work on the same cores the "
    "rates come closer to each other than they are: both wait. The processor time tells what is left of it alone on a"
    " machine."
)


class _Connected(Server):
    """A process that comes to the stand-in, where it is known by its name, instead of listening."""

    def __init__(
        self, name: str, sockets: Server, arguments: Sequence[str], own: Mapping[str, str], folder: Path, cores: Cores
    ) -> None:
        self._connections = f"http://127.0.0.1:{sockets.port}/connections/{name}"
        super().__init__(arguments, own, 0, folder, cores)

    def is_up(self) -> bool:
        return bool(_asked(self._connections)["connections"])


class _Bench:
    """Who is measured, and the two halves of Slack they are connected to."""

    def __init__(self, stack: contextlib.ExitStack, folder: Path, cores: Cores) -> None:
        def started(server: Server) -> Server:
            stack.callback(server.kill)
            return server

        port = processes.free_port()
        arguments = ["-m", "benchmarks.socket_stand_in", str(port)]
        self._sockets = started(Server(arguments, {}, port, folder, None))
        self._slack = started(processes.slack_stand_in(folder, f"ws://127.0.0.1:{port}/socket"))
        self._t = load_texts("en").t("en")
        self.company = company.found(f"sqlite:///{folder}/denyut.db", folder, 1 + ROUNDS, ANSWERS)
        self._parts = iter(self.company.parts)
        self.acknowledged = 0
        self.denyut = started(self._denyut(folder, cores))
        self._servers = {DENYUT: self.denyut}
        for client in (BARE_SDK, BARE_OWN):
            bare = ["-m", "benchmarks.bare_socket", client, self._api(client)]
            self._servers[client] = started(_Connected(client, self._sockets, bare, {}, folder, cores))

    def _denyut(self, folder: Path, cores: Cores) -> Server:
        environment = {
            "SLACK_BOT_TOKEN": "xoxb-bench",
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_API_URL": self._api(DENYUT),
            "DATABASE_URL": self.company.url,
            "DENYUT_DATA_DIR": str(folder),
            "DENYUT_LOG_LEVEL": "WARNING",
        }
        return _Connected(DENYUT, self._sockets, ["-m", "bot", "run", "--socket"], environment, folder, cores)

    def _api(self, name: str) -> str:
        return f"http://127.0.0.1:{self._slack.port}/{name}/"

    def warm_up(self) -> None:
        for name in self._servers:
            self._load(name, WARM_UP)

    def measure(self, name: str) -> Sample:
        """One load, until all messages that follow its answers are changed."""
        return self._load(name, ANSWERS)

    def _load(self, name: str, count: int) -> Sample:
        part = next(self._parts) if name == DENYUT else self.company.parts[0]
        members = part.members[:count]
        envelopes = requests.answer_envelopes(part.survey, part.round, self._t, members)
        server, updates = self._servers[name], self._updates()
        before = server.busy()
        url = f"http://127.0.0.1:{self._sockets.port}/load/{name}?at_once={AT_ONCE}"
        sample = Sample(**_asked(url, "\n".join(envelopes).encode()))
        if name == DENYUT:
            self.acknowledged += len(members)
            sample = replace(sample, afterwards=self._followed_up(updates + len(members)))
        return replace(sample, cpu=(server.busy() - before) / len(members) * 1e6)

    def _followed_up(self, expected: int) -> float:
        begin = time.perf_counter()
        while self._updates() < expected and time.perf_counter() - begin < PATIENCE_SECONDS:
            time.sleep(0.02)
        return time.perf_counter() - begin

    def _updates(self) -> int:
        return int(_asked(f"http://127.0.0.1:{self._slack.port}/count")["updates"])


def _asked(url: str, body: bytes | None = None) -> dict[str, Any]:
    with urllib.request.urlopen(urllib.request.Request(url, data=body), timeout=300) as answer:
        said: dict[str, Any] = json.load(answer)
        return said


def measure(cores: Cores) -> Section:
    """All arms in turn, backwards in every other round; at the end the bot is killed, and its answers are counted."""
    samples: dict[str, list[Sample]] = {name: [] for name in NAMES}
    with tempfile.TemporaryDirectory(prefix="denyut-bench-") as name, contextlib.ExitStack() as stack:
        bench = _Bench(stack, Path(name), cores)
        bench.warm_up()
        for number in range(ROUNDS):
            for arm in NAMES if number % 2 == 0 else reversed(NAMES):
                samples[arm].append(bench.measure(arm))
        bench.denyut.kill()
        return _section(samples, bench.acknowledged, company.answered(bench.company))


def _section(samples: Mapping[str, Sequence[Sample]], acknowledged: int, kept: int) -> Section:
    lines = [
        f"{AT_ONCE} envelopes under way; the bare app acknowledges and stores nothing.",
        "",
        "| what | envelopes/s (least to most) | p50 ms | p99 ms | processor µs each |",
        "|---|---|---|---|---|",
        *(_row(NAMES[name], some) for name, some in samples.items()),
        "",
        f"{acknowledged} answers were acknowledged, {kept} are in the database after `kill -9`."
        + ("" if acknowledged == kept else " **This is a fault.**"),
    ]
    ours = samples[DENYUT]
    figures = []
    for name in (BARE_SDK, BARE_OWN):
        what = f"{NAMES[DENYUT]}, over Socket Mode, beside {NAMES[name]}"
        rates = [one.rate / other.rate for one, other in zip(ours, samples[name], strict=True)]
        figures.append(Figure(f"{what}, envelopes/s", rates, WANTED, known=_KNOWN))
        work = [other.cpu / one.cpu for one, other in zip(ours, samples[name], strict=True)]
        figures.append(Figure(f"{what}, envelopes per processor second", work, WANTED, known=_KNOWN))
    return Section("Socket Mode", lines, figures)


def _row(name: str, samples: Iterable[Sample]) -> str:
    some = list(samples)
    rates = [each.rate for each in some]
    p50, p99, cpu = (statistics.median(getattr(each, at) for each in some) for at in ("p50", "p99", "cpu"))
    rate = f"{statistics.median(rates):,.0f} ({min(rates):,.0f} to {max(rates):,.0f})"
    return f"| {name} | {rate} | {p50:.1f} | {p99:.1f} | {cpu:,.0f} |"


if __name__ == "__main__":
    sys.stdout.write(measure(Cores()).told() + "\n")
