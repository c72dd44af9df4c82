"""Name a deputy of each branch."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("branches", schema=None) as batch_op:
        batch_op.add_column(sa.Column("deputy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.create_index(batch_op.f("ix_branches_deputy_id"), ["deputy_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_branches_deputy_id_people"), "people", ["deputy_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("branches", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_branches_deputy_id_people"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_branches_deputy_id"))
        batch_op.drop_column("deputy_id")
