"""The plan of an import: a dry run, which only reads. What a row means is worked out in `understanding`, recording a
plan is in `recording`.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

from bot.domain.entries import Entry
from bot.domain.errors import DomainError, FileRefused
from bot.kpis.importing.columns import is_header, layout_of
from bot.kpis.importing.people import People
from bot.kpis.importing.plans import (
    Detected,
    ImportPlan,
    KpiTotal,
    ParsedLine,
    Stage,
    Tell,
    Wishes,
    quiet,
)
from bot.kpis.importing.understanding import Understanding
from bot.kpis.vocabulary import Vocabulary
from bot.spreadsheets import LARGEST_FILE, Table, read_table
from storage import UnitOfWork


def open_table(source: bytes | Path, vocabulary: Vocabulary, most_bytes: int = LARGEST_FILE) -> Table:
    """The table of KPI entries in a file. DomainErrors as of `read_table`; one too where a file breaks off before any
    head was found."""
    try:
        return read_table(source, partial(is_header, vocabulary=vocabulary), most_bytes)
    except FileRefused as refused:
        first, t = refused.errors[0], vocabulary.t
        raise DomainError("core.file_line", line=str(first.line), problem=t(first.key, **first.values)) from None


def plan_import(
    db: UnitOfWork,
    table: Table,
    vocabulary: Vocabulary,
    today: date,
    wishes: Wishes = Wishes(),  # noqa: B008  it is frozen
    tell: Tell = quiet,
) -> ImportPlan:
    """What a file says and what importing it would do; nothing is stored. A day after `today` is an error, however old
    a day may be. DomainError for a table without a head (`kpis.import.no_header`) or with a column twice, for wishes
    that name nobody, and for tables beyond a limit (`spreadsheets.*`)."""
    layout = layout_of(table.header, vocabulary)
    understanding = Understanding(table, layout, vocabulary, People(db.members.all()), wishes)
    understanding.read(tell)
    detected = understanding.settle(today, tell)
    return _compared(db, understanding, detected, tell)


def _compared(db: UnitOfWork, understood: Understanding, detected: Detected, tell: Tell) -> ImportPlan:
    lines = understood.lines
    tell(Stage.COMPARING, 0, len(lines))
    recorded = db.kpis.by_sources([line.source for line in lines])
    kpis = {kpi.key: kpi for kpi in understood.kpis()}
    sums: defaultdict[str, list[Decimal]] = defaultdict(list)
    for line in lines:
        sums[line.kpi_key].append(line.value)
    return ImportPlan(
        detected=detected,
        lines=tuple(lines),
        errors=tuple(understood.errors[line] for line in sorted(understood.errors)),
        open_numbers=understood.open_numbers,
        totals=tuple(KpiTotal(kpis[key], len(values), sum(values, Decimal(0))) for key, values in sums.items()),
        known=frozenset(recorded),
        changed=tuple(
            line.line for line in lines if line.source in recorded and _content(recorded[line.source]) != _content(line)
        ),
        twins=_twins(db, [line for line in lines if line.source not in recorded]),
        rounded=understood.rounded,
        kpis=kpis,
    )


def _content(each: Entry | ParsedLine) -> tuple[date, str, str, Decimal]:
    return each.on, each.kpi_key, each.member_id, each.value


def _twins(db: UnitOfWork, new: Sequence[ParsedLine]) -> tuple[int, ...]:
    """The lines that say what an entry that counts says already."""
    if not new:
        return ()
    waiting = {_content(line) for line in new}
    first, last = min(line.on for line in new), max(line.on for line in new)
    there = {
        content
        for entry in db.kpis.between(first, last, {line.kpi_key for line in new})
        if (content := _content(entry)) in waiting
    }
    return tuple(line.line for line in new if _content(line) in there)
