"""The command line of the playground: `python -m bot.playground`. It reads the arguments and serves until stopped."""

import argparse
import asyncio
import errno
import signal
import sys
from datetime import datetime

from bot.playground.app_manifest import ManifestError
from bot.playground.local_slack import Tokens
from bot.playground.server import HOST, Playground
from bot.playground.workspace_file import WorkspaceError


def _arguments(given: list[str] | None) -> argparse.Namespace:
    standard = Tokens()
    parser = argparse.ArgumentParser(prog="python -m bot.playground", description="A local Slack for trying the bot.")
    parser.add_argument("--port", type=int, default=8787, help="0 takes a free port")
    parser.add_argument("--manifest", default="manifest.yml")
    parser.add_argument("--workspace", help="YAML file with users and channels; a small workspace without it")
    parser.add_argument("--now", type=_moment, help="where the clock starts, for example 2026-11-26T15:00+07:00")
    parser.add_argument("--request-url", type=_address, help="send payloads here as signed HTTP, not by Socket Mode")
    parser.add_argument("--redirect-url", type=_address, help="where people go back to who installed the app")
    parser.add_argument("--not-installed", action="store_true", help="somebody has to install the app first")
    parser.add_argument("--bot-token", default=standard.bot)
    parser.add_argument("--app-token", default=standard.app)
    parser.add_argument("--signing-secret", default=standard.signing_secret)
    return parser.parse_args(given)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"not an ISO moment: {text}") from error
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("the moment needs an offset, as in 2026-11-26T15:00+07:00")
    return moment


def _address(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError(f"not an http address: {text}")
    return text


async def _serve(playground: Playground) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(name, stopped.set)
        except NotImplementedError:  # Windows: Ctrl-C arrives as KeyboardInterrupt
            continue
    async with playground:
        sys.stdout.write(f"playground listening on {playground.url}\n")
        sys.stdout.flush()
        await stopped.wait()


def main(given: list[str] | None = None) -> int:
    """Runs the playground; 0 after a stop, 2 with one line on stderr when it cannot start."""
    arguments = _arguments(given)
    tokens = Tokens(arguments.bot_token, arguments.app_token, arguments.signing_secret)
    try:
        playground = Playground(
            manifest=arguments.manifest,
            workspace=arguments.workspace,
            port=arguments.port,
            now=arguments.now,
            request_url=arguments.request_url,
            tokens=tokens,
            is_installed=not arguments.not_installed,
            redirect_url=arguments.redirect_url,
        )
        asyncio.run(_serve(playground))
    except KeyboardInterrupt:
        return 0
    except (ManifestError, WorkspaceError) as error:
        return _refuse(str(error))
    except (OSError, OverflowError) as error:
        in_use = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        why = f"port {arguments.port} is in use; choose another with --port" if in_use else str(error)
        return _refuse(f"cannot listen on {HOST}: {why}")
    return 0


def _refuse(why: str) -> int:
    sys.stderr.write(f"playground: {why}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
