"""What rounds showed, as CSV: nothing else, nothing that runs in a spreadsheet, and to be read back."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import files
from bot.domain.periods import PeriodKind
from bot.run import CannotStart
from bot.summaries.reading import Place, read_facts
from bot.surveys.results.exporting import COLUMNS, COMMENT_COLUMNS, export_comments, export_lines, guarded
from bot.surveys.results.history import import_rounds, parse_rows
from storage import UnitOfWork
from tests.features.harness import Bench
from tests.features.survey_rounds import ALL_KINDS, ENPS, LUNCH, PEOPLE, Said, closed, own, scores, survey_of
from tests.features.test_surveys_breakdowns import JAKARTA, MAKASSAR, by_group
from tests.features.test_surveys_results import MIXED


def written(rows: Iterator[list[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue()


def lines(denyut: Bench, *handles: str) -> list[dict[str, str]]:
    t = denyut.services.texts.t("en")
    text = denyut.do(lambda db: written(export_lines(db, t, handles)))
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def comments(denyut: Bench) -> list[dict[str, str]]:
    t = denyut.services.texts.t("en")
    text = denyut.do(lambda db: written(export_comments(db, t)))
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


async def test_every_value_of_every_question_is_a_line_with_its_count(denyut: Bench) -> None:
    await closed(denyut, survey_of(denyut, *ALL_KINDS), MIXED)

    found = lines(denyut)

    assert tuple(found[0]) == COLUMNS
    told = {(each["question_id"], each["score"] or each["value"]): each["answers"] for each in found}
    assert told["enps", "9"] == "4"
    assert told["goals", "4"] == "6"
    assert told["lunch", "Pecel"] == "0"
    assert told["tools", "Phone"] == "8"
    assert told["again", "1"] == "8"
    assert told["hours", "10.5"] == "1"
    assert told["wish", ""] == "12"
    assert {each["closed_on"] for each in found} == {"2026-11-26"}
    assert {(each["asked"], each["answered"]) for each in found} == {("12", "12")}


async def test_comments_stand_apart_and_in_mixed_order(denyut: Bench) -> None:
    await closed(denyut, survey_of(denyut, *ALL_KINDS), MIXED)

    once, again = comments(denyut), comments(denyut)

    assert tuple(once[0]) == COMMENT_COLUMNS
    wishes = [each["comment"] for each in once if each["question_id"] == "wish"]
    assert sorted(wishes) == sorted(f"wish {at}" for at in range(12))
    assert [each["comment"] for each in once] != [each["comment"] for each in again], "anew each time"
    assert not {"score", "value", "answers"} & set(COMMENT_COLUMNS)


async def test_what_is_hidden_is_a_line_that_says_why_and_no_number(denyut: Bench) -> None:
    survey = survey_of(denyut, ENPS)
    await closed(denyut, survey, scores([10, 9, 3, 8]))
    alike = survey_of(denyut, ENPS, handle="alike")
    await closed(denyut, alike, scores([10, 9, 10, 10, 9, 9]))

    found = lines(denyut)

    assert [(each["survey"], each["row"], each["reason"], each["score"]) for each in found] == [
        ("alike", "range", "alike", ""),
        ("pulse", "hidden", "too_few", ""),
    ]


async def test_groups_are_there_as_far_as_they_are_shown(denyut: Bench) -> None:
    await by_group(denyut, "zone", {JAKARTA: 9, MAKASSAR: 9, "Asia/Tokyo": 6, "Asia/Seoul": 2})

    found = lines(denyut)

    assert {each["segment"] for each in found} == {"", JAKARTA, MAKASSAR}
    assert sum(int(each["answers"]) for each in found if each["segment"] == JAKARTA) == 9
    assert [(each["value"], each["asked"]) for each in found if each["row"] == "groups_hidden"] == [("2", "8")]


async def test_only_the_surveys_that_are_named(denyut: Bench) -> None:
    for handle in ("one", "two"):
        await closed(denyut, survey_of(denyut, ENPS, handle=handle), scores([10, 9, 9, 8, 3, 10]))

    assert {each["survey"] for each in lines(denyut, "two")} == {"two"}
    assert {each["survey"] for each in lines(denyut)} == {"one", "two"}


async def test_a_running_round_is_not_in_it(denyut: Bench) -> None:
    await denyut.command("/pulse enps <#C0SALES|sales>")
    await denyut.command("/pulse send")
    await denyut.tick()

    assert lines(denyut) == []


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)"])
async def test_text_that_a_spreadsheet_would_run_is_quoted(denyut: Bench, text: str) -> None:
    question = own(text)
    await closed(
        denyut,
        survey_of(denyut, ENPS, type(LUNCH)("q", LUNCH.kind, question, options=(question, own("b")))),
        {
            person: Said({"enps": 9 - at % 5, "q": at % 2}, {"enps": f"{text}{at}"})
            for at, person in enumerate(PEOPLE[:12])
        },
    )

    cells = [cell for line in (*lines(denyut), *comments(denyut)) for cell in line.values()]

    assert f"'{text}" in cells
    assert f"'{text}3" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1"])
def test_every_beginning_of_a_formula_is_guarded_and_plain_words_stay(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert guarded("a=1") == "a=1"


async def test_an_export_of_enps_rounds_can_be_taken_over_again(denyut: Bench) -> None:
    survey = survey_of(denyut, ENPS, handle="enps-sales")
    await closed(denyut, survey, scores([10, 9, 9, 8, 3, 10]), silent=2)
    mixed = survey_of(denyut, *ALL_KINDS, handle="mixed")
    await closed(denyut, mixed, MIXED)
    t = denyut.services.texts.t("en")
    text = denyut.do(lambda db: written(export_lines(db, t)))

    def taken_over(db: UnitOfWork) -> list[list[str]]:
        import_rounds(db, denyut.now, parse_rows(io.StringIO(text, newline=""), denyut.now.date()))
        return list(export_lines(db, t, ["enps-sales"]))

    elsewhere = denyut.storage.write_now("T0OTHER", taken_over)
    here = denyut.do(lambda db: list(export_lines(db, t, ["enps-sales"])))
    assert elsewhere == here
    assert len(here) == 1 + len({10, 9, 8, 3})


async def test_the_command_line_writes_numbers_and_comments_into_two_files(denyut: Bench, tmp_path: Path) -> None:
    await closed(denyut, survey_of(denyut, *ALL_KINDS), MIXED)
    settings = denyut.services.settings

    said = files.export_surveys(settings, ["pulse"], tmp_path / "out.csv", "")

    assert f"24 comments to {tmp_path / 'out-comments.csv'}" in said
    assert (tmp_path / "out.csv").read_bytes().startswith(b"survey,round,channel,closed_on,")
    assert b"\r\n" in (tmp_path / "out.csv").read_bytes()
    assert len((tmp_path / "out-comments.csv").read_text().splitlines()) == 25
    with pytest.raises(CannotStart, match="no survey nonsense"):
        files.export_surveys(settings, ["nonsense"], tmp_path / "no.csv", "")
    assert not (tmp_path / "no.csv").exists()


async def test_a_summary_has_nothing_to_tell_of_a_round_without_the_enps_question(denyut: Bench) -> None:
    place = Place("C0SALES", "Asia/Jakarta", "ID", "IDR")

    def pulses() -> int:
        today = denyut.now.date()
        return len(denyut.do(lambda db: read_facts(db, PeriodKind.WEEK, today, denyut.now, place)).pulses)

    await closed(denyut, survey_of(denyut, LUNCH, handle="lunch"), scores([0, 0, 1, 1, 2, 2], LUNCH))
    assert pulses() == 0
    await closed(denyut, survey_of(denyut, ENPS, handle="enps"), scores([10, 9, 9, 8, 3, 10]))
    assert pulses() == 1
