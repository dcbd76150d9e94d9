"""Surveys in full: many questions, audiences, names where they were announced, what was published, actions.

The eNPS surveys there are become surveys with one question. Tables that change are made anew, on both databases, so
that they end up exactly as in a new one.

Revision 0002, after 0001.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CHANGED = ("occurrences", "schedules", "invitations", "comments", "answers", "rounds", "surveys")


def upgrade() -> None:
    for name in CHANGED:
        op.execute(f"CREATE TABLE old_{name} AS SELECT * FROM {name}")  # noqa: S608 (names from above)
    for name in CHANGED:
        op.drop_table(name)
    _make_tables()
    _copy_surveys()
    _copy_rounds()
    _copy_invitations()
    op.execute(
        "INSERT INTO answers (key, round_id, question, value) SELECT key, round_id, question, score FROM old_answers"
    )
    op.execute(
        "INSERT INTO comments (key, round_id, question, text) SELECT key, round_id, 'enps', text FROM old_comments"
    )
    columns = "workspace_id, id, kind, subject_id, cadence, anchor, at, zone, created_by, planned_until, active"
    op.execute(f"INSERT INTO schedules ({columns}) SELECT {columns} FROM old_schedules")  # noqa: S608
    columns = "workspace_id, schedule_id, local_date, due_at, state, reason"
    op.execute(f"INSERT INTO occurrences ({columns}) SELECT {columns} FROM old_occurrences")  # noqa: S608
    for name in CHANGED:
        op.drop_table(f"old_{name}")


def downgrade() -> None:
    raise NotImplementedError("surveys with several questions do not fit into the tables of before: restore a backup")


def _definition(channel_id: str, low: int, high: int) -> str:
    question = {
        "id": "enps",
        "kind": "enps",
        "bank": "enps",
        "required": True,
        "low": low,
        "high": high,
        "why": "always",
        "driver": "enps",
    }
    return json.dumps({"audience": {"channels": [channel_id]}, "questions": [question], "template": "enps"})


def _copy_surveys() -> None:
    connection = op.get_bind()
    rows = connection.execute(
        sa.text("SELECT workspace_id, id, channel_id, scale_low, scale_high FROM old_surveys")
    ).all()
    for row in rows:
        connection.execute(
            sa.text(
                "INSERT INTO surveys (workspace_id, id, handle, definition, created_by, created_at, state) "
                "SELECT workspace_id, id, handle, :definition, created_by, created_at, state FROM old_surveys "
                "WHERE workspace_id = :workspace AND id = :id"
            ),
            {
                "definition": _definition(row.channel_id, row.scale_low, row.scale_high),
                "workspace": row.workspace_id,
                "id": row.id,
            },
        )


def _copy_rounds() -> None:
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            "SELECT r.workspace_id, r.id, s.channel_id, r.scale_low, r.scale_high FROM old_rounds r "
            "JOIN old_surveys s ON s.workspace_id = r.workspace_id AND s.id = r.survey_id"
        )
    ).all()
    columns = (
        "workspace_id, id, survey_id, number, state, opened_at, closes_at, asked, min_score, min_comments, started_by, "
        "closed_at, sealed"
    )
    for row in rows:
        connection.execute(
            sa.text(
                f"INSERT INTO rounds ({columns}, definition) SELECT {columns}, :definition FROM old_rounds "  # noqa: S608
                "WHERE workspace_id = :workspace AND id = :id"
            ),
            {
                "definition": _definition(row.channel_id, row.scale_low, row.scale_high),
                "workspace": row.workspace_id,
                "id": row.id,
            },
        )


def _copy_invitations() -> None:
    """How many answered is kept in the round; who did goes, and so does the order of the rows, which on PostgreSQL told
    it too. Of an open round who did lies under its key from now on, and that is not here: that the round says how many
    although it is open is the mark by which the bot does the rest (`storage.participations.carry_over`)."""
    op.execute(
        "INSERT INTO invitations (workspace_id, round_id, member_id, segment) "
        "SELECT workspace_id, round_id, member_id, '' FROM old_invitations ORDER BY workspace_id, round_id, member_id"
    )
    same = "i.workspace_id = rounds.workspace_id AND i.round_id = rounds.id"
    op.execute(
        f"UPDATE rounds SET answered = (SELECT count(*) FROM old_invitations i WHERE {same} AND i.answered) "  # noqa: S608
        f"WHERE state IN ('open', 'closed') AND EXISTS (SELECT 1 FROM old_invitations i WHERE {same})"
    )


def _make_tables() -> None:
    op.create_table(
        "attributes",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "member_id", "name", name=op.f("pk_attributes")),
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
        sa.Column("until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", "id", name=op.f("pk_schedules")),
        sa.UniqueConstraint(
            "workspace_id", "kind", "subject_id", name=op.f("uq_schedules_workspace_id_kind_subject_id")
        ),
    )
    op.create_table(
        "surveys",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("handle", sa.String(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
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
        sqlite_where=sa.text("state NOT IN ('deleted', 'draft')"),
        postgresql_where=sa.text("state NOT IN ('deleted', 'draft')"),
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
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("min_score", sa.Integer(), nullable=False),
        sa.Column("min_comments", sa.Integer(), nullable=False),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=True),
        sa.Column("published", sa.Text(), nullable=True),
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
    op.create_index(
        op.f("ix_rounds_workspace_id_state_closes_at"), "rounds", ["workspace_id", "state", "closes_at"], unique=False
    )
    op.create_index(
        "uq_rounds_running",
        "rounds",
        ["workspace_id", "survey_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('launching', 'open')"),
        postgresql_where=sa.text("state IN ('launching', 'open')"),
    )
    op.create_table(
        "actions",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("round_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "round_id"],
            ["rounds.workspace_id", "rounds.id"],
            name=op.f("fk_actions_workspace_id_round_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "round_id", name=op.f("pk_actions")),
    )
    op.create_table(
        "answers",
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("round_id", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_answers_round_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_answers")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_answers_round_id_question"), "answers", ["round_id", "question"], unique=False)
    op.create_table(
        "comments",
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("round_id", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_comments_round_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_comments")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_comments_round_id"), "comments", ["round_id"], unique=False)
    op.create_table(
        "invitations",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("round_id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("segment", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "round_id"],
            ["rounds.workspace_id", "rounds.id"],
            name=op.f("fk_invitations_workspace_id_round_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "round_id", "member_id", name=op.f("pk_invitations")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_invitations_workspace_id_member_id"), "invitations", ["workspace_id", "member_id"], unique=False
    )
    op.create_table(
        "participations",
        sa.Column("key", sa.LargeBinary(length=16), nullable=False),
        sa.Column("round_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("fk_participations_round_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_participations")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_participations_round_id"), "participations", ["round_id"], unique=False)
    op.create_table(
        "named_answers",
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("round_id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workspace_id", "round_id"],
            ["rounds.workspace_id", "rounds.id"],
            name=op.f("fk_named_answers_workspace_id_round_id"),
        ),
        sa.PrimaryKeyConstraint("workspace_id", "round_id", "member_id", "question", name=op.f("pk_named_answers")),
    )
    # ### end Alembic commands ###
