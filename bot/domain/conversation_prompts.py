"""What two people may talk about when they meet: prompts by theme, and which two of them stand on which agenda. Their
words are in the catalogues: `oneonones.prompt.<key>`. What surveys ask is in `bank`.
"""

from collections.abc import Sequence
from datetime import date
from zlib import crc32

THEMES: tuple[str, ...] = ("work", "obstacles", "growth", "feedback", "team", "wellbeing")
PER_THEME = 5
PROMPTS: tuple[str, ...] = tuple(f"{theme}_{number}" for number in range(1, PER_THEME + 1) for theme in THEMES)
"""Every prompt by its key. Neighbours are of different themes, so that the two of an agenda are."""

TOGETHER = 2
_TURNS = len(PROMPTS) // TOGETHER


def prompts_on(one_on_one_id: str, local_date: date) -> Sequence[str]:
    """The keys of the two prompts of a date. They change from week to week, and none comes again within a quarter:
    there are fifteen turns of a week each, an odd number, so that who meets every two weeks comes through all of them.
    Different pairs begin at different turns."""
    begins = crc32(one_on_one_id.encode())
    turn = (local_date.toordinal() // 7 + begins) % _TURNS
    return PROMPTS[turn * TOGETHER : (turn + 1) * TOGETHER]
