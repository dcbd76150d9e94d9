"""What a person has running, on their Home: surveys, summaries, and whom they have not met. Pure."""

from collections.abc import Iterator, Sequence

from bot.domain.surveys import SurveyState
from bot.home.facts import NextSummary, RunSurvey, Unmet
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import Block, button, context, escape, header, section

MOST_UNMET = 5
MOST_NAMED = 10


def surveys_blocks(surveys: Sequence[RunSurvey], zone: str, t: Translator) -> Iterator[Block]:
    if not surveys:
        return
    yield header(t("home.surveys_title"))
    for each in surveys:
        results = button(
            t("home.results"),
            ids.sub_id(ids.SURVEY_RESULTS, each.survey_id),
            ids.pack(survey=each.survey_id),
            label=t("home.results_label", title=each.title),
        )
        title = f"*{escape(each.title)}*" + (f", <#{each.channel_id}>" if each.channel_id else "")
        yield section(f"{title}\n{' · '.join(_state(each, zone, t))}", accessory=results)
    yield context(t("home.surveys_hint"))


def _state(each: RunSurvey, zone: str, t: Translator) -> Iterator[str]:
    """What is going on, and what comes."""
    if each.running is not None:
        until = t.moment(each.running.closes_at, zone)
        yield t("home.survey_open", answered=each.answered, asked=each.running.asked, until=until)
    if each.state is SurveyState.PAUSED:
        yield t("home.survey_paused")
    elif each.next_at is not None:
        yield t("home.survey_next", at=t.moment(each.next_at, zone))
    elif each.running is None:
        yield t("home.survey_by_hand")


def summaries_blocks(summaries: Sequence[NextSummary], zone: str, t: Translator) -> Iterator[Block]:
    if summaries:
        yield header(t("home.summaries_title"))
        lines = [
            t("home.summary", channel=f"<#{each.channel_id}>", at=t.moment(each.next_at, zone)) for each in summaries
        ]
        yield section("\n".join(lines))


def unmet_blocks(unmet: Sequence[Unmet], t: Translator) -> Iterator[Block]:
    """For leads: whom they have not met for a month."""
    if not unmet:
        return
    yield header(t("home.unmet_title"))
    lapsed = [each for each in unmet if each.one_on_one_id]
    for number, each in enumerate(lapsed[:MOST_UNMET]):
        opens = button(
            t("home.open"),
            ids.sub_id(ids.ONE_ON_ONE_OPENED, f"unmet{number}"),
            ids.pack(pair=each.one_on_one_id),
            label=t("home.open_label", person=each.name),
        )
        person = f"<@{each.member_id}>"
        never = t("home.unmet.never", person=person)
        text = never if each.last_held is None else t("home.unmet.since", person=person, day=each.last_held)
        yield section(text, accessory=opens)
    if len(lapsed) > MOST_UNMET:
        left = len(lapsed) - MOST_UNMET
        yield context(t("home.unmet.more", count=left, n=left))
    yield from _without(unmet, t)


def _without(unmet: Sequence[Unmet], t: Translator) -> Iterator[Block]:
    """Those with whom no one-on-one is set up, in one line."""
    people = [f"<@{each.member_id}>" for each in unmet if not each.one_on_one_id]
    if people:
        left = len(people) - MOST_NAMED
        more = t("home.unmet.more", count=left, n=left) if left > 0 else ""
        named = t("home.unmet.without", people=", ".join(people[:MOST_NAMED]))
        yield section(" ".join(filter(None, (named, more))))
        yield context(t("home.unmet.how_to"))
