"""The KPIs of one workspace: the built-in ones (`kpis`) and its own, each as it is defined on a day, with what was
decided about it (`KpiSettings`), and as much of them as one person may see.

What a KPI can be is in `kpi_traits`, how its figure is computed in `figures`, who may change what in `policies`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from bot.domain.errors import DomainError
from bot.domain.expressions import check_cycles, expand, expanded
from bot.domain.formulas import Expression, Reference, references, terms
from bot.domain.kpi_traits import Kpi
from bot.domain.kpis import KPIS
from bot.domain.members import Member
from bot.domain.schedules import Cadence


class Visibility(StrEnum):
    """Who sees a KPI's numbers besides its owners and the admins: ALL members, one TEAM (a user group), or nobody."""

    ALL = "all"
    TEAM = "team"
    OWNERS = "owners"


@dataclass(frozen=True, slots=True)
class KpiSettings:
    """What a workspace decided about a KPI.

    `owners` are member ids. They are asked for the value at `cadence` (None: never), on weekday `ask_on` (0 is Monday)
    of the week after the one it is about, or the first working day after a longer period, at the wall-clock time
    `ask_at` where they are. `team` is the user group that sees it under Visibility.TEAM. `on_track` and `behind` are
    the shares of the expected, in percent, from which those statuses hold. `drivers` are the keys of process KPIs it
    is tied to. `muted` are members who want no alerts about it. `review_on` is the local date on which its owners are
    asked whether it is still right; from `retired_on` on nothing is logged for it any more.
    """

    owners: tuple[str, ...] = ()
    cadence: Cadence | None = None
    ask_on: int = 0
    ask_at: time = time(9)
    visibility: Visibility = Visibility.ALL
    team: str = ""
    on_track: Decimal = Decimal(99)
    behind: Decimal = Decimal(81)
    drivers: tuple[str, ...] = ()
    muted: tuple[str, ...] = ()
    review_on: date | None = None
    retired_on: date | None = None
    retired_because: str = ""


@dataclass(frozen=True, slots=True)
class KpiVersion:
    """One definition of an own KPI: it holds from the local date `starts` until the next version does. `number` counts
    from 1, `at` is UTC, `because` is why it was changed. The formula of `kpi` may refer to derived KPIs."""

    kpi: Kpi
    number: int
    starts: date
    by: str
    at: datetime
    because: str = ""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who looks at KPIs: a member and the user groups they are in."""

    member_id: str
    is_admin: bool = False
    teams: frozenset[str] = frozenset()

    @classmethod
    def of(cls, member: Member, teams: Collection[str] = ()) -> "Viewer":
        return cls(member.id, member.is_admin, frozenset(teams))


NO_SETTINGS = KpiSettings()

Expansions = dict[tuple[tuple[str, int], ...], tuple[Mapping[str, Kpi], Mapping[str, DomainError]]]
"""The KPIs with all formulas put in, and why those that could not be, by which versions of the own ones they are made
of."""


class Catalogue(Mapping[str, Kpi]):
    """KPIs by key, in the order of lists and summaries, as they are defined on a day, retired ones included. Formulas
    hold terms of logged KPIs only: references to other derived KPIs are expanded.

    `on` None is the latest definitions, `viewer` None is everybody's eyes together (jobs, files, the command line).
    """

    def __init__(
        self,
        versions: Iterable[KpiVersion] = (),
        settings: Mapping[str, KpiSettings] | None = None,
        on: date | None = None,
        viewer: Viewer | None = None,
        *,
        is_public: bool = False,
        expansions: Expansions | None = None,
    ) -> None:
        self._versions = tuple(versions)
        self._settings = settings or {}
        self._on = on
        self._viewer = viewer
        self._is_public = is_public
        self._expansions: Expansions = {} if expansions is None else expansions

    def __getitem__(self, key: str) -> Kpi:
        return self._kpis[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kpis)

    def __len__(self) -> int:
        return len(self._kpis)

    def on(self, day: date) -> "Catalogue":
        """The KPIs as they were defined on a local date; of one that is younger, its first definition."""
        if self._on is None and all(each.number == 1 or each.starts <= day for each in self._versions):
            return self
        return self._like(on=day, viewer=self._viewer, is_public=self._is_public)

    def seen_by(self, viewer: Viewer) -> "Catalogue":
        """Those whose numbers somebody may see. A derived KPI tells its inputs, so that all of them must be visible."""
        return self._like(on=self._on, viewer=viewer)

    def public(self) -> "Catalogue":
        """Those that every member may see: what is posted to a channel."""
        return self._like(on=self._on, is_public=True)

    def _like(self, on: date | None, viewer: Viewer | None = None, *, is_public: bool = False) -> "Catalogue":
        """The same KPIs, seen otherwise: formulas that were put in once are shared."""
        return Catalogue(self._versions, self._settings, on, viewer, is_public=is_public, expansions=self._expansions)

    def with_version(self, version: KpiVersion) -> "Catalogue":
        """The same with one more definition."""
        return Catalogue((*self._versions, version), self._settings, self._on, self._viewer, is_public=self._is_public)

    def check_version(self, version: KpiVersion, named: Callable[[Kpi], str]) -> None:
        """DomainError `kpis.formula.*` if with this definition, which is among these, a KPI would be made from itself
        over any of the definitions that ever held, or formulas could not be put into each other on any day on which it
        holds. What could not be put together without it is no fault of this definition. `named` words the KPIs in
        refusals."""
        written: dict[str, list[Expression]] = {}
        for kpi in (*KPIS.values(), *(each.kpi for each in self._versions)):
            if kpi.formula is not None:
                written.setdefault(kpi.key, []).append(kpi.formula)
        key, formula = version.kpi.key, version.kpi.formula
        if formula is not None:
            check_cycles(key, formula, lambda each: written.get(each, ()), self._unexpanded, named)
        for day in {each.starts for each in self._versions}:
            if day >= version.starts:
                self.on(day)._check_expansion(version, named)
            elif version.number == 1 and formula is not None:  # it holds then too, and nobody else names it yet
                expand(formula, self.on(day)._unexpanded, key, named)
        self._check_expansion(version, named)

    def _check_expansion(self, version: KpiVersion, named: Callable[[Kpi], str]) -> None:
        refused = expanded(self._unexpanded, named)[1]
        if refused:
            before = Catalogue([each for each in self._versions if each != version], on=self._on).broken
            for key, refusal in refused.items():
                if key == version.kpi.key or key not in before:
                    raise refusal

    @property
    def broken(self) -> Mapping[str, DomainError]:
        """Why formulas cannot be put together any more, by the keys of their KPIs: these have no figure until they are
        defined anew."""
        return self._expanded[1]

    def settings(self, key: str) -> KpiSettings:
        return self._settings.get(key, NO_SETTINGS)

    def versions(self, key: str) -> Sequence[KpiVersion]:
        """The definitions an own KPI had, the oldest first; none for a built-in one."""
        return tuple(version for version in self._versions if version.kpi.key == key)

    def is_own(self, key: str) -> bool:
        """Whether this workspace defined the KPI itself."""
        return key not in KPIS

    def is_retired(self, key: str) -> bool:
        return self.settings(key).retired_on is not None

    @property
    def current(self) -> Sequence[Kpi]:
        """Those that are not retired, in order."""
        return [kpi for kpi in self.values() if not self.is_retired(kpi.key)]

    def may_see(self, key: str) -> bool:
        """Whether the viewer may see the numbers that are logged for a KPI itself."""
        settings = self.settings(key)
        if settings.visibility is Visibility.ALL:
            return True
        if self._is_public:
            return False
        viewer = self._viewer
        if viewer is None or viewer.is_admin or viewer.member_id in settings.owners:
            return True
        return settings.visibility is Visibility.TEAM and settings.team in viewer.teams

    @property
    def definitions(self) -> Mapping[str, Kpi]:
        """Those KPIs with their formulas as they were written, nothing put in: what formulas are checked against."""
        return {key: kpi for key, kpi in self._unexpanded.items() if key in self}

    @cached_property
    def _kpis(self) -> Mapping[str, Kpi]:
        everything = self._expanded[0]
        if not any(each.visibility is not Visibility.ALL for each in self._settings.values()):
            return everything
        return {key: kpi for key, kpi in everything.items() if all(map(self.may_see, self.made_of(key)))}

    def made_of(self, key: str) -> frozenset[str]:
        """The keys of everything a KPI's figures tell of: itself, what its formula names, and so on down to what is
        logged; of all its definitions, so that whoever sees it now also sees what it was."""
        found: set[str] = set()
        waiting = [key]
        while waiting:
            each = waiting.pop()
            if each not in found:
                found.add(each)
                waiting += self._named_by.get(each, ())
        return frozenset(found)

    @cached_property
    def _named_by(self) -> Mapping[str, frozenset[str]]:
        """The KPIs that the formulas of a derived one ever named."""
        built_in = ((key, kpi) for key, kpi in KPIS.items() if kpi.is_derived)
        own = ((version.kpi.key, version.kpi) for version in self._versions)
        found: dict[str, frozenset[str]] = {}
        for key, kpi in (*built_in, *own):
            found[key] = found.get(key, frozenset()) | depends_on(kpi)
        return found

    @property
    def _expanded(self) -> tuple[Mapping[str, Kpi], Mapping[str, DomainError]]:
        if not self._versions:
            return KPIS, {}
        which = tuple((version.kpi.key, version.number) for version in self._in_force())
        if which not in self._expansions:
            self._expansions[which] = expanded(self._unexpanded)
        return self._expansions[which]

    @cached_property
    def _unexpanded(self) -> Mapping[str, Kpi]:
        """Own KPIs come after the built-in ones and before what is only kept for formulas."""
        if not self._versions:
            return KPIS
        own = {version.kpi.key: version.kpi for version in self._in_force()}
        shown = {key: kpi for key, kpi in KPIS.items() if not kpi.is_input}
        return {**shown, **own, **{key: kpi for key, kpi in KPIS.items() if kpi.is_input}}

    def _in_force(self) -> list[KpiVersion]:
        """The version of each own KPI that holds on the day, in the order in which the KPIs were first defined."""
        found: dict[str, KpiVersion] = {}
        first_at: dict[str, datetime] = {}
        for version in sorted(self._versions, key=lambda each: each.number):
            if version.kpi.key not in found or self._on is None or version.starts <= self._on:
                found[version.kpi.key] = version
                first_at.setdefault(version.kpi.key, version.at)
        return sorted(found.values(), key=lambda each: (first_at[each.kpi.key], each.kpi.key))


def depends_on(kpi: Kpi) -> frozenset[str]:
    """The keys of the KPIs that a formula names, before it is expanded."""
    if kpi.formula is None:
        return frozenset()
    return frozenset(term.kpi_key for term in terms(kpi.formula)) | {each.kpi_key for each in references(kpi.formula)}


__all__ = ["NO_SETTINGS", "Catalogue", "KpiSettings", "KpiVersion", "Reference", "Viewer", "Visibility", "depends_on"]
