"""The PNG of a chart block, and whether this machine can make one that says anything. How a picture looks is in
`bot.slack.chart_svg`; when one is made, and what becomes of it, in `bot.slack.chart_pictures`.
"""

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bot.slack.chart_paper import FONTS
from bot.slack.chart_svg import chart_svg

ZOOM: Final = 2
# Where Debian has what the guide and the image install. Looking through all fonts of a machine takes a sixth of a
# picture's time, and is needed only for letters that these have not.
_DEJAVU: Final = tuple(f"/usr/share/fonts/truetype/dejavu/DejaVuSans{style}.ttf" for style in ("", "-Bold"))
_PUNCTUATION: Final = frozenset("–—‘’“”…−€\N{NARROW NO-BREAK SPACE}")
_LETTER: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24">'
    f'<text x="2" y="20" font-family="{FONTS}" font-size="20">{{}}</text></svg>'
)


def png_of(block: Mapping[str, Any], zoom: float = ZOOM) -> bytes:
    """The picture of a chart block, `zoom` times as large as it is meant to be seen. It takes some 50 ms of work: not
    for the event loop. Raises ValueError when there is nothing to draw."""
    return _rendered(chart_svg(block), zoom)


@functools.cache
def has_font() -> bool:
    """Whether this machine has a font that letters of a picture come out in. A chart without words would mislead."""
    letter, blank = (_rendered(_LETTER.format(letter), ZOOM) for letter in ("M", " "))
    return letter != blank


def _rendered(svg: str, zoom: float) -> bytes:
    import resvg_py

    if _has_dejavu() and all(letter < "\N{LATIN SMALL LETTER TURNED A}" or letter in _PUNCTUATION for letter in svg):
        return resvg_py.svg_to_bytes(svg_string=svg, zoom=zoom, font_files=[*_DEJAVU], skip_system_fonts=True)
    return resvg_py.svg_to_bytes(svg_string=svg, zoom=zoom)


@functools.cache
def _has_dejavu() -> bool:
    return all(Path(each).is_file() for each in _DEJAVU)
