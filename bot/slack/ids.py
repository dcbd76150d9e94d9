"""Every action, block and callback id, and the codec of what a button or form carries. Ids are never renamed: messages
that were sent years ago keep their buttons. What an id does is registered by its feature.

A handler is found by the part of an action id before the colon; what follows makes ids unique within a block.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from bot.domain.errors import DomainError

# surveys
SCORE_CHOSEN: Final = "survey.score"
ANSWER_CHANGE: Final = "survey.change"
REASON_OPENED: Final = "survey.reason"
WHY_OPENED: Final = "survey.why"
ANSWER_FORM: Final = "survey.answer_form"
REASON_FORM: Final = "survey.reason_form"
SURVEY_SEND: Final = "survey.send"
SURVEY_RESULTS: Final = "survey.results"
PULSE_ENPS_OPENED: Final = "survey.enps_form_opened"
PULSE_ENPS_FORM: Final = "survey.enps_form"
WHY_NOTE: Final = "survey.why_form"
SCORE_INPUT: Final = "survey.score_input"
REASON_INPUT: Final = "survey.reason_input"
CHANNEL_INPUT: Final = "survey.channel_input"
NAME_INPUT: Final = "survey.name_input"
CADENCE_INPUT: Final = "survey.cadence_input"
WEEKDAY_INPUT: Final = "survey.weekday_input"
TIME_INPUT: Final = "survey.time_input"
SCALE_INPUT: Final = "survey.scale_input"
ANSWER_LATER: Final = "survey.later"
ANSWER_NOW: Final = "survey.now"
# KPIs
ENTRY_UNDO: Final = "kpi.undo"
VALUE_CHOSEN: Final = "kpi.value_chosen"
DATE_CHOSEN: Final = "kpi.date_chosen"
KPI_LOG_OPENED: Final = "kpi.log_opened"
KPI_LOG_FORM: Final = "kpi.log_form"
KPI_SHOW: Final = "kpi.show"
TARGET_OPENED: Final = "kpi.target_opened"
TARGET_FORM: Final = "kpi.target_form"
TARGET_VALUE_CHOSEN: Final = "kpi.target_value_chosen"
TARGETS_SHOWN: Final = "kpi.targets_shown"
# summaries
SUMMARY_STOP: Final = "summary.stop"
SUMMARY_TEST: Final = "summary.test"
# check-ins and settings
LANGUAGE_CHOSEN: Final = "checkin.language"


def sub_id(action_id: str, part: object) -> str:
    """A distinct action id for the same handler: Slack wants them unique within a block."""
    return f"{action_id}:{part}"


def handler_of(action_id: str) -> str:
    return action_id.split(":", 1)[0]


def pack(**values: str | int) -> str:
    """What a button's value or a form's private_metadata carries. Nothing secret: people's clients can read it."""
    return json.dumps({"v": 1, **values}, separators=(",", ":"), ensure_ascii=False)


def unpack(text: str | None) -> Mapping[str, Any]:
    """The values packed into a button or form. Raises DomainError("core.stale") for anything we did not pack."""
    try:
        values = json.loads(text or "{}")
    except ValueError:
        raise DomainError("core.stale") from None
    if not isinstance(values, dict) or values.get("v", 1) != 1:
        raise DomainError("core.stale")
    return values
