"""What people did, delivered the way Slack may deliver it: once to five times, late, and to whichever replica."""

import json
import re
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import Any

from bot.domain.entries import EntryState
from bot.slack import ids
from tests.features.harness import Answer, Bench
from tests.hostile.company import Json, renewed

PEOPLE = ("U0AYU", "U0BOB", "U0CITRA", "U0DEWI", "U0FAJAR")
SALES = "<#C0SALES|sales>"
TAKE = re.compile(f'"({re.escape(ids.CHECKIN_BLOCKER_TAKEN)}[^"]*)"')
DRAWN = re.compile(r"\b[0-9a-f]{16,64}\b")
"""What is drawn at random: ids."""
Doing = Callable[[Bench, Random, int], Awaitable[Any]]


class NotPossible(Exception):  # noqa: N818  (nothing is wrong)
    """There is nothing to undo, answer or take just now."""


class _Captured(Exception):  # noqa: N818
    def __init__(self, payload: Json) -> None:
        super().__init__()
        self.payload = payload


async def captured(bench: Bench, doing: Doing, random: Random, number: int) -> Json | None:
    """The payload of what somebody does last in `doing`; what they do before that (opening a form) is really done. None
    where it is not possible now."""
    sent: list[Json] = []

    async def keep(payload: Json) -> Answer:
        if is_last(payload):
            raise _Captured(payload)
        sent.append(payload)
        return await send(payload)

    send = bench.dispatch
    bench.dispatch = keep  # type: ignore[method-assign]
    try:
        await doing(bench, random, number)
    except _Captured as found:
        return renewed(found.payload, f"key-{number}")
    except NotPossible:
        return None
    finally:
        bench.dispatch = send  # type: ignore[method-assign]
    raise AssertionError(f"{doing} did nothing")


def is_last(payload: Json) -> bool:
    """Everything but the click that only opens a form."""
    opens = {
        ids.KPI_CORRECT_OPENED,
        ids.CHECKIN_ANSWER_OPENED,
        ids.ACTION_CHANGE_OPENED,
        ids.CHECKIN_BLOCKER_DAY_OPENED,
    }
    return payload.get("type") != "block_actions" or ids.handler_of(payload["actions"][0]["action_id"]) not in opens


def _person(random: Random) -> str:
    return random.choice(PEOPLE)


async def logs(bench: Bench, random: Random, number: int) -> None:
    await bench.command(f"/kpi log leads {number + 1}", user=_person(random))


async def logs_revenue(bench: Bench, random: Random, number: int) -> None:
    await bench.command(f"/kpi log revenue {number + 1} jt on 2026-11-25 note no. {number}", user=_person(random))


def _entry(bench: Bench, random: Random) -> Any:
    found = [
        each for each in bench.do(lambda db: db.kpis.history("leads", limit=100_000)) if each.state is EntryState.ACTIVE
    ]
    if not found:
        raise NotPossible
    return sorted(found, key=lambda each: (each.value, each.member_id))[random.randrange(len(found))]


async def undoes(bench: Bench, random: Random, number: int) -> None:
    entry = _entry(bench, random)
    await bench.click(ids.ENTRY_UNDO, ids.pack(entry=entry.id), user=entry.logged_by)


async def undoes_last(bench: Bench, random: Random, number: int) -> None:
    await bench.command("/kpi undo", user=_person(random))


async def _correction(bench: Bench, random: Random) -> tuple[Json, str]:
    entry = _entry(bench, random)
    shown = len(bench.slack.shown)
    await bench.click(ids.sub_id(ids.KPI_CORRECT_OPENED, entry.id), ids.pack(entry=entry.id), user=entry.logged_by)
    if len(bench.slack.shown) == shown:
        raise NotPossible
    return bench.form(), entry.logged_by


async def corrects(bench: Bench, random: Random, number: int) -> None:
    form, by = await _correction(bench, random)
    why = {ids.KPI_WHY_INPUT: "miscounted"}
    await bench.submit(form, {ids.KPI_VALUE_INPUT: str(100_000 + number), **why}, user=by)


async def deletes(bench: Bench, random: Random, number: int) -> None:
    entry = _entry(bench, random)
    view = {
        "type": "modal", "callback_id": ids.KPI_DELETE_FORM, "private_metadata": ids.pack(entry=entry.id),
        "blocks": [{"type": "input", "block_id": ids.KPI_WHY_INPUT,
                    "element": {"type": "plain_text_input", "action_id": "typed"}}],
    }  # fmt: skip
    await bench.submit(view, {ids.KPI_WHY_INPUT: "twice"}, user=entry.logged_by)


async def answers(bench: Bench, random: Random, number: int) -> None:
    """A score, or another one than before."""
    user = _person(random)
    found = [each for each in bench.dms(user) if ids.SCORE_CHOSEN in json.dumps(each.message.blocks)]
    if not found:
        raise NotPossible
    await bench.press(found[-1], str(random.randrange(11)), user=user)


async def changes_answer(bench: Bench, random: Random, number: int) -> None:
    user = _person(random)
    found = [each for each in bench.dms(user) if f'"{ids.ANSWER_CHANGE}' in json.dumps(each.message.blocks)]
    if not found:
        raise NotPossible
    await bench.press(found[-1], ids.ANSWER_CHANGE, user=user)


async def launches(bench: Bench, random: Random, number: int) -> None:
    await bench.command(f"/pulse enps {SALES}", user="U0AYU")


async def closes(bench: Bench, random: Random, number: int) -> None:
    await bench.command("/pulse close enps-sales", user="U0AYU")


async def sends(bench: Bench, random: Random, number: int) -> None:
    await bench.command("/pulse send enps-sales", user="U0AYU")


async def promises(bench: Bench, random: Random, number: int) -> None:
    await bench.command(f"/checkin actions call client {number} by friday", user=_person(random))


async def does(bench: Bench, random: Random, number: int) -> None:
    user = _person(random)
    found = sorted(bench.do(lambda db: db.actions.open_of(user)), key=lambda each: each.text)
    if not found:
        raise NotPossible
    deed = random.choice((ids.ACTION_DONE, ids.ACTION_DROPPED))
    await bench.click(deed, ids.pack(action=random.choice(found).id), user=user)


async def stands_up(bench: Bench, random: Random, number: int) -> None:
    """The answer to a check-in, or another one."""
    user = _person(random)
    found = [each for each in bench.dms(user) if ids.CHECKIN_ANSWER_OPENED in json.dumps(each.message.blocks)]
    shown = len(bench.slack.shown)
    if not found:
        raise NotPossible
    await bench.press(found[-1], ids.CHECKIN_ANSWER_OPENED, user=user)
    if len(bench.slack.shown) == shown:
        raise NotPossible
    await bench.submit(bench.form(), {"progress": f"no. {number}", "blocker": f"wall {number}"}, user=user)


async def takes(bench: Bench, random: Random, number: int) -> None:
    """Picks up what is in somebody's way."""
    shown = [(each, json.dumps(each.message.blocks)) for each in bench.slack.posted]
    found = [(each, blocks, button) for each, blocks in shown for button in TAKE.findall(blocks)]
    if not found:
        raise NotPossible
    # Those of several channels come in an order of chance: chosen is by what they say.
    found.sort(key=lambda each: DRAWN.sub("#", each[1]))
    message, _, button = random.choice(found)
    await bench.press(message, button, user=_person(random))


async def meets(bench: Bench, random: Random, number: int) -> None:
    await bench.command("/checkin 1on1 <@U0CITRA|citra> every 2 weeks thu 14:00", user="U0BOB")


async def points(bench: Bench, random: Random, number: int) -> None:
    await bench.command(f"/checkin 1on1 <@U0CITRA|citra> point no. {number}", user="U0BOB")


async def chooses_language(bench: Bench, random: Random, number: int) -> None:
    await bench.command(f"/checkin language {random.choice(('en', 'id'))}", user=_person(random))


async def chooses_zone(bench: Bench, random: Random, number: int) -> None:
    zone = random.choice(("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"))
    await bench.command(f"/checkin timezone {zone}", user=_person(random))


async def is_away(bench: Bench, random: Random, number: int) -> None:
    day = random.randrange(1, 20)
    await bench.command(f"/checkin away 2027-03-{day:02} 2027-03-{day + 3:02}", user=_person(random))


async def aims(bench: Bench, random: Random, number: int) -> None:
    await bench.command(f"/kpi target leads {number + 10} per {random.choice(('week', 'month'))}", user="U0AYU")


async def aims_no_more(bench: Bench, random: Random, number: int) -> None:
    await bench.command("/kpi target remove leads", user="U0AYU")


async def sums_up(bench: Bench, random: Random, number: int) -> None:
    days = random.choice(("mon", "tue", "fri"))
    await bench.command(f"/kpi summary {SALES} weekly {days} 09:00", user="U0AYU")


DOINGS: Sequence[tuple[Doing, int]] = (
    (logs, 10), (logs_revenue, 4), (undoes, 4), (undoes_last, 3), (corrects, 5), (deletes, 3), (answers, 10),
    (changes_answer, 5), (launches, 1), (closes, 1), (sends, 1), (promises, 5), (does, 5), (stands_up, 5), (takes, 4),
    (meets, 1), (points, 4), (chooses_language, 3), (chooses_zone, 3), (is_away, 2), (aims, 4), (aims_no_more, 1),
    (sums_up, 2),
)  # fmt: skip
