"""What `denyut doctor` says of charts, and of a database that this version cannot read; with the latter, what other
commands say. The rest of it is tried through the command line."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot import doctor
from bot.audit_log import read_log
from bot.cli import _with_fix
from bot.doctor import Finding, examine
from bot.settings import Charts, Settings
from storage import CannotOpen, CannotRead, Storage, migrate


async def finding(charts: Charts, folder: Path) -> Finding:
    found = [each async for each in examine(Settings(charts=charts, data_dir=folder)) if "Charts" in each.what]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("charts", list(Charts))
async def test_charts_are_well_where_there_is_a_font(
    charts: Charts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "has_font", lambda: True)
    assert (await finding(charts, tmp_path)).is_well


@pytest.mark.parametrize("charts", [Charts.AUTO, Charts.IMAGE])
async def test_without_a_font_it_says_which_to_install(
    charts: Charts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "has_font", lambda: False)
    found = await finding(charts, tmp_path)
    assert not found.is_well
    assert "no font" in found.what
    assert "fonts-dejavu-core" in found.fix


@pytest.mark.parametrize("charts", [Charts.NATIVE, Charts.OFF])
async def test_without_pictures_no_font_is_needed(
    charts: Charts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "has_font", lambda: False)
    assert (await finding(charts, tmp_path)).is_well


class TestOfAnotherVersion:
    NEWER, OLDER = ("9999", "update Denyut to use it"), ("0001", "denyut migrate")

    def settings(self, folder: Path, revision: str) -> Settings:
        """Of a database that another version has migrated last."""
        made = Settings(data_dir=folder / "data")
        migrate.upgrade(made.database_url)
        with closing(sqlite3.connect(folder / "data" / "denyut.db")) as database:
            database.execute("UPDATE alembic_version SET version_num = ?", (revision,))
            database.commit()
        return made

    @pytest.mark.parametrize(("revision", "said"), [NEWER, OLDER])
    async def test_the_doctor_says_what_to_do(self, tmp_path: Path, revision: str, said: str) -> None:
        last = [each async for each in examine(self.settings(tmp_path, revision))][-1]
        assert not last.is_well
        assert said in last.what + last.fix

    @pytest.mark.parametrize(("revision", "said"), [NEWER, OLDER])
    def test_so_does_the_log_of_acts(self, tmp_path: Path, revision: str, said: str) -> None:
        with pytest.raises(CannotOpen, match=said):
            read_log(self.settings(tmp_path, revision), "", None, as_json=False)

    async def test_one_of_this_version_is_read(self, tmp_path: Path) -> None:
        settings = self.settings(tmp_path, migrate.head())
        assert any("The database opens" in each.what for each in [each async for each in examine(settings)])
        assert read_log(settings, "", None, as_json=False) == "Nothing was done yet."

    async def test_looking_for_one_that_is_not_there_makes_none(self, tmp_path: Path) -> None:
        settings = Settings(data_dir=tmp_path / "data")
        last = [each async for each in examine(settings)][-1]
        assert (last.is_well, last.fix) == (False, "Run: denyut migrate")
        with pytest.raises(CannotOpen, match="no database yet"):
            read_log(settings, "", None, as_json=False)
        assert not (tmp_path / "data").exists()

    async def test_one_that_goes_away_meanwhile(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async def gone(_storage: Storage) -> list[str]:
            raise CannotRead("the server closed the connection")

        settings = self.settings(tmp_path, migrate.head())
        monkeypatch.setattr(Storage, "workspaces", gone)
        last = [each async for each in examine(settings)][-1]
        assert (last.is_well, last.what) == (False, "The database stopped answering (the server closed the connection)")

    @pytest.mark.parametrize("found", ["It is damaged", "It is damaged."])
    def test_what_is_wrong_and_what_to_do_are_sentences(self, found: str) -> None:
        assert _with_fix(found, "See that it is whole.") == "It is damaged. See that it is whole."
        assert _with_fix("All is well", "") == "All is well"
