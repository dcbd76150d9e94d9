"""What must stay in step: manifest and code, settings and `.env.example`, sub-commands and their texts, the map and the
house, and no side effects at import.
"""

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from jsonschema.validators import validator_for

from bot import __version__
from bot.app import FEATURES, build_registry
from bot.help import COMMANDS
from bot.i18n import load
from bot.slack import ids
from bot.slack.scopes import EVENTS, SCOPES

ROOT = Path(__file__).parents[2]
MANIFEST = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
SCHEMA = ROOT.parent / "shared" / "data" / "slack-manifest.schema.json"

texts = load("en")
registry = build_registry(texts)

# Web API methods and the scope each needs, from docs.slack.dev/reference/methods; None: any token will do
METHOD_SCOPES = {
    "auth_test": None,
    "auth_teams_list": None,
    "bots_info": "users:read",
    "chat_postMessage": "chat:write",
    "chat_update": "chat:write",
    "views_open": None,
    "views_push": None,
    "views_update": None,
    "views_publish": None,
    "users_info": "users:read",
    "users_list": "users:read",
    "conversations_open": "im:write",
    "conversations_info": "channels:read",
    "conversations_members": "channels:read",
    "conversations_history": "channels:history",
    "conversations_replies": "channels:history",
    "files_info": "files:read",
    "files_getUploadURLExternal": "files:write",
    "files_completeUploadExternal": "files:write",
    "usergroups_list": "usergroups:read",
    "usergroups_users_list": "usergroups:read",
}


class TestManifest:
    def test_asks_for_exactly_the_scopes_the_code_names(self) -> None:
        assert sorted(MANIFEST["oauth_config"]["scopes"]["bot"]) == sorted(SCOPES)

    def test_lists_exactly_the_commands_that_are_registered(self) -> None:
        commands = {command["command"] for command in MANIFEST["features"]["slash_commands"]}
        assert commands == set(COMMANDS) == set(registry.sub_commands)
        assert all(command["should_escape"] for command in MANIFEST["features"]["slash_commands"])

    def test_subscribes_to_exactly_the_events_that_are_handled(self) -> None:
        assert set(MANIFEST["settings"]["event_subscriptions"]["bot_events"]) == EVENTS == set(registry.events)

    def test_covers_every_method_the_gateway_calls(self) -> None:
        called: set[str] = set()
        for path in (ROOT / "bot" / "slack").glob("*.py"):
            called |= set(re.findall(r"client\.([a-z]+_[a-zA-Z_]+)\b", path.read_text(encoding="utf-8")))
        called = {
            name
            for name in called
            if re.match(r"(auth|chat|views|users|usergroups|conversations|files|bots|team)_", name)
        }
        assert called, "the search finds the calls at all"
        assert called <= set(METHOD_SCOPES)
        assert {METHOD_SCOPES[name] for name in called} - {None} <= set(SCOPES)

    @pytest.mark.skipif(not SCHEMA.exists(), reason="Slack's manifest schema lies outside the repository")
    def test_is_valid_for_slack(self) -> None:
        schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
        assert not list(validator_for(schema)(schema).iter_errors(MANIFEST))


class TestSubCommands:
    @pytest.mark.parametrize("language", texts.languages)
    def test_each_has_words_and_a_line_of_help_in_every_language(self, language: str) -> None:
        t = texts.t(language)
        for command in COMMANDS:
            for sub in registry.listed(command):
                assert t.words(sub.words_key), sub.words_key
                assert t(sub.help_key)

    def test_english_help_names_the_sub_command_itself(self) -> None:
        for command in COMMANDS:
            for sub in registry.listed(command):
                assert registry.spoken_name(sub, texts.t("en")) == sub.name

    def test_a_name_taken_twice_is_refused_at_start(self) -> None:
        async def handler(_: object) -> None: ...

        with pytest.raises(ValueError, match="twice"):
            registry.command("/kpi", "help", "help", handler)  # type: ignore[arg-type]


class TestIds:
    def test_every_id_is_used_once(self) -> None:
        values = [value for name, value in vars(ids).items() if name.isupper() and isinstance(value, str)]
        assert len(values) == len(set(values))

    def test_every_click_and_form_has_an_id_of_the_list(self) -> None:
        values = {value for name, value in vars(ids).items() if name.isupper() and isinstance(value, str)}
        assert set(registry.clicks) | set(registry.forms) <= values

    def test_every_id_of_the_list_is_handled(self) -> None:
        """Inputs are read with their form, and a note has nothing to send."""
        quiet = ("_INPUT", "_NOTE")
        handled = set(registry.clicks) | set(registry.forms)
        forgotten = {
            name
            for name, value in vars(ids).items()
            if name.isupper() and isinstance(value, str) and not name.endswith(quiet) and value not in handled
        }
        assert not forgotten


def modules() -> list[str]:
    paths = [*(ROOT / "bot").rglob("*.py"), *(ROOT / "storage").rglob("*.py")]
    names = (".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths if "versions" not in path.parts)
    return sorted(name.removesuffix(".__init__") for name in names if not name.endswith(("__main__", "migrations.env")))


def test_importing_everything_has_no_side_effects() -> None:
    """Every module is imported with sockets, threads and engines forbidden."""
    code = "\n".join(
        (
            "import importlib, socket, threading, sqlalchemy, sqlmodel, hypothesis",
            "def no(*a, **k): raise AssertionError('a side effect at import')",
            "import aiohttp, slack_bolt.async_app, uvicorn, holidays, babel, apscheduler.schedulers.asyncio",
            "socket.socket.connect = no; threading.Thread.start = no; sqlalchemy.create_engine = no",
            f"for name in {modules()!r}: importlib.import_module(name)",
        )
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr


def test_help_is_told_without_loading_bolt_or_sqlmodel() -> None:
    code = "import sys; sys.argv=['denyut','--help']\n"
    code += "try:\n import bot.__main__; bot.__main__.main()\nexcept SystemExit: pass\n"
    code += "print(sorted({'slack_bolt','sqlmodel','sqlalchemy','aiohttp','babel'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_version_is_told_without_loading_the_command_line() -> None:
    code = "import sys; sys.argv=['denyut','--version']\nimport bot.__main__; bot.__main__.main()\n"
    code += "print(sorted({'typer', 'asyncio', 'bot.cli'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.splitlines() == [__version__, "[]"]


def test_no_module_is_too_long_to_read_in_one_sitting() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for folder in ("bot", "storage")
        for path in (ROOT / folder).rglob("*.py")
        if "versions" not in path.parts and (lines := len(path.read_text(encoding="utf-8").splitlines())) > 350
    }
    assert not long


def test_every_module_says_what_belongs_there() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for folder in ("bot", "storage")
        for path in (ROOT / folder).rglob("*.py")
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent


def test_everything_is_caught_in_four_places_only() -> None:
    """Around a listener, a job, the wording of a delivery, and in the writer thread, which hands it to who waits."""
    broad = {
        str(path.relative_to(ROOT))
        for folder in ("bot", "storage")
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")))
    }
    writers = {"storage/group_commit.py", "storage/writer.py"}
    assert broad <= {"bot/middleware.py", "bot/scheduler.py", "bot/worded.py", *writers}


def test_the_map_names_every_room_of_the_house() -> None:
    """docs/architecture.md shows the tree; it must be the real one, down to packages and core modules."""
    drawn = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = [path for path in (ROOT / "bot").iterdir() if path.name[0] not in "_." and path.name != "py.typed"]
    rooms += [path for path in (ROOT / "storage").iterdir() if path.name[0] not in "_."]
    rooms += list((ROOT / "bot" / "domain").glob("[a-z]*.py"))
    missing = sorted(str(room.relative_to(ROOT)) for room in rooms if room.name not in drawn)
    assert not missing


def test_the_import_contracts_name_every_room() -> None:
    """A new module is not silently left out of the rules."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {each["name"]: each for each in settings["tool"]["importlinter"]["contracts"]}
    rooms = {
        f"bot.{path.stem}"
        for path in (ROOT / "bot").iterdir()
        if (path.suffix == ".py" and not path.stem.startswith("__")) or (path / "__init__.py").exists()
    }
    without_playground = rooms - {"bot.playground"}
    assert rooms - {"bot.domain"} <= set(contracts["The domain is pure"]["forbidden_modules"])
    assert rooms - {"bot.domain"} <= set(
        contracts["Storage knows the domain and nothing else of the bot"]["forbidden_modules"]
    )
    assert without_playground <= set(contracts["The playground knows nothing of the bot"]["forbidden_modules"])
    assert without_playground <= set(contracts["The bot does not know the playground"]["source_modules"])
    assert rooms - {"bot.scheduler"} <= set(contracts["Only the scheduler knows APScheduler"]["source_modules"])


def test_every_feature_has_the_fixed_role_files() -> None:
    for feature in FEATURES:
        if feature.__name__ in ("bot.help", "bot.notices", "bot.roster"):
            continue  # core rooms that register something, too small for a folder
        folder = Path(feature.__file__).parent
        assert {"listeners.py", "views.py", "service.py"} <= {path.name for path in folder.glob("*.py")}, folder.name
