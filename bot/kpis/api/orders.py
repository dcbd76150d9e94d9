"""From an HTTP request to what is to be recorded: content type, JSON, keys, structure. Nothing is looked up here; what
is wrong raises Refused, with everything that is wrong at once."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any

from bot.commands import Request, Response, problem
from bot.domain.words import shown
from bot.kpis.api.schema import Wrong, wrong_in

_KEY = re.compile(r"[!-~]{1,255}")


class Refused(Exception):  # noqa: N818  a refusal, as people read it
    """A request that is answered with a problem; nothing of it was stored."""

    def __init__(
        self, status: int, detail: str, errors: Sequence[Wrong] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = tuple(errors)
        self._headers = headers

    @property
    def response(self) -> Response:
        errors = [{"pointer": each.pointer, "detail": each.detail} for each in self.errors]
        return problem(self.status, self.detail, errors, self._headers)


@dataclass(frozen=True, slots=True)
class SentEntry:
    """An entry as it was sent: `kpi` a key or a name, `on` as text or None for today, `member_id` None for the token's
    maker, `own_id` None where it is known by its request's key and place. `pointer` is where it is in the body."""

    pointer: str
    kpi: str
    value: Decimal
    on: str | None
    member_id: str | None
    note: str
    own_id: str | None


@dataclass(frozen=True, slots=True)
class Order:
    """A request as understood. `key` is its idempotency key, "" without one; `fingerprint` is the same for the same
    body, however its members are ordered and spaced; a number counts as it is written."""

    entries: tuple[SentEntry, ...]
    key: str
    fingerprint: str


def read_order(request: Request) -> Order:
    """What a request asks for. Raises Refused: 415 for another content type, 400 for what is not JSON and for a missing
    or impossible key, 422 for JSON of another structure."""
    _check_type(request.headers)
    body = read_json(request.body)
    key = request.headers.get("idempotency-key", "")
    if key and not _KEY.fullmatch(key):
        raise Refused(400, "An Idempotency-Key has 1 to 255 characters of ASCII and no blanks.")
    wrong = wrong_in(body)
    if wrong:
        raise unusable(wrong)
    entries = _entries(body)
    if not key and any(entry.own_id is None for entry in entries):
        detail = (
            "Send an Idempotency-Key header, or an id with every entry, so that sending again stores nothing twice."
        )
        raise Refused(400, detail)
    wrong = _repeated(entries)
    if wrong:
        raise unusable(wrong)
    return Order(entries, key, _fingerprint(body))


def unusable(wrong: Sequence[Wrong]) -> Refused:
    """What is said to a body that was understood and cannot be recorded."""
    return Refused(422, "Nothing was stored: the errors say what is wrong, and where.", wrong)


def _check_type(headers: Mapping[str, str]) -> None:
    kind, _, rest = headers.get("content-type", "").lower().partition(";")
    charset = rest.replace(" ", "").replace('"', "")
    if kind.strip() != "application/json" or charset not in ("", "charset=utf-8"):
        raise Refused(415, "Send JSON in UTF-8, with the header Content-Type: application/json.")
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise Refused(415, "Send the body as it is, without a Content-Encoding.")


def read_json(body: bytes) -> Any:
    """JSON with every number as an exact Decimal. Refused(400) for anything else, for a member that is there twice, and
    for texts that are no text (half of a surrogate pair): no database takes them."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise Refused(400, "The body is not UTF-8.") from None
    try:
        value = json.loads(
            text, parse_float=_number, parse_int=_number, parse_constant=_number, object_pairs_hook=_object
        )
        if "\\ud" in text or "\\uD" in text:
            json.dumps(value, ensure_ascii=False, default=str).encode()
    except json.JSONDecodeError as error:
        detail = f"The body is not JSON: {error.msg}, line {error.lineno}, column {error.colno}."
        raise Refused(400, detail) from None
    except RecursionError:
        raise Refused(400, "The body is nested too deeply.") from None
    except UnicodeEncodeError:
        raise Refused(400, "The body holds half of a surrogate pair, which is no character.") from None
    return value


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:  # an exponent beyond all measure
        raise Refused(400, "The body holds a number too large to be read.") from None
    if not number.is_finite():
        raise Refused(400, f"The body is not JSON: {text} is no number there.")
    return number


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a member that is there twice, JSON does not say which one counts."""
    found = dict(members)
    if len(found) < len(members):
        times = Counter(name for name, _ in members)
        twice = next(name for name in times if times[name] > 1)
        told = shown(twice).encode(errors="replace").decode()
        raise Refused(400, f'The body has "{told}" twice in one object.')
    return found


def _entries(body: dict[str, Any]) -> tuple[SentEntry, ...]:
    if "entries" not in body:
        return (_entry(body, ""),)
    return tuple(_entry(each, f"/entries/{place}") for place, each in enumerate(body["entries"]))


def _entry(sent: Mapping[str, Any], pointer: str) -> SentEntry:
    return SentEntry(
        pointer=pointer,
        kpi=sent["kpi"],
        value=Decimal(sent["value"]),
        on=sent.get("on"),
        member_id=sent.get("member"),
        note=sent.get("note", ""),
        own_id=sent.get("id"),
    )


def _repeated(entries: Sequence[SentEntry]) -> list[Wrong]:
    first: dict[str, str] = {}
    wrong = []
    for entry in entries:
        if entry.own_id is not None and first.setdefault(entry.own_id, entry.pointer) != entry.pointer:
            wrong.append(Wrong(f"{entry.pointer}/id", f"The entry at {first[entry.own_id]} has the same id."))
    return wrong


def _fingerprint(body: dict[str, Any]) -> str:
    plain = json.dumps(body, sort_keys=True, default=str)
    return sha256(plain.encode()).hexdigest()
