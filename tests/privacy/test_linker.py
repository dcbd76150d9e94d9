"""After the seal nobody who has all the files matches people to answers better than by guessing: measured, over many
rounds, and with careless variants of the storage that the same attacker catches.

`DENYUT_ROUNDS` sets how many rounds are played (default 100; on PostgreSQL a fifth of it).
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from storage import Storage
from storage.round_keys import answer_key
from tests.conftest import Database
from tests.privacy import company
from tests.privacy.company import TEAM, Company, Truth, bytes_below, careless
from tests.privacy.linker import Best, Loot, carry_off, join, link, unlock

ROUNDS = int(os.environ.get("DENYUT_ROUNDS", "100"))
CONTROL_ROUNDS = 6
PEOPLE = 50

sqlite_only = pytest.mark.parametrize("backend", ["sqlite"])
postgres_only = pytest.mark.parametrize("backend", [pytest.param("postgres", marks=pytest.mark.postgres)])


def after(storage: Storage, database: Database) -> Loot:
    """What lies there when the bot is stopped and all is read; the file of the database first."""
    files = bytes_below(database.folder)
    own = [content for path, content in files.items() if path.name == "denyut.db"]
    others = [content for path, content in files.items() if path.name != "denyut.db" and content]
    return carry_off(database.url, [*own, *others])


def copy_of(database: Database, name: str) -> Path:
    """A backup as `VACUUM INTO` makes it: without the keys."""
    target = database.folder / name
    with closing(sqlite3.connect(database.folder / "denyut.db")) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))
    return target


def stored_in(copy: Path) -> list[tuple[bytes, int]]:
    with closing(sqlite3.connect(copy)) as connection:
        return connection.execute("SELECT key, value FROM answers").fetchall()


@pytest.fixture
def rounds(backend: str) -> int:
    return ROUNDS if backend == "sqlite" else max(1, ROUNDS // 5)


def test_people_and_answers_match_no_better_than_by_guessing(storage: Storage, database: Database, rounds: int) -> None:
    asked = Company(storage, PEOPLE, in_a_hurry=database.backend == "sqlite")
    for _ in range(rounds):
        asked.ask_and_seal()
    loot = after(storage, database)

    linked, joined = link(loot, asked.rounds), join(loot, asked.rounds)

    assert not linked.has_found, linked
    assert not joined.has_found, joined
    assert unlock(loot, asked.rounds) == 0


@sqlite_only
def test_backups_of_an_open_round_open_nothing_with_any_key_that_is_left(storage: Storage, database: Database) -> None:
    copies: list[Path] = []
    asked = Company(storage, PEOPLE, halfway=lambda truth: copies.append(copy_of(database, f"backup{len(copies)}.db")))
    keys: list[bytes] = []
    for _ in range(CONTROL_ROUNDS):
        truth = asked.ask()
        keys.append((database.folder / "keys" / TEAM / f"{truth.round_id}.key").read_bytes())
        asked.close(truth)
        storage.seal_now(TEAM, truth.round_id)
    kept = {key for each in copies for key, _ in stored_in(each)}
    loot = after(storage, database)

    assert unlock(loot, asked.rounds, kept) == 0
    now = {row["key"] for rows in loot.answers.values() for row in rows}
    last = stored_in(copies[-1])
    assert len([key for key, _ in last if key not in now]) == PEOPLE // 2 + 1, "no answer kept the key it had"
    # The control: with the keys, had somebody copied them, the backups would be open.
    first = [answer_key(keys[-1], "score", member, "enps") for member in asked.rounds[-1].order[: PEOPLE // 2]]
    assert set(first) <= {key for key, _ in last}


def caught(
    storage: Storage, database: Database, patch: pytest.MonkeyPatch, how: Callable[..., None]
) -> "tuple[Best, Best, int]":
    with careless(storage, patch, how):
        asked = Company(storage, PEOPLE)
        for _ in range(CONTROL_ROUNDS):
            asked.ask_and_seal()
        loot = after(storage, database)
        return link(loot, asked.rounds), join(loot, asked.rounds), unlock(loot, asked.rounds)


@sqlite_only
@pytest.mark.parametrize("how", [company.rowid_tables, company.created_at, company.answered_at, company.ids_in_order])
def test_an_order_that_is_kept_is_found(storage, database, monkeypatch, how) -> None:
    linked, joined, _ = caught(storage, database, monkeypatch, how)

    assert linked.has_found, linked
    assert joined.has_found, joined


@sqlite_only
def test_a_time_beside_the_flag_is_found_without_a_look_at_slack(storage, database, monkeypatch) -> None:
    with careless(storage, monkeypatch, company.answered_at):
        asked = Company(storage, PEOPLE)
        for _ in range(CONTROL_ROUNDS):
            asked.ask_and_seal()
        blind = [Truth(each.round_id, sorted(each.order), each.value_of) for each in asked.rounds]

        assert link(after(storage, database), blind).method.startswith("invitations.answered_at")


@sqlite_only
@pytest.mark.parametrize("how", [company.key_kept, company.key_in_the_database])
def test_a_key_that_is_kept_is_found(storage, database, monkeypatch, how) -> None:
    assert caught(storage, database, monkeypatch, how)[2] == CONTROL_ROUNDS


@sqlite_only
def test_a_comment_under_the_key_of_its_score_is_found(storage, database, monkeypatch) -> None:
    linked, joined, _ = caught(storage, database, monkeypatch, company.comments_with_scores)

    assert joined.has_found, joined
    assert not linked.has_found, "the order is not the leak here"


@postgres_only
def test_rows_that_postgresql_does_not_write_anew_are_found(storage, database, monkeypatch) -> None:
    linked, joined, _ = caught(storage, database, monkeypatch, company.not_rewritten_at_all)

    assert linked.has_found, linked
    assert joined.has_found, joined
