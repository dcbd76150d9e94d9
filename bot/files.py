"""Files in and out for the command line: reads the file, finds the workspace, calls the feature, says what happened.
What a line of a file means is the feature's matter.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import yaml

from bot.domain.errors import DomainError
from bot.i18n import load
from bot.run import CannotStart, connect_slack, open_storage
from bot.settings import Settings
from storage import Storage, UnitOfWork

T = TypeVar("T")
LARGEST_FILE = 100_000_000
