"""Forgetting a workspace leaves nothing of it in any table, and nothing else is touched."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.domain.installations import Installation
from storage import Storage, forgetting
from storage.tables import Row
from tests.conftest import Database
from tests.storage import samples
from tests.storage.samples import NOW
from tests.storage.test_workspaces_apart import fill


def rows_of(storage: Storage, workspace_id: str) -> dict[str, list[str]]:
    """The rows of a workspace by table; those of anonymous answers through their rounds, as long as these are there."""

    def read(db: Any) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        rounds = Row.metadata.tables["rounds"]
        own = select(rounds.c.id).where(rounds.c.workspace_id == workspace_id)
        for name, table in Row.metadata.tables.items():
            here = table.c.workspace_id == workspace_id if "workspace_id" in table.c else table.c.round_id.in_(own)
            found[name] = sorted(str(tuple(row)) for row in db._scope.connection.execute(select(*table.c).where(here)))
        return found

    return storage.read_now(workspace_id, read)


def sizes(storage: Storage) -> dict[str, int]:
    def read(db: Any) -> dict[str, int]:
        return {
            name: db._scope.connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()
            for name in Row.metadata.tables
        }

    return storage.read_now("T1", read)


def fill_both(storage: Storage) -> None:
    storage.write_now("T1", fill)
    digest = "'\\x01'" if storage.health_now()["backend"] == "postgresql" else "x'01'"
    change = f"UPDATE api_tokens SET digest = {digest} WHERE workspace_id = 'T1'"
    storage.write_now("T1", lambda db: db._scope.connection.execute(text(change)))
    storage.write_now("T2", fill)


def test_nothing_is_left_in_any_table_and_the_other_workspace_is_untouched(
    storage: Storage, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "AT_A_TIME", 2)  # several pieces of most tables
    fill_both(storage)
    full, others = sizes(storage), rows_of(storage, "T2")
    keys = {team: list((database.folder / "keys" / team).glob("*.key")) for team in ("T1", "T2")}
    assert all(keys.values())
    storage.forget_workspace_now("T1")
    assert not any(rows_of(storage, "T1").values())
    assert rows_of(storage, "T2") == others
    left = sizes(storage)
    for name, rows in others.items():
        assert left[name] == len(rows), f"{name} keeps rows that belong to nobody"
        assert full[name] > left[name] or not rows, f"the control: {name} had rows of both"
    assert not (database.folder / "keys" / "T1").exists()
    assert list((database.folder / "keys" / "T2").glob("*.key")) == keys["T2"]
    assert storage.workspaces_now() == ["T2"]
    assert [each.workspace_id for each in storage.installations_now()] == ["T2"]


def test_every_table_had_something_to_forget(storage: Storage) -> None:
    """A table that the test above never fills would prove nothing."""
    fill_both(storage)
    assert [name for name, rows in rows_of(storage, "T1").items() if not rows] == []


def test_forgetting_again_and_forgetting_nobody_is_fine(storage: Storage) -> None:
    fill_both(storage)
    storage.forget_workspace_now("T1")
    storage.forget_workspace_now("T1")
    storage.forget_workspace_now("T404")
    assert storage.workspaces_now() == ["T2"]


def test_what_was_cut_short_is_found_and_done_again(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The installation goes last: as long as anything is left, it says so."""
    fill_both(storage)
    delete = forgetting._delete_some

    def crash(rows: Any, before: Any, db: Any) -> bool | None:
        if rows.name == "members":
            raise RuntimeError("the process ends here")
        return delete(rows, before, db)

    monkeypatch.setattr(forgetting, "_delete_some", crash)
    with pytest.raises(RuntimeError):
        storage.forget_workspace_now("T1")
    assert "T1" in storage.workspaces_now()
    assert "T1" in {each.workspace_id for each in storage.installations_now()}
    monkeypatch.undo()
    storage.forget_workspace_now("T1")
    assert not any(rows_of(storage, "T1").values())


@pytest.mark.parametrize("when", ["before the first piece", "members", "workspaces", "installations"])
def test_who_adds_denyut_anew_meanwhile_keeps_it(storage: Storage, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    storage.write_now("T1", fill)
    storage.write_now("T1", lambda db: db.installation.end(NOW))
    (left,) = storage.installations_now()
    anew = replace(left, sealed_token=b"anew", ended_at=None, installed_at=NOW + timedelta(days=31))
    added: list[str] = []

    def add() -> None:
        added.append(when)
        storage.write_now("T1", lambda db: db.workspace.ensure("Back again", anew.installed_at))
        storage.write_now("T1", lambda db: db.installation.put(anew))

    class Interrupted(type(storage._writer)):  # type: ignore[misc]
        """Somebody adds it just before the first piece of a table."""

        def submit(self, workspace_id: str, work: Any) -> Any:
            if not added and getattr(work, "args", None) and work.args[0].name == when:
                add()
            return super().submit(workspace_id, work)

    if when == "before the first piece":
        add()
    monkeypatch.setattr(storage._writer, "__class__", Interrupted)
    assert storage.forget_workspace_now("T1", left) is False
    assert added, "the control: somebody did"
    assert storage.installations_now() == [anew]
    assert storage.workspaces_now() == ["T1"]
    assert storage.forget_workspace_now("T1", anew) is True
    assert storage.installations_now() == []


@pytest.mark.parametrize("backend", ["sqlite"])  # PostgreSQL's files are its own
def test_the_bytes_are_gone_too(storage: Storage, database: Database) -> None:
    storage.write_now("T1", lambda db: db.workspace.ensure("Rahasia Sekali", NOW))
    assert b"Rahasia Sekali" in files_of(database.folder)
    storage.forget_workspace_now("T1")
    assert b"Rahasia Sekali" not in files_of(database.folder)


def files_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_installations_are_listed_over_all_workspaces(storage: Storage) -> None:
    for place in ("T2", "E1", "T1"):
        kept = Installation(place, f"name of {place}", b"sealed", frozenset({"a", "b"}), "UBOT", "U1", NOW)
        storage.write_now(place, lambda db, kept=kept: db.installation.put(kept))
    storage.write_now("T1", lambda db: db.installation.end(NOW))
    found = storage.installations_now()
    assert [each.workspace_id for each in found] == ["E1", "T1", "T2"]
    assert [bool(each.ended_at) for each in found] == [False, True, False]
    assert found[2].scopes == {"a", "b"}


def test_what_was_due_while_away_is_passed_over_unless_it_says_how_long_it_is_of_use(storage: Storage) -> None:
    def owe(db: Any) -> list[str]:
        return [
            db.deliveries.add(samples.delivery(subject="old", expires_at=None)),
            db.deliveries.add(samples.delivery(subject="useful", expires_at=samples.NOW.replace(year=2099))),
        ]

    old, useful = storage.write_now("T1", owe)
    later = samples.NOW.replace(year=2098)
    assert storage.write_now("T1", lambda db: db.installation.pass_over(later, "was away")) == 1
    states = [storage.read_now("T1", lambda db, each=each: db.deliveries.get(each).state) for each in (old, useful)]
    assert [str(each) for each in states] == ["skipped", "due"]
