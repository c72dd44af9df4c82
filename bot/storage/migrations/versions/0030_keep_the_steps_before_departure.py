"""Keep the steps before departure."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "checklist_files",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("trip_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["trip_id"], ["trips.id"], name=op.f("fk_checklist_files_trip_id_trips"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_files")),
    )
    with op.batch_alter_table("checklist_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checklist_files_digest"), ["digest"], unique=False)
        batch_op.create_index(batch_op.f("ix_checklist_files_trip_id"), ["trip_id"], unique=False)

    op.create_table(
        "checklist_marks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("trip_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("step", sa.String(length=32), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("returned", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["signed_by"], ["people.id"], name=op.f("fk_checklist_marks_signed_by_people"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["trip_id"], ["trips.id"], name=op.f("fk_checklist_marks_trip_id_trips"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_marks")),
        sa.UniqueConstraint("trip_id", "step", name=op.f("uq_checklist_marks_trip_id_step")),
    )
    with op.batch_alter_table("trips", schema=None) as batch_op:
        batch_op.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("trips", schema=None) as batch_op:
        batch_op.drop_column("withdrawn_at")

    op.drop_table("checklist_marks")
    with op.batch_alter_table("checklist_files", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_checklist_files_trip_id"))
        batch_op.drop_index(batch_op.f("ix_checklist_files_digest"))

    op.drop_table("checklist_files")
