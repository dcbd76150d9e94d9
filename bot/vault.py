"""Secrets at rest: tokens sealed under a key that is not in the database, and keys of their own for other uses. What is
sealed, and when it is sealed anew, is decided in `bot.workspaces` and `bot.installing`.

DENYUT_SECRET_KEY may hold several keys, separated by commas: the first seals, all of them open. A sealed token says
which key it needs by that key's id, and belongs to one workspace: put into another's row it does not open.
"""

import hmac
import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # loaded where it is needed: most processes have no token to open
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FORM = b"\x01"
"""The first byte of everything sealed: how what follows it is made."""
ID_BYTES, NONCE_BYTES, KEY_BYTES = 8, 12, 32


class CannotOpenToken(Exception):  # noqa: N818  (it reads as what happened)
    """No key at hand opens it. The message is one line that repeats nothing of it."""


class Vault:
    """The keys of one process. Raises ValueError for no key at all."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("a vault needs a key")
        self._secrets = [key.encode() for key in keys]
        self._by_id = {_derived(key, "id", ID_BYTES): _cipher(_derived(key, "tokens")) for key in self._secrets}
        self._newest = _derived(self._secrets[0], "id", ID_BYTES)

    @classmethod
    def of(cls, setting: str) -> "Vault":
        """The vault of a DENYUT_SECRET_KEY as it is written."""
        return cls([key.strip() for key in setting.split(",") if key.strip()])

    def seal(self, token: str, workspace_id: str) -> bytes:
        """Encrypts a token of a workspace (or organisation) under the newest key (AES-256-GCM)."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._by_id[self._newest].encrypt(nonce, token.encode(), _about(workspace_id))
        return FORM + self._newest + nonce + sealed

    def open(self, sealed: bytes, workspace_id: str) -> str:
        """The token that was sealed for this workspace. Raises CannotOpenToken."""
        from cryptography.exceptions import InvalidTag

        form, key_id, rest = sealed[:1], sealed[1 : 1 + ID_BYTES], sealed[1 + ID_BYTES :]
        key = self._by_id.get(key_id)
        if form != FORM or key is None:
            raise CannotOpenToken(
                f"the token of {workspace_id} was sealed under a key that is not in DENYUT_SECRET_KEY"
            )
        try:
            return key.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], _about(workspace_id)).decode()
        except (InvalidTag, ValueError):
            raise CannotOpenToken(f"the token of {workspace_id} is damaged, or is another workspace's") from None

    def is_newest(self, sealed: bytes) -> bool:
        """Whether it was sealed under the key that seals now."""
        return sealed[: 1 + ID_BYTES] == FORM + self._newest

    def sign(self, purpose: str, text: str) -> str:
        """A signature (hex) of a text under a key for this purpose alone, made from the newest key."""
        return _signature(self._secrets[0], purpose, text)

    def is_signed(self, purpose: str, text: str, signature: str) -> bool:
        """Whether one of the keys made the signature; each is compared in constant time."""
        given = signature.encode()
        found = [hmac.compare_digest(_signature(key, purpose, text).encode(), given) for key in self._secrets]
        return any(found)


def _cipher(key: bytes) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)


def _derived(secret: bytes, purpose: str, length: int = KEY_BYTES) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), length, salt=None, info=f"denyut {purpose}".encode()).derive(secret)


def _signature(secret: bytes, purpose: str, text: str) -> str:
    return hmac.digest(_derived(secret, f"sign {purpose}"), text.encode(), "sha256").hex()


def _about(workspace_id: str) -> bytes:
    return workspace_id.encode()
