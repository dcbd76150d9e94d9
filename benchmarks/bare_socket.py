"""The bare Bolt app of `bare_bolt` over Socket Mode, on slack_sdk's aiohttp client or on Denyut's own.
`python -m benchmarks.bare_socket (slack_sdk|own) SLACK_API_URL`.
"""

import asyncio
import sys

import uvloop
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

from benchmarks.bare_bolt import bare_app
from bot.socket_mode import SocketWayIn

APP_TOKEN = "xapp-bench"


async def serve(client: str, slack_api_url: str) -> None:
    bolt = bare_app(slack_api_url)
    if client == "own":
        await SocketWayIn(bolt, APP_TOKEN, bolt.client).open()
    else:
        await AsyncSocketModeHandler(bolt, APP_TOKEN).connect_async()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(*sys.argv[1:]))
