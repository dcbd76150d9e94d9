"""How a long post is divided: what fits the first screen, and the rest as replies in its thread. Pure. How many parts
there are depends on the answers alone, which stay as they are once a run is over."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.checkins.team.facts import PostFacts, Said

FIRST_BLOCKERS, FIRST_PROGRESS, FIRST_CHARACTERS = 8, 15, 3500
PART_BLOCKERS, PART_SAID, PART_CHARACTERS = 20, 35, 7000
"""Slack takes 50 blocks a message and refuses very long ones; a part stays well below, also once somebody has taken
each of its blockers, which makes two blocks of one."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one message says. `questions` are those of the check-in's own, with what people answered."""

    blockers: tuple[Said, ...] = ()
    progress: tuple[Said, ...] = ()
    questions: tuple[tuple[str, tuple[Said, ...]], ...] = ()


def parts_of(facts: PostFacts) -> list[Part]:
    """The first is the post itself, the others are replies: what stands in the way comes first, then progress, then
    the other questions, which are told in the post only where everything fits there."""
    whole = Part(facts.blockers, facts.progress, tuple(each for each in facts.others if each[1]))
    if _fits(whole):
        return [whole]
    blockers, left_blockers = _first(facts.blockers, FIRST_BLOCKERS, FIRST_CHARACTERS // 2)
    progress, left_progress = _first(facts.progress, FIRST_PROGRESS, FIRST_CHARACTERS // 2)
    rest = [
        *(Part(blockers=each) for each in _chunks(left_blockers, PART_BLOCKERS)),
        *(Part(progress=each) for each in _chunks(left_progress)),
        *(Part(questions=((text, each),)) for text, said in whole.questions for each in _chunks(said)),
    ]
    return [Part(blockers, progress), *rest]


def _fits(part: Part) -> bool:
    others = [said for _, answers in part.questions for said in answers]
    everything = (*part.blockers, *part.progress, *others)
    return (
        len(part.blockers) <= FIRST_BLOCKERS
        and len(part.progress) + len(others) <= FIRST_PROGRESS
        and sum(len(each.text) for each in everything) <= FIRST_CHARACTERS
    )


def _first(said: Sequence[Said], most: int, characters: int) -> tuple[tuple[Said, ...], tuple[Said, ...]]:
    """As many as fit, and the others."""
    count, used = 0, 0
    for each in said[:most]:
        used += len(each.text)
        if used > characters and count:
            break
        count += 1
    return tuple(said[:count]), tuple(said[count:])


def _chunks(said: Sequence[Said], most: int = PART_SAID) -> list[tuple[Said, ...]]:
    chunks = []
    rest = tuple(said)
    while rest:
        chunk, rest = _first(rest, most, PART_CHARACTERS)
        chunks.append(chunk)
    return chunks
