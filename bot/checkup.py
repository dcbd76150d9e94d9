"""What `denyut doctor` finds on the host and in the database, each with what to do about it. What it finds in the
settings and at Slack, and the order of it all, is in `bot.doctor`. Totals that are wrong can be made anew here.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, partial
from zoneinfo import ZoneInfo

from bot.domain.deliveries import DeliveryState
from bot.domain.installations import Installation
from bot.domain.schedules import Schedule, ScheduleKind, next_due
from bot.settings import Settings, env_name
from bot.vault import CannotOpenToken, Vault
from storage import CannotOpen, Storage, UnitOfWork
from storage.checkups import Checkup, look_over

LATE = timedelta(hours=1)
AHEAD = timedelta(days=2)
"""So far beyond now only a wrong clock decides dates; what is nearer is over before anybody has read of it."""
FAILURES_OF = timedelta(days=7)
MOST_FAILURES = 1000
SEAL_TAKES = timedelta(hours=1)
MEGABYTE = 1_000_000
LEAST_FREE, TIMES_THE_DATABASE = 500 * MEGABYTE, 2
"""A seal makes the SQLite file anew: that takes its size once more, and once again in the journal."""
LARGEST_JOURNAL = 256 * MEGABYTE

WAY_TO_THE_DATABASE = "See that it is up and whole, and that DATABASE_URL and DENYUT_DATA_DIR are those of the bot."
_RESTART = "Is the bot running? Start it (denyut run), and look in its log for action=job_failed."
_INVITE = "Type in that channel: /invite @Denyut"
_REINSTALL = "Paste manifest.yml into your Slack app and reinstall it, then copy the bot token again."
_REPORT = "Look in the log for action=render_failed or delivery_error, and report it with the reference."
_CLOCK = "A clock was ahead once. See that it is right now; then, in Slack, {anew}, so that it has new dates."
_ANEW = {
    ScheduleKind.SURVEY: "take its days away with /pulse edit, save, and give them back",
    ScheduleKind.SUMMARY: "stop it and set it up again (/kpi summary)",
    ScheduleKind.CHECKIN: "stop it and set it up again (/checkin team)",
    ScheduleKind.ONE_ON_ONE: "have one of the two end it and begin it again (/checkin 1on1)",
    ScheduleKind.KPI: "give the KPI another day or rhythm on which it is asked (/kpi define)",
}
"""How a schedule gets dates that are not decided yet."""
FIXES = {
    "not_in_channel": _INVITE,
    "channel_not_found": _INVITE,
    "is_archived": "Unarchive the channel, or stop what is posted there.",
    "missing_scope": _REINSTALL,
    "not_allowed_token_type": _REINSTALL,
    "invalid_auth": _REINSTALL,
    "account_inactive": _REINSTALL,
    "token_revoked": _REINSTALL,
    "token_expired": _REINSTALL,
    "restricted_action": "Ask a workspace admin to let the app post in that channel.",
    "user_not_found": "Nothing, if the person has left; else check the person's account.",
    "unclear": "Look in the channel whether it is there; if not, send it again with the command it came from.",
    "not_taken": "See status.slack.com; if the message is still needed, send it again with the command it came from.",
}
"""By Slack's word for why, or the part of the error before the colon."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `fix` says what to do when it is not well."""

    is_well: bool
    what: str
    fix: str = ""


def of_settings(settings: Settings) -> Iterator[Finding]:
    """Whether the country of the holidays is one that is known."""
    import holidays  # takes a while to load

    if settings.country in holidays.list_supported_countries():
        yield Finding(True, f"The public holidays of {settings.country} are known")
    else:
        yield Finding(
            False,
            f"No public holidays are known of {settings.country}: only weekends are days off",
            f"Set {env_name('country')} to a country by its two letters, such as ID, or live with it.",
        )


def of_many(settings: Settings) -> Iterator[Finding]:
    """Whether workspaces can install the app themselves."""
    yield Finding(True, "Many workspaces: SLACK_CLIENT_ID is set, and no bot token")
    if not settings.slack_client_secret:
        yield Finding(False, "SLACK_CLIENT_SECRET is not set", "Copy it from Basic Information of your Slack app.")
    if not settings.secret_key:
        fix = "Make a key with: openssl rand -hex 32. Keep it outside the database and its backups."
        yield Finding(False, f"{env_name('secret_key')} is not set: no token can be stored or opened", fix)
    if not settings.slack_signing_secret and not settings.is_http_asked_for:
        fix = "Set SLACK_SIGNING_SECRET, or DENYUT_HTTP_PORT beside Socket Mode."
        yield Finding(False, "Nobody can add Denyut to Slack: there is no way back over HTTP", fix)


def of_installations(settings: Settings, installations: Sequence[Installation]) -> Iterator[Finding]:
    """How many workspaces there are, and whether their tokens open."""
    live = [each for each in installations if each.ended_at is None]
    workspaces = sum(not each.is_org_wide for each in live)
    yield Finding(True, f"Denyut is in {workspaces} workspaces; {len(installations) - len(live)} have removed it")
    if not settings.secret_key:
        return
    vault = Vault.of(settings.secret_key.get_secret_value())
    for each in live:
        if not each.sealed_token:
            continue
        try:
            vault.open(each.sealed_token, each.workspace_id)
        except CannotOpenToken as trouble:
            fix = "Put the earlier key behind the present one, after a comma, or have Denyut added anew there."
            yield Finding(False, f"{str(trouble)[0].upper()}{str(trouble)[1:]}", fix)


def of_disk(settings: Settings, size: int) -> Iterator[Finding]:
    """Whether the database takes a write, and has the room it needs. `size` is the database's, in bytes."""
    try:
        seen = look_over(settings.database_url, settings.data_dir)
    except CannotOpen as trouble:
        yield Finding(False, str(trouble), WAY_TO_THE_DATABASE)
        return
    yield _writing(seen)
    if seen.free is not None:
        needed = LEAST_FREE + TIMES_THE_DATABASE * size
        what = f"{seen.free // MEGABYTE:,} MB are free on the disk of the database"
        if seen.free >= needed:
            yield Finding(True, what)
        else:
            yield Finding(False, what, f"Free at least {needed // MEGABYTE:,} MB: sealing a round makes the file anew.")
    if seen.journal > LARGEST_JOURNAL:
        yield Finding(
            False,
            f"The journal of the database is {seen.journal // MEGABYTE:,} MB long",
            "Some program holds the database open for reading: end it, or restart the bot.",
        )
    for workspace_id, round_id in seen.without_key:
        yield Finding(
            False,
            f"The key of the open round {round_id} in {workspace_id} is missing: nobody can answer in it any more",
            f"Put {settings.data_dir}/keys back if you have it (all replicas share it); else close the round with "
            "/pulse close, and ask again.",
        )


def _writing(seen: Checkup) -> Finding:
    if not seen.write_trouble:
        return Finding(True, "The database takes writes")
    return Finding(
        False,
        f"The database takes no writes ({seen.write_trouble})",
        "Check its owner and permissions, whether the disk is full or read-only, and on PostgreSQL that this is not a "
        "standby.",
    )


def of_workspace(db: UnitOfWork, now: datetime) -> list[Finding]:
    """What is planned, owed, failed and unfinished in one workspace at `now` (aware)."""
    return [*_zones(db), *_schedules(db, now), *_deliveries(db, now), *_failures(db, now), *_unsealed(db, now)]


async def of_totals(storage: Storage, workspace_id: str, *, repair: bool) -> AsyncIterator[Finding]:
    """Whether the totals that figures are read from are what the values add up to, each KPI by itself, as every value
    of it is read; with `repair` those that are not are made anew."""
    keys = await storage.read(workspace_id, lambda db: db.kept_totals.kpi_keys())
    wrong = [key for key in keys if not await storage.read(workspace_id, partial(_is_right, key))]
    if not wrong:
        yield Finding(True, f"The totals of {len(keys)} KPIs are what their values add up to")
    elif repair:
        for key in wrong:
            await storage.write(workspace_id, partial(_rebuilt, key))
        yield Finding(
            True, f"The totals of {', '.join(wrong)} were not what their values add up to: they are made anew"
        )
    else:
        what = f"The totals of {', '.join(wrong)} are not what their values add up to: figures that are shown are wrong"
        yield Finding(False, what, "Run: denyut doctor --repair")


def _is_right(kpi_key: str, db: UnitOfWork) -> bool:
    return db.kept_totals.is_right(kpi_key) is not False


def _rebuilt(kpi_key: str, db: UnitOfWork) -> int:
    return db.kept_totals.rebuild(kpi_key)


def _zones(db: UnitOfWork) -> Iterator[Finding]:
    zones = {schedule.rule.zone for schedule in db.schedules.active()} | {member.zone for member in db.members.all()}
    unknown = sorted(zone for zone in zones - {""} if not _is_known(zone))
    if unknown:
        yield Finding(
            False,
            f"This machine does not know the time zone {', '.join(unknown)}",
            "Update the time zone data: pip install --upgrade tzdata",
        )


def _schedules(db: UnitOfWork, now: datetime) -> Iterator[Finding]:
    schedules = [each for each in db.schedules.active() if _is_known(each.rule.zone)]
    if not schedules:
        yield Finding(True, "Nothing is scheduled yet")
    for schedule in schedules:
        lost = next_due(schedule.rule, now)
        if schedule.planned_until > now + AHEAD and lost is not None and lost.at <= schedule.planned_until:
            until = f"{schedule.planned_until:%Y-%m-%d}"
            what = f"The {schedule.kind.value} of {_subject(db, schedule)} makes nothing before {until}"
            yield Finding(False, what, _CLOCK.format(anew=_ANEW[schedule.kind]))
            continue
        passed = next_due(schedule.rule, schedule.planned_until)
        if passed is not None and passed.at < now - LATE:
            what = f"The {schedule.kind.value} run of {_local(passed.at, schedule)} has not been made"
            yield Finding(False, what, _RESTART)
            continue
        due = next_due(schedule.rule, max(now, schedule.planned_until))
        if due is not None:
            yield Finding(True, f"Next {schedule.kind.value} run: {_local(due.at, schedule)}")


def _deliveries(db: UnitOfWork, now: datetime) -> Iterator[Finding]:
    counts = db.deliveries.counts()
    waiting = counts[DeliveryState.DUE] + counts[DeliveryState.SENDING] + counts[DeliveryState.AMBIGUOUS]
    yield Finding(True, f"Deliveries: {counts[DeliveryState.SENT]} sent, {waiting} waiting")
    oldest = db.deliveries.next_due()
    if oldest is not None and oldest < now - LATE:
        since = int((now - oldest).total_seconds() // 3600)
        yield Finding(False, f"Messages have been due for {since} h and were not sent", _RESTART)


def _failures(db: UnitOfWork, now: datetime) -> Iterator[Finding]:
    """What could not be delivered lately, told once for each purpose, receiver and reason."""
    lately = [each for each in db.deliveries.failures(MOST_FAILURES) if each.due_at >= now - FAILURES_OF]
    alike = Counter((each.purpose, each.receiver, each.error or "") for each in lately)
    for (purpose, receiver, error), times in alike.items():
        code = error.partition(":")[0]
        often = f" {times} times" if times > 1 else ""
        fix = FIXES.get(code, _REPORT)
        yield Finding(False, f"Could not deliver {purpose} to {receiver}{often} in the last 7 days ({error})", fix)


def _unsealed(db: UnitOfWork, now: datetime) -> Iterator[Finding]:
    for closed in db.rounds.unsealed():
        if closed.closed_at is not None and closed.closed_at < now - SEAL_TAKES:
            yield Finding(
                False,
                f"The round {closed.id} closed at {closed.closed_at:%Y-%m-%d %H:%M} UTC and is not sealed",
                "End whatever reads the database for long (a dump, a copy, an open console); the bot then seals it.",
            )


def _subject(db: UnitOfWork, schedule: Schedule) -> str:
    """What a schedule is of, as people find it in Slack: a survey's handle, a KPI's key, a channel's id, or two
    people's."""
    of = schedule.subject_id
    match schedule.kind:
        case ScheduleKind.SURVEY:
            survey = db.surveys.get(of)
            return survey.handle if survey else of
        case ScheduleKind.SUMMARY:
            summary = db.summaries.get(of)
            return summary.channel_id if summary else of
        case ScheduleKind.CHECKIN:
            checkin = db.checkins.get(of)
            return checkin.definition.channel_id if checkin else of
        case ScheduleKind.ONE_ON_ONE:
            pair = db.one_on_ones.get(of)
            return " and ".join(pair.people) if pair else of
        case ScheduleKind.KPI:
            return of


def _local(at: datetime, schedule: Schedule) -> str:
    zone = schedule.rule.zone
    return f"{at.astimezone(ZoneInfo(zone)):%a %d %b %Y %H:%M} {zone}"


@cache
def _is_known(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return False
    return True
