"""`/checkin`: what waits for me, my language, my zone, my days off."""

from datetime import date

import pytest

from bot.domain.members import Absence
from tests.features.harness import Bench


async def test_nothing_waits_at_first(denyut: Bench) -> None:
    assert "Nothing is waiting" in (await denyut.command("/checkin", user="U0BOB")).text


async def test_an_open_question_waits_until_it_is_answered(denyut: Bench) -> None:
    await denyut.command("/pulse enps <#C0SALES|sales>")
    await denyut.command("/pulse send")
    await denyut.tick()
    assert "One survey is waiting" in (await denyut.command("/checkin", user="U0BOB")).text
    question = denyut.dms("U0BOB")[0]
    await denyut.press(question, "survey.score:7", user="U0BOB")
    assert "Nothing is waiting" in (await denyut.command("/checkin", user="U0BOB")).text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("id", "Bahasa Indonesia"),
        ("indonesian", "bahasa Indonesia"),
        ("en", "I speak English"),
        ("inggris", "I speak English"),
    ],
)
async def test_language_by_code_or_by_name_in_any_language(denyut: Bench, words: str, said: str) -> None:
    answer = await denyut.command(f"/checkin language {words}", user="U0BOB")
    assert said.casefold() in answer.text.casefold()


async def test_language_by_button(denyut: Bench) -> None:
    question = await denyut.command("/checkin language", user="U0BOB")
    await denyut.press(question, "Bahasa Indonesia", user="U0BOB")
    assert denyut.do(lambda db: db.members.get("U0BOB")).language == "id"


async def test_an_unknown_language_is_refused(denyut: Bench) -> None:
    assert "I do not speak" in (await denyut.command("/checkin language klingon", user="U0BOB")).text
    assert denyut.do(lambda db: db.members.get("U0BOB")).language == ""


async def test_zone_in_any_case(denyut: Bench) -> None:
    answer = await denyut.command("/checkin timezone asia/tokyo", user="U0BOB")
    assert "Asia/Tokyo" in answer.text
    assert denyut.do(lambda db: db.members.get("U0BOB")).zone == "Asia/Tokyo"


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "x" * 500, "<!here>"])
async def test_an_unknown_zone_is_refused(denyut: Bench, zone: str) -> None:
    answer = await denyut.command(f"/checkin timezone {zone}", user="U0BOB")
    assert "I do not know the time zone" in answer.text
    assert denyut.do(lambda db: db.members.get("U0BOB")).zone == ""


async def test_days_away_are_kept_and_respected(denyut: Bench) -> None:
    answer = await denyut.command("/checkin away 2026-11-26 2026-11-27", user="U0BOB")
    assert "26 Nov 2026" in answer.text
    kept = denyut.do(lambda db: db.members.absences(date(2026, 11, 26), date(2026, 11, 26)))
    assert kept == [Absence("U0BOB", date(2026, 11, 26), date(2026, 11, 27))]
    await denyut.command("/pulse enps <#C0SALES|sales>")
    await denyut.command("/pulse send")
    await denyut.tick()
    assert denyut.dms("U0BOB") == []
    assert denyut.dms("U0CITRA"), "who is here is asked"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "From when to when"),
        ("2026-12-10 2026-12-01", "first day first"),
        ("2025-12-10 2025-12-12", "already gone by"),
        ("2026-12-10 2029-12-12", "longer than"),
        ("sometime", "I do not know which day"),
        ("3/4", "could be two days"),
    ],
)
async def test_days_that_make_no_sense_are_refused(denyut: Bench, words: str, said: str) -> None:
    assert said in (await denyut.command(f"/checkin away {words}", user="U0BOB")).text
    assert denyut.do(lambda db: db.members.absences(date(2020, 1, 1), date(2040, 1, 1))) == []


async def test_indonesian_short_names_are_time_zones(denyut: Bench) -> None:
    answer = await denyut.command("/checkin zona WITA", user="U0CITRA")
    assert "Asia/Makassar" in answer.text


async def test_one_day_away_is_told_as_one_day(denyut: Bench) -> None:
    answer = await denyut.command("/checkin away 2026-12-01", user="U0BOB")
    assert answer.text == "Noted: I will not ask you anything on 1 Dec 2026."


@pytest.mark.parametrize("zone", ["localtime", "Factory", "LOCALTIME"])
async def test_what_stands_for_no_place_is_no_zone(denyut: Bench, zone: str) -> None:
    """The clock of one host means something else on the next."""
    before = denyut.do(lambda db: db.members.get("U0BOB")).zone
    said = await denyut.command(f"/checkin timezone {zone}", user="U0BOB")
    assert "I do not know the time zone" in said.text
    assert denyut.do(lambda db: db.members.get("U0BOB")).zone == before


def days_away(denyut: Bench) -> list[tuple[date, date]]:
    found = denyut.do(lambda db: db.members.absences(date(2020, 1, 1), date(2199, 1, 1), ["U0DEWI"]))
    return [(each.first, each.last) for each in found]


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("24/12 5/1", date(2026, 12, 24), date(2027, 1, 5)),
        ("24 des 2 jan", date(2026, 12, 24), date(2027, 1, 2)),
        ("24 Des sampai 2 Jan 2027", date(2026, 12, 24), date(2027, 1, 2)),
        ("2026-12-24 - 2027-01-02", date(2026, 12, 24), date(2027, 1, 2)),
        ("10/2", date(2027, 2, 10), date(2027, 2, 10)),
        ("jumat", date(2026, 11, 27), date(2026, 11, 27)),
        ("senin jumat", date(2026, 11, 30), date(2026, 12, 4)),
        ("kamis", date(2026, 11, 26), date(2026, 11, 26)),
        ("20/11 30/11", date(2026, 11, 20), date(2026, 11, 30)),
        ("28 feb 2028 to 29 feb 2028", date(2028, 2, 28), date(2028, 2, 29)),
    ],
)
async def test_days_away_are_days_to_come(denyut: Bench, words: str, first: date, last: date) -> None:
    """It is Thursday the 26th of November 2026."""
    said = await denyut.command(f"/checkin away {words}", user="U0DEWI")
    assert days_away(denyut) == [(first, last)], said.text


@pytest.mark.parametrize("words", ["24/12 oops 5/1", "2026-12-24 2026-12-26 2026-12-28", "next", "24"])
async def test_days_away_that_are_half_understood_are_not_noted(denyut: Bench, words: str) -> None:
    said = await denyut.command(f"/checkin away {words}", user="U0DEWI")
    assert days_away(denyut) == []
    assert "Tulis" in said.text


async def test_days_away_are_cancelled_by_the_day_they_were_noted_with(denyut: Bench) -> None:
    for noted in ("10/2 12/2", "24/12 5/1", "25/11 27/11"):
        await denyut.command(f"/checkin away {noted}", user="U0DEWI")
    for cancelled in ("10/2", "24 des 5 jan", "25/11"):
        await denyut.command(f"/checkin away cancel {cancelled}", user="U0DEWI")
    assert days_away(denyut) == []
