"""Attacks that link answers to people: keys that are guessed, computed or found, and the order in which rows lie."""

import random
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.domain.surveys import Round
from bot.privacy_check.chance import DEVIATIONS, SURPRISING, alike_starts, runs_score
from bot.privacy_check.findings import Finding, Progress, problem
from storage import remains
from storage.attacks import Placed

TRIALS = 1_000_000
"""How many pairs of a possible key and a person are tried for each thing that is searched: a few seconds."""
MOST_BYTES = 4_000_000
"""Of anything longer the first and the last part are searched for keys."""
PEOPLE_TRIED = 4
"""How many people of each round are tried with computed keys: if one is found so, all are."""
LABELS = ("score", "comment")
SEPARATORS = ("", ":", "|", "-", "_", "\x1f")


@dataclass(frozen=True, slots=True)
class Case:
    """A closed anonymous round as the attacker has it: who was asked, and what is stored."""

    workspace_id: str
    round: Round
    members: Sequence[str]
    answers: Sequence[Placed]
    comments: Sequence[Placed]
    texts: Sequence[str]

    @property
    def name(self) -> str:
        return f"round {self.round.id}"

    @property
    def keys(self) -> set[bytes]:
        return {each.key for each in (*self.answers, *self.comments)}


@dataclass(frozen=True, slots=True)
class Source:
    """Something that may hold a key: what it is called, and its bytes."""

    name: str
    data: remains.Bytes


@dataclass(slots=True)
class Tried:
    """How much was tried, for the report."""

    keys: int = 0
    trials: int = 0
    is_sampled: bool = False


def found_keys(
    cases: Sequence[Case], sources: Sequence[Source], more_keys: Collection[bytes], tried: Tried, progress: Progress
) -> Iterator[Finding]:
    """Every run of 32 bytes found anywhere, as the key of any closed round. `more_keys` are those of answers in
    copies of the database."""
    stored = set(more_keys).union(*(each.keys for each in cases))
    asked = [*dict.fromkeys(pair for case in cases for pair in _asked(case))]
    if not stored or not asked:
        return
    for number, source in enumerate(sources):
        progress(f"Trying keys from {source.name}", number, len(sources))
        size = min(len(source.data), MOST_BYTES)
        tried.is_sampled |= len(source.data) > MOST_BYTES or size * len(asked) > TRIALS
        pairs = asked if size * len(asked) <= TRIALS else random.sample(asked, min(len(asked), 2 + TRIALS // size))
        for key in remains.could_be_keys(source.data, MOST_BYTES):
            tried.keys += 1
            tried.trials += len(pairs)
            if remains.opens(key, pairs, stored):
                yield problem(
                    f"A key in {source.name} leads from people to what they answered in a closed round",
                    "Destroy it there, and everything that was copied together with it.",
                )
                break


def computed_keys(cases: Sequence[Case], secrets: Sequence[bytes], progress: Progress) -> Iterator[Finding]:
    """Keys that need no secret, or only those of the settings."""
    for number, case in enumerate(cases):
        progress("Computing keys from names and secrets", number, len(cases))
        stored = case.keys
        people = random.sample(list(case.members), min(PEOPLE_TRIED, len(case.members)))
        asked = [pair for pair in _asked(case) if pair[1] in people]
        if any(key in stored for pair in asked for key in _computed(case, pair, secrets)):
            yield problem(
                f"Answers of {case.name} lie under keys that anybody can compute from the names",
                "They can be linked, whatever else is done. Delete the round's answers.",
            )


def order(case: Case) -> Iterator[Finding]:
    """What the keys of rows, and how they lie, tell by themselves. (Who said what is not known here, so that orders of
    people cannot be compared with orders of answers; the tests do that.)"""
    fix = "The round was not rewritten. Stop the bot, set sealed to false for it, and start the bot again."
    for name, rows in (("answers", case.answers), ("comments", case.comments)):
        if alike_starts([each.key for each in rows]) < SURPRISING:
            yield problem(f"The keys of the {name} of {case.name} are not random: they tell an order", fix)
            continue
        if abs(runs_score([each.question for each in rows])) > DEVIATIONS:
            yield problem(f"The {name} of {case.name} lie person by person: all that one said can be joined", fix)
    if {each.key for each in case.answers} & {each.key for each in case.comments}:
        yield problem(f"Comments of {case.name} can be joined with scores: they share a key", fix)


def _asked(case: Case) -> Iterator[tuple[str, str, str]]:
    for member in case.members:
        for question in case.round.questions:
            for label in LABELS:
                yield label, member, question.id


def _computed(case: Case, pair: tuple[str, str, str], secrets: Iterable[bytes]) -> Iterator[bytes]:
    label, member, question = pair
    parts = (
        (member,),
        (member, question),
        (label, member, question),
        (case.round.id, member),
        (case.round.id, member, question),
        (case.round.id, label, member, question),
        (case.workspace_id, member),
        (case.workspace_id, case.round.id, member, question),
    )
    texts = {separator.join(each) for each in parts for separator in SEPARATORS}
    for text in texts:
        for secret in (b"", case.round.id.encode(), case.workspace_id.encode(), member.encode(), *secrets):
            yield from remains.derived(text, secret)
