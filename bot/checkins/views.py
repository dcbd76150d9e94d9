"""What `/checkin` says."""

from collections.abc import Sequence
from datetime import datetime

from bot.checkins.team.wording import title_of
from bot.domain.calendars import ENDS, STARTS
from bot.domain.checkins import Run
from bot.domain.members import Absence, Member
from bot.domain.waiting import AskedKpi, Waiting
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import Block, Message, actions, button, context, escape, section

MAX_WAITING = 10


def waiting_message(
    waiting: Sequence[Waiting], asked: Sequence[AskedKpi], zone: str, t: Translator, runs: Sequence[Run] = ()
) -> Message:
    """What is open for the member, each with a button to answer it right there: team check-ins, whose time is the
    shortest, surveys, then KPI values."""
    lines: list[str] = []
    blocks: list[Block] = []
    for opening, items in (_runs(runs, zone, t), _surveys(waiting, zone, t), _asked(asked, t)):
        if items:
            lines += [opening, *(line for line, _ in items)]
            blocks += [section(opening), *(section(line, accessory=answer) for line, answer in items)]
    if not lines:
        lines, blocks = [t("checkins.nothing")], [section(t("checkins.nothing"))]
    log = button(t("checkins.log_kpis"), ids.KPI_LOG_OPENED, ids.pack(), label=t("checkins.log_kpis"))
    return Message("\n".join(lines), (*blocks, actions([log]), context(t("checkins.settings_hint"))))


def _runs(runs: Sequence[Run], zone: str, t: Translator) -> tuple[str, list[tuple[str, Block]]]:
    """How many team check-ins wait, and each with its button."""
    items = [
        (
            t(
                "checkins.team_line",
                title=escape(title_of(each.definition, t)),
                channel=f"<#{each.definition.channel_id}>",
                until=t.moment(each.closes_at, zone),
            ),
            button(
                t("checkins.answer"),
                ids.sub_id(ids.CHECKIN_ANSWER_OPENED, number),
                ids.pack(run=each.id),
                label=t("checkins.answer_label", title=title_of(each.definition, t)),
            ),
        )
        for number, each in enumerate(runs[:MAX_WAITING])
    ]
    return t("checkins.team_waiting", count=len(runs), n=len(runs)), items


def _surveys(waiting: Sequence[Waiting], zone: str, t: Translator) -> tuple[str, list[tuple[str, Block]]]:
    """How many surveys wait, and each with its button."""
    items = [
        (
            _open_line(each, zone, t),
            button(
                t("checkins.answer"),
                ids.sub_id(ids.ANSWER_OPENED, number),
                ids.pack(round=each.round_id),
                label=t("checkins.answer_label", title=each.title),
            ),
        )
        for number, each in enumerate(waiting[:MAX_WAITING])
    ]
    return t("checkins.waiting", count=len(waiting), n=len(waiting)), items


def _asked(asked: Sequence[AskedKpi], t: Translator) -> tuple[str, list[tuple[str, Block]]]:
    """How many KPI values wait, and each with its button."""
    items = [
        (
            t("checkins.kpi", kpi=t.kpi(each.kpi), period=t.days(each.period)),
            button(
                t("checkins.log"),
                ids.sub_id(ids.KPI_ASK_OPENED, number),
                ids.pack(kpi=each.kpi.key, on=each.on.isoformat()),
                label=t("checkins.log_label", kpi=t.kpi(each.kpi)),
            ),
        )
        for number, each in enumerate(asked[:MAX_WAITING])
    ]
    return t("checkins.kpis_waiting", count=len(asked), n=len(asked)), items


def _open_line(each: Waiting, zone: str, t: Translator) -> str:
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


def hours_message(member: Member, t: Translator, *, asked: bool = False) -> Message:
    """When the bot writes to somebody; with how to change that, where they `asked`."""
    starts, ends = t.time(member.asked_from or STARTS), t.time(member.asked_until or ENDS)
    text = t("checkins.hours_set", starts=starts, ends=ends)
    if member.free_weekdays:
        days = t.listing([t.weekday_name(day) for day in sorted(member.free_weekdays)])
        text = f"{text} {t('checkins.hours_off', days=days)}"
    hint = t("checkins.hours_hint")
    blocks: tuple[Block, ...] = (section(text), context(hint)) if asked else (section(text),)
    return Message(f"{text} {hint}" if asked else text, blocks)


def named_message(may: bool, t: Translator, *, asked: bool = False) -> Message:
    """Whether summaries may name somebody; with how to change that, where they `asked`."""
    text, hint = t("checkins.named_set") if may else t("checkins.unnamed_set"), t("checkins.named_hint")
    blocks: tuple[Block, ...] = (section(text), context(hint)) if asked else (section(text),)
    return Message(f"{text} {hint}" if asked else text, blocks)


def away_cancelled_message(cancelled: Sequence[Absence], t: Translator) -> Message:
    days = [
        t.date(each.first) if each.first == each.last else f"{t.date(each.first)} – {t.date(each.last)}"
        for each in cancelled
    ]
    text = t("checkins.away_cancelled", days=t.listing(days))
    return Message(text, (section(text),))


def away_message(absence: Absence, t: Translator) -> Message:
    if absence.first == absence.last:
        text = t("checkins.away_one_day", day=absence.first)
    else:
        text = t("checkins.away_set", first=absence.first, last=absence.last)
    blocks: tuple[Block, ...] = (section(text),)
    return Message(text, blocks)
