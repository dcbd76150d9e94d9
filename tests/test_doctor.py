"""What `denyut doctor` says of charts. The rest of it is tried through the command line."""

from pathlib import Path

import pytest

from bot import doctor
from bot.doctor import Finding, examine
from bot.settings import Charts, Settings


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
