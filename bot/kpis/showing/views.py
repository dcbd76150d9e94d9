"""What a person sees when looking at KPIs: one, or several side by side. Pure: values in, messages out. The overview
and the list are in `overviews`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.charts import Chart, ChartKind, Series
from bot.domain.kpis import Aggregation, Kpi, Unit
from bot.domain.periods import Period, PeriodKind
from bot.domain.scoreboard import KpiLine, earlier
from bot.domain.targets import Target
from bot.kpis.showing import wording
from bot.kpis.showing.outcomes import Board, Bucket, Course, PersonRow, Shown, Together
from bot.kpis.views import unit_words
from bot.kpis.vocabulary import Split
from bot.kpis.wording import Wording
from bot.slack import ids
from bot.slack.blocks import Block, Message, actions, button, context, escape, section, table
from bot.slack.charts import chart_block, is_drawable

SECONDS_IN_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Sharing:
    """What an answer says of sharing: `value` is what its button carries, "" for no button; `by` is who shared it into
    the channel it stands in; `is_done` that this person has just shared it."""

    value: str = ""
    by: str = ""
    is_done: bool = False


PRIVATE = Sharing()


def shown_message(shown: Shown, w: Wording, sharing: Sharing = PRIVATE) -> Message:
    """One KPI: its figure, how it is made up, the changes, the target, its course as a picture and in words."""
    line = shown.line
    head = wording.headline(line, shown.period, w)
    lines = list(filter(None, (w.formula(line.figure), w.missing(line.figure), *_compared(shown, w))))
    blocks: list[Block] = [section(f"*{head}*")]
    if lines:
        blocks.append(section("\n".join(lines)))
    text = [head, *lines]
    chart = course_chart(line.kpi, shown.course, is_named=_is_own_course(shown), period=shown.period, w=w)
    if is_drawable(chart):
        blocks.append(chart_block(chart))
        since = wording.since_sentence(shown.course, w)
        blocks += [context(since)] if since else []
        text.append(wording.course_sentence(shown.course, is_named=_is_own_course(shown), w=w))
    elif line.figure.value is None:
        hint = _without_data(shown, w)
        blocks.append(context(hint))
        text.append(hint)
    if shown.table and shown.split:
        blocks.append(_course_table(shown.table, shown.split, w))
        text += _course_lines(shown.table, w)
    if shown.board:
        board, told = _board(shown.board, shown.line.kpi, w)
        blocks += board
        text += told
    return _with_sharing(text, blocks, sharing, w)


def _is_own_course(shown: Shown) -> bool:
    """Whether the chart is of a period that the answer names, and not just of the last weeks."""
    return shown.is_named or shown.table is not None


def _without_data(shown: Shown, w: Wording) -> str:
    if shown.period.first > w.today:
        return w.t("kpis.showing.not_begun")
    return w.t("kpis.showing.no_data_then") if _is_own_course(shown) else w.t("kpis.log_hint")


def _compared(shown: Shown, w: Wording) -> tuple[str, ...]:
    """Changes and target; with neither, the one thing to do next instead of two sentences that say nothing."""
    line = shown.line
    if line.target is None and not any(bucket.figure.count for bucket in shown.course.buckets):
        return (wording.year_ago_sentence(line, shown.year_ago, w),)  # to log something comes first, and is said below
    ago = wording.year_ago_sentence(line, shown.year_ago, w)
    if line.target is None and not w.change(line) and shown.period.last >= w.today:
        return ago, wording.target_line(line, shown.period, w)
    return wording.change_sentence(shown.period, line, w), ago, wording.target_line(line, shown.period, w)


def course_chart(kpi: Kpi, course: Course, *, is_named: bool, period: Period, w: Wording) -> Chart:
    """The stretches that have a figure: bars for what adds up, a line for rates and averages, and where there is a
    target a line for each. Slack wants a point of every series for every category, so that a stretch without data
    cannot be a gap, nor one from before there was a target: the sentence beside it tells the one, and the target's own
    name and the line below the other. A target that held in none of the stretches is not drawn."""
    if is_named:
        title = w.t("kpis.showing.chart_title", kpi=w.name(kpi), days=w.days(_drawn(course, period, w)))
    else:
        title = w.t("kpis.chart_title", kpi=w.name(kpi), count=len(course.buckets))
    buckets = course.drawn
    divisor = SECONDS_IN_HOUR if kpi.unit is Unit.DURATION else 1
    values = tuple(float(each.figure.value / divisor) for each in buckets if each.figure.value is not None)
    series = [Series(w.name(kpi), values)]
    if course.drawn_target is not None:
        series += _target_series(course.drawn_target, course.target_since, divisor, len(buckets), w)
    is_bars = len(buckets) == 1 or (kpi.aggregation is Aggregation.SUM and len(series) == 1)
    categories = tuple(wording.label(each, course.kind, w) for each in buckets)
    axis = w.t("kpis.chart_hours") if kpi.unit is Unit.DURATION else unit_words(kpi, w)
    return Chart(ChartKind.BAR if is_bars else ChartKind.LINE, title, categories, tuple(series), axis, w.t.language)


def _drawn(course: Course, period: Period, w: Wording) -> Period:
    """The days of a chart, as far as they have come."""
    if not course.buckets:
        return period
    first, last = course.buckets[0].period.first, course.buckets[-1].period.last
    return Period(first, min(last, max(first, w.today)), PeriodKind.CUSTOM)


def _target_series(target: Target, since: date | None, divisor: int, count: int, w: Wording) -> list[Series]:
    name = w.t("kpis.showing.target_series")
    if since is not None:
        name = w.t("kpis.showing.target_series_since", day=w.day_month(since))
    lower = Series(name, (float(target.value / divisor),) * count)
    if target.upper is None:
        return [lower]
    return [lower, Series(w.t("kpis.showing.upper_series"), (float(target.upper / divisor),) * count)]


def _course_table(course: Course, split: Split, w: Wording) -> Block:
    head = [w.t(f"kpis.split_head.{split}"), w.t("kpis.column.value")]
    rows = [[wording.row_name(each, w), w.figure(each.figure)] for each in course.buckets]
    if course.target:
        head.append(w.t("kpis.column.target"))
        rows = [[*row, _goal(each, course, w)] for row, each in zip(rows, course.buckets, strict=True)]
    return table([head, *rows], align=("left", "right", "right")[: len(head)])


def _goal(bucket: Bucket, course: Course, w: Wording) -> str:
    return wording.goal_in(bucket, course.target, w)


def _course_lines(course: Course, w: Wording) -> list[str]:
    told = []
    for each in course.buckets:
        goal = _goal(each, course, w)
        said = f"{wording.row_name(each, w)}: {w.figure(each.figure)}"
        told.append(f"{said} ({w.t('kpis.showing.target_beside', goal=goal)})" if goal else said)
    return told


def _board(board: Board, kpi: Kpi, w: Wording) -> tuple[list[Block], list[str]]:
    """The table by person, and what only the one who looks is told: where they stand themselves."""
    has_wins = any(row.has_won for row in board.rows)
    head = [w.t(f"kpis.split_head.{Split.PERSON}"), w.t("kpis.column.value")]
    rows = [[_person(row), w.figure(row.figure)] for row in board.rows]
    if has_wins:
        head.append(w.t("kpis.showing.column.own_target"))
        won = w.t("kpis.showing.reached")
        rows = [[*cells, won if row.has_won else ""] for cells, row in zip(rows, board.rows, strict=True)]
    empty = [w.t("kpis.no_data"), *[""] * (len(head) - 1)]
    blocks = [table([head, *(rows or [empty])], align=("left", "right", "left")[: len(head)])]
    text = [f"{escape(cells[0])}: {', '.join(filter(None, cells[1:]))}" for cells in rows] or [w.t("kpis.no_data")]
    notes = []
    if board.more:
        notes.append(w.t("kpis.showing.more_people", n=board.more))
    if board.mine:
        notes.append(f"{_own_standing(board.mine, kpi, w)} {w.t('kpis.showing.only_you')}")
    if notes:
        blocks.append(context(*notes))
    return blocks, [*text, *notes]


def _person(row: PersonRow) -> str:
    return row.member.name or row.member.id


def _own_standing(mine: PersonRow, kpi: Kpi, w: Wording) -> str:
    standing = mine.progress
    if standing is not None:
        said = w.t("kpis.showing.you", period=w.period(standing.period))
        return w.target_sentence(standing.target, standing.period, standing.pace, kpi, said)
    if mine.figure.value is None:
        return w.t("kpis.showing.you_nothing")
    return w.t("kpis.showing.you_value", value=w.figure(mine.figure))


def together_message(together: Together, w: Wording, sharing: Sharing = PRIVATE) -> Message:
    """Several KPIs in one table, and which days the changes are against."""
    title = w.t("kpis.all_kpis", period=wording.titled(together.period, w))
    has_ago = bool(together.years_ago)
    columns = ["kpi", "value", "change", *(["year_ago"] if has_ago else []), "target", "status"]
    head = [
        w.t("kpis.showing.column.year_ago") if each == "year_ago" else w.t(f"kpis.column.{each}") for each in columns
    ]
    rows = [_together_row(line, together, has_ago, w) for line in together.lines]
    notes = list(filter(None, (_change_note(together, w), _year_ago_note(together, w))))
    grid = table([head, *rows], align=["left", *["right"] * (len(head) - 2), "left"])
    blocks = [section(f"*{title}*"), grid, *([context(" ".join(notes))] if notes else [])]
    return _with_sharing([title, *(_told(head, row) for row in rows), *notes], blocks, sharing, w)


def _together_row(line: KpiLine, together: Together, has_ago: bool, w: Wording) -> list[str]:
    ago = together.years_ago.get(line.kpi.key)
    target = w.t.standing_target(line, together.period, w.today, w.currency)
    changes = [w.change(line), *([wording.year_ago_change(line, ago, w)] if has_ago else [])]
    return [w.name(line.kpi), w.short(line.figure.value, line.kpi.unit), *changes, target, w.t.standing_status(line)]


def _told(head: Sequence[str], row: Sequence[str]) -> str:
    """A row in words: its figure, and everything else with the name of its column."""
    more = [f"{name.lower()} {cell}" for name, cell in zip(head[2:], row[2:], strict=True) if cell]
    return f"{row[0]}: {'; '.join([row[1], *more])}"


def _change_note(together: Together, w: Wording) -> str:
    if not any(line.change is not None for line in together.lines):
        return ""
    return w.t("kpis.showing.change_against", days=w.days(earlier(together.period, w.today)))


def _year_ago_note(together: Together, w: Wording) -> str:
    ago = next(iter(together.years_ago.values()), None)
    return "" if ago is None else w.t("kpis.showing.year_ago_against", days=w.days(ago.period))


def _with_sharing(text: Sequence[str], blocks: Sequence[Block], sharing: Sharing, w: Wording) -> Message:
    """The answer with its button, or with who shared it, or that it is shared."""
    note = ""
    if sharing.by:
        note = w.t("kpis.showing.shared_by", person=f"<@{sharing.by}>")
    elif sharing.is_done:
        note = w.t("kpis.showing.shared_now")
    more: list[Block] = [context(note)] if note else []
    if sharing.value:
        more = [actions([share_button(sharing.value, w)])]
    return Message("\n".join([*text, *([note] if note else [])]), (*blocks, *more))


def share_button(value: str, w: Wording) -> Block:
    return button(w.t("kpis.showing.share"), ids.KPI_SHARED, value)
