"""Domain objects for the storage tests: complete, unremarkable, each field overridable."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from bot.domain.deliveries import NewDelivery
from bot.domain.enps import SCALE_0_10
from bot.domain.entries import Entry
from bot.domain.periods import PeriodKind
from bot.domain.schedules import Cadence, Rule, Schedule, ScheduleKind
from bot.domain.summaries import Summary
from bot.domain.surveys import Round, RoundState, Survey, enps_definition
from bot.domain.targets import Target
from storage import new_id

NOW = datetime(2026, 11, 23, 2, 0, 0, 123456, tzinfo=UTC)
TODAY = date(2026, 11, 23)
DEFINITION = enps_definition("C1", SCALE_0_10)
RULE = Rule(Cadence.WEEKLY, TODAY, time(9, 0), "Asia/Jakarta")


def survey(**given: Any) -> Survey:
    values = {"id": new_id(), "handle": "enps-sales", "definition": DEFINITION, "created_by": "U1"}
    return Survey(**{**values, "created_at": NOW, **given})


def round_of(survey_id: str, **given: Any) -> Round:
    values = {"id": new_id(), "survey_id": survey_id, "number": 1, "state": RoundState.OPEN, "definition": DEFINITION}
    times = {"opened_at": NOW, "closes_at": NOW + timedelta(days=3)}
    sizes = {"asked": 5, "min_score": 5, "min_comments": 10, "started_by": "U1"}
    return Round(**{**values, **times, **sizes, **given})


def entry(**given: Any) -> Entry:
    values = {"id": new_id(), "kpi_key": "revenue", "member_id": "U1", "value": Decimal(10), "on": TODAY}
    return Entry(**{**values, "logged_by": "U1", "logged_at": NOW, "source": new_id(), **given})


def target(**given: Any) -> Target:
    values = {"id": new_id(), "kpi_key": "revenue", "value": Decimal("100.5"), "period": PeriodKind.MONTH}
    who = {"deadline": None, "owner_id": "", "set_by": "U1", "set_at": NOW, "starts": TODAY}
    return Target(**{**values, **who, **given})


def schedule(**given: Any) -> Schedule:
    values = {"id": new_id(), "kind": ScheduleKind.SURVEY, "subject_id": new_id(), "rule": RULE}
    return Schedule(**{**values, "created_by": "U1", "planned_until": NOW, **given})


def summary(**given: Any) -> Summary:
    values = {"id": new_id(), "channel_id": "C1", "language": "id", "created_by": "U1", "created_at": NOW}
    return Summary(**{**values, **given})


def delivery(**given: Any) -> NewDelivery:
    values = {"purpose": "survey.question", "subject": "round", "receiver": "U1", "due_at": NOW}
    return NewDelivery(**{**values, **given})
