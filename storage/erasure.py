"""Erasing a member for good: their rows, their answers of open rounds, and the bytes that deleted rows leave behind.

Steps, each safe to repeat, so that a crash between any two of them is mended by erasing again. Entries go in pieces: a
member may have a hundred thousand, and nobody's click is to wait for all of them. They are asked no more before their
answers go, so that none that comes in between stays behind.
"""

from datetime import datetime
from functools import partial

from bot.domain.audit import Act, Deed
from storage.personal_data import pseudonym
from storage.sealing import scrub
from storage.unit_of_work import UnitOfWork
from storage.writer import Writer

AT_A_TIME = 2000


def erase(writer: Writer, workspace_id: str, member_id: str, now: datetime, by: str | None = None) -> None:
    """Erase a member of a workspace as of `now` (aware). That it was done is written into the audit log: by themselves,
    under the id that stands for them from now on, or `by` somebody else. Raises `sealing.NotScrubbed` when another
    process was reading all the while: then everything is deleted, and its bytes go with the next erasure or seal."""
    instead = pseudonym()
    is_known = writer.submit(workspace_id, lambda db: _ask_no_more(db, member_id)).result()
    writer.submit(workspace_id, lambda db: _forget_answers(db, member_id)).result()
    ids = writer.submit(workspace_id, lambda db: db.privacy.entry_ids(member_id)).result()
    for start in range(0, len(ids), AT_A_TIME):
        some = ids[start : start + AT_A_TIME]
        writer.submit(workspace_id, partial(_erase_entries, some, member_id, instead)).result()
    is_known = is_known or bool(ids)
    writer.submit(workspace_id, lambda db: _erase_rest(db, member_id, instead, now, by, is_known)).result()
    writer.errand(scrub).result()


def _erase_entries(ids: list[str], member_id: str, instead: str, db: UnitOfWork) -> None:
    db.privacy.erase_entries(ids, member_id, instead)


def _ask_no_more(db: UnitOfWork, member_id: str) -> bool:
    """From then on no answer of theirs is taken. Whether anything was stored of them."""
    is_known = bool(db.privacy.stored(member_id))
    for asking in db.rounds.open_for(member_id):
        db.rounds.uninvite(asking.id, member_id)
    return is_known


def _forget_answers(db: UnitOfWork, member_id: str) -> None:
    """Of every open round: which of them asked them is not known any more."""
    for asking in db.rounds.open():
        db.answers.forget(asking.id, member_id)


def _erase_rest(db: UnitOfWork, member_id: str, instead: str, now: datetime, by: str | None, is_known: bool) -> None:
    left = db.privacy.entry_ids(member_id)  # logged in between
    db.privacy.erase_entries(left, member_id, instead)
    is_known = is_known or bool(left or db.privacy.stored(member_id))
    db.privacy.erase(member_id, instead, now)
    if not is_known:
        return
    db.audit.note(Act(now, instead if by is None else by, Deed.MEMBER_ERASED, instead))
