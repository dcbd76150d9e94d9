"""What stands in the way of a start is one line that says what to do, and exit code 2."""

import socket

import pytest

from tests.e2e.conftest import Company, Open

NOT_A_DATABASE = "sqlite:////proc/version"


@pytest.mark.parametrize(
    ("settings", "arguments", "said"),
    [
        pytest.param({"SLACK_BOT_TOKEN": "xoxb-wrong"}, (), "SLACK_BOT_TOKEN (invalid_auth)", id="bot token refused"),
        pytest.param({"SLACK_APP_TOKEN": "xapp-wrong"}, (), "SLACK_APP_TOKEN (invalid_auth)", id="app token refused"),
        pytest.param({"SLACK_BOT_TOKEN": "secret"}, (), "SLACK_BOT_TOKEN must be", id="not a bot token"),
        pytest.param({"SLACK_BOT_TOKEN": ""}, (), "SLACK_BOT_TOKEN is missing", id="no bot token"),
        pytest.param({"SLACK_APP_TOKEN": ""}, ("--socket",), "SLACK_APP_TOKEN is missing", id="no app token"),
        pytest.param({"SLACK_SIGNING_SECRET": ""}, ("--http",), "SLACK_SIGNING_SECRET is missing", id="no secret"),
        pytest.param({"DENYUT_CLOCK_URL": "http://127.0.0.1:9/clock"}, (), "DENYUT_CLOCK_URL", id="no clock"),
        pytest.param({"DATABASE_URL": "oracle://x/y"}, (), "DATABASE_URL", id="unknown database"),
        pytest.param({"DATABASE_URL": NOT_A_DATABASE}, (), "/proc/version", id="not a database"),
        pytest.param({"DATABASE_URL": "sqlite:////proc/no/denyut.db"}, (), "/proc/no", id="no folder"),
        pytest.param({"DENYUT_DATA_DIR": "/proc/no"}, (), "/proc/no", id="data folder"),
        pytest.param({"DENYUT_TIMEZONE": "Mars/Base"}, (), "DENYUT_TIMEZONE", id="zone"),
        pytest.param({"DENYUT_HTTP_PORT": "0"}, ("--http",), "DENYUT_HTTP_PORT", id="port zero"),
        pytest.param({"DENYUT_HTTP_HOST": "203.0.113.7"}, ("--http",), "203.0.113.7", id="another machine's address"),
        pytest.param({}, ("--http", "--socket"), "--http", id="both ways"),
    ],
)
async def test_a_start_that_fails_is_one_line(
    new_company: Open, settings: dict[str, str], arguments: tuple[str, ...], said: str
) -> None:
    company = await new_company()
    assert one_line(await company.denyut("run", *arguments, **settings), said)
    company.playground.slack.traffic.violations.clear()  # a token that Slack refuses is one, and meant here


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        pytest.param({"SLACK_API_URL": "http://127.0.0.1:9/api/"}, "Slack cannot be reached", id="no Slack"),
        pytest.param({"DATABASE_URL": "postgresql://127.0.0.1:9/x"}, "database", id="no PostgreSQL"),
    ],
)
async def test_what_may_be_over_later_has_an_exit_code_of_its_own(
    new_company: Open, settings: dict[str, str], said: str
) -> None:
    """The unit starts it again after this one, and not after 2: a machine that is up before its network gets a bot."""
    company = await new_company()
    assert one_line(await company.denyut("run", **settings), said, 75)


async def test_a_port_in_use_is_said(new_company: Open) -> None:
    company = await new_company()
    with socket.create_server(("127.0.0.1", company.bot_port)):
        ended = await company.denyut("run", "--http", DENYUT_HTTP_PORT=str(company.bot_port))
    assert one_line(ended, f"Port {company.bot_port}")


async def test_a_second_bot_on_the_same_data_is_refused(company: Company) -> None:
    assert one_line(await company.denyut("run"), "denyut.db")
    assert company.bot.process.returncode is None


async def test_without_anything_wrong_it_starts(new_company: Open) -> None:
    company = await new_company()
    await company.start()
    assert company.bot.stderr.count("\n") <= 2
    assert await company.bot.stop() == 0


def one_line(ended: tuple[int, str, str], said: str, expected: int = 2) -> bool:
    code, output, errors = ended
    assert code == expected, errors
    assert output == ""
    assert errors.startswith("denyut: "), errors
    assert errors.count("\n") == 1, errors
    assert said in errors, errors
    return True
