"""The `state` that goes to Slack with a person who adds Denyut, and comes back with them: it proves that they began
here, in this browser, a moment ago. Nothing is stored for it.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from bot.vault import Vault

COOKIE = "denyut_install"
VALID_FOR = timedelta(minutes=10)
PURPOSE = "oauth state"


def new_browser() -> str:
    """What a browser keeps in its cookie meanwhile."""
    return secrets.token_urlsafe(32)


def new_state(vault: Vault, browser: str, now: datetime) -> str:
    """A state for this browser, valid for ten minutes from `now` (aware)."""
    told = f"{int((now + VALID_FOR).timestamp())}.{secrets.token_urlsafe(16)}"
    return f"{told}.{vault.sign(PURPOSE, _bound(told, browser))}"


def is_valid(vault: Vault, state: str, browser: str, now: datetime) -> bool:
    """Whether this state was made here for this browser, and is not over. Compared in constant time."""
    told, _, signature = state.rpartition(".")
    until = told.partition(".")[0]
    is_ours = vault.is_signed(PURPOSE, _bound(told, browser), signature)
    return bool(browser) and is_ours and until.isdecimal() and now.timestamp() < int(until[:16])


def set_cookie(browser: str) -> str:
    """The header that leaves the browser its part, for ten minutes; "" takes it away."""
    age = int(VALID_FOR.total_seconds()) if browser else 0
    return f"{COOKIE}={browser}; Max-Age={age}; Path=/slack; Secure; HttpOnly; SameSite=Lax"


def browser_in(cookies: str) -> str:
    """The browser's part, from its Cookie header; "" where it has none."""
    for each in cookies.split(";"):
        name, _, value = each.strip().partition("=")
        if name == COOKIE:
            return value
    return ""


def _bound(told: str, browser: str) -> str:
    return f"{told}.{hashlib.sha256(browser.encode()).hexdigest()}"
