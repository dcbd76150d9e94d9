"""KPIs in full: own definitions, settings, notes, who may do what, teams, tokens, and what alerts were told.

Revision 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NEW = ("standings", "kpi_versions", "kpi_settings", "kpi_notes", "policies", "team_members", "api_tokens")
ADDED = (
    ("entries", "confidence", sa.String(16)),
    ("entries", "corrects", sa.String()),
    ("entries", "because", sa.Text()),
    ("targets", "aim", sa.String(16)),
    ("targets", "upper", sa.BigInteger()),
    ("targets", "because", sa.Text()),
)


def upgrade() -> None:
    for name, column, kind in ADDED:
        op.add_column(name, sa.Column(column, kind, nullable=True))
    op.drop_index(op.f("ix_entries_workspace_id_kpi_key_on"), "entries")
    op.create_index(
        "ix_entries_totals", "entries", ["workspace_id", "kpi_key", "on", "state", "value", "member_id"], unique=False
    )
    op.create_index(
        "ix_entries_corrects",
        "entries",
        ["workspace_id", "corrects"],
        sqlite_where=sa.text("corrects IS NOT NULL"),
        postgresql_where=sa.text("corrects IS NOT NULL"),
    )
    op.create_table(
        "standings",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("target_id", sa.String(), nullable=False),
        sa.Column("period_first", sa.Date(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workspace_id", "target_id"],
            ["targets.workspace_id", "targets.id"],
            name=op.f("fk_standings_workspace_id_target_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "target_id", name=op.f("pk_standings")),
    )
    op.create_table(
        "kpi_versions",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("kpi_key", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "kpi_key", "number", name=op.f("pk_kpi_versions")),
    )
    op.create_table(
        "kpi_settings",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("kpi_key", sa.String(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "kpi_key", name=op.f("pk_kpi_settings")),
    )
    op.create_table(
        "kpi_notes",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kpi_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_kpi_notes")),
    )
    op.create_index(op.f("ix_kpi_notes_workspace_id_kpi_key_at"), "kpi_notes", ["workspace_id", "kpi_key", "at"])
    op.create_table(
        "policies",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_policies")),
    )
    op.create_table(
        "team_members",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "team_id", "member_id", name=op.f("pk_team_members")),
    )
    op.create_index(op.f("ix_team_members_workspace_id_member_id"), "team_members", ["workspace_id", "member_id"])
    op.create_table(
        "api_tokens",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=True),
        sa.Column("revoked_by", sa.String(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_tokens_digest")),
    )


def downgrade() -> None:
    for name in NEW:
        op.drop_table(name)
    op.drop_index("ix_entries_corrects", "entries")
    op.drop_index("ix_entries_totals", "entries")
    op.create_index(op.f("ix_entries_workspace_id_kpi_key_on"), "entries", ["workspace_id", "kpi_key", "on"])
    for name, column, _ in reversed(ADDED):
        with op.batch_alter_table(name) as changed:
            changed.drop_column(column)
