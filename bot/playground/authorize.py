"""`/oauth/v2/authorize`: the page on which a person lets an app into the workspace, or does not."""

from html import escape
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from bot.playground.local_slack import LocalSlack
from bot.playground.web_api.endpoint import SLACK


async def ask(request: web.Request) -> web.Response:
    """Shows what the app wants, and who may answer."""
    slack = request.app[SLACK]
    fault = _fault(slack, dict(request.query))
    if fault:
        return _refused(slack, dict(request.query), fault)
    kept = "".join(
        f'<input type="hidden" name="{name}" value="{escape(request.query.get(name, ""))}">'
        for name in ("client_id", "scope", "state", "redirect_uri")
    )
    people = "".join(
        f'<option value="{each.id}">{escape(each.real_name)}</option>'
        for each in slack.workspace.people
        if not each.deleted
    )
    scopes = "".join(f"<li>{escape(each)}</li>" for each in sorted(request.query["scope"].split(",")))
    name = escape(slack.manifest.display_name)
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{name}</title>'
        f"<h1>{name} asks to be added to {escape(slack.workspace.team['name'])}</h1><ul>{scopes}</ul>"
        f'<form method="post" action="/oauth/v2/authorize">{kept}<label>You are <select name="as">{people}</select>'
        '</label> <button name="answer" value="allow">Allow</button> <button name="answer" value="deny">Cancel</button>'
        "</form>"
    )
    return web.Response(text=page, content_type="text/html", headers={"Cache-Control": "no-store"})


async def answer(request: web.Request) -> web.Response:
    """Sends the person back to the app: with a code, or with `access_denied`."""
    slack = request.app[SLACK]
    given = {name: str(value) for name, value in (await request.post()).items()}
    fault = _fault(slack, given)
    if not fault and slack.person(given.get("as", "")) is None:
        fault = "user_not_found"
    if fault:
        return _refused(slack, given, fault)
    asked = given.get("redirect_uri", "")
    back = {"state": given.get("state", "")}
    if given.get("answer") == "allow":
        back["code"] = slack.installs.new_code(given["as"], slack.clock.timestamp(), asked)
    else:
        back["error"] = "access_denied"
    target = asked or slack.redirect_url or ""
    slack.traffic.record("out", "web_api", "oauth.v2.authorize", given.get("answer", ""), status=302)
    return web.Response(status=302, headers={"Location": f"{target}?{urlencode(back)}"})


def _fault(slack: LocalSlack, given: dict[str, str]) -> str:
    """What is wrong with the app's wish, in Slack's word."""
    if given.get("client_id") != slack.tokens.client_id:
        return "invalid_client_id"
    scopes = set(filter(None, given.get("scope", "").split(",")))
    if not scopes or not scopes <= set(slack.manifest.bot_scopes):
        return "invalid_scope"
    asked = given.get("redirect_uri", "")
    if asked and not asked.startswith(slack.redirect_url or "\0"):
        return "bad_redirect_uri"
    return "" if asked or _is_address(slack.redirect_url) else "bad_redirect_uri"


def _is_address(url: str | None) -> bool:
    return bool(url) and urlsplit(url or "").scheme in ("http", "https")


def _refused(slack: LocalSlack, given: dict[str, str], fault: str) -> web.Response:
    shown = {name: value for name, value in given.items() if name != "state"}
    slack.traffic.record(
        "in", "web_api", "oauth.v2.authorize", fault, request=shown, response=fault, status=400, violation=fault
    )
    return web.Response(status=400, text=f"Something went wrong: {fault}")
