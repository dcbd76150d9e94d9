"""Real payloads made wrong, each from a seed of its own. What a mutation claims about its payload is said here and not
taken from the code under test: a payload that is BROKEN is none that Slack sends, one that is LOST names things that do
not exist; neither may change anything. Whatever else came out may be a request like any other, and act like one."""

import copy
import json
import re
import string
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Any
from urllib.parse import urlencode

Json = dict[str, Any]
Place = tuple[str | int, ...]


class Claim(StrEnum):
    """What is known of a mutated payload."""

    BROKEN = "broken"
    LOST = "lost"
    OPEN = "open"


@dataclass(frozen=True)
class Hostile:
    """A request's body as it is sent, and what is claimed of it. `payload` is None where no JSON could say it."""

    body: bytes
    content_type: str
    claim: Claim
    how: str
    payload: Json | None = None


JSON_TYPE, FORM_TYPE = "application/json", "application/x-www-form-urlencoded"
ESSENTIAL: dict[str, tuple[Place, ...]] = {
    "command": (("command",), ("user_id",), ("trigger_id",)),
    "block_actions": (("type",), ("user",), ("user", "id"), ("actions",), ("actions", 0), ("actions", 0, "action_id")),
    "view_submission": (
        ("type",), ("user",), ("user", "id"), ("view",), ("view", "id"), ("view", "hash"), ("view", "callback_id"),
    ),
    "event_callback": (("type",), ("event",), ("event", "type"), ("event_id",)),
}  # fmt: skip
"""Without these nobody knows who did what, or whether it was done before."""
TYPED = frozenset({"user", "user_id", "team", "channel", "view", "state", "values", "actions", "event", "container"})
OBJECT_ID = re.compile(r"\b[0-9a-f]{16}\b")
KPI_KEY = re.compile(r'(\\*"(?:kpi|key)\\*": ?\\*")[^"\\]+')
LONG = "x" * 1_000_000


def texts(random: Random) -> str:
    """A text nobody would type, or somebody who means harm."""
    made: Sequence[Callable[[], str]] = (
        lambda: "",
        lambda: "x" * random.choice((76, 151, 256, 2001, 3001, 4001, 40_001)),
        lambda: "a\0b\x01\x1b[31m\x7f\u2028\x85",
        lambda: "\u202egnp.exe\u2066\u200b\u200f\ufeff",
        lambda: "Z" + "\u0301" * 300,
        lambda: "<!channel> <@U0AYU> <https://x.y|z> &lt;!here&gt; *_~`",
        lambda: "{name} %s %(x)s {0.__class__} ${jndi:ldap://x}",
        lambda: "' OR 1=1; --",
        lambda: "../../../etc/passwd",
        lambda: str(random.choice((-1, 10**30, "NaN", "Infinity", "1e999", "-0", "0x10", "١٢٣", "½"))),
        lambda: random.choice(("0001-01-01", "9999-12-31", "2026-02-30", "25:61", "24:00", "2026-11-27T09:00")),
        lambda: "".join(random.choice(string.printable) for _ in range(random.randrange(40))),
        lambda: "".join(chr(random.randrange(1, 0xD800)) for _ in range(random.randrange(40))),
        lambda: random.choice(("U0AYU", "C0SALES", "T0TEST", "U0NOBODY", "W", "leads", "kpi.undo", "null", "{}")),
        lambda: json.dumps({"v": 1, "page": random.choice((-1, 10**20, "x", None, 1.5, [], {}))}),
        lambda: '{"v":1,' + '"a":' * 3 + "1}",
        lambda: "[" * 10_000,
        lambda: '{"v":1,"kpi":"\\ud800","round":"\\u0000"}',
    )  # fmt: skip
    return random.choice(made)()


def values(random: Random) -> Any:
    """Anything at all, mostly of the wrong type."""
    made: Sequence[Callable[[], Any]] = (
        lambda: None,
        lambda: random.choice((True, False)),
        lambda: random.choice((0, -1, 1, 2**31, 2**63, 10**30, -(10**18))),
        lambda: random.choice((0.1, -1.5, 1e308)),
        lambda: texts(random),
        list,
        dict,
        lambda: [None],
        lambda: {"id": None},
        lambda: {"": {"": {}}},
        lambda: [[[[]]]],
        lambda: ["x"] * random.choice((2, 5000)),
        lambda: {str(number): number for number in range(random.choice((2, 2000)))},
    )
    return random.choice(made)()


def paths(node: Any, at: Place = ()) -> Iterator[Place]:
    """Every place in a payload, itself left out."""
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, inner in inside:
        yield (*at, name)
        yield from paths(inner, (*at, name))


def some_place(random: Random, payload: Any) -> Place:
    """A place in a payload, found by going down until enough is enough."""
    place: Place = ()
    node = payload
    while isinstance(node, dict | list) and node and (not place or random.random() < 0.8):
        name = random.choice(list(node)) if isinstance(node, dict) else random.randrange(len(node))
        place, node = (*place, name), node[name]
    return place


def at(payload: Any, path: Place) -> Any:
    for name in path:
        payload = payload[name]
    return payload


def put(payload: Json, path: Place, value: Any) -> None:
    at(payload, path[:-1])[path[-1]] = value


def kind_of(payload: Json) -> str:
    return "command" if "command" in payload else str(payload.get("type"))


def essentials(payload: Json) -> list[Place]:
    return [path for path in ESSENTIAL.get(kind_of(payload), ()) if _has(payload, path)]


def _has(payload: Any, path: Place) -> bool:
    """Whether a place is still there; in a text, which has places too, nothing can be put."""
    try:
        at(payload, path)
        return isinstance(at(payload, path[:-1]), dict | list)
    except (KeyError, IndexError, TypeError):
        return False


def as_body(payload: Json) -> tuple[bytes, str]:
    """As Slack writes it into a request."""
    if payload.get("type") in ("event_callback", "url_verification"):
        return json.dumps(payload).encode(), JSON_TYPE
    if "command" in payload or "ssl_check" in payload:
        return urlencode({name: _flat(value) for name, value in payload.items()}).encode(), FORM_TYPE
    text = json.dumps(payload)
    if len(text) % 4:  # written as a form it takes longer than all that is done with it
        return text.encode(), JSON_TYPE
    return urlencode({"payload": text}).encode(), FORM_TYPE


def _flat(value: Any) -> str:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else json.dumps(value)


class Real:
    """Real payloads, ready to be taken many times."""

    def __init__(self, payloads: Sequence[Json]) -> None:
        self.payloads = payloads
        self._texts = [json.dumps(payload) for payload in payloads]

    def mutated(self, seed: int, renew: Callable[[Json, str], Json]) -> Hostile:
        """The hostile payload of a seed."""
        random = Random(seed)
        base = renew(json.loads(random.choice(self._texts)), f"k{seed}")
        how = random.choices(WAYS, WEIGHTS)[0]
        return how(random, base, self.payloads)


def _told(payload: Json, claim: Claim, how: str) -> Hostile:
    body, content_type = as_body(payload)
    return Hostile(body, content_type, claim, how, payload)


def wrong_value(random: Random, base: Json, _: Sequence[Json]) -> Hostile:
    """One place holds something else."""
    path = some_place(random, base)
    before, value = at(base, path), values(random)
    put(base, path, value)
    essential = path in ESSENTIAL.get(kind_of(base), ()) or path == ("type",)
    swapped = not isinstance(value, type(before)) or value in ("", [], {}) or isinstance(before, dict)
    as_form = "command" in base  # where every value is a text
    is_broken = essential and swapped and not (as_form and value not in ("", None, [], {}))
    if as_form and value in (None, [], {}) and not isinstance(value, str):
        is_broken = False  # "null" and "[]" are texts
    return _told(base, Claim.BROKEN if is_broken else Claim.OPEN, f"value at {path}")


def several_wrong(random: Random, base: Json, _: Sequence[Json]) -> Hostile:
    for _ in range(random.randrange(2, 6)):
        put(base, some_place(random, base), values(random))
    return _told(base, Claim.OPEN, "several values")


def missing(random: Random, base: Json, _: Sequence[Json]) -> Hostile:
    path = some_place(random, base)
    essential = path in ESSENTIAL.get(kind_of(base), ())
    kind = kind_of(base)
    del at(base, path[:-1])[path[-1]]
    if essential and kind == "block_actions" and path == ("actions", 0):
        essential = not base["actions"]
    return _told(base, Claim.BROKEN if essential else Claim.OPEN, f"missing {path}")


def essential_lost(random: Random, base: Json, _: Sequence[Json]) -> Hostile:
    """Who, what or which is gone."""
    found = essentials(base)
    if not found:
        return _told(base, Claim.OPEN, "nothing essential")
    path = random.choice(found)
    del at(base, path[:-1])[path[-1]]
    if "actions" in base and not base["actions"]:
        base["actions"] = []
    return _told(base, Claim.BROKEN, f"without {path}")


def of_no_person(random: Random, base: Json, _: Sequence[Json]) -> Hostile:
    """Somebody's id is one of something else, or of nothing."""
    wrong = random.choice(
        ("", "C0SALES", "T0TEST", "B0DENYUT", "u0ayu", "U0AYU\n", "U0 AYU", "<@U0AYU>", "U" * 300, "ＵAYU")
    )
    if "user_id" in base:
        base["user_id"] = wrong
    elif isinstance(base.get("user"), dict):
        base["user"]["id"] = wrong
    else:
        return _told(base, Claim.OPEN, "no person")
    return _told(base, Claim.BROKEN, f"of no person {wrong!r}"[:40])


def unknown(random: Random, base: Json, _: Sequence[Json]) -> Hostile:
    """An action, form, event, command or kind that nobody registered."""
    word = random.choice(("nothing", "survey", "", "survey.scor", "SURVEY.SCORE", "\u202e", "x" * 300, "kpi.undo "))
    match kind_of(base):
        case "block_actions":
            base["actions"][0]["action_id"] = word
        case "view_submission":
            base["view"]["callback_id"] = word
        case "event_callback":
            base["event"]["type"] = word or "nothing"
        case "command":
            base["command"] = f"/{word}".replace("//", "/")
            base["text"] = word
        case _:
            base["type"] = word
    return _told(base, Claim.BROKEN, "unknown")


def after_the_colon(random: Random, base: Json, _: Sequence[Json]) -> Hostile:
    if kind_of(base) == "block_actions":
        action = base["actions"][0]
        action["action_id"] = f"{action['action_id'].split(':')[0]}:{texts(random)}"
    return _told(base, Claim.OPEN, "after the colon")


def carried(random: Random, base: Json, real: Sequence[Json]) -> Hostile:
    """What a button or a form carries is garbage, huge, changed within, or another's."""
    holders = _holders(base)
    if not holders:
        return wrong_value(random, base, real)
    holder, name = random.choice(holders)
    other = random.choice(_holders(random.choice(real)) or [({"x": ""}, "x")])
    inner = _inner(holder.get(name))
    if inner and random.random() < 0.6:
        put(inner, some_place(random, inner), values(random))
        holder[name] = json.dumps(inner)
    else:
        holder[name] = random.choice(
            (texts(random), LONG[: random.choice((3001, 100_000))], other[0].get(other[1]) or "")
        )
    return _told(base, Claim.OPEN, "carried")


def _holders(payload: Json) -> list[tuple[Json, str]]:
    found: list[tuple[Json, str]] = []
    if kind_of(payload) == "block_actions":
        action = payload["actions"][0]
        found += [(action, "value")] if "value" in action else []
        option = action.get("selected_option")
        found += [(option, "value")] if isinstance(option, dict) else []
    view = payload.get("view")
    if isinstance(view, dict) and view.get("private_metadata"):
        found.append((view, "private_metadata"))
    return found


def _inner(text: Any) -> Json:
    try:
        inner = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        return {}
    return inner if isinstance(inner, dict) else {}


def lost(random: Random, base: Json, real: Sequence[Json]) -> Hostile:
    """Everything that is named by an id of ours is named by one that does not exist, and every KPI by a key of none:
    what a handler does not read of a payload may be wrong without harm."""
    sources = [holder.get(name) or "" for holder, name in _holders(base)]
    if not any(OBJECT_ID.search(source) for source in sources):
        return carried(random, base, real)
    text = json.dumps(base)
    replaced = OBJECT_ID.sub(lambda _: f"{random.getrandbits(64):016x}", text)
    return _told(json.loads(KPI_KEY.sub(r"\1no_such_kpi", replaced)), Claim.LOST, "lost")


def state(random: Random, base: Json, real: Sequence[Json]) -> Hostile:
    """What was typed and chosen, all of it."""
    here = base["view"] if kind_of(base) == "view_submission" else base
    if random.random() < 0.3 and isinstance(here.get("state"), dict):
        for block in here["state"].get("values", {}).values():
            for element in block.values():
                element |= {"value": texts(random), "type": random.choice(("plain_text_input", "rich_text_input", "x"))}
    values_of = [path for path in paths(base) if "values" in path and path[-1] not in ("type", "values")]
    if not values_of:
        return wrong_value(random, base, real)
    for path in random.sample(values_of, k=min(len(values_of), random.randrange(1, 6))):
        if _has(base, path):
            put(base, path, texts(random) if random.random() < 0.7 else values(random))
    return _told(base, Claim.OPEN, "state")


DAY, TIME = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d\d:\d\d")


def nearly(random: Random, value: Any) -> Any:
    """Something of the same shape that cannot be, or that nobody offered."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return value
    if isinstance(value, int):
        return random.choice((-1, -7, 0, 1, 99, 2**31 - 1, -(2**31) + 1, str(value), f"{value}x", ""))
    if DAY.fullmatch(value):
        return random.choice(("0001-01-01", "9999-12-31", "2026-02-30", "2026-13-01", "1900-01-01", "2199-12-31"))
    if TIME.fullmatch(value):
        return random.choice(("25:61", "24:00", "99:99", "00:00", "23:59"))
    if value.isdecimal():
        return random.choice(("-1", "x", "99", "007", "1e3", "1" * 12, "٣", f"{value}.5"))
    return random.choice((f"{value}x", value[:-1], value.upper(), value[::-1], "none", "0", f"{value},{value}"))


def almost(random: Random, base: Json, real: Sequence[Json]) -> Hostile:
    """What was chosen, or what a button or form carries, is nearly what it was: a day that no calendar has, a number
    too far, a word that looks like another."""
    carriers = [(holder, name, _inner(holder.get(name))) for holder, name in _holders(base)]
    packed = [(holder, name, inner, each) for holder, name, inner in carriers for each in inner if each != "v"]
    typed = [
        path for path in paths(base) if "values" in path and isinstance(at(base, path), str) and path[-1] != "type"
    ]
    if not packed and not typed:
        return words(random, base, real)
    for _ in range(random.randrange(1, 3)):
        if packed and (not typed or random.random() < 0.5):
            holder, name, inner, each = random.choice(packed)
            inner[each] = nearly(random, inner[each])
            holder[name] = json.dumps(inner)
        else:
            path = random.choice(typed)
            put(base, path, nearly(random, at(base, path)))
    return _told(base, Claim.OPEN, "almost")


def words(random: Random, base: Json, real: Sequence[Json]) -> Hostile:
    """What is typed after a command."""
    if kind_of(base) != "command":
        return state(random, base, real)
    given = base["text"].split(" ")
    for _ in range(random.randrange(1, 4)):
        given.insert(random.randrange(1, len(given) + 1), texts(random))
    base["text"] = " ".join(given)
    return _told(base, Claim.OPEN, "words")


def nested(random: Random, base: Json, _: Sequence[Json]) -> Hostile:
    """So deep that nobody reads it."""
    if "command" in base:
        base["text"] = "[" * 10_000
        return _told(base, Claim.OPEN, "nested text")
    depth = random.choice((200, 900, 10_000))
    text = json.dumps(base)[:-1] + ', "deep": ' + '{"a":' * depth + "1" + "}" * depth + "}"
    return Hostile(text.encode(), JSON_TYPE, Claim.OPEN, f"nested {depth}")


def twice_said(random: Random, base: Json, _: Sequence[Json]) -> Hostile:
    """The same key twice, or the same field of a form."""
    body, content_type = as_body(base)
    if content_type == JSON_TYPE:
        name = random.choice(list(base))
        return Hostile(
            body[:-1] + b"," + json.dumps({name: values(random)}).encode()[1:], JSON_TYPE, Claim.OPEN, "key twice"
        )
    again = random.choice((b"payload=", b"payload=%7B%7D", b"command=", b"user_id=U0AYU", b"text=%00", b"payload=[]"))
    return Hostile(random.choice((body + b"&" + again, again + b"&" + body)), FORM_TYPE, Claim.OPEN, "field twice")


def no_json(random: Random, base: Json, _: Sequence[Json]) -> Hostile:
    """A body that is cut off, or not in UTF-8, or of another content type."""
    body, content_type = as_body(base)
    where = random.randrange(1, len(body))
    broken: Sequence[Callable[[], tuple[bytes, str]]] = (
        lambda: (body[: random.randrange(min(where, len(body) - 3) or 1)], JSON_TYPE),
        lambda: (body[:where] + b"\xff\xfe" + body[where:], JSON_TYPE),
        lambda: (b"", content_type),
        lambda: (b"\x00" * 100, content_type),
        lambda: (b"[" * 100_000, JSON_TYPE),
        lambda: (b'{"type":"event_callback","event_id":"E","event":{"type":"x","n":NaN}}', JSON_TYPE),
        lambda: (b'{"a":' + b"9" * 5000 + b"}", JSON_TYPE),
        lambda: (b"\xef\xbb\xbf" + body, JSON_TYPE),
        lambda: (bytes(random.randrange(256) for _ in range(50)), random.choice((JSON_TYPE, FORM_TYPE))),
    )
    sent, kind = random.choice(broken)()
    return Hostile(sent, kind, Claim.BROKEN, "no json")


def odd_type(random: Random, base: Json, _: Sequence[Json]) -> Hostile:
    body, _ = as_body(base)
    kind = random.choice(("text/plain", "", "multipart/form-data; boundary=x", "application/json; charset=utf-16", "é"))
    return Hostile(body, kind, Claim.OPEN, f"as {kind}")


def huge(random: Random, base: Json, _: Sequence[Json]) -> Hostile:
    """One megabyte where a text stands."""
    strings = [path for path in paths(base) if isinstance(at(base, path), str)]
    put(base, random.choice(strings), LONG)
    return _told(base, Claim.OPEN, "huge")


def surrogates(random: Random, base: Json, _: Sequence[Json]) -> Hostile:
    strings = [path for path in paths(base) if isinstance(at(base, path), str)]
    put(base, random.choice(strings), f"a{chr(random.randrange(0xD800, 0xE000))}b")
    return Hostile(json.dumps(base).encode(), JSON_TYPE, Claim.BROKEN, "surrogates")


def of_another_kind(random: Random, base: Json, real: Sequence[Json]) -> Hostile:
    """Pieces of two payloads in one."""
    other = copy.deepcopy(random.choice(real))
    for name in random.sample(list(other), k=random.randrange(1, len(other) + 1)):
        base[name] = other[name]
    return _told(base, Claim.OPEN, "two in one")


def rich(random: Random, base: Json, real: Sequence[Json]) -> Hostile:
    """As it is: so that what is right acts in between."""
    return _told(base, Claim.OPEN, "real")


_WEIGHED = {
    wrong_value: 20, several_wrong: 8, missing: 12, essential_lost: 25, of_no_person: 18, unknown: 18,
    after_the_colon: 6, carried: 16, almost: 20, lost: 12, state: 16, words: 10, nested: 2, twice_said: 3, no_json: 30,
    odd_type: 2, huge: 0.3, surrogates: 8, of_another_kind: 5, rich: 2,
}  # fmt: skip
WAYS, WEIGHTS = list(_WEIGHED), list(_WEIGHED.values())
