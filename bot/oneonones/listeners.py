"""`/checkin 1on1`, and the buttons and forms of a one-on-one: who meets whom when, and its points. Those of a single
meeting are in `meeting_listeners`."""

from functools import partial

from bot.commands import Registry
from bot.domain.errors import DomainError, LiveMention
from bot.domain.one_on_ones import DEFAULT_MINUTES, OneOnOne
from bot.domain.schedules import ScheduleKind
from bot.domain.words import shown
from bot.interactions import Click, Command, OpenForm, Reply, Say, Submission
from bot.middleware import mentioned
from bot.oneonones import deliveries, forms, meeting_listeners, service, telling, views
from bot.oneonones.answering import acting_of, answered, facts_for, pair_in, refused
from bot.oneonones.jobs import keep_up, plan_occurrence
from bot.oneonones.pairs import Acting, own_pair, require_member, require_partner, schedule_of
from bot.oneonones.planning import agenda_is_out
from bot.oneonones.reading import read_all
from bot.oneonones.wishes import Verb, Wish, next_date, read_rhythm, read_wish, rhythm_of, usual_rule
from bot.slack import ids
from bot.slack.blocks import Block, Message
from bot.slack.chosen import chosen_number
from storage import UnitOfWork

MESSAGES = (
    (telling.SET_UP, deliveries.set_up),
    (telling.RHYTHM, deliveries.rhythm),
    (telling.ENDED, deliveries.ended),
    (telling.PROPOSED, deliveries.proposed),
    (telling.NO_SLOT, deliveries.no_slot),
    (telling.TOLD, deliveries.told),
    (telling.AGENDA, deliveries.agenda),
    (telling.AFTER, deliveries.after),
    (telling.CHANGED, deliveries.changed),
)
"""Every message of this feature, and who words it."""
MINUTES = range(1, 10_000)


def register(registry: Registry) -> None:
    registry.command("/checkin", "1on1", "oneonones", on_one_on_one)
    registry.click(ids.ONE_ON_ONE_OPENED, on_opened)
    registry.click(ids.ONE_ON_ONE_NEW, on_new)
    registry.click(ids.ONE_ON_ONE_CHANGE, on_change)
    registry.form(ids.ONE_ON_ONE_FORM, on_rhythm_sent)
    registry.click(ids.ONE_ON_ONE_END, on_end)
    registry.click(ids.ONE_ON_ONE_POINT, on_point)
    registry.form(ids.ONE_ON_ONE_POINT_FORM, on_point_sent)
    registry.click(ids.ONE_ON_ONE_POINT_BACK, on_point_back)
    meeting_listeners.register(registry)
    for purpose, render in MESSAGES:
        registry.delivery(purpose, render)
    registry.schedule(ScheduleKind.ONE_ON_ONE, plan_occurrence)
    registry.job("oneonones.keep_up", keep_up)


async def on_one_on_one(command: Command) -> Reply:
    """Without words the person's one-on-ones; with somebody, what is there or what they wish for."""
    require_member(command.member)
    if not command.words:
        return await _listed(command)
    partner_id, rest = mentioned(command.words, "@")
    texts = command.services.texts
    wish = read_wish(rest, lambda verb: texts.all_words(f"oneonones.verbs.{verb}"))
    if partner_id is None:
        raise DomainError("oneonones.person_missing", words=shown(command.words))
    there = await command.services.storage.read(
        command.workspace_id, partial(_between, acting=acting_of(command), partner_id=partner_id)
    )
    if there is None:
        return await _begin(command, partner_id, wish)
    if wish.verb is None:
        return await _changed(command, there, wish.words) if wish.words else await _card(command, there)
    if wish.verb is Verb.POINT:
        return await _point(command, there, wish.words)
    if wish.verb is Verb.END:
        return await _ended(command, there.id)
    return await meeting_listeners.on_verb(command, there, wish)


async def on_opened(click: Click) -> Reply:
    """The card of a one-on-one as a form, from wherever it is named."""

    def read(db: UnitOfWork) -> Block:
        pair = own_pair(db, acting_of(click), pair_in(click.value))
        return views.note(views.card_message(facts_for(db, click, pair), click.t), click.t)

    return OpenForm(await click.services.storage.read(click.workspace_id, read))


async def on_new(click: Click) -> Reply:
    require_member(click.member)
    return OpenForm(_new_form(click, ""))


async def on_change(click: Click) -> Reply:
    def read(db: UnitOfWork) -> Block:
        pair = own_pair(db, acting_of(click), pair_in(click.value))
        rule = schedule_of(db, pair).rule
        return forms.rhythm_form(rule, pair.minutes, next_date(rule, click.now), click.t, facts_for(db, click, pair))

    return OpenForm(await click.services.storage.read(click.workspace_id, read))


async def on_rhythm_sent(submission: Submission) -> Reply:
    sent, carried, acting = submission.inputs, submission.carried, acting_of(submission)
    changes = bool(pair_in(carried))

    def write(db: UnitOfWork) -> OneOnOne:
        zone = str(carried.get("zone") or submission.zone)
        cadence, first, at = (sent.get(name, "") for name in (forms.CADENCE_FIELD, forms.DAY_FIELD, forms.TIME_FIELD))
        there = schedule_of(db, own_pair(db, acting, pair_in(carried))).rule if changes else None
        rule = rhythm_of(cadence, first, at, submission.now, zone, there)
        minutes = chosen_number(sent.get(forms.MINUTES_FIELD, ""), MINUTES, DEFAULT_MINUTES)
        if changes:
            return service.change(db, acting, pair_in(carried), rule, minutes)
        return service.set_up(db, acting, sent.get(forms.PERSON_FIELD, ""), rule, minutes)

    try:
        pair = await submission.write_once(write)
    except DomainError as refusal:
        return refused(submission, refusal)
    return await _set(submission, pair, changed=changes)


async def on_end(click: Click) -> Reply:
    pair = await click.write_once(lambda db: service.end(db, acting_of(click), pair_in(click.value)))
    me = click.member.id
    return answered(click, views.ended_message(pair.partner_of(me), me, me, click.t))


async def on_point(click: Click) -> Reply:
    def read(db: UnitOfWork) -> Block:
        facts = facts_for(db, click, own_pair(db, acting_of(click), pair_in(click.value)))
        is_out = facts.coming is not None and agenda_is_out(db, facts.coming)
        return forms.point_form(facts, click.t, agenda_is_out=is_out)

    return OpenForm(await click.services.storage.read(click.workspace_id, read))


async def on_point_sent(submission: Submission) -> Reply:
    text, one_on_one_id = submission.inputs.get(forms.POINT_FIELD, ""), pair_in(submission.carried)
    try:
        added = await submission.write_once(
            lambda db: service.add_point(db, acting_of(submission), one_on_one_id, text)
        )
    except DomainError as refusal:
        return refused(submission, refusal)
    return _added(submission, added)


async def on_point_back(click: Click) -> Reply:
    """The card as it is without the point."""
    point_id = str(click.value.get("point", ""))

    def write(db: UnitOfWork) -> Message:
        pair = service.take_back(db, acting_of(click), point_id)
        return views.card_message(facts_for(db, click, pair), click.t)

    return answered(click, await click.write_once(write))


async def _listed(command: Command) -> Reply:
    found = await command.services.storage.read(command.workspace_id, lambda db: read_all(db, acting_of(command)))
    return Say(views.list_message(found, command.t))


async def _card(command: Command, pair: OneOnOne) -> Reply:
    facts = await command.services.storage.read(command.workspace_id, lambda db: facts_for(db, command, pair))
    return Say(views.card_message(facts, command.t))


async def _begin(command: Command, partner_id: str, wish: Wish) -> Reply:
    """Nothing is there yet: a rhythm begins it, nothing more opens the form, anything else has to wait."""
    if wish.verb is not None:
        raise DomainError("oneonones.not_there", person=LiveMention.person(partner_id))
    if not wish.words:
        return OpenForm(_new_form(command, partner_id))
    rule, minutes = read_rhythm(wish.words, command.now, command.zone, command.t.language)
    pair = await command.write_once(lambda db: service.set_up(db, acting_of(command), partner_id, rule, minutes))
    return await _set(command, pair, changed=False)


async def _changed(command: Command, pair: OneOnOne, words: str) -> Reply:
    def write(db: UnitOfWork) -> OneOnOne:
        there = schedule_of(db, pair).rule
        rule, minutes = read_rhythm(words, command.now, command.zone, command.t.language, there, pair.minutes)
        return service.change(db, acting_of(command), pair.id, rule, minutes)

    return await _set(command, await command.write_once(write), changed=True)


async def _set(context: Command | Submission, pair: OneOnOne, *, changed: bool) -> Reply:
    facts = await context.services.storage.read(context.workspace_id, lambda db: facts_for(db, context, pair))
    return Say(views.set_message(facts, context.t, changed=changed))


async def _point(command: Command, pair: OneOnOne, text: str) -> Reply:
    added = await command.write_once(lambda db: service.add_point(db, acting_of(command), pair.id, text))
    return _added(command, added)


async def _ended(command: Command, one_on_one_id: str) -> Reply:
    pair = await command.write_once(lambda db: service.end(db, acting_of(command), one_on_one_id))
    me = command.member.id
    return Say(views.ended_message(pair.partner_of(me), me, me, command.t))


def _added(context: Command | Submission, added: service.PointAdded) -> Reply:
    partner = added.pair.partner_of(context.member.id)
    return Say(views.point_added_message(added.point, partner, context.t, is_shown=added.is_shown))


def _new_form(context: Command | Click, partner_id: str) -> Block:
    rule = usual_rule(context.now, context.zone)
    return forms.rhythm_form(rule, DEFAULT_MINUTES, rule.anchor, context.t, None, partner_id)


def _between(db: UnitOfWork, acting: Acting, partner_id: str) -> OneOnOne | None:
    """The one-on-one of two people. Raises DomainError for somebody one cannot meet, where there is none."""
    pair = db.one_on_ones.between(acting.me.id, partner_id)
    if pair is None:
        require_partner(db, acting.me, partner_id)
    return pair
