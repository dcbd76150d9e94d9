"""Who may do what with KPIs: a row for every listener. A listener without a row is refused, and a test names it."""

from collections.abc import Mapping

from bot.domain.audit import Deed
from bot.permissions.rules import Entry, Who
from bot.rate_limits import Pace
from bot.slack import ids

KPIS: Mapping[str, Entry] = {
    # values of KPIs
    "/kpi": Entry(Who.MEMBER, Pace.COMMAND),
    "/kpi log": Entry(Who.LOGGER, Pace.COMMAND, deeds=(Deed.VALUE_LOGGED_FOR,)),
    "/kpi show": Entry(Who.VIEWER, Pace.COMMAND),
    "/kpi list": Entry(Who.MEMBER, Pace.COMMAND),
    "/kpi history": Entry(Who.VIEWER, Pace.COMMAND),
    "/kpi undo": Entry(Who.ONESELF, Pace.COMMAND),
    "/kpi help": Entry(Who.MEMBER, Pace.COMMAND),
    ids.VALUE_CHOSEN: Entry(Who.LOGGER, deeds=(Deed.VALUE_LOGGED_FOR,)),
    ids.DATE_CHOSEN: Entry(Who.LOGGER, deeds=(Deed.VALUE_LOGGED_FOR,)),
    ids.KPI_SAME_AGAIN: Entry(Who.LOGGER, deeds=(Deed.VALUE_LOGGED_FOR,)),
    ids.KPI_SAME_KEPT: Entry(Who.ONESELF),
    ids.ENTRY_UNDO: Entry(Who.CORRECTOR, deeds=(Deed.VALUE_CHANGED_FOR,)),
    ids.KPI_LOG_OPENED: Entry(Who.MEMBER),
    ids.KPI_LOG_FORM: Entry(Who.LOGGER),
    ids.KPI_SHOW: Entry(Who.MEMBER),
    ids.KPI_LIST_WHOLE: Entry(Who.MEMBER),
    ids.KPI_SHARED: Entry(Who.VIEWER, Pace.COSTLY),
    ids.KPI_CORRECT_OPENED: Entry(Who.CORRECTOR),
    ids.KPI_CHANGE_OPENED: Entry(Who.CORRECTOR),
    ids.KPI_PICK_FORM: Entry(Who.CORRECTOR),
    ids.KPI_CORRECT_FORM: Entry(Who.CORRECTOR, deeds=(Deed.VALUE_CHANGED_FOR,)),
    ids.KPI_DELETE_FORM: Entry(Who.ADMIN, deeds=(Deed.VALUE_DELETED,), refusal="kpis.correcting.only_admins_delete"),
    ids.KPI_ASK_OPENED: Entry(Who.LOGGER),
    ids.KPI_ASK_DECLINED: Entry(Who.LOGGER),
    ids.KPI_ASK_FORM: Entry(Who.LOGGER),
    # targets and alerts
    "/kpi target": Entry(Who.TARGETER, Pace.COMMAND, deeds=(Deed.TARGET_SET,)),
    ids.TARGETS_SHOWN: Entry(Who.MEMBER),
    ids.TARGET_OPENED: Entry(Who.MEMBER),
    ids.TARGET_VALUE_CHOSEN: Entry(Who.TARGETER, deeds=(Deed.TARGET_SET,)),
    ids.TARGET_PERIOD_CHOSEN: Entry(Who.TARGETER, deeds=(Deed.TARGET_SET,)),
    ids.TARGET_REMOVED: Entry(Who.TARGETER, deeds=(Deed.TARGET_REMOVED,)),
    ids.TARGET_FORM: Entry(Who.TARGETER),
    ids.TARGET_CHECKED_FORM: Entry(Who.TARGETER, deeds=(Deed.TARGET_SET,)),
    ids.ALERT_NOTE_OPENED: Entry(Who.VIEWER),
    ids.ALERT_MUTED: Entry(Who.VIEWER),
    ids.ALERT_UNMUTED: Entry(Who.VIEWER),
    ids.ALERT_NOTE_FORM: Entry(Who.VIEWER),
    # definitions, rights and reviews
    "/kpi define": Entry(Who.DEFINER, Pace.COMMAND),
    "/kpi rights": Entry(Who.MEMBER, Pace.COMMAND),
    "/kpi review": Entry(Who.MEMBER, Pace.COMMAND),
    ids.KPI_DEFINE_OPENED: Entry(Who.DEFINER),
    ids.KPI_DEFINE_SOURCE: Entry(Who.DEFINER),
    ids.KPI_DEFINE_FORM: Entry(
        Who.DEFINER,
        deeds=(
            Deed.KPI_DEFINED,
            Deed.KPI_CHANGED,
        ),
    ),
    ids.KPI_SETTINGS_OPENED: Entry(Who.KPI_OWNER),
    ids.KPI_SETTINGS_SEEN: Entry(Who.KPI_OWNER),
    ids.KPI_SETTINGS_FORM: Entry(
        Who.KPI_OWNER,
        deeds=(
            Deed.KPI_SETTINGS,
            Deed.KPI_VISIBILITY,
            Deed.KPI_OWNERS,
        ),
    ),
    ids.KPI_RIGHTS_OPENED: Entry(Who.ADMIN, refusal="kpis.rights.only_admins"),
    ids.KPI_RIGHTS_FORM: Entry(Who.ADMIN, deeds=(Deed.POLICY_CHANGED,), refusal="kpis.rights.only_admins"),
    ids.KPI_REVIEW_KEEP: Entry(Who.KPI_OWNER),
    ids.KPI_REVIEW_CHANGE: Entry(Who.KPI_OWNER),
    ids.KPI_REVIEW_RETIRE: Entry(Who.KPI_OWNER),
    ids.KPI_REVIEW_BACK: Entry(Who.KPI_OWNER, deeds=(Deed.KPI_BACK,)),
    ids.KPI_REVIEW_KEEP_FORM: Entry(Who.KPI_OWNER, deeds=(Deed.KPI_REVIEWED,)),
    ids.KPI_REVIEW_RETIRE_FORM: Entry(Who.KPI_OWNER, deeds=(Deed.KPI_RETIRED,)),
    # files and other programs
    "/kpi import": Entry(Who.MEMBER, Pace.COMMAND),
    "/kpi export": Entry(Who.VIEWER, Pace.COSTLY, deeds=(Deed.VALUES_EXPORTED,)),
    "/kpi tokens": Entry(Who.ADMIN, Pace.COMMAND, refusal="kpis.api.only_admins"),
    ids.KPI_IMPORT_FORM: Entry(Who.LOGGER, Pace.COSTLY),
    ids.KPI_IMPORT_NUMBERS: Entry(Who.LOGGER, Pace.COSTLY),
    ids.KPI_IMPORT_RECORDED: Entry(Who.LOGGER, Pace.COSTLY, deeds=(Deed.VALUES_IMPORTED,)),
    ids.KPI_IMPORT_REPORT: Entry(Who.LOGGER, Pace.COSTLY),
    ids.KPI_IMPORT_PLAN_FORM: Entry(Who.LOGGER, Pace.COSTLY, deeds=(Deed.VALUES_IMPORTED,)),
    ids.KPI_EXPORT_FORM: Entry(Who.MEMBER, Pace.COSTLY, deeds=(Deed.VALUES_EXPORTED,)),
    ids.API_TOKEN_NEW: Entry(Who.ADMIN, refusal="kpis.api.only_admins"),
    ids.API_TOKEN_REVOKE: Entry(Who.ADMIN, deeds=(Deed.TOKEN_REVOKED,), refusal="kpis.api.only_admins"),
    ids.API_TOKEN_FORM: Entry(Who.ADMIN, deeds=(Deed.TOKEN_MADE,), refusal="kpis.api.only_admins"),
    "POST /api/v1/kpi-entries": Entry(Who.TOKEN, Pace.FREE),
    "GET /api/v1/openapi.json": Entry(Who.WORLD, Pace.FREE),
}
