"""`/checkin` and its settings."""

from datetime import date

from bot.checkins import service, views
from bot.commands import Registry
from bot.domain.dates import AmbiguousDate, parse_date
from bot.domain.errors import DomainError
from bot.domain.words import shown
from bot.interactions import Click, Command, Replace, Reply, Say
from bot.slack import ids


def register(registry: Registry) -> None:
    registry.opening("/checkin", on_opened)
    registry.command("/checkin", "language", "checkins", on_language)
    registry.command("/checkin", "timezone", "checkins", on_zone)
    registry.command("/checkin", "away", "checkins", on_away)
    registry.click(ids.LANGUAGE_CHOSEN, on_language_chosen)


async def on_opened(command: Command) -> Reply:
    waiting, asked = await command.services.storage.read(
        command.workspace_id, lambda db: service.read_waiting(db, command.member, command.now, command.t)
    )
    return Say(views.waiting_message(waiting, asked, command.zone, command.t))


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
    await context.services.storage.write(context.workspace_id, lambda db: service.choose_language(db, me, code))
    return Say(views.language_message(context.services.texts.t(code)))


async def on_zone(command: Command) -> Reply:
    if not command.words:
        raise DomainError("checkins.zone_missing", zone=command.zone)
    me, wish = command.member.id, command.words.strip()
    if len(wish) > len(shown(wish)):
        raise DomainError("checkins.zone_unknown", zone=shown(wish))
    zone = await command.services.storage.write(command.workspace_id, lambda db: service.choose_zone(db, me, wish))
    return Say(views.zone_message(zone, command.now, command.t))


async def on_away(command: Command) -> Reply:
    days = command.words.split()
    if not days:
        raise DomainError("checkins.away_missing")
    first = _day(days[0], command)
    last = _day(days[-1], command)
    me, today = command.member.id, command.today
    absence = await command.services.storage.write(
        command.workspace_id, lambda db: service.go_away(db, me, first, last, today)
    )
    return Say(views.away_message(absence, command.t))


def _day(text: str, command: Command) -> date:
    day = parse_date(shown(text), command.today, command.t.language)
    if isinstance(day, AmbiguousDate):
        raise DomainError("checkins.day_ambiguous", text=shown(text), example=command.today.isoformat())
    return day
