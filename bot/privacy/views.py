"""What people see of what is stored about them. Pure."""

from collections.abc import Mapping, Sequence

from bot.domain.retention import AUDIT_KEPT, MESSAGES_KEPT
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import Block, Message, actions, button, context, field, form, header, section, text_input

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

ADMINS_NAMED = 5
"""Admins that the notice names."""


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


def notice_message(admins: Sequence[str], retention_days: int, t: Translator) -> Message:
    """The privacy notice: what is kept, for how long, who sees it, how far anonymous goes, what one may do, and whom to
    ask. `retention_days` is 0 where what people said is kept."""
    kept = (
        t("privacy.notice.removed", days=retention_days, messages=MESSAGES_KEPT.days, audit=AUDIT_KEPT.days)
        if retention_days
        else t("privacy.notice.kept", messages=MESSAGES_KEPT.days, audit=AUDIT_KEPT.days)
    )
    who = t.listing([f"<@{each}>" for each in admins[:ADMINS_NAMED]])
    parts = (
        t("privacy.notice.stored"),
        kept,
        t("privacy.notice.seen"),
        t("privacy.notice.levels"),
        t("privacy.notice.ends"),
        t("privacy.notice.own"),
        t("privacy.notice.law"),
        t("privacy.notice.ask", who=who) if admins else t("privacy.notice.ask_anybody"),
    )
    buttons = [
        button(t("privacy.export"), ids.PRIVACY_EXPORT, ids.pack()),
        button(t("privacy.erase"), ids.PRIVACY_ERASE_OPENED, ids.pack()),
    ]
    title = t("privacy.notice.title")
    return Message("\n\n".join((title, *parts)), (header(title), *map(section, parts), actions(buttons)))


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
