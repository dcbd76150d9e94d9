"""A chart block read back: its figures as a chart, its numbers as text, and the whole in words. Nothing is drawn here.

Thousands are apart by a space in every language (ISO 80000-1, 7.3.1), and no three decimals follow a whole part, which
would look like thousands to half of the world; the decimal sign is that of the chart's language.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.numbers import get_decimal_symbol

from bot.domain.charts import Chart, ChartKind, Series
from bot.slack.blocks import cut
from bot.slack.charts import language_of

SERIES = 12
POINTS = 20
ALT_TEXT = 2000
DECIMALS = 4
DECIMALS_AFTER_WHOLE = 2
# From here on the digits say nothing any more, and do not fit.
TOO_LONG = 1e15
# What no drawing can tell apart from endless.
LARGEST = 1e300
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"


def chart_of(block: Mapping[str, Any]) -> Chart:
    """The chart of a `data_visualization` block: at most twelve series of the first twenty categories, None where a
    series has no number. Raises ValueError when there is nothing to draw."""
    drawn = _mapping(block.get("chart"))
    title = str(block.get("title") or "").strip()
    kind = ChartKind(str(drawn.get("type")))
    read = _pie(title, drawn) if kind is ChartKind.PIE else _axes(kind, title, drawn)
    chart = replace(read, language=language_of(block.get("block_id")))
    if not any(value is not None for series in chart.series for value in series.values):
        raise ValueError("the chart block has nothing to draw")
    return chart


def _axes(kind: ChartKind, title: str, drawn: Mapping[str, Any]) -> Chart:
    config = _mapping(drawn.get("axis_config"))
    categories = tuple(str(each) for each in _items(config.get("categories"))[:POINTS])
    series = []
    for each in _items(drawn.get("series"))[:SERIES]:
        points = {str(point.get("label")): point.get("value") for point in map(_mapping, _items(each.get("data")))}
        series.append(Series(str(each.get("name") or ""), tuple(_number(points.get(label)) for label in categories)))
    return Chart(kind, title, categories, tuple(series), str(config.get("y_label") or "").strip())


def _pie(title: str, drawn: Mapping[str, Any]) -> Chart:
    segments = [
        (str(each.get("label")), _number(each.get("value"))) for each in map(_mapping, _items(drawn.get("segments")))
    ]
    kept = [(label, value) for label, value in segments if value is not None and value > 0][:SERIES]
    values = tuple(value for _, value in kept)
    return Chart(ChartKind.PIE, title, tuple(label for label, _ in kept), (Series("", values),))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _items(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _number(value: Any) -> float | None:
    """A number that can be drawn; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -LARGEST < value < LARGEST:
        return None
    return None if math.isnan(value) else float(value)


def number(value: float, language: str = "", decimals: int | None = None) -> str:
    """A number as text in a language ("" for one that is not known), `decimals` exactly, or as many as it has (at most
    four, two after a whole part)."""
    point = _point(language)
    if abs(value) >= TOO_LONG:
        return f"{value:.3g}".replace("-", MINUS).replace(".", point)
    most = DECIMALS_AFTER_WHOLE if abs(value) >= 1 else DECIMALS
    text = f"{value:,.{most if decimals is None else decimals}f}"
    if decimals is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    if not text.strip("-0.,"):
        text = text.lstrip("-")
    return text.replace(",", NO_BREAK_SPACE).replace("-", MINUS).replace(".", point)


@cache
def _point(language: str) -> str:
    """The decimal sign of a language; a full stop where there is none, or none that is known."""
    try:
        return get_decimal_symbol(Locale.parse(language)) if language else "."
    except (UnknownLocaleError, ValueError):
        return "."


def in_words(chart: Chart) -> str:
    """What stands in for the picture where it cannot be seen: the title, and the latest value of each series or the
    value of each segment. It has no word of its own, so it suits every language. A series that is the only one goes by
    the title."""
    if chart.kind is ChartKind.PIE:
        said = [
            f"{label}: {number(value, chart.language)}"
            for label, value in zip(chart.categories, chart.series[0].values, strict=True)
            if value is not None
        ]
    else:
        said = [words for series in chart.series if (words := _latest(chart, series))]
    return cut(". ".join(filter(None, (chart.title.rstrip("."), "; ".join(said)))), ALT_TEXT)


def _latest(chart: Chart, series: Series) -> str:
    points = [(label, value) for label, value in zip(chart.categories, series.values, strict=True) if value is not None]
    if not points:
        return ""
    label, value = points[-1]
    name = f"{series.name}: " if series.name.strip() and len(chart.series) > 1 else ""
    return f"{name}{number(value, chart.language)} ({label})"
