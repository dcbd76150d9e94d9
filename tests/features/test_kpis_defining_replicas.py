"""Two replicas on one PostgreSQL decide about KPIs in the same moment: neither decision is lost, and what one of them
forbids is not done by the other."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.domain.catalogue import KpiSettings, KpiVersion
from bot.domain.formulas import Expression, Reference, Term
from bot.domain.kpis import KPIS, Kpi
from bot.domain.members import Member
from bot.i18n import load
from bot.kpis.acting import Acting, read_acting
from bot.kpis.alerting.service import mute
from bot.kpis.asking.service import Calendar
from bot.kpis.defining.service import change_settings, define, redefine
from bot.kpis.reviewing.service import ask_for_reviews, keep, retire
from storage import Storage, UnitOfWork
from tests.conftest import Database
from tests.features.replicas import TEAM, at_once

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
TODAY = date(2026, 11, 26)
AYU = Member("U0AYU", "Ayu", is_admin=True)
TEXTS = load()


@pytest.fixture
def backend() -> str:
    return "postgres"


@pytest.fixture
def replicas(storage: Storage, database: Database) -> Iterator[tuple[Storage, Storage]]:
    def begin(db: UnitOfWork) -> None:
        db.workspace.ensure("Test", NOW)
        db.members.refresh([AYU])
        db.catalogue.set_settings("leads", KpiSettings(review_on=TODAY))

    storage.write_now(TEAM, begin)
    other = Storage.open(database.url, database.folder)
    yield storage, other
    other.close()


def acting(storage: Storage) -> Acting:
    return storage.read_now(TEAM, lambda db: read_acting(db, AYU, NOW, TODAY, "ID"))


def settings(storage: Storage) -> KpiSettings:
    return storage.read_now(TEAM, lambda db: db.catalogue.read().settings("leads"))


def own(key: str, formula: Expression) -> Kpi:
    return replace(KPIS["conversion_rate"], key=key, formula=formula, names={"en": f"Own {key}"})


@pytest.mark.parametrize("other", ["mute", "settings", "keep", "job"])
def test_a_retired_kpi_stays_retired_whatever_else_is_decided(replicas: tuple[Storage, Storage], other: str) -> None:
    by = acting(replicas[0])
    before = by.kpis.settings("leads")
    owned = replace(before, owners=(AYU.id,))
    works: dict[str, Any] = {
        "mute": lambda db: mute(db, "leads", by, muted=True),
        "settings": lambda db: change_settings(db, "leads", owned, by, "k2", before),
        "keep": lambda db: keep(db, "leads", "", by, "k2"),
        "job": lambda db: ask_for_reviews(db, {}, TODAY, NOW, Calendar(by.workdays, "UTC")),
    }
    at_once(replicas, lambda db: retire(db, "leads", "gone", by, "k1"), works[other])
    assert settings(replicas[0]).retired_on == TODAY


def test_of_two_new_kpis_of_one_name_one_is_defined(replicas: tuple[Storage, Storage]) -> None:
    by, t = acting(replicas[0]), TEXTS.t("en")
    same = replace(own("new", Term("leads")), names={"en": "The same"})
    other = replace(same, names={"id": "The same"})
    came = at_once(
        replicas,
        lambda db: define(db, same, by, "key1", TEXTS, t),
        lambda db: define(db, other, by, "key2", TEXTS, t),
    )
    assert came[1] == "kpis.define.name_reserved"


def test_two_new_formulas_close_no_circle(replicas: tuple[Storage, Storage]) -> None:
    def begin(db: UnitOfWork) -> None:
        for key in ("a", "b"):
            db.catalogue.add_version(KpiVersion(own(key, Term("leads")), 1, TODAY, AYU.id, NOW))

    replicas[0].write_now(TEAM, begin)
    by, t = acting(replicas[0]), TEXTS.t("en")
    over_b, over_a = own("a", Reference("b")), own("b", Reference("a"))
    came = at_once(
        replicas,
        lambda db: redefine(db, over_b, 1, "better", by, TEXTS, t),
        lambda db: redefine(db, over_a, 1, "better", by, TEXTS, t),
    )
    assert came[1] == "kpis.formula.cycle"
