"""Surveys, rounds and invitations, and what a closed round says. How answers are stored does not belong here."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.audiences import Audience
from bot.domain.enps import Scale
from bot.domain.prompting import Spread
from bot.domain.publications import Published
from bot.domain.questions import Question, QuestionKind, enps_question


class SurveyState(StrEnum):
    """DRAFT: its author is still at it; nobody else sees it."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    DELETED = "deleted"


class RoundState(StrEnum):
    """LAUNCHING: recorded, the audience is still to be read from Slack. OPEN: people may answer. CLOSED: nobody may.
    FAILED: could not be launched; its author was told why."""

    LAUNCHING = "launching"
    OPEN = "open"
    CLOSED = "closed"
    FAILED = "failed"


class Dimension(StrEnum):
    """What results may be broken down by, one at a time. ATTRIBUTE is one that was imported ("attribute:department");
    a person's manager is the imported attribute "manager"."""

    CHANNEL = "channel"
    GROUP = "group"
    ZONE = "zone"
    ATTRIBUTE = "attribute"


MANAGER = "attribute:manager"


@dataclass(frozen=True, slots=True)
class Receivers:
    """Who is given the results: the author, chosen people, a channel. Told to everybody before they answer."""

    author: bool = True
    people: tuple[str, ...] = ()
    channel_id: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """What a survey asks whom, and how. A round has its own copy, frozen at launch, with the drawn questions in it.

    `draws` questions of the bank's `drivers` are drawn anew for each round, after its own `questions`. `is_named`:
    names are shown to the receivers. `one_by_one`: asked one after the other in the message, not in one form.
    `breakdown` is a `Dimension`, with the attribute's name after a colon, or "" for none. `title` is what people read
    above the questions ("" is the name of the template, or none).
    """

    audience: Audience
    questions: tuple[Question, ...]
    title: str = ""
    template: str = ""
    drivers: tuple[str, ...] = ()
    draws: int = 0
    is_named: bool = False
    one_by_one: bool = False
    receivers: Receivers = field(default_factory=Receivers)
    breakdown: str = ""
    spread: Spread = Spread.NONE

    @property
    def enps(self) -> Question | None:
        """The eNPS question, if it has one."""
        return next((each for each in self.questions if each.kind is QuestionKind.ENPS), None)

    @property
    def size(self) -> int:
        """How many questions a round asks, drawn ones included."""
        return len(self.questions) + self.draws

    @property
    def is_one_question(self) -> bool:
        """Whether it can be answered in the message itself, with one click: an eNPS question alone."""
        return self.size == 1 and self.enps is not None

    def question(self, question_id: str) -> Question | None:
        return next((each for each in self.questions if each.id == question_id), None)


@dataclass(frozen=True, slots=True)
class Survey:
    """A survey: anonymous by default. `handle` is the short name people type (`/pulse send enps-sales`), unique in the
    workspace."""

    id: str
    handle: str
    definition: Definition
    created_by: str
    created_at: datetime
    state: SurveyState = SurveyState.ACTIVE

    @property
    def channel_id(self) -> str:
        """The channel whose members it asks, if they are exactly whom it asks; else ""."""
        return self.definition.audience.only_channel

    @property
    def scale(self) -> Scale | None:
        """The scale of its eNPS question, if it has one."""
        return self.definition.enps.scale if self.definition.enps else None


@dataclass(frozen=True, slots=True)
class Round:
    """One run of a survey. Definition, thresholds and the size of the group are frozen at launch.

    `asked` counts the invitations; `closes_at` is one absolute instant for everybody (UTC). `answered`, how many
    answered, and what may be `published` are known from the close on. `sealed` says that the round key is destroyed and
    the storage scrubbed, so that answers and people can no longer be linked.
    """

    id: str
    survey_id: str
    number: int
    state: RoundState
    definition: Definition
    opened_at: datetime
    closes_at: datetime
    asked: int
    min_score: int
    min_comments: int
    started_by: str
    closed_at: datetime | None = None
    sealed: bool = False
    answered: int | None = None
    published: Published | None = None

    @property
    def questions(self) -> tuple[Question, ...]:
        return self.definition.questions

    @property
    def scale(self) -> Scale | None:
        """The scale of its eNPS question, if it has one."""
        return self.definition.enps.scale if self.definition.enps else None


@dataclass(frozen=True, slots=True)
class Invitation:
    """A member asked in a round: answered or not, nothing else. No time, on purpose (it would link to answers).

    `segment` is the group of the round's breakdown they belonged to at launch ("" for none). Whether somebody answered
    is known through the round key alone: once that is destroyed at the seal, or lost, `answered` is False for
    everybody, and the round says how many did.
    """

    round_id: str
    member_id: str
    answered: bool
    segment: str = ""


@dataclass(frozen=True, slots=True)
class OwnAnswers:
    """What one person answered so far: values and texts by question id. A text under the id of a counted question is
    the reason given for it."""

    values: Mapping[str, int] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)

    def is_finished(self, questions: tuple[Question, ...]) -> bool:
        """Whether every question that has to be answered is, and at least one is."""
        given = {*self.values, *self.texts}
        return bool(given) and all(each.id in given for each in questions if each.required)


@dataclass(frozen=True, slots=True)
class NamedAnswer:
    """One answer of a round that shows names."""

    member_id: str
    question_id: str
    value: int | None
    text: str = ""


Counts = Mapping[int, int]
"""How often each value was given."""


@dataclass(frozen=True, slots=True)
class RoundFacts:
    """What storage knows of a round: how many answered, and, once it is closed, how often each value was given to each
    question, and the texts, by question id."""

    round: Round
    answered: int
    counts: Mapping[str, Counts] = field(default_factory=dict)
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SegmentFacts:
    """One group of a closed round's breakdown: who was asked, how many answered, and how often each value was given to
    each question."""

    segment: str
    asked: frozenset[str]
    answered: int
    counts: Mapping[str, Counts]


class FollowUpKind(StrEnum):
    """DONE: something follows from the round. NONE: nothing does, and the text says why."""

    DONE = "done"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What followed from a round, in the words of its author; the next invitation of the survey quotes it."""

    round_id: str
    kind: FollowUpKind
    text: str
    by: str
    at: datetime


def enps_definition(channel_id: str, scale: Scale) -> Definition:
    """The eNPS question to the members of a channel."""
    return Definition(Audience(channels=(channel_id,)), (enps_question(scale),), template="enps")


def frozen(definition: Definition, drawn: tuple[Question, ...]) -> Definition:
    """A round's own copy, with the questions that were drawn for it."""
    return replace(definition, questions=(*definition.questions, *drawn), draws=0)
