"""Reviews through Bolt and the clock: when a KPI is due, the one message about all of them, what the buttons do,
what is forgotten, and what becomes of a retired KPI."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bot.domain.catalogue import KpiSettings
from bot.domain.kpi_notes import KpiNoteKind
from bot.domain.schedules import Cadence
from bot.kpis.reviewing.dates import forgotten_on, next_review
from bot.slack import ids
from tests.features.harness import Bench, Posted
from tests.features.test_kpis_defining import catalogue, change, define, log, said

MARCH = datetime(2027, 3, 1, 3, tzinfo=UTC)  # 10:00 in Jakarta, a Monday


def settings(denyut: Bench, key: str) -> KpiSettings:
    return catalogue(denyut).settings(key)  # type: ignore[no-any-return]


def about_reviews(denyut: Bench, user: str) -> list[Posted]:
    return [
        each for each in denyut.dms(user) if any(word in each.message.text.lower() for word in ("review", "tinjau"))
    ]


def notes(denyut: Bench, key: str) -> list[tuple[KpiNoteKind, str, str]]:
    return [(note.kind, note.text, note.by) for note in denyut.do(lambda db: db.catalogue.notes(key))]


async def asked(denyut: Bench) -> Posted:
    """The message that Bob gets about the KPI he defined."""
    await define(denyut, name_en="Product demos")
    await log(denyut, "product demos 5", "product demos 7 on 2026-11-25")
    await denyut.tick(MARCH)
    return about_reviews(denyut, "U0BOB")[0]


class TestDates:
    @pytest.mark.parametrize(
        ("day", "due"),
        [
            (date(2026, 11, 26), date(2027, 3, 1)),
            (date(2026, 12, 1), date(2027, 3, 1)),
            (date(2026, 9, 30), date(2027, 1, 1)),
            (date(2026, 12, 2), date(2027, 4, 1)),
        ],
    )
    def test_a_quarter_later_at_least_on_the_first_of_a_month(self, day: date, due: date) -> None:
        assert next_review(day) == due

    @pytest.mark.parametrize(
        ("cadence", "day"),
        [
            (Cadence.WEEKLY, date(2026, 12, 18)),
            (Cadence.MONTHLY, date(2027, 2, 27)),
            (None, date(2027, 2, 27)),
            (Cadence.QUARTERLY, date(2027, 8, 27)),
        ],
    )
    def test_forgotten_after_three_periods_of_its_own(self, cadence: Cadence | None, day: date) -> None:
        assert forgotten_on(KpiSettings(cadence=cadence), date(2026, 11, 26)) == day


class TestWhenItIsDue:
    async def test_its_owner_is_asked_in_the_third_month_with_the_facts(self, denyut: Bench) -> None:
        message = await asked(denyut)
        assert message.message.text == (
            "One KPI is due for its quarterly review. Is it still right?\n"
            "Product demos\n"
            "2 values since the start, the latest logged by <@U0BOB>.\n"
            "Last value: 5 for 26 Nov 2026."
        )
        assert settings(denyut, "product_demos").review_on == date(2027, 3, 1)

    async def test_not_a_day_earlier_and_not_twice(self, denyut: Bench) -> None:
        await define(denyut, name_en="Product demos")
        await log(denyut, "product demos 5")
        await denyut.tick(MARCH - timedelta(days=1))
        assert not [each for each in about_reviews(denyut, "U0BOB") if "quarterly" in each.message.text]
        await denyut.ticks(MARCH + timedelta(days=5), timedelta(hours=6))
        assert len([each for each in about_reviews(denyut, "U0BOB") if "quarterly" in each.message.text]) == 1

    async def test_ten_kpis_are_one_message(self, denyut: Bench) -> None:
        for number in range(10):
            await define(denyut, name_en=f"Good thing {'abcdefghij'[number]}")
            denyut.now += timedelta(minutes=1)
        await denyut.tick(MARCH)
        messages = about_reviews(denyut, "U0BOB")
        assert len(messages) == 1
        assert messages[0].message.text.startswith("10 KPIs are due for their quarterly review.")

    async def test_two_copies_of_the_bot_ask_once(self, denyut: Bench) -> None:
        await define(denyut, name_en="Product demos")
        other = Bench(denyut.storage, denyut.slack, denyut.now, denyut.services.settings)
        await denyut.tick(MARCH)
        await other.tick(MARCH)
        assert len(about_reviews(denyut, "U0BOB")) == 1

    async def test_built_in_ones_that_are_used_go_to_the_admins(self, denyut: Bench) -> None:
        await log(denyut, "revenue 5")
        await denyut.tick(MARCH)
        assert not about_reviews(denyut, "U0BOB")
        assert "Pendapatan" in about_reviews(denyut, "U0AYU")[0].message.text
        assert "Pesanan" not in about_reviews(denyut, "U0AYU")[0].message.text

    async def test_a_message_waits_for_working_hours_and_days(self, denyut: Bench) -> None:
        await define(denyut, name_en="Product demos")
        denyut.do(
            lambda db: db.catalogue.set_settings("product_demos", KpiSettings(("U0BOB",), review_on=date(2027, 1, 23)))
        )
        await denyut.tick(datetime(2027, 1, 23, 3, tzinfo=UTC))  # a Saturday
        assert not [each for each in about_reviews(denyut, "U0BOB") if "quarterly" in each.message.text]
        await denyut.tick(datetime(2027, 1, 25, 3, tzinfo=UTC))
        assert [each for each in about_reviews(denyut, "U0BOB") if "quarterly" in each.message.text]

    async def test_targets_that_were_met_are_counted(self, denyut: Bench) -> None:
        denyut.now = datetime(2026, 10, 5, 3, tzinfo=UTC)
        await denyut.command("/kpi target leads 10 per month", user="U0BOB")
        await log(denyut, "leads 12")
        denyut.now = datetime(2026, 11, 5, 3, tzinfo=UTC)
        await log(denyut, "leads 3")
        denyut.now = datetime(2026, 12, 7, 3, tzinfo=UTC)
        answer = await denyut.command("/kpi review leads", user="U0BOB")
        assert "Target met in 1 of 2 finished periods with data." in answer.text


class TestKeeping:
    async def test_it_stays_comes_again_in_a_quarter_and_the_message_says_so(self, denyut: Bench) -> None:
        message = await asked(denyut)
        await denyut.press(message, "Keep", user="U0BOB")
        answer = await denyut.submit(denyut.form(), {"reason": "still <b>ours</b>"}, user="U0BOB")
        assert said(answer.body["view"]) == "*Product demos* stays. Its next review is on 1 Jun 2027."
        assert notes(denyut, "product_demos") == [(KpiNoteKind.KEPT, "still <b>ours</b>", "U0BOB")]
        await denyut.tick()
        assert message.message.text == (
            "This review is done. Thank you.\n"
            "*Product demos*: kept by <@U0BOB>, Mon 1 Mar: still &lt;b&gt;ours&lt;/b&gt;"
        )
        assert not [block for block in message.message.blocks if block["type"] == "actions"]

    async def test_a_reason_is_not_needed(self, denyut: Bench) -> None:
        message = await asked(denyut)
        await denyut.press(message, "Keep", user="U0BOB")
        assert not (await denyut.submit(denyut.form(), {}, user="U0BOB")).errors
        assert notes(denyut, "product_demos") == [(KpiNoteKind.KEPT, "", "U0BOB")]

    async def test_the_messages_of_the_other_owners_turn_as_well(self, denyut: Bench) -> None:
        await define(denyut, name_en="Product demos")
        denyut.do(lambda db: db.catalogue.set_settings("product_demos", KpiSettings(("U0BOB", "U0CITRA"))))
        await denyut.tick(MARCH)
        await denyut.press(about_reviews(denyut, "U0BOB")[0], "Keep", user="U0BOB")
        await denyut.submit(denyut.form(), {}, user="U0BOB")
        await denyut.tick()
        assert "dipertahankan oleh <@U0BOB>" in about_reviews(denyut, "U0CITRA")[0].message.text

    async def test_it_is_asked_again_a_quarter_later(self, denyut: Bench) -> None:
        message = await asked(denyut)
        await denyut.press(message, "Keep", user="U0BOB")
        await denyut.submit(denyut.form(), {}, user="U0BOB")
        denyut.now += timedelta(minutes=5)
        await log(denyut, "product demos 9")
        await denyut.tick(datetime(2027, 6, 1, 3, tzinfo=UTC))  # a public holiday
        await denyut.tick(datetime(2027, 6, 2, 3, tzinfo=UTC))
        assert "One value since the last review (Mon 1 Mar)" in about_reviews(denyut, "U0BOB")[-1].message.text

    async def test_others_may_not(self, denyut: Bench) -> None:
        message = await asked(denyut)
        await denyut.press(message, "Keep", user="U0EMMA")
        assert "Only the owners of this KPI" in denyut.slack.responses[-1][1].text
        await denyut.press(message, "Keep", user="U0BOB")
        answer = await denyut.submit(denyut.form(), {}, user="U0EMMA")
        assert "Only the owners" in "".join(answer.errors.values())
        assert not notes(denyut, "product_demos")


class TestChanging:
    async def test_an_own_one_opens_its_definition_and_the_review_is_done_with_that(self, denyut: Bench) -> None:
        message = await asked(denyut)
        await denyut.press(message, "Change", user="U0BOB")
        assert denyut.form()["callback_id"] == ids.KPI_DEFINE_FORM
        await denyut.submit(denyut.form(), {"direction": "lower", "because": "fewer"}, user="U0BOB")
        await denyut.tick()
        assert "*Product demos*: changed by <@U0BOB>, Mon 1 Mar: fewer" in message.message.text
        assert settings(denyut, "product_demos").review_on == date(2027, 6, 1)

    async def test_a_built_in_one_opens_its_owners_and_rhythm(self, denyut: Bench) -> None:
        await log(denyut, "revenue 5")
        await denyut.tick(MARCH)
        message = about_reviews(denyut, "U0AYU")[0]
        await denyut.press(message, "Ubah", user="U0AYU")
        assert denyut.form()["callback_id"] == ids.KPI_SETTINGS_FORM
        answer = await denyut.submit(denyut.form(), {"owners": ["U0BOB"]}, user="U0AYU")
        assert not answer.errors
        await denyut.tick()
        assert "diubah oleh <@U0AYU>" in message.message.text
        assert settings(denyut, "revenue").review_on == date(2027, 6, 1)


class TestRetiring:
    async def test_it_needs_a_reason_and_is_then_out_of_every_form(self, denyut: Bench) -> None:
        message = await asked(denyut)
        await denyut.press(message, "Retire", user="U0BOB")
        assert (await denyut.submit(denyut.form(), {"reason": "  "}, user="U0BOB")).errors == {
            "reason": "Please say in one sentence why it is retired."
        }
        answer = await denyut.submit(denyut.form(), {"reason": "we count trials now"}, user="U0BOB")
        assert "is retired" in said(answer.body["view"])
        assert settings(denyut, "product_demos").retired_on == date(2027, 3, 1)
        await denyut.tick()
        assert "retired by <@U0BOB>, Mon 1 Mar: we count trials now" in message.message.text
        await denyut.command("/kpi log", user="U0BOB")
        assert not [block for block in denyut.form()["blocks"] if "product_demos" in str(block)]

    async def test_its_history_and_old_periods_stay(self, denyut: Bench) -> None:
        message = await asked(denyut)
        await denyut.press(message, "Retire", user="U0BOB")
        await denyut.submit(denyut.form(), {"reason": "done"}, user="U0BOB")
        assert "12" in (await denyut.command("/kpi show product demos november 2026", user="U0BOB")).text
        assert "5" in (await denyut.command("/kpi history product demos", user="U0BOB")).text

    async def test_nobody_is_asked_for_it_or_about_it_any_more(self, denyut: Bench) -> None:
        message = await asked(denyut)
        await denyut.press(message, "Retire", user="U0BOB")
        await denyut.submit(denyut.form(), {"reason": "done"}, user="U0BOB")
        before = len(about_reviews(denyut, "U0BOB"))
        await denyut.ticks(datetime(2027, 12, 3, tzinfo=UTC), timedelta(days=3))
        assert len(about_reviews(denyut, "U0BOB")) == before

    async def test_it_can_be_brought_back(self, denyut: Bench) -> None:
        message = await asked(denyut)
        await denyut.press(message, "Retire", user="U0BOB")
        await denyut.submit(denyut.form(), {"reason": "done"}, user="U0BOB")
        shown = await denyut.command("/kpi review product demos", user="U0BOB")
        assert "Retired on 1 Mar 2027: done" in shown.text
        await denyut.press(shown, "Bring back", user="U0BOB")
        assert not settings(denyut, "product_demos").retired_on
        assert settings(denyut, "product_demos").owners == ("U0BOB",)
        assert "Its next review is on 1 Jun 2027." in denyut.slack.responses[-1][1].text

    async def test_who_retires_an_input_is_told_what_is_computed_from_it(self, denyut: Bench) -> None:
        await define(denyut, name_en="Product demos")
        await define(denyut, name_en="Demo share", measure="percent", formula="product demos / leads")
        shown = await denyut.command("/kpi review product demos", user="U0BOB")
        await denyut.press(shown, "Retire", user="U0BOB")
        assert "Without it, these get no new data: Demo share." in said(denyut.form())


class TestForgotten:
    async def test_after_three_periods_without_a_value_it_is_put_up_once(self, denyut: Bench) -> None:
        await define(denyut, name_en="Product demos")
        denyut.do(
            lambda db: db.catalogue.set_settings(
                "product_demos", KpiSettings(("U0BOB",), cadence=Cadence.WEEKLY, review_on=date(2028, 1, 1))
            )
        )
        await log(denyut, "product demos 5")
        await denyut.tick(datetime(2026, 12, 17, 3, tzinfo=UTC))
        assert not [each for each in denyut.dms("U0BOB") if "Nobody has updated" in each.message.text]
        await denyut.ticks(datetime(2027, 2, 1, 3, tzinfo=UTC), timedelta(hours=12))
        messages = [each for each in denyut.dms("U0BOB") if "Nobody has updated" in each.message.text]
        assert len(messages) == 1
        assert messages[0].message.text.startswith("Nobody has updated this KPI for three periods.")
        await denyut.press(messages[0], "Retire", user="U0BOB")
        await denyut.submit(denyut.form(), {"reason": "forgotten"}, user="U0BOB")
        await denyut.tick()
        assert "retired by <@U0BOB>" in messages[0].message.text

    async def test_one_that_was_updated_a_day_longer_is_put_up_too(self, denyut: Bench) -> None:
        weekly = KpiSettings(("U0BOB",), cadence=Cadence.WEEKLY, review_on=date(2028, 1, 1))
        for name, key in (("Product demos", "product_demos"), ("Site visits", "site_visits")):
            await define(denyut, name_en=name)
            denyut.do(lambda db, key=key: db.catalogue.set_settings(key, weekly))
            await log(denyut, f"{name} 5")
            denyut.now += timedelta(days=1)
        await denyut.ticks(datetime(2027, 1, 8, 3, tzinfo=UTC), timedelta(hours=12))
        messages = [each.message.text for each in denyut.dms("U0BOB") if "Nobody has updated" in each.message.text]
        assert [("Product demos" in each, "Site visits" in each) for each in messages] == [(True, False), (False, True)]

    async def test_one_that_somebody_kept_since_is_left_alone(self, denyut: Bench) -> None:
        message = await asked(denyut)
        await denyut.press(message, "Keep", user="U0BOB")
        await denyut.submit(denyut.form(), {}, user="U0BOB")
        await denyut.ticks(datetime(2027, 5, 30, 3, tzinfo=UTC), timedelta(days=3))
        assert not [each for each in denyut.dms("U0BOB") if "Nobody has updated" in each.message.text]

    async def test_one_that_was_never_updated_is_not_forgotten(self, denyut: Bench) -> None:
        await define(denyut, name_en="Product demos")
        await denyut.ticks(datetime(2027, 2, 27, 12, tzinfo=UTC), timedelta(days=7))
        assert not [each for each in denyut.dms("U0BOB") if "Nobody has updated" in each.message.text]


class TestTheCommand:
    async def test_nothing_due_shows_what_comes(self, denyut: Bench) -> None:
        await define(denyut, name_en="Product demos")
        answer = await denyut.command("/kpi review", user="U0BOB")
        assert answer.text.startswith("No KPI is waiting for your review.\nNext: Product demos (1 Mar 2027).")

    async def test_what_is_due_can_be_decided_at_once(self, denyut: Bench) -> None:
        await define(denyut, name_en="Product demos")
        denyut.now = MARCH
        answer = await denyut.command("/kpi review", user="U0BOB")
        await denyut.press(answer, "Keep", user="U0BOB")
        assert denyut.form()["callback_id"] == ids.KPI_REVIEW_KEEP_FORM
        other = await denyut.command("/kpi review", user="U0EMMA")
        assert "Also due, but for their owners to decide: Product demos." in other.text

    async def test_one_kpi_shows_its_past_reviews(self, denyut: Bench) -> None:
        await define(denyut, name_en="Product demos")
        denyut.now += timedelta(days=1)
        await change(denyut, "product demos", direction="lower", because="fewer is fine")
        answer = await denyut.command("/kpi review product demos", user="U0BOB")
        assert "Its definition changed once." in answer.text
        assert "changed by <@U0BOB>, Fri 27 Nov: fewer is fine" in answer.text

    async def test_in_indonesian(self, denyut: Bench) -> None:
        await define(denyut, name_id="Demo produk", user="U0CITRA")
        answer = await denyut.command("/kpi tinjauan demo produk", user="U0CITRA")
        assert answer.text.startswith("Demo produk: tinjauan\nTinjauan berikutnya 1 Mar 2027.")

    async def test_deleted_and_undone_values_do_not_count(self, denyut: Bench) -> None:
        await log(denyut, "leads 5")
        denyut.now += timedelta(minutes=1)
        await log(denyut, "leads 7")
        await denyut.command("/kpi undo", user="U0BOB")
        answer = await denyut.command("/kpi review leads", user="U0BOB")
        assert "One value since the start" in answer.text
        assert Decimal(5) == denyut.do(lambda db: db.kpis.totals(date(2026, 1, 1), date(2026, 12, 31))["leads"].sum)

    async def test_owners_who_left_are_not_asked(self, denyut: Bench) -> None:
        await define(denyut, name_en="Product demos")
        bob = denyut.slack.members["U0BOB"]
        denyut.do(lambda db: db.members.refresh([replace(bob, is_deleted=True)]))
        await denyut.tick(MARCH)
        assert not about_reviews(denyut, "U0BOB")
        assert "Product demos" in about_reviews(denyut, "U0AYU")[0].message.text
