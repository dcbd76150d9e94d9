"""What charts are drawn on: SVG elements, text that stays inside and off other text, colours and marks. No chart here.

How wide a text gets depends on the machine's font, which is not known here; widths are those of DejaVu Sans, the widest
of the usual ones, rounded up.
"""

import re
import unicodedata
from dataclasses import dataclass
from html import escape
from typing import Final, Literal

WIDTH, HEIGHT, EDGE = 720, 360, 20
LABEL, TITLE = 16.0, 20.0
FONTS: Final = "'DejaVu Sans', 'Liberation Sans', 'Noto Sans', sans-serif"
INK, FAINT, LINE, AXIS, CARD, BORDER = "#1d1c1d", "#55585d", "#e4e6ea", "#8a8f98", "#ffffff", "#d3d7dd"
# Each at least 4.5 : 1 on the card (WCAG 1.4.3), and told apart by the commoner kinds of colour blindness too.
COLOURS: Final = ("#0b62a8", "#b3420a", "#0a7a55", "#7b3aa0", "#806000", "#3d4653")
DASHES: Final = ("", "9 5", "2.5 5", "14 5 2.5 5", "5 4", "14 4 2.5 4 2.5 4")
ASCENT, DESCENT = 0.95, 0.25
BOLD_FACTOR = 1.14
Anchor = Literal["start", "middle", "end"]

_NARROW: Final = frozenset(" .,:;'|!iIlj()[]/-tfr·`\N{NO-BREAK SPACE}")
_WIDE: Final = frozenset("mwMW@%…—&+=<>~#^−–_GOQDHNU")
_NARROW_EM, _USUAL_EM, _CAPITAL_EM, _WIDE_EM, _FOREIGN_EM, _PICTURE_EM = 0.42, 0.65, 0.79, 1.0, 1.1, 1.4
_BREAKS: Final = re.compile(r"[ \t\r\n\v\f\x85\u2028\u2029]+")
_LAST_LATIN, _LAST_OF_PLANE = "\u024f", "\uffff"


@dataclass(frozen=True, slots=True)
class Box:
    """Where something stands, in the units of the drawing; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Whether the two share any place."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


def clean(text: str) -> str:
    """Text of one line that XML can carry: characters without a shape are left out, any white space is one space."""
    spaced = _BREAKS.sub(" ", text).strip()
    return "".join(each for each in spaced if unicodedata.category(each)[0] != "C")


def text_width(text: str, size: float = LABEL, *, bold: bool = False) -> float:
    """How wide a text gets at most."""
    return sum(map(_em, text)) * size * (BOLD_FACTOR if bold else 1)


def _em(character: str) -> float:
    if character in _NARROW:
        return _NARROW_EM
    if character in _WIDE:
        return _WIDE_EM
    category = unicodedata.category(character)
    if category in ("Mn", "Me"):
        return 0.0
    if category == "So" or character > _LAST_OF_PLANE:
        return _PICTURE_EM
    if character > _LAST_LATIN:
        return _FOREIGN_EM
    if character.isascii():
        return _CAPITAL_EM if character.isupper() else _USUAL_EM
    return _WIDE_EM


def fitting(text: str, width: float, size: float = LABEL, *, bold: bool = False) -> str:
    """The text, or as much of its beginning as fits, with an ellipsis; empty where not even that does."""
    text = clean(text)
    if text_width(text, size, bold=bold) <= width:
        return text
    while text and text_width(f"{text}…", size, bold=bold) > width:
        text = text[:-1].rstrip()
    return f"{text}…" if text else ""


class Paper:
    """A card that shapes and texts are put on. Shapes lie under texts, whatever comes first."""

    def __init__(self, name: str) -> None:
        self._name = clean(name)
        self._definitions: list[str] = []
        self._shapes: list[str] = []
        self._texts: list[str] = []
        self.boxes: list[Box] = []

    def define(self, element: str) -> None:
        """Adds something that shapes refer to."""
        self._definitions.append(element)

    def shape(self, element: str) -> None:
        """Adds a shape, above those before it."""
        self._shapes.append(element)

    def write(
        self,
        x: float,
        baseline: float,
        text: str,
        *,
        size: float = LABEL,
        anchor: Anchor = "start",
        fill: str = INK,
        bold: bool = False,
        only_if_free: bool = False,
    ) -> bool:
        """Writes a text, moved aside as far as it needs to stay on the card. With `only_if_free` it is left out where
        it would stand on another one. Whether it was written."""
        text = clean(text)
        width = text_width(text, size, bold=bold)
        start = {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * width
        left = max(EDGE / 2, min(x - start, WIDTH - EDGE / 2 - width))
        box = Box(left, baseline - ASCENT * size, left + width, baseline + DESCENT * size)
        if not text or (only_if_free and any(box.meets(each) for each in self.boxes)):
            return False
        self.boxes.append(box)
        weight = ' font-weight="700"' if bold else ""
        self._texts.append(
            f'<text x="{left + start:.2f}" y="{baseline:.2f}" font-size="{size:g}" text-anchor="{anchor}"'
            f' fill="{fill}"{weight}>{escape(text, quote=False)}</text>'
        )
        return True

    def svg(self) -> str:
        """The whole drawing."""
        return "".join(
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}"'
                f' viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(self._name)}"'
                f' font-family="{FONTS}">',
                f"<defs>{''.join(self._definitions)}</defs>",
                f'<rect x="0.5" y="0.5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="12" fill="{CARD}"',
                f' stroke="{BORDER}"/>',
                *self._shapes,
                # a rim in the colour of the card keeps figures readable on lines
                f'<g stroke="{CARD}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"',
                ' style="paint-order:stroke">',
                *self._texts,
                "</g></svg>",
            )
        )


def colour(index: int) -> str:
    """The colour of a series or segment."""
    return COLOURS[index % len(COLOURS)]


def dash(index: int) -> str:
    """The attribute that dashes a series' line; series of one colour have different ones."""
    pattern = DASHES[(index + index // len(COLOURS)) % len(DASHES)]
    return f' stroke-dasharray="{pattern}"' if pattern else ""


def marker(index: int, x: float, y: float, r: float = 5.0) -> str:
    """The mark of a series at a point."""
    paint = f'fill="{colour(index)}" stroke="{CARD}" stroke-width="1.5"'
    shapes = (
        f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{r:g}" {paint}/>',
        f'<rect x="{x - r:.2f}" y="{y - r:.2f}" width="{2 * r:g}" height="{2 * r:g}" {paint}/>',
        _polygon(((x, y - r * 1.4), (x + r * 1.4, y), (x, y + r * 1.4), (x - r * 1.4, y)), paint),
        _polygon(((x, y - r * 1.3), (x + r * 1.3, y + r), (x - r * 1.3, y + r)), paint),
        _polygon(((x, y + r * 1.3), (x + r * 1.3, y - r), (x - r * 1.3, y - r)), paint),
        f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{r:g}" fill="{CARD}" stroke="{colour(index)}" stroke-width="2.5"/>',
    )
    return shapes[(index + index // len(COLOURS)) % len(shapes)]


def _polygon(points: tuple[tuple[float, float], ...], paint: str) -> str:
    return f'<polygon points="{" ".join(f"{x:.2f},{y:.2f}" for x, y in points)}" {paint}/>'


def hatch(index: int) -> str:
    """The definition of what a series' bars are filled with: its colour, and from the second on a pattern in it."""
    white = f'stroke="{CARD}" stroke-width="2" stroke-opacity="0.75" fill="none"'
    marks = (
        "",
        f'<path d="M-2 2 L2 -2 M0 10 L10 0 M8 12 L12 8" {white}/>',
        f'<circle cx="5" cy="5" r="2" fill="{CARD}" fill-opacity="0.85"/>',
        f'<path d="M0 5 H10" {white}/>',
        f'<path d="M-2 8 L2 12 M0 0 L10 10 M8 -2 L12 2" {white}/>',
        f'<path d="M0 5 H10 M5 0 V10" {white}/>',
    )
    return (
        f'<pattern id="fill{index}" width="10" height="10" patternUnits="userSpaceOnUse">'
        f'<rect width="10" height="10" fill="{colour(index)}"/>'
        f"{marks[(index + index // len(COLOURS)) % len(marks)]}</pattern>"
    )
