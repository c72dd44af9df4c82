"""Keep what a branch shares."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "branch_materials",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("branch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"], ["people.id"], name=op.f("fk_branch_materials_author_id_people"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branches.id"], name=op.f("fk_branch_materials_branch_id_branches"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branch_materials")),
    )
    with op.batch_alter_table("branch_materials", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_branch_materials_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_branch_materials_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_branch_materials_digest"), ["digest"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("branch_materials", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_branch_materials_digest"))
        batch_op.drop_index(batch_op.f("ix_branch_materials_branch_id"))
        batch_op.drop_index(batch_op.f("ix_branch_materials_author_id"))

    op.drop_table("branch_materials")
