"""What people read when a KPI that theirs is computed from, or that they set a target on, was made private or retired:
what happened, what it means for them, and what they can do. Pure: values in, a message out."""

from collections.abc import Sequence
from dataclasses import replace

from bot.domain.catalogue import Catalogue
from bot.kpis.defining.outcomes import How, TakenAway
from bot.kpis.wording import Wording
from bot.slack import ids
from bot.slack.blocks import Block, Message, actions, button, escape, plain_section, section

MOST_NAMED = 10
MOST_BUTTONS = 5


def taken_away_message(taken: TakenAway, w: Wording, everyone: Catalogue) -> Message:
    """`everyone` are all KPIs: this one is named also to who sees it no more."""
    w = replace(w, kpis=everyone)
    kpi, t = w.name(taken.kpi), w.t
    said = {"person": f"<@{taken.by}>", "kpi": kpi, "team": f"<!subteam^{taken.settings.team}>"}
    is_hidden = taken.how is How.HIDDEN
    key = f"kpis.taken_away.hidden.{taken.settings.visibility}" if is_hidden else "kpis.taken_away.retired"
    first = t(key, **said)
    is_told_why = taken.how is How.RETIRED and taken.settings.retired_because
    why = t("kpis.taken_away.because", because=taken.settings.retired_because) if is_told_why else ""
    lines = []
    if taken.computed:
        lines.append(t("kpis.taken_away.computed", kpis=_listing([w.name(each) for each in taken.computed], w)))
        lines.append(t(f"kpis.taken_away.{_for_computed(taken, everyone)}", **said))
    if taken.targets:
        goals = _listing([w.goal(each) for each in taken.targets], w)
        lines.append(t("kpis.taken_away.targets", kpi=kpi, goals=goals))
        lines.append(t(f"kpis.taken_away.targets_{_sight(taken)}", **said))
    blocks: list[Block] = [section(first)]
    if why:
        blocks.append(plain_section(why))
    blocks.append(section("\n".join(lines)))
    buttons = _change_buttons(taken, w, everyone)
    if buttons:
        blocks.append(actions(buttons))
    return Message("\n".join(filter(None, (first, escape(why), *lines))), tuple(blocks))


def _for_computed(taken: TakenAway, everyone: Catalogue) -> str:
    """What it means for what is computed, and what can be done: a formula that comes with the bot does not change."""
    if taken.how is How.HIDDEN:
        return f"computed_{_sight(taken)}"
    if taken.kpi.is_derived:
        return "computed_still"
    is_own = any(everyone.is_own(each.key) for each in taken.computed)
    return "computed_retired" if is_own else "computed_built_in"


def _sight(taken: TakenAway) -> str:
    if taken.how is How.RETIRED:
        return "retired"
    return "seen" if taken.is_seen else "unseen"


def _listing(names: Sequence[str], w: Wording) -> str:
    more = len(names) - MOST_NAMED
    shown = [*names[:MOST_NAMED], *([w.t("kpis.taken_away.more", n=more)] if more > 0 else [])]
    return w.t.listing(shown)


def _change_buttons(taken: TakenAway, w: Wording, everyone: Catalogue) -> list[Block]:
    """A way into the form of each formula that can be changed."""
    if taken.how is How.HIDDEN:
        return []
    own = [each for each in taken.computed if everyone.is_own(each.key)]
    return [
        button(
            w.t("kpis.taken_away.change", kpi=w.t.kpi(each)),
            ids.sub_id(ids.KPI_DEFINE_OPENED, place),
            ids.pack(kpi=each.key),
        )
        for place, each in enumerate(own[:MOST_BUTTONS])
    ]
