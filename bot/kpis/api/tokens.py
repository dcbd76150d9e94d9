"""What a token of the HTTP API looks like, how it is recognised, and which entries came through it. Who may make one is
in `service`; the token itself is kept nowhere, only its SHA-256."""

import re
import secrets
from collections.abc import Mapping
from hashlib import sha256

SECRET_BYTES = 32
_TOKEN = re.compile(r"denyut_([A-Z0-9]{1,32})_[A-Za-z0-9_-]{43}")
_BEARER = re.compile(r"bearer +(\S+) *", re.IGNORECASE)
_SOURCE = "api:"


def new_token(workspace_id: str) -> str:
    """A fresh token: it names its workspace, and the rest of it are 256 random bits."""
    return f"denyut_{workspace_id}_{secrets.token_urlsafe(SECRET_BYTES)}"


def digest_of(token: str) -> bytes:
    """What is kept of a token. No salt or stretching: 256 random bits cannot be guessed from it, and a token is found
    by an equal digest, so that the time it takes says nothing about how nearly one was right."""
    return sha256(token.encode()).digest()


def sent_token(headers: Mapping[str, str]) -> tuple[str, bytes] | None:
    """The workspace and the digest of the token in `Authorization: Bearer …`; None where there is no such thing."""
    given = _BEARER.fullmatch(headers.get("authorization", ""))
    token = _TOKEN.fullmatch(given[1]) if given else None
    return (token[1], digest_of(token[0])) if token else None


def source_by_key(token_id: str, key: str, place: int) -> str:
    """The source of an entry that is known by its request's key and its place in there."""
    return f"{_SOURCE}{token_id}:key:{key}:{place}"


def source_by_id(token_id: str, own_id: str) -> str:
    """The source of an entry that is known by the sender's own id for it."""
    return f"{_SOURCE}{token_id}:id:{own_id}"


def token_id_of(source: str) -> str | None:
    """The id of the token through which an entry came, by the entry's source; None for all others."""
    return source.split(":", 2)[1] if source.startswith(_SOURCE) else None
