"""What `/kpi summary` answers: set, changed, stopped, listed, and the note when a channel cannot be posted to. The post
itself is in `views`."""

from collections.abc import Sequence

from bot.domain.schedules import Cadence, Rule
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import Block, Message, actions, button, confirmation, context, section
from bot.summaries.standings import Standing

MAX_LISTED = 20
_SHORTEST_MONTH = 28


def set_message(standing: Standing, zone: str, language_name: str, t: Translator) -> Message:
    """What was done, when it comes, what it will show, and the way back. `zone` is the reader's."""
    summary = standing.summary
    sentence = t(f"summaries.done.{standing.deed}", channel=f"<#{summary.channel_id}>", when=when(standing.rule, t))
    lines = [
        next_words(standing, zone, t),
        t("summaries.will_show", language=language_name, lead=f"<@{summary.lead_id}>"),
    ]
    buttons = _buttons(standing, t)
    return Message("\n".join((sentence, *lines)), (section(sentence), section("\n".join(lines)), actions(buttons)))


def list_message(standings: Sequence[Standing], zone: str, t: Translator) -> Message:
    """Every channel's summaries, each with its next moment and what can be done with it, and how to set one up."""
    usage = t("summaries.how_to")
    set_up = actions([button(t("summaries.set_up"), ids.SUMMARY_OPENED, ids.pack(), style="primary")])
    if not standings:
        none = t("summaries.none_yet")
        return Message(f"{none}\n{usage}", (section(none), set_up, context(usage)))
    said = [t("summaries.listed", count=len(standings), n=len(standings))]
    blocks: list[Block] = [section(said[0])]
    for standing in standings[:MAX_LISTED]:
        channel = f"<#{standing.summary.channel_id}>"
        line = t("summaries.line", channel=channel, when=when(standing.rule, t), next=next_words(standing, zone, t))
        said.append(line)
        blocks += [section(line), actions(_buttons(standing, t))]
    more = len(standings) - MAX_LISTED
    if more > 0:
        said.append(t("summaries.more_listed", n=more))
        blocks.append(section(said[-1]))
    return Message("\n".join((*said, usage)), (*blocks, set_up, context(usage)))


def stopped_message(channel_id: str, t: Translator) -> Message:
    text = t("summaries.stopped", channel=f"<#{channel_id}>")
    return Message(text, (section(text),))


def unreachable_message(channel_id: str, why: str, bot_user_id: str, t: Translator) -> Message:
    """The note to whoever set up a summary for a channel that the bot cannot post to. `why` is one of "not_member",
    "archived", "not_found"."""
    text = t(f"summaries.unreachable.{why}", channel=f"<#{channel_id}>", bot=f"<@{bot_user_id}>")
    return Message(text, (section(text),))


def when(rule: Rule, t: Translator) -> str:
    """ "every Monday at 09:00"."""
    at = t.time(rule.at)
    if rule.cadence is Cadence.DAILY:
        return t("summaries.when.daily", at=at)
    if rule.cadence in (Cadence.WEEKLY, Cadence.TWO_WEEKS):
        return t(f"summaries.when.{rule.cadence}", day=t.weekday(rule.anchor), at=at)
    last = "" if rule.anchor.day <= _SHORTEST_MONTH else "_or_last"
    return t(f"summaries.when.{rule.cadence}{last}", day=rule.anchor.day, at=at)


def next_words(standing: Standing, zone: str, t: Translator) -> str:
    """ "Next: Mon 30 Nov, 09:00 (Asia/Jakarta)." """
    if standing.next_at is None:
        return t("summaries.no_next")
    return t("summaries.next", moment=t.moment(standing.next_at, zone), zone=zone)


def _buttons(standing: Standing, t: Translator) -> list[Block]:
    """A look for everybody; changing and stopping for whoever may."""
    summary = standing.summary
    carried = ids.pack(summary=summary.id)
    buttons = [button(t("summaries.show_me"), ids.sub_id(ids.SUMMARY_TEST, summary.id), carried)]
    if standing.may_change:
        buttons.append(button(t("summaries.change"), ids.sub_id(ids.SUMMARY_CHANGE, summary.id), carried))
        buttons.append(_stop_button(standing, t))
    return buttons


def _stop_button(standing: Standing, t: Translator) -> Block:
    summary = standing.summary
    ask = confirmation(t("summaries.stop_title"), t("summaries.stop_text"), t("summaries.stop"), t("summaries.keep"))
    return button(
        t("summaries.stop"), ids.sub_id(ids.SUMMARY_STOP, summary.id), ids.pack(summary=summary.id), confirm=ask
    )
