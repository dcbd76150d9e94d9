"""`/checkin 1on1`: who meets whom when, points, the agenda, what came of a meeting. Bob (Makassar, English) and Citra
(Jakarta, Indonesian) are the two; it is a Thursday, 15:00 in Jakarta."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest

from bot.domain.actions import ActionSource
from bot.domain.members import Absence
from bot.domain.one_on_ones import Meeting, MeetingState, OneOnOne
from bot.domain.schedules import Cadence, Rule, ScheduleKind
from tests.features.harness import Bench, Posted

BEGIN = "/checkin 1on1 <@U0CITRA|citra> every 2 weeks thu 14:00"
FIRST = datetime(2026, 12, 3, 6, 0, tzinfo=UTC)  # 14:00 in Makassar, 13:00 in Jakarta
MORNING_BEFORE = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)  # 9:00 in Jakarta, 10:00 in Makassar


async def begin(denyut: Bench, line: str = BEGIN, user: str = "U0BOB") -> OneOnOne:
    answer = await denyut.command(line, user=user)
    assert "meet" in answer.text or "bertemu" in answer.text, answer.text
    await denyut.tick()
    pair = denyut.do(lambda db: db.one_on_ones.of(user))[0]
    assert isinstance(pair, OneOnOne)
    return pair


def rule_of(denyut: Bench, pair: OneOnOne) -> Rule:
    rule = denyut.do(lambda db: db.schedules.of_subject(ScheduleKind.ONE_ON_ONE, pair.id)).rule
    assert isinstance(rule, Rule)
    return rule


def meetings(denyut: Bench, pair: OneOnOne) -> list[Meeting]:
    return list(denyut.do(lambda db: db.one_on_ones.meetings([pair.id])))


def dm(denyut: Bench, user: str, words: str) -> Posted:
    found = [posted for posted in denyut.dms(user) if words in posted.message.text]
    assert found, f"{user} was not told {words!r}, but {[posted.message.text for posted in denyut.dms(user)]}"
    return found[-1]


class TestSettingUp:
    async def test_a_line_is_enough_and_the_other_one_hears_of_it_at_once(self, denyut: Bench) -> None:
        pair = await begin(denyut)
        assert pair.people == ("U0BOB", "U0CITRA")
        assert rule_of(denyut, pair) == Rule(Cadence.TWO_WEEKS, date(2026, 12, 3), time(14), "Asia/Makassar")
        assert pair.minutes == 60
        told = dm(denyut, "U0CITRA", "<@U0BOB> ingin bertemu rutin")
        assert "Kam 3 Des, 13.00" in told.message.text, "in her own zone and language"

    @pytest.mark.parametrize(
        "line",
        [
            "/checkin 1-1 thu 14:00 <@U0CITRA|citra> every 2 weeks",
            "/checkin empatmata <@U0CITRA|citra> tiap 2 minggu kamis 14.00",
            "/checkin empatmata kamis tiap 2 minggu <@U0CITRA|citra> jam 2 siang 60 menit",
            "/checkin 1on1 <@U0CITRA|citra> every 2 weeks 14:00 from 2026-12-03",
        ],
    )
    async def test_in_any_order_and_either_language(self, denyut: Bench, line: str) -> None:
        pair = await begin(denyut, line)
        rule = rule_of(denyut, pair)
        assert (rule.cadence, rule.anchor, rule.at) == (Cadence.TWO_WEEKS, date(2026, 12, 3), time(14))

    @pytest.mark.parametrize(
        ("words", "cadence", "anchor", "at", "minutes"),
        [
            ("weekly mon 09:30 30 min", Cadence.WEEKLY, date(2026, 11, 30), time(9, 30), 30),
            ("bulanan 15 14.00 1 jam", Cadence.MONTHLY, date(2026, 12, 15), time(14), 60),
            ("every month", Cadence.MONTHLY, date(2026, 12, 3), time(14), 60),
            ("quarterly 10 08:00 90 menit", Cadence.QUARTERLY, date(2026, 12, 10), time(8), 90),
        ],
    )
    async def test_rhythms_and_lengths(
        self, denyut: Bench, words: str, cadence: Cadence, anchor: date, at: time, minutes: int
    ) -> None:
        pair = await begin(denyut, f"/checkin 1on1 <@U0CITRA|citra> {words}")
        rule = rule_of(denyut, pair)
        assert (rule.cadence, rule.anchor, rule.at, pair.minutes) == (cadence, anchor, at, minutes)

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("/checkin 1on1 <@U0BOB|bob> weekly", "need to be two"),
            ("/checkin 1on1 <@U0GUEST|gus> weekly", "not a full member"),
            ("/checkin 1on1 <@U0ROBOT|robot> weekly", "not a full member"),
            ("/checkin 1on1 <@U0OUT|otto> weekly", "not a full member"),
            ("/checkin 1on1 <@U0GONE|gone>", "not a full member"),
            ("/checkin 1on1 <@UNOBODY|x> weekly", "not a full member"),
            ("/checkin 1on1 citra weekly", "With whom?"),
            ("/checkin 1on1 <@U0CITRA|citra> daily 09:00", "every week, every 2 weeks"),
            ("/checkin 1on1 <@U0CITRA|citra> weekly sometime", "I do not understand “sometime”"),
            ("/checkin 1on1 <@U0CITRA|citra> monthly fri", "does not fix a day"),
            ("/checkin 1on1 <@U0CITRA|citra> weekly 15", "is a day of the month"),
            ("/checkin 1on1 <@U0CITRA|citra> weekly 2026-11-20", "has gone by"),
            ("/checkin 1on1 <@U0CITRA|citra> weekly sat 10:00", "is a day off for one of you"),
            ("/checkin 1on1 <@U0CITRA|citra> weekly 5 min", "10 to 240 minutes"),
            ("/checkin 1on1 <@U0CITRA|citra> point hello", "no one-on-one with"),
        ],
    )
    async def test_what_cannot_be_is_refused_kindly_and_changes_nothing(
        self, denyut: Bench, line: str, said: str
    ) -> None:
        assert said in (await denyut.command(line, user="U0BOB")).text
        assert denyut.do(lambda db: db.one_on_ones.all()) == []

    async def test_guests_and_outsiders_cannot_set_one_up(self, denyut: Bench) -> None:
        for user in ("U0GUEST", "U0OUT"):
            assert "members" in (await denyut.command(BEGIN, user=user)).text
        assert denyut.do(lambda db: db.one_on_ones.all()) == []

    async def test_the_form_does_the_same(self, denyut: Bench) -> None:
        empty = await denyut.command("/checkin 1on1", user="U0BOB")
        assert "no one-on-ones yet" in empty.text
        await denyut.press(empty, "Set one up", user="U0BOB")
        inputs = {"person": "U0CITRA", "cadence": "weekly", "day": "2026-12-03", "time": "10:00", "minutes": "30"}
        await denyut.submit(denyut.form(), inputs, user="U0BOB")
        pair = denyut.do(lambda db: db.one_on_ones.all())[0]
        assert (pair.people, pair.minutes) == (("U0BOB", "U0CITRA"), 30)
        assert rule_of(denyut, pair) == Rule(Cadence.WEEKLY, date(2026, 12, 3), time(10), "Asia/Makassar")

    @pytest.mark.parametrize(
        ("inputs", "block", "said"),
        [
            ({"person": "U0BOB"}, "person", "two"),
            ({"person": "U0GUEST"}, "person", "This person is not a full member"),
            ({"person": "U0CITRA", "day": "2026-11-20"}, "day", "gone by"),
            ({"person": "U0CITRA", "day": "2026-11-28", "cadence": "weekly"}, "day", "day off"),
        ],
    )
    async def test_the_form_says_where_it_is_wrong(
        self, denyut: Bench, inputs: dict[str, str], block: str, said: str
    ) -> None:
        await denyut.press(await denyut.command("/checkin 1on1", user="U0BOB"), "Set one up", user="U0BOB")
        answer = await denyut.submit(denyut.form(), inputs, user="U0BOB")
        assert said in answer.errors[block]

    async def test_a_mention_alone_opens_the_form_with_the_person(self, denyut: Bench) -> None:
        await denyut.command("/checkin 1on1 <@U0CITRA|citra>", user="U0BOB")
        assert denyut.form()["blocks"][0]["element"]["initial_user"] == "U0CITRA"

    async def test_a_second_one_of_the_same_two_changes_the_first(self, denyut: Bench) -> None:
        pair = await begin(denyut)
        answer = await denyut.command("/checkin 1on1 <@U0BOB|bob> mingguan jumat 10.00", user="U0CITRA")
        assert "Diubah" in answer.text
        assert [each.id for each in denyut.do(lambda db: db.one_on_ones.all())] == [pair.id]
        assert rule_of(denyut, pair) == Rule(Cadence.WEEKLY, date(2026, 11, 27), time(10), "Asia/Jakarta")
        await denyut.tick()
        assert "<@U0CITRA> changed when the two of you meet" in dm(denyut, "U0BOB", "changed").message.text
        assert [each.local_date for each in meetings(denyut, pair)] == [date(2026, 11, 27), date(2026, 12, 4)]

    async def test_only_what_is_said_changes(self, denyut: Bench) -> None:
        pair = await begin(denyut)
        await denyut.command("/checkin 1on1 <@U0CITRA|citra> 15:30", user="U0BOB")
        assert rule_of(denyut, pair) == Rule(Cadence.TWO_WEEKS, date(2026, 12, 3), time(15, 30), "Asia/Makassar")
        assert [each.starts_at for each in meetings(denyut, pair)] == [FIRST + timedelta(minutes=90)]

    async def test_the_other_one_proposes_another_time_or_ends_it_from_the_message(self, denyut: Bench) -> None:
        pair = await begin(denyut)
        told = dm(denyut, "U0CITRA", "ingin bertemu rutin")
        await denyut.press(told, "Usulkan waktu lain", user="U0CITRA")
        await denyut.submit(denyut.form(), {"time": "15:00"}, user="U0CITRA")
        assert rule_of(denyut, pair).at == time(15)
        await denyut.press(told, "Akhiri", user="U0CITRA")
        assert "sudah diakhiri" in told.message.text
        await denyut.tick()
        assert denyut.do(lambda db: db.one_on_ones.all()) == []
        assert "has ended your one-on-one" in dm(denyut, "U0BOB", "ended").message.text
        before = len(denyut.slack.posted)
        await denyut.ticks(FIRST + timedelta(days=15), timedelta(hours=6))
        assert len(denyut.slack.posted) == before, "nothing more comes of it"

    async def test_the_list_names_all_of_ones_own(self, denyut: Bench) -> None:
        await begin(denyut)
        await begin(denyut, "/checkin 1on1 <@U0BOB|bob> weekly fri 10:00", "U0EMMA")
        listed = await denyut.command("/checkin 1on1", user="U0BOB")
        assert "You have 2 one-on-ones" in listed.text
        assert listed.text.index("<@U0EMMA>") < listed.text.index("<@U0CITRA>"), "the next one first"
        assert "every week on Friday, 10:00 Europe/Amsterdam" in listed.text, "with the zone, as it is another"
        assert "Next: Thu 3 Dec, 14:00." in listed.text


class TestPoints:
    async def test_a_point_is_seen_by_its_author_alone_until_the_agenda_is_out(self, denyut: Bench) -> None:
        await begin(denyut)
        kept = await denyut.command("/checkin 1on1 <@U0CITRA|citra> point the new prices", user="U0BOB")
        assert "You alone see it" in kept.text
        mine = (await denyut.command("/checkin 1on1 <@U0CITRA|citra>", user="U0BOB")).text
        hers = (await denyut.command("/checkin 1on1 <@U0BOB|bob>", user="U0CITRA")).text
        preview = (await denyut.command("/checkin empatmata <@U0BOB|bob> agenda", user="U0CITRA")).text
        assert "the new prices" in mine
        assert "the new prices" not in hers + preview
        await denyut.tick(MORNING_BEFORE)
        assert "the new prices" in dm(denyut, "U0CITRA", "Pertemuan empat matamu dengan <@U0BOB>").message.text
        assert "the new prices" in (await denyut.command("/checkin 1on1 <@U0BOB|bob>", user="U0CITRA")).text

    async def test_once_the_agenda_is_out_a_point_stands_on_it_for_both(self, denyut: Bench) -> None:
        await begin(denyut)
        await denyut.tick(MORNING_BEFORE)
        hers = dm(denyut, "U0CITRA", "Pertemuan empat matamu")
        await denyut.press(hers, "Tambah poin", user="U0CITRA")
        assert "langsung melihat" in str(denyut.form())
        await denyut.submit(denyut.form(), {"point": "target akhir tahun"}, user="U0CITRA")
        await denyut.tick()
        assert "target akhir tahun" in hers.message.text
        assert "target akhir tahun" in dm(denyut, "U0BOB", "Your one-on-one with").message.text

    async def test_its_author_takes_it_back_and_nobody_else_can(self, denyut: Bench) -> None:
        pair = await begin(denyut)
        await denyut.command("/checkin 1on1 <@U0CITRA|citra> point the new prices", user="U0BOB")
        card = await denyut.command("/checkin 1on1 <@U0CITRA|citra>", user="U0BOB")
        button = next(block["accessory"] for block in card.blocks if "accessory" in block)
        await denyut.click(button["action_id"], button["value"], user="U0CITRA")
        assert len(denyut.do(lambda db: db.one_on_ones.open_points(pair.id))) == 1
        await denyut.click(button["action_id"], button["value"], user="U0BOB")
        assert denyut.do(lambda db: db.one_on_ones.open_points(pair.id)) == []

    @pytest.mark.parametrize(("text", "said"), [("", "Write what you want"), ("x" * 501, "at most 500")])
    async def test_a_point_says_something_and_not_too_much(self, denyut: Bench, text: str, said: str) -> None:
        await begin(denyut)
        assert said in (await denyut.command(f"/checkin 1on1 <@U0CITRA|citra> point {text}", user="U0BOB")).text

    async def test_fifty_points_fit_into_every_message_and_form(self, denyut: Bench) -> None:
        pair = await begin(denyut)
        for number in range(50):
            await denyut.command(f"/checkin 1on1 <@U0CITRA|citra> point {number} {'&<>' * 150}", user="U0BOB")
        full = await denyut.command("/checkin 1on1 <@U0CITRA|citra> point one more", user="U0BOB")
        assert "50 open points already" in full.text
        await denyut.command("/checkin 1on1 <@U0CITRA|citra>", user="U0BOB")
        await denyut.command("/checkin 1on1 <@U0CITRA|citra> agenda", user="U0BOB")
        await denyut.tick(MORNING_BEFORE)
        assert "and 30 more" in dm(denyut, "U0BOB", "Your one-on-one").message.text
        await denyut.ticks(FIRST + timedelta(minutes=75), timedelta(hours=3))
        await denyut.press(dm(denyut, "U0BOB", "How did your one-on-one"), "Write it down", user="U0BOB")
        boxes = [block for block in denyut.form()["blocks"] if block.get("block_id", "").startswith("points_")]
        options = [option["value"] for block in boxes for option in block["element"]["options"]]
        assert len(options) == 50
        ticked = {boxes[0]["block_id"]: options[:10], boxes[4]["block_id"]: options[40:]}
        await denyut.submit(denyut.form(), ticked, user="U0BOB")
        assert len(denyut.do(lambda db: db.one_on_ones.open_points(pair.id))) == 30

    async def test_what_people_type_stays_text(self, denyut: Bench) -> None:
        await begin(denyut)
        await denyut.click("oneonone.point", '{"v":1,"pair":"x"}', user="U0BOB")
        card = await denyut.command("/checkin 1on1 <@U0CITRA|citra>", user="U0BOB")
        await denyut.press(card, "Add a point", user="U0BOB")
        await denyut.submit(denyut.form(), {"point": "<!channel> <https://evil.test|click> & more"}, user="U0BOB")
        await denyut.tick(MORNING_BEFORE)
        agenda = dm(denyut, "U0CITRA", "Pertemuan empat matamu")
        said = agenda.message.text + str(agenda.message.blocks)
        assert "&lt;!channel&gt; &lt;https://evil.test|click&gt; &amp; more" in said
        assert "<!channel>" not in said


class TestCard:
    """The card of a one-on-one as a form, as Home and the lists of actions open it."""

    async def opened(self, denyut: Bench, pair: OneOnOne) -> dict[str, object]:
        await denyut.click("oneonone.opened", f'{{"v":1,"pair":"{pair.id}"}}', user="U0BOB")
        return denyut.form()

    async def test_its_buttons_work_within_the_form(self, denyut: Bench) -> None:
        pair = await begin(denyut)
        await denyut.press(await self.opened(denyut, pair), "Add a point", user="U0BOB")
        await denyut.submit(denyut.form(), {"point": "prices"}, user="U0BOB")
        await denyut.press(await self.opened(denyut, pair), "Agenda", user="U0BOB")
        agenda = denyut.form()
        assert "prices" in str(agenda)
        await denyut.press(agenda, "Skip this time", user="U0BOB")
        assert "is left out" in str(denyut.form())
        assert meetings(denyut, pair)[0].state is MeetingState.SKIPPED
        await denyut.press(await self.opened(denyut, pair), "Take back", user="U0BOB")
        assert "No open points" in str(denyut.form())
        await denyut.press(denyut.form(), "End it", user="U0BOB")
        assert "has ended" in str(denyut.form())

    async def test_a_proposal_can_be_taken_on_it(self, denyut: Bench) -> None:
        pair = await begin(denyut)
        denyut.do(lambda db: db.members.add_absence(Absence("U0CITRA", date(2026, 12, 3), date(2026, 12, 4))))
        await denyut.tick()
        await denyut.press(await self.opened(denyut, pair), "Take it", user="U0BOB")
        assert meetings(denyut, pair)[0].state is MeetingState.PLANNED


class TestAYear:
    async def test_two_in_jakarta_and_amsterdam_meet_exactly_when_the_calendar_says(self, denyut: Bench) -> None:
        """Every other Thursday at 15:30 in Jakarta over a year of Indonesian holidays and both changes of the clocks in
        Amsterdam; each slot that is proposed is taken. The dates are found by a loop over the calendar itself."""
        await denyut.command("/checkin 1on1 <@U0EMMA|emma> 2 mingguan 15.30 2026-12-03", user="U0CITRA")
        pair = denyut.do(lambda db: db.one_on_ones.all())[0]
        end = datetime(2027, 12, 8, tzinfo=UTC)
        while denyut.now < end:
            await denyut.tick()  # 15:00 in Jakarta, 9:00 or 10:00 in Amsterdam
            for meeting in meetings(denyut, pair):
                if meeting.state is MeetingState.PROPOSED:
                    line = "/checkin empatmata <@U0EMMA|emma> ambil"
                    assert "bertemu" in (await denyut.command(line, user="U0CITRA")).text
            denyut.now += timedelta(days=1)
        jakarta = ZoneInfo("Asia/Jakarta")
        held = [each.starts_at.astimezone(jakarta) for each in meetings(denyut, pair) if each.starts_at < end]
        expected = self.days(date(2026, 12, 3), end.date())
        assert [each.date() for each in held] == expected
        assert {each.time() for each in held} == {time(15, 30)}
        assert any(each.weekday() != 3 for each in expected), "holidays are among them"
        for user, head in (("U0CITRA", "Pertemuan empat matamu dengan"), ("U0EMMA", "Your one-on-one with")):
            agendas = denyut.do(
                lambda db: db.deliveries.of_purposes(["oneonones.agenda"], datetime(2026, 1, 1, tzinfo=UTC))
            )
            starts = {each.facts["starts"] for each in agendas if each.receiver == user and each.state == "sent"}
            assert starts == {each.astimezone(UTC).isoformat() for each in held}, head
            asked = denyut.do(
                lambda db: db.deliveries.of_purposes(["oneonones.after"], datetime(2026, 1, 1, tzinfo=UTC))
            )
            assert len([each for each in asked if each.receiver == user]) == len(held)

    def days(self, first: date, end: date) -> list[date]:
        calendar = holidays.country_holidays("ID", years=(2026, 2027), expand=False)
        found = []
        while first < end:
            day = first
            while day.weekday() > 4 or day in calendar:
                day += timedelta(days=1)
            found.append(day)
            first += timedelta(days=14)
        return found


class TestAgenda:
    async def test_each_gets_it_in_the_morning_of_the_working_day_before_in_their_language(self, denyut: Bench) -> None:
        await begin(denyut)
        await denyut.tick(MORNING_BEFORE - timedelta(minutes=90))
        assert not [posted for posted in denyut.dms("U0BOB") if "Your one-on-one" in posted.message.text]
        await denyut.tick(MORNING_BEFORE - timedelta(minutes=30))
        assert dm(denyut, "U0BOB", "Your one-on-one with <@U0CITRA>: Thu 3 Dec, 14:00, 60 minutes"), "9:30 in Makassar"
        assert not [posted for posted in denyut.dms("U0CITRA") if "Pertemuan empat matamu" in posted.message.text], (
            "8:30 in Jakarta"
        )
        await denyut.tick(MORNING_BEFORE)
        assert dm(denyut, "U0CITRA", "Pertemuan empat matamu dengan <@U0BOB>: Kam 3 Des, 13.00, 60 menit")
        sent = len(denyut.slack.posted)
        await denyut.tick(MORNING_BEFORE + timedelta(hours=1))
        assert len(denyut.slack.posted) == sent, "once"

    async def test_it_tells_their_kpis_actions_and_prompts(self, denyut: Bench) -> None:
        await begin(denyut)
        await denyut.command("/kpi target leads 40 per month", user="U0AYU")
        await denyut.command("/kpi log leads 12 on 2026-11-25", user="U0BOB")
        denyut.now = MORNING_BEFORE - timedelta(days=1)
        agenda = (await denyut.command("/checkin 1on1 <@U0CITRA|citra> agenda", user="U0BOB")).text
        assert "Your KPIs, Sun 1 Nov – Mon 30 Nov" in agenda
        assert "\n<@U0BOB>\n• Leads: *12*." in agenda
        assert "To begin with" in agenda

    async def test_each_ones_numbers_stand_under_their_name_said_once(self, denyut: Bench) -> None:
        await begin(denyut)
        await denyut.command("/kpi target leads 40 per month for <@U0BOB|bob>", user="U0AYU")
        for kpi, value in (("leads", 12), ("orders", 3)):
            for user in ("U0BOB", "U0CITRA"):
                await denyut.command(f"/kpi log {kpi} {value} on 2026-11-25", user=user)
        denyut.now = MORNING_BEFORE - timedelta(days=1)
        agenda = await denyut.command("/checkin 1on1 <@U0CITRA|citra> agenda", user="U0BOB")
        said = agenda.text[agenda.text.index("Your KPIs") : agenda.text.index("To begin with")].splitlines()[1:]
        assert [line for line in said if line.startswith("<@")] == ["<@U0BOB>", "<@U0CITRA>"], "a name once each"
        assert [line.split(":")[0] for line in said if line.startswith("•")] == ["• Orders", "• Leads"] * 2
        assert next(line for line in said if "Leads" in line).startswith("• Leads: *12*. Target 40")
        assert not [block for block in agenda.blocks if block["type"] == "table"], "a table is cut on a phone"

    async def test_a_kpi_that_one_of_them_may_not_see_is_not_on_it(self, denyut: Bench) -> None:
        from bot.domain.catalogue import KpiSettings, Visibility

        await begin(denyut)
        await denyut.command("/kpi log leads 12", user="U0BOB")
        line = "/checkin 1on1 <@U0CITRA|citra> agenda"
        assert "• Leads: *12*" in (await denyut.command(line, user="U0BOB")).text
        hidden = KpiSettings(owners=("U0BOB",), visibility=Visibility.OWNERS)
        denyut.do(lambda db: db.catalogue.set_settings("leads", hidden))
        assert "• Leads: *12*" not in (await denyut.command(line, user="U0BOB")).text

    async def test_it_can_be_moved_and_skipped_and_the_other_one_hears_of_it(self, denyut: Bench) -> None:
        pair = await begin(denyut)
        await denyut.tick(MORNING_BEFORE)
        mine, hers = dm(denyut, "U0BOB", "Your one-on-one"), dm(denyut, "U0CITRA", "Pertemuan empat matamu")
        await denyut.press(mine, "Move", user="U0BOB")
        answer = await denyut.submit(denyut.form(), {"day": "2026-12-05"}, user="U0BOB")
        assert "day off" in answer.errors["day"]
        answer = await denyut.submit(denyut.form(), {"day": "2026-12-17"}, user="U0BOB")
        assert "next meeting comes on 17 Dec 2026" in answer.errors["day"]
        await denyut.submit(denyut.form(), {"day": "2026-12-04", "time": "15:00"}, user="U0BOB")
        await denyut.tick()
        assert meetings(denyut, pair)[0].starts_at == datetime(2026, 12, 4, 7, 0, tzinfo=UTC)
        assert "memindahkan pertemuan kalian ke Jum 4 Des, 14.00" in dm(denyut, "U0CITRA", "memindahkan").message.text
        assert "Agenda ini untuk Kam 3 Des, 13.00" in hers.message.text
        assert "bertemu Jum 4 Des, 14.00" in hers.message.text, "the agenda says how things are"
        assert "actions" not in {block["type"] for block in hers.message.blocks}, "a new one comes for the new day"
        await denyut.press(dm(denyut, "U0CITRA", "memindahkan"), "Lewati kali ini", user="U0CITRA")
        await denyut.tick()
        assert meetings(denyut, pair)[0].state is MeetingState.SKIPPED
        assert "is leaving out your meeting on Fri 4 Dec, 15:00" in dm(denyut, "U0BOB", "leaving out").message.text

    @pytest.mark.parametrize(
        ("line", "starts"),
        [
            ("move fri 15:00", datetime(2026, 12, 4, 7, 0, tzinfo=UTC)),
            ("pindah 16.00", datetime(2026, 12, 3, 8, 0, tzinfo=UTC)),
            ("move 2026-12-08", datetime(2026, 12, 8, 6, 0, tzinfo=UTC)),
        ],
    )
    async def test_moving_by_typing(self, denyut: Bench, line: str, starts: datetime) -> None:
        pair = await begin(denyut)
        denyut.now = MORNING_BEFORE
        await denyut.command(f"/checkin 1on1 <@U0CITRA|citra> {line}", user="U0BOB")
        assert meetings(denyut, pair)[0].starts_at == starts

    @pytest.mark.parametrize("line", ["move", "move weekly", "move somewhen"])
    async def test_moving_to_no_moment_is_refused(self, denyut: Bench, line: str) -> None:
        pair = await begin(denyut)
        await denyut.command(f"/checkin 1on1 <@U0CITRA|citra> {line}", user="U0BOB")
        assert meetings(denyut, pair)[0].starts_at == FIRST


class TestAfterwards:
    async def held(self, denyut: Bench) -> OneOnOne:
        pair = await begin(denyut)
        await denyut.command("/checkin 1on1 <@U0CITRA|citra> point the new prices", user="U0BOB")
        await denyut.command("/checkin 1on1 <@U0BOB|bob> poin cuti", user="U0CITRA")
        await denyut.go_to(FIRST + timedelta(minutes=75))
        return pair

    async def test_either_writes_it_down_and_the_others_message_turns_into_the_outcome(self, denyut: Bench) -> None:
        pair = await self.held(denyut)
        mine, hers = (
            dm(denyut, "U0BOB", "How did your one-on-one"),
            dm(denyut, "U0CITRA", "Bagaimana pertemuan empat matamu"),
        )
        await denyut.press(mine, "Write it down", user="U0BOB")
        points = denyut.do(lambda db: db.one_on_ones.open_points(pair.id))
        done = next(point.id for point in points if point.text == "the new prices")
        inputs = {
            "notes": "prices go up in May",
            "points_0": [done],
            "action_1": "tell the <team>",
            "owner_1": "U0CITRA",
            "due_1": "2026-12-10",
            "action_2": "write it up",
        }
        await denyut.submit(denyut.form(), inputs, user="U0BOB")
        await denyut.tick()
        assert meetings(denyut, pair)[0].state is MeetingState.HELD
        for posted in (mine, hers):
            assert "prices go up in May" in posted.message.text
            assert "tell the &lt;team&gt; (<@U0CITRA>" in posted.message.text
        assert "Dicatat oleh <@U0BOB>, Kam 3 Des" in str(hers.message.blocks)
        actions = denyut.do(lambda db: db.actions.of_source(ActionSource.ONE_ON_ONE, [pair.id]))
        kept = {(each.text, each.owner_id, each.partner_id, each.due_on) for each in actions}
        assert kept == {
            ("tell the <team>", "U0CITRA", "U0BOB", date(2026, 12, 10)),
            ("write it up", "U0BOB", "U0CITRA", None),
        }
        assert [each.text for each in denyut.do(lambda db: db.one_on_ones.open_points(pair.id))] == ["cuti"]
        await denyut.press(hers, "Ubah atau tambah", user="U0CITRA")
        await denyut.submit(denyut.form(), {"notes": "harga naik bulan Mei"}, user="U0CITRA")
        await denyut.tick()
        assert "harga naik bulan Mei" in mine.message.text
        assert "Written down by <@U0CITRA>" in str(mine.message.blocks)

    async def test_next_time_the_agenda_carries_over_points_and_actions(self, denyut: Bench) -> None:
        await self.held(denyut)
        await denyut.press(dm(denyut, "U0BOB", "How did"), "Write it down", user="U0BOB")
        await denyut.submit(denyut.form(), {"action_1": "call Emma", "due_1": "2026-12-10"}, user="U0BOB")
        await denyut.ticks(MORNING_BEFORE + timedelta(days=14), timedelta(hours=3))
        agenda = denyut.dms("U0BOB")
        text = next(each.message.text for each in reversed(agenda) if "Your one-on-one with" in each.message.text)
        assert "Thu 17 Dec" in text
        assert text.index("Carried over") < text.index("cuti") < text.index("Agreed")
        assert "call Emma (<@U0BOB>, was due Thu 10 Dec)" in text

    async def test_it_did_not_take_place(self, denyut: Bench) -> None:
        pair = await self.held(denyut)
        hers = dm(denyut, "U0CITRA", "Bagaimana")
        await denyut.press(hers, "Tidak jadi bertemu", user="U0CITRA")
        assert meetings(denyut, pair)[0].state is MeetingState.SKIPPED
        assert "tercatat tidak berlangsung" in hers.message.text

    async def test_notes_by_typing(self, denyut: Bench) -> None:
        pair = await self.held(denyut)
        answer = await denyut.command("/checkin empatmata <@U0BOB|bob> catatan harga naik", user="U0CITRA")
        assert "harga naik" in answer.text
        meeting = meetings(denyut, pair)[0]
        assert (meeting.state, meeting.notes, meeting.notes_by) == (MeetingState.HELD, "harga naik", "U0CITRA")

    async def test_wrong_actions_are_said_where_they_stand(self, denyut: Bench) -> None:
        await self.held(denyut)
        await denyut.press(dm(denyut, "U0BOB", "How did"), "Write it down", user="U0BOB")
        answer = await denyut.submit(denyut.form(), {"action_2": "late", "due_2": "2026-11-01"}, user="U0BOB")
        assert "gone by" in answer.errors["due_2"]

    async def test_what_nobody_noted_counts_as_skipped_after_a_week(self, denyut: Bench) -> None:
        pair = await self.held(denyut)
        hers = dm(denyut, "U0CITRA", "Bagaimana")
        await denyut.ticks(FIRST + timedelta(days=6, hours=23), timedelta(hours=8))
        assert meetings(denyut, pair)[0].state is MeetingState.PLANNED
        await denyut.tick(FIRST + timedelta(days=7))
        assert meetings(denyut, pair)[0].state is MeetingState.SKIPPED
        assert "tercatat tidak berlangsung" in hers.message.text

    async def test_nothing_is_written_down_before_it_begins(self, denyut: Bench) -> None:
        pair = await begin(denyut)
        value = f'{{"v":1,"pair":"{pair.id}","on":"2026-12-03"}}'
        await denyut.click("oneonone.missed", value, user="U0BOB")
        assert meetings(denyut, pair)[0].state is MeetingState.PLANNED

    async def test_who_has_not_met_for_a_month_reads_so(self, denyut: Bench) -> None:
        await begin(denyut)
        denyut.now += timedelta(days=31)
        assert "more than a month" not in (await denyut.command("/checkin 1on1", user="U0BOB")).text
        denyut.now += timedelta(days=1)
        assert "more than a month" in (await denyut.command("/checkin 1on1", user="U0BOB")).text


class TestDaysOff:
    async def test_a_holiday_is_moved_to_the_next_day_both_work_if_one_of_them_takes_it(self, denyut: Bench) -> None:
        # Christmas Day of 2026 is a Friday
        pair = await begin(denyut, "/checkin 1on1 <@U0CITRA|citra> weekly 14:00 from 2026-12-18")
        await denyut.ticks(datetime(2026, 12, 16, 3, 0, tzinfo=UTC), timedelta(hours=12))
        christmas = denyut.do(lambda db: db.one_on_ones.meeting(pair.id, date(2026, 12, 25)))
        assert christmas.state is MeetingState.PROPOSED
        assert christmas.starts_at == datetime(2026, 12, 28, 6, 0, tzinfo=UTC), "Monday, at the same time"
        mine, hers = dm(denyut, "U0BOB", "instead?"), dm(denyut, "U0CITRA", "saja?")
        assert "Fri 25 Dec is a day off. Meet <@U0CITRA> on Mon 28 Dec, 14:00 instead?" in mine.message.text
        assert "Jum 25 Des hari libur. Bertemu <@U0BOB> Sen 28 Des, 13.00 saja?" in hers.message.text
        await denyut.press(hers, "Setuju", user="U0CITRA")
        await denyut.tick()
        taken = denyut.do(lambda db: db.one_on_ones.meeting(pair.id, date(2026, 12, 25)))
        assert taken.state is MeetingState.PLANNED
        assert "You and <@U0CITRA> meet on Mon 28 Dec, 14:00" in mine.message.text
        assert "<@U0CITRA> took the new time" in dm(denyut, "U0BOB", "took").message.text

    async def test_days_away_entered_later_move_it_too(self, denyut: Bench) -> None:
        pair = await begin(denyut)
        denyut.do(lambda db: db.members.add_absence(Absence("U0CITRA", date(2026, 12, 3), date(2026, 12, 4))))
        await denyut.tick()
        meeting = meetings(denyut, pair)[0]
        assert (meeting.state, meeting.starts_at) == (MeetingState.PROPOSED, datetime(2026, 12, 7, 6, 0, tzinfo=UTC))
        asked = dm(denyut, "U0BOB", "<@U0CITRA> does not work on Thu 3 Dec")
        assert "Kamu tidak bekerja pada Kam 3 Des" in dm(denyut, "U0CITRA", "Kamu tidak bekerja").message.text
        await denyut.press(asked, "Skip this time", user="U0BOB")
        assert meetings(denyut, pair)[0].state is MeetingState.SKIPPED

    async def test_without_an_answer_it_is_left_out_quietly(self, denyut: Bench) -> None:
        pair = await begin(denyut)
        denyut.do(lambda db: db.members.add_absence(Absence("U0BOB", date(2026, 12, 3), date(2026, 12, 3))))
        await denyut.tick()
        hers = dm(denyut, "U0CITRA", "saja?")
        sent = len(denyut.slack.posted)
        await denyut.tick(FIRST + timedelta(hours=21))
        assert meetings(denyut, pair)[0].state is MeetingState.PROPOSED
        await denyut.tick(FIRST + timedelta(hours=22))
        assert meetings(denyut, pair)[0].state is MeetingState.SKIPPED
        assert "dilewati" in hers.message.text
        assert len(denyut.slack.posted) == sent

    async def test_with_no_slot_before_the_next_date_it_is_left_out_and_said_so(self, denyut: Bench) -> None:
        pair = await begin(denyut, "/checkin 1on1 <@U0CITRA|citra> weekly thu 14:00")
        denyut.do(lambda db: db.members.add_absence(Absence("U0CITRA", date(2026, 12, 3), date(2026, 12, 9))))
        await denyut.tick()
        assert meetings(denyut, pair)[0].state is MeetingState.SKIPPED
        assert "no other day that suits both" in dm(denyut, "U0BOB", "no other day").message.text

    async def test_after_an_outage_no_agenda_comes_but_the_question_how_it_went_does(self, denyut: Bench) -> None:
        await begin(denyut)
        await denyut.tick(FIRST + timedelta(hours=2))
        assert not [posted for posted in denyut.dms("U0BOB") if "Your one-on-one" in posted.message.text]
        assert dm(denyut, "U0BOB", "How did your one-on-one")

    async def test_after_a_long_outage_nothing_comes(self, denyut: Bench) -> None:
        await begin(denyut)
        sent = len(denyut.slack.posted)
        await denyut.tick(FIRST + timedelta(hours=26))
        assert len(denyut.slack.posted) == sent

    async def test_who_leaves_the_workspace_ends_it(self, denyut: Bench) -> None:
        from dataclasses import replace

        pair = await begin(denyut)
        gone = replace(denyut.slack.members["U0CITRA"], is_deleted=True)
        denyut.do(lambda db: db.members.refresh([gone]))
        await denyut.tick()
        assert not denyut.do(lambda db: db.one_on_ones.get(pair.id)).active
        assert "no longer a member" in dm(denyut, "U0BOB", "no longer").message.text


@pytest.mark.parametrize("line", ["0 minutes", "every week thu 0 menit", "5 minutes"])
async def test_a_meeting_of_no_time_is_refused_and_not_taken_for_the_usual_one(denyut: Bench, line: str) -> None:
    pair = await begin(denyut)
    said = await denyut.command(f"/checkin 1on1 <@U0CITRA|citra> {line}", user="U0BOB")
    assert "10" in said.text
    assert "Changed" not in said.text
    assert rule_of(denyut, pair) == Rule(Cadence.TWO_WEEKS, date(2026, 12, 3), time(14), "Asia/Makassar")


async def test_people_and_channels_in_a_point_or_note_stand_there_by_name(denyut: Bench) -> None:
    pair = await begin(denyut)
    said = await denyut.command(
        "/checkin 1on1 <@U0CITRA|citra> point ask <@U0DEWI|dewi> in <#C0SALES|sales>", user="U0BOB"
    )
    assert "ask @dewi in #sales" in said.text
    denyut.now = FIRST + timedelta(minutes=30)
    said = await denyut.command("/checkin 1on1 <@U0CITRA|citra> notes <@U0DEWI|dewi> joins us", user="U0BOB")
    assert [each.notes for each in meetings(denyut, pair) if each.notes] == ["@dewi joins us"], said.text
