"""The bare Bolt app of `bare_bolt` with a store: each request is one upsert and one commit of its own, before its
acknowledgement, as durable as SQLite can be told to be. `python -m benchmarks.commit_each PORT SLACK_API_URL DATABASE`.
"""

import re
import sqlite3
import sys
from typing import Any

import uvicorn
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from benchmarks.requests import SECRET

TABLE = """
    CREATE TABLE answers (question TEXT, member TEXT, value TEXT, request TEXT, PRIMARY KEY (question, member))
    WITHOUT ROWID
"""
UPSERT = """
    INSERT INTO answers VALUES (?, ?, ?, ?)
    ON CONFLICT (question, member) DO UPDATE SET value = excluded.value, request = excluded.request
"""


def storing_app(slack_api_url: str, database: sqlite3.Connection) -> AsyncApp:
    client = AsyncWebClient(token="xoxb-bench", base_url=slack_api_url)
    app = AsyncApp(signing_secret=SECRET, client=client, process_before_response=True)

    async def keep(ack: AsyncAck, body: dict[str, Any]) -> None:
        action = body["actions"][0]
        # SQLite writes nothing where nothing changes: the request makes each a write, also of whoever answers again
        row = (action["block_id"], body["user"]["id"], action["action_id"], body["trigger_id"])
        with database:
            database.execute(UPSERT, row)
        await ack()

    app.action(re.compile(".*"))(keep)
    return app


if __name__ == "__main__":
    connection = sqlite3.connect(sys.argv[3])
    for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", TABLE):
        connection.execute(statement).close()
    handler = AsyncSlackRequestHandler(storing_app(sys.argv[2], connection))
    uvicorn.run(handler, port=int(sys.argv[1]), lifespan="off", ws="none", log_config=None, access_log=False)
