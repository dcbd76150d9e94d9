"""Upgrades in the middle of life: what every earlier version left works on under this one, a migration that is killed
can be repeated, and of several processes one migrates."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event, inspect, text

from bot.app import build_registry
from bot.domain.deliveries import DeliveryState
from bot.domain.schedules import OccurrenceState, ScheduleKind
from bot.domain.surveys import RoundState
from bot.i18n import load
from bot.scheduler import PassReport, run_due
from bot.sender import Sender
from bot.services import Services
from bot.settings import Settings
from bot.slack.gateway import Gateway
from storage import CannotOpen, Storage, database, migrate
from tests.conftest import Database
from tests.sender.conftest import SmallSlack, gateway, slack  # noqa: F401  (fixtures)
from tests.storage import old_databases
from tests.storage.old_databases import (
    CHANNEL,
    CLOSED,
    CLOSES,
    COMMENTS,
    MEMBERS,
    NOW,
    OPEN,
    REVISIONS,
    SAID,
    TEAM,
    sent_ts,
)

ROOT = Path(__file__).resolve().parents[2]
every_revision = pytest.mark.parametrize("revision", REVISIONS)
every_backend = pytest.mark.parametrize("backend", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
New = Callable[[bool], Database]
ASKED = "asked by the old version"


def test_every_earlier_revision_is_tried() -> None:
    known = [each.revision for each in ScriptDirectory.from_config(migrate.config()).walk_revisions()]
    assert set(REVISIONS) == set(known) - {migrate.head()}


class Upgraded:
    """A database of an earlier revision, upgraded, under a bot whose Slack is a small one."""

    def __init__(self, storage: Storage, small: SmallSlack, way_out: Gateway, folder: Path) -> None:
        self.storage, self.slack, self.now = storage, small, NOW
        texts = load("en")
        self.services = Services(Settings(data_dir=folder), storage, texts, way_out, lambda: self.now)
        self.registry = build_registry(texts)
        small.users = [{"id": each, "name": each, "team_id": TEAM} for each in MEMBERS]

    async def a_pass(self, after: timedelta = timedelta(0)) -> PassReport:
        self.now += after
        self.slack.now = self.now
        report = await run_due(self.services, self.registry, Sender(self.services, self.registry), self.now)
        assert report.failures == []
        return report

    def read(self, work: Callable[[Any], Any]) -> Any:
        return self.storage.read_now(TEAM, work)

    def write(self, work: Callable[[Any], Any]) -> Any:
        return self.storage.write_now(TEAM, work)

    def states(self) -> dict[str, DeliveryState]:
        found = self.read(lambda db: db.deliveries.of_purposes(["surveys.question"], NOW - timedelta(days=30)))
        return {each.receiver: each.state for each in found if each.subject == OPEN}

    def who_answered(self) -> list[str]:
        return [each.member_id for each in self.read(lambda db: db.rounds.invitations(OPEN)) if each.answered]

    def questions_to(self, member_id: str) -> int:
        here = [each for each in self.slack.messages if each["channel"] == f"D{member_id[1:]}"]
        return sum("survey.score" in str(each.get("blocks")) or each["text"] == ASKED for each in here)


@pytest.fixture
async def upgraded(
    revision: str,
    new_database: New,
    slack: SmallSlack,  # noqa: F811
    gateway: Gateway,  # noqa: F811
) -> AsyncIterator[Upgraded]:
    made = new_database(False)
    old_databases.make(made.url, revision)
    old_databases.put_key(made.folder)
    assert migrate.current(made.url) == revision
    migrate.upgrade(made.url)
    assert not migrate.pending(made.url)
    storage = Storage.open(made.url, made.folder)
    yield Upgraded(storage, slack, gateway, made.folder)
    storage.close()


def posted_before(small: SmallSlack, delivery_id: str, to: str) -> None:
    """A message that the old version had sent, without hearing of it."""
    payload = {"event_type": "denyut_delivery", "event_payload": {"delivery_id": delivery_id}}
    small.now = NOW - timedelta(minutes=9)
    small.on_chat_postMessage({"channel": to, "text": ASKED, "metadata": payload})


def kept_whole(upgraded: Upgraded) -> None:
    """What has an end, or none: closed rounds, values, targets, people, settings."""
    before = upgraded.read(lambda db: db.rounds.facts(CLOSED))
    assert (before.counts, before.answered, before.round.sealed) == ({"enps": {9: 5, 3: 1}}, 6, True)
    month = (date(2026, 11, 1), date(2026, 11, 30))
    totals = upgraded.read(lambda db: db.kpis.totals(*month))["revenue"]
    assert (totals.count, totals.sum) == (4, Decimal(10_000))
    (target,) = upgraded.read(lambda db: db.targets.active())
    assert (target.value, target.kpi_key) == (Decimal(500_000), "revenue")
    assert len(upgraded.read(lambda db: db.members.all())) == len(MEMBERS)
    assert upgraded.read(lambda db: db.summaries.get("m1")).channel_id == CHANNEL
    survey = upgraded.read(lambda db: db.schedules.of_subject(ScheduleKind.SURVEY, "s1"))
    assert survey.rule.zone == "Asia/Jakarta"


@every_backend
@every_revision
async def test_what_was_under_way_goes_on(upgraded: Upgraded) -> None:
    kept_whole(upgraded)
    for member_id in MEMBERS[:5]:
        upgraded.slack.messages.append({"channel": f"D{member_id[1:]}", "ts": sent_ts(member_id), "text": ASKED})
    posted_before(upgraded.slack, "qU6", "U6")

    await upgraded.a_pass()
    assert upgraded.states() == {
        **dict.fromkeys(MEMBERS, DeliveryState.SENT),
        "U8": DeliveryState.AMBIGUOUS,  # not there: it is looked for once more
    }
    for _ in range(3):
        await upgraded.a_pass(timedelta(seconds=31))
    assert set(upgraded.states().values()) == {DeliveryState.SENT}
    assert [upgraded.questions_to(each) for each in MEMBERS] == [1] * len(MEMBERS), "each asked once, ever"

    posts = [each for each in upgraded.slack.messages if each["channel"] == CHANNEL and not each.get("thread_ts")]
    assert len(posts) == 1, "the summary that was due, once"
    summaries = upgraded.read(lambda db: db.schedules.occurrences("d2"))
    assert [(each.local_date, each.state) for each in summaries] == [(date(2026, 11, 26), OccurrenceState.PLANNED)]
    assert len(upgraded.read(lambda db: db.schedules.occurrences("d1"))) == 1, "no round is opened a second time"

    # the open round: who has answered still has, who has not still can, and who has may change it
    assert upgraded.who_answered() == sorted(SAID)
    own = upgraded.read(lambda db: db.answers.own(OPEN, "U1", ["enps"]))
    assert (own.values, own.texts) == ({"enps": 9}, {"enps": COMMENTS["U1"]})
    upgraded.write(lambda db: db.answers.record(OPEN, "U7", {"enps": 10}, {"enps": "fine"}))
    upgraded.write(lambda db: db.answers.record(OPEN, "U3", {"enps": 6}))
    assert upgraded.who_answered() == sorted([*SAID, "U7"])

    # it closes, is decided, sealed, and what may be shown is posted
    await upgraded.a_pass(CLOSES + timedelta(minutes=1) - upgraded.now)
    await upgraded.a_pass(timedelta(seconds=31))
    closed = upgraded.read(lambda db: db.rounds.get(OPEN))
    assert (closed.state, closed.sealed, closed.answered) == (RoundState.CLOSED, True, 6)
    assert not (upgraded.services.settings.data_dir / "keys" / TEAM / f"{OPEN}.key").exists()
    facts = upgraded.read(lambda db: db.rounds.facts(OPEN))
    assert facts.counts == {"enps": {9: 2, 10: 2, 7: 1, 6: 1}}
    results = [each["text"] for each in upgraded.slack.messages if "+50" in each["text"]]
    assert results, "4 promoters, 1 detractor of 6"

    # and in the week after it is asked again, once
    await upgraded.a_pass(datetime.fromisoformat("2026-12-02T08:00:30+00:00") - upgraded.now)
    occurrences = upgraded.read(lambda db: db.schedules.occurrences("d1"))
    assert [each.local_date for each in occurrences] == [date(2026, 11, 25), date(2026, 12, 2)]
    assert [each.number for each in upgraded.read(lambda db: db.rounds.of_survey("s1"))].count(3) == 1


UPGRADING = "import sys; from storage import migrate; migrate.upgrade(sys.argv[1])"
DYING = """
import os, signal, sys
from sqlalchemy import event
from sqlalchemy.engine import Engine
from storage import migrate

left = int(sys.argv[2])

def count(connection, cursor, statement, *_):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

event.listen(Engine, "before_cursor_execute", count)
migrate.upgrade(sys.argv[1])
"""


def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True)


def content(url: str) -> dict[str, list[str]]:
    engine = database.migration_engine(database.parse_url(url))
    with engine.begin() as connection:
        names = inspect(connection).get_table_names()
        found = {name: sorted(map(repr, connection.execute(text(f'SELECT * FROM "{name}"')))) for name in names}
    engine.dispose()
    return found


@every_backend
def test_a_migration_killed_between_two_statements_leaves_the_old_database_and_is_repeated(new_database: New) -> None:
    made = new_database(False)
    old_databases.make(made.url, "0001")
    counted = new_database(False)
    old_databases.make(counted.url, "0001")
    statements: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", count)
    try:
        migrate.upgrade(counted.url)
    finally:
        event.remove(Engine, "before_cursor_execute", count)
    whole = len(statements)
    assert whole > 60
    places = range(1, whole + 1) if os.environ.get("DENYUT_SOAK") else (whole // 2, whole - 1)
    before = content(made.url)
    for place in places:
        assert run(DYING, made.url, str(place)).returncode == -signal.SIGKILL
        assert content(made.url) == before, f"killed at statement {place}"
    migrate.upgrade(made.url)
    assert content(made.url) == content(counted.url)


@every_backend
def test_two_replicas_that_start_at_once_migrate_once(new_database: New) -> None:
    """They meet at the same old database; the one that comes second waits and finds nothing to do."""
    made = new_database(False)
    old_databases.make(made.url, "0002")
    replicas = [
        subprocess.Popen([sys.executable, "-c", UPGRADING, made.url], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert [each.communicate(timeout=60)[1] for each in replicas] == ["", ""]
    assert [each.returncode for each in replicas] == [0, 0]
    assert len(content(made.url)["deliveries"]) == len(MEMBERS)


PATIENT = """
import sys
from storage import database, migrate

database.SQLITE_PRAGMAS = ("PRAGMA busy_timeout=300", *database.SQLITE_PRAGMAS[1:])
database.CONNECT_SECONDS = 0.3
migrate.PATIENCE_SECONDS = float(sys.argv[2])
try:
    print("begins", flush=True)
    migrate.upgrade(sys.argv[1])
except database.CannotOpen as trouble:
    print(trouble)
"""


@pytest.mark.parametrize("backend", ["sqlite"])
@pytest.mark.parametrize(("patience", "has_waited"), [("60", True), ("0.3", False)], ids=["it waits", "the control"])
def test_a_migration_of_another_takes_longer_than_a_write(new_database: New, patience: str, has_waited: bool) -> None:
    """On PostgreSQL the lock has no limit of time; on SQLite whoever writes gives up after some seconds."""
    made = new_database(False)
    old_databases.make(made.url, "0003")
    engine = database.migration_engine(database.parse_url(made.url))
    with engine.connect() as connection:
        connection.begin()
        words = [sys.executable, "-c", PATIENT, made.url, patience]
        waiting = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert waiting.stdout is not None
        assert waiting.stdout.readline() == "begins\n"
        with suppress(subprocess.TimeoutExpired):
            waiting.wait(1.5)  # several times as long as a write would wait
        connection.rollback()
    engine.dispose()
    told = waiting.communicate(timeout=60)[0]
    assert ("database is locked" in told) is not has_waited
    assert migrate.pending(made.url) is not has_waited


@pytest.mark.parametrize("backend", ["sqlite"])
def test_a_newer_database_is_refused_with_one_line_that_says_what_to_do(new_database: New) -> None:
    made = new_database(True)
    engine = database.migration_engine(database.parse_url(made.url))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("SLACK_", "DENYUT_"))},
        "PYTHONPATH": str(ROOT), "DATABASE_URL": made.url, "DENYUT_DATA_DIR": str(made.folder),
        "SLACK_BOT_TOKEN": "xoxb-x", "SLACK_SIGNING_SECRET": "s",
    }  # fmt: skip
    before = content(made.url)
    words = [sys.executable, "-m", "bot", "run"]
    told = subprocess.run(words, cwd=made.folder, env=environment, capture_output=True, text=True)
    assert (told.returncode, told.stdout, told.stderr.count("\n")) == (2, "", 1), told.stderr
    assert "update Denyut" in told.stderr
    assert content(made.url) == before
    with pytest.raises(CannotOpen, match="newer version"):
        migrate.upgrade(made.url)
