"""From what stands in a form to answers: each input read as its question takes it, each mistake under its input. Pure.

What may be answered at all is the domain's (`questions.accept`), asked again when answers are recorded.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bot.domain.errors import DomainError
from bot.domain.kpis import Unit
from bot.domain.questions import Question, QuestionKind, asks_why, number_of, number_value
from bot.domain.surveys import OwnAnswers
from bot.domain.values import AmbiguousValue, parse_value
from bot.domain.words import shown
from bot.i18n import Translator
from bot.slack import ids

NO_ANSWER = "none"
"""The option of a menu or of radio buttons that takes an answer back: Slack lets nobody unchoose there."""


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody filled in, by question id. A value of None and an empty text take an earlier answer back. `errors`
    are what has to be changed first, by question id."""

    values: Mapping[str, int | None] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, DomainError] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not any(self.texts.values()) and all(value is None for value in self.values.values())

    def upon(self, before: OwnAnswers) -> OwnAnswers:
        """The answers there are once these are recorded."""
        values = {**before.values, **self.values}
        texts = {**before.texts, **self.texts}
        return OwnAnswers(
            {key: value for key, value in values.items() if value is not None},
            {key: text for key, text in texts.items() if text},
        )


def input_id(prefix: str, question: Question, questions: Sequence[Question]) -> str:
    """The block id of a question's input in a form; of a question that is asked alone just the prefix."""
    return prefix if len(questions) == 1 else ids.sub_id(prefix, question.id)


def read_answers(asked: Sequence[Question], of: Sequence[Question], inputs: Mapping[str, str], t: Translator) -> Given:
    """The answers in a form that shows the questions `asked`, some or all `of` a round. A reason that was given for an
    answer goes with it where the new answer is not asked for one.

    Raises DomainError `core.stale` for an option that was never offered.
    """
    values: dict[str, int | None] = {}
    texts: dict[str, str] = {}
    errors: dict[str, DomainError] = {}
    for question in asked:
        raw = inputs.get(input_id(ids.SCORE_INPUT, question, of), "").strip()
        try:
            if question.required and (not raw or raw == NO_ANSWER):
                raise DomainError("surveys.answer.needed")
            if question.kind is QuestionKind.TEXT:
                texts[question.id] = raw
            else:
                values[question.id] = value = _value(question, raw, t)
                texts.update(orphaned(question, value))
        except DomainError as refusal:
            if refusal.key == "core.stale":
                raise
            errors[question.id] = refusal
    return Given(values, texts, errors)


def read_reasons(of: Sequence[Question], inputs: Mapping[str, str]) -> dict[str, str]:
    """The reasons in a form, by question id: of those questions whose inputs it shows."""
    shown_there = ((question.id, input_id(ids.REASON_INPUT, question, of)) for question in of)
    return {question_id: inputs[block_id].strip() for question_id, block_id in shown_there if block_id in inputs}


def orphaned(question: Question, value: int | None) -> dict[str, str]:
    """What takes a reason back that an answer is not asked for: nobody could see or change it any more."""
    keeps = question.kind is QuestionKind.TEXT or (value is not None and asks_why(question, value))
    return {} if keeps else {question.id: ""}


def several(positions: Iterable[str]) -> int | None:
    """The value of a question with several choices: the sum over the positions ticked; None for none of them. Raises
    DomainError `core.stale` for what is no position."""
    return sum(2 ** position(each) for each in set(positions)) or None


def position(raw: object) -> int:
    """A small whole number that a button or option carried. Raises DomainError `core.stale` for anything else."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw.isascii() and raw.isdecimal() and len(raw) <= 2:
        return int(raw)
    raise DomainError("core.stale")


def written_number(value: int, t: Translator) -> str:
    """A number as somebody can send it again without being asked what they mean: no separators but the decimal one of
    their language."""
    decimal_sign = t.number(Decimal("0.5"))[1]
    return format(number_of(value).normalize(), "f").replace(".", decimal_sign)


def _value(question: Question, raw: str, t: Translator) -> int | None:
    if not raw or raw == NO_ANSWER:
        return None
    if question.kind is QuestionKind.NUMBER:
        return _number(raw, t)
    if question.kind is QuestionKind.CHOICES:
        return several(raw.split(","))
    return position(raw)


def _number(raw: str, t: Translator) -> int:
    """Raises DomainError `surveys.answer.number_ambiguous`, `surveys.answer.number_unclear`,
    `surveys.answer.number_too_large`."""
    try:
        found = parse_value(raw, Unit.NUMBER, t.language)
    except DomainError as refusal:
        if refusal.key == "values.too_large":
            raise DomainError("surveys.answer.number_too_large") from None
        raise DomainError("surveys.answer.number_unclear", text=shown(raw)) from None
    if isinstance(found, AmbiguousValue):
        readings = [written_number(number_value(each), t) for each in found.readings]
        raise DomainError("surveys.answer.number_ambiguous", text=shown(raw), one=readings[0], other=readings[-1])
    return number_value(found)
