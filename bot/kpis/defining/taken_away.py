"""Who hears that a KPI was made private or retired: the owners of what is computed from it, and those who set targets
on it. Nobody hears of a KPI that they did not see. What they read is worded in `deliveries`."""

from collections import defaultdict

from bot.domain.catalogue import Catalogue, KpiSettings, Viewer, Visibility, depends_on
from bot.domain.deliveries import NewDelivery
from bot.kpis.acting import Acting
from bot.kpis.defining.outcomes import How
from storage import UnitOfWork

TAKEN_AWAY = "kpis.taken_away"
_CLOSED = {Visibility.ALL: 0, Visibility.TEAM: 1, Visibility.OWNERS: 2}


def tell_hidden(db: UnitOfWork, kpi_key: str, before: Catalogue, acting: Acting) -> None:
    """Owes a message to each of those, if fewer people see the KPI now than in `before` (everybody's KPIs)."""
    if _is_closed_further(before.settings(kpi_key), db.catalogue.read().settings(kpi_key)):
        computed = {key for key in before if key != kpi_key and kpi_key in before.made_of(key)}
        _owe(db, How.HIDDEN, kpi_key, computed, before, acting)


def tell_retired(db: UnitOfWork, kpi_key: str, acting: Acting) -> None:
    """Owes a message to each of those about a KPI that was just retired."""
    kpis = db.catalogue.read()
    _owe(db, How.RETIRED, kpi_key, computed_from(kpi_key, kpis), kpis, acting)


def computed_from(kpi_key: str, kpis: Catalogue) -> set[str]:
    """The keys of the KPIs that are made of this one today, also over others."""
    found = {kpi_key}
    definitions = kpis.definitions.values()
    while more := {each.key for each in definitions if each.key not in found and depends_on(each) & found}:
        found |= more
    return found - {kpi_key}


def _is_closed_further(before: KpiSettings, after: KpiSettings) -> bool:
    is_another_team = before.visibility is after.visibility is Visibility.TEAM and before.team != after.team
    return is_another_team or _CLOSED[after.visibility] > _CLOSED[before.visibility]


def _owe(db: UnitOfWork, how: How, kpi_key: str, computed: set[str], before: Catalogue, acting: Acting) -> None:
    """One message to everybody concerned but who did it; a day's second change of the same kind is not told again."""
    owned: dict[str, list[str]] = defaultdict(list)
    for kpi in before.current:
        for owner in before.settings(kpi.key).owners if kpi.key in computed else ():
            owned[owner].append(kpi.key)
    aimed: dict[str, list[str]] = defaultdict(list)
    for target in db.targets.active(kpi_key):
        if not target.is_long_past(acting.today):
            aimed[target.set_by].append(target.id)
    concerned = {*owned, *aimed} - {acting.by.id}
    for member in db.members.get_many(concerned).values() if concerned else ():
        seen = before.seen_by(Viewer.of(member, db.teams.of(member.id)))
        theirs = [key for key in owned.get(member.id, ()) if key in seen]
        if member.left_out is None and kpi_key in seen and (theirs or member.id in aimed):
            facts = {
                "kpi": kpi_key,
                "how": how.value,
                "by": acting.by.id,
                "computed": ",".join(theirs),
                "targets": ",".join(aimed.get(member.id, ())),
            }
            subject = f"{kpi_key}:{how}:{acting.today}"
            db.deliveries.add(NewDelivery(TAKEN_AWAY, subject, member.id, acting.now, facts=facts))
