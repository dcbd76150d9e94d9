"""What an author sees before anybody is asked: the questions as members will read them, and who is asked when in the
next four weeks. How that is found out is in `previewing`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.domain.questions import Question
from bot.i18n import Translator
from bot.slack.blocks import Message, context, escape, section
from bot.surveys.asking.forecasts import UNREACHABLE, PlannedRound, Preview
from bot.surveys.author_views import failure_line, left_out_lines, results_go
from bot.surveys.outcomes import Overview
from bot.surveys.wording import (
    audience_words,
    ends_words,
    level_words,
    option_texts,
    question_text,
    survey_title,
)

MOST_GROUPS = 12
"""Zones of one round that are told apart."""
MOST_ROUNDS = 6


def preview_message(seen: Overview, moments: Sequence[datetime], t: Translator, zone: str) -> Message:
    """The next dates, and the questions as a member will read them, without buttons that could be mistaken for real."""
    survey, definition = seen.survey, seen.survey.definition
    title = t("surveys.preview.title", title=escape(survey_title(survey, t)), handle=survey.handle)
    dates = [f"• {t.moment(moment, zone)}" for moment in moments] or [t("surveys.list.by_hand")]
    when = "\n".join((t("surveys.preview.dates"), *dates))
    shown = ["\n".join(_quoted(_question_lines(each, t))) for each in definition.questions]
    if definition.draws:
        drivers = t.listing(t(f"bank.driver.{each}") for each in definition.drivers)
        shown += _quoted([t("surveys.preview.drawn", count=definition.draws, drivers=drivers)])
    about = (
        t("surveys.preview.audience", audience=audience_words(definition.audience, t)),
        results_go(survey, definition, t),
        level_words(definition, t),
    )
    what = (t("surveys.preview.question"), *shown, "\n".join(_quoted(about)))
    text = "\n".join((title, when, *what, t("surveys.preview.follows")))
    sections = map(section, (f"*{title}*", when, *what))  # ten long questions do not fit into one
    return Message(text, (*sections, context(t("surveys.preview.follows"))))


def forecast_message(preview: Preview, t: Translator, zone: str) -> Message:
    """Who gets what when in the next four weeks."""
    parts = forecast_lines(preview, t, zone)
    return Message("\n".join(parts), tuple(section(part) for part in parts))


def forecast_lines(preview: Preview, t: Translator, zone: str) -> tuple[str, ...]:
    """The same as paragraphs: who, then each round. `zone` is the reader's; people's own moments are in their own."""
    title = f"*{t('surveys.forecast.title', handle=preview.survey.handle)}*"
    if preview.trouble:
        return title, _trouble(preview, t)
    if preview.asked < preview.least:
        too_few = t("surveys.forecast.too_few", count=preview.asked, least=preview.least)
        return (title, "\n".join((too_few, *_left_out(preview, t))))
    who = [t("surveys.forecast.who", count=preview.asked)]
    if preview.is_from_last:
        who.append(t("surveys.forecast.from_last"))
    who += _left_out(preview, t)
    if preview.is_by_hand:
        who.append(t("surveys.forecast.by_hand"))
    rounds = ["\n".join(_round_lines(each, t, zone)) for each in preview.rounds[:MOST_ROUNDS]]
    return title, "\n".join(who), *rounds


def _trouble(preview: Preview, t: Translator) -> str:
    if preview.trouble == UNREACHABLE:
        return t("surveys.forecast.unreachable")
    return failure_line(preview.survey, preview.trouble, preview.place, t)


def _left_out(preview: Preview, t: Translator) -> list[str]:
    return left_out_lines({reason: str(count) for reason, count in preview.left_out.items()}, t)


def _round_lines(planned: PlannedRound, t: Translator, zone: str) -> Iterator[str]:
    closes = t.moment(planned.closes_at, zone)
    yield f"*{t('surveys.forecast.round', starts=t.moment(planned.starts_at, zone), closes=closes)}*"
    for group in planned.groups[:MOST_GROUPS]:
        when = _when(group.first, group.last, group.zone, t)
        yield f"• {t('surveys.forecast.group', when=when, zone=group.zone, count=group.people)}"
    rest = sum(group.people for group in planned.groups[MOST_GROUPS:])
    if rest:
        yield f"• {t('surveys.forecast.elsewhere', count=rest)}"
    yield from _by_day("surveys.forecast.away", planned.away, t)
    yield from _by_day("surveys.forecast.moved", planned.moved, t)
    if planned.never:
        yield f"• {t('surveys.forecast.never', count=planned.never)}"
    if planned.reminders:
        days = t.listing(_days(first, last, t) for first, last in planned.reminders)
        yield t("surveys.forecast.reminders", days=days)


def _when(first: datetime, last: datetime, zone: str, t: Translator) -> str:
    start = t.moment(first, zone)
    if last == first:
        return start
    return t("surveys.forecast.between", start=start, end=t.time(last.astimezone(ZoneInfo(zone)).time()))


def _by_day(key: str, counts: Mapping[date, int], t: Translator) -> Iterator[str]:
    for day, count in counts.items():
        yield f"• {t(key, count=count, day=t.day(day))}"


def _days(first: date, last: date, t: Translator) -> str:
    return t.day(first) if first == last else t("surveys.forecast.days", first=t.day(first), last=t.day(last))


def _quoted(lines: Iterable[str]) -> Iterator[str]:
    return (f"> {line}" for line in lines)


def _question_lines(question: Question, t: Translator) -> Iterator[str]:
    yield f"*{escape(question_text(question, t))}*"
    if ends := ends_words(question, t):
        yield ends
    if options := option_texts(question, t):
        yield " · ".join(map(escape, options))
