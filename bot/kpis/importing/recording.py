"""Recording the plan of an import: all of its entries or none. How a plan comes about is in `planning`, who hears of it
in `telling`.

SQLite has one writer, so that a hundred thousand entries in one transaction would keep everybody else waiting for
seconds. They are staged a piece at a time, each in a transaction of its own, and then published at once.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from bot.domain.entries import Entry
from bot.domain.errors import DomainError, FileRefused, LineError
from bot.kpis.importing.plans import ImportPlan, ImportReport, OpenNumbers, ParsedLine, Stage, Tell, quiet
from bot.kpis.importing.telling import Brought, tell_and_turn
from bot.kpis.outcomes import IMPORTED
from storage import Storage, UnitOfWork, new_id

T = TypeVar("T")
PIECE = 1_000
"""Entries in one transaction: some hundredths of a second."""
ABANDONED = timedelta(minutes=10)
"""What has been staged for so long belongs to an import that broke off."""


def record(
    storage: Storage,
    workspace_id: str,
    plan: ImportPlan,
    now: datetime,
    publish: Callable[[UnitOfWork, Brought], T],
    by: str = IMPORTED,
    tell: Tell = quiet,
) -> T:
    """Record a plan, in this thread: bring in its new entries, then run `publish`, which ends in `import_plan` with the
    same `now` and `by`, with what was brought in, and with the moment at which it runs. Where that refuses nothing is
    left. Errors as of `import_plan`."""
    check_ready(plan)
    for who, at in storage.read_now(workspace_id, lambda db: db.kpis.staged(now - ABANDONED)):
        _drop(storage, workspace_id, who, at)
    is_published = False
    try:
        for count, piece in _pieces(plan, now, by):
            storage.write_now(workspace_id, partial(_stage, piece))
            tell(Stage.RECORDING, count, plan.added)
        done = storage.write_now(workspace_id, partial(_publish, publish, Brought.by(plan.new)))
        is_published = True
    finally:
        if not is_published:
            _drop(storage, workspace_id, by, now)
    return done


def _drop(storage: Storage, workspace_id: str, by: str, at: datetime) -> None:
    while storage.write_now(workspace_id, lambda db: db.kpis.drop_staged(by, at)):
        pass


def _publish(publish: Callable[[UnitOfWork, Brought], T], brought: Brought, db: UnitOfWork) -> T:
    return publish(db, brought)


def _stage(entries: list[Entry], db: UnitOfWork) -> None:
    db.kpis.stage(entries)


def import_plan(
    db: UnitOfWork,
    plan: ImportPlan,
    now: datetime,
    by: str = IMPORTED,
    key: str = "",
    brought: Brought | None = None,
    counts_from: datetime | None = None,
) -> ImportReport:
    """Let the entries of a plan count: all of them, in this transaction. Unless `record` has `brought` them in, that is
    done here too. They are logged at `counts_from`, the moment of this transaction (UTC; `now` where none is said): a
    summary that was posted while they were brought in had nothing of them. Entries recorded before, also since the plan
    was made, are left as they are. Messages that ask for such a value turn into what became of it, and the people whose
    numbers came are told, once for each `key`.

    FileRefused where the plan has errors or open numbers, DomainErrors `kpis.define.computed_meanwhile`, and
    `kpi_files.at_once` where another import is just bringing in some of the same; nothing is stored then.
    """
    check_ready(plan)
    if brought is None:
        brought = Brought.by(plan.new)
        for _, piece in _pieces(plan, now, by):
            db.kpis.stage(piece)
    counts_from = max(now, counts_from or now)  # never before it began, whatever became of the clock
    added = db.kpis.publish(by, now, brought.days.keys(), counts_from)
    if added < plan.added:
        brought = _own(db, plan, counts_from, by)
    if added:
        tell_and_turn(db, brought, now, by, key or new_id())
    return ImportReport(len(plan.lines), added, len(plan.lines) - added)


def _own(db: UnitOfWork, plan: ImportPlan, counts_from: datetime, by: str) -> Brought:
    """What those new lines brought that were recorded here, where others have recorded some since the plan was
    made."""
    there = db.kpis.by_sources([line.source for line in plan.new])
    if len(there) < plan.added:
        raise DomainError("kpi_files.at_once")
    here = {source for source, entry in there.items() if (entry.logged_by, entry.logged_at) == (by, counts_from)}
    return Brought.by([line for line in plan.new if line.source in here])


def check_ready(plan: ImportPlan) -> None:
    """FileRefused for a plan that cannot be recorded."""
    if not plan.is_ready:
        raise FileRefused([*plan.errors, *([_open_error(plan.open_numbers)] if plan.open_numbers else [])])


def _open_error(found: OpenNumbers) -> LineError:
    values = {"text": found.text, "point": found.point, "comma": found.comma}
    return LineError(found.line, "kpi_files.open_number", values)


def _pieces(plan: ImportPlan, now: datetime, by: str) -> Iterator[tuple[int, list[Entry]]]:
    """The new entries of a plan, a piece at a time, and how many they are up to there."""
    # in the order of the index of totals, so that publishing them goes through it once
    lines = sorted(plan.new, key=lambda line: (line.kpi_key, line.on))
    # of two values of one day the latest counts, and entries of one moment are told apart by their ids
    ids = sorted(new_id() for _ in lines)
    for start in range(0, len(lines), PIECE):
        piece = list(zip(ids[start : start + PIECE], lines[start : start + PIECE], strict=True))
        yield start + len(piece), [_entry(entry_id, line, now, by) for entry_id, line in piece]


def _entry(entry_id: str, line: ParsedLine, now: datetime, by: str) -> Entry:
    return Entry(entry_id, line.kpi_key, line.member_id, line.value, line.on, by, now, line.source, line.note)
