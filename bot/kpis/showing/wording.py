"""How stretches of time and comparisons are said when a KPI is shown. Figures and targets themselves are said by
`bot.kpis.wording`; layout is in the views."""

from collections.abc import Sequence
from dataclasses import replace

from babel import dates

from bot.domain.periods import Period, PeriodKind
from bot.domain.scoreboard import KpiLine, earlier
from bot.domain.targets import Target
from bot.kpis.showing.outcomes import Bucket, Course, YearAgo
from bot.kpis.wording import Wording, capital


def days_said(period: Period, w: Wording) -> str:
    """What the name of a period leaves open: its days, and that they are not over: "23–29 Nov 2026, so far"; "" where
    there is nothing to add."""
    is_running = period.first <= w.today <= period.last
    if period.kind is PeriodKind.CUSTOM:
        return w.t("kpis.showing.so_far") if is_running and w.today < period.last else ""
    days = w.days(period)
    return w.t("kpis.showing.days_so_far", days=days) if is_running else days


def titled(period: Period, w: Wording) -> str:
    """A period for the head of an answer: "this week (23–29 Nov 2026, so far)"."""
    days = days_said(period, w)
    return f"{w.period(period)} ({days})" if days else w.period(period)


def headline(line: KpiLine, period: Period, w: Wording) -> str:
    days = days_said(period, w)
    said = w.t("kpis.headline", kpi=w.name(line.kpi), period=w.period(period), value=w.figure(line.figure))
    return f"{said} ({days})" if days else said


def change_sentence(period: Period, line: KpiLine, w: Wording) -> str:
    """The change, and what it is a change from: the period before, or as many of its days while this one is running."""
    change = w.change(line)
    if not change or line.before is None:
        return w.t("kpis.nothing_before") if line.figure.count else ""
    then = earlier(period, w.today)
    return w.t("kpis.change", change=change, period=w.period(then), value=w.figure(line.before))


def year_ago_sentence(line: KpiLine, ago: YearAgo | None, w: Wording) -> str:
    """The change against the same period last year; "" where there is nothing of then."""
    if ago is None:
        return ""
    change, days, value = year_ago_change(line, ago, w), w.days(ago.period), w.figure(ago.figure)
    if change:
        said = w.t("kpis.showing.year_ago", change=change, days=days, value=value)
    else:
        said = w.t("kpis.showing.year_ago_value", days=days, value=value)
    return f"{said} {w.t('kpis.showing.redefined')}" if ago.is_redefined else said


def year_ago_change(line: KpiLine, ago: YearAgo | None, w: Wording) -> str:
    return "" if ago is None else w.change(replace(line, change=ago.change))


def target_line(line: KpiLine, period: Period, w: Wording) -> str:
    """Where it stands against its target, or how to set one; "" for a period that was over before there was any."""
    if line.target is None or line.pace is None or line.target_period is None:
        return w.t("kpis.no_target", kpi=w.inside(line.kpi)) if period.last >= w.today else ""
    return w.target_sentence(line.target, line.target_period, line.pace, line.kpi)


def label(bucket: Bucket, kind: PeriodKind, w: Wording) -> str:
    """A stretch under a chart, at most twenty characters: a whole week by its Monday, "Nov 2026", "Q4 2026"; one that
    is cut off by its days; the running one says so."""
    period = bucket.period
    said = _name(period, kind, w)
    return w.t("kpis.showing.label_so_far", label=said) if bucket.is_running else said


def _name(period: Period, kind: PeriodKind, w: Wording) -> str:
    if period.kind is PeriodKind.CUSTOM and kind is not PeriodKind.DAY:
        first = str(period.first.day) if period.first.month == period.last.month else w.day_month(period.first)
        return w.day_month(period.first) if period.days == 1 else f"{first}–{w.day_month(period.last)}"
    match kind:
        case PeriodKind.MONTH:
            return str(dates.format_date(period.first, "MMM y", locale=w.t.locale))
        case PeriodKind.QUARTER:
            quarter = (period.first.month + 2) // 3
            return w.t("kpis.showing.quarter", number=quarter, year=str(period.first.year))
        case PeriodKind.YEAR:
            return str(period.first.year)
        case _:
            return w.day_month(period.first)


def course_sentence(course: Course, *, is_named: bool, w: Wording) -> str:
    """The chart in words, complete: also the stretches without data, and the target, if its line is drawn."""
    values = _values(course.buckets, course.kind, w)
    if is_named:
        said = w.t(f"kpis.showing.course.{course.kind}", values=values)
    else:
        said = w.t("kpis.chart_text", count=len(course.buckets), values=values)
    if course.drawn_target is None:
        return said
    return f"{said} {since_sentence(course, w) or w.t('kpis.showing.target_drawn', goal=w.goal(course.drawn_target))}"


def since_sentence(course: Course, w: Wording) -> str:
    """From when on the target held that is drawn across the whole chart; "" where it held all the time."""
    target, since = course.drawn_target, course.target_since
    return "" if target is None or since is None else w.t("kpis.showing.target_since", goal=w.goal(target), day=since)


def _values(buckets: Sequence[Bucket], kind: PeriodKind, w: Wording) -> str:
    return "; ".join(f"{label(each, kind, w)}: {w.figure(each.figure)}" for each in buckets)


def row_name(bucket: Bucket, w: Wording) -> str:
    """A stretch in a table by week or month: "16–22 Nov 2026", "October 2026"; the running one says so."""
    if bucket.period.kind is PeriodKind.MONTH:
        said = capital(str(dates.format_date(bucket.period.first, "LLLL y", locale=w.t.locale)))
    else:
        said = w.days(bucket.period)
    return w.t("kpis.showing.label_so_far", label=said) if bucket.is_running else said


def goal_in(bucket: Bucket, target: Target | None, w: Wording) -> str:
    """The target of a whole stretch since it was set, short; "" where there was none."""
    if target is None or bucket.period.kind is not target.period or bucket.period.last < target.starts:
        return ""
    unit = bucket.figure.kpi.unit
    if target.upper is None:
        return w.short(target.value, unit)
    return f"{w.short(target.value, unit)} – {w.short(target.upper, unit)}"
