"""The gateway's files: what is fetched and sent, and that the token goes to Slack and to nobody else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.slack.files import FileHost, address_of, is_file_id
from bot.slack.gateway import Gateway, SlackBusy, SlackError, SlackRefused, SlackUnclear, SlackUnreachable
from tests.sender.conftest import SmallSlack, refuse

CONTENT = b"day,revenue\n" * 100
LIMIT = 10_000
TOKEN = "xoxb-secret"


@dataclass
class FileSlack(SmallSlack):
    """A SmallSlack that has files. `answer` answers what is asked for outside the Web API;
    `requests` are all of those, `stored` what was posted."""

    requests: list[web.Request] = field(default_factory=list)
    stored: list[bytes] = field(default_factory=list)
    answer: Any = None
    root: str = ""

    async def file(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        if request.method == "POST":
            self.stored.append(await request.read())
        if self.answer is not None:
            answered: web.StreamResponse = await self.answer(request)
            return answered
        return web.Response(body=CONTENT, content_type="text/csv")

    def on_files_info(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return {"file": {"id": arguments["file"], "url_private_download": f"{self.root}/files-pri/T1-F1/a.csv"}}

    def on_files_getUploadURLExternal(self, _: Any) -> dict[str, Any]:  # noqa: N802  Slack's name
        return {"upload_url": f"{self.root}/upload/1", "file_id": "F9"}

    def on_files_completeUploadExternal(self, _: Any) -> dict[str, Any]:  # noqa: N802  Slack's name
        return {"files": [{"id": "F9"}]}


@pytest.fixture
async def slack() -> AsyncIterator[FileSlack]:
    small = FileSlack()
    app = web.Application(client_max_size=20_000_000)
    app.router.add_route("*", "/api/{method}", small.handle)
    app.router.add_route("*", "/{path:.*}", small.file)
    async with TestServer(app, host="127.0.0.1") as server:
        small.root = str(server.make_url("")).rstrip("/")
        small.url = f"{small.root}/api/"
        yield small


@pytest.fixture
async def attacker() -> AsyncIterator[FileSlack]:
    """Somebody else's server; whatever it is asked it answers, and remembers with which headers."""
    other = FileSlack()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", other.file)
    async with TestServer(app, host="127.0.0.1") as server:
        other.root = str(server.make_url("")).rstrip("/")
        yield other


class Watched:
    """A session that notes where a request would have gone, and with what, and makes none."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def get(self, url: Any, *, headers: dict[str, str], **_: Any) -> Any:
        self.asked.append((str(url), headers["Authorization"]))
        raise aiohttp.ServerDisconnectedError

    def post(self, url: Any, **options: Any) -> Any:
        self.asked.append((str(url), str(options.get("headers"))))
        raise aiohttp.ServerDisconnectedError


@asynccontextmanager
async def saying(raw: bytes) -> AsyncIterator[str]:
    """A server that answers everything with these bytes and hangs up; its address."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(raw)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def fetched(root: str, limit: int = LIMIT) -> bytes:
    async with aiohttp.ClientSession() as session:
        return await FileHost(session, TOKEN, f"{root}/api/", None).fetch(f"{root}/files-pri/a", limit)


class TestFetching:
    async def test_the_bytes_come_with_the_token(self, slack: FileSlack, gateway: Gateway) -> None:
        assert await gateway.download(f"{slack.root}/files-pri/T1-F1/a.csv", LIMIT) == CONTENT
        assert [request.headers["Authorization"] for request in slack.requests] == [f"Bearer {TOKEN}"]

    async def test_by_its_id_slack_is_asked_where_it_is(self, slack: FileSlack, gateway: Gateway) -> None:
        assert await gateway.download("F0A12BCDE", LIMIT) == CONTENT
        assert slack.called("files.info") == [{"file": "F0A12BCDE"}]

    async def test_a_file_without_an_address_is_not_there(self) -> None:
        with pytest.raises(SlackRefused, match="file_not_found"):
            address_of({"id": "F1", "file_access": "check_file_info"})
        assert address_of({"url_private": "https://files.slack.com/a"}) == "https://files.slack.com/a"
        assert not is_file_id("https://files.slack.com/F1")

    @pytest.mark.parametrize("limit", [len(CONTENT), len(CONTENT) + 1])
    async def test_a_file_of_just_the_limit_is_taken(self, slack: FileSlack, gateway: Gateway, limit: int) -> None:
        assert await gateway.download(f"{slack.root}/files-pri/a", limit) == CONTENT

    async def test_a_larger_file_is_refused_before_it_is_read(self) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 999999999\r\n\r\n"
        async with saying(head) as root:
            with pytest.raises(SlackRefused) as refused:
                await fetched(root)
        assert refused.value.code == "file_too_large"

    async def test_a_larger_file_that_does_not_say_so_is_cut_off(self) -> None:
        sent = 0

        async def endless(request: web.Request) -> web.StreamResponse:
            nonlocal sent
            response = web.StreamResponse(headers={"Content-Type": "text/csv"})
            await response.prepare(request)
            with suppress(ConnectionError):  # the other side hangs up
                while True:
                    await response.write(b"x" * 10_000)
                    sent += 10_000
            return response

        app = web.Application()
        app.router.add_get("/{path:.*}", endless)
        async with TestServer(app, host="127.0.0.1") as server:
            with pytest.raises(SlackRefused, match="file_too_large"):
                await fetched(str(server.make_url("")).rstrip("/"))
        assert sent < 50_000_000

    async def test_more_bytes_than_announced_are_not_part_of_it(self) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 5\r\nConnection: close\r\n\r\n"
        async with saying(head + b"a,b\n1" + b"x" * 100_000) as root:
            with suppress(SlackUnclear):  # where the rest arrives at the same time, the whole answer is not trusted
                assert await fetched(root) == b"a,b\n1"

    @pytest.mark.parametrize(
        "raw",
        [
            b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 5000\r\n\r\na,b\n",
            b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n4\r\na,b\n\r\n",
            b"",
        ],
        ids=["less than announced", "a chunk is missing", "nothing"],
    )
    async def test_a_connection_that_breaks_gives_no_half_a_file(self, raw: bytes) -> None:
        async with saying(raw) as root:
            with pytest.raises(SlackUnclear):
                await fetched(root)

    async def test_the_sign_in_page_is_the_missing_scope(self, slack: FileSlack, gateway: Gateway) -> None:
        async def page(_: web.Request) -> web.Response:
            return web.Response(text="<!DOCTYPE html><html>Sign in</html>", content_type="text/html")

        slack.answer = page
        with pytest.raises(SlackRefused, match="files:read") as refused:
            await gateway.download(f"{slack.root}/files-pri/a", LIMIT)
        assert refused.value.code == "missing_scope"

    @pytest.mark.parametrize(
        ("status", "error"),
        [(403, SlackRefused), (404, SlackRefused), (418, SlackRefused), (429, SlackBusy), (503, SlackUnclear)],
    )
    async def test_a_status_is_one_of_the_four_errors(
        self, slack: FileSlack, gateway: Gateway, status: int, error: type[SlackError]
    ) -> None:
        async def answer(_: web.Request) -> web.Response:
            return web.Response(status=status, headers={"Retry-After": "7"}, text="no")

        slack.answer = answer
        with pytest.raises(error):
            await gateway.download(f"{slack.root}/files-pri/a", LIMIT)

    async def test_nobody_there(self, slack: FileSlack) -> None:
        async with aiohttp.ClientSession() as session, saying(b"") as root:
            host = FileHost(session, TOKEN, f"{root}/api/", None)
        async with aiohttp.ClientSession() as session:
            host._session = session
            with pytest.raises(SlackUnreachable):
                await host.fetch(f"{root}/files-pri/a", LIMIT)


class TestTheToken:
    @pytest.mark.parametrize(
        "address",
        [
            "https://files.slack.com/files-pri/T1-F1/download/a.csv",
            "https://sentosa.slack.com/files-pri/T1-F1/a.csv",
            "https://FILES.slack.com:443/a",
        ],
    )
    async def test_goes_to_slacks_own_hosts(self, address: str) -> None:
        session: Any = Watched()
        with pytest.raises(SlackUnclear):
            await FileHost(session, TOKEN, "https://slack.com/api/", None).fetch(address, LIMIT)
        assert [token for _, token in session.asked] == [f"Bearer {TOKEN}"]

    @pytest.mark.parametrize(
        "address",
        [
            "https://evil.example/files-pri/T1-F1/a.csv",
            "https://files.slack.com.evil.example/a.csv",
            "https://evilslack.com/a.csv",
            "https://slack.com.evil.example/a.csv",
            "https://files.slack.com@evil.example/a.csv",
            "https://evil.example\\@files.slack.com/a.csv",
            "https://somebody:secret@files.slack.com/a.csv",
            "https://evil.example#files.slack.com",
            "https://evil.example?.slack.com",
            "https://files.slack.com:8443/a.csv",
            "http://files.slack.com/a.csv",
            "ftp://files.slack.com/a.csv",
            "file:///etc/passwd",
            "//files.slack.com/a.csv",
            "/files-pri/a.csv",
            "http://127.0.0.1:5432/a.csv",
            "http://169.254.169.254/latest/meta-data",
            "https://[::1]/a.csv",
            "https://files.slack.com:no/a.csv",
            "",
        ],
    )
    async def test_goes_nowhere_else_and_nothing_is_asked_there(self, address: str) -> None:
        session: Any = Watched()
        host = FileHost(session, TOKEN, "https://slack.com/api/", None)
        for work in (host.fetch(address, LIMIT), host.store(address, b"a")):
            with pytest.raises(SlackRefused) as refused:
                await work
            assert refused.value.code == "not_slacks_address"
        assert session.asked == []

    @pytest.mark.parametrize("address", ["https://files.slack.com/a.csv", "http://localhost:1/a.csv"])
    async def test_of_a_stand_in_stays_with_the_stand_in(self, gateway: Gateway, address: str) -> None:
        with pytest.raises(SlackRefused, match="not_slacks_address"):
            await gateway.download(address, LIMIT)

    async def test_an_attackers_server_is_not_even_asked(self, attacker: FileSlack, gateway: Gateway) -> None:
        with pytest.raises(SlackRefused, match="not_slacks_address"):
            await gateway.download(f"{attacker.root}/files-pri/a", LIMIT)
        assert attacker.requests == []
        async with aiohttp.ClientSession() as session, session.get(f"{attacker.root}/control") as answer:
            assert answer.status == 200
        assert len(attacker.requests) == 1, "the control: it would have heard"

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    async def test_a_redirect_to_somebody_else_is_not_followed(
        self, slack: FileSlack, attacker: FileSlack, gateway: Gateway, status: int
    ) -> None:
        async def away(_: web.Request) -> web.Response:
            return web.Response(status=status, headers={"Location": f"{attacker.root}/files-pri/a"})

        slack.answer = away
        with pytest.raises(SlackRefused, match="not_slacks_address"):
            await gateway.download(f"{slack.root}/files-pri/a", LIMIT)
        assert attacker.requests == []

    async def test_a_redirect_within_slack_is_followed(self, slack: FileSlack, gateway: Gateway) -> None:
        async def moved(request: web.Request) -> web.Response:
            if request.path == "/files-pri/b":
                return web.Response(body=CONTENT, content_type="text/csv")
            return web.Response(status=302, headers={"Location": "/files-pri/b"})

        slack.answer = moved
        assert await gateway.download(f"{slack.root}/files-pri/a", LIMIT) == CONTENT

    async def test_a_redirect_that_never_ends_does(self, slack: FileSlack, gateway: Gateway) -> None:
        async def moved(request: web.Request) -> web.Response:
            return web.Response(status=302, headers={"Location": request.path + "a"})

        slack.answer = moved
        with pytest.raises(SlackRefused, match="file_not_found"):
            await gateway.download(f"{slack.root}/files-pri/a", LIMIT)
        assert len(slack.requests) < 10

    @pytest.mark.parametrize("headers", [{}, {"Location": "http://[broken"}])
    async def test_a_redirect_to_nowhere_is_an_error_too(
        self, slack: FileSlack, gateway: Gateway, headers: dict[str, str]
    ) -> None:
        async def moved(_: web.Request) -> web.Response:
            return web.Response(status=302, headers=headers)

        slack.answer = moved
        with pytest.raises(SlackRefused):
            await gateway.download(f"{slack.root}/files-pri/a", LIMIT)


class TestSending:
    async def test_a_file_goes_into_the_persons_messages_in_three_steps(
        self, slack: FileSlack, gateway: Gateway
    ) -> None:
        content = b"x" * 3_000_000
        await gateway.upload("U7", "export.xlsx", content, "Your *export*")
        assert slack.called("conversations.open") == [{"users": "U7"}]
        assert slack.called("files.getUploadURLExternal")[0] == {"filename": "export.xlsx", "length": "3000000"}
        assert slack.stored == [content]
        (done,) = slack.called("files.completeUploadExternal")
        assert (done["channel_id"], done["initial_comment"]) == ("D7", "Your *export*")
        assert "F9" in done["files"]

    async def test_the_token_does_not_go_with_the_bytes(self, slack: FileSlack, gateway: Gateway) -> None:
        await gateway.upload("U7", "export.csv", b"a", "")
        assert len(slack.requests) == 1
        assert "Authorization" not in slack.requests[0].headers

    async def test_bytes_go_to_slack_alone(self, slack: FileSlack, attacker: FileSlack, gateway: Gateway) -> None:
        slack.fail(
            "files.getUploadURLExternal",
            lambda *_: web.json_response({"ok": True, "upload_url": f"{attacker.root}/upload/1", "file_id": "F9"}),
        )
        with pytest.raises(SlackRefused, match="not_slacks_address"):
            await gateway.upload("U7", "export.csv", b"a", "")
        assert attacker.requests == []

    @pytest.mark.parametrize("method", ["conversations.open", "files.getUploadURLExternal"])
    async def test_what_slack_refuses_is_not_shared(self, slack: FileSlack, gateway: Gateway, method: str) -> None:
        slack.fail(method, refuse("missing_scope", needed="files:write"))
        with pytest.raises(SlackRefused, match="files:write"):
            await gateway.upload("U7", "export.csv", b"a", "")
        assert slack.called("files.completeUploadExternal") == []

    @pytest.mark.parametrize(("status", "error"), [(413, SlackRefused), (429, SlackBusy), (500, SlackUnclear)])
    async def test_bytes_that_do_not_arrive_are_not_shared(
        self, slack: FileSlack, gateway: Gateway, status: int, error: type[SlackError]
    ) -> None:
        async def answer(_: web.Request) -> web.Response:
            return web.Response(status=status)

        slack.answer = answer
        with pytest.raises(error):
            await gateway.upload("U7", "export.csv", b"a", "")
        assert slack.called("files.completeUploadExternal") == []
