"""Starting the playground from the command line, and what it says when it cannot."""

import socket
import subprocess
import sys

import pytest

from bot.playground.app_manifest import load_manifest
from bot.playground.workspace_file import WorkspaceError, workspace_from

RUN = [sys.executable, "-m", "bot.playground"]
MANIFEST = "display_information: {name: Denyut}\n"


@pytest.fixture
def manifest_path(tmp_path):
    path = tmp_path / "manifest.yml"
    path.write_text(MANIFEST)
    return path


def run(*arguments):
    return subprocess.run([*RUN, *map(str, arguments)], capture_output=True, text=True, timeout=30)


def test_a_port_in_use_is_one_line_and_code_2(manifest_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("--port", port, "--manifest", manifest_path)

    assert done.returncode == 2
    assert done.stderr == f"playground: cannot listen on 127.0.0.1: port {port} is in use; choose another with --port\n"


def test_a_missing_or_broken_file_is_one_line_and_code_2(tmp_path, manifest_path):
    missing = run("--port", 0, "--manifest", tmp_path / "nothing.yml")
    broken = tmp_path / "workspace.yml"
    broken.write_text("users: [{id: U1, name: a, colour: red}]")
    wrong = run("--port", 0, "--manifest", manifest_path, "--workspace", broken)

    for done in (missing, wrong):
        assert done.returncode == 2
        assert done.stderr.startswith("playground: ")
        assert done.stderr.count("\n") == 1
    assert "colour" in wrong.stderr


def test_it_says_where_it_listens_and_stops_when_told(manifest_path):
    process = subprocess.Popen(
        [*RUN, "--port", "0", "--manifest", str(manifest_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        line = process.stdout.readline()
        process.terminate()
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.stdout.close()
        process.wait()
    assert line.startswith("playground listening on http://127.0.0.1:")


@pytest.mark.parametrize(
    "content",
    [
        {"users": [{"id": "U1", "name": "a"}, {"id": "U1", "name": "b"}]},
        {"users": [{"id": "U1", "name": "a"}], "channels": [{"id": "C1", "name": "c", "members": ["U2"]}]},
        {"channels": [{"id": "C1"}]},
        {"groups": [{"id": "S1"}]},
        {"groups": [{"id": "S1", "handle": "a", "colour": "red"}]},
        {"groups": [{"id": "S1", "handle": "a", "members": ["U2"]}]},
        {"groups": [{"id": "S1", "handle": "a"}, {"id": "S2", "handle": "a"}]},
    ],
)
def test_a_workspace_with_a_mistake_is_refused(content, manifest_path):
    with pytest.raises(WorkspaceError):
        workspace_from(content, load_manifest(manifest_path), 0)


def test_each_person_has_direct_messages_with_the_app(manifest_path):
    content = {"users": [{"id": "U1", "name": "a"}, {"id": "U2", "name": "b"}]}

    workspace = workspace_from(content, load_manifest(manifest_path), 0)

    assert {each.id for each in workspace.channels.values()} == {"D1", "D2"}
    assert [each.id for each in workspace.people] == ["U1", "U2"]
