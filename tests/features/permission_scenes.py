"""The scenes in which every listener is used once by who may: Bob is the author and owner, Citra the other one, Ayu the
admin. Each returns the words that nobody may read who has no business with it, and can be brought to its end."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.domain.audiences import Audience
from bot.domain.catalogue import KpiSettings, Visibility
from bot.domain.entries import Entry
from bot.domain.policies import Policy
from bot.domain.policies import Who as Allowed
from bot.domain.questions import QuestionKind, Why
from bot.domain.surveys import Receivers
from bot.permissions import LISTENERS, Who
from bot.slack import ids
from storage import new_id
from tests.features import asked_rounds, survey_rounds
from tests.features.permission_bench import RememberingBench, Story
from tests.features.test_kpis_asking import BOB_MONDAY, own

OWNER, OTHER, ADMIN, MEMBER = "U0BOB", "U0CITRA", "U0AYU", "U0DEWI"
MEMBERS = frozenset({OWNER, OTHER, ADMIN, MEMBER})
VISITORS = frozenset({"U0GUEST", "U0OUT", "U0ALIEN"})
"""A guest of the workspace, somebody of a shared channel, and somebody of another workspace whom we never heard of."""
NOBODIES = frozenset({"U0GONE", "U0ROBOT"})
KEEPERS = frozenset({OWNER, ADMIN})
"""Who sees a KPI that its owners and admins alone may see."""
ALONE = frozenset({OWNER})
SECRET = "rahasia besar"
HIDDEN = "Hidden demos"
SALES = "<#C0SALES|sales>"

ALLOWED: Mapping[Who, frozenset[str]] = {
    Who.ANYBODY: MEMBERS | VISITORS,
    Who.INVITED: frozenset({OWNER, OTHER}),
    Who.MEMBER: MEMBERS,
    Who.ADMIN: frozenset({ADMIN}),
    Who.AUTHOR: KEEPERS,
    Who.DRAFTER: ALONE,
    Who.READER: frozenset({OWNER, OTHER, ADMIN}),
    Who.VIEWER: KEEPERS,
    Who.LOGGER: MEMBERS,
    Who.CORRECTOR: KEEPERS,
    Who.DEFINER: MEMBERS,
    Who.KPI_OWNER: KEEPERS,
    Who.TARGETER: KEEPERS,
    Who.PAIR: frozenset({OWNER, OTHER}),
    Who.PARTNER: frozenset({OWNER, OTHER, ADMIN}),
    Who.ASKED: ALONE,
    Who.ONESELF: MEMBERS,
}
"""Who of the actors may what the table says, in these scenes."""


@dataclass
class Scene:
    """`play` tells the story up to its end; `covers` are the beginnings of the names of its listeners. `allowed` says
    who may where a scene differs from ALLOWED. `keeps` are tables that stay when the rest is gone: who may see a
    KPI."""

    play: Callable[[RememberingBench], Awaitable[Story]]
    covers: tuple[str, ...]
    allowed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    keeps: tuple[str, ...] = ("kpi_settings", "kpi_versions", "policies")

    def listeners(self) -> frozenset[str]:
        return frozenset(name for name in LISTENERS if scene_of(name) is self)


def scene_of(listener: str) -> "Scene | None":
    """The scene whose beginning of the name is the longest."""
    fits = [(len(start), scene) for scene in SCENES.values() for start in scene.covers if listener.startswith(start)]
    return max(fits, key=lambda each: each[0])[1] if fits else None


async def drafting(bench: RememberingBench) -> Story:
    """Bob writes a survey, through every form there is, and launches it; then he changes it."""
    await bench.command("/pulse new", user=OWNER)
    await bench.choose(bench.form(), ids.DRAFT_TEMPLATE_CHOSEN, "enps", user=OWNER)
    start = {f"{ids.DRAFT_CADENCE_INPUT}:enps": "once", ids.DRAFT_CHANNELS_INPUT: ["C0SALES"]}
    blocks = {block.get("block_id") for block in bench.form()["blocks"]}
    await bench.submit(bench.form(), {key: each for key, each in start.items() if key in blocks}, user=OWNER)
    hub = bench.form()
    for opened in (ids.DRAFT_MANNER_OPENED, ids.DRAFT_DATES_OPENED, ids.DRAFT_AUDIENCE_OPENED, ids.DRAFT_BANK_OPENED):
        await bench.press(hub, opened, user=OWNER)
        form = bench.form()
        if opened == ids.DRAFT_BANK_OPENED:
            await bench.choose(form, ids.DRAFT_DRIVER_CHOSEN, "peers", user=OWNER)
        if opened == ids.DRAFT_MANNER_OPENED:
            await bench.press(form, ids.DRAFT_BACK, user=OWNER)
            await bench.submit(form, {ids.DRAFT_TITLE_INPUT: SECRET}, user=OWNER)
        else:
            audience = {ids.DRAFT_CHANNELS_INPUT: ["C0SALES"]} if opened == ids.DRAFT_AUDIENCE_OPENED else {}
            await bench.submit(form, audience, user=OWNER)
        hub = bench.form()
    await bench.press(hub, ids.DRAFT_QUESTION_ADDED, user=OWNER)
    await bench.choose(bench.form(), ids.DRAFT_KIND_CHOSEN, "yes_no", user=OWNER)
    await bench.choose(bench.form(), ids.DRAFT_WHY_CHOSEN, "always", user=OWNER)
    await bench.submit(bench.form(), {f"{ids.DRAFT_TEXT_INPUT}:en": SECRET}, user=OWNER)
    hub = bench.form()
    await bench.choose(hub, f"{ids.DRAFT_QUESTION_MENU}:enps", "edit:enps", user=OWNER)
    await bench.press(hub, ids.DRAFT_PREVIEW_OPENED, user=OWNER)
    await bench.submit(bench.form(), {}, user=OWNER)
    await bench.submit(hub, {}, user=OWNER)
    handle = bench.do(lambda db: db.surveys.all())[0].handle
    await bench.command(f"/pulse edit {handle}", user=OWNER)
    await bench.click(ids.DRAFT_OPENED, ids.pack(), user=OWNER)
    return Story(bench.story.cases, (SECRET,))


async def surveying(bench: RememberingBench) -> Story:
    """Bob asks four people, among them Citra, one question after the other in one survey and at once in another."""
    people = (OWNER, OTHER, "U0EMMA", "U0FAJAR")
    audience = Audience(people=people)
    await bench.command("/pulse", user=OWNER)
    await bench.command(f"/pulse enps {SALES} weekly monday 09:00", user=OWNER)
    await bench.click(ids.PULSE_ENPS_OPENED, ids.pack(), user=OWNER)
    await bench.submit(bench.form(), {ids.CHANNEL_INPUT: "C0PAIR", ids.NAME_INPUT: "pair"}, user=OWNER)
    await bench.command("/pulse list", user=OWNER)
    survey = survey_rounds.survey_of(
        bench,
        asked_rounds.question(QuestionKind.ENPS, why=Why.ALWAYS),
        handle="secret",
        audience=audience,
        title=SECRET,
    )
    await bench.command("/pulse preview secret", user=OWNER)
    await bench.command("/pulse send secret", user=OWNER)
    await bench.tick()
    bench.look_around(OWNER)
    await bench.command("/pulse remind secret", user=OWNER)
    question = bench.dms(OTHER)[-1]
    await bench.press(question, ids.WHY_OPENED, user=OTHER)
    await bench.press(question, ids.ANSWER_LATER, user=OTHER)
    await bench.click(ids.ANSWER_NOW, ids.pack(round=_round(bench, survey.id)), user=OTHER)
    await bench.click(ids.ANSWER_OPENED, ids.pack(round=_round(bench, survey.id)), user=OTHER)
    await bench.submit(bench.form(), {f"{ids.SCORE_INPUT}": "7"}, user=OTHER)
    await bench.click(f"{ids.SCORE_CHOSEN}:3", ids.pack(round=_round(bench, survey.id), score=3), user=OTHER)
    await bench.click(ids.REASON_OPENED, ids.pack(round=_round(bench, survey.id)), user=OTHER)
    await bench.submit(bench.form(), {}, user=OTHER)
    await bench.click(ids.ANSWER_CHANGE, ids.pack(round=_round(bench, survey.id)), user=OTHER)
    for command in ("pause secret", "resume secret", "close secret"):
        await bench.command(f"/pulse {command}", user=OWNER)
    await bench.tick(bench.now + timedelta(minutes=5))
    await bench.command("/pulse delete secret", user=OWNER)
    return Story(bench.story.cases, (SECRET,))


async def stepping(bench: RememberingBench) -> Story:
    """A survey that is asked one question after the other, of every kind."""
    people = (OWNER, OTHER, "U0EMMA", "U0FAJAR")
    tools = tuple({"en": each} for each in asked_rounds.TOOLS)
    menu = asked_rounds.question(QuestionKind.CHOICE, id="tool", options=tools)
    every = (menu, *asked_rounds.EVERY_KIND)
    await asked_rounds.ask(bench, every, people, one_by_one=True, title=SECRET, audience=Audience(people=people))
    await bench.tick()
    bench.look_around(OTHER)
    first = bench.dms(OTHER)[0]
    await bench.press(first, ids.STEPS_STARTED, user=OTHER)
    for _ in range(16):
        await _step(bench, bench.dms(OTHER)[0])
    survey = bench.do(lambda db: db.surveys.all())[0]
    await bench.command(f"/pulse close {survey.handle}", user=ADMIN)
    return Story(bench.story.cases, (SECRET,))


async def _step(bench: RememberingBench, posted: object) -> None:
    """Does with a question what has not been done yet."""
    from tests.features.form_elements import elements

    message = posted.message  # type: ignore[attr-defined]
    offered = [element for _, element in elements(message.blocks)]
    names = [ids.handler_of(each["action_id"]) for each in offered]
    driven = {name for name, case in bench.story.cases.items() if case.driven}
    order = (ids.STEP_LATER, ids.STEPS_STARTED, ids.STEP_TICKED, ids.STEP_WRITING, ids.STEP_CHOSEN, ids.STEP_SELECTED,
             ids.STEP_DONE, ids.STEP_SKIPPED, ids.STEP_MOVED)  # fmt: skip
    wanted = [name for name in order if name in names and name not in driven]
    wanted += [name for name in (ids.STEPS_STARTED, ids.STEP_SKIPPED, ids.STEP_MOVED) if name in names]
    if not wanted:
        return
    element = offered[names.index(wanted[0])]
    block = next(b for b, e in elements(message.blocks) if e is element)
    if element["type"] == "button":
        await bench.press(posted, element["action_id"], user=OTHER)  # type: ignore[arg-type]
        if wanted[0] == ids.STEP_WRITING:
            form = bench.form()
            first = next(block["block_id"] for block in form["blocks"] if block["type"] == "input")
            await bench.submit(form, {first: "12"}, user=OTHER)
    else:
        value = element["options"][0]["value"]
        chosen = [value] if element["type"] in ("checkboxes", "multi_static_select") else value
        await bench.choose(
            posted,
            element["action_id"],
            chosen,
            user=OTHER,
            block_id=block.get("block_id"),  # type: ignore[arg-type]
        )


def _round(bench: RememberingBench, survey_id: str) -> str:
    return str(bench.do(lambda db: db.rounds.of_survey(survey_id))[0].id)


async def results(bench: RememberingBench) -> Story:
    """What came out of a survey of Bob's that many answered, and what follows from it; Citra receives it too."""
    survey = survey_rounds.survey_of(
        bench, *survey_rounds.ALL_KINDS, handle="results", title=SECRET, receivers=Receivers(people=(OTHER,))
    )
    people = survey_rounds.PEOPLE[:12]
    said = {
        each: survey_rounds.Said({"enps": number % 11, "goals": 1 + number % 5}, {"wish": f"{SECRET} {number} " * 40})
        for number, each in enumerate(people)
    }
    await survey_rounds.closed(bench, survey, said)
    bench.look_around(OWNER)
    await bench.command("/pulse results results", user=OWNER)
    await bench.click(ids.SURVEY_RESULTS, ids.pack(survey=survey.id), user=OWNER)
    await bench.use(ids.ACTION_OPENED)
    await bench.submit(bench.form(), {ids.ACTION_INPUT: "We meet less"}, user=OWNER)
    await bench.command("/pulse act results We meet less", user=OWNER)
    return Story(bench.story.cases, (SECRET,))


async def values(bench: RememberingBench) -> Story:
    """Bob logs values of a KPI that he alone, and admins, may see, and corrects them."""
    _hide(bench, "leads")
    _hide(bench, "revenue")
    for line in ("log leads 5 note rahasia besar", "show leads", "list", "history leads"):
        await bench.command(f"/kpi {line}", user=OWNER)
    await bench.press(await bench.command("/kpi list", user=OWNER), ids.KPI_LIST_WHOLE, user=OWNER)
    await bench.command("/kpi", user=OWNER)
    await bench.press(await bench.command("/kpi log revenue 1.500", user=OWNER), ids.VALUE_CHOSEN + ":0", user=OWNER)
    await bench.command("/kpi log leads 6 on 10/11", user=OWNER)
    await bench.command("/kpi log leads 5 note rahasia besar", user=OWNER)
    await bench.command("/kpi log", user=OWNER)
    await bench.submit(bench.form(), {"value.leads": "8"}, user=OWNER)
    echo = await bench.command("/kpi log leads 11", user=OWNER)
    await bench.press(echo, "Correct", user=OWNER)
    await bench.submit(bench.form(), {ids.KPI_VALUE_INPUT: "12", ids.KPI_WHY_INPUT: SECRET}, user=OWNER)
    await bench.press(await bench.command("/kpi history leads", user=OWNER), ids.KPI_CHANGE_OPENED, user=OWNER)
    await bench.submit(bench.form(), {}, user=OWNER)
    await bench.press(await bench.command("/kpi history leads", user=ADMIN), ids.KPI_CHANGE_OPENED, user=ADMIN)
    await bench.submit(bench.form(), {ids.KPI_WAY_INPUT: "delete"}, user=ADMIN)
    await bench.submit(bench.form(), {ids.KPI_WHY_INPUT: SECRET}, user=ADMIN)
    await bench.use(ids.ENTRY_UNDO)
    await bench.command("/kpi show new customers", user=OWNER)
    await bench.command("/kpi log new customers 4", user=OWNER)
    await bench.command("/kpi undo", user=OWNER)
    bench.do(lambda db: db.catalogue.set_settings("leads", _hidden(retired_on=bench.now.date())))
    return Story(bench.story.cases, (SECRET,))


def _hidden(**more: Any) -> KpiSettings:
    return KpiSettings(owners=(OWNER,), visibility=Visibility.OWNERS, **more)


def _hide(bench: RememberingBench, kpi: str) -> None:
    bench.do(lambda db: db.catalogue.set_settings(kpi, _hidden()))


async def asking(bench: RememberingBench) -> Story:
    """Bob is asked for the value of a KPI of his."""
    own(bench, "leads", visibility=Visibility.OWNERS)
    await bench.ticks(BOB_MONDAY)
    bench.look_around(OWNER)
    ask = bench.dms(OWNER)[0]
    await bench.press(ask, ids.KPI_ASK_OPENED, user=OWNER)
    await bench.submit(bench.form(), {ids.KPI_VALUE_INPUT: "5"}, user=OWNER)
    return Story(bench.story.cases, (SECRET,))


async def targets(bench: RememberingBench) -> Story:
    """Targets for a KPI of Bob's, which only its owners may set here, and what he hears when one is missed."""
    bench.do(lambda db: db.catalogue.set_policy(Policy(target=Allowed.OWNERS)))
    _hide(bench, "leads")
    _hide(bench, "revenue")
    _hide(bench, "deals_won")
    await bench.command("/kpi target leads 100 per month", user=OWNER)
    await bench.use(ids.TARGET_REMOVED)
    await bench.command("/kpi target leads 110 per month", user=OWNER)
    listed = await bench.command("/kpi target", user=OWNER)
    await bench.press(listed, ids.TARGET_OPENED, user=OWNER)
    form = {"kpi": "revenue", "value": "120M", "period": "month"}
    checked = await bench.submit(bench.form(), form, user=OWNER)
    await bench.submit(checked.body["view"], {"why": SECRET}, user=OWNER)
    await bench.command("/kpi target leads 50", user=OWNER)
    await bench.command("/kpi target revenue 1.500 per week", user=OWNER)
    await bench.command("/kpi target deals won 70", user=OWNER)
    await bench.click(ids.TARGETS_SHOWN, ids.pack(kpi="leads"), user=OWNER)
    for number in range(1, 20):
        entry = Entry(new_id(), "leads", OWNER, Decimal(1), date(2026, 11, number), OWNER, bench.now, source=new_id())
        bench.do(lambda db, entry=entry: db.kpis.add(entry))
    for day in range(1, 5):
        await bench.tick(datetime(2026, 11, 26, 8, tzinfo=UTC) + timedelta(days=day))
        bench.look_around(OWNER)
    told = [each for each in bench.dms(OWNER) if ids.ALERT_MUTED in str(each.message.blocks)]
    assert told, "Bob is alerted"
    await bench.use(ids.ALERT_NOTE_OPENED)
    await bench.submit(bench.form(), {"note": SECRET}, user=OWNER)
    await bench.use(ids.ALERT_MUTED)
    await bench.use(ids.ALERT_UNMUTED)
    return Story(bench.story.cases, (SECRET,))


async def defining(bench: RememberingBench) -> Story:
    """Bob defines a KPI, hides it, reviews it, retires it and takes it back; Ayu decides on rights."""
    await bench.command("/kpi define", user=OWNER)
    await bench.choose(bench.form(), ids.KPI_DEFINE_SOURCE, "computed", user=OWNER)
    await bench.command("/kpi define", user=OWNER)
    await bench.submit(bench.form(), {"name.en": HIDDEN}, user=OWNER)
    await bench.command(f"/kpi define {HIDDEN}", user=OWNER)
    await bench.press(bench.form(), ids.KPI_SETTINGS_OPENED, user=OWNER)
    await bench.choose(bench.form(), ids.KPI_SETTINGS_SEEN, "owners", user=OWNER)
    await bench.submit(bench.form(), {"seen": "owners", "review": "2026-12-01"}, user=OWNER)
    await bench.command(f"/kpi define {HIDDEN}", user=OWNER)
    await bench.submit(bench.form(), {"direction": "lower", "because": SECRET}, user=OWNER)
    await bench.click(ids.KPI_RIGHTS_OPENED, ids.pack(), user=ADMIN)
    await bench.submit(bench.form(), {"log_for_others": "admins"}, user=ADMIN)
    await bench.click(ids.KPI_DEFINE_OPENED, ids.pack(kpi=_key(HIDDEN)), user=OWNER)
    await bench.command("/kpi rights", user=OWNER)
    await bench.command(f"/kpi log {HIDDEN.lower()} 5", user=OWNER)
    bench.now = datetime(2027, 3, 1, 3, tzinfo=UTC)
    await bench.tick()
    bench.look_around(OWNER)
    listed = await bench.command("/kpi review", user=OWNER)
    about = ids.pack(kpi=_key(HIDDEN))
    for opened, inputs in (
        (ids.KPI_REVIEW_CHANGE, None),
        (ids.KPI_REVIEW_KEEP, {"reason": SECRET}),
        (ids.KPI_REVIEW_RETIRE, {"reason": SECRET}),
    ):
        case = bench.story.cases.get(opened)
        if case is not None:
            await bench.dispatch(case.payload)
        else:
            await bench.click(opened, about, user=OWNER)
        if inputs is not None:
            await bench.submit(bench.form(), inputs, user=OWNER)
    del listed
    await bench.tick()
    await bench.command(f"/kpi show {HIDDEN.lower()}", user=OWNER)
    await bench.command(f"/kpi review {HIDDEN.lower()}", user=OWNER)
    if ids.KPI_REVIEW_BACK not in bench.story.cases:
        await bench.click(ids.KPI_REVIEW_BACK, about, user=OWNER)
    return Story(bench.story.cases, (SECRET, HIDDEN))


def _key(name: str) -> str:
    return name.lower().replace(" ", "_")


async def filing(bench: RememberingBench) -> Story:
    """Bob brings values from a file and takes some along; Ayu makes a token."""
    _hide(bench, "leads")
    await bench.command("/kpi log leads 5 note rahasia besar", user=OWNER)
    for content in (
        "date;leads\n20/11/2026;3\n21/11/2026;x\n",
        "date;revenue\n20/11/2026;1.500\n",
        "date;leads\n19/11/2026;3\n",
        "date;leads\n20/11/2026;3\n",
    ):
        await bench.command("/kpi import", user=OWNER)
        await bench.submit(bench.form(), {}, user=OWNER, files={"file": [("rahasia.csv", content.encode())]})
        bench.look_around(OWNER)
    other, plan = (view for _, view in bench.slack.updated_views[-2:])
    await bench.click(ids.KPI_IMPORT_REPORT, plan["private_metadata"], user=OWNER)
    await bench.click(ids.KPI_IMPORT_RECORDED, other["private_metadata"], user=OWNER)
    await bench.submit(plan, {}, user=OWNER)
    await bench.command("/kpi export leads", user=OWNER)
    await bench.command("/kpi export", user=OWNER)
    await bench.submit(bench.form(), {}, user=OWNER)
    await bench.press(await bench.command("/kpi tokens", user=ADMIN), ids.API_TOKEN_NEW, user=ADMIN)
    await bench.submit(bench.form(), {"name": SECRET}, user=ADMIN)
    await bench.command("/kpi tokens", user=ADMIN)
    await bench.use(ids.API_TOKEN_REVOKE)
    return Story(bench.story.cases, (SECRET,))


async def summing(bench: RememberingBench) -> Story:
    """Bob's summary of a channel."""
    listed = await bench.command("/kpi summary", user=OWNER)
    await bench.press(listed, ids.SUMMARY_OPENED, user=OWNER)
    form = bench.form()
    await bench.choose(form, f"{ids.SUMMARY_FORM_CHANGED}:preset", "own", user=OWNER)
    await bench.press(form, ids.SUMMARY_TRIED, user=OWNER)
    await bench.submit(form, {}, user=OWNER)
    await bench.command("/kpi summary", user=OWNER)
    await bench.use(ids.SUMMARY_CHANGE)
    bench.story.cases.pop(ids.SUMMARY_FORM)
    await bench.submit(bench.form(), {"channel": "C0PAIR"}, user=OWNER)
    await bench.use(ids.SUMMARY_TEST)
    await bench.use(ids.SUMMARY_STOP)
    await bench.command("/kpi summary <#C0SALES|sales> weekly friday 15:00", user=OWNER)
    bench.story.cases.pop("/kpi summary")
    await bench.command("/kpi summary stop <#C0SALES|sales>", user=OWNER)
    return Story(bench.story.cases)


async def checking_in(bench: RememberingBench) -> Story:
    """Bob's check-in of a team, which asks Bob and Citra; Citra is stuck, and Bob takes it."""
    listed = await bench.command("/checkin team", user=OWNER)
    await bench.press(listed, "Weekly business review", user=OWNER)
    await bench.submit(
        bench.form(), {ids.CHECKIN_CHANNEL_INPUT: "C0SALES", ids.CHECKIN_TITLE_INPUT: SECRET}, user=OWNER
    )
    look = bench.form()
    await bench.press(look, ids.CHECKIN_SETUP_BACK, user=OWNER)
    await bench.submit(look, {}, user=OWNER)
    await bench.command("/checkin team <#C0PAIR|pair> weekly review saturday 10:00", user=OWNER)
    await bench.use(ids.CHECKIN_WEEKDAY_CHOSEN)
    made = bench.do(lambda db: db.checkins.all())[0]
    for name in (ids.CHECKIN_PREVIEW_FORM, ids.CHECKIN_SETUP_OPENED):
        bench.story.cases.pop(name)
    await bench.click(ids.CHECKIN_SETUP_OPENED, ids.pack(checkin=made.id), user=OWNER)
    await bench.submit(bench.form(), {ids.CHECKIN_TITLE_INPUT: f"{SECRET} 2"}, user=OWNER)
    await bench.submit(bench.form(), {}, user=OWNER)
    await bench.command(f"/checkin team {SALES} standup 09:00 post 11:00", user=OWNER)
    bench.story.cases.pop("/checkin team")
    await bench.command(f"/checkin team {SALES} standup pause", user=OWNER)
    await bench.command(f"/checkin team {SALES} standup resume", user=OWNER)
    friday = datetime(2026, 11, 27, 2, tzinfo=UTC)
    await bench.tick(friday - timedelta(hours=1))
    await bench.tick(friday)
    bench.look_around(OWNER)
    for user in (OTHER, OWNER):
        ask = next(each for each in bench.dms(user) if ids.CHECKIN_ANSWER_OPENED in str(each.message.blocks))
        await bench.press(ask, ids.CHECKIN_ANSWER_OPENED, user=user)
        await bench.submit(bench.form(), {"blocker": f"{SECRET} {user}"}, user=user)
    await bench.tick(friday + timedelta(hours=2))
    bench.look_around(OWNER)
    await bench.use(ids.CHECKIN_BLOCKER_TAKEN)
    await bench.use(ids.CHECKIN_BLOCKER_DAY_OPENED)
    await bench.submit(bench.form(), {ids.CHECKIN_BLOCKER_DAY_INPUT: "2026-12-03"}, user=OWNER)
    checkin = bench.do(lambda db: db.checkins.all())[0]
    await bench.click(ids.CHECKIN_SETUP_OPENED, ids.pack(checkin=checkin.id), user=OWNER)
    for deed in (ids.CHECKIN_PAUSED, ids.CHECKIN_RESUMED, ids.CHECKIN_STOPPED):
        await bench.click(deed, ids.pack(checkin=checkin.id), user=OWNER)
    return Story(bench.story.cases)


async def promising(bench: RememberingBench) -> Story:
    """What Bob promised, and Citra asked for."""
    await bench.command(f"/checkin actions {SECRET} by friday", user=OWNER)
    action = replace(bench.do(lambda db: db.actions.open_of(OWNER))[0], id=new_id(), created_by=OTHER)
    bench.do(lambda db: db.actions.add(action))
    about = ids.pack(action=action.id)
    await bench.command("/checkin actions", user=OWNER)
    for element in (ids.ACTION_CHANGE_OPENED, ids.ACTION_DONE, ids.ACTION_REOPENED, ids.ACTION_DROPPED):
        await bench.click(element, about, user=OWNER)
        if element == ids.ACTION_CHANGE_OPENED:
            await bench.submit(bench.form(), {}, user=OWNER)
    await bench.click(ids.ACTION_ADD_OPENED, ids.pack(), user=OWNER)
    await bench.submit(bench.form(), {ids.ACTION_TEXT_INPUT: "call"}, user=OWNER)
    return Story(bench.story.cases, (SECRET,))


async def meeting(bench: RememberingBench) -> Story:
    """The one-on-one of Bob and Citra."""
    await bench.command("/checkin 1on1", user=OWNER)
    await bench.click(ids.ONE_ON_ONE_NEW, ids.pack(), user=OWNER)
    await bench.command("/checkin 1on1 <@U0CITRA|citra> every 2 weeks thu 14:00", user=OWNER)
    await bench.tick()
    bench.story.cases.pop("/checkin 1on1")
    await bench.command(f"/checkin 1on1 <@U0CITRA|citra> point {SECRET}", user=OWNER)
    bench.story.cases.pop("/checkin 1on1")
    await bench.command("/checkin 1on1 <@U0CITRA|citra> agenda", user=OWNER)
    pair = bench.do(lambda db: db.one_on_ones.of(OWNER))[0]
    point = bench.do(lambda db: db.one_on_ones.open_points(pair.id))[0]
    coming = bench.do(lambda db: db.one_on_ones.meetings([pair.id]))[-1]
    about = ids.pack(pair=pair.id, on=str(coming.local_date), point=point.id)
    for element in (ids.ONE_ON_ONE_OPENED, ids.ONE_ON_ONE_AGENDA, ids.ONE_ON_ONE_CHANGE, ids.ONE_ON_ONE_POINT,
                    ids.ONE_ON_ONE_MOVE):  # fmt: skip
        await bench.click(element, about, user=OWNER)
        if element == ids.ONE_ON_ONE_POINT:
            await bench.submit(bench.form(), {"point": SECRET}, user=OWNER)
        elif element in (ids.ONE_ON_ONE_CHANGE, ids.ONE_ON_ONE_MOVE):
            await bench.submit(bench.form(), {}, user=OWNER)
    await bench.click(ids.ONE_ON_ONE_POINT_BACK, about, user=OWNER)
    await bench.tick(datetime(2026, 12, 2, 2, 0, tzinfo=UTC))
    await bench.tick(datetime(2026, 12, 3, 8, 0, tzinfo=UTC))
    bench.look_around(OWNER)
    past = ids.pack(pair=pair.id, on="2026-12-03")
    await bench.click(ids.ONE_ON_ONE_WRITE, past, user=OWNER)
    await bench.submit(bench.form(), {"notes": SECRET}, user=OWNER)
    following = bench.do(lambda db: db.one_on_ones.meetings([pair.id]))[-1]
    ahead = ids.pack(pair=pair.id, on=str(following.local_date))
    await bench.click(ids.ONE_ON_ONE_TAKE, ahead, user=OWNER)
    await bench.click(ids.ONE_ON_ONE_SKIP, ahead, user=OWNER)
    await bench.click(ids.ONE_ON_ONE_MISSED, past, user=OWNER)
    await bench.click(ids.ONE_ON_ONE_END, about, user=OWNER)
    return Story(bench.story.cases, (SECRET,))


async def settling_in(bench: RememberingBench) -> Story:
    """What Bob decides about himself, and sees of what is stored; what Ayu reads as an admin."""
    await bench.event({"type": "app_home_opened", "user": OWNER, "tab": "home"})
    bench.look_around(OWNER)
    for line in ("", "language en", "timezone Asia/Jakarta", "away 2026-12-01 2026-12-03", "hours 8-16", "named yes",
                 "data", "privacy", "help"):  # fmt: skip
        await bench.command(f"/checkin {line}".strip(), user=OWNER)
    await bench.command("/pulse help", user=OWNER)
    await bench.command("/kpi help", user=OWNER)
    await bench.click(ids.LANGUAGE_CHOSEN, ids.pack(language="id"), user=OWNER)
    await bench.click(ids.SETTINGS_OPENED, ids.pack(), user=OWNER)
    await bench.submit(bench.form(), {}, user=OWNER)
    await bench.click(ids.AWAY_OPENED, ids.pack(), user=OWNER)
    await bench.submit(bench.form(), {}, user=OWNER)
    await bench.event({"type": "app_home_opened", "user": OWNER, "tab": "home"})
    await bench.click(ids.HOME_KPIS_PAGE, ids.pack(page=0), user=OWNER)
    await bench.click(ids.PRIVACY_NOTICE_SHOWN, ids.pack(), user=OWNER)
    await bench.click(ids.PRIVACY_EXPORT, ids.pack(), user=OWNER)
    await bench.command(f"/kpi log leads 5 note {SECRET}", user=OWNER)
    await bench.command("/checkin audit", user=ADMIN)
    await bench.click(ids.AUDIT_PAGE, ids.pack(page=0), user=ADMIN)
    await bench.click(ids.PRIVACY_ERASE_OPENED, ids.pack(), user=OWNER)
    await bench.submit(bench.form(), {ids.PRIVACY_ERASE_INPUT: "erase"}, user=OWNER)
    return Story(bench.story.cases, (SECRET,))


SCENES: Mapping[str, Scene] = {
    "drafting": Scene(drafting, ("/pulse new", "/pulse edit", "survey.draft_")),
    "surveying": Scene(surveying, ("/pulse", "survey.")),
    "stepping": Scene(stepping, ("survey.start", "survey.step")),
    "results": Scene(results, ("/pulse results", "/pulse act", "survey.results", "survey.action")),
    "values": Scene(
        values,
        ("/kpi", "kpi."),
        {
            **dict.fromkeys(("/kpi log", ids.KPI_LOG_FORM, ids.VALUE_CHOSEN, ids.DATE_CHOSEN), KEEPERS),
            **dict.fromkeys((ids.KPI_SAME_AGAIN, ids.KPI_SAME_KEPT), KEEPERS),
            "/kpi undo": ALONE,
            ids.KPI_SHARED: MEMBERS,
        },
    ),
    "asking": Scene(
        asking, ("kpi.asking",), {ids.KPI_ASK_OPENED: ALONE, ids.KPI_ASK_DECLINED: ALONE, ids.KPI_ASK_FORM: KEEPERS}
    ),
    "targets": Scene(targets, ("/kpi target", "kpi.target", "kpi.alert")),
    "defining": Scene(
        defining,
        ("/kpi define", "/kpi rights", "/kpi review", "kpi.define", "kpi.settings", "kpi.rights", "kpi.review"),
        {ids.KPI_DEFINE_OPENED: KEEPERS},
        keeps=(),
    ),
    "filing": Scene(filing, ("/kpi import", "/kpi export", "/kpi tokens", "kpi.filing", "kpi.api")),
    "summing": Scene(summing, ("/kpi summary", "summary.")),
    "checking in": Scene(
        checking_in,
        ("/checkin team", "checkin."),
        {
            **dict.fromkeys((ids.CHECKIN_ANSWER_OPENED, ids.CHECKIN_FORM, ids.CHECKIN_WEEKDAY_CHOSEN), MEMBERS),
            **dict.fromkeys((ids.CHECKIN_BLOCKER_DAY_OPENED, ids.CHECKIN_BLOCKER_DAY_FORM), ALONE),
        },
    ),
    "promising": Scene(promising, ("/checkin actions", "action.")),
    "meeting": Scene(meeting, ("/checkin 1on1", "oneonone."), {ids.ONE_ON_ONE_POINT_BACK: ALONE}),
    "settling in": Scene(
        settling_in,
        ("/checkin", "/pulse help", "/kpi help", "checkin.language", "home.", "privacy.", "event app_home_opened"),
    ),
}
