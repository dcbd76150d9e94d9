"""The first tables.

Revision 0001, after nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "absences",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "member_id", "first", "last", name=op.f("pk_absences")),
    )
    op.create_table(
        "deliveries",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("receiver", sa.String(), nullable=False),
        sa.Column("verb", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("target_id", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("ts", sa.String(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint(
            "workspace_id",
            "purpose",
            "subject",
            "receiver",
            name=op.f("uq_deliveries_workspace_id_purpose_subject_receiver"),
        ),
    )
    op.create_index(op.f("ix_deliveries_workspace_id_state_due_at"), "deliveries", ["workspace_id", "state", "due_at"])

    op.create_table(
        "entries",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kpi_key", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("logged_by", sa.String(), nullable=False),
        sa.Column("logged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_entries")),
        sa.UniqueConstraint("workspace_id", "source", name=op.f("uq_entries_workspace_id_source")),
    )
    op.create_index(op.f("ix_entries_workspace_id_kpi_key_on"), "entries", ["workspace_id", "kpi_key", "on"])
    op.create_index(
        op.f("ix_entries_workspace_id_logged_by_logged_at"),
        "entries",
        ["workspace_id", "logged_by", "logged_at"],
    )

    op.create_table(
        "handled",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "key", name=op.f("pk_handled")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_handled_workspace_id_at"), "handled", ["workspace_id", "at"])

    op.create_table(
        "members",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("slack_locale", sa.String(), nullable=False),
        sa.Column("slack_zone", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("is_bot", sa.Boolean(), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), nullable=False),
        sa.Column("is_guest", sa.Boolean(), nullable=False),
        sa.Column("is_outsider", sa.Boolean(), nullable=False),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_members")),
    )
    op.create_table(
        "schedules",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject_id", sa.String(), nullable=False),
        sa.Column("cadence", sa.String(16), nullable=False),
        sa.Column("anchor", sa.Date(), nullable=False),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("planned_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_schedules")),
        sa.UniqueConstraint(
            "workspace_id", "kind", "subject_id", name=op.f("uq_schedules_workspace_id_kind_subject_id")
        ),
    )
    op.create_table(
        "summaries",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_summaries")),
    )
    op.create_index(
        "uq_summaries_channel",
        "summaries",
        ["workspace_id", "channel_id"],
        unique=True,
        sqlite_where=sa.text("active"),
        postgresql_where=sa.text("active"),
    )

    op.create_table(
        "surveys",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("handle", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("scale_low", sa.SmallInteger(), nullable=False),
        sa.Column("scale_high", sa.SmallInteger(), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_surveys")),
    )
    op.create_index(
        "uq_surveys_handle",
        "surveys",
        ["workspace_id", "handle"],
        unique=True,
        sqlite_where=sa.text("state <> 'deleted'"),
        postgresql_where=sa.text("state <> 'deleted'"),
    )

    op.create_table(
        "targets",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kpi_key", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("owner_id", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_targets")),
    )
    op.create_index(
        "uq_targets_active",
        "targets",
        ["workspace_id", "kpi_key", "owner_id", "period"],
        unique=True,
        sqlite_where=sa.text("replaced_at IS NULL"),
        postgresql_where=sa.text("replaced_at IS NULL"),
    )

    op.create_table(
        "workspaces",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_workspaces")),
    )
    op.create_table(
        "occurrences",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("schedule_id", sa.String(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "schedule_id"],
            ["schedules.workspace_id", "schedules.id"],
            name=op.f("fk_occurrences_workspace_id_schedule_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "schedule_id", "local_date", name=op.f("pk_occurrences")),
    )
    op.create_table(
        "rounds",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("survey_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("scale_low", sa.SmallInteger(), nullable=False),
        sa.Column("scale_high", sa.SmallInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("min_score", sa.Integer(), nullable=False),
        sa.Column("min_comments", sa.Integer(), nullable=False),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "survey_id"],
            ["surveys.workspace_id", "surveys.id"],
            name=op.f("fk_rounds_workspace_id_survey_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_rounds")),
        sa.UniqueConstraint("id", name=op.f("uq_rounds_id")),
        sa.UniqueConstraint(
            "workspace_id", "survey_id", "number", name=op.f("uq_rounds_workspace_id_survey_id_number")
        ),
    )
    op.create_index(op.f("ix_rounds_workspace_id_state_closes_at"), "rounds", ["workspace_id", "state", "closes_at"])
    op.create_index(
        "uq_rounds_running",
        "rounds",
        ["workspace_id", "survey_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('launching', 'open')"),
        postgresql_where=sa.text("state IN ('launching', 'open')"),
    )

    op.create_table(
        "answers",
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("round_id", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_answers_round_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_answers")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_answers_round_id_question"), "answers", ["round_id", "question"])

    op.create_table(
        "comments",
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("round_id", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_comments_round_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_comments")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_comments_round_id"), "comments", ["round_id"])

    op.create_table(
        "invitations",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("round_id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "round_id"],
            ["rounds.workspace_id", "rounds.id"],
            name=op.f("fk_invitations_workspace_id_round_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "round_id", "member_id", name=op.f("pk_invitations")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_invitations_workspace_id_member_id"), "invitations", ["workspace_id", "member_id"])


def downgrade() -> None:
    for name in (
        "invitations",
        "comments",
        "answers",
        "rounds",
        "occurrences",
        "workspaces",
        "targets",
        "surveys",
        "summaries",
        "schedules",
        "members",
        "handled",
        "entries",
        "deliveries",
        "absences",
    ):
        op.drop_table(name)
