"""What waits for a person, on their Home: each with one button to do it right there. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date

from bot.domain.actions import Action
from bot.domain.checkins import Run
from bot.domain.waiting import AskedKpi, Waiting
from bot.home.facts import NextMeeting, Visit, WaitingFacts
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import Block, button, context, cut, escape, header, section

MOST_SURVEYS = 5
MOST_ASKED = 5
MOST_RUNS = 3
MOST_ACTIONS = 5
MOST_MEETINGS = 3
SHOWN_TEXT = 200
"""Characters of an action's text."""


def waiting_blocks(waiting: WaitingFacts, visit: Visit, t: Translator) -> Iterator[Block]:
    yield header(t("home.waiting_title"))
    if not (waiting.surveys or waiting.asked or waiting.runs or waiting.actions):
        yield section(t("home.nothing_waits"))
    yield from survey_blocks(waiting.surveys, visit.zone, t)
    yield from _asked_blocks(waiting.asked, t)
    yield from _run_blocks(waiting.runs, visit.zone, t)
    left = _left(waiting)
    if left:
        yield context(t("home.more_waits", count=left, n=left))
    yield from _action_blocks(waiting.actions, visit.today, t)
    yield from _meeting_blocks(waiting.meetings, visit.zone, t)


def survey_blocks(surveys: Sequence[Waiting], zone: str, t: Translator) -> Iterator[Block]:
    """Each survey with a button to answer it right here."""
    for number, each in enumerate(surveys[:MOST_SURVEYS]):
        until = t.moment(each.closes_at, zone)
        answer = button(
            t("home.answer"),
            ids.sub_id(ids.ANSWER_OPENED, number),
            ids.pack(round=each.round_id),
            label=t("home.answer_label", title=each.title),
        )
        title = f"*{escape(each.title)}*" + (f", <#{each.channel_id}>" if each.channel_id else "")
        yield section(t("home.survey", count=each.questions, title=title, until=until), accessory=answer)


def _asked_blocks(asked: Sequence[AskedKpi], t: Translator) -> Iterator[Block]:
    for number, each in enumerate(asked[:MOST_ASKED]):
        log = button(
            t("home.log_kpi"),
            ids.sub_id(ids.KPI_ASK_OPENED, number),
            ids.pack(kpi=each.kpi.key, on=each.on.isoformat()),
            label=t("home.log_kpi_label", kpi=t.kpi(each.kpi)),
        )
        yield section(t("home.kpi_waits", kpi=escape(t.kpi(each.kpi)), period=t.days(each.period)), accessory=log)


def _run_blocks(runs: Sequence[Run], zone: str, t: Translator) -> Iterator[Block]:
    for number, run in enumerate(runs[:MOST_RUNS]):
        title = run_title(run, t)
        answer = button(
            t("home.answer"),
            ids.sub_id(ids.CHECKIN_ANSWER_OPENED, number),
            ids.pack(run=run.id),
            label=t("home.answer_label", title=title),
        )
        where, until = f"<#{run.definition.channel_id}>", t.moment(run.closes_at, zone)
        yield section(t("home.run_waits", title=escape(title), channel=where, until=until), accessory=answer)


def run_title(run: Run, t: Translator) -> str:
    """What a check-in is called: by its author, or as its template."""
    definition = run.definition
    return definition.title or t(f"checkins.team.template.{definition.template or 'own'}")


def _left(waiting: WaitingFacts) -> int:
    """How many more wait than are shown."""
    pairs = ((waiting.surveys, MOST_SURVEYS), (waiting.asked, MOST_ASKED), (waiting.runs, MOST_RUNS))
    return sum(max(0, len(items) - most) for items, most in pairs)


def _action_blocks(actions: Sequence[Action], today: date, t: Translator) -> Iterator[Block]:
    if actions:
        yield section(f"*{t('home.actions_title')}*")
    for number, each in enumerate(actions[:MOST_ACTIONS]):
        text = cut(" ".join(each.text.split()), SHOWN_TEXT)
        done = button(
            t("home.done"),
            ids.sub_id(ids.ACTION_DONE, number),
            ids.pack(action=each.id),
            label=t("home.done_label", text=text),
        )
        yield section(t("home.action", text=escape(text), due=due_words(each, today, t)), accessory=done)
    if len(actions) > MOST_ACTIONS:
        left = len(actions) - MOST_ACTIONS
        yield context(t("home.more_actions", count=left, n=left))


def due_words(action: Action, today: date, t: Translator) -> str:
    """By when, and whether that has gone by."""
    if action.due_on is None:
        return t("home.due.none")
    days = (today - action.due_on).days
    day = t.day(action.due_on) if action.due_on.year == today.year else t.date(action.due_on)
    if action.is_overdue(today):
        return t("home.due.overdue", count=days, n=days, day=day)
    return t("home.due.today") if days == 0 else t("home.due.by", day=day)


def _meeting_blocks(meetings: Sequence[NextMeeting], zone: str, t: Translator) -> Iterator[Block]:
    if meetings:
        yield section(f"*{t('home.meetings_title')}*")
    for number, each in enumerate(meetings[:MOST_MEETINGS]):
        opens = button(
            t("home.open"),
            ids.sub_id(ids.ONE_ON_ONE_OPENED, number),
            ids.pack(pair=each.one_on_one_id),
            label=t("home.open_label", person=each.partner),
        )
        key = "home.meeting_proposed" if each.is_proposed else "home.meeting"
        yield section(t(key, person=f"<@{each.partner_id}>", at=t.moment(each.starts_at, zone)), accessory=opens)
