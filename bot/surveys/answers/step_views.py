"""A round asked one question after the other, in the message itself.

The message of a question is the same whatever was answered, to it or before: it shows where somebody is and how far
they have come, and neither is an answer. What has to be written is written in a form (`answer_forms`).
"""

from collections.abc import Sequence

from bot.domain.questions import Question, QuestionKind
from bot.domain.surveys import Round
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import Block, Message, actions, button, checkboxes, context, escape, option, section, select
from bot.surveys.answers.answer_forms import OPTIONS_IN_SIGHT
from bot.surveys.wording import ends_words, offered, option_texts, question_text, value_label, value_words

BUTTONS_IN_A_ROW = 6


def step_message(asking: Round, at: int, far: int, t: Translator, zone: str) -> Message:
    """The question at a position, with what it is answered with, and the way back and onwards."""
    question = asking.questions[at]
    place = ids.pack(round=asking.id, at=at, far=far)
    progress = t("surveys.steps.progress", number=at + 1, all=len(asking.questions))
    text = question_text(question, t)
    lines = [*filter(None, (ends_words(question, t),)), _until(asking, t, zone)]
    optional = [] if question.required else [t("surveys.steps.optional")]
    said = "\n".join((progress, escape(text), *optional, *map(escape, option_texts(question, t)), *lines))
    return Message(
        said,
        (
            context(" · ".join((progress, *optional))),
            section(f"*{escape(text)}*"),
            *_answers(asking, at, far, t),
            context("\n".join(lines)),
            actions(_ways(asking, at, far, place, t)),
        ),
    )


def paused_message(asking: Round, at: int, far: int, t: Translator, zone: str) -> Message:
    """What the question turns into for those who go on later. It says nothing of what they have answered by then."""
    text = t("surveys.steps.paused", closes=t.moment(asking.closes_at, zone))
    go_on = button(t("surveys.steps.go_on"), ids.STEP_MOVED, ids.pack(round=asking.id, at=at, far=far), style="primary")
    return Message(text, (section(text), actions([go_on])))


def skipped_message(asking: Round, t: Translator, zone: str) -> Message:
    """What the last question turns into where nothing was answered at all."""
    text = t("surveys.steps.nothing", closes=t.moment(asking.closes_at, zone))
    again = button(t("surveys.steps.start"), ids.STEPS_STARTED, ids.pack(round=asking.id))
    return Message(text, (section(text), actions([again])))


def ticked_id(question: Question) -> str:
    """The block id of the boxes of a question with several choices."""
    return ids.sub_id(ids.STEP_TICKED, question.id)


def _answers(asking: Round, at: int, far: int, t: Translator) -> Sequence[Block]:
    question = asking.questions[at]
    place = ids.pack(round=asking.id, at=at, far=far)
    match question.kind:
        case QuestionKind.TEXT | QuestionKind.NUMBER:
            return (actions([button(t("surveys.steps.write"), ids.STEP_WRITING, place, style="primary")]),)
        case QuestionKind.CHOICES:
            options = [option(text, str(each)) for each, text in enumerate(option_texts(question, t))]
            done = button(t("surveys.steps.done"), ids.STEP_DONE, place, style="primary")
            boxes = checkboxes(ticked_id(question), options)
            return actions([boxes], ticked_id(question)), actions([done])
        case QuestionKind.CHOICE if len(question.options) > OPTIONS_IN_SIGHT:
            options = [option(value_label(question, each, t), str(each)) for each in offered(question)]
            # options carry no more than their value, so the place is in the id
            action_id = ids.sub_id(ids.STEP_SELECTED, f"{asking.id}/{at}/{far}")
            return (actions([select(action_id, options, placeholder=t("surveys.answers.choose"))]),)
        case _:
            buttons = [_value_button(asking, at, far, value, t) for value in offered(question)]
            rows = -(-len(buttons) // BUTTONS_IN_A_ROW)
            size = -(-len(buttons) // rows)
            return [actions(buttons[first : first + size]) for first in range(0, len(buttons), size)]


def _value_button(asking: Round, at: int, far: int, value: int, t: Translator) -> Block:
    """The value is in the button's own value: nowhere else, and gone once the message has moved on."""
    question = asking.questions[at]
    speaks = question.kind in (QuestionKind.CHOICE, QuestionKind.YES_NO)
    return button(
        value_words(question, value, t) if speaks else str(value),
        ids.sub_id(ids.STEP_CHOSEN, value),
        ids.pack(round=asking.id, at=at, far=far, value=value),
        label=None if speaks else value_label(question, value, t),
    )


def _ways(asking: Round, at: int, far: int, place: str, t: Translator) -> list[Block]:
    """Onwards is offered without an answer only where one was there before, or where none is needed."""
    ways = []
    if not asking.questions[at].required:
        ways.append(button(t("surveys.steps.skip"), ids.STEP_SKIPPED, place))
    if at < far:
        ways.append(_way("next", asking, at + 1, far, t))
    if at > 0:
        ways.append(_way("back", asking, at - 1, far, t))
    ways.append(button(t("surveys.steps.later"), ids.STEP_LATER, place))
    ways.append(button(t("surveys.why_button"), ids.WHY_OPENED, ids.pack(round=asking.id)))
    return ways


def _way(way: str, asking: Round, to: int, far: int, t: Translator) -> Block:
    return button(t(f"surveys.steps.{way}"), ids.sub_id(ids.STEP_MOVED, way), ids.pack(round=asking.id, at=to, far=far))


def _until(asking: Round, t: Translator, zone: str) -> str:
    return t("surveys.steps.until", closes=t.moment(asking.closes_at, zone))
