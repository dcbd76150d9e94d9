"""The bytes of files on their way from and to Slack, which do not go through the Web API. The token goes to Slack's own
hosts only (or to the stand-in for Slack on this machine), whatever address a payload carries. What is in a file is not
looked at here.
"""

import io
import re
from collections.abc import Mapping
from typing import Any, Final

import aiohttp
from yarl import URL

from bot.settings import is_loopback
from bot.slack.errors import SlackRefused, from_connection, from_parts

# A file may take longer than a call, but not without any byte arriving.
TIMEOUT: Final = aiohttp.ClientTimeout(total=60, sock_connect=5, sock_read=10)
CHUNK_BYTES: Final = 64 * 1024
REDIRECTS: Final = 3
OK_STATUS, MOVED, NO_MORE_MOVED = 200, 300, 400
HTTPS = 443
NEEDED: Final = "needs files:read"
_SIGN_IN: Final = "redir"  # with where to go on afterwards, Slack leads to its sign-in page
_DOMAIN: Final = ".slack.com"
_FILE_ID: Final = re.compile(r"F[A-Z0-9]+")
_REFUSALS: Final = {401: "access_denied", 403: "access_denied", 404: "file_not_found", 410: "file_not_found"}


def is_file_id(text: str) -> bool:
    """Whether this is Slack's id of a file, not an address."""
    return _FILE_ID.fullmatch(text) is not None


def is_processed(file: object) -> bool:
    """Whether Slack is done with a file: until then its object has no kind."""
    return isinstance(file, Mapping) and bool(file.get("mimetype"))


def address_of(file: object) -> str:
    """Where the bytes of a file object are. Raises SlackRefused("file_not_found") where Slack gives no address."""
    known: Mapping[str, Any] = file if isinstance(file, Mapping) else {}
    address = str(known.get("url_private_download") or known.get("url_private") or "")
    if not address:
        raise SlackRefused("file_not_found", "Slack gives no address for it")
    return address


class FileHost:
    """Where Slack keeps files: its own domain, or the local stand-in for Slack where the bot talks to one."""

    def __init__(self, session: aiohttp.ClientSession, token: str, api_url: str, proxy: str | None) -> None:
        self._session = session
        self._token = token
        self._proxy = proxy
        self._stand_in = URL(api_url).origin() if is_loopback(api_url) else None

    async def fetch(self, address: str, limit_bytes: int) -> bytes:
        """The bytes at an address of Slack's, at most `limit_bytes`. Raises a SlackError."""
        url = self._slacks(address)
        # `identity`, so that what is counted is what came over the wire
        headers = {"Authorization": f"Bearer {self._token}", "Accept-Encoding": "identity"}
        try:
            for _ in range(REDIRECTS + 1):
                async with self._session.get(
                    url, headers=headers, allow_redirects=False, timeout=TIMEOUT, proxy=self._proxy
                ) as answer:
                    if not MOVED <= answer.status < NO_MORE_MOVED:
                        return await _content(answer, limit_bytes)
                    # each further address is looked at as the first one was: none of them gets the token unseen
                    url = self._slacks(answer.headers.get("Location", ""), url)
                    if _SIGN_IN in url.query:
                        raise SlackRefused("missing_scope", NEEDED)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise from_connection(error) from error
        raise SlackRefused("file_not_found", "it is always somewhere else")

    async def store(self, upload_url: str, data: bytes) -> None:
        """Sends bytes to the address Slack named for them; no token goes with them. Raises a SlackError."""
        url = self._slacks(upload_url)
        try:
            async with self._session.post(
                url, data=io.BytesIO(data), allow_redirects=False, timeout=TIMEOUT, proxy=self._proxy
            ) as answer:
                if answer.status != OK_STATUS:
                    raise from_parts(answer.status, answer.headers, {"error": _code(answer)}, "files.upload")
        except (aiohttp.ClientError, TimeoutError) as error:
            raise from_connection(error) from error

    def _slacks(self, address: str, base: URL | None = None) -> URL:
        """The address as it will be called, seen from `base`, if it is Slack's. Raises
        SlackRefused("not_slacks_address").

        It is taken apart by the library that makes the request, so that both see the same host in it.
        """
        try:
            url = base.join(URL(address)) if base else URL(address)
            place = url.origin()
        except ValueError:
            raise SlackRefused("not_slacks_address") from None
        if self._stand_in is not None:
            known = place == self._stand_in
        else:
            known = place.scheme == "https" and place.port == HTTPS and f".{place.host}".endswith(_DOMAIN)
        if not known or url.user is not None or url.password is not None:
            raise SlackRefused("not_slacks_address")
        return url


async def _content(answer: aiohttp.ClientResponse, limit_bytes: int) -> bytes:
    if answer.status != OK_STATUS:
        raise from_parts(answer.status, answer.headers, {"error": _code(answer)}, "files.download")
    # Slack says no with its sign-in page, as if all were well. It never serves a file of ours as a page: somebody's own
    # HTML comes as plain text.
    if answer.content_type == "text/html":
        raise SlackRefused("missing_scope", NEEDED)
    if (answer.content_length or 0) > limit_bytes:
        raise SlackRefused("file_too_large")
    content = bytearray()
    async for chunk in answer.content.iter_chunked(CHUNK_BYTES):
        content += chunk
        if len(content) > limit_bytes:  # the announced length was missing or not true
            raise SlackRefused("file_too_large")
    return bytes(content)


def _code(answer: aiohttp.ClientResponse) -> str:
    return _REFUSALS.get(answer.status, f"http_{answer.status}" if answer.status < 500 else "")
