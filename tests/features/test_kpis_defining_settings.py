"""What is decided about a KPI, and who may do what in the workspace, through Bolt: the forms, their refusals, the user
groups behind them."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.catalogue import KpiSettings, Visibility
from bot.domain.policies import Policy, Who
from bot.domain.schedules import Cadence, ScheduleKind
from bot.kpis.defining.days_off import parse_days_off, written
from bot.slack import ids
from tests.features.form_elements import Chosen
from tests.features.harness import Answer, Bench
from tests.features.test_kpis_defining import TODAY, block_ids, catalogue, define, define_form, said

GROUPS = {"S0SALES": ("sales", "Sales team", ["U0CITRA", "U0DEWI"]), "S0OPS": ("ops", "Operations", ["U0FAJAR"])}


async def settings_form(denyut: Bench, name: str = "product demos", user: str = "U0BOB") -> dict[str, Any]:
    form = await define_form(denyut, name, user=user)
    if form["callback_id"] != ids.KPI_SETTINGS_FORM:
        await denyut.press(form, "Owners and schedule" if user == "U0BOB" else ids.KPI_SETTINGS_OPENED, user=user)
    return denyut.form()


async def decide(denyut: Bench, name: str = "product demos", user: str = "U0BOB", **inputs: Chosen) -> Answer:
    return await denyut.submit(await settings_form(denyut, name, user), inputs, user=user)


def settings(denyut: Bench, key: str = "product_demos") -> KpiSettings:
    return catalogue(denyut).settings(key)  # type: ignore[no-any-return]


class TestSettings:
    async def test_everything_the_form_asks_is_kept_and_said(self, denyut: Bench) -> None:
        await define(denyut, name_en="Product demos")
        answer = await decide(
            denyut, owners=["U0BOB", "U0CITRA"], cadence="weekly", weekday="4", time="16:30", seen="owners",
            on_track="95", behind="75.5", drivers=["meetings_held"], review="2027-02-01",
        )  # fmt: skip
        assert settings(denyut) == KpiSettings(
            owners=("U0BOB", "U0CITRA"),
            cadence=Cadence.WEEKLY,
            ask_on=4,
            ask_at=time(16, 30),
            visibility=Visibility.OWNERS,
            on_track=Decimal(95),
            behind=Decimal("75.5"),
            drivers=("meetings_held",),
            review_on=date(2027, 2, 1),
        )
        assert said(answer.body["view"]) == (
            "Saved. The settings of *Product demos* are now:\n"
            "Owners: <@U0BOB> and <@U0CITRA>.\n"
            "I ask the owners: Every week, Friday, 16:30.\n"
            "Only the owners and admins see it.\n"
            "On track from 95%, behind from 75.5% of what is expected.\n"
            "Driven by Meetings held.\n"
            "Next review on 1 Feb 2027."
        )

    async def test_a_rhythm_makes_the_schedule_and_its_end_stops_it(self, denyut: Bench) -> None:
        await define(denyut, name_en="Product demos")
        await decide(denyut, cadence="weekly")
        found = denyut.do(lambda db: db.schedules.of_subject(ScheduleKind.KPI, "product_demos"))
        assert found.active
        await decide(denyut, cadence="never")
        assert not denyut.do(lambda db: db.schedules.of_subject(ScheduleKind.KPI, "product_demos")).active

    @pytest.mark.parametrize(
        ("inputs", "field", "why"),
        [
            ({"owners": ["U0GUEST"]}, "owners", "Gus Guest cannot own a KPI"),
            ({"owners": ["U0ROBOT"]}, "owners", "Robot cannot own a KPI"),
            ({"owners": ["U0GONE"]}, "owners", "Gone Person cannot own a KPI"),
            ({"owners": [], "cadence": "weekly"}, "owners", "Choose at least one owner"),
            ({"owners": [], "seen": "owners"}, "owners", "Choose at least one owner"),
            ({"seen": "team"}, "seen", "Choose the user group"),
            ({"on_track": "80", "behind": "90"}, "behind", "The two percentages"),
            ({"on_track": "120"}, "behind", "The two percentages"),
            ({"behind": "0"}, "behind", "The two percentages"),
            ({"review": "2026-11-26"}, "review", "Choose a day to come."),
        ],
    )
    async def test_what_makes_no_sense_is_said_under_its_field(
        self, denyut: Bench, inputs: dict[str, Chosen], field: str, why: str
    ) -> None:
        await define(denyut, name_en="Product demos")
        before = settings(denyut)
        answer = await decide(denyut, **inputs)
        assert list(answer.errors) == [field]
        assert answer.errors[field].startswith(why)
        assert settings(denyut) == before

    async def test_a_computed_one_is_not_asked_for(self, denyut: Bench) -> None:
        await define(denyut, name_en="Demo share", measure="percent", formula="deals won / leads")
        assert "cadence" not in block_ids(await settings_form(denyut, "demo share"))

    async def test_a_process_kpi_has_no_drivers(self, denyut: Bench) -> None:
        assert "drivers" in block_ids(await settings_form(denyut, "revenue"))
        assert "drivers" not in block_ids(await settings_form(denyut, "leads"))

    async def test_the_second_of_two_who_decide_is_told(self, denyut: Bench) -> None:
        await define(denyut, name_en="Product demos")
        mine, theirs = await settings_form(denyut), await settings_form(denyut, user="U0AYU")
        await denyut.submit(theirs, {"on_track": "90"}, user="U0AYU")
        answer = await denyut.submit(mine, {"cadence": "weekly"}, user="U0BOB")
        assert "Somebody else has just changed this KPI" in "".join(answer.errors.values())
        assert settings(denyut).cadence is None

    async def test_only_owners_and_admins(self, denyut: Bench) -> None:
        await define(denyut, name_en="Product demos")
        form = await settings_form(denyut)
        answer = await denyut.submit(form, {"owners": ["U0EMMA"]}, user="U0EMMA")
        assert "Only the owners of this KPI" in "".join(answer.errors.values())
        assert settings(denyut).owners == ("U0BOB",)

    async def test_a_driver_that_the_person_does_not_see_stays(self, denyut: Bench) -> None:
        await define(denyut, name_en="Hidden calls", kind="process", user="U0EMMA")
        denyut.do(
            lambda db: db.catalogue.set_settings("hidden_calls", KpiSettings(("U0EMMA",), visibility=Visibility.OWNERS))
        )
        await define(denyut, name_en="Product demos")
        denyut.do(
            lambda db: db.catalogue.set_settings("product_demos", KpiSettings(("U0BOB",), drivers=("hidden_calls",)))
        )
        answer = await decide(denyut, drivers=["leads"])
        assert settings(denyut).drivers == ("leads", "hidden_calls")
        assert "Hidden calls" not in str(answer.body)


class TestUserGroups:
    @pytest.mark.parametrize(
        ("typed", "drawn"), [("1E+2", "100"), ("1E-7", "0.0000001"), ("9e99", "99"), ("NaN", "99")]
    )
    async def test_a_number_however_it_is_written_does_not_break_the_form_drawn_anew(
        self, denyut: Bench, typed: str, drawn: str
    ) -> None:
        denyut.slack.groups = dict(GROUPS)
        await define(denyut, name_en="Product demos")
        form = await settings_form(denyut)
        before = len(denyut.slack.updated_views)
        await denyut.choose(form, ids.KPI_SETTINGS_SEEN, "team", inputs={"on_track": typed}, user="U0BOB")
        drawn_anew = denyut.slack.updated_views[before:]
        found = [each["element"].get("initial_value") for _, view in drawn_anew for each in view["blocks"]
                 if each.get("block_id") == "on_track"]  # fmt: skip
        assert found == [drawn]

    async def test_they_are_offered_once_a_group_is_to_see_it(self, denyut: Bench) -> None:
        denyut.slack.groups = dict(GROUPS)
        await define(denyut, name_en="Product demos")
        form = await settings_form(denyut)
        assert "team" not in block_ids(form)
        await denyut.choose(form, ids.KPI_SETTINGS_SEEN, "team", inputs={"on_track": "90"}, user="U0BOB")
        offered = denyut.form()
        assert "@sales" in str(offered)
        answer = await denyut.submit(offered, {"team": "S0SALES"}, user="U0BOB")
        assert "<!subteam^S0SALES>, the owners and admins see it." in said(answer.body["view"])
        assert settings(denyut).on_track == Decimal(90)
        assert denyut.do(lambda db: db.teams.members("S0SALES")) == {"U0CITRA", "U0DEWI"}
        assert "Product demos" in (await denyut.command("/kpi lihat product demos", user="U0CITRA")).text
        assert "tidak mengenal" in (await denyut.command("/kpi lihat product demos", user="U0FAJAR")).text

    async def test_who_joins_or_leaves_a_group_is_known_within_the_hour(self, denyut: Bench) -> None:
        denyut.slack.groups = dict(GROUPS)
        await define(denyut, name_en="Product demos")
        denyut.do(
            lambda db: db.catalogue.set_settings(
                "product_demos", KpiSettings(("U0BOB",), visibility=Visibility.TEAM, team="S0SALES")
            )
        )
        await denyut.tick()
        denyut.slack.groups["S0SALES"] = ("sales", "Sales team", ["U0FAJAR"])
        await denyut.tick(denyut.now + timedelta(hours=1))
        assert denyut.do(lambda db: db.teams.members("S0SALES")) == {"U0FAJAR"}

    async def test_a_group_that_is_gone_shows_it_to_nobody(self, denyut: Bench) -> None:
        denyut.slack.groups = dict(GROUPS)
        denyut.do(
            lambda db: db.catalogue.set_settings(
                "leads", KpiSettings(("U0BOB",), visibility=Visibility.TEAM, team="S0SALES")
            )
        )
        await denyut.tick()
        assert denyut.do(lambda db: db.teams.members("S0SALES"))
        del denyut.slack.groups["S0SALES"]
        await denyut.tick(denyut.now + timedelta(hours=1))
        assert not denyut.do(lambda db: db.teams.members("S0SALES"))

    async def test_while_slack_is_away_what_was_known_holds(self, denyut: Bench) -> None:
        denyut.slack.groups = dict(GROUPS)
        denyut.do(
            lambda db: db.catalogue.set_settings(
                "leads", KpiSettings(("U0BOB",), visibility=Visibility.TEAM, team="S0SALES")
            )
        )
        await denyut.tick()
        denyut.slack.refusals["S0SALES"] = "internal_error"
        await denyut.tick(denyut.now + timedelta(hours=1))
        assert denyut.do(lambda db: db.teams.members("S0SALES")) == {"U0CITRA", "U0DEWI"}

    async def test_where_slack_does_not_tell_the_form_says_so(self, denyut: Bench) -> None:
        denyut.slack.refusals["user_groups"] = "missing_scope"
        await define(denyut, name_en="Product demos")
        await denyut.choose(await settings_form(denyut), ids.KPI_SETTINGS_SEEN, "team", user="U0BOB")
        assert "Slack does not let me see the user groups" in said(denyut.form())


class TestRights:
    async def test_admins_change_them_and_it_holds_at_once(self, denyut: Bench) -> None:
        await denyut.command("/kpi hak", user="U0AYU")
        answer = await denyut.submit(
            denyut.form(),
            {
                "define": "admins",
                "target": "owners",
                "log_for_others": "admins",
                "days_off": "2026-12-24 - 2026-12-31\n2 Jan 2027",
            },
            user="U0AYU",
        )
        days = frozenset({date(2026, 12, day) for day in range(24, 32)} | {date(2027, 1, 2)})
        assert denyut.do(lambda db: db.catalogue.policy()) == Policy(Who.ADMINS, Who.OWNERS, Who.ADMINS, days)
        assert "Hari libur perusahaan: 24 Des 2026 – 31 Des 2026, 2 Jan 2027." in said(answer.body["view"])
        assert (await denyut.command("/kpi define", user="U0BOB")).text.startswith("Only admins can define KPIs here.")

    async def test_everybody_else_reads_them(self, denyut: Bench) -> None:
        denyut.do(lambda db: db.catalogue.set_policy(Policy(define=Who.ADMINS, days_off=frozenset({TODAY}))))
        answer = await denyut.command("/kpi rights", user="U0BOB")
        assert answer.text == (
            "Who may do what with KPIs\nDefine KPIs: Admins.\nSet targets for the team: Every member.\n"
            "Log values for others: The owners of the KPI, and admins.\nCompany days off: 26 Nov 2026.\n"
            "Admins can change this with the same command."
        )
        assert not denyut.slack.shown

    async def test_the_form_of_an_admin_does_not_work_for_others(self, denyut: Bench) -> None:
        await denyut.command("/kpi rights", user="U0AYU")
        answer = await denyut.submit(denyut.form(), {"define": "admins"}, user="U0BOB")
        assert "Only admins can change this." in "".join(answer.errors.values())
        assert denyut.do(lambda db: db.catalogue.policy()) == Policy()

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("2026-12-24\nChristmas", "Line 2: I cannot read “Christmas” as a day."),
            ("2026-12-31 - 2026-12-24", "Line 1: “2026-12-31 - 2026-12-24” ends before it begins"),
            ("2026-01-01 - 2028-01-01", "Line 1:"),
            ("3/4/2027", "Line 1: “3/4/2027” can be two different days. Write it like 2027-04-03."),
        ],
    )
    async def test_a_day_nobody_can_read_is_told_with_its_line(self, denyut: Bench, text: str, why: str) -> None:
        denyut.do(lambda db: db.members.set_language("U0AYU", "en"))
        await denyut.command("/kpi rights", user="U0AYU")
        answer = await denyut.submit(denyut.form(), {"days_off": text}, user="U0AYU")
        assert answer.errors["days_off"].startswith(why)
        assert not denyut.do(lambda db: db.catalogue.policy()).days_off

    def test_what_the_form_shows_is_read_again(self) -> None:
        days = parse_days_off("24 dec - 31 dec\n2027-02-01 sampai 2027-02-03\n\n17/8/2027", TODAY, "id")
        assert written(days) == "2026-12-24 - 2026-12-31\n2027-02-01 - 2027-02-03\n2027-08-17"
        assert parse_days_off(written(days), TODAY, "en") == days

    async def test_days_off_are_no_days_to_be_written_to(self, denyut: Bench) -> None:
        denyut.do(lambda db: db.catalogue.set_policy(Policy(days_off=frozenset({date(2027, 3, 1)}))))
        await define(denyut, name_en="Product demos")
        await denyut.tick(datetime.fromisoformat("2027-03-01T03:00:00+00:00"))
        assert not [each for each in denyut.dms("U0BOB") if "quarterly" in each.message.text]
        await denyut.tick(datetime.fromisoformat("2027-03-02T03:00:00+00:00"))
        assert [each for each in denyut.dms("U0BOB") if "quarterly" in each.message.text]
