"""The command line. Parses, calls, prints; a wrong setting or a start that fails is one line and exit code 2, or 75
where Slack or the database is away. Heavy parts are imported where they are used, so that `denyut --help` loads neither
Bolt nor SQLModel.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot import __version__
from bot.data_commands import audit, kpi_app, member_app, survey_app
from bot.terminal import guarded, progress, run_async, say, settings_or_stop, stop

app = typer.Typer(
    name="denyut",
    help="Pulse surveys, eNPS and sales KPIs for your team, right in Slack.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(kpi_app, name="kpi")
app.add_typer(member_app, name="member")
app.add_typer(survey_app, name="survey")
app.command(name="audit")(audit)


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
    settings = settings_or_stop()
    if http and socket:
        stop("Choose one of --http and --socket.")
    from bot.run import Transport
    from bot.run import run as run_bot

    wish = Transport.HTTP if http else Transport.SOCKET if socket else None
    run_async(run_bot(settings, wish, "Denyut is running. Stop it with Ctrl+C."))


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port of the local Slack.")] = 8787,
    http: Annotated[bool, typer.Option("--http", help="Signed HTTP instead of Socket Mode.")] = False,
) -> None:
    """Run the bot against a local Slack in your browser, with a sample company."""
    from bot.demo import demo as run_demo

    run_async(run_demo(port, http=http))


@app.command()
def migrate() -> None:
    """Bring the database up to date."""
    settings = settings_or_stop()
    from bot.run import open_storage

    guarded(lambda: open_storage(settings, exclusive=False)).close()
    typer.echo("The database is up to date.")


@app.command()
def tick(
    now: Annotated[str, typer.Option("--now", help="The moment, as ISO 8601 with an offset: 2026-11-30T09:00+07:00")],
) -> None:
    """One pass of the scheduler at a stated moment. The exit code is 1 when a part of it failed."""
    settings = settings_or_stop()
    try:
        moment = datetime.fromisoformat(now)
    except ValueError:
        stop(f"--now is not a moment: {now}. Write it like 2026-11-30T09:00+07:00.")
    if moment.tzinfo is None:
        stop("--now needs an offset: 2026-11-30T09:00+07:00.")
    from bot.run import one_pass

    report = run_async(one_pass(settings, moment))
    typer.echo(f"{report}")
    if report.failures:
        raise typer.Exit(1)


def _with_fix(what: str, fix: str) -> str:
    """What was found and what to do about it, as sentences on one line."""
    return f"{what.removesuffix('.')}. {fix}" if fix else what


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="As a JSON list, for other programs.")] = False,
    repair: Annotated[bool, typer.Option("--repair", help="Make totals of KPIs that are wrong anew.")] = False,
) -> None:
    """Look for what is missing or wrong, and say how to fix it. The exit code is 1 when something is."""
    settings = settings_or_stop()
    from bot.doctor import examine

    async def look() -> bool:
        is_well = True
        found = []
        async for finding in examine(settings, repair=repair):
            is_well = is_well and finding.is_well
            if as_json:
                found.append({"ok": finding.is_well, "what": finding.what, "fix": finding.fix})
                continue
            typer.echo(f"{'ok  ' if finding.is_well else 'FIX '} {_with_fix(finding.what, finding.fix)}")
        if as_json:
            typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return is_well

    if not run_async(look()):
        raise typer.Exit(1)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write, such as denyut-2026-11-30.zip")],
) -> None:
    """Write everything that is stored into one file, while the bot runs. It fits either kind of database; the keys of
    open rounds are not in it."""
    settings = settings_or_stop()
    from bot.audit_log import note_if_possible
    from bot.clock import now_by
    from bot.domain.audit import Deed
    from storage.backups import back_up

    now = run_async(now_by(settings.clock_url))
    made = guarded(lambda: back_up(settings.database_url, file, __version__, now, progress()))
    unnoted = note_if_possible(settings, now, Deed.BACKUP_MADE, file=file.name)
    typer.echo(f"{file}: {made.rows} rows in {len(made.tables)} tables, as of {made.made_at:%Y-%m-%d %H:%M:%S} UTC.")
    _say_unnoted(unnoted)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that denyut backup wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Put it in the place of what the database holds now.")] = False,
) -> None:
    """Put a backup into the database, all of it or nothing. Stop the bot before."""
    settings = settings_or_stop()
    from bot.audit_log import note_if_possible
    from bot.clock import now_by
    from bot.domain.audit import Deed
    from storage.restoring import restore as put_back

    now = run_async(now_by(settings.clock_url))
    back = guarded(lambda: put_back(settings.database_url, settings.data_dir, file, now, progress(), force=force))
    of_then = {"file": file.name, "made_at": back.backup.made_at.isoformat()}
    unnoted = note_if_possible(settings, now, Deed.BACKUP_RESTORED, **of_then)
    made_at = f"{back.backup.made_at:%Y-%m-%d %H:%M:%S} UTC"
    typer.echo(f"{back.backup.rows} rows are back, compared one by one, as of {made_at}.")
    if back.unclear:
        typer.echo(f"Messages that may have been sent since, and are looked up in Slack first: {back.unclear}.")
    if back.skipped or back.given_up:
        typer.echo(
            f"Dates of schedules skipped, as they passed since: {back.skipped}; launches given up: {back.given_up}."
        )
    for workspace_id, round_id in back.without_key:
        typer.echo(
            f"The round {round_id} in {workspace_id} is open, and its key is not here: nobody can answer any more."
        )
        typer.echo("Close it with /pulse close, and ask again.")
    _say_unnoted(unnoted)


def _say_unnoted(reason: str) -> None:
    if reason:
        say(f"denyut: It is done, but could not be written into the audit log: {reason}", is_error=True)


@app.command(name="privacy-check")
def privacy_check(
    log: Annotated[
        list[Path] | None, typer.Option("--log", help="A log file to search as well; may be given again.")
    ] = None,
) -> None:
    """Try to find out who answered what in closed rounds, and say how far that got."""
    settings = settings_or_stop()
    from bot.privacy_check.check import examine
    from bot.privacy_check.findings import Verdict

    for path in log or ():
        if not path.is_file():
            stop(f"There is no log file {path}.")

    def look() -> bool:
        is_well = True
        for finding in examine(settings, log or (), Path(".env"), datetime.now(UTC), progress()):
            typer.echo(f"{finding.verdict.value:<8}{_with_fix(finding.what, finding.fix)}")
            is_well = is_well and finding.verdict is not Verdict.PROBLEM
        return is_well

    if not guarded(look):
        raise typer.Exit(1)
