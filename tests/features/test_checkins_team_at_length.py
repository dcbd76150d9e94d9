"""Team check-ins at their limits: sixty people and ten questions, a quarter of clock, the hours that clocks skip and
repeat."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.checkins.team.facts import PostFacts, Said
from bot.checkins.team.post_parts import parts_of
from bot.checkins.team.post_views import post_message
from bot.checkins.team.templates import items_of
from bot.domain.calendar_periods import PeriodKind
from bot.domain.calendars import OwnCalendar
from bot.domain.catalogue import Catalogue
from bot.domain.checkins import (
    CheckinDefinition,
    ItemKind,
    Run,
    RunState,
    ask_moment,
    period_of,
    posts_at,
    remind_moment,
    value_day,
)
from bot.domain.entries import Confidence
from bot.domain.members import Absence
from bot.domain.workdays import Workdays
from bot.i18n import load
from tests.features.harness import Bench, checked
from tests.features.test_checkins_team import SALES, answer, jakarta
from tests.soak import IS_SOAK, times

DAY = date(2026, 11, 27)
texts = load("en")


def facts(people: int, length: int, questions: int) -> PostFacts:
    items = items_of((), (ItemKind.PROGRESS, ItemKind.BLOCKER), tuple(f"Question {n}?" for n in range(questions)))
    definition = CheckinDefinition("C0SALES", items, time(11), "en")
    run = Run("r1", "c1", DAY, definition, jakarta(11), frozenset(), RunState.POSTED)
    said = tuple(Said(f"U{n:03}", f"Person {n:03}", "<!channel> " + "x" * length) for n in range(people))
    others = tuple((item.text, said) for item in items if item.kind is ItemKind.TEXT)
    period = period_of(PeriodKind.WEEK, DAY)
    sure = {Confidence.ON_TRACK: people}
    return PostFacts(
        run, "Asia/Jakarta", "IDR", jakarta(11), people, people, sure, (), period, Catalogue(), said, said, others
    )


@pytest.mark.parametrize("language", texts.languages)
@pytest.mark.parametrize(("people", "length", "questions"), [(1, 5, 0), (6, 80, 2), (60, 40, 8), (60, 489, 8)])
def test_every_part_of_every_post_is_one_slack_takes_and_says_everything_once(
    language: str, people: int, length: int, questions: int
) -> None:
    long = facts(people, length, questions)
    parts = parts_of(long)
    messages = [checked(post_message(long, texts.t(language), part)) for part in range(len(parts))]
    for each in messages:
        assert len(each.blocks) <= 50
        assert sum(len(str(block)) for block in each.blocks) < 40_000
    taken = [said.member_id for part in parts for said in part.blockers]
    assert taken == [said.member_id for said in long.blockers]
    assert [s.member_id for part in parts for s in part.progress] == taken
    told = [(text, s.member_id) for part in parts for text, some in part.questions for s in some]
    assert told == [(text, s.member_id) for text, some in long.others for s in some]
    buttons = sum("checkin.blocker_taken" in str(block) for each in messages for block in each.blocks)
    assert buttons == people


async def test_a_long_post_goes_on_in_its_thread_and_a_blocker_there_can_be_taken(denyut: Bench) -> None:
    await denyut.command(f"/checkin team {SALES} standup 09:00 post 11:00")
    await denyut.ticks(jakarta(9), timedelta(minutes=30))
    for user in ("U0AYU", "U0BOB", "U0CITRA", "U0DEWI", "U0FAJAR"):
        await answer(denyut, user, blocker=f"{user} " + "b" * 480, progress="p" * 490)
    await denyut.tick(jakarta(11))
    await denyut.tick(jakarta(11, 1))
    post, *replies = denyut.posts("C0SALES")
    assert replies
    assert {each.thread_ts for each in replies} == {post.ts}
    assert "ada di thread" in post.message.text
    there = next(each for each in replies if "Saya bantu" in str(each.message.blocks))
    await denyut.press(there, "Saya bantu", user="U0BOB")
    await denyut.tick()
    assert "<@U0BOB> yang membantu" in there.message.text
    assert "yang membantu" not in post.message.text


async def test_every_working_day_over_the_turn_of_the_year_has_its_post_and_no_other_has(denyut: Bench) -> None:
    first = date(2026, 12, 2) if IS_SOAK else date(2026, 12, 23)
    last = first + timedelta(times(12, soak=90))
    denyut.now = datetime.combine(first - timedelta(days=1), time(5), UTC)
    denyut.slack.channels["C0SALES"] = ["U0AYU", "U0CITRA"]
    await denyut.command(f"/checkin team {SALES} standup 09:00 post 11:00")
    expected = [day for day in days(first, last) if Workdays("ID").is_working_day(day)]
    assert len(expected) < sum(day.weekday() < 5 for day in days(first, last)), "holidays among them"
    for day in days(first, last):
        for hour, minute in ((8, 59), (9, 0), (10, 16), (11, 0), (20, 0)):
            await denyut.tick(datetime.combine(day, time(hour, minute), ZoneInfo("Asia/Jakarta")).astimezone(UTC))
    found = denyut.do(lambda db: db.checkins.runs_of(db.checkins.all()[0].id))
    assert [run.local_date for run in found] == expected
    assert len(denyut.posts("C0SALES")) == len(expected)
    assert len(denyut.dms("U0CITRA")) == 2 * len(expected), "a question and a reminder each"


def days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))


class TestMoments:
    """When somebody is asked; noon in UTC is the moment of the post unless another is said."""

    def test_in_the_hour_that_is_skipped_the_time_moves_forward(self) -> None:
        spring = date(2026, 3, 8)
        own = OwnCalendar(Workdays("SA"), "America/New_York", starts=time(0), ends=time(23))
        closes = datetime(2026, 3, 8, 16, tzinfo=UTC)
        at = ask_moment(own, spring, time(2, 30), datetime(2026, 3, 8, 0, tzinfo=UTC), closes, closes)
        assert at == datetime(2026, 3, 8, 7, 30, tzinfo=UTC), "half past three"

    def test_in_the_hour_that_is_repeated_the_first_counts(self) -> None:
        definition = CheckinDefinition("C1", (), time(1, 30), "en")
        assert posts_at(definition, date(2026, 11, 1), "America/New_York") == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("zone", "hour"),
        [
            ("Asia/Jakarta", 2),
            ("Asia/Makassar", 1),
            ("Asia/Kolkata", 3.5),  # nine there is half past ten in Jakarta, the last moment
            ("Asia/Dubai", None),
            ("Europe/Amsterdam", None),
        ],
    )
    def test_nine_where_they_are_or_not_at_all(self, zone: str, hour: float | None) -> None:
        own = OwnCalendar(Workdays("ID"), zone)
        began = datetime(2026, 11, 26, 22, tzinfo=UTC)
        scheduled, closes = datetime(2026, 11, 27, 2, tzinfo=UTC), datetime(2026, 11, 27, 4, tzinfo=UTC)
        at = ask_moment(own, DAY, time(9), began, scheduled, closes)
        assert at == (datetime(2026, 11, 27, tzinfo=UTC) + timedelta(hours=hour) if hour is not None else None)

    def test_nobody_is_asked_while_away(self) -> None:
        own = OwnCalendar(Workdays("ID"), "Asia/Jakarta", (Absence("U1", DAY, DAY),))
        scheduled, closes = datetime(2026, 11, 27, 2, tzinfo=UTC), datetime(2026, 11, 27, 4, tzinfo=UTC)
        assert ask_moment(own, DAY, time(9), scheduled, scheduled, closes) is None

    def test_who_was_asked_only_just_before_is_not_reminded(self) -> None:
        own = OwnCalendar(Workdays("ID"), "Asia/Jakarta")
        closes = datetime(2026, 11, 27, 4, tzinfo=UTC)
        assert remind_moment(own, closes - timedelta(hours=2), closes) == closes - timedelta(minutes=45)
        assert remind_moment(own, closes - timedelta(minutes=60), closes) is None
        off = OwnCalendar(Workdays("ID"), "Asia/Jakarta", ends=time(10))
        assert remind_moment(off, closes - timedelta(hours=2), closes) is None, "not in their hours any more"


@pytest.mark.parametrize(
    ("kind", "day", "first", "last", "counts_for"),
    [
        (PeriodKind.DAY, date(2026, 11, 27), date(2026, 11, 27), date(2026, 11, 27), date(2026, 11, 27)),
        (PeriodKind.WEEK, date(2026, 11, 27), date(2026, 11, 23), date(2026, 11, 29), date(2026, 11, 27)),
        (PeriodKind.WEEK, date(2026, 11, 26), date(2026, 11, 23), date(2026, 11, 29), date(2026, 11, 26)),
        (PeriodKind.WEEK, date(2026, 11, 25), date(2026, 11, 16), date(2026, 11, 22), date(2026, 11, 22)),
        (PeriodKind.WEEK, date(2026, 11, 23), date(2026, 11, 16), date(2026, 11, 22), date(2026, 11, 22)),
        (PeriodKind.MONTH, date(2026, 12, 1), date(2026, 11, 1), date(2026, 11, 30), date(2026, 11, 30)),
        (PeriodKind.MONTH, date(2026, 12, 30), date(2026, 12, 1), date(2026, 12, 31), date(2026, 12, 30)),
        (PeriodKind.QUARTER, date(2027, 1, 4), date(2026, 10, 1), date(2026, 12, 31), date(2026, 12, 31)),
    ],
)
def test_a_review_is_about_what_is_over_or_nearly_so(
    kind: PeriodKind, day: date, first: date, last: date, counts_for: date
) -> None:
    found = period_of(kind, day)
    assert (found.first, found.last) == (first, last)
    definition = CheckinDefinition("C1", (), time(11), "en", period=kind)
    assert value_day(definition, day, day) == counts_for
    assert value_day(definition, day, day - timedelta(days=20)) == min(counts_for, day - timedelta(days=20))
