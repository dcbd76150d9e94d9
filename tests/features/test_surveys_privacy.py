"""What must never be found: a score beside a person. Each promise has a control that the search can find something."""

import json
import logging
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from bot.slack import ids
from tests.features.harness import Bench
from tests.features.test_surveys import ASKED, answered, launched, newest_round, question

COMMENT = "zebra-crossing-comment"


def rows(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, as the person with the database file sees them."""
    database = sqlite3.connect(folder / "denyut.db")
    database.row_factory = sqlite3.Row
    try:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: [dict(row) for row in database.execute(f'SELECT * FROM "{name}"')] for name in tables}
    finally:
        database.close()


async def answered_round(denyut: Bench) -> None:
    await launched(denyut)
    await answered(denyut, {"U0BOB": 3, "U0AYU": 10, "U0CITRA": 9, "U0DEWI": 8, "U0EMMA": 7})
    await denyut.press(question(denyut, "U0BOB"), ids.REASON_OPENED, user="U0BOB")
    await denyut.submit(denyut.slack.views[-1], {ids.REASON_INPUT: COMMENT}, user="U0BOB")


async def test_no_row_holds_an_answer_beside_a_person_or_a_time(denyut: Bench, tmp_path: Path) -> None:
    await answered_round(denyut)

    found = rows(tmp_path)

    assert {tuple(sorted(row)) for row in found["answers"]} == {("key", "question", "round_id", "value")}
    assert {tuple(sorted(row)) for row in found["comments"]} == {("key", "question", "round_id", "text")}
    assert {tuple(sorted(row)) for row in found["participations"]} == {("key", "round_id")}
    for table in ("answers", "comments", "participations"):
        assert not any(member in repr(found[table]) for member in ASKED)
    holding = [name for name, kept in found.items() if COMMENT in repr(kept)]
    assert holding == ["comments"]
    invited = next(row for row in found["invitations"] if row["member_id"] == "U0BOB")
    assert set(invited) == {"workspace_id", "round_id", "member_id", "segment"}


async def test_answering_leaves_no_other_trace_than_the_answer_and_that_somebody_answered(
    denyut: Bench, tmp_path: Path
) -> None:
    await launched(denyut)
    before = rows(tmp_path)

    await answered(denyut, {"U0BOB": 3})

    changed = {name for name, kept in rows(tmp_path).items() if kept != before[name]}
    assert changed == {"answers", "participations"}


async def test_different_scores_leave_the_same_trace(denyut: Bench, tmp_path: Path) -> None:
    await launched(denyut)
    await answered(denyut, {"U0BOB": 3})
    before = rows(tmp_path)

    await answered(denyut, {"U0EMMA": 10})

    after = rows(tmp_path)
    assert {name for name, kept in after.items() if kept != before[name]} == {"answers", "participations"}


async def test_no_message_holds_an_answer_or_its_class(denyut: Bench) -> None:
    await answered_round(denyut)

    for user in ASKED:
        sent = question(denyut, user)
        if not sent.history:
            continue
        said = json.dumps([sent.message.text, *sent.message.blocks, dict(sent.metadata or {})]).casefold()
        for word in ("score", "promoter", "passive", "detractor", "promotor", "pengkritik", COMMENT):
            assert word not in said
    assert "score" in json.dumps(question(denyut, "U0FAJAR").message.blocks)  # the control: not answered yet


async def test_the_log_never_holds_an_answer(
    denyut: Bench, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    await answered_round(denyut)
    await denyut.command("/pulse close")
    await denyut.tick()

    captured = capfd.readouterr()
    logged = f"{caplog.text}\n{captured.out}\n{captured.err}"
    assert "round_sealed" in logged  # the control
    assert COMMENT not in logged
    assert '"score"' not in logged


async def test_after_the_seal_the_key_is_gone_and_no_answer_is_known_to_anybody(denyut: Bench, tmp_path: Path) -> None:
    await answered_round(denyut)
    asked = newest_round(denyut)
    assert list((tmp_path / "keys").rglob("*.key"))
    before = {row["key"] for row in rows(tmp_path)["answers"]}

    await denyut.command("/pulse close")
    await denyut.tick()
    await denyut.tick()

    assert newest_round(denyut).sealed
    assert not list((tmp_path / "keys").rglob("*.key"))
    assert before.isdisjoint(row["key"] for row in rows(tmp_path)["answers"])
    assert denyut.do(lambda db: db.answers.own(asked.id, "U0BOB", ["enps"]).values.get("enps")) is None


async def test_with_a_lost_key_nothing_more_is_recorded(denyut: Bench, tmp_path: Path) -> None:
    asked = await launched(denyut)
    for key in (tmp_path / "keys").rglob("*.key"):
        key.unlink()

    await denyut.press(question(denyut, "U0BOB"), "9", user="U0BOB")

    assert "its key is lost" in denyut.slack.responses[-1][1].text
    assert denyut.do(lambda db: db.rounds.answered_count(asked.id)) == 0
