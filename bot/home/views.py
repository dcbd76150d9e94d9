"""The App Home from top to bottom. No charts here: Slack shows them in messages only. Pure: facts in, view out. What
stands under each heading is in the modules beside this one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from bot.domain.policies import Policy
from bot.domain.waiting import Waiting
from bot.home.facts import AdminFacts, HomeFacts
from bot.home.kpi_views import own_kpis_blocks
from bot.home.running_views import summaries_blocks, surveys_blocks, unmet_blocks
from bot.home.settings_views import settings_blocks
from bot.home.waiting_views import survey_blocks, waiting_blocks
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import Block, actions, button, context, divider, header, home, section

TOLD = ("entries", "named_answers", "kpi_notes", "checkin_answers", "actions", "absences")
"""The kinds of what is stored that are told here; all of them are in the file."""


def home_view(facts: HomeFacts, t: Translator) -> Block:
    """Everything for a member of the workspace. It carries the page it shows, to be drawn anew where it was."""
    visit = facts.visit
    parts = (
        waiting_blocks(facts.waiting, visit, t),
        own_kpis_blocks(facts.kpis, facts.currency, visit.today, t),
        surveys_blocks(facts.surveys, visit.zone, t),
        summaries_blocks(facts.summaries, visit.zone, t),
        unmet_blocks(facts.unmet, t),
        settings_blocks(facts.preferences, facts.absences, t),
        _privacy_blocks(facts.stored, t, "home.stored_settings"),
        _admin_blocks(facts.admin, t) if facts.admin is not None else (),
    )
    return home(
        [*_divided(parts), context(t("home.help"))],
        metadata=ids.pack(home=facts.kpis.page),
    )


def visitor_view(surveys: Sequence[Waiting], stored: Mapping[str, int], zone: str, t: Translator) -> Block:
    """For guests and people of other workspaces: what waits for them, if somebody included them, else who I am; what is
    stored about them; and no figures."""
    greeting = [header(t("home.visitor_title")), section(t("home.visitor"))]
    if surveys:
        greeting = [header(t("home.waiting_title")), *survey_blocks(surveys, zone, t)]
    about_them = _privacy_blocks(stored, t, "home.stored_name")
    return home([*greeting, divider(), *about_them], metadata=ids.pack(home=0))


def _divided(parts: Iterable[Iterable[Block]]) -> Iterator[Block]:
    """The parts that have something to say, each under a line."""
    for blocks in map(list, parts):
        if blocks:
            yield from (*blocks, divider())


def _privacy_blocks(stored: Mapping[str, int], t: Translator, of_everybody: str) -> Iterator[Block]:
    """How much of each kind and what is kept `of_everybody`, what is not told apart any more, and what to do about
    it."""
    yield header(t("home.privacy_title"))
    lines = [
        f"• {t(f'privacy.stored.{kind}', count=stored[kind], n=stored[kind])}" for kind in TOLD if stored.get(kind)
    ]
    yield section("\n".join((*lines, t(of_everybody))))
    yield context(t("home.privacy"))
    yield actions(
        [
            button(t("home.export"), ids.PRIVACY_EXPORT, ids.pack()),
            button(t("home.erase"), ids.PRIVACY_ERASE_OPENED, ids.pack()),
            button(t("home.privacy_notice"), ids.PRIVACY_NOTICE_SHOWN, ids.pack()),
        ]
    )


def _days_off(policy: Policy, t: Translator) -> str:
    days = len(policy.days_off)
    return t("home.admin.days_off", count=days, n=days) if days else t("kpis.rights.no_days_off")


def _admin_blocks(admin: AdminFacts, t: Translator) -> Iterator[Block]:
    policy, defaults = admin.policy, admin.defaults
    yield header(t("home.admin_title"))
    rights = (
        t("kpis.rights.is.define", who=t(f"kpis.rights.who.{policy.define}")),
        t("kpis.rights.is.target", who=t(f"kpis.rights.who.{policy.target}")),
        t("kpis.rights.is.log_for_others", who=t(f"kpis.rights.who.{policy.log_for_others}")),
    )
    yield section("\n".join((*rights, _days_off(policy, t))))
    language = t.locale.languages.get(defaults.language, defaults.language)
    country = t.locale.territories.get(defaults.country, defaults.country)
    yield section(
        t("home.admin.defaults", language=language, zone=defaults.zone, country=country, currency=defaults.currency)
    )
    health = t("home.admin.healthy")
    if admin.failures:
        health = t("home.admin.failures", count=admin.failures, n=admin.failures, newest=admin.newest_failure)
    yield section(health)
    yield actions(
        [
            button(t("home.admin.rights"), ids.KPI_RIGHTS_OPENED, ids.pack()),
            button(t("home.admin.token"), ids.API_TOKEN_NEW, ids.pack()),
        ]
    )
    yield context(t("home.admin.hint"))
