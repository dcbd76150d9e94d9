"""The log of administrative acts as admins read it. Pure."""

from collections.abc import Mapping, Sequence

from bot.domain.audit import Act, Deed
from bot.i18n import Translator
from bot.slack import ids
from bot.slack.blocks import Message, actions, button, context, escape, section

ON_A_PAGE = 12
_PERSON = ("member", "of")


def acts_message(
    acts: Sequence[Act], kpis: Mapping[str, str], page: int, t: Translator, zone: str, *, has_more: bool
) -> Message:
    """A page of acts, the newest first; `kpis` are the names of KPIs by key."""
    if not acts:
        text = t("audit.nothing" if page == 0 else "audit.no_more")
        return Message(text, (section(text),))
    title = t("audit.title")
    lines = [_line(act, kpis, t, zone) for act in acts]
    turns = []
    if page > 0:
        turns.append(button(t("audit.newer"), ids.sub_id(ids.AUDIT_PAGE, "newer"), ids.pack(page=page - 1)))
    if has_more:
        turns.append(button(t("audit.older"), ids.sub_id(ids.AUDIT_PAGE, "older"), ids.pack(page=page + 1)))
    blocks = [section(f"*{title}*"), section("\n".join(lines)), context(t("audit.note"))]
    return Message("\n".join((title, *lines)), (*blocks, *([actions(turns)] if turns else [])))


def _line(act: Act, kpis: Mapping[str, str], t: Translator, zone: str) -> str:
    who = f"<@{act.actor_id}>" if act.actor_id else t("audit.operator")
    said = t("audit.line", when=t.moment(act.at, zone), who=who, what=escape(deed_text(act.what, t)))
    about = _about(act, kpis)
    return f"• {said}: {about}" if about else f"• {said}"


def deed_text(what: str, t: Translator) -> str:
    """A deed in words; one that this version does not know stands as it was written."""
    if what not in tuple(Deed):
        return what
    thing, done = what.split(".")
    return t(f"audit.deed.{thing}.{done}")


def _about(act: Act, kpis: Mapping[str, str]) -> str:
    """What an act was done to, shortly."""
    facts = act.details
    parts = [escape(kpis[act.subject])] if act.subject in kpis else []
    parts += [escape(facts[name])[:80] for name in ("name", "names", "file", "seen_by", "count") if facts.get(name)]
    parts += [f"<#{facts['channel']}>"] if facts.get("channel") else []
    parts += [_person(facts[name]) for name in _PERSON if facts.get(name)]
    if act.what in (Deed.MEMBER_EXPORTED, Deed.MEMBER_ERASED) and act.subject != act.actor_id:
        parts.append(_person(act.subject))
    return ", ".join(parts)


def _person(member_id: str) -> str:
    """A user group, or whoever was erased, is told by id."""
    return f"<@{member_id}>" if member_id.startswith(("U", "W")) and "ERASED" not in member_id else escape(member_id)
