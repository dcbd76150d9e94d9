"""What people see of their actions: the list, the reminder, the form. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from bot.actions.outcomes import Listed
from bot.domain.actions import ACTION_LENGTH, Action, ActionSource
from bot.domain.kpis import Kpi
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import (
    Block,
    Message,
    actions,
    button,
    context,
    date_input,
    escape,
    field,
    form,
    plain_section,
    section,
    text_input,
)
from bot.slack.elements import person_select

MOST_LISTED = 10
ANOTHER_YEAR = timedelta(days=300)
"""From so far away on a day is told with its year: its weekday and month could be those of this one."""
IN_LIST, IN_REMINDER, ALONE = "list", "reminder", "alone"
"""Where a button stands, and so what it turns into."""


def list_message(listed: Listed, kpis: Mapping[str, Kpi], today: date, t: Translator, *, done: str = "") -> Message:
    """What I promised and what others promised me, each with what can be done about it. `done` is what was just said
    of one of them."""
    blocks: list[Block] = [section(done)] if done else []
    said = [done] if done else []
    if not listed.own and not listed.of_others:
        said.append(t("actions.none"))
        blocks.append(section(said[-1]))
    for key, chosen, mine in (("actions.own", listed.own, True), ("actions.of_others", listed.of_others, False)):
        if chosen:
            heading = t(key, count=len(chosen), n=len(chosen))
            said.append(heading)
            blocks.append(section(f"*{heading}*"))
            for each in chosen[:MOST_LISTED]:
                line = action_line(each, listed, kpis, today, t, mine=mine)
                said.append(escape(line))
                blocks += [plain_section(line), _buttons(each, IN_LIST, t)]
            if len(chosen) > MOST_LISTED:
                said.append(t("actions.more", n=len(chosen) - MOST_LISTED))
                blocks.append(context(said[-1]))
    hint = t("actions.how_to")
    add = button(t("actions.button.add"), ids.ACTION_ADD_OPENED, ids.pack())
    return Message("\n".join((*said, hint)), (*blocks, actions([add]), context(hint)))


def reminder_message(
    due: Sequence[Action],
    listed: Listed,
    kpis: Mapping[str, Kpi],
    today: date,
    t: Translator,
    settled: Sequence[Action] = (),
) -> Message:
    """The morning's reminder: what is due, each with its buttons. What was `settled` since is one line each; when all
    of it is, only that is left."""
    over = "\n".join(done_words(each, t) for each in settled[:MOST_LISTED])
    if not due:
        text = "\n".join(filter(None, (over, t("actions.reminder_settled"))))
        return Message(text, (section(text),))
    is_today = all(each.due_on == today for each in due)
    heading = t("actions.reminder" if is_today else "actions.reminder_late", count=len(due), n=len(due))
    said, blocks = [heading], [section(heading)]
    if over:
        said.insert(0, over)
        blocks.insert(0, section(over))
    for each in due[:MOST_LISTED]:
        line = action_line(each, listed, kpis, today, t, mine=True, says_when=not is_today)
        said.append(escape(line))
        blocks += [plain_section(line), _buttons(each, IN_REMINDER, t)]
    if len(due) > MOST_LISTED:
        said.append(t("actions.more", n=len(due) - MOST_LISTED))
        blocks.append(context(said[-1]))
    return Message("\n".join(said), tuple(blocks))


def action_line(
    action: Action,
    listed: Listed,
    kpis: Mapping[str, Kpi],
    today: date,
    t: Translator,
    *,
    mine: bool,
    says_when: bool = True,
) -> str:
    """ "Call PT Maju. By Fri 27 Nov, from the alert on Revenue." Plain text: people wrote parts of it."""
    parts = [due_words(action, today, t)] if says_when else []
    if not mine:
        parts.insert(0, t("actions.by_person", person=listed.names.get(action.owner_id, action.owner_id)))
    elif action.created_by != action.owner_id and action.source is ActionSource.OWN:
        parts.append(t("actions.for_person", person=listed.names.get(action.created_by, action.created_by)))
    parts.append(_origin(action, listed, kpis, t))
    return "\n".join(filter(None, (action.text, " · ".join(filter(None, parts)))))


def due_words(action: Action, today: date, t: Translator) -> str:
    """ "by Fri 27 Nov", "by 25 Nov 2027", "due today", "was due Fri 20 Nov", "no date"."""
    if action.due_on is None:
        return t("actions.no_date")
    if action.due_on == today:
        return t("actions.due_today")
    key = "actions.was_due" if action.is_overdue(today) else "actions.due_by"
    is_near = abs(action.due_on - today) < ANOTHER_YEAR
    return t(key, day=t.day(action.due_on) if is_near else t.date(action.due_on))


def _origin(action: Action, listed: Listed, kpis: Mapping[str, Kpi], t: Translator) -> str:
    origin = listed.origins.get(action.id, "")
    if not origin:
        return ""
    match action.source:
        case ActionSource.ALERT:
            return t("actions.from.alert", kpi=t.kpi(kpis[origin])) if origin in kpis else ""
        case ActionSource.SURVEY:
            return t("actions.from.survey", handle=origin)
        case ActionSource.ONE_ON_ONE if origin == action.owner_id:  # whose name stands there already
            return t("actions.from.your_one_on_one")
        case ActionSource.ONE_ON_ONE:
            return t("actions.from.one_on_one", person=listed.names.get(origin, origin))
        case ActionSource.CHECKIN:
            return t("actions.from.checkin")
        case _:
            return ""


def added_message(action: Action, today: date, t: Translator, *, own: bool) -> Message:
    """What was understood, and the way to change it."""
    whose = "own" if own else "other"
    key = f"actions.added.{whose}" if action.due_on else f"actions.added_undated.{whose}"
    head = t(key, due=due_words(action, today, t), person=f"<@{action.owner_id}>")
    blocks = (section(head), plain_section(action.text), _buttons(action, ALONE, t))
    return Message(f"{head}\n{escape(action.text)}", blocks)


def assigned_message(action: Action, today: date, t: Translator) -> Message:
    """What somebody hears who was asked to do something."""
    head = t("actions.assigned", person=f"<@{action.created_by}>", due=due_words(action, today, t))
    blocks = (section(head), plain_section(action.text), _buttons(action, ALONE, t))
    return Message(f"{head}\n{escape(action.text)}", blocks)


def settled_message(action: Action, t: Translator, *, own: bool) -> Message:
    """An action that is settled; its owner can open it again."""
    who = f"<@{action.settled_by or action.owner_id}>"
    key = f"actions.settled.{action.state}" if own else f"actions.settled_for_you.{action.state}"
    head = t(key, person=who)
    reopen = button(t("actions.button.reopen"), ids.ACTION_REOPENED, ids.pack(action=action.id, at=ALONE))
    blocks = [section(head), plain_section(action.text), *([actions([reopen])] if own else [])]
    return Message(f"{head}\n{escape(action.text)}", tuple(blocks))


def done_words(action: Action, t: Translator) -> str:
    """One line above a list in which something was just settled (mrkdwn)."""
    return t(f"actions.done_line.{action.state}", text=escape(action.text))


def change_form(action: Action | None, owner_id: str, at: str, t: Translator) -> Block:
    """What, who, until when; for an action that is there also whether it still will be done."""
    person = person_select(ids.ACTION_OWNER_INPUT, owner_id)
    due = action.due_on.isoformat() if action and action.due_on else ""
    text = text_input(
        ids.ACTION_TEXT_INPUT, initial=action.text if action else "", multiline=True, max_length=ACTION_LENGTH
    )
    blocks = [
        field(ids.ACTION_TEXT_INPUT, t("actions.form.text"), text, hint=t("actions.form.text_hint")),
        field(ids.ACTION_OWNER_INPUT, t("actions.form.owner"), person),
        field(
            ids.ACTION_DUE_INPUT,
            t("actions.form.due"),
            date_input(ids.ACTION_DUE_INPUT, due),
            optional=True,
            hint=t("actions.form.due_hint"),
        ),
    ]
    return form(
        ids.ACTION_CHANGE_FORM if action else ids.ACTION_ADD_FORM,
        t("actions.form.title_change" if action else "actions.form.title_add"),
        blocks,
        submit=t("core.save"),
        close=t("core.cancel"),
        metadata=ids.pack(action=action.id, at=at) if action else ids.pack(at=at),
    )


def _buttons(action: Action, at: str, t: Translator) -> Block:
    def carried() -> str:
        return ids.pack(action=action.id, at=at)

    return actions(
        [
            button(
                t("actions.button.done"),
                ids.sub_id(ids.ACTION_DONE, action.id),
                carried(),
                label=t("actions.button.done_label", text=action.text),
            ),
            button(t("actions.button.change"), ids.sub_id(ids.ACTION_CHANGE_OPENED, action.id), carried()),
            button(t("actions.button.drop"), ids.sub_id(ids.ACTION_DROPPED, action.id), carried()),
        ]
    )


def saved_message(action: Action, today: date, t: Translator) -> Message:
    """What a change came to."""
    head = t("actions.changed", person=f"<@{action.owner_id}>", due=due_words(action, today, t))
    return Message(f"{head}\n{escape(action.text)}", (section(head), plain_section(action.text)))
