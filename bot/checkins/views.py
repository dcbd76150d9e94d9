"""What `/checkin` says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.members import Absence
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import Block, Message, actions, button, context, escape, section

MAX_WAITING = 10


@dataclass(frozen=True, slots=True)
class OpenSurvey:
    """A survey that waits for the member: its title as people wrote it, the channel whose members it asks
    ("" if it asks others), how many questions, until when (UTC)."""

    round_id: str
    title: str
    channel_id: str
    questions: int
    closes_at: datetime


def waiting_message(waiting: Sequence[OpenSurvey], zone: str, t: Translator) -> Message:
    """What is open for the member, each with a button to answer it right there."""
    opening = t("checkins.waiting", count=len(waiting), n=len(waiting)) if waiting else t("checkins.nothing")
    lines = [_open_line(each, zone, t) for each in waiting[:MAX_WAITING]]
    answers = [
        button(t("checkins.answer"), ids.sub_id(ids.ANSWER_OPENED, number), ids.pack(round=each.round_id), label=label)
        for number, each in enumerate(waiting[:MAX_WAITING])
        for label in [t("checkins.answer_label", title=each.title)]
    ]
    log = button(t("checkins.log_kpis"), ids.KPI_LOG_OPENED, ids.pack(), label=t("checkins.log_kpis"))
    return Message(
        "\n".join((opening, *lines)),
        (
            section(opening),
            *(section(line, accessory=answer) for line, answer in zip(lines, answers, strict=True)),
            actions([log]),
            context(t("checkins.settings_hint")),
        ),
    )


def _open_line(each: OpenSurvey, zone: str, t: Translator) -> str:
    title = f"*{escape(each.title)}*" + (f", <#{each.channel_id}>" if each.channel_id else "")
    return t("checkins.survey", count=each.questions, title=title, until=t.moment(each.closes_at, zone))


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
