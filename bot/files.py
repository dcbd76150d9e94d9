"""Files in and out for the command line: reads the file, finds the workspace, calls the feature, says what happened.
What a line of a file means is the feature's matter.
"""

import asyncio
import csv
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

import yaml

from bot import attributes
from bot.domain.errors import FileRefused, LineError
from bot.i18n import Translator, load
from bot.kpis import transfer
from bot.kpis.vocabulary import Vocabulary
from bot.run import CannotStart, connect_slack, open_storage
from bot.settings import Settings
from bot.surveys.results import exporting, history
from storage import Storage, UnitOfWork

T = TypeVar("T")
LARGEST_FILE = 200_000_000
PROBLEMS_SHOWN = 20


def import_kpis(settings: Settings, file: Path, workspace: str) -> str:
    """Records the entries of a CSV file; a line that says how many. Raises CannotStart with every wrong line, and then
    nothing is stored."""
    texts = load(settings.locale)
    vocabulary = Vocabulary.of(texts, texts.t(settings.locale))
    lines = _lines(file)

    def work(db: UnitOfWork) -> transfer.ImportReport:
        return transfer.import_lines(db, lines, vocabulary, datetime.now(UTC))

    try:
        report = _written(settings, workspace, work)
    except FileRefused as refused:
        raise CannotStart(_problems(file, refused, vocabulary.t)) from None
    return f"{report.read} lines read: {report.added} entries recorded, {report.known} known already."


def export_kpis(settings: Settings, file: Path, workspace: str) -> str:
    """Writes every entry that counts into a CSV file. Raises CannotStart when the file cannot be written."""
    with closing(open_storage(settings, exclusive=False)) as storage:
        team = workspace or _only_workspace(settings, storage)
        rows = storage.read_now(team, lambda db: list(transfer.export_rows(db, date.min, date.max)))
    _write_csv(file, rows)
    return f"{len(rows) - 1} entries written to {file}."


def import_rounds(settings: Settings, file: Path, workspace: str) -> str:
    """Takes over closed rounds from a CSV file. Raises CannotStart with every wrong line; then nothing is stored."""
    lines = _lines(file)
    now = datetime.now(UTC)
    try:
        rows = history.parse_rows(lines, now.date())
        report = _written(settings, workspace, lambda db: history.import_rounds(db, now, rows))
    except FileRefused as refused:
        raise CannotStart(_problems(file, refused, load(settings.locale).t(settings.locale))) from None
    return f"{report.rounds} rounds taken over with {report.answers} answers, {report.skipped} were there already."


def import_attributes(settings: Settings, file: Path, workspace: str) -> str:
    """Takes over what a CSV file says about members. Raises CannotStart with every wrong line; then nothing is
    stored."""
    lines = _lines(file)
    try:
        report = _written(settings, workspace, lambda db: attributes.import_attributes(db, lines))
    except FileRefused as refused:
        raise CannotStart(_problems(file, refused, load(settings.locale).t(settings.locale))) from None
    return f"{report.people} people, with {', '.join(report.names)}. New rounds can be broken down by them."


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


def _write_csv(file: Path, rows: Iterable[Sequence[str]]) -> None:
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
    shown = [line_words(error, t) for error in refused.errors[:PROBLEMS_SHOWN]]
    if len(refused.errors) > PROBLEMS_SHOWN:
        shown.append(f"and {len(refused.errors) - PROBLEMS_SHOWN} more")
    return "\n".join((f"{file} was not imported, nothing was stored:", *(f"  {line}" for line in shown)))
