"""A KPI that is made private or retired: who computes from it, or set a target on it, hears of it once, with what they
can do; nobody else does, and nobody learns of what they did not see."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.domain.catalogue import KpiSettings, Visibility
from bot.kpis.acting import read_acting
from bot.kpis.defining import service as defining
from bot.kpis.reviewing import service as reviewing
from bot.slack import ids
from tests.features.harness import Answer, Bench
from tests.features.test_kpis_defining import NBSP, catalogue, define
from tests.features.test_kpis_defining_settings import GROUPS, decide

ALL_BUT_WHO_DID_IT = ("U0AYU", "U0CITRA", "U0DEWI", "U0EMMA", "U0FAJAR", "U0GUEST", "U0GONE", "U0OUT")


def told(denyut: Bench, user: str) -> list[str]:
    """What a person was told about this."""
    said = (each.message.text.replace(NBSP, " ") for each in denyut.dms(user))
    return [each for each in said if any(word in each for word in ("private", "retired", "privat", "mensiun"))]


def settle(denyut: Bench, kpi: str, **settings: Any) -> None:
    decided = replace(catalogue(denyut).settings(kpi), **settings)
    denyut.do(lambda db: db.catalogue.set_settings(kpi, decided))


async def retire(denyut: Bench, name: str = "product demos", why: str = "nobody <!channel> uses it") -> Answer:
    asked = await denyut.command(f"/kpi review {name}", user="U0BOB")
    await denyut.press(asked, "Retire", user="U0BOB")
    return await denyut.submit(denyut.form(), {"reason": why}, user="U0BOB")


@pytest.fixture
async def company(denyut: Bench) -> Bench:
    """Bob's demos; Emma computes a share from them; Citra set a target on them."""
    await define(denyut, name_en="Product demos")
    await define(denyut, "U0EMMA", name_en="Demo share", measure="percent", formula="product demos / leads")
    await denyut.command("/kpi target product demos 50 per month", user="U0CITRA")
    await denyut.tick()
    return denyut


class TestPrivate:
    async def test_who_computes_from_it_and_sees_it_no_more_is_told_what_to_do(self, company: Bench) -> None:
        await decide(company, seen="owners")
        await company.tick()
        assert told(company, "U0EMMA") == [
            "<@U0BOB> made *Product demos* private: only its owners and admins see it now.\n"
            "You own what is computed from it: Demo share.\n"
            "You do not see it any more, nor what is computed from it. If you need that, ask <@U0BOB>, or define a KPI "
            "without Product demos with `/kpi define`. Otherwise there is nothing to do."
        ]

    async def test_who_still_sees_it_is_told_that_others_do_not(self, company: Bench) -> None:
        await decide(company, owners=["U0BOB", "U0EMMA"], seen="owners")
        await company.tick()
        (said,) = told(company, "U0EMMA")
        assert "Only those who see Product demos see that now. If this is fine, there is nothing to do." in said

    async def test_who_set_a_target_on_it_is_told_in_their_language(self, company: Bench) -> None:
        await decide(company, seen="owners")
        await company.tick()
        assert told(company, "U0CITRA") == [
            "<@U0BOB> membuat *Product demos* privat: sekarang hanya pemilik dan admin yang bisa melihatnya.\n"
            "Kamu menetapkan target untuknya: 50 per bulan.\n"
            "Targetnya tetap ada, tapi kamu tidak bisa melihat perkembangannya lagi. Kalau kamu membutuhkannya, "
            "tanyakan ke <@U0BOB>; kalau tidak, tidak perlu apa-apa."
        ]

    async def test_nobody_else_and_nobody_twice(self, company: Bench) -> None:
        await decide(company, seen="owners")
        await company.tick()
        await company.tick(company.now + timedelta(days=1))
        counts = {user: len(told(company, user)) for user in (*ALL_BUT_WHO_DID_IT, "U0BOB")}
        assert {user: count for user, count in counts.items() if count} == {"U0EMMA": 1, "U0CITRA": 1}

    async def test_for_a_group_it_is_told_who_sees_it_and_a_narrower_circle_is_told_again(self, company: Bench) -> None:
        company.slack.groups = GROUPS
        company.do(lambda db: db.teams.replace("S0SALES", ["U0CITRA"]))
        settle(company, "product_demos", visibility=Visibility.TEAM, team="S0SALES")
        await decide(company, seen="owners")
        await company.tick()
        assert len(told(company, "U0CITRA")) == 1
        assert told(company, "U0EMMA") == [], "she did not see it before either"

    async def test_a_group_instead_of_everybody(self, company: Bench) -> None:
        company.slack.groups = GROUPS
        company.do(lambda db: db.teams.replace("S0SALES", ["U0CITRA"]))
        before = catalogue(company).settings("product_demos")
        closed = replace(before, visibility=Visibility.TEAM, team="S0SALES")
        await self.decided(company, closed)
        assert "hanya <!subteam^S0SALES>, pemilik, dan admin" in told(company, "U0CITRA")[0]
        assert "Targetnya sekarang hanya terlihat oleh yang bisa melihat Product demos." in told(company, "U0CITRA")[0]
        assert "only <!subteam^S0SALES>, its owners and admins see it now" in told(company, "U0EMMA")[0]

    async def decided(self, denyut: Bench, settings: KpiSettings) -> None:
        """What the form decides, for a group that Slack was not asked about."""

        def change(db: Any) -> None:
            acting = read_acting(db, db.members.get("U0BOB"), denyut.now, date(2026, 11, 26), "ID")
            defining.change_settings(db, "product_demos", settings, acting, "a key")

        denyut.do(change)
        await denyut.tick()

    async def test_opened_again_or_decided_otherwise_nobody_is_told(self, company: Bench) -> None:
        settle(company, "product_demos", visibility=Visibility.OWNERS)
        await decide(company, seen="all")
        await decide(company, on_track="95")
        await company.tick()
        assert not any(told(company, user) for user in ALL_BUT_WHO_DID_IT)

    async def test_opened_again_before_the_note_went_out_it_is_no_news(self, company: Bench) -> None:
        await decide(company, seen="owners")
        await decide(company, seen="all")
        await company.tick()
        assert not any(told(company, user) for user in ALL_BUT_WHO_DID_IT)

    async def test_over_another_kpi_it_is_computed_from_it_too(self, company: Bench) -> None:
        await define(company, "U0FAJAR", name_id="Sisa demo", measure="percent", formula="1 - demo share")
        await decide(company, seen="owners")
        await company.tick()
        assert "Sisa demo" in told(company, "U0FAJAR")[0]

    async def test_an_owner_who_does_not_see_the_computed_one_is_not_told_of_it(self, company: Bench) -> None:
        settle(company, "demo_share", owners=("U0EMMA", "U0DEWI"), visibility=Visibility.OWNERS)
        await define(company, "U0EMMA", name_en="Hidden part", measure="percent", formula="demo share * 2")
        settle(company, "hidden_part", owners=("U0EMMA", "U0FAJAR"))
        await decide(company, seen="owners")
        await company.tick()
        assert told(company, "U0FAJAR") == []
        assert "Hidden part" in told(company, "U0EMMA")[0]
        assert "Demo share" in told(company, "U0DEWI")[0], "the control"

    async def test_who_has_left_or_is_a_guest_is_not_told(self, company: Bench) -> None:
        settle(company, "demo_share", owners=("U0EMMA", "U0GONE", "U0GUEST"))
        await decide(company, seen="owners")
        await company.tick()
        assert [len(told(company, user)) for user in ("U0EMMA", "U0GONE", "U0GUEST")] == [1, 0, 0]


class TestRetired:
    async def test_who_computes_from_it_can_change_the_formula_at_once(self, company: Bench) -> None:
        await retire(company)
        await company.tick()
        assert told(company, "U0EMMA") == [
            "<@U0BOB> retired *Product demos*: no new values are logged for it.\n"
            "Why: nobody &lt;!channel&gt; uses it\n"
            "You own what is computed from it: Demo share.\n"
            "It gets no new figures from now on. Change its formula if it should go on; if its past is enough, there "
            "is nothing to do."
        ]
        posted = company.dms("U0EMMA")[-1]
        (why,) = [block for block in posted.message.blocks if "nobody" in str(block)]
        assert why["text"]["type"] == "plain_text"
        await company.press(posted, "Change Demo share", user="U0EMMA")
        assert company.form()["callback_id"] == ids.KPI_DEFINE_FORM
        assert "product demos / leads" in str(company.form()).lower()

    async def test_who_set_a_target_on_it_has_nothing_to_do(self, company: Bench) -> None:
        await retire(company)
        await company.tick()
        (said,) = told(company, "U0CITRA")
        assert said.splitlines()[-2:] == [
            "Kamu menetapkan target untuknya: 50 per bulan.",
            "Targetnya tidak berlaku lagi. Tidak perlu apa-apa.",
        ]

    async def test_somebody_who_is_both_gets_one_message(self, company: Bench) -> None:
        await company.command("/kpi target product demos 600 per year", user="U0EMMA")
        await retire(company)
        await company.tick()
        (said,) = told(company, "U0EMMA")
        assert "Demo share" in said
        assert "You set a target on it: 600 per year." in said

    async def test_a_built_in_one_that_is_computed_from_it_has_no_formula_to_change(self, company: Bench) -> None:
        settle(company, "leads", owners=("U0BOB",))
        settle(company, "conversion_rate", owners=("U0DEWI",))
        await retire(company, "leads")
        await company.tick()
        (said,) = told(company, "U0DEWI")
        assert "minta <@U0BOB> mengaktifkan Jumlah prospek lagi" in said
        assert "Ubah" not in str(company.dms("U0DEWI")[-1].message.blocks)

    async def test_what_is_made_of_a_computed_one_goes_on(self, company: Bench) -> None:
        await define(company, "U0FAJAR", name_id="Sisa demo", measure="percent", formula="1 - demo share")
        settle(company, "demo_share", owners=("U0BOB",))
        await retire(company, "demo share")
        await company.tick()
        assert "Itu tetap dihitung seperti sebelumnya" in told(company, "U0FAJAR")[0]

    async def test_what_is_retired_itself_and_targets_long_past_are_no_concern(self, company: Bench) -> None:
        settle(company, "demo_share", retired_on=date(2026, 11, 1))
        await company.command("/kpi target remove product demos", user="U0CITRA")
        await company.command("/kpi target product demos 5 by 2026-11-27", user="U0DEWI")
        company.now += timedelta(days=40)
        await retire(company)
        await company.tick()
        assert not any(told(company, user) for user in ALL_BUT_WHO_DID_IT)

    async def test_brought_back_before_the_note_went_out_it_is_no_news(self, company: Bench) -> None:
        await retire(company)
        settle(company, "product_demos", retired_on=None)
        await company.tick()
        assert not any(told(company, user) for user in ALL_BUT_WHO_DID_IT)

    async def test_the_same_form_delivered_twice_tells_once(self, company: Bench) -> None:
        def twice(db: Any) -> None:
            acting = read_acting(db, db.members.get("U0BOB"), company.now, date(2026, 11, 26), "ID")
            for _ in range(2):
                reviewing.retire(db, "product_demos", "why", acting, "a key")

        company.do(twice)
        await company.tick()
        assert len(told(company, "U0EMMA")) == 1
