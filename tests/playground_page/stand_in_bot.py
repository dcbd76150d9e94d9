"""A bot of a few lines over the real Web API and Socket Mode, for tests of the page against the real playground."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

Json = dict[str, Any]
Answer = Callable[[AsyncWebClient, str, Json], Awaitable[Json | None]]


@asynccontextmanager
async def standing_in(api_url: str, answer: Answer) -> AsyncIterator[AsyncWebClient]:
    """Acknowledges every envelope with what `answer(client, type, payload)` returns; yields the client."""
    client = AsyncWebClient(token="xoxb-playground", base_url=api_url, retry_handlers=[])
    async with aiohttp.ClientSession() as session:
        opened = await client.apps_connections_open(app_token="xapp-playground")
        async with session.ws_connect(str(opened["url"])) as socket:
            hello = json.loads((await socket.receive()).data)
            assert hello["type"] == "hello"

            async def serve() -> None:
                async for frame in socket:
                    envelope = json.loads(frame.data)
                    if "envelope_id" not in envelope:
                        continue
                    said = await answer(client, envelope["type"], envelope["payload"])
                    await socket.send_json(
                        {"envelope_id": envelope["envelope_id"], **({"payload": said} if said else {})}
                    )

            task = asyncio.create_task(serve())
            try:
                yield client
            finally:
                await socket.close()
                await task
