"""What a person's Home shows, as values. Pure; reading is in `service` and the modules beside it, wording and layout in
the views."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from bot.domain.actions import Action
from bot.domain.checkins import Run
from bot.domain.members import Absence, Member
from bot.domain.periods import Period
from bot.domain.policies import Policy
from bot.domain.preferences import Preferences
from bot.domain.scoreboard import KpiLine
from bot.domain.surveys import Round, SurveyState
from bot.domain.waiting import AskedKpi, Waiting


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for everybody who chose nothing: language, IANA zone, the country (ISO 3166) of the holidays, and the
    currency (ISO 4217) of amounts."""

    language: str
    zone: str
    country: str
    currency: str


@dataclass(frozen=True, slots=True)
class Visit:
    """Who looks at their Home, when (UTC), on which local date, in which zone and language, at which page of their
    KPIs (from 0)."""

    member: Member
    now: datetime
    today: date
    zone: str
    language: str
    page: int = 0


@dataclass(frozen=True, slots=True)
class NextMeeting:
    """When somebody meets whom next; where that is only proposed, both still have to agree. `partner` is the name they
    go by."""

    one_on_one_id: str
    partner_id: str
    starts_at: datetime
    is_proposed: bool = False
    partner: str = ""


@dataclass(frozen=True, slots=True)
class Unmet:
    """Somebody whose lead has not met them for a month: when they last did (a local date, None for never), and their
    one-on-one ("" where there is none). `name` is the one they go by."""

    member_id: str
    last_held: date | None = None
    one_on_one_id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class WaitingFacts:
    """What waits for somebody, most urgent first, and whom they meet next."""

    surveys: tuple[Waiting, ...] = ()
    asked: tuple[AskedKpi, ...] = ()
    runs: tuple[Run, ...] = ()
    actions: tuple[Action, ...] = ()
    meetings: tuple[NextMeeting, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnKpi:
    """One KPI over its period: a person's own numbers, or everybody's of a KPI that they own (`is_team`). `course` is
    its figure in each of the periods before, all of which are over, the oldest first; None where there was none."""

    line: KpiLine
    period: Period
    is_team: bool = False
    course: tuple[Decimal | None, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnKpis:
    """One page of somebody's KPIs, those in most need first; how many there are, and the place of the first one here
    (from 0)."""

    shown: tuple[OwnKpi, ...] = ()
    total: int = 0
    first: int = 0
    page: int = 0


@dataclass(frozen=True, slots=True)
class RunSurvey:
    """A survey that somebody runs, and the channel whose members it asks ("" if it asks others): when its next round
    starts by itself (UTC), and of the running one how many answered, which is all that may be told of it."""

    survey_id: str
    title: str
    channel_id: str
    state: SurveyState
    next_at: datetime | None = None
    running: Round | None = None
    answered: int = 0


@dataclass(frozen=True, slots=True)
class NextSummary:
    """When a channel's summary is posted next (UTC)."""

    channel_id: str
    next_at: datetime


@dataclass(frozen=True, slots=True)
class AdminFacts:
    """What admins look after: who may do what, what holds for everybody, and the messages that could not be delivered
    lately; `newest_failure` says of the latest what to do."""

    policy: Policy
    defaults: Defaults
    failures: int = 0
    newest_failure: str = ""


@dataclass(frozen=True, slots=True)
class HomeFacts:
    """Everything on somebody's Home. `stored` is how much of each kind is kept about them."""

    visit: Visit
    currency: str
    preferences: Preferences
    waiting: WaitingFacts = WaitingFacts()
    kpis: OwnKpis = OwnKpis()
    surveys: tuple[RunSurvey, ...] = ()
    summaries: tuple[NextSummary, ...] = ()
    unmet: tuple[Unmet, ...] = ()
    absences: tuple[Absence, ...] = ()
    stored: Mapping[str, int] = field(default_factory=dict)
    admin: AdminFacts | None = None
