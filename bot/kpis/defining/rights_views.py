"""Who may do what with KPIs, and the workspace's own days off: the form for admins, what holds for all. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date

from bot.domain.errors import DomainError
from bot.domain.policies import Policy, Who
from bot.i18n import Translator
from bot.kpis.defining.days_off import runs_of, written
from bot.slack import ids
from bot.slack.blocks import Block, Message, context, cut, field, form, option, section, select, text_input

DEFINE_FIELD = "define"
TARGET_FIELD = "target"
LOG_FIELD = "log_for_others"
DAYS_OFF_FIELD = "days_off"

MAX_DAYS_OFF = 3000
MOST_RUNS = 30

_CHOICES: Mapping[str, Sequence[Who]] = {
    DEFINE_FIELD: (Who.MEMBERS, Who.ADMINS),  # a KPI that is not there yet has no owners
    TARGET_FIELD: tuple(Who),
    LOG_FIELD: tuple(Who),
}


def rights_form(policy: Policy, t: Translator) -> Block:
    """The form for admins."""
    now = {DEFINE_FIELD: policy.define, TARGET_FIELD: policy.target, LOG_FIELD: policy.log_for_others}
    blocks: list[Block] = [section(t("kpis.rights.intro"))]
    for block_id, choices in _CHOICES.items():
        options = {each: option(t(f"kpis.rights.who.{each}"), each.value) for each in choices}
        chosen = select("chosen", list(options.values()), initial=options.get(now[block_id], options[Who.ADMINS]))
        blocks.append(field(block_id, t(f"kpis.rights.ask.{block_id}"), chosen))
    # Slack takes at most 3,000 characters; what would not fit is not cut in silence but far beyond any real calendar.
    days = text_input("typed", initial=written(policy.days_off)[:MAX_DAYS_OFF], multiline=True, max_length=MAX_DAYS_OFF)
    hint = t("kpis.rights.days_off_hint")
    blocks.append(field(DAYS_OFF_FIELD, t("kpis.rights.days_off"), days, optional=True, hint=hint))
    return form(ids.KPI_RIGHTS_FORM, t("kpis.rights.title"), blocks, submit=t("core.save"), close=t("core.cancel"))


def policy_chosen(inputs: Mapping[str, str], days_off: frozenset[date]) -> Policy:
    """What was chosen. DomainError `core.stale` for what the form does not offer."""
    try:
        return Policy(
            Who(inputs.get(DEFINE_FIELD, "")),
            Who(inputs.get(TARGET_FIELD, "")),
            Who(inputs.get(LOG_FIELD, "")),
            days_off,
        )
    except ValueError:
        raise DomainError("core.stale") from None


def rights_message(policy: Policy, t: Translator) -> Message:
    """What holds now, for everybody."""
    lines = rights_lines(policy, t)
    title, hint = t("kpis.rights.now"), t("kpis.rights.who_changes")
    return Message("\n".join((title, *lines, hint)), (section("\n".join((f"*{title}*", *lines))), context(hint)))


def rights_done_form(policy: Policy, t: Translator) -> Block:
    blocks = [section("\n".join((t("kpis.rights.saved"), *rights_lines(policy, t))))]
    return form(ids.KPI_RIGHTS_DONE_NOTE, t("kpis.rights.title"), blocks, close=t("core.close"))


def rights_lines(policy: Policy, t: Translator) -> list[str]:
    """Who may do what, and the days off."""
    lines = [
        t("kpis.rights.is.define", who=t(f"kpis.rights.who.{policy.define}")),
        t("kpis.rights.is.target", who=t(f"kpis.rights.who.{policy.target}")),
        t("kpis.rights.is.log_for_others", who=t(f"kpis.rights.who.{policy.log_for_others}")),
    ]
    runs = runs_of(policy.days_off)
    if not runs:
        return [*lines, t("kpis.rights.no_days_off")]
    told = [t.date(first) if first == last else f"{t.date(first)} – {t.date(last)}" for first, last in runs[:MOST_RUNS]]
    more = [t("kpis.rights.more_days", count=len(runs) - MOST_RUNS)] if len(runs) > MOST_RUNS else []
    return [*lines, cut(t("kpis.rights.is.days_off", days=", ".join((*told, *more))), 2000)]
