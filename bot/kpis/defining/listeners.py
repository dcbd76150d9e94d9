"""`/kpi define`, `/kpi rights`, and the form of what is decided about a KPI: parse, one service call, one view."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from bot.commands import Registry
from bot.domain.catalogue import KpiSettings, Visibility
from bot.domain.errors import DomainError
from bot.domain.kpis import Kpi
from bot.interactions import Click, Command, Context, FormErrors, OpenForm, Reply, Say, Submission, Then, UpdateForm
from bot.kpis import teams
from bot.kpis.acting import Acting, acting_in, vocabulary_in, wording_in
from bot.kpis.defining import rights_views, service, settings_forms, views
from bot.kpis.defining.days_off import parse_days_off
from bot.kpis.defining.definitions import (
    BECAUSE_FIELD,
    FORMULA_FIELD,
    MEASURE_FIELD,
    NotAccepted,
    Typed,
    kpi_from,
    name_field,
    typed_from,
    typed_of,
)
from bot.kpis.defining.deliveries import render_taken_away
from bot.kpis.defining.names import LONGEST_NAME, clean
from bot.kpis.defining.outcomes import Defined, Editable
from bot.kpis.defining.taken_away import TAKEN_AWAY
from bot.slack import ids
from bot.slack.blocks import Block, unmarked
from bot.slack.people import Groups
from storage import UnitOfWork

T = TypeVar("T")

FINAL = frozenset({"core.stale", "kpis.define.not_yours", "kpis.define.only_admins", "kpis.define.too_many"})
"""Refusals that no input of the form is about."""


def register(registry: Registry) -> None:
    registry.command("/kpi", "define", "kpis", on_define)
    registry.command("/kpi", "rights", "kpis", on_rights)
    registry.click(ids.KPI_DEFINE_OPENED, on_define_opened)
    registry.click(ids.KPI_DEFINE_SOURCE, on_source_chosen)
    registry.form(ids.KPI_DEFINE_FORM, on_define_form)
    registry.click(ids.KPI_SETTINGS_OPENED, on_settings_opened)
    registry.click(ids.KPI_SETTINGS_SEEN, on_seen_chosen)
    registry.form(ids.KPI_SETTINGS_FORM, on_settings_form)
    registry.click(ids.KPI_RIGHTS_OPENED, on_rights_opened)
    registry.form(ids.KPI_RIGHTS_FORM, on_rights_form)
    registry.delivery(TAKEN_AWAY, render_taken_away)
    teams.register(registry)


async def on_define(command: Command) -> Reply:
    """A form: a new KPI, an own one to be changed, or what is decided about a built-in one."""
    acting = await acting_in(command)
    name = clean(command.words).strip("\"“”'")
    known = vocabulary_in(command, acting).exactly(name) if name else None
    if known is not None:
        return await _change_form(command, known, acting)
    await _read(command, lambda db: service.require_may_define(db, acting))
    typed = Typed(names={command.t.language: name[:LONGEST_NAME]} if name else {})
    return OpenForm(views.define_form(typed, command.services.texts.languages, wording_in(command, acting)))


async def on_define_opened(click: Click) -> Reply:
    """A button: a new KPI, or the one that it carries."""
    acting = await acting_in(click)
    key = str(click.value.get("kpi", ""))
    if key:
        return await _change_form(click, _kpi(key, acting), acting)
    await _read(click, lambda db: service.require_may_define(db, acting))
    return OpenForm(views.define_form(Typed(), click.services.texts.languages, wording_in(click, acting)))


async def _change_form(ctx: Context, kpi: Kpi, acting: Acting) -> Reply:
    if not acting.kpis.is_own(kpi.key):
        return OpenForm(await settings_view(ctx, kpi, acting))
    return OpenForm(await definition_view(ctx, kpi, acting))


async def definition_view(ctx: Context, kpi: Kpi, acting: Acting) -> Block:
    """The form in which an own KPI is changed. DomainErrors as of `service.editable`."""
    found: Editable = await _read(ctx, lambda db: service.editable(db, kpi.key, acting))
    typed = typed_of(found.kpi, acting.kpis, ctx.t)
    languages = ctx.services.texts.languages
    return views.define_form(typed, languages, wording_in(ctx, acting), found.kpi, found.number, found.is_fixed)


async def on_source_chosen(click: Click) -> Reply:
    """Typed in or computed: the form asks for what belongs to it, and keeps what was filled in."""
    acting = await acting_in(click)
    carried = ids.unpack((click.view or {}).get("private_metadata"))
    typed = typed_from(click.state, click.services.texts.languages, Typed())
    key, w = str(carried.get("kpi", "")), wording_in(click, acting)
    kpi = _kpi(key, acting) if key else None
    return UpdateForm(views.define_form(typed, click.services.texts.languages, w, kpi, carried.number("number")))


async def on_define_form(sent: Submission) -> Reply:
    acting = await acting_in(sent)
    key, number = str(sent.carried.get("kpi", "")), sent.carried.number("number")
    found = await _read(sent, lambda db: service.editable(db, _kpi(key, acting).key, acting)) if key else None
    before = found.kpi if found else None
    typed = typed_from(
        sent.inputs, sent.services.texts.languages, typed_of(before, acting.kpis, sent.t) if before else Typed()
    )
    try:
        kpi = kpi_from(typed, key, before, acting.today, vocabulary_in(sent, acting))
    except NotAccepted as problems:
        said = {place: sent.t(each.key, **each.values) for place, each in problems.refusals.items()}
        return FormErrors(_placed(said, sent))
    try:
        defined = await sent.services.storage.write(
            sent.workspace_id, lambda db: _save(db, kpi, number, typed.because, acting, sent)
        )
    except DomainError as refusal:
        return _refused(refusal, sent)
    return UpdateForm(views.done_form(defined, wording_in(sent, replace(acting, kpis=defined.kpis))))


def _save(db: UnitOfWork, kpi: Kpi, number: int, because: str, acting: Acting, sent: Submission) -> Defined:
    if kpi.key:
        return service.redefine(db, kpi, number, because, acting, sent.services.texts, sent.t)
    return service.define(db, kpi, acting, sent.key, sent.services.texts, sent.t)


def _refused(refusal: DomainError, sent: Submission) -> Reply:
    """The sentence under the input that it is about."""
    if refusal.key in FINAL:
        raise refusal
    place = name_field(str(refusal.values.get("language", sent.t.language)))
    if refusal.key.startswith("kpis.formula.") or refusal.key == "kpis.define.was_computed":
        place = FORMULA_FIELD
    elif refusal.key.startswith("kpis.define.because"):
        place = BECAUSE_FIELD
    elif refusal.key == "kpis.define.unit_fixed":
        place = MEASURE_FIELD
    return FormErrors(_placed({place: sent.t(refusal.key, **refusal.values)}, sent))


def _placed(errors: dict[str, str], sent: Submission) -> dict[str, str]:
    """Errors of inputs that the form does not have (any more) are told under its formula, or else its first one."""
    inputs = [str(block["block_id"]) for block in sent.view.get("blocks", ()) if block.get("type") == "input"]
    other = FORMULA_FIELD if FORMULA_FIELD in inputs else inputs[0]
    return {place if place in inputs else other: unmarked(text) for place, text in errors.items()}


async def on_settings_opened(click: Click) -> Reply:
    acting = await acting_in(click)
    return OpenForm(await settings_view(click, _kpi(str(click.value.get("kpi", "")), acting), acting))


async def settings_view(ctx: Context, kpi: Kpi, acting: Acting, *, is_review: bool = False) -> Block:
    """The form of what is decided about a KPI. DomainErrors as of `service.require_may_change`."""
    await _read(ctx, lambda db: service.require_may_change(db, kpi.key, acting))
    settings = acting.kpis.settings(kpi.key)
    seen = settings_forms.fingerprint(settings)
    return settings_forms.settings_form(kpi, settings, seen, wording_in(ctx, acting), is_review=is_review)


async def on_seen_chosen(click: Click) -> Reply:
    """Who is to see it: for a group, the groups there are have to be asked of Slack."""
    acting = await acting_in(click)
    carried = ids.unpack((click.view or {}).get("private_metadata"))
    kpi = _kpi(str(carried.get("kpi", "")), acting)
    await _read(click, lambda db: service.require_may_change(db, kpi.key, acting))
    w, before = wording_in(click, acting), acting.kpis.settings(kpi.key)
    chosen = _as_far_as(click, before, kpi, acting)

    def shown(groups: Groups | None) -> Block:
        is_review = bool(carried.get("review"))
        return settings_forms.settings_form(kpi, chosen, str(carried.get("seen", "")), w, groups, is_review=is_review)

    async def with_groups() -> None:
        groups = await teams.read_groups(click.services)
        await click.services.slack.update_view(str((click.view or {})["id"]), shown(groups))

    if chosen.visibility is Visibility.TEAM:
        return Then(None, with_groups)
    return UpdateForm(shown(None))


def _as_far_as(click: Click, before: KpiSettings, kpi: Kpi, acting: Acting) -> KpiSettings:
    """What stands in the form by now; where a number in it is none yet, that one as it was."""
    try:
        return settings_forms.settings_chosen(click.state, before, kpi, acting.kpis)
    except DomainError:
        numbers = (settings_forms.ON_TRACK_FIELD, settings_forms.BEHIND_FIELD)
        others = {name: value for name, value in click.state.items() if name not in numbers}
        return settings_forms.settings_chosen(others, before, kpi, acting.kpis)


async def on_settings_form(sent: Submission) -> Reply:
    acting = await acting_in(sent)
    kpi = _kpi(str(sent.carried.get("kpi", "")), acting)
    before = acting.kpis.settings(kpi.key)
    try:
        chosen = settings_forms.settings_chosen(sent.inputs, before, kpi, acting.kpis)
        if sent.carried.get("seen") != settings_forms.fingerprint(before) and chosen != before:
            raise DomainError("kpis.defined_meanwhile")
        saved = await sent.services.storage.write(
            sent.workspace_id, lambda db: _decide(db, kpi, chosen, before, acting, sent)
        )
    except DomainError as refusal:
        place = settings_forms.PLACES.get(refusal.key)
        if place is None:
            raise
        return FormErrors(_placed({place: sent.t(refusal.key, **refusal.values)}, sent))
    done = UpdateForm(settings_forms.settings_done_form(kpi, saved, wording_in(sent, acting)))
    return Then(done, _reading(sent, saved.team)) if saved.team else done


def _decide(
    db: UnitOfWork, kpi: Kpi, chosen: KpiSettings, before: KpiSettings, acting: Acting, sent: Submission
) -> KpiSettings:
    saved = service.change_settings(db, kpi.key, chosen, acting, sent.key, before)
    if sent.carried.get("review") and saved != before:
        service.note_change(db, kpi.key, "", acting)
        return db.catalogue.read().settings(kpi.key)
    return saved


def _reading(sent: Submission, team: str) -> Callable[[], Awaitable[None]]:
    return lambda: teams.refresh(sent.services, sent.workspace_id, [team])


async def on_rights(command: Command) -> Reply:
    """The form for admins; for everybody else, what holds now."""
    acting = await acting_in(command)
    if command.words:
        raise DomainError("kpis.rights.alone")
    if acting.by.is_admin:
        return OpenForm(rights_views.rights_form(acting.policy, command.t))
    return Say(rights_views.rights_message(acting.policy, command.t))


async def on_rights_opened(click: Click) -> Reply:
    acting = await acting_in(click)
    if acting.by.is_admin:
        return OpenForm(rights_views.rights_form(acting.policy, click.t))
    return Say(rights_views.rights_message(acting.policy, click.t))


async def on_rights_form(sent: Submission) -> Reply:
    acting = await acting_in(sent)
    try:
        days_off = parse_days_off(sent.inputs.get(rights_views.DAYS_OFF_FIELD, ""), acting.today, sent.t.language)
    except DomainError as refusal:
        return FormErrors({rights_views.DAYS_OFF_FIELD: sent.t(refusal.key, **refusal.values)})
    policy = rights_views.policy_chosen(sent.inputs, days_off)
    saved = await sent.write_once(lambda db: service.change_policy(db, policy, acting))
    return UpdateForm(rights_views.rights_done_form(saved, sent.t))


def _kpi(key: str, acting: Acting) -> Kpi:
    """A KPI that a form or button carries. DomainError `core.stale` for one that this person does not see."""
    kpi = acting.kpis.get(key)
    if kpi is None:
        raise DomainError("core.stale")
    return kpi


async def _read(ctx: Context, work: Callable[[UnitOfWork], T]) -> T:
    return await ctx.services.storage.read(ctx.workspace_id, work)
