"""What an owner sees who is asked for a KPI's value: the question, its form, and what it turns into. Pure."""

from bot.domain.entries import Entry, Figure
from bot.kpis.correcting.one_value import one_value_fields
from bot.kpis.outcomes import IMPORTED, AskedValue
from bot.kpis.wording import Wording, capital
from bot.slack import ids
from bot.slack.blocks import Block, Message, actions, button, context, form, section


def ask_message(asked: AskedValue, last: Entry | None, w: Wording, *, is_reminder: bool = False) -> Message:
    """Which KPI, for which period, what it was last, and the two answers."""
    key = "kpis.asking.reminder" if is_reminder else "kpis.asking.question"
    question = w.t(key, kpi=w.name(asked.kpi), period=_period_words(asked, w))
    lines = [last_words(last, w)] if last else []
    lines.append(w.t("kpis.asking.why"))
    carried = ids.pack(kpi=asked.kpi.key, on=asked.on.isoformat())
    buttons = [
        button(
            w.t("kpis.asking.log"),
            ids.KPI_ASK_OPENED,
            carried,
            style="primary",
            label=w.t("kpis.asking.log_label", kpi=w.name(asked.kpi)),
        ),
        button(w.t("kpis.asking.nothing"), ids.KPI_ASK_DECLINED, carried),
    ]
    return Message("\n".join((question, *lines)), (section(question), context("\n".join(lines)), actions(buttons)))


def _period_words(asked: AskedValue, w: Wording) -> str:
    """ "last week (23–29 Nov 2026)": the message stays, and next week "last week" would say something else."""
    said, period = w.period(asked.period), asked.period
    days = w.day(period.first) if period.first == period.last else w.days(period)
    return said if said == days else f"{said} ({days})"


def last_words(last: Entry, w: Wording) -> str:
    return w.t("kpis.asking.last", value=w.full(last.value, w.kpis[last.kpi_key].unit), day=w.day(last.on))


def outcome_message(asked: AskedValue, figure: Figure, by: str, w: Wording) -> Message:
    """The value is there: how the period stands, and who logged it where somebody of us did."""
    said = {"kpi": w.name(asked.kpi), "period": w.days(asked.period), "value": w.figure(figure)}
    if by and by != IMPORTED:
        return _sentence(w.t("kpis.asking.done_by", **said, person=f"<@{by}>"))
    return _sentence(w.t("kpis.asking.done", **said))


def declined_message(asked: AskedValue, w: Wording) -> Message:
    return _sentence(w.t("kpis.asking.declined", kpi=w.name(asked.kpi), period=w.days(asked.period)))


def over_message(asked: AskedValue, w: Wording) -> Message:
    """Nobody answered, and the next time has come."""
    return _sentence(w.t("kpis.asking.over", kpi=w.name(asked.kpi), period=w.days(asked.period)))


def _sentence(text: str) -> Message:
    return Message(text, (section(text),))


def ask_form(asked: AskedValue, last: Entry | None, w: Wording) -> Block:
    """One value, for the last day of the period unless they choose another."""
    intro = w.t("kpis.asking.form_intro", kpi=w.name(asked.kpi), period=capital(_period_words(asked, w)))
    lines = [section(intro), *([context(last_words(last, w))] if last else [])]
    on = min(asked.period.last, w.today)
    return form(
        ids.KPI_ASK_FORM,
        w.t("kpis.form_title"),
        [*lines, *one_value_fields(asked.kpi, on, w)],
        submit=w.t("kpis.form_submit"),
        close=w.t("core.cancel"),
        metadata=ids.pack(kpi=asked.kpi.key, on=asked.on.isoformat()),
    )
