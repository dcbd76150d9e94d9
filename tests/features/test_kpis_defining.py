"""Defining a KPI of one's own through Bolt: the form, what it refuses and where, versions, and two at once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.catalogue import KpiSettings
from bot.domain.kpi_notes import KpiNoteKind
from bot.domain.kpis import Aggregation, Direction, Kind, Objective, Unit
from bot.domain.periods import PeriodKind, containing
from bot.domain.policies import Policy, Who
from bot.domain.workdays import Workdays
from bot.kpis.defining.names import key_for
from bot.scoreboard import read_scoreboard
from bot.slack import ids
from tests.features.form_elements import Chosen
from tests.features.harness import Answer, Bench

TODAY = date(2026, 11, 26)
NBSP = "\N{NO-BREAK SPACE}"


async def define_form(denyut: Bench, words: str = "", *, user: str = "U0BOB", computed: bool = False) -> dict[str, Any]:
    """The form of `/kpi define`, for a computed KPI if wished."""
    answer = await denyut.command(f"/kpi define {words}".strip(), user=user)
    assert not answer.text, answer.text
    if computed:
        await denyut.choose(denyut.form(), ids.KPI_DEFINE_SOURCE, "computed", user=user)
    return denyut.form()


async def define(denyut: Bench, user: str = "U0BOB", **inputs: Chosen) -> Answer:
    """Defines a new KPI; the inputs by block id, "name_en" for "name.en"."""
    form = await define_form(denyut, user=user, computed="formula" in inputs)
    return await denyut.submit(form, {key.replace("name_", "name."): value for key, value in inputs.items()}, user=user)


async def change(denyut: Bench, name: str, user: str = "U0BOB", **inputs: Chosen) -> Answer:
    form = await define_form(denyut, name, user=user)
    return await denyut.submit(form, {key.replace("name_", "name."): value for key, value in inputs.items()}, user=user)


def said(view: Mapping[str, Any]) -> str:
    texts = [block.get("text", {}).get("text", "") for block in view["blocks"]]
    texts += [each["text"] for block in view["blocks"] if block["type"] == "context" for each in block["elements"]]
    return "\n".join(filter(None, texts)).replace(NBSP, " ")


def block_ids(view: Mapping[str, Any]) -> list[str]:
    return [block["block_id"] for block in view["blocks"] if block["type"] == "input"]


async def log(denyut: Bench, *lines: str, user: str = "U0BOB") -> None:
    for line in lines:
        answer = await denyut.command(f"/kpi log {line}", user=user)
        assert answer.text.startswith(("Recorded", "Tercatat")), answer.text


def catalogue(denyut: Bench) -> Any:
    return denyut.do(lambda db: db.catalogue.read())


class TestTypedIn:
    async def test_a_name_and_save_is_enough(self, denyut: Bench) -> None:
        answer = await define(denyut, name_en="Product demos")
        kpi = catalogue(denyut)["product_demos"]
        assert kpi.names == {"en": "Product demos"}
        assert (kpi.unit, kpi.aggregation, kpi.direction) == (Unit.NUMBER, Aggregation.SUM, Direction.HIGHER)
        assert said(answer.body["view"]) == (
            "*Product demos* is defined.\n"
            "Unit: Number (whole). Higher is better.\n"
            "People log it; the values of a period are added up.\n"
            "Log it like this: `/kpi log Product demos 12`."
        )

    async def test_everything_the_form_asks_is_kept(self, denyut: Bench) -> None:
        await define(
            denyut, name_en="Reply time", name_id="Waktu balas", meaning="from mail to answer", measure="duration",
            aggregation="mean", direction="lower", kind="process", objective="satisfaction",
        )  # fmt: skip
        kpi = catalogue(denyut)["reply_time"]
        assert kpi.names == {"en": "Reply time", "id": "Waktu balas"}
        assert kpi.meanings == {"en": "from mail to answer"}
        assert (kpi.unit, kpi.aggregation, kpi.direction) == (Unit.DURATION, Aggregation.MEAN, Direction.LOWER)
        assert (kpi.kind, kpi.objective) == (Kind.PROCESS, Objective.SATISFACTION)

    @pytest.mark.parametrize("measure", ["count", "number", "currency", "percent", "duration", "score"])
    @pytest.mark.parametrize("user", ["U0BOB", "U0CITRA"])
    async def test_the_example_that_is_shown_can_be_typed(self, denyut: Bench, measure: str, user: str) -> None:
        answer = await define(denyut, user, name_en="Good thing", measure=measure, aggregation="last")
        shown = said(answer.body["view"])
        command = shown[shown.index("`") + 1 : shown.rindex("`")]
        logged = await denyut.command(command, user=user)
        assert logged.text.startswith(("Recorded", "Tercatat")), logged.text

    async def test_it_can_be_logged_shown_and_found_in_both_languages_at_once(self, denyut: Bench) -> None:
        await define(denyut, name_en="Product demos", name_id="Demo produk")
        await log(denyut, "product demos 5")
        await denyut.command("/kpi catat demo produk 7", user="U0CITRA")
        assert "Product demos, this week: 12" in (await denyut.command("/kpi show product demos", user="U0BOB")).text
        assert "Demo produk, minggu ini: 12" in (await denyut.command("/kpi lihat product demos", user="U0CITRA")).text

    async def test_who_defines_it_is_its_first_owner(self, denyut: Bench) -> None:
        await define(denyut, name_en="Product demos")
        assert catalogue(denyut).settings("product_demos") == KpiSettings(owners=("U0BOB",))

    async def test_a_new_name_stands_in_the_form_in_the_persons_own_language(self, denyut: Bench) -> None:
        form = await define_form(denyut, "demo produk", user="U0CITRA")
        first = next(block for block in form["blocks"] if block["type"] == "input")
        assert (first["block_id"], first["element"]["initial_value"]) == ("name.id", "demo produk")

    async def test_the_same_form_delivered_twice_defines_it_once(self, denyut: Bench) -> None:
        form = await define_form(denyut)
        denyut._key = lambda: "always the same"  # type: ignore[method-assign]
        for _ in range(2):
            answer = await denyut.submit(form, {"name.en": "Product demos"}, user="U0BOB")
            assert "is defined" in said(answer.body["view"])
        assert [version.number for version in catalogue(denyut).versions("product_demos")] == [1]
        assert "product_demos_2" not in catalogue(denyut)

    async def test_the_next_steps_are_buttons(self, denyut: Bench) -> None:
        answer = await define(denyut, name_en="Product demos")
        await denyut.press(answer.body["view"], "Owners and schedule", user="U0BOB")
        assert denyut.form()["callback_id"] == ids.KPI_SETTINGS_FORM
        await denyut.press(answer.body["view"], "Log", user="U0BOB")
        assert denyut.form()["callback_id"] == ids.KPI_LOG_FORM


class TestNames:
    @pytest.mark.parametrize(
        ("name", "why"),
        [
            ("x", "A name has 2 to 40 characters."),
            ("<!channel>", "Please write it without these signs"),
            ("a*b", "Please write it without these signs"),
            ("snake_case", "Please write it without these signs"),
            ("tick`s", "Please write it without these signs"),
            ("R&D", "Please write it without these signs"),
            ("bell\x07", "Please write it without these signs"),
            ("right\u202eleft", "Please write it without these signs"),
            ("2026", "A name needs at least one letter."),
            ("for", "This name cannot be used here."),
            ("Pada", "This name cannot be used here."),
            ("person", "This name cannot be used here."),
            ("last week", "This name cannot be used here."),
            ("bulan ini", "This name cannot be used here."),
            ("Q3", "This name cannot be used here."),
            ("5 jt", "This name cannot be used here."),
            ("rata-rata", "This name cannot be used here."),
            ("Revenue", "“Revenue” already means Revenue."),
            ("OMZET", "“OMZET” already means Revenue."),
            ("cost of goods", "“cost of goods” already means Cost of goods"),
            ("deals-won", "“deals-won” already means Deals won."),
        ],
    )
    async def test_what_no_kpi_can_be_called_is_said_under_the_name(self, denyut: Bench, name: str, why: str) -> None:
        answer = await define(denyut, name_en=name)
        assert list(answer.errors) == ["name.en"]
        assert answer.errors["name.en"].startswith(why)
        assert not any(catalogue(denyut).is_own(key) for key in catalogue(denyut))

    @pytest.mark.parametrize(
        "name", ["Cost per lead", "Lead cost", "Net Promoter", "Kampanye 2026", "In-store sales", "Élan"]
    )
    async def test_ordinary_names_are_fine(self, denyut: Bench, name: str) -> None:
        assert not (await define(denyut, name_en=name)).errors
        assert name in (await denyut.command(f"/kpi show {name}", user="U0BOB")).text

    async def test_no_name_at_all(self, denyut: Bench) -> None:
        assert (await define(denyut)).errors == {"name.en": "Please give it a name in at least one language."}

    async def test_each_language_has_its_own_sentence(self, denyut: Bench) -> None:
        answer = await define(denyut, name_en="Product demos", name_id="omzet")
        assert answer.errors == {"name.id": "“omzet” already means Revenue. Please choose another name."}

    async def test_a_name_counts_in_every_language(self, denyut: Bench) -> None:
        await define(denyut, name_id="Demo produk")
        assert "already means Demo produk" in (await define(denyut, name_en="demo PRODUK")).errors["name.en"]

    def test_keys_are_plain_unique_and_short(self) -> None:
        assert key_for({"id": "Biaya/demo é"}, []) == "biaya_demo_e"
        assert key_for({"en": "Revenue"}, []) == "revenue_2"
        assert key_for({"en": "Demos"}, ["demos", "demos_2"]) == "demos_3"
        assert key_for({"en": "データ"}, ["kpi"]) == "kpi_2"
        assert key_for({"en": "3D views"}, []) == "kpi_3d_views"
        assert len(key_for({"en": "x" * 60}, ["x" * 40])) == 40

    async def test_a_meaning_cannot_call_anybody(self, denyut: Bench) -> None:
        answer = await define(denyut, name_en="Product demos", meaning="<!channel>")
        assert list(answer.errors) == ["meaning"]

    @pytest.mark.parametrize("measure", ["percent", "score"])
    async def test_shares_and_scores_do_not_add_up(self, denyut: Bench, measure: str) -> None:
        answer = await define(denyut, name_en="Good thing", measure=measure)
        assert "do not add up" in answer.errors["aggregation"]
        assert not (await define(denyut, name_en="Good thing", measure=measure, aggregation="mean")).errors


class TestComputed:
    async def test_the_formula_is_understood_and_written_out_with_its_figures(self, denyut: Bench) -> None:
        await log(denyut, "acquisition spend 9000000", "leads 180")
        answer = await define(
            denyut, name_en="Lead cost", measure="currency", formula="acquisition spend / leads", direction="lower"
        )
        shown = said(answer.body["view"])
        assert "Unit: IDR. Lower is better." in shown
        assert "Computed as acquisition spend / leads." in shown
        assert "This month so far: Rp 50,000 = Rp 9,000,000 acquisition spend / 180 leads." in shown
        figure = (await denyut.command("/kpi show lead cost", user="U0BOB")).text.replace(NBSP, " ")
        assert "Lead cost, this week: Rp 50,000" in figure

    async def test_without_data_it_says_so(self, denyut: Bench) -> None:
        answer = await define(denyut, name_en="Cost per lead", measure="currency", formula="acquisition spend / leads")
        assert "There is no data this month to compute it from yet." in said(answer.body["view"])

    async def test_it_can_be_made_of_computed_ones(self, denyut: Bench) -> None:
        await log(denyut, "revenue 1000", "orders 4", "leads 20", "deals won 5")
        await define(denyut, name_en="Worth of a lead", measure="currency", formula="AOV × conversion rate")
        shown = (await denyut.command("/kpi show worth of a lead", user="U0BOB")).text.replace(NBSP, " ")
        assert "Worth of a lead, this week: Rp 62.5" in shown

    @pytest.mark.parametrize(
        ("formula", "field", "why"),
        [
            ("", "formula", "The formula is empty."),
            ("revenu / orders", "formula", "Did you mean Revenue"),
            ("revenue + orders", "formula", "cannot be added"),
            ("revenue / orders", "measure", "Choose currency"),
            ("1 + 2", "formula", "A formula needs the name"),
            ("revenue /", "formula", "stops at character"),
        ],
    )
    async def test_what_is_wrong_with_a_formula_is_said_under_it(
        self, denyut: Bench, formula: str, field: str, why: str
    ) -> None:
        answer = await define(denyut, name_en="Some rate", measure="percent", formula=formula)
        assert list(answer.errors) == [field]
        assert why in answer.errors[field]

    async def test_circles_are_refused_with_the_way_round(self, denyut: Bench) -> None:
        await define(denyut, name_en="First rate", measure="percent", formula="deals won / leads")
        await define(denyut, name_en="Second rate", measure="percent", formula="first rate × 50%")
        answer = await change(denyut, "first rate", formula="second rate × 2", because="better")
        assert "First rate → Second rate → First rate" in answer.errors["formula"]

    async def test_a_circle_over_a_definition_of_the_past_is_one_too(self, denyut: Bench) -> None:
        await define(denyut, name_en="First rate", measure="percent", formula="deals won / leads")
        await define(denyut, name_en="Second rate", measure="percent", formula="first rate × 50%")
        denyut.now += timedelta(days=10)
        assert not (await change(denyut, "second rate", formula="orders / leads", because="b")).errors
        denyut.now += timedelta(days=10)
        answer = await change(denyut, "first rate", formula="second rate × 2", because="better")
        assert "First rate → Second rate → First rate" in answer.errors["formula"]
        assert not (await change(denyut, "first rate", formula="orders / leads × 2", because="b")).errors  # the control

    async def test_the_form_shows_the_formula_as_one_types_it(self, denyut: Bench) -> None:
        await define(denyut, name_en="Cost per lead", measure="currency", formula="acquisition spend/leads")
        form = await define_form(denyut, "cost per lead", user="U0AYU")
        shown = next(block for block in form["blocks"] if block.get("block_id") == "formula")
        assert shown["element"]["initial_value"] == "Belanja akuisisi / Jumlah prospek"


class TestChanging:
    async def test_from_today_on_with_a_reason(self, denyut: Bench) -> None:
        await define(denyut, name_en="Product demos")
        denyut.now += timedelta(days=3)
        assert (await change(denyut, "product demos", direction="lower")).errors == {
            "because": "Please say in one sentence why it changes."
        }
        answer = await change(denyut, "product demos", direction="lower", because="fewer, better ones")
        assert "From 29 Nov 2026 on" in said(answer.body["view"]).replace("This applies from", "From")
        first, second = catalogue(denyut).versions("product_demos")
        assert (second.number, second.starts, second.because) == (2, date(2026, 11, 29), "fewer, better ones")
        assert catalogue(denyut).on(date(2026, 11, 28))["product_demos"].direction is Direction.HIGHER
        notes = denyut.do(lambda db: db.catalogue.notes("product_demos"))
        assert [(note.kind, note.text) for note in notes] == [(KpiNoteKind.CHANGED, "fewer, better ones")]
        assert first.kpi.direction is Direction.HIGHER

    async def test_what_it_means_changes_without_a_reason(self, denyut: Bench) -> None:
        await define(denyut, name_en="Product demos")
        assert not (await change(denyut, "product demos", meaning="demos to leads")).errors
        assert catalogue(denyut)["product_demos"].meanings == {"en": "demos to leads"}

    async def test_nothing_changed_is_no_new_version(self, denyut: Bench) -> None:
        await define(denyut, name_en="Product demos")
        answer = await change(denyut, "product demos", because="just so")
        assert "you changed nothing" in said(answer.body["view"])
        assert len(catalogue(denyut).versions("product_demos")) == 1

    async def test_old_periods_keep_the_old_formula_everywhere(self, denyut: Bench) -> None:
        denyut.now = datetime(2026, 10, 15, 8, tzinfo=UTC)
        await define(denyut, name_en="Deal share", measure="percent", formula="deals won / leads")
        await log(denyut, "deals won 5", "leads 20", "orders 10")
        denyut.now = datetime(2026, 11, 25, 8, tzinfo=UTC)
        await log(denyut, "deals won 5", "leads 20", "orders 10")
        answer = await change(denyut, "deal share", formula="orders / leads", because="orders count")
        assert not answer.errors
        october = (await denyut.command("/kpi show deal share October 2026", user="U0BOB")).text
        assert "Deal share, last month: 25%" in october
        assert "5 deals won / 20 leads" in october
        november = (await denyut.command("/kpi show deal share this month", user="U0BOB")).text
        assert "Deal share, this month: 50%" in november
        weeks = (await denyut.command("/kpi show deal share by month", user="U0BOB")).text
        assert "October 2026: 25%" in weeks
        assert "November 2026 (so far): 50%" in weeks
        assert "12 Oct: 25%" in (await denyut.command("/kpi show deal share", user="U0BOB")).text  # the chart's words
        assert "23 Nov (so far): 50%" in (await denyut.command("/kpi show deal share", user="U0BOB")).text

    async def test_an_old_period_of_the_scoreboard_of_summaries_keeps_it_too(self, denyut: Bench) -> None:
        denyut.now = datetime(2026, 10, 15, 8, tzinfo=UTC)
        await define(denyut, name_en="Deal share", measure="percent", formula="deals won / leads")
        await log(denyut, "deals won 5", "leads 20", "orders 10")
        denyut.now = datetime(2026, 11, 25, 8, tzinfo=UTC)
        await log(denyut, "deals won 5", "leads 20", "orders 10")
        await change(denyut, "deal share", formula="orders / leads", because="orders count")
        figures = {}
        for day in (date(2026, 10, 15), TODAY):
            month = containing(day, PeriodKind.MONTH)
            lines = denyut.do(
                lambda db, month=month: read_scoreboard(db, db.catalogue.read(), month, TODAY, Workdays(""))
            )
            figures[day.month] = next(line.figure.value for line in lines if line.kpi.key == "deal_share")
        assert figures == {10: Decimal(25), 11: Decimal(50)}

    async def test_with_a_target_the_unit_is_fixed_and_a_formula_of_another_unit_is_refused(
        self, denyut: Bench
    ) -> None:
        await define(denyut, name_en="Deal share", measure="percent", formula="deals won / leads")
        await denyut.command("/kpi target deal share 50 per month", user="U0BOB")
        answer = await change(denyut, "deal share", formula="revenue / leads", because="money")
        assert list(answer.errors) == ["formula"]
        assert "gives an amount of money" in answer.errors["formula"]

    async def test_a_renamed_one_is_found_by_its_new_name(self, denyut: Bench) -> None:
        await define(denyut, name_en="Product demos")
        await log(denyut, "product demos 5")
        await change(denyut, "product demos", name_en="Trials", because="new word")
        assert "Trials, this week: 5" in (await denyut.command("/kpi show trials", user="U0BOB")).text

    async def test_the_second_of_two_who_change_it_is_told(self, denyut: Bench) -> None:
        await define(denyut, name_en="Product demos")
        mine = await define_form(denyut, "product demos")
        theirs = await define_form(denyut, "product demos", user="U0AYU")
        await denyut.submit(theirs, {"direction": "lower", "because": "so"}, user="U0AYU")
        answer = await denyut.submit(mine, {"aggregation": "last", "because": "so"}, user="U0BOB")
        assert "Somebody else has just changed this KPI" in "".join(answer.errors.values())
        assert len(catalogue(denyut).versions("product_demos")) == 2

    async def test_unit_and_source_stay_once_there_are_entries(self, denyut: Bench) -> None:
        await define(denyut, name_en="Product demos")
        before = await define_form(denyut, "product demos")
        assert {"measure", "source"} <= set(block_ids(before))
        await log(denyut, "product demos 5")
        form = await define_form(denyut, "product demos")
        assert not {"measure", "source"} & set(block_ids(form))
        assert "For another unit, define a new KPI and retire this one" in said(form)
        answer = await denyut.submit(before, {"measure": "currency", "because": "so"}, user="U0BOB")
        assert "cannot change any more" in answer.errors["measure"]
        assert catalogue(denyut)["product_demos"].unit is Unit.NUMBER

    async def test_unit_stays_while_another_kpi_is_computed_from_it(self, denyut: Bench) -> None:
        await define(denyut, name_en="Product demos")
        await define(denyut, name_en="Demo share", measure="percent", formula="product demos / leads")
        assert "measure" not in block_ids(await define_form(denyut, "product demos"))
        assert "measure" in block_ids(await define_form(denyut, "demo share"))


class TestWhoMay:
    async def test_only_owners_and_admins_change_one_that_has_owners(self, denyut: Bench) -> None:
        await define(denyut, name_en="Product demos")
        refused = await denyut.command("/kpi define product demos", user="U0EMMA")
        assert refused.text.startswith("Only the owners of this KPI and admins can change it.")
        await define_form(denyut, "product demos", user="U0AYU")

    async def test_a_form_that_was_open_before_is_refused_as_well(self, denyut: Bench) -> None:
        await define(denyut, name_en="Product demos")
        form = await define_form(denyut, "product demos")
        answer = await denyut.submit(form, {"direction": "lower", "because": "so"}, user="U0EMMA")
        assert "Only the owners of this KPI" in "".join(answer.errors.values())
        assert len(catalogue(denyut).versions("product_demos")) == 1

    async def test_without_owners_it_is_as_the_workspace_decided(self, denyut: Bench) -> None:
        await define(denyut, name_en="Product demos")
        denyut.do(lambda db: db.catalogue.set_settings("product_demos", KpiSettings()))
        await define_form(denyut, "product demos", user="U0EMMA")
        denyut.do(lambda db: db.catalogue.set_policy(Policy(define=Who.ADMINS)))
        refused = await denyut.command("/kpi define product demos", user="U0EMMA")
        assert refused.text.startswith("Only admins can define KPIs here.")
        assert (await denyut.command("/kpi define", user="U0EMMA")).text.startswith("Only admins can define KPIs here.")
        await define_form(denyut, user="U0AYU")

    async def test_owners_who_left_do_not_keep_the_others_out(self, denyut: Bench) -> None:
        await define(denyut, name_en="Product demos")
        bob = denyut.slack.members["U0BOB"]
        denyut.do(lambda db: db.members.refresh([replace(bob, is_deleted=True)]))
        await define_form(denyut, "product demos", user="U0EMMA")

    async def test_guests_define_nothing(self, denyut: Bench) -> None:
        answer = await denyut.command("/kpi define", user="U0GUEST")
        assert "full members" in answer.text
        assert not denyut.slack.shown

    async def test_a_built_in_one_opens_what_is_decided_about_it(self, denyut: Bench) -> None:
        form = await define_form(denyut, "omzet")
        assert form["callback_id"] == ids.KPI_SETTINGS_FORM
        assert "This KPI is built in" in said(form)


class TestTheDayItWasDifferent:
    async def test_a_new_kpi_must_make_sense_on_every_day_it_will_be_shown_for(self, denyut: Bench) -> None:
        """What was computed then and is typed in now has no last value of that time."""
        await define(denyut, name_en="Good stock", measure="number", formula="orders + leads")
        denyut.now += timedelta(days=30)
        await denyut.choose(
            await define_form(denyut, "good stock"),
            ids.KPI_DEFINE_SOURCE,
            "typed",
            inputs={"because": "so"},
            user="U0BOB",
        )
        assert not (await denyut.submit(denyut.form(), {"aggregation": "last"}, user="U0BOB")).errors
        answer = await define(denyut, name_en="Stock before", measure="number", formula="before(good stock)")
        assert answer.errors["formula"].startswith("Good stock was computed from other KPIs before")
        assert not (await define(denyut, name_en="Stock then", measure="number", formula="good stock × 2")).errors
