"""What the HTTP API takes and what it says of itself are one: the published schema accepts exactly the bodies that are
not refused for their structure, and no body whatsoever is answered with a bug."""

import json
import random
from collections.abc import AsyncIterator, Callable
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

from bot.commands import Registry, Request
from bot.kpis.api import endpoints
from bot.kpis.api.budget import Budget
from bot.kpis.api.contents import MAX_BACK, stored_value
from bot.kpis.api.description import DESCRIPTION_PATH, ENTRIES_PATH, description
from bot.kpis.api.orders import Refused, read_json, read_order
from bot.kpis.api.schema import ENTRY, MOST_ENTRIES, matches, wrong_in
from storage import Storage
from tests.features.api_callers import NOW, TEXTS, Api, serving


@pytest.fixture
def backend() -> str:
    """The bodies do not care which database is behind."""
    return "sqlite"


@pytest.fixture
async def api(storage: Storage, tmp_path: Path) -> AsyncIterator[Api]:
    async with serving(storage, tmp_path) as served:
        yield served


def ecma_pattern(_: Validator, pattern: str, text: Any, __: Any) -> Any:
    """jsonschema reads `$` as Python does; JSON Schema means ECMA 262."""
    if isinstance(text, str) and not matches(pattern, text):
        yield ValidationError(f"{text!r} does not match {pattern!r}")


def published() -> Validator:
    """A validator of the body as the served document describes it, with its references."""
    document = json.loads(json.dumps(description()))
    body = document["paths"][ENTRIES_PATH]["post"]["requestBody"]["content"]["application/json"]["schema"]
    schema = {**body, "components": document["components"]}
    Draft202012Validator.check_schema(schema)
    return extend(Draft202012Validator, {"pattern": ecma_pattern})(schema)


PUBLISHED = published()
NO_SERVICES: Any = None

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=3) | st.integers().map(Decimal)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=6,
)
NEAR = {
    "kpi": st.sampled_from(["revenue", "", "x" * 100, "x" * 101]) | ANY_JSON,
    "value": st.sampled_from(["1", "-0.5", "1e5", "1,5", "+1", " 1", "1\n", "٣", ".5", "1.", "9" * 65])
    | NUMBERS
    | ANY_JSON,
    "on": st.sampled_from(["2026-11-22", "2026-02-31", "20261122", "2026-11-22\n", "2026-11-2"]) | ANY_JSON,
    "member": st.sampled_from(["U0AYU", "W1", "U", "u0ayu", "U0AYU\n", "U" + "A" * 32]) | ANY_JSON,
    "note": st.sampled_from(["", "x" * 300, "x" * 301, "\x00"]) | ANY_JSON,
    "id": st.sampled_from(["a", "a b", " a", "a ", "", "é", "a\n", "x" * 100, "x" * 101]) | ANY_JSON,
}
ENTRIES = st.fixed_dictionaries(
    {"kpi": st.just("revenue"), "value": NUMBERS},
    optional={name: NEAR[name] for name in ("on", "member", "note", "id")},
) | st.fixed_dictionaries({}, optional={**NEAR, "entries": ANY_JSON, "date": ANY_JSON})
BODIES = ENTRIES | st.fixed_dictionaries({"entries": st.lists(ENTRIES, max_size=3) | ANY_JSON}) | ANY_JSON


@given(BODIES)
@example({"entries": [{"kpi": "revenue", "value": Decimal(1)}] * MOST_ENTRIES})
@example({"entries": [{"kpi": "revenue", "value": Decimal(1)}] * (MOST_ENTRIES + 1)})
@example({"entries": []})
@example({"kpi": "revenue", "value": True})
@settings(max_examples=1500)
def test_the_published_schema_accepts_exactly_what_is_not_refused_for_its_structure(body: Any) -> None:
    assert PUBLISHED.is_valid(body) == (wrong_in(body) == [])


def test_every_keyword_of_the_schema_refuses_something() -> None:
    """Control: neither of the two takes everything."""
    good = {"kpi": "revenue", "value": Decimal(1)}
    assert PUBLISHED.is_valid(good)
    for bad in (
        {"kpi": "revenue"}, {**good, "more": 1}, {**good, "kpi": ""}, {**good, "kpi": "x" * 101}, {**good, "on": "x"},
        {**good, "value": "1e5"}, {**good, "note": "x" * 301}, {"entries": []}, {"entries": [good], "kpi": "x"}, [good],
    ):  # fmt: skip
        assert not PUBLISHED.is_valid(bad), bad
        assert wrong_in(bad), bad


@given(st.binary(max_size=60) | ANY_JSON.map(lambda each: json.dumps(each, default=str).encode()))
@example(b'"\\ud83d"')
@example(b'{"\\ud83d": 1, "\\ud83d": 2}')
@example(b"1e99999999999999999999")
@example(b"-Infinity")
@example(b"\xef\xbb\xbf{}")
def test_bytes_are_json_or_are_refused(body: bytes) -> None:
    read = attempted(lambda: read_json(body))
    if isinstance(read, Refused):
        json.dumps(read.response.body, ensure_ascii=False).encode()
    assert read.status == 400 if isinstance(read, Refused) else not any(isinstance(each, float) for each in flat(read))


def attempted(read: Callable[[], Any]) -> Any:
    """What was read, or how it was refused."""
    try:
        return read()
    except Refused as refusal:
        return refusal


def flat(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [each for inner in value.values() for each in flat(inner)]
    return [each for inner in value for each in flat(inner)] if isinstance(value, list) else [value]


@given(st.decimals(allow_nan=False, allow_infinity=False) | st.decimals(-(10**13), 10**13, places=4))
@example(Decimal("0E+999999"))
@example(Decimal("-0"))
@example(Decimal("9999999999999.9999"))
@example(Decimal("9999999999999.99999"))
@example(Decimal("1E-999999"))
@example(Decimal("1E+999999"))
@example(Decimal("1." + "0" * 5000))
def test_a_value_is_stored_exactly_or_refused(sent: Decimal) -> None:
    stored = stored_value(sent)
    _, digits, exponent = sent.normalize(Context(prec=6000, Emax=MAX_EMAX, Emin=MIN_EMIN)).as_tuple()
    assert isinstance(exponent, int)
    fits = not sent or (exponent >= -4 and len(digits) + exponent <= 13)
    assert (stored is not None) == fits
    if stored is not None:
        assert stored == sent
        assert f"{stored:f}".startswith("-") == (sent < 0)


GARBAGE = [
    b"", b"null", b"[]", b"{}", b'"x"', b"0", b"\x00", b"\xff\xfe", b"{" * 5000, b'{"entries":' * 500,
    b'{"entries": null}', b'{"entries": [null, 1, "x", [], {}]}', b'{"kpi": null, "value": null}',
    b'{"kpi": "\\u0000", "value": 1}', b'{"kpi": "revenue", "value": 1, "note": "\\u0000<!channel>"}',
    b'{"kpi": "revenue", "value": 1e999999}', b'{"kpi": "revenue", "value": 1e-999999}',
    b'{"kpi": "revenue", "value": 0e999999}', b'{"kpi": "revenue", "value": -0.0}',
    b'{"kpi": "revenue", "value": ' + b"9" * 200_000 + b"}", b'{"kpi": "revenue", "value": "' + b"9" * 64 + b'"}',
    b'{"kpi": "revenue", "value": 1, "on": "0000-00-00"}', b'{"kpi": "revenue", "value": 1, "on": "9999-12-31"}',
    b'{"kpi": "' + "🙂".encode() * 100 + b'", "value": 1}', b'{"kpi": " - _ ", "value": 1}',
    b'{"kpi": "revenue", "value": 1, "member": "U0AYU", "id": "' + b"~" * 100 + b'"}',
    b'{"~/' + b"x" * 300 + b'": 1}', b'{"kpi": "<!channel>", "value": 1}',
]  # fmt: skip


@pytest.mark.parametrize("body", GARBAGE, ids=lambda body: repr(body[:40]))
async def test_garbage_is_refused_or_stored_and_never_a_bug(api: Api, body: bytes) -> None:
    answered = await api.post(body)
    assert answered.status in (201, 400, 422)
    assert (answered.status == 201) == bool(api.entries())
    if answered.status != 201:
        assert answered.details.strip()


@given(
    st.lists(ENTRIES, max_size=3).map(lambda each: json.dumps({"entries": each}, default=str).encode())
    | st.binary(max_size=200),
    st.text(st.characters(min_codepoint=1, max_codepoint=255, exclude_characters="\r\n"), max_size=20),
)
def test_random_bodies_and_keys_are_never_a_bug(body: bytes, key: str) -> None:
    """Straight into the reading of a request; what goes on behind it has its own tests."""
    headers = {"content-type": "application/json", "idempotency-key": key}
    read = attempted(lambda: read_order(Request("POST", ENTRIES_PATH, headers, body, NO_SERVICES, NOW)))
    assert read.status in (400, 422) if isinstance(read, Refused) else read.entries


async def test_random_entries_are_refused_or_stored_and_never_a_bug(api: Api) -> None:
    """All the way to the database: every part of an entry from a list of right, odd and wrong ones."""
    chance = random.Random(11)
    parts: dict[str, list[Any]] = {
        "kpi": ["revenue", "Pendapatan", "leads", "conversion_rate", "LEADS ", "-", "x\u2028", "a" * 100, 5],
        "value": [1, 0, -3, 0.5, "7", "-0.0000", 1e300, 1e-300, 123456789012345678901234567890, "1e5", None, True],
        "on": ["2026-11-27", "2026-11-28", "0001-01-01", "2026-13-01", "9999-12-31", ""],
        "member": ["U0AYU", "U0BOB", "U0GONE", "U" + "9" * 31, "U0AYU "],
        "note": ["", "\u0000", "<@U0BOB|" + "b" * 290 + ">", "\u202e", "x" * 300],
        "id": ["a", "b", "é", "x" * 100],
    }
    statuses = set()
    for number in range(250):
        names = ["kpi", "value", *chance.sample(["on", "member", "note", "id"], chance.randrange(4))]
        lines = [{name: chance.choice(parts[name][: chance.choice([1, 2, 99])]) for name in names} for _ in range(2)]
        answered = await api.post({"entries": lines}, f"k{number}")
        statuses.add(answered.status)
    assert {201, 422} <= statuses <= {200, 201, 409, 422}


class TestTheDescription:
    async def test_is_served_without_a_token(self, api: Api) -> None:
        answered = await api.send("GET", DESCRIPTION_PATH)
        assert (answered.status, answered.body) == (200, json.loads(json.dumps(description())))

    def test_describes_exactly_the_routes_there_are(self) -> None:
        registry = Registry(TEXTS)
        endpoints.register(registry, Budget())
        routes = {path: {method.lower() for method in methods} for path, methods in registry.routes.items()}
        assert {path: set(methods) for path, methods in description()["paths"].items()} == routes

    async def test_its_answers_are_those_that_are_given(self, api: Api) -> None:
        document = description()
        responses = document["paths"][ENTRIES_PATH]["post"]["responses"]
        entry = {"kpi": "revenue", "value": 1, "note": "x", "id": "a"}
        for answered in (
            await api.post(entry), await api.post(entry), await api.post({**entry, "value": 2}), await api.post(b"{"),
            await api.post({}), await api.post(entry, token=""), await api.post(entry, content_type="text/plain"),
        ):  # fmt: skip
            (content,) = responses[str(answered.status)]["content"].values()
            schema = {**content["schema"], "components": document["components"]}
            assert list(Draft202012Validator(schema).iter_errors(answered.body)) == []

    def test_tells_the_limits_that_hold(self) -> None:
        assert f"{MAX_BACK.days} days back" in ENTRY["properties"]["on"]["description"]
        assert stored_value(Decimal("9999999999999.9999")) is not None
        assert stored_value(Decimal("10000000000000")) is None
        assert "less than 10000000000000" in ENTRY["properties"]["value"]["description"]
