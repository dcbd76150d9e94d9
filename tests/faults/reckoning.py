"""What must hold once everything settled, whatever went wrong on the way: each message a person or channel was owed is
visible exactly once, or it was reported; nothing is left in the middle; the database is whole. Every harness ends here,
and what it finds is a list, so that a control can ask for what is found.
"""

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from bot import notices
from bot.domain.deliveries import Delivery, DeliveryState, Verb
from storage import Storage
from storage.deliveries import DELIVERIES, ORDER_KEPT_FOR, Deliveries
from tests.faults.little_slack import LittleSlack, Posted

OPEN = (DeliveryState.DUE, DeliveryState.SENDING, DeliveryState.AMBIGUOUS)
# What is in doubt for so long does not keep those behind it.
DOUBT = ORDER_KEPT_FOR.total_seconds() * 0.9


@dataclass(frozen=True)
class Books:
    """The deliveries of a workspace beside what its Slack shows."""

    team: str
    deliveries: list[Delivery]
    slack: LittleSlack

    @classmethod
    def of(cls, storage: Storage, team: str, slack: LittleSlack) -> "Books":
        return cls(team, storage.read_now(team, lambda db: all_of(db.deliveries)), slack)

    def faults(self) -> list[str]:
        """Everything that must not be."""
        return [*self._doubled(), *self._unsettled(), *self._lost(), *self._unreported(), *self._misplaced()]

    def disorder(self) -> list[str]:
        """Messages of one receiver that stand in another order than they were due, without having been in doubt."""
        found = []
        for receiver in {each.receiver for each in self.deliveries}:
            mine = [d for d in self.deliveries if d.receiver == receiver and d.verb is Verb.POST and d.ts]
            due = sorted(mine, key=lambda d: d.due_at)
            for first, second in pairwise(due):
                if first.due_at < second.due_at and str(first.ts) > str(second.ts) and not self._was_in_doubt(first):
                    found.append(f"{second.subject} before {first.subject} in {receiver}")
        return found

    def _was_in_doubt(self, delivery: Delivery) -> bool:
        began = self.slack.first_tried.get(delivery.id, 0.0)
        return float(str(delivery.ts).partition(".")[0]) - began >= DOUBT

    def _seen(self) -> dict[str, list[Posted]]:
        seen: dict[str, list[Posted]] = {}
        for message in self.slack.visible(self.team):
            if message.delivery_id:
                seen.setdefault(message.delivery_id, []).append(message)
        return seen

    def _doubled(self) -> list[str]:
        return [f"{key} is there {len(messages)} times" for key, messages in self._seen().items() if len(messages) > 1]

    def _unsettled(self) -> list[str]:
        return [f"{each.subject} is stuck {each.state}: {each.error}" for each in self.deliveries if each.state in OPEN]

    def _lost(self) -> list[str]:
        seen, deleted = self._seen(), {m.delivery_id for m in self.slack.posted[self.team] if m.is_deleted}
        return [
            f"{each.subject} counts as sent and is nowhere"
            for each in self.deliveries
            if each.state is DeliveryState.SENT
            and each.verb is not Verb.UPDATE
            and each.id not in seen
            and each.id not in deleted
            and each.facts.get("laid") != "before"
        ]

    def _misplaced(self) -> list[str]:
        where = {(m.channel, m.ts): m.delivery_id for m in self.slack.posted[self.team]}
        return [
            f"{each.subject} is said to be where it is not"
            for each in self.deliveries
            if each.verb is not Verb.UPDATE
            and each.state is DeliveryState.SENT
            and where.get((str(each.channel), str(each.ts))) not in (each.id, "")
        ]

    def _unreported(self) -> list[str]:
        told = Counter(d.subject for d in self.deliveries if d.purpose == notices.UNDELIVERABLE)
        found = []
        for each in self.deliveries:
            if each.purpose == notices.UNDELIVERABLE:
                continue
            if (
                each.state is DeliveryState.SKIPPED
                and each.error != "thread_not_found"
                and not self._follows_lost(each)
            ):
                found.append(f"{each.subject} was skipped: {each.error}")
            if each.state is DeliveryState.FAILED:
                subjects = [s for s in told if s.startswith(f"{each.purpose}:{each.subject}:")]
                if not subjects:
                    found.append(f"{each.subject} failed and nobody hears of it: {each.error}")
        return found

    def _follows_lost(self, delivery: Delivery) -> bool:
        """Whether what it belongs to was given up, which is reported by itself."""
        lost = {each.id for each in self.deliveries if each.state is DeliveryState.FAILED}
        return delivery.target_id in lost


def all_of(deliveries: Deliveries) -> list[Delivery]:
    """Every delivery of a workspace."""
    return deliveries._many(order=DELIVERIES.c.due_at)


def integrity(url: str) -> list[str]:
    """What SQLite finds wrong with its file; nothing is asked of PostgreSQL, whose pages have no such check."""
    if not url.startswith("sqlite:///"):
        return []
    with closing(sqlite3.connect(Path(url.removeprefix("sqlite:///")))) as connection:
        said = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
        said += [f"foreign key: {row}" for row in connection.execute("PRAGMA foreign_key_check")]
    return [line for line in said if line != "ok"]
