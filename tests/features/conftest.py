"""The bot on the test bench: a small company in three time zones, on a Thursday afternoon in Jakarta."""

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.domain.members import Member
from bot.settings import Settings
from storage import Storage
from tests.features.harness import Bench, RecordingSlack
from tests.features.permission_bench import RememberingBench, Story

THURSDAY = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)  # 15:00 in Jakarta, 16:00 in Makassar, 09:00 in Amsterdam

MEMBERS = (
    Member("U0AYU", "Ayu Lestari", "id-ID", "Asia/Jakarta", is_admin=True),
    Member("U0BOB", "Bob Tan", "en-US", "Asia/Makassar"),
    Member("U0CITRA", "Citra Halim", "id-ID", "Asia/Jakarta"),
    Member("U0DEWI", "Dewi Anggraini", "id-ID", "Asia/Jakarta"),
    Member("U0EMMA", "Emma de Vries", "en-GB", "Europe/Amsterdam"),
    Member("U0FAJAR", "Fajar Nugroho", "id-ID", "Asia/Makassar"),
    Member("U0GUEST", "Gus Guest", "en-US", "Asia/Jakarta", is_guest=True),
    Member("U0GONE", "Gone Person", "en-US", "Asia/Jakarta", is_deleted=True),
    Member("U0OUT", "Otto Outsider", "en-US", "Europe/Amsterdam", is_outsider=True),
    Member("U0ROBOT", "Robot", is_bot=True),
)


@pytest.fixture
async def denyut(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Bench]:
    settings = Settings(data_dir=tmp_path, slack_bot_token="xoxb-test")
    url = f"sqlite:///{tmp_path / 'denyut.db'}"
    shutil.copy(sqlite_template, tmp_path / "denyut.db")
    storage = Storage.open(url, tmp_path)
    slack = RecordingSlack(
        MEMBERS,
        {
            "C0SALES": [member.id for member in MEMBERS],
            "C0PAIR": ["U0AYU", "U0BOB"],
        },
    )
    bench = await Bench(storage, slack, THURSDAY, settings).start()
    yield bench
    await bench.denyut.drain()
    storage.close()


@pytest.fixture
async def bench(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[RememberingBench]:
    """The same company on a bench that remembers."""
    url = f"sqlite:///{tmp_path / 'denyut.db'}"
    shutil.copy(sqlite_template, tmp_path / "denyut.db")
    storage = Storage.open(url, tmp_path)
    channels = {"C0SALES": [each.id for each in MEMBERS], "C0PAIR": ["U0AYU", "U0BOB"]}
    settings = Settings(data_dir=tmp_path, slack_bot_token="xoxb-test")
    bench = RememberingBench(storage, RecordingSlack(MEMBERS, channels), THURSDAY, settings)
    await bench.start()
    bench.begin(Story())
    yield bench
    await bench.denyut.drain()
    bench.end()
    storage.close()
