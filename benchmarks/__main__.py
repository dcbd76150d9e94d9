"""`make bench`: every arm once a round, forwards in one round and backwards in the next, then RESULTS.md is written.

What is asked is in `requests`, who is asked in `processes`, what comes out in `report`.
"""

import asyncio
import contextlib
import dataclasses
import json
import os
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import uvloop

from benchmarks import (
    charts,
    company,
    fan_out,
    growth,
    postgres,
    processes,
    report,
    requests,
    slow_disk,
    socket_mode,
    startup,
)
from benchmarks.company import Company, Part
from benchmarks.load import Sample, load
from benchmarks.processes import Cores, Server
from benchmarks.sections import Section
from bot.i18n import Translator
from bot.i18n import load as load_texts

ROUNDS = 3
ANSWERS = 2000  # in each load
OTHERS = 500  # commands and forms in each load, and warm-up
THERE_ALREADY = 100_000
PATIENCE_SECONDS = 15.0

# What is measured apart from the loads, each part in a module of its own.
SECTIONS: tuple[Callable[[Cores], Section], ...] = (
    socket_mode.measure,
    slow_disk.measure,
    charts.measure,
    growth.measure,
    fan_out.measure,
)


@dataclass(frozen=True, slots=True)
class Arm:
    """One thing that is measured: which server is asked what, by how many at once."""

    name: str
    server: str
    kind: str = "answers"
    connections: int = 10


ARMS = (
    Arm(report.BARE_10, "bare"),
    Arm(report.SQLITE_10, "sqlite"),
    Arm(report.BARE_50, "bare", connections=50),
    Arm(report.SQLITE_50, "sqlite", connections=50),
    Arm(report.SLOW_SLACK, "slow"),
    Arm(report.FULL_ROUND, "full"),
    Arm(report.KPI_LOG, "sqlite", "kpi command"),
    Arm(report.ANSWER_FORM, "sqlite", "answer form"),
    Arm(report.KPI_FORM, "sqlite", "kpi form"),
    Arm(report.POSTGRES_10, "postgres"),
    Arm(report.POSTGRES_50, "postgres", connections=50),
)


class Bench:
    """The servers, the companies behind them, and what is left of their parts."""

    def __init__(self, slack: Server, servers: dict[str, Server], companies: dict[str, Company], t: Translator) -> None:
        self._slack = slack
        self._servers = servers
        self._companies = companies
        self._t = t
        self._taken = dict.fromkeys(companies, 0)
        self.acknowledged = dict.fromkeys(companies, 0)

    async def warm_up(self) -> None:
        for name in self._servers:
            await self._answers(Arm("", name), self._part(name).members[:OTHERS])

    async def measure(self, arm: Arm) -> Sample:
        """One load, until all that follows it is done."""
        server = self._servers[arm.server]
        before = server.busy()
        if arm.kind == "answers":
            sample = await self._answers(arm, self._part(arm.server).members)
        else:
            sample = await self._others(arm)
        count = ANSWERS if arm.kind == "answers" else OTHERS
        return dataclasses.replace(sample, cpu=(server.busy() - before) / count * 1e6)

    async def _others(self, arm: Arm) -> Sample:
        first = self._companies[arm.server].parts[0]
        members = first.members[:OTHERS]
        today = datetime.now(ZoneInfo(requests.ZONE)).date().isoformat()
        asked = {
            "answer form": lambda: requests.answer_changes(first.round, self._t, members),
            "kpi command": lambda: requests.kpi_commands(members),
            "kpi form": lambda: requests.kpi_forms(members, today),
        }[arm.kind]()
        return await load(self._servers[arm.server].port, asked, arm.connections)

    async def _answers(self, arm: Arm, members: list[str]) -> Sample:
        part = self._part(arm.server)
        before = self._updates()
        asked = requests.answers(part.survey, part.round, self._t, members)
        sample = await load(self._servers[arm.server].port, asked, arm.connections)
        if arm.server not in self._companies:
            return sample
        self._taken[arm.server] += 1
        self.acknowledged[arm.server] += len(members)
        return dataclasses.replace(sample, afterwards=await self._followed_up(before + len(members)))

    def _part(self, server: str) -> Part:
        """The next unused part; the bare app stores nothing, so that it is asked the same again and again."""
        own = server in self._companies
        return self._companies[server].parts[self._taken[server]] if own else self._companies["sqlite"].parts[0]

    async def _followed_up(self, expected: int) -> float:
        """Seconds until every answered message was changed; or until nothing more happens, which is told."""
        begin = moved = time.perf_counter()
        seen = self._updates()
        while seen < expected:
            await asyncio.sleep(0.02)
            now, there = time.perf_counter(), self._updates()
            if there != seen:
                seen, moved = there, now
            elif now - moved > PATIENCE_SECONDS:
                print(f"{expected - seen} messages were not changed after their answers", file=sys.stderr)
                break
        return time.perf_counter() - begin

    def _updates(self) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._slack.port}/count") as answer:
            return int(json.load(answer)["updates"])


def found_companies(folder: Path, database: str | None) -> Iterator[tuple[str, Company]]:
    """The companies by the name of the server that works for them."""
    loads = {
        name: 1 + ROUNDS * sum(arm.kind == "answers" and arm.server == name for arm in ARMS)
        for name in ("sqlite", "slow", "full", "postgres")
    }
    for name, count in loads.items():
        own = folder / name
        own.mkdir()
        url = f"sqlite:///{own}/denyut.db"
        if name == "full":
            yield name, company.found_with_answers(url, own, count, ANSWERS, THERE_ALREADY)
        elif name != "postgres":
            yield name, company.found(url, own, count, ANSWERS)
        elif database:
            yield name, company.found(database, own, count, ANSWERS)


async def measure_all(bench: Bench, names: set[str]) -> dict[str, list[Sample]]:
    arms = [arm for arm in ARMS if arm.server in names]
    samples: dict[str, list[Sample]] = {arm.name: [] for arm in arms}
    await bench.warm_up()
    for number in range(ROUNDS):
        for arm in arms if number % 2 == 0 else reversed(arms):
            sample = await bench.measure(arm)
            samples[arm.name].append(sample)
            figures = f"{sample.rate:7.0f}/s  p99 {sample.p99:6.1f} ms  {sample.cpu:5.0f} µs each"
            print(f"  round {number + 1}: {arm.name:<46} {figures}", flush=True)
    return samples


def main() -> None:
    began, others = time.perf_counter(), os.getloadavg()[0]
    cores = Cores()
    print("Starts", flush=True)
    starts = startup.measure()
    with tempfile.TemporaryDirectory(prefix="denyut-bench-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        database = None
        try:
            server = postgres.durable_server()
            stack.callback(server.stop)
            server.execute("CREATE DATABASE bench")
            database = server.url("bench")
        except postgres.CannotStart as trouble:
            print(f"PostgreSQL is left out: {trouble}", file=sys.stderr)
        companies = dict(found_companies(folder, database))

        def started(server: Server) -> Server:
            stack.callback(server.kill)
            return server

        slack = started(processes.slack_stand_in(folder))
        fast, slow = (f"http://127.0.0.1:{slack.port}/{speed}/" for speed in ("fast", "slow"))
        servers = {"bare": started(processes.bare_bolt(fast, folder, cores))}
        for each, of in companies.items():
            servers[each] = started(processes.denyut(of, slow if each == "slow" else fast, cores))
        idle = servers["sqlite"].resident()
        print("Loads", flush=True)
        bench = Bench(slack, servers, companies, load_texts("en").t("en"))
        samples = uvloop.run(measure_all(bench, set(servers)))
        for server_ in servers.values():
            server_.kill()
        kept = {each: (bench.acknowledged[each], company.answered(of)) for each, of in companies.items()}
    sections = [measure(cores) for measure in SECTIONS]
    report.write(samples, starts, idle, kept, sections, time.perf_counter() - began, others)


if __name__ == "__main__":
    main()
