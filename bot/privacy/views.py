"""What people see of what is stored about them. Pure."""

from collections.abc import Mapping

from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import Block, Message, actions, button, context, field, form, section, text_input

_SHOWN = (
    "entries",
    "named_answers",
    "kpi_notes",
    "checkin_answers",
    "actions",
    "points",
    "one_on_ones",
    "targets",
    "absences",
    "attributes",
    "invitations",
    "messages",
)
"""The kinds that are told one by one, what a person would ask for first; the rest is in the file."""


def stored_message(stored: Mapping[str, int], t: Translator) -> Message:
    """What is stored, in numbers, what is not, and the two things to do about it."""
    lines = [
        f"• {t(f'privacy.stored.{kind}', count=stored[kind], n=stored[kind])}" for kind in _SHOWN if stored.get(kind)
    ]
    head = t("privacy.stored_title") if lines else t("privacy.stored_nothing")
    said = "\n".join((head, *lines))
    notes = (t("privacy.anonymous"), t("privacy.rest"))
    buttons = [
        button(t("privacy.export"), ids.PRIVACY_EXPORT, ids.pack(), style="primary"),
        button(t("privacy.erase"), ids.PRIVACY_ERASE_OPENED, ids.pack()),
    ]
    return Message("\n".join((said, *notes)), (section(said), context("\n".join(notes)), actions(buttons)))


def exporting_message(t: Translator) -> Message:
    text = t("privacy.exporting")
    return Message(text, (section(text),))


def file_comment(t: Translator) -> str:
    return t("privacy.file_comment")


def not_exported_message(t: Translator) -> Message:
    text = t("privacy.not_exported")
    return Message(text, (section(text),))


def erase_form(t: Translator) -> Block:
    """What goes, what stays, and a word to type, so that nobody does it by a slip of the finger."""
    typed = text_input(ids.PRIVACY_ERASE_INPUT, placeholder=t("privacy.erase_word"), max_length=20)
    return form(
        ids.PRIVACY_ERASE_FORM,
        t("privacy.erase_title"),
        [
            section(t("privacy.erase_goes")),
            section(t("privacy.erase_stays")),
            field(ids.PRIVACY_ERASE_INPUT, t("privacy.erase_label", word=t("privacy.erase_word")), typed),
        ],
        submit=t("privacy.erase_submit"),
        close=t("core.cancel"),
    )


def erasing_message(t: Translator) -> Message:
    text = t("privacy.erasing")
    return Message(text, (section(text),))


def erased_message(t: Translator) -> Message:
    text = t("privacy.erased")
    return Message(text, (section(text),))
