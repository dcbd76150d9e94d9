"""What the operator is given stays in step with the program: every metric of an alert exists, every alert and command
is explained, every setting of the deployments is one, and the containers are as closed as the documentation says."""

import configparser
import re
import shlex
import subprocess
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.domain.deliveries import DeliveryState
from bot.health import PATHS
from bot.metrics import Metrics
from bot.settings import SECRETS, Settings, env_name
from storage.checkups import Waiting

ROOT = Path(__file__).parents[2]
ALERTS = yaml.safe_load((ROOT / "deploy" / "alerts.yml").read_text(encoding="utf-8"))
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
OPERATING = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SETTINGS = {env_name(field) for field in Settings.model_fields}
KNOWN = SETTINGS | {f"{env_name(field)}_FILE" for field in SECRETS}
INSTRUCTIONS = [line for line in DOCKERFILE.replace("\\\n", " ").splitlines() if line.strip() and line[0] != "#"]
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]


def metrics_told() -> set[str]:
    """The name of every sample a running bot tells, the buckets of histograms among them."""
    metrics = Metrics("1")
    metrics.show(Waiting(dict.fromkeys(DeliveryState, 0), None, 0), 0, 0, 0, True)
    metrics._taken("click", 0.1)
    metrics._calls.labels("auth.test", "ok").inc()
    return {sample.name for family in metrics.registry.collect() for sample in family.samples}


class TestAlerts:
    def test_every_metric_they_name_exists(self) -> None:
        named = set(re.findall(r"denyut_\w+", " ".join(rule["expr"] for rule in RULES)))
        assert named
        assert named <= metrics_told()

    def test_one_that_does_not_exist_would_be_noticed(self) -> None:
        assert "denyut_ack_second_bucket" not in metrics_told()
        assert "denyut_ack_seconds_bucket" in metrics_told()

    @pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
    def test_each_says_what_it_means_and_the_documentation_what_to_do(self, rule: dict[str, Any]) -> None:
        assert rule["annotations"]["summary"].endswith(".")
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert f"**{rule['alert']}**" in OPERATING
        assert rule["expr"].count("(") == rule["expr"].count(")")

    def test_every_metric_is_explained(self) -> None:
        ours = {name for name in metrics_told() if name.startswith("denyut_") and not name.endswith("_created")}
        plain = {re.sub(r"_(bucket|sum|count)$", "", name) for name in ours}
        assert [name for name in sorted(plain) if f"`{name}" not in OPERATING] == []


class TestCompose:
    def test_the_bot_runs_twice_and_only_after_the_migration(self) -> None:
        bot = COMPOSE["services"]["denyut"]
        assert bot["deploy"]["replicas"] == 2
        assert bot["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
        assert COMPOSE["services"]["migrate"]["command"] == ["migrate"]
        assert COMPOSE["services"]["migrate"]["restart"] == "no"

    @pytest.mark.parametrize("name", ["denyut", "migrate", "database"])
    def test_nothing_but_its_volumes_can_be_written(self, name: str) -> None:
        service = COMPOSE["services"][name]
        assert service["read_only"] is True
        assert "/tmp" in service["tmpfs"]

    @pytest.mark.parametrize("name", ["denyut", "migrate"])
    def test_the_bot_has_no_privileges_and_no_open_port(self, name: str) -> None:
        service = COMPOSE["services"][name]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "ports" not in service, "metrics stay inside"

    def test_secrets_are_files_and_settings_are_settings(self) -> None:
        environment = COMPOSE["services"]["denyut"]["environment"]
        assert set(environment) <= KNOWN
        for name, value in environment.items():
            if name.endswith("_FILE"):
                secret = value.removeprefix("/run/secrets/")
                assert secret in COMPOSE["services"]["denyut"]["secrets"]
                assert secret in COMPOSE["secrets"]
        secrets = {env_name(field) for field in SECRETS}
        assert secrets.isdisjoint(environment)

    def test_every_secret_file_is_explained(self) -> None:
        for secret in COMPOSE["secrets"].values():
            assert secret["file"].removeprefix("./") in OPERATING


class TestImage:
    def of(self, word: str) -> list[str]:
        return [line.split(maxsplit=1)[1] for line in INSTRUCTIONS if line.startswith(f"{word} ")]

    def test_every_line_is_an_instruction(self) -> None:
        words = {line.split()[0] for line in INSTRUCTIONS}
        known = {"FROM", "RUN", "COPY", "ENV", "USER", "WORKDIR", "VOLUME", "EXPOSE", "STOPSIGNAL"}
        assert words <= known | {"HEALTHCHECK", "ENTRYPOINT", "CMD"}

    def test_what_runs_is_nobody_of_consequence(self) -> None:
        assert self.of("USER") == ["denyut"]
        after = INSTRUCTIONS[INSTRUCTIONS.index("USER denyut") :]
        assert not any(line.startswith(("RUN", "COPY")) for line in after)
        assert self.of("VOLUME") == ["/data"]

    def test_packages_are_checked_by_their_hashes(self) -> None:
        installs = [line for line in self.of("RUN") if "pip install" in line]
        assert "--require-hashes -r constraints.txt" in installs[0]
        assert "--no-deps" in installs[1]
        assert len(installs) == 2

    def test_it_is_built_from_what_is_not_ignored(self) -> None:
        ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
        let_in = {line[1:] for line in ignore if line.startswith("!")}
        copied = {part for line in self.of("COPY") if "--from" not in line for part in line.split()[:-1]}
        assert {part.removeprefix("./") for part in copied} == let_in
        assert "*" in ignore
        assert all((ROOT / name).exists() for name in let_in)

    def test_its_settings_are_settings_and_none_is_secret(self) -> None:
        names = {part.split("=")[0] for line in self.of("ENV") for part in shlex.split(line)}
        assert {name for name in names if name.startswith(("DENYUT", "SLACK", "DATABASE"))} <= SETTINGS
        assert names.isdisjoint({env_name(field) for field in SECRETS})

    def test_its_health_is_asked_for_where_it_is_told(self) -> None:
        (check,) = self.of("HEALTHCHECK")
        assert "/healthz" in check
        assert "/healthz" in PATHS
        code = check[check.index("CMD") + 3 :].strip()
        program = yaml.safe_load(code)
        assert program[:2] == ["python", "-c"]
        compile(program[2], "HEALTHCHECK", "exec")

    def test_it_has_the_version_of_python_that_is_asked_for(self) -> None:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        assert project["requires-python"] == ">=3.11"
        assert all(line.startswith("python:3.11-slim") for line in self.of("FROM"))


class TestUnit:
    def unit(self) -> configparser.ConfigParser:
        parsed = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
        parsed.optionxform = str  # type: ignore[assignment,method-assign]
        parsed.read(ROOT / "deploy" / "denyut.service", encoding="utf-8")
        return parsed

    def test_it_is_closed(self) -> None:
        service = self.unit()["Service"]
        for name, value in (
            ("DynamicUser", "yes"),
            ("ProtectSystem", "strict"),
            ("StateDirectory", "denyut"),
            ("NoNewPrivileges", "yes"),
            ("LimitCORE", "0"),
        ):
            assert service[name] == value
        assert service["RestartPreventExitStatus"] == "2"

    def test_its_settings_are_settings_and_secrets_are_credentials(self) -> None:
        text = (ROOT / "deploy" / "denyut.service").read_text(encoding="utf-8")
        given = re.findall(r"((?:DENYUT|SLACK|DATABASE)_[A-Z_]+)=", text)
        assert set(given) <= KNOWN
        credentials = set(re.findall(r"^LoadCredential=(\w+):", text, re.MULTILINE))
        assert credentials == set(re.findall(r"%d/(\w+)", text))
        assert {env_name(field) for field in SECRETS}.isdisjoint(given)


class TestAdmin:
    """`deploy/denyut-admin`, with a stand-in for systemd-run, and for the bot, that write down what they were given."""

    @pytest.fixture
    def run(self, tmp_path: Path) -> Callable[..., str]:
        """Runs it with these files in /etc/denyut; what the bot was called with."""
        etc, given, there = tmp_path / "etc", tmp_path / "given", tmp_path / "bin"
        for folder in (etc, given, there):
            folder.mkdir()
        bot = there / "denyut"
        bot.write_text('#!/bin/sh\nfor word in "$@"; do echo "word $word"; done\nenv | grep _FILE= | sort\n')
        # every credential that is asked for is put where the unit would find it; then the command itself
        (there / "systemd-run").write_text(
            "#!/bin/sh\n"
            f'export CREDENTIALS_DIRECTORY="{given}"\n'
            'while [ "$1" != /bin/sh ]; do\n'
            '    case "$1" in\n'
            "        --property=LoadCredential=*)\n"
            '            pair=${1#*=*=}; cp "${pair#*:}" "$CREDENTIALS_DIRECTORY/${pair%%:*}" ;;\n'
            "    esac\n"
            "    shift\n"
            'done\nexec "$@"\n'
        )
        script = (ROOT / "deploy" / "denyut-admin").read_text(encoding="utf-8")
        mine = tmp_path / "denyut-admin"
        mine.write_text(script.replace("/etc/denyut", str(etc)).replace("/opt/denyut/.venv/bin/denyut", str(bot)))
        for program in (bot, there / "systemd-run", mine):
            program.chmod(0o755)

        def run(files: Mapping[str, str], *words: str) -> str:
            for name, secret in files.items():
                (etc / name).write_text(secret)
            path = {"PATH": f"{there}:/usr/bin:/bin"}
            return subprocess.run([mine, *words], env=path, capture_output=True, text=True, check=True).stdout

        return run

    def test_it_hands_on_each_word_as_it_is(self, run: Callable[..., str]) -> None:
        assert run({}, "backup", "/a folder/b.zip") == "word backup\nword /a folder/b.zip\n"

    def test_it_takes_the_secrets_that_are_there_under_the_names_of_settings(self, run: Callable[..., str]) -> None:
        files = {"slack_bot_token": "xoxb-1", "denyut_secret_key": "k", "slack_app_token": ""}
        given = dict(line.split("=", 1) for line in run(files).splitlines())
        assert set(given) == {"SLACK_BOT_TOKEN_FILE", "DENYUT_SECRET_KEY_FILE"} <= KNOWN
        assert Path(given["SLACK_BOT_TOKEN_FILE"]).read_text() == "xoxb-1"

    def test_it_knows_every_secret(self) -> None:
        script = (ROOT / "deploy" / "denyut-admin").read_text(encoding="utf-8")
        (line,) = [line for line in script.splitlines() if line.startswith("for name in")]
        assert set(line.removeprefix("for name in ").removesuffix("; do").split()) == {
            env_name(field).lower() for field in SECRETS
        }
