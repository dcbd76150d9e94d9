"""What a person sees when looking: one KPI, all of them, the list, history, targets. Pure: values in, messages out."""

from collections.abc import Iterator, Mapping, Sequence

from bot.domain.charts import Chart, ChartKind, Series
from bot.domain.entries import Entry, EntryState
from bot.domain.kpis import KPIS, Aggregation, Kpi, Objective, Unit
from bot.domain.members import Member
from bot.domain.periods import Period
from bot.domain.scoreboard import KpiLine, Progress, earlier
from bot.domain.targets import Target
from bot.kpis.outcomes import IMPORTED, PartFigure, Shown
from bot.kpis.views import unit_words
from bot.kpis.vocabulary import Split
from bot.kpis.wording import Wording, capital
from bot.slack import ids
from bot.slack.blocks import Block, Message, actions, button, context, escape, form, header, section, table
from bot.slack.charts import chart_block, is_drawable

SECONDS_IN_HOUR = 3600
LINES_TOGETHER = 6
"""Lines of the list in one block: with several targets each they stay below Slack's 3,000 characters."""
OVERVIEW_VIEW = "kpi.overview"
"""A view that has nothing to submit, and so no handler."""


def shown_message(shown: Shown, w: Wording) -> Message:
    """One KPI: its figure, how it is made up, the change, the target, the last weeks as a picture and in words."""
    line = shown.line
    kpi, period = line.kpi, w.period(shown.period)
    headline = w.t("kpis.headline", kpi=w.name(kpi), period=period, value=w.figure(line.figure))
    lines = list(filter(None, (w.formula(line.figure), w.missing(line.figure), *_compared(shown, w))))
    blocks: list[Block] = [section(f"*{headline}*")]
    if lines:
        blocks.append(section("\n".join(lines)))
    text = [headline, *lines]
    chart = weeks_chart(kpi, shown.weeks, w)
    if is_drawable(chart):
        blocks.append(chart_block(chart))
        text.append(weeks_sentence(shown.weeks, w))
    else:
        blocks.append(context(w.t("kpis.log_hint")))
        text.append(w.t("kpis.log_hint"))
    if shown.split:
        blocks.append(_parts_table(shown.parts, shown.split, w))
        text += _parts_lines(shown.parts, w)
    return Message("\n".join(text), tuple(blocks))


def _compared(shown: Shown, w: Wording) -> tuple[str, ...]:
    """Change and target; with neither, the one thing to do next instead of two sentences that say nothing."""
    line = shown.line
    if line.target is None and not any(part.figure.count for part in shown.weeks):
        return ()  # nothing was logged yet: that is the next step, and said below
    if line.target is None and not w.change(line):
        return (target_line(line, w),)
    return change_sentence(shown.period, line, w), target_line(line, w)


def change_sentence(period: Period, line: KpiLine, w: Wording) -> str:
    """The change, and what it is a change from: the period before, or as many of its days while this one is running."""
    change = w.change(line)
    if not change or line.before is None:
        return w.t("kpis.nothing_before") if line.figure.count else ""
    then = earlier(period, w.today)
    return w.t("kpis.change", change=change, period=w.period(then), value=w.figure(line.before))


def target_line(line: KpiLine, w: Wording) -> str:
    if line.target is None or line.pace is None or line.target_period is None:
        return w.t("kpis.no_target", kpi=w.inside(line.kpi))
    return w.target_sentence(line.target, line.target_period, line.pace, line.kpi)


def weeks_chart(kpi: Kpi, weeks: Sequence[PartFigure], w: Wording) -> Chart:
    """The last weeks that have a figure: bars for what adds up, a line for rates and averages. Slack wants a point of
    every series for every category, so that a week without data cannot be a gap; the sentence beside it tells it."""
    title = w.t("kpis.chart_title", kpi=w.name(kpi), count=len(weeks))
    weeks = [part for part in weeks if part.figure.value is not None]
    kind = ChartKind.BAR if kpi.aggregation is Aggregation.SUM else ChartKind.LINE
    categories = tuple(w.day_month(part.period.first) for part in weeks if part.period)
    divisor = SECONDS_IN_HOUR if kpi.unit is Unit.DURATION else 1
    values = tuple(float(each.figure.value / divisor) for each in weeks if each.figure.value is not None)
    label = w.t("kpis.chart_hours") if kpi.unit is Unit.DURATION else unit_words(kpi, w)
    return Chart(kind, title, categories, (Series(w.name(kpi), values),), label)


def weeks_sentence(weeks: Sequence[PartFigure], w: Wording) -> str:
    """The chart in words, complete."""
    told = "; ".join(f"{w.day_month(each.period.first)}: {w.figure(each.figure)}" for each in weeks if each.period)
    return w.t("kpis.chart_text", count=len(weeks), values=told)


def _part_name(part: PartFigure, w: Wording) -> str:
    if part.member:
        return part.member.name or part.member.id
    return capital(w.period(part.period)) if part.period else ""


def _parts_table(parts: Sequence[PartFigure], split: Split, w: Wording) -> Block:
    head = (w.t(f"kpis.split_head.{split}"), w.t("kpis.column.value"))
    rows = [(_part_name(part, w), w.figure(part.figure)) for part in parts]
    return table([head, *(rows or [(w.t("kpis.no_data"), "–")])], align=("left", "right"))


def _parts_lines(parts: Sequence[PartFigure], w: Wording) -> list[str]:
    return [f"{escape(_part_name(part, w))}: {w.figure(part.figure)}" for part in parts] or [w.t("kpis.no_data")]


def overview_message(board: Sequence[KpiLine], period: Period, title: str, w: Wording) -> Message:
    """All KPIs of a period in one table."""
    if not board:
        text = w.t("kpis.nothing_yet", period=w.period(period))
        return Message(text, (section(text), _buttons(w)))
    head = tuple(w.t(f"kpis.column.{name}") for name in ("kpi", "value", "change", "target", "status"))
    rows = [_overview_row(line, period, w) for line in board]
    told = [f"{row[0]}: {', '.join(filter(None, row[1:]))}" for row in rows]
    grid = table([head, *rows], align=("left", "right", "right", "right", "left"))
    return Message("\n".join((title, *told)), (section(f"*{title}*"), grid, _buttons(w)))


def overview_form(overview: Message, title: str, w: Wording) -> Block:
    """The same where only a form can be shown (from App Home): Slack has no tables there, so in lines."""
    return form(OVERVIEW_VIEW, title, [section(overview.text)], close=w.t("core.close"))


def _overview_row(line: KpiLine, period: Period, w: Wording) -> tuple[str, ...]:
    kpi = line.kpi
    target = status = ""
    if line.target and line.pace:
        target = w.t.standing_target(line, period, w.today, w.currency)
        status = w.t.standing_status(line)
    return w.name(kpi), w.short(line.figure.value, kpi.unit), w.change(line), target, status


def _buttons(w: Wording) -> Block:
    return actions(
        [
            button(w.t("kpis.button_log"), ids.KPI_LOG_OPENED),
            button(w.t("kpis.button_show"), ids.KPI_SHOW),
            button(w.t("kpis.button_targets"), ids.TARGETS_SHOWN),
        ]
    )


def list_message(targets: Mapping[str, Sequence[Target]], w: Wording) -> Message:
    """The catalogue by objective: unit, what it means or how it is computed, and the team's targets. What is only kept
    to compute others comes at the end, as short as can be."""
    blocks: list[Block] = []
    text: list[str] = []
    for title, kpis in _grouped(w):
        lines = [_list_line(kpi, targets.get(kpi.key, ()), w) for kpi in kpis]
        blocks.append(section(f"*{title}*"))
        blocks += [
            section("\n".join(lines[start : start + LINES_TOGETHER])) for start in range(0, len(lines), LINES_TOGETHER)
        ]
        text += [title, *lines]
    blocks.append(context(w.t("kpis.list_hint")))
    return Message("\n".join((w.t("kpis.list_title"), *text)), (header(w.t("kpis.list_title")), *blocks))


def _grouped(w: Wording) -> Iterator[tuple[str, list[Kpi]]]:
    for objective in Objective:
        kpis = [kpi for kpi in KPIS.values() if kpi.objective is objective and not kpi.is_input]
        if kpis:
            yield w.t(f"kpi.objective.{objective}"), kpis
    yield w.t("kpis.list_inputs"), [kpi for kpi in KPIS.values() if kpi.is_input]


def _list_line(kpi: Kpi, targets: Sequence[Target], w: Wording) -> str:
    if kpi.is_derived:
        meaning = w.t("kpis.list_formula", formula=w.formula_in(kpi, w.term))
    else:
        meaning = w.t(f"kpi.{kpi.key}.meaning")
    line = w.t("kpis.list_line", kpi=w.name(kpi), unit=unit_words(kpi, w), meaning=meaning)
    told = [w.goal(target) for target in targets]
    return f"{line} {w.t('kpis.list_target', targets=w.t.listing(told))}" if told else line


def history_message(kpi: Kpi, entries: Sequence[Entry], members: Mapping[str, Member], w: Wording) -> Message:
    """The latest entries with whose they are, and who undid which and when."""
    if not entries:
        text = w.t("kpis.no_history", kpi=w.name(kpi))
        return Message(text, (section(text),))
    title = w.t(
        "kpis.history_title",
        kpi=w.name(kpi),
    )
    head = tuple(w.t(f"kpis.column.{name}") for name in ("day", "value", "person", "logged"))
    rows = [_history_row(entry, kpi, members, w) for entry in entries]
    told = [escape(" · ".join(row)) for row in rows]
    grid = table([head, *rows], align=("left", "right", "left", "left"))
    return Message("\n".join((title, *told)), (section(f"*{title}*"), grid))


def _history_row(entry: Entry, kpi: Kpi, members: Mapping[str, Member], w: Wording) -> tuple[str, ...]:
    def name(member_id: str) -> str:
        if member_id == IMPORTED:
            return w.t("kpis.file")
        return members[member_id].name or member_id if member_id in members else member_id

    logged = w.t("kpis.logged_by", person=name(entry.logged_by), when=w.t.moment(entry.logged_at, w.zone))
    if entry.state is not EntryState.ACTIVE:
        when = w.t.moment(entry.changed_at, w.zone) if entry.changed_at else ""
        logged += " " + w.t(f"kpis.changed.{entry.state}", person=name(entry.changed_by), when=when)
    if entry.note:
        logged += f" “{entry.note}”"
    return w.day(entry.on), w.full(entry.value, kpi.unit), name(entry.member_id), logged


def targets_message(targets: Sequence[Progress], w: Wording) -> Message:
    """The team's targets and one's own, each with its pace, and the way to a new one."""
    new = actions([button(w.t("kpis.button_new_target"), ids.TARGET_OPENED)])
    if not targets:
        text = w.t("kpis.no_targets")
        return Message(text, (section(text), new))
    lines = [_target_row(progress, w) for progress in targets]
    title = w.t("kpis.targets_title")
    grouped = ["\n".join(lines[start : start + 8]) for start in range(0, len(lines), 8)]
    return Message("\n".join((title, *lines)), (section(f"*{title}*"), *(section(part) for part in grouped[:40]), new))


def _target_row(progress: Progress, w: Wording) -> str:
    kpi, target = progress.figure.kpi, progress.target
    return w.t(
        "kpis.target_row",
        kpi=w.name(kpi),
        time=w.time_of(target),
        whose=w.owner(target.owner_id),
        sentence=w.target_sentence(target, progress.period, progress.pace, kpi),
    )
