"""What every listener of this feature begins with: who acts and whether they may, how to speak with them, and which KPI
a button is about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bot.domain.catalogue import Catalogue, Viewer
from bot.domain.errors import DomainError
from bot.domain.kpis import Kpi
from bot.domain.members import LeftOut, Member
from bot.domain.policies import Policy
from bot.domain.workdays import Workdays
from bot.interactions import Context
from bot.kpis.vocabulary import Vocabulary
from bot.kpis.wording import Wording
from bot.scoreboard import workdays_in
from storage import UnitOfWork


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts, when (UTC), on which local date, the working days that count there, the KPIs that this person may see,
    and what the workspace allows."""

    by: Member
    now: datetime
    today: date
    workdays: Workdays
    kpis: Catalogue = field(default_factory=Catalogue)
    policy: Policy = field(default_factory=Policy)


async def acting_in(ctx: Context) -> Acting:
    """Who acts, and on which KPIs. People of other organisations in a shared channel are refused, at every click
    again."""
    if ctx.member.left_out is LeftOut.OUTSIDER:
        raise DomainError("core.outsider")
    return await ctx.services.storage.read(
        ctx.workspace_id, lambda db: read_acting(db, ctx.member, ctx.now, ctx.today, ctx.services.settings.country)
    )


def read_acting(db: UnitOfWork, by: Member, now: datetime, today: date, country: str) -> Acting:
    """What a member acts with: the KPIs they may see, what the workspace allows, and its working days."""
    policy = db.catalogue.policy()
    kpis = db.catalogue.read().seen_by(Viewer.of(by, db.teams.of(by.id)))
    return Acting(by, now, today, workdays_in(country, policy.days_off), kpis, policy)


def wording_in(ctx: Context, acting: Acting) -> Wording:
    return Wording(ctx.t, ctx.services.settings.currency, ctx.today, ctx.zone, acting.kpis)


def vocabulary_in(ctx: Context, acting: Acting) -> Vocabulary:
    return Vocabulary.of(ctx.services.texts, ctx.t, acting.kpis, ctx.services.settings.currency)


def carried_kpi(value: Mapping[str, Any], kpis: Catalogue) -> Kpi:
    """The KPI of a question's button. DomainError("core.stale") for a button we did not make, or of a KPI that this
    person may not see (any more)."""
    kpi = kpis.get(str(value.get("kpi", "")))
    if kpi is None or not value.get("key"):
        raise DomainError("core.stale")
    return kpi
