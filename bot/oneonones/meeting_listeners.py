"""The buttons, forms and typed words for a single meeting: its agenda, taking, moving and skipping it, and writing down
what came of it."""

from collections.abc import Callable
from datetime import date

from bot.commands import Registry
from bot.domain.errors import DomainError
from bot.domain.one_on_ones import Meeting, OneOnOne
from bot.interactions import Click, Command, OpenForm, Reply, Say, Submission
from bot.oneonones import forms, meeting_views, meetings, views
from bot.oneonones.answering import acting_of, answered, date_in, facts_for, pair_in, refused
from bot.oneonones.facts import Outcome, PairFacts
from bot.oneonones.pairs import own_meeting, own_pair
from bot.oneonones.planning import agenda_is_out
from bot.oneonones.reading import read_agenda
from bot.oneonones.wishes import Verb, Wish, moment_of, read_moment
from bot.slack import ids
from bot.slack.blocks import Block, Message
from storage import UnitOfWork


def register(registry: Registry) -> None:
    registry.click(ids.ONE_ON_ONE_AGENDA, on_agenda)
    registry.click(ids.ONE_ON_ONE_TAKE, on_take)
    registry.click(ids.ONE_ON_ONE_SKIP, on_skip)
    registry.click(ids.ONE_ON_ONE_MOVE, on_move)
    registry.form(ids.ONE_ON_ONE_MOVE_FORM, on_move_sent)
    registry.click(ids.ONE_ON_ONE_MISSED, on_missed)
    registry.click(ids.ONE_ON_ONE_WRITE, on_write)
    registry.form(ids.ONE_ON_ONE_WRITE_FORM, on_write_sent)


async def on_verb(command: Command, pair: OneOnOne, wish: Wish) -> Reply:
    """What was typed of the coming meeting, or of notes: of the last one. Raises DomainError `oneonones.none_coming`,
    `oneonones.none_yet`."""
    facts = await command.services.storage.read(command.workspace_id, lambda db: facts_for(db, command, pair))
    if wish.verb is Verb.NOTES:
        return await _notes(command, facts, wish.words)
    if wish.verb is Verb.AGENDA:
        return Say(await command.services.storage.read(command.workspace_id, lambda db: _agenda(db, command, pair)))
    coming = facts.coming
    if coming is None:
        raise DomainError("oneonones.none_coming")
    acting = acting_of(command)

    def write(db: UnitOfWork) -> Message:
        on = coming.local_date
        if wish.verb is Verb.TAKE:
            decided = meetings.take(db, acting, pair.id, on)
        elif wish.verb is Verb.SKIP:
            decided = meetings.skip(db, acting, pair.id, on)
        else:
            to = read_moment(wish.words, command.now, command.zone, command.t.language, coming)
            decided = meetings.move(db, acting, pair.id, on, to)
        return _decided(db, command, pair, decided)

    return Say(await command.write_once(write))


async def on_agenda(click: Click) -> Reply:
    def read(db: UnitOfWork) -> Message:
        return _agenda(db, click, own_pair(db, acting_of(click), pair_in(click.value)))

    return Say(await click.services.storage.read(click.workspace_id, read))


async def on_take(click: Click) -> Reply:
    return await _decide(click, lambda db, pair, on: meetings.take(db, acting_of(click), pair, on))


async def on_skip(click: Click) -> Reply:
    return await _decide(click, lambda db, pair, on: meetings.skip(db, acting_of(click), pair, on))


async def on_move(click: Click) -> Reply:
    def read(db: UnitOfWork) -> Block:
        meeting, facts = _of(db, click)
        if meeting.starts_at <= click.now:
            raise DomainError("oneonones.has_begun")
        return forms.move_form(facts, meeting, click.t)

    return OpenForm(await click.services.storage.read(click.workspace_id, read))


async def on_move_sent(submission: Submission) -> Reply:
    sent, carried = submission.inputs, submission.carried
    on, one_on_one_id = date_in(carried), pair_in(carried)

    def write(db: UnitOfWork) -> Message:
        acting = acting_of(submission)
        pair = own_pair(db, acting, one_on_one_id)
        zone = str(carried.get("zone") or submission.zone)
        to = moment_of(sent.get(forms.DAY_FIELD, ""), sent.get(forms.TIME_FIELD, ""), submission.now, zone)
        return _decided(db, submission, pair, meetings.move(db, acting, pair.id, on, to))

    try:
        return Say(await submission.write_once(write))
    except DomainError as refusal:
        return refused(submission, refusal)


async def on_write(click: Click) -> Reply:
    def read(db: UnitOfWork) -> Block:
        meeting, facts = _of(db, click)
        if meeting.starts_at > click.now:
            raise DomainError("oneonones.not_begun")
        return forms.write_form(facts, meeting, click.t)

    return OpenForm(await click.services.storage.read(click.workspace_id, read))


async def on_write_sent(submission: Submission) -> Reply:
    on, one_on_one_id = date_in(submission.carried), pair_in(submission.carried)
    outcome = forms.outcome_in(submission.inputs, submission.member.id)
    try:
        message = await submission.write_once(lambda db: _written(db, submission, one_on_one_id, on, outcome))
    except DomainError as refusal:
        return refused(submission, refusal)
    return Say(message)


async def on_missed(click: Click) -> Reply:
    """It did not take place: nothing else is to be written down."""
    on, one_on_one_id = date_in(click.value), pair_in(click.value)

    def write(db: UnitOfWork) -> Message:
        pair = own_pair(db, acting_of(click), one_on_one_id)
        notes = own_meeting(db, pair, on).notes
        return _written(db, click, pair.id, on, Outcome(took_place=False, notes=notes))

    return answered(click, await click.write_once(write))


async def _notes(command: Command, facts: PairFacts, words: str) -> Reply:
    """Notes of the last meeting: typed, or else in the form."""
    meeting = facts.latest
    if meeting is None:
        raise DomainError("oneonones.none_yet")
    if not words:
        return OpenForm(forms.write_form(facts, meeting, command.t))
    notes = f"{meeting.notes}\n{words}".strip()
    outcome = Outcome(took_place=True, notes=notes)
    return Say(await command.write_once(lambda db: _written(db, command, facts.pair.id, meeting.local_date, outcome)))


async def _decide(click: Click, decide: Callable[[UnitOfWork, str, date], Meeting]) -> Reply:
    on, one_on_one_id = date_in(click.value), pair_in(click.value)

    def write(db: UnitOfWork) -> Message:
        decided = decide(db, one_on_one_id, on)
        return _decided(db, click, own_pair(db, acting_of(click), one_on_one_id), decided)

    return answered(click, await click.write_once(write))


def _of(db: UnitOfWork, click: Click) -> tuple[Meeting, PairFacts]:
    pair = own_pair(db, acting_of(click), pair_in(click.value))
    on, facts = date_in(click.value), facts_for(db, click, pair)
    if facts.coming is not None and facts.coming.local_date == on:
        return facts.coming, facts
    return own_meeting(db, pair, on), facts


def _decided(db: UnitOfWork, context: Command | Click | Submission, pair: OneOnOne, meeting: Meeting) -> Message:
    facts = facts_for(db, context, pair)
    spoken = views.Spoken(context.t, context.zone)
    return views.decided_message(meeting, facts.partner, spoken, facts.next_at)


def _written(
    db: UnitOfWork, context: Command | Click | Submission, one_on_one_id: str, on: date, outcome: Outcome
) -> Message:
    acting = acting_of(context)
    meeting = meetings.write_down(db, acting, one_on_one_id, on, outcome)
    facts = facts_for(db, context, own_pair(db, acting, one_on_one_id))
    return meeting_views.outcome_message(facts, meeting, context.member.id, context.now, context.t)


def _agenda(db: UnitOfWork, context: Command | Click, pair: OneOnOne) -> Message:
    """The agenda of the coming meeting as far as the person may see it now. Raises DomainError
    `oneonones.none_coming`."""
    facts = facts_for(db, context, pair)
    if facts.coming is None:
        raise DomainError("oneonones.none_coming")
    settings = context.services.settings
    found = read_agenda(
        db, pair, facts.coming, context.member, context.zone, context.now, settings.country, settings.currency
    )
    return meeting_views.agenda_message(found, context.t, is_preview=not agenda_is_out(db, facts.coming))
