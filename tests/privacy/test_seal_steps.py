"""A seal that is stopped between any two of its steps, or held up by somebody who still reads: it leaves nothing worse
than before, is not claimed, and is finished by the next try. (Crashes inside one process: tests/storage/test_sealing.)
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from bot.domain.surveys import RoundState
from storage import Storage, UnitOfWork, sealing
from tests.conftest import Database
from tests.postgres_server import PostgresServer
from tests.privacy.company import TEAM, Company, Truth, bytes_below
from tests.privacy.linker import carry_off

PEOPLE = 20
STEPS = ("before the rewriting", "before the key goes", "before the scrubbing", "before the mark", "after the mark")

# A process of its own that seals and dies at a step, as with a power cut between two system calls.
DYING = """
import os, signal, sys
from pathlib import Path
from storage import Storage, sealing
from storage.round_keys import RoundKeys
from storage.rounds import Rounds

def die(*_): os.kill(os.getpid(), signal.SIGKILL)

url, folder, round_id, step = sys.argv[1:]
storage = Storage.open(url, Path(folder))
if step == "before the rewriting":
    die()
elif step == "before the key goes":
    RoundKeys.destroy = die
elif step == "before the scrubbing":
    sealing.scrub = die
elif step == "before the mark":
    Rounds.mark_sealed = die
storage.seal_now("T1", round_id)
die()
"""

postgres_only = pytest.mark.parametrize("backend", [pytest.param("postgres", marks=pytest.mark.postgres)])


def closed_round(storage: Storage) -> Truth:
    asked = Company(storage, PEOPLE)
    truth = asked.ask()
    asked.close(truth)
    return truth


def values(database: Database, truth: Truth) -> list[int]:
    return sorted(row["value"] for row in carry_off(database.url).answers[truth.round_id])


@pytest.mark.parametrize("step", STEPS)
def test_a_seal_that_dies_at_any_step_is_finished_by_the_next_process(
    storage: Storage, database: Database, step: str
) -> None:
    truth = closed_round(storage)
    storage.close()
    key = database.folder / "keys" / TEAM / f"{truth.round_id}.key"
    former = {row["key"] for row in carry_off(database.url).answers[truth.round_id]}

    line = [sys.executable, "-c", DYING, database.url, str(database.folder), truth.round_id, step]
    done = subprocess.run(
        line, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}, timeout=60, check=False
    )

    assert done.returncode == -signal.SIGKILL
    assert values(database, truth) == list(range(PEOPLE)), "no answer is lost or doubled"
    again = Storage.open(database.url, database.folder)
    try:
        waiting = again.read_now(TEAM, lambda db: [each.id for each in db.rounds.unsealed()])
        assert waiting == ([] if step == "after the mark" else [truth.round_id]), "never sealed in name alone"
        if step in STEPS[:2]:
            assert key.exists(), "the key goes only once the answers no longer need it"
        for round_id in waiting:
            again.seal_now(TEAM, round_id)
        assert again.read_now(TEAM, lambda db: db.rounds.get(truth.round_id).sealed)
    finally:
        again.close()
    assert values(database, truth) == list(range(PEOPLE))
    assert list((database.folder / "keys").rglob("*.*")) == []
    now = {row["key"] for row in carry_off(database.url).answers[truth.round_id]}
    assert now.isdisjoint(former)
    if database.backend == "sqlite":
        left = b"".join(bytes_below(database.folder).values())
        assert not [each for each in former if each in left]


def old_rows(url: str, server: PostgresServer, former: set[bytes]) -> int:
    """How many former keys are in the files of the server's tables (not in its log)."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        paths = [
            connection.execute("SELECT pg_relation_filepath(%s::regclass)", (name,)).fetchone()
            for name in ("answers", "pk_answers", "ix_answers_round_id_question")
        ]
    folder = server.data
    data = b"".join((folder / path[0]).read_bytes() for path in paths if path)
    return sum(each in data for each in former)


@postgres_only
def test_on_postgresql_nothing_is_left_of_former_rows_in_the_tables(storage, database, postgres_server) -> None:
    truth = closed_round(storage)
    former = {row["key"] for row in carry_off(database.url).answers[truth.round_id]}
    assert old_rows(database.url, postgres_server(), former) == PEOPLE, "the control: they can be found there"

    storage.seal_now(TEAM, truth.round_id)

    assert old_rows(database.url, postgres_server(), former) == 0


@postgres_only
def test_on_postgresql_a_seal_waits_for_those_who_still_see_the_former_rows(
    storage, database, postgres_server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """VACUUM FULL keeps rows that an older snapshot may still want, even one that never looked at their table: that of
    a dump, or of another replica in the middle of a read."""
    monkeypatch.setattr(sealing, "_WAIT_SECONDS", 0.01)
    truth = closed_round(storage)
    former = {row["key"] for row in carry_off(database.url).answers[truth.round_id]}
    other = Storage.open(database.url, database.folder)

    def read_on(db: UnitOfWork) -> None:
        assert db.members.get("U1") is None  # the snapshot is taken; answers are not looked at
        with pytest.raises(sealing.NotScrubbed):
            storage.seal_now(TEAM, truth.round_id)

    try:
        other.read_now(TEAM, read_on)
    finally:
        other.close()
    found = storage.read_now(TEAM, lambda db: db.rounds.get(truth.round_id))
    assert (found.state, found.sealed) == (RoundState.CLOSED, False)
    assert old_rows(database.url, postgres_server(), former) == PEOPLE

    storage.seal_now(TEAM, truth.round_id)

    assert storage.read_now(TEAM, lambda db: db.rounds.get(truth.round_id).sealed)
    assert old_rows(database.url, postgres_server(), former) == 0


@postgres_only
def test_a_connection_that_waits_without_a_snapshot_holds_no_seal_up(storage, database, monkeypatch) -> None:
    monkeypatch.setattr(sealing, "_WAIT_SECONDS", 0.01)
    truth = closed_round(storage)
    with psycopg.connect(database.url) as idle:
        idle.execute("SELECT 1")  # in a transaction, but without a snapshot between two statements
        storage.seal_now(TEAM, truth.round_id)
    assert storage.read_now(TEAM, lambda db: db.rounds.get(truth.round_id).sealed)
