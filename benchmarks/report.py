"""RESULTS.md: the tables, the targets, and for each one that is missed why, as far as that is known. Nothing is
measured here, and nothing written that could tell which machine it was."""

import math
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks import startup
from benchmarks.load import Sample
from benchmarks.processes import can_pin
from benchmarks.sections import Section
from benchmarks.startup import Start

RESULTS = Path(__file__).parent / "RESULTS.md"
BARE_10, BARE_50 = "bare Bolt, ack only, 10 at once", "bare Bolt, ack only, 50 at once"
SQLITE_10, SQLITE_50 = "answer, SQLite, 10 at once", "answer, SQLite, 50 at once"
SLOW_SLACK = "answer, Web API takes 100 ms, 10 at once"
FULL_ROUND = "answer, round with 100,000 answers, 10 at once"
KPI_LOG, ANSWER_FORM, KPI_FORM = (
    "/kpi log, 10 at once",
    "form: answer changed, 10 at once",
    "form: two KPIs, 10 at once",
)
POSTGRES_10, POSTGRES_50 = "answer, PostgreSQL, 10 at once", "answer, PostgreSQL, 50 at once"
LIBRARIES = (
    "slack-bolt", "slack-sdk", "sqlmodel", "SQLAlchemy", "APScheduler", "uvicorn", "uvloop", "httptools", "aiohttp",
    "psycopg",
)  # fmt: skip

# Why a target is missed, as far as it is known: written by hand after looking, printed only while it is missed.
_WRITE_PATH = (
    "The server's core is busy all the time: it is processor time, not the disk and not Slack. The message that "
    "follows an answer costs 190 µs, Bolt with the listener and its view 210 µs, parsing 60 µs, a commit with its "
    "fsync 250 µs for all that wait together. Without the network, in one process, an answer takes 800 µs: 450 in the "
    "event loop, 245 in the writer, the rest in reading who it is. Threads handing each other the interpreter's lock "
    "cost more than what they do: a signature over the whole body at once took a quarter of the time."
)
_SLOW = (
    "The ratio wanders from run to run (0.94, 0.96, 0.86, 0.94 so far). Where it was measured, in the last two, the "
    "median processor time of each was only 3 and 2 % higher, so that the rest is probably what else the machine "
    "did. No answer waits for Slack."
)
_GROWTH = (
    "What a command may see and whether the same value was logged before is read each time, and each logged value "
    "adds up its KPI's entries of this week and the one before, to say where the week stands, so that it slows down "
    "as a week fills. The form reads the first, and adds nothing up."
)
_IMPORTS = (
    "Of some 1.2 s the project's own 409 modules are 0.3 s, the making of the SQLModel tables 0.14 s; SQLAlchemy's "
    "PostgreSQL dialects (55 ms) are loaded on SQLite too, as the indexes of the tables name them."
)
_VERSION = "Typer imports pydantic (55 ms), and the command line asyncio (30 ms)."
_MEMORY = "The import of `bot.run` alone brings most of it, see the table; what the rest is has not been looked into."


@dataclass(frozen=True, slots=True)
class Target:
    """A comparison of two arms. `of` is compared with `to` by rate or p99; at least (or with `at_most`, at most)
    `wanted`. Without `wanted` it is only told."""

    of: str
    to: str
    wanted: float | None = None
    p99: bool = False
    at_most: bool = False
    known: str = ""


TARGETS = (
    Target(SQLITE_10, BARE_10, 1.2, known=_WRITE_PATH),
    Target(SQLITE_10, BARE_10, 1.5, p99=True, at_most=True, known=_WRITE_PATH),
    Target(SQLITE_50, BARE_50, 1.2, known=_WRITE_PATH),
    Target(SQLITE_50, BARE_50, 1.5, p99=True, at_most=True, known=_WRITE_PATH),
    Target(SLOW_SLACK, SQLITE_10, 0.95, known=_SLOW),
    Target(FULL_ROUND, SQLITE_10, 0.9),
    Target(KPI_LOG, SQLITE_10, 0.5, known=_GROWTH),
    Target(ANSWER_FORM, SQLITE_10, 0.5),
    Target(KPI_FORM, SQLITE_10, 0.5, known=_GROWTH),
    Target(POSTGRES_10, SQLITE_10),
    Target(POSTGRES_50, SQLITE_50),
)


@dataclass(frozen=True, slots=True)
class Missed:
    """A figure that missed its target, and what is known of why."""

    what: str
    known: str


def write(
    samples: Mapping[str, Sequence[Sample]],
    starts: Mapping[str, Start],
    idle: float | None,
    kept: Mapping[str, tuple[int, int]],
    sections: Sequence[Section],
    seconds: float,
    others: float,
) -> None:
    """Writes RESULTS.md anew. `idle` is the running bot's memory in MiB; `kept` the answers acknowledged, and found in
    the database after the bot was killed, by server; `sections` what else was measured; `seconds` how long it all took,
    and `others` the machine's load average of the minute before."""
    lines = [
        "# Results of `make bench`",
        "",
        "Written by the program; how to read it is in [README.md](README.md).",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {_machine()}. {_spread_words(samples)}",
        f"The whole run took {seconds:.0f} s; {others:.1f} other processes wanted a core when it began.",
        "",
        "## Rates and times to the answer",
        "",
        "| what | requests/s (least to most) | p50 ms | p99 ms | processor µs each | follow-ups done after s |",
        "|---|---|---|---|---|---|",
        *(_arm_row(name, some) for name, some in samples.items()),
        "",
        "## Beside each other",
        "",
        "| what | beside | measure | ratio (least to most) | target | |",
        "|---|---|---|---|---|---|",
    ]
    missed: list[Missed] = []
    for target in TARGETS:
        if target.of in samples and target.to in samples:
            lines.append(_target_row(target, samples, missed))
    for section in sections:
        lines += ["", *_section_rows(section, missed)]
    lines += ["", "## Start and memory", "", *_start_rows(starts, idle, missed)]
    lines += ["", "## What is missed, and why", "", *_missed_rows(missed)]
    lines += ["", "## Nothing lost", "", *_kept_rows(kept), ""]
    RESULTS.write_text("\n".join(lines), encoding="utf-8")
    print(f"Written: {RESULTS.relative_to(RESULTS.parent.parent)}")


def _arm_row(name: str, samples: Sequence[Sample]) -> str:
    rates = [sample.rate for sample in samples]
    p50, p99 = (statistics.median(getattr(sample, at) for sample in samples) for at in ("p50", "p99"))
    cpu = statistics.median(sample.cpu for sample in samples)
    afterwards = statistics.median(sample.afterwards for sample in samples)
    used = "–" if math.isnan(cpu) else f"{cpu:,.0f}"
    after = f"{afterwards:.1f}" if afterwards else "–"
    return f"| {name} | {_median(rates, 0)} | {p50:.1f} | {p99:.1f} | {used} | {after} |"


def _target_row(target: Target, samples: Mapping[str, Sequence[Sample]], missed: list[Missed]) -> str:
    """Ratios are made within a round, and the median taken of them: what slows a round down slows both."""
    field = "p99" if target.p99 else "rate"
    pairs = zip(samples[target.of], samples[target.to], strict=True)
    ratios = [getattr(one, field) / getattr(other, field) for one, other in pairs]
    measure = "p99" if target.p99 else "requests/s"
    wish, verdict = _verdict(statistics.median(ratios), target.wanted, target.at_most)
    if verdict == "missed":
        missed.append(_missed(f"{target.of}, {measure}", statistics.median(ratios), wish, target.known))
    return f"| {target.of} | {target.to} | {measure} | {_median(ratios, 2)} | {wish} | {verdict} |"


def _verdict(ratio: float, wanted: float | None, at_most: bool) -> tuple[str, str]:
    if wanted is None:
        return "–", ""
    met = ratio <= wanted if at_most else ratio >= wanted
    return f"{'≤' if at_most else '≥'} {wanted:g}", "met" if met else "missed"


def _missed(what: str, ratio: float, wish: str, known: str) -> Missed:
    return Missed(f"{what}: {ratio:.2f} instead of {wish}", known or "Not looked into yet.")


def _missed_rows(missed: Sequence[Missed]) -> list[str]:
    """What was missed for the same reason stands together."""
    reasons = dict.fromkeys(each.known for each in missed)
    together = {known: "; ".join(each.what for each in missed if each.known == known) for known in reasons}
    return [f"- **{what}**. {known}" for known, what in together.items()] or ["Nothing."]


def _section_rows(section: Section, missed: list[Missed]) -> list[str]:
    rows = [f"## {section.title}", "", *section.lines]
    if section.figures:
        rows += ["", "| what | value (least to most) | target | |", "|---|---|---|---|"]
    for figure in section.figures:
        wish, verdict = _verdict(statistics.median(figure.values), figure.wanted, figure.at_most)
        if verdict == "missed":
            missed.append(_missed(figure.what, statistics.median(figure.values), wish, figure.known))
        rows.append(f"| {figure.what} | {_median(figure.values, 2)} | {wish} | {verdict} |")
    return rows


def _start_rows(starts: Mapping[str, Start], idle: float | None, missed: list[Missed]) -> list[str]:
    floor = starts[startup.FLOOR]
    wanted = {startup.VERSION: 0.15, startup.APP: 1.15, startup.RUN: 1.15}
    rows = [
        f"Beside nothing but the import of the chosen libraries ({', '.join(startup.CHOSEN)}).",
        "",
        "| what | seconds (least to most) | ratio | target | | peak MiB |",
        "|---|---|---|---|---|---|",
    ]
    for name, start in starts.items():
        ratio = statistics.median(one / other for one, other in zip(start.seconds, floor.seconds, strict=True))
        wish, verdict = _verdict(ratio, wanted.get(name), at_most=True)
        if verdict == "missed":
            known = _VERSION if name == startup.VERSION else _IMPORTS
            missed.append(_missed(f"{name}, seconds", ratio, wish, known))
        peak = statistics.median(start.peak)
        rows.append(f"| {name} | {_median(start.seconds, 3)} | {ratio:.2f} | {wish} | {verdict} | {peak:.0f} |")
    if idle is not None:
        ratio = idle / statistics.median(floor.peak)
        wish, verdict = _verdict(ratio, 1.2, at_most=True)
        if verdict == "missed":
            missed.append(_missed("idle memory", ratio, wish, _MEMORY))
        rows += ["", f"A running bot holds {idle:.0f} MiB before its first request: {ratio:.2f} ({wish}: {verdict})."]
    return rows


def _kept_rows(kept: Mapping[str, tuple[int, int]]) -> list[str]:
    """Every acknowledged answer must be there, although each bot was killed without warning at the end."""
    return [
        f"- {name}: {acknowledged} answers were acknowledged, {found} are in the database after `kill -9`."
        + ("" if acknowledged == found else " **This is a fault.**")
        for name, (acknowledged, found) in kept.items()
    ]


def _median(values: Sequence[float], digits: int) -> str:
    return f"{statistics.median(values):,.{digits}f} ({min(values):,.{digits}f} to {max(values):,.{digits}f})"


def _spread_words(samples: Mapping[str, Sequence[Sample]]) -> str:
    rounds = max(len(some) for some in samples.values())
    return f"{rounds} rounds, every other one in reverse order; medians, with the least and the most."


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    pinned = "the server alone on one of them" if can_pin() or _was_pinned() else "shared by everything"
    parts = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{os.cpu_count()} cores ({pinned}), {memory:.0f} GiB, {system}; {parts}"


def _was_pinned() -> bool:
    return hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) < (os.cpu_count() or 1)
