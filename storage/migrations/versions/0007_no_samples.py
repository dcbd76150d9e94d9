"""PostgreSQL keeps samples of every column beside the tables (`pg_statistic`), which no VACUUM removes: of the keys of
anonymous answers, and of what people wrote, none are taken any more, and those that were taken go.

Revision 0007, after 0006. Nothing to do on SQLite.
"""

from alembic import op
from sqlalchemy import text

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# No statement looks for rows by these, so that nothing is planned worse without; keys are found by their unique index.
SAID = {
    "participations": ("key",),
    "answers": ("key",),
    "comments": ("key", "text"),
    "named_answers": ("text",),
    "members": ("name",),
    "attributes": ("value",),
    "entries": ("note", "because"),
    "targets": ("because",),
    "kpi_notes": ("text",),
    "kpi_versions": ("because",),
    "actions": ("text",),
    "points": ("text",),
    "meetings": ("notes",),
    "follow_ups": ("text",),
}
TYPE = (
    "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = CAST(:of AS regclass) AND attname = :is"
)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    for table, columns in SAID.items():
        for column in columns:
            kept_as = connection.execute(text(TYPE), {"of": table, "is": column}).scalar_one()
            # to be given the type that it has rewrites nothing, and forgets the samples
            op.execute(f'ALTER TABLE {table} ALTER COLUMN "{column}" TYPE {kept_as}')
            op.execute(f'ALTER TABLE {table} ALTER COLUMN "{column}" SET STATISTICS 0')


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table, columns in SAID.items():
        for column in columns:
            op.execute(f'ALTER TABLE {table} ALTER COLUMN "{column}" SET STATISTICS -1')
