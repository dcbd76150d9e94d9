"""Settings: where they come from, which are refused and with what words, and that `.env.example` names them all."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.settings import SECRETS, Settings, SettingsError, env_name, load

ROOT = Path(__file__).parents[1]
SECRET = "the-secret-itself-0123456789abcdef"
PLAYGROUND = "http://127.0.0.1:8765/api/"


def test_without_any_setting_everything_has_its_default() -> None:
    settings = load({}, env_file=None)
    assert (settings.slack_bot_token, settings.slack_app_token, settings.secret_key) == (None, None, None)
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.data_dir == Path("data")
    assert settings.database_url == "sqlite:///data/denyut.db"
    assert (settings.locale, settings.timezone, settings.country, settings.currency) == (
        "en",
        "Asia/Jakarta",
        "ID",
        "IDR",
    )
    assert (settings.charts, settings.http_host, settings.http_port) == ("auto", "127.0.0.1", 3000)
    assert (settings.log_level, settings.log_format, settings.clock_url) == ("INFO", "text", "")


def test_every_variable_reaches_its_field() -> None:
    given = {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "SLACK_SIGNING_SECRET": "signing",
        "SLACK_CLIENT_ID": "1.2",
        "SLACK_CLIENT_SECRET": "client",
        "SLACK_API_URL": "http://127.0.0.1:8765/api",
        "DATABASE_URL": "postgresql://u:p@db/denyut",
        "DENYUT_DATA_DIR": "/srv/denyut",
        "DENYUT_SECRET_KEY": SECRET,
        "DENYUT_LOCALE": "ID",
        "DENYUT_TIMEZONE": "Europe/Amsterdam",
        "DENYUT_COUNTRY": "nl",
        "DENYUT_CURRENCY": "eur",
        "DENYUT_CHARTS": "Image",
        "DENYUT_HTTP_HOST": "0.0.0.0",
        "DENYUT_HTTP_PORT": "8080",
        "DENYUT_RATE_LIMITS": "Off",
        "DENYUT_RETENTION_DAYS": "365",
        "DENYUT_LOG_LEVEL": "debug",
        "DENYUT_LOG_FORMAT": "JSON",
        "DENYUT_CLOCK_URL": "http://127.0.0.1:8765/control/clock",
    }
    assert set(given) == {env_name(field) for field in Settings.model_fields}, "the list above is complete"
    settings = load(given, env_file=None)
    shown = {
        field: value.get_secret_value() if hasattr(value, "get_secret_value") else value
        for field, value in ((field, getattr(settings, field)) for field in Settings.model_fields)
    }
    assert shown == {
        "slack_bot_token": "xoxb-1",
        "slack_app_token": "xapp-1",
        "slack_signing_secret": "signing",
        "slack_client_id": "1.2",
        "slack_client_secret": "client",
        "slack_api_url": "http://127.0.0.1:8765/api/",
        "database_url": "postgresql://u:p@db/denyut",
        "data_dir": Path("/srv/denyut"),
        "secret_key": SECRET,
        "locale": "id",
        "timezone": "Europe/Amsterdam",
        "country": "NL",
        "currency": "EUR",
        "charts": "image",
        "http_host": "0.0.0.0",
        "http_port": 8080,
        "rate_limits": False,
        "retention_days": 365,
        "log_level": "DEBUG",
        "log_format": "json",
        "clock_url": "http://127.0.0.1:8765/control/clock",
    }


def test_the_database_lies_in_the_data_folder_unless_said_otherwise() -> None:
    assert load({"DENYUT_DATA_DIR": "/srv/d"}, env_file=None).database_url == "sqlite:////srv/d/denyut.db"


@pytest.mark.parametrize("field", list(Settings.model_fields))
@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_value_counts_as_not_given(field: str, empty: str) -> None:
    assert load({env_name(field): empty}, env_file=None) == load({}, env_file=None)


BAD = [
    ({"DENYUT_RATE_LIMITS": "maybe"}, "DENYUT_RATE_LIMITS", "on or off"),
    ({"DENYUT_RETENTION_DAYS": "7"}, "DENYUT_RETENTION_DAYS", "from 30 to 36500"),
    ({"DENYUT_RETENTION_DAYS": "-1"}, "DENYUT_RETENTION_DAYS", "0 (keep)"),
    ({"DENYUT_RETENTION_DAYS": "9" * 5000}, "DENYUT_RETENTION_DAYS", "from 30"),
    ({"SLACK_BOT_TOKEN": "xapp-0"}, "SLACK_BOT_TOKEN", "xoxb-"),
    ({"SLACK_APP_TOKEN": "xoxb-0"}, "SLACK_APP_TOKEN", "xapp-"),
    ({"SLACK_API_URL": "slack.com"}, "SLACK_API_URL", "such as https://slack.com/api/"),
    ({"SLACK_API_URL": "ftp://slack.com/"}, "SLACK_API_URL", "such as https://slack.com/api/"),
    ({"SLACK_API_URL": "https://[bad/"}, "SLACK_API_URL", "such as https://slack.com/api/"),
    ({"SLACK_API_URL": "http://slack.com/api/"}, "SLACK_API_URL", "https://"),
    ({"SLACK_API_URL": "http://127.0.0.1.example.com/"}, "SLACK_API_URL", "https://"),
    ({"DENYUT_SECRET_KEY": "short"}, "DENYUT_SECRET_KEY", "32"),
    ({"DENYUT_LOCALE": "xx"}, "DENYUT_LOCALE", "en, id"),
    ({"DENYUT_LOCALE": "../en"}, "DENYUT_LOCALE", "en, id"),
    ({"DENYUT_TIMEZONE": "Jakarta"}, "DENYUT_TIMEZONE", "Asia/Jakarta"),
    ({"DENYUT_TIMEZONE": "Asia"}, "DENYUT_TIMEZONE", "Asia/Jakarta"),
    ({"DENYUT_TIMEZONE": "../../etc/passwd"}, "DENYUT_TIMEZONE", "Asia/Jakarta"),
    ({"DENYUT_COUNTRY": "Indonesia"}, "DENYUT_COUNTRY", "ID"),
    ({"DENYUT_CURRENCY": "XQX"}, "DENYUT_CURRENCY", "IDR"),
    ({"DENYUT_CHARTS": "png"}, "DENYUT_CHARTS", "auto, native, image, off"),
    ({"DENYUT_HTTP_PORT": "http"}, "DENYUT_HTTP_PORT", "65535"),
    ({"DENYUT_HTTP_PORT": "0"}, "DENYUT_HTTP_PORT", "65535"),
    ({"DENYUT_HTTP_PORT": "65536"}, "DENYUT_HTTP_PORT", "65535"),
    ({"DENYUT_HTTP_PORT": "30.5"}, "DENYUT_HTTP_PORT", "65535"),
    ({"DENYUT_LOG_LEVEL": "loud"}, "DENYUT_LOG_LEVEL", "WARNING"),
    ({"DENYUT_LOG_FORMAT": "xml"}, "DENYUT_LOG_FORMAT", "json"),
    ({"SLACK_API_URL": PLAYGROUND, "DENYUT_CLOCK_URL": "https://clock.example.com"}, "DENYUT_CLOCK_URL", "127.0.0.1"),
    ({"DENYUT_CLOCK_URL": "http://127.0.0.1:8765/control/clock"}, "DENYUT_CLOCK_URL", "leave it empty"),
    ({"SLACK_BOT_TOKEN_FILE": "/there/is/no/such/file"}, "SLACK_BOT_TOKEN_FILE", "cannot be read"),
    ({"SLACK_BOT_TOKEN_FILE": "/"}, "SLACK_BOT_TOKEN_FILE", "cannot be read"),
    ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_BOT_TOKEN_FILE": "/x"}, "SLACK_BOT_TOKEN", "keep one"),
]


@pytest.mark.parametrize(("env", "variable", "advice"), BAD, ids=lambda value: str(value)[:60])
def test_a_wrong_setting_is_one_line_that_names_it_and_what_to_do(
    env: dict[str, str], variable: str, advice: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        load(env, env_file=None)
    said = str(refused.value)
    assert said.startswith(variable)
    assert advice in said
    assert "\n" not in said
    assert "pydantic" not in said.lower()


def test_only_the_first_problem_is_told() -> None:
    with pytest.raises(SettingsError) as refused:
        load({"DENYUT_HTTP_PORT": "x", "DENYUT_LOCALE": "xx"}, env_file=None)
    assert "DENYUT_LOCALE" in str(refused.value)
    assert "DENYUT_HTTP_PORT" not in str(refused.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/api/", "http://localhost:1/api/", "http://[::1]:1/api/"])
def test_slack_may_be_plain_http_on_this_machine(url: str) -> None:
    assert load({"SLACK_API_URL": url}, env_file=None).slack_api_url == url


@pytest.mark.parametrize("field", SECRETS)
def test_a_secret_may_stand_in_a_file(field: str, tmp_path: Path) -> None:
    starts = {"slack_bot_token": "xoxb-", "slack_app_token": "xapp-", "database_url": "sqlite:///"}
    (tmp_path / "secret").write_text(f"{starts.get(field, '')}{SECRET}\n")
    settings = load({f"{env_name(field)}_FILE": str(tmp_path / "secret")}, env_file=None)
    value = getattr(settings, field)
    assert (value if isinstance(value, str) else value.get_secret_value()) == f"{starts.get(field, '')}{SECRET}"


@pytest.mark.parametrize("content", ["", "\n", "two\nlines"])
def test_a_secret_file_holds_the_secret_alone(content: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(content)
    with pytest.raises(SettingsError, match=r"^SLACK_SIGNING_SECRET_FILE must"):
        load({"SLACK_SIGNING_SECRET_FILE": str(tmp_path / "secret")}, env_file=None)


def test_what_is_no_secret_is_not_read_from_files(tmp_path: Path) -> None:
    (tmp_path / "locale").write_text("id")
    assert load({"DENYUT_LOCALE_FILE": str(tmp_path / "locale")}, env_file=None).locale == "en"


class TestEnvFile:
    def test_gives_what_the_environment_does_not(self, tmp_path: Path) -> None:
        (tmp_path / ".env").write_text("DENYUT_LOCALE=id\nDENYUT_HTTP_PORT='8080'\n# a comment\nOTHER=1\n")
        settings = load({"DENYUT_HTTP_PORT": "9090"}, env_file=tmp_path / ".env")
        assert (settings.locale, settings.http_port) == ("id", 9090)

    def test_an_empty_variable_does_not_hide_it(self, tmp_path: Path) -> None:
        (tmp_path / ".env").write_text("DENYUT_LOCALE=id\n")
        assert load({"DENYUT_LOCALE": ""}, env_file=tmp_path / ".env").locale == "id"

    def test_a_secret_file_of_the_environment_wins_over_it(self, tmp_path: Path) -> None:
        (tmp_path / ".env").write_text("SLACK_SIGNING_SECRET=old\n")
        (tmp_path / "secret").write_text("new")
        settings = load({"SLACK_SIGNING_SECRET_FILE": str(tmp_path / "secret")}, env_file=tmp_path / ".env")
        assert settings.slack_signing_secret is not None
        assert settings.slack_signing_secret.get_secret_value() == "new"

    def test_is_read_by_default_from_the_working_directory(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / ".env").write_text("DENYUT_COUNTRY=NL\n")
        monkeypatch.chdir(tmp_path)
        assert load({}).country == "NL"

    def test_one_that_is_no_text_is_told_in_one_line(self, tmp_path: Path) -> None:
        (tmp_path / ".env").write_bytes(b"DENYUT_LOCALE=\xff\xfe\n")
        with pytest.raises(SettingsError, match="cannot be read"):
            load({}, env_file=tmp_path / ".env")


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENYUT_COUNTRY", "SG")
    assert load(env_file=None).country == "SG"


def test_the_constructor_does_not_look_at_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENYUT_COUNTRY", "SG")
    monkeypatch.setenv("COUNTRY", "SG")
    assert Settings().country == "ID"


@pytest.mark.parametrize("field", SECRETS)
def test_a_secret_is_shown_nowhere(field: str) -> None:
    starts = {"slack_bot_token": "xoxb-", "slack_app_token": "xapp-", "database_url": "postgresql://u:"}
    settings = load({env_name(field): starts.get(field, "") + SECRET}, env_file=None)
    assert SECRET not in repr(settings)
    assert SECRET not in str(settings)
    assert "Asia/Jakarta" in repr(settings), "what is no secret is shown"


@pytest.mark.parametrize("field", ["slack_bot_token", "slack_app_token"])
def test_a_refused_secret_is_not_repeated(field: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load({env_name(field): SECRET}, env_file=None)
    assert SECRET not in str(refused.value)
    assert refused.value.__cause__ is None


def test_settings_do_not_change() -> None:
    settings = Settings()
    with pytest.raises(ValidationError):
        settings.locale = "id"


def test_the_example_file_and_the_settings_name_the_same_variables_in_the_same_order() -> None:
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    written = [line.partition("=")[0] for line in lines if re.match(r"[A-Z_]+=", line)]
    assert written == [env_name(field) for field in Settings.model_fields]


def test_every_line_of_the_example_file_has_a_comment_before_it() -> None:
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    for before, line in pairwise(lines):
        if re.match(r"[A-Z_]+=", line):
            assert before.startswith("# "), line


def test_the_example_file_as_it_is_means_the_defaults() -> None:
    assert load({}, env_file=ROOT / ".env.example") == load({}, env_file=None)


@pytest.mark.parametrize(
    ("env", "is_asked_for"), [({}, False), ({"DENYUT_HTTP_PORT": ""}, False), ({"DENYUT_HTTP_PORT": "3000"}, True)]
)
def test_a_port_is_asked_for_only_where_it_is_stated(env: dict[str, str], is_asked_for: bool) -> None:
    """Also where it is the default's: in Socket Mode that is what opens the HTTP API."""
    settings = load(env, env_file=None)
    assert (settings.http_port, settings.is_http_asked_for) == (3000, is_asked_for)
