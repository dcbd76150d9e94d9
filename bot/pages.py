"""What a person's browser is shown: a page as a value. Which pages there are, and what they say, is in the features."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Page:
    """A status, the HTML, and headers beside content type and length."""

    status: int
    html: str
    headers: Mapping[str, str] = field(default_factory=dict)
