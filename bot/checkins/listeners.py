"""`/checkin` and its settings."""

from collections.abc import Sequence
from typing import TypeVar

from bot import preferences
from bot.checkins import service, team, views
from bot.checkins.days_away import read_days, read_noted
from bot.checkins.hours import Hours, read_hours
from bot.commands import Registry
from bot.domain.errors import DomainError
from bot.domain.members import Member
from bot.domain.words import shown
from bot.interactions import Click, Command, Replace, Reply, Say
from bot.scoreboard import workdays_in
from bot.slack import ids
from storage import UnitOfWork

T = TypeVar("T")
_YES_NO = {True: "yes", False: "no"}


def register(registry: Registry) -> None:
    registry.opening("/checkin", on_opened)
    registry.command("/checkin", "language", "checkins", on_language)
    registry.command("/checkin", "timezone", "checkins", on_zone)
    registry.command("/checkin", "away", "checkins", on_away)
    registry.command("/checkin", "hours", "checkins", on_hours)
    registry.command("/checkin", "named", "checkins", on_named)
    registry.click(ids.LANGUAGE_CHOSEN, on_language_chosen)
    team.register(registry)


async def on_opened(command: Command) -> Reply:
    storage = command.services.storage
    waiting, asked = await storage.read(
        command.workspace_id, lambda db: service.read_waiting(db, command.member, command.now, command.t)
    )
    runs = await storage.read(command.workspace_id, lambda db: service.read_runs(db, command.member, command.now))
    return Say(views.waiting_message(waiting, asked, command.zone, command.t, runs))


async def on_language(command: Command) -> Reply:
    texts = command.services.texts
    if not command.words:
        names = [(code, texts.t(code)("checkins.language_name")) for code in texts.languages]
        return Say(views.language_question(names, command.t))
    wish = command.words.strip().casefold()
    for code in texts.languages:
        if wish == code or wish in texts.all_words(f"checkins.language_words.{code}"):
            return await _choose(command, code)
    raise DomainError("checkins.language_unknown", words=shown(command.words))


async def on_language_chosen(click: Click) -> Reply:
    code = str(click.value.get("language", ""))
    if code not in click.services.texts.languages:
        raise DomainError("core.stale")
    said = await _choose(click, code)
    return Replace(said.message)


async def _choose(context: Command | Click, code: str) -> Say:
    me = context.member.id
    await context.write_once(lambda db: preferences.choose_language(db, me, code))
    return Say(views.language_message(context.services.texts.t(code)))


async def on_zone(command: Command) -> Reply:
    if not command.words:
        raise DomainError("checkins.zone_missing", zone=command.zone)
    me, wish = command.member.id, command.words.strip()
    if len(wish) > len(shown(wish)):
        raise DomainError("checkins.zone_unknown", zone=shown(wish))
    zone = await command.write_once(lambda db: preferences.choose_zone(db, me, wish))
    return Say(views.zone_message(zone, command.now, command.t))


async def on_away(command: Command) -> Reply:
    days = command.words.split()
    if not days:
        raise DomainError("checkins.away_missing")
    if days[0].casefold() in command.services.texts.all_words("checkins.away_cancel_words"):
        return await _cancel_absence(days[1:], command)
    first, last = read_days(command.words, command.today, command.t.language)
    me, today = command.member.id, command.today
    absence = await command.write_once(lambda db: preferences.go_away(db, me, first, last, today))
    return Say(views.away_message(absence, command.t))


async def _cancel_absence(days: Sequence[str], command: Command) -> Reply:
    if not days:
        raise DomainError("checkins.away_cancel_missing")
    meant, me = read_noted(" ".join(days), command.today, command.t.language), command.member.id
    cancelled = await command.write_once(lambda db: preferences.cancel_absences(db, me, meant))
    return Say(views.away_cancelled_message(cancelled, command.t))


async def on_named(command: Command) -> Reply:
    """`/checkin named yes`; without words, what holds now."""
    wish, texts, me = command.words.strip().casefold(), command.services.texts, command.member.id
    if not wish:
        return Say(views.named_message(command.member.may_be_named, command.t, asked=True))
    answers = {word: may for may in (True, False) for word in texts.all_words(f"checkins.named_words.{_YES_NO[may]}")}
    if wish not in answers:
        raise DomainError("checkins.named_unclear", words=shown(command.words))
    may = answers[wish]
    await command.write_once(lambda db: preferences.choose_named(db, me, may))
    return Say(views.named_message(may, command.t))


async def on_hours(command: Command) -> Reply:
    """`/checkin hours 10:00 16:00`, `/checkin hours off fri`; without words, what holds now."""
    if not command.words:
        return Say(views.hours_message(command.member, command.t, asked=True))
    wish, me, country = (
        read_hours(command.words, command.services.texts),
        command.member,
        command.services.settings.country,
    )

    def work(db: UnitOfWork) -> Member:
        if isinstance(wish, Hours):
            return preferences.choose_hours(db, me, wish.starts, wish.ends)
        workdays = workdays_in(country, db.catalogue.policy().days_off)
        return preferences.choose_weekdays(db, me, wish.weekdays, workdays, command.today)

    member = await command.write_once(work)
    return Say(views.hours_message(member, command.t))
