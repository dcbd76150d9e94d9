"""Every action, block and callback id, and the codec of what a button or form carries. Ids are never renamed: messages
that were sent years ago keep their buttons. What an id does is registered by its feature.

A handler is found by the part of an action id before the colon; what follows makes ids unique within a block.
"""

import json
import re
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
ANSWER_OPENED: Final = "survey.answer"
STEPS_STARTED: Final = "survey.start"
STEP_CHOSEN: Final = "survey.step"
STEP_SELECTED: Final = "survey.step_selected"
STEP_TICKED: Final = "survey.step_ticked"
STEP_DONE: Final = "survey.step_done"
STEP_WRITING: Final = "survey.step_writing"
STEP_SKIPPED: Final = "survey.step_skipped"
STEP_MOVED: Final = "survey.step_moved"
STEP_LATER: Final = "survey.step_later"
STEP_FORM: Final = "survey.step_form"
# drafts of surveys
DRAFT_OPENED: Final = "survey.draft_new"
DRAFT_TEMPLATE_CHOSEN: Final = "survey.draft_template"
DRAFT_QUESTION_MENU: Final = "survey.draft_question"
DRAFT_QUESTION_ADDED: Final = "survey.draft_add"
DRAFT_BANK_OPENED: Final = "survey.draft_bank"
DRAFT_DRIVER_CHOSEN: Final = "survey.draft_driver"
DRAFT_AUDIENCE_OPENED: Final = "survey.draft_audience"
DRAFT_DATES_OPENED: Final = "survey.draft_dates"
DRAFT_MANNER_OPENED: Final = "survey.draft_more"
DRAFT_PREVIEW_OPENED: Final = "survey.draft_preview"
DRAFT_BACK: Final = "survey.draft_back"
DRAFT_KIND_CHOSEN: Final = "survey.draft_kind"
DRAFT_WHY_CHOSEN: Final = "survey.draft_why"
DRAFT_START_FORM: Final = "survey.draft_start_form"
DRAFT_HUB_FORM: Final = "survey.draft_form"
DRAFT_QUESTION_FORM: Final = "survey.draft_question_form"
DRAFT_BANK_FORM: Final = "survey.draft_bank_form"
DRAFT_AUDIENCE_FORM: Final = "survey.draft_audience_form"
DRAFT_DATES_FORM: Final = "survey.draft_dates_form"
DRAFT_MANNER_FORM: Final = "survey.draft_more_form"
DRAFT_PREVIEW_FORM: Final = "survey.draft_preview_form"
DRAFT_DONE_NOTE: Final = "survey.draft_done_note"
DRAFT_TEMPLATE_INPUT: Final = "survey.draft_template_input"
DRAFT_CHANNELS_INPUT: Final = "survey.draft_channels_input"
DRAFT_CADENCE_INPUT: Final = "survey.draft_cadence_input"
DRAFT_KIND_INPUT: Final = "survey.draft_kind_input"
DRAFT_TEXT_INPUT: Final = "survey.draft_text_input"
DRAFT_REQUIRED_INPUT: Final = "survey.draft_required_input"
DRAFT_SCALE_INPUT: Final = "survey.draft_scale_input"
DRAFT_OPTIONS_INPUT: Final = "survey.draft_options_input"
DRAFT_WHY_INPUT: Final = "survey.draft_why_input"
DRAFT_AFTER_INPUT: Final = "survey.draft_after_input"
DRAFT_WHY_TEXT_INPUT: Final = "survey.draft_why_text_input"
DRAFT_DRIVER_INPUT: Final = "survey.draft_driver_input"
DRAFT_TAKEN_INPUT: Final = "survey.draft_taken_input"
DRAFT_DRAWN_FROM_INPUT: Final = "survey.draft_drawn_from_input"
DRAFT_DRAWS_INPUT: Final = "survey.draft_draws_input"
DRAFT_GROUPS_INPUT: Final = "survey.draft_groups_input"
DRAFT_PEOPLE_INPUT: Final = "survey.draft_people_input"
DRAFT_EXCEPTIONS_INPUT: Final = "survey.draft_exceptions_input"
DRAFT_INCLUDED_INPUT: Final = "survey.draft_included_input"
DRAFT_FIRST_INPUT: Final = "survey.draft_first_input"
DRAFT_TIME_INPUT: Final = "survey.draft_time_input"
DRAFT_LAST_INPUT: Final = "survey.draft_last_input"
DRAFT_TITLE_INPUT: Final = "survey.draft_title_input"
DRAFT_HANDLE_INPUT: Final = "survey.draft_handle_input"
DRAFT_LEVEL_INPUT: Final = "survey.draft_level_input"
DRAFT_ORDER_INPUT: Final = "survey.draft_order_input"
DRAFT_AUTHOR_INPUT: Final = "survey.draft_author_input"
DRAFT_RECEIVERS_INPUT: Final = "survey.draft_receivers_input"
DRAFT_RESULTS_CHANNEL_INPUT: Final = "survey.draft_results_channel_input"
DRAFT_BREAKDOWN_INPUT: Final = "survey.draft_breakdown_input"
DRAFT_SPREAD_INPUT: Final = "survey.draft_spread_input"
SURVEY_RESULTS_PAGE: Final = "survey.results_page"
ACTION_OPENED: Final = "survey.action"
ACTION_FORM: Final = "survey.action_form"
ACTION_INPUT: Final = "survey.action_input"

# KPIs
ENTRY_UNDO: Final = "kpi.undo"
VALUE_CHOSEN: Final = "kpi.value_chosen"
DATE_CHOSEN: Final = "kpi.date_chosen"
KPI_LOG_OPENED: Final = "kpi.log_opened"
KPI_LOG_FORM: Final = "kpi.log_form"
KPI_SHOW: Final = "kpi.show"
KPI_LIST_WHOLE: Final = "kpi.showing.list"
KPI_SHARED: Final = "kpi.showing.share"
TARGET_OPENED: Final = "kpi.target_opened"
TARGET_FORM: Final = "kpi.target_form"
TARGET_VALUE_CHOSEN: Final = "kpi.target_value_chosen"
TARGET_PERIOD_CHOSEN: Final = "kpi.target_period_chosen"
TARGETS_SHOWN: Final = "kpi.targets_shown"
TARGET_CHECKED_FORM: Final = "kpi.target_checked_form"
TARGET_REMOVED: Final = "kpi.target_removed"
ALERT_NOTE_OPENED: Final = "kpi.alert_note"
ALERT_NOTE_FORM: Final = "kpi.alert_note_form"
ALERT_MUTED: Final = "kpi.alert_muted"
ALERT_UNMUTED: Final = "kpi.alert_unmuted"
# defining and reviewing KPIs
KPI_DEFINE_FORM: Final = "kpi.define.form"
KPI_DEFINE_OPENED: Final = "kpi.define.opened"
KPI_DEFINE_SOURCE: Final = "kpi.define.source"
KPI_DEFINE_DONE_NOTE: Final = "kpi.define.done_note"
KPI_SETTINGS_OPENED: Final = "kpi.settings.opened"
KPI_SETTINGS_FORM: Final = "kpi.settings.form"
KPI_SETTINGS_SEEN: Final = "kpi.settings.seen"
KPI_SETTINGS_DONE_NOTE: Final = "kpi.settings.done_note"
KPI_RIGHTS_OPENED: Final = "kpi.rights.opened"
KPI_RIGHTS_FORM: Final = "kpi.rights.form"
KPI_RIGHTS_DONE_NOTE: Final = "kpi.rights.done_note"
KPI_REVIEW_KEEP: Final = "kpi.review.keep"
KPI_REVIEW_CHANGE: Final = "kpi.review.change"
KPI_REVIEW_RETIRE: Final = "kpi.review.retire"
KPI_REVIEW_BACK: Final = "kpi.review.back"
KPI_REVIEW_KEEP_FORM: Final = "kpi.review.keep_form"
KPI_REVIEW_RETIRE_FORM: Final = "kpi.review.retire_form"
KPI_REVIEW_DONE_NOTE: Final = "kpi.review.done_note"
# tokens of the HTTP API
API_TOKEN_NEW: Final = "kpi.api.token_new"  # noqa: S105 (an id, no secret)
API_TOKEN_REVOKE: Final = "kpi.api.token_revoke"  # noqa: S105 (an id, no secret)
API_TOKEN_FORM: Final = "kpi.api.token_form"  # noqa: S105 (an id, no secret)
API_TOKEN_MADE_NOTE: Final = "kpi.api.token_made"  # noqa: S105 (an id, no secret)
API_TOKEN_NAME_INPUT: Final = "kpi.api.token_name"  # noqa: S105 (an id, no secret)
KPI_SAME_AGAIN: Final = "kpi.logging.same_again"
KPI_SAME_KEPT: Final = "kpi.logging.same_kept"
KPI_CORRECT_OPENED: Final = "kpi.correcting.opened"
KPI_CHANGE_OPENED: Final = "kpi.correcting.change_opened"
KPI_PICK_FORM: Final = "kpi.correcting.pick_form"
KPI_CORRECT_FORM: Final = "kpi.correcting.form"
KPI_DELETE_FORM: Final = "kpi.correcting.delete_form"
KPI_ASK_OPENED: Final = "kpi.asking.opened"
KPI_ASK_DECLINED: Final = "kpi.asking.declined"
KPI_ASK_FORM: Final = "kpi.asking.form"
KPI_VALUE_INPUT: Final = "kpi.value_input"
KPI_DAY_INPUT: Final = "kpi.day_input"
KPI_CONFIDENCE_INPUT: Final = "kpi.confidence_input"
KPI_NOTE_INPUT: Final = "kpi.note_input"
KPI_ENTRY_INPUT: Final = "kpi.entry_input"
KPI_WAY_INPUT: Final = "kpi.way_input"
KPI_WHY_INPUT: Final = "kpi.why_input"
# KPI files
KPI_IMPORT_FORM: Final = "kpi.filing.import_form"
KPI_IMPORT_PLAN_FORM: Final = "kpi.filing.plan_form"
KPI_IMPORT_RECORDED: Final = "kpi.filing.record"
KPI_IMPORT_NUMBERS: Final = "kpi.filing.numbers"
KPI_IMPORT_REPORT: Final = "kpi.filing.report"
KPI_IMPORT_NOTE: Final = "kpi.filing.note"
KPI_EXPORT_FORM: Final = "kpi.filing.export_form"
# summaries
SUMMARY_STOP: Final = "summary.stop"
SUMMARY_TEST: Final = "summary.test"
# check-ins and settings
LANGUAGE_CHOSEN: Final = "checkin.language"
# summary forms
SUMMARY_OPENED: Final = "summary.opened"
SUMMARY_CHANGE: Final = "summary.change"
SUMMARY_FORM: Final = "summary.form"
SUMMARY_FORM_CHANGED: Final = "summary.form_changed"
SUMMARY_TRIED: Final = "summary.tried"
SUMMARY_SAVED_NOTE: Final = "summary.saved"
# Home and what people decide about themselves
HOME_KPIS_PAGE: Final = "home.kpis_page"
SETTINGS_OPENED: Final = "home.settings_opened"
SETTINGS_FORM: Final = "home.settings_form"
SETTINGS_DONE_NOTE: Final = "home.settings_done_note"
AWAY_OPENED: Final = "home.away_opened"
AWAY_FORM: Final = "home.away_form"
AWAY_REMOVED: Final = "home.away_removed"
# what is stored about somebody
PRIVACY_EXPORT: Final = "privacy.export"
PRIVACY_NOTICE_SHOWN: Final = "privacy.notice"
AUDIT_PAGE: Final = "privacy.audit_page"
PRIVACY_ERASE_OPENED: Final = "privacy.erase_opened"
PRIVACY_ERASE_FORM: Final = "privacy.erase_form"
PRIVACY_ERASE_INPUT: Final = "privacy.erase_word"

# promised actions
ACTION_DONE: Final = "action.done"
ACTION_DROPPED: Final = "action.drop"
ACTION_REOPENED: Final = "action.reopen"
ACTION_CHANGE_OPENED: Final = "action.change"
ACTION_CHANGE_FORM: Final = "action.change_form"
ACTION_ADD_OPENED: Final = "action.add"
ACTION_ADD_FORM: Final = "action.add_form"
ACTION_TEXT_INPUT: Final = "action.text"
ACTION_OWNER_INPUT: Final = "action.owner"
ACTION_DUE_INPUT: Final = "action.due"

# one-on-ones
ONE_ON_ONE_OPENED: Final = "oneonone.opened"
ONE_ON_ONE_NEW: Final = "oneonone.new"
ONE_ON_ONE_CHANGE: Final = "oneonone.change"
ONE_ON_ONE_FORM: Final = "oneonone.form"
ONE_ON_ONE_END: Final = "oneonone.end"
ONE_ON_ONE_POINT: Final = "oneonone.point"
ONE_ON_ONE_POINT_FORM: Final = "oneonone.point_form"
ONE_ON_ONE_POINT_BACK: Final = "oneonone.point_back"
ONE_ON_ONE_AGENDA: Final = "oneonone.agenda"
ONE_ON_ONE_TAKE: Final = "oneonone.take"
ONE_ON_ONE_SKIP: Final = "oneonone.skip"
ONE_ON_ONE_MOVE: Final = "oneonone.move"
ONE_ON_ONE_MOVE_FORM: Final = "oneonone.move_form"
ONE_ON_ONE_MISSED: Final = "oneonone.missed"
ONE_ON_ONE_WRITE: Final = "oneonone.write"
ONE_ON_ONE_WRITE_FORM: Final = "oneonone.write_form"
ONE_ON_ONE_NOTE: Final = "oneonone.note"
# team check-ins
CHECKIN_ANSWER_OPENED: Final = "checkin.answer_opened"
CHECKIN_SETUP_OPENED: Final = "checkin.setup_opened"
CHECKIN_SETUP_FORM: Final = "checkin.setup_form"
CHECKIN_SETUP_BACK: Final = "checkin.setup_back"
CHECKIN_PREVIEW_FORM: Final = "checkin.preview_form"
CHECKIN_SAVED_NOTE: Final = "checkin.saved_note"
CHECKIN_WEEKDAY_CHOSEN: Final = "checkin.weekday_chosen"
CHECKIN_PAUSED: Final = "checkin.paused"
CHECKIN_RESUMED: Final = "checkin.resumed"
CHECKIN_STOPPED: Final = "checkin.stopped"
CHECKIN_FORM: Final = "checkin.form"
CHECKIN_DONE_NOTE: Final = "checkin.done_note"
CHECKIN_BLOCKER_TAKEN: Final = "checkin.blocker_taken"
CHECKIN_BLOCKER_DAY_OPENED: Final = "checkin.blocker_day_opened"
CHECKIN_BLOCKER_DAY_FORM: Final = "checkin.blocker_day_form"
CHECKIN_BLOCKER_DAY_INPUT: Final = "checkin.blocker_day_input"
CHECKIN_CHANNEL_INPUT: Final = "checkin.channel_input"
CHECKIN_TITLE_INPUT: Final = "checkin.title_input"
CHECKIN_KPIS_INPUT: Final = "checkin.kpis_input"
CHECKIN_SENTENCES_INPUT: Final = "checkin.sentences_input"
CHECKIN_QUESTIONS_INPUT: Final = "checkin.questions_input"
CHECKIN_RHYTHM_INPUT: Final = "checkin.rhythm_input"
CHECKIN_FIRST_INPUT: Final = "checkin.first_input"
CHECKIN_ASKS_INPUT: Final = "checkin.asks_input"
CHECKIN_POSTS_INPUT: Final = "checkin.posts_input"
CHECKIN_LANGUAGE_INPUT: Final = "checkin.language_input"
CHECKIN_EMPTY_INPUT: Final = "checkin.empty_input"


def sub_id(action_id: str, part: object) -> str:
    """A distinct action id for the same handler: Slack wants them unique within a block."""
    return f"{action_id}:{part}"


def handler_of(action_id: str) -> str:
    return action_id.split(":", 1)[0]


def pack(**values: str | int) -> str:
    """What a button's value or a form's private_metadata carries. Nothing secret: people's clients can read it."""
    return json.dumps({"v": 1, **values}, separators=(",", ":"), ensure_ascii=False)


class Carried(dict[str, str | int]):
    """What was packed into a button or form. What is asked for with [] and is not there raises
    DomainError("core.stale"): it was packed by something else."""

    def __missing__(self, name: str) -> str | int:
        raise DomainError("core.stale")

    def number(self, name: str, otherwise: int = 0) -> int:
        """A number that was packed; `otherwise` where there is none. Raises DomainError("core.stale") for a text."""
        value = self.get(name, otherwise)
        if not isinstance(value, int):
            raise DomainError("core.stale")
        return value


def unpack(text: str | None) -> Carried:
    """The values packed into a button or form. Raises DomainError("core.stale") for anything we did not pack."""
    try:
        values = json.loads(text or "{}") if len(text or "") <= METADATA else None
    except (ValueError, RecursionError):
        raise DomainError("core.stale") from None
    if not isinstance(values, dict) or values.get("v", 1) != 1 or not all(map(_is_packable, values.values())):
        raise DomainError("core.stale")
    return Carried(values)


def _is_packable(value: Any) -> bool:
    """Texts that can be stored, and numbers that any database takes."""
    if isinstance(value, str):
        return not _UNSTORABLE.search(value)
    return isinstance(value, int) and abs(value) < LARGEST_PACKED


LARGEST_PACKED = 2**31
_UNSTORABLE = re.compile("[\\0\ud800-\udfff]")
METADATA = 3000  # characters that Slack takes


def home_page(metadata: str | None) -> int | None:
    """Whether a view is Home, or a form that was opened there: which page of it; None for every other view."""
    try:
        page = unpack(metadata).get("home")
    except DomainError:
        return None
    return page if isinstance(page, int) and page >= 0 else None


def with_home(metadata: str, page: int) -> str:
    """What a form carries, and that it was opened on this page of Home. What is not ours stays as it is."""
    try:
        marked = pack(**{**unpack(metadata), "home": page})
    except DomainError:
        return metadata
    return marked if len(marked) <= METADATA else metadata
