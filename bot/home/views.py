"""The App Home. No charts here: Slack shows them in messages only. Pure: facts in, view out."""

from collections.abc import Iterator, Sequence

from bot.domain.periods import PeriodKind, containing
from bot.domain.scoreboard import KpiLine, is_in_points
from bot.domain.waiting import AskedKpi, Waiting
from bot.home.facts import HomeFacts
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import Block, actions, button, context, divider, escape, header, home, mrkdwn, section

MAX_SURVEYS = 10
MAX_ASKED = 10
MAX_KPIS = 20
FIELDS = 10
"""How many fields a section takes."""


def home_view(facts: HomeFacts, t: Translator) -> Block:
    """Everything for a member of the workspace."""
    log = button(t("home.log"), ids.KPI_LOG_OPENED, ids.pack(), style="primary")
    return home(
        [
            header(t("home.waiting_title")),
            *_waiting(facts.surveys, facts.asked, facts.zone, t),
            divider(),
            header(t("home.own_title")),
            *_board(facts.own, facts, t, nothing="home.own_nothing"),
            actions([log]),
            divider(),
            header(t("home.team_title")),
            *_board(facts.team, facts, t, nothing="home.team_nothing"),
            context(t("home.compared", days=t.day(facts.today))),
            divider(),
            header(t("home.privacy_title")),
            section(t("home.privacy")),
            context(t("home.settings"), t("home.help")),
        ]
    )


def visitor_view(surveys: Sequence[Waiting], zone: str, t: Translator) -> Block:
    """For guests and people of other workspaces: what waits for them, if somebody included them, else who I am; and no
    figures."""
    if surveys:
        return home([header(t("home.waiting_title")), *_waiting(surveys, (), zone, t)])
    return home([header(t("home.visitor_title")), section(t("home.visitor"))])


def _waiting(surveys: Sequence[Waiting], asked: Sequence[AskedKpi], zone: str, t: Translator) -> Iterator[Block]:
    """Each survey with a button to answer it right here, each KPI value with one to log it."""
    if not surveys and not asked:
        yield section(t("home.nothing_waits"))
    if surveys:
        yield from _open_surveys(surveys, zone, t)
    if asked:
        yield from _asked_kpis(asked, t)


def _asked_kpis(asked: Sequence[AskedKpi], t: Translator) -> Iterator[Block]:
    yield section(t("home.kpis_waiting", count=len(asked), n=len(asked)))
    for number, each in enumerate(asked[:MAX_ASKED]):
        log = button(
            t("home.log_kpi"),
            ids.sub_id(ids.KPI_ASK_OPENED, number),
            ids.pack(kpi=each.kpi.key, on=each.on.isoformat()),
            label=t("home.log_kpi_label", kpi=t.kpi(each.kpi)),
        )
        yield section(t("home.kpi_waits", kpi=t.kpi(each.kpi), period=t.days(each.period)), accessory=log)


def _open_surveys(surveys: Sequence[Waiting], zone: str, t: Translator) -> Iterator[Block]:
    yield section(t("home.waiting", count=len(surveys), n=len(surveys)))
    for number, each in enumerate(surveys[:MAX_SURVEYS]):
        until = t.moment(each.closes_at, zone)
        answer = button(
            t("home.answer"),
            ids.sub_id(ids.ANSWER_OPENED, number),
            ids.pack(round=each.round_id),
            label=t("home.answer_label", title=each.title),
        )
        title = f"*{escape(each.title)}*" + (f", <#{each.channel_id}>" if each.channel_id else "")
        yield section(t("home.survey", count=each.questions, title=title, until=until), accessory=answer)


def _board(lines: Sequence[KpiLine], facts: HomeFacts, t: Translator, *, nothing: str) -> Iterator[Block]:
    if not lines:
        yield section(t(nothing))
    shown = lines[:MAX_KPIS]
    for start in range(0, len(shown), FIELDS):
        fields = [mrkdwn(_field(line, facts, t)) for line in shown[start : start + FIELDS]]
        yield {"type": "section", "fields": fields}


def _field(line: KpiLine, facts: HomeFacts, t: Translator) -> str:
    """The KPI, its figure of this week, the change, and where the target stands, each in words."""
    value = t.figure(line.figure.value, line.kpi.unit, facts.currency)
    first = ", ".join(filter(None, (value, t.change(line.change, in_points=is_in_points(line.kpi)))))
    lines = [f"*{t.kpi(line.kpi)}*", first]
    week = containing(facts.today, PeriodKind.WEEK)
    target = t.standing_target(line, week, facts.today, facts.currency)
    if target:
        lines.append(t("home.target", target=": ".join(filter(None, (target, t.standing_status(line))))))
    return "\n".join(lines)
