"""How a question goes out to thousands of people past a Slack that takes only so many messages a minute: how much of
that is used, how many connections it takes, and whether each message arrives once; also when the bot is killed in the
middle. `python -m benchmarks.fan_out`.
"""

import contextlib
import json
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks import company, processes
from benchmarks.company import BATCH, Company
from benchmarks.processes import Cores, Server
from benchmarks.requests import TEAM
from benchmarks.sections import Figure, Section
from bot.domain.deliveries import NewDelivery
from bot.sender import AT_ONCE, LEASE
from bot.sender import BATCH as TAKEN
from bot.surveys.asking.prompts import ASK
from storage import Storage, UnitOfWork

PEOPLE = 5_000
PER_MINUTE = 6_000
KILLED_AT = 0.5
LOOK_SECONDS = 0.2
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class FanOut:
    """What came of one question: `used` is the share of what Slack took until all but the last few had arrived, without
    the `away` seconds in which no bot was there; `last` is how many seconds those last few took."""

    used: float
    connections: int
    refused: int
    lost: int
    doubled: int
    seconds: float
    away: float
    last: float


def measure(cores: Cores) -> Section:
    """Once undisturbed and once with a kill in the middle."""
    with tempfile.TemporaryDirectory(prefix="denyut-bench-") as name:
        calm, killed = (_fan_out(Path(name) / str(at), cores, is_killed=at == 1) for at in range(2))
    lines = [
        f"{PEOPLE:,} people are asked a question by direct message. Slack takes {PER_MINUTE:,} messages a minute from "
        "the workspace, holds back what one second brings, and answers 429 with Retry-After beyond it. The second time "
        "the bot is killed (`kill -9`) when half of them have arrived, and started again at once. What the killed one "
        f"had taken (up to {TAKEN}) is looked up, and sent where it is not there, when its lease ends after "
        f"{LEASE.total_seconds():.0f} s: those last {TAKEN} are not part of the share.",
        "",
        "| | share of the limit used | seconds | of them without a bot | for the last "
        f"{TAKEN} | most connections | answered 429 | lost | doubled |",
        "|---|---|---|---|---|---|---|---|---|",
        _row("undisturbed", calm),
        _row("killed in the middle", killed),
    ]
    most = AT_ONCE + 1
    figures = [
        Figure("fan-out: share of the limit used", [calm.used], 0.95),
        Figure("fan-out across a kill: share of the limit used", [killed.used], 0.95),
        Figure("fan-out: connections open at once", [max(calm.connections, killed.connections)], most, at_most=True),
        Figure("fan-out: messages lost or doubled", [_wrong(calm) + _wrong(killed)], 0, at_most=True),
    ]
    return Section("Asking thousands past a limit", lines, figures)


def _wrong(each: FanOut) -> int:
    return each.lost + each.doubled


def _row(name: str, each: FanOut) -> str:
    return (
        f"| {name} | {each.used:.2f} | {each.seconds:.1f} | {each.away:.1f} | {each.last:.1f} | {each.connections} "
        f"| {each.refused:,} | {each.lost} | {each.doubled} |"
    )


def _fan_out(folder: Path, cores: Cores, *, is_killed: bool) -> FanOut:
    folder.mkdir()
    asked = company.found(f"sqlite:///{folder}/denyut.db", folder, 1, PEOPLE)
    owed = _owe(asked)
    port = processes.free_port()
    with contextlib.ExitStack() as stack:
        slack = Server(["-m", "benchmarks.limited_slack", str(port), str(PER_MINUTE)], {}, port, folder, None)
        stack.callback(slack.kill)
        bot = stack.enter_context(_running(asked, slack, cores))
        if is_killed:
            _until(slack, int(PEOPLE * KILLED_AT))
            bot.kill()
            stack.enter_context(_running(asked, slack, cores))
        found = _until(slack, PEOPLE)
    times = found["times"]
    end = times[-1 - TAKEN]
    away = max(later - sooner for sooner, later in pairwise(times[:-TAKEN])) if is_killed else 0.0
    return FanOut(
        used=(len(times) - TAKEN) / (PER_MINUTE / 60 * (end - times[0] - away)),
        connections=found["connections"],
        refused=found["refused"],
        lost=len(owed - {*found["deliveries"]}),
        doubled=found["doubled"],
        seconds=times[-1] - times[0],
        away=away,
        last=times[-1] - end,
    )


def _owe(asked: Company) -> set[str]:
    """The questions to everybody, due now; the ids of their deliveries."""
    part = asked.parts[0]
    storage = Storage.open(asked.url, asked.folder)
    try:
        for begin in range(0, len(part.members), BATCH):
            owed = [
                NewDelivery(ASK, part.round.id, member, part.round.opened_at, expires_at=part.round.closes_at)
                for member in part.members[begin : begin + BATCH]
            ]
            storage.write_now(TEAM, partial(_add, owed))
        return {
            each.id
            for each in storage.read_now(TEAM, lambda db: db.deliveries.of_purposes([ASK], part.round.opened_at))
        }
    finally:
        storage.close()


def _add(owed: list[NewDelivery], db: UnitOfWork) -> None:
    db.deliveries.add_many(owed)


@contextlib.contextmanager
def _running(asked: Company, slack: Server, cores: Cores) -> Iterator[Server]:
    bot = processes.denyut(asked, f"http://127.0.0.1:{slack.port}/api/", cores)
    try:
        yield bot
    finally:
        bot.kill()


def _until(slack: Server, accepted: int) -> dict[str, Any]:
    """What Slack says once so many messages arrived; or when none came for a long time."""
    seen, moved = -1, time.perf_counter()
    while True:
        found = _count(slack)
        arrived = len(found["times"])
        if arrived >= accepted or time.perf_counter() - moved > PATIENCE_SECONDS:
            return found
        if arrived != seen:
            seen, moved = arrived, time.perf_counter()
        time.sleep(LOOK_SECONDS)


def _count(slack: Server) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://127.0.0.1:{slack.port}/count") as answer:
        found: dict[str, Any] = json.load(answer)
        return found


if __name__ == "__main__":
    sys.stdout.write(measure(Cores()).told() + "\n")
