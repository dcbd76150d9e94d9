"""What entries add up to is kept beside them: of everybody by day, of each member by week.

Revision 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MONDAY = {
    "sqlite": "date(\"on\", 'weekday 0', '-6 days')",
    "postgresql": "CAST(date_trunc('week', CAST(\"on\" AS timestamp)) AS date)",
}
# A row for each group; of its active entries the latest stands in the first place.
FILL = """
    INSERT INTO {table} (workspace_id, kpi_key, first, {member}high, low, times, last, last_on, last_at, last_id,
                         changed_at)
    SELECT workspace_id, kpi_key, first, {member}
           SUM(times * ((value - value % 1000000000) / 1000000000)), SUM(times * (value % 1000000000)), SUM(times),
           COALESCE(MAX(CASE WHEN place = times THEN value END), 0),
           COALESCE(MAX(CASE WHEN place = times THEN "on" END), first),
           COALESCE(MAX(CASE WHEN place = times THEN logged_at END), {long_ago}),
           COALESCE(MAX(CASE WHEN place = times THEN id END), ''),
           MAX(CASE WHEN changed_at > logged_at THEN changed_at ELSE logged_at END)
    FROM (SELECT workspace_id, kpi_key, member_id, {first} AS first, value, "on", logged_at, id, changed_at,
                 CASE WHEN state = 'active' THEN 1 ELSE 0 END AS times,
                 ROW_NUMBER() OVER (PARTITION BY workspace_id, kpi_key, {member}{first}
                                    ORDER BY CASE WHEN state = 'active' THEN 1 ELSE 0 END DESC,
                                             "on" DESC, logged_at DESC, id DESC) AS place
          FROM entries WHERE state <> 'staged') AS placed
    GROUP BY workspace_id, kpi_key, {member}first
"""
LONG_AGO = {"sqlite": "'1970-01-01 00:00:00.000000'", "postgresql": "CAST('1970-01-01 00:00:00+00' AS timestamptz)"}


def upgrade() -> None:
    for table, more in (("entry_days", ()), ("entry_weeks", ("member_id",))):
        op.create_table(
            table,
            *(sa.Column(name, sa.String(), nullable=False) for name in ("workspace_id", "kpi_key")),
            sa.Column("first", sa.Date(), nullable=False),
            *(sa.Column(name, sa.String(), nullable=False) for name in more),
            *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("high", "low", "times", "last")),
            sa.Column("last_on", sa.Date(), nullable=False),
            sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("last_id", sa.String(), nullable=False),
            sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
            sa.PrimaryKeyConstraint("workspace_id", "kpi_key", "first", *more, name=op.f(f"pk_{table}")),
            sqlite_with_rowid=False,
        )
    dialect = op.get_bind().dialect.name
    monday, long_ago = MONDAY[dialect], LONG_AGO[dialect]
    op.execute(FILL.format(table="entry_days", member="", first='"on"', long_ago=long_ago))
    op.execute(FILL.format(table="entry_weeks", member="member_id, ", first=monday, long_ago=long_ago))


def downgrade() -> None:
    op.drop_table("entry_weeks")
    op.drop_table("entry_days")
