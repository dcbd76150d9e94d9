"""The forms in which people answer: all questions at once, one alone, and the reasons for what was answered.

Only forms show answers, because no export holds them: the present answers stand in their inputs, and a reason is asked
in words that fit the answer. Everything in a message is in `views` and `step_views`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.questions import TEXT_LENGTH, Question, QuestionKind, asks_why, chosen
from bot.domain.surveys import OwnAnswers, Round
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import Block, checkboxes, context, field, form, option, plain_section, radio, select, text_input
from bot.surveys.answers.answer_values import NO_ANSWER, input_id, written_number
from bot.surveys.wording import (
    NAMED_SCALE,
    ends_words,
    level_words,
    offered,
    option_texts,
    question_text,
    value_label,
    why_text,
)

OPTIONS_IN_SIGHT = 5
"""More options than that are in a menu."""
LONG_SCALES = {(0, 10), (1, 10), (1, 7)}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where in Slack a form was opened: the message that asks (channel and ts, both empty outside of the conversation),
    and whether it and its like `turns` into something else once the form is sent."""

    channel: str = ""
    ts: str = ""
    turns: bool = False


NOWHERE = Origin()


def answer_form(asking: Round, own: OwnAnswers, t: Translator, zone: str, origin: Origin = NOWHERE) -> Block:
    """All questions of a round, with the present answers; empty inputs of optional ones take an answer back."""
    questions = asking.questions
    several = len(questions) > 1
    fields = [answer_field(each, asking, own, t, number + 1 if several else 0) for number, each in enumerate(questions)]
    return form(
        ids.ANSWER_FORM,
        t("surveys.answers.title") if several else t("surveys.answer.title"),
        [context(_level(asking, t)), *fields, _until(asking, t, zone)],
        submit=t("core.save"),
        close=t("core.cancel"),
        metadata=ids.pack(round=asking.id, channel=origin.channel, ts=origin.ts, turns=int(origin.turns)),
    )


def step_form(asking: Round, at: int, far: int, own: OwnAnswers, t: Translator, zone: str, origin: Origin) -> Block:
    """The question at a position alone, for what has to be written."""
    return form(
        ids.STEP_FORM,
        t("surveys.answer.title"),
        [context(_level(asking, t)), answer_field(asking.questions[at], asking, own, t, 0), _until(asking, t, zone)],
        submit=t("core.save"),
        close=t("core.cancel"),
        metadata=ids.pack(round=asking.id, at=at, far=far, channel=origin.channel, ts=origin.ts),
    )


def reasons_form(asking: Round, own: OwnAnswers, t: Translator, only: Sequence[Question] | None = None) -> Block | None:
    """The reasons for the answers that are asked for one, `only` for some questions if given; None where there are
    none. An empty text takes an earlier reason back."""
    asked = [each for each in only or asking.questions if _is_explained(each, own)]
    if not asked:
        return None
    hint = "surveys.reason.hint_named" if asking.definition.is_named else "surveys.reason.hint"
    return form(
        ids.REASON_FORM,
        t("surveys.reason.title"),
        [
            *(_reason_field(each, asking, own, t) for each in asked),
            context(t(hint, comments=asking.min_comments)),
        ],
        submit=t("core.save"),
        close=t("core.cancel"),
        metadata=ids.pack(round=asking.id),
    )


def note_form(text: str, t: Translator) -> Block:
    """One sentence that nobody else may see, not even in an export of the conversation."""
    return form(ids.WHY_NOTE, t("surveys.reason.title"), [plain_section(text)], close=t("core.close"))


def answer_field(question: Question, asking: Round, own: OwnAnswers, t: Translator, number: int) -> Block:
    """A question's input with the present answer in it, under its `number` if it has one."""
    block_id = input_id(ids.SCORE_INPUT, question, asking.questions)
    text = question_text(question, t)
    label = t("surveys.answers.numbered", number=number, question=text) if number else text
    element = _element(question, own, t, block_id)
    return field(block_id, label, element, optional=not question.required, hint=_how(question, t))


def _reason_field(question: Question, asking: Round, own: OwnAnswers, t: Translator) -> Block:
    block_id = input_id(ids.REASON_INPUT, question, asking.questions)
    label = why_text(question, own.values.get(question.id), t)
    about = ""
    if len(asking.questions) > 1:
        number = asking.questions.index(question) + 1
        about = t("surveys.answers.numbered", number=number, question=question_text(question, t))
    element = text_input(block_id, initial=own.texts.get(question.id, ""), multiline=True, max_length=TEXT_LENGTH)
    return field(block_id, label, element, optional=True, hint=about)


def _is_explained(question: Question, own: OwnAnswers) -> bool:
    value = own.values.get(question.id)
    return value is not None and asks_why(question, value)


def _until(asking: Round, t: Translator, zone: str) -> Block:
    return context(t("surveys.answer.hint", closes=t.moment(asking.closes_at, zone)))


def _level(asking: Round, t: Translator) -> str:
    return level_words(asking.definition, t)


def _how(question: Question, t: Translator) -> str:
    """What helps to answer; nothing where each option has its words already."""
    match question.kind:
        case QuestionKind.AGREEMENT if question.high == NAMED_SCALE:
            return ""
        case QuestionKind.CHOICES:
            return t("surveys.answers.several")
        case QuestionKind.NUMBER:
            return t("surveys.answers.number")
        case _:
            return ends_words(question, t)


def _element(question: Question, own: OwnAnswers, t: Translator, action_id: str) -> Block:
    value = own.values.get(question.id)
    match question.kind:
        case QuestionKind.TEXT:
            text = own.texts.get(question.id, "")
            return text_input(action_id, initial=text, multiline=True, max_length=TEXT_LENGTH)
        case QuestionKind.NUMBER:
            return text_input(action_id, initial="" if value is None else written_number(value, t))
        case QuestionKind.CHOICES:
            options = [option(text, str(position)) for position, text in enumerate(option_texts(question, t))]
            return checkboxes(action_id, options, [options[each] for each in chosen(value or 0)])
        case _:
            return _one_of(question, value, t, action_id)


def _one_of(question: Question, value: int | None, t: Translator, action_id: str) -> Block:
    options = {str(each): option(value_label(question, each, t), str(each)) for each in offered(question)}
    if not question.required:
        options[NO_ANSWER] = option(t("surveys.answers.none"), NO_ANSWER)
    initial = options.get(str(value)) if value is not None else None
    is_long = (question.low, question.high) in LONG_SCALES or len(question.options) > OPTIONS_IN_SIGHT
    if is_long:
        return select(action_id, list(options.values()), initial=initial, placeholder=t("surveys.answers.choose"))
    return radio(action_id, list(options.values()), initial)
