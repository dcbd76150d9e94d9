"""Questions: their kinds, what may be answered, and when the reason is asked. How they look is not decided here.

An answer to anything but a text is one whole number, whatever the kind (`KINDS` says how it is to be read), so that a
new kind needs no new column. Adding a kind is one entry in `KINDS`; tests name what else has to know it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from bot.domain.enps import Scale, classify
from bot.domain.errors import DomainError

MOST_QUESTIONS = 10
ADVISED_QUESTIONS = 5
MOST_OPTIONS = 10
QUESTION_LENGTH = 200
OPTION_LENGTH = 70
TEXT_LENGTH = 1000
HUNDREDTHS = 100
LARGEST_NUMBER = 10**12

Wording = Mapping[str, str]
"""The same text by language: {"en": "…", "id": "…"}; one of them is enough."""


class QuestionKind(StrEnum):
    ENPS = "enps"
    AGREEMENT = "agreement"
    STARS = "stars"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    NUMBER = "number"
    TEXT = "text"


class Why(StrEnum):
    """After which answers the reason is asked: LOW and HIGH are the ends of a scale (for eNPS detractors and promoters,
    otherwise below and above the middle; "no" and "yes"); GIVEN are the options in `Question.why_after`."""

    NEVER = "never"
    ALWAYS = "always"
    LOW = "low"
    HIGH = "high"
    GIVEN = "given"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind of question is like.

    `scales` are the (lowest, highest) it can be asked on, the usual one first; empty for kinds that have none.
    `has_options`: its author writes the options. `is_counted`: its answers are numbers (all but texts). `whys`: after
    which answers its author may want the reason.
    """

    scales: tuple[tuple[int, int], ...] = ()
    has_options: bool = False
    is_counted: bool = True
    whys: tuple[Why, ...] = (Why.NEVER,)


_ON_A_SCALE = (Why.NEVER, Why.ALWAYS, Why.LOW, Why.HIGH)
_OF_OPTIONS = (Why.NEVER, Why.ALWAYS, Why.GIVEN)

KINDS: Mapping[QuestionKind, Kind] = {
    QuestionKind.ENPS: Kind(scales=((0, 10), (1, 10)), whys=_ON_A_SCALE),
    QuestionKind.AGREEMENT: Kind(scales=((1, 5), (1, 7)), whys=_ON_A_SCALE),
    QuestionKind.STARS: Kind(scales=((1, 5),), whys=_ON_A_SCALE),
    # the position of the option, from 0 on
    QuestionKind.CHOICE: Kind(has_options=True, whys=_OF_OPTIONS),
    # the sum of 2**position over the options chosen
    QuestionKind.CHOICES: Kind(has_options=True, whys=_OF_OPTIONS),
    # 1 is yes, 0 is no
    QuestionKind.YES_NO: Kind(scales=((0, 1),), whys=_ON_A_SCALE),
    # in hundredths
    QuestionKind.NUMBER: Kind(whys=(Why.NEVER, Why.ALWAYS)),
    QuestionKind.TEXT: Kind(is_counted=False),
}


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a survey.

    `id` is its name within the survey, kept when it is moved or reworded. Its words are `wording`, or those of the
    question bank under the key `bank` (in the catalogues, `bank.<key>`); the same for the `options` of a choice.
    `low` and `high` are the ends of its scale. `why` says when the reason is asked, `why_wording` how (the usual words
    if empty). `driver` is what it is about (`bot.domain.bank`).
    """

    id: str
    kind: QuestionKind
    wording: Wording = field(default_factory=dict)
    bank: str = ""
    required: bool = False
    low: int = 0
    high: int = 0
    options: tuple[Wording, ...] = ()
    why: Why = Why.NEVER
    why_after: tuple[int, ...] = ()
    why_wording: Wording = field(default_factory=dict)
    driver: str = ""

    @property
    def scale(self) -> Scale:
        """The scale of an eNPS question; ValueError for any other."""
        return Scale(self.low, self.high)


def enps_question(scale: Scale, why: Why = Why.ALWAYS) -> Question:
    """The eNPS question, in the words of the bank; the reason may be given whatever the score."""
    return Question(
        "enps", QuestionKind.ENPS, bank="enps", required=True, low=scale.low, high=scale.high, why=why, driver="enps"
    )


def check_questions(questions: Iterable[Question]) -> None:
    """Whether they can be asked together: 1 to 10, each sound, each id once, the eNPS question at most once.

    Raises DomainError `surveys.questions.none`, `.too_many` (`most`), `.enps_twice`, and what `check_question` raises.
    """
    asked = tuple(questions)
    if not asked:
        raise DomainError("surveys.questions.none")
    if len(asked) > MOST_QUESTIONS:
        raise DomainError("surveys.questions.too_many", most=MOST_QUESTIONS)
    if sum(each.kind is QuestionKind.ENPS for each in asked) > 1:
        raise DomainError("surveys.questions.enps_twice")
    if len({each.id for each in asked}) < len(asked):
        raise ValueError("two questions of a survey have the same id")
    for each in asked:
        check_question(each)


def check_question(question: Question) -> None:
    """Whether a question can be asked.

    Raises DomainError `surveys.questions.no_text`, `.too_long` (`most`), `.options_few`, `.options_many` (`most`),
    `.option_long` (`most`), `.option_twice` (`option`); ValueError for what no form lets anybody choose (a scale or a
    `why` that the kind does not have).
    """
    kind = KINDS[question.kind]
    if kind.scales and (question.low, question.high) not in kind.scales:
        raise ValueError(f"{question.kind} is not asked on {question.low}-{question.high}")
    if question.why not in kind.whys:
        raise ValueError(f"{question.kind} does not ask why {question.why}")
    texts = [text.strip() for text in question.wording.values()]
    if not question.bank and not any(texts):
        raise DomainError("surveys.questions.no_text")
    if any(len(text) > QUESTION_LENGTH for text in (*texts, *question.why_wording.values())):
        raise DomainError("surveys.questions.too_long", most=QUESTION_LENGTH)
    if kind.has_options:
        _check_options(question.options)
    if question.why is Why.GIVEN and not set(question.why_after) <= set(range(len(question.options))):
        raise ValueError("the reason is asked after an option that is not there")


def accept(question: Question, value: object) -> int:
    """An answer's value, if the question offers it. Raises DomainError `core.stale` for anything else: a button or
    option that this question never had. Booleans and numbers in words are no values."""
    if isinstance(value, int) and not isinstance(value, bool) and value in possible(question):
        return value
    raise DomainError("core.stale")


def possible(question: Question) -> range:
    """The values that a question can be answered with. ValueError for a text, which has none."""
    match question.kind:
        case QuestionKind.CHOICE:
            return range(len(question.options))
        case QuestionKind.CHOICES:
            return range(1, 2 ** len(question.options))
        case QuestionKind.NUMBER:
            return range(-LARGEST_NUMBER * HUNDREDTHS, LARGEST_NUMBER * HUNDREDTHS + 1)
        case QuestionKind.TEXT:
            raise ValueError("a text has no values")
        case _:
            return range(question.low, question.high + 1)


def number_value(number: Decimal) -> int:
    """A number typed by a person as the value it is kept as, rounded to hundredths. Raises DomainError
    `surveys.answer.number_too_large`."""
    if abs(number) > LARGEST_NUMBER:
        raise DomainError("surveys.answer.number_too_large")
    return int((number * HUNDREDTHS).to_integral_value())


def number_of(value: int) -> Decimal:
    """The number a value stands for."""
    return Decimal(value) / HUNDREDTHS


def chosen(value: int) -> tuple[int, ...]:
    """The positions of the options that a value of CHOICES holds, in order."""
    return tuple(position for position in range(value.bit_length()) if value >> position & 1)


def asks_why(question: Question, value: int) -> bool:
    """Whether the reason is asked after this answer."""
    match question.why:
        case Why.ALWAYS:
            return True
        case Why.LOW:
            return _end(question, value) < 0
        case Why.HIGH:
            return _end(question, value) > 0
        case Why.GIVEN:
            given = chosen(value) if question.kind is QuestionKind.CHOICES else (value,)
            return bool(set(given) & set(question.why_after))
        case _:
            return False


def _end(question: Question, value: int) -> int:
    """-1 at the low end of the question's scale, 1 at its high end, 0 between."""
    if question.kind is QuestionKind.ENPS:
        return {"detractor": -1, "passive": 0, "promoter": 1}[classify(value, question.scale)]
    twice_middle = question.low + question.high
    return (2 * value > twice_middle) - (2 * value < twice_middle)


def _check_options(options: tuple[Wording, ...]) -> None:
    if len(options) < 2:
        raise DomainError("surveys.questions.options_few")
    if len(options) > MOST_OPTIONS:
        raise DomainError("surveys.questions.options_many", most=MOST_OPTIONS)
    seen: set[tuple[str, str]] = set()
    for option in options:
        for language, text in option.items():
            if len(text) > OPTION_LENGTH:
                raise DomainError("surveys.questions.option_long", most=OPTION_LENGTH)
            if (language, text.strip().casefold()) in seen:
                raise DomainError("surveys.questions.option_twice", option=text)
            seen.add((language, text.strip().casefold()))
