"""Keep what members owe their branch."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "obligations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("trip_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rule", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("period", sa.String(length=24), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("how", sa.String(length=12), nullable=True),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branches.id"], name=op.f("fk_obligations_branch_id_branches"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_obligations_person_id_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["trip_id"], ["trips.id"], name=op.f("fk_obligations_trip_id_trips"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obligations")),
        sa.UniqueConstraint(
            "person_id", "trip_id", "rule", "period", name=op.f("uq_obligations_person_id_trip_id_rule_period")
        ),
    )
    with op.batch_alter_table("obligations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_obligations_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_obligations_next_at"), ["next_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_obligations_stage"), ["stage"], unique=False)
        batch_op.create_index(batch_op.f("ix_obligations_trip_id"), ["trip_id"], unique=False)

    op.create_table(
        "study_reports",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("trip_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item", sa.String(length=64), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("obligation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(length=24), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chased_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["obligation_id"],
            ["obligations.id"],
            name=op.f("fk_study_reports_obligation_id_obligations"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_study_reports_person_id_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["trip_id"], ["trips.id"], name=op.f("fk_study_reports_trip_id_trips"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_reports")),
        sa.UniqueConstraint("person_id", "trip_id", "item", name=op.f("uq_study_reports_person_id_trip_id_item")),
    )
    with op.batch_alter_table("study_reports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_study_reports_obligation_id"), ["obligation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_study_reports_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_study_reports_stage"), ["stage"], unique=False)
        batch_op.create_index(batch_op.f("ix_study_reports_trip_id"), ["trip_id"], unique=False)

    op.create_table(
        "study_report_asides",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("section", sa.String(length=24), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["study_reports.id"],
            name=op.f("fk_study_report_asides_report_id_study_reports"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_report_asides")),
    )
    with op.batch_alter_table("study_report_asides", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_study_report_asides_report_id"), ["report_id"], unique=False)

    op.create_table(
        "study_report_comments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("remark", sa.String(length=16), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["people.id"], name=op.f("fk_study_report_comments_author_id_people"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["study_reports.id"],
            name=op.f("fk_study_report_comments_report_id_study_reports"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_report_comments")),
    )
    with op.batch_alter_table("study_report_comments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_study_report_comments_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_study_report_comments_report_id"), ["report_id"], unique=False)

    op.create_table(
        "study_report_files",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["study_reports.id"],
            name=op.f("fk_study_report_files_report_id_study_reports"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_report_files")),
    )
    with op.batch_alter_table("study_report_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_study_report_files_digest"), ["digest"], unique=False)
        batch_op.create_index(batch_op.f("ix_study_report_files_report_id"), ["report_id"], unique=False)

    op.create_table(
        "study_report_pieces",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("section", sa.String(length=24), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["study_reports.id"],
            name=op.f("fk_study_report_pieces_report_id_study_reports"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_report_pieces")),
    )
    with op.batch_alter_table("study_report_pieces", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_study_report_pieces_report_id"), ["report_id"], unique=False)

    op.create_table(
        "study_report_sections",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("section", sa.String(length=24), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["study_reports.id"],
            name=op.f("fk_study_report_sections_report_id_study_reports"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_report_sections")),
        sa.UniqueConstraint("report_id", "section", name=op.f("uq_study_report_sections_report_id_section")),
    )
    op.create_table(
        "study_report_versions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Text(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["study_reports.id"],
            name=op.f("fk_study_report_versions_report_id_study_reports"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_report_versions")),
        sa.UniqueConstraint("report_id", "number", name=op.f("uq_study_report_versions_report_id_number")),
    )
    with op.batch_alter_table("branches", schema=None) as batch_op:
        batch_op.add_column(sa.Column("place", sa.String(length=12), server_default="temporary", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("branches", schema=None) as batch_op:
        batch_op.drop_column("place")

    op.drop_table("study_report_versions")
    op.drop_table("study_report_sections")
    with op.batch_alter_table("study_report_pieces", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_study_report_pieces_report_id"))

    op.drop_table("study_report_pieces")
    with op.batch_alter_table("study_report_files", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_study_report_files_report_id"))
        batch_op.drop_index(batch_op.f("ix_study_report_files_digest"))

    op.drop_table("study_report_files")
    with op.batch_alter_table("study_report_comments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_study_report_comments_report_id"))
        batch_op.drop_index(batch_op.f("ix_study_report_comments_author_id"))

    op.drop_table("study_report_comments")
    with op.batch_alter_table("study_report_asides", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_study_report_asides_report_id"))

    op.drop_table("study_report_asides")
    with op.batch_alter_table("study_reports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_study_reports_trip_id"))
        batch_op.drop_index(batch_op.f("ix_study_reports_stage"))
        batch_op.drop_index(batch_op.f("ix_study_reports_person_id"))
        batch_op.drop_index(batch_op.f("ix_study_reports_obligation_id"))

    op.drop_table("study_reports")
    with op.batch_alter_table("obligations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_obligations_trip_id"))
        batch_op.drop_index(batch_op.f("ix_obligations_stage"))
        batch_op.drop_index(batch_op.f("ix_obligations_next_at"))
        batch_op.drop_index(batch_op.f("ix_obligations_branch_id"))

    op.drop_table("obligations")
