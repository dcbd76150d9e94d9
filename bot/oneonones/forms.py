"""The forms of one-on-ones: when two people meet, a point, another moment, and what came of a meeting; and reading what
was filled in. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from bot.domain.actions import ACTION_LENGTH
from bot.domain.errors import DomainError
from bot.domain.one_on_ones import NOTE_LENGTH, POINT_LENGTH, Meeting, MeetingState, Point
from bot.domain.schedules import Rule
from bot.i18n import Translator
from bot.oneonones.facts import Agreed, Outcome, PairFacts
from bot.oneonones.views import mention
from bot.oneonones.wishes import CADENCES
from bot.slack import ids
from bot.slack.blocks import (
    CHOICES,
    Block,
    checkboxes,
    context,
    date_input,
    field,
    form,
    option,
    radio,
    section,
    select,
    text_input,
    time_input,
)
from bot.slack.elements import person_select

PERSON_FIELD, CADENCE_FIELD, DAY_FIELD, TIME_FIELD, MINUTES_FIELD = "person", "cadence", "day", "time", "minutes"
POINT_FIELD, HELD_FIELD, NOTES_FIELD, POINTS_FIELD = "point", "held", "notes", "points"
TOGETHER_AT_ONCE = 3
"""Actions in one form."""
USUAL_MINUTES = (15, 30, 45, 60, 90, 120)
_TYPED = "typed"
_YES, _NO = "yes", "no"


def rhythm_form(
    rule: Rule, minutes: int, first: date, t: Translator, pair: PairFacts | None, person: str = ""
) -> Block:
    """With whom, how often, from which day, at what time, how long. Of a `pair` that is there, its rhythm."""
    blocks: list[Block] = []
    if pair is None:
        blocks.append(field(PERSON_FIELD, t("oneonones.form.person"), person_select(_TYPED, person)))
    else:
        blocks.append(section(t("oneonones.form.with", person=mention(pair.partner))))
    rhythms = [option(t(f"oneonones.cadence.{each}"), each) for each in CADENCES]
    lengths = [option(t("oneonones.form.minutes_option", n=each), str(each)) for each in _lengths(minutes)]
    blocks += [
        field(CADENCE_FIELD, t("oneonones.form.cadence"), _chosen(rhythms, rule.cadence)),
        field(
            DAY_FIELD,
            t("oneonones.form.first"),
            date_input(_TYPED, first.isoformat()),
            hint=t("oneonones.form.first_hint"),
        ),
        _time_field(f"{rule.at:%H:%M}", rule.zone, t),
        field(MINUTES_FIELD, t("oneonones.form.minutes"), _chosen(lengths, str(minutes))),
        context(t("oneonones.form.told")),
    ]
    carried = ids.pack(pair=pair.pair.id, zone=rule.zone) if pair else ids.pack(zone=rule.zone)
    title = t("oneonones.form.change_title") if pair else t("oneonones.form.title")
    return form(ids.ONE_ON_ONE_FORM, title, blocks, submit=t("core.save"), close=t("core.cancel"), metadata=carried)


def point_form(facts: PairFacts, t: Translator, *, agenda_is_out: bool) -> Block:
    typed = text_input(_TYPED, multiline=True, max_length=POINT_LENGTH)
    hint = t("oneonones.form.point_shown" if agenda_is_out else "oneonones.form.point_hidden")
    blocks = [
        section(t("oneonones.form.with", person=mention(facts.partner))),
        field(POINT_FIELD, t("oneonones.form.point"), typed, hint=hint),
    ]
    return form(
        ids.ONE_ON_ONE_POINT_FORM,
        t("oneonones.form.point_title"),
        blocks,
        submit=t("oneonones.form.add"),
        close=t("core.cancel"),
        metadata=ids.pack(pair=facts.pair.id),
    )


def move_form(facts: PairFacts, meeting: Meeting, t: Translator) -> Block:
    there = meeting.starts_at.astimezone(ZoneInfo(facts.zone))
    head = t("oneonones.form.move", person=mention(facts.partner), moment=t.moment(meeting.starts_at, facts.zone))
    blocks = [
        section(head),
        field(DAY_FIELD, t("oneonones.form.day"), date_input(_TYPED, there.date().isoformat())),
        _time_field(f"{there:%H:%M}", facts.zone, t),
        context(t("oneonones.form.told")),
    ]
    carried = ids.pack(pair=facts.pair.id, on=meeting.local_date.isoformat(), zone=facts.zone)
    return form(
        ids.ONE_ON_ONE_MOVE_FORM,
        t("oneonones.form.move_title"),
        blocks,
        submit=t("oneonones.move"),
        close=t("core.cancel"),
        metadata=carried,
    )


def write_form(facts: PairFacts, meeting: Meeting, t: Translator) -> Block:
    """What came of a meeting: whether it took place, notes, which points are done, up to three actions."""
    yes, no = option(t("oneonones.form.held_yes"), _YES), option(t("oneonones.form.held_no"), _NO)
    said_no = meeting.state is MeetingState.SKIPPED and bool(meeting.notes_by)
    notes = text_input(_TYPED, initial=meeting.notes, multiline=True, max_length=NOTE_LENGTH)
    head = t("oneonones.form.write", person=mention(facts.partner), moment=t.moment(meeting.starts_at, facts.zone))
    blocks: list[Block] = [
        section(head),
        field(HELD_FIELD, t("oneonones.form.held"), radio(_TYPED, [yes, no], no if said_no else yes)),
        field(NOTES_FIELD, t("oneonones.form.notes"), notes, optional=True, hint=t("oneonones.form.notes_hint")),
        *_point_fields(facts, t),
    ]
    for number in range(1, TOGETHER_AT_ONCE + 1):
        blocks += _action_fields(facts, number, t)
    carried = ids.pack(pair=facts.pair.id, on=meeting.local_date.isoformat())
    return form(
        ids.ONE_ON_ONE_WRITE_FORM,
        t("oneonones.form.write_title"),
        blocks,
        submit=t("core.save"),
        close=t("core.cancel"),
        metadata=carried,
    )


def outcome_in(inputs: Mapping[str, str], me: str) -> Outcome:
    """What was filled in. An action without words is none; one without an owner is of whoever wrote it down."""
    done = [
        each for block_id, ticked in inputs.items() if block_id.startswith(POINTS_FIELD) for each in ticked.split(",")
    ]
    agreed = [_agreed(inputs, number, me) for number in range(1, TOGETHER_AT_ONCE + 1)]
    return Outcome(
        took_place=inputs.get(HELD_FIELD) != _NO,
        notes=inputs.get(NOTES_FIELD, ""),
        done=[each for each in done if each],
        actions=[each for each in agreed if each is not None],
    )


def action_field(number: int) -> str:
    return f"action_{number}"


def owner_field(number: int) -> str:
    return f"owner_{number}"


def due_field(number: int) -> str:
    return f"due_{number}"


def field_of(refusal: DomainError, inputs: Mapping[str, str]) -> str:
    """Under which input a refusal of these forms stands; "" where it is about none."""
    if refusal.key == "oneonones.action_past":
        past = refusal.values["day"].isoformat()
        numbers = range(1, TOGETHER_AT_ONCE + 1)
        return next((due_field(each) for each in numbers if inputs.get(due_field(each)) == past), "")
    by_key = {
        "oneonones.past": DAY_FIELD,
        "oneonones.too_far": DAY_FIELD,
        "oneonones.day_off": DAY_FIELD,
        "oneonones.not_at_work": DAY_FIELD,
        "oneonones.never_together": DAY_FIELD,
        "oneonones.oneself": PERSON_FIELD,
        "oneonones.not_a_member": PERSON_FIELD,
        "oneonones.minutes": MINUTES_FIELD,
        "oneonones.point_empty": POINT_FIELD,
        "oneonones.point_long": POINT_FIELD,
        "oneonones.points_full": POINT_FIELD,
        "oneonones.notes_long": NOTES_FIELD,
        "oneonones.not_begun": HELD_FIELD,
    }
    return by_key.get(refusal.key, "")


def _time_field(at: str, zone: str, t: Translator) -> Block:
    return field(TIME_FIELD, t("oneonones.form.time"), time_input(_TYPED, at), hint=t("oneonones.form.zone", zone=zone))


def _lengths(minutes: int) -> list[int]:
    return sorted({*USUAL_MINUTES, minutes})


def _chosen(options: Sequence[Block], value: str) -> Block:
    return select(_TYPED, options, initial=next((each for each in options if each["value"] == value), None))


def _point_fields(facts: PairFacts, t: Translator) -> list[Block]:
    """The points as checkboxes, ten a group, as Slack takes no more; the rest of those with a word is not done."""
    found = []
    for start in range(0, len(facts.points), CHOICES):
        boxes = checkboxes(_TYPED, [_ticked(point) for point in facts.points[start : start + CHOICES]])
        label = t("oneonones.form.points") if not start else t("oneonones.form.more_points")
        hint = t("oneonones.form.points_hint") if not start else ""
        found.append(field(f"{POINTS_FIELD}_{start}", label, boxes, optional=True, hint=hint))
    return found


def _ticked(point: Point) -> Block:
    return option(" ".join(point.text.split()), point.id)


def _action_fields(facts: PairFacts, number: int, t: Translator) -> list[Block]:
    people = [option(facts.names.get(each, each), each) for each in facts.pair.people]
    typed = text_input(_TYPED, max_length=ACTION_LENGTH)
    return [
        field(action_field(number), t("oneonones.form.action", n=number), typed, optional=True),
        field(owner_field(number), t("oneonones.form.owner"), select(_TYPED, people), optional=True),
        field(due_field(number), t("oneonones.form.due"), date_input(_TYPED), optional=True),
    ]


def _agreed(inputs: Mapping[str, str], number: int, me: str) -> Agreed | None:
    text = inputs.get(action_field(number), "").strip()
    due = inputs.get(due_field(number), "")
    if not text:
        return None
    try:
        due_on = date.fromisoformat(due) if due else None
    except ValueError:
        raise DomainError("core.stale") from None
    return Agreed(text, inputs.get(owner_field(number)) or me, due_on)
