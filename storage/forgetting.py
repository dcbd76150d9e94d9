"""Forgetting a workspace: every row of it in every table, the keys of its rounds, and the bytes that deleted rows leave
behind. When that is to happen is not known here.

Steps, each safe to repeat, so that a crash between any two of them is mended by forgetting again: the installation and
the workspace itself go last. Rows go in pieces: there may be millions, and nobody else's click is to wait for them.
"""

from functools import partial

from sqlalchemy import Table, select, tuple_

from storage.operating_tables import InstallationRow
from storage.round_keys import RoundKeys
from storage.sealing import scrub
from storage.tables import RoundRow, Row, WorkspaceRow, table
from storage.unit_of_work import UnitOfWork
from storage.writer import Writer

AT_A_TIME = 2000


def forget_workspace(writer: Writer, keys: RoundKeys, workspace_id: str) -> None:
    """Delete all there is of a workspace, or of an organisation. Raises `sealing.NotScrubbed` when another process was
    reading all the while: then everything is deleted, and its bytes go with the next seal."""
    keys.destroy_all(workspace_id)
    for each in _in_order():
        while writer.submit(workspace_id, partial(_delete_some, each)).result():
            pass
    writer.errand(scrub).result()


def _in_order() -> list[Table]:
    """What refers to others first, what tells that there is something to forget last."""
    last = [table(InstallationRow), table(WorkspaceRow)]
    return [each for each in reversed(Row.metadata.sorted_tables) if each not in last] + last


def _delete_some(rows: Table, db: UnitOfWork) -> bool:
    """Delete some rows of the workspace; whether there may be more. Anonymous answers are found through their round."""
    scope, keys = db._scope, list(rows.primary_key)
    if "workspace_id" in rows.c:
        here = rows.c.workspace_id == scope.workspace_id
    else:
        of_rounds = scope.select(table(RoundRow), columns=[table(RoundRow).c.id])
        here = rows.c.round_id.in_(of_rounds)
    some = select(*keys).where(here).limit(AT_A_TIME)
    statement = rows.delete().where(tuple_(*keys).in_(some) if len(keys) > 1 else keys[0].in_(some))
    return scope.change(statement) == AT_A_TIME
