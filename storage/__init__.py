"""Everything that is kept: tables, transactions, repositories. It knows the domain and nothing else of the bot.

Import `Storage`, `UnitOfWork`, `CannotOpen` and its `CannotReach`, `NotScrubbed`, `new_id`, the kinds of
`StorageTrouble` and what they are made of (`reason_of`), `Refused` with `plain_refusals`,
`following_writes`, and the module `storage.migrate` from here; rows, engines and statements stay inside.
"""

from storage.database import CannotOpen, CannotReach
from storage.scope import new_id
from storage.sealing import NotScrubbed
from storage.store import Storage, following_writes
from storage.trouble import (
    CannotRead,
    CannotWrite,
    Refused,
    StorageTrouble,
    UnclearWrite,
    plain_refusals,
    reason_of,
)
from storage.unit_of_work import UnitOfWork

__all__ = [
    "CannotOpen",
    "CannotReach",
    "CannotRead",
    "CannotWrite",
    "NotScrubbed",
    "Refused",
    "Storage",
    "StorageTrouble",
    "UnclearWrite",
    "UnitOfWork",
    "following_writes",
    "new_id",
    "plain_refusals",
    "reason_of",
]
