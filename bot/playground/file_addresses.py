"""The addresses of files: where the bot sends and fetches their bytes, and where a person's page does."""

import time
from typing import Final
from urllib.parse import quote

from aiohttp import web

from bot.playground.faults import Fault
from bot.playground.file_kinds import UNKNOWN, kind_of
from bot.playground.file_shapes import seen_by, seen_by_app
from bot.playground.local_slack import LocalSlack
from bot.playground.web_api.endpoint import SLACK, abort, misbehave
from bot.playground.workspace import StoredFile

UPLOAD: Final = "files.upload"
DOWNLOAD: Final = "files.download"
"""What faults and the traffic call the two ways, which are no methods of the Web API."""

_SHOWN_INLINE: Final = ("image/png", "image/jpeg", "image/gif")
_SAFE: Final = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
_SIGN_IN: Final = (
    "<!DOCTYPE html><html lang=en><head><title>Sign in</title></head><body>Sign in to go on.</body></html>"
)


async def upload(request: web.Request) -> web.StreamResponse:
    """The bytes of a file, raw or as the first part of a form, to the address of files.getUploadURLExternal."""
    slack, started = request.app[SLACK], time.monotonic()
    fault = slack.faults.take(UPLOAD, None)
    refused = await _refused(slack, UPLOAD, fault, request, started)
    if refused is not None:
        return refused
    file_id = slack.uploads.pop(request.match_info["handle"], None)
    if file_id is None:
        return web.Response(status=404, text="upload not found")
    content = await _bytes(request)
    stored = slack.workspace.files[file_id]
    violation = None
    if len(content) != stored.length:
        violation = f"announced {stored.length} bytes and sent {len(content)}"
    stored.content, stored.length = content, len(content)
    slack.traffic.record(
        "in", "web_api", UPLOAD, stored.name, response=len(content), status=200, started=started, violation=violation
    )
    if fault is not None and fault.kind == "drop_after":
        abort(request)
    return web.Response(text=f"OK - {len(content)}")


async def _bytes(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    for value in (await request.post()).values():
        if isinstance(value, web.FileField):
            return value.file.read()
    return b""


async def download(request: web.Request) -> web.StreamResponse:
    """A file for the bot, at its `url_private` or `url_private_download`.

    Without a token that may read it there is no error status: Slack leads to its sign-in page, which is a 200.
    """
    slack, started = request.app[SLACK], time.monotonic()
    fault = slack.faults.take(DOWNLOAD, None)
    refused = await _refused(slack, DOWNLOAD, fault, request, started)
    if refused is not None:
        return refused
    stored = slack.workspace.files.get(request.match_info["place"].rpartition("-")[2])
    if stored is None or stored.content is None:
        _note(slack, request, "file not found", 404, started, "file_not_found")
        return web.Response(status=404, text="file not found")
    violation = _why_not(slack, request, stored)
    if violation is not None:
        _note(slack, request, "sign in", 302, started, violation)
        return web.Response(status=302, headers={"Location": f"{slack.url}/signin?redir={quote(request.path)}"})
    _note(slack, request, stored.length, 200, started, None)
    if fault is not None and fault.kind == "drop_after":
        return await _half(request, stored.content)
    kind = kind_of(stored.name).mimetype
    kind = "text/plain" if kind == "text/html" else kind  # a page that somebody uploaded is not run as one
    kept = "attachment" if "/download/" in request.path else "inline"
    return web.Response(body=stored.content, content_type=kind, headers={**_SAFE, "Content-Disposition": kept})


def _why_not(slack: LocalSlack, request: web.Request, stored: StoredFile) -> str | None:
    if not slack.installs.is_installed or request.headers.get("Authorization") != f"Bearer {slack.installs.token}":
        return "not_authed: a file is read with the bot token in the Authorization header"
    if "files:read" not in slack.manifest.bot_scopes:
        return "missing_scope: files:read"
    return None if seen_by_app(stored, slack.workspace) else "access_denied: a file that the app was not given"


def _note(
    slack: LocalSlack, request: web.Request, said: object, status: int, started: float, violation: str | None
) -> None:
    slack.traffic.record(
        "in", "web_api", DOWNLOAD, request.path, request={"url": str(request.url)}, response=said, status=status,
        started=started, violation=violation,
    )  # fmt: skip


async def _refused(
    slack: LocalSlack, name: str, fault: Fault | None, request: web.Request, started: float
) -> web.Response | None:
    if fault is None or fault.kind == "drop_after":
        return None
    if fault.kind == "error":
        _note(slack, request, fault.error, 403, started, None)
        return web.Response(status=403, text=fault.error)
    return await misbehave(slack, name, {"url": str(request.url)}, fault, request, started)


async def _half(request: web.Request, content: bytes) -> web.StreamResponse:
    """Promises all the bytes, sends the first half and cuts the connection."""
    response = web.StreamResponse(headers={"Content-Length": str(len(content)), "Content-Type": UNKNOWN})
    await response.prepare(request)
    await response.write(content[: len(content) // 2])
    abort(request)
    return response


async def sign_in(_request: web.Request) -> web.Response:
    """Where Slack leads those who may not read a file."""
    return web.Response(text=_SIGN_IN, content_type="text/html", headers=_SAFE)


async def shown(request: web.Request) -> web.Response:
    """A file for a person's page, `as` whom it asks; 404 where that person cannot see it."""
    slack = request.app[SLACK]
    stored = slack.workspace.files.get(request.match_info["file_id"])
    user = slack.person(request.query.get("as", ""))
    if user is None:
        return await sign_in(request)
    if stored is None or stored.content is None or not seen_by(stored, slack.workspace, user):
        return web.Response(status=404, text="file not found")
    kind = kind_of(stored.name).mimetype
    if kind in _SHOWN_INLINE and "download" not in request.query:
        return web.Response(body=stored.content, content_type=kind, headers=_SAFE)
    kept = f"attachment; filename*=UTF-8''{quote(stored.name)}"
    return web.Response(body=stored.content, content_type=UNKNOWN, headers={**_SAFE, "Content-Disposition": kept})
