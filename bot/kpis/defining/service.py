"""What changes definitions and what is decided about KPIs. Each function is one transaction, and checks for itself who
acts; what was filled in is understood in `definitions` and `settings_forms`.

Whoever decides anything about KPIs locks the workspace before reading them: names, circles of formulas and all that is
decided about a KPI are checked or written as a whole, which two replicas must not do at once.
"""

from dataclasses import dataclass, replace

from bot.domain.audit import Act, Deed
from bot.domain.catalogue import Catalogue, KpiSettings, KpiVersion, Viewer, Visibility, depends_on
from bot.domain.errors import DomainError
from bot.domain.kpi_notes import KpiNote, KpiNoteKind
from bot.domain.kpis import Kpi
from bot.domain.pacing import Thresholds
from bot.domain.periods import PeriodKind, containing
from bot.domain.policies import Policy, allows, may_decide
from bot.i18n import Catalogues, Translator
from bot.kpis.acting import Acting
from bot.kpis.asking.service import keep_schedule
from bot.kpis.defining.names import check_free, key_for, material
from bot.kpis.defining.outcomes import MOST_BECAUSE, Defined, Editable
from bot.kpis.defining.taken_away import tell_hidden
from bot.kpis.reviewing.dates import next_review
from bot.kpis.reviewing.turning import turn_messages
from bot.scoreboard import read_figures
from storage import UnitOfWork, new_id

MOST_OWN_KPIS = 200


def owners_of(db: UnitOfWork, settings: KpiSettings) -> tuple[str, ...]:
    """The owners who still work here: nobody is to wait for the others."""
    known = db.members.get_many(settings.owners)
    gone = {member_id for member_id, member in known.items() if member.left_out is not None}
    return tuple(each for each in settings.owners if each not in gone)


def may_change(db: UnitOfWork, kpi_key: str, acting: Acting) -> bool:
    """Whether this person may change a KPI, decide about it, review or retire it."""
    settings = db.catalogue.read().settings(kpi_key)
    return kpi_key in acting.kpis and may_decide(db.catalogue.policy(), acting.by, owners_of(db, settings))


def require_may_change(db: UnitOfWork, kpi_key: str, acting: Acting) -> None:
    """DomainError `kpis.define.not_yours`; `core.stale` for a KPI that is none for this person."""
    if kpi_key not in acting.kpis:
        raise DomainError("core.stale")
    if not may_change(db, kpi_key, acting):
        owners = owners_of(db, db.catalogue.read().settings(kpi_key))
        raise DomainError("kpis.define.not_yours" if owners else "kpis.define.only_admins")


def require_may_take_away(db: UnitOfWork, kpi_key: str, acting: Acting) -> None:
    """A KPI that nobody owns is everybody's: only admins hide or retire it. DomainError
    `kpis.define.admins_take_away`."""
    if not acting.by.is_admin and not owners_of(db, db.catalogue.read().settings(kpi_key)):
        raise DomainError("kpis.define.admins_take_away")


def require_may_define(db: UnitOfWork, acting: Acting) -> None:
    """DomainError `kpis.define.only_admins`."""
    if not allows(db.catalogue.policy().define, acting.by):
        raise DomainError("kpis.define.only_admins")


def editable(db: UnitOfWork, kpi_key: str, acting: Acting) -> Editable:
    """An own KPI of which this person may change the definition. DomainErrors as `require_may_change`."""
    require_may_change(db, kpi_key, acting)
    everyone = db.catalogue.read()
    version = everyone.versions(kpi_key)[-1]
    return Editable(version.kpi, version.number, is_fixed=is_fixed(db, everyone, kpi_key))


def is_fixed(db: UnitOfWork, everyone: Catalogue, kpi_key: str) -> bool:
    """Whether a KPI's unit and source can change no more: it has entries or a target, or another KPI is computed from
    it, and all of those would mean something else from then on."""
    used = db.kpis.history(kpi_key, limit=1) or db.targets.active(kpi_key)
    return bool(used) or any(kpi_key in depends_on(each) for each in everyone.definitions.values())


def define(db: UnitOfWork, kpi: Kpi, acting: Acting, key: str, texts: Catalogues, t: Translator) -> Defined:
    """Defines a new KPI, whose first owner is who defined it; `kpi.key` does not matter. The same `key` does it once.

    DomainErrors: `kpis.define.only_admins`, `kpis.define.too_many`, those of `names.check_free`, `kpis.formula.*`,
    `kpis.define.was_computed`.
    """
    db.workspace.lock()
    require_may_define(db, acting)
    everyone = db.catalogue.read()
    if not db.handled.first_time(f"kpi-define:{key}", acting.now):
        same = [each for each in everyone.definitions.values() if everyone.is_own(each.key) and each.names == kpi.names]
        return _defined(db, same[0] if same else kpi, acting)
    own = [each for each in everyone if everyone.is_own(each)]
    if len(own) >= MOST_OWN_KPIS:
        raise DomainError("kpis.define.too_many", most=MOST_OWN_KPIS)
    check_free(kpi.names, "", everyone, acting.kpis, texts, t)
    made = replace(kpi, key=key_for(kpi.names, own))
    version = KpiVersion(made, 1, acting.today, acting.by.id, acting.now)
    try:
        everyone.with_version(version).check_version(version, SeenNames(acting.kpis, t))
    except DomainError as refusal:
        if refusal.key != "kpis.formula.now_derived":
            raise
        # Its formula fits how things are now, but not how they were on a day it will be shown for.
        raise DomainError("kpis.define.was_computed", **refusal.values) from None
    db.catalogue.add_version(version)
    db.catalogue.set_settings(made.key, KpiSettings(owners=(acting.by.id,)))
    note(db, Deed.KPI_DEFINED, made.key, acting)
    return _defined(db, made, acting)


def redefine(
    db: UnitOfWork, kpi: Kpi, number: int, because: str, acting: Acting, texts: Catalogues, t: Translator
) -> Defined:
    """Defines a KPI anew, from today on; `number` is the version that was changed. What is the same already stays.

    DomainErrors: as `require_may_change`; `kpis.defined_meanwhile`; `kpis.define.because_missing`,
    `kpis.define.because_length`; `kpis.define.unit_fixed`; those of `names.check_free`; `kpis.formula.*`.
    """
    db.workspace.lock()
    db.catalogue.lock(kpi.key)  # what is being logged for it is seen below, or refused
    require_may_change(db, kpi.key, acting)
    everyone = db.catalogue.read()
    latest = everyone.versions(kpi.key)[-1]
    if latest.kpi == kpi:
        is_this = (latest.number, latest.by) == (number + 1, acting.by.id)  # the same form delivered twice
        return _defined(db, kpi, acting, was=everyone.versions(kpi.key)[-2].kpi if is_this and number else kpi)
    if latest.number != number:
        raise DomainError("kpis.defined_meanwhile")
    _check_because(latest.kpi, kpi, because)
    changes_unit = (kpi.unit, kpi.is_derived) != (latest.kpi.unit, latest.kpi.is_derived)
    if changes_unit and is_fixed(db, everyone, kpi.key):
        raise DomainError("kpis.define.unit_fixed")
    check_free(kpi.names, kpi.key, everyone, acting.kpis, texts, t)
    version = KpiVersion(kpi, number + 1, acting.today, acting.by.id, acting.now, because)
    everyone.with_version(version).check_version(version, SeenNames(acting.kpis, t))
    db.catalogue.add_version(version)
    keep_schedule(db, kpi.key, everyone.settings(kpi.key), acting)
    note_change(db, kpi.key, because, acting)
    note(db, Deed.KPI_CHANGED, kpi.key, acting)
    return _defined(db, kpi, acting, was=latest.kpi)


def _check_because(before: Kpi, after: Kpi, because: str) -> None:
    if not because and material(before) != material(after):
        raise DomainError("kpis.define.because_missing")
    if len(because) > MOST_BECAUSE:
        raise DomainError("kpis.define.because_length", most=MOST_BECAUSE)


def note_change(db: UnitOfWork, kpi_key: str, because: str, acting: Acting) -> None:
    """Remembers that a KPI was changed; where a review of it was due, it has been done with that."""
    db.catalogue.add_note(KpiNote(new_id(), kpi_key, KpiNoteKind.CHANGED, because, acting.by.id, acting.now))
    settings = db.catalogue.read().settings(kpi_key)
    if settings.review_on is not None and settings.review_on <= acting.today:
        db.catalogue.set_settings(kpi_key, replace(settings, review_on=next_review(acting.today)))
    turn_messages(db, kpi_key, acting.now)


@dataclass(frozen=True, slots=True)
class SeenNames:
    """Names of KPIs in a refusal: those that the person does not see are not named."""

    kpis: Catalogue
    t: Translator

    def __call__(self, kpi: Kpi) -> str:
        is_new = self.kpis.is_own(kpi.key) and not self.kpis.versions(kpi.key)
        is_hidden = kpi.key not in self.kpis and not is_new
        return self.t("kpis.define.another") if is_hidden else self.t.kpi(kpi)


def _defined(db: UnitOfWork, kpi: Kpi, acting: Acting, was: Kpi | None = None) -> Defined:
    kpis = db.catalogue.read().seen_by(Viewer.of(acting.by, db.teams.of(acting.by.id)))
    if kpi.key not in kpis:
        return Defined(kpi, None, kpis, was)
    month = containing(acting.today, PeriodKind.MONTH)
    return Defined(kpi, read_figures(db, kpis, kpi.key, [month], acting.today)[0], kpis, was)


def change_settings(
    db: UnitOfWork,
    kpi_key: str,
    settings: KpiSettings,
    acting: Acting,
    key: str,
    before: KpiSettings | None = None,
) -> KpiSettings:
    """Decides about a KPI, built-in or own: all of `settings` at once. Who is concerned by fewer people seeing it is
    told. `key` tells the same form delivered twice,
    `before` is what the person saw. Returns what holds now.

    DomainErrors: as `require_may_change` and `require_may_take_away`; `kpis.defined_meanwhile` where somebody else
    decided since `before`; those of `check_settings`.
    """
    db.workspace.lock()
    require_may_change(db, kpi_key, acting)
    everyone = db.catalogue.read()
    current = everyone.settings(kpi_key)
    if not db.handled.first_time(f"kpi-settings:{key}", acting.now) or settings == current:
        return current
    if before is not None and before != current:
        raise DomainError("kpis.defined_meanwhile")
    check_settings(db, acting.kpis[kpi_key], settings, acting, current)
    if settings.visibility is not current.visibility:
        require_may_take_away(db, kpi_key, acting)
    db.catalogue.set_settings(kpi_key, settings)
    keep_schedule(db, kpi_key, settings, acting)
    tell_hidden(db, kpi_key, everyone, acting)
    _note_settings(db, kpi_key, settings, current, acting)
    return settings


def note(db: UnitOfWork, deed: Deed, kpi_key: str, acting: Acting, **details: str) -> None:
    """Writes into the audit log what somebody did to a KPI."""
    db.audit.note(Act(acting.now, acting.by.id, deed, kpi_key, details))


def _note_settings(db: UnitOfWork, kpi_key: str, now: KpiSettings, before: KpiSettings, acting: Acting) -> None:
    if now.visibility is not before.visibility or now.team != before.team:
        note(db, Deed.KPI_VISIBILITY, kpi_key, acting, seen_by=now.visibility.value)
    if now.owners != before.owners:
        note(db, Deed.KPI_OWNERS, kpi_key, acting, owners=",".join(now.owners))
    if replace(now, visibility=before.visibility, team=before.team, owners=before.owners) != before:
        note(db, Deed.KPI_SETTINGS, kpi_key, acting)


def check_settings(db: UnitOfWork, kpi: Kpi, settings: KpiSettings, acting: Acting, before: KpiSettings) -> None:
    """DomainErrors: `kpis.settings.not_an_owner` for bots, guests and who has left, `kpis.settings.nobody_to_ask`,
    `kpis.settings.nobody_to_see`, `kpis.settings.which_team`, `kpis.settings.thresholds`,
    `kpis.settings.review_past`, `kpis.settings.not_asked` for a cadence of what is computed."""
    known = db.members.get_many(settings.owners)
    for owner in set(settings.owners) - set(before.owners):
        if owner not in known or known[owner].left_out is not None:
            raise DomainError("kpis.settings.not_an_owner", person=known[owner].name if owner in known else owner)
    if settings.cadence is not None and kpi.is_derived:
        raise DomainError("kpis.settings.not_asked")
    if settings.cadence is not None and not settings.owners:
        raise DomainError("kpis.settings.nobody_to_ask")
    if settings.visibility is Visibility.OWNERS and not settings.owners:
        raise DomainError("kpis.settings.nobody_to_see")
    if settings.visibility is Visibility.TEAM and not settings.team:
        raise DomainError("kpis.settings.which_team")
    try:
        Thresholds(settings.on_track, settings.behind)
    except ValueError:
        raise DomainError("kpis.settings.thresholds") from None
    if settings.review_on != before.review_on and settings.review_on and settings.review_on <= acting.today:
        raise DomainError("kpis.settings.review_past")


def change_policy(db: UnitOfWork, policy: Policy, acting: Acting) -> Policy:
    """Decides who may do what in the workspace. DomainError `kpis.rights.only_admins`."""
    if not acting.by.is_admin or acting.by.left_out is not None:
        raise DomainError("kpis.rights.only_admins")
    if policy != db.catalogue.policy():
        rights = {"define": policy.define, "target": policy.target, "log_for_others": policy.log_for_others}
        db.audit.note(Act(acting.now, acting.by.id, Deed.POLICY_CHANGED, details=rights))
    db.catalogue.set_policy(policy)
    return policy


def computed_from(kpi_key: str, kpis: Catalogue) -> list[Kpi]:
    """The KPIs, of those a person sees, whose formulas name this one."""
    return [each for each in kpis.definitions.values() if kpi_key in depends_on(each)]
