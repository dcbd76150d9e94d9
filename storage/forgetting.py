"""Forgetting a workspace: every row of it in every table, the keys of its rounds, and the bytes that deleted rows leave
behind. When that is to happen is not known here.

Steps, each safe to repeat, so that a crash between any two of them is mended by forgetting again: the workspace itself
and its installation go last. Rows go in pieces: there may be millions, and nobody else's click is to wait for them. Who
adds Denyut anew meanwhile keeps what they added: from then on no further piece goes.
"""

from functools import partial

from sqlalchemy import Table, select, tuple_

from bot.domain.installations import Installation
from storage.operating_tables import InstallationRow
from storage.round_keys import RoundKeys
from storage.sealing import scrub
from storage.tables import RoundRow, Row, WorkspaceRow, table
from storage.unit_of_work import UnitOfWork
from storage.writer import Writer

AT_A_TIME = 2000


def forget_workspace(writer: Writer, keys: RoundKeys, workspace_id: str, left: Installation | None = None) -> bool:
    """Delete all there is of a workspace, or of an organisation; `left` is its installation as it was when that was
    decided. False, and what is left stays, where it has another one by now. Raises `sealing.NotScrubbed` when another
    process was reading all the while: then everything is deleted, and its bytes go with the next seal."""
    before = left or writer.submit(workspace_id, lambda db: db.installation.get()).result()
    if writer.submit(workspace_id, lambda db: _is_back(db, before)).result():
        return False
    keys.destroy_all(workspace_id)
    for each in _in_order():
        some: bool | None = True
        while some:
            some = writer.submit(workspace_id, partial(_delete_some, each, before)).result()
        if some is None:
            return False
    writer.errand(scrub).result()
    return True


def _is_back(db: UnitOfWork, before: Installation | None) -> bool:
    """Whether there is another installation than before. It stays as it is until the piece at hand is done."""
    there = db.installation.get(locked=True)
    return there is not None and there != before


def _in_order() -> list[Table]:
    """What refers to others first, what tells that there is something to forget last."""
    last = [table(WorkspaceRow), table(InstallationRow)]
    return [each for each in reversed(Row.metadata.sorted_tables) if each not in last] + last


def _delete_some(rows: Table, before: Installation | None, db: UnitOfWork) -> bool | None:
    """Delete some rows of the workspace; whether there may be more, None where it is not to be forgotten any more.
    Anonymous answers are found through their round."""
    if _is_back(db, before):
        return None
    scope, keys = db._scope, list(rows.primary_key)
    if "workspace_id" in rows.c:
        here = rows.c.workspace_id == scope.workspace_id
    else:
        of_rounds = scope.select(table(RoundRow), columns=[table(RoundRow).c.id])
        here = rows.c.round_id.in_(of_rounds)
    some = select(*keys).where(here).limit(AT_A_TIME)
    statement = rows.delete().where(tuple_(*keys).in_(some) if len(keys) > 1 else keys[0].in_(some))
    return scope.change(statement) == AT_A_TIME
