"""The App Home, as Slack asks for it: what waits for me, my numbers, the team's, and nothing for visitors."""

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.domain.catalogue import KpiSettings
from bot.domain.enps import SCALE_0_10
from bot.domain.entries import Entry
from bot.domain.kpis import KPIS
from bot.domain.periods import PeriodKind
from bot.domain.surveys import Round, RoundState, Survey, enps_definition
from bot.domain.targets import Target
from storage import new_id
from tests.features.conftest import THURSDAY
from tests.features.harness import Bench

MONDAY = date(2026, 11, 23)
WAITS = "*eNPS: recommending our workplace*, <#C0SALES>: 1 question"
OPENED = {"type": "app_home_opened", "tab": "home"}


def log(denyut: Bench, member: str, value: int, on: date = MONDAY, kpi: str = "leads") -> None:
    entry = Entry(new_id(), kpi, member, Decimal(value), on, member, denyut.now, source=new_id())
    denyut.do(lambda db: db.kpis.add(entry))


def ask(denyut: Bench, *members: str) -> str:
    """An open round of #sales that asks these members; its id."""
    survey = Survey(new_id(), "enps-sales", enps_definition("C0SALES", SCALE_0_10), "U0AYU", THURSDAY)
    times = {"opened_at": THURSDAY, "closes_at": THURSDAY + timedelta(days=5)}
    running = Round(
        new_id(),
        survey.id,
        1,
        RoundState.OPEN,
        survey.definition,
        **times,
        asked=6,
        min_score=5,
        min_comments=5,
        started_by="U0AYU",
    )
    denyut.do(lambda db: db.surveys.add(survey))
    denyut.do(lambda db: db.rounds.add(running))
    denyut.do(lambda db: db.rounds.invite(running.id, dict.fromkeys(members, "")))
    denyut.do(lambda db: db.answers.start(running.id))
    return running.id


async def home_of(denyut: Bench, user: str) -> str:
    """Everything written on a person's Home after they opened it."""
    await denyut.event({**OPENED, "user": user})
    return "\n".join(_texts(denyut.slack.homes[user]))


def own_kpis(shown: str) -> list[str]:
    """The first line of each KPI of the page."""
    return [line for line in shown.splitlines() if " this week" in line]


def _texts(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["text"]] if isinstance(part.get("text"), str) else []
        return own + [text for value in part.values() for text in _texts(value)]
    return [text for each in part for text in _texts(each)] if isinstance(part, list) else []


async def test_my_kpis_are_what_i_log_and_what_i_own(denyut: Bench) -> None:
    log(denyut, "U0BOB", 12)
    log(denyut, "U0BOB", 10, MONDAY - timedelta(weeks=1))
    log(denyut, "U0CITRA", 30)
    log(denyut, "U0CITRA", 4, kpi="deals_won")
    target = Target(new_id(), "leads", Decimal(60), PeriodKind.WEEK, None, "U0BOB", "U0AYU", denyut.now, MONDAY)
    denyut.do(lambda db: db.targets.set(target))
    shown = await home_of(denyut, "U0BOB")
    assert "*Leads*: 12 this week, +20%, *at risk*\nTarget 60 a week" in shown
    assert "*Deals won*" not in shown, "nobody else's"
    denyut.do(lambda db: db.catalogue.set_settings("deals_won", KpiSettings(owners=("U0BOB",))))
    assert "*Deals won* (team): 4 this week" in await home_of(denyut, "U0BOB")


async def test_the_course_is_said_in_words_beside_its_bars(denyut: Bench) -> None:
    for weeks, value in ((8, 10), (7, 20), (2, 80), (1, 40)):
        log(denyut, "U0BOB", value, MONDAY - timedelta(weeks=weeks))
    shown = await home_of(denyut, "U0BOB")
    assert "▁▂····█▄  last 8 weeks: from 10 to 40" in shown


async def test_those_in_most_need_come_first_and_the_rest_a_page_later(denyut: Bench) -> None:
    keys = [key for key, kpi in KPIS.items() if not kpi.is_derived][:14]
    for key in keys:
        log(denyut, "U0BOB", 1, kpi=key)
    at_risk = Target(new_id(), keys[-1], Decimal(900), PeriodKind.WEEK, None, "U0BOB", "U0AYU", denyut.now, MONDAY)
    denyut.do(lambda db: db.targets.set(at_risk))
    first = await home_of(denyut, "U0BOB")
    assert own_kpis(first)[0].startswith(f"*{denyut.services.texts.t('en')(f'kpi.{keys[-1]}')}*")
    assert len(own_kpis(first)) == 10
    await denyut.press(denyut.slack.homes["U0BOB"], "Show more", user="U0BOB")
    second = "\n".join(_texts(denyut.slack.homes["U0BOB"]))
    assert set(own_kpis(first)).isdisjoint(own_kpis(second))
    assert f"11 to {10 + len(own_kpis(second))} of" in second
    await denyut.press(denyut.slack.homes["U0BOB"], "Back to the first", user="U0BOB")
    assert own_kpis("\n".join(_texts(denyut.slack.homes["U0BOB"]))) == own_kpis(first)


async def test_it_shows_the_questions_that_wait_for_me_and_only_those(denyut: Bench) -> None:
    round_id = ask(denyut, "U0BOB", "U0EMMA")
    assert f"{WAITS}, open until Tue 1 Dec, 16:00" in await home_of(denyut, "U0BOB")
    assert f"{WAITS}, open until Tue 1 Dec, 09:00" in await home_of(denyut, "U0EMMA")
    assert "<#C0SALES>" not in await home_of(denyut, "U0CITRA")
    denyut.do(lambda db: db.answers.record(round_id, "U0BOB", {"enps": 9}))
    assert "Nothing is waiting for you." in await home_of(denyut, "U0BOB")


async def test_what_waits_is_the_same_on_home_and_in_checkin(denyut: Bench) -> None:
    ask(denyut, "U0BOB")
    answer = await denyut.command("/checkin", user="U0BOB")
    assert f"{WAITS}, open until Tue 1 Dec, 16:00" in answer.text


async def test_it_speaks_the_persons_language(denyut: Bench) -> None:
    shown = await home_of(denyut, "U0CITRA")
    assert "Tidak ada yang menunggu jawabanmu." in shown
    assert "Catat KPI saya" in shown
    assert "Saya menghubungimu antara pukul 09.00 dan 17.00" in shown


async def test_it_says_what_is_kept(denyut: Bench) -> None:
    log(denyut, "U0BOB", 12)
    shown = await home_of(denyut, "U0BOB")
    assert "What Denyut keeps about you" in shown
    assert "Until it closes you can change your answer" in shown
    assert "• One logged value\n• Your name and the settings above" in shown


async def test_a_guest_whom_a_survey_includes_answers_on_home_and_still_sees_no_figures(denyut: Bench) -> None:
    log(denyut, "U0BOB", 12)
    round_id = ask(denyut, "U0BOB", "U0GUEST")

    shown = await home_of(denyut, "U0GUEST")
    assert f"{WAITS}, open until Tue 1 Dec, 15:00" in shown
    assert "Leads" not in shown
    await denyut.press(denyut.slack.homes["U0GUEST"], "Answer", user="U0GUEST")
    await denyut.submit(denyut.form(), {"survey.score_input": "9"}, user="U0GUEST")

    assert denyut.do(lambda db: db.rounds.answered_count(round_id)) == 1
    assert WAITS not in await home_of(denyut, "U0GUEST")


@pytest.mark.parametrize("user", ["U0GUEST", "U0OUT"])
async def test_visitors_see_no_figures(denyut: Bench, user: str) -> None:
    log(denyut, "U0BOB", 4711)
    assert "4,711" in await home_of(denyut, "U0BOB")
    shown = await home_of(denyut, user)
    assert "Hello, I am Denyut" in shown
    assert "4,711" not in json.dumps(denyut.slack.homes[user])


async def test_opening_the_messages_tab_draws_nothing(denyut: Bench) -> None:
    await denyut.event({"type": "app_home_opened", "tab": "messages", "user": "U0BOB"})
    assert denyut.slack.homes == {}


async def test_somebody_never_seen_before_gets_a_home_too(denyut: Bench) -> None:
    assert "Waiting for you" in await home_of(denyut, "U0NEW")
