"""Alerts: the owner of a target hears of a change of its status, once, on a working day, with the way back; never every
day, never without data, never in the first fifth of a period."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.domain import standings
from bot.domain.catalogue import KpiSettings, KpiVersion, Visibility
from bot.domain.entries import Entry
from bot.domain.expressions import read_formula
from bot.domain.kpi_notes import KpiNoteKind
from bot.domain.kpis import Aggregation, Direction, Kind, Kpi, Objective, Unit
from bot.domain.members import Absence, Member
from bot.domain.pacing import Status, Transition
from bot.domain.periods import PeriodKind
from bot.domain.targets import Aim, Target
from bot.kpis.alerting import service
from bot.kpis.alerting.deciding import read_decisions
from storage import Storage, UnitOfWork, new_id
from tests.features.harness import Answer, Bench, Posted

NBSP = "\N{NO-BREAK SPACE}"
AUGUST_1 = date(2026, 8, 1)
MAKASSAR, JAKARTA = ZoneInfo("Asia/Makassar"), ZoneInfo("Asia/Jakarta")

DAILY = {
    3: 10, 4: 10, 5: 10, 6: 11,  # 41 by the 7th, where 40 are expected: on track
    7: 4,    # 45 by the 10th of 50: 90 %, behind
    10: 5,   # 50 of 60: 83 %, still behind
    11: 2,   # 52 of 70: 74 %, at risk
    12: 18,  # 70 of 80: 87.5 %, behind again, which is better
    13: 20,  # 90 of 90: back on track
    14: 0,   # 90 of 100 on the 18th, as the 17th is Independence Day: behind
    18: 20,  # 110 of 110: back on track
    19: 15, 20: 10, 21: 10,
    24: 5,   # 150 of 150 on the 26th, as the 25th is the Prophet's Birthday
    26: 10,
    27: -10,  # returned: 150 of 170 on the 28th, 88 %, behind
    28: 10, 31: 5,  # 165 of 190 in the end: missed
}  # fmt: skip
"""What is logged on each day of August 2026 in Indonesia: 19 working days, 10 a day are expected of 190."""

TOLD = {
    date(2026, 8, 10): "fell behind",
    date(2026, 8, 12): "is at risk",
    date(2026, 8, 13): "is catching up",
    date(2026, 8, 14): "is back on track",
    date(2026, 8, 18): "fell behind",
    date(2026, 8, 19): "is back on track",
    date(2026, 8, 28): "fell behind",
    date(2026, 9, 2): "missed its target",
}
"""What the owner hears, and nothing else."""


def log(denyut: Bench, on: date, value: int | Decimal, kpi: str = "leads", member: str = "U0CITRA") -> Entry:
    entry = Entry(new_id(), kpi, member, Decimal(value), on, member, denyut.now, source=new_id())
    denyut.do(lambda db: db.kpis.add(entry))
    return entry


def set_target(
    denyut: Bench,
    value: int | str = 190,
    kpi: str = "leads",
    owner: str = "",
    period: PeriodKind | None = PeriodKind.MONTH,
    **more: Any,
) -> Target:
    fields = {"set_by": "U0AYU", "set_at": datetime(2026, 8, 1, tzinfo=UTC), "starts": AUGUST_1, **more}
    target = Target(new_id(), kpi, Decimal(value), period, fields.pop("deadline", None), owner, **fields)
    denyut.do(lambda db: db.targets.set(target))
    return target


def settle(denyut: Bench, kpi: str = "leads", **settings: Any) -> None:
    denyut.do(lambda db: db.catalogue.set_settings(kpi, replace(KpiSettings(), **settings)))


def local(day: date, at: time = time(9), zone: ZoneInfo = MAKASSAR) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)


async def live(denyut: Bench, first: date, last: date, logged: dict[date, int] | None = None) -> None:
    """Days as they go by, with passes in the night, at the beginning of work, at noon and in the afternoon; what is
    logged for a day is logged in its afternoon."""
    day = first
    while day <= last:
        for at in (time(2), time(8, 59), time(9), time(12)):
            await denyut.tick(local(day, at))
        denyut.now = local(day, time(16))
        if logged and day in logged:
            log(denyut, day, logged[day])
        await denyut.tick()
        day += timedelta(days=1)


def heard(denyut: Bench, user: str = "U0BOB") -> list[str]:
    return [posted.message.text.replace(NBSP, " ") for posted in denyut.dms(user)]


def in_august() -> dict[date, int]:
    return {date(2026, 8, day): value for day, value in DAILY.items()}


async def days_told(denyut: Bench) -> dict[date, str]:
    """A month day by day: on which day the owner heard what."""
    settle(denyut, owners=("U0BOB",))
    set_target(denyut)
    found: dict[date, str] = {}
    day = AUGUST_1
    while day <= date(2026, 9, 4):
        before = len(heard(denyut))
        await live(denyut, day, day, in_august())
        new = heard(denyut)[before:]
        assert len(new) <= 1, "at most one message a day"
        if new:
            found[day] = new[0].splitlines()[0]
        day += timedelta(days=1)
    return found


async def submit_twice(denyut: Bench, form: Mapping[str, Any], inputs: Mapping[str, str], user: str) -> None:
    """Slack delivers the same submission again."""
    sent: list[dict[str, Any]] = []
    dispatch = denyut.dispatch

    async def kept(payload: dict[str, Any]) -> Answer:
        sent.append(payload)
        return await dispatch(payload)

    denyut.dispatch = kept  # type: ignore[method-assign]
    await denyut.submit(form, inputs, user=user)
    denyut.dispatch = dispatch  # type: ignore[method-assign]
    await denyut.dispatch(sent[0])


class TestAMonth:
    async def test_each_change_is_told_once_on_the_working_day_it_shows(self, denyut: Bench) -> None:
        told = await days_told(denyut)
        assert list(told) == list(TOLD)
        for day, words in TOLD.items():
            assert words in told[day], told[day]

    async def test_telling_every_day_while_it_is_behind_would_be_noticed(
        self, denyut: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Control: with the change left out of account, the 11th and the 31st are told too."""

        def each_day(_: Status | None, now: Status | None) -> Transition | None:
            return Transition.WORSE if now in (Status.BEHIND, Status.AT_RISK) else None

        monkeypatch.setattr(standings, "transition", each_day)
        told = await days_told(denyut)
        assert {date(2026, 8, 11), date(2026, 8, 31)} <= set(told)
        assert list(told) != list(TOLD)

    async def test_without_the_holidays_less_is_expected_by_the_10th(self, denyut: Bench) -> None:
        """Control: the days above follow the country's calendar. Of 21 working days 5 have gone by: 45.24 of 190."""
        settings = denyut.services.settings.model_copy(update={"country": ""})
        denyut.services = replace(denyut.services, settings=settings)
        told = await days_told(denyut)
        assert min(told) == date(2026, 8, 11)
        assert "50 of 54.29" in told[date(2026, 8, 11)]


async def fall_behind(denyut: Bench, **settings: Any) -> None:
    """Of 190 a month 45 are there on the 10th, where 50 are expected."""
    settle(denyut, **{"owners": ("U0BOB",), **settings})
    log(denyut, date(2026, 8, 3), 45)
    set_target(denyut)


class TestWhatIsSaid:
    async def test_the_change_the_figures_and_what_a_day_needs(self, denyut: Bench) -> None:
        await fall_behind(denyut)
        await denyut.tick(local(date(2026, 8, 10)))
        assert heard(denyut) == [
            "*Leads* fell behind (this month): 45 of 50 expected by now.\n"
            "Target: 190 per month, the whole team.\n"
            "From now on it takes about 10.36 per working day."  # 145 in 14 days
        ]

    async def test_in_the_language_of_who_hears_it(self, denyut: Bench) -> None:
        await fall_behind(denyut, owners=("U0CITRA",))
        await denyut.tick(local(date(2026, 8, 10), zone=JAKARTA))
        assert heard(denyut, "U0CITRA") == [
            "*Jumlah prospek* tertinggal (bulan ini): 45 dari 50 yang semestinya sudah tercapai.\n"
            "Target: 190 per bulan, seluruh tim.\n"
            "Mulai sekarang perlu sekitar 10,36 per hari kerja."
        ]

    @pytest.mark.parametrize(
        ("kpi", "value", "more", "logged", "said"),
        [
            ("leads", 40, {"aim": Aim.BELOW}, 60, "missed its target (this month): 60."),
            (
                "leads",
                190,
                {"aim": Aim.BELOW},
                60,
                "fell behind (this month): 60 so far, where at most 50 was expected",
            ),
            ("leads", 100, {"aim": Aim.INSIDE, "upper": Decimal(190)}, 20, "20 so far, where 26.32 to 50 was expected"),
            ("customer_satisfaction", "4.5", {"aim": Aim.ABOVE}, 4, "fell behind (this month): 4."),
            ("lead_response_time", 3600, {}, 7200, "is at risk (this month): 2 h."),
        ],
    )
    async def test_each_aim_has_its_words(
        self, denyut: Bench, kpi: str, value: int | str, more: dict[str, Any], logged: int, said: str
    ) -> None:
        settle(denyut, kpi, owners=("U0BOB",))
        log(denyut, date(2026, 8, 3), logged, kpi)
        set_target(denyut, value, kpi, **more)
        await denyut.tick(local(date(2026, 8, 10)))
        assert said in heard(denyut)[0]

    async def test_good_news_asks_for_nothing(self, denyut: Bench) -> None:
        await fall_behind(denyut)
        await denyut.tick(local(date(2026, 8, 10)))
        log(denyut, date(2026, 8, 10), 20)
        await denyut.tick(local(date(2026, 8, 11)))
        bad, good = denyut.dms("U0BOB")
        assert "is back on track (this month): 65 of 60" in good.message.text
        assert [block["type"] for block in bad.message.blocks] == ["section", "actions"]
        assert [block["type"] for block in good.message.blocks] == ["section"]

    async def test_the_last_months_end_and_this_months_beginning_come_in_one_message(self, denyut: Bench) -> None:
        settle(denyut, owners=("U0BOB",))
        set_target(denyut, 10, period=PeriodKind.WEEK)
        log(denyut, date(2026, 8, 3), 3)
        log(denyut, date(2026, 8, 10), 1)
        await denyut.tick(local(date(2026, 8, 11)))  # the week of the 3rd is judged, a fifth of this one has gone by
        (told,) = heard(denyut)
        assert "missed its target (last week): 3." in told
        assert "is at risk (this week): 1 of 2 expected by now" in told


def per_deal(formula: str, number: int, starts: date) -> KpiVersion:
    kpi = Kpi(
        "per_deal", Unit.NUMBER, Direction.HIGHER, Aggregation.RATIO, Kind.OUTCOME, Objective.NET_SALES, "",
        read_formula(formula), names={"en": "Per deal"},
    )  # fmt: skip
    return KpiVersion(kpi, number, starts, "U0AYU", datetime(2026, 7, 1, tzinfo=UTC))


async def test_a_period_in_which_a_kpi_is_defined_anew_is_told_as_it_is_shown(denyut: Bench) -> None:
    """60 orders and 90 leads for 10 deals: 6 by the definition of before the 6th, 9 by the one since."""
    denyut.do(lambda db: db.catalogue.add_version(per_deal("orders / deals_won", 1, date(2026, 1, 1))))
    denyut.do(lambda db: db.catalogue.add_version(per_deal("leads / deals_won", 2, date(2026, 8, 6))))
    settle(denyut, "per_deal", owners=("U0BOB",))
    for kpi, value in {"orders": 60, "leads": 90, "deals_won": 10}.items():
        log(denyut, date(2026, 8, 3), value, kpi)
    set_target(denyut, 10, "per_deal")
    await denyut.tick(local(date(2026, 8, 10)))
    assert any("(this month): 9." in each for each in heard(denyut))
    assert "This month: 9" in (await denyut.command("/kpi show per deal this month", user="U0BOB")).text


class TestWhoHears:
    async def test_a_persons_target_is_theirs_and_the_teams_the_owners(self, denyut: Bench) -> None:
        settle(denyut, owners=("U0BOB", "U0DEWI"))
        log(denyut, date(2026, 8, 3), 45, member="U0CITRA")
        set_target(denyut, owner="U0CITRA")
        await denyut.tick(local(date(2026, 8, 10), time(11)))
        assert [len(heard(denyut, user)) for user in ("U0CITRA", "U0BOB", "U0DEWI")] == [1, 0, 0]
        assert "milikmu" in heard(denyut, "U0CITRA")[0]
        log(denyut, date(2026, 8, 10), 5)  # still behind
        set_target(denyut)
        await denyut.tick(local(date(2026, 8, 11), time(11)))
        assert [len(heard(denyut, user)) for user in ("U0CITRA", "U0BOB", "U0DEWI")] == [1, 1, 1]

    async def test_without_owners_whoever_set_it_hears_of_it(self, denyut: Bench) -> None:
        await fall_behind(denyut, owners=())
        await denyut.tick(local(date(2026, 8, 10), time(11)))
        assert [len(heard(denyut, user)) for user in ("U0AYU", "U0BOB")] == [1, 0]

    async def test_where_no_owner_works_here_any_more_whoever_set_it_hears_of_it(self, denyut: Bench) -> None:
        await fall_behind(denyut, owners=("U0GONE",))
        await denyut.tick(local(date(2026, 8, 10), time(11)))
        assert [len(heard(denyut, user)) for user in ("U0AYU", "U0GONE")] == [1, 0]

    async def test_while_one_owner_works_here_whoever_set_it_hears_nothing(self, denyut: Bench) -> None:
        await fall_behind(denyut, owners=("U0GONE", "U0BOB"))
        await denyut.tick(local(date(2026, 8, 10), time(11)))
        assert [len(heard(denyut, user)) for user in ("U0AYU", "U0BOB")] == [0, 1]

    async def test_an_owner_who_wants_no_alerts_is_not_replaced_by_whoever_set_it(self, denyut: Bench) -> None:
        await fall_behind(denyut, owners=("U0BOB",), muted=("U0BOB",))
        await denyut.tick(local(date(2026, 8, 10), time(11)))
        assert [len(heard(denyut, user)) for user in ("U0AYU", "U0BOB")] == [0, 0]

    async def test_a_groups_target_is_read_from_its_members(self, denyut: Bench) -> None:
        settle(denyut, owners=("U0BOB",))
        denyut.do(lambda db: db.teams.replace("S0SALES", ["U0CITRA", "U0DEWI"]))
        log(denyut, date(2026, 8, 3), 20, member="U0CITRA")
        log(denyut, date(2026, 8, 3), 25, member="U0DEWI")
        log(denyut, date(2026, 8, 3), 500, member="U0EMMA")
        set_target(denyut, owner="S0SALES")
        await denyut.tick(local(date(2026, 8, 10)))
        assert "45 of 50 expected by now" in heard(denyut)[0]
        assert "<!subteam^S0SALES>" in heard(denyut)[0]

    @pytest.mark.parametrize("gone", ["U0GONE", "U0GUEST", "U0OUT"])
    async def test_who_does_not_work_here_hears_nothing(self, denyut: Bench, gone: str) -> None:
        await fall_behind(denyut, owners=(gone,))
        await denyut.tick(local(date(2026, 8, 10), time(11)))
        assert heard(denyut, gone) == []

    async def test_who_may_not_see_the_kpi_hears_nothing(self, denyut: Bench) -> None:
        settle(denyut, owners=("U0BOB",), visibility=Visibility.OWNERS)
        log(denyut, date(2026, 8, 3), 45, member="U0CITRA")
        set_target(denyut, owner="U0CITRA")
        await denyut.tick(local(date(2026, 8, 10), time(11)))
        assert heard(denyut, "U0CITRA") == []
        settle(denyut, owners=("U0BOB", "U0CITRA"), visibility=Visibility.OWNERS)
        await denyut.tick(local(date(2026, 8, 11), time(11)))
        assert len(heard(denyut, "U0CITRA")) == 1


class TestWhen:
    async def test_not_before_work_begins_where_they_are(self, denyut: Bench) -> None:
        await fall_behind(denyut, owners=("U0EMMA",))  # in Amsterdam
        await denyut.tick(local(date(2026, 8, 10), time(8, 59), ZoneInfo("Europe/Amsterdam")))
        assert heard(denyut, "U0EMMA") == []
        await denyut.tick(local(date(2026, 8, 10), time(9), ZoneInfo("Europe/Amsterdam")))
        assert len(heard(denyut, "U0EMMA")) == 1

    async def test_who_is_away_hears_it_on_the_first_day_back(self, denyut: Bench) -> None:
        await fall_behind(denyut)
        denyut.do(lambda db: db.members.add_absence(Absence("U0BOB", date(2026, 8, 6), date(2026, 8, 12))))
        await live(denyut, date(2026, 8, 6), date(2026, 8, 12))
        assert heard(denyut) == []
        await live(denyut, date(2026, 8, 13), date(2026, 8, 13))
        assert "is at risk (this month): 45 of 80" in heard(denyut)[0]

    async def test_while_one_owner_is_away_the_other_hears_it_alone(self, denyut: Bench) -> None:
        await fall_behind(denyut, owners=("U0BOB", "U0DEWI"))
        denyut.do(lambda db: db.members.add_absence(Absence("U0BOB", date(2026, 8, 6), date(2026, 8, 10))))
        await denyut.tick(local(date(2026, 8, 10), time(11)))
        log(denyut, date(2026, 8, 10), 5)  # still behind
        await denyut.tick(local(date(2026, 8, 11), time(11)))
        assert (len(heard(denyut)), len(heard(denyut, "U0DEWI"))) == (0, 1)

    async def test_a_company_day_off_is_no_day_for_it(self, denyut: Bench) -> None:
        policy = denyut.do(lambda db: db.catalogue.policy())
        days_off = frozenset({date(2026, 8, 10)})
        denyut.do(lambda db: db.catalogue.set_policy(replace(policy, days_off=days_off)))
        await fall_behind(denyut)
        await denyut.tick(local(date(2026, 8, 10)))
        assert heard(denyut) == []

    async def test_not_in_the_first_fifth_and_not_without_data(self, denyut: Bench) -> None:
        settle(denyut, owners=("U0BOB",))
        set_target(denyut)
        log(denyut, date(2026, 8, 3), 1)
        await live(denyut, date(2026, 8, 3), date(2026, 8, 6))
        assert heard(denyut) == [], "3 of 19 working days"
        set_target(denyut, 5, "orders")
        settle(denyut, "orders", owners=("U0DEWI",))
        await live(denyut, date(2026, 8, 7), date(2026, 8, 28))
        assert heard(denyut, "U0DEWI") == [], "nobody ever logged an order"
        assert heard(denyut) != [], "and the other one was told"

    async def test_back_and_forth_within_a_day_is_told_once(self, denyut: Bench) -> None:
        await fall_behind(denyut)
        day = date(2026, 8, 10)
        await denyut.tick(local(day))
        for hour in (10, 12, 14):
            more = log(denyut, day, 100)
            await denyut.tick(local(day, time(hour)))
            denyut.do(lambda db, more=more: db.kpis.undo(more.id, "U0BOB", denyut.now))
            await denyut.tick(local(day, time(hour, 30)))
        assert len(heard(denyut)) == 1

    async def test_not_on_the_day_on_which_it_was_set(self, denyut: Bench) -> None:
        settle(denyut, owners=("U0BOB",))
        log(denyut, date(2026, 8, 3), 45)
        set_target(denyut, starts=date(2026, 8, 10))
        await live(denyut, date(2026, 8, 10), date(2026, 8, 10))
        assert heard(denyut) == []
        await live(denyut, date(2026, 8, 11), date(2026, 8, 11))
        assert len(heard(denyut)) == 1

    async def test_a_target_that_was_taken_back_or_retired_is_silent(self, denyut: Bench) -> None:
        await fall_behind(denyut, retired_on=date(2026, 8, 5))
        await denyut.tick(local(date(2026, 8, 10)))
        assert heard(denyut) == []

    async def test_a_daily_target_is_told_when_its_days_change(self, denyut: Bench) -> None:
        settle(denyut, owners=("U0BOB",))
        set_target(denyut, 5, period=PeriodKind.DAY)
        logged = {3: 5, 4: 2, 5: 2, 6: 6, 7: 6}
        await live(
            denyut, date(2026, 8, 3), date(2026, 8, 10), {date(2026, 8, day): value for day, value in logged.items()}
        )
        firsts = [each.splitlines()[0] for each in heard(denyut)]
        assert firsts == [
            "*Leads* missed its target (yesterday): 2.",
            "*Leads* met its target (yesterday): 6.",
        ]

    async def test_a_deadline_that_is_past_is_told_once(self, denyut: Bench) -> None:
        settle(denyut, owners=("U0BOB",))
        log(denyut, date(2026, 8, 3), 45)
        set_target(denyut, 50, period=None, deadline=date(2026, 8, 14))
        await live(denyut, date(2026, 8, 13), date(2026, 8, 28))
        firsts = [each.splitlines()[0] for each in heard(denyut)]
        assert firsts[-1].startswith("*Leads* missed its target (1–14 Aug 2026): 45.")
        assert sum("missed" in each for each in firsts) == 1


class TestReplaced:
    """A target that gives way to another in the first days of a period: how it ended is heard all the same."""

    async def august(self, denyut: Bench, value: int = 190, aim: Aim | None = None) -> None:
        """165 leads in August, and what was told of them until its end."""
        settle(denyut, owners=("U0BOB",))
        log(denyut, date(2026, 8, 3), 165)
        set_target(denyut, value, aim=aim)
        await live(denyut, date(2026, 8, 28), date(2026, 8, 31))

    def replace_on(self, denyut: Bench, day: date, at: time = time(10), value: int = 300) -> Target:
        return set_target(denyut, value, set_at=local(day, at), starts=day)

    def verdicts(self, denyut: Bench) -> list[str]:
        return [each for each in heard(denyut) if "its target" in each.splitlines()[0]]

    @pytest.mark.parametrize(
        ("value", "aim", "said", "goal"),
        [
            (190, None, "*Leads* missed its target (last month): 165.", "190"),
            (200, Aim.BELOW, "*Leads* met its target (last month): 165.", "at most 200"),
        ],
    )
    async def test_on_the_first_working_day_the_verdict_comes_on_the_second(
        self, denyut: Bench, value: int, aim: Aim | None, said: str, goal: str
    ) -> None:
        await self.august(denyut, value, aim)
        await denyut.tick(local(date(2026, 9, 1)))
        self.replace_on(denyut, date(2026, 9, 1))
        assert self.verdicts(denyut) == []
        await live(denyut, date(2026, 9, 2), date(2026, 9, 2))
        (verdict,) = self.verdicts(denyut)
        assert verdict.splitlines()[:2] == [said, f"Target: {goal} per month, the whole team."]
        await live(denyut, date(2026, 9, 3), date(2026, 9, 11))
        assert len(self.verdicts(denyut)) == 1

    async def test_on_the_second_before_work_begins_it_comes_that_day(self, denyut: Bench) -> None:
        await self.august(denyut)
        await live(denyut, date(2026, 9, 1), date(2026, 9, 1))
        self.replace_on(denyut, date(2026, 9, 2), time(7))
        await denyut.tick(local(date(2026, 9, 2)))
        assert len(self.verdicts(denyut)) == 1

    async def test_early_in_the_morning_further_east_it_is_yesterday_by_utc(self, denyut: Bench) -> None:
        await self.august(denyut)
        new = self.replace_on(denyut, date(2026, 9, 1), time(6))
        assert new.set_at.date() == date(2026, 8, 31)
        await live(denyut, date(2026, 9, 1), date(2026, 9, 2))
        assert len(self.verdicts(denyut)) == 1

    async def test_replaced_twice_that_day_it_is_told_once(self, denyut: Bench) -> None:
        await self.august(denyut)
        self.replace_on(denyut, date(2026, 9, 1), value=3000)
        self.replace_on(denyut, date(2026, 9, 1), time(11))
        await live(denyut, date(2026, 9, 2), date(2026, 9, 11))
        (verdict,) = self.verdicts(denyut)
        assert "Target: 190 per month" in verdict

    async def test_the_new_one_is_judged_by_itself_afterwards(self, denyut: Bench) -> None:
        await self.august(denyut)
        self.replace_on(denyut, date(2026, 9, 1))
        log(denyut, date(2026, 9, 2), 5)
        await live(denyut, date(2026, 9, 2), date(2026, 10, 5))
        assert ["Target: 300" in each for each in self.verdicts(denyut)] == [False, True]

    async def test_replaced_while_the_month_ran_only_the_new_one_is_judged(self, denyut: Bench) -> None:
        await self.august(denyut)
        self.replace_on(denyut, date(2026, 8, 31))
        await live(denyut, date(2026, 9, 1), date(2026, 9, 11))
        (verdict,) = self.verdicts(denyut)
        assert "Target: 300 per month" in verdict

    async def test_one_that_was_taken_back_is_silent(self, denyut: Bench) -> None:
        await self.august(denyut)
        (target,) = denyut.do(lambda db: db.targets.active())
        denyut.do(lambda db: db.targets.end(target.id, local(date(2026, 9, 1), time(10))))
        set_target(denyut, 5, "orders", set_at=local(date(2026, 9, 1)), starts=date(2026, 9, 1))
        await live(denyut, date(2026, 9, 2), date(2026, 9, 4))
        assert self.verdicts(denyut) == []

    async def test_one_that_was_taken_back_weeks_before_the_new_one_is_silent(self, denyut: Bench) -> None:
        await self.august(denyut)
        (target,) = denyut.do(lambda db: db.targets.active())
        denyut.do(lambda db: db.targets.end(target.id, local(date(2026, 8, 31), time(20))))
        self.replace_on(denyut, date(2026, 9, 1))
        await live(denyut, date(2026, 9, 2), date(2026, 9, 4))
        assert self.verdicts(denyut) == []

    async def test_a_deadline_that_gives_way_to_the_next_one_is_judged_too(self, denyut: Bench) -> None:
        settle(denyut, owners=("U0BOB",))
        log(denyut, date(2026, 8, 3), 45)
        set_target(denyut, 50, period=None, deadline=date(2026, 8, 31))
        set_target(
            denyut, 90, period=None, deadline=date(2026, 9, 30),
            set_at=local(date(2026, 9, 1), time(10)), starts=date(2026, 9, 1),
        )  # fmt: skip
        await live(denyut, date(2026, 9, 2), date(2026, 9, 11))
        (verdict,) = self.verdicts(denyut)
        assert verdict.startswith("*Leads* missed its target (1–31 Aug 2026): 45.")


class TestOnce:
    async def test_several_targets_of_one_kpi_come_in_one_message(self, denyut: Bench) -> None:
        await fall_behind(denyut)
        set_target(denyut, 600, period=PeriodKind.QUARTER, starts=date(2026, 7, 1))
        denyut.do(lambda db: db.teams.replace("S0SALES", ["U0CITRA"]))
        set_target(denyut, 200, owner="S0SALES")
        await denyut.tick(local(date(2026, 8, 10)))
        (told,) = heard(denyut)
        assert told.count("*Leads*") == 3
        assert len(denyut.dms("U0BOB")[0].message.blocks) == 4

    async def test_what_would_be_a_second_message_that_day_waits_for_the_next(self, denyut: Bench) -> None:
        await fall_behind(denyut)
        await denyut.tick(local(date(2026, 8, 10)))
        set_target(denyut, 600, period=PeriodKind.QUARTER, starts=date(2026, 7, 1))
        await denyut.tick(local(date(2026, 8, 10), time(12)))
        assert len(heard(denyut)) == 1
        await denyut.tick(local(date(2026, 8, 11)))
        assert len(heard(denyut)) == 2
        assert "per quarter" in heard(denyut)[1]

    async def test_two_replicas_that_decide_the_same_tell_it_once(self, denyut: Bench) -> None:
        await fall_behind(denyut)
        now = local(date(2026, 8, 10))

        def decide() -> Any:
            return denyut.do(lambda db: read_decisions(db, now, "ID", "Asia/Jakarta"))

        first, second = decide(), decide()
        assert len(first) == 1
        assert denyut.do(lambda db: service.tell(db, now, first)) == 1
        assert denyut.do(lambda db: service.tell(db, now, second)) == 0
        assert decide() == []

    async def test_what_somebody_else_noted_meanwhile_is_not_gone_back_on(self, denyut: Bench) -> None:
        await fall_behind(denyut)
        now = local(date(2026, 8, 10))
        (decision,) = denyut.do(lambda db: read_decisions(db, now, "ID", "Asia/Jakarta"))
        noted = standings.Standing(decision.target.id, AUGUST_1, Status.BEHIND)
        denyut.do(lambda db: db.targets.note_standing(noted))
        assert denyut.do(lambda db: service.tell(db, now, [decision])) == 0

    async def test_a_message_that_could_not_be_sent_that_day_is_no_news_any_more(self, denyut: Bench) -> None:
        await fall_behind(denyut)
        denyut.do(lambda db: service.tell(db, local(date(2026, 8, 10)), read_decisions(
            db, local(date(2026, 8, 10)), "ID", "Asia/Jakarta")))  # fmt: skip
        await denyut.tick(local(date(2026, 8, 12), time(3)))
        assert heard(denyut) == []


class TestReasonsAndActions:
    async def told(self, denyut: Bench) -> Posted:
        await fall_behind(denyut)
        await denyut.tick(local(date(2026, 8, 10)))
        return denyut.dms("U0BOB")[0]

    @pytest.mark.parametrize(
        ("button", "kind", "line"),
        [
            ("Log a reason", KpiNoteKind.REASON, "Reason: two are ill &lt;!channel&gt;"),
            ("Note an action", KpiNoteKind.ACTION, "Action: two are ill &lt;!channel&gt;"),
        ],
    )
    async def test_what_is_noted_stands_under_the_alert(
        self, denyut: Bench, button: str, kind: KpiNoteKind, line: str
    ) -> None:
        alert = await self.told(denyut)
        await denyut.press(alert, button, user="U0BOB")
        done = await denyut.submit(denyut.form(), {"note": "two are  ill <!channel>"}, user="U0BOB")
        assert "Noted for Leads" in str(done.body)
        (note,) = denyut.do(lambda db: db.catalogue.notes("leads"))
        assert (note.kind, note.text, note.by) == (kind, "two are ill <!channel>", "U0BOB")
        await denyut.tick()
        (posted,) = denyut.dms("U0BOB")
        assert posted.message.text.splitlines()[-1] == line
        assert "fell behind (this month): 45 of 50" in posted.message.text
        (shown,) = [block for block in posted.message.blocks if "two are ill" in str(block)]
        assert shown["text"]["type"] == "plain_text"

    async def test_sent_twice_it_is_kept_once(self, denyut: Bench) -> None:
        alert = await self.told(denyut)
        await denyut.press(alert, "Log a reason", user="U0BOB")
        await submit_twice(denyut, denyut.form(), {"note": "ill"}, "U0BOB")
        assert len(denyut.do(lambda db: db.catalogue.notes("leads"))) == 1

    async def test_nothing_is_not_noted(self, denyut: Bench) -> None:
        alert = await self.told(denyut)
        await denyut.press(alert, "Log a reason", user="U0BOB")
        refused = await denyut.submit(denyut.form(), {"note": "   "}, user="U0BOB")
        assert set(refused.errors) == {"note"}
        assert denyut.do(lambda db: db.catalogue.notes("leads")) == []

    async def test_who_may_not_see_the_kpi_notes_nothing(self, denyut: Bench) -> None:
        alert = await self.told(denyut)
        settle(denyut, owners=("U0BOB",), visibility=Visibility.OWNERS)
        before = len(denyut.slack.views)
        await denyut.press(alert, "Log a reason", user="U0EMMA")
        assert len(denyut.slack.views) == before
        await denyut.press(alert, "Log a reason", user="U0BOB")
        assert len(denyut.slack.views) == before + 1


class TestMuting:
    async def test_one_person_can_be_left_in_peace_about_a_kpi(self, denyut: Bench) -> None:
        await fall_behind(denyut, owners=("U0BOB", "U0DEWI"), drivers=("calls_held",))
        await denyut.tick(local(date(2026, 8, 10), time(11)))
        await denyut.press(denyut.dms("U0BOB")[0], "Mute this KPI", user="U0BOB")
        settings = denyut.do(lambda db: db.catalogue.read().settings("leads"))
        assert (settings.muted, settings.drivers) == (("U0BOB",), ("calls_held",))
        assert heard(denyut)[0].startswith("You get no more alerts about Leads.")
        await denyut.tick(local(date(2026, 8, 12), time(11)))
        assert (len(heard(denyut)), len(heard(denyut, "U0DEWI"))) == (1, 2)
        await denyut.press(denyut.dms("U0BOB")[0], "Alert me again", user="U0BOB")
        log(denyut, date(2026, 8, 12), 100)
        await denyut.tick(local(date(2026, 8, 13), time(11)))
        assert "is back on track" in heard(denyut)[1]


def test_replicas_at_the_same_moment_tell_it_once_on_either_database(storage: Storage) -> None:
    now = local(date(2026, 8, 10))

    def fill(db: UnitOfWork) -> None:
        db.workspace.ensure("Test", now)
        db.members.refresh([Member("U0BOB", "Bob", "en-US", "Asia/Makassar")])
        db.kpis.add(Entry("e1", "leads", "U0BOB", Decimal(45), date(2026, 8, 3), "U0BOB", now, "s1"))
        db.targets.set(Target("t1", "leads", Decimal(190), PeriodKind.MONTH, None, "", "U0BOB", now, AUGUST_1))

    storage.write_now("T1", fill)
    found = [storage.read_now("T1", lambda db: read_decisions(db, now, "ID", "UTC")) for _ in range(4)]
    with ThreadPoolExecutor(4) as replicas:
        told = list(replicas.map(lambda each: storage.write_now("T1", lambda db: service.tell(db, now, each)), found))
    assert sorted(told) == [0, 0, 0, 1]
    standing = storage.read_now("T1", lambda db: db.targets.standings()["t1"])
    assert standing == standings.Standing("t1", AUGUST_1, Status.BEHIND, date(2026, 8, 10))


def test_there_is_a_word_for_every_change() -> None:
    """Every pair of statuses that is told has its sentence in every language."""
    from bot.i18n import load

    texts = load("en")
    tell: Callable[[Status | None, Status], Transition | None] = standings.transition
    told = {
        (change, now) for before in (None, *Status) for now in Status if (change := tell(before, now)) is not None
    }  # fmt: skip
    assert len(told) == 8
    for change, now in told:
        for t in texts.translators.values():
            assert f"kpis.alerts.{change}.{now}" in t
