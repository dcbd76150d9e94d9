"""The commands in the guides can be typed as they stand there: each `denyut …` is one that the command line takes, each
block for a shell is shell, and what they name in the repository exists. Nothing of it is run here."""

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from bot.cli import app

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
OPERATING = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
GUIDES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]
BLOCK = re.compile(r"^```\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = BLOCK.findall(OPERATING)
QUOTED = [each for guide in GUIDES for each in re.findall(r"`([^`\n]+)`", BLOCK.sub("", guide.read_text("utf-8")))]
OTHER_FORMS = ("services:\n", "[Service]\n", "denyut.example.com {", "SLACK_CLIENT_ID=", "30 2 * * *")
"""How the blocks begin that are no shell: compose, systemd, Caddy, `.env`, crontab."""
SHELL = [block for block in BLOCKS if not block.startswith(OTHER_FORMS)]
CALL = re.compile(r"(?<![@\w./-])(?:\.venv/bin/denyut|/opt/denyut/deploy/denyut-admin|denyut) ([a-z][^\n;&|>'`]*)")
IN_A_CONTAINER = re.compile(r"docker compose [^\n;&|>'`]*?\bdenyut\b")
"""What stands before the words of a command there; the last of it is the name of the service."""


def calls(*commands: str) -> list[list[str]]:
    """The words behind each `denyut` in what is typed into a shell."""
    written = [re.sub(r"\$\([^()]*\)", "X", each.replace("\\\n", " ")) for each in commands]
    return [shlex.split(words) for each in written for words in CALL.findall(IN_A_CONTAINER.sub("", each))]


def parses(words: list[str]) -> bool:
    """Whether the command line would take these words. Nothing is run."""
    command: Any = get_command(app)
    name = "denyut"
    while hasattr(command, "commands"):
        if not words or words[0] not in command.commands:
            return False
        name, *words = words
        command = command.commands[name]
    try:
        command.make_context(name, list(words))
    except Exception as trouble:  # the command line's own errors have no public name
        if type(trouble).__name__ not in ("NoSuchOption", "MissingParameter", "UsageError", "BadParameter"):
            raise
        return False
    return True


class TestDocumentedCommands:
    def test_each_block_is_one_the_command_line_takes(self) -> None:
        found = calls(*BLOCKS)
        assert [words for words in found if not parses(words)] == []
        assert {words[0] for words in found} == {"migrate", "doctor", "run", "backup", "restore"}
        assert len(found) > 10

    def test_so_is_each_that_is_named_in_the_text(self) -> None:
        found = calls(*QUOTED)
        assert [words for words in found if not parses(words) and not parses([*words, "WHAT"])] == []
        assert {"audit", "privacy-check", "member"} <= {words[0] for words in found}

    @pytest.mark.parametrize(
        "words", [["restor", "b.zip"], ["restore"], ["restore", "--forced", "b.zip"], ["backup", "a", "b"], ["member"]]
    )
    def test_one_it_does_not_take_would_be_noticed(self, words: list[str]) -> None:
        assert not parses(words)
        said = shlex.join(words)
        ways = f".venv/bin/denyut {said}\n", f"x=1 denyut {said} && b", f"docker compose exec -T denyut denyut {said}"
        assert calls(*ways) == [words] * len(ways)

    @pytest.mark.parametrize("block", SHELL)
    def test_each_block_is_shell(self, block: str) -> None:
        checked = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True)
        assert (checked.returncode, checked.stderr) == (0, "")

    def test_one_that_is_not_would_be_noticed(self) -> None:
        assert len(SHELL) > 10
        assert (
            subprocess.run(["bash", "-n"], input="for a in b; do echo", capture_output=True, text=True).returncode != 0
        )

    def test_services_in_compose_commands_exist(self) -> None:
        lines = [line for block in SHELL for line in block.splitlines() if "docker compose" in line]
        named = {
            word for line in lines for word in re.findall(r"(?:stop|start|-q|exec(?: -T)?|--build|sh|tar) (\w+)", line)
        }
        assert {"denyut", "migrate"} <= named <= {*COMPOSE["services"], "sh"}

    def test_files_it_names_in_the_repository_exist(self) -> None:
        named = set(re.findall(r"/opt/denyut/((?:deploy|docs)/[\w.-]+)", OPERATING))
        assert {"deploy/denyut.service", "deploy/denyut-admin"} <= named
        assert [name for name in named if not (ROOT / name).exists()] == []
