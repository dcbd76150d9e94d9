"""Lines, areas and bars on a pair of axes: scale, grid, labels and marks. Heading and legend are drawn before."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.charts import Chart, ChartKind
from bot.slack.chart_figures import number
from bot.slack.chart_paper import AXIS, EDGE, FAINT, HEIGHT, LABEL, LINE, WIDTH, Paper, colour, dash, fitting, marker
from bot.slack.chart_paper import text_width as width_of

STEPS = 5
SAME = 1e-9
# A line may begin above nought where its lowest point is more than this share of its highest.
FAR_FROM_NOUGHT = 0.5
CATEGORY_WIDTH = 192.0  # room for the name of the running period
GROUP_SHARE, BAR_WIDTH = 0.72, 64.0
VALUES_OF = 3  # so many series may have numbers at their points; more would be a thicket
LEAST_BAR = 1.5


@dataclass(frozen=True, slots=True)
class Scale:
    """Nice ticks from under the lowest to above the highest value."""

    ticks: tuple[float, ...]
    decimals: int

    @property
    def low(self) -> float:
        return self.ticks[0]

    @property
    def high(self) -> float:
        return self.ticks[-1]

    def share(self, value: float) -> float:
        """Where a value lies between the lowest tick (0) and the highest (1)."""
        # halves, so that the distance between the ends of what a float can hold is one too
        return (value / 2 - self.low / 2) / (self.high / 2 - self.low / 2)


def nice_scale(lowest: float, highest: float) -> Scale:
    """About five steps of 1, 2 or 5 times a power of ten (Heckbert, "Nice numbers for graph labels", 1990)."""
    if highest - lowest <= SAME * max(abs(lowest), abs(highest)) or highest - lowest < SAME:
        lowest, highest = min(lowest, 0.0), max(highest, 0.0)
    if highest - lowest < SAME:
        lowest, highest = 0.0, 1.0
    raw = (highest / STEPS) - (lowest / STEPS)
    exponent = math.floor(math.log10(raw))
    magnitude = 10.0**exponent
    factor = next(each for each in (1, 2, 5, 10, 20) if each * magnitude >= raw * (1 - SAME))
    step = factor * magnitude
    first, last = math.floor(lowest / step + SAME), math.ceil(highest / step - SAME)
    last = max(last, first + 1)
    decimals = max(0, -(exponent + (1 if factor >= 10 else 0)))
    return Scale(tuple(at * step for at in range(first, last + 1)), decimals)


def _scale_of(chart: Chart) -> Scale:
    values = [value for series in chart.series for value in series.values if value is not None]
    lowest, highest = min(values), max(values)
    is_far = lowest > highest * FAR_FROM_NOUGHT > 0 or highest < lowest * FAR_FROM_NOUGHT < 0
    if chart.kind is not ChartKind.LINE or not is_far:
        lowest, highest = min(lowest, 0.0), max(highest, 0.0)
    return nice_scale(lowest, highest)


@dataclass(frozen=True, slots=True)
class Plot:
    """The place between the axes, and how figures lie in it."""

    scale: Scale
    left: float
    top: float
    right: float
    bottom: float
    count: int

    @property
    def band(self) -> float:
        return (self.right - self.left) / self.count

    def x(self, index: int) -> float:
        return self.left + self.band * (index + 0.5)

    def y(self, value: float) -> float:
        return self.bottom - (self.bottom - self.top) * self.scale.share(value)

    @property
    def base(self) -> float:
        """Where nought lies, or the end of the scale nearest to it."""
        return self.y(max(self.scale.low, min(0.0, self.scale.high)))


def draw_on_axes(paper: Paper, chart: Chart, top: float) -> None:
    """Draws a line, area or bar chart below `top`."""
    scale = _scale_of(chart)
    if paper.write(EDGE, top + LABEL, fitting(chart.y_label, WIDTH - 2 * EDGE), fill=FAINT):
        top += LABEL * 1.4
    ticks = [number(tick, chart.language, scale.decimals) for tick in scale.ticks]
    left = EDGE + max(map(width_of, ticks)) + 10
    # there is room for the number over a bar that reaches the highest tick, or under one that reaches the lowest
    bottom = HEIGHT - EDGE - LABEL * (2.65 if chart.kind is ChartKind.BAR and scale.low < 0 else 1.35)
    plot = Plot(scale, left, top + LABEL * 1.3, WIDTH - EDGE, bottom, len(chart.categories))
    _grid(paper, plot, ticks)
    _categories(paper, chart, plot)
    if chart.kind is ChartKind.BAR:
        _bars(paper, chart, plot)
    else:
        _lines(paper, chart, plot)


def _grid(paper: Paper, plot: Plot, ticks: list[str]) -> None:
    for tick, text in zip(plot.scale.ticks, ticks, strict=True):
        y = plot.y(tick)
        stroke = f'stroke="{AXIS}" stroke-width="2"' if tick == 0 else f'stroke="{LINE}" stroke-width="1"'
        paper.shape(f'<line x1="{plot.left:.2f}" y1="{y:.2f}" x2="{plot.right:.2f}" y2="{y:.2f}" {stroke}/>')
        paper.write(plot.left - 10, y + 0.35 * LABEL, text, anchor="end", fill=FAINT, only_if_free=True)


def _categories(paper: Paper, chart: Chart, plot: Plot) -> None:
    """Every so many categories get their name, counted from the last one: that is the one people look for."""
    names = [fitting(each, max(CATEGORY_WIDTH, plot.band - 12)) for each in chart.categories]
    widest = max(map(width_of, names)) + 12
    beyond = max(0.0, plot.x(plot.count - 1) + widest / 2 - WIDTH + EDGE / 2)  # so far the last one is moved inwards
    every = max(1, math.ceil((widest + beyond) / plot.band))
    for index in range(plot.count - 1, -1, -every):
        paper.write(plot.x(index), HEIGHT - EDGE, names[index], anchor="middle", fill=FAINT, only_if_free=True)


def _bars(paper: Paper, chart: Chart, plot: Plot) -> None:
    count = len(chart.series)
    wide = min(plot.band * GROUP_SHARE / count, BAR_WIDTH)
    for index, series in enumerate(chart.series):
        for at, value in enumerate(series.values):
            if value is None:
                continue
            left = plot.x(at) + (index - count / 2) * wide
            top, bottom = sorted((plot.y(value), plot.base))
            if value and bottom - top < LEAST_BAR:
                top, bottom = (bottom - LEAST_BAR, bottom) if value > 0 else (top, top + LEAST_BAR)
            paper.shape(
                f'<rect x="{left:.2f}" y="{top:.2f}" width="{max(wide - 1, 1):.2f}" height="{bottom - top:.2f}"'
                f' fill="url(#fill{index})"/>'
            )
    _bar_values(paper, chart, plot, wide)


def _bar_values(paper: Paper, chart: Chart, plot: Plot, wide: float) -> None:
    """The numbers on the bars: all of them where they are no wider than their places, else none but the last."""
    if len(chart.series) > VALUES_OF:
        return
    place = plot.band if len(chart.series) == 1 else wide
    values = [value for series in chart.series for value in series.values if value is not None]
    fits = all(width_of(number(value, chart.language)) <= place for value in values)
    for index, series in enumerate(chart.series):
        points = [(at, value) for at, value in enumerate(series.values) if value is not None]
        for at, value in points if fits else points[-1:]:
            x = plot.x(at) + (index - len(chart.series) / 2 + 0.5) * wide
            _value(paper, plot, x, value, chart.language, is_below=value < 0)


def _value(paper: Paper, plot: Plot, x: float, value: float, language: str, *, is_below: bool) -> bool:
    baseline = plot.y(value) + (LABEL + 4 if is_below else -7)
    return paper.write(x, baseline, number(value, language), anchor="middle", only_if_free=True)


def _lines(paper: Paper, chart: Chart, plot: Plot) -> None:
    for index, series in enumerate(chart.series):
        for run in _runs(series.values):
            points = [(plot.x(at), plot.y(value)) for at, value in run]
            path = " ".join(f"{x:.2f},{y:.2f}" for x, y in points)
            if chart.kind is ChartKind.AREA:
                closed = f"{points[0][0]:.2f},{plot.base:.2f} {path} {points[-1][0]:.2f},{plot.base:.2f}"
                paper.shape(f'<polygon points="{closed}" fill="{colour(index)}" fill-opacity="0.16"/>')
            paper.shape(
                f'<polyline points="{path}" fill="none" stroke="{colour(index)}" stroke-width="3"'
                f' stroke-linejoin="round" stroke-linecap="round"{dash(index)}/>'
            )
    for index, series in enumerate(chart.series):
        for at, value in enumerate(series.values):
            if value is not None:
                paper.shape(marker(index, plot.x(at), plot.y(value)))
    _line_values(paper, chart, plot)


def _line_values(paper: Paper, chart: Chart, plot: Plot) -> None:
    """The number at the last point of each line, and at its first, highest and lowest where there is but one line."""
    if len(chart.series) > VALUES_OF:
        return
    for series in chart.series:
        points = [(at, value) for at, value in enumerate(series.values) if value is not None]
        if not points:
            continue
        telling = [points[-1]]
        if len(chart.series) == 1:
            telling += [max(points, key=_height), min(points, key=_height), points[0]]
        for at, value in dict.fromkeys(telling):
            is_low = len(points) > 1 and value == min(value for _, value in points) < max(v for _, v in points)
            x = plot.x(at)
            if not _value(paper, plot, x, value, chart.language, is_below=is_low):
                _value(paper, plot, x, value, chart.language, is_below=not is_low)


def _height(point: tuple[int, float]) -> float:
    return point[1]


def _runs(values: tuple[float | None, ...]) -> Iterator[list[tuple[int, float]]]:
    """The parts of a line between its gaps."""
    run: list[tuple[int, float]] = []
    for at, value in enumerate(values):
        if value is not None:
            run.append((at, value))
        elif run:
            yield run
            run = []
    if run:
        yield run
