"""Rounds with any questions, put straight into the storage, and what people then do with them. Only for the bench; how
rounds are made and launched is tested elsewhere."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.domain.audiences import Audience
from bot.domain.deliveries import NewDelivery
from bot.domain.questions import KINDS, Question, QuestionKind
from bot.domain.surveys import Definition, OwnAnswers, Round, RoundState, Survey
from bot.surveys.asking.prompts import ASK
from storage import new_id
from tests.features.harness import Bench, Posted

PEOPLE = ("U0AYU", "U0BOB", "U0CITRA", "U0DEWI", "U0EMMA", "U0FAJAR")
LUNCH, TOOLS = ("Rice", "Noodles", "Soup"), tuple(f"Tool {number}" for number in range(8))


def question(kind: QuestionKind, **changes: Any) -> Question:
    """A question of a kind under its name, worded in English only where nothing else is said."""
    scales = KINDS[kind].scales
    low, high = scales[0] if scales else (0, 0)
    options = tuple({"en": each} for each in LUNCH) if KINDS[kind].has_options else ()
    usual = {"wording": {"en": f"A question of {kind}?"}, "low": low, "high": high, "options": options}
    return Question(**{"id": str(kind), "kind": kind, **usual, **changes})


EVERY_KIND = tuple(question(kind) for kind in QuestionKind)
GIVEN = {"enps": 9, "agreement": 4, "stars": 5, "choice": 1, "choices": 5, "yes_no": 0, "number": 250}
"""One answer to each counted kind: 9, agree, 5 stars, noodles, rice and soup, no, 2.5."""


async def ask(
    denyut: Bench, questions: Sequence[Question], members: Sequence[str] = PEOPLE, *, handle: str = "team", **more: Any
) -> Round:
    """An open round that has asked these members; `more` is of its definition."""
    audience = more.pop("audience", Audience(channels=("C0SALES",)))
    definition = Definition(audience, tuple(questions), **more)
    survey = Survey(new_id(), handle, definition, "U0AYU", denyut.now)
    closes_at = denyut.now + timedelta(days=7)
    running = Round(
        new_id(),
        survey.id,
        1,
        RoundState.OPEN,
        definition,
        denyut.now,
        closes_at,
        len(members),
        5,
        10,
        "U0AYU",
    )
    denyut.do(lambda db: db.surveys.add(survey))
    denyut.do(lambda db: db.rounds.add(running))
    denyut.do(lambda db: db.rounds.invite(running.id, dict.fromkeys(members, "")))
    denyut.do(lambda db: db.answers.start(running.id))
    owed = [NewDelivery(ASK, running.id, each, denyut.now, expires_at=closes_at) for each in members]
    denyut.do(lambda db: db.deliveries.add_many(owed))
    await denyut.tick()
    return running


def prompt(denyut: Bench, user: str) -> Posted:
    """The newest message in a person's conversation."""
    return denyut.dms(user)[-1]


def own(denyut: Bench, running: Round, user: str) -> OwnAnswers:
    return denyut.do(lambda db: db.answers.own(running.id, user, [each.id for each in running.questions]))


async def open_form(denyut: Bench, user: str) -> dict[str, Any]:
    """The form behind the button of the person's newest prompt."""
    label = "Answer" if denyut.services.language_of(denyut.slack.members[user]).language == "en" else "Jawab"
    await denyut.press(prompt(denyut, user), label, user=user)
    return denyut.form()


def field_of(view: Mapping[str, Any], question_id: str) -> dict[str, Any]:
    """The input of a form that belongs to a question."""
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    return next(block for block in inputs if block["block_id"].endswith(f":{question_id}") or len(inputs) == 1)


def labels(message: Posted) -> list[str]:
    """What can be pressed in a message."""
    buttons = [each for block in message.message.blocks for each in block.get("elements", ())]
    return [each["text"]["text"] for each in buttons if each["type"] == "button"]
