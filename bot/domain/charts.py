"""A chart as the features describe it: kind, categories and series of numbers. How it is drawn, and what Slack accepts
of it (lengths, numbers of points), belongs to `bot/slack/charts.py`."""

from dataclasses import dataclass
from enum import StrEnum


class ChartKind(StrEnum):
    LINE = "line"
    BAR = "bar"
    AREA = "area"
    PIE = "pie"


@dataclass(frozen=True, slots=True)
class Series:
    """One line, set of bars or ring: a value for each category of its chart, None where there is no number."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart in words already translated, and the language they are in, which its numbers are written in too. Every
    series has exactly one value for each category (else ValueError)."""

    kind: ChartKind
    title: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    y_label: str = ""
    language: str = ""

    def __post_init__(self) -> None:
        for each in self.series:
            if len(each.values) != len(self.categories):
                raise ValueError(f"{each.name!r} has {len(each.values)} values for {len(self.categories)} categories")
