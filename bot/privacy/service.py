"""A member's data as one file, for themselves or for whoever runs Denyut on their behalf. Erasing it is the matter of
`storage.erasure`."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from bot.domain.audit import Act, Deed
from storage import UnitOfWork

FORMAT = 1


def export_member(db: UnitOfWork, member_id: str, now: datetime) -> bytes:
    """All that is the member's own as JSON in UTF-8, kind by kind as it is stored, and what they answered in surveys
    that are still open. Answers of closed anonymous rounds cannot be told apart from others' any more. `now` is UTC."""
    found: dict[str, Any] = dict(db.privacy.export(member_id))
    found["open_answers"] = _open_answers(db, member_id)
    whole = {"format": FORMAT, "member": member_id, "made_at": now, "data": found}
    return json.dumps(_plain(whole), ensure_ascii=False, indent=2).encode()


def note_export(db: UnitOfWork, member_id: str, now: datetime) -> None:
    """Writes into the audit log that a member took their data along."""
    db.audit.note(Act(now, member_id, Deed.MEMBER_EXPORTED, member_id))


def _open_answers(db: UnitOfWork, member_id: str) -> list[dict[str, Any]]:
    found = []
    for asking in db.rounds.open_for(member_id):
        own = db.answers.own(asking.id, member_id, [each.id for each in asking.questions])
        if own.values or own.texts:
            found.append({"round_id": asking.id, "values": dict(own.values), "texts": dict(own.texts)})
    return found


def _plain(value: Any) -> Any:
    """What JSON knows: moments and days as ISO 8601, exact numbers as text."""
    match value:
        case datetime() | date() | time():
            return value.isoformat()
        case Decimal():
            return str(value)
        case frozenset():
            return sorted(value)
        case str() | int() | float() | bool() | None:
            return value
        case Mapping():
            return {str(key): _plain(each) for key, each in value.items()}
        case Sequence():
            return [_plain(each) for each in value]
        case _:
            return str(value)
