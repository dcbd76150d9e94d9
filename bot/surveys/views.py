"""What the people asked see in their conversation: the prompt, the thank-you, the closing words.

They are the same whatever was answered: workspace owners can export direct messages. Only forms, which no export holds,
show or hint at an answer (`answer_forms`). Questions one after the other are in `step_views`, what "why do I get this?"
opens in `explanations`, what authors see in `author_views`.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.questions import Question, Why, possible
from bot.domain.surveys import FollowUp, FollowUpKind, Round, Survey
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import Block, Message, actions, button, context, escape, plain_section, section
from bot.surveys.wording import (
    audience_words,
    definition_title,
    ends_words,
    level_words,
    minutes,
    question_text,
    receivers_words,
)

FOLLOWED = {FollowUpKind.DONE: "surveys.followed.done", FollowUpKind.NONE: "surveys.followed.none"}


def question_message(
    survey: Survey,
    asking: Round,
    t: Translator,
    zone: str,
    *,
    words: str = "",
    may_postpone: bool = False,
    followed: FollowUp | None = None,
) -> Message:
    """The prompt: the eNPS question alone with a button for each score, anything else behind one button. `zone` is the
    member's, for when it closes. `words` is the key of what stands before a prompt that comes once more; `may_postpone`
    offers to ask again tomorrow; `followed` is what followed from the round before."""
    closes = t.moment(asking.closes_at, zone)
    opening = [t(words, closes=closes)] if words else []
    lines = _lines(asking, t, zone)
    if asking.definition.is_one_question:
        said, shown = _alone(asking, t)
    else:
        said, shown = _many(survey, asking, t)
    quoted, quotation = _quoted(followed, t)
    return Message(
        "\n".join((*opening, *said, *quoted, *lines)),
        (
            *map(section, opening),
            *shown,
            *quotation,
            context("\n".join(lines)),
            actions(_last_buttons(asking, t, may_postpone=may_postpone)),
        ),
    )


def _lines(asking: Round, t: Translator, zone: str) -> tuple[str, ...]:
    """Who is asked, until when, what is shown from how many answers on, to whom, and how well an answer is kept."""
    definition = asking.definition
    closes = t.moment(asking.closes_at, zone)
    audience = audience_words(definition.audience, t)
    who = t("surveys.prompt.audience", count=asking.asked, audience=audience, closes=closes)
    results = t("surveys.prompt.receivers", receivers=receivers_words(definition, t))
    thresholds = t("surveys.question.thresholds", score=asking.min_score, comments=asking.min_comments)
    return who, *([] if definition.is_named else [thresholds]), results, level_words(definition, t)


def thanks_message(asking: Round, t: Translator, zone: str) -> Message:
    """What the prompt turns into: the same for everybody, with no trace of the answers. It names the survey, as several
    may be in the conversation."""
    several = len(asking.questions) > 1
    has_reasons = any(each.why is not Why.NEVER for each in asking.questions)
    closes = t.moment(asking.closes_at, zone)
    parts = [t("surveys.thanks.answers" if several else "surveys.thanks", closes=closes)]
    carried = ids.pack(round=asking.id)
    buttons = [
        button(t("surveys.change_answers_button" if several else "surveys.change_button"), ids.ANSWER_CHANGE, carried)
    ]
    if has_reasons:
        parts.append(t("surveys.thanks.reasons"))
        reason = "surveys.reasons_button" if several else "surveys.reason_button"
        buttons.append(button(t(reason), ids.REASON_OPENED, carried))
    said = _titled(asking, " ".join(parts), t)
    return Message(said.text, (*said.blocks, actions(buttons)))


def postponed_message(asking: Round, again_at: datetime, t: Translator, zone: str) -> Message:
    """What the question turns into for those who wish to be asked later, with a way back."""
    said = _titled(asking, t("surveys.postponed", again=t.moment(again_at, zone)), t)
    now = button(t("surveys.now_button"), ids.ANSWER_NOW, ids.pack(round=asking.id))
    return Message(said.text, (*said.blocks, actions([now])))


def closed_message(closed: Round, t: Translator) -> Message:
    """What every prompt turns into at close, whether it was answered or not."""
    return _titled(closed, t("surveys.closed_for_member"), t)


def note(text: str) -> Message:
    """One sentence."""
    return Message(text, (plain_section(text),))


def _titled(asking: Round, text: str, t: Translator) -> Message:
    """A sentence about a round, below the title of its survey if it has one."""
    title = escape(definition_title(asking.definition, t))
    if not title:
        return Message(text, (section(text),))
    return Message(f"{title}\n{text}", (section(f"*{title}*\n{text}"),))


def _alone(asking: Round, t: Translator) -> tuple[Sequence[str], Sequence[Block]]:
    """The one question that is answered in the message itself."""
    question = asking.questions[0]
    ends, text = ends_words(question, t), question_text(question, t)
    scores = [_score_button(question, score, asking, t) for score in possible(question)]
    half = (len(scores) + 1) // 2
    said = (escape(text), ends, t("surveys.question.how"))
    return said, (section(f"*{escape(text)}*"), actions(scores[:half]), actions(scores[half:]), context(ends))


def _many(survey: Survey, asking: Round, t: Translator) -> tuple[Sequence[str], Sequence[Block]]:
    """The title, how much is asked, and the button that begins it."""
    title = escape(definition_title(asking.definition, t) or survey.handle)
    count, time = len(asking.questions), minutes(asking.questions)
    about = t("surveys.prompt.size", count=count, time=t("surveys.prompt.minutes", count=time))
    key = "surveys.prompt.one_by_one" if asking.definition.one_by_one else "surveys.prompt.one_form"
    how = t(key, count=count)
    return (title, about, how), (section(f"*{title}*"), section(f"{about} {how}"))


def _last_buttons(asking: Round, t: Translator, *, may_postpone: bool) -> list[Block]:
    carried = ids.pack(round=asking.id)
    buttons = []
    if not asking.definition.is_one_question:
        steps = asking.definition.one_by_one
        key, action_id = ("start", ids.STEPS_STARTED) if steps else ("answer", ids.ANSWER_OPENED)
        buttons.append(button(t(f"surveys.steps.{key}"), action_id, carried, style="primary"))
    if may_postpone:
        buttons.append(button(t("surveys.later_button"), ids.ANSWER_LATER, carried))
    return [*buttons, button(t("surveys.why_button"), ids.WHY_OPENED, carried)]


def _quoted(followed: FollowUp | None, t: Translator) -> tuple[Sequence[str], Sequence[Block]]:
    """ "You said, we did": the author's words as they wrote them."""
    if followed is None:
        return (), ()
    opening = t(FOLLOWED[followed.kind])
    return (opening, escape(followed.text)), (section(f"*{opening}*"), plain_section(followed.text))


def _score_button(question: Question, score: int, asking: Round, t: Translator) -> Block:
    """The score is in the button's own value: nowhere else, and gone once the message is the thank-you."""
    key = {question.low: "surveys.score.lowest", question.high: "surveys.score.highest"}.get(score)
    return button(
        str(score),
        ids.sub_id(ids.SCORE_CHOSEN, score),
        ids.pack(round=asking.id, score=score),
        label=t(key or "surveys.score.plain", score=score, high=question.high),
    )
