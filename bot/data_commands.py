"""The commands that take data in and out: KPI entries, rounds of surveys, what is known of members, and the audit log.
What they do is in `bot.files` and `bot.audit_log`.
"""

from datetime import UTC, date, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.terminal import guarded, say, settings_or_stop, stop

kpi_app = typer.Typer(help="KPI entries in and out of files.", no_args_is_help=True)
survey_app = typer.Typer(help="Closed rounds of surveys in and out of files.", no_args_is_help=True)
member_app = typer.Typer(help="What is known of members.", no_args_is_help=True)


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
    settings = settings_or_stop()
    from bot import files
    from bot.kpis.importing.days import DayOrder
    from bot.kpis.importing.numbers import DecimalSign
    from bot.kpis.importing.plans import Wishes

    signs = {NumbersWritten.DOT: DecimalSign.POINT, NumbersWritten.COMMA: DecimalSign.COMMA}
    wishes = Wishes(member, DayOrder(dates) if dates else None, signs[numbers] if numbers else None)
    choice = files.ImportChoice(dry_run, wishes, report)
    say(guarded(lambda: files.import_kpis(settings, file, workspace, choice)))


@kpi_app.command(name="export")
def kpi_export(
    file: Annotated[Path, typer.Argument(help="The file to write: .csv or .xlsx")],
    first: Annotated[str, typer.Option("--from", help="The first day, such as 2026-01-01.")] = "",
    last: Annotated[str, typer.Option("--to", help="The last day, such as 2026-12-31.")] = "",
    kpi: Annotated[list[str] | None, typer.Option(help="A KPI; may be given again. None: all.")] = None,
    workspace: Annotated[str, typer.Option(help="Slack team id; needed when there are several.")] = "",
) -> None:
    """Write KPI entries into a file."""
    settings = settings_or_stop()
    from bot import files

    days = (_day(first, "--from") or date.min, _day(last, "--to") or date.max)
    choice = files.ExportChoice(*days, tuple(kpi or ()))
    say(guarded(lambda: files.export_kpis(settings, file, workspace, choice)))


def _day(text: str, option: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        stop(f"{option} is not a day: {text}. Write it like 2026-11-30.")


@survey_app.command(name="import")
def survey_import(
    file: Annotated[Path, typer.Argument(help="CSV with survey,channel,closed_on,scale,asked,score,answers")],
    workspace: Annotated[str, typer.Option(help="Slack team id; needed when there are several.")] = "",
) -> None:
    """Take over closed eNPS rounds from elsewhere, as counts of scores."""
    settings = settings_or_stop()
    from bot import files

    say(guarded(lambda: files.import_rounds(settings, file, workspace)))


@survey_app.command(name="export")
def survey_export(
    to: Annotated[Path, typer.Option(help="The CSV file to write; comments go into another beside it.")],
    surveys: Annotated[list[str] | None, typer.Argument(help="Short names, such as enps-sales. None: all.")] = None,
    workspace: Annotated[str, typer.Option(help="Slack team id; needed when there are several.")] = "",
) -> None:
    """Write what closed rounds showed into a file: what Slack shows, and no names."""
    settings = settings_or_stop()
    from bot import files

    say(guarded(lambda: files.export_surveys(settings, surveys or [], to, workspace)))


@member_app.command(name="attributes")
def member_attributes(
    file: Annotated[Path, typer.Argument(help="CSV with member and a column for each attribute: department, manager")],
    workspace: Annotated[str, typer.Option(help="Slack team id; needed when there are several.")] = "",
) -> None:
    """Take over what results may be broken down by; replaces what was there under these names."""
    settings = settings_or_stop()
    from bot import files

    say(guarded(lambda: files.import_attributes(settings, file, workspace)))


@member_app.command(name="export")
def member_export(
    member: Annotated[str, typer.Argument(help="The Slack id of the person, U….")],
    out: Annotated[Path | None, typer.Option(help="Write to this file instead of the terminal.")] = None,
    workspace: Annotated[str, typer.Option(help="The Slack id of the workspace, T….")] = "",
) -> None:
    """Write everything that is stored of one member, as JSON."""
    from bot import files

    settings = settings_or_stop()
    text = guarded(lambda: files.export_member(settings, member, workspace))
    if out is None:
        typer.echo(text)
    else:
        guarded(lambda: files.write_text(out, text))


@member_app.command(name="erase")
def member_erase(
    member: Annotated[str, typer.Argument(help="The Slack id of the person, U….")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    workspace: Annotated[str, typer.Option(help="The Slack id of the workspace, T….")] = "",
) -> None:
    """Erase everything that is stored of one member, for good. Values stay with the team, without a name."""
    from bot import files

    settings = settings_or_stop()
    if not yes:
        typer.confirm(f"Erase everything that is stored of {member}? There is no way back.", abort=True)
    say(guarded(lambda: files.erase_member(settings, member, workspace)))


def audit(
    since: Annotated[str, typer.Option(help="Only from this day on (UTC), such as 2026-11-01.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="As a JSON list, for other programs.")] = False,
    workspace: Annotated[str, typer.Option(help="The Slack id of the workspace, T…. None: all.")] = "",
) -> None:
    """Show what people with special rights did, the newest first."""
    settings = settings_or_stop()
    from bot.audit_log import read_log

    day = _day(since, "--since")
    begins = datetime.combine(day, time(), UTC) if day else None
    say(guarded(lambda: read_log(settings, workspace, begins, as_json=as_json)))
