"""Everything that was published, audited once more: does any of it, alone or with the rest, tell what single people
said? What may be shown is decided by `bot.domain.privacy`; here it is only looked at whether it was kept.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.domain.breakdowns import alike, one_sided
from bot.domain.comparisons import EarlierRound, Shown, shown_before, tells, told_before
from bot.domain.privacy import FLOOR
from bot.domain.publications import Published, PublishedQuestion
from bot.domain.questions import KINDS, Question, QuestionKind
from bot.domain.surveys import Round
from bot.privacy_check.findings import Finding, Progress, problem

_FIX = "Delete what was posted of it, and set published to NULL for this round: then nothing of it is shown any more."


def audit(rounds: Sequence[EarlierRound], progress: Progress) -> Iterator[Finding]:
    """All published rounds of a workspace, oldest first, each beside those before it."""
    for number, each in enumerate(rounds):
        progress("Auditing what was published", number, len(rounds))
        published = each.round.published
        if published is None:
            continue
        faults = [*_alone(each.round, published)] or [*_beside(each, rounds[:number])]
        for what in faults:
            yield problem(f"What was published of round {each.round.id} tells too much: {what}", _FIX)


def _alone(round_: Round, published: Published) -> Iterator[str]:
    """The round for itself: thresholds, groups, and what is left when the groups are taken from the whole."""
    minimum = max(round_.min_score, FLOOR)
    for one in published.questions:
        question = round_.definition.question(one.question_id)
        if question is None or one.hidden is not None:
            continue
        if KINDS[question.kind].is_counted and one.answers < minimum:
            yield f"{one.answers} answers are fewer than {minimum}"
        if one.texts_shown and published.answered < max(round_.min_comments, FLOOR):
            yield f"comments of {published.answered} people are shown"
        if one.alike is None and alike(question, one.counts, one.answers) is not None:
            yield "all answered alike, and the score says so exactly"
        yield from _groups(question, one, published, minimum)
    if 0 < published.hidden_asked < minimum:
        yield f"the groups that are not shown have {published.hidden_asked} people"


def _groups(question: Question, whole: PublishedQuestion, published: Published, minimum: int) -> Iterator[str]:
    shown = [
        one
        for segment in published.segments
        for one in segment.questions
        if one.question_id == question.id and one.hidden is None
    ]
    if not shown:
        return
    left = Counter(whole.counts)
    for one in shown:
        if one.answers < minimum:
            yield f"a group of {one.answers} answers is shown"
        elif one_sided(question, one.counts, one.answers):
            yield "all of a group that is shown answered alike"
        left.subtract(one.counts)
    rest = whole.answers - sum(one.answers for one in shown)
    is_whole = question.kind is QuestionKind.CHOICES or min(left.values(), default=0) >= 0
    if not is_whole:
        yield "the groups together are more than the whole"
    elif 0 < rest < minimum:
        yield f"{rest} answers are left when the groups that are shown are taken from the whole"
    elif rest and one_sided(question, +left, rest):
        yield "all of those outside the groups that are shown answered alike"


def _beside(given: EarlierRound, before: Sequence[EarlierRound]) -> Iterator[str]:
    """The round beside earlier ones that asked the same: differences of groups, overlaps, answers that become
    certain. Rounds whose people are not known (they were imported) cannot be compared."""
    minimum = max(given.round.min_score, FLOOR)
    later = replace(
        given.round, id="", closed_at=(given.round.closed_at or given.round.closes_at) + timedelta(seconds=1)
    )
    for question in given.round.questions:
        if not KINDS[question.kind].is_counted:
            continue
        now = _known(shown_before(later, question, [given]))
        earlier = _known(shown_before(given.round, question, before))
        if now and tells(now[0], earlier, told_before(given.round, question, before), minimum):
            yield "beside an earlier round it tells what fewer people than the minimum, or single ones, answered"


def _known(shown: Sequence[Shown | None]) -> list[Shown]:
    return [each for each in shown if each is not None]
