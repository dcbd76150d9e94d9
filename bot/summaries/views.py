"""The post itself: sentence, table, chart, eNPS, who owes a number, and a button. Pure: facts in, message out. What the
command answers is in `command_views`."""

from collections.abc import Sequence

from bot.domain.charts import Chart, ChartKind, Series
from bot.domain.scoreboard import KpiLine
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import Block, Message, actions, button, context, escape, header, plain_section, section, table
from bot.slack.charts import chart_block, is_drawable
from bot.summaries.facts import SummaryFacts, Trend
from bot.summaries.wording import Wording

MAX_PULSES = 5
_COLUMNS = ("kpi", "value", "target", "status", "change")
_ALIGN = ("left", "right", "right", "left", "right")


def summary_message(facts: SummaryFacts, t: Translator) -> Message:
    """The post. Its text says all of it in words; with nothing to say it is one line."""
    w = Wording(facts, t)
    log = button(t("summaries.log_mine"), ids.KPI_LOG_OPENED, ids.pack())
    if facts.is_empty:
        text = t("summaries.nothing", title=w.title())
        return Message(text, (section(text, accessory=log),))
    said = [w.title(), w.headline()]
    blocks: list[Block] = [header(w.title()), section(w.headline())]
    if facts.has_numbers:
        said += [w.row(line) for line in facts.lines]
        blocks.append(table(_rows(facts.lines, w), align=_ALIGN))
        about = _about(facts, w)
        if about:
            said += about
            blocks.append(section("\n".join(about)))
        noted = [w.noted(each) for each in facts.notes]
        said += map(escape, noted)
        blocks += [plain_section(each) for each in noted]
    drawn = _chart(facts.trend, w) if facts.trend else None
    if facts.trend and drawn:
        said.append(w.trend(facts.trend))
        blocks.append(chart_block(drawn))
    pulses = _pulses(facts, w)
    if pulses:
        said += pulses
        blocks.append(section("\n".join(pulses)))
    owing = w.owing()
    if owing:
        said.append(escape(owing))
        blocks.append(plain_section(owing))
    blocks += [actions([log]), context(t("summaries.footer"))]
    return Message("\n".join(said), tuple(blocks))


def _about(facts: SummaryFacts, w: Wording) -> list[str]:
    """What the table calls for: how much a day must bring, and what fell beside what."""
    return [*filter(None, [w.needed()]), *(w.beside(each) for each in facts.beside)]


def _rows(lines: Sequence[KpiLine], w: Wording) -> list[list[str]]:
    head = [w.t(f"summaries.column.{name}") for name in _COLUMNS]
    return [
        head,
        *(
            [
                w.name(line.kpi),
                w.value(line.figure.value, line.kpi.unit),
                w.standing(line),
                w.status(line),
                w.change(line),
            ]
            for line in lines
        ),
    ]


def _chart(trend: Trend, w: Wording) -> Chart | None:
    """Bars for the periods alone, lines where there is a target to hold them against."""
    size, unit = w.chart_scale(trend)
    values = tuple(None if value is None else float(value / size) for value in trend.values)
    series = [Series(w.t("summaries.chart_value"), values)]
    if trend.target is not None:
        series.append(Series(w.t("summaries.chart_target"), (float(trend.target / size),) * len(values)))
    chart = Chart(
        ChartKind.LINE if trend.target is not None else ChartKind.BAR,
        w.chart_title(trend),
        tuple(w.column(period) for period in trend.periods),
        tuple(series),
        y_label=unit,
    )
    return chart if is_drawable(chart) else None


def _pulses(facts: SummaryFacts, w: Wording) -> list[str]:
    said = [w.pulse(pulse) for pulse in facts.pulses[:MAX_PULSES]]
    more = len(facts.pulses) - MAX_PULSES
    return [*said, w.t("summaries.more_pulses", count=more, n=more)] if more > 0 else said
