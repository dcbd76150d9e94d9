"""What `denyut doctor` says of Slack: a token that is refused and a network that is down call for different things."""

import json

import pytest

from tests.e2e.conftest import Open


@pytest.mark.parametrize(
    ("settings", "said", "fix"),
    [
        ({"SLACK_APP_TOKEN": "xapp-wrong"}, "does not accept the app token (invalid_auth)", "connections:write"),
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "does not accept the bot token (invalid_auth)", "SLACK_BOT_TOKEN"),
        ({"SLACK_API_URL": "http://127.0.0.1:9/api/"}, "cannot be asked at http://127.0.0.1:9/api/", "network"),
    ],
)
async def test_each_trouble_has_its_own_fix(new_company: Open, settings: dict[str, str], said: str, fix: str) -> None:
    company = await new_company()
    await company.denyut("migrate")
    code, output, errors = await company.denyut("doctor", "--json", **settings)
    assert (code, errors) == (1, "")
    (found,) = [each for each in json.loads(output) if not each["ok"]]
    assert said in found["what"]
    assert fix in found["fix"]
    company.playground.slack.traffic.violations.clear()  # a token that Slack refuses is one, and meant here


async def test_where_all_is_well_both_tokens_are_known_to_be(new_company: Open) -> None:
    company = await new_company()
    await company.denyut("migrate")
    code, output, _ = await company.denyut("doctor", "--json")
    found = json.loads(output)
    assert code == 0
    assert all(each["ok"] for each in found)
    assert {"Slack accepts the app token", "All scopes are granted"} <= {each["what"] for each in found}
    assert company.playground.connections == 0, "it opens no connection, on which Slack would send what people click"
