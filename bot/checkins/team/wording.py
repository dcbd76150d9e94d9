"""How a team check-in is said: its title, when it comes, figures, who took what. Pure; layout is in the views."""

from datetime import date

from babel import dates

from bot.checkins.team.facts import Standing
from bot.domain.calendar_periods import Period, PeriodKind
from bot.domain.checkins import CheckinDefinition, Item, ItemKind
from bot.domain.schedules import Cadence, Rule
from bot.i18n import Translator
from bot.slack.blocks import escape

_SHORTEST_MONTH = 28


def title_of(definition: CheckinDefinition, t: Translator) -> str:
    """As its author called it (to be escaped), or as its template is called."""
    return definition.title or t(f"checkins.team.template.{definition.template or 'own'}")


def bold(definition: CheckinDefinition, t: Translator) -> str:
    return f"*{escape(title_of(definition, t))}*"


def question_of(item: Item, t: Translator, kpi: str = "") -> str:
    """A question as people read it, in its author's words where there are any."""
    if item.kind is ItemKind.KPI:
        return kpi
    return item.text or t(f"checkins.team.question.{item.kind}")


def when(rule: Rule, t: Translator) -> str:
    """ "every working day at 09:00", "every Friday at 14:00"."""
    at = t.time(rule.at)
    match rule.cadence:
        case Cadence.DAILY:
            return t("checkins.team.when.daily", at=at)
        case Cadence.WEEKLY | Cadence.TWO_WEEKS:
            return t(f"checkins.team.when.{rule.cadence}", day=t.weekday(rule.anchor), at=at)
        case _:
            last = "" if rule.anchor.day <= _SHORTEST_MONTH else "_or_last"
            return t(f"checkins.team.when.{rule.cadence}{last}", day=rule.anchor.day, at=at)


def whole_when(definition: CheckinDefinition, rule: Rule, t: Translator) -> str:
    """When it asks and when it posts."""
    return t("checkins.team.whole_when", when=when(rule, t), post=t.time(definition.posts_at), zone=rule.zone)


def next_words(standing: Standing, t: Translator, *, both: bool = False) -> str:
    """When people are asked next; with the time after it (`both`) the rhythm can be seen, where it is not each day."""
    if standing.is_paused:
        return t("checkins.team.is_paused")
    if standing.next_at is None:
        return t("checkins.team.no_next")
    zone = standing.rule.zone
    moment = t.moment(standing.next_at, zone)
    if not both or standing.then_at is None or standing.rule.cadence is Cadence.DAILY:
        return t("checkins.team.next", moment=moment)
    return t("checkins.team.next_two", moment=moment, then=t.moment(standing.then_at, zone))


def period_words(period: Period, t: Translator) -> str:
    """ "Thu 26 Nov", "23–29 Nov 2026", "November 2026", "October – December 2026"."""
    first, last = period.first, period.last
    match period.kind:
        case PeriodKind.DAY:
            return t.day(first)
        case PeriodKind.MONTH:
            return str(dates.format_date(first, "LLLL y", locale=t.locale))
        case PeriodKind.QUARTER:
            return f"{dates.format_date(first, 'LLLL', locale=t.locale)} – {_month(last, t)}"
        case _ if first.month == last.month:
            return f"{first.day}–{t.date(last)}"
        case _:
            return f"{dates.format_date(first, 'd MMM', locale=t.locale)} – {t.date(last)}"


def _month(day: date, t: Translator) -> str:
    return str(dates.format_date(day, "LLLL y", locale=t.locale))
