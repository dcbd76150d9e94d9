"""Combinations that are rarer than a broken line: what Slack shows, hides or answers while nobody knows whether a
message arrived, and clocks that jump meanwhile. Each is a small story of its own.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot import ambiguous
from bot.domain.deliveries import NewDelivery, Verb
from bot.notices import UNDELIVERABLE
from bot.sender import LEASE
from bot.slack.blocks import Message
from tests.faults.conftest import OpenSite
from tests.faults.little_slack import Fault, Json, broken, busy, changed, refuses, says
from tests.faults.sites import NOW, SAY, Site

DAY = 24 * 3600.0


def post(receiver: str = "C1", subject: str = "s1", **more: Any) -> NewDelivery:
    return NewDelivery(SAY, subject, receiver, **{"due_at": NOW, **more})


def meets(site: Site, **faults: Fault | list[Fault]) -> None:
    """What the next calls of a method meet ("chat_postMessage"); a single fault befalls all of them."""

    def misbehave(method: str, _: str, __: Json) -> Fault | None:
        fault = faults.get(method.replace(".", "_"))
        if isinstance(fault, list):
            return fault.pop(0) if fault else None
        return fault

    site.slack.misbehave = misbehave


def reported(site: Site) -> set[str]:
    """Who is told that a message could not be delivered."""
    return {each.receiver for each in site.books().deliveries if each.purpose == UNDELIVERABLE}


class TestLooking:
    async def test_finds_a_message_on_a_later_page(self, site: Site) -> None:
        site.slack.page = 2
        meets(site, chat_postMessage=[broken(after=True)])
        site.owe(post())
        await site.send()
        for number in range(9):
            site.slack.add("T1", "C1", f"chatter {number}")
        await site.settle()
        assert site.faults() == []
        assert len([m for m in site.slack.visible("T1") if m.delivery_id]) == 1

    @pytest.mark.parametrize("kept", [True, False])
    async def test_posts_again_what_somebody_deleted_before_it_was_found(self, site: Site, kept: bool) -> None:
        """It looks like one that never arrived; nobody sees two of it."""
        meets(site, chat_postMessage=[broken(after=True)])
        site.owe(post())
        await site.send()
        site.slack.visible("T1")[0].is_deleted = not kept
        await site.settle()
        assert site.faults() == []
        assert len(site.slack.posted["T1"]) == (1 if kept else 2)
        assert len(site.slack.visible("T1")) == 1

    async def test_does_not_take_one_empty_look_for_two(self, site: Site) -> None:
        """The history lagged at the first look, and may not be read at the second."""
        site.slack.lag = 60.0
        meets(site, chat_postMessage=[broken(after=True)])
        (owed,) = site.owe(post(facts={"owner": "U100"}))
        await site.send()
        await site.send(6)
        meets(site, conversations_history=refuses("not_in_channel"))
        await site.settle()
        assert site.get(owed).state == "failed"
        assert len(site.slack.visible("T1", "C1")) == 1
        assert reported(site) == {"U100", "U9"}

    async def test_that_never_gets_an_answer_ends_in_a_report(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ambiguous, "MOST_UNANSWERED", 6)
        meets(site, chat_postMessage=[broken(after=True)], conversations_history=says(b"", 500, after=False))
        (owed,) = site.owe(post())
        await site.send()
        for _ in range(8):
            await site.send(301)
        assert (site.get(owed).state, reported(site)) == ("failed", {"U9"})
        assert len(site.slack.visible("T1", "C1")) == 1

    async def test_through_more_than_can_be_read_ends_in_a_report(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.slack.gateway.HISTORY_PAGES", 3)
        site.slack.page = 2
        meets(site, chat_postMessage=[broken(after=False)])
        site.owe(post())
        await site.send()
        for number in range(9):
            site.slack.add("T1", "C1", f"chatter {number}")
        await site.settle()
        assert site.faults() == []
        assert reported(site) == {"U9"}

    async def test_in_a_busy_channel_reads_no_further_back_than_it_has_to(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A day of chatter is more than it reads; the minutes around the attempt are enough."""
        monkeypatch.setattr("bot.slack.gateway.HISTORY_PAGES", 5)
        monkeypatch.setattr("bot.slack.gateway.LITTLE_TO_READ", 20)
        an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
        site.slack.clock = an_hour_ago.timestamp
        for number in range(100):
            site.slack.add("T1", "C1", f"chatter {number}")
        site.slack.clock = lambda: an_hour_ago.timestamp() + 3600 + site.time.seconds
        site.slack.page = 10
        meets(site, chat_postMessage=[broken(after=False)])
        site.owe(post())
        await site.send()
        await site.settle()
        assert site.faults() == []
        assert reported(site) == set()

    async def test_after_a_reply_whose_thread_was_deleted_ends_quietly(self, site: Site) -> None:
        (first,) = site.owe(post())
        await site.send()
        (reply,) = site.owe(post(subject="details", verb=Verb.REPLY, target_id=first))
        meets(site, chat_postMessage=[broken(after=False)])
        await site.send(1)
        site.slack.visible("T1")[0].is_deleted = True
        await site.settle()
        assert (site.get(reply).state, site.get(reply).error) == ("skipped", "thread_not_found")
        assert reported(site) == set()

    async def test_in_a_channel_that_was_archived_meanwhile_is_reported(self, site: Site) -> None:
        (owed,) = site.owe(post())
        meets(site, chat_postMessage=[broken(after=False), refuses("is_archived")])
        await site.settle()
        assert (site.get(owed).error, reported(site)) == ("is_archived", {"U9"})

    @pytest.mark.parametrize(
        "kept",
        [
            pytest.param(lambda _: None, id="none"),
            pytest.param(lambda _: {}, id="empty"),
            pytest.param(lambda metadata: {"event_type": metadata["event_type"]}, id="its kind alone"),
            pytest.param(lambda metadata: {**metadata, "event_payload": "{}"}, id="a text"),
        ],
    )
    async def test_where_messages_have_lost_what_tells_which_they_are_ends_in_a_report(
        self, site: Site, kept: Callable[[Json], Any]
    ) -> None:
        """One of them may be it: in a channel it is not posted again."""

        def without_metadata(body: Json) -> None:
            for message in body["messages"]:
                message.update(bot_id="B0", user="U0BOT", metadata=kept(message["metadata"]))

        meets(site, chat_postMessage=[broken(after=True)], conversations_history=changed(without_metadata))
        (owed,) = site.owe(post())
        await site.settle()
        assert (site.get(owed).error, reported(site)) == ("unclear: no_metadata", {"U9"})
        assert len(site.slack.visible("T1", "C1")) == 1

    @pytest.mark.parametrize("more", [{"subtype": "channel_join"}, {"files": [{"id": "F1"}]}, {"user": "U2"}])
    async def test_is_not_misled_by_what_is_no_message_of_ours(self, site: Site, more: Json) -> None:
        def with_another(body: Json) -> None:
            ours = {"bot_id": "B0"} if "user" not in more else {}
            body["messages"].insert(0, {"ts": f"{site.time.seconds + NOW.timestamp():.6f}", **ours, **more})

        meets(site, chat_postMessage=[broken(after=False)], conversations_history=changed(with_another))
        (owed,) = site.owe(post())
        await site.settle()
        assert site.get(owed).state == "sent"
        assert len(site.slack.visible("T1", "C1")) == 1

    async def test_asks_a_busy_slack_as_often_as_it_takes(self, site: Site) -> None:
        meets(site, chat_postMessage=[broken(after=True)], conversations_history=[busy(20)] * 12)
        site.owe(post())
        await site.settle()
        assert site.faults() == []
        assert reported(site) == set()


class TestAnswers:
    async def test_that_name_another_channel_are_believed(self, site: Site) -> None:
        """Slack says that it is posted: it is not posted again."""
        meets(site, chat_postMessage=[changed(lambda body: body.update(channel="C7"))])
        (owed,) = site.owe(post())
        await site.settle()
        assert (site.get(owed).state, site.get(owed).channel) == ("sent", "C7")
        assert len(site.slack.visible("T1")) == 1

    async def test_without_a_place_are_looked_up(self, site: Site) -> None:
        meets(site, chat_postMessage=[changed(lambda body: body.pop("ts"))])
        (owed,) = site.owe(post())
        await site.settle()
        assert site.get(owed).ts == site.slack.visible("T1")[0].ts

    async def test_that_send_elsewhere_are_not_followed(self, site: Site) -> None:
        """A post would be made twice, and the token given to somebody else."""
        elsewhere = says(b"", 307, after=True, Location=f"{site.slack.url}chat.postMessage")
        meets(site, chat_postMessage=[elsewhere])
        site.owe(post())
        await site.settle()
        assert site.faults() == []
        assert site.slack.calls["chat.postMessage"] == 1

    @pytest.mark.parametrize("verb", [Verb.POST, Verb.UPDATE])
    async def test_that_are_always_the_same_500_end_in_a_report(
        self, site: Site, verb: Verb, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ambiguous, "MOST_ATTEMPTS", 4)
        (first,) = site.owe(post("U100", "first"))
        await site.send()
        method = "chat_update" if verb is Verb.UPDATE else "chat_postMessage"
        meets(site, **{method: lambda request, do: says(b"", 500, after=False)(request, do)})
        (owed,) = site.owe(post("U100", "second", verb=verb, target_id=first, facts={"owner": "U101"}))
        for _ in range(20):
            await site.send(301)
        assert site.get(owed).state == "failed"
        assert reported(site) == {"U101", "U9"}
        assert len(site.slack.visible("T1", "D100")) == 1
        assert site.slack.calls[method.replace("_", ".")] <= 1 + 3 * 4, "the notices fail too"


@pytest.mark.parametrize("arrived", [True, False])
@pytest.mark.parametrize("receiver", ["C1", "U100"])
class TestClocks:
    """The clock jumps by a day between the attempt and the look, Slack's does not."""

    def slack_stays(self, site: Site) -> None:
        began = site.time.seconds
        site.slack.clock = lambda: NOW.timestamp() + (site.time.seconds - began) % DAY

    @pytest.mark.parametrize("jump", [DAY, -DAY])
    async def test_a_jump_before_the_look(self, site: Site, receiver: str, arrived: bool, jump: float) -> None:
        self.slack_stays(site)
        meets(site, chat_postMessage=[broken(after=arrived)])
        site.owe(post(receiver))
        await site.send()
        site.time.seconds += jump
        for _ in range(8):
            await site.send(31)
        assert site.faults() == []
        assert len(site.slack.visible("T1")) == 1

    @pytest.mark.parametrize("jump", [DAY, -DAY])
    async def test_a_jump_between_two_looks(self, site: Site, receiver: str, arrived: bool, jump: float) -> None:
        self.slack_stays(site)
        meets(site, chat_postMessage=[broken(after=arrived)])
        site.owe(post(receiver))
        await site.send()
        await site.send(6)
        site.time.seconds += jump
        for _ in range(8):
            await site.send(31)
        assert site.faults() == []
        assert len(site.slack.visible("T1")) == 1

    @pytest.mark.parametrize("jump", [DAY, -DAY])
    async def test_a_jump_after_a_sender_died(self, site: Site, receiver: str, arrived: bool, jump: float) -> None:
        self.slack_stays(site)
        (owed,) = site.owe(post(receiver))
        site.do(lambda db: db.deliveries.claim(site.time.now, 9, LEASE))
        if arrived:
            metadata = {"event_type": "denyut_delivery", "event_payload": {"delivery_id": owed}}
            await site.services.slack.post(receiver, Message("about s1"), metadata=metadata)
        site.time.seconds += jump
        for _ in range(8):
            await site.send(31)
        assert site.faults() == []
        assert len(site.slack.visible("T1")) == 1


class TestWhoIsLate:
    """A sender that stood still longer than its lease reports what it knows; another one is at the message by then."""

    async def test_saying_that_slack_was_busy_it_does_not_free_what_another_sends(self, site: Site) -> None:
        (owed,) = site.owe(post())
        (late,) = site.do(lambda db: db.deliveries.claim(NOW, 9, LEASE))
        site.time.seconds += 100
        site.do(lambda db: db.deliveries.claim(site.time.now, 9, LEASE))
        site.do(lambda db: db.deliveries.again(owed, site.time.now, "not found twice"))
        (other,) = site.do(lambda db: db.deliveries.claim(site.time.now, 9, LEASE))
        reports = (
            lambda db: db.deliveries.hold(owed, NOW, "busy", held=late.lease_until),
            lambda db: db.deliveries.again(owed, NOW, "unclear", held=late.lease_until),
            lambda db: db.deliveries.postpone(owed, NOW, held=late.lease_until),
            lambda db: db.deliveries.skipped(owed, "no", held=late.lease_until),
            lambda db: db.deliveries.failed(owed, "no", NOW, held=late.lease_until),
            lambda db: db.deliveries.ambiguous(owed, "no", NOW, held=late.lease_until),
        )
        for report in reports:
            assert site.do(report) is False
            assert site.get(owed) == other
        assert site.do(lambda db: db.deliveries.hold(owed, NOW, "busy", held=other.lease_until)) is True
        assert site.get(owed).state == "due"

    async def test_saying_that_it_was_sent_it_is_believed(self, site: Site) -> None:
        (owed,) = site.owe(post())
        site.do(lambda db: db.deliveries.claim(NOW, 9, LEASE))
        site.do(lambda db: db.deliveries.claim(NOW + 2 * LEASE, 9, LEASE))
        site.do(lambda db: db.deliveries.sent(owed, "C1", "1.1", NOW))
        assert site.get(owed).state == "sent"


class TestOrder:
    def owe_three(self, site: Site, receiver: str = "C1") -> None:
        site.owe(*(post(receiver, f"{n}", due_at=NOW + timedelta(seconds=n)) for n in range(3)))
        site.time.seconds = 5.0

    def order(self, site: Site) -> list[str]:
        return [message.text for message in site.slack.visible("T1")]

    @pytest.mark.parametrize("fault", [broken(after=False), broken(after=True), busy(30)])
    @pytest.mark.parametrize("receiver", ["C1", "U100"])
    async def test_those_behind_wait_for_one_that_is_held_up(self, site: Site, fault: Fault, receiver: str) -> None:
        self.owe_three(site, receiver)
        meets(site, chat_postMessage=[fault])
        await site.settle()
        assert self.order(site) == ["about 0", "about 1", "about 2"]

    async def test_those_behind_do_not_wait_for_ever(self, site: Site) -> None:
        self.owe_three(site)
        meets(site, chat_postMessage=[broken(after=False)], conversations_history=says(b"", 500, after=False))
        for _ in range(20):
            await site.send(11)
        assert self.order(site) == ["about 1", "about 2"]

    async def test_after_an_outage_the_order_is_as_before(self, site: Site) -> None:
        site.owe(*(post("U100", f"{n:02}", due_at=NOW + timedelta(seconds=n)) for n in range(45)))
        site.time.seconds = 60.0
        client = site.services.slack.client
        reachable, client.base_url = client.base_url, "http://127.0.0.1:1/"
        await site.send()
        client.base_url = reachable
        await site.settle()
        assert self.order(site) == [f"about {n:02}" for n in range(45)]


class TestWhatComesTooLate:
    async def test_is_reported_where_it_was_tried(self, site: Site) -> None:
        (owed,) = site.owe(post(expires_at=NOW + timedelta(minutes=1), facts={"owner": "U100"}))
        meets(site, chat_postMessage=[broken(after=False)], conversations_history=[busy(120)])
        await site.settle()
        assert site.get(owed).state == "failed"
        assert reported(site) == {"U100", "U9"}

    async def test_is_left_out_quietly_where_nobody_was_there_to_send_it(self, site: Site) -> None:
        (owed,) = site.owe(post(expires_at=NOW + timedelta(minutes=1)))
        await site.send(120)
        assert (site.get(owed).state, site.get(owed).error, reported(site)) == ("skipped", "expired", set())


async def test_two_workspaces_do_not_look_into_each_other(open_site: OpenSite) -> None:
    """The same channel id in both, and trouble in one."""
    ours, theirs = await open_site("T1"), await open_site("T2")
    meets(ours, chat_postMessage=[broken(after=True), broken(after=False)])
    ours.owe(post(), post("U100"))
    await ours.send()
    theirs.owe(post(), post("U100"))
    for site in (theirs, ours):
        await site.settle()
        assert site.faults() == []
        assert len(site.slack.visible(site.team)) == 2
