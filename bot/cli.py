"""The command line. Parses, calls, prints; a wrong setting or a start that fails is one line and exit code 2. Heavy
parts are imported where they are used, so that `denyut --version` loads neither Bolt nor SQLModel.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

from bot import __version__

if TYPE_CHECKING:
    from bot.settings import Settings

T = TypeVar("T")
WRONG = 2

app = typer.Typer(
    name="denyut",
    help="Pulse surveys, eNPS and sales KPIs for your team, right in Slack.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
kpi_app = typer.Typer(help="KPI entries in and out of files.", no_args_is_help=True)
survey_app = typer.Typer(help="Closed rounds of surveys in and out of files.", no_args_is_help=True)
member_app = typer.Typer(help="What is known of members.", no_args_is_help=True)
app.add_typer(kpi_app, name="kpi")
app.add_typer(member_app, name="member")
app.add_typer(survey_app, name="survey")


def main() -> None:
    app()


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.", is_eager=True)] = False,
) -> None:
    if version:
        typer.echo(__version__)
        raise typer.Exit


@app.command(name="version")
def print_version() -> None:
    """Print the version."""
    typer.echo(__version__)


@app.command()
def run(
    http: Annotated[bool, typer.Option("--http", help="Take requests over HTTP.")] = False,
    socket: Annotated[bool, typer.Option("--socket", help="Use Socket Mode.")] = False,
) -> None:
    """Run the bot: Socket Mode when there is an app token, else HTTP."""
    settings = _settings()
    if http and socket:
        _stop("Choose one of --http and --socket.")
    from bot.run import Transport
    from bot.run import run as run_bot

    wish = Transport.HTTP if http else Transport.SOCKET if socket else None
    _async(run_bot(settings, wish, "Denyut is running. Stop it with Ctrl+C."))


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port of the local Slack.")] = 8787,
    http: Annotated[bool, typer.Option("--http", help="Signed HTTP instead of Socket Mode.")] = False,
) -> None:
    """Run the bot against a local Slack in your browser, with a sample company."""
    from bot.demo import demo as run_demo

    _async(run_demo(port, http=http))


@app.command()
def migrate() -> None:
    """Bring the database up to date."""
    settings = _settings()
    from bot.run import open_storage

    _guarded(lambda: open_storage(settings, exclusive=False)).close()
    typer.echo("The database is up to date.")


@app.command()
def tick(
    now: Annotated[str, typer.Option("--now", help="The moment, as ISO 8601 with an offset: 2026-11-30T09:00+07:00")],
) -> None:
    """One pass of the scheduler at a stated moment."""
    settings = _settings()
    try:
        moment = datetime.fromisoformat(now)
    except ValueError:
        _stop(f"--now is not a moment: {now}. Write it like 2026-11-30T09:00+07:00.")
    if moment.tzinfo is None:
        _stop("--now needs an offset: 2026-11-30T09:00+07:00.")
    from bot.run import one_pass

    report = _async(one_pass(settings, moment))
    typer.echo(f"{report}")


@app.command()
def doctor() -> None:
    """Look for what is missing or wrong, and say how to fix it."""
    settings = _settings()
    from bot.doctor import examine

    async def look() -> bool:
        is_well = True
        async for finding in examine(settings):
            typer.echo(
                f"{'ok  ' if finding.is_well else 'FIX '} {finding.what}" + (f". {finding.fix}" if finding.fix else "")
            )
            is_well = is_well and finding.is_well
        return is_well

    if not _async(look()):
        raise typer.Exit(1)


@app.command(name="privacy-check")
def privacy_check(
    log: Annotated[
        list[Path] | None, typer.Option("--log", help="A log file to search as well; may be given again.")
    ] = None,
) -> None:
    """Try to find out who answered what in closed rounds, and say how far that got."""
    settings = _settings()
    from bot.privacy_check.check import examine
    from bot.privacy_check.findings import Verdict

    for path in log or ():
        if not path.is_file():
            _stop(f"There is no log file {path}.")
    is_well = True
    for finding in examine(settings, log or (), Path(".env"), datetime.now(UTC), _progress()):
        typer.echo(f"{finding.verdict.value:<8}{finding.what}" + (f". {finding.fix}" if finding.fix else ""))
        is_well = is_well and finding.verdict is not Verdict.PROBLEM
    if not is_well:
        raise typer.Exit(1)


class DatesWritten(StrEnum):
    """What `--dates` may say."""

    DMY = "dmy"
    MDY = "mdy"


class NumbersWritten(StrEnum):
    """What `--numbers` may say: the sign before the decimals."""

    DOT = "dot"
    COMMA = "comma"


@kpi_app.command(name="import")
def kpi_import(
    file: Annotated[
        Path, typer.Argument(help="CSV or XLSX: date, kpi, value, member, note; or date and a column a KPI")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be recorded.")] = False,
    member: Annotated[str, typer.Option(help="Whose the lines without a member are: a Slack id or a name.")] = "",
    dates: Annotated[DatesWritten | None, typer.Option(help="How 3/4 is meant, where the file does not tell.")] = None,
    numbers: Annotated[
        NumbersWritten | None, typer.Option(help="The sign before decimals, where the file does not tell.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Write what becomes of each line into this CSV file.")] = None,
    workspace: Annotated[str, typer.Option(help="Slack team id; needed when there are several.")] = "",
) -> None:
    """Record KPI entries from a file: all of it, or nothing. Run again it adds nothing."""
    settings = _settings()
    from bot import files
    from bot.kpis.importing.days import DayOrder
    from bot.kpis.importing.numbers import DecimalSign
    from bot.kpis.importing.plans import Wishes

    signs = {NumbersWritten.DOT: DecimalSign.POINT, NumbersWritten.COMMA: DecimalSign.COMMA}
    wishes = Wishes(member, DayOrder(dates) if dates else None, signs[numbers] if numbers else None)
    choice = files.ImportChoice(dry_run, wishes, report)
    typer.echo(_guarded(lambda: files.import_kpis(settings, file, workspace, choice)))


@kpi_app.command(name="export")
def kpi_export(
    file: Annotated[Path, typer.Argument(help="The file to write: .csv or .xlsx")],
    first: Annotated[str, typer.Option("--from", help="The first day, such as 2026-01-01.")] = "",
    last: Annotated[str, typer.Option("--to", help="The last day, such as 2026-12-31.")] = "",
    kpi: Annotated[list[str] | None, typer.Option(help="A KPI; may be given again. None: all.")] = None,
    workspace: Annotated[str, typer.Option(help="Slack team id; needed when there are several.")] = "",
) -> None:
    """Write KPI entries into a file."""
    settings = _settings()
    from bot import files

    days = (_day(first, "--from") or date.min, _day(last, "--to") or date.max)
    choice = files.ExportChoice(*days, tuple(kpi or ()))
    typer.echo(_guarded(lambda: files.export_kpis(settings, file, workspace, choice)))


def _day(text: str, option: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        _stop(f"{option} is not a day: {text}. Write it like 2026-11-30.")


@survey_app.command(name="import")
def survey_import(
    file: Annotated[Path, typer.Argument(help="CSV with survey,channel,closed_on,scale,asked,score,answers")],
    workspace: Annotated[str, typer.Option(help="Slack team id; needed when there are several.")] = "",
) -> None:
    """Take over closed eNPS rounds from elsewhere, as counts of scores."""
    settings = _settings()
    from bot import files

    typer.echo(_guarded(lambda: files.import_rounds(settings, file, workspace)))


@survey_app.command(name="export")
def survey_export(
    to: Annotated[Path, typer.Option(help="The CSV file to write; comments go into another beside it.")],
    surveys: Annotated[list[str] | None, typer.Argument(help="Short names, such as enps-sales. None: all.")] = None,
    workspace: Annotated[str, typer.Option(help="Slack team id; needed when there are several.")] = "",
) -> None:
    """Write what closed rounds showed into a file: what Slack shows, and no names."""
    settings = _settings()
    from bot import files

    typer.echo(_guarded(lambda: files.export_surveys(settings, surveys or [], to, workspace)))


@member_app.command(name="attributes")
def member_attributes(
    file: Annotated[Path, typer.Argument(help="CSV with member and a column for each attribute: department, manager")],
    workspace: Annotated[str, typer.Option(help="Slack team id; needed when there are several.")] = "",
) -> None:
    """Take over what results may be broken down by; replaces what was there under these names."""
    settings = _settings()
    from bot import files

    typer.echo(_guarded(lambda: files.import_attributes(settings, file, workspace)))


def _settings() -> "Settings":
    from bot.logs import configure
    from bot.settings import SettingsError, load

    try:
        settings = load()
    except SettingsError as wrong:
        _stop(str(wrong))
    configure(settings.log_level, settings.log_format)
    return settings


def _progress() -> Callable[[str, int, int], None]:
    """Says on a terminal how far long work is, on one line that the next output replaces."""

    def tell(what: str, done: int, whole: int) -> None:
        if sys.stderr.isatty():
            typer.echo(f"\r\x1b[K{what} ({done} of {whole})\r", nl=False, err=True)

    return tell


def _async(work: Coroutine[Any, Any, T]) -> T:
    from bot.run import CannotStart

    try:
        if sys.platform == "win32":
            return asyncio.run(work)
        import uvloop

        return uvloop.run(work)
    except CannotStart as trouble:
        _stop(str(trouble))


def _guarded(work: Any) -> Any:
    from bot.run import CannotStart

    try:
        return work()
    except CannotStart as trouble:
        _stop(str(trouble))


def _stop(line: str) -> NoReturn:
    typer.echo(f"denyut: {line}", err=True)
    raise typer.Exit(WRONG)
