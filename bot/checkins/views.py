"""What `/checkin` says."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.members import Absence
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import Block, Message, actions, button, context, section


def waiting_message(waiting: Sequence[tuple[str, datetime]], zone: str, t: Translator) -> Message:
    """What is open for the member: `waiting` pairs a channel id with the moment its question closes."""
    if not waiting:
        lines = [t("checkins.nothing")]
    else:
        lines = [t("checkins.waiting", count=len(waiting), n=len(waiting))]
        lines += [t("checkins.question", channel=f"<#{channel}>", until=t.moment(at, zone)) for channel, at in waiting]
    log = button(t("checkins.log_kpis"), ids.KPI_LOG_OPENED, ids.pack(), label=t("checkins.log_kpis"))
    text = "\n".join(lines)
    return Message(text, (section(text), actions([log]), context(t("checkins.settings_hint"))))


def language_question(languages: Sequence[tuple[str, str]], t: Translator) -> Message:
    """Which language? `languages` pairs a code with the language's own name."""
    text = t("checkins.which_language")
    buttons = [button(name, ids.sub_id(ids.LANGUAGE_CHOSEN, code), ids.pack(language=code)) for code, name in languages]
    return Message(text, (section(text), actions(buttons)))


def language_message(t: Translator) -> Message:
    text = t("checkins.language_set")
    return Message(text, (section(text),))


def zone_message(zone: str, now: datetime, t: Translator) -> Message:
    text = t("checkins.zone_set", zone=zone, now=t.moment(now, zone))
    return Message(text, (section(text),))


def away_message(absence: Absence, t: Translator) -> Message:
    if absence.first == absence.last:
        text = t("checkins.away_one_day", day=absence.first)
    else:
        text = t("checkins.away_set", first=absence.first, last=absence.last)
    blocks: tuple[Block, ...] = (section(text),)
    return Message(text, blocks)
