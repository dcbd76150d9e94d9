"""`denyut kpi import` and `export`: what a person at a terminal reads, and what is left where something is wrong."""

import csv
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.files import ExportChoice, ImportChoice, export_kpis, import_kpis
from bot.kpis.importing.plans import Wishes
from bot.run import CannotStart
from bot.settings import Settings, load

GOOD = "date;revenue;leads\n20/11/2025;1.500.000,50;3\n21/11/2025;7;4\n"
BUDI = Wishes("U0BUDI")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    environment = {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "DENYUT_DATA_DIR": str(tmp_path / "data"),
        "DENYUT_LOCALE": "en",
    }
    return load(environment, env_file=None)


def file_of(folder: Path, content: str | bytes, name: str = "entries.csv") -> Path:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def refused(settings: Settings, file: Path, choice: ImportChoice | None = None) -> list[str]:
    with pytest.raises(CannotStart) as caught:
        import_kpis(settings, file, "T1", choice)
    return str(caught.value).splitlines()


def count(settings: Settings, folder: Path) -> int:
    out = folder / "count.csv"
    export_kpis(settings, out, "T1")
    return len(out.read_text("utf-8-sig").splitlines()) - 1


def test_a_dry_run_says_it_all_and_stores_nothing(settings: Settings, tmp_path: Path) -> None:
    file = file_of(tmp_path, GOOD)
    said = import_kpis(settings, file, "T1", ImportChoice(dry_run=True, wishes=BUDI)).splitlines()
    assert said == [
        "CSV, columns separated by semicolons, UTF-8.",
        "Columns: date, revenue, and leads.",
        "Dates read as day/month/year.",
        "Numbers read as 1.234,56.",
        "Values: 4 (new: 4, already recorded: 0).",
        "From 20 Nov 2025 to 21 Nov 2025.",
        "Revenue: 2 ×, Rp\N{NO-BREAK SPACE}1,500,007.50 in total.",
        "Leads: 2 ×, 7 in total.",
        "This was a dry run: nothing was stored.",
    ]
    assert count(settings, tmp_path) == 0
    for added, known in ((4, 0), (0, 4)):
        said = import_kpis(settings, file, "T1", ImportChoice(wishes=BUDI)).splitlines()
        assert said[-1] == f"{added} entries recorded, {known} known already."
    assert count(settings, tmp_path) == 4


def test_the_first_wrong_lines_are_said_and_the_report_has_all(settings: Settings, tmp_path: Path) -> None:
    file = file_of(tmp_path, GOOD + "22/11/2025;x;1\n" * 25)
    said = refused(settings, file, ImportChoice(wishes=BUDI))
    assert said[0] == f"{file} was not imported, nothing was stored:"
    assert sum("“x” is not a number" in line for line in said) == 20
    assert said[-2:] == ["  and 5 more", "  (--report FILE.csv writes all of them)"]
    report = tmp_path / "report.csv"
    assert "--report" not in refused(settings, file, ImportChoice(wishes=BUDI, report=report))[-1]
    with report.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert [(row["line"], row["result"]) for row in rows][:5] == [
        ("2", "new"), ("2", "new"), ("3", "new"), ("3", "new"), ("4", "wrong"),
    ]  # fmt: skip
    assert len(rows) == 4 + 25
    assert count(settings, tmp_path) == 0


def test_numbers_that_are_open_are_asked_about(settings: Settings, tmp_path: Path) -> None:
    file = file_of(tmp_path, "date,kpi,value,member\n2025-11-20,revenue,1.500,U0BUDI\n")
    said = refused(settings, file)
    assert any("1.5 or 1,500" in line and "--numbers" in line for line in said), said
    assert count(settings, tmp_path) == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04 and no more", "damaged"),
        (b"%PDF-1.4", "PDF"),
        (b"\xd0\xcf\x11\xe0", "XLSX"),
        (b"a,b\n\0", "neither"),
        (b'date,kpi,value,member\n2025-11-20,leads,1,"U0', "never closed"),
    ],
)
def test_wrong_and_half_files_are_refused_with_a_clear_line(
    settings: Settings, tmp_path: Path, content: bytes, said: str
) -> None:
    lines = refused(settings, file_of(tmp_path, content))
    assert said in lines[-1]
    assert count(settings, tmp_path) == 0


def test_a_gigabyte_is_refused_unread(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "huge.csv"
    with file.open("wb") as out:
        out.truncate(1_000_000_000)
    assert "larger than 200 MB" in refused(settings, file)[-1]
    assert refused(settings, tmp_path / "nowhere.csv") == [
        f"{tmp_path / 'nowhere.csv'} cannot be read: No such file or directory."
    ]


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
def test_what_is_exported_is_imported_again(settings: Settings, tmp_path: Path, name: str) -> None:
    import_kpis(settings, file_of(tmp_path, GOOD), "T1", ImportChoice(wishes=BUDI))
    out = tmp_path / name
    assert export_kpis(settings, out, "T1") == f"4 entries written to {out}."
    assert import_kpis(settings, out, "T1").endswith("0 entries recorded, 4 known already.")
    assert import_kpis(settings, out, "T2").endswith("4 entries recorded, 0 known already.")


def test_an_export_may_be_of_some_days_and_kpis(settings: Settings, tmp_path: Path) -> None:
    import_kpis(settings, file_of(tmp_path, GOOD), "T1", ImportChoice(wishes=BUDI))
    day = date(2025, 11, 21)
    out = tmp_path / "out.csv"
    assert export_kpis(settings, out, "T1", ExportChoice(day, day, ("Pendapatan",))).startswith("1 entries")
    assert out.read_text("utf-8-sig").splitlines()[1].startswith("2025-11-21,revenue,7,U0BUDI,,csv:")


def test_an_export_that_fails_leaves_what_was_there(settings: Settings, tmp_path: Path) -> None:
    out = file_of(tmp_path, "precious", "out.csv")
    with pytest.raises(CannotStart, match="no KPI happiness"):
        export_kpis(settings, out, "T1", ExportChoice(kpis=("happiness",)))
    assert out.read_text() == "precious"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["out.csv"]
    with pytest.raises(CannotStart, match="cannot be written"):
        export_kpis(settings, tmp_path / "nowhere" / "out.csv", "T1")


def test_the_command_line_passes_on_what_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in (("SLACK_BOT_TOKEN", "xoxb-1"), ("SLACK_APP_TOKEN", "xapp-1"), ("DENYUT_DATA_DIR", "data")):
        monkeypatch.setenv(name, value)
    file = file_of(tmp_path, "date,revenue\n3/4/2025,1.500\n")
    options = ["--member", "U0BUDI", "--dates", "mdy", "--numbers", "comma", "--workspace", "T1"]
    done = CliRunner().invoke(app, ["kpi", "import", str(file), *options])
    assert (done.exit_code, "1 entries recorded" in done.output) == (0, True), done.output
    asked = ["kpi", "export", "out.csv", "--from", "2025-03-04", "--to", "2025-03-04", "--kpi", "revenue"]
    done = CliRunner().invoke(app, [*asked, "--workspace", "T1"])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out.csv").read_text("utf-8-sig").splitlines()[1].startswith("2025-03-04,revenue,1500,")
    done = CliRunner().invoke(app, ["kpi", "export", "out.csv", "--from", "soon"])
    assert (done.exit_code, done.output) == (2, "denyut: --from is not a day: soon. Write it like 2026-11-30.\n")
