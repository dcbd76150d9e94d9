"""Who may do what with summaries, check-ins, one-on-ones, Home and data: a row for every listener. A listener without a
row is refused, and a test names it."""

from collections.abc import Mapping

from bot.domain.audit import Deed
from bot.permissions.rules import Entry, Who
from bot.rate_limits import Pace
from bot.slack import ids

TEAMS: Mapping[str, Entry] = {
    # summaries
    "/kpi summary": Entry(
        Who.AUTHOR,
        Pace.COMMAND,
        deeds=(
            Deed.SUMMARY_SET_UP,
            Deed.SUMMARY_CHANGED,
            Deed.SUMMARY_REMOVED,
        ),
    ),
    ids.SUMMARY_TEST: Entry(Who.MEMBER, Pace.COSTLY),
    ids.SUMMARY_STOP: Entry(Who.AUTHOR, deeds=(Deed.SUMMARY_REMOVED,)),
    ids.SUMMARY_OPENED: Entry(Who.MEMBER),
    ids.SUMMARY_CHANGE: Entry(Who.AUTHOR),
    ids.SUMMARY_FORM_CHANGED: Entry(Who.MEMBER),
    ids.SUMMARY_TRIED: Entry(Who.MEMBER, Pace.COSTLY),
    ids.SUMMARY_FORM: Entry(
        Who.AUTHOR,
        deeds=(
            Deed.SUMMARY_SET_UP,
            Deed.SUMMARY_CHANGED,
        ),
    ),
    # team check-ins
    "/checkin": Entry(Who.ONESELF, Pace.COMMAND),
    "/checkin team": Entry(
        Who.AUTHOR,
        Pace.COMMAND,
        deeds=(
            Deed.CHECKIN_SET_UP,
            Deed.CHECKIN_CHANGED,
            Deed.CHECKIN_PAUSED,
            Deed.CHECKIN_RESUMED,
            Deed.CHECKIN_STOPPED,
        ),
    ),
    "/checkin help": Entry(Who.MEMBER, Pace.COMMAND),
    ids.CHECKIN_SETUP_OPENED: Entry(Who.AUTHOR),
    ids.CHECKIN_SETUP_BACK: Entry(Who.MEMBER),
    ids.CHECKIN_SETUP_FORM: Entry(Who.MEMBER),
    ids.CHECKIN_PREVIEW_FORM: Entry(
        Who.AUTHOR,
        deeds=(
            Deed.CHECKIN_SET_UP,
            Deed.CHECKIN_CHANGED,
        ),
    ),
    ids.CHECKIN_WEEKDAY_CHOSEN: Entry(
        Who.AUTHOR,
        deeds=(
            Deed.CHECKIN_SET_UP,
            Deed.CHECKIN_CHANGED,
        ),
    ),
    ids.CHECKIN_PAUSED: Entry(Who.AUTHOR, deeds=(Deed.CHECKIN_PAUSED,)),
    ids.CHECKIN_RESUMED: Entry(Who.AUTHOR, deeds=(Deed.CHECKIN_RESUMED,)),
    ids.CHECKIN_STOPPED: Entry(Who.AUTHOR, deeds=(Deed.CHECKIN_STOPPED,)),
    ids.CHECKIN_ANSWER_OPENED: Entry(Who.ASKED),
    ids.CHECKIN_FORM: Entry(Who.ASKED),
    ids.CHECKIN_BLOCKER_TAKEN: Entry(Who.MEMBER),
    ids.CHECKIN_BLOCKER_DAY_OPENED: Entry(Who.ONESELF),
    ids.CHECKIN_BLOCKER_DAY_FORM: Entry(Who.ONESELF),
    # promised actions
    "/checkin actions": Entry(Who.ONESELF, Pace.COMMAND),
    ids.ACTION_DONE: Entry(Who.PARTNER),
    ids.ACTION_DROPPED: Entry(Who.PARTNER),
    ids.ACTION_REOPENED: Entry(Who.PARTNER),
    ids.ACTION_CHANGE_OPENED: Entry(Who.PARTNER),
    ids.ACTION_ADD_OPENED: Entry(Who.ONESELF),
    ids.ACTION_CHANGE_FORM: Entry(Who.PARTNER),
    ids.ACTION_ADD_FORM: Entry(Who.MEMBER),
    # one-on-ones
    "/checkin 1on1": Entry(Who.PAIR, Pace.COMMAND),
    ids.ONE_ON_ONE_OPENED: Entry(Who.PAIR),
    ids.ONE_ON_ONE_NEW: Entry(Who.ONESELF),
    ids.ONE_ON_ONE_CHANGE: Entry(Who.PAIR),
    ids.ONE_ON_ONE_END: Entry(Who.PAIR),
    ids.ONE_ON_ONE_POINT: Entry(Who.PAIR),
    ids.ONE_ON_ONE_POINT_BACK: Entry(Who.PAIR),
    ids.ONE_ON_ONE_AGENDA: Entry(Who.PAIR),
    ids.ONE_ON_ONE_TAKE: Entry(Who.PAIR),
    ids.ONE_ON_ONE_SKIP: Entry(Who.PAIR),
    ids.ONE_ON_ONE_MOVE: Entry(Who.PAIR),
    ids.ONE_ON_ONE_MISSED: Entry(Who.PAIR),
    ids.ONE_ON_ONE_WRITE: Entry(Who.PAIR),
    ids.ONE_ON_ONE_FORM: Entry(Who.PAIR),
    ids.ONE_ON_ONE_POINT_FORM: Entry(Who.PAIR),
    ids.ONE_ON_ONE_MOVE_FORM: Entry(Who.PAIR),
    ids.ONE_ON_ONE_WRITE_FORM: Entry(Who.PAIR),
    # Home, and what people decide about themselves
    "event app_home_opened": Entry(Who.ANYBODY, Pace.FREE),
    "/checkin language": Entry(Who.ONESELF, Pace.COMMAND),
    "/checkin timezone": Entry(Who.ONESELF, Pace.COMMAND),
    "/checkin away": Entry(Who.ONESELF, Pace.COMMAND),
    "/checkin hours": Entry(Who.ONESELF, Pace.COMMAND),
    "/checkin named": Entry(Who.ONESELF, Pace.COMMAND),
    ids.LANGUAGE_CHOSEN: Entry(Who.ONESELF),
    ids.HOME_KPIS_PAGE: Entry(Who.ONESELF),
    ids.SETTINGS_OPENED: Entry(Who.ONESELF),
    ids.SETTINGS_FORM: Entry(Who.ONESELF),
    ids.AWAY_OPENED: Entry(Who.ONESELF),
    ids.AWAY_FORM: Entry(Who.ONESELF),
    ids.AWAY_REMOVED: Entry(Who.ONESELF),
    # one's own data, and what admins answer for
    "/checkin data": Entry(Who.ANYBODY, Pace.COMMAND),
    "/checkin privacy": Entry(Who.ANYBODY, Pace.COMMAND),
    "/checkin audit": Entry(Who.ADMIN, Pace.COMMAND, refusal="privacy.audit.only_admins"),
    ids.PRIVACY_NOTICE_SHOWN: Entry(Who.ANYBODY),
    ids.AUDIT_PAGE: Entry(Who.ADMIN, refusal="privacy.audit.only_admins"),
    ids.PRIVACY_EXPORT: Entry(Who.ANYBODY, Pace.COSTLY, deeds=(Deed.MEMBER_EXPORTED,)),
    ids.PRIVACY_ERASE_OPENED: Entry(Who.ANYBODY),
    ids.PRIVACY_ERASE_FORM: Entry(Who.ANYBODY, Pace.COSTLY, deeds=(Deed.MEMBER_ERASED,)),
    # what Slack tells of
    "event user_change": Entry(Who.SLACK, Pace.FREE),
    "event app_uninstalled": Entry(Who.SLACK, Pace.FREE, deeds=(Deed.UNINSTALLED,)),
    "event tokens_revoked": Entry(Who.SLACK, Pace.FREE, deeds=(Deed.TOKEN_REVOKED_BY_SLACK,)),
    "event team_access_granted": Entry(Who.SLACK, Pace.FREE),
    "event team_access_revoked": Entry(Who.SLACK, Pace.FREE, deeds=(Deed.UNINSTALLED,)),
    # adding Denyut to Slack: Slack asks the person, and lets only those who may
    "GET /slack/install": Entry(Who.WORLD, Pace.FREE),
    "GET /slack/oauth_redirect": Entry(Who.WORLD, Pace.FREE, deeds=(Deed.INSTALLED,)),
    "event team_join": Entry(Who.SLACK, Pace.FREE),
}
