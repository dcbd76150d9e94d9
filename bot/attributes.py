"""What is known of members from a file: department, manager, and whatever else results may be broken down by.

A CSV with a header: `member` (a Slack id), then one column for each attribute. Importing replaces those attributes as a
whole; running rounds keep the groups they were launched with. Reading the file itself is `bot.files`' matter.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.domain.errors import DomainError, FileRefused, LineError
from bot.domain.words import shown
from storage import UnitOfWork

MEMBER = "member"
MOST_ATTRIBUTES = 10
VALUE_LENGTH = 60
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,29}")
_ID = re.compile(r"[UW][A-Z0-9]{2,}")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """How many people have something, and which attributes there are now."""

    people: int
    names: tuple[str, ...]


def import_attributes(db: UnitOfWork, lines: Iterable[str]) -> ImportReport:
    """Take over the attributes of a CSV file in one transaction. Raises FileRefused with every wrong line, and then
    nothing is stored."""
    values = parse(lines)
    for name, by_member in values.items():
        db.members.set_attributes(name, by_member)
    people = {member for by_member in values.values() for member in by_member}
    return ImportReport(len(people), tuple(values))


def parse(lines: Iterable[str]) -> dict[str, dict[str, str]]:
    """The value by member id of each attribute of a file; empty cells say nothing. Raises FileRefused with all errors
    at once."""
    reader = csv.DictReader(lines, strict=True)
    errors: list[LineError] = []
    seen: set[str] = set()
    found: dict[str, dict[str, str]] = {}
    try:
        names = _names(reader.fieldnames or ())
        found = {name: {} for name in names.values()}
        for cells in reader:
            try:
                member, given = _row(cells, names)
                if member in seen:
                    raise DomainError("members.import.twice", member=member)
                seen.add(member)
                for name, value in given.items():
                    found[name][member] = value
            except DomainError as wrong:
                errors.append(LineError(reader.line_num, wrong.key, wrong.values))
    except DomainError as wrong:
        errors.append(LineError(1, wrong.key, wrong.values))
    except csv.Error:
        errors.append(LineError(reader.reader.line_num, "core.file_broken"))
    if not errors and not seen:
        errors.append(LineError(1, "members.import.nobody"))
    if errors:
        raise FileRefused(errors)
    return found


def _names(header: Iterable[str]) -> dict[str, str]:
    """The attributes by the column they are in. DomainError for a header that cannot be meant."""
    columns = [column or "" for column in header]
    names = {column: column.strip().casefold() for column in columns}
    if MEMBER not in names.values():
        raise DomainError("members.import.no_member")
    attributes = {column: name for column, name in names.items() if name != MEMBER}
    if not attributes or len(columns) != len(set(names.values())):
        raise DomainError("members.import.columns")
    if len(attributes) > MOST_ATTRIBUTES:
        raise DomainError("members.import.too_many", most=MOST_ATTRIBUTES)
    for column, name in attributes.items():
        if not _NAME.fullmatch(name):
            raise DomainError("members.import.name", text=shown(column))
    return attributes


def _row(cells: Mapping[str | None, str | list[str] | None], names: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    if None in cells:
        raise DomainError("members.import.more_cells")
    text = {str(column).strip().casefold(): str(cell or "").strip() for column, cell in cells.items()}
    member = text[MEMBER]
    if not _ID.fullmatch(member):
        raise DomainError("members.import.member", text=shown(member))
    given = {name: text[name] for name in names.values() if text[name]}
    for value in given.values():
        if len(value) > VALUE_LENGTH or not value.isprintable():
            raise DomainError("members.import.value", most=VALUE_LENGTH, text=shown(value))
    return member, given
