"""How a survey is to ask, as its author chose it, and how long names may be. Storing it belongs to `drafts`."""

from dataclasses import dataclass, field

from bot.domain.prompting import Spread
from bot.domain.surveys import Receivers

HANDLE_LENGTH = 60
TITLE_LENGTH = 60
ENPS = "enps"


@dataclass(frozen=True, slots=True)
class Manner:
    """How a survey asks and what becomes of the answers: all that is neither its questions, its audience nor its dates.
    `handle` is the short name its author wishes, "" for the usual one."""

    title: str = ""
    handle: str = ""
    is_named: bool = False
    one_by_one: bool = False
    receivers: Receivers = field(default_factory=Receivers)
    breakdown: str = ""
    spread: Spread = Spread.NONE
