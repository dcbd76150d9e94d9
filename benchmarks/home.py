"""How long a Home takes that has everything: 200 KPIs with two years of values, on SQLite. `python -m benchmarks.home`
makes such a workspace in a temporary folder, and writes down how long reading and wording one Home took."""

import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from bot.domain.catalogue import KpiSettings, KpiVersion
from bot.domain.entries import Entry
from bot.domain.kpis import KPIS
from bot.domain.members import Member
from bot.domain.periods import PeriodKind
from bot.domain.schedules import Cadence
from bot.domain.targets import Target
from bot.home.facts import Defaults, Visit
from bot.home.service import read_home
from bot.home.views import home_view
from bot.i18n import load
from storage import Storage, migrate, new_id

TEAM, ME = "T0BENCH", "U000"
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
TODAY = date(2026, 11, 26)
DAYS = 730
PEOPLE = 5
TIMES = 20
KINDS = (PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.QUARTER)
DEFAULTS = Defaults("en", "Asia/Jakarta", "ID", "IDR")


def filled(folder: Path, kpis: int, days: int = DAYS, people: int = PEOPLE) -> Storage:
    """A workspace in which so many KPIs of its own are logged on every working day by so many people; half belong to
    `ME`, and every one of them has a target."""
    url = f"sqlite:///{folder / 'bench.db'}"
    migrate.upgrade(url)
    storage = Storage.open(url, folder)
    keys = [f"own{number:03}" for number in range(kpis)]
    storage.write_now(TEAM, lambda db: db.workspace.ensure("Bench", NOW))
    members = [Member(f"U{number:03}", f"Person {number}", "en-US", "Asia/Jakarta") for number in range(people)]
    members[0] = replace(members[0], is_admin=True)
    storage.write_now(TEAM, lambda db: db.members.refresh(members))
    for number, key in enumerate(keys):
        kpi = replace(KPIS["leads"], key=key, names={"en": f"KPI {number}"})
        made = KpiVersion(kpi, 1, TODAY - timedelta(days=days), ME, NOW)
        owners, cadence = ((ME,), Cadence.WEEKLY) if number % 2 else ((), None)
        owner = "" if number % 2 else ME
        target = Target(
            new_id(), key, Decimal(50 + number), KINDS[number % 3], None, owner, ME, NOW, TODAY - timedelta(days=days)
        )
        storage.write_now(TEAM, lambda db, new=made: db.catalogue.add_version(new))
        own = KpiSettings(owners=owners, cadence=cadence)
        storage.write_now(TEAM, lambda db, key=key, own=own: db.catalogue.set_settings(key, own))
        storage.write_now(TEAM, lambda db, new=target: db.targets.set(new))
    for start in range(0, days, 30):
        chunk = list(_entries(keys, start, min(start + 30, days), people))
        storage.write_now(TEAM, lambda db, some=chunk: db.kpis.add_many(some))
    return storage


def _entries(keys: list[str], first: int, last: int, people: int) -> Iterator[Entry]:
    for back in range(first, last):
        on = TODAY - timedelta(days=back)
        if on.weekday() < 5:
            for number, key in enumerate(keys):
                member = f"U{(number + back) % people:03}" if number % 2 else ME
                value = Decimal((number * 7 + back * 13) % 40)
                yield Entry(new_id(), key, member, value, on, member, NOW - timedelta(days=back), source=new_id())


def main() -> None:
    """Makes the workspace, and times one Home."""
    texts = load("en")
    with tempfile.TemporaryDirectory() as folder:
        storage = filled(Path(folder), int(sys.argv[1]) if len(sys.argv) > 1 else 200)
        member = storage.write_now(TEAM, lambda db: db.members.get(ME))
        assert member is not None
        visit = Visit(member, NOW, TODAY, "Asia/Jakarta", "en")
        took: list[float] = []
        for _ in range(TIMES):
            began = time.perf_counter()
            facts = storage.write_now(TEAM, lambda db: read_home(db, visit, DEFAULTS, texts.t("en")))
            home_view(facts, texts.t("en"))
            took.append((time.perf_counter() - began) * 1000)
        storage.close()
    middle = statistics.median(took)
    sys.stdout.write(f"{facts.kpis.total} KPIs of mine; first {took[0]:.0f} ms, median {middle:.0f} ms, ")
    sys.stdout.write(f"least {min(took):.0f} ms, most {max(took):.0f} ms\n")


if __name__ == "__main__":
    main()
