"""Every sentence of a summary is true to the numbers: random worlds are written to the database, the post and its
thread are made in both languages, and each of their lines is read back."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain.periods import PeriodKind
from bot.domain.schedules import Cadence
from bot.domain.scoreboard import KpiLine
from bot.i18n import Translator, load
from bot.playground.block_kit.whole import check_message_blocks
from bot.summaries import reading
from bot.summaries.reading import Place, read_facts
from bot.summaries.views import details_message, owing_message, summary_message
from storage import Storage, migrate
from tests.features.summary_reader import Reader
from tests.features.summary_worlds import KPIS, NAMES, ZONE, World, made, write
from tests.soak import times

WORLDS = times(48, 200)
TEXTS = load("en")


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    folder: Path = tmp_path_factory.mktemp("worlds")
    url = f"sqlite:///{folder / 'denyut.db'}"
    migrate.upgrade(url)
    opened = Storage.open(url, folder)
    yield opened
    opened.close()


def rendered(storage: Storage, world: World, seed: int | str, t: Translator) -> tuple[str, str, str]:
    """The texts of the post, the thread and the lead's note."""
    now = datetime.combine(world.today, datetime.min.time(), ZoneInfo(ZONE)) + timedelta(hours=9)
    place = Place("C1", ZONE, "", "IDR")
    facts = storage.read_now(f"T{seed}", lambda db: read_facts(db, world.kind, world.today, now, place))
    messages = summary_message(facts, t), details_message(facts, t), owing_message(facts, "C1", t)
    for message in messages:
        if message is not None:
            check_message_blocks(list(message.blocks), lambda _: True)
    post, details, note = (message.text if message else "" for message in messages)
    return post, details, note


@pytest.mark.parametrize("part", range(4))
def test_every_sentence_is_true_to_the_numbers(storage: Storage, part: int) -> None:
    checked = 0
    for seed in range(part, WORLDS, 4):
        world = made(Random(seed))
        storage.write_now(f"T{seed}", lambda db, world=world: write(db, world, datetime(2026, 11, 1, tzinfo=UTC)))
        for language in ("en", "id"):
            reader = Reader(world, TEXTS.t(language))
            post, details, note = rendered(storage, world, seed, TEXTS.t(language))
            for text in filter(None, (post, details)):
                try:
                    reader.read(text)
                except AssertionError as wrong:
                    raise AssertionError(f"world {seed}, {language}: {wrong}\n\n{text}") from wrong
            names = {line.removeprefix("• ").split(":")[0] for line in note.split("\n") if line.startswith("• ")}
            assert names == set(world.owing())
            promised = {action.owner_id for action in world.told_actions}
            assert not names & set(re.findall(r"\w+", post)) - {NAMES[who] for who in world.named | promised}
            if reader.rows_read:
                assert sorted(reader.rows_read) == sorted(set(reader.rows_read)), "each KPI once"
                assert {kpi for kpi in KPIS if world.sum(kpi, world.first, world.last) is not None} <= set(
                    reader.rows_read
                )
            checked += reader.checked
    assert checked > 100 * WORLDS / 4 / 20


def add_what_stands_alone(world: World) -> None:
    """Calls that began on the Tuesday of the week before, meetings that are counted by the month."""
    for kpi in ("calls_held", "meetings_held"):
        world.logged[kpi] += [(date(2026, 11, 24), "U1", Decimal(90)), (date(2026, 11, 17), "U1", Decimal(30))]
    world.cadences["meetings_held"] = Cadence.MONTHLY


@pytest.mark.parametrize(
    ("true", "false"),
    [
        ("40 against", "41 against"),
        ("Leads: 40;", "Leads: 44;"),
        ("+60%", "+61%"),
        ("missed", "met"),
        ("since 17 Nov", "since 18 Nov"),
        (" (logged only since 17 Nov)", ""),
        ("for 1–29 Nov", "for 2–29 Nov"),
        (" (for 1–29 Nov)", ""),
    ],
)
def test_the_reader_notices_what_is_wrong(storage: Storage, true: str, false: str) -> None:
    world = World(
        PeriodKind.WEEK, date(2026, 11, 30), date(2026, 11, 23), date(2026, 11, 29), targets={"leads": Decimal(90)}
    )
    world.logged["leads"] += [(date(2026, 11, 24), "U1", Decimal(40)), (date(2026, 11, 17), "U1", Decimal(25))]
    world.logged["leads"].append((date(2026, 11, 9), "U1", Decimal(7)))
    add_what_stands_alone(world)
    storage.write_now(f"T{true}", lambda db: write(db, world, datetime(2026, 11, 1, tzinfo=UTC)))
    post, _, _ = rendered(storage, world, true, TEXTS.t("en"))
    Reader(world, TEXTS.t("en")).read(post)
    assert true in post
    with pytest.raises(AssertionError):
        Reader(world, TEXTS.t("en")).read(post.replace(true, false))


@pytest.mark.parametrize("rule", ["read_own_days", "without_halves"])
@pytest.mark.parametrize("language", ["en", "id"])
def test_the_reader_notices_what_must_not_be_compared(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, rule: str, language: str
) -> None:
    """A summary that compared everything would be read as false: the first of these posts holds, the second does not
    without one of its rules."""
    world = World(PeriodKind.WEEK, date(2026, 11, 30), date(2026, 11, 23), date(2026, 11, 29))
    add_what_stands_alone(world)
    workspace, t = f"{rule}{language}", TEXTS.t(language)
    storage.write_now(f"T{workspace}", lambda db: write(db, world, datetime(2026, 11, 1, tzinfo=UTC)))

    post, _, _ = rendered(storage, world, workspace, t)
    Reader(world, t).read(post)
    assert "+200%" not in post

    def compare_everything(*given: Any) -> tuple[list[KpiLine], dict[str, Any]]:
        return next(list(each) for each in given if isinstance(each, list)), {}

    monkeypatch.setattr(reading, rule, compare_everything)
    post, _, _ = rendered(storage, world, workspace, t)
    assert "+200%" in post
    with pytest.raises(AssertionError):
        Reader(world, t).read(post)
