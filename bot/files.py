"""Files in and out for the command line: reads the file, finds the workspace, calls the feature, says what happened.
What a line of a file means is the feature's matter.
"""

import asyncio
import csv
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeVar

import yaml

from bot import attributes
from bot.audit_log import noted
from bot.domain.audit import OPERATOR, Deed
from bot.domain.errors import DomainError, FileRefused, LineError
from bot.i18n import Translator, load
from bot.kpis.exporting import export_table
from bot.kpis.importing.planning import open_table, plan_import
from bot.kpis.importing.plans import ImportPlan, ImportReport, Stage, Tell, Wishes
from bot.kpis.importing.recording import import_plan, record
from bot.kpis.importing.telling import Brought
from bot.kpis.importing.wording import REPORT_COLUMNS, found_lines, open_numbers_line, plan_lines, report_rows
from bot.kpis.vocabulary import Vocabulary
from bot.privacy.service import export_member as export_member_data
from bot.run import CannotStart, connect_slack, open_storage
from bot.settings import Settings
from bot.spreadsheets import LARGEST_FILE, TableKind
from bot.spreadsheets.writing import guarded
from bot.surveys.results import exporting, history
from storage import Storage, UnitOfWork

T = TypeVar("T")
PROBLEMS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ImportChoice:
    """What is asked of an import: to only try it, what the person says of the file, and where to write what becomes of
    each line."""

    dry_run: bool = False
    wishes: Wishes = field(default_factory=Wishes)
    report: Path | None = None


def import_kpis(
    settings: Settings,
    file: Path,
    workspace: str,
    choice: ImportChoice | None = None,
    now: datetime | None = None,
) -> str:
    """Records the entries of a CSV or XLSX file; says how the file was understood and what was done. They count from
    `now` (aware; by default this moment) on. Raises CannotStart with every wrong line, and then nothing is stored."""
    choice, counts_from = choice or ImportChoice(), now
    now = now or datetime.now(UTC)
    t = load(settings.locale).t(settings.locale)
    with closing(open_storage(settings, exclusive=False)) as storage, _progress() as tell:
        team = workspace or _only_workspace(settings, storage)
        plan = storage.read_now(team, lambda db: _plan(db, settings, file, choice.wishes, tell))
        if choice.report is not None:
            _write_csv(choice.report, [REPORT_COLUMNS, *(map(guarded, row) for row in report_rows(plan, t))])
        found = [f"{line}." for line in found_lines(plan.detected, t)]
        if not plan.is_ready:
            raise CannotStart(_not_imported(file, [*found, *_plan_problems(plan, t, choice)]))
        said = [*found, *(f"{line}." for line in plan_lines(plan, t, settings.currency))]
        if choice.dry_run:
            return "\n".join((*said, "This was a dry run: nothing was stored."))
        try:
            report = record(
                storage,
                team,
                plan,
                now,
                lambda db, own: _recorded(db, plan, now, counts_from, own, file.name),
                tell=tell,
            )
        except DomainError as refusal:
            raise CannotStart(_not_imported(file, [f"{t(refusal.key, **refusal.values)}."])) from None
    return "\n".join((*said, f"{report.added} entries recorded, {report.known} known already."))


def _recorded(
    db: UnitOfWork, plan: ImportPlan, now: datetime, counts_from: datetime | None, brought: Brought, name: str
) -> ImportReport:
    report = import_plan(db, plan, now, brought=brought, counts_from=counts_from or datetime.now(UTC))
    if report.added:
        noted(db, now, Deed.VALUES_IMPORTED, count=str(report.added), file=name)
    return report


def _plan(db: UnitOfWork, settings: Settings, file: Path, wishes: Wishes, tell: Tell) -> ImportPlan:
    texts = load(settings.locale)
    t = texts.t(settings.locale)
    vocabulary = Vocabulary.of(texts, t, db.catalogue.read(), settings.currency)
    try:
        with open_table(file, vocabulary) as table:
            return plan_import(db, table, vocabulary, _latest_today(settings), wishes, tell)
    except DomainError as refusal:
        raise CannotStart(_not_imported(file, [f"{t(refusal.key, **refusal.values)}."])) from None
    except OSError as trouble:
        raise CannotStart(f"{file} cannot be read: {trouble.strerror}.") from trouble


def _latest_today(settings: Settings) -> date:
    """The day it is where the day begins first (UTC+14): whoever logged a value, it was not later for them. Under the
    playground's clock every day may have come."""
    return date.max if settings.clock_url else (datetime.now(UTC) + timedelta(hours=14)).date()


def _plan_problems(plan: ImportPlan, t: Translator, choice: ImportChoice) -> list[str]:
    said = []
    if plan.open_numbers:
        said.append(f"{open_numbers_line(plan.open_numbers, t)} (--numbers dot, --numbers comma).")
    said += _first_problems(plan.errors, t)
    if len(plan.errors) > PROBLEMS_SHOWN and choice.report is None:
        said.append("(--report FILE.csv writes all of them)")
    return said


@contextmanager
def _progress() -> Iterator[Tell]:
    """Shows on a terminal how far long work is."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:,.0f}"), TimeElapsedColumn())
    tasks: dict[Stage, TaskID] = {}
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:

        def tell(stage: Stage, done: int, whole: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage.value, total=None)
            bar.update(tasks[stage], completed=done, total=whole or None)

        yield tell


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """Which entries are asked for: by day, both ends included, and by the names of KPIs (none: all)."""

    first: date = date.min
    last: date = date.max
    kpis: tuple[str, ...] = ()


def export_kpis(settings: Settings, file: Path, workspace: str, choice: ExportChoice | None = None) -> str:
    """Writes entries that count into a CSV or XLSX file, by its name. A file that is there is replaced once the new one
    is whole. Raises CannotStart for a KPI there is not, and when the file cannot be written."""
    choice = choice or ExportChoice()
    kind = TableKind.XLSX if file.suffix.lower() == ".xlsx" else TableKind.CSV
    if not file.name or file.is_dir():
        raise CannotStart(f"{file} is a folder: name the file to write, such as entries.csv.")
    part = file.with_name(f".{file.name}.part")
    try:
        with closing(open_storage(settings, exclusive=False)) as storage, part.open("wb") as out:
            team = workspace or _only_workspace(settings, storage)
            count = storage.read_now(team, lambda db: _export(db, settings, out, kind, choice))
            storage.write_now(team, lambda db: noted(db, datetime.now(UTC), Deed.VALUES_EXPORTED, count=str(count)))
        part.replace(file)
    except OSError as trouble:
        raise CannotStart(f"{file} cannot be written: {trouble.strerror}.") from trouble
    finally:
        with suppress(OSError):  # what a disk that is read-only does not have it cannot remove
            part.unlink(missing_ok=True)
    return f"{count} entries written to {file}."


def _export(db: UnitOfWork, settings: Settings, out: BinaryIO, kind: TableKind, choice: ExportChoice) -> int:
    texts = load(settings.locale)
    vocabulary = Vocabulary.of(texts, texts.t(settings.locale), db.catalogue.read())
    wanted = {name: vocabulary.exactly(name) for name in choice.kpis}
    unknown = [name for name, kpi in wanted.items() if kpi is None]
    if unknown:
        raise CannotStart(f"There is no KPI {', '.join(unknown)}.")
    keys = [kpi.key for kpi in wanted.values() if kpi is not None] or None
    return export_table(db, out, kind, choice.first, choice.last, keys)


def import_rounds(settings: Settings, file: Path, workspace: str, now: datetime | None = None) -> str:
    """Takes over rounds that closed until `now` (aware; by default this moment) from a CSV file. Raises CannotStart
    with every wrong line; then nothing is stored."""
    lines, now = _lines(file), now or datetime.now(UTC)
    try:
        rows = history.parse_rows(lines, now.date())
        report = _written(settings, workspace, lambda db: _taken_over(db, now, rows))
    except FileRefused as refused:
        raise CannotStart(_problems(file, refused, load(settings.locale).t(settings.locale))) from None
    return f"{report.rounds} rounds taken over with {report.answers} answers, {report.skipped} were there already."


def _taken_over(db: UnitOfWork, now: datetime, rows: Sequence[history.HistoryRow]) -> history.ImportReport:
    report = history.import_rounds(db, now, rows)
    noted(db, now, Deed.SURVEY_IMPORTED, count=str(report.rounds))
    return report


def import_attributes(settings: Settings, file: Path, workspace: str) -> str:
    """Takes over what a CSV file says about members. Raises CannotStart with every wrong line; then nothing is
    stored."""
    lines = _lines(file)
    try:
        report = _written(settings, workspace, lambda db: _attributed(db, lines))
    except FileRefused as refused:
        raise CannotStart(_problems(file, refused, load(settings.locale).t(settings.locale))) from None
    return f"{report.people} people, with {', '.join(report.names)}. New rounds can be broken down by them."


def _attributed(db: UnitOfWork, lines: Sequence[str]) -> attributes.ImportReport:
    report = attributes.import_attributes(db, lines)
    noted(db, datetime.now(UTC), Deed.ATTRIBUTES_IMPORTED, count=str(report.people), names=", ".join(report.names))
    return report


def export_member(settings: Settings, member_id: str, workspace: str) -> str:
    """Everything that is stored of one member, as JSON. Raises CannotStart for somebody nobody has heard of."""
    with closing(open_storage(settings, exclusive=False)) as storage:
        team = _workspace_of(settings, storage, member_id, workspace)
        now = datetime.now(UTC)
        data = storage.read_now(team, lambda db: export_member_data(db, member_id, now))
        storage.write_now(team, lambda db: noted(db, now, Deed.MEMBER_EXPORTED, member_id))
    return data.decode()


def erase_member(settings: Settings, member_id: str, workspace: str) -> str:
    """Erases everything that is stored of one member, and says so. Raises CannotStart for somebody nobody has heard
    of."""
    with closing(open_storage(settings, exclusive=False)) as storage:
        team = _workspace_of(settings, storage, member_id, workspace)
        storage.erase_now(team, member_id, datetime.now(UTC), by=OPERATOR)
    return f"Erased: nothing here names {member_id} any more. Messages in Slack itself stay there."


def _workspace_of(settings: Settings, storage: Storage, member_id: str, workspace: str) -> str:
    team = workspace or _only_workspace(settings, storage)
    if not storage.read_now(team, lambda db: db.members.get(member_id) or db.privacy.stored(member_id)):
        raise CannotStart(f"Nobody here is {member_id}. A Slack id, such as U012AB3CD, stands in the person's profile.")
    return team


def export_surveys(settings: Settings, handles: Collection[str], file: Path, workspace: str) -> str:
    """Writes what closed rounds showed into a CSV file, and comments, if any may be shown, into another beside it.
    Raises CannotStart for a survey there is not, and when a file cannot be written."""
    wanted = [each.strip().casefold() for each in handles]
    t = load(settings.locale).t(settings.locale)
    with closing(open_storage(settings, exclusive=False)) as storage:
        team = workspace or _only_workspace(settings, storage)
        missing = storage.read_now(team, lambda db: exporting.unknown(db, wanted))
        if missing:
            raise CannotStart(f"There is no survey {', '.join(missing)}.")
        rows = storage.read_now(team, lambda db: list(exporting.export_lines(db, t, wanted)))
        comments = storage.read_now(team, lambda db: list(exporting.export_comments(db, t, wanted)))
        storage.write_now(team, lambda db: noted(db, datetime.now(UTC), Deed.SURVEY_EXPORTED, names=", ".join(wanted)))
    _write_csv(file, rows)
    said = f"{len(rows) - 1} lines written to {file}"
    if len(comments) == 1:
        return f"{said}."
    beside = file.with_name(f"{file.stem}-comments{file.suffix or '.csv'}")
    _write_csv(beside, comments)
    return f"{said}, {len(comments) - 1} comments to {beside}."


def workspace_of(file: Path) -> str:
    """The team id of a workspace file of the playground."""
    return str(yaml.safe_load(file.read_text(encoding="utf-8"))["team"]["id"])


def _written(settings: Settings, workspace: str, work: Callable[[UnitOfWork], T]) -> T:
    with closing(open_storage(settings, exclusive=False)) as storage:
        return storage.write_now(workspace or _only_workspace(settings, storage), work)


def _only_workspace(settings: Settings, storage: Storage) -> str:
    """The workspace that is meant when none is named: the only one known here, else the bot token's."""
    known = storage.workspaces_now()
    if len(known) > 1:
        raise CannotStart(f"There are several workspaces: say which with --workspace ({', '.join(known)}).")
    return known[0] if known else asyncio.run(_token_workspace(settings))


async def _token_workspace(settings: Settings) -> str:
    slack = await connect_slack(settings)
    try:
        return slack.identity.team_id
    finally:
        await slack.close()


def write_text(file: Path, text: str) -> None:
    """Writes into a file that only this user may read where it is new. Raises CannotStart when it cannot be written."""
    try:
        with open(file, "w", encoding="utf-8", opener=partial(os.open, mode=0o600)) as out:
            out.write(text)
    except OSError as trouble:
        raise CannotStart(f"{file} cannot be written: {trouble.strerror}.") from trouble


def _write_csv(file: Path, rows: Iterable[Iterable[str]]) -> None:
    try:
        with file.open("w", newline="", encoding="utf-8") as out:
            csv.writer(out).writerows(rows)
    except OSError as trouble:
        raise CannotStart(f"{file} cannot be written: {trouble.strerror}.") from trouble


def _lines(file: Path) -> list[str]:
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise CannotStart(f"{file} is larger than {LARGEST_FILE // 1_000_000} MB. Split it.")
        with file.open(newline="", encoding="utf-8-sig") as text:
            return list(text)
    except OSError as trouble:
        raise CannotStart(f"{file} cannot be read: {trouble.strerror}.") from trouble
    except UnicodeDecodeError:
        raise CannotStart(f"{file} is not UTF-8 text. Save it as CSV UTF-8.") from None


def line_words(error: LineError, t: Translator) -> str:
    """ "line 3: “x” is not a KPI" """
    return t("core.file_line", line=str(error.line), problem=t(error.key, **error.values))


def _problems(file: Path, refused: FileRefused, t: Translator) -> str:
    return _not_imported(file, _first_problems(refused.errors, t))


def _first_problems(errors: Sequence[LineError], t: Translator) -> list[str]:
    shown = [line_words(error, t) for error in errors[:PROBLEMS_SHOWN]]
    if len(errors) > PROBLEMS_SHOWN:
        shown.append(f"and {len(errors) - PROBLEMS_SHOWN} more")
    return shown


def _not_imported(file: Path, why: Sequence[str]) -> str:
    return "\n".join((f"{file} was not imported, nothing was stored:", *(f"  {line}" for line in why)))
