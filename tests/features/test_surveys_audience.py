"""Whom a survey asks: channels, groups and people without exceptions; what authors type and hear; what is frozen."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.audiences import Audience
from bot.domain.bank import of_driver
from bot.domain.members import LeftOut
from bot.domain.surveys import Receivers, RoundState
from bot.middleware import typed
from bot.slack.gateway import SlackUnreachable
from tests.features.harness import Bench
from tests.features.survey_steps import added, changed, crowd, definition, dues, invited, newest, sent, told
from tests.features.test_surveys import ASKED, CREATE, question

SUPPORT = "<!subteam^S0SUP|@support>"


@pytest.fixture
def denyut(denyut: Bench) -> Bench:
    denyut.slack.groups["S0SUP"] = ("support", "Support", ["U0DEWI", "U0EMMA", "U0FAJAR"])
    denyut.slack.channels["C0OPS"] = ["U0AYU", "U0BOB", "U0CITRA", "U0ROBOT", "U0DENYUT"]
    return denyut


class TestWhoIsAsked:
    async def test_channels_groups_and_people_each_once_without_the_exceptions(self, denyut: Bench) -> None:
        audience = Audience(("C0OPS",), ("S0SUP",), ("U0DEWI", "U0GUEST"), exceptions=("U0BOB",))
        added(denyut, definition(audience))

        asked = await sent(denyut)

        assert set(invited(denyut, asked)) == {"U0AYU", "U0CITRA", "U0DEWI", "U0EMMA", "U0FAJAR"}
        said = told(denyut, about="is asking")
        for part in (
            "5 people",
            "<#C0OPS>",
            "<!subteam^S0SUP>",
            "1 guest",
            "1 bot",
            "1 person left out on purpose",
        ):
            assert part in said

    async def test_guests_and_people_of_other_companies_only_where_the_author_wishes_it(self, denyut: Bench) -> None:
        added(denyut, definition(), "without")
        with_guests = Audience(("C0SALES",), included=(LeftOut.GUEST,))
        added(denyut, definition(with_guests), "with-guests")

        without, included = await sent(denyut, "without"), await sent(denyut, "with-guests")

        assert set(invited(denyut, without)) == ASKED
        assert set(invited(denyut, included)) == {*ASKED, "U0GUEST"}
        assert denyut.dms("U0GUEST")

    async def test_who_joins_later_is_not_part_of_the_running_round_but_of_the_next(self, denyut: Bench) -> None:
        added(denyut, definition())
        first = await sent(denyut)
        newcomer = replace(denyut.slack.members["U0BOB"], id="U0NEW")
        denyut.slack.members["U0NEW"] = newcomer
        denyut.slack.channels["C0SALES"].append("U0NEW")

        await denyut.ticks(denyut.now + timedelta(days=6), timedelta(hours=12))
        assert "U0NEW" not in invited(denyut, first)
        assert denyut.dms("U0NEW") == []

        await denyut.command("/pulse close pulse", user="U0BOB")
        assert "U0NEW" in invited(denyut, await sent(denyut))

    @pytest.mark.parametrize("leaving", [{"is_deleted": True}, {"is_guest": True}])
    async def test_who_leaves_gets_no_prompt_of_whatever_kind_any_more(
        self, denyut: Bench, leaving: dict[str, bool]
    ) -> None:
        await denyut.command(CREATE)
        denyut.now = denyut.now.replace(hour=3)  # 10:00 in Jakarta; Amsterdam still sleeps
        asked = await sent(denyut, "enps-sales", user="U0AYU")
        await denyut.click("survey.later", f'{{"v":1,"round":"{asked.id}"}}', user="U0BOB")
        for member_id in ("U0EMMA", "U0BOB", "U0DEWI"):
            changed(denyut, member_id, **leaving)
        before = {user: len(denyut.dms(user)) for user in ASKED}

        await denyut.tick(denyut.now + timedelta(days=1))
        await denyut.command("/pulse remind enps-sales")
        await denyut.ticks(denyut.now + timedelta(days=6), timedelta(hours=12))

        assert question(denyut, "U0EMMA") is None
        assert len(denyut.dms("U0BOB")) == before["U0BOB"]
        assert len(denyut.dms("U0DEWI")) == before["U0DEWI"]
        assert len(denyut.dms("U0CITRA")) > before["U0CITRA"]

    async def test_a_named_survey_may_ask_a_single_person(self, denyut: Bench) -> None:
        one = Audience(people=("U0CITRA",))
        added(denyut, definition(one, is_named=True), "named")
        added(denyut, definition(one), "anonymous")

        assert (await sent(denyut, "named")).asked == 1
        assert (await sent(denyut, "anonymous")).state is RoundState.FAILED
        assert "at least 3" in told(denyut)

    async def test_five_thousand_people_with_one_look_at_what_they_are_owed(
        self, denyut: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        crowd(denyut, 5000)
        added(denyut, definition(Audience(("C0CROWD",)), 3), "crowd")
        looks = []
        reads = type(denyut.do(lambda db: db.deliveries)).to_many
        monkeypatch.setattr(
            "storage.deliveries.Deliveries.to_many", lambda self, *given: looks.append(given) or reads(self, *given)
        )
        denyut.sender.finish()  # five thousand messages are not this test's matter

        asked = await sent(denyut, "crowd")

        assert (asked.state, asked.asked) == (RoundState.OPEN, 5000)
        assert len(dues(denyut, asked)) == 5000
        assert len(looks) == 1


class TestWhatSlackRefuses:
    @pytest.mark.parametrize(
        ("place", "code", "says"),
        [
            ("C0OPS", "not_in_channel", "I am not in <#C0OPS>. Type `/invite @Denyut` there"),
            ("C0OPS", "channel_not_found", "I cannot see <#C0OPS>"),
            ("C0OPS", "is_archived", "<#C0OPS> is archived"),
            ("S0SUP", "no_such_subteam", "I cannot find the user group <!subteam^S0SUP>"),
            ("S0SUP", "missing_scope", "who is in <!subteam^S0SUP>. Ask an admin to reinstall me"),
            ("S0SUP", "some_other_reason", "Slack said: some_other_reason"),
        ],
    )
    async def test_the_author_hears_which_place_it_is_and_what_to_do(
        self, denyut: Bench, place: str, code: str, says: str
    ) -> None:
        denyut.slack.refusals[place] = code
        added(denyut, definition(Audience(("C0SALES", "C0OPS"), ("S0SUP",))))

        asked = await sent(denyut)

        assert asked.state is RoundState.FAILED
        assert says in told(denyut, about="could not start")
        assert denyut.dms("U0CITRA") == []

    async def test_while_a_group_cannot_be_read_the_round_waits(
        self, denyut: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def unreachable(group: str) -> list[str]:
            raise SlackUnreachable("no route")

        added(denyut, definition(Audience(groups=("S0SUP",))))
        with monkeypatch.context() as away:
            away.setattr(denyut.slack, "group_members", unreachable)
            assert (await sent(denyut)).state is RoundState.LAUNCHING
        await denyut.tick()

        assert newest(denyut).asked == 3


class TestBreakdowns:
    async def test_who_is_in_several_channels_belongs_to_the_first_one_named(self, denyut: Bench) -> None:
        added(denyut, definition(Audience(("C0OPS", "C0SALES"), people=("U0AYU",)), breakdown="channel"))

        groups = invited(denyut, await sent(denyut))

        assert groups == {
            **dict.fromkeys(("U0AYU", "U0BOB", "U0CITRA"), "C0OPS"),
            **dict.fromkeys(("U0DEWI", "U0EMMA", "U0FAJAR"), "C0SALES"),
        }

    async def test_by_user_group_zone_and_imported_attribute(self, denyut: Bench) -> None:
        denyut.do(lambda db: db.members.set_attributes("team", {"U0AYU": "North", "U0EMMA": "South"}))
        everybody = Audience(("C0SALES",), ("S0SUP",))
        wanted = {"group": "group", "zone": "zone", "team": "attribute:team", "nothing": ""}
        for handle, breakdown in wanted.items():
            added(denyut, definition(everybody, breakdown=breakdown), handle)

        found = {handle: invited(denyut, await sent(denyut, handle)) for handle in wanted}

        assert [found["group"][each] for each in ("U0DEWI", "U0EMMA", "U0AYU")] == ["S0SUP", "S0SUP", ""]
        assert [found["zone"][each] for each in ("U0DEWI", "U0EMMA")] == ["Asia/Jakarta", "Europe/Amsterdam"]
        assert [found["team"][each] for each in ("U0AYU", "U0EMMA", "U0BOB")] == ["North", "South", ""]
        assert set(found["nothing"].values()) == {""}


class TestFrozen:
    async def test_each_round_draws_new_questions_until_all_were_asked(self, denyut: Bench) -> None:
        drivers = ("goals", "meaning")
        pool = {each.id for driver in drivers for each in of_driver(driver)}
        added(denyut, definition(count=1, drivers=drivers, draws=2))
        drawn = []
        for _ in range(len(pool) // 2):
            asked = await sent(denyut)
            assert asked.definition.draws == 0
            drawn.append([each.bank for each in asked.questions[1:]])
            await denyut.command("/pulse close pulse", user="U0BOB")
            await denyut.tick(denyut.now + timedelta(days=14))

        flat = [key for each in drawn for key in each]
        assert set(flat) == pool
        assert len(flat) == len(pool), "none came twice"

    async def test_what_is_changed_while_it_is_open_counts_from_the_next_round_on(self, denyut: Bench) -> None:
        survey = added(denyut, definition())
        await sent(denyut)
        denyut.do(lambda db: db.surveys.update(replace(survey, definition=definition(count=4, is_named=True))))

        assert len(newest(denyut).questions) == 1
        assert not newest(denyut).definition.is_named
        await denyut.command("/pulse close pulse", user="U0BOB")
        assert len((await sent(denyut)).questions) == 4


class TestTyped:
    @pytest.mark.parametrize(
        ("line", "handle", "audience"),
        [
            (f"<#C0SALES|sales> {SUPPORT} weekly", "enps-sales-support", Audience(("C0SALES",), ("S0SUP",))),
            (f"weekly {SUPPORT} mon 09:00", "enps-support", Audience(groups=("S0SUP",))),
            (
                "<#C0OPS|ops> kecuali <@U0BOB|bob> dan <@U0AYU|ayu> mingguan senin",
                "enps-ops",
                Audience(("C0OPS",), exceptions=("U0BOB", "U0AYU")),
            ),
            (
                "<@U0AYU|ayu> <@U0BOB|bob>, <@U0CITRA|citra> monthly",
                "enps-1",
                Audience(people=("U0AYU", "U0BOB", "U0CITRA")),
            ),
        ],
    )
    async def test_an_audience_is_any_mix_in_any_order(
        self, denyut: Bench, line: str, handle: str, audience: Audience
    ) -> None:
        reply = await denyut.command(f"/pulse enps {line}", user="U0BOB")

        survey = denyut.do(lambda db: db.surveys.by_handle(handle))
        assert survey is not None, reply.text
        assert survey.definition.audience == audience
        assert len(denyut.do(lambda db: db.schedules.active())) == 1

    @pytest.mark.parametrize(
        ("line", "says"),
        [
            ("<@U0AYU|ayu> <@U0BOB|bob>", "anonymous answers need at least 3"),
            ("<@U0AYU|ayu> <@U0BOB|bob> <@U0EMMA|emma> except <@U0EMMA|emma>", "You named 2 people"),
            ("<#C0SALES|sales> except", "Name the people to leave out"),
            (f"<#C0SALES|sales> except {SUPPORT}", "Name the people to leave out"),
            ("weekly mon", "I found nobody to ask"),
            ("<#C0SALES|sales> #support weekly", "I found nobody to ask in “#support”"),
            ("<#C0SALES|sales> @support weekly", "I found nobody to ask in “@support”"),
            ("<#C0SALES|sales> weekly from 1 dec until 30 nov", "is before the first one"),
            ("<#C0SALES|sales> until 30 dec", "Only a survey that repeats has a last day"),
        ],
    )
    async def test_what_cannot_be_meant_is_refused_at_once(self, denyut: Bench, line: str, says: str) -> None:
        reply = await denyut.command(f"/pulse enps {line}", user="U0BOB")

        assert says in reply.text
        assert denyut.do(lambda db: db.surveys.all()) == []

    async def test_a_place_that_slack_does_not_know_is_no_word_about_when(self, denyut: Bench) -> None:
        reply = await denyut.command("/pulse new weekly #support", user="U0BOB")

        assert "I found nobody to ask in “#support”" in reply.text
        assert denyut.do(lambda db: db.surveys.all()) == []

    async def test_several_surveys_may_share_a_channel_but_one_enps_survey_is_all_of_it(self, denyut: Bench) -> None:
        await denyut.command(CREATE, user="U0BOB")
        await denyut.command(f"{CREATE} {SUPPORT}", user="U0BOB")
        refused = await denyut.command(CREATE, user="U0BOB")

        assert "has the survey `enps-sales` already" in refused.text
        assert {each.handle for each in denyut.do(lambda db: db.surveys.all())} == {"enps-sales", "enps-sales-support"}
        by_channel = await denyut.command("/pulse pause <#C0SALES|sales>", user="U0BOB")
        assert "`enps-sales` is paused" in by_channel.text

    async def test_a_channel_of_two_surveys_is_asked_back_about_and_one_among_others_is_found(
        self, denyut: Bench
    ) -> None:
        added(denyut, definition(Audience(("C0OPS", "C0SALES"))), "both")
        found = await denyut.command("/pulse pause <#C0SALES|sales>", user="U0BOB")
        assert "`both` is paused" in found.text
        for handle in ("one", "two"):
            added(denyut, definition(), handle)

        which = await denyut.command("/pulse send <#C0SALES|sales>", user="U0BOB")

        assert "one, two" in which.text

    async def test_the_same_command_twice_makes_one_survey_of_people(self, denyut: Bench) -> None:
        line = "/pulse enps <@U0AYU|ayu> <@U0BOB|bob> <@U0CITRA|citra>"
        first = await denyut.command(line, user="U0BOB", trigger="same")
        second = await denyut.command(line, user="U0BOB", trigger="same")

        assert first.text == second.text
        assert len(denyut.do(lambda db: db.surveys.all())) == 1

    def test_a_group_that_was_typed_out_by_hand_names_nobody(self) -> None:
        assert "<!" not in typed("&lt;!subteam^S0SUP|@support&gt;")
        assert typed(SUPPORT) == SUPPORT


class TestToldToAuthors:
    async def test_in_their_language_with_who_gets_the_results(self, denyut: Bench) -> None:
        to = Receivers(people=("U0DEWI",), channel_id="C0OPS")
        for author, handle in (("U0BOB", "english"), ("U0CITRA", "indonesian")):
            added(denyut, definition(receivers=to), handle, author=author)
            await sent(denyut, handle, user=author)

        assert "The results go to you, <@U0DEWI>" in told(denyut, "U0BOB", about="english")
        assert "Hasilnya dikirim ke kamu, <@U0DEWI>" in told(denyut, "U0CITRA", about="indonesian")

    async def test_an_admin_who_starts_it_reads_who_made_it(self, denyut: Bench) -> None:
        added(denyut, definition(), author="U0BOB")
        await sent(denyut, user="U0AYU")

        assert "<@U0BOB>" in told(denyut, "U0AYU", about="pulse")
