"""What a summary says of KPIs beside the table: what a day needs, what fell beside what, what was noted; of own KPIs
too, and never of private ones."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain.catalogue import KpiSettings, KpiVersion, Visibility
from bot.domain.entries import Entry
from bot.domain.kpi_notes import KpiNote, KpiNoteKind
from bot.domain.kpis import KPIS
from bot.domain.periods import PeriodKind
from bot.domain.schedules import Cadence
from bot.domain.summaries import SummaryDefinition
from bot.domain.targets import Aim, Target
from bot.slack.blocks import Block, Message
from bot.summaries.previews import Wanted, read_preview
from storage import new_id
from tests.features.harness import Bench, checked

NBSP = "\N{NO-BREAK SPACE}"
FRIDAY = datetime(2026, 11, 27, 8, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 8, tzinfo=UTC)
THIS_WEEK = date(2026, 11, 23)


@dataclass(frozen=True)
class Said:
    post: Message
    details: Message | None

    @property
    def text(self) -> str:
        return "\n".join(each.text for each in (self.post, self.details) if each).replace(NBSP, " ")

    @property
    def blocks(self) -> list[Block]:
        return [block for each in (self.post, self.details) if each for block in each.blocks]


def log(denyut: Bench, kpi: str, on: date, value: Decimal | int) -> None:
    entry = Entry(new_id(), kpi, "U0BOB", Decimal(value), on, "U0BOB", denyut.now, source=new_id())
    denyut.do(lambda db: db.kpis.add(entry))


def set_target(denyut: Bench, kpi: str, value: int, **more: Any) -> None:
    fields = {"period": PeriodKind.WEEK, "deadline": None, "owner_id": "", "starts": date(2026, 11, 1), **more}
    target = Target(
        new_id(), kpi, Decimal(value), set_by="U0AYU", set_at=denyut.now, **fields
    )  # fmt: skip
    denyut.do(lambda db: db.targets.set(target))


def settle(denyut: Bench, kpi: str, **settings: Any) -> None:
    denyut.do(lambda db: db.catalogue.set_settings(kpi, replace(KpiSettings(), **settings)))


def note(denyut: Bench, kpi: str, text: str, at: datetime, kind: KpiNoteKind = KpiNoteKind.REASON) -> None:
    denyut.do(lambda db: db.catalogue.add_note(KpiNote(new_id(), kpi, kind, text, "U0DEWI", at)))


def summary(denyut: Bench, now: datetime, language: str = "en") -> Said:
    """The post of #sales and its thread, as they would be at a moment."""
    denyut.now = now
    zone, texts = "Asia/Jakarta", denyut.services.texts
    wanted = Wanted(SummaryDefinition(), Cadence.WEEKLY, "C0SALES", zone, now.astimezone(ZoneInfo(zone)).date())
    found = denyut.do(lambda db: read_preview(db, denyut.services, wanted, now, texts.t(language)))
    return Said(checked(found.post), checked(found.details) if found.details else None)


class TestNeeded:
    async def test_what_is_not_enough_so_far_says_what_a_day_needs(self, denyut: Bench) -> None:
        """On Friday four of five days have gone by: 30 of 100 are there, so the last day must bring 70."""
        log(denyut, "leads", THIS_WEEK, 30)
        set_target(denyut, "leads", 100)
        log(denyut, "orders", THIS_WEEK, 90)
        set_target(denyut, "orders", 100)
        said = summary(denyut, FRIDAY).text
        assert "Needed per working day from now on: Leads about 70." in said
        indonesian = summary(denyut, denyut.now, "id").text
        assert "Yang perlu dicapai per hari kerja mulai sekarang: Jumlah prospek sekitar 70." in indonesian

    async def test_a_limit_and_a_week_that_is_over_need_nothing(self, denyut: Bench) -> None:
        log(denyut, "leads", THIS_WEEK, 95)
        set_target(denyut, "leads", 100, aim=Aim.BELOW)
        assert "Needed" not in summary(denyut, FRIDAY).text
        set_target(denyut, "leads", 1000)
        assert "Needed" in summary(denyut, FRIDAY).text, "and a goal that is far needs something"
        assert "Needed" not in summary(denyut, MONDAY).text

    async def test_a_range_stands_in_the_table_with_its_status(self, denyut: Bench) -> None:
        log(denyut, "leads", THIS_WEEK, 60)
        set_target(denyut, "leads", 50, aim=Aim.INSIDE, upper=Decimal(80))
        answer = summary(denyut, MONDAY)
        (table,) = [block for block in answer.blocks if block["type"] == "table"]
        assert [cell["text"] for cell in table["rows"][1]] == ["Leads", "60", "50–80, met"]


class TestBeside:
    """Win rate of the last week 50 %, before that 60 %; meetings were 50 five weeks ago and 41 since."""

    def fill(self, denyut: Bench, *, won: int = 50, meetings: int = 41) -> None:
        for week, (wins, losses) in enumerate(((won, 100 - won), (60, 40))):
            day = THIS_WEEK - timedelta(weeks=week)
            log(denyut, "deals_won", day, wins)
            log(denyut, "deals_lost", day, losses)
        for week in range(6):
            log(denyut, "meetings_held", THIS_WEEK - timedelta(weeks=week), 50 if week == 5 else meetings)
        settle(denyut, "closing_rate", drivers=("meetings_held",))

    async def test_what_fell_before_is_put_beside_it_and_never_called_the_cause(self, denyut: Bench) -> None:
        self.fill(denyut)
        said = summary(denyut, MONDAY).text
        name = denyut.services.texts.t("en")("kpi.closing_rate")
        assert f"{name} fell (−10 points); meetings held fell 4 weeks earlier (−18%)." in said
        assert "because" not in said
        indonesian = summary(denyut, denyut.now, "id").text
        assert "turun 4 minggu sebelumnya (−18%)." in indonesian
        assert "karena" not in indonesian

    @pytest.mark.parametrize("given", [{"won": 60}, {"won": 58}, {"meetings": 50}])
    async def test_without_a_fall_of_both_nothing_is_said(self, denyut: Bench, given: dict[str, int]) -> None:
        self.fill(denyut, **given)
        assert "earlier" not in summary(denyut, MONDAY).text

    async def test_a_worse_status_is_enough(self, denyut: Bench) -> None:
        """58 after 60 is no fall, but it missed the 59 that the week before had met."""
        self.fill(denyut, won=58)
        set_target(denyut, "closing_rate", 59)
        assert "fell (−2 points); meetings held fell 4 weeks earlier" in summary(denyut, MONDAY).text

    async def test_a_target_says_nothing_of_the_time_before_it_was_set(self, denyut: Bench) -> None:
        """60 would have met the target that nobody had then; 58 after 60 is no fall."""
        self.fill(denyut)
        settle(denyut, "closing_rate")
        log(denyut, "new_customers", THIS_WEEK, 58)
        log(denyut, "new_customers", THIS_WEEK - timedelta(weeks=1), 60)
        set_target(denyut, "new_customers", 59, period=None, deadline=date(2026, 12, 4), starts=THIS_WEEK)
        settle(denyut, "new_customers", drivers=("meetings_held",))
        assert "meetings held fell" not in summary(denyut, MONDAY).text

    async def test_a_week_that_is_still_running_says_nothing_of_a_driver(self, denyut: Bench) -> None:
        self.fill(denyut, meetings=50)
        log(denyut, "meetings_held", THIS_WEEK, -30)
        assert "in the same week" not in summary(denyut, FRIDAY).text
        assert "meetings held fell in the same week (−60%)" in summary(denyut, MONDAY).text

    async def test_a_private_driver_is_not_told(self, denyut: Bench) -> None:
        self.fill(denyut)
        settle(denyut, "meetings_held", visibility=Visibility.OWNERS, owners=("U0DEWI",))
        assert "eetings held" not in summary(denyut, MONDAY).text


class TestNotes:
    async def test_reasons_and_actions_of_the_week_stand_under_the_table_and_ping_nobody(self, denyut: Bench) -> None:
        log(denyut, "leads", THIS_WEEK, 30)
        inside, before = datetime(2026, 11, 25, 3, tzinfo=UTC), datetime(2026, 11, 20, 3, tzinfo=UTC)
        note(denyut, "leads", "two are ill <!channel>", inside)
        note(denyut, "leads", "we call on Fridays too", inside + timedelta(hours=1), KpiNoteKind.ACTION)
        note(denyut, "leads", "long ago", before)
        note(denyut, "leads", "kept as it is", inside, KpiNoteKind.KEPT)
        note(denyut, "orders", "not shown here", inside)
        answer = summary(denyut, MONDAY)
        lines = answer.text.splitlines()
        place = lines.index("Leads, reason from Dewi Anggraini: two are ill &lt;!channel&gt;")
        assert lines[place + 1] == "Leads, action from Dewi Anggraini: we call on Fridays too"
        for silent in ("long ago", "kept as it is", "not shown here"):
            assert silent not in answer.text
        (shown,) = [block for block in answer.blocks if "two are ill" in str(block)]
        assert shown["text"]["type"] == "plain_text"

    async def test_the_longest_notes_stay_within_slacks_limits(self, denyut: Bench) -> None:
        log(denyut, "leads", THIS_WEEK, 30)
        for number in range(9):
            note(denyut, "leads", f"{number}" + "é" * 299, datetime(2026, 11, 25, 3, number, tzinfo=UTC))
        answer = summary(denyut, MONDAY)
        assert sum("Leads, reason from" in str(block) for block in answer.blocks) == 5
        assert "8é" in answer.text, "the latest are shown"


class TestOwnKpis:
    async def test_an_own_kpi_is_there_and_a_private_one_is_not(self, denyut: Bench) -> None:
        own = replace(KPIS["leads"], key="demos", names={"en": "Demos held"})
        denyut.do(lambda db: db.catalogue.add_version(KpiVersion(own, 1, date(2026, 1, 1), "U0AYU", denyut.now)))
        log(denyut, "demos", THIS_WEEK, 7)
        log(denyut, "leads", THIS_WEEK, 12345)
        note(denyut, "leads", "a secret", datetime(2026, 11, 25, 3, tzinfo=UTC))
        said = summary(denyut, MONDAY).text
        assert "Demos held: 7" in said
        assert "12,345" in said
        assert "a secret" in said
        settle(denyut, "leads", visibility=Visibility.OWNERS, owners=("U0BOB",))
        private = summary(denyut, denyut.now).text
        assert "Demos held: 7" in private
        assert "12,345" not in private
        assert "a secret" not in private


class TestDeadlines:
    async def test_one_that_is_past_is_told_in_its_week_and_not_every_week_from_then_on(self, denyut: Bench) -> None:
        for weeks in range(3):
            log(denyut, "leads", THIS_WEEK + timedelta(weeks=weeks), 10)
        set_target(denyut, "leads", 500, period=None, deadline=date(2026, 11, 27))
        assert "500" in summary(denyut, MONDAY).text
        assert "500" not in summary(denyut, MONDAY + timedelta(weeks=1)).text
        shown = (await denyut.command("/kpi show leads", user="U0BOB")).text.replace(NBSP, " ")
        assert "500" not in shown
        assert "No target yet" in shown


class TestRetired:
    async def test_the_target_of_a_kpi_that_is_kept_no_more_is_not_held_against_anybody(self, denyut: Bench) -> None:
        log(denyut, "orders", THIS_WEEK, 7)
        log(denyut, "leads", THIS_WEEK - timedelta(weeks=2), 30)
        set_target(denyut, "leads", 100)
        assert "Leads" in summary(denyut, MONDAY).text
        assert "Leads" in (await denyut.command("/kpi show last week", user="U0BOB")).text
        settle(denyut, "leads", retired_on=THIS_WEEK - timedelta(weeks=1))
        assert "Leads" not in summary(denyut, denyut.now).text
        assert "Leads" not in (await denyut.command("/kpi show last week", user="U0BOB")).text

    @pytest.mark.parametrize(
        "settings", [{"retired_on": date(2026, 11, 16)}, {"visibility": Visibility.OWNERS, "owners": ("U0DEWI",)}]
    )
    async def test_nobody_owes_the_channel_what_is_not_kept_or_not_the_channels(
        self, denyut: Bench, settings: dict[str, Any]
    ) -> None:
        log(denyut, "orders", THIS_WEEK, 7)
        for weeks in range(1, 5):
            log(denyut, "leads", THIS_WEEK - timedelta(weeks=weeks), 30)
        assert "One person has yet to log" in summary(denyut, MONDAY).text
        settle(denyut, "leads", **settings)
        assert "has yet to log" not in summary(denyut, MONDAY).text
