"""Slack misbehaves on one post in ten, in every way a method or a connection can: still nobody sees a message twice,
and every message is seen or reported. 3,000 posts; 100,000 in a soak. Engines that do it wrong are found out.
"""

import random
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler
from sqlalchemy import false

from bot import ambiguous
from bot import sender as sending
from bot.domain.deliveries import Delivery, DeliveryState, NewDelivery, Verb
from bot.sender import Sender
from bot.services import Services
from bot.slack.gateway import Gateway
from storage import UnitOfWork
from storage.deliveries import Deliveries
from tests.faults.conftest import OpenSite
from tests.faults.little_slack import Fault, broken
from tests.faults.sites import NOW, POST_FAULTS, SAY, Site, Trouble
from tests.soak import times

POSTS = times(3_000, 100_000)
SHARE = 0.1
CHANNELS = [f"C{n}" for n in range(60)]
PEOPLE = [f"U{n}" for n in range(100, 300)]


def owe_all(site: Site, count: int, rng: random.Random) -> None:
    """Messages over some minutes, to channels and people; some with a reply or a change."""

    def work(db: UnitOfWork) -> None:
        made = 0
        while made < count:
            receiver = rng.choice(CHANNELS) if rng.random() < 0.5 else rng.choice(PEOPLE)
            due_at = NOW + timedelta(seconds=made * 0.3)
            post = db.deliveries.add(NewDelivery(SAY, f"p{made}", receiver, due_at))
            made += 1
            for verb in (Verb.REPLY, Verb.UPDATE):
                if rng.random() < 0.1 and made < count:
                    owed = NewDelivery(SAY, f"{verb}{made}", receiver, due_at, verb=verb, target_id=post)
                    db.deliveries.add(owed)
                    made += 1

    site.do(work)


async def test_whatever_slack_does_each_message_is_seen_once_or_reported(open_site: OpenSite) -> None:
    sites = [await open_site("T1"), await open_site("T2")]
    trouble, rng = Trouble(SHARE, 1), random.Random(2)
    sites[0].slack.misbehave, sites[0].slack.page, sites[0].slack.lag = trouble, 15, 3.0
    for site, share in zip(sites, (0.9, 0.1), strict=True):
        owe_all(site, int(POSTS * share), rng)
    for site in sites:
        await site.settle(passes=400 + POSTS)
        assert site.faults() == []
        assert site.books().disorder() == []
        states = Counter(each.state for each in site.books().deliveries)
        assert states[DeliveryState.SENT] > 0.99 * states.total(), states
    assert len({name for name in trouble.met if name.startswith("chat.postMessage")}) == len(POST_FAULTS)
    assert trouble.met.total() > POSTS * SHARE * 0.8


async def test_every_way_to_misbehave_alone_leads_to_one_message(site: Site) -> None:
    """Each once, at a channel and at a person."""
    met: dict[str, Fault] = {}
    for number, fault in enumerate(POST_FAULTS.values()):
        for receiver in (f"C{number}", f"U{number}"):
            site.owe(NewDelivery(SAY, receiver, receiver, NOW))
            met[receiver] = fault
    site.slack.misbehave = lambda method, _, arguments: (
        met.pop(arguments["channel"], None) if method == "chat.postMessage" else None
    )
    await site.settle()
    assert not met
    assert site.faults() == []
    assert len(site.slack.visible("T1")) == 2 * len(POST_FAULTS)


class TestAnEngineThatDoesItWrongIsFoundOut:
    def drop_answers(self, site: Site, after: bool = True, times: int = 3) -> None:
        left = [broken(after)] * times
        site.slack.misbehave = lambda method, *_: left.pop() if left and method == "chat.postMessage" else None
        site.owe(*(NewDelivery(SAY, f"p{n}", f"C{n}", NOW) for n in range(5)))

    async def test_none_is_found_of_the_real_one(self, site: Site) -> None:
        self.drop_answers(site)
        await site.settle()
        assert site.faults() == []

    async def test_the_sdks_own_retries(self, site: Site) -> None:
        site.services.slack.client.retry_handlers = [AsyncConnectionErrorRetryHandler(max_retry_count=1)]
        self.drop_answers(site)
        await site.settle()
        assert any("is there 2 times" in each for each in site.faults())

    async def test_sending_again_without_a_look(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        async def again(services: Services, _: Gateway, delivery: Delivery, now: datetime) -> bool:
            await services.storage.write(delivery.workspace_id, lambda db: db.deliveries.postpone(delivery.id, now))
            return False

        monkeypatch.setattr(sending, "resolve", again)
        self.drop_answers(site)
        await site.settle()
        assert any("is there 2 times" in each for each in site.faults())

    async def test_sending_again_after_a_single_look(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ambiguous, "BETWEEN_LOOKS", timedelta(0))
        site.slack.lag = 20.0
        self.drop_answers(site)
        await site.settle()
        assert any("is there 2 times" in each for each in site.faults())

    async def test_claiming_without_a_lease(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        def peek(self: Deliveries, now: datetime, limit: int, _: timedelta) -> list[Delivery]:
            return self.of_purposes([SAY], NOW)[:limit] if self.counts()[DeliveryState.DUE] else []

        monkeypatch.setattr(Deliveries, "claim", peek)
        self.drop_answers(site, times=0)
        await site.send()
        assert site.faults() == []
        site.owe(NewDelivery(SAY, "p9", "C9", NOW))
        await site.send()
        assert any("is there 2 times" in each for each in site.faults())

    async def test_sending_on_while_an_earlier_message_is_in_doubt(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Deliveries, "_is_behind_another", lambda *_: false())
        site.slack.misbehave = lambda *_: broken(after=False) if site.slack.calls["chat.postMessage"] == 1 else None
        site.owe(*(NewDelivery(SAY, f"p{n}", "C1", NOW + timedelta(seconds=n)) for n in range(3)))
        await site.settle()
        assert site.faults() == []
        assert site.books().disorder() == ["p1 before p0 in C1"]

    async def test_recording_before_sending(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        call = Sender._call

        async def recorded_first(self: Sender, slack: Gateway, delivery: Delivery, ready: Any) -> Any:
            site.do(lambda db: db.deliveries.sent(delivery.id, "C1", "1.1", NOW))
            return await call(self, slack, delivery, ready)

        monkeypatch.setattr(Sender, "_call", recorded_first)
        self.drop_answers(site, after=False)
        await site.settle()
        assert any("is nowhere" in each for each in site.faults())
