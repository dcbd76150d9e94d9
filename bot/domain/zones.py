"""Time zones as people type them."""

from collections.abc import Mapping
from functools import cache
from zoneinfo import available_timezones

# What people in Indonesia call their zones.
_SHORT_NAMES = {"wib": "Asia/Jakarta", "wita": "Asia/Makassar", "wit": "Asia/Jayapura"}
_NO_PLACES = frozenset({"localtime", "Factory"})
"""What is in the list of zones and is none: the clock of this very host, and a placeholder."""


def zone_named(text: str) -> str | None:
    """The IANA zone, typed in any case and with blanks for underscores, or by its Indonesian short name; None for
    anything else."""
    typed = "_".join(text.casefold().split())
    return _names().get(typed)


@cache
def _names() -> Mapping[str, str]:
    """How zones may be typed, in small letters, and their IANA names. Kept: finding them reads hundreds of files."""
    return {name.casefold(): name for name in available_timezones() - _NO_PLACES} | _SHORT_NAMES
