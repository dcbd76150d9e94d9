"""What is said of one-on-ones: the list of somebody's, the card of one, and what the two are told. The agenda and what
comes after a meeting are in `meeting_views`, forms in `forms`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.actions import Action, ActionState
from bot.domain.meeting_slots import DAY_OFF
from bot.domain.one_on_ones import Meeting, MeetingState, OneOnOne, Point
from bot.domain.schedules import Cadence, Rule
from bot.i18n import Translator
from bot.oneonones.facts import PairFacts
from bot.slack import ids
from bot.slack.blocks import Block, Message, actions, button, confirmation, context, cut, divider, escape, form, section

MOST_LISTED = 12
MOST_ON_CARD = 12
LINE = 280
"""Characters of one thing that somebody wrote; the whole of it is in the forms."""
_BY_MONTH = (Cadence.MONTHLY, Cadence.QUARTERLY)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A language, and the zone of whoever is spoken to."""

    t: Translator
    zone: str


def list_message(found: Sequence[PairFacts], t: Translator) -> Message:
    """Somebody's one-on-ones: with whom, when next, how much there is to talk about, when last."""
    new = button(t("oneonones.new"), ids.ONE_ON_ONE_NEW, ids.pack(), style=None if found else "primary")
    if not found:
        text = t("oneonones.none")
        return Message(text, (section(text), actions([new]), context(t("oneonones.none_hint"))))
    head = t("oneonones.count", count=len(found), n=len(found))
    lines = [head]
    blocks: list[Block] = [section(f"*{head}*")]
    for facts in found[:MOST_LISTED]:
        line = _listed(facts, t)
        lines.append(line)
        blocks += [section(line), pair_buttons(facts, t)]
    if len(found) > MOST_LISTED:
        lines.append(t("oneonones.more", n=len(found) - MOST_LISTED))
        blocks.append(context(lines[-1]))
    hint = t("oneonones.only_two")
    return Message("\n".join([*lines, hint]), (*blocks, divider(), actions([new]), context(hint)))


def card_message(facts: PairFacts, t: Translator) -> Message:
    """One one-on-one: when, what is on the list so far, what they promised, what they noted last."""
    lines = [_listed(facts, t)]
    blocks: list[Block] = [section(lines[0])]
    if facts.coming is not None and facts.coming.state is MeetingState.PROPOSED:
        lines.append(t("oneonones.waits", moment=t.moment(facts.coming.starts_at, facts.zone)))
        blocks += [section(lines[-1]), proposal_buttons(facts.coming, t)]
    blocks.append(pair_buttons(facts, t))
    for head, items in (_points_part(facts, t), _actions_part(facts, t)):
        if items:
            lines += [head, *(text for text, _ in items)]
            blocks += [section(f"*{head}*"), *(section(text, accessory=extra) for text, extra in items)]
    if facts.last_held is not None and facts.last_held.notes:
        blocks += [section(f"*{t('oneonones.last_notes')}*"), section(noted(facts.last_held, facts.zone, t))]
        lines += [t("oneonones.last_notes"), noted(facts.last_held, facts.zone, t)]
    hint = t("oneonones.only_two")
    return Message("\n".join([*lines, hint]), (*blocks, context(hint)))


def note(message: Message, t: Translator) -> Block:
    """A message where only a form can be."""
    return form(ids.ONE_ON_ONE_NOTE, t("oneonones.title"), list(message.blocks), close=t("core.close"))


def set_message(facts: PairFacts, t: Translator, *, changed: bool) -> Message:
    """What was understood, after a one-on-one was set up or changed."""
    key = "oneonones.changed" if changed else "oneonones.set"
    head = t(key, person=mention(facts.partner), rhythm=rhythm(facts.pair, facts.rule, facts.zone, t))
    next_line = _next(facts, t)
    blocks = (section(head), section(next_line), pair_buttons(facts, t), context(t("oneonones.set_hint")))
    return Message(f"{head}\n{next_line}", blocks)


def invited_message(facts: PairFacts, by: str, t: Translator, *, changed: bool) -> Message:
    """What the other one is told: somebody wants to meet them, or changed when."""
    key = "oneonones.rhythm_changed" if changed else "oneonones.invited"
    head = t(key, person=mention(by), rhythm=rhythm(facts.pair, facts.rule, facts.zone, t))
    next_line, hint = _next(facts, t), t("oneonones.invited_hint")
    buttons = [
        _button(t("oneonones.other_time"), ids.ONE_ON_ONE_CHANGE, facts.pair),
        _button(t("oneonones.add_point"), ids.ONE_ON_ONE_POINT, facts.pair),
        _end(facts, t),
    ]
    return Message(f"{head}\n{next_line}\n{hint}", (section(head), section(next_line), actions(buttons), context(hint)))


def ended_message(partner: str, by: str, viewer: str, t: Translator) -> Message:
    """A one-on-one is over: ended by the reader, by the other one, or as the other one has left ("")."""
    key = {viewer: "oneonones.ended_by_you", "": "oneonones.ended_gone"}.get(by, "oneonones.ended_by_other")
    text = t(key, person=mention(partner))
    return Message(text, (section(text), context(t("oneonones.ended_hint"))))


def told_message(meeting: Meeting, what: str, by: str, spoken: Spoken) -> Message:
    """The other one decided about a meeting: "taken", "skipped" or "moved"."""
    t = spoken.t
    text = t(f"oneonones.told.{what}", person=mention(by), moment=t.moment(meeting.starts_at, spoken.zone))
    return Message(text, (section(text), meeting_buttons(meeting, t)))


def proposed_message(
    meeting: Meeting, was: datetime, because: str, viewer: str, partner: str, spoken: Spoken
) -> Message:
    """The question whether another slot suits; `was` is the moment it is about."""
    t = spoken.t
    moment = t.moment(meeting.starts_at, spoken.zone)
    instead = t("oneonones.instead", moment=moment, person=mention(partner))
    text = f"{why_not_line(was, because, viewer, spoken)} {instead}"
    hint = t("oneonones.proposed_hint")
    return Message(f"{text}\n{hint}", (section(text), proposal_buttons(meeting, t), context(hint)))


def no_slot_message(meeting: Meeting, because: str, viewer: str, partner: str, spoken: Spoken) -> Message:
    t = spoken.t
    why = why_not_line(meeting.starts_at, because, viewer, spoken)
    text = f"{why} {t('oneonones.no_slot', person=mention(partner))}"
    return Message(text, (section(text), meeting_buttons(meeting, t)))


def over_message(meeting: Meeting, what: str, partner: str, spoken: Spoken) -> Message:
    """What an "agenda" or a "slot" is once its meeting has begun. How the meeting went is told by the message that asks
    for it, and by no other."""
    moment = spoken.t.moment(meeting.starts_at, spoken.zone)
    text = spoken.t(f"oneonones.over.{what}", person=mention(partner), moment=moment)
    return Message(text, (section(text),))


def turned_message(
    meeting: Meeting | None, partner: str, spoken: Spoken, next_at: datetime | None, was: datetime | None = None
) -> Message:
    """What a message says by now that asked about a meeting ahead, or was the agenda for another day of it (`was`).
    Where another slot is offered, or a new agenda will come, that is decided in a message of its own: this one has
    nothing to click."""
    t = spoken.t
    if meeting is None or meeting.state is MeetingState.SKIPPED or (was is None and _is_planned(meeting)):
        return decided_message(meeting, partner, spoken, next_at)
    key = "oneonones.is_planned" if _is_planned(meeting) else "oneonones.another_offered"
    text = t(key, person=mention(partner), moment=t.moment(meeting.starts_at, spoken.zone))
    if was is not None:
        text = f"{t('oneonones.was_for', moment=t.moment(was, spoken.zone))} {text}"
    return Message(text, (section(text),))


def decided_message(meeting: Meeting | None, partner: str, spoken: Spoken, next_at: datetime | None) -> Message:
    """What holds of a meeting: it is ahead, it is offered, it was skipped or held, or its date is gone."""
    t = spoken.t
    if meeting is None:
        text = t("oneonones.date_gone", person=mention(partner))
        return Message(text, (section(text),))
    moment = t.moment(meeting.starts_at, spoken.zone)
    if meeting.state is MeetingState.SKIPPED:
        text = t("oneonones.is_skipped", person=mention(partner), moment=moment)
        if next_at is not None:
            text = f"{text} {t('oneonones.next', moment=t.moment(next_at, spoken.zone))}"
        return Message(text, (section(text),))
    text = t(f"oneonones.is_{meeting.state}", person=mention(partner), moment=moment)
    if meeting.state is MeetingState.HELD:
        return Message(text, (section(text),))
    buttons = proposal_buttons if meeting.state is MeetingState.PROPOSED else meeting_buttons
    return Message(text, (section(text), buttons(meeting, t)))


def point_added_message(point: Point, partner: str, t: Translator, *, is_shown: bool) -> Message:
    key = "oneonones.point_shown" if is_shown else "oneonones.point_kept"
    head = t(key, person=mention(partner))
    line = f"> {said(point.text)}"
    back = _button(t("oneonones.take_back"), ids.ONE_ON_ONE_POINT_BACK, None, point=point.id)
    return Message(f"{head}\n{line}", (section(head), section(line), actions([back])))


def rhythm(pair: OneOnOne, rule: Rule, zone: str, t: Translator) -> str:
    """ "every 2 weeks on Thursday, 14:00 (60 minutes)"; with the rule's zone where the reader lives in another."""
    at = t.time(rule.at) if rule.zone == zone else f"{t.time(rule.at)} {rule.zone}"
    day = t.number(rule.anchor.day) if rule.cadence in _BY_MONTH else t.weekday(rule.anchor)
    return t(f"oneonones.rhythm.{rule.cadence}", day=day, time=at, minutes=pair.minutes)


def why_not_line(moment: datetime, because: str, viewer: str, spoken: Spoken) -> str:
    """ "Thu 14 Jan is a day off.", "Sari does not work on Thu 14 Jan."."""
    t = spoken.t
    day = t.moment(moment, spoken.zone).rsplit(", ", 1)[0]
    key = {DAY_OFF: "oneonones.because.day_off", viewer: "oneonones.because.you"}.get(
        because, "oneonones.because.other"
    )
    return t(key, day=day, person=mention(because))


def pair_buttons(facts: PairFacts, t: Translator) -> Block:
    name = facts.names.get(facts.partner, "")
    offered = (
        (t("oneonones.add_point"), ids.ONE_ON_ONE_POINT),
        (t("oneonones.agenda"), ids.ONE_ON_ONE_AGENDA),
        (t("oneonones.change"), ids.ONE_ON_ONE_CHANGE),
    )
    carried = ids.pack(pair=facts.pair.id)
    buttons = [button(text, action_id, carried, label=f"{text}: {name}") for text, action_id in offered]
    return actions([*buttons, _end(facts, t)])


def proposal_buttons(meeting: Meeting, t: Translator) -> Block:
    return actions(
        [
            _on_meeting(t("oneonones.take"), ids.ONE_ON_ONE_TAKE, meeting, style="primary"),
            _on_meeting(t("oneonones.skip"), ids.ONE_ON_ONE_SKIP, meeting),
            _on_meeting(t("oneonones.move"), ids.ONE_ON_ONE_MOVE, meeting),
        ]
    )


def meeting_buttons(meeting: Meeting, t: Translator) -> Block:
    """What can be done with a meeting that is ahead; one that is skipped can still be moved."""
    move = _on_meeting(t("oneonones.move"), ids.ONE_ON_ONE_MOVE, meeting)
    if meeting.state is MeetingState.SKIPPED:
        return actions([move])
    add = button(t("oneonones.add_point"), ids.ONE_ON_ONE_POINT, ids.pack(pair=meeting.one_on_one_id), style="primary")
    return actions([add, move, _on_meeting(t("oneonones.skip"), ids.ONE_ON_ONE_SKIP, meeting)])


def noted(meeting: Meeting, zone: str, t: Translator) -> str:
    """Notes of a meeting, whose they are and of when."""
    day = t.moment(meeting.starts_at, zone)
    by = t("oneonones.notes_by", person=mention(meeting.notes_by), moment=day)
    return f"{by}\n{notes(meeting)}"


def notes(meeting: Meeting) -> str:
    """Notes as they were typed, cut where Slack's limit of a paragraph would cut them anyhow."""
    return cut(escape(meeting.notes), 2500)


def said(text: str) -> str:
    """Something that somebody wrote, in one line, no longer than people read."""
    return escape(cut(" ".join(text.split()), LINE))


def action_line(action: Action, today: date, t: Translator) -> str:
    """What somebody promised, who, until when, and what became of it."""
    text, person = said(action.text), mention(action.owner_id)
    if action.state is not ActionState.OPEN:
        return t(f"oneonones.action.{action.state}", text=text, person=person)
    if action.due_on is None:
        return t("oneonones.action.open", text=text, person=person)
    key = "oneonones.action.overdue" if action.is_overdue(today) else "oneonones.action.due"
    return t(key, text=text, person=person, day=t.day(action.due_on))


def mention(member_id: str) -> str:
    return f"<@{member_id}>"


def _listed(facts: PairFacts, t: Translator) -> str:
    words = rhythm(facts.pair, facts.rule, facts.zone, t)
    lines = [f"*{mention(facts.partner)}*: {words}", f"{_next(facts, t)} {_last(facts, t)}"]
    count = len(facts.points)
    lines.append(t("oneonones.open_points", count=count, n=count) if count else t("oneonones.no_open_points"))
    if facts.has_lapsed:
        lines.append(t("oneonones.lapsed"))
    return "\n".join(lines)


def _is_planned(meeting: Meeting) -> bool:
    return meeting.state is MeetingState.PLANNED


def _next(facts: PairFacts, t: Translator) -> str:
    if facts.next_at is None:
        return t("oneonones.no_next")
    return t("oneonones.next", moment=t.moment(facts.next_at, facts.zone))


def _last(facts: PairFacts, t: Translator) -> str:
    if facts.last_held is None:
        return t("oneonones.never_held")
    return t("oneonones.last", moment=t.moment(facts.last_held.starts_at, facts.zone))


def _points_part(facts: PairFacts, t: Translator) -> tuple[str, list[tuple[str, Block | None]]]:
    """The points, one's own first, each with the way to take it back."""
    own_first = sorted(facts.points, key=lambda point: point.by != facts.viewer)
    items: list[tuple[str, Block | None]] = []
    for number, point in enumerate(own_first[:MOST_ON_CARD]):
        whose = t("oneonones.point_of", person=mention(point.by), text=said(point.text))
        if point.by != facts.viewer:
            items.append((whose, None))
            continue
        key = "oneonones.point_own_shown" if point.shown_at else "oneonones.point_own"
        back = button(
            t("oneonones.take_back"),
            ids.sub_id(ids.ONE_ON_ONE_POINT_BACK, number),
            ids.pack(point=point.id),
            label=t("oneonones.take_back_label", text=cut(point.text, 40)),
        )
        items.append((t(key, text=said(point.text)), back))
    if len(own_first) > MOST_ON_CARD:
        items.append((t("oneonones.more_points", n=len(own_first) - MOST_ON_CARD), None))
    return t("oneonones.points_head"), items


def _actions_part(facts: PairFacts, t: Translator) -> tuple[str, list[tuple[str, Block | None]]]:
    return t("oneonones.actions_head"), [
        (action_line(each, facts.today, t), None) for each in facts.actions[:MOST_ON_CARD]
    ]


def _end(facts: PairFacts, t: Translator) -> Block:
    name = cut(facts.names.get(facts.partner, ""), 60)
    ask = confirmation(
        t("oneonones.end_title"), t("oneonones.end_text", person=name), t("oneonones.end_yes"), t("core.cancel")
    )
    return button(t("oneonones.end"), ids.ONE_ON_ONE_END, ids.pack(pair=facts.pair.id), confirm=ask)


def _button(text: str, action_id: str, pair: OneOnOne | None, **more: str) -> Block:
    carried = {"pair": pair.id} if pair is not None else {}
    return button(text, action_id, ids.pack(**carried, **more))


def _on_meeting(text: str, action_id: str, meeting: Meeting, style: str | None = None) -> Block:
    carried = ids.pack(pair=meeting.one_on_one_id, on=meeting.local_date.isoformat())
    return button(text, action_id, carried, style=style)
