"""Rounds of the past from a CSV file: all of it, or nothing and every problem by its line."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.domain.errors import FileRefused
from bot.domain.surveys import RoundState
from bot.files import line_words
from bot.i18n import load
from bot.surveys.results.history import COLUMNS, HistoryRow, import_rounds, parse_rows
from bot.surveys.results.reading import round_results
from storage import Storage

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
TODAY = NOW.date()
TEXTS = load("en")
HEADER = ",".join(COLUMNS)
GOOD = (
    "enps-sales,C0SALES,2026-06-30,0-10,12,9,5",
    "enps-sales,C0SALES,2026-06-30,0-10,12,3,2",
    "enps-sales,C0SALES,2026-09-30,0-10,12,9,8",
    "enps-sales,C0SALES,2026-09-30,0-10,12,8,2",
    "enps-ops,C0OPS,2026-09-30,1-10,4,1,3",
)


@pytest.fixture
def store(tmp_path: Path, sqlite_template: Path):
    url = f"sqlite:///{tmp_path / 'denyut.db'}"
    shutil.copy(sqlite_template, tmp_path / "denyut.db")
    opened = Storage.open(url, tmp_path)
    yield opened
    opened.close()


def parsed(*lines: str) -> tuple[HistoryRow, ...]:
    return parse_rows([HEADER, *lines], TODAY)


def told(refused: FileRefused) -> list[str]:
    return [line_words(error, TEXTS.t("en")) for error in refused.errors]


def test_rounds_come_in_closed_and_sealed_with_their_counts(store: Storage) -> None:
    report = store.write_now("T0TEST", lambda db: import_rounds(db, NOW, parsed(*GOOD), "U0AYU"))

    assert (report.surveys, report.rounds, report.answers, report.skipped) == (2, 3, 20, 0)
    survey = store.read_now("T0TEST", lambda db: db.surveys.by_handle("enps-sales"))
    newest, oldest = store.read_now("T0TEST", lambda db: db.rounds.of_survey(survey.id))
    assert (newest.number, newest.state, newest.sealed) == (2, RoundState.CLOSED, True)
    assert oldest.closed_at is not None
    assert oldest.closed_at.date() == date(2026, 6, 30)
    results = store.read_now("T0TEST", lambda db: round_results(db, survey, newest))
    assert results.published.answered == 10
    assert results.questions[0].published.counts == {8: 2, 9: 8}
    assert results.questions[0].comparison is not None
    assert results.trend is not None
    assert [point.round.number for point in results.trend.points] == [1, 2]


def test_importing_twice_changes_nothing(store: Storage) -> None:
    store.write_now("T0TEST", lambda db: import_rounds(db, NOW, parsed(*GOOD)))
    again = store.write_now("T0TEST", lambda db: import_rounds(db, NOW, parsed(*GOOD)))

    assert (again.surveys, again.rounds, again.answers, again.skipped) == (0, 0, 0, 3)


def test_an_older_round_after_a_newer_one_is_refused_and_nothing_of_the_file_stays(store: Storage) -> None:
    store.write_now("T0TEST", lambda db: import_rounds(db, NOW, parsed(*GOOD)))
    late = parsed(
        "enps-new,C0NEW,2026-01-31,0-10,12,9,5",
        "enps-sales,C0SALES,2026-01-31,0-10,12,9,5",
    )

    with pytest.raises(FileRefused) as refused:
        store.write_now("T0TEST", lambda db: import_rounds(db, NOW, late))

    assert told(refused.value) == [
        "line 3: enps-sales has a round that closed later (30 Sep 2026); import the oldest first"
    ]
    assert store.read_now("T0TEST", lambda db: db.surveys.by_handle("enps-new")) is None


def test_a_survey_of_that_name_with_another_scale_is_refused(store: Storage) -> None:
    store.write_now("T0TEST", lambda db: import_rounds(db, NOW, parsed(*GOOD)))

    with pytest.raises(FileRefused) as refused:
        store.write_now(
            "T0TEST", lambda db: import_rounds(db, NOW, parsed("enps-sales,C0SALES,2026-10-31,1-10,12,9,5"))
        )

    assert told(refused.value) == ["line 2: there is a survey enps-sales already, of another channel or scale"]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("enps sales!,C0SALES,2026-06-30,0-10,12,9,5", "survey"),
        ("enps-sales,#sales,2026-06-30,0-10,12,9,5", "channel"),
        ("enps-sales,C0SALES,30/06/2026,0-10,12,9,5", "closed_on"),
        ("enps-sales,C0SALES,2027-06-30,0-10,12,9,5", "day of the past"),
        ("enps-sales,C0SALES,2026-06-30,0-5,12,4,5", "scale"),
        ("enps-sales,C0SALES,2026-06-30,1-10,12,0,5", "not on the scale"),
        ("enps-sales,C0SALES,2026-06-30,0-10,twelve,9,5", "asked"),
        ("enps-sales,C0SALES,2026-06-30,0-10,12,9,-5", "answers"),
        ("enps-sales,C0SALES,2026-06-30,0-10,12,9,5,more", "more cells"),
        ("enps-sales,C0SALES,2026-06-30", "scale"),
        ("enps-sales,C0SALES,2026-06-30,0-10,12,9,13", "13 answers of 12"),
    ],
)
def test_a_wrong_line_is_named_by_its_number(line: str, problem: str) -> None:
    with pytest.raises(FileRefused) as refused:
        parsed(GOOD[4], line)

    (sentence,) = told(refused.value)
    assert sentence.startswith("line 3: ")
    assert problem in sentence
    assert all(line_words(error, TEXTS.t("id")).startswith("baris 3: ") for error in refused.value.errors)


def test_contradictions_between_lines_and_all_problems_at_once() -> None:
    with pytest.raises(FileRefused) as refused:
        parsed(GOOD[0], GOOD[0], GOOD[1].replace(",12,", ",13,"), "broken")

    assert [error.line for error in refused.value.errors] == [5, 3, 4]


def test_a_file_without_its_columns_or_rows_is_refused() -> None:
    with pytest.raises(FileRefused) as no_column:
        parse_rows(["survey,closed_on", "a,b"], TODAY)
    with pytest.raises(FileRefused) as no_rows:
        parse_rows([HEADER], TODAY)

    assert "column channel is missing" in told(no_column.value)[0]
    assert "no rows" in told(no_rows.value)[0]
