"""The question bank: questions ready to be asked, by driver (what makes people like their work or leave it), and the
rotation that draws from them. The words are in the catalogues: `bank.<key>` and `bank.driver.<driver>`. What surveys
start from belongs to `templates`.

All questions with a scale point the same way: the higher the answer, the better, so that the answers of a driver can
be looked at together. To add a question: one word here, its text in every language.
"""

from collections.abc import Collection, Mapping, Sequence
from math import ceil

from bot.domain.enps import SCALE_0_10
from bot.domain.questions import KINDS, Question, QuestionKind, Why, enps_question

_A, _S, _Y, _T = QuestionKind.AGREEMENT, QuestionKind.STARS, QuestionKind.YES_NO, QuestionKind.TEXT

# the key of a question is that of its driver and the word here; their order is the order of the bank
_BY_DRIVER: Mapping[str, Mapping[str, QuestionKind]] = {
    "recognition": {"valued": _A, "good_work": _A, "effort": _A, "thanks": _Y},
    "workload": {"amount": _A, "hours": _A, "first_things": _A, "breaks": _Y, "time_eater": _T},
    "growth": {"learning": _A, "future": _A, "feedback": _A, "talk": _Y, "next_skill": _T},
    "manager_support": {"time": _A, "care": _A, "expectations": _A, "promises": _A, "help": _S},
    "autonomy": {"how": _A, "trust": _A, "new_ways": _A, "day": _A},
    "goals": {"clear": _A, "realistic": _A, "progress": _A, "say": _A},
    "peers": {"help": _A, "rely": _A, "learn": _A, "together": _S},
    "meaning": {"useful": _A, "strengths": _A, "proud": _A, "enjoy": _A},
    "environment": {"tools": _A, "concentrate": _A, "safe": _A, "apps": _S},
    "reward": {"fair": _A, "understood": _A, "bonus": _A, "benefits": _A},
    "strategy": {"direction": _A, "right_path": _A, "my_part": _A, "reasons": _A},
    "freedom_of_opinion": {"worry": _A, "serious": _A, "bad_news": _A, "mistakes": _A, "unsaid": _T},
    "sales_enablement": {
        "product": _A,
        "material": _A,
        "prospects": _A,
        "logging": _A,
        "prices": _A,
        "delivery": _A,
        "training": _S,
        "coaching": _Y,
        "obstacle": _T,
    },
    "wellbeing": {"energy": _A, "switch_off": _A, "private_life": _A, "pressure": _A, "mood": _S},
    "communication": {"changes": _A, "meetings": _A, "whom_to_ask": _A, "honest": _A},
    "customer_focus": {"solve": _A, "improve": _A, "recommend": _A, "time": _A, "complaints": _T},
    "belonging": {"part": _A, "myself": _A, "respect": _A, "team": _A},
    "fairness": {"treated": _A, "rules": _A, "promotion": _A, "shared": _A},
    "collaboration": {"help": _A, "insight": _A, "same_goals": _A, "smooth": _S},
    "accomplishment": {"results": _A, "quality": _A, "obstacles": _A, "proudest": _T},
}

DRIVERS: tuple[str, ...] = tuple(_BY_DRIVER)
"""What can be drawn from. The eNPS question has a driver of its own, "enps", which is not among them."""


def usual_question(key: str, kind: QuestionKind, driver: str = "") -> Question:
    """A question in the words of the bank, on the usual scale of its kind; the reason is asked after low answers."""
    scales = KINDS[kind].scales
    low, high = scales[0] if scales else (0, 0)
    return Question(key, kind, bank=key, low=low, high=high, why=Why.LOW if scales else Why.NEVER, driver=driver)


BANK: Mapping[str, Question] = {
    **{
        f"{driver}_{word}": usual_question(f"{driver}_{word}", kind, driver)
        for driver, words in _BY_DRIVER.items()
        for word, kind in words.items()
    },
    "enps": enps_question(SCALE_0_10),
}
"""Every question of the bank by its key, which is also its id."""


def bank_question(key: str) -> Question:
    """The question of the bank under a key. Raises KeyError if there is none."""
    return BANK[key]


def of_driver(driver: str) -> tuple[Question, ...]:
    """The questions of a driver, in the order of the bank. Raises ValueError for an unknown driver."""
    _require_known((driver,))
    return tuple(each for each in BANK.values() if each.driver == driver)


def draw(
    drivers: Sequence[str], count: int, asked: Sequence[str], besides: Collection[str] = ()
) -> tuple[Question, ...]:
    """The next `count` questions of the chosen drivers, given the bank keys `asked` in earlier rounds, oldest first.

    The bank is gone through in cycles: no question comes again before all of the chosen drivers' were asked. Within a
    cycle the driver asked longest ago has its turn, with the question asked longest ago, the first in the bank if none
    was. A draw holds each question once and at most one text, the last of its cycle's share. It is shorter than
    `count` where these rules leave no more, and empty only where there is nothing to draw. Keys in `asked` that are
    not of these drivers do not matter, so drivers may change from round to round; `besides` are keys that the survey
    asks anyway and that are never drawn. What is drawn depends on the arguments alone.

    Raises ValueError for an unknown driver.
    """
    _require_known(drivers)
    pool = [each for each in BANK.values() if each.driver in drivers and each.id not in besides]
    keys = {each.id for each in pool}
    history = [key for key in asked if key in keys]
    drawn: list[Question] = []
    # at most two turns: the rest of one cycle, and the beginning of the next
    while len(drawn) < count:
        fresh = [each for each in _fresh(pool, history) if each not in drawn]
        share = _share(fresh, count - len(drawn), count, history, has_text=any(map(_is_text, drawn)))
        if not share:
            break
        drawn += share
        history += [each.id for each in share]
    return tuple(drawn)


def _fresh(pool: Sequence[Question], history: Sequence[str]) -> list[Question]:
    """The questions that the present cycle has not asked yet."""
    seen: set[str] = set()
    for key in history:
        seen.add(key)
        if len(seen) == len(pool):
            seen.clear()
    return [each for each in pool if each.id not in seen]


def _share(
    fresh: Sequence[Question], room: int, count: int, history: Sequence[str], *, has_text: bool
) -> list[Question]:
    """At most `room` of the fresh questions of a cycle, texts last. A text comes out of turn when the draws that are
    left in the cycle could otherwise not hold all texts, as each holds one."""
    texts = [each for each in fresh if _is_text(each)]
    draws_left = 1 + ceil(max(0, len(fresh) - room) / count)
    share: list[Question] = []
    if texts and not has_text and len(texts) >= draws_left:
        share.append(_next(texts, history))
    while len(share) < room:
        has_text = has_text or any(map(_is_text, share))
        left = [each for each in fresh if each not in share and not (has_text and _is_text(each))]
        if not left:
            break
        share.append(_next(left, [*history, *(each.id for each in share)]))
    return sorted(share, key=_is_text)


def _next(questions: Sequence[Question], history: Sequence[str]) -> Question:
    """The one whose driver was asked longest ago; of one driver the one asked longest ago, then the first."""
    asked_at = {key: position for position, key in enumerate(history)}
    driver_at = {BANK[key].driver: position for position, key in enumerate(history)}
    return min(questions, key=lambda each: (driver_at.get(each.driver, -1), asked_at.get(each.id, -1)))


def _is_text(question: Question) -> bool:
    return question.kind is QuestionKind.TEXT


def _require_known(drivers: Sequence[str]) -> None:
    unknown = [each for each in drivers if each not in _BY_DRIVER]
    if unknown:
        raise ValueError(f"no such driver: {', '.join(unknown)}")
