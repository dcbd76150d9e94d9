"""Who is owed the results of a round when it closes: those whom the respondents were told about, as frozen at launch.
How the results read is worded when they are sent."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.domain.deliveries import NewDelivery
from bot.domain.surveys import Round, Survey
from bot.surveys.results.reading import round_results
from bot.surveys.results.result_pages import pages
from storage import UnitOfWork

RESULTS = "surveys.results"
RESULTS_GO_ON = "surveys.results_go_on"
AUTHOR_LEFT = "surveys.author_left"
MOST_MESSAGES = 6
"""Longer results are read with `/pulse results`: the last message says so."""
PAGE = "page"
APART = timedelta(milliseconds=1)


def results_owed(db: UnitOfWork, now: datetime, survey: Survey, closed: Round) -> list[NewDelivery]:
    """The messages with the results of a round that was just closed and decided, in reading order. Where the survey's
    author has left, an admin hears of it, once: somebody has to look at the results, and to say what follows. Where it
    has none, as an import leaves it, an admin gets the results."""
    receivers = receivers_of(survey, closed)
    if closed.definition.receivers.author and not survey.created_by:
        receivers = tuple(dict.fromkeys((*(admin.id for admin in db.members.admins()[:1]), *receivers)))
    owed = [each for receiver in receivers for each in _to(db, now, survey, closed, receiver)]
    author = db.members.get(survey.created_by) if survey.created_by else None
    if author is not None and author.left_out:
        owed += [NewDelivery(AUTHOR_LEFT, survey.id, admin.id, now) for admin in db.members.admins()[:1]]
    return owed


def receivers_of(survey: Survey, closed: Round) -> tuple[str, ...]:
    """Author, chosen people and channel, each once."""
    receivers = closed.definition.receivers
    author = [survey.created_by] if receivers.author else []
    wanted = (*author, *receivers.people, receivers.channel_id)
    return tuple(dict.fromkeys(each for each in wanted if each))


def _to(db: UnitOfWork, now: datetime, survey: Survey, closed: Round, receiver: str) -> Iterator[NewDelivery]:
    """In their order, and before anything that falls due now: where the next round opens at this moment, what its
    author hears of that does not come between the pages."""
    count = min(len(pages(round_results(db, survey, closed, receiver))), MOST_MESSAGES)
    for page in range(count):
        purpose, subject = (RESULTS_GO_ON, f"{closed.id}:{page}") if page else (RESULTS, closed.id)
        facts = {PAGE: str(page), **_last(page, count)}
        yield NewDelivery(purpose, subject, receiver, now - (count - page) * APART, facts=facts)


def _last(page: int, count: int) -> dict[str, str]:
    return {"last": "yes"} if page == count - 1 else {}
