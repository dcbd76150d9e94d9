"""What every answer is compared with: a Bolt app with one listener that only acknowledges, set up as well as Bolt
allows (`process_before_response`, uvicorn with uvloop). `python -m benchmarks.bare_bolt PORT SLACK_API_URL`.
"""

import re
import sys

import uvicorn
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from benchmarks.requests import SECRET


async def acknowledge(ack: AsyncAck) -> None:
    await ack()


def bare_app(slack_api_url: str) -> AsyncApp:
    client = AsyncWebClient(token="xoxb-bench", base_url=slack_api_url)
    app = AsyncApp(signing_secret=SECRET, client=client, process_before_response=True)
    app.action(re.compile(".*"))(acknowledge)
    return app


if __name__ == "__main__":
    handler = AsyncSlackRequestHandler(bare_app(sys.argv[2]))
    uvicorn.run(handler, port=int(sys.argv[1]), lifespan="off", ws="none", log_config=None, access_log=False)
