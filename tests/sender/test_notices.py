"""The notice about a message that could not be delivered: in its reader's language, with something to do."""

from datetime import timedelta
from typing import ClassVar

import pytest

from bot.domain.members import Member
from bot.i18n import Catalogues, load
from bot.notices import _SAME_FIX, SERIES, undeliverable_message
from tests.sender.conftest import NOW, Bench, refuse

texts: Catalogues = load("en")
ERRORS = [
    "not_in_channel",
    "is_archived",
    "channel_not_found",
    "missing_scope",
    "messages_tab_disabled",
    "account_inactive",
    "token_revoked",
    "restricted_action_read_only_channel",
    "unclear",
    "bug",
]


def message(language: str, error: str, receiver: str = "C1", purpose: str = "surveys.question") -> str:
    facts = {"purpose": purpose, "error": error, "receiver": receiver}
    return undeliverable_message(facts, texts.t(language)).text


@pytest.mark.parametrize("language", ["en", "id"])
@pytest.mark.parametrize("error", ERRORS)
def test_every_known_error_says_what_to_do_without_slacks_word_for_it(language: str, error: str) -> None:
    assert error not in message(language, error) or error == "bug"
    assert message(language, error) != message(language, "something_new")


@pytest.mark.parametrize("language", ["en", "id"])
def test_an_error_nobody_knows_is_named(language: str) -> None:
    assert "`something_new`" in message(language, "something_new")


def test_what_and_where() -> None:
    assert message("en", "is_archived").startswith("I could not deliver a survey message to <#C1>.")
    assert "a summary to <#C1>" in message("en", "is_archived", purpose="summaries.post")
    assert "a message to <@U1>" in message("en", "is_archived", "U1", "other.thing")


async def test_each_reader_gets_their_language(bench: Bench) -> None:
    bench.slack.fail("chat.postMessage C1", refuse("not_in_channel"))
    bench.owe("C1", facts={"owner": "U1"})
    await bench.send()
    assert bench.slack.texts("D1")[0].startswith("I could not deliver")
    assert bench.slack.texts("D9")[0].startswith("Saya tidak bisa mengirim")


class TestSeries:
    """What recurs and fails the same way is told at once, then weekly, and at once again after it has worked."""

    DAY: ClassVar = timedelta(days=1)

    async def fail(
        self, bench: Bench, day: int, code: str = "is_archived", channel: str = "C1", owner: str = "U1"
    ) -> None:
        """The daily message of a series; "" is one that arrives."""
        bench.now = NOW + self.DAY * day
        bench.elapsed += self.DAY.total_seconds()
        if code:
            bench.slack.fail(f"chat.postMessage {channel}", refuse(code))
        bench.owe(channel, f"s:{day}", facts={"owner": owner, SERIES: "s"})
        await bench.send()

    def told(self, bench: Bench, dm: str = "D1") -> int:
        return len(bench.slack.texts(dm))

    @pytest.mark.parametrize(
        "code",
        ["is_archived", "not_in_channel", "channel_not_found", "missing_scope", "restricted_action", "token_revoked"],
    )
    async def test_each_error_reaches_owner_and_admin_once_and_with_its_fix(self, bench: Bench, code: str) -> None:
        for day in range(7):
            await self.fail(bench, day, code)
        (owner,), (admin,) = bench.slack.texts("D1"), bench.slack.texts("D9")
        assert texts.t("en")(f"notices.fix.{_SAME_FIX.get(code, code)}") in owner
        assert texts.t("id")(f"notices.fix.{_SAME_FIX.get(code, code)}") in admin
        assert "in a week" in owner

    async def test_a_year_of_daily_failures_is_told_weekly(self, bench: Bench) -> None:
        for day in range(365):
            await self.fail(bench, day)
        assert self.told(bench) == self.told(bench, "D9") == 53  # the first day, and every seventh after it

    async def test_what_is_no_series_is_told_each_time(self, bench: Bench) -> None:
        for day in range(3):
            bench.slack.fail("chat.postMessage C1", refuse("is_archived"))
            bench.owe("C1", f"s:{day}", facts={"owner": "U1"})
            await bench.send(after=86_400)
        assert self.told(bench) == 3

    async def test_after_it_worked_the_next_failure_is_told_at_once(self, bench: Bench) -> None:
        for day, code in enumerate(["is_archived", "is_archived", "", "is_archived", "is_archived"]):
            await self.fail(bench, day, code)
        assert self.told(bench) == 2

    async def test_another_error_place_or_series_is_told_at_once(self, bench: Bench) -> None:
        await self.fail(bench, 0)
        await self.fail(bench, 1, "not_in_channel")
        assert self.told(bench) == 2
        await self.fail(bench, 2, channel="C2")
        assert self.told(bench) == 3
        bench.slack.fail("chat.postMessage C1", refuse("is_archived"))
        bench.owe("C1", "other:1", facts={"owner": "U1", SERIES: "other"})
        await bench.send()
        assert self.told(bench) == 4

    async def test_the_admin_hears_alone_of_what_somebody_set_up_who_is_gone(self, bench: Bench) -> None:
        await self.fail(bench, 0)
        bench.do(lambda db: db.members.refresh([Member("U1", "Budi", is_deleted=True)]))
        for day in range(1, 9):
            await self.fail(bench, day)
        assert (self.told(bench), self.told(bench, "D9")) == (1, 2)

    async def test_an_admin_who_came_later_is_told_too(self, bench: Bench) -> None:
        await self.fail(bench, 0)
        bench.do(lambda db: db.members.refresh([Member("U0", "Citra", is_admin=True)]))
        await self.fail(bench, 1)
        assert (self.told(bench), self.told(bench, "D9"), self.told(bench, "D0")) == (1, 1, 1)

    def test_of_a_summary_it_is_said_how_to_move_or_stop_it(self) -> None:
        facts = {"purpose": "summaries.post", "error": "is_archived", "receiver": "C1", SERIES: "s"}
        assert "`/kpi summary`" in undeliverable_message(facts, texts.t("en")).text
        assert "`/kpi summary`" not in undeliverable_message(
            {**facts, "purpose": "surveys.question"}, texts.t("en")
        ).text  # fmt: skip
