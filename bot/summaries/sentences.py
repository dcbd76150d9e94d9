"""A summary's sentences: its head, wins, worries, promises, and who has yet to log. What they are about was decided in
`verdicts` and read in `reading`; nothing in what is made here from people's words is escaped."""

from collections.abc import Collection

from bot.domain.actions import ActionState
from bot.domain.kpis import Direction
from bot.domain.pacing import Status
from bot.domain.scoreboard import KpiLine
from bot.domain.swings import Swing
from bot.slack.blocks import cut
from bot.summaries.facts import IN_POST, Attention, Beside, Comment, Noted, Owing, Promised, Win
from bot.summaries.verdicts import Against, Mover, Targets, against, in_need, mover, shown_first
from bot.summaries.wording import Wording, inside

COMMENT_LENGTH = 100
NOTE_LENGTH = 300
ACTION_LENGTH = 100
MAX_COMING = 2
MAX_NEEDED = 6


def headline(w: Wording) -> str:
    """The summary in a sentence or two: what is met and what is not, which change is news, and what must not be judged
    yet. Every number in it is in the table."""
    facts = w.facts
    if not facts.has_numbers:
        return w.t("summaries.no_numbers")
    targets, moved = against(facts.judged), mover(facts.judged, facts.swings)
    named = {
        each.line.kpi.key for each in (targets.good, targets.bad, moved) if each is not None and each.line is not None
    }
    said = [_targets(targets, w), _mover(moved, w) if moved else "", _partly(named, w), _coming(w)]
    return " ".join(filter(None, said)) or w.t(_nothing_compared(w))


def _nothing_compared(w: Wording) -> str:
    """Numbers that come less often than the summary are not "not yet" compared: they never are."""
    told = [line for line in w.facts.lines if line.figure.value is not None]
    all_rarer = all(line.kpi.key in w.facts.own_days for line in told)
    return "summaries.only_own_days" if all_rarer else "summaries.nothing_to_compare"


def posted(w: Wording) -> tuple[KpiLine, ...]:
    """The lines of the post's table: whatever the first sentence names stands among them."""
    facts = w.facts
    targets, moved = against(facts.judged), mover(facts.judged, facts.swings)
    named = [each.line.kpi.key for each in (targets.good, targets.bad) if each is not None]
    named += [moved.line.kpi.key] if moved is not None and moved.line is not None else []
    return shown_first(facts.lines, (*named, *(each.kpi.key for each in facts.coming[:MAX_COMING])), IN_POST)


def _targets(targets: Targets, w: Wording) -> str:
    """What is met comes before what is not; neither hides the other."""
    clauses = []
    good, bad = targets.good, targets.bad
    if good is not None and (bad is None or good.status is Status.MET):
        clauses.append(_with_others(good, f"summaries.others.{good.status}", w))
        if bad is None and targets.on_track:
            clauses.append(w.t("summaries.others.also_on_track", count=targets.on_track, n=targets.on_track))
    if bad is not None:
        clauses.append(_with_others(bad, "summaries.others.not_good", w))
    return f"{'; '.join(clauses)}." if clauses else ""


def _with_others(chosen: Against, key: str, w: Wording) -> str:
    kpi, target = chosen.line.kpi, chosen.line.target
    assert target is not None  # a pace comes with its target
    is_exact = chosen.status is Status.MET and w.is_exact(chosen.pace.actual, target)
    actual, asked = w.held_against(chosen.pace.actual, target, kpi)
    verdict = "summaries.said.met_exactly" if is_exact else f"summaries.said.{chosen.status}"
    said = w.t(verdict, kpi=w.name(kpi), actual=actual, target=asked)
    return f"{said}, {w.t(key, count=chosen.others, n=chosen.others)}" if chosen.others else said


def _mover(moved: Mover, w: Wording) -> str:
    if moved.line is None:
        steady = "summaries.steady_compared" if w.facts.incomparable else "summaries.steady"
        return w.t("summaries.all_usual" if moved.usual else steady, before=w.before())
    if moved.from_zero:
        was, value = (moved.line.before.value if moved.line.before else None), moved.line.figure.value
        unit = moved.line.kpi.unit
        return w.t(
            "summaries.from_zero", kpi=w.name(moved.line.kpi), was=w.value(was, unit), value=w.value(value, unit)
        )
    how = "most" if moved.is_most else "alone"
    said = w.t(
        f"summaries.rose.{how}" if moved.rose else f"summaries.fell.{how}",
        kpi=w.name(moved.line.kpi),
        change=w.change(moved.line),
        before=w.before(),
    )
    if moved.lower_is_better:
        said = f"{said} ({w.t('summaries.lower_is_better')})"
    if moved.swing is Swing.UNUSUAL:
        said = f"{said}, {w.t('summaries.unusual')}"
    if moved.unusual:
        said = f"{said}, {w.t('summaries.others_unusual', count=moved.unusual, n=moved.unusual)}"
    if moved.usual:
        said = f"{said}; {w.t('summaries.others_usual', count=moved.usual, n=moved.usual)}"
    return f"{said}."


def _partly(named: Collection[str], w: Wording) -> str:
    """Of which KPIs that were just spoken of some numbers are still missing: they may turn out otherwise."""
    items = [
        w.t("summaries.partly_item", kpi=w.name(each.kpi), logged=each.logged, usual=each.usual)
        for each in w.facts.partly
        if each.kpi.key in named
    ]
    return w.t("summaries.partly", items=w.t.listing(items)) if items else ""


def _coming(w: Wording) -> str:
    """Of which KPIs most numbers are still missing, and that nothing is said of them for that reason."""
    coming = w.facts.coming
    if not coming:
        return ""
    items = [
        w.t("summaries.coming_item", kpi=w.name(each.kpi), logged=each.logged, usual=each.usual)
        for each in coming[:MAX_COMING]
    ]
    more = len(coming) - MAX_COMING
    if more > 0:
        items.append(w.t("summaries.coming_more", count=more, n=more))
    return w.t("summaries.coming", items=w.t.listing(items))


def needed(w: Wording) -> str:
    """How much each working day must bring from now on, where it is not enough so far; "" where it is."""
    items = [
        w.t("summaries.needed_item", kpi=w.name(line.kpi), value=w.value(line.pace.needed_per_day, line.kpi.unit))
        for line in in_need(w.facts.lines)[:MAX_NEEDED]
        if line.pace is not None
    ]
    return w.t("summaries.needed", items="; ".join(items)) if items else ""


def beside(each: Beside, w: Wording) -> str:
    """ "Win rate fell (−12%); meetings held fell 4 weeks earlier (−18%)." Side by side; nothing is said of why."""
    pair, change = each.pair, each.line.change or 0
    is_worse = change > 0 if pair.outcome.direction is Direction.LOWER else change < 0
    how = "slipped" if not is_worse else "rose" if change > 0 else "fell"
    outcome = w.t(f"summaries.outcome.{how}", kpi=w.name(pair.outcome), change=w.change(each.line))
    ago = pair.weeks_earlier
    when = w.t("summaries.earlier", count=ago, n=ago) if ago else w.t("summaries.same_week")
    driver = w.t(
        f"summaries.driver.{'rose' if pair.driver_change > 0 else 'fell'}",
        kpi=inside(w.name(pair.driver)),
        when=when,
        change=w.t.change(pair.driver_change, in_points=False),
    )
    return w.t("summaries.beside", outcome=outcome, driver=driver)


def noted(each: Noted, w: Wording) -> str:
    """A reason or an action in its author's words."""
    return w.t(
        f"summaries.noted.{each.note.kind}",
        kpi=w.name(each.kpi),
        person=w.person(each.person),
        text=cut(" ".join(each.note.text.split()), NOTE_LENGTH),
    )


def win(each: Win, w: Wording) -> str:
    """ "Leads met its target: 112 against 100", with whose own it was if it is somebody's who agreed to be named."""
    said = {"kpi": w.name(each.kpi), "value": w.value(each.value, each.kpi.unit)}
    if each.target is None:
        return w.t(f"summaries.win.best.{w.facts.period.kind}", n=each.best_of, **said)
    said["value"], said["target"] = w.held_against(each.value, each.target, each.kpi)
    how = "_exactly" if w.is_exact(each.value, each.target) else ""
    if each.person:
        return w.t(f"summaries.win.own{how}", person=w.person(each.person), **said)
    return w.t(f"summaries.win.met{how}", **said)


def attention(each: Attention, w: Wording) -> str:
    """ "Leads: behind, 30 against 100; owner Dewi Anggraini; “two are ill” (Citra Halim)"."""
    line, kpi = each.line, each.line.kpi
    assert line.pace is not None  # chosen by its status
    assert line.target is not None
    actual, asked = w.held_against(line.pace.actual, line.target, kpi)
    status = w.t(f"kpi.status.{line.pace.status}")
    parts = [w.t("summaries.attention.item", kpi=w.name(kpi), status=status, actual=actual, target=asked)]
    if each.owners:
        names = w.t.listing(map(w.person, each.owners))
        parts.append(w.t("summaries.attention.owners", count=len(each.owners), names=names))
    if each.comment is not None:
        parts.append(_comment(each.comment, w))
    return "; ".join(parts)


def _comment(comment: Comment, w: Wording) -> str:
    person, text = w.person(comment.person), cut(" ".join(comment.text.split()), COMMENT_LENGTH)
    feels = w.t(f"summaries.confidence.{comment.confidence}", person=person) if comment.confidence else ""
    if not text:
        return feels
    return f"{feels}: “{text}”" if feels else w.t("summaries.attention.said", person=person, text=text)


def promise(each: Promised, w: Wording) -> str:
    """An action with who promised it, and whether it happened; what is past its date says so without reproach."""
    action = each.action
    said = {"text": cut(" ".join(action.text.split()), ACTION_LENGTH), "person": w.person(each.owner)}
    if action.state is not ActionState.OPEN or action.due_on is None:
        return w.t(f"summaries.action.{action.state}", **said)
    key = "summaries.action.overdue" if action.is_overdue(w.facts.today) else "summaries.action.open_by"
    return w.t(key, day=w.near(action.due_on), **said)


def promises_title(w: Wording) -> str:
    """ "Promised actions: 2 done, 3 open"."""
    states = [each.action.state for each in w.facts.actions]
    done, still_open = states.count(ActionState.DONE), states.count(ActionState.OPEN)
    dropped = len(states) - done - still_open
    parts = [w.t("summaries.actions.done", n=done)] if done else []
    parts += [w.t("summaries.actions.open", n=still_open)] if still_open else []
    parts += [w.t("summaries.actions.dropped", n=dropped)] if dropped else []
    return w.t("summaries.actions.title", counts=w.t.listing(parts))


def owing_count(w: Wording) -> str:
    """How many have yet to log; "" where everybody has. Their names are for the lead alone."""
    n = len(w.facts.owing)
    return w.t("summaries.owing_count", count=n, n=n) if n else ""


def owing(each: Owing, w: Wording) -> str:
    """ "Citra Halim: Leads, Orders"."""
    return f"{w.person(each.name)}: {', '.join(w.name(kpi) for kpi in each.kpis)}"


def owners(w: Wording) -> str:
    """Who looks after which KPI; "" where nobody is named."""
    items = [
        w.t("summaries.owners_item", kpi=w.name(line.kpi), names=w.t.listing(map(w.person, those)))
        for line in w.facts.lines
        if (those := w.facts.owners.get(line.kpi.key))
    ]
    return w.t("summaries.owners", items="; ".join(items)) if items else ""


def compared(w: Wording) -> str:
    """How the figures are judged, for whoever wants to know."""
    said = [w.t("summaries.compared", before=w.before())]
    if any(w.is_usual(line) for line in w.facts.lines):
        said.append(w.t("summaries.usual_means"))
    if any(line.target is not None for line in w.facts.lines):
        said.append(w.t("summaries.targets_compared"))
    return " ".join(said)
