"""The command line beside a running bot, and without one."""

import tomllib
from pathlib import Path

import pytest
import yaml

from bot.playground.actor import text_of
from tests.e2e.conftest import ROOT, SALES, Company, Open, ephemeral

MONDAY = "2026-11-30T09:00+07:00"


async def test_version(new_company: Open) -> None:
    company = await new_company()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert await company.denyut("version") == (0, f"{version}\n", "")
    assert await company.denyut("--version") == (0, f"{version}\n", "")


async def test_migrate_makes_a_database_and_does_no_harm_to_one(new_company: Open) -> None:
    company = await new_company()
    assert (await company.denyut("migrate"))[::2] == (0, "")
    tables = company.rows()
    assert "entries" in tables
    assert (await company.denyut("migrate"))[::2] == (0, "")
    assert company.rows() == tables


async def test_tick_does_one_pass_at_a_stated_moment(company: Company) -> None:
    ayu = await company.person("U0AYU")
    await ephemeral(ayu, "/kpi catat pendapatan 12,5 jt")
    await ephemeral(ayu, "/kpi summary #sales weekly mon 09:00")
    assert await company.bot.stop() == 0
    posted = []
    for _ in range(2):
        code, output, errors = await company.denyut("tick", "--now", MONDAY)
        assert code == 0, errors
        assert output
        posted.append([each for each in await ayu.messages(SALES) if each["bot_id"] and not each["ephemeral"]])
    assert [len(each) for each in posted] == [1, 1]


@pytest.mark.parametrize("now", ["tomorrow", "2026-11-30T09:00", "2026-13-45T09:00+07:00", ""])
async def test_tick_wants_a_moment(new_company: Open, now: str) -> None:
    company = await new_company()
    code, output, errors = await company.denyut("tick", "--now", now)
    assert (code, output, errors.count("\n")) == (2, "", 1)
    assert "2026-11-30T09:00+07:00" in errors


async def test_doctor_finds_nothing_where_all_is_well(company: Company) -> None:
    ayu = await company.person("U0AYU")
    await ephemeral(ayu, "/kpi summary #sales weekly mon 09:00")
    code, output, errors = await company.denyut("doctor")
    assert (code, errors) == (0, ""), output
    assert "FIX" not in output
    for what in ("Kopi Sentosa", "scopes", "database", "#sales", "Next summary"):
        assert what in output, output


async def test_doctor_names_a_scope_that_is_missing(new_company: Open, tmp_path: Path) -> None:
    manifest = yaml.safe_load((ROOT / "manifest.yml").read_text())
    manifest["oauth_config"]["scopes"]["bot"].remove("im:history")
    path = tmp_path / "manifest.yml"
    path.write_text(yaml.safe_dump(manifest))
    company = await new_company(manifest=path)
    await company.denyut("migrate")
    code, output, _ = await company.denyut("doctor")
    assert code == 1
    assert [line for line in output.splitlines() if line.startswith("FIX")] != []
    assert "im:history" in output
    assert "reinstall" in output


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "invalid_auth"),
        ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN is not set"),
        ({"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": ""}, "no way in"),
        ({"SLACK_API_URL": "http://127.0.0.1:9/api/"}, "Slack"),
    ],
)
async def test_doctor_says_what_is_wrong_in_one_line(new_company: Open, settings: dict[str, str], said: str) -> None:
    company = await new_company()
    await company.denyut("migrate")
    code, output, errors = await company.denyut("doctor", **settings)
    assert (code, errors) == (1, "")
    fixes = [line for line in output.splitlines() if line.startswith("FIX")]
    assert any(said in line for line in fixes), output
    company.playground.slack.traffic.violations.clear()  # a token that Slack refuses is one, and meant here


async def test_doctor_knows_a_database_that_is_not_there_yet(new_company: Open) -> None:
    company = await new_company()
    code, output, errors = await company.denyut("doctor")
    assert (code, errors) == (1, "")
    assert "denyut migrate" in output
    assert not (company.folder / "data").exists(), "it changes nothing: a file it made would be whoever's asked"


async def test_what_was_exported_can_be_imported_and_only_once(company: Company, new_company: Open) -> None:
    budi = await company.person("U0BUDI")
    await ephemeral(budi, "/kpi catat pendapatan 12,5 jt catatan toko baru, kopi & teh")
    await ephemeral(budi, "/kpi catat waktu respons 1 jam 20 menit")
    file = company.folder / "entries.csv"
    code, output, errors = await company.denyut("kpi", "export", str(file))
    assert (code, errors) == (0, ""), output
    assert len(file.read_text().splitlines()) == 3

    other = await new_company()
    for added in (2, 0):
        code, output, errors = await other.denyut("kpi", "import", str(file), "--workspace", "T0SENTOSA")
        assert (code, errors) == (0, ""), output
        assert str(added) in output
        assert other.rows()["entries"] == 2
    again = other.folder / "again.csv"
    await other.denyut("kpi", "export", str(again))
    assert again.read_text() == file.read_text()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("date,kpi,value,member,note\n2026-11-20,revenue,12,U0BUDI,\n2026-11-20,revenue,lots,U0BUDI,\n", "3"),
        ("date,kpi,value,member,note\n2026-11-20,happiness,1,U0BUDI,\n", "happiness"),
        ("date,kpi,value,member,note\nsoon,revenue,1,U0BUDI,\n", "soon"),
        ("a,b\n1,2\n", "date"),
        ("", "date"),
    ],
    ids=["a value", "a KPI", "a date", "other columns", "nothing"],
)
async def test_a_file_with_a_wrong_line_changes_nothing(new_company: Open, content: str, said: str) -> None:
    company = await new_company()
    file = company.folder / "entries.csv"
    file.write_text(content)
    code, _, errors = await company.denyut("kpi", "import", str(file), "--workspace", "T0SENTOSA")
    assert code == 2
    assert said in errors, errors
    assert "Traceback" not in errors
    assert company.rows().get("entries", 0) == 0


async def test_a_file_that_is_not_there(new_company: Open) -> None:
    company = await new_company()
    code, _, errors = await company.denyut("kpi", "import", "nowhere.csv", "--workspace", "T0SENTOSA")
    assert (code, errors.count("\n")) == (2, 1)
    assert "nowhere.csv" in errors


async def test_the_samples_rounds_can_be_read_in_slack(new_company: Open) -> None:
    company = await new_company()
    file = ROOT / "examples" / "enps-rounds.csv"
    code, output, errors = await company.denyut("survey", "import", str(file), "--workspace", "T0SENTOSA")
    assert (code, errors) == (0, ""), output
    await company.start()
    ayu = await company.person("U0AYU")
    assert "eNPS" in text_of(await ephemeral(ayu, "/pulse results enps-sales"))
