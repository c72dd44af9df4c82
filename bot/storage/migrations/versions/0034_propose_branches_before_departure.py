"""Propose branches before departure."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "regroupings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["people.id"], name=op.f("fk_regroupings_author_id_people"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regroupings")),
    )
    with op.batch_alter_table("regroupings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_regroupings_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_regroupings_state"), ["state"], unique=False)

    op.create_table(
        "branch_leavings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branches.id"], name=op.f("fk_branch_leavings_branch_id_branches"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_branch_leavings_person_id_people"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branch_leavings")),
        sa.UniqueConstraint("branch_id", "person_id", name=op.f("uq_branch_leavings_branch_id_person_id")),
    )
    with op.batch_alter_table("branch_leavings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_branch_leavings_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_branch_leavings_person_id"), ["person_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("branch_leavings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_branch_leavings_person_id"))
        batch_op.drop_index(batch_op.f("ix_branch_leavings_branch_id"))

    op.drop_table("branch_leavings")
    with op.batch_alter_table("regroupings", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_regroupings_state"))
        batch_op.drop_index(batch_op.f("ix_regroupings_author_id"))

    op.drop_table("regroupings")
