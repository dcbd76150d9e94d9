"""The settings: read from the environment, `.env` and secret files, checked, and told in one line when one is wrong.

A setting is a field here and a line in `.env.example`. What is done with them does not belong here.
"""

import os
import re
from collections.abc import Mapping
from enum import StrEnum
from importlib.resources import files
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

SLACK_API_URL = "https://slack.com/api/"
SECRET_KEY_LENGTH = 32
LARGEST_PORT = 65_535
LEAST_DAYS = 30
MOST_DAYS = 36_500
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LOG_FORMATS = ("text", "json")
# What may come from a file instead, the way Docker and systemd hand over secrets.
SECRETS = (
    "slack_bot_token",
    "slack_app_token",
    "slack_signing_secret",
    "slack_client_secret",
    "database_url",
    "secret_key",
)


class Charts(StrEnum):
    """How charts look in messages: drawn by Slack where it can and as pictures elsewhere, by Slack alone, as pictures
    always, or not at all."""

    AUTO = "auto"
    NATIVE = "native"
    IMAGE = "image"
    OFF = "off"


class SettingsError(Exception):
    """A setting is wrong. The message is one line that names the variable and says what to do; it repeats no secret."""


def _bot_token(token: SecretStr) -> SecretStr:
    if not token.get_secret_value().startswith(("xoxb-", "xoxe.xoxb-")):
        raise ValueError("must be the bot token of your Slack app; it starts with xoxb-")
    return token


def _app_token(token: SecretStr) -> SecretStr:
    if not token.get_secret_value().startswith("xapp-"):
        raise ValueError("must be an app-level token with connections:write; it starts with xapp-")
    return token


def _secret_key(key: SecretStr) -> SecretStr:
    """One key, or several separated by commas: the first seals, all of them open."""
    if any(len(each.strip()) < SECRET_KEY_LENGTH for each in key.get_secret_value().split(",")):
        raise ValueError(
            f"must have at least {SECRET_KEY_LENGTH} characters (each key, where there are several with commas between "
            "them); make one, for instance, with: openssl rand -hex 32"
        )
    return key


def _address(url: str) -> str:
    """An address whose traffic nobody on the way can read, ending in a slash."""
    try:
        parts = urlsplit(url)
        known = bool(parts.hostname) and parts.port != 0
    except ValueError:
        known = False
    if not known or parts.scheme not in ("http", "https") or parts.query or parts.fragment:
        raise ValueError(f"must be an address such as {SLACK_API_URL}")
    if parts.scheme == "http" and not is_loopback(url):
        raise ValueError("must start with https:// unless it is on this machine (127.0.0.1)")
    return url if url.endswith("/") else f"{url}/"


def _clock_address(url: str) -> str:
    if not url:
        return url
    if not is_loopback(url):
        raise ValueError("must be on this machine (127.0.0.1); leave it empty outside the playground")
    return _address(url).rstrip("/")


def _locale(language: str) -> str:
    known = sorted(
        folder.name for folder in (files("bot") / "locales").iterdir() if folder.is_dir() and folder.name.isalpha()
    )
    if language.lower() not in known:
        raise ValueError(f"must be one of {', '.join(known)}")
    return language.lower()


def _timezone(name: str) -> str:
    try:
        zone = ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, not a path below the zones, or a folder of zones such as "Asia"
        raise ValueError("must be a time zone by its IANA name, such as Asia/Jakarta") from None
    return zone.key


def _country(code: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2}", code):
        raise ValueError("must be a country by its two letters, such as ID")
    return code.upper()


def _currency(code: str) -> str:
    from babel.numbers import is_currency

    if not is_currency(code.upper(), "en"):
        raise ValueError("must be a currency by its three letters (ISO 4217), such as IDR")
    return code.upper()


def _port(value: Any) -> int:
    text = str(value)
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= LARGEST_PORT):
        raise ValueError(f"must be a port number from 1 to {LARGEST_PORT}")
    return int(text)


def _charts(value: Any) -> Charts:
    try:
        return Charts(str(value).lower())
    except ValueError:
        raise ValueError(f"must be one of {', '.join(Charts)}") from None


def _log_level(level: str) -> str:
    if level.upper() not in LOG_LEVELS:
        raise ValueError(f"must be one of {', '.join(LOG_LEVELS)}")
    return level.upper()


def _switch(value: Any) -> bool:
    try:
        return {"on": True, "off": False}[str(value).lower()] if not isinstance(value, bool) else value
    except KeyError:
        raise ValueError("must be on or off") from None


def _days(value: Any) -> int:
    text = str(value)
    days = int(text[:6]) if text.isascii() and text.isdigit() else -1
    if days != 0 and not LEAST_DAYS <= days <= MOST_DAYS:
        raise ValueError(f"must be 0 (keep), or a number of days from {LEAST_DAYS} to {MOST_DAYS}")
    return days


def _log_format(name: str) -> str:
    if name.lower() not in LOG_FORMATS:
        raise ValueError(f"must be one of {', '.join(LOG_FORMATS)}")
    return name.lower()


class Settings(BaseSettings):
    """How this copy of the bot runs. Built by `load`; the constructor takes values by field name and reads nothing.

    `locale`, `timezone` (IANA), `country` (ISO 3166, for public holidays) and `currency` (ISO 4217) are the defaults
    for people and audiences that have not chosen their own. `retention_days` is after how many days what single people
    said is removed; 0 keeps it. `clock_url` is where the playground's clock is asked; it is
    empty everywhere else. Secrets are shown neither by repr nor by str.
    """

    model_config = SettingsConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    slack_bot_token: Annotated[SecretStr, AfterValidator(_bot_token)] | None = None
    slack_app_token: Annotated[SecretStr, AfterValidator(_app_token)] | None = None
    slack_signing_secret: SecretStr | None = None
    slack_client_id: str | None = None
    slack_client_secret: SecretStr | None = None
    slack_api_url: Annotated[str, AfterValidator(_address)] = SLACK_API_URL
    database_url: str = Field(default="", repr=False)
    data_dir: Path = Path("data")
    secret_key: Annotated[SecretStr, AfterValidator(_secret_key)] | None = None
    locale: Annotated[str, AfterValidator(_locale)] = "en"
    timezone: Annotated[str, AfterValidator(_timezone)] = "Asia/Jakarta"
    country: Annotated[str, AfterValidator(_country)] = "ID"
    currency: Annotated[str, AfterValidator(_currency)] = "IDR"
    charts: Annotated[Charts, BeforeValidator(_charts)] = Charts.AUTO
    http_host: str = "127.0.0.1"
    http_port: Annotated[int, BeforeValidator(_port)] = 3000
    rate_limits: Annotated[bool, BeforeValidator(_switch)] = True
    retention_days: Annotated[int, BeforeValidator(_days)] = 0
    log_level: Annotated[str, AfterValidator(_log_level)] = "INFO"
    log_format: Annotated[str, AfterValidator(_log_format)] = "text"
    clock_url: Annotated[str, AfterValidator(_clock_address)] = ""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  the signature is pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The constructor's arguments alone: the environment goes through `load`, which also knows secret files."""
        return (init_settings,)

    @model_validator(mode="before")
    @classmethod
    def _database_in_data_dir(cls, values: dict[str, Any]) -> dict[str, Any]:
        folder = Path(values.get("data_dir") or cls.model_fields["data_dir"].default)
        return values if values.get("database_url") else {**values, "database_url": f"sqlite:///{folder / 'denyut.db'}"}

    @model_validator(mode="after")
    def _clock_only_in_the_playground(self) -> "Settings":
        if self.clock_url and not is_loopback(self.slack_api_url):
            raise ValueError(
                f"{env_name('clock_url')} is accepted only when SLACK_API_URL is on this machine; leave it empty"
            )
        return self

    @property
    def is_for_many(self) -> bool:
        """Whether workspaces install the app themselves: a client id, and no bot token of a single one."""
        return bool(self.slack_client_id) and self.slack_bot_token is None

    @property
    def is_http_asked_for(self) -> bool:
        """Whether a port was stated: in Socket Mode nothing listens for HTTP (the API of other systems) otherwise."""
        return "http_port" in self.model_fields_set


def is_loopback(url: str) -> bool:
    """Whether an address is on this very machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def env_name(field: str) -> str:
    """The environment variable of a field: Slack's and the database's have their usual names, the rest our prefix."""
    return field.upper() if field.startswith("slack_") or field == "database_url" else f"DENYUT_{field.upper()}"


def load(env: Mapping[str, str] | None = None, env_file: str | Path | None = ".env") -> Settings:
    """The settings of `env` (default: the process's environment) over those of `env_file`, over the defaults.

    Empty values count as not given. A secret may stand in a file instead, named by `NAME_FILE`. Raises SettingsError
    for the first setting that is wrong.
    """
    values = {**_values(_written(env_file)), **_values(os.environ if env is None else env)}
    try:
        return Settings(**values)
    except ValidationError as error:
        raise SettingsError(_first_problem(error)) from None


def _written(env_file: str | Path | None) -> Mapping[str, str]:
    if env_file is None or not Path(env_file).is_file():
        return {}
    try:
        source = DotEnvSettingsSource(Settings, env_file=env_file, env_file_encoding="utf-8", case_sensitive=True)
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"{env_file} cannot be read; make it a UTF-8 text file that this user may read.") from None
    return {name: value for name, value in source.env_vars.items() if value is not None}


def _values(given: Mapping[str, str]) -> dict[str, Any]:
    """The fields a source gives, by field name."""
    values: dict[str, Any] = {}
    for field in Settings.model_fields:
        name = env_name(field)
        value = given.get(name, "").strip()
        path = given.get(f"{name}_FILE", "").strip() if field in SECRETS else ""
        if value and path:
            raise SettingsError(f"{name} and {name}_FILE are both set; keep one of them.")
        if path:
            value = _secret_in(f"{name}_FILE", path)
        if value:
            values[field] = value
    return values


def _secret_in(name: str, path: str) -> str:
    try:
        secret = Path(path).read_text("utf-8").strip()
    except (OSError, ValueError):
        raise SettingsError(f"{name} names a file that cannot be read: {path}") from None
    if not secret or "\n" in secret:
        raise SettingsError(f"{name} must name a file with the secret alone on its one line: {path}")
    return secret


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    said = first["msg"].removeprefix("Value error, ")
    field = next((str(part) for part in first["loc"] if part in Settings.model_fields), None)
    return f"{env_name(field)} {said}." if field else f"{said}."
