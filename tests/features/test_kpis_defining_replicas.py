"""Two replicas on one PostgreSQL decide about KPIs in the same moment: neither decision is lost, and what one of them
forbids is not done by the other."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Thread
from typing import Any

import pytest

from bot.calendars import Calendars
from bot.domain.catalogue import KpiSettings, KpiVersion
from bot.domain.entries import Entry
from bot.domain.errors import DomainError
from bot.domain.formulas import Expression, Reference, Term
from bot.domain.kpis import KPIS, Kpi
from bot.domain.members import Member
from bot.i18n import load
from bot.kpis.acting import Acting, read_acting
from bot.kpis.alerting.service import mute
from bot.kpis.defining.service import change_settings, define, redefine
from bot.kpis.grammar import LogRequest
from bot.kpis.importing.plans import ImportPlan, ParsedLine
from bot.kpis.importing.recording import import_plan
from bot.kpis.importing.telling import Brought
from bot.kpis.reviewing.service import ask_for_reviews, keep, retire
from bot.kpis.service import log_form, log_value
from storage import Storage, UnitOfWork
from tests.conftest import Database
from tests.features.replicas import LONG, TEAM, at_once

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
        "job": lambda db: ask_for_reviews(db, {}, TODAY, NOW, Calendars(by.workdays, "UTC")),
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


class TestATypedOneIsComputedFromNowOn:
    """While it is defined anew, somebody logs a value for it: whichever comes first, no typed value is left behind on a
    KPI that is computed, where nobody would ever see it again."""

    @pytest.fixture
    def typed(self, replicas: tuple[Storage, Storage]) -> Kpi:
        made = replace(KPIS["leads"], key="own", names={"en": "Own"})
        replicas[0].write_now(TEAM, lambda db: db.catalogue.add_version(KpiVersion(made, 1, TODAY, AYU.id, NOW)))
        return made

    def redefines(self, typed: Kpi, by: Acting) -> Callable[[UnitOfWork], Any]:
        computed = replace(own("own", Term("leads")), names=typed.names)
        return lambda db: redefine(db, computed, 1, "better", by, TEXTS, TEXTS.t("en"))

    def ways(self, typed: Kpi, by: Acting) -> dict[str, Callable[[UnitOfWork], Any]]:
        """The ways in which values come: the last has staged its lines before."""
        line = ParsedLine(2, TODAY, typed.key, Decimal(5), AYU.id, "", "csv:1")
        plan = ImportPlan(None, (line,))  # type: ignore[arg-type]  # how the file was read does not matter any more
        return {
            "command": lambda db: log_value(db, LogRequest(typed, Decimal(5), TODAY), "slack:1", by),
            "form": lambda db: log_form(db, {typed.key: Decimal(5)}, TODAY, "slack:1", by),
            "file": lambda db: import_plan(db, plan, NOW),
            "staged file": lambda db: import_plan(db, plan, NOW, brought=Brought.by(plan.lines)),
        }

    def stage(self, replica: Storage, typed: Kpi) -> None:
        entry = Entry("e1", typed.key, AYU.id, Decimal(5), TODAY, "import", NOW, "csv:1")
        replica.write_now(TEAM, lambda db: db.kpis.stage([entry]))

    WAYS = ("command", "form", "file", "staged file")

    @pytest.mark.parametrize("way", WAYS)
    def test_logging_waits_for_the_definition_and_is_refused(
        self, replicas: tuple[Storage, Storage], typed: Kpi, way: str
    ) -> None:
        by = acting(replicas[0])
        if way == "staged file":
            self.stage(replicas[1], typed)
        came = at_once(replicas, self.redefines(typed, by), self.ways(typed, by)[way])
        assert came[1] == "kpis.define.computed_meanwhile"
        assert replicas[0].read_now(TEAM, lambda db: db.kpis.history("own")) == []
        assert replicas[0].read_now(TEAM, lambda db: db.catalogue.read()["own"].is_derived)

    @pytest.mark.parametrize("way", WAYS)
    def test_the_definition_waits_for_the_value_and_is_refused(
        self, replicas: tuple[Storage, Storage], typed: Kpi, way: str
    ) -> None:
        by = acting(replicas[0])
        if way == "staged file":
            self.stage(replicas[1], typed)
        came = at_once(replicas, self.ways(typed, by)[way], self.redefines(typed, by))
        assert came[1] == "kpis.define.unit_fixed"
        assert len(replicas[0].read_now(TEAM, lambda db: db.kpis.history("own"))) == 1
        assert not replicas[0].read_now(TEAM, lambda db: db.catalogue.read()["own"].is_derived)

    def test_two_people_log_at_once_and_neither_waits(self, replicas: tuple[Storage, Storage], typed: Kpi) -> None:
        by = acting(replicas[0])
        other = LogRequest(typed, Decimal(6), TODAY)
        beside = Thread(target=replicas[1].write_now, args=(TEAM, lambda db: log_value(db, other, "slack:2", by)))
        has_waited: list[bool] = []

        def first(db: UnitOfWork) -> None:
            self.ways(typed, by)["command"](db)
            beside.start()
            beside.join(LONG)
            has_waited.append(beside.is_alive())

        replicas[0].write_now(TEAM, first)
        beside.join(LONG)
        assert has_waited == [False]
        assert len(replicas[0].read_now(TEAM, lambda db: db.kpis.history("own"))) == 2


def test_what_was_read_before_the_definition_changed_is_refused_in_one_process(storage: Storage) -> None:
    """The value of a form that was opened when the KPI was still typed."""
    typed = replace(KPIS["leads"], key="own", names={"en": "Own"})

    def begin(db: UnitOfWork) -> None:
        db.workspace.ensure("Test", NOW)
        db.members.refresh([AYU])
        db.catalogue.add_version(KpiVersion(typed, 1, TODAY, AYU.id, NOW))

    storage.write_now(TEAM, begin)
    by = acting(storage)
    computed = replace(own("own", Term("leads")), names=typed.names)
    storage.write_now(TEAM, lambda db: redefine(db, computed, 1, "better", by, TEXTS, TEXTS.t("en")))
    with pytest.raises(DomainError, match="computed_meanwhile"):
        storage.write_now(TEAM, lambda db: log_value(db, LogRequest(typed, Decimal(5), TODAY), "slack:1", by))
