"""Rounds of the past from a CSV file: closed, sealed, with nothing that could be linked to anybody.

Columns: survey, channel, closed_on, scale, asked, score, answers; one line for each score that was given in a round.
A file of `exporting` has them too: of its other lines nothing is taken over.
Reading the file and telling the person at the terminal is the command line's.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from bot.domain.enps import SCALES, Scale
from bot.domain.errors import DomainError, FileRefused, LineError
from bot.domain.privacy import thresholds
from bot.domain.surveys import Round, RoundState, Survey, enps_definition
from bot.domain.words import shown
from bot.surveys.results.publishing import decide
from bot.surveys.service import QUESTION, WINDOW
from storage import UnitOfWork, new_id

COLUMNS = ("survey", "channel", "closed_on", "scale", "asked", "score", "answers")
NOON = time(12)
MOST_PEOPLE = 1_000_000


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
    """The rows of a CSV file with a header. All or nothing: raises FileRefused with every error found."""
    reader = csv.DictReader(lines, strict=True)
    errors: list[LineError] = []
    rows: list[HistoryRow] = []
    try:
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise FileRefused([_wrong(1, "no_column", column=missing[0], columns=", ".join(COLUMNS))])
        for cells in reader:
            if _is_no_score(cells):
                continue
            try:
                rows.append(_row(reader.line_num, cells, today))
            except DomainError as wrong:
                errors.append(LineError(reader.line_num, wrong.key, wrong.values))
    except csv.Error:
        errors.append(LineError(reader.line_num, "core.file_broken"))
    errors += _contradictions(rows)
    if not rows and not errors:
        errors.append(_wrong(1, "no_rows"))
    if errors:
        raise FileRefused(errors)
    return tuple(rows)


def import_rounds(db: UnitOfWork, now: datetime, rows: Iterable[HistoryRow], created_by: str = "") -> ImportReport:
    """Make the rounds, and the surveys where there are none; a round that is there already (same survey and day) is
    left alone, so that importing twice changes nothing. New surveys belong to `created_by`; to admins when it is empty.

    Raises FileRefused when a round is older than one that the survey has, or a survey of that name differs.
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
            raise FileRefused([_wrong(group[0].line, "too_old", handle=handle, later=max(days))])
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
        known = Survey(new_id(), handle, enps_definition(row.channel, row.scale), created_by, now)
        db.surveys.add(known)
        return known, True
    if known.scale != row.scale or known.channel_id != row.channel:
        raise FileRefused([_wrong(row.line, "other_survey", handle=handle)])
    return known, False


def _add_round(db: UnitOfWork, survey: Survey, row: HistoryRow, counts: Mapping[int, int]) -> None:
    closed_at = datetime.combine(row.closed_on, NOON, UTC)
    limits = thresholds(row.asked)
    past = Round(
        id=new_id(),
        survey_id=survey.id,
        number=db.rounds.next_number(survey.id),
        state=RoundState.CLOSED,
        definition=survey.definition,
        opened_at=closed_at - WINDOW,
        closes_at=closed_at,
        asked=row.asked,
        min_score=limits.min_score,
        min_comments=limits.min_comments,
        started_by=survey.created_by,
        closed_at=closed_at,
        sealed=True,
        answered=sum(counts.values()),
    )
    db.rounds.add(past)
    db.answers.import_counts(past.id, QUESTION, counts)
    decide(db, closed_at, past)


def _row(line: int, cells: Mapping[str | None, str | list[str] | None], today: date) -> HistoryRow:
    """One line; DomainError for what is wrong with it."""
    if None in cells:
        raise DomainError("surveys.import.more_cells")
    text = {name: str(cells[name] or "").strip() for name in COLUMNS}
    handle = text["survey"].casefold()
    if not re.fullmatch(r"[\w-]{1,60}", handle):
        raise DomainError("surveys.import.survey", text=shown(text["survey"]))
    if not re.fullmatch(r"[CG][A-Z0-9]{2,}", text["channel"]):
        raise DomainError("surveys.import.channel", text=shown(text["channel"]))
    scale = SCALES.get(text["scale"])
    if scale is None:
        raise DomainError("surveys.import.scale", text=shown(text["scale"]))
    score = _number("score", text["score"])
    if score not in scale.scores:
        raise DomainError("surveys.import.score", score=score, scale=text["scale"])
    closed_on = _closed_on(text["closed_on"], today)
    asked, answers = _number("asked", text["asked"]), _number("answers", text["answers"])
    return HistoryRow(line, handle, text["channel"], closed_on, scale, asked, score, answers)


def _is_no_score(cells: Mapping[str | None, str | list[str] | None]) -> bool:
    """Whether a line of an export is something else than how often a score was given in a whole round."""
    if not cells.get("row") or None in cells:
        return False
    return (cells["row"], cells.get("kind"), cells.get("segment") or "") != ("count", "enps", "")


def _closed_on(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise DomainError("surveys.import.date", text=shown(text)) from None
    if not date(1970, 1, 1) + timedelta(days=30) <= day <= today:
        raise DomainError("surveys.import.not_past", text=shown(text))
    return day


def _number(column: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > 7 or int(text) > MOST_PEOPLE:
        raise DomainError("surveys.import.number", column=column, text=shown(text))
    return int(text)


def _contradictions(rows: Iterable[HistoryRow]) -> list[LineError]:
    """What is wrong between the lines of one round, or of one survey."""
    errors = []
    for (handle, closed_on), group in _rounds(rows).items():
        first, scores = group[0], set()
        for row in group:
            if (row.channel, row.scale, row.asked) != (first.channel, first.scale, first.asked):
                errors.append(_wrong(row.line, "differs", first=str(first.line)))
            if row.score in scores:
                errors.append(_wrong(row.line, "twice", score=row.score, handle=handle, day=closed_on))
            scores.add(row.score)
        answers = sum(row.answers for row in group)
        if answers > first.asked:
            errors.append(
                _wrong(first.line, "too_many", handle=handle, day=closed_on, answers=answers, asked=first.asked)
            )
    return errors


def _wrong(line: int, what: str, **values: object) -> LineError:
    return LineError(line, f"surveys.import.{what}", values)
