"""A chart as Slack's `data_visualization` block, within Slack's limits. What it shows is chosen by the features; that a
message goes out with a picture of it where Slack does not know the block is `bot.slack.chart_pictures`' matter.

Limits: docs.slack.dev/reference/block-kit/blocks/data-visualization-block.
"""

import hashlib
import json
import math
import re
from collections.abc import Iterator
from typing import Any, Final, TypeGuard

from bot.domain.charts import Chart, ChartKind, Series
from bot.slack.blocks import Block, cut

TITLE = 50
AXIS_LABEL = 50
NAME = 20
CATEGORIES = 20
# Slack takes twelve since it raised the limit; six are taken everywhere, and more cannot be told apart anyhow.
SERIES = 6
DECIMALS = 4
_MARKED: Final = re.compile(r"chart\.([a-z]{2,3})\.[0-9a-f]{8}")


def chart_block(chart: Chart) -> Block:
    """The block of a chart. Of more than 20 categories the last 20 are drawn, of more than 6 series or segments the
    first 6; a category without a value in each of them is left out. Raises ValueError when there is nothing to draw
    (`is_drawable`)."""
    if not is_drawable(chart):
        raise ValueError(f"the chart {chart.title!r} has nothing to draw")
    drawn = _pie(chart) if chart.kind is ChartKind.PIE else _axes(chart)
    block: Block = {"type": "data_visualization", "title": cut(chart.title.strip() or "–", TITLE), "chart": drawn}
    return {**block, "block_id": _mark(chart.language, block)} if chart.language else block


def _mark(language: str, block: Block) -> str:
    """A chart block has no place for a language, and Slack writes its numbers as whoever looks has chosen. A picture of
    it is the same for everybody and needs one, so the block's id carries it; the rest of it tells charts apart."""
    return f"chart.{language}.{hashlib.sha256(json.dumps(block, sort_keys=True).encode()).hexdigest()[:8]}"


def language_of(block_id: Any) -> str:
    """The language that the id of a chart block carries; "" where it carries none."""
    found = _MARKED.fullmatch(block_id) if isinstance(block_id, str) else None
    return found[1] if found else ""


def is_drawable(chart: Chart) -> bool:
    """Whether there is at least one number to draw; in a pie, one above nought."""
    if chart.kind is ChartKind.PIE:
        return bool(_segments(chart))
    return any(_numbers(series.values[-CATEGORIES:]) for series in chart.series[:SERIES])


def _axes(chart: Chart) -> Block:
    """Slack wants a point of every series in every category: categories in which one has none are left out, and so are
    series that would leave nothing else."""
    drawn, kept = _complete(chart)
    categories = _labels(tuple(chart.categories[at] for at in kept))
    axes: Block = {"categories": categories}
    if chart.y_label.strip():
        axes["y_label"] = cut(chart.y_label.strip(), AXIS_LABEL)
    names = _labels(tuple(series.name for series in drawn))
    return {
        "type": chart.kind.value,
        "series": [_series(name, series, categories, kept) for name, series in zip(names, drawn, strict=True)],
        "axis_config": axes,
    }


def _complete(chart: Chart) -> tuple[list[Series], list[int]]:
    """The series to draw, and the latest categories in which all of them have a number. A series that shares none with
    those before it is not drawn."""
    drawn: list[Series] = []
    kept = list(range(len(chart.categories)))[-CATEGORIES:]
    for series in chart.series[:SERIES]:
        shared = [at for at in kept if _is_number(series.values[at])]
        if shared:
            drawn.append(series)
            kept = shared
    return drawn, kept


def _series(name: str, series: Series, categories: list[str], kept: list[int]) -> Block:
    points = zip(categories, (series.values[at] for at in kept), strict=True)
    return {
        "name": name,
        "data": [{"label": label, "value": round(value, DECIMALS)} for label, value in points if _is_number(value)],
    }


def _pie(chart: Chart) -> Block:
    segments = _segments(chart)
    labels = _labels(tuple(label for label, _ in segments))
    values = (value for _, value in segments)
    return {
        "type": "pie",
        "segments": [{"label": label, "value": value} for label, value in zip(labels, values, strict=True)],
    }


def _segments(chart: Chart) -> list[tuple[str, float]]:
    """The first series' positive values: Slack refuses a segment of nought."""
    if not chart.series:
        return []
    pairs = zip(chart.categories, chart.series[0].values, strict=True)
    rounded = [(label, round(value, DECIMALS)) for label, value in pairs if _is_number(value)]
    return [(label, value) for label, value in rounded if value > 0][:SERIES]


def _numbers(values: tuple[float | None, ...]) -> bool:
    return any(_is_number(value) for value in values)


def _is_number(value: float | None) -> TypeGuard[float]:
    return value is not None and math.isfinite(value)


def _labels(texts: tuple[str, ...]) -> list[str]:
    """Labels short enough, and different from each other still: points find their category by its label."""
    return list(_different(texts))


def _different(texts: tuple[str, ...]) -> Iterator[str]:
    seen: set[str] = set()
    for text in texts:
        label = short = cut(text.strip() or "–", NAME)
        again = 1
        while label in seen:
            again += 1
            mark = f" ({again})"
            label = f"{cut(short, NAME - len(mark))}{mark}"
        seen.add(label)
        yield label
