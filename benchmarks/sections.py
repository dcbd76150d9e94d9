"""A section of RESULTS.md as the part that measured it hands it over. How it is written down is `report`'s."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure beside what is wanted of it: `values` are its rounds, of which the median counts; at least (or with
    `at_most`, at most) `wanted`. `known` is why it is missed, as far as that is known; printed only while it is.
    Without `wanted` it is only told."""

    what: str
    values: Sequence[float]
    wanted: float | None = None
    at_most: bool = False
    known: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A title, lines of Markdown with what was measured and how, and the figures that have a target."""

    title: str
    lines: Sequence[str] = ()
    figures: Sequence[Figure] = field(default=())

    def told(self) -> str:
        """For a part that is run alone, on the terminal."""
        figures = (f"{each.what}: {', '.join(f'{value:.3f}' for value in each.values)}" for each in self.figures)
        return "\n".join([self.title, *self.lines, *figures])
