"""Closing a round before its time, once everybody who is still there has finished: not at once, so that people can
still change what they said, and told to nobody in particular.

It looks at nothing but how many have answered while many have not: that is what every pass of the scheduler can afford.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.questions import KINDS, Question
from bot.domain.surveys import Invitation, Round, RoundState
from bot.surveys.asking.prompts import is_still_asked
from storage import UnitOfWork

A_FEW = 25
"""So many who have not answered may all have left..."""
SHARE = 10
"""...and in a large round one in ten of those asked: more never leave within two weeks."""
ONE_HOUR = timedelta(hours=1)


def finished(db: UnitOfWork, now: datetime) -> list[str]:
    """The open rounds (ids) that may close earlier, because everybody who is still there has finished."""
    moving = [each for each in db.rounds.open() if early_close(now) < each.closes_at]
    return [each.id for each in moving if _may_be_finished(db, each) and _is_finished(db, each)]


def close_early(db: UnitOfWork, now: datetime, round_id: str) -> bool:
    """Let a finished round close at the next full hour plus one, never later than it would have. Whether that changed
    anything: the second time it does not."""
    running = db.rounds.get(round_id)
    if running is None or running.state is not RoundState.OPEN or early_close(now) >= running.closes_at:
        return False
    if not _is_finished(db, running):
        return False
    return db.rounds.close_earlier(round_id, early_close(now))


def early_close(now: datetime) -> datetime:
    """When a round closes that is found finished at `now` (UTC)."""
    full_hour = now.replace(minute=0, second=0, microsecond=0)
    return full_hour + (ONE_HOUR if full_hour == now else 2 * ONE_HOUR)


def _may_be_finished(db: UnitOfWork, running: Round) -> bool:
    """Whether those who have not answered are few enough to have left, all of them."""
    return running.asked - db.rounds.answered_count(running.id) <= max(A_FEW, running.asked // SHARE)


def _is_finished(db: UnitOfWork, running: Round) -> bool:
    staying = _staying(db, running)
    if not staying or not all(each.answered for each in staying):
        return False
    required = [each for each in running.questions if each.required]
    people = [each.member_id for each in staying]
    return _have_counted(db, running, people, required) and _have_written(db, running, people, required)


def _staying(db: UnitOfWork, running: Round) -> list[Invitation]:
    """The invited who are still to be asked."""
    invited = db.rounds.invitations(running.id)
    known = db.members.get_many([each.member_id for each in invited])
    return [each for each in invited if is_still_asked(running, known.get(each.member_id))]


def _have_counted(db: UnitOfWork, running: Round, people: Sequence[str], required: Sequence[Question]) -> bool:
    """Whether all of them have answered all the required questions but texts: with one look at the answers, whoever
    many there are."""
    wanted = [each.id for each in required if KINDS[each.kind].is_counted]
    if not wanted:
        return True
    counts = db.answers.counts_of(running.id, {"": people}, wanted)[""]
    return all(sum(counts.get(question_id, {}).values()) == len(people) for question_id in wanted)


def _have_written(db: UnitOfWork, running: Round, people: Sequence[str], required: Sequence[Question]) -> bool:
    """Whether all of them have written the required texts; who has not is found person by person."""
    texts = tuple(each for each in required if not KINDS[each.kind].is_counted)
    wanted = [each.id for each in texts]
    return not texts or all(db.answers.own(running.id, each, wanted).is_finished(texts) for each in people)
