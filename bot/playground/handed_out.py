"""The addresses the playground hands out: response_urls, uploads and files."""

import json
import time

from aiohttp import web

from bot.playground.handles import ResponseUrl
from bot.playground.local_slack import LocalSlack
from bot.playground.responses import apply_response
from bot.playground.slack_error import SlackError
from bot.playground.web_api.endpoint import SLACK

_SHOWN_INLINE = ("image/png", "image/jpeg", "image/gif")


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
        return _said(slack, target, text, error.code, status, started, str(error))
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


async def upload(request: web.Request) -> web.Response:
    """The bytes of a file, raw or as the first part of a form, to the address of files.getUploadURLExternal."""
    slack = request.app[SLACK]
    file_id = slack.uploads.pop(request.match_info["handle"], None)
    if file_id is None:
        return web.Response(status=404, text="upload not found")
    content = await _bytes(request)
    stored = slack.workspace.files[file_id]
    fault = None
    if len(content) != stored.length:
        fault = f"announced {stored.length} bytes and sent {len(content)}"
    stored.content, stored.length = content, len(content)
    slack.traffic.record("in", "web_api", "upload", stored.name, response=len(content), status=200, violation=fault)
    return web.Response(text=f"OK - {len(content)}")


async def _bytes(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    for value in (await request.post()).values():
        if isinstance(value, web.FileField):
            return value.file.read()
    return b""


async def download(request: web.Request) -> web.Response:
    """A file that was uploaded."""
    stored = request.app[SLACK].workspace.files.get(request.match_info["file_id"])
    if stored is None or stored.content is None:
        return web.Response(status=404, text="file not found")
    kind = stored.mimetype if stored.mimetype in _SHOWN_INLINE else "application/octet-stream"
    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return web.Response(body=stored.content, content_type=kind, headers=headers)
