"""What is known of members from a file: read whole or not at all, and replaced under its own names only."""

import pytest

from bot.attributes import import_attributes, parse
from bot.domain.errors import FileRefused
from bot.files import line_words
from bot.i18n import load
from tests.features.harness import Bench

GOOD = "member,Department,manager\nU0BOB,Retail,U0AYU\nU0CITRA,Export,\nU0DEWI,,U0AYU\n"


def lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def test_each_column_is_an_attribute_and_an_empty_cell_says_nothing() -> None:
    assert parse(lines(GOOD)) == {
        "department": {"U0BOB": "Retail", "U0CITRA": "Export"},
        "manager": {"U0BOB": "U0AYU", "U0DEWI": "U0AYU"},
    }


async def test_importing_replaces_the_attributes_of_the_file_and_no_others(denyut: Bench) -> None:
    denyut.do(lambda db: db.members.set_attributes("office", {"U0BOB": "Bandung"}))
    report = denyut.do(lambda db: import_attributes(db, lines(GOOD)))
    assert (report.people, report.names) == (3, ("department", "manager"))
    denyut.do(lambda db: import_attributes(db, lines("member,department\nU0DEWI,Retail\n")))
    assert denyut.do(lambda db: db.members.attributes("department")) == {"U0DEWI": "Retail"}
    assert denyut.do(lambda db: db.members.attributes("manager")) == {"U0BOB": "U0AYU", "U0DEWI": "U0AYU"}
    assert denyut.do(lambda db: db.members.attributes("office")) == {"U0BOB": "Bandung"}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("name,department\nU0BOB,Retail\n", {1: "members.import.no_member"}),
        ("member\nU0BOB\n", {1: "members.import.columns"}),
        ("member,team,Team\nU0BOB,a,b\n", {1: "members.import.columns"}),
        ("member,what is it?\nU0BOB,a\n", {1: "members.import.name"}),
        ("member," + ",".join(f"a{n}" for n in range(11)) + "\n", {1: "members.import.too_many"}),
        ("member,team\n", {1: "members.import.nobody"}),
        ("", {1: "members.import.no_member"}),
        ("member,team\nbob,a\nU0BOB,b,c\nU0BOB,b\nU0BOB,d\n", {
            2: "members.import.member", 3: "members.import.more_cells", 5: "members.import.twice",
        }),
        ("member,team\nU0BOB," + "x" * 61 + "\n", {2: "members.import.value"}),
        ('member,team\nU0BOB,"a\n', {2: "core.file_broken"}),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_as_a_whole_with_every_wrong_line(text: str, wrong: dict[int, str]) -> None:
    with pytest.raises(FileRefused) as refused:
        parse(lines(text))
    assert {error.line: error.key for error in refused.value.errors} == wrong
    for language in ("en", "id"):
        for error in refused.value.errors:
            assert line_words(error, load().t(language))
