"""What happens when somebody uses `/kpi target`: parse, one service call, one view. The rest: `listeners`."""

from datetime import date
from decimal import Decimal, InvalidOperation

from bot.commands import Registry
from bot.domain.errors import DomainError
from bot.domain.kpis import KPIS
from bot.domain.periods import PeriodKind
from bot.domain.values import AmbiguousValue
from bot.interactions import Click, Command, Context, FormErrors, OpenForm, Replace, Reply, Say, Submission
from bot.kpis import boards, grammar, reading, service, views
from bot.kpis.acting import acting_in, carried_kpi, vocabulary_in, wording_in
from bot.kpis.grammar import TargetRequest
from bot.slack import ids
from bot.slack.blocks import Message


def register(registry: Registry) -> None:
    registry.command("/kpi", "target", "kpis", on_target)
    registry.click(ids.TARGETS_SHOWN, on_targets_clicked)
    registry.click(ids.TARGET_OPENED, on_target_opened)
    registry.click(ids.TARGET_VALUE_CHOSEN, on_target_value_chosen)
    registry.form(ids.TARGET_FORM, on_target_submitted)


async def on_target(command: Command) -> Reply:
    if not command.words:
        return await _targets(command)
    request = grammar.parse_target(command.words, vocabulary_in(command), command.today)
    return Say(await _set_target(command, request, command.key))


async def on_targets_clicked(click: Click) -> Reply:
    return await _targets(click)


async def _targets(ctx: Context) -> Reply:
    acting = acting_in(ctx)
    targets = await ctx.services.storage.read(
        ctx.workspace_id, lambda db: reading.read_targets(db, ctx.member.id, acting.today, acting.workdays)
    )
    return Say(boards.targets_message(targets, wording_in(ctx)))


async def on_target_opened(click: Click) -> Reply:
    acting_in(click)
    return OpenForm(views.target_form(wording_in(click)))


async def on_target_value_chosen(click: Click) -> Reply:
    value = click.value
    kpi = carried_kpi(value)
    try:
        number = Decimal(str(value["value"]))
        period = PeriodKind(value["period"]) if value.get("period") else None
        deadline = date.fromisoformat(str(value["until"])) if value.get("until") else None
    except (KeyError, ValueError, InvalidOperation):
        raise DomainError("core.stale") from None
    request = TargetRequest(kpi, number, period, deadline, value.get("for"))
    return Replace(await _set_target(click, request, str(value["key"])))


async def _set_target(ctx: Context, request: TargetRequest, key: str) -> Message:
    """Asks which number is meant, else sets the target under the key of the command that began it."""
    acting, w = acting_in(ctx), wording_in(ctx)
    service.check_target(request, acting)
    if isinstance(request.value, AmbiguousValue):
        carried = {"kpi": request.kpi.key, "key": key, "for": request.member_id, "period": request.period}
        until = request.deadline.isoformat() if request.deadline else None
        known = {name: str(value) for name, value in {**carried, "until": until}.items() if value}
        return views.value_question(request, known, w)
    set_ = await ctx.services.storage.write(ctx.workspace_id, lambda db: service.set_target(db, request, key, acting))
    return views.target_message(set_, w)


async def on_target_submitted(submission: Submission) -> Reply:
    acting, w = acting_in(submission), wording_in(submission)
    kpi = KPIS.get(submission.inputs.get(views.KPI_FIELD, ""))
    if kpi is None:
        return FormErrors({views.KPI_FIELD: submission.t("kpis.smart_specific")})
    try:
        typed = submission.inputs.get(views.VALUE_FIELD, "")
        value = grammar.read_value(typed, kpi.unit, submission.t.language, w.currency)
        if isinstance(value, AmbiguousValue):
            return FormErrors({views.VALUE_FIELD: views.ambiguous_typed(value, kpi, w)})
        wished = submission.inputs.get(views.PERIOD_FIELD, "")
        if wished not in views.TARGET_PERIODS:
            return FormErrors({views.PERIOD_FIELD: submission.t("kpis.smart_time_missing")})
        request = TargetRequest(kpi, value, PeriodKind(wished), None)
        service.check_target(request, acting)
    except DomainError as refusal:
        return FormErrors({views.VALUE_FIELD: submission.t(refusal.key, **refusal.values)})
    set_ = await submission.services.storage.write(
        submission.workspace_id, lambda db: service.set_target(db, request, submission.key, acting)
    )
    return Say(views.target_message(set_, w))
