"""A workspace's own KPIs, what was decided about each KPI, and who may change them. What all of it means is the matter
of the domain (`bot.domain.catalogue`, `bot.domain.policies`).

Settings and policies are JSON whose schema are the domain's own dataclasses: a field with a default may be added
without a migration. Formulas are kept as text (`bot.domain.expressions`).
"""

import json
import logging
from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Select, bindparam, select

from bot.domain.catalogue import Catalogue, KpiSettings, KpiVersion
from bot.domain.errors import DomainError
from bot.domain.expressions import formula_text, read_formula
from bot.domain.kpi_notes import KpiNote, KpiNoteKind
from bot.domain.kpi_traits import Kpi
from bot.domain.policies import Policy
from storage.kpi_tables import KpiNoteRow, KpiSettingsRow, KpiVersionRow, PolicyRow
from storage.prepared import Prepared
from storage.scope import Scope
from storage.tables import table

_log = logging.getLogger("denyut.storage")

VERSIONS, SETTINGS = table(KpiVersionRow), table(KpiSettingsRow)
NOTES, POLICIES = table(KpiNoteRow), table(PolicyRow)
# Read before everything a person does with KPIs, and so made once.
_ALL_VERSIONS = Prepared(
    select(*VERSIONS.c)
    .where(VERSIONS.c.workspace_id == bindparam("workspace"))
    .order_by(VERSIONS.c.kpi_key, VERSIONS.c.number)
)
_ALL_SETTINGS = Prepared(select(*SETTINGS.c).where(SETTINGS.c.workspace_id == bindparam("workspace")))
_POLICY = Prepared(select(*POLICIES.c).where(POLICIES.c.workspace_id == bindparam("workspace")))
_OF_ONE_SHARED = Prepared(
    select(*VERSIONS.c)
    .where(VERSIONS.c.workspace_id == bindparam("workspace"), VERSIONS.c.kpi_key == bindparam("kpi"))
    .order_by(VERSIONS.c.kpi_key, VERSIONS.c.number)
    .with_for_update(read=True, key_share=True)
)


class Catalogues:
    """The KPIs of a workspace. Definitions and notes are only ever added to."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._read: Catalogue | None = None

    def read(self) -> Catalogue:
        """All KPIs as they are defined now, with everybody's eyes; read once in a transaction."""
        if self._read is None:
            versions = self._scope.prepared(_ALL_VERSIONS).rows
            settings = self._scope.prepared(_ALL_SETTINGS).rows
            self._read = _catalogue(
                tuple(tuple(row)[1:] for row in versions), tuple(tuple(row)[1:] for row in settings)
            )
        return self._read

    def lock(self, kpi_key: str) -> bool:
        """Let nobody log values of an own KPI, nor define it anew, until this transaction ends (SQLite has one writer
        anyhow). False for a KPI that is none of the workspace's own."""
        return bool(self._scope.rows(_versions(self._scope, [kpi_key]).with_for_update()))

    def add_version(self, version: KpiVersion) -> None:
        """Define a KPI, or define it anew. Raises DomainError `kpis.defined_meanwhile` where somebody else has just
        given it this version."""
        values = {
            "kpi_key": version.kpi.key,
            "number": version.number,
            "definition": definition_text(version.kpi),
            "starts": version.starts,
            "by": version.by,
            "at": version.at,
            "because": version.because,
        }
        self._scope.insert(VERSIONS, values, taken=DomainError("kpis.defined_meanwhile"))
        self._read = None

    def set_settings(self, kpi_key: str, settings: KpiSettings) -> None:
        text = _settings_type().dump_json(settings, exclude_defaults=True).decode()
        self._scope.upsert(SETTINGS, [{"kpi_key": kpi_key, "settings": text}])
        self._read = None

    def add_note(self, note: KpiNote) -> None:
        values = {name: getattr(note, name) for name in ("id", "kpi_key", "kind", "text", "by", "at")}
        self._scope.insert(NOTES, values)

    def notes(self, kpi_key: str, limit: int = 50) -> list[KpiNote]:
        """What was written about a KPI, the latest first."""
        statement = self._scope.select(NOTES, NOTES.c.kpi_key == kpi_key).order_by(NOTES.c.at.desc(), NOTES.c.id)
        return [
            KpiNote(row.id, row.kpi_key, KpiNoteKind(row.kind), row.text, row.by, row.at)
            for row in self._scope.rows(statement.limit(limit))
        ]

    def policy(self) -> Policy:
        """Who may do what here; the default where nobody decided anything."""
        row = self._scope.prepared(_POLICY).first()
        return _policy_type().validate_json(row.policy) if row else Policy()

    def set_policy(self, policy: Policy) -> None:
        text = _policy_type().dump_json(policy, exclude_defaults=True).decode()
        self._scope.upsert(POLICIES, [{"policy": text}])


def computed_of(scope: Scope, kpi_keys: Collection[str]) -> set[str]:
    """Those of some KPIs that are own ones and computed as they are defined now. On PostgreSQL their definitions stay
    as they are until the transaction ends: `Catalogues.lock` waits for it, and this waits for that."""
    if not _read_shared(scope, kpi_keys):
        return set()
    # Read again: the wait may have ended with a version that the statement above could not see yet.
    latest = {row.kpi_key: row.definition for row in scope.rows(_versions(scope, kpi_keys))}
    return {key for key, text in latest.items() if json.loads(text)["formula"] is not None}


def _read_shared(scope: Scope, kpi_keys: Collection[str]) -> bool:
    """Whether any of them is an own KPI; nobody defines those anew until the transaction ends."""
    if len(kpi_keys) == 1:
        return bool(scope.prepared(_OF_ONE_SHARED, kpi=next(iter(kpi_keys))).rows)
    return bool(scope.rows(_versions(scope, kpi_keys).with_for_update(read=True, key_share=True)))


def _versions(scope: Scope, kpi_keys: Collection[str]) -> Select[Any]:
    """The definitions of KPIs in one order for everybody, the latest of each last."""
    found = scope.select(VERSIONS, VERSIONS.c.kpi_key.in_(sorted(kpi_keys)))
    return found.order_by(VERSIONS.c.kpi_key, VERSIONS.c.number)


def definition_text(kpi: Kpi) -> str:
    """A KPI's definition as JSON, its formula as text over keys."""
    formula = None if kpi.formula is None else formula_text(kpi.formula)
    plain = {
        "unit": kpi.unit,
        "direction": kpi.direction,
        "aggregation": kpi.aggregation,
        "kind": kpi.kind,
        "objective": kpi.objective,
        "example": kpi.example,
        "formula": formula,
        "least": None if kpi.least is None else str(kpi.least),
        "has_parts": kpi.has_parts,
        "per_hundred": kpi.per_hundred,
        "names": dict(kpi.names),
        "meanings": dict(kpi.meanings),
    }
    return json.dumps(plain, ensure_ascii=False, sort_keys=True)


@lru_cache(512)
def definition_of(key: str, text: str) -> Kpi:
    """A KPI from its definition."""
    plain: dict[str, Any] = json.loads(text)
    formula = plain.pop("formula")
    own = None if formula is None else read_formula(formula)
    return _kpi_type().validate_python({**plain, "key": key, "formula": own})


@lru_cache(64)
def _catalogue(versions: tuple[Any, ...], settings: tuple[Any, ...]) -> Catalogue:
    # The same rows are the same catalogue, which nobody can change: its KPIs are worked out once.
    readable = [version for row in versions if (version := _version(row)) is not None]
    catalogue = Catalogue(readable, {key: _settings_of(text) for key, text in settings})
    for key, why in catalogue.broken.items():
        _log.warning("the formula of the KPI %s cannot be put together any more (%s): it has no figure", key, why)
    return catalogue


def _version(row: tuple[str, int, str, Any, str, datetime, str]) -> KpiVersion | None:
    """None for a definition that cannot be read any more: the other KPIs go on without it."""
    key, number, text, starts, by, at, because = row
    try:
        return KpiVersion(definition_of(key, text), number, starts, by, at, because)
    except (KeyError, ValueError):
        _log.exception("version %d of the KPI %s cannot be read and is left out", number, key)
        return None


@lru_cache(512)
def _settings_of(text: str) -> KpiSettings:
    return _settings_type().validate_json(text)


@lru_cache(1)
def _settings_type() -> TypeAdapter[KpiSettings]:
    return TypeAdapter(KpiSettings)


@lru_cache(1)
def _policy_type() -> TypeAdapter[Policy]:
    return TypeAdapter(Policy)


@lru_cache(1)
def _kpi_type() -> TypeAdapter[Kpi]:
    return TypeAdapter(Kpi)
