"""Who may do what: one table of everything people and programs can call, and the gate before it. What is not in the
table is refused. That something is one's own (a survey, a value, an invitation) is checked where it is read, by the
services; the table says which check that is, and the tests hold them to it."""

from bot.permissions.gate import FOR_VISITORS, entry_of, refusal
from bot.permissions.rules import Entry, Who
from bot.permissions.table import LISTENERS

__all__ = ["FOR_VISITORS", "LISTENERS", "Entry", "Who", "entry_of", "refusal"]
