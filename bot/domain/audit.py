"""Administrative acts, as values: what people with special rights did, for those who have to answer for it later.
Nothing in them tells what anybody answered, wrote or logged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

OPERATOR = ""
"""Who acts on the command line: whoever runs the server, whom Slack does not know."""


class Deed(StrEnum):
    """What can be done. The values are stored and never renamed; their texts are `audit.deed.<value>`."""

    SURVEY_CREATED = "survey.created"
    SURVEY_CHANGED = "survey.changed"
    SURVEY_LAUNCHED = "survey.launched"
    SURVEY_REMINDED = "survey.reminded"
    SURVEY_CLOSED = "survey.closed"
    SURVEY_PAUSED = "survey.paused"
    SURVEY_RESUMED = "survey.resumed"
    SURVEY_DELETED = "survey.deleted"
    SURVEY_EXPORTED = "survey.exported"
    SURVEY_IMPORTED = "survey.imported"
    KPI_DEFINED = "kpi.defined"
    KPI_CHANGED = "kpi.changed"
    KPI_SETTINGS = "kpi.settings"
    KPI_VISIBILITY = "kpi.visibility"
    KPI_OWNERS = "kpi.owners"
    KPI_REVIEWED = "kpi.reviewed"
    KPI_RETIRED = "kpi.retired"
    KPI_BACK = "kpi.back"
    POLICY_CHANGED = "policy.changed"
    VALUE_LOGGED_FOR = "value.logged_for"
    VALUE_CHANGED_FOR = "value.changed_for"
    VALUE_DELETED = "value.deleted"
    VALUES_IMPORTED = "values.imported"
    VALUES_EXPORTED = "values.exported"
    TARGET_SET = "target.set"
    TARGET_REMOVED = "target.removed"
    SUMMARY_SET_UP = "summary.set_up"
    SUMMARY_CHANGED = "summary.changed"
    SUMMARY_REMOVED = "summary.removed"
    CHECKIN_SET_UP = "checkin.set_up"
    CHECKIN_CHANGED = "checkin.changed"
    CHECKIN_PAUSED = "checkin.paused"
    CHECKIN_RESUMED = "checkin.resumed"
    CHECKIN_STOPPED = "checkin.stopped"
    TOKEN_MADE = "token.made"  # noqa: S105 (a name, no secret)
    TOKEN_REVOKED = "token.revoked"  # noqa: S105 (a name, no secret)
    ATTRIBUTES_IMPORTED = "attributes.imported"
    MEMBER_EXPORTED = "member.exported"
    MEMBER_ERASED = "member.erased"
    BACKUP_MADE = "backup.made"
    BACKUP_RESTORED = "backup.restored"
    DATA_PURGED = "data.purged"
    INSTALLED = "app.installed"
    UNINSTALLED = "app.uninstalled"
    TOKEN_REVOKED_BY_SLACK = "token.revoked_by_slack"  # noqa: S105 (a name, no secret)
    TOKEN_RESEALED = "token.resealed"  # noqa: S105 (a name, no secret)


@dataclass(frozen=True, slots=True)
class Act:
    """Who (`actor_id`: a member's id, OPERATOR for whoever runs the server) did what to what, and when (UTC). `what` is
    a `Deed`, or the name of one that an older version knew; `details` are short facts: ids, counts, and words of our
    own."""

    at: datetime
    actor_id: str
    what: str
    subject: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
