"""Fixtures for every test: a clean migrated database of each kind, and a storage opened on it.

A test that takes `storage` (or `database`) runs on SQLite and on PostgreSQL. A folder of tests that needs one kind only
overrides `backend`.

Nothing here waits for a disk, as far as that is not what a test asks: all folders of tests lie in memory where there is
room, and SQLite is told not to wait. A module that asks what survives a power cut overrides `quick_commits`.
"""

import gc
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from storage import Storage, migrate
from storage import database as opening
from tests.memory_folders import folder_in_memory
from tests.postgres_server import CannotStart, PostgresServer

# Machines are shared and noisy: how long an example takes proves nothing.
settings.register_profile("denyut", deadline=None)
settings.load_profile("denyut")

LONGEST = (
    "tests/hostile/test_hostile_payloads.py",
    "tests/faults/test_kills_at_random.py",
    "tests/faults/test_kills_at_points.py",
    "tests/e2e/test_kpis_in_full.py",
    "tests/hostile/test_repeated_deliveries.py",
    "tests/faults/test_replicas.py",
    "tests/e2e/test_installing.py",
    "tests/e2e/test_oneonones.py",
)
"""Modules with tests of more than ten seconds."""


def pytest_configure(config: pytest.Config) -> None:
    """Folders of tests go where pytest was told to put them, or into memory."""
    memory = folder_in_memory()
    if memory is not None and not config.option.basetemp:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest go first, the rest as it came: one that began last would be waited for with a core idle."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(places)))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What is loaded and collected stays to the end: looking through it again and again for garbage finds none."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="module", autouse=True)
def quick_commits() -> Iterator[None]:
    """SQLite in this process leaves it to the system when its writes reach the disk: a process that ends loses none."""
    in_earnest = opening.SQLITE_PRAGMAS
    opening.SQLITE_PRAGMAS = tuple(each.replace("synchronous=FULL", "synchronous=OFF") for each in in_earnest)
    yield
    opening.SQLITE_PRAGMAS = in_earnest


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """A command run within a test sets up the process's logs, on a stream that is gone after it."""
    root, ours, raises = logging.getLogger(), logging.getLogger("denyut"), logging.raiseExceptions
    levels, handlers = (root.level, ours.level), list(root.handlers)
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    ours.setLevel(levels[1])
    logging.raiseExceptions = raises


@dataclass(frozen=True)
class Database:
    """A database of its own for one test. `folder` is the data folder, and holds the file of a SQLite database."""

    backend: str
    url: str
    folder: Path


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of database."""
    return str(request.param)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Callable[[], PostgresServer]]:
    """Starts PostgreSQL when first asked for; skips who asks when it cannot run here."""
    started: list[PostgresServer | CannotStart] = []

    def start() -> PostgresServer:
        if not started:
            try:
                server = PostgresServer(folder_in_memory())
                started.append(server)
                server.execute("CREATE DATABASE template_denyut")
                migrate.upgrade(server.url("template_denyut"))
            except CannotStart as error:
                started.append(error)
        if isinstance(started[0], CannotStart):
            pytest.skip(f"PostgreSQL cannot be started here ({started[0]})")
        return started[0]

    yield start
    for server in started:
        if isinstance(server, PostgresServer):
            server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("template") / "denyut.db"
    migrate.upgrade(f"sqlite:///{path}")
    return path


_numbers = count(1)


@pytest.fixture
def new_database(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[[bool], Database]]:
    """Makes databases: migrated ones, or with False empty ones."""
    with ExitStack() as afterwards:

        def make(migrated: bool = True) -> Database:
            number = next(_numbers)
            folder = tmp_path / f"data{number}"
            folder.mkdir()
            if backend == "sqlite":
                if migrated:
                    shutil.copy(request.getfixturevalue("sqlite_template"), folder / "denyut.db")
                return Database(backend, f"sqlite:///{folder}/denyut.db", folder)
            server: PostgresServer = request.getfixturevalue("postgres_server")()
            name = f"test{number}"
            template = "template_denyut" if migrated else "template1"
            server.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
            afterwards.callback(server.execute, f"DROP DATABASE {name} WITH (FORCE)")
            return Database(backend, server.url(name), folder)

        yield make


@pytest.fixture
def database(new_database: Callable[[], Database]) -> Database:
    """A migrated database of its own."""
    return new_database()


@pytest.fixture
def storage(database: Database) -> Iterator[Storage]:
    """A storage on a database of its own."""
    opened = Storage.open(database.url, database.folder)
    yield opened
    opened.close()
