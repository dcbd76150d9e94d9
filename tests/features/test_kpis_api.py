"""KPI entries over HTTP: who may send what, all or nothing, once, and exactly."""

import asyncio
import json
import random
import re
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.domain.catalogue import KpiSettings, KpiVersion, Visibility
from bot.domain.entries import EntryState
from bot.domain.kpis import KPIS
from bot.domain.policies import Policy, Who
from bot.kpis.acting import read_acting
from bot.kpis.api import service
from bot.kpis.api.budget import REQUESTS, Budget
from bot.kpis.api.orders import Order, Refused, SentEntry
from bot.kpis.api.service import token_names
from bot.kpis.api.tokens import digest_of
from bot.kpis.service import undo_entry
from storage import Storage
from storage.catalogue import VERSIONS, Catalogues, definition_text
from tests.features.api_callers import AYU, BOB, GUEST, NOW, TODAY, TOMORROW, Answered, Api, serving

ENTRY = {"kpi": "revenue", "value": "12500000.50"}


@pytest.fixture
async def api(storage: Storage, tmp_path: Path) -> AsyncIterator[Api]:
    async with serving(storage, tmp_path) as served:
        yield served


def batch(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"entries": list(entries)}


def token_id(api: Api) -> str:
    tokens = api.do(lambda db: db.api_tokens.active())
    return str(tokens[0].id)


class TestAnEntry:
    async def test_is_stored_for_the_tokens_maker_today(self, api: Api) -> None:
        answered = await api.post(ENTRY)
        (entry,) = api.entries()
        assert answered.status == 201
        assert answered.body == {
            "entries": [
                {"entry": entry.id, "kpi": "revenue", "value": "12500000.5", "on": TODAY, "member": AYU},
            ]
        }
        assert (entry.value, entry.on.isoformat()) == (Decimal("12500000.5"), TODAY)
        assert (entry.member_id, entry.logged_by, entry.logged_at) == (AYU, AYU, NOW)

    async def test_can_say_everything(self, api: Api) -> None:
        sent = {"kpi": "Pendapatan", "value": 7, "on": "2026-10-01", "member": BOB, "note": "café", "id": "deal-1"}
        answered = await api.post(sent, key="")
        (entry,) = api.entries()
        told = {"entry": entry.id, "kpi": "revenue", "value": "7", "on": "2026-10-01", "member": BOB}
        assert answered.body == {"entries": [{**told, "note": "café", "id": "deal-1"}]}
        assert (entry.member_id, entry.logged_by, entry.note) == (BOB, AYU, "café")

    async def test_names_its_token_as_its_source(self, api: Api) -> None:
        await api.post(ENTRY)
        assert api.entries()[0].source == f"api:{token_id(api)}:key:k1:0"

    async def test_is_known_by_its_tokens_name_also_when_that_is_revoked(self, api: Api) -> None:
        await api.post(ENTRY)
        await api.post(ENTRY, token=api.made_token(name="ERP"))
        by_hand = replace(api.entries()[0], id="e1", source="slack:1")
        api.do(lambda db: db.kpis.add(by_hand))
        revoke(api)
        names = api.do(lambda db: token_names(db, db.kpis.history("revenue")))
        assert sorted(names.values()) == ["CRM", "ERP"]
        assert "e1" not in names

    async def test_can_be_undone_in_slack(self, api: Api) -> None:
        await api.post(ENTRY)

        (entry,) = api.entries()

        def undo(db: Any) -> None:
            undo_entry(db, entry.id, read_acting(db, db.members.get(AYU), NOW, date.fromisoformat(TODAY), "ID"))

        api.do(undo)
        assert [entry.state for entry in api.entries()] == [EntryState.UNDONE]
        again = await api.post(ENTRY)
        assert (again.status, len(api.entries())) == (200, 1), "sending it again does not bring it back"

    async def test_notes_the_day_of_the_tokens_last_use(self, api: Api) -> None:
        await api.post(ENTRY)
        assert api.do(lambda db: db.api_tokens.active())[0].used_on == NOW.date()

    async def test_writes_to_nobody(self, api: Api) -> None:
        await api.post({**ENTRY, "member": BOB})
        assert api.do(lambda db: db.deliveries.next_due()) is None


class TestAllOrNothing:
    async def test_a_thousand_entries_are_stored_at_once(self, api: Api) -> None:
        answered = await api.post(batch(*({**ENTRY, "value": n} for n in range(1000))))
        assert (answered.status, len(answered.body["entries"]), len(api.entries())) == (201, 1000, 1000)
        assert [each["value"] for each in answered.body["entries"]] == [str(n) for n in range(1000)]

    async def test_one_wrong_entry_stores_none_and_all_that_is_wrong_is_said(self, api: Api) -> None:
        sent = batch(
            ENTRY,
            {"kpi": "revenu", "value": 1},
            {"kpi": "leads", "value": 1.5, "on": "2026-02-30"},
            {"kpi": "conversion_rate", "value": 5},
            {**ENTRY, "value": "0.00001", "on": TOMORROW, "member": "U0NOBODY"},
            {**ENTRY, "value": "10000000000000"},
            {**ENTRY, "on": "2025-10-22"},
            {**ENTRY, "member": "U0ROBOT"},
            {"kpi": "lead_response_time", "value": -1},
        )
        answered = await api.post(sent)
        assert (answered.status, api.entries()) == (422, [])
        assert answered.pointers == [
            "/entries/1/kpi", "/entries/2/value", "/entries/2/on", "/entries/3/kpi", "/entries/4/value",
            "/entries/4/on", "/entries/4/member", "/entries/5/value", "/entries/6/on", "/entries/7/member",
            "/entries/8/value",
        ]  # fmt: skip
        for said in (
            'There is no KPI called "revenu". Is it revenue',
            "leads counts things: its values are whole and not negative.",
            "There is no such day.",
            "conversion_rate is not sent but worked out from deals_won and leads; send those.",
            "This is too precise: values have at most 4 decimals.",
            "This day lies ahead; today is 2026-11-27.",
            "Nobody in this workspace is U0NOBODY.",
            "This is too large: values are less than 10000000000000 in size.",
            "This day is more than 400 days back.",
            "U0ROBOT is no person who works here.",
            "lead_response_time is a duration in seconds, and not negative.",
        ):
            assert said in answered.details

    async def test_the_key_of_a_refused_request_can_be_used_for_the_right_one(self, api: Api) -> None:
        assert (await api.post({**ENTRY, "value": "0.00001"})).status == 422
        assert (await api.post(ENTRY)).status == 201

    async def test_of_one_thousand_and_one_nothing_is_stored(self, api: Api) -> None:
        answered = await api.post(batch(*({**ENTRY, "value": n} for n in range(1001))))
        assert (answered.status, answered.pointers, api.entries()) == (422, ["/entries"], [])

    @pytest.mark.parametrize("days", [0, 400])
    async def test_days_up_to_400_back_are_taken(self, api: Api, days: int) -> None:
        on = (date.fromisoformat(TODAY) - timedelta(days=days)).isoformat()
        assert (await api.post({**ENTRY, "on": on})).status == 201


class TestOnce:
    async def test_the_same_request_again_is_answered_the_same_and_stores_nothing(self, api: Api) -> None:
        first = await api.post(batch(ENTRY, {"kpi": "leads", "value": 3}))
        again = await api.post(batch(ENTRY, {"value": 3, "kpi": "leads"}))
        assert (first.status, again.status) == (201, 200)
        assert again.body == first.body
        assert (len(api.entries()), len(api.entries("leads"))) == (1, 1)

    async def test_also_after_midnight_where_the_day_was_left_out(self, api: Api) -> None:
        first = await api.post(ENTRY)
        api.now += timedelta(hours=22)
        assert await self.again(api) == first.body

    async def test_also_when_the_key_itself_was_forgotten(self, api: Api) -> None:
        first = await api.post(ENTRY)
        api.now += timedelta(days=30)
        api.do(lambda db: db.handled.purge(api.now))
        assert await self.again(api) == first.body

    @staticmethod
    async def again(api: Api) -> dict[str, Any]:
        again = await api.post(ENTRY)
        assert (again.status, len(api.entries())) == (200, 1)
        return again.body

    @pytest.mark.parametrize("is_forgotten", [False, True])
    @pytest.mark.parametrize(
        "other",
        [
            pytest.param(batch(ENTRY, {**ENTRY, "value": 2}), id="another value"),
            pytest.param(batch(ENTRY), id="one less"),
            pytest.param(batch(ENTRY, ENTRY, ENTRY), id="one more"),
            pytest.param(batch({**ENTRY, "note": "x"}, ENTRY), id="a note"),
            pytest.param(batch({**ENTRY, "member": BOB}, ENTRY), id="another person"),
            pytest.param(batch({**ENTRY, "on": "2026-11-01"}, ENTRY), id="another day"),
            pytest.param(batch({**ENTRY, "kpi": "cost_savings"}, ENTRY), id="another KPI"),
        ],
    )
    async def test_another_body_with_the_same_key_is_refused(
        self, api: Api, other: dict[str, Any], is_forgotten: bool
    ) -> None:
        await api.post(batch(ENTRY, ENTRY))
        if is_forgotten:
            api.do(lambda db: db.handled.purge(NOW + timedelta(days=9)))
        answered = await api.post(other)
        assert (answered.status, len(api.entries()), api.entries("cost_savings")) == (409, 2, [])

    async def test_the_same_body_with_another_key_is_another_request(self, api: Api) -> None:
        await api.post(ENTRY, "k1")
        assert (await api.post(ENTRY, "k2")).status == 201
        assert len(api.entries()) == 2

    async def test_keys_of_two_tokens_are_apart(self, api: Api) -> None:
        await api.post(ENTRY)
        assert (await api.post({**ENTRY, "value": 1}, token=api.made_token(name="ERP"))).status == 201

    async def test_a_line_with_an_id_is_known_by_it_in_whatever_request(self, api: Api) -> None:
        one, two = {**ENTRY, "id": "a"}, {**ENTRY, "id": "b"}
        assert (await api.post(one, key="")).status == 201
        more = await api.post(batch(one, two), key="")
        assert (more.status, [each["id"] for each in more.body["entries"]]) == (201, ["a", "b"])
        assert (await api.post(batch(two, one), key="another")).status == 200
        assert len(api.entries()) == 2

    async def test_an_id_that_says_something_else_is_refused_with_all_the_rest(self, api: Api) -> None:
        await api.post({**ENTRY, "id": "a"}, key="")
        answered = await api.post(batch({**ENTRY, "id": "b"}, {**ENTRY, "value": 1, "id": "a"}), key="")
        assert (answered.status, answered.pointers, len(api.entries())) == (409, ["/entries/1"], 1)

    async def test_a_key_counts_also_where_every_line_has_an_id(self, api: Api) -> None:
        await api.post({**ENTRY, "id": "a"})
        assert (await api.post({**ENTRY, "id": "b"})).status == 409

    async def test_an_id_cannot_be_there_twice(self, api: Api) -> None:
        answered = await api.post(batch({**ENTRY, "id": "a"}, {**ENTRY, "id": "a"}), key="")
        assert (answered.status, answered.pointers) == (422, ["/entries/1/id"])

    async def test_without_key_and_id_nothing_is_stored(self, api: Api) -> None:
        answered = await api.post(batch({**ENTRY, "id": "a"}, ENTRY), key="")
        assert (answered.status, api.entries()) == (400, [])
        assert "Idempotency-Key" in answered.details

    async def test_twenty_times_at_once_stores_once(self, api: Api) -> None:
        sent = batch(*({**ENTRY, "value": n} for n in range(10)))
        answers = await asyncio.gather(*(api.post(sent) for _ in range(20)))
        assert sorted(each.status for each in answers) == [200] * 19 + [201]
        assert len({json.dumps(each.body) for each in answers}) == 1
        assert len(api.entries()) == 10

    async def test_ids_in_different_orders_at_once_are_stored_once(self, api: Api) -> None:
        lines = [{**ENTRY, "value": n, "id": f"line {n}"} for n in range(20)]
        orders = [batch(*random.Random(seed).sample(lines, 20)) for seed in range(10)]
        answers = await asyncio.gather(*(api.post(each, key="") for each in orders))
        assert {each.status for each in answers} <= {200, 201}
        assert sorted(entry.value for entry in api.entries()) == list(range(20))

    async def test_two_bodies_with_one_key_at_once_store_one_of_them(self, api: Api) -> None:
        answers = await asyncio.gather(*(api.post({**ENTRY, "value": n}) for n in range(8)))
        assert sorted(each.status for each in answers) == [201] + [409] * 7
        assert len(api.entries()) == 1

    async def test_a_lost_answer_is_had_by_sending_again(self, api: Api) -> None:
        body = json.dumps(ENTRY).encode()
        head = (
            f"POST /api/v1/kpi-entries HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {api.token}\r\n"
            f"idempotency-key: k1\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        _, writer = await asyncio.open_connection("127.0.0.1", api.port)
        writer.write(head.encode() + body)
        await writer.drain()
        writer.transport.abort()
        answers = [await api.post(ENTRY) for _ in range(2)]
        assert {each.status for each in answers} <= {200, 201}
        assert answers[0].body == answers[1].body
        assert len(api.entries()) == 1


class TestWhoMaySend:
    WORDS = "Send a valid token, in the header Authorization"

    @pytest.mark.parametrize(
        "authorization",
        [
            "",
            "Bearer",
            "Bearer ",
            "Basic dTpw",
            "Bearer denyut_T0TEST_" + "x" * 43,
            "Bearer denyut_T0OTHER_" + "x" * 43,
            "Bearer denyut_T0TEST_short",
            "Bearer \xe9",
            "Bearer denyut_T0TEST_" + "x" * 43 + " more",
        ],
    )
    async def test_tokens_that_are_none_are_all_answered_alike(self, api: Api, authorization: str) -> None:
        headers = {"authorization": authorization, "idempotency-key": "k", "content-type": "application/json"}
        answered = await api.send("POST", "/api/v1/kpi-entries", json.dumps(ENTRY).encode(), headers)
        unknown = await api.post(ENTRY, token="")
        assert (answered.status, answered.headers["www-authenticate"]) == (401, 'Bearer realm="denyut"')
        assert answered.body == unknown.body
        assert self.WORDS in answered.details
        assert api.entries() == []

    async def test_a_revoked_token_opens_nothing_and_is_answered_the_same(self, api: Api) -> None:
        unknown = await api.post(ENTRY, token="")
        assert (await api.post(ENTRY, "k1")).status == 201
        revoke(api)
        revoked = await api.post(ENTRY, "k2")
        assert (revoked.status, revoked.body) == (401, unknown.body)
        assert (await api.post(ENTRY, "k1")).status == 401, "not even what it stored is told any more"
        assert len(api.entries()) == 1

    async def test_a_token_revoked_while_its_request_is_read_stores_nothing(
        self, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Recognised first, revoked then, recorded last."""
        write = api.storage.write

        async def revoked_before(workspace_id: str, work: Any) -> Any:
            revoke(api)
            return await write(workspace_id, work)

        monkeypatch.setattr(api.storage, "write", revoked_before)
        assert (await api.post(ENTRY)).status == 401
        assert api.entries() == []

    @pytest.mark.parametrize("change", [{"is_deleted": True}, {"is_guest": True}, {"is_outsider": True}])
    async def test_a_maker_who_left_takes_the_token_along(self, api: Api, change: dict[str, bool]) -> None:
        api.do(lambda db: db.members.refresh([replace(db.members.get(AYU), **change)]))
        answered = await api.post(ENTRY)
        assert (answered.status, api.entries()) == (403, [])
        assert "Whoever made this token may not log KPIs here any more" in answered.details

    async def test_a_maker_who_is_no_admin_any_more_logs_as_a_member_does(self, api: Api) -> None:
        token = api.made_token(BOB)
        assert (await api.post(ENTRY, token=token)).status == 201
        refused = await api.post(batch(ENTRY, {**ENTRY, "member": AYU}), "k2", token=token)
        assert (refused.status, refused.pointers) == (403, ["/entries/1/member"])
        assert len(api.entries()) == 1

    @pytest.mark.parametrize(
        ("policy", "owners", "status"),
        [
            (Policy(log_for_others=Who.OWNERS), (BOB,), 201),
            (Policy(log_for_others=Who.OWNERS), (AYU,), 403),
            (Policy(log_for_others=Who.MEMBERS), (), 201),
            (Policy(log_for_others=Who.ADMINS), (BOB,), 403),
        ],
    )
    async def test_whether_it_may_log_for_others_is_the_workspaces_policy(
        self, api: Api, policy: Policy, owners: tuple[str, ...], status: int
    ) -> None:
        api.do(lambda db: db.catalogue.set_policy(policy))
        api.do(lambda db: db.catalogue.set_settings("revenue", KpiSettings(owners=owners)))
        answered = await api.post({**ENTRY, "member": AYU}, token=api.made_token(BOB))
        assert (answered.status, len(api.entries())) == (status, int(status == 201))

    async def test_a_kpi_that_the_maker_may_not_see_does_not_exist(self, api: Api) -> None:
        settings = KpiSettings(owners=(AYU,), visibility=Visibility.OWNERS)
        api.do(lambda db: db.catalogue.set_settings("revenue", settings))
        token = api.made_token(BOB)
        hidden = await api.post(ENTRY, token=token)
        near = await api.post({**ENTRY, "kpi": "revenu"}, token=token)
        through = await api.post({**ENTRY, "kpi": "sales_growth"}, token=token)
        assert [hidden.status, near.status, through.status] == [422, 422, 422]
        assert 'There is no KPI called "revenue".' in hidden.details
        assert 'There is no KPI called "sales_growth".' in through.details, "what is made of it neither"
        assert "revenue" not in re.sub("campaign_revenue", "", near.details)
        assert (await api.post(ENTRY)).status == 201, "its owner's token sees it"

    async def test_nothing_is_logged_for_a_retired_kpi(self, api: Api) -> None:
        settings = KpiSettings(retired_on=date(2026, 11, 1))
        api.do(lambda db: db.catalogue.set_settings("revenue", settings))
        answered = await api.post(ENTRY)
        assert (answered.status, answered.pointers) == (422, ["/kpi"])
        assert "revenue was retired on 2026-11-01" in answered.details

    async def test_guests_are_people_values_can_be_kept_for(self, api: Api) -> None:
        assert (await api.post({**ENTRY, "member": GUEST})).status == 201

    async def test_another_workspaces_token_stores_there(self, api: Api) -> None:
        """The token names its workspace; with another's name it is unknown."""
        moved = api.token.replace("T0TEST", "T0OTHER")
        assert (await api.post(ENTRY, token=moved)).status == 401


def revoke(api: Api) -> None:
    found = token_id(api)
    api.do(lambda db: db.api_tokens.revoke(found, AYU, NOW))


class TestRequests:
    @pytest.mark.parametrize(
        "given", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1"]
    )
    async def test_other_content_types_are_refused(self, api: Api, given: str) -> None:
        assert (await api.post(ENTRY, content_type=given)).status == 415

    async def test_a_compressed_body_is_refused(self, api: Api) -> None:
        assert (await api.post(ENTRY, content_encoding="gzip")).status == 415

    async def test_json_in_utf_8_may_be_said_in_full(self, api: Api) -> None:
        assert (await api.post(ENTRY, content_type='Application/JSON; charset="UTF-8"')).status == 201

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            (b"", "The body is not JSON: Expecting value, line 1, column 1."),
            (b'{"kpi": "revenue", "value": NaN}', "NaN is no number there"),
            (b'{"kpi": "revenue", "value": 1, "value": 2}', '"value" twice'),
            (b'{"kpi": "revenue", "value": 1e99999999999999999999}', "too large to be read"),
            (b'{"kpi": "\xff", "value": 1}', "not UTF-8"),
            (b'{"kpi": "\\ud83d", "value": 1}', "surrogate"),
            (b"[" * 100_000, "nested too deeply"),
        ],
        ids=lambda value: repr(value)[:30],
    )
    async def test_what_is_not_json_is_refused(self, api: Api, body: bytes, said: str) -> None:
        answered = await api.post(body)
        assert (answered.status, api.entries()) == (400, [])
        assert said in answered.details

    async def test_a_body_of_nothing_but_names_holds_up_nobody(self, api: Api) -> None:
        """Looking for the one that is there twice once took a minute and a half, for everybody."""
        names = [*(f"{number}" for number in range(90_000)), "89999"]
        began = time.process_time()
        body = ",".join(f'"{name}":1' for name in names)
        answered = await api.post(f"{{{body}}}".encode())
        assert time.process_time() - began < 5
        assert answered.status == 400
        assert '"89999" twice' in answered.details

    @pytest.mark.parametrize("key", ["with blank", "é", "x" * 256])
    async def test_impossible_keys_are_refused(self, api: Api, key: str) -> None:
        assert (await api.post(ENTRY, key)).status == 400

    async def test_a_problem_is_as_rfc_9457_says(self, api: Api) -> None:
        answered = await api.post({"kpi": "revenue"})
        assert answered.body == {
            "type": "urn:denyut:problem:unprocessable-content",
            "title": "Unprocessable Content",
            "status": 422,
            "detail": "Nothing was stored: the errors say what is wrong, and where.",
            "errors": [{"pointer": "", "detail": '"value" is missing.'}],
        }

    async def test_a_token_has_a_budget_of_requests(self, api: Api) -> None:
        api.budget.most = 2
        statuses = [(await api.post(ENTRY)).status for _ in range(2)]
        refused = await api.post(ENTRY)
        assert (statuses, refused.status, refused.headers["retry-after"]) == ([201, 200], 429, "60")
        api.now += timedelta(seconds=60)
        assert (await api.post(ENTRY)).status == 200

    async def test_neither_token_nor_body_reaches_the_log(
        self, api: Api, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
    ) -> None:
        await api.post({**ENTRY, "note": "our secret plan"})
        await api.post({**ENTRY, "note": "our secret plan", "kpi": "secret plan"}, "k2")
        await api.post(b'{"secret plan', "k3")
        logged = "".join(capfd.readouterr()) + caplog.text
        assert "api_recorded" in logged, "the search looks at the log at all"
        assert api.token.split("_", 2)[2] not in logged
        assert "secret plan" not in logged


def test_a_budget_is_of_each_token_and_comes_back_after_a_minute() -> None:
    budget = Budget()
    assert [budget.spend("t1", NOW) for _ in range(REQUESTS)] == [0] * REQUESTS
    assert budget.spend("t1", NOW + timedelta(seconds=20.5)) == 40
    assert budget.spend("t2", NOW) == 0
    assert budget.spend("t1", NOW + timedelta(minutes=1)) == 0
    assert budget.spend("t1", NOW - timedelta(days=1)) == 0, "a clock that was put back locks nobody out"


async def test_ten_thousand_amounts_add_up_to_the_last_cent(api: Api) -> None:
    """As numbers and as strings, with up to four decimals, of both signs."""
    chance = random.Random(4)
    amounts = [Decimal(chance.randrange(-(10**16), 10**16)).scaleb(-chance.randrange(5)) for _ in range(10_000)]
    amounts = [each for each in amounts if abs(each) < 10**13] + [Decimal("0.1")] * 10
    for start in range(0, len(amounts), 1000):
        some = amounts[start : start + 1000]
        lines = ", ".join(
            f'{{"kpi": "revenue", "value": {each:f}}}' if place % 2 else f'{{"kpi": "revenue", "value": "{each:f}"}}'
            for place, each in enumerate(some)
        )
        answered: Answered = await api.post(f'{{"entries": [{lines}]}}'.encode(), f"k{start}")
        assert answered.status == 201, answered.body
        assert [Decimal(each["value"]) for each in answered.body["entries"]] == some
    day = date.fromisoformat(TODAY)
    totals = api.do(lambda db: db.kpis.totals(day, day))
    assert totals["revenue"].sum == sum(amounts)
    assert totals["revenue"].count == len(amounts)


async def test_a_kpi_that_is_computed_since_a_moment_ago_takes_nothing(api: Api) -> None:
    """What was read of the KPIs is older than what is stored: another replica has defined it anew in between."""
    typed = replace(KPIS["revenue"], key="own", names={"en": "Own"})
    computed = replace(KPIS["conversion_rate"], key="own", names={"en": "Own"})
    api.do(lambda db: db.catalogue.add_version(KpiVersion(typed, 1, NOW.date(), AYU, NOW)))
    read = Catalogues.read

    def stale(self: Catalogues) -> Any:
        found = read(self)
        said = {"number": 2, "starts": NOW.date(), "by": AYU, "at": NOW, "because": ""}
        self._scope.insert_new(VERSIONS, [{**said, "kpi_key": "own", "definition": definition_text(computed)}])
        return found

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Catalogues, "read", stale)
        digest = digest_of(api.token)
        order = Order((SentEntry("/entries/0", "own", Decimal(7), None, None, "", None),), "k9", "f")
        with pytest.raises(Refused) as refusal:
            api.do(lambda db: service.record(db, order, digest, api.services, NOW))
    assert refusal.value.status == 409
    assert api.entries() == []


async def test_a_list_goes_on_after_somebody_in_it_was_erased_and_does_not_tell_who_they_are_now(api: Api) -> None:
    theirs = {"id": "a", **ENTRY, "member": BOB, "on": TODAY}
    assert (await api.post({"entries": [theirs]}, "k")).status == 201
    await asyncio.to_thread(api.storage.erase_now, "T0TEST", BOB, NOW)
    (stored,) = api.entries()
    assert stored.member_id.startswith("UERASED")
    for body, key, status in (([theirs], "k", 200), ([theirs, {"id": "b", **ENTRY, "on": TODAY}], "", 201)):
        answer = await api.post({"entries": body}, key)
        assert (answer.status, answer.body["entries"][0]["member"]) == (status, BOB)
    assert stored in api.entries()
    other = await api.post({"entries": [{**theirs, "value": "1"}]}, "")
    assert (other.status, len(api.entries())) == (409, 2)
