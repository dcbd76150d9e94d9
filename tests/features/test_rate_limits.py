"""How fast one member may go: generous to people, patient with floods, and never at the cost of anybody else."""

import itertools
import time
from datetime import timedelta

import pytest

from bot.permissions import LISTENERS, Who
from bot.rate_limits import BUCKETS, Bucket, Pace, RateLimits
from bot.settings import Settings
from bot.slack import ids
from tests.features import asked_rounds
from tests.features.asked_rounds import EVERY_KIND, question
from tests.features.conftest import THURSDAY
from tests.features.harness import Bench

SECOND = timedelta(seconds=1)


@pytest.fixture
def limited(denyut: Bench) -> Bench:
    """The same company, where it matters how fast one is."""
    settings = Settings(data_dir=denyut.services.settings.data_dir, slack_bot_token="xoxb-test")
    return Bench(denyut.storage, denyut.slack, denyut.now, settings, is_limited=True)


class TestTheBucket:
    def test_it_gives_what_it_holds_and_then_one_by_one(self) -> None:
        limits = RateLimits({Pace.CLICK: Bucket(most=3, a_minute=30)})
        spent = [limits.spend("T1", "U1", Pace.CLICK, THURSDAY) for _ in range(5)]
        assert spent == [0, 0, 0, 2, 2], "a token comes every two seconds, and asking for it costs nothing"
        assert limits.spend("T1", "U1", Pace.CLICK, THURSDAY + SECOND) == 1
        assert limits.spend("T1", "U1", Pace.CLICK, THURSDAY + 2 * SECOND) == 0
        assert limits.spend("T1", "U1", Pace.CLICK, THURSDAY + 2 * SECOND) == 2

    def test_it_never_holds_more_than_it_can(self) -> None:
        limits = RateLimits({Pace.CLICK: Bucket(most=3, a_minute=30)})
        later = THURSDAY + timedelta(days=400)
        limits.spend("T1", "U1", Pace.CLICK, THURSDAY)
        assert [limits.spend("T1", "U1", Pace.CLICK, later) for _ in range(4)] == [0, 0, 0, 2]

    def test_everybody_has_their_own_in_each_workspace_and_for_each_pace(self) -> None:
        limits = RateLimits(dict.fromkeys((Pace.CLICK, Pace.COMMAND), Bucket(most=1, a_minute=1)))
        whose = list(itertools.product(("T1", "T2"), ("U1", "U2"), (Pace.CLICK, Pace.COMMAND)))
        assert [limits.spend(*each, THURSDAY) for each in whose] == [0] * 8
        assert all(limits.spend(*each, THURSDAY) for each in whose)

    def test_a_clock_put_back_neither_refills_nor_locks_out(self) -> None:
        limits = RateLimits({Pace.CLICK: Bucket(most=1, a_minute=60)})
        assert limits.spend("T1", "U1", Pace.CLICK, THURSDAY) == 0
        before = THURSDAY - timedelta(days=1)
        assert limits.spend("T1", "U1", Pace.CLICK, before) == 1
        assert limits.spend("T1", "U1", Pace.CLICK, before + SECOND) == 0

    def test_the_memory_is_bounded_and_forgets_who_was_quiet_longest(self) -> None:
        limits = RateLimits({Pace.CLICK: Bucket(most=1, a_minute=1)}, most_buckets=100)
        for number in range(100):
            limits.spend("T1", f"U{number}", Pace.CLICK, THURSDAY)
        limits.spend("T1", "U0", Pace.CLICK, THURSDAY)
        limits.spend("T1", "U100", Pace.CLICK, THURSDAY)
        assert len(limits._left) == 100
        assert limits.spend("T1", "U0", Pace.CLICK, THURSDAY) > 0, "who is at it is remembered"
        assert limits.spend("T1", "U1", Pace.CLICK, THURSDAY) == 0, "who was quiet begins anew"

    def test_it_costs_next_to_nothing(self) -> None:
        limits = RateLimits()
        began = time.perf_counter()
        for number in range(20_000):
            limits.spend("T1", f"U{number % 1000}", Pace.ANSWER, THURSDAY)
        assert (time.perf_counter() - began) / 20_000 < 50e-6, "a few microseconds on an idle machine"


def test_what_is_answered_is_counted_as_answers_and_what_slack_tells_not_at_all() -> None:
    paces = {name: entry.pace for name, entry in LISTENERS.items()}
    assert {entry.pace for entry in LISTENERS.values() if entry.who is Who.INVITED} == {Pace.ANSWER}
    assert {pace for name, pace in paces.items() if name.startswith("event ")} == {Pace.FREE}
    assert {pace for name, pace in paces.items() if name.startswith("/")} == {Pace.COMMAND, Pace.COSTLY}
    assert BUCKETS[Pace.COSTLY].a_minute < BUCKETS[Pace.COMMAND].a_minute < BUCKETS[Pace.ANSWER].a_minute


class TestCommands:
    async def test_too_many_are_told_when_to_go_on_and_change_nothing(self, limited: Bench) -> None:
        most = BUCKETS[Pace.COMMAND].most
        said = [(await limited.command(f"/kpi log leads {n}", user="U0BOB")).text for n in range(1, most + 4)]
        assert all(text.startswith("Recorded") for text in said[:most])
        assert set(said[most:]) == {
            "That was a little too fast for me, and I left the last one out. Please try again in 1 s."
        }
        assert len(limited.do(lambda db: db.kpis.history("leads"))) == most
        limited.now += SECOND
        assert (await limited.command("/kpi log leads 99", user="U0BOB")).text.startswith("Recorded")

    @pytest.mark.parametrize(
        "line", ["/kpi nonsense", "/pulse nonsense x", "/checkin nonsense", "/kpi log help", "/kpi " + "x" * 3001]
    )
    async def test_words_that_lead_nowhere_count_as_well(self, limited: Bench, line: str) -> None:
        most = BUCKETS[Pace.COMMAND].most
        said = [(await limited.command(line, user="U0BOB")).text for _ in range(most + 3)]
        assert not [text for text in said[:most] if "too fast" in text], "nobody is told so too early"
        assert {text for text in said[most:] if "too fast" in text} == set(said[most:])
        assert "too fast" in (await limited.command("/kpi log leads 5", user="U0BOB")).text, "it is the same bucket"
        assert limited.do(lambda db: db.kpis.history("leads")) == []
        assert "Pendapatan" in (await limited.command("/kpi list", user="U0CITRA")).text, "nobody else waits"

    async def test_visitors_read_what_they_always_read(self, limited: Bench) -> None:
        assert "members of this workspace" in (await limited.command("/kpi nonsense", user="U0OUT")).text
        privacy = await limited.command("/checkin privacy help", user="U0OUT")
        assert "/checkin privacy" in privacy.text

    async def test_nobody_else_waits_and_each_reads_their_language(self, limited: Bench) -> None:
        for number in range(BUCKETS[Pace.COMMAND].most):
            await limited.command(f"/kpi log leads {number + 1}", user="U0CITRA")
        assert "Coba lagi dalam 1 detik" in (await limited.command("/kpi list", user="U0CITRA")).text
        assert "Leads" in (await limited.command("/kpi list", user="U0BOB")).text

    async def test_files_and_previews_are_fewer(self, limited: Bench) -> None:
        most = BUCKETS[Pace.COSTLY].most
        for _ in range(most):
            await limited.click(ids.PRIVACY_EXPORT, ids.pack(), user="U0BOB")
        assert len(limited.slack.uploads) == most
        await limited.click(ids.PRIVACY_EXPORT, ids.pack(), user="U0BOB")
        assert len(limited.slack.uploads) == most
        assert "too fast" in limited.slack.responses[-1][1].text
        assert (await limited.command("/kpi list", user="U0BOB")).text, "the rest goes on"

    async def test_a_form_says_it_in_the_form(self, limited: Bench) -> None:
        await limited.command("/kpi log", user="U0BOB")
        form = limited.form()
        answers = [
            await limited.submit(form, {"value.leads": str(number + 1)}, user="U0BOB")
            for number in range(BUCKETS[Pace.CLICK].most + 1)
        ]
        assert "too fast" in str(answers[-1].errors)

    async def test_it_can_be_switched_off(self, denyut: Bench) -> None:
        for number in range(BUCKETS[Pace.COMMAND].most * 2):
            answer = await denyut.command(f"/kpi log leads {number + 1}", user="U0BOB")
        assert answer.text.startswith("Recorded")


class TestAnswers:
    async def test_at_human_speed_nobody_is_ever_refused(self, limited: Bench) -> None:
        """Ten surveys one after the other, a click every second and a half, changed back and forth all the while."""
        running = await asked_rounds.ask(limited, EVERY_KIND, one_by_one=True)
        for number in range(400):
            limited.now += 1.5 * SECOND
            value = ids.pack(round=running.id)
            await limited.click(ids.STEPS_STARTED if number % 2 else ids.WHY_OPENED, value, user="U0BOB")
        assert not [message for _, message, _ in limited.slack.responses if "too fast" in message.text]

    async def test_a_flood_of_them_is_held_back(self, limited: Bench) -> None:
        """The control of the test above."""
        running = await asked_rounds.ask(limited, (question(EVERY_KIND[0].kind),))
        for number in range(BUCKETS[Pace.ANSWER].most + 5):
            await limited.click(
                f"{ids.SCORE_CHOSEN}:{number % 11}", ids.pack(round=running.id, score=number % 11), user="U0BOB"
            )
        late = [message for _, message, _ in limited.slack.responses if "too fast" in message.text]
        assert len(late) == 5
        kept = limited.do(lambda db: db.answers.own(running.id, "U0BOB", ["enps"]))
        assert kept.values == {"enps": (BUCKETS[Pace.ANSWER].most - 1) % 11}, "what was refused changed nothing"
