"""Rounds of the past from a CSV file: closed, sealed, with nothing that could be linked to anybody.

Columns: survey, channel, closed_on, scale, asked, score, answers; one line for each score that was given in a round.
Reading the file and telling the person at the terminal is the command line's.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.domain.enps import SCALE_0_10, SCALE_1_10, Scale
from bot.domain.privacy import thresholds
from bot.domain.surveys import Round, RoundState, Survey
from bot.surveys.service import QUESTION, WINDOW
from storage import UnitOfWork, new_id

COLUMNS = ("survey", "channel", "closed_on", "scale", "asked", "score", "answers")
SCALES = {"0-10": SCALE_0_10, "1-10": SCALE_1_10}
NOON = time(12)
MOST_PEOPLE = 1_000_000
PROBLEMS_TOLD = 20


class HistoryError(Exception):
    """The file cannot be imported; nothing was. `problems` are one sentence each, with the line's number."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One line: how often `score` was given in the round of `survey` that closed on `closed_on` (a UTC date)."""

    line: int
    survey: str
    channel: str
    closed_on: date
    scale: Scale
    asked: int
    score: int
    answers: int


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did: surveys and rounds made, their answers, and rounds that were there already."""

    surveys: int
    rounds: int
    answers: int
    skipped: int


def parse_rows(lines: Iterable[str], today: date) -> tuple[HistoryRow, ...]:
    """The rows of a CSV file with a header. All or nothing: raises HistoryError with every problem found."""
    reader = csv.DictReader(lines, strict=True)
    problems: list[str] = []
    rows: list[HistoryRow] = []
    try:
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise HistoryError([f"line 1: the column {missing[0]} is missing; the columns are {', '.join(COLUMNS)}"])
        for cells in reader:
            try:
                rows.append(_row(reader.line_num, cells, today))
            except ValueError as wrong:
                problems.append(f"line {reader.line_num}: {wrong}")
    except csv.Error as broken:
        problems.append(f"line {reader.line_num}: this is not CSV ({broken})")
    problems += _contradictions(rows)
    if not rows and not problems:
        problems.append("the file has no rows")
    if problems:
        left = len(problems) - PROBLEMS_TOLD
        raise HistoryError([*problems[:PROBLEMS_TOLD], *([f"and {left} more problems"] if left > 0 else [])])
    return tuple(rows)


def import_rounds(db: UnitOfWork, now: datetime, rows: Iterable[HistoryRow], created_by: str = "") -> ImportReport:
    """Make the rounds, and the surveys where there are none; a round that is there already (same survey and day) is
    left alone, so that importing twice changes nothing. New surveys belong to `created_by`; to admins when it is empty.

    Raises HistoryError when a round is older than one that the survey has, or a survey of that name differs.
    """
    made = {"surveys": 0, "rounds": 0, "answers": 0, "skipped": 0}
    for (handle, closed_on), group in sorted(_rounds(rows).items()):
        survey, is_new = _survey(db, now, group[0], handle, created_by)
        closed = [each for each in db.rounds.of_survey(survey.id) if each.closed_at is not None]
        days = {each.closed_at.date() for each in closed if each.closed_at}
        made["surveys"] += is_new
        if closed_on in days:
            made["skipped"] += 1
            continue
        if days and max(days) > closed_on:
            problem = (
                f"line {group[0].line}: {handle} has a round that closed later ({max(days)}); import the oldest first"
            )
            raise HistoryError([problem])
        counts = {row.score: row.answers for row in group if row.answers}
        _add_round(db, survey, group[0], counts)
        made["rounds"] += 1
        made["answers"] += sum(counts.values())
    return ImportReport(**made)


def _rounds(rows: Iterable[HistoryRow]) -> dict[tuple[str, date], list[HistoryRow]]:
    rounds: dict[tuple[str, date], list[HistoryRow]] = defaultdict(list)
    for row in rows:
        rounds[row.survey, row.closed_on].append(row)
    return rounds


def _survey(db: UnitOfWork, now: datetime, row: HistoryRow, handle: str, created_by: str) -> tuple[Survey, bool]:
    known = db.surveys.by_handle(handle)
    if known is None:
        known = Survey(new_id(), handle, row.channel, row.scale, created_by, now)
        db.surveys.add(known)
        return known, True
    if known.scale != row.scale or known.channel_id != row.channel:
        raise HistoryError([f"line {row.line}: there is a survey {handle} already, of another channel or scale"])
    return known, False


def _add_round(db: UnitOfWork, survey: Survey, row: HistoryRow, counts: Mapping[int, int]) -> None:
    closed_at = datetime.combine(row.closed_on, NOON, UTC)
    limits = thresholds(row.asked)
    past = Round(
        id=new_id(),
        survey_id=survey.id,
        number=db.rounds.next_number(survey.id),
        state=RoundState.CLOSED,
        scale=row.scale,
        opened_at=closed_at - WINDOW,
        closes_at=closed_at,
        asked=row.asked,
        min_score=limits.min_score,
        min_comments=limits.min_comments,
        started_by=survey.created_by,
        closed_at=closed_at,
        sealed=True,
    )
    db.rounds.add(past)
    db.answers.import_counts(past.id, QUESTION, counts)


def _row(line: int, cells: Mapping[str | None, str | list[str] | None], today: date) -> HistoryRow:
    """One line; ValueError with half a sentence for what is wrong with it."""
    if None in cells:
        raise ValueError("there are more cells than columns")
    text = {name: str(cells[name] or "").strip() for name in COLUMNS}
    handle = text["survey"].casefold()
    if not re.fullmatch(r"[\w-]{1,60}", handle):
        raise ValueError(f"survey is {text['survey']!r}, it should be a short name such as enps-sales")
    if not re.fullmatch(r"[CG][A-Z0-9]{2,}", text["channel"]):
        raise ValueError(f"channel is {text['channel']!r}, it should be a channel's id such as C012AB3CD")
    scale = SCALES.get(text["scale"])
    if scale is None:
        raise ValueError(f"scale is {text['scale']!r}, it should be 0-10 or 1-10")
    score = _number("score", text["score"])
    if score not in scale.scores:
        raise ValueError(f"score {score} is not on the scale {text['scale']}")
    closed_on = _closed_on(text["closed_on"], today)
    asked, answers = _number("asked", text["asked"]), _number("answers", text["answers"])
    return HistoryRow(line, handle, text["channel"], closed_on, scale, asked, score, answers)


def _closed_on(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"closed_on is {text!r}, it should be a date such as 2026-11-30") from None
    if not date(1970, 1, 1) + timedelta(days=30) <= day <= today:
        raise ValueError(f"closed_on is {text}, it should be a day of the past")
    return day


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > 7 or int(text) > MOST_PEOPLE:
        raise ValueError(f"{name} is {text!r}, it should be a whole number")
    return int(text)


def _contradictions(rows: Iterable[HistoryRow]) -> list[str]:
    """What is wrong between the lines of one round, or of one survey."""
    problems = []
    for (handle, closed_on), group in _rounds(rows).items():
        first, scores = group[0], set()
        for row in group:
            if (row.channel, row.scale, row.asked) != (first.channel, first.scale, first.asked):
                problems.append(
                    f"line {row.line}: channel, scale or asked differ from line {first.line}, the same round"
                )
            if row.score in scores:
                problems.append(f"line {row.line}: the score {row.score} of {handle} on {closed_on} stands twice")
            scores.add(row.score)
        answers = sum(row.answers for row in group)
        if answers > first.asked:
            problems.append(f"line {first.line}: {handle} on {closed_on} has {answers} answers of {first.asked} asked")
    return problems
