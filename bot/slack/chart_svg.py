"""A chart block drawn as SVG: the picture of it for workspaces that do not take the block. Pure; making a PNG of it is
done in `bot.slack.chart_png`.

Heading, legend and the choice of the drawing are here; axes and what stands on them in `bot.slack.chart_axes`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.charts import Chart, ChartKind
from bot.slack.chart_axes import draw_on_axes
from bot.slack.chart_figures import NO_BREAK_SPACE, chart_of, in_words, number
from bot.slack.chart_paper import (
    AXIS,
    CARD,
    EDGE,
    FAINT,
    HEIGHT,
    LABEL,
    TITLE,
    WIDTH,
    Paper,
    colour,
    dash,
    fitting,
    hatch,
    marker,
    text_width,
)

LEGEND_ROW, LEGEND_GAP, SAMPLE = 25.0, 22.0, 38.0
LEGEND_TEXT = 250.0
TWO_LINES, ONE_LINE = 42.0, 21.0
QUARTER, FULL = math.pi / 2, 2 * math.pi
TURNS = 24


@dataclass(frozen=True, slots=True)
class Circle:
    """Where a pie lies."""

    x: float
    y: float
    r: float


def chart_svg(block: Mapping[str, Any]) -> str:
    """The drawing of a `data_visualization` block. Raises ValueError when there is nothing to draw."""
    chart = chart_of(block)
    paper = Paper(in_words(chart))
    top = _heading(paper, chart)
    if chart.kind is ChartKind.PIE:
        _pie(paper, chart, top)
        return paper.svg()
    for index in range(len(chart.series)):
        paper.define(hatch(index))
    draw_on_axes(paper, chart, _legend(paper, chart, top) if len(chart.series) > 1 else top)
    return paper.svg()


def _heading(paper: Paper, chart: Chart) -> float:
    """Writes the title; where the rest begins."""
    title = fitting(chart.title, WIDTH - 2 * EDGE, TITLE, bold=True)
    wrote = paper.write(EDGE, EDGE + TITLE, title, size=TITLE, bold=True)
    return EDGE + (TITLE * 1.5 if wrote else 0)


def _legend(paper: Paper, chart: Chart, top: float) -> float:
    """Names the series in rows beside a sample of each; where the rest begins."""
    x, middle = float(EDGE), top + LEGEND_ROW / 2
    for index, series in enumerate(chart.series):
        name = fitting(series.name, LEGEND_TEXT) or "–"
        wide = SAMPLE + text_width(name)
        if x > EDGE and x + wide > WIDTH - EDGE:
            x, middle = float(EDGE), middle + LEGEND_ROW
        if chart.kind is ChartKind.BAR:
            paper.shape(f'<rect x="{x:.2f}" y="{middle - 8:.2f}" width="28" height="16" fill="url(#fill{index})"/>')
        else:
            paper.shape(
                f'<line x1="{x:.2f}" y1="{middle:.2f}" x2="{x + 30:.2f}" y2="{middle:.2f}"'
                f' stroke="{colour(index)}" stroke-width="3"{dash(index)}/>'
            )
            paper.shape(marker(index, x + 15, middle))
        paper.write(x + SAMPLE, middle + 0.35 * LABEL, name)
        x += wide + LEGEND_GAP
    return middle + LEGEND_ROW / 2


def _pie(paper: Paper, chart: Chart, top: float) -> None:
    """Slices, each with a line to its name, number and share beside it."""
    values = [value or 0.0 for value in chart.series[0].values]
    largest = max(values)
    parts = [value / largest for value in values]  # their sum is finite, whatever the values
    shares = [part / sum(parts) for part in parts]
    circle = Circle(WIDTH / 2, (top + HEIGHT - EDGE) / 2, (HEIGHT - EDGE - top) / 2 - 14)
    turns = [FULL * turn / TURNS for turn in range(TURNS)]
    start = min(turns, key=lambda turn: (_way(circle, top, _middles(shares, turn)), turn))
    angle = start - QUARTER
    for index, share in enumerate(shares):
        paper.shape(_slice(index, circle, angle, angle + FULL * share))
        angle += FULL * share
    middles = _middles(shares, start)
    for at, y, step in _rows(circle, top, middles):
        said = _said(values[at], shares[at], chart.language)
        _beside(paper, circle, middles[at], y, step, (chart.categories[at], said))


def _middles(shares: Sequence[float], turn: float) -> list[float]:
    """The angles of the slices' middles, the first slice beginning `turn` after twelve o'clock."""
    middles, angle = [], turn - QUARTER
    for share in shares:
        middles.append(angle + FULL * share / 2)
        angle += FULL * share
    return middles


def _rows(circle: Circle, top: float, middles: Sequence[float]) -> list[tuple[int, float, float]]:
    """Which slice is named at which height, and how high its place is: first those on the right, then on the left."""
    rows = []
    for right in (True, False):
        side = [at for at, angle in enumerate(middles) if (math.cos(angle) >= 0) is right]
        side.sort(key=lambda at: math.sin(middles[at]))
        step = TWO_LINES if len(side) * TWO_LINES <= HEIGHT - EDGE - top else ONE_LINE
        wanted = [circle.y + (circle.r + 12) * math.sin(middles[at]) for at in side]
        placed = _spread(wanted, step, top + step / 2, HEIGHT - EDGE / 2 - step / 2)
        rows += [(at, y, step) for at, y in zip(side, placed, strict=True)]
    return rows


def _way(circle: Circle, top: float, middles: Sequence[float]) -> int:
    """How far the names stand from their slices, in steps too large to turn a pie for nothing."""
    ways = (abs(y - circle.y - (circle.r + 12) * math.sin(middles[at])) for at, y, _ in _rows(circle, top, middles))
    return round(sum(ways) / TWO_LINES)


def _slice(index: int, circle: Circle, start: float, end: float) -> str:
    cx, cy, r = circle.x, circle.y, circle.r
    paint = f'fill="{colour(index)}" stroke="{CARD}" stroke-width="2" stroke-linejoin="round"'
    if end - start > FULL - 1e-6:
        return f'<circle cx="{cx:.2f}" cy="{cy:.2f}" r="{r:.2f}" {paint}/>'
    large = int(end - start > math.pi)
    return (
        f'<path d="M{cx:.2f} {cy:.2f} L{cx + r * math.cos(start):.2f} {cy + r * math.sin(start):.2f}'
        f' A{r:.2f} {r:.2f} 0 {large} 1 {cx + r * math.cos(end):.2f} {cy + r * math.sin(end):.2f} Z" {paint}/>'
    )


def _said(value: float, share: float, language: str) -> str:
    percent = f"{share * 100:.0f}{NO_BREAK_SPACE}%" if share >= 0.01 else f"<{NO_BREAK_SPACE}1{NO_BREAK_SPACE}%"
    return f"{number(value, language)} · {percent}"


def _spread(wanted: Sequence[float], step: float, top: float, bottom: float) -> list[float]:
    """Places of rows as near as they can be to where they are wanted, in that order, `step` apart, and on the card."""
    placed: list[float] = []
    for y in wanted:
        placed.append(max(y, placed[-1] + step if placed else top))
    last = bottom
    for index in range(len(placed) - 1, -1, -1):
        placed[index] = min(placed[index], last)
        last = placed[index] - step
    return placed


def _beside(paper: Paper, circle: Circle, angle: float, y: float, step: float, words: tuple[str, str]) -> None:
    cx, cy, r = circle.x, circle.y, circle.r
    side = 1 if math.cos(angle) >= 0 else -1
    elbow, x = cx + side * (r + 18), cx + side * (r + 32)
    paper.shape(
        f'<polyline points="{cx + r * math.cos(angle):.2f},{cy + r * math.sin(angle):.2f} {elbow:.2f},{y:.2f}'
        f' {x - side * 5:.2f},{y:.2f}" fill="none" stroke="{AXIS}" stroke-width="1.5"/>'
    )
    wide = WIDTH / 2 - r - 32 - EDGE / 2
    label, said = words
    anchor: Any = "start" if side > 0 else "end"
    if step == TWO_LINES:
        paper.write(x, y - 2, fitting(label, wide, bold=True) or "–", anchor=anchor, bold=True)
        paper.write(x, y + LABEL + 2, fitting(said, wide), anchor=anchor, fill=FAINT)
    else:
        name = fitting(label, wide - text_width(f"  {said}"))
        paper.write(x, y + 0.35 * LABEL, fitting(f"{name} {said}", wide), anchor=anchor)
