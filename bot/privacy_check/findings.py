"""What an attack found, as a line for the terminal; and how many such lines are shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

SHOWN = 5

Progress = Callable[[str, int, int], None]
"""Told what is being done, how far it is, and of how much."""


class Verdict(StrEnum):
    """OK: the attack failed. PROBLEM: it succeeded, or could. NOTE: something that cannot be looked at from here."""

    OK = "ok"
    PROBLEM = "PROBLEM"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `fix` says what to do about a problem."""

    verdict: Verdict
    what: str
    fix: str = ""


def problem(what: str, fix: str) -> Finding:
    return Finding(Verdict.PROBLEM, what, fix)


def note(what: str) -> Finding:
    return Finding(Verdict.NOTE, what)


def outcome(well: str, problems: Sequence[Finding]) -> list[Finding]:
    """What one method found: its problems, the first few of many, or that all is well."""
    if not problems:
        return [Finding(Verdict.OK, well)]
    shown = list(problems[:SHOWN])
    if len(problems) > SHOWN:
        shown.append(
            problem(f"and {len(problems) - SHOWN} more of the same kind", "Mend the first ones and run again.")
        )
    return shown
