"""Installing and the end of an installation, each one transaction. Tokens come here sealed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.audit import Act, Deed
from bot.domain.deliveries import NewDelivery
from bot.domain.installations import Installation
from bot.slack.granting import Grant
from bot.workspaces import come_back
from storage import UnitOfWork

WELCOME = "installing.welcome"
USEFUL_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Installed:
    """What came of it: whose installation it is, what it is called, and whether Denyut had been there before."""

    holder: str
    name: str
    app_id: str
    is_org_wide: bool
    is_again: bool


def install(db: UnitOfWork, grant: Grant, sealed_token: bytes, now: datetime) -> Installed:
    """Keeps an installation and owes whoever made it a welcome. Installing anew goes on with what is stored."""
    before = db.installation.get()
    is_again = come_back(db, before, now)
    db.installation.put(
        Installation(
            workspace_id=grant.holder,
            name=grant.name,
            sealed_token=sealed_token,
            scopes=grant.scopes,
            bot_user_id=grant.bot_user_id,
            installed_by=grant.installed_by,
            installed_at=now,
            enterprise_id=grant.enterprise_id,
        )
    )
    db.audit.note(Act(now, grant.installed_by, Deed.INSTALLED, grant.holder, {"again": "yes" if is_again else "no"}))
    if not grant.is_org_wide:
        db.workspace.ensure(grant.name, now)
        if grant.installed_by:
            facts = {"again": "yes" if is_again else ""}
            welcome = NewDelivery(WELCOME, now.isoformat(), grant.installed_by, now, now + USEFUL_FOR, facts=facts)
            db.deliveries.add(welcome)
    return Installed(grant.holder, grant.name, grant.app_id, grant.is_org_wide, is_again)
