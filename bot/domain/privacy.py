"""What may be published of a round, and from how many answers on. Everything that shows results asks here first.

How answers are stored so that they cannot be linked is storage's matter; the statistics are in `enps`. The thresholds
follow what the trusted survey products agree on: a score from 5 answers, comments from 10 respondents, never below 3.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.enps import EnpsClass, Interval, Tally, tally
from bot.domain.surveys import RoundFacts, RoundState

MIN_SCORE = 5
MIN_COMMENTS = 10
FLOOR = 3
_SMALL_GROUP = 10  # people asked: fewer could never reach MIN_COMMENTS
_MIN_COMMENTS_SMALL = 5
_RANGES = {
    EnpsClass.PROMOTER: Interval(90.0, 100.0),
    EnpsClass.PASSIVE: Interval(-10.0, 10.0),
    EnpsClass.DETRACTOR: Interval(-100.0, -90.0),
}


class Hidden(StrEnum):
    """Why a round shows no result."""

    TOO_FEW = "too_few"
    STILL_OPEN = "still_open"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How many answers a score needs, and how many respondents comments need. Frozen in the round at launch."""

    min_score: int
    min_comments: int


@dataclass(frozen=True, slots=True)
class Publication:
    """All that may be shown of a round: how many of the asked answered, and either the `tally`, or the class everybody
    was `alike` in (to be shown as the range `range_of` it), or the reason why it is `hidden`."""

    answers: int
    asked: int
    tally: Tally | None
    alike: EnpsClass | None
    hidden: Hidden | None
    comments_shown: bool


def thresholds(asked: int) -> Thresholds:
    """The thresholds for a group of that many people, to be stated in the invitation and frozen at launch."""
    comments = _MIN_COMMENTS_SMALL if asked < _SMALL_GROUP else MIN_COMMENTS
    return Thresholds(max(MIN_SCORE, FLOOR), max(comments, FLOOR))


def publication(facts: RoundFacts) -> Publication:
    """What may be published of a round, by the thresholds frozen in it.

    Nothing but the number of answers before the round is closed; nothing from too few; no tally and no comments where
    all answered alike, for then a result would tell what each one said. Fails closed: whatever is not plainly in
    order (a round that was never opened, counts off the scale, more answers than people asked) is hidden.
    """
    if facts.round.state is not RoundState.CLOSED:
        return _hidden(facts, facts.answered, Hidden.STILL_OPEN)
    counted = _sound_tally(facts)
    if counted is None:
        return _hidden(facts, facts.answered, Hidden.TOO_FEW)
    if counted.answers < max(facts.round.min_score, FLOOR):
        return _hidden(facts, counted.answers, Hidden.TOO_FEW)
    alike = counted.all_alike
    if alike is not None:
        return Publication(counted.answers, facts.round.asked, None, alike, None, comments_shown=False)
    comments_shown = counted.answers >= max(facts.round.min_comments, FLOOR)
    return Publication(counted.answers, facts.round.asked, counted, None, None, comments_shown)


def range_of(alike: EnpsClass) -> Interval:
    """The range of scores to show in place of a round in which all answered alike, in points: 90 and above, -10 to 10,
    or -90 and below."""
    return _RANGES[alike]


def _sound_tally(facts: RoundFacts) -> Tally | None:
    """The round's counts as a tally, or None if they cannot be right."""
    try:
        counted = tally(facts.counts, facts.round.scale)
    except ValueError:
        return None
    return counted if counted.answers <= facts.round.asked else None


def _hidden(facts: RoundFacts, answers: int, reason: Hidden) -> Publication:
    return Publication(answers, facts.round.asked, None, None, reason, comments_shown=False)
