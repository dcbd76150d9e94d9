"""What rounds showed, as CSV (RFC 4180): what was decided at their close, and why the rest is hidden. Never a name.

One line for each value of each question, and of each group that may be shown; comments are lines of a table of their
own, in mixed order, so that they stand beside no number. The columns of `history` are among them: the lines of an eNPS
question can be taken over again. Writing the files is the command line's.
"""

import secrets
from collections.abc import Collection, Iterator, Sequence

from bot.domain.publications import PublishedQuestion, PublishedSegment
from bot.domain.questions import Question, QuestionKind, number_of
from bot.domain.surveys import Round, Survey
from bot.i18n import Translator
from bot.surveys.results.reading import closed_rounds
from bot.surveys.wording import question_text, value_words
from storage import UnitOfWork

COLUMNS = (
    "survey",
    "round",
    "channel",
    "closed_on",
    "row",
    "question_id",
    "kind",
    "question",
    "segment",
    "scale",
    "asked",
    "answered",
    "score",
    "value",
    "answers",
    "reason",
)
COMMENT_COLUMNS = ("survey", "round", "closed_on", "question_id", "question", "comment")
COUNT, RANGE, HIDDEN, GROUPS_HIDDEN = "count", "range", "hidden", "groups_hidden"
_LIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_WITHOUT_SCORE = (QuestionKind.CHOICE, QuestionKind.CHOICES)

Line = dict[str, str]


def export_lines(db: UnitOfWork, t: Translator, handles: Collection[str] = ()) -> Iterator[list[str]]:
    """The numbers of the surveys of these handles, or of all, with a head; questions and answers in the language of
    `t`."""
    yield list(COLUMNS)
    for survey, closed in _rounds(db, handles):
        for line in _of_round(survey, closed, t):
            yield [line.get(name, "") for name in COLUMNS]


def export_comments(db: UnitOfWork, t: Translator, handles: Collection[str] = ()) -> Iterator[list[str]]:
    """The comments that may be shown, with a head, those of each question in mixed order. Not of rounds with names:
    there the words are as good as a name, and only for those of whom the people asked were told."""
    yield list(COMMENT_COLUMNS)
    for survey, closed in _rounds(db, handles):
        if closed.definition.is_named:
            continue
        texts = db.rounds.facts(closed.id).texts
        for question in closed.questions:
            one = closed.published.question(question.id) if closed.published else None
            said = list(texts.get(question.id, ())) if one and one.texts_shown else []
            secrets.SystemRandom().shuffle(said)
            for text in said:
                cells = (survey.handle, str(closed.number), _day(closed), question.id, question_text(question, t), text)
                yield [guarded(cell) for cell in cells]


def unknown(db: UnitOfWork, handles: Collection[str]) -> list[str]:
    """The handles that no survey has."""
    return [each for each in handles if db.surveys.by_handle(each) is None]


def guarded(text: str) -> str:
    """A text as a cell that no spreadsheet program takes for a formula."""
    return f"'{text}" if text.startswith(_LIVE) else text


def _rounds(db: UnitOfWork, handles: Collection[str]) -> Iterator[tuple[Survey, Round]]:
    """Oldest first, as they are imported."""
    for survey in db.surveys.all():
        if not handles or survey.handle in handles:
            for closed in reversed(closed_rounds(db, survey)):
                yield survey, closed


def _of_round(survey: Survey, closed: Round, t: Translator) -> Iterator[Line]:
    published = closed.published
    if published is None:
        return
    about = {
        "survey": guarded(survey.handle),
        "round": str(closed.number),
        "channel": closed.definition.audience.only_channel,
        "closed_on": _day(closed),
        "asked": str(published.asked),
        "answered": str(published.answered),
    }
    for one in published.questions:
        yield from _of_question(about, closed, one, t)
    for segment in published.segments:
        for one in segment.questions:
            yield from _of_question({**about, **_of_segment(segment)}, closed, one, t)
    if published.segments_hidden or published.hidden_asked:
        hidden = {"row": GROUPS_HIDDEN, "asked": str(published.hidden_asked), "answered": ""}
        yield {**about, **hidden, "value": str(published.segments_hidden), "reason": GROUPS_HIDDEN}


def _of_segment(segment: PublishedSegment) -> Line:
    return {"segment": guarded(segment.segment), "asked": str(segment.asked), "answered": str(segment.answered)}


def _of_question(about: Line, closed: Round, one: PublishedQuestion, t: Translator) -> Iterator[Line]:
    question = closed.definition.question(one.question_id)
    if question is None:
        return
    line = {
        **about,
        "question_id": guarded(question.id),
        "kind": question.kind.value,
        "question": guarded(question_text(question, t)),
        "scale": f"{question.low}-{question.high}" if question.high else "",
    }
    if one.hidden is not None:
        yield {**line, "row": HIDDEN, "answers": str(one.answers), "reason": one.hidden.value}
    elif one.alike is not None:
        yield {**line, "row": RANGE, "answers": str(one.answers), "reason": "alike"}
    elif question.kind is QuestionKind.TEXT:
        yield {**line, "row": COUNT, "answers": str(one.answers)}
    else:
        for value in _values(question, one):
            score = "" if question.kind in _WITHOUT_SCORE else _score(question, value)
            words = guarded(value_words(question, value, t)) if not score else ""
            yield {**line, "row": COUNT, "score": score, "value": words, "answers": str(one.counts.get(value, 0))}


def _values(question: Question, one: PublishedQuestion) -> Sequence[int]:
    """Those that were given; of options also those that nobody chose."""
    if question.kind is QuestionKind.CHOICE:
        return range(len(question.options))
    if question.kind is QuestionKind.CHOICES:
        return [2**position for position in range(len(question.options))]
    return sorted(one.counts)


def _score(question: Question, value: int) -> str:
    return str(number_of(value)) if question.kind is QuestionKind.NUMBER else str(value)


def _day(closed: Round) -> str:
    """The UTC date, as rounds are taken over by it."""
    return (closed.closed_at or closed.closes_at).date().isoformat()
