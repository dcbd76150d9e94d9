"""What the people asked see: the question, the thank-you, the closing words, and the forms behind the buttons.

The thank-you and the closing words are the same whatever was answered: workspace owners can export direct messages.
Only forms, which no export holds, show or hint at an answer. What authors see is in `author_views`.
"""

from datetime import datetime

from bot.domain.enps import EnpsClass, Scale
from bot.domain.surveys import Round, Survey
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import (
    Block,
    Message,
    actions,
    button,
    context,
    field,
    form,
    option,
    plain_section,
    section,
    select,
    text_input,
)

REASONS = {
    EnpsClass.PROMOTER: "surveys.reason.promoter",
    EnpsClass.PASSIVE: "surveys.reason.passive",
    EnpsClass.DETRACTOR: "surveys.reason.detractor",
}


def question_message(
    survey: Survey, asking: Round, t: Translator, zone: str, *, words: str = "", may_postpone: bool = False
) -> Message:
    """The question with a button for each score. `zone` is the member's, for when it closes. `words` is the key of what
    stands before a question that comes once more; `may_postpone` offers to ask again tomorrow."""
    lines = question_lines(survey, asking, t, zone)
    ends = scale_ends(asking.scale, t)
    closes = t.moment(asking.closes_at, zone)
    opening = [t(words, channel=f"<#{survey.channel_id}>", closes=closes)] if words else []
    text = "\n".join((*opening, t("surveys.question"), ends, *lines, t("surveys.question.how")))
    scores = [_score_button(score, asking, t) for score in asking.scale.scores]
    half = (len(scores) + 1) // 2
    carried = ids.pack(round=asking.id)
    last = [button(t("surveys.why_button"), ids.WHY_OPENED, carried)]
    if may_postpone:
        last.insert(0, button(t("surveys.later_button"), ids.ANSWER_LATER, carried))
    return Message(
        text,
        (
            *map(section, opening),
            section(f"*{t('surveys.question')}*"),
            actions(scores[:half]),
            actions(scores[half:]),
            context(ends),
            context("\n".join(lines)),
            actions(last),
        ),
    )


def question_lines(survey: Survey, asking: Round, t: Translator, zone: str) -> tuple[str, ...]:
    """Who is asked, until when, what is shown from how many answers on, and how well an answer is kept."""
    audience = t(
        "surveys.question.audience",
        asked=asking.asked,
        channel=f"<#{survey.channel_id}>",
        closes=t.moment(asking.closes_at, zone),
    )
    return audience, _thresholds(asking, t), t("surveys.level")


def scale_ends(scale: Scale, t: Translator) -> str:
    return t("surveys.question.ends", low=scale.low, high=scale.high)


def thanks_message(asking: Round, t: Translator, zone: str) -> Message:
    """What the question turns into: the same for everybody, with no trace of the answer."""
    text = t("surveys.thanks", closes=t.moment(asking.closes_at, zone))
    carried = ids.pack(round=asking.id)
    buttons = [
        button(t("surveys.change_button"), ids.ANSWER_CHANGE, carried),
        button(t("surveys.reason_button"), ids.REASON_OPENED, carried),
    ]
    return Message(text, (section(text), actions(buttons)))


def postponed_message(asking: Round, again_at: datetime, t: Translator, zone: str) -> Message:
    """What the question turns into for those who wish to be asked later, with a way back."""
    text = t("surveys.postponed", again=t.moment(again_at, zone))
    return Message(
        text, (section(text), actions([button(t("surveys.now_button"), ids.ANSWER_NOW, ids.pack(round=asking.id))]))
    )


def closed_message(t: Translator) -> Message:
    """What every prompt turns into at close, whether it was answered or not."""
    text = t("surveys.closed_for_member")
    return Message(text, (section(text),))


def why_form(survey: Survey, asking: Round, t: Translator, zone: str) -> Block:
    """Why somebody is asked, and who sees what: the three honest sentences and what stands behind them."""
    values = {
        "channel": f"<#{survey.channel_id}>",
        "asked": asking.asked,
        "author": f"<@{survey.created_by}>" if survey.created_by else t("surveys.why.an_admin"),
        "closes": t.moment(asking.closes_at, zone),
        "score": asking.min_score,
        "comments": asking.min_comments,
    }
    parts = ("asked", "sees", "sealed", "unlinkable", "knows", "reminders", "change")
    blocks = [section(t(f"surveys.why.{part}", **values)) for part in parts]
    return form(ids.WHY_NOTE, t("surveys.why.title"), blocks, close=t("core.close"))


def answer_form(asking: Round, score: int | None, t: Translator, zone: str) -> Block:
    """Changing an answer; the present one is chosen already, and shown here only."""
    options = {each: option(_score_option(each, asking.scale, t), str(each)) for each in asking.scale.scores}
    chosen = options.get(score) if score is not None else None
    element = select(ids.SCORE_INPUT, list(options.values()), initial=chosen)
    closes = t("surveys.answer.hint", closes=t.moment(asking.closes_at, zone))
    return form(
        ids.ANSWER_FORM,
        t("surveys.answer.title"),
        [field(ids.SCORE_INPUT, t("surveys.question"), element, hint=closes)],
        submit=t("core.save"),
        close=t("core.cancel"),
        metadata=ids.pack(round=asking.id),
    )


def reason_form(asking: Round, enps_class: EnpsClass | None, comment: str, most: int, t: Translator) -> Block:
    """The reason behind an answer, asked in the words that fit it. An empty text takes an earlier one back."""
    label = t(REASONS[enps_class] if enps_class else "surveys.reason.any")
    element = text_input(ids.REASON_INPUT, initial=comment, multiline=True, max_length=most)
    hint = t("surveys.reason.hint", comments=asking.min_comments)
    return form(
        ids.REASON_FORM,
        t("surveys.reason.title"),
        [field(ids.REASON_INPUT, label, element, optional=True, hint=hint)],
        submit=t("core.save"),
        close=t("core.cancel"),
        metadata=ids.pack(round=asking.id),
    )


def note(text: str) -> Message:
    """One sentence."""
    return Message(text, (plain_section(text),))


def _thresholds(asking: Round, t: Translator) -> str:
    return t("surveys.question.thresholds", score=asking.min_score, comments=asking.min_comments)


def _score_button(score: int, asking: Round, t: Translator) -> Block:
    """The score is in the button's own value: nowhere else, and gone once the message is the thank-you."""
    return button(
        str(score),
        ids.sub_id(ids.SCORE_CHOSEN, score),
        ids.pack(round=asking.id, score=score),
        label=_score_label(score, asking.scale, t),
    )


def _score_label(score: int, scale: Scale, t: Translator) -> str:
    key = {scale.low: "surveys.score.lowest", scale.high: "surveys.score.highest"}.get(score, "surveys.score.plain")
    return t(key, score=score, high=scale.high)


def _score_option(score: int, scale: Scale, t: Translator) -> str:
    key = {scale.low: "surveys.option.lowest", scale.high: "surveys.option.highest"}.get(score)
    return t(key, score=score) if key else str(score)
