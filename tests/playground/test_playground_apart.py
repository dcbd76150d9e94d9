"""The playground is a program of its own: it could be cut out of this tree and would still run."""

import ast
from pathlib import Path

import pytest

import bot.playground

ROOT = Path(bot.playground.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_nothing_of_the_rest_and_stays_small(path):
    names = set(imported(path))

    assert not {name for name in names if name.split(".")[0] == "storage"}
    assert not {name for name in names if name.split(".")[0] == "bot" and not name.startswith("bot.playground")}
    assert not {name for name in names if name.split(".")[0] in ("slack_sdk", "slack_bolt")}
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


def test_the_modules_are_found():
    assert {"server.py", "actor.py", "chat.py", "whole.py"} <= {path.name for path in MODULES}
