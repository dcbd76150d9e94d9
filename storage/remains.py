"""What somebody who has the files reads in them: free pages and the journal of a SQLite database, copies of it, keys of
rounds that should be gone, and every run of bytes that could be a key.

Readings only. No file of an open SQLite database is read while this process has the database open (see
`storage.database.prepare_file`): open no `Reading` meanwhile.
"""

import base64
import binascii
import hashlib
import hmac
import mmap
import re
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from storage import database
from storage.round_keys import KEY_BYTES, answer_key

MAGIC = b"SQLite format 3\0"
Bytes = bytes | mmap.mmap

DISTINCT_BYTES = 20
"""Of 32 random bytes fewer than 20 are distinct less than once in 10**7 times; text and numbers seldom reach that."""
SMALL = 65_536
"""Bytes: in what is no longer than this also passwords and other texts are taken for keys."""
_BLOB_OF_16 = 44  # SQLite's serial type of a key
_HEX = re.compile(rb"[0-9A-Fa-f]{64}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{43}=?")
_PAGE_SIZE_64K = 1
_HEADER_SIZES = range(3, 10)  # of two or four columns
_SHORT = 57  # longer texts have a serial type of two bytes
_ANSWERED = (
    "SELECT rounds.id, count(*) FROM rounds JOIN participations ON participations.round_id = rounds.id "
    "WHERE rounds.state = 'open' GROUP BY rounds.id"
)
_ANSWERED_AT_FIRST = (
    "SELECT rounds.id, sum(invitations.answered) FROM rounds JOIN invitations ON invitations.round_id = rounds.id "
    "WHERE rounds.state = 'open' GROUP BY rounds.id"
)
"""In a copy of the first version, which knew no participations."""
_LEFT_BEHIND = re.compile(r"\.(key|new|bak|old|orig|tmp|swp|save)$|~$|\.key\.", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A file that holds a round key, or may: for which round, as far as its name tells."""

    path: Path
    workspace_id: str
    round_id: str
    others_may_read: bool


@dataclass(frozen=True, slots=True)
class FreePages:
    """The pages of a SQLite file that are in no use, and how many of them hold something yet."""

    count: int
    not_empty: int


def sqlite_file(database_url: str) -> Path | None:
    """The file of a SQLite database, None for a server. Raises CannotOpen for an address of neither."""
    url = database.parse_url(database_url)
    return Path(str(url.database)) if database.is_sqlite(url) else None


def journal_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def key_files(data_dir: Path) -> list[KeyFile]:
    """Everything in the folder of keys, and whatever is called like a key or like a copy of one elsewhere in the data
    folder."""
    keys = data_dir / "keys"
    found = []
    for path in sorted(files_below(data_dir)):
        inside = keys in path.parents
        if not inside and not (_LEFT_BEHIND.search(path.name) and path.stat().st_size == KEY_BYTES):
            continue
        found.append(
            KeyFile(
                path,
                path.parent.name if path.parent.parent == keys else "",
                path.name.partition(".")[0],
                bool(path.stat().st_mode & 0o077),
            )
        )
    return found


def files_below(folder: Path) -> Iterator[Path]:
    """All files in a folder and below; links are not followed."""
    yield from (each for each in folder.rglob("*") if each.is_file() and not each.is_symlink())


def free_pages(path: Path) -> FreePages:
    """Walks the list of free pages. With secure_delete all are zero but for those that hold the list itself."""
    data = contents(path)
    size = int.from_bytes(data[16:18], "big")
    size = 65_536 if size == _PAGE_SIZE_64K else size
    trunk, count = int.from_bytes(data[32:36], "big"), int.from_bytes(data[36:40], "big")
    seen: set[int] = set()
    not_empty = 0
    while trunk and trunk not in seen and trunk * size <= len(data):
        seen.add(trunk)
        page = data[(trunk - 1) * size : trunk * size]
        leaves = min(int.from_bytes(page[4:8], "big"), size // 4 - 2)
        for at in range(leaves):
            leaf = int.from_bytes(page[8 + 4 * at : 12 + 4 * at], "big")
            not_empty += bool(data[(leaf - 1) * size : leaf * size].strip(b"\0"))
        trunk = int.from_bytes(page[:4], "big")
    return FreePages(count, not_empty)


def former_rows(data: Bytes, round_id: str, known: Collection[bytes]) -> set[bytes]:
    """The keys of answers, comments and participations of a round that lie in the bytes of a SQLite file or journal and
    are not among the known ones: what a seal should have removed."""
    sought = round_id.encode()
    serials = bytes([_BLOB_OF_16, 13 + 2 * len(sought)]) if len(sought) <= _SHORT else bytes([_BLOB_OF_16])
    found = set()
    at = data.find(sought)
    while at >= 0:
        key, header = data[max(0, at - 16) : at], data[max(0, at - 24) : max(0, at - 16)]
        first = header.find(serials)  # behind the size of the header
        if first > 0 and header[first - 1] in _HEADER_SIZES and key not in known:
            found.add(key)
        at = data.find(sought, at + 1)
    return found


def contents(path: Path) -> Bytes:
    """The bytes of a file; of a large one they are not held in memory. None are there of a file that is not."""
    if not path.exists() or not path.stat().st_size:
        return b""
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def copies_of_databases(data_dir: Path, own: Path | None) -> list[Path]:
    """SQLite files in the data folder other than the database itself."""
    found = []
    for path in files_below(data_dir):
        if own is not None and path.resolve() == own.resolve():
            continue
        with path.open("rb") as file:
            if file.read(len(MAGIC)) == MAGIC:
                found.append(path)
    return sorted(found)


def answered_in_copy(path: Path) -> dict[str, int]:
    """The rounds that were open when a copy of the database was made, and how many had answered in each by then."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            known = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
            rows = connection.execute(_ANSWERED if "participations" in known else _ANSWERED_AT_FIRST)
            return {round_id: answered for round_id, answered in rows if answered}
    except sqlite3.Error:
        return {}  # not one of ours, or damaged


def answer_keys_in_copy(path: Path) -> set[bytes]:
    """All keys of answers in a copy of the database."""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            return {bytes(row[0]) for row in connection.execute("SELECT key FROM answers")}
    except sqlite3.Error:
        return set()


def could_be_keys(data: Bytes, most: int) -> Iterator[bytes]:
    """Every run of 32 bytes that could be a key, also written as hex or base64. Of data longer than `most` bytes its
    first and last parts are read."""
    parts = [data[:most]] if len(data) <= most else [data[: most // 2], data[len(data) - most // 2 :]]
    for part in parts:
        yield from (bytes.fromhex(match[0].decode()) for match in _HEX.finditer(part))
        yield from _from_base64(part)
        if len(part) == KEY_BYTES:
            yield part
            continue
        for at in range(len(part) - KEY_BYTES + 1):
            window = part[at : at + KEY_BYTES]
            if len(part) <= SMALL or len(set(window)) >= DISTINCT_BYTES:
                yield window


def opens(key: bytes, asked: Iterable[tuple[str, str, str]], stored: Collection[bytes]) -> bool:
    """Whether under this key any of the asked (label, member, question) leads to something that is stored."""
    return any(answer_key(key, *each) in stored for each in asked)


def derived(text: str, secret: bytes) -> Iterator[bytes]:
    """What a careless programmer would store an answer under: plain digests of a text that is known to everybody, or
    made with a secret that is known to the operator; cut to 16 bytes."""
    message = text.encode()
    for method in ("sha256", "sha1", "md5", "blake2b", "sha512"):
        if not secret:
            yield hashlib.new(method, message).digest()[:16]
        else:
            yield hmac.new(secret, message, method).digest()[:16]
            yield hashlib.new(method, secret + message).digest()[:16]


def _from_base64(part: bytes) -> Iterator[bytes]:
    for match in _BASE64.finditer(part):
        try:
            decoded = base64.urlsafe_b64decode(match[0][:43].replace(b"+", b"-").replace(b"/", b"_") + b"=")
        except binascii.Error:
            continue
        if len(decoded) == KEY_BYTES:
            yield decoded
