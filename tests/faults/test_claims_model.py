"""Several senders on one table of deliveries, in any order Hypothesis thinks of: they claim, post, die, stand still
past their lease and report late; time goes on. The model is Slack: it counts what it was given.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Connection

from bot import ambiguous
from bot.ambiguous import LookUp
from bot.domain.deliveries import Delivery, DeliveryState, NewDelivery
from bot.sender import LEASE, LEAST_LEASE
from storage import UnitOfWork, database
from storage.deliveries import Deliveries
from storage.round_keys import RoundKeys
from tests.faults.reckoning import OPEN, all_of
from tests.faults.sites import MEMBERS, NOW, SAY
from tests.soak import times

SENDERS = st.integers(0, 2)
RECEIVERS = st.sampled_from(["C1", "C2", "U100"])
_teams = count(1)


@dataclass
class Hand:
    """What one sender has claimed, and what it knows of each: its report, once it has posted."""

    claimed: list[Delivery] = field(default_factory=list)
    posted: list[tuple[Delivery, str]] = field(default_factory=list)


class Senders(RuleBasedStateMachine):
    """Three senders; `lost` and `arrived` are posts nobody heard the outcome of. All is in one transaction that is
    never committed: what is tried out are the statements, not the disk."""

    connection: Connection

    @initialize()
    def open(self) -> None:
        self.team, self.now = f"T{next(_teams)}", NOW
        self.hands = [Hand() for _ in range(3)]
        self.in_slack: dict[str, int] = {}
        self.db = UnitOfWork(self.connection, self.team, RoundKeys(Path("never")))
        self.db.workspace.ensure(self.team, NOW)
        self.db.members.refresh(MEMBERS[:1])
        self._subjects = count(1)

    def do(self, work: Any) -> Any:
        return work(self.db)

    @rule(receiver=RECEIVERS)
    def owe(self, receiver: str) -> None:
        self.do(lambda db: db.deliveries.add(NewDelivery(SAY, f"{next(self._subjects)}", receiver, self.now)))

    @rule(sender=SENDERS)
    def claim(self, sender: int) -> None:
        taken = self.do(lambda db: db.deliveries.claim(self.now, 2, LEASE))
        held = {d.id for hand in self.hands for d in hand.claimed if d.lease_until and d.lease_until > self.now}
        assert not held & {each.id for each in taken}, "somebody holds it"
        self.hands[sender].claimed += taken

    @rule(sender=SENDERS, outcome=st.sampled_from(["answered", "arrived", "lost", "busy", "refused"]))
    def post(self, sender: int, outcome: str) -> None:
        """The first it has claimed; not with too little left of its lease."""
        hand = self.hands[sender]
        if not hand.claimed:
            return
        delivery = hand.claimed.pop(0)
        assert delivery.lease_until is not None
        if self.now > delivery.lease_until - LEAST_LEASE:
            outcome = "given back"
        if outcome in ("answered", "arrived"):
            self.in_slack[delivery.id] = self.in_slack.get(delivery.id, 0) + 1
        hand.posted.append((delivery, outcome))

    @rule(sender=SENDERS)
    def report(self, sender: int) -> None:
        hand = self.hands[sender]
        if not hand.posted:
            return
        delivery, outcome = hand.posted.pop(0)
        held, until = delivery.lease_until, self.now + timedelta(seconds=20)
        match outcome:
            case "answered":
                self.do(lambda db: db.deliveries.sent(delivery.id, delivery.receiver, "1.1", self.now))
            case "arrived" | "lost":
                self.do(lambda db: db.deliveries.ambiguous(delivery.id, "unclear", self.now, held=held))
            case "busy" | "given back":
                self.do(lambda db: db.deliveries.hold(delivery.id, until, outcome, held))
            case "refused":
                self.do(lambda db: db.deliveries.failed(delivery.id, "is_archived", self.now, held))

    @rule(sender=SENDERS)
    def die(self, sender: int) -> None:
        self.hands[sender] = Hand()

    @rule(known=st.booleans())
    def look(self, known: bool) -> None:
        """Somebody looks up what is unclear; what is there is found, unless Slack does not let them look."""
        for delivery in self.do(lambda db: db.deliveries.ambiguous_due(self.now, 2)):
            is_there = delivery.id in self.in_slack
            found = LookUp(delivery.receiver, "1.1" if is_there else None) if known or is_there else LookUp()
            self.do(lambda db, d=delivery, f=found: ambiguous._decide(db, d, f, self.now))

    @rule(seconds=st.sampled_from([1, 6, 31, 45, 95, 200]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @invariant()
    def nothing_is_there_twice(self) -> None:
        assert all(times == 1 for times in getattr(self, "in_slack", {}).values()), self.in_slack

    def teardown(self) -> None:
        """Whoever is left settles everything: what is in Slack counts as sent, and nothing else does."""
        if not hasattr(self, "in_slack"):
            return
        for _ in range(60):
            if not any(self.db.deliveries.counts()[state] for state in OPEN):
                break
            self.now += timedelta(seconds=31)
            self.claim(0)
            while self.hands[0].claimed:
                self.post(0, "answered")
            while self.hands[0].posted:
                self.report(0)
            self.look(known=True)
        self.nothing_is_there_twice()
        for delivery in self.do(lambda db: all_of(db.deliveries)):
            if delivery.purpose != SAY:
                continue
            assert delivery.state in (DeliveryState.SENT, DeliveryState.FAILED), delivery
            assert (delivery.id in self.in_slack) == (delivery.state is DeliveryState.SENT), delivery


@pytest.fixture(scope="module")
def connection(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """One database for all examples: each has a workspace of its own."""
    path = tmp_path_factory.mktemp("model") / "denyut.db"
    shutil.copy(sqlite_template, path)
    engine = database.write_engine(database.parse_url(f"sqlite:///{path}"))
    with engine.connect() as connection:
        connection.begin()
        yield connection
        connection.rollback()
    engine.dispose()


def test_whatever_the_senders_do_nothing_is_sent_twice_and_all_is_settled(connection: Connection) -> None:
    run_state_machine_as_test(
        type("Running", (Senders,), {"connection": connection}),
        settings=settings(
            max_examples=times(60, 5_000),
            stateful_step_count=30,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def stand_still_and_report_late(connection: Connection) -> None:
    """One of the ways through the model: a sender hears that Slack is busy, and says so when another is at it."""
    senders: Any = type("Scripted", (Senders,), {"connection": connection})()
    senders.open()
    senders.owe("C1")
    senders.claim(0)
    senders.post(0, "busy")
    senders.wait(95)
    senders.claim(1)
    for _ in range(2):
        senders.look(known=True)
        senders.wait(31)
    senders.claim(1)
    senders.report(0)
    senders.wait(31)
    senders.claim(2)
    senders.teardown()


@pytest.mark.parametrize("is_heeded", [False, True])
def test_a_table_on_which_late_reports_count_is_found_out(
    connection: Connection, is_heeded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not is_heeded:
        stand_still_and_report_late(connection)
        return
    settle = Deliveries._settle
    monkeypatch.setattr(Deliveries, "_settle", lambda s, key, state, _, **more: settle(s, key, state, None, **more))
    with pytest.raises(AssertionError, match="somebody holds it"):
        stand_still_and_report_late(connection)
