"""Definitions, settings and use of KPIs in both databases: what is kept comes back, and of two at once one is told."""

import logging
from dataclasses import replace
from datetime import UTC, date, time, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial

import pytest

from bot.domain.catalogue import Catalogue, KpiSettings, KpiVersion, Visibility
from bot.domain.entries import EntryState, Totals
from bot.domain.errors import DomainError
from bot.domain.figures import figure
from bot.domain.formulas import Constant, Product, Ratio, Reading, Reference, Span, Sum, Term
from bot.domain.kpi_notes import Usage
from bot.domain.kpis import KPIS, Aggregation
from bot.domain.policies import Policy, Who
from bot.domain.schedules import Cadence
from storage import Storage, UnitOfWork, new_id
from storage.catalogue import VERSIONS
from tests.storage import samples
from tests.storage.samples import NOW, TODAY

FORMULA = Product(
    Ratio(Term("stock_value", Reading.MEAN, Span.BEFORE), Reference("average_order_value")), Constant(Fraction(1, 3))
)
OWN = replace(
    KPIS["conversion_rate"], key="own", formula=FORMULA, aggregation=Aggregation.RATIO,
    names={"en": "Own “rate” of 100 % é", "id": "Tingkat sendiri"}, meanings={"id": "apa saja"},
)  # fmt: skip
FIRST = KpiVersion(OWN, 1, TODAY, "U1", NOW)


def test_a_definition_comes_back_as_it_was(storage: Storage) -> None:
    storage.write_now("T1", lambda db: db.catalogue.add_version(FIRST))
    found = storage.read_now("T1", lambda db: db.catalogue.read().versions("own"))
    assert list(found) == [FIRST]


def test_of_two_who_give_it_the_same_version_the_second_is_told(storage: Storage) -> None:
    storage.write_now("T1", lambda db: db.catalogue.add_version(FIRST))
    second = replace(FIRST, number=2, by="U2", because="why not")
    storage.write_now("T1", lambda db: db.catalogue.add_version(second))
    with pytest.raises(DomainError, match=r"kpis\.defined_meanwhile"):
        storage.write_now("T1", lambda db: db.catalogue.add_version(replace(second, by="U3")))
    found = storage.read_now("T1", lambda db: db.catalogue.read().versions("own"))
    assert [version.by for version in found] == ["U1", "U2"]


def test_settings_and_policy_come_back_as_they_were(storage: Storage) -> None:
    settings = KpiSettings(
        owners=("U1", "U2"),
        cadence=Cadence.QUARTERLY,
        ask_on=4,
        ask_at=time(16, 30),
        visibility=Visibility.TEAM,
        team="S1",
        on_track=Decimal("95.5"),
        behind=Decimal("0.1"),
        drivers=("leads",),
        review_on=date(2027, 1, 1),
        retired_on=TODAY,
        retired_because="nobody needs it",
    )
    policy = Policy(Who.ADMINS, Who.OWNERS, Who.MEMBERS, frozenset({TODAY, TODAY + timedelta(days=1)}))

    def kept(db: UnitOfWork) -> None:
        db.catalogue.set_settings("leads", settings)
        db.catalogue.set_policy(policy)

    storage.write_now("T1", kept)
    assert storage.read_now("T1", lambda db: db.catalogue.read().settings("leads")) == settings
    assert storage.read_now("T1", lambda db: db.catalogue.policy()) == policy


def test_use_counts_what_counts_by_when_it_was_typed(storage: Storage) -> None:
    later = NOW + timedelta(days=3)
    entries = [
        samples.entry(id="a"),
        samples.entry(id="b", on=TODAY - timedelta(days=60), logged_at=later, logged_by="U2"),
        samples.entry(id="c", logged_at=later + timedelta(days=1)),
        samples.entry(id="d", kpi_key="leads"),
    ]
    storage.write_now("T1", lambda db: db.kpis.add_many(entries))
    storage.write_now("T1", lambda db: db.kpis.end("c", EntryState.UNDONE, "U1", later))
    storage.write_now("T1", lambda db: db.kpis.end("d", EntryState.DELETED, "U1", later))
    used = storage.read_now("T1", lambda db: db.kpis.usage())
    assert used == {"revenue": Usage(2, NOW, later)}
    assert used["revenue"].first_at.tzinfo is UTC or used["revenue"].first_at.utcoffset() == timedelta(0)
    assert storage.read_now("T1", lambda db: db.kpis.usage(["leads"])) == {}


def test_entries_are_counted_by_the_day_they_are_for(storage: Storage) -> None:
    entries = [
        samples.entry(id="a"),
        samples.entry(id="b", on=TODAY - timedelta(days=60)),
        samples.entry(id="c"),
        samples.entry(id="d", kpi_key="leads"),
    ]
    storage.write_now("T1", lambda db: db.kpis.add_many(entries))
    storage.write_now("T1", lambda db: db.kpis.end("c", EntryState.UNDONE, "U1", NOW))

    def counts(**since: date) -> dict[str, int]:
        return storage.read_now("T1", lambda db: db.kpis.counts(since))

    assert counts(revenue=date.min, leads=TODAY + timedelta(days=1), orders=date.min) == {
        "revenue": 2,
        "leads": 0,
        "orders": 0,
    }
    assert counts(revenue=TODAY - timedelta(days=59), leads=TODAY) == {"revenue": 1, "leads": 1}
    assert counts() == {}


def test_deliveries_of_a_purpose_are_found_from_a_moment_on(storage: Storage) -> None:
    def owed(db: UnitOfWork) -> None:
        for days, purpose in ((0, "kpis.a"), (5, "kpis.a"), (6, "kpis.b"), (7, "kpis.c")):
            db.deliveries.add(samples.delivery(purpose=purpose, subject=str(days), due_at=NOW + timedelta(days=days)))

    storage.write_now("T1", owed)
    since = NOW + timedelta(days=1)
    found = storage.read_now("T1", lambda db: db.deliveries.of_purposes(["kpis.a", "kpis.b"], since))
    assert [(each.purpose, each.subject) for each in found] == [("kpis.a", "5"), ("kpis.b", "6")]


class TestWhatCannotBeReadAnyMore:
    """A formula that a newer Denyut cannot put together, or a definition that it cannot read, is the trouble of that
    KPI alone."""

    @staticmethod
    def catalogue(storage: Storage, *broken: KpiVersion) -> Catalogue:
        good = KpiVersion(replace(OWN, key="good", formula=Term("leads")), 1, TODAY, "U1", NOW)
        for version in (good, *broken):
            storage.write_now("T1", partial(_add, version))
        return storage.read_now("T1", lambda db: db.catalogue.read())

    def test_a_formula_over_what_is_gone_has_no_figure(
        self, storage: Storage, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.WARNING)
        by = new_id()  # the same rows are read, and complained about, once
        kpis = self.catalogue(storage, KpiVersion(replace(OWN, formula=Term("gone")), 1, TODAY, by, NOW))
        assert figure(kpis["own"], {"gone": Totals(Decimal(3), 1, Decimal(3))}).value is None
        assert figure(kpis["good"], {"leads": Totals(Decimal(3), 1, Decimal(3))}).value is not None
        assert "the KPI own cannot be put together" in caplog.text
        assert kpis.versions("own")[0].kpi.formula == Term("gone")

    def test_it_can_be_defined_anew_and_so_can_the_others(self, storage: Storage) -> None:
        kpis = self.catalogue(storage, KpiVersion(replace(OWN, formula=Term("gone")), 1, TODAY, "U1", NOW))
        mended = KpiVersion(replace(OWN, formula=Term("leads")), 2, TODAY, "U1", NOW)
        other = KpiVersion(replace(OWN, key="other", formula=Term("orders")), 1, TODAY, "U1", NOW)
        for version in (mended, other):
            kpis.with_version(version).check_version(version, lambda kpi: kpi.key)
        not_mended = replace(mended, kpi=replace(OWN, formula=Sum(Term("gone"), Term("leads"))))
        with pytest.raises(DomainError, match="kpi_gone"):
            kpis.with_version(not_mended).check_version(not_mended, lambda kpi: kpi.key)

    @pytest.mark.parametrize("definition", ["{}", '{"formula": "((", "unit": "number"}', "no JSON"])
    def test_an_unreadable_version_is_left_out(self, storage: Storage, definition: str) -> None:
        def spoiled(db: UnitOfWork) -> None:
            db.catalogue.add_version(FIRST)
            db.catalogue.add_version(replace(FIRST, number=2))
            scope = db.catalogue._scope
            scope.change(scope.update(VERSIONS, VERSIONS.c.number == 1).values(definition=definition))

        storage.write_now("T1", spoiled)
        kpis = self.catalogue(storage)
        assert "good" in kpis
        assert kpis.on(TODAY - timedelta(days=9))["own"].names == OWN.names


def _add(version: KpiVersion, db: UnitOfWork) -> None:
    db.catalogue.add_version(version)
