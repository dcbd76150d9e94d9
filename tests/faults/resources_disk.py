"""A disk that can be told to fail, and one that forgets what was not synced when the power goes: a few lines of C
between a child process and the system, for whoever has a C compiler.

What was on disk at the last fsync of each file lies beside it in a folder of its own: that is what a power cut leaves.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* $DISK_ORDERS/eio is there: every sync fails with EIO, as often as that file is long, or for ever if empty. */
static int is_broken(void) {
    const char *orders = getenv("DISK_ORDERS");
    char path[4096];
    struct stat found;
    if (!orders) return 0;
    snprintf(path, sizeof path, "%s/eio", orders);
    if (stat(path, &found)) return 0;
    if (found.st_size == 1) unlink(path);
    else if (found.st_size > 1 && truncate(path, found.st_size - 1)) return 1;
    return 1;
}

/* Keeps the file as it is now: from here on a power cut cannot take it away. */
static void keep(int handle) {
    const char *kept = getenv("DISK_KEPT");
    char link[64], path[4096], copy[8300], bytes[65536];
    ssize_t length;
    off_t at = 0;
    if (!kept) return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    length = readlink(link, path, sizeof path - 1);
    if (length < 0) return;
    path[length] = 0;
    snprintf(copy, sizeof copy, "%s/%s", kept, strrchr(path, '/') + 1);
    int to = open(copy, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    while (to >= 0 && (length = pread(handle, bytes, sizeof bytes, at)) > 0) {
        if (write(to, bytes, length) != length) abort();
        at += length;
    }
    if (to >= 0) close(to);
}

static int synced(const char *name, int handle) {
    int (*real)(int) = dlsym(RTLD_NEXT, name);
    if (is_broken()) { errno = EIO; return -1; }
    int result = real(handle);
    if (!result) keep(handle);
    return result;
}

int fsync(int handle) { return synced("fsync", handle); }
int fdatasync(int handle) { return synced("fdatasync", handle); }
"""


@dataclass(frozen=True, slots=True)
class Disk:
    """What stands between a child and the system: `environment` is added to the child's."""

    library: Path
    orders: Path
    kept: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "LD_PRELOAD": str(self.library),
            "DISK_ORDERS": str(self.orders),
            "DISK_KEPT": str(self.kept),
        }

    def fail(self, times: int | None = None) -> None:
        """From now on syncs fail, so many times or for ever."""
        (self.orders / "eio").write_text("x" * (times or 0))

    def heal(self) -> None:
        (self.orders / "eio").unlink(missing_ok=True)

    def cut_power(self, folder: Path) -> None:
        """After the child was killed: leaves in the folder what was synced, and nothing else."""
        for path in folder.glob("denyut.db*"):
            path.unlink()
        for path in self.kept.glob("denyut.db*"):
            if not path.name.endswith("-shm"):
                shutil.copy(path, folder / path.name)


def made(folder: Path) -> Disk | None:
    """A disk whose orders lie in the folder; None where there is no C compiler."""
    compiler = shutil.which("cc")
    if compiler is None or os.name != "posix":
        return None
    source, library = folder / "disk.c", folder / "disk.so"
    source.write_text(SOURCE)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True, capture_output=True)
    for name in ("orders", "kept"):
        (folder / name).mkdir()
    return Disk(library, folder / "orders", folder / "kept")
