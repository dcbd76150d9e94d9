"""Sending what is owed: each misbehaviour of Slack leads to the right state, and nobody sees a message twice."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from bot.domain.deliveries import NewDelivery, Verb
from bot.sender import LEASE
from bot.slack.blocks import Message
from tests.sender.conftest import NOW, Bench, Fault, busy, drop, refuse, status


class TestWhatIsDue:
    async def test_is_posted_once_and_where_it_is_is_remembered(self, bench: Bench) -> None:
        owed = bench.owe("C1")
        assert await bench.send() == 1
        assert await bench.send(60) == 0
        assert bench.slack.texts("C1") == ["about s1"]
        sent = bench.delivery(owed)
        assert (sent.state, sent.channel, sent.ts) == ("sent", "C1", bench.slack.messages[0]["ts"])
        assert bench.slack.messages[0]["metadata"] == {
            "event_type": "denyut_delivery",
            "event_payload": {"delivery_id": owed},
        }

    async def test_a_persons_message_is_remembered_in_their_conversation(self, bench: Bench) -> None:
        owed = bench.owe("U1")
        await bench.send()
        assert bench.delivery(owed).channel == "D1"

    async def test_what_is_due_later_waits(self, bench: Bench) -> None:
        owed = bench.owe(due_at=NOW + timedelta(hours=1))
        assert await bench.send(3599) == 0
        assert await bench.send(1) == 1
        assert bench.state(owed) == "sent"

    async def test_what_is_no_longer_useful_is_skipped(self, bench: Bench) -> None:
        owed = bench.owe(expires_at=NOW + timedelta(hours=1))
        assert await bench.send(3601) == 0
        assert (bench.state(owed), bench.delivery(owed).error) == ("skipped", "expired")

    async def test_when_there_is_nothing_left_to_say_it_is_skipped(self, bench: Bench) -> None:
        owed = bench.owe(subject="silent")
        assert await bench.send() == 0
        assert (bench.state(owed), bench.delivery(owed).error) == ("skipped", "nothing to say")
        assert not bench.slack.messages

    async def test_many_go_out_in_one_pass(self, bench: Bench) -> None:
        for number in range(45):
            bench.owe(f"U{number}")
        assert await bench.send() == 45
        assert len(bench.slack.messages) == 45
        assert len(bench.slack.connections) <= 4

    async def test_a_pass_that_is_to_finish_leaves_the_rest_due(self, bench: Bench) -> None:
        owed = bench.owe()
        bench.sender.finish()
        assert await bench.send() == 0
        assert bench.state(owed) == "due"


class TestUpdates:
    def change(self, bench: Bench, target: str | None, subject: str = "outcome") -> str:
        return bench.owe("U1", subject, verb=Verb.UPDATE, target_id=target)

    async def test_a_message_turns_into_its_outcome(self, bench: Bench) -> None:
        asked = bench.owe("U1", "question")
        await bench.send()
        change = self.change(bench, asked)
        assert await bench.send() == 1
        assert bench.slack.texts("D1") == ["about outcome"]
        assert (bench.delivery(change).channel, bench.delivery(change).ts) == ("D1", bench.delivery(asked).ts)

    @pytest.mark.parametrize("known", [True, False])
    async def test_what_was_never_sent_is_not_changed(self, bench: Bench, known: bool) -> None:
        silent = bench.owe("U1", "silent")
        await bench.send()
        change = self.change(bench, silent if known else None)
        assert await bench.send() == 0
        assert bench.state(change) == "skipped"

    async def test_what_is_still_on_its_way_is_waited_for(self, bench: Bench) -> None:
        asked = bench.owe("U1", "question", due_at=NOW + timedelta(seconds=10))
        change = self.change(bench, asked)
        await bench.send()
        assert bench.state(change) == "due"
        assert await bench.send(10) == 1
        assert await bench.send(60) == 1
        assert bench.slack.texts("D1") == ["about outcome"]

    @pytest.mark.parametrize("fault", [status(500), drop()])
    async def test_an_update_that_may_have_worked_is_simply_done_again(self, bench: Bench, fault: Fault) -> None:
        asked = bench.owe("U1", "question")
        await bench.send()
        change = self.change(bench, asked)
        bench.slack.fail("chat.update", fault)
        assert await bench.send() == 0
        assert await bench.send(60) == 1
        assert bench.state(change) == "sent"
        assert not bench.slack.called("conversations.history")

    async def test_a_reply_goes_into_the_thread_of_what_it_belongs_to(self, bench: Bench) -> None:
        post = bench.owe("C1", "post")
        details = bench.owe("C1", "details", verb=Verb.REPLY, target_id=post)
        await bench.send()
        await bench.send(60)  # the place of the post is known once it is recorded
        first, second = bench.slack.messages
        assert (first.get("thread_ts"), second["thread_ts"]) == (None, first["ts"])
        assert bench.delivery(details).ts == second["ts"]

    @pytest.mark.parametrize("silent", [True, False])
    async def test_nothing_is_replied_to_what_was_never_sent(self, bench: Bench, silent: bool) -> None:
        post = bench.owe("C1", "silent") if silent else None
        await bench.send()
        details = bench.owe("C1", "details", verb=Verb.REPLY, target_id=post)
        assert await bench.send() == 0
        assert (bench.state(details), bench.slack.messages) == ("skipped", [])

    @pytest.mark.parametrize("posted", [True, False])
    async def test_a_reply_of_which_nothing_was_heard_is_looked_for_in_its_thread(
        self, bench: Bench, posted: bool
    ) -> None:
        post = bench.owe("C1", "post")
        await bench.send()
        details = bench.owe("C1", "details", verb=Verb.REPLY, target_id=post)
        bench.slack.fail("chat.postMessage", drop(after=posted))
        await bench.send()
        for _ in range(4):
            await bench.send(60)
        assert bench.state(details) == "sent"
        assert bench.slack.texts("C1") == ["about post", "about details"]

    async def test_a_message_that_was_deleted_needs_no_update_and_no_notice(self, bench: Bench) -> None:
        asked = bench.owe("U1", "question")
        await bench.send()
        change = self.change(bench, asked)
        bench.slack.fail("chat.update", refuse("message_not_found"))
        await bench.send()
        assert bench.state(change) == "skipped"
        assert not bench.notices("outcome", "message_not_found")

    @pytest.mark.parametrize("answer", ["thread_not_found", "invalid_thread_ts"])
    async def test_a_reply_to_a_post_that_was_deleted_is_left_out(self, bench: Bench, answer: str) -> None:
        post = bench.owe("C1", "post")
        await bench.send()
        details = bench.owe("C1", "details", verb=Verb.REPLY, target_id=post)
        bench.slack.fail("chat.postMessage", refuse(answer))
        await bench.send()
        assert bench.state(details) == "skipped"
        assert not bench.notices("details", answer)


class TestTooManyCalls:
    async def test_only_that_channel_waits_and_as_long_as_slack_says(self, bench: Bench) -> None:
        bench.slack.fail("chat.postMessage C1", busy(90))
        waiting, also_waiting = bench.owe("C1", "a"), bench.owe("C1", "b")
        other = bench.owe("C2", "c")
        assert await bench.send() == 1
        assert bench.state(other) == "sent"
        assert (bench.state(waiting), bench.state(also_waiting)) == ("due", "due")
        assert len([a for a in bench.slack.called("chat.postMessage") if a["channel"] == "C1"]) == 1
        assert await bench.send(85) == 0
        assert await bench.send(10) == 2
        assert sorted(bench.slack.texts("C1")) == ["about a", "about b"]

    async def test_another_method_goes_on_in_that_channel(self, bench: Bench) -> None:
        asked = bench.owe("C1", "question")
        await bench.send()
        bench.slack.fail("chat.postMessage C1", busy(90))
        bench.owe("C1", "a")
        change = bench.owe("C1", "outcome", verb=Verb.UPDATE, target_id=asked)
        await bench.send(5)
        assert bench.state(change) == "sent"

    async def test_posts_to_one_channel_keep_a_second_apart(self, bench: Bench) -> None:
        for subject in "abc":
            bench.owe("C1", subject)
        assert await bench.send() == 3
        assert bench.pauses == [1, 1]

    async def test_one_person_alone_who_is_refused_holds_up_nobody(self, bench: Bench) -> None:
        bench.slack.fail("chat.postMessage U2", busy(90))
        owed = [bench.owe(f"U{number}") for number in range(30)]
        assert await bench.send() == 29
        assert bench.pauses == []
        assert bench.state(owed[2]) == "due"

    async def test_where_slack_takes_no_more_for_people_few_ask_again_before_it_does(self, bench: Bench) -> None:
        for _ in range(4):  # all that are under way at once
            bench.slack.fail("chat.postMessage", busy(3))
        owed = [bench.owe(f"U{number}") for number in range(60)]
        assert await bench.send() == 60
        assert {*bench.pauses} == {3}, "those who are next wait where they are"
        assert len(bench.slack.called("chat.postMessage")) == 60 + 4
        assert {bench.state(each) for each in owed} == {"sent"}

    async def test_for_a_long_time_they_are_given_back_instead(self, bench: Bench) -> None:
        for _ in range(2):
            bench.slack.fail("chat.postMessage", busy(600))
        for number in range(60):
            bench.owe(f"U{number}")
        await bench.send()
        tried = len(bench.slack.called("chat.postMessage"))
        assert tried < 60
        assert bench.pauses == []
        assert await bench.send(590) == 0
        assert len(bench.slack.called("chat.postMessage")) == tried, "Slack is not asked before"
        await bench.send(11)
        assert len({message["channel"] for message in bench.slack.messages}) == 60

    async def test_people_are_not_held_up_by_each_other(self, bench: Bench) -> None:
        for number in range(5):
            bench.owe(f"U{number}")
        assert await bench.send() == 5
        assert bench.pauses == []


class TestAClockThatIsPutBack:
    """A machine that came up with a clock ahead of time: what it waits for is over when the right time says so."""

    async def test_nobody_waits_for_days_as_slack_was_away_then(self, bench: Bench) -> None:
        reachable, bench.services.slack.client.base_url = bench.services.slack.client.base_url, "http://127.0.0.1:1/"
        bench.now = NOW + timedelta(days=3)
        bench.owe("C1")
        assert await bench.send() == 0
        bench.services.slack.client.base_url, bench.now = reachable, NOW
        bench.owe("C2")
        assert await bench.send() == 1
        assert bench.slack.texts("C2") == ["about s1"]

    async def test_nor_as_slack_was_busy_then(self, bench: Bench) -> None:
        for _ in range(2):
            bench.slack.fail("chat.postMessage", busy(600))
        bench.now = NOW + timedelta(days=3)
        for number in range(2):
            bench.owe(f"U{number}")
        assert await bench.send() == 0
        bench.now = NOW
        bench.owe("U5")
        assert await bench.send() == 1


class TestNobodyThere:
    async def test_nothing_was_sent_so_it_is_tried_again_later_and_ever_later(self, bench: Bench) -> None:
        reachable, bench.services.slack.client.base_url = bench.services.slack.client.base_url, "http://127.0.0.1:1/"
        owed = [bench.owe(f"U{number}") for number in range(30)]
        waits = []
        for _ in range(4):
            assert await bench.send() == 0
            until = min(held for one in owed if (held := bench.delivery(one).lease_until) and held > bench.now)
            waits.append((until - bench.now).total_seconds())
            bench.now = until
            bench.elapsed += waits[-1]
        assert waits == sorted(set(waits)), "each wait is longer"
        assert {bench.state(one) for one in owed} == {"due"}

        bench.services.slack.client.base_url = reachable
        assert await bench.send(600) == 30
        assert len(bench.slack.messages) == 30


UNCLEAR_BUT_POSTED = [drop(after=True), status(500, after=True)]
UNCLEAR_AND_LOST = [drop(), status(503), refuse("fatal_error"), refuse("internal_error")]


class TestNobodyKnows:
    @pytest.mark.parametrize("fault", UNCLEAR_BUT_POSTED)
    @pytest.mark.parametrize("receiver", ["C1", "U1"])
    async def test_what_did_arrive_is_found_and_not_sent_again(self, bench: Bench, fault: Fault, receiver: str) -> None:
        bench.slack.fail("chat.postMessage", fault)
        owed = bench.owe(receiver)
        assert await bench.send() == 0
        assert bench.state(owed) == "ambiguous"
        assert await bench.send(4) == 0
        assert not bench.slack.called("conversations.history"), "Slack is given five seconds"
        assert await bench.send(1) == 1
        assert bench.state(owed) == "sent"
        assert len(bench.slack.messages) == 1
        assert bench.delivery(owed).ts == bench.slack.messages[0]["ts"]

    @pytest.mark.parametrize("fault", UNCLEAR_AND_LOST)
    @pytest.mark.parametrize("receiver", ["C1", "U1"])
    async def test_what_did_not_arrive_is_sent_after_two_looks(self, bench: Bench, fault: Fault, receiver: str) -> None:
        bench.slack.fail("chat.postMessage", fault)
        owed = bench.owe(receiver)
        await bench.send()
        await bench.send(5)
        assert len(bench.slack.called("conversations.history")) == 1
        await bench.send(29)
        assert bench.state(owed) == "ambiguous", "half a minute has not passed"
        assert await bench.send(1) == 1
        assert bench.state(owed) == "sent"
        assert len(bench.slack.messages) == 1

    @pytest.mark.parametrize("fault", [refuse("missing_scope"), refuse("not_in_channel")])
    async def test_where_nobody_may_look_a_channel_post_is_held_and_reported(self, bench: Bench, fault: Fault) -> None:
        bench.slack.fail("chat.postMessage", drop())
        bench.slack.fail("conversations.history", fault)
        owed = bench.owe("C1")
        await bench.send()
        await bench.send(5)
        assert bench.state(owed) == "failed"
        assert [notice.receiver for notice in bench.notices("s1", "unclear")] == ["U9"]
        await bench.send(3600)
        assert bench.slack.texts("C1") == []

    async def test_where_nobody_may_look_a_persons_message_is_sent_again_once_at_most(self, bench: Bench) -> None:
        bench.slack.fail("chat.postMessage U1", drop(after=True), drop(after=True), drop(after=True))
        bench.slack.fail("conversations.history", *[refuse("missing_scope")] * 5)
        owed = bench.owe("U1")
        for _ in range(6):
            await bench.send(60)
        assert bench.slack.texts("D1") == ["about s1", "about s1"]
        assert bench.state(owed) == "failed"
        assert len(bench.notices("s1", "unclear")) == 1

    async def test_a_busy_history_is_asked_again_later(self, bench: Bench) -> None:
        bench.slack.fail("chat.postMessage", drop(after=True))
        bench.slack.fail("conversations.history", busy(60), status(500))
        owed = bench.owe("C1")
        await bench.send()
        await bench.send(5)
        assert await bench.send(59) == 0
        assert len(bench.slack.called("conversations.history")) == 1
        await bench.send(1)
        assert await bench.send(60) == 1
        assert bench.state(owed) == "sent"
        assert len(bench.slack.messages) == 1


class TestASenderThatDied:
    """Its lease runs out; whether its message arrived is looked up."""

    def claim(self, bench: Bench) -> None:
        claimed = bench.do(lambda db: db.deliveries.claim(bench.now, 10, LEASE))
        assert len(claimed) == 1

    async def test_nobody_else_sends_before_its_lease_is_over(self, bench: Bench) -> None:
        owed = bench.owe("C1")
        self.claim(bench)
        assert await bench.send(LEASE.total_seconds() - 1) == 0
        assert bench.state(owed) == "sending"

    async def test_after_the_post_the_message_is_found(self, bench: Bench) -> None:
        owed = bench.owe("C1")
        self.claim(bench)
        metadata = {"event_type": "denyut_delivery", "event_payload": {"delivery_id": owed}}
        await bench.services.slack.post("C1", Message("about s1"), metadata=metadata)
        assert await bench.send(LEASE.total_seconds() + 1) == 1
        assert bench.state(owed) == "sent"
        assert bench.slack.texts("C1") == ["about s1"]

    async def test_before_the_post_it_is_sent(self, bench: Bench) -> None:
        owed = bench.owe("C1")
        self.claim(bench)
        for after in (LEASE.total_seconds() + 1, 30, 1):
            await bench.send(after)
        assert bench.state(owed) == "sent"
        assert bench.slack.texts("C1") == ["about s1"]

    async def test_with_too_little_lease_left_a_message_is_given_back_rather_than_sent(self, bench: Bench) -> None:
        slow = bench.owe("C1", "a"), bench.owe("C1", "b")

        async def very_long(seconds: float) -> None:
            bench.pauses.append(seconds)
            bench.elapsed += 50

        bench.sender = type(bench.sender)(bench.services, bench.registry, pause=very_long, clock=lambda: bench.elapsed)
        assert await bench.send() == 2
        assert {bench.state(one) for one in slow} == {"sent"}
        assert [bench.delivery(one).attempts for one in slow] == [1, 1]
        assert len(bench.slack.messages) == 2


class TestWhatCannotBeDelivered:
    async def test_owner_and_an_admin_hear_of_it_once(self, bench: Bench) -> None:
        bench.slack.fail("chat.postMessage C1", refuse("not_in_channel"))
        bench.slack.fail("chat.postMessage C2", refuse("not_in_channel"))
        failed = bench.owe("C1", facts={"owner": "U1"}), bench.owe("C2", facts={"owner": "U1"})
        await bench.send()
        assert {bench.state(one) for one in failed} == {"failed"}
        assert bench.delivery(failed[0]).error == "not_in_channel"
        assert len(bench.slack.texts("D1")) == len(bench.slack.texts("D9")) == 1
        assert "/invite @Denyut" in bench.slack.texts("D1")[0]
        await bench.send(3600)
        assert len(bench.slack.messages) == 2

    async def test_an_owner_who_is_the_admin_hears_of_it_once(self, bench: Bench) -> None:
        bench.slack.fail("chat.postMessage C1", refuse("is_archived"))
        bench.owe("C1", facts={"owner": "U9"})
        await bench.send()
        assert len(bench.slack.texts("D9")) == 1

    async def test_a_notice_that_fails_brings_no_further_notice(self, bench: Bench) -> None:
        bench.slack.fail("chat.postMessage C1", refuse("not_in_channel"))
        bench.slack.fail("chat.postMessage U9", refuse("messages_tab_disabled"))
        bench.owe("C1")
        for _ in range(3):
            await bench.send(60)
        (notice,) = bench.notices("s1", "not_in_channel")
        assert notice.state == "failed"
        assert len(bench.slack.called("chat.postMessage")) == 2

    @pytest.mark.parametrize("code", ["user_disabled", "account_inactive"])
    async def test_somebody_who_left_is_skipped_without_a_word(self, bench: Bench, code: str) -> None:
        bench.slack.fail("chat.postMessage U1", refuse(code))
        owed = bench.owe("U1")
        await bench.send()
        assert (bench.state(owed), bench.delivery(owed).error) == ("skipped", code)
        assert not bench.notices("s1", code)

    async def test_a_channel_with_the_same_error_is_not_silent(self, bench: Bench) -> None:
        bench.slack.fail("chat.postMessage C1", refuse("account_inactive"))
        owed = bench.owe("C1")
        await bench.send()
        assert bench.state(owed) == "failed"
        assert bench.notices("s1", "account_inactive")

    @pytest.mark.parametrize(("subject", "purpose"), [("broken", "test.message"), ("s1", "of.a.feature.long.gone")])
    async def test_a_message_that_cannot_be_worded_holds_up_no_other(
        self, bench: Bench, subject: str, purpose: str
    ) -> None:
        broken, good = bench.owe("C1", subject, purpose), bench.owe("C1", "good")
        assert await bench.send() == 2, "the good one and the notice"
        assert (bench.state(broken), bench.state(good)) == ("failed", "sent")
        assert len(bench.notices(subject, "bug", purpose)) == 1


class TestWhatCannotBeRead:
    """While the database does not answer a message is neither sent nor given up; a bug is (above)."""

    @pytest.fixture
    def away(self, bench: Bench, tmp_path: Path) -> list[str]:
        """The subjects of messages about which nothing can be read."""
        subjects: list[str] = []
        real = bench.registry.renders["test.message"]

        def render(db: Any, delivery: Any, *rest: Any) -> Any:
            if delivery.subject in subjects:
                create_engine(f"sqlite:///{tmp_path}/no/folder/of/this/name.db").connect()
            return real(db, delivery, *rest)

        bench.registry.renders["test.message"] = render
        return subjects

    async def test_it_goes_out_in_its_turn_when_it_can_be_read(self, bench: Bench, away: list[str]) -> None:
        away.append("first")
        first, second = bench.owe(subject="first"), bench.owe(subject="second", due_at=bench.now + timedelta(seconds=1))
        other = bench.owe("C2", "elsewhere")
        assert await bench.send(after=2) == 1
        assert (bench.state(first), bench.state(second), bench.state(other)) == ("due", "due", "sent")
        assert not bench.notices("first", "bug")
        assert await bench.send(after=2) == 0, "not at once again"
        away.clear()
        assert await bench.send(after=10) == 2
        assert bench.slack.texts("C1") == ["about first", "about second"]
        assert bench.delivery(first).attempts == 1, "what nobody could word was no attempt"


async def test_two_senders_share_the_work(bench: Bench) -> None:
    for number in range(30):
        bench.owe(f"U{number}")
    other = bench.new_sender()
    first, second = await bench.send(), await other.send_due(bench.now)
    assert first + second == 30
    assert len({message["channel"] for message in bench.slack.messages}) == len(bench.slack.messages) == 30


async def test_nothing_of_another_workspace_is_sent_with_this_ones_token(bench: Bench) -> None:
    foreign = NewDelivery("test.message", "s1", "C1", due_at=NOW)
    bench.storage.write_now("T2", lambda db: db.workspace.ensure("Other", NOW))
    bench.storage.write_now("T2", lambda db: db.deliveries.add(foreign))
    own = bench.owe("C2")
    assert await bench.send() == 1
    assert bench.state(own) == "sent"
    assert bench.slack.texts("C1") == []
