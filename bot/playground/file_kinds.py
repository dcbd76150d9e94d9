"""What Slack makes of a file's name, and which files an input takes. Pure: no workspace, no transport."""

import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.playground.limits import FILE_INPUT_BYTES, LIMITS

Json = dict[str, Any]

UNKNOWN: Final = "application/octet-stream"
PICTURES: Final = frozenset({"image/png", "image/jpeg", "image/gif"})
"""What an image block can show of a file."""
# Named here, because what the machine's own list says of them differs from one to the next.
_MIMETYPES: Final = {
    "csv": "text/csv",
    "txt": "text/plain",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FILETYPES: Final = {"txt": "text", "jpeg": "jpg", "htm": "html"}
_PRETTY: Final = {
    "text": "Plain Text",
    "xls": "Excel Spreadsheet",
    "xlsx": "Excel Spreadsheet",
    "zip": "Zip",
    "binary": "Binary",
}


@dataclass(frozen=True)
class FileKind:
    """A file's mimetype, Slack's own short name for its type, and the one for people."""

    mimetype: str
    filetype: str
    pretty: str


def extension(name: str) -> str:
    """What follows the last dot of a file's name, in small letters; empty without one."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def kind_of(name: str) -> FileKind:
    """What kind of file a name tells of."""
    ending = extension(name)
    mimetype = _MIMETYPES.get(ending) or mimetypes.guess_type(name)[0] or UNKNOWN
    filetype = _FILETYPES.get(ending, ending) or "binary"
    return FileKind(mimetype, filetype, _PRETTY.get(filetype, filetype.upper()))


def most_files(element: Json) -> int:
    """How many files an input takes."""
    return int(element.get("max_files") or LIMITS["file_input.max_files.max"])


def file_fault(element: Json, name: str, size: int) -> str | None:
    """Why an input does not take this file of `size` bytes, in words for the person; None when it does."""
    allowed = [str(each).lower().lstrip(".") for each in element.get("filetypes") or []]
    if allowed and extension(name) not in allowed:
        return f"{name} is not of the type {_either(allowed)}"
    if size > FILE_INPUT_BYTES:
        return f"{name} is larger than {FILE_INPUT_BYTES // 1024 // 1024} MB"
    return None if size else f"{name} is empty"


def files_fault(element: Json, files: Sequence[Json]) -> str | None:
    """Why an input does not take these files together; None when it does."""
    if len(files) > most_files(element):
        return f"Choose no more than {most_files(element)} {'file' if most_files(element) == 1 else 'files'}"
    return next((fault for each in files if (fault := file_fault(element, each["name"], each["size"]))), None)


def _either(names: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))
