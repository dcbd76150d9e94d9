"""Several replicas on one PostgreSQL while processes are stopped and killed, connections ended and the server brought
down: each occurrence is made exactly once and seen exactly once, and nobody has to restart anything.

300 occurrences with 2 and with 4 replicas in a normal run; 20,000 over 2, 4 and 8 with DENYUT_SOAK=1.
"""

from collections import Counter
from pathlib import Path

import pytest

from tests.faults.replica import TEAM
from tests.faults.replica_sabotage import (
    Deed,
    Replicas,
    at_work,
    bring_the_server_down,
    end_connections,
    kill_and_start_again,
    stop_a_little,
    stop_beyond_its_lease,
)
from tests.soak import IS_SOAK, times

pytestmark = pytest.mark.postgres

DEEDS: tuple[Deed, ...] = (
    stop_beyond_its_lease,
    end_connections,
    kill_and_start_again,
    stop_a_little,
    stop_beyond_its_lease,
    bring_the_server_down,
    end_connections,
)
PER_WAVE = 300


def seen_in(replicas: Replicas) -> Counter[str]:
    """How often each occurrence can be seen."""
    return Counter(message.text for message in replicas.slack.visible(TEAM))


@pytest.mark.parametrize("number", [2, 4, *([8] if IS_SOAK else [])])
async def test_each_occurrence_is_made_once_and_seen_once(number: int, tmp_path: Path) -> None:
    """Waves of 300; in each all that can befall them."""
    waves = times(1, 23)
    async with at_work(number, speed=30.0 if number < 8 else 20.0, folder=tmp_path) as replicas:
        for _ in range(waves):
            await replicas.wave(PER_WAVE, true_seconds=6.0, deeds=list(DEEDS))
            decided = replicas.ask("SELECT state, count(*) FROM occurrences GROUP BY state")
            assert decided == [("planned", PER_WAVE)]
            seen = seen_in(replicas)
            wanted = {subject for (subject,) in replicas.ask("SELECT subject FROM deliveries")}
            assert len(wanted) == PER_WAVE
            assert seen == dict.fromkeys(wanted, 1)
            replicas.clear()
        done = replicas.done
        assert done["killed"] == done["server brought down"] == waves
        assert done["stopped beyond its lease"] == 2 * waves
        assert done["connections ended"] > 0


async def test_replicas_that_do_not_look_before_they_send_again_are_caught(tmp_path: Path) -> None:
    """With nobody in their way: that some answers come too late is enough."""
    async with at_work(2, speed=30.0, folder=tmp_path, careless=True) as replicas:
        await replicas.wave(150, true_seconds=2.0, deeds=[])
        assert max(seen_in(replicas).values()) > 1
