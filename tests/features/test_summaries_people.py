"""What a summary tells of people: pulse results only as they were decided and promised, wins by name only where it is
allowed, promises of the channel, and whose numbers are missing only to the lead."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from bot.domain import privacy
from bot.domain.actions import Action, ActionSource, ActionState
from bot.domain.audiences import Audience
from bot.domain.bank import usual_question
from bot.domain.catalogue import KpiSettings, Visibility
from bot.domain.enps import SCALE_0_10
from bot.domain.entries import Confidence, Entry
from bot.domain.periods import PeriodKind
from bot.domain.questions import QuestionKind, enps_question
from bot.domain.schedules import Cadence
from bot.domain.summaries import SummaryDefinition
from bot.domain.surveys import Definition, Receivers, Round, RoundFacts, RoundState, Survey
from bot.domain.targets import Target
from bot.summaries.previews import Preview, Wanted, read_preview
from storage import new_id
from tests.features.harness import Bench, checked

MONDAY = datetime(2026, 11, 30, 2, tzinfo=UTC)  # 09:00 in Jakarta
LAST_WEEK = date(2026, 11, 23)
FRIDAY = datetime(2026, 11, 27, 3, tzinfo=UTC)
WORKLOAD = usual_question("workload_amount", QuestionKind.AGREEMENT, "workload")
RECOGNITION = usual_question("recognition_valued", QuestionKind.AGREEMENT, "recognition")
Counts = Mapping[str, Mapping[int, int]]
SPREAD = {"workload_amount": {2: 4, 3: 4, 4: 2}, "recognition_valued": {4: 5, 5: 5}}


def preview(
    denyut: Bench, definition: SummaryDefinition | None = None, now: datetime = MONDAY, channel: str = "C0SALES"
) -> Preview:
    denyut.now = now
    wanted = Wanted(
        definition or SummaryDefinition(), Cadence.WEEKLY, channel, "Asia/Jakarta",
        now.astimezone(ZoneInfo("Asia/Jakarta")).date(),
    )  # fmt: skip
    t = denyut.services.texts.t("en")
    found: Preview = denyut.do(lambda db: read_preview(db, denyut.services, wanted, now, t))
    checked(found.post)
    if found.details:
        checked(found.details)
    return found


def text(found: Preview) -> str:
    details = found.details.text if found.details else ""
    return f"{found.post.text}\n{details}".replace("\N{NO-BREAK SPACE}", " ")


def survey(
    denyut: Bench, handle: str = "pulse", channels: tuple[str, ...] = ("C0SALES",), given: str = "C0SALES"
) -> Survey:
    """A survey of a channel with two questions and the eNPS, whose results a channel gets."""
    questions = (enps_question(SCALE_0_10), WORKLOAD, RECOGNITION)
    definition = Definition(
        Audience(channels=channels), questions, "How are you?", receivers=Receivers(channel_id=given)
    )
    new = Survey(new_id(), handle, definition, "U0AYU", FRIDAY)
    denyut.do(lambda db: db.surveys.add(new))
    return new


def close(denyut: Bench, of: Survey, number: int, counts: Counts, at: datetime = FRIDAY) -> Round:
    """A closed round of which is decided what may be shown."""
    answered = max(sum(each.values()) for each in counts.values())
    new = Round(new_id(), of.id, number, RoundState.CLOSED, of.definition, at - timedelta(days=2), at,
                answered + 2, 5, 10, "U0AYU", at, True, answered)  # fmt: skip
    decided = privacy.publish(RoundFacts(new, answered, counts), (), ())
    denyut.do(lambda db: db.rounds.add(new))
    denyut.do(lambda db: db.rounds.update(replace(new, published=decided)))
    return new


def log(denyut: Bench, kpi: str, on: date, value: int, member: str = "U0BOB", **more: object) -> None:
    entry = Entry(new_id(), kpi, member, Decimal(value), on, member, denyut.now, source=new_id())
    denyut.do(lambda db: db.kpis.add(replace(entry, **more)))


def aim(denyut: Bench, kpi: str, value: int, owner: str = "") -> None:
    new = Target(
        new_id(), kpi, Decimal(value), PeriodKind.WEEK, None, owner, "U0AYU", denyut.now, date(2026, 1, 1)
    )  # fmt: skip
    denyut.do(lambda db: db.targets.set(new))


class TestPulse:
    async def test_means_come_with_interval_and_answers_the_others_in_the_thread(self, denyut: Bench) -> None:
        close(denyut, survey(denyut), 1, {"enps": {9: 6, 3: 4}, **SPREAD})
        found = preview(denyut)
        assert (
            "How are you?, closed Fri 27 Nov: lowest is workload, 2.8 of 5 "
            "(between 2.2 and 3.4 with 95% certainty, 10 of 12 answered (83%)); "
            "highest is recognition, 4.5 of 5"
        ) in found.post.text
        assert found.details is not None
        assert denyut.services.texts.t("en")("bank.workload_amount") + ": 2.8 of 5" in found.details.text

    @pytest.mark.parametrize("given", ["", "C0PAIR"])
    async def test_only_where_it_was_promised_that_the_channel_gets_them(self, denyut: Bench, given: str) -> None:
        close(denyut, survey(denyut, given=given), 1, {"enps": {9: 6, 3: 4}, **SPREAD})
        said = text(preview(denyut))
        assert "eNPS of <#C0SALES>" in said, "that was promised"
        assert "How are you?" not in said
        assert "2.8 of 5" not in said

    async def test_too_few_answers_show_nothing_and_all_alike_a_range(self, denyut: Bench) -> None:
        counts = {"enps": {9: 3, 3: 1}, "workload_amount": {2: 4}, "recognition_valued": {5: 4}}
        close(denyut, survey(denyut), 1, counts)
        said = text(preview(denyut))
        assert "How are you?, closed Fri 27 Nov: no averages can be shown." in said
        assert "of 5 (95%" not in said
        alike = {"enps": {9: 6, 3: 4}, "workload_amount": {2: 10}, "recognition_valued": {4: 5, 5: 5}}
        close(denyut, survey(denyut, "other"), 1, alike)
        assert "everybody answered between 1 and 3, 10 of 12 answered (83%)" in text(preview(denyut))

    async def test_a_definition_can_only_name_fewer(self, denyut: Bench) -> None:
        here, elsewhere = survey(denyut), survey(denyut, "elsewhere", ("C0PAIR",), "C0PAIR")
        for each in (here, elsewhere):
            close(denyut, each, 1, {"enps": {9: 6, 3: 4}, **SPREAD})
        assert text(preview(denyut)).count("eNPS of") == 1
        assert "eNPS of" in text(preview(denyut, SummaryDefinition(survey_ids=(here.id,))))
        assert "eNPS of" not in text(preview(denyut, SummaryDefinition(survey_ids=(elsewhere.id,))))
        assert "eNPS of" not in text(preview(denyut, SummaryDefinition(shows_surveys=False)))

    async def test_in_no_channel_nothing_is_told_not_even_of_surveys_that_asked_no_channel(self, denyut: Bench) -> None:
        close(denyut, survey(denyut, channels=("C0SALES", "C0PAIR"), given=""), 1, {"enps": {9: 6, 3: 4}, **SPREAD})
        assert "eNPS" not in text(preview(denyut, channel=""))

    async def test_what_was_decided_at_the_close_is_said_whatever_the_answers_are_now(self, denyut: Bench) -> None:
        done = close(denyut, survey(denyut), 1, {"enps": {9: 6, 3: 4}, **SPREAD})
        before = text(preview(denyut))
        denyut.do(lambda db: db.answers.import_counts(done.id, "enps", {0: 30}))
        assert text(preview(denyut)) == before

    async def test_three_published_rounds_are_drawn_and_hidden_ones_are_not_in_it(self, denyut: Bench) -> None:
        asked = survey(denyut)
        rounds = ({9: 6, 3: 4}, {9: 2, 3: 2}, {9: 8, 3: 2}, {9: 5, 7: 5})
        for number, counts in enumerate(rounds, 1):
            at = FRIDAY - timedelta(weeks=len(rounds) - number)
            close(denyut, asked, number, {"enps": counts, **SPREAD}, at)
        found = preview(denyut)
        assert found.details is not None
        assert "Chart: eNPS, last 3 rounds: 6 Nov 2026 +20; 20 Nov 2026 +60; 27 Nov 2026 +50." in found.details.text


class TestTogether:
    SCORES = (2, 4, 3, 6, 5, 7, 4, 8, 6, 9)
    """Promoters of ten, the others detractors, week by week."""

    def fill(self, denyut: Bench, rounds: int = 10, sales: Sequence[int] = SCORES) -> None:
        asked = survey(denyut)
        for number in range(rounds):
            at = FRIDAY - timedelta(weeks=rounds - 1 - number)
            good = self.SCORES[number]
            close(denyut, asked, number + 1, {"enps": {9: good, 3: 10 - good}, **SPREAD}, at)
            log(denyut, "leads", at.date(), 100 * sales[number])

    async def test_it_is_said_with_strength_length_and_caution(self, denyut: Bench) -> None:
        self.fill(denyut)
        found = preview(denyut)
        assert found.details is not None
        assert (
            "eNPS and leads moved strongly together over 10 periods (correlation 1). This is no proof"
            in found.details.text
        )
        assert "no proof" not in found.post.text

    @pytest.mark.parametrize(
        ("rounds", "sales"), [(7, SCORES), (10, (5, 1, 4, 1, 5, 9, 2, 6, 5, 3))], ids=["too few", "not together"]
    )
    async def test_otherwise_nothing_is_said(self, denyut: Bench, rounds: int, sales: Sequence[int]) -> None:
        self.fill(denyut, rounds, sales)
        assert "no proof" not in text(preview(denyut))


class TestWins:
    @pytest.mark.parametrize("agrees", [True, False])
    async def test_a_person_is_named_only_if_they_agreed(self, denyut: Bench, agrees: bool) -> None:
        denyut.do(lambda db: db.members.set_may_be_named("U0BOB", agrees))
        aim(denyut, "leads", 10, "U0BOB")
        aim(denyut, "leads", 10, "U0CITRA")
        for member in ("U0BOB", "U0CITRA"):
            log(denyut, "leads", LAST_WEEK, 12, member)
        said = text(preview(denyut))
        assert ("Bob Tan met their own target for Leads: 12 against 10" in said) is agrees
        assert "Bob" not in said.replace("Bob Tan met their own target", "")
        assert "Citra" not in said

    async def test_the_best_week_for_long_is_a_win_without_a_name(self, denyut: Bench) -> None:
        for back in range(9):
            log(denyut, "leads", LAST_WEEK - timedelta(weeks=back), 50 - 3 * back)
        assert "• Leads: 50, the best of the last 9 weeks" in text(preview(denyut))
        assert "the best" not in text(preview(denyut, now=MONDAY - timedelta(days=3))), "not while it is running"

    async def test_a_private_kpi_is_no_win_of_the_channel(self, denyut: Bench) -> None:
        denyut.do(lambda db: db.members.set_may_be_named("U0BOB", True))
        aim(denyut, "leads", 10, "U0BOB")
        log(denyut, "leads", LAST_WEEK, 12)
        denyut.do(lambda db: db.catalogue.set_settings("leads", KpiSettings(visibility=Visibility.OWNERS)))
        assert "Bob" not in text(preview(denyut))


class TestAttention:
    async def test_it_comes_with_the_owner_and_the_last_comment(self, denyut: Bench) -> None:
        aim(denyut, "leads", 100)
        denyut.do(lambda db: db.catalogue.set_settings("leads", KpiSettings(owners=("U0DEWI", "U0GONE"))))
        log(denyut, "leads", LAST_WEEK, 20, note="a slow start")
        log(denyut, "leads", LAST_WEEK, 20, note="two <!here> are ill", confidence=Confidence.OFF, logged_at=MONDAY)
        log(denyut, "leads", date(2026, 11, 30), 1, note="next week’s", logged_at=MONDAY + timedelta(hours=1))
        said = text(preview(denyut))
        assert (
            "• Leads: missed, 40 against 100; owner Dewi Anggraini; "
            "Bob Tan does not expect to get there: “two &lt;!here&gt; are ill”"
        ) in said
        assert "slow start" not in said
        assert "<@" not in said, "nobody is pinged"


class TestPromises:
    async def test_those_of_the_channel_are_followed_up_and_private_ones_are_not(self, denyut: Bench) -> None:
        def promise(words: str, channel: str = "C0SALES", **more: object) -> None:
            new = Action(new_id(), words, "U0DEWI", date(2026, 11, 26), ActionSource.ALERT, "leads", "U0AYU",
                         MONDAY - timedelta(days=9), channel_id=channel)  # fmt: skip
            denyut.do(lambda db: db.actions.add(replace(new, **more)))

        promise("call back")
        promise("send it", state=ActionState.DONE, settled_at=MONDAY - timedelta(days=1))
        promise("long done", state=ActionState.DONE, settled_at=MONDAY - timedelta(days=20))
        promise("between us", source=ActionSource.ONE_ON_ONE, partner_id="U0AYU")
        promise("elsewhere", channel="C0PAIR")
        promise("nowhere", channel="")
        said = preview(denyut).post.text
        assert "Promised actions: 1 done and 1 open:" in said
        assert "• Done: send it (Dewi Anggraini)\n• Still open: call back (Dewi Anggraini, was due Thu 26 Nov)" in said
        for silent in ("long done", "between us", "elsewhere", "nowhere"):
            assert silent not in said
        assert "nowhere" not in preview(denyut, channel="").post.text


class TestDefinition:
    async def test_the_kpis_it_names_come_in_its_order_and_no_others(self, denyut: Bench) -> None:
        for kpi in ("leads", "orders", "revenue"):
            log(denyut, kpi, LAST_WEEK, 7)
        found = preview(denyut, SummaryDefinition(kpi_keys=("orders", "leads", "gone")))
        table = next(block for block in found.post.blocks if block["type"] == "table")
        assert [row[0]["text"] for row in table["rows"][1:]] == ["Orders", "Leads"]
        assert "Revenue" not in text(found)

    async def test_most_numbers_missing_is_said_instead_of_a_verdict(self, denyut: Bench) -> None:
        aim(denyut, "leads", 100)
        for back in (1, 2, 3):
            for member in ("U0BOB", "U0CITRA", "U0DEWI"):
                log(denyut, "leads", LAST_WEEK - timedelta(weeks=back), 30, member)
        log(denyut, "leads", LAST_WEEK, 30)
        headline = preview(denyut).post.text.splitlines()[1]
        assert headline == "Too early to judge, as most numbers are still coming: Leads (1 of 3 people so far)."
        log(denyut, "leads", LAST_WEEK, 30, "U0CITRA")
        headline = preview(denyut).post.text.splitlines()[1]
        assert headline.startswith("Leads missed its target (60 against 100).")
        assert headline.endswith("Not everybody has logged yet: Leads (2 of 3 people).")
        log(denyut, "leads", LAST_WEEK, 30, "U0DEWI")
        assert "yet" not in preview(denyut).post.text

    async def test_a_silent_one_posts_nothing_where_there_is_nothing_to_say(self, denyut: Bench) -> None:
        await denyut.command("/kpi summary <#C0SALES|sales> weekly mon 09:00", user="U0AYU")
        (summary,) = denyut.do(lambda db: db.summaries.all())
        silent = SummaryDefinition(silent_when_empty=True)
        denyut.do(lambda db: db.summaries.change(summary.id, "C0SALES", "en", silent))
        await denyut.tick(MONDAY)
        assert denyut.posts("C0SALES") == []
        denyut.do(lambda db: db.summaries.change(summary.id, "C0SALES", "en", SummaryDefinition()))
        await denyut.tick(MONDAY + timedelta(weeks=1))
        (posted,) = denyut.posts("C0SALES")
        assert posted.message.text == "Week of 30 Nov – 6 Dec: nothing was logged."
