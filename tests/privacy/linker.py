"""A forensic linker: has the database with every physical detail, the files, and the times that Slack shows, and tries
to match people to answers. What it scores is judged against chance.

It tries every order of people with every order of answers; an order is any column, where a row lies, which transaction
wrote it, or where its key stands in the file.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, create_engine, inspect, text

from bot.privacy_check.chance import SURPRISING, matching_tail
from storage import database, remains
from tests.privacy.company import Truth

Row = dict[str, Any]
NOT_AN_ORDER = {"round_id", "question", "value", "text", "workspace_id", "subject"}


@dataclass(frozen=True)
class Loot:
    """What the attacker carried off: rows by round and table, and the bytes of files."""

    answers: dict[str, list[Row]]
    comments: dict[str, list[Row]]
    invitations: dict[str, list[Row]]
    deliveries: dict[str, list[Row]]
    files: Sequence[bytes] = ()


@dataclass(frozen=True)
class Best:
    """The method that hit most, how often, and how likely chance does as well with that many methods tried."""

    method: str
    hits: int
    chance: float

    @property
    def has_found(self) -> bool:
        return self.chance < SURPRISING


def carry_off(url: str, files: Iterable[bytes] = ()) -> Loot:
    """Reads everything; the bot need not run."""
    engine = create_engine(database.parse_url(url))
    kept = list(files)
    try:
        return Loot(
            _rows(engine, "answers", "round_id", kept),
            _rows(engine, "comments", "round_id", kept),
            _rows(engine, "invitations", "round_id", kept),
            _rows(engine, "deliveries", "subject", kept),
            kept,
        )
    finally:
        engine.dispose()


def link(loot: Loot, truths: Sequence[Truth]) -> Best:
    """People to scores, by every pair of orders."""
    hits: dict[str, int] = defaultdict(int)
    for truth in truths:
        rows = loot.answers[truth.round_id]
        row_orders = _orders(rows)
        people = {f"invitations.{name}": order for name, order in _orders(loot.invitations[truth.round_id]).items()}
        people |= {f"deliveries.{name}": order for name, order in _orders(loot.deliveries[truth.round_id]).items()}
        named = {name: [row.get("member_id") or row["receiver"] for row in order] for name, order in people.items()}
        named["Slack's times"] = truth.order
        for who, members in named.items():
            for how, order in row_orders.items():
                values = [row["value"] for row in order]
                hits[f"{who} × answers.{how}"] += _matched(members, values, truth)
                hits[f"{who} × answers.{how} backwards"] += _matched(members, values[::-1], truth)
    return _best(hits, len(truths))


def join(loot: Loot, truths: Sequence[Truth]) -> Best:
    """Comments to scores: what one person said altogether."""
    hits: dict[str, int] = defaultdict(int)
    for truth in truths:
        answers, comments = _orders(loot.answers[truth.round_id]), _orders(loot.comments[truth.round_id])
        for one, scores in answers.items():
            for other, texts in comments.items():
                pairs = zip(scores, texts, strict=True)
                hits[f"answers.{one} × comments.{other}"] += sum(f" {a['value']}," in b["text"] for a, b in pairs)
    return _best(hits, len(truths))


def unlock(loot: Loot, truths: Sequence[Truth], more: Iterable[bytes] = ()) -> int:
    """How many rounds a run of 32 bytes from any file opens. All have answered, so that one person is enough to know a
    key by; `more` are stored keys known from elsewhere."""
    stored = {bytes(row["key"]) for rows in loot.answers.values() for row in rows} | set(more)
    member = truths[0].order[0]
    opened = {
        key
        for data in loot.files
        for key in remains.could_be_keys(data, len(data))
        if remains.opens(key, [("score", member, "enps")], stored)
    }
    return len(opened)


def _matched(members: Sequence[str], values: Sequence[int], truth: Truth) -> int:
    return sum(truth.value_of[member] == value for member, value in zip(members, values, strict=True))


def _best(hits: dict[str, int], rounds: int) -> Best:
    method, most = max(hits.items(), key=lambda each: each[1])
    return Best(method, most, min(1.0, matching_tail(most, rounds) * len(hits)))


def _orders(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """The rows by each column; equal ones by chance."""
    shuffled = random.sample(rows, len(rows))
    return {
        name: sorted(shuffled, key=lambda row, n=name: (row[n] is not None, row[n]))
        for name in rows[0]
        if name not in NOT_AN_ORDER and not isinstance(rows[0][name], dict)
    }


def _rows(engine: Engine, name: str, subject: str, files: Sequence[bytes]) -> dict[str, list[Row]]:
    columns = [each["name"] for each in inspect(engine).get_columns(name)]
    listed = ", ".join(f'"{column}"' for column in columns)
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            more = ", xmin::text::bigint AS transaction, ctid::text AS place"
        else:
            wr = connection.execute(
                text("SELECT wr FROM pragma_table_list WHERE name = :name"), {"name": name}
            ).scalar()
            more = "" if wr else ", rowid AS place"
        found = [row._asdict() for row in connection.execute(text(f"SELECT {listed}{more} FROM {name}"))]
    by_subject: dict[str, list[Row]] = defaultdict(list)
    for row in found:
        row.pop("facts", None)
        if isinstance(row.get("place"), str):
            row["place"] = tuple(int(part) for part in row["place"].strip("()").split(","))
        if "key" in row:
            row["key"] = bytes(row["key"])
        by_subject[row[subject]].append(row)
    if files and "key" in columns:  # where it stands in the first file, the database
        offsets = _offsets(files[0], by_subject)
        for row in found:
            row["offset"] = offsets.get(row["key"], -1)
    return by_subject


def _offsets(data: bytes, round_ids: Iterable[str]) -> dict[bytes, int]:
    """Where in a SQLite file each key stands: right before the id of its round."""
    found = {}
    for round_id in map(str.encode, round_ids):
        at = data.find(round_id)
        while at >= 0:
            found[data[max(0, at - 16) : at]] = at
            at = data.find(round_id, at + 1)
    return found
