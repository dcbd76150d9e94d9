"""Whether reading gets slower as rows pile up: `/kpi show` of a year, the weekly summary with 200 KPIs, and the results
of a survey with its course over 52 rounds, on SQLite, each beside a hundred times as many rows. Alone:
`python -m benchmarks.growth` (three minutes, most of them to make the rows; with `--million` half of one and a tenth of
the rows).

Both companies are the same: 200 KPIs, each logged by the same five of its fifty people on every working day of two
years; in the larger one each of them logs a hundred times as often, and a hundred times as many answer in each round.
"""

import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from benchmarks.processes import Cores
from benchmarks.sections import Figure, Section
from bot.domain.catalogue import KpiSettings, KpiVersion
from bot.domain.enps import SCALE_0_10
from bot.domain.kpis import KPIS, Aggregation
from bot.domain.members import Member
from bot.domain.periods import PeriodKind, containing
from bot.domain.publications import Published, PublishedQuestion, PublishedSegment
from bot.domain.schedules import Cadence
from bot.domain.surveys import Round, RoundState, Survey, enps_definition
from bot.domain.targets import Target
from bot.i18n import Catalogues, load
from bot.kpis.acting import read_acting
from bot.kpis.showing.answering import answer_message
from bot.kpis.showing.grammar import ShowRequest
from bot.kpis.vocabulary import Split
from bot.kpis.wording import Wording
from bot.summaries import views as summaries
from bot.summaries.reading import Place, read_facts
from bot.surveys.results import results_views
from bot.surveys.results.reading import survey_results
from storage import Storage, UnitOfWork, migrate, new_id

TEAM, ME, ZONE = "T0BENCH", "U000", "Asia/Jakarta"
NOW = datetime(2026, 11, 30, 2, tzinfo=UTC)  # a Monday, when the week before is told
TODAY = NOW.astimezone(ZoneInfo(ZONE)).date()
KPI_COUNT, PEOPLE, LOGGING, WEEKS = 200, 50, 5, 104
FEW, MANY, TENTH = 1, 100, 10  # entries of each of those who log a KPI, on each of their days
ROUNDS, SEGMENTS, ANSWERS = 52, 20, 1_923  # answers in each round, once in the smaller company
READINGS, WARM_UP = 21, 2
AT_MOST = 1.3
AGGREGATIONS = (Aggregation.SUM, Aggregation.SUM, Aggregation.MEAN, Aggregation.LAST)
Read = Callable[[UnitOfWork, Catalogues], object]

_ENTRIES = """
    WITH RECURSIVE kpis(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM kpis WHERE k + 1 < :kpis),
                   days(d) AS (SELECT 0 UNION ALL SELECT d + 1 FROM days WHERE d + 1 < 5 * :weeks),
                   times(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM times WHERE n + 1 < :times)
    INSERT INTO entries (workspace_id, id, kpi_key, member_id, value, "on", logged_by, logged_at, source, note, state,
                         changed_by)
    SELECT :team, printf('%03d%04d%04d', k, d, n), printf('own%03d', k),
           printf('U%03d', (k * 7 + d % :logging) % :people), (k * 7 + d * 13 + n * 29) % 400 * 10000,
           date(:first, printf('+%d days', d / 5 * 7 + d % 5)),
           printf('U%03d', (k * 7 + d % :logging) % :people),
           printf('%s %02d:%02d:00.000000', date(:first, printf('+%d days', d / 5 * 7 + d % 5)), 1 + n / 60, n % 60),
           printf('%03d%04d%04d', k, d, n), '', 'active', ''
    FROM kpis, days, times
"""
_ANSWERS = """
    WITH RECURSIVE rounds(r) AS (SELECT 0 UNION ALL SELECT r + 1 FROM rounds WHERE r + 1 < :rounds),
                   people(p) AS (SELECT 0 UNION ALL SELECT p + 1 FROM people WHERE p + 1 < :people)
    INSERT INTO answers (key, round_id, question, value)
    SELECT CAST(printf('%03d%013d', r, p) AS BLOB), printf('round%02d', r), 'enps', (r + p * 7) % 11 FROM rounds, people
"""


def company(folder: Path, times: int) -> tuple[Storage, int, int]:
    """A company in which everything is there `times` times as often; how many entries and answers it has."""
    folder.mkdir()
    path = folder / "bench.db"
    url = f"sqlite:///{path}"
    migrate.upgrade(url)
    storage = Storage.open(url, folder)
    storage.write_now(TEAM, _settle)
    storage.write_now(TEAM, partial(_ask, ANSWERS * times))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        counted = _pour(connection, times)
    for key in _keys():
        storage.write_now(TEAM, lambda db, key=key: db.kept_totals.rebuild(key))
    return storage, *counted


def _pour(connection: sqlite3.Connection, times: int) -> tuple[int, int]:
    """The rows that there are many of. Indexes come afterwards: sorted is faster than one by one."""
    for pragma in ("synchronous=OFF", "cache_size=-400000", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")
    named = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'entries' AND sql IS NOT NULL"
    indexes = connection.execute(named).fetchall()
    connection.execute("BEGIN")
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    first = TODAY - timedelta(days=TODAY.weekday(), weeks=WEEKS)
    values = {"kpis": KPI_COUNT, "weeks": WEEKS, "times": times, "team": TEAM, "first": first.isoformat()}
    connection.execute(_ENTRIES, {**values, "logging": LOGGING, "people": PEOPLE})
    connection.execute(_ANSWERS, {"rounds": ROUNDS, "people": ANSWERS * times})
    for _, sql in indexes:
        connection.execute(sql)
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    entries, answers = (connection.execute(f"SELECT count(*) FROM {name}") for name in ("entries", "answers"))
    return int(entries.fetchone()[0]), int(answers.fetchone()[0])


def _keys() -> list[str]:
    return [f"own{number:03}" for number in range(KPI_COUNT)]


def _settle(db: UnitOfWork) -> None:
    """People, KPIs and targets: half of the KPIs are somebody's, half have a target of everybody."""
    db.workspace.ensure("Bench", NOW)
    people = [
        Member(f"U{number:03}", f"Person {number}", "en-US", ZONE, is_admin=not number) for number in range(PEOPLE)
    ]
    db.members.refresh(people)
    since = TODAY - timedelta(days=1000)
    kinds = (PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR)
    for number, key in enumerate(_keys()):
        own = replace(
            KPIS["leads"], key=key, names={"en": f"KPI {number}"}, aggregation=AGGREGATIONS[number % len(AGGREGATIONS)]
        )
        db.catalogue.add_version(KpiVersion(own, 1, since, ME, NOW))
        db.catalogue.set_settings(
            key, KpiSettings(owners=(f"U{number % PEOPLE:03}",) if number % 2 else (), cadence=Cadence.WEEKLY)
        )
        if number % 2 == 0:
            value = Decimal(500 * (number + 1))
            db.targets.set(Target(new_id(), key, value, kinds[number // 2 % len(kinds)], None, "", ME, NOW, since))


def _ask(answers: int, db: UnitOfWork) -> None:
    """Closed weekly rounds, with what was published of each: the whole and its groups."""
    definition = replace(enps_definition("C1", SCALE_0_10), breakdown="department")
    survey = Survey("s1", "enps", definition, ME, NOW)
    db.surveys.add(survey)
    chance = random.Random(1)
    for number in range(ROUNDS):
        closed = NOW - timedelta(weeks=ROUNDS - number - 1, days=1)
        groups = tuple(
            PublishedSegment(f"Group {group}", 30, 25, (_published(chance, 25),)) for group in range(SEGMENTS)
        )
        published = Published(answers, answers, (_published(chance, answers),), groups)
        made = Round(
            id=f"round{number:02}", survey_id=survey.id, number=number + 1, state=RoundState.CLOSED,
            definition=definition, opened_at=closed - timedelta(days=3), closes_at=closed, asked=answers, min_score=5,
            min_comments=10, started_by=ME, closed_at=closed, sealed=True, answered=answers, published=published,
        )  # fmt: skip
        db.rounds.add(made)


def _published(chance: random.Random, answers: int) -> PublishedQuestion:
    promoters, passives = int(answers * chance.uniform(0.3, 0.5)), int(answers * 0.3)
    counts = {9: promoters, 7: passives, 4: answers - promoters - passives}
    return PublishedQuestion("enps", answers, counts)


def _show(split: Split | None, db: UnitOfWork, texts: Catalogues) -> object:
    """`/kpi show` of this year, as its listener reads and words it."""
    me = db.members.get(ME)
    assert me is not None
    acting = read_acting(db, me, NOW, TODAY, "ID")
    year = containing(TODAY, PeriodKind.YEAR)
    request = ShowRequest((acting.kpis["own001"],), year, has_period=True, split=split)
    return answer_message(db, request, acting, Wording(texts.t("en"), "IDR", TODAY, ZONE, acting.kpis))


def _summarise(db: UnitOfWork, texts: Catalogues) -> object:
    """The weekly post and what follows in its thread, from the entries there were when its sending began."""
    facts = read_facts(db.totals_at(NOW), PeriodKind.WEEK, TODAY, NOW, Place("C1", ZONE, "ID", "IDR"))
    return summaries.summary_message(facts, texts.t("en")), summaries.details_message(facts, texts.t("en"))


def _results(db: UnitOfWork, texts: Catalogues) -> object:
    """`/pulse results` of the newest round, with its groups and the course of the eNPS."""
    me, survey = db.members.get(ME), db.surveys.get("s1")
    assert me is not None
    assert survey is not None
    return results_views.survey_message(survey_results(db, me, survey), texts.t("en"), ZONE)


READS: dict[str, Read] = {
    "/kpi show of a year": partial(_show, None),
    "/kpi show of a year by person": partial(_show, Split.PERSON),
    "weekly summary, 200 KPIs": _summarise,
    "eNPS results, 52 rounds of 20 groups": _results,
}


def _seconds(storage: Storage, read: Read, texts: Catalogues) -> float:
    began = time.perf_counter()
    storage.read_now(TEAM, lambda db: read(db, texts))
    return time.perf_counter() - began


def _pairs(few: Storage, many: Storage, read: Read, texts: Catalogues) -> Iterator[tuple[float, float]]:
    """Readings of both, one after the other, in an order that changes."""
    for number in range(WARM_UP + READINGS):
        order = (few, many) if number % 2 else (many, few)
        took = {id(storage): _seconds(storage, read, texts) for storage in order}
        if number >= WARM_UP:
            yield took[id(few)], took[id(many)]


def measure(cores: Cores, times: int = MANY) -> Section:  # noqa: ARG001  it runs where it is started
    """Both companies made in a temporary folder, and read in turn."""
    texts = load("en")
    lines, figures = [], []
    with tempfile.TemporaryDirectory(prefix="denyut-bench-") as name:
        few, *fewer = company(Path(name) / "few", FEW)
        many, *more = company(Path(name) / "many", times)
        lines.append(
            f"SQLite; {fewer[0]:,} entries and {fewer[1]:,} answers beside {more[0]:,} and {more[1]:,}, read in turn."
        )
        for what, read in READS.items():
            pairs = list(_pairs(few, many, read, texts))
            middle = [statistics.median(each) * 1000 for each in zip(*pairs, strict=True)]
            lines.append(f"- {what}: {middle[0]:.1f} ms beside {middle[1]:.1f} ms")
            ratios = [more_took / fewer_took for fewer_took, more_took in pairs]
            figures.append(Figure(f"{what}: time with {times} times as many rows", ratios, AT_MOST, at_most=True))
        few.close()
        many.close()
    return Section("Growth", lines, figures)


if __name__ == "__main__":
    sys.stdout.write(measure(Cores(), TENTH if "--million" in sys.argv else MANY).told() + "\n")
