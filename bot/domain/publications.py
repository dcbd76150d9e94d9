"""What may be shown of a closed round, as it was decided at its close: plain values. What decides is `privacy`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Hidden(StrEnum):
    """Why something shows no result. TOO_FEW answers; the round is STILL_OPEN; TOO_CLOSE: the difference to what was
    shown before, or of what is shown beside it, would tell what single people said; UNSOUND: the stored numbers
    contradict each other."""

    TOO_FEW = "too_few"
    STILL_OPEN = "still_open"
    TOO_CLOSE = "too_close"
    UNSOUND = "unsound"


@dataclass(frozen=True, slots=True)
class PublishedQuestion:
    """One question: how many answered it, and either how often each value was given (`counts`), or what all were
    `alike` in (a category of `privacy.category_of`, to be shown as a range), or why it is `hidden`.

    Texts and the reasons given for it may be shown if `texts_shown`.
    """

    question_id: str
    answers: int
    counts: Mapping[int, int] = field(default_factory=dict)
    alike: int | None = None
    hidden: Hidden | None = None
    texts_shown: bool = False


@dataclass(frozen=True, slots=True)
class PublishedSegment:
    """One group of the breakdown that may be shown: how many of it were asked and answered, and its questions."""

    segment: str
    asked: int
    answered: int
    questions: tuple[PublishedQuestion, ...]


@dataclass(frozen=True, slots=True)
class Published:
    """Everything that may ever be shown of a round. `segments_hidden` is how many groups are not shown, with
    `hidden_asked` people in them together (0, or at least the minimum)."""

    answered: int
    asked: int
    questions: tuple[PublishedQuestion, ...]
    segments: tuple[PublishedSegment, ...] = ()
    segments_hidden: int = 0
    hidden_asked: int = 0

    def question(self, question_id: str) -> PublishedQuestion | None:
        return next((each for each in self.questions if each.question_id == question_id), None)
