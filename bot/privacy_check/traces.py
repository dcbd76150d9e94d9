"""Attacks on everything around the answers: messages that were owed, other tables, the log.

No answer belongs there, nor anything that was written at the moment of one.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from bot.domain.surveys import Round
from bot.privacy_check.findings import Finding, Progress, problem
from bot.privacy_check.linking import Case
from bot.surveys.asking.prompts import PROMPTS
from storage.attacks import AboutRound

SHORTEST_TEXT = 12
"""Characters: shorter comments ("good") stand everywhere."""
MOST_TEXTS = 2000
BATCH = 4_000_000
_TOKENS = re.compile(r"[0-9a-f]{32,160}")
_ANSWER_WORDS = {"score", "value", "values", "answer", "answers", "text", "texts", "comment", "reason"}
_LOGGED_ANSWER = re.compile(r"\b(?:score|answer|comment|reason)['\"]?\s*[=:]\s*['\"]?[^\s'\"]")
_LOGGED_WRITE = re.compile(
    r"(?:INTO|UPDATE|FROM) \"?(?:answers|comments|named_answers)\b.{0,1500}?\[parameters: (?!hidden)",
    re.DOTALL,
)
_FIX_TRACE = "Delete it there. The round's answers may be known to whoever could read it."


def owed(case: Case, deliveries: Sequence[AboutRound]) -> Iterator[Finding]:
    """Messages about a round that hold an answer, or were made when somebody gave one."""
    questions = {each.id for each in case.round.questions}
    for each in deliveries:
        told = {name for name in each.facts if name in _ANSWER_WORDS or name in questions}
        texts = [text for text in case.texts if len(text) >= SHORTEST_TEXT and text in each.facts.values()]
        if told or texts:
            yield problem(f"A message owed about {case.name} ({each.purpose}) holds what somebody answered", _FIX_TRACE)
            return
    for purpose, moments in _while_open(case.round, set(case.members), deliveries).items():
        if len(moments) > 1:
            yield problem(
                f"Messages about {case.name} ({purpose}) were made one by one while it was open: they tell times",
                "Delete those rows of the table deliveries.",
            )


def rows(cases: Sequence[Case], found: Iterable[tuple[str, str]], progress: Progress) -> Iterator[Finding]:
    """Other tables that hold a comment, or the key of an answer."""
    search = Search(cases)
    for number, (name, text) in enumerate(_batches(found)):
        progress(f"Reading the table {name}", number, number + 1)
        for what in search.found(text):
            yield problem(f"The table {name} holds {what} of an anonymous round", _FIX_TRACE)


def log(cases: Sequence[Case], name: str, text: str) -> Iterator[Finding]:
    """A log that holds an answer."""
    for what in Search(cases).found(text):
        yield problem(f"The log {name} holds {what} of an anonymous round", _FIX_TRACE)
    if _LOGGED_WRITE.search(text):
        yield problem(
            f"The log {name} holds the values of an answer that could not be stored",
            "Delete these lines, and see in the log why it could not.",
        )
    people = {member for case in cases for member in case.members} | {case.round.id for case in cases}
    for line in text.splitlines():
        if _LOGGED_ANSWER.search(line) and any(word in people for word in re.findall(r"[A-Za-z0-9]+", line)):
            yield problem(f"The log {name} holds an answer beside a person or a round", _FIX_TRACE)
            return


class Search:
    """Looks for comments and for keys of answers in texts."""

    def __init__(self, cases: Sequence[Case]) -> None:
        texts = [text for case in reversed(cases) for text in case.texts if len(text) >= SHORTEST_TEXT][:MOST_TEXTS]
        self._texts = {form for text in texts for form in (text, json.dumps(text)[1:-1])}
        self._keys = {key.hex() for case in cases for key in case.keys}

    def found(self, text: str) -> list[str]:
        """What of it is there, in words."""
        what = []
        if any(each in text for each in self._texts):
            what.append("a comment")
        tokens = (match[0] for match in _TOKENS.finditer(text.lower()))
        if any(token[at : at + 32] in self._keys for token in tokens for at in range(len(token) - 31)):
            what.append("the key of an answer")
        return what


def _while_open(
    round_: Round, members: set[str], deliveries: Iterable[AboutRound]
) -> dict[str, set[tuple[str, object]]]:
    """Person and moment of each message to somebody asked that is neither a prompt nor of the launch or the close."""
    closed_at = round_.closed_at or round_.closes_at
    found: defaultdict[str, set[tuple[str, object]]] = defaultdict(set)
    for each in deliveries:
        is_between = round_.opened_at < each.due_at < closed_at
        if each.purpose not in PROMPTS and each.receiver in members - {round_.started_by} and is_between:
            found[each.purpose].add((each.receiver, each.due_at))
    return found


def _batches(found: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The rows of each table in a few large texts: many small ones take longer to search."""
    name, kept, size = "", list[str](), 0
    for table, text in found:
        if kept and (table != name or size > BATCH):
            yield name, "\n".join(kept)
            kept, size = [], 0
        name = table
        kept.append(text)
        size += len(text)
    if kept:
        yield name, "\n".join(kept)
