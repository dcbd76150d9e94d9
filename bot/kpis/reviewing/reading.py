"""What `/kpi review` reads: which KPIs are due for their review, and which come next. Nothing is changed here."""

from dataclasses import dataclass
from datetime import date

from bot.domain.kpis import Kpi
from bot.kpis.acting import Acting
from bot.kpis.defining.service import may_change
from bot.kpis.reviewing.dates import review_date
from bot.kpis.reviewing.facts import first_used, read_all_facts
from bot.kpis.reviewing.outcomes import MOST_KPIS, Facts
from storage import UnitOfWork


@dataclass(frozen=True, slots=True)
class Reviews:
    """The KPIs due that a person decides about, those due that others decide about, and what comes next, by date."""

    due: tuple[Facts, ...]
    waiting: tuple[Kpi, ...]
    upcoming: tuple[tuple[Kpi, date], ...]


def read_reviews(db: UnitOfWork, acting: Acting) -> Reviews:
    """The reviews whose dates are known: those that were decided on, and those of own KPIs and of KPIs with a target.
    Of others the date is decided on the day it comes, as counting entries takes a while where there are millions."""
    dates: list[tuple[Kpi, date]] = []
    for kpi in acting.kpis.current:
        since = first_used(db, kpi.key, acting.kpis, {})
        if since is not None:
            dates.append((kpi, review_date(acting.kpis.settings(kpi.key), since)))
    due = [kpi for kpi, day in dates if day <= acting.today]
    mine = [kpi for kpi in due if may_change(db, kpi.key, acting)]
    return Reviews(
        due=tuple(read_all_facts(db, mine, acting, MOST_KPIS)),
        waiting=tuple(kpi for kpi in due if kpi not in mine),
        upcoming=tuple(sorted(((kpi, day) for kpi, day in dates if day > acting.today), key=lambda each: each[1])),
    )
