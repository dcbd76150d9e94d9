"""The job that removes what is past its time: once a day, a little at once, and what people see of it."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot.domain.audit import Act, Deed
from bot.domain.installations import Installation
from bot.privacy import retention
from bot.settings import Settings
from bot.slack import ids
from tests.features import asked_rounds, survey_rounds
from tests.features.conftest import THURSDAY
from tests.features.harness import TEAM, Bench

SECRET = "rahasia besar"


@pytest.fixture
def keeping(denyut: Bench) -> Bench:
    """The same company, which keeps what people said for 90 days."""
    settings = Settings(data_dir=denyut.services.settings.data_dir, slack_bot_token="xoxb-test", retention_days=90)
    return Bench(denyut.storage, denyut.slack, denyut.now, settings)


async def purge(bench: Bench, job: Any = None) -> None:
    await (job or retention.purging())(bench.services, bench.now)


async def test_it_runs_with_every_pass_and_does_its_work_once_a_day(keeping: Bench) -> None:
    assert "privacy.retention" in keeping.registry.jobs
    job = retention.purging()
    old = keeping.now - timedelta(days=900)
    await purge(keeping, job)
    keeping.do(lambda db: db.audit.note(Act(old, "U0BOB", Deed.SURVEY_CREATED, "s")))
    await purge(keeping, job)
    assert len(keeping.do(lambda db: db.audit.latest(10))) == 1, "today it was done already"
    keeping.now += timedelta(days=1)
    await purge(keeping, job)
    assert keeping.do(lambda db: db.audit.latest(10)) == []


async def test_much_is_removed_in_small_steps_over_several_passes(
    keeping: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 10)
    monkeypatch.setattr(retention, "MOST_BATCHES", 3)
    old = keeping.now - timedelta(days=900)
    for number in range(75):
        keeping.do(lambda db, number=number: db.audit.note(Act(old, "U0BOB", Deed.SURVEY_CREATED, f"{number}")))
    job, left = retention.purging(), []
    for _ in range(4):
        await purge(keeping, job)
        left.append(len(keeping.do(lambda db: db.audit.latest(100))))
    assert left == [45, 15, 0, 0]


async def test_that_what_people_said_was_removed_is_written_down(keeping: Bench) -> None:
    await keeping.command("/checkin away 2026-11-30 2026-12-01", user="U0BOB")
    keeping.now += timedelta(days=120)
    await purge(keeping)
    (act,) = keeping.do(lambda db: db.audit.latest(10))
    assert (act.what, act.actor_id, dict(act.details)) == ("data.purged", "", {"absences": "1"})


async def test_by_default_what_people_said_stays(denyut: Bench) -> None:
    await denyut.command("/checkin away 2026-11-30 2026-12-01", user="U0BOB")
    denyut.now += timedelta(days=4000)
    await purge(denyut)
    assert denyut.do(lambda db: db.privacy.stored("U0BOB")["absences"]) == 1


class TestResults:
    """What was decided to be shown of a round stays; what single people wrote goes, also for those who saw names."""

    async def shown(self, bench: Bench, *, is_named: bool) -> tuple[str, str]:
        survey = survey_rounds.survey_of(bench, survey_rounds.ENPS, survey_rounds.WISH, handle="old", is_named=is_named)
        said = {
            each: survey_rounds.Said({"enps": number % 11}, {"wish": f"{SECRET} {number}"})
            for number, each in enumerate(survey_rounds.PEOPLE[:14])
        }
        await survey_rounds.closed(bench, survey, said)
        before = (await bench.command("/pulse results old", user="U0BOB")).text
        bench.now += timedelta(days=500)
        await purge(bench)
        return before, (await bench.command("/pulse results old", user="U0BOB")).text

    async def test_of_an_anonymous_round(self, keeping: Bench) -> None:
        before, after = await self.shown(keeping, is_named=False)
        assert SECRET in before
        assert SECRET not in after
        assert "14" in after
        score = next(line for line in before.splitlines() if "eNPS" in line)
        assert score in after

    async def test_of_a_round_with_names(self, keeping: Bench) -> None:
        before, after = await self.shown(keeping, is_named=True)
        assert SECRET in before
        assert SECRET not in after
        assert survey_rounds.PEOPLE[0] in before
        assert survey_rounds.PEOPLE[0] not in after

    async def test_without_it_everything_is_still_shown(self, denyut: Bench) -> None:
        """The control of the two above."""
        before, after = await self.shown(denyut, is_named=True)
        assert SECRET in before
        assert SECRET in after


async def test_a_purge_while_a_round_is_open_changes_nothing_of_it(keeping: Bench) -> None:
    running = await asked_rounds.ask(keeping, asked_rounds.EVERY_KIND)
    await keeping.tick()
    await keeping.click(f"{ids.SCORE_CHOSEN}:7", ids.pack(round=running.id, score=7), user="U0BOB")
    keeping.do(lambda db: db.rounds.update(replace(running, closes_at=keeping.now + timedelta(days=5000))))

    def everything() -> Any:
        return keeping.do(
            lambda db: (
                db.rounds.get(running.id),
                db.rounds.invitations(running.id),
                db.answers.own(running.id, "U0BOB", [each.id for each in running.questions]),
                db.deliveries.of("surveys.question", running.id),
            )
        )

    before = everything()
    keeping.now += timedelta(days=2000)
    await purge(keeping)
    assert everything() == before


class TestWhoHasLeft:
    async def ended(self, bench: Bench, days: int) -> None:
        ended_at = bench.now - timedelta(days=days)
        gone = Installation("T0LEFT", "Left", b"", frozenset(), "UBOT", "U1", THURSDAY, ended_at=ended_at)
        bench.storage.write_now("T0LEFT", lambda db: db.workspace.ensure("Left", bench.now))
        bench.storage.write_now("T0LEFT", lambda db: db.installation.put(gone))
        bench.storage.write_now("T0LEFT", lambda db: db.audit.note(Act(bench.now, "U1", Deed.SURVEY_CREATED, "s")))

    @pytest.mark.parametrize(("days", "is_forgotten"), [(29, False), (31, True)])
    async def test_everything_of_a_workspace_goes_after_thirty_days(
        self, denyut: Bench, days: int, is_forgotten: bool
    ) -> None:
        await self.ended(denyut, days)
        await denyut.command("/kpi log leads 5", user="U0BOB")
        identity = replace(denyut.slack.identity, team_id="T0LEFT")
        there = replace(denyut.services, slack=SimpleNamespace(identity=identity))
        assert "privacy.retention" in denyut.registry.jobs_for_left
        for services in (there, denyut.services):
            await retention.purging()(services, denyut.now)
        left = denyut.storage.read_now("T0LEFT", lambda db: db.audit.latest(10))
        assert (left == []) is is_forgotten
        assert ("T0LEFT" in denyut.storage.workspaces_now()) is not is_forgotten
        assert len(denyut.do(lambda db: db.kpis.history("leads"))) == 1
        assert TEAM in denyut.storage.workspaces_now()

    def gone(self, bench: Bench, workspace_id: str, *, days: int | None, enterprise: str = "E1") -> None:
        """An installation that ended so many days ago; None for one that did not."""
        ended_at = None if days is None else bench.now - timedelta(days=days)
        kept = Installation(
            workspace_id, "Left", b"", frozenset(), "UBOT", "U1", THURSDAY, enterprise_id=enterprise, ended_at=ended_at
        )
        bench.storage.write_now(workspace_id, lambda db: db.installation.put(kept))
        bench.storage.write_now(workspace_id, lambda db: db.audit.note(Act(bench.now, "U1", Deed.UNINSTALLED, "E1")))

    async def purged_in(self, bench: Bench, workspace_id: str) -> None:
        identity = replace(bench.slack.identity, team_id=workspace_id)
        await retention.purging()(replace(bench.services, slack=SimpleNamespace(identity=identity)), bench.now)

    def kept(self, bench: Bench) -> list[str]:
        return sorted(each.workspace_id for each in bench.storage.installations_now())

    @pytest.mark.parametrize(("days", "left"), [(29, ["E1"]), (31, [])])
    async def test_so_does_everything_of_an_organisation(self, denyut: Bench, days: int, left: list[str]) -> None:
        self.gone(denyut, "E1", days=days)
        await self.purged_in(denyut, "E1")
        assert self.kept(denyut) == left
        acts = denyut.storage.read_now("E1", lambda db: db.audit.latest(10))
        assert len(acts) == len(left)

    async def test_an_organisation_goes_after_its_workspaces(self, denyut: Bench) -> None:
        """Also after one whose own end was never written down."""
        self.gone(denyut, "E1", days=40)
        self.gone(denyut, "T0NORTH", days=40)
        self.gone(denyut, "T0SOUTH", days=None)
        self.gone(denyut, "E2", days=None, enterprise="E2")
        for workspace_id, left in (
            ("E1", ["E1", "E2", "T0NORTH", "T0SOUTH"]),
            ("T0NORTH", ["E1", "E2", "T0SOUTH"]),
            ("E1", ["E1", "E2", "T0SOUTH"]),
            ("T0SOUTH", ["E1", "E2"]),
            ("E1", ["E2"]),
            ("E2", ["E2"]),
        ):
            await self.purged_in(denyut, workspace_id)
            assert self.kept(denyut) == left
