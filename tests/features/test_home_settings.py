"""What people decide about themselves, on Home and with `/checkin hours`: kept, refused where it makes no sense."""

from datetime import date, time

import pytest

from bot.domain.members import Absence, Member
from tests.features.harness import Bench
from tests.features.test_home import home_of


async def settings_form(denyut: Bench, user: str = "U0BOB") -> dict[str, object]:
    await home_of(denyut, user)
    await denyut.press(denyut.slack.homes[user], "Change my settings", user=user)
    return denyut.form()


def bob(denyut: Bench) -> Member:
    found: Member = denyut.do(lambda db: db.members.get("U0BOB"))
    return found


async def test_everything_is_kept_with_one_confirmation(denyut: Bench) -> None:
    form = await settings_form(denyut)
    chosen = {"zone": "wit", "starts": "10:00", "ends": "15:00", "free_weekdays": ["4"], "named": ["yes"]}
    answer = await denyut.submit(form, chosen, user="U0BOB")
    member = bob(denyut)
    assert (member.zone, member.asked_from, member.asked_until) == ("Asia/Jayapura", time(10), time(15))
    assert (member.free_weekdays, member.may_be_named) == (frozenset({4}), True)
    said = str(answer.body["view"])
    for each in ("Asia/Jayapura", "between 10:00 and 15:00", "Friday", "may name you"):
        assert each in said
        assert each in str(denyut.slack.homes["U0BOB"]), "Home says so at once"


async def test_what_was_left_as_it_was_goes_on_following_slack(denyut: Bench) -> None:
    form = await settings_form(denyut)
    await denyut.submit(form, {"named": ["yes"]}, user="U0BOB")
    member = bob(denyut)
    assert (member.language, member.zone, member.asked_from, member.asked_until) == ("", "", None, None)


async def test_the_form_shows_what_holds(denyut: Bench) -> None:
    denyut.do(lambda db: db.members.set_hours("U0BOB", time(11), time(14), frozenset({2})))
    form = await settings_form(denyut)
    await denyut.submit(form, {}, user="U0BOB")
    member = bob(denyut)
    assert (member.asked_from, member.asked_until, member.free_weekdays) == (time(11), time(14), frozenset({2}))


@pytest.mark.parametrize(
    ("chosen", "place", "said"),
    [
        ({"zone": "Mars/Olympus"}, "zone", "I do not know the time zone"),
        ({"starts": "16:00", "ends": "10:00"}, "ends", "has to be before"),
        ({"starts": "10:00", "ends": "10:00"}, "ends", "has to be before"),
        ({"starts": "10:00", "ends": "11:59"}, "ends", "less than 2 hours"),
        ({"free_weekdays": ["0", "1", "2", "3", "4"]}, "free_weekdays", "no working day would be left"),
    ],
)
async def test_what_makes_no_sense_is_said_at_its_input_and_changes_nothing(
    denyut: Bench, chosen: dict[str, str | list[str]], place: str, said: str
) -> None:
    form = await settings_form(denyut)
    answer = await denyut.submit(form, {"named": ["yes"], **chosen}, user="U0BOB")
    assert said in answer.body["errors"][place]
    assert bob(denyut).may_be_named is False


async def test_exactly_two_hours_and_one_weekday_are_enough(denyut: Bench) -> None:
    form = await settings_form(denyut)
    chosen = {"starts": "10:00", "ends": "12:00", "free_weekdays": ["0", "1", "2", "3"]}
    answer = await denyut.submit(form, chosen, user="U0BOB")
    assert "errors" not in answer.body


class TestDaysAway:
    async def test_they_are_added_listed_and_removed(self, denyut: Bench) -> None:
        await home_of(denyut, "U0BOB")
        await denyut.press(denyut.slack.homes["U0BOB"], "Add days away", user="U0BOB")
        await denyut.submit(denyut.form(), {"first": "2026-12-24", "last": "2027-01-02"}, user="U0BOB")
        assert "Away: 24 Dec 2026 – 2 Jan 2027" in str(denyut.slack.homes["U0BOB"])
        assert absences(denyut) == [Absence("U0BOB", date(2026, 12, 24), date(2027, 1, 2))]
        await denyut.press(denyut.slack.homes["U0BOB"], "Remove", user="U0BOB")
        assert "Away:" not in str(denyut.slack.homes["U0BOB"])
        assert absences(denyut) == []

    async def test_only_my_own_are_removed(self, denyut: Bench) -> None:
        for user in ("U0BOB", "U0EMMA"):
            await denyut.command("/checkin away 2026-12-24 2026-12-28", user=user)
        await home_of(denyut, "U0BOB")
        await denyut.press(denyut.slack.homes["U0BOB"], "Remove", user="U0EMMA")
        assert [each.member_id for each in absences(denyut)] == ["U0BOB"]

    async def test_days_that_are_over_are_not_listed(self, denyut: Bench) -> None:
        denyut.do(lambda db: db.members.add_absence(Absence("U0BOB", date(2026, 11, 2), date(2026, 11, 25))))
        assert "Away:" not in await home_of(denyut, "U0BOB")
        denyut.do(lambda db: db.members.add_absence(Absence("U0BOB", date(2026, 11, 2), date(2026, 11, 26))))
        assert "Away: 2 Nov 2026 – 26 Nov 2026" in await home_of(denyut, "U0BOB")

    @pytest.mark.parametrize(
        ("first", "last"), [("2026-12-02", "2026-12-01"), ("2026-01-01", "2026-01-02"), ("2026-12-01", "2028-12-01")]
    )
    async def test_days_that_make_no_sense_are_refused(self, denyut: Bench, first: str, last: str) -> None:
        await home_of(denyut, "U0BOB")
        await denyut.press(denyut.slack.homes["U0BOB"], "Add days away", user="U0BOB")
        answer = await denyut.submit(denyut.form(), {"first": first, "last": last}, user="U0BOB")
        assert "last" in answer.body["errors"]
        assert absences(denyut) == []


def absences(denyut: Bench) -> list[Absence]:
    found: list[Absence] = denyut.do(lambda db: db.members.absences(date.min, date.max))
    return found


class TestHoursTyped:
    @pytest.mark.parametrize(
        ("words", "starts", "ends"),
        [
            ("10:00 16:00", time(10), time(16)),
            ("10 16", time(10), time(16)),
            ("10:00-16:30", time(10), time(16, 30)),
            ("from 10am to 4pm", time(10), time(16)),
            ("jam 10 sampai jam 4 sore", time(10), time(16)),
            ("pukul 08.30 – 15.00", time(8, 30), time(15)),
        ],
    )
    async def test_hours_in_both_languages(self, denyut: Bench, words: str, starts: time, ends: time) -> None:
        answer = await denyut.command(f"/checkin hours {words}", user="U0BOB")
        assert "I write to you between" in answer.text
        assert (bob(denyut).asked_from, bob(denyut).asked_until) == (starts, ends)

    @pytest.mark.parametrize(
        ("words", "days"),
        [
            ("off fri", {4}),
            ("off friday and saturday", {4, 5}),
            ("libur jumat, rabu", {4, 2}),
            ("off minggu", {6}),
        ],
    )
    async def test_weekdays_in_both_languages(self, denyut: Bench, words: str, days: set[int]) -> None:
        await denyut.command(f"/checkin jam {words}", user="U0BOB")
        assert bob(denyut).free_weekdays == days

    async def test_one_leaves_the_other_and_none_takes_weekdays_back(self, denyut: Bench) -> None:
        await denyut.command("/checkin hours 10:00 16:00", user="U0BOB")
        answer = await denyut.command("/checkin hours off fri", user="U0BOB")
        assert "between 10:00 and 16:00" in answer.text
        assert "Your weekdays off: Friday." in answer.text
        await denyut.command("/checkin hours off none", user="U0BOB")
        assert (bob(denyut).asked_from, bob(denyut).free_weekdays) == (time(10), frozenset())

    async def test_without_words_it_says_what_holds_and_how_to_change_it(self, denyut: Bench) -> None:
        answer = await denyut.command("/checkin hours", user="U0BOB")
        assert "between 09:00 and 17:00" in answer.text
        assert "/checkin hours off fri" in answer.text

    async def test_the_usual_hours_are_nobodys_own(self, denyut: Bench) -> None:
        await denyut.command("/checkin hours 10:00 16:00", user="U0BOB")
        await denyut.command("/checkin hours 9 17", user="U0BOB")
        assert bob(denyut).asked_from is None

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ("now", "could not read hours"),
            ("10:00", "could not read hours"),
            ("16:00 10:00", "has to be before"),
            ("10:00 11:00", "less than 2 hours"),
            ("off someday", "could not read weekdays"),
            ("off", "could not read weekdays"),
            ("off mon tue wed thu fri", "no working day would be left"),
        ],
    )
    async def test_what_is_not_understood_changes_nothing(self, denyut: Bench, words: str, said: str) -> None:
        answer = await denyut.command(f"/checkin hours {words}", user="U0BOB")
        assert said in answer.text
        assert (bob(denyut).asked_from, bob(denyut).free_weekdays) == (None, frozenset())


class TestNamedTyped:
    @pytest.mark.parametrize(("words", "may"), [("yes", True), ("boleh", True), ("no", False), ("Tidak", False)])
    async def test_in_both_languages(self, denyut: Bench, words: str, may: bool) -> None:
        denyut.do(lambda db: db.members.set_may_be_named("U0BOB", not may))
        await denyut.command(f"/checkin named {words}", user="U0BOB")
        assert bob(denyut).may_be_named is may

    async def test_without_words_it_says_what_holds(self, denyut: Bench) -> None:
        assert "Summaries do not name you." in (await denyut.command("/checkin named", user="U0BOB")).text

    async def test_what_is_not_understood_changes_nothing(self, denyut: Bench) -> None:
        assert "could not read" in (await denyut.command("/checkin named perhaps", user="U0BOB")).text
        assert bob(denyut).may_be_named is False


class TestDaysAwayTakenBackTyped:
    async def test_by_their_first_day(self, denyut: Bench) -> None:
        await denyut.command("/checkin away 2026-12-24 2027-01-02", user="U0BOB")
        await denyut.command("/checkin away 2026-12-28 2026-12-29", user="U0BOB")
        answer = await denyut.command("/checkin away cancel 2026-12-24", user="U0BOB")
        assert "Taken back: 24 Dec 2026 – 2 Jan 2027." in answer.text
        assert [each.first for each in absences(denyut)] == [date(2026, 12, 28)]

    @pytest.mark.parametrize("words", ["2026-12-25", "2026-12-24 2026-12-25", ""])
    async def test_only_days_that_were_noted(self, denyut: Bench, words: str) -> None:
        await denyut.command("/checkin away 2026-12-24 2027-01-02", user="U0BOB")
        await denyut.command(f"/checkin cuti batal {words}", user="U0BOB")
        assert len(absences(denyut)) == 1

    async def test_nobody_elses(self, denyut: Bench) -> None:
        await denyut.command("/checkin away 2026-12-24 2027-01-02", user="U0BOB")
        await denyut.command("/checkin away cancel 2026-12-24", user="U0EMMA")
        assert len(absences(denyut)) == 1
