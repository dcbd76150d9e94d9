"""Signed HTTP: payloads posted to the bot's request URL as Slack posts them. What a payload means is not known here."""

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from typing import Any, Final, Literal
from urllib.parse import urlencode

import aiohttp

from bot.playground.delivery import Background, Delivery, Outcome, Timing
from bot.playground.traffic import Traffic

Json = dict[str, Any]

_JSON: Final = "application/json"
_FORM: Final = "application/x-www-form-urlencoded"
_VERIFY_EVERY: Final = 0.5


class HttpDelivery:
    """Posts to one request URL. The bot counts as connected once it answered the challenge."""

    kind: Literal["http"] = "http"

    def __init__(
        self,
        request_url: str,
        signing_secret: str,
        traffic: Traffic,
        timing: Timing,
        background: Background,
        on_change: Callable[[], None],
    ) -> None:
        self._request_url = request_url
        self._signing_secret = signing_secret
        self._traffic = traffic
        self._timing = timing
        self._background = background
        self._on_change = on_change
        self._session: aiohttp.ClientSession | None = None
        self.verified = False

    @property
    def connections(self) -> int:
        """1 once the request URL is verified."""
        return int(self.verified)

    async def start(self) -> None:
        """Begins to verify the request URL, and goes on trying until the bot is up."""
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        self._background.start(self._verify())

    async def close(self) -> None:
        """Closes the client."""
        if self._session is not None:
            await self._session.close()

    async def _verify(self) -> None:
        """Posts the challenge until it comes back. A bot that is not up yet is no fault; a wrong answer is, once."""
        fault_before: str | None = None
        while not self.verified:
            challenge = secrets.token_urlsafe(30)
            payload = {"token": "playground", "challenge": challenge, "type": "url_verification"}
            started = time.monotonic()
            outcome = await self._post(json.dumps(payload).encode(), _JSON, {})
            given = outcome.response.get("challenge") if isinstance(outcome.response, dict) else outcome.response
            self.verified = outcome.error is None and given == challenge
            fault = None if self.verified else outcome.violation or "the challenge did not come back"
            down = outcome.reason == "connection_failed"
            if not down and (self.verified or fault != fault_before):
                fault_before = fault
                self._traffic.record(
                    "out", "event", "url_verification", request=payload, response=outcome.response,
                    status=outcome.error or "acknowledged", started=started, violation=fault,
                )  # fmt: skip
            if not self.verified:
                await asyncio.sleep(_VERIFY_EVERY)
        self._on_change()

    async def deliver(self, delivery: Delivery, copies: int) -> Outcome:
        """Posts a payload, and tells what the first answer was."""
        body, content_type = _encoded(delivery)
        headers = {}
        if delivery.retry_attempt:
            headers = {"x-slack-retry-num": str(delivery.retry_attempt), "x-slack-retry-reason": delivery.retry_reason}
        outcomes = await asyncio.gather(*(self._post(body, content_type, headers) for _ in range(copies)))
        return outcomes[0]

    async def _post(self, body: bytes, content_type: str, headers: dict[str, str]) -> Outcome:
        if self._session is None:
            return Outcome(error="dispatch_failed", reason="connection_failed")
        timeout = aiohttp.ClientTimeout(total=self._timing.ack_seconds)
        signed = {"content-type": content_type, **self._signature(body), **headers}
        try:
            async with self._session.post(
                self._request_url, data=body, headers=signed, timeout=timeout, allow_redirects=False
            ) as answer:
                return _read(answer.status, answer.headers.get("x-slack-no-retry"), await answer.text())
        except TimeoutError:
            fault = f"not answered within {self._timing.ack_seconds:g} s"
            return Outcome(error="operation_timeout", reason="http_timeout", violation=fault)
        except aiohttp.ClientError:
            return Outcome(error="dispatch_failed", reason="connection_failed")

    def _signature(self, body: bytes) -> dict[str, str]:
        """Slack's v0 signature: HMAC-SHA256 over version, wall-clock second and raw body."""
        second = str(int(time.time()))
        base = b"v0:" + second.encode() + b":" + body
        digest = hmac.new(self._signing_secret.encode(), base, hashlib.sha256).hexdigest()
        return {"x-slack-request-timestamp": second, "x-slack-signature": f"v0={digest}"}


def _encoded(delivery: Delivery) -> tuple[bytes, str]:
    if delivery.kind == "event":
        return json.dumps(delivery.payload).encode(), _JSON
    if delivery.kind == "command":
        return urlencode(delivery.payload).encode(), _FORM
    return urlencode({"payload": json.dumps(delivery.payload)}).encode(), _FORM


def _read(status: int, no_retry: str | None, text: str) -> Outcome:
    if status != 200:
        fault = f"answered {status}"
        return Outcome("dispatch_failed", text or None, "http_error", no_retry == "1", violation=fault)
    if not text:
        return Outcome()
    try:
        return Outcome(response=json.loads(text))
    except ValueError:
        return Outcome(response=text)
