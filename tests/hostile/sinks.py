"""Where the texts go in and where they come out: the corpus in batches, everything that left the bot with what of it is
live, and files as a spreadsheet program reads them."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import openpyxl

from bot.slack.blocks import Message
from tests.features.harness import Bench
from tests.hostile.corpus import BY_HAND, generated
from tests.hostile.live_tokens import live_anywhere, live_in
from tests.hostile.seed import SEED
from tests.soak import IS_SOAK

TEXTS = (*BY_HAND, *(generated(SEED, 5000) if IS_SOAK else ()))
AT_ONCE = 24
FIRST_CHARACTERS = ("=", "+", "-", "@", "\t", "\r")


@dataclass
class Sinks:
    """Everything that left the bot, and what of it is live."""

    bench: Bench
    found: list[str]
    read: int = 0

    def look(self, where: str, *answers: Any) -> None:
        slack = self.bench.slack
        messages = [each.message for each in slack.posted] + [message for _, message, _ in slack.responses]
        messages += [old for each in slack.posted for old in each.history]
        for message in messages:
            self._message(where, message)
        for view in (*slack.shown, *slack.homes.values()):
            self._note(where, list(live_anywhere(view)))
            self.read += 1
        for answer in answers:
            self._message(where, Message(answer.text or "-", tuple(answer.blocks)))
            self._note(where, list(live_anywhere(answer.body)))
        for kept in (slack.posted, slack.responses, slack.shown, slack.views, slack.updated_views):
            kept.clear()  # type: ignore[attr-defined]

    def _message(self, where: str, message: Message) -> None:
        self.read += 1
        self._note(where, [*live_in(message.text), *live_anywhere(list(message.blocks))])

    def _note(self, where: str, live: Sequence[str]) -> None:
        self.found += [f"{where}: {each[:200]}" for each in live]


def batches() -> Iterator[tuple[str, ...]]:
    for start in range(0, len(TEXTS), AT_ONCE):
        yield TEXTS[start : start + AT_ONCE]


def typed(text: str) -> str:
    """As Slack sends what was typed after a command."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def no_cell_computes(lines: Any) -> None:
    for line in lines:
        assert not [cell for cell in line if computes(cell)], line


def computes(cell: str) -> bool:
    """Whether a spreadsheet would take a cell for a formula: what begins like one and is no number."""
    return cell.startswith(FIRST_CHARACTERS) and not cell.lstrip("+-").replace(".", "").replace(",", "").isdigit()


async def exported(bench: Bench, kind: str) -> list[list[Any]]:
    """The rows of the file that `/kpi export` sends; no cell of a workbook is a formula."""
    await bench.command(f"/kpi export leads {kind}", user="U0AYU")
    *_, (_, name, content, _) = bench.slack.uploads
    assert name.endswith(kind)
    if kind == "csv":
        text = content.decode("utf-8-sig")
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in text.split("\n")[0] else ","))
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [list(row) for row in book.worksheets[0].iter_rows()]
    assert not [cell for row in cells for cell in row if cell.data_type == "f"]
    return [[cell.value for cell in row] for row in cells]


def unguarded(cell: str) -> str:
    """Without the apostrophes that keep a spreadsheet from computing, wherever it may cut a text in two."""
    written = re.sub(r"_x([0-9A-F]{4})_", lambda match: chr(int(match[1], 16)), cell)  # as workbooks write them
    return written.replace("'", "").strip()
