"""Backup and restore from the command line, as an operator does it: beside a running bot, and onto a fresh machine."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.conftest import Company, Open, deliveries, ephemeral, until


async def test_a_company_moves_to_another_machine(company: Company, new_company: Open, tmp_path: Path) -> None:
    ayu = await company.person("U0AYU")
    await ephemeral(ayu, "/kpi catat pendapatan 12,5 jt")
    await ephemeral(ayu, "/pulse enps #sales")
    await ephemeral(ayu, "/pulse send enps-sales")
    await until(lambda: deliveries(company).get("sent", 0) > 5, "the questions")
    file = tmp_path / "backup.zip"
    code, output, errors = await company.denyut("backup", str(file))
    assert (code, errors) == (0, ""), output
    assert output.startswith(f"{file}: ")
    assert (file.stat().st_mode & 0o777) == 0o600
    code, _, errors = await company.denyut("backup", str(file))
    assert (code, errors.count("\n")) == (2, 1)
    assert "is there already" in errors

    code, _, errors = await company.denyut("restore", str(file), "--force")
    assert code == 2, "not under a bot that runs"
    assert "already runs" in errors

    other = await new_company()
    code, output, errors = await other.denyut("restore", str(file))
    assert (code, errors) == (0, ""), output
    assert "rows are back, compared one by one" in output
    assert "its key is not here" in output, "keys of open rounds are in no backup"
    for table in ("entries", "members", "rounds", "invitations"):
        assert other.rows()[table] == company.rows()[table] > 0
    code, output, _ = await other.denyut("doctor", "--json")
    found = json.loads(output)
    assert code == 1
    assert [each["what"] for each in found if not each["ok"] and "key of the open round" in each["what"]] != []
    assert all(each["fix"] for each in found if not each["ok"])
    code, _, errors = await other.denyut("restore", str(file))
    assert code == 2
    assert "holds something already" in errors


@pytest.mark.parametrize("is_restored", [True, False], ids=["restored", "the control"])
async def test_after_going_back_to_a_backup_nothing_is_sent_twice(
    company: Company, tmp_path: Path, is_restored: bool
) -> None:
    """The backup is of the moment before the questions went out, and put back after they did. The control goes back to
    that moment by hand, and everybody is asked twice."""
    ayu = await company.person("U0AYU")
    await ephemeral(ayu, "/pulse enps #sales")
    await ephemeral(ayu, "/pulse send enps-sales")
    await until(lambda: deliveries(company).get("sent", 0) >= 10, "the questions")
    await company.kill()
    with closing(sqlite3.connect(company.folder / "data" / "denyut.db")) as database, database:
        database.execute("UPDATE deliveries SET state = 'due', channel = NULL, ts = NULL WHERE state = 'sent'")
    posted = _posts(company)
    assert posted > 0
    if is_restored:
        assert (await company.denyut("backup", str(tmp_path / "b.zip")))[0] == 0
        code, output, _ = await company.denyut("restore", str(tmp_path / "b.zip"), "--force")
        assert code == 0
        assert "looked up in Slack first" in output
    await company.start_with()
    await until(lambda: set(deliveries(company)) <= {"sent", "skipped"}, "an end of it", 75)
    assert deliveries(company)["sent"] >= 10
    again = _posts(company) - posted
    assert again == 0 if is_restored else again >= 10


def _posts(company: Company) -> int:
    return sum(entry.name == "chat.postMessage" for entry in company.playground.slack.traffic.entries)
