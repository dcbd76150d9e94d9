"""Where a payload of Slack's comes from: in which workspace, and by whose installation, the app was reached. Slack says
it in another place for every kind of payload. What is installed is not known here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Payload = Mapping[str, Any]

OF_INSTALLATIONS = frozenset({"app_uninstalled", "team_access_granted", "team_access_revoked", "tokens_revoked"})
"""Events that tell of the installation itself: an organisation's are of no workspace."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The workspace (T…; "" where Slack does not say, as when an organisation removes the app), and the organisation
    whose installation brought the payload, "" for a workspace's own."""

    team_id: str
    enterprise_id: str = ""


def origin_of(payload: Payload) -> Origin:
    """The origin of a payload whose shape was looked at (`bot.slack.payloads`). In a channel shared with another
    company it is the side on which the app is installed, whoever acts."""
    return _of_event(payload) if payload.get("type") == "event_callback" else _of_interaction(payload)


def _of_event(payload: Payload) -> Origin:
    """`authorizations` names one installation the event is for; the outer `team_id` may be the other company's."""
    authorizations = payload.get("authorizations") or ()
    first: Payload = authorizations[0] if authorizations else {}
    own, context, outer = (
        _id(each) for each in (first.get("team_id"), payload.get("context_team_id"), payload.get("team_id"))
    )
    if first.get("is_enterprise_install") is True:
        return Origin(
            next((each for each in (context, own, outer) if each.startswith("T")), ""), _id(first.get("enterprise_id"))
        )
    return Origin(own or context or outer)


def _of_interaction(payload: Payload) -> Origin:
    """Commands carry everything as flat texts; clicks and forms an object for each. For an organisation's installation
    `team` may be null: then the view, or else the person, says in which workspace it is."""
    view = payload.get("view")
    shown: Payload = view if isinstance(view, Mapping) else {}
    installed = (_id(shown.get("app_installed_team_id")), _id(payload.get("team")), _id(payload.get("team_id")))
    person = payload.get("user")
    further = (_id(shown.get("team_id")), _id(person.get("team_id")) if isinstance(person, Mapping) else "")
    if payload.get("is_enterprise_install") in (True, "true"):
        enterprise = _id(payload.get("enterprise")) or _id(payload.get("enterprise_id"))
        return Origin(next((each for each in (*installed, *further) if each.startswith("T")), ""), enterprise)
    return Origin(next(filter(None, (*installed, *further)), ""))


def _id(given: Any) -> str:
    """An id as it is, or of an object that has one."""
    found = given.get("id") if isinstance(given, Mapping) else given
    return found if isinstance(found, str) else ""
