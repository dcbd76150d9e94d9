"""What the forms of a draft show and carry from screen to screen, and the dates chosen in them, which are not stored
before the launch. What is stored belongs to `drafts`, what is typed after `/pulse new` to `draft_orders`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.errors import DomainError
from bot.domain.schedules import Cadence, Rule, first_anchor, instant, next_due
from bot.domain.surveys import Survey
from bot.slack import ids

CADENCES = (Cadence.ONCE, Cadence.WEEKLY, Cadence.TWO_WEEKS, Cadence.MONTHLY, Cadence.QUARTERLY)
USUAL_TIME = time(9)
MONDAY = 0

_SEPARATOR = ";"


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as its forms show it: the survey it will be; when it is asked (None: one round, as soon as it is
    launched); the id of the survey it is to change ("" for a new one)."""

    survey: Survey
    rule: Rule | None = None
    of: str = ""

    @property
    def carried(self) -> str:
        """What its forms carry, well below the 3,000 characters of private_metadata."""
        return carry(Reference(self.survey.id, self.rule, self.of))


@dataclass(frozen=True, slots=True)
class Reference:
    """Which draft a form is about, and what of it is not stored yet."""

    draft_id: str
    rule: Rule | None = None
    of: str = ""


def draft_id_of(key: str) -> str:
    """The id of what a command or click begins: the same again when Slack delivers it twice."""
    return blake2b(key.encode(), digest_size=8).hexdigest()


def carry(reference: Reference, **more: str | int) -> str:
    return ids.pack(draft=reference.draft_id, of=reference.of, rule=_rule_text(reference.rule), **more)


def reference_of(carried: Mapping[str, Any]) -> Reference:
    """The draft a form is about. Raises DomainError `core.stale` for a form that is about none."""
    draft_id = str(carried.get("draft", ""))
    if not draft_id:
        raise DomainError("core.stale")
    return Reference(draft_id, _rule_of(str(carried.get("rule", ""))), str(carried.get("of", "")))


def usual_rule(cadence: Cadence, now: datetime, zone: str) -> Rule | None:
    """The dates of a rhythm where nothing else is said: from the next Monday on, at 09:00 in the author's zone. None
    for a survey that is asked once: that begins with its launch."""
    if cadence is Cadence.ONCE:
        return None
    return Rule(cadence, first_anchor(cadence, MONDAY, None, USUAL_TIME, zone, now), USUAL_TIME, zone)


def chosen_rule(
    cadence: Cadence, first: date | None, at: time, until: date | None, now: datetime, zone: str
) -> Rule | None:
    """The dates that were chosen in the form; without a first one as in `usual_rule`. Raises DomainError
    `surveys.in_the_past`, `surveys.ends_too_early`."""
    if first is None and cadence is Cadence.ONCE:
        return None
    anchor = first or first_anchor(cadence, MONDAY, None, at, zone, now)
    if until is not None and until < anchor and cadence is not Cadence.ONCE:
        raise DomainError("surveys.ends_too_early", day=until, first=anchor)
    rule = Rule(cadence, anchor, at, zone, None if cadence is Cadence.ONCE else until)
    if next_due(rule, now) is None:
        raise DomainError("surveys.in_the_past", day=rule.until or anchor)
    return rule


def check_day(day: date, at: time, now: datetime, zone: str) -> None:
    """Whether a day that somebody named is still to come; DomainError `surveys.in_the_past` if it is not."""
    moment = instant(day, at, zone)
    if moment is None or moment <= now:
        raise DomainError("surveys.in_the_past", day=day)


def _rule_text(rule: Rule | None) -> str:
    if rule is None:
        return ""
    until = rule.until.isoformat() if rule.until else ""
    return _SEPARATOR.join((rule.cadence, rule.anchor.isoformat(), rule.at.isoformat(), rule.zone, until))


def _rule_of(text: str) -> Rule | None:
    if not text:
        return None
    try:
        cadence, anchor, at, zone, until = text.split(_SEPARATOR)
        last = date.fromisoformat(until) if until else None
        return Rule(Cadence(cadence), date.fromisoformat(anchor), time.fromisoformat(at), ZoneInfo(zone).key, last)
    except (ValueError, KeyError, OSError):
        raise DomainError("core.stale") from None
