"""The keys of rounds: 32 random bytes each, in files outside the database and its backups.

A round key is the only thing that links an anonymous answer to a person, and in any round a participation. It is made
at launch and destroyed at close; where it is lost before, nothing can be changed any more (see `storage.answers`).
Several replicas share one folder of keys.
"""

import hmac
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.trouble import CannotRead, CannotWrite, StorageTrouble

KEY_BYTES = 32
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class RoundKeys:
    """The key files below a folder: `<folder>/<workspace>/<round>.key`, readable by the bot's own user alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def create(self, workspace_id: str, round_id: str) -> None:
        """Make the round's key, on disk before this returns. A key that is there already stays: it is in use. Raises
        CannotWrite."""
        path = self._path(workspace_id, round_id)
        with _trouble_as(CannotWrite, "the key of a round cannot be written"):
            for folder in (self._folder, path.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = path.with_suffix(f".{secrets.token_hex(4)}.new")
            try:
                _write_key(draft)
                os.link(draft, path)  # unlike a rename, it never replaces a key that another replica has just made
            except FileExistsError:
                pass
            finally:
                draft.unlink(missing_ok=True)
            _sync_folder(path.parent)
            _sync_folder(self._folder)

    def read(self, workspace_id: str, round_id: str) -> bytes | None:
        """The round's key, or None where it is lost or destroyed. Raises CannotRead where nobody can tell: a key that
        cannot be read just now must not count as lost."""
        with _trouble_as(CannotRead, "the key of a round cannot be read"):
            try:
                key = self._path(workspace_id, round_id).read_bytes()
            except FileNotFoundError:
                return None
        return key if len(key) == KEY_BYTES else None

    def destroy(self, workspace_id: str, round_id: str) -> None:
        """Overwrite and remove the round's key. Destroying it twice is fine. Raises CannotWrite."""
        path = self._path(workspace_id, round_id)
        with _trouble_as(CannotWrite, "the key of a round cannot be destroyed"):
            for leftover in path.parent.glob(f"{round_id}.*.new"):
                leftover.unlink(missing_ok=True)
            try:
                with path.open("r+b") as file:
                    file.write(bytes(KEY_BYTES))
                    file.flush()
                    os.fsync(file.fileno())
            except FileNotFoundError:
                return
            path.unlink(missing_ok=True)
            _sync_folder(path.parent)

    def destroy_all(self, workspace_id: str) -> None:
        """Destroy the keys of all rounds of a workspace, and its folder."""
        folder = self._path(workspace_id, "all").parent
        for path in sorted(folder.glob("*.key")):
            self.destroy(workspace_id, path.stem)
        if folder.is_dir():
            for leftover in folder.glob("*.new"):
                leftover.unlink(missing_ok=True)
            folder.rmdir()

    def _path(self, workspace_id: str, round_id: str) -> Path:
        for part in (workspace_id, round_id):
            if not _NAME.fullmatch(part):
                raise ValueError(f"{part!r} cannot be part of a file name")
        return self._folder / workspace_id / f"{round_id}.key"


def answer_key(round_key: bytes, label: str, member_id: str, question: str) -> bytes:
    """What an answer or comment is stored under: HMAC-SHA256 over label, member and question, cut to 16 bytes.

    The label keeps scores and comments of one person apart. The parts are joined by a character none of them holds.
    """
    return _keyed(round_key, label, member_id, question)


def participation_key(round_key: bytes, member_id: str) -> bytes:
    """What it is stored under that a member has answered; made in the same way, apart from answers by its label."""
    return _keyed(round_key, "participation", member_id)


def _keyed(round_key: bytes, *parts: str) -> bytes:
    return hmac.digest(round_key, "\x1f".join(parts).encode(), "sha256")[:16]


@contextmanager
def _trouble_as(kind: type[StorageTrouble], what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise kind(f"{what}: {error.strerror or error}") from error


def _write_key(path: Path) -> None:
    """A fresh key, whole and on disk. A disk that is just full takes a part of it without a word."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        left = secrets.token_bytes(KEY_BYTES)
        while left:
            left = left[os.write(handle, left) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
