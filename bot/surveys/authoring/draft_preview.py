"""What a member will see of a draft: the very message and form they get, with nothing live in it. Whom the draft asks
is read elsewhere; who gets what when is told by `/pulse preview`.
"""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.bank import draw
from bot.domain.privacy import thresholds
from bot.domain.questions import Why
from bot.domain.surveys import Definition, OwnAnswers, Round, RoundState, frozen
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import Block, actions, button, context, divider, escape, form, section
from bot.surveys.answers.answer_forms import answer_form
from bot.surveys.authoring.draft_editor import discard_words, language_name
from bot.surveys.authoring.draft_forms import why_words
from bot.surveys.authoring.draft_plans import Draft
from bot.surveys.service import window
from bot.surveys.views import question_message
from bot.surveys.wording import question_text

_LEFT_TO_TYPE = frozenset({"plain_text_input", "number_input"})


def preview_form(
    draft: Draft, asked: int | None, now: datetime, t: Translator, shown: Translator, others: Sequence[str], zone: str
) -> Block:
    """The message and the form as members get them, in the language of `shown`, with a button for each of the `others`.
    `asked` is how many people it comes to today, None where Slack does not say."""
    asking = _example(draft, asked or 0, now)
    buttons = [
        button(
            t("surveys.drafts.preview.language", language=language_name(each, t)),
            ids.sub_id(ids.DRAFT_PREVIEW_OPENED, each),
            ids.pack(language=each),
        )
        for each in others
    ]
    message = question_message(draft.survey, asking, shown, zone)
    blocks = [
        *([actions(buttons)] if buttons else []),
        *([section(t("surveys.drafts.preview.unknown"))] if asked is None else []),
        section(f"*{t('surveys.drafts.preview.message')}*"),
        *(_still(block, shown) for block in message.blocks),
    ]
    if not asking.definition.is_one_question:
        inside = answer_form(asking, OwnAnswers(), shown, zone)["blocks"]
        blocks += [
            divider(),
            section(f"*{t('surveys.drafts.preview.form')}*"),
            *(_still(each, shown) for each in inside),
        ]
    reasons = _reasons(asking.definition, shown)
    if reasons:
        blocks += [divider(), section(f"*{t('surveys.drafts.preview.reasons')}*\n{reasons}")]
    return form(
        ids.DRAFT_PREVIEW_FORM,
        t("surveys.drafts.preview.title"),
        blocks,
        submit=t("surveys.drafts.back"),
        close=discard_words(draft, t),
        metadata=draft.carried,
    )


def _example(draft: Draft, asked: int, now: datetime) -> Round:
    """A round that never is, with the questions that the first one would draw."""
    definition = draft.survey.definition
    drawn = draw(definition.drivers, definition.draws, (), [each.id for each in definition.questions])
    limits = thresholds(asked)
    return Round(
        id="",
        survey_id=draft.survey.id,
        number=1,
        state=RoundState.OPEN,
        definition=frozen(definition, drawn),
        opened_at=now,
        closes_at=now + window(draft.rule),
        asked=asked,
        min_score=limits.min_score,
        min_comments=limits.min_comments,
        started_by="",
    )


def _still(block: Block, t: Translator) -> Block:
    """A block with its buttons and inputs as words: somebody might take them for the real ones."""
    if block["type"] == "actions":
        return context(" ".join(f"`{escape(each['text']['text'])}`" for each in block["elements"]))
    if block["type"] != "input":
        return block
    element = block["element"]
    lines = [f"*{escape(block['label']['text'])}*"]
    if element["type"] in _LEFT_TO_TYPE:
        lines.append(f"_{t('surveys.drafts.preview.type_here')}_")
    lines.append(" · ".join(f"`{escape(each['text']['text'])}`" for each in element.get("options", ())))
    if "hint" in block:
        lines.append(escape(block["hint"]["text"]))
    return section("\n".join(filter(None, lines)))


def _reasons(definition: Definition, t: Translator) -> str:
    """After which answers which question asks for the reason."""
    lines = []
    for question in definition.questions:
        if question.why is not Why.NEVER:
            lines.append(f"• {escape(question_text(question, t))} _{why_words(question.kind, question.why, t)}_")
    return "\n".join(lines)
