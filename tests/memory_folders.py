"""Where tests may keep files without waiting for a disk. What is kept there is gone when the session ends."""

import os
import shutil
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")
ROOM_BYTES = 1 << 30


def folder_in_memory() -> Path | None:
    """A folder whose files lie in memory; None where there is none, or too little room in it (as in a container that
    was given no more than the usual 64 MB)."""
    if not os.access(SHARED_MEMORY, os.W_OK | os.X_OK) or shutil.disk_usage(SHARED_MEMORY).free < ROOM_BYTES:
        return None
    return SHARED_MEMORY
