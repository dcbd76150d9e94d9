"""Owners are asked for their KPI's value at its cadence: when, how often, what becomes of the question."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.catalogue import KpiSettings, Visibility
from bot.domain.deliveries import Delivery, DeliveryState
from bot.domain.members import Member
from bot.domain.periods import Period, PeriodKind
from bot.domain.schedules import Cadence
from bot.domain.workdays import Workdays
from bot.kpis.acting import read_acting
from bot.kpis.asking.service import keep_schedule, period_asked
from bot.scheduler import run_due
from bot.sender import Sender
from bot.slack.blocks import Message
from bot.waiting import KPI_ASKED, KPI_REMINDED
from tests.features.conftest import THURSDAY
from tests.features.harness import Bench, Posted

MONDAY = date(2026, 11, 30)
EMMA_MONDAY = datetime(2026, 11, 30, 8, tzinfo=UTC)
"""09:00 in Amsterdam."""
BOB_MONDAY = datetime(2026, 11, 30, 1, tzinfo=UTC)
"""09:00 in Makassar."""


def own(denyut: Bench, kpi: str = "leads", *owners: str, by: str = "U0AYU", **more: Any) -> None:
    """The KPI's settings as they are saved, and the schedule they make."""
    settings = KpiSettings(**{"owners": owners or ("U0BOB",), "cadence": Cadence.WEEKLY, **more})
    services = denyut.services

    def save(db: Any) -> None:
        member = db.members.get(by)
        db.catalogue.set_settings(kpi, settings)
        today = denyut.now.astimezone().date()
        keep_schedule(db, kpi, settings, read_acting(db, member, denyut.now, today, services.settings.country))

    denyut.do(save)


def asks(denyut: Bench, user: str = "U0BOB") -> list[str]:
    """What the person's messages said when they came."""
    return [(each.history or [each.message])[0].text for each in denyut.dms(user)]


def owed(denyut: Bench, on: date = MONDAY, kpi: str = "leads", purpose: str = KPI_ASKED) -> dict[str, Delivery]:
    return {each.receiver: each for each in denyut.do(lambda db: db.deliveries.of(purpose, f"{kpi}:{on}"))}


async def pass_by(denyut: Bench, until: datetime, step: timedelta = timedelta(hours=1)) -> list[tuple[str, datetime]]:
    """Lets time go by; who was sent something, and when."""
    seen, found = len(denyut.slack.posted), []
    while denyut.now < until:
        await denyut.tick(min(denyut.now + step, until))
        for posted in denyut.slack.posted[seen:]:
            found.append((f"U{posted.channel[1:]}", denyut.now))
        seen = len(denyut.slack.posted)
    return found


class TestWhen:
    async def test_each_owner_at_the_wished_time_where_they_are(self, denyut: Bench) -> None:
        own(denyut, "leads", "U0BOB", "U0EMMA", "U0CITRA")
        found = await pass_by(denyut, EMMA_MONDAY + timedelta(hours=1))
        assert found == [
            ("U0BOB", BOB_MONDAY),
            ("U0CITRA", datetime(2026, 11, 30, 2, tzinfo=UTC)),
            ("U0EMMA", EMMA_MONDAY),
        ]
        assert asks(denyut)[0].startswith("*Leads*, last week (23–29 Nov 2026): what was it?")
        assert asks(denyut, "U0CITRA")[0].startswith("*Jumlah prospek*, minggu lalu (23–29 Nov 2026): berapa nilainya?")

    async def test_the_message_has_the_last_value_and_two_answers(self, denyut: Bench) -> None:
        await denyut.command("/kpi log leads 12 on 2026-11-18", user="U0EMMA")
        own(denyut)
        await denyut.go_to(BOB_MONDAY)
        (dm,) = denyut.dms("U0BOB")
        assert "Last value: 12 for Wed 18 Nov" in dm.message.text
        assert buttons(dm.message) == ["Log it", "Nothing to report"]

    async def test_the_weekday_and_the_time_are_those_of_the_settings(self, denyut: Bench) -> None:
        own(denyut, ask_on=2, ask_at=time(14))
        found = await pass_by(denyut, datetime(2026, 12, 4, tzinfo=UTC))
        assert found[0] == ("U0BOB", datetime(2026, 12, 2, 6, tzinfo=UTC))

    async def test_not_outside_working_hours(self, denyut: Bench) -> None:
        own(denyut, ask_at=time(20))
        found = await pass_by(denyut, datetime(2026, 12, 2, tzinfo=UTC))
        assert found == [("U0BOB", BOB_MONDAY + timedelta(days=1))]

    async def test_a_holiday_moves_it_to_the_next_working_day(self, denyut: Bench) -> None:
        own(denyut, ask_on=4)
        denyut.now = datetime(2026, 12, 24, 8, tzinfo=UTC)
        found = await pass_by(denyut, datetime(2026, 12, 28, 4, tzinfo=UTC))
        assert found == [("U0BOB", datetime(2026, 12, 28, 1, tzinfo=UTC))], "Christmas is a Friday, then a weekend"

    async def test_days_away_move_it(self, denyut: Bench) -> None:
        own(denyut)
        await denyut.command("/checkin away 2026-11-30 2026-12-01", user="U0BOB")
        found = await pass_by(denyut, datetime(2026, 12, 2, 4, tzinfo=UTC))
        assert found == [("U0BOB", BOB_MONDAY + timedelta(days=2))]

    async def test_also_where_they_say_so_only_after_it_was_planned(self, denyut: Bench) -> None:
        own(denyut)
        await denyut.go_to(BOB_MONDAY - timedelta(hours=3))
        await denyut.command("/checkin away 2026-11-30 2026-12-01", user="U0BOB")
        found = await pass_by(denyut, datetime(2026, 12, 2, 4, tzinfo=UTC))
        assert found == [("U0BOB", BOB_MONDAY + timedelta(days=2))]

    async def test_who_is_away_until_the_next_time_is_not_asked_for_this_one(self, denyut: Bench) -> None:
        own(denyut)
        await denyut.command("/checkin away 2026-11-27 2026-12-07", user="U0BOB")
        await pass_by(denyut, datetime(2026, 12, 7, 12, tzinfo=UTC), timedelta(hours=3))
        assert (owed(denyut)["U0BOB"].state, owed(denyut)["U0BOB"].error) == (DeliveryState.SKIPPED, "away")
        assert asks(denyut) == []

    async def test_after_an_outage_it_comes_once_and_only_at_work(self, denyut: Bench) -> None:
        own(denyut)
        await denyut.go_to(BOB_MONDAY - timedelta(hours=8))
        denyut.now = BOB_MONDAY + timedelta(hours=13)  # 22:00
        found = await pass_by(denyut, BOB_MONDAY + timedelta(days=1, hours=8))
        assert found == [("U0BOB", BOB_MONDAY + timedelta(days=1))]

    async def test_over_clock_changes_it_stays_nine_in_amsterdam(self, denyut: Bench) -> None:
        denyut.now = datetime(2026, 10, 15, 8, tzinfo=UTC)
        own(denyut, "leads", "U0EMMA")
        await pass_by(denyut, datetime(2026, 11, 2, 12, tzinfo=UTC), timedelta(hours=4))
        days = (date(2026, 10, 19), date(2026, 10, 26), date(2026, 11, 2))
        due = [owed(denyut, day)["U0EMMA"].due_at for day in days]
        assert [(at.day, at.hour) for at in due] == [(19, 7), (26, 8), (2, 8)], "in UTC"
        assert len(asks(denyut, "U0EMMA")) == 5

    async def test_monthly_over_months_on_the_first_working_day_about_the_month_before(self, denyut: Bench) -> None:
        own(denyut, cadence=Cadence.MONTHLY)
        found = await pass_by(denyut, datetime(2027, 3, 3, tzinfo=UTC), timedelta(hours=8))
        first_days = {at.date() for _, at in found[::2]}
        # 1 January is a holiday on a Friday
        assert first_days == {date(2026, 12, 1), date(2027, 1, 4), date(2027, 2, 1), date(2027, 3, 1)}
        assert [text.split(":")[0] for text in asks(denyut)[::2]] == [
            "*Leads*, last month (1–30 Nov 2026)",
            "*Leads*, last month (1–31 Dec 2026)",
            "*Leads*, last month (1–31 Jan 2027)",
            "*Leads*, last month (1–28 Feb 2027)",
        ]

    async def test_daily_on_working_days_about_the_one_before_without_reminders(self, denyut: Bench) -> None:
        own(denyut, cadence=Cadence.DAILY)
        found = await pass_by(denyut, datetime(2026, 12, 2, 12, tzinfo=UTC))
        assert [at.date().day for _, at in found] == [27, 30, 1, 2]
        assert [text.split(":")[0].split(", ")[1] for text in asks(denyut)] == [
            "yesterday (Thu 26 Nov)", "Fri 27 Nov", "yesterday (Mon 30 Nov)", "yesterday (Tue 1 Dec)",
        ]  # fmt: skip


class TestPeriods:
    @pytest.mark.parametrize(
        ("cadence", "on", "first", "last", "kind"),
        [
            (Cadence.WEEKLY, MONDAY, date(2026, 11, 23), date(2026, 11, 29), PeriodKind.WEEK),
            (Cadence.WEEKLY, date(2026, 12, 4), date(2026, 11, 23), date(2026, 11, 29), PeriodKind.WEEK),
            (Cadence.TWO_WEEKS, MONDAY, date(2026, 11, 16), date(2026, 11, 29), PeriodKind.CUSTOM),
            (Cadence.MONTHLY, date(2026, 12, 1), date(2026, 11, 1), date(2026, 11, 30), PeriodKind.MONTH),
            (Cadence.QUARTERLY, date(2027, 1, 1), date(2026, 10, 1), date(2026, 12, 31), PeriodKind.QUARTER),
            (Cadence.DAILY, MONDAY, date(2026, 11, 27), date(2026, 11, 27), PeriodKind.DAY),
        ],
    )
    def test_it_is_the_whole_one_before(
        self, cadence: Cadence, on: date, first: date, last: date, kind: PeriodKind
    ) -> None:
        assert period_asked(cadence, on, Workdays("ID")) == Period(first, last, kind)


class TestReminder:
    async def test_once_after_one_working_day_and_then_silence(self, denyut: Bench) -> None:
        own(denyut, cadence=Cadence.MONTHLY)
        await pass_by(denyut, datetime(2026, 11, 30, 17, tzinfo=UTC), timedelta(hours=3))
        found = await pass_by(denyut, datetime(2026, 12, 31, 12, tzinfo=UTC), timedelta(hours=8))
        tuesday = datetime(2026, 12, 1, 1, tzinfo=UTC)
        assert found == [("U0BOB", tuesday), ("U0BOB", tuesday + timedelta(days=1))]
        assert "still missing" in asks(denyut)[1]

    async def test_not_where_the_value_came_meanwhile(self, denyut: Bench) -> None:
        own(denyut)
        await denyut.go_to(BOB_MONDAY)
        await denyut.command("/kpi log leads 4 on 2026-11-27", user="U0EMMA")
        assert await pass_by(denyut, BOB_MONDAY + timedelta(days=3)) == []
        reminder = owed(denyut, purpose=KPI_REMINDED)["U0BOB"]
        assert (reminder.state, reminder.error) == (DeliveryState.SKIPPED, "the value is there")

    async def test_a_value_of_another_period_is_none(self, denyut: Bench) -> None:
        own(denyut)
        await denyut.go_to(BOB_MONDAY)
        await denyut.command("/kpi log leads 4 on 2026-11-30", user="U0BOB")
        assert len(await pass_by(denyut, BOB_MONDAY + timedelta(days=3))) == 1

    async def test_late_questions_are_not_reminded_of_at_once(self, denyut: Bench) -> None:
        own(denyut)
        await denyut.go_to(BOB_MONDAY - timedelta(hours=8))
        denyut.now = BOB_MONDAY + timedelta(days=1, hours=1)
        found = await pass_by(denyut, BOB_MONDAY + timedelta(days=4))
        assert [at.day for _, at in found] == [1, 2]


class TestNotAsked:
    async def test_where_the_value_is_there_already_with_the_reason(self, denyut: Bench) -> None:
        own(denyut, "leads", "U0BOB", "U0EMMA")
        await denyut.command("/kpi log leads 4 on 2026-11-24", user="U0CITRA")
        await denyut.go_to(EMMA_MONDAY)
        assert asks(denyut) == asks(denyut, "U0EMMA") == []
        assert {each.error for each in owed(denyut).values()} == {"the value is there"}

    @pytest.mark.parametrize(
        ("break_it", "reason"),
        [
            (lambda db: db.catalogue.set_settings("leads", weekly(retired_on=MONDAY)), "retired"),
            (lambda db: db.members.refresh([Member("U0BOB", "Bob", is_deleted=True)]), "gone"),
            (lambda db: db.members.refresh([Member("U0BOB", "Bob", is_guest=True)]), "gone"),
            (lambda db: db.catalogue.set_settings("leads", weekly(owners=("U0EMMA",))), "owns it no more"),
        ],
    )
    async def test_what_has_changed_since_it_was_planned(
        self, denyut: Bench, break_it: Callable[[Any], None], reason: str
    ) -> None:
        own(denyut)
        await denyut.go_to(BOB_MONDAY - timedelta(hours=3))
        denyut.do(break_it)
        await pass_by(denyut, BOB_MONDAY + timedelta(days=2))
        assert denyut.dms("U0BOB") == []
        assert owed(denyut)["U0BOB"].error == reason

    async def test_a_private_kpi_asks_only_its_owners(self, denyut: Bench) -> None:
        own(denyut, visibility=Visibility.OWNERS)
        await pass_by(denyut, EMMA_MONDAY)
        assert {posted.channel for posted in denyut.slack.posted} == {"D0BOB"}

    @pytest.mark.parametrize(
        "more", [{"cadence": None}, {"owners": ()}, {"retired_on": date(2026, 11, 1)}, {"cadence": Cadence.ONCE}]
    )
    async def test_settings_without_cadence_or_owners_stop_the_schedule(
        self, denyut: Bench, more: dict[str, Any]
    ) -> None:
        own(denyut)
        own(denyut, **more) if "owners" not in more else stop(denyut)
        assert await pass_by(denyut, BOB_MONDAY + timedelta(days=8), timedelta(hours=4)) == []
        own(denyut)
        assert len(await pass_by(denyut, BOB_MONDAY + timedelta(days=15), timedelta(hours=4))) == 2

    async def test_a_derived_kpi_is_computed_and_not_asked_for(self, denyut: Bench) -> None:
        own(denyut, "conversion_rate")
        assert denyut.do(lambda db: db.schedules.active()) == []

    async def test_saving_the_same_again_keeps_the_dates(self, denyut: Bench) -> None:
        own(denyut, cadence=Cadence.TWO_WEEKS)
        before = denyut.do(lambda db: db.schedules.active())
        denyut.now += timedelta(days=6)
        own(denyut, cadence=Cadence.TWO_WEEKS, ask_at=time(11))
        assert denyut.do(lambda db: db.schedules.active())[0].rule == before[0].rule
        own(denyut, cadence=Cadence.TWO_WEEKS, ask_on=3)
        assert denyut.do(lambda db: db.schedules.active())[0].rule.anchor.weekday() == 3


def weekly(**more: Any) -> KpiSettings:
    return KpiSettings(**{"owners": ("U0BOB",), "cadence": Cadence.WEEKLY, **more})


def stop(denyut: Bench) -> None:
    """Nobody owns the KPI any more."""
    acting = denyut.do(lambda db: read_acting(db, db.members.get("U0AYU"), denyut.now, THURSDAY.date(), "ID"))
    denyut.do(lambda db: db.catalogue.set_settings("leads", weekly(owners=())))
    denyut.do(lambda db: keep_schedule(db, "leads", weekly(owners=()), acting))


def buttons(message: Message) -> list[str]:
    rows = [block for block in message.blocks if block["type"] == "actions"]
    return [element["text"]["text"] for block in rows for element in block["elements"]]


async def asked(denyut: Bench, *owners: str) -> Posted:
    own(denyut, "leads", *owners)
    await denyut.go_to(EMMA_MONDAY)
    return denyut.dms("U0BOB")[0]


class TestAnswers:
    async def test_the_form_records_and_the_message_turns_into_its_outcome(self, denyut: Bench) -> None:
        dm = await asked(denyut)
        await denyut.press(dm, "Log it", user="U0BOB")
        form = denyut.form()
        day = next(block for block in form["blocks"] if block.get("block_id") == "kpi.day_input")
        assert day["element"]["initial_date"] == "2026-11-29"
        answer = await denyut.submit(
            form,
            {"kpi.value_input": "18", "kpi.confidence_input": "unsure", "kpi.note_input": "two are not signed"},
            user="U0BOB",
        )
        assert "Leads: 18 for Sun 29 Nov" in str(answer.body)
        (entry,) = denyut.do(lambda db: db.kpis.history("leads"))
        assert (entry.value, entry.on, entry.note, entry.confidence) == (
            Decimal(18), date(2026, 11, 29), "two are not signed", "unsure",
        )  # fmt: skip
        await denyut.tick()
        assert dm.message.text == "*Leads*, 23–29 Nov 2026: 18. <@U0BOB> recorded it."
        assert buttons(dm.message) == []

    async def test_whichever_way_it_is_logged_and_for_every_owner(self, denyut: Bench) -> None:
        dm = await asked(denyut, "U0BOB", "U0EMMA")
        await denyut.command("/kpi log leads 7 on friday", user="U0EMMA")
        await denyut.tick()
        assert dm.message.text == "*Leads*, 23–29 Nov 2026: 7. <@U0EMMA> recorded it."
        assert denyut.dms("U0EMMA")[0].message.text == dm.message.text

    async def test_undone_it_is_the_question_again(self, denyut: Bench) -> None:
        dm = await asked(denyut)
        await denyut.command("/kpi log leads 7 on friday", user="U0BOB")
        await denyut.tick()
        await denyut.command("/kpi undo", user="U0BOB")
        await denyut.tick()
        assert buttons(dm.message) == ["Log it", "Nothing to report"]

    async def test_corrected_it_says_the_new_value(self, denyut: Bench) -> None:
        dm = await asked(denyut)
        echo = await denyut.command("/kpi log leads 7 on friday", user="U0BOB")
        await denyut.press(echo, "Correct", user="U0BOB")
        await denyut.submit(denyut.form(), {"kpi.value_input": "8", "kpi.why_input": "one more"}, user="U0BOB")
        await denyut.tick()
        assert dm.message.text == "*Leads*, 23–29 Nov 2026: 8. <@U0BOB> recorded it."

    async def test_nothing_to_report_ends_it(self, denyut: Bench) -> None:
        dm = await asked(denyut, "U0BOB", "U0EMMA")
        await denyut.press(dm, "Nothing to report", user="U0BOB")
        assert dm.message.text.startswith("*Leads*, 23–29 Nov 2026: nothing to report.")
        found = await pass_by(denyut, BOB_MONDAY + timedelta(days=4))
        assert [user for user, _ in found] == ["U0EMMA"], "the reminder of who said nothing is the control"
        assert "Nothing is waiting" in (await denyut.command("/checkin", user="U0BOB")).text

    async def test_the_question_and_its_reminder_turn_together(self, denyut: Bench) -> None:
        dm = await asked(denyut)
        await pass_by(denyut, BOB_MONDAY + timedelta(days=1))
        reminder = denyut.dms("U0BOB")[1]
        await denyut.press(reminder, "Nothing to report", user="U0BOB")
        await denyut.tick()
        assert dm.message.text == reminder.message.text
        assert buttons(dm.message) == buttons(reminder.message) == []

    async def test_when_the_next_time_comes_the_old_question_is_over(self, denyut: Bench) -> None:
        dm = await asked(denyut)
        await pass_by(denyut, BOB_MONDAY + timedelta(days=7, hours=1))
        assert "no value was recorded" in dm.message.text
        assert buttons(denyut.dms("U0BOB")[-1].message) == ["Log it", "Nothing to report"]

    async def test_another_persons_button_opens_nothing(self, denyut: Bench) -> None:
        dm = await asked(denyut)
        await denyut.press(dm, "Log it", user="U0CITRA")
        await denyut.press(dm, "Nothing to report", user="U0CITRA")
        assert denyut.slack.views == []
        assert buttons(dm.message) == ["Log it", "Nothing to report"]

    @pytest.mark.parametrize(
        ("inputs", "wrong"),
        [
            ({"kpi.value_input": "lots"}, "kpi.value_input"),
            ({"kpi.value_input": "5", "kpi.day_input": "2027-01-01"}, "kpi.day_input"),
        ],
    )
    async def test_what_is_wrong_is_said_under_its_input(
        self, denyut: Bench, inputs: dict[str, str], wrong: str
    ) -> None:
        dm = await asked(denyut)
        await denyut.press(dm, "Log it", user="U0BOB")
        answer = await denyut.submit(denyut.form(), inputs, user="U0BOB")
        assert set(answer.errors) == {wrong}
        assert denyut.do(lambda db: db.kpis.history("leads")) == []


class TestWhatWaits:
    async def test_checkin_and_home_show_it_until_it_is_logged(self, denyut: Bench) -> None:
        await asked(denyut)
        waiting = await denyut.command("/checkin", user="U0BOB")
        assert "One KPI value is waiting for you:" in waiting.text
        assert "*Leads*: Mon 23 Nov – Sun 29 Nov" in waiting.text
        await denyut.event({"type": "app_home_opened", "tab": "home", "user": "U0BOB"})
        assert "*Leads*: Mon 23 Nov – Sun 29 Nov" in str(denyut.slack.homes["U0BOB"])
        await denyut.press(waiting, "Log it", user="U0BOB")
        await denyut.submit(denyut.form(), {"kpi.value_input": "18"}, user="U0BOB")
        assert "Nothing is waiting" in (await denyut.command("/checkin", user="U0BOB")).text
        await denyut.event({"type": "app_home_opened", "tab": "home", "user": "U0BOB"})
        assert "Sun 29 Nov" not in str(denyut.slack.homes["U0BOB"])

    async def test_from_home_the_form_opens_too(self, denyut: Bench) -> None:
        await asked(denyut)
        await denyut.event({"type": "app_home_opened", "tab": "home", "user": "U0BOB"})
        await denyut.press(denyut.slack.homes["U0BOB"], "Log it", user="U0BOB")
        assert denyut.form()["callback_id"] == "kpi.asking.form"

    async def test_not_before_it_was_asked_and_not_for_others(self, denyut: Bench) -> None:
        own(denyut, "leads", "U0BOB", "U0EMMA")
        await denyut.go_to(BOB_MONDAY)
        assert "Leads" not in (await denyut.command("/checkin", user="U0EMMA")).text
        assert "Jumlah prospek" not in (await denyut.command("/checkin", user="U0CITRA")).text
        assert "Leads" in (await denyut.command("/checkin", user="U0BOB")).text

    async def test_surveys_and_values_wait_together(self, denyut: Bench) -> None:
        await denyut.command("/pulse enps <#C0SALES|sales>")
        await asked(denyut)
        await denyut.command("/pulse send")
        await denyut.tick()
        waiting = (await denyut.command("/checkin", user="U0BOB")).text
        assert "One survey is waiting" in waiting
        assert "One KPI value is waiting" in waiting


class TestReplicas:
    async def test_passes_of_two_at_once_ask_once(self, denyut: Bench) -> None:
        own(denyut, "leads", "U0BOB", "U0EMMA")
        other = Sender(denyut.services, denyut.registry)
        while denyut.now < EMMA_MONDAY + timedelta(days=2):
            denyut.now += timedelta(hours=1)
            await asyncio.gather(
                run_due(denyut.services, denyut.registry, denyut.sender, denyut.now),
                run_due(denyut.services, denyut.registry, other, denyut.now),
            )
        assert len(asks(denyut)) == len(asks(denyut, "U0EMMA")) == 2
