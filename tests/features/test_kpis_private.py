"""A private KPI is invisible to a stranger in every way; each way is first shown to betray it to its owner, so that a
test that looks in the wrong place would fail."""

import json
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.domain.catalogue import Catalogue, KpiSettings, Visibility
from bot.domain.errors import DomainError
from bot.kpis.acting import Acting, read_acting
from bot.kpis.defining.service import change_settings
from bot.kpis.reviewing.service import retire
from bot.slack import ids
from storage import UnitOfWork
from tests.features.harness import Bench
from tests.features.test_kpis_defining import catalogue, define, define_form, log

OWNER, MATE, STRANGER = "U0BOB", "U0CITRA", "U0EMMA"
NAME, KEY, NUMBER = "Secret bonus", "secret_bonus", "987654"
SIGNS = (NAME, NAME.lower(), KEY, NUMBER, "987,654", "987.654", "987654")
DERIVED = "Bonus share"

HIDDEN = {
    "owners": KpiSettings((OWNER,), visibility=Visibility.OWNERS),
    "team": KpiSettings((OWNER,), visibility=Visibility.TEAM, team="S0SALES"),
}

Way = Callable[[Bench, str], Awaitable[str]]


def everything(denyut: Bench, answer: Any = None) -> str:
    """All that was shown since the last look, as text."""
    slack = denyut.slack
    told = json.dumps(
        [
            answer.body if answer is not None else None,
            slack.views, slack.shown, slack.updated_views,
            [message.text + json.dumps(message.blocks, ensure_ascii=False) for _, message, _ in slack.responses],
            [each.message.text + json.dumps(each.message.blocks, ensure_ascii=False) for each in slack.posted],
            slack.homes,
            [[upload[1], upload[2].decode("latin-1")] for upload in slack.uploads],
        ],
        ensure_ascii=False,
    ).replace("\N{NO-BREAK SPACE}", " ")  # fmt: skip
    for each in (slack.views, slack.shown, slack.updated_views, slack.responses, slack.posted, slack.uploads):
        each.clear()
    slack.homes.clear()
    return told


def betrayed(told: str) -> list[str]:
    return [sign for sign in (*SIGNS, DERIVED) if sign in told]


def command(line: str) -> Way:
    async def way(denyut: Bench, user: str) -> str:
        return everything(denyut, await denyut.command(line, user=user))

    return way


async def home(denyut: Bench, user: str) -> str:
    await denyut.event({"type": "app_home_opened", "user": user, "tab": "home"})
    return everything(denyut)


async def settings_of_another(denyut: Bench, user: str) -> str:
    """The ties that are offered to an outcome KPI."""
    await denyut.command("/kpi define revenue", user=user)
    return everything(denyut)


async def the_form_of_all(denyut: Bench, user: str) -> str:
    await denyut.command("/kpi log", user=user)
    return everything(denyut)


async def the_target_form(denyut: Bench, user: str) -> str:
    await denyut.click(ids.TARGET_OPENED, user=user)
    return everything(denyut)


async def as_formula(denyut: Bench, user: str) -> str:
    """Defining a KPI from it: the owner's is understood, the stranger hears of an unknown name."""
    form = await define_form(denyut, user=user, computed=True)
    answer = await denyut.submit(
        form,
        {"name.en": f"Try of {user[2:].lower()}", "measure": "percent", "formula": "secret bonu / leads"},
        user=user,
    )
    everything(denyut)
    return json.dumps(answer.errors)


# What a stranger types themselves is repeated to them: these lines do not name the KPI as it is called.
WAYS: dict[str, Way] = {
    "the list": command("/kpi list"),
    "all of them": command("/kpi show"),
    "a slip of the finger, shown": command("/kpi show secret bonu"),
    "a slip of the finger, logged": command("/kpi log sekret bonus 5"),
    "a slip of the finger in history": command("/kpi history sekret bonus"),
    "a slip of the finger in a target": command("/kpi target sekret bonus 5 per month"),
    "a slip of the finger in a review": command("/kpi review sekret bonus"),
    "an abbreviation": command("/kpi history secr"),
    "an abbreviation, reviewed": command("/kpi review secr"),
    "an abbreviation of what is computed": command("/kpi show bonus sh"),
    "targets": command("/kpi target"),
    "reviews": command("/kpi review"),
    "a misspelled formula": as_formula,
    "ties": settings_of_another,
    "the form of all": the_form_of_all,
    "the target form": the_target_form,
    "home": home,
}

NOT_TO_SEE = {
    "rights": command("/kpi rights"),
    "help": command("/kpi help"),
    "check-in": command("/checkin"),
    "summary now": command("/kpi summary now"),
    "export": command("/kpi export"),
    "import": command("/kpi import"),
    "undo": command("/kpi undo"),
}


@pytest.fixture(params=HIDDEN)
async def hidden(denyut: Bench, request: pytest.FixtureRequest) -> Bench:
    """A process KPI with a value of today and a target, and one that is computed from it, not private by itself."""
    denyut.slack.groups = {"S0SALES": ("sales", "Sales", [MATE])}
    await define(denyut, OWNER, name_en=NAME, kind="process")
    await define(denyut, OWNER, name_en=DERIVED, measure="percent", formula=f"{NAME} / leads")
    await log(denyut, f"{NAME} {NUMBER}", "leads 20")
    await denyut.command(f"/kpi target {NAME} {NUMBER} per month", user=OWNER)
    denyut.do(lambda db: db.catalogue.set_settings(KEY, HIDDEN[str(request.param)]))
    denyut.do(lambda db: db.teams.replace("S0SALES", [MATE]))
    everything(denyut)
    return denyut


@pytest.mark.parametrize("way", WAYS)
async def test_a_stranger_learns_nothing_that_the_owner_sees_there(hidden: Bench, way: str) -> None:
    assert betrayed(await WAYS[way](hidden, OWNER)), "the control: the owner does see it there"
    told = await WAYS[way](hidden, STRANGER)
    assert any(sign.isalpha() for sign in told), "they are answered"
    assert not betrayed(told)


@pytest.mark.parametrize("way", NOT_TO_SEE)
async def test_nor_anywhere_else(hidden: Bench, way: str) -> None:
    assert not betrayed(await NOT_TO_SEE[way](hidden, STRANGER))


@pytest.mark.parametrize(
    "line",
    [
        "/kpi show {}", "/kpi show {} by person", "/kpi show {} this month", "/kpi history {}", "/kpi log {} 5",
        "/kpi target {} 5 per month", "/kpi review {}",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", [NAME, KEY, DERIVED])
async def test_its_exact_name_is_answered_like_a_name_that_nobody_has(hidden: Bench, line: str, name: str) -> None:
    unknown = (await hidden.command(line.format("zzz qqq"), user=STRANGER)).text
    answer = (await hidden.command(line.format(name), user=STRANGER)).text
    assert answer.replace(name.lower(), "zzz qqq").replace(name, "zzz qqq") == unknown
    owner = (await hidden.command(line.format(name), user=OWNER)).text
    assert owner.replace(name, "zzz qqq") != unknown, "the control"


async def test_its_name_cannot_be_had_but_nobody_says_why(hidden: Bench) -> None:
    form = await define_form(hidden, user=STRANGER)
    reserved = await hidden.submit(form, {"name.en": "for"}, user=STRANGER)
    taken = await hidden.submit(form, {"name.en": NAME}, user=STRANGER)
    assert taken.errors == reserved.errors
    owner = await hidden.submit(form, {"name.en": NAME}, user=OWNER)
    assert NAME in owner.errors["name.en"], "the control"


async def test_its_buttons_do_not_work_for_a_stranger(hidden: Bench) -> None:
    carried = ids.pack(kpi=KEY)
    for action in (
        ids.KPI_DEFINE_OPENED, ids.KPI_SETTINGS_OPENED, ids.KPI_REVIEW_KEEP, ids.KPI_REVIEW_CHANGE,
        ids.KPI_REVIEW_RETIRE, ids.KPI_REVIEW_BACK,
    ):  # fmt: skip
        await hidden.click(action, carried, user=STRANGER)
        told = everything(hidden)
        assert "no longer works" in told
        assert not betrayed(told)
        await hidden.click(action, carried, user=OWNER)
        assert betrayed(everything(hidden)), "the control"


async def test_its_forms_cannot_be_sent_by_a_stranger(hidden: Bench) -> None:
    forms = []
    for action in (ids.KPI_DEFINE_OPENED, ids.KPI_SETTINGS_OPENED, ids.KPI_REVIEW_KEEP, ids.KPI_REVIEW_RETIRE):
        await hidden.click(action, ids.pack(kpi=KEY), user=OWNER)
        forms.append(hidden.form())
    everything(hidden)
    before = catalogue(hidden).settings(KEY)
    for form in forms:
        inputs = {"reason": "x"} if "reason" in str(form["blocks"]) else {}
        answer = await hidden.submit(form, inputs, user=STRANGER)
        assert "no longer works" in "".join(answer.errors.values())
        assert not betrayed(json.dumps(answer.body))
    assert catalogue(hidden).settings(KEY) == before


async def test_the_group_it_is_shown_to_sees_it(denyut: Bench) -> None:
    await define(denyut, OWNER, name_en=NAME)
    for visibility, sees in ((Visibility.TEAM, True), (Visibility.OWNERS, False)):
        chosen = KpiSettings((OWNER,), visibility=visibility, team="S0SALES")
        denyut.do(lambda db, chosen=chosen: db.catalogue.set_settings(KEY, chosen))
        denyut.do(lambda db: db.teams.replace("S0SALES", [MATE]))
        assert (NAME in await command("/kpi daftar")(denyut, MATE)) is sees


async def test_admins_see_everything(hidden: Bench) -> None:
    assert NAME in await command("/kpi daftar")(hidden, "U0AYU")


async def test_a_post_to_a_channel_leaves_it_out(hidden: Bench) -> None:
    await hidden.command("/kpi summary #channel weekly mon 09:00".replace("#channel", "<#C0SALES|sales>"), user=OWNER)
    everything(hidden)
    await hidden.tick(datetime.fromisoformat("2026-11-30T03:00:00+00:00"))
    posts = hidden.posts("C0SALES")
    assert posts, "something is posted"
    told = everything(hidden)
    assert "Leads" in told or "prospek" in told, "what is public is there"
    assert not betrayed(told)


async def test_messages_about_it_go_to_nobody_else(hidden: Bench) -> None:
    await hidden.ticks(datetime.fromisoformat("2027-03-02T05:00:00+00:00"), timedelta(days=1))
    strangers = [each for each in hidden.slack.posted if each.channel not in (f"D{OWNER[1:]}", "D0AYU")]
    assert not betrayed(json.dumps([each.message.text for each in strangers]))
    owners = [each.message.text for each in hidden.dms(OWNER)]
    assert betrayed(json.dumps(owners)), "the control"


async def test_a_definition_of_the_past_counts(denyut: Bench) -> None:
    await define(denyut, OWNER, name_en=NAME)
    await define(denyut, OWNER, name_en=DERIVED, measure="percent", formula=f"{NAME} / leads")
    denyut.now += timedelta(days=40)
    form = await define_form(denyut, DERIVED, user=OWNER)
    await denyut.submit(form, {"formula": "orders / leads", "because": "simpler"}, user=OWNER)
    assert (await denyut.command(f"/kpi show {DERIVED} November 2026", user=STRANGER)).text.startswith(DERIVED)
    denyut.do(lambda db: db.catalogue.set_settings(KEY, HIDDEN["owners"]))
    for words in (DERIVED, f"{DERIVED} November 2026", f"{DERIVED} by month"):
        assert "I do not know the KPI" in (await denyut.command(f"/kpi show {words}", user=STRANGER)).text
        assert (await denyut.command(f"/kpi show {words}", user=OWNER)).text.startswith(DERIVED)


def test_a_computed_one_that_is_private_hides_what_is_computed_from_it() -> None:
    from dataclasses import replace

    from bot.domain.catalogue import KpiVersion, Viewer
    from bot.domain.formulas import Reference
    from bot.domain.kpis import KPIS

    at = datetime.fromisoformat("2026-11-26T08:00:00+00:00")
    own = replace(KPIS["conversion_rate"], key="own", formula=Reference("conversion_rate"), names={"en": "Own"})
    everyone = Catalogue([KpiVersion(own, 1, date(2026, 11, 26), OWNER, at)], {"conversion_rate": HIDDEN["owners"]})
    assert "own" in everyone.seen_by(Viewer(OWNER))
    assert "own" not in everyone.seen_by(Viewer(STRANGER))
    assert "leads" in everyone.seen_by(Viewer(STRANGER))


async def test_a_kpi_that_nobody_owns_is_hidden_and_retired_by_admins_alone(denyut: Bench) -> None:
    hidden = KpiSettings((OWNER,), visibility=Visibility.OWNERS)

    def by(db: UnitOfWork, member_id: str) -> Acting:
        member = db.members.get(member_id)
        assert member
        return read_acting(db, member, denyut.now, denyut.now.date(), "ID")

    def hide(member_id: str) -> KpiSettings:
        return denyut.do(lambda db: change_settings(db, "revenue", hidden, by(db, member_id), key=member_id))

    with pytest.raises(DomainError, match="admins_take_away"):
        hide(OWNER)
    with pytest.raises(DomainError, match="admins_take_away"):
        denyut.do(lambda db: retire(db, "leads", "not mine to say", by(db, OWNER), "k"))
    assert not catalogue(denyut).is_retired("leads")
    assert hide("U0AYU") == hidden
    assert catalogue(denyut).settings("revenue") == hidden


async def test_undo_passes_over_what_one_may_not_see_any_more(denyut: Bench) -> None:
    await log(denyut, "leads 3", user=STRANGER)
    await log(denyut, "orders 7", user=STRANGER)
    hidden = KpiSettings((OWNER,), visibility=Visibility.OWNERS)
    denyut.do(lambda db: db.catalogue.set_settings("orders", hidden))
    assert "Leads: 3" in (await denyut.command("/kpi undo", user=STRANGER)).text
    assert "orders" in denyut.do(lambda db: db.kpis.keys_used())


async def test_a_value_typed_while_its_kpi_was_taken_away_is_not_dropped_in_silence(denyut: Bench) -> None:
    await log(denyut, "revenue 5000000")
    await log(denyut, "leads 5")
    await denyut.command("/kpi log", user=MATE)
    form = denyut.form()
    denyut.do(lambda db: db.catalogue.set_settings("leads", HIDDEN["owners"]))

    said = await denyut.submit(form, {"value.leads": "77", "value.revenue": "88000000"}, user=MATE)

    assert list(said.errors) == ["value.leads"]
    assert "Kosongkan kolom ini" in said.errors["value.leads"]
    assert [each.value for each in denyut.do(lambda db: db.kpis.history("revenue"))] == [5_000_000]
    said = await denyut.submit(form, {"value.leads": "", "value.revenue": "88000000"}, user=MATE)
    assert not said.errors
    assert len(denyut.do(lambda db: db.kpis.history("revenue"))) == 2
