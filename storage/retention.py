"""Removing what is past its time, a little at once, so that nobody waits for it. How long things are kept is in
`bot.domain.retention`; when this is done in `bot.privacy.retention`.

What stays for good: values and targets (they are the company's numbers), what was decided to be published of a round
and its anonymous answers, which are nobody's, and whom it asked. Values given by name in a survey stay as long as a
later round is compared with it (`bot.domain.comparisons.LOOK_BACK`): whoever was shown them could hold them against an
anonymous round, and the audit that guards against this has to know them. Their words go before.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, or_, select

from bot.domain.actions import ActionState
from bot.domain.checkins import RunState
from bot.domain.comparisons import LOOK_BACK
from bot.domain.deliveries import DeliveryState
from bot.domain.one_on_ones import MeetingState
from bot.domain.retention import Horizon
from bot.domain.surveys import RoundState
from storage.audit import AUDIT
from storage.scope import Scope
from storage.tables import AbsenceRow, CommentRow, DeliveryRow, NamedAnswerRow, RoundRow, table
from storage.team_tables import ActionRow, CheckinAnswerRow, CheckinRunRow, MeetingRow, PointRow

DELIVERIES, ROUNDS, NAMED, COMMENTS = table(DeliveryRow), table(RoundRow), table(NamedAnswerRow), table(CommentRow)
ACTIONS, RUNS, RUN_ANSWERS = table(ActionRow), table(CheckinRunRow), table(CheckinAnswerRow)
MEETINGS, POINTS, ABSENCES = table(MeetingRow), table(PointRow), table(AbsenceRow)
_SETTLED = (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.SKIPPED)
_ROUNDS_AT_ONCE = 5


class Retention:
    """What a workspace keeps, and no longer."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def purge(self, horizon: Horizon, limit: int) -> dict[str, int]:
        """Remove up to about `limit` rows of each kind that lie before the horizon; how many of each kind. Empty once
        there is nothing left to remove. Doing it twice, or in two replicas, removes the same."""
        removed = {
            "messages": self._old_messages(horizon, limit),
            "acts": self._some(AUDIT, limit, AUDIT.c.at < horizon.audit),
        }
        if horizon.said is not None:
            removed |= self._what_was_said(horizon, limit)
        return {kind: count for kind, count in removed.items() if count}

    def _old_messages(self, horizon: Horizon, limit: int) -> int:
        """Settled ones that no other one still goes back to, and that are not of a round that is still open."""
        other = DELIVERIES.alias()
        followed = select(other.c.id).where(
            other.c.workspace_id == self._scope.workspace_id,
            other.c.target_id == DELIVERIES.c.id,
            or_(other.c.state.not_in(_SETTLED), other.c.due_at >= horizon.messages),
        )
        running = self._scope.select(ROUNDS, ROUNDS.c.state.in_((RoundState.LAUNCHING, RoundState.OPEN)),
                                     columns=[ROUNDS.c.id])  # fmt: skip
        return self._some(
            DELIVERIES,
            limit,
            DELIVERIES.c.state.in_(_SETTLED),
            DELIVERIES.c.due_at < horizon.messages,
            DELIVERIES.c.subject.not_in(running),
            ~followed.exists(),
        )

    def _what_was_said(self, horizon: Horizon, limit: int) -> dict[str, int]:
        said = horizon.said
        assert said is not None
        ended = self._scope.select(RUNS, RUNS.c.state != RunState.OPEN, RUNS.c.closes_at < said, columns=[RUNS.c.id])
        past = (MEETINGS.c.starts_at < said, MEETINGS.c.state.in_((MeetingState.HELD, MeetingState.SKIPPED)))
        settled = (ACTIONS.c.state != ActionState.OPEN, ACTIONS.c.settled_at < said)
        return {
            "comments": self._comments(horizon),
            "named_texts": self._named_texts(horizon),
            "named_answers": self._named_answers(horizon),
            "checkin_answers": self._some(RUN_ANSWERS, limit, RUN_ANSWERS.c.run_id.in_(ended)),
            "notes": self._emptied(MEETINGS, limit, {"notes": "", "notes_by": ""}, MEETINGS.c.notes != "", *past),
            "points": self._some(POINTS, limit, POINTS.c.closed_at < said),
            "actions": self._some(ACTIONS, limit, *settled),
            "absences": self._some(ABSENCES, limit, ABSENCES.c.last < said.date()),
        }

    def _comments(self, horizon: Horizon) -> int:
        """Comments of sealed rounds. A round's go all at once: never some of them, as what is left would tell whose the
        others were."""
        done = self._rounds(horizon, ROUNDS.c.sealed, ROUNDS.c.id.in_(select(COMMENTS.c.round_id)))
        return self._scope.change(delete(COMMENTS).where(COMMENTS.c.round_id.in_(done))) if done else 0

    def _named_texts(self, horizon: Horizon) -> int:
        worded = self._scope.select(NAMED, NAMED.c.text != "", columns=[NAMED.c.round_id])
        done = self._rounds(horizon, ROUNDS.c.id.in_(worded))
        if not done:
            return 0
        here = (NAMED.c.round_id.in_(done), NAMED.c.text != "")
        removed = self._scope.change(self._scope.delete(NAMED, *here, NAMED.c.value.is_(None)))
        return removed + self._scope.change(self._scope.update(NAMED, *here).values(text=""))

    def _named_answers(self, horizon: Horizon) -> int:
        """Values given by name, once no later round is compared with theirs any more."""
        left = self._scope.select(NAMED, columns=[NAMED.c.round_id])
        compared = ROUNDS.c.closed_at < horizon.now - LOOK_BACK
        done = self._rounds(horizon, compared, ROUNDS.c.id.in_(left))
        return self._scope.change(self._scope.delete(NAMED, NAMED.c.round_id.in_(done))) if done else 0

    def _rounds(self, horizon: Horizon, *where: ColumnElement[bool]) -> list[str]:
        """Some closed rounds, decided upon, from before the horizon."""
        old = (ROUNDS.c.state == RoundState.CLOSED, ROUNDS.c.published.is_not(None), ROUNDS.c.closed_at < horizon.said)
        found = self._scope.select(ROUNDS, *old, *where, columns=[ROUNDS.c.id])
        return [row.id for row in self._scope.rows(found.order_by(ROUNDS.c.closed_at).limit(_ROUNDS_AT_ONCE))]

    def _some(self, rows: Table, limit: int, *where: ColumnElement[bool]) -> int:
        keys = self._keys(rows, limit, *where)
        return self._scope.change(self._scope.delete(rows, or_(*keys))) if keys else 0

    def _emptied(self, rows: Table, limit: int, values: dict[str, Any], *where: ColumnElement[bool]) -> int:
        keys = self._keys(rows, limit, *where)
        return self._scope.change(self._scope.update(rows, or_(*keys)).values(**values)) if keys else 0

    def _keys(self, rows: Table, limit: int, *where: ColumnElement[bool]) -> Sequence[ColumnElement[bool]]:
        """Which rows, by their keys, as a statement may not be limited on every database."""
        names = [key.name for key in rows.primary_key.columns if key.name != "workspace_id"]
        statement = self._scope.select(rows, *where, columns=[rows.c[name] for name in names])
        found = self._scope.rows(statement.limit(limit))
        if len(names) == 1:
            return [rows.c[names[0]].in_([row[0] for row in found])] if found else []
        return [and_(*(rows.c[name] == row._mapping[name] for name in names)) for row in found]
