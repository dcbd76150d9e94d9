"""What is not as Slack sends it ends in a kind refusal or in silence: never in a bug, never in a row that changed."""

import gc
from collections.abc import Iterator

import pytest

from tests.hostile.company import LEAVING, Walk, handler_in, renewed
from tests.hostile.conftest import Sender
from tests.hostile.mutations import Claim, Hostile, Real
from tests.hostile.seed import SEED
from tests.hostile.watch import INSIDE, Watch, said_in
from tests.soak import times

PAYLOADS = times(20_000, 1_000_000)
ENOUGH = 12
"""After so many different findings it is over."""
FREE_OF_IDS = {
    "kpi.alert_note_form": "the note is about the KPI; the alert it was noted at may be gone",
    "kpi.target_value_chosen": "the id in it only tells one choice from the next one like it",
    "survey.draft_start_form": "the form itself makes up the id of the draft that it begins",
    "summary.tried": "a test post shows what stands in the form, saved or not",
}
"""What acts whatever is named in it."""


@pytest.fixture(autouse=True)
def quiet(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    yield
    said = capfd.readouterr()
    assert "Traceback" not in said.err + said.out


class Findings:
    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    def add(self, what: str, seed: int, sent: Hostile) -> None:
        payload = str(sent.payload)[:1500] if sent.payload is not None else repr(sent.body[:300])
        self.found.setdefault(what[-500:], f"seed {seed} ({sent.how}, {sent.claim}): {what}\n{payload}")

    def __str__(self) -> str:
        return "\n\n".join(self.found.values())


async def test_hostile_payloads_change_nothing_and_are_no_bugs(company: Walk, watch: Watch, sender: Sender) -> None:
    assert unmet(company) == set()
    findings, real = Findings(), Real(company.sent)
    claims: dict[tuple[str, bool], int] = {}
    for seed in range(SEED, SEED + PAYLOADS):
        sent = real.mutated(seed, renewed)
        problem = await _problem(sent, company, watch, sender, claims)
        if problem:
            findings.add(problem, seed, sent)
        if seed % 500 == 0:
            gc.collect()
            for text in said_in(company.bench):
                if INSIDE.search(text):
                    findings.add(f"told a person: {text[:300]}", seed, sent)
        if len(findings.found) >= ENOUGH:
            break
    assert not findings.found, str(findings)
    assert claims[Claim.OPEN, True] > PAYLOADS / 200, f"what is right acts, so that it can be seen at all: {claims}"
    assert claims[Claim.BROKEN, False] > PAYLOADS / 20, claims
    assert claims[Claim.LOST, False] > PAYLOADS / 50, claims


def unmet(company: Walk) -> set[str]:
    """What is registered and not among the real payloads; what ends a company is tried elsewhere."""
    registry = company.bench.registry
    met = {handler_in(payload) for payload in company.sent} | {str(event["type"]) for event in LEAVING}
    commands = {f"{command} {name}" for command, subs in registry.sub_commands.items() for name in subs}
    return (registry.clicks.keys() | registry.forms.keys() | registry.events.keys() | commands) - met


async def _problem(
    sent: Hostile, company: Walk, watch: Watch, sender: Sender, claims: dict[tuple[str, bool], int]
) -> str:
    """What is wrong with how a payload was met; "" if nothing."""
    status, answer = await sender.send(sent.body, sent.content_type)
    await company.bench.denyut.drain()
    if watch.bugs:
        said, watch.bugs = watch.bugs[0], []
        watch.has_changed()
        return said
    if status not in (200, 400, 413):
        return f"answered {status}"
    told = answer.decode(errors="replace")
    if INSIDE.search(told) or "c0ffee" in told:
        return f"told: {told[:300]}"
    changed = watch.has_changed()
    key = (sent.claim, changed)
    claims[key] = claims.get(key, 0) + 1
    may_change = sent.claim is Claim.OPEN or (sent.claim is Claim.LOST and what_for(sent) in FREE_OF_IDS)
    return f"changed the tables: {what_for(sent)}" if changed and not may_change else ""


def what_for(sent: Hostile) -> str:
    try:
        return handler_in(sent.payload or {})
    except (KeyError, IndexError, TypeError, AttributeError):
        return "?"
