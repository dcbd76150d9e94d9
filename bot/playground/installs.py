"""Whether the app is installed, with which tokens, and the codes a person's yes turns into. The page on which they say
it is in `authorize`, the methods of the Web API in `web_api.installing`.
"""

import secrets
from dataclasses import dataclass
from typing import Final, Literal

from bot.playground.slack_error import SlackError

CODE_SECONDS: Final = 600.0
Why = Literal["account_inactive", "token_revoked"]


@dataclass
class _Code:
    user_id: str
    expires: float
    redirect_uri: str
    used: bool = False


class Installs:
    """One workspace's installation of the app. `first` is the token that holds from the start, None before anybody
    installed the app."""

    def __init__(self, first: str | None) -> None:
        self._revoked: dict[str, Why] = {}
        self._codes: dict[str, _Code] = {}
        self._count = 0
        self.token = first

    @property
    def is_installed(self) -> bool:
        """Whether the app is in the workspace now."""
        return self.token is not None

    def check(self, token: str) -> None:
        """Raises `account_inactive`, `token_revoked` or `invalid_auth` for a token that does not hold."""
        if token in self._revoked:
            raise SlackError(self._revoked[token], on_demand=True)
        if token != self.token:
            raise SlackError("invalid_auth")

    def new_code(self, user_id: str, moment: float, redirect_uri: str) -> str:
        """What a person's browser brings back to the app; it works once, for ten minutes."""
        code = secrets.token_urlsafe(16)
        self._codes[code] = _Code(user_id, moment + CODE_SECONDS, redirect_uri)
        return code

    def exchange(self, code: str, moment: float, redirect_uri: str) -> tuple[str, str]:
        """The bot token, and who installed the app. Installing it again gives the same token. Raises `invalid_code`,
        `code_already_used`, `bad_redirect_uri`."""
        found = self._codes.get(code)
        if found is None or moment > found.expires:
            raise SlackError("invalid_code")
        if found.used:
            raise SlackError("code_already_used")
        if found.redirect_uri != redirect_uri:
            raise SlackError("bad_redirect_uri")
        found.used = True
        if self.token is None:
            self._count += 1
            self.token = f"xoxb-playground-{self._count}"
        return self.token, found.user_id

    def end(self, why: Why) -> bool:
        """The token holds no more: the app was removed, or its token alone. False if it was not installed."""
        if self.token is None:
            return False
        self._revoked[self.token] = why
        self.token = None
        return True
