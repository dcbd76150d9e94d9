"""What every listener of this feature begins with: who acts and whether they may, how to speak with them, and which KPI
a button is about."""

from collections.abc import Mapping
from typing import Any

from bot.domain.errors import DomainError
from bot.domain.kpis import KPIS, Kpi
from bot.domain.members import LeftOut
from bot.interactions import Context
from bot.kpis.service import Acting
from bot.kpis.vocabulary import Vocabulary
from bot.kpis.wording import Wording
from bot.scoreboard import workdays_in


def acting_in(ctx: Context) -> Acting:
    """Who acts. People of other organisations in a shared channel are refused, at every click again."""
    if ctx.member.left_out is LeftOut.OUTSIDER:
        raise DomainError("core.outsider")
    return Acting(ctx.member, ctx.now, ctx.today, workdays_in(ctx.services.settings.country))


def wording_in(ctx: Context) -> Wording:
    return Wording(ctx.t, ctx.services.settings.currency, ctx.today, ctx.zone)


def vocabulary_in(ctx: Context) -> Vocabulary:
    return Vocabulary.of(ctx.services.texts, ctx.t, ctx.services.settings.currency)


def carried_kpi(value: Mapping[str, Any]) -> Kpi:
    """The KPI of a question's button. DomainError("core.stale") for a button we did not make."""
    kpi = KPIS.get(str(value.get("kpi", "")))
    if kpi is None or not value.get("key"):
        raise DomainError("core.stale")
    return kpi
