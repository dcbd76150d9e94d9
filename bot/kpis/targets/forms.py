"""The form that walks through SMART, in two steps: what, how much, by when; then how that compares with the past and
why. Pure: values in, blocks out; and back from what was typed to a request."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.domain.catalogue import Catalogue
from bot.domain.errors import DomainError
from bot.domain.kpis import Kpi, Objective
from bot.domain.periods import PeriodKind
from bot.domain.targets import Aim
from bot.domain.values import AmbiguousValue
from bot.kpis.grammar import clean_note
from bot.kpis.targets.grammar import MAX_WHY, TargetRequest, read_number
from bot.kpis.targets.outcomes import TargetSet
from bot.kpis.targets.views import attainability_sentence, set_sentence
from bot.kpis.views import MAX_TYPED, VALUE_FIELD, ambiguous_typed, plain_number, unit_words
from bot.kpis.wording import Wording
from bot.slack import ids
from bot.slack.blocks import (
    SELECT_OPTIONS,
    Block,
    context,
    date_input,
    field,
    form,
    option,
    plain,
    radio,
    section,
    select,
    text_input,
)
from bot.slack.chosen import chosen_day
from bot.slack.elements import person_select
from bot.slack.people import UserGroup

KPI_FIELD = "kpi"
PERSON_FIELD = "person"
GROUP_FIELD = "group"
AIM_FIELD = "aim"
UPPER_FIELD = "upper"
PERIOD_FIELD = "period"
UNTIL_FIELD = "until"
WHY_FIELD = "why"
TARGET_PERIODS = (PeriodKind.DAY, PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR)
BY_DATE = "date"
USUAL = "usual"


def target_form(w: Wording, chosen: Kpi | None = None, groups: Sequence[UserGroup] = ()) -> Block:
    """The first step: S, M and T. `chosen` is the KPI that was named already."""
    t = w.t
    periods = [option(t(f"kpis.per.{kind}"), kind.value) for kind in TARGET_PERIODS]
    periods.append(option(t("kpis.targets.form.by_date"), BY_DATE))
    aims = [option(t(f"kpis.targets.form.aim.{aim}"), aim) for aim in (USUAL, *(each.value for each in Aim))]
    typed = text_input("typed", placeholder=t("kpis.form_example", example="12500000"), max_length=MAX_TYPED)
    blocks = [
        context(t("kpis.targets.form.intro")),
        field(KPI_FIELD, t("kpis.targets.form.specific"), _kpi_select(w, chosen)),
        *_whose(w, groups),
        field(AIM_FIELD, t("kpis.targets.form.aim"), radio("chosen", aims, aims[0])),
        field(VALUE_FIELD, t("kpis.targets.form.measurable"), typed, hint=t("kpis.target_value_hint")),
        field(
            UPPER_FIELD, t("kpis.targets.form.upper"), text_input("typed", max_length=MAX_TYPED), optional=True
        ),
        field(PERIOD_FIELD, t("kpis.targets.form.time"), select("chosen", periods, initial=periods[2])),
        field(UNTIL_FIELD, t("kpis.targets.form.until"), date_input("chosen"), optional=True),
    ]  # fmt: skip
    next_, cancel = t("kpis.targets.form.next"), t("core.cancel")
    return form(ids.TARGET_FORM, t("kpis.target_title"), blocks, submit=next_, close=cancel)


def _whose(w: Wording, groups: Sequence[UserGroup]) -> list[Block]:
    """A person or a user group; with neither it is everybody's."""
    person = person_select("chosen")
    hint = w.t("kpis.targets.form.person_hint")
    blocks = [field(PERSON_FIELD, w.t("kpis.targets.form.person"), person, optional=True, hint=hint)]
    options = [option(f"@{each.handle}", each.id, each.name) for each in groups[:SELECT_OPTIONS]]
    if options:
        blocks.append(field(GROUP_FIELD, w.t("kpis.targets.form.group"), select("chosen", options), optional=True))
    return blocks


def _kpi_select(w: Wording, chosen: Kpi | None) -> Block:
    """All KPIs that are not retired. A list has at most a hundred options: more are grouped by what they serve."""
    kpis = list(w.kpis.current)
    initial = None if chosen is None else option(w.name(chosen), chosen.key)
    if len(kpis) <= SELECT_OPTIONS:
        return select("chosen", [option(w.name(kpi), kpi.key) for kpi in kpis], initial=initial)
    groups = [
        {"label": plain(w.t(f"kpi.objective.{objective}"), 75), "options": some}
        for objective in Objective
        for some in _hundreds([option(w.name(kpi), kpi.key) for kpi in kpis if kpi.objective is objective])
    ]
    element: Block = {"type": "static_select", "action_id": "chosen", "option_groups": groups}
    return element if initial is None else {**element, "initial_option": initial}


def _hundreds(options: Sequence[Block]) -> list[Sequence[Block]]:
    return [options[start : start + SELECT_OPTIONS] for start in range(0, len(options), SELECT_OPTIONS)]


def checked_form(seen: TargetSet, w: Wording) -> Block:
    """The second step: what was understood, A, and R. What was typed before travels along."""
    target, kpi = seen.target, w.kpis[seen.target.kpi_key]
    lines = [w.t("kpis.targets.form.attainable", sentence=attainability_sentence(seen, w))]
    if seen.replaced is not None:
        lines.append(w.t("kpis.targets.replaces", value=w.goal(seen.replaced)))
    objective = w.t("kpis.targets.form.objective", objective=w.t(f"kpi.objective.{kpi.objective}"))
    why = text_input("typed", multiline=True, max_length=MAX_WHY)
    carried = {
        "kpi": kpi.key,
        "value": plain_number(target.value),
        "for": target.owner_id,
        "aim": target.aim.value if target.aim else "",
        "upper": plain_number(target.upper) if target.upper is not None else "",
        "period": target.period.value if target.period else "",
        "until": target.deadline.isoformat() if target.deadline else "",
    }
    return form(
        ids.TARGET_CHECKED_FORM,
        w.t("kpis.target_title"),
        [
            section(set_sentence("kpis.targets.understood", target, w)),
            section("\n".join(lines)),
            field(WHY_FIELD, w.t("kpis.targets.form.relevant"), why, optional=True, hint=objective),
        ],
        submit=w.t("kpis.targets.form.set"),
        close=w.t("core.cancel"),
        metadata=ids.pack(**{name: value for name, value in carried.items() if value}),
    )


def read_form(inputs: Mapping[str, str], w: Wording) -> TargetRequest | dict[str, str]:
    """The target that the first step asks for; or what is wrong, by the field, each letter where it belongs."""
    kpi = w.kpis.get(inputs.get(KPI_FIELD, ""))
    if kpi is None:
        return {KPI_FIELD: w.t("kpis.smart_specific")}
    errors: dict[str, str] = {}
    aim = _aim(inputs)
    value = _typed(inputs, VALUE_FIELD, kpi, w, errors)
    upper = _typed(inputs, UPPER_FIELD, kpi, w, errors) if aim is Aim.INSIDE else None
    if aim is not Aim.INSIDE and inputs.get(UPPER_FIELD, "").strip():
        errors[UPPER_FIELD] = w.t("kpis.targets.upper_too_much")
    period, deadline = _time(inputs, w, errors)
    person, group = inputs.get(PERSON_FIELD, ""), inputs.get(GROUP_FIELD, "")
    if person and group:
        errors[GROUP_FIELD] = w.t("kpis.targets.one_owner")
    if errors or value is None:
        return errors
    return TargetRequest(kpi, value, period, deadline, person or group or None, aim, upper)


def _aim(inputs: Mapping[str, str]) -> Aim | None:
    wished = inputs.get(AIM_FIELD, USUAL)
    return Aim(wished) if wished in list(Aim) else None


def _typed(inputs: Mapping[str, str], name: str, kpi: Kpi, w: Wording, errors: dict[str, str]) -> Decimal | None:
    text = inputs.get(name, "").strip()
    if not text:
        missing = "kpis.targets.upper_missing" if name == UPPER_FIELD else "kpis.smart_measurable"
        errors[name] = w.t(missing, kpi=w.name(kpi))
        return None
    try:
        value = read_number(text, kpi, w.t.language, w.currency)
    except DomainError as refusal:
        errors[name] = w.t(
            "kpis.targets.number_in", sentence=w.t(refusal.key, **refusal.values), unit=unit_words(kpi, w)
        )
        return None
    if isinstance(value, AmbiguousValue):
        errors[name] = ambiguous_typed(value, kpi, w)
        return None
    return value


def _time(inputs: Mapping[str, str], w: Wording, errors: dict[str, str]) -> tuple[PeriodKind | None, date | None]:
    wished, until = inputs.get(PERIOD_FIELD, ""), inputs.get(UNTIL_FIELD, "")
    if wished in TARGET_PERIODS:
        if until:
            errors[UNTIL_FIELD] = w.t("kpis.smart_two_times")
        return PeriodKind(wished), None
    if wished != BY_DATE:
        errors[PERIOD_FIELD] = w.t("kpis.smart_time_missing")
        return None, None
    day = chosen_day(until)
    if day is None:
        errors[UNTIL_FIELD] = w.t("kpis.smart_time_missing")
        return None, None
    if day < w.today:
        errors[UNTIL_FIELD] = w.t("kpis.deadline_past", day=day)
    return None, day


def carried(request: TargetRequest, **more: str) -> dict[str, str]:
    """A request as the buttons of a question carry it, without the number that is still the question. `more` goes
    along."""
    values = {
        **more,
        "kpi": request.kpi.key,
        "value": plain_number(request.value) if isinstance(request.value, Decimal) else "",
        "for": request.owner_id or "",
        "aim": request.aim or "",
        "upper": plain_number(request.upper) if request.upper is not None else "",
        "period": request.period or "",
        "until": request.deadline.isoformat() if request.deadline else "",
    }
    return {name: str(value) for name, value in values.items() if value}


def place_of(refusal: str) -> str:
    """The field that a refusal of a whole request belongs to."""
    if refusal.startswith("kpis.targets.not_allowed"):
        return KPI_FIELD
    places = {
        "kpis.only_admins_target": PERSON_FIELD,
        "kpis.not_for_them": PERSON_FIELD,
        "kpis.targets.retired": KPI_FIELD,
        "kpis.targets.range_reversed": UPPER_FIELD,
        "kpis.targets.upper_missing": UPPER_FIELD,
        "kpis.deadline_past": UNTIL_FIELD,
    }
    return places.get(refusal, VALUE_FIELD)


def carried_target(values: Mapping[str, Any], kpis: Catalogue, because: str = "") -> TargetRequest:
    """The request that a button or the second step carries. DomainError("core.stale") for what is not ours."""
    kpi = kpis.get(str(values.get("kpi", "")))
    if kpi is None:
        raise DomainError("core.stale")
    try:
        return TargetRequest(
            kpi,
            Decimal(str(values["value"])),
            PeriodKind(values["period"]) if values.get("period") else None,
            date.fromisoformat(str(values["until"])) if values.get("until") else None,
            values.get("for"),
            Aim(values["aim"]) if values.get("aim") else None,
            Decimal(str(values["upper"])) if values.get("upper") else None,
            clean_note(because),
        )
    except (KeyError, ValueError, InvalidOperation):
        raise DomainError("core.stale") from None
