"""What followed from a round: asked of its author, said by them, and quoted under the results. What the people asked
read with the next question is worded with that question."""

from bot.domain.actions import ACTION_LENGTH, Action
from bot.domain.surveys import FollowUp, FollowUpKind, Survey
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import (
    Block,
    Message,
    actions,
    button,
    date_input,
    escape,
    field,
    form,
    section,
    text_input,
)
from bot.slack.elements import person_select
from bot.surveys.outcomes import RoundResults


def action_parts(results: RoundResults, t: Translator, *, with_buttons: bool) -> Message:
    """What followed, if it was said; else, with buttons, the question what does. Nothing for anybody else."""
    if results.action is not None:
        text = action_words(results.action, t)
        return Message(text, (section(text),))
    if not with_buttons:
        return Message("")
    text = t("surveys.action.ask")
    return Message(text, (section(f"*{text}*"), _buttons(results.round.id, t)))


def action_words(action: FollowUp, t: Translator) -> str:
    """What followed, in its author's words (mrkdwn)."""
    return t(f"surveys.action.said.{action.kind}", text=escape(action.text))


def saved_message(survey: Survey, action: FollowUp, t: Translator) -> Message:
    """It is recorded: what the people asked will read, and until when it can be changed."""
    lines = (t("surveys.action.saved"), action_words(action, t), t("surveys.action.change", handle=survey.handle))
    return Message("\n".join(lines), tuple(section(line) for line in lines))


def wanted_message(survey: Survey, round_id: str, t: Translator) -> Message:
    """Some days after the close, when nothing was said yet."""
    text = t("surveys.action.wanted", handle=survey.handle)
    return Message(text, (section(text), _buttons(round_id, t)))


def said_message(survey: Survey, action: FollowUp, t: Translator) -> Message:
    """What that message turns into."""
    lines = (t("surveys.action.settled", handle=survey.handle), action_words(action, t))
    return Message("\n".join(lines), (section("\n".join(lines)),))


def action_form(
    round_id: str, kind: FollowUpKind, text: str, t: Translator, promised: Action | None = None, author: str = ""
) -> Block:
    """One text, and who will read it; what will be done also has somebody who does it, and may have a date. `promised`
    is what was said before."""
    element = text_input(ids.ACTION_INPUT, initial=text, multiline=True, max_length=ACTION_LENGTH)
    hint = t("surveys.action.hint", most=ACTION_LENGTH)
    return form(
        ids.ACTION_FORM,
        t(f"surveys.action.title.{kind}"),
        [
            field(ids.ACTION_INPUT, t(f"surveys.action.label.{kind}"), element, hint=hint),
            *(_promise_fields(promised, author, t) if kind is FollowUpKind.DONE else ()),
        ],
        submit=t("core.save"),
        close=t("core.cancel"),
        metadata=ids.pack(round=round_id, kind=kind.value),
    )


def _promise_fields(promised: Action | None, author: str, t: Translator) -> list[Block]:
    owner = person_select(ids.ACTION_OWNER_INPUT, promised.owner_id if promised else author)
    due = date_input(ids.ACTION_DUE_INPUT, promised.due_on.isoformat() if promised and promised.due_on else "")
    hint = t("surveys.action.due_hint")
    return [
        field(ids.ACTION_OWNER_INPUT, t("surveys.action.owner"), owner, optional=True),
        field(ids.ACTION_DUE_INPUT, t("surveys.action.due"), due, optional=True, hint=hint),
    ]


def _buttons(round_id: str, t: Translator) -> Block:
    return actions(
        [
            button(
                t(f"surveys.action.button.{kind}"),
                ids.sub_id(ids.ACTION_OPENED, kind.value),
                ids.pack(round=round_id, kind=kind.value),
            )
            for kind in FollowUpKind
        ]
    )
