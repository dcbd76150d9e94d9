"""Databases as earlier versions left them: made by migrating to their revision and writing rows as that version did, in
the middle of their life. Statements are SQL of then; nothing of today's tables is used."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import Connection, text

from storage import database, migrate
from storage.round_keys import answer_key, participation_key

NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
"""When the upgrade is made: a Thursday."""
OPENED, CLOSES = NOW - timedelta(days=1), NOW + timedelta(days=1)
TEAM, OPEN, CLOSED, CHANNEL = "T1", "r2", "r1", "C1"
KEY = bytes(range(32))
MEMBERS = tuple(f"U{number}" for number in range(1, 9))
SAID = {"U1": 9, "U2": 10, "U3": 2, "U4": 7, "U5": 9}
"""What the first five have answered in the open round; the others have not."""
COMMENTS = {"U1": "good people", "U3": "too many meetings"}
QUESTION = {
    "id": "enps", "kind": "enps", "bank": "enps", "required": True, "low": 0, "high": 10, "why": "always",
    "driver": "enps",
}  # fmt: skip
DEFINITION = json.dumps({"audience": {"channels": [CHANNEL]}, "questions": [QUESTION], "template": "enps"})
PUBLISHED = json.dumps(
    {
        "answered": 6, "asked": 8,
        "questions": [{"question_id": "enps", "answers": 6, "counts": {"9": 5, "3": 1}, "texts_shown": True}],
    }
)  # fmt: skip
REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006")
"""Every earlier one; a test compares with the migrations."""


def make(url: str, revision: str) -> None:
    """An empty database brought to an earlier revision and filled."""
    engine = database.migration_engine(database.parse_url(url))
    with engine.begin() as connection:
        command.upgrade(migrate.config(connection), revision)
        for table, row in rows(revision):
            _insert(connection, table, row)
    engine.dispose()


def put_key(folder: Path) -> Path:
    """The key of the open round, where the bot of then had put it."""
    path = folder / "keys" / TEAM / f"{OPEN}.key"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(KEY)
    return path


def rows(revision: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every row, by its table, what is pointed at before what points at it."""
    yield "workspaces", {"workspace_id": TEAM, "name": "Test", "first_seen": OPENED - timedelta(days=90)}
    for member_id in MEMBERS:
        yield "members", _member(revision, member_id)
    yield "absences", _of(member_id="U8", first="2026-12-24", last="2026-12-31")
    yield from _survey(revision)
    yield from _schedules()
    yield from _deliveries()
    yield from _kpis(revision)
    if revision >= "0004":
        yield from _pairs()


def _of(**row: Any) -> dict[str, Any]:
    return {"workspace_id": TEAM, **row}


def _member(revision: str, member_id: str) -> dict[str, Any]:
    names = {"name": f"Person {member_id}", "slack_locale": "en-US", "slack_zone": "Asia/Jakarta", "language": ""}
    flags = dict.fromkeys(("is_bot", "is_deleted", "is_guest", "is_outsider"), False)
    row = _of(id=member_id, zone="", is_admin=member_id == "U1", **names, **flags)
    if revision >= "0004":
        row |= {"asked_from": None, "asked_until": None, "free_weekdays": "", "may_be_named": False}
    return row


def _survey(revision: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """A weekly anonymous eNPS survey: a round that is closed and sealed, and one that is open and half answered."""
    first = revision == "0001"
    what: dict[str, Any] = {"scale_low": 0, "scale_high": 10} if first else {"definition": DEFINITION}
    where = {"channel_id": CHANNEL} if first else {}
    made = {"created_by": "U1", "created_at": OPENED - timedelta(days=30)}
    yield "surveys", _of(id="s1", handle="enps-sales", state="active", **what, **where, **made)
    limits = {"asked": 8, "min_score": 5, "min_comments": 5, "started_by": "U1"}
    week = timedelta(days=7)
    past = {"opened_at": OPENED - week, "closes_at": CLOSES - week, "closed_at": CLOSES - week}
    known = {} if first else {"answered": 6, "published": PUBLISHED}
    yield (
        "rounds",
        _of(id=CLOSED, survey_id="s1", number=1, state="closed", sealed=True, **past, **limits, **what, **known),
    )
    times = {"opened_at": OPENED, "closes_at": CLOSES, "closed_at": None}
    yield "rounds", _of(id=OPEN, survey_id="s1", number=2, state="open", sealed=False, **times, **limits, **what)
    for round_id, answered in ((CLOSED, MEMBERS[:6]), (OPEN, tuple(SAID))):
        for member_id in MEMBERS:
            said = {"answered": member_id in answered} if first else {"segment": ""}
            yield "invitations", _of(round_id=round_id, member_id=member_id, **said)
    value = "score" if first else "value"
    for number in range(6):
        key = bytes([number]) * 16
        yield "answers", {"key": key, "round_id": CLOSED, "question": "enps", value: 9 if number else 3}
    for member_id, score in SAID.items():
        key = answer_key(KEY, "score", member_id, "enps")
        yield "answers", {"key": key, "round_id": OPEN, "question": "enps", value: score}
        if not first:
            yield "participations", {"key": participation_key(KEY, member_id), "round_id": OPEN}
    for member_id, words in COMMENTS.items():
        of = {} if first else {"question": "enps"}
        key = answer_key(KEY, "comment", member_id, "" if first else "enps")
        yield "comments", {"key": key, "round_id": OPEN, "text": words, **of}


def _schedules() -> Iterator[tuple[str, dict[str, Any]]]:
    """The survey again in a week; a channel's summary due just now."""
    rule = {"cadence": "weekly", "zone": "Asia/Jakarta", "created_by": "U1", "active": True}
    on_wednesdays = {"anchor": "2026-11-25", "at": "15:00:00.000000", "planned_until": OPENED + timedelta(hours=1)}
    yield "schedules", _of(id="d1", kind="survey", subject_id="s1", **rule, **on_wednesdays)
    planned = {"local_date": "2026-11-25", "due_at": OPENED, "state": "planned", "reason": ""}
    yield "occurrences", _of(schedule_id="d1", **planned)
    on_thursdays = {"anchor": "2026-11-19", "at": "14:59:00.000000", "planned_until": NOW - timedelta(days=6)}
    yield "schedules", _of(id="d2", kind="summary", subject_id="m1", **rule, **on_thursdays)


def _deliveries() -> Iterator[tuple[str, dict[str, Any]]]:
    """Everybody was asked when the round opened, or is about to be: one is due, one was being sent when the process
    ended, of one nobody knows whether it arrived (it did)."""
    begun = {"attempts": 1, "started_at": NOW - timedelta(minutes=9)}
    states: Mapping[str, dict[str, Any]] = {
        "U6": {"state": "ambiguous", "error": "unclear: broke off", **begun},
        "U7": {"state": "due", "due_at": NOW - timedelta(minutes=1)},
        "U8": {"state": "sending", "lease_until": NOW - timedelta(minutes=7), **begun},
    }
    for member_id in MEMBERS:
        sent = {
            "state": "sent",
            "attempts": 1,
            "settled_at": OPENED,
            "channel": f"D{member_id[1:]}",
            "ts": sent_ts(member_id),
        }
        row = {
            "id": f"q{member_id}",
            "purpose": "surveys.question",
            "subject": OPEN,
            "receiver": member_id,
            "verb": "post",
        }
        more = {"due_at": OPENED, "attempts": 0, "facts": "{}", "expires_at": CLOSES}
        yield "deliveries", _of(**row, **{**more, **states.get(member_id, sent)})


def sent_ts(member_id: str) -> str:
    """Where a question that had been sent stands in Slack."""
    return f"1764054000.00000{member_id[1:]}"


def _kpis(revision: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, member_id in enumerate(MEMBERS[:4], 1):
        who = {"member_id": member_id, "logged_by": member_id, "logged_at": OPENED, "on": "2026-11-24"}
        rest = {"source": f"x{number}", "note": "", "state": "active", "changed_by": ""}
        yield "entries", _of(id=f"e{number}", kpi_key="revenue", value=number * 10_000_000, **who, **rest)
    when = {"starts": "2026-11-01", "set_at": OPENED, "set_by": "U1"}
    yield "targets", _of(id="t1", kpi_key="revenue", value=5_000_000_000, period="month", owner_id="", **when)
    summary = {"definition": "{}"} if revision >= "0004" else {}
    made = {"created_by": "U1", "created_at": OPENED, "language": "en", "active": True}
    yield "summaries", _of(id="m1", channel_id=CHANNEL, **made, **summary)
    if revision >= "0006":
        yield from _kept_totals()
    if revision >= "0003":
        yield "kpi_notes", _of(id="n1", kpi_key="revenue", kind="reason", text="a good month", by="U1", at=OPENED)
        yield "team_members", _of(team_id="sales", member_id="U2")


def _kept_totals() -> Iterator[tuple[str, dict[str, Any]]]:
    """What the entries of `_kpis` add up to."""
    same = {"kpi_key": "revenue", "high": 0, "last_on": "2026-11-24", "last_at": OPENED, "changed_at": OPENED}
    whole = {"low": 100_000_000, "times": 4, "last": 40_000_000, "last_id": "e4"}
    yield "entry_days", _of(first="2026-11-24", **same, **whole)
    for number, member_id in enumerate(MEMBERS[:4], 1):
        one = {"low": number * 10_000_000, "times": 1, "last": number * 10_000_000, "last_id": f"e{number}"}
        yield "entry_weeks", _of(first="2026-11-23", member_id=member_id, **same, **one)


def _pairs() -> Iterator[tuple[str, dict[str, Any]]]:
    pair = {"id": "o1", "lead_id": "U1", "other_id": "U2", "minutes": 30}
    yield "one_on_ones", _of(**pair, created_at=OPENED, active=True)
    point = {"id": "p1", "one_on_one_id": "o1", "by": "U2", "text": "the next step", "added_at": OPENED}
    yield "points", _of(**point)


def _insert(connection: Connection, table: str, row: Mapping[str, Any]) -> None:
    columns = ", ".join(f'"{name}"' for name in row)
    values = ", ".join(f":{name}" for name in row)
    on_sqlite = connection.dialect.name == "sqlite"
    given = {name: _written(value) if on_sqlite else value for name, value in row.items()}
    connection.execute(text(f'INSERT INTO "{table}" ({columns}) VALUES ({values})'), given)


def _written(value: Any) -> Any:
    """A moment as SQLite keeps it: in UTC, without saying so."""
    return value.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value
