"""What happens when somebody changes their settings on Home: parse, one service call, one view."""

from datetime import date
from typing import TypeVar

from bot.commands import Registry
from bot.domain.errors import DomainError
from bot.domain.preferences import Preferences
from bot.home import service, settings_views
from bot.interactions import Click, Context, FormErrors, OpenForm, Reply, Submission, UpdateForm
from bot.slack import ids

T = TypeVar("T")


def register(registry: Registry) -> None:
    registry.click(ids.SETTINGS_OPENED, on_settings_opened)
    registry.form(ids.SETTINGS_FORM, on_settings_form)
    registry.click(ids.AWAY_OPENED, on_away_opened)
    registry.form(ids.AWAY_FORM, on_away_form)
    registry.click(ids.AWAY_REMOVED, on_away_removed)


async def on_settings_opened(click: Click) -> Reply:
    texts = click.services.texts
    names = [(code, texts.t(code)("checkins.language_name")) for code in texts.languages]
    return OpenForm(settings_views.settings_form(_preferences(click), names, click.t))


async def on_settings_form(sent: Submission) -> Reply:
    chosen = settings_views.preferences_chosen(sent.inputs, sent.services.texts.languages)
    before, country = _preferences(sent), sent.services.settings.country
    try:
        saved = await sent.write_once(
            lambda db: service.save_preferences(db, sent.member.id, before, chosen, country, sent.today)
        )
    except DomainError as refusal:
        return _refused(refusal, sent)
    return UpdateForm(settings_views.saved_form(saved, sent.services.texts.t(saved.language)))


async def on_away_opened(click: Click) -> Reply:
    return OpenForm(settings_views.away_form(click.today, click.t))


async def on_away_form(sent: Submission) -> Reply:
    first, last = (_day(sent.inputs.get(name, "")) for name in (settings_views.FIRST, settings_views.LAST))
    try:
        absence = await sent.write_once(lambda db: service.add_absence(db, sent.member.id, first, last, sent.today))
    except DomainError as refusal:
        return _refused(refusal, sent)
    return UpdateForm(settings_views.away_saved_form(absence, sent.t))


async def on_away_removed(click: Click) -> Reply:
    """Home without these days is the answer."""
    first, last = (_day(str(click.value.get(name, ""))) for name in (settings_views.FIRST, settings_views.LAST))
    await click.write_once(lambda db: service.remove_absence(db, click.member.id, first, last))
    return None


def _preferences(ctx: Context) -> Preferences:
    return Preferences.of(ctx.member, ctx.t.language, ctx.zone)


def _refused(refusal: DomainError, sent: Submission) -> Reply:
    """The sentence under the input that it is about."""
    place = settings_views.FIELDS.get(refusal.key)
    if place is None:
        raise refusal
    return FormErrors({place: sent.t(refusal.key, **refusal.values)})


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DomainError("core.stale") from None
