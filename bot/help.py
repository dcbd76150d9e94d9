"""`help` of every command, generated from the registry, and what is said to a mistyped sub-command."""

from collections.abc import Awaitable, Callable

from bot.commands import Registry, SubCommand
from bot.domain.errors import DomainError
from bot.domain.words import shown
from bot.i18n import Translator
from bot.interactions import Command, Reply, Say
from bot.slack.blocks import Message, context, section

COMMANDS = ("/kpi", "/pulse", "/checkin")


def register(registry: Registry) -> None:
    async def on_help(command: Command) -> Reply:
        return Say(help_message(registry, command.command, command.t))

    for command in COMMANDS:
        registry.command(command, "help", "help", on_help)


def unknown_command(registry: Registry) -> Callable[[Command], Awaitable[Reply]]:
    """The answer to words no sub-command knows: the nearest one, or the help. Changes nothing."""

    async def on_unknown(command: Command) -> Reply:
        if not command.words:
            return Say(help_message(registry, command.command, command.t))
        word = command.words.split()[0]
        guess = registry.guesses.get(command.command)
        meant = await guess(command) if guess else None
        nearest = meant or registry.suggestion(command.command, word, command.t)
        if nearest:
            raise DomainError("help.did_you_mean", word=shown(word), command=command.command, nearest=nearest)
        raise DomainError("help.unknown", word=shown(word), command=command.command)

    return on_unknown


def help_of(registry: Registry, sub: SubCommand) -> Callable[[Command], Awaitable[Reply]]:
    """The answer to a sub-command followed by "help": its own line."""

    async def on_help(command: Command) -> Reply:
        line = _line(registry, sub, command.t)
        return Say(Message(line, (section(line),)))

    return on_help


def help_message(registry: Registry, command: str, t: Translator) -> Message:
    """Every sub-command with its usage and one line of what it does."""
    lines = [_line(registry, sub, t) for sub in registry.listed(command)]
    title = t("help.title", command=command)
    return Message(
        "\n".join((title, *lines)), (section(f"*{title}*"), section("\n".join(lines)), context(t("help.languages")))
    )


def _line(registry: Registry, sub: SubCommand, t: Translator) -> str:
    usage = t(sub.usage_key) if sub.usage_key in t else ""
    return f"`{' '.join(filter(None, (sub.command, registry.spoken_name(sub, t), usage)))}` {t(sub.help_key)}"
