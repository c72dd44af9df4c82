"""Hold sessions outside any branch."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("audience", sa.String(length=300), nullable=True))
        batch_op.alter_column(
            "branch_id", existing_type=sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        )
        batch_op.create_index(batch_op.f("ix_sessions_audience"), ["audience"], unique=False)


def downgrade() -> None:
    op.execute("DELETE FROM sessions WHERE branch_id IS NULL")  # there is no branch that they could be of
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sessions_audience"))
        batch_op.alter_column(
            "branch_id", existing_type=sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        )
        batch_op.drop_column("audience")
