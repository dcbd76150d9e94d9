"""The PNG of a chart block, and whether this machine can make one that says anything. How a picture looks is in
`bot.slack.chart_svg`; when one is made, and what becomes of it, in `bot.slack.chart_pictures`.
"""

import functools
from collections.abc import Mapping
from typing import Any, Final

from bot.slack.chart_paper import FONTS
from bot.slack.chart_svg import chart_svg

ZOOM: Final = 2
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

    return resvg_py.svg_to_bytes(svg_string=svg, zoom=zoom)
