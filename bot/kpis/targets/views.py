"""What a person sees of targets: the target as set, the list, what was taken back. Pure: values in, blocks out. The
form is in `forms`."""

from collections.abc import Iterator, Mapping, Sequence

from bot.domain.forecasts import misses
from bot.domain.kpis import Direction
from bot.domain.periods import PeriodKind
from bot.domain.targets import Aim, PartsGap, Target, aim_of
from bot.kpis.targets.outcomes import Listed, TargetList, TargetSet
from bot.kpis.views import plain_number
from bot.kpis.wording import Wording, capital
from bot.slack import ids
from bot.slack.blocks import Block, Message, actions, button, context, escape, plain_section, section

FAR = 10
"""So many times the best so far is told without the number: it says nothing any more."""
ROWS_APART = 40
"""So many targets of the list have a block each; a message takes 50 blocks."""
ROWS_TOGETHER = 3
"""Beyond that, targets in one block: each has at most five lines of some 200 characters."""
MOST_ROWS = 120
MOST_ASKED = 8


def target_message(set_: TargetSet, w: Wording, *, is_as_before: bool = False) -> Message:
    """The target as set, what it replaced, how ambitious it is, what its parts come to, and where it stands today.
    `is_as_before`: nobody named its period, which is that of the target before."""
    target, kpi = set_.target, w.kpis[set_.target.kpi_key]
    sentence = set_sentence("kpis.target_set", target, w)
    lines = [w.t("kpis.targets.as_before", time=w.time_of(target))] if is_as_before else []
    if set_.replaced is not None:
        lines.append(w.t("kpis.target_replaced", value=w.goal(set_.replaced)))
    lines += [attainability_sentence(set_, w), *parts_sentences(set_.parts, w)]
    if set_.progress is not None:
        lines.append(w.target_sentence(target, set_.progress.period, set_.progress.pace, kpi))
        lines += filter(None, [w.needed(target, set_.progress.pace, kpi)])
    blocks: list[Block] = [section(sentence)]
    why = w.t("kpis.targets.why", why=target.because) if target.because else ""
    if why:
        blocks.append(plain_section(why))
    removing = ids.sub_id(ids.TARGET_REMOVED, target.id)
    buttons = [
        button(w.t("kpis.targets.remove"), removing, ids.pack(target=target.id)),
        button(w.t("kpis.targets.all"), ids.TARGETS_SHOWN),
    ]
    blocks += [section("\n".join(lines)), actions(buttons)]
    return Message("\n".join(filter(None, (sentence, escape(why), *lines))), tuple(blocks))


def period_question(possible: Sequence[Target], carried: Mapping[str, str], w: Wording) -> Message:
    """Per what a target is meant, where it cannot be told: a button for each of the `possible` targets."""
    target = possible[0]
    kpi = w.kpis[target.kpi_key]
    whose = w.owner(target.owner_id)
    question = w.t("kpis.targets.period_question", kpi=w.name(kpi), value=w.asked(target), whose=whose)
    hint = w.t("kpis.targets.period_hint", kpi=w.inside(kpi))
    buttons = [
        button(
            capital(w.time_of(each)),
            ids.sub_id(ids.TARGET_PERIOD_CHOSEN, each.period),
            ids.pack(**{**carried, "period": str(each.period)}),
        )
        for each in possible
    ]
    return Message(f"{question}\n{hint}", (section(question), actions(buttons), context(hint)))


def set_sentence(key: str, target: Target, w: Wording) -> str:
    """A target in one sentence: which KPI, how much, by when, whose."""
    return w.t(key, kpi=w.name(w.kpis[target.kpi_key]), value=w.goal(target), whose=w.owner(target.owner_id))


def attainability_sentence(set_: TargetSet, w: Wording) -> str:
    """SMART's A: how the target compares with the best period so far, or how many lay inside its range."""
    found, target, kpi = set_.attainability, set_.target, w.kpis[set_.target.kpi_key]
    if set_.progress is None:
        return w.t("kpis.targets.group_unread")
    kind = target.period or PeriodKind.CUSTOM
    if found.inside is not None:
        share = w.share(found.inside)
        return w.t(
            "kpis.targets.attain_inside", share=share, count=found.periods, periods=w.t(f"kpis.targets.past.{kind}")
        )
    if found.times is None or found.best is None or found.best_in is None:
        return w.t("kpis.attain_unknown")
    said = {
        "best": w.value(found.best, kpi.unit),
        "period": w.t(f"kpis.best.{kind}"),
        "when": w.period(found.best_in),
    }
    if found.times <= 1:
        return w.t("kpis.attain_reached", **said)
    is_far = "far_" if found.times >= FAR else ""
    better = Direction.LOWER if aim_of(target, kpi) is Aim.BELOW else Direction.HIGHER
    sentence = w.t(f"kpis.attain_{is_far}{better}", times=round(found.times, 1), **said)
    return f"{sentence} {w.t('kpis.targets.attain_doubtful')}" if found.is_doubtful else sentence


def parts_sentences(gap: PartsGap | None, w: Wording) -> list[str]:
    """What the targets of people, and of teams, add up to of everybody's."""
    if gap is None:
        return []
    kpi = w.kpis[gap.whole.kpi_key]
    said = []
    for parts in gap.parts:
        how = "whole" if parts.gap == 0 else "open" if parts.gap > 0 else "over"
        key = f"kpis.targets.parts.{how}"
        said.append(
            w.t(
                key,
                whose=w.t(f"kpis.targets.parts_of.{parts.owner_kind}", count=parts.count, n=parts.count),
                sum=w.full(parts.sum, kpi.unit),
                whole=w.full(gap.whole.value, kpi.unit),
                gap=w.full(abs(parts.gap), kpi.unit),
            )
        )
    return said


def targets_message(targets: TargetList, w: Wording) -> Message:
    """The targets with their pace, what a day needs, the forecast and the parts; one line for those long past; and the
    way to a new one."""
    listed, older = targets.listed, _older_line(targets, w)
    new = actions([button(w.t("kpis.button_new_target"), ids.TARGET_OPENED), *_older_button(targets, w)])
    if not listed:
        text = f"{w.t('kpis.targets.none_running')} {older}" if older else w.t("kpis.no_targets")
        return Message(text, (section(text), new))
    title = w.t("kpis.targets.older_title" if targets.are_older else "kpis.targets_title")
    hint = " ".join(filter(None, (older, w.t("kpis.targets.list_hint"))))
    rows = ["\n".join(_row(each, w)) for each in listed[:MOST_ROWS]]
    more = len(listed) - MOST_ROWS
    if more > 0:
        hint = f"{w.t('kpis.targets.more', count=more, n=more)} {hint}"
    size = 1 if len(rows) <= ROWS_APART else ROWS_TOGETHER
    grouped = ["\n\n".join(rows[start : start + size]) for start in range(0, len(rows), size)]
    blocks = [section(f"*{title}*"), *map(section, grouped), context(hint), new]
    return Message("\n".join((title, *rows, hint)), tuple(blocks))


def _older_line(targets: TargetList, w: Wording) -> str:
    return w.t("kpis.targets.older", count=targets.older, n=targets.older) if targets.older else ""


def _older_button(targets: TargetList, w: Wording) -> list[Block]:
    if not targets.older:
        return []
    return [button(w.t("kpis.targets.older_button"), ids.sub_id(ids.TARGETS_SHOWN, "older"), ids.pack(older=1))]


def _row(listed: Listed, w: Wording) -> Iterator[str]:
    progress = listed.progress
    kpi, target = progress.figure.kpi, progress.target
    yield w.t(
        "kpis.target_row",
        kpi=w.name(kpi),
        time=w.time_of(target),
        whose=w.owner(target.owner_id),
        sentence=w.target_sentence(target, progress.period, progress.pace, kpi),
    )
    outlook = [w.needed(target, progress.pace, kpi)]
    if listed.forecast is not None and progress.pace.status is not None:
        outlook.append(w.forecast(listed.forecast, kpi))
        if misses(listed.forecast, progress.pace):
            outlook.append(w.t("kpis.targets.forecast_misses"))
    if any(outlook):
        yield " ".join(filter(None, outlook))
    yield from parts_sentences(listed.parts, w)


def removed_message(target: Target, w: Wording) -> Message:
    """The target that is no more."""
    text = set_sentence("kpis.targets.removed", target, w)
    until = target.deadline.isoformat() if target.deadline else None
    again = {
        "kpi": target.kpi_key,
        "key": f"{target.id}:again",
        "value": plain_number(target.value),
        "upper": None if target.upper is None else plain_number(target.upper),
        "for": target.owner_id,
        "period": target.period,
        "until": until,
        "aim": target.aim,
    }
    carried = ids.pack(**{name: str(value) for name, value in again.items() if value})
    back = button(w.t("kpis.targets.set_again"), ids.sub_id(ids.TARGET_VALUE_CHOSEN, "again"), carried)
    return Message(text, (section(text), actions([back])))


def _whose_briefly(target: Target, w: Wording) -> str:
    """Whose a target is, on a button, where nobody can be mentioned."""
    return w.owner("") if not target.owner_id else w.t(f"kpis.targets.of.{target.owner_kind}")


def which_removed_message(targets: Sequence[Target], w: Wording) -> Message:
    """Several targets could be meant: a button for each."""
    kpi = w.name(w.kpis[targets[0].kpi_key])
    text = w.t("kpis.targets.remove_which", kpi=kpi)
    buttons = [
        button(
            w.t("kpis.targets.remove_label", goal=w.goal(each), whose=_whose_briefly(each, w)),
            ids.sub_id(ids.TARGET_REMOVED, each.id),
            ids.pack(target=each.id),
        )
        for each in targets[:MOST_ASKED]
    ]
    return Message(text, (section(text), actions(buttons)))


def target_for_you_message(target: Target, w: Wording) -> Message:
    """The note to a person for whom somebody set a target."""
    sentence = w.t(
        "kpis.targets.for_you",
        person=f"<@{target.set_by}>",
        kpi=w.name(w.kpis[target.kpi_key]),
        value=w.goal(target),
    )
    why = w.t("kpis.targets.why", why=target.because) if target.because else ""
    blocks: list[Block] = [section(sentence)]
    if why:
        blocks.append(plain_section(why))
    blocks.append(actions([button(w.t("kpis.targets.see_all"), ids.TARGETS_SHOWN)]))
    return Message("\n".join(filter(None, (sentence, escape(why)))), tuple(blocks))
