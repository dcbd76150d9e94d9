"""One person's answer to a run: what their form shows, and keeping what they typed. Values of KPIs become entries as
`/kpi log` makes them, so that undo, history and corrections go on from there. Each function is one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from bot.checkins.team.facts import Answered, AnswerForm, Filled, Known, Twice
from bot.checkins.team.reading import zone_of
from bot.checkins.team.running import turn_messages
from bot.domain.calendar_periods import Period
from bot.domain.catalogue import Catalogue, Viewer
from bot.domain.checkins import CheckinAnswer, Item, ItemKind, Run, RunState, period_of, value_day
from bot.domain.entries import Entry, EntryState
from bot.domain.errors import DomainError, LiveMention
from bot.domain.kpis import Aggregation, Kpi
from bot.domain.members import Member
from bot.logging_values import TWICE_WITHIN, correct, end, latest_of, record, turn_asks
from storage import UnitOfWork, new_id

SOURCE = "slack:checkin:"
"""How the sources of values begin that were answered in a check-in: typed in Slack, so that undo reaches them."""


@dataclass(frozen=True, slots=True)
class Answering:
    """Who answers which run, when (UTC), and on which local date; `key` is the same when Slack delivers it again."""

    run_id: str
    by: Member
    now: datetime
    today: date
    key: str


def read_form(db: UnitOfWork, me: Answering) -> AnswerForm:
    """A run as one person answers it. DomainErrors: `core.stale` for a run they were not asked in,
    `checkins.team.posted_already`, `checkins.team.over`."""
    run = open_run(db, me)
    kpis = offered(db, run, me.by)
    day, period = value_day(run.definition, run.local_date, me.today), period_of(run.definition.period, run.local_date)
    known = {item_id: _known(db, run, kpi, me, period, day) for item_id, kpi in kpis.items()}
    before = db.checkins.answer_of(run.id, me.by.id)
    return AnswerForm(run, zone_of(db, run), kpis, known, period, day, before)


def open_run(db: UnitOfWork, me: Answering) -> Run:
    """The run, while it can be answered."""
    run = db.checkins.run(me.run_id)
    if run is None or me.by.id not in run.asked:
        raise DomainError("core.stale")
    if run.state is RunState.POSTED:
        raise DomainError("checkins.team.posted_already", channel=LiveMention.channel(run.definition.channel_id))
    if run.state is not RunState.OPEN or run.closes_at <= me.now:
        raise DomainError("checkins.team.over", channel=LiveMention.channel(run.definition.channel_id))
    return run


def offered(db: UnitOfWork, run: Run, by: Member) -> dict[str, Kpi]:
    """The KPIs somebody is asked for, by item id: what is logged, by what everybody may see."""
    kpis: Catalogue = db.catalogue.read().public()
    may = db.catalogue.read().seen_by(Viewer.of(by, db.teams.of(by.id)))
    found = {item.id: kpis[item.kpi_key] for item in _kpi_items(run) if item.kpi_key in kpis and item.kpi_key in may}
    return {
        item_id: kpi for item_id, kpi in found.items() if not kpi.is_derived and not kpis.is_retired(kpi.key)
    }  # fmt: skip


def record_answer(db: UnitOfWork, me: Answering, filled: Filled) -> Answered | list[Twice]:
    """Keeps an answer; answered again, the later one counts, and its values stand for the earlier ones. The same twice
    changes nothing. Where a value was typed elsewhere a short while ago for the same day, nothing is kept, and those
    come back.

    DomainErrors: as of `read_form`, and `checkins.team.nothing_said`.
    """
    run = open_run(db, me)
    if not db.checkins.hold(run.id):
        raise DomainError("checkins.team.over", channel=LiveMention.channel(run.definition.channel_id))
    said_something = filled.confidence or filled.texts or any(v is not None for v in filled.values.values())
    if not said_something:
        raise DomainError("checkins.team.nothing_said")
    mine = {kpi.key for kpi in offered(db, run, me.by).values()}
    if not filled.values.keys() <= mine:
        raise DomainError("core.stale")  # retired or made private this very moment: nothing is dropped in silence
    values = filled.values
    day = value_day(run.definition, run.local_date, me.today)
    twice = [found for key, value in values.items() if (found := _said_before(db, run, key, value, day, me))]
    if twice:
        return twice
    return db.handled.once(f"checkin-answer:{me.key}", me.now, lambda: _keep(db, run, filled, values, day, me))


def _keep(
    db: UnitOfWork, run: Run, filled: Filled, values: Mapping[str, Decimal | None], day: date, me: Answering
) -> Answered:
    entries = [_keep_value(db, run, key, value, day, me) for key, value in values.items()]
    db.checkins.answer(CheckinAnswer(run.id, me.by.id, me.now, filled.confidence, dict(filled.texts)))
    turn_messages(db, run, me.now, me.by.id, me.now.isoformat())
    return Answered(run, zone_of(db, run), tuple(each for each in entries if each is not None))


def given(db: UnitOfWork, run: Run, kpi_key: str, member_id: str) -> Entry | None:
    """The entry that counts now for what somebody answered in a run; None where there is none, or it was undone."""
    latest = _latest(db, run, kpi_key, member_id)[0]
    return latest if latest is not None and latest.state is EntryState.ACTIVE else None


def _kpi_items(run: Run) -> list[Item]:
    return [item for item in run.definition.items if item.kind is ItemKind.KPI]


def _known(db: UnitOfWork, run: Run, kpi: Kpi, me: Answering, period: Period, day: date) -> Known:
    mine = given(db, run, kpi.key, me.by.id)
    last = db.kpis.last_value(kpi.key, me.by.id)
    so_far = None
    if kpi.aggregation is Aggregation.SUM and period.days > 1:
        totals = db.kpis.totals(period.first, day, me.by.id, [kpi.key])
        so_far = totals[kpi.key].sum - (mine.value if mine else 0) if kpi.key in totals else None
    return Known(mine.value if mine else None, so_far, last.value if last else None)


def _latest(db: UnitOfWork, run: Run, kpi_key: str, member_id: str) -> tuple[Entry | None, str]:
    """What counts for the value last given in a run, as it is by now, and the source of a further one."""
    number, latest = 0, None
    while True:
        source = f"{SOURCE}{run.id}:{kpi_key}:{member_id}:{number}"
        found = db.kpis.by_source(source)
        if found is None:
            return latest, source
        latest, number = latest_of(db, found), number + 1


def _keep_value(
    db: UnitOfWork, run: Run, kpi_key: str, value: Decimal | None, day: date, me: Answering
) -> Entry | None:
    latest, source = _latest(db, run, kpi_key, me.by.id)
    counts = latest if latest is not None and latest.state is EntryState.ACTIVE else None
    if value is None:
        ended = end(db, counts, EntryState.UNDONE, me.by.id, me.now) if counts is not None else None
        if ended is not None:
            turn_asks(db, ended, me.now)
        return None
    if counts is not None and counts.value == value:
        return counts
    entry = Entry(new_id(), kpi_key, me.by.id, value, day, me.by.id, me.now, source)
    if counts is None:
        record(db, entry)
        return entry
    after = replace(entry, on=counts.on, corrects=counts.id)
    return after if correct(db, counts, after) else latest_of(db, counts)


def _said_before(
    db: UnitOfWork, run: Run, kpi_key: str, value: Decimal | None, day: date, me: Answering
) -> Twice | None:
    """The same value of the same day, typed elsewhere: it may be meant once."""
    if value is None or given(db, run, kpi_key, me.by.id) is not None:
        return None
    said = Entry(new_id(), kpi_key, me.by.id, value, day, me.by.id, me.now, SOURCE)
    before = db.kpis.said_before(said, me.now - TWICE_WITHIN)
    return Twice(before) if before else None
