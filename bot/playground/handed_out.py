"""The response_urls the playground hands out. Files have theirs in file_addresses."""

import json
import time

from aiohttp import web

from bot.playground.handles import ResponseUrl
from bot.playground.local_slack import LocalSlack
from bot.playground.responses import apply_response
from bot.playground.slack_error import SlackError
from bot.playground.web_api.endpoint import SLACK


async def respond(request: web.Request) -> web.Response:
    """A post to a response_url: 404 when it is used up or too old, 400 for a body Slack refuses, else `ok`."""
    slack = request.app[SLACK]
    started = time.monotonic()
    text = await request.text()
    target: ResponseUrl | None = None
    try:
        target = slack.response_urls.use(request.match_info["handle"])
        body = json.loads(text)
        if not isinstance(body, dict):
            raise SlackError("invalid_payload")
        warnings = apply_response(slack, target, body)
    except ValueError:
        return _said(slack, target, text, "invalid_payload", 400, started, "invalid_payload")
    except SlackError as error:
        status = 404 if error.code in ("invalid_url", "used_url", "expired_url") else 400
        return _said(slack, target, text, error.code, status, started, error.violation)
    return _said(slack, target, body, "ok", 200, started, "; ".join(warnings) or None)


def _said(
    slack: LocalSlack,
    target: ResponseUrl | None,
    given: object,
    text: str,
    status: int,
    started: float,
    violation: str | None,
) -> web.Response:
    summary = f"{target.channel_id} for {target.user_id}" if target else ""
    slack.traffic.record(
        "in", "response_url", "response_url", summary, request=given, response=text, status=status, started=started,
        violation=violation,
    )  # fmt: skip
    return web.Response(text=text, status=status)
